//! Stories of clocks that are wrong: what orders and their times say, and what is waited for.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use uuid::Uuid;

use super::support::{Stall, new_order};

const MINUTE: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// By how much the time that stands on an order is off.
fn order_is_off(stall: &Stall, n: usize, order: Uuid) -> i64 {
    stall.tablets[n].tab.replica().summary(order, 0).unwrap().placed_ms - stall.time.now_ms()
}

fn take(stall: &Stall, n: usize) -> Uuid {
    stall.act(n, None, &new_order("王", 50_00)).unwrap().order
}

#[test]
fn t8_a_tablet_that_is_400_days_ahead_takes_orders_at_the_servers_time_once_it_was_heard() {
    let mut stall = Stall::new(2);
    stall.tablets[0].clock_off_ms.set(400 * DAY_MS);
    let running = take(&stall, 0);
    assert!(order_is_off(&stall, 0, running).abs() < MINUTE, "it leapt while the app ran");
    stall.tablets[0].clock_off_ms.set(0);
    take(&stall, 0);
    stall.tablets[0].clock_off_ms.set(400 * DAY_MS);
    stall.restart(0);
    let before = take(&stall, 0);
    assert!(order_is_off(&stall, 0, before) > 399 * DAY_MS, "nobody knows better");
    stall.settle();
    let after = take(&stall, 0);
    assert!(order_is_off(&stall, 0, after).abs() < MINUTE, "though its own log ran ahead");
    assert!(stall.tablets[0].tab.sync_state().clock_wrong.is_some());
    stall.settle();
    stall.restart(0);
    stall.tablets[0].network.cut.set(true);
    let alone = take(&stall, 0);
    assert!(order_is_off(&stall, 0, alone).abs() < MINUTE, "known after a restart without a network");
    stall.tablets[0].network.cut.set(false);
    stall.settle();
    stall.agree();
    assert!(stall.tablets[1].tab.sync_state().clock_wrong.is_none(), "the other is right");
}

#[test]
fn t8_a_clock_that_is_set_back_holds_up_no_sending() {
    let mut stall = Stall::new(1);
    stall.settle();
    stall.tablets[0].network.cut.set(true);
    let order = take(&stall, 0);
    stall.start(0);
    stall.turn();
    // It waits to try again, and somebody sets the clock back meanwhile.
    stall.tablets[0].clock_off_ms.set(-3 * DAY_MS);
    stall.tablets[0].network.cut.set(false);
    let from = stall.time.now_ms();
    stall.until("sent", |stall| stall.server.ids().contains(&order));
    assert!(stall.time.now_ms() - from < 5 * MINUTE, "it waited for days");
    stall.pause(0);
    let next = take(&stall, 0);
    assert!(order_is_off(&stall, 0, next).abs() < MINUTE);
}
