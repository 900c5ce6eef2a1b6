//! Taking the money: parts of a payment, what is left, change, and amounts that people hand over.

use domain::Currency;
use domain::money::MAX_AMOUNT;
use domain::order::{Method, NewPayment, Order, Payment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The radio that is no way to pay: the buyer owes it.
pub const CREDIT: &str = "credit";

/// A part of a payment, as it was kept before it stood in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The method's key.
    pub method: String,
    /// What was given, minor units.
    pub given: i64,
}

impl Taken {
    /// What is recorded of it.
    pub fn payment(&self) -> NewPayment {
        NewPayment { method: Method::from(self.method.clone()), given: self.given, deposit: false }
    }
}

/// A part of the payment that stands in the log and counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The event that recorded it.
    pub payment: Uuid,
    /// The method's key.
    pub method: String,
    /// Minor units.
    pub amount: i64,
}

/// What was taken for a cart and what went back, as the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// What was taken.
    pub parts: Vec<Part>,
    /// What was given back, minor units.
    pub returned: i64,
}

impl Ledger {
    /// Of a draft.
    pub fn of(draft: &Order) -> Self {
        let part = |payment: &Payment| Part {
            payment: payment.id,
            method: payment.body.method.key().to_owned(),
            amount: payment.body.amount,
        };
        let parts = draft.payments.iter().filter(|payment| payment.counts()).map(part).collect();
        Self { parts, returned: draft.refunded() }
    }

    /// What was taken and not given back, minor units.
    pub fn held(&self) -> i64 {
        let taken = self.parts.iter().fold(0_i64, |sum, part| sum.saturating_add(part.amount));
        taken.saturating_sub(self.returned)
    }
}

/// What saving an amount leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is a part; so much is left.
    Part(i64),
    /// It is all, and so much goes back.
    All {
        /// Minor units.
        change: i64,
    },
    /// It is more than is owed, and this way to pay gives no change.
    TooMuch,
}

/// What saving `given` leads to while `rest` is left.
pub fn step(rest: i64, method: &str, given: i64) -> Step {
    match given - rest {
        0 => Step::All { change: 0 },
        over if over < 0 => Step::Part(over.saturating_neg()),
        change if method == Method::Cash.key() => Step::All { change },
        _ => Step::TooMuch,
    }
}

/// The notes and coins that people round up to, minor units.
fn notes(currency: Currency) -> &'static [i64] {
    match currency {
        Currency::Jpy => &[100, 500, 1_000, 5_000, 10_000],
        Currency::Krw => &[1_000, 5_000, 10_000, 50_000],
        Currency::Twd => &[1_000, 5_000, 10_000, 50_000, 100_000],
        _ => &[500, 1_000, 2_000, 5_000, 10_000],
    }
}

/// Amounts that a buyer is likely to hand over for `rest`, beside the exact one: the next multiples of each note, the
/// smallest first, three at most.
pub fn quick_amounts(rest: i64, currency: Currency) -> Vec<i64> {
    if rest <= 0 {
        return Vec::new();
    }
    let up = |note: &i64| rest.saturating_add(note - 1) / note * note;
    let mut all: Vec<i64> = notes(currency).iter().map(up).filter(|up| (rest + 1..=MAX_AMOUNT).contains(up)).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(3);
    all
}
