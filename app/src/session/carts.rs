//! What the counter asks of the shop: the carts that were put aside, and an order as it stands.

use std::sync::Arc;

use domain::StreamKind;
use domain::order::{Order, Status, Summary};
use leptos::prelude::*;
use replica::storage::StorageFault;
use uuid::Uuid;

use super::Session;
use super::changes::ORDERS;
use crate::platform::clock;

/// More parked carts than this are found in the list of orders.
const MOST: usize = 200;

impl Session {
    /// The carts that wait on any tablet of the shop, newest first.
    pub fn parked(self) -> Signal<Arc<Vec<Summary>>> {
        let parked = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Order]);
            let filter = replica::Filter { status: vec![Status::Draft], parked: true, ..replica::Filter::default() };
            let rows = self.link().map(|link| link.read(|replica| replica.page(&filter, 0, MOST, link.now_ms()).rows));
            Arc::new(rows.unwrap_or_default())
        });
        parked.into()
    }

    /// What lists show of an order. Tracks changes.
    pub fn summary(self, id: Uuid) -> Option<Summary> {
        self.changes.track(ORDERS);
        self.link().and_then(|link| link.read(|replica| replica.summary(id, link.now_ms())))
    }

    /// An order as it stands, once.
    pub async fn read_order(self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.order(id).await
    }

    /// Whether an order is confirmed, and on this tablet.
    pub async fn was_sold_here(self, id: Uuid) -> bool {
        let order = self.read_order(id).await.ok().flatten();
        let by = order.and_then(|order| Some(order.timeline.get(order.confirmed?)?.meta.device));
        by.is_some_and(|device| device == self.this_device())
    }

    /// An id for an order that is yet to be made.
    pub fn draw_order(self) -> Uuid {
        let ms = u64::try_from(self.now.get_untracked()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &clock::random()).into_uuid()
    }
}
