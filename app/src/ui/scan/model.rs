//! A hardware scanner is a keyboard that types fast and mostly ends with Enter or Tab. This tells it from hands by the
//! times of the keys alone. Pure: the keys and their times are handed in.

/// So long after a key, a scanner would have gone on: hands did, or the tablet was busy. Milliseconds.
const SLOW_MS: i64 = 100;
/// A scanner needs at most this for a key on the average: hands need longer.
const QUICK_MS: i64 = 80;
/// A word of letters alone may be typed by quick hands; a code of letters that nothing has is told by this.
const WORD_MS: i64 = 45;
/// Where nothing ends a code, it is told by this.
const ENDLESS_MS: i64 = 50;
/// Where a key is pressed before the one before it is let go, hands did it; or a scanner faster than any.
const OVERLAP_MS: i64 = 20;
/// After this, whatever came before is no part of a code.
const PAUSE_MS: i64 = 300;
/// So long after the last key a code is over that nothing ends.
pub const END_MS: i64 = 250;
/// An Enter or a Tab so soon after a code belongs to it: scanners end with two, or later than a pause.
const TAIL_MS: i64 = 250;
/// The same after a code that a pause ended.
const LATE_TAIL_MS: i64 = 600;
/// Shorter than this is a code only where something has it.
const LEAST: usize = 4;
/// Shorter than this is a code that nothing ends only where something has it.
const LEAST_ENDLESS: usize = 6;
/// The shortest code that nothing ends and something has.
const LEAST_KNOWN: usize = 3;
/// More than this is kept of nothing.
const MOST: usize = 4_096;

/// What a key does for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It writes a sign.
    Sign(char),
    /// Enter, Tab or what a scanner sends for them.
    End,
    /// Shift and its like: nothing by themselves.
    Mute,
    /// What announces a code, by the setting.
    Prefix,
    /// Anything else.
    Other,
}

/// A key that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// What it does.
    pub key: Key,
    /// When, by the event's own clock, milliseconds.
    pub at_ms: i64,
    /// It repeats because it is held.
    pub is_held: bool,
    /// The sign before it was not let go yet.
    pub overlaps: bool,
}

/// A code that was told from typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The code.
    pub text: String,
    /// So many of the last keys that wrote are its own, with what announced it.
    pub keys: usize,
}

/// What a key meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanResult {
    /// The code that it ended.
    pub found: Option<Found>,
    /// The key is a scanner's: it does nothing on the page.
    pub is_taken: bool,
    /// Keys before this one are no part of what may be a code: so many that may be are kept, this one with them.
    pub kept: usize,
    /// A code is likely under way: keys that press or choose must not.
    pub is_likely: bool,
}

#[derive(Clone, Copy, Debug)]
struct Heading {
    sign: Option<char>,
    at_ms: i64,
    overlaps: bool,
}

/// Listens to keys.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    keys: Vec<Heading>,
    /// Until when an Enter or a Tab belongs to the code before it.
    tail_ms: Option<i64>,
}

/// What is known of a text: whether something has it as a code, and whether its own check digit vouches for it.
pub trait Knows {
    /// Something has this code.
    fn has(&self, text: &str) -> bool;
    /// Its own form says that it is a whole code.
    fn is_whole(&self, text: &str) -> bool;
}

/// What parts the fields of a GS1 code (General Specifications, 7.8.3). No key writes it: scanners send others for it.
pub const SEPARATOR: char = '\u{1d}';

/// What keys write on the American keyboard, which scanners are made for: alone, and with Shift.
const AMERICAN: [(&str, [char; 2]); 9] = [
    ("Minus", ['-', '_']),
    ("Slash", ['/', '?']),
    ("Period", ['.', '>']),
    ("Comma", [',', '<']),
    ("Semicolon", [';', ':']),
    ("Quote", ['\'', '"']),
    ("Equal", ['=', '+']),
    ("BracketLeft", ['[', '{']),
    ("BracketRight", [']', '}']),
];

/// What a key writes on the American keyboard, by its place.
pub fn american(place: &str, is_shifted: bool) -> Option<char> {
    if let Some((_, [alone, shifted])) = AMERICAN.iter().find(|(of, _)| *of == place) {
        return Some(if is_shifted { *shifted } else { *alone });
    }
    let (kind, sign) = place.split_at_checked(place.len().checked_sub(1)?)?;
    let sign = sign.chars().next()?;
    match kind {
        "Digit" if is_shifted => ")!@#$%^&*(".chars().nth(sign.to_digit(10)? as usize),
        "Digit" | "Numpad" => Some(sign),
        "Key" => Some(if is_shifted { sign } else { sign.to_ascii_lowercase() }),
        _ => None,
    }
}

/// The code that a scanner meant on a tablet that is set to another keyboard than it is (AZERTY writes `&é"` for 123,
/// QWERTZ a z for a y): as it was written, unless only the keys' places make a code of it.
pub fn meant(written: String, american: &str, knows: &dyn Knows) -> String {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|sign| sign.is_ascii_digit());
    let is_garbled = is_number(american) && !written.chars().any(|sign| sign.is_numeric());
    let is_american = knows.has(american) || is_garbled || (knows.is_whole(american) && !knows.is_whole(&written));
    if is_american && !knows.has(&written) { american.to_owned() } else { written }
}

impl Ear {
    /// Hears a key.
    pub fn key(&mut self, stroke: &Stroke, knows: &dyn Knows) -> ScanResult {
        let mut heard = match stroke.key {
            Key::End => self.end(stroke, knows),
            Key::Mute => ScanResult::default(),
            _ if stroke.is_held => self.forget(),
            Key::Sign(sign) => self.sign(Some(sign), stroke, knows),
            Key::Prefix => self.sign(None, stroke, knows),
            Key::Other => self.forget(),
        };
        heard.kept = self.keys.len();
        heard
    }

    /// Nothing was pressed for [`END_MS`]: a code that nothing ends is over.
    pub fn paused(&mut self, at_ms: i64, knows: &dyn Knows) -> Option<Found> {
        let last = self.keys.last()?.at_ms;
        if at_ms.saturating_sub(last) < END_MS {
            return None;
        }
        let found = self.endless(knows);
        if found.is_some() {
            self.tail_ms = Some(last.saturating_add(LATE_TAIL_MS));
        }
        self.keys.clear();
        found
    }

    fn forget(&mut self) -> ScanResult {
        self.keys.clear();
        self.tail_ms = None;
        ScanResult::default()
    }

    fn sign(&mut self, sign: Option<char>, stroke: &Stroke, knows: &dyn Knows) -> ScanResult {
        self.tail_ms = None;
        let gap = self.keys.last().map(|last| stroke.at_ms.saturating_sub(last.at_ms));
        let is_on = gap.is_some_and(|gap| gap <= PAUSE_MS);
        // Another code begins where nothing ended the one before.
        let is_anew = sign.is_none() || gap.is_some_and(|gap| gap >= END_MS);
        let found = if is_anew { self.endless(knows) } else { None };
        if !is_on || is_anew && (found.is_some() || sign.is_none()) || self.keys.len() >= MOST {
            self.keys.clear();
        }
        let is_likely = self.keys.iter().any(|key| key.sign.is_none()) || gap.is_some_and(|gap| gap < SLOW_MS);
        self.keys.push(Heading { sign, at_ms: stroke.at_ms, overlaps: stroke.overlaps });
        ScanResult { found, is_taken: false, kept: 0, is_likely: is_likely && self.keys.len() > 1 }
    }

    fn end(&mut self, stroke: &Stroke, knows: &dyn Knows) -> ScanResult {
        let taken = |found| ScanResult { found, is_taken: true, ..ScanResult::default() };
        let gap = self.keys.last().map(|last| stroke.at_ms.saturating_sub(last.at_ms));
        let found = match gap {
            Some(gap) if gap <= PAUSE_MS && !stroke.is_held => self.ended(gap, knows),
            Some(gap) if gap >= END_MS && !stroke.is_held => self.endless(knows),
            _ => None,
        };
        self.keys.clear();
        if found.is_some() {
            self.tail_ms = Some(stroke.at_ms.saturating_add(TAIL_MS));
            return taken(found);
        }
        if self.tail_ms.is_some_and(|until| stroke.at_ms <= until) {
            self.tail_ms = Some(stroke.at_ms.saturating_add(TAIL_MS));
            return taken(None);
        }
        self.tail_ms = None;
        ScanResult::default()
    }

    /// Where in the keys a code may begin, the likeliest first.
    fn starts(&self, knows: &dyn Knows) -> Vec<usize> {
        let prefix = self.keys.iter().rposition(|key| key.sign.is_none());
        if let Some(prefix) = prefix {
            return vec![prefix];
        }
        let pairs = self.keys.iter().zip(self.keys.iter().skip(1));
        let breaks: Vec<usize> = pairs
            .enumerate()
            .filter(|(_, (one, next))| next.at_ms.saturating_sub(one.at_ms) >= SLOW_MS)
            .map(|(nth, _)| nth + 1)
            .collect();
        let Some(last) = breaks.last().copied() else { return vec![0] };
        // What came before a break at a scanner's speed is of the code, when the tablet was busy; a key on its own may
        // be of the code or of a hand, two of them are a hand's.
        let mut sure = last;
        let mut doubtful = None;
        let ends = breaks.iter().rev().copied();
        let begins = breaks.iter().rev().skip(1).copied().chain([0]);
        for (begin, end) in begins.zip(ends) {
            if end.saturating_sub(begin) > 1 {
                sure = begin;
                doubtful = None;
            } else if doubtful.is_none() {
                doubtful = Some(begin);
            } else {
                break;
            }
        }
        let mut starts = vec![sure];
        if let Some(doubtful) = doubtful {
            starts.push(doubtful);
        }
        if last != sure {
            starts.push(last);
        }
        starts.sort_by_key(|start| {
            let text = self.text(*start);
            (!knows.has(&text), !knows.is_whole(&text))
        });
        starts
    }

    fn text(&self, start: usize) -> String {
        self.keys.iter().skip(start).filter_map(|key| key.sign).collect()
    }

    /// The average time of a key from `start` on, and so many keys.
    fn speed(&self, start: usize) -> (i64, usize) {
        let of_code = || self.keys.iter().skip(start);
        let count = of_code().count();
        let (first, last) = (of_code().next().map(|key| key.at_ms), of_code().last().map(|key| key.at_ms));
        let took = last.zip(first).map_or(0, |(last, first)| last.saturating_sub(first));
        let gaps = i64::try_from(count.saturating_sub(1)).unwrap_or(i64::MAX).max(1);
        (took / gaps, count)
    }

    fn limit(&self, start: usize, most: i64) -> i64 {
        let overlaps = self.keys.iter().skip(start.saturating_add(1)).any(|key| key.overlaps);
        if overlaps { most.min(OVERLAP_MS) } else { most }
    }

    fn find(&self, knows: &dyn Knows, is_code: impl Fn(usize, &str) -> bool) -> Option<Found> {
        self.starts(knows).into_iter().find_map(|start| {
            let text = self.text(start);
            let is_announced = self.keys.get(start).is_some_and(|key| key.sign.is_none());
            let is_it = if is_announced { !text.trim().is_empty() } else { is_code(start, &text) };
            is_it.then(|| Found { keys: self.keys.len().saturating_sub(start), text: text.trim().to_owned() })
        })
    }

    /// The code that an Enter or a Tab ends, `gap` after the last sign.
    fn ended(&self, gap: i64, knows: &dyn Knows) -> Option<Found> {
        self.find(knows, |start, text| {
            let (average, count) = self.speed(start);
            let is_word = !text.chars().any(|sign| sign.is_numeric());
            if text.trim().is_empty() {
                false
            } else if knows.has(text) {
                let is_sure = count >= LEAST || (average.max(gap) <= if count > 2 { QUICK_MS } else { ENDLESS_MS });
                is_sure && average <= self.limit(start, QUICK_MS)
            } else {
                count >= LEAST && average <= self.limit(start, if is_word { WORD_MS } else { QUICK_MS })
            }
        })
    }

    /// The code that only a pause ends.
    fn endless(&self, knows: &dyn Knows) -> Option<Found> {
        self.find(knows, |start, text| {
            let (average, count) = self.speed(start);
            let is_word = !text.chars().any(|sign| sign.is_numeric());
            let least = match (knows.has(text), is_word) {
                (true, _) => LEAST_KNOWN,
                (false, false) => LEAST_ENDLESS,
                (false, true) => return false,
            };
            count >= least && average <= self.limit(start, ENDLESS_MS)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shop that has these codes.
    struct Shop(&'static [&'static str]);

    impl Knows for Shop {
        fn has(&self, text: &str) -> bool {
            self.0.iter().any(|code| code.eq_ignore_ascii_case(text))
        }
        fn is_whole(&self, text: &str) -> bool {
            domain::code::Gtin::parse(text).is_some()
        }
    }

    const SHOP: Shop = Shop(&["TEA", "PEN", "6901234567892", "4006381333931", "7"]);

    /// Types, and keeps what came of it.
    #[derive(Default)]
    struct Typing {
        ear: Ear,
        at_ms: i64,
        found: Vec<String>,
        /// What is left in the field that the keys were typed into.
        field: String,
        /// What else was pressed on the page.
        pressed: Vec<&'static str>,
    }

    impl Typing {
        fn stroke(&mut self, key: Key, is_held: bool, overlaps: bool) -> ScanResult {
            let stroke = Stroke { key, at_ms: self.at_ms, is_held, overlaps };
            let heard = self.ear.key(&stroke, &SHOP);
            self.take(heard.found.clone());
            heard
        }
        fn take(&mut self, found: Option<Found>) {
            if let Some(Found { text, keys }) = found {
                for _ in 0..keys {
                    self.field.pop();
                }
                self.found.push(text);
            }
        }
        fn keys(&mut self, text: &str, gaps: &[i64]) -> &mut Self {
            for (sign, gap) in text.chars().zip(gaps.iter().cycle()) {
                self.at_ms += gap;
                self.stroke(Key::Sign(sign), false, false);
                self.field.push(sign);
            }
            self
        }
        fn end(&mut self, gap: i64) -> &mut Self {
            self.at_ms += gap;
            if !self.stroke(Key::End, false, false).is_taken {
                self.pressed.push("end");
            }
            self
        }
        fn prefix(&mut self, gap: i64) -> &mut Self {
            self.at_ms += gap;
            self.stroke(Key::Prefix, false, false);
            self.field.push('~');
            self
        }
        fn wait(&mut self, gap: i64) -> &mut Self {
            self.at_ms += gap;
            let found = self.ear.paused(self.at_ms, &SHOP);
            self.take(found);
            self
        }
        /// What was scanned, what is left in the field, and whether Enter was pressed on the page.
        fn is(&self, found: &[&str], field: &str, pressed: usize) {
            assert_eq!(
                (self.found.iter().map(String::as_str).collect::<Vec<_>>(), self.field.as_str()),
                (found.to_vec(), field)
            );
            assert_eq!(self.pressed.len(), pressed, "keys that the page heard");
        }
    }

    fn typing() -> Typing {
        Typing { at_ms: 10_000, ..Typing::default() }
    }

    #[test]
    fn a_fast_a_slow_and_a_late_scanner_are_heard_and_hands_are_not() {
        typing().keys("6901234567892", &[3]).end(3).is(&["6901234567892"], "", 0);
        typing().keys("6901234567892", &[20, 30, 24, 29]).end(30).is(&["6901234567892"], "", 0);
        typing().keys("SF1234567890123", &[60, 70]).end(60).is(&["SF1234567890123"], "", 0);
        typing().keys("6901234567892", &[120, 100, 180]).end(130).is(&[], "6901234567892", 1);
        typing().keys("450", &[8]).end(8).is(&[], "450", 1);
        typing().keys("1250", &[100]).end(100).is(&[], "1250", 1);
    }

    #[test]
    fn a_busy_tablet_breaks_no_code() {
        typing().keys("69012345678", &[8, 8, 8, 170, 8, 8]).end(12).is(&["69012345678"], "", 0);
        typing().keys("4006381333931", &[1, 240, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]).end(3).is(&["4006381333931"], "", 0);
        // One that nothing has, and whose check digit vouches for its first digit.
        typing().keys("4012345678901", &[1, 140, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]).end(3).is(&["4012345678901"], "", 0);
        typing().keys("6901234567892", &[5]).end(280).is(&["6901234567892"], "", 0);
    }

    #[test]
    fn c19_every_ending_is_heard_and_the_second_enter_does_nothing() {
        typing().keys("6901234567892", &[8]).end(8).end(8).is(&["6901234567892"], "", 0);
        typing().keys("6901234567892", &[8]).end(8).end(120).end(8).is(&["6901234567892"], "", 0);
        typing().keys("6901234567892", &[8]).wait(END_MS).is(&["6901234567892"], "", 0);
        typing().keys("6901234567892", &[8]).wait(END_MS).end(100).is(&["6901234567892"], "", 0);
        // A person's Enter, later.
        typing().keys("6901234567892", &[8]).end(8).end(900).is(&["6901234567892"], "", 1);
        typing().keys("6901234567892", &[8]).wait(END_MS).end(900).is(&["6901234567892"], "", 1);
        // The timer was late, and the next key came before it.
        typing()
            .keys("6901234567892", &[8])
            .keys("4006381333931", &[400, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8])
            .end(8)
            .is(&["6901234567892", "4006381333931"], "", 0);
    }

    #[test]
    fn c19_short_codes_and_words_that_something_has_are_codes() {
        typing().keys("TEA", &[8]).end(8).keys("PEN", &[300, 8, 8]).end(8).is(&["TEA", "PEN"], "", 0);
        typing().keys("tea", &[8]).end(8).is(&["tea"], "", 0);
        typing().keys("TEA", &[8]).wait(END_MS).is(&["TEA"], "", 0);
        typing().keys("7", &[8]).end(8).is(&["7"], "", 0);
        typing().keys("7", &[8]).end(120).is(&[], "7", 1);
        typing().keys("TEA", &[110]).end(110).is(&[], "TEA", 1);
        typing().keys("CUP", &[8]).end(8).is(&[], "CUP", 1);
    }

    #[test]
    fn quick_hands_in_a_search_field_are_not_eaten() {
        typing().keys("longjing", &[55, 70, 62]).end(80).is(&[], "longjing", 1);
        typing().keys("longjing", &[40]).wait(END_MS).is(&[], "longjing", 0);
        typing().keys("mqlj", &[2]).wait(END_MS).is(&[], "mqlj", 0);
        // Keys that roll over each other are a hand's.
        let mut hands = typing();
        for sign in "20261128".chars() {
            hands.at_ms += 60;
            hands.stroke(Key::Sign(sign), false, true);
            hands.field.push(sign);
        }
        hands.end(60).is(&[], "20261128", 1);
    }

    #[test]
    fn what_hands_typed_before_is_no_part_of_the_code() {
        typing().keys("12", &[120]).keys("6901234567892", &[120, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]).end(5).is(
            &["6901234567892"],
            "12",
            0,
        );
        typing().keys("2", &[150]).keys("4006381333931", &[250, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]).end(5).is(
            &["4006381333931"],
            "2",
            0,
        );
        typing().keys("450", &[200]).keys("ABC-12", &[900, 5, 5, 5, 5, 5]).end(5).is(&["ABC-12"], "450", 0);
        typing().keys("45", &[200]).keys("TEA", &[200, 5, 5]).end(5).is(&["TEA"], "45", 0);
    }

    #[test]
    fn c13_a_code_is_never_the_tail_of_another() {
        typing().keys("9999999", &[5]).end(5).keys("6901234567892", &[5]).end(5).is(
            &["9999999", "6901234567892"],
            "",
            0,
        );
        typing().keys("6901234567892", &[2]).end(2).keys("6901234567892", &[2]).end(2).end(2).is(
            &["6901234567892", "6901234567892"],
            "",
            0,
        );
    }

    #[test]
    fn a_prefix_announces_a_code_of_any_length_and_speed() {
        typing().prefix(5).keys("AB", &[150]).end(150).is(&["AB"], "", 0);
        typing().keys("12", &[200]).prefix(50).keys("9", &[30]).wait(END_MS).is(&["9"], "12", 0);
        typing().keys("6901234567892", &[5]).prefix(5).keys("TEA", &[5]).end(5).is(&["6901234567892", "TEA"], "", 0);
        typing().prefix(5).end(5).is(&[], "~", 1);
    }

    #[test]
    fn a_held_key_an_arrow_and_a_held_enter_are_no_scan() {
        let mut held = typing();
        for _ in 0..20 {
            held.at_ms += 33;
            held.stroke(Key::Sign('7'), true, false);
            held.field.push('7');
        }
        held.end(33).is(&[], "77777777777777777777", 1);
        let mut arrow = typing();
        arrow.keys("1234", &[10]);
        arrow.stroke(Key::Other, false, false);
        arrow.end(10).is(&[], "1234", 1);
        let mut shift = typing();
        shift.keys("Ab", &[10]);
        shift.stroke(Key::Mute, false, false);
        shift.keys("C1", &[10]).end(10).is(&["AbC1"], "", 0);
    }

    /// R6: fttx/barcode-to-pc-server#166, inventree/InvenTree#10589.
    #[test]
    fn r6_a_code_is_read_by_the_places_of_the_keys_where_the_keyboard_is_another() {
        let of = |shifted| -> String {
            let places = "Digit6 Digit2 KeyA Minus Slash Numpad3 Period Enter Digit";
            places.split(' ').filter_map(|place| american(place, shifted)).collect()
        };
        assert_eq!((of(false).as_str(), of(true).as_str()), ("62a-/3.", "^@A_?3>"));
        for (written, american, code) in [
            ("-çà&é\"'(-è_çé", "6901234567892", "6901234567892"),
            ("&é\"'(", "12345", "12345"),
            ("TEQ", "TEA", "TEA"),
            ("TEA", "TEQ", "TEA"),
            ("long", "long", "long"),
            ("ZY-12", "YZ-12", "ZY-12"),
            ("6901234567892", "6901234567892", "6901234567892"),
        ] {
            assert_eq!(meant(written.to_owned(), american, &SHOP), code, "{written}");
        }
    }

    #[test]
    fn keys_that_press_are_held_back_while_a_code_is_likely() {
        let mut ear = Ear::default();
        let mut sign =
            |at_ms, sign| ear.key(&Stroke { key: Key::Sign(sign), at_ms, is_held: false, overlaps: false }, &SHOP);
        assert!(!sign(1_000, 'A').is_likely && sign(1_010, ' ').is_likely);
        assert!(!sign(3_000, 'B').is_likely && !sign(3_150, ' ').is_likely);
        assert_eq!((sign(3_160, 'C').kept, sign(9_000, 'C').kept), (3, 1));
    }
}
