//! The orders of the shop: searched, by state, newest first, with the chosen one beside them where there is room.

mod rows;

use std::time::Duration;

use domain::order::Status;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use uuid::Uuid;

use super::order::marks;
use crate::frame::PageHead;
use crate::parts::Parts;
use crate::platform::page::escaped;
use crate::session::{Filter, Session};
use crate::text::{list, orders};
use crate::ui::{Empty, Glyph, Kind, LinkButton, SearchField, Tab, Tabs};
use rows::Rows;

/// The states in the order of their tabs: the way that an order goes.
const TABS: [Status; 11] = [
    Status::AwaitingPayment,
    Status::PartPaid,
    Status::Paid,
    Status::PartShipped,
    Status::Shipped,
    Status::Delivered,
    Status::Completed,
    Status::OnHold,
    Status::Cancelled,
    Status::Closed,
    Status::Draft,
];
/// The key of the tab with all of them.
const ALL: &str = "all";
/// The list that the tabs rule.
const PANEL: &str = "order-list";
/// How many rows are read at a time.
const PAGE: usize = 60;
/// A search stands in the address once the person has paused.
const PAUSE: Duration = Duration::from_millis(400);

/// The address of a state, a search and a chosen order.
fn address(status: Option<Status>, search: &str, order: Option<Uuid>) -> String {
    let mut query = Vec::new();
    if let Some(status) = status {
        query.push(format!("status={}", status.key()));
    }
    if !search.trim().is_empty() {
        query.push(format!("q={}", escaped(search.trim())));
    }
    if let Some(order) = order {
        query.push(format!("order={order}"));
    }
    if query.is_empty() { "/orders".to_owned() } else { format!("/orders?{}", query.join("&")) }
}

/// The page.
#[component]
pub fn Orders() -> impl IntoView {
    let session = Session::here();
    let query = use_query_map();
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |to: String, replace: bool| {
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&to, options));
    };
    let status = Memo::new(move |_| query.with(|query| query.get("status").and_then(|key| Status::parse(&key))));
    let chosen = Memo::new(move |_| query.with(|query| query.get("order").and_then(|id| Uuid::parse_str(&id).ok())));
    let asked = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));

    // What is typed searches at once; the address follows after a pause, and leads when the person goes back.
    let typed = RwSignal::new(asked.get_untracked());
    let written = StoredValue::new(asked.get_untracked());
    Effect::new(move |_| {
        let asked = asked.get();
        if asked != written.get_value() {
            written.set_value(asked.clone());
            typed.set(asked);
        }
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let search = typed.get();
        if let Some(before) = waiting.get_value() {
            before.clear();
        }
        if search.trim() == asked.get_untracked() {
            return;
        }
        let write = move || {
            written.try_update_value(|written| search.trim().clone_into(written));
            if let Some((status, chosen)) = status.try_get_untracked().zip(chosen.try_get_untracked()) {
                go(address(status, &search, chosen), true);
            }
        };
        waiting.set_value(set_timeout_with_handle(write, PAUSE).ok());
    });
    on_cleanup(move || {
        if let Some(Some(before)) = waiting.try_get_value() {
            before.clear();
        }
    });

    let filter = Memo::new(move |_| Filter { status: status.get(), search: typed.get() });
    let limit = RwSignal::new(PAGE);
    Effect::new(move |before: Option<Filter>| {
        let filter = filter.get();
        if before.is_some_and(|before| before != filter) {
            limit.set(PAGE);
        }
        filter
    });
    let found = session.list(filter.into(), limit.into());
    let more = move || {
        let (shown, total) = found.with_untracked(|page| (page.rows.len(), page.total));
        if shown < total && limit.get_untracked() <= shown {
            limit.set(shown + PAGE);
        }
    };

    let counts = session.counts();
    let count = move |of: Option<Status>| {
        Signal::derive(move || {
            let count = counts.with(|counts| of.map_or(counts.all, |status| counts.of(status)));
            u64::try_from(count).unwrap_or(u64::MAX)
        })
    };
    let mut tabs = vec![Tab { key: ALL, label: list::ALL.into(), count: count(None) }];
    tabs.extend(TABS.map(|status| {
        let (_, _, name) = marks::of_status(status);
        Tab { key: status.key(), label: name.into(), count: count(Some(status)) }
    }));
    let chosen_tab = Signal::derive(move || status.get().map_or(ALL, Status::key).to_owned());
    let choose_tab = move |key: &'static str| {
        go(address(Status::parse(key), &typed.get_untracked(), chosen.get_untracked()), false);
    };

    let conflicts = move || {
        let open = u64::try_from(counts.with(|counts| counts.conflicts)).unwrap_or(u64::MAX);
        (open > 0).then(
            || view! { <LinkButton href="/conflicts" label=move || list::conflicts(open) glyph=Glyph::Conflict/> },
        )
    };

    let pane = NodeRef::<html::Article>::new();
    let open_beside = move |id: Uuid| {
        let has_room = pane.get_untracked().is_some_and(|pane| pane.offset_width() > 0);
        if has_room {
            go(address(status.get_untracked(), &typed.get_untracked(), Some(id)), false);
        }
        has_room
    };
    let empty = move || {
        let (searched, status) = filter.with(|filter| (!filter.search.trim().is_empty(), filter.status));
        let any = counts.with(|counts| counts.all > 0);
        match (searched, status) {
            (true, _) => view! {
                <Empty glyph=Glyph::Search title=list::NOTHING_FOUND text=list::NOTHING_FOUND_WHY/>
            }
            .into_any(),
            (false, Some(status)) if any => {
                let (_, glyph, _) = marks::of_status(status);
                view! { <Empty glyph title=list::NONE_IN_STATE text=list::NONE_IN_STATE_WHY/> }.into_any()
            }
            (false, _) => view! {
                <Empty glyph=Glyph::Orders title=orders::EMPTY text=orders::EMPTY_WHY>
                    <LinkButton href="/orders/new" label=orders::TAKE_FIRST kind=Kind::Main/>
                </Empty>
            }
            .into_any(),
        }
    };
    let is_empty = Memo::new(move |_| found.with(|page| page.total == 0));
    let said = move || {
        let total = u64::try_from(found.with(|page| page.total)).unwrap_or(u64::MAX);
        typed.with(|typed| !typed.trim().is_empty()).then(|| list::found(total))
    };
    view! {
        <div class="page" style:grid-template-rows="auto auto minmax(0, 1fr)">
            <PageHead title=orders::TITLE>
                <SearchField label=list::SEARCH example=list::SEARCH_HINT value=typed/>
                {conflicts}
            </PageHead>
            <Tabs label=list::BY_STATE tabs chosen=chosen_tab on_choose=choose_tab panel=PANEL/>
            <div class="split">
                <section class="sheet" id=PANEL role="tabpanel" aria-label=list::LIST>
                    <p class="unseen" role="status">{said}</p>
                    <Show when=move || !is_empty.get() fallback=empty>
                        <Rows found chosen=chosen.into() on_more=more open_beside/>
                    </Show>
                </section>
                <article class="sheet" data-wide-only="" node_ref=pane aria-label=list::CONTENT>
                    {move || {
                        chosen
                            .get()
                            .map(|id| {
                                Parts::beside(move |pages| (pages.beside)(id)).into_any()
                            })
                            .unwrap_or_else(|| {
                                view! { <Empty glyph=Glyph::Orders title=list::CHOOSE_ONE text=orders::EMPTY_WHY/> }
                                    .into_any()
                            })
                    }}
                </article>
            </div>
        </div>
    }
}
