//! One tablet: each row of the table of states, as a person meets it.

use domain::order::{
    Badge, Command, Delivery, LineChange, Method, NewPayment, Outcome, ParcelCorrected, PaymentState, Rejection,
    Status, Terms, Unit,
};

use crate::stall::*;

#[test]
fn three_taps_sell_from_the_counter() {
    let mut stall = Stall::open();
    stall.a(sell(two_teapots(), 120_00));
    let order = stall.order(A);
    assert_eq!(order.status(), Status::Completed);
    assert_eq!(order.number.as_ref().map(|n| n.0.as_str()), Some("261123-A7-0001"));
    assert_eq!((order.paid(), order.balance()), (100_00, 0));
    assert_eq!(order.payments[0].body.tendered, Some(120_00), "20.00 of change were given back");
    assert_eq!(stall.badges(), []);
}

#[test]
fn a_parcel_goes_its_whole_way() {
    let mut stall = Stall::with(parcel_for_wang());
    assert_eq!(stall.status(), Status::AwaitingPayment);
    assert_eq!(stall.order(A).due.value, Some(NOW + 2 * DAY));
    stall.a(cash(30_00)).join(&[A, B]);
    assert_eq!(stall.status(), Status::PartPaid);
    stall.a(cash(100_00)).join(&[A, B]);
    assert_eq!(stall.status(), Status::Paid);
    stall.a(ship_part(&[(1, 2)])).join(&[A, B]);
    assert_eq!(stall.status(), Status::PartShipped);
    assert_eq!(stall.order(B).unshipped(), [(2, 3)]);
    stall.b(ship()).join(&[A, B]);
    assert_eq!(stall.status(), Status::Shipped);
    stall.b(Command::MarkDelivered).join(&[A, B]);
    assert_eq!(stall.status(), Status::Delivered);
    stall.a(Command::Complete).join(&[A, B]);
    assert_eq!(stall.status(), Status::Completed);
    assert_eq!(stall.order(A).summary().tracking, "SF2 SF1");
    stall.assert_quiet();
}

#[test]
fn a_gift_of_price_zero_is_paid_from_the_start() {
    let mut gift = two_teapots();
    gift.content.lines[0].price = 0;
    assert_eq!(Stall::with(gift.clone()).status(), Status::Paid);
    let mut stall = Stall::open();
    stall.a(Command::Confirm {
        new: Some((gift.content, gift.buyer)),
        copied_from: None,
        payments: Vec::new(),
        handed_over: true,
    });
    assert_eq!(stall.order(A).status(), Status::Completed);
}

#[test]
fn c21_all_of_a_weighed_line_off_is_nothing_and_not_less() {
    let mut tea = two_teapots();
    let line = line(1, "Longjing", 2_250, 64_22);
    tea.content.lines = vec![domain::order::Line { unit: Unit::Gram, discount: 144_50, ..line }];
    assert_eq!(tea.content.total(), 0);
    assert_eq!(Stall::with(tea).status(), Status::Paid);
}

#[test]
fn c23_lines_discount_and_rounding_come_to_one_total_everywhere() {
    let mut order = two_teapots();
    order.content.lines = vec![line(1, "A", 3, 19_99), line(2, "B", 7, 2_33), line(3, "C", 1, 25_45)];
    (order.content.discount, order.content.rounding) = (10_17, 9);
    assert_eq!(order.content.total(), 91_47);
    let stall = Stall::with(order);
    assert_eq!(
        (stall.order(A).total(), stall.order(A).summary().total, stall.order(A).balance()),
        (91_47, 91_47, 91_47)
    );
}

#[test]
fn goods_by_weight_round_to_the_cent() {
    let mut tea = two_teapots();
    tea.content.lines = vec![domain::order::Line { unit: Unit::Gram, ..line(1, "Longjing", 333, 199_99) }];
    let stall = Stall::with(tea);
    assert_eq!(stall.order(A).total(), 66_60);
}

#[test]
fn discounts_and_rounding_come_off_the_total() {
    let mut form = two_teapots();
    form.content.lines[0].discount = 5_00;
    form.content.discount = 4_50;
    form.content.rounding = 50;
    assert_eq!(Stall::with(form).order(A).total(), 90_00);
}

#[test]
fn a_code_payment_counts_at_once_and_ships_once_verified() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(wechat(130_00));
    assert_eq!(stall.order(A).status(), Status::Paid);
    assert!(stall.badges().contains(&Badge::Unverified));
    assert_eq!(stall.act(A, ship()), Err(Rejection::PaymentUnverified));
    let payment = stall.payment(A, 0);
    stall.a(Command::VerifyPayment(payment)).a(ship());
    assert_eq!(stall.order(A).status(), Status::Shipped);
    assert_eq!(stall.badges(), []);
}

#[test]
fn the_setting_lets_an_unverified_payment_ship_and_handing_over_never_asks() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.settings.verify_before_shipping = false;
    stall.a(wechat(130_00)).a(ship());
    let mut counter = Stall::with(two_teapots());
    counter.a(wechat(100_00)).a(Command::HandOver(None));
    assert_eq!(counter.order(A).status(), Status::Completed);
}

#[test]
fn a_payment_that_did_not_arrive_stops_counting_and_another_takes_its_place() {
    let mut stall = Stall::with(two_teapots());
    stall.a(wechat(100_00));
    let payment = stall.payment(A, 0);
    stall.a(Command::RejectPayment(payment, "never came".into()));
    assert_eq!(stall.order(A).status(), Status::AwaitingPayment);
    stall.a(cash(100_00));
    let order = stall.order(A);
    assert_eq!(order.status(), Status::Paid);
    assert_eq!(order.payments[0].state, PaymentState::Rejected, "it stays to be seen");
}

#[test]
fn a_payment_voided_by_mistake_asks_for_the_money_again() {
    let mut stall = Stall::with(two_teapots());
    stall.a(cash(100_00));
    let payment = stall.payment(A, 0);
    stall.a(Command::VoidPayment(payment, "wrong order".into()));
    assert_eq!((stall.order(A).paid(), stall.order(A).balance()), (0, 100_00));
}

#[test]
fn more_than_asked_by_code_is_a_refund_due() {
    let mut stall = Stall::with(two_teapots());
    stall.a(wechat(110_00));
    let payment = stall.payment(A, 0);
    stall.a(Command::VerifyPayment(payment));
    assert_eq!(stall.badges(), [Badge::RefundDue, Badge::Overpaid]);
    assert_eq!(stall.act(A, Command::HandOver(None)), Err(Rejection::RefundDue));
    stall.a(give_back(10_00)).a(Command::HandOver(None));
    assert_eq!(stall.order(A).status(), Status::Completed);
}

#[test]
fn a_deposit_is_part_of_the_money() {
    let mut form = two_teapots();
    form.content.deposit = 20_00;
    let mut stall = Stall::with(form);
    stall.a(Command::RecordPayment(NewPayment { method: Method::Cash, given: 20_00, deposit: true }));
    assert_eq!((stall.order(A).status(), stall.order(A).balance()), (Status::PartPaid, 80_00));
}

#[test]
fn on_credit_it_leaves_unpaid_and_completes_when_paid() {
    let mut stall = Stall::with(two_teapots().on(Terms::Credit));
    assert_eq!(stall.order(A).due.value, None);
    stall.a(Command::HandOver(None));
    assert_eq!(stall.order(A).status(), Status::Delivered);
    assert_eq!(stall.act(A, Command::Complete), Err(Rejection::NotPaid));
    stall.a(cash(100_00));
    assert_eq!(stall.order(A).status(), Status::Completed, "handed over and paid: nothing is left to do");
}

#[test]
fn cash_on_delivery_ships_unpaid_and_is_paid_by_the_carrier() {
    let mut stall = Stall::with(parcel_for_wang().on(Terms::CashOnDelivery));
    stall.a(ship()).a(Command::MarkDelivered);
    assert_eq!(stall.act(A, Command::Complete), Err(Rejection::NotPaid));
    stall.a(cash(130_00));
    stall.a(Command::Complete);
    assert_eq!(stall.order(A).status(), Status::Completed);
}

#[test]
fn a_deadline_moves_and_is_shown_only_while_money_is_asked() {
    let mut stall = Stall::with(two_teapots());
    stall.a(Command::Extend { due_ms: NOW + 5 * DAY });
    assert_eq!(stall.order(A).summary().due_ms, Some(NOW + 5 * DAY));
    stall.a(cash(100_00));
    assert_eq!(stall.order(A).summary().due_ms, None);
}

#[test]
fn cancelled_before_any_payment() {
    let mut stall = Stall::with(two_teapots());
    stall.a(cancel());
    assert_eq!((stall.order(A).status(), stall.order(A).balance()), (Status::Cancelled, 0));
    assert_eq!(stall.badges(), []);
    stall.a(Command::Revive);
    assert_eq!(stall.order(A).status(), Status::AwaitingPayment);
}

#[test]
fn a_held_order_that_was_cancelled_is_not_held_any_more_when_it_goes_on() {
    let mut stall = Stall::with(two_teapots());
    stall.a(hold()).a(cancel()).a(Command::Revive);
    assert_eq!(stall.order(A).status(), Status::AwaitingPayment);
}

#[test]
fn cancelled_after_payment_gives_everything_back_and_is_closed() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(cancel());
    assert_eq!(stall.order(A).balance(), -130_00);
    assert!(stall.badges().contains(&Badge::RefundDue));
    assert_eq!(stall.act(A, ship()), Err(Rejection::OrderClosed));
    stall.a(give_back(100_00));
    assert_ne!(stall.order(A).status(), Status::Closed);
    stall.a(give_back(30_00));
    assert_eq!(stall.order(A).status(), Status::Closed);
    assert_eq!(stall.act(A, Command::Revive), Err(Rejection::OrderClosed));
}

#[test]
fn an_edit_before_shipping_asks_for_the_difference_or_owes_it() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00));
    stall.a_edits(|form| form.content.lines[1].quantity = 5);
    assert_eq!((stall.order(A).status(), stall.order(A).balance()), (Status::PartPaid, 20_00));
    assert_eq!(stall.act(A, ship()), Err(Rejection::NotPaid));
    stall.a_edits(|form| form.content.lines[1].quantity = 1);
    assert_eq!(stall.order(A).balance(), -20_00);
    assert_eq!(stall.act(A, ship()), Err(Rejection::RefundDue));
    stall.a(give_back(20_00)).a(ship());
    assert_eq!(stall.order(A).status(), Status::Shipped);
}

#[test]
fn a_line_comes_a_line_goes_a_line_changes() {
    let mut stall = Stall::with(two_teapots());
    stall.a_edits(|form| form.content.lines.push(line(77, "tray", 1, 20_00)));
    stall.a_edits(|form| {
        form.content.lines.remove(0);
        form.content.lines[0].spec = "bamboo".into();
        form.content.note = "gift wrap".into();
    });
    let order = stall.order(A);
    assert_eq!(order.active_lines().map(|l| (l.id, l.spec.as_str())).collect::<Vec<_>>(), [(77, "bamboo")]);
    assert_eq!((order.total(), order.note.value.as_str()), (20_00, "gift wrap"));
    stall.assert_quiet();
}

#[test]
fn on_hold_nothing_leaves_until_released() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship_part(&[(1, 1)])).a(hold());
    assert_eq!(stall.order(A).status(), Status::OnHold);
    assert_eq!(stall.act(A, ship()), Err(Rejection::OnHold));
    stall.a(Command::Release).a(ship());
    assert_eq!(stall.order(A).status(), Status::Shipped);
}

#[test]
fn a_wrong_tracking_number_is_put_right_and_stays_in_the_timeline() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship_as("SF-WRONG", None));
    let parcel = stall.parcel(A, 0);
    stall.a(Command::CorrectParcel(ParcelCorrected {
        parcel,
        carrier: None,
        tracking: Some(" SF-RIGHT ".into()),
        expected: None,
    }));
    let order = stall.order(A);
    assert_eq!((order.parcels[0].carrier.as_str(), order.parcels[0].tracking.as_str()), ("sf", "SF-RIGHT"));
    assert!(format!("{:?}", order.timeline).contains("SF-WRONG"));
}

#[test]
fn a_voided_parcel_did_not_leave() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship());
    let parcel = stall.parcel(A, 0);
    stall.a(Command::VoidParcel(parcel, "still here".into()));
    let order = stall.order(A);
    assert_eq!((order.status(), order.unshipped()), (Status::Paid, vec![(1, 2), (2, 3)]));
    assert_eq!(order.summary().tracking, "");
}

#[test]
fn what_leaves_after_delivery_has_not_arrived_yet() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a(cash(130_00)).a(ship_part(&[(1, 2)])).a(ship()).join(&[A, B]);
    let first = stall.parcel(A, 0);
    // A marks it as delivered while B finds one parcel still on the shelf.
    stall.a(Command::MarkDelivered).b(Command::VoidParcel(first, "still here".into())).join(&[A, B]);
    assert_eq!(stall.status(), Status::PartShipped);
    stall.a(ship());
    assert_eq!(stall.order(A).status(), Status::Shipped, "the new parcel is on its way");
    stall.a(Command::MarkDelivered);
    assert_eq!(stall.order(A).status(), Status::Delivered);
}

#[test]
fn a_draft_becomes_an_order_keeping_what_was_typed() {
    let mut stall = Stall::with_draft(two_teapots());
    assert_eq!((stall.status(), stall.order(A).number.clone()), (Status::Draft, None));
    let saved = stall.redraft(A, |form| {
        form.buyer = wang();
        form.content.delivery = Delivery::Ship;
    });
    stall.a(saved).a(confirm_draft());
    let order = stall.order(A);
    assert_eq!((order.status(), order.buyer(), order.total()), (Status::AwaitingPayment, wang(), 100_00));
    assert!(order.number.is_some());
}

#[test]
fn a_draft_may_vanish() {
    let mut stall = Stall::with_draft(two_teapots());
    stall.a(Command::Discard);
    assert_eq!(stall.order(A).status(), Status::Cancelled);
    assert_eq!(stall.act(A, confirm_draft()), Err(Rejection::OrderClosed));
}

#[test]
fn a_form_of_a_thousand_long_lines_is_confirmed_in_events_that_fit() {
    let mut form = two_teapots();
    form.content.lines =
        (1..=1_000).map(|id| domain::order::Line { note: "\"注\"".repeat(200), ..line(id, "茶", 1, 1) }).collect();
    let stall = Stall::with(form);
    let order = stall.order(B);
    assert_eq!((order.active_lines().count(), order.total()), (1_000, 10_00));
    assert!(order.timeline.len() > 10);
    stall.assert_quiet();
}

#[test]
fn an_event_of_tomorrow_makes_the_order_read_only() {
    let mut stall = Stall::with(two_teapots());
    stall.record(A, domain::Event::Unknown);
    assert!(stall.badges().contains(&Badge::NeedsUpdate));
    assert_eq!(stall.act(A, cash(100_00)), Err(Rejection::NeedsUpdate));
    assert_eq!(stall.order(A).total(), 100_00, "what is known is shown");
}

#[test]
fn an_erased_buyer_leaves_the_order_standing() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a_edits(|form| form.buyer.phone = "139".into()).a(cash(130_00)).join(&[A, B]);
    stall.erase_buyer();
    let order = stall.order(A);
    assert!(order.erased);
    assert_eq!(order.buyer(), Default::default());
    assert!(!format!("{order:?}").contains("王小明"));
    assert_eq!((order.status(), order.paid()), (Status::Paid, 130_00));
    assert!(order.timeline.iter().all(|entry| entry.outcome == Outcome::Applied));
}

#[test]
fn a_number_given_twice_is_given_anew() {
    let mut stall = Stall::with(two_teapots());
    stall.a(Command::Renumber);
    assert_eq!(stall.order(A).number.as_ref().map(|n| n.0.as_str()), Some("261123-A7-0002"));
}

#[test]
fn changing_a_line_that_is_gone_changes_nothing() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a_edits(|form| {
        form.content.lines.remove(1);
    });
    let change = domain::order::Change::Line(2, LineChange::Price(1));
    stall.record(
        A,
        domain::Event::Order(domain::order::OrderEvent::Edited(domain::order::Edited {
            changes: vec![change],
            settles: None,
            rule: None,
        })),
    );
    assert_eq!(stall.order(A).total(), 100_00);
}

#[test]
fn the_same_order_of_the_same_buyer_is_known() {
    let stall = Stall::with(parcel_for_wang());
    let row = stall.order(A).summary();
    let same = |change: &dyn Fn(&mut Form)| {
        let mut form = parcel_for_wang();
        change(&mut form);
        row.is_same(&form.content, &form.buyer)
    };
    assert!(same(&|_| ()));
    assert!(same(&|form| form.buyer.phone = "138 0013-8000".into()), "a phone is its digits");
    assert!(same(&|form| form.buyer.name = "Mr Wang".into()), "a phone is one person's");
    assert!(same(&|form| form.buyer.phone.clear()), "or the name, where a phone is missing");
    assert!(!same(&|form| form.buyer.phone = "13900139000".into()));
    assert!(!same(&|form| form.buyer = Default::default()), "of people without a name many order the same");
    assert!(!same(&|form| form.content.lines[0].quantity = 3));
    assert!(
        !same(&|form| {
            form.content.lines[0].item = "kettle".into();
        }),
        "other goods for the same money"
    );
    let mut gone = Stall::with(parcel_for_wang());
    gone.a(cancel());
    assert!(!gone.order(A).summary().is_same(&parcel_for_wang().content, &wang()), "a cancelled one is not doubled");
}
