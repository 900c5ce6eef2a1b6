//! Labels of scales: a code that says which article it is, and its weight, its price or both. How the digits lie is the
//! shop's setting: a [`Layout`]. The check digits of prices are those of the GS1 General Specifications, 7.9.2 to 7.9.4.

use core::fmt;

use super::gtin::{check_digit, digits, is_checked};
use super::{Place, fold, is_sold};
use crate::money::{MAX_GRAMS, MAX_PIECES};
use crate::order::Unit;
use crate::product::Product;
use crate::weight::{KILOGRAM, WeightUnit, rounded};

/// The most layouts that a shop has.
pub const MOST: usize = 20;
/// The field of the shop's record that holds them, each as a text.
pub const FIELD: &str = "scale_labels";

/// What a digit of a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// Of the prefix.
    Prefix,
    /// Of the article's number.
    Item,
    /// Of the weight.
    Weight,
    /// Of the price.
    Price,
    /// Of the number of pieces.
    Pieces,
    /// The check digit of the price alone; of the weight, where there is no price.
    PriceCheck,
    /// The check digit of the whole.
    Check,
    /// Nothing that counts.
    Idle,
}

impl Sign {
    fn parse(sign: char) -> Option<Self> {
        Some(match sign.to_ascii_uppercase() {
            'F' => Self::Prefix,
            'I' => Self::Item,
            'W' => Self::Weight,
            'P' => Self::Price,
            'N' => Self::Pieces,
            'K' => Self::PriceCheck,
            'C' => Self::Check,
            'X' => Self::Idle,
            _ => return None,
        })
    }
}

/// How the digits of a label lie, such as `20-29 FFIIIIIWWWWWC`: the prefixes, then a letter for each digit: F prefix,
/// I article, W weight, P price, N pieces, K check digit of the price or the weight, C check digit, X anything. A point among the W
/// stands before the decimals (three without it), one among the P before those of the currency. `lb` or `jin` behind it
/// is what it weighs in; without it that is kilograms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The prefixes that it is for; none: any.
    prefixes: Vec<u32>,
    signs: Vec<Sign>,
    weight_decimals: u32,
    price_decimals: Option<u32>,
    unit: WeightUnit,
    prefix: String,
    pattern: String,
}

/// Why a layout is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutFault {
    /// Nothing is there.
    #[error("nothing was typed")]
    Empty,
    /// A letter that means nothing.
    #[error("a sign that means nothing")]
    Sign,
    /// No digit says which article it is.
    #[error("no article")]
    NoItem,
    /// Neither weight nor price nor pieces.
    #[error("no figure")]
    NoFigure,
    /// The prefixes are no numbers of as many digits as there are places for.
    #[error("the prefixes don't fit")]
    Prefix,
    /// More digits than any label has, or a figure that is too long.
    #[error("too long")]
    TooLong,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = Some(self.unit).filter(|unit| *unit != WeightUnit::Kilogram).map(WeightUnit::key);
        let parts = [Some(self.prefix.as_str()).filter(|prefix| !prefix.is_empty()), Some(&self.pattern), unit];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// What a label says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// The article's number.
    pub item: String,
    /// Its weight.
    pub grams: Option<i64>,
    /// What it costs, minor units.
    pub price: Option<i64>,
    /// How many.
    pub pieces: Option<i64>,
    /// The article's number with its prefix, and the label as it would be without any figure: shops write down either.
    others: Vec<String>,
}

/// Why a label is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelFault {
    /// A check digit says that a digit was misread or misprinted.
    Check,
}

/// Layouts that scales are often set to, the likeliest first: the prefix is typed by the shop.
pub const PRESETS: [&str; 11] = [
    "FFIIIIIWWWWWC",
    "FFIIIIIPPPPPC",
    "FFIIIIIIWWWWC",
    "FFIIIIIIPPPPC",
    "FFIIIIKPPPPPC",
    "FFIIIIIKPPPPC",
    "FFIIIIKWWWWWC",
    "FFIIIIIKWWWWC",
    "FFIIIIIPPPPPWWWWWC",
    "FFIIIIIWWWWWPPPPPC",
    "FFIIIIIIWWWWWPPPPC",
];

/// A digit times a factor of GS1: `+` with its tens added, `−` with them taken off.
fn weighted(digit: u8, factor: Factor) -> u8 {
    let n = digit;
    match factor {
        Factor::TwoMinus => (2 * n + 10 - (2 * n) / 10) % 10,
        Factor::Three => (3 * n) % 10,
        Factor::FivePlus => (5 * n + (5 * n) / 10) % 10,
        Factor::FiveMinus => (5 * n + 10 - (5 * n) / 10) % 10,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    TwoMinus,
    Three,
    FivePlus,
    FiveMinus,
}

/// The check digit of a price of four or five digits; of others there is none.
fn price_check(price: &[u8]) -> Option<u8> {
    use Factor::{FiveMinus, FivePlus, Three, TwoMinus};
    let sum = |factors: &[Factor]| -> u8 {
        let each = price.iter().zip(factors).map(|(digit, factor)| u32::from(weighted(*digit, *factor)));
        u8::try_from(each.sum::<u32>() % 10).unwrap_or_default()
    };
    match price.len() {
        4 => Some(sum(&[TwoMinus, TwoMinus, Three, FiveMinus]) * 3 % 10),
        5 => {
            let rest = (10 - sum(&[FivePlus, TwoMinus, FiveMinus, FivePlus, TwoMinus])) % 10;
            (0..10).find(|digit| weighted(*digit, FiveMinus) == rest)
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum: i64, digit| sum.saturating_mul(10).saturating_add(i64::from(*digit)))
}

fn written(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0'.saturating_add(*digit))).collect()
}

/// So many of the smallest unit, where the figure has `has` decimals and the unit `wants`.
fn scaled(figure: i64, has: u32, wants: u32) -> i64 {
    let power = |by: u32| 10_i64.saturating_pow(by);
    if has <= wants {
        figure.saturating_mul(power(wants.saturating_sub(has)))
    } else {
        figure / power(has.saturating_sub(wants)).max(1)
    }
}

impl Layout {
    /// Reads a layout as the shop keeps it or a person types it.
    pub fn parse(text: &str) -> Result<Self, LayoutFault> {
        let text = fold(text).to_uppercase();
        let mut parts: Vec<&str> = text.split_whitespace().collect();
        let unit = parts.last().and_then(|last| WeightUnit::parse(&last.to_lowercase()));
        if unit.is_some() {
            parts.pop();
        }
        let pattern_begins = parts.iter().position(|part| part.chars().any(char::is_alphabetic));
        let pattern: String = parts.split_off(pattern_begins.ok_or(LayoutFault::Empty)?).concat();
        let mut signs: Vec<Sign> = Vec::new();
        let (mut weight_decimals, mut price_decimals) = (None, None);
        let mut point_after = None;
        for sign in pattern.chars() {
            if matches!(sign, '.' | ',' | '·') {
                point_after = signs.last().copied();
                match point_after {
                    Some(Sign::Weight) => weight_decimals = Some(0),
                    Some(Sign::Price) => price_decimals = Some(0),
                    _ => return Err(LayoutFault::Sign),
                }
                continue;
            }
            let sign = Sign::parse(sign).ok_or(LayoutFault::Sign)?;
            if point_after == Some(sign) {
                let decimals = if sign == Sign::Weight { &mut weight_decimals } else { &mut price_decimals };
                *decimals = decimals.map(|count: u32| count.saturating_add(1));
            }
            signs.push(sign);
        }
        let count = |of: Sign| signs.iter().filter(|sign| **sign == of).count();
        if count(Sign::Item) == 0 {
            return Err(LayoutFault::NoItem);
        }
        if count(Sign::Weight) + count(Sign::Price) + count(Sign::Pieces) == 0 {
            return Err(LayoutFault::NoFigure);
        }
        let is_long = [Sign::Weight, Sign::Price, Sign::Pieces].into_iter().any(|of| count(of) > 9);
        if is_long || signs.len() > 48 || count(Sign::Check) > 1 || count(Sign::PriceCheck) > 1 {
            return Err(LayoutFault::TooLong);
        }
        let places = count(Sign::Prefix);
        let mut prefixes = Vec::new();
        for one in parts.iter().flat_map(|part| part.split([',', ';', '、'])).filter(|one| !one.is_empty()) {
            let (from, to) = one.split_once('-').unwrap_or((one, one));
            let read = |typed: &str| {
                let fits = typed.len() == places && typed.len() < 6;
                typed.parse::<u32>().ok().filter(|_| fits).ok_or(LayoutFault::Prefix)
            };
            let (from, to) = (read(from)?, read(to)?);
            if from > to || to.saturating_sub(from) > 99 {
                return Err(LayoutFault::Prefix);
            }
            prefixes.extend(from..=to);
        }
        if places > 0 && prefixes.is_empty() {
            return Err(LayoutFault::Prefix);
        }
        Ok(Self {
            prefixes,
            signs,
            weight_decimals: weight_decimals.unwrap_or(3),
            price_decimals,
            unit: unit.unwrap_or_default(),
            prefix: parts.join(" "),
            pattern,
        })
    }

    /// Its letters, without the prefixes.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Its prefixes, as they were typed.
    pub fn prefixes(&self) -> &str {
        &self.prefix
    }

    /// What it weighs in.
    pub fn unit(&self) -> WeightUnit {
        self.unit
    }

    /// A weight that it says, in grams.
    fn grams(&self, weight: &[u8]) -> i64 {
        let nanograms = i128::from(number(weight)) * i128::from(self.unit.nanograms());
        let gram = i128::from(KILOGRAM / 1_000) * 10_i128.pow(self.weight_decimals);
        i64::try_from(rounded(nanograms, gram)).unwrap_or(i64::MAX)
    }

    fn part(&self, code: &[u8], of: Sign) -> Vec<u8> {
        self.signs.iter().zip(code).filter(|(sign, _)| **sign == of).map(|(_, digit)| *digit).collect()
    }

    /// What a code says that lies so; `None`: it is no such label. `exponent`: decimals of the shop's currency.
    pub fn read(&self, code: &str, exponent: u32) -> Option<Result<Label, LabelFault>> {
        let code = digits(&fold(code))?;
        if code.len() != self.signs.len() {
            return None;
        }
        let prefix = self.part(&code, Sign::Prefix);
        if !self.prefixes.is_empty() && !self.prefixes.iter().any(|one| i64::from(*one) == number(&prefix)) {
            return None;
        }
        let place = self.signs.iter().position(|sign| *sign == Sign::Check);
        // The digit of the whole vouches for all before it; for all others, where it stands elsewhere.
        let is_right = place.is_none_or(|place| {
            let (before, after) = code.split_at(place.min(code.len()));
            match after {
                [_] => is_checked(&code),
                [check, after @ ..] => check_digit(&[before, after].concat()) == *check,
                [] => true,
            }
        });
        let price = self.part(&code, Sign::Price);
        let price_checks = self.part(&code, Sign::PriceCheck);
        let checked = if price.is_empty() { self.part(&code, Sign::Weight) } else { price };
        let is_price_right = price_checks.first().is_none_or(|check| price_check(&checked) == Some(*check));
        if !is_right || !is_price_right {
            return Some(Err(LabelFault::Check));
        }
        let figure = |of: Sign, has: u32, wants: u32| {
            let part = self.part(&code, of);
            (!part.is_empty()).then(|| scaled(number(&part), has, wants))
        };
        let item = self.part(&code, Sign::Item);
        let mut others = vec![written(&[prefix, item.clone()].concat())];
        let is_figure = |sign: &Sign| {
            matches!(sign, Sign::Weight | Sign::Price | Sign::Pieces | Sign::PriceCheck | Sign::Check | Sign::Idle)
        };
        let bare = self.signs.iter().zip(&code).map(|(sign, digit)| if is_figure(sign) { 0 } else { *digit });
        let mut bare: Vec<u8> = bare.collect();
        others.push(written(&bare));
        if place.is_some_and(|place| place.saturating_add(1) == bare.len()) {
            bare.pop();
            bare.push(check_digit(&bare));
            others.push(written(&bare));
        }
        Some(Ok(Label {
            item: written(&item),
            grams: Some(self.part(&code, Sign::Weight)).filter(|part| !part.is_empty()).map(|part| self.grams(&part)),
            price: figure(Sign::Price, self.price_decimals.unwrap_or(exponent), exponent),
            pieces: figure(Sign::Pieces, 0, 0),
            others,
        }))
    }
}

/// How a label is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// What the quantity counts.
    pub unit: Unit,
    /// Pieces or grams.
    pub quantity: i64,
    /// Price of a piece or a kilogram, minor units; none: nobody has set one.
    pub price: Option<i64>,
    /// What comes off, so that it is what the label says.
    pub discount: i64,
}

/// A weight that comes to a sum: at the usual price, with what comes off it, or at the price that makes it so.
fn exact(grams: i64, sum: i64, usual: Option<i64>, per: WeightUnit) -> Sale {
    let sale = |price: i64| {
        let discount = per.amount(grams, price).saturating_sub(sum);
        (discount >= 0).then_some(Sale { unit: Unit::Gram, quantity: grams, price: Some(price), discount })
    };
    let even = i64::try_from(i128::from(sum) * 1_000 / i128::from(grams.max(1))).unwrap_or(i64::MAX);
    let even = match per {
        // Of a pound a price has whole minor units.
        WeightUnit::Pound => [0, 1].map(|more| per.of_kilogram(per.price(even).saturating_add(more))),
        WeightUnit::Kilogram | WeightUnit::Jin => [even, even.saturating_add(1)],
    };
    let whole = Sale { unit: Unit::Piece, quantity: 1, price: Some(sum), discount: 0 };
    usual.into_iter().chain(even).find_map(sale).unwrap_or(whole)
}

impl Label {
    /// Whether it says nothing but the article.
    pub fn is_bare(&self) -> bool {
        [self.grams, self.price, self.pieces].into_iter().all(|figure| figure.is_none_or(|figure| figure == 0))
    }

    /// How it is sold: what it says it costs is what the line comes to. `unit` and `usual` are the article's, `per`
    /// is what the shop weighs in. `None` where it says a weight of what is sold by the piece.
    pub fn sale(&self, unit: Unit, usual: Option<i64>, per: WeightUnit) -> Option<Sale> {
        let above = |figure: Option<i64>, most: i64| figure.filter(|figure| (1..=most).contains(figure));
        let grams = above(self.grams, MAX_GRAMS);
        let pieces = above(self.pieces, MAX_PIECES);
        let price = above(self.price, crate::money::MAX_AMOUNT);
        let piece = |quantity, price| Some(Sale { unit: Unit::Piece, quantity, price, discount: 0 });
        match (unit, grams, price) {
            (Unit::Gram, Some(grams), Some(sum)) => Some(exact(grams, sum, usual, per)),
            (Unit::Gram, Some(quantity), None) => Some(Sale { unit, quantity, price: usual, discount: 0 }),
            (Unit::Gram, None, Some(sum)) => match usual.filter(|usual| *usual > 0) {
                Some(usual) => {
                    let grams = (i128::from(sum) * 1_000 + i128::from(usual) - 1) / i128::from(usual);
                    let grams = i64::try_from(grams).unwrap_or(MAX_GRAMS).clamp(1, MAX_GRAMS);
                    // By the pound a gram more may be what it takes.
                    let fits = (grams..grams.saturating_add(5)).find(|grams| per.amount(*grams, usual) >= sum);
                    Some(exact(fits.unwrap_or(grams), sum, Some(usual), per))
                }
                None => piece(1, Some(sum)),
            },
            (Unit::Gram, None, None) => None,
            (Unit::Piece, _, Some(sum)) => match pieces {
                Some(count) if sum % count == 0 => piece(count, Some(sum / count)),
                _ => piece(1, Some(sum)),
            },
            (Unit::Piece, _, None) => pieces.and_then(|count| piece(count, usual)),
        }
    }

    /// How surely a product's code names what the label is about.
    fn is_named(&self, code: &str) -> Option<u8> {
        let code = fold(code);
        if code == self.item || self.others.contains(&code) {
            return Some(0);
        }
        let bare = |text: &str| text.trim_start_matches('0').to_owned();
        let is_number = !code.is_empty() && code.bytes().all(|sign| sign.is_ascii_digit());
        (is_number && !bare(&code).is_empty() && bare(&code) == bare(&self.item)).then_some(1)
    }

    /// The articles that it is about, in the same order on every tablet.
    pub fn places<'a>(&self, products: impl Iterator<Item = &'a Product>) -> Vec<Place> {
        let mut found = Vec::new();
        for product in products {
            for (nth, (of, article)) in super::articles(product).enumerate() {
                let named = super::codes(article).filter_map(|code| self.is_named(code)).min();
                if let Some(rank) = named {
                    found.push((!is_sold(product, of), rank, product.place(), nth, (product.id, of)));
                }
            }
        }
        found.sort();
        let best = found.first().map(|(is_idle, rank, ..)| (*is_idle, *rank));
        found.retain(|(is_idle, rank, ..)| Some((*is_idle, *rank)) == best);
        found.into_iter().map(|(.., place)| place).collect()
    }
}

/// What a scanned code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// Nothing here has it.
    Unknown,
    /// These articles have it; where there are several, a person chooses.
    Articles(Vec<Place>),
    /// A label of a scale, and the articles that it may be about: none, where no article has its number.
    Label(Label, Vec<Place>),
    /// A label of a scale that was misread or misprinted.
    Misread,
}

/// The GTIN of a GS1 element string or of a GS1 web address, and the code without what names its kind.
fn others(code: &str) -> Vec<String> {
    let mut others = Vec::new();
    // What names the kind of code: `]E0`, `]C1`.
    let bare = match code.strip_prefix(']') {
        Some(rest) if rest.len() > 2 && rest.is_char_boundary(2) => rest.split_at(2).1,
        _ => code,
    };
    if bare != code {
        others.push(bare.to_owned());
    }
    let numbered = bare.trim_start_matches('\u{1d}');
    let after = numbered.strip_prefix("01").or_else(|| {
        // Behind another field, that is in brackets or ends with a separator.
        ["(01)", "\u{1d}01", "/01/"].iter().find_map(|kind| Some(bare.split_once(kind)?.1))
    });
    let fourteen = after.and_then(|after| after.get(..14)).filter(|it| it.bytes().all(|sign| sign.is_ascii_digit()));
    others.extend(fourteen.map(str::to_owned));
    others
}

/// What a scanned code means in a shop with these layouts; `exponent`: decimals of its currency.
pub fn read<'a>(
    products: impl Iterator<Item = &'a Product> + Clone,
    layouts: &[Layout],
    exponent: u32,
    code: &str,
) -> Scanned {
    let code = code.trim();
    for code in [code.to_owned()].into_iter().chain(others(code)) {
        let found = super::find(products.clone(), &code);
        if !found.is_empty() {
            return Scanned::Articles(found);
        }
    }
    let mut unknown = Scanned::Unknown;
    for layout in layouts {
        match layout.read(code, exponent) {
            Some(Ok(label)) => {
                let places = label.places(products.clone());
                if !places.is_empty() {
                    return Scanned::Label(label, places);
                }
                unknown = Scanned::Label(label, places);
            }
            // Without a prefix it may be anything.
            Some(Err(LabelFault::Check)) if unknown == Scanned::Unknown && !layout.prefixes.is_empty() => {
                unknown = Scanned::Misread;
            }
            _ => {}
        }
    }
    unknown
}

/// Whether a code has the form of a scale's label: a number of the shop's own that begins with 20 to 29.
pub fn looks_like_one(code: &str) -> bool {
    let Some(code) = digits(&fold(code)) else { return false };
    let begins = matches!(code.as_slice(), [2, ..]);
    begins && matches!(code.len(), 13 | 18) && is_checked(&code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::order::Line;
    use crate::product::Article;

    fn layout(text: &str) -> Layout {
        Layout::parse(text).unwrap()
    }

    fn label(pattern: &str, code: &str) -> Option<Result<Label, LabelFault>> {
        layout(pattern).read(code, 2)
    }

    /// The label with its right check digit.
    fn with_check(code: &str) -> String {
        let digits = digits(code).unwrap();
        format!("{code}{}", check_digit(&digits))
    }

    fn figures(read: Option<Result<Label, LabelFault>>) -> (String, Option<i64>, Option<i64>) {
        let label = read.unwrap().unwrap();
        (label.item, label.grams, label.price)
    }

    fn product(id: u128, code: &str, unit: Unit, price: Option<i64>) -> Product {
        let article = Article { code: code.into(), price, ..Article::default() };
        Product { id: Uuid::from_u128(id), article, unit, ..Product::default() }
    }

    #[test]
    fn c18_weight_price_and_both_are_read() {
        let code = with_check("210012301250");
        assert_eq!(figures(label("20-29 FFIIIIIWWWWWC", &code)), ("00123".into(), Some(1_250), None));
        assert_eq!(figures(label("21 FFIIIIIPPPPPC", &code)), ("00123".into(), None, Some(12_50)));
        assert_eq!(figures(label("21 FFIIIIIPPPP.PC", &code)), ("00123".into(), None, Some(12_500)));
        assert_eq!(figures(label("21 FFIIIIIWWW.WWC", &code)), ("00123".into(), Some(12_500), None));
        let both = with_check("22001230312001500");
        assert_eq!(figures(label("22 FFIIIIIPPPPPWWWWWC", &both)), ("00123".into(), Some(1_500), Some(31_20)));
        assert_eq!(figures(label("22 FFIIIIIWWWWWPPPPPC", &both)), ("00123".into(), Some(3_120), Some(15_00)));
        // As it was reported: no prefix, and a last digit of the scale's own.
        assert_eq!(figures(label("IIIIIIIWWWWWX", "4000555020002")), ("4000555".into(), Some(2_000), None));
    }

    #[test]
    fn what_is_no_such_label_is_none_and_a_misread_one_is_said() {
        let code = with_check("210012301250");
        let mut wrong = code.clone();
        wrong.replace_range(11..12, "1");
        assert_eq!(label("21 FFIIIIIWWWWWC", &wrong), Some(Err(LabelFault::Check)));
        assert_eq!(label("22 FFIIIIIWWWWWC", &code), None);
        assert_eq!(label("21 FFIIIIIWWWWWC", "21001230125"), None);
        assert_eq!(label("21 FFIIIIIWWWWWC", "SF12345678901"), None);
    }

    #[test]
    fn prices_have_check_digits_of_their_own() {
        // The examples of the GS1 General Specifications.
        assert_eq!(price_check(&[2, 8, 7, 5]), Some(9));
        assert_eq!(price_check(&[1, 4, 6, 8, 5]), Some(6));
        assert_eq!(price_check(&[1, 2, 3]), None);
        let code = with_check("201234614685");
        assert_eq!(figures(label("20 FFIIIIKPPPPPC", &code)), ("1234".into(), None, Some(14_685)));
        let code = with_check("201234714685");
        assert_eq!(label("20 FFIIIIKPPPPPC", &code), Some(Err(LabelFault::Check)));
        let code = with_check("201234592875");
        assert_eq!(figures(label("20 FFIIIIIKPPPPC", &code)), ("12345".into(), None, Some(28_75)));
    }

    #[test]
    fn layouts_are_read_as_people_write_them_and_refused_with_a_reason() {
        assert_eq!(layout(" 20-22, 25  ffiiiii wwwww c").to_string(), "20-22, 25 FFIIIIIWWWWWC");
        assert_eq!(layout("20-22, 25 FFIIIIIWWWWWC").prefixes, [20, 21, 22, 25]);
        assert_eq!(layout("20-22,25 FFIIIIIWWWWWC").pattern(), "FFIIIIIWWWWWC");
        assert_eq!(layout("20-22,25 FFIIIIIWWWWWC").prefixes(), "20-22,25");
        for (text, fault) in [
            ("", LayoutFault::Empty),
            ("21", LayoutFault::Empty),
            ("21 FFIIIIIZZZZZC", LayoutFault::Sign),
            ("21 FFWWWWWC", LayoutFault::NoItem),
            ("21 FFIIIIIC", LayoutFault::NoFigure),
            ("FFIIIIIWWWWWC", LayoutFault::Prefix),
            ("2 FFIIIIIWWWWWC", LayoutFault::Prefix),
            ("29-20 FFIIIIIWWWWWC", LayoutFault::Prefix),
            ("21 FFIIIIIWWWWWWWWWWC", LayoutFault::TooLong),
        ] {
            assert_eq!(Layout::parse(text), Err(fault), "{text}");
        }
        for preset in PRESETS {
            assert_eq!(layout(&format!("20-29 {preset}")).pattern(), preset);
        }
    }

    #[test]
    fn the_article_is_found_by_its_number_with_and_without_zeros_or_by_its_bare_label() {
        let all = [
            product(1, "123", Unit::Gram, Some(20_80)),
            product(2, "00456", Unit::Gram, Some(10_00)),
            product(3, "2100789000005", Unit::Gram, None),
            product(4, "2100999", Unit::Piece, None),
            product(5, "00123X", Unit::Piece, None),
        ];
        let layouts = [layout("21 FFIIIIIWWWWWC")];
        let places = |code: &str| {
            let Scanned::Label(label, places) = read(all.iter(), &layouts, 2, code) else { panic!("{code}") };
            (label.grams.unwrap(), places.iter().map(|(id, _)| id.as_u128()).collect::<Vec<_>>())
        };
        assert_eq!(places(&with_check("210012301250")), (1_250, vec![1]));
        assert_eq!(places(&with_check("210045600100")), (100, vec![2]));
        assert_eq!(places(&with_check("210078900100")), (100, vec![3]));
        assert_eq!(places(&with_check("210099900100")), (100, vec![4]));
        assert_eq!(places(&with_check("210011100100")), (100, vec![]));
        assert_eq!(read(all.iter(), &layouts, 2, "2100123012501"), Scanned::Misread);
        assert_eq!(read(all.iter(), &[], 2, &with_check("210012301250")), Scanned::Unknown);
        assert!(matches!(read(all.iter(), &layouts, 2, "2100999"), Scanned::Articles(_)), "a whole code comes first");
    }

    /// R10: opensourcepos/opensourcepos#3188: a check digit of its own for the weight.
    #[test]
    fn r10_the_check_digit_of_a_weight_is_right_or_the_label_was_misread() {
        let layout = Layout::parse("23 FFIIIIIKWWWWC").unwrap();
        let own = price_check(&[0, 5, 0, 0]).unwrap();
        let label = layout.read(&with_check(&format!("2340119{own}0500")), 2).unwrap().unwrap();
        assert_eq!((label.item.as_str(), label.grams, label.price), ("40119", Some(500), None));
        let other = (own + 1) % 10;
        assert_eq!(layout.read(&with_check(&format!("2340119{other}0500")), 2), Some(Err(LabelFault::Check)));
    }

    #[test]
    fn codes_that_say_more_than_the_article_name_it() {
        let all = [product(1, "6901234567892", Unit::Piece, None), product(2, "TEA", Unit::Piece, None)];
        for code in [
            "]E06901234567892",
            "(17)261231(01)06901234567892(10)A1",
            "10A1\u{1d}0106901234567892",
            "]C10106901234567892\u{1d}10LOT7",
            "010690123456789210LOT7",
            "(01)06901234567892(17)261231",
            "https://id.example/01/06901234567892?lot=7",
        ] {
            assert_eq!(read(all.iter(), &[], 2, code), Scanned::Articles(vec![(all[0].id, 0)]), "{code}");
        }
        assert_eq!(read(all.iter(), &[], 2, "]A0TEA"), Scanned::Articles(vec![(all[1].id, 0)]));
    }

    #[test]
    fn labels_are_sold_as_their_articles_are() {
        let says = |grams: Option<i64>, price: Option<i64>, pieces: Option<i64>| Label {
            grams,
            price,
            pieces,
            ..Label::default()
        };
        let sale = |unit, quantity, price, discount| Some(Sale { unit, quantity, price, discount });
        let (gram, piece) = (Unit::Gram, Unit::Piece);
        assert_eq!(
            says(Some(1_250), None, None).sale(gram, Some(20_80), WeightUnit::Kilogram),
            sale(gram, 1_250, Some(20_80), 0)
        );
        assert_eq!(says(Some(1_250), None, None).sale(gram, None, WeightUnit::Kilogram), sale(gram, 1_250, None, 0));
        assert_eq!(
            says(Some(1_500), Some(31_20), None).sale(gram, Some(20_80), WeightUnit::Kilogram),
            sale(gram, 1_500, Some(20_80), 0)
        );
        // The scale rounded down to a tenth.
        assert_eq!(
            says(Some(1_255), Some(26_10), None).sale(gram, Some(20_80), WeightUnit::Kilogram),
            sale(gram, 1_255, Some(20_80), 0)
        );
        assert_eq!(
            says(Some(1_251), Some(26_00), None).sale(gram, Some(20_80), WeightUnit::Kilogram),
            sale(gram, 1_251, Some(20_80), 2)
        );
        assert_eq!(
            says(None, Some(31_20), None).sale(gram, Some(20_80), WeightUnit::Kilogram),
            sale(gram, 1_500, Some(20_80), 0)
        );
        assert_eq!(
            says(None, Some(12_50), None).sale(gram, Some(64_22), WeightUnit::Kilogram),
            sale(gram, 195, Some(64_22), 2)
        );
        assert_eq!(
            says(None, Some(12_50), None).sale(gram, None, WeightUnit::Kilogram),
            sale(piece, 1, Some(12_50), 0)
        );
        assert_eq!(
            says(None, Some(12_50), None).sale(piece, Some(9_00), WeightUnit::Kilogram),
            sale(piece, 1, Some(12_50), 0)
        );
        assert_eq!(
            says(None, Some(12_00), Some(3)).sale(piece, Some(9_00), WeightUnit::Kilogram),
            sale(piece, 3, Some(4_00), 0)
        );
        assert_eq!(
            says(None, None, Some(3)).sale(piece, Some(9_00), WeightUnit::Kilogram),
            sale(piece, 3, Some(9_00), 0)
        );
        assert_eq!(
            says(Some(500), None, None).sale(piece, Some(9_00), WeightUnit::Kilogram),
            None,
            "sold by the piece"
        );
        assert!(says(Some(0), None, None).is_bare() && !says(None, Some(1), None).is_bare());
    }

    /// A scale may weigh in pounds or 斤, whatever the shop does.
    #[test]
    fn a_label_says_its_weight_in_the_unit_of_its_scale() {
        let code = with_check("210012300250");
        let grams = |text: &str| figures(label(text, &code)).1;
        assert_eq!(grams("21 FFIIIIIWWW.WWC lb"), Some(1_134), "2.5 lb");
        assert_eq!(grams("21 FFIIIIIWWW.WWC jin"), Some(1_250));
        assert_eq!(grams("21 FFIIIIIWWWWWC LB"), Some(113), "0.250 lb");
        assert_eq!(grams("21 FFIIIIIWWWWWC KG"), Some(250));
        let pounds = layout("20-22, 25 FFIIIIIWWW.WWC lb");
        assert_eq!(
            (pounds.prefixes(), pounds.pattern(), pounds.unit()),
            ("20-22, 25", "FFIIIIIWWW.WWC", WeightUnit::Pound)
        );
        assert_eq!(pounds.to_string(), "20-22, 25 FFIIIIIWWW.WWC lb");
        assert_eq!(layout("21 FFIIIIIWWWWWC kg").to_string(), "21 FFIIIIIWWWWWC");
        // 4.99 a pound: a label of 12.50 comes to 12.50, and 2.5 lb to 12.48.
        let usual = Some(WeightUnit::Pound.of_kilogram(4_99));
        let says = Label { price: Some(12_50), ..Label::default() }.sale(Unit::Gram, usual, WeightUnit::Pound).unwrap();
        assert_eq!((says.quantity, says.price, says.discount), (1_137, usual, 1));
        let weighed =
            Label { grams: Some(1_134), ..Label::default() }.sale(Unit::Gram, usual, WeightUnit::Pound).unwrap();
        assert_eq!(WeightUnit::Pound.amount(weighed.quantity, weighed.price.unwrap()), 12_48);
    }

    #[test]
    fn a_label_is_told_by_its_form() {
        assert!(looks_like_one(&with_check("210012301250")) && looks_like_one(&with_check("22001230312001500")));
        assert!(!looks_like_one("6901234567892") && !looks_like_one("2100123012501"));
    }

    proptest! {
        #[test]
        fn what_a_label_costs_is_what_its_line_comes_to(
            grams in prop::option::of(1_i64..100_000), sum in 1_i64..100_000, usual in prop::option::of(1_i64..1_000_000),
            is_gram in any::<bool>(), pieces in prop::option::of(1_i64..1_000), per in prop::sample::select(&WeightUnit::ALL[..]),
        ) {
            let label = Label { grams, price: Some(sum), pieces, ..Label::default() };
            let unit = if is_gram { Unit::Gram } else { Unit::Piece };
            let sale = label.sale(unit, usual, per).unwrap();
            let line = Line {
                quantity: sale.quantity,
                unit: sale.unit,
                price: sale.price.unwrap(),
                discount: sale.discount,
                per,
                ..Line::default()
            };
            prop_assert_eq!(line.amount(), sum);
            prop_assert!(sale.discount >= 0 && sale.quantity > 0);
        }

        #[test]
        fn one_wrong_digit_is_seen(code in prop::collection::vec(0_u8..10, 10), at in 2_usize..13, off in 1_u8..10) {
            let mut all = [vec![2, 1], code].concat();
            all.push(check_digit(&all));
            let right = layout("21 FFIIIIIWWWWWC").read(&written(&all), 2);
            prop_assert!(matches!(right, Some(Ok(_))));
            all[at] = (all[at] + off) % 10;
            prop_assert_eq!(layout("21 FFIIIIIWWWWWC").read(&written(&all), 2), Some(Err(LabelFault::Check)));
        }

        #[test]
        fn whatever_is_typed_never_fails(text in "\\PC{0,40}", code in "[0-9]{0,30}") {
            if let Ok(layout) = Layout::parse(&text) {
                let _ = layout.read(&code, 2);
                prop_assert_eq!(Layout::parse(&layout.to_string()).unwrap(), layout);
            }
        }
    }
}
