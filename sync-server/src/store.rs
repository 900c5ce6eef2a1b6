//! What the server keeps, as a contract that every database engine fulfils (`store/conformance.rs` checks it).
//!
//! Promises of every store: a call that answered is durable; a call that failed changed nothing; sequences of a
//! shop are given inside the transaction that stores the events, without gaps, so that no reader ever sees
//! `seq = n + 1` before `n`; shops share no lock that outlives a call. `now` is the server's time in milliseconds since
//! 1970.

pub mod blobs;
#[cfg(test)]
pub mod conformance;
pub mod devices;
pub mod lifecycle;
pub mod log;
pub mod pairing;
pub mod plan;
pub mod quarantine;
pub mod sqlite;

use blobs::BlobStore;
use devices::DeviceStore;
use lifecycle::LifecycleStore;
use log::LogStore;
use pairing::PairingStore;
use quarantine::QuarantineStore;

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

/// A whole store: every subject's calls.
pub trait Store: LifecycleStore + PairingStore + DeviceStore + LogStore + QuarantineStore + BlobStore {}

impl<T: LifecycleStore + PairingStore + DeviceStore + LogStore + QuarantineStore + BlobStore> Store for T {}
