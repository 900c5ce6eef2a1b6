//! Stories of records: products, customers and the shop's own fields, written on two tablets.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use domain::StreamKind;
use domain::order::{Badge, Command, Content, Line};
use domain::product::ledger::{Cause, ledger};
use domain::record::{Changed, RecordEvent, StockMoved, StockReason, Value};
use replica::client::{ActFault, Change};
use replica::{Act, Facet, Filter};
use uuid::Uuid;

use super::support::{DAY, Stall, new_order, pay, ship};

fn set(fields: &[(&str, Value)]) -> RecordEvent {
    let set = fields.iter().map(|(name, value)| ((*name).to_owned(), Some(value.clone()))).collect();
    RecordEvent::Changed(Changed { set, settles: None })
}

fn moved(quantity: i64) -> RecordEvent {
    RecordEvent::StockMoved(StockMoved::new(0, StockReason::Received, quantity))
}

fn product(stall: &Stall, n: usize, id: Option<Uuid>, events: Vec<RecordEvent>) -> Uuid {
    stall.wait(stall.tablets[n].tab.act_all(&[Act::Record(StreamKind::Product, id, events)], DAY)).unwrap()[0]
}

fn price(stall: &Stall, n: usize, id: Uuid) -> Option<i64> {
    stall.tablets[n].tab.replica().fields(id)?.int("price")
}

/// A product at 5.00 that both tablets know.
fn longjing(stall: &mut Stall) -> Uuid {
    let id = product(stall, 0, None, vec![set(&[("name", "龙井".into()), ("price", 500.into())]), moved(10)]);
    stall.settle();
    id
}

#[test]
fn a_product_written_offline_is_there_on_the_other_tablet_and_after_every_start() {
    let mut stall = Stall::new(2);
    let id = longjing(&mut stall);
    let fields = stall.tablets[1].tab.replica().fields(id).unwrap();
    assert_eq!((fields.text("name"), fields.int("price"), fields.sums.get(&0)), ("龙井", Some(500), Some(&10)));
    product(&stall, 1, Some(id), vec![moved(-3)]);
    product(&stall, 0, Some(id), vec![moved(-4)]);
    stall.settle();
    assert_eq!(stall.tablets[0].tab.replica().fields(id).unwrap().sums.get(&0), Some(&3), "both movements count");
    assert_eq!(stall.tablets[0].tab.replica().records(StreamKind::Product).count(), 1);
    assert_eq!(stall.tablets[0].tab.replica().records(StreamKind::Customer).count(), 0);
}

#[test]
fn different_fields_of_one_product_both_count_and_nobody_is_asked() {
    let mut stall = Stall::new(2);
    let id = longjing(&mut stall);
    product(&stall, 0, Some(id), vec![set(&[("price", 600.into())])]);
    product(&stall, 1, Some(id), vec![set(&[("name", "龙井 明前".into())])]);
    stall.settle();
    for n in 0..2 {
        let fields = stall.tablets[n].tab.replica().fields(id).unwrap();
        assert_eq!((fields.text("name"), fields.int("price"), fields.open_conflicts), ("龙井 明前", Some(600), 0));
    }
}

#[test]
fn one_price_written_on_two_tablets_is_shown_and_settled_once() {
    let mut stall = Stall::new(2);
    let id = longjing(&mut stall);
    product(&stall, 1, Some(id), vec![set(&[("price", 700.into())])]);
    stall.tablets[0].clock_off_ms.set(365 * 86_400_000);
    product(&stall, 0, Some(id), vec![set(&[("price", 600.into())])]);
    stall.settle();
    assert_eq!(price(&stall, 0, id), price(&stall, 1, id));
    assert_eq!(stall.tablets[1].tab.replica().conflicted_records().collect::<Vec<_>>(), [(StreamKind::Product, id, 1)]);
    let record = stall.wait(stall.tablets[1].tab.record(id)).unwrap().unwrap();
    let conflict = record.open_conflicts().next().unwrap().clone();
    let (stands, other) = (record.get("price").cloned(), conflict.other.clone());
    let mut both = [stands.clone(), other.clone()];
    both.sort();
    assert_eq!(both, [Some(Value::Int(600)), Some(Value::Int(700))]);
    // One tablet takes the other value, the other tablet leaves it: the first choice stands.
    let settle = |set: &[(&str, Option<Value>)]| {
        let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        vec![RecordEvent::Changed(Changed { set, settles: Some(conflict.id.clone()) })]
    };
    product(&stall, 0, Some(id), settle(&[("price", other.clone())]));
    stall.settle_one(0);
    product(&stall, 1, Some(id), settle(&[]));
    stall.settle();
    for n in 0..2 {
        let fields = stall.tablets[n].tab.replica().fields(id).unwrap();
        assert_eq!((fields.fields.get("price").cloned(), fields.open_conflicts), (other.clone(), 0));
    }
}

#[test]
fn a_price_written_alike_on_two_tablets_is_not_changed_behind_the_back_of_either() {
    for changes in [0, 1] {
        let mut stall = Stall::new(2);
        let id = longjing(&mut stall);
        product(&stall, 0, Some(id), vec![set(&[("price", 700.into())])]);
        product(&stall, 1, Some(id), vec![set(&[("price", 700.into())])]);
        product(&stall, changes, Some(id), vec![set(&[("price", 600.into())])]);
        stall.settle();
        let asked = stall.tablets[0].tab.replica().conflicted_records().collect::<Vec<_>>();
        assert_eq!(asked, [(StreamKind::Product, id, 1)], "tablet {changes} made it 600, the other wants 700");
    }
}

#[test]
fn an_act_of_several_parts_is_stored_whole_or_not_at_all() {
    let stall = Stall::new(1);
    let customer = Uuid::from_u128(9);
    let named = |name: &str| Act::Record(StreamKind::Customer, Some(customer), vec![set(&[("name", name.into())])]);
    let sale = |name| Act::Order(None, Box::new(new_order(name, 500)));
    let ids = stall.wait(stall.tablets[0].tab.act_all(&[named("王小明"), sale("a"), sale("b")], DAY)).unwrap();
    let replica = stall.tablets[0].tab.replica();
    let number = |id| replica.summary(id, 0).unwrap().number.unwrap().0;
    assert_eq!([number(ids[1]), number(ids[2])], ["261123-K7-0001", "261123-K7-0002"]);
    assert_eq!(replica.fields(customer).unwrap().text("name"), "王小明");
    drop(replica);
    let nothing = Command::Confirm {
        new: Some((Content { lines: Vec::<Line>::new(), ..Content::default() }, Default::default())),
        copied_from: None,
        payments: Vec::new(),
        handed_over: false,
    };
    let refused = stall.wait(stall.tablets[0].tab.act_all(&[named("李四"), Act::Order(None, Box::new(nothing))], DAY));
    assert!(matches!(refused, Err(ActFault::Rejected(_))));
    assert_eq!(stall.tablets[0].tab.replica().fields(customer).unwrap().text("name"), "王小明");
    stall.agree_alone();
}

#[test]
fn the_shops_own_fields_are_merged_one_by_one() {
    let mut stall = Stall::new(2);
    stall.settle();
    let change = |stall: &Stall, n: usize, field: &str, value: &str| {
        let set = [(field.to_owned(), Some(value.into()))].into();
        stall.wait(stall.tablets[n].tab.act_all(&[Act::Shop(Changed { set, settles: None })], DAY)).unwrap();
    };
    change(&stall, 0, "channel/own/name", "小程序");
    change(&stall, 1, "carrier/x/name", "老王快递");
    change(&stall, 0, "default_channel", "own");
    change(&stall, 1, "default_channel", "jd");
    stall.settle();
    let text = |n: usize, field: &str| {
        let replica = stall.tablets[n].tab.replica();
        replica.shop().record().get(field).and_then(Value::as_text).unwrap_or_default().to_owned()
    };
    for n in 0..2 {
        assert_eq!([text(n, "channel/own/name"), text(n, "carrier/x/name")], ["小程序", "老王快递"]);
        assert_eq!(stall.tablets[n].tab.replica().shop().record().open_conflicts().count(), 1);
    }
    assert_eq!(text(0, "default_channel"), text(1, "default_channel"));
}

#[test]
fn records_survive_a_server_that_lost_a_day() {
    let mut stall = Stall::new(2);
    let id = longjing(&mut stall);
    let before = stall.server.ids().len();
    product(&stall, 0, Some(id), vec![set(&[("price", 650.into())]), moved(5)]);
    let other = product(&stall, 1, None, vec![set(&[("name", "茶壶".into())])]);
    stall.settle();
    stall.server.restore(before);
    product(&stall, 1, Some(id), vec![moved(1)]);
    stall.settle();
    let fields = stall.tablets[1].tab.replica().fields(id).unwrap();
    assert_eq!((fields.int("price"), fields.sums.get(&0)), (Some(650), Some(&16)));
    assert_eq!(stall.tablets[0].tab.replica().fields(other).unwrap().text("name"), "茶壶");
}

/// Sells some of a product.
fn sell(stall: &Stall, n: usize, id: Uuid, quantity: i64) -> Uuid {
    let Command::Confirm { new: Some((mut content, buyer)), .. } = new_order("王小明", 500) else { unreachable!() };
    content.lines[0].product = Some(id);
    content.lines[0].quantity = quantity;
    let new = Some((content, buyer));
    let sale = Command::Confirm { new, copied_from: None, payments: Vec::new(), handed_over: false };
    stall.act(n, None, &sale).unwrap().order
}

fn oversold(stall: &Stall, n: usize) -> Vec<Uuid> {
    let replica = stall.tablets[n].tab.replica();
    let found = replica.found(&Filter::of(Facet::Badge(Badge::Oversold)), 0);
    let badge = |id: &Uuid| replica.summary(*id, 0).is_some_and(|summary| summary.badges.has(Badge::Oversold));
    assert!(found.iter().all(badge));
    assert_eq!(replica.summaries().iter().filter(|summary| badge(&summary.id)).count(), found.len());
    assert_eq!(replica.counts(0).oversold, found.len());
    assert_eq!(replica.counts_of(&Filter::default(), 0).oversold, found.len());
    found
}

#[test]
fn the_last_piece_sold_on_both_tablets_stands_twice_and_is_called_oversold_until_more_comes() {
    let mut stall = Stall::new(2);
    let id = product(&stall, 0, None, vec![set(&[("name", "茶壶".into())]), moved(3)]);
    stall.settle();
    let one = sell(&stall, 0, id, 3);
    let other = sell(&stall, 1, id, 1);
    assert!(oversold(&stall, 0).is_empty() && oversold(&stall, 1).is_empty(), "each tablet had enough");
    stall.settle();
    for n in 0..2 {
        let mut both = oversold(&stall, n);
        both.sort_unstable();
        let mut sold = [one, other];
        sold.sort_unstable();
        assert_eq!(both, sold);
        let stock = stall.tablets[n].tab.replica().stock_of(id, 0);
        assert_eq!((stock.on_hand, stock.reserved, stock.free()), (3, 4, -1));
    }
    product(&stall, 1, Some(id), vec![moved(1)]);
    assert!(oversold(&stall, 1).is_empty());
    stall.settle();
    assert!(oversold(&stall, 0).is_empty());
}

#[test]
fn what_nobody_counts_is_never_oversold() {
    let mut stall = Stall::new(1);
    let id = product(&stall, 0, None, vec![set(&[("name", "茶壶".into())])]);
    sell(&stall, 0, id, 50);
    stall.settle();
    assert!(oversold(&stall, 0).is_empty());
}

#[test]
fn the_ledger_says_where_every_piece_went_and_comes_to_what_there_is() {
    let mut stall = Stall::new(2);
    let id = product(&stall, 0, None, vec![set(&[("name", "茶壶".into())]), moved(10)]);
    stall.settle();
    let first = sell(&stall, 0, id, 2);
    stall.act(0, Some(first), &pay(1_000)).unwrap();
    stall.act(0, Some(first), &ship()).unwrap();
    stall.settle();
    let parcel = stall.wait(stall.tablets[0].tab.order(first)).unwrap().unwrap().parcels[0].id;
    stall.act(0, Some(first), &Command::VoidParcel(parcel, "came back".into())).unwrap();
    let second = sell(&stall, 1, id, 3);
    stall.act(1, Some(second), &pay(1_500)).unwrap();
    stall.act(1, Some(second), &ship()).unwrap();
    let counted = StockMoved { note: "one broke".into(), ..StockMoved::count(0, 4) };
    product(&stall, 1, Some(id), vec![RecordEvent::StockMoved(counted)]);
    stall.settle();
    let book = |n: usize| {
        let tab = &stall.tablets[n].tab;
        let record = stall.wait(tab.record(id)).unwrap().unwrap();
        let took = tab.replica().took(id);
        let orders: Vec<_> = took.iter().map(|(order, _)| stall.wait(tab.order(*order)).unwrap().unwrap()).collect();
        let on_hand = BTreeMap::from([(0, tab.replica().stock_of(id, 0).on_hand)]);
        ledger(&[(id, &record)], &orders, &tab.replica().merges(), &on_hand, None)
    };
    let (book, theirs) = (book(0), book(1));
    assert_eq!(book, theirs, "both tablets keep the same book");
    let sum: i64 = book.iter().map(|entry| entry.quantity).sum();
    assert_eq!((book.len(), sum, book[0].balance), (5, 6, Some(6)));
    for (entry, before) in book.iter().zip(&book[1..]) {
        assert_eq!(entry.balance.unwrap() - entry.quantity, before.balance.unwrap());
    }
    let of = |order| book.iter().filter(move |entry| matches!(entry.cause, Cause::Order { id, .. } if id == order));
    let mut of_first: Vec<i64> = of(first).map(|entry| entry.quantity).collect();
    of_first.sort_unstable();
    assert_eq!(of_first, [-2, 2], "a parcel that was voided is seen leaving and coming back");
    assert_eq!(of(second).map(|entry| entry.quantity).collect::<Vec<_>>(), [-3]);
}

#[test]
fn a_change_names_the_kinds_of_streams_that_read_otherwise_than_before() {
    let mut stall = Stall::new(2);
    let id = longjing(&mut stall);
    let kinds: [Rc<RefCell<BTreeSet<StreamKind>>>; 2] = Default::default();
    for (tablet, kinds) in stall.tablets.iter().zip(&kinds) {
        let kinds = Rc::clone(kinds);
        let told = move |change: &Change| {
            let named = StreamKind::ALL.iter().filter(|kind| change.kinds.contains(**kind));
            kinds.borrow_mut().extend(named);
        };
        tablet.tab.on_change(told);
    }
    let named = || kinds.each_ref().map(|kinds| kinds.take().into_iter().collect::<Vec<_>>());
    let changed = Changed { set: BTreeMap::from([("receipt".to_owned(), Some("谢谢".into()))]), settles: None };
    let shop = |stall: &Stall| stall.wait(stall.tablets[0].tab.act_all(&[Act::Shop(changed)], DAY)).unwrap();
    let price = set(&[("price", 600.into())]);

    stall.sell(0, "王小明");
    assert_eq!(named(), [vec![StreamKind::Order], vec![]]);
    stall.settle();
    assert_eq!(named(), [vec![StreamKind::Order], vec![StreamKind::Order]], "here it is sent now, there it is new");
    product(&stall, 0, Some(id), vec![price]);
    stall.settle();
    assert_eq!(named(), [vec![StreamKind::Product], vec![StreamKind::Product]]);
    shop(&stall);
    stall.settle();
    assert_eq!(named(), [vec![StreamKind::Shop], vec![StreamKind::Shop]]);
}
