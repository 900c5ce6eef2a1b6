//! Coming from the storage, going to it.

use domain::{StreamKind, StreamKinds};
use protocol::{Envelope, FOLD_VERSION};
use uuid::Uuid;

use super::{Loaded, OfShop, Prepared, Rebuild, Replica, kind_of, map_of};
use crate::cache::Cache;
use crate::codec::{Damaged, Reader, Writer};
use crate::device::Device;
use crate::entry::{Entry, Kind, LogMark, Place};
use crate::index::Ref;
use crate::outbox::{Acks, Pending};
use crate::storage::{Batch, CheckpointWrite, JournalEntry, Start};

/// The version of the checkpoint's form.
const CHECKPOINT_FORM: u8 = 2;
/// Chunks of records have keys from here.
const RECORD_CHUNKS: u32 = 1 << 30;
/// Chunks of the outbox have keys from here; chunks of rows lie below.
const OUTBOX_CHUNKS: u32 = 1 << 31;
/// A checkpoint is due after so many entries, …
const CHECKPOINT_ENTRIES: usize = 512;
/// … or after so many bytes.
const CHECKPOINT_BYTES: usize = 2_000_000;

/// Why a replica can't be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadFault {
    /// The device record, or an entry of the journal, is damaged.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// A newer version of the app wrote here.
    #[error("a newer version of the app has written here")]
    Newer,
}

impl Replica {
    /// Makes a replica of what a start read.
    pub fn load(start: &Start) -> Result<Loaded, LoadFault> {
        let device = match &start.device {
            Some(record) => Device::read(record)?,
            None => Device::default(),
        };
        let mut replica = Self { device, ..Self::default() };
        match replica.load_index(start) {
            Ok(()) => {
                replica.changed = StreamKinds::ALL;
                Ok(Loaded::Ready(Box::new(replica)))
            }
            Err(LoadFault::Newer) => Err(LoadFault::Newer),
            Err(LoadFault::Damaged(_)) => Ok(Loaded::Rebuild(Box::new(Self::anew(replica.device, start)))),
        }
    }

    /// Makes a replica whose rows are to be rebuilt, whatever its checkpoint says.
    pub fn load_anew(start: &Start) -> Result<Self, LoadFault> {
        let device = start.device.as_deref().map_or(Ok(Device::default()), Device::read)?;
        Ok(Self::anew(device, start))
    }

    fn anew(device: Device, start: &Start) -> Self {
        let mut known = Self::default();
        // What was counted is counted, even where the entry that says so can't be read any more.
        let counter = start.head.as_ref().and_then(|head| known.read_head(head).ok()).map_or(0, |_| known.counter);
        Self { device, counter, rebuilding: Some(Rebuild::default()), ..Self::default() }
    }

    fn load_index(&mut self, start: &Start) -> Result<(), LoadFault> {
        if let Some(head) = &start.head {
            let (rows, records) = self.read_head(head)?;
            self.index.reserve(rows);
            for (key, chunk) in &start.chunks {
                if *key < RECORD_CHUNKS {
                    self.index.read_chunk(chunk)?;
                } else if *key < OUTBOX_CHUNKS {
                    self.records.read_chunk(chunk)?;
                } else {
                    self.outbox.read_chunk(chunk)?;
                }
            }
            if self.index.len() != rows || self.records.len() != records {
                return Err(Damaged.into());
            }
            self.index.checkpointed();
            self.records.checkpointed();
            self.outbox.checkpointed();
        }
        self.last_no = start.covers;
        for entry in &start.tail {
            made_by_this_fold(Entry::decode(&entry.bytes)?.fold)?;
            self.apply(entry.no, &entry.bytes)?;
        }
        self.index.sort();
        self.fold_shop();
        Ok(())
    }

    fn read_head(&mut self, bytes: &[u8]) -> Result<(usize, usize), LoadFault> {
        let mut r = Reader::new(bytes);
        if r.u8()? != CHECKPOINT_FORM {
            return Err(Damaged.into());
        }
        made_by_this_fold(r.u32()?)?;
        let rows = usize::try_from(r.uint()?).map_err(|_| Damaged)?;
        let records = usize::try_from(r.uint()?).map_err(|_| Damaged)?;
        self.hlc = (r.int()?, r.u32()?);
        self.counter = r.uint()?;
        self.log = LogMark::read(&mut r)?;
        self.generation = r.u32()?;
        self.settling = r.bool()?;
        self.acks = Acks::read(&mut r)?;
        self.old_acks = Acks::read(&mut r)?;
        let quarantined = r.list(|r| {
            let counter = r.uint()?;
            let pending = Pending { no: r.u32()?, index: r.u32()?, id: r.option(Reader::uuid)?, stream: r.uuid()? };
            Ok((counter, (pending, r.str()?.to_owned())))
        })?;
        self.quarantined = map_of(quarantined);
        self.of_shop = r.list(|r| {
            let at = Ref { no: r.u32()?, index: r.u32()?, place: Place::read(r)? };
            Ok(OfShop { at, id: r.uuid()?, stream: r.uuid()?, received_ms: r.int()?, text: r.str()?.to_owned() })
        })?;
        for (prefix, count) in r.list(|r| Ok((r.str()?.to_owned(), r.u32()?)))? {
            self.index.saw_count(&prefix, count);
        }
        self.people = map_of(r.list(|r| Ok((r.uuid()?, r.bool()?)))?);
        // An earlier build passed nothing over.
        if !r.is_done() {
            self.unreadable = r.list(Reader::u32)?;
            self.lost.extend(r.list(Reader::uint)?);
        }
        Ok((rows, records))
    }

    /// `erased`: who is erased with the entry that it covers.
    fn write_head(&self, erased: &[Uuid]) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(CHECKPOINT_FORM);
        w.uint(u64::from(FOLD_VERSION));
        w.uint(self.index.len() as u64);
        w.uint(self.records.len() as u64);
        w.int(self.hlc.0);
        w.uint(u64::from(self.hlc.1));
        w.uint(self.counter);
        self.log.write(&mut w);
        w.uint(u64::from(self.generation));
        w.bool(self.settling);
        self.acks.write(&mut w);
        self.old_acks.write(&mut w);
        w.list(self.quarantined.iter(), |w, (counter, (pending, problem))| {
            w.uint(*counter);
            w.uint(u64::from(pending.no));
            w.uint(u64::from(pending.index));
            w.option(pending.id, Writer::uuid);
            w.uuid(pending.stream);
            w.str(problem);
        });
        w.list(self.of_shop.iter(), |w, event| {
            w.uint(u64::from(event.at.no));
            w.uint(u64::from(event.at.index));
            event.at.place.write(w);
            w.uuid(event.id);
            w.uuid(event.stream);
            w.int(event.received_ms);
            w.str(&event.text);
        });
        w.list(self.index.highest_counts().into_iter(), |w, (prefix, count)| {
            w.str(prefix);
            w.uint(u64::from(count));
        });
        w.list(self.people.iter(), |w, (id, due)| {
            w.uuid(*id);
            w.bool(*due && !erased.contains(id));
        });
        w.list(self.unreadable.iter(), |w, no| w.uint(u64::from(*no)));
        w.list(self.lost.iter(), |w, counter| w.uint(*counter));
        w.0
    }

    /// Whether a checkpoint would make the next start quicker by enough.
    pub fn checkpoint_due(&self) -> bool {
        self.tail.0 >= CHECKPOINT_ENTRIES || self.tail.1 >= CHECKPOINT_BYTES
    }

    /// A checkpoint of what is there.
    pub fn checkpoint(&self) -> Prepared {
        self.checkpoint_with(false)
    }

    pub(super) fn checkpoint_with(&self, rebuilt: bool) -> Prepared {
        self.checkpoint_of(Entry { rebuilt, ..self.entry() })
    }

    /// A checkpoint of what is there, with this entry as the last that it covers.
    pub(super) fn checkpoint_of(&self, entry: Entry<'_>) -> Prepared {
        let rows = self.index.dirty_chunks().into_iter().map(|(chunk, bytes)| (chunk, Some(bytes)));
        let records = self.records.dirty_chunks().map(|(chunk, bytes)| (RECORD_CHUNKS | chunk, Some(bytes)));
        let outbox = self.outbox.dirty_chunks().into_iter().map(|(chunk, bytes)| (OUTBOX_CHUNKS | chunk, bytes));
        let checkpoint = CheckpointWrite {
            covers: self.last_no + 1,
            head: self.write_head(&entry.erased),
            chunks: rows.chain(records).chain(outbox).collect(),
        };
        let batch = Batch { checkpoint: Some(checkpoint), ..self.batch(&entry) };
        Prepared { batch, streams: Vec::new() }
    }

    pub(super) fn batch(&self, entry: &Entry<'_>) -> Batch {
        Batch { expected_last: self.last_no, entries: vec![entry.encode()], ..Batch::default() }
    }

    /// An entry to fill in.
    pub(super) fn entry<'a>(&self) -> Entry<'a> {
        Entry { fold: FOLD_VERSION, hlc: self.hlc, ..Entry::default() }
    }

    /// The storage has stored this batch: it counts now. A batch that is dropped instead changes nothing.
    pub fn committed(&mut self, batch: Batch) -> Result<(), Damaged> {
        let outdated = self.outdated;
        if !batch.replaced.is_empty() {
            self.cache = Cache::default();
        }
        let covers = batch.checkpoint.as_ref().map(|checkpoint| checkpoint.covers);
        for (no, bytes) in (batch.expected_last + 1..).zip(batch.entries) {
            self.take_entry(no, bytes)?;
            // What the entries after it change is for the next checkpoint.
            if covers == Some(no) {
                self.index.checkpointed();
                self.records.checkpointed();
                self.outbox.checkpointed();
                self.tail = (0, 0);
            }
        }
        if let Some(device) = &batch.device {
            self.read_device(device)?;
        }
        // A batch of this tab never makes this tab's replica outdated.
        self.outdated = outdated;
        self.finish();
        Ok(())
    }

    /// Takes in what another tab wrote, with the device record as it is now.
    pub fn absorb(&mut self, entries: Vec<JournalEntry>, device: Option<&[u8]>) -> Result<Vec<Uuid>, Damaged> {
        let mut streams = Vec::new();
        for entry in entries {
            if entry.no <= self.last_no {
                continue;
            }
            streams.extend(self.take_entry(entry.no, entry.bytes)?);
        }
        if let Some(device) = device {
            self.read_device(device)?;
        }
        self.finish();
        Ok(streams)
    }

    /// This device's code and credential stand with the shop's settings.
    fn read_device(&mut self, record: &[u8]) -> Result<(), Damaged> {
        self.device = Device::read(record)?;
        self.changed.insert(StreamKind::Shop);
        Ok(())
    }

    fn take_entry(&mut self, no: u32, bytes: Vec<u8>) -> Result<Vec<Uuid>, Damaged> {
        let streams = self.apply(no, &bytes)?;
        self.cache.hold(no, bytes)?;
        Ok(streams)
    }

    pub(super) fn finish(&mut self) {
        self.index.sort();
        self.fold_shop();
        self.cache.trim();
    }

    /// Whether these entries say that the device record was written.
    pub fn tells_of_device(entries: &[JournalEntry]) -> bool {
        entries.iter().any(|entry| Entry::decode(&entry.bytes).map_or(true, |entry| entry.device))
    }

    /// Whether another tab rebuilt the rows, or runs another version: load again before going on.
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// Applies one entry: the only way in which a replica changes.
    pub(super) fn apply(&mut self, no: u32, bytes: &[u8]) -> Result<Vec<Uuid>, Damaged> {
        if no != self.last_no + 1 {
            return Err(Damaged);
        }
        let entry = Entry::decode(bytes)?;
        self.last_no = no;
        // A clock that was put right goes back; an entry that says nothing of it changes nothing.
        if entry.hlc != (0, 0) {
            self.hlc = entry.hlc;
        }
        if self.rebuilding.is_none() {
            self.outdated |= entry.rebuilt || entry.fold != FOLD_VERSION;
        }
        if let Some(epoch) = entry.restart {
            self.changed = StreamKinds::ALL;
            self.begin_generation(epoch);
            if let Some(rebuild) = &mut self.rebuilding {
                rebuild.passed_over.extend(&entry.passed_over);
            }
        }
        for (event, index) in entry.events.iter().zip(0..) {
            let at = Ref { no, index, place: event.place };
            match event.place {
                Place::Own(counter) => {
                    self.counter = self.counter.max(counter);
                    self.lost.remove(&counter);
                    self.outbox.put(counter, Pending { no, index, id: Some(event.id), stream: event.stream });
                    if let Some(rebuild) = &mut self.rebuilding {
                        rebuild.own.insert(counter);
                    }
                }
                // Where the log started over may be in an entry that can't be read.
                Place::Log(generation, _) => self.generation = self.generation.max(generation),
            }
            // What an older build did not know may be something that this build knows.
            let (kind, stream) = match (event.kind, &self.rebuilding) {
                (Kind::Other, Some(_)) => Envelope::read_of_log(event.text)
                    .map_or((Kind::Other, event.stream), |read| (kind_of(&read.stream), read.stream.1)),
                (kind, _) => (kind, event.stream),
            };
            match kind {
                Kind::Shop => {
                    self.changed.insert(StreamKind::Shop);
                    self.of_shop.push(OfShop {
                        at,
                        id: event.id,
                        stream,
                        received_ms: event.received_ms,
                        text: event.text.to_owned(),
                    });
                }
                Kind::Order | Kind::Record => {
                    if let Some(rebuild) = &mut self.rebuilding {
                        let refs = rebuild.refs.entry(stream).or_default();
                        if refs.is_empty() {
                            rebuild.order.push(stream);
                        }
                        refs.push(at);
                    }
                }
                Kind::Other => {}
            }
        }
        for ack in &entry.acks {
            // It was counted, even where the entry that made it can't be read.
            self.counter = self.counter.max(ack.counter);
            if let Some(pending) = self.outbox.take(ack.counter) {
                self.changed.insert(self.kind(pending.stream));
            }
            self.acks.put(*ack);
        }
        for (counter, problem) in entry.quarantined {
            if let Some(pending) = self.outbox.take(counter) {
                self.changed.insert(self.kind(pending.stream));
                self.quarantined.insert(counter, (pending, problem));
            }
        }
        if let Some(log) = entry.log {
            self.log = log;
            let cursor = log.cursor;
            let acks = &self.acks;
            self.hashes.retain(|counter, _| acks.seq_of(*counter).is_none_or(|seq| seq > cursor));
        }
        for id in &entry.erase {
            self.people.insert(*id, true);
        }
        for id in &entry.erased {
            self.people.insert(*id, false);
        }
        if entry.settled {
            self.changed = StreamKinds::ALL;
            // A server that was restored may have brought back what was erased.
            self.people.values_mut().for_each(|due| *due = true);
            self.settling = false;
            self.old_acks = Acks::default();
            let generation = self.generation;
            let stays = |at: &Ref| !matches!(at.place, Place::Log(g, _) if g != generation);
            self.of_shop.retain(|event| stays(&event.at));
            if let Some(rebuild) = &mut self.rebuilding {
                rebuild.refs.values_mut().for_each(|refs| refs.retain(stays));
            }
        }
        let mut streams = Vec::new();
        if self.rebuilding.is_none() {
            for row in &entry.records {
                let id = self.records.put(row)?;
                self.changed.insert(self.kind(id));
                streams.push(id);
            }
        }
        for row in &entry.rows {
            if self.rebuilding.is_none() {
                streams.push(self.index.put(row)?);
                self.changed.insert(StreamKind::Order);
            } else {
                // A number that was given is used up, whatever became of its order.
                self.index.note_number(row);
            }
        }
        self.tail = (self.tail.0 + 1, self.tail.1 + bytes.len());
        Ok(streams)
    }

    /// The kind of a stream that is here.
    fn kind(&self, stream: Uuid) -> StreamKind {
        let is_shop = || self.of_shop.iter().any(|event| event.stream == stream);
        let other = || if is_shop() { StreamKind::Shop } else { StreamKind::Order };
        self.records.kind(stream).unwrap_or_else(other)
    }

    /// The kinds of streams that changed since this was last asked: [`crate::client::Change::kinds`].
    pub(crate) fn take_changed(&mut self) -> StreamKinds {
        std::mem::take(&mut self.changed)
    }

    /// The log starts over: own events are all to be offered, unless it turns out to hold them.
    fn begin_generation(&mut self, epoch: Uuid) {
        let mut own: Vec<(u64, Pending)> = Vec::new();
        let mut found = |at: &Ref, id: Option<Uuid>, stream: Uuid| {
            if let Place::Own(counter) = at.place {
                own.push((counter, Pending { no: at.no, index: at.index, id, stream }));
            }
        };
        for event in &self.of_shop {
            found(&event.at, Some(event.id), event.stream);
        }
        match &self.rebuilding {
            Some(rebuild) => {
                for (id, refs) in &rebuild.refs {
                    refs.iter().for_each(|at| found(at, None, *id));
                }
            }
            None => {
                for id in self.index.ids().chain(self.records.ids()) {
                    self.refs(id).iter().for_each(|at| found(at, None, id));
                }
            }
        }
        for (counter, pending) in own {
            if self.outbox.get(counter).is_none() && !self.quarantined.contains_key(&counter) {
                self.outbox.put(counter, pending);
            }
        }
        if !self.settling {
            self.old_acks = std::mem::take(&mut self.acks);
        }
        self.acks = Acks::default();
        self.hashes.clear();
        self.generation += 1;
        self.settling = true;
        self.head = 0;
        self.log = LogMark { epoch, ..LogMark::default() };
    }
}

/// Rows of an older fold are rebuilt; rows of a newer one are for a newer app.
fn made_by_this_fold(fold: u32) -> Result<(), LoadFault> {
    match fold.cmp(&FOLD_VERSION) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(Damaged.into()),
        std::cmp::Ordering::Greater => Err(LoadFault::Newer),
    }
}
