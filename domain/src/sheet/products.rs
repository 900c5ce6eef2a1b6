//! Sheets of products: a row is a product or one of its variants. It is found again by its code, else by a barcode,
//! else by its name and specification.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::csv::Cell;
use super::figure::{self, Measure};
use super::{Cells, Outcome, Plan, Planner, Refusal, Report, Why, Writing, head, written};
use crate::Currency;
use crate::money::{NumberFault, plain};
use crate::product::{APART, Article, Product, Stock, Variant};
use crate::record::{RecordEvent, StockMoved, StockReason, changes};
use crate::text::{LONG, SHORT};

/// What a column means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Product name.
    Name,
    /// Specification: what tells variants apart.
    Spec,
    /// Code.
    Code,
    /// Barcodes, several in a cell or in several columns.
    Barcodes,
    /// Price of a piece, or of the unit of weight.
    Price,
    /// What it costs the stall.
    Cost,
    /// What there is now.
    Stock,
    /// Category.
    Category,
    /// What the price is for.
    Unit,
    /// On sale or not.
    State,
    /// Note.
    Note,
    /// The price at a price level, by its key.
    Level(String),
}

impl Column {
    /// All but the price levels, which are the shop's.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Spec,
        Self::Code,
        Self::Barcodes,
        Self::Price,
        Self::Cost,
        Self::Stock,
        Self::Category,
        Self::Unit,
        Self::State,
        Self::Note,
    ];
}

impl head::Column for Column {
    fn names(&self) -> &'static [&'static str] {
        match self {
            Self::Name => &[
                "名称",
                "商品名",
                "商品名称",
                "品名",
                "产品",
                "产品名称",
                "货品名称",
                "商品",
                "商品标题",
                "标题",
                "name",
                "product",
                "productname",
                "description",
                "item",
                "itemname",
                "title",
            ],
            Self::Spec => &[
                "规格",
                "规格型号",
                "型号",
                "款式",
                "颜色规格",
                "sku名称",
                "规格名称",
                "spec",
                "specification",
                "variant",
                "variantname",
                "option",
                "option1value",
                "size",
            ],
            Self::Code => &[
                "编码",
                "商品编码",
                "货号",
                "款号",
                "商品编号",
                "编号",
                "商家编码",
                "规格编码",
                "code",
                "sku",
                "stockcode",
                "productcode",
                "itemcode",
                "handle",
            ],
            Self::Barcodes => &["条码", "条形码", "商品条码", "国际条码", "barcode", "barcodes", "ean", "upc", "gtin"],
            Self::Price => &[
                "价格",
                "售价",
                "销售价",
                "零售价",
                "单价",
                "价钱",
                "标准售价",
                "price",
                "unitprice",
                "sellingprice",
                "saleprice",
                "retailprice",
            ],
            Self::Cost => {
                &["成本", "成本价", "进价", "进货价", "采购价", "cost", "costprice", "unitcost", "purchaseprice"]
            }
            Self::Stock => &[
                "库存",
                "库存数量",
                "现有库存",
                "数量",
                "现有",
                "可用库存",
                "stock",
                "quantity",
                "qty",
                "onhand",
                "instock",
                "inventory",
            ],
            Self::Category => &["分类", "商品分类", "类别", "类目", "品类", "category", "type", "producttype"],
            Self::Unit => &["单位", "计量单位", "销售单位", "怎么卖", "unit", "uom", "soldby", "units"],
            Self::State => &["状态", "商品状态", "在卖", "是否上架", "上架", "status", "state", "active", "onsale"],
            Self::Note => &["备注", "说明", "note", "notes", "remark", "remarks", "comment"],
            Self::Level(_) => &[],
        }
    }
    fn is_many(&self) -> bool {
        *self == Self::Barcodes
    }
}

/// What of a row a report says back, as it was understood: name, specification, code, price, stock.
pub const SAID: [Column; 5] = [Column::Name, Column::Spec, Column::Code, Column::Price, Column::Stock];

/// A product while rows change it.
struct Work {
    id: Option<Uuid>,
    base: Product,
    now: Product,
    moves: BTreeMap<u32, i64>,
    /// By variant: the row that was about it.
    rows: BTreeMap<u32, usize>,
    /// What is the whole product's: the row that said it.
    said: BTreeMap<Whole, usize>,
    /// Whether the rows say that it is sold, by variant.
    states: BTreeMap<u32, bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    Name,
    Category,
    Unit,
    Note,
    Code,
}

/// A row as it was read.
#[derive(Default)]
struct Read {
    name: Option<String>,
    spec: Option<String>,
    code: Option<String>,
    barcodes: Vec<String>,
    category: Option<String>,
    note: Option<String>,
    state: Option<bool>,
    measure: Option<Measure>,
}

/// Which product a row is about, and which of its variants.
enum Target {
    Known(usize, u32),
    NewVariant(usize),
    NewProduct { variants: bool },
}

type Place = (usize, u32);

/// Makes a plan of a sheet of products.
pub struct Products<S, D> {
    columns: Vec<Option<Column>>,
    currency: Currency,
    stock: S,
    draw: D,
    works: Vec<Work>,
    by_code: BTreeMap<String, Vec<Place>>,
    by_barcode: BTreeMap<String, Vec<Place>>,
    by_name: BTreeMap<(String, String), Vec<Place>>,
    /// Names of products with variants.
    with_variants: BTreeMap<String, Vec<usize>>,
    /// Names that come with more than one specification in the sheet.
    several: BTreeSet<String>,
    /// Codes that are those of a whole product: they come with more than one specification.
    shared: BTreeSet<String>,
    /// Codes that come with a name: the first row, counted from 0, that has both.
    named: BTreeMap<String, usize>,
    /// How many rows were taken.
    taken: usize,
    reports: Vec<Report>,
}

fn article(product: &Product, variant: u32) -> &Article {
    product.variant(variant).map_or(&product.article, |variant| &variant.article)
}

fn article_mut(product: &mut Product, variant: u32) -> &mut Article {
    match product.variants.iter_mut().find(|it| it.id == variant) {
        Some(variant) => &mut variant.article,
        None => &mut product.article,
    }
}

/// What holds for a variant at a price level: its own, or the product's where it has no price of its own.
fn level(product: &Product, variant: u32, key: &str) -> Option<i64> {
    let own = article(product, variant);
    let whole = if own.price.is_none() { product.article.levels.get(key) } else { None };
    own.levels.get(key).or(whole).copied()
}

fn is_on_sale(product: &Product, variant: u32) -> bool {
    product.active && product.variant(variant).is_none_or(|variant| variant.active)
}

fn state(text: &str) -> Option<bool> {
    let word = head::folded(text);
    let on = [
        "在卖",
        "在售",
        "上架",
        "已上架",
        "启用",
        "正常",
        "是",
        "onsale",
        "active",
        "yes",
        "true",
        "1",
        "on",
        "y",
        "enabled",
    ];
    let off = [
        "停卖",
        "停售",
        "下架",
        "已下架",
        "停用",
        "未上架",
        "否",
        "notonsale",
        "inactive",
        "no",
        "false",
        "0",
        "off",
        "n",
        "disabled",
        "archived",
        "draft",
    ];
    if on.contains(&word.as_str()) { Some(true) } else { off.contains(&word.as_str()).then_some(false) }
}

impl<S, D> Products<S, D>
where
    S: Fn(&Product, u32) -> Stock,
    D: FnMut() -> u32,
{
    /// Begins with what the shop knows. `rows` is all of the sheet below its head: how rows belong together shows in
    /// all of them. `stock` tells what there is of a variant; `draw` draws ids of variants.
    pub fn new<'a>(
        columns: Vec<Option<Column>>,
        currency: Currency,
        known: impl IntoIterator<Item = &'a Product>,
        rows: &[Vec<String>],
        stock: S,
        draw: D,
    ) -> Self {
        let mut planner = Self {
            columns,
            currency,
            stock,
            draw,
            works: Vec::new(),
            by_code: BTreeMap::new(),
            by_barcode: BTreeMap::new(),
            by_name: BTreeMap::new(),
            with_variants: BTreeMap::new(),
            several: BTreeSet::new(),
            shared: BTreeSet::new(),
            named: BTreeMap::new(),
            taken: 0,
            reports: Vec::with_capacity(rows.len()),
        };
        for product in known {
            planner.works.push(Work::new(Some(product.id), product.clone()));
            let at = planner.works.len() - 1;
            planner.index(at, 0);
            for variant in &product.variants {
                planner.index(at, variant.id);
            }
        }
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut codes: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for (nth, row) in rows.iter().enumerate() {
            let mut cells = Cells::new(&planner.columns, row);
            let name = cells.text(&Column::Name, SHORT).unwrap_or_default();
            let code = cells.code(&Column::Code, SHORT);
            if let Some(code) = code.clone().filter(|_| !name.is_empty()) {
                planner.named.entry(code).or_insert(nth);
            }
            let Some(spec) = cells.text(&Column::Spec, SHORT) else { continue };
            if let Some(code) = code {
                codes.entry((code, name.clone())).or_default().insert(spec.clone());
            }
            names.entry(name).or_default().insert(spec);
        }
        planner.several = names.into_iter().filter(|(_, specs)| specs.len() > 1).map(|(name, _)| name).collect();
        planner.shared = codes.into_iter().filter(|(_, specs)| specs.len() > 1).map(|((code, _), _)| code).collect();
        planner
    }

    /// Finds a variant (0: the product) from now on by what it is called.
    fn index(&mut self, at: usize, variant: u32) {
        let Some(work) = self.works.get(at) else { return };
        let product = &work.now;
        let own = article(product, variant);
        fn enter<K: Ord>(index: &mut BTreeMap<K, Vec<Place>>, key: K, place: Place) {
            let places = index.entry(key).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if !own.code.is_empty() {
            enter(&mut self.by_code, own.code.clone(), (at, variant));
        }
        for barcode in &own.barcodes {
            enter(&mut self.by_barcode, barcode.clone(), (at, variant));
        }
        if variant != 0 || product.variants.is_empty() {
            enter(&mut self.by_name, (product.name.clone(), product.spec(variant).to_owned()), (at, variant));
        }
        if variant == 0 && !product.variants.is_empty() {
            let places = self.with_variants.entry(product.name.clone()).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
    }

    /// Of several that are called so, the one that a row is about: by its name and specification, and one that no row
    /// was about before.
    fn choose(&self, places: &[Place], read: &Read) -> Result<Place, Why> {
        if let [only] = places {
            return Ok(*only);
        }
        let named = |(at, variant): &&Place| {
            self.works.get(*at).is_some_and(|work| {
                read.name.as_ref().is_none_or(|name| *name == work.now.name)
                    && read.spec.as_deref().unwrap_or_default() == work.now.spec(*variant)
            })
        };
        let named: Vec<Place> = places.iter().filter(named).copied().collect();
        let free = |(at, variant): &&Place| self.works.get(*at).is_some_and(|work| !work.rows.contains_key(variant));
        match named.as_slice() {
            [only] => Ok(*only),
            several => several.iter().find(free).copied().ok_or(Why::Ambiguous),
        }
    }

    /// The product's variant that a row names, where the code is the whole product's.
    fn within(&self, (at, variant): Place, read: &Read) -> Target {
        let product = self.works.get(at).map(|work| &work.now);
        match (product, variant, &read.spec) {
            (Some(product), 0, Some(spec)) if !product.variants.is_empty() => {
                let known = product.variants.iter().find(|it| it.name == *spec);
                known.map_or(Target::NewVariant(at), |variant| Target::Known(at, variant.id))
            }
            _ => Target::Known(at, variant),
        }
    }

    fn target(&self, read: &Read) -> Result<Target, Why> {
        let spec = read.spec.clone().unwrap_or_default();
        if let Some(code) = &read.code {
            // Without a name above the row that has it: refused when the code is new, so refused the next time, too.
            if read.name.is_none() && self.named.get(code).is_some_and(|first| *first >= self.taken) {
                return Err(Why::NameMissing);
            }
            // The code of a whole product has its row's name and specification beside it.
            let places = self.by_code.get(code).or_else(|| self.by_barcode.get(code));
            if let Some(places) = places {
                return Ok(self.within(self.choose(places, read)?, read));
            }
        } else if let Some(places) = read.barcodes.iter().find_map(|barcode| self.by_barcode.get(barcode)) {
            return Ok(self.within(self.choose(places, read)?, read));
        }
        let name = read.name.clone().ok_or(Why::NameMissing)?;
        let is_shared = read.code.as_ref().is_some_and(|code| self.shared.contains(code));
        if let Some(places) = self.by_name.get(&(name.clone(), spec.clone())) {
            let own_code = |(at, variant): &Place| {
                self.works.get(*at).map(|work| article(&work.now, *variant).code.as_str()).unwrap_or_default()
            };
            let fits = |place: &&Place| is_shared || read.code.is_none() || own_code(place).is_empty();
            let fitting: Vec<Place> = places.iter().filter(fits).copied().collect();
            if !fitting.is_empty() {
                let (at, variant) = self.choose(&fitting, read)?;
                return Ok(Target::Known(at, variant));
            }
            if let Some(variant) = places.iter().find(|(_, variant)| *variant != 0) {
                return Err(Why::CodeDiffers(own_code(variant).to_owned()));
            }
        }
        match self.with_variants.get(&name).map(Vec::as_slice) {
            Some([at]) if !spec.is_empty() => Ok(Target::NewVariant(*at)),
            Some([_, _, ..]) if !spec.is_empty() => Err(Why::Ambiguous),
            _ => Ok(Target::NewProduct { variants: !spec.is_empty() && self.several.contains(&name) }),
        }
    }

    fn read(&self, cells: &mut Cells<'_, Column>) -> Read {
        let mut read = Read {
            name: cells.text(&Column::Name, SHORT),
            spec: cells.text(&Column::Spec, SHORT),
            code: cells.code(&Column::Code, SHORT),
            category: cells.text(&Column::Category, SHORT),
            note: cells.text(&Column::Note, LONG),
            ..Read::default()
        };
        for (at, raw) in cells.all(&Column::Barcodes) {
            for word in raw.split([' ', ',', '，', ';', '；', '、', '\n', '\t', '|']).filter(|word| !word.is_empty())
            {
                match crate::text::parse(word, SHORT) {
                    Ok(code) if super::is_mangled(&code) => cells.refuse(Some(at), Why::Mangled),
                    Ok(code) if read.barcodes.contains(&code) => {}
                    Ok(code) => read.barcodes.push(code),
                    Err(_) => cells.refuse(Some(at), Why::TooLong(SHORT)),
                }
            }
        }
        if let Some((at, raw)) = cells.raw(&Column::State) {
            read.state = state(raw);
            if read.state.is_none() {
                cells.refuse(Some(at), Why::State);
            }
        }
        if let Some((at, raw)) = cells.raw(&Column::Unit) {
            read.measure = Measure::parse(raw);
            if read.measure.is_none() {
                cells.refuse(Some(at), Why::Unit);
            }
        }
        read
    }

    fn amount(&self, cells: &mut Cells<'_, Column>, column: &Column, measure: Measure) -> Option<i64> {
        let (at, raw) = cells.raw(column)?;
        let read = figure::amount(raw, self.currency);
        let read = read.and_then(|minor| measure.price(minor).ok_or(NumberFault::TooLarge));
        read.map_err(|fault| cells.refuse(Some(at), Why::Amount(fault))).ok()
    }

    /// Refuses a row that says otherwise of a whole product than an earlier one.
    fn agree(&self, at: usize, which: Whole, number: usize, cells: &mut Cells<'_, Column>) {
        let earlier = self.works.get(at).and_then(|work| work.said.get(&which)).filter(|row| **row != number);
        if let Some(earlier) = earlier {
            cells.refuse(None, Why::Disagrees(*earlier));
        }
    }

    /// What a row does; nothing of it is done where it is refused.
    fn take(&mut self, number: usize, cells: &mut Cells<'_, Column>, said: &mut Vec<String>) -> Option<Outcome> {
        let mut read = self.read(cells);
        let target = self.target(&read).map_err(|why| cells.refuse(None, why)).ok();
        let known = match &target {
            Some(Target::Known(at, _) | Target::NewVariant(at)) => self.works.get(*at),
            _ => None,
        };
        let unit = known.map(|work| work.now.unit);
        let measure = read.measure.or(unit.map(Measure::of)).unwrap_or(Measure::PIECE);
        let price = self.amount(cells, &Column::Price, measure);
        let cost = self.amount(cells, &Column::Cost, measure);
        let mut keys: Vec<Column> = self.columns.iter().flatten().cloned().collect();
        keys.retain(|column| matches!(column, Column::Level(_)));
        let levels: Vec<(String, i64)> = keys
            .into_iter()
            .filter_map(|column| {
                let price = self.amount(cells, &column, measure)?;
                if let Column::Level(key) = column { Some((key, price)) } else { None }
            })
            .collect();
        let stock = cells.raw(&Column::Stock).and_then(|(at, raw)| {
            measure.quantity(raw).map_err(|fault| cells.refuse(Some(at), Why::Quantity(fault))).ok()
        });
        let or_raw = |column: &Column, read: Option<String>| {
            read.or_else(|| cells.raw(column).map(|(_, raw)| raw.to_owned())).unwrap_or_default()
        };
        *said = vec![
            or_raw(&Column::Name, read.name.clone()),
            or_raw(&Column::Spec, read.spec.clone()),
            or_raw(&Column::Code, read.code.clone()),
            or_raw(&Column::Price, price.map(|minor| plain(minor, self.currency))),
            or_raw(&Column::Stock, stock.map(|stock| measure.unit.plain(stock))),
        ];
        let target = target.filter(|_| cells.refusals.is_empty())?;

        let is_shared = read.code.as_ref().is_some_and(|code| self.shared.contains(code));
        let (at, variant, is_new) = match target {
            Target::Known(at, variant) => (at, variant, false),
            Target::NewVariant(at) => (at, (self.draw)().max(1), true),
            Target::NewProduct { variants } => {
                let variant = if variants { (self.draw)().max(1) } else { 0 };
                (self.works.len(), variant, true)
            }
        };
        let mut now = self.works.get(at).map(|work| work.now.clone()).unwrap_or_default();
        let id = self.works.get(at).and_then(|work| work.id);
        let is_new_product = at == self.works.len();
        let variant =
            if is_new && variant != 0 { super::unused(variant, now.variants.iter().map(|it| it.id)) } else { variant };
        if is_new && variant != 0 {
            let position = now.variants.iter().map(|it| it.position).max().map_or(0, |last| last + 1_000);
            let name = read.spec.take().unwrap_or_default();
            now.variants.push(Variant { id: variant, name, position, ..Variant::default() });
        }
        let before = now.clone();

        // What is the whole product's: the first row that says it decides.
        let mut spoke: Vec<Whole> = Vec::new();
        let Read { name, spec, code, barcodes, category, note, state, measure: said_measure } = read;
        let texts = [
            (Whole::Name, name, &mut now.name),
            (Whole::Category, category, &mut now.category),
            (Whole::Note, note, &mut now.note),
        ];
        for (which, text, field) in texts {
            if let Some(text) = text {
                spoke.push(which);
                if *field != text {
                    self.agree(at, which, number, cells);
                    *field = text;
                }
            }
        }
        if said_measure.is_some() {
            spoke.push(Whole::Unit);
            if now.unit != measure.unit {
                self.agree(at, Whole::Unit, number, cells);
                if !now.moved.is_empty() || self.works.get(at).is_some_and(|work| !work.moves.is_empty()) {
                    cells.refuse(None, Why::UnitDiffers);
                }
                now.unit = measure.unit;
            }
        }
        if let Some(spec) = spec {
            match now.variants.iter_mut().find(|it| it.id == variant) {
                Some(it) => it.name = spec,
                None => now.spec = spec,
            }
        }
        if let Some(code) = code.filter(|code| *code != now.article.code) {
            if is_shared && variant != 0 {
                spoke.push(Whole::Code);
                self.agree(at, Whole::Code, number, cells);
                now.article.code = code;
            } else if article(&now, variant).barcodes.contains(&code) {
                // It was found by a barcode in the column of codes.
            } else {
                article_mut(&mut now, variant).code = code;
            }
        }
        if !barcodes.is_empty() {
            article_mut(&mut now, variant).barcodes = barcodes;
        }
        if let Some(price) = price.filter(|price| now.price(variant, "") != Some(*price)) {
            article_mut(&mut now, variant).price = Some(price);
        }
        if let Some(cost) = cost.filter(|cost| now.cost(variant) != Some(*cost)) {
            article_mut(&mut now, variant).cost = Some(cost);
        }
        for (key, price) in levels {
            if level(&now, variant, &key) != Some(price) {
                article_mut(&mut now, variant).levels.insert(key, price);
            }
        }
        let mut moved = None;
        if let Some(counted) = stock {
            let is_whole = variant == 0 && !now.variants.is_empty();
            if is_whole {
                let column = cells.raw(&Column::Stock).map(|(at, _)| at);
                cells.refuse(column, Why::StockOfWhole);
            }
            let base = self.works.get(at).filter(|_| id.is_some()).map(|work| &work.base);
            let there = base.filter(|base| variant == 0 || base.variant(variant).is_some());
            let there = there.map(|base| (self.stock)(base, variant)).unwrap_or_default();
            let earlier = self.works.get(at).and_then(|work| work.moves.get(&variant));
            let is_so = match earlier {
                Some(earlier) => *earlier == counted,
                None => there.counted && there.on_hand == counted,
            };
            moved = (!is_so).then_some(counted);
        }
        let new_state = state.filter(|state| {
            let work = self.works.get(at);
            let was = work.and_then(|work| work.states.get(&variant).copied());
            *state != was.unwrap_or_else(|| is_on_sale(&before, variant))
        });
        let is_changed = now != before || moved.is_some() || new_state.is_some();
        let earlier = self.works.get(at).and_then(|work| work.rows.get(&variant)).copied();
        if let Some(earlier) = earlier.filter(|_| is_changed) {
            cells.refuse(None, Why::Repeated(earlier));
        }
        if !cells.refusals.is_empty() {
            return None;
        }

        if is_new_product {
            self.works.push(Work::new(None, Product::default()));
        }
        let work = self.works.get_mut(at)?;
        work.now = now;
        work.moves.extend(moved.map(|counted| (variant, counted)));
        work.rows.entry(variant).or_insert(number);
        work.states.extend(state.map(|state| (variant, state)));
        for which in spoke {
            work.said.entry(which).or_insert(number);
        }
        self.index(at, variant);
        self.index(at, 0);
        Some(match (is_new, is_changed) {
            (true, _) => Outcome::Created,
            (false, true) => Outcome::Updated,
            (false, false) => Outcome::Unchanged,
        })
    }
}

impl Work {
    fn new(id: Option<Uuid>, product: Product) -> Self {
        Self {
            id,
            base: product.clone(),
            now: product,
            moves: BTreeMap::new(),
            rows: BTreeMap::new(),
            said: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    /// Puts on sale and off sale what the rows say, and leaves the others as they were.
    fn settle_states(&mut self) {
        let differs = |(variant, state): (&u32, &bool)| *state != is_on_sale(&self.now, *variant);
        if !self.states.iter().any(differs) {
            return;
        }
        if self.now.variants.is_empty() {
            self.now.active = self.states.get(&0).copied().unwrap_or(self.now.active);
            return;
        }
        let whole = self.states.get(&0).copied();
        let was_active = self.now.active;
        let mut on: BTreeMap<u32, bool> = BTreeMap::new();
        for variant in &self.now.variants {
            let so = self.states.get(&variant.id).copied().or(whole).unwrap_or(was_active && variant.active);
            on.insert(variant.id, so);
        }
        self.now.active = on.values().any(|on| *on);
        if self.now.active {
            for variant in &mut self.now.variants {
                variant.active = on.get(&variant.id).copied().unwrap_or(variant.active);
            }
        }
    }

    fn writing<S: Fn(&Product, u32) -> Stock>(mut self, stock: &S) -> Option<Writing> {
        self.settle_states();
        let base = if self.id.is_some() { self.base.fields() } else { BTreeMap::new() };
        let mut events = written(changes(&base, &self.now.fields()));
        for (variant, counted) in &self.moves {
            let known = self.id.is_some() && (*variant == 0 || self.base.variant(*variant).is_some());
            let there = if known { stock(&self.base, *variant).on_hand } else { 0 };
            events.push(RecordEvent::StockMoved(StockMoved {
                variant: *variant,
                reason: StockReason::Counted,
                quantity: counted.saturating_sub(there),
                counted: Some(*counted),
                note: String::new(),
            }));
        }
        (!events.is_empty()).then_some(Writing { id: self.id, events })
    }
}

impl<S, D> Planner for Products<S, D>
where
    S: Fn(&Product, u32) -> Stock,
    D: FnMut() -> u32,
{
    fn row(&mut self, number: usize, cells: &[String]) {
        let columns = std::mem::take(&mut self.columns);
        let mut row = Cells::new(&columns, cells);
        let is_blank = columns.iter().zip(cells).all(|(column, cell)| column.is_none() || cell.trim().is_empty());
        if !is_blank {
            self.columns.clone_from(&columns);
            let mut said = Vec::new();
            let outcome = self.take(number, &mut row, &mut said);
            let outcome = outcome.unwrap_or(Outcome::Refused(row.refusals));
            self.reports.push(Report { row: number, outcome, said });
        }
        self.columns = columns;
        self.taken += 1;
    }

    fn plan(self: Box<Self>) -> Plan {
        let Self { mut works, stock, reports, .. } = *self;
        // What is new stands behind what is there, in the order of the sheet.
        let mut last = works.iter().filter(|work| work.id.is_some()).map(|work| work.now.position).max().unwrap_or(0);
        for work in works.iter_mut().filter(|work| work.id.is_none()) {
            last = last.saturating_add(APART);
            work.now.position = last;
        }
        let writings = works.into_iter().filter(|work| !work.rows.is_empty());
        Plan { reports, writings: writings.filter_map(|work| work.writing(&stock)).collect() }
    }
}

/// The words of a sheet of products in the person's language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The heads of the columns, in their order: those of [`Column::ALL`], then the price levels.
    pub head: Vec<String>,
    /// By the piece.
    pub piece: String,
    /// By weight, priced and counted by the kilogram.
    pub weight: String,
    /// On sale.
    pub on: String,
    /// Not on sale.
    pub off: String,
}

/// The rows of a product, one for each variant, in the columns of [`Column::ALL`] and these price levels. Imported
/// again they change nothing.
pub fn rows(
    product: &Product,
    currency: Currency,
    levels: &[String],
    words: &Words,
    stock: impl Fn(&Product, u32) -> Stock,
) -> Vec<Vec<Cell>> {
    let variants = product.variants.iter().map(|variant| variant.id);
    let itself = product.variants.is_empty().then_some(0);
    let text = |text: &str| Cell::Text(text.to_owned());
    let money = |minor: Option<i64>| Cell::Figure(minor.map(|minor| plain(minor, currency)).unwrap_or_default());
    let row = |variant: u32| {
        let there = stock(product, variant);
        let there = if there.counted { product.unit.plain(there.on_hand) } else { String::new() };
        let unit = if product.unit == crate::order::Unit::Gram { &words.weight } else { &words.piece };
        let state = if is_on_sale(product, variant) { &words.on } else { &words.off };
        let mut cells = vec![
            text(&product.name),
            text(product.spec(variant)),
            text(product.code(variant)),
            text(&article(product, variant).barcodes.join(" ")),
            money(product.price(variant, "")),
            money(product.cost(variant)),
            Cell::Figure(there),
            text(&product.category),
            text(unit),
            text(state),
            text(&product.note),
        ];
        cells.extend(levels.iter().map(|key| money(level(product, variant, key))));
        cells
    };
    variants.chain(itself).map(row).collect()
}

/// What the columns of [`rows`] mean.
pub fn columns(levels: &[String]) -> Vec<Column> {
    Column::ALL.into_iter().chain(levels.iter().cloned().map(Column::Level)).collect()
}

/// The refusals of a report; none where it is taken.
pub fn refusals(report: &Report) -> &[Refusal] {
    if let Outcome::Refused(refusals) = &report.outcome { refusals } else { &[] }
}
