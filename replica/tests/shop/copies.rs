//! Stories of a tablet whose storage was copied: two that count on under one identity. They are told, each goes on as
//! a tablet of its own, and nothing that they made is lost, doubled, or taken for another's.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{NOW, Stall, new_order, pay, ship};
use domain::order::{Command, ConflictKind, Status};
use replica::memory::Trouble;
use replica::storage::StorageFault;
use uuid::Uuid;

/// The orders that are called saved, whoever took them.
fn ids(stall: &Stall) -> BTreeSet<Uuid> {
    let ids = stall.server.ids();
    let all: BTreeSet<Uuid> = ids.iter().copied().collect();
    assert_eq!(all.len(), ids.len(), "an event is in the log twice");
    all
}

/// Each tablet is somebody of its own, under a code of its own, and nobody is told of a copy any more.
fn each_is_somebody(stall: &Stall) {
    let mut known = BTreeMap::new();
    for tablet in &stall.tablets {
        let device = tablet.tab.replica().device().clone();
        assert!(!tablet.tab.sync_state().cloned);
        assert_eq!(tablet.tab.replica().shop().device_code(device.id), device.code.as_deref());
        assert_eq!(known.insert(device.id, device.code.clone()), None, "two tablets are one device");
    }
    assert_eq!(known.values().collect::<BTreeSet<_>>().len(), known.len(), "two tablets have one code");
}

/// A tablet with an order, half of it sent, and its copy.
fn copied() -> (Stall, Uuid) {
    let mut stall = Stall::new(1);
    let order = stall.sell(0, "known to both").order;
    stall.settle();
    stall.sell(0, "waits on both");
    let copy = stall.copy_of(0);
    stall.tablets.push(copy);
    (stall, order)
}

#[test]
fn both_go_on_as_tablets_of_their_own() {
    let (mut stall, _) = copied();
    for n in 0..4 {
        stall.sell(n % 2, &format!("apart {n}"));
    }
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 6);
    // While they did not know of each other, they gave out the same numbers: a person is shown, and settles it.
    let doubled = stall.tablets[0].tab.replica().duplicate_numbers();
    assert_eq!(doubled.len(), 2);
    for (number, orders) in doubled {
        assert!(number.0.contains("-K7-"));
        stall.act(1, Some(orders[1]), &Command::Renumber).unwrap();
    }
    let numbers: BTreeSet<_> = (0..4).map(|n| stall.sell(n % 2, "later").number.unwrap().0).collect();
    assert_eq!(numbers.len(), 4);
    assert!(numbers.iter().all(|number| !number.contains("-K7-")), "under new codes: {numbers:?}");
    stall.settle();
    assert_eq!(stall.tablets[0].tab.replica().duplicate_numbers(), []);
    ids(&stall);
}

#[test]
fn the_other_tablets_are_not_told() {
    let mut stall = Stall::new(2);
    stall.settle();
    let copy = stall.copy_of(0);
    stall.tablets.push(copy);
    let other = stall.tablets[1].tab.replica().device().id;
    stall.sell(0, "a");
    stall.sell(2, "b");
    stall.settle_one(0);
    stall.settle_one(2);
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.tablets[1].tab.replica().device().id, other, "it stays who it is");
}

#[test]
fn what_it_did_before_it_knows_of_under_its_new_name() {
    let (mut stall, order) = copied();
    // What it did as the old device and does as the new one is no race of two tablets.
    stall.act(0, Some(order), &pay(300)).unwrap();
    stall.sell(1, "a");
    stall.settle();
    each_is_somebody(&stall);
    stall.act(0, Some(order), &pay(700)).unwrap();
    stall.act(0, Some(order), &ship()).unwrap();
    stall.settle();
    stall.act(0, Some(order), &Command::VoidParcel(parcel(&stall, order), "still here".into())).unwrap();
    stall.act(0, Some(order), &Command::Cancel("changed her mind".into())).unwrap();
    stall.settle();
    for tablet in &stall.tablets {
        let known = stall.wait(tablet.tab.order(order)).unwrap().unwrap();
        assert_eq!((known.status(), known.paid(), known.conflicts.len()), (Status::Cancelled, 1_000, 0));
    }
}

#[test]
fn what_waits_is_sent_and_seen_before_it_acts_under_its_new_name() {
    let (mut stall, order) = copied();
    stall.sell(0, "a");
    stall.settle_one(0);
    // The copy hears of the tablet before it has sent what it did itself.
    crate::edit(&stall, 1, order, 1);
    for answers in 1..6 {
        stall.server.state.borrow_mut().answers_left = Some(answers);
        stall.tablets[1].tab.wake();
        stall.start(1);
        stall.turn();
        stall.pause(1);
        crate::edit(&stall, 1, order, 2 + answers as u8 % 2);
    }
    stall.server.state.borrow_mut().answers_left = None;
    crate::edit(&stall, 1, order, 2);
    stall.settle();
    each_is_somebody(&stall);
    let known = stall.wait(stall.tablets[0].tab.order(order)).unwrap().unwrap();
    assert_eq!((known.note.value.as_str(), known.conflicts.len()), ("note 2", 0), "no race with itself");
}

fn parcel(stall: &Stall, order: Uuid) -> Uuid {
    stall.wait(stall.tablets[0].tab.order(order)).unwrap().unwrap().parcels[0].id
}

#[test]
fn a_conflict_is_neither_lost_nor_doubled() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.act(0, Some(order), &pay(1_000)).unwrap();
    stall.settle();
    stall.act(0, Some(order), &ship()).unwrap();
    stall.act(1, Some(order), &Command::Cancel("changed her mind".into())).unwrap();
    let copy = stall.copy_of(1);
    stall.tablets.push(copy);
    stall.sell(1, "b");
    stall.sell(2, "c");
    stall.settle();
    each_is_somebody(&stall);
    let conflicts = |stall: &Stall, n: usize| -> Vec<(String, ConflictKind)> {
        let known = stall.wait(stall.tablets[n].tab.order(order)).unwrap().unwrap();
        known.open_conflicts().map(|conflict| (conflict.id.clone(), conflict.kind)).collect()
    };
    assert_eq!(conflicts(&stall, 0).len(), 1);
    assert_eq!(conflicts(&stall, 0)[0].1, ConflictKind::ShippedCancelled);
    assert_eq!(conflicts(&stall, 0), conflicts(&stall, 1));
    assert_eq!(conflicts(&stall, 0), conflicts(&stall, 2));
}

#[test]
fn it_is_told_once_whatever_crashes_or_is_lost() {
    let troubles = [
        Trouble::CrashBefore,
        Trouble::CrashAfter,
        Trouble::LoseAnswer,
        Trouble::FailWrite(StorageFault::Quota),
        Trouble::FailRead(StorageFault::Closed),
    ];
    for trouble in troubles {
        for step in 0..6 {
            let (mut stall, _) = copied();
            stall.sell(0, "a");
            stall.settle_one(0);
            stall.sell(1, "b");
            // The copy hears of it, and at some step its process dies.
            let disk = stall.tablets[1].disk.clone();
            let writes = disk.writes();
            stall.server.state.borrow_mut().lose_joins = step % 3;
            stall.start(1);
            stall.until("so far", |stall| {
                disk.writes() >= writes + step as u64 || stall.tablets[1].tab.replica().device().former.len() == 1
            });
            disk.plan(trouble.clone());
            stall.turn();
            disk.calm();
            stall.restart(1);
            stall.settle();
            each_is_somebody(&stall);
            assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 4, "{trouble:?} at {step}");
            ids(&stall);
        }
    }
}

#[test]
fn a_lost_answer_makes_one_device_not_two() {
    let (mut stall, _) = copied();
    stall.sell(1, "a");
    let joined = stall.server.state.borrow().joined.len();
    stall.server.state.borrow_mut().lose_joins = 3;
    stall.sell(0, "b");
    stall.settle_one(0);
    stall.settle_one(1);
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.server.state.borrow().joined.len(), joined + 2, "one new device for each of the two");
}

#[test]
fn what_it_sells_while_it_is_told_is_sold_once() {
    let (mut stall, _) = copied();
    stall.sell(0, "a");
    stall.settle_one(0);
    stall.sell(1, "b");
    // The answer that lets it in is on its way, and it sells on: that was made under the old name, and goes first.
    stall.server.state.borrow_mut().lose_joins = 1;
    stall.start(1);
    stall.until("asked", |stall| stall.server.state.borrow().lose_joins == 0);
    stall.sell(1, "c");
    stall.pause(1);
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 5);
}

#[test]
fn a_restored_server_gets_what_was_made_under_the_old_name() {
    for keep in [0, 1, 3, 4, 6, 8, 10] {
        for silently in [false, true] {
            let (mut stall, order) = copied();
            stall.act(0, Some(order), &pay(400)).unwrap();
            stall.sell(1, "a");
            stall.settle();
            stall.act(1, Some(order), &pay(600)).unwrap();
            stall.settle();
            each_is_somebody(&stall);
            let (all, devices) = (ids(&stall), stall.server.state.borrow().joined.len());
            if silently {
                stall.server.lose_silently(keep)
            } else {
                stall.server.restore(keep)
            }
            stall.restart(1);
            stall.sell(1, "meanwhile");
            stall.settle();
            each_is_somebody(&stall);
            assert!(ids(&stall).is_superset(&all), "keep {keep}: events are lost");
            assert_eq!(stall.server.state.borrow().joined.len(), devices, "keep {keep}: nobody changed again");
            let known = stall.wait(stall.tablets[0].tab.order(order)).unwrap().unwrap();
            assert_eq!((known.paid(), known.conflicts.len()), (1_000, 0));
            assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 4);
        }
    }
}

#[test]
fn a_tablet_restored_from_a_backup_goes_on_under_a_new_name() {
    let mut stall = Stall::new(2);
    stall.sell(0, "a");
    stall.settle();
    let backup = stall.tablets[0].disk.copy();
    let order = stall.sell(0, "b").order;
    stall.settle();
    let disk = backup;
    stall.tablets[0].disk = disk;
    stall.restart(0);
    stall.settle();
    each_is_somebody(&stall);
    assert!(stall.tablets[0].tab.replica().summary(order, NOW).is_some(), "what it had forgotten comes back");
    let more = stall.act(0, None, &new_order("c", 5)).unwrap();
    assert!(!more.number.unwrap().0.contains("-K7-"));
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().duplicate_numbers(), []);
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 3);
}

#[test]
fn a_copy_of_a_copy_goes_on_as_well() {
    let (mut stall, _) = copied();
    for n in [1, 2] {
        stall.sell(0, "a");
        stall.sell(n, "b");
        stall.settle();
        each_is_somebody(&stall);
        let copy = stall.copy_of(n);
        stall.tablets.push(copy);
    }
    for n in 0..4 {
        stall.sell(n, "c");
    }
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 2 + 4 + 4);
    stall.server.restore(5);
    stall.settle();
    each_is_somebody(&stall);
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 2 + 4 + 4);
}
