//! Bytes as hexadecimal digits, two for each, in small letters: what has two spellings would be two things.

use std::fmt;

/// Writes bytes so.
#[derive(Clone, Copy, Debug)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads so many bytes; `None` for any other text.
pub fn parse<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |byte, digit| Some(byte << 4 | value_of(*digit)?))?;
    }
    Some(bytes)
}

fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(Hex(&[0, 0x1f, 0xff]).to_string(), "001fff");
        assert_eq!(parse("001fff"), Some([0, 0x1f, 0xff]));
        for other in ["001fF0", "001ff", "001fff0", "+01fff", "00 1ff", "é01ff"] {
            assert_eq!(parse::<3>(other), None, "{other}");
        }
    }
}
