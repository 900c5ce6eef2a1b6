//! Money: integer minor units of an ISO 4217 currency, and how people type it. Amounts are at most
//! [`MAX_AMOUNT`], so that sums of whole orders stay far inside an `i64`.

use serde::{Deserialize, Serialize};

/// The largest amount that may be entered, in minor units.
pub const MAX_AMOUNT: i64 = 10_000_000_000;
/// The largest quantity of a line, in pieces.
pub const MAX_PIECES: i64 = 1_000_000;
/// The largest quantity of a line, in grams (one hundred tonnes).
pub const MAX_GRAMS: i64 = 100_000_000;

macro_rules! currencies {
    ($($name:ident $sign:literal $exponent:literal;)*) => {
        /// The currencies a shop can be kept in (ISO 4217).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "UPPERCASE")]
        #[expect(missing_docs, reason = "each variant is its ISO 4217 code")]
        pub enum Currency { #[default] $($name,)* }
        impl Currency {
            /// All of them, the likeliest first.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// The sign printed before an amount.
            pub fn sign(self) -> &'static str { match self { $(Self::$name => $sign,)* } }
            /// How many decimals it has.
            pub fn exponent(self) -> u32 { match self { $(Self::$name => $exponent,)* } }
        }
    };
}
currencies! { Cny "¥" 2; Gbp "£" 2; Eur "€" 2; Usd "$" 2; Hkd "HK$" 2; Twd "NT$" 2; Sgd "S$" 2; Myr "RM" 2; Jpy "¥" 0; Krw "₩" 0; }

impl Currency {
    /// The ISO 4217 code.
    pub fn code(self) -> String {
        format!("{self:?}").to_uppercase()
    }
    /// Finds a currency by its ISO 4217 code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|currency| currency.code() == code)
    }
}

/// Why a typed number was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Something else than digits and one point.
    #[error("not a number")]
    NotANumber,
    /// More decimals than there are.
    #[error("too many decimals")]
    TooPrecise,
    /// Above the limit.
    #[error("too large")]
    TooLarge,
    /// Zero where something must be.
    #[error("zero")]
    Zero,
}

/// Reads a decimal number with at most `decimals` decimals as an integer of its smallest unit. Full-width digits and
/// signs, spaces and thousands commas are understood. Never negative.
pub fn parse_decimal(text: &str, decimals: u32, max: i64) -> Result<i64, NumberFault> {
    let mut whole: i64 = 0;
    let mut seen_digit = false;
    let mut after_point: Option<u32> = None;
    for c in text.trim().chars() {
        let c = match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '．' | '。' => '.',
            '，' => ',',
            c => c,
        };
        match c {
            '0'..='9' => {
                seen_digit = true;
                if let Some(places) = &mut after_point {
                    if *places == decimals {
                        if c == '0' {
                            continue;
                        }
                        return Err(NumberFault::TooPrecise);
                    }
                    *places += 1;
                }
                whole = whole
                    .checked_mul(10)
                    .and_then(|w| w.checked_add(i64::from(c as u32 - '0' as u32)))
                    .ok_or(NumberFault::TooLarge)?;
            }
            '.' if after_point.is_none() => after_point = Some(0),
            ',' | ' ' | '\u{a0}' if after_point.is_none() && seen_digit => {}
            _ => return Err(NumberFault::NotANumber),
        }
    }
    if !seen_digit {
        return Err(if text.trim().is_empty() { NumberFault::Empty } else { NumberFault::NotANumber });
    }
    let missing = decimals - after_point.unwrap_or(0);
    let value = 10_i64.checked_pow(missing).and_then(|scale| whole.checked_mul(scale)).ok_or(NumberFault::TooLarge)?;
    if value > max { Err(NumberFault::TooLarge) } else { Ok(value) }
}

/// Reads an amount of money as minor units; a leading currency sign is understood.
pub fn parse_amount(text: &str, currency: Currency) -> Result<i64, NumberFault> {
    let text = text.trim();
    let bare = text.strip_prefix(currency.sign()).or_else(|| text.strip_prefix('￥')).unwrap_or(text);
    parse_decimal(bare, currency.exponent(), MAX_AMOUNT)
}

/// Reads money that is taken, given or owed: above zero.
pub fn parse_sum(text: &str, currency: Currency) -> Result<i64, NumberFault> {
    match parse_amount(text, currency)? {
        0 => Err(NumberFault::Zero),
        minor => Ok(minor),
    }
}

/// An amount as plain digits for an input field: `12.50`.
pub fn plain(minor: i64, currency: Currency) -> String {
    let exponent = currency.exponent();
    let scale = 10_u64.pow(exponent);
    let magnitude = minor.unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    if exponent == 0 {
        format!("{sign}{magnitude}")
    } else {
        format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = exponent as usize)
    }
}

/// The price of a weight: `price` is for a kilogram; half a minor unit is rounded up.
pub fn price_of_grams(grams: i64, price: i64) -> i64 {
    let exact = i128::from(grams) * i128::from(price);
    let rounded = (exact + 500).div_euclid(1000);
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (typed, minor) in [
            ("12", 1200),
            ("12.5", 1250),
            ("0", 0),
            ("1,234.00", 123_400),
            ("１２．５０", 1250),
            ("¥3.", 300),
            (".5", 50),
            ("2.500", 250),
        ] {
            assert_eq!(parse_amount(typed, Currency::Cny), Ok(minor), "{typed}");
        }
        for (typed, fault) in [
            ("", NumberFault::Empty),
            ("abc", NumberFault::NotANumber),
            ("-5", NumberFault::NotANumber),
            ("1.2.3", NumberFault::NotANumber),
            ("1.234", NumberFault::TooPrecise),
            ("1000000000000", NumberFault::TooLarge),
            ("99999999999999999999999", NumberFault::TooLarge),
            ("😀", NumberFault::NotANumber),
        ] {
            assert_eq!(parse_amount(typed, Currency::Cny), Err(fault), "{typed}");
        }
        assert_eq!(parse_amount("500", Currency::Jpy), Ok(500));
        assert_eq!(parse_amount("5.5", Currency::Jpy), Err(NumberFault::TooPrecise));
    }

    #[test]
    fn what_is_shown_in_a_field_is_read_back() {
        for minor in [0, 5, 99, 100, 123_456_789] {
            for currency in Currency::ALL {
                assert_eq!(parse_amount(&plain(minor, *currency), *currency), Ok(minor));
            }
        }
    }

    #[test]
    fn weight_rounds_half_up() {
        assert_eq!(price_of_grams(500, 1999), 1000);
        assert_eq!(price_of_grams(333, 1000), 333);
        assert_eq!(price_of_grams(1, 499), 0);
        assert_eq!(price_of_grams(1, 500), 1);
    }
}
