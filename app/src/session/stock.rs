//! What pages ask of the stock: who was promised what, where it went, what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::order::{Badge, Summary};
use domain::product::Product;
use domain::product::ledger::{Entry, ledger};
use leptos::prelude::*;
use replica::storage::StorageFault;
use uuid::Uuid;

use super::{Link, Loaded, Session, newest};

/// The stock ledger of a product, as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StockLedger {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// There is more, further back.
    pub more: bool,
}

impl Session {
    /// The orders that were promised some of a product that has not left yet, newest first, each with how much of
    /// which variant. Tracks changes.
    pub fn reserving(self, product: Uuid) -> Vec<(Summary, Vec<(u32, i64)>)> {
        self.changes.track();
        let Some(link) = self.link() else { return Vec::new() };
        let now = self.now.get();
        link.read(|replica| {
            let of = |id| {
                let summary = replica.summary(id, now)?;
                let uses = summary.uses.iter().filter(|it| it.product == product && it.reserved > 0);
                let parts = uses.map(|it| (it.variant, it.reserved)).collect();
                Some((summary, parts))
            };
            replica.using(product).into_iter().filter_map(of).collect()
        })
    }

    /// Whether anything ever took of a product's variant or moved it: then it is part of the shop's books. Tracks
    /// changes.
    pub fn is_in_use(self, product: &Product, variant: u32) -> bool {
        self.changes.track();
        let taken = self.link().map(|link| link.read(|replica| replica.stock(product.id, variant))).unwrap_or_default();
        product.moved.contains_key(&variant) || taken != (0, 0)
    }

    /// Whether an order was promised what there is not enough of. Tracks changes.
    pub fn is_oversold(self, order: Uuid) -> bool {
        self.changes.track();
        let now = self.now.get_untracked();
        let summary = self.link().and_then(|link| link.read(|replica| replica.summary(order, now)));
        summary.is_some_and(|summary| summary.badges.has(Badge::Oversold))
    }

    /// The stock ledger of a product: the doings of so many orders, and all that was done beside orders meanwhile.
    pub fn stock_ledger(self, product: Uuid, orders: Signal<usize>) -> Signal<Loaded<Arc<StockLedger>>> {
        let read = move || {
            self.changes.track();
            let (orders, link) = (orders.get(), self.link()?);
            Some(async move { read_ledger(&link, product, orders).await.ok().map(Loaded::from) })
        };
        newest(Loaded::Reading, read).into()
    }
}

async fn read_ledger(link: &Link, product: Uuid, most: usize) -> Result<Option<StockLedger>, StorageFault> {
    let Some(record) = link.record(product).await? else { return Ok(None) };
    let took = link.read(|replica| replica.took(product));
    // Of an order further back, nothing happened later than this.
    let complete_ms = took.get(most).map(|(_, last)| last.saturating_add(1));
    let mut orders = Vec::new();
    for (id, _) in took.into_iter().take(most) {
        orders.extend(link.order(id).await?);
    }
    let read = link.read(|replica| {
        let fields = replica.fields(product)?;
        let known = Product::read(&fields);
        let counted = known.moved.keys().map(|variant| (*variant, replica.stock_of(product, *variant).on_hand));
        let on_hand: BTreeMap<u32, i64> = counted.collect();
        let entries = ledger(&known, &record, &orders, &on_hand, complete_ms);
        Some(StockLedger { entries, more: complete_ms.is_some() })
    });
    Ok(read)
}
