//! A hardware scanner is a keyboard that types fast and ends with Enter. This tells it from a person's hands.

/// A scanner needs at most this for a key, milliseconds, on the average: a tablet may be busy now and then. Hands need
/// longer.
const QUICK_MS: i64 = 80;
/// After this, whatever came before is no part of a code.
const PAUSE_MS: i64 = 300;
/// Shorter than this is nobody's code.
const LEAST: usize = 4;

/// What a key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing in itself: it may be the beginning of a code, or a person's typing.
    Nothing,
    /// A code begins: what a field held before this key is what it is to hold after the code.
    Begun,
    /// A code was scanned.
    Code(String),
}

/// Listens to keys.
#[derive(Clone, Debug, Default)]
pub struct Wedge {
    keys: String,
    first_ms: i64,
    last_ms: i64,
}

impl Wedge {
    /// Hears a key, as the browser names it, at a moment of the page's own clock in milliseconds.
    pub fn key(&mut self, key: &str, at_ms: i64) -> Heard {
        let is_on = at_ms.saturating_sub(self.last_ms) <= PAUSE_MS;
        let mut letters = key.chars();
        let letter = match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_control() => Some(letter),
            _ => None,
        };
        match (key, letter) {
            ("Enter", _) => {
                let code = std::mem::take(&mut self.keys);
                let count = code.chars().count();
                let took = at_ms.saturating_sub(self.first_ms);
                let is_quick = i64::try_from(count).is_ok_and(|count| took <= count.saturating_mul(QUICK_MS));
                if is_on && is_quick && count >= LEAST { Heard::Code(code) } else { Heard::Nothing }
            }
            // Scanners press Shift for capitals.
            ("Shift" | "CapsLock", _) => Heard::Nothing,
            (_, Some(letter)) => {
                let begins = !is_on || self.keys.is_empty();
                if begins {
                    self.keys.clear();
                    self.first_ms = at_ms;
                }
                self.keys.push(letter);
                self.last_ms = at_ms;
                if begins { Heard::Begun } else { Heard::Nothing }
            }
            _ => {
                self.keys.clear();
                Heard::Nothing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types keys, each `gap` milliseconds after the one before; says what the last of them meant.
    fn typed(wedge: &mut Wedge, keys: &str, gap: i64, mut at: i64) -> Heard {
        for key in keys.chars() {
            at += gap;
            wedge.key(&key.to_string(), at);
        }
        wedge.key("Enter", at + gap)
    }

    #[test]
    fn a_scanner_is_told_from_hands() {
        let mut wedge = Wedge::default();
        assert_eq!(typed(&mut wedge, "6901234567892", 8, 1_000), Heard::Code("6901234567892".to_owned()));
        assert_eq!(typed(&mut wedge, "6901234567892", 120, 5_000), Heard::Nothing);
        assert_eq!(typed(&mut wedge, "450", 8, 10_000), Heard::Nothing, "too short for a code");
        for (at, key) in [0, 10, 20, 180, 190, 200, 210, 220].into_iter().zip("69012345".chars()) {
            wedge.key(&key.to_string(), 20_000 + at);
        }
        assert_eq!(wedge.key("Enter", 20_230), Heard::Code("69012345".to_owned()), "the tablet was busy for a moment");
    }

    #[test]
    fn what_hands_typed_before_is_no_part_of_the_code() {
        let mut wedge = Wedge::default();
        assert_eq!(wedge.key("4", 100), Heard::Begun);
        assert_eq!(wedge.key("5", 500), Heard::Begun);
        assert_eq!(typed(&mut wedge, "TEA-50", 10, 2_000), Heard::Code("TEA-50".to_owned()));
        assert_eq!(wedge.key("Enter", 2_100), Heard::Nothing, "said once");
    }

    #[test]
    fn keys_that_write_nothing_end_it_but_shift_does_not() {
        let mut wedge = Wedge::default();
        for (at, key) in ["A", "b", "Shift", "C", "1"].into_iter().enumerate() {
            wedge.key(key, 10 * i64::try_from(at).unwrap());
        }
        assert_eq!(wedge.key("Enter", 60), Heard::Code("AbC1".to_owned()));
        for (at, key) in ["1", "2", "3", "4", "ArrowLeft"].into_iter().enumerate() {
            wedge.key(key, 100 + 10 * i64::try_from(at).unwrap());
        }
        assert_eq!(wedge.key("Enter", 160), Heard::Nothing);
    }
}
