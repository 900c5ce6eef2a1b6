//! The envelope of an event: who did what to which stream, when, knowing what.
//!
//! The text of an event is never written again: it is stored, relayed and hashed as its device wrote it. The server
//! adds its stamp at the end of the object, and [`unstamp`] takes it off again, byte for byte.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::digest::{EventHash, event_hash};

/// The version of the envelope that this build writes and reads.
pub const ENVELOPE_VERSION: u32 = 1;

/// A stream of events: its kind and its id, on the wire `["order", "<uuid>"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream(pub String, pub Uuid);

/// An event as a device made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// Version of the envelope.
    pub v: u32,
    /// The event's id, a uuid of version 7.
    pub id: Uuid,
    /// The device that made it.
    pub device: Uuid,
    /// The device's count of its events, from 1, without gaps.
    pub counter: u64,
    /// The shop's sequence that the device had applied when the person acted.
    pub seen: u64,
    /// Hybrid logical clock: milliseconds since 1970 and a logical counter.
    pub hlc: (i64, u32),
    /// The person who acted, whoever pushes it later.
    pub actor: Option<Uuid>,
    /// What it is about.
    pub stream: Stream,
    /// Past-tense type, such as `order.confirmed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the body.
    pub version: u32,
    /// The body, as it was written.
    pub body: Box<RawValue>,
}

/// What the server adds to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The event's place in the shop's sequence, from 1, without gaps.
    pub seq: u64,
    /// The server's time of receipt, in milliseconds since 1970.
    pub received_ms: i64,
    /// What the server noticed.
    pub flags: Vec<Flag>,
    /// Where the person it tells of was erased: the hash of the text as its device wrote it, for the digest.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hash_digits")]
    pub hash: Option<EventHash>,
}

/// A hash as 64 hexadecimal digits.
mod hash_digits {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::digest::EventHash;
    use crate::hex::{self, Hex};

    pub(super) fn serialize<S: Serializer>(hash: &Option<EventHash>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Hex(hash.as_ref().map_or(&[], |hash| hash)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EventHash>, D::Error> {
        let Some(digits) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        hex::parse(&digits).map(Some).ok_or_else(|| D::Error::custom("a hash is 64 hexadecimal digits"))
    }
}

/// What the server noticed about an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Another event has the same device and counter: two devices share one identity.
    ClonedDevice,
    /// The device's clock is far ahead of the server's.
    ClockAhead,
    /// A flag that this build does not know.
    #[serde(other)]
    Unknown,
}

/// A device's own event in a pull that asked for `own=brief`: the device has the text already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The event's id.
    pub id: Uuid,
    /// The server's stamp.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// Why a text is no event.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeFault {
    /// It is not JSON, or a field is missing or of another type.
    #[error("not an event: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is larger than [`crate::MAX_EVENT_BYTES`].
    #[error("an event of {0} bytes is too large")]
    Oversized(usize),
    /// It carries a field that only the server may add.
    #[error("an event may not carry {0}")]
    Reserved(&'static str),
    /// It says what an event says, but not in the words of [`Envelope::to_text`].
    #[error("an event is written in one way up to the end of its body: nothing between its parts, its fields in order")]
    Spelling,
    /// A field's value is outside what is allowed.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// A stamp was looked for and is not there.
    #[error("the server's stamp is missing")]
    NoStamp,
}

impl Envelope {
    /// Reads an event as a device sends it. Fails when it is malformed, oversized, carries a server's field, or is
    /// written in another way than [`Envelope::to_text`] writes it; an unknown type or version is no failure, nor are
    /// further fields after the body, which a newer build may add there and nowhere else.
    pub fn parse(text: &str) -> Result<Self, EnvelopeFault> {
        // Present even when null: the stamp must be the only one to carry these keys.
        fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
            serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
        }
        #[derive(Deserialize)]
        struct Reserved {
            #[serde(default, deserialize_with = "present")]
            seq: bool,
            #[serde(default, deserialize_with = "present")]
            received_ms: bool,
            #[serde(default, deserialize_with = "present")]
            flags: bool,
        }
        if text.len() > crate::MAX_EVENT_BYTES {
            return Err(EnvelopeFault::Oversized(text.len()));
        }
        let reserved: Reserved = serde_json::from_str(text)?;
        for (present, name) in [(reserved.seq, "seq"), (reserved.received_ms, "received_ms"), (reserved.flags, "flags")]
        {
            if present {
                return Err(EnvelopeFault::Reserved(name));
            }
        }
        let envelope = Self::read(text)?;
        let written = envelope.to_text()?;
        let rest = written.strip_suffix('}').and_then(|head| text.strip_prefix(head));
        // After the body JSON has only a comma, the end, or a space.
        if rest.is_some_and(|rest| rest.starts_with([',', '}'])) && text.ends_with('}') {
            Ok(envelope)
        } else {
            Err(EnvelopeFault::Spelling)
        }
    }

    /// Reads an event that was checked before: from this device's storage or the server's log.
    pub fn read(text: &str) -> Result<Self, EnvelopeFault> {
        let envelope: Self = serde_json::from_str(text)?;
        if envelope.counter == 0 || envelope.counter > i64::MAX as u64 {
            return Err(EnvelopeFault::OutOfRange("counter"));
        }
        if envelope.seen > i64::MAX as u64 {
            return Err(EnvelopeFault::OutOfRange("seen"));
        }
        Ok(envelope)
    }

    /// Reads what stands in the log, whatever that is: of what is no event to this build, what it is about, so that it
    /// can be marked there. `None` where not even that can be told.
    pub fn read_of_log(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct About {
            stream: Stream,
        }
        Self::read(text).ok().or_else(|| {
            let About { stream } = serde_json::from_str(text).ok()?;
            // Nobody else's id: what can't be read is the same only as itself.
            let id = Uuid::from_bytes(*event_hash(text).first_chunk()?);
            let (actor, body) = (None, RawValue::NULL.to_owned());
            let (kind, version) = (String::new(), 0);
            Some(Self { v: 0, id, device: id, counter: 1, seen: 0, hlc: (0, 0), actor, stream, kind, version, body })
        })
    }

    /// The sequence that its device had applied, as far as that can be: nobody has seen what comes after the place `at`
    /// that the event itself has in the log.
    pub fn seen_at(&self, at: Option<u64>) -> u64 {
        at.map_or(self.seen, |seq| self.seen.min(seq.saturating_sub(1)))
    }

    /// The event as text, as it is stored, hashed and sent.
    pub fn to_text(&self) -> Result<String, EnvelopeFault> {
        Ok(serde_json::to_string(self)?)
    }
}

/// Adds the server's stamp to an event's text.
pub fn stamp(text: &str, stamp: &Stamp) -> String {
    let stamp = serde_json::to_string(stamp).unwrap_or_default();
    let open = text.trim_end().strip_suffix('}').unwrap_or(text);
    format!("{open},{}", stamp.get(1..).unwrap_or_default())
}

/// Takes an event and the server's stamp apart. The text comes back byte for byte (but for spaces after its end).
pub fn unstamp(stamped: &str) -> Result<(String, Stamp), EnvelopeFault> {
    // The stamp is the server's own writing at the very end: nothing in it can contain this key again.
    let at = stamped.rfind(",\"seq\":").ok_or(EnvelopeFault::NoStamp)?;
    let (text, tail) = stamped.split_at(at);
    let stamp = serde_json::from_str(&format!("{{{}", tail.get(1..).unwrap_or_default()))?;
    Ok((format!("{text}}}"), stamp))
}
