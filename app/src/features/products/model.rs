//! The form of a product, pure: what is typed, what it means, what is wrong with it, and how stock is written.

use std::collections::BTreeMap;

use domain::code;
use domain::figure::Usage;
use domain::money::NumberFault;
use domain::order::Unit;
use domain::product::{Article, Product, Stock, Variant};
use domain::text::{LONG, SHORT};
use serde::{Deserialize, Serialize};

use crate::session::folded;

/// What is typed of a product, or of one of its variants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArticleForm {
    pub code: String,
    /// One a line.
    pub barcodes: String,
    pub price: String,
    pub cost: String,
    /// By the level's key.
    pub levels: BTreeMap<String, String>,
    /// What there is now, of what is new.
    pub stock: String,
    /// A blob's id.
    pub picture: String,
}

/// What is typed of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantForm {
    pub id: u32,
    pub name: String,
    pub active: bool,
    pub article: ArticleForm,
}

/// What is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    pub name: String,
    pub spec: String,
    pub category: String,
    pub is_weight: bool,
    pub active: bool,
    pub note: String,
    pub article: ArticleForm,
    /// In their order.
    pub variants: Vec<VariantForm>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            name: String::new(),
            spec: String::new(),
            category: String::new(),
            is_weight: false,
            active: true,
            note: String::new(),
            article: ArticleForm::default(),
            variants: Vec::new(),
        }
    }
}

/// A field of the form; the number is the variant's id, 0 for the product itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Name,
    Spec(u32),
    Category,
    Code(u32),
    Barcodes(u32),
    Price(u32),
    Cost(u32),
    Level(u32, String),
    Stock(u32),
    Note,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    TooLong(usize),
    Number(NumberFault),
}

/// The form, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What it says.
    pub product: Product,
    /// What is there now of what is new, by variant: pieces or grams.
    pub stocks: Vec<(u32, i64)>,
    /// What is wrong, by field.
    pub faults: BTreeMap<Place, Fault>,
}

/// Numbers keep the places that money has, and no more.
fn typed(minor: Option<i64>, usage: Usage, unit: Unit) -> String {
    minor.map(|minor| usage.plain_price(minor, unit)).unwrap_or_default()
}

impl ArticleForm {
    fn of(article: &Article, usage: Usage, unit: Unit) -> Self {
        let levels = article.levels.iter().map(|(key, price)| (key.clone(), typed(Some(*price), usage, unit)));
        Self {
            code: article.code.clone(),
            barcodes: article.barcodes.join("\n"),
            price: typed(article.price, usage, unit),
            cost: typed(article.cost, usage, unit),
            levels: levels.collect(),
            stock: String::new(),
            picture: article.picture.clone(),
        }
    }
}

impl Form {
    /// A product as the form shows it.
    pub fn of(product: &Product, usage: Usage) -> Self {
        let variant = |variant: &Variant| VariantForm {
            id: variant.id,
            name: variant.name.clone(),
            active: variant.active,
            article: ArticleForm::of(&variant.article, usage, product.unit),
        };
        Self {
            name: product.name.clone(),
            spec: product.spec.clone(),
            category: product.category.clone(),
            is_weight: product.unit == Unit::Gram,
            active: product.active,
            note: product.note.clone(),
            article: ArticleForm::of(&product.article, usage, product.unit),
            variants: product.variants.iter().map(variant).collect(),
        }
    }

    /// Reads it; what the form does not show is as in `base`.
    pub fn read(&self, base: &Product, usage: Usage) -> Reading {
        let mut reading = Reading { product: base.clone(), ..Reading::default() };
        let unit = if self.is_weight { Unit::Gram } else { Unit::Piece };
        let mut reader = Reader { usage, unit, base, stocks: Vec::new(), faults: BTreeMap::new() };
        let product = &mut reading.product;
        product.unit = unit;
        product.active = self.active;
        product.name = reader.text(Place::Name, &self.name, SHORT);
        product.category = reader.text(Place::Category, &self.category, SHORT);
        product.note = reader.text(Place::Note, &self.note, LONG);
        if product.name.is_empty() {
            reader.faults.insert(Place::Name, Fault::Missing);
        }
        // With variants, each of them says what it is.
        product.spec =
            if self.variants.is_empty() { reader.text(Place::Spec(0), &self.spec, SHORT) } else { String::new() };
        product.article = reader.article(0, &self.article, self.variants.is_empty());
        product.variants = Vec::with_capacity(self.variants.len());
        for (variant, position) in self.variants.iter().zip(0..) {
            let name = reader.text(Place::Spec(variant.id), &variant.name, SHORT);
            if name.is_empty() {
                reader.faults.insert(Place::Spec(variant.id), Fault::Missing);
            }
            product.variants.push(Variant {
                id: variant.id,
                name,
                article: reader.article(variant.id, &variant.article, true),
                position: position * 1_000,
                active: variant.active,
            });
        }
        reading.stocks = reader.stocks;
        reading.faults = reader.faults;
        reading
    }
}

/// What reading gathers.
struct Reader<'a> {
    usage: Usage,
    unit: Unit,
    base: &'a Product,
    stocks: Vec<(u32, i64)>,
    faults: BTreeMap<Place, Fault>,
}

impl Reader<'_> {
    fn text(&mut self, place: Place, typed: &str, most: usize) -> String {
        domain::text::parse(typed, most).unwrap_or_else(|_| {
            self.faults.insert(place, Fault::TooLong(most));
            String::new()
        })
    }

    /// A price; what nobody changed stays what it was, to the last cent of a kilogram.
    fn price(&mut self, place: Place, typed: &str, was: Option<i64>) -> Option<i64> {
        if typed.trim().is_empty() {
            return None;
        }
        if was.is_some() && self.base.unit == self.unit && typed == self::typed(was, self.usage, self.unit) {
            return was;
        }
        let read = self.usage.price(typed, self.unit);
        read.map_err(|fault| self.faults.insert(place, Fault::Number(fault))).ok()
    }

    fn article(&mut self, variant: u32, form: &ArticleForm, is_stocked: bool) -> Article {
        let mut barcodes: Vec<String> = Vec::new();
        // A scanner ends a line; people write commas.
        for one in form.barcodes.split(['\n', '\r', ',', '，', ';', ' ', '\t']) {
            let code = self.text(Place::Barcodes(variant), one, SHORT);
            if !code.is_empty() && !barcodes.contains(&code) {
                barcodes.push(code);
            }
        }
        let base = self.base;
        let was = base.variant(variant).map_or(&base.article, |variant| &variant.article);
        let mut levels = BTreeMap::new();
        for (key, typed) in &form.levels {
            if let Some(price) = self.price(Place::Level(variant, key.clone()), typed, was.levels.get(key).copied()) {
                levels.insert(key.clone(), price);
            }
        }
        if is_stocked && !form.stock.trim().is_empty() {
            match self.usage.quantity(&form.stock, self.unit) {
                Ok(quantity) => self.stocks.push((variant, quantity)),
                Err(fault) => {
                    self.faults.insert(Place::Stock(variant), Fault::Number(fault));
                }
            }
        }
        Article {
            code: self.text(Place::Code(variant), &form.code, SHORT),
            barcodes,
            price: self.price(Place::Price(variant), &form.price, was.price),
            cost: self.price(Place::Cost(variant), &form.cost, was.cost),
            levels,
            picture: form.picture.clone(),
        }
    }
}

/// Which products a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// Every word is found somewhere in it.
    pub search: String,
    /// Only those of this category.
    pub category: Option<String>,
    /// Which of them.
    pub show: Show,
}

/// Which products a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Those that are on sale.
    #[default]
    Selling,
    /// Those of which there is not enough.
    Short,
    /// Those that are not on sale.
    Resting,
    /// All.
    Every,
}

impl Show {
    /// All of them, the usual one first.
    pub const ALL: [Self; 4] = [Self::Selling, Self::Short, Self::Resting, Self::Every];
    /// Its word in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Selling => "selling",
            Self::Short => "short",
            Self::Resting => "resting",
            Self::Every => "all",
        }
    }
    /// Finds one by its word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.key() == key)
    }
}

/// Whether there is none left, or less than none, of what is counted.
pub fn is_out(stock: Stock) -> bool {
    stock.counted && stock.free() <= 0
}

/// What has run out of what is offered of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Out {
    /// The articles of which there is none left.
    pub articles: Vec<u32>,
    /// More of one of them is promised than there is.
    pub is_oversold: bool,
}

impl Out {
    /// Of a product whose articles have these stocks.
    pub fn of(product: &Product, stock: impl Fn(u32) -> Stock) -> Self {
        let articles: Vec<u32> = product.offered().into_iter().filter(|of| is_out(stock(*of))).collect();
        Self { is_oversold: articles.iter().any(|of| stock(*of).is_oversold()), articles }
    }
}

impl ProductQuery {
    /// Whether a product is among them. `short` says whether any of its stocks has run out; `sounds` whether a text
    /// sounds like a word.
    pub fn finds(&self, product: &Product, short: impl FnOnce() -> bool, sounds: impl Fn(&str, &str) -> bool) -> bool {
        let shown = match self.show {
            Show::Selling => product.active,
            Show::Resting => !product.active,
            Show::Every => true,
            Show::Short => product.active && short(),
        };
        let articles = || product.variants.iter().map(|it| &it.article).chain([&product.article]);
        let texts = || {
            let codes = articles().flat_map(|it| it.barcodes.iter().chain([&it.code]));
            let names = product.variants.iter().map(|it| &it.name);
            codes.chain(names).chain([&product.name, &product.spec, &product.category])
        };
        let has = |word: &str| {
            texts().any(|text| folded(text).contains(word))
                || code::is_of(product, word)
                || sounds(&product.name, word)
                || product.variants.iter().any(|it| sounds(&it.name, word))
        };
        shown
            && self.category.as_ref().is_none_or(|category| product.category == *category)
            && folded(&self.search).split_whitespace().all(has)
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;
    use domain::weight::WeightUnit;

    use super::*;

    const USAGE: Usage = Usage { currency: Currency::Cny, weight: WeightUnit::Kilogram };

    fn tea() -> Form {
        Form {
            name: " 明前龙井 ".into(),
            spec: "50 克".into(),
            category: "茶叶".into(),
            article: ArticleForm {
                code: "LJ50".into(),
                price: "128".into(),
                cost: "60.5".into(),
                stock: "20".into(),
                barcodes: "6901234567892\n6901234567892, 697\n".into(),
                levels: [("wholesale".to_owned(), "99".to_owned()), ("member".to_owned(), " ".to_owned())].into(),
                ..ArticleForm::default()
            },
            ..Form::default()
        }
    }

    fn read(form: &Form) -> Reading {
        form.read(&Product::default(), USAGE)
    }

    #[test]
    fn a_simple_product_is_read_and_shown_again() {
        let reading = read(&tea());
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        let product = &reading.product;
        assert_eq!((product.name.as_str(), product.spec.as_str()), ("明前龙井", "50 克"));
        assert_eq!((product.article.price, product.article.cost), (Some(12_800), Some(6_050)));
        assert_eq!(product.article.barcodes, ["6901234567892", "697"]);
        assert_eq!(product.article.levels, [("wholesale".to_owned(), 99_00)].into());
        assert_eq!(reading.stocks, [(0, 20)]);
        let again = Form::of(product, USAGE).read(product, USAGE);
        assert_eq!(again.product, *product, "nothing changes by being looked at");
        assert!(again.stocks.is_empty());
    }

    #[test]
    fn variants_have_their_own_and_the_product_keeps_no_stock_beside_them() {
        let mut form = tea();
        let variant = |id, name: &str, stock: &str| VariantForm {
            id,
            name: name.into(),
            active: true,
            article: ArticleForm { stock: stock.into(), ..ArticleForm::default() },
        };
        form.variants = vec![variant(7, "小", "3"), variant(5, "", "2.5")];
        let reading = read(&form);
        assert_eq!(reading.stocks, [(7, 3)]);
        let wrong: Vec<&Place> = reading.faults.keys().collect();
        assert_eq!(wrong, [&Place::Spec(5), &Place::Stock(5)]);
        let order: Vec<(u32, i64)> = reading.product.variants.iter().map(|it| (it.id, it.position)).collect();
        assert_eq!((order, reading.product.spec.as_str()), (vec![(7, 0), (5, 1_000)], ""));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        let mut form = tea();
        form.name = " ".into();
        form.article.price = "1.234".into();
        form.article.cost = "much".into();
        form.note = "x".repeat(LONG + 1);
        let faults = read(&form).faults;
        assert_eq!(faults.get(&Place::Name), Some(&Fault::Missing));
        assert_eq!(faults.get(&Place::Price(0)), Some(&Fault::Number(NumberFault::TooPrecise)));
        assert_eq!(faults.get(&Place::Cost(0)), Some(&Fault::Number(NumberFault::NotANumber)));
        assert_eq!(faults.get(&Place::Note), Some(&Fault::TooLong(LONG)));
    }

    #[test]
    fn weight_is_priced_and_counted_in_the_shop_s_unit() {
        let mut form = tea();
        form.is_weight = true;
        form.article.stock = "20.5".into();
        let usage = Usage { weight: WeightUnit::Jin, ..USAGE };
        let reading = form.read(&Product::default(), usage);
        assert_eq!((reading.product.article.price, reading.product.article.cost), (Some(25_600), Some(12_100)));
        assert_eq!(reading.stocks, [(0, 10_250)]);
        assert_eq!(Form::of(&reading.product, usage).article.price, "128.00");
    }

    #[test]
    fn a_price_that_nobody_changed_stays_what_it_was() {
        // 4.99 a kilogram is 2.26 a pound, and that is 4.98 a kilogram.
        let mut product = read(&tea()).product;
        (product.unit, product.article.price) = (Unit::Gram, Some(4_99));
        let usage = Usage { weight: WeightUnit::Pound, ..USAGE };
        let mut form = Form::of(&product, usage);
        assert_eq!(form.article.price, "2.26");
        assert_eq!(form.read(&product, usage).product, product);
        form.article.price = "2.27".into();
        assert_eq!(form.read(&product, usage).product.article.price, Some(5_00));
    }

    #[test]
    fn c26_a_price_with_a_decimal_comma_is_no_hundredfold() {
        let mut form = tea();
        form.article.price = "6,50".into();
        let usage = Usage { currency: Currency::Eur, ..USAGE };
        assert_eq!(form.read(&Product::default(), usage).product.article.price, Some(6_50));
    }

    #[test]
    fn products_are_found_by_any_word_of_theirs() {
        let product = read(&tea()).product;
        let finds = |search: &str| {
            let sought = ProductQuery { search: search.into(), ..ProductQuery::default() };
            sought.finds(&product, || false, |text, word| text == "明前龙井" && word == "mqlj")
        };
        for search in ["", "龙井", "lj5", "50 克", "茶叶 龙", "690123", "MQLJ"] {
            assert!(finds(search), "{search}");
        }
        assert!(!finds("龙井 大"));
        let shown =
            |show, short| ProductQuery { show, ..ProductQuery::default() }.finds(&product, || short, |_, _| false);
        assert_eq!(Show::ALL.map(|show| shown(show, false)), [true, false, false, true]);
        assert!(shown(Show::Short, true));
        assert!(!ProductQuery { category: Some("水果".into()), ..ProductQuery::default() }.finds(
            &product,
            || false,
            |_, _| false
        ));
    }
}
