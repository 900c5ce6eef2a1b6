//! Blobs: pictures beside the log. A blob is bytes that never change, named by what they are; events name it by its
//! id, and it travels on calls of its own.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{MAX_BLOB_BYTES, ProblemType};

/// A blob's name: the SHA-256 of its bytes; on the wire 64 hexadecimal digits, small letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

impl BlobId {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits. Capital letters are refused: one blob has one name.
    pub fn parse(text: &str) -> Option<Self> {
        let mut id = [0; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = pair.iter().try_fold(0, |byte, digit| Some(byte << 4 | value_of(*digit)?))?;
        }
        Some(Self(id))
    }
}

fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for BlobId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a blob's id is 64 hexadecimal digits"))
    }
}

/// What kinds of pictures are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// WebP.
    Webp,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl BlobKind {
    /// The kind that the first bytes say it is, whatever anybody calls it.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Why bytes can't be a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobFault {
    /// More than [`MAX_BLOB_BYTES`].
    #[error("the picture is too large: {0} bytes")]
    TooLarge(usize),
    /// Neither WebP nor JPEG nor PNG.
    #[error("not a WebP, JPEG or PNG picture")]
    NotAPicture,
}

impl BlobFault {
    /// The problem that says so on the wire.
    pub fn problem(self) -> ProblemType {
        match self {
            Self::TooLarge(_) => ProblemType::TooLarge,
            Self::NotAPicture => ProblemType::NotAPicture,
        }
    }
}

/// The kind of bytes that may be a blob. Held on the device and on the server alike.
pub fn check(bytes: &[u8]) -> Result<BlobKind, BlobFault> {
    if bytes.len() > MAX_BLOB_BYTES {
        return Err(BlobFault::TooLarge(bytes.len()));
    }
    BlobKind::of(bytes).ok_or(BlobFault::NotAPicture)
}
