//! Stories of a shop's tablets: what they do apart comes together, and what was called saved stays.

mod clock;
mod copies;
mod counts;
mod customers;
mod damage;
mod merging;
mod pictures;
mod records;
mod rules;
mod support;

use std::collections::BTreeSet;
use std::rc::Rc;

use domain::Currency;
use domain::order::{Badge, Command, Content, Rejection, Status};
use domain::shop::SettingChanged;
use domain::weight::WeightUnit;
use proptest::prelude::*;
use replica::Filter;
use replica::client::ActFault;
use replica::memory::Trouble;
use replica::storage::{Storage, StorageFault};
use replica::sync::State;
use support::{DAY, NOW, Stall, new_order, pay, ship};

#[test]
fn an_order_taken_offline_is_seen_on_the_other_tablet() {
    let mut stall = Stall::new(2);
    let taken = stall.sell(0, "王小明");
    assert_eq!(taken.number.unwrap().0, "261123-K7-0001");
    stall.settle();
    let order = stall.wait(stall.tablets[1].tab.order(taken.order)).unwrap().unwrap();
    assert_eq!(order.name.value, "王小明");
    assert_eq!(stall.tablets[1].tab.replica().shop().name(), "摊");
    let shop = stall.tablets[1].tab.replica().shop().devices().count();
    assert_eq!(shop, 2);
}

#[test]
fn own_events_that_follow_the_cursor_are_not_pulled_back() {
    let mut stall = Stall::new(1);
    stall.settle_one(0);
    let pulls = stall.server.state.borrow().pulls;
    stall.start(0);
    stall.until("listening in vain", |stall| stall.server.state.borrow().pulls > pulls);
    for n in 0..20 {
        stall.sell(0, &n.to_string());
    }
    stall.until("sent", |stall| stall.tablets[0].tab.replica().pending() == 0);
    let replica = stall.tablets[0].tab.replica();
    assert_eq!(replica.cursor(), stall.server.head());
    assert_eq!(replica.digest(), stall.server.digest());
}

#[test]
fn payment_against_cancel_stands_on_both() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    stall.act(0, Some(order), &pay(1_000)).unwrap();
    stall.act(1, Some(order), &Command::Cancel("changed mind".into())).unwrap();
    stall.settle();
    for tablet in &stall.tablets {
        assert_eq!(tablet.tab.replica().summary(order, NOW).unwrap().status, Status::Paid);
    }
}

#[test]
fn pokes_carry_an_order_over_without_a_pull() {
    let mut stall = Stall::new(2);
    stall.server.state.borrow_mut().live = true;
    stall.settle();
    stall.start(0);
    stall.start(1);
    stall.until("both listen", |stall| stall.tablets.iter().all(|t| t.tab.is_settled()));
    stall.turn();
    let (now, pulls) = (stall.tablets[0].tab.now_ms(), stall.server.state.borrow().pulls);
    for n in 0..5 {
        let order = stall.sell(n % 2, "b").order;
        stall.turn();
        assert!(stall.tablets[1 - n % 2].tab.replica().summary(order, NOW).is_some());
    }
    assert_eq!((stall.tablets[0].tab.now_ms(), stall.server.state.borrow().pulls), (now, pulls), "no time, no pull");
    stall.server.open_sockets_close();
    let order = stall.sell(0, "after the socket closed").order;
    stall.until("seen", |stall| stall.tablets[1].tab.replica().summary(order, NOW).is_some());
    stall.settle();
}

#[test]
fn a_lost_answer_doubles_nothing() {
    let mut stall = Stall::new(2);
    stall.server.state.borrow_mut().lose_answers = 3;
    stall.sell(0, "a");
    stall.sell(1, "b");
    stall.settle();
    let ids = stall.server.ids();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 2);
}

#[test]
fn a_networks_sign_in_page_is_no_answer_of_the_server() {
    let mut stall = Stall::new(2);
    stall.settle();
    stall.server.open_sockets_close();
    stall.tablets[0].network.portal.set(true);
    stall.sell(0, "behind the sign-in page");
    stall.start(0);
    let later = stall.tablets[0].tab.now_ms() + 600_000;
    stall.until("ten minutes", |stall| stall.tablets[0].tab.now_ms() > later);
    assert_eq!(stall.tablets[0].tab.sync_state().state, State::Offline, "nothing is wrong but the network");
    stall.tablets[0].network.portal.set(false);
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 1);
}

/// memrynote/memry#1963, fujibee/agmsg#609, spec-kitty/spec-kitty#2734: the same batch for ever.
#[test]
fn a_proxy_that_takes_less_gets_less_at_a_time() {
    let mut stall = Stall::new(2);
    stall.settle();
    let takes = Rc::clone(&stall.tablets[0].network.takes);
    for name in ["a", "b", "c", "d", "e", "f"] {
        stall.sell(0, name);
    }
    takes.set(1_500);
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 6);
    // Not even one goes through: it waits, a person is told, and nothing is lost.
    takes.set(100);
    stall.sell(0, "g");
    stall.start(0);
    let later = stall.tablets[0].tab.now_ms() + 600_000;
    stall.until("ten minutes", |stall| stall.tablets[0].tab.now_ms() > later);
    assert_eq!(stall.tablets[0].tab.sync_state().state, State::Error);
    takes.set(usize::MAX);
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 7);
}

#[test]
fn a_lost_answer_and_a_new_start_double_nothing() {
    let mut stall = Stall::new(2);
    stall.settle();
    stall.server.state.borrow_mut().lose_answers = 1;
    let order = stall.sell(0, "a").order;
    stall.start(0);
    stall.turn();
    stall.restart(0);
    assert!(stall.tablets[0].tab.replica().is_unsent(order));
    stall.sell(1, "meanwhile");
    stall.settle_one(1);
    stall.settle();
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 2);
}

#[test]
fn pages_of_every_size_lose_nothing() {
    for page in [1, 2, 7, 8, 9] {
        for orders in [0, 1, page - 1, page, page + 1, 2 * page] {
            let mut stall = Stall::new(1);
            stall.server.state.borrow_mut().page = page;
            for n in 0..orders {
                stall.sell(0, &n.to_string());
            }
            stall.settle();
            let third = stall.bare();
            let shop = stall.tablets[0].tab.replica().device().shop.unwrap().to_string();
            stall.wait(third.tab.join("http://server", &shop, None)).unwrap();
            stall.tablets.push(third);
            stall.settle();
            assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), orders);
        }
    }
}

#[test]
fn a_server_restored_from_yesterday_gets_everything_again() {
    for keep in [0, 1, 3, 6, 9] {
        for silently in [false, true] {
            let mut stall = Stall::new(2);
            let orders: Vec<_> = (0..4).map(|n| stall.sell(n % 2, &n.to_string()).order).collect();
            stall.settle();
            stall.act(0, Some(orders[1]), &pay(1_000)).unwrap();
            stall.act(1, Some(orders[0]), &pay(1_000)).unwrap();
            stall.settle();
            let all: BTreeSet<_> = stall.server.ids().into_iter().collect();
            if silently {
                stall.server.lose_silently(keep);
            } else {
                stall.server.restore(keep);
            }
            // One of them works on meanwhile, the other starts again.
            let more = stall.sell(0, "meanwhile").order;
            stall.act(0, Some(orders[0]), &ship()).unwrap();
            stall.restart(1);
            stall.settle();
            let after: BTreeSet<_> = stall.server.ids().into_iter().collect();
            assert!(after.is_superset(&all), "keep {keep}: events are lost");
            assert_eq!(stall.server.ids().len(), after.len(), "keep {keep}: events are doubled");
            let replica = stall.tablets[1].tab.replica();
            assert!(replica.summary(more, NOW).is_some());
            assert_eq!(replica.summary(orders[0], NOW).unwrap().status, Status::Shipped);
            assert_eq!(replica.summary(orders[1], NOW).unwrap().status, Status::Paid);
        }
    }
}

#[test]
fn a_cursor_that_is_too_old_begins_anew_and_loses_nothing() {
    for (gone, page) in [(1, 5_000), (1, 2), (3, 2), (6, 1)] {
        let mut stall = Stall::new(2);
        let order = stall.sell(0, "a").order;
        stall.settle();
        stall.act(1, Some(order), &pay(1_000)).unwrap();
        stall.settle();
        let cursor = stall.tablets[0].tab.replica().cursor();
        let waiting = stall.sell(0, "waits").order;
        stall.act(0, Some(order), &ship()).unwrap();
        let pending = stall.tablets[0].tab.sync_state().pending;
        {
            let mut state = stall.server.state.borrow_mut();
            (state.gone, state.page, state.answers_left) = (gone, page, Some(gone + 1));
        }
        stall.tablets[0].tab.wake();
        stall.start(0);
        stall.until("told that it is gone", |stall| stall.server.state.borrow().gone == 0);
        stall.turn();
        stall.pause(0);
        assert!(page > 100 || stall.tablets[0].tab.replica().cursor() < cursor, "begun anew");
        assert!(stall.tablets[0].tab.sync_state().pending >= pending);
        for _ in 0..2 {
            let row = |order| stall.tablets[0].tab.replica().summary(order, NOW).unwrap();
            assert_eq!((row(order).status, row(waiting).status), (Status::Shipped, Status::AwaitingPayment));
            stall.restart(0);
        }
        stall.server.state.borrow_mut().answers_left = None;
        stall.settle();
        let ids = stall.server.ids();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        let known = stall.wait(stall.tablets[1].tab.order(order)).unwrap().unwrap();
        assert_eq!((known.status(), known.paid(), known.parcels.len()), (Status::Shipped, 1_000, 1));
        assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 2);
        assert!(stall.tablets[0].tab.replica().device().former.is_empty(), "nobody is taken for a copy");
    }
}

#[test]
fn a_log_read_anew_in_pages_of_every_size_gives_the_same_rows() {
    for page in 1..12 {
        let mut stall = Stall::new(3);
        stall.settle();
        let order = stall.sell(1, "a").order;
        stall.settle();
        stall.act(1, Some(order), &pay(1_000)).unwrap();
        stall.settle();
        stall.act(2, Some(order), &Command::HandOver(None)).unwrap();
        stall.sell(2, "later");
        stall.sell(2, "later still");
        stall.settle();
        assert_eq!(stall.tablets[0].tab.replica().summary(order, NOW).unwrap().status, Status::Completed);
        stall.server.state.borrow_mut().page = page;
        stall.server.state.borrow_mut().gone = 1;
        stall.settle_one(0);
        stall.settle();
        assert_eq!(stall.tablets[0].tab.replica().summary(order, NOW).unwrap().status, Status::Completed);
    }
}

#[test]
fn while_the_log_is_read_anew_no_order_falls_back() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    stall.act(1, Some(order), &pay(1_000)).unwrap();
    stall.settle();
    stall.server.restore(5);
    {
        // The network breaks off in the middle.
        let mut state = stall.server.state.borrow_mut();
        state.page = 1;
        state.answers_left = Some(4);
    }
    stall.start(0);
    stall.turn();
    stall.pause(0);
    assert!(stall.tablets[0].tab.replica().is_settling() && stall.tablets[0].tab.replica().cursor() > 0);
    let paid = |stall: &Stall| stall.tablets[0].tab.replica().summary(order, NOW).unwrap().status == Status::Paid;
    assert!(paid(&stall));
    stall.restart(0);
    assert!(paid(&stall));
    stall.server.state.borrow_mut().answers_left = None;
    stall.settle();
    assert!(paid(&stall));
}

#[test]
fn a_quarantined_event_holds_up_nothing() {
    let mut stall = Stall::new(2);
    stall.settle();
    stall.sell(0, "a");
    let bad = stall.sell(0, "b").order;
    stall.sell(0, "c");
    // The id of an order's first event is the order's.
    stall.server.state.borrow_mut().refused.insert(bad);
    stall.start(0);
    stall.until("sent", |stall| stall.tablets[0].tab.replica().pending() == 0);
    let state = stall.tablets[0].tab.sync_state();
    assert_eq!((state.state, state.quarantined), (State::Error, 1));
    assert_eq!(stall.tablets[0].tab.replica().quarantined()[0].stream, bad);
    assert!(stall.tablets[0].tab.replica().summary(bad, NOW).is_some(), "it is kept here");
    stall.settle_one(1);
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 2);
    stall.restart(0);
    assert_eq!(stall.tablets[0].tab.replica().quarantined().len(), 1);
}

#[test]
fn a_revoked_tablet_goes_on_selling() {
    let mut stall = Stall::new(1);
    stall.settle();
    let credential = stall.tablets[0].tab.replica().device().credential.clone().unwrap().0;
    stall.server.state.borrow_mut().revoked.insert(credential);
    stall.sell(0, "a");
    stall.start(0);
    stall.until("told", |stall| stall.tablets[0].tab.sync_state().state == State::NeedsAuth);
    let order = stall.sell(0, "b").order;
    stall.act(0, Some(order), &pay(1_000)).unwrap();
    assert!(stall.tablets[0].tab.sync_state().pending > 0);
    stall.server.state.borrow_mut().revoked.clear();
    stall.pause(0);
    stall.settle();
}

#[test]
fn a_revoked_tablet_is_let_in_again_as_who_it_is_and_sends_what_waits() {
    let mut stall = Stall::new(2);
    stall.settle();
    let before = stall.tablets[0].tab.replica().device().clone();
    let credential = before.credential.clone().unwrap().0;
    stall.server.state.borrow_mut().revoked.insert(credential);
    let order = stall.sell(0, "a").order;
    stall.start(0);
    stall.until("told", |stall| stall.tablets[0].tab.sync_state().state == State::NeedsAuth);
    stall.server.state.borrow_mut().revoked.clear();
    let pairing = before.shop.unwrap().to_string();
    let tab = stall.tablets[0].tab.clone();
    stall.wait(tab.join_again(&pairing)).unwrap();
    let after = stall.tablets[0].tab.replica().device().clone();
    assert_eq!((after.id, after.code, after.shop), (before.id, before.code, before.shop));
    stall.pause(0);
    stall.settle();
    assert!(stall.tablets[1].tab.replica().summary(order, 0).is_some());
}

#[test]
fn two_tabs_share_a_disk_and_a_count() {
    let mut stall = Stall::new(2);
    let second = stall.second_tab(0);
    for n in 0..10 {
        let name = n.to_string();
        if n % 2 == 0 {
            stall.sell(0, &name);
        } else {
            stall.wait(second.act(None, &new_order(&name, 5), DAY)).unwrap();
        }
    }
    // Both at once.
    let (command, other) = (new_order("x", 1), new_order("y", 1));
    let (one, two) = (stall.tablets[0].tab.act(None, &command, DAY), second.act(None, &other, DAY));
    let (one, two) = stall.wait(futures::future::join(one, two));
    assert_ne!(one.unwrap().number, two.unwrap().number);
    stall.wait(stall.tablets[0].tab.refresh()).unwrap();
    stall.wait(second.refresh()).unwrap();
    assert_eq!(stall.tablets[0].tab.replica().summaries(), second.replica().summaries());
    assert!(second.replica().duplicate_numbers().is_empty());
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 12);
}

#[test]
fn two_tabs_that_both_sync_do_no_harm() {
    let mut stall = Stall::new(2);
    stall.server.state.borrow_mut().lose_answers = 1;
    let second = stall.second_tab(0);
    stall.sell(0, "a");
    stall.wait(second.act(None, &new_order("b", 5), DAY)).unwrap();
    let other = Stall::second_tab(&stall, 0);
    let running = other.clone();
    stall.start(0);
    stall.start(1);
    stall.wait(async {
        // The second tab's own syncing, for a while.
        let run = std::pin::pin!(running.run());
        let nap = std::pin::pin!(async {
            for _ in 0..50 {
                futures::pending_once().await;
            }
        });
        futures::future::select(run, nap).await;
    });
    stall.pause(0);
    stall.pause(1);
    stall.settle();
    let ids = stall.server.ids();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

mod futures {
    pub use ::futures::*;
    /// Gives the others a turn.
    pub async fn pending_once() {
        let mut once = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut once, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}

#[test]
fn what_was_called_saved_survives_a_crash_at_every_storage_step() {
    let troubles = [
        Trouble::CrashBefore,
        Trouble::CrashAfter,
        Trouble::LoseAnswer,
        Trouble::FailWrite(StorageFault::Closed),
        Trouble::FailWrite(StorageFault::Quota),
        Trouble::FailWrite(StorageFault::Stale),
        Trouble::FailRead(StorageFault::Closed),
    ];
    for trouble in troubles {
        for step in 0..12 {
            let mut stall = Stall::new(2);
            let mut saved = BTreeSet::new();
            for n in 0..6 {
                if n == step % 6 && step < 6 {
                    stall.tablets[0].disk.plan(trouble.clone());
                }
                if let Ok(acted) = stall.act(0, None, &new_order(&n.to_string(), 10)) {
                    saved.insert(acted.order);
                    let _ = stall.act(0, Some(acted.order), &pay(20));
                }
            }
            if step >= 6 {
                stall.tablets[0].disk.plan(trouble.clone());
                stall.start(0);
                stall.turn();
            }
            stall.tablets[0].disk.calm();
            stall.restart(0);
            let there: BTreeSet<_> = stall.tablets[0].tab.replica().summaries().iter().map(|s| s.id).collect();
            assert!(there.is_superset(&saved), "{trouble:?} at {step}: a saved order is gone");
            stall.settle();
            let there: BTreeSet<_> = stall.tablets[1].tab.replica().summaries().iter().map(|s| s.id).collect();
            assert!(there.is_superset(&saved), "{trouble:?} at {step}");
            let numbers = stall.tablets[0].tab.replica().duplicate_numbers();
            assert!(numbers.is_empty(), "{trouble:?} at {step}: {numbers:?}");
        }
    }
}

#[test]
fn the_crash_test_can_fail() {
    let mut stall = Stall::new(1);
    stall.tablets[0].disk.forget_durability();
    let order = stall.sell(0, "a").order;
    stall.restart(0);
    assert!(stall.tablets[0].tab.replica().summary(order, NOW).is_none());
}

#[test]
fn a_full_disk_refuses_and_changes_nothing() {
    let stall = Stall::new(1);
    let before = stall.tablets[0].tab.replica().summaries();
    stall.tablets[0].disk.plan(Trouble::FailWrite(StorageFault::Quota));
    let refused = stall.act(0, None, &new_order("a", 1));
    assert_eq!(refused, Err(ActFault::Storage(StorageFault::Quota)));
    assert_eq!(stall.tablets[0].tab.replica().summaries(), before);
    assert_eq!(stall.sell(0, "b").number.unwrap().0, "261123-K7-0001");
}

#[test]
fn clocks_off_by_years_refuse_nothing() {
    let mut stall = Stall::new(3);
    let year = 365 * 86_400_000;
    stall.tablets[0].clock_off_ms.set(year);
    stall.tablets[1].clock_off_ms.set(-year);
    let orders: Vec<_> = (0..6).map(|n| stall.sell(n % 3, &n.to_string()).order).collect();
    stall.settle();
    stall.tablets[0].clock_off_ms.set(-3 * year);
    for (n, order) in orders.iter().enumerate() {
        stall.act((n + 1) % 3, Some(*order), &pay(1_000)).unwrap();
    }
    stall.settle();
    for order in orders {
        let summary = stall.tablets[2].tab.replica().summary(order, NOW).unwrap();
        assert_eq!(summary.status, Status::Paid);
        assert!(summary.placed_ms <= NOW + protocol::MAX_CLOCK_AHEAD_MS, "a clock ahead counts no further");
    }
}

#[test]
fn settings_are_decided_field_by_field() {
    let mut stall = Stall::new(2);
    stall.settle();
    let change = |hours, name: Option<&str>| SettingChanged {
        payment_term_hours: hours,
        name: name.map(str::to_owned),
        ..SettingChanged::default()
    };
    stall.wait(stall.tablets[0].tab.change_setting(change(Some(5), None))).unwrap();
    stall.wait(stall.tablets[1].tab.change_setting(change(None, Some("新")))).unwrap();
    stall.settle();
    for tablet in &stall.tablets {
        let replica = tablet.tab.replica();
        assert_eq!((replica.shop().name(), replica.shop().settings().payment_term_hours), ("新", 5));
    }
}

#[test]
fn a_shop_starts_with_its_unit_of_weight_or_not_at_all() {
    let stall = Stall::new(1);
    let alone = stall.bare();
    stall.wait(alone.tab.start_shop("摊", Currency::Cny, WeightUnit::Jin, "Asia/Shanghai", None)).unwrap();
    assert_eq!(alone.tab.replica().shop().settings().weight, Some(WeightUnit::Jin));
    assert_eq!(alone.disk.last_no(), 1, "it is one transaction");
}

#[test]
fn a_name_of_the_shop_is_not_endless() {
    let stall = Stall::new(1);
    let too_long = Err(ActFault::Rejected(Rejection::TextTooLong(200)));
    let long = "摊".repeat(201);
    let change = SettingChanged { name: Some(long.clone()), ..SettingChanged::default() };
    assert_eq!(stall.wait(stall.tablets[0].tab.change_setting(change)), too_long);
    assert_eq!(
        stall.wait(stall.bare().tab.start_shop(&long, Currency::Cny, WeightUnit::default(), "Asia/Shanghai", None)),
        too_long
    );
    assert_eq!(
        stall.wait(stall.bare().tab.start_shop("摊", Currency::Cny, WeightUnit::default(), &long, None)),
        too_long
    );
}

#[test]
fn an_event_that_this_build_does_not_know_makes_its_order_read_only() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    stall.server.write_unknown(order);
    stall.settle();
    let refused = stall.act(1, Some(order), &pay(1_000));
    assert_eq!(refused, Err(ActFault::Rejected(Rejection::NeedsUpdate)));
    assert!(stall.tablets[1].tab.replica().summary(order, NOW).unwrap().badges.has(Badge::NeedsUpdate));
    stall.sell(1, "others work");
    stall.settle();
}

#[test]
fn what_is_no_event_to_this_build_makes_its_order_read_only() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    stall.server.hold(&format!("{{\"v\":2,\"id\":1,\"stream\":[\"order\",\"{order}\"],\"clock\":[]}}"));
    stall.settle();
    let refused = stall.act(1, Some(order), &pay(1_000));
    assert_eq!(refused, Err(ActFault::Rejected(Rejection::NeedsUpdate)));
    stall.sell(1, "others work");
    stall.settle();
}

#[test]
fn what_was_unknown_of_a_person_is_not_when_it_was_erased() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    let id = "00000000-0000-7000-8000-000000000001";
    stall.server.hold(&format!(
        "{{\"v\":1,\"id\":\"{id}\",\"device\":\"{id}\",\"counter\":1,\"seen\":0,\"hlc\":[{NOW},0],\"actor\":null,\
         \"stream\":[\"contact\",\"{order}\"],\"type\":\"contact.photographed\",\"version\":1,\"body\":{{}}}}"
    ));
    stall.settle_one(0);
    assert!(stall.tablets[0].tab.replica().summary(order, NOW).unwrap().badges.has(Badge::NeedsUpdate));
    stall.act(1, Some(order), &Command::EraseBuyer).unwrap();
    stall.settle();
    (0..2).for_each(|n| stall.start(n));
    stall.until("erased", |stall| stall.tablets.iter().all(|tablet| !tablet.tab.replica().erases()));
    stall.agree();
}

#[test]
fn no_text_in_the_log_stops_a_tablet() {
    let mut stall = Stall::new(2);
    let order = stall.sell(0, "a").order;
    stall.settle();
    let mine = stall.tablets[0].tab.replica().device().id;
    let event = |id: u32, device: uuid::Uuid, body: &str| {
        format!(
            "{{\"v\":1,\"id\":\"00000000-0000-7000-8000-{id:012}\",\"device\":\"{device}\",\"counter\":{id},\"seen\":0,\
             \"hlc\":[{NOW},0],\"actor\":null,\"stream\":[\"order\",\"{order}\"],\"type\":\"order.labelled\",\
             \"version\":1,{body}}}"
        )
    };
    let other = uuid::Uuid::from_u128(9);
    let held = [
        // Events, each written as JSON allows.
        event(1, other, "\"body\" :{\"add\":[\"a\"]}"),
        event(2, other, "\"\\u0062ody\":{\"add\":[\"b\"]}"),
        event(3, other, "\n\t\"body\"\r:\n{}"),
        event(4, other, "\"body\":null,\"mood\":{\"body\":1}"),
        event(5, other, &format!("\"body\":{}1{}", "[".repeat(400), "]".repeat(400))),
        event(6, other, "\"body\":{\"add\":[\"\\ud800\"]}"),
        event(7, other, "\"body\":1e999"),
        // In this tablet's name, and not of it.
        event(1_000, mine, "\"body\" :{}"),
        // No events at all.
        event(8, other, "\"nobody\":0"),
        event(0, other, "\"body\":{}"),
        event(9, other, "\"body\":{},\"body\":{}"),
        "{\"id\":\"00000000-0000-7000-8000-000000000077\"}".to_owned(),
        "{\"id\":1,\"body\":\"\"}".to_owned(),
        "{\"v\":\"\\ud800\"}".to_owned(),
        format!("{{\"v\":2,\"counter\":\"many\",\"stream\":[\"order\",\"{order}\"]}}"),
        format!("{{\"v\":2,\"id\":\"{order}\",\"stream\":[\"contact\",\"{order}\"]}}"),
        "{\"v\":2,\"stream\":[\"shop\",\"00000000-0000-7000-8000-000000000077\"]}".to_owned(),
    ];
    for text in &held {
        stall.server.hold(text);
        stall.sell(0, "sold after it");
        stall.sell(1, "there, too");
        stall.settle();
    }
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 1 + 2 * held.len());
    // And all at once, for one that comes new.
    let late = stall.bare();
    let shop = stall.tablets[0].tab.replica().device().shop.unwrap().to_string();
    stall.wait(late.tab.join("http://server", &shop, None)).unwrap();
    stall.tablets.push(late);
    stall.settle();
}

#[test]
fn a_checkpoint_is_written_and_read() {
    let mut stall = Stall::new(2);
    for n in 0..700 {
        stall.sell(0, &n.to_string());
        if n % 100 == 99 {
            stall.wait(stall.tablets[0].tab.maintain());
        }
    }
    stall.wait(stall.tablets[0].tab.maintain());
    let start = stall.wait(stall.tablets[0].disk.open().read_start()).unwrap();
    assert!(start.covers > 500 && !start.chunks.is_empty() && start.tail.len() < 300);
    let second = stall.second_tab(0);
    assert_eq!(second.replica().summaries(), stall.tablets[0].tab.replica().summaries());
    assert_eq!(second.replica().pending(), stall.tablets[0].tab.replica().pending());
    stall.restart(0);
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().counts(NOW).all(), 700);
    let page = stall.tablets[1].tab.replica().page(&Filter { search: "699".into(), ..Filter::default() }, 0, 50, NOW);
    assert_eq!(page.rows.len(), page.matching);
    assert!(page.rows.iter().any(|row| row.name == "699"));
}

#[test]
fn a_draft_thrown_away_is_in_no_list() {
    let mut stall = Stall::new(2);
    let draft = Command::SaveDraft { content: Content::default(), buyer: Default::default(), copied_from: None };
    let order = stall.act(0, None, &draft).unwrap().order;
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).of(Status::Draft), 1);
    stall.act(0, Some(order), &Command::Discard).unwrap();
    assert_eq!(stall.tablets[0].tab.replica().counts(NOW).all(), 0);
    stall.settle();
    assert_eq!(stall.tablets[1].tab.replica().page(&Filter::default(), 0, 50, NOW).matching, 0);
}

#[derive(Clone, Debug)]
enum Step {
    Sell,
    Pay(usize, i64),
    Cancel(usize),
    Ship(usize),
    Hold(usize),
    Release(usize),
    Edit(usize, u8),
    Sync,
    Restart,
    LoseAnswer,
    Crash(bool),
    Restore(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let order = 0..6_usize;
    prop_oneof![
        4 => Just(Step::Sell),
        4 => (order.clone(), prop::sample::select(vec![300_i64, 1_000])).prop_map(|(o, m)| Step::Pay(o, m)),
        2 => order.clone().prop_map(Step::Cancel),
        2 => order.clone().prop_map(Step::Ship),
        1 => order.clone().prop_map(Step::Hold),
        1 => order.clone().prop_map(Step::Release),
        2 => (order, 0..4_u8).prop_map(|(o, n)| Step::Edit(o, n)),
        4 => Just(Step::Sync),
        1 => Just(Step::Restart),
        1 => Just(Step::LoseAnswer),
        1 => any::<bool>().prop_map(Step::Crash),
        1 => (0..30_usize).prop_map(Step::Restore),
    ]
}

fn edit(stall: &Stall, n: usize, order: uuid::Uuid, note: u8) {
    let Some(tablet) = stall.tablets.get(n) else { return };
    let Ok(Some(known)) = stall.wait(tablet.tab.order(order)) else { return };
    let (base, base_buyer) = (known.content(), known.buyer());
    let (mut content, mut buyer) = (base.clone(), base_buyer.clone());
    content.note = format!("note {note}");
    buyer.address = format!("address {note}");
    let _ = stall.act(n, Some(order), &Command::Edit { base, base_buyer, content, buyer });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever two tablets do, apart or together, with answers lost, crashes, and a server restored from before:
    /// in the end the server and both have the same, each from its memory, from its disk and from scratch, and
    /// nothing that was called saved is gone.
    #[test]
    fn two_tablets_come_together(steps in prop::collection::vec((0..2_usize, step()), 1..40), page in 1..12_usize) {
        let mut stall = Stall::new(2);
        stall.server.state.borrow_mut().page = page;
        let mut orders = Vec::new();
        for (n, step) in steps {
            let pick = |o: usize, orders: &Vec<uuid::Uuid>| orders.get(o % orders.len().max(1)).copied();
            let act = |o: usize, command: Command| {
                if let Some(order) = pick(o, &orders) {
                    let _ = stall.act(n, Some(order), &command);
                }
            };
            match step {
                Step::Sell => orders.extend(stall.act(n, None, &new_order("x", 500)).map(|acted| acted.order)),
                Step::Pay(o, given) => act(o, pay(given)),
                Step::Cancel(o) => act(o, Command::Cancel("why".into())),
                Step::Ship(o) => act(o, ship()),
                Step::Hold(o) => act(o, Command::Hold("why".into())),
                Step::Release(o) => act(o, Command::Release),
                Step::Edit(o, note) => {
                    if let Some(order) = pick(o, &orders) {
                        edit(&stall, n, order, note);
                    }
                }
                Step::Sync => stall.settle_one(n),
                Step::Restart => stall.restart(n),
                Step::LoseAnswer => stall.server.state.borrow_mut().lose_answers += 1,
                Step::Crash(after) => {
                    stall.tablets[n].disk.plan(if after { Trouble::CrashAfter } else { Trouble::CrashBefore });
                }
                Step::Restore(len) => stall.server.restore(len),
            }
        }
        for tablet in &stall.tablets {
            tablet.disk.calm();
        }
        stall.settle();
        let there: BTreeSet<_> = stall.tablets[0].tab.replica().summaries().iter().map(|s| s.id).collect();
        for order in orders {
            prop_assert!(there.contains(&order), "a saved order is gone");
        }
    }
}
