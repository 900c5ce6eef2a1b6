//! How the pages of products say things.

use domain::money::NumberFault;
use domain::order::Unit;
use domain::product::{Product, Stock};
use domain::record::Fields;
use domain::shop::list::{Entry, List, entries};

use super::model::{Fault, Place};
use crate::text::{Currency, fault as texts, new_order, products, weight};

/// A stock as people say it: `12`, or `2.5 kg`.
pub fn quantity(quantity: i64, unit: Unit) -> String {
    match unit {
        Unit::Piece => quantity.to_string().replace('-', "−"),
        Unit::Gram => weight::quantity(quantity, weight::shop()),
    }
}

/// How much came or went: with its sign.
pub fn moved(moved: i64, unit: Unit) -> String {
    let said = quantity(moved, unit);
    if moved > 0 { format!("+{said}") } else { said }
}

/// On hand, reserved and free in one line.
pub fn stock_line(stock: Stock, unit: Unit) -> String {
    if !stock.counted {
        return products::NOT_COUNTED.get().to_owned();
    }
    let part = |name: crate::text::Phrase, amount: i64| format!("{} {}", name.get(), quantity(amount, unit));
    let mut parts = vec![part(products::ON_HAND, stock.on_hand)];
    if stock.reserved != 0 {
        parts.push(part(products::RESERVED, stock.reserved));
        parts.push(part(products::FREE, stock.free()));
    }
    parts.join(" · ")
}

/// What a variant is called; 0 of a product with variants: what is not of any.
pub fn variant_name(product: &Product, variant: u32) -> String {
    let spec = product.spec(variant);
    match (spec.is_empty(), variant, product.variants.is_empty()) {
        (false, ..) => spec.to_owned(),
        (true, 0, true) => product.name.clone(),
        (true, ..) => products::WITHOUT.get().to_owned(),
    }
}

/// That these articles of a product have run out: which, or how many, where others are there.
pub fn out(product: &Product, articles: &[u32]) -> String {
    match articles {
        [one] if product.offered().len() > 1 => products::variant_short(product.spec(*one)),
        several if several.len() < product.offered().len() => {
            products::variants_short(u64::try_from(several.len()).unwrap_or(u64::MAX))
        }
        _ => products::SHORT.get().to_owned(),
    }
}

/// The first letter of a name, in place of a picture.
pub fn letter(name: &str) -> String {
    name.trim().chars().next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default()
}

/// The price levels that are offered.
pub fn levels(shop: &Fields) -> Vec<Entry> {
    entries(shop, List::Level).into_iter().filter(|entry| !entry.hidden).collect()
}

/// What is wrong with a field.
pub fn fault(place: &Place, fault: Fault, unit: Unit, currency: Currency) -> String {
    let phrase = match (place, fault) {
        (_, Fault::TooLong(most)) => return products::too_long(most),
        (Place::Name, Fault::Missing) => products::NAME_MISSING,
        (_, Fault::Missing) => products::SPEC_MISSING,
        (_, Fault::Number(NumberFault::TooLarge)) => products::TOO_LARGE,
        (_, Fault::Number(NumberFault::Negative)) => texts::BELOW_ZERO,
        (_, Fault::Number(NumberFault::OtherCurrency)) => texts::OTHER_CURRENCY,
        (_, Fault::Number(NumberFault::Ambiguous)) => texts::AMBIGUOUS,
        (Place::Stock(_), Fault::Number(_)) => return number(unit),
        (_, Fault::Number(NumberFault::TooPrecise)) if currency.exponent == 0 => {
            return new_order::no_places(currency.name.get());
        }
        (_, Fault::Number(NumberFault::TooPrecise)) => return new_order::places(currency.exponent),
        (_, Fault::Number(_)) => products::PRICE_WRONG,
    };
    phrase.get().to_owned()
}

/// What a stock has to be.
pub fn number(unit: Unit) -> String {
    match unit {
        Unit::Piece => products::STOCK_WHOLE.get().to_owned(),
        Unit::Gram => products::stock_weight(weight::name(weight::shop()).get()),
    }
}

#[cfg(test)]
mod tests {
    use domain::product::Variant;

    use super::*;
    use crate::features::products::model::Out;

    #[test]
    fn what_has_run_out_is_named_where_something_else_of_it_is_there() {
        let variant = |id, name: &str| Variant { id, name: name.into(), ..Variant::default() };
        let tea = Product {
            variants: vec![variant(1, "大饼"), variant(2, "小罐"), variant(3, "散装")],
            ..Product::default()
        };
        let said = |product: &Product, on_hand: &dyn Fn(u32) -> Option<i64>| {
            let Out { articles, is_oversold } = Out::of(product, |of| Stock::of(on_hand(of), 0, 0));
            ((!articles.is_empty()).then(|| out(product, &articles)), is_oversold)
        };
        assert_eq!(said(&tea, &|of| Some(i64::from(of) * 5)), (None, false));
        assert_eq!(said(&tea, &|of| (of == 2).then_some(0)), (Some(products::variant_short("小罐")), false));
        assert_eq!(said(&tea, &|of| Some(if of == 2 { 7 } else { -1 })), (Some(products::variants_short(2)), true));
        assert_eq!(said(&tea, &|_| Some(0)), (Some(products::SHORT.get().to_owned()), false));
        assert_eq!(said(&Product::default(), &|_| Some(0)), (Some(products::SHORT.get().to_owned()), false));
        assert_eq!(said(&tea, &|_| None), (None, false), "nobody counts it");
    }
}
