//! What surrounds the tablets: time that passes when it is told to, a network that does its worst, disks whose
//! process may die at any write.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, pending, poll_fn};
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::task::{Poll, Waker};

use protocol::BlobId;
use replica::blobs::BlobStore;
use replica::client::{Host, Live, LiveMessage, Request, Response, Transport, Unreachable};
use replica::clock::Kept;
use replica::memory::MemoryStorage;
use replica::storage::{Batch, JournalEntry, Start, Storage, StorageFault};
use uuid::Uuid;

use super::server::Server;
use crate::chance::Chance;

/// A run that makes more calls than this is going round in circles.
const MOST_CALLS: u64 = 100_000;

/// How often what goes wrong, in a hundred.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    request_lost: u64,
    request_late: u64,
    answer_lost: u64,
    repeated: u64,
    socket_refused: u64,
    socket_broken: u64,
    slowest_ms: usize,
}

struct Inner {
    now_ms: i64,
    timers: BTreeMap<(i64, u64), Waker>,
    timers_made: u64,
    chance: Chance,
    faults: Faults,
    /// The tablets that are cut off.
    cut: BTreeSet<usize>,
    /// Requests that were given up and arrive all the same.
    late: Vec<(i64, Request)>,
    calls: u64,
}

/// The world. Clones are the same one.
#[derive(Clone)]
pub struct World(Rc<RefCell<Inner>>, Rc<RefCell<Server>>);

impl World {
    /// A world in which nothing goes wrong yet.
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::seeded(seed);
        let server = Server::new(chance.next());
        let inner = Inner {
            now_ms: 1_795_417_200_000,
            timers: BTreeMap::new(),
            timers_made: 0,
            chance,
            faults: Faults::default(),
            cut: BTreeSet::new(),
            late: Vec::new(),
            calls: 0,
        };
        Self(Rc::new(RefCell::new(inner)), Rc::new(RefCell::new(server)))
    }

    /// From now on things go wrong, as often as the seed says.
    pub fn draw_faults(&self) {
        let mut inner = self.0.borrow_mut();
        let mut rate = |most: usize| inner.chance.below(most + 1) as u64;
        let faults = Faults {
            request_lost: rate(30),
            request_late: rate(60),
            answer_lost: rate(30),
            repeated: rate(30),
            socket_refused: rate(80),
            socket_broken: rate(20),
            slowest_ms: 0,
        };
        let slowest_ms = inner.chance.below(3_000);
        inner.faults = Faults { slowest_ms, ..faults };
    }

    /// Nothing goes wrong any more; what is on its way still arrives.
    pub fn heal(&self) {
        let mut inner = self.0.borrow_mut();
        inner.faults = Faults::default();
        inner.cut.clear();
    }

    pub fn server(&self) -> Rc<RefCell<Server>> {
        Rc::clone(&self.1)
    }
    pub fn now_ms(&self) -> i64 {
        self.0.borrow().now_ms
    }
    /// An hour in which nobody does anything: what waits for a moment in it happens at its end.
    pub fn skip(&self, ms: i64) {
        self.0.borrow_mut().now_ms += ms;
    }
    /// Cuts a tablet off, or lets it back.
    pub fn cut(&self, tablet: usize, cut: bool) {
        let mut inner = self.0.borrow_mut();
        if cut {
            inner.cut.insert(tablet)
        } else {
            inner.cut.remove(&tablet)
        };
    }
    fn is_cut(&self, tablet: usize) -> bool {
        self.0.borrow().cut.contains(&tablet)
    }
    fn happens(&self, rate: impl Fn(&Faults) -> u64) -> bool {
        let mut inner = self.0.borrow_mut();
        let often = rate(&inner.faults);
        inner.chance.percent(often)
    }

    /// Moves time to the next thing that waits for it, at most to `until`. Says whether there was one.
    pub fn ring_next(&self, until: i64) -> bool {
        let (waker, late) = {
            let mut inner = self.0.borrow_mut();
            let timer = inner.timers.keys().next().copied().filter(|(at, _)| *at <= until);
            let now = timer.map_or(until, |(at, _)| at).max(inner.now_ms);
            inner.now_ms = now;
            let (due, rest) = std::mem::take(&mut inner.late).into_iter().partition(|(at, _)| *at <= now);
            inner.late = rest;
            let due: Vec<(i64, Request)> = due;
            (timer.and_then(|key| inner.timers.remove(&key)), due)
        };
        for (at, request) in late {
            self.1.borrow_mut().serve(&request, at);
        }
        let rung = waker.is_some();
        if let Some(waker) = waker {
            waker.wake();
        }
        rung
    }

    fn sleep(&self, ms: i64) -> impl Future<Output = ()> + use<> {
        let alarm = {
            let mut inner = self.0.borrow_mut();
            inner.timers_made += 1;
            Alarm { world: self.clone(), key: (inner.now_ms.saturating_add(ms), inner.timers_made) }
        };
        poll_fn(move |context| {
            let mut inner = alarm.world.0.borrow_mut();
            if inner.now_ms >= alarm.key.0 {
                return Poll::Ready(());
            }
            inner.timers.insert(alarm.key, context.waker().clone());
            Poll::Pending
        })
    }

    async fn travel(&self) {
        let ms = {
            let mut inner = self.0.borrow_mut();
            let slowest = inner.faults.slowest_ms;
            1 + inner.chance.below(20) + inner.chance.below(slowest)
        };
        self.sleep(ms as i64).await;
    }

    /// A tablet's way to the server.
    pub fn link(&self, tablet: usize) -> Link {
        Link { world: self.clone(), tablet }
    }
    /// A tablet's clock and chance.
    pub fn watch(&self, off_ms: Rc<Cell<i64>>, kept: Rc<Cell<Option<Kept>>>) -> Watch {
        Watch { world: self.clone(), off_ms, kept }
    }
}

/// A timer that is taken down when nobody waits for it any more.
struct Alarm {
    world: World,
    key: (i64, u64),
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.world.0.borrow_mut().timers.remove(&self.key);
    }
}

/// A tablet's way to the server.
pub struct Link {
    world: World,
    tablet: usize,
}

impl Transport for Link {
    type Live = Socket;

    async fn call(&self, request: Request) -> Result<Response, Unreachable> {
        let world = &self.world;
        {
            let mut inner = world.0.borrow_mut();
            inner.calls += 1;
            assert!(inner.calls < MOST_CALLS, "the tablets go round in circles");
        }
        world.travel().await;
        if world.is_cut(self.tablet) {
            return Err(Unreachable);
        }
        if world.happens(|faults| faults.request_lost) {
            if world.happens(|faults| faults.request_late) {
                let at = world.now_ms() + 1 + world.0.borrow_mut().chance.below(20_000) as i64;
                world.0.borrow_mut().late.push((at, request));
            }
            world.travel().await;
            return Err(Unreachable);
        }
        // A pull that waits is held until there is something.
        if let Some(seconds) = waits(&request) {
            let after = number_in(&request.url, "after=");
            for _ in 0..seconds {
                if world.1.borrow().head() > after {
                    break;
                }
                world.sleep(1_000).await;
            }
        }
        let mut answer = world.1.borrow_mut().serve(&request, world.now_ms());
        if world.happens(|faults| faults.repeated) {
            world.travel().await;
            answer = world.1.borrow_mut().serve(&request, world.now_ms());
        }
        world.travel().await;
        if world.is_cut(self.tablet) || world.happens(|faults| faults.answer_lost) {
            return Err(Unreachable);
        }
        Ok(answer)
    }

    async fn listen(&self, _url: String, _first: String) -> Result<Socket, Unreachable> {
        self.world.travel().await;
        if self.world.is_cut(self.tablet) || self.world.happens(|faults| faults.socket_refused) {
            return Err(Unreachable);
        }
        let told = self.world.1.borrow().head();
        Ok(Socket { world: self.world.clone(), tablet: self.tablet, told })
    }
}

fn number_in(url: &str, name: &str) -> u64 {
    let digits = url.split_once(name).map_or("", |(_, rest)| rest.split('&').next().unwrap_or(""));
    digits.parse().unwrap_or(0)
}
fn waits(request: &Request) -> Option<u64> {
    Some(number_in(&request.url, "wait=")).filter(|seconds| *seconds > 0)
}

/// A live socket.
pub struct Socket {
    world: World,
    tablet: usize,
    told: u64,
}

impl Live for Socket {
    async fn next(&mut self) -> LiveMessage {
        loop {
            self.world.sleep(200).await;
            if self.world.is_cut(self.tablet) {
                return LiveMessage::Closed(None);
            }
            let head = self.world.1.borrow().head();
            if head == self.told {
                continue;
            }
            if self.world.happens(|faults| faults.socket_broken) {
                return LiveMessage::Closed(Some(1_011));
            }
            let poke = self.world.1.borrow_mut().poke(self.told, self.world.now_ms());
            self.told = head;
            return LiveMessage::Text(poke);
        }
    }
}

/// A tablet's clock, which may be off by years, and its chance.
pub struct Watch {
    world: World,
    off_ms: Rc<Cell<i64>>,
    kept: Rc<Cell<Option<Kept>>>,
}

impl Host for Watch {
    fn now_ms(&self) -> i64 {
        self.world.now_ms() + self.off_ms.get()
    }
    fn uptime_ms(&self) -> i64 {
        self.world.now_ms()
    }
    fn kept_clock(&self) -> Option<Kept> {
        self.kept.get()
    }
    fn keep_clock(&self, kept: Kept) {
        self.kept.set(Some(kept));
    }
    fn random(&self) -> [u8; 16] {
        self.world.0.borrow_mut().chance.bytes()
    }
    async fn sleep(&self, ms: u64) {
        self.world.sleep(i64::try_from(ms).unwrap_or(i64::MAX)).await;
    }
}

/// What becomes of a tablet's process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doom {
    /// It lives.
    #[default]
    Spared,
    /// It dies when it is about to write.
    BeforeWrite,
    /// It dies when it has written, before it hears of it.
    AfterWrite,
    /// It is dead: nothing it waits for ever happens.
    Dead,
}

/// A disk's connection, of a process that may die.
pub struct Mortal {
    inner: MemoryStorage,
    doom: Rc<Cell<Doom>>,
}

impl Mortal {
    pub fn new(inner: MemoryStorage, doom: Rc<Cell<Doom>>) -> Self {
        Self { inner, doom }
    }
    async fn alive(&self) {
        if self.doom.get() == Doom::Dead {
            pending::<()>().await;
        }
    }
    async fn change(&self, change: impl Future<Output = Result<(), StorageFault>>) -> Result<(), StorageFault> {
        self.alive().await;
        match self.doom.get() {
            Doom::BeforeWrite => {
                self.doom.set(Doom::Dead);
                pending().await
            }
            Doom::AfterWrite => {
                let _ = change.await;
                self.doom.set(Doom::Dead);
                pending().await
            }
            Doom::Spared | Doom::Dead => change.await,
        }
    }
}

impl BlobStore for Mortal {
    async fn put_blob(&self, id: BlobId, bytes: &[u8], to_send: bool) -> Result<(), StorageFault> {
        self.change(self.inner.put_blob(id, bytes, to_send)).await
    }
    async fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        self.alive().await;
        self.inner.blob(id).await
    }
    async fn blob_ids(&self) -> Result<Vec<BlobId>, StorageFault> {
        self.alive().await;
        self.inner.blob_ids().await
    }
    async fn unsent_blobs(&self) -> Result<Vec<BlobId>, StorageFault> {
        self.alive().await;
        self.inner.unsent_blobs().await
    }
    async fn blobs_sent(&self, ids: &[BlobId], epoch: Uuid) -> Result<(), StorageFault> {
        self.change(self.inner.blobs_sent(ids, epoch)).await
    }
    async fn offer_blobs(&self, epoch: Uuid) -> Result<(), StorageFault> {
        self.change(self.inner.offer_blobs(epoch)).await
    }
}

impl Storage for Mortal {
    async fn read_start(&self) -> Result<Start, StorageFault> {
        self.alive().await;
        self.inner.read_start().await
    }
    async fn read_entries(&self, ranges: &[RangeInclusive<u32>]) -> Result<Vec<JournalEntry>, StorageFault> {
        self.alive().await;
        self.inner.read_entries(ranges).await
    }
    async fn write(&self, batch: &Batch) -> Result<(), StorageFault> {
        self.change(self.inner.write(batch)).await
    }
    async fn reopen(&self) -> Result<(), StorageFault> {
        self.alive().await;
        self.inner.reopen().await
    }
}
