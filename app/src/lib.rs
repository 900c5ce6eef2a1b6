//! The app of Stallbook: client-side rendered, on IndexedDB, offline first. `features/` holds the pages,
//! `ui/` the design system, `text/` every word, `platform/` the browser.

pub mod app;
pub mod features;
pub mod frame;
pub mod parts;
pub mod platform;
pub mod prefs;
pub mod session;
pub mod text;
pub mod ui;

/// Puts the app on the page.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
