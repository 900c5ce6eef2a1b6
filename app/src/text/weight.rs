//! Weights: their units, and how a weight and the price of one are said.

use domain::weight::WeightUnit;

use super::Phrase;

texts! {
    KILOGRAM: "公斤", "kg";
    JIN: "斤", "jin";
    POUND: "磅", "lb";
    PER_KILOGRAM: "每公斤", "per kg";
    PER_JIN: "每斤", "per jin";
    PER_POUND: "每磅", "per lb";
    per_kilogram(price: &str): "{price}/公斤", "{price}/kg";
    per_jin(price: &str): "{price}/斤", "{price}/jin";
    per_pound(price: &str): "{price}/磅", "{price}/lb";
    grams(n: &str): "{n} 克", "{n} g";
}

/// What a unit is called.
pub fn name(unit: WeightUnit) -> Phrase {
    match unit {
        WeightUnit::Kilogram => KILOGRAM,
        WeightUnit::Jin => JIN,
        WeightUnit::Pound => POUND,
    }
}

/// What a price is for.
pub fn each(unit: WeightUnit) -> Phrase {
    match unit {
        WeightUnit::Kilogram => PER_KILOGRAM,
        WeightUnit::Jin => PER_JIN,
        WeightUnit::Pound => PER_POUND,
    }
}

/// A price of a unit: `¥12.35/斤`.
pub fn per(price: &str, unit: WeightUnit) -> String {
    match unit {
        WeightUnit::Kilogram => per_kilogram(price),
        WeightUnit::Jin => per_jin(price),
        WeightUnit::Pound => per_pound(price),
    }
}

/// A weight in a unit: `1.5 kg`.
pub fn quantity(grams: i64, unit: WeightUnit) -> String {
    format!("{} {}", unit.plain(grams).replace('-', "−"), name(unit).get())
}

/// The same with its grams: `1.2 斤 (600 克)`.
pub fn said(grams: i64, unit: WeightUnit) -> String {
    format!("{} ({})", quantity(grams, unit), self::grams(&grouped(grams)))
}

/// A whole number, in groups of three.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if number < 0 {
        out.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
