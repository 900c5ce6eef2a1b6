//! The log: what goes to the server, and what comes from it.

use std::collections::{BTreeMap, BTreeSet};

use protocol::api::{Poke, Pulled, PushStatus, Pushed};
use protocol::digest::{EventHash, event_hash};
use protocol::envelope::unstamp;
use protocol::erasure;
use protocol::{Brief, Digest, Envelope, Flag, MAX_CLOCK_AHEAD_MS, Problem, ProblemType};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::fold::{read_envelope, wanted};
use super::{
    Incoming, Intake, MissingEntries, Outgoing, PlacedEvent, Prepared, Replica, Rows, SyncFault, What, kind_of, map_of,
};
use crate::entry::{Ack, Entry, Kind, LogMark, Place, Stored};
use crate::index::Ref;
use crate::outbox::Pending;
use crate::storage::Batch;

impl Replica {
    /// The next events to send, all of one identity, or `None` when there is nothing to send (now).
    pub fn outgoing(&self, max_events: usize, max_bytes: usize) -> Result<Option<Outgoing>, MissingEntries> {
        if self.settling {
            return Ok(None);
        }
        let Some(maker) = self.outbox.iter().next().and_then(|(count, _)| self.device.maker_of(count)) else {
            return Ok(None);
        };
        let next = || self.outbox.iter().take_while(|(count, _)| *count <= maker.until).take(max_events);
        let mut wanting = BTreeSet::new();
        for (_, pending) in next() {
            if !self.cache.has(pending.no) {
                wanting.insert(pending.no);
            }
        }
        wanted(wanting)?;
        let mut body = format!("{{\"device\":\"{}\",\"events\":[", maker.id);
        let mut items = Vec::new();
        for (count, pending) in next() {
            let Some(found) = self.cache.event(pending.no, pending.index) else { continue };
            // One that the disk has spoilt would spoil the whole call.
            if Envelope::read(found.text).is_err() {
                continue;
            }
            if !items.is_empty() {
                if body.len() + found.text.len() + 3 > max_bytes {
                    break;
                }
                body.push(',');
            }
            body.push_str(found.text);
            items.push((count, found.id, event_hash(found.text)));
        }
        body.push_str("]}");
        let acknowledged = self.acks.without_gap(maker.before).min(maker.until) - maker.before;
        let outgoing = Outgoing { body, credential: maker.credential, items, cursor: self.log.cursor, acknowledged };
        Ok((!outgoing.is_empty()).then_some(outgoing))
    }

    /// Puts what waits and can't be sent, because the disk has spoilt it, aside. `None`: there is nothing of the kind.
    pub fn set_aside(&self) -> Option<Prepared> {
        let spoilt = |pending: &Pending| {
            let found = self.cache.event(pending.no, pending.index);
            found.is_some_and(|found| Envelope::read(found.text).is_err())
        };
        let words = "it can't be read on this device's disk any more";
        let problem = Problem::new(ProblemType::MalformedEvent, Some(words.to_owned()));
        let problem = serde_json::to_string(&problem).unwrap_or_default();
        let spoilt = self.outbox.iter().filter(|(_, pending)| spoilt(pending));
        let quarantined: Vec<_> = spoilt.map(|(counter, _)| (counter, problem.clone())).collect();
        let entry = Entry { quarantined, ..self.entry() };
        (!entry.quarantined.is_empty()).then(|| Prepared { batch: self.batch(&entry), streams: Vec::new() })
    }

    /// Whether something of a push is still waiting to be sent.
    pub fn is_waiting(&self, sent: &Outgoing) -> bool {
        sent.items.iter().any(|(counter, ..)| self.outbox.get(*counter).is_some())
    }

    /// The log starts over: another epoch, or another digest.
    pub fn restart(&self, epoch: Uuid) -> Prepared {
        let entry = Entry { restart: Some(epoch), ..self.entry() };
        Prepared { batch: self.batch(&entry), streams: Vec::new() }
    }

    /// Whether an answer speaks of the log that this replica holds. `held`: the cursor when it was asked for; a head
    /// below that is a log that lost something. (The cursor may have moved on since: answers overtake each other.)
    fn same_log(&self, epoch: Uuid, head: u64, held: u64) -> Result<(), SyncFault> {
        let begun = !self.log.epoch.is_nil();
        if begun && (self.log.epoch != epoch || head < held) {
            return Err(SyncFault::AnotherLog(epoch));
        }
        Ok(())
    }

    /// Takes the answer to a push. `None`: it changes nothing.
    pub fn pushed(&mut self, sent: &Outgoing, answer: &Pushed) -> Result<Option<Prepared>, SyncFault> {
        self.same_log(answer.epoch, answer.head, sent.cursor)?;
        if answer.device_high < sent.acknowledged {
            return Err(SyncFault::AnotherLog(answer.epoch));
        }
        if answer.results.len() != sent.items.len() {
            return Err(SyncFault::Malformed);
        }
        self.head = self.head.max(answer.head);
        let mut acks = Vec::new();
        let mut quarantined = Vec::new();
        let mut cloned = false;
        for ((counter, id, hash), result) in sent.items.iter().zip(&answer.results) {
            if self.outbox.get(*counter).is_none() {
                continue;
            }
            match (result.status, result.seq) {
                (PushStatus::Stored | PushStatus::Duplicate, Some(seq)) if result.id == *id => {
                    self.hashes.insert(*counter, *hash);
                    cloned |= result.flags.contains(&Flag::ClonedDevice) && self.is_of_now(*counter);
                    let ahead = result.flags.contains(&Flag::ClockAhead).then_some(result.received_ms).flatten();
                    acks.push(Ack { counter: *counter, seq, ahead_of: ahead });
                }
                (PushStatus::Quarantined, _) => {
                    let problem = result.problem.as_ref().and_then(|problem| serde_json::to_string(problem).ok());
                    quarantined.push((*counter, problem.unwrap_or_default()));
                }
                _ => return Err(SyncFault::Malformed),
            }
        }
        if acks.is_empty() && quarantined.is_empty() {
            return Ok(None);
        }
        let by_counter = map_of(acks.iter().map(|ack| (ack.counter, *ack)));
        let by_seq = map_of(acks.iter().map(|ack| (ack.seq, ack.counter)));
        // What follows the cursor without a gap need not be pulled back.
        let mut log = LogMark { epoch: answer.epoch, ..self.log };
        loop {
            let next = log.cursor + 1;
            let counter = by_seq.get(&next).copied().or_else(|| self.acks.counter_of(next));
            let Some(hash) = counter.and_then(|counter| self.hashes.get(&counter)) else { break };
            log = LogMark { cursor: next, digest: log.digest.then(hash), ..log };
        }
        let touched = self.moved_by(&by_counter);
        let rows = self.fold_all(touched, &by_counter, false)?;
        let record = self.record_if(cloned);
        let entry = Entry {
            log: Some(log),
            device: record.is_some(),
            acks,
            quarantined,
            rows: rows.of_orders(),
            records: rows.of_records(),
            ..self.entry()
        };
        let batch = Batch { device: record, ..self.batch(&entry) };
        Ok(Some(Prepared { batch, streams: rows.ids() }))
    }

    /// Orders whose fold these acknowledgements may change: those that hold events of others, whose clock was ahead, or
    /// that had seen more than there is before them. An order of this device alone folds the same before and after.
    fn moved_by(&self, acks: &BTreeMap<u64, Ack>) -> BTreeMap<Uuid, Vec<PlacedEvent>> {
        let mut touched: BTreeMap<Uuid, Vec<PlacedEvent>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (counter, ack) in acks {
            let Some(pending) = self.outbox.get(*counter) else { continue };
            // In a log that started over it may have been given a place before what its device had seen of the other.
            let is_early = self.generation > 0
                && self.cache.event(pending.no, pending.index).is_none_or(|found| {
                    Envelope::read(found.text).is_ok_and(|envelope| envelope.seen_at(Some(ack.seq)) != envelope.seen)
                });
            let folds_anew = ack.ahead_of.is_some() || is_early;
            if !seen.insert(pending.stream) && !folds_anew {
                continue;
            }
            let refs = self.refs(pending.stream);
            let alone = refs.iter().all(|at| matches!(at.place, Place::Own(_)));
            if !refs.is_empty() && (!alone || folds_anew) {
                touched.entry(pending.stream).or_default();
            }
        }
        touched
    }

    /// Folds orders and records with the pieces that come new; gives their rows. `settle`: without what older logs left.
    fn fold_all(
        &self,
        touched: BTreeMap<Uuid, Vec<PlacedEvent>>,
        new: &BTreeMap<u64, Ack>,
        settle: bool,
    ) -> Result<Rows, SyncFault> {
        let mut wanting = BTreeSet::new();
        let stays = |at: &Ref| !settle || !matches!(at.place, Place::Log(g, _) if g != self.generation);
        let mut all = Vec::with_capacity(touched.len());
        for (id, placed_events) in touched {
            let mut refs = self.refs(id);
            refs.retain(stays);
            self.want(&refs, &mut wanting);
            all.push((id, refs, placed_events));
        }
        wanted(wanting).map_err(SyncFault::MissingEntries)?;
        let mut rows = Rows::default();
        for (id, refs, placed_events) in all {
            let mut known = self.placed_events(&refs, new);
            known.extend(placed_events);
            self.fold_into(&mut rows, id, known);
        }
        Ok(rows)
    }

    /// Reads a page of a pull that was asked for from `after`, the cursor then; `whole`: with own events as texts, too.
    pub fn read_pulled(&self, after: u64, whole: bool, pulled: &Pulled) -> Result<Intake, SyncFault> {
        let Pulled { epoch, ref events, next, head, digest, .. } = *pulled;
        self.same_log(epoch, head, after)?;
        let intake = self.read_log(epoch, events, !whole, next, head, digest)?;
        Ok(Intake { pulled: true, ..intake })
    }

    /// Reads a poke. One without events, or with events that do not follow, is a [`SyncFault::Gap`]: pull.
    pub fn read_poke(&self, poke: &Poke) -> Result<Intake, SyncFault> {
        let Poke { epoch, ref events, head, digest, .. } = *poke;
        self.same_log(epoch, head, 0)?;
        self.read_log(epoch, events, false, head, head, digest)
    }

    fn read_log(
        &self,
        epoch: Uuid,
        texts: &[Box<RawValue>],
        has_briefs: bool,
        next: u64,
        head: u64,
        digest: Digest,
    ) -> Result<Intake, SyncFault> {
        let mut events = Vec::with_capacity(texts.len());
        for text in texts {
            let incoming = self.read_incoming(text.get(), has_briefs)?;
            // What is known already may come again.
            if incoming.seq > self.log.cursor {
                if incoming.seq != self.log.cursor + 1 + events.len() as u64 {
                    return Err(SyncFault::Gap);
                }
                events.push(incoming);
            }
        }
        let last = self.log.cursor + events.len() as u64;
        if next > last || (events.is_empty() && next == last && digest != self.log.digest && next == self.log.cursor) {
            // Either something is missing, or both hold as many events and not the same ones.
            return Err(if next > last { SyncFault::Gap } else { SyncFault::AnotherLog(epoch) });
        }
        Ok(Intake { epoch, next, head, pulled: false, digest, events })
    }

    /// Whatever the log holds is taken and kept: what can't be read as an event is no reason to stop before it.
    fn read_incoming(&self, stamped: &str, has_briefs: bool) -> Result<Incoming, SyncFault> {
        let (text, stamp) = unstamp(stamped).map_err(|_| SyncFault::Malformed)?;
        let envelope = Envelope::read_of_log(&text).map(Box::new);
        // Each is told by what it is, however its JSON is written: what reads as an event is one.
        let brief = || serde_json::from_str::<Brief>(stamped).ok();
        let what = match (has_briefs && envelope.is_none()).then(brief).flatten() {
            Some(brief) => What::Own(self.counter_of(&brief).ok_or(SyncFault::UnknownOwn)?),
            None => {
                let own = envelope.as_ref().and_then(|e| self.device.count_of(e.device, e.counter));
                What::Full { text, envelope, own }
            }
        };
        Ok(Incoming {
            seq: stamp.seq,
            received_ms: stamp.received_ms,
            ahead: stamp.flags.contains(&Flag::ClockAhead),
            cloned: stamp.flags.contains(&Flag::ClonedDevice),
            hash: stamp.hash,
            what,
        })
    }

    /// The count of an own event that came without its text. `None`: it is not known, or its text is not at hand, which
    /// the digest needs: since it was sent, or where it waits to be sent.
    fn counter_of(&self, brief: &Brief) -> Option<u64> {
        let counter = self.outbox.counter_of(brief.id).or_else(|| self.acks.counter_of(brief.stamp.seq))?;
        let known = brief.stamp.hash.is_some() || self.hashes.contains_key(&counter);
        (known || self.outbox.get(counter).is_some()).then_some(counter)
    }

    /// Takes a change of the log. `None`: it changes nothing.
    pub fn take(&mut self, intake: &Intake) -> Result<Option<Prepared>, SyncFault> {
        self.same_log(intake.epoch, intake.head, 0)?;
        // A pull tells where the log ends; a poke may have been overtaken.
        self.head = if intake.pulled { intake.head } else { self.head.max(intake.head) };
        let first = intake.events.first().map_or(self.log.cursor + 1, |event| event.seq);
        if first != self.log.cursor + 1 {
            return Err(SyncFault::Gap);
        }
        // Own texts that have to be compared or hashed.
        let mut wanting = BTreeSet::new();
        for event in &intake.events {
            let counter = match &event.what {
                What::Own(counter) if event.hash.is_none() && !self.hashes.contains_key(counter) => Some(*counter),
                What::Full { own, .. } => *own,
                What::Own(_) => None,
            };
            if let Some(pending) = counter.and_then(|counter| self.outbox.get(counter))
                && !self.cache.has(pending.no)
            {
                wanting.insert(pending.no);
            }
        }
        wanted(wanting).map_err(SyncFault::MissingEntries)?;

        let mut log = LogMark { epoch: intake.epoch, ..self.log };
        let mut hlc = self.hlc;
        let mut acks = Vec::new();
        let mut stored = Vec::new();
        let mut touched: BTreeMap<Uuid, Vec<PlacedEvent>> = BTreeMap::new();
        let mut cloned = false;
        let mut erase = Vec::new();
        for event in &intake.events {
            let ahead_of = event.ahead.then_some(event.received_ms);
            let own = match &event.what {
                What::Own(counter) => Some(*counter),
                What::Full { text, own, .. } => {
                    own.filter(|counter| self.is_own(*counter, event.seq, text, event.hash.as_ref()))
                }
            };
            let hash = match (&event.what, event.hash) {
                (_, Some(hash)) => hash,
                (What::Full { text, .. }, None) => event_hash(text),
                (What::Own(counter), None) => match self.hashes.get(counter) {
                    Some(hash) => *hash,
                    None => {
                        let pending = self.outbox.get(*counter).ok_or(SyncFault::UnknownOwn)?;
                        let found = self.cache.event(pending.no, pending.index).ok_or(SyncFault::UnknownOwn)?;
                        event_hash(found.text)
                    }
                },
            };
            log = LogMark { cursor: event.seq, digest: log.digest.then(&hash), ..log };
            if let Some(counter) = own {
                cloned |= event.cloned && self.is_of_now(counter);
                if self.outbox.get(counter).is_some() {
                    acks.push(Ack { counter, seq: event.seq, ahead_of });
                }
                continue;
            }
            let What::Full { text, envelope, own } = &event.what else { continue };
            // An own event that could not be read any more is back: it is this device's again.
            let back = own.filter(|counter| self.lost.contains(counter));
            acks.extend(back.map(|counter| Ack { counter, seq: event.seq, ahead_of }));
            let place = back.map_or(Place::Log(self.generation, event.seq), Place::Own);
            let (id, kind, stream) = match envelope {
                Some(envelope) => (envelope.id, kind_of(&envelope.stream), envelope.stream.1),
                None => (Uuid::nil(), Kind::Other, Uuid::nil()),
            };
            if let Some(envelope) = envelope {
                // What was on its way as the server heard that this device asks comes as it was.
                let was_under_way = || event.seq < self.acks.last_seq() && self.people.contains_key(&stream);
                if erasure::is_erasure_request(envelope) || (event.hash.is_none() && was_under_way()) {
                    erase.push(stream);
                }
                // Not this device's, and in its name: a copy's, or its own from after a backup that it was made from.
                cloned |= envelope.device == self.device.id && back.is_none();
                // The next act here is later than all that is known here.
                hlc =
                    hlc.max((envelope.hlc.0.min(event.received_ms.saturating_add(MAX_CLOCK_AHEAD_MS)), envelope.hlc.1));
            }
            if let Some(envelope) = envelope
                && matches!(kind, Kind::Order | Kind::Record)
            {
                let (meta, body, kind) = read_envelope(envelope, Some(event.seq), Some(event.received_ms));
                let index = u32::try_from(stored.len()).unwrap_or(u32::MAX);
                let at = Ref { no: self.last_no + 1, index, place };
                let placed = PlacedEvent { rank: (0, event.seq), at, meta, event: body, stream: kind };
                touched.entry(stream).or_default().push(placed);
            }
            stored.push(Stored { place, id, kind, stream, received_ms: event.received_ms, text, at: 0 });
        }
        if log.cursor == intake.next && log.digest != intake.digest {
            return Err(SyncFault::AnotherLog(intake.epoch));
        }
        let new = map_of(acks.iter().map(|ack| (ack.counter, *ack)));
        for (id, placed_events) in self.moved_by(&new) {
            touched.entry(id).or_insert(placed_events);
        }
        let settled = self.settling && log.cursor >= intake.head;
        if settled {
            let left = |id: &Uuid| {
                let old = |at: &Ref| matches!(at.place, Place::Log(g, _) if g != self.generation);
                self.refs(*id).iter().any(old)
            };
            for id in self.index.ids().chain(self.records.ids()).filter(left) {
                touched.entry(id).or_default();
            }
            // What only the earlier log acknowledged waits again.
            for (_, pending) in self.outbox.iter().filter(|(counter, _)| self.old_acks.seq_of(*counter).is_some()) {
                if !self.refs(pending.stream).is_empty() {
                    touched.entry(pending.stream).or_default();
                }
            }
        }
        if log == self.log && !settled {
            return Ok(None);
        }
        // They count no more in the rows of a log that is complete, and still do until that is stored.
        let counted = settled.then(|| std::mem::take(&mut self.old_acks));
        let rows = self.fold_all(touched, &new, settled);
        if let Some(old_acks) = counted {
            self.old_acks = old_acks;
        }
        let rows = rows?;
        let record = self.record_if(cloned);
        let entry = Entry {
            hlc,
            log: Some(log),
            settled,
            device: record.is_some(),
            acks,
            events: stored,
            rows: rows.of_orders(),
            records: rows.of_records(),
            erase,
            ..self.entry()
        };
        let batch = Batch { device: record, ..self.batch(&entry) };
        Ok(Some(Prepared { batch, streams: rows.ids() }))
    }

    /// Whether an event of the log that names this device and count is this device's own, not a clone's.
    fn is_own(&self, counter: u64, seq: u64, text: &str, hash: Option<&EventHash>) -> bool {
        match self.outbox.get(counter) {
            Some(pending) => {
                self.cache.event(pending.no, pending.index).is_some_and(|mine| erasure::is_same(mine.text, text, hash))
            }
            None => self.acks.seq_of(counter) == Some(seq),
        }
    }
}
