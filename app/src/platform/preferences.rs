//! What a person chose on this device. Preferences only, never orders.

use gloo_storage::{LocalStorage, Storage};
use serde::{Deserialize, Serialize};

/// Also read by the first script of index.html.
const KEY: &str = "stallbook.preferences";

/// As it is kept; what was never chosen is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stored {
    /// A key of `text::Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A key of `prefs::Theme`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// The main key at the lower left.
    pub left_handed: bool,
    /// Where one was last, of the pages that a start leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// The number pad begins with 1 at its top, as a phone's.
    pub phone_pad: bool,
    /// Customers are listed by their names.
    pub people_by_name: bool,
    /// Columns of the orders' table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What a scanner sends before a code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scanner_prefix: String,
    /// A code that is refused makes no sound.
    pub scanner_silent: bool,
}

/// What is kept, or nothing chosen.
pub fn load() -> Stored {
    LocalStorage::get(KEY).unwrap_or_default()
}

/// Keeps it. Where the browser refuses (a full disk), the choice holds until the page is closed.
pub fn store(stored: &Stored) {
    let _ = LocalStorage::set(KEY, stored);
}
