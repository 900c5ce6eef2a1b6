//! A conflict in words: what it is, what stands now, what a person may choose.

use domain::Event;
use domain::order::{Choice, Command, Conflict, ConflictKind, Order, OrderEvent};

use super::super::order::timeline_lines;
use crate::text::order_page::{page, settle};
use crate::text::{Currency, dispute};
use crate::ui::Glyph;

/// What it is.
pub fn title(order: &Order, kind: ConflictKind, conflict: Option<&Conflict>, currency: Currency) -> String {
    let phrase = match kind {
        ConflictKind::ShippedCancelled => dispute::SHIPPED_CANCELLED,
        ConflictKind::ShippedTwice => dispute::SHIPPED_TWICE,
        ConflictKind::ShippedEdited => settle::SHIPPED_EDITED,
        ConflictKind::PaidTwice => dispute::PAID_TWICE,
        ConflictKind::VerifiedRejected => settle::VERIFIED_REJECTED,
        ConflictKind::RefundedTwice => dispute::REFUNDED_OVER,
        ConflictKind::SameNumber => dispute::SAME_NUMBER,
        ConflictKind::SameField => {
            let taking = conflict.and_then(|conflict| conflict.other.as_ref());
            return match taking {
                Some(taking) => dispute::field_twice(&timeline_lines::two_values(order, taking, currency).0),
                None => dispute::SAME_FIELD.get().to_owned(),
            };
        }
    };
    phrase.get().to_owned()
}

/// What stands while nobody has chosen.
pub fn now(order: &Order, kind: ConflictKind, currency: Currency) -> String {
    let phrase = match kind {
        ConflictKind::ShippedCancelled => dispute::SHIPPED_CANCELLED_NOW,
        ConflictKind::ShippedTwice => dispute::SHIPPED_TWICE_NOW,
        ConflictKind::ShippedEdited => settle::SHIPPED_EDITED_NOW,
        ConflictKind::VerifiedRejected => settle::VERIFIED_REJECTED_NOW,
        ConflictKind::SameField => settle::SAME_FIELD_NOW,
        ConflictKind::SameNumber => settle::SAME_NUMBER_NOW,
        ConflictKind::PaidTwice => {
            return dispute::paid_twice_now(&currency.full(order.balance().saturating_neg().max(0)));
        }
        ConflictKind::RefundedTwice => {
            let over = order.refunded().saturating_sub(order.paid()).max(0);
            return settle::refunded_over_now(&currency.full(over));
        }
    };
    phrase.get().to_owned()
}

/// Whether the event says that the money came in.
pub fn is_arrival(order: &Order, at: usize) -> bool {
    let event = order.timeline.get(at).map(|entry| &entry.event);
    matches!(event, Some(Event::Order(OrderEvent::PaymentVerified(_))))
}

/// The choices, named by what they do.
pub fn choices(
    order: &Order,
    kind: ConflictKind,
    conflict: Option<&Conflict>,
    id: &str,
    currency: Currency,
) -> Vec<(String, Glyph, Command)> {
    let Some(conflict) = conflict else {
        return vec![(page::RENUMBER.get().to_owned(), Glyph::Edit, Command::Renumber)];
    };
    let named = kind.choices().iter().map(|choice| {
        let (label, glyph) = face(order, kind, conflict, *choice, currency);
        (label, glyph, Command::Settle { conflict: id.to_owned(), choice: *choice })
    });
    named.collect()
}

fn face(order: &Order, kind: ConflictKind, conflict: &Conflict, choice: Choice, currency: Currency) -> (String, Glyph) {
    let (phrase, glyph) = match (kind, choice) {
        (ConflictKind::ShippedCancelled | ConflictKind::ShippedEdited, Choice::Keep) => {
            (dispute::KEEP_SHIPPED, Glyph::Truck)
        }
        (ConflictKind::ShippedCancelled | ConflictKind::ShippedEdited, _) => (dispute::GET_BACK, Glyph::AfterSales),
        (ConflictKind::ShippedTwice, Choice::First) => (dispute::VOID_SECOND, Glyph::Cross),
        (ConflictKind::ShippedTwice, Choice::Second) => (dispute::VOID_FIRST, Glyph::Cross),
        (ConflictKind::ShippedTwice, _) => (dispute::BOTH_LEFT, Glyph::Truck),
        (ConflictKind::PaidTwice, Choice::First) => (dispute::SAME_MONEY_VOID_SECOND, Glyph::Cross),
        (ConflictKind::PaidTwice, Choice::Second) => (dispute::SAME_MONEY_VOID_FIRST, Glyph::Cross),
        (ConflictKind::PaidTwice, _) => (dispute::REALLY_TWICE, Glyph::Refund),
        (ConflictKind::SameField, choice) => {
            let values = conflict.other.as_ref().map(|taking| timeline_lines::two_values(order, taking, currency));
            return match (values, choice) {
                (Some((_, other, _)), Choice::First | Choice::Second | Choice::GetBack) => {
                    (dispute::use_value(&other), Glyph::Edit)
                }
                (Some((_, _, now)), Choice::Keep) => (dispute::keep_value(&now), Glyph::Check),
                (None, _) => (dispute::KEEP_CURRENT.get().to_owned(), Glyph::Check),
            };
        }
        (ConflictKind::VerifiedRejected | ConflictKind::RefundedTwice | ConflictKind::SameNumber, _) => {
            (dispute::UNDERSTOOD, Glyph::Check)
        }
    };
    (phrase.get().to_owned(), glyph)
}
