//! What is refused, and with which reason: nothing is stored then.

use domain::contact::Buyer;
use domain::order::{
    BuyerField, Choice, Command, Content, ContentFault, Line, LineFault, LineField, Method, NewPayment,
    ParcelCorrected, Rejection, Terms, Unit,
};
use uuid::Uuid;

use crate::stall::*;

#[track_caller]
fn refused(stall: &mut Stall, command: Command, why: Rejection) {
    let before = stall.events(A);
    assert_eq!(stall.act(A, command), Err(why));
    assert_eq!(stall.events(A), before, "a refusal leaves no trace");
}

#[track_caller]
fn faults(change: impl Fn(&mut Form)) -> Vec<ContentFault> {
    let mut form = parcel_for_wang();
    change(&mut form);
    match Stall::open().act(A, confirm(form)) {
        Err(Rejection::Content(faults)) => faults,
        other => panic!("not refused for its content: {other:?}"),
    }
}

fn of_line(field: LineField, fault: LineFault) -> Vec<ContentFault> {
    vec![ContentFault::Line { index: 0, field, fault }]
}

#[test]
fn a_form_that_is_not_complete_says_where() {
    use domain::order::BuyerField::{Address, Name, Phone};
    let all = [Name, Phone, Address].map(ContentFault::BuyerMissing);
    assert_eq!(faults(|form| form.buyer = Buyer::default()), all);
    assert_eq!(faults(|form| form.buyer.name = "   ".into()), [ContentFault::BuyerMissing(Name)]);
    assert_eq!(faults(|form| form.content.lines.clear()), [ContentFault::NoLines]);
    let too_many = faults(|form| form.content.lines = (0..1_001).map(|id| line(id, "x", 1, 0)).collect());
    assert_eq!(too_many, [ContentFault::TooManyLines]);
    assert_eq!(faults(|form| form.content.note = "长".repeat(1_001)), [ContentFault::NoteTooLong]);
    assert_eq!(faults(|form| form.content.channel = "长".repeat(201)), [ContentFault::ChannelTooLong]);
    assert_eq!(faults(|form| form.content.category = "长".repeat(201)), [ContentFault::CategoryTooLong]);
    assert_eq!(faults(|form| form.content.method = Method::Other("x".repeat(201))), [ContentFault::MethodTooLong]);
    assert_eq!(faults(|form| form.buyer.phone = "1".repeat(201)), [ContentFault::BuyerTooLong(Phone)]);
    assert_eq!(faults(|form| form.content.discount = 130_01), [ContentFault::Discount]);
    assert_eq!(faults(|form| form.content.rounding = -1), [ContentFault::Discount]);
    assert_eq!(faults(|form| form.content.deposit = 130_01), [ContentFault::Deposit]);
    let dear = faults(|form| form.content.lines = vec![line(1, "x", 2, 10_000_000_000)]);
    assert_eq!(dear, [ContentFault::TotalTooLarge]);
}

#[test]
fn a_line_that_is_not_complete_says_where() {
    use LineFault::{Missing, Negative, NotAboveZero, TooLarge, TooLong};
    use LineField::{Discount, Item, Note, Price, Quantity, Spec};
    let of = |change: fn(&mut Line)| faults(|form| change(&mut form.content.lines[0]));
    assert_eq!(of(|l| l.item = " ".into()), of_line(Item, Missing));
    assert_eq!(of(|l| l.item = "😀".repeat(201)), of_line(Item, TooLong));
    assert_eq!(of(|l| l.spec = "长".repeat(10_000)), of_line(Spec, TooLong));
    assert_eq!(of(|l| l.note = "长".repeat(1_001)), of_line(Note, TooLong));
    assert_eq!(of(|l| l.quantity = 0), of_line(Quantity, NotAboveZero));
    assert_eq!(of(|l| (l.quantity, l.price) = (-3, 0)), of_line(Quantity, NotAboveZero));
    assert_eq!(of(|l| (l.quantity, l.price) = (1_000_001, 0)), of_line(Quantity, TooLarge));
    assert_eq!(of(|l| (l.quantity, l.price) = (1_000_000_000_000, 0)), of_line(Quantity, TooLarge));
    assert_eq!(of(|l| (l.quantity, l.unit, l.price) = (100_000_001, Unit::Gram, 0)), of_line(Quantity, TooLarge));
    assert_eq!(of(|l| l.discount = 100_01), of_line(Discount, Negative));
    assert!(of(|l| l.price = -1).contains(&of_line(Price, Negative)[0]));
    assert!(of(|l| l.price = 1_000_000_000_000).contains(&of_line(Price, TooLarge)[0]));
}

#[test]
fn emoji_and_the_longest_texts_that_fit_are_taken() {
    let mut form = parcel_for_wang();
    form.content.lines[0].item = "😀".repeat(200);
    form.content.note = "长".repeat(1_000);
    form.buyer.address = "👨‍👩‍👧".into();
    Stall::with(form);
}

#[test]
fn a_draft_may_be_incomplete_but_not_endless() {
    let draft = |change: &dyn Fn(&mut Form)| {
        let mut form = Form::default();
        change(&mut form);
        Command::SaveDraft { content: form.content, buyer: form.buyer, copied_from: None }
    };
    let endless = |change: &dyn Fn(&mut Form), fault| {
        let why = Rejection::Content(vec![fault]);
        refused(&mut Stall::open(), draft(change), why.clone());
        refused(&mut Stall::with_draft(two_teapots()), draft(change), why);
    };
    endless(&|form| form.content.category = "长".repeat(10_000), ContentFault::CategoryTooLong);
    endless(&|form| form.buyer.address = "长".repeat(1_001), ContentFault::BuyerTooLong(BuyerField::Address));
    let lines = |form: &mut Form| form.content.lines = (0..1_001).map(|id| line(id, "", 0, 0)).collect();
    endless(&lines, ContentFault::TooManyLines);
    Stall::open().a(draft(&|_| ()));
}

#[test]
fn a_way_to_pay_has_a_name_that_fits() {
    let mut stall = Stall::with(two_teapots());
    let method = Method::Other("x".repeat(201));
    let payment = NewPayment { method: method.clone(), given: 1, deposit: false };
    refused(&mut stall, Command::RecordPayment(payment), Rejection::TextTooLong(200));
    stall.a(cash(100_00)).a_edits(|form| form.content.lines[0].quantity = 1);
    let refund = Command::RecordRefund { method, amount: 1, reason: String::new() };
    refused(&mut stall, refund, Rejection::TextTooLong(200));
}

#[test]
fn before_there_is_an_order() {
    let mut stall = Stall::open();
    for command in [cash(1), ship(), cancel(), Command::Discard, confirm_draft(), Command::Revive] {
        refused(&mut stall, command, Rejection::NotConfirmed);
    }
}

#[test]
fn a_draft_takes_no_parcel_and_gives_back_no_money_that_it_has_not() {
    let mut stall = Stall::with_draft(two_teapots());
    for command in [ship(), cancel(), hold(), Command::HandOver(None), Command::Renumber] {
        refused(&mut stall, command, Rejection::NotConfirmed);
    }
    refused(&mut stall, give_back(1), Rejection::NothingOwed);
    let same = stall.redraft(A, |_| {});
    refused(&mut stall, same, Rejection::NothingChanged);
}

#[test]
fn a_draft_that_was_thrown_away_takes_nothing() {
    let mut stall = Stall::with_draft(two_teapots());
    let edit = stall.redraft(A, |form| form.content.note = "late".into());
    stall.a(Command::Discard);
    for command in [confirm_draft(), edit, Command::Discard, cash(1)] {
        refused(&mut stall, command, Rejection::OrderClosed);
    }
}

#[test]
fn a_confirmed_order_is_no_draft() {
    let mut stall = Stall::with(two_teapots());
    let edit = stall.redraft(A, |form| form.content.note = "x".into());
    let Form { content, buyer } = two_teapots();
    let noted = Content { note: "x".into(), ..content.clone() };
    let redraft = Command::EditDraft { base: content, base_buyer: buyer.clone(), content: noted, buyer };
    for command in [confirm_draft(), confirm(two_teapots()), edit, redraft, Command::Discard] {
        refused(&mut stall, command, Rejection::AlreadyConfirmed);
    }
}

#[test]
fn money() {
    let mut stall = Stall::with(two_teapots());
    for amount in [0, -1, 10_000_000_001, i64::MAX] {
        refused(&mut stall, cash(amount), Rejection::Amount);
    }
    refused(&mut stall, give_back(1), Rejection::NothingOwed);
    stall.a(cash(100_00));
    let (cash_paid, nobody) = (stall.payment(A, 0), Uuid::from_u128(9));
    refused(&mut stall, cash(1), Rejection::NothingOwed);
    refused(&mut stall, Command::VerifyPayment(cash_paid), Rejection::NoSuchPayment);
    refused(&mut stall, Command::RejectPayment(cash_paid, "x".into()), Rejection::NoSuchPayment);
    refused(&mut stall, Command::VoidPayment(nobody, "x".into()), Rejection::NoSuchPayment);
    refused(&mut stall, Command::VoidPayment(cash_paid, " ".into()), Rejection::ReasonMissing);
    refused(&mut stall, Command::VoidPayment(cash_paid, "x".repeat(1_001)), Rejection::TextTooLong(1_000));
    stall.a(cancel());
    refused(&mut stall, give_back(100_01), Rejection::RefundTooLarge);
    refused(&mut stall, give_back(0), Rejection::Amount);
    refused(&mut stall, cash(1), Rejection::OrderClosed);
}

#[test]
fn goods() {
    let mut stall = Stall::with(parcel_for_wang());
    refused(&mut stall, ship(), Rejection::NotPaid);
    refused(&mut stall, Command::HandOver(None), Rejection::NotPaid);
    refused(&mut stall, Command::MarkDelivered, Rejection::NotShipped);
    refused(&mut stall, Command::Complete, Rejection::NotDelivered);
    stall.a(cash(130_00));
    for lines in [&[][..], &[(1, 0)], &[(1, -1)], &[(1, 3)], &[(9, 1)], &[(1, 1), (1, 1)]] {
        refused(&mut stall, ship_part(lines), Rejection::Quantities);
    }
    let to = |carrier: &str, tracking: &str| Command::Ship {
        carrier: carrier.into(),
        tracking: tracking.into(),
        expected: String::new(),
        lines: None,
    };
    refused(&mut stall, to(" ", "1"), Rejection::CarrierMissing);
    refused(&mut stall, to("sf", &"1".repeat(201)), Rejection::TextTooLong(200));
    stall.a(ship_part(&[(1, 1)]));
    refused(&mut stall, cancel(), Rejection::AlreadyShipped);
    let edit = stall.edit(A, |form| form.content.note = "x".into());
    refused(&mut stall, edit, Rejection::AlreadyShipped);
    refused(&mut stall, Command::MarkDelivered, Rejection::NotShipped);
    stall.a(ship());
    refused(&mut stall, ship(), Rejection::AlreadyShipped);
    refused(&mut stall, hold(), Rejection::AlreadyShipped);
    refused(&mut stall, Command::VoidParcel(Uuid::nil(), "x".into()), Rejection::NoSuchParcel);
    let parcel = stall.parcel(A, 0);
    let correct = |carrier: Option<&str>, tracking: Option<&str>| {
        Command::CorrectParcel(ParcelCorrected {
            parcel,
            carrier: carrier.map(str::to_owned),
            tracking: tracking.map(str::to_owned),
            expected: None,
        })
    };
    refused(&mut stall, correct(Some(""), None), Rejection::CarrierMissing);
    refused(&mut stall, correct(None, None), Rejection::NothingChanged);
    refused(&mut stall, correct(Some("sf"), None), Rejection::NothingChanged);
    stall.a(Command::MarkDelivered);
    refused(&mut stall, correct(None, Some("2")), Rejection::AlreadyDelivered);
    refused(&mut stall, Command::VoidParcel(parcel, "x".into()), Rejection::AlreadyDelivered);
    refused(&mut stall, Command::MarkDelivered, Rejection::AlreadyDelivered);
    stall.a(Command::Complete);
    refused(&mut stall, Command::Complete, Rejection::OrderClosed);
}

#[test]
fn what_was_sold_over_the_counter_and_completed_does_not_come_back_as_a_parcel() {
    let mut stall = Stall::open();
    stall.a(sell(two_teapots(), 100_00));
    let parcel = stall.parcel(A, 0);
    refused(&mut stall, Command::VoidParcel(parcel, "x".into()), Rejection::AlreadyDelivered);
}

#[test]
fn a_prepaid_order_is_not_handed_over_with_its_confirmation_before_it_is_paid() {
    let handed = |form: Form| Command::Confirm {
        new: Some((form.content, form.buyer)),
        copied_from: None,
        payments: Vec::new(),
        handed_over: true,
    };
    refused(&mut Stall::open(), handed(two_teapots()), Rejection::NotPaid);
    refused(&mut Stall::open(), sell(two_teapots(), 99_99), Rejection::NotPaid);
    Stall::open().a(handed(two_teapots().on(Terms::Credit)));
}

#[test]
fn a_completed_order_is_closed_to_all_but_what_is_owed() {
    let mut stall = Stall::open();
    stall.a(sell(two_teapots(), 100_00));
    refused(&mut stall, cancel(), Rejection::AlreadyShipped);
    refused(&mut stall, cash(1), Rejection::NothingOwed);
    refused(&mut stall, hold(), Rejection::AlreadyShipped);
    refused(&mut stall, Command::HandOver(None), Rejection::AlreadyShipped);
}

#[test]
fn holding_extending_cancelling_settling() {
    let mut stall = Stall::with(two_teapots());
    refused(&mut stall, Command::Release, Rejection::NotOnHold);
    refused(&mut stall, Command::Hold("".into()), Rejection::ReasonMissing);
    refused(&mut stall, Command::Cancel(" \n".into()), Rejection::ReasonMissing);
    refused(&mut stall, Command::Extend { due_ms: NOW }, Rejection::DeadlinePassed);
    refused(&mut stall, Command::Revive, Rejection::OrderClosed);
    refused(&mut stall, settle("paid_twice:1:2", Choice::Keep), Rejection::NoSuchConflict);
    let same = stall.edit(A, |_| {});
    refused(&mut stall, same, Rejection::NothingChanged);
    stall.a(hold());
    refused(&mut stall, hold(), Rejection::OnHold);
    stall.a(Command::Release).a(cash(100_00));
    refused(&mut stall, Command::Extend { due_ms: NOW + DAY }, Rejection::NothingOwed);
    stall.a(cancel());
    let edit = stall.edit(A, |form| form.content.note = "x".into());
    for command in [cancel(), hold(), edit, ship(), Command::Complete, Command::Extend { due_ms: NOW + DAY }] {
        refused(&mut stall, command, Rejection::OrderClosed);
    }
}

#[test]
fn a_conflict_is_settled_only_in_its_ways_and_once() {
    for (_, mut stall) in either_way(&Stall::with(two_teapots()), |stall| {
        stall.a(cash(100_00)).b(cash(100_00));
    }) {
        let conflict = stall.conflict();
        refused(&mut stall, settle(&conflict, Choice::GetBack), Rejection::NoSuchConflict);
        stall.a(settle(&conflict, Choice::Keep));
        refused(&mut stall, settle(&conflict, Choice::Keep), Rejection::NoSuchConflict);
    }
}
