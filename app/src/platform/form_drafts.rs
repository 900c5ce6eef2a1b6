//! What is being typed and is not saved yet, kept so that a reload or a closed page does not lose it. It is no
//! record of anything: what was confirmed is in the replica, and then it is forgotten here.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use gloo_storage::{LocalStorage, Storage};
use indexed_db_futures::database::Database;
use indexed_db_futures::error::OpenDbError;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionDurability;
use indexed_db_futures::typed_array::{Uint8Array, Uint8ArraySlice};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::clock;
use super::writing::Writing;

fn key(form: &str) -> String {
    format!("stallbook.typed.{form}")
}

/// What was typed into that form; nothing where this build cannot read it any more.
pub fn load<T: DeserializeOwned>(form: &str) -> Option<T> {
    LocalStorage::get(key(form)).ok()
}

/// Keeps it. Where the browser refuses (a full disk), it stays on the page as long as that is open.
pub fn store<T: Serialize>(form: &str, typed: &T) {
    let _ = LocalStorage::set(key(form), typed);
}

/// Forgets it.
pub fn forget(form: &str) {
    LocalStorage::delete(key(form));
}

/// The database of what is to survive the sudden end of the browser itself: it writes what it is told to the other
/// place only after seconds.
const SHELF: &str = "stallbook-typed";
const TYPED: &str = "typed";

thread_local! {
    /// What is yet to be written, the last of each form.
    static TO_WRITE: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
    static IS_WRITING: Cell<bool> = const { Cell::new(false) };
    /// The latest time that anything here bears.
    static LATEST_MS: Cell<i64> = const { Cell::new(i64::MIN) };
}

/// Something typed, and when, milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct Dated<T> {
    at_ms: i64,
    typed: T,
}

/// What the disk knows that is later than what a page that is loaded again has.
pub enum Later<T> {
    /// Nothing.
    Nothing,
    /// It was forgotten since then.
    Forgotten,
    /// This was typed since then.
    Typed(T),
}

/// What it bears that is typed now: later than all before, also where the clock was set back.
fn now_ms() -> i64 {
    let ms = clock::now_ms().max(LATEST_MS.get().saturating_add(1));
    LATEST_MS.set(ms);
    ms
}

/// Keeps it twice: at once for a page that is loaded again, and on the disk for a browser that was killed.
pub fn store_durable<T: Serialize>(form: &str, typed: &T) {
    let dated = Dated { at_ms: now_ms(), typed };
    store(form, &dated);
    write_later(form, &dated);
}

/// Forgets it in both places. On the disk stands that it was: a browser that is killed brings what it kept in the other
/// place back as it was seconds ago.
pub fn forget_twice(form: &str) {
    forget(form);
    write_later(form, &Dated { at_ms: now_ms(), typed: None::<()> });
}

/// What was kept for a page that is loaded again, and when, milliseconds since 1970.
pub fn load_dated<T: DeserializeOwned>(form: &str) -> Option<(T, i64)> {
    let Dated { at_ms, typed } = load(form)?;
    LATEST_MS.set(LATEST_MS.get().max(at_ms));
    Some((typed, at_ms))
}

/// What the disk knows that is later than this moment, milliseconds since 1970.
pub async fn load_later<T: DeserializeOwned>(form: &str, than_ms: Option<i64>) -> Later<T> {
    let json = read(form).await.ok().flatten().unwrap_or_default();
    match serde_json::from_slice::<Dated<Option<T>>>(&json) {
        Ok(Dated { at_ms, typed }) if than_ms.is_none_or(|than_ms| at_ms > than_ms) => {
            LATEST_MS.set(LATEST_MS.get().max(at_ms));
            typed.map_or(Later::Forgotten, Later::Typed)
        }
        _ => Later::Nothing,
    }
}

fn write_later<T: Serialize>(form: &str, dated: &Dated<T>) {
    // What is made of texts and numbers can be written as JSON.
    let Ok(json) = serde_json::to_vec(dated) else { return };
    TO_WRITE.with_borrow_mut(|all| all.insert(form.to_owned(), json));
    if IS_WRITING.replace(true) {
        return;
    }
    spawn_local(async {
        loop {
            let all = TO_WRITE.take();
            if all.is_empty() {
                break;
            }
            // Where the browser refuses, it is kept in the other place.
            let _ = write(&all).await;
        }
        IS_WRITING.set(false);
    });
}

async fn shelf() -> Result<Database, OpenDbError> {
    Database::open(SHELF)
        .with_version(1_u32)
        .with_on_upgrade_needed(|_, database| {
            database.create_object_store(TYPED).build()?;
            Ok(())
        })
        .await
}

async fn write(all: &BTreeMap<String, Vec<u8>>) -> Result<(), OpenDbError> {
    let shelf = shelf().await?;
    let writing = Writing::begin(&shelf, &[TYPED], TransactionDurability::Strict)?;
    let store = writing.object_store(TYPED)?;
    for (form, json) in all {
        store.put(Uint8ArraySlice::new(json)).with_key(form.clone()).without_key_type().build()?;
    }
    // Where the browser refused, it is kept in the other place.
    let _ = writing.committed().await;
    shelf.close();
    Ok(())
}

async fn read(form: &str) -> Result<Option<Vec<u8>>, OpenDbError> {
    let shelf = shelf().await?;
    let found = {
        let reading = shelf.transaction(TYPED).build()?;
        let store = reading.object_store(TYPED)?;
        store.get::<Uint8Array, String, _>(form.to_owned()).primitive()?.await?
    };
    shelf.close();
    Ok(found.map(Into::into))
}
