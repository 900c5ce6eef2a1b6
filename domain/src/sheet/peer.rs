//! Exports of other shops' programs, recognised by the names of their columns, and made plain: a row for each article,
//! with its product's name, what tells it apart, its own code, price and stock. The names are those of their public
//! manuals.

use std::collections::BTreeMap;

use super::content::Content;
use super::head::folded;
use super::products::Column;
use super::{Left, Line, Remark};
use crate::Currency;

/// Whose export a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Shopify.
    Shopify,
    /// WooCommerce.
    WooCommerce,
    /// Square.
    Square,
    /// Etsy.
    Etsy,
    /// 淘宝助理.
    Taobao,
    /// 有赞.
    Youzan,
    /// 微店.
    Weidian,
    /// 秦丝.
    Qinsi,
    /// 管家婆.
    Guanjiapo,
    /// Loyverse.
    Loyverse,
    /// Medusa.
    Medusa,
}

/// The names of the columns, to find one by any of its names.
struct Names(Vec<String>);

impl Names {
    fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| folded(name)).collect())
    }

    /// The first column of one of these names; one that ends with `*` is the beginning of a name.
    fn at(&self, names: &[&str]) -> Option<usize> {
        let is_called = |known: &String, name: &str| match name.strip_suffix('*') {
            Some(beginning) => known.starts_with(beginning),
            None => known == name,
        };
        names.iter().find_map(|name| self.0.iter().position(|known| is_called(known, name)))
    }

    /// All columns of one of these names: those of several stores.
    fn every(&self, names: &[&str]) -> Vec<usize> {
        (0..self.0.len()).filter(|at| self.0.get(*at).is_some_and(|own| Self(vec![own.clone()]).any(names))).collect()
    }

    fn has(&self, name: &str) -> bool {
        self.at(&[name]).is_some()
    }

    fn any(&self, names: &[&str]) -> bool {
        self.at(names).is_some()
    }
}

/// Whose export of products has columns of these names.
pub fn of_products(names: &[String]) -> Option<Peer> {
    let names = Names::new(names);
    let is = |all: &[&str], any: &[&str]| all.iter().all(|name| names.has(name)) && names.any(any);
    if names.any(&["handle", "urlhandle"])
        && is(
            &["title"],
            &["variantsku", "variantprice", "variantbarcode", "option1name", "option1value", "variantinventoryqty"],
        )
    {
        return Some(Peer::Shopify);
    }
    let of = [
        (Peer::Loyverse, is(&["handle"], &["soldbyweight", "trackstock"]) && names.any(&["name", "itemname"])),
        (
            Peer::WooCommerce,
            names.any(&["type", "类型"])
                && names.any(&["name", "名称"])
                && names.any(&["regularprice", "parent", "attribute1name"])
                && names.any(&[
                    "visibilityincatalog",
                    "isfeatured?",
                    "taxstatus",
                    "parent",
                    "attribute1name",
                    "instock?",
                ]),
        ),
        (
            Peer::Square,
            is(&["itemname", "variationname"], &["token", "gtin", "sku", "currentquantity*", "referencehandle"]),
        ),
        (
            Peer::Etsy,
            is(&["title", "price", "quantity"], &["variation1type", "variation1values", "materials", "currencycode"]),
        ),
        (
            Peer::Taobao,
            is(&["宝贝名称"], &["宝贝价格", "宝贝数量", "销售属性组合"]) || is(&["title", "price"], &["skuprops"]),
        ),
        (
            Peer::Medusa,
            is(&["producttitle"], &["variantsku", "variantinventoryquantity"])
                && names.any(&["producthandle", "productid"]),
        ),
        (Peer::Qinsi, is(&["货号", "颜色", "尺码"], &["品名", "商品名称", "名称"])),
        (Peer::Guanjiapo, names.has("商品全名") || is(&["商品编号"], &["基本单位", "预设售价*", "最近进价"])),
        (Peer::Weidian, names.any(&["型号编码", "商品型号"]) && names.any(&["商品标题", "商品名称"])),
        (Peer::Youzan, is(&["商品名称", "规格编码"], &["价格", "库存", "商品分组", "商品编码", "规格"])),
    ];
    of.into_iter().find(|(_, is)| *is).map(|(peer, _)| peer)
}

/// Whose export of customers, or of orders with their buyers, has columns of these names.
pub fn of_customers(names: &[String]) -> Option<Peer> {
    let names = Names::new(names);
    let is = |all: &[&str], any: &[&str]| all.iter().all(|name| names.has(name)) && names.any(any);
    let of = [
        (
            Peer::Shopify,
            names.any(&["defaultaddressaddress1", "defaultaddresscity"])
                || is(&["firstname", "lastname"], &["acceptsmarketing", "acceptsemailmarketing", "taxexempt"]),
        ),
        (Peer::WooCommerce, names.any(&["billingfirstname", "billingaddress1"])),
        (Peer::Square, names.has("squarecustomerid") || is(&["streetaddress1"], &["nickname", "companyname", "memo"])),
        (Peer::Etsy, is(&["shipname"], &["street1", "shipaddress1", "shipcity"])),
        (Peer::Loyverse, is(&["customername"], &["customercode", "pointsbalance", "totalvisits"])),
        (Peer::Youzan, names.any(&["收货人提货人", "收货人手机号提货人手机号"])),
        (Peer::Weidian, names.any(&["收件人提货人", "收件人手机提货人手机"])),
        (Peer::Taobao, is(&["收货人姓名"], &["买家会员名", "买家应付货款", "买家支付宝账号"])),
    ];
    of.into_iter().find(|(_, is)| *is).map(|(peer, _)| peer)
}

impl Peer {
    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
            Self::Square => "square",
            Self::Etsy => "etsy",
            Self::Taobao => "taobao",
            Self::Youzan => "youzan",
            Self::Weidian => "weidian",
            Self::Qinsi => "qinsi",
            Self::Guanjiapo => "guanjiapo",
            Self::Loyverse => "loyverse",
            Self::Medusa => "medusa",
        }
    }

    /// Makes the rows of its export of products plain; columns that it needs are added.
    pub fn arrange(self, names: &mut Vec<String>, lines: &mut Vec<Line>) {
        let known = Names::new(names);
        match self {
            Self::Shopify => shopify(&known, lines),
            Self::WooCommerce => woocommerce(&known, lines),
            Self::Square => square(&known, lines),
            Self::Etsy => etsy(&known, lines),
            Self::Taobao => taobao(names, &known, lines),
            Self::Youzan | Self::Weidian => mall(&known, lines),
            Self::Loyverse => loyverse(&known, lines),
            Self::Medusa => medusa(&known, lines),
            Self::Qinsi | Self::Guanjiapo => {}
        }
    }

    /// What columns of its export of products mean, where their names alone would say something else. `currency`: that
    /// of the shop, where prices stand in several.
    pub fn settle(self, names: &[String], columns: &mut [Option<Column>], currency: Currency) {
        let known = Names::new(names);
        // What several stores have is one stock.
        let stores: &[&str] = if self == Self::Square {
            &["currentquantity*"]
        } else if self == Self::Loyverse {
            &STORES
        } else {
            &[]
        };
        for at in known.every(stores) {
            if let Some(means) = columns.get_mut(at) {
                *means = Some(Column::Stock);
            }
        }
        let mut only = |names: &[&str], column: Column| {
            let Some(at) = known.at(names) else { return };
            for (other, means) in columns.iter_mut().enumerate() {
                if other == at {
                    *means = Some(column.clone());
                } else if *means == Some(column.clone()) {
                    *means = None;
                }
            }
        };
        match self {
            Self::Shopify => only(&["type", "producttype", "productcategory"], Column::Category),
            Self::WooCommerce => {
                only(&["categories", "分类"], Column::Category);
                only(&["regularprice"], Column::Price);
                only(&["published"], Column::State);
                only(&["stock", "库存"], Column::Stock);
            }
            Self::Square => {
                only(&["itemname"], Column::Name);
                only(&["reportingcategory", "category", "categories"], Column::Category);
                only(&["archived"], Column::State);
                only(&["price"], Column::Price);
            }
            Self::Taobao => {
                only(&["宝贝名称", "title"], Column::Name);
                only(&["宝贝价格", "price"], Column::Price);
                only(&["宝贝数量", "num"], Column::Stock);
                only(&["商家编码", "outerid"], Column::Code);
            }
            Self::Youzan | Self::Weidian => {
                only(&["商品分组", "商品分类", "分类", "商品类目"], Column::Category);
                only(&["规格编码", "型号编码", "商品编码"], Column::Code);
                only(&["规格价格", "型号价格", "价格", "商品价格", "售价"], Column::Price);
                only(&["规格库存", "型号库存", "库存", "商品库存"], Column::Stock);
            }
            Self::Qinsi => only(&["货号"], Column::Code),
            Self::Guanjiapo => only(&["商品全名", "商品名称"], Column::Name),
            Self::Medusa => {
                let code = currency.code().to_lowercase();
                only(&[&format!("variantprice{code}"), &format!("price{code}")], Column::Price);
            }
            Self::Etsy | Self::Loyverse => {}
        }
    }
}

/// What Loyverse calls the stock of each store.
const STORES: [&str; 2] = ["instock", "stock"];

/// Yes, as programs say it in the language of whoever asks for their export.
fn is_yes(text: &str) -> bool {
    ["Y", "YES", "TRUE", "S", "SI", "SÍ", "SIM", "O", "OUI", "J", "JA"].contains(&text.to_uppercase().as_str())
}

fn text(line: &Line, at: Option<usize>) -> String {
    at.and_then(|at| line.cells.get(at)).map(|cell| cell.shown().trim().to_owned()).unwrap_or_default()
}

fn is_blank(line: &Line, at: Option<usize>) -> bool {
    at.and_then(|at| line.cells.get(at)).is_none_or(Content::is_blank)
}

fn put(line: &mut Line, at: Option<usize>, content: Content) {
    let Some(at) = at else { return };
    if line.cells.len() <= at {
        line.cells.resize_with(at + 1, || Content::Text(String::new()));
    }
    if let Some(cell) = line.cells.get_mut(at) {
        *cell = content;
    }
}

fn set(line: &mut Line, at: Option<usize>, text: &str) {
    put(line, at, Content::Text(text.to_owned()));
}

/// What stands in the first row of a product holds for its other rows: a blank cell takes what it has.
fn fill(lines: &mut [Line], group: Option<usize>, columns: &[Option<usize>]) {
    let mut first: BTreeMap<String, BTreeMap<usize, Content>> = BTreeMap::new();
    for line in lines {
        let key = text(line, group);
        if key.is_empty() {
            continue;
        }
        let known = first.entry(key).or_default();
        for at in columns.iter().flatten() {
            match known.get(at) {
                Some(content) if is_blank(line, Some(*at)) => put(line, Some(*at), content.clone()),
                Some(_) => {}
                None => {
                    let said = line.cells.get(*at).filter(|cell| !cell.is_blank()).cloned();
                    known.extend(said.map(|content| (*at, content)));
                }
            }
        }
    }
}

/// The first of several categories, the way to it as it stands: `Honey, Honey > Jars` is `Honey`.
fn first_category(text: &str) -> String {
    let plain = text.replace("\\,", "\u{1}");
    plain.split([',', '，']).next().unwrap_or_default().trim().replace('\u{1}', ",")
}

/// The last step of a way through a taxonomy: `Home > Kitchen > Aprons` is `Aprons`.
fn last_step(text: &str) -> String {
    text.rsplit('>').next().unwrap_or_default().trim().to_owned()
}

/// Signs as a web page writes them.
fn decoded(text: &str) -> String {
    let signs = [
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    signs.iter().fold(text.to_owned(), |text, (sign, plain)| text.replace(sign, plain))
}

/// A product has its title, type and status in its first row only; rows without an article are further pictures.
fn shopify(names: &Names, lines: &mut [Line]) {
    let group = names.at(&["handle", "urlhandle"]);
    let title = names.at(&["title"]);
    let (kind, taxonomy) = (names.at(&["type", "producttype"]), names.at(&["productcategory"]));
    let stock = names.at(&["variantinventoryqty", "inventoryquantity"]);
    let tracker = names.at(&["variantinventorytracker", "inventorytracker"]);
    let article = [
        names.at(&["option1value"]),
        names.at(&["option2value"]),
        names.at(&["variantsku", "sku"]),
        names.at(&["variantprice", "price"]),
        names.at(&["variantbarcode", "barcode"]),
        stock,
    ];
    for line in lines.iter_mut() {
        let is_said = |at: &Option<usize>| !is_blank(line, *at);
        if is_blank(line, title) && !is_blank(line, group) && !article.iter().any(is_said) {
            line.left = Some(Left::Picture);
        }
        if is_blank(line, kind) && !is_blank(line, taxonomy) {
            let step = last_step(&text(line, taxonomy));
            set(line, kind.or(taxonomy), &step);
        }
        // What nobody counts is not 0.
        if tracker.is_some() && is_blank(line, tracker) {
            set(line, stock, "");
        }
    }
    fill(
        lines,
        group,
        &[title, kind.or(taxonomy), names.at(&["status"]), names.at(&["published", "publishedononlinestore"])],
    );
}

/// A variation names its parent by code or id, and has its attributes; the parent itself is no article.
fn woocommerce(names: &Names, lines: &mut [Line]) {
    let [id, sku, parent, published] = ["id", "sku", "parent", "published"].map(|name| names.at(&[name]));
    let (name, kind) = (names.at(&["name", "名称"]), names.at(&["type", "类型"]));
    let (regular, sale) = (names.at(&["regularprice"]), names.at(&["saleprice"]));
    let (category, stock) = (names.at(&["categories", "分类"]), names.at(&["stock", "库存"]));
    let values: Vec<Option<usize>> =
        (1..=8).map(|n| names.at(&[&format!("attribute{n}value")])).take_while(Option::is_some).collect();
    let mut parents: BTreeMap<String, (String, String, String)> = BTreeMap::new();
    for line in lines.iter() {
        let said = (text(line, name), text(line, category), text(line, published));
        for key in [text(line, sku), format!("id:{}", text(line, id))]
            .into_iter()
            .filter(|key| !key.is_empty() && key != "id:")
        {
            parents.entry(key).or_insert_with(|| said.clone());
        }
    }
    for line in lines.iter_mut() {
        let said = text(line, kind).to_lowercase();
        let is_kind = |kind: &str| said.split(',').any(|word| word.trim() == kind);
        if is_kind("variable") || is_kind("grouped") {
            line.left = Some(Left::Parent);
            continue;
        }
        if is_kind("variation") {
            let own = text(line, name);
            let of = parents.get(&text(line, parent)).cloned();
            let has_values = values.iter().any(|at| !is_blank(line, *at));
            let (of, place, state) = of.unwrap_or_else(|| {
                let of = own.rsplit_once(" - ").map_or(own.as_str(), |(of, _)| of);
                (of.to_owned(), String::new(), String::new())
            });
            if !has_values {
                let rest = own.strip_prefix(of.as_str()).unwrap_or(&own).trim_start_matches([' ', '-', '–']);
                let rest = if rest.is_empty() { text(line, sku) } else { rest.to_owned() };
                set(line, values.first().copied().flatten(), &rest);
            }
            set(line, name, &of);
            if is_blank(line, category) {
                set(line, category, &place);
            }
            if matches!(state.as_str(), "0" | "-1") {
                set(line, published, &state);
            }
        } else {
            // What an article without variations is like is no specification.
            values.iter().for_each(|at| set(line, *at, ""));
        }
        let plain = decoded(&text(line, name));
        set(line, name, &plain);
        let first = decoded(&first_category(&text(line, category)));
        set(line, category, &first);
        if is_blank(line, regular) && !is_blank(line, sale) {
            let sale = text(line, sale);
            set(line, regular, &sale);
        }
        if text(line, published) == "-1" {
            set(line, published, "0");
        }
        // Counted with the parent: nobody knows how many of them are of this kind.
        if text(line, stock).eq_ignore_ascii_case("parent") {
            set(line, stock, "");
        }
    }
}

/// What has only one variation calls it `Regular`.
fn square(names: &Names, lines: &mut [Line]) {
    let [token, name, variation, price] = ["token", "itemname", "variationname", "price"].map(|name| names.at(&[name]));
    let category = names.at(&["reportingcategory", "category", "categories"]);
    let further = names.at(&["categories"]);
    let archived = names.at(&["archived"]);
    let key = |line: &Line| (text(line, token), text(line, name));
    let mut many: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in lines.iter() {
        *many.entry(key(line)).or_default() += 1;
    }
    // A token is of an item, or of each of its variations.
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines.iter() {
        *named.entry(text(line, name)).or_default() += 1;
    }
    for line in lines.iter_mut() {
        let is_only = many.get(&key(line)) == Some(&1) && named.get(&text(line, name)) == Some(&1);
        if is_only && ["regular", "standard", "default", "常规"].contains(&folded(&text(line, variation)).as_str()) {
            set(line, variation, "");
        }
        if folded(&text(line, price)) == "variable" {
            set(line, price, "");
        }
        let said = if is_blank(line, category) { further } else { category };
        let first = first_category(&text(line, said));
        set(line, category, &first);
        match text(line, archived).to_uppercase().as_str() {
            "Y" | "YES" | "TRUE" => set(line, archived, "archived"),
            "N" | "NO" | "FALSE" => set(line, archived, "active"),
            _ => {}
        }
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// More articles than this are in no listing: a row that says so stays the one that it is.
const MOST_ARTICLES: usize = 2_000;

/// A listing is one row: its variations and codes are lists in their cells, and its quantity is that of all of them.
fn etsy(names: &Names, lines: &mut Vec<Line>) {
    let [sku, title, stock] = ["sku", "title", "quantity"].map(|name| names.at(&[name]));
    let values = ["variation1values", "variation2values", "variation3values"].map(|name| names.at(&[name]));
    let mut all = Vec::with_capacity(lines.len());
    for mut line in std::mem::take(lines) {
        let plain = decoded(&text(&line, title));
        set(&mut line, title, &plain);
        let mut articles = vec![Vec::new()];
        for at in values {
            let mut own = list(&decoded(&text(&line, at)));
            if own.is_empty() {
                own.push(String::new());
            }
            if articles.len().saturating_mul(own.len()) > MOST_ARTICLES {
                articles.truncate(1);
                break;
            }
            let with = |article: &Vec<String>, one: &String| [article.as_slice(), std::slice::from_ref(one)].concat();
            articles = articles.iter().flat_map(|article| own.iter().map(move |one| with(article, one))).collect();
        }
        let codes = list(&text(&line, sku));
        if line.left.is_some() || articles.len() == 1 {
            all.push(line);
            continue;
        }
        let quantity = text(&line, stock);
        for (nth, own) in articles.iter().enumerate() {
            let code = codes.get(nth).filter(|_| codes.len() == articles.len());
            let mut article = line.clone();
            values.iter().zip(own).for_each(|(at, one)| set(&mut article, *at, one));
            set(&mut article, sku, code.map(String::as_str).unwrap_or_default());
            if !quantity.is_empty() {
                set(&mut article, stock, "");
                article.remarks.push(Remark::InAll(quantity.clone()));
            }
            all.push(article);
        }
    }
    *lines = all;
}

/// An article of a listing of 淘宝: price, stock, code, and the keys of what tells it apart.
struct Sku {
    price: String,
    stock: String,
    code: String,
    values: Vec<String>,
}

/// Reads `价格:数量:编码:属性:值;属性:值;…`, one article behind the other.
fn skus(text: &str) -> Vec<Sku> {
    let mut all: Vec<Sku> = Vec::new();
    for token in text.split(';').map(str::trim).filter(|token| !token.is_empty()) {
        let parts: Vec<&str> = token.split(':').map(str::trim).collect();
        match (parts.as_slice(), all.last_mut()) {
            ([price, stock, code @ .., property, value], _) if parts.len() >= 4 => {
                let values = vec![format!("{property}:{value}")];
                all.push(Sku { price: (*price).to_owned(), stock: (*stock).to_owned(), code: code.join(":"), values });
            }
            ([property, value], Some(sku)) => sku.values.push(format!("{property}:{value}")),
            _ => {}
        }
    }
    all
}

/// A listing is one row; its articles are a text in a cell, and what they are called stands in another.
fn taobao(heads: &mut Vec<String>, names: &Names, lines: &mut Vec<Line>) {
    let props = names.at(&["销售属性组合", "skuprops"]);
    let aliases = [names.at(&["销售属性别名", "propalias"]), names.at(&["自定义属性值", "inputcustomcpv"])];
    let price = names.at(&["宝贝价格", "price"]);
    let stock = names.at(&["宝贝数量", "num"]);
    let code = names.at(&["商家编码", "outerid"]);
    let barcodes = names.at(&["sku条形码", "skubarcode"]);
    let whole = names.at(&["商品条形码", "barcode"]);
    let wide = heads.len();
    let spec = Some(wide);
    heads.push("规格".to_owned());
    let mut all = Vec::with_capacity(lines.len());
    for line in std::mem::take(lines) {
        let articles = skus(&text(&line, props));
        if line.left.is_some() || articles.is_empty() {
            all.push(line);
            continue;
        }
        let mut called: BTreeMap<String, String> = BTreeMap::new();
        for at in aliases {
            for token in text(&line, at).split(';') {
                let mut parts = token.splitn(3, ':').map(str::trim);
                if let (Some(property), Some(value), Some(name)) = (parts.next(), parts.next(), parts.next()) {
                    called.insert(format!("{property}:{value}"), name.to_owned());
                }
            }
        }
        let own: Vec<String> = text(&line, barcodes)
            .split([';', ','])
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect();
        let many = articles.len();
        for (nth, article) in articles.into_iter().enumerate() {
            let parts: Vec<&str> =
                article.values.iter().filter_map(|key| called.get(key)).map(String::as_str).collect();
            let name = match (parts.len() == article.values.len(), article.code.is_empty()) {
                (true, _) => parts.join(" / "),
                // The names of values are known to 淘宝 alone: its code tells the article apart.
                (false, false) => article.code.clone(),
                (false, true) => format!("规格{}", nth + 1),
            };
            let mut row = line.clone();
            set(&mut row, spec, &name);
            set(&mut row, price, &article.price);
            set(&mut row, stock, &article.stock);
            set(&mut row, code, &article.code);
            let barcode = own
                .get(nth)
                .filter(|_| own.len() == many)
                .filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            set(&mut row, barcodes, barcode.map(String::as_str).unwrap_or_default());
            if many > 1 {
                set(&mut row, whole, "");
            }
            all.push(row);
        }
    }
    *lines = all;
}

/// What stands in cells for nothing; a specification with the names of its parts; an article's code, or its product's.
fn mall(names: &Names, lines: &mut [Line]) {
    let spec = names.at(&["规格", "商品规格", "规格名称", "商品型号", "型号名称", "型号"]);
    let code = names.at(&["规格编码", "型号编码"]);
    let whole = names.at(&["商品编码", "商家编码"]);
    let group = names.at(&["商品id", "商品编号"]);
    let name = names.at(&["商品名称", "商品标题"]);
    let category = names.at(&["商品分组", "商品分类", "分类", "商品类目"]);
    for line in lines.iter_mut() {
        for cell in &mut line.cells {
            if matches!(&*cell, Content::Text(text) if matches!(text.trim(), "-" | "--" | "无")) {
                *cell = Content::Text(String::new());
            }
        }
        let said = text(line, spec);
        let parts: Option<Vec<&str>> = said
            .split([';', '；', ',', '，'])
            .filter(|part| !part.trim().is_empty())
            .map(|part| Some(part.split_once([':', '：'])?.1.trim()))
            .collect();
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            set(line, spec, &parts.join(" / "));
        }
        if is_blank(line, code) && code.is_some() {
            let whole = text(line, whole);
            set(line, code, &whole);
        }
        let first = first_category(&text(line, category).replace(['；', ';'], ","));
        set(line, category, &first);
    }
    fill(lines, group, &[name, category]);
}

/// Variants stand below their item with its handle; what is not tracked has no stock. Each store has columns of its own:
/// what one of them sells is sold, at the first price that there is.
fn loyverse(names: &Names, lines: &mut [Line]) {
    let group = names.at(&["handle"]);
    let [tracked, weight, default] = ["trackstock", "soldbyweight", "defaultprice"].map(|name| names.at(&[name]));
    let name = names.at(&["name", "itemname"]);
    let [mut prices, sold, stocks] = [&["price"][..], &["availableforsale"], &STORES].map(|name| names.every(name));
    prices.extend(default);
    let (price, state) = (prices.first().copied(), sold.first().copied());
    let mut article = vec![names.at(&["sku"]), names.at(&["barcode"]), names.at(&["option1value"])];
    article.extend(prices.iter().copied().map(Some));
    fill(lines, group, &[name, names.at(&["category"]), weight, tracked]);
    for line in lines.iter_mut() {
        let is_said = |at: &Option<usize>| !is_blank(line, *at);
        if !article.iter().any(is_said) && !is_blank(line, names.at(&["skuofincludeditem"])) {
            line.left = Some(Left::Nothing);
        }
        for at in &prices {
            if ["variable", "variavel", "variabel", "variabile"].contains(&folded(&text(line, Some(*at))).as_str()) {
                set(line, Some(*at), "");
            }
        }
        let first = prices.iter().map(|at| text(line, Some(*at))).find(|price| !price.is_empty());
        set(line, price, &first.unwrap_or_default());
        let offers: Vec<String> =
            sold.iter().map(|at| text(line, Some(*at))).filter(|offer| !offer.is_empty()).collect();
        if !offers.is_empty() {
            set(line, state, if offers.iter().any(|offer| is_yes(offer)) { "Y" } else { "N" });
        }
        if tracked.is_some() && !is_yes(&text(line, tracked)) {
            stocks.iter().for_each(|at| set(line, Some(*at), ""));
        }
        if !is_blank(line, weight) {
            let unit = if is_yes(&text(line, weight)) { "weight" } else { "piece" };
            set(line, weight, unit);
        }
    }
}

/// What nobody chose is no specification, and what is not managed has no stock.
fn medusa(names: &Names, lines: &mut [Line]) {
    let specs = ["varianttitle", "option1value"].map(|name| names.at(&[name]));
    let (managed, stock) = (names.at(&["variantmanageinventory"]), names.at(&["variantinventoryquantity"]));
    for line in lines.iter_mut() {
        for at in specs {
            if ["default", "defaultvariant", "defaulttitle", "defaultoptionvalue"]
                .contains(&folded(&text(line, at)).as_str())
            {
                set(line, at, "");
            }
        }
        if !is_blank(line, managed) && !is_yes(&text(line, managed)) {
            set(line, stock, "");
        }
    }
}
