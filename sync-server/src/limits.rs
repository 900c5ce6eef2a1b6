//! What strangers, tablets and shops may cost: every bound on connections, times, bytes and numbers, in one place.
//! `docs/limits.md` says what they come to. Tests hand in smaller ones.

use std::time::Duration;

/// Bounds of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections in all; fewer where the process may not open as many files.
    pub connections: usize,
    /// Connections from one address (of IPv6, one /64), where no proxy stands in front.
    pub connections_per_address: usize,
    /// Connections of one device, where no proxy stands in front.
    pub connections_per_device: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// How long a connection may be silent, or be at a request's head.
    pub head: Duration,
    /// How long a body may bring nothing.
    pub body: Duration,
    /// How long a call may take, with its body: longer than any patience of a tablet.
    pub call: Duration,
    /// How long an answer may lie unread.
    pub unread: Duration,
    /// How long a stop waits for calls that were begun.
    pub stop: Duration,
    /// Bytes of a body of someone who has no credential yet.
    pub stranger_body: usize,
    /// Live sockets that have not said who they are, in all.
    pub strange_sockets: usize,
    /// Live sockets that have not said who they are, of one address.
    pub strange_sockets_per_address: usize,
    /// Live sockets of one device.
    pub sockets_per_device: usize,
    /// Pages of the log in memory for one device, until it has read them.
    pub pages_per_device: usize,
    /// Pulls of one device that wait for news.
    pub waits_per_device: usize,
    /// Bodies with events or pictures in memory for one device.
    pub uploads_per_device: usize,
    /// Pictures in memory for one device, until it has read them.
    pub pictures_per_device: usize,
    /// How many devices a shop may have.
    pub joins: Joins,
    /// What may be drawn and stored.
    pub budgets: Budgets,
}

/// How many devices may be in a shop, and come new within a day. A code that the operator drew goes beyond them.
#[derive(Clone, Copy, Debug)]
pub struct Joins {
    /// Devices that have access, of a shop.
    pub devices: usize,
    /// New devices within a day, let in by the codes of one device.
    pub of_device: usize,
    /// New devices within a day, of a shop.
    pub of_shop: usize,
}

/// What a device, and all of a shop together, may draw and store: so much at once, and as much again a day.
#[derive(Clone, Copy, Debug)]
pub struct Budgets {
    /// Bytes of pictures, of a device.
    pub picture_bytes: u64,
    /// Bytes of events, of a device.
    pub event_bytes: u64,
    /// Pairing codes, of a device.
    pub pairing_codes: u64,
    /// How many times that a shop has.
    pub shop: u64,
}

const MB: u64 = 1_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_000,
            connections_per_address: 500,
            connections_per_device: 32,
            head_bytes: 32 * 1024,
            headers: 64,
            head: Duration::from_secs(10),
            body: Duration::from_secs(20),
            call: Duration::from_secs(120),
            unread: Duration::from_secs(30),
            stop: Duration::from_secs(3),
            stranger_body: 4 * 1024,
            strange_sockets: 256,
            strange_sockets_per_address: 64,
            sockets_per_device: 4,
            pages_per_device: 2,
            waits_per_device: 64,
            uploads_per_device: 2,
            pictures_per_device: 8,
            joins: Joins { devices: 100, of_device: 20, of_shop: 40 },
            // 5,000 products with a picture each of the largest size; a log of half a million events offered again.
            budgets: Budgets { picture_bytes: 2_000 * MB, event_bytes: 250 * MB, pairing_codes: 500, shop: 4 },
        }
    }
}
