//! Stories of customers on several tablets: made twice, merged while somebody else sells to them, paid back, erased.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use domain::StreamKind;
use domain::contact::Buyer;
use domain::customer::{Customer, Owing, debt_book, duplicates, repay, resolve};
use domain::order::{Command, Content, Line, Method, NewPayment, Status, Terms};
use domain::record::{Changed, DebtMoved, RecordEvent, Value};
use domain::weight::WeightUnit;
use replica::Act;
use uuid::Uuid;

use super::support::{DAY, NOW, Stall};

const NAME: &str = "王小明";
const PHONE: &str = "13800138000";
const ADDRESS: &str = "浙江省杭州市西湖区文三路1号";

fn set(fields: &[(&str, Option<Value>)]) -> RecordEvent {
    let set = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    RecordEvent::Changed(Changed { set, settles: None })
}

fn write(stall: &Stall, n: usize, id: Option<Uuid>, events: Vec<RecordEvent>) -> Uuid {
    stall.wait(stall.tablets[n].tab.act_all(&[Act::Record(StreamKind::Customer, id, events)], DAY)).unwrap()[0]
}

fn wang(stall: &Stall, n: usize) -> Uuid {
    let fields =
        [("name", NAME), ("phone", PHONE), ("address/7/text", ADDRESS)].map(|(name, text)| (name, Some(text.into())));
    write(stall, n, None, vec![set(&fields)])
}

fn customer(stall: &Stall, n: usize, id: Uuid) -> Customer {
    Customer::read(&stall.tablets[n].tab.replica().fields(id).unwrap())
}

/// An order on credit for a customer.
fn on_credit(customer: Uuid, price: i64) -> Command {
    let buyer = Buyer { name: NAME.into(), phone: PHONE.into(), address: ADDRESS.into() };
    let line = Line { id: 1, item: "tea".into(), quantity: 1, price, ..Line::default() };
    let content = Content { lines: vec![line], terms: Terms::Credit, customer: Some(customer), ..Content::default() };
    Command::Confirm { new: Some((content, buyer)), copied_from: None, payments: Vec::new(), handed_over: false }
}

fn sell(stall: &Stall, n: usize, customer: Uuid, price: i64) -> Uuid {
    stall.act(n, None, &on_credit(customer, price)).unwrap().order
}

/// What everyone that turned out to be this customer owes on orders.
fn owed(stall: &Stall, n: usize, of: Uuid) -> i64 {
    let replica = stall.tablets[n].tab.replica();
    let read = |id| replica.fields(id).map(|fields| Customer::read(&fields));
    let all: Vec<Uuid> = replica.records(StreamKind::Customer).map(|(id, _)| id).collect();
    let is = |id| resolve(id, |id| read(id)?.merged_into);
    all.into_iter().filter(|id| is(*id) == of).map(|id| replica.of_customer(id).0.owed).sum()
}

#[test]
fn the_same_customer_made_on_two_tablets_is_seen_as_one_on_both() {
    let mut stall = Stall::new(2);
    let (first, second) = (wang(&stall, 0), wang(&stall, 1));
    stall.settle();
    for n in 0..2 {
        let all = [customer(&stall, n, first), customer(&stall, n, second)];
        assert_eq!(duplicates(&all), [(first.min(second), first.max(second))]);
    }
}

#[test]
fn t4_one_tablet_merges_while_the_other_sells_to_the_merged_one() {
    let mut stall = Stall::new(2);
    let (kept, merged) = (wang(&stall, 0), wang(&stall, 1));
    stall.settle();
    sell(&stall, 0, kept, 500);
    write(&stall, 0, Some(merged), vec![set(&[("merged_into", Some(kept.to_string().into()))])]);
    sell(&stall, 1, merged, 700);
    stall.settle();
    assert_eq!([owed(&stall, 0, kept), owed(&stall, 1, kept)], [1_200, 1_200]);
    write(&stall, 1, Some(merged), vec![set(&[("merged_into", None)])]);
    stall.settle();
    assert_eq!([owed(&stall, 0, kept), owed(&stall, 0, merged)], [500, 700], "separated, each has their own again");
}

#[test]
fn two_tablets_merge_each_into_the_other_and_agree_on_who_it_is() {
    let mut stall = Stall::new(2);
    let (a, b) = (wang(&stall, 0), wang(&stall, 1));
    stall.settle();
    write(&stall, 0, Some(a), vec![set(&[("merged_into", Some(b.to_string().into()))])]);
    write(&stall, 1, Some(b), vec![set(&[("merged_into", Some(a.to_string().into()))])]);
    sell(&stall, 0, a, 100);
    sell(&stall, 1, b, 200);
    stall.settle();
    for n in 0..2 {
        assert_eq!(owed(&stall, n, a.min(b)), 300);
    }
}

#[test]
fn a_repayment_is_stored_with_all_its_parts_and_the_book_ends_with_what_is_owed() {
    let mut stall = Stall::new(2);
    let id = wang(&stall, 0);
    let orders = [sell(&stall, 0, id, 500), sell(&stall, 0, id, 700)];
    write(
        &stall,
        0,
        Some(id),
        vec![RecordEvent::DebtMoved(DebtMoved { amount: 300, method: None, note: "old".into() })],
    );
    stall.settle();
    let owing: Vec<Owing> = orders
        .iter()
        .map(|order| {
            let row = stall.tablets[1].tab.replica().summary(*order, NOW).unwrap();
            Owing { order: *order, placed_ms: row.placed_ms, balance: row.balance }
        })
        .collect();
    let parts = repay(1_350, &owing);
    assert_eq!((parts.orders.len(), parts.rest), (2, 150));
    let mut acts: Vec<Act> = parts
        .orders
        .iter()
        .map(|(order, part)| {
            let payment = NewPayment { method: Method::Cash, given: *part, deposit: false };
            Act::Order(Some(*order), Box::new(Command::RecordPayment(payment)))
        })
        .collect();
    let back = DebtMoved { amount: -parts.rest, method: Some(Method::Cash), note: String::new() };
    acts.push(Act::Record(StreamKind::Customer, Some(id), vec![RecordEvent::DebtMoved(back)]));
    let writes = stall.tablets[1].disk.writes();
    stall.wait(stall.tablets[1].tab.act_all(&acts, DAY)).unwrap();
    assert_eq!(stall.tablets[1].disk.writes(), writes + 1, "one transaction");
    stall.settle();
    for n in 0..2 {
        assert_eq!((owed(&stall, n, id), customer(&stall, n, id).debt), (0, 150));
        let tab = &stall.tablets[n].tab;
        let orders: Vec<_> = orders.iter().map(|id| stall.wait(tab.order(*id)).unwrap().unwrap()).collect();
        let record = stall.wait(tab.record(id)).unwrap().unwrap();
        let book = debt_book(&orders, [&record]);
        let sums: Vec<i64> = book.iter().map(|posted| posted.balance).collect();
        assert_eq!(sums.last(), Some(&150), "{book:?}");
        assert_eq!(book.iter().map(|posted| posted.amount).sum::<i64>(), 150);
        assert_eq!(book.len(), 6);
    }
}

#[test]
fn who_the_buyer_is_may_be_said_when_all_is_done() {
    let mut stall = Stall::new(2);
    let id = wang(&stall, 0);
    let order = stall.sell(0, "walk-in").order;
    stall.settle();
    let pay = NewPayment { method: Method::Cash, given: 100_000, deposit: false };
    stall.act(0, Some(order), &Command::RecordPayment(pay)).unwrap();
    stall.act(0, Some(order), &Command::HandOver(None)).unwrap();
    stall.act(1, Some(order), &Command::SetCustomer(Some(id))).unwrap();
    stall.settle();
    let replica = stall.tablets[0].tab.replica();
    assert_eq!(replica.of_customer(id).1, [order]);
    assert_eq!(replica.summary(order, NOW).unwrap().open_conflicts, 0, "it disputes no goods");
}

// ---- erasure

/// Who the customer was and where they live is nowhere: on no tablet's disk, and not in the log.
fn is_forgotten(stall: &Stall) {
    for text in [NAME, PHONE, ADDRESS, "her brother"] {
        assert!(!stall.server.texts().contains(text), "the server has {text}");
        for (n, tablet) in stall.tablets.iter().enumerate() {
            assert!(!tablet.disk.holds(text.as_bytes()), "the disk of tablet {n} has {text}");
        }
    }
}

fn erase_all(stall: &mut Stall) {
    stall.settle();
    for n in 0..stall.tablets.len() {
        stall.start(n);
    }
    stall.until("erased", |stall| stall.tablets.iter().all(|tablet| !tablet.tab.replica().erases()));
    for n in 0..stall.tablets.len() {
        stall.pause(n);
    }
    stall.agree();
}

fn forget(stall: &Stall, n: usize, customer: Uuid, orders: &[Uuid]) {
    let mut acts = vec![Act::Record(StreamKind::Customer, Some(customer), vec![RecordEvent::Erasing])];
    acts.extend(orders.iter().map(|order| Act::Order(Some(*order), Box::new(Command::EraseBuyer))));
    stall.wait(stall.tablets[n].tab.act_all(&acts, DAY)).unwrap();
}

#[test]
fn an_erased_person_is_on_no_disk_any_more_and_orders_and_sums_stay() {
    let mut stall = Stall::new(2);
    let id = wang(&stall, 0);
    let order = sell(&stall, 0, id, 500);
    let note = DebtMoved { amount: 300, method: None, note: "her brother".into() };
    write(&stall, 0, Some(id), vec![RecordEvent::DebtMoved(note)]);
    stall.settle();
    stall
        .act(1, Some(order), &Command::RecordPayment(NewPayment { method: Method::Cash, given: 200, deposit: false }))
        .unwrap();
    stall.settle();
    assert!(stall.tablets[1].disk.holds(NAME.as_bytes()), "or this proves nothing");
    forget(&stall, 1, id, &[order]);
    assert!(customer(&stall, 1, id).erased);
    erase_all(&mut stall);
    is_forgotten(&stall);
    for n in 0..2 {
        let row = stall.tablets[n].tab.replica().summary(order, NOW).unwrap();
        assert_eq!((row.name.as_str(), row.total, row.balance), ("", 500, 300));
        assert_eq!(row.status, Status::PartPaid);
        assert_eq!((customer(&stall, n, id).debt, owed(&stall, n, id)), (300, 300));
        let order = stall.wait(stall.tablets[n].tab.order(order)).unwrap().unwrap();
        assert!(order.erased && order.buyer().is_empty());
        stall.restart(n);
    }
    stall.agree();
    // One who joins later has the same, and never hears of the person.
    let shop = stall.tablets[0].tab.replica().device().shop.unwrap().to_string();
    let late = stall.bare();
    stall.wait(late.tab.join("http://server", &shop, None)).unwrap();
    stall.tablets.push(late);
    erase_all(&mut stall);
    is_forgotten(&stall);
}

#[test]
fn what_an_offline_tablet_wrote_of_the_person_meanwhile_is_sent_and_then_erased_too() {
    let mut stall = Stall::new(2);
    let id = wang(&stall, 0);
    stall.settle();
    let unknowing = sell(&stall, 1, id, 500);
    write(&stall, 1, Some(id), vec![set(&[("note", Some("her brother".into()))])]);
    forget(&stall, 0, id, &[]);
    stall.settle_one(0);
    erase_all(&mut stall);
    // The order of the other tablet names them as its buyer: that is asked for by itself.
    assert!(stall.server.texts().contains(NAME));
    forget(&stall, 0, id, &[unknowing]);
    erase_all(&mut stall);
    is_forgotten(&stall);
    for n in 0..2 {
        assert!(customer(&stall, n, id).note.is_empty() && customer(&stall, n, id).erased);
    }
    // Written down again by somebody who knows: that is a new beginning.
    write(&stall, 1, Some(id), vec![set(&[("name", Some("a friend".into()))])]);
    erase_all(&mut stall);
    assert_eq!(customer(&stall, 0, id).name, "a friend");
    assert!(!customer(&stall, 0, id).erased);
}

#[test]
fn a_tablet_that_has_no_server_forgets_at_once() {
    let mut stall = Stall::new(1);
    let mut alone = stall.bare();
    stall
        .wait(alone.tab.start_shop("摊", domain::Currency::Cny, WeightUnit::default(), "Asia/Shanghai", None))
        .unwrap();
    std::mem::swap(&mut stall.tablets[0], &mut alone);
    let id = wang(&stall, 0);
    let order = sell(&stall, 0, id, 500);
    forget(&stall, 0, id, &[order]);
    stall.start(0);
    stall.turn();
    stall.pause(0);
    is_forgotten(&stall);
    stall.agree_alone();
    stall.wait(stall.tablets[0].tab.claim("http://server/", "code")).unwrap();
    stall.settle();
    is_forgotten(&stall);
}

#[test]
fn a_restored_server_brings_nobody_back() {
    let mut stall = Stall::new(2);
    let id = wang(&stall, 0);
    let order = sell(&stall, 0, id, 500);
    stall.settle();
    let backup = stall.server.copy();
    forget(&stall, 0, id, &[order]);
    erase_all(&mut stall);
    is_forgotten(&stall);
    stall.server.restore_from(&backup);
    assert!(stall.server.texts().contains(NAME), "or this proves nothing");
    erase_all(&mut stall);
    is_forgotten(&stall);
    let fields = customer(&stall, 1, id);
    assert!(fields.erased && fields.name.is_empty());
}

#[test]
fn erasing_goes_on_after_a_crash_and_in_another_tab() {
    use replica::memory::Trouble;
    let mut stall = Stall::new(1);
    let id = wang(&stall, 0);
    stall.settle();
    let other = stall.second_tab(0);
    forget(&stall, 0, id, &[]);
    stall.settle_one(0);
    for trouble in [Trouble::CrashBefore, Trouble::CrashAfter] {
        stall.tablets[0].disk.plan(trouble);
        stall.start(0);
        stall.turn();
        stall.restart(0);
    }
    erase_all(&mut stall);
    is_forgotten(&stall);
    stall.wait(other.refresh()).ok();
    let other = stall.second_tab(0);
    assert!(Customer::read(&other.replica().fields(id).unwrap()).erased);
}
