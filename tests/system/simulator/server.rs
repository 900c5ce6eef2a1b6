//! The model of a sync server: the protocol's rules, and nothing else. What it holds, it holds for ever, unless it is
//! restored from a copy.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use domain::{Event, Meta};
use protocol::api::{
    AskBlobs, AskPairing, BlobKept, Claimed, DeviceEntry, Devices, JoinShop, Joined, MissingBlobs, Pairing, Poke,
    Pulled, Push, PushResult, PushStatus, Pushed,
};
use protocol::digest::{EventHash, event_hash};
use protocol::envelope::{stamp, unstamp};
use protocol::erasure::{self, ErasureRequest};
use protocol::{BlobId, Brief, Digest, Envelope, Flag, MAX_CLOCK_AHEAD_MS, Problem, ProblemType, Stamp, Stream, body};
use replica::client::{Body, Request, Response};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::refusals;
use super::strangers::{STRANGERS, read_any};
use crate::chance::Chance;

#[derive(Clone)]
struct Logged {
    envelope: Envelope,
    text: String,
    stamp: Stamp,
    digest: Digest,
}

/// A device of the shop.
#[derive(Clone, Default)]
struct Member {
    code: String,
    /// Its credential, by how many were given out before, unless it was revoked; and the one before that.
    credential: Option<u32>,
    former: Option<u32>,
    given: u32,
}

/// A pairing code that was drawn.
#[derive(Clone, Default)]
struct Drawn {
    /// The known device that it lets in, whatever that can prove.
    again: Option<Uuid>,
    used_by: Option<Uuid>,
}

#[derive(Clone, Default)]
struct Log {
    events: Vec<Logged>,
    members: BTreeMap<Uuid, Member>,
    by_id: HashMap<Uuid, (usize, EventHash)>,
    /// When each device last said that it had nothing unsent.
    heard: BTreeMap<Uuid, i64>,
    blobs: BTreeMap<BlobId, Vec<u8>>,
}

/// The server of one shop.
pub struct Server {
    pub epoch: Uuid,
    /// How often it was restored.
    pub restored: u32,
    log: Log,
    copy: Log,
    shop: Option<Uuid>,
    /// The pairing codes that were drawn, by their number.
    drawn: Vec<Drawn>,
    /// Devices that are out, for now.
    pub revoked: BTreeSet<Uuid>,
    /// So many pulls that don't begin at the beginning are told that the log below is gone.
    pub gone: u32,
    /// What a tablet of a newer version wrote.
    pub of_tomorrow: Vec<String>,
    /// So many calls that write fail: the disk is full, or breaks at the commit.
    pub fails: u32,
    /// So many events that are new, and no order's first, are put aside.
    pub puts_aside: u32,
    /// What was put aside, by its id.
    pub aside: BTreeMap<Uuid, Envelope>,
    chance: Chance,
    /// Chance of its own, of the disk.
    of_disk: Chance,
}

impl Server {
    pub fn new(seed: u64) -> Self {
        Self {
            epoch: Uuid::from_u128(1),
            restored: 0,
            log: Log::default(),
            copy: Log::default(),
            shop: None,
            drawn: Vec::new(),
            revoked: BTreeSet::new(),
            gone: 0,
            of_tomorrow: Vec::new(),
            fails: 0,
            puts_aside: 0,
            aside: BTreeMap::new(),
            chance: Chance::seeded(seed),
            of_disk: Chance::seeded(seed ^ 0xd15c),
        }
    }

    pub fn head(&self) -> u64 {
        self.log.events.len() as u64
    }
    pub fn digest(&self) -> Digest {
        self.digest_at(self.log.events.len())
    }
    fn digest_at(&self, seq: usize) -> Digest {
        seq.checked_sub(1).and_then(|at| self.log.events.get(at)).map_or(Digest::default(), |event| event.digest)
    }

    /// Keeps a copy of the database.
    pub fn back_up(&mut self) {
        self.copy = self.log.clone();
    }
    /// Puts the copy in its place, under a new epoch. Who came since is known all the same.
    pub fn restore(&mut self, epoch: Uuid) {
        let members = std::mem::take(&mut self.log.members);
        self.log = self.copy.clone();
        for (id, member) in members {
            self.log.members.entry(id).or_insert(member);
        }
        self.epoch = epoch;
        self.restored += 1;
    }

    /// A tablet of a newer version sends what it has and the log lacks.
    pub fn hear_of_tomorrow(&mut self, now_ms: i64) {
        for text in self.of_tomorrow.clone() {
            let device = Envelope::parse(&text).expect("an event, of whatever kind").device;
            self.store(&text, device, now_ms);
        }
    }

    /// All texts of the log.
    pub fn text(&self) -> String {
        self.log.events.iter().map(|logged| logged.text.as_str()).collect()
    }

    /// Erases what was said of people by those who did not know that they had asked for that.
    fn erase(&mut self) {
        let asks = self.log.events.iter().filter(|logged| erasure::is_erasure_request(&logged.envelope));
        let asking: Vec<(Stream, ErasureRequest)> = asks
            .map(|Logged { envelope, stamp, .. }| {
                let (device, counter) = (envelope.device, envelope.counter);
                (envelope.stream.clone(), ErasureRequest { device, counter, seq: Some(stamp.seq) })
            })
            .collect();
        for logged in &mut self.log.events {
            let of_someone = |(stream, asking): &(Stream, ErasureRequest)| {
                *stream == logged.envelope.stream && !asking.was_known_to(&logged.envelope, Some(logged.stamp.seq))
            };
            if logged.stamp.hash.is_none()
                && !erasure::is_erasure_request(&logged.envelope)
                && asking.iter().any(of_someone)
            {
                // What is no event holds nothing that could be told from the rest.
                let Some(left) = erasure::erased(&logged.text) else { continue };
                logged.stamp.hash = Some(event_hash(&logged.text));
                logged.envelope = Envelope::read(&left).expect("an event");
                logged.text = left;
            }
        }
    }

    /// The shop's pictures.
    pub fn blobs(&self) -> &BTreeMap<BlobId, Vec<u8>> {
        &self.log.blobs
    }

    /// Everything, read.
    pub fn log(&self) -> Vec<(Meta, Stream, Event)> {
        let read = |logged: &Logged| {
            let envelope = &logged.envelope;
            (meta_of(envelope, Some(&logged.stamp)), envelope.stream.clone(), body::read(envelope))
        };
        self.log.events.iter().map(read).collect()
    }

    /// Answers a call. One that writes may fail: mostly nothing of it was kept, sometimes all.
    pub fn serve(&mut self, request: &Request, now_ms: i64) -> Response {
        let asks = request.url.ends_with("/missing");
        if request.method == "GET" || asks || self.fails == 0 {
            return self.answer(request, now_ms);
        }
        self.fails -= 1;
        let kinds = [ProblemType::StorageFull, ProblemType::Unavailable, ProblemType::Internal];
        let problem = Problem::new(kinds[self.of_disk.below(3)], None);
        refusals::REFUSED.fetch_add(1, Ordering::Relaxed);
        if self.of_disk.percent(30) {
            self.answer(request, now_ms);
            refusals::DONE_ALL_THE_SAME.fetch_add(1, Ordering::Relaxed);
        }
        Response { status: problem.status, body: serde_json::to_vec(&problem).unwrap(), retry_after: None }
    }

    fn answer(&mut self, request: &Request, now_ms: i64) -> Response {
        let path = request.url.split_once("/api/v1/").map_or("", |(_, path)| path);
        let body = request.body.as_ref().and_then(Body::as_json).unwrap_or("");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let device = request.credential.as_ref().and_then(|text| self.is_of(text, |member| member.credential));
        let device = device.filter(|device| !self.revoked.contains(device)).ok_or(ProblemType::Unauthenticated);
        let answer = match path.rsplit('/').next().unwrap_or("") {
            of if path.contains("/blobs/") => device.and_then(|_| self.picture(request, of)),
            "shops" => self.claim(body).map(String::into_bytes),
            "devices" if request.method == "GET" => device.map(|_| self.devices()),
            "devices" => self.join(body).map(String::into_bytes),
            "pairing" => device.map(|_| {
                let asked: AskPairing = serde_json::from_str(body).unwrap_or_default();
                self.drawn.push(Drawn { again: asked.again, used_by: None });
                let pairing = Pairing { code: (self.drawn.len() - 1).to_string(), expires_ms: now_ms + 600_000 };
                serde_json::to_vec(&pairing).unwrap()
            }),
            "push" => device.and_then(|device| self.push(body, device, now_ms)).map(String::into_bytes),
            "pull" => device.and_then(|device| self.pull(query, device, now_ms)).map(String::into_bytes),
            other => panic!("the model has no call {other}"),
        };
        match answer {
            Ok(body) => Response { status: 200, body, retry_after: None },
            Err(kind) => {
                let problem = Problem::new(kind, None);
                let body = serde_json::to_vec(&problem).unwrap();
                Response { status: problem.status, body, retry_after: None }
            }
        }
    }

    fn picture(&mut self, request: &Request, of: &str) -> Result<Vec<u8>, ProblemType> {
        let epoch = self.epoch;
        match &request.body {
            Some(Body::Json(text)) => {
                let asked: AskBlobs = serde_json::from_str(text).map_err(|_| ProblemType::Malformed)?;
                let missing = asked.ids.into_iter().filter(|id| !self.log.blobs.contains_key(id)).collect();
                Ok(serde_json::to_vec(&MissingBlobs { missing, epoch }).unwrap())
            }
            Some(Body::Bytes(bytes)) => {
                let id = BlobId::parse(of).expect("an id");
                assert_eq!(BlobId::of(bytes), id, "a picture was sent under another's name");
                self.log.blobs.insert(id, bytes.clone());
                Ok(serde_json::to_vec(&BlobKept { id, epoch }).unwrap())
            }
            None => {
                let id = BlobId::parse(of).expect("an id");
                self.log.blobs.get(&id).cloned().ok_or(ProblemType::NotFound)
            }
        }
    }

    fn claim(&mut self, body: &str) -> Result<String, ProblemType> {
        let claim: protocol::api::ClaimShop = serde_json::from_str(body).map_err(|_| ProblemType::Malformed)?;
        self.shop = Some(claim.shop);
        let claimed = Claimed { shop: claim.shop, credential: self.admit(claim.device, claim.code) };
        Ok(serde_json::to_string(&claimed).unwrap())
    }

    /// The device whose credential this is, or was.
    fn is_of(&self, credential: &str, which: impl Fn(&Member) -> Option<u32>) -> Option<Uuid> {
        let (device, given) = credential.split_once('.')?;
        let device = device.parse().ok()?;
        (which(self.log.members.get(&device)?) == Some(given.parse().ok()?)).then_some(device)
    }

    /// Lets a device in, and gives it a credential.
    fn admit(&mut self, device: Uuid, code: String) -> String {
        let member = self.log.members.entry(device).or_insert(Member { code, ..Member::default() });
        member.former = member.credential.or(member.former);
        member.given += 1;
        member.credential = Some(member.given);
        format!("{device}.{}", member.given)
    }

    /// A device's credential is taken away; whether it `proves` still who it was.
    pub fn turn_out(&mut self, device: Uuid, proves: bool) {
        let Some(member) = self.log.members.get_mut(&device) else { return };
        member.former = member.credential.take().or(member.former).filter(|_| proves);
    }

    fn join(&mut self, body: &str) -> Result<String, ProblemType> {
        let join: JoinShop = serde_json::from_str(body).map_err(|_| ProblemType::Malformed)?;
        let device = join.device;
        let proof = join.credential.as_deref();
        let is_proven = proof.is_some_and(|proof| {
            self.is_of(proof, |member| member.credential).or_else(|| self.is_of(proof, |member| member.former))
                == Some(device)
        });
        let drawn = join.pairing_code.parse().ok().and_then(|no: usize| self.drawn.get_mut(no));
        let by_another = drawn.as_ref().is_some_and(|it| it.used_by.or(it.again).is_some_and(|by| by != device));
        let again =
            drawn.as_ref().is_some_and(|it| it.used_by.or(it.again).is_some()) || join.pairing_code == "operator";
        if by_another {
            return Err(ProblemType::BadPairingCode);
        }
        // Who joins as the shop is set up has one code for all, and may ask twice.
        if self.log.members.contains_key(&device) && !is_proven && !again && join.pairing_code != "code" {
            return Err(ProblemType::DeviceKnown);
        }
        if let Some(drawn) = drawn {
            drawn.used_by = Some(device);
        }
        // A digit first: no device draws such a code by itself.
        let next = format!("9{}", char::from(b'A' + self.log.members.len() as u8));
        let shop = self.shop.ok_or(ProblemType::BadPairingCode)?;
        let credential = self.admit(device, next);
        let joined = Joined { shop, device, code: self.log.members[&device].code.clone(), credential };
        Ok(serde_json::to_string(&joined).unwrap())
    }

    fn devices(&self) -> Vec<u8> {
        let entry = |(id, member): (&Uuid, &Member)| DeviceEntry {
            id: *id,
            code: member.code.clone(),
            last_seen_ms: 0,
            pushed: 0,
            heard_ms: self.log.heard.get(id).copied(),
            joined_ms: None,
            revoked_ms: (self.revoked.contains(id) || member.credential.is_none()).then_some(0),
        };
        let devices = Devices { devices: self.log.members.iter().map(entry).collect(), head: self.head() };
        serde_json::to_vec(&devices).unwrap()
    }

    fn push(&mut self, body: &str, device: Uuid, now_ms: i64) -> Result<String, ProblemType> {
        let push: Push = serde_json::from_str(body).map_err(|_| ProblemType::Malformed)?;
        if push.device != device {
            return Err(ProblemType::Forbidden);
        }
        let results = push.events.iter().map(|event| self.store(event.get(), device, now_ms)).collect();
        let mut counters: Vec<u64> = (self.log.events.iter())
            .filter(|logged| logged.envelope.device == push.device)
            .map(|logged| logged.envelope.counter)
            .collect();
        counters.sort_unstable();
        counters.dedup();
        let device_high = counters.iter().zip(1..).take_while(|(counter, expected)| **counter == *expected).count();
        let pushed = Pushed {
            epoch: self.epoch,
            head: self.head(),
            server_time: now_ms,
            device_high: device_high as u64,
            results,
        };
        Ok(serde_json::to_string(&pushed).unwrap())
    }

    /// A stranger pushes something; whether it is in the log.
    pub fn knock(&mut self, text: &str, now_ms: i64) -> bool {
        let Ok(envelope) = Envelope::parse(text) else { return false };
        let result = self.store(text, envelope.device, now_ms);
        let Some(logged) = result.seq.and_then(|seq| self.log.events.get(seq as usize - 1)) else { return false };
        let stamped = unstamp(&stamp(text, &logged.stamp)).expect("what the door takes has a stamp");
        assert_eq!(stamped, (text.to_owned(), logged.stamp.clone()), "a stamp does not come off");
        Envelope::read(&stamped.0).expect("what the door takes is an event to every tablet");
        true
    }

    /// The log holds a text, as an older server may have left it.
    pub fn hold(&mut self, text: &str, now_ms: i64) {
        let (envelope, hash) = (read_any(text), event_hash(text));
        if self.log.by_id.contains_key(&envelope.id) {
            return;
        }
        let at = self.log.events.len();
        let flags = if envelope.hlc.0 > now_ms + MAX_CLOCK_AHEAD_MS { vec![Flag::ClockAhead] } else { Vec::new() };
        let stamp = Stamp { seq: at as u64 + 1, received_ms: now_ms, flags, hash: None };
        let digest = self.digest().then(&hash);
        self.log.by_id.insert(envelope.id, (at, hash));
        self.log.events.push(Logged { envelope, text: text.to_owned(), stamp, digest });
        self.erase();
    }

    /// What strangers wrote, as far as nobody was erased from it.
    pub fn of_strangers(&self) -> Vec<String> {
        let is_theirs = |logged: &&Logged| {
            let by = logged.envelope.device;
            logged.stamp.hash.is_none() && (STRANGERS.contains(&by) || logged.envelope.v == 0)
        };
        self.log.events.iter().filter(is_theirs).map(|logged| logged.text.clone()).collect()
    }

    fn store(&mut self, text: &str, device: Uuid, now_ms: i64) -> PushResult {
        let envelope = Envelope::parse(text).expect("a replica pushes events");
        assert_eq!(envelope.device, device, "an event was pushed in another's name");
        let may_go = envelope.kind.starts_with("order.")
            && !["order.started", "order.confirmed"].contains(&envelope.kind.as_str())
            && !self.log.by_id.contains_key(&envelope.id)
            && self.log.members.contains_key(&device);
        if may_go && !self.aside.contains_key(&envelope.id) && self.puts_aside > 0 {
            self.puts_aside -= 1;
            self.aside.insert(envelope.id, envelope.clone());
            refusals::PUT_ASIDE.fetch_add(1, Ordering::Relaxed);
        }
        if self.aside.contains_key(&envelope.id) {
            let problem = Some(Problem::new(ProblemType::MalformedEvent, None));
            let (status, flags) = (PushStatus::Quarantined, Vec::new());
            return PushResult { id: envelope.id, status, seq: None, received_ms: None, flags, problem };
        }
        let hash = event_hash(text);
        let (status, at) = match self.log.by_id.get(&envelope.id) {
            Some((at, known)) => {
                let personal = erasure::is_personal(&envelope);
                assert!(personal || *known == hash, "an event was pushed again with another text");
                (PushStatus::Duplicate, *at)
            }
            None => {
                let at = self.log.events.len();
                let mut flags = Vec::new();
                let count = (envelope.device, envelope.counter);
                if self.log.events.iter().any(|known| (known.envelope.device, known.envelope.counter) == count) {
                    flags.push(Flag::ClonedDevice);
                }
                if envelope.hlc.0 > now_ms + MAX_CLOCK_AHEAD_MS {
                    flags.push(Flag::ClockAhead);
                }
                let stamp = Stamp { seq: at as u64 + 1, received_ms: now_ms, flags, hash: None };
                let digest = self.digest().then(&hash);
                self.log.by_id.insert(envelope.id, (at, hash));
                self.log.events.push(Logged { envelope: envelope.clone(), text: text.to_owned(), stamp, digest });
                if erasure::is_personal(&envelope) {
                    self.erase();
                }
                (PushStatus::Stored, at)
            }
        };
        let stamp = &self.log.events[at].stamp;
        PushResult {
            id: envelope.id,
            status,
            seq: Some(stamp.seq),
            received_ms: Some(stamp.received_ms),
            flags: stamp.flags.clone(),
            problem: None,
        }
    }

    fn pull(&mut self, query: &str, device: Uuid, now_ms: i64) -> Result<String, ProblemType> {
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let after: usize = value("after").and_then(|after| after.parse().ok()).ok_or(ProblemType::Malformed)?;
        if after > 0 && self.gone > 0 {
            self.gone -= 1;
            return Err(ProblemType::Gone);
        }
        let brief = value("own") == Some("brief");
        let epoch = value("epoch").and_then(|epoch| epoch.parse().ok());
        if let Some(idle_ms) = value("idle_ms").filter(|_| epoch == Some(self.epoch)) {
            self.log.heard.insert(device, idle_ms.parse().map_err(|_| ProblemType::Malformed)?);
        }
        // Small pages, so that there are many.
        let limit = 1 + self.chance.below(12);
        let events: Vec<Box<RawValue>> = (self.log.events.iter().skip(after).take(limit))
            .map(|logged| {
                let text = if brief && logged.envelope.device == device {
                    let brief = Brief { id: logged.envelope.id, stamp: logged.stamp.clone() };
                    serde_json::to_string(&brief).unwrap()
                } else {
                    stamp(&logged.text, &logged.stamp)
                };
                RawValue::from_string(text).unwrap()
            })
            .collect();
        let next = after + events.len();
        let pulled = Pulled {
            epoch: self.epoch,
            events,
            next: next as u64,
            head: self.head(),
            floor: 0,
            digest: self.digest_at(next),
            server_time: now_ms,
        };
        Ok(serde_json::to_string(&pulled).unwrap())
    }

    /// What the live socket says to one that was told everything up to `told`.
    pub fn poke(&mut self, told: u64, now_ms: i64) -> String {
        let new = self.log.events.iter().skip(told as usize);
        let events = if self.chance.percent(50) {
            new.map(|logged| RawValue::from_string(stamp(&logged.text, &logged.stamp)).unwrap()).collect()
        } else {
            Vec::new()
        };
        let poke = Poke { head: self.head(), epoch: self.epoch, server_time: now_ms, events, digest: self.digest() };
        serde_json::to_string(&poke).unwrap()
    }
}

/// What an event says of itself at its place in the log, or where it has none. The engine's own reading (`fold.rs`) is
/// not asked: its mistakes are to be found.
pub fn meta_of(envelope: &Envelope, stamp: Option<&Stamp>) -> Meta {
    let seq = stamp.map(|stamp| stamp.seq);
    // A clock that is far ahead counts for no more than a little after the receipt.
    let latest = stamp.map_or(i64::MAX, |stamp| stamp.received_ms + MAX_CLOCK_AHEAD_MS);
    Meta {
        id: envelope.id,
        device: envelope.device,
        counter: envelope.counter,
        seen: envelope.seen_at(seq),
        seq,
        hlc: (envelope.hlc.0.min(latest), envelope.hlc.1),
        actor: envelope.actor,
    }
}
