//! A device's copy of a shop: what its disk must do, what it holds in memory, what it sends and takes, and the
//! queries that pages ask. Pure: no I/O, clock or randomness of its own.

pub mod conformance;
pub mod memory;
pub mod storage;
