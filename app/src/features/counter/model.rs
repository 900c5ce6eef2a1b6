//! The cart in hand: its lines, what comes off, who buys. Pure; what it comes to is the domain's sum.

pub mod paying;

use std::collections::BTreeSet;

use domain::code;
use domain::contact::Buyer;
use domain::money::{MAX_GRAMS, MAX_PIECES};
use domain::order::{Command, Content, Delivery, Line, Method, Order, Terms, Unit};
use domain::pinyin::Pinyin;
use domain::product::Product;
use domain::weight::WeightUnit;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::paying::{Ledger, Taken};
use crate::text::weight;

use crate::session::folded;
/// Rounding off (抹零): to which unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// Not at all.
    #[default]
    None,
    /// To a tenth of what is counted in: jiao, ten yen.
    Tenth,
    /// To the whole: yuan, a hundred yen.
    Whole,
}

impl Floor {
    /// What it takes off an amount. Currencies of two decimals, and those of none, go to tens and hundreds.
    fn off(self, amount: i64) -> i64 {
        match self {
            Self::None => 0,
            Self::Tenth => amount.max(0) % 10,
            Self::Whole => amount.max(0) % 100,
        }
    }
}

/// What a tile, a variant or a scanned code puts into the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good {
    /// The product.
    pub product: Uuid,
    /// Which of its variants; 0: it has none.
    pub variant: u32,
    /// What it is.
    pub item: String,
    /// Specification.
    pub spec: String,
    /// What a quantity counts.
    pub unit: Unit,
    /// Price of a piece or a kilogram, minor units; none: nobody has set one.
    pub price: Option<i64>,
    /// What it is weighed in.
    pub per: WeightUnit,
}

impl Good {
    /// A product's variant (0: the product itself) at a price level.
    pub fn of(product: &Product, variant: u32, level: &str) -> Self {
        Self {
            product: product.id,
            variant,
            item: product.name.clone(),
            spec: product.spec(variant).to_owned(),
            unit: product.unit,
            price: product.price(variant, level),
            per: if product.unit == Unit::Gram { weight::shop() } else { WeightUnit::default() },
        }
    }
}

/// A line that was taken out, and where it stood, so that it can be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    line: Line,
    place: usize,
    typed: bool,
}

impl Removed {
    /// What it was.
    pub fn item(&self) -> &str {
        &self.line.item
    }
}

/// The cart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cart {
    /// The order that it is to become, or that it is a draft of: what is sold once is not sold again.
    pub order: Uuid,
    /// What is in it.
    pub content: Content,
    /// Who buys, as far as known.
    pub buyer: Buyer,
    /// Lines whose price a person typed: a price level does not change them.
    pub typed: BTreeSet<u32>,
    /// How it is rounded off.
    pub floor: Floor,
    /// What the draft held that it was taken up from: what others change in it is not overwritten.
    pub base: Option<(Content, Buyer)>,
    /// What was taken for it and given back, as the log says.
    pub money: Ledger,
    /// Parts of the payment as they were kept before they stood in the log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<Taken>,
}

impl Cart {
    /// An empty one.
    pub fn new(order: Uuid) -> Self {
        Self { order, ..Self::default() }
    }

    /// A parked cart, taken up, with the money that was taken for it. Prices that are not what `price` says now were
    /// typed by a person.
    pub fn take_up(draft: &Order, price: impl Fn(Uuid, u32) -> Option<i64>) -> Self {
        let (content, buyer) = (Content { parked: false, ..draft.content() }, draft.buyer());
        let usual = |line: &Line| line.product.and_then(|product| price(product, line.variant)) == Some(line.price);
        let typed = content.lines.iter().filter(|line| !usual(line)).map(|line| line.id).collect();
        let mut cart = Self { content, buyer, typed, ..Self::new(draft.id) };
        cart.floor = cart.floor_seen();
        cart.stands_in(draft);
        cart
    }

    /// The draft is this cart now, as the log has it.
    pub fn stands_in(&mut self, draft: &Order) {
        self.base = Some((Content { parked: false, ..draft.content() }, draft.buyer()));
        self.money = Ledger::of(draft);
        self.taken.clear();
    }

    /// How the content was rounded off: that is done again when lines come or go.
    fn floor_seen(&self) -> Floor {
        let of = |floor: &Floor| floor.off(self.before_rounding()) == self.content.rounding;
        let floors = [Floor::Tenth, Floor::Whole].into_iter();
        floors.filter(|_| self.content.rounding > 0).find(of).unwrap_or_default()
    }

    /// Nothing is in it, and nothing depends on it.
    pub fn is_blank(&self) -> bool {
        self.base.is_none()
            && self.taken.is_empty()
            && self.content.lines.is_empty()
            && self.content.note.is_empty()
            && self.content.customer.is_none()
            && self.buyer.is_empty()
            && self.content.delivery == Delivery::HandOver
    }

    /// There is nothing to sell in it.
    pub fn is_empty(&self) -> bool {
        self.content.lines.is_empty()
    }

    /// There is nothing to sell in it, and no money was taken for it.
    pub fn is_idle(&self) -> bool {
        self.is_empty() && self.received() == 0
    }

    /// How many pieces; a weighed good is one.
    pub fn pieces(&self) -> i64 {
        let count = |line: &Line| if line.unit == Unit::Gram { 1 } else { line.quantity };
        self.content.lines.iter().map(count).fold(0, i64::saturating_add)
    }

    /// Pieces or grams of a product; of one variant, or of all. `article` says which article one turned out to be.
    pub fn quantity_of(&self, product: Uuid, variant: Option<u32>, article: impl Fn(Uuid, u32) -> (Uuid, u32)) -> i64 {
        let is_it = |line: &&Line| {
            let is = line.product.map(|product| article(product, line.variant));
            is.is_some_and(|is| is.0 == product && variant.is_none_or(|variant| is.1 == variant))
        };
        self.content.lines.iter().filter(is_it).map(|line| line.quantity).fold(0, i64::saturating_add)
    }

    /// One of its lines.
    pub fn line(&self, id: u32) -> Option<&Line> {
        self.content.lines.iter().find(|line| line.id == id)
    }

    /// Adds so many pieces or grams: to the line that has the same at the same price, else as a new line with the id
    /// that is drawn. Answers the line.
    pub fn add(&mut self, good: &Good, quantity: i64, draw: impl FnMut() -> u32) -> u32 {
        let same = self.content.lines.iter_mut().find(|line| {
            line.product == Some(good.product)
                && line.variant == good.variant
                && line.unit == good.unit
                && line.discount == 0
                && line.note.is_empty()
                && Some(line.price) == good.price
                && line.unit == Unit::Piece
        });
        if let Some(line) = same {
            line.quantity = (line.quantity.saturating_add(quantity)).min(MAX_PIECES);
            let id = line.id;
            self.settle();
            return id;
        }
        let line = Line {
            product: Some(good.product),
            variant: good.variant,
            item: good.item.clone(),
            spec: good.spec.clone(),
            quantity,
            unit: good.unit,
            price: good.price.unwrap_or_default(),
            per: good.per,
            ..Line::default()
        };
        let id = self.push(line, draw);
        if good.price.is_none() {
            self.typed.insert(id);
        }
        id
    }

    /// Adds what is no product.
    pub fn add_free(&mut self, item: String, quantity: i64, price: i64, draw: impl FnMut() -> u32) -> u32 {
        let id = self.push(Line { item, quantity, price, ..Line::default() }, draw);
        self.typed.insert(id);
        id
    }

    fn push(&mut self, line: Line, mut draw: impl FnMut() -> u32) -> u32 {
        // Two tablets that each add a line to the same parked cart must not mean the same one.
        let mut id = draw().max(1);
        while self.line(id).is_some() {
            id = id.wrapping_add(1).max(1);
        }
        self.content.lines.push(Line { id, ..line });
        self.settle();
        id
    }

    /// Changes a line. What the domain would refuse is brought inside its limits.
    pub fn change(&mut self, id: u32, change: impl FnOnce(&mut Line)) {
        let Some(line) = self.content.lines.iter_mut().find(|line| line.id == id) else { return };
        let price = line.price;
        change(line);
        let most = if line.unit == Unit::Gram { MAX_GRAMS } else { MAX_PIECES };
        line.quantity = line.quantity.clamp(1, most);
        let gross = line.amount().saturating_add(line.discount);
        line.discount = line.discount.clamp(0, gross.max(0));
        if line.price != price {
            self.typed.insert(id);
        }
        self.settle();
    }

    /// Takes a line out.
    pub fn remove(&mut self, id: u32) -> Option<Removed> {
        let place = self.content.lines.iter().position(|line| line.id == id)?;
        let line = self.content.lines.remove(place);
        let typed = self.typed.remove(&id);
        self.settle();
        Some(Removed { line, place, typed })
    }

    /// Puts it back where it stood.
    pub fn put_back(&mut self, removed: Removed) {
        let Removed { line, place, typed } = removed;
        if self.line(line.id).is_some() {
            return;
        }
        if typed {
            self.typed.insert(line.id);
        }
        self.content.lines.insert(place.min(self.content.lines.len()), line);
        self.settle();
    }

    /// Prices that nobody typed become those that `price` says: another price level.
    pub fn price_as(&mut self, price: impl Fn(Uuid, u32) -> Option<i64>) {
        for line in &mut self.content.lines {
            let new = line.product.and_then(|product| price(product, line.variant));
            if let Some(new) = new.filter(|_| !self.typed.contains(&line.id)) {
                line.price = new;
                let gross = line.amount().saturating_add(line.discount);
                line.discount = line.discount.min(gross.max(0));
            }
        }
        self.settle();
    }

    /// Takes so much off the whole.
    pub fn set_discount(&mut self, minor: i64) {
        self.content.discount = minor;
        self.settle();
    }

    /// Rounds off a step further: to a tenth, to the whole, and back to the exact sum. A step that takes nothing more
    /// off is passed over.
    pub fn round_off(&mut self) {
        let amount = self.before_rounding();
        let now = self.floor.off(amount);
        if self.floor == Floor::None && self.content.rounding > 0 {
            // A figure that somebody typed, on a form: the exact sum again.
            self.content.rounding = 0;
            return self.settle();
        }
        self.content.rounding = 0;
        self.floor = match self.floor {
            Floor::None if Floor::Tenth.off(amount) > 0 => Floor::Tenth,
            Floor::None | Floor::Tenth if Floor::Whole.off(amount) > now => Floor::Whole,
            Floor::None | Floor::Tenth | Floor::Whole => Floor::None,
        };
        self.settle();
    }

    /// Whether there is anything that rounding off would take.
    pub fn can_round(&self) -> bool {
        self.floor != Floor::None || self.content.rounding > 0 || Floor::Whole.off(self.before_rounding()) > 0
    }

    fn before_rounding(&self) -> i64 {
        self.content.subtotal().saturating_sub(self.content.discount)
    }

    /// Nothing takes off more than there is, and what is rounded off follows the sum.
    fn settle(&mut self) {
        self.content.discount = self.content.discount.clamp(0, self.content.subtotal().max(0));
        let amount = self.before_rounding();
        self.content.rounding = match self.floor {
            Floor::None => self.content.rounding.clamp(0, amount.max(0)),
            floor => floor.off(amount),
        };
        self.content.deposit = self.content.deposit.clamp(0, self.content.total().max(0));
    }

    /// What was taken and not given back, minor units.
    pub fn received(&self) -> i64 {
        self.taken.iter().fold(self.money.held(), |sum, part| sum.saturating_add(part.given))
    }

    /// What is still to be taken after the parts that were.
    pub fn rest(&self) -> i64 {
        self.content.total().saturating_sub(self.received()).max(0)
    }

    /// What is to go back: more was taken than it comes to by now.
    pub fn over(&self) -> i64 {
        self.received().saturating_sub(self.content.total()).max(0)
    }

    /// The draft holds what this cart held when it was written; what came since, here or there, is taken in.
    pub fn is_kept(&mut self, written: &Self, draft: &Order) {
        self.base = Some((written.content.clone(), written.buyer.clone()));
        self.taken.clear();
        self.rebase(draft);
    }

    /// What keeps this as the draft: what was changed here, where there is one; what others changed in it stays.
    pub fn keep(&self, content: Content) -> Command {
        let buyer = self.buyer.clone();
        match self.base.clone() {
            Some((base, base_buyer)) => Command::EditDraft { base, base_buyer, content, buyer },
            None => Command::SaveDraft { content, buyer, copied_from: None },
        }
    }

    /// As it is put aside.
    pub fn parked(&self) -> Content {
        Content { parked: true, ..self.content.clone() }
    }

    /// As it is sold.
    pub fn sold(&self, method: &str, on_credit: bool, channel: &str, category: &str) -> Content {
        let or = |own: &String, usual: &str| if own.is_empty() { usual.to_owned() } else { own.clone() };
        Content {
            method: Method::from(method.to_owned()),
            terms: if on_credit { Terms::Credit } else { Terms::Prepaid },
            channel: or(&self.content.channel, channel),
            category: or(&self.content.category, category),
            parked: false,
            ..self.content.clone()
        }
    }

    /// The same goods as a sale of its own; the money stays with the one before.
    pub fn anew(&self, order: Uuid) -> Self {
        Self { order, base: None, money: Ledger::default(), taken: Vec::new(), ..self.clone() }
    }

    /// Takes in what another tablet, or another window, made of the draft that this cart is: what only they changed is
    /// theirs, what was changed here stands. Answers whether they changed anything.
    pub fn rebase(&mut self, draft: &Order) -> bool {
        let (theirs, their_buyer) = (Content { parked: false, ..draft.content() }, draft.buyer());
        let (base, base_buyer) = self.base.clone().unwrap_or_default();
        let money = Ledger::of(draft);
        if self.base.is_some() && base == theirs && base_buyer == their_buyer && self.money == money {
            return false;
        }
        let ours = self.content.clone();
        self.content = Content::merged(&base, &ours, &theirs);
        self.buyer = Buyer::merged(&base_buyer, &self.buyer, &their_buyer);
        // A price that came from there was set there.
        let is_set = |line: &&Line| ours.line(line.id).is_none_or(|our| our.price != line.price);
        self.typed.extend(self.content.lines.iter().filter(is_set).map(|line| line.id));
        if self.content.rounding != ours.rounding {
            self.floor = self.floor_seen();
        }
        let was_known = self.base.is_some();
        let changed = self.content != ours || self.money != money;
        self.stands_in(draft);
        self.settle();
        was_known || changed
    }
}

/// Whether every word of a search is found in a product: as it is written, as it sounds, or in a barcode.
pub fn matches(product: &Product, search: &str, pinyin: Option<&Pinyin>) -> bool {
    if search.trim().is_empty() {
        return true;
    }
    let articles = || product.variants.iter().map(|it| &it.article).chain([&product.article]);
    let names = product.variants.iter().map(|it| &it.name).chain([&product.name, &product.category]);
    let names: Vec<String> = names.map(|name| folded(name)).collect();
    let has_code = |word: &str| {
        articles().flat_map(|it| it.barcodes.iter().chain([&it.code])).any(|code| folded(code).contains(word))
    };
    folded(search).split_whitespace().all(|word| {
        names.iter().any(|name| name.contains(word))
            || has_code(word)
            || code::is_of(product, word)
            || pinyin.is_some_and(|pinyin| names.iter().any(|name| pinyin.matches(name, word)))
    })
}

/// So many hundredths of a sum, minor units; half a unit is rounded up.
pub fn percent_of(sum: i64, percent: i64) -> i64 {
    sum.saturating_mul(percent).saturating_add(50) / 100
}

#[cfg(test)]
mod tests;
