//! The client: a replica with its storage, its server and its clock. The one way in which a page, a test or a
//! benchmark uses a replica: acts are stored before they are answered, whatever other tabs do, and [`Client::run`]
//! keeps the shop's tablets together.

use std::cell::{Cell, Ref, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use domain::order::{Command, Order};
use domain::shop::SettingChanged;
use domain::{Currency, Day, DeviceCode, OrderNumber};
use futures::future::{Either, select};
use futures::lock::Mutex;
use protocol::api::{
    ClaimShop, Claimed, DeviceEntry, Devices, Hello, JoinShop, Joined, LiveHello, Pairing, Poke, Pulled, Pushed,
};
use protocol::{MAX_PULL_EVENTS, MAX_PUSH_BYTES, MAX_PUSH_EVENTS, Problem, ProblemType};
use uuid::Uuid;

use crate::replica::{
    ActFault as Refused, Intake, LoadFault, Loaded, Moment, Outgoing, Prepared, Replica, SyncFault, Wanting,
};
use crate::storage::{Batch, Storage, StorageFault};
use crate::sync::{Engine, Facts, Heard, State, Step};

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
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The server's address and the path: `https://shop.example/api/v1/hello`.
    pub url: String,
    /// For `Authorization: Bearer`.
    pub credential: Option<String>,
    /// JSON.
    pub body: Option<String>,
    /// When to give it up, in milliseconds.
    pub patience_ms: u64,
}

/// An answer, of any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body, decompressed.
    pub body: String,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
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
pub enum Said {
    /// A text.
    Text(String),
    /// It is closed, with this code where there is one.
    Closed(Option<u16>),
}

/// A live socket. Dropping it closes it.
pub trait Live {
    /// The next message. Dropping the future loses none.
    fn next(&mut self) -> impl Future<Output = Said>;
}

/// Clock and chance.
pub trait Host {
    /// Now, milliseconds since 1970.
    fn now_ms(&self) -> i64;
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
}

/// Why an act did not happen. Whatever it is, nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    /// The order, as this device knows it, does not allow it; or there is no shop, or one already.
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
    /// These orders; thousands where a shop's log was pulled.
    pub orders: Vec<Uuid>,
    /// Something was stored by this client: other tabs should [`Client::refresh`].
    pub stored: bool,
}

/// Where the data is, and what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// In a word.
    pub state: State,
    /// Own events that the server does not have.
    pub pending: usize,
    /// When the oldest of them was made, milliseconds since 1970.
    pub oldest_ms: Option<i64>,
    /// Own events that the server put aside.
    pub quarantined: usize,
    /// Another device writes under this one's identity; it takes a new one as soon as the server has everything.
    pub cloned: bool,
    /// When the server was last heard since this page opened, milliseconds since 1970 by this device's clock.
    pub heard_ms: Option<i64>,
    /// The server's clock less this device's, milliseconds, once known.
    pub clock_off_ms: Option<i64>,
}

/// Rings once, for whoever waits: rung before, the wait is over at once.
#[derive(Debug, Default)]
struct Bell {
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    fn ring(&self) {
        self.rung.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
    async fn rings(&self) {
        poll_fn(|context| {
            if self.rung.take() {
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
    /// The id of the new identity that is asked for: the same again when an answer was lost.
    heir: Cell<Option<Uuid>>,
    bell: Bell,
    woken: Cell<bool>,
    actor: Cell<Option<Uuid>>,
    checkpoint_from: Cell<u32>,
    clock_off_ms: Cell<Option<i64>>,
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
    /// Opens what is on the storage; it may be nothing yet.
    pub async fn open(storage: S, transport: T, host: H) -> Result<Self, OpenFault> {
        let replica = load(&storage).await?;
        Ok(Self(Rc::new(Inner {
            storage,
            transport,
            host,
            replica: RefCell::new(replica),
            engine: RefCell::default(),
            writing: Mutex::default(),
            sent: RefCell::default(),
            heir: Cell::default(),
            bell: Bell::default(),
            woken: Cell::default(),
            actor: Cell::default(),
            checkpoint_from: Cell::default(),
            clock_off_ms: Cell::default(),
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

    /// Now, by this device's clock.
    pub fn now_ms(&self) -> i64 {
        self.0.host.now_ms()
    }

    /// From now on acts are this person's.
    pub fn set_actor(&self, actor: Option<Uuid>) {
        self.0.actor.set(actor);
    }

    /// Calls this after every change: of orders, of the shop, of where the data is.
    pub fn on_change(&self, listener: impl Fn(&Change) + 'static) {
        self.0.listeners.borrow_mut().push(Rc::new(listener));
    }

    /// Where the data is, and what waits.
    pub fn sync_state(&self) -> SyncState {
        let replica = self.replica();
        let quarantined = replica.quarantined().len();
        SyncState {
            state: self.0.engine.borrow().state(&self.facts(&replica), quarantined > 0),
            pending: replica.pending(),
            oldest_ms: replica.oldest_pending_ms(),
            quarantined,
            cloned: replica.is_cloned(),
            heard_ms: self.0.engine.borrow().heard_ms(),
            clock_off_ms: self.0.clock_off_ms.get(),
        }
    }

    /// An order with its whole timeline; `None` when there is none.
    pub async fn order(&self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        let mut reopenings = 0;
        loop {
            let asked = self.replica().order(id);
            match asked {
                Ok(order) => {
                    self.0.replica.borrow_mut().trim();
                    return Ok(order);
                }
                Err(wanting) => self.fetch(wanting, &mut reopenings).await?,
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ Acts

    /// Does what a person asks of an order, `None` begins one. When it answers, it is on the disk.
    pub async fn act(&self, order: Option<Uuid>, command: &Command, day: Day) -> Result<Acted, ActFault> {
        let mut acted = None;
        self.write(|replica, moment| {
            let (id, prepared) = replica.act(order, command, &mut Moment { day, ..moment })?;
            acted = Some(id);
            Ok(Some(prepared))
        })
        .await?;
        let order = acted.unwrap_or_default();
        let number = self.replica().summary(order, 0).and_then(|summary| summary.number);
        Ok(Acted { order, number })
    }

    /// Starts a shop on this device, with no server.
    pub async fn start_shop(
        &self,
        name: &str,
        currency: Currency,
        time_zone: &str,
        code: Option<DeviceCode>,
    ) -> Result<(), ActFault> {
        self.write(|replica, mut moment| {
            replica.start_shop(name, currency, time_zone, code.clone(), &mut moment).map(Some)
        })
        .await
    }

    /// Changes the shop's settings: those that are named.
    pub async fn change_setting(&self, change: SettingChanged) -> Result<(), ActFault> {
        self.write(|replica, mut moment| replica.change_setting(change.clone(), &mut moment).map(Some)).await
    }

    /// Another tab wrote: takes that in.
    pub async fn refresh(&self) -> Result<(), StorageFault> {
        let _writing = self.0.writing.lock().await;
        self.absorb().await
    }

    /// Decides and stores, again and again while other tabs are quicker.
    async fn write(
        &self,
        mut decide: impl FnMut(&Replica, Moment<'_>) -> Result<Option<Prepared>, Refused>,
    ) -> Result<(), ActFault> {
        let _writing = self.0.writing.lock().await;
        let mut reopenings = 0;
        let mut decisions = 0;
        loop {
            let mut random = || self.0.host.random();
            let moment = Moment {
                now_ms: self.0.host.now_ms(),
                day: Day::default(),
                actor: self.0.actor.get(),
                random: &mut random,
            };
            let decided = decide(&self.replica(), moment);
            match decided {
                Ok(None) => return Ok(()),
                Ok(Some(prepared)) => match self.store(prepared).await {
                    Err(StorageFault::Stale) if decisions < DECISIONS => decisions += 1,
                    other => return Ok(other?),
                },
                Err(Refused::Wanting(wanting)) => self.fetch(wanting, &mut reopenings).await?,
                Err(refused) => return Err(ActFault::Refused(refused)),
            }
        }
    }

    /// Reads entries into memory.
    async fn fetch(&self, wanting: Wanting, reopenings: &mut usize) -> Result<(), StorageFault> {
        let mut ranges: Vec<std::ops::RangeInclusive<u32>> = Vec::new();
        for no in wanting.0 {
            match ranges.last_mut() {
                Some(range) if range.end().checked_add(1) == Some(no) => *range = *range.start()..=no,
                _ => ranges.push(no..=no),
            }
        }
        let wanted: usize = ranges.iter().map(|range| (range.end() - range.start()) as usize + 1).sum();
        loop {
            match self.0.storage.read_entries(&ranges).await {
                Ok(entries) if entries.len() < wanted => {
                    return Err(StorageFault::Corrupt("an entry of the journal is missing".to_owned()));
                }
                Ok(entries) => return self.0.replica.borrow_mut().hold(entries).map_err(corrupt),
                Err(StorageFault::Closed) if *reopenings < REOPENINGS => {
                    *reopenings += 1;
                    self.0.storage.reopen().await?;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Stores what was decided. [`StorageFault::Stale`]: another tab was quicker, and what it wrote is taken in.
    /// The lock is held by the caller.
    async fn store(&self, prepared: Prepared) -> Result<(), StorageFault> {
        let Prepared { batch, orders } = prepared;
        let mut reopenings = 0;
        loop {
            match self.0.storage.write(&batch).await {
                Ok(()) => break,
                Err(StorageFault::Stale) => {
                    self.absorb().await?;
                    return Err(StorageFault::Stale);
                }
                Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                    reopenings += 1;
                    match self.is_stored(&batch).await {
                        Ok(true) => break,
                        // Not there: write again. Still closed: the next round counts it.
                        Ok(false) | Err(StorageFault::Closed) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
        self.0.replica.borrow_mut().committed(batch).map_err(corrupt)?;
        self.tell(Change { orders, stored: true });
        self.0.bell.ring();
        Ok(())
    }

    /// After a connection died in a write: whether the batch is there after all.
    async fn is_stored(&self, batch: &Batch) -> Result<bool, StorageFault> {
        self.0.storage.reopen().await?;
        let first = batch.expect_no + 1;
        let there = self.0.storage.read_entries(&[first..=first]).await?;
        Ok(there.first().is_some_and(|entry| Some(&entry.bytes) == batch.entries.first()))
    }

    /// Takes in what other tabs wrote. The lock is held by the caller.
    async fn absorb(&self) -> Result<(), StorageFault> {
        let mut reopenings = 0;
        let orders = loop {
            match self.try_absorb().await {
                Ok(orders) => break orders,
                Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                    reopenings += 1;
                    self.0.storage.reopen().await?;
                }
                Err(fault) => return Err(fault),
            }
        };
        if let Some(orders) = orders {
            self.tell(Change { orders, stored: false });
            self.0.bell.ring();
        }
        Ok(())
    }

    async fn try_absorb(&self) -> Result<Option<Vec<Uuid>>, StorageFault> {
        let after = self.replica().last_no();
        let entries = self.0.storage.read_entries(&[after + 1..=u32::MAX]).await?;
        if entries.is_empty() {
            return Ok(None);
        }
        let device = if Replica::tells_of_device(&entries) { self.0.storage.read_start().await?.device } else { None };
        let absorbed = self.0.replica.borrow_mut().absorb(entries, device.as_deref());
        let outdated = self.replica().is_outdated();
        match absorbed {
            Ok(orders) if !outdated => Ok(Some(orders)),
            // Another tab built the rows anew, or what it wrote can't be read here: begin again from the disk.
            _ => {
                let replica = load(&self.0.storage).await.map_err(|fault| match fault {
                    OpenFault::Storage(fault) => fault,
                    OpenFault::Newer => StorageFault::Unavailable("a newer version has written here".to_owned()),
                })?;
                *self.0.replica.borrow_mut() = replica;
                Ok(Some(Vec::new()))
            }
        }
    }

    fn tell(&self, change: Change) {
        let listeners = self.0.listeners.borrow().clone();
        listeners.iter().for_each(|listener| listener(&change));
    }

    // ----------------------------------------------------------------------------------------- The server

    /// Attaches the shop of this device to a server, with the server's one-time set-up code.
    pub async fn claim(&self, server: &str, setup_code: &str) -> Result<(), ServerFault> {
        let server = server.trim_end_matches('/');
        let device = self.replica().device().clone();
        let (Some(shop), Some(code)) = (device.shop, device.code) else {
            return Err(ActFault::Refused(Refused::NoShop).into());
        };
        let claim = ClaimShop { setup_code: setup_code.trim().to_owned(), shop, device: device.id, code };
        let claimed: Claimed = self.ask("POST", server, "/shops", None, Some(&claim)).await?;
        self.write(|replica, _| Ok(Some(replica.claimed(server, &claimed.credential)))).await?;
        self.wake();
        Ok(())
    }

    /// Joins a shop by a pairing code. A lost answer is asked for again by calling it again.
    pub async fn join(&self, server: &str, pairing_code: &str, code: Option<DeviceCode>) -> Result<(), ServerFault> {
        let server = server.trim_end_matches('/');
        self.write(|replica, mut moment| replica.prepare_join(code.clone(), &mut moment)).await?;
        self.let_in(server, "/devices", pairing_code).await
    }

    /// Lets this device in again, as who it is, where its server does not know it any more: by a pairing code of its
    /// shop. What waits is sent then.
    pub async fn join_again(&self, pairing_code: &str) -> Result<(), ServerFault> {
        let device = self.replica().device().clone();
        let (Some(server), Some(shop)) = (device.server, device.shop) else {
            return Err(ServerFault::NotConnected);
        };
        self.let_in(&server, &format!("/shops/{shop}/devices"), pairing_code).await
    }

    async fn let_in(&self, server: &str, path: &str, pairing_code: &str) -> Result<(), ServerFault> {
        let device = self.replica().device().clone();
        let join = JoinShop { pairing_code: pairing_code.to_owned(), device: device.id, code: device.code };
        let joined: Joined = self.ask("POST", server, path, None, Some(&join)).await?;
        self.write(|replica, mut moment| replica.joined(server, &joined, &mut moment).map(Some)).await?;
        self.wake();
        Ok(())
    }

    /// A pairing code for the next tablet.
    pub async fn pairing_code(&self) -> Result<Pairing, ServerFault> {
        self.ask_shop("POST", "/pairing").await
    }

    /// The shop's devices, as the server knows them.
    pub async fn devices(&self) -> Result<Vec<DeviceEntry>, ServerFault> {
        self.ask_shop::<Devices>("GET", "/devices").await.map(|devices| devices.devices)
    }

    /// Takes a device's credential away.
    pub async fn revoke(&self, device: Uuid) -> Result<(), ServerFault> {
        let reach = self.reach().ok_or(ServerFault::NotConnected)?;
        let path = format!("/shops/{}/devices/{device}", reach.shop);
        self.call("DELETE", &reach.server, &path, Some(&reach.credential), None).await.map(drop)
    }

    /// Greets a server: its limits, its time.
    pub async fn hello(&self, server: &str) -> Result<Hello, ServerFault> {
        self.ask("GET", server.trim_end_matches('/'), "/hello", None, None::<&()>).await
    }

    fn reach(&self) -> Option<Reach> {
        let replica = self.replica();
        let device = replica.device();
        Some(Reach {
            server: device.server.clone()?,
            shop: device.shop?,
            credential: device.credential.as_ref()?.0.clone(),
        })
    }

    async fn ask_shop<A: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
    ) -> Result<A, ServerFault> {
        let reach = self.reach().ok_or(ServerFault::NotConnected)?;
        let path = format!("/shops/{}{path}", reach.shop);
        self.ask(method, &reach.server, &path, Some(&reach.credential), None::<&()>).await
    }

    async fn ask<A: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        server: &str,
        path: &str,
        credential: Option<&str>,
        body: Option<&impl serde::Serialize>,
    ) -> Result<A, ServerFault> {
        let body = body.map(serde_json::to_string).transpose().map_err(|_| ServerFault::Nonsense)?;
        let answer = self.call(method, server, path, credential, body).await?;
        serde_json::from_str(&answer).map_err(|_| ServerFault::Nonsense)
    }

    async fn call(
        &self,
        method: &'static str,
        server: &str,
        path: &str,
        credential: Option<&str>,
        body: Option<String>,
    ) -> Result<String, ServerFault> {
        let request = Request {
            method,
            url: format!("{server}/api/v1{path}"),
            credential: credential.map(str::to_owned),
            body,
            patience_ms: PATIENCE_MS,
        };
        let response = self.within(PATIENCE_MS, self.0.transport.call(request)).await?;
        if (200..300).contains(&response.status) {
            return Ok(response.body);
        }
        Err(serde_json::from_str(&response.body).map_or(ServerFault::Nonsense, ServerFault::Problem))
    }

    async fn within<A>(&self, ms: u64, call: impl Future<Output = Result<A, Unreachable>>) -> Result<A, Unreachable> {
        match select(pin!(call), pin!(self.0.host.sleep(ms))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => Err(Unreachable),
        }
    }

    // --------------------------------------------------------------------------------------------- Syncing

    /// The page returned, the network did, or a person asks: sync at once.
    pub fn wake(&self) {
        self.0.woken.set(true);
        self.0.bell.ring();
    }

    /// Whether the server has everything, and everything of the server's that was heard of is here.
    pub fn is_settled(&self) -> bool {
        self.sync_state().state == State::Synced
    }

    fn facts(&self, replica: &Replica) -> Facts {
        let device = replica.device();
        Facts {
            connected: device.credential.is_some() && device.server.is_some() && device.shop.is_some(),
            pending: replica.pending(),
            caught_up: replica.is_caught_up(),
            settling: replica.is_settling(),
            succeeds: replica.may_succeed(),
        }
    }

    fn heard(&self, heard: Heard) {
        let [a, b, c, d, e, f, g, h, ..] = self.0.host.random();
        let random = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let before = self.sync_state();
        self.0.engine.borrow_mut().heard(heard, self.0.host.now_ms(), random);
        if self.sync_state() != before {
            self.tell(Change::default());
        }
    }

    /// Keeps the shop's tablets together for as long as it is awaited; dropping it stops. One tab does this (the one
    /// that holds the Web Lock); two that do are no harm. A fault of the storage is waited out.
    pub async fn run(&self) {
        let mut live: Option<T::Live> = None;
        // An earlier run's socket is gone.
        self.wake();
        loop {
            if self.turn(&mut live).await.is_err() {
                // The disk does not do what is asked: acts say so to the person; here it is tried again.
                self.heard(Heard::Busy(None));
                select(pin!(self.0.host.sleep(DISK_PAUSE_MS)), pin!(self.0.bell.rings())).await;
            }
        }
    }

    /// One step of syncing.
    async fn turn(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        // What rang so far is seen by what follows.
        self.0.bell.rung.set(false);
        if self.0.woken.take() {
            *live = None;
            self.heard(Heard::Wake);
        }
        self.maintain().await;
        let step = {
            let replica = self.replica();
            self.0.engine.borrow().next(&self.facts(&replica), self.0.host.now_ms())
        };
        match step {
            Step::Rest(until) => self.rest(until, live).await,
            Step::Push => self.push(live).await,
            Step::Pull { wait_seconds, whole } => self.pull(wait_seconds, whole, live).await,
            Step::Succeed => self.succeed(live).await,
            Step::Listen => {
                let Some(reach) = self.reach() else { return Ok(()) };
                let hello = serde_json::to_string(&LiveHello { credential: reach.credential }).unwrap_or_default();
                let url = format!("{}/api/v1/shops/{}/live", reach.server, reach.shop);
                match self.within(PATIENCE_MS, self.0.transport.listen(url, hello)).await {
                    Ok(socket) => {
                        *live = Some(socket);
                        self.heard(Heard::Listening);
                    }
                    Err(Unreachable) => self.heard(Heard::Deaf),
                }
                Ok(())
            }
        }
    }

    /// Writes a checkpoint when one is due. It only makes starts quicker: when it fails, the rest goes on.
    pub async fn maintain(&self) {
        let due = |replica: &Replica| replica.checkpoint_due() && replica.last_no() >= self.0.checkpoint_from.get();
        if !due(&self.replica()) {
            return;
        }
        let _writing = self.0.writing.lock().await;
        let checkpoint = self.replica().checkpoint();
        if self.store(checkpoint).await.is_err() {
            self.0.checkpoint_from.set(self.replica().last_no().saturating_add(CHECKPOINT_AGAIN));
        }
    }

    async fn rest(&self, until: Option<i64>, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let wait = async {
            match until {
                Some(until) => {
                    let ms = u64::try_from(until.saturating_sub(self.0.host.now_ms())).unwrap_or(0);
                    self.0.host.sleep(ms).await;
                }
                None => std::future::pending().await,
            }
        };
        let woken = async {
            select(pin!(self.0.bell.rings()), pin!(wait)).await;
        };
        match self.meanwhile(woken, live).await {
            Meanwhile::Done(()) => Ok(()),
            Meanwhile::Said(said) => self.said(said, live).await,
        }
    }

    /// Awaits something, or what the live socket says before it is there.
    async fn meanwhile<A>(&self, work: impl Future<Output = A>, live: &mut Option<T::Live>) -> Meanwhile<A> {
        let Some(socket) = live else { return Meanwhile::Done(work.await) };
        match select(pin!(work), pin!(socket.next())).await {
            Either::Left((done, _)) => Meanwhile::Done(done),
            Either::Right((said, _)) => Meanwhile::Said(said),
        }
    }

    /// Awaits a call; what the live socket says meanwhile is taken in at once.
    async fn calling<A>(&self, call: impl Future<Output = A>, live: &mut Option<T::Live>) -> Result<A, StorageFault> {
        let mut call = pin!(call);
        loop {
            match self.meanwhile(call.as_mut(), live).await {
                Meanwhile::Done(answer) => return Ok(answer),
                Meanwhile::Said(said) => self.said(said, live).await?,
            }
        }
    }

    async fn said(&self, said: Said, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let poke = match said {
            Said::Text(text) => serde_json::from_str::<Poke>(&text).ok(),
            Said::Closed(code) => {
                *live = None;
                self.heard(if code == Some(4401) { Heard::Unknown } else { Heard::Deaf });
                return Ok(());
            }
        };
        let Some(poke) = poke else {
            *live = None;
            self.heard(Heard::Deaf);
            return Ok(());
        };
        self.note_clock(poke.server_time);
        self.0.replica.borrow_mut().heard_head(poke.head);
        match self.take(|replica| replica.read_poke(&poke)).await? {
            Ok(()) => self.heard(Heard::Poke),
            // Whatever did not fit: a pull finds out.
            Err(_) => self.heard(Heard::News),
        }
        Ok(())
    }

    fn note_clock(&self, server_time: i64) {
        self.0.clock_off_ms.set(Some(server_time.saturating_sub(self.0.host.now_ms())));
    }

    /// Takes a change of the log in, and stores it.
    async fn take(
        &self,
        read: impl Fn(&Replica) -> Result<Intake, SyncFault>,
    ) -> Result<Result<(), SyncFault>, StorageFault> {
        self.settle(|replica| {
            let intake = read(replica)?;
            replica.take(&intake)
        })
        .await
    }

    /// Works something of the server's into the replica, and stores it; again while other tabs are quicker.
    async fn settle(
        &self,
        mut work: impl FnMut(&mut Replica) -> Result<Option<Prepared>, SyncFault>,
    ) -> Result<Result<(), SyncFault>, StorageFault> {
        let _writing = self.0.writing.lock().await;
        let mut reopenings = 0;
        loop {
            let worked = work(&mut self.0.replica.borrow_mut());
            match worked {
                Ok(None) => return Ok(Ok(())),
                Ok(Some(prepared)) => match self.store(prepared).await {
                    Ok(()) => return Ok(Ok(())),
                    Err(StorageFault::Stale) => {}
                    Err(fault) => return Err(fault),
                },
                Err(SyncFault::Wanting(wanting)) => self.fetch(wanting, &mut reopenings).await?,
                Err(fault) => return Ok(Err(fault)),
            }
        }
    }

    async fn push(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let Some(reach) = self.reach() else { return Ok(()) };
        let kept = self.0.sent.borrow().clone();
        let outgoing = match kept {
            Some(sent) if self.0.engine.borrow().is_uncertain() && self.replica().is_waiting(&sent) => sent,
            _ => {
                let mut reopenings = 0;
                let outgoing = loop {
                    let outgoing = self.replica().outgoing(MAX_PUSH_EVENTS, MAX_PUSH_BYTES);
                    match outgoing {
                        Ok(outgoing) => break outgoing,
                        Err(wanting) => self.fetch(wanting, &mut reopenings).await?,
                    }
                };
                let Some(outgoing) = outgoing else {
                    self.0.engine.borrow_mut().nothing_to_push();
                    let unreadable = !self.replica().is_settling() && self.replica().pending() > 0;
                    if unreadable {
                        self.heard(Heard::Nonsense);
                    }
                    return Ok(());
                };
                self.0.sent.replace(Some(outgoing.clone()));
                outgoing
            }
        };
        self.0.engine.borrow_mut().pushing();
        let path = format!("/shops/{}/push", reach.shop);
        let body = Some(outgoing.body.clone());
        let credential = outgoing.credential.as_ref().map_or(reach.credential.as_str(), |mine| &mine.0);
        let call = self.call("POST", &reach.server, &path, Some(credential), body);
        let answer = match self.calling(call, live).await? {
            Ok(answer) => answer,
            Err(fault) => return self.failed(fault).await,
        };
        let Ok(answer) = serde_json::from_str::<Pushed>(&answer) else {
            self.heard(misread(&answer));
            return Ok(());
        };
        self.note_clock(answer.server_time);
        let taken = self.settle(|replica| replica.pushed(&outgoing, &answer)).await?;
        self.0.sent.replace(None);
        self.concluded(taken, Heard::Pushed).await
    }

    /// Another device has this one's identity: takes a new one. With the old one it lets itself in as a new device.
    async fn succeed(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let former = self.replica().device().clone();
        let (Some(server), Some(shop)) = (former.server, former.shop) else { return Ok(()) };
        let heir = self.0.heir.get().unwrap_or_else(|| {
            let mut random = || self.0.host.random();
            let now_ms = self.0.host.now_ms();
            Moment { now_ms, day: Day::default(), actor: None, random: &mut random }.id()
        });
        self.0.heir.set(Some(heir));
        let call = async {
            let pairing_code = self.pairing_code().await?.code;
            let join = JoinShop { pairing_code, device: heir, code: None };
            self.ask::<Joined>("POST", &server, "/devices", None, Some(&join)).await
        };
        let joined = match self.calling(call, live).await? {
            Ok(joined) if joined.shop == shop => joined,
            Ok(_) => return self.failed(ServerFault::Nonsense).await,
            Err(fault) => return self.failed(fault).await,
        };
        let id = former.id;
        match self.write(|replica, mut moment| replica.succeed(id, &joined, &mut moment)).await {
            Ok(()) => {}
            Err(ActFault::Storage(fault)) => return Err(fault),
            Err(ActFault::Refused(_)) => self.heard(Heard::Nonsense),
        }
        // Something was done meanwhile: that is sent first, and the same is asked for again.
        if self.replica().device().id != id {
            self.0.heir.set(None);
            // Who it is now listens on a socket of its own.
            self.wake();
        }
        Ok(())
    }

    async fn pull(&self, wait_seconds: u64, whole: bool, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let Some(reach) = self.reach() else { return Ok(()) };
        let after = self.replica().cursor();
        let own = if whole { "full" } else { "brief" };
        let limit = if after == 0 { FIRST_PULL_EVENTS } else { MAX_PULL_EVENTS };
        let path = format!("/shops/{}/pull?after={after}&limit={limit}&wait={wait_seconds}&own={own}", reach.shop);
        let request = Request {
            method: "GET",
            url: format!("{}/api/v1{path}", reach.server),
            credential: Some(reach.credential),
            body: None,
            patience_ms: PATIENCE_MS + wait_seconds * 1_000,
        };
        let patience_ms = request.patience_ms;
        let call = self.within(patience_ms, self.0.transport.call(request));
        let answer = if wait_seconds > 0 {
            // Given up as soon as there is something to do.
            match select(pin!(call), pin!(self.0.bell.rings())).await {
                Either::Left((answer, _)) => answer,
                Either::Right(((), _)) => return Ok(()),
            }
        } else {
            self.calling(call, live).await?
        };
        let answer = match answer {
            Ok(response) if response.status == 200 => response.body,
            Ok(response) => {
                let problem = serde_json::from_str(&response.body);
                let after_ms = response.retry_after.map(|seconds| seconds.saturating_mul(1_000));
                if after_ms.is_some() {
                    self.heard(Heard::Busy(after_ms));
                    return Ok(());
                }
                return self.failed(problem.map_or(ServerFault::Nonsense, ServerFault::Problem)).await;
            }
            Err(Unreachable) => return self.failed(ServerFault::Unreachable(Unreachable)).await,
        };
        let Ok(pulled) = serde_json::from_str::<Pulled>(&answer) else {
            self.heard(misread(&answer));
            return Ok(());
        };
        self.note_clock(pulled.server_time);
        let taken = self.take(|replica| replica.read_pulled(after, &pulled)).await?;
        self.concluded(taken, Heard::Answer).await
    }

    /// An answer was worked in, or does not fit.
    async fn concluded(&self, taken: Result<(), SyncFault>, answered: Heard) -> Result<(), StorageFault> {
        match taken {
            Ok(()) => self.heard(answered),
            Err(SyncFault::Gap) => self.heard(Heard::Misfit { whole: false }),
            Err(SyncFault::UnknownOwn) => self.heard(Heard::Misfit { whole: true }),
            Err(SyncFault::AnotherLog(epoch)) => self.begin_anew(epoch).await?,
            Err(SyncFault::Malformed | SyncFault::Wanting(_)) => self.heard(Heard::Nonsense),
        }
        Ok(())
    }

    async fn begin_anew(&self, epoch: Uuid) -> Result<(), StorageFault> {
        self.0.sent.replace(None);
        let begun = self.settle(|replica| Ok(Some(replica.restart(epoch)))).await?;
        self.heard(if begun.is_ok() { Heard::AnotherLog } else { Heard::Nonsense });
        Ok(())
    }

    async fn failed(&self, fault: ServerFault) -> Result<(), StorageFault> {
        match fault {
            ServerFault::Unreachable(_) => self.heard(Heard::Silence),
            ServerFault::Problem(problem) => match problem.kind {
                ProblemType::Unauthenticated | ProblemType::Forbidden => self.heard(Heard::Unknown),
                ProblemType::Gone => {
                    let epoch = self.replica().epoch().unwrap_or_default();
                    self.begin_anew(epoch).await?;
                }
                ProblemType::TooMany | ProblemType::Unavailable | ProblemType::Internal => {
                    self.heard(Heard::Busy(None));
                }
                _ => self.heard(Heard::Nonsense),
            },
            // A gateway in between answers in words of its own: the server is not to be had.
            ServerFault::Nonsense => self.heard(Heard::Silence),
            ServerFault::Act(_) | ServerFault::NotConnected => {}
        }
        Ok(())
    }
}

/// What an answer is that can't be read. Something else than JSON was not said by the server, but by the sign-in page
/// of a network, say, which answers everything in its place.
fn misread(answer: &str) -> Heard {
    match serde_json::from_str::<serde::de::IgnoredAny>(answer) {
        Ok(_) => Heard::Nonsense,
        Err(_) => Heard::Silence,
    }
}

enum Meanwhile<A> {
    Done(A),
    Said(Said),
}

struct Reach {
    server: String,
    shop: Uuid,
    credential: String,
}

fn corrupt(_: crate::codec::Damaged) -> StorageFault {
    StorageFault::Corrupt("an entry of the journal".to_owned())
}

/// Loads a replica from the storage; builds its rows anew where they are of an older version or damaged.
async fn load<S: Storage>(storage: &S) -> Result<Replica, OpenFault> {
    let mut reopenings = 0;
    loop {
        match try_load(storage).await {
            Err(OpenFault::Storage(StorageFault::Closed)) if reopenings < REOPENINGS => {
                reopenings += 1;
                storage.reopen().await?;
            }
            // Another tab wrote while the rows were built anew: look again.
            Err(OpenFault::Storage(StorageFault::Stale)) if reopenings < DECISIONS => reopenings += 1,
            other => return other,
        }
    }
}

async fn try_load<S: Storage>(storage: &S) -> Result<Replica, OpenFault> {
    let start = storage.read_start().await?;
    let mut replica = match Replica::load(&start) {
        Ok(Loaded::Ready(replica)) => return Ok(*replica),
        Ok(Loaded::Rebuild(replica)) => *replica,
        Err(LoadFault::Newer) => return Err(OpenFault::Newer),
        Err(LoadFault::Damaged(_)) => return Err(StorageFault::Corrupt("the device record".to_owned()).into()),
    };
    drop(start);
    // Entries at a time: a long journal does not fit into memory at once.
    const AT_ONCE: u32 = 256;
    let mut next = 1;
    loop {
        let entries = storage.read_entries(&[next..=next.saturating_add(AT_ONCE - 1)]).await?;
        let Some(last) = entries.last() else { break };
        next = last.no + 1;
        for entry in &entries {
            replica.replay(entry).map_err(corrupt)?;
        }
    }
    loop {
        match replica.rebuild() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(wanting) => {
                let ranges: Vec<_> = wanting.0.iter().map(|no| *no..=*no).collect();
                replica.hold(storage.read_entries(&ranges).await?).map_err(corrupt)?;
            }
        }
    }
    let Prepared { batch, .. } = replica.rebuilt();
    storage.write(&batch).await?;
    replica.committed(batch).map_err(corrupt)?;
    Ok(replica)
}
