//! The way back that the browser knows, and how far a list was scrolled at each of its stations.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Goes one step back, as the browser's own key does.
pub fn back() {
    // Fails only in a document that is not shown any more.
    let _ = window().history().and_then(|history| history.back());
}

/// How far the list of this station was scrolled when it was left, in pixels; it is found again on the way back and
/// after a reload.
pub fn place() -> i32 {
    let state = window().history().and_then(|history| history.state());
    // Nothing but these places is kept there.
    state.ok().and_then(|state| state.as_f64()).map_or(0, |place| place as i32)
}

/// Keeps how far the list is scrolled.
pub fn keep_place(top: i32) {
    // A browser refuses only those who ask hundreds of times a minute: then the place of a moment ago is kept.
    let _ = window().history().and_then(|history| history.replace_state(&JsValue::from(top), ""));
}
