//! What becomes of each event of a push: new, a duplicate, or kept aside. Pure, so that every engine decides alike.

use std::collections::{HashMap, HashSet};

use protocol::digest::{EventHash, event_hash};
use protocol::erasure;
use protocol::{Digest, Envelope, EnvelopeFault, Flag, MAX_CLOCK_AHEAD_MS, ProblemType, Stamp};
use uuid::Uuid;

/// An event as it came, and what could be read of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// As its device wrote it.
    pub text: String,
    /// The hash of that text.
    pub hash: EventHash,
    /// What was read, or why it is kept aside.
    pub read: Result<Read, Refusal>,
}

/// What the server reads of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its id.
    pub id: Uuid,
    /// Its device's count.
    pub counter: u64,
    /// Its device's clock, at most [`MAX_CLOCK_AHEAD_MS`] after the time of receipt.
    pub hlc_ms: i64,
    /// Whether the clock had to be capped.
    pub ahead: bool,
    /// The stream, where it is one of a person's.
    pub person: Option<Uuid>,
    /// Whether it asks that this person be erased.
    pub asks_erasure: bool,
}

/// Why an event is kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its id, where one could be read.
    pub id: Option<Uuid>,
    /// The stable type.
    pub kind: ProblemType,
    /// What is wrong, in words; nothing of the event's contents.
    pub detail: Option<String>,
}

/// What became of an arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// New, and in the log.
    Stored(Uuid, Stamp),
    /// In the log already, with the same text.
    Duplicate(Uuid, Stamp),
    /// Kept aside.
    Quarantined(Refusal),
}

/// An event that is in the log already.
#[derive(Clone, Debug)]
pub struct Held {
    /// The hash of its text.
    pub hash: EventHash,
    /// The device that made it.
    pub device: Uuid,
    /// That device's count.
    pub counter: u64,
    /// The stream, where it is one of a person's.
    pub person: Option<Uuid>,
    /// Its stamp.
    pub stamp: Stamp,
}

/// A row to add to the log.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// Which arrival it is.
    pub arrival: usize,
    /// What was read of it.
    pub read: Read,
    /// Its stamp.
    pub stamp: Stamp,
    /// The digest of the log with it.
    pub digest: Digest,
}

/// What to write for a push.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rows to add, in sequence.
    pub rows: Vec<NewRow>,
    /// The arrivals to keep aside, and why.
    pub asides: Vec<(usize, Refusal)>,
    /// One for each arrival, in order.
    pub outcomes: Vec<Outcome>,
    /// The shop's last sequence after it.
    pub head: u64,
    /// The digest there.
    pub digest: Digest,
}

impl Held {
    /// Whether this is the same event of a person's stream: one of the two may be what was left of it when they were
    /// erased, so that the texts say nothing.
    fn may_be_erased(&self, device: Uuid, read: &Read) -> bool {
        read.person.is_some() && (self.device, self.counter, self.person) == (device, read.counter, read.person)
    }
}

impl Arrival {
    /// Reads what `device` pushed at `now`. Only what makes an event an event is looked at: whether it makes sense is
    /// the fold's to say.
    pub fn read(text: String, device: Uuid, now: i64) -> Self {
        let hash = event_hash(&text);
        let read = match Envelope::parse(&text) {
            Ok(envelope) if envelope.device != device => Err(Refusal {
                id: Some(envelope.id),
                kind: ProblemType::ForeignEvent,
                detail: Some("it was made by another device than the one that pushed it".to_owned()),
            }),
            Ok(envelope) => {
                let latest = now.saturating_add(MAX_CLOCK_AHEAD_MS);
                Ok(Read {
                    id: envelope.id,
                    counter: envelope.counter,
                    hlc_ms: envelope.hlc.0.min(latest),
                    ahead: envelope.hlc.0 > latest,
                    person: erasure::is_personal(&envelope).then_some(envelope.stream.1),
                    asks_erasure: erasure::is_erasure_request(&envelope),
                })
            }
            Err(fault) => Err(refusal(&text, &fault)),
        };
        Self { text, hash, read }
    }
}

fn refusal(text: &str, fault: &EnvelopeFault) -> Refusal {
    #[derive(serde::Deserialize)]
    struct OnlyId {
        id: Uuid,
    }
    let (kind, detail) = match fault {
        EnvelopeFault::Oversized(_) => (ProblemType::OversizedEvent, fault.to_string()),
        // The parser's message may quote the event, so only the place goes out.
        EnvelopeFault::Malformed(error) => {
            (ProblemType::MalformedEvent, format!("not an event, at line {} column {}", error.line(), error.column()))
        }
        EnvelopeFault::Reserved(_)
        | EnvelopeFault::OutOfRange(_)
        | EnvelopeFault::Spelling
        | EnvelopeFault::NoStamp => (ProblemType::MalformedEvent, fault.to_string()),
    };
    Refusal { id: serde_json::from_str::<OnlyId>(text).ok().map(|only| only.id), kind, detail: Some(detail) }
}

/// Decides a push of `device`. `held` are those of its ids that the log has, `counters` those of its counters that the
/// log has of the device.
pub fn plan(
    device: Uuid,
    arrivals: &[Arrival],
    mut held: HashMap<Uuid, Held>,
    mut counters: HashSet<u64>,
    mut head: u64,
    mut digest: Digest,
    now: i64,
) -> Plan {
    let mut rows = Vec::new();
    let mut asides = Vec::new();
    let mut outcomes = Vec::with_capacity(arrivals.len());
    for (at, arrival) in arrivals.iter().enumerate() {
        let outcome = match &arrival.read {
            Err(refusal) => Outcome::Quarantined(refusal.clone()),
            Ok(read) => match held.get(&read.id) {
                Some(known) if known.hash == arrival.hash || known.may_be_erased(device, read) => {
                    Outcome::Duplicate(read.id, known.stamp.clone())
                }
                Some(_) => Outcome::Quarantined(Refusal {
                    id: Some(read.id),
                    kind: ProblemType::IdTaken,
                    detail: Some("the log has another text under this id".to_owned()),
                }),
                None => {
                    head += 1;
                    digest = digest.then(&arrival.hash);
                    let mut flags = Vec::new();
                    if !counters.insert(read.counter) {
                        flags.push(Flag::ClonedDevice);
                    }
                    if read.ahead {
                        flags.push(Flag::ClockAhead);
                    }
                    let stamp = Stamp { seq: head, received_ms: now, flags, hash: None };
                    let (counter, person) = (read.counter, read.person);
                    held.insert(read.id, Held { hash: arrival.hash, device, counter, person, stamp: stamp.clone() });
                    rows.push(NewRow { arrival: at, read: read.clone(), stamp: stamp.clone(), digest });
                    Outcome::Stored(read.id, stamp)
                }
            },
        };
        if let Outcome::Quarantined(refusal) = &outcome {
            asides.push((at, refusal.clone()));
        }
        outcomes.push(outcome);
    }
    Plan { rows, asides, outcomes, head, digest }
}
