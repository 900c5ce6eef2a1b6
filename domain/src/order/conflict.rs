//! Conflicts: two tablets did things that do not fit together (workflow.md §4). Each has a stable identity, made of
//! its kind and the two events, so that every tablet speaks of the same one.

use serde::{Deserialize, Serialize};

use super::event::Change;
use crate::contact::ContactChanged;

/// What kind of conflict it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Shipped on one tablet, cancelled on the other.
    ShippedCancelled,
    /// The same line shipped on both, more than was ordered.
    ShippedTwice,
    /// Shipped on one tablet, edited on the other: what left is not what is written now.
    ShippedEdited,
    /// Paid in full on both.
    PaidTwice,
    /// Verified on one tablet, rejected or voided on the other.
    VerifiedRejected,
    /// Refunded on both, together more than was due.
    RefundedTwice,
    /// The same field changed on both.
    SameField,
    /// Two orders have the same number (found by the replica, not by the fold of one order).
    SameNumber,
}

impl ConflictKind {
    /// The stable word.
    pub fn key(self) -> &'static str {
        match self {
            Self::ShippedCancelled => "shipped_cancelled",
            Self::ShippedTwice => "shipped_twice",
            Self::ShippedEdited => "shipped_edited",
            Self::PaidTwice => "paid_twice",
            Self::VerifiedRejected => "verified_rejected",
            Self::RefundedTwice => "refunded_twice",
            Self::SameField => "same_field",
            Self::SameNumber => "same_number",
        }
    }
}

/// A conflict of one order.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Its stable identity.
    pub id: String,
    /// Its kind.
    pub kind: ConflictKind,
    /// The earlier of the two events in the fold: its place in the timeline.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// For [`ConflictKind::SameField`]: which, as `note`, `address`, `line:3:price`.
    pub field: Option<String>,
    /// For [`ConflictKind::SameField`]: what takes the value that does not stand.
    pub other: Option<OtherValue>,
    /// The event that settled it: its place in the timeline.
    pub settled: Option<usize>,
}

/// The change that takes the other value.
#[derive(Clone, Debug, PartialEq)]
pub enum OtherValue {
    /// Of the order.
    Order(Change),
    /// Of the buyer.
    Buyer(ContactChanged),
}

/// How a person settles a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Leave things as they stand.
    Keep,
    /// Take the first side's: void the second payment or parcel, take the first value.
    First,
    /// Take the second side's: void the first payment or parcel, take the second value.
    Second,
    /// Get the parcel back: void it, and cancel the order where that was the other side.
    GetBack,
}
