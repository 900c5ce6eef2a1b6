//! What the form and its preview say of an order, in words.

use domain::order::{BuyerField, Delivery, LineField, Rejection, Terms};
use domain::text::MAX_LINES;

use super::model::{Fault, Locked, Place, Short};
use crate::features::order::{appearance, refusal};
use crate::session::ActFault;
use crate::text::{Currency, Phrase, delivery, fault, method, new_order};
use crate::ui::{Choice, Glyph};

/// What is wrong at a place, and what to do.
pub fn fault_words(place: Place, wrong: Fault, currency: Currency) -> String {
    let said = |phrase: Phrase| phrase.get().to_owned();
    match (place, wrong) {
        (_, Fault::TooLong(most)) => fault::too_long(most),
        (Place::Items, Fault::TooMany) => new_order::too_many(MAX_LINES),
        (Place::Items, _) => said(fault::NO_ITEMS),
        (Place::Total, _) => said(fault::TOO_MUCH_ONE_ORDER),
        (Place::Item(_, LineField::Quantity), Fault::Missing) => said(fault::QUANTITY_MISSING),
        (Place::Item(_, LineField::Quantity), Fault::Zero) => said(fault::QUANTITY_ZERO),
        (Place::Item(_, LineField::Quantity), Fault::NotANumber) => said(fault::QUANTITY_WRONG),
        (Place::Item(_, LineField::Quantity), Fault::TooPrecise) => said(new_order::QUANTITY_WHOLE),
        (Place::Item(_, LineField::Price), Fault::Missing) => said(fault::PRICE_MISSING),
        (Place::Item(_, LineField::Price), Fault::NotANumber) => said(fault::PRICE_WRONG),
        (Place::Item(..), Fault::Missing) => said(fault::ITEM_MISSING),
        (Place::Buyer(BuyerField::Name), _) => said(fault::NAME_TO_SHIP),
        (Place::Buyer(BuyerField::Phone), _) => said(fault::PHONE_TO_SHIP),
        (Place::Buyer(BuyerField::Address), _) => said(fault::ADDRESS_TO_SHIP),
        (_, Fault::TooLarge | Fault::TooMany) => said(fault::NUMBER_TOO_LARGE),
        (_, Fault::TooPrecise) if currency.exponent == 0 => new_order::no_places(currency.name.get()),
        (_, Fault::TooPrecise) => new_order::places(currency.exponent),
        (Place::Deposit, Fault::MoreThanThereIs) => said(new_order::DEPOSIT_TOO_MUCH),
        (_, Fault::MoreThanThereIs) => said(new_order::DISCOUNT_TOO_MUCH),
        (_, Fault::Missing) => said(fault::AMOUNT_MISSING),
        (_, Fault::NotANumber) => said(fault::AMOUNT_WRONG),
        (_, Fault::Zero) => said(fault::AMOUNT_ZERO),
        (_, Fault::Negative) => said(fault::BELOW_ZERO),
        (_, Fault::OtherCurrency) => said(fault::OTHER_CURRENCY),
        (_, Fault::Ambiguous) => said(fault::AMBIGUOUS),
    }
}

/// Why it was not confirmed. What was typed is still there.
pub fn act_fault(refused: &ActFault) -> Phrase {
    match refused {
        ActFault::Rejected(Rejection::NothingChanged) => new_order::NOTHING_CHANGED,
        ActFault::Rejected(Rejection::AlreadyConfirmed) => new_order::CONFIRMED_ALREADY,
        ActFault::Rejected(Rejection::AlreadyShipped) => new_order::HAS_SHIPPED,
        ActFault::Rejected(Rejection::OrderClosed) => new_order::IS_CLOSED,
        ActFault::Rejected(Rejection::NeedsUpdate) => new_order::NEEDS_UPDATE,
        other => refusal::not_saved(other),
    }
}

/// Why an order cannot be edited.
pub fn locked(why: Locked) -> Phrase {
    match why {
        Locked::NeedsUpdate => new_order::NEEDS_UPDATE,
        Locked::Closed => new_order::IS_CLOSED,
        Locked::Shipped => new_order::HAS_SHIPPED,
    }
}

/// How the goods reach the buyer.
pub fn delivery_name(way: Delivery) -> Phrase {
    match way {
        Delivery::HandOver => delivery::HAND_OVER,
        Delivery::PickUp => delivery::PICK_UP,
        Delivery::Ship => delivery::SHIP,
    }
}

/// Its key in the form's radios.
pub fn delivery_key(way: Delivery) -> &'static str {
    match way {
        Delivery::HandOver => "hand_over",
        Delivery::PickUp => "pick_up",
        Delivery::Ship => "ship",
    }
}

/// The ways, to choose from.
pub const DELIVERIES: [Delivery; 3] = [Delivery::HandOver, Delivery::PickUp, Delivery::Ship];

/// The radios of delivery.
pub fn delivery_choices() -> Vec<Choice> {
    let glyph = |way| match way {
        Delivery::HandOver => Glyph::Hand,
        Delivery::PickUp => Glyph::Bag,
        Delivery::Ship => Glyph::Truck,
    };
    DELIVERIES.map(|way| Choice::new(delivery_key(way), delivery_name(way)).with(glyph(way))).into()
}

/// When the buyer pays.
pub fn terms_name(terms: Terms) -> Phrase {
    match terms {
        Terms::Prepaid => new_order::PREPAID,
        Terms::Credit => method::CREDIT,
        Terms::CashOnDelivery => method::COD,
    }
}

/// Its key in the form's list.
pub fn terms_key(terms: Terms) -> &'static str {
    match terms {
        Terms::Prepaid => "prepaid",
        Terms::Credit => "credit",
        Terms::CashOnDelivery => "cash_on_delivery",
    }
}

/// The terms to choose from: only a carrier can take cash on delivery.
pub fn terms_of(way: Delivery) -> &'static [Terms] {
    match way {
        Delivery::Ship => &[Terms::Prepaid, Terms::Credit, Terms::CashOnDelivery],
        Delivery::HandOver | Delivery::PickUp => &[Terms::Prepaid, Terms::Credit],
    }
}

/// What there is too little of, beside its line.
pub fn short_here(short: &Short) -> String {
    if short.free <= 0 {
        new_order::NONE_LEFT.get().to_owned()
    } else {
        new_order::only(&appearance::quantity(short.free, short.unit))
    }
}

/// The same among others.
pub fn short_of(short: &Short) -> String {
    let quantity = |amount| appearance::quantity(amount, short.unit);
    new_order::short_of(&short.item, &quantity(short.asked), &quantity(short.free.max(0)))
}
