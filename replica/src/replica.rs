//! The replica: a device's copy of a shop, sans-IO. What is asked of it is answered from memory; what is to change is
//! answered with a [`Batch`] for the storage, and counts once [`Replica::committed`] hears that it is stored.
//!
//! **The replica's invariant.** What is in memory is what applying the journal's entries one after the other gives,
//! whoever wrote them: this tab, another tab, or a start from a checkpoint. No other path changes it.
//!
//! **Generations.** A log that begins anew (a new epoch, a digest that differs) is a new *generation*. Until it is
//! known to its head, events of the one before still count, so that no order falls back to an earlier state; then
//! those that the new log does not have are gone from the rows (their own device offers them again), and own events
//! that it does not have are offered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use domain::order::{Command, Context, Order, Rejection, Summary, decide, own_order_kept};
use domain::shop::{DeviceJoined, SettingChanged, Shop, ShopEvent, ShopStarted};
use domain::text::SHORT;
use domain::{Currency, Day, DeviceCode, Event, Meta, NewEvent, OrderNumber, StreamKind};
use protocol::api::{Joined, Poke, Pulled, PushStatus, Pushed};
use protocol::digest::{EventHash, event_hash};
use protocol::envelope::{ENVELOPE_VERSION, unstamp};
use protocol::{Brief, Digest, Envelope, FOLD_VERSION, Flag, MAX_CLOCK_AHEAD_MS, Stream};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::cache::Cache;
use crate::codec::{Damaged, Reader, Writer};
use crate::device::{Credential, Device};
use crate::entry::{Ack, Entry, Kind, LogMark, Place, Stored};
use crate::index::{Counts, Filter, Index, Ref, RowData, Sums};
use crate::outbox::{Acks, Outbox, Pending};
use crate::storage::{Batch, CheckpointWrite, JournalEntry, Start};

/// The version of the checkpoint's form.
const CHECKPOINT_FORM: u8 = 1;
/// Chunks of the outbox have keys from here; chunks of rows lie below.
const OUTBOX_CHUNKS: u32 = 1 << 31;
/// A checkpoint is due after so many entries, …
const CHECKPOINT_ENTRIES: usize = 512;
/// … or after so many bytes.
const CHECKPOINT_BYTES: usize = 2_000_000;

/// Time, place and chance of an act: the caller's, never the replica's own.
pub struct Moment<'a> {
    /// Now, by the device's clock, milliseconds since 1970.
    pub now_ms: i64,
    /// The shop's business day.
    pub day: Day,
    /// The person who acts.
    pub actor: Option<Uuid>,
    /// Sixteen random bytes, new ones each time.
    pub random: &'a mut dyn FnMut() -> [u8; 16],
}

impl Moment<'_> {
    pub(crate) fn id(&mut self) -> Uuid {
        let [a, b, c, d, e, f, g, h, i, j, ..] = (self.random)();
        let ms = u64::try_from(self.now_ms).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &[a, b, c, d, e, f, g, h, i, j]).into_uuid()
    }
}

/// Journal entries that must be read and [held](Replica::hold) before the question can be answered: ask again then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanting(pub Vec<u32>);

/// Why an act did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    /// The order's state does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The device has neither started nor joined a shop.
    #[error("there is no shop on this device yet")]
    NoShop,
    /// The device has a shop already.
    #[error("there is a shop on this device already")]
    ShopExists,
    /// An event would be larger than the server takes.
    #[error("the order is too large")]
    TooLarge,
    /// Entries have to be read first.
    #[error("entries have to be read first")]
    Wanting(Wanting),
}

/// Why an answer of the server was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncFault {
    /// There is a gap before the first event, or in the page: pull again from the cursor.
    #[error("events are missing before these")]
    Gap,
    /// An own event is known to the log and not here: pull again with the whole texts.
    #[error("an own event came without its text")]
    UnknownOwn,
    /// The log is another one than the one this replica holds: begin anew, with [`Replica::restart`].
    #[error("the log is another one")]
    AnotherLog(Uuid),
    /// The answer is not what the protocol says.
    #[error("the server's answer makes no sense")]
    Malformed,
    /// Entries have to be read first.
    #[error("entries have to be read first")]
    Wanting(Wanting),
}

/// A change that is ready to be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// What to store.
    pub batch: Batch,
    /// The orders that it changes.
    pub orders: Vec<Uuid>,
}

/// A push that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The body of the call, JSON.
    pub body: String,
    /// Of the identity that made these events.
    pub(crate) credential: Option<Credential>,
    items: Vec<(u64, Uuid, EventHash)>,
    /// The cursor, and that identity's counter up to which all was acknowledged, when it was made.
    cursor: u64,
    acknowledged: u64,
}

impl Outgoing {
    /// How many events it carries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// Whether it carries none (it never does).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// An own event that the server put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The device's count of it.
    pub counter: u64,
    /// The order or shop it belongs to.
    pub stream: Uuid,
    /// The server's problem document.
    pub problem: String,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Newest first, with the badges that depend on time and device.
    pub rows: Vec<Summary>,
    /// How many match in all.
    pub matching: usize,
}

/// An event of an order, read and placed.
struct Piece {
    rank: (u8, u64),
    at: Ref,
    meta: Meta,
    event: Event,
    of_order: bool,
}

/// A shop's event, kept at hand: they are few.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OfShop {
    at: Ref,
    id: Uuid,
    stream: Uuid,
    received_ms: i64,
    text: String,
}

/// A change of the log as the server told it, read.
#[derive(Debug)]
pub struct Intake {
    epoch: Uuid,
    /// The last sequence that it tells, or where it began.
    next: u64,
    head: u64,
    /// From a pull, not from a poke.
    pulled: bool,
    /// The digest at `next`.
    digest: Digest,
    events: Vec<Incoming>,
}

#[derive(Debug)]
struct Incoming {
    seq: u64,
    received_ms: i64,
    ahead: bool,
    cloned: bool,
    what: What,
}

#[derive(Debug)]
enum What {
    /// An own event, by the disk's count.
    Own(u64),
    /// An event with its text. `own`: it names this device and this count of the disk, as a copy's may too.
    Full { text: String, envelope: Option<Box<Envelope>>, own: Option<u64> },
}

/// A device's copy of a shop.
#[derive(Debug, Default)]
pub struct Replica {
    last_no: u32,
    device: Device,
    hlc: (i64, u32),
    counter: u64,
    log: LogMark,
    generation: u32,
    settling: bool,
    acks: Acks,
    /// Of the generation before, while the new one is not complete.
    old_acks: Acks,
    outbox: Outbox,
    quarantined: BTreeMap<u64, (Pending, String)>,
    index: Index,
    of_shop: Vec<OfShop>,
    shop: Shop,
    /// Entries since the checkpoint, and their bytes.
    tail: (usize, usize),
    /// While the journal is read anew: the orders' events so far.
    rebuilding: Option<Rebuild>,

    // What follows is not stored.
    cache: Cache,
    /// Hashes of own events that were sent and lie beyond the cursor.
    hashes: BTreeMap<u64, EventHash>,
    /// The server's head, as last heard.
    head: u64,
    /// Another tab built the journal's rows anew: this replica must be loaded again.
    outdated: bool,
}

#[derive(Debug, Default)]
struct Rebuild {
    order: Vec<Uuid>,
    refs: HashMap<Uuid, Vec<Ref>>,
}

/// A replica as it comes from the storage.
#[derive(Debug)]
pub enum Loaded {
    /// Ready.
    Ready(Box<Replica>),
    /// The rows were made by another fold, or are damaged: read the whole journal in order into
    /// [`Replica::replay`], then ask for [`Replica::rebuild`].
    Rebuild(Box<Replica>),
}

// ---------------------------------------------------------------------------------------------------------------
// Coming from the storage, going to it.

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
            Ok(()) => Ok(Loaded::Ready(Box::new(replica))),
            Err(LoadFault::Newer) => Err(LoadFault::Newer),
            Err(LoadFault::Damaged(_)) => Ok(Loaded::Rebuild(Box::new(Self {
                device: replica.device,
                rebuilding: Some(Rebuild::default()),
                ..Self::default()
            }))),
        }
    }

    fn load_index(&mut self, start: &Start) -> Result<(), LoadFault> {
        if let Some(head) = &start.head {
            let rows = self.read_head(head)?;
            self.index.reserve(rows);
            for (key, chunk) in &start.chunks {
                if *key < OUTBOX_CHUNKS {
                    self.index.read_chunk(chunk)?;
                } else {
                    self.outbox.read_chunk(chunk)?;
                }
            }
            if self.index.len() != rows {
                return Err(Damaged.into());
            }
            self.index.checkpointed();
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

    fn read_head(&mut self, bytes: &[u8]) -> Result<usize, LoadFault> {
        let mut r = Reader::new(bytes);
        if r.u8()? != CHECKPOINT_FORM {
            return Err(Damaged.into());
        }
        made_by_this_fold(r.u32()?)?;
        let rows = usize::try_from(r.uint()?).map_err(|_| Damaged)?;
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
        Ok(rows)
    }

    fn write_head(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(CHECKPOINT_FORM);
        w.uint(u64::from(FOLD_VERSION));
        w.uint(self.index.len() as u64);
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

    fn checkpoint_with(&self, rebuilt: bool) -> Prepared {
        let rows = self.index.dirty_chunks().into_iter().map(|(chunk, bytes)| (chunk, Some(bytes)));
        let outbox = self.outbox.dirty_chunks().into_iter().map(|(chunk, bytes)| (OUTBOX_CHUNKS | chunk, bytes));
        let entry = Entry { fold: FOLD_VERSION, hlc: self.hlc, rebuilt, ..Entry::default() };
        let checkpoint =
            CheckpointWrite { covers: self.last_no + 1, head: self.write_head(), chunks: rows.chain(outbox).collect() };
        let batch = Batch { checkpoint: Some(checkpoint), ..self.batch(&entry) };
        Prepared { batch, orders: Vec::new() }
    }

    fn batch(&self, entry: &Entry<'_>) -> Batch {
        Batch { expect_no: self.last_no, entries: vec![entry.encode()], ..Batch::default() }
    }

    /// An entry to fill in.
    fn entry<'a>(&self) -> Entry<'a> {
        Entry { fold: FOLD_VERSION, hlc: self.hlc, ..Entry::default() }
    }

    /// The storage has stored this batch: it counts now. A batch that is dropped instead changes nothing.
    pub fn committed(&mut self, batch: Batch) -> Result<(), Damaged> {
        let outdated = self.outdated;
        for (no, bytes) in (batch.expect_no + 1..).zip(batch.entries) {
            self.take_entry(no, bytes)?;
        }
        if let Some(device) = &batch.device {
            self.device = Device::read(device)?;
        }
        if batch.checkpoint.is_some() {
            self.index.checkpointed();
            self.outbox.checkpointed();
            self.tail = (0, 0);
        }
        // What is written here comes from what is here.
        self.outdated = outdated;
        self.finish();
        Ok(())
    }

    /// Takes in what another tab wrote, with the device record as it is now.
    pub fn absorb(&mut self, entries: Vec<JournalEntry>, device: Option<&[u8]>) -> Result<Vec<Uuid>, Damaged> {
        let mut orders = Vec::new();
        for entry in entries {
            if entry.no <= self.last_no {
                continue;
            }
            orders.extend(self.take_entry(entry.no, entry.bytes)?);
        }
        if let Some(device) = device {
            self.device = Device::read(device)?;
        }
        self.finish();
        Ok(orders)
    }

    fn take_entry(&mut self, no: u32, bytes: Vec<u8>) -> Result<Vec<Uuid>, Damaged> {
        let orders = self.apply(no, &bytes)?;
        self.cache.hold(no, bytes)?;
        Ok(orders)
    }

    fn finish(&mut self) {
        self.index.sort();
        self.fold_shop();
        self.cache.trim();
    }

    /// Whether these entries say that the device record was written.
    pub fn tells_of_device(entries: &[JournalEntry]) -> bool {
        entries.iter().any(|entry| Entry::decode(&entry.bytes).is_ok_and(|entry| entry.device))
    }

    /// Whether another tab built the rows anew, or runs another version: load again before going on.
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// Applies one entry: the only way in which a replica changes.
    fn apply(&mut self, no: u32, bytes: &[u8]) -> Result<Vec<Uuid>, Damaged> {
        if no != self.last_no + 1 {
            return Err(Damaged);
        }
        let entry = Entry::decode(bytes)?;
        self.last_no = no;
        self.hlc = self.hlc.max(entry.hlc);
        if self.rebuilding.is_none() {
            self.outdated |= entry.rebuilt || entry.fold != FOLD_VERSION;
        }
        if let Some(epoch) = entry.restart {
            self.begin_generation(epoch);
        }
        for (event, index) in entry.events.iter().zip(0..) {
            let at = Ref { no, index, place: event.place };
            if let Place::Own(counter) = event.place {
                self.counter = self.counter.max(counter);
                self.outbox.put(counter, Pending { no, index, id: Some(event.id), stream: event.stream });
            }
            match event.kind {
                Kind::Shop => self.of_shop.push(OfShop {
                    at,
                    id: event.id,
                    stream: event.stream,
                    received_ms: event.received_ms,
                    text: event.text.to_owned(),
                }),
                Kind::Order => {
                    if let Some(rebuild) = &mut self.rebuilding {
                        let refs = rebuild.refs.entry(event.stream).or_default();
                        if refs.is_empty() {
                            rebuild.order.push(event.stream);
                        }
                        refs.push(at);
                    }
                }
                Kind::Other => {}
            }
        }
        for ack in &entry.acks {
            self.outbox.take(ack.counter);
            self.acks.put(*ack);
        }
        for (counter, problem) in entry.quarantined {
            if let Some(pending) = self.outbox.take(counter) {
                self.quarantined.insert(counter, (pending, problem));
            }
        }
        if let Some(log) = entry.log {
            self.log = log;
            let cursor = log.cursor;
            let acks = &self.acks;
            self.hashes.retain(|counter, _| acks.seq_of(*counter).is_none_or(|seq| seq > cursor));
        }
        if entry.settled {
            self.settling = false;
            self.old_acks = Acks::default();
            let generation = self.generation;
            let stays = |at: &Ref| !matches!(at.place, Place::Log(g, _) if g != generation);
            self.of_shop.retain(|event| stays(&event.at));
            if let Some(rebuild) = &mut self.rebuilding {
                rebuild.refs.values_mut().for_each(|refs| refs.retain(stays));
            }
        }
        let mut orders = Vec::new();
        for row in &entry.rows {
            if self.rebuilding.is_none() {
                orders.push(self.index.put(row)?);
            } else {
                // A number that was given is used up, whatever became of its order.
                self.index.note_number(row);
            }
        }
        self.tail = (self.tail.0 + 1, self.tail.1 + bytes.len());
        Ok(orders)
    }

    /// The log begins anew: own events are all to be offered, unless it turns out to hold them.
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
                for id in self.index.ids() {
                    self.index.refs(id).iter().for_each(|at| found(at, None, id));
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

    fn fold_shop(&mut self) {
        let pieces: Vec<_> = self
            .of_shop
            .iter()
            .filter_map(|event| {
                let (rank, seq, received_ms) = self.rank(event.at.place, event.received_ms, &BTreeMap::new());
                read_event(&event.text, seq, received_ms).map(|(meta, event, _)| (rank, meta, event))
            })
            .collect();
        let pieces = by_rank(pieces, |(rank, ..)| *rank);
        let mut shop = Shop::default();
        let mut known = BTreeSet::new();
        for (_, meta, event) in &pieces {
            if known.insert(meta.id) {
                shop.apply(meta, event);
            }
        }
        self.shop = shop;
    }

    /// Where an event stands in the fold, its sequence, and the time of receipt that bounds its clock.
    fn rank(&self, place: Place, received_ms: i64, new: &BTreeMap<u64, Ack>) -> ((u8, u64), Option<u64>, Option<i64>) {
        match place {
            Place::Log(generation, seq) => {
                (((u8::from(generation != self.generation)), seq), Some(seq), Some(received_ms))
            }
            Place::Own(counter) => {
                let ahead = new.get(&counter).and_then(|ack| ack.ahead_of).or_else(|| self.acks.received_ms(counter));
                if let Some(seq) = new.get(&counter).map(|ack| ack.seq).or_else(|| self.acks.seq_of(counter)) {
                    ((0, seq), Some(seq), ahead)
                } else if let Some(seq) = self.old_acks.seq_of(counter) {
                    ((1, seq), Some(seq), self.old_acks.received_ms(counter))
                } else {
                    ((2, counter), None, None)
                }
            }
        }
    }
}

/// Rows of an older fold are built anew; rows of a newer one are for a newer app.
fn made_by_this_fold(fold: u32) -> Result<(), LoadFault> {
    match fold.cmp(&FOLD_VERSION) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(Damaged.into()),
        std::cmp::Ordering::Greater => Err(LoadFault::Newer),
    }
}

/// In the order of the log. Sorts numbers and not pieces, so that the app carries the code of one sort.
fn by_rank<T>(pieces: Vec<T>, rank: impl Fn(&T) -> (u8, u64)) -> Vec<T> {
    let mut places: Vec<_> = pieces.iter().map(rank).zip(0_usize..).collect();
    places.sort_unstable();
    let mut pieces: Vec<_> = pieces.into_iter().map(Some).collect();
    places.into_iter().filter_map(|(_, at)| pieces.get_mut(at).and_then(Option::take)).collect()
}

/// A map of a few entries; collecting one would carry a sort into the app.
fn map_of<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

/// Reads an event's text. `received_ms`: its clock counts for no more than a little after this.
fn read_event(text: &str, seq: Option<u64>, received_ms: Option<i64>) -> Option<(Meta, Event, bool)> {
    let envelope = Envelope::read(text).ok()?;
    Some(read_envelope(&envelope, seq, received_ms))
}

fn read_envelope(envelope: &Envelope, seq: Option<u64>, received_ms: Option<i64>) -> (Meta, Event, bool) {
    let latest = received_ms.map_or(i64::MAX, |ms| ms.saturating_add(MAX_CLOCK_AHEAD_MS));
    let meta = Meta {
        id: envelope.id,
        device: envelope.device,
        counter: envelope.counter,
        seen: envelope.seen,
        seq,
        hlc: (envelope.hlc.0.min(latest), envelope.hlc.1),
        actor: envelope.actor,
    };
    let of_order = StreamKind::parse(&envelope.stream.0) == Some(StreamKind::Order);
    (meta, protocol::body::read(envelope), of_order)
}

fn kind_of(stream: &Stream) -> Kind {
    match StreamKind::parse(&stream.0) {
        Some(StreamKind::Order | StreamKind::Contact) => Kind::Order,
        Some(StreamKind::Shop) => Kind::Shop,
        None => Kind::Other,
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Folding.

impl Replica {
    /// Takes entries into memory for the questions that follow.
    pub fn hold(&mut self, entries: Vec<JournalEntry>) -> Result<(), Damaged> {
        entries.into_iter().try_for_each(|entry| self.cache.hold(entry.no, entry.bytes))
    }

    /// Lets go of what was held and is too much.
    pub fn trim(&mut self) {
        self.cache.trim();
    }

    /// Adds the entries of these events that are not in memory.
    fn want(&self, refs: &[Ref], wanting: &mut BTreeSet<u32>) {
        wanting.extend(refs.iter().map(|at| at.no).filter(|no| !self.cache.has(*no)));
    }

    /// Reads an order's events; the caller has made sure that they are in memory.
    fn pieces(&self, refs: &[Ref], new: &BTreeMap<u64, Ack>) -> Vec<Piece> {
        let piece = |at: &Ref| {
            let found = self.cache.event(at.no, at.index)?;
            let (rank, seq, received_ms) = self.rank(at.place, found.received_ms, new);
            let (meta, event, of_order) = read_event(found.text, seq, received_ms)?;
            Some(Piece { rank, at: *at, meta, event, of_order })
        };
        refs.iter().filter_map(piece).collect()
    }

    /// Folds an order of its events: by their rank, but a device's events among themselves always in its own order.
    fn fold(id: Uuid, pieces: Vec<Piece>) -> (Order, RowData) {
        let mut pieces = by_rank(pieces, |piece| piece.rank);
        let mut known = BTreeSet::new();
        // The same event in an older generation of the log stands later, and goes: before its places count.
        pieces.retain(|piece| known.insert(piece.meta.id));
        let pieces = own_order_kept(pieces, |piece| &piece.meta);
        let mut order = Order::new(id);
        for piece in &pieces {
            order.apply(&piece.meta, &piece.event);
        }
        let summary = order.summary();
        let thrown_away = order.confirmed.is_none() && order.discarded.is_some();
        let visible = pieces.iter().any(|piece| piece.of_order) && !thrown_away;
        let refs = pieces.iter().map(|piece| piece.at).collect();
        (order, RowData { summary, visible, refs })
    }

    /// An order with its whole timeline; `None` when there is none.
    pub fn order(&self, id: Uuid) -> Result<Option<Order>, Wanting> {
        let refs = self.index.refs(id);
        if refs.is_empty() {
            return Ok(None);
        }
        let mut wanting = BTreeSet::new();
        self.want(&refs, &mut wanting);
        wanted(wanting)?;
        let (order, row) = Self::fold(id, self.pieces(&refs, &BTreeMap::new()));
        Ok(row.refs.first().map(|_| order))
    }
}

fn wanted(wanting: BTreeSet<u32>) -> Result<(), Wanting> {
    if wanting.is_empty() { Ok(()) } else { Err(Wanting(wanting.into_iter().collect())) }
}

// ---------------------------------------------------------------------------------------------------------------
// Acts.

/// An event of this device on its way into the journal.
struct Made {
    id: Uuid,
    counter: u64,
    kind: Kind,
    stream: Uuid,
    text: String,
    envelope: Envelope,
}

/// A text of the shop's that a person typed, such as its name.
fn short(text: &str) -> Result<String, ActFault> {
    domain::text::parse(text, SHORT).map_err(|_| Rejection::TextTooLong.into())
}

impl Made {
    fn stored(&self) -> Stored<'_> {
        Stored {
            place: Place::Own(self.counter),
            id: self.id,
            kind: self.kind,
            stream: self.stream,
            received_ms: 0,
            text: &self.text,
            at: 0,
        }
    }
}

impl Replica {
    /// Puts events into envelopes; gives the clock after them, too. `first_id` becomes the id of the first event of
    /// an order.
    fn make(
        &self,
        device: &Device,
        events: &[NewEvent],
        mut first_id: Option<Uuid>,
        moment: &mut Moment<'_>,
    ) -> Result<(Vec<Made>, (i64, u32)), ActFault> {
        let mut hlc = self.hlc;
        let mut made = Vec::with_capacity(events.len());
        for (event, counter) in events.iter().zip(self.counter + 1..) {
            hlc = if moment.now_ms > hlc.0 { (moment.now_ms, 0) } else { (hlc.0, hlc.1.saturating_add(1)) };
            let id = match event.stream {
                StreamKind::Order => first_id.take(),
                StreamKind::Contact | StreamKind::Shop => None,
            };
            let id = id.unwrap_or_else(|| moment.id());
            let (kind, version, body) = protocol::body::write(&event.event).ok_or(ActFault::TooLarge)?;
            let stream = Stream(event.stream.key().to_owned(), event.stream_id);
            let envelope = Envelope {
                v: ENVELOPE_VERSION,
                id,
                device: device.id,
                counter: counter.saturating_sub(device.before),
                seen: self.log.cursor,
                hlc,
                actor: moment.actor,
                kind: kind.to_owned(),
                version,
                body,
                stream,
            };
            let text = envelope.to_text().map_err(|_| ActFault::TooLarge)?;
            if text.len() > protocol::MAX_EVENT_BYTES {
                return Err(ActFault::TooLarge);
            }
            let kind = kind_of(&envelope.stream);
            made.push(Made { id, counter, kind, stream: event.stream_id, text, envelope });
        }
        Ok((made, hlc))
    }

    /// Decides a command and prepares its events, all of them one transaction. Without an order a new one begins.
    pub fn act(
        &self,
        order: Option<Uuid>,
        command: &Command,
        moment: &mut Moment<'_>,
    ) -> Result<(Uuid, Prepared), ActFault> {
        let code = self.device.code.as_ref().filter(|_| self.device.shop.is_some()).ok_or(ActFault::NoShop)?;
        let code = DeviceCode(code.clone());
        let id = order.unwrap_or_else(|| moment.id());
        let refs = self.index.refs(id);
        let mut wanting = BTreeSet::new();
        self.want(&refs, &mut wanting);
        wanted(wanting).map_err(ActFault::Wanting)?;
        let known = (!refs.is_empty()).then(|| Self::fold(id, self.pieces(&refs, &BTreeMap::new())).0);
        let settings = self.shop.settings();
        let prefix = format!("{}-{}", moment.day.digits(), code.0);
        let context = Context {
            now_ms: moment.now_ms,
            day: moment.day,
            code: &code,
            next_count: self.index.highest_count(&prefix).saturating_add(1),
            settings: &settings,
        };
        let events = decide(known.as_ref(), id, command, &context)?;
        if events.is_empty() {
            return Err(Rejection::NothingChanged.into());
        }
        let (made, hlc) = self.make(&self.device, &events, refs.is_empty().then_some(id), moment)?;
        let mut pieces = self.pieces(&refs, &BTreeMap::new());
        for (made, index) in made.iter().zip(0..) {
            let place = Place::Own(made.counter);
            let (meta, event, of_order) = read_envelope(&made.envelope, None, None);
            let at = Ref { no: self.last_no + 1, index, place };
            pieces.push(Piece { rank: (2, made.counter), at, meta, event, of_order });
        }
        let row = Self::fold(id, pieces).1.encode();
        let events = made.iter().map(Made::stored).collect();
        let entry = Entry { hlc, events, rows: vec![&row], ..self.entry() };
        Ok((id, Prepared { batch: self.batch(&entry), orders: vec![id] }))
    }

    fn of_shop(&self, device: Device, events: Vec<ShopEvent>, moment: &mut Moment<'_>) -> Result<Prepared, ActFault> {
        let shop = device.shop.ok_or(ActFault::NoShop)?;
        let new = |event| NewEvent { stream: StreamKind::Shop, stream_id: shop, event: Event::Shop(event) };
        let events: Vec<NewEvent> = events.into_iter().map(new).collect();
        let (made, hlc) = self.make(&device, &events, None, moment)?;
        let changed = device != self.device;
        let events = made.iter().map(Made::stored).collect();
        let entry = Entry { hlc, events, device: changed, ..self.entry() };
        let record = if changed { Some(serde_json::to_vec(&device).map_err(|_| ActFault::TooLarge)?) } else { None };
        Ok(Prepared { batch: Batch { device: record, ..self.batch(&entry) }, orders: Vec::new() })
    }

    fn with_device(&self, device: &Device) -> Prepared {
        let entry = Entry { device: true, ..self.entry() };
        let record = serde_json::to_vec(device).ok();
        Prepared { batch: Batch { device: record, ..self.batch(&entry) }, orders: Vec::new() }
    }

    /// Starts a shop on this device, with no server.
    pub fn start_shop(
        &self,
        name: &str,
        currency: Currency,
        time_zone: &str,
        code: Option<DeviceCode>,
        moment: &mut Moment<'_>,
    ) -> Result<Prepared, ActFault> {
        if self.device.shop.is_some() {
            return Err(ActFault::ShopExists);
        }
        let code = code.unwrap_or_else(|| {
            let [a, b, ..] = (moment.random)();
            DeviceCode::draw([a, b])
        });
        let id = if self.device.id.is_nil() { moment.id() } else { self.device.id };
        let device = Device { id, code: Some(code.0.clone()), shop: Some(moment.id()), ..self.device.clone() };
        let started = ShopStarted { name: short(name)?, currency, time_zone: short(time_zone)? };
        let joined = DeviceJoined { code: code.0 };
        self.of_shop(device, vec![ShopEvent::Started(started), ShopEvent::DeviceJoined(joined)], moment)
    }

    /// Changes the shop's settings: those that are named.
    pub fn change_setting(&self, change: SettingChanged, moment: &mut Moment<'_>) -> Result<Prepared, ActFault> {
        let change = SettingChanged {
            name: change.name.as_deref().map(short).transpose()?,
            time_zone: change.time_zone.as_deref().map(short).transpose()?,
            ..change
        };
        self.of_shop(self.device.clone(), vec![ShopEvent::SettingChanged(change)], moment)
    }

    /// Draws the device's id before it joins a shop, so that a lost answer can be asked for again after a restart.
    /// `None` when it has one.
    pub fn prepare_join(
        &self,
        code: Option<DeviceCode>,
        moment: &mut Moment<'_>,
    ) -> Result<Option<Prepared>, ActFault> {
        if self.device.shop.is_some() {
            return Err(ActFault::ShopExists);
        }
        if !self.device.id.is_nil() {
            return Ok(None);
        }
        let code = code.map(|code| code.0);
        Ok(Some(self.with_device(&Device { id: moment.id(), code, ..self.device.clone() })))
    }

    /// The server let this device join a shop.
    pub fn joined(&self, server: &str, joined: &Joined, moment: &mut Moment<'_>) -> Result<Prepared, ActFault> {
        let device = Device {
            id: joined.device,
            code: Some(joined.code.clone()),
            shop: Some(joined.shop),
            server: Some(server.to_owned()),
            credential: Some(Credential(joined.credential.clone())),
            ..self.device.clone()
        };
        let introduced = DeviceJoined { code: joined.code.clone() };
        self.of_shop(device, vec![ShopEvent::DeviceJoined(introduced)], moment)
    }

    /// The server took the shop that began on this device, or renewed the device's credential.
    pub fn claimed(&self, server: &str, credential: &str) -> Prepared {
        self.with_device(&Device {
            server: Some(server.to_owned()),
            credential: Some(Credential(credential.to_owned())),
            ..self.device.clone()
        })
    }
}

// ---------------------------------------------------------------------------------------------------------------
// A new identity.

impl Replica {
    /// Whether another device writes under this one's id: it has to take a new identity.
    pub fn is_cloned(&self) -> bool {
        self.device.cloned
    }

    /// Whether the time for a new identity has come: all that was made under the old one is in the log, and known to
    /// be. Whoever acts under the new one has then *seen* all of it, and nobody takes one tablet for two.
    pub fn may_succeed(&self) -> bool {
        self.device.cloned && self.outbox.len() == 0 && !self.settling && self.acks.last_seq() <= self.log.cursor
    }

    /// The server let this device in under a new identity: from now on it acts under that. `former` is who it was
    /// when that was asked for. `None`: not now, something was done meanwhile; or not any more.
    pub fn succeed(
        &self,
        former: Uuid,
        joined: &Joined,
        moment: &mut Moment<'_>,
    ) -> Result<Option<Prepared>, ActFault> {
        if !self.may_succeed() || self.device.id != former {
            return Ok(None);
        }
        let credential = Credential(joined.credential.clone());
        let device = self.device.succeeded_by(joined.device, joined.code.clone(), credential, self.counter);
        let introduced = DeviceJoined { code: joined.code.clone() };
        self.of_shop(device, vec![ShopEvent::DeviceJoined(introduced)], moment).map(Some)
    }

    /// The device record to store when the log told that another device writes under this one's id.
    fn record_if(&self, cloned: bool) -> Option<Vec<u8>> {
        let told = Device { cloned: true, ..self.device.clone() };
        if cloned && !self.device.cloned { serde_json::to_vec(&told).ok() } else { None }
    }

    /// Whether the own event of this count was made under the identity of now.
    fn is_of_now(&self, count: u64) -> bool {
        count > self.device.before
    }
}

// ---------------------------------------------------------------------------------------------------------------
// The log.

impl Replica {
    /// The next events to send, all of one identity, or `None` when there is nothing to send (now).
    pub fn outgoing(&self, max_events: usize, max_bytes: usize) -> Result<Option<Outgoing>, Wanting> {
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

    /// Whether something of a push is still waiting to be sent.
    pub fn is_waiting(&self, sent: &Outgoing) -> bool {
        sent.items.iter().any(|(counter, ..)| self.outbox.get(*counter).is_some())
    }

    /// The log begins anew: another epoch, or another digest.
    pub fn restart(&self, epoch: Uuid) -> Prepared {
        let entry = Entry { restart: Some(epoch), ..self.entry() };
        Prepared { batch: self.batch(&entry), orders: Vec::new() }
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
            rows: rows.iter().map(|(_, row)| row.as_slice()).collect(),
            ..self.entry()
        };
        let batch = Batch { device: record, ..self.batch(&entry) };
        Ok(Some(Prepared { batch, orders: rows.into_iter().map(|(id, _)| id).collect() }))
    }

    /// Orders whose fold these acknowledgements may change: those that hold events of others, or whose clock was
    /// ahead. An order of this device alone folds the same before and after.
    fn moved_by(&self, acks: &BTreeMap<u64, Ack>) -> BTreeMap<Uuid, Vec<Piece>> {
        let mut touched: BTreeMap<Uuid, Vec<Piece>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (counter, ack) in acks {
            let Some(pending) = self.outbox.get(*counter) else { continue };
            if !seen.insert(pending.stream) && ack.ahead_of.is_none() {
                continue;
            }
            let refs = self.index.refs(pending.stream);
            let alone = refs.iter().all(|at| matches!(at.place, Place::Own(_)));
            if !refs.is_empty() && (!alone || ack.ahead_of.is_some()) {
                touched.entry(pending.stream).or_default();
            }
        }
        touched
    }

    /// Folds orders with the pieces that come new; gives their rows. `settle`: without what older logs left.
    fn fold_all(
        &self,
        touched: BTreeMap<Uuid, Vec<Piece>>,
        new: &BTreeMap<u64, Ack>,
        settle: bool,
    ) -> Result<Vec<(Uuid, Vec<u8>)>, SyncFault> {
        let mut wanting = BTreeSet::new();
        let stays = |at: &Ref| !settle || !matches!(at.place, Place::Log(g, _) if g != self.generation);
        let mut all = Vec::with_capacity(touched.len());
        for (id, pieces) in touched {
            let mut refs = self.index.refs(id);
            refs.retain(stays);
            self.want(&refs, &mut wanting);
            all.push((id, refs, pieces));
        }
        wanted(wanting).map_err(SyncFault::Wanting)?;
        let fold = |(id, refs, pieces): (Uuid, Vec<Ref>, Vec<Piece>)| {
            let mut known = self.pieces(&refs, new);
            known.extend(pieces);
            (id, Self::fold(id, known).1.encode())
        };
        Ok(all.into_iter().map(fold).collect())
    }

    /// Reads a page of a pull that was asked for from `after`, the cursor then.
    pub fn read_pulled(&self, after: u64, pulled: &Pulled) -> Result<Intake, SyncFault> {
        let Pulled { epoch, ref events, next, head, digest, .. } = *pulled;
        self.same_log(epoch, head, after)?;
        let intake = self.read_log(epoch, events, next, head, digest)?;
        Ok(Intake { pulled: true, ..intake })
    }

    /// Reads a poke. One without events, or with events that do not follow, is a [`SyncFault::Gap`]: pull.
    pub fn read_poke(&self, poke: &Poke) -> Result<Intake, SyncFault> {
        let Poke { epoch, ref events, head, digest, .. } = *poke;
        self.same_log(epoch, head, 0)?;
        self.read_log(epoch, events, head, head, digest)
    }

    fn read_log(
        &self,
        epoch: Uuid,
        texts: &[Box<RawValue>],
        next: u64,
        head: u64,
        digest: Digest,
    ) -> Result<Intake, SyncFault> {
        let mut events = Vec::with_capacity(texts.len());
        for text in texts {
            let incoming = self.read_incoming(text.get())?;
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

    fn read_incoming(&self, stamped: &str) -> Result<Incoming, SyncFault> {
        // A brief has no text of a person's in it: nothing in it can look like a body.
        if !stamped.contains("\"body\":") {
            let brief: Brief = serde_json::from_str(stamped).map_err(|_| SyncFault::Malformed)?;
            let counter = self.outbox.counter_of(brief.id).or_else(|| self.acks.counter_of(brief.stamp.seq));
            let counter = counter.ok_or(SyncFault::UnknownOwn)?;
            // Its text is needed for the digest: at hand since it was sent, or where it waits to be sent.
            if !self.hashes.contains_key(&counter) && self.outbox.get(counter).is_none() {
                return Err(SyncFault::UnknownOwn);
            }
            return Ok(Incoming {
                seq: brief.stamp.seq,
                received_ms: brief.stamp.received_ms,
                ahead: brief.stamp.flags.contains(&Flag::ClockAhead),
                cloned: brief.stamp.flags.contains(&Flag::ClonedDevice),
                what: What::Own(counter),
            });
        }
        let (text, stamp) = unstamp(stamped).map_err(|_| SyncFault::Malformed)?;
        // What can't be read even as an envelope is kept all the same.
        let envelope = Envelope::read(&text).ok().map(Box::new);
        let own = envelope.as_ref().and_then(|e| self.device.count_of(e.device, e.counter));
        Ok(Incoming {
            seq: stamp.seq,
            received_ms: stamp.received_ms,
            ahead: stamp.flags.contains(&Flag::ClockAhead),
            cloned: stamp.flags.contains(&Flag::ClonedDevice),
            what: What::Full { text, envelope, own },
        })
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
                What::Own(counter) if !self.hashes.contains_key(counter) => Some(*counter),
                What::Full { own, .. } => *own,
                What::Own(_) => None,
            };
            if let Some(pending) = counter.and_then(|counter| self.outbox.get(counter))
                && !self.cache.has(pending.no)
            {
                wanting.insert(pending.no);
            }
        }
        wanted(wanting).map_err(SyncFault::Wanting)?;

        let mut log = LogMark { epoch: intake.epoch, ..self.log };
        let mut hlc = self.hlc;
        let mut acks = Vec::new();
        let mut stored = Vec::new();
        let mut touched: BTreeMap<Uuid, Vec<Piece>> = BTreeMap::new();
        let mut cloned = false;
        for event in &intake.events {
            let ahead_of = event.ahead.then_some(event.received_ms);
            let own = match &event.what {
                What::Own(counter) => Some(*counter),
                What::Full { text, own, .. } => own.filter(|counter| self.is_own(*counter, event.seq, text)),
            };
            let hash = match (&event.what, own) {
                (What::Full { text, .. }, _) => event_hash(text),
                (What::Own(counter), _) => match self.hashes.get(counter) {
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
            let What::Full { text, envelope, .. } = &event.what else { continue };
            let place = Place::Log(self.generation, event.seq);
            let (id, kind, stream) = match envelope {
                Some(envelope) => (envelope.id, kind_of(&envelope.stream), envelope.stream.1),
                None => (Uuid::nil(), Kind::Other, Uuid::nil()),
            };
            if let Some(envelope) = envelope {
                // Not this device's, and in its name: a copy's, or its own from after a backup that it was made from.
                cloned |= envelope.device == self.device.id;
                // The next act here is later than all that is known here.
                hlc =
                    hlc.max((envelope.hlc.0.min(event.received_ms.saturating_add(MAX_CLOCK_AHEAD_MS)), envelope.hlc.1));
            }
            if let Some(envelope) = envelope
                && kind == Kind::Order
            {
                let (meta, body, of_order) = read_envelope(envelope, Some(event.seq), Some(event.received_ms));
                let index = u32::try_from(stored.len()).unwrap_or(u32::MAX);
                let at = Ref { no: self.last_no + 1, index, place };
                let piece = Piece { rank: (0, event.seq), at, meta, event: body, of_order };
                touched.entry(stream).or_default().push(piece);
            }
            stored.push(Stored { place, id, kind, stream, received_ms: event.received_ms, text, at: 0 });
        }
        if log.cursor == intake.next && log.digest != intake.digest {
            return Err(SyncFault::AnotherLog(intake.epoch));
        }
        let new = map_of(acks.iter().map(|ack| (ack.counter, *ack)));
        for (id, pieces) in self.moved_by(&new) {
            touched.entry(id).or_insert(pieces);
        }
        let settled = self.settling && log.cursor >= intake.head;
        if settled {
            let left = |id: &Uuid| {
                let old = |at: &Ref| matches!(at.place, Place::Log(g, _) if g != self.generation);
                self.index.refs(*id).iter().any(old)
            };
            for id in self.index.ids().filter(left) {
                touched.entry(id).or_default();
            }
        }
        if log == self.log && !settled {
            return Ok(None);
        }
        let rows = self.fold_all(touched, &new, settled)?;
        let record = self.record_if(cloned);
        let entry = Entry {
            hlc,
            log: Some(log),
            settled,
            device: record.is_some(),
            acks,
            events: stored,
            rows: rows.iter().map(|(_, row)| row.as_slice()).collect(),
            ..self.entry()
        };
        let batch = Batch { device: record, ..self.batch(&entry) };
        Ok(Some(Prepared { batch, orders: rows.into_iter().map(|(id, _)| id).collect() }))
    }

    /// Whether an event of the log that names this device and count is this device's own, not a clone's.
    fn is_own(&self, counter: u64, seq: u64, text: &str) -> bool {
        match self.outbox.get(counter) {
            Some(pending) => self.cache.event(pending.no, pending.index).is_some_and(|mine| mine.text == text),
            None => self.acks.seq_of(counter) == Some(seq),
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Building the rows anew.

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
        for (id, refs) in refs {
            let row = Self::fold(id, self.pieces(&refs, &BTreeMap::new())).1;
            // A row that was just written is readable.
            let _ = self.index.put(&row.encode());
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

// ---------------------------------------------------------------------------------------------------------------
// Questions.

impl Replica {
    /// The journal's last entry that this replica knows.
    pub fn last_no(&self) -> u32 {
        self.last_no
    }
    /// Who this device is.
    pub fn device(&self) -> &Device {
        &self.device
    }
    /// The shop.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }
    /// The sequence up to which the log is known.
    pub fn cursor(&self) -> u64 {
        self.log.cursor
    }
    /// The digest at the cursor.
    pub fn digest(&self) -> Digest {
        self.log.digest
    }
    /// The epoch of the log; `None` before the first contact.
    pub fn epoch(&self) -> Option<Uuid> {
        (!self.log.epoch.is_nil()).then_some(self.log.epoch)
    }
    /// Whether the log began anew and is not complete yet: own events wait until it is, and come whole in pulls.
    pub fn is_settling(&self) -> bool {
        self.settling
    }
    /// Whether all that the server was last heard to have is here.
    pub fn is_caught_up(&self) -> bool {
        !self.settling && self.log.cursor >= self.head
    }
    /// The server's head, as last heard.
    pub fn heard_head(&mut self, head: u64) {
        self.head = self.head.max(head);
    }
    /// How many own events the server does not have.
    pub fn pending(&self) -> usize {
        self.outbox.len()
    }
    /// When the oldest of them was made, by this device's clock then.
    pub fn oldest_pending_ms(&self) -> Option<i64> {
        let (_, pending) = self.outbox.iter().next()?;
        let (seconds, nanos) = pending.id.unwrap_or(pending.stream).get_timestamp()?.to_unix();
        i64::try_from(seconds).ok().map(|seconds| seconds.saturating_mul(1_000) + i64::from(nanos / 1_000_000))
    }
    /// Whether the server does not have all own events of an order.
    pub fn is_unsent(&self, id: Uuid) -> bool {
        self.outbox.len() > 0
            && self.index.refs(id).iter().any(|at| matches!(at.place, Place::Own(c) if self.outbox.get(c).is_some()))
    }
    /// Own events that the server put aside.
    pub fn quarantined(&self) -> Vec<Quarantined> {
        self.quarantined
            .iter()
            .map(|(counter, (pending, problem))| Quarantined {
                counter: *counter,
                stream: pending.stream,
                problem: problem.clone(),
            })
            .collect()
    }
    /// A page of a list, newest first.
    pub fn page(&self, filter: &Filter, offset: usize, limit: usize, now_ms: i64) -> Page {
        let (mut rows, matching) = self.index.page(filter, offset, limit, now_ms);
        rows.iter_mut().for_each(|row| self.dress(row, now_ms));
        Page { rows, matching }
    }
    /// What a list shows of one order.
    pub fn summary(&self, id: Uuid, now_ms: i64) -> Option<Summary> {
        let mut summary = self.index.summary(id)?;
        self.dress(&mut summary, now_ms);
        Some(summary)
    }
    /// Adds the badges that depend on time and device.
    fn dress(&self, summary: &mut Summary, now_ms: i64) {
        use domain::order::Badge;
        summary.badges.set(Badge::Overdue, summary.due_ms.is_some_and(|due| due < now_ms));
        summary.badges.set(Badge::NotSent, self.is_unsent(summary.id));
    }
    /// How many orders there are, by state.
    pub fn counts(&self, now_ms: i64) -> Counts {
        self.index.counts(now_ms)
    }
    /// What the orders of a list come to, for each span of the time in which they were placed.
    pub fn sums(&self, filter: &Filter, spans: &[Range<i64>], now_ms: i64) -> Vec<Sums> {
        self.index.sums(filter, spans, now_ms)
    }
    /// Orders with conflicts that ask for a person, newest first.
    pub fn conflicted(&self) -> Vec<Uuid> {
        self.index.conflicted()
    }
    /// Numbers that several orders have: a conflict of its own (`same_number`).
    pub fn doubled_numbers(&self) -> Vec<(OrderNumber, Vec<Uuid>)> {
        self.index.doubled_numbers()
    }
    /// The order of this number.
    pub fn by_number(&self, number: &str) -> Option<Uuid> {
        self.index.by_number(number)
    }
    /// The rows as they are stored, by id: two replicas of the same log have the same, but for where events lie.
    pub fn summaries(&self) -> Vec<Summary> {
        let mut all: Vec<Summary> = self.index.ids().filter_map(|id| self.index.summary(id)).collect();
        all.sort_by_key(|summary| summary.id);
        all
    }
}
