//! The invariants of sync.md, asked of every tablet when everything has healed.

use std::collections::HashSet;

use domain::order::{Badge, Outcome};
use replica::Filter;

use super::*;

impl Simulation {
    pub(super) fn check(&mut self) {
        // One tablet is of a newer version by now: it has rebuilt its rows, from its journal.
        self.kill(0);
        self.tablets[0].disk = self.tablets[0].disk.copy_with_damaged_checkpoint();
        self.open_tab(0);
        let log = self.world.server().borrow().log();
        let mut ids = HashSet::new();
        let mut counters: BTreeMap<Uuid, Vec<u64>> = BTreeMap::new();
        let mut of_order: BTreeMap<Uuid, Vec<(Meta, Event)>> = BTreeMap::new();
        for (meta, stream, event) in &log {
            assert!(ids.insert(meta.id), "an event is in the log twice");
            if !strangers::STRANGERS.contains(&meta.device) {
                counters.entry(meta.device).or_default().push(meta.counter);
            }
            if StreamKind::parse(&stream.0).map(StreamKind::fold) == Some(Fold::Order) {
                of_order.entry(stream.1).or_default().push((meta.clone(), event.clone()));
            }
        }
        let aside: BTreeMap<Uuid, protocol::Envelope> = self.world.server().borrow().aside.clone();
        aside.values().for_each(|it| counters.entry(it.device).or_default().push(it.counter));
        let fold_all = |all: &BTreeMap<Uuid, Vec<(Meta, Event)>>| -> BTreeMap<Uuid, Order> {
            all.iter().map(|(id, events)| (*id, fold(*id, sort_by_device_order(events.clone())))).collect()
        };
        let orders = fold_all(&of_order);
        for counters in counters.values_mut() {
            // A push that was under way while the server was restored may come before what is offered again.
            if self.world.server().borrow().restored > 0 || self.copies > 0 || self.spoilt > 0 || !aside.is_empty() {
                counters.sort_unstable();
            }
            // A tablet and its copy counted on under one name until they heard of it.
            if self.copies > 0 || self.spoilt > 0 {
                counters.dedup();
            }
            let in_order: Vec<u64> = (1..=counters.len() as u64).collect();
            assert_eq!(*counters, in_order, "a device's own order is not kept, or has gaps");
        }
        for id in &self.saved {
            assert!(ids.contains(id) || aside.contains_key(id), "what was called saved is lost: {id}");
        }
        for order in orders.values() {
            for entry in &order.timeline {
                let fact = matches!(
                    entry.event,
                    Event::Order(
                        OrderEvent::PaymentRecorded(_)
                            | OrderEvent::RefundRecorded(_)
                            | OrderEvent::Shipped(_)
                            | OrderEvent::HandedOver(_)
                    )
                );
                assert!(!fact || entry.outcome == Outcome::Applied, "a fact was voided");
            }
        }
        orders.values().for_each(|order| self.check_rule(order));
        self.check_identities();
        self.check_names();
        let records = self.check_records(&log);
        let short = self.check_stock(&orders, &records);
        self.check_people(&orders);
        self.check_carts(&orders);
        orders.values().for_each(|order| self.check_conflicts(order));
        for nth in 0..self.tablets.len() {
            // What was put aside counts where it was done.
            let mut of_tablet = of_order.clone();
            for (meta, stream, event) in self.aside(nth) {
                of_tablet.entry(stream.1).or_default().push((meta, event));
            }
            let orders = fold_all(&of_tablet);
            let takings: i64 = orders.values().map(Order::received).sum();
            self.check_lists(nth, &orders);
            for tab in self.tablets[nth].tabs.clone() {
                self.check_tab(nth, &tab, &orders, (takings, &short));
            }
            self.check_of_tomorrow(nth);
            self.check_strangers(nth);
            // And as a new process finds it on the disk.
            self.kill(nth);
            self.open_tab(nth);
            let tab = self.tablets[nth].tabs[0].clone();
            self.check_tab(nth, &tab, &orders, (takings, &short));
        }
    }

    /// Every tablet is somebody of its own; and who was never copied is who it was.
    fn check_identities(&self) {
        let devices: Vec<_> = self.tablets.iter().map(|tablet| tablet.tabs[0].replica().device().clone()).collect();
        assert!(devices.iter().all(|device| !device.cloned), "a copy has no name of its own");
        assert_eq!(devices.iter().map(|device| device.id).collect::<BTreeSet<_>>().len(), devices.len());
        assert_eq!(devices.iter().map(|device| &device.code).collect::<BTreeSet<_>>().len(), devices.len());
        // What it did last may have been spoilt: then it takes itself for a copy.
        let apart = self.copies + self.spoilt > 0;
        assert!(apart || devices.iter().all(|device| device.former.is_empty()), "taken for a copy");
    }

    /// A tablet is in no conflict with itself, whatever it is called by now. (After a restore sequences are others than
    /// those that it had seen.)
    fn check_conflicts(&self, order: &Order) {
        if self.world.server().borrow().restored > 0 || self.spoilt > 0 {
            return;
        }
        for conflict in &order.conflicts {
            let [first, second] = [conflict.first, conflict.second]
                .map(|at| order.timeline.get(at).and_then(|entry| self.made_by.get(&entry.meta.id)));
            assert!(first.is_none() || first != second, "a tablet is in conflict with itself: {}", conflict.id);
        }
    }

    /// What no tablet knows the meaning of lies on each, byte for byte.
    fn check_of_tomorrow(&self, nth: usize) {
        let texts = self.world.server().borrow().of_tomorrow.clone();
        let entries = self.tablets[nth].disk.open();
        let entries = futures::executor::block_on(entries.read_entries(&[1..=u32::MAX])).unwrap();
        for text in texts {
            let there = entries.iter().any(|entry| entry.bytes.windows(text.len()).any(|it| it == text.as_bytes()));
            assert!(there, "tablet {nth} does not hold what a newer version wrote as it wrote it");
        }
    }

    fn check_tab(
        &mut self,
        nth: usize,
        tab: &Tab,
        orders: &BTreeMap<Uuid, Order>,
        (takings, short): (i64, &BTreeSet<Uuid>),
    ) {
        let told = tab.replica().quarantined().into_iter().map(|it| (it.counter, it.stream)).collect::<Vec<_>>();
        let aside = self.aside(nth).into_iter().map(|(meta, stream, _)| (meta.counter, stream.1));
        assert_eq!(told, BTreeMap::from_iter(aside).into_iter().collect::<Vec<_>>(), "tablet {nth} tells of others");
        // A tablet and its copy may have given out a number twice before they heard of each other.
        let doubled = tab.replica().duplicate_numbers();
        assert!(self.copies + self.spoilt > 0 || doubled.is_empty(), "two orders have one number: {doubled:?}");
        let rows = tab.replica().summaries();
        // Of what only a stranger wrote and a restored server has lost there is a row still, in no list.
        let is_left = |id: &Uuid| !orders.contains_key(id) && strangers::is_theirs(*id);
        let listed: BTreeSet<Uuid> = rows.iter().map(|row| row.id).filter(|id| !is_left(id)).collect();
        assert_eq!(listed, orders.keys().copied().collect());
        for (id, order) in orders {
            let (asked, id) = (tab.clone(), *id);
            let held = self.at_once(nth, async move { asked.order(id).await }).unwrap().unwrap();
            let told = |order: &Order| {
                let entry =
                    |it: &domain::order::Entry| (it.meta.id, it.meta.seq, it.meta.seen, format!("{:?}", it.outcome));
                order.timeline.iter().map(entry).collect::<Vec<_>>()
            };
            assert!(
                held.as_ref() == Some(order),
                "tablet {nth} tells another order: {:#?} and not {:#?}",
                held.as_ref().map(told),
                told(order)
            );
            // Before all deadlines nothing is overdue, and all is sent.
            let mut row = order.summary();
            row.badges.set(Badge::Oversold, short.contains(&id));
            assert_eq!(tab.replica().summary(id, i64::MIN), Some(row), "tablet {nth} lists another order");
        }
        let sum: i64 = orders.keys().filter_map(|id| tab.replica().summary(*id, 0)).map(|row| row.received()).sum();
        assert_eq!(sum, takings, "the money differs");
        // Payments less refunds are the ledger: what a list sums up, of drafts and of what is over, too.
        let sums = tab.replica().sums(&Filter::default(), std::slice::from_ref(&(i64::MIN..i64::MAX)), 0);
        assert_eq!(sums.first().map(|sums| sums.received), Some(takings), "the figures know of other money");
    }
}

fn fold(id: Uuid, events: Vec<(Meta, Event)>) -> Order {
    let mut order = Order::new(id);
    for (meta, event) in &events {
        order.apply(meta, event);
    }
    order
}

/// The log's order, but a device's events among themselves in its own: a restored server may have been given a later
/// one first.
pub(super) fn sort_by_device_order(mut events: Vec<(Meta, Event)>) -> Vec<(Meta, Event)> {
    let devices: BTreeSet<Uuid> = events.iter().map(|(meta, _)| meta.device).collect();
    for device in devices {
        let places: Vec<usize> = (0..events.len()).filter(|at| events[*at].0.device == device).collect();
        let mut own: Vec<(Meta, Event)> = places.iter().map(|at| events[*at].clone()).collect();
        own.sort_by_key(|(meta, _)| meta.counter);
        for (at, event) in places.into_iter().zip(own) {
            events[at] = event;
        }
    }
    events
}
