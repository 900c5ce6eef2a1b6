//! The journal entries that are in memory, so that folding an order seldom has to read.

use std::collections::HashMap;

use uuid::Uuid;

use crate::codec::Damaged;
use crate::entry::Entry;

/// Bytes kept in each of the two halves.
const HALF: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    events: Vec<At>,
}

#[derive(Debug)]
struct At {
    id: Uuid,
    received_ms: i64,
    start: usize,
    len: usize,
}

/// An event of an entry that is in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) id: Uuid,
    pub(crate) received_ms: i64,
    pub(crate) text: &'a str,
}

/// Entries by number, in two halves: what was not asked for while one half filled up goes.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    young: HashMap<u32, Held>,
    old: HashMap<u32, Held>,
    young_bytes: usize,
}

impl Cache {
    /// Takes an entry in. Nothing goes before [`Cache::trim`].
    pub(crate) fn hold(&mut self, no: u32, bytes: Vec<u8>) -> Result<(), Damaged> {
        if self.young.contains_key(&no) {
            return Ok(());
        }
        let held = match self.old.remove(&no) {
            Some(held) => held,
            None => {
                let events = Entry::decode(&bytes)?.events;
                let at = |event: &crate::entry::Stored<'_>| At {
                    id: event.id,
                    received_ms: event.received_ms,
                    start: event.at,
                    len: event.text.len(),
                };
                let events = events.iter().map(at).collect();
                Held { bytes, events }
            }
        };
        self.young_bytes += held.bytes.len();
        self.young.insert(no, held);
        Ok(())
    }

    /// Lets go of what is too much.
    pub(crate) fn trim(&mut self) {
        if self.young_bytes > HALF {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }

    pub(crate) fn has(&self, no: u32) -> bool {
        self.young.contains_key(&no) || self.old.contains_key(&no)
    }

    pub(crate) fn event(&self, no: u32, index: u32) -> Option<Found<'_>> {
        let held = self.young.get(&no).or_else(|| self.old.get(&no))?;
        let at = held.events.get(index as usize)?;
        let text = std::str::from_utf8(held.bytes.get(at.start..at.start + at.len)?).ok()?;
        Some(Found { id: at.id, received_ms: at.received_ms, text })
    }
}
