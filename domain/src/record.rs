//! Records: what a shop writes down beside its orders, such as products, customers, templates and rules. A record is
//! a set of named fields, each decided for itself by the hybrid logical clock, and sums of movements, which are facts
//! and always count (workflow.md §5). Collections are fields with paths: `variant/7/price`.
//!
//! The fold is one for all kinds; what the fields mean is told by the kind's own module (`product`, `customer`, …).

mod count;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::count::{Count, counted_field, question};
pub use self::value::Value;
use crate::order::Method;
use crate::{Event, Meta};

/// What an event of a record says.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordEvent {
    /// `<kind>.changed`: fields were written.
    Changed(Changed),
    /// `product.stock_moved`: goods came, went or were counted.
    StockMoved(StockMoved),
    /// `customer.debt_moved`: what a customer owes beside orders changed.
    DebtMoved(DebtMoved),
    /// `customer.erased`: the person's data are to be erased, here and everywhere.
    Erasing,
    /// The body was erased at the person's wish.
    Erased,
}

impl RecordEvent {
    /// Takes out what it says of a person. Sums stay: they are the shop's money.
    pub fn erase(&mut self) {
        match self {
            Self::Changed(_) => *self = Self::Erased,
            Self::DebtMoved(moved) => moved.note.clear(),
            Self::StockMoved(_) | Self::Erasing | Self::Erased => {}
        }
    }
}

/// Body of `<kind>.changed`: those named change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Field → its new value; without one the field is cleared.
    pub set: BTreeMap<String, Option<Value>>,
    /// The conflict that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
}

/// Why stock moved beside orders. On the wire a word; one that this build does not know is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum StockReason {
    /// Bought or made.
    Received,
    /// Counted: what is there ([`StockMoved::known`]), or, as older versions wrote it, the difference to what was
    /// expected.
    Counted,
    /// Came back from a buyer, and is good.
    ReturnedGood,
    /// Came back from a buyer, and is not: kept in the ledger, adds nothing.
    ReturnedDamaged,
    /// Thrown away, broken, given away.
    Scrapped,
    /// A person said that a movement came before a count that did not know of it: what was counted has it in it.
    BeforeCount,
    /// A person said that it came after the count.
    AfterCount,
    /// Another one, by its key.
    Other(String),
}

impl StockReason {
    /// Those that a person chooses from.
    pub const USUAL: [Self; 5] =
        [Self::Received, Self::Counted, Self::ReturnedGood, Self::ReturnedDamaged, Self::Scrapped];
    /// The word on the wire.
    pub fn key(&self) -> &str {
        match self {
            Self::Received => "received",
            Self::Counted => "counted",
            Self::ReturnedGood => "returned_good",
            Self::ReturnedDamaged => "returned_damaged",
            Self::Scrapped => "scrapped",
            Self::BeforeCount => "before_count",
            Self::AfterCount => "after_count",
            Self::Other(key) => key,
        }
    }
}

impl From<String> for StockReason {
    fn from(key: String) -> Self {
        let known = Self::USUAL.into_iter().chain([Self::BeforeCount, Self::AfterCount]);
        known.into_iter().find(|reason| reason.key() == key).unwrap_or(Self::Other(key))
    }
}

impl From<StockReason> for String {
    fn from(reason: StockReason) -> Self {
        reason.key().to_owned()
    }
}

/// Body of `product.stock_moved`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMoved {
    /// Which variant; 0: the product has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub variant: u32,
    /// Why.
    pub reason: StockReason,
    /// Pieces or grams that the stock grew by; below zero it shrank.
    pub quantity: i64,
    /// For [`StockReason::Counted`]: what was counted; for goods that came back damaged: how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<i64>,
    /// For [`StockReason::Counted`]: what all that moved came to as far as the tablet knew, counts aside. With it the
    /// count says what is there: `counted`, and what moved beyond that. Without it, as older versions wrote, a count is
    /// the difference `quantity` like any movement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<i64>,
    /// The conflict of two counts, or the question of a count and a movement, that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl StockMoved {
    /// Goods came or went.
    pub fn new(variant: u32, reason: StockReason, quantity: i64) -> Self {
        Self { variant, reason, quantity, counted: None, known: None, settles: None, note: String::new() }
    }
    /// So much was counted. What it means for the stock is filled in as it is stored: see [`StockMoved::count_over`].
    pub fn count(variant: u32, counted: i64) -> Self {
        Self { counted: Some(counted), ..Self::new(variant, StockReason::Counted, 0) }
    }
    /// Whether it is a count that a person has just made.
    pub fn is_count(&self) -> bool {
        self.reason == StockReason::Counted && self.counted.is_some() && self.settles.is_none()
    }
    /// Says of a count what the tablet knew as it was made: what was expected to be there, and what movements, counts
    /// aside, had come to.
    pub fn count_over(&mut self, expected: i64, known: i64) {
        self.quantity = self.counted.unwrap_or(expected).saturating_sub(expected);
        self.known = Some(known);
    }
}

/// Body of `customer.debt_moved`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtMoved {
    /// Minor units that the customer owes more; below zero: paid back.
    pub amount: i64,
    /// How it was paid back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// A field as it stands.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    value: Option<Value>,
    /// The events that wrote it: their places in the timeline. Several, where they wrote the same without knowing of each
    /// other.
    by: Vec<usize>,
}

/// The same field written on two tablets that did not know of each other; the later stands (workflow.md §4).
#[derive(Clone, Debug, PartialEq)]
pub struct FieldConflict {
    /// Its stable identity: the field and the two events.
    pub id: String,
    /// The field.
    pub field: String,
    /// The earlier of the two events in the fold: its place in the timeline.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// The value that does not stand.
    pub other: Option<Value>,
    /// The event that settled it: its place in the timeline.
    settled: Option<usize>,
}

/// A record as its events tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    fields: BTreeMap<String, Written>,
    /// What movements and counts come to: by variant for stock, under 0 for a debt.
    sums: BTreeMap<u32, i64>,
    /// What movements of stock come to by variant, counts aside.
    plain: BTreeMap<u32, i64>,
    /// Every count that says what is there, in the order of the fold.
    counts: Vec<count::Stated>,
    /// By variant which of them stands.
    standing: BTreeMap<u32, usize>,
    conflicts: Vec<FieldConflict>,
    /// Everything that happened, in the order of the fold.
    pub timeline: Vec<(Meta, Event)>,
    /// An event is here that this build does not know.
    pub needs_update: bool,
    /// The person's data were erased.
    pub erased: bool,
    /// The events that asked for that.
    erasing: Vec<usize>,
}

impl Record {
    /// Takes in one event; never fails.
    pub fn apply(&mut self, meta: &Meta, event: &Event) {
        let at = self.timeline.len();
        self.timeline.push((meta.clone(), event.clone()));
        self.redact(at);
        let Some((_, event)) = self.timeline.get(at).cloned() else { return };
        match &event {
            Event::Record(RecordEvent::Changed(changed)) => self.changed(at, changed),
            Event::Record(RecordEvent::StockMoved(moved)) => self.stock_moved(at, moved),
            Event::Record(RecordEvent::DebtMoved(moved)) => {
                let sum = self.sums.entry(0).or_default();
                *sum = sum.saturating_add(moved.amount);
            }
            Event::Record(RecordEvent::Erasing) => {
                self.erased = true;
                self.erasing.push(at);
                self.fields.clear();
                self.conflicts.clear();
            }
            Event::Record(RecordEvent::Erased) => self.erased = true,
            Event::Unknown => self.needs_update = true,
            Event::Order(_) | Event::Contact(_) | Event::Shop(_) => {}
        }
    }

    fn meta(&self, at: usize) -> Option<&Meta> {
        self.timeline.get(at).map(|(meta, _)| meta)
    }

    /// Whether the event at `later` knew of the one at `earlier`.
    fn knew(&self, later: usize, earlier: usize) -> bool {
        match (self.meta(later), self.meta(earlier)) {
            (Some(later), Some(earlier)) => later.knew(earlier),
            _ => true,
        }
    }

    /// Erases what the event at `at` says of the person where someone asked for that whom its maker did not know of;
    /// and where the event asks for that itself, what all before it say.
    fn redact(&mut self, at: usize) {
        let asks = matches!(self.timeline.get(at), Some((_, Event::Record(RecordEvent::Erasing))));
        let from = if asks {
            0
        } else if self.erasing.iter().any(|erasing| !self.knew(at, *erasing)) {
            at
        } else {
            return;
        };
        for (_, event) in self.timeline.iter_mut().skip(from) {
            if let Event::Record(record) = event {
                record.erase();
            }
        }
    }

    /// Whether the event at `at` came after both sides of a conflict, and its maker knew of them.
    fn knew_both(&self, at: usize, conflict: &FieldConflict) -> bool {
        at > conflict.second && self.knew(at, conflict.first) && self.knew(at, conflict.second)
    }

    fn changed(&mut self, at: usize, changed: &Changed) {
        // Someone wrote the person down again, knowing that they had been erased.
        self.erased &= changed.set.is_empty();
        if let Some(id) = &changed.settles {
            match self.conflicts.iter_mut().find(|conflict| conflict.id == *id) {
                Some(conflict) if conflict.settled.is_none() => conflict.settled = Some(at),
                // Settled on two tablets: the first choice stands.
                _ => return,
            }
        }
        for (name, value) in &changed.set {
            self.write(at, name, value);
        }
    }

    fn write(&mut self, at: usize, name: &str, value: &Option<Value>) {
        let Some(old) = self.fields.get(name) else {
            self.fields.insert(name.to_owned(), Written { value: value.clone(), by: vec![at] });
            return;
        };
        let mut unknown: Vec<usize> = old.by.iter().copied().filter(|by| !self.knew(at, *by)).collect();
        let key = |at: usize| self.meta(at).map(|meta| (meta.hlc, meta.id));
        let stands = unknown.is_empty() || old.by.iter().all(|by| key(at) > key(*by));
        if old.value == *value {
            unknown.push(at);
            self.fields.insert(name.to_owned(), Written { value: value.clone(), by: unknown });
            return;
        }
        if let Some(by) = unknown.first().copied().filter(|_| !is_quiet(name)) {
            let id_of = |at| self.meta(at).map(|meta| meta.id).unwrap_or_default();
            self.conflicts.push(FieldConflict {
                id: format!("{name}:{}:{}", id_of(by), id_of(at)),
                field: name.to_owned(),
                first: by,
                second: at,
                other: if stands { old.value.clone() } else { value.clone() },
                settled: None,
            });
        }
        if stands {
            self.fields.insert(name.to_owned(), Written { value: value.clone(), by: vec![at] });
        }
    }

    /// A field's value.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)?.value.as_ref()
    }
    /// All fields that have a value, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().filter_map(|(name, written)| Some((name.as_str(), written.value.as_ref()?)))
    }
    /// What movements and counts come to, by variant for stock, under 0 for a debt.
    pub fn sums(&self) -> impl Iterator<Item = (u32, i64)> {
        self.sums.iter().map(|(key, sum)| (*key, *sum))
    }
    /// The conflicts that need a decision: not settled, and not written again by someone who knew both values.
    pub fn open_conflicts(&self) -> impl Iterator<Item = &FieldConflict> {
        self.conflicts.iter().filter(|conflict| {
            let anew = self
                .fields
                .get(&conflict.field)
                .is_some_and(|written| written.by.iter().any(|by| self.knew_both(*by, conflict)));
            conflict.settled.is_none() && !anew && !self.is_counted_anew(conflict)
        })
    }
}

/// Fields of which nobody has to choose a value: the later stands.
fn is_quiet(field: &str) -> bool {
    field.rsplit('/').next() == Some("position") || crate::product::merge::is_of_merge(field)
}

/// What changed between what a form began with and what it holds now, both as fields by name.
pub fn changes(base: &BTreeMap<String, Value>, now: &BTreeMap<String, Value>) -> BTreeMap<String, Option<Value>> {
    let written = now.iter().filter(|(name, value)| base.get(*name) != Some(*value));
    let cleared = base.keys().filter(|name| !now.contains_key(*name));
    let written = written.map(|(name, value)| (name.clone(), Some(value.clone())));
    written.chain(cleared.map(|name| (name.clone(), None))).collect()
}

/// A record's fields and sums without its timeline: what the index keeps, and what pages read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// The record.
    pub id: Uuid,
    /// Its fields by name.
    pub fields: BTreeMap<String, Value>,
    /// What movements and counts come to: by variant for stock, under 0 for a debt.
    pub sums: BTreeMap<u32, i64>,
    /// The counts that stand, one of each variant that was counted.
    pub counts: Vec<Count>,
    /// How many conflicts need a decision.
    pub open_conflicts: usize,
    /// The person's data were erased.
    pub erased: bool,
    /// An event is here that this build does not know.
    pub needs_update: bool,
    /// When it was first written, milliseconds since 1970.
    pub made_ms: i64,
}

impl Fields {
    /// Those of a record.
    pub fn of(id: Uuid, record: &Record) -> Self {
        Self {
            id,
            fields: record.fields().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            sums: record.sums.clone(),
            counts: record.counts().collect(),
            open_conflicts: record.open_conflicts().count(),
            erased: record.erased,
            needs_update: record.needs_update,
            made_ms: record.timeline.first().map_or(0, |(meta, _)| meta.at_ms()),
        }
    }
    /// A text; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_text).unwrap_or_default()
    }
    /// A number.
    pub fn int(&self, field: &str) -> Option<i64> {
        self.fields.get(field).and_then(Value::as_int)
    }
    /// Whether it is so; `usual` where nobody said.
    pub fn flag(&self, field: &str, usual: bool) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(usual)
    }
    /// A list of texts.
    pub fn texts(&self, field: &str) -> Vec<String> {
        match self.fields.get(field) {
            Some(Value::List(all)) => all.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
            Some(Value::Text(one)) => vec![one.clone()],
            _ => Vec::new(),
        }
    }
    /// The keys of a collection: of `variant/7/price` and `variant/9/name` under `variant` it is `7` and `9`.
    pub fn keys<'a>(&'a self, collection: &'a str) -> impl Iterator<Item = &'a str> {
        let mut last = None;
        self.fields
            .range(format!("{collection}/")..)
            .map_while(move |(name, _)| {
                let rest = name.strip_prefix(collection)?.strip_prefix('/')?;
                Some(rest.split_once('/').map_or(rest, |(key, _)| key))
            })
            .filter(move |key| last.replace(*key) != Some(*key))
    }
}
