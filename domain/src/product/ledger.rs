//! The stock ledger of a product: everything that came, went or was counted, each with what there was after it. What a
//! count did not know of stands after it, as it does in the stock, unless a person said that it came before.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::merge::Merges;
use crate::order::Order;
use crate::record::{Record, RecordEvent, StockMoved};
use crate::{Event, Meta, OrderNumber};

/// Why the stock moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A movement beside orders; or a person's word on a count.
    Moved(StockMoved),
    /// It was counted what is there.
    Counted {
        /// Pieces or grams that were there.
        counted: i64,
        /// What the tablet expected.
        expected: i64,
        /// Whether the stock went on from it: no other count took its place.
        stands: bool,
        /// Note.
        note: String,
    },
    /// It turned out to be the same as another product, and what was counted for both counts once.
    Merged,
    /// Goods of an order left, or, above zero, did not leave after all: their parcel was voided.
    Order {
        /// The order.
        id: Uuid,
        /// Its number.
        number: Option<OrderNumber>,
        /// Handed to the buyer, not to a carrier.
        handed_over: bool,
    },
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who, when, on which tablet.
    pub meta: Meta,
    /// Which variant; 0: the product has none.
    pub variant: u32,
    /// Why.
    pub cause: Cause,
    /// Pieces or grams that the stock grew by.
    pub quantity: i64,
    /// What there was of the variant afterwards; `None` where nobody counts it.
    pub balance: Option<i64>,
}

/// The ledger, newest first, of a product and of those that turned out to be the same. `on_hand` is what there is now
/// of each counted variant; `orders` are those that took of it last. Where there are more of them, all that happened before `complete_ms` is left out: something may be missing
/// between it.
pub fn ledger<'a>(
    books: &[(Uuid, &Record)],
    orders: impl IntoIterator<Item = &'a Order>,
    merges: &Merges,
    on_hand: &BTreeMap<u32, i64>,
    complete_ms: Option<i64>,
) -> Vec<Entry> {
    let orders: Vec<&Order> = orders.into_iter().collect();
    let mut entries: Vec<Entry> = Vec::new();
    for (product, record) in books {
        let mut lines = arranged(items(*product, record, &orders, merges), record);
        for line in &mut lines {
            (_, line.variant) = merges.article((*product, line.variant));
        }
        entries.extend(lines);
    }
    if books.len() > 1 {
        entries.sort_by_key(when);
    }
    entries.reverse();
    let mut there = on_hand.clone();
    for entry in &mut entries {
        let is_word = matches!(&entry.cause, Cause::Moved(moved) if moved.settles.is_some())
            || matches!(entry.cause, Cause::Counted { stands: false, .. });
        if let Some(there) = there.get_mut(&entry.variant).filter(|_| !is_word) {
            entry.balance = Some(*there);
            *there = there.saturating_sub(entry.quantity);
        }
    }
    entries.retain(|entry| complete_ms.is_none_or(|from| entry.meta.at_ms() >= from));
    entries
}

/// What happened to one product.
fn items(product: Uuid, record: &Record, orders: &[&Order], merges: &Merges) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut merged = None;
    for (at, (meta, event)) in record.timeline.iter().enumerate() {
        if let Event::Record(RecordEvent::Changed(changed)) = event
            && changed.set.contains_key("merged_into")
        {
            merged = Some(meta);
        }
        let Event::Record(RecordEvent::StockMoved(moved)) = event else { continue };
        let (variant, quantity) = (moved.variant, moved.quantity);
        let (cause, count) = match moved.counted {
            Some(counted) if moved.is_count() && moved.known.is_some() => {
                let (expected, note) = (counted.saturating_sub(quantity), moved.note.clone());
                (Cause::Counted { counted, expected, stands: false, note }, Some(at))
            }
            _ => (Cause::Moved(moved.clone()), None),
        };
        // A word on a count has its effect in the count.
        let quantity = if moved.settles.is_some() { 0 } else { quantity };
        items.push(Item { entry: Entry { meta: meta.clone(), variant, quantity, cause, balance: None }, count });
    }
    for order in orders {
        let mut taken: BTreeMap<(usize, u32, bool), i64> = BTreeMap::new();
        for moved in order.stock_moves().into_iter().filter(|moved| moved.product == product) {
            let sum = taken.entry((moved.at, moved.variant, moved.handed_over)).or_default();
            *sum = sum.saturating_add(moved.quantity);
        }
        for ((at, variant, handed_over), quantity) in taken {
            let Some(entry) = order.timeline.get(at) else { continue };
            let cause = Cause::Order { id: order.id, number: order.number.clone(), handed_over };
            let entry = Entry { meta: entry.meta.clone(), variant, cause, quantity, balance: None };
            items.push(Item { entry, count: None });
        }
    }
    let twice: Vec<(u32, i64)> = record.sums().map(|(of, _)| (of, merges.twice((product, of)))).collect();
    for (variant, quantity) in twice.into_iter().filter(|(_, quantity)| *quantity != 0) {
        let Some(meta) = merged.cloned() else { continue };
        items.push(Item { entry: Entry { meta, variant, cause: Cause::Merged, quantity, balance: None }, count: None });
    }
    items
}

/// A line on its way into the ledger.
struct Item {
    entry: Entry,
    /// Of a count that says what is there: its place in the record's timeline.
    count: Option<usize>,
}

type When = ((i64, u32), u64, Uuid, u32);

/// One device's doings stay in its own order even where its clock jumped within a millisecond.
fn when(entry: &Entry) -> When {
    (entry.meta.hlc, entry.meta.counter, entry.meta.id, entry.variant)
}

/// The lines, the oldest first: by their clocks, but each count behind what it knew of and before what it did not.
fn arranged(mut items: Vec<Item>, record: &Record) -> Vec<Entry> {
    items.sort_by_key(|item| when(&item.entry));
    let mut of_variant: BTreeMap<u32, Vec<Item>> = BTreeMap::new();
    for item in items {
        of_variant.entry(item.entry.variant).or_default().push(item);
    }
    let mut lines: Vec<(When, Entry)> = Vec::new();
    for mut rest in of_variant.into_values() {
        // From the count that stands back to those that its makers knew.
        let mut parts: Vec<Vec<Entry>> = Vec::new();
        let mut count = rest.iter().position(|item| item.count.is_some_and(|at| record.stands(at)));
        while let Some(place) = count {
            let Item { mut entry, count: at } = rest.remove(place);
            let before = at.map(|at| record.said_before(at)).unwrap_or_default();
            let is_before = |item: &Item| {
                item.count.is_some()
                    || entry.meta.knew(&item.entry.meta)
                    || before.contains(&(item.entry.meta.device, item.entry.meta.counter))
            };
            let (known, later): (Vec<Item>, Vec<Item>) = rest.into_iter().partition(is_before);
            let said = known.iter().filter(|item| !entry.meta.knew(&item.entry.meta) && item.count.is_none());
            let said = said.fold(0_i64, |sum, item| sum.saturating_add(item.entry.quantity));
            let earlier = known.iter().enumerate().filter(|(_, item)| entry.meta.knew(&item.entry.meta));
            count = earlier.filter_map(|(place, item)| Some((item.count?, place))).max().map(|(_, place)| place);
            rest = known;
            entry.quantity = entry.quantity.saturating_sub(said);
            if let Cause::Counted { stands, .. } = &mut entry.cause {
                *stands = true;
            }
            parts.push(std::iter::once(entry).chain(later.into_iter().map(|item| item.entry)).collect());
        }
        parts.push(rest.into_iter().map(|item| item.entry).collect());
        let mut latest = None;
        for mut entry in parts.into_iter().rev().flatten() {
            if matches!(entry.cause, Cause::Counted { stands: false, .. }) {
                entry.quantity = 0;
            }
            // Among other variants' lines it stands where its own come.
            latest = latest.max(Some(when(&entry)));
            lines.extend(latest.map(|latest| (latest, entry)));
        }
    }
    lines.sort_by_key(|(when, _)| *when);
    lines.into_iter().map(|(_, entry)| entry).collect()
}
