//! What is in an order: lines, terms, and what they come to.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contact::Buyer;
use crate::figure::Measure;
use crate::money::{MAX_AMOUNT, MAX_GRAMS, MAX_PIECES};
use crate::text::{LONG, MAX_LINES, SHORT};
use crate::weight::WeightUnit;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How the goods reach the buyer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Handed over at the stall, now.
    #[default]
    HandOver,
    /// The buyer comes for it.
    PickUp,
    /// By a carrier.
    Ship,
}

/// When the buyer pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Before the goods leave.
    #[default]
    Prepaid,
    /// Later, on the buyer's account.
    Credit,
    /// To the carrier, on delivery.
    CashOnDelivery,
}

/// A way to pay. On the wire a word; one that this build does not know is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Method {
    /// Cash.
    #[default]
    Cash,
    /// Alipay, by the stall's pay code.
    Alipay,
    /// WeChat Pay, by the stall's pay code.
    WechatPay,
    /// Bank transfer.
    BankTransfer,
    /// Another one, by its key.
    Other(String),
}

impl Method {
    /// Those that every shop has.
    pub const USUAL: [Self; 4] = [Self::Cash, Self::Alipay, Self::WechatPay, Self::BankTransfer];
    /// The word on the wire.
    pub fn key(&self) -> &str {
        match self {
            Self::Cash => "cash",
            Self::Alipay => "alipay",
            Self::WechatPay => "wechat_pay",
            Self::BankTransfer => "bank_transfer",
            Self::Other(key) => key,
        }
    }
    /// Whether a person has to see that it arrived.
    pub fn needs_verifying(&self) -> bool {
        *self != Self::Cash
    }
}

impl From<String> for Method {
    fn from(key: String) -> Self {
        Self::USUAL.into_iter().find(|method| method.key() == key).unwrap_or(Self::Other(key))
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.key().to_owned()
    }
}

/// What a quantity counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pieces; the price is for one.
    #[default]
    Piece,
    /// Grams; the price is for a kilogram.
    Gram,
}

impl Unit {
    /// A quantity as people type it: pieces, or kilograms without needless zeros.
    pub fn plain(self, quantity: i64) -> String {
        match self {
            Self::Piece => quantity.to_string(),
            Self::Gram => {
                let sign = if quantity < 0 { "-" } else { "" };
                let grams = quantity.unsigned_abs();
                let places = format!(".{:03}", grams % 1_000);
                format!("{sign}{}{}", grams / 1_000, places.trim_end_matches('0').trim_end_matches('.'))
            }
        }
    }
}

/// A line of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id within the order: 1… for those it began with, a drawn number for those added later.
    pub id: u32,
    /// The product, where it is not typed freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Uuid>,
    /// Which of the product's variants; 0: the product has none, or none was chosen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variant: u32,
    /// What it is.
    pub item: String,
    /// Specification: size, colour.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub spec: String,
    /// How many pieces or grams.
    pub quantity: i64,
    /// What the quantity counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unit: Unit,
    /// Price of a piece or of a kilogram, minor units; 0 is a gift.
    pub price: i64,
    /// Of what is weighed: the unit that it is priced and weighed in. What it comes to is by the price of one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub per: WeightUnit,
    /// Discount on the line, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discount: i64,
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Line {
    /// What it is priced and counted in.
    pub fn measure(&self) -> Measure {
        Measure::of(self.unit, self.per)
    }

    /// What it comes to, minor units.
    pub fn amount(&self) -> i64 {
        let gross = match self.unit {
            Unit::Piece => self.quantity.saturating_mul(self.price),
            Unit::Gram => self.per.amount(self.quantity, self.price),
        };
        gross.saturating_sub(self.discount)
    }
}

/// What is in an order, as a form fills it in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How the goods reach the buyer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery: Delivery,
    /// How the buyer means to pay.
    #[serde(default, skip_serializing_if = "is_default")]
    pub method: Method,
    /// When the buyer pays.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: Terms,
    /// Discount on the whole order, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discount: i64,
    /// Rounding off (抹零), minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rounding: i64,
    /// Deposit asked for before the rest, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deposit: i64,
    /// The order's note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Sales channel key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// Order category.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// The customer, where the buyer is one that the shop knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Uuid>,
    /// The carrier that is meant to take it: a key or a name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// A draft that is a cart, put aside at the counter.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked: bool,
}

impl Content {
    /// What the lines come to, minor units.
    pub fn subtotal(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.amount()))
    }
    /// What the order comes to, minor units.
    pub fn total(&self) -> i64 {
        self.subtotal().saturating_sub(self.discount).saturating_sub(self.rounding)
    }

    /// What keeps it from being confirmed, place by place; empty when nothing does (workflow.md §2, confirm).
    pub fn faults(&self, buyer: &Buyer) -> Vec<ContentFault> {
        let mut faults = self.oversized(buyer);
        if self.lines.is_empty() {
            faults.push(ContentFault::NoLines);
        }
        for (index, line) in self.lines.iter().enumerate() {
            let mut fault = |field, fault| faults.push(ContentFault::Line { index, field, fault });
            if line.item.trim().is_empty() {
                fault(LineField::Item, LineFault::Missing);
            }
            let most = match line.unit {
                Unit::Piece => MAX_PIECES,
                Unit::Gram => MAX_GRAMS,
            };
            if line.quantity <= 0 {
                fault(LineField::Quantity, LineFault::NotAboveZero);
            } else if line.quantity > most {
                fault(LineField::Quantity, LineFault::TooLarge);
            }
            if line.price < 0 {
                fault(LineField::Price, LineFault::Negative);
            } else if line.price > MAX_AMOUNT {
                fault(LineField::Price, LineFault::TooLarge);
            }
            if line.discount < 0 || line.amount() < 0 {
                fault(LineField::Discount, LineFault::Negative);
            }
        }
        if self.discount < 0 || self.rounding < 0 || self.deposit < 0 || self.total() < 0 {
            faults.push(ContentFault::Discount);
        } else if self.total() > MAX_AMOUNT {
            faults.push(ContentFault::TotalTooLarge);
        } else if self.deposit > self.total() {
            faults.push(ContentFault::Deposit);
        }
        for (field, value) in
            [(BuyerField::Name, &buyer.name), (BuyerField::Phone, &buyer.phone), (BuyerField::Address, &buyer.address)]
        {
            if self.delivery == Delivery::Ship && value.trim().is_empty() {
                faults.push(ContentFault::BuyerMissing(field));
            }
        }
        faults
    }

    /// What is longer or more than fits, place by place: a draft may be incomplete, but not endless.
    pub fn oversized(&self, buyer: &Buyer) -> Vec<ContentFault> {
        let mut faults = Vec::new();
        if self.lines.len() > MAX_LINES {
            faults.push(ContentFault::TooManyLines);
        }
        let mut fit = |text: &str, max, fault| {
            if text.chars().count() > max {
                faults.push(fault);
            }
        };
        for (index, line) in self.lines.iter().enumerate() {
            let of = |field| ContentFault::Line { index, field, fault: LineFault::TooLong };
            fit(&line.item, SHORT, of(LineField::Item));
            fit(&line.spec, SHORT, of(LineField::Spec));
            fit(&line.note, LONG, of(LineField::Note));
        }
        fit(&self.note, LONG, ContentFault::NoteTooLong);
        fit(&self.channel, SHORT, ContentFault::ChannelTooLong);
        fit(&self.category, SHORT, ContentFault::CategoryTooLong);
        fit(self.method.key(), SHORT, ContentFault::MethodTooLong);
        fit(&self.carrier, SHORT, ContentFault::CarrierTooLong);
        fit(&buyer.name, SHORT, ContentFault::BuyerTooLong(BuyerField::Name));
        fit(&buyer.phone, SHORT, ContentFault::BuyerTooLong(BuyerField::Phone));
        fit(&buyer.address, LONG, ContentFault::BuyerTooLong(BuyerField::Address));
        faults
    }
}

/// A field of the buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the fields")]
pub enum BuyerField {
    Name,
    Phone,
    Address,
}

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the fields")]
pub enum LineField {
    Item,
    Spec,
    Quantity,
    Price,
    Discount,
    Note,
}

/// What is wrong with a field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// Nothing is there.
    Missing,
    /// Longer than fits.
    TooLong,
    /// Zero or less.
    NotAboveZero,
    /// Below zero.
    Negative,
    /// Above the limit.
    TooLarge,
}

/// What keeps an order from being confirmed, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// There is no line.
    #[error("an order has a line")]
    NoLines,
    /// More lines than fit.
    #[error("an order has at most {MAX_LINES} lines")]
    TooManyLines,
    /// Something about a line.
    #[error("line {index}: {field:?} {fault:?}")]
    Line {
        /// Which, from 0.
        index: usize,
        /// Where.
        field: LineField,
        /// What.
        fault: LineFault,
    },
    /// Discount, rounding or deposit is negative, or takes more than there is.
    #[error("a discount is at most what the lines come to")]
    Discount,
    /// The deposit is more than the total.
    #[error("a deposit is at most the total")]
    Deposit,
    /// The total is above the limit.
    #[error("the total is too large")]
    TotalTooLarge,
    /// The note is longer than fits.
    #[error("the note is too long")]
    NoteTooLong,
    /// The sales channel's key is longer than fits.
    #[error("the channel is too long")]
    ChannelTooLong,
    /// The category is longer than fits.
    #[error("the category is too long")]
    CategoryTooLong,
    /// The carrier's name is longer than fits.
    #[error("the carrier is too long")]
    CarrierTooLong,
    /// The way to pay has a name that is longer than fits.
    #[error("the way to pay is too long")]
    MethodTooLong,
    /// To be shipped, and not known to whom or where.
    #[error("to ship, {0:?} is needed")]
    BuyerMissing(BuyerField),
    /// Longer than fits.
    #[error("{0:?} is too long")]
    BuyerTooLong(BuyerField),
}
