//! The way back that the browser knows.

use leptos::prelude::window;

/// Goes one step back, as the browser's own key does.
pub fn back() {
    // Fails only in a document that is not shown any more.
    let _ = window().history().and_then(|history| history.back());
}
