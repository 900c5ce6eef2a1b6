//! What can wait until the person pauses: what lies out of sight is drawn then, not in the frame that answers.

use std::time::Duration;

use leptos::prelude::*;

/// Longer than a frame, shorter than a look.
const PAUSE: Duration = Duration::from_millis(100);

/// False from the moment in which `of` changes until it has not changed for a tenth of a second.
pub fn debounced<T>(of: impl Fn() -> T + Send + Sync + 'static) -> Memo<bool>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let now = Memo::new(move |_| of());
    let rested = RwSignal::new(None::<T>);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(before)) = waiting.try_update_value(Option::take) {
            before.clear();
        }
    };
    Effect::new(move |_| {
        let now = now.get();
        stop();
        let rest = move || drop(rested.try_set(Some(now)));
        waiting.set_value(set_timeout_with_handle(rest, PAUSE).ok());
    });
    on_cleanup(stop);
    Memo::new(move |_| rested.with(|rested| now.with(|now| rested.as_ref() == Some(now))))
}
