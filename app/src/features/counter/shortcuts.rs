//! The counter by keyboard: what leads to the money, and what leads to the search.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::till::{MAIN, Till};
use crate::platform::page;

/// The field that finds products.
const SEARCH: &str = ".goods input[type=search]";

/// What a key does from anywhere on the counter; answers whether it was one of these.
pub fn pressed(till: Till, event: &KeyboardEvent) -> bool {
    if till.asking.get_untracked() {
        return false;
    }
    let key = event.key();
    let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let is_free = is_plain && !page::is_typing() && !till.paying.get_untracked();
    let mut letters = key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none());
    match key.as_str() {
        "F2" if is_plain => page::press(MAIN),
        "Enter" if event.ctrl_key() => page::press(MAIN),
        "/" if is_free => drop(page::focus(SEARCH)),
        // The browser itself writes the letter into the field that has the focus by then.
        _ if is_free && letter.is_some_and(char::is_alphabetic) => {
            page::focus(SEARCH);
            return false;
        }
        _ => return false,
    }
    true
}
