//! The order, its events and its fold; money, numbers, time: pure. No I/O, no clock, no randomness, no floats.
//!
//! An order is its events. [`order::decide`] turns a person's command into events or a rejection;
//! [`order::Order::apply`] folds any events into a state and never fails.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod address;
pub mod code;
pub mod contact;
pub mod customer;
pub mod figure;
pub mod money;
pub mod number;
pub mod order;
pub mod pinyin;
pub mod product;
pub mod record;
pub mod rule;
pub mod search;
pub mod sheet;
pub mod shop;
mod stream;
pub mod template;
pub mod text;
pub mod view;
pub mod weight;
pub mod zone;

use uuid::Uuid;

pub use money::Currency;
pub use number::{Day, DeviceCode, OrderNumber};
pub use stream::{Fold, StreamKind, StreamKinds};

/// What an event says, whatever its stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Of an order.
    Order(order::OrderEvent),
    /// Of a contact: the personal data of an order's buyer.
    Contact(contact::ContactEvent),
    /// Of the shop.
    Shop(shop::ShopEvent),
    /// Of a record: a product, a customer, a template, a rule, a saved view; or of the shop's own fields.
    Record(record::RecordEvent),
    /// A type or version that this build does not know.
    Unknown,
}

impl Event {
    /// The rule that did it, where no person did.
    pub fn rule(&self) -> Option<Uuid> {
        match self {
            Self::Order(event) => event.rule(),
            Self::Contact(_) | Self::Shop(_) | Self::Record(_) | Self::Unknown => None,
        }
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
    ///
    /// Of its own events a device knew those that it had made, whatever `seen` says: a server that was restored gives
    /// out its sequence again.
    pub fn knew(&self, earlier: &Self) -> bool {
        if earlier.device == self.device {
            earlier.counter < self.counter || earlier.id == self.id
        } else {
            earlier.seq.is_some_and(|seq| seq <= self.seen)
        }
    }
}
