//! Sheets of products: a row is a product or one of its variants. It is found again by its code, else by a barcode,
//! else by its name and specification.

mod column;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

pub use self::column::{Column, SAID};

use super::content::{self, Content};
use super::csv::Cell;
use super::{Cells, Known, Left, Line, Outcome, Plan, Planner, Refusal, Remark, Report, Why, Writing, head, written};
use crate::code::Gtin;
use crate::figure::{self, Measure, Usage};
use crate::order::Unit;
use crate::product::{APART, Article, Product, Stock, Variant};
use crate::record::{RecordEvent, StockMoved, changes};
use crate::text::{LONG, SHORT};

/// A product while rows change it.
struct Work {
    id: Option<Uuid>,
    base: Product,
    now: Product,
    moves: BTreeMap<u32, i64>,
    /// By variant: the row that was about it.
    rows: BTreeMap<u32, usize>,
    /// By variant: the report on that row.
    reported: BTreeMap<u32, usize>,
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
    /// What the cells of each column say of its decimal sign, and what those of all figures do.
    signs: Vec<figure::Column>,
    usage: Usage,
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
    /// Names that stand in a row above, for all variants: by row, counted from 0.
    above: BTreeMap<usize, String>,
    /// Rows that are no goods, counted from 0.
    left: BTreeMap<usize, Left>,
    /// How many rows were taken.
    taken: usize,
    reports: Vec<Report>,
}

/// What each column says of its decimal sign, or else all the columns of figures together.
fn signs(columns: &[Option<Column>], lines: &[Line]) -> Vec<figure::Column> {
    // A number of a workbook is one, whatever its sign.
    let text = |content: &Content| {
        let Content::Text(text) = content else { return None };
        Some(priced(text).or_else(|| weighed(text)).map_or(text.as_str(), |(figure, _)| figure).to_owned())
    };
    let of = |(at, column): (usize, &Option<Column>)| match column {
        Some(Column::Price | Column::Cost | Column::Stock | Column::Level(_)) => {
            let cells: Vec<String> = lines.iter().filter_map(|line| text(line.cells.get(at)?)).collect();
            figure::Column::of(cells.iter().map(String::as_str))
        }
        _ => figure::Column::Silent,
    };
    let own: Vec<figure::Column> = columns.iter().enumerate().map(of).collect();
    let sheet = own.iter().copied().fold(figure::Column::Silent, figure::Column::and);
    own.into_iter().map(|own| own.or(sheet)).collect()
}

/// A price of a weight that says of which, and that: `8.9/kg`, `6.5元/斤`, `12 per lb`.
fn priced(text: &str) -> Option<(&str, Measure)> {
    let (figure, unit) = text.rsplit_once(['/', '／', '每']).or_else(|| text.rsplit_once(" per "))?;
    weight(figure, unit)
}

/// A weight that says its unit, and that: `30kg`, `5 斤`.
fn weighed(text: &str) -> Option<(&str, Measure)> {
    let text = text.trim_end();
    let (figure, unit) = text.split_at_checked(text.trim_end_matches(char::is_alphabetic).len())?;
    weight(figure, unit)
}

/// A figure and the unit of weight behind it.
fn weight<'a>(figure: &'a str, unit: &str) -> Option<(&'a str, Measure)> {
    let measure = Measure::parse(unit).filter(|measure| measure.unit == Unit::Gram)?;
    (!figure.trim().is_empty()).then_some((figure, measure))
}

/// A figure and what it is in: as it says itself, else `usual`.
fn in_own<'a>(text: &'a str, own: Option<(&'a str, Measure)>, usual: Measure) -> (&'a str, Measure) {
    own.filter(|(_, own)| own.unit == usual.unit).unwrap_or((text, usual))
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
        "available",
        "published",
        "出售中",
        "销售中",
        "已启用",
        "publish",
    ];
    let off = [
        "停卖",
        "停售",
        "下架",
        "已下架",
        "停用",
        "已停用",
        "禁用",
        "仓库中",
        "待上架",
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
        "private",
        "unlisted",
        "unavailable",
    ];
    if on.contains(&word.as_str()) { Some(true) } else { off.contains(&word.as_str()).then_some(false) }
}

impl<S, D> Products<S, D>
where
    S: Fn(&Product, u32) -> Stock,
    D: FnMut() -> u32,
{
    /// Begins with what the shop knows. `lines` is all of the sheet below its head: how rows belong together shows in
    /// all of them. `stock` tells what there is of a variant; `draw` draws ids of variants.
    pub fn new<'a>(
        columns: Vec<Option<Column>>,
        usage: impl Into<Usage>,
        known: impl IntoIterator<Item = &'a Product>,
        lines: &[Line],
        stock: S,
        draw: D,
    ) -> Self {
        let signs = signs(&columns, lines);
        let mut planner = Self {
            columns,
            signs,
            usage: usage.into(),
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
            above: BTreeMap::new(),
            left: BTreeMap::new(),
            taken: 0,
            reports: Vec::with_capacity(lines.len()),
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
        planner.arrange(lines);
        for (nth, line) in lines.iter().enumerate() {
            if line.left.is_some() || planner.left.contains_key(&nth) {
                continue;
            }
            let mut cells = Cells::new(&planner.columns, &line.cells);
            let name =
                cells.text(&Column::Name, SHORT).or_else(|| planner.above.get(&nth).cloned()).unwrap_or_default();
            let code = cells.code(&Column::Code, SHORT);
            if let Some(code) = code.clone().filter(|_| !name.is_empty()) {
                planner.named.entry(code).or_insert(nth);
            }
            let Some(spec) = specification(&mut cells) else { continue };
            if let Some(code) = code {
                codes.entry((code, name.clone())).or_default().insert(spec.clone());
            }
            names.entry(name).or_default().insert(spec);
        }
        planner.several = names.into_iter().filter(|(_, specs)| specs.len() > 1).map(|(name, _)| name).collect();
        planner.shared = codes.into_iter().filter(|(_, specs)| specs.len() > 1).map(|((code, _), _)| code).collect();
        planner
    }

    /// Which rows are no goods but totals or headings, and which have their name from a row above.
    fn arrange(&mut self, lines: &[Line]) {
        let columns = self.columns.clone();
        let is_free = |line: &&Line| line.left.is_none();
        let is_said = |cells: &Cells<'_, Column>, column: &Column| cells.first(column).is_some();
        // A row whose first word is that of a total, and that names no goods.
        let total = |line: &Line| {
            let cells = Cells::new(&columns, &line.cells);
            let first = line.cells.iter().find(|cell| !cell.is_blank());
            let is_plain = |column: &Column| {
                let shown = cells.shown(column);
                shown.is_empty() || head::is_total(&shown)
            };
            let is_total = first.is_some_and(|first| head::is_total(&first.shown()));
            (is_total && is_plain(&Column::Name) && is_plain(&Column::Code) && !is_said(&cells, &Column::Barcodes))
                .then(|| is_said(&cells, &Column::Price))
        };
        let is_goods = |line: &Line| line.cells.iter().any(|cell| !cell.is_blank()) && total(line).is_none();
        let last = lines.iter().rposition(is_goods).unwrap_or_default();
        for (nth, line) in lines.iter().enumerate().filter(|(_, line)| is_free(line)) {
            if total(line).is_some_and(|is_priced| !is_priced || nth > last) {
                self.left.insert(nth, Left::Total);
            }
        }
        let mut named: Option<(usize, String, bool)> = None;
        for (nth, line) in lines.iter().enumerate() {
            let mut cells = Cells::new(&columns, &line.cells);
            if line.left.is_some() || self.left.contains_key(&nth) || cells.are_blank() {
                named = None;
                continue;
            }
            let (name, spec) = (cells.text(&Column::Name, SHORT), specification(&mut cells));
            let code = cells.code(&Column::Code, SHORT);
            match (name, spec, &named) {
                (Some(name), Some(_), _) => named = Some((nth, name, false)),
                // Only a name, and perhaps what else is the whole product's: a heading, if variants stand below it.
                (Some(name), None, _) => {
                    let own = [Column::Code, Column::Barcodes, Column::Price, Column::Stock];
                    let is_heading = !own.iter().any(|column| is_said(&cells, column));
                    named = is_heading.then_some((nth, name, true));
                }
                (None, Some(_), Some((at, name, is_heading))) => {
                    let is_known =
                        |code: &String| [&self.by_code, &self.by_barcode].iter().any(|by| by.contains_key(&key(code)));
                    if *is_heading {
                        self.left.insert(*at, Left::Parent);
                    }
                    if !code.as_ref().is_some_and(is_known) {
                        self.above.insert(nth, name.clone());
                    }
                }
                _ => named = None,
            }
        }
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
            enter(&mut self.by_code, key(&own.code), (at, variant));
        }
        for barcode in &own.barcodes {
            enter(&mut self.by_barcode, key(barcode), (at, variant));
        }
        if variant != 0 || product.variants.is_empty() {
            let spec = Some(product.spec(variant)).filter(|spec| !is_default(spec)).unwrap_or_default();
            for name in [&product.name].into_iter().chain(&product.also_called) {
                enter(&mut self.by_name, (name.clone(), spec.to_owned()), (at, variant));
            }
        }
        if variant == 0 && !product.variants.is_empty() {
            for name in [&product.name].into_iter().chain(&product.also_called) {
                let places = self.with_variants.entry(name.clone()).or_default();
                if !places.contains(&at) {
                    places.push(at);
                }
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
                let is_called = |name: &String| *name == work.now.name || work.now.also_called.contains(name);
                read.name.as_ref().is_none_or(is_called)
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
            let key = key(code);
            let places = self.by_code.get(&key).or_else(|| self.by_barcode.get(&key));
            if let Some(places) = places {
                return Ok(self.within(self.choose(places, read)?, read));
            }
        } else if let Some(places) = read.barcodes.iter().find_map(|barcode| self.by_barcode.get(&key(barcode))) {
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
            name: cells.text(&Column::Name, SHORT).or_else(|| self.above.get(&self.taken).cloned()),
            spec: specification(cells),
            code: cells.code(&Column::Code, SHORT),
            category: cells.text(&Column::Category, SHORT),
            note: cells.remark(&Column::Note, LONG),
            ..Read::default()
        };
        for (at, content) in cells.all(&Column::Barcodes) {
            for code in barcodes(cells, (at, content)) {
                if !read.barcodes.contains(&code) {
                    read.barcodes.push(code);
                }
            }
        }
        if let Some((at, content)) = cells.first(&Column::State) {
            if let Content::Truth(so) = content {
                read.state = Some(*so);
            } else {
                match Cells::<Column>::fault(content) {
                    Some(why) => cells.refuse(Some(at), why),
                    None => {
                        read.state = state(&content.shown());
                        if read.state.is_none() {
                            cells.refuse(Some(at), Why::State);
                        }
                    }
                }
            }
        }
        if let Some(word) = cells.text(&Column::Unit, SHORT) {
            read.measure = Measure::parse(&word);
            if read.measure.is_none() {
                let at = cells.first(&Column::Unit).map(|(at, _)| at);
                cells.refuse(at, Why::Unit);
            }
        } else {
            // Without a word of its own the price or the stock may say it.
            let said = |column, own: fn(&str) -> Option<(&str, Measure)>| own(&cells.shown(&column)).map(|(_, it)| it);
            read.measure = said(Column::Price, priced).or_else(|| said(Column::Stock, weighed));
        }
        read
    }

    fn reader(&self, column: usize) -> figure::Reader {
        figure::Reader::of_column(self.usage.currency, self.signs.get(column).copied().unwrap_or_default())
    }

    fn amount(&self, cells: &mut Cells<'_, Column>, column: &Column, measure: Measure) -> Option<i64> {
        let cell = cells.first(column)?;
        let decimals = usize::try_from(self.usage.currency.exponent()).unwrap_or_default();
        let read = |reader: figure::Reader, text: &str| {
            let (text, measure) = in_own(text, priced(text), measure);
            reader.price(text, measure)
        };
        cells.figure(cell, decimals, self.reader(cell.0), read, Why::Amount)
    }

    /// Refuses a row that says otherwise of a whole product than an earlier one.
    fn agree(&self, at: usize, which: Whole, number: usize, cells: &mut Cells<'_, Column>) {
        let earlier = self.works.get(at).and_then(|work| work.said.get(&which)).filter(|row| **row != number);
        if let Some(earlier) = earlier {
            cells.refuse(None, Why::Disagrees(*earlier));
        }
    }

    /// What a row does; nothing of it is done where it is refused.
    fn take(
        &mut self,
        number: usize,
        cells: &mut Cells<'_, Column>,
        said: &mut Vec<String>,
        remarks: &mut Vec<Remark>,
    ) -> Option<Outcome> {
        let mut read = self.read(cells);
        let target = self.target(&read).map_err(|why| cells.refuse_row(why)).ok();
        let known = match &target {
            Some(Target::Known(at, _) | Target::NewVariant(at)) => self.works.get(*at),
            _ => None,
        };
        let unit = known.map(|work| work.now.unit);
        let measure = read.measure.or(unit.map(|unit| self.usage.measure(unit))).unwrap_or(Measure::PIECE);
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
        // Half a piece is none, however the sheet rounds it. What several stores have is one stock.
        let mut stock: Option<i64> = None;
        for cell in cells.all(&Column::Stock) {
            let read = |reader: figure::Reader, text: &str| {
                let (text, measure) = in_own(text, weighed(text), measure);
                reader.quantity(text, measure)
            };
            let of_one = cells.figure(cell, usize::MAX, self.reader(cell.0), read, Why::Quantity);
            stock = of_one.map(|of_one| stock.unwrap_or_default().saturating_add(of_one)).or(stock);
        }
        let or_raw = |column: &Column, read: Option<String>| read.unwrap_or_else(|| cells.shown(column));
        *said = vec![
            or_raw(&Column::Name, read.name.clone()),
            or_raw(&Column::Spec, read.spec.clone()),
            or_raw(&Column::Code, read.code.clone()),
            or_raw(&Column::Price, price.map(|minor| self.usage.plain_price(minor, measure.unit))),
            or_raw(&Column::Stock, stock.map(|stock| self.usage.plain_quantity(stock, measure.unit))),
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
            let position = now.variants.iter().map(|it| it.position).max().map_or(0, |last| last.saturating_add(1_000));
            let name = read.spec.take().unwrap_or_default();
            now.variants.push(Variant { id: variant, name, position, ..Variant::default() });
        }
        let before = now.clone();

        // What is the whole product's: the first row that says it decides.
        let mut spoke: Vec<Whole> = Vec::new();
        let Read { name, spec, code, barcodes, category, note, state, measure: said_measure } = read;
        let name = name.filter(|name| !now.also_called.contains(name));
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
        if let Some(code) = code.filter(|code| key(code) != key(&now.article.code)) {
            let own = article(&now, variant);
            if is_shared && variant != 0 {
                spoke.push(Whole::Code);
                self.agree(at, Whole::Code, number, cells);
                now.article.code = code;
            } else if own.barcodes.iter().any(|barcode| key(barcode) == key(&code)) {
                // It was found by a barcode in the column of codes.
            } else if key(&own.code) != key(&code) {
                article_mut(&mut now, variant).code = code;
            }
        }
        let keys = |codes: &[String]| codes.iter().map(|code| key(code)).collect::<Vec<_>>();
        if !now.merged.is_empty() {
            // It has the codes of all that it was written down as: a sheet may name any of them.
            let own = article(&now, variant);
            let known = keys(&own.barcodes);
            let is_new = |code: &String| !known.contains(&key(code)) && key(&own.code) != key(code);
            let more: Vec<String> = barcodes.into_iter().filter(is_new).collect();
            article_mut(&mut now, variant).barcodes.extend(more);
        } else if !barcodes.is_empty() && keys(&article(&now, variant).barcodes) != keys(&barcodes) {
            article_mut(&mut now, variant).barcodes = barcodes;
        }
        if let Some(price) =
            price.filter(|price| !now.price(variant, "").is_some_and(|now| measure.is_same_price(now, *price)))
        {
            article_mut(&mut now, variant).price = Some(price);
        }
        if let Some(cost) = cost.filter(|cost| !now.cost(variant).is_some_and(|now| measure.is_same_price(now, *cost)))
        {
            article_mut(&mut now, variant).cost = Some(cost);
        }
        for (key, price) in levels {
            if !level(&now, variant, &key).is_some_and(|now| measure.is_same_price(now, price)) {
                article_mut(&mut now, variant).levels.insert(key, price);
            }
        }
        let (mut moved, mut was) = (None, None);
        if let Some(counted) = stock {
            let is_whole = variant == 0 && !now.variants.is_empty();
            if is_whole {
                let column = cells.first(&Column::Stock).map(|(at, _)| at);
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
            was = (moved.is_some() && there.counted).then_some(there.on_hand);
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

        if !is_new {
            let becomes = |what: Known, before: Option<String>, after: Option<String>| {
                let (before, after) = before.zip(after).filter(|(before, after)| before != after)?;
                Some(Remark::Becomes { what, before, after })
            };
            let priced = |of: &Product| of.price(variant, "").map(|price| self.usage.plain_price(price, of.unit));
            let stocked = |quantity: i64| self.usage.plain_quantity(quantity, now.unit);
            remarks.extend(becomes(Known::Name, Some(before.name.clone()), Some(now.name.clone())));
            remarks.extend(becomes(Known::Price, priced(&before), priced(&now)));
            remarks.extend(becomes(Known::Stock, was.map(stocked), moved.map(stocked)));
        }
        if is_new_product {
            self.works.push(Work::new(None, Product::default()));
        }
        let work = self.works.get_mut(at)?;
        work.now = now;
        work.moves.extend(moved.map(|counted| (variant, counted)));
        work.rows.entry(variant).or_insert(number);
        work.reported.entry(variant).or_insert(self.reports.len());
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
            reported: BTreeMap::new(),
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
            let quantity = counted.saturating_sub(there);
            events.push(RecordEvent::StockMoved(StockMoved { quantity, ..StockMoved::count(*variant, *counted) }));
        }
        (!events.is_empty()).then_some(Writing { id: self.id, events })
    }
}

impl<S, D> Planner for Products<S, D>
where
    S: Fn(&Product, u32) -> Stock,
    D: FnMut() -> u32,
{
    fn row(&mut self, line: &Line) {
        let columns = std::mem::take(&mut self.columns);
        let mut remarks = line.remarks.clone();
        let mut own = line.cells.clone();
        // One number for several rows is what there is of all of them, not of each.
        for at in line.merged.iter().filter(|at| columns.get(**at) == Some(&Some(Column::Stock))) {
            if let Some(cell) = own.get_mut(*at).filter(|cell| !cell.is_blank()) {
                remarks.push(Remark::InAll(cell.shown().trim().to_owned()));
                *cell = Content::Text(String::new());
            }
        }
        let mut row = Cells::new(&columns, &own);
        let left = line.left.or_else(|| self.left.get(&self.taken).copied());
        let left = left.or_else(|| row.are_blank().then_some(Left::Nothing));
        if line.cells.iter().any(|cell| !cell.is_blank()) {
            self.columns.clone_from(&columns);
            let mut said = SAID.iter().map(|column| row.shown(column)).collect();
            let outcome = match left {
                Some(left) => Outcome::LeftOut(left),
                None => {
                    let outcome = self.take(line.number, &mut row, &mut said, &mut remarks);
                    outcome.unwrap_or(Outcome::Refused(row.refusals))
                }
            };
            let remarks = if left.is_none() { remarks } else { Vec::new() };
            self.reports.push(Report { row: line.number, outcome, said, remarks });
        }
        self.columns = columns;
        self.taken += 1;
    }

    fn plan(mut self: Box<Self>) -> Plan {
        self.say_shared();
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

impl<S, D> Products<S, D> {
    /// Says of rows that are taken which of their codes something else has, too: a scanner would have to ask.
    fn say_shared(&mut self) {
        let mut having: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for (at, work) in self.works.iter().enumerate() {
            let variants = work.now.variants.iter().map(|variant| variant.id);
            for variant in variants.chain([0]) {
                let own = article(&work.now, variant);
                for code in own.barcodes.iter().chain([&own.code]).filter(|code| !code.is_empty()) {
                    let places = having.entry(crate::code::key(code)).or_default();
                    if !places.contains(&(at, variant)) {
                        places.push((at, variant));
                    }
                }
            }
        }
        for (key, places) in having.into_iter().filter(|(key, places)| !key.is_empty() && places.len() > 1) {
            for (at, variant) in &places {
                let own = self.works.get(*at).map(|work| article(&work.now, *variant));
                let code = own.and_then(|own| crate::code::codes(own).find(|code| crate::code::key(code) == key));
                let code = code.unwrap_or_default().to_owned();
                let report = self.works.get(*at).and_then(|work| work.reported.get(variant)).copied();
                let other = places.iter().find(|place| **place != (*at, *variant));
                let other = other.and_then(|(at, variant)| Some((&self.works.get(*at)?.now, *variant)));
                let (Some(report), Some((product, variant))) = (report, other) else { continue };
                let other = format!("{} {}", product.name, product.spec(variant)).trim().to_owned();
                if let Some(report) = self.reports.get_mut(report) {
                    report.remarks.push(Remark::Shared { code, other });
                }
            }
        }
    }
}

/// The barcodes in a cell.
fn barcodes<'a>(cells: &mut Cells<'a, Column>, (at, content): (usize, &'a Content)) -> Vec<String> {
    let Content::Text(text) = content else { return cells.code_in((at, content), SHORT).into_iter().collect() };
    let mut read = Vec::new();
    let between = [' ', '\u{a0}', '\u{3000}', ',', '，', ';', '；', '、', '\n', '\t', '|'];
    for word in text.split(between).map(content::code).filter(|word| !word.is_empty()) {
        match crate::text::parse(&word, SHORT) {
            Ok(code) if super::is_mangled(&code) => cells.refuse(Some(at), Why::Mangled),
            Ok(code) => read.push(code),
            Err(_) => cells.refuse(Some(at), Why::TooLong(SHORT)),
        }
    }
    read
}

/// What a code of a sheet is found by: a GTIN in whatever form, and anything else as it is read.
fn key(code: &str) -> String {
    Gtin::parse(code).map_or_else(|| content::code(code), |gtin| gtin.to_string())
}

/// What Shopify calls the only variant of a product: it is no specification.
fn is_default(spec: &str) -> bool {
    spec.eq_ignore_ascii_case("Default Title")
}

/// What tells a variant apart: the whole of it, or its parts together: `S / Red`.
fn specification(cells: &mut Cells<'_, Column>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for cell in cells.all(&Column::Option) {
        let part = cells.words(cell, SHORT).filter(|part| !is_default(part));
        parts.extend(part);
    }
    let whole = cells.text(&Column::Spec, SHORT).filter(|whole| !is_default(whole));
    let parts = match whole {
        // It has all the parts in it already.
        Some(whole) if parts.iter().all(|part| whole.contains(part.as_str())) => return Some(whole),
        Some(whole) => std::iter::once(whole).chain(parts).collect(),
        None => parts,
    };
    Some(parts.join(" / ")).filter(|spec| !spec.is_empty())
}

/// The names under which sheets have the prices of the price levels that every shop begins with, in both languages.
pub fn level_names(key: &str) -> &'static [&'static str] {
    match key {
        "wholesale" => &["批发价", "批发价格", "wholesale price", "wholesale", "trade price"],
        "member" => &["会员价", "会员价格", "VIP价", "member price", "members price"],
        _ => &[],
    }
}

/// The words of a sheet of products in the person's language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The heads of the columns, in their order: those of [`Column::OURS`], then the price levels.
    pub head: Vec<String>,
    /// By the piece.
    pub piece: String,
    /// By weight: the shop's unit, in which it is priced and counted.
    pub weight: String,
    /// On sale.
    pub on: String,
    /// Not on sale.
    pub off: String,
}

/// The rows of a product, one for each variant, in the columns of [`Column::OURS`] and these price levels. Imported
/// again they change nothing.
pub fn rows(
    product: &Product,
    usage: impl Into<Usage>,
    levels: &[String],
    words: &Words,
    stock: impl Fn(&Product, u32) -> Stock,
) -> Vec<Vec<Cell>> {
    let usage = usage.into();
    let variants = product.variants.iter().map(|variant| variant.id);
    let itself = product.variants.is_empty().then_some(0);
    let text = |text: &str| Cell::Text(text.to_owned());
    let money = |minor: Option<i64>| {
        Cell::Figure(minor.map(|minor| usage.plain_price(minor, product.unit)).unwrap_or_default())
    };
    let row = |variant: u32| {
        let there = stock(product, variant);
        let there = if there.counted { usage.plain_quantity(there.on_hand, product.unit) } else { String::new() };
        let unit = if product.unit == Unit::Gram { &words.weight } else { &words.piece };
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
    Column::OURS.into_iter().chain(levels.iter().cloned().map(Column::Level)).collect()
}

/// The refusals of a report; none where it is taken.
pub fn refusals(report: &Report) -> &[Refusal] {
    if let Outcome::Refused(refusals) = &report.outcome { refusals } else { &[] }
}
