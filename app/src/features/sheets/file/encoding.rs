//! In which signs a file of text is written: told by its mark, else by all of its bytes, else by a person.

use encoding_rs::{BIG5, EUC_KR, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// Chinese Windows: GBK and GB2312 as well.
    Gb18030,
    /// Taiwan, Hong Kong.
    Big5,
    /// Western Windows, Latin-1.
    Windows1252,
    /// Windows of central Europe: only a person can tell it from the western one.
    Windows1250,
    /// Windows with Cyrillic letters.
    Windows1251,
    /// Excel's Unicode text.
    Utf16Le,
    /// The same the other way round.
    Utf16Be,
    /// Japanese Windows.
    ShiftJis,
    /// Korean Windows.
    EucKr,
}

impl Encoding {
    /// All that can be chosen.
    pub const ALL: [Self; 10] = [
        Self::Utf8,
        Self::Gb18030,
        Self::Big5,
        Self::Windows1252,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::ShiftJis,
        Self::EucKr,
        Self::Windows1250,
        Self::Windows1251,
    ];

    /// What it is called everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Big5 => "Big5",
            Self::Windows1252 => "Windows-1252",
            Self::Windows1250 => "Windows-1250",
            Self::Windows1251 => "Windows-1251",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::ShiftJis => "Shift_JIS",
            Self::EucKr => "EUC-KR",
        }
    }

    /// The text of these bytes; what is not in the encoding becomes U+FFFD.
    pub fn text(self, bytes: &[u8]) -> String {
        let encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gb18030 => GB18030,
            Self::Big5 => BIG5,
            Self::Windows1252 => WINDOWS_1252,
            Self::Windows1250 => WINDOWS_1250,
            Self::Windows1251 => WINDOWS_1251,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::ShiftJis => SHIFT_JIS,
            Self::EucKr => EUC_KR,
        };
        encoding.decode_with_bom_removal(bytes).0.into_owned()
    }

    /// In what these bytes are written.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => return Self::Utf8,
            [0xFF, 0xFE, ..] => return Self::Utf16Le,
            [0xFE, 0xFF, ..] => return Self::Utf16Be,
            _ => {}
        }
        if let Some(wide) = wide(bytes) {
            return wide;
        }
        if is_utf8(bytes) {
            return Self::Utf8;
        }
        let candidates = [
            (fits(bytes, gb18030), Self::Gb18030),
            (fits(bytes, big5), Self::Big5),
            (windows_1252(bytes), Self::Windows1252),
            (fits(bytes, shift_jis), Self::ShiftJis),
        ];
        // Of equals the first.
        let best = candidates.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map_or(Self::Utf8, |(_, encoding)| encoding)
    }
}

/// UTF-16 without a mark: the halves of plain letters, separators and ends of lines that are zero tell.
fn wide(bytes: &[u8]) -> Option<Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) && !bytes.contains(&0) {
        return None;
    }
    let plain = |little: bool| {
        let pairs = bytes.chunks_exact(2).take(50_000);
        let is_plain = |pair: &&[u8]| match (pair, little) {
            ([letter, 0], true) | ([0, letter], false) => matches!(letter, b'\t' | b'\n' | b'\r' | b' '..=b'~'),
            _ => false,
        };
        pairs.filter(is_plain).count()
    };
    let (little, big) = (plain(true), plain(false));
    let all = bytes.len().min(100_000) / 2;
    // Some separators and ends of lines every sheet has.
    if little.max(big) * 40 < all || little == big {
        return None;
    }
    Some(if little > big { Encoding::Utf16Le } else { Encoding::Utf16Be })
}

/// Whether all of it is UTF-8, but perhaps for a sign that was cut off at the end.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(fault) => {
            let valid = bytes.get(..fault.valid_up_to()).unwrap_or_default();
            fault.error_len().is_none() && valid.iter().any(|byte| *byte >= 0x80)
        }
    }
}

/// How well the signs beyond ASCII fit, in tenths for each sign: common ones speak for an encoding, rare ones hardly,
/// impossible ones against it.
type Sign = (usize, i64);

const COMMON: i64 = 10;
const USUAL: i64 = 6;
const RARE: i64 = 1;
const WRONG: i64 = -25;

/// The mean over all signs beyond ASCII, in thousandths.
fn fits(bytes: &[u8], sign: fn(&[u8]) -> Sign) -> i64 {
    let (mut rest, mut all, mut signs) = (bytes, 0_i64, 0_i64);
    while let Some(first) = rest.first() {
        if *first < 0x80 {
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let (length, score) = sign(rest);
        rest = rest.get(length.max(1)..).unwrap_or_default();
        all += score;
        signs += 1;
    }
    if signs == 0 { 0 } else { all * 1_000 / signs }
}

fn gb18030(bytes: &[u8]) -> Sign {
    match bytes {
        [0x81..=0xFE, b'0'..=b'9', 0x81..=0xFE, b'0'..=b'9', ..] => (4, RARE),
        // Signs and full-width letters; the characters of the first level, which are most of any text; of the second.
        [0xA1..=0xA3, 0xA1..=0xFE, ..] => (2, COMMON),
        [0xB0..=0xD7, 0xA1..=0xFE, ..] => (2, COMMON),
        [0xD8..=0xF7, 0xA1..=0xFE, ..] => (2, 4),
        [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => (2, RARE),
        // The end of a file that was cut.
        [_] => (1, 0),
        _ => (1, WRONG),
    }
}

fn big5(bytes: &[u8]) -> Sign {
    match bytes {
        [0xA1..=0xA3, 0x40..=0x7E | 0xA1..=0xFE, ..] => (2, COMMON),
        [0xA4..=0xC6, 0x40..=0x7E | 0xA1..=0xFE, ..] => (2, COMMON),
        [0xC9..=0xF9, 0x40..=0x7E | 0xA1..=0xFE, ..] => (2, 3),
        [0x87..=0xFE, 0x40..=0x7E | 0xA1..=0xFE, ..] => (2, RARE),
        [_] => (1, 0),
        _ => (1, WRONG),
    }
}

fn shift_jis(bytes: &[u8]) -> Sign {
    match bytes {
        // Kana, signs and full-width letters; characters of the first level.
        [0x82, 0x4F..=0x9A | 0x9F..=0xF1, ..] | [0x83, 0x40..=0x96, ..] | [0x81, 0x40..=0xAC, ..] => (2, COMMON),
        [0x88..=0x97, 0x40..=0x7E | 0x80..=0xFC, ..] => (2, USUAL),
        [0x81..=0x9F | 0xE0..=0xEF, 0x40..=0x7E | 0x80..=0xFC, ..] => (2, RARE),
        [0xA1..=0xDF, ..] => (1, RARE),
        [_] => (1, 0),
        _ => (1, WRONG),
    }
}

/// Western letters stand alone or in pairs between plain ones; Chinese has bytes of this kind in long rows.
fn windows_1252(bytes: &[u8]) -> i64 {
    let (mut all, mut signs) = (0_i64, 0_i64);
    let mut before = b' ';
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let long = rest.iter().take_while(|byte| **byte >= 0x80).count();
        if long == 0 {
            before = *first;
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let (run, behind) = rest.split_at(long);
        let after = behind.first().copied().unwrap_or(b' ');
        let in_word = before.is_ascii_alphabetic() || after.is_ascii_alphabetic();
        for byte in run {
            let is_letter = matches!(byte, 0xC0..=0xFF | 0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F);
            all += match (byte, long) {
                (0x81 | 0x8D | 0x8F | 0x90 | 0x9D, _) => WRONG,
                (_, 1) if is_letter => {
                    if in_word {
                        COMMON
                    } else {
                        RARE
                    }
                }
                (
                    0x80 | 0x85 | 0x91..=0x97 | 0xA0 | 0xA3 | 0xA7 | 0xA9 | 0xAB | 0xAE | 0xB0..=0xB5 | 0xBB..=0xBF,
                    1 | 2,
                ) => 8,
                (_, 2) if before.is_ascii_lowercase() && after.is_ascii_lowercase() => USUAL,
                _ => -5,
            };
            signs += 1;
        }
        before = b'\x80';
        rest = behind;
    }
    if signs == 0 { 0 } else { all * 1_000 / signs }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R9: dbeaver/dbeaver#7839: a Czech sheet of Excel.
    #[test]
    fn r9_central_europe_and_cyrillic_can_be_chosen() {
        let chosen = |name: &str| Encoding::ALL.into_iter().find(|it| it.name() == name).unwrap();
        assert_eq!(chosen("Windows-1250").text(&WINDOWS_1250.encode("Stůl;10\u{a0}237,65").0), "Stůl;10\u{a0}237,65");
        assert_eq!(chosen("Windows-1251").text(&WINDOWS_1251.encode("Чай;95").0), "Чай;95");
    }

    #[test]
    fn the_whole_file_tells_how_it_is_written() {
        let chinese = "商品名称,编码,价格,库存\r\n明前龙井,T1,128,20\r\n正山小种,T2,66.5,12\r\n散装话梅,,36,8\r\n";
        let taiwan = "商品名稱,貨號,售價,庫存\r\n凍頂烏龍,DD1,600,20\r\n東方美人,DF2,800,10\r\n";
        let western =
            "Name,SKU,Price\nCafé Crème,CC,£4.50\nKäse-Brötchen,KB,3.20\nJalapeños,JA,2.00\nGröße “M”,GR,4 €\n";
        let japanese = "商品名,価格\nお茶のセット,1200\nカップ,800\n";
        assert_eq!(Encoding::of(&GB18030.encode(chinese).0), Encoding::Gb18030);
        assert_eq!(Encoding::of(&GB18030.encode("名\u{3400}\n茶").0), Encoding::Gb18030);
        assert_eq!(Encoding::of(&GB18030.encode("name,price\nTea 茶,5\n").0), Encoding::Gb18030);
        assert_eq!(Encoding::of(&BIG5.encode(taiwan).0), Encoding::Big5, "S16");
        assert_eq!(Encoding::of(&BIG5.encode("姓名,電話\n王小明,0912345678\n陳美麗,0922333444\n").0), Encoding::Big5);
        assert_eq!(Encoding::of(&WINDOWS_1252.encode(western).0), Encoding::Windows1252, "S15");
        assert_eq!(Encoding::of(b"Name,SKU,Price\nCaf\xe9 Cr\xe8me,CC,4.50\n"), Encoding::Windows1252, "S15");
        assert_eq!(Encoding::of(b"name,price\nTea,\xa33.20\n"), Encoding::Windows1252);
        assert_eq!(Encoding::of(b"name,price\nGr\xf6\xdfe,3\n"), Encoding::Windows1252);
        assert_eq!(Encoding::of(&SHIFT_JIS.encode(japanese).0), Encoding::ShiftJis);
        assert_eq!(Encoding::of(chinese.as_bytes()), Encoding::Utf8);
        assert_eq!(Encoding::of(chinese.as_bytes().get(..chinese.len() - 40).unwrap()), Encoding::Utf8);
        assert_eq!(Encoding::of(b"plain"), Encoding::Utf8);
        assert_eq!(Encoding::of(b""), Encoding::Utf8);
    }

    #[test]
    fn utf_16_is_known_without_its_mark() {
        // U+4E00 has a zero of its own.
        let sheet = "名称\t价格\n一级茶一\t5\n一\t6\n";
        let little: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of(&little), Encoding::Utf16Le);
        assert_eq!(Encoding::of(&big), Encoding::Utf16Be);
        assert_eq!(Encoding::Utf16Le.text(&little), sheet);
        assert_eq!(Encoding::of(&[&[0xFF, 0xFE], little.as_slice()].concat()), Encoding::Utf16Le);
    }
}
