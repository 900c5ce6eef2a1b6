//! The search of a list, which stands in its address.

use std::time::Duration;

use leptos::prelude::*;

use crate::text::scan as words;
use crate::ui::scan::{Layer, Scanner};

/// How long nobody types before the address follows.
const PAUSE: Duration = Duration::from_millis(400);

/// A code that is scanned replaces what is searched for.
pub fn by_scan(typed: RwSignal<String>) {
    if let Some(scanner) = Scanner::here() {
        scanner.take(Layer::Page, move |scan| {
            let code = scan.text.clone();
            typed.set(scan.text);
            scanner.say(move || words::found(&code));
        });
    }
}

/// What is typed searches at once; the address follows after a pause, and leads when the person goes back. `asked` is
/// what the address says; `write` puts there what it is given.
pub fn follow(asked: Memo<String>, typed: RwSignal<String>, write: impl Fn(&str) + Clone + 'static) {
    let written = StoredValue::new(asked.get_untracked());
    Effect::new(move |_| {
        let asked = asked.get();
        if asked != written.get_value() {
            written.set_value(asked.clone());
            typed.set(asked);
        }
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(before)) = waiting.try_get_value() {
            before.clear();
        }
    };
    Effect::new(move |_| {
        let search = typed.get();
        stop();
        if search.trim() == asked.get_untracked() {
            return;
        }
        let write = write.clone();
        let write = move || {
            let search = search.trim();
            if written.try_update_value(|written| search.clone_into(written)).is_some() {
                write(search);
            }
        };
        waiting.set_value(set_timeout_with_handle(write, PAUSE).ok());
    });
    on_cleanup(stop);
}
