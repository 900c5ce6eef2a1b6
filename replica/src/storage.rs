//! What a device's disk must do for a replica: the [`Storage`] contract. Opaque bytes in few records, because on
//! IndexedDB a record costs, not a byte.

use std::future::Future;
use std::ops::RangeInclusive;

use crate::blobs::BlobStore;

/// A record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number: from 1, without gaps.
    pub no: u32,
    /// What it says; only the replica reads it.
    pub bytes: Vec<u8>,
}

/// A change of a replica, stored whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The journal's last number as the writer knows it; 0 while the journal is empty.
    pub expected_last: u32,
    /// New entries, numbered `expected_last + 1`, `expected_last + 2`, … Never empty: the first one's number is what tells
    /// that nobody else wrote meanwhile.
    pub entries: Vec<Vec<u8>>,
    /// Entries that are there already, with other bytes from now on: a person's data were erased from them. Their
    /// numbers are at most `expected_last`.
    pub replaced: Vec<JournalEntry>,
    /// The new device record, when it changes.
    pub device: Option<Vec<u8>>,
    /// The new checkpoint, when one is written.
    pub checkpoint: Option<CheckpointWrite>,
}

/// A checkpoint: what the journal up to some entry amounts to, so that a start reads little. Only the chunks that
/// changed since the last one are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointWrite {
    /// The number of the last journal entry that it covers (the last one of its own batch).
    pub covers: u32,
    /// The head record.
    pub head: Vec<u8>,
    /// Chunks to put, or with `None` to remove, by key. Chunks that are not named stay as they are.
    pub chunks: Vec<(u32, Option<Vec<u8>>)>,
}

/// What a start reads, all of it at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The device record, if there ever was one.
    pub device: Option<Vec<u8>>,
    /// The number of the last entry that the checkpoint covers; 0 without a checkpoint.
    pub covers: u32,
    /// The checkpoint's head record, if there ever was one.
    pub head: Option<Vec<u8>>,
    /// All chunks, by key, ascending.
    pub chunks: Vec<(u32, Vec<u8>)>,
    /// The entries after `covers`, ascending.
    pub tail: Vec<JournalEntry>,
}

/// Why storage did not do what was asked. Whatever it is, nothing that was called written is lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageFault {
    /// Another connection (another tab) wrote first; nothing was written. Read what is new and decide again.
    #[error("another tab wrote first")]
    Stale,
    /// The connection died. It is unknown whether the last write happened: reopen and look.
    #[error("the connection to the storage was closed")]
    Closed,
    /// The disk or the origin's share of it is full, or the browser says so; nothing was written.
    #[error("the storage is full")]
    Quota,
    /// The storage can't be used at all here and now, such as a blocked upgrade; nothing was written.
    #[error("the storage is not available: {0}")]
    Unavailable(String),
    /// What was read can't be what was written.
    #[error("the storage is damaged: {0}")]
    Corrupt(String),
}

/// A device's disk, as a replica needs it.
///
/// The contract, which the stories in [`crate::conformance`] check on every implementation:
///
/// - [`write`](Storage::write) is one transaction of strict durability. When it answers `Ok`, the batch is on the
///   disk and survives a crash of the process and of the machine. When it answers [`StorageFault::Closed`], the batch
///   is there whole or not at all. After any other fault nothing of it is there.
/// - If the journal already has the number `batch.expected_last + 1`, nothing is written and the answer is
///   [`StorageFault::Stale`]. (IndexedDB: `add`, never `put`, for entries; its refusal aborts the transaction.)
/// - Entries are never removed, and never changed but by `replaced`, in the same transaction as the rest of its batch.
///   Chunks, head and device record are replaced.
/// - Several connections may be open on one disk; a read sees every batch that was answered `Ok` on any of them.
/// - Bytes come back as they went in, empty ones too.
/// - Dropping the future of a write leaves the batch there whole or not at all.
///
/// Futures need not be `Send`: in a browser they aren't.
pub trait Storage: BlobStore {
    /// Reads what a start needs, at one instant.
    fn read_start(&self) -> impl Future<Output = Result<Start, StorageFault>>;

    /// Reads entries by number: ascending, ranges in ascending order and not overlapping. A number that is not there
    /// is left out; a range may end in `u32::MAX`.
    fn read_entries(
        &self,
        ranges: &[RangeInclusive<u32>],
    ) -> impl Future<Output = Result<Vec<JournalEntry>, StorageFault>>;

    /// Stores a batch whole, durably, or not at all.
    fn write(&self, batch: &Batch) -> impl Future<Output = Result<(), StorageFault>>;

    /// Opens the connection again after [`StorageFault::Closed`].
    fn reopen(&self) -> impl Future<Output = Result<(), StorageFault>>;
}
