//! What was marked by mistake is taken back: delivered, completed, handed over; and what another tablet did meanwhile.

use domain::order::{Command, Delivery, Rejection, Status, VoidReason};
use uuid::Uuid;

use crate::stall::*;

fn mistake(mark: Uuid) -> Command {
    Command::TakeBack(mark, "marked by mistake".into())
}
fn id_at(stall: &Stall, tablet: Tablet, at: Option<usize>) -> Uuid {
    stall.order(tablet).timeline[at.unwrap()].meta.id
}
fn delivered(stall: &Stall, tablet: Tablet) -> Uuid {
    id_at(stall, tablet, stall.order(tablet).delivered)
}
fn completed(stall: &Stall, tablet: Tablet) -> Uuid {
    id_at(stall, tablet, stall.order(tablet).completed)
}

/// Paid and on its way, known to both.
fn shipped() -> Stall {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship()).join(&[A, B]);
    stall
}

#[test]
fn delivered_by_mistake_is_on_its_way_again_and_can_be_delivered() {
    let mut stall = shipped();
    stall.a(Command::MarkDelivered);
    let mark = delivered(&stall, A);
    stall.a(mistake(mark)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Shipped);
    stall.assert_quiet();
    assert_eq!(stall.act(A, mistake(mark)), Err(Rejection::NothingChanged), "once");
    stall.b(Command::MarkDelivered).b(Command::Complete).join(&[A, B]);
    assert_eq!(stall.status(), Status::Completed);
}

#[test]
fn completed_by_mistake_is_delivered_again() {
    let mut stall = shipped();
    stall.a(Command::MarkDelivered).a(Command::Complete);
    let (arrived, done) = (delivered(&stall, A), completed(&stall, A));
    assert_eq!(stall.act(A, mistake(arrived)), Err(Rejection::AlreadyCompleted), "one after the other");
    stall.a(mistake(done)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Delivered);
    stall.a(mistake(arrived)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Shipped);
    stall.assert_quiet();
}

#[test]
fn handed_over_by_mistake_is_there_again_with_what_completed_it() {
    let mut pick_up = two_teapots();
    pick_up.content.delivery = Delivery::PickUp;
    let mut stall = Stall::with(pick_up);
    stall.a(cash(100_00)).a(Command::HandOver(None));
    assert_eq!(stall.order(A).status(), Status::Completed);
    let parcel = stall.parcel(A, 0);
    stall.a(mistake(parcel)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Paid);
    assert_eq!(stall.order(B).unshipped(), [(1, 2)]);
    stall.assert_quiet();
}

#[test]
fn a_reason_is_given() {
    let mut stall = shipped();
    stall.a(Command::MarkDelivered);
    let mark = delivered(&stall, A);
    assert_eq!(stall.act(A, Command::TakeBack(mark, " ".into())), Err(Rejection::ReasonMissing));
    assert_eq!(stall.act(A, mistake(Uuid::nil())), Err(Rejection::NothingChanged));
}

#[test]
fn what_another_tablet_says_of_the_same_stands() {
    for (_, stall) in either_way(&shipped(), |stall| {
        stall.a(Command::MarkDelivered).b(Command::MarkDelivered);
        let mark = delivered(stall, A);
        stall.a(mistake(mark));
    }) {
        assert_eq!(stall.status(), Status::Delivered, "B saw it arrive");
        assert_eq!(stall.inbox(), []);
    }
}

#[test]
fn who_completed_believing_in_the_mistake_did_not() {
    let mut stall = shipped();
    stall.a(Command::MarkDelivered).join(&[A, B]);
    for (_, stall) in either_way(&stall, |stall| {
        let mark = delivered(stall, A);
        stall.a(mistake(mark)).b(Command::Complete);
    }) {
        assert_eq!(stall.status(), Status::Shipped);
        assert_eq!(stall.voided(), [VoidReason::NotAllowed], "and the timeline says so");
    }
}

#[test]
fn both_completed_and_one_took_it_back() {
    let mut stall = shipped();
    stall.a(Command::MarkDelivered).join(&[A, B]);
    for (_, stall) in either_way(&stall, |stall| {
        stall.a(Command::Complete).b(Command::Complete);
        let mark = completed(stall, A);
        stall.a(mistake(mark));
    }) {
        assert_eq!(stall.status(), Status::Completed, "B meant it");
    }
}

#[test]
fn a_second_parcel_marked_by_mistake_leaves_the_first_where_it_arrived() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship_part(&[(1, 2)]));
    stall.record(A, domain::Event::Order(domain::order::OrderEvent::Delivered(Default::default())));
    stall.a(ship()).a(Command::MarkDelivered);
    let mark = delivered(&stall, A);
    stall.a(mistake(mark)).join(&[A, B]);
    let order = stall.order(A);
    assert_eq!(stall.status(), Status::Shipped);
    assert!(order.has_arrived(&order.parcels[0]) && !order.has_arrived(&order.parcels[1]));
}
