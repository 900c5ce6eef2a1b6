//! What a person may ask of an order, and why it may be refused.

use uuid::Uuid;

use super::conflict::Choice;
use super::content::{Content, ContentFault, Method};
use super::event::*;
use crate::contact::Buyer;

/// A payment that a person enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment {
    /// How it was paid.
    pub method: Method,
    /// What was given, minor units; cash above the balance is given back as change.
    pub given: i64,
    /// Whether it is a deposit.
    pub deposit: bool,
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Confirm: a new order from a form, with what is done at once; or the draft that is there, as it stands.
    Confirm {
        /// What a form holds; `None` confirms the draft.
        new: Option<(Content, Buyer)>,
        /// The order it was copied from.
        copied_from: Option<Uuid>,
        /// Payments taken with it.
        payments: Vec<NewPayment>,
        /// Everything was handed over with it.
        handed_over: bool,
    },
    /// Keep a form as a draft.
    SaveDraft {
        /// What a form holds.
        content: Content,
        /// The buyer, as far as known.
        buyer: Buyer,
        /// The order it is a copy of.
        copied_from: Option<Uuid>,
    },
    /// Edit a draft: what a cart or form began with, and what it holds now. Refused once it is confirmed.
    EditDraft {
        /// The content that it began with.
        base: Content,
        /// The buyer that it began with.
        base_buyer: Buyer,
        /// What it holds now.
        content: Content,
        /// The buyer now.
        buyer: Buyer,
    },
    /// Throw the draft away. Money that was taken for it is due back.
    Discard,
    /// Edit: what the form began with, and what it holds now.
    Edit {
        /// The content that the form began with.
        base: Content,
        /// The buyer that the form began with.
        base_buyer: Buyer,
        /// What it holds now.
        content: Content,
        /// The buyer now.
        buyer: Buyer,
    },
    /// Say which customer the buyer is, or that it is none; in any state.
    SetCustomer(Option<Uuid>),
    /// Erase the buyer's personal data, at the person's wish; in any state.
    EraseBuyer,
    /// Record money received; for a draft, too, where all that was given counts: a part that is taken at
    /// the counter before the sale is made.
    RecordPayment(NewPayment),
    /// The payment arrived.
    VerifyPayment(Uuid),
    /// The payment did not arrive.
    RejectPayment(Uuid, String),
    /// The payment was recorded by mistake.
    VoidPayment(Uuid, String),
    /// Record money given back.
    RecordRefund {
        /// How it was given back.
        method: Method,
        /// How much, minor units.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Hand a parcel to a carrier.
    Ship {
        /// Carrier key or name.
        carrier: String,
        /// Tracking number.
        tracking: String,
        /// Expected arrival, `2026-11-26`, or nothing.
        expected: String,
        /// What is in it; `None`: all that has not left.
        lines: Option<Vec<LinePart>>,
    },
    /// Hand goods to the buyer; `None`: all that has not left.
    HandOver(Option<Vec<LinePart>>),
    /// Put a parcel's data right.
    CorrectParcel(ParcelCorrected),
    /// The parcel did not leave after all.
    VoidParcel(Uuid, String),
    /// Every parcel arrived.
    MarkDelivered,
    /// Nothing is left to do.
    Complete,
    /// Take back what was just done by mistake and can't be done the other way round: that it was delivered, that it was
    /// completed, that goods were handed over; the id of the event that said so, and why.
    TakeBack(Uuid, String),
    /// Move the payment deadline.
    Extend {
        /// The new one, milliseconds since 1970.
        due_ms: i64,
    },
    /// Put on hold.
    Hold(String),
    /// Take off hold.
    Release,
    /// Cancel.
    Cancel(String),
    /// Let a cancelled order go on.
    Revive,
    /// Take back a sale at the counter as a whole: its payments, what was handed over, and the order.
    Undo(String),
    /// Put labels on or take them off.
    Label {
        /// To put on.
        add: Vec<String>,
        /// To take off.
        remove: Vec<String>,
    },
    /// What a rule of the shop does in place of a person; its trace is in the timeline.
    ByRule(Uuid, Box<Self>),
    /// Give it a new number of this tablet.
    Renumber,
    /// Settle a conflict.
    Settle {
        /// Its id.
        conflict: String,
        /// How.
        choice: Choice,
    },
}

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The form is not complete.
    #[error("the order is not complete")]
    Content(Vec<ContentFault>),
    /// The order holds an event that this build does not know.
    #[error("the app needs an update to change this order")]
    NeedsUpdate,
    /// There is no such order yet, or it is still a draft.
    #[error("the order is not confirmed")]
    NotConfirmed,
    /// It is confirmed already.
    #[error("the order is confirmed already")]
    AlreadyConfirmed,
    /// It is cancelled, closed or thrown away.
    #[error("the order is closed")]
    OrderClosed,
    /// It is on hold.
    #[error("the order is on hold")]
    OnHold,
    /// It is not on hold.
    #[error("the order is not on hold")]
    NotOnHold,
    /// Something has left already.
    #[error("something has left already")]
    AlreadyShipped,
    /// Not everything has left.
    #[error("not everything has left")]
    NotShipped,
    /// It is marked as delivered already.
    #[error("it is delivered already")]
    AlreadyDelivered,
    /// Somebody has completed it.
    #[error("it is completed already")]
    AlreadyCompleted,
    /// Not everything has arrived.
    #[error("not everything has arrived")]
    NotDelivered,
    /// More money is missing than may be.
    #[error("money is missing")]
    NotPaid,
    /// A payment has not been verified, and shipping asks for that.
    #[error("a payment is not verified")]
    PaymentUnverified,
    /// A refund is due first.
    #[error("a refund is due")]
    RefundDue,
    /// Nothing is owed.
    #[error("nothing is owed")]
    NothingOwed,
    /// An amount is zero, negative or too large.
    #[error("the amount is out of range")]
    Amount,
    /// More than was received and not given back.
    #[error("more than was received")]
    RefundTooLarge,
    /// There is no such payment, or it does not count any more.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// There is no such parcel, or it is void.
    #[error("there is no such parcel")]
    NoSuchParcel,
    /// More of a line than has not left yet, or none of it.
    #[error("the quantities do not fit the lines")]
    Quantities,
    /// A reason is missing.
    #[error("a reason is missing")]
    ReasonMissing,
    /// A text is longer than fits: how many characters it may have.
    #[error("a text has more than {0} characters")]
    TextTooLong(usize),
    /// The carrier is missing.
    #[error("the carrier is missing")]
    CarrierMissing,
    /// The new deadline is not later than now.
    #[error("the deadline is not later than now")]
    DeadlinePassed,
    /// There is a payment, and a rule never cancels where there is one.
    #[error("there is a payment")]
    PaymentRecorded,
    /// It is on credit or cash on delivery: no time to pay is running.
    #[error("it is not to be paid first")]
    NotPaidFirst,
    /// The rule has acted on this order before.
    #[error("the rule has acted on this order before")]
    RuleActed,
    /// A label is empty.
    #[error("a label is empty")]
    LabelMissing,
    /// Nothing was changed.
    #[error("nothing was changed")]
    NothingChanged,
    /// There is no such conflict, or it is settled, or it can't be settled like this.
    #[error("there is no such conflict")]
    NoSuchConflict,
}
