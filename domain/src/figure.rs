//! Figures as people write them, typed, pasted or in a sheet: `12,50`, `¥1,234.50`, `1.234,50`, `(3)`, `3-`, `9.-`,
//! `12块5`, `2.5 kg`. What could mean two things that are a thousandfold apart is asked, not guessed.

mod money_words;
mod numeral;
mod written;

pub use written::{Column, DecimalSign};

use crate::Currency;
use crate::money::{MAX_AMOUNT, MAX_GRAMS, MAX_PIECES, NumberFault};
use crate::order::Unit;
use crate::weight::{KILOGRAM, WeightUnit, rounded};
use written::{Number, Shape};

/// Nanograms of a gram.
const GRAM: i128 = 1_000_000_000;

/// What was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// It means just this.
    Certain(i64),
    /// `1.234` in euros, say: one to be chosen.
    Unclear {
        /// Its sign parts thousands.
        thousands: i64,
        /// Its sign stands before decimals; `None`: there can't be so many.
        decimals: Option<i64>,
    },
}

impl Read {
    /// What it means, where that is certain.
    pub fn certain(self) -> Result<i64, NumberFault> {
        match self {
            Self::Certain(value) => Ok(value),
            Self::Unclear { .. } => Err(NumberFault::Ambiguous),
        }
    }

    /// What it can mean.
    pub fn meanings(self) -> impl Iterator<Item = i64> {
        let (first, second) = match self {
            Self::Certain(value) => (value, None),
            Self::Unclear { thousands, decimals } => (thousands, decimals),
        };
        std::iter::once(first).chain(second)
    }

    /// The same where all it can mean is so, or else a fault.
    fn only(self, is_so: impl Fn(i64) -> bool, fault: NumberFault) -> Result<Self, NumberFault> {
        if self.meanings().all(is_so) { Ok(self) } else { Err(fault) }
    }
}

/// How the figures of a field or of a sheet's column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    currency: Currency,
    column: Column,
}

/// What of a figure with three digits behind its only sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fineness {
    /// It has no decimals, ever.
    Whole,
    /// It has fewer than three as a rule.
    Coarse,
    /// Three are usual: kilograms.
    Thousandths,
}

impl Reader {
    /// Of what is typed in a shop of this currency.
    pub fn typed(currency: Currency) -> Self {
        Self { currency, column: Column::Silent }
    }

    /// Of the cells of a column: see [`Column::of`].
    pub fn of_column(currency: Currency, column: Column) -> Self {
        Self { currency, column }
    }

    /// The same of what a program wrote: a point stands before its decimals.
    #[must_use]
    pub fn pointed(self) -> Self {
        Self { column: Column::Decimal(DecimalSign::Point), ..self }
    }

    /// Money in minor units, never below zero.
    pub fn amount(self, text: &str) -> Result<Read, NumberFault> {
        self.money(text, |number| number.exactly(10_i128.pow(self.currency.exponent()), MAX_AMOUNT))
    }

    /// A price: of a piece, or of what is weighed, which is then that of a kilogram. Never below zero.
    pub fn price(self, text: &str, measure: Measure) -> Result<Read, NumberFault> {
        if measure.unit == Unit::Piece || measure.nanograms == KILOGRAM {
            return self.amount(text);
        }
        let scale = 10_i128.pow(self.currency.exponent());
        let (kilogram, one) = (i128::from(KILOGRAM), i128::from(measure.nanograms.max(1)));
        self.money(text, |number| match kilogram % one {
            0 => number.exactly(scale * (kilogram / one), MAX_AMOUNT),
            _ => {
                let minor = i128::from(number.exactly(scale, MAX_AMOUNT)?);
                let price = i64::try_from(rounded(minor * kilogram, one)).ok().filter(|price| *price <= MAX_AMOUNT);
                price.ok_or(NumberFault::TooLarge)
            }
        })
    }

    /// A quantity: pieces, or whole grams of what is weighed. Below zero where a sheet says so: more was sold than was
    /// there.
    pub fn quantity(self, text: &str, measure: Measure) -> Result<Read, NumberFault> {
        match measure.unit {
            Unit::Piece => self.pieces(text),
            Unit::Gram => self.weight(text, measure.nanograms),
        }
    }

    fn money(self, text: &str, scale: impl Fn(Number) -> Result<i64, NumberFault>) -> Result<Read, NumberFault> {
        let text = written::folded(text);
        let dressed = written::undressed(&text, |text| money_words::find(text, self.currency))?;
        let fineness = if self.currency.exponent() == 0 { Fineness::Whole } else { Fineness::Coarse };
        let is_yuan = money_words::has_yuan(self.currency);
        let read = match numeral::yuan(dressed.core).filter(|_| is_yuan) {
            Some(number) => Read::Certain(scale(number?)?),
            None => self.resolved(numeral::or_shape(dressed.core)?, fineness, scale)?,
        };
        if dressed.is_minus { read.only(|value| value == 0, NumberFault::Negative) } else { Ok(read) }
    }

    fn pieces(self, text: &str) -> Result<Read, NumberFault> {
        let text = written::folded(text);
        let dressed = written::undressed(&text, money_words::pieces)?;
        let sign = if dressed.is_minus { -1 } else { 1 };
        let scale = |number: Number| Ok(number.exactly(1, MAX_PIECES)? * sign);
        self.resolved(numeral::or_shape(dressed.core)?, Fineness::Coarse, scale)
    }

    fn weight(self, text: &str, one: i64) -> Result<Read, NumberFault> {
        let text = written::folded(text);
        let dressed = written::undressed(&text, |_| None)?;
        let sign = if dressed.is_minus { -1 } else { 1 };
        let parts = numeral::weights(dressed.core)?;
        let nanograms = |number: Number, one: i64| {
            if number.places() > 3 {
                return Err(NumberFault::TooPrecise);
            }
            let (nanograms, scale) = number.times(i128::from(one)).ok_or(NumberFault::TooLarge)?;
            let is_metric = KILOGRAM % one == 0;
            if is_metric && nanograms % (scale * GRAM) != 0 {
                return Err(NumberFault::TooPrecise);
            }
            i64::try_from(nanograms / scale).map_err(|_| NumberFault::TooLarge)
        };
        let grams = |nanograms: i64| {
            let grams = i64::try_from(rounded(i128::from(nanograms), GRAM)).ok().filter(|grams| *grams <= MAX_GRAMS);
            Ok(grams.ok_or(NumberFault::TooLarge)? * sign)
        };
        if let [(shape, said)] = parts.as_slice() {
            let one = said.unwrap_or(one);
            // A gram has no thousandths.
            let fineness = if one < KILOGRAM / 100 { Fineness::Coarse } else { Fineness::Thousandths };
            return self.resolved(*shape, fineness, |number| grams(nanograms(number, one)?));
        }
        // Rounded once: 1 lb 8 oz is 1.5 lb.
        let mut sum: i64 = 0;
        for (shape, said) in parts {
            let read = self.resolved(shape, Fineness::Thousandths, |number| nanograms(number, said.unwrap_or(one)))?;
            sum = sum.saturating_add(read.certain()?);
        }
        grams(sum).map(Read::Certain)
    }

    /// Chooses between what a figure can mean, where something tells.
    fn resolved(
        self,
        shape: Shape,
        fineness: Fineness,
        scale: impl Fn(Number) -> Result<i64, NumberFault>,
    ) -> Result<Read, NumberFault> {
        let (thousands, decimals, sign, behind) = match shape {
            Shape::Clear { number, .. } => return scale(number).map(Read::Certain),
            Shape::Either { thousands, decimals, sign, behind } => (thousands, decimals, sign, behind),
        };
        let usual = DecimalSign::of(self.currency);
        let is_decimal = match (self.column, fineness) {
            (Column::Contradicts, _) => return Err(NumberFault::Ambiguous),
            (Column::Decimal(said), _) if behind == 3 || said == sign => Some(said == sign),
            (Column::Decimal(_), _) => return Err(NumberFault::Ambiguous),
            (Column::Silent, _) if behind != 3 => (usual == sign).then_some(true),
            (Column::Silent, Fineness::Whole) => Some(false),
            (Column::Silent, Fineness::Thousandths) => (usual == sign).then_some(true),
            (Column::Silent, Fineness::Coarse) => (usual == DecimalSign::Point).then_some(usual == sign),
        };
        match (is_decimal, scale(thousands), scale(decimals)) {
            (Some(true), _, decimals) => decimals.map(Read::Certain),
            (Some(false), thousands, _) => thousands.map(Read::Certain),
            (None, Ok(thousands), decimals) => Ok(Read::Unclear { thousands, decimals: decimals.ok() }),
            (None, Err(_), decimals) => decimals.map(Read::Certain),
        }
    }
}

/// Reads typed money as minor units.
pub fn amount(text: &str, currency: Currency) -> Result<i64, NumberFault> {
    Reader::typed(currency).amount(text)?.certain()
}

/// Reads typed money that is taken, given or owed: above zero.
pub fn sum(text: &str, currency: Currency) -> Result<i64, NumberFault> {
    match amount(text, currency)? {
        0 => Err(NumberFault::Zero),
        minor => Ok(minor),
    }
}

/// Reads a typed price, that of a kilogram where it is a weight's.
pub fn price(text: &str, currency: Currency, measure: Measure) -> Result<i64, NumberFault> {
    Reader::typed(currency).price(text, measure)?.certain()
}

/// Reads a typed quantity, pieces or grams, never below zero.
pub fn quantity(text: &str, currency: Currency, measure: Measure) -> Result<i64, NumberFault> {
    Reader::typed(currency).quantity(text, measure)?.only(|value| value >= 0, NumberFault::Negative)?.certain()
}

/// A whole number as plain digits with so many decimals.
pub fn plain_in(value: i64, decimals: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    let scale = 10_u64.checked_pow(decimals).unwrap_or(u64::MAX);
    match decimals {
        0 => format!("{sign}{magnitude}"),
        _ => format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = decimals as usize),
    }
}

/// How a shop writes figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Its currency.
    pub currency: Currency,
    /// What it weighs in.
    pub weight: WeightUnit,
}

impl From<Currency> for Usage {
    fn from(currency: Currency) -> Self {
        Self { currency, weight: WeightUnit::default() }
    }
}

impl Usage {
    /// What it prices and counts in.
    pub fn measure(self, unit: Unit) -> Measure {
        Measure::of(unit, self.weight)
    }

    /// Reads what is typed.
    pub fn reader(self) -> Reader {
        Reader::typed(self.currency)
    }

    /// Reads a typed price: of a piece, or that of a kilogram from the shop's unit.
    pub fn price(self, text: &str, unit: Unit) -> Result<i64, NumberFault> {
        price(text, self.currency, self.measure(unit))
    }

    /// Reads a typed quantity: pieces, or grams.
    pub fn quantity(self, text: &str, unit: Unit) -> Result<i64, NumberFault> {
        quantity(text, self.currency, self.measure(unit))
    }

    /// A price as plain digits: of a piece, or of the shop's unit from that of a kilogram.
    pub fn plain_price(self, minor: i64, unit: Unit) -> String {
        let weight = if unit == Unit::Gram { self.weight } else { WeightUnit::Kilogram };
        weight.plain_price(minor, self.currency)
    }

    /// A quantity as plain digits in the shop's unit.
    pub fn plain_quantity(self, quantity: i64, unit: Unit) -> String {
        self.measure(unit).plain(quantity, self.currency)
    }
}

/// What a price is for, and how much that weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Pieces or weight.
    pub unit: Unit,
    /// Of weight: nanograms of one.
    pub nanograms: i64,
}

impl Measure {
    /// By the piece.
    pub const PIECE: Self = Self { unit: Unit::Piece, nanograms: 0 };
    /// By the kilogram.
    pub const KILOGRAM: Self = Self { unit: Unit::Gram, nanograms: KILOGRAM };
    /// By the gram.
    pub const GRAM: Self = Self { unit: Unit::Gram, nanograms: 1_000_000_000 };

    /// By a unit of weight.
    pub fn weight(unit: WeightUnit) -> Self {
        Self { unit: Unit::Gram, nanograms: unit.nanograms() }
    }

    /// What a unit is priced and counted in, in a shop that weighs so.
    pub fn of(unit: Unit, weight: WeightUnit) -> Self {
        match unit {
            Unit::Piece => Self::PIECE,
            Unit::Gram => Self::weight(weight),
        }
    }

    /// Which unit of weight it is, where it is one that shops weigh in.
    pub fn weight_unit(self) -> Option<WeightUnit> {
        let is_it = |unit: &WeightUnit| self.unit == Unit::Gram && unit.nanograms() == self.nanograms;
        WeightUnit::ALL.into_iter().find(is_it)
    }

    /// Whether two prices of a kilogram are said alike: those of a pound are coarser.
    pub fn is_same_price(self, one: i64, other: i64) -> bool {
        let said =
            |price: i64| self.weight_unit().filter(|unit| *unit == WeightUnit::Pound).map(|unit| unit.price(price));
        one == other || (said(one).is_some() && said(one) == said(other))
    }

    /// Reads a unit. Words of weights that are not known here are refused; any other word counts pieces.
    pub fn parse(text: &str) -> Option<Self> {
        let text = written::folded(text);
        let word = text.trim_start_matches(['/', '每', '元']).trim_start_matches("per ").trim();
        let word = word.strip_prefix("weight, priced per ").or(word.strip_prefix("称重,按")).unwrap_or(word);
        let word = word.strip_suffix("定价").unwrap_or(word);
        if let Some(nanograms) = numeral::weight_word(word) {
            return Some(Self { unit: Unit::Gram, nanograms });
        }
        match word {
            "weight" | "by weight" | "称重" | "按重量" => Some(Self::KILOGRAM),
            "吨" | "t" | "ton" | "tons" | "tonne" | "担" | "钱" | "mg" | "毫克" => None,
            _ => Some(Self::PIECE),
        }
    }

    /// A quantity as plain digits that are read back in any shop of this currency.
    pub fn plain(self, quantity: i64, currency: Currency) -> String {
        if self.unit == Unit::Piece {
            return quantity.to_string();
        }
        let written = match self.weight_unit() {
            Some(unit) => unit.plain(quantity),
            None if self == Self::GRAM => quantity.to_string(),
            None => WeightUnit::Kilogram.plain(quantity),
        };
        // Three decimals behind a point look like thousands where the comma is usual.
        let is_unclear = DecimalSign::of(currency) == DecimalSign::Comma
            && written.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3);
        if is_unclear { written + "0" } else { written }
    }
}

#[cfg(test)]
mod tests;
