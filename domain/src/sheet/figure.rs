//! Figures as sheets write them: `¥1,234.50`, `12.5元`, `1.234,50`, `(3)`, `2.5 kg`. What could mean two things is
//! refused, not guessed.

use crate::Currency;
use crate::money::{MAX_AMOUNT, MAX_GRAMS, MAX_PIECES, NumberFault, parse_decimal};
use crate::order::Unit;

/// Words around an amount, beside the currency's own sign and code.
fn money_words(currency: Currency) -> &'static [&'static str] {
    match currency {
        Currency::Cny => &["￥", "人民币", "rmb", "元", "块", "圆"],
        Currency::Jpy => &["￥", "日元", "円", "元"],
        Currency::Krw => &["韩元", "원"],
        Currency::Hkd => &["$", "港币", "港元", "元"],
        Currency::Twd => &["$", "新台币", "元"],
        Currency::Usd => &["us$", "美元", "dollars"],
        Currency::Sgd => &["$", "新元"],
        Currency::Myr => &["马币", "令吉"],
        Currency::Eur => &["欧元"],
        Currency::Gbp => &["英镑"],
    }
}

/// Full-width letters as plain ones, in lower case.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '−' | '–' => '-',
        '。' => '.',
        c => c,
    };
    text.trim().chars().map(narrow).collect::<String>().to_lowercase()
}

/// Takes these words off both ends of a text.
fn bare<'a>(mut text: &'a str, words: &[String]) -> &'a str {
    loop {
        let trimmed = text.trim();
        let front = words.iter().find_map(|word| trimmed.strip_prefix(word.as_str()));
        let less = front.or_else(|| words.iter().find_map(|word| trimmed.strip_suffix(word.as_str())));
        match less {
            Some(less) => text = less,
            None => return trimmed,
        }
    }
}

/// A sign and the digits after it; brackets around a figure are a minus of bookkeepers.
fn signed<'a>(text: &'a str, words: &[String]) -> (bool, &'a str) {
    let text = bare(text, words);
    let (minus, text) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inside) => (true, inside),
        None => match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        },
    };
    (minus, bare(text, words))
}

/// The figure with a point before its decimals, and nothing between its thousands.
fn pointed(text: &str) -> Result<String, NumberFault> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'')).collect();
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    // Thousands are groups of three behind the first.
    let grouped = |text: &str, by: char| {
        let mut groups = text.split(by);
        let first = groups.next().unwrap_or_default();
        let is_group = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=3).contains(&first.len()) && groups.all(is_group);
        fits.then(|| text.replace(by, "")).ok_or(NumberFault::NotANumber)
    };
    match (points, commas) {
        (0 | 1, 0) => Ok(text),
        (_, 0) => grouped(&text, '.'),
        (0, 1) => match grouped(&text, ',') {
            Ok(thousands) => Ok(thousands),
            Err(_) => Ok(text.replace(',', ".")),
        },
        (0, _) => grouped(&text, ','),
        _ if points > 1 && commas > 1 => Err(NumberFault::NotANumber),
        _ => {
            let point = if text.rfind('.') > text.rfind(',') { '.' } else { ',' };
            let (whole, rest) = text.rsplit_once(point).unwrap_or((&text, ""));
            let between = if point == '.' { ',' } else { '.' };
            Ok(format!("{}.{rest}", grouped(whole, between)?))
        }
    }
}

fn decimal(digits: &str, decimals: u32, most: i64) -> Result<i64, NumberFault> {
    parse_decimal(&pointed(digits)?, decimals, most)
}

/// Reads an amount of money as minor units, never below zero.
pub fn amount(text: &str, currency: Currency) -> Result<i64, NumberFault> {
    let text = folded(text);
    let own = [currency.sign().to_lowercase(), currency.code().to_lowercase()];
    let mut words: Vec<String> = money_words(currency).iter().map(|word| folded(word)).chain(own).collect();
    // The longer first: `hk$` before `$`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let (minus, digits) = signed(&text, &words);
    if minus { Err(NumberFault::NotANumber) } else { decimal(digits, currency.exponent(), MAX_AMOUNT) }
}

/// What a price is for, and how many grams that is: prices and stock of weight goods are of a kilogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Pieces or weight.
    pub unit: Unit,
    /// Of weight: grams of one.
    pub grams: i64,
}

impl Measure {
    /// By the piece.
    pub const PIECE: Self = Self { unit: Unit::Piece, grams: 0 };
    /// By the kilogram.
    pub const KILOGRAM: Self = Self { unit: Unit::Gram, grams: 1_000 };

    /// The usual one of a unit.
    pub fn of(unit: Unit) -> Self {
        match unit {
            Unit::Piece => Self::PIECE,
            Unit::Gram => Self::KILOGRAM,
        }
    }

    /// Reads a unit. Words of weights that are not metric or Chinese are refused; any other word counts pieces.
    pub fn parse(text: &str) -> Option<Self> {
        let text = folded(text);
        let weight = |grams| Some(Self { unit: Unit::Gram, grams });
        match text.trim_start_matches(['/', '每', '元']).trim() {
            "kg"
            | "kgs"
            | "kilo"
            | "kilogram"
            | "kilograms"
            | "per kg"
            | "公斤"
            | "千克"
            | "weight"
            | "by weight"
            | "称重"
            | "按重量"
            | "weight, priced per kg"
            | "称重,按公斤定价" => weight(1_000),
            "斤" | "市斤" => weight(500),
            "两" => weight(50),
            "g" | "gram" | "grams" | "克" => weight(1),
            "lb" | "lbs" | "pound" | "pounds" | "oz" | "ounce" | "磅" | "盎司" | "吨" | "t" | "ton" | "担" => None,
            _ => Some(Self::PIECE),
        }
    }

    /// The price of a kilogram, or of a piece. `None`: too large.
    pub fn price(self, minor: i64) -> Option<i64> {
        let price = match self.unit {
            Unit::Piece => Some(minor),
            Unit::Gram => minor.checked_mul(1_000)?.checked_div(self.grams),
        };
        price.filter(|price| *price <= MAX_AMOUNT)
    }

    /// Reads a stock: pieces, or what comes to whole grams. Below zero, more was sold than was there.
    pub fn quantity(self, text: &str) -> Result<i64, NumberFault> {
        let text = folded(text);
        let pieces = ["件", "个", "只", "pcs", "pc", "pieces", "piece"];
        let weights = [("公斤", 1_000), ("千克", 1_000), ("kg", 1_000), ("斤", 500), ("克", 1), ("g", 1)];
        let (minus, quantity) = match self.unit {
            Unit::Piece => {
                let (minus, digits) = signed(&text, &pieces.map(str::to_owned));
                (minus, decimal(digits, 0, MAX_PIECES)?)
            }
            Unit::Gram => {
                let said = weights.iter().find_map(|(word, grams)| Some((text.strip_suffix(word)?, *grams)));
                let (text, grams) = said.unwrap_or((&text, self.grams));
                let (minus, digits) = signed(text, &[]);
                let thousandths = decimal(digits, 3, MAX_GRAMS)?.checked_mul(grams).ok_or(NumberFault::TooLarge)?;
                if thousandths % 1_000 != 0 {
                    return Err(NumberFault::TooPrecise);
                }
                (minus, thousandths / 1_000)
            }
        };
        Ok(if minus { -quantity } else { quantity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_sheets_write_them() {
        for (text, minor) in [
            ("¥1,234.50", 123_450),
            ("￥1,234.50", 123_450),
            ("12.5元", 1_250),
            ("1.234,50", 123_450),
            ("1 234,50", 123_450),
            ("12,5", 1_250),
            ("1,234", 123_400),
            ("1.234.567", 123_456_700),
            ("1,234,567.8", 123_456_780),
            ("CNY 12", 1_200),
            ("人民币12.00元", 1_200),
            ("１２．５０", 1_250),
            ("12.300000", 1_230),
            ("0", 0),
        ] {
            assert_eq!(amount(text, Currency::Cny), Ok(minor), "{text}");
        }
        assert_eq!(amount("HK$8.5", Currency::Hkd), Ok(850));
        assert_eq!(amount("$8.5", Currency::Hkd), Ok(850));
        assert_eq!(amount("£0.42", Currency::Gbp), Ok(42));
        assert_eq!(amount("1,200円", Currency::Jpy), Ok(1_200));
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        use NumberFault::{Empty, NotANumber, TooPrecise};
        for (text, fault) in [
            ("-5", NotANumber),
            ("(5)", NotANumber),
            ("$5", NotANumber),
            ("12.345", TooPrecise),
            ("1.234", TooPrecise),
            ("12 or 13", NotANumber),
            ("1,23,4", NotANumber),
            ("1,2.3,4", NotANumber),
            ("议价", NotANumber),
            ("元", Empty),
        ] {
            assert_eq!(amount(text, Currency::Cny), Err(fault), "{text}");
        }
    }

    #[test]
    fn stock_is_pieces_or_grams() {
        let read = |text, measure: Measure| measure.quantity(text);
        assert_eq!(read("12 件", Measure::PIECE), Ok(12));
        assert_eq!(read("-3", Measure::PIECE), Ok(-3));
        assert_eq!(read("(3)", Measure::PIECE), Ok(-3));
        assert_eq!(read("1,200", Measure::PIECE), Ok(1_200));
        assert_eq!(read("3.0", Measure::PIECE), Ok(3));
        assert_eq!(read("2.5", Measure::PIECE), Err(NumberFault::TooPrecise));
        assert_eq!(read("2.5", Measure::KILOGRAM), Ok(2_500));
        assert_eq!(read("2.5 kg", Measure::KILOGRAM), Ok(2_500));
        assert_eq!(read("300克", Measure::KILOGRAM), Ok(300));
        let jin = Measure::parse("斤").unwrap();
        assert_eq!(read("3", jin), Ok(1_500));
        assert_eq!(jin.price(8_00), Some(16_00));
        assert_eq!(Measure::parse("元/公斤"), Some(Measure::KILOGRAM));
        assert_eq!(Measure::parse("箱"), Some(Measure::PIECE));
        assert_eq!(Measure::parse("lb"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_stock_that_is_written_is_read(quantity in -1_000_000_i64..1_000_000) {
            for unit in [Unit::Piece, Unit::Gram] {
                proptest::prop_assert_eq!(Measure::of(unit).quantity(&unit.plain(quantity)), Ok(quantity));
            }
        }
    }
}
