//! Chinese names found by how they sound: wxm, wangxm, xiaom for 王小明.

/// The table of readings can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the readings is not as they are written")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
}

/// As many letters as are looked at; no name is longer.
const MOST_TYPED: usize = 63;

/// How nine thousand characters are read, without tones. Many have several readings, and each counts: 单 is dan as a
/// word and shan as a surname.
#[derive(Clone, Debug)]
pub struct Pinyin {
    syllables: Vec<Box<str>>,
    /// Each character with each of its readings, in the order of the characters.
    readings: Vec<(char, u16)>,
}

impl Pinyin {
    /// Reads the table as `cargo xtask data` writes it: a syllable a line, and the characters that are read so.
    ///
    /// # Errors
    /// Where a line is not written so.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut syllables = Vec::with_capacity(420);
        let mut readings = Vec::with_capacity(text.len() / 3);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let malformed = Malformed { line: index + 1 };
            let (syllable, characters) = line.split_once(' ').ok_or(malformed)?;
            if syllable.is_empty() || !syllable.bytes().all(|byte| byte.is_ascii_lowercase()) {
                return Err(malformed);
            }
            let number = u16::try_from(syllables.len()).map_err(|_| malformed)?;
            syllables.push(Box::from(syllable));
            readings.extend(characters.chars().map(|character| (character, number)));
        }
        readings.sort_unstable();
        Ok(Self { syllables, readings })
    }

    /// Whether what was typed is how a part of the text sounds: of each character in turn a beginning of its syllable,
    /// be it only the first letter. Letters and digits of the text stand for themselves, and so do characters among
    /// what was typed; blanks and the like count on neither side.
    pub fn matches(&self, text: &str, typed: &str) -> bool {
        let mut letters = ['\0'; MOST_TYPED];
        let mut count = 0;
        for letter in typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
            let Some(place) = letters.get_mut(count) else {
                return false;
            };
            *place = if letter == 'ü' { 'v' } else { letter };
            count += 1;
        }
        let typed = letters.get(..count).unwrap_or_default();
        if typed.is_empty() {
            return false;
        }
        // Bit n: the text so far sounds like the first n letters, begun anywhere.
        let mut reached = 1_u64;
        for character in text.chars().filter(|c| c.is_alphanumeric()) {
            reached = self.step(character, typed, reached) | 1;
            if reached >> count & 1 == 1 {
                return true;
            }
        }
        false
    }

    /// What is reached after one more character.
    fn step(&self, character: char, typed: &[char], reached: u64) -> u64 {
        let mut next = 0;
        let from = self.readings.partition_point(|&(other, _)| other < character);
        let readings =
            self.readings.get(from..).unwrap_or_default().iter().take_while(|(other, _)| *other == character);
        let mut open = reached;
        while open != 0 {
            let at = open.trailing_zeros() as usize;
            open &= open - 1;
            let rest = typed.get(at..).unwrap_or_default();
            if rest.first().is_some_and(|&letter| character.to_lowercase().eq([letter])) {
                next |= 1 << (at + 1);
            }
            for syllable in readings.clone().filter_map(|&(_, number)| self.syllables.get(usize::from(number))) {
                // ü is typed as v, and by many as u.
                let same = |(&letter, sound): (&char, char)| letter == sound || (letter == 'u' && sound == 'v');
                let length = rest.iter().zip(syllable.chars()).take_while(|&pair| same(pair)).count();
                for length in 1..=length {
                    next |= 1 << (at + length);
                }
            }
        }
        next
    }
}
