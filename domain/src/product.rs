//! Products: what a stall sells. A product is a record; here is what its fields mean.

pub mod ledger;
pub mod merge;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use uuid::Uuid;

use crate::money::MAX_AMOUNT;
use crate::order::Unit;
use crate::record::{Fields, Value};
use crate::text::{LONG, SHORT};

/// What a product and each of its variants have of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// Code: the stall's own, or a barcode; what `data-code` says.
    pub code: String,
    /// Further barcodes under which a scanner finds it.
    pub barcodes: Vec<String>,
    /// Price of a piece or of a kilogram, minor units.
    pub price: Option<i64>,
    /// What it costs the stall, minor units.
    pub cost: Option<i64>,
    /// Prices for price levels, by the level's key, minor units.
    pub levels: BTreeMap<String, i64>,
    /// Its picture: a blob's id.
    pub picture: String,
}

/// A variant: a size, a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its id within the product, drawn; never 0.
    pub id: u32,
    /// Specification.
    pub name: String,
    /// Code, price and what else it has of its own; what it has not is the product's.
    pub article: Article,
    /// Its place among the variants.
    pub position: i64,
    /// Whether it is sold now.
    pub active: bool,
}

impl Default for Variant {
    fn default() -> Self {
        Self { id: 0, name: String::new(), article: Article::default(), position: 0, active: true }
    }
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Specification of a product without variants: what a line of an order says beside the name.
    pub spec: String,
    /// Code, price and so on, of the whole.
    pub article: Article,
    /// What its price is for.
    pub unit: Unit,
    /// Category: a word of the shop's own.
    pub category: String,
    /// Whether it is sold now.
    pub active: bool,
    /// Its place among the tiles.
    pub position: i64,
    /// Note.
    pub note: String,
    /// Its variants, in their order; empty where it has none.
    pub variants: Vec<Variant>,
    /// The product that this one turned out to be.
    pub merged_into: Option<Uuid>,
    /// Those that turned out to be this one, where it was read together with them.
    pub merged: Vec<Uuid>,
    /// What those were called where they had another name.
    pub also_called: Vec<String>,
    /// Products of which a person said that they are different, alike as they look.
    pub others: Vec<Uuid>,
    /// Pieces or grams that movements beside orders come to, by variant; without an entry nobody counts that stock.
    pub moved: BTreeMap<u32, i64>,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            id: Uuid::nil(),
            name: String::new(),
            spec: String::new(),
            article: Article::default(),
            unit: Unit::Piece,
            category: String::new(),
            active: true,
            position: 0,
            note: String::new(),
            variants: Vec::new(),
            merged_into: None,
            merged: Vec::new(),
            also_called: Vec::new(),
            others: Vec::new(),
            moved: BTreeMap::new(),
        }
    }
}

/// What is wrong with a product.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductFault {
    /// It has no name.
    #[error("a product has a name")]
    NameMissing,
    /// A variant has no name.
    #[error("variant {0} has no name")]
    VariantNameMissing(u32),
    /// A text is longer than fits.
    #[error("a text is too long")]
    TooLong,
    /// A price or cost is negative or too large.
    #[error("a price is out of range")]
    Price,
}

impl Article {
    fn read(fields: &Fields, under: &str) -> Self {
        let name = |field: &str| format!("{under}{field}");
        let levels = name("level");
        Self {
            code: fields.text(&name("code")).to_owned(),
            barcodes: fields.texts(&name("barcodes")),
            price: fields.int(&name("price")),
            cost: fields.int(&name("cost")),
            levels: fields
                .keys(&levels)
                .filter_map(|key| Some((key.to_owned(), fields.int(&format!("{levels}/{key}"))?)))
                .collect(),
            picture: fields.text(&name("picture")).to_owned(),
        }
    }

    fn write(&self, into: &mut BTreeMap<String, Value>, under: &str) {
        let mut put = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                into.insert(format!("{under}{field}"), value);
            }
        };
        put("code", text(&self.code));
        put("barcodes", (!self.barcodes.is_empty()).then(|| self.barcodes.clone().into()));
        put("price", self.price.map(Value::Int));
        put("cost", self.cost.map(Value::Int));
        put("picture", text(&self.picture));
        for (level, price) in &self.levels {
            put(&format!("level/{level}"), Some(Value::Int(*price)));
        }
    }

    fn amounts(&self) -> impl Iterator<Item = i64> {
        self.price.into_iter().chain(self.cost).chain(self.levels.values().copied())
    }
}

/// A text as a field; none where it is empty.
pub(crate) fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

impl Product {
    /// Reads it from its record.
    pub fn read(fields: &Fields) -> Self {
        let mut variants: Vec<Variant> = fields
            .keys("variant")
            .filter_map(|key| {
                let under = format!("variant/{key}/");
                Some(Variant {
                    id: key.parse().ok().filter(|id| *id != 0)?,
                    name: fields.text(&format!("{under}name")).to_owned(),
                    article: Article::read(fields, &under),
                    position: fields.int(&format!("{under}position")).unwrap_or_default(),
                    active: fields.flag(&format!("{under}active"), true),
                })
            })
            .collect();
        variants.sort_by_key(|variant| (variant.position, variant.id));
        Self {
            id: fields.id,
            name: fields.text("name").to_owned(),
            spec: fields.text("spec").to_owned(),
            article: Article::read(fields, ""),
            unit: if fields.text("unit") == "gram" { Unit::Gram } else { Unit::Piece },
            category: fields.text("category").to_owned(),
            active: fields.flag("active", true),
            position: fields.int("position").unwrap_or_default(),
            note: fields.text("note").to_owned(),
            variants,
            merged_into: Uuid::try_parse(fields.text("merged_into")).ok(),
            merged: Vec::new(),
            also_called: Vec::new(),
            others: fields
                .keys("other")
                .filter(|key| fields.flag(&format!("other/{key}"), false))
                .filter_map(|key| Uuid::try_parse(key).ok())
                .collect(),
            moved: fields.sums.clone(),
        }
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        self.article.write(&mut all, "");
        for variant in &self.variants {
            let under = format!("variant/{}/", variant.id);
            variant.article.write(&mut all, &under);
            all.insert(format!("{under}name"), variant.name.as_str().into());
            all.insert(format!("{under}position"), Value::Int(variant.position));
            if !variant.active {
                all.insert(format!("{under}active"), Value::Bool(false));
            }
        }
        let unit = (self.unit == Unit::Gram).then(|| "gram".into());
        let named = [
            ("name", text(&self.name)),
            ("spec", text(&self.spec)),
            ("unit", unit),
            ("category", text(&self.category)),
            ("active", (!self.active).then_some(Value::Bool(false))),
            ("position", (self.position != 0).then_some(Value::Int(self.position))),
            ("note", text(&self.note)),
        ];
        all.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        all
    }

    /// What keeps it from being saved.
    pub fn faults(&self) -> Vec<ProductFault> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(ProductFault::NameMissing);
        }
        let unnamed = self.variants.iter().filter(|variant| variant.name.trim().is_empty());
        faults.extend(unnamed.map(|variant| ProductFault::VariantNameMissing(variant.id)));
        let articles = || self.variants.iter().map(|variant| &variant.article).chain([&self.article]);
        let texts = articles().flat_map(|article| article.barcodes.iter().chain([&article.code]));
        let texts = texts.chain(self.variants.iter().map(|variant| &variant.name)).chain([
            &self.name,
            &self.spec,
            &self.category,
        ]);
        if texts.into_iter().any(|text| text.chars().count() > SHORT) || self.note.chars().count() > LONG {
            faults.push(ProductFault::TooLong);
        }
        if articles().flat_map(Article::amounts).any(|amount| !(0..=MAX_AMOUNT).contains(&amount)) {
            faults.push(ProductFault::Price);
        }
        faults
    }

    /// A variant by its id.
    pub fn variant(&self, id: u32) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// The price of a variant (0: of the product) at a price level, minor units: the variant's own price at that
    /// level, else its own price, else the product's.
    pub fn price(&self, variant: u32, level: &str) -> Option<i64> {
        let own = self.variant(variant).map(|variant| &variant.article);
        let at_level = |article: &Article| article.levels.get(level).copied();
        own.and_then(at_level)
            .or_else(|| own.and_then(|article| article.price))
            .or_else(|| at_level(&self.article))
            .or(self.article.price)
    }

    /// What a variant (0: the product) costs the stall, minor units, where that is known.
    pub fn cost(&self, variant: u32) -> Option<i64> {
        self.variant(variant).and_then(|variant| variant.article.cost).or(self.article.cost)
    }

    /// The code of a variant, else the product's.
    pub fn code(&self, variant: u32) -> &str {
        let own = self.variant(variant).map(|variant| variant.article.code.as_str());
        own.filter(|code| !code.is_empty()).unwrap_or(&self.article.code)
    }

    /// Which of its articles a scanned code names, the first of them: a variant's id, or 0 for the product.
    pub fn scanned(&self, code: &str) -> Option<u32> {
        crate::code::named(self, &crate::code::key(code)).first().copied()
    }

    /// What a line of an order says beside the name: the variant's specification, or the product's own.
    pub fn spec(&self, variant: u32) -> &str {
        self.variant(variant).map_or(&self.spec, |variant| &variant.name)
    }

    /// The articles that it is: each variant, or itself under 0.
    pub fn stocked(&self) -> Vec<u32> {
        if self.variants.is_empty() { vec![0] } else { self.variants.iter().map(|variant| variant.id).collect() }
    }

    /// Those of them that are sold now.
    pub fn offered(&self) -> Vec<u32> {
        let is_sold = |of: &u32| self.variant(*of).is_none_or(|variant| variant.active);
        self.stocked().into_iter().filter(is_sold).collect()
    }

    /// The stocks that it has. What was there before it had variants stays under 0: orders may have been promised some
    /// of it.
    pub fn stocks(&self) -> Vec<u32> {
        let left = !self.variants.is_empty() && self.moved.contains_key(&0);
        self.stocked().into_iter().chain(left.then_some(0)).collect()
    }

    /// A place that is the same on every device, whatever orders names there: as the shop arranged them, else the older
    /// first. For programs; what people see is ordered by [`Self::compare`].
    pub fn place(&self) -> (i64, Uuid) {
        (self.position, self.id)
    }

    /// Which of two comes first, as tiles, in lists and in sheets: as the shop arranged them, then by their names as
    /// `names` orders them (by sound, where a name is Chinese), then the older.
    pub fn compare(&self, other: &Self, names: impl FnOnce(&str, &str) -> Ordering) -> Ordering {
        let by_place = self.position.cmp(&other.position);
        by_place.then_with(|| names(&self.name, &other.name)).then_with(|| self.id.cmp(&other.id))
    }
}

/// How far apart things are put that are ordered again, so that others fit between.
pub const APART: i64 = 1_000;

/// Which positions change when, of things in this order, the one at `from` goes to `to`: most often its own only.
pub fn rearranged(positions: &[i64], from: usize, to: usize) -> Vec<(usize, i64)> {
    let mut order: Vec<(usize, i64)> = positions.iter().copied().enumerate().collect();
    if from == to || from >= order.len() || to >= order.len() {
        return Vec::new();
    }
    let taken = order.remove(from);
    order.insert(to, taken);
    let at = |place: Option<usize>| place.and_then(|place| order.get(place)).map(|(_, position)| *position);
    let (before, after) = (at(to.checked_sub(1)), at(to.checked_add(1)));
    let between = match (before, after) {
        (Some(before), Some(after)) => Some(before + after.saturating_sub(before) / 2),
        (Some(before), None) => before.checked_add(APART),
        (None, Some(after)) => after.checked_sub(APART),
        (None, None) => Some(0),
    };
    // Nothing of the others changes where there is room between them.
    let fits = |between: &i64| before.is_none_or(|it| it < *between) && after.is_none_or(|it| *between < it);
    let rest = order.iter().map(|(_, position)| position).enumerate().filter(|(place, _)| *place != to);
    let sorted = rest.map(|(_, position)| *position).is_sorted_by(|one, other| one < other);
    if let Some(between) = between.filter(fits).filter(|_| sorted) {
        return vec![(taken.0, between)];
    }
    let anew = (0..).map(|place| place * APART).zip(&order);
    anew.filter(|(new, (_, old))| new != old).map(|(new, (index, _))| (*index, new)).collect()
}

/// What there is of one product or variant, in pieces or grams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// What lies in the stall. Below zero, more was sold than was ever received.
    pub on_hand: i64,
    /// What is promised to orders and has not left.
    pub reserved: i64,
    /// Whether anybody counts it: a product without any movement has no stock to run out of.
    pub counted: bool,
}

impl Stock {
    /// Of movements beside orders (none: nobody counts it) and of what orders reserved and took.
    pub fn of(moved: Option<i64>, reserved: i64, left: i64) -> Self {
        Self { on_hand: moved.unwrap_or_default().saturating_sub(left), reserved, counted: moved.is_some() }
    }
    /// What can still be promised; below zero it is oversold.
    pub fn free(self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
    /// Whether more is promised than there is.
    pub fn is_oversold(self) -> bool {
        self.counted && self.free() < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shirt() -> Product {
        let variant = |id, name: &str, price| Variant {
            id,
            name: name.into(),
            position: i64::from(10 - id),
            article: Article { price, code: format!("S{id}"), ..Article::default() },
            active: id != 9,
        };
        let mut shirt = Product {
            name: "T恤".into(),
            spec: "纯棉".into(),
            category: "衣服".into(),
            active: false,
            variants: vec![variant(9, "L 红", None), variant(3, "M", Some(69_00))],
            ..Product::default()
        };
        shirt.article.price = Some(59_00);
        shirt.article.levels.insert("wholesale".into(), 39_00);
        shirt.article.barcodes = vec!["6901234567892".into()];
        shirt
    }

    #[test]
    fn what_is_written_is_read() {
        let shirt = shirt();
        let read = Product::read(&Fields { fields: shirt.fields(), ..Fields::default() });
        assert_eq!(read, shirt);
        assert_eq!(Product::read(&Fields::default()), Product::default());
    }

    #[test]
    fn a_variant_has_its_own_price_or_the_products() {
        let shirt = shirt();
        assert_eq!(shirt.price(3, ""), Some(69_00));
        assert_eq!(shirt.price(9, ""), Some(59_00));
        assert_eq!(shirt.price(9, "wholesale"), Some(39_00));
        assert_eq!(shirt.price(3, "wholesale"), Some(69_00), "a price of its own is nobody's level");
        assert_eq!(shirt.price(0, "none such"), Some(59_00));
        assert_eq!((shirt.scanned("S3"), shirt.scanned("6901234567892"), shirt.scanned("")), (Some(3), Some(0), None));
    }

    #[test]
    fn what_the_shop_arranged_comes_first_then_the_names() {
        let of = |id, position, name: &str| Product {
            id: Uuid::from_u128(id),
            position,
            name: name.into(),
            ..Product::default()
        };
        let (tea, cup, pot, twin) = (of(1, 0, "tea"), of(2, 0, "cup"), of(3, -1_000, "pot"), of(4, 0, "cup"));
        let mut all = [&tea, &cup, &pot, &twin];
        all.sort_by(|one, other| one.compare(other, str::cmp));
        assert_eq!(all.map(|product| product.id.as_u128()), [3, 2, 4, 1]);
    }

    #[test]
    fn faults_are_named() {
        let mut shirt = shirt();
        assert!(shirt.faults().is_empty());
        shirt.name = " ".into();
        shirt.variants[0].name.clear();
        shirt.variants[1].article.price = Some(-1);
        let faults = [ProductFault::NameMissing, ProductFault::VariantNameMissing(9), ProductFault::Price];
        assert_eq!(shirt.faults(), faults);
    }

    #[test]
    fn stock_from_before_there_were_variants_still_counts() {
        let mut shirt = shirt();
        assert_eq!((shirt.stocked(), shirt.stocks()), (vec![9, 3], vec![9, 3]));
        assert_eq!(shirt.offered(), [3], "the other one is not sold now");
        shirt.moved.insert(0, 4);
        assert_eq!((shirt.stocked(), shirt.stocks()), (vec![9, 3], vec![9, 3, 0]));
        assert_eq!((shirt.spec(3), shirt.spec(0)), ("M", "纯棉"));
    }

    #[test]
    fn what_is_moved_among_others_changes_as_little_as_it_can() {
        assert_eq!(rearranged(&[0, 1_000, 2_000], 2, 1), [(2, 500)]);
        assert_eq!(rearranged(&[0, 1_000, 2_000], 2, 0), [(2, -1_000)]);
        assert_eq!(rearranged(&[0, 1_000, 2_000], 0, 2), [(0, 3_000)]);
        // None was ever arranged, or there is no room: all get a place of their own.
        assert_eq!(rearranged(&[0, 0, 0], 0, 1), [(0, 1_000), (2, 2_000)]);
        assert_eq!(rearranged(&[5, 6, 7], 2, 1), [(0, 0), (2, 1_000), (1, 2_000)]);
        assert_eq!(rearranged(&[1, 2], 1, 1), []);
        assert_eq!(rearranged(&[1, 2], 1, 7), []);
    }

    #[test]
    fn only_counted_stock_can_be_oversold() {
        assert!(!Stock::of(None, 5, 5).is_oversold());
        let stock = Stock::of(Some(10), 3, 8);
        assert_eq!((stock.on_hand, stock.free(), stock.is_oversold()), (2, -1, true));
    }
}
