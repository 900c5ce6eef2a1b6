//! Money that was taken for a draft: a part of a payment at the counter is a fact, whatever becomes of the cart.

use domain::order::{Badge, Command, ConflictKind, Delivery, Method, NewPayment, Rejection, Status, VoidReason};

use crate::stall::*;

/// A cart of 100.00 that both tablets know, of which 28.00 was taken by WeChat.
fn cart() -> Stall {
    let mut form = two_teapots();
    form.content.parked = true;
    let mut stall = Stall::with_draft(form);
    stall.a(wechat(28_00)).join(&[A, B]);
    stall
}

/// What sells the draft, the rest paid in cash.
fn sold(given: i64) -> Command {
    let payments = vec![NewPayment { method: Method::Cash, given, deposit: false }];
    let payments = if given > 0 { payments } else { Vec::new() };
    Command::Confirm { new: None, copied_from: None, payments, handed_over: true }
}

fn wechat_back(amount: i64) -> Command {
    Command::RecordRefund { method: Method::WechatPay, amount, reason: String::new() }
}

#[test]
fn a_part_is_on_the_other_tablet_and_only_the_rest_is_asked_for() {
    let mut stall = cart();
    let order = stall.order(B);
    assert_eq!((order.status(), order.received(), order.balance()), (Status::Draft, 28_00, 72_00));
    assert_eq!(order.summary().received(), 28_00);
    assert_eq!(stall.act(B, sold(71_99)), Err(Rejection::NotPaid));
    stall.b(sold(100_00)).join(&[A, B]);
    let order = stall.order(A);
    assert_eq!((order.status(), order.paid(), order.balance()), (Status::Completed, 100_00, 0));
    assert_eq!(order.payments[1].body.tendered, Some(100_00), "28.00 is change: the part counts once");
    stall.assert_quiet();
}

#[test]
fn the_rest_goes_on_credit_or_is_paid_when_it_is_shipped_later() {
    let mut stall = cart();
    stall.a_edits(|form| form.content.terms = domain::order::Terms::Credit);
    stall.a(sold(0));
    assert_eq!((stall.order(A).status(), stall.order(A).balance()), (Status::Delivered, 72_00));
    let mut stall = cart();
    stall.a_edits(|form| (form.content.delivery, form.buyer) = (Delivery::Ship, wang()));
    stall.a(confirm_draft());
    assert_eq!((stall.order(A).status(), stall.order(A).balance()), (Status::PartPaid, 72_00));
    assert_eq!(stall.act(A, ship()), Err(Rejection::NotPaid));
}

#[test]
fn more_was_taken_than_is_due_and_goes_back_before_the_sale() {
    let mut stall = cart();
    stall.a_edits(|form| form.content.lines[0].price = 10_00);
    assert_eq!(stall.badges(), [Badge::RefundDue, Badge::Overpaid, Badge::Unverified]);
    assert_eq!(stall.act(A, sold(0)), Err(Rejection::RefundDue));
    assert_eq!(stall.act(A, wechat_back(8_01)), Err(Rejection::RefundTooLarge));
    stall.a(wechat_back(8_00)).a(sold(0));
    let order = stall.order(A);
    assert_eq!((order.status(), order.received(), order.balance()), (Status::Completed, 20_00, 0));
    stall.a(Command::Undo("typed wrong".into()));
    let order = stall.order(A);
    assert_eq!((order.status(), order.received(), order.paid()), (Status::Closed, 0, 28_00));
}

#[test]
fn a_cart_with_money_that_is_cleared_owes_it() {
    let mut stall = cart();
    stall.a(Command::Discard).join(&[A, B]);
    let order = stall.order(B);
    assert_eq!((order.status(), order.balance(), order.summary().received()), (Status::Cancelled, -28_00, 28_00));
    assert_eq!(stall.badges(), [Badge::RefundDue, Badge::Unverified]);
    assert_eq!(stall.act(B, cash(1)), Err(Rejection::OrderClosed));
    stall.b(wechat_back(28_00)).join(&[A, B]);
    let order = stall.order(A);
    assert_eq!((order.status(), order.balance(), order.summary().received()), (Status::Closed, 0, 0));
}

#[test]
fn a_part_typed_by_mistake_is_void_and_says_why() {
    let mut stall = cart();
    let part = stall.payment(A, 0);
    assert_eq!(stall.act(A, Command::VoidPayment(part, String::new())), Err(Rejection::ReasonMissing));
    stall.a(Command::VoidPayment(part, "typed wrong".into())).join(&[A, B]);
    let order = stall.order(B);
    assert_eq!((order.received(), order.balance(), order.payments.len()), (0, 100_00, 1));
}

#[test]
fn a_part_taken_stands_against_clearing_the_cart_unknowing() {
    for (_, stall) in either_way(&cart(), |stall| {
        stall.a(cash(30_00)).b(Command::Discard).b(wechat_back(28_00));
    }) {
        let order = stall.order(A);
        assert_eq!((order.status(), order.received(), order.balance()), (Status::Draft, 30_00, 70_00));
        assert_eq!(stall.voided(), [VoidReason::PaymentStands]);
    }
}

#[test]
fn a_part_taken_here_and_the_whole_sold_there_both_stand() {
    for (_, stall) in either_way(&cart(), |stall| {
        stall.a(cash(30_00)).b(sold(72_00));
    }) {
        let order = stall.order(A);
        assert_eq!((order.paid(), order.balance()), (130_00, -30_00));
        assert_eq!(stall.inbox(), [ConflictKind::PaidTwice]);
        assert!(stall.badges().contains(&Badge::RefundDue));
    }
    // Less was taken there than is due now: the rest is due.
    for (_, stall) in either_way(&cart(), |stall| {
        let part = stall.payment(A, 0);
        stall.a(Command::VoidPayment(part, "typed wrong".into())).b(sold(72_00));
    }) {
        assert_eq!(stall.order(A).balance(), 28_00);
    }
}

#[test]
fn a_cart_with_money_sold_on_both_counts_all_the_money() {
    for (_, stall) in either_way(&cart(), |stall| {
        stall.a(sold(72_00)).b(sold(72_00));
    }) {
        assert_eq!((stall.order(A).paid(), stall.order(A).balance()), (172_00, -72_00));
        assert_eq!(stall.inbox(), [ConflictKind::PaidTwice, ConflictKind::ShippedTwice]);
    }
}

#[test]
fn money_goes_back_the_way_it_came_the_last_first() {
    use Method::{Alipay, Cash, WechatPay};
    let mut stall = cart();
    let alipay = NewPayment { method: Alipay, given: 20_00, deposit: false };
    stall.a(cash(10_00)).a(Command::RecordPayment(alipay)).a(wechat(12_00));
    let ways = |stall: &Stall, amount| stall.order(A).ways_back(amount);
    assert_eq!(ways(&stall, 70_00), [(WechatPay, 40_00), (Alipay, 20_00), (Cash, 10_00)]);
    assert_eq!(ways(&stall, 45_00), [(WechatPay, 40_00), (Alipay, 5_00)]);
    assert_eq!(ways(&stall, 99_00).iter().map(|(_, amount)| amount).sum::<i64>(), 70_00, "no more than is held");
    stall.a(Command::Discard).a(give_back(15_00));
    assert_eq!(ways(&stall, 55_00), [(WechatPay, 35_00), (Alipay, 20_00)], "cash for what came otherwise");
    assert!(ways(&Stall::with(two_teapots()), 5_00).is_empty());
}
