//! The orders of the shop: searched, filtered, by state, newest first, with the chosen one beside them where there is
//! room. What is not needed to see the first page of the list (filters, batches, tables) comes with the file of the
//! pages: [`Part`].

pub mod batch;
pub mod columns;
pub mod filters;
pub mod model;
mod part;
mod rows;
pub mod saved;
mod window;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::order::{Badge, Status};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use replica::{Facet, Filter, Sort, SortBy};
use uuid::Uuid;

use super::order::appearance;
use super::search_address;
use crate::frame::PageHead;
use crate::parts::Parts;
use crate::prefs::Prefs;
use crate::session::{Listing, Session, alike_in};
use crate::text::order_list::batch as verified;
use crate::text::{list, orders};
use crate::ui::{Empty, Glyph, Kind, LinkButton, SearchField, Tab, Tabs};
pub use part::Part;
use rows::Rows;
pub use rows::ScrollState;

/// The states in the order of their tabs: first those that ask for something, the way that an order goes; then where
/// nothing is left to do.
const TABS: [Status; 11] = [
    Status::AwaitingPayment,
    Status::PartPaid,
    Status::Paid,
    Status::PartShipped,
    Status::Shipped,
    Status::Delivered,
    Status::OnHold,
    Status::Completed,
    Status::Cancelled,
    Status::Closed,
    Status::Draft,
];
/// The key of the tab with all of them.
const ALL: &str = "all";
/// The list that the tabs rule.
const PANEL: &str = "order-list";
/// From this width on, in pixels, two panes fit, or a table; style/pages.css says the same.
const WIDE: i32 = 820;
/// What of the address is read without the file of the pages.
const PLAIN: [&str; 3] = ["status", "q", "order"];

/// The list, for all that is done with it.
#[derive(Clone, Copy)]
pub struct OrderListState {
    /// The shop.
    pub session: Session,
    /// What is asked for.
    pub filter: Signal<Filter>,
    /// What was found.
    pub listing: Signal<Arc<Listing>>,
    /// The address, as far as it is about the list.
    pub query: Memo<ParamsMap>,
    /// The one that is shown beside it.
    pub chosen: Signal<Option<Uuid>>,
    /// Those that a person picks, while picking.
    pub picked: RwSignal<Option<BTreeSet<Uuid>>>,
    /// The order that was picked last: from it to another, all can be picked.
    pub anchor: StoredValue<Option<Uuid>>,
    /// It is a table.
    pub table: Signal<bool>,
    /// Its orders stand under the days that they were placed on.
    pub by_day: Signal<bool>,
    /// What is typed into the search.
    pub typed: RwSignal<String>,
    go: StoredValue<Box<dyn Fn(String, bool)>, LocalStorage>,
}

impl OrderListState {
    /// Changes the address: these values in place of what the keys had. `replace`: the way back does not lead here.
    pub fn visit(self, changes: &[(&'static str, Vec<String>)], replace: bool) {
        let mut query = self.query.get_untracked();
        for (key, values) in changes {
            query.remove(key);
            // The map takes them as they stand in an address.
            values.iter().for_each(|value| query.insert(*key, crate::platform::page::escaped(value)));
        }
        self.go.with_value(|go| go(format!("/orders{}", query.to_query_string()), replace));
    }

    /// What is typed is what the address says.
    fn is_asked(self) -> bool {
        let asked = self.query.with_untracked(|query| query.get("q")).unwrap_or_default();
        self.typed.with_untracked(|typed| typed.trim() == asked)
    }
}

/// The page.
#[component]
pub fn Orders() -> impl IntoView {
    let session = Session::here();
    let parts = expect_context::<Parts>();
    let query = use_query_map();
    let navigate = use_navigate();
    let go = StoredValue::new_local(Box::new(move |to: String, replace| {
        navigate(&to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    }) as Box<dyn Fn(String, bool)>);
    let chosen = Memo::new(move |_| query.with(|query| query.get("order").and_then(|id| Uuid::parse_str(&id).ok())));
    let asked = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));

    let typed = RwSignal::new(asked.get_untracked());

    // Filters that few ask for are read by the file of the pages; until it is here, nobody sees a list without them.
    let narrowed = Memo::new(move |_| {
        query.with(|query| {
            let status = query.get_all("status").unwrap_or_default();
            let status = status.iter().filter_map(|key| Status::parse(key)).collect();
            let mut filter = Filter { status, ..Filter::default() };
            if query.into_iter().any(|(key, _)| !PLAIN.contains(&key.as_ref())) {
                (parts.there()?.list.narrow)(session, query, &mut filter);
            }
            Some(filter)
        })
    });
    let filter = Memo::new(move |_| Filter {
        search: typed.get(),
        alike: alike_in(&typed.read()),
        ..narrowed.get().unwrap_or_default()
    });
    let listing = session.listing(filter.into());

    let columns = expect_context::<Prefs>().columns;
    let split = NodeRef::<html::Div>::new();
    let width = RwSignal::new(0);
    let measure = move || width.set(split.try_get_untracked().flatten().map_or(0, |split| split.offset_width()));
    Effect::new(move |_| {
        split.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    let table = Memo::new(move |_| {
        width.get() >= WIDE && columns.with(|columns| !columns.is_empty()) && parts.there().is_some()
    });

    let list_state = OrderListState {
        session,
        filter: filter.into(),
        listing,
        query,
        chosen: chosen.into(),
        picked: RwSignal::new(None),
        anchor: StoredValue::new(None),
        table: table.into(),
        by_day: Memo::new(move |_| filter.with(|filter| filter.sort.by == SortBy::Time)).into(),
        typed,
        go,
    };

    search_address::by_scan(typed);
    search_address::follow(asked, typed, move |search| {
        let search = (!search.is_empty()).then(|| search.to_owned());
        list_state.visit(&[("q", search.into_iter().collect())], true);
    });
    on_cleanup(move || resized.remove());

    let count = move |of: Option<Status>| {
        Signal::derive(move || {
            let count = listing.with(|listing| of.map_or(listing.counts.all(), |status| listing.counts.of(status)));
            u64::try_from(count).unwrap_or(u64::MAX)
        })
    };
    let mut tabs = vec![Tab { key: ALL, label: list::ALL.into(), count: count(None) }];
    tabs.extend(TABS.map(|status| Tab {
        key: status.key(),
        label: appearance::tab_name(status).into(),
        count: count(Some(status)),
    }));
    let chosen_tab = Signal::derive(move || {
        let key = filter.with(|filter| match filter.status.as_slice() {
            [status] => status.key(),
            _ => ALL,
        });
        key.to_owned()
    });
    let choose_tab = move |key: &'static str| {
        let status = if key == ALL { Vec::new() } else { vec![key.to_owned()] };
        // What was typed a moment ago goes with it.
        let search = typed.with_untracked(|typed| typed.trim().to_owned());
        let search = if search.is_empty() { Vec::new() } else { vec![search] };
        list_state.visit(&[("status", status), ("q", search)], false);
    };

    let counts = session.counts();
    let conflicts = move || {
        let open = session.conflicts.get();
        (open > 0).then(
            || view! { <LinkButton href="/conflicts" label=move || list::conflicts(open) glyph=Glyph::Conflict/> },
        )
    };

    let pane = NodeRef::<html::Article>::new();
    let open_beside = move |id: Uuid| {
        let has_room = pane.get_untracked().is_some_and(|pane| pane.offset_width() > 0);
        if has_room {
            list_state.visit(&[("order", vec![id.to_string()])], false);
        }
        has_room
    };
    let is_plain = Memo::new(move |_| {
        let general = |filter: &Filter| Filter { status: Vec::new(), sort: Sort::default(), ..filter.clone() };
        filter.with(|filter| general(filter) == Filter::default())
    });
    let empty = move || {
        let status = filter.with(|filter| filter.status.first().copied());
        let unverified = filter.with(|filter| filter.only == [Facet::Badge(Badge::Unverified)]);
        match (is_plain.get(), status) {
            (false, _) if unverified => view! {
                <Empty glyph=Glyph::Check title=verified::ALL_VERIFIED text=verified::ALL_VERIFIED_WHY/>
            }
            .into_any(),
            (false, _) => view! {
                <Empty glyph=Glyph::Search title=list::NOTHING_FOUND text=list::NOTHING_FOUND_WHY/>
            }
            .into_any(),
            (true, Some(status)) if counts.get().all > 0 => {
                let (_, glyph, _) = appearance::of_status(status);
                view! { <Empty glyph title=list::NONE_IN_STATE text=list::NONE_IN_STATE_WHY/> }.into_any()
            }
            (true, _) => view! {
                <Empty glyph=Glyph::Orders title=orders::EMPTY text=orders::EMPTY_WHY>
                    <LinkButton href="/counter" label=orders::TO_COUNTER glyph=Glyph::Counter kind=Kind::Main/>
                    <LinkButton href="/orders/new" label=orders::TAKE_FIRST glyph=Glyph::NewOrder/>
                    <LinkButton href="/setup" label=orders::SET_UP/>
                </Empty>
            }
            .into_any(),
        }
    };
    // Nothing was ever sold: one pane, and nothing to choose from.
    let is_new = Memo::new(move |_| is_plain.get() && counts.with(|counts| counts.all == 0));
    let is_empty = Memo::new(move |_| listing.with(|listing| listing.total == 0));
    let is_narrowed = Memo::new(move |_| narrowed.with(Option::is_some));
    let said = move || {
        let total = u64::try_from(listing.with(|listing| listing.total)).unwrap_or(u64::MAX);
        (!is_plain.get()).then(|| list::found(total))
    };
    let sheet = move || match (is_narrowed.get(), is_empty.get()) {
        (false, _) => Parts::beside(|_| ().into_any()).into_any(),
        (true, true) => empty.into_any(),
        (true, false) => view! { <Rows list_state open_beside/> }.into_any(),
    };
    let pasted =
        move |event| parts.there_untracked().into_iter().for_each(|pages| (pages.list.pasted)(list_state, &event));
    view! {
        <div class="page" on:paste=pasted style:grid-template-rows="auto auto minmax(0, 1fr)">
            <PageHead title=orders::TITLE>
                <SearchField label=list::SEARCH example=list::SEARCH_HINT value=typed/>
                {conflicts}
                {Parts::once(move |pages| (pages.list.tools)(list_state))}
            </PageHead>
            <div>
                <div hidden=move || is_new.get()>
                    <Tabs label=list::BY_STATE tabs chosen=chosen_tab on_choose=choose_tab panel=PANEL/>
                </div>
                {Parts::once(move |pages| (pages.list.bar)(list_state))}
            </div>
            <div class="split" node_ref=split data-table=move || table.get().then_some("") data-alone=move || is_new.get().then_some("")>
                <section class="sheet" id=PANEL role="tabpanel" aria-label=list::LIST>
                    <p class="unseen" role="status">{said}</p>
                    {Parts::once(move |pages| (pages.list.head)(list_state))}
                    {sheet}
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
