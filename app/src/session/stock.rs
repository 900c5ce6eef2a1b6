//! What pages ask of the stock: who was promised what, where it went, what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::order::{Badge, Summary};
use domain::product::Product;
use domain::product::ledger::{Entry, ledger};
use domain::record::{Count, Record, RecordEvent, StockMoved};
use domain::{Event, Meta, OrderNumber};
use leptos::prelude::*;
use replica::storage::StorageFault;
use uuid::Uuid;

use super::changes::ORDERS;
use super::{Load, ReplicaHandle, Session, newest};

/// The stock ledger of a product, as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StockLedger {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// There is more, further back.
    pub more: bool,
}

/// A count, and what moved of which neither knew: a person says what came first.
#[derive(Clone, Debug, PartialEq)]
pub struct CountQuestion {
    /// The product that was counted.
    pub of: Uuid,
    /// What it is now.
    pub product: Arc<Product>,
    /// The count.
    pub count: Count,
    /// Who made it, and when.
    pub by: Meta,
    /// What moved, each by whom and how much it was.
    pub moves: Vec<(Meta, i64, Beside)>,
}

/// What moved beside a count.
#[derive(Clone, Debug, PartialEq)]
pub enum Beside {
    /// Goods of this order left, or came back.
    Order(Uuid, Option<OrderNumber>),
    /// Something beside orders.
    Moved(StockMoved),
}

impl Session {
    /// The counts of which a person has to say whether something moved before or after them, of all products or of one.
    pub fn count_questions(self, product: Option<Uuid>) -> Signal<Vec<CountQuestion>> {
        let read = move || {
            self.changes.track(ORDERS);
            let handle = self.handle()?;
            Some(async move { read_questions(&handle, product).await.ok() })
        };
        newest(Vec::new(), read).into()
    }

    /// The orders that were promised some of a product that has not left yet, newest first, each with how much of
    /// which variant. Tracks changes.
    pub fn reserving(self, product: Uuid) -> Vec<(Summary, Vec<(u32, i64)>)> {
        self.changes.track(ORDERS);
        let Some(handle) = self.handle() else { return Vec::new() };
        let now = self.now.get();
        handle.read(|replica| {
            let of = |id| {
                let summary = replica.summary(id, now)?;
                let merges = replica.merges();
                let uses = summary.uses.iter().filter(|it| it.reserved > 0).map(|it| {
                    let (product, variant) = merges.article((it.product, it.variant));
                    (product, variant, it.reserved)
                });
                let parts = uses.filter(|(of, ..)| *of == product).map(|(_, variant, reserved)| (variant, reserved));
                let parts = parts.collect();
                Some((summary, parts))
            };
            replica.using(product).into_iter().filter_map(of).collect()
        })
    }

    /// Whether anything ever took of a product's variant or moved it: then it is part of the shop's books. Tracks
    /// changes.
    pub fn is_in_use(self, product: &Product, variant: u32) -> bool {
        self.changes.track(ORDERS);
        let taken =
            self.handle().map(|handle| handle.read(|replica| replica.stock(product.id, variant))).unwrap_or_default();
        product.moved.contains_key(&variant) || taken != (0, 0)
    }

    /// Whether orders took anything under this very name of an article, whatever it turned out to be. Tracks changes.
    pub fn is_taken(self, product: Uuid, variant: u32) -> bool {
        self.changes.track(ORDERS);
        self.handle().is_some_and(|handle| handle.read(|replica| replica.is_taken(product, variant)))
    }

    /// Whether an order was promised what there is not enough of. Tracks changes.
    pub fn is_oversold(self, order: Uuid) -> bool {
        self.changes.track(ORDERS);
        let now = self.now.get_untracked();
        let summary = self.handle().and_then(|handle| handle.read(|replica| replica.summary(order, now)));
        summary.is_some_and(|summary| summary.badges.has(Badge::Oversold))
    }

    /// The stock ledger of a product: the doings of so many orders, and all that was done beside orders meanwhile.
    pub fn stock_ledger(self, product: Uuid, orders: Signal<usize>) -> Signal<Load<Arc<StockLedger>>> {
        let read = move || {
            self.changes.track(ORDERS);
            let (orders, handle) = (orders.get(), self.handle()?);
            Some(async move { read_ledger(&handle, product, orders).await.ok().map(Load::from) })
        };
        newest(Load::Pending, read).into()
    }
}

async fn read_questions(handle: &ReplicaHandle, of: Option<Uuid>) -> Result<Vec<CountQuestion>, StorageFault> {
    let mut found = Vec::new();
    for asked in handle.read(replica::Replica::asked_counts) {
        let product = handle.read(|replica| replica.product(replica.merges().kept(asked.product)));
        let Some(product) = product.filter(|product| of.is_none_or(|of| of == product.id)) else { continue };
        let Some(record) = handle.record(asked.product).await? else { continue };
        let Some((by, _)) = record.timeline.get(asked.count.at).cloned() else { continue };
        let mut moves = Vec::new();
        for (meta, event) in record.unsure(&asked.count).into_iter().filter_map(|at| record.timeline.get(at)) {
            if let Event::Record(RecordEvent::StockMoved(moved)) = event {
                moves.push((meta.clone(), moved.quantity, Beside::Moved(moved.clone())));
            }
        }
        for moved in asked.orders {
            let Some(order) = handle.order(moved.order).await? else { continue };
            let Some(entry) = order.timeline.get(moved.at) else { continue };
            moves.push((entry.meta.clone(), moved.quantity, Beside::Order(order.id, order.number.clone())));
        }
        moves.sort_by_key(|(meta, ..)| (meta.hlc, meta.id));
        found.push(CountQuestion { of: asked.product, product: Arc::new(product), count: asked.count, by, moves });
    }
    Ok(found)
}

async fn read_ledger(handle: &ReplicaHandle, product: Uuid, most: usize) -> Result<Option<StockLedger>, StorageFault> {
    let members = handle.read(|replica| replica.members(product));
    let took = handle.read(|replica| replica.took(product));
    // Of an order further back, nothing happened later than this.
    let complete_ms = took.get(most).map(|(_, last)| last.saturating_add(1));
    let mut orders = Vec::new();
    for (id, _) in took.into_iter().take(most) {
        orders.extend(handle.order(id).await?);
    }
    let mut books = Vec::new();
    for member in members {
        let Some(record) = handle.record(member).await? else { continue };
        books.push((member, record));
    }
    Ok(handle.read(|replica| {
        let known = replica.product(product)?;
        let counted = known.moved.keys().map(|variant| (*variant, replica.stock_of(product, *variant).on_hand));
        let on_hand: BTreeMap<u32, i64> = counted.collect();
        let books: Vec<(Uuid, &Record)> = books.iter().map(|(id, record)| (*id, record)).collect();
        let entries = ledger(&books, &orders, &replica.merges(), &on_hand, complete_ms);
        Some(StockLedger { entries, more: complete_ms.is_some() })
    }))
}
