//! What a list shows of an order: its state, its badges, its sums.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Content, Delivery, Line, Method, Order, Unit};
use crate::OrderNumber;
use crate::contact::Buyer;

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the variants are the keys of workflow.md")]
        pub enum $name { $($variant,)* }
        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            /// The key of workflow.md.
            pub fn key(self) -> &'static str { match self { $(Self::$variant => $key,)* } }
            /// Finds one by its key.
            pub fn parse(key: &str) -> Option<Self> { Self::ALL.iter().copied().find(|it| it.key() == key) }
        }
    };
}

keys! {
    /// The state of an order (workflow.md §2).
    Status {
        Draft "draft",
        AwaitingPayment "awaiting_payment",
        PartPaid "part_paid",
        Paid "paid",
        PartShipped "part_shipped",
        Shipped "shipped",
        Delivered "delivered",
        Completed "completed",
        OnHold "on_hold",
        Cancelled "cancelled",
        Closed "closed",
    }
}

keys! {
    /// Something extra to know of an order (workflow.md §2).
    Badge {
        Overdue "overdue",
        RefundDue "refund_due",
        Overpaid "overpaid",
        Unverified "unverified",
        NotSent "not_sent",
        Conflict "conflict",
        NeedsUpdate "needs_update",
        Oversold "oversold",
    }
}

/// A set of badges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Badges(pub u16);

impl Badges {
    /// Puts a badge in or takes it out.
    pub fn set(&mut self, badge: Badge, on: bool) {
        let bit = 1 << (badge as u16);
        if on { self.0 |= bit } else { self.0 &= !bit }
    }
    /// Whether a badge is in.
    pub fn has(self, badge: Badge) -> bool {
        self.0 & (1 << (badge as u16)) != 0
    }
    /// Those that are in.
    pub fn iter(self) -> impl Iterator<Item = Badge> {
        Badge::ALL.iter().copied().filter(move |badge| self.has(*badge))
    }
}

/// What a list shows of an order, and what a search looks through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The order.
    pub id: Uuid,
    /// Its number, once confirmed.
    pub number: Option<OrderNumber>,
    /// Its state.
    pub status: Status,
    /// Its badges, without overdue (asks for the time) and not-sent (asks for the device).
    pub badges: Badges,
    /// When it is to be paid, while it is not, milliseconds since 1970.
    pub due_ms: Option<i64>,
    /// When it was confirmed (begun, for a draft), milliseconds since 1970.
    pub placed_ms: i64,
    /// Buyer's name.
    pub name: String,
    /// Buyer's phone.
    pub phone: String,
    /// Its items in a few words: `Longjing ×2, teapot`.
    pub items: String,
    /// Tracking numbers, with spaces between.
    pub tracking: String,
    /// Its note.
    pub note: String,
    /// What it comes to, minor units.
    pub total: i64,
    /// What the buyer owes, minor units; below zero: is owed.
    pub balance: i64,
    /// How the goods reach the buyer.
    pub delivery: Delivery,
    /// How the buyer means to pay.
    pub method: Method,
    /// How many conflicts need a decision.
    pub open_conflicts: u16,
    /// Sales channel key.
    pub channel: String,
    /// Order category.
    pub category: String,
    /// The tablet that began it.
    pub device: Uuid,
    /// The person who began it.
    pub actor: Option<Uuid>,
    /// The customer.
    pub customer: Option<Uuid>,
    /// A cart that was put aside at the counter.
    pub parked: bool,
    /// Labels.
    pub labels: Vec<String>,
    /// What it takes of the shop's stock.
    pub uses: Vec<StockUse>,
}

/// What an order takes of one product's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockUse {
    /// The product.
    pub product: Uuid,
    /// Its variant; 0: it has none.
    pub variant: u32,
    /// Pieces or grams that are promised and have not left.
    pub reserved: i64,
    /// Pieces or grams that have left.
    pub left: i64,
    /// When a parcel with some of it last left or was voided, milliseconds since 1970; 0: never.
    pub moved_ms: i64,
}

/// Goods of an order that left, or that did not leave after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockMovement {
    /// The event that did it: its place in the timeline.
    pub at: usize,
    /// The product.
    pub product: Uuid,
    /// Its variant; 0: it has none.
    pub variant: u32,
    /// Pieces or grams that the stock grew by: below zero they left.
    pub quantity: i64,
    /// Handed to the buyer, not to a carrier.
    pub handed_over: bool,
}

/// Items in a few words.
fn in_words<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut items = String::new();
    for line in lines {
        if items.chars().count() > 60 {
            items.push('…');
            break;
        }
        if !items.is_empty() {
            items.push_str(", ");
        }
        items.push_str(&line.item);
        match line.unit {
            Unit::Piece if line.quantity == 1 => {}
            Unit::Piece => items.push_str(&format!(" ×{}", line.quantity)),
            Unit::Gram => items.push_str(&format!(" {} g", line.quantity)),
        }
    }
    items
}

/// What is held of the buyer's money, by what a list knows: what is over asks for nothing.
pub fn received(status: Status, total: i64, balance: i64) -> i64 {
    let asked = if matches!(status, Status::Cancelled | Status::Closed) { 0 } else { total };
    asked.saturating_sub(balance)
}

impl Summary {
    /// What is held of the buyer's money, minor units: what was paid and not given back, in any state.
    pub fn received(&self) -> i64 {
        received(self.status, self.total, self.balance)
    }

    /// Whether this is the same order of the same buyer (workflow.md §1, confirm): the same items for the same money,
    /// and a buyer who is known by phone, or by name where one of the two has no phone. Of people who gave neither,
    /// many order the same: nobody can say that it was one.
    pub fn is_same(&self, content: &Content, buyer: &Buyer) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let (ours, theirs) = (digits(&self.phone), digits(&buyer.phone));
        let same_buyer = if ours.is_empty() || theirs.is_empty() {
            let (ours, theirs) = (self.name.trim(), buyer.name.trim());
            !ours.is_empty() && ours.to_lowercase() == theirs.to_lowercase()
        } else {
            ours == theirs
        };
        let stands = !matches!(self.status, Status::Draft | Status::Cancelled | Status::Closed);
        same_buyer && stands && self.total == content.total() && self.items == in_words(content.lines.iter())
    }
}

impl Order {
    /// What a list shows of it.
    pub fn summary(&self) -> Summary {
        let status = self.status();
        let placed = self.confirmed.and_then(|at| self.timeline.get(at)).or(self.timeline.first());
        let asks = matches!(status, Status::AwaitingPayment | Status::PartPaid);
        let tracking: Vec<&str> =
            self.active_parcels().map(|p| p.tracking.as_str()).filter(|t| !t.is_empty()).collect();
        Summary {
            id: self.id,
            number: self.number.clone(),
            status,
            badges: self.badges(),
            due_ms: if asks { self.due_ms() } else { None },
            placed_ms: placed.map_or(0, |entry| entry.meta.at_ms()),
            name: self.name.value.clone(),
            phone: self.phone.value.clone(),
            items: in_words(self.active_lines()),
            tracking: tracking.join(" "),
            note: self.note.value.clone(),
            total: self.total(),
            balance: self.balance(),
            delivery: self.delivery.value,
            method: self.method.value.clone(),
            open_conflicts: u16::try_from(self.open_conflicts().count()).unwrap_or(u16::MAX),
            channel: self.channel.value.clone(),
            category: self.category.value.clone(),
            device: self.timeline.first().map_or(Uuid::nil(), |entry| entry.meta.device),
            actor: self.timeline.first().and_then(|entry| entry.meta.actor),
            customer: self.customer.value,
            parked: self.parked.value,
            labels: self.labels.clone(),
            uses: self.stock_uses(),
        }
    }

    /// What left of the stock, and what came back because a parcel was voided, in the order of the parcels. Its sum is
    /// what [`Order::stock_uses`] says has left.
    pub fn stock_moves(&self) -> Vec<StockMovement> {
        let mut moves = Vec::new();
        for parcel in &self.parcels {
            for goods in &parcel.goods {
                let Some(product) = goods.product else { continue };
                let moved = |at, quantity| StockMovement {
                    at,
                    product,
                    variant: goods.variant,
                    quantity,
                    handed_over: parcel.handed_over,
                };
                moves.push(moved(parcel.at, goods.quantity.saturating_neg()));
                moves.extend(parcel.voided.map(|at| moved(at, goods.quantity)));
            }
        }
        moves
    }

    /// What it takes of the stock: what left, and from confirmation on what is still to leave.
    pub fn stock_uses(&self) -> Vec<StockUse> {
        let promises = self.confirmed.is_some() && self.cancelled.is_none();
        let mut uses: Vec<StockUse> = Vec::new();
        let mut add = |it: StockUse| match uses.iter_mut().find(|known| known.is_of(it.product, it.variant)) {
            Some(known) => {
                known.reserved = known.reserved.saturating_add(it.reserved);
                known.left = known.left.saturating_add(it.left);
                known.moved_ms = known.moved_ms.max(it.moved_ms);
            }
            None => uses.push(it),
        };
        for line in self.active_lines().filter(|_| promises) {
            let Some(product) = line.product else { continue };
            let reserved = line.quantity.saturating_sub(self.shipped_of(line.id)).max(0);
            if reserved > 0 {
                add(StockUse { product, variant: line.variant, reserved, left: 0, moved_ms: 0 });
            }
        }
        for moved in self.stock_moves() {
            let moved_ms = self.timeline.get(moved.at).map_or(0, |entry| entry.meta.at_ms());
            let left = moved.quantity.saturating_neg();
            add(StockUse { product: moved.product, variant: moved.variant, reserved: 0, left, moved_ms });
        }
        uses
    }
}

impl StockUse {
    /// Whether it is of this variant.
    pub fn is_of(&self, product: Uuid, variant: u32) -> bool {
        (self.product, self.variant) == (product, variant)
    }
}
