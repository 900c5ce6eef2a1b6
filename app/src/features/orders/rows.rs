//! The rows of the list, under the days that they were placed on. Only those in sight are drawn.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use domain::order::{Status, Summary};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use replica::Filter;
use uuid::Uuid;

use super::super::order::appearance;
use super::OrderListState;
use super::window::Heights;
use crate::parts::Parts;
use crate::platform::{history, page};
use crate::session::{DaySum, Listing, Row, Session};
use crate::text::{self, counter, list, weight};
use crate::ui::{Badge, Icon, Money, Serial, Size, Stamp, debounced};

/// How many labels of an order a row shows.
const LABELS: usize = 3;
/// Further than this in one frame, the list shows another part, and what it drew out of sight is of no use, pixels.
const FAR: u32 = 800;
/// The place is kept once the person has stopped scrolling.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// What stands in the list.
#[derive(Clone, Debug)]
enum RowPlace {
    Day(DaySum),
    Order(Box<Row>),
}

impl RowPlace {
    /// The same as long as nothing that is shown of it has changed, so that only rows that did are drawn again: whatever
    /// a row or a column shows is named here.
    fn key(&self) -> (Uuid, u64) {
        let mut hash = DefaultHasher::new();
        match self {
            Self::Day(day) => {
                (day.day, day.orders, day.counted, day.minor).hash(&mut hash);
                (Uuid::nil(), hash.finish())
            }
            Self::Order(row) => {
                let Summary {
                    number, status, badges, due_ms, placed_ms, name, items, total, balance, delivery, ..
                } = &row.summary;
                (number, status, badges, due_ms, placed_ms).hash(&mut hash);
                (name, items, total, balance, delivery, row.pending).hash(&mut hash);
                // What only a table shows.
                (&row.labels, &row.phone, &row.note, &row.channel, &row.category, &row.method).hash(&mut hash);
                (row.id, hash.finish())
            }
        }
    }
}

/// What the list was drawn from.
struct Drawn {
    filter: Filter,
    listing: Arc<Listing>,
    rows: Arc<Vec<Row>>,
    /// The place of the first of the rows.
    start: usize,
}

/// Rows, each day's under its heading.
fn standing(rows: &[Row], part: &Range<usize>, listing: &Listing) -> Vec<RowPlace> {
    let mut all = Vec::with_capacity(rows.len() + 2);
    for (row, at) in rows.iter().zip(part.clone()) {
        let day = listing.days.partition_point(|day| day.first <= at).checked_sub(1);
        if let Some(day) = day.and_then(|day| listing.days.get(day))
            && (at == part.start || day.first == at)
        {
            all.push(RowPlace::Day(*day));
        }
        all.push(RowPlace::Order(Box::new(row.clone())));
    }
    all
}

/// The list as it lies on the screen, for those who move in it.
#[derive(Clone, Copy)]
pub struct ScrollState {
    /// It scrolls.
    pub list: NodeRef<html::Ul>,
    /// How far it has, in pixels.
    pub top: RwSignal<i32>,
    /// How high its rows are.
    pub heights: Signal<Heights>,
    /// How much of it is in sight, in pixels.
    pub view: RwSignal<i32>,
    /// The row that had the focus last.
    pub active: RwSignal<usize>,
}

/// The list.
#[component]
pub fn Rows(
    /// What it shows, and what is done with it.
    list_state: OrderListState,
    /// Opens an order beside the list; false where there is no room.
    #[prop(into)]
    open_beside: Callback<(Uuid,), bool>,
) -> impl IntoView {
    let session = Session::here();
    let parts = expect_context::<Parts>();
    let OrderListState { filter, listing, table, .. } = list_state;
    let list = NodeRef::<html::Ul>::new();
    let (top, view) = (RwSignal::new(history::place()), RwSignal::new(0));
    let rem = page::rem();
    let heights =
        Signal::derive(move || Heights { row: if table.get() { rem * 3 } else { rem * 19 / 4 }, head: rem * 9 / 5 });
    let reach = ScrollState { list, top, heights, view, active: RwSignal::new(0) };
    let jumps = Memo::new(move |before: Option<&(i32, u32)>| {
        let (was, jumps) = before.copied().unwrap_or_default();
        let top = top.get();
        (top, jumps.wrapping_add(u32::from(top.abs_diff(was) > FAR)))
    });
    let debounced = debounced(move || (filter.get(), jumps.get().1));
    let part = Memo::new(move |_| {
        let top = i64::from(top.get());
        listing.with(|listing| heights.get().part(listing, top, view.get(), debounced.get()))
    });
    let rows = session.rows(filter, part.into());

    // Where a person comes back to the list, it lies as it was left; another one begins at its beginning.
    let to_place = move |place: i32| {
        top.set(place);
        request_animation_frame(move || {
            if let Some(list) = list.try_get_untracked().flatten() {
                view.set(list.client_height());
                list.set_scroll_top(place);
            }
        });
    };
    Effect::new(move |before: Option<()>| {
        filter.track();
        if before.is_none() || list_state.is_asked() {
            to_place(history::place());
        } else {
            to_place(0);
        }
    });
    // Whatever comes or goes above it, the first row in sight stays where it is. Browsers see to that themselves only
    // where what is drawn stays drawn, and not all of them do.
    Effect::new(move |before: Option<Drawn>| {
        let now =
            Drawn { filter: filter.get(), listing: listing.get(), rows: rows.get(), start: part.with(|it| it.start) };
        if let (Some(before), Some(list)) = (before, list.get_untracked())
            && before.filter == now.filter
            && before.listing != now.listing
            && list.scroll_top() > 0
        {
            let heights = heights.get_untracked();
            let first = heights.row_at(&before.listing, list.scroll_top().into()).max(before.start);
            let ids: Vec<_> = before.rows.iter().skip(first - before.start).map(|row| row.id).collect();
            if let Some((nth, place)) = session.still_in(&now.filter, &ids, first) {
                let was = heights.top_of(&before.listing, first + nth);
                let moved = i32::try_from(heights.top_of(&now.listing, place) - was).unwrap_or(0);
                if moved != 0 {
                    to_place(list.scroll_top().saturating_add(moved));
                }
            }
        }
        now
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let keep = move || history::keep_place(top.get_untracked());
    let moved = move || {
        let Some(list) = list.get_untracked() else { return };
        view.set(list.client_height());
        top.set(list.scroll_top());
        // A row that is not drawn any more can't have the focus: the list takes it, and knows which it was.
        if let Some(at) = page::focused_row() {
            reach.active.set(at);
            if !part.get_untracked().contains(&at) {
                let _ = list.focus();
            }
        }
        if let Some(Some(before)) = waiting.try_update_value(Option::take) {
            before.clear();
        }
        let keep = move || top.try_get_untracked().into_iter().for_each(history::keep_place);
        waiting.set_value(set_timeout_with_handle(keep, PAUSE).ok());
    };
    let resized = window_event_listener(ev::resize, move |_| {
        if let Some(list) = list.try_get_untracked().flatten() {
            view.set(list.client_height());
        }
    });
    on_cleanup(move || {
        resized.remove();
        if let Some(Some(before)) = waiting.try_get_value() {
            before.clear();
        }
    });

    let each = move || {
        page::keep_row_focus();
        let part = part.get();
        rows.with(|rows| listing.with(|listing| standing(rows, &part, listing)))
    };
    let at = move |id: Uuid| {
        let nth = rows.with(|rows| rows.iter().position(|row| row.id == id));
        nth.map(|nth| part.with_untracked(|part| part.start + nth))
    };
    let around = move || listing.with(|listing| part.with(|part| heights.get().around(listing, part)));
    let press = move |id: Uuid, event: ev::MouseEvent| {
        keep();
        if list_state.picked.with_untracked(Option::is_some) {
            event.prevent_default();
            let by_shift = event.shift_key();
            parts.there_untracked().into_iter().for_each(|pages| (pages.list.pick)(list_state, id, by_shift));
            return;
        }
        let plain = !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if plain && event.button() == 0 && open_beside.run((id,)) {
            event.prevent_default();
        }
    };
    let pressed = Callback::new(move |(id, event)| press(id, event));
    let keys =
        move |event| parts.there_untracked().into_iter().for_each(|pages| (pages.list.keys)(list_state, reach, &event));
    let held = move |event| parts.there_untracked().into_iter().for_each(|pages| (pages.list.held)(list_state, &event));
    view! {
        <ul
            class="rows scroll"
            tabindex="0"
            aria-label=text::orders::TITLE
            data-table=move || table.get().then_some("")
            node_ref=list
            style=("--row", move || format!("{}px", heights.get().row))
            style=("--head", move || format!("{}px", heights.get().head))
            on:scroll=move |_| moved()
            on:keydown=keys
            on:contextmenu=held
        >
            <li aria-hidden="true" style:block-size=move || format!("{}px", around().0)></li>
            <For each key=RowPlace::key let:it>
                {match it {
                    RowPlace::Day(sum) => view! { <DayHead sum/> }.into_any(),
                    RowPlace::Order(row) => {
                        let at = Memo::new({let id = row.id; move |_| at(id).unwrap_or_default()});
                        view! { <OrderRow row=*row at list_state pressed/> }.into_any()
                    }
                }}
            </For>
            <li aria-hidden="true" style:block-size=move || format!("{}px", around().1)></li>
        </ul>
    }
}

/// A day and what it came to.
#[component]
fn DayHead(sum: DaySum) -> impl IntoView {
    let session = Session::here();
    let now = session.now_ms();
    let today = Memo::new(move |_| session.day_of(now.get()));
    let counted = u64::try_from(sum.counted).unwrap_or(u64::MAX);
    let left_out = u64::try_from(sum.orders.saturating_sub(sum.counted)).unwrap_or(u64::MAX);
    view! {
        <li class="day-head">
            <b>
                {move || match sum.day {
                    Some(day) => text::day_heading(day, today.get()),
                    None => list::ALL.get().to_owned(),
                }}
            </b>
            <span>
                {move || list::orders(counted)}
                " · "
                <Money minor=Signal::stored(sum.minor) currency=session.currency() size=Size::Small/>
                {(left_out > 0).then(|| view! { <span class="muted">" · " {move || list::left_out(left_out)}</span> })}
            </span>
        </li>
    }
}

/// An order in two lines, or as a line of a table.
#[component]
fn OrderRow(
    row: Row,
    at: Memo<usize>,
    list_state: OrderListState,
    pressed: Callback<(Uuid, ev::MouseEvent)>,
) -> impl IntoView {
    let session = Session::here();
    let parts = expect_context::<Parts>();
    let now = session.now_ms();
    let OrderListState { chosen, picked, table, listing, by_day, .. } = list_state;
    let Row { summary, pending } = row;
    let id = summary.id;
    let status = summary.status;
    let is_out = matches!(status, Status::Cancelled | Status::Closed);
    let received = summary.received();
    let written = summary.number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
    // A shop without a server sends nothing, so nothing waits to be sent.
    let connected = session.connected();
    let of = summary.clone();
    let badges = Memo::new(move |_| appearance::badges(&of, pending && connected.get(), now.get()));
    let keys = move || badges.get().iter().map(|badge| badge.key()).collect::<Vec<_>>().join(" ");
    let is_picked = move || picked.with(|picked| picked.as_ref().map(|picked| picked.contains(&id)));
    let each_badge = move || {
        let badges = badges.get();
        badges
            .iter()
            .map(|badge| {
                let (tone, glyph, label) = appearance::of_badge(badge);
                view! { <Badge tone glyph label/> }
            })
            .collect_view()
            .into_any()
    };
    let summary = Arc::new(summary);
    let body = move || match table.get().then(|| parts.there_untracked()).flatten() {
        Some(pages) => (pages.list.cells)(&summary, by_day.get(), each_badge()),
        None => two_lines(&summary, by_day.get(), each_badge()),
    };
    view! {
        <li aria-posinset=move || (at.get() + 1).to_string() aria-setsize=move || listing.with(|it| it.total.to_string())>
            <a
                class="row"
                href=format!("/orders/{id}")
                data-testid="order-row"
                data-order-number=written
                data-status=status.key()
                data-badges=keys
                data-received=received.to_string()
                data-out=is_out.then_some("")
                data-at=move || at.get().to_string()
                role=move || is_picked().map(|_| "checkbox")
                aria-checked=move || is_picked().map(|is| if is { "true" } else { "false" })
                aria-current=move || (chosen.get() == Some(id)).then_some("true")
                on:click=move |event| pressed.run((id, event))
            >
                {body}
            </a>
        </li>
    }
}

fn two_lines(summary: &Arc<Summary>, by_day: bool, badges: AnyView) -> AnyView {
    let session = Session::here();
    let currency = session.currency();
    let (tone, glyph, state) = appearance::of_order(summary.status, summary.delivery);
    let is_out = matches!(summary.status, Status::Cancelled | Status::Closed);
    let owes = summary.balance > 0 && !is_out && summary.status != Status::Draft;
    let number = summary.number.as_ref().map(|number| number.0.clone());
    let (placed, balance, total) = (summary.placed_ms, summary.balance, summary.total);
    let (name, items) = (summary.name.clone(), summary.items.clone());
    let items = move || weight::in_words(&items);
    let who = move || if name.is_empty() { list::WALK_IN.get().to_owned() } else { name.clone() };
    let label = |label: &String| view! { <span class="tag clip">{label.clone()}</span> };
    let labels = summary.labels.iter().take(LABELS).map(label).collect_view();
    // Money that was taken for a draft is not overlooked.
    let taken = (summary.status == Status::Draft).then(|| summary.received()).filter(|taken| *taken > 0);
    let end = if let Some(taken) = taken {
        view! {
            <span class="small">
                {counter::TAKEN} " " <Money minor=Signal::stored(taken) currency size=Size::Small/>
            </span>
        }
        .into_any()
    } else if owes {
        view! {
            <span class="small" style:color="var(--owe)">
                {list::OWES} " " <Money minor=Signal::stored(balance) currency size=Size::Small/>
            </span>
        }
        .into_any()
    } else {
        // Under the heading of its day, the time is enough.
        let when = move || if by_day { text::time(placed) } else { text::date_time(placed) };
        view! { <span class="small muted">{when}</span> }.into_any()
    };
    view! {
        <span class="mark" data-tone=tone.key()><Icon glyph/></span>
        <span class="main">
            <span class="line">
                {number.map(|number| view! { <Serial number in_row=true/> })}
                <span class="clip">{who}</span>
            </span>
            <span class="line sub">
                <Stamp tone glyph label=state plain=true/>
                <span class="clip">{items}</span>
            </span>
            <span class="wrap">{badges} {labels}</span>
        </span>
        <span class="end">
            <span style:font-size="var(--text-l)"><Money minor=Signal::stored(total) currency/></span>
            {end}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::order::{Delivery, Order};

    use super::*;

    #[test]
    fn a_row_is_drawn_again_when_only_the_delivery_of_its_order_changes() {
        let summary = Order::new(Uuid::from_u128(1)).summary();
        let key = |delivery| {
            let summary = Summary { delivery, ..summary.clone() };
            RowPlace::Order(Box::new(Row { summary, pending: false })).key()
        };
        assert_eq!(key(Delivery::Ship), key(Delivery::Ship));
        assert_ne!(key(Delivery::Ship), key(Delivery::PickUp), "paid, it says “to pick up” or “to ship”");
    }
}
