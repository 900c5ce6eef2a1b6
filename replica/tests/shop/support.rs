//! A shop in one process: a server in memory, tablets with disks in memory, and a time of their own. What is
//! awaited nowhere else is turned by hand: time stands still until everything waits for it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that finds something else than it expects has failed"
)]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use domain::contact::Buyer;
use domain::order::{Command, Content, Delivery, Line, Method, NewPayment};
use domain::weight::WeightUnit;
use domain::{Currency, Day, DeviceCode};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::executor::LocalPool;
use futures::future::{AbortHandle, abortable, join};
use futures::stream::StreamExt;
use futures::task::LocalSpawnExt;
use protocol::api::{
    AskBlobs, BlobKept, Claimed, DeviceEntry, Devices, Joined, MissingBlobs, Poke, Pulled, Push, PushResult,
    PushStatus, Pushed,
};
use protocol::digest::{EventHash, event_hash};
use protocol::erasure::{self, ErasureRequest};
use protocol::{BlobId, Brief, Digest, Envelope, Flag, Problem, ProblemType, Stamp};
use replica::Client;
use replica::blobs::BlobStore;
use replica::client::{
    ActFault, Acted, Body, Host, Live, LiveMessage, OpenFault, Request, Response, Transport, Unreachable,
};
use replica::clock::Kept as KeptClock;
use replica::memory::{MemoryDisk, MemoryStorage};
use replica::sync::State;
use serde_json::value::RawValue;
use uuid::Uuid;

pub const DAY: Day = Day { year: 2026, month: 11, day: 23 };
pub const NOW: i64 = 1_795_417_200_000;

// ------------------------------------------------------------------------------------------------------- Time

#[derive(Default)]
struct TimeState {
    now_ms: i64,
    sleepers: BTreeMap<(i64, u64), Waker>,
    next: u64,
    random: u64,
    /// What devices keep of their clocks, by the clock.
    kept: BTreeMap<usize, KeptClock>,
}

/// Time that goes on when it is told to, and chance that repeats itself.
#[derive(Clone, Default)]
pub struct Time(Rc<RefCell<TimeState>>);

impl Time {
    pub fn now_ms(&self) -> i64 {
        self.0.borrow().now_ms
    }
    /// Time passes, and nobody is woken by it.
    pub fn pass(&self, ms: i64) {
        self.0.borrow_mut().now_ms += ms;
    }
    /// To the next moment that somebody waits for. False when nobody does.
    fn advance(&self) -> bool {
        let mut time = self.0.borrow_mut();
        let Some(((at, _), waker)) = time.sleepers.pop_first() else { return false };
        time.now_ms = time.now_ms.max(at);
        drop(time);
        waker.wake();
        true
    }
}

/// A tablet's clock: it may be off.
pub struct Clock {
    time: Time,
    off_ms: Rc<Cell<i64>>,
}

struct Sleep {
    time: Time,
    key: (i64, u64),
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.time.0.borrow_mut().sleepers.remove(&self.key);
    }
}

impl Host for Clock {
    fn now_ms(&self) -> i64 {
        self.time.0.borrow().now_ms + self.off_ms.get()
    }
    fn uptime_ms(&self) -> i64 {
        self.time.0.borrow().now_ms - NOW
    }
    fn kept_clock(&self) -> Option<KeptClock> {
        self.time.0.borrow().kept.get(&(Rc::as_ptr(&self.off_ms) as usize)).copied()
    }
    fn keep_clock(&self, kept: KeptClock) {
        self.time.0.borrow_mut().kept.insert(Rc::as_ptr(&self.off_ms) as usize, kept);
    }
    fn random(&self) -> [u8; 16] {
        let mut time = self.time.0.borrow_mut();
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            time.random = time.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (time.random >> 56) as u8;
        }
        bytes
    }
    async fn sleep(&self, ms: u64) {
        let key = {
            let mut time = self.time.0.borrow_mut();
            time.next += 1;
            (time.now_ms + ms as i64, time.next)
        };
        let sleep = Sleep { time: self.time.clone(), key };
        poll_fn(|context| {
            let mut time = sleep.time.0.borrow_mut();
            if time.now_ms >= key.0 {
                return Poll::Ready(());
            }
            time.sleepers.insert(key, context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

// ----------------------------------------------------------------------------------------------------- Server

#[derive(Clone)]
struct Kept {
    text: String,
    id: Uuid,
    device: Uuid,
    counter: u64,
    stamp: Stamp,
}

/// The server's state; public fields are what tests turn.
#[derive(Default)]
pub struct ServerState {
    epoch: Uuid,
    log: Vec<Kept>,
    /// Events of a page of a pull.
    pub page: usize,
    /// So many answers to pushes are lost after the commit.
    pub lose_answers: usize,
    /// So many answers to devices that join are lost.
    pub lose_joins: usize,
    /// So many pulls are told that the log below is gone.
    pub gone: usize,
    /// Nobody gets through.
    pub down: bool,
    /// After so many answers nobody gets through.
    pub answers_left: Option<usize>,
    /// The live socket is offered.
    pub live: bool,
    /// Credentials that are not accepted.
    pub revoked: BTreeSet<String>,
    /// Events of these ids are put aside.
    pub refused: BTreeSet<Uuid>,
    /// Counts calls of `push` and `pull`.
    pub pushes: usize,
    pub pulls: usize,
    /// The shop's pictures.
    pub blobs: BTreeMap<BlobId, Vec<u8>>,
    /// Every call about pictures that came, in order: `PUT <id>`.
    pub blob_calls: Vec<String>,
    /// So many answers about pictures are lost after the commit.
    pub lose_blob_answers: usize,
    /// No call about pictures is done, and why.
    pub refuse_blobs: Option<ProblemType>,
    listeners: Vec<UnboundedSender<String>>,
    codes: BTreeSet<String>,
    /// Which device was let in, and under which code.
    pub joined: BTreeMap<Uuid, String>,
    /// When each device last said that it had nothing unsent.
    pub heard: BTreeMap<Uuid, i64>,
}

#[derive(Clone)]
pub struct Server {
    pub state: Rc<RefCell<ServerState>>,
    time: Time,
}

/// A copy of a server's log.
pub struct Backup(Vec<Kept>);

fn digest_of(log: &[Kept]) -> Digest {
    log.iter().fold(Digest::default(), |digest, kept| digest.then(&hash_of(kept)))
}

fn hash_of(kept: &Kept) -> EventHash {
    kept.stamp.hash.unwrap_or_else(|| event_hash(&kept.text))
}

/// Erases what was said of people by those who did not know that they had asked for that.
fn erase(log: &mut [Kept]) {
    let read: Vec<Option<Envelope>> = log.iter().map(|kept| Envelope::read(&kept.text).ok()).collect();
    let asking: Vec<(protocol::Stream, ErasureRequest)> = read
        .iter()
        .zip(1..)
        .filter_map(|(envelope, seq)| Some((envelope.as_ref()?, seq)))
        .filter(|(envelope, _)| erasure::is_erasure_request(envelope))
        .map(|(asks, seq)| {
            (asks.stream.clone(), ErasureRequest { device: asks.device, counter: asks.counter, seq: Some(seq) })
        })
        .collect();
    for (kept, envelope) in log.iter_mut().zip(&read).filter_map(|(kept, read)| Some((kept, read.as_ref()?))) {
        let unknown = asking
            .iter()
            .any(|(stream, asking)| *stream == envelope.stream && !asking.was_known_to(envelope, Some(kept.stamp.seq)));
        if unknown && kept.stamp.hash.is_none() && !erasure::is_erasure_request(envelope) {
            kept.stamp.hash = Some(event_hash(&kept.text));
            kept.text = erasure::erased(&kept.text).unwrap();
        }
    }
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap()
}

impl Server {
    pub fn head(&self) -> u64 {
        self.state.borrow().log.len() as u64
    }
    pub fn digest(&self) -> Digest {
        digest_of(&self.state.borrow().log)
    }
    /// Everything that the server has in its log.
    pub fn texts(&self) -> String {
        self.state.borrow().log.iter().map(|kept| kept.text.as_str()).collect()
    }
    pub fn ids(&self) -> Vec<Uuid> {
        self.state.borrow().log.iter().map(|kept| kept.id).collect()
    }
    /// The database is restored from when it held `len` events.
    pub fn restore(&self, len: usize) {
        let mut state = self.state.borrow_mut();
        state.log.truncate(len);
        state.epoch = Uuid::from_u128(state.epoch.as_u128() + 1);
        state.listeners.clear();
    }
    /// What a backup of the database holds now.
    pub fn copy(&self) -> Backup {
        Backup(self.state.borrow().log.clone())
    }
    /// The database is restored from a backup.
    pub fn restore_from(&self, backup: &Backup) {
        let mut state = self.state.borrow_mut();
        state.log = backup.0.clone();
        state.epoch = Uuid::from_u128(state.epoch.as_u128() + 1);
        state.listeners.clear();
    }
    /// As `restore`, but nobody noticed: the epoch stays.
    pub fn lose_silently(&self, len: usize) {
        let mut state = self.state.borrow_mut();
        state.log.truncate(len);
        state.listeners.clear();
    }
    /// An event of nobody's that this build does not know.
    pub fn write_unknown(&self, stream: Uuid) {
        let envelope = Envelope {
            v: 1,
            id: Uuid::from_u128(77),
            device: Uuid::from_u128(78),
            counter: 1,
            seen: 0,
            hlc: (NOW, 0),
            actor: None,
            stream: protocol::Stream("order".into(), stream),
            kind: "order.teleported".into(),
            version: 9,
            body: raw("{\"to\":\"月\"}".into()),
        };
        self.put(vec![envelope.to_text().unwrap()], Uuid::from_u128(78));
    }
    /// The log holds a text, of whatever kind, of nobody's.
    pub fn hold(&self, text: &str) {
        let received_ms = self.time.0.borrow().now_ms;
        let mut state = self.state.borrow_mut();
        let stamp = Stamp { seq: state.log.len() as u64 + 1, received_ms, flags: Vec::new(), hash: None };
        state.log.push(Kept { text: text.to_owned(), id: Uuid::nil(), device: Uuid::nil(), counter: 0, stamp });
    }
    pub fn open_sockets_close(&self) {
        self.state.borrow_mut().listeners.clear();
    }

    fn put(&self, texts: Vec<String>, device: Uuid) -> Vec<PushResult> {
        let now_ms = self.time.0.borrow().now_ms;
        let mut state = self.state.borrow_mut();
        let before = state.log.len();
        let mut results = Vec::new();
        for text in texts {
            let envelope = Envelope::parse(&text).unwrap();
            let result = |status, stamp: Option<&Stamp>| PushResult {
                id: envelope.id,
                status,
                seq: stamp.map(|stamp| stamp.seq),
                received_ms: stamp.map(|stamp| stamp.received_ms),
                flags: stamp.map(|stamp| stamp.flags.clone()).unwrap_or_default(),
                problem: None,
            };
            if let Some(kept) = state.log.iter().find(|kept| kept.id == envelope.id) {
                assert!(erasure::is_same(&text, &kept.text, kept.stamp.hash.as_ref()), "the same id with another text");
                results.push(result(PushStatus::Duplicate, Some(&kept.stamp)));
                continue;
            }
            if state.refused.contains(&envelope.id) || envelope.device != device {
                let problem = Some(Problem::new(ProblemType::MalformedEvent, None));
                results.push(PushResult { problem, ..result(PushStatus::Quarantined, None) });
                continue;
            }
            let mut flags = Vec::new();
            if state.log.iter().any(|kept| kept.device == device && kept.counter == envelope.counter) {
                flags.push(Flag::ClonedDevice);
            }
            if envelope.hlc.0 > now_ms + protocol::MAX_CLOCK_AHEAD_MS {
                flags.push(Flag::ClockAhead);
            }
            let stamp = Stamp { seq: state.log.len() as u64 + 1, received_ms: now_ms, flags, hash: None };
            results.push(result(PushStatus::Stored, Some(&stamp)));
            state.log.push(Kept { text, id: envelope.id, device, counter: envelope.counter, stamp });
        }
        erase(&mut state.log);
        if state.log.len() > before {
            let poke = Poke {
                head: state.log.len() as u64,
                epoch: state.epoch,
                server_time: now_ms,
                events: state.log[before..].iter().map(|k| raw(protocol::envelope::stamp(&k.text, &k.stamp))).collect(),
                digest: digest_of(&state.log),
            };
            let poke = serde_json::to_string(&poke).unwrap();
            state.listeners.retain(|listener| listener.unbounded_send(poke.clone()).is_ok());
        }
        results
    }

    fn answer(&self, request: &Request) -> Option<Result<Vec<u8>, ProblemType>> {
        if let Some((_, of)) = request.url.split_once("/blobs/") {
            return self.answer_of_blobs(request, of);
        }
        Some(self.answer_in_text(request)?.map(String::into_bytes))
    }

    /// The calls about pictures.
    fn answer_of_blobs(&self, request: &Request, of: &str) -> Option<Result<Vec<u8>, ProblemType>> {
        let mut state = self.state.borrow_mut();
        let epoch = state.epoch;
        if state.revoked.contains(request.credential.as_ref().unwrap()) {
            return Some(Err(ProblemType::Unauthenticated));
        }
        state.blob_calls.push(format!("{} {of}", request.method));
        if let Some(kind) = state.refuse_blobs {
            return Some(Err(kind));
        }
        let lost = state.lose_blob_answers > 0;
        state.lose_blob_answers = state.lose_blob_answers.saturating_sub(1);
        let answer = match (request.method, &request.body) {
            ("POST", Some(body)) => {
                let asked: AskBlobs = serde_json::from_str(body.as_json().unwrap()).unwrap();
                let missing = asked.ids.into_iter().filter(|id| !state.blobs.contains_key(id)).collect();
                Ok(serde_json::to_vec(&MissingBlobs { missing, epoch }).unwrap())
            }
            ("PUT", Some(Body::Bytes(bytes))) => {
                let id = BlobId::parse(of).unwrap();
                assert_eq!(id, BlobId::of(bytes), "under its own name");
                state.blobs.insert(id, bytes.clone());
                Ok(serde_json::to_vec(&BlobKept { id, epoch }).unwrap())
            }
            ("GET", None) => state.blobs.get(&BlobId::parse(of).unwrap()).cloned().ok_or(ProblemType::NotFound),
            other => panic!("no such call: {other:?}"),
        };
        (!lost).then_some(answer)
    }

    fn answer_in_text(&self, request: &Request) -> Option<Result<String, ProblemType>> {
        let now_ms = self.time.0.borrow().now_ms;
        let path = request.url.strip_prefix("http://server/api/v1").unwrap();
        let body = request.body.as_ref().and_then(Body::as_json).unwrap_or("null");
        if path == "/shops" {
            let claim: protocol::api::ClaimShop = serde_json::from_str(body).unwrap();
            let mut state = self.state.borrow_mut();
            state.codes.insert(claim.code.clone());
            state.joined.insert(claim.device, claim.code);
            let claimed = Claimed { shop: claim.shop, credential: claim.device.to_string() };
            return Some(Ok(serde_json::to_string(&claimed).unwrap()));
        }
        if path.ends_with("/devices") && request.method == "POST" {
            let join: protocol::api::JoinShop = serde_json::from_str(body).unwrap();
            let mut state = self.state.borrow_mut();
            let known = state.joined.get(&join.device).cloned();
            let wanted = join.code.filter(|code| !state.codes.contains(code));
            let code = known.or(wanted).unwrap_or_else(|| format!("Z{}", state.codes.len()));
            state.codes.insert(code.clone());
            state.joined.insert(join.device, code.clone());
            if state.lose_joins > 0 {
                state.lose_joins -= 1;
                return None;
            }
            let joined = Joined {
                shop: join.pairing_code.parse().unwrap(),
                device: join.device,
                code,
                credential: join.device.to_string(),
            };
            return Some(Ok(serde_json::to_string(&joined).unwrap()));
        }
        let credential = request.credential.clone().unwrap();
        let device: Uuid = credential.parse().unwrap();
        if self.state.borrow().revoked.contains(&credential) {
            return Some(Err(ProblemType::Unauthenticated));
        }
        if path.ends_with("/pairing") {
            let shop = path.trim_start_matches("/shops/").trim_end_matches("/pairing").to_owned();
            let pairing = protocol::api::Pairing { code: shop, expires_ms: now_ms + 600_000 };
            return Some(Ok(serde_json::to_string(&pairing).unwrap()));
        }
        if path.ends_with("/devices") {
            let state = self.state.borrow();
            let entry = |(id, code): (&Uuid, &String)| DeviceEntry {
                id: *id,
                code: code.clone(),
                last_seen_ms: 0,
                pushed: 0,
                heard_ms: state.heard.get(id).copied(),
                joined_ms: None,
                revoked_ms: state.revoked.contains(&id.to_string()).then_some(0),
            };
            let devices = state.joined.iter().map(entry).collect();
            return Some(Ok(serde_json::to_string(&Devices { devices, head: state.log.len() as u64 }).unwrap()));
        }
        if path.ends_with("/push") {
            self.state.borrow_mut().pushes += 1;
            let push: Push = serde_json::from_str(body).unwrap();
            assert!(push.events.len() <= protocol::MAX_PUSH_EVENTS && body.len() <= protocol::MAX_PUSH_BYTES);
            let results = self.put(push.events.iter().map(|event| event.get().to_owned()).collect(), device);
            let mut state = self.state.borrow_mut();
            if state.lose_answers > 0 {
                state.lose_answers -= 1;
                return None;
            }
            let counters: BTreeSet<u64> = state.log.iter().filter(|k| k.device == device).map(|k| k.counter).collect();
            let device_high = (1..).take_while(|counter| counters.contains(counter)).count() as u64;
            let (epoch, head) = (state.epoch, state.log.len() as u64);
            let pushed = Pushed { epoch, head, server_time: now_ms, device_high, results };
            return Some(Ok(serde_json::to_string(&pushed).unwrap()));
        }
        let (path, query) = path.split_once('?').unwrap();
        assert!(path.ends_with("/pull"));
        let query: BTreeMap<&str, &str> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let after: usize = query["after"].parse().unwrap();
        let mut state = self.state.borrow_mut();
        state.pulls += 1;
        let epoch = query.get("epoch").and_then(|epoch| epoch.parse().ok());
        if let Some(idle_ms) = query.get("idle_ms").filter(|_| epoch == Some(state.epoch)) {
            state.heard.insert(device, idle_ms.parse().unwrap());
        }
        if state.gone > 0 {
            state.gone -= 1;
            return Some(Err(ProblemType::Gone));
        }
        let until = state.log.len().min(after + state.page.min(query["limit"].parse().unwrap()));
        let events = state.log.get(after..until).unwrap_or_default();
        let events: Vec<_> = events
            .iter()
            .map(|kept| {
                if kept.device == device && query.get("own") == Some(&"brief") {
                    raw(serde_json::to_string(&Brief { id: kept.id, stamp: kept.stamp.clone() }).unwrap())
                } else {
                    raw(protocol::envelope::stamp(&kept.text, &kept.stamp))
                }
            })
            .collect();
        let next = after.max(until).min(after + events.len());
        let pulled = Pulled {
            epoch: state.epoch,
            events,
            next: next as u64,
            head: state.log.len() as u64,
            floor: 0,
            digest: digest_of(&state.log[..next.min(state.log.len())]),
            server_time: now_ms,
        };
        Some(Ok(serde_json::to_string(&pulled).unwrap()))
    }
}

/// One tablet's way to the server; it may be cut.
#[derive(Clone)]
pub struct Network {
    server: Server,
    pub cut: Rc<Cell<bool>>,
    /// The network answers with its sign-in page, in the server's place.
    pub portal: Rc<Cell<bool>>,
    /// A proxy in between takes no body of more bytes than this.
    pub takes: Rc<Cell<usize>>,
}

pub struct Socket(UnboundedReceiver<String>);

impl Live for Socket {
    async fn next(&mut self) -> LiveMessage {
        self.0.next().await.map_or(LiveMessage::Closed(None), LiveMessage::Text)
    }
}

impl Transport for Network {
    type Live = Socket;
    async fn call(&self, request: Request) -> Result<Response, Unreachable> {
        if self.cut.get() || self.server.state.borrow().down {
            return Err(Unreachable);
        }
        if self.portal.get() {
            let body = b"<!doctype html><h1>Sign in to the Wi-Fi</h1>".to_vec();
            return Ok(Response { status: 200, body, retry_after: None });
        }
        if let Some(Body::Json(text)) = &request.body
            && text.len() > self.takes.get()
        {
            return Ok(Response { status: 413, body: b"<h1>Too large</h1>".to_vec(), retry_after: None });
        }
        if let Some(left) = &mut self.server.state.borrow_mut().answers_left {
            *left = left.checked_sub(1).ok_or(Unreachable)?;
        }
        let waits = request.url.contains("wait=") && !request.url.contains("wait=0");
        match self.server.answer(&request).ok_or(Unreachable)? {
            Ok(body) if waits && body.windows(11).any(|part| part == b"\"events\":[]") => std::future::pending().await,
            Ok(body) => Ok(Response { status: 200, body, retry_after: None }),
            Err(kind) => {
                let problem = Problem::new(kind, None);
                let body = serde_json::to_vec(&problem).unwrap();
                Ok(Response { status: problem.status, body, retry_after: None })
            }
        }
    }
    async fn listen(&self, _: String, _: String) -> Result<Socket, Unreachable> {
        let mut state = self.server.state.borrow_mut();
        if self.cut.get() || self.portal.get() || state.down || !state.live {
            return Err(Unreachable);
        }
        let (sender, receiver) = unbounded();
        state.listeners.push(sender);
        Ok(Socket(receiver))
    }
}

// ----------------------------------------------------------------------------------------------------- Tablets

pub type Tab = Client<MemoryStorage, Network, Clock>;

pub struct Tablet {
    pub disk: MemoryDisk,
    pub tab: Tab,
    pub network: Network,
    pub clock_off_ms: Rc<Cell<i64>>,
    running: Option<AbortHandle>,
}

/// A shop with its tablets.
pub struct Stall {
    pub server: Server,
    pub time: Time,
    pool: RefCell<LocalPool>,
    pub tablets: Vec<Tablet>,
}

impl Stall {
    /// A shop on so many tablets, the first of which started it; all are connected, none syncs yet.
    pub fn new(tablets: usize) -> Self {
        let time = Time::default();
        time.0.borrow_mut().now_ms = NOW;
        let server = Server { state: Rc::default(), time: time.clone() };
        {
            let mut state = server.state.borrow_mut();
            state.page = 5_000;
            state.epoch = Uuid::from_u128(1);
        }
        let mut stall = Self { server, time, pool: RefCell::default(), tablets: Vec::new() };
        for n in 0..tablets {
            let tablet = stall.bare();
            if n == 0 {
                let code = Some(DeviceCode("K7".into()));
                stall
                    .wait(tablet.tab.start_shop("摊", Currency::Cny, WeightUnit::default(), "Asia/Shanghai", code))
                    .unwrap();
                stall.wait(tablet.tab.claim("http://server/", "code")).unwrap();
            } else {
                let shop = stall.tablets[0].tab.replica().device().shop.unwrap().to_string();
                stall.wait(tablet.tab.join("http://server", &shop, None)).unwrap();
            }
            stall.tablets.push(tablet);
        }
        stall
    }

    /// A tablet that knows nothing yet.
    pub fn bare(&self) -> Tablet {
        let network = Network {
            server: self.server.clone(),
            cut: Rc::default(),
            portal: Rc::default(),
            takes: Rc::new(Cell::new(usize::MAX)),
        };
        let (disk, clock_off_ms) = (MemoryDisk::new(), Rc::default());
        let tab = self.open(&disk, &network, &clock_off_ms);
        Tablet { disk, tab, network, clock_off_ms, running: None }
    }

    pub fn open(&self, disk: &MemoryDisk, network: &Network, clock_off_ms: &Rc<Cell<i64>>) -> Tab {
        self.wait(self.try_open(disk, network, clock_off_ms)).unwrap()
    }

    pub fn try_open(
        &self,
        disk: &MemoryDisk,
        network: &Network,
        clock_off_ms: &Rc<Cell<i64>>,
    ) -> impl Future<Output = Result<Tab, OpenFault>> + use<> {
        let clock = Clock { time: self.time.clone(), off_ms: Rc::clone(clock_off_ms) };
        Client::open(disk.open(), network.clone(), clock)
    }

    /// A second tab of a tablet.
    pub fn second_tab(&self, n: usize) -> Tab {
        let tablet = &self.tablets[n];
        self.open(&tablet.disk, &tablet.network, &tablet.clock_off_ms)
    }

    /// The tablet's process ends, and starts again from its disk.
    pub fn restart(&mut self, n: usize) {
        self.pause(n);
        self.tablets[n].disk.crash();
        self.tablets[n].tab = self.second_tab(n);
    }

    /// A tablet's storage is copied, and goes on as a tablet of its own.
    pub fn copy_of(&self, n: usize) -> Tablet {
        let mut copy = self.bare();
        copy.disk = self.tablets[n].disk.copy();
        copy.tab = self.open(&copy.disk, &copy.network, &copy.clock_off_ms);
        copy
    }

    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.pool.borrow_mut().run_until(work)
    }

    pub fn start(&mut self, n: usize) {
        let tab = self.tablets[n].tab.clone();
        let (task, handle) = abortable(async move { join(tab.run(), tab.carry()).await });
        self.pool
            .borrow()
            .spawner()
            .spawn_local(async move {
                let _ = task.await;
            })
            .unwrap();
        if let Some(old) = self.tablets[n].running.replace(handle) {
            old.abort();
        }
    }

    pub fn pause(&mut self, n: usize) {
        if let Some(running) = self.tablets[n].running.take() {
            running.abort();
        }
        self.pool.borrow_mut().run_until_stalled();
    }

    /// Lets everything happen that can happen at this moment.
    pub fn turn(&self) {
        self.pool.borrow_mut().run_until_stalled();
    }

    /// Lets time pass until something holds; panics when it never does.
    pub fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..2_000 {
            self.turn();
            if holds(self) {
                return;
            }
            assert!(self.time.advance(), "{what}: nobody waits for anything any more");
        }
        panic!("never: {what}");
    }

    /// All tablets sync until the server and they have the same.
    pub fn settle(&mut self) {
        let running: Vec<usize> = (0..self.tablets.len()).collect();
        for n in &running {
            self.tablets[*n].tab.wake();
            self.start(*n);
        }
        self.until("settled", |stall| {
            stall.tablets.iter().all(|tablet| {
                tablet.tab.sync_state().state == State::Synced && tablet.tab.replica().cursor() == stall.server.head()
            })
        });
        running.into_iter().for_each(|n| self.pause(n));
        self.agree();
    }

    /// One tablet syncs until it has what the server has.
    pub fn settle_one(&mut self, n: usize) {
        self.tablets[n].tab.wake();
        self.start(n);
        self.until("settled", |stall| stall.tablets[n].tab.sync_state().state == State::Synced);
        self.pause(n);
    }

    /// Every tablet, its next start, and its rows built from nothing say the same.
    pub fn agree(&self) {
        let first = self.tablets[0].tab.replica().summaries();
        let records = self.tablets[0].tab.replica().all_fields();
        for (n, tablet) in self.tablets.iter().enumerate() {
            let replica = tablet.tab.replica();
            assert_eq!(replica.digest(), self.server.digest(), "digest of tablet {n}");
            assert_eq!(replica.all_fields(), records, "records of tablet {n}");
            for (mine, theirs) in replica.summaries().iter().zip(&first) {
                assert_eq!(mine, theirs, "rows of tablet {n}");
            }
            assert_eq!(replica.summaries().len(), first.len(), "rows of tablet {n}");
            let again = self.open(&tablet.disk.copy(), &tablet.network, &tablet.clock_off_ms);
            assert!(again.replica().summaries() == first, "next start of tablet {n}");
            assert!(again.replica().all_fields() == records, "records of the next start of tablet {n}");
            assert_eq!(again.replica().cursor(), replica.cursor());
            assert_eq!(again.replica().pending(), replica.pending());
            let scratch = self.open(&tablet.disk.copy_with_damaged_checkpoint(), &tablet.network, &tablet.clock_off_ms);
            assert!(scratch.replica().summaries() == first, "tablet {n} from scratch");
            assert!(scratch.replica().all_fields() == records, "records of tablet {n} from scratch");
            assert_eq!(scratch.replica().pending(), replica.pending(), "outbox of tablet {n} from scratch");
        }
    }

    /// A tablet that has not met its server says the same after its next start, and from scratch.
    pub fn agree_alone(&self) {
        for tablet in &self.tablets {
            let (rows, records) = (tablet.tab.replica().summaries(), tablet.tab.replica().all_fields());
            for disk in [tablet.disk.copy(), tablet.disk.copy_with_damaged_checkpoint()] {
                let again = self.open(&disk, &tablet.network, &tablet.clock_off_ms);
                assert!(again.replica().summaries() == rows && again.replica().all_fields() == records);
            }
        }
    }

    pub fn act(&self, n: usize, order: Option<Uuid>, command: &Command) -> Result<Acted, ActFault> {
        self.wait(self.tablets[n].tab.act(order, command, DAY))
    }

    /// A tablet keeps a picture.
    pub fn keep(&self, n: usize, bytes: &[u8]) -> BlobId {
        self.wait(self.tablets[n].tab.keep_blob(bytes)).unwrap()
    }

    /// A picture on a tablet's disk.
    pub fn held(&self, tab: &Tab, id: BlobId) -> Option<Vec<u8>> {
        self.wait(tab.storage().blob(id)).unwrap()
    }

    /// The calls about pictures since it was last asked for them.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.server.state.borrow_mut().blob_calls)
    }

    pub fn sell(&self, n: usize, name: &str) -> Acted {
        self.act(n, None, &new_order(name, 500)).unwrap()
    }
}

pub fn new_order(name: &str, price: i64) -> Command {
    let line = Line { id: 1, item: "茶 tea".into(), quantity: 2, price, ..Line::default() };
    let content = Content { lines: vec![line], delivery: Delivery::Ship, ..Content::default() };
    let buyer = Buyer {
        name: name.into(), phone: "13800138000".into(), address: "浙江省杭州市西湖区文三路1号".into()
    };
    Command::Confirm { new: Some((content, buyer)), copied_from: None, payments: Vec::new(), handed_over: false }
}

pub fn pay(given: i64) -> Command {
    Command::RecordPayment(NewPayment { method: Method::Cash, given, deposit: false })
}

pub fn ship() -> Command {
    Command::Ship { carrier: "sf".into(), tracking: "SF1234567890".into(), expected: String::new(), lines: None }
}
