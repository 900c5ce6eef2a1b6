//! What the server put aside: refused events, kept, with the reason in words and what can be done.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::api::QuarantinedEvent;
use protocol::{Problem, ProblemType};
use uuid::Uuid;

use crate::frame::PageHead;
use crate::platform::files;
use crate::session::Session;
use crate::text::{self, Phrase, devices as words, rules, sheets};
use crate::ui::{Button, Empty, Glyph, LinkButton, Note, Scroll, Sheet, Toaster, Tone};

/// Why an event was put aside.
fn reason(kind: ProblemType) -> Phrase {
    match kind {
        ProblemType::MalformedEvent => words::MALFORMED,
        ProblemType::OversizedEvent => words::OVERSIZED,
        ProblemType::ForeignEvent => words::FOREIGN,
        ProblemType::IdTaken => words::ID_TAKEN,
        _ => words::OTHER,
    }
}

/// The order that a text that was put aside is about, where it can be read so far.
fn order_of(text: &str) -> Option<Uuid> {
    #[derive(serde::Deserialize)]
    struct OnlyStream {
        stream: protocol::Stream,
    }
    let OnlyStream { stream } = serde_json::from_str(text).ok()?;
    (stream.0 == "order").then_some(stream.1)
}

/// The page.
#[component]
pub fn PutAside() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let own = session.own_aside();
    let connected = session.connected();
    let kept = RwSignal::new(Vec::<QuarantinedEvent>::new());
    let next = RwSignal::new(None::<i64>);
    let asked = RwSignal::new(None::<bool>);
    let fetch = move |before: Option<i64>| {
        spawn_local(async move {
            let page = session.put_aside(before).await;
            let _ = asked.try_set(Some(page.is_ok()));
            if let Ok(page) = page {
                let _ = next.try_set(page.before);
                let _ = kept.try_update(|kept| kept.extend(page.events));
            }
        });
    };
    Effect::new(move |_| {
        if connected.get() {
            fetch(None);
        }
    });
    let save = move || {
        let all = kept.with_untracked(serde_json::to_vec).unwrap_or_default();
        if !files::save("stallbook-put-aside.json", "application/json", &all) {
            toaster.warn(sheets::NOT_SAVED);
        }
    };
    let is_empty = Memo::new(move |_| own.with(Vec::is_empty) && kept.with(Vec::is_empty));
    let own_rows = move || {
        let rows = own.get().into_iter().map(|aside| {
            let problem = serde_json::from_str::<Problem>(&aside.problem).ok();
            let order = session.summary(aside.stream).is_some().then_some(aside.stream);
            view! { <Row why=reason(problem.map_or(ProblemType::Unknown, |problem| problem.kind)) order says=String::new()/> }
        });
        rows.collect_view()
    };
    let kept_rows = move || {
        let rows = kept.get().into_iter().map(|aside| {
            let code = session.device_code(aside.device);
            let said = [code, text::date_time(aside.received_ms), format!("{} B", aside.bytes)];
            let says = said.into_iter().filter(|each| !each.is_empty()).collect::<Vec<_>>().join(" · ");
            view! { <Row why=reason(aside.problem.kind) order=order_of(&aside.text) says/> }
        });
        rows.collect_view()
    };
    view! {
        <div class="page">
            <PageHead title=words::ASIDE back=("/settings", rules::BACK)/>
            <Sheet>
                <Scroll label=words::ASIDE>
                    <Show when=move || connected.get() && asked.get() == Some(false)>
                        <Note text=words::ASIDE_OFFLINE tone=Tone::Owe glyph=Glyph::Offline/>
                    </Show>
                    <Show
                        when=move || !is_empty.get()
                        fallback=move || {
                            // Of a server that has not answered nobody knows.
                            (!connected.get() || asked.get() == Some(true))
                                .then(|| view! { <Empty glyph=Glyph::Check title=words::ASIDE_NONE text=words::ASIDE_NONE_WHY/> })
                        }
                    >
                        <Note text=words::ASIDE_EXPLAIN/>
                        <Show when=move || !own.with(Vec::is_empty)>
                            <h2 class="setting-head">{words::ASIDE_HERE}</h2>
                            <ul class="plain-rows">{own_rows}</ul>
                        </Show>
                        <Show when=move || !kept.with(Vec::is_empty)>
                            <h2 class="setting-head">{words::ASIDE_SERVER}</h2>
                            <ul class="plain-rows">{kept_rows}</ul>
                            <div class="setting">
                                <Show when=move || next.get().is_some()>
                                    <Button label=words::ASIDE_MORE on_press=move || fetch(next.get_untracked())/>
                                </Show>
                                <Button label=words::FILE glyph=Glyph::Copy on_press=save/>
                            </div>
                        </Show>
                    </Show>
                </Scroll>
            </Sheet>
        </div>
    }
}

#[component]
fn Row(why: Phrase, order: Option<Uuid>, says: String) -> impl IntoView {
    let session = Session::here();
    // One that only the device that made it knows has no page here.
    let known = order.and_then(|id| Some((id, session.summary(id)?)));
    let number = known.as_ref().and_then(|(_, summary)| summary.number.clone());
    let head = move || {
        let about = if order.is_some() { words::ORDER } else { words::RECORD };
        number.as_ref().map_or_else(|| about.get().to_owned(), |number| format!("{} {}", about.get(), number.0))
    };
    view! {
        <li data-testid="put-aside">
            <div>
                <h2>{head}</h2>
                <p>{why}</p>
                <p class="small muted">{says}</p>
            </div>
            {known.map(|(id, _)| view! { <LinkButton href=format!("/orders/{id}") label=words::OPEN_ORDER/> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_aside_is_told_by_what_can_be_read_of_it() {
        let id = Uuid::from_u128(7);
        assert_eq!(order_of(&format!(r#"{{"stream":["order","{id}"],"body":17}}"#)), Some(id));
        assert_eq!(order_of(&format!(r#"{{"stream":["customer","{id}"]}}"#)), None);
        assert_eq!(order_of("17"), None);
        assert_eq!(reason(ProblemType::TooLarge), words::OTHER);
    }
}
