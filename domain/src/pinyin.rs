//! Chinese names found by how they sound: wxm, wangxm, xiaom for 王小明.

use crate::search::plain;

/// The table of readings can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the readings is not as they are written")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
}

/// As many letters as are looked at; no name is longer.
const MOST_TYPED: usize = 63;

/// The longest syllables: zhuang, chuang, shuang.
const LONGEST: usize = 6;

/// The block of Unicode that nearly all names are written with.
const USUAL: std::ops::RangeInclusive<u32> = 0x4e00..=0x9fff;

/// How nine thousand characters are read, without tones. Many have several readings, and each counts: 单 is dan as a
/// word and shan as a surname.
#[derive(Clone, Debug)]
pub struct Pinyin {
    /// Each character with each of its readings, padded with zeros, in the order of the characters.
    readings: Vec<(char, [u8; LONGEST])>,
    /// Where the readings of each usual character begin.
    usual: Vec<u16>,
}

impl Pinyin {
    /// Reads the table as `cargo xtask data` writes it: a syllable a line, and the characters that are read so.
    ///
    /// # Errors
    /// Where a line is not written so.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut readings = Vec::with_capacity(text.len() / 3);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let malformed = Malformed { line: index + 1 };
            let (syllable, characters) = line.split_once(' ').ok_or(malformed)?;
            let mut sound = [0; LONGEST];
            sound.get_mut(..syllable.len()).ok_or(malformed)?.copy_from_slice(syllable.as_bytes());
            readings.extend(characters.chars().map(|character| (character, sound)));
            let fits = readings.len() <= usize::from(u16::MAX);
            if syllable.is_empty() || !syllable.bytes().all(|byte| byte.is_ascii_lowercase()) || !fits {
                return Err(malformed);
            }
        }
        readings.sort_unstable();
        let mut usual = Vec::with_capacity(0x5201);
        let mut at = 0_u16;
        for code in *USUAL.start()..=*USUAL.end() + 1 {
            while readings.get(usize::from(at)).is_some_and(|&(character, _)| u32::from(character) < code) {
                at += 1;
            }
            usual.push(at);
        }
        Ok(Self { readings, usual })
    }

    fn readings(&self, character: char) -> &[(char, [u8; LONGEST])] {
        let code = u32::from(character);
        let bounds = if USUAL.contains(&code) {
            let place = (code - USUAL.start()) as usize;
            self.usual.get(place).zip(self.usual.get(place + 1)).map(|(&from, &to)| (from.into(), to.into()))
        } else {
            let bound =
                |of: fn(&char, &char) -> bool| self.readings.partition_point(|(other, _)| of(other, &character));
            Some((bound(|other, character| other < character), bound(|other, character| other <= character)))
        };
        bounds.and_then(|(from, to)| self.readings.get(from..to)).unwrap_or_default()
    }

    /// Whether what was typed is how a part of the text sounds: of each character in turn a beginning of its syllable,
    /// be it only the first letter. Letters and digits of the text stand for themselves, and so do characters among
    /// what was typed; blanks and the like count on neither side.
    pub fn matches(&self, text: &str, typed: &str) -> bool {
        let mut letters = ['\0'; MOST_TYPED];
        let mut count = 0;
        let said = typed.chars().filter_map(plain);
        for letter in said.filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
            let Some(place) = letters.get_mut(count) else {
                return false;
            };
            *place = if matches!(letter, 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ') { 'v' } else { letter };
            count += 1;
        }
        let typed = letters.get(..count).unwrap_or_default();
        if typed.is_empty() {
            return false;
        }
        // Bit n: the text so far sounds like the first n letters, begun anywhere.
        let mut reached = 1_u64;
        for character in text.chars().filter_map(plain).filter(|c| c.is_alphanumeric()) {
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
        let mut open = reached;
        while open != 0 {
            let at = open.trailing_zeros() as usize;
            open &= open - 1;
            let rest = typed.get(at..).unwrap_or_default();
            if rest.first().is_some_and(|&letter| character.to_lowercase().eq([letter])) {
                next |= 1 << (at + 1);
            }
            for (_, sounds) in self.readings(character) {
                // ü is typed as v, and by many as u; behind j, q, x and y, where it is written u, by some as v.
                let is_umlaut = matches!(sounds.first(), Some(b'j' | b'q' | b'x' | b'y'));
                let same = |(at, (&letter, &sound)): (usize, (&char, &u8))| {
                    letter == char::from(sound)
                        || (letter == 'u' && sound == b'v')
                        || (letter == 'v' && sound == b'u' && at == 1 && is_umlaut)
                };
                let length = rest.iter().zip(sounds).enumerate().take_while(|&pair| same(pair)).count();
                for length in 1..=length {
                    next |= 1 << (at + length);
                }
                // And as yu, as passports have it: lyu for lü.
                if let (Some(b'v'), Some('y'), Some(&first)) = (sounds.get(1), rest.get(1), rest.first())
                    && sounds.first().is_some_and(|sound| first == char::from(*sound))
                {
                    next |= 1 << (at + 2);
                    let tail = [b'u'].into_iter().chain(sounds.iter().skip(2).copied());
                    let after = rest.get(2..).unwrap_or_default();
                    let length =
                        after.iter().zip(tail).take_while(|(letter, sound)| **letter == char::from(*sound)).count();
                    for length in 1..=length {
                        next |= 1 << (at + 2 + length);
                    }
                }
            }
        }
        next
    }
}
