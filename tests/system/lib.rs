//! Whole-system tests: real replicas, the real server over real HTTP, real orders; and a simulator in which everything
//! that can go wrong does.
#![cfg(test)]

mod chance;
mod identity;
mod invoices;
mod net;
mod simulator;
mod tablet;
