//! What is being typed and is not saved yet, kept so that a reload or a closed page does not lose it. It is no
//! record of anything: what was confirmed is in the replica, and then it is forgotten here.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use gloo_storage::{LocalStorage, Storage};
use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::OpenDbError;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{TransactionDurability, TransactionMode, TransactionOptions};
use indexed_db_futures::typed_array::{Uint8Array, Uint8ArraySlice};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::clock;

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
    /// What is yet to be written, the last of each form; nothing: it is to be forgotten.
    static TO_WRITE: RefCell<BTreeMap<String, Option<Vec<u8>>>> = const { RefCell::new(BTreeMap::new()) };
    static IS_WRITING: Cell<bool> = const { Cell::new(false) };
}

/// Something typed, and when, milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct Dated<T> {
    at_ms: i64,
    typed: T,
}

/// Keeps it twice: at once for a page that is loaded anew, and on the disk for a browser that was killed.
pub fn store_twice<T: Serialize>(form: &str, typed: &T) {
    let dated = Dated { at_ms: clock::now_ms(), typed };
    store(form, &dated);
    // What is made of texts and numbers can be written as JSON.
    if let Ok(json) = serde_json::to_vec(&dated) {
        write_later(form, Some(json));
    }
}

/// Forgets it in both places.
pub fn forget_twice(form: &str) {
    forget(form);
    write_later(form, None);
}

/// What was kept for a page that is loaded anew, and when, milliseconds since 1970.
pub fn load_dated<T: DeserializeOwned>(form: &str) -> Option<(T, i64)> {
    load(form).map(|Dated { at_ms, typed }| (typed, at_ms))
}

/// What is on the disk, where it is later than this moment, milliseconds since 1970.
pub async fn load_later<T: DeserializeOwned>(form: &str, than_ms: i64) -> Option<T> {
    let json = read(form).await.ok().flatten()?;
    let dated: Dated<T> = serde_json::from_slice(&json).ok()?;
    (dated.at_ms > than_ms).then_some(dated.typed)
}

fn write_later(form: &str, json: Option<Vec<u8>>) {
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

async fn write(all: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), OpenDbError> {
    let shelf = shelf().await?;
    let strict = TransactionOptions::new().with_durability(TransactionDurability::Strict);
    let writing = shelf.transaction(TYPED).with_mode(TransactionMode::Readwrite).with_options(strict).build()?;
    let store = writing.object_store(TYPED)?;
    for (form, json) in all {
        match json {
            Some(json) => {
                store.put(Uint8ArraySlice::new(json)).with_key(form.clone()).without_key_type().build()?;
            }
            None => {
                store.delete::<String, _>(KeyRange::Only(form.clone())).build()?;
            }
        }
    }
    writing.commit().await?;
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
