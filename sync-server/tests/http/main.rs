//! The server over real HTTP, as its clients meet it.

mod bodies;
mod client;
mod crash;
mod joining;
mod live;
mod log;
mod site;
