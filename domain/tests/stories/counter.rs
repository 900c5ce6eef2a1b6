//! The counter and the shop's rules: split payment, a sale taken back, labels, what a rule may do, and what an order
//! takes of the stock.

use domain::order::{Command, Method, NewPayment, OrderEvent, Rejection, Status, StockUse};
use domain::{Event, order::VoidReason};
use uuid::Uuid;

use crate::stall::*;

const RULE: Uuid = Uuid::from_u128(0x2ce);
const TEAPOT: Uuid = Uuid::from_u128(0x7ea);

fn by_rule(command: Command) -> Command {
    Command::ByRule(RULE, Box::new(command))
}

fn teapots_of_stock() -> Form {
    let mut form = two_teapots();
    form.content.lines[0].product = Some(TEAPOT);
    form.content.lines[0].variant = 3;
    form
}

fn uses(stall: &Stall) -> Vec<(i64, i64)> {
    let uses = stall.order(A).stock_uses();
    assert!(uses.iter().all(|of: &StockUse| (of.product, of.variant) == (TEAPOT, 3)));
    uses.iter().map(|of| (of.reserved, of.left)).collect()
}

#[test]
fn a_sale_is_paid_in_parts_by_several_methods() {
    let mut stall = Stall::open();
    let pay = |method, given| NewPayment { method, given, deposit: false };
    let form = two_teapots();
    stall.a(Command::Confirm {
        new: Some((form.content, form.buyer)),
        copied_from: None,
        payments: vec![pay(Method::WechatPay, 60_00), pay(Method::Cash, 50_00)],
        handed_over: true,
    });
    let order = stall.order(A);
    assert_eq!((order.status(), order.paid(), order.balance()), (Status::Completed, 100_00, 0));
    assert_eq!(order.payments[1].body.tendered, Some(50_00), "the last ten of the cash go back as change");
}

#[test]
fn a_sale_is_taken_back_whole() {
    let mut stall = Stall::open();
    stall.a(sell(teapots_of_stock(), 100_00));
    assert_eq!(uses(&stall), [(0, 2)]);
    stall.a(Command::Undo("typed wrong".into()));
    let order = stall.order(A);
    assert_eq!((order.status(), order.paid(), order.balance()), (Status::Cancelled, 0, 0));
    assert_eq!(order.given_back(), 100_00, "all that was taken");
    assert_eq!(uses(&stall), [(0, 0)], "the goods are back");
    assert_eq!(stall.act(A, Command::Undo("again".into())), Err(Rejection::OrderClosed));
}

#[test]
fn what_went_to_a_carrier_is_no_sale_to_take_back() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship());
    assert_eq!(stall.act(A, Command::Undo("no".into())), Err(Rejection::AlreadyShipped));
}

#[test]
fn stock_is_reserved_from_confirmation_until_it_leaves_or_is_cancelled() {
    let mut draft = Stall::with_draft(teapots_of_stock());
    assert!(uses(&draft).is_empty(), "a draft promises nothing");
    draft.a(confirm_draft());
    assert_eq!(uses(&draft), [(2, 0)]);
    draft.a(cash(100_00)).a(Command::HandOver(Some(vec![(1, 1)])));
    assert_eq!(uses(&draft), [(1, 1)]);
    let mut cancelled = Stall::with(teapots_of_stock());
    cancelled.a(Command::Cancel("changed her mind".into()));
    assert!(uses(&cancelled).is_empty());
}

#[test]
fn labels_are_put_on_and_taken_off() {
    let mut stall = Stall::with(two_teapots());
    let label = |add: &[&str], remove: &[&str]| Command::Label {
        add: add.iter().map(|it| (*it).to_owned()).collect(),
        remove: remove.iter().map(|it| (*it).to_owned()).collect(),
    };
    stall.a(label(&["急", "gift"], &[])).a(label(&["late"], &["gift", "never there"]));
    assert_eq!(stall.order(A).labels, ["急", "late"]);
    assert_eq!(stall.act(A, label(&["late"], &[])), Err(Rejection::NothingChanged));
    assert_eq!(stall.act(A, label(&[" "], &[])), Err(Rejection::LabelMissing));
}

#[test]
fn a_rule_leaves_its_trace_and_never_cancels_where_money_is() {
    let mut stall = Stall::with(two_teapots());
    stall.a(by_rule(Command::Hold("checked by hand".into())));
    let order = stall.order(A);
    assert!(
        matches!(&order.timeline.last().unwrap().event, Event::Order(OrderEvent::Held(by)) if by.rule == Some(RULE))
    );
    stall.a(Command::Release).a(cash(1_00));
    let cancel = || by_rule(Command::Cancel("not paid".into()));
    assert_eq!(stall.act(A, cancel()), Err(Rejection::PaymentRecorded));
    assert!(stall.act(A, Command::Cancel("a person may".into())).is_ok());
}

#[test]
fn a_rule_on_two_tablets_acts_once_and_a_payment_stands_against_it() {
    let cancel = || by_rule(Command::Cancel("not paid".into()));
    for (_, stall) in either_way(&Stall::with(two_teapots()), |stall| {
        stall.a(cancel()).b(cancel());
    }) {
        assert_eq!(stall.order(A).status(), Status::Cancelled);
        assert_eq!(stall.voided(), [VoidReason::AlreadyDone]);
    }
    for (_, stall) in either_way(&Stall::with(two_teapots()), |stall| {
        stall.a(cancel()).b(cash(100_00));
    }) {
        assert_eq!(stall.order(A).status(), Status::Paid);
        assert_eq!(stall.voided(), [VoidReason::PaymentStands]);
    }
}
