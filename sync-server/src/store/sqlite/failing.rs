//! Every write of the store, failing at every place: nothing of it stays, and the next one works.

use std::sync::atomic::{AtomicI64, Ordering};

use protocol::BlobId;
use sqlx::{AssertSqlSafe, Row};
use tempfile::TempDir;
use uuid::Uuid;

use super::SqliteStore;
use crate::store::StoreFault;
use crate::store::blobs::BlobStore;
use crate::store::conformance::{claim, event, join, large, of_person, picture};
use crate::store::devices::DeviceStore;
use crate::store::lifecycle::LifecycleStore;
use crate::store::log::LogStore;
use crate::store::pairing::{LetsIn, PairingStore};
use crate::store::plan::Arrival;

const SHOP: Uuid = Uuid::from_u128(1);
const FIRST: Uuid = Uuid::from_u128(2);
const SECOND: Uuid = Uuid::from_u128(3);
const WRITES: usize = 12;

/// How a write fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failing {
    /// After so many steps of SQLite's machine, in whatever statement that is.
    AtStep,
    /// When the disk has so many pages left.
    Full,
    /// At the commit.
    AtCommit,
}

async fn write(store: &SqliteStore, at: usize) -> Result<(), StoreFault> {
    let name = r#"{"set":{"name":"王小明"}}"#;
    match at {
        0 => store.offer_setup(&[1; 32]).await.map(drop),
        1 => store.claim(&claim(SHOP, FIRST), 0).await.map(drop),
        2 => store.add_pairing(SHOP, &[2; 32], LetsIn::New, None, 10, 0).await.map(drop),
        3 => store.join(&join(SECOND, &["K8"]), 0).await.map(drop),
        4 => {
            let odd = Arrival::read("not an event".to_owned(), FIRST, 0);
            let arrivals = vec![of_person(FIRST, 1, 0, "customer.changed", name), odd, event(FIRST, 2, "n")];
            store.append(SHOP, FIRST, arrivals, 0).await.map(drop)
        }
        5 => store.append(SHOP, FIRST, vec![of_person(FIRST, 3, 1, "customer.erased", "{}")], 0).await.map(drop),
        6 => store.append(SHOP, SECOND, large(SECOND, 1), 0).await.map(drop),
        7 => store.idle(SHOP, SECOND, 7).await,
        8 => store.seen(SHOP, SECOND, 8).await,
        9 => {
            let bytes = picture(60_000);
            store.keep_blob(SHOP, FIRST, BlobId::of(&bytes), &bytes, 0).await.map(drop)
        }
        10 => store.revoke(SHOP, SECOND, false, 9).await.map(drop),
        _ => store.renew_epoch(Uuid::from_u128(9)).await,
    }
}

/// All rows of all tables.
async fn all(store: &SqliteStore) -> String {
    let mut rows = String::new();
    for table in ["meta", "shops", "devices", "pairing", "events", "quarantine", "blobs"] {
        let columns = format!("SELECT group_concat('quote(' || name || ')', '||') FROM pragma_table_info('{table}')");
        let columns: String =
            sqlx::query(AssertSqlSafe(columns)).fetch_one(&store.readers).await.unwrap().try_get(0).unwrap();
        let query = format!("SELECT coalesce(group_concat({columns}, ';'), '') FROM {table}");
        let row = sqlx::query(AssertSqlSafe(query)).fetch_one(&store.readers).await.unwrap();
        rows.push_str(row.try_get(0).unwrap());
        rows.push('\n');
    }
    rows
}

async fn arm(store: &SqliteStore, failing: Failing, after: i64) {
    let mut writer = store.writer.acquire().await.unwrap();
    match failing {
        Failing::AtStep => {
            let left = AtomicI64::new(after);
            let handle = &mut writer.lock_handle().await.unwrap();
            handle.set_progress_handler(1, move || left.fetch_sub(1, Ordering::SeqCst) > 0);
        }
        Failing::AtCommit => writer.lock_handle().await.unwrap().set_commit_hook(|| false),
        Failing::Full => {
            let pages = sqlx::query("PRAGMA page_count").fetch_one(&mut *writer).await.unwrap();
            let most = pages.try_get::<i64, _>(0).unwrap() + after;
            sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {most}"))).execute(&mut *writer).await.unwrap();
        }
    }
}

async fn disarm(store: &SqliteStore) {
    let mut writer = store.writer.acquire().await.unwrap();
    {
        let mut handle = writer.lock_handle().await.unwrap();
        handle.remove_progress_handler();
        handle.remove_commit_hook();
    }
    sqlx::query("PRAGMA max_page_count = 100000").execute(&mut *writer).await.unwrap();
}

async fn fresh() -> (TempDir, SqliteStore) {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open_file(&folder.path().join("stallbook.db"), Uuid::from_u128(1)).await.unwrap();
    (folder, store)
}

async fn every_write_fails(failing: Failing, least: usize) {
    let (_folder, undisturbed) = fresh().await;
    let (_folder, store) = fresh().await;
    let mut failures = 0;
    for at in 0..WRITES {
        let before = all(&store).await;
        write(&undisturbed, at).await.unwrap();
        let done = all(&undisturbed).await;
        // What a connection is asked before it is taken has three steps.
        let mut after = if failing == Failing::AtStep { 4 } else { 0 };
        let mut failed = 0;
        while all(&store).await == before && failed < 1_000 {
            if failing == Failing::AtCommit && failed > 0 {
                write(&store, at).await.unwrap();
                break;
            }
            arm(&store, failing, after).await;
            let outcome = write(&store, at).await;
            disarm(&store).await;
            store.ready().await.unwrap_or_else(|fault| panic!("after write {at} at {after}, {outcome:?}: {fault}"));
            if outcome.is_err() {
                failed += 1;
            }
            after += if failing == Failing::AtStep { 5 } else { 1 };
        }
        // A commit that is told as failed may be one that was done.
        assert_eq!(all(&store).await, done, "write {at} is whole, or nothing of it is");
        assert!(failed > 0 || failing == Failing::Full, "write {at} did not fail");
        failures += failed;
    }
    assert!(store.check().await.unwrap().faults.is_empty());
    assert!(failures >= least, "{failures} failures");
}

#[tokio::test]
async fn nothing_stays_of_a_write_that_fails_at_any_step() {
    every_write_fails(Failing::AtStep, 200).await;
}

#[tokio::test]
async fn nothing_stays_of_a_write_that_fails_at_its_commit() {
    every_write_fails(Failing::AtCommit, WRITES).await;
}

#[tokio::test]
async fn nothing_stays_of_a_write_that_fills_the_disk_at_any_page() {
    every_write_fails(Failing::Full, 20).await;
}
