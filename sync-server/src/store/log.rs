//! The log of a shop.

use async_trait::async_trait;
use protocol::{Digest, Flag, Stamp};
use uuid::Uuid;

use super::StoreFault;
use super::plan::{Arrival, Outcome};

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

/// The logs of the shops.
#[async_trait]
pub trait LogStore: Send + Sync + 'static {
    /// Puts arrivals at the end of the log, in one transaction, by the rules of [`super::plan`]. Where a person's stream
    /// asks to be erased, the bodies of its events go in the same transaction, those that come later too, unless who
    /// made them knew; ids, sequences, hashes and digests stay.
    async fn append(&self, shop: Uuid, device: Uuid, arrivals: Vec<Arrival>, now: i64) -> Result<Appended, StoreFault>;
    /// Where the log ends.
    async fn head(&self, shop: Uuid) -> Result<Head, StoreFault>;
    /// A part of the log.
    async fn page(&self, shop: Uuid, range: Range) -> Result<Page, StoreFault>;
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
