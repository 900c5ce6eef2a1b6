//! Units of weight that a shop prices, weighs and counts in. What is stored is whole grams, and the price of a
//! kilogram in minor units: a unit is how these are said and typed.

use serde::{Deserialize, Serialize};

use crate::Currency;
use crate::figure::{DecimalSign, plain_in};
use crate::money::{MAX_AMOUNT, plain, price_of_grams};

/// Nanograms of a kilogram: fine enough for every unit to be whole.
pub const KILOGRAM: i64 = 1_000_000_000_000;

/// A unit of weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    /// 1 kg.
    #[default]
    #[serde(rename = "kg")]
    Kilogram,
    /// 斤: 500 g. Half a kilogram's price may be half a minor unit: it is said with one decimal more.
    Jin,
    /// Avoirdupois pound: 453.59237 g. What is typed comes to the nearest gram.
    #[serde(rename = "lb")]
    Pound,
}

impl WeightUnit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kilogram, Self::Jin, Self::Pound];

    /// The word on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Kilogram => "kg",
            Self::Jin => "jin",
            Self::Pound => "lb",
        }
    }

    /// Finds one by its word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.key() == key)
    }

    /// What a shop of this currency begins with, in Chinese or not.
    pub fn usual(currency: Currency, is_chinese: bool) -> Self {
        if currency == Currency::Cny && is_chinese { Self::Jin } else { Self::Kilogram }
    }

    /// One of it, in nanograms.
    pub fn nanograms(self) -> i64 {
        match self {
            Self::Kilogram => KILOGRAM,
            Self::Jin => KILOGRAM / 2,
            Self::Pound => 453_592_370_000,
        }
    }

    /// A weight in it, with as few decimals as come to just these grams when they are read again; at most three.
    pub fn plain(self, grams: i64) -> String {
        let (units, places) = self.shortest(grams);
        let sign = if grams < 0 { "-" } else { "" };
        format!("{sign}{}", plain_in(narrow(units), places))
    }

    /// The same without its sign, as a whole number and how many of its digits are decimals.
    fn shortest(self, grams: i64) -> (i128, u32) {
        let magnitude = i128::from(grams.unsigned_abs());
        let one = i128::from(self.nanograms());
        let of = |places: u32| {
            let scale = 10_i128.pow(places);
            let units = rounded(magnitude * 1_000_000_000 * scale, one);
            (units, rounded(units * one, scale * 1_000_000_000) == magnitude)
        };
        let found = (0..3).map(|places| (of(places), places)).find(|((_, is_it), _)| *is_it);
        let ((units, _), places) = found.unwrap_or_else(|| (of(3), 3));
        (units, places)
    }

    /// The price of one, from the price of a kilogram, to the nearest minor unit: exact for a price that was set for
    /// one of this unit, but for half a minor unit of 斤.
    pub fn price(self, of_kilogram: i64) -> i64 {
        narrow(rounded(i128::from(of_kilogram) * i128::from(self.nanograms()), i128::from(KILOGRAM)))
    }

    /// The price of a kilogram, from the price of one, to the nearest minor unit. [`Self::price`] finds the price of
    /// one again: the units are smaller than a kilogram.
    pub fn of_kilogram(self, price: i64) -> i64 {
        narrow(rounded(i128::from(price) * i128::from(KILOGRAM), i128::from(self.nanograms())))
    }

    /// The largest price of one that is a price of a kilogram.
    pub fn most(self) -> i64 {
        self.price(MAX_AMOUNT)
    }

    /// The price of one as plain digits, with half a minor unit where a price of a kilogram comes to it.
    pub fn plain_price(self, of_kilogram: i64, currency: Currency) -> String {
        if self != Self::Jin || of_kilogram % 2 == 0 {
            return plain(self.price(of_kilogram), currency);
        }
        let halves = plain_in(of_kilogram.saturating_mul(5), currency.exponent() + 1);
        // Three decimals behind a point look like thousands where the comma is usual.
        let is_unclear = DecimalSign::of(currency) == DecimalSign::Comma;
        if is_unclear { halves + "0" } else { halves }
    }

    /// What a weight comes to at the price of a kilogram, in minor units: by the price of one, rounded once, half up.
    pub fn amount(self, grams: i64, of_kilogram: i64) -> i64 {
        match self {
            // The price of a jin is exactly half.
            Self::Kilogram | Self::Jin => price_of_grams(grams, of_kilogram),
            // By the weight as it is said: 3 lb are 1,361 g, and no more than three times the price.
            Self::Pound => {
                let (units, places) = self.shortest(grams);
                let units = if grams < 0 { -units } else { units };
                let is_below = (grams < 0) != (of_kilogram < 0);
                let exact = units.checked_mul(i128::from(self.price(of_kilogram)));
                exact.map_or(if is_below { i64::MIN } else { i64::MAX }, |exact| {
                    narrow(rounded(exact, 10_i128.pow(places)))
                })
            }
        }
    }
}

/// A quotient to the nearest whole, half up.
pub(crate) fn rounded(dividend: i128, divisor: i128) -> i128 {
    let whole = dividend.div_euclid(divisor);
    if dividend.rem_euclid(divisor) >= divisor - divisor / 2 { whole + 1 } else { whole }
}

/// Into what fits.
fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_said_with_no_more_decimals_than_they_need() {
        let said = |unit: WeightUnit| [1_500, 500, 617, 1, -50, 0, 1_200_000].map(|grams| unit.plain(grams));
        assert_eq!(said(WeightUnit::Kilogram), ["1.5", "0.5", "0.617", "0.001", "-0.05", "0", "1200"]);
        assert_eq!(said(WeightUnit::Jin), ["3", "1", "1.234", "0.002", "-0.1", "0", "2400"]);
        assert_eq!([680, 454, 227].map(|grams| WeightUnit::Pound.plain(grams)), ["1.5", "1", "0.5"]);
    }

    #[test]
    fn the_price_of_a_jin_is_half_that_of_a_kilogram_to_the_last_cent() {
        assert_eq!(WeightUnit::Jin.of_kilogram(12_35), 24_70);
        assert_eq!(WeightUnit::Jin.plain_price(24_70, Currency::Cny), "12.35");
        assert_eq!(WeightUnit::Jin.plain_price(24_71, Currency::Cny), "12.355");
        assert_eq!(WeightUnit::Jin.plain_price(24_71, Currency::Eur), "12.3550");
        assert_eq!(WeightUnit::Jin.amount(750, 24_70), 18_53, "1.5 × 12.35 = 18.525");
    }

    #[test]
    fn a_line_is_the_price_of_a_pound_times_the_weight_rounded_once() {
        // 1.99 a pound is 4.3872 a kilogram.
        let of_kilogram = WeightUnit::Pound.of_kilogram(1_99);
        assert_eq!(of_kilogram, 4_39);
        assert_eq!(WeightUnit::Pound.price(of_kilogram), 1_99);
        // 100 pounds, 45,359 g: 199.00, and not 45.359 × 4.39 = 199.13.
        assert_eq!(WeightUnit::Pound.amount(45_359, of_kilogram), 19_900);
        // 3 lb are kept as 1,361 g, and are 3 lb.
        assert_eq!(WeightUnit::Pound.amount(1_361, WeightUnit::Pound.of_kilogram(19_99)), 59_97);
    }

    proptest::proptest! {
        #[test]
        fn a_price_of_one_survives_being_kept_by_the_kilogram(price in 0_i64..4_000_000_000) {
            for unit in WeightUnit::ALL {
                proptest::prop_assert_eq!(unit.price(unit.of_kilogram(price)), price);
            }
        }

        #[test]
        fn hundredths_of_a_pound_cost_what_they_say(hundredths in 1_i64..1_000_000, price in 0_i64..1_000_000) {
            let grams = narrow(rounded(i128::from(hundredths) * 453_592_370_000, 100_000_000_000));
            let amount = WeightUnit::Pound.amount(grams, WeightUnit::Pound.of_kilogram(price));
            proptest::prop_assert_eq!(amount, (hundredths * price + 50).div_euclid(100));
        }

        #[test]
        fn half_a_kilogram_s_price_comes_to_the_same(grams in 0_i64..100_000_000, price in 0_i64..10_000_000_000) {
            let kilogram = WeightUnit::Kilogram.amount(grams, price);
            proptest::prop_assert_eq!(WeightUnit::Jin.amount(grams, price), kilogram);
            proptest::prop_assert_eq!(price_of_grams(grams, price), kilogram);
        }
    }
}
