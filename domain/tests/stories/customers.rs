//! Whose an order is, and what becomes of it when its buyer asks to be forgotten.

use domain::Event;
use domain::contact::ContactEvent;
use domain::customer::{Posting, debt_book};
use domain::order::{Command, Rejection, Status, Terms};
use uuid::Uuid;

use crate::stall::*;

const WANG: Uuid = Uuid::from_u128(0x3a9);
const LI: Uuid = Uuid::from_u128(0x11);

#[test]
fn whose_an_order_is_may_be_said_in_any_state() {
    let mut stall = Stall::open();
    stall.a(sell(two_teapots(), 100_00)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Completed);
    stall.a(Command::SetCustomer(Some(WANG))).join(&[A, B]);
    assert_eq!(stall.order(B).customer.value, Some(WANG));
    assert_eq!(stall.act(B, Command::SetCustomer(Some(WANG))), Err(Rejection::NothingChanged));
    stall.b(Command::SetCustomer(None)).join(&[A, B]);
    assert_eq!(stall.order(A).customer.value, None);
    stall.assert_quiet();
}

#[test]
fn saying_whose_it_is_disputes_no_parcel_but_two_customers_are_a_conflict() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).join(&[A, B]);
    for (_, joined) in either_way(&stall, |stall| {
        stall.a(ship()).b(Command::SetCustomer(Some(WANG)));
    }) {
        assert_eq!((joined.status(), joined.order(A).customer.value), (Status::Shipped, Some(WANG)));
        joined.assert_quiet();
    }
    for (_, joined) in either_way(&stall, |stall| {
        stall.a(Command::SetCustomer(Some(WANG))).b(Command::SetCustomer(Some(LI)));
    }) {
        assert_eq!(joined.inbox().len(), 1);
    }
}

#[test]
fn an_order_forgets_its_buyer_whoever_wrote_meanwhile() {
    let stall = Stall::with(parcel_for_wang());
    for (_, joined) in either_way(&stall, |stall| {
        stall.a(Command::EraseBuyer);
        stall.b_edits(|form| form.buyer.address = "北京路2号".into());
    }) {
        let order = joined.order(A);
        assert!(order.erased && order.buyer().is_empty());
        assert_eq!((order.total(), joined.status()), (130_00, Status::AwaitingPayment));
        let told =
            |event: &Event| matches!(event, Event::Contact(ContactEvent::Recorded(_) | ContactEvent::Changed(_)));
        assert!(!order.timeline.iter().any(|entry| told(&entry.event)), "not even the timeline tells");
        joined.assert_quiet();
    }
}

#[test]
fn it_is_the_same_whether_the_bodies_are_gone_or_not() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a_edits(|form| form.buyer.phone = "13900139000".into());
    stall.b_edits(|form| form.buyer.phone = "13700137000".into());
    stall.join(&[A, B]);
    assert_eq!(stall.inbox().len(), 1);
    stall.a(Command::EraseBuyer).join(&[A, B]);
    stall.assert_quiet();
    let here = stall.order(A);
    let mut server = stall.clone();
    server.erase_buyer();
    let there = server.order(A);
    assert_eq!((here.buyer(), here.summary(), here.conflicts), (there.buyer(), there.summary(), there.conflicts));
}

#[test]
fn who_comes_back_is_written_down_as_new() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(Command::EraseBuyer).join(&[A, B]);
    stall.b_edits(|form| form.buyer = wang()).join(&[A, B]);
    let order = stall.order(A);
    assert_eq!((order.buyer(), order.erased), (wang(), false));
    stall.a(Command::EraseBuyer).join(&[A, B]);
    assert!(stall.order(B).buyer().is_empty());
    stall.a(Command::EraseBuyer).assert_quiet();
}

#[test]
fn the_debt_book_ends_with_the_balance() {
    let mut stall = Stall::with(two_teapots().on(Terms::Credit));
    stall.a(cash(30_00)).join(&[A, B]);
    let order = stall.order(A);
    let book = debt_book([&order], []);
    let lines: Vec<_> = book.iter().map(|posted| (posted.amount, posted.balance)).collect();
    assert_eq!(lines, [(100_00, 100_00), (-30_00, 70_00)]);
    assert!(matches!(book[1].posting, Posting::Payment(_)));
    assert_eq!(book.last().map(|posted| posted.balance), Some(order.balance()));
    stall.a(Command::VoidPayment(stall.payment(A, 0), "typed wrong".into())).join(&[A, B]);
    assert_eq!(debt_book([&stall.order(A)], []).last().map(|posted| posted.balance), Some(100_00));
}
