//! Own events and the log: which wait to be sent, which sequence the others were given.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::codec::{Damaged, Reader, Writer};
use crate::entry::Ack;

/// Own events per chunk of a checkpoint.
const CHUNK: u64 = 2_048;

/// Where an own event that is not in the log lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The journal entry, and the event's place in it.
    pub(crate) no: u32,
    pub(crate) index: u32,
    /// Its id; unknown for those that an earlier log held.
    pub(crate) id: Option<Uuid>,
    /// The order or shop it belongs to.
    pub(crate) stream: Uuid,
}

/// The own events that are not in the log, by this disk's count.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pending: BTreeMap<u64, Pending>,
    /// By id, in a tree: there is no hasher to seed here.
    by_id: BTreeMap<Uuid, u64>,
    /// Chunks that changed since the last checkpoint.
    dirty: BTreeSet<u32>,
}

impl Outbox {
    pub(crate) fn put(&mut self, counter: u64, pending: Pending) {
        if let Some(id) = pending.id {
            self.by_id.insert(id, counter);
        }
        self.pending.insert(counter, pending);
        self.dirty.insert(chunk_of(counter));
    }
    pub(crate) fn take(&mut self, counter: u64) -> Option<Pending> {
        let pending = self.pending.remove(&counter)?;
        if let Some(id) = pending.id {
            self.by_id.remove(&id);
        }
        self.dirty.insert(chunk_of(counter));
        Some(pending)
    }
    pub(crate) fn get(&self, counter: u64) -> Option<&Pending> {
        self.pending.get(&counter)
    }
    pub(crate) fn counter_of(&self, id: Uuid) -> Option<u64> {
        self.by_id.get(&id).copied()
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Pending)> {
        self.pending.iter().map(|(counter, pending)| (*counter, pending))
    }
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// The chunks that changed; `None` for those with nothing left.
    pub(crate) fn dirty_chunks(&self) -> Vec<(u32, Option<Vec<u8>>)> {
        self.dirty
            .iter()
            .map(|chunk| {
                let first = u64::from(*chunk) * CHUNK;
                let within: Vec<_> = self.pending.range(first..first + CHUNK).collect();
                let mut w = Writer::default();
                w.list(within.iter(), |w, (counter, pending)| {
                    w.uint(**counter);
                    w.uint(u64::from(pending.no));
                    w.uint(u64::from(pending.index));
                    w.option(pending.id, Writer::uuid);
                    w.uuid(pending.stream);
                });
                (*chunk, (!within.is_empty()).then_some(w.0))
            })
            .collect()
    }
    pub(crate) fn checkpointed(&mut self) {
        self.dirty.clear();
    }
    pub(crate) fn read_chunk(&mut self, bytes: &[u8]) -> Result<(), Damaged> {
        let mut r = Reader::new(bytes);
        let items = r.list(|r| {
            let counter = r.uint()?;
            let (no, index) = (r.u32()?, r.u32()?);
            Ok((counter, Pending { no, index, id: r.option(Reader::uuid)?, stream: r.uuid()? }))
        })?;
        for (counter, pending) in items {
            if let Some(id) = pending.id {
                self.by_id.insert(id, counter);
            }
            self.pending.insert(counter, pending);
        }
        Ok(())
    }
}

fn chunk_of(counter: u64) -> u32 {
    u32::try_from(counter / CHUNK).unwrap_or(u32::MAX)
}

/// Which sequence own events were given, as runs: a device's events mostly follow one another in the log too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acks {
    /// First count of the disk → first sequence, how many.
    runs: BTreeMap<u64, (u64, u64)>,
    /// First sequence → first count of the disk, how many.
    by_seq: BTreeMap<u64, (u64, u64)>,
    /// The server's time of receipt of own events whose clock was too far ahead of it.
    ahead: BTreeMap<u64, i64>,
}

impl Acks {
    pub(crate) fn put(&mut self, ack: Ack) {
        if let Some(received_ms) = ack.ahead_of {
            self.ahead.insert(ack.counter, received_ms);
        }
        if self.seq_of(ack.counter).is_some() {
            return;
        }
        let before = self.runs.range(..ack.counter).next_back().map(|(first, run)| (*first, *run));
        if let Some((first, (seq, count))) = before
            && first + count == ack.counter
            && seq + count == ack.seq
        {
            self.runs.insert(first, (seq, count + 1));
            self.by_seq.insert(seq, (first, count + 1));
        } else {
            self.runs.insert(ack.counter, (ack.seq, 1));
            self.by_seq.insert(ack.seq, (ack.counter, 1));
        }
    }
    pub(crate) fn seq_of(&self, counter: u64) -> Option<u64> {
        let (first, (seq, count)) = self.runs.range(..=counter).next_back()?;
        (counter - first < *count).then(|| seq + (counter - first))
    }
    pub(crate) fn counter_of(&self, seq: u64) -> Option<u64> {
        let (first, (counter, count)) = self.by_seq.range(..=seq).next_back()?;
        (seq - first < *count).then(|| counter + (seq - first))
    }
    pub(crate) fn received_ms(&self, counter: u64) -> Option<i64> {
        self.ahead.get(&counter).copied()
    }
    /// The greatest count up to which all after `before` are in the log.
    pub(crate) fn without_gap(&self, before: u64) -> u64 {
        let mut high = before;
        while let Some((first, (_, count))) = self.runs.range(..=high + 1).next_back()
            && high + 1 - first < *count
        {
            high = first + count - 1;
        }
        high
    }
    /// The greatest sequence that was given to an own event; 0 without any.
    pub(crate) fn last_seq(&self) -> u64 {
        self.by_seq.last_key_value().map_or(0, |(first, (_, count))| first + count - 1)
    }
    pub(crate) fn write(&self, w: &mut Writer) {
        w.list(self.runs.iter(), |w, (counter, (seq, count))| {
            w.uint(*counter);
            w.uint(*seq);
            w.uint(*count);
        });
        w.list(self.ahead.iter(), |w, (counter, received_ms)| {
            w.uint(*counter);
            w.int(*received_ms);
        });
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mut acks = Self::default();
        for (counter, seq, count) in r.list(|r| Ok((r.uint()?, r.uint()?, r.uint()?)))? {
            acks.runs.insert(counter, (seq, count));
            acks.by_seq.insert(seq, (counter, count));
        }
        acks.ahead.extend(r.list(|r| Ok((r.uint()?, r.int()?)))?);
        Ok(acks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_say_what_single_acks_say(mut picks in proptest::collection::btree_map(1..60_u64, 1..500_u64, 0..40)) {
            let mut taken = BTreeSet::new();
            picks.retain(|_, seq| taken.insert(*seq));
            let mut acks = Acks::default();
            for (counter, seq) in &picks {
                acks.put(Ack { counter: *counter, seq: *seq, ahead_of: None });
            }
            let mut w = Writer::default();
            acks.write(&mut w);
            prop_assert_eq!(&Acks::read(&mut Reader::new(&w.0)).unwrap(), &acks);
            for counter in 0..70 {
                prop_assert_eq!(acks.seq_of(counter), picks.get(&counter).copied());
            }
            for seq in 0..510 {
                let counter = picks.iter().find(|(_, s)| **s == seq).map(|(c, _)| *c);
                prop_assert_eq!(acks.counter_of(seq), counter);
            }
            for before in [0, 1, 7, 30] {
                let run = (before + 1..).take_while(|c| picks.contains_key(c)).count() as u64;
                prop_assert_eq!(acks.without_gap(before), before + run);
            }
            prop_assert_eq!(acks.last_seq(), picks.values().max().copied().unwrap_or(0));
        }
    }
}
