//! Templates of orders: the list of them, the picker of a new order, and keeping an order as one.

use std::sync::Arc;

use domain::StreamKind;
use domain::order::{Content, Order};
use domain::record::{Changed, RecordEvent, Value};
use domain::template::Template;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use replica::Act;
use uuid::Uuid;

use super::order::{appearance, refusal};
use crate::frame::PageHead;
use crate::session::{ActFault, Records, Session};
use crate::text::{list, rules, templates};
use crate::ui::{
    Acts, Button, Dialog, Empty, Glyph, Icon, Kind, LinkButton, Menu, MenuAct, Scroll, Sheet, Submission, TextField,
    Toast, ToastAct, Toaster,
};

/// So far apart lie two templates of the list, so that one fits between them.
const STEP: i64 = 1_000;

/// The templates in the shop's order.
fn in_order(all: &Records<Template>) -> Vec<Arc<Template>> {
    let mut all: Vec<Arc<Template>> = all.iter().cloned().collect();
    all.sort_by_key(|template| (template.position, template.id));
    all
}

/// What is in it, in a few words.
fn in_words(content: &Content) -> String {
    let each = content.lines.iter().filter(|line| !line.item.is_empty());
    let each: Vec<String> = each
        .map(|line| {
            let what = [line.item.as_str(), line.spec.as_str()].join(" ");
            list::item_times(what.trim(), &appearance::quantity_of(line.quantity, line))
        })
        .collect();
    if each.is_empty() { templates::EMPTY.get().to_owned() } else { each.join(", ") }
}

fn fields(set: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Vec<RecordEvent> {
    let set = set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    vec![RecordEvent::Changed(Changed { set, settles: None })]
}

/// Does something to templates, and says so where it could not be done.
fn change(session: Session, toaster: Toaster, acts: Vec<Act>, done: impl FnOnce() + 'static) {
    spawn_local(async move {
        match session.act_all(acts).await {
            Ok(_) => done(),
            Err(fault) => toaster.warn(refusal::words(&fault)),
        }
    });
}

/// The page of templates.
#[component]
pub fn Templates() -> impl IntoView {
    let session = Session::here();
    let all = session.templates();
    let shown = Memo::new(move |_| all.with(in_order));
    view! {
        <div class="page">
            <PageHead title=templates::TITLE back=("/settings", rules::BACK)>
                <LinkButton href="/templates/new" label=templates::NEW glyph=Glyph::Plus kind=Kind::Main/>
            </PageHead>
            <Sheet>
                <Scroll label=templates::TITLE>
                    <Show
                        when=move || shown.with(|all| !all.is_empty())
                        fallback=|| {
                            view! {
                                <Empty glyph=Glyph::Copy title=templates::NONE text=templates::NONE_WHY>
                                    <LinkButton href="/templates/new" label=templates::NEW/>
                                </Empty>
                            }
                        }
                    >
                        <ul class="plain-rows">
                            <For
                                each=move || shown.get()
                                key=|template| (template.id, template.name.clone(), in_words(&template.content))
                                children=move |template| view! { <Row template shown/> }
                            />
                        </ul>
                    </Show>
                </Scroll>
            </Sheet>
        </div>
    }
}

#[component]
fn Row(template: Arc<Template>, shown: Memo<Vec<Arc<Template>>>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let navigate = StoredValue::new_local(use_navigate());
    let id = template.id;
    let shift = move |by: isize| {
        let mut order: Vec<Uuid> = shown.with_untracked(|all| all.iter().map(|it| it.id).collect());
        let Some(at) = order.iter().position(|it| *it == id) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < order.len()) else { return };
        order.swap(at, to);
        let position = |of: Uuid| shown.with_untracked(|all| all.iter().find(|it| it.id == of).map(|it| it.position));
        let moved = order.into_iter().zip(1..).map(|(of, place)| (of, place * STEP));
        let acts = moved
            .filter(|(of, place)| position(*of) != Some(*place))
            .map(|(of, place)| {
                Act::Record(StreamKind::Template, Some(of), fields([("position", Some(Value::Int(place)))]))
            })
            .collect();
        change(session, toaster, acts, || ());
    };
    let content = template.fields().remove("content");
    let throw_away = move || {
        let gone = Act::Record(StreamKind::Template, Some(id), fields([("content", None)]));
        let content = content.clone();
        let again = move || {
            let back = Act::Record(StreamKind::Template, Some(id), fields([("content", content.clone())]));
            change(session, toaster, vec![back], || ());
        };
        change(session, toaster, vec![gone], move || {
            toaster.show(Toast {
                text: templates::THROWN_AWAY.into(),
                glyph: Glyph::Cross,
                acts: vec![ToastAct::new(templates::UNDO, again)],
                stays: false,
            });
        });
    };
    let throw_away = Callback::new(move |()| throw_away());
    let menu = Signal::derive(move || {
        let place = shown.with(|all| (all.iter().position(|it| it.id == id), all.len()));
        let act = |label: crate::text::Phrase, glyph, danger, act| MenuAct { label: label.into(), glyph, danger, act };
        let edit = Callback::new(move |()| {
            navigate.with_value(|navigate| navigate(&format!("/templates/{id}"), NavigateOptions::default()));
        });
        let mut acts = vec![act(templates::EDIT, Glyph::Edit, false, edit)];
        if place.0.is_some_and(|at| at > 0) {
            acts.push(act(templates::UP, Glyph::Up, false, Callback::new(move |()| shift(-1))));
        }
        if place.0.is_some_and(|at| at + 1 < place.1) {
            acts.push(act(templates::DOWN, Glyph::Down, false, Callback::new(move |()| shift(1))));
        }
        acts.push(act(templates::THROW_AWAY, Glyph::Cross, true, throw_away));
        acts
    });
    let use_it = move || {
        let to = format!("/orders/new?template={id}");
        navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
    };
    let words = {
        let template = Arc::clone(&template);
        move || in_words(&template.content)
    };
    let name = template.name.clone();
    view! {
        <li data-testid="template">
            <div>
                <h2>{name}</h2>
                <p class="small muted">{words}</p>
            </div>
            <Menu acts=menu/>
            <Button label=templates::USE glyph=Glyph::NewOrder on_press=use_it/>
        </li>
    }
}

/// "Use template": the picker of a new order. Where there are no templates, there is none.
#[component]
pub fn Picker() -> impl IntoView {
    let session = Session::here();
    let all = session.templates();
    let shown = Memo::new(move |_| all.with(in_order));
    let open = RwSignal::new(false);
    let navigate = StoredValue::new_local(use_navigate());
    let rows = move || {
        let each = shown.get().into_iter().map(|template| {
            let id = template.id;
            let choose = move |_| {
                open.set(false);
                let to = format!("/orders/new?template={id}");
                navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
            };
            let name = template.name.clone();
            view! {
                <li>
                    <button type="button" class="button" on:click=choose>
                        <Icon glyph=Glyph::NewOrder/>
                        <span><b>{name}</b> " " <span class="small">{in_words(&template.content)}</span></span>
                    </button>
                </li>
            }
        });
        each.collect_view()
    };
    view! {
        <Show when=move || shown.with(|all| !all.is_empty())>
            <Button
                label=templates::USE
                kind=Kind::Quiet
                glyph=Glyph::Copy
                on_press=move || open.set(true)
            />
            <Dialog open title=templates::CHOOSE>
                <ul class="menu">{rows}</ul>
            </Dialog>
        </Show>
    }
}

/// Asks how an order is to be called as a template, and keeps it as one.
#[component]
pub fn SaveAs(
    /// It is asked now.
    open: RwSignal<bool>,
    /// The order.
    #[prop(into)]
    order: Signal<Arc<Order>>,
) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let name = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let submission = Submission::<ActFault>::new();
    let fault = Signal::derive(move || {
        let missing = tried.get() && name.with(|name| name.trim().is_empty());
        missing.then(|| templates::NAME_MISSING.get().to_owned())
    });
    let all = session.templates();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if submission.busy.get_untracked() || name.with_untracked(|name| name.trim().is_empty()) {
            return;
        }
        let content = order.with_untracked(|order| Content { customer: None, parked: false, ..order.content() });
        let last = all.with_untracked(|all| all.iter().map(|it| it.position).max()).unwrap_or_default();
        let template = Template {
            name: name.get_untracked().trim().to_owned(),
            content,
            position: last.saturating_add(STEP),
            ..Template::default()
        };
        let saved = move |_| {
            let _ = open.try_set(false);
            let _ = name.try_update(String::clear);
            let _ = tried.try_set(false);
            toaster.confirm(templates::SAVED);
        };
        let work =
            async move { session.write(StreamKind::Template, None, &Default::default(), &template.fields()).await };
        submission.run_or(work, saved, move |fault| toaster.warn(refusal::words(fault)));
    };
    view! {
        <Dialog open title=templates::SAVE_AS>
            <form class="stack" novalidate on:submit=save>
                <TextField label=templates::NAME value=name fault example=templates::NAME_HINT/>
                <Acts><Button label=templates::SAVE kind=Kind::Main submit=true busy=submission.busy/></Acts>
            </form>
        </Dialog>
    }
}
