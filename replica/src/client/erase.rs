//! Erasing people from this device's disk, where they asked for it.

use super::{Client, Host, REOPENINGS, Transport};
use crate::replica::Erasing;
use crate::storage::{JournalEntry, Storage, StorageFault};
use crate::sync::LONGEST_DELAY_MS;

/// Entries at a time: a long journal does not fit into memory at once.
const AT_ONCE: u32 = 64;

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// Erases who waits for it and may be erased. What fails is tried again after a while: the fold knows nothing of
    /// them any more in any case.
    pub(super) async fn erase(&self) {
        let (now_ms, wait) = (self.steady_ms(), LONGEST_DELAY_MS as i64);
        // A clock that was set back must not make it wait for ever.
        let waits = (now_ms..=now_ms.saturating_add(wait)).contains(&self.0.erase_not_before.get());
        if !waits && self.replica().erases() && self.try_erase().await.is_err() {
            self.0.erase_not_before.set(now_ms.saturating_add(wait));
        }
    }

    /// Reads the journal while acts go on, and only what they wrote meanwhile while none does. Where another tab built
    /// it again in between, what was read is worth nothing: [`StorageFault::Stale`].
    async fn try_erase(&self) -> Result<(), StorageFault> {
        let loads = self.0.loads.get();
        let Some(erasing) = self.who_is_erased(false).await? else { return Ok(()) };
        let last = self.replica().last_no();
        let mut replaced = self.without(&erasing, 1, last).await?;
        let _writing = self.0.writing.lock().await;
        let now = self.replica().last_no();
        replaced.extend(self.without(&erasing, last + 1, now).await?);
        if self.0.loads.get() != loads || self.who_is_erased(true).await?.as_ref() != Some(&erasing) {
            return Err(StorageFault::Stale);
        }
        let prepared = self.replica().erased(&erasing, replaced);
        self.store(prepared).await
    }

    async fn who_is_erased(&self, writing: bool) -> Result<Option<Erasing>, StorageFault> {
        let mut reopenings = 0;
        loop {
            let erasing = self.replica().erasing();
            match erasing {
                Ok(erasing) => return Ok((!erasing.is_empty()).then_some(erasing)),
                Err(wanting) => self.fetch(wanting, &mut reopenings, writing).await?,
            }
        }
    }

    /// The entries of these numbers that tell of someone, as they are without them.
    async fn without(&self, erasing: &Erasing, first: u32, last: u32) -> Result<Vec<JournalEntry>, StorageFault> {
        let mut replaced = Vec::new();
        let mut next = first;
        let mut reopenings = 0;
        while next <= last {
            let end = last.min(next.saturating_add(AT_ONCE - 1));
            let entries = match self.0.storage.read_entries(&[next..=end]).await {
                Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                    reopenings += 1;
                    self.0.storage.reopen().await?;
                    continue;
                }
                entries => entries?,
            };
            for entry in &entries {
                replaced.extend(erasing.erase(entry));
            }
            next = end + 1;
        }
        Ok(replaced)
    }
}
