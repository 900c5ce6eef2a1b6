//! Weights: their units, and how a weight and the price of one are said.

use domain::order::Unit;
use domain::weight::WeightUnit;
use leptos::prelude::*;

use super::Phrase;

thread_local! {
    static SHOP: ArcRwSignal<WeightUnit> = ArcRwSignal::new(WeightUnit::default());
}

/// From now on, the shop weighs in this unit.
pub fn set_shop(unit: WeightUnit) {
    SHOP.with(|signal| {
        if signal.get_untracked() != unit {
            signal.set(unit);
        }
    });
}

/// What the shop weighs in.
pub fn shop() -> WeightUnit {
    SHOP.with(|signal| signal.get())
}

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
    weight_in(unit: &str): "重量（{unit}）", "Weight ({unit})";
    price_in(unit: &str): "{unit}单价", "Price {unit}";
    by(unit: &str): "称重，按{unit}定价", "Weight, priced per {unit}";
    WEIGHT: "重量", "Weight";
    GRAMS: "克", "g";
    WAY: "重量单位", "Unit of weight";
}

/// A price as the shop says it: of a piece, or of its unit of weight from that of a kilogram.
pub fn of_shop(minor: i64, unit: Unit) -> i64 {
    if unit == Unit::Gram { shop().price(minor) } else { minor }
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

/// What a field asks for that is filled in with a weight: `重量（斤）`.
pub fn field(unit: WeightUnit) -> String {
    weight_in(name(unit).get())
}

/// What a field asks for that is filled in with the price of a unit.
pub fn price_field(unit: WeightUnit) -> String {
    price_in(each(unit).get())
}

/// A price of a unit: `¥12.35/斤`.
pub fn per(price: &str, unit: WeightUnit) -> String {
    match unit {
        WeightUnit::Kilogram => per_kilogram(price),
        WeightUnit::Jin => per_jin(price),
        WeightUnit::Pound => per_pound(price),
    }
}

/// A weight in a unit: `1.5 kg`; less than a kilogram in grams.
pub fn quantity(grams: i64, unit: WeightUnit) -> String {
    if unit == WeightUnit::Kilogram && grams.unsigned_abs() < 1_000 {
        return self::grams(&grams.to_string().replace('-', "−"));
    }
    in_unit(grams, unit)
}

fn in_unit(grams: i64, unit: WeightUnit) -> String {
    format!("{} {}", unit.plain(grams).replace('-', "−"), name(unit).get())
}

/// Goods as a list knows them in words, `Apples 1250 g, Mug ×2`, their weights as the shop says them.
pub fn in_words(goods: &str) -> String {
    let (goods, more) = goods.strip_suffix('…').map_or((goods, ""), |goods| (goods, "…"));
    let said = |one: &str| {
        let (name, grams) = one.strip_suffix(" g")?.rsplit_once(' ')?;
        Some(format!("{name} {}", quantity(grams.parse().ok()?, shop())))
    };
    let each: Vec<String> = goods.split(", ").map(|one| said(one).unwrap_or_else(|| one.to_owned())).collect();
    each.join(", ") + more
}

/// The same with its grams: `1.2 斤 (600 克)`.
pub fn said(grams: i64, unit: WeightUnit) -> String {
    format!("{} ({})", in_unit(grams, unit), self::grams(&grouped(grams)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_weights_as_the_shop_does() {
        let goods = "Tea, loose 1250 g, Mug ×2, 蜜桔 600 g…";
        for unit in WeightUnit::ALL {
            set_shop(unit);
            let [tea, orange] = [1_250, 600].map(|grams| quantity(grams, unit));
            assert_eq!(in_words(goods), format!("Tea, loose {tea}, Mug ×2, 蜜桔 {orange}…"));
        }
        set_shop(WeightUnit::Jin);
        assert!(in_words(goods).contains("2.5 ") && !in_words(goods).contains("1250"));
        assert_eq!(in_words(" g, 茶 x g, 茶"), " g, 茶 x g, 茶", "what is no weight stays");
    }
}
