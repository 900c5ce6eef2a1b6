//! Saved filters: beside the tabs on every tablet of the shop. The one in force can be renamed and removed.

use std::sync::Arc;

use domain::StreamKind;
use domain::order::Badge;
use domain::record::{Changed, RecordEvent, Value};
use domain::text::SHORT;
use domain::view::View;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;
use replica::Act;
use uuid::Uuid;

use super::super::order::{appearance, refusal};
use super::OrderListState;
use super::filters::asked;
use crate::platform::page;
use crate::session::Session;
use crate::text::order_list::filters as words;
use crate::text::{fault, templates};
use crate::ui::{Acts, Button, Dialog, Glyph, Icon, Kind, Menu, MenuAct, TextField, Toast, ToastAct, Toaster};

/// What an address asks for, written in one way, behind the question mark.
fn in_force(query: &ParamsMap) -> String {
    let mut written = ParamsMap::new();
    let search = [("q", query.get_all("q").unwrap_or_default())];
    for (key, values) in asked(query).write().into_iter().chain(search) {
        // The map takes them as they stand in an address.
        values.iter().for_each(|value| written.insert(key, page::escaped(value)));
    }
    written.to_query_string().trim_start_matches('?').to_owned()
}

/// What is asked for is one of the chips: what asks to be looked after, or a saved filter.
pub fn is_kept(list_state: OrderListState) -> Memo<bool> {
    let (views, counts) = (list_state.session.views(), list_state.session.counts());
    Memo::new(move |_| {
        let now = list_state.query.with(in_force);
        views.with(|all| all.iter().any(|view| view.query == now))
            || counts.with(|counts| counts.to_do.iter().any(|(badge, _)| now == format!("badge={}", badge.key())))
    })
}

/// Links to what asks to be looked after and to the saved filters; nothing where there is neither.
#[component]
pub fn Saved(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let all = list_state.session.views();
    let now = Memo::new(move |_| list_state.query.with(in_force));
    let each = move || all.with(|all| all.iter().cloned().collect::<Vec<_>>());
    let link = move |view: Arc<View>| {
        let href = format!("/orders?{}", view.query);
        let name = view.name.clone();
        let is_now = move || now.with(|now| *now == view.query).then_some("true");
        view! {
            <li>
                <a class="chip" href=href aria-current=is_now><span class="clip">{name}</span></a>
            </li>
        }
    };
    let counts = list_state.session.counts();
    let to_do = Memo::new(move |_| counts.with(|counts| counts.to_do.clone()));
    let lists = move || {
        let list = |(badge, count): (Badge, usize)| {
            let (tone, glyph, name) = appearance::of_badge(badge);
            let query = format!("badge={}", badge.key());
            let href = format!("/orders?{query}");
            let is_now = move || now.with(|now| *now == query).then_some("true");
            view! {
                <li>
                    <a class="chip" href=href data-tone=tone.key() aria-current=is_now>
                        <Icon glyph/>
                        {name}
                        " "
                        {count}
                    </a>
                </li>
            }
        };
        to_do.get().into_iter().map(list).collect_view()
    };
    view! {
        <Show when=move || to_do.with(|to_do| !to_do.is_empty()) || all.with(|all| !all.is_empty())>
            <nav class="chips" aria-label=words::SAVED>
                <ul>{lists}<For each key=|view| view.as_ref().clone() children=link/></ul>
            </nav>
        </Show>
    }
}

/// Does it, and then this; says so where it could not be done.
fn write(session: Session, toaster: Toaster, id: Option<Uuid>, changed: Changed, then: impl FnOnce() + 'static) {
    spawn_local(async move {
        match session.act_all(vec![Act::Record(StreamKind::View, id, vec![RecordEvent::Changed(changed)])]).await {
            Ok(_) => then(),
            Err(fault) => toaster.warn(refusal::words(&fault)),
        }
    });
}

fn set(field: &str, value: Option<&str>) -> Changed {
    Changed { set: [(field.to_owned(), value.map(Value::from))].into(), settles: None }
}

/// Keeps the filters that are on under a name; those that are kept already can get another, or go.
#[component]
pub fn Keep(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let session = list_state.session;
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let all = session.views();
    let kept = Memo::new(move |_| {
        let now = list_state.query.with(in_force);
        all.with(|all| all.iter().find(|view| view.query == now).map(|view| view.as_ref().clone()))
    });
    let naming = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let ask = move || {
        name.set(kept.get_untracked().unwrap_or_default().name);
        tried.set(false);
        naming.set(true);
    };
    let wrong = Signal::derive(move || {
        name.with(|name| match name.trim().chars().count() {
            0 => tried.get().then(|| words::NAME_MISSING.get().to_owned()),
            length => (length > SHORT).then(|| fault::too_long(SHORT)),
        })
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if untrack(|| wrong.get()).is_some() {
            page::focus_first_fault();
            return;
        }
        let name = name.get_untracked().trim().to_owned();
        naming.set(false);
        match kept.get_untracked() {
            Some(view) if view.name == name => {}
            Some(view) => write(session, toaster, Some(view.id), set("name", Some(&name)), || ()),
            None => {
                let view = View { name, query: list_state.query.with_untracked(in_force), ..View::default() };
                let set = view.fields().into_iter().map(|(field, value)| (field, Some(value))).collect();
                let changed = Changed { set, settles: None };
                write(session, toaster, None, changed, move || toaster.confirm(words::KEPT));
            }
        }
    };
    let remove = Callback::new(move |()| {
        let Some(View { id, query, .. }) = kept.get_untracked() else { return };
        let back = move || write(session, toaster, Some(id), set("query", Some(&query)), || ());
        write(session, toaster, Some(id), set("query", None), move || {
            toaster.show(Toast {
                text: words::REMOVED.into(),
                glyph: Glyph::Cross,
                acts: vec![ToastAct::new(templates::UNDO, back)],
                stays: false,
            });
        });
    });
    let rename = Callback::new(move |()| ask());
    let acts = Signal::derive(move || {
        let act = |label: crate::text::Phrase, glyph, danger, act| MenuAct { label: label.into(), glyph, danger, act };
        vec![act(words::RENAME, Glyph::Edit, false, rename), act(words::REMOVE, Glyph::Cross, true, remove)]
    });
    let title = move || kept.get().map_or(words::SAVE_THIS.get().to_owned(), |view| words::saved_as(&view.name));
    view! {
        <Show
            when=move || kept.with(Option::is_some)
            fallback=move || view! { <Button label=words::SAVE_THIS glyph=Glyph::Save kind=Kind::Quiet on_press=ask/> }
        >
            <Menu acts label=title/>
        </Show>
        <Dialog open=naming title>
            <form class="stack" novalidate on:submit=save>
                <TextField label=words::NAME value=name fault=wrong example=words::NAME_HINT/>
                <Acts><Button label=words::SAVE kind=Kind::Main submit=true/></Acts>
            </form>
        </Dialog>
    }
}
