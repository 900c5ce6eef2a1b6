//! The form of an order as it is typed, and what it says: an order's content, or what is wrong and where.
//! Whatever is typed is kept as it is; nothing here throws a word away.

use std::collections::BTreeMap;

use domain::Currency;
use domain::contact::Buyer;
use domain::customer::Customer;
use domain::figure::{self, Measure};
use domain::money::{MAX_AMOUNT, NumberFault, plain};
use domain::order::{
    BuyerField, Content, ContentFault, Delivery, Line, LineFault, LineField, Method, NewPayment, Order, Terms, Unit,
};
use domain::record::Fields;
use domain::shop::list::{List, default_of};
use domain::text::{self, LONG, SHORT};
use domain::weight::WeightUnit;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Within this time, a second order of the same buyer over the same sum may be the same order.
const SAME_ORDER_MS: i64 = 10 * 60_000;

/// An item as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// Its line's id within the order.
    pub id: u32,
    /// The product it was chosen from.
    pub product: Option<Uuid>,
    /// Which of its variants; 0: none.
    #[serde(default)]
    pub variant: u32,
    /// What it is.
    pub item: String,
    /// Specification.
    pub spec: String,
    /// How many.
    pub quantity: String,
    /// What the quantity counts.
    pub unit: Unit,
    /// What it is weighed in; `None`, as forms were kept before shops chose: grams, priced by the kilogram.
    pub per: Option<WeightUnit>,
    /// Price of a piece or of the unit of weight.
    pub price: String,
    /// Discount on the line.
    pub discount: String,
    /// Note.
    pub note: String,
}

impl Default for Item {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Item {
    /// One to be filled in.
    pub fn new(id: u32) -> Self {
        Self {
            id,
            product: None,
            variant: 0,
            item: String::new(),
            spec: String::new(),
            quantity: "1".to_owned(),
            unit: Unit::Piece,
            per: None,
            price: String::new(),
            discount: String::new(),
            note: String::new(),
        }
    }

    /// What its quantity is typed in.
    pub fn measure(&self) -> Measure {
        measure(self.unit, self.per)
    }

    /// Nothing has been typed into it.
    fn is_blank(&self) -> bool {
        [&self.item, &self.spec, &self.price, &self.discount, &self.note].into_iter().all(|text| text.trim().is_empty())
    }

    fn of(line: &Line, currency: Currency, is_draft: bool) -> Self {
        // A draft does not tell a figure that was not typed yet from a zero: it asks again.
        let per = if line.unit == Unit::Gram { line.per } else { WeightUnit::default() };
        let price = if is_draft && line.price == 0 { String::new() } else { per.plain_price(line.price, currency) };
        Self {
            id: line.id,
            product: line.product,
            variant: line.variant,
            item: line.item.clone(),
            spec: line.spec.clone(),
            quantity: line.measure().plain(line.quantity, currency),
            unit: line.unit,
            per: Some(line.per),
            price,
            discount: typed_or_nothing(line.discount, currency),
            note: line.note.clone(),
        }
    }
}

/// What a quantity is typed in.
pub fn measure(unit: Unit, per: Option<WeightUnit>) -> Measure {
    match (unit, per) {
        (Unit::Gram, None) => Measure::GRAM,
        (unit, per) => Measure::of(unit, per.unwrap_or_default()),
    }
}

fn typed_or_nothing(minor: i64, currency: Currency) -> String {
    if minor == 0 { String::new() } else { plain(minor, currency) }
}

/// The form as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Buyer's name.
    pub name: String,
    /// Buyer's phone.
    pub phone: String,
    /// Where it goes.
    pub address: String,
    /// At least one.
    pub items: Vec<Item>,
    /// The order's note.
    pub note: String,
    /// A key of the shop's channels.
    pub channel: String,
    /// A key of the shop's categories.
    pub category: String,
    /// The customer, where the buyer is one that the shop knows.
    pub customer: Option<Uuid>,
    /// The carrier that is meant to take it.
    pub carrier: String,
    /// How the goods reach the buyer.
    pub delivery: Delivery,
    /// How the buyer means to pay.
    pub method: Method,
    /// When the buyer pays.
    pub terms: Terms,
    /// Discount on the whole.
    pub discount: String,
    /// Rounding off.
    pub rounding: String,
    /// Deposit asked for.
    pub deposit: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            name: String::new(),
            phone: String::new(),
            address: String::new(),
            items: vec![Item::new(1)],
            note: String::new(),
            channel: String::new(),
            category: String::new(),
            customer: None,
            carrier: String::new(),
            delivery: Delivery::default(),
            method: Method::default(),
            terms: Terms::default(),
            discount: String::new(),
            rounding: String::new(),
            deposit: String::new(),
        }
    }
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A field of the buyer.
    Buyer(BuyerField),
    /// A field of the item with this id.
    Item(u32, LineField),
    /// The list of items.
    Items,
    /// The order's note.
    Note,
    /// Discount on the whole.
    Discount,
    /// Rounding off.
    Rounding,
    /// Deposit.
    Deposit,
    /// What it comes to.
    Total,
}

/// What is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is there.
    Missing,
    /// Longer than fits: how many characters do.
    TooLong(usize),
    /// Something else than a number.
    NotANumber,
    /// More decimals than there are.
    TooPrecise,
    /// Above the limit.
    TooLarge,
    /// Zero, where something must be.
    Zero,
    /// Below zero.
    Negative,
    /// Another currency's sign stands there.
    OtherCurrency,
    /// It can mean two things.
    Ambiguous,
    /// It takes off more than there is.
    MoreThanThereIs,
    /// More items than fit.
    TooMany,
}

/// What a form says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The order's content. What could not be read is empty or zero in it.
    pub content: Content,
    /// The buyer.
    pub buyer: Buyer,
    /// What is wrong, a fault for each place; empty when it can be confirmed.
    pub faults: BTreeMap<Place, Fault>,
}

impl Reading {
    /// The content and buyer, if nothing is wrong.
    pub fn complete(&self) -> Option<(Content, Buyer)> {
        self.faults.is_empty().then(|| (self.content.clone(), self.buyer.clone()))
    }

    /// The content and buyer, if all that is there can be read. What is missing may still come.
    pub fn draft(&self) -> Option<(Content, Buyer)> {
        let readable = self.faults.values().all(|fault| matches!(fault, Fault::Missing | Fault::Zero));
        readable.then(|| (self.content.clone(), self.buyer.clone()))
    }

    /// What the buyer pays first: the deposit, where one is asked for.
    pub fn rest(&self) -> i64 {
        self.content.total().saturating_sub(self.content.deposit)
    }

    /// How many things it is about: pieces, and each weighed item as one.
    pub fn pieces(&self) -> u64 {
        pieces(&self.content)
    }
}

/// How many things an order is about: pieces, and each weighed item as one.
pub fn pieces(content: &Content) -> u64 {
    let count = |line: &Line| match line.unit {
        Unit::Piece => u64::try_from(line.quantity).unwrap_or(0),
        Unit::Gram => 1,
    };
    content.lines.iter().map(count).fold(0, u64::saturating_add)
}

impl Form {
    /// The form that an order would have been typed with.
    pub fn of(content: &Content, buyer: &Buyer, currency: Currency, is_draft: bool) -> Self {
        let mut items: Vec<Item> = content.lines.iter().map(|line| Item::of(line, currency, is_draft)).collect();
        if items.is_empty() {
            items.push(Item::new(1));
        }
        Self {
            name: buyer.name.clone(),
            phone: buyer.phone.clone(),
            address: buyer.address.clone(),
            items,
            note: content.note.clone(),
            channel: content.channel.clone(),
            category: content.category.clone(),
            customer: content.customer,
            carrier: content.carrier.clone(),
            delivery: content.delivery,
            method: content.method.clone(),
            terms: content.terms,
            discount: typed_or_nothing(content.discount, currency),
            rounding: typed_or_nothing(content.rounding, currency),
            deposit: typed_or_nothing(content.deposit, currency),
        }
    }

    /// An empty one, with what the shop chose as its defaults.
    pub fn blank(shop: &Fields) -> Self {
        Self {
            channel: default_of(shop, List::Channel),
            category: default_of(shop, List::Category),
            method: Method::from(default_of(shop, List::Method)),
            // Where the shop chose none, it is chosen when something ships.
            carrier: shop.text(&List::Carrier.default_field()).to_owned(),
            ..Self::default()
        }
    }

    /// Filled in with who buys, where that is known.
    pub fn of_buyer(self, customer: Option<&Customer>) -> Self {
        let Some(customer) = customer else { return self };
        Self {
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            address: customer.addresses.first().map(|address| address.text.clone()).unwrap_or_default(),
            customer: Some(customer.id),
            ..self
        }
    }

    /// What a template begins an order with.
    pub fn of_template(content: &Content, shop: &Fields, currency: Currency) -> Self {
        let blank = Self::blank(shop);
        let or = |value: String, usual: String| if value.is_empty() { usual } else { value };
        let form = Self::of(content, &Buyer::default(), currency, true).renumbered();
        Self {
            channel: or(form.channel, blank.channel),
            category: or(form.category, blank.category),
            carrier: or(form.carrier, blank.carrier),
            ..form
        }
    }

    /// Takes in what another tablet changed of the draft since `base`: what was typed here stays, the rest follows.
    pub fn rebased(
        &self,
        (base, base_buyer): &(Content, Buyer),
        (now, buyer): &(Content, Buyer),
        currency: Currency,
    ) -> Self {
        let typed = self.read(currency);
        let content = Content::merged(base, &typed.content, now);
        let buyer = Buyer::merged(base_buyer, &typed.buyer, buyer);
        let merged = Self::of(&content, &buyer, currency, true);
        let before = Self::of(&typed.content, &typed.buyer, currency, true);
        // What says the same stays as it was typed, and so does what can't be read.
        let unread =
            |place: &Place| typed.faults.get(place).is_some_and(|fault| !matches!(fault, Fault::Missing | Fault::Zero));
        let text = |place: Place, before: &String, merged: &String, typed: &String| {
            if before == merged || unread(&place) { typed.clone() } else { merged.clone() }
        };
        let item_of = |line: &Line| {
            let here = self.items.iter().find(|item| item.id == line.id);
            let is_unread =
                typed.faults.keys().any(|place| matches!(place, Place::Item(id, _) if *id == line.id && unread(place)));
            let is_same = typed.content.line(line.id) == Some(line);
            match here {
                Some(item) if is_same || is_unread => item.clone(),
                _ => Item::of(line, currency, true),
            }
        };
        // Those that were typed here, in their order, with what came in between; what is still blank waits to be filled in.
        let is_waiting =
            |item: &&Item| item.is_blank() && content.line(item.id).is_none() && base.line(item.id).is_none();
        let mut items: Vec<Item> = content.lines.iter().map(item_of).collect();
        items.extend(self.items.iter().filter(is_waiting).cloned());
        if items.is_empty() {
            items.push(Item::new(1));
        }
        let Self {
            name,
            phone,
            address,
            items: _,
            note,
            channel,
            category,
            customer,
            carrier,
            delivery,
            method,
            terms,
            discount,
            rounding,
            deposit,
        } = merged;
        Self {
            name: text(Place::Buyer(BuyerField::Name), &before.name, &name, &self.name),
            phone: text(Place::Buyer(BuyerField::Phone), &before.phone, &phone, &self.phone),
            address: text(Place::Buyer(BuyerField::Address), &before.address, &address, &self.address),
            note: text(Place::Note, &before.note, &note, &self.note),
            discount: text(Place::Discount, &before.discount, &discount, &self.discount),
            rounding: text(Place::Rounding, &before.rounding, &rounding, &self.rounding),
            deposit: text(Place::Deposit, &before.deposit, &deposit, &self.deposit),
            items,
            channel,
            category,
            customer,
            carrier,
            delivery,
            method,
            terms,
        }
    }

    /// Whether there is something in it that another tablet could go on with.
    pub fn is_worth_keeping(&self) -> bool {
        let texts = [&self.name, &self.phone, &self.address, &self.note];
        self.items.iter().any(|item| !item.is_blank()) || texts.into_iter().any(|text| !text.trim().is_empty())
    }

    /// Reads it. Extra items into which nothing was typed are left out.
    pub fn read(&self, currency: Currency) -> Reading {
        let mut faults = Reader::default();
        let filled: Vec<&Item> = self.items.iter().filter(|item| !item.is_blank()).collect();
        let items = if filled.is_empty() { self.items.iter().take(1).collect() } else { filled };
        let content = Content {
            lines: items.iter().map(|item| faults.line(item, currency)).collect(),
            delivery: self.delivery,
            method: self.method.clone(),
            terms: self.terms,
            discount: faults.amount_or_zero(Place::Discount, &self.discount, currency),
            rounding: faults.amount_or_zero(Place::Rounding, &self.rounding, currency),
            deposit: faults.amount_or_zero(Place::Deposit, &self.deposit, currency),
            note: faults.text(Place::Note, &self.note, LONG),
            channel: self.channel.clone(),
            category: self.category.clone(),
            customer: self.customer,
            carrier: if self.delivery == Delivery::Ship { self.carrier.clone() } else { String::new() },
            parked: false,
        };
        let buyer = Buyer {
            name: faults.text(Place::Buyer(BuyerField::Name), &self.name, SHORT),
            phone: faults.text(Place::Buyer(BuyerField::Phone), &self.phone, SHORT),
            address: faults.text(Place::Buyer(BuyerField::Address), &self.address, LONG),
        };
        for fault in content.faults(&buyer) {
            faults.refused(&fault, &content);
        }
        Reading { content, buyer, faults: faults.0 }
    }

    /// The same with its lines counted from 1, for an order of its own.
    pub fn renumbered(mut self) -> Self {
        for (item, id) in self.items.iter_mut().zip(1..) {
            item.id = id;
        }
        self
    }
}

/// Collects what is wrong: the first fault of each place.
#[derive(Default)]
struct Reader(BTreeMap<Place, Fault>);

impl Reader {
    fn fault(&mut self, place: Place, fault: Fault) {
        self.0.entry(place).or_insert(fault);
    }

    fn text(&mut self, place: Place, typed: &str, most: usize) -> String {
        text::parse(typed, most).unwrap_or_else(|_| {
            self.fault(place, Fault::TooLong(most));
            String::new()
        })
    }

    fn number(&mut self, place: Place, read: Result<i64, NumberFault>) -> i64 {
        read.unwrap_or_else(|fault| {
            let fault = match fault {
                NumberFault::Empty => Fault::Missing,
                NumberFault::NotANumber => Fault::NotANumber,
                NumberFault::TooPrecise => Fault::TooPrecise,
                NumberFault::TooLarge => Fault::TooLarge,
                NumberFault::Zero => Fault::Zero,
                NumberFault::Negative => Fault::Negative,
                NumberFault::OtherCurrency => Fault::OtherCurrency,
                NumberFault::Ambiguous => Fault::Ambiguous,
            };
            self.fault(place, fault);
            0
        })
    }

    /// An amount that need not be there.
    fn amount_or_zero(&mut self, place: Place, typed: &str, currency: Currency) -> i64 {
        if typed.trim().is_empty() { 0 } else { self.number(place, figure::amount(typed, currency)) }
    }

    fn line(&mut self, item: &Item, currency: Currency) -> Line {
        let at = |field| Place::Item(item.id, field);
        let per = item.per.filter(|_| item.unit == Unit::Gram).unwrap_or_default();
        Line {
            id: item.id,
            product: item.product,
            variant: item.variant,
            item: self.text(at(LineField::Item), &item.item, SHORT),
            spec: self.text(at(LineField::Spec), &item.spec, SHORT),
            quantity: self.number(at(LineField::Quantity), figure::quantity(&item.quantity, currency, item.measure())),
            unit: item.unit,
            price: self.number(at(LineField::Price), figure::price(&item.price, currency, Measure::of(item.unit, per))),
            per,
            discount: self.amount_or_zero(at(LineField::Discount), &item.discount, currency),
            note: self.text(at(LineField::Note), &item.note, LONG),
        }
    }

    /// Puts what the domain refuses beside the field that it is about.
    fn refused(&mut self, fault: &ContentFault, content: &Content) {
        match fault {
            ContentFault::NoLines => self.fault(Place::Items, Fault::Missing),
            ContentFault::TooManyLines => self.fault(Place::Items, Fault::TooMany),
            ContentFault::Line { index, field, fault } => {
                let Some(line) = content.lines.get(*index) else { return };
                // A discount above what cannot be read says nothing.
                let is_unread = [LineField::Quantity, LineField::Price]
                    .into_iter()
                    .any(|field| self.0.contains_key(&Place::Item(line.id, field)));
                if *field == LineField::Discount && is_unread {
                    return;
                }
                let words = match (field, fault) {
                    (_, LineFault::Missing) => Fault::Missing,
                    (LineField::Note, LineFault::TooLong) => Fault::TooLong(LONG),
                    (_, LineFault::TooLong) => Fault::TooLong(SHORT),
                    (_, LineFault::NotAboveZero) => Fault::Zero,
                    (_, LineFault::Negative) => Fault::MoreThanThereIs,
                    (_, LineFault::TooLarge) => Fault::TooLarge,
                };
                self.fault(Place::Item(line.id, *field), words);
            }
            // Sums say nothing while a figure in them cannot be read.
            ContentFault::Discount | ContentFault::Deposit | ContentFault::TotalTooLarge if !self.0.is_empty() => {}
            ContentFault::Discount => {
                let over_by_discount = content.discount > content.subtotal();
                let place = if content.discount > 0 && (over_by_discount || content.rounding == 0) {
                    Place::Discount
                } else {
                    Place::Rounding
                };
                self.fault(place, Fault::MoreThanThereIs);
            }
            ContentFault::Deposit => self.fault(Place::Deposit, Fault::MoreThanThereIs),
            ContentFault::TotalTooLarge => self.fault(Place::Total, Fault::TooLarge),
            ContentFault::NoteTooLong => self.fault(Place::Note, Fault::TooLong(LONG)),
            // Chosen from lists, or taken over from a copied order: the form has no place of their own.
            ContentFault::ChannelTooLong
            | ContentFault::CategoryTooLong
            | ContentFault::MethodTooLong
            | ContentFault::CarrierTooLong => {
                self.fault(Place::Note, Fault::TooLong(SHORT));
            }
            ContentFault::BuyerMissing(field) => self.fault(Place::Buyer(*field), Fault::Missing),
            ContentFault::BuyerTooLong(field) => {
                let most = if *field == BuyerField::Address { LONG } else { SHORT };
                self.fault(Place::Buyer(*field), Fault::TooLong(most));
            }
        }
    }
}

/// Goods of which more is asked for than can be promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// The product and its variant.
    pub goods: (Uuid, u32),
    /// What the order calls it.
    pub item: String,
    /// What the figures count.
    pub unit: Unit,
    /// How much the order asks for, in all its lines.
    pub asked: i64,
    /// How much can be promised; below zero, too much was promised before.
    pub free: i64,
}

/// What the order asks for and the stock does not have. `free` says which article one turned out to be, and what of it
/// can be promised; nothing where nobody counts.
pub fn shortages(content: &Content, free: impl Fn(Uuid, u32) -> Option<((Uuid, u32), i64)>) -> Vec<Short> {
    let mut all: Vec<Short> = Vec::new();
    for line in &content.lines {
        let Some(product) = line.product else { continue };
        let Some((goods, free)) = free(product, line.variant) else { continue };
        match all.iter_mut().find(|short| short.goods == goods) {
            Some(short) => short.asked = short.asked.saturating_add(line.quantity),
            None => all.push(Short { goods, item: line.item.clone(), unit: line.unit, asked: line.quantity, free }),
        }
    }
    all.retain(|short| short.asked > short.free);
    all
}

/// What confirming can do at once for goods that are handed over: the payment that comes with it, if any is asked
/// beside what was paid before. `None` where nothing is handed over now, or where money is to go back first.
pub fn at_once(content: &Content, paid: i64) -> Option<Option<NewPayment>> {
    let given = content.total().saturating_sub(paid);
    (content.delivery == Delivery::HandOver && given >= 0).then(|| {
        let pays = content.terms == Terms::Prepaid && (1..=MAX_AMOUNT).contains(&given);
        pays.then(|| NewPayment { method: content.method.clone(), given, deposit: false })
    })
}

/// Whether an order that was placed at `placed_ms` may be the one that is being confirmed at `now_ms`. Clocks of
/// two tablets differ, so a little in the future counts as well.
pub fn is_recent(placed_ms: i64, now_ms: i64) -> bool {
    now_ms.abs_diff(placed_ms) <= SAME_ORDER_MS.unsigned_abs()
}

/// Why an order cannot be edited now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// It holds what this build does not know.
    NeedsUpdate,
    /// It is cancelled or closed.
    Closed,
    /// Something has left.
    Shipped,
}

/// Whether an order can be edited now.
pub fn locked(order: &Order) -> Option<Locked> {
    if order.needs_update {
        Some(Locked::NeedsUpdate)
    } else if order.cancelled.is_some() || order.discarded.is_some() {
        Some(Locked::Closed)
    } else if order.any_shipped() {
        Some(Locked::Shipped)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u32, what: &str, quantity: &str, price: &str) -> Item {
        Item { item: what.to_owned(), quantity: quantity.to_owned(), price: price.to_owned(), ..Item::new(id) }
    }

    fn form(items: Vec<Item>) -> Form {
        Form { items, ..Form::default() }
    }

    fn faults(form: &Form) -> Vec<(Place, Fault)> {
        form.read(Currency::Cny).faults.into_iter().collect()
    }

    #[test]
    fn what_was_typed_becomes_an_order() {
        let mut form = form(vec![item(1, " 明前龙井 🍵", "2", "128"), item(2, "紫砂小壶", "１", "¥260.00")]);
        form.name = "王小明".to_owned();
        form.rounding = "6".to_owned();
        form.deposit = "100".to_owned();
        let read = form.read(Currency::Cny);
        let (content, buyer) = read.complete().unwrap();
        assert_eq!(content.lines.first().unwrap().item, "明前龙井 🍵");
        assert_eq!((content.subtotal(), content.total(), read.rest()), (51_600, 51_000, 41_000));
        assert_eq!(read.pieces(), 3);
        assert_eq!(buyer.name, "王小明");
        assert_eq!(Form::of(&content, &buyer, Currency::Cny, false).read(Currency::Cny), read);
    }

    #[test]
    fn weight_is_priced_by_the_kilogram() {
        let mut form = form(vec![item(1, "砂糖橘", "1500", "9.80")]);
        form.items.first_mut().unwrap().unit = Unit::Gram;
        let read = form.read(Currency::Cny);
        assert_eq!((read.content.total(), read.pieces()), (1_470, 1));
    }

    #[test]
    fn weight_is_priced_and_typed_in_the_line_s_own_unit() {
        let of = |per, quantity: &str, price: &str| {
            let mut form = form(vec![item(1, "砂糖橘", quantity, price)]);
            let item = form.items.first_mut().unwrap();
            (item.unit, item.per) = (Unit::Gram, Some(per));
            form.read(Currency::Cny).content
        };
        let jin = of(WeightUnit::Jin, "2.5", "12.35");
        let line = &jin.lines[0];
        assert_eq!((line.quantity, line.price, line.per, jin.total()), (1_250, 24_70, WeightUnit::Jin, 30_88));
        let pounds = of(WeightUnit::Pound, "100", "1.99");
        assert_eq!((pounds.lines[0].quantity, pounds.total()), (45_359, 19_900));
        for content in [jin, pounds] {
            let again = Form::of(&content, &Buyer::default(), Currency::Cny, false).read(Currency::Cny).content;
            assert_eq!(again, content, "nothing changes by being looked at");
        }
    }

    #[test]
    fn c26_a_decimal_comma_is_no_thousands() {
        let content = form(vec![item(1, "茶", "2", "12,50")]).read(Currency::Cny).content;
        assert_eq!(content.total(), 25_00);
    }

    #[test]
    fn each_fault_stands_beside_its_field() {
        use LineField::{Item as What, Price, Quantity};
        let at = |field| Place::Item(1, field);
        for (what, quantity, price, place, fault) in [
            ("", "1", "5", at(What), Fault::Missing),
            ("茶", "0", "5", at(Quantity), Fault::Zero),
            ("茶", "", "5", at(Quantity), Fault::Missing),
            ("茶", "几个", "5", at(Quantity), Fault::NotANumber),
            ("茶", "1.5", "5", at(Quantity), Fault::TooPrecise),
            ("茶", "1000000000000", "5", at(Quantity), Fault::TooLarge),
            ("茶", "1", "abc", at(Price), Fault::NotANumber),
            ("茶", "1", "", at(Price), Fault::Missing),
            ("茶", "1", "1.234", at(Price), Fault::TooPrecise),
            ("茶", "1", "1000000000000", at(Price), Fault::TooLarge),
            ("茶", "1000000", "100000000", Place::Total, Fault::TooLarge),
        ] {
            assert_eq!(
                faults(&form(vec![item(1, what, quantity, price)])),
                [(place, fault)],
                "{what} {quantity} {price}"
            );
        }
        let long = "字".repeat(10_000);
        assert_eq!(faults(&form(vec![item(1, &long, "1", "5")])), [(at(What), Fault::TooLong(SHORT))]);
    }

    #[test]
    fn a_gift_has_a_price_of_zero() {
        assert_eq!(faults(&form(vec![item(1, "赠品", "1", "0")])), []);
    }

    #[test]
    fn to_ship_one_must_know_to_whom_and_where() {
        let mut form = form(vec![item(1, "茶", "1", "5")]);
        form.delivery = Delivery::Ship;
        let buyer = |field| (Place::Buyer(field), Fault::Missing);
        assert_eq!(faults(&form), [buyer(BuyerField::Name), buyer(BuyerField::Phone), buyer(BuyerField::Address)]);
        form.name = "x".repeat(10_000);
        form.phone = "1".to_owned();
        form.address = "y".repeat(10_000);
        let long = |field, most| (Place::Buyer(field), Fault::TooLong(most));
        assert_eq!(faults(&form), [long(BuyerField::Name, SHORT), long(BuyerField::Address, LONG)]);
    }

    #[test]
    fn nothing_takes_off_more_than_there_is() {
        let with = |discount: &str, rounding: &str, deposit: &str| {
            let mut form = form(vec![item(1, "茶", "1", "5")]);
            (form.discount, form.rounding, form.deposit) = (discount.into(), rounding.into(), deposit.into());
            faults(&form)
        };
        assert_eq!(with("6", "", ""), [(Place::Discount, Fault::MoreThanThereIs)]);
        assert_eq!(with("", "6", ""), [(Place::Rounding, Fault::MoreThanThereIs)]);
        assert_eq!(with("4", "2", ""), [(Place::Rounding, Fault::MoreThanThereIs)]);
        assert_eq!(with("", "", "5.01"), [(Place::Deposit, Fault::MoreThanThereIs)]);
        assert_eq!(with("x", "", ""), [(Place::Discount, Fault::NotANumber)]);
        assert_eq!(with("4", "1", ""), []);
    }

    #[test]
    fn an_item_left_empty_is_left_out_unless_it_is_the_only_one() {
        assert_eq!(form(vec![item(1, "茶", "1", "5"), Item::new(2)]).read(Currency::Cny).content.lines.len(), 1);
        let missing = |field| (Place::Item(1, field), Fault::Missing);
        assert_eq!(faults(&form(vec![Item::new(1)])), [missing(LineField::Item), missing(LineField::Price)]);
    }

    #[test]
    fn a_draft_may_lack_things_but_not_hold_what_cannot_be_read() {
        assert!(form(vec![Item::new(1)]).read(Currency::Cny).draft().is_some());
        assert!(form(vec![item(1, "茶", "1", "abc")]).read(Currency::Cny).draft().is_none());
    }

    #[test]
    fn handing_over_takes_the_money_that_is_asked_for_at_once() {
        let mut content = form(vec![item(1, "茶", "1", "5")]).read(Currency::Cny).content;
        assert_eq!(at_once(&content, 0).flatten().map(|payment| payment.given), Some(500));
        let of_draft = |paid| at_once(&content, paid).map(|payment| payment.map(|it| it.given));
        assert_eq!(
            (of_draft(200), of_draft(500)),
            (Some(Some(300)), Some(None)),
            "only the rest of what a part was taken of"
        );
        assert_eq!(of_draft(501), None);
        content.terms = Terms::Credit;
        assert_eq!(at_once(&content, 0), Some(None));
        content.delivery = Delivery::Ship;
        assert_eq!(at_once(&content, 0), None);
    }

    #[test]
    fn what_another_tablet_changed_of_a_draft_follows_and_what_is_typed_here_stays() {
        let currency = Currency::Cny;
        let mut ours = form(vec![item(1, "茶", "2", "5"), item(2, "壶", "1", "9")]);
        let read = |form: &Form| {
            let Reading { content, buyer, .. } = form.read(currency);
            (content, buyer)
        };
        let base = read(&ours);
        let mut theirs = ours.clone();
        theirs.note = "礼品".to_owned();
        theirs.phone = "139".to_owned();
        theirs.items[0].price = "6".to_owned();
        theirs.items.remove(1);
        theirs.items.push(item(9, "杯", "1", "3"));
        ours.phone = "138".to_owned();
        ours.items[0].item = "茶".to_owned();
        let merged = ours.rebased(&base, &read(&theirs), currency);
        let lines: Vec<_> =
            merged.items.iter().map(|item| (item.id, item.item.as_str(), item.price.as_str())).collect();
        assert_eq!(lines, [(1, "茶", "6.00"), (9, "杯", "3.00")]);
        assert_eq!((merged.note.as_str(), merged.phone.as_str()), ("礼品", "138"));
        // What goes there stays where it was changed here.
        ours.items[1].quantity = "4".to_owned();
        let merged = ours.rebased(&base, &read(&theirs), currency);
        assert_eq!(merged.items.iter().map(|item| item.id).collect::<Vec<_>>(), [1, 2, 9]);
    }

    #[test]
    fn every_field_that_another_tablet_changed_follows_and_is_not_written_back() {
        let currency = Currency::Cny;
        let read = |form: &Form| {
            let Reading { content, buyer, .. } = form.read(currency);
            (content, buyer)
        };
        let began = form(vec![item(1, "茶", "2", "5"), item(2, "壶", "1", "9")]);
        let changes: [fn(&mut Form); 17] = [
            |form| form.name = "李雷".into(),
            |form| form.phone = "139".into(),
            |form| form.address = "文三路2号".into(),
            |form| form.note = "礼品".into(),
            |form| form.channel = "douyin".into(),
            |form| form.category = "wholesale".into(),
            |form| form.customer = Some(Uuid::from_u128(7)),
            |form| (form.carrier, form.delivery) = ("sf".into(), Delivery::Ship),
            |form| form.delivery = Delivery::Ship,
            |form| form.method = Method::Alipay,
            |form| form.terms = Terms::Credit,
            |form| form.discount = "1".into(),
            |form| form.rounding = "0.50".into(),
            |form| form.deposit = "3".into(),
            |form| form.items[0].price = "6".into(),
            |form| form.items[1].note = "轻放".into(),
            |form| form.items.push(item(9, "杯", "1", "3")),
        ];
        for (at, there) in changes.iter().enumerate() {
            for (other, here) in changes.iter().enumerate().filter(|(other, _)| *other != at) {
                let (mut theirs, mut ours, mut both) = (began.clone(), began.clone(), began.clone());
                [&mut theirs, &mut both].into_iter().for_each(there);
                [&mut ours, &mut both].into_iter().for_each(here);
                let merged = ours.rebased(&read(&began), &read(&theirs), currency);
                assert_eq!(read(&merged), read(&both), "change {at} there, change {other} here");
            }
        }
        // Of one item, the price there and a figure that can't be read here.
        let (mut ours, mut theirs) = (began.clone(), began.clone());
        ours.items[0].quantity = "abc".into();
        theirs.items[0].price = "6".into();
        let merged = ours.rebased(&read(&began), &read(&theirs), currency);
        assert_eq!(merged.items[0].quantity, "abc", "what was typed is not thrown away");
    }

    #[test]
    fn what_several_lines_ask_for_together_may_be_short() {
        let goods = Uuid::from_u128(7);
        let mut items = vec![item(1, "茶", "2", "5"), item(2, "茶", "2", "5"), item(3, "水", "9", "1")];
        items[0].product = Some(goods);
        items[1].product = Some(goods);
        let content = form(items).read(Currency::Cny).content;
        let short = |free: Option<i64>| {
            let free = |id, of| Some(((id, of), free?));
            shortages(&content, free).iter().map(|it| (it.asked, it.free)).collect::<Vec<_>>()
        };
        assert_eq!(short(Some(3)), [(4, 3)]);
        assert_eq!(short(Some(4)), []);
        assert_eq!(short(None), [], "nobody counts it");
        // R36: two names of what turned out to be one.
        let mut merged = content.clone();
        merged.lines[1].product = Some(Uuid::from_u128(8));
        let short = shortages(&merged, |_, of| Some(((goods, of), 3)));
        assert_eq!(short.iter().map(|it| (it.asked, it.free)).collect::<Vec<_>>(), [(4, 3)]);
    }

    #[test]
    fn an_order_for_a_customer_begins_with_who_they_are() {
        let address = |text: &str| domain::customer::Address { text: text.into(), ..Default::default() };
        let customer = Customer {
            id: Uuid::from_u128(7),
            name: "王小明".into(),
            phone: "13800138000".into(),
            addresses: vec![address("文三路1号"), address("文三路2号")],
            ..Customer::default()
        };
        let form = Form::default().of_buyer(Some(&customer));
        let reading = form.read(Currency::Cny);
        assert_eq!(reading.content.customer, Some(customer.id));
        let buyer = Buyer { name: "王小明".into(), phone: "13800138000".into(), address: "文三路1号".into() };
        assert_eq!(reading.buyer, buyer);
        assert_eq!(Form::default().of_buyer(None), Form::default(), "one who is gone");
    }

    #[test]
    fn a_template_leaves_the_shops_defaults_where_it_says_nothing() {
        let mut shop = Fields::default();
        shop.fields.insert("default_channel".into(), "douyin".into());
        let mut content = form(vec![item(5, "茶", "2", "5")]).read(Currency::Cny).content;
        content.category = "wholesale".to_owned();
        let form = Form::of_template(&content, &shop, Currency::Cny);
        assert_eq!((form.channel.as_str(), form.category.as_str(), form.items[0].id), ("douyin", "wholesale", 1));
    }

    #[test]
    fn a_kept_form_is_read_back_as_it_was_typed() {
        let mut form = form(vec![item(7, "茶", "x", "1.2.3")]);
        form.method = Method::Other("octopus".to_owned());
        let kept = serde_json::to_string(&form).unwrap();
        assert_eq!(serde_json::from_str::<Form>(&kept).unwrap(), form);
    }
}
