//! The rows of the list, and above them who may have been written down twice.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use domain::customer::Customer;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::dialogs::{merge, tell_apart};
use super::{Beside, Place, called};
use crate::session::{People, Person, Session};
use crate::text::{self, customers};
use crate::ui::{Button, Glyph, Icon, Money, Size, Toaster};

/// How many rows are shown at a time.
const PAGE: usize = 60;
/// How far from its end the list is shown on, in pixels.
const AHEAD: i32 = 1_200;

/// The list.
#[component]
pub fn Rows(
    /// Who was found.
    found: Memo<Vec<Arc<Person>>>,
    /// Who is shown beside it.
    chosen: Signal<Option<Uuid>>,
    /// Where one is.
    place: Place,
) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    let limit = RwSignal::new(PAGE);
    // Another search begins at its top.
    Effect::new(move |before: Option<(String, bool)>| {
        let now = (place.typed.get(), place.owing.get());
        if before.is_some_and(|before| before != now) {
            limit.set(PAGE);
        }
        now
    });
    let look = move || {
        let near = list
            .try_get_untracked()
            .flatten()
            .is_some_and(|list| list.scroll_height() - list.scroll_top() - list.client_height() < AHEAD);
        let shown = limit.try_get_untracked().unwrap_or(usize::MAX);
        if near && found.try_with_untracked(Vec::len).is_some_and(|total| total > shown) {
            limit.set(shown + PAGE);
        }
    };
    // Where the first rows don't fill the sheet, nobody can scroll: then it goes on by itself.
    Effect::new(move |_| {
        found.track();
        limit.track();
        request_animation_frame(look);
    });
    let each = move || found.with(|found| found.iter().take(limit.get()).cloned().collect::<Vec<_>>());
    view! {
        <ul class="rows scroll" tabindex="0" aria-label=customers::TITLE node_ref=list on:scroll=move |_| look()>
            // The same as long as nothing of it has changed, so that only rows that did are drawn again.
            <For each key=|person| sight(person) let:person>
                <PersonRow person chosen place/>
            </For>
        </ul>
    }
}

/// What a row shows: the same key, the same row.
fn sight(person: &Person) -> (Uuid, u64) {
    let mut hash = DefaultHasher::new();
    let Customer { name, phone, addresses, erased, .. } = &*person.customer;
    (name, phone, addresses.first().map(|address| &address.text), erased).hash(&mut hash);
    (person.orders, person.owes()).hash(&mut hash);
    (person.id(), hash.finish())
}

#[component]
fn PersonRow(person: Arc<Person>, chosen: Signal<Option<Uuid>>, place: Place) -> impl IntoView {
    let session = Session::here();
    let currency = session.currency();
    let id = person.id();
    let owes = person.owes();
    let phone = person.customer.phone.clone();
    let written = phone.clone();
    let named = !person.customer.name.is_empty() || person.customer.erased;
    let orders = u64::try_from(person.orders).unwrap_or(u64::MAX);
    let name = {
        let person = Arc::clone(&person);
        move || called(&person)
    };
    let address = person.customer.addresses.first().map(|address| address.text.clone()).unwrap_or_default();
    let end = match owes {
        0 => None,
        owed if owed > 0 => Some(
            view! {
                <span style:color="var(--owe)">
                    <span class="small">{customers::OWES}</span> " " <Money minor=Signal::stored(owed) currency/>
                </span>
            }
            .into_any(),
        ),
        ahead => Some(
            view! {
                <span class="muted">
                    <span class="small">{customers::CREDIT}</span> " "
                    <Money minor=Signal::stored(ahead.saturating_neg()) currency size=Size::Small/>
                </span>
            }
            .into_any(),
        ),
    };
    let tone = if owes > 0 { "owe" } else { "rest" };
    view! {
        // Rows out of sight cost no layout, however long the list has grown.
        <li style:content-visibility="auto" style:contain-intrinsic-size="auto 4.75rem">
            <a
                class="row"
                href=move || {
                    place.owing.track();
                    place.typed.track();
                    place.address(Beside::One(id))
                }
                data-testid="customer-row"
                data-phone=written
                data-owes=owes.to_string()
                aria-current=move || (chosen.get() == Some(id)).then_some("true")
            >
                <span class="mark" data-tone=tone><Icon glyph=Glyph::Person/></span>
                <span class="main">
                    <span class="line"><b class="clip">{name}</b></span>
                    <span class="line sub">
                        {named.then(|| view! { <span class="phone">{phone}</span> })}
                        <span class="clip">{address}</span>
                    </span>
                </span>
                <span class="end">
                    {end}
                    {(orders > 0).then(|| view! { <span class="small muted">{move || customers::orders(orders)}</span> })}
                </span>
            </a>
        </li>
    }
}

/// Who may have been written down twice: both sides, and the choice.
#[component]
pub fn Doubles(people: Signal<Arc<People>>, place: Place) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let busy = RwSignal::new(false);
    let pairs = Memo::new(move |_| people.with(|people| people.doubles()));
    // One at a time: the list stays in sight.
    let pair = Memo::new(move |_| pairs.with(|pairs| pairs.first().cloned()));
    let shown = move || {
        // Who searches wants the list.
        let (first, second) = pair.get().filter(|_| place.typed.with(|typed| typed.trim().is_empty()))?;
        let line = |person: &Person| {
            let customer: &Customer = &person.customer;
            customers::same_as(&called(person), &customer.phone)
        };
        let (one, other) = (line(&first), line(&second));
        let side = |person: Arc<Person>, said: String| {
            let owes = person.owes();
            let orders = u64::try_from(person.orders).unwrap_or(u64::MAX);
            let currency = session.currency();
            view! {
                <li>
                    <a href=place.address(Beside::One(person.id()))>{said}</a>
                    " "
                    <span class="small muted">
                        {customers::orders(orders)} " · " <span class="unbroken">{move || text::date_time(person.last_ms)}</span>
                        {(owes != 0).then(|| view! {
                            " · " <span class="unbroken">{customers::OWES} " " <Money minor=Signal::stored(owes) currency size=Size::Small/></span>
                        })}
                    </span>
                </li>
            }
        };
        let count = pairs.with(Vec::len);
        let run = move |merges: bool, first: Arc<Person>, second: Arc<Person>| {
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            spawn_local(async move {
                if merges {
                    merge(session, toaster, &second, &first).await;
                } else {
                    tell_apart(session, toaster, &second, &first).await;
                }
                let _ = busy.try_set(false);
            });
        };
        let (a, b) = (Arc::clone(&first), Arc::clone(&second));
        let (c, d) = (Arc::clone(&first), Arc::clone(&second));
        Some(view! {
            <section class="doubles" data-testid="double" aria-label=customers::DOUBLES>
                <h2>
                    <Icon glyph=Glyph::Merge/>
                    <span>{customers::DOUBLES}</span>
                    {(count > 1).then(|| view! { <b class="count">{count}</b> })}
                </h2>
                <p class="small muted">{customers::DOUBLES_WHY}</p>
                <ul>{side(first, one)}{side(second, other)}</ul>
                <div class="acts">
                    <Button
                        label=customers::NOT_SAME
                        busy
                        on_press=move || run(false, Arc::clone(&a), Arc::clone(&b))
                    />
                    <Button
                        label=customers::MERGE
                        glyph=Glyph::Merge
                        busy
                        on_press=move || run(true, Arc::clone(&c), Arc::clone(&d))
                    />
                </div>
            </section>
        })
    };
    view! { {shown} }
}
