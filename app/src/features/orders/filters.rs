//! Filters: the panel, what is on, and moving through the list by keys.

use domain::Day;
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Badge, Delivery, Status};
use domain::record::Fields;
use domain::shop::list::List;
use leptos::ev::{ClipboardEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use replica::{Facet, Filter, Sort, SortBy};

use super::super::order::appearance;
use super::super::shop_lists;
use super::batch::{Picking, VerifyAll};
use super::model::{Lately, ListQuery, SORTS, sort_of, sort_word};
use super::saved::{self, Keep, Saved};
use super::{OrderListState, ScrollState, TABS};
use crate::features::meant;
use crate::platform::page;
use crate::session::{Session, alike_in, shop_now};
use crate::text::order_list::filters as words;
use crate::text::{self, fault};
use crate::ui::{Acts, Button, Choice, Dialog, Glyph, Icon, Kind, Note, Select, TextField, Tick, Tone};

/// What an address asks for.
pub fn asked(query: &ParamsMap) -> ListQuery {
    ListQuery::read(query.into_iter().map(|(key, value)| (key.as_ref(), value)))
}

/// Reads the filters of an address.
pub fn narrow(session: Session, query: &ParamsMap, filter: &mut Filter) {
    asked(query).fill(filter, |day| session.midnight(day), |days| ago(session, days));
}

/// The day of the shop that was so many days ago.
fn ago(session: Session, days: i64) -> Day {
    let today = session.midnight(session.day_of(session.now_ms().get()));
    // At noon, whenever the clocks were changed.
    session.day_of(today - days * 86_400_000 + 43_200_000)
}

fn lately_words(days: Lately) -> text::Phrase {
    match days {
        Lately::Today => words::TODAY,
        Lately::Yesterday => words::YESTERDAY,
        Lately::Week => words::SEVEN_DAYS,
        Lately::Month => words::THIRTY_DAYS,
    }
}

/// Several lines pasted into the search are several things to search for.
pub fn pasted(list_state: OrderListState, event: &ClipboardEvent) {
    if let Some(text) = page::take_pasted_lines(event) {
        list_state.typed.set(text);
    }
}

/// A step so short that the row it begins at is still drawn.
const NEAR: usize = 1;

/// Moves through the list by keys.
pub fn keys(list_state: OrderListState, reach: ScrollState, event: &KeyboardEvent) {
    let total = list_state.listing.with_untracked(|listing| listing.total);
    let Some(last) = total.checked_sub(1) else { return };
    let heights = reach.heights.get_untracked();
    let view = reach.view.get_untracked();
    let screenful = usize::try_from((view - heights.head) / heights.row.max(1)).unwrap_or(1).max(1);
    let focused = page::focused_row();
    let now = focused.unwrap_or_else(|| reach.active.get_untracked()).min(last);
    let is_picking = list_state.picked.with_untracked(Option::is_some);
    let next = match event.key().as_str() {
        // From the list itself, the first step is to the row that one was at.
        "ArrowDown" | "ArrowUp" if focused.is_none() => now,
        "ArrowDown" => (now + 1).min(last),
        "ArrowUp" => now.saturating_sub(1),
        "PageDown" => (now + screenful).min(last),
        "PageUp" => now.saturating_sub(screenful),
        "Home" => 0,
        "End" => last,
        " " if is_picking && focused.is_some() => {
            event.prevent_default();
            super::batch::pick_at(list_state, now, event.shift_key());
            return;
        }
        _ => return,
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    event.prevent_default();
    reach.active.set(next);
    let row_top = list_state.listing.with_untracked(|listing| heights.top_of(listing, next));
    let px = |at: i64| i32::try_from(at).unwrap_or(i32::MAX);
    let scrolled = reach.top.get_untracked();
    let place = if px(row_top) - heights.head < scrolled {
        (px(row_top) - heights.head).max(0)
    } else if px(row_top) + heights.row > scrolled + view {
        px(row_top) + heights.row - view
    } else {
        scrolled
    };
    if let Some(list) = reach.list.get_untracked() {
        // Where the row with the focus may go with the jump, the list takes the focus first.
        if next.abs_diff(now) > NEAR {
            let _ = list.focus();
        }
        // At once: word of an earlier step that comes meanwhile finds the list where this one puts it.
        reach.top.set(place);
        list.set_scroll_top(place);
        page::focus_row(list.into(), next, move || reach.active.try_get_untracked() == Some(next));
    }
}

/// The name of an entry of one of the shop's lists.
pub fn named(shop: &Fields, list: List, key: &str) -> String {
    if key.is_empty() {
        return words::NO_VALUE.get().to_owned();
    }
    shop_lists::name(shop, list, key)
}

/// A trait in words.
fn facet_words(session: Session, facet: &Facet) -> String {
    match facet {
        Facet::Badge(badge) => appearance::of_badge(*badge).2.get().to_owned(),
        Facet::Channel(key) => named(&shop_now(), List::Channel, key),
        Facet::Category(key) => named(&shop_now(), List::Category, key),
        Facet::Method(method) => named(&shop_now(), List::Method, method.key()),
        Facet::Device(id) => words::tablet(&session.device_code(*id)),
        Facet::Actor(id) => words::person(id.to_string().get(..8).unwrap_or_default()),
        Facet::Customer(id) => {
            let newest = session.ask(|replica, now| {
                let (_, orders) = replica.of_customer(*id);
                orders.first().and_then(|order| replica.summary(*order, now)).map(|summary| summary.name)
            });
            words::customer(&newest.flatten().unwrap_or_default())
        }
        Facet::Label(label) => label.clone(),
        Facet::Delivery(way) => appearance::delivery_name(*way).get().to_owned(),
    }
}

fn sort_name(Sort { by, ascending }: Sort) -> text::Phrase {
    match (by, ascending) {
        (SortBy::Time, false) => words::NEWEST,
        (SortBy::Time, true) => words::OLDEST,
        (SortBy::Number, true) => words::NUMBER_UP,
        (SortBy::Number, false) => words::NUMBER_DOWN,
        (SortBy::Buyer, true) => words::BUYER_UP,
        (SortBy::Buyer, false) => words::BUYER_DOWN,
        (SortBy::Total, false) => words::TOTAL_DOWN,
        (SortBy::Total, true) => words::TOTAL_UP,
        (SortBy::Owed, false) => words::OWED_DOWN,
        (SortBy::Owed, true) => words::OWED_UP,
        (SortBy::Due, true) => words::DUE_UP,
        (SortBy::Due, false) => words::DUE_DOWN,
    }
}

/// All that is on, in words, each with what is left without it.
fn chips(session: Session, asked: &ListQuery) -> Vec<(String, ListQuery)> {
    let mut chips = Vec::new();
    let money = |minor: i64| session.currency().get().full(minor);
    if asked.status.len() > 1 {
        for status in &asked.status {
            let left = asked.status.iter().copied().filter(|other| other != status).collect();
            chips
                .push((appearance::of_status(*status).2.get().to_owned(), ListQuery { status: left, ..asked.clone() }));
        }
    }
    for facet in &asked.only {
        let mut without = asked.clone();
        without.set(facet.clone(), false);
        chips.push((facet_words(session, facet), without));
    }
    let mut push = |on: Option<String>, without: ListQuery| chips.extend(on.map(|words| (words, without)));
    let lately = asked.lately.map(|days| lately_words(days).get().to_owned());
    push(lately, ListQuery { lately: None, ..asked.clone() });
    push(asked.from.map(|of| words::day_from(&of.to_string())), ListQuery { from: None, ..asked.clone() });
    push(asked.to.map(|of| words::day_to(&of.to_string())), ListQuery { to: None, ..asked.clone() });
    push(asked.least.map(|of| words::least(&money(of))), ListQuery { least: None, ..asked.clone() });
    push(asked.most.map(|of| words::most(&money(of))), ListQuery { most: None, ..asked.clone() });
    push(asked.owed.then(|| words::OWED.get().to_owned()), ListQuery { owed: false, ..asked.clone() });
    push(asked.parked.then(|| words::PARKED.get().to_owned()), ListQuery { parked: false, ..asked.clone() });
    chips
}

/// Under the tabs: what is picked, or else what is filtered; and what became of many pasted numbers.
#[component]
pub fn Bar(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let session = Session::here();
    let on = Memo::new(move |_| list_state.query.with(|query| chips(session, &asked(query))));
    let each = move || {
        let chip = |(words, without): (String, ListQuery)| {
            let name = words::without(&words);
            view! {
                <li>
                    <button
                        type="button"
                        class="chip"
                        aria-label=name
                        on:click=move |_| list_state.visit(&without.write(), false)
                    >
                        <span class="clip">{words}</span>
                        <Icon glyph=Glyph::Cross/>
                    </button>
                </li>
            }
        };
        on.get().into_iter().map(chip).collect_view()
    };
    let clear = move || list_state.visit(&list_state.query.with_untracked(asked).cleared().write(), false);
    let numbers = Memo::new(move |_| {
        let search = list_state.typed.get();
        session.ask(|replica, _| replica.pasted(&search)).flatten()
    });
    let report = move || {
        let pasted = numbers.get()?;
        let mut says = words::pasted(pasted.asked - pasted.missing.len(), pasted.asked);
        if !pasted.missing.is_empty() {
            says.push(' ');
            says.push_str(&words::missing(&pasted.missing.join(words::SEPARATOR.get())));
        }
        let tone = if pasted.missing.is_empty() { Tone::Done } else { Tone::Owe };
        Some(view! { <Note text=says tone glyph=Glyph::Search/> })
    };
    let any = move || on.with(|on| !on.is_empty());
    let kept = saved::is_kept(list_state);
    let is_picking = move || list_state.picked.with(Option::is_some);
    let unverified =
        Memo::new(move |_| list_state.query.with(|query| asked(query).only == [Facet::Badge(Badge::Unverified)]));
    let to_verify = move || unverified.get() && !is_picking();
    view! {
        <Show when=is_picking><Picking list_state/></Show>
        <div class="chip-row">
            <Saved list_state/>
            <Show when=any>
                <div class="chips">
                    // A chip that was chosen beside it says it already.
                    <ul aria-label=words::ON hidden=move || kept.get()>{each}</ul>
                    <Button label=words::CLEAR kind=Kind::Quiet on_press=clear/>
                    <Keep list_state/>
                </div>
            </Show>
        </div>
        <Show when=to_verify><VerifyAll list_state/></Show>
        <div role="status" class="pasted">{report}</div>
    }
}

/// The key that opens the panel, and the panel.
#[component]
pub fn Panel(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let count = move || list_state.query.with(|query| asked(query).how_many());
    let label = move || match count() {
        0 => words::FILTER.get().to_owned(),
        on => words::active(on),
    };
    view! {
        <Button label glyph=Glyph::Filter on_press=move || open.set(true) attr:aria-haspopup="dialog"/>
        <Dialog open title=words::FILTER><Fields list_state open/></Dialog>
    }
}

fn amount(session: Session, typed: &str) -> Result<Option<i64>, NumberFault> {
    match figure::amount(typed, session.settings().get().currency) {
        Err(NumberFault::Empty) => Ok(None),
        read => read.map(Some),
    }
}

/// A day to type or to choose.
#[component]
fn DayField(
    label: text::Phrase,
    value: Signal<Option<Day>>,
    #[prop(into)] on_change: Callback<(Option<Day>,)>,
) -> impl IntoView {
    let id = crate::ui::uid("f");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                type="date"
                id=id
                prop:value=move || value.get().map(|day| day.to_string()).unwrap_or_default()
                on:change:target=move |event| on_change.run((Day::parse(&event.target().value()),))
            />
        </div>
    }
}

/// Everything that can be asked for.
#[component]
fn Fields(list_state: OrderListState, open: RwSignal<bool>) -> impl IntoView {
    let session = Session::here();
    let draft = RwSignal::new(list_state.query.with_untracked(asked));
    let currency = session.currency();
    let typed = |minor: Option<i64>| minor.map(|minor| currency.get_untracked().typed(minor)).unwrap_or_default();
    let least = RwSignal::new(typed(draft.with_untracked(|draft| draft.least)));
    let most = RwSignal::new(typed(draft.with_untracked(|draft| draft.most)));
    let fault = move |of: RwSignal<String>| {
        Signal::derive(move || amount(session, &of.get()).err().map(|_| fault::AMOUNT_WRONG.get().to_owned()))
    };
    let whole = move || ListQuery {
        least: amount(session, &least.get()).unwrap_or_default(),
        most: amount(session, &most.get()).unwrap_or_default(),
        ..draft.get()
    };
    let filter = Memo::new(move |_| {
        let mut filter =
            Filter { search: list_state.typed.get(), alike: alike_in(&list_state.typed.read()), ..Filter::default() };
        whole().fill(&mut filter, |day| session.midnight(day), |days| ago(session, days));
        filter
    });
    let found = session.listing(filter.into());
    let show = move || words::show(u64::try_from(found.with(|found| found.total)).unwrap_or(u64::MAX));

    let facet = move |facet: Facet, count: Option<usize>| {
        let (of, words) = (facet.clone(), facet.clone());
        let is_on = Signal::derive(move || draft.with(|draft| draft.has(&of)));
        let set = move |on: bool| draft.update(|draft| draft.set(facet.clone(), on));
        view! { <Tick label=move || facet_words(session, &words) value=is_on on_change=set count/> }
    };
    let group = move |title: text::Phrase, facets: Vec<(Facet, Option<usize>)>| {
        (!facets.is_empty()).then(|| {
            view! {
                <fieldset class="group">
                    <legend>{title}</legend>
                    <div class="ticks">{facets.into_iter().map(|(it, count)| facet(it, count)).collect_view()}</div>
                </fieldset>
            }
        })
    };
    let mut in_use = untrack(|| session.ask(|replica, _| replica.in_use())).unwrap_or_default();
    // What is asked for can be taken back, even where no order has it any more.
    let asked_for = draft.with_untracked(|draft| draft.only.clone());
    for facet in asked_for {
        if !in_use.iter().any(|(known, _)| *known == facet) {
            in_use.push((facet, 0));
        }
    }
    let of = move |is: fn(&Facet) -> bool| -> Vec<(Facet, Option<usize>)> {
        in_use.iter().filter(|(facet, _)| is(facet)).map(|(facet, count)| (facet.clone(), Some(*count))).collect()
    };
    let plain = |facets: Vec<Facet>| facets.into_iter().map(|facet| (facet, None)).collect();
    let badges = Badge::ALL.iter().copied().filter(|badge| *badge != Badge::NeedsUpdate).map(Facet::Badge).collect();
    let ways = [Delivery::HandOver, Delivery::PickUp, Delivery::Ship].map(Facet::Delivery).to_vec();
    let states = TABS
        .map(|status: Status| {
            let is_on = Signal::derive(move || draft.with(|draft| draft.status.contains(&status)));
            let set = move |on: bool| {
                draft.update(|draft| {
                    draft.status.retain(|known| *known != status);
                    draft.status.extend(on.then_some(status));
                });
            };
            view! { <Tick label=appearance::of_status(status).2 value=is_on on_change=set/> }
        })
        .collect_view();

    let days = Memo::new(move |_| draft.with(|draft| draft.days(|days| ago(session, days))));
    let set_days = move |from, to| draft.update(|draft| (draft.lately, draft.from, draft.to) = (None, from, to));
    let spans = Lately::ALL.map(|days| {
        let is_on = move || draft.with(|draft| draft.lately == Some(days));
        let press = move || {
            let lately = (!untrack(is_on)).then_some(days);
            draft.update(|draft| (draft.lately, draft.from, draft.to) = (lately, None, None));
        };
        let pressed = move || if is_on() { "true" } else { "false" };
        view! { <Button label=lately_words(days) kind=Kind::Quiet on_press=press attr:aria-pressed=pressed/> }
    });

    let orders = SORTS.iter().flat_map(|(by, _, first)| [*first, !*first].map(|ascending| Sort { by: *by, ascending }));
    let orders = orders.map(|sort| Choice::new(sort_word(sort), sort_name(sort))).collect();
    let sort = Signal::derive(move || draft.with(|draft| sort_word(draft.sort)));
    let set_sort = move |word: String| draft.update(|draft| draft.sort = sort_of(&word).unwrap_or_default());

    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wrong = |of: RwSignal<String>| of.with_untracked(|typed| untrack(|| amount(session, typed)).is_err());
        if wrong(least) || wrong(most) {
            page::focus_first_fault();
            return;
        }
        list_state.visit(&untrack(whole).write(), false);
        open.set(false);
    };
    let clear = move || {
        draft.update(|draft| *draft = draft.cleared());
        least.set(String::new());
        most.set(String::new());
    };
    view! {
        <form class="stack" novalidate on:submit=apply>
            <Select label=words::SORT choices=orders value=sort on_change=set_sort/>
            <fieldset class="group">
                <legend>{words::STATE}</legend>
                <div class="ticks">{states}</div>
            </fieldset>
            {group(words::BADGE, plain(badges))}
            <fieldset class="group">
                <legend>{words::PLACED}</legend>
                <div class="two">
                    <DayField
                        label=words::FROM
                        value=Signal::derive(move || days.get().0)
                        on_change=move |day| set_days(day, days.get_untracked().1)
                    />
                    <DayField
                        label=words::TO
                        value=Signal::derive(move || days.get().1)
                        on_change=move |day| set_days(days.get_untracked().0, day)
                    />
                </div>
                <div class="choices">{spans}</div>
            </fieldset>
            <fieldset class="group">
                <legend>{words::TOTAL}</legend>
                <div class="two">
                    <TextField label=words::LEAST value=least fault=fault(least) keys="decimal" meaning=meant::amount(session, least)/>
                    <TextField label=words::MOST value=most fault=fault(most) keys="decimal" meaning=meant::amount(session, most)/>
                </div>
            </fieldset>
            {group(words::LABEL, of(|facet| matches!(facet, Facet::Label(_))))}
            {group(words::CHANNEL, of(|facet| matches!(facet, Facet::Channel(_))))}
            {group(words::CATEGORY, of(|facet| matches!(facet, Facet::Category(_))))}
            {group(words::METHOD, of(|facet| matches!(facet, Facet::Method(_))))}
            {group(words::DELIVERY, plain(ways))}
            {group(words::TABLET, of(|facet| matches!(facet, Facet::Device(_))))}
            {group(words::PERSON, of(|facet| matches!(facet, Facet::Actor(_))))}
            <fieldset class="group">
                <legend>{words::ALSO}</legend>
                <div class="ticks">
                    <Tick
                        label=words::OWED
                        value=Signal::derive(move || draft.with(|draft| draft.owed))
                        on_change=move |on| draft.update(|draft| draft.owed = on)
                    />
                    <Tick
                        label=words::PARKED
                        value=Signal::derive(move || draft.with(|draft| draft.parked))
                        on_change=move |on| draft.update(|draft| draft.parked = on)
                    />
                </div>
            </fieldset>
            <Acts>
                <Button label=words::CLEAR on_press=clear/>
                <Button label=show kind=Kind::Main submit=true/>
            </Acts>
        </form>
    }
}
