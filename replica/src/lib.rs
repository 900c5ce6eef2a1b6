//! A device's copy of a shop: what its disk must do, what it holds in memory, what it sends and takes, and the
//! queries that pages ask. Pure: no I/O, clock or randomness of its own.
#![warn(clippy::wildcard_enum_match_arm)]

mod blob_sync;
pub mod blobs;
mod cache;
pub mod client;
pub mod clock;
mod codec;
pub mod conformance;
mod device;
mod entry;
mod index;
pub mod memory;
mod outbox;
mod records;
mod replica;
pub mod storage;
pub mod sync;

pub use client::Client;
pub use codec::Damaged;
pub use device::{Credential, Device, PastIdentity};
pub use index::{Counts, Facet, Filter, Pasted, Sort, SortBy, Sums, pasted};
pub use replica::{
    Act, ActContext, ActFault, AskedCount, AskedMove, Erasing, Intake, LoadFault, Loaded, MissingEntries, Outgoing,
    Page, Prepared, Quarantined, Replica, SyncFault,
};
