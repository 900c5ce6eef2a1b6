//! What stands there: digits, the signs between them, and what is put around them.

use crate::Currency;
use crate::money::NumberFault;

/// What stands before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalSign {
    /// `12.50`
    Point,
    /// `12,50`
    Comma,
}

impl DecimalSign {
    /// The usual one where people pay in this currency.
    pub fn of(currency: Currency) -> Self {
        if currency == Currency::Eur { Self::Comma } else { Self::Point }
    }

    fn parse(c: char) -> Option<Self> {
        match c {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            _ => None,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

/// What the cells of a column say together of its signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// None of them tells.
    #[default]
    Silent,
    /// This one stands before its decimals: some cells can only be read so, and none otherwise.
    Decimal(DecimalSign),
    /// Some can only be read one way, and some only the other.
    Contradicts,
}

impl Column {
    /// Of these cells: `0,500`, `12,25`, `1.234,50` have a decimal comma, `12.5`, `1,234,567` a decimal point, `1,234`
    /// and `1234` don't tell. What is no figure says nothing.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        cells.into_iter().fold(Self::Silent, |all, cell| all.and(Self::of_cell(cell)))
    }

    /// What both say together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Silent, other) | (other, Self::Silent) => other,
            (one, other) if one == other => one,
            _ => Self::Contradicts,
        }
    }

    /// What it says, or, where it is silent, what the others of its sheet say.
    #[must_use]
    pub fn or(self, sheet: Self) -> Self {
        if self == Self::Silent { sheet } else { self }
    }

    fn of_cell(cell: &str) -> Self {
        let text = folded(cell);
        let is_digit = |c: char| c.is_ascii_digit();
        let (Some(first), Some(last)) = (text.find(is_digit), text.rfind(is_digit)) else { return Self::Silent };
        let before = text.get(..first).unwrap_or_default();
        // `,5`, but not the full stop of `Fr.5`.
        let lone = before.strip_suffix(['.', ',']).filter(|rest| !rest.ends_with(char::is_alphabetic));
        let first = lone.map_or(first, str::len);
        match Shape::of(text.get(first..=last).unwrap_or_default()) {
            Ok(Shape::Clear { sign: Some(sign), .. }) => Self::Decimal(sign),
            // Nobody parts thousands by four in a sheet.
            Ok(Shape::Either { sign, behind: 4, .. }) => Self::Decimal(sign),
            _ => Self::Silent,
        }
    }
}

/// A decimal number, never below zero, without idle zeros at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    digits: i128,
    places: u32,
}

/// More digits than that are no figure of a stall.
const MOST_DIGITS: usize = 20;
const MOST_DECIMALS: usize = 16;

impl Number {
    /// Of the digits before and behind the decimal sign.
    pub fn new(whole: &str, decimals: &str) -> Result<Self, NumberFault> {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
            return Err(NumberFault::NotANumber);
        }
        let decimals = decimals.trim_end_matches('0');
        let whole = whole.trim_start_matches('0');
        if whole.len() > MOST_DIGITS {
            return Err(NumberFault::TooLarge);
        }
        if decimals.len() > MOST_DECIMALS {
            return Err(NumberFault::TooPrecise);
        }
        let digits = format!("0{whole}{decimals}").parse().map_err(|_| NumberFault::TooLarge)?;
        Ok(Self { digits, places: u32::try_from(decimals.len()).unwrap_or_default() })
    }

    /// A whole number.
    pub fn whole(digits: i128) -> Self {
        Self { digits, places: 0 }
    }

    /// So many hundredths.
    pub fn hundredths(digits: i128) -> Self {
        Self { digits, places: 2 }.tidy()
    }

    fn tidy(self) -> Self {
        if self.places == 0 || self.digits % 10 != 0 {
            return self;
        }
        Self { digits: self.digits / 10, places: self.places - 1 }.tidy()
    }

    /// How many decimals it has.
    pub fn places(self) -> u32 {
        self.places
    }

    /// As many times as much: a dividend and its divisor, a power of ten.
    pub fn times(self, factor: i128) -> Option<(i128, i128)> {
        Some((self.digits.checked_mul(factor)?, 10_i128.checked_pow(self.places)?))
    }

    /// As many times as much, if that is whole.
    pub fn exactly(self, factor: i128, most: i64) -> Result<i64, NumberFault> {
        let (dividend, divisor) = self.times(factor).ok_or(NumberFault::TooLarge)?;
        if dividend % divisor != 0 {
            return Err(NumberFault::TooPrecise);
        }
        let value = i64::try_from(dividend / divisor).ok().filter(|value| *value <= most);
        value.ok_or(NumberFault::TooLarge)
    }

    /// As many times as much, as a number.
    pub fn multiplied(self, factor: i128) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(factor)?, places: self.places }.tidy())
    }
}

/// What digits and the signs between them can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One number.
    Clear {
        /// It.
        number: Number,
        /// What stands, or would stand, before its decimals; `None`: no sign tells.
        sign: Option<DecimalSign>,
    },
    /// Three or four digits behind the only sign.
    Either {
        /// The sign parts thousands, or ten thousands.
        thousands: Number,
        /// The sign stands before decimals.
        decimals: Number,
        /// Which sign it is.
        sign: DecimalSign,
        /// How many digits stand behind it.
        behind: usize,
    },
}

impl Shape {
    /// Of plain digits, points, commas, spaces and apostrophes.
    pub fn of(text: &str) -> Result<Self, NumberFault> {
        let text = text.trim();
        let count = |sign: char| text.matches(sign).count();
        let (points, commas) = (count('.'), count(','));
        let clear =
            |whole: String, decimals: &str, sign| Ok(Self::Clear { number: Number::new(&whole, decimals)?, sign });
        let last = text.rfind(['.', ',']).and_then(|at| text.get(at..)?.chars().next());
        let Some(last) = last else { return clear(ungrouped(text, None)?, "", None) };
        let sign = DecimalSign::parse(last).ok_or(NumberFault::NotANumber)?;
        let (whole, behind) = text.rsplit_once(last).unwrap_or((text, ""));
        match (points, commas) {
            // Both: the last one is before the decimals.
            (1.., 1..) => {
                let between = if last == '.' { ',' } else { '.' };
                if whole.contains(last) || whole.starts_with(between) {
                    return Err(NumberFault::NotANumber);
                }
                clear(ungrouped(whole, Some(between))?, behind, Some(sign))
            }
            // One sign more than once parts groups.
            (2.., _) | (_, 2..) => clear(ungrouped(text, Some(last))?, "", Some(sign.other())),
            _ => {
                let is_grouped = whole.contains([' ', '\'']);
                let whole = ungrouped(whole, None)?;
                let could_be = match behind.len() {
                    3 => whole.len() <= 3,
                    // 1,0000: some part ten thousands.
                    4 => last == ',' && whole.len() <= 4,
                    _ => false,
                };
                if behind.is_empty() && !whole.is_empty() {
                    return clear(whole, "", None);
                }
                if is_grouped || !could_be || whole.is_empty() || whole.starts_with('0') {
                    return clear(whole, behind, Some(sign));
                }
                let thousands = Number::new(&format!("{whole}{behind}"), "")?;
                Ok(Self::Either { thousands, decimals: Number::new(&whole, behind)?, sign, behind: behind.len() })
            }
        }
    }
}

/// The digits of groups: of three behind the first, or in Indian figures of two before the last three. `by`: the sign
/// between them, where it is not a space or an apostrophe.
fn ungrouped(text: &str, by: Option<char>) -> Result<String, NumberFault> {
    let signs: &[char] = match &by {
        Some(sign) => std::slice::from_ref(sign),
        None => &[' ', '\''],
    };
    let Some(sign) = text.chars().find(|c| signs.contains(c)) else { return Ok(text.to_owned()) };
    let groups: Vec<&str> = text.split(sign).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return Err(NumberFault::NotANumber) };
    let is_digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let all = |length: usize| middle.iter().all(|group| group.len() == length);
    let western = (1..=3).contains(&first.len()) && all(3);
    let indian = sign == ',' && (1..=2).contains(&first.len()) && !middle.is_empty() && all(2);
    if groups.iter().all(is_digits) && last.len() == 3 && (western || indian) {
        Ok(groups.concat())
    } else {
        Err(NumberFault::NotANumber)
    }
}

/// Full-width and other odd signs as plain ones, in lower case.
pub fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0),
        '￥' => Some('¥'),
        '￡' => Some('£'),
        '￦' => Some('₩'),
        '。' => Some('.'),
        '−' | '–' | '—' | '‐' | '‑' | '﹣' => Some('-'),
        '’' | '‘' | 'ʼ' | '′' | '´' | '`' => Some('\''),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    };
    let plain: String = text.chars().filter_map(plain).collect();
    plain.trim().to_lowercase()
}

/// A figure without what was around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undressed<'a> {
    /// The figure itself.
    pub core: &'a str,
    /// It is below zero: a minus before or behind it, or the brackets of bookkeepers.
    pub is_minus: bool,
}

/// A word at an end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// How long it is at the beginning, and at the end; 0: it is not there.
    pub ends: (usize, usize),
    /// It does not belong here.
    pub is_foreign: bool,
}

/// Takes signs and words off a folded text. `word` finds one at either end.
pub fn undressed(text: &str, word: impl Fn(&str) -> Option<Word>) -> Result<Undressed<'_>, NumberFault> {
    let mut core = text;
    let mut minus = 0;
    let mut has_word = false;
    loop {
        core = core.trim();
        if let Some(inside) = core.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (core, minus) = (inside, minus + 1);
        // `9.-` and `9,--` are nine francs or euros and no cents.
        } else if let Some(rest) = [".--", ",--", ".-", ",-"].iter().find_map(|end| core.strip_suffix(end)) {
            core = rest;
        } else if let Some(rest) = core.strip_prefix('-').or_else(|| core.strip_suffix('-')) {
            (core, minus) = (rest, minus + 1);
        } else if let Some(rest) = core.strip_prefix('+') {
            core = rest;
        } else if let Some(found) = word(core) {
            if found.is_foreign {
                return Err(NumberFault::OtherCurrency);
            }
            has_word = true;
            let (before, behind) = found.ends;
            core = core.get(before..core.len() - behind).unwrap_or_default();
        } else {
            break;
        }
    }
    match (core.is_empty(), minus, has_word) {
        (true, 0, _) => Err(NumberFault::Empty),
        (true, ..) | (_, 2.., _) => Err(NumberFault::NotANumber),
        (false, ..) => Ok(Undressed { core: core.strip_prefix('\'').unwrap_or(core), is_minus: minus == 1 }),
    }
}
