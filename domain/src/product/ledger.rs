//! The stock ledger of a product: everything that came, went or was counted, each with what there was after it.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Product;
use crate::order::Order;
use crate::record::{Record, RecordEvent, StockMoved};
use crate::{Event, Meta, OrderNumber};

/// Why the stock moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A movement beside orders.
    Moved(StockMoved),
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

/// The ledger, newest first. `on_hand` is what there is now of each counted variant; `orders` are those that took of
/// it last. Where there are more of them, all that happened before `complete_ms` is left out: something may be missing
/// between it.
pub fn ledger<'a>(
    product: &Product,
    record: &Record,
    orders: impl IntoIterator<Item = &'a Order>,
    on_hand: &BTreeMap<u32, i64>,
    complete_ms: Option<i64>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (meta, event) in &record.timeline {
        if let Event::Record(RecordEvent::StockMoved(moved)) = event {
            entries.push(Entry {
                meta: meta.clone(),
                variant: moved.variant,
                quantity: moved.quantity,
                cause: Cause::Moved(moved.clone()),
                balance: None,
            });
        }
    }
    for order in orders {
        let mut taken: BTreeMap<(usize, u32, bool), i64> = BTreeMap::new();
        for moved in order.stock_moves().into_iter().filter(|moved| moved.product == product.id) {
            let sum = taken.entry((moved.at, moved.variant, moved.handed_over)).or_default();
            *sum = sum.saturating_add(moved.quantity);
        }
        for ((at, variant, handed_over), quantity) in taken {
            let Some(entry) = order.timeline.get(at) else { continue };
            let cause = Cause::Order { id: order.id, number: order.number.clone(), handed_over };
            entries.push(Entry { meta: entry.meta.clone(), variant, cause, quantity, balance: None });
        }
    }
    // One device's doings stay in its own order even where its clock jumped within a millisecond.
    entries.sort_by_key(|entry| (entry.meta.hlc, entry.meta.counter, entry.meta.id, entry.variant));
    entries.reverse();
    let mut there = on_hand.clone();
    for entry in &mut entries {
        if let Some(there) = there.get_mut(&entry.variant) {
            entry.balance = Some(*there);
            *there = there.saturating_sub(entry.quantity);
        }
    }
    entries.retain(|entry| complete_ms.is_none_or(|from| entry.meta.at_ms() >= from));
    entries
}
