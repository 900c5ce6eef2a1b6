//! The conformance stories on SQLite, and what only SQLite has to show.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::digest::event_hash;
use protocol::erasure::{self, ErasureRequest};
use protocol::{BlobId, Digest, Envelope};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqliteRow};
use tempfile::TempDir;
use uuid::Uuid;

use super::erasing::{ERASED, NOTHING};
use super::{SqliteStore, migrations};
use crate::store::blobs::BlobStore;
use crate::store::lifecycle::LifecycleStore;
use crate::store::log::{LogStore, Range};
use crate::store::plan::Arrival;
use crate::store::{StoreFault, conformance};

async fn fresh() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_file(&folder.path().join("stallbook.db"), Uuid::from_u128(1)).await.unwrap();
    (folder, store)
}

macro_rules! stories {
    ($($story:ident)*) => {$(
        #[tokio::test]
        async fn $story() {
            let (_folder, store) = fresh().await;
            conformance::$story(&store).await;
        }
    )*};
}

stories! {
    a_shop_claims_the_server_once
    devices_join_with_a_code_and_go
    the_last_device_is_not_revoked_by_mistake
    a_known_id_is_not_taken_over
    an_id_of_another_event_is_no_duplicate
    what_is_put_aside_is_bounded_and_erased_only_as_asked
    a_device_says_that_it_has_nothing_unsent
    every_event_once_and_in_sequence
    what_can_not_be_taken_is_kept_aside
    a_person_who_asks_for_it_is_erased
    a_clone_and_a_far_clock_are_flagged
    the_greatest_counter_without_a_gap
    pages_of_every_size
    a_blob_is_kept_once_and_is_its_shops
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_skips_nothing() {
    let (_folder, store) = fresh().await;
    conformance::a_reader_skips_nothing(Arc::new(store)).await;
}

#[tokio::test]
async fn a_full_disk_says_so_and_keeps_nothing_of_it() {
    let (_folder, store) = fresh().await;
    let shop = conformance::shop(&store).await.0;
    let small = conformance::picture(1_000);
    sqlx::query("PRAGMA max_page_count = 60").execute(&store.writer).await.unwrap();
    let large = conformance::picture(300_000);
    let kept = store.keep_blob(shop, Uuid::from_u128(2), BlobId::of(&large), &large, 0).await;
    assert!(matches!(kept, Err(StoreFault::Full)), "{kept:?}");
    assert_eq!(store.blob(shop, BlobId::of(&large)).await.unwrap(), None);
    assert!(store.keep_blob(shop, Uuid::from_u128(2), BlobId::of(&small), &small, 0).await.unwrap(), "it goes on");
}

/// SQLite rolls back by itself there, and the library's own `ROLLBACK` fails: its count of transactions stays.
#[tokio::test]
async fn a_disk_that_was_full_takes_events_when_there_is_room_again() {
    let (_folder, store) = fresh().await;
    let (shop, device, _) = conformance::shop(&store).await;
    sqlx::query("PRAGMA max_page_count = 60").execute(&store.writer).await.unwrap();
    let mut n = 0;
    let refused = loop {
        n += 1;
        if let Err(fault) = store.append(shop, device, conformance::large(device, n), 0).await {
            break fault;
        }
    };
    assert!(matches!(refused, StoreFault::Full), "{refused:?}");
    assert!(matches!(store.ready().await, Ok(())), "reading goes on, and so does what needs little room");
    sqlx::query("PRAGMA max_page_count = 10000").execute(&store.writer).await.unwrap();
    let appended = store.append(shop, device, conformance::large(device, n), 0).await.unwrap();
    assert_eq!((appended.head, appended.device_high), (n, n), "nothing of what was refused stayed");
}

/// What the disk has spoilt stops nobody: it goes out as what can be read, and the digests agree.
#[tokio::test]
async fn a_spoilt_event_of_the_log_is_passed_on_as_one() {
    let (_folder, store) = fresh().await;
    let (shop, first, _) = conformance::shop(&store).await;
    let push = (1..=3).map(|n| conformance::event(first, n, "")).collect();
    let head = store.append(shop, first, push, 0).await.unwrap();
    for (seq, spoilt) in [(1, &b"\xff{"[..]), (2, br#"{"note":"changed"}"#)] {
        let spoil = sqlx::query("UPDATE events SET text = CAST(? AS TEXT) WHERE seq = ?").bind(spoilt).bind(seq);
        spoil.execute(&store.writer).await.unwrap();
    }
    let page = store.page(shop, Range { after: 0, limit: 9, bytes: usize::MAX, brief: None }).await.unwrap();
    let digest = page.events.iter().fold(Digest::default(), |digest, event| {
        let text = event.text.as_deref().unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        digest.then(&event.stamp.hash.unwrap_or_else(|| event_hash(text)))
    });
    assert_eq!((page.events.len(), digest), (3, head.digest));
    assert!(page.events[1].text.as_deref().unwrap().contains("damaged") && page.events[2].stamp.hash.is_none());
}

/// Once it cost a millisecond for each thousand events behind the gap, for ever.
#[tokio::test]
async fn a_counter_that_is_missing_for_good_costs_nothing() {
    let (_folder, store) = fresh().await;
    let (shop, first, second) = conformance::shop(&store).await;
    for from in (0..20_000).step_by(1_000) {
        let push = (from..from + 1_000).map(|n| conformance::event(first, n + 3, "")).collect();
        store.append(shop, first, push, 0).await.unwrap();
    }
    let mut took = Vec::new();
    for (device, from) in [(second, 1), (first, 30_000)] {
        let begun = std::time::Instant::now();
        for n in 0..50 {
            store.append(shop, device, vec![conformance::event(device, from + n, "")], 0).await.unwrap();
        }
        took.push(begun.elapsed());
    }
    assert!(took[1] < took[0] * 3 + Duration::from_millis(200), "{took:?}");
}

/// Once each push read all that was ever said of the person again, and compared it with all that asked.
#[tokio::test]
async fn a_person_of_whom_much_is_said_costs_no_more_than_another() {
    let (_folder, store) = fresh().await;
    let (shop, first, second) = conformance::shop(&store).await;
    let of = |device, n, kind| conformance::of_person(device, n, 0, kind, "{}");
    for from in (0..5_000).step_by(1_000) {
        let asks = (from..from + 1_000).map(|n| of(first, n + 1, "customer.erased")).collect();
        store.append(shop, first, asks, 0).await.unwrap();
        let knowing = (from..from + 1_000).map(|n| of(first, n + 100_001, "customer.changed")).collect();
        store.append(shop, first, knowing, 0).await.unwrap();
    }
    let mut took = Vec::new();
    for kind in ["order.noted", "customer.changed"] {
        let begun = std::time::Instant::now();
        for n in 0..20 {
            let n = if kind == "order.noted" { n + 200_001 } else { n + 300_001 };
            store.append(shop, second, vec![of(second, n, kind)], 0).await.unwrap();
        }
        took.push(begun.elapsed());
    }
    assert!(took[1] < took[0] * 10 + Duration::from_millis(500), "{took:?}");
}

#[tokio::test]
async fn what_is_erased_is_what_did_not_know_of_all_that_asked_in_whatever_order_they_came() {
    let (_folder, store) = fresh().await;
    let (shop, first, second) = conformance::shop(&store).await;
    let mut dice = 7_u64;
    let mut below = |most: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % most
    };
    for _ in 0..300 {
        let device = [first, second][usize::from(below(2) == 0)];
        let mut event = || {
            let kind = if below(100) == 0 { "customer.erased" } else { "customer.changed" };
            conformance::of_person(device, below(500) + 1, below(800), kind, "{}")
        };
        store.append(shop, device, vec![event(), event()], 0).await.unwrap();
    }
    let rows = sqlx::query("SELECT seq, text, erasing FROM events ORDER BY seq").fetch_all(&store.readers).await;
    let read = |row: &SqliteRow| (row.get::<i64, _>(0) as u64, Envelope::read(row.get(1)).unwrap(), row.get(2));
    let rows: Vec<(u64, Envelope, i64)> = rows.unwrap().iter().map(read).collect();
    let asking = rows.iter().filter(|(_, envelope, _)| erasure::is_erasure_request(envelope));
    let asking: Vec<ErasureRequest> =
        asking.map(|(seq, it, _)| ErasureRequest { device: it.device, counter: it.counter, seq: Some(*seq) }).collect();
    let mut told = HashMap::new();
    for (seq, envelope, erasing) in rows.iter().filter(|(_, envelope, _)| !erasure::is_erasure_request(envelope)) {
        let knew = asking.iter().all(|asking| asking.was_known_to(envelope, Some(*seq)));
        assert_eq!(*erasing, if knew { NOTHING } else { ERASED }, "{seq}");
        *told.entry(knew).or_insert(0) += 1;
    }
    assert!(told[&true] > 0 && told[&false] > 50, "{told:?}");
}

/// Once what was put aside was read through for each of them.
#[tokio::test]
async fn many_who_ask_at_once_cost_little_more_than_one() {
    let (_folder, store) = fresh().await;
    let (shop, first, second) = conformance::shop(&store).await;
    let garbage = |n| Arrival::read(format!("{{\"n\":{n},\"pad\":\"{}\"}}", "x".repeat(7_900)), first, 0);
    assert_eq!(store.append(shop, first, (0..500).map(garbage).collect(), 0).await.unwrap().unkept, 0);
    let ask = |n: u64| {
        let asks = conformance::of_person(second, n, 0, "customer.erased", "{}").text;
        Arrival::read(
            asks.replace(&Uuid::from_u128(0x0ba5).to_string(), &Uuid::from_u128(n.into()).to_string()),
            second,
            0,
        )
    };
    let mut took = Vec::new();
    for range in [1..=1, 2..=100] {
        let begun = std::time::Instant::now();
        store.append(shop, second, range.map(ask).collect(), 0).await.unwrap();
        took.push(begun.elapsed());
    }
    assert!(took[1] < took[0] * 20, "{took:?}");
}

#[tokio::test]
async fn tables_of_the_first_version_are_brought_to_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stallbook.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let before = SqlitePool::connect_with(options).await.unwrap();
    let mut first = migrations();
    first.migrations.to_mut().truncate(1);
    first.run(&before).await.unwrap();
    sqlx::query("INSERT INTO meta (one, epoch) VALUES (1, ?)").bind(Uuid::from_u128(7)).execute(&before).await.unwrap();
    before.close().await;
    let store = SqliteStore::open_file(&file, Uuid::from_u128(8)).await.unwrap();
    assert_eq!(store.epoch().await.unwrap(), Uuid::from_u128(7));
    conformance::a_blob_is_kept_once_and_is_its_shops(&store).await;
}

#[tokio::test]
async fn a_second_start_keeps_the_epoch() {
    let (folder, store) = fresh().await;
    store.close().await;
    let again = SqliteStore::open_file(&folder.path().join("stallbook.db"), Uuid::from_u128(2)).await.unwrap();
    assert_eq!(again.epoch().await.unwrap(), Uuid::from_u128(1));
    again.renew_epoch(Uuid::from_u128(3)).await.unwrap();
    assert_eq!(again.epoch().await.unwrap(), Uuid::from_u128(3));
}
