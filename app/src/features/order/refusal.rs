//! Why an act did not happen, in words: what is so, what is safe, what to do.

use domain::money::NumberFault;
use domain::order::Rejection;
use replica::storage::StorageFault;

use crate::session::ActFault;
use crate::text::order_page::refused;
use crate::text::{Phrase, fault};

/// In the language in use.
pub fn words(of: &ActFault) -> String {
    match of {
        ActFault::Rejected(rejection) => rejected(rejection),
        ActFault::Refused(_) | ActFault::Storage(_) => not_saved(of).get().to_owned(),
    }
}

/// Why something that is allowed was not saved.
pub fn not_saved(of: &ActFault) -> Phrase {
    match of {
        ActFault::Rejected(_) => fault::NOT_ALLOWED_NOW,
        ActFault::Storage(StorageFault::Quota) => fault::DISK_FULL,
        ActFault::Storage(StorageFault::Stale | StorageFault::Closed) => fault::NOT_SAVED,
        ActFault::Refused(_) | ActFault::Storage(StorageFault::Unavailable(_) | StorageFault::Corrupt(_)) => {
            fault::STORAGE_BROKEN
        }
    }
}

/// What is wrong with an amount that was typed.
pub fn amount_words(fault: NumberFault) -> String {
    let phrase = match fault {
        NumberFault::Empty => fault::AMOUNT_MISSING,
        NumberFault::Zero => fault::AMOUNT_ZERO,
        NumberFault::TooLarge => fault::NUMBER_TOO_LARGE,
        NumberFault::NotANumber | NumberFault::TooPrecise => fault::AMOUNT_WRONG,
        NumberFault::Negative => fault::BELOW_ZERO,
        NumberFault::OtherCurrency => fault::OTHER_CURRENCY,
        NumberFault::Ambiguous => fault::AMBIGUOUS,
    };
    phrase.get().to_owned()
}

/// What is wrong with a quantity that was typed.
pub fn quantity_words(of: NumberFault) -> String {
    match of {
        NumberFault::Empty => fault::QUANTITY_MISSING.get().to_owned(),
        NumberFault::Zero => fault::QUANTITY_ZERO.get().to_owned(),
        NumberFault::NotANumber => fault::QUANTITY_WRONG.get().to_owned(),
        NumberFault::TooPrecise => fault::QUANTITY_WHOLE.get().to_owned(),
        other => amount_words(other),
    }
}

/// What is wrong with a weight that was typed, in whichever unit.
pub fn weight_words(of: NumberFault) -> String {
    match of {
        NumberFault::TooPrecise => fault::WEIGHT_WHOLE.get().to_owned(),
        other => quantity_words(other),
    }
}

/// What is wrong with a price that was typed.
pub fn price_words(of: NumberFault) -> String {
    match of {
        NumberFault::Empty => fault::PRICE_MISSING.get().to_owned(),
        NumberFault::NotANumber | NumberFault::TooPrecise => fault::PRICE_WRONG.get().to_owned(),
        other => amount_words(other),
    }
}

fn rejected(of: &Rejection) -> String {
    let phrase = match of {
        Rejection::Content(_) => refused::INCOMPLETE,
        Rejection::NeedsUpdate => refused::NEEDS_UPDATE,
        Rejection::NotConfirmed => refused::NOT_CONFIRMED,
        Rejection::AlreadyConfirmed => refused::ALREADY_CONFIRMED,
        Rejection::OrderClosed => refused::CLOSED,
        Rejection::OnHold => refused::ON_HOLD,
        Rejection::NotOnHold => refused::NOT_ON_HOLD,
        Rejection::AlreadyShipped => refused::SHIPPED,
        Rejection::NotShipped => refused::NOT_SHIPPED,
        Rejection::AlreadyDelivered => refused::DELIVERED,
        Rejection::AlreadyCompleted => refused::COMPLETED,
        Rejection::NotDelivered => refused::NOT_DELIVERED,
        Rejection::NotPaid => refused::NOT_PAID,
        Rejection::PaymentUnverified => refused::UNVERIFIED,
        Rejection::RefundDue => refused::REFUND_DUE,
        Rejection::NothingOwed => refused::NOTHING_OWED,
        Rejection::Amount => refused::AMOUNT,
        Rejection::RefundTooLarge => refused::REFUND_TOO_LARGE,
        Rejection::NoSuchPayment => refused::NO_PAYMENT,
        Rejection::NoSuchParcel => refused::NO_PARCEL,
        Rejection::Quantities => refused::QUANTITIES,
        Rejection::ReasonMissing => fault::REASON_MISSING,
        Rejection::TextTooLong(most) => return refused::too_long(*most),
        Rejection::CarrierMissing => fault::CARRIER_MISSING,
        Rejection::DeadlinePassed => fault::DATE_PAST,
        Rejection::PaymentRecorded => refused::PAYMENT_RECORDED,
        Rejection::NotPaidFirst => refused::NOT_PAID_FIRST,
        Rejection::RuleActed => refused::RULE_ACTED,
        Rejection::LabelMissing => refused::LABEL_MISSING,
        Rejection::NothingChanged => refused::NOTHING_CHANGED,
        Rejection::NoSuchConflict => refused::NO_CONFLICT,
    };
    phrase.get().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_refused_by_its_own_name() {
        for of in [NumberFault::Empty, NumberFault::Zero, NumberFault::NotANumber, NumberFault::TooPrecise] {
            assert_ne!(quantity_words(of), amount_words(of), "{of:?}");
        }
        assert_ne!(weight_words(NumberFault::TooPrecise), quantity_words(NumberFault::TooPrecise));
        for of in [NumberFault::Empty, NumberFault::NotANumber, NumberFault::TooPrecise] {
            assert_ne!(price_words(of), amount_words(of), "{of:?}");
        }
    }
}
