//! What crosses the network or lies on a disk: the envelope of an event, the calls of `/api/v1`, limits and
//! problem types. Versioned; a shape that was shipped once is never changed, and the golden files hold every one.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod api;
pub mod blob;
pub mod body;
pub mod digest;
pub mod envelope;
pub mod erasure;
pub mod hex;
pub mod problem;

pub use blob::{BlobFault, BlobId, BlobKind};
pub use digest::Digest;
pub use envelope::{Brief, Envelope, EnvelopeFault, Flag, Stamp, Stream};
pub use problem::{Problem, ProblemType};

/// The most events in one push.
pub const MAX_PUSH_EVENTS: usize = 500;
/// The most bytes of one push, decompressed.
pub const MAX_PUSH_BYTES: usize = 1_000_000;
/// The most bytes of one event as JSON.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;
/// The most events in one page of a pull.
pub const MAX_PULL_EVENTS: usize = 5_000;
/// The longest that a pull may wait for something new, in seconds.
pub const MAX_WAIT_SECONDS: u64 = 25;
/// The most bytes of one blob.
pub const MAX_BLOB_BYTES: usize = 400_000;
/// The most pixels of a side of a blob: what it takes decoded is bounded by them, not by its bytes.
pub const MAX_BLOB_SIDE: usize = 4_096;
/// The most blobs that one call may ask about.
pub const MAX_BLOBS_ASKED: usize = 1_000;
/// How far ahead of the server's clock a device's clock counts in comparisons, in milliseconds.
pub const MAX_CLOCK_AHEAD_MS: i64 = 60_000;
/// The version of what the fold means; a snapshot made under another one is not used.
pub const FOLD_VERSION: u32 = 7;
/// Above this size bodies travel compressed, in bytes.
pub const COMPRESS_ABOVE: usize = 2_048;
