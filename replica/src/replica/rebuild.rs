//! Building the rows anew, where an older fold made them.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::fold::wanted;
use super::{Prepared, Replica, Rows, Wanting};
use crate::codec::Damaged;
use crate::index::Ref;
use crate::storage::JournalEntry;

impl Replica {
    /// Reads one entry of the whole journal, from the first.
    pub fn replay(&mut self, entry: &JournalEntry) -> Result<(), Damaged> {
        self.apply(entry.no, &entry.bytes).map(drop)
    }

    /// Folds the next orders. `None` when all are folded: store [`Replica::rebuilt`] then.
    pub fn rebuild(&mut self) -> Result<Option<usize>, Wanting> {
        const AT_ONCE: usize = 500;
        let Some(rebuild) = &mut self.rebuilding else { return Ok(None) };
        let ids: Vec<Uuid> = rebuild.order.iter().take(AT_ONCE).copied().collect();
        let refs: Vec<(Uuid, Vec<Ref>)> =
            ids.iter().map(|id| (*id, rebuild.refs.get(id).cloned().unwrap_or_default())).collect();
        let left = rebuild.order.len();
        if ids.is_empty() {
            self.rebuilding = None;
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
        for (id, refs) in refs {
            let pieces = self.pieces(&refs, &BTreeMap::new());
            self.fold_into(&mut rows, id, pieces);
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
        self.checkpoint_with(true)
    }
}
