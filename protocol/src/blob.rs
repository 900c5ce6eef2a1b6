//! Blobs: pictures beside the log. A blob is bytes that never change, named by what they are; events name it by its
//! id, and it travels on calls of its own.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex::{self, Hex};
use crate::{MAX_BLOB_BYTES, MAX_BLOB_SIDE, ProblemType};

/// A blob's name: the SHA-256 of its bytes; on the wire 64 hexadecimal digits, small letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

impl BlobId {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex::parse(text).map(Self)
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
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
    /// A side has more than [`MAX_BLOB_SIDE`] pixels.
    #[error("the picture is too large: {0} × {1} pixels")]
    TooWide(usize, usize),
    /// Neither WebP nor JPEG nor PNG.
    #[error("not a WebP, JPEG or PNG picture")]
    NotAPicture,
}

impl BlobFault {
    /// The problem that says so on the wire.
    pub fn problem(self) -> ProblemType {
        match self {
            Self::TooLarge(_) | Self::TooWide(..) => ProblemType::TooLarge,
            Self::NotAPicture => ProblemType::NotAPicture,
        }
    }
}

/// The kind of bytes that may be a blob. Held on the device and on the server alike.
pub fn check(bytes: &[u8]) -> Result<BlobKind, BlobFault> {
    if bytes.len() > MAX_BLOB_BYTES {
        return Err(BlobFault::TooLarge(bytes.len()));
    }
    let kind = BlobKind::of(bytes).ok_or(BlobFault::NotAPicture)?;
    match sides(bytes) {
        Some((width, height)) if width.max(height) <= MAX_BLOB_SIDE => Ok(kind),
        Some((width, height)) => Err(BlobFault::TooWide(width, height)),
        None => Err(BlobFault::NotAPicture),
    }
}

/// Width and height that the head of a WebP, JPEG or PNG says it has, in pixels. Strict, where common readers skip what
/// they do not know: what a browser would read otherwise is refused.
pub fn sides(bytes: &[u8]) -> Option<(usize, usize)> {
    let big = |at: usize| Some(usize::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)));
    let little = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
    let (width, height) = match BlobKind::of(bytes)? {
        BlobKind::Png => {
            let is_head = bytes.get(8..16) == Some(b"\0\0\0\x0dIHDR");
            let side = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
            is_head.then_some((side(16)?, side(20)?))?
        }
        BlobKind::Jpeg => {
            // Segments of a length each, up to the frame's.
            let mut at = 2;
            loop {
                match bytes.get(at..at + 2)? {
                    [0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf] => {
                        break (big(at + 7)?, big(at + 5)?);
                    }
                    [0xff, 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe] => {
                        at += 2 + big(at + 2).filter(|length| *length >= 2)?
                    }
                    _ => return None,
                }
            }
        }
        BlobKind::Webp => match bytes.get(12..16)? {
            b"VP8X" => ((little(24)? & 0xff_ffff) + 1, (little(26)? >> 8) + 1),
            b"VP8L" if bytes.get(20) == Some(&0x2f) => {
                let both = little(21)?;
                ((both & 0x3fff) + 1, (both >> 14 & 0x3fff) + 1)
            }
            b"VP8 " if bytes.get(23..26) == Some(b"\x9d\x01\x2a") => {
                let both = little(26)?;
                (both & 0x3fff, both >> 16 & 0x3fff)
            }
            _ => return None,
        },
    };
    (width > 0 && height > 0).then_some((width, height))
}
