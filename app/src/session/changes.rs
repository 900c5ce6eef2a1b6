//! What has changed, by the kind of its stream: what shows nothing of a kind does not run when one of it changes.

use domain::{StreamKind, StreamKinds};
use leptos::prelude::*;

/// What a row of the list shows: an order, and whether there is enough of the goods that it was promised.
pub(super) const ORDERS: &[StreamKind] = &[StreamKind::Order, StreamKind::Product];

/// A trigger for each kind of streams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes([Trigger; StreamKind::ALL.len()]);

impl Changes {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Trigger::new()))
    }

    /// Whoever tracks runs again after a change of these kinds.
    pub(super) fn track(&self, kinds: &[StreamKind]) {
        self.triggers(StreamKinds::of(kinds)).for_each(|trigger| trigger.track());
    }

    /// Streams of these kinds have changed.
    pub(super) fn notify(&self, kinds: StreamKinds) {
        self.triggers(kinds).for_each(|trigger| trigger.notify());
    }

    fn triggers(&self, kinds: StreamKinds) -> impl Iterator<Item = &Trigger> {
        StreamKind::ALL.iter().zip(&self.0).filter(move |(kind, _)| kinds.contains(**kind)).map(|(_, trigger)| trigger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each signal of a page ran: of orders, of customers, of the shop.
    #[test]
    fn what_shows_nothing_of_a_kind_does_not_run_when_one_of_it_changes() {
        Owner::new().with(|| {
            let changes = Changes::new();
            let shown = [ORDERS, &[StreamKind::Customer], &[StreamKind::Shop]].map(|kinds| {
                let runs = Memo::new(move |runs: Option<&u32>| {
                    changes.track(kinds);
                    runs.map_or(1, |runs| runs + 1)
                });
                runs.get();
                runs
            });
            let runs_after = |kinds: StreamKinds| {
                changes.notify(kinds);
                shown.map(|runs| runs.get())
            };
            assert_eq!(runs_after(StreamKinds::of(&[StreamKind::Rule])), [1, 1, 1]);
            assert_eq!(runs_after(StreamKinds::of(&[StreamKind::Customer])), [1, 2, 1]);
            assert_eq!(runs_after(StreamKinds::of(ORDERS)), [2, 2, 1], "once, whatever it shows");
            assert_eq!(runs_after(StreamKinds::default()), [2, 2, 1], "where the data is, is no data");
            assert_eq!(runs_after(StreamKinds::ALL), [3, 3, 2]);
        });
    }
}
