//! What pages read and write of the shop's orders: lists, one order, what the counter put aside.

use std::ops::Range;
use std::sync::Arc;

use domain::order::{Badge, Command, Conflict, ConflictKind, Context, Order, Status, Summary, decide};
use domain::{DeviceCode, StreamKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::storage::StorageFault;
use replica::{Filter, SortBy};
use uuid::Uuid;

use super::changes::ORDERS;
use super::{ActFault, Acted, Counts, DaySum, Listing, Load, ReplicaHandle, Row, Session, newest};
use crate::platform::clock;

/// More parked carts than this are found in the list of orders.
const MOST: usize = 200;

impl Session {
    /// An id for something that is about to begin.
    pub fn draw_id(self) -> Uuid {
        let ms = u64::try_from(self.now.get_untracked()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &clock::random()).into_uuid()
    }

    /// Does what a person asks of an order; `None` makes a new one. Answers when it is on the disk.
    pub async fn act(self, order: Option<Uuid>, command: Command) -> Result<Acted, ActFault> {
        self.act_each(order, &[command]).await
    }

    /// Does several things to an order one after the other, in one transaction or nothing. What is so already is passed
    /// over. Answers when it is on the disk.
    pub async fn act_in_turn(self, order: Uuid, all: Vec<Command>) -> Result<Acted, ActFault> {
        self.act_each(Some(order), &all).await
    }

    async fn act_each(self, order: Option<Uuid>, all: &[Command]) -> Result<Acted, ActFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        let acted = handle.act_in_turn(order, all, handle.today()).await?;
        handle.ask_to_keep();
        Ok(acted)
    }

    /// One order, kept up to date after acts and syncs.
    pub fn order(self, id: Signal<Option<Uuid>>) -> Signal<Load<Arc<Order>>> {
        let shown = RwSignal::new((None, Load::Pending));
        // What is asked last is what is shown, whichever is read first.
        let asked = StoredValue::new(0_u64);
        Effect::new(move |_| {
            self.changes.track(&[StreamKind::Order]);
            let id = id.get();
            let nth = asked.get_value() + 1;
            asked.set_value(nth);
            if shown.with_untracked(|(of, _)| *of != id) {
                shown.set((id, Load::Pending));
            }
            let (Some(id), Some(handle)) = (id, self.handle()) else {
                return;
            };
            let show = move |order: Option<Order>| {
                let order = Load::from(order);
                if shown.try_with_untracked(|(_, now)| *now != order) == Some(true) {
                    let _ = shown.try_set((Some(id), order));
                }
            };
            // Most of the time its events are in memory, and no frame shows the page without it.
            if let Ok(order) = handle.read(|replica| replica.order(id)) {
                return show(order);
            }
            spawn_local(async move {
                if let Ok(order) = handle.order(id).await
                    && asked.try_get_value() == Some(nth)
                {
                    show(order);
                }
            });
        });
        Signal::derive(move || shown.read().1.clone())
    }

    /// What a list is about: how many orders, on which days, in which states.
    pub fn listing(self, filter: Signal<Filter>) -> Signal<Arc<Listing>> {
        let listing = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let Some(handle) = self.handle() else {
                return Arc::default();
            };
            filter.with(|filter| {
                let by_day = filter.sort.by == SortBy::Time;
                let span = |ms| if by_day { self.span(ms) } else { i64::MIN..i64::MAX };
                let (counts, sums) =
                    handle.read(|replica| (replica.counts_of(filter, now), replica.days(filter, span, now)));
                let mut total = 0;
                let mut day_of = |(from, sums): (i64, replica::Sums)| {
                    let first = total;
                    total += sums.orders;
                    let day = by_day.then(|| self.day_of(from));
                    DaySum { day, first, orders: sums.orders, counted: sums.counted, minor: sums.total }
                };
                let days = sums.into_iter().map(&mut day_of).collect();
                Arc::new(Listing { total, days, counts })
            })
        });
        listing.into()
    }

    /// Some of the orders of a list, in its order; the first of all is number 0.
    pub fn rows(self, filter: Signal<Filter>, part: Signal<Range<usize>>) -> Signal<Arc<Vec<Row>>> {
        let rows = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let (Some(handle), Range { start, end }) = (self.handle(), part.get()) else {
                return Arc::default();
            };
            let limit = end.saturating_sub(start);
            let page = filter.with(|filter| handle.read(|replica| replica.page(filter, start, limit, now)));
            let row = |summary: Summary| Row { pending: summary.badges.has(Badge::NotSent), summary };
            Arc::new(page.rows.into_iter().map(row).collect())
        });
        rows.into()
    }

    /// Where the first of these orders lies that is still in a list, and which of them that is; looked for around where
    /// they were.
    pub fn still_in(self, filter: &Filter, ids: &[Uuid], near: usize) -> Option<(usize, usize)> {
        const AROUND: usize = 600;
        let handle = self.handle()?;
        let start = near.saturating_sub(AROUND);
        let page = handle.read(|replica| replica.page(filter, start, 2 * AROUND, self.now.get_untracked()));
        let place = |id: &Uuid| page.rows.iter().position(|row| row.id == *id);
        ids.iter().enumerate().find_map(|(nth, id)| Some((nth, start + place(id)?)))
    }

    /// How many orders there are.
    pub fn counts(self) -> Signal<Counts> {
        let counts = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let handle = self.handle();
            let count = |replica: &replica::Replica| {
                let counts = replica.counts(now);
                let mut to_do = vec![
                    (Badge::Overdue, counts.overdue),
                    (Badge::Unverified, counts.unverified),
                    (Badge::RefundDue, counts.refund_due),
                    (Badge::Oversold, counts.oversold),
                ];
                to_do.retain(|(_, count)| *count > 0);
                Counts { all: counts.all(), to_do }
            };
            handle.map(|handle| handle.read(count)).unwrap_or_default()
        });
        counts.into()
    }

    /// Asks the replica something of its orders that is in memory; asked again after every change of them.
    pub fn ask<T>(self, question: impl FnOnce(&replica::Replica, i64) -> T) -> Option<T> {
        self.changes.track(ORDERS);
        let now = self.now.get();
        Some(self.handle()?.read(|replica| question(replica, now)))
    }

    /// The conflicts that need a decision: the order, and the conflict's id.
    pub fn conflicts(self) -> Signal<Vec<(Arc<Order>, String)>> {
        let read = move || {
            self.changes.track(&[StreamKind::Order]);
            let handle = self.handle()?;
            Some(async move { conflicts(&handle).await.ok() })
        };
        newest(Vec::new(), read).into()
    }

    /// Whether the order, as it stands, allows this now.
    pub fn allows(self, order: &Order, command: &Command) -> bool {
        let now_ms = self.now.get();
        let settings = self.settings().get();
        let code = DeviceCode(self.tablet_code());
        let context = Context { now_ms, day: self.day_of(now_ms), code: &code, next_count: 1, settings: &settings };
        decide(Some(order), order.id, command, &context).is_ok()
    }

    /// The carts that wait on any tablet of the shop, newest first.
    pub fn parked(self) -> Signal<Arc<Vec<Summary>>> {
        let parked = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Order]);
            let filter = Filter { status: vec![Status::Draft], parked: true, ..Filter::default() };
            let rows =
                self.handle().map(|handle| handle.read(|replica| replica.page(&filter, 0, MOST, handle.now_ms()).rows));
            Arc::new(rows.unwrap_or_default())
        });
        parked.into()
    }

    /// What lists show of an order. Tracks changes.
    pub fn summary(self, id: Uuid) -> Option<Summary> {
        self.changes.track(ORDERS);
        self.handle().and_then(|handle| handle.read(|replica| replica.summary(id, handle.now_ms())))
    }

    /// An order as it stands, once.
    pub async fn read_order(self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.order(id).await
    }

    /// Whether an order is confirmed, and on this tablet.
    pub async fn was_sold_here(self, id: Uuid) -> bool {
        let order = self.read_order(id).await.ok().flatten();
        let by = order.and_then(|order| Some(order.timeline.get(order.confirmed?)?.meta.device));
        by.is_some_and(|device| device == self.this_device())
    }
}

async fn conflicts(handle: &ReplicaHandle) -> Result<Vec<(Arc<Order>, String)>, StorageFault> {
    let mut found = Vec::new();
    for id in handle.read(replica::Replica::conflicted) {
        if let Some(order) = handle.order(id).await? {
            let order = Arc::new(order);
            let open = order.open_conflicts().map(|conflict| (Arc::clone(&order), conflict.id.clone()));
            found.extend(open);
        }
    }
    for (number, orders) in handle.read(replica::Replica::duplicate_numbers) {
        // The first keeps its number; each of the others is offered a new one.
        for id in orders.into_iter().skip(1) {
            if let Some(mut order) = handle.order(id).await? {
                let at = order.confirmed.unwrap_or_default();
                let conflict = Conflict {
                    id: format!("{}:{number}:{id}", ConflictKind::SameNumber.key()),
                    kind: ConflictKind::SameNumber,
                    first: at,
                    second: at,
                    field: None,
                    other: None,
                    settled: None,
                };
                let name = conflict.id.clone();
                order.conflicts.push(conflict);
                found.push((Arc::new(order), name));
            }
        }
    }
    Ok(found)
}
