//! Records as tablets write them: what each of them really knew then, and that nothing which was written is silently
//! gone.

use std::sync::atomic::AtomicU64;

use domain::record::{Fields, Record, Value};
use domain::shop::Shop;

use super::checks::sort_by_device_order;
use super::*;

/// How many fields need a decision in the end, in all runs.
pub static DISPUTED: AtomicU64 = AtomicU64::new(0);

/// The types of all events that anybody wrote, in all runs.
pub static WRITTEN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// An event that writes these fields.
pub fn changed(set: impl IntoIterator<Item = (String, Option<Value>)>) -> RecordEvent {
    RecordEvent::Changed(Changed { set: set.into_iter().collect(), settles: None })
}

impl Simulation {
    /// A tablet that has a tab, drawn by chance, other than `but`.
    pub(super) fn tablet(&self, chance: &mut Chance, but: Option<usize>) -> Option<(usize, Tab)> {
        let nth = chance.below(self.tablets.len());
        let tabs = &self.tablets[nth].tabs;
        let tab = tabs.get(chance.below(tabs.len()))?;
        (but != Some(nth)).then(|| (nth, tab.clone()))
    }

    /// Writes to a record, or begins one.
    pub(super) fn write(
        &mut self,
        (nth, tab): (usize, &Tab),
        kind: StreamKind,
        id: Option<Uuid>,
        events: Vec<RecordEvent>,
    ) -> Option<Uuid> {
        let acting = tab.clone();
        let acts = [Act::Record(kind, id, events)];
        let acted = self.at_once(nth, async move { acting.act_all(&acts, TODAY).await });
        self.revive();
        let (tab, id) = match acted {
            Some(Ok(ids)) => (tab.clone(), ids[0]),
            // It died before it could say that it was saved: it may be there or not.
            None => (self.tablets[nth].tabs.first()?.clone(), id?),
            Some(Err(ActFault::Storage(StorageFault::Quota | StorageFault::Closed))) => return None,
            Some(Err(fault)) => panic!("a record was not written: {fault}"),
        };
        self.tablets[nth].disk.calm();
        let own = own(&tab);
        let record = self.at_once(nth, async move { tab.record(id).await })?.unwrap()?;
        for (at, (meta, _)) in record.timeline.iter().enumerate() {
            if own(meta.device) && meta.seq.is_none() {
                let before = || record.timeline[..at].iter().map(|(meta, _)| meta.id).collect();
                self.witnessed.entry(meta.id).or_insert_with(before);
                self.saved.insert(meta.id);
            }
        }
        Some(id)
    }

    /// Settles what a tablet is asked about one of its records: leaves it, or takes the other value.
    pub(super) fn settle(&mut self, (nth, tab): (usize, &Tab), takes: bool) {
        let Some((kind, id, _)) = tab.replica().conflicted_records().next() else { return };
        let asked = tab.clone();
        let Some(Ok(Some(record))) = self.at_once(nth, async move { asked.record(id).await }) else { return };
        let Some(conflict) = record.open_conflicts().next() else { return };
        let count = record.take_count(conflict).filter(|_| takes);
        let set = takes.then(|| (conflict.field.clone(), conflict.other.clone()));
        let choice = Changed { set: set.into_iter().collect(), settles: Some(conflict.id.clone()) };
        let choice = count.map_or(RecordEvent::Changed(choice), RecordEvent::StockMoved);
        self.write((nth, tab), kind, Some(id), vec![choice]);
    }

    /// The records as the log tells them. Every tablet tells the same.
    pub(super) fn check_records(
        &self,
        log: &[(Meta, protocol::Stream, Event)],
    ) -> BTreeMap<Uuid, (StreamKind, Record)> {
        let mut events: BTreeMap<(StreamKind, Uuid), Vec<(Meta, Event)>> = BTreeMap::new();
        for (meta, stream, event) in log {
            let Some(kind) = StreamKind::parse(&stream.0) else { continue };
            WRITTEN.lock().unwrap().extend(protocol::body::write(kind, event).map(|(known, ..)| known));
            if let Fold::Record(_) = kind.fold() {
                events.entry((kind, stream.1)).or_default().push((meta.clone(), event.clone()));
            }
        }
        let mut shop = Shop::default();
        let of_shop = log.iter().filter(|(_, stream, _)| stream.0 == StreamKind::Shop.key()).cloned();
        for (meta, event) in sort_by_device_order(of_shop.map(|(meta, _, event)| (meta, event)).collect()) {
            shop.apply(&meta, &event);
        }
        // What was put aside counts where it was done.
        let tabs = self.tablets.iter().flat_map(|tablet| &tablet.tabs);
        for tab in tabs.filter(|_| self.world.server().borrow().aside.is_empty()) {
            assert_eq!(tab.replica().shop().fields().fields, shop.fields().fields, "the shop's own fields differ");
        }
        let mut records = BTreeMap::new();
        for ((kind, id), events) in events {
            let mut record = Record::default();
            sort_by_device_order(events).iter().for_each(|(meta, event)| record.apply(meta, event));
            self.check_sums(&record);
            // After a restore sequences are others than those that a tablet had seen, and a copy goes by its original's
            // name until they hear of each other; whose journal was spoilt has seen nothing until it has pulled again.
            if self.world.server().borrow().restored == 0 && self.copies + self.spoilt == 0 && !record.erased {
                self.check_written(&record);
            }
            DISPUTED.fetch_add(record.open_conflicts().count() as u64, Ordering::Relaxed);
            records.insert(id, (kind, record));
        }
        let fields: Vec<_> = records.iter().map(|(id, (kind, record))| (*kind, Fields::of(*id, record))).collect();
        for (nth, tablet) in self.tablets.iter().enumerate() {
            for tab in &tablet.tabs {
                let held = tab.replica().all_fields();
                let other = held.iter().zip(&fields).find(|(held, told)| held != told);
                assert!(held == fields, "tablet {nth} has other records: {}, {other:#?}", held.len());
            }
        }
        records
    }

    /// Movements count, whatever else was written: debts, and stock that nobody counted, are their plain sums.
    fn check_sums(&self, record: &Record) {
        let mut plain: BTreeMap<u32, i64> = BTreeMap::new();
        let counted: BTreeSet<u32> = record.counts().map(|count| count.variant).collect();
        for (_, event) in &record.timeline {
            match event {
                Event::Record(RecordEvent::StockMoved(moved)) if counted.contains(&moved.variant) => {}
                Event::Record(RecordEvent::StockMoved(moved)) => {
                    *plain.entry(moved.variant).or_default() += moved.quantity;
                }
                Event::Record(RecordEvent::DebtMoved(moved)) => *plain.entry(0).or_default() += moved.amount,
                _ => {}
            }
        }
        let sums = record.sums().filter(|(variant, _)| !counted.contains(variant));
        assert_eq!(sums.collect::<BTreeMap<_, _>>(), plain);
    }

    /// A value that was written stands, or somebody who really knew it wrote over it or settled it, or it is shown. And
    /// nobody is asked twice, or for nothing.
    fn check_written(&self, record: &Record) {
        // What a process wrote over which it died is not known; what a record began with knew nothing.
        let knew =
            |later: &Uuid, earlier: &Uuid| self.witnessed.get(later).is_some_and(|known| known.contains(earlier));
        let is_known = |at: usize, id: Uuid| at == 0 || self.witnessed.contains_key(&id);
        let mut writes: BTreeMap<&str, Vec<(usize, Uuid, &Changed)>> = BTreeMap::new();
        let mut settled = Vec::new();
        for (at, (meta, event)) in record.timeline.iter().enumerate() {
            let Event::Record(RecordEvent::Changed(changed)) = event else { continue };
            changed.set.keys().for_each(|field| writes.entry(field).or_default().push((at, meta.id, changed)));
            settled.extend(&changed.settles);
        }
        // Of the details of a merge nobody has to choose one.
        writes.retain(|field, _| !field.starts_with("merged/") && !field.starts_with("merged_stock/"));
        for (field, writes) in &writes {
            if !writes.iter().all(|(at, id, _)| is_known(*at, *id)) {
                continue;
            }
            for (_, id, changed) in writes.iter().filter(|(.., changed)| changed.settles.is_none()) {
                let value = changed.set[*field].as_ref();
                let stands = record.get(field) == value;
                // Of several who wrote the same, a person is asked about one.
                let alike = || writes.iter().filter(|(.., it)| it.set[*field].as_ref() == value).map(|(_, id, _)| id);
                let knowingly = writes.iter().any(|(_, later, _)| knew(later, id))
                    || settled.iter().any(|it| it.starts_with(field) && alike().any(|id| it.contains(&id.to_string())));
                let is_shown = record.open_conflicts().any(|it| it.field == **field && it.other.as_ref() == value);
                assert!(stands || knowingly || is_shown, "{field} was {value:?}, and that is silently gone");
            }
        }
        let mut asked = BTreeSet::new();
        for conflict in record.open_conflicts().filter(|conflict| !conflict.field.starts_with("counted/")) {
            let sides = [conflict.first, conflict.second].map(|at| (at, record.timeline[at].0.id));
            let written = |(_, id): (usize, Uuid)| {
                let write = writes[conflict.field.as_str()].iter().find(|(_, of, _)| *of == id);
                write.map(|(.., changed)| &changed.set[&conflict.field])
            };
            assert_ne!(written(sides[0]), written(sides[1]), "asked for nothing");
            assert!(asked.insert((&conflict.field, sides)), "asked twice: {}", conflict.id);
            // Who reads the log again says to have seen only what was read again: is asked too much, never too little.
            if !self.may.gone && sides.iter().all(|(at, id)| is_known(*at, *id)) {
                assert!(!knew(&sides[1].1, &sides[0].1), "it was written knowingly: {}", conflict.id);
            }
        }
    }
}
