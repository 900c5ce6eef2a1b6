//! Rules: which orders they ask for, when they may act, and what becomes of what two tablets did by the same rule.

use domain::order::{
    Cancelled, Change, Command, Content, Delivery, Edited, Order, OrderEvent, Outcome, Rejection, Released, Revived,
    Status, Terms, VoidReason,
};
use domain::rule::{DeviceStatus, Rule, RuleAction, SyncEvidence};
use domain::{Event, Meta};
use uuid::Uuid;

use crate::stall::*;

const RULE: Uuid = Uuid::from_u128(0x2ce);
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn rule(deed: RuleAction) -> Rule {
    Rule {
        id: RULE,
        name: "规则".into(),
        on: true,
        deed,
        channel: String::new(),
        category: String::new(),
        place: String::new(),
        at_least: None,
        since_ms: 0,
    }
}

fn cancel_after_a_day() -> Rule {
    rule(RuleAction::Cancel { hours: 24, reason: "超时未付".into() })
}

fn deed(rule: &Rule, order: &Order, now: i64) -> Option<Command> {
    rule.due_action(order, now).map(|deed| Command::ByRule(rule.id, Box::new(deed)))
}

/// An order that is due when it is a day old.
fn unpaid() -> Stall {
    let mut stall = Stall::open();
    stall.settings.payment_term_hours = 24;
    stall.a(confirm(two_teapots()));
    stall.join(&[A, B]);
    stall
}

#[test]
fn it_asks_for_orders_of_its_channel_category_place_and_amount_only() {
    let mut stall = Stall::with(parcel_for_wang());
    stall.a_edits(|form| (form.content.channel, form.content.category) = ("jd".into(), "wholesale".into()));
    let order = stall.order(A);
    let label = || rule(RuleAction::Label { label: "急".into() });
    let asks = |rule: Rule| rule.due_action(&order, NOW).is_some();
    let place = order.address.value.chars().take(2).collect::<String>();
    assert!(asks(Rule {
        channel: "jd".into(),
        category: "wholesale".into(),
        place,
        at_least: Some(130_00),
        ..label()
    }));
    assert!(!asks(Rule { channel: "stall".into(), ..label() }));
    assert!(!asks(Rule { category: "retail".into(), ..label() }));
    assert!(!asks(Rule { place: "新疆".into(), ..label() }));
    assert!(!asks(Rule { at_least: Some(order.total() + 1), ..label() }));
}

#[test]
fn a_new_rule_does_not_go_through_what_is_long_over() {
    let mut stall = Stall::open();
    stall.a(sell(two_teapots(), 100_00));
    let order = stall.order(A);
    let label = rule(RuleAction::Label { label: "大单".into() });
    assert_eq!(order.status(), Status::Completed);
    assert!(label.due_action(&order, NOW + HOUR).is_some(), "a sale of today");
    assert_eq!(label.due_action(&order, NOW + 2 * DAY), None);
}

#[test]
fn an_order_that_is_held_is_left_alone() {
    let mut stall = unpaid();
    stall.a(hold());
    for deed in [
        RuleAction::Label { label: "急".into() },
        RuleAction::Hold { reason: "核对".into() },
        RuleAction::Cancel { hours: 1, reason: "超时未付".into() },
    ] {
        assert_eq!(rule(deed).due_action(&stall.order(A), NOW + 9 * DAY), None);
    }
}

#[test]
fn a_payment_however_small_keeps_it_from_cancelling() {
    let mut stall = unpaid();
    let rule = cancel_after_a_day();
    assert_eq!(deed(&rule, &stall.order(A), NOW + 24 * HOUR - MINUTE), None, "not yet");
    assert!(deed(&rule, &stall.order(A), NOW + 25 * HOUR).is_some());
    stall.a(cash(1));
    assert_eq!(deed(&rule, &stall.order(A), NOW + 25 * HOUR), None);
}

#[test]
fn a_deadline_that_was_moved_is_waited_for() {
    let mut stall = unpaid();
    stall.a(Command::Extend { due_ms: NOW + 3 * DAY });
    let rule = cancel_after_a_day();
    assert_eq!(deed(&rule, &stall.order(A), NOW + 2 * DAY), None);
    assert!(deed(&rule, &stall.order(A), NOW + 3 * DAY + MINUTE).is_some());
}

#[test]
fn it_cancels_only_once_every_other_tablet_has_said_that_it_holds_nothing() {
    let order = unpaid().order(A);
    let (here, other, lost) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let rule = cancel_after_a_day();
    let over = NOW + 24 * HOUR + 1;
    let unheard = |heard_ms, now| {
        let other = DeviceStatus { id: other, heard_ms, revoked: false };
        let devices = [
            DeviceStatus { id: here, heard_ms: None, revoked: false },
            other,
            DeviceStatus { id: lost, heard_ms: None, revoked: true },
        ];
        rule.devices_maybe_unsent(&order, &SyncEvidence { received_ms: NOW, devices: &devices, here }, now)
    };
    assert_eq!(unheard(Some(over), NOW), None, "its time is not over");
    assert_eq!(unheard(None, over + HOUR), Some(vec![other]), "never heard of");
    assert_eq!(unheard(Some(NOW + HOUR), over + HOUR), Some(vec![other]), "it may have been paid there since");
    assert_eq!(unheard(Some(over), over + HOUR), Some(vec![other]), "in the very last moment");
    assert_eq!(unheard(Some(over + 1), over + HOUR), Some(vec![]), "who is out does not count");
}

#[test]
fn an_order_is_no_older_than_the_server_knows_it() {
    // The tablet that took it believes that it is years ago.
    let order = unpaid().order(A);
    let (here, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let received_ms = NOW + 1_000 * DAY;
    let devices = [DeviceStatus { id: other, heard_ms: Some(received_ms + 9 * DAY), revoked: false }];
    let evidence = SyncEvidence { received_ms, devices: &devices, here };
    let rule = cancel_after_a_day();
    assert!(deed(&rule, &order, received_ms + MINUTE).is_some(), "so it looks");
    assert_eq!(rule.devices_maybe_unsent(&order, &evidence, received_ms + MINUTE), None, "so it is");
    assert_eq!(rule.devices_maybe_unsent(&order, &evidence, received_ms + DAY + MINUTE), Some(vec![]));
}

#[test]
fn the_tablet_that_took_the_order_acts_first_and_the_others_one_after_the_other() {
    let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
    let wait = |maker, here| Rule::takeover_delay_ms(maker, here, &[c, a, b]);
    assert_eq!((wait(b, b), wait(b, c), wait(b, a)), (0, 2 * MINUTE, 4 * MINUTE));
    assert_eq!(Rule::takeover_delay_ms(a, a, &[]), 0, "alone, and not on the list yet");
}

#[test]
fn what_two_tablets_did_by_the_same_rule_counts_once() {
    let label = || Command::ByRule(RULE, Box::new(Command::Label { add: vec!["急".into()], remove: Vec::new() }));
    for (_, stall) in either_way(&Stall::with(two_teapots()), |stall| {
        stall.a(label()).b(label());
    }) {
        assert_eq!(stall.order(A).labels, ["急"]);
        assert_eq!(stall.voided(), [VoidReason::AlreadyDone]);
        assert_eq!(stall.inbox(), []);
    }
}

#[test]
fn what_a_person_undid_is_not_done_again_by_a_tablet_that_did_not_know() {
    let held = || Command::ByRule(RULE, Box::new(hold()));
    let mut stall = Stall::with(two_teapots());
    stall.a(held()).a(Command::Release).b(held());
    stall.join(&[A, B]);
    assert_eq!(stall.status(), Status::AwaitingPayment);
    assert_eq!(stall.voided(), [VoidReason::AlreadyDone]);
    assert_eq!(stall.act(A, held()), Err(Rejection::RuleActed));
}

#[test]
fn after_a_server_was_restored_no_rule_cancels_what_was_paid() {
    let mut stall = unpaid();
    stall.a(cash(50_00)).join(&[A, B]);
    // It stands behind the payment in a log that was given out again; what it had seen were places of the old one.
    let cancelled = |rule| {
        let mut order = stall.order(A);
        let (id, device) = (Uuid::from_u128(0xca), Uuid::from_u128(0xc));
        let meta = Meta { id, device, counter: 1, seen: 99, seq: Some(9), hlc: (NOW, 0), actor: None };
        order.apply(&meta, &Event::Order(OrderEvent::Cancelled(Cancelled { reason: "超时未付".into(), rule })));
        (order.status(), order.timeline.last().unwrap().outcome)
    };
    assert_eq!(cancelled(Some(RULE)), (Status::PartPaid, Outcome::Voided(VoidReason::PaymentStands)));
    assert_eq!(cancelled(None).1, Outcome::Applied, "a person may cancel what was paid");
}

#[test]
fn a_device_knew_what_it_had_made_and_nothing_that_it_made_later() {
    let own = |counter: u64| Meta {
        id: Uuid::from_u128(counter.into()),
        device: Uuid::from_u128(0xc),
        counter,
        seen: 99,
        seq: Some(9),
        hlc: (NOW, 0),
        actor: None,
    };
    assert!(own(2).knew(&own(1)));
    assert!(!own(1).knew(&own(2)), "a restored server may give the later one an earlier place");
}

#[test]
fn a_carrier_is_chosen_where_none_was() {
    let mut stall = Stall::with(parcel_for_wang());
    let rule = rule(RuleAction::Carrier { carrier: "sf".into() });
    stall.a(deed(&rule, &stall.order(A), NOW).unwrap());
    assert_eq!(stall.order(A).carrier.value, "sf");
    assert_eq!(deed(&rule, &stall.order(A), NOW), None);
    stall.a_edits(|form| form.content.carrier = "zto".into());
    assert_eq!(deed(&rule, &stall.order(A), NOW), None, "a person chose another");
    let over_the_counter =
        Form { content: Content { delivery: Delivery::PickUp, ..two_teapots().content }, ..two_teapots() };
    assert_eq!(deed(&rule, &Stall::with(over_the_counter).order(A), NOW), None);
}

#[test]
fn a_draft_lacks_things_and_is_edited_from_what_a_form_began_with() {
    let mut stall = Stall::with_draft(Form { content: Content::default(), ..two_teapots() });
    let theirs = stall.edit(B, |form| form.content.note = "gift".into());
    stall.b(theirs);
    let ours = stall.edit(A, |form| form.buyer.phone = "1".into());
    stall.join(&[A, B]);
    stall.a(ours);
    let order = stall.order(A);
    assert_eq!((order.note.value.as_str(), order.phone.value.as_str()), ("gift", "1"));
    stall.assert_quiet();
}

/// The deeds that ask for money.
fn asking() -> [Rule; 2] {
    [cancel_after_a_day(), rule(RuleAction::Remind { hours: 24, label: "催付".into() })]
}

/// Something that happened to an order at that time, on another tablet, known here.
fn later(order: &mut Order, at_ms: i64, event: OrderEvent) {
    let counter = order.timeline.len() as u64;
    let (id, device) = (Uuid::from_u128(u128::from(counter) << 32), Uuid::from_u128(0xd));
    let meta = Meta { id, device, counter, seen: counter, seq: Some(counter + 1), hlc: (at_ms, 0), actor: None };
    order.apply(&meta, &Event::Order(event));
}

fn on_terms(terms: Terms) -> OrderEvent {
    OrderEvent::Edited(Edited { changes: vec![Change::Terms(terms)], settles: None, rule: None })
}

#[test]
fn o3_only_what_is_to_be_paid_first_is_cancelled_or_reminded_of() {
    for terms in [Terms::Prepaid, Terms::Credit, Terms::CashOnDelivery] {
        let mut stall = Stall::with(parcel_for_wang().on(terms));
        for rule in asking() {
            let asks = rule.due_action(&stall.order(A), NOW + 90 * HOUR).is_some();
            assert_eq!(asks, terms == Terms::Prepaid, "{:?} of {terms:?}", rule.deed);
        }
        let by_rule = stall.act(A, Command::ByRule(RULE, Box::new(cancel())));
        let refused = if terms == Terms::Prepaid { Ok(()) } else { Err(Rejection::NotPaidFirst) };
        assert_eq!(by_rule, refused, "whatever a tablet of another version asks");
    }
}

#[test]
fn o3_a_deposit_on_credit_is_no_part_payment_to_be_reminded_of() {
    let mut stall = Stall::with(parcel_for_wang().on(Terms::CashOnDelivery));
    stall.a(cash(30_00));
    assert_eq!(stall.order(A).status(), Status::PartPaid);
    assert!(asking().iter().all(|rule| rule.due_action(&stall.order(A), NOW + 90 * HOUR).is_none()));
}

#[test]
fn o3_what_was_put_on_credit_has_no_deadline_any_more() {
    let mut stall = unpaid();
    assert_eq!(stall.order(A).summary().due_ms, Some(NOW + DAY));
    stall.a_edits(|form| form.content.terms = Terms::Credit);
    let order = stall.order(A);
    assert_eq!((order.due_ms(), order.summary().due_ms), (None, None), "never overdue");
    assert!(asking().iter().all(|rule| rule.due_action(&order, NOW + 90 * HOUR).is_none()));
    assert_eq!(stall.act(A, Command::Extend { due_ms: NOW + 9 * DAY }), Err(Rejection::NotPaidFirst));
    stall.a_edits(|form| form.content.terms = Terms::Prepaid);
    assert_eq!(stall.order(A).due_ms(), Some(NOW + DAY), "as it was");
}

#[test]
fn o3_the_time_to_pay_runs_from_when_it_is_asked_for() {
    for asks_again in
        [on_terms(Terms::Prepaid), OrderEvent::Released(Released::default()), OrderEvent::Revived(Revived::default())]
    {
        let mut order = Stall::with(parcel_for_wang().on(Terms::Prepaid)).order(A);
        order.due.value = None;
        let first = match &asks_again {
            OrderEvent::Released(_) => OrderEvent::Held(Cancelled { reason: "waits".into(), rule: None }),
            OrderEvent::Revived(_) => OrderEvent::Cancelled(Cancelled { reason: "mistake".into(), rule: None }),
            _ => on_terms(Terms::Credit),
        };
        later(&mut order, NOW + MINUTE, first);
        assert!(asking().iter().all(|rule| rule.due_action(&order, NOW + 90 * HOUR).is_none()));
        later(&mut order, NOW + 89 * HOUR, asks_again);
        assert_eq!(order.status(), Status::AwaitingPayment);
        for rule in asking() {
            assert_eq!(rule.due_action(&order, NOW + 90 * HOUR), None, "an hour since {:?}", order.timeline.last());
            assert!(rule.due_action(&order, NOW + 114 * HOUR).is_some(), "a day since then");
        }
    }
}

#[test]
fn o3_who_was_given_more_time_is_not_reminded_before_it_is_over() {
    let mut stall = unpaid();
    stall.a(Command::Extend { due_ms: NOW + 3 * DAY });
    for rule in asking() {
        assert_eq!(rule.due_action(&stall.order(A), NOW + 2 * DAY), None);
        assert!(rule.due_action(&stall.order(A), NOW + 3 * DAY + MINUTE).is_some());
    }
}

#[test]
fn o3_what_asks_for_no_money_is_done_to_orders_on_credit_too() {
    for terms in [Terms::Credit, Terms::CashOnDelivery] {
        let order = Stall::with(parcel_for_wang().on(terms)).order(A);
        for deed in [
            RuleAction::Label { label: "急".into() },
            RuleAction::Hold { reason: "核对".into() },
            RuleAction::Carrier { carrier: "sf".into() },
        ] {
            assert!(rule(deed).due_action(&order, NOW + HOUR).is_some());
        }
    }
}

#[test]
fn o3_what_was_delivered_and_is_owed_is_not_completed() {
    let mut stall = Stall::with(parcel_for_wang().on(Terms::CashOnDelivery));
    stall.a(ship()).a(Command::MarkDelivered);
    let done = rule(RuleAction::Complete { days: 1 });
    assert_eq!(done.due_action(&stall.order(A), NOW + 9 * DAY), None);
    stall.a(cash(130_00));
    assert_eq!(done.due_action(&stall.order(A), NOW + 9 * DAY), Some(Command::Complete));
}

#[test]
fn o3_what_a_tablet_put_on_credit_is_not_cancelled_by_the_rule_of_one_that_did_not_know() {
    let mut stall = unpaid();
    let by_rule = Command::ByRule(RULE, Box::new(cancel()));
    let credit = stall.edit(A, |form| form.content.terms = Terms::Credit);
    stall.a(credit).b(by_rule);
    stall.join(&[A, B]);
    assert_eq!(stall.status(), Status::AwaitingPayment);
    assert_eq!(stall.voided(), [VoidReason::EditStands]);
}
