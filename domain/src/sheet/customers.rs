//! Sheets of customers: a row is a customer. They are found again by the digits of the phone, else by the name.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::content;
use super::csv::Cell;
use super::{Cells, Left, Line, Outcome, Plan, Planner, Report, Why, Writing, head, written};
use crate::customer::{Address, Customer, phone_digits};
use crate::record::changes;
use crate::text::{LONG, SHORT};

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Name.
    Name,
    /// Phone; of several the first mobile one.
    Phone,
    /// A whole address; several in lines of a cell, or in several columns.
    Address,
    /// Price level.
    Level,
    /// Note.
    Note,
    /// First name.
    Given,
    /// Last name.
    Family,
    /// Company: the name where there is no other.
    Company,
    /// A part of an address. Parts beside each other are one address; where a part comes again, another begins.
    Part(Part),
}

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Country.
    Country,
    /// Province, state, region.
    Province,
    /// City.
    City,
    /// District, county.
    District,
    /// Town, subdistrict.
    Town,
    /// Street and number.
    Street,
    /// The second line: flat, building.
    More,
    /// Postcode.
    Postcode,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Name,
        Self::Phone,
        Self::Address,
        Self::Level,
        Self::Note,
        Self::Given,
        Self::Family,
        Self::Company,
        Self::Part(Part::Province),
        Self::Part(Part::City),
        Self::Part(Part::District),
        Self::Part(Part::Town),
        Self::Part(Part::Street),
        Self::Part(Part::More),
        Self::Part(Part::Postcode),
        Self::Part(Part::Country),
    ];
    /// What a sheet of ours has: what may be in parts elsewhere is whole there.
    pub const OURS: [Self; 5] = [Self::Name, Self::Phone, Self::Address, Self::Level, Self::Note];
}

impl head::Column for Column {
    fn names(&self) -> &'static [&'static str] {
        match self {
            Self::Name => &[
                "姓名",
                "客户姓名",
                "收货人姓名",
                "收件人姓名",
                "会员姓名",
                "联系人姓名",
                "客户名称",
                "会员名称",
                "客户名",
                "收货人",
                "收件人",
                "收货人提货人",
                "收货人提货人姓名",
                "收件人提货人",
                "联系人",
                "买家姓名",
                "名字",
                "名称",
                "客户",
                "会员",
                "买家",
                "昵称",
                "买家昵称",
                "fullname",
                "customername",
                "name",
                "recipientname",
                "recipient",
                "shipname",
                "shippingname",
                "billingname",
                "contactname",
                "customer",
                "buyer",
                "contact",
                "customerid",
            ],
            Self::Phone => &[
                "手机",
                "手机号",
                "手机号码",
                "联系手机",
                "收货人手机",
                "收货人手机号",
                "收件人手机",
                "收件人手机号",
                "收货人手机号提货人手机号",
                "收货人手机号提货人手机",
                "收件人手机提货人手机",
                "会员手机",
                "会员手机号",
                "买家手机号",
                "电话",
                "联系电话",
                "联系方式",
                "电话号码",
                "收货人电话",
                "收件人电话",
                "固定电话",
                "座机",
                "phone",
                "mobile",
                "mobilephone",
                "phonenumber",
                "mobilenumber",
                "telephone",
                "tel",
                "cell",
                "cellphone",
                "contactnumber",
                "contactphone",
                "defaultaddressphone",
                "billingphone",
                "shippingphone",
            ],
            Self::Address => &[
                "地址",
                "收货地址",
                "详细地址",
                "送货地址",
                "联系地址",
                "收货人地址",
                "收件地址",
                "收件人地址",
                "客户地址",
                "家庭地址",
                "address",
                "fulladdress",
                "addresses",
                "deliveryaddress",
                "shippingaddress",
                "billingaddress",
            ],
            Self::Level => &[
                "等级",
                "价格等级",
                "客户等级",
                "会员等级",
                "级别",
                "价格级别",
                "会员级别",
                "客户级别",
                "level",
                "pricelevel",
                "group",
                "customergroup",
            ],
            Self::Note => &[
                "备注",
                "客户备注",
                "买家备注",
                "会员备注",
                "说明",
                "note",
                "notes",
                "customernote",
                "customernotes",
                "remark",
                "remarks",
                "comment",
                "memo",
            ],
            Self::Given => &["名", "firstname", "givenname", "billingfirstname", "shippingfirstname", "forename"],
            Self::Family => &["姓", "姓氏", "lastname", "familyname", "surname", "billinglastname", "shippinglastname"],
            Self::Company => &[
                "公司",
                "公司名称",
                "单位名称",
                "company",
                "companyname",
                "businessname",
                "defaultaddresscompany",
                "billingcompany",
            ],
            Self::Part(Part::Country) => &[
                "国家",
                "国家地区",
                "country",
                "countryregion",
                "countrycode",
                "shipcountry",
                "billingcountry",
                "shippingcountry",
                "defaultaddresscountry",
                "defaultaddresscountrycode",
                "addresscountry",
                "addresscountrycode",
            ],
            Self::Part(Part::Province) => &[
                "省",
                "省份",
                "所在省",
                "收货人省份",
                "收货人省",
                "收件人省份",
                "收件人省",
                "收货省份",
                "province",
                "state",
                "stateprovince",
                "regionstate",
                "region",
                "provincecode",
                "shipstate",
                "billingstate",
                "shippingstate",
                "billingprovince",
                "shippingprovince",
                "defaultaddressprovince",
                "defaultaddressprovincecode",
                "addressprovince",
                "addressprovincecode",
            ],
            Self::Part(Part::City) => &[
                "市",
                "城市",
                "所在市",
                "收货人城市",
                "收货人市",
                "收件人城市",
                "收件人市",
                "收货城市",
                "县市",
                "city",
                "town",
                "towncity",
                "citytown",
                "shipcity",
                "billingcity",
                "shippingcity",
                "defaultaddresscity",
                "addresscity",
            ],
            Self::Part(Part::District) => &[
                "区",
                "县",
                "区县",
                "县区",
                "所在区",
                "地区",
                "收货人地区",
                "收货人区县",
                "收件人地区",
                "收件人区县",
                "收货地区",
                "收货人区",
                "收件人区",
                "乡镇市区",
                "district",
                "suburb",
            ],
            Self::Part(Part::Town) => &["街道", "乡镇", "镇", "街道乡镇", "乡镇街道", "收货人街道"],
            Self::Part(Part::Street) => &[
                "街道地址",
                "详细收货地址提货地址",
                "详细收货地址",
                "收货详细地址",
                "收货详细地址提货地址",
                "具体地址",
                "address1",
                "addressline1",
                "street",
                "street1",
                "streetaddress",
                "streetaddress1",
                "shipaddress1",
                "billingaddress1",
                "shippingaddress1",
                "billingstreet",
                "shippingstreet",
                "defaultaddressaddress1",
            ],
            Self::Part(Part::More) => &[
                "门牌号",
                "门牌",
                "address2",
                "addressline2",
                "street2",
                "streetaddress2",
                "shipaddress2",
                "billingaddress2",
                "shippingaddress2",
                "defaultaddressaddress2",
            ],
            Self::Part(Part::Postcode) => &[
                "邮编",
                "邮政编码",
                "邮递区号",
                "收货邮编",
                "收货人邮编",
                "zip",
                "addresszip",
                "zipcode",
                "postcode",
                "postalcode",
                "shipzipcode",
                "billingpostcode",
                "shippingpostcode",
                "billingzip",
                "shippingzip",
                "defaultaddresszip",
            ],
        }
    }
    fn is_many(&self) -> bool {
        matches!(self, Self::Address | Self::Phone | Self::Part(_))
    }
}

/// What the columns of a head mean: as their names say, but that an address beside a city is a street, and a number is
/// no name where there is one.
pub fn guess(names: &[String]) -> Vec<Option<Column>> {
    let mut guessed = head::guess(names, &Column::ALL, &[]);
    let has = |guessed: &[Option<Column>], wanted: &dyn Fn(&Column) -> bool| guessed.iter().flatten().any(wanted);
    let is_street = |column: &Column| *column == Column::Part(Part::Street);
    if has(&guessed, &|column| matches!(column, Column::Part(_)))
        && !has(&guessed, &is_street)
        && let Some(address) = guessed.iter_mut().find(|column| **column == Some(Column::Address))
    {
        *address = Some(Column::Part(Part::Street));
    }
    if has(&guessed, &|column| matches!(column, Column::Given | Column::Family | Column::Company)) {
        for (column, name) in guessed.iter_mut().zip(names) {
            if *column == Some(Column::Name) && head::folded(name) == "customerid" {
                *column = None;
            }
        }
    }
    guessed
}

/// What of a row a report says back, as it was understood: name, phone, addresses.
pub const SAID: [Column; 3] = [Column::Name, Column::Phone, Column::Address];

/// A customer while rows change it.
struct Work {
    id: Option<Uuid>,
    base: Customer,
    now: Customer,
    row: Option<usize>,
}

/// A price level: its key and what it is called.
pub type Level = (String, Vec<String>);

/// Makes a plan of a sheet of customers.
pub struct Customers<D> {
    columns: Vec<Option<Column>>,
    levels: Vec<Level>,
    draw: D,
    works: Vec<Work>,
    by_phone: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
    reports: Vec<Report>,
}

#[derive(Default)]
struct Read {
    name: Option<String>,
    phone: Option<String>,
    addresses: Vec<String>,
    level: Option<String>,
    note: Option<String>,
}

impl<D: FnMut() -> u32> Customers<D> {
    /// Begins with whom the shop knows. `draw` draws ids of addresses.
    pub fn new<'a>(
        columns: Vec<Option<Column>>,
        levels: Vec<Level>,
        known: impl IntoIterator<Item = &'a Customer>,
        draw: D,
    ) -> Self {
        let (by_phone, by_name) = (BTreeMap::new(), BTreeMap::new());
        let mut planner = Self { columns, levels, draw, works: Vec::new(), by_phone, by_name, reports: Vec::new() };
        for customer in known {
            if customer.erased || customer.merged_into.is_some() {
                continue;
            }
            let (base, now) = (customer.clone(), customer.clone());
            planner.works.push(Work { id: Some(customer.id), base, now, row: None });
            planner.index(planner.works.len() - 1);
        }
        planner
    }

    fn index(&mut self, at: usize) {
        let Some(work) = self.works.get(at) else { return };
        let digits = digits(&work.now.phone);
        let keys = [(!digits.is_empty()).then_some((&mut self.by_phone, digits)), {
            let name = work.now.name.clone();
            (!name.is_empty()).then_some((&mut self.by_name, name))
        }];
        for (index, key) in keys.into_iter().flatten() {
            let places = index.entry(key).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
    }

    fn read(&self, cells: &mut Cells<'_, Column>) -> Read {
        let mut read =
            Read { name: name(cells), phone: phone(cells), note: cells.remark(&Column::Note, LONG), ..Read::default() };
        let mut add = |cells: &mut Cells<'_, Column>, at: usize, text: &str| match crate::text::parse(text, LONG) {
            Ok(address) if address.is_empty() || read.addresses.contains(&address) => {}
            Ok(address) => read.addresses.push(address),
            Err(_) => cells.refuse(Some(at), Why::TooLong(LONG)),
        };
        for (at, content) in cells.all(&Column::Address) {
            if let Some(why) = Cells::<Column>::fault(content) {
                cells.refuse(Some(at), why);
                continue;
            }
            for line in content.shown().lines() {
                add(cells, at, line);
            }
        }
        for (at, address) in in_parts(cells) {
            add(cells, at, &address);
        }
        if let Some(raw) = cells.text(&Column::Level, SHORT) {
            let at = cells.first(&Column::Level).map(|(at, _)| at);
            let name = head::folded(&raw);
            let is_called = |(key, names): &&Level| *key == raw || names.iter().any(|it| head::folded(it) == name);
            read.level = self.levels.iter().find(is_called).map(|(key, _)| key.clone());
            if read.level.is_none() {
                cells.refuse(at, Why::Level);
            }
        }
        read
    }

    /// Whom a row is about; `None`: somebody new.
    fn find(&self, read: &Read) -> Result<Option<usize>, Why> {
        let digits = read.phone.as_deref().map(digits).filter(|digits| !digits.is_empty());
        let known = |places: &[usize], fits: &dyn Fn(&Work) -> bool| -> Vec<usize> {
            places.iter().copied().filter(|at| self.works.get(*at).is_some_and(fits)).collect()
        };
        let is_free = |work: &Work| work.row.is_none();
        if let Some(places) = digits.as_ref().and_then(|digits| self.by_phone.get(digits)) {
            // Written down twice with one phone: by the name, and each once.
            let named = known(places, &|work| read.name.as_ref().is_none_or(|name| *name == work.now.name));
            let free = named.iter().copied().find(|at| self.works.get(*at).is_some_and(is_free));
            return Ok(free.or(named.first().copied()).or(places.first().copied()));
        }
        let Some(name) = &read.name else {
            return if digits.is_some() { Ok(None) } else { Err(Why::NameMissing) };
        };
        let Some(places) = self.by_name.get(name) else { return Ok(None) };
        let without_phone = known(places, &|work| self::digits(&work.now.phone).is_empty());
        let fitting = if digits.is_some() { &without_phone } else { places };
        match fitting.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let same = |at: &&usize| {
                    let work = self.works.get(**at);
                    work.is_some_and(|work| {
                        is_free(work)
                            && self::digits(&work.now.phone) == digits.clone().unwrap_or_default()
                            && read.addresses.iter().all(|text| work.now.addresses.iter().any(|it| it.text == *text))
                            && read.note.as_ref().is_none_or(|note| *note == work.now.note)
                            && read.level.as_ref().is_none_or(|level| *level == work.now.level)
                    })
                };
                several.iter().find(same).map(|at| Some(*at)).ok_or(Why::Ambiguous)
            }
        }
    }

    fn take(&mut self, number: usize, cells: &mut Cells<'_, Column>, said: &mut Vec<String>) -> Option<Outcome> {
        let read = self.read(cells);
        let or_raw = |column, read: &Option<String>| read.clone().unwrap_or_else(|| cells.shown(&column));
        *said = vec![or_raw(Column::Name, &read.name), or_raw(Column::Phone, &read.phone), read.addresses.join(" · ")];
        let found = self.find(&read).map_err(|why| cells.refuse_row(why)).ok();
        let found = found.filter(|_| cells.refusals.is_empty())?;
        let before = found.and_then(|at| self.works.get(at)).map(|work| work.now.clone()).unwrap_or_default();
        let mut now = before.clone();
        let Read { name, phone, addresses, level, note } = read;
        let set = |field: &mut String, text: Option<String>| {
            if let Some(text) = text {
                *field = text;
            }
        };
        set(&mut now.name, name);
        // The same number typed another way is the same phone.
        set(&mut now.phone, phone.filter(|phone| digits(phone) != digits(&before.phone) || before.phone.is_empty()));
        set(&mut now.level, level);
        set(&mut now.note, note);
        for text in addresses {
            if !now.addresses.iter().any(|it| it.text == text) {
                let position =
                    now.addresses.iter().map(|it| it.position).max().map_or(0, |last| last.saturating_add(1_000));
                let id = super::unused((self.draw)(), now.addresses.iter().map(|it| it.id));
                now.addresses.push(Address { id, text, position });
            }
        }
        let is_changed = now != before;
        // A further address is no contradiction: sheets of orders have a row for each.
        let is_other = Customer { addresses: before.addresses.clone(), ..now.clone() } != before;
        if let Some(earlier) = found.and_then(|at| self.works.get(at)?.row).filter(|_| is_other) {
            cells.refuse(None, Why::Repeated(earlier));
            return None;
        }
        let at = found.unwrap_or(self.works.len());
        if found.is_none() {
            let (base, now) = (Customer::default(), Customer::default());
            self.works.push(Work { id: None, base, now, row: None });
        }
        let work = self.works.get_mut(at)?;
        work.now = now;
        work.row.get_or_insert(number);
        self.index(at);
        Some(match (found, is_changed) {
            (None, _) => Outcome::Created,
            (_, true) => Outcome::Updated,
            (_, false) => Outcome::Unchanged,
        })
    }
}

impl<D: FnMut() -> u32> Planner for Customers<D> {
    fn row(&mut self, line: &Line) {
        let columns = std::mem::take(&mut self.columns);
        let mut row = Cells::new(&columns, &line.cells);
        let is_total = row.first(&Column::Name).is_some_and(|(_, name)| head::is_total(&name.shown()))
            && row.first(&Column::Phone).is_none();
        let left = line.left.or(is_total.then_some(Left::Total));
        let left = left.or_else(|| row.are_blank().then_some(Left::Nothing));
        if line.cells.iter().any(|cell| !cell.is_blank()) {
            let mut said = SAID.iter().map(|column| row.shown(column)).collect();
            let outcome = match left {
                Some(left) => Outcome::LeftOut(left),
                None => {
                    let outcome = self.take(line.number, &mut row, &mut said);
                    outcome.unwrap_or(Outcome::Refused(row.refusals))
                }
            };
            let remarks = if left.is_none() { line.remarks.clone() } else { Vec::new() };
            self.reports.push(Report { row: line.number, outcome, said, remarks });
        }
        self.columns = columns;
    }

    fn plan(self: Box<Self>) -> Plan {
        let writing = |work: Work| {
            let base = if work.id.is_some() { work.base.fields() } else { BTreeMap::new() };
            let events = written(changes(&base, &work.now.fields()));
            (work.row.is_some() && !events.is_empty()).then_some(Writing { id: work.id, events })
        };
        Plan { reports: self.reports, writings: self.works.into_iter().filter_map(writing).collect() }
    }
}

/// A customer's row in the columns of [`Column::OURS`]; `level` says what a level is called. `None`: who was erased, or
/// turned out to be somebody else. Imported again it changes nothing.
pub fn row(customer: &Customer, level: impl Fn(&str) -> String) -> Option<Vec<Cell>> {
    if customer.erased || customer.merged_into.is_some() {
        return None;
    }
    let addresses: Vec<&str> = customer.addresses.iter().map(|address| address.text.as_str()).collect();
    let level = if customer.level.is_empty() { String::new() } else { level(&customer.level) };
    let cells = [customer.name.clone(), customer.phone.clone(), addresses.join("\n"), level, customer.note.clone()];
    Some(cells.into_iter().map(Cell::Text).collect())
}

/// The digits by which two phones are the same.
fn digits(phone: &str) -> String {
    phone_digits(&content::phone(phone))
}

fn is_han(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
}

/// The name: whole, or first and last name in the order of their script, or else the company's.
fn name(cells: &mut Cells<'_, Column>) -> Option<String> {
    let name = cells.text(&Column::Name, SHORT);
    let (given, family) = (cells.text(&Column::Given, SHORT), cells.text(&Column::Family, SHORT));
    let (given, family) = match (name, given, family) {
        // `Nom` beside `Prénom` is the last name, `Nombre` beside `Apellidos` the first.
        (Some(name), Some(given), None) if !name.contains(&given) => (Some(given), Some(name)),
        (Some(name), None, Some(family)) if !name.contains(&family) => (Some(name), Some(family)),
        (Some(name), ..) => return Some(name),
        (None, given, family) => (given, family),
    };
    match (given, family) {
        (Some(given), Some(family)) if is_han(&given) && is_han(&family) => Some(format!("{family}{given}")),
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (Some(name), None) | (None, Some(name)) => Some(name),
        (None, None) => cells.text(&Column::Company, SHORT),
    }
}

/// The phone: of several the first mobile one.
fn phone(cells: &mut Cells<'_, Column>) -> Option<String> {
    let mut phones: Vec<String> = Vec::new();
    for cell in cells.all(&Column::Phone) {
        phones.extend(cells.code_in(cell, SHORT).map(|phone| content::phone(&phone)));
    }
    let is_mobile = |phone: &&String| phone.len() >= 11 && phone.starts_with('1') && phone.is_char_boundary(11);
    phones.iter().find(is_mobile).or(phones.first()).cloned()
}

/// The addresses that stand in parts, each with the first of its columns.
fn in_parts(cells: &mut Cells<'_, Column>) -> Vec<(usize, String)> {
    let parts = cells.columns.iter().enumerate().filter_map(|(at, column)| match column {
        Some(Column::Part(part)) => Some((at, *part)),
        _ => None,
    });
    let mut all: Vec<(usize, BTreeMap<Part, String>)> = Vec::new();
    let mut seen: Vec<Part> = Vec::new();
    for (at, part) in parts.collect::<Vec<_>>() {
        // The same part right behind itself is another word for it: a province and its code.
        let is_other = seen.last() == Some(&part);
        if all.is_empty() || (seen.contains(&part) && !is_other) {
            all.push((at, BTreeMap::new()));
            seen.clear();
        }
        seen.push(part);
        let Some(content) = cells.cells.get(at).filter(|content| !content.is_blank()) else { continue };
        let Some(text) = cells.words((at, content), LONG) else { continue };
        let text = if part == Part::Postcode { content::code(&text) } else { text };
        if let Some((_, parts)) = all.last_mut() {
            parts.entry(part).or_insert(text);
        }
    }
    all.into_iter().filter_map(|(at, parts)| Some((at, joined(&parts)?))).collect()
}

/// The provinces of China behind the codes that Shopify has for them.
const PROVINCES: &str = "AH安徽BJ北京CQ重庆FJ福建GD广东GS甘肃GX广西GZ贵州HA河南HB湖北HE河北HI海南HK香港HL黑龙江HN湖南JL吉林JS江苏\
    JX江西LN辽宁MO澳门NM内蒙古NX宁夏QH青海SC四川SD山东SH上海SN陕西SX山西TJ天津TW台湾XJ新疆XZ西藏YN云南YZ西藏ZJ浙江";

/// A province of China by its name, where its code is said.
fn of_china(province: &str) -> &str {
    let is_code = province.len() == 2 && province.bytes().all(|byte| byte.is_ascii_uppercase());
    let behind = PROVINCES.split_once(province).filter(|_| is_code).map(|(_, behind)| behind);
    behind.and_then(|behind| behind.split(|c: char| c.is_ascii()).next()).unwrap_or(province)
}

/// The parts of an address as it is written where it is: `浙江省杭州市西湖区文三路1号`, `12 High Street, London, N1 9GU`.
fn joined(parts: &BTreeMap<Part, String>) -> Option<String> {
    let of = |part: Part| parts.get(&part).map(String::as_str).unwrap_or_default();
    let near = [Part::Street, Part::More, Part::Town, Part::District, Part::City];
    if near.iter().all(|part| of(*part).is_empty()) {
        return None;
    }
    let [street, more, town, district, city] = near.map(of);
    if [Part::Province, Part::City, Part::District, Part::Street].iter().any(|part| is_han(of(*part))) {
        let bare = |text: &str| text.trim_end_matches(['市', '省']).to_owned();
        let is_none = |city: &str| matches!(city, "市辖区" | "县" | "省直辖县级行政区划" | "自治区直辖县级行政区划");
        let province = of_china(of(Part::Province));
        let is_again = !province.is_empty() && bare(province) == bare(city);
        let province = if is_again || is_none(province) { "" } else { province };
        let city = if is_none(city) && !district.is_empty() { "" } else { city };
        let district = if district == city { "" } else { district };
        let above = [province, city, district, town];
        // The street may begin with all of it once more.
        let mut rest = street;
        for part in above
            .iter()
            .chain([&of(Part::Province)])
            .filter(|part| part.ends_with(['省', '市', '区', '县', '州', '盟', '旗', '镇', '乡', '道']))
        {
            rest = rest.strip_prefix(*part).unwrap_or(rest).trim_start();
        }
        let country =
            Some(of(Part::Country)).filter(|country| is_han(country) && *country != "中国" && *country != "中国大陆");
        let all = country.into_iter().chain(above).chain([rest, more]);
        return Some(all.map(str::trim).collect());
    }
    let all = [street, more, town, district, city, of(Part::Province), of(Part::Postcode), of(Part::Country)];
    let mut said: Vec<&str> = Vec::new();
    for part in all.into_iter().filter(|part| !part.is_empty()) {
        if said.last() != Some(&part) {
            said.push(part);
        }
    }
    Some(said.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parts: &[(Part, &str)]) -> String {
        joined(&parts.iter().map(|(part, text)| (*part, (*text).to_owned())).collect()).unwrap_or_default()
    }

    #[test]
    fn parts_of_an_address_are_written_as_where_it_is() {
        use Part::*;
        for (parts, whole) in [
            (
                vec![(Province, "浙江省"), (City, "杭州市"), (District, "西湖区"), (Street, "文三路1号")],
                "浙江省杭州市西湖区文三路1号",
            ),
            (
                vec![(Province, "上海市"), (City, "上海市"), (District, "徐汇区"), (Street, "漕溪路1号")],
                "上海市徐汇区漕溪路1号",
            ),
            (
                vec![(Province, "北京"), (City, "北京市"), (District, "朝阳区"), (Street, "北京路8号")],
                "北京市朝阳区北京路8号",
            ),
            (
                vec![(Province, "北京市"), (City, "市辖区"), (District, "朝阳区"), (Street, "建国路8号")],
                "北京市朝阳区建国路8号",
            ),
            (
                vec![
                    (Province, "江苏省"),
                    (City, "南京市"),
                    (District, "鼓楼区"),
                    (Street, "江苏省南京市鼓楼区中山路1号"),
                    (More, "3幢"),
                ],
                "江苏省南京市鼓楼区中山路1号3幢",
            ),
            (vec![(Province, "江苏"), (City, "南京"), (Street, "南京路2号")], "江苏南京南京路2号"),
            (
                vec![
                    (Country, "中国"),
                    (Province, "广东省"),
                    (City, "东莞市"),
                    (Town, "虎门镇"),
                    (Street, "1号"),
                    (Postcode, "523900"),
                ],
                "广东省东莞市虎门镇1号",
            ),
            (
                vec![
                    (Street, "12 High Street"),
                    (More, "Flat 3"),
                    (City, "London"),
                    (Postcode, "N1 9GU"),
                    (Country, "GB"),
                ],
                "12 High Street, Flat 3, London, N1 9GU, GB",
            ),
            (
                vec![(Street, "1 Main St"), (City, "Springfield"), (Province, "IL"), (Postcode, "62701")],
                "1 Main St, Springfield, IL, 62701",
            ),
            (vec![(Country, "GB"), (Province, "ENG")], ""),
        ] {
            assert_eq!(address(&parts), whole);
        }
    }
}
