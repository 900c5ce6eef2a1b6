//! Which picture is sent or fetched next, sans-IO: pictures travel beside the log, one at a time, and only while no
//! event waits. Presence on the server is queried in batches.

use std::collections::BTreeSet;

use protocol::{BlobId, MAX_BLOBS_ASKED};

use crate::sync::{LONGEST_DELAY_MS, delay, later};

/// How soon the server is asked again for pictures that it did not have, at first and at last, in milliseconds.
const FIRST_LOOK_MS: i64 = 60_000;
const LAST_LOOK_MS: i64 = 3_600_000;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BlobStep {
    /// Nothing, until something changes or this moment has come (milliseconds since 1970).
    Rest(Option<i64>),
    /// Ask which of these the server lacks.
    Ask(Vec<BlobId>),
    /// Send this one.
    Send(BlobId),
    /// Fetch this one.
    Fetch(BlobId),
}

/// What is known of the pictures of one tab.
#[derive(Debug, Default)]
pub(crate) struct BlobSync {
    /// Marked on the disk to be sent.
    unsent: BTreeSet<BlobId>,
    /// Of those, the ones that the server is known to lack.
    lacking: BTreeSet<BlobId>,
    /// Of those, the ones that the server does not take.
    refused: BTreeSet<BlobId>,
    /// Named by somebody, and perhaps not here.
    named: BTreeSet<BlobId>,
    /// Not here.
    wanted: BTreeSet<BlobId>,
    /// Of those, the ones that the server has.
    there: BTreeSet<BlobId>,
    /// Here.
    held: BTreeSet<BlobId>,
    /// The server's disk is full.
    full: bool,
    failures: u32,
    not_before: i64,
    /// How often in a row the server lacked something that is wanted.
    looks: u32,
    look_at: i64,
}

impl BlobSync {
    /// What to do next. `free`: the server is within reach and no event waits.
    pub(crate) fn next(&self, free: bool, now_ms: i64) -> BlobStep {
        if !free {
            return BlobStep::Rest(None);
        }
        // A clock that was set back must not make it wait for ever.
        if self.not_before > now_ms && self.not_before - now_ms <= LONGEST_DELAY_MS as i64 {
            return BlobStep::Rest(Some(self.not_before));
        }
        if let Some(id) = self.lacking.first() {
            return BlobStep::Send(*id);
        }
        if let Some(id) = self.there.first() {
            return BlobStep::Fetch(*id);
        }
        let waits = self.look_at > now_ms && self.look_at - now_ms <= LAST_LOOK_MS;
        let unsent = self.unsent.difference(&self.refused);
        let wanted = self.wanted.iter().filter(|_| !waits);
        let ask: Vec<BlobId> = unsent.chain(wanted).copied().take(MAX_BLOBS_ASKED).collect();
        match (ask.is_empty(), self.wanted.is_empty()) {
            (false, _) => BlobStep::Ask(ask),
            (true, false) => BlobStep::Rest(Some(self.look_at)),
            (true, true) => BlobStep::Rest(None),
        }
    }

    /// How many wait to be sent.
    pub(crate) fn unsent(&self) -> usize {
        self.unsent.len()
    }
    /// Whether sending them needs a person.
    pub(crate) fn is_troubled(&self) -> bool {
        self.full || !self.refused.is_empty()
    }

    /// These are marked on the disk. Says whether that is news.
    pub(crate) fn marked(&mut self, unsent: Vec<BlobId>) -> bool {
        let unsent: BTreeSet<BlobId> = unsent.into_iter().collect();
        if unsent == self.unsent {
            return false;
        }
        self.unsent = unsent;
        self.lacking.retain(|id| self.unsent.contains(id));
        self.refused.retain(|id| self.unsent.contains(id));
        self.full &= !self.unsent.is_empty();
        true
    }
    /// The log started over: what was known of the server is not so any more.
    pub(crate) fn anew(&mut self) {
        self.lacking.clear();
        self.there.clear();
    }
    /// A picture was taken here: no server has it.
    pub(crate) fn kept(&mut self, id: BlobId) {
        self.unsent.insert(id);
        self.lacking.insert(id);
        self.here(id);
    }
    /// A picture is here.
    pub(crate) fn here(&mut self, id: BlobId) {
        self.held.insert(id);
        self.named.remove(&id);
        self.wanted.remove(&id);
        self.there.remove(&id);
    }
    /// Records name these. Says whether any of them is news.
    pub(crate) fn named(&mut self, ids: impl IntoIterator<Item = BlobId>) -> bool {
        let before = self.named.len();
        self.named.extend(ids.into_iter().filter(|id| !self.held.contains(id) && !self.wanted.contains(id)));
        self.named.len() > before
    }
    /// Whether it must be looked up which of them are here.
    pub(crate) fn has_named(&self) -> bool {
        !self.named.is_empty()
    }
    /// All that is here: the others that are named are wanted.
    pub(crate) fn looked_up(&mut self, held: Vec<BlobId>) {
        self.held = held.into_iter().collect();
        let named = std::mem::take(&mut self.named);
        self.wanted.extend(named.into_iter().filter(|id| !self.held.contains(id)));
        (self.looks, self.look_at) = (0, 0);
    }
    /// Whether a call failed so lately that the next one is not due yet.
    pub(crate) fn is_waiting(&self, now_ms: i64) -> bool {
        self.not_before > now_ms && self.not_before - now_ms <= LONGEST_DELAY_MS as i64
    }

    /// The server said which of those it was asked for it lacks. What it has is not marked on the disk any more.
    pub(crate) fn asked(&mut self, ids: &[BlobId], missing: &BTreeSet<BlobId>, now_ms: i64, random: u64) {
        let mut looked_in_vain = false;
        let mut stuck = false;
        for id in ids {
            let lacks = missing.contains(id);
            if self.unsent.contains(id) {
                if lacks {
                    self.lacking.insert(*id);
                } else {
                    // Offered again by another tab meanwhile.
                    stuck = true;
                }
            }
            if self.wanted.contains(id) {
                if lacks {
                    looked_in_vain = true;
                } else {
                    self.there.insert(*id);
                }
            }
        }
        if looked_in_vain {
            self.look_later(now_ms);
        }
        if stuck {
            // Not again at once, or it might be asked for ever.
            self.failed(None, now_ms, random);
        } else {
            self.answered();
        }
    }
    /// The server holds this one.
    pub(crate) fn sent(&mut self, id: BlobId) {
        self.answered();
        self.lacking.remove(&id);
        self.full = false;
    }
    /// The server does not take this one.
    pub(crate) fn refused(&mut self, id: BlobId) {
        self.answered();
        self.lacking.remove(&id);
        self.refused.insert(id);
    }
    /// This one was fetched.
    pub(crate) fn fetched(&mut self, id: BlobId) {
        self.answered();
        self.here(id);
    }
    /// The server does not have this one after all.
    pub(crate) fn absent(&mut self, id: BlobId, now_ms: i64) {
        self.answered();
        self.there.remove(&id);
        self.look_later(now_ms);
    }
    /// The server's disk is full.
    pub(crate) fn full(&mut self) {
        self.full = true;
    }
    /// A call got no answer that can be used. Whether a picture was taken is uncertain: that is asked first.
    pub(crate) fn failed(&mut self, id: Option<BlobId>, now_ms: i64, random: u64) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = later(now_ms, delay(self.failures, random));
        if let Some(id) = id {
            self.lacking.remove(&id);
        }
    }
    /// The page returned, the network did, or a person asks: at once.
    pub(crate) fn woken(&mut self) {
        (self.failures, self.not_before, self.looks, self.look_at) = (0, 0, 0, 0);
    }

    fn answered(&mut self) {
        (self.failures, self.not_before) = (0, 0);
    }
    /// Twice as long after each time, up to an hour.
    fn look_later(&mut self, now_ms: i64) {
        let pause = FIRST_LOOK_MS.saturating_mul(1 << self.looks.min(10)).min(LAST_LOOK_MS);
        self.looks = self.looks.saturating_add(1);
        self.look_at = now_ms.saturating_add(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<const N: usize>() -> [BlobId; N] {
        std::array::from_fn(|n| BlobId([n as u8; 32]))
    }

    #[test]
    fn nothing_travels_while_events_wait() {
        let [id] = ids();
        let mut blob_sync = BlobSync::default();
        assert_eq!(blob_sync.next(true, 0), BlobStep::Rest(None));
        blob_sync.kept(id);
        assert_eq!(blob_sync.next(false, 0), BlobStep::Rest(None));
        assert_eq!(blob_sync.next(true, 0), BlobStep::Send(id));
        assert_eq!(blob_sync.unsent(), 1);
    }

    #[test]
    fn what_was_marked_before_is_asked_for_first_and_sent_one_by_one() {
        let [a, b, c] = ids();
        let mut blob_sync = BlobSync::default();
        assert!(blob_sync.marked(vec![a, b, c]) && !blob_sync.marked(vec![a, b, c]));
        assert_eq!(blob_sync.next(true, 0), BlobStep::Ask(vec![a, b, c]));
        blob_sync.marked(vec![b, c]);
        blob_sync.asked(&[a, b, c], &[b, c].into(), 0, 0);
        assert_eq!(blob_sync.next(true, 0), BlobStep::Send(b));
        blob_sync.marked(vec![c]);
        blob_sync.sent(b);
        assert_eq!(blob_sync.next(true, 0), BlobStep::Send(c));
        blob_sync.marked(vec![]);
        blob_sync.sent(c);
        assert_eq!(blob_sync.next(true, 0), BlobStep::Rest(None));
    }

    #[test]
    fn after_a_silence_it_waits_and_asks_before_it_sends_again() {
        let [id] = ids();
        let mut blob_sync = BlobSync::default();
        blob_sync.kept(id);
        blob_sync.failed(Some(id), 0, 0);
        assert_eq!(blob_sync.next(true, 0), BlobStep::Rest(Some(1_000)));
        assert_eq!(blob_sync.next(true, 1_000), BlobStep::Ask(vec![id]));
        assert_eq!(blob_sync.next(true, -100_000_000), BlobStep::Ask(vec![id]), "a clock set back");
        blob_sync.failed(None, 1_000, u64::MAX);
        blob_sync.woken();
        assert_eq!(blob_sync.next(true, 1_001), BlobStep::Ask(vec![id]));
    }

    #[test]
    fn what_the_server_lacks_is_looked_for_less_and_less_often() {
        let [a, b] = ids();
        let mut blob_sync = BlobSync::default();
        assert!(blob_sync.named([a, b]) && !blob_sync.named([a]));
        blob_sync.looked_up(vec![a]);
        assert!(!blob_sync.named([a, b]), "one is here, the other is wanted");
        assert_eq!(blob_sync.next(true, 0), BlobStep::Ask(vec![b]));
        let mut now = 0;
        for pause in [60_000, 120_000, 240_000, 480_000, 960_000, 1_920_000, 3_600_000, 3_600_000] {
            blob_sync.asked(&[b], &[b].into(), now, 0);
            assert_eq!(blob_sync.next(true, now), BlobStep::Rest(Some(now + pause)));
            now += pause;
            assert_eq!(blob_sync.next(true, now), BlobStep::Ask(vec![b]));
        }
        blob_sync.asked(&[b], &[].into(), now, 0);
        assert_eq!(blob_sync.next(true, now), BlobStep::Fetch(b));
        blob_sync.absent(b, now);
        assert!(matches!(blob_sync.next(true, now), BlobStep::Rest(Some(_))));
        blob_sync.fetched(b);
        assert_eq!(blob_sync.next(true, now), BlobStep::Rest(None));
    }

    #[test]
    fn what_is_refused_needs_a_person_and_holds_up_nothing() {
        let [a, b] = ids();
        let mut blob_sync = BlobSync::default();
        blob_sync.kept(a);
        blob_sync.kept(b);
        blob_sync.refused(a);
        assert!(blob_sync.is_troubled());
        assert_eq!(blob_sync.next(true, 0), BlobStep::Send(b));
        blob_sync.marked(vec![a]);
        blob_sync.sent(b);
        assert_eq!((blob_sync.next(true, 0), blob_sync.unsent()), (BlobStep::Rest(None), 1));
    }

    #[test]
    fn a_full_server_is_told_until_it_takes_one() {
        let [id] = ids();
        let mut blob_sync = BlobSync::default();
        blob_sync.kept(id);
        blob_sync.full();
        blob_sync.failed(Some(id), 0, 0);
        assert!(blob_sync.is_troubled());
        blob_sync.marked(vec![]);
        blob_sync.sent(id);
        assert!(!blob_sync.is_troubled());
    }

    #[test]
    fn a_mark_that_stays_is_not_asked_for_in_a_circle() {
        let [id] = ids();
        let mut blob_sync = BlobSync::default();
        blob_sync.marked(vec![id]);
        blob_sync.asked(&[id], &[].into(), 0, 0);
        assert_eq!(blob_sync.next(true, 0), BlobStep::Rest(Some(1_000)));
    }

    #[test]
    fn many_are_asked_for_in_parts() {
        let all: Vec<BlobId> = (0..2_500_u32).map(|n| BlobId::of(&n.to_le_bytes())).collect();
        let mut blob_sync = BlobSync::default();
        blob_sync.marked(all);
        let mut parts = Vec::new();
        while let BlobStep::Ask(ids) = blob_sync.next(true, 0) {
            parts.push(ids.len());
            blob_sync.marked(blob_sync.unsent.iter().filter(|id| !ids.contains(id)).copied().collect());
            blob_sync.asked(&ids, &[].into(), 0, 0);
        }
        assert_eq!(parts, [1_000, 1_000, 500]);
    }
}
