//! The order: its state as its events tell it (workflow.md §2, §4).
//!
//! The fold is total: any event in any order gives a state. A *fact* always counts; an *intent* counts when it is
//! allowed at its place, otherwise it is voided and stays in the timeline. A fact that did not know of an intent can
//! void it afterwards: the order is then folded again with that intent marked.

mod command;
mod conflict;
mod content;
mod decide;
mod event;
mod fields;
mod fold;
mod merge;
mod summary;

pub use command::{Command, NewPayment, Rejection};
pub use conflict::{Choice, Conflict, ConflictKind, OtherValue};
pub use content::{BuyerField, Content, ContentFault, Delivery, Line, LineFault, LineField, Method, Terms, Unit};
pub use decide::{Context, decide};
pub use event::*;
pub use fold::sort_by_device_order;
pub use summary::{Badge, Badges, Status, StockUse, Summary, received};

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::contact::Buyer;
use crate::{Event, Meta, OrderNumber};

/// A value, and the place in the timeline of the event that wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// Who wrote it; `None` while nobody has.
    pub by: Option<usize>,
}

/// A line as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct LineState {
    /// Its values.
    pub line: Line,
    /// The event that took it out.
    pub removed: Option<usize>,
    /// Who wrote which field last: by the field's name.
    pub(crate) written: BTreeMap<&'static str, usize>,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// It counts, and nobody has seen yet that it arrived.
    Unverified,
    /// It counts, for good.
    Verified,
    /// It did not arrive.
    Rejected,
    /// It was recorded by mistake.
    Voided,
}

/// A payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// The event that recorded it.
    pub id: Uuid,
    /// That event's place in the timeline.
    pub at: usize,
    /// What it says.
    pub body: PaymentRecorded,
    /// What became of it.
    pub state: PaymentState,
    /// The event that said so.
    pub state_by: Option<usize>,
}

impl Payment {
    /// Whether it counts towards the balance.
    pub fn counts(&self) -> bool {
        matches!(self.state, PaymentState::Unverified | PaymentState::Verified)
    }
}

/// A parcel, or goods handed over at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// The event that recorded it.
    pub id: Uuid,
    /// That event's place in the timeline.
    pub at: usize,
    /// Carrier key or name; empty when handed over.
    pub carrier: String,
    /// Tracking number.
    pub tracking: String,
    /// Expected arrival, a date.
    pub expected: String,
    /// What is in it.
    pub lines: Vec<LinePart>,
    /// The same as goods: the lines as the tablet knew them that let them go, with the quantities that left. What
    /// another tablet wrote meanwhile changes the order, not what is in the parcel.
    pub goods: Vec<Line>,
    /// Handed to the buyer, not to a carrier.
    pub handed_over: bool,
    /// The event that voided it.
    pub voided: Option<usize>,
}

/// Whether an event of the timeline counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Applied,
    /// It does not, because of this.
    Voided(VoidReason),
}

/// Why an intent was voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoidReason {
    /// A payment that it did not know of stands.
    PaymentStands,
    /// A parcel that it did not know of stands.
    ShipmentStands,
    /// An edit that it did not know of stands.
    EditStands,
    /// A confirmation that it did not know of stands.
    ConfirmationStands,
    /// The order had been cancelled or thrown away.
    OrderClosed,
    /// It had been done already.
    AlreadyDone,
    /// It is not allowed in this state, or what it speaks of is not there.
    NotAllowed,
}

/// An event of the order's life.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who, when, knowing what.
    pub meta: Meta,
    /// What.
    pub event: Event,
    /// Whether it counts.
    pub outcome: Outcome,
}

/// An order as its events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its id: that of its first event.
    pub id: Uuid,
    /// Its number, from confirmation on.
    pub number: Option<OrderNumber>,
    /// The event that confirmed it.
    pub confirmed: Option<usize>,
    /// The event that threw the draft away.
    pub discarded: Option<usize>,
    /// The order it was copied from.
    pub copied_from: Option<Uuid>,
    /// Buyer's name.
    pub name: Field<String>,
    /// Buyer's phone.
    pub phone: Field<String>,
    /// Delivery address.
    pub address: Field<String>,
    /// Whether the buyer's data were erased.
    pub erased: bool,
    /// How the goods reach the buyer.
    pub delivery: Field<Delivery>,
    /// How the buyer means to pay.
    pub method: Field<Method>,
    /// When the buyer pays.
    pub terms: Field<Terms>,
    /// Discount on the whole, minor units.
    pub discount: Field<i64>,
    /// Rounding off, minor units.
    pub rounding: Field<i64>,
    /// Deposit asked for, minor units.
    pub deposit: Field<i64>,
    /// Note.
    pub note: Field<String>,
    /// Sales channel.
    pub channel: Field<String>,
    /// Category.
    pub category: Field<String>,
    /// The customer, where the buyer is one that the shop knows.
    pub customer: Field<Option<Uuid>>,
    /// The carrier that is meant to take it.
    pub carrier: Field<String>,
    /// A cart that was put aside at the counter.
    pub parked: Field<bool>,
    /// Labels, in the order in which they were put on.
    pub labels: Vec<String>,
    /// Lines, removed ones too.
    pub lines: Vec<LineState>,
    /// When it is to be paid, milliseconds since 1970.
    pub due: Field<Option<i64>>,
    /// Payments, voided ones too.
    pub payments: Vec<Payment>,
    /// Refunds: place in the timeline, and what they say.
    pub refunds: Vec<(usize, RefundRecorded)>,
    /// Parcels, voided ones too.
    pub parcels: Vec<Parcel>,
    /// The event that said that everything arrived.
    pub delivered: Option<usize>,
    /// The event that completed it.
    pub completed: Option<usize>,
    /// Marks that were set by mistake: what said that it was delivered or completed, and what took that back.
    pub voided_marks: BTreeMap<usize, usize>,
    /// The event that holds it.
    pub held: Option<usize>,
    /// The event that cancelled it.
    pub cancelled: Option<usize>,
    /// Its conflicts, settled ones too.
    pub conflicts: Vec<Conflict>,
    /// Fields that one event wrote as another had, without knowing of it: the field, the later place, the earlier.
    pub(crate) concurrent_equal_writes: Vec<(String, usize, usize)>,
    /// Everything that happened, in the order of the fold.
    pub timeline: Vec<Entry>,
    /// An event is here that this build does not know: read-only.
    pub needs_update: bool,
    /// Intents that a later fact voided, by their place in the timeline.
    overruled: BTreeMap<usize, VoidReason>,
}

impl Order {
    /// An order of which nothing is known yet.
    pub fn new(id: Uuid) -> Self {
        Self {
            id,
            number: None,
            confirmed: None,
            discarded: None,
            copied_from: None,
            name: Field::default(),
            phone: Field::default(),
            address: Field::default(),
            erased: false,
            delivery: Field::default(),
            method: Field::default(),
            terms: Field::default(),
            discount: Field::default(),
            rounding: Field::default(),
            deposit: Field::default(),
            note: Field::default(),
            channel: Field::default(),
            category: Field::default(),
            customer: Field::default(),
            carrier: Field::default(),
            parked: Field::default(),
            labels: Vec::new(),
            lines: Vec::new(),
            due: Field::default(),
            payments: Vec::new(),
            refunds: Vec::new(),
            parcels: Vec::new(),
            delivered: None,
            completed: None,
            voided_marks: BTreeMap::new(),
            held: None,
            cancelled: None,
            conflicts: Vec::new(),
            concurrent_equal_writes: Vec::new(),
            timeline: Vec::new(),
            needs_update: false,
            overruled: BTreeMap::new(),
        }
    }

    /// The buyer.
    pub fn buyer(&self) -> Buyer {
        Buyer { name: self.name.value.clone(), phone: self.phone.value.clone(), address: self.address.value.clone() }
    }

    /// Its lines as they stand, without the removed ones.
    pub fn active_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|state| state.removed.is_none()).map(|state| &state.line)
    }
    /// What it comes to, minor units.
    pub fn total(&self) -> i64 {
        self.active_lines()
            .fold(0_i64, |sum, line| sum.saturating_add(line.amount()))
            .saturating_sub(self.discount.value)
            .saturating_sub(self.rounding.value)
    }
    /// What was paid and counts, minor units.
    pub fn paid(&self) -> i64 {
        self.payments.iter().filter(|p| p.counts()).fold(0, |sum, p| sum.saturating_add(p.body.amount))
    }
    /// What was given back, minor units.
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().fold(0, |sum, (_, refund)| sum.saturating_add(refund.amount))
    }
    /// What is held of the buyer's money, minor units: what was paid and not given back, in any state.
    pub fn received(&self) -> i64 {
        self.paid().saturating_sub(self.refunded())
    }
    /// What went back to the buyer, minor units: refunds, and where the whole sale was undone, what had been paid.
    pub fn given_back(&self) -> i64 {
        let undone =
            self.payments.iter().filter(|payment| payment.state == PaymentState::Voided && self.undid(payment));
        undone.fold(self.refunded(), |sum, payment| sum.saturating_add(payment.body.amount))
    }
    /// Whether the act that cancelled it made this payment void: right before, with the same reason.
    fn undid(&self, payment: &Payment) -> bool {
        let entry = |at: Option<usize>| self.timeline.get(at?);
        let (Some(void), Some(cancel)) = (entry(payment.state_by), entry(self.cancelled)) else { return false };
        let (Event::Order(OrderEvent::PaymentVoided(ended)), Event::Order(OrderEvent::Cancelled(body))) =
            (&void.event, &cancel.event)
        else {
            return false;
        };
        let steps = cancel.meta.counter.saturating_sub(void.meta.counter);
        void.meta.device == cancel.meta.device
            && (1..=self.payments.len() as u64).contains(&steps)
            && ended.reason == body.reason
    }
    /// What the buyer still owes (above zero) or is owed (below), minor units. A cancelled order and a discarded draft
    /// ask for nothing.
    pub fn balance(&self) -> i64 {
        let asked = if self.is_over() { 0 } else { self.total() };
        asked.saturating_sub(self.received())
    }
    /// Whether it was cancelled, or discarded as a draft.
    fn is_over(&self) -> bool {
        self.cancelled.is_some() || self.discarded.is_some()
    }
    /// How an amount goes back, minor units by method: the way it came, the last payment first. Less than the amount
    /// where less is held.
    pub fn ways_back(&self, amount: i64) -> Vec<(Method, i64)> {
        fn take(held: &mut [(Method, i64)], mut amount: i64, fits: impl Fn(&Method) -> bool) -> i64 {
            for (_, rest) in held.iter_mut().rev().filter(|(method, _)| fits(method)) {
                let part = amount.min(*rest).max(0);
                (*rest, amount) = (*rest - part, amount - part);
            }
            amount
        }
        let mut held: Vec<(Method, i64)> = Vec::new();
        for payment in self.payments.iter().filter(|payment| payment.counts()) {
            // A method paid with twice is one way back, at the place of its last payment.
            let before = held.iter().position(|(method, _)| *method == payment.body.method).map(|at| held.remove(at));
            let sum = before.map_or(0, |(_, sum)| sum).saturating_add(payment.body.amount);
            held.push((payment.body.method.clone(), sum));
        }
        for (_, refund) in &self.refunds {
            let other_ways = take(&mut held, refund.amount, |method| *method == refund.method);
            take(&mut held, other_ways, |_| true);
        }
        let before = held.clone();
        take(&mut held, amount, |_| true);
        let back = before.into_iter().zip(held).map(|((method, had), (_, has))| (method, had - has));
        back.rev().filter(|(_, amount)| *amount > 0).collect()
    }
    /// Whether it is to be paid before it leaves: on credit, or on delivery, nothing is owed yet.
    pub fn pays_first(&self) -> bool {
        self.terms.value == Terms::Prepaid
    }
    /// When it is to be paid, milliseconds since 1970. What is not paid first has no time, but one that a person set
    /// since then.
    pub fn due_ms(&self) -> Option<i64> {
        self.due.value.filter(|_| self.pays_first() || self.due.by > self.terms.by)
    }
    /// How much of a line has left, in pieces or grams.
    pub fn shipped_of(&self, line: u32) -> i64 {
        self.active_parcels()
            .flat_map(|parcel| &parcel.lines)
            .filter(|(id, _)| *id == line)
            .fold(0, |sum, (_, quantity)| sum.saturating_add(*quantity))
    }
    /// The parcels that left.
    pub fn active_parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.iter().filter(|parcel| parcel.voided.is_none())
    }
    /// What has not left yet.
    pub fn unshipped(&self) -> Vec<LinePart> {
        self.active_lines()
            .map(|line| (line.id, line.quantity.saturating_sub(self.shipped_of(line.id))))
            .filter(|(_, rest)| *rest > 0)
            .collect()
    }
    /// Whether anything has left.
    pub fn any_shipped(&self) -> bool {
        self.active_parcels().next().is_some()
    }
    /// Whether everything has left.
    pub fn all_shipped(&self) -> bool {
        self.any_shipped() && self.unshipped().is_empty()
    }
    /// Whether a parcel has reached the buyer: handed over, or sent before it was said that everything arrived.
    pub fn has_arrived(&self, parcel: &Parcel) -> bool {
        parcel.handed_over || self.delivered.is_some_and(|at| parcel.at < at)
    }
    /// Whether everything has reached the buyer.
    pub fn all_arrived(&self) -> bool {
        self.all_shipped() && self.active_parcels().all(|parcel| self.has_arrived(parcel))
    }

    /// The state, derived (workflow.md §2: first match wins).
    pub fn status(&self) -> Status {
        if self.is_over() {
            return if self.paid() > 0 && self.balance() >= 0 { Status::Closed } else { Status::Cancelled };
        }
        if self.confirmed.is_none() {
            return Status::Draft;
        }
        if self.held.is_some() {
            return Status::OnHold;
        }
        if self.completed.is_some() && self.balance() <= 0 {
            return Status::Completed;
        }
        if self.all_arrived() {
            return Status::Delivered;
        }
        if self.all_shipped() {
            return Status::Shipped;
        }
        if self.any_shipped() {
            return Status::PartShipped;
        }
        if self.balance() <= 0 {
            Status::Paid
        } else if self.paid() > 0 {
            Status::PartPaid
        } else {
            Status::AwaitingPayment
        }
    }

    /// The badges that do not depend on the clock or on this device.
    pub fn badges(&self) -> Badges {
        let mut badges = Badges::default();
        badges.set(Badge::Conflict, self.open_conflicts().next().is_some());
        badges.set(Badge::Unverified, self.payments.iter().any(|p| p.state == PaymentState::Unverified));
        let refund_due = self.balance() < 0 && self.paid() > 0;
        badges.set(Badge::RefundDue, refund_due);
        badges.set(Badge::Overpaid, refund_due && !self.is_over());
        badges.set(Badge::NeedsUpdate, self.needs_update);
        badges
    }

    /// The conflicts that need a decision.
    pub fn open_conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.conflicts.iter().filter(|conflict| self.is_open(conflict))
    }

    /// Whether a conflict still needs a decision: not settled, and not overtaken by what was done since.
    pub fn is_open(&self, conflict: &Conflict) -> bool {
        if conflict.settled.is_some() {
            return false;
        }
        let parcel = |at: usize| self.parcels.iter().find(|p| p.at == at).is_some_and(|p| p.voided.is_none());
        let payment = |at: usize| self.payments.iter().find(|p| p.at == at).is_some_and(Payment::counts);
        match conflict.kind {
            ConflictKind::ShippedCancelled | ConflictKind::ShippedEdited => {
                parcel(conflict.first) || parcel(conflict.second)
            }
            ConflictKind::ShippedTwice => parcel(conflict.first) && parcel(conflict.second) && self.over_shipped(),
            ConflictKind::PaidTwice => payment(conflict.first) && payment(conflict.second) && self.balance() < 0,
            ConflictKind::RefundedTwice => self.balance() > 0,
            ConflictKind::SameField => !self.written_anew(conflict),
            ConflictKind::VerifiedRejected | ConflictKind::SameNumber => true,
        }
    }

    /// Whether the field of a conflict was written again by someone who knew both values.
    fn written_anew(&self, conflict: &Conflict) -> bool {
        let by = conflict.field.as_deref().and_then(|field| self.written_by(field));
        by.is_some_and(|by| by > conflict.second && self.knew(by, conflict.first) && self.knew(by, conflict.second))
    }

    /// Whether more of some line has left than was ordered.
    fn over_shipped(&self) -> bool {
        self.lines.iter().any(|state| {
            let ordered = if state.removed.is_some() { 0 } else { state.line.quantity };
            self.shipped_of(state.line.id) > ordered
        })
    }

    /// A conflict by its id.
    pub fn conflict(&self, id: &str) -> Option<&Conflict> {
        self.conflicts.iter().find(|conflict| conflict.id == id)
    }
}
