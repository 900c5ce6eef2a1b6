//! Figures: money, whose sign and decimals step back, and serials, whose count is the name people say.

use leptos::prelude::*;

use super::Tone;
use crate::text::{Currency, MoneyParts};

/// How large a figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// As the text around it, not bold.
    Small,
    /// As the text around it.
    #[default]
    Normal,
    /// A figure of a section.
    Large,
    /// The amount of a page.
    ExtraLarge,
    /// The amount being taken.
    Hero,
}

impl Size {
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::Small => Some("s"),
            Self::Normal => None,
            Self::Large => Some("l"),
            Self::ExtraLarge => Some("xl"),
            Self::Hero => Some("hero"),
        }
    }
}

/// An amount, also for programs: `data-minor`.
#[component]
pub fn Money(
    /// In minor units.
    #[prop(into)]
    minor: Signal<i64>,
    /// Of which currency.
    #[prop(into)]
    currency: Signal<Currency>,
    /// How large.
    #[prop(optional)]
    size: Size,
    /// Its colour.
    #[prop(optional)]
    tone: Option<Tone>,
) -> impl IntoView {
    // A large figure says how long it is, so that it shrinks before it leaves its place.
    let is_large = matches!(size, Size::ExtraLarge | Size::Hero);
    let long = move || {
        is_large.then(|| {
            let currency = currency.get();
            let MoneyParts { sign, whole, decimals } = currency.parts(minor.get());
            let characters = [sign, currency.symbol, &whole, &decimals].map(|part| part.chars().count());
            characters.iter().sum::<usize>().to_string()
        })
    };
    let parts = move || {
        let currency = currency.get();
        let MoneyParts { sign, whole, decimals } = currency.parts(minor.get());
        view! {
            {sign}
            <span class="cur">{currency.symbol}</span>
            {whole}
            <span class="dec">{decimals}</span>
        }
    };
    view! {
        <span
            class="money"
            data-size=size.key()
            data-tone=tone.map(Tone::key)
            data-minor=move || minor.get().to_string()
            style=("--long", long)
        >
            {parts}
        </span>
    }
}

/// A number such as `261123-K7-0042`: all before the last hyphen steps back. In a row below its day's
/// heading, the day is said, not shown.
#[component]
pub fn Serial(
    /// The whole number.
    #[prop(into)]
    number: String,
    /// How large.
    #[prop(optional)]
    size: Size,
    /// It stands in a row below its day.
    #[prop(optional)]
    in_row: bool,
) -> impl IntoView {
    let (before, count) = match number.rfind('-') {
        Some(at) => number.split_at(at + 1),
        None => ("", number.as_str()),
    };
    let (day, tablet) = match (in_row, before.find('-')) {
        (true, Some(at)) => before.split_at(at + 1),
        _ => ("", before),
    };
    view! {
        <span class="serial" data-size=size.key()>
            {(!day.is_empty()).then(|| view! { <span class="day">{day.to_owned()}</span> })}
            <span class="pre">{tablet.to_owned()}</span>
            <b>{count.to_owned()}</b>
        </span>
    }
}
