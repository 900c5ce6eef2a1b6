//! What a field makes of a figure that is typed, said below it before anything is saved.

use domain::figure::{Measure, Read, Usage};
use domain::money::NumberFault;
use domain::order::Unit;
use leptos::prelude::*;

use crate::session::Session;
use crate::text::{Currency, weight};
use crate::ui::Meaning;

/// Of money: an amount, or the price of a piece.
pub fn amount(session: Session, typed: RwSignal<String>) -> Signal<Meaning> {
    price(session, typed, Unit::Piece)
}

/// Of a price of a piece, or of the shop's unit of weight.
pub fn price(session: Session, typed: RwSignal<String>, unit: impl Into<Signal<Unit>>) -> Signal<Meaning> {
    let (usage, currency, unit) = (session.usage(), session.currency(), unit.into());
    Signal::derive(move || typed.with(|typed| of_price(typed, usage.get(), unit.get(), currency.get())))
}

/// Of the price of a line, in its own unit of weight.
pub fn price_in(session: Session, typed: RwSignal<String>, measure: impl Into<Signal<Measure>>) -> Signal<Meaning> {
    let (usage, currency, measure) = (session.usage(), session.currency(), measure.into());
    Signal::derive(move || {
        let usage = usage.get();
        let measure = measure.get();
        let usage = Usage { weight: measure.weight_unit().unwrap_or(usage.weight), ..usage };
        typed.with(|typed| of_price(typed, usage, measure.unit, currency.get()))
    })
}

/// Of a quantity: pieces, or a weight.
pub fn quantity(session: Session, typed: RwSignal<String>, measure: impl Into<Signal<Measure>>) -> Signal<Meaning> {
    let (usage, measure) = (session.usage(), measure.into());
    Signal::derive(move || typed.with(|typed| of_quantity(typed, usage.get(), measure.get())))
}

fn of_price(typed: &str, usage: Usage, unit: Unit, currency: Currency) -> Meaning {
    let plain = |minor: i64| usage.plain_price(minor, unit);
    let said = |minor: i64| match unit {
        Unit::Piece => currency.full(minor),
        Unit::Gram => weight::per(&format!("{}{}", currency.symbol, plain(minor)), usage.weight),
    };
    meaning(typed, usage.reader().price(typed, usage.measure(unit)), plain, said)
}

fn of_quantity(typed: &str, usage: Usage, measure: Measure) -> Meaning {
    let plain = |amount: i64| measure.plain(amount, usage.currency);
    let said = |amount: i64| match measure.unit {
        Unit::Piece => weight::grouped(amount),
        Unit::Gram => weight::said(amount, measure.weight_unit().unwrap_or(usage.weight)),
    };
    meaning(typed, usage.reader().quantity(typed, measure), plain, said)
}

fn meaning(
    typed: &str,
    read: Result<Read, NumberFault>,
    plain: impl Fn(i64) -> String,
    said: impl Fn(i64) -> String,
) -> Meaning {
    match read {
        Ok(Read::Certain(value)) if is_plain(typed, &plain(value)) => Meaning::Plain,
        Ok(Read::Certain(value)) => Meaning::Is(said(value)),
        Ok(read) => Meaning::OneOf(read.meanings().map(|value| (said(value), plain(value))).collect()),
        Err(_) => Meaning::Plain,
    }
}

/// Whether a figure is typed as we would write it, but for zeros that say nothing.
fn is_plain(typed: &str, plain: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim().trim_start_matches('0');
        match text.split_once('.') {
            Some((whole, decimals)) => format!("{whole}.{}", decimals.trim_end_matches('0')),
            None => format!("{text}."),
        }
    };
    bare(typed) == bare(plain)
}

#[cfg(test)]
mod tests {
    use domain::weight::WeightUnit;

    use super::*;

    fn usage(code: &str, weight: WeightUnit) -> (Usage, Currency) {
        let currency = domain::Currency::parse(code).unwrap();
        (Usage { currency, weight }, currency.into())
    }

    fn price(typed: &str, code: &str) -> Meaning {
        let (usage, currency) = usage(code, WeightUnit::Kilogram);
        of_price(typed, usage, Unit::Piece, currency)
    }

    fn is(said: &str) -> Meaning {
        Meaning::Is(said.to_owned())
    }

    #[test]
    fn c26_what_was_understood_is_said_where_it_is_not_typed_plainly() {
        for (typed, code, meaning) in [
            ("4,20", "EUR", is("€4.20")),
            ("12,50", "CNY", is("¥12.50")),
            ("12块5", "CNY", is("¥12.50")),
            ("1,200", "CNY", is("¥1,200.00")),
            ("１２", "CNY", is("¥12.00")),
            ("1.200", "JPY", is("¥1,200")),
            ("12.5", "CNY", Meaning::Plain),
            ("12.50", "EUR", Meaning::Plain),
            ("012", "CNY", Meaning::Plain),
            ("12.", "CNY", Meaning::Plain),
            ("", "CNY", Meaning::Plain),
            ("abc", "CNY", Meaning::Plain),
            ("$5", "CNY", Meaning::Plain),
        ] {
            assert_eq!(price(typed, code), meaning, "{typed} {code}");
        }
    }

    #[test]
    fn what_can_mean_two_things_is_asked_and_each_choice_is_clear() {
        let Meaning::OneOf(choices) = price("1.200", "EUR") else { panic!() };
        assert_eq!(choices.iter().map(|(said, _)| said.as_str()).collect::<Vec<_>>(), ["€1,200.00", "€1.20"]);
        for (said, plain) in choices {
            assert_eq!(price(&plain, "EUR"), Meaning::Plain, "{said}");
        }
        assert_eq!(price("1,234", "EUR"), Meaning::OneOf(vec![("€1,234.00".to_owned(), "1234.00".to_owned())]));
    }

    #[test]
    fn weights_are_said_in_the_shop_s_unit_and_in_grams() {
        crate::text::set_language(crate::text::Language::En);
        let (jin, _) = usage("CNY", WeightUnit::Jin);
        let measure = jin.measure(Unit::Gram);
        assert_eq!(of_quantity("1.2", jin, measure), Meaning::Plain);
        assert_eq!(of_quantity("1,2", jin, measure), is("1.2 jin (600 g)"));
        assert_eq!(of_quantity("500g", jin, measure), is("1 jin (500 g)"));
        assert_eq!(of_quantity("1,200", jin, Measure::PIECE), is("1,200"));
    }
}
