//! Sheets of customers: a row is a customer. They are found again by the digits of the phone, else by the name.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::csv::Cell;
use super::{Cells, Outcome, Plan, Planner, Report, Why, Writing, head, written};
use crate::customer::{Address, Customer, phone_digits};
use crate::record::changes;
use crate::text::{LONG, SHORT};

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Name.
    Name,
    /// Phone.
    Phone,
    /// An address; several in lines of a cell, or in several columns.
    Address,
    /// Price level.
    Level,
    /// Note.
    Note,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::Phone, Self::Address, Self::Level, Self::Note];
}

impl head::Column for Column {
    fn names(&self) -> &'static [&'static str] {
        match self {
            Self::Name => &[
                "姓名",
                "名字",
                "名称",
                "客户",
                "客户名",
                "客户名称",
                "客户姓名",
                "收货人",
                "收件人",
                "联系人",
                "买家",
                "name",
                "customer",
                "customername",
                "customerid",
                "fullname",
                "buyer",
                "contact",
                "recipient",
            ],
            Self::Phone => &[
                "电话",
                "手机",
                "手机号",
                "手机号码",
                "联系电话",
                "联系方式",
                "电话号码",
                "收货人手机",
                "phone",
                "mobile",
                "tel",
                "telephone",
                "phonenumber",
                "mobilephone",
                "cell",
            ],
            Self::Address => &[
                "地址",
                "收货地址",
                "详细地址",
                "送货地址",
                "联系地址",
                "address",
                "addresses",
                "deliveryaddress",
                "shippingaddress",
                "address1",
                "address2",
                "street",
            ],
            Self::Level => {
                &["等级", "价格等级", "客户等级", "会员等级", "级别", "价格级别", "level", "pricelevel", "group"]
            }
            Self::Note => &["备注", "说明", "note", "notes", "remark", "remarks", "comment"],
        }
    }
    fn is_many(&self) -> bool {
        *self == Self::Address
    }
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
        let digits = work.now.phone_digits();
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
        let mut read = Read {
            name: cells.text(&Column::Name, SHORT),
            phone: cells.code(&Column::Phone, SHORT),
            note: cells.text(&Column::Note, LONG),
            ..Read::default()
        };
        for (at, raw) in cells.all(&Column::Address) {
            for line in raw.lines().filter(|line| !line.trim().is_empty()) {
                match crate::text::parse(line, LONG) {
                    Ok(address) if read.addresses.contains(&address) => {}
                    Ok(address) => read.addresses.push(address),
                    Err(_) => cells.refuse(Some(at), Why::TooLong(LONG)),
                }
            }
        }
        if let Some((at, raw)) = cells.raw(&Column::Level) {
            let name = head::folded(raw);
            let is_called = |(key, names): &&Level| key == raw || names.iter().any(|it| head::folded(it) == name);
            read.level = self.levels.iter().find(is_called).map(|(key, _)| key.clone());
            if read.level.is_none() {
                cells.refuse(Some(at), Why::Level);
            }
        }
        read
    }

    /// Whom a row is about; `None`: somebody new.
    fn find(&self, read: &Read) -> Result<Option<usize>, Why> {
        let digits = read.phone.as_deref().map(phone_digits).filter(|digits| !digits.is_empty());
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
        let without_phone = known(places, &|work| work.now.phone_digits().is_empty());
        let fitting = if digits.is_some() { &without_phone } else { places };
        match fitting.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let same = |at: &&usize| {
                    let work = self.works.get(**at);
                    work.is_some_and(|work| {
                        is_free(work)
                            && work.now.phone_digits() == digits.clone().unwrap_or_default()
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
        let or_raw = |column, read: &Option<String>| {
            read.clone().or_else(|| cells.raw(&column).map(|(_, raw)| raw.to_owned())).unwrap_or_default()
        };
        *said = vec![or_raw(Column::Name, &read.name), or_raw(Column::Phone, &read.phone), read.addresses.join(" · ")];
        let found = self.find(&read).map_err(|why| cells.refuse(None, why)).ok();
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
        set(
            &mut now.phone,
            phone.filter(|phone| phone_digits(phone) != before.phone_digits() || before.phone.is_empty()),
        );
        set(&mut now.level, level);
        set(&mut now.note, note);
        for text in addresses {
            if !now.addresses.iter().any(|it| it.text == text) {
                let position = now.addresses.iter().map(|it| it.position).max().map_or(0, |last| last + 1_000);
                let id = super::unused((self.draw)(), now.addresses.iter().map(|it| it.id));
                now.addresses.push(Address { id, text, position });
            }
        }
        let is_changed = now != before;
        if let Some(earlier) = found.and_then(|at| self.works.get(at)?.row).filter(|_| is_changed) {
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
    fn row(&mut self, number: usize, cells: &[String]) {
        let columns = std::mem::take(&mut self.columns);
        let mut row = Cells::new(&columns, cells);
        let is_blank = columns.iter().zip(cells).all(|(column, cell)| column.is_none() || cell.trim().is_empty());
        if !is_blank {
            let mut said = Vec::new();
            let outcome = self.take(number, &mut row, &mut said);
            let outcome = outcome.unwrap_or(Outcome::Refused(row.refusals));
            self.reports.push(Report { row: number, outcome, said });
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

/// A customer's row in the columns of [`Column::ALL`]; `level` says what a level is called. `None`: who was erased, or
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
