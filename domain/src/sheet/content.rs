//! What a cell of a sheet holds, and how codes and phones are read out of it.

use std::borrow::Cow;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Words, or whatever a file of text says; blank where nothing is in it.
    Text(String),
    /// A number of a workbook.
    Number {
        /// As the sheet shows it: with the zeros before it, the decimals and the signs of its format.
        shown: String,
        /// Its digits, to nine decimals.
        value: String,
    },
    /// A date, a time or both, as ISO 8601 writes them.
    Date(String),
    /// True or false.
    Truth(bool),
    /// A formula that failed: `#N/A`, `Err:511`.
    Error(String),
    /// A formula whose value its program did not store.
    Uncalculated,
}

/// What formulas that failed leave in a file of text or in an OpenDocument sheet.
const ERRORS: [&str; 16] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#ERROR!",
];

/// Whether a text is what a failed formula leaves, or a column that was too narrow to be written out.
fn is_error(text: &str) -> bool {
    let numbered = |rest: &str| rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
        || text.strip_prefix("Err:").is_some_and(numbered)
        || (text.len() > 2 && text.bytes().all(|byte| byte == b'#'))
}

impl Content {
    /// What a text in a cell is.
    pub fn typed(text: String) -> Self {
        if text.len() < 32 && is_error(text.trim()) { Self::Error(text.trim().to_owned()) } else { Self::Text(text) }
    }

    /// What a person sees in the cell.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number { shown, .. } => shown.as_str().into(),
            Self::Date(text) | Self::Error(text) => text.as_str().into(),
            Self::Truth(so) => if *so { "TRUE" } else { "FALSE" }.into(),
            Self::Uncalculated => "".into(),
        }
    }

    /// Whether nothing is in it. A formula without a value is something.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.chars().all(is_blank),
            Self::Number { .. } | Self::Date(_) | Self::Truth(_) | Self::Error(_) | Self::Uncalculated => false,
        }
    }
}

/// Signs that nobody sees and that no name, code or phone needs.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_unseen(c)
}

/// Full-width digits, letters and signs as plain ones.
pub fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{a0}' | '\u{202f}' | '\u{3000}' => ' ',
        c => c,
    }
}

/// A text of digits and letters as a scanner says it: plain signs, nothing that isn't seen, no apostrophe that kept a
/// spreadsheet from taking it for a number.
pub fn code(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !is_unseen(*c)).map(narrow).collect();
    let plain = plain.trim();
    match plain.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric()) => rest.to_owned(),
        _ => plain.to_owned(),
    }
}

/// A phone in one form: a Chinese mobile number without its country, spaces and dashes, an extension behind it as it
/// stands; any other with plain digits.
pub fn phone(text: &str) -> String {
    let plain = code(text);
    let plain = plain.strip_suffix(".0").unwrap_or(&plain);
    mobile(plain).unwrap_or_else(|| {
        let text: Vec<&str> = plain.split_whitespace().collect();
        match text.join(" ") {
            abroad if abroad.starts_with("00") && abroad.len() > 8 => format!("+{}", abroad.trim_start_matches('0')),
            other => other,
        }
    })
}

/// The eleven digits of a Chinese mobile number, and its extension behind them.
fn mobile(text: &str) -> Option<String> {
    // A digit, and what stands before it since the last one.
    let is_between = |c: char| matches!(c, ' ' | '-' | '‐' | '‑' | '–' | '—' | '−' | '.' | '(' | ')' | '+' | '\t');
    // A number that says another country is none of China, however many digits it has.
    let says_country = text.trim_start_matches('(').starts_with('+');
    let mut rest = text;
    let mut digits = String::new();
    loop {
        rest = rest.trim_start_matches(is_between);
        let mut chars = rest.chars();
        let digit = chars.next().filter(char::is_ascii_digit)?;
        digits.push(digit);
        rest = chars.as_str();
        let after = ["0086", "86"].iter().find_map(|country| digits.strip_prefix(country));
        let bare = after.unwrap_or(if says_country { "" } else { &digits });
        let is_whole = bare.len() == 11 && bare.starts_with('1') && !bare.starts_with(['0', '2']);
        if is_whole && matches!(bare.as_bytes().get(1), Some(b'3'..=b'9')) {
            let extension = rest.trim();
            // More digits right behind are another kind of number.
            let goes_on = extension.starts_with(|c: char| c.is_ascii_digit());
            return (!goes_on).then(|| format!("{bare}{extension}"));
        }
        if digits.len() > 15 {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_a_scanner_says() {
        for (typed, said) in [
            ("'00123", "00123"),
            ("Ｔ５", "T5"),
            ("６９０１２３４５００１２３", "6901234500123"),
            ("\u{200b}T4\u{200b}", "T4"),
            ("\u{feff}T4\u{a0}", "T4"),
            ("T3　", "T3"),
            ("A B", "A B"),
            ("'=x", "'=x"),
            ("茶-1", "茶-1"),
        ] {
            assert_eq!(code(typed), said, "{typed:?}");
        }
    }

    #[test]
    fn phones_have_one_form() {
        for (typed, said) in [
            ("13800138000", "13800138000"),
            ("+86 138-0013-8000", "13800138000"),
            ("0086 13800138000", "13800138000"),
            ("008613800138000", "13800138000"),
            ("86-138 0013 8000", "13800138000"),
            ("(+86)13800138000", "13800138000"),
            ("１３８００１３８０００", "13800138000"),
            ("'13800138000", "13800138000"),
            ("13800138000.0", "13800138000"),
            ("138\u{200b}00138000", "13800138000"),
            ("13800138000-1234", "13800138000-1234"),
            ("138 0013 8000-1234", "13800138000-1234"),
            ("13800138000转1234", "13800138000转1234"),
            ("13800138000,1234", "13800138000,1234"),
            ("0571-88886666", "0571-88886666"),
            ("+44 7700 900123", "+44 7700 900123"),
            ("0044 7700 900123", "+44 7700 900123"),
            ("+15417543000", "+15417543000"),
            ("+1 (541) 754-3000", "+1 (541) 754-3000"),
            ("+7 916 123 45 67", "+7 916 123 45 67"),
            ("(555) 010-2000", "(555) 010-2000"),
            ("12345", "12345"),
            ("138001380001234", "138001380001234"),
            ("[7952]13800138000", "[7952]13800138000"),
        ] {
            assert_eq!(phone(typed), said, "{typed:?}");
        }
    }

    #[test]
    fn what_a_failed_formula_leaves_is_no_word() {
        for text in ["#N/A", "#REF!", "#value!", "Err:511", "#####", "#NAME?"] {
            assert_eq!(Content::typed(text.to_owned()), Content::Error(text.to_owned()));
        }
        for text in ["#1", "Err", "Err:5", "##", "No. #N/A", ""] {
            assert_eq!(Content::typed(text.to_owned()), Content::Text(text.to_owned()));
        }
    }
}
