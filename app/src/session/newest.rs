//! What takes a while to read, kept up to date.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

/// What `read` finds; read again whenever something that it tracks has changed. What is asked last is what is shown,
/// whichever is found first. Without a reading, and where it finds nothing, what is shown stays.
pub fn newest<T, F>(first: T, read: impl Fn() -> Option<F> + 'static) -> RwSignal<T>
where
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Option<T>> + 'static,
{
    let shown = RwSignal::new(first);
    let asked = StoredValue::new(0_u64);
    Effect::new(move |_| {
        let nth = asked.get_value() + 1;
        asked.set_value(nth);
        let Some(reading) = read() else { return };
        spawn_local(async move {
            if let Some(found) = reading.await
                && asked.try_get_value() == Some(nth)
                && shown.try_with_untracked(|shown| *shown != found) == Some(true)
            {
                let _ = shown.try_set(found);
            }
        });
    });
    shown
}
