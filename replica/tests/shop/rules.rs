//! Stories of rules on several tablets: who acts, when, and what nobody may have paid.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use domain::StreamKind;
use domain::order::{Command, Content, Line, Status, Terms};
use domain::record::{Changed, RecordEvent};
use domain::rule::{Rule, RuleAction};
use domain::shop::SettingChanged;
use replica::Act;
use uuid::Uuid;

use super::support::{DAY, Stall, new_order, pay};

const HOUR: i64 = 3_600_000;

fn write(stall: &Stall, deed: RuleAction) -> Uuid {
    let rule = Rule {
        id: Uuid::nil(),
        name: "规则".into(),
        on: true,
        deed,
        channel: String::new(),
        category: String::new(),
        place: String::new(),
        at_least: None,
        since_ms: 0,
    };
    let set = rule.fields().into_iter().map(|(name, value)| (name, Some(value))).collect();
    let written = vec![RecordEvent::Changed(Changed { set, settles: None })];
    let tab = &stall.tablets[0].tab;
    let hour = SettingChanged { payment_term_hours: Some(1), ..SettingChanged::default() };
    stall.wait(tab.change_setting(hour)).unwrap();
    stall.wait(tab.act_all(&[Act::Record(StreamKind::Rule, None, written)], DAY)).unwrap()[0]
}

/// A shop that cancels what is not paid within an hour, and an order that all its tablets know.
fn unpaid(tablets: usize) -> (Stall, Uuid) {
    let mut stall = Stall::new(tablets);
    write(&stall, RuleAction::Cancel { hours: 1, reason: "超时未付".into() });
    stall.settle();
    let order = stall.act(0, None, &new_order("王", 50_00)).unwrap().order;
    stall.settle();
    (stall, order)
}

fn pass(stall: &Stall, ms: i64) {
    stall.time.pass(ms);
}

/// What the tablet waits for, once it has done what it may.
fn look(stall: &Stall, n: usize) -> Vec<Uuid> {
    let mut hand = stall.tablets[n].tab.rule_runner();
    let waiting = stall.wait(hand.run_once(None, DAY)).unwrap();
    waiting.into_iter().flat_map(|(_, devices)| devices).collect()
}

fn status(stall: &Stall, n: usize, order: Uuid) -> Status {
    stall.tablets[n].tab.replica().summary(order, 0).unwrap().status
}

#[test]
fn what_is_not_paid_is_cancelled_once_every_tablet_has_said_that_it_holds_nothing() {
    let (mut stall, order) = unpaid(2);
    let other = stall.tablets[1].tab.replica().device().id;
    pass(&stall, HOUR / 2);
    stall.settle();
    assert!(look(&stall, 0).is_empty(), "its hour is not over");
    pass(&stall, HOUR);
    stall.settle_one(0);
    assert_eq!(look(&stall, 0), [other], "the other may hold a payment");
    assert_eq!(status(&stall, 0, order), Status::AwaitingPayment);
    stall.settle();
    assert!(look(&stall, 0).is_empty());
    assert_eq!(status(&stall, 0, order), Status::Cancelled);
    stall.settle();
    assert!(look(&stall, 1).is_empty());
    assert_eq!(status(&stall, 1, order), Status::Cancelled);
}

#[test]
fn what_was_paid_on_a_tablet_that_is_cut_off_is_not_cancelled() {
    let (mut stall, order) = unpaid(2);
    stall.tablets[1].network.cut.set(true);
    stall.act(1, Some(order), &pay(50_00)).unwrap();
    pass(&stall, 2 * HOUR);
    stall.settle_one(0);
    look(&stall, 0);
    assert_eq!(status(&stall, 0, order), Status::AwaitingPayment);
    stall.tablets[1].network.cut.set(false);
    stall.settle();
    look(&stall, 0);
    assert_eq!(status(&stall, 0, order), Status::PartPaid);
}

#[test]
fn what_another_tab_took_is_unsent_too() {
    let (mut stall, order) = unpaid(2);
    let tab = stall.second_tab(1);
    pass(&stall, HOUR / 2);
    // The tab that syncs has not heard of it, and the network takes what it sends no further.
    stall.wait(tab.act(Some(order), &pay(50_00), DAY)).unwrap();
    pass(&stall, 2 * HOUR);
    stall.server.state.borrow_mut().lose_answers = usize::MAX;
    stall.tablets[1].tab.wake();
    stall.start(1);
    stall.turn();
    stall.pause(1);
    let device = stall.tablets[1].tab.replica().device().id;
    let heard = stall.server.state.borrow().heard.get(&device).copied();
    assert!(heard.is_none_or(|heard| heard < stall.time.now_ms()), "it said that it held nothing");
}

#[test]
fn with_no_network_nothing_is_cancelled_and_alone_it_is() {
    let (mut stall, order) = unpaid(2);
    pass(&stall, 2 * HOUR);
    stall.settle();
    stall.tablets[0].network.cut.set(true);
    look(&stall, 0);
    assert_eq!(status(&stall, 0, order), Status::AwaitingPayment);

    let (mut alone, order) = unpaid(1);
    pass(&alone, 2 * HOUR);
    alone.settle();
    look(&alone, 0);
    assert_eq!(status(&alone, 0, order), Status::Cancelled);
}

#[test]
fn a_tablet_that_was_revoked_holds_nothing_up() {
    let (mut stall, order) = unpaid(2);
    let other = stall.tablets[1].tab.replica().device().id;
    stall.server.state.borrow_mut().revoked.insert(other.to_string());
    pass(&stall, 2 * HOUR);
    stall.settle_one(0);
    assert!(look(&stall, 0).is_empty());
    assert_eq!(status(&stall, 0, order), Status::Cancelled);
}

#[test]
fn an_order_of_a_tablet_whose_clock_is_a_year_slow_is_not_a_year_old() {
    let mut stall = Stall::new(2);
    write(&stall, RuleAction::Cancel { hours: 1, reason: "超时未付".into() });
    stall.settle();
    pass(&stall, 240 * HOUR);
    stall.tablets[1].clock_off_ms.set(-365 * 24 * HOUR);
    let order = stall.act(1, None, &new_order("王", 50_00)).unwrap().order;
    stall.settle();
    pass(&stall, HOUR / 3);
    stall.settle();
    for n in 0..2 {
        look(&stall, n);
        assert_eq!(status(&stall, n, order), Status::AwaitingPayment);
    }
    pass(&stall, HOUR);
    stall.settle();
    look(&stall, 0);
    assert_eq!(status(&stall, 0, order), Status::Cancelled);
}

#[test]
fn the_tablet_that_takes_an_order_labels_it_at_once_and_no_other_does_it_again() {
    let mut stall = Stall::new(2);
    write(&stall, RuleAction::Label { label: "急".into() });
    stall.settle();
    stall.tablets[1].network.cut.set(true);
    let order = stall.act(1, None, &new_order("王", 50_00)).unwrap().order;
    look(&stall, 1);
    stall.tablets[1].network.cut.set(false);
    stall.settle();
    look(&stall, 0);
    stall.settle();
    let events = stall.wait(stall.tablets[0].tab.order(order)).unwrap().unwrap().timeline.len();
    assert_eq!(events, 3, "confirmed, the buyer, labelled once");
    assert_eq!(stall.tablets[0].tab.replica().summary(order, 0).unwrap().labels, ["急"]);

    // Of a tablet that is off, the next one does it.
    let left = stall.act(1, None, &new_order("李", 9_00)).unwrap().order;
    stall.settle();
    look(&stall, 0);
    assert!(stall.tablets[0].tab.replica().summary(left, 0).unwrap().labels.is_empty(), "it is the other's turn");
    pass(&stall, HOUR);
    stall.settle_one(0);
    look(&stall, 0);
    assert_eq!(stall.tablets[0].tab.replica().summary(left, 0).unwrap().labels, ["急"]);
    let by_hand = Command::Label { add: Vec::new(), remove: vec!["急".into()] };
    stall.act(0, Some(left), &by_hand).unwrap();
    look(&stall, 0);
    assert!(stall.tablets[0].tab.replica().summary(left, 0).unwrap().labels.is_empty(), "undone is undone");
}

#[test]
fn o3_a_rule_says_how_many_orders_it_touches_and_touches_these() {
    let mut stall = Stall::new(1);
    let mut order = |terms: Terms| {
        let Command::Confirm { new: Some((mut content, buyer)), .. } = new_order("王", 50_00) else { unreachable!() };
        content.terms = terms;
        let new = Some((content, buyer));
        let confirm = Command::Confirm { new, copied_from: None, payments: Vec::new(), handed_over: false };
        stall.act(0, None, &confirm).unwrap().order
    };
    let orders = [Terms::Credit, Terms::CashOnDelivery, Terms::Prepaid].map(&mut order);
    stall.settle();
    pass(&stall, 90 * HOUR);
    stall.settle();
    let deed = RuleAction::Cancel { hours: 24, reason: "超时未付".into() };
    let id = write(&stall, deed);
    stall.settle();
    let tab = &stall.tablets[0].tab;
    let rule = Rule::read(&tab.replica().fields(id).unwrap()).unwrap();
    let touched: Vec<Uuid> = stall.wait(tab.touched_by(&rule)).unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(touched, [orders[2]]);
    look(&stall, 0);
    let states = orders.map(|order| status(&stall, 0, order));
    assert_eq!(states, [Status::AwaitingPayment, Status::AwaitingPayment, Status::Cancelled]);
}

#[test]
fn o3_what_a_rule_would_be_refused_is_not_counted() {
    let mut stall = Stall::new(1);
    let order = stall.act(0, None, &new_order("王", 50_00)).unwrap().order;
    // Lines that two tablets took out leave an order of nothing, to which no carrier can be written.
    let before = stall.wait(stall.tablets[0].tab.order(order)).unwrap().unwrap();
    let (base, buyer) = (before.content(), before.buyer());
    let mut other = base.clone();
    other.lines.push(Line { id: 2, item: "杯 cup".into(), quantity: 1, price: 1_00, ..Line::default() });
    let edit = |base: &Content, content: &Content| Command::Edit {
        base: base.clone(),
        base_buyer: buyer.clone(),
        content: content.clone(),
        buyer: buyer.clone(),
    };
    stall.act(0, Some(order), &edit(&base, &other)).unwrap();
    let (mut first, mut second) = (other.clone(), other.clone());
    first.lines.remove(0);
    second.lines.remove(1);
    stall.act(0, Some(order), &edit(&other, &first)).unwrap();
    stall.act(0, Some(order), &edit(&other, &second)).unwrap();
    stall.settle();
    let id = write(&stall, RuleAction::Carrier { carrier: "sf".into() });
    let tab = &stall.tablets[0].tab;
    let rule = Rule::read(&tab.replica().fields(id).unwrap()).unwrap();
    let touched = stall.wait(tab.touched_by(&rule)).unwrap();
    look(&stall, 0);
    let done = !stall.wait(tab.order(order)).unwrap().unwrap().carrier.value.is_empty();
    assert_eq!(touched.len(), usize::from(done));
}
