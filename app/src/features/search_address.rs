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

/// Typing filters at once and is written to the address after a pause; the browser's “back” sets the field. `asked`
/// is what the address says; `write` puts there what it is given.
pub fn follow(asked: Memo<String>, typed: RwSignal<String>, write: impl Fn(&str) + Clone + 'static) {
    let on_the_way = StoredValue::new(OnTheWay::default());
    Effect::new(move |before: Option<()>| {
        let asked = asked.get();
        if before.is_some() && !on_the_way.try_update_value(|words| words.has_arrived(&asked)).unwrap_or(true) {
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
        let search = typed.with(|typed| typed.trim().to_owned());
        stop();
        if search == asked.get() {
            return;
        }
        on_the_way.update_value(|words| words.leaves(&search));
        let write = write.clone();
        waiting.set_value(set_timeout_with_handle(move || write(&search), PAUSE).ok());
    });
    on_cleanup(stop);
}

/// What was typed since the address last said what the field says, oldest first. An address may come late, when more was
/// typed already: then it is no way back.
#[derive(Default)]
struct OnTheWay(Vec<String>);

impl OnTheWay {
    /// This was typed, and the address is to follow.
    fn leaves(&mut self, word: &str) {
        if self.0.last().is_none_or(|last| last != word) {
            self.0.push(word.to_owned());
        }
    }

    /// Whether the address says what was typed before; all that was typed until then has arrived with it.
    fn has_arrived(&mut self, word: &str) -> bool {
        let arrived = self.0.iter().position(|typed| typed == word);
        self.0.drain(..arrived.map_or(self.0.len(), |last| last.saturating_add(1)));
        arrived.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::OnTheWay;

    #[test]
    fn an_address_that_comes_late_does_not_write_over_what_was_typed_since() {
        let mut words = OnTheWay::default();
        for word in ["t", "te", "tea", "teapot"] {
            words.leaves(word);
        }
        assert!(words.has_arrived("tea"), "the address of a moment ago");
        assert!(words.has_arrived("teapot"), "the one behind it");
        assert!(!words.has_arrived("tea"), "the way back leads");
    }

    #[test]
    fn an_address_that_nobody_typed_leads_and_what_was_on_the_way_is_forgotten() {
        let mut words = OnTheWay::default();
        words.leaves("tea");
        assert!(!words.has_arrived("cup"));
        assert!(!words.has_arrived("tea"));
    }
}
