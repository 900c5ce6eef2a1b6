//! What the counter says of methods, stock and refusals.

use domain::order::{Rejection, Unit};

use crate::features::order::refusal;
use crate::session::ActFault;
use crate::text::{Phrase, counter, weight};
use crate::ui::Glyph;

/// A method's picture.
pub fn method_glyph(key: &str) -> Glyph {
    match key {
        "cash" => Glyph::Cash,
        "bank_transfer" => Glyph::Bank,
        _ => Glyph::Code,
    }
}

/// Pieces, or a weight.
pub fn quantity(quantity: i64, unit: Unit) -> String {
    match unit {
        Unit::Piece => quantity.to_string(),
        Unit::Gram => weight::quantity(quantity, weight::shop()),
    }
}

/// What is left, or missing.
pub fn left(free: i64, unit: Unit) -> String {
    if free < 0 { counter::short(&quantity(free.saturating_neg(), unit)) } else { counter::left(&quantity(free, unit)) }
}

/// Why an act did not happen. What is in the cart is still there.
pub fn act_fault(refused: &ActFault) -> Phrase {
    match refused {
        ActFault::Rejected(Rejection::AlreadyConfirmed) => counter::SOLD_ELSEWHERE,
        ActFault::Rejected(Rejection::OrderClosed) => counter::GONE_ELSEWHERE,
        other => refusal::not_saved(other),
    }
}
