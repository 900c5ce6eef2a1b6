//! One of the shop's lists: its entries renamed, hidden, moved, added, taken out. Each change is kept at once.

use std::collections::BTreeMap;

use domain::record::Value;
use domain::shop::list::{Entry, List, default_of, entries};
use domain::text::SHORT;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::face;
use crate::features::order::refusal;
use crate::features::shop_lists::entry_name;
use crate::platform::clock;
use crate::platform::picture::Chosen;
use crate::session::Session;
use crate::text::{Phrase, shop_setup as words};
use crate::ui::{Button, Glyph, Kind, PictureField, TextField, Toaster};

/// The longest side of a pay code's picture, in pixels: sharp on the largest tablet.
const PAY_CODE_PX: u32 = 1_200;

/// Fields of the shop that are to be written.
type Changes = BTreeMap<String, Option<Value>>;

/// Writes them; says it only where it failed.
fn write(session: Session, toaster: Toaster, set: Changes) {
    spawn_local(async move {
        if let Err(fault) = session.change_shop(set).await {
            toaster.warn(refusal::words(&fault));
        }
    });
}

/// What moving an entry one place writes: every entry's place, so that none stays where two tablets moved one.
fn moved(entries: &[Entry], list: List, key: &str, down: bool) -> Changes {
    let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let at = keys.iter().position(|of| *of == key);
    let other = at.and_then(|at| if down { at.checked_add(1) } else { at.checked_sub(1) });
    if let (Some(at), Some(other)) = (at, other.filter(|other| *other < keys.len())) {
        keys.swap(at, other);
    }
    let place = |(key, place): (&str, i64)| (list.field(key, "position"), Some(Value::Int(place * 1_000)));
    keys.into_iter().zip(0..).map(place).collect()
}

/// What is wrong with a name that is to be added.
fn refused(name: &str, names: &[String]) -> Option<Phrase> {
    if name.is_empty() {
        return Some(words::ADD_MISSING);
    }
    if name.chars().count() > SHORT {
        return Some(words::ADD_LONG);
    }
    names.iter().any(|known| known.to_lowercase() == name.to_lowercase()).then_some(words::ADD_KNOWN)
}

/// A list.
#[component]
pub fn Entries(
    /// Which.
    list: List,
) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let shop = session.shop_fields();
    let entries = Memo::new(move |_| entries(&shop.get(), list));
    let keys = Memo::new(move |_| entries.with(|all| all.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>()));
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Phrase>);
    let add = move || {
        let name = typed.get_untracked().trim().to_owned();
        let names = entries
            .with_untracked(|all| all.iter().map(|it| entry_name(list, it).get().to_string()).collect::<Vec<_>>());
        wrong.set(refused(&name, &names));
        if wrong.get_untracked().is_some() {
            return;
        }
        let key = format!("{:08x}", u32::from_le_bytes(clock::random()));
        let last = entries.with_untracked(|all| all.iter().map(|entry| entry.position).max().unwrap_or_default());
        let set = [
            (list.field(&key, "name"), Some(Value::from(name))),
            (list.field(&key, "position"), Some(Value::Int(last.saturating_add(1_000)))),
        ];
        write(session, toaster, set.into());
        typed.set(String::new());
    };
    let (title, why) = face(list);
    let fault = Signal::derive(move || wrong.get().map(|phrase| phrase.get().to_owned()));
    view! {
        <section class="entries" aria-label=title>
            <h2 class="setting-head">{title}</h2>
            <p class="small muted entries-why">{why}</p>
            <ul class="plain-rows">
                <For
                    each=move || keys.get()
                    key=|key| key.clone()
                    children=move |key| {
                        let at = key.clone();
                        let entry = Memo::new(move |_| {
                            entries.with(|all| all.iter().find(|entry| entry.key == at).cloned()).unwrap_or_default()
                        });
                        view! { <Row list key entry entries/> }
                    }
                />
            </ul>
            <form
                class="entry-new"
                on:submit=move |event| {
                    event.prevent_default();
                    add();
                }
            >
                <TextField label=move || words::new_entry(title.get()) value=typed fault/>
                <Button label=words::ADD glyph=Glyph::Plus on_press=add/>
            </form>
        </section>
    }
}

/// An entry.
#[component]
fn Row(list: List, key: String, entry: Memo<Entry>, entries: Memo<Vec<Entry>>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let shop = session.shop_fields();
    let key = StoredValue::new(key);
    let name = Memo::new(move |_| entry.with(|entry| entry_name(list, entry).get().to_string()));
    let field = move |field: &str| key.with_value(|key| list.field(key, field));
    let put = move |name: &str, value: Option<Value>| write(session, toaster, [(field(name), value)].into());
    let rename = move |typed: String| {
        let typed = typed.trim().to_owned();
        if typed.chars().count() > SHORT {
            toaster.warn(words::ADD_LONG);
        } else if typed != name.get_untracked() && (!typed.is_empty() || entry.with_untracked(|entry| entry.usual)) {
            put("name", (!typed.is_empty()).then(|| typed.into()));
        }
    };
    let has_default = !matches!(list, List::Carrier | List::Level);
    let is_default = move || key.with_value(|key| default_of(&shop.get(), list) == *key);
    let make_default = move || {
        let chosen = key.with_value(|key| Value::from(key.as_str()));
        write(session, toaster, [(list.default_field(), Some(chosen))].into());
    };
    let shift = move |down: bool| {
        let set = key.with_value(|key| entries.with_untracked(|all| moved(all, list, key, down)));
        write(session, toaster, set);
    };
    let remove = move || {
        put("removed", Some(Value::Bool(true)));
    };
    let is_first = move || entries.with(|all| all.first().is_some_and(|first| key.with_value(|key| first.key == *key)));
    let is_last = move || entries.with(|all| all.last().is_some_and(|last| key.with_value(|key| last.key == *key)));
    view! {
        <li class="entry" data-key=key.get_value() data-hidden=move || entry.with(|entry| entry.hidden).then_some("")>
            <input
                class="input"
                type="text"
                autocomplete="off"
                aria-label=move || words::name_of(&name.get())
                prop:value=move || name.get()
                on:change:target=move |event| rename(event.target().value())
            />
            <label class="entry-on">
                <input
                    type="checkbox"
                    role="switch"
                    class="switch"
                    aria-label=move || words::offered(&name.get())
                    prop:checked=move || entry.with(|entry| !entry.hidden)
                    on:change:target=move |event| {
                        put("hidden", (!event.target().checked()).then_some(Value::Bool(true)));
                    }
                />
            </label>
            {has_default
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="entry-default"
                            aria-pressed=move || is_default().to_string()
                            aria-label=move || words::make_default(&name.get())
                            on:click=move |_| make_default()
                        >
                            {words::DEFAULT}
                        </button>
                    }
                })}
            <Button
                label=move || words::up(&name.get())
                glyph=Glyph::Up
                kind=Kind::Quiet
                icon_only=true
                disabled=Signal::derive(is_first)
                on_press=move || shift(false)
            />
            <Button
                label=move || words::down(&name.get())
                glyph=Glyph::Down
                kind=Kind::Quiet
                icon_only=true
                disabled=Signal::derive(is_last)
                on_press=move || shift(true)
            />
            <Show when=move || entry.with(|entry| !entry.usual)>
                <Button
                    label=move || words::remove(&name.get())
                    glyph=Glyph::Cross
                    kind=Kind::Quiet
                    icon_only=true
                    on_press=remove
                />
            </Show>
            {(list == List::Method && key.with_value(|key| key != "cash")).then(|| view! { <PayCode entry name field=field("picture")/> })}
        </li>
    }
}

/// The stall's own pay code: the picture that the buyer scans.
#[component]
fn PayCode(entry: Memo<Entry>, name: Memo<String>, field: String) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<Phrase>);
    let id = Signal::derive(move || entry.with(|entry| (!entry.picture.is_empty()).then(|| entry.picture.clone())));
    let url = session.picture(id);
    let field = StoredValue::new(field);
    let on_choose = move |chosen: Chosen| {
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let kept = session.take_picture(chosen, PAY_CODE_PX).await;
            let _ = busy.try_set(false);
            match kept {
                Ok(id) => write(session, toaster, [(field.get_value(), Some(Value::from(id)))].into()),
                Err(why) => {
                    let _ = wrong.try_set(Some(why.words()));
                }
            }
        });
    };
    view! {
        <div class="entry-picture">
            <PictureField
                label=move || words::code_of(&name.get())
                has=Signal::derive(move || id.get().is_some())
                url
                busy
                fault=Signal::derive(move || wrong.get().map(|phrase| phrase.get().to_owned()))
                on_choose
                on_remove=move || write(session, toaster, [(field.get_value(), None)].into())
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_moves_one_place_and_stays_at_the_ends() {
        let entry = |key: &str| Entry { key: key.into(), ..Entry::default() };
        let all = [entry("a"), entry("b"), entry("c")];
        let order = |set: Changes| {
            let mut keys: Vec<_> = set.into_iter().map(|(field, place)| (place, field)).collect();
            keys.sort();
            keys.into_iter().map(|(_, field)| field.split('/').nth(1).unwrap().to_owned()).collect::<String>()
        };
        assert_eq!(order(moved(&all, List::Channel, "c", false)), "acb");
        assert_eq!(order(moved(&all, List::Channel, "c", true)), "abc");
        assert_eq!(order(moved(&all, List::Channel, "a", false)), "abc");
    }

    #[test]
    fn a_name_is_added_once() {
        let names = ["摊位".to_owned(), "JD".to_owned()];
        assert_eq!(refused("", &names), Some(words::ADD_MISSING));
        assert_eq!(refused("jd", &names), Some(words::ADD_KNOWN));
        assert_eq!(refused("团购", &names), None);
        assert_eq!(refused(&"长".repeat(201), &names), Some(words::ADD_LONG));
    }
}
