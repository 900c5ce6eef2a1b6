//! Money: integer minor units of an ISO 4217 currency; how people write it is in [`crate::figure`]. Amounts are at most
//! [`MAX_AMOUNT`], so that sums of whole orders stay far inside an `i64`.

use serde::{Deserialize, Serialize};

/// The largest amount that may be entered, in minor units.
pub const MAX_AMOUNT: i64 = 10_000_000_000;
/// The largest quantity of a line, in pieces.
pub const MAX_PIECES: i64 = 1_000_000;
/// The largest quantity of a line, in grams (one hundred tonnes).
pub const MAX_GRAMS: i64 = 100_000_000;

macro_rules! currencies {
    ($($name:ident $code:literal $sign:literal $exponent:literal;)*) => {
        /// The currencies a shop can be kept in (ISO 4217).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "UPPERCASE")]
        #[expect(missing_docs, reason = "each variant is its ISO 4217 code")]
        pub enum Currency { #[default] $($name,)* }
        impl Currency {
            /// All of them, in the order in which people choose.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// The ISO 4217 code.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code,)* } }
            /// The sign printed before an amount.
            pub fn sign(self) -> &'static str { match self { $(Self::$name => $sign,)* } }
            /// How many decimals it has.
            pub fn exponent(self) -> u32 { match self { $(Self::$name => $exponent,)* } }
        }
    };
}
currencies! {
    Cny "CNY" "¥" 2; Hkd "HKD" "HK$" 2; Twd "TWD" "NT$" 2; Sgd "SGD" "S$" 2; Myr "MYR" "RM" 2; Jpy "JPY" "¥" 0;
    Krw "KRW" "₩" 0; Usd "USD" "$" 2; Eur "EUR" "€" 2; Gbp "GBP" "£" 2;
}

impl Currency {
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
    /// Something else than a figure.
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
    /// Below zero where that can't be.
    #[error("below zero")]
    Negative,
    /// The sign of another currency stands beside it.
    #[error("another currency")]
    OtherCurrency,
    /// It can mean two things that are a thousandfold apart: `1.234` in euros.
    #[error("ambiguous")]
    Ambiguous,
}

/// An amount as plain digits for an input field: `12.50`.
pub fn plain(minor: i64, currency: Currency) -> String {
    crate::figure::plain_in(minor, currency.exponent())
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
    fn weight_rounds_half_up() {
        assert_eq!(price_of_grams(500, 1999), 1000);
        assert_eq!(price_of_grams(333, 1000), 333);
        assert_eq!(price_of_grams(1, 499), 0);
        assert_eq!(price_of_grams(1, 500), 1);
    }
}
