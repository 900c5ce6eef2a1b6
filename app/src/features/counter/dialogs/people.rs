//! Who buys, found as one types or written down again; and the carts that wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::StreamKind;
use domain::customer::Customer;
use leptos::prelude::*;

use crate::features::counter::till::{Till, said_time};
use crate::features::counter::words::act_fault;
use crate::features::customers::Book;
use crate::platform::page;
use crate::session::{ActFault, Person};
use crate::text::{counter, weight};
use crate::ui::{Acts, Button, Empty, Fault, Glyph, Icon, Kind, Money, SearchField, Submission, TextField, uid};

/// So many customers are listed; more words lead to the others.
const MOST: usize = 30;

/// Who buys.
#[component]
pub fn Customers(till: Till) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let is_new = RwSignal::new(false);
    let people = till.session.people();
    let book = Memo::new(move |_| people.with(|people| Book::of(people.iter())));
    let found = Memo::new(move |_| {
        let mut found = search.with(|typed| book.with(|book| book.meant(typed)));
        found.retain(|person| !person.customer.erased);
        found.truncate(MOST);
        found
    });
    let has_one = till.cart.with_untracked(|cart| cart.content.customer.is_some() || !cart.buyer.is_empty());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let only = found.with_untracked(|found| found.first().cloned());
        if let Some(only) = only.filter(|_| search.with_untracked(|typed| !typed.trim().is_empty())) {
            till.choose_customer(Some(&only.customer));
        }
    };
    let rows = move || {
        let row = |person: Arc<Person>| {
            let (name, phone) = (person.customer.name.clone(), person.customer.phone.clone());
            view! {
                <li>
                    <button
                        type="button"
                        class="button variant"
                        on:click=move |_| till.choose_customer(Some(&person.customer))
                    >
                        <span>{name}</span>
                        <span class="small muted">{phone}</span>
                    </button>
                </li>
            }
        };
        found.get().into_iter().map(row).collect_view()
    };
    view! {
        <Show when=move || !is_new.get() fallback=move || view! { <NewCustomer till typed=search.get_untracked()/> }>
            <form class="bar" autocomplete="off" on:submit=send>
                <SearchField label=counter::FIND_CUSTOMER example=counter::FIND_CUSTOMER_HINT value=search/>
            </form>
            <ul class="menu people" aria-label=counter::CUSTOMER>{rows}</ul>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="muted" role="status">{counter::NO_SUCH_CUSTOMER}</p>
            </Show>
            <Acts>
                {has_one
                    .then(|| {
                        view! {
                            <Button
                                label=counter::NO_CUSTOMER
                                kind=Kind::Quiet
                                on_press=move || till.choose_customer(None)
                            />
                        }
                    })}
                <Button label=counter::NEW_CUSTOMER glyph=Glyph::Plus on_press=move || is_new.set(true)/>
            </Acts>
        </Show>
    }
}

/// Name and phone are enough here; the rest is written on the customer's own page.
#[component]
fn NewCustomer(till: Till, typed: String) -> impl IntoView {
    let is_phone = typed.chars().any(|c| c.is_ascii_digit());
    let (name, phone) = if is_phone { (String::new(), typed) } else { (typed, String::new()) };
    let (name, phone) = (RwSignal::new(name), RwSignal::new(phone));
    let submission = Submission::<ActFault>::new();
    let tried = RwSignal::new(false);
    let customer = move || Customer {
        name: name.get().trim().to_owned(),
        phone: phone.get().trim().to_owned(),
        ..Customer::default()
    };
    let missing = Signal::derive(move || {
        (tried.get() && !customer().faults().is_empty()).then(|| counter::CUSTOMER_MISSING.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let customer = untrack(customer);
        if !customer.faults().is_empty() {
            return page::focus_first_fault();
        }
        let fields = customer.fields();
        let work = async move { till.session.write(StreamKind::Customer, None, &BTreeMap::new(), &fields).await };
        submission.run(work, move |id| till.choose_customer(Some(&Customer { id, ..customer })));
    };
    let place = uid("new");
    let first = format!("#{place} input");
    request_animation_frame(move || {
        page::focus(&first);
    });
    view! {
        <form class="stack" id=place novalidate autocomplete="off" on:submit=send>
            <div class="two">
                <TextField label=counter::CUSTOMER_NAME value=name fault=missing/>
                <TextField label=counter::CUSTOMER_PHONE value=phone keys="tel"/>
            </div>
            <Fault text=submission.wrong(|fault| act_fault(fault).get().to_owned())/>
            <Acts>
                <Button label=counter::SAVE_CUSTOMER glyph=Glyph::Check kind=Kind::Main submit=true busy=submission.busy/>
            </Acts>
        </form>
    }
}

/// The carts that wait, newest first.
#[component]
pub fn Parked(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let parked = till.session.parked();
    let rows = move || {
        let all = parked.get();
        let row = |cart: &domain::order::Summary| {
            let id = cart.id;
            let (items, name, note, total) =
                (weight::in_words(&cart.items), cart.name.clone(), cart.note.clone(), cart.total);
            // What was noted of it is what it is called by; else its goods are.
            let (items, name) = match (note.is_empty(), name.is_empty()) {
                (true, _) => (items, name),
                (false, true) => (note, items),
                (false, false) => (note, format!("{name} · {items}")),
            };
            let tablet = till.session.device_code(cart.device);
            let by = counter::parked_by(&said_time(cart.placed_ms), &tablet);
            let by = if name.is_empty() { by } else { format!("{name} · {by}") };
            let taken = (cart.received() > 0).then(|| counter::parked_taken(&till.said_amount(cart.received())));
            view! {
                <li>
                    <button
                        type="button"
                        class="button variant"
                        data-testid="parked-cart"
                        on:click=move |_| till.take_up(id)
                    >
                        <span>
                            <span class="name">{items}</span>
                            <span class="small muted">{by}</span>
                            {taken.map(|taken| view! { <span class="small">{taken}</span> })}
                        </span>
                        <Money minor=Signal::stored(total) currency/>
                        <Icon glyph=Glyph::Hand/>
                    </button>
                </li>
            }
        };
        all.iter().map(row).collect_view()
    };
    view! {
        <Show
            when=move || parked.with(|all| !all.is_empty())
            fallback=|| view! { <Empty glyph=Glyph::Park title=counter::PARKED_NONE text=counter::PARKED_NONE_WHY/> }
        >
            <ul class="menu parked">{rows}</ul>
        </Show>
        <Fault text=till.fault_words()/>
    }
}
