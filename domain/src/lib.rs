//! The order, its events and its fold; money, numbers, time: pure. No I/O, no clock, no randomness, no floats.
//!
//! An order is its events. [`order::decide`] turns a person's command into events or a rejection;
//! [`order::Order::apply`] folds any events into a state and never fails.

pub mod address;
pub mod contact;
pub mod money;
pub mod number;
pub mod order;
pub mod pinyin;
pub mod shop;
pub mod text;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use money::Currency;
pub use number::{Day, DeviceCode, OrderNumber};

/// What an event says, whatever its stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Of an order.
    Order(order::OrderEvent),
    /// Of a contact: the personal data of an order's buyer.
    Contact(contact::ContactEvent),
    /// Of the shop.
    Shop(shop::ShopEvent),
    /// A type or version that this build does not know.
    Unknown,
}

/// Which kind of stream an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// An order.
    Order,
    /// A contact; one made for an order has the order's id.
    Contact,
    /// The shop.
    Shop,
}

impl StreamKind {
    /// The word on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Contact => "contact",
            Self::Shop => "shop",
        }
    }
    /// Reads the word on the wire.
    pub fn parse(key: &str) -> Option<Self> {
        [Self::Order, Self::Contact, Self::Shop].into_iter().find(|kind| kind.key() == key)
    }
}

/// An event that a decision asks for; the replica puts it into an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Kind of its stream.
    pub stream: StreamKind,
    /// Id of its stream.
    pub stream_id: Uuid,
    /// What it says.
    pub event: Event,
}

/// Who made an event, when, and what the device knew then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The event's id.
    pub id: Uuid,
    /// The device that made it.
    pub device: Uuid,
    /// The device's count.
    pub counter: u64,
    /// The shop's sequence that the device had applied.
    pub seen: u64,
    /// The event's own place in the shop's sequence; `None` while it is only on its device.
    pub seq: Option<u64>,
    /// Hybrid logical clock: milliseconds since 1970, logical counter.
    pub hlc: (i64, u32),
    /// The person.
    pub actor: Option<Uuid>,
}

impl Meta {
    /// When the device's clock said that it happened, in milliseconds since 1970. For showing only.
    pub fn at_ms(&self) -> i64 {
        self.hlc.0
    }
    /// Whether the device of this event had `earlier` applied when the person acted; `earlier` stands before this
    /// event in the fold. Two events of one device with one count are of two devices: one is the other's copy.
    pub fn knew(&self, earlier: &Self) -> bool {
        let own = earlier.device == self.device && (earlier.counter < self.counter || earlier.id == self.id);
        own || earlier.seq.is_some_and(|seq| seq <= self.seen)
    }
}
