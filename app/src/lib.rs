//! The app of Stallbook: client-side rendered, on IndexedDB, offline first. `features/` holds the pages,
//! `ui/` the design system, `text/` every word, `platform/` the browser.

#![warn(clippy::missing_docs_in_private_items)]

mod app;
mod features;
mod frame;
mod parts;
mod platform;
mod prefs;
mod session;
mod text;
mod ui;

/// What the page that measures uses of the app. All else is private, so that the compiler finds what nobody uses.
pub mod bench {
    pub use crate::platform::clock::{now_ms, own_zone, random};
    pub use crate::platform::page::{origin, query};
    pub use crate::platform::picture::scaled;
    pub use crate::platform::storage::{Durability, IndexedDb};
    pub use crate::session::{Boot, ReplicaHandle, Session};
    pub use crate::ui::PictureField;
}

/// Puts the app on the page.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
