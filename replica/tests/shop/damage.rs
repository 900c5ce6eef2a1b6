//! Stories of a disk that spoils what was written on it: a tablet passes that over, says what is lost, and has the rest
//! from the server again.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use crate::support::{NOW, Stall, pay, ship};
use domain::order::Command;
use replica::client::OpenFault;
use replica::sync::State;
use uuid::Uuid;

type Spoil = fn(&[u8]) -> Option<Vec<u8>>;

const GONE: Spoil = |_| None;
const EMPTY: Spoil = |_| Some(Vec::new());
const CUT: Spoil = |bytes| Some(bytes.iter().take(bytes.len() / 2).copied().collect());
const ZEROS: Spoil = |bytes| Some(vec![0; bytes.len()]);
const OTHERS: Spoil = |bytes| Some(bytes.iter().map(|byte| !byte).collect());

/// The texts of own events, where there are any, are still texts, but no JSON.
const OTHER_TEXT: Spoil = |bytes| {
    let mut bytes = bytes.to_vec();
    let at = bytes.windows(5).position(|part| part == b"{\"v\":").unwrap();
    bytes[at] = b'?';
    Some(bytes)
};

/// A shop of two tablets that have done a little of everything, and an order.
fn shop() -> (Stall, Uuid) {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    stall.act(1, Some(order), &pay(400)).unwrap();
    stall.settle();
    let other = stall.sell(1, "b").order;
    stall.act(0, Some(order), &pay(600)).unwrap();
    stall.act(0, Some(order), &ship()).unwrap();
    stall.settle();
    stall.act(0, Some(other), &Command::Hold("waits".into())).unwrap();
    stall.settle();
    (stall, order)
}

#[test]
fn whatever_entry_is_spoilt_everything_comes_back_from_the_server() {
    for spoil in [GONE, EMPTY, CUT, ZEROS, OTHERS] {
        let (mut stall, _) = shop();
        let last = stall.tablets[0].disk.last_no();
        stall.sell(0, "how far it had counted is known");
        stall.settle();
        let id = stall.tablets[0].tab.replica().device().id;
        let rows = stall.tablets[1].tab.replica().summaries();
        for no in 1..=last {
            stall.tablets[0].disk.spoil(no, spoil);
            // What is gone is only noticed where something leads to it.
            stall.tablets[0].disk = stall.tablets[0].disk.copy_with_damaged_checkpoint();
            stall.restart(0);
            stall.settle();
            let state = stall.tablets[0].tab.sync_state();
            assert_eq!(state.unreadable, (no as usize, 0), "entry {no}");
            assert_eq!((state.state, state.cloned), (State::Synced, false));
            assert!(stall.tablets[0].tab.replica().summaries() == rows, "entry {no}");
        }
        stall.sell(0, "goes on");
        stall.settle();
        assert_eq!(stall.tablets[0].tab.replica().device().id, id, "it is who it was");
        assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 4);
    }
}

#[test]
fn what_was_not_sent_is_lost_and_that_is_said() {
    let (mut stall, _) = shop();
    stall.sell(0, "lost");
    let no = stall.tablets[0].disk.last_no();
    stall.sell(0, "not lost");
    stall.tablets[0].disk.spoil(no, CUT);
    stall.restart(0);
    stall.settle();
    let state = stall.tablets[0].tab.sync_state();
    // An order and its buyer.
    assert_eq!((state.unreadable, state.pending, state.cloned), ((1, 2), 0, false));
    let names = |n: usize| {
        let replica = stall.tablets[n].tab.replica();
        replica
            .summaries()
            .iter()
            .filter(|row| row.name.ends_with("lost"))
            .map(|row| row.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!([names(0), names(1)], [["not lost"], ["not lost"]]);
    stall.sell(0, "goes on, behind a gap in its counters");
    stall.settle();
    // And it is still said after the next start.
    stall.restart(0);
    assert_eq!(stall.tablets[0].tab.sync_state().unreadable, (1, 2));
}

#[test]
fn what_was_done_last_is_lost_and_its_counter_is_nobody_elses() {
    let (mut stall, _) = shop();
    stall.sell(0, "sent and then spoilt");
    stall.settle();
    for no in stall.tablets[0].disk.last_no() - 1..=stall.tablets[0].disk.last_no() {
        stall.tablets[0].disk.spoil(no, EMPTY);
    }
    stall.restart(0);
    stall.sell(0, "counted before the log is known again");
    stall.settle();
    stall.settle();
    assert_eq!(stall.server.ids().len() as u64, stall.server.head(), "every id is there once");
    assert!(!stall.tablets[0].tab.sync_state().cloned);
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 4);
}

#[test]
fn an_entry_that_is_found_spoilt_while_people_work_stops_nobody() {
    let (mut stall, order) = shop();
    // A start that reads no more than a checkpoint.
    stall.tablets[0].disk = stall.tablets[0].disk.copy_with_damaged_checkpoint();
    stall.restart(0);
    for no in 1..stall.tablets[0].disk.last_no() {
        stall.tablets[0].disk.spoil(no, CUT);
    }
    stall.restart(0);
    assert_eq!(stall.tablets[0].tab.sync_state().unreadable.0, 0, "nothing led to it so far");
    stall.act(1, Some(order), &Command::MarkDelivered).unwrap();
    stall.sell(0, "sold meanwhile");
    stall.settle();
    let state = stall.tablets[0].tab.sync_state();
    assert!(state.unreadable.0 > 0 && state.unreadable.1 == 0 && !state.cloned, "{state:?}");
    assert!(stall.wait(stall.tablets[0].tab.order(order)).unwrap().is_some());
}

#[test]
fn a_person_asks_for_an_order_whose_entry_is_spoilt() {
    let (mut stall, order) = shop();
    stall.tablets[0].disk = stall.tablets[0].disk.copy_with_damaged_checkpoint();
    stall.restart(0);
    for no in 1..stall.tablets[0].disk.last_no() {
        stall.tablets[0].disk.spoil(no, GONE);
    }
    stall.restart(0);
    // What is left of it, now; all of it, once the server was heard.
    stall.wait(stall.tablets[0].tab.order(order)).unwrap();
    stall.settle();
    let known = stall.wait(stall.tablets[0].tab.order(order)).unwrap();
    assert_eq!(known, stall.wait(stall.tablets[1].tab.order(order)).unwrap());
}

#[test]
fn a_spoilt_text_is_put_aside_and_the_next_ones_go() {
    let (mut stall, order) = shop();
    stall.sell(0, "spoilt");
    let no = stall.tablets[0].disk.last_no();
    stall.tablets[0].disk.spoil(no, OTHER_TEXT);
    stall.restart(0);
    stall.sell(0, "goes");
    stall.act(1, Some(order), &Command::MarkDelivered).unwrap();
    stall.tablets.iter().for_each(|tablet| tablet.tab.wake());
    (0..2).for_each(|n| stall.start(n));
    stall.until("all goes on", |stall| {
        stall.tablets.iter().all(|tablet| {
            let state = tablet.tab.sync_state();
            state.pending == 0 && tablet.tab.replica().cursor() == stall.server.head()
        })
    });
    assert_eq!(stall.tablets[0].tab.sync_state().quarantined, 1);
    let rows = stall.tablets[1].tab.replica().summaries();
    assert!(rows.iter().any(|row| row.name == "goes"));
}

#[test]
fn what_a_newer_app_wrote_is_not_taken_for_damage() {
    let (stall, _) = shop();
    let tablet = &stall.tablets[0];
    let newer: Spoil = |bytes| Some(bytes.iter().enumerate().map(|(at, byte)| byte + 2 * u8::from(at == 0)).collect());
    tablet.disk.spoil(3, newer);
    let disk = tablet.disk.copy_with_damaged_checkpoint();
    let opened = stall.wait(stall.try_open(&disk, &tablet.network, &tablet.clock_off_ms));
    assert!(matches!(opened, Err(OpenFault::Newer)));
    assert_eq!(disk.last_no(), tablet.disk.last_no(), "nothing was written");
}

#[test]
fn of_a_person_nothing_is_left_in_what_cant_be_read() {
    let (mut stall, _) = shop();
    let order = stall.sell(0, "王小明").order;
    stall.settle();
    for no in 1..=stall.tablets[0].disk.last_no() {
        // Its end is missing.
        stall.tablets[0].disk.spoil(no, |bytes| Some(bytes.iter().take(bytes.len() - 1).copied().collect()));
    }
    stall.restart(0);
    stall.settle();
    stall.act(1, Some(order), &Command::EraseBuyer).unwrap();
    stall.settle();
    (0..2).for_each(|n| stall.start(n));
    stall.until("erased", |stall| stall.tablets.iter().all(|tablet| !tablet.tab.replica().erases()));
    let place = order.hyphenated().to_string();
    assert!(!stall.tablets[0].disk.holds("王小明".as_bytes()));
    assert!(stall.tablets[0].disk.holds(place.as_bytes()), "its events are");
}
