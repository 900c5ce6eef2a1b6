//! What the server keeps, as a contract that every database engine fulfils (`store/conformance.rs` checks it).
//!
//! Promises of every store: a call that answered is durable; a call that failed changed nothing; sequences of a
//! shop are given inside the transaction that stores the events, without gaps, so that no reader ever sees
//! `seq = n + 1` before `n`; shops share no lock that outlives a call.

#[cfg(test)]
pub mod conformance;
pub mod plan;
pub mod sqlite;

use async_trait::async_trait;
use protocol::{BlobId, Digest, Flag, ProblemType, Stamp};
use uuid::Uuid;

use crate::limits::Joins;
use plan::{Arrival, Outcome};

/// How much is kept aside of one device: as many texts, …
pub const MOST_ASIDE: i64 = 500;
/// … and as many bytes. What it pushes beyond is answered alike, and kept by the device alone.
pub const MOST_ASIDE_BYTES: i64 = 4_000_000;

/// SHA-256 of something secret.
pub type SecretHash = [u8; 32];

/// Why the store gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database refused, is busy for too long, or cannot be reached.
    #[error("the database: {0}")]
    Database(sqlx::Error),
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The tables could not be brought to this version.
    #[error("the database's tables: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A newer version of the server wrote the database.
    #[error("a newer version of the server wrote the database")]
    Newer,
    /// An older version of the server wrote the database.
    #[error("an older version of the server wrote the database; this one brings it up to date when it starts")]
    Older,
    /// What was read is not what was written.
    #[error("the database holds an unreadable {0}")]
    Corrupt(&'static str),
}

impl From<sqlx::Error> for StoreFault {
    fn from(error: sqlx::Error) -> Self {
        /// SQLite's `SQLITE_FULL`, and `SQLITE_IOERR_SHMSIZE`: where no room is left to open a database, that comes first.
        const FULL: [&str; 2] = ["13", "4874"];
        match error.as_database_error().and_then(|error| error.code()) {
            Some(code) if FULL.contains(&&*code) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

/// A device that its credential was found for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// Its shop.
    pub shop: Uuid,
    /// The device.
    pub device: Uuid,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_seen_ms: i64,
    /// The last time of which it said that it had nothing unsent.
    pub heard_ms: Option<i64>,
}

/// A shop that attaches itself.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Hash of the set-up code it brings.
    pub setup_hash: SecretHash,
    /// The shop.
    pub shop: Uuid,
    /// The device that started it.
    pub device: Uuid,
    /// That device's two-character code.
    pub code: String,
    /// Hash of the credential it gets.
    pub credential_hash: SecretHash,
}

/// A device that joins.
#[derive(Clone, Debug)]
pub struct Join {
    /// The shop it names, or nothing: the code finds it.
    pub shop: Option<Uuid>,
    /// Hash of the pairing code it brings.
    pub code_hash: SecretHash,
    /// The device.
    pub device: Uuid,
    /// The two-character codes it may get: the first that is free.
    pub codes: Vec<String>,
    /// Hash of the credential that it says it had.
    pub former_hash: Option<SecretHash>,
    /// Hash of the credential it gets.
    pub credential_hash: SecretHash,
    /// How many devices there may be.
    pub most: Joins,
}

/// Whom a pairing code lets in, beside devices that the shop does not know and those that prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetsIn {
    /// Nobody else.
    New,
    /// This known device, and no other device at all.
    Again(Uuid),
    /// Any known device: the operator's code.
    Any,
}

/// What became of a device that wished to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is in.
    In {
        /// The shop.
        shop: Uuid,
        /// The device's two-character code.
        code: String,
        /// It was in before: what it was known by then is no good any more.
        again: bool,
    },
    /// The shop knows a device of this id, and nothing says that it is this one.
    Known,
    /// The pairing code is wrong, used by another device, or too old.
    Refused,
    /// The shop has as many devices as it may, or as many came today.
    Crowded,
    /// Every code on the list is taken.
    NoCodeFree,
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is out.
    Out,
    /// There is no such device.
    Unknown,
    /// It is the last one that is let in, and stays.
    Last,
}

/// A device, as the shop sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The device.
    pub id: Uuid,
    /// Its two-character code.
    pub code: String,
    /// When it was last heard of.
    pub last_seen_ms: i64,
    /// The greatest counter without a gap.
    pub high: u64,
    /// The last time of which it said that it had nothing unsent.
    pub heard_ms: Option<i64>,
    /// When it was let in, the last time.
    pub joined_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

/// What a push did.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The shop's last sequence.
    pub head: u64,
    /// The digest at `head`.
    pub digest: Digest,
    /// The greatest counter without a gap that is held of the device that pushed.
    pub device_high: u64,
    /// One for each arrival, in order.
    pub outcomes: Vec<Outcome>,
    /// How many of what was put aside were not kept: its device has had its share.
    pub unkept: usize,
    /// Something of what was stored was erased at once: its text in the log is not the one that came.
    pub erased: bool,
}

/// Where a shop's log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last sequence.
    pub seq: u64,
    /// The digest there.
    pub digest: Digest,
}

/// What part of the log to read.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The sequence after which it begins.
    pub after: u64,
    /// The most events.
    pub limit: usize,
    /// Stop after the event that passes this many bytes of text.
    pub bytes: usize,
    /// Leave out the texts of this device's events.
    pub brief: Option<Uuid>,
}

/// A part of the log, in sequence and without gaps.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events.
    pub events: Vec<Kept>,
    /// Where the log ends.
    pub head: Head,
    /// The digest at the last of these events, or at the sequence after which there are none.
    pub digest: Digest,
}

/// An event of the log.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// The server's stamp.
    pub stamp: Stamp,
    /// Its text as its device wrote it (where it was erased, what is left of it), unless it was to be left out.
    pub text: Option<String>,
}

/// An event that was kept aside.
#[derive(Clone, Debug)]
pub struct Aside {
    /// Its place among those that were.
    pub no: i64,
    /// The device that pushed it.
    pub device: Uuid,
    /// Its id, where one could be read.
    pub event: Option<Uuid>,
    /// Why.
    pub kind: ProblemType,
    /// Why, in words.
    pub detail: Option<String>,
    /// When.
    pub received_ms: i64,
    /// What was pushed; of more than [`protocol::MAX_EVENT_BYTES`] the beginning.
    pub text: String,
    /// How many bytes were pushed.
    pub bytes: u64,
}

/// The store. See the module for what each call promises; `now` is the server's time in milliseconds since 1970.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The database's epoch: drawn when it was created.
    async fn epoch(&self) -> Result<Uuid, StoreFault>;
    /// Replaces the epoch, after the data were restored from a copy.
    async fn renew_epoch(&self, epoch: Uuid) -> Result<(), StoreFault>;
    /// Whether it answers, and writes.
    async fn ready(&self) -> Result<(), StoreFault>;
    /// Finishes what was begun and lets go of the files.
    async fn close(&self);

    /// Makes this the set-up code, unless a shop has claimed the server: then false.
    async fn offer_setup(&self, setup_hash: &SecretHash) -> Result<bool, StoreFault>;
    /// The shop that claimed the server.
    async fn claimed(&self) -> Result<Option<Uuid>, StoreFault>;
    /// Attaches a shop if the code is right and no other shop came before. The same device may repeat it with the same
    /// code for ten minutes, until it has pushed something, and gets the new credential. False: refused.
    async fn claim(&self, claim: &Claim, now: i64) -> Result<bool, StoreFault>;

    /// Keeps a pairing code that a device drew, or the operator; false when it is in use already. Those that are too old
    /// go.
    async fn add_pairing(
        &self,
        shop: Uuid,
        code_hash: &SecretHash,
        lets_in: LetsIn,
        by: Option<Uuid>,
        expires_ms: i64,
        now: i64,
    ) -> Result<bool, StoreFault>;
    /// Lets a device in. The same device may repeat it with the same code while that lives and it has pushed nothing
    /// since. One that was in before keeps its two-character code; it has to prove that it is that device, or the code
    /// was drawn for it.
    async fn join(&self, join: &Join, now: i64) -> Result<Joined, StoreFault>;
    /// Whose credential this is; nothing when there is none or it was revoked.
    async fn by_credential(&self, credential_hash: &SecretHash) -> Result<Option<KnownDevice>, StoreFault>;
    /// Notes that a device was heard of.
    async fn seen(&self, shop: Uuid, device: Uuid, now: i64) -> Result<(), StoreFault>;
    /// Notes when a device had nothing unsent.
    async fn idle(&self, shop: Uuid, device: Uuid, idle_ms: i64) -> Result<(), StoreFault>;
    /// All devices of a shop, by code.
    async fn devices(&self, shop: Uuid) -> Result<Vec<Device>, StoreFault>;
    /// Takes a device's credential away, and every pairing code it used, or drew and nobody used; that of the last one
    /// which has one only with `even_last`.
    async fn revoke(&self, shop: Uuid, device: Uuid, even_last: bool, now: i64) -> Result<Revoked, StoreFault>;

    /// Puts arrivals at the end of the log, in one transaction, by the rules of [`plan`]. Where a person's stream asks
    /// to be erased, the bodies of its events go in the same transaction, those that come later too, unless who made
    /// them knew; ids, sequences, hashes and digests stay.
    async fn append(&self, shop: Uuid, device: Uuid, arrivals: Vec<Arrival>, now: i64) -> Result<Appended, StoreFault>;
    /// Where the log ends.
    async fn head(&self, shop: Uuid) -> Result<Head, StoreFault>;
    /// A part of the log.
    async fn page(&self, shop: Uuid, range: Range) -> Result<Page, StoreFault>;
    /// What was kept aside, the newest first, of those before a place: at most `limit`, ending after the one that passes
    /// this many bytes of text.
    async fn quarantined(
        &self,
        shop: Uuid,
        before: Option<i64>,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Aside>, StoreFault>;

    /// Keeps a blob, whose name the caller has checked; whether it is new.
    async fn keep_blob(&self, shop: Uuid, device: Uuid, id: BlobId, bytes: &[u8], now: i64)
    -> Result<bool, StoreFault>;
    /// A blob of the shop.
    async fn blob(&self, shop: Uuid, id: BlobId) -> Result<Option<Vec<u8>>, StoreFault>;
    /// Those of the ids under which the shop has no blob, in their order.
    async fn missing_blobs(&self, shop: Uuid, ids: &[BlobId]) -> Result<Vec<BlobId>, StoreFault>;
}

/// Flags as the bits that are stored.
pub fn flag_bits(flags: &[Flag]) -> i64 {
    flags.iter().fold(0, |bits, flag| {
        bits | match flag {
            Flag::ClonedDevice => 1,
            Flag::ClockAhead => 2,
            Flag::Unknown => 0,
        }
    })
}

/// Stored bits as flags.
pub fn flags_of(bits: i64) -> Vec<Flag> {
    [(1, Flag::ClonedDevice), (2, Flag::ClockAhead)]
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, flag)| flag)
        .collect()
}
