//! Rebuilding the rows, where an older fold made them.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::fold::wanted;
use super::{LoadFault, MissingEntries, Prepared, Replica, Rows};
use crate::entry::Entry;
use crate::index::Ref;
use crate::storage::JournalEntry;

impl Replica {
    /// Reads one entry of the whole journal, from the first. One that is damaged, or gone, is passed over: nothing that
    /// a disk does stops a tablet. Fails only where a newer app wrote it.
    pub fn replay(&mut self, entry: &JournalEntry) -> Result<(), LoadFault> {
        if Entry::is_of_newer(&entry.bytes) {
            return Err(LoadFault::Newer);
        }
        for gone in self.last_no + 1..entry.no {
            self.pass_over(gone);
        }
        if self.apply(entry.no, &entry.bytes).is_err() {
            self.pass_over(entry.no);
        }
        Ok(())
    }

    fn pass_over(&mut self, no: u32) {
        self.last_no = no;
        self.unreadable.push(no);
    }

    /// Journal entries that can't be read, and own events that were in them and are not back: what the server has of
    /// them comes again from its log; what was not sent is lost.
    pub fn unreadable(&self) -> (usize, usize) {
        (self.unreadable.len(), self.lost.len())
    }

    /// Folds the next orders. `None` when all are folded: store [`Replica::rebuilt`] then.
    pub fn rebuild(&mut self) -> Result<Option<usize>, MissingEntries> {
        const AT_ONCE: usize = 500;
        let Some(rebuild) = &mut self.rebuilding else { return Ok(None) };
        let ids: Vec<Uuid> = rebuild.order.iter().take(AT_ONCE).copied().collect();
        let refs: Vec<(Uuid, Vec<Ref>)> =
            ids.iter().map(|id| (*id, rebuild.refs.get(id).cloned().unwrap_or_default())).collect();
        let left = rebuild.order.len();
        if ids.is_empty() {
            if let Some(rebuild) = self.rebuilding.take().filter(|_| !self.unreadable.is_empty()) {
                self.lost.extend((1..=self.counter).filter(|counter| !rebuild.own.contains(counter)));
                // What was of the log comes again with all of it, unless it came again already.
                self.begins_anew = self.unreadable.iter().any(|no| !rebuild.passed_over.contains(no));
            }
            self.outdated = false;
            self.finish();
            return Ok(None);
        }
        let mut wanting = BTreeSet::new();
        for (_, refs) in &refs {
            self.want(refs, &mut wanting);
        }
        wanted(wanting)?;
        let mut rows = Rows::default();
        // What only an earlier log had, or an entry that can't be read, is nothing: not even of a kind.
        for (id, refs) in refs.into_iter().filter(|(_, refs)| !refs.is_empty()) {
            let placed_events = self.placed_events(&refs, &BTreeMap::new());
            self.fold_into(&mut rows, id, placed_events);
        }
        // Rows that were just written are readable.
        for (_, row) in rows.orders {
            let _ = self.index.put(&row);
        }
        for (_, row) in rows.records {
            let _ = self.records.put(&row);
        }
        if let Some(rebuild) = &mut self.rebuilding {
            rebuild.order.drain(..ids.len());
        }
        self.cache.trim();
        Ok(Some(left - ids.len()))
    }

    /// The checkpoint after a rebuild; other tabs load again when they see it.
    pub fn rebuilt(&self) -> Prepared {
        let mut prepared = self.checkpoint_with(true);
        if self.begins_anew && self.device.credential.is_some() {
            let passed_over = self.unreadable.clone();
            let entry = Entry { restart: Some(self.log.epoch), passed_over, ..self.entry() };
            prepared.batch.entries.push(entry.encode());
        }
        prepared
    }
}
