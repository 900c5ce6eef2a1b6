//! A pasted text, character by character, and what each of them was found to be.

/// What a character was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing yet.
    Free,
    /// Of the phone number.
    Phone,
    /// Of province, city or district.
    Place,
    /// Of the name.
    Name,
    /// Says what follows, or nothing at all.
    Label,
}

/// The text.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    /// As it was pasted.
    written: Vec<char>,
    /// As it is read: one width, lower case, and simplified where divisions have it otherwise.
    read: Vec<char>,
    parts: Vec<Part>,
}

/// Pairs of characters: as they are written in Hong Kong, Macau and Taiwan, and as the divisions have them.
const SIMPLIFIED: &str = "臺台灣湾區区縣县廣广東东門门龍龙黃黄觀观貢贡離离島岛澤泽國国蘇苏寧宁陝陕遼辽慶庆濱滨連连漢汉瀋沈陽阳長长張张濟济鄭郑\
蘭兰烏乌魯鲁齊齐銀银貴贵雲云滬沪園园義义蓮莲莊庄樹树鶯莺峽峡蘆芦雙双萬万來来內内壢坜鎮镇楊杨復复鳳凤鹽盐營营豐丰後后霧雾鄉乡學学關关頭头溝沟麥麦員员羅罗馬马嶼屿興兴歸归廟庙將将軍军鳥鸟樓楼橋桥\
號号圳圳華华風风順顺聖圣濟济機机電电話话詳详細细聯联係系絡络碼码";

impl Letters {
    pub(super) fn new(text: &str) -> Self {
        let written: Vec<char> = text.chars().map(|c| if c == '\r' { '\n' } else { c }).collect();
        let read = written.iter().map(|&c| read(c)).collect();
        let parts = vec![Part::Free; written.len()];
        Self { written, read, parts }
    }

    pub(super) fn len(&self) -> usize {
        self.written.len()
    }

    pub(super) fn written(&self, at: usize) -> Option<char> {
        self.written.get(at).copied()
    }

    pub(super) fn text(&self, start: usize, end: usize) -> String {
        self.written.get(start..end).unwrap_or_default().iter().collect()
    }

    /// The character as it is read, whatever it was found to be.
    pub(super) fn read(&self, at: usize) -> Option<char> {
        self.read.get(at).copied()
    }

    pub(super) fn part(&self, at: usize) -> Option<Part> {
        self.parts.get(at).copied()
    }

    pub(super) fn is_free(&self, at: usize) -> bool {
        self.part(at) == Some(Part::Free)
    }

    /// The character as it is read, where nothing is known of it yet.
    pub(super) fn free(&self, at: usize) -> Option<char> {
        self.read(at).filter(|_| self.is_free(at))
    }

    pub(super) fn mark(&mut self, start: usize, end: usize, part: Part) {
        self.parts.iter_mut().take(end).skip(start).for_each(|it| *it = part);
    }

    pub(super) fn is_han(&self, at: usize) -> bool {
        self.free(at).is_some_and(is_han)
    }

    pub(super) fn digit(&self, at: usize) -> Option<char> {
        self.read(at).filter(char::is_ascii_digit)
    }

    /// Whether this word stands here, of which nothing is known yet.
    pub(super) fn holds(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(i, c)| self.free(at + i) == Some(c))
    }

    /// Whether one of these characters stands here.
    pub(super) fn holds_any(&self, at: usize, characters: &str) -> bool {
        self.free(at).is_some_and(|c| characters.contains(c))
    }

    /// Whether something begins here: nothing stands before it, or what divides.
    pub(super) fn opens(&self, at: usize) -> bool {
        at.checked_sub(1)
            .and_then(|before| self.free(before))
            .is_none_or(|c| divides(c) || is_bracket(c) || !c.is_alphanumeric())
    }

    /// The next place where something stands that does not divide.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        while self.part(at) == Some(Part::Label)
            || self.free(at).is_some_and(|c| divides(c) || matches!(c, '-' | '–' | '—' | '>' | '·' | '_'))
        {
            at += 1;
        }
        at
    }

    /// Whether Chinese text follows, be it after what divides.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        let next = self.skip(at);
        self.free(next).is_some_and(|c| is_han(c) || c.is_ascii_alphanumeric())
    }

    /// Whether what stands right before is no longer than a name.
    pub(super) fn name_before(&self, at: usize) -> bool {
        let length = (0..at).rev().take_while(|&before| !self.opens(before + 1)).count();
        (2..=4).contains(&length) && super::name::is_name(&self.text(at - length, at))
    }

    /// Stretches of which nothing is known, cut where `cuts` says so.
    pub(super) fn stretches(&self, cuts: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut start = None;
        for at in 0..=self.len() {
            let inside = self.free(at).is_some_and(|c| !cuts(c));
            match start {
                None if inside => start = Some(at),
                Some(from) if !inside => {
                    found.push((from, at));
                    start = None;
                }
                _ => {}
            }
        }
        found
    }
}

/// A character of Chinese.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

/// What divides one thing from the next.
pub(super) fn divides(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, ',' | ';' | '、' | '|' | '。' | '/' | ':' | '\\' | '\u{feff}' | '\u{200b}')
}

pub(super) fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '(' | ')'
            | '['
            | ']'
            | '【'
            | '】'
            | '<'
            | '>'
            | '《'
            | '》'
            | '「'
            | '」'
            | '『'
            | '』'
            | '"'
            | '“'
            | '”'
            | '{'
            | '}'
    )
}

fn read(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u8::try_from(u32::from(c) - 0xff01 + 0x21).map_or(c, char::from);
            narrow.to_ascii_lowercase()
        }
        '\u{3000}' | '\u{a0}' => ' ',
        '﹣' | '‐' | '‑' | '−' => '-',
        '﹕' | '∶' => ':',
        '•' | '・' | '‧' | '∙' | '･' => '·',
        c if c.is_ascii() => c.to_ascii_lowercase(),
        c => {
            let mut pairs = SIMPLIFIED.chars();
            while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
                if from == c {
                    return to;
                }
            }
            c
        }
    }
}
