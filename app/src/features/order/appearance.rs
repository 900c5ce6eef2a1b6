//! What stands for a state, a badge, a way to pay, a way to deliver: its picture, its colour, its word.

use crate::features::shop_lists;
use domain::order::{self, Delivery, Line, Method, Order, Status, Summary, Terms, Unit};
use domain::shop::list::List;
use domain::weight::WeightUnit;

use crate::text::order as words;
use crate::text::order_page::{page, told};
use crate::text::{Currency, Phrase, badge, delivery, method, state, weight};
use crate::ui::{Glyph, Tone};

/// A state: who acts next, what about, its name.
pub fn of_status(status: Status) -> (Tone, Glyph, Phrase) {
    match status {
        Status::Draft => (Tone::Rest, Glyph::Draft, state::DRAFT),
        Status::AwaitingPayment => (Tone::Owe, Glyph::AwaitingPayment, state::AWAITING_PAYMENT),
        Status::PartPaid => (Tone::Owe, Glyph::PartPaid, state::PART_PAID),
        Status::Paid => (Tone::Todo, Glyph::Paid, state::PAID),
        Status::PartShipped => (Tone::Todo, Glyph::PartShipped, state::PART_SHIPPED),
        Status::Shipped => (Tone::Way, Glyph::Shipped, state::SHIPPED),
        Status::Delivered => (Tone::Done, Glyph::Delivered, state::DELIVERED),
        Status::Completed => (Tone::Done, Glyph::Completed, state::COMPLETED),
        Status::OnHold => (Tone::Rest, Glyph::OnHold, state::ON_HOLD),
        Status::Cancelled => (Tone::Rest, Glyph::Cancelled, state::CANCELLED),
        Status::Closed => (Tone::Rest, Glyph::Closed, state::CLOSED),
    }
}

/// The state of an order: where its goods are to be picked up, a paid one is not to be shipped.
pub fn of_order(status: Status, delivery: Delivery) -> (Tone, Glyph, Phrase) {
    let (tone, glyph, phrase) = of_status(status);
    let waits = status == Status::Paid && delivery != Delivery::Ship;
    (tone, glyph, if waits { state::PAID_TO_PICK_UP } else { phrase })
}

/// A state as a narrow tab says it.
pub fn tab_name(status: Status) -> Phrase {
    if status == Status::Paid { state::PAID_TAB } else { of_status(status).2 }
}

/// A badge: who acts next, what about, its word.
pub fn of_badge(of: order::Badge) -> (Tone, Glyph, Phrase) {
    match of {
        order::Badge::Overdue => (Tone::Alarm, Glyph::Clock, badge::OVERDUE),
        order::Badge::RefundDue => (Tone::Owe, Glyph::Refund, badge::REFUND_DUE),
        order::Badge::Overpaid => (Tone::Owe, Glyph::Cash, badge::OVERPAID),
        order::Badge::Unverified => (Tone::Owe, Glyph::Code, badge::UNVERIFIED),
        order::Badge::NotSent => (Tone::Rest, Glyph::Pending, badge::NOT_SENT),
        order::Badge::Conflict => (Tone::Alarm, Glyph::Conflict, badge::CONFLICT),
        order::Badge::Oversold => (Tone::Alarm, Glyph::Warn, badge::OVERSOLD),
        order::Badge::NeedsUpdate => (Tone::Alarm, Glyph::Warn, page::NEEDS_UPDATE),
    }
}

/// What there is to say of an order's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// What it is.
    pub words: Phrase,
    /// How much, minor units; 0 where the words say it all.
    pub amount: i64,
}

/// What is owed, by whom; of a cancelled order that owes nothing, what went back.
pub fn due(order: &Order) -> Due {
    let balance = order.balance();
    let words = match balance {
        0 if order.cancelled.is_none() => words::PAID_UP,
        0 => {
            let amount = order.given_back();
            let words = if amount > 0 { words::REFUNDED } else { words::NOTHING_PAID };
            return Due { words, amount };
        }
        owed if owed > 0 => words::STILL_OWES,
        _ => words::TO_REFUND,
    };
    Due { words, amount: balance.saturating_abs() }
}

/// The badges of an order now, on this device.
pub fn badges(summary: &Summary, pending: bool, now_ms: i64) -> order::Badges {
    let mut badges = summary.badges;
    badges.set(order::Badge::Overdue, summary.due_ms.is_some_and(|due| due < now_ms));
    badges.set(order::Badge::NotSent, pending);
    badges
}

/// The name of a way to pay, as the shop or everybody calls it.
pub fn method_name(of: &Method) -> String {
    shop_lists::called(List::Method, of.key())
}

/// Its picture.
pub fn method_glyph(of: &Method) -> Glyph {
    match of {
        Method::Cash => Glyph::Cash,
        Method::Alipay | Method::WechatPay => Glyph::Code,
        Method::BankTransfer | Method::Other(_) => Glyph::Bank,
    }
}

/// How the goods reach the buyer.
pub fn delivery_name(of: Delivery) -> Phrase {
    match of {
        Delivery::HandOver => delivery::HAND_OVER,
        Delivery::PickUp => delivery::PICK_UP,
        Delivery::Ship => delivery::SHIP,
    }
}

/// When the buyer pays.
pub fn terms_name(of: Terms) -> Phrase {
    match of {
        Terms::Prepaid => told::PREPAID,
        Terms::Credit => method::CREDIT,
        Terms::CashOnDelivery => method::COD,
    }
}

/// How much, in the shop's unit of weight: pieces are a bare number.
pub fn quantity(amount: i64, unit: Unit) -> String {
    quantity_in(amount, unit, weight::shop())
}

/// How much, in a unit of weight.
pub fn quantity_in(amount: i64, unit: Unit, per: WeightUnit) -> String {
    match unit {
        Unit::Piece => amount.to_string(),
        Unit::Gram => weight::quantity(amount, per),
    }
}

/// How much of a line, in its own unit.
pub fn quantity_of(amount: i64, line: &Line) -> String {
    quantity_in(amount, line.unit, line.per)
}

/// A unit price as it stands in a table, in the shop's unit of weight.
pub fn unit_price(price: i64, unit: Unit, currency: Currency) -> String {
    price_in(price, unit, weight::shop(), currency)
}

/// The unit price of a line, in its own unit.
pub fn price_of(line: &Line, currency: Currency) -> String {
    price_in(line.price, line.unit, line.per, currency)
}

/// A unit price, in a unit of weight.
pub fn price_in(price: i64, unit: Unit, per: WeightUnit, currency: Currency) -> String {
    match unit {
        Unit::Piece => currency.plain(price),
        Unit::Gram => weight::per(&weight_price(price, per, currency), per),
    }
}

/// The price of a unit of weight, grouped as money is.
pub fn weight_price(of_kilogram: i64, per: WeightUnit, currency: Currency) -> String {
    let is_half = per == WeightUnit::Jin && of_kilogram % 2 != 0;
    let half = if is_half { "5" } else { "" };
    format!("{}{half}", currency.plain(if is_half { (of_kilogram - 1) / 2 } else { per.price(of_kilogram) }))
}
