//! The calls, a file each: read the request, ask the store, write the answer.

pub mod blobs;
pub mod claim;
pub mod devices;
pub mod health;
pub mod hello;
pub mod join;
pub mod live;
pub mod pairing;
pub mod pull;
pub mod push;
pub mod quarantine;
