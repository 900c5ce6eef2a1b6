//! Counts of stock and what moved without their knowing: the questions that only a person can answer
//! (docs/decisions/0015). They are found in the rows as they are asked for, and stand in none.

use domain::Meta;
use domain::record::{Count, RecordEvent, StockMoved};
use uuid::Uuid;

use super::{PlacedEvent, Replica};
use crate::entry::Place;

/// A count, and what moved of which neither knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedCount {
    /// The product.
    pub product: Uuid,
    /// The count.
    pub count: Count,
    /// Goods of orders.
    pub orders: Vec<AskedMove>,
}

/// Goods of an order that left or came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedMove {
    /// The order.
    pub order: Uuid,
    /// The event: its place in the order's timeline.
    pub at: usize,
    /// It, as far as knowing of it asks.
    pub meta: Meta,
    /// Pieces or grams that the stock grew by; below zero they left.
    pub quantity: i64,
}

impl Replica {
    /// Where an event stands in the log now.
    fn seq(&self, place: Place) -> Option<u64> {
        self.rank(place, 0, &Default::default()).1
    }

    /// The counts of which a person has to say whether goods moved before or after them. Stock is what it was counted
    /// as, and what moved on top of it, until someone does.
    pub fn asked_counts(&self) -> Vec<AskedCount> {
        let asked = |(product, count, place)| self.asked(product, count, place);
        self.records.counts().filter_map(asked).collect()
    }

    /// What is asked of a count; asked of every count after every change, so rows are read only where one may have been
    /// unaware of something. `place`: where its event lies.
    fn asked(&self, product: Uuid, count: &Count, place: Option<Place>) -> Option<AskedCount> {
        let own = count.meta(place.and_then(|place| self.seq(place)));
        let seq_of = |counter| self.seq(Place::Own(counter));
        let is_own = matches!(place, Some(Place::Own(_)));
        let mut orders = Vec::new();
        for (order, moved, place) in self.index.moved_beside((product, count.variant), (&own, is_own), seq_of) {
            let (device, counter, seen) = (moved.device, moved.counter, moved.seen);
            let meta = Meta { id: Uuid::nil(), device, counter, seen, seq: self.seq(place), ..own.clone() };
            if moved.quantity != 0 && count.is_unsure(&own, &meta) {
                let at = usize::try_from(moved.at).unwrap_or(usize::MAX);
                orders.push(AskedMove { order, at, meta, quantity: moved.quantity });
            }
        }
        orders.sort_by_key(|it| (it.order, it.at));
        (count.asks > 0 || !orders.is_empty()).then(|| AskedCount { product, count: count.clone(), orders })
    }

    /// Fills into counts what this device knows: what it expected, and what all that moved had come to. Who counts a
    /// product counts those with it that turned out to be the same: what there is of them is known, and counts along.
    /// `placed_events` are the product's events.
    pub(super) fn fill_counts(
        &self,
        product: Uuid,
        placed_events: &[PlacedEvent],
        events: &[RecordEvent],
    ) -> Vec<RecordEvent> {
        let is_count = |event: &RecordEvent| matches!(event, RecordEvent::StockMoved(moved) if moved.is_count());
        if !events.iter().any(is_count) {
            return events.to_vec();
        }
        let record = Self::fold_record(placed_events.to_vec()).0;
        let sum =
            |moves: &mut dyn Iterator<Item = &StockMoved>| moves.fold(0_i64, |sum, it| sum.saturating_add(it.quantity));
        let mut done: Vec<StockMoved> = Vec::new();
        let filled = events.iter().map(|event| {
            let RecordEvent::StockMoved(moved) = event else { return event.clone() };
            let mut moved = moved.clone();
            let earlier = || done.iter().filter(|it| it.variant == moved.variant);
            if moved.is_count() {
                let (_, left) = self.index.stock(product, moved.variant);
                let since = sum(&mut earlier().filter(|it| !it.is_count()));
                let stood = record.sums().find(|(variant, _)| *variant == moved.variant).map_or(0, |(_, sum)| sum);
                let own = self.records.moved(product, moved.variant).unwrap_or_default().saturating_sub(left);
                let of_others = self.stock_of(product, moved.variant).on_hand.saturating_sub(own);
                let known = record.movements(moved.variant).saturating_add(since).saturating_sub(left);
                let all = sum(&mut earlier());
                let expected = stood.saturating_add(all).saturating_sub(left).saturating_add(of_others);
                moved.count_over(expected, known.saturating_add(of_others));
            }
            done.push(moved.clone());
            RecordEvent::StockMoved(moved)
        });
        filled.collect()
    }
}
