//! A customer: who they are, what they owe, what they bought, their debt book, and who turned out to be the same.

use std::sync::Arc;

use domain::customer::{Posted, Posting};
use domain::shop::list::{List, entries};
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::dialogs::{CustomerDialogs, DialogKind, Dialogs, separate};
use super::{BackToList, Missing, Place, called};
use crate::features::order::appearance;
use crate::session::{Load, People, Person, Row, Session};
use crate::text::{self, Phrase, customers, form, weight};
use crate::ui::{
    Acts, Button, Glyph, Icon, Kind, LinkButton, Menu, MenuAct, Money, Note, Scroll, Serial, Size, Skeleton, Stamp,
    Stub, Toaster, Tone,
};

/// How many orders are shown at first, and how many more at a time.
const PAGE: usize = 20;

/// A customer once they are read, or what there is instead.
#[component]
pub fn Shown(
    /// Who.
    id: Uuid,
    /// Everyone.
    people: Signal<Arc<People>>,
    /// Where one is.
    place: Place,
) -> impl IntoView {
    let found = Memo::new(move |_| people.with(|people| people.of(id).cloned()));
    let is_there = Memo::new(move |_| found.with(Option::is_some));
    move || match (is_there.get(), found.get_untracked()) {
        (true, Some(first)) => {
            // While the page goes from one to the next, this sheet keeps its own.
            let person = Memo::new(move |_| found.get().unwrap_or_else(|| Arc::clone(&first)));
            view! { <Sheet people person place/> }.into_any()
        }
        _ => view! { <Missing place/> }.into_any(),
    }
}

#[component]
fn Sheet(people: Signal<Arc<People>>, person: Memo<Arc<Person>>, place: Place) -> impl IntoView {
    let session = Session::here();
    let ids = Memo::new(move |_| person.with(|person| person.all().map(|it| it.id).collect::<Vec<_>>()));
    let rows = session.bought(ids.into());
    let dialogs = CustomerDialogs::of(people, person, rows);
    let erased = Memo::new(move |_| person.with(|person| person.customer.erased));
    let owes = Memo::new(move |_| person.with(|person| person.owes()));
    let repay = move || {
        let kind = if owes.get() > 0 { Kind::Main } else { Kind::Plain };
        view! { <Button label=customers::REPAY glyph=Glyph::Cash kind on_press=move || dialogs.open(DialogKind::Repay)/> }
    };
    let edit = move || place.edit(person.with_untracked(|person| person.id()));
    let menu = Signal::derive(move || {
        let act = |label: Phrase, glyph, danger, kind| MenuAct {
            label: label.into(),
            glyph,
            danger,
            act: Callback::new(move |()| dialogs.open(kind)),
        };
        let mut acts = vec![act(customers::WRITE_DEBT, Glyph::Credit, false, DialogKind::Debt)];
        if !erased.get() {
            acts.push(act(customers::MERGE_WITH, Glyph::Merge, false, DialogKind::Merge));
            acts.push(act(customers::ERASE, Glyph::Erase, true, DialogKind::Erase));
        }
        acts
    });
    view! {
        <Scroll label=customers::CONTENT>
            <Head dialogs place/>
            <Who dialogs/>
            <Merged dialogs/>
            <Bought dialogs/>
            <Book dialogs ids=ids.into()/>
        </Scroll>
        <Stub>
            <Acts>
                <Menu acts=menu/>
                {move || {
                    (!erased.get())
                        .then(|| view! { <Button label=customers::EDIT glyph=Glyph::Edit on_press=edit/> })
                }}
                {repay}
            </Acts>
        </Stub>
        <Dialogs dialogs/>
    }
}

/// Name and what is owed.
#[component]
fn Head(dialogs: CustomerDialogs, place: Place) -> impl IntoView {
    let person = dialogs.person;
    let currency = dialogs.session.currency();
    let owes = Memo::new(move |_| person.with(|person| person.owes()));
    let words = move || match owes.get() {
        0 => customers::OWES_NOTHING,
        owed if owed > 0 => customers::STILL_OWES,
        _ => customers::IN_ADVANCE,
    };
    let split = move || {
        let (open, debt) = person.with(|person| (person.open, person.debt));
        (open != 0 && debt != 0).then(|| {
            let debt_words = if debt > 0 { customers::OLD_DEBT } else { customers::IN_ADVANCE };
            view! {
                <p class="small muted split-sum">
                    <span class="unbroken">
                        {customers::ORDERS_OPEN} " " <Money minor=Signal::stored(open) currency size=Size::Small/>
                    </span>
                    " · "
                    <span class="unbroken">
                        {debt_words} " " <Money minor=Signal::stored(debt.saturating_abs()) currency size=Size::Small/>
                    </span>
                </p>
            }
        })
    };
    let visit = move || {
        let (orders, sum, last) = person.with(|person| (person.orders, person.bought, person.last_ms));
        (orders > 0).then(|| {
            let orders = customers::orders(u64::try_from(orders).unwrap_or(u64::MAX));
            let said = customers::bought_sum(&orders, &dialogs.money(sum));
            view! { <p class="small muted">{said} " · " <span class="unbroken">{customers::LAST_VISIT} " " {text::date_time(last)}</span></p> }
        })
    };
    view! {
        <div class="customer-head">
            <BackToList place/>
            <div>
                <h2 data-testid="customer-name">{move || person.with(|person| called(person))}</h2>
                {visit}
            </div>
            <div class="debt">
                <p
                    data-testid="customer-owes"
                    data-minor=move || owes.get().to_string()
                    style:color=move || { if owes.get() > 0 { "var(--owe)" } else { "var(--done)" } }
                >
                    <span>{move || words().get()}</span>
                    " "
                    <Show when=move || owes.get() != 0>
                        <Money minor=Signal::derive(move || owes.get().saturating_abs()) currency size=Size::Large/>
                    </Show>
                </p>
                {split}
            </div>
        </div>
    }
}

/// What a price level is called.
fn level_name(session: Session, key: &str) -> String {
    let name = session
        .shop_fields()
        .with(|shop| entries(shop, List::Level).into_iter().find(|entry| entry.key == key).map(|entry| entry.name));
    super::form::level_words(key, &name.unwrap_or_default())
}

/// Phone, addresses, level, note.
#[component]
fn Who(dialogs: CustomerDialogs) -> impl IntoView {
    let person = dialogs.person;
    let shown = move || {
        let person = person.get();
        let customer = &person.customer;
        if customer.erased {
            return view! { <section class="section"><Note text=customers::ERASED_WHY/></section> }.into_any();
        }
        let phones: Vec<String> = {
            let mut all: Vec<String> = Vec::new();
            for customer in person.all().filter(|customer| !customer.phone.is_empty()) {
                let digits = customer.phone_digits();
                if !all.iter().any(|known| domain::customer::phone_digits(known) == digits) {
                    all.push(customer.phone.clone());
                }
            }
            all
        };
        let phones = phones
            .into_iter()
            .map(|phone| {
                let href: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                view! {
                    <li class="between">
                        <span>{phone}</span>
                        <LinkButton
                            href=format!("tel:{href}")
                            label=customers::CALL
                            glyph=Glyph::Phone
                            icon_only=true
                        />
                    </li>
                }
            })
            .collect_view();
        let addresses = person.addresses();
        if phones.is_empty() && addresses.is_empty() && customer.level.is_empty() && customer.note.is_empty() {
            return ().into_any();
        }
        let has_addresses = !addresses.is_empty();
        let addresses = addresses.into_iter().map(|address| view! { <li>{address}</li> }).collect_view();
        let level = (!customer.level.is_empty()).then(|| {
            let name = level_name(dialogs.session, &customer.level);
            view! { <dt>{customers::LEVEL}</dt><dd>{name}</dd> }
        });
        let note = (!customer.note.is_empty())
            .then(|| view! { <dt>{customers::NOTE}</dt><dd class="typed">{customer.note.clone()}</dd> });
        view! {
            <section class="section stack" data-tight="">
                <ul class="phones">{phones}</ul>
                <dl class="facts">
                    {has_addresses
                        .then(|| view! { <dt>{customers::ADDRESSES}</dt><dd><ol class="addresses">{addresses}</ol></dd> })}
                    {level}
                    {note}
                </dl>
            </section>
        }
        .into_any()
    };
    view! { {shown} }
}

/// Who turned out to be the same person.
#[component]
fn Merged(dialogs: CustomerDialogs) -> impl IntoView {
    let session = dialogs.session;
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let merged = Memo::new(move |_| dialogs.person.with(|person| person.merged.clone()));
    move || {
        let all = merged.get();
        (!all.is_empty()).then(|| {
            let each = all
                .into_iter()
                .map(|customer| {
                    let id = customer.id;
                    let press = move || spawn_local(async move { separate(session, toaster, id).await });
                    let name = if customer.erased { customers::ERASED.get().to_owned() } else { customer.name.clone() };
                    view! {
                        <li class="between" data-testid="merged">
                            <span>{customers::same_as(&name, &customer.phone)}</span>
                            <Button label=customers::SEPARATE on_press=press/>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <section class="section stack" data-tight="">
                    <h2>{customers::MERGED_HERE}</h2>
                    <ul class="stack" data-tight="">{each}</ul>
                </section>
            }
        })
    }
}

/// Their orders, newest first.
#[component]
fn Bought(dialogs: CustomerDialogs) -> impl IntoView {
    let limit = RwSignal::new(PAGE);
    let rows = dialogs.rows;
    let shown = move || {
        let total = rows.with(|rows| rows.len());
        if total == 0 {
            return view! { <p class="muted">{customers::NOTHING_BOUGHT}</p> }.into_any();
        }
        let each = rows.with(|rows| {
            rows.iter().take(limit.get()).map(|row| view! { <OrderLine row=row.clone()/> }).collect_view()
        });
        let more = (total > limit.get()).then(|| {
            view! {
                <Button label=customers::MORE_ORDERS on_press=move || limit.update(|limit| *limit += PAGE)/>
            }
        });
        view! { <ul class="rows plain">{each}</ul> {more} }.into_any()
    };
    let one_more = move || {
        let (id, erased) = dialogs.person.with(|person| (person.id(), person.customer.erased));
        let href = format!("/orders/new?customer={id}");
        (!erased).then(|| view! { <LinkButton href label=form::NEW kind=Kind::Quiet glyph=Glyph::NewOrder/> })
    };
    view! {
        <section class="section stack" data-tight="" aria-label=customers::BOUGHT>
            <div class="head"><h2>{customers::BOUGHT}</h2> {one_more}</div>
            {shown}
        </section>
    }
}

#[component]
fn OrderLine(row: Row) -> impl IntoView {
    let currency = Session::here().currency();
    let (tone, glyph, state) = appearance::of_order(row.status, row.delivery);
    let number = row.number.as_ref().map(|number| number.0.clone());
    let number = match number {
        Some(number) => view! { <Serial number/> }.into_any(),
        None => view! { {text::state::DRAFT} }.into_any(),
    };
    let placed = row.placed_ms;
    let items = row.items.clone();
    let items = move || weight::in_words(&items);
    let total = row.total;
    view! {
        <li>
            <a class="row" href=format!("/orders/{}", row.id)>
                <span class="mark" data-tone=tone.key()><Icon glyph/></span>
                <span class="main">
                    <span class="line">{number} <span class="clip">{items}</span></span>
                    <span class="line sub">
                        <Stamp tone glyph label=state plain=true/>
                        <span class="clip">{move || text::date_time(placed)}</span>
                    </span>
                </span>
                <span class="end"><Money minor=Signal::stored(total) currency/></span>
            </a>
        </li>
    }
}

/// Every order on credit, payment and repayment, the newest first, with what was owed after each.
#[component]
fn Book(dialogs: CustomerDialogs, ids: Signal<Vec<Uuid>>) -> impl IntoView {
    let session = dialogs.session;
    let currency = session.currency();
    let book = session.debt_book(ids);
    let shown = move || match book.get() {
        Load::Pending => view! { <Skeleton/> }.into_any(),
        Load::Missing => ().into_any(),
        Load::Ready(book) if book.is_empty() => view! { <p class="muted">{customers::BOOK_EMPTY}</p> }.into_any(),
        Load::Ready(book) => {
            let currency = currency.get();
            let each = book
                .iter()
                .rev()
                .map(|posted| {
                    let tone = if posted.amount > 0 { Tone::Owe } else { Tone::Done };
                    view! {
                        <tr data-testid="posted" data-minor=posted.amount.to_string() data-balance=posted.balance.to_string()>
                            <td class="small">{text::date_time(posted.at_ms)}</td>
                            <td>{what(posted)}</td>
                            <td data-end="" style:color=format!("var(--{})", tone.key())>
                                {if posted.amount > 0 { "+" } else { "" }} {currency.plain(posted.amount)}
                            </td>
                            <td data-end=""><b>{currency.plain(posted.balance)}</b></td>
                        </tr>
                    }
                })
                .collect_view();
            view! {
                <table class="table book">
                    <thead>
                        <tr>
                            <th scope="col">{customers::DATE}</th>
                            <th scope="col">{customers::WHAT}</th>
                            <th scope="col" data-end="">{customers::AMOUNT}</th>
                            <th scope="col" data-end="">{customers::BALANCE}</th>
                        </tr>
                    </thead>
                    <tbody>{each}</tbody>
                </table>
            }
            .into_any()
        }
    };
    view! {
        <section class="section stack" data-tight="" aria-label=customers::BOOK>
            <h2>{customers::BOOK}</h2>
            {shown}
        </section>
    }
}

/// A line of the book in words.
fn what(posted: &Posted) -> AnyView {
    let number = posted.order.as_ref().and_then(|(_, number)| number.as_ref().map(|number| number.0.clone()));
    let on = customers::on_order(&number.unwrap_or_default());
    let words = match &posted.posting {
        Posting::Order => on,
        Posting::Payment(method) => customers::pays(&on, &appearance::method_name(method)),
        Posting::Refund(method) => customers::gave_back(&on, &appearance::method_name(method)),
        Posting::Debt => customers::DEBT_POSTED.get().to_owned(),
        Posting::PaidBack(Some(method)) => customers::paid_back(&appearance::method_name(method)),
        Posting::PaidBack(None) => customers::REPAID_PLAIN.get().to_owned(),
    };
    let note = (!posted.note.is_empty()).then(|| view! { <p class="small muted">{posted.note.clone()}</p> });
    match posted.order.as_ref().map(|(order, _)| *order) {
        Some(order) => view! { <a href=format!("/orders/{order}")>{words}</a> {note} }.into_any(),
        None => view! { {words} {note} }.into_any(),
    }
}
