//! The digest of a log: a chain over the hashes of its events, so that two holders of the same sequence can compare
//! a few bytes and know that they hold the same events in the same order.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex::{self, Hex};

/// The hash of one event's text.
pub type EventHash = [u8; 32];

/// The hash of an event's text as its device wrote it.
pub fn event_hash(text: &str) -> EventHash {
    Sha256::digest(text.as_bytes()).into()
}

/// The digest of a log up to some sequence; on the wire 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// The digest of the log with one more event.
    #[must_use]
    pub fn then(self, hash: &EventHash) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(hash);
        let long: [u8; 32] = hasher.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(long.split_at(16).0);
        Self(short)
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex::parse(text).map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a digest is 32 hexadecimal digits"))
    }
}
