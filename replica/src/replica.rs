//! The replica: a device's copy of a shop, sans-IO. What is asked of it is answered from memory; what is to change is
//! answered with a [`Batch`] for the storage, and counts once [`Replica::committed`] hears that it is stored.
//!
//! **The replica's invariant.** What is in memory is what applying the journal's entries one after the other gives,
//! whoever wrote them: this tab, another tab, or a start from a checkpoint. No other path changes it.
//!
//! **Generations.** A log that starts over (a new epoch, a digest that differs) is a new *generation*. Until it is
//! known to its head, events of the one before still count, so that no order falls back to an earlier state; then
//! those that the new log does not have are gone from the rows (their own device offers them again), and own events
//! that it does not have are offered.

mod act;
mod ask;
mod counts;
mod disk;
mod erase;
mod fold;
mod goods;
mod identity;
mod log;
mod rebuild;

pub use act::Act;
pub use counts::{AskedCount, AskedMove};
pub use disk::LoadFault;
pub use erase::Erasing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::order::{Rejection, Summary};
use domain::shop::Shop;
use domain::{Day, Event, Fold, Meta, StreamKind, StreamKinds};
use protocol::digest::EventHash;
use protocol::{Digest, Envelope, Stream};
use uuid::Uuid;

use crate::cache::Cache;
use crate::device::{Credential, Device};
use crate::entry::{Kind, LogMark};
use crate::index::{Index, Ref};
use crate::outbox::{Acks, Outbox, Pending};
use crate::records::Records;
use crate::storage::Batch;

/// Clock, business day, actor and randomness of an act: passed in, so that the replica stays pure.
pub struct ActContext<'a> {
    /// Now, as far as the device knows, milliseconds since 1970.
    pub now_ms: i64,
    /// Somebody who knows said so: a log that runs ahead of it is not followed.
    pub is_told: bool,
    /// The shop's business day.
    pub day: Day,
    /// The person who acts.
    pub actor: Option<Uuid>,
    /// Sixteen random bytes, new ones each time.
    pub random: &'a mut dyn FnMut() -> [u8; 16],
}

impl ActContext<'_> {
    pub(crate) fn id(&mut self) -> Uuid {
        let [a, b, c, d, e, f, g, h, i, j, ..] = (self.random)();
        let ms = u64::try_from(self.now_ms).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &[a, b, c, d, e, f, g, h, i, j]).into_uuid()
    }
}

/// Journal entries that must be read and [held](Replica::hold) before the question can be answered: ask again then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingEntries(pub Vec<u32>);

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
    MissingEntries(MissingEntries),
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
    /// The log is another one than the one this replica holds: start over, with [`Replica::restart`].
    #[error("the log is another one")]
    AnotherLog(Uuid),
    /// The answer is not what the protocol says.
    #[error("the server's answer makes no sense")]
    Malformed,
    /// Entries have to be read first.
    #[error("entries have to be read first")]
    MissingEntries(MissingEntries),
}

/// A change that is ready to be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// What to store.
    pub batch: Batch,
    /// The orders and records that it changes.
    pub streams: Vec<Uuid>,
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

/// An event of an order or a record, read and placed.
#[derive(Clone, Debug)]
struct PlacedEvent {
    rank: (u8, u64),
    at: Ref,
    meta: Meta,
    event: Event,
    /// The kind of its stream, where this build knows it.
    stream: Option<StreamKind>,
}

/// What is stored of streams that were folded again: id and row.
#[derive(Debug, Default)]
struct Rows {
    orders: Vec<(Uuid, Vec<u8>)>,
    records: Vec<(Uuid, Vec<u8>)>,
}

impl Rows {
    /// The streams.
    fn ids(&self) -> Vec<Uuid> {
        self.orders.iter().chain(&self.records).map(|(id, _)| *id).collect()
    }
    fn of_orders(&self) -> Vec<&[u8]> {
        self.orders.iter().map(|(_, row)| row.as_slice()).collect()
    }
    fn of_records(&self) -> Vec<&[u8]> {
        self.records.iter().map(|(_, row)| row.as_slice()).collect()
    }
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
    /// Of an event whose person was erased: the hash of the text as its device wrote it.
    hash: Option<EventHash>,
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
    records: Records,
    of_shop: Vec<OfShop>,
    /// Streams whose person asked to be erased, and whether that is still to be done in the journal.
    people: BTreeMap<Uuid, bool>,
    shop: Shop,
    /// Entries since the checkpoint, and their bytes.
    tail: (usize, usize),
    /// While the journal is read again: the orders' events so far.
    rebuilding: Option<Rebuild>,
    /// Journal entries that could not be read when the rows were rebuilt, and were passed over.
    unreadable: Vec<u32>,
    /// The disk's counts of own events that were in them, until they come back with the log.
    lost: BTreeSet<u64>,
    /// An entry that was passed over may have held what the log says: it is to be pulled again.
    begins_anew: bool,

    // What follows is not stored.
    cache: Cache,
    /// Hashes of own events that were sent and lie beyond the cursor.
    hashes: BTreeMap<u64, EventHash>,
    /// The server's head, as last heard.
    head: u64,
    /// Another tab rebuilt the journal's rows: this replica must be loaded again.
    outdated: bool,
    /// The kinds of what was applied since somebody took this.
    changed: StreamKinds,
}

#[derive(Debug, Default)]
struct Rebuild {
    order: Vec<Uuid>,
    refs: HashMap<Uuid, Vec<Ref>>,
    /// The counts of own events.
    own: BTreeSet<u64>,
    /// Entries that could not be read before, either.
    passed_over: BTreeSet<u32>,
}

/// A replica as it comes from the storage.
#[derive(Debug)]
pub enum Loaded {
    /// Ready.
    Ready(Box<Replica>),
    /// The rows were made by another fold, or are damaged: read the whole journal in order into
    /// [`Replica::replay`], then ask for [`Replica::rebuild`]. See [`Replica::load_anew`].
    Rebuild(Box<Replica>),
}

/// A map of a few entries; collecting one would carry a sort into the app.
fn map_of<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

fn kind_of(stream: &Stream) -> Kind {
    match StreamKind::parse(&stream.0).map(StreamKind::fold) {
        Some(Fold::Order) => Kind::Order,
        Some(Fold::Shop) => Kind::Shop,
        Some(Fold::Record(_)) => Kind::Record,
        None => Kind::Other,
    }
}
