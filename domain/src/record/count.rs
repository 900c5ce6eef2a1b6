//! Counts of stock. A count says what is there at its time: it takes the place of the counts before it, and what moved
//! without its maker's knowing comes on top of it (docs/decisions/0015). Of such a movement nobody but a person can
//! say whether it came before or after the count.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{FieldConflict, Record, RecordEvent, StockMoved, StockReason, Value};
use crate::{Event, Meta};

/// A count that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Of which variant; 0: the product has none.
    pub variant: u32,
    /// Its event: the place in the timeline.
    pub at: usize,
    /// That event's id.
    pub id: Uuid,
    /// Pieces or grams that were there.
    pub counted: i64,
    /// Its device, that device's count, and what that had seen.
    pub by: (Uuid, u64, u64),
    /// Movements of which a person has said whether they came before or after it, by device and count.
    pub answered: BTreeSet<(Uuid, u64)>,
    /// How many movements beside orders ask for that.
    pub asks: usize,
}

/// A count as the fold knows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stated {
    count: Count,
    /// What movements that its maker knew of had come to.
    known: i64,
    /// What movements come to that its maker did not know of and of which a person said that they came before it.
    before: i64,
    /// Those, by device and count.
    said_before: BTreeSet<(Uuid, u64)>,
}

/// The identity of the question whether a movement came before or after a count, both by their events.
pub fn question(count: Uuid, movement: &Meta) -> String {
    format!("before:{count}:{}:{}", movement.device, movement.counter)
}

fn read_question(id: &str) -> Option<(Uuid, Uuid, u64)> {
    let mut parts = id.strip_prefix("before:")?.split(':');
    let (count, device, counter) = (parts.next()?, parts.next()?, parts.next()?);
    Some((count.parse().ok()?, device.parse().ok()?, counter.parse().ok()?))
}

/// What conflicts of counts of a variant call their field.
pub fn counted_field(variant: u32) -> String {
    format!("counted/{variant}")
}

impl Stated {
    /// What it adds to the movements.
    fn effect(&self) -> i64 {
        self.count.counted.saturating_sub(self.known).saturating_sub(self.before)
    }
}

impl Count {
    /// Its event, as far as others' knowing of it asks; `seq` is its place in the sequence now.
    pub fn meta(&self, seq: Option<u64>) -> Meta {
        let (device, counter, seen) = self.by;
        Meta { id: self.id, device, counter, seen, seq, hlc: (0, 0), actor: None }
    }

    /// A person's word on a movement: it came before the count, or after it.
    pub fn answer(&self, movement: &Meta, quantity: i64, before: bool) -> StockMoved {
        let (reason, quantity) =
            if before { (StockReason::BeforeCount, quantity.saturating_neg()) } else { (StockReason::AfterCount, 0) };
        let settles = Some(question(self.id, movement));
        StockMoved { settles, ..StockMoved::new(self.variant, reason, quantity) }
    }

    /// Whether only a person can say which of the two came first: neither knew of the other, and nobody has said it.
    /// `own` is the count's event.
    pub fn is_unsure(&self, own: &Meta, movement: &Meta) -> bool {
        !own.knew(movement) && !movement.knew(own) && !self.answered.contains(&(movement.device, movement.counter))
    }
}

impl Record {
    pub(super) fn stock_moved(&mut self, at: usize, moved: &StockMoved) {
        match (&moved.settles, moved.known, moved.counted) {
            (Some(id), ..) => self.settle_count(at, id, moved),
            (None, Some(known), Some(counted)) if moved.is_count() => self.count(at, moved.variant, counted, known),
            _ => {
                let sum = self.plain.entry(moved.variant).or_default();
                *sum = sum.saturating_add(moved.quantity);
            }
        }
        let counted = self.standing.get(&moved.variant).and_then(|nth| self.counts.get(*nth)).map(Stated::effect);
        let plain = self.plain.get(&moved.variant).copied();
        if counted.is_some() || plain.is_some() {
            let sum = plain.unwrap_or_default().saturating_add(counted.unwrap_or_default());
            self.sums.insert(moved.variant, sum);
        }
    }

    /// The later of two counts stands. Where they knew nothing of each other and say something else, a person is shown
    /// both. (Where one of them knew of a movement and the other did not, they may say the same in other numbers.)
    fn count(&mut self, at: usize, variant: u32, counted: i64, known: i64) {
        let Some(Meta { id, device, counter, seen, .. }) = self.meta(at).cloned() else { return };
        let by = (device, counter, seen);
        let count = Count { variant, at, id, counted, by, answered: BTreeSet::new(), asks: 0 };
        let stated = Stated { count, known, before: 0, said_before: BTreeSet::new() };
        if let Some(other) = self.standing.get(&variant).and_then(|nth| self.counts.get(*nth))
            && !self.knew(at, other.count.at)
            && other.count.counted != counted
            && other.effect() != stated.effect()
        {
            let field = counted_field(variant);
            self.conflicts.push(FieldConflict {
                id: format!("{field}:{}:{id}", other.count.id),
                field,
                first: other.count.at,
                second: at,
                other: Some(Value::Int(other.count.counted)),
                settled: None,
            });
        }
        self.standing.insert(variant, self.counts.len());
        self.counts.push(stated);
    }

    /// A person's word: the other count stands; or a movement came before a count, or after it. The first word counts.
    fn settle_count(&mut self, at: usize, id: &str, moved: &StockMoved) {
        if let Some((count, device, counter)) = read_question(id) {
            let is_it = |it: &&mut Stated| it.count.id == count && it.count.variant == moved.variant;
            if let Some(stated) = self.counts.iter_mut().find(is_it)
                && stated.count.answered.insert((device, counter))
            {
                stated.before = stated.before.saturating_sub(moved.quantity);
                if moved.reason == StockReason::BeforeCount {
                    stated.said_before.insert((device, counter));
                }
            }
            return;
        }
        let Some(conflict) = self.conflicts.iter_mut().find(|it| it.id == *id && it.settled.is_none()) else { return };
        conflict.settled = Some(at);
        let conflict = conflict.clone();
        let nth_of = |at: usize| self.counts.iter().position(|stated| stated.count.at == at);
        let (first, second) = (nth_of(conflict.first), nth_of(conflict.second));
        if let (Some(first), true) = (first, self.standing.get(&moved.variant).copied() == second) {
            self.standing.insert(moved.variant, first);
        }
    }

    /// Whether someone who knew of both counts of a conflict counted again.
    pub(super) fn is_counted_anew(&self, conflict: &FieldConflict) -> bool {
        let mut same = self.counts.iter().filter(|stated| counted_field(stated.count.variant) == conflict.field);
        same.any(|stated| self.knew_both(stated.count.at, conflict))
    }

    /// A person's word on two counts: the other one stands. `None` where the conflict is of no counts.
    pub fn take_count(&self, conflict: &FieldConflict) -> Option<StockMoved> {
        let other = self.counts.iter().find(|stated| stated.count.at == conflict.first)?;
        let count = &other.count;
        let stands = self.standing.get(&count.variant).and_then(|nth| self.counts.get(*nth));
        let quantity = other.effect().saturating_sub(stands.map_or(0, Stated::effect));
        let moved = StockMoved { quantity, ..StockMoved::count(count.variant, count.counted) };
        Some(StockMoved { settles: Some(conflict.id.clone()), ..moved })
    }

    /// What movements of a variant's stock come to, counts aside.
    pub fn movements(&self, variant: u32) -> i64 {
        self.plain.get(&variant).copied().unwrap_or_default()
    }

    /// The counts that stand.
    pub fn counts(&self) -> impl Iterator<Item = Count> {
        let standing = self.standing.values().filter_map(|nth| self.counts.get(*nth));
        standing.map(|Stated { count, .. }| Count { asks: self.unsure(count).len(), ..count.clone() })
    }

    /// Whether a count says what is there: neither a later one does, nor was it one of two and not chosen.
    pub fn stands(&self, at: usize) -> bool {
        self.standing.values().any(|nth| self.counts.get(*nth).is_some_and(|it| it.count.at == at))
    }

    /// The movements of which a person said that they came before the count at `at`, by device and count.
    pub fn said_before(&self, at: usize) -> BTreeSet<(Uuid, u64)> {
        self.counts
            .iter()
            .filter(|stated| stated.count.at == at)
            .flat_map(|stated| stated.said_before.clone())
            .collect()
    }

    /// Movements beside orders of which only a person can say whether they came before this count or after it: their
    /// places in the timeline.
    pub fn unsure(&self, count: &Count) -> Vec<usize> {
        let Some(own) = self.meta(count.at) else { return Vec::new() };
        let is_unsure = |(meta, event): &(Meta, Event)| {
            let Event::Record(RecordEvent::StockMoved(moved)) = event else { return false };
            let is_movement = moved.settles.is_none() && !(moved.is_count() && moved.known.is_some());
            is_movement && moved.variant == count.variant && moved.quantity != 0 && count.is_unsure(own, meta)
        };
        let asked = self.timeline.iter().enumerate().filter(|(_, entry)| is_unsure(entry));
        asked.map(|(at, _)| at).collect()
    }
}
