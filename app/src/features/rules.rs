//! The page of rules: what is done by itself, in plain sentences, each with a switch; and what a rule would do now,
//! before it is switched on.

mod model;
mod sheet;
mod words;

use std::sync::Arc;

use domain::StreamKind;
use domain::order::Summary;
use domain::record::{Changed, Fields, RecordEvent, Value, changes};
use domain::rule::Rule;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Act;
use uuid::Uuid;

use self::sheet::RuleSheet;
use super::order::refusal;
use crate::frame::PageHead;
use crate::session::Session;
use crate::text::rules;
use crate::ui::{
    Acts, Button, Dialog, Empty, Glyph, Kind, Menu, MenuAct, Note, Scroll, Sheet, Switch, Toast, ToastAct, Toaster,
    Tone, uid,
};

/// As many orders are named in a preview.
const NAMED: usize = 30;

/// What a rule is called: by the shop, or by what it does; also where it was thrown away since.
pub fn name_of(fields: Option<Fields>) -> String {
    let fields = fields.unwrap_or_default();
    match (fields.text("name"), fields.text("deed")) {
        ("", "") => rules::TITLE.get().to_owned(),
        ("", deed) => words::deed_name(deed).get().to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// Writes fields of a rule that is there.
fn write(rule: Uuid, set: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Act {
    let set = set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Act::Record(StreamKind::Rule, Some(rule), vec![RecordEvent::Changed(Changed { set, settles: None })])
}

/// Saves a rule: a new one, or what differs from what it was.
fn saving(before: Option<&Rule>, now: &Rule) -> Act {
    let base = before.map(Rule::fields).unwrap_or_default();
    let set = changes(&base, &now.fields());
    Act::Record(
        StreamKind::Rule,
        before.map(|rule| rule.id),
        vec![RecordEvent::Changed(Changed { set, settles: None })],
    )
}

/// Does it, and says what came of it.
fn change(session: Session, toaster: Toaster, act: Act, done: impl FnOnce() + 'static) {
    spawn_local(async move {
        match session.act_all(vec![act]).await {
            Ok(_) => done(),
            Err(fault) => toaster.warn(refusal::words(&fault)),
        }
    });
}

/// The page.
#[component]
pub fn Rules() -> impl IntoView {
    let session = Session::here();
    let all = session.rules();
    let ids = Memo::new(move |_| all.with(|all| all.iter().map(|rule| rule.id).collect::<Vec<_>>()));
    // The rule that is being written; `Some(None)`: a new one.
    let written = RwSignal::new(None::<Arc<Rule>>);
    let writing = RwSignal::new(false);
    let edit = Callback::new(move |(rule,): (Option<Arc<Rule>>,)| {
        written.set(rule);
        writing.set(true);
    });
    view! {
        <div class="page">
            <PageHead title=rules::TITLE back=("/settings", rules::BACK)>
                <Button label=rules::NEW glyph=Glyph::Plus kind=Kind::Main on_press=move || edit.run((None,))/>
            </PageHead>
            <Sheet>
                <Scroll label=rules::TITLE>
                    <Show
                        when=move || ids.with(|ids| !ids.is_empty())
                        fallback=move || {
                            view! {
                                <Empty glyph=Glyph::Rules title=rules::NONE text=rules::NONE_WHY>
                                    <Button label=rules::NEW on_press=move || edit.run((None,))/>
                                </Empty>
                            }
                        }
                    >
                        <ul class="plain-rows">
                            <For
                                each=move || ids.get()
                                key=|id| *id
                                children=move |id| {
                                    let rule = Memo::new(move |_| all.with(|all| all.get(id).cloned()));
                                    view! { <Row id rule on_edit=edit/> }
                                }
                            />
                        </ul>
                    </Show>
                </Scroll>
            </Sheet>
            <RuleSheet open=writing rule=written/>
        </div>
    }
}

#[component]
fn Row(id: Uuid, rule: Memo<Option<Arc<Rule>>>, on_edit: Callback<(Option<Arc<Rule>>,)>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let is_on = Memo::new(move |_| rule.with(|rule| rule.as_ref().is_some_and(|rule| rule.on)));
    let switch = RwSignal::new(is_on.get_untracked());
    let asking = RwSignal::new(false);
    let touched = RwSignal::new(Vec::<Summary>::new());
    let switch_on = move || {
        let since = Value::Int(session.now_ms().get_untracked());
        let act = write(id, [("on", Some(true.into())), ("since", Some(since))]);
        change(session, toaster, act, move || toaster.confirm(rules::ON));
    };
    // Another tablet switched it.
    Effect::new(move |_| switch.set(is_on.get()));
    Effect::new(move |before: Option<bool>| {
        let wanted = switch.get();
        if before.is_some() && wanted != is_on.get_untracked() {
            if wanted {
                let Some(rule) = rule.get_untracked() else { return wanted };
                spawn_local(async move {
                    let found = session.touched_by(&rule).await.unwrap_or_default();
                    if found.is_empty() {
                        switch_on();
                    } else {
                        let _ = touched.try_set(found);
                        let _ = asking.try_set(true);
                    }
                });
            } else {
                let act = write(id, [("on", Some(false.into()))]);
                change(session, toaster, act, move || toaster.confirm(rules::OFF));
            }
        }
        wanted
    });
    // Closed without switching on: it is as it was.
    Effect::new(move |before: Option<bool>| {
        let open = asking.get();
        if before == Some(true) && !open {
            switch.set(is_on.get_untracked());
        }
        open
    });
    let confirm = move || {
        switch_on();
        asking.set(false);
    };
    let throw_away = move || {
        let Some(deed) = rule.with_untracked(|rule| rule.as_ref().map(|rule| rule.deed.key())) else { return };
        let again = move || change(session, toaster, write(id, [("deed", Some(deed.into()))]), || ());
        change(session, toaster, write(id, [("deed", None), ("on", Some(false.into()))]), move || {
            toaster.show(Toast {
                text: rules::THROWN_AWAY.into(),
                glyph: Glyph::Cross,
                acts: vec![ToastAct::new(rules::UNDO, again)],
                stays: false,
            });
        });
    };
    let menu = Signal::derive(move || {
        let edit = Callback::new(move |()| on_edit.run((rule.get_untracked(),)));
        vec![
            MenuAct { label: rules::EDIT.into(), glyph: Glyph::Edit, danger: false, act: edit },
            MenuAct {
                label: rules::THROW_AWAY.into(),
                glyph: Glyph::Cross,
                danger: true,
                act: Callback::new(move |()| throw_away()),
            },
        ]
    });
    let shop = session.shop_fields();
    let currency = session.currency();
    let name = move || rule.with(|rule| rule.as_ref().map(|rule| words::name(rule)).unwrap_or_default());
    let says =
        move || rule.with(|rule| rule.as_ref().map(|rule| words::sentence(&shop.read(), rule)).unwrap_or_default());
    let only = move || rule.with(|rule| words::only(&shop.read(), rule.as_ref()?, currency.get()));
    let waits = session.rules_wait();
    let waited_for = move || {
        let silent = waits.with(|all| all.iter().find(|(of, _)| *of == id).map(|(_, devices)| devices.clone()))?;
        let codes: Vec<String> = silent.into_iter().map(|device| session.device_code(device)).collect();
        let says = rules::waits_for(&codes.join(", "));
        Some(view! { <Note text=says tone=Tone::Owe glyph=Glyph::Tablet/> })
    };
    let control = uid("s");
    let label = control.clone();
    view! {
        <li data-testid="rule" data-on=move || is_on.get().then_some("")>
            <div>
                <h2><label for=label>{name}</label></h2>
                <p>{says}</p>
                {move || only().map(|only| view! { <p class="small muted">{only}</p> })}
                {waited_for}
            </div>
            <Menu acts=menu/>
            <Switch id=control value=switch/>
            <Dialog open=asking title=rules::SWITCH_ON>
                <p>{says}</p>
                <Touched touched/>
                <Acts><Button label=rules::SWITCH_ON kind=Kind::Main on_press=confirm/></Acts>
            </Dialog>
        </li>
    }
}

/// The orders that a rule would touch.
#[component]
fn Touched(#[prop(into)] touched: Signal<Vec<Summary>>) -> impl IntoView {
    let session = Session::here();
    let currency = session.currency();
    let head = move || match touched.with(Vec::len) as u64 {
        0 => rules::TOUCHES_NONE.get().to_owned(),
        count => rules::touches(count),
    };
    let each = move || {
        let all = touched.get();
        let rest = all.len().saturating_sub(NAMED) as u64;
        let rows = all.into_iter().take(NAMED).map(|order| {
            let number = order.number.map(|number| number.0).unwrap_or_default();
            view! {
                <li>
                    <b>{number}</b> <span>{order.name}</span>
                    <span class="muted">{move || currency.get().full(order.total)}</span>
                </li>
            }
        });
        let more = (rest > 0).then(|| view! { <li class="muted">{rules::and_more(rest)}</li> });
        view! { {rows.collect_view()} {more} }
    };
    view! {
        <div class="touched" role="status">
            <p><b data-testid="rule-touches" data-count=move || touched.with(Vec::len)>{head}</b></p>
            <ul>{each}</ul>
        </div>
    }
}
