//! What is sought and what it is sought in, in one form: plain digits and letters for full-width ones, lower case,
//! letters without accents but ü, which pinyin has, nothing that isn't seen, no dot between the parts of a name, and simplified characters for traditional ones where their table is here.

use crate::sheet::content::{is_unseen, narrow};

/// The table of characters that are written in two ways can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the characters is not as they are written")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
}

/// Characters that are one character, traditional and simplified: 龍 and 龙; 發, 髮 and 发.
#[derive(Clone, Debug, Default)]
pub struct Alike {
    /// Each traditional one with its simplified one, in their order.
    simple: Vec<(char, char)>,
}

impl Alike {
    /// Reads the table as `cargo xtask data` writes it: a simplified character a line, and the traditional ones behind.
    ///
    /// # Errors
    /// Where a line is not written so.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut simple = Vec::with_capacity(text.len() / 6);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let mut characters = line.chars();
            let one = characters.next().filter(|_| line.chars().count() > 1).ok_or(Malformed { line: index + 1 })?;
            simple.extend(characters.map(|other| (other, one)));
        }
        simple.sort_unstable();
        Ok(Self { simple })
    }

    /// The simplified form of a character; itself where it has none.
    pub fn simple(&self, character: char) -> char {
        let at = self.simple.binary_search_by_key(&character, |(other, _)| *other);
        at.ok().and_then(|at| self.simple.get(at)).map_or(character, |(_, simple)| *simple)
    }

    /// Each character of a text that is written in several ways, with all of them.
    pub fn groups(&self, text: &str) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for character in text.chars().filter(|c| is_han(*c)) {
            let simple = self.simple(character);
            let others = self.simple.iter().filter(|(_, of)| *of == simple).map(|(other, _)| *other);
            let group: String = std::iter::once(simple).chain(others).collect();
            if group.chars().nth(1).is_some() && !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

/// Whether a character may be written in two ways.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A character as it is sought: nothing where it isn't seen, or stands between the parts of a name (买买提·阿不都).
pub fn plain(character: char) -> Option<char> {
    let is_idle = is_unseen(character) || matches!(character, '·' | '•' | '・' | '･' | '‧' | '\u{307}');
    (!is_idle).then(|| match narrow(character) {
        upper @ ('À'..='Þ' | 'Ā'..='ž' | 'Ơ'..='ư' | 'Ạ'..='ỹ') => {
            let lower = upper.to_lowercase().next().unwrap_or(upper);
            if lower == 'ü' { upper } else { bare(lower) }
        }
        letter @ 'à'..='ÿ' if letter != 'ü' => bare(letter),
        character => character,
    })
}

/// A small letter without its accent.
pub fn bare(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ'..='ặ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' | 'ẹ'..='ệ' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' | 'ỉ'..='ị' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'ơ' | 'ọ'..='ợ' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' | 'ţ' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ư' | 'ụ'..='ự' => 'u',
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        letter => letter,
    }
}

/// A text as it is sought.
pub fn fold(text: &str, alike: Option<&Alike>) -> String {
    // Most of it: nothing in it is written in another way.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_ascii_lowercase();
    }
    let simple = |c: char| alike.filter(|_| is_han(c)).map_or(c, |alike| alike.simple(c));
    text.chars().filter_map(plain).flat_map(char::to_lowercase).map(simple).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_are_sought_as_all_others() {
        for letter in ' '..='~' {
            let with_another = fold(&format!("{letter}é"), None);
            assert_eq!(fold(&letter.to_string(), None) + "e", with_another);
        }
    }

    /// R8: names as people type them, without the dot and the accents.
    #[test]
    fn r8_accents_and_the_dot_within_a_name_are_not_needed() {
        for (name, typed) in [
            ("买买提·阿不都", "买买提阿不都"),
            ("Café", "cafe"),
            ("CAFÉ", "cafe"),
            ("Đặng Thị Hường", "dang thi huong"),
            ("İpek Işık", "ipek isik"),
            ("Łódź", "lodz"),
            ("Señor Núñez", "senor nunez"),
            ("O’Brien", "o’brien"),
            ("Ünal", "ünal"),
        ] {
            assert_eq!(fold(name, None), typed);
        }
    }

    #[test]
    fn o5_full_width_unseen_and_traditional_signs_are_plain() {
        let alike = Alike::parse("# of a test\n龙龍\n发發髮\n").unwrap();
        assert_eq!(fold("１３９００１３９０００", None), "13900139000");
        assert_eq!(fold("ＬＪ－１００", None), "lj-100");
        assert_eq!(fold("A\u{200b}b　\u{feff}C", None), "ab c");
        assert_eq!(fold("龍井 髮夾", Some(&alike)), "龙井 发夾");
        assert_eq!(fold("龙井", Some(&alike)), "龙井");
        assert_eq!(alike.groups("龍井龙"), ["龙龍"]);
        assert_eq!(alike.groups("髮"), ["发發髮"]);
        assert_eq!(Alike::parse("龙").unwrap_err(), Malformed { line: 1 });
    }
}
