//! The calls of `/api/v1` and their answers.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{BlobId, Digest, Problem};

/// Answer of `GET hello`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// Changes with every creation and restore of the database.
    pub epoch: Uuid,
    /// The server's time, in milliseconds since 1970.
    pub server_time: i64,
    /// What one call may carry.
    pub limits: Limits,
    /// The oldest envelope version that the server takes.
    pub min_client: u32,
    /// See [`crate::FOLD_VERSION`].
    pub fold_version: u32,
}

/// What one call may carry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Events in a push.
    pub push_events: usize,
    /// Bytes in a push, decompressed.
    pub push_bytes: usize,
    /// Bytes of an event.
    pub event_bytes: usize,
    /// Events in a page of a pull.
    pub pull_events: usize,
    /// Seconds that a pull may wait.
    pub wait_seconds: u64,
    /// Bytes of a blob; 0 of a server that keeps none.
    #[serde(default)]
    pub blob_bytes: usize,
}

/// Body of `POST shops`: attaches a shop that began on a device. Repeating it with the same shop and device before
/// anything was pushed gives a new credential, so that a lost answer can be asked for again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimShop {
    /// The server's one-time set-up code.
    pub setup_code: String,
    /// The shop's id, drawn by the device that started it.
    pub shop: Uuid,
    /// The device.
    pub device: Uuid,
    /// The device's two-character code.
    pub code: String,
}

/// Answer of `POST shops`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claimed {
    /// The shop.
    pub shop: Uuid,
    /// The device's credential: 64 hexadecimal digits, sent as `Authorization: Bearer`.
    pub credential: String,
}

/// Body of `POST devices` (the code alone finds the shop) and of `POST shops/{shop}/devices`. The same device may
/// repeat it with the same code while that lives, and gets a new credential: a lost answer can be asked for again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JoinShop {
    /// The pairing code: eight digits, spaces ignored.
    pub pairing_code: String,
    /// The device that joins.
    pub device: Uuid,
    /// The code it would like to keep, or nothing.
    pub code: Option<String>,
    /// The credential that it had, where it was in before: proof that it is that device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// Answer of joining.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Joined {
    /// The shop.
    pub shop: Uuid,
    /// The device.
    pub device: Uuid,
    /// The device's two-character code: the one it asked for, or another when that is taken.
    pub code: String,
    /// The device's credential.
    pub credential: String,
}

/// Body of `POST shops/{shop}/pairing`; none at all means the same as an empty one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AskPairing {
    /// The one known device that the code is to let in again, without a proof that it is that device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Uuid>,
}

/// Answer of `POST shops/{shop}/pairing`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pairing {
    /// Eight digits.
    pub code: String,
    /// When it ends, in the server's time, milliseconds since 1970.
    pub expires_ms: i64,
}

/// Body of `POST shops/{shop}/push`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Push {
    /// The device that pushes.
    pub device: Uuid,
    /// Events as their devices wrote them.
    pub events: Vec<Box<RawValue>>,
}

/// Answer of `GET shops/{shop}/devices`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Devices {
    /// All that ever joined, by code.
    pub devices: Vec<DeviceEntry>,
    /// The shop's last sequence, read after them: what they had sent when they were heard is in the log up to here.
    #[serde(default)]
    pub head: u64,
}

/// A device of the shop, as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEntry {
    /// The device.
    pub id: Uuid,
    /// Its two-character code.
    pub code: String,
    /// When it was last heard of, to the minute, in the server's time.
    pub last_seen_ms: i64,
    /// The greatest counter without a gap that the server holds of it.
    pub pushed: u64,
    /// The last time, by the server's clock, of which it said that it had nothing unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_ms: Option<i64>,
    /// When it was let in, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_ms: Option<i64>,
    /// When its credential was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_ms: Option<i64>,
}

/// Answer of `GET shops/{shop}/quarantine?before=NO`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quarantine {
    /// What was kept aside, the newest first, 500 or a megabyte at most.
    pub events: Vec<QuarantinedEvent>,
    /// Where the next page begins; nothing: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
}

/// Something a device pushed that is not in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuarantinedEvent {
    /// The device that pushed it.
    pub device: Uuid,
    /// Its id, where one could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Why it was kept aside.
    pub problem: Problem,
    /// When it was first pushed, in the server's time.
    pub received_ms: i64,
    /// What was pushed, byte for byte; of more than [`crate::MAX_EVENT_BYTES`] the beginning.
    pub text: String,
    /// How many bytes were pushed; 0 where a server does not say.
    #[serde(default)]
    pub bytes: u64,
}

/// Answer of a push.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pushed {
    /// The database's epoch.
    pub epoch: Uuid,
    /// The shop's last sequence.
    pub head: u64,
    /// The server's time, milliseconds since 1970.
    pub server_time: i64,
    /// The greatest counter without a gap that the server holds of this device.
    pub device_high: u64,
    /// One for each event, in order.
    pub results: Vec<PushResult>,
}

/// What became of one event of a push.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushResult {
    /// The event's id; nil where none could be read.
    pub id: Uuid,
    /// What became of it.
    pub status: PushStatus,
    /// Its sequence, when it is in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The time the server first received it, when it is in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_ms: Option<i64>,
    /// What the server noticed, when it is in the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<crate::Flag>,
    /// Why it was quarantined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of one event of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushStatus {
    /// New, and in the log.
    Stored,
    /// In the log already, with the same text.
    Duplicate,
    /// Kept aside and shown to the owner; not in the log.
    Quarantined,
}

/// Answer of `GET shops/{shop}/pull?after=N&limit=L&wait=S&own=brief&idle=true&epoch=E`. A page may hold fewer events
/// than `limit`: there is more as long as `next < head`. `idle=true`: the device has nothing unsent, as far as it knows
/// of the log of this epoch; of another, it says nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pulled {
    /// The database's epoch.
    pub epoch: Uuid,
    /// Stamped events (see [`crate::envelope::unstamp`]) in sequence; with `own=brief` the caller's own events as
    /// [`crate::Brief`].
    pub events: Vec<Box<RawValue>>,
    /// The sequence of the last event of this page, or `after`.
    pub next: u64,
    /// The shop's last sequence.
    pub head: u64,
    /// Below this the log is gone and a snapshot is needed; 0 while everything is there.
    pub floor: u64,
    /// The digest at `next`.
    pub digest: Digest,
    /// The server's time, milliseconds since 1970.
    pub server_time: i64,
}

/// Answer of `PUT shops/{shop}/blobs/{id}`, whether the blob is new there (201) or was there already (200).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobKept {
    /// The blob.
    pub id: BlobId,
    /// The database's epoch: what it keeps, it keeps as long as that stays.
    pub epoch: Uuid,
}

/// Body of `POST shops/{shop}/blobs/missing`: at most [`crate::MAX_BLOBS_ASKED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskBlobs {
    /// What is asked about.
    pub ids: Vec<BlobId>,
}

/// Answer of `POST shops/{shop}/blobs/missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingBlobs {
    /// Those that the server does not hold, in the order of the question.
    pub missing: Vec<BlobId>,
    /// The database's epoch.
    pub epoch: Uuid,
}

/// First message of the client on `GET shops/{shop}/live`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LiveHello {
    /// The device's credential.
    pub credential: String,
}

/// A message of the server on `live`: the first at once, without events, to say where the log ends; then one for each
/// push. To the device that pushed it goes without events.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poke {
    /// The shop's last sequence.
    pub head: u64,
    /// The database's epoch.
    pub epoch: Uuid,
    /// The server's time, milliseconds since 1970.
    pub server_time: i64,
    /// The new events up to `head`, stamped, when they are few; otherwise pull.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Box<RawValue>>,
    /// The digest at `head`.
    pub digest: Digest,
}
