//! One act of a form, a dialog or a page at a time: while it goes on, another press does nothing. What was typed stays
//! until it is saved.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

/// How an act that may fail with `E` stands.
#[derive(Debug)]
pub struct Submission<E: Send + Sync + 'static> {
    /// It goes on.
    pub busy: RwSignal<bool>,
    /// Why it failed; the next one takes that away.
    pub fault: RwSignal<Option<E>>,
}

impl<E: Send + Sync + 'static> Clone for Submission<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Send + Sync + 'static> Copy for Submission<E> {}

impl<E: Send + Sync + 'static> Submission<E> {
    /// Nothing goes on, and nothing has failed.
    pub fn new() -> Self {
        Self { busy: RwSignal::new(false), fault: RwSignal::new(None) }
    }

    /// Does this unless something goes on, then what follows when it is done. The person may have gone to another page
    /// meanwhile: what follows may find nothing of this one.
    pub fn run<T: 'static>(self, work: impl Future<Output = Result<T, E>> + 'static, done: impl FnOnce(T) + 'static) {
        self.run_or(work, done, |_| ());
    }

    /// The same; `failed` says so elsewhere than beside what was typed.
    pub fn run_or<T: 'static>(
        self,
        work: impl Future<Output = Result<T, E>> + 'static,
        done: impl FnOnce(T) + 'static,
        failed: impl FnOnce(&E) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            let outcome = work.await;
            let _ = self.busy.try_set(false);
            match outcome {
                Ok(outcome) => done(outcome),
                Err(fault) => {
                    failed(&fault);
                    let _ = self.fault.try_set(Some(fault));
                }
            }
        });
    }

    /// Why it failed, in words.
    pub fn wrong(self, words: fn(&E) -> String) -> Signal<Option<String>> {
        Signal::derive(move || self.fault.read().as_ref().map(words))
    }
}
