//! Taking the money: parts of a payment, what is left, change, and amounts that people hand over.

use domain::Currency;
use domain::money::MAX_AMOUNT;
use domain::order::{Method, NewPayment};
use serde::{Deserialize, Serialize};

/// The radio that is no way to pay: the buyer owes it.
pub const CREDIT: &str = "credit";

/// A part of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The method's key.
    pub method: String,
    /// What was given, minor units.
    pub given: i64,
}

/// What is left of a sum after the parts that were taken.
pub fn rest(total: i64, taken: &[Taken]) -> i64 {
    taken.iter().fold(total, |rest, part| rest.saturating_sub(part.given)).max(0)
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
        over if over < 0 => Step::Part(-over),
        change if method == Method::Cash.key() => Step::All { change },
        _ => Step::TooMuch,
    }
}

/// What is recorded, once it is whole.
pub fn payments(taken: &[Taken]) -> Vec<NewPayment> {
    let payment =
        |part: &Taken| NewPayment { method: Method::from(part.method.clone()), given: part.given, deposit: false };
    taken.iter().filter(|part| part.given > 0).map(payment).collect()
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
