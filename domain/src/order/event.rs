//! The events of an order: their bodies as they stand on the wire (version 1). Past tense; new fields are optional.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::content::{Content, Delivery, Line, Method, Terms, Unit};
use crate::OrderNumber;
use crate::weight::WeightUnit;

/// How much of a line: its id, and pieces or grams.
pub type LinePart = (u32, i64);

macro_rules! order_events {
    // What a rule may do says in its body which rule it was.
    (@rule_of $body:ident by rule) => { $body.rule };
    (@rule_of $body:ident) => {{ let _ = $body; None }};
    (@set_rule $body:ident $rule:ident by rule) => { $body.rule = Some($rule) };
    (@set_rule $body:ident $rule:ident) => {{ let _ = $body; }};
    ($($variant:ident($body:ident) $key:literal $(by $rule:ident)?: $doc:literal;)*) => {
        /// An event of an order.
        #[derive(Clone, Debug, PartialEq)]
        pub enum OrderEvent { $(#[doc = $doc] $variant($body),)* }

        impl OrderEvent {
            /// Every type on the wire that this build writes.
            pub const KEYS: &[&str] = &[$($key,)*];
            /// The type on the wire.
            pub fn key(&self) -> &'static str { match self { $(Self::$variant(_) => $key,)* } }
            /// The rule that did it, where no person did.
            pub fn rule(&self) -> Option<Uuid> {
                match self { $(Self::$variant(body) => order_events!(@rule_of body $(by $rule)?),)* }
            }
            /// Says which rule did it, of what a rule may do.
            pub fn set_rule(&mut self, rule: Uuid) {
                match self { $(Self::$variant(body) => order_events!(@set_rule body rule $(by $rule)?),)* }
            }
            /// Hands each type, with its body's reader, to a decoder. `None` when the type is not an order's.
            pub fn read<'de, D: serde::Deserializer<'de>>(key: &str, body: D) -> Option<Result<Self, D::Error>> {
                match key { $($key => Some($body::deserialize(body).map(Self::$variant)),)* _ => None }
            }
        }

        impl Serialize for OrderEvent {
            /// Writes the body.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$variant(body) => body.serialize(serializer),)* }
            }
        }
    };
}

order_events! {
    Started(Started) "order.started": "A draft was begun.";
    Discarded(Discarded) "order.discarded": "A draft was thrown away.";
    Confirmed(Confirmed) "order.confirmed": "Confirmed, and given its number.";
    Edited(Edited) "order.edited" by rule: "Fields or lines changed.";
    PaymentRecorded(PaymentRecorded) "order.payment_recorded": "Money was received.";
    PaymentVerified(PaymentVerified) "order.payment_verified": "A person saw that a payment arrived.";
    PaymentRejected(PaymentEnded) "order.payment_rejected": "A payment did not arrive.";
    PaymentVoided(PaymentEnded) "order.payment_voided": "A payment was recorded by mistake.";
    RefundRecorded(RefundRecorded) "order.refund_recorded": "Money was given back.";
    Shipped(Shipped) "order.shipped": "A parcel was handed to a carrier.";
    HandedOver(HandedOver) "order.handed_over": "Goods were handed to the buyer.";
    ParcelCorrected(ParcelCorrected) "order.parcel_corrected": "A parcel's carrier, number or expected arrival was put right.";
    ParcelVoided(ParcelVoided) "order.parcel_voided": "A parcel did not leave after all, or came back.";
    Delivered(Delivered) "order.delivered" by rule: "Every parcel arrived.";
    Completed(Completed) "order.completed" by rule: "Nothing is left to do.";
    MarkVoided(MarkVoided) "order.mark_voided": "That it was delivered, or completed, was said by mistake.";
    Extended(Extended) "order.extended": "The payment deadline was moved.";
    Held(Held) "order.held" by rule: "Put on hold.";
    Released(Released) "order.released" by rule: "Taken off hold.";
    Cancelled(Cancelled) "order.cancelled" by rule: "Cancelled.";
    Revived(Revived) "order.revived": "A cancelled order goes on.";
    Renumbered(Renumbered) "order.renumbered": "Given another number, because two orders had the same.";
    Labelled(Labelled) "order.labelled" by rule: "Labels were put on or taken off.";
    ConflictSettled(ConflictSettled) "order.conflict_settled": "A conflict was settled by leaving things as they stand.";
}

/// Body of `order.started`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// What is in it.
    pub content: Content,
    /// The order it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<Uuid>,
}

/// Body of an event that says everything by its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoBody {
    /// The rule that did it, where no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
}
/// Body of `order.discarded`.
pub type Discarded = NoBody;
/// Body of `order.delivered`.
pub type Delivered = NoBody;
/// Body of `order.completed`.
pub type Completed = NoBody;
/// Body of `order.released`.
pub type Released = NoBody;
/// Body of `order.revived`.
pub type Revived = NoBody;

/// Body of `order.confirmed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The order's number.
    pub number: OrderNumber,
    /// When it is to be paid, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_ms: Option<i64>,
    /// What was confirmed, where there was no draft before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// The order it was copied from, where there was no draft before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<Uuid>,
}

/// Body of `order.edited`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    /// What changed; each counts for itself.
    pub changes: Vec<Change>,
    /// The conflict that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
    /// The rule that did it, where no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
}

impl Edited {
    /// Whether it only says which customer the buyer is or where the order is filed, or puts a cart aside or takes it up:
    /// that touches neither goods nor money, so it counts in any state and disputes no parcel.
    pub fn leaves_the_goods(&self) -> bool {
        let leaves = |change: &Change| {
            matches!(change, Change::Customer(_) | Change::Parked(_) | Change::Channel(_) | Change::Category(_))
        };
        !self.changes.is_empty() && self.changes.iter().all(leaves)
    }
}

/// One change of an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The order's note.
    Note(String),
    /// How the goods reach the buyer.
    Delivery(Delivery),
    /// How the buyer means to pay.
    Method(Method),
    /// When the buyer pays.
    Terms(Terms),
    /// Discount on the whole order, minor units.
    Discount(i64),
    /// Rounding off, minor units.
    Rounding(i64),
    /// Deposit asked for, minor units.
    Deposit(i64),
    /// Sales channel.
    Channel(String),
    /// Order category.
    Category(String),
    /// The customer.
    Customer(Option<Uuid>),
    /// The carrier that is meant to take it.
    Carrier(String),
    /// Put aside at the counter, or taken up again.
    Parked(bool),
    /// A line more.
    AddLine(Line),
    /// A line less.
    RemoveLine(u32),
    /// A field of a line.
    Line(u32, LineChange),
}

/// A changed field of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// What it is, with its product where it has one.
    Item(String, Option<Uuid>),
    /// Which of the product's variants.
    Variant(u32),
    /// Specification.
    Spec(String),
    /// How many.
    Quantity(i64, Unit),
    /// Unit price, minor units.
    Price(i64),
    /// Discount, minor units.
    Discount(i64),
    /// Note.
    Note(String),
    /// The unit of weight that it is priced and weighed in.
    Per(WeightUnit),
}

impl LineChange {
    /// Writes it into a line. Answers with the name of the field, and with what takes back what it said before.
    pub(super) fn write(&self, line: &mut Line) -> (&'static str, Self) {
        use std::mem::replace;
        match self.clone() {
            Self::Item(item, product) => {
                ("item", Self::Item(replace(&mut line.item, item), replace(&mut line.product, product)))
            }
            Self::Variant(variant) => ("variant", Self::Variant(replace(&mut line.variant, variant))),
            Self::Spec(spec) => ("spec", Self::Spec(replace(&mut line.spec, spec))),
            Self::Quantity(quantity, unit) => {
                ("quantity", Self::Quantity(replace(&mut line.quantity, quantity), replace(&mut line.unit, unit)))
            }
            Self::Price(price) => ("price", Self::Price(replace(&mut line.price, price))),
            Self::Discount(discount) => ("discount", Self::Discount(replace(&mut line.discount, discount))),
            Self::Note(note) => ("note", Self::Note(replace(&mut line.note, note))),
            Self::Per(per) => ("per", Self::Per(replace(&mut line.per, per))),
        }
    }
}

/// Body of `order.payment_recorded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecorded {
    /// How it was paid.
    pub method: Method,
    /// What counts, minor units: what was given less the change.
    pub amount: i64,
    /// What was given in cash, where change was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tendered: Option<i64>,
    /// Whether it is a deposit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deposit: bool,
}

/// Body of `order.payment_verified`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentVerified {
    /// The payment: the id of the event that recorded it.
    pub payment: Uuid,
}

/// Body of `order.payment_rejected` and `order.payment_voided`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentEnded {
    /// The payment: the id of the event that recorded it.
    pub payment: Uuid,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The conflict that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
}

/// Body of `order.refund_recorded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRecorded {
    /// How it was given back.
    pub method: Method,
    /// How much, minor units.
    pub amount: i64,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Body of `order.shipped`; the parcel is known by the id of this event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// Carrier: a key, or a name that a person typed.
    pub carrier: String,
    /// Tracking number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tracking: String,
    /// Expected arrival: a date as `2026-11-26`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What is in it.
    pub lines: Vec<LinePart>,
}

/// Body of `order.handed_over`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// What was handed over.
    pub lines: Vec<LinePart>,
}

/// Body of `order.parcel_corrected`: those named change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelCorrected {
    /// The parcel: the id of the event that shipped it.
    pub parcel: Uuid,
    /// The right carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The right number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// The right date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

/// Body of `order.parcel_voided`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelVoided {
    /// The parcel: the id of the event that shipped it or handed it over.
    pub parcel: Uuid,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The conflict that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
}

/// Body of `order.mark_voided`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkVoided {
    /// What was said by mistake: the id of the event that said it.
    pub mark: Uuid,
    /// Why it does not hold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Body of `order.extended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// The new deadline, milliseconds since 1970.
    pub due_ms: i64,
}

/// Body of an event that gives a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithReason {
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The rule that did it, where no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
}
/// Body of `order.held`.
pub type Held = WithReason;
/// Body of `order.cancelled`.
pub type Cancelled = WithReason;

/// Body of `order.renumbered`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renumbered {
    /// The new number.
    pub number: OrderNumber,
}

/// Body of `order.labelled`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// Labels put on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    /// Labels taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// The rule that did it, where no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
}

/// Body of `order.conflict_settled`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSettled {
    /// The conflict.
    pub conflict: String,
}
