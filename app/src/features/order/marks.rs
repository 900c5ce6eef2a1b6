//! What stands for a state, a badge, a way to pay, a way to deliver: its picture, its colour, its word.

use crate::features::shop_lists;
use domain::order::{self, Delivery, Method, Status, Summary, Terms, Unit};
use domain::shop::list::List;

use crate::text::order_page::{page, told};
use crate::text::{self, Currency, Phrase, badge, delivery, method, state};
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

/// How much, of a line: pieces are a bare number.
pub fn quantity(amount: i64, unit: Unit) -> String {
    match unit {
        Unit::Piece => amount.to_string(),
        Unit::Gram => page::grams(amount),
    }
}

/// A unit price as it stands in a table.
pub fn unit_price(price: i64, unit: Unit, currency: Currency) -> String {
    match unit {
        Unit::Piece => currency.plain(price),
        Unit::Gram => page::per_kilogram(&currency.plain(price)),
    }
}

/// The shop's day as texts write it.
pub fn day(of: domain::Day) -> text::Day {
    text::Day { year: of.year.into(), month: of.month.into(), day: of.day.into() }
}
