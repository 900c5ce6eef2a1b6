//! A device's copy of a shop: what its disk must do, what it holds in memory, what it sends and takes, and the
//! queries that pages ask. Pure: no I/O, clock or randomness of its own.

mod codec;
pub mod conformance;
mod entry;
mod index;
pub mod memory;
mod outbox;
pub mod storage;

pub use codec::Damaged;
pub use index::{Counts, Filter, Sums};
