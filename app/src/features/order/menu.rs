//! What can be done with an order now: which acts there are, and which is the main one.

use domain::order::{Command, Delivery, Method, NewPayment, Order, PaymentState, Rejection, Status};
use leptos::prelude::With;
use uuid::Uuid;

use crate::session::Session;
use crate::text::order_page::page;
use crate::text::{Phrase, order, payment, remind, templates};
use crate::ui::Glyph;

/// An act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAction {
    /// A payment arrived.
    Verify(Uuid),
    /// Money was taken.
    Pay,
    /// Goods go to a carrier.
    Ship,
    /// All goods go to the buyer.
    HandOver,
    /// Some of them.
    PartHandOver,
    /// Every parcel arrived.
    MarkDelivered,
    /// Nothing is left to do.
    Complete,
    /// Money was given back.
    Refund,
    /// Off hold.
    Release,
    /// Change it.
    Edit,
    /// Make another one like it.
    Copy,
    /// Keep it as a template.
    Template,
    /// Write to the buyer.
    Remind,
    /// Move the deadline.
    Extend,
    /// On hold.
    Hold,
    /// A cancelled order goes on.
    Revive,
    /// Cancel.
    Cancel,
    /// Throw the draft away.
    Discard,
}

impl OrderAction {
    /// Its name and its picture.
    pub fn face(self) -> (Phrase, Glyph) {
        match self {
            Self::Verify(_) => (payment::ARRIVED, Glyph::Check),
            Self::Pay => (order::RECORD_PAYMENT, Glyph::Cash),
            Self::Ship => (order::SHIP, Glyph::Truck),
            Self::HandOver => (order::HAND_OVER, Glyph::Hand),
            Self::PartHandOver => (page::PART_HAND_OVER, Glyph::Hand),
            Self::MarkDelivered => (order::MARK_DELIVERED, Glyph::Delivered),
            Self::Complete => (order::COMPLETE, Glyph::Completed),
            Self::Refund => (page::RECORD_REFUND, Glyph::Refund),
            Self::Release => (order::RELEASE, Glyph::Check),
            Self::Edit => (order::EDIT, Glyph::Edit),
            Self::Copy => (order::COPY, Glyph::Copy),
            Self::Template => (templates::SAVE_AS, Glyph::Copy),
            Self::Remind => (remind::REMIND, Glyph::Text),
            Self::Extend => (order::EXTEND, Glyph::Clock),
            Self::Hold => (order::HOLD, Glyph::OnHold),
            Self::Revive => (page::REVIVE, Glyph::Orders),
            Self::Cancel => (order::CANCEL, Glyph::Cancelled),
            Self::Discard => (page::DISCARD, Glyph::Cross),
        }
    }

    /// It puts an end to something.
    pub fn is_danger(self) -> bool {
        matches!(self, Self::Cancel | Self::Discard)
    }
}

/// A day, so that a deadline to ask with lies ahead.
const DAY_MS: i64 = 86_400_000;

/// Every act that the order allows, as the menu lists them.
pub fn allowed(order: &Order, session: Session, now_ms: i64) -> Vec<OrderAction> {
    if order.needs_update {
        return Vec::new();
    }
    let allows = |command: Command| session.allows(order, &command);
    let asks = || "?".to_owned();
    let balance = order.balance();
    let settings = session.settings();
    let leaves = |handing| settings.with(|settings| order.may_leave(handing, settings).map(|_| ()));
    // Without the payment verified the dialog opens and says so: that is where the person sees what to do.
    let ships = matches!(leaves(false), Ok(()) | Err(Rejection::PaymentUnverified));
    let hands_over = leaves(true).is_ok();
    let pieces = order.unshipped().iter().fold(0_i64, |sum, (_, quantity)| sum.saturating_add(*quantity));
    let open = order.cancelled.is_none() && order.discarded.is_none();
    let pay = NewPayment { method: Method::Cash, given: balance, deposit: false };
    let back = Command::RecordRefund { method: Method::Cash, amount: balance.saturating_neg(), reason: String::new() };

    let unverified = order.payments.iter().filter(|it| it.state == PaymentState::Unverified);
    let mut acts: Vec<OrderAction> = unverified.map(|it| OrderAction::Verify(it.id)).collect();
    let mut offer = |act: OrderAction, is_allowed: bool| {
        if is_allowed {
            acts.push(act);
        }
    };
    // Of a draft the counter takes parts; here it is confirmed first, so that change is counted.
    offer(OrderAction::Pay, order.confirmed.is_some() && allows(Command::RecordPayment(pay)));
    offer(OrderAction::Ship, ships);
    offer(OrderAction::HandOver, hands_over);
    offer(OrderAction::PartHandOver, hands_over && pieces > 1);
    offer(OrderAction::MarkDelivered, allows(Command::MarkDelivered));
    offer(OrderAction::Complete, allows(Command::Complete));
    offer(OrderAction::Refund, allows(back));
    offer(OrderAction::Release, allows(Command::Release));
    offer(OrderAction::Edit, open && !order.any_shipped());
    offer(OrderAction::Copy, true);
    offer(OrderAction::Template, true);
    offer(OrderAction::Remind, matches!(order.status(), Status::AwaitingPayment | Status::PartPaid));
    offer(OrderAction::Extend, allows(Command::Extend { due_ms: now_ms.saturating_add(DAY_MS) }));
    offer(OrderAction::Hold, allows(Command::Hold(asks())));
    offer(OrderAction::Revive, allows(Command::Revive));
    offer(OrderAction::Cancel, allows(Command::Cancel(asks())));
    offer(OrderAction::Discard, allows(Command::Discard));
    acts
}

/// The one main act: what usually comes next.
pub fn main(order: &Order, allowed: &[OrderAction]) -> Option<OrderAction> {
    let ways: [OrderAction; 2] = match order.delivery.value {
        Delivery::Ship => [OrderAction::Ship, OrderAction::HandOver],
        Delivery::HandOver | Delivery::PickUp => [OrderAction::HandOver, OrderAction::Ship],
    };
    let [way, other] = ways;
    let next: &[OrderAction] = match order.status() {
        Status::Draft => &[OrderAction::Edit],
        Status::AwaitingPayment | Status::PartPaid => &[way, other, OrderAction::Pay],
        Status::Paid | Status::PartShipped => &[OrderAction::Refund, way, other, OrderAction::Pay],
        Status::Shipped => &[OrderAction::MarkDelivered],
        Status::Delivered => &[OrderAction::Pay, OrderAction::Refund, OrderAction::Complete],
        Status::OnHold => &[OrderAction::Release],
        // Nothing is left to do: another order like it is no next step, and stands outlined.
        Status::Cancelled | Status::Completed | Status::Closed => &[OrderAction::Refund],
    };
    next.iter().copied().find(|act| allowed.contains(act))
}

/// The act that stands out beside the main one.
pub fn second(allowed: &[OrderAction], main: Option<OrderAction>) -> Option<OrderAction> {
    [OrderAction::Edit, OrderAction::Copy]
        .into_iter()
        .find(|act| allowed.contains(act) && (*act == OrderAction::Edit || main.is_none()))
        .filter(|act| main != Some(*act))
}
