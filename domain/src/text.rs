//! Texts that people type: trimmed, without control characters, and not longer than fits.

/// The longest name, phone, item, specification or tracking number, in characters.
pub const SHORT: usize = 200;
/// The longest note, address or reason, in characters.
pub const LONG: usize = 1_000;
/// The most lines of an order.
pub const MAX_LINES: usize = 1_000;

/// A text is longer than fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{length} characters, at most {max} fit")]
pub struct TooLong {
    /// How many were typed.
    pub length: usize,
    /// How many fit.
    pub max: usize,
}

/// Reads a text: trimmed, control characters and line breaks become spaces.
pub fn parse(typed: &str, max: usize) -> Result<String, TooLong> {
    let text: String = typed.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let length = text.chars().count();
    if length > max { Err(TooLong { length, max }) } else { Ok(text) }
}
