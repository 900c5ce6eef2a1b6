//! How money is written: the sign first, then the currency, whole units in groups of three, decimals.
//! Both languages write it alike. Integers only.

use super::{Phrase, currency};

/// What a currency needs to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    /// ISO 4217.
    pub code: &'static str,
    /// As it stands before a figure.
    pub symbol: &'static str,
    /// How many decimals its minor unit has.
    pub exponent: u32,
    /// Its name, to choose by.
    pub name: Phrase,
}

fn name_of(currency: domain::Currency) -> Phrase {
    use domain::Currency::*;
    match currency {
        Cny => currency::CNY,
        Hkd => currency::HKD,
        Twd => currency::TWD,
        Sgd => currency::SGD,
        Myr => currency::MYR,
        Jpy => currency::JPY,
        Krw => currency::KRW,
        Usd => currency::USD,
        Eur => currency::EUR,
        Gbp => currency::GBP,
    }
}

/// A figure taken apart, so that sign and decimals can step back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyParts {
    /// "−" or nothing.
    pub sign: &'static str,
    /// "1,234"
    pub whole: String,
    /// ".50", or nothing where the currency has no decimals.
    pub decimals: String,
}

impl From<domain::Currency> for Currency {
    fn from(of: domain::Currency) -> Self {
        Self { code: of.code(), symbol: of.sign(), exponent: of.exponent(), name: name_of(of) }
    }
}

impl Currency {
    /// Takes a figure in minor units apart.
    pub fn parts(self, minor: i64) -> MoneyParts {
        let (whole, decimals) = self.split(minor);
        let digits = whole.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        MoneyParts { sign: if minor < 0 { "−" } else { "" }, whole: grouped, decimals }
    }

    /// With the currency's sign: "−¥1,234.50".
    pub fn full(self, minor: i64) -> String {
        let MoneyParts { sign, whole, decimals } = self.parts(minor);
        format!("{sign}{}{whole}{decimals}", self.symbol)
    }

    /// Without it, for columns: "1,234.50".
    pub fn plain(self, minor: i64) -> String {
        let MoneyParts { sign, whole, decimals } = self.parts(minor);
        format!("{sign}{whole}{decimals}")
    }

    /// With the sign, and decimals only where there are any, for keys: "¥100", "¥1,250.50".
    pub fn short(self, minor: i64) -> String {
        let MoneyParts { sign, whole, decimals } = self.parts(minor);
        let decimals = if decimals.bytes().all(|byte| matches!(byte, b'.' | b'0')) { "" } else { &decimals };
        format!("{sign}{}{whole}{decimals}", self.symbol)
    }

    /// As one would type it into a field: "1234.50", "316".
    pub fn typed(self, minor: i64) -> String {
        let (whole, decimals) = self.split(minor);
        let sign = if minor < 0 { "-" } else { "" };
        if decimals.bytes().all(|byte| matches!(byte, b'.' | b'0')) {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}{decimals}")
        }
    }

    fn split(self, minor: i64) -> (u64, String) {
        let unit = 10_u64.pow(self.exponent);
        let whole = minor.unsigned_abs() / unit;
        if self.exponent == 0 {
            return (whole, String::new());
        }
        let rest = minor.unsigned_abs() % unit;
        let width = self.exponent as usize;
        (whole, format!(".{rest:0width$}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_and_keep_their_decimals() {
        let yuan = Currency::from(domain::Currency::Cny);
        assert_eq!(yuan.full(0), "¥0.00");
        assert_eq!(yuan.full(5), "¥0.05");
        assert_eq!(yuan.full(123_456_789), "¥1,234,567.89");
        assert_eq!(yuan.full(-17_200), "−¥172.00");
        assert_eq!(yuan.plain(100_000), "1,000.00");
        assert_eq!(yuan.full(i64::MIN), "−¥92,233,720,368,547,758.08");
    }

    #[test]
    fn a_currency_without_decimals_has_none() {
        assert_eq!(Currency::from(domain::Currency::Jpy).full(1_200), "¥1,200");
        assert_eq!(Currency::from(domain::Currency::Jpy).typed(1_200), "1200");
    }

    #[test]
    fn a_key_says_an_amount_in_groups_and_without_empty_decimals() {
        let yuan = Currency::from(domain::Currency::Cny);
        assert_eq!(yuan.short(10_000), "¥100");
        assert_eq!(yuan.short(1_000_040_000), "¥10,000,400");
        assert_eq!(yuan.short(125_050), "¥1,250.50");
        assert_eq!(Currency::from(domain::Currency::Jpy).short(12_000), "¥12,000");
    }

    #[test]
    fn a_field_is_filled_with_no_more_than_is_needed() {
        let yuan = Currency::from(domain::Currency::Cny);
        assert_eq!(yuan.typed(31_600), "316");
        assert_eq!(yuan.typed(31_650), "316.50");
        assert_eq!(yuan.typed(-50), "-0.50");
    }
}
