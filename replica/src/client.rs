//! The client: a replica with its storage, its server and its clock. The one way in which a page, a test or a
//! benchmark uses a replica: acts are stored before they are answered, whatever other tabs do, and [`Client::run`]
//! keeps the shop's tablets together.

mod act;
mod blobs;
mod erase;
mod load;
pub mod rules;
mod server;
mod syncing;

pub use load::rebuild;

use std::cell::{Cell, Ref, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use domain::order::{Order, Rejection};
use domain::record::Record;
use domain::{OrderNumber, StreamKinds};
use futures::lock::Mutex;
use protocol::{BlobId, MAX_PUSH_BYTES, Problem};
use uuid::Uuid;

use crate::blob_sync::BlobSync;
use crate::clock::{Clock, Kept, Reading, Wrong};
use crate::replica::{ActFault as Refused, MissingEntries, Outgoing, Replica};
use crate::storage::{Storage, StorageFault};
use crate::sync::{Engine, State};

pub use self::blobs::KeepFault;

/// How long a call may take, beyond what it asks the server to wait, in milliseconds.
const PATIENCE_MS: u64 = 30_000;
/// Of a shop that is new here, only so much at first: the list has its first page while the rest still comes.
const FIRST_PULL_EVENTS: usize = 250;
/// How long syncing pauses when the storage failed, in milliseconds.
const DISK_PAUSE_MS: u64 = 2_000;
/// A checkpoint that failed is tried again after so many entries.
const CHECKPOINT_AGAIN: u32 = 64;
/// How often a dead connection to the storage is opened again for one act.
const REOPENINGS: usize = 3;
/// How often an act is decided again because other tabs were quicker.
const DECISIONS: usize = 100;

/// A call of the server's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The server's address and the path: `https://shop.example/api/v1/hello`.
    pub url: String,
    /// For `Authorization: Bearer`.
    pub credential: Option<String>,
    /// What it carries.
    pub body: Option<Body>,
    /// When to give it up, in milliseconds.
    pub patience_ms: u64,
}

/// What a call carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// JSON.
    Json(String),
    /// Bytes that are packed already.
    Bytes(Vec<u8>),
}

impl Body {
    /// The text of a body that is one.
    pub fn as_json(&self) -> Option<&str> {
        match self {
            Self::Json(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(text) => f.debug_tuple("Json").field(text).finish(),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// An answer, of any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

impl Response {
    /// The body of an answer that must be a text. What is none broke on its way.
    fn text(self) -> Result<String, Unreachable> {
        String::from_utf8(self.body).map_err(|_| Unreachable)
    }
}

/// The server can't be reached, did not answer in time, or its answer broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server can't be reached")]
pub struct Unreachable;

/// The way to a server. Bodies above [`protocol::COMPRESS_ABOVE`] travel compressed: that is the transport's matter.
/// Dropping a future gives the call up.
pub trait Transport {
    /// A live socket.
    type Live: Live;
    /// Makes a call.
    fn call(&self, request: Request) -> impl Future<Output = Result<Response, Unreachable>>;
    /// Opens a live socket (the address begins with `http` as calls do) and sends this first.
    fn listen(&self, url: String, first: String) -> impl Future<Output = Result<Self::Live, Unreachable>>;
}

/// What a live socket said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveMessage {
    /// A text.
    Text(String),
    /// It is closed, with this code where there is one.
    Closed(Option<u16>),
}

/// A live socket. Dropping it closes it.
pub trait Live {
    /// The next message. Dropping the future loses none.
    fn next(&mut self) -> impl Future<Output = LiveMessage>;
}

/// Clock and chance.
pub trait Host {
    /// Now, milliseconds since 1970, as the device believes.
    fn now_ms(&self) -> i64;
    /// Milliseconds since some moment, by a clock that nobody can set.
    fn uptime_ms(&self) -> i64;
    /// What [`Host::keep_clock`] kept, whichever tab or run of the app it was.
    fn kept_clock(&self) -> Option<Kept>;
    /// Keeps what is known of the device's clock.
    fn keep_clock(&self, kept: Kept);
    /// Sixteen random bytes.
    fn random(&self) -> [u8; 16];
    /// Waits.
    fn sleep(&self, ms: u64) -> impl Future<Output = ()>;
}

/// Why a client can't be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// The storage does not do what is asked.
    #[error(transparent)]
    Storage(#[from] StorageFault),
    /// A newer version of the app wrote here.
    #[error("a newer version of the app has written here")]
    Newer,
    /// An older version of the app wrote here, or what it wrote is damaged: [`rebuild`] first.
    #[error("what an older version wrote has to be built anew")]
    Outdated,
}

/// Why an act did not happen. Whatever it is, nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    /// The order, as this device knows it, does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// There is no shop, or one already, or it is too much.
    #[error(transparent)]
    Refused(Refused),
    /// It could not be stored.
    #[error("not saved: {0}")]
    Storage(#[from] StorageFault),
}

/// Why the server did not do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ServerFault {
    /// It can't be reached.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// It refused.
    #[error("the server refused: {}", .0.title)]
    Problem(Problem),
    /// Its answer makes no sense.
    #[error("the server's answer makes no sense")]
    Nonsense,
    /// What it answered could not be kept, or is not possible here.
    #[error(transparent)]
    Act(#[from] ActFault),
    /// This device has no server.
    #[error("this device is not connected to a server")]
    NotConnected,
}

impl From<StorageFault> for ServerFault {
    fn from(fault: StorageFault) -> Self {
        Self::Act(fault.into())
    }
}

/// An act that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The order it was about, or that it made.
    pub order: Uuid,
    /// The order's number, once it has one.
    pub number: Option<OrderNumber>,
}

/// What has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// These orders and records; thousands where a shop's log was pulled.
    pub streams: Vec<Uuid>,
    /// The kinds of the streams of which something may read otherwise than before, were it only whether the server has
    /// it; contacts as the orders they belong to. All of them where the replica was loaded again.
    pub kinds: StreamKinds,
    /// Something was stored by this client: other tabs should [`Client::refresh`].
    pub stored: bool,
    /// These pictures are here now.
    pub blobs: Vec<BlobId>,
}

/// Where the data is, and what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// A label.
    pub state: State,
    /// Own events that the server does not have.
    pub pending: usize,
    /// When the oldest of them was made, milliseconds since 1970.
    pub oldest_ms: Option<i64>,
    /// Pictures that the server does not have.
    pub blobs: usize,
    /// Own events that the server put aside.
    pub quarantined: usize,
    /// Entries of this device's journal that can't be read, and own events in them that have not come back from the
    /// server: lost, once everything of the server's is here.
    pub unreadable: (usize, usize),
    /// Another device writes under this one's identity; it takes a new one as soon as the server has everything.
    pub cloned: bool,
    /// When the server was last heard since this page opened, milliseconds since 1970 by this device's clock.
    pub heard_ms: Option<i64>,
    /// The server's clock less this device's, milliseconds, once it was heard in this run.
    pub clock_off_ms: Option<i64>,
    /// That the device's clock is wrong, and by how much.
    pub clock_wrong: Option<Wrong>,
}

/// Rings once, for whoever waits: rung before, the wait is over at once.
#[derive(Debug, Default)]
struct Notify {
    notified: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Notify {
    fn notify(&self) {
        self.notified.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
    async fn rings(&self) {
        poll_fn(|context| {
            if self.notified.take() {
                return Poll::Ready(());
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

type Listener = Rc<dyn Fn(&Change)>;

struct Inner<S, T, H> {
    storage: S,
    transport: T,
    host: H,
    replica: RefCell<Replica>,
    engine: RefCell<Engine>,
    /// Held from a decision to its commit, never across a call of the server.
    writing: Mutex<()>,
    /// A push of uncertain outcome: sent again as it was.
    sent: RefCell<Option<Outgoing>>,
    /// So many bytes a push may have, as far as is known of what lies in between.
    push_bytes: Cell<usize>,
    /// The id of the new identity that is asked for: the same again when an answer was lost.
    pending_identity: Cell<Option<Uuid>>,
    blob_sync: RefCell<BlobSync>,
    /// Held while a picture is fetched: one at a time.
    fetching: Mutex<()>,
    /// Rings when there may be something to do for pictures.
    blob_wakeup: Notify,
    wakeup: Notify,
    woken: Cell<bool>,
    checkpoint_from: Cell<u32>,
    /// Erasing failed and is not tried again before, in milliseconds since 1970.
    erase_not_before: Cell<i64>,
    /// Counts how often the replica was loaded again, because another tab rebuilt the journal.
    loads: Cell<u64>,
    clock: RefCell<Clock>,
    /// The device's clock less its uptime when this was opened: what is waited for goes by no clock that can be set.
    started_ms: i64,
    /// The server's time as it was told last.
    told_ms: Cell<Option<i64>>,
    listeners: RefCell<Vec<Listener>>,
}

/// A replica with its storage, its server and its clock. Clones are handles on the same one.
pub struct Client<S, T, H>(Rc<Inner<S, T, H>>);

impl<S, T, H> Clone for Client<S, T, H> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// Opens what is on the storage, whatever version of the app wrote it; it may be nothing yet.
    pub async fn open(storage: S, transport: T, host: H) -> Result<Self, OpenFault> {
        let replica = load::load_any(&storage).await?;
        Self::of(replica, storage, transport, host).await
    }

    /// Opens what is on the storage; [`OpenFault::Outdated`] where [`rebuild`] has to come first.
    pub async fn open_ready(storage: S, transport: T, host: H) -> Result<Self, OpenFault> {
        let replica = load::load(&storage).await?;
        Self::of(replica, storage, transport, host).await
    }

    async fn of(mut replica: Replica, storage: S, transport: T, host: H) -> Result<Self, OpenFault> {
        // Nobody has read anything of it before.
        replica.take_changed();
        let mut blob_sync = BlobSync::default();
        let started_ms = host.now_ms().saturating_sub(host.uptime_ms());
        blob_sync.marked(steadily(&storage, async || storage.unsent_blobs().await).await?);
        Ok(Self(Rc::new(Inner {
            storage,
            transport,
            host,
            replica: RefCell::new(replica),
            engine: RefCell::default(),
            writing: Mutex::default(),
            sent: RefCell::default(),
            push_bytes: Cell::new(MAX_PUSH_BYTES),
            pending_identity: Cell::default(),
            blob_sync: RefCell::new(blob_sync),
            fetching: Mutex::default(),
            blob_wakeup: Notify::default(),
            wakeup: Notify::default(),
            woken: Cell::default(),
            checkpoint_from: Cell::default(),
            erase_not_before: Cell::default(),
            loads: Cell::default(),
            clock: RefCell::default(),
            started_ms,
            told_ms: Cell::default(),
            listeners: RefCell::default(),
        })))
    }

    /// The replica, for questions. Not to be held across an await.
    pub fn replica(&self) -> Ref<'_, Replica> {
        self.0.replica.borrow()
    }

    /// The storage.
    pub fn storage(&self) -> &S {
        &self.0.storage
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.0.transport
    }

    /// Now, milliseconds since 1970: by this device's clock, corrected by what is known of it.
    pub fn now_ms(&self) -> i64 {
        let newest_ms = self.0.replica.try_borrow().map_or(i64::MIN, |replica| replica.newest_ms());
        let mut clock = self.0.clock.borrow_mut();
        clock.adopt(self.0.host.kept_clock());
        let before = clock.wrong();
        let now_ms = clock.now(self.reading(), newest_ms);
        self.keep_clock(&mut clock);
        if clock.wrong() != before {
            // The server knows.
            self.wake();
        }
        now_ms
    }

    /// A person says that this device's clock is right, whatever it did.
    pub fn trust_clock(&self) {
        {
            let mut clock = self.0.clock.borrow_mut();
            clock.trust(self.reading());
            self.keep_clock(&mut clock);
        }
        self.wake();
        self.tell(Change::default());
    }

    fn keep_clock(&self, clock: &mut Clock) {
        if let Some(kept) = clock.to_keep() {
            self.0.host.keep_clock(kept);
        }
    }

    fn reading(&self) -> Reading {
        Reading { wall_ms: self.0.host.now_ms(), uptime_ms: self.0.host.uptime_ms() }
    }

    /// A time that only goes on, for what is waited for: milliseconds since about 1970.
    fn steady_ms(&self) -> i64 {
        self.0.started_ms.saturating_add(self.0.host.uptime_ms())
    }

    /// Calls this after every change: of orders, of the shop, of where the data is.
    pub fn on_change(&self, listener: impl Fn(&Change) + 'static) {
        self.0.listeners.borrow_mut().push(Rc::new(listener));
    }

    /// Where the data is, and what waits.
    pub fn sync_state(&self) -> SyncState {
        let replica = self.replica();
        let quarantined = replica.quarantined().len();
        let troubled = quarantined > 0 || self.0.blob_sync.borrow().is_troubled();
        SyncState {
            state: self.0.engine.borrow().state(&self.facts(&replica), troubled),
            pending: replica.pending(),
            oldest_ms: replica.oldest_pending_ms(),
            blobs: self.0.blob_sync.borrow().unsent(),
            quarantined,
            unreadable: replica.unreadable(),
            cloned: replica.is_cloned(),
            heard_ms: self.0.engine.borrow().heard_ms(),
            clock_off_ms: self.0.clock.borrow().told_off_ms(),
            clock_wrong: self.0.clock.borrow().wrong(),
        }
    }

    /// An order with its whole timeline; `None` when there is none.
    pub async fn order(&self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        self.asked(|replica| replica.order(id)).await
    }

    /// A record with its whole timeline; `None` when there is none.
    pub async fn record(&self, id: Uuid) -> Result<Option<Record>, StorageFault> {
        self.asked(|replica| replica.record(id)).await
    }

    /// The texts of own events that no log has, as a file to be taken away: a push of this device's, with its shop.
    pub async fn unsent(&self) -> Result<String, StorageFault> {
        let texts = self.asked(Replica::unsent).await?;
        let replica = self.replica();
        let device = replica.device();
        let shop = device.shop.unwrap_or_default();
        Ok(format!("{{\"shop\":\"{shop}\",\"device\":\"{}\",\"events\":[{}]}}", device.id, texts.join(",")))
    }

    /// Asks again and again until what has to be read first is read.
    async fn asked<A>(&self, ask: impl Fn(&Replica) -> Result<A, MissingEntries>) -> Result<A, StorageFault> {
        let mut reopenings = 0;
        loop {
            let asked = ask(&self.replica());
            match asked {
                Ok(answer) => {
                    self.0.replica.borrow_mut().trim();
                    return Ok(answer);
                }
                Err(wanting) => self.fetch(wanting, &mut reopenings, false).await?,
            }
        }
    }
}

/// Does something that may be done twice, on a storage whose connection dies now and then.
async fn steadily<S: Storage, A>(
    storage: &S,
    work: impl AsyncFn() -> Result<A, StorageFault>,
) -> Result<A, StorageFault> {
    let mut reopenings = 0;
    loop {
        match work().await {
            Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                reopenings += 1;
                storage.reopen().await?;
            }
            other => return other,
        }
    }
}

fn corrupt(_: crate::codec::Damaged) -> StorageFault {
    StorageFault::Corrupt("an entry of the journal".to_owned())
}
