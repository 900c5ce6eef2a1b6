//! The rows of the list, under the days that they were placed on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use domain::order::{Status, Summary};
use leptos::html;
use leptos::prelude::*;
use uuid::Uuid;

use super::super::order::marks;
use crate::session::{DaySum, ListPage, Row, Session};
use crate::text::{self, list};
use crate::ui::{Badge, Icon, Money, Serial, Size, Stamp};

/// How far from its end the list is read on, in pixels.
const AHEAD: i32 = 1_200;

/// What stands in the list.
#[derive(Clone, Debug)]
enum Standing {
    Day(DaySum),
    Order(Box<Row>),
}

impl Standing {
    /// The same as long as nothing of it has changed, so that only rows that did are drawn anew.
    fn key(&self) -> (Uuid, u64) {
        let mut hash = DefaultHasher::new();
        match self {
            Self::Day(day) => {
                (day.day, day.orders, day.minor).hash(&mut hash);
                (Uuid::nil(), hash.finish())
            }
            Self::Order(row) => {
                let Summary { id, number, status, badges, due_ms, placed_ms, name, items, total, balance, .. } =
                    &row.summary;
                (number, status, badges, due_ms, placed_ms).hash(&mut hash);
                (name, items, total, balance, row.pending).hash(&mut hash);
                (*id, hash.finish())
            }
        }
    }
}

/// Rows, each day's under its heading.
fn standing(page: &ListPage, session: Session) -> Vec<Standing> {
    let mut all = Vec::with_capacity(page.rows.len() + page.days.len());
    let mut last = None;
    for row in &page.rows {
        let day = session.day_of(row.placed_ms);
        if last != Some(day) {
            last = Some(day);
            let sum = page.days.iter().find(|sum| sum.day == day).copied();
            all.push(Standing::Day(sum.unwrap_or(DaySum { day, orders: 0, minor: 0 })));
        }
        all.push(Standing::Order(Box::new(row.clone())));
    }
    all
}

/// The list.
#[component]
pub fn Rows(
    /// What was found.
    found: Signal<Arc<ListPage>>,
    /// The one that is shown beside it.
    chosen: Signal<Option<Uuid>>,
    /// The end comes near.
    #[prop(into)]
    on_more: Callback<()>,
    /// Opens an order beside the list; false where there is no room.
    #[prop(into)]
    open_beside: Callback<(Uuid,), bool>,
) -> impl IntoView {
    let session = Session::here();
    let list = NodeRef::<html::Ul>::new();
    // It also looks a frame later, when the person may have gone to another page.
    let look = move || {
        let near = list
            .try_get_untracked()
            .flatten()
            .is_some_and(|list| list.scroll_height() - list.scroll_top() - list.client_height() < AHEAD);
        if near {
            let _ = on_more.try_run(());
        }
    };
    // Where the first rows don't fill the sheet, nobody can scroll: then it reads on by itself.
    Effect::new(move |_| {
        found.track();
        request_animation_frame(look);
    });
    let each = move || found.with(|page| standing(page, session));
    view! {
        <ul class="rows scroll" tabindex="0" aria-label=text::orders::TITLE node_ref=list on:scroll=move |_| look()>
            <For each key=Standing::key let:it>
                {match it {
                    Standing::Day(sum) => view! { <DayHead sum/> }.into_any(),
                    Standing::Order(row) => view! { <OrderRow row=*row chosen open_beside/> }.into_any(),
                }}
            </For>
        </ul>
    }
}

/// A day and what it came to.
#[component]
fn DayHead(sum: DaySum) -> impl IntoView {
    let session = Session::here();
    let now = session.now_ms();
    let today = Memo::new(move |_| session.day_of(now.get()));
    let orders = u64::try_from(sum.orders).unwrap_or(u64::MAX);
    view! {
        <li class="day-head">
            <b>{move || text::day_heading(marks::day(sum.day), marks::day(today.get()))}</b>
            <span>
                {move || list::orders(orders)}
                " · "
                <Money minor=Signal::stored(sum.minor) currency=session.currency() size=Size::Small/>
            </span>
        </li>
    }
}

/// An order in two lines.
#[component]
fn OrderRow(row: Row, chosen: Signal<Option<Uuid>>, open_beside: Callback<(Uuid,), bool>) -> impl IntoView {
    let session = Session::here();
    let currency = session.currency();
    let now = session.now_ms();
    let Row { summary, pending } = row;
    let id = summary.id;
    let status = summary.status;
    let (tone, glyph, state) = marks::of_status(status);
    let is_out = matches!(status, Status::Cancelled | Status::Closed);
    let owes = summary.balance > 0 && !is_out && status != Status::Draft;
    let number = summary.number.as_ref().map(|number| number.0.clone());
    let written = number.clone().unwrap_or_default();
    let placed = summary.placed_ms;
    let balance = summary.balance;
    let total = summary.total;
    let name = summary.name.clone();
    let items = summary.items.clone();
    // A shop without a server sends nothing, so nothing waits to be sent.
    let connected = session.connected();
    let badges = Memo::new(move |_| marks::badges(&summary, pending && connected.get(), now.get()));
    let keys = move || badges.get().iter().map(|badge| badge.key()).collect::<Vec<_>>().join(" ");
    let each_badge = move || {
        let badges = badges.get();
        (badges.iter().next().is_some()).then(|| {
            let each = badges
                .iter()
                .map(|badge| {
                    let (tone, glyph, label) = marks::of_badge(badge);
                    view! { <Badge tone glyph label/> }
                })
                .collect_view();
            view! { <span class="wrap" style:gap="var(--s1)">{each}</span> }
        })
    };
    let press = move |event: leptos::ev::MouseEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if plain && event.button() == 0 && open_beside.run((id,)) {
            event.prevent_default();
        }
    };
    let who = move || if name.is_empty() { list::WALK_IN.get().to_owned() } else { name.clone() };
    let end = if owes {
        view! {
            <span class="small" style:color="var(--owe)">
                {list::OWES} " " <Money minor=Signal::stored(balance) currency size=Size::Small/>
            </span>
        }
        .into_any()
    } else {
        view! { <span class="small muted">{move || text::time(placed)}</span> }.into_any()
    };
    view! {
        // Rows out of sight cost no layout, however long the list has grown.
        <li style:content-visibility="auto" style:contain-intrinsic-size="auto 5rem">
            <a
                class="row"
                href=format!("/orders/{id}")
                data-testid="order-row"
                data-order-number=written
                data-status=status.key()
                data-badges=keys
                data-out=is_out.then_some("")
                aria-current=move || (chosen.get() == Some(id)).then_some("true")
                on:click=press
            >
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
                    {each_badge}
                </span>
                <span class="end">
                    <span style:font-size="var(--text-l)"><Money minor=Signal::stored(total) currency/></span>
                    {end}
                </span>
            </a>
        </li>
    }
}
