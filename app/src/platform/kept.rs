//! What is being typed and is not saved yet, kept so that a reload or a closed page does not lose it. It is no
//! record of anything: what was confirmed is in the replica, and then it is forgotten here.

use gloo_storage::{LocalStorage, Storage};
use serde::Serialize;
use serde::de::DeserializeOwned;

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
