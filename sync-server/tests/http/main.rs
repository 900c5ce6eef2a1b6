//! The server over real HTTP, as its clients meet it.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod blobs;
mod bodies;
mod client;
mod crash;
mod crowd;
mod failing;
mod joining;
mod live;
mod log;
mod operating;
mod proxies;
mod site;
mod strangers;
