//! The index: for every order what a list shows, where its events lie, and the text that a search looks through.
//! All of it is in memory; the rows keep their stored form and are read as they are asked for.

mod filter;
mod sorting;
mod tallies;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use domain::OrderNumber;
use domain::order::{Badge, Badges, Delivery, Method, Status, StockUse, Summary};
use memchr::memmem::Finder;
use uuid::Uuid;

pub(crate) use self::filter::Ask;
use self::filter::Matching;
pub use self::filter::{Facet, Filter, Pasted, pasted};
pub use self::sorting::{Sort, SortBy};
use self::tallies::{Ids, Tallies};
use crate::codec::{Damaged, Reader, Writer};
use crate::entry::Place;

/// Rows per chunk of a checkpoint.
const CHUNK: usize = 1_000;

/// Where an event of an order lies, and its place in the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ref {
    pub(crate) no: u32,
    pub(crate) index: u32,
    pub(crate) place: Place,
}

/// A row, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowData {
    pub(crate) summary: Summary,
    /// Whether a list shows it: there is more than a buyer's data, and it is no draft that was thrown away.
    pub(crate) visible: bool,
    pub(crate) refs: Vec<Ref>,
}

impl RowData {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let s = &self.summary;
        let texts = s.name.len() + s.phone.len() + s.items.len() + s.tracking.len() + s.note.len();
        let mut w = Writer(Vec::with_capacity(texts + 80 + self.refs.len() * 10));
        w.uuid(s.id);
        w.bool(self.visible);
        w.u8(s.status as u8);
        w.uint(u64::from(s.badges.0));
        w.uint(u64::from(s.open_conflicts));
        w.int(s.placed_ms);
        w.option(s.due_ms, Writer::int);
        w.int(s.total);
        w.int(s.balance);
        w.u8(s.delivery as u8);
        w.str(s.method.key());
        w.option(s.number.as_ref(), |w, number| w.str(&number.0));
        for text in [&s.name, &s.phone, &s.items, &s.tracking, &s.note, &s.channel, &s.category] {
            w.str(text);
        }
        w.uuid(s.device);
        w.option(s.actor, Writer::uuid);
        w.option(s.customer, Writer::uuid);
        w.bool(s.parked);
        w.list(s.labels.iter(), |w, label| w.str(label));
        w.list(s.uses.iter(), |w, stock| {
            w.uuid(stock.product);
            w.uint(u64::from(stock.variant));
            w.int(stock.reserved);
            w.int(stock.left);
            w.int(stock.moved_ms);
        });
        write_refs(&mut w, &self.refs);
        w.0
    }
}

/// A row without what it says of the buyer.
pub(crate) fn nameless(row: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut r = Reader::new(row);
    let head = read_head(&mut r)?;
    let summary = Summary { name: String::new(), phone: String::new(), ..summary_of(&head)? };
    let row = RowData { summary, visible: head.visible, refs: read_refs(&mut r)? };
    Ok(row.encode())
}

pub(crate) fn write_refs(w: &mut Writer, refs: &[Ref]) {
    w.list(refs.iter(), |w, r| {
        w.uint(u64::from(r.no));
        w.uint(u64::from(r.index));
        r.place.write(w);
    });
}

/// What is read of a row on every start.
struct Head<'a> {
    id: Uuid,
    visible: bool,
    status: u8,
    badges: u16,
    conflicts: u16,
    placed_ms: i64,
    due_ms: Option<i64>,
    total: i64,
    balance: i64,
    delivery: u8,
    method: &'a str,
    number: Option<&'a str>,
    /// Name, phone, items, tracking, note.
    texts: [&'a str; 5],
    channel: &'a str,
    category: &'a str,
    device: Uuid,
    actor: Option<Uuid>,
    customer: Option<Uuid>,
    parked: bool,
    labels: Vec<&'a str>,
    uses: Vec<StockUse>,
}

fn read_head<'a>(r: &mut Reader<'a>) -> Result<Head<'a>, Damaged> {
    let narrow = |value: u64| u16::try_from(value).map_err(|_| Damaged);
    Ok(Head {
        id: r.uuid()?,
        visible: r.bool()?,
        status: r.u8()?,
        badges: narrow(r.uint()?)?,
        conflicts: narrow(r.uint()?)?,
        placed_ms: r.int()?,
        due_ms: r.option(Reader::int)?,
        total: r.int()?,
        balance: r.int()?,
        delivery: r.u8()?,
        method: r.str()?,
        number: r.option(Reader::str)?,
        texts: [r.str()?, r.str()?, r.str()?, r.str()?, r.str()?],
        channel: r.str()?,
        category: r.str()?,
        device: r.uuid()?,
        actor: r.option(Reader::uuid)?,
        customer: r.option(Reader::uuid)?,
        parked: r.bool()?,
        labels: r.list(Reader::str)?,
        uses: r.list(|r| {
            let (product, variant) = (r.uuid()?, r.u32()?);
            Ok(StockUse { product, variant, reserved: r.int()?, left: r.int()?, moved_ms: r.int()? })
        })?,
    })
}

fn summary_of(head: &Head<'_>) -> Result<Summary, Damaged> {
    let [name, phone, items, tracking, note] = head.texts.map(str::to_owned);
    Ok(Summary {
        id: head.id,
        number: head.number.map(|number| OrderNumber(number.to_owned())),
        status: *Status::ALL.get(usize::from(head.status)).ok_or(Damaged)?,
        badges: Badges(head.badges),
        due_ms: head.due_ms,
        placed_ms: head.placed_ms,
        name,
        phone,
        items,
        tracking,
        note,
        total: head.total,
        balance: head.balance,
        delivery: [Delivery::HandOver, Delivery::PickUp, Delivery::Ship]
            .into_iter()
            .find(|delivery| *delivery as u8 == head.delivery)
            .ok_or(Damaged)?,
        method: Method::from(head.method.to_owned()),
        open_conflicts: head.conflicts,
        channel: head.channel.to_owned(),
        category: head.category.to_owned(),
        device: head.device,
        actor: head.actor,
        customer: head.customer,
        parked: head.parked,
        labels: head.labels.iter().map(|label| (*label).to_owned()).collect(),
        uses: head.uses.clone(),
    })
}

pub(crate) fn read_refs(r: &mut Reader<'_>) -> Result<Vec<Ref>, Damaged> {
    r.list(|r| Ok(Ref { no: r.u32()?, index: r.u32()?, place: Place::read(r)? }))
}

/// What lists are made of, per row.
#[derive(Debug)]
struct Row {
    id: Uuid,
    placed_ms: i64,
    due_ms: Option<i64>,
    total: i64,
    balance: i64,
    /// A hash of the number; 0 without one.
    number: u64,
    badges: u16,
    conflicts: u16,
    status: u8,
    delivery: u8,
    visible: bool,
    parked: bool,
    /// Whether it takes anything of the stock, and whether any of that is only promised.
    uses: bool,
    reserves: bool,
    /// Channel, category, method, tablet, person and customer, as numbers of `names` and `ids`; 0: none.
    facets: [u32; 6],
    /// Numbers of `names`.
    labels: Box<[u32]>,
    /// Where its text lies in the haystack.
    text: (u32, u32),
    /// How many bytes of it are the number, and how many the buyer's name behind it.
    lengths: [u16; 2],
    data: Box<[u8]>,
}

impl Row {
    /// Whether it counts for nothing: not confirmed yet, or not any more.
    fn comes_to_nothing(&self) -> bool {
        let status = Status::ALL.get(usize::from(self.status));
        matches!(status, Some(Status::Draft | Status::Cancelled | Status::Closed) | None)
    }
    /// What its buyer owes, minor units.
    fn owed(&self) -> i64 {
        if self.comes_to_nothing() { 0 } else { self.balance.max(0) }
    }
}

/// Ids are random in their last half: that half is hash enough.
#[derive(Clone, Copy, Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*last);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 ^= value;
    }
    fn write_usize(&mut self, _: usize) {}
}

type ById<V> = HashMap<Uuid, V, BuildHasherDefault<IdHasher>>;
type ByHash<V> = HashMap<u64, V, BuildHasherDefault<IdHasher>>;

/// How many orders there are, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By state, in the order of [`Status::ALL`].
    by_status: [usize; Status::ALL.len()],
    /// Those whose payment is overdue.
    pub overdue: usize,
    /// Orders with conflicts that ask for a person.
    pub conflicted: usize,
    /// Orders that were promised goods of which there is not enough.
    pub oversold: usize,
    /// Orders with a payment that nobody has verified.
    pub unverified: usize,
    /// Orders whose buyers get money back.
    pub refund_due: usize,
}

impl Counts {
    /// How many are in a state.
    pub fn of(&self, status: Status) -> usize {
        self.by_status.get(status as usize).copied().unwrap_or(0)
    }
    /// One more that somebody has to look after, where it asks for that.
    fn ask_for(&mut self, row: &Row, now_ms: i64) {
        let badges = Badges(row.badges);
        self.overdue += usize::from(row.due_ms.is_some_and(|due| due < now_ms));
        self.unverified += usize::from(badges.has(Badge::Unverified));
        self.refund_due += usize::from(badges.has(Badge::RefundDue));
    }
    /// How many there are.
    pub fn all(&self) -> usize {
        self.by_status.iter().sum()
    }
}

/// What orders of some time come to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub orders: usize,
    /// What they come to; drafts and cancelled orders come to nothing, unless a list of just those is asked for.
    pub total: i64,
    /// What buyers still owe.
    pub owed: i64,
}

impl Sums {
    /// Counts a row; `whole`: what it comes to counts in every state.
    fn add(&mut self, row: &Row, whole: bool) {
        self.orders += 1;
        if whole || !row.comes_to_nothing() {
            self.total = self.total.saturating_add(row.total);
            self.owed = self.owed.saturating_add(row.owed());
        }
    }
}

/// Names in small numbers, from 1: channels, categories, methods, labels.
#[derive(Debug, Default)]
struct Names {
    at: HashMap<Box<str>, u32, BuildHasherDefault<IdHasherText>>,
    all: Vec<Box<str>>,
}

/// The index of all orders.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// In the order in which the journal first names them: the same in every tab.
    rows: Vec<Row>,
    by_id: ById<u32>,
    /// Rows by the time they were placed, then id.
    order: Vec<u32>,
    /// Whether `order` has to be sorted.
    unsorted: bool,
    /// The rows' texts in lower case, one behind the other.
    haystack: Vec<u8>,
    /// Where each text begins, and whose it is; a row's outdated texts stay until they are too many.
    segments: Vec<(u32, u32)>,
    /// Bytes of outdated texts.
    outdated: usize,
    counts: Counts,
    /// How many rows have a number of this hash.
    numbers: ByHash<u32>,
    /// Hashes of numbers that more than one row has.
    doubled: BTreeSet<u64>,
    /// The highest count of each day and tablet ever seen, by `261123-K7`.
    highest: HashMap<Box<str>, u32, BuildHasherDefault<IdHasherText>>,
    dirty: BTreeSet<u32>,
    names: Names,
    ids: Ids,
    tallies: Tallies,
    /// Counts the changes of rows.
    version: u64,
    matching: RefCell<Matching>,
}

/// FNV-1a for short texts: nothing here is open to an attacker's choice of keys in numbers.
#[derive(Clone, Copy, Debug)]
struct IdHasherText(u64);

impl Default for IdHasherText {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for IdHasherText {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = IdHasherText::default();
    hasher.write(text.as_bytes());
    hasher.finish().max(1)
}

impl Index {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Makes room for so many rows.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
        self.by_id.reserve(rows);
        self.order.reserve(rows);
        self.segments.reserve(rows);
        self.numbers.reserve(rows);
        self.haystack.reserve(rows.saturating_mul(96));
    }

    /// Takes a row in, new or changed. [`Index::sort`] must follow before anything is asked.
    pub(crate) fn put(&mut self, data: &[u8]) -> Result<Uuid, Damaged> {
        let head = read_head(&mut Reader::new(data))?;
        if usize::from(head.status) >= Status::ALL.len() {
            return Err(Damaged);
        }
        let number = head.number.map_or(0, hash_of);
        self.saw_number(head.number);
        let text_at = self.haystack.len();
        let mut lengths = [0; 2];
        for (nth, text) in [head.number.unwrap_or_default()].into_iter().chain(head.texts).enumerate() {
            if !text.is_empty() {
                let from = self.haystack.len();
                push_lower(&mut self.haystack, text);
                if let Some(length) = lengths.get_mut(nth) {
                    *length = u16::try_from(self.haystack.len() - from).unwrap_or(u16::MAX);
                }
                self.haystack.push(b'\n');
            }
        }
        // A phone typed with spaces or dashes is found by its digits alone, too.
        let [_, phone, ..] = head.texts;
        if phone.bytes().any(|byte| matches!(byte, b' ' | b'-')) {
            self.haystack.extend(phone.bytes().filter(|byte| !matches!(byte, b' ' | b'-')));
            self.haystack.push(b'\n');
        }
        let text_len = self.haystack.len() - text_at;
        let names = &mut self.names;
        let [channel, category, method] = [head.channel, head.category, head.method].map(|name| names.number(name));
        let labels = head.labels.iter().map(|label| names.number(label)).collect();
        let [device, actor, customer] =
            [Some(head.device), head.actor, head.customer].map(|id| id.map_or(0, |id| self.ids.number(id)));
        let mut row = Row {
            id: head.id,
            placed_ms: head.placed_ms,
            due_ms: head.due_ms,
            total: head.total,
            balance: head.balance,
            number,
            badges: head.badges,
            conflicts: head.conflicts,
            status: head.status,
            delivery: head.delivery,
            visible: head.visible,
            parked: head.parked,
            uses: !head.uses.is_empty(),
            reserves: head.uses.iter().any(|it| it.reserved > 0),
            facets: [channel, category, method, device, actor, customer],
            labels,
            text: (to_u32(text_at), to_u32(text_len)),
            lengths,
            data: data.into(),
        };
        let known = self.by_id.get(&head.id).copied();
        let at = known.unwrap_or(to_u32(self.rows.len()));
        if let Some(old) = known.and_then(|at| self.rows.get(at as usize)) {
            let same_text = self.haystack.get(range(old.text)) == self.haystack.get(text_at..);
            let (old_text, moved) = (old.text, old.placed_ms != row.placed_ms);
            let (status, visible, conflicts, old_number) = (old.status, old.visible, old.conflicts, old.number);
            let [.., old_customer] = old.facets;
            let old_uses = if old.uses { read_head(&mut Reader::new(&old.data))?.uses } else { Vec::new() };
            if same_text {
                self.haystack.truncate(text_at);
                row.text = old_text;
            } else {
                self.outdated += old_text.1 as usize;
                self.segments.push((row.text.0, at));
            }
            self.unsorted |= moved;
            self.count(status, visible, conflicts, false);
            if old_number != number {
                self.number(old_number, false);
                self.number(number, true);
            }
            self.count(row.status, row.visible, row.conflicts, true);
            self.tally(&old_uses, false);
            self.uses(at, &old_uses, &head.uses);
            self.moved(at, old_customer, customer);
            if let Some(slot) = self.rows.get_mut(at as usize) {
                *slot = row;
            }
        } else {
            self.by_id.insert(head.id, at);
            self.segments.push((row.text.0, at));
            // Most rows are the newest, or nearly.
            let key = (row.placed_ms, row.id);
            let rows = &self.rows;
            let earlier = |at: &u32| rows.get(*at as usize).is_some_and(|row| (row.placed_ms, row.id) < key);
            let place = match self.order.last() {
                Some(last) if !self.unsorted && !earlier(last) => self.order.partition_point(earlier),
                _ => self.order.len(),
            };
            self.order.insert(place, at);
            self.count(row.status, row.visible, row.conflicts, true);
            self.number(number, true);
            self.uses(at, &[], &head.uses);
            self.moved(at, 0, customer);
            self.rows.push(row);
        }
        self.tally(&head.uses, true);
        self.version = self.version.wrapping_add(1);
        self.dirty.insert(at / CHUNK as u32);
        Ok(head.id)
    }

    /// Puts the rows into the order that lists ask for.
    pub(crate) fn sort(&mut self) {
        if std::mem::take(&mut self.unsorted) {
            let rows = &self.rows;
            // Stable, and quick where most is in order already.
            self.order.sort_by_key(|at| rows.get(*at as usize).map(|row| (row.placed_ms, row.id)));
        }
        if self.outdated > 64 * 1024 && self.outdated * 2 > self.haystack.len() {
            let old = std::mem::take(&mut self.haystack);
            self.segments.clear();
            self.outdated = 0;
            for (row, at) in self.rows.iter_mut().zip(0..) {
                let start = to_u32(self.haystack.len());
                self.haystack.extend_from_slice(old.get(range(row.text)).unwrap_or_default());
                row.text.0 = start;
                self.segments.push((start, at));
            }
        }
    }

    fn count(&mut self, status: u8, visible: bool, conflicts: u16, more: bool) {
        if !visible {
            return;
        }
        let step = |count: &mut usize| *count = if more { *count + 1 } else { count.saturating_sub(1) };
        if let Some(count) = self.counts.by_status.get_mut(usize::from(status)) {
            step(count);
        }
        if conflicts > 0 {
            step(&mut self.counts.conflicted);
        }
    }

    fn number(&mut self, hash: u64, more: bool) {
        if hash == 0 {
            return;
        }
        let count = self.numbers.entry(hash).or_default();
        *count = if more { *count + 1 } else { count.saturating_sub(1) };
        if *count > 1 {
            self.doubled.insert(hash);
        } else {
            self.doubled.remove(&hash);
        }
    }

    /// Takes only the number out of a row, where it can be read.
    pub(crate) fn note_number(&mut self, data: &[u8]) {
        if let Ok(head) = read_head(&mut Reader::new(data)) {
            self.saw_number(head.number);
        }
    }

    fn saw_number(&mut self, number: Option<&str>) {
        if let Some((prefix, count)) = number.and_then(|number| number.rsplit_once('-'))
            && let Ok(count) = count.parse()
        {
            self.saw_count(prefix, count);
        }
    }

    /// A number was given: its count is used up for ever.
    pub(crate) fn saw_count(&mut self, prefix: &str, count: u32) {
        match self.highest.get_mut(prefix) {
            Some(highest) => *highest = count.max(*highest),
            None => {
                self.highest.insert(prefix.into(), count);
            }
        }
    }
    /// The highest count given under `261123-K7`.
    pub(crate) fn highest_count(&self, prefix: &str) -> u32 {
        self.highest.get(prefix).copied().unwrap_or(0)
    }
    /// All of them.
    pub(crate) fn highest_counts(&self) -> Vec<(&str, u32)> {
        let mut all: Vec<_> = self.highest.iter().map(|(prefix, count)| (prefix.as_ref(), *count)).collect();
        all.sort_unstable();
        all
    }

    fn row(&self, id: Uuid) -> Option<&Row> {
        self.rows.get(*self.by_id.get(&id)? as usize)
    }
    pub(crate) fn refs(&self, id: Uuid) -> Vec<Ref> {
        let Some(row) = self.row(id) else { return Vec::new() };
        let mut reader = Reader::new(&row.data);
        // Rows are checked when they come in.
        read_head(&mut reader).and_then(|_| read_refs(&mut reader)).unwrap_or_default()
    }
    pub(crate) fn summary(&self, id: Uuid) -> Option<Summary> {
        summary_of(&read_head(&mut Reader::new(&self.row(id)?.data)).ok()?).ok()
    }
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.rows.iter().map(|row| row.id)
    }
    /// The stored rows, in their order.
    #[cfg(test)]
    pub(crate) fn stored(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|row| row.data.as_ref())
    }

    /// The rows that a list shows, in its order, and how many match in all.
    pub(crate) fn page(&self, ask: &Ask<'_>, offset: usize, limit: usize) -> (Vec<Summary>, usize) {
        self.matching(ask, |matching| {
            let rows = matching.rows();
            let shown = rows.get(offset.min(rows.len())..).unwrap_or_default().iter().take(limit);
            let shown = shown.filter_map(|at| self.rows.get(*at as usize));
            (
                shown.filter_map(|row| summary_of(&read_head(&mut Reader::new(&row.data)).ok()?).ok()).collect(),
                rows.len(),
            )
        })
    }

    /// The orders that match, in the list's order.
    pub(crate) fn found(&self, ask: &Ask<'_>) -> Vec<Uuid> {
        self.matching(ask, |matching| {
            matching.rows().iter().filter_map(|at| self.rows.get(*at as usize)).map(|row| row.id).collect()
        })
    }

    pub(crate) fn counts(&self, now_ms: i64, short: &[(Uuid, u32)]) -> Counts {
        let oversold = self.promised(short).into_iter().filter_map(|at| self.rows.get(at as usize));
        let mut counts = Counts { oversold: oversold.filter(|row| row.visible).count(), ..self.counts.clone() };
        self.rows.iter().filter(|row| row.visible).for_each(|row| counts.ask_for(row, now_ms));
        counts
    }

    /// What the orders that match come to, each day for itself, in the list's order. `day` says from when until when the
    /// day of a moment lasts.
    pub(crate) fn days(&self, ask: &Ask<'_>, mut day: impl FnMut(i64) -> Range<i64>) -> Vec<(i64, Sums)> {
        let whole = !ask.filter.status.is_empty();
        self.matching(ask, |matching| {
            let mut days: Vec<(i64, Sums)> = Vec::new();
            let mut span = 0..0;
            for row in matching.rows().iter().filter_map(|at| self.rows.get(*at as usize)) {
                if days.is_empty() || !span.contains(&row.placed_ms) {
                    span = day(row.placed_ms);
                    days.push((span.start, Sums::default()));
                }
                if let Some((_, sums)) = days.last_mut() {
                    sums.add(row, whole);
                }
            }
            days
        })
    }

    /// What the orders that match come to, for each span of the time in which they were placed.
    pub(crate) fn sums(&self, ask: &Ask<'_>, spans: &[Range<i64>]) -> Vec<Sums> {
        let whole = !ask.filter.status.is_empty();
        self.matching(ask, |matching| {
            let mut sums = vec![Sums::default(); spans.len()];
            for row in matching.rows().iter().filter_map(|at| self.rows.get(*at as usize)) {
                let within = spans.iter().zip(&mut sums).filter(|(span, _)| span.contains(&row.placed_ms));
                within.for_each(|(_, sum)| sum.add(row, whole));
            }
            sums
        })
    }

    /// Orders with open conflicts, newest first.
    pub(crate) fn conflicted(&self) -> Vec<Uuid> {
        if self.counts.conflicted == 0 {
            return Vec::new();
        }
        let rows = self.order.iter().rev().filter_map(|at| self.rows.get(*at as usize));
        rows.filter(|row| row.visible && row.conflicts > 0).map(|row| row.id).collect()
    }

    /// Numbers that several orders have, with those orders, the older first.
    pub(crate) fn doubled_numbers(&self) -> Vec<(OrderNumber, Vec<Uuid>)> {
        let mut found: Vec<(OrderNumber, Vec<Uuid>)> = Vec::new();
        if self.doubled.is_empty() {
            return found;
        }
        for row in self.order.iter().filter_map(|at| self.rows.get(*at as usize)) {
            let number = (self.doubled.contains(&row.number)).then(|| self.summary(row.id)).flatten();
            let Some(number) = number.and_then(|summary| summary.number) else { continue };
            match found.iter_mut().find(|(known, _)| *known == number) {
                Some((_, orders)) => orders.push(row.id),
                None => found.push((number, vec![row.id])),
            }
        }
        // Hashes may meet where numbers don't.
        found.retain(|(_, orders)| orders.len() > 1);
        found
    }

    /// The order of this number.
    pub(crate) fn by_number(&self, number: &str) -> Option<Uuid> {
        let hash = hash_of(number);
        if !self.numbers.contains_key(&hash) {
            return None;
        }
        let mut rows = self.rows.iter().filter(|row| row.number == hash);
        rows.find(|row| self.summary(row.id).is_some_and(|s| s.number.is_some_and(|n| n.0 == number))).map(|row| row.id)
    }

    /// Which rows hold every word; `None` when nothing is looked for.
    fn find(&self, search: &str) -> Option<Vec<bool>> {
        if let Some(numbers) = pasted(search) {
            return Some(self.find_any(&numbers).0);
        }
        let mut words: Vec<Vec<u8>> = search
            .split_whitespace()
            .map(|word| {
                let mut lower = Vec::with_capacity(word.len());
                push_lower(&mut lower, word);
                lower
            })
            .collect();
        // The longest first: it is the rarest.
        if let Some(longest) = (0..words.len()).max_by_key(|at| words.get(*at).map(Vec::len)) {
            words.swap(0, longest);
        }
        let (first, others) = words.split_first()?;
        let mut found = vec![false; self.rows.len()];
        let others: Vec<Finder<'_>> = others.iter().map(Finder::new).collect();
        let finder = Finder::new(first);
        let mut from = 0;
        let mut segment = 0;
        while let Some(hit) = self.haystack.get(from..).and_then(|rest| finder.find(rest)) {
            let hit = from + hit;
            let rest = self.segments.get(segment..).unwrap_or_default();
            // The last segment that begins at or before the hit.
            segment += rest.partition_point(|(start, _)| *start as usize <= hit).saturating_sub(1);
            let Some((start, at)) = self.segments.get(segment).copied() else { break };
            if let Some(row) = self.rows.get(at as usize)
                && row.text.0 == start
                && let Some(text) = self.haystack.get(range(row.text))
                && others.iter().all(|word| word.find(text).is_some())
                && let Some(slot) = found.get_mut(at as usize)
            {
                *slot = true;
            }
            segment += 1;
            from = self.segments.get(segment).map_or(self.haystack.len(), |(start, _)| *start as usize);
        }
        Some(found)
    }

    /// The chunks that changed since the last checkpoint.
    pub(crate) fn dirty_chunks(&self) -> Vec<(u32, Vec<u8>)> {
        let chunk_bytes = |chunk: &u32| {
            let first = *chunk as usize * CHUNK;
            let rows = self.rows.get(first..(first + CHUNK).min(self.rows.len())).unwrap_or_default();
            let mut w = Writer(Vec::with_capacity(rows.iter().map(|row| row.data.len() + 3).sum::<usize>() + 4));
            w.list(rows.iter(), |w, row| w.bytes(&row.data));
            (*chunk, w.0)
        };
        self.dirty.iter().map(chunk_bytes).collect()
    }
    pub(crate) fn checkpointed(&mut self) {
        self.dirty.clear();
    }
    pub(crate) fn read_chunk(&mut self, bytes: &[u8]) -> Result<(), Damaged> {
        for row in Reader::new(bytes).list(Reader::bytes)? {
            self.put(row)?;
        }
        Ok(())
    }
}

fn range((start, len): (u32, u32)) -> Range<usize> {
    start as usize..start as usize + len as usize
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Appends a text in lower case. Most of it has none (digits, Chinese) or is ASCII.
fn push_lower(into: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        into.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
        return;
    }
    let mut buffer = [0; 4];
    for c in text.chars() {
        if c.is_ascii() {
            into.push((c as u8).to_ascii_lowercase());
        } else if ('\u{2e80}'..='\u{d7ff}').contains(&c) {
            into.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        } else {
            for lower in c.to_lowercase() {
                into.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(n: u128, name: &str, phone: &str, placed_ms: i64) -> RowData {
        RowData {
            summary: Summary {
                id: Uuid::from_u128(n),
                number: Some(OrderNumber(format!("261123-K7-{n:04}"))),
                status: Status::AwaitingPayment,
                badges: Badges::default(),
                due_ms: Some(placed_ms + 10),
                placed_ms,
                name: name.to_owned(),
                phone: phone.to_owned(),
                items: "Longjing ×2".to_owned(),
                tracking: String::new(),
                note: String::new(),
                total: 500,
                balance: 500,
                delivery: Delivery::Ship,
                method: Method::Other("quick".to_owned()),
                open_conflicts: 0,
                channel: "stall".to_owned(),
                category: "retail".to_owned(),
                device: Uuid::from_u128(7),
                actor: Some(Uuid::from_u128(8)),
                customer: Some(Uuid::from_u128(9)),
                parked: true,
                labels: vec!["急".to_owned()],
                uses: vec![StockUse { product: Uuid::from_u128(5), variant: 2, reserved: 3, left: -1, moved_ms: 4 }],
            },
            visible: true,
            refs: vec![Ref { no: 1, index: 0, place: Place::Own(7) }, Ref { no: 2, index: 3, place: Place::Log(1, 9) }],
        }
    }

    fn index(rows: &[RowData]) -> Index {
        let mut index = Index::default();
        for row in rows {
            index.put(&row.encode()).unwrap();
        }
        index.sort();
        index
    }

    fn ask(filter: &Filter) -> Ask<'_> {
        Ask::new(filter, 0, Vec::new, Vec::new)
    }

    fn names(index: &Index, search: &str) -> Vec<String> {
        let filter = Filter { search: search.to_owned(), ..Filter::default() };
        index.page(&ask(&filter), 0, 50).0.into_iter().map(|summary| summary.name).collect()
    }

    fn shown(index: &Index, filter: &Filter) -> Vec<u128> {
        index.found(&ask(filter)).iter().map(Uuid::as_u128).collect()
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let row = row(1, "王小明", "138 0013 8000", 5);
        let index = index(std::slice::from_ref(&row));
        assert_eq!(index.summary(row.summary.id), Some(row.summary.clone()));
        assert_eq!(index.refs(row.summary.id), row.refs);
    }

    #[test]
    fn newest_first_found_by_any_part() {
        let index = index(&[row(1, "王小明", "138 0013 8000", 5), row(2, "Zoë KÖNIG", "", 9), row(3, "王大", "", 1)]);
        assert_eq!(names(&index, ""), ["Zoë KÖNIG", "王小明", "王大"]);
        assert_eq!(names(&index, "王"), ["王小明", "王大"]);
        assert_eq!(names(&index, "könig"), ["Zoë KÖNIG"]);
        assert_eq!(names(&index, "13800138"), ["王小明"]);
        assert_eq!(names(&index, "0013 小明"), ["王小明"]);
        assert_eq!(names(&index, "K7-0003"), ["王大"]);
        assert_eq!(names(&index, "longjing"), ["Zoë KÖNIG", "王小明", "王大"]);
        assert_eq!(names(&index, "nobody"), Vec::<String>::new());
    }

    #[test]
    fn a_changed_row_is_found_by_its_new_text_only() {
        let mut index = index(&[row(1, "old", "", 5), row(2, "other", "", 6)]);
        let mut changed = row(1, "new", "", 7);
        changed.summary.status = Status::Paid;
        changed.summary.due_ms = None;
        index.put(&changed.encode()).unwrap();
        index.sort();
        assert_eq!(names(&index, "old"), Vec::<String>::new());
        assert_eq!(names(&index, "new"), ["new"]);
        assert_eq!(names(&index, ""), ["new", "other"]);
        let counts = index.counts(i64::MAX, &[]);
        assert_eq!((counts.of(Status::Paid), counts.of(Status::AwaitingPayment), counts.all()), (1, 1, 2));
        assert_eq!(counts.overdue, 1);
    }

    #[test]
    fn the_same_number_twice_is_seen() {
        let mut twin = row(2, "b", "", 6);
        twin.summary.number = row(1, "", "", 0).summary.number;
        let mut index = index(&[row(1, "a", "", 5), twin]);
        let number = OrderNumber("261123-K7-0001".to_owned());
        assert_eq!(index.doubled_numbers(), vec![(number, vec![Uuid::from_u128(1), Uuid::from_u128(2)])]);
        index.put(&row(2, "b", "", 6).encode()).unwrap();
        assert!(index.doubled_numbers().is_empty());
        assert_eq!(index.highest_count("261123-K7"), 2);
    }

    #[test]
    fn many_numbers_at_once_find_each_of_them() {
        let mut parcel = row(3, "c", "+8613900001111", 3);
        parcel.summary.tracking = "SF1234567890 YT99887766".to_owned();
        let index =
            index(&[row(1, "a", "138 0013 8000", 1), row(2, "b", "0571-88880000", 2), parcel, row(4, "d", "", 4)]);
        assert_eq!(names(&index, "261123-K7-0001 261123-k7-0004"), ["d", "a"]);
        assert_eq!(names(&index, "138 0013 8000，sf1234567890"), ["c", "a"]);
        assert_eq!(names(&index, "13900001111\n057188880000\n13012345678"), ["c", "b"]);
        let numbers = "261123-K7-0001, 261123-K7-0009 YT99887766";
        let missing = vec!["261123-K7-0009".to_owned()];
        assert_eq!(index.pasted(numbers), Some(Pasted { asked: 3, missing }));
        // One number, or words, are looked for as ever; part of a number is no number.
        for search in ["138 0013 8000", "261123-K7-0001", "0013 a", "K7-0001 K7-0002", "a, b", ""] {
            assert_eq!(index.pasted(search), None, "{search}");
        }
        assert_eq!(names(&index, "138 0013 8000"), ["a"]);
    }

    #[test]
    fn what_orders_take_of_the_stock_follows_them() {
        let tea = Uuid::from_u128(5);
        let mut index = index(&[row(1, "a", "", 1), row(2, "b", "", 2)]);
        assert_eq!(
            (index.stock(tea, 2), index.stock(tea, 0), index.stock(Uuid::from_u128(6), 2)),
            ((6, -2), (0, 0), (0, 0))
        );
        assert_eq!(index.using(tea), [Uuid::from_u128(2), Uuid::from_u128(1)]);
        let mut shipped = row(2, "b", "", 2);
        shipped.summary.uses = vec![StockUse { product: tea, variant: 2, reserved: 0, left: 3, moved_ms: 9 }];
        index.put(&shipped.encode()).unwrap();
        index.sort();
        assert_eq!(index.stock(tea, 2), (3, 2));
        assert_eq!(index.using(tea), [Uuid::from_u128(1)]);
        // The last that left first, whenever it was ordered.
        let moved = vec![(Uuid::from_u128(2), 9), (Uuid::from_u128(1), 4)];
        assert_eq!(index.took(tea), moved);
        let mut other = row(1, "a", "", 1);
        other.summary.uses = Vec::new();
        index.put(&other.encode()).unwrap();
        index.sort();
        assert_eq!(index.took(tea), moved[..1]);
        assert_eq!(index.took(Uuid::from_u128(6)), []);
    }

    #[test]
    fn orders_of_what_there_is_not_enough_of_are_found() {
        let tea = Uuid::from_u128(5);
        let mut shipped = row(2, "b", "", 2);
        shipped.summary.uses = vec![StockUse { product: tea, variant: 2, reserved: 0, left: 3, moved_ms: 9 }];
        let mut other = row(3, "c", "", 3);
        other.summary.uses = vec![StockUse { product: tea, variant: 1, reserved: 1, left: 0, moved_ms: 0 }];
        let index = index(&[row(1, "a", "", 1), shipped, other]);
        let filter = Filter::of(Facet::Badge(Badge::Oversold));
        let found = |short: Vec<(Uuid, u32)>| {
            let ask = Ask { short, ..ask(&filter) };
            (index.found(&ask), index.counts_of(&Ask { filter: &Filter::default(), ..ask.clone() }, 0).oversold)
        };
        assert_eq!(found(Vec::new()), (Vec::new(), 0));
        assert_eq!(found(vec![(tea, 2)]), (vec![Uuid::from_u128(1)], 1));
        assert_eq!(found(vec![(tea, 1), (tea, 2)]), (vec![Uuid::from_u128(3), Uuid::from_u128(1)], 2));
    }

    #[test]
    fn what_a_customer_bought_and_owes_follows_the_orders() {
        let (wang, li) = (Uuid::from_u128(9), Uuid::from_u128(10));
        let mut cancelled = row(3, "c", "", 3);
        cancelled.summary.status = Status::Cancelled;
        let mut index = index(&[row(1, "a", "", 1), row(2, "b", "", 2), cancelled]);
        let ids = |ids: &[u128]| ids.iter().map(|id| Uuid::from_u128(*id)).collect::<Vec<_>>();
        assert_eq!(index.of_customer(wang), (Sums { orders: 3, total: 1_000, owed: 1_000 }, ids(&[3, 2, 1])));
        let mut others = row(2, "b", "", 2);
        others.summary.customer = Some(li);
        others.summary.balance = 100;
        index.put(&others.encode()).unwrap();
        index.sort();
        assert_eq!(index.of_customer(wang), (Sums { orders: 2, total: 500, owed: 500 }, ids(&[3, 1])));
        assert_eq!(index.of_customer(li), (Sums { orders: 1, total: 500, owed: 100 }, ids(&[2])));
        assert_eq!(index.of_customer(Uuid::from_u128(11)), (Sums::default(), Vec::new()));
    }

    #[test]
    fn tabs_count_what_the_other_filters_leave() {
        let mut paid = row(2, "b", "", 2);
        paid.summary.status = Status::Paid;
        let mut index = index(&[row(1, "a", "", 1), paid, row(3, "other", "", 3)]);
        let filter = Filter { status: vec![Status::Paid], search: "0001".into(), ..Filter::default() };
        let counts = index.counts_of(&ask(&filter), 0);
        assert_eq!((counts.of(Status::Paid), counts.of(Status::AwaitingPayment), counts.all()), (0, 1, 1));
        assert_eq!(shown(&index, &Filter { status: vec![Status::Paid, Status::Closed], ..Filter::default() }), [2]);
        // A row that changes is seen at once, whatever was kept at hand.
        let mut now_paid = row(1, "a", "", 1);
        now_paid.summary.status = Status::Paid;
        index.put(&now_paid.encode()).unwrap();
        index.sort();
        assert_eq!(shown(&index, &filter), [1]);
    }

    #[test]
    fn a_day_has_its_own_sum() {
        let index = index(&[row(1, "a", "", 5), row(2, "b", "", 17), row(3, "c", "", 11), row(4, "d", "", -1)]);
        let tens = |ms: i64| ms.div_euclid(10) * 10..ms.div_euclid(10) * 10 + 10;
        let days = index.days(&ask(&Filter::default()), tens);
        let days: Vec<_> = days.into_iter().map(|(from, sums)| (from, sums.orders, sums.total)).collect();
        assert_eq!(days, [(10, 2, 1_000), (0, 1, 500), (-10, 1, 500)]);
    }

    #[test]
    fn what_can_be_chosen_is_what_orders_have() {
        let mut other = row(2, "b", "", 2);
        other.summary.channel = "taobao".to_owned();
        other.summary.labels = Vec::new();
        other.summary.actor = None;
        let index = index(&[row(1, "a", "", 1), other]);
        let all = index.in_use();
        assert!(all.contains(&(Facet::Category("retail".to_owned()), 2)));
        assert!(all.contains(&(Facet::Channel("taobao".to_owned()), 1)));
        assert!(all.contains(&(Facet::Label("急".to_owned()), 1)));
        assert!(all.contains(&(Facet::Actor(Uuid::from_u128(8)), 1)));
        assert!(all.contains(&(Facet::Device(Uuid::from_u128(7)), 2)));
        assert_eq!(all.len(), 7);
    }

    /// A row with a bit of everything, made of a few small numbers.
    fn varied(n: u128, name: &str, placed: i64, draw: [u8; 8]) -> RowData {
        let [status, badges, channel, labels, device, money, stock, seen] = draw;
        let mut row = row(n, name, "", placed);
        let summary = &mut row.summary;
        summary.status = Status::ALL[usize::from(status) % Status::ALL.len()];
        summary.badges = Badges(u16::from(badges) & 0b1000_1110);
        summary.due_ms = (badges & 1 == 1).then_some(placed);
        summary.open_conflicts = u16::from(badges >> 6);
        summary.channel = ["", "stall", "taobao"][usize::from(channel) % 3].to_owned();
        summary.method = Method::from(["cash", "alipay", "quick"][usize::from(channel) % 3].to_owned());
        summary.labels = ["a", "b", "c"].iter().filter(|_| labels % 2 == 1).map(|it| it.to_string()).collect();
        summary.labels.truncate(usize::from(labels) % 4);
        summary.device = Uuid::from_u128(u128::from(device) % 3);
        summary.actor = (device % 2 == 0).then(|| Uuid::from_u128(100 + u128::from(device) % 3));
        summary.customer = (money % 3 > 0).then(|| Uuid::from_u128(200 + u128::from(money) % 3));
        summary.delivery = [Delivery::HandOver, Delivery::PickUp, Delivery::Ship][usize::from(seen) % 3];
        summary.parked = stock % 2 == 0;
        summary.total = i64::from(money);
        summary.balance = i64::from(money) - 100;
        summary.uses = (0..u128::from(stock) % 3)
            .map(|it| StockUse {
                product: Uuid::from_u128(300 + it),
                variant: u32::from(stock) % 2,
                reserved: i64::from(stock),
                left: i64::from(money),
                moved_ms: placed,
            })
            .collect();
        row.visible = !seen.is_multiple_of(5);
        if seen % 3 == 0 {
            summary.number = None;
        }
        row
    }

    /// The filter, as its words say it.
    fn plainly(row: &RowData, filter: &Filter, now_ms: i64, unsent: &[Uuid]) -> bool {
        let s = &row.summary;
        let has = |facet: &Facet| match facet {
            Facet::Badge(Badge::Overdue) => s.due_ms.is_some_and(|due| due < now_ms),
            Facet::Badge(Badge::NotSent) => unsent.contains(&s.id),
            Facet::Badge(Badge::Conflict) => s.open_conflicts > 0,
            Facet::Badge(Badge::Oversold) => {
                s.uses.iter().any(|it| it.reserved > 0 && it.is_of(Uuid::from_u128(300), 1))
            }
            Facet::Badge(badge) => s.badges.has(*badge),
            Facet::Channel(key) => s.channel == *key,
            Facet::Category(name) => s.category == *name,
            Facet::Method(method) => s.method == *method,
            Facet::Device(id) => s.device == *id,
            Facet::Actor(id) => s.actor == Some(*id),
            Facet::Customer(id) => s.customer == Some(*id),
            Facet::Label(label) => s.labels.contains(label),
            Facet::Delivery(delivery) => s.delivery == *delivery,
        };
        let kind = std::mem::discriminant::<Facet>;
        let counts = !matches!(s.status, Status::Draft | Status::Cancelled | Status::Closed);
        let number = s.number.as_ref().map(|number| format!("{}\n", number.0)).unwrap_or_default();
        let text = format!("{number}{}\nlongjing ×2\n", s.name).to_lowercase();
        row.visible
            && (filter.status.is_empty() || filter.status.contains(&s.status))
            && filter.only.iter().all(|facet| filter.only.iter().any(|other| kind(other) == kind(facet) && has(other)))
            && filter.placed_from_ms.is_none_or(|from| from <= s.placed_ms)
            && filter.placed_before_ms.is_none_or(|before| s.placed_ms < before)
            && filter.total_from.is_none_or(|from| from <= s.total)
            && filter.total_to.is_none_or(|to| s.total <= to)
            && (!filter.owed || (counts && s.balance > 0))
            && (!filter.parked || s.parked)
            && filter.search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    fn facets() -> impl Strategy<Value = Facet> {
        let text = |all: &'static [&'static str]| prop::sample::select(all).prop_map(str::to_owned);
        prop_oneof![
            prop::sample::select(Badge::ALL).prop_map(Facet::Badge),
            text(&["", "stall", "taobao", "none"]).prop_map(Facet::Channel),
            text(&["retail", "none"]).prop_map(Facet::Category),
            text(&["cash", "quick"]).prop_map(|key| Facet::Method(Method::from(key))),
            (0..4_u128).prop_map(|id| Facet::Device(Uuid::from_u128(id))),
            (100..103_u128).prop_map(|id| Facet::Actor(Uuid::from_u128(id))),
            (200..204_u128).prop_map(|id| Facet::Customer(Uuid::from_u128(id))),
            text(&["a", "b", "d"]).prop_map(Facet::Label),
            prop::sample::select(&[Delivery::HandOver, Delivery::Ship][..]).prop_map(Facet::Delivery),
        ]
    }

    fn sorts() -> impl Strategy<Value = Sort> {
        let by = [SortBy::Time, SortBy::Number, SortBy::Buyer, SortBy::Total, SortBy::Owed, SortBy::Due];
        (prop::sample::select(by.to_vec()), any::<bool>()).prop_map(|(by, ascending)| Sort { by, ascending })
    }

    /// The order of a list, as its words say it.
    fn in_order(rows: &mut Vec<&RowData>, Sort { by, ascending }: Sort) {
        rows.sort_by_key(|row| std::cmp::Reverse((row.summary.placed_ms, row.summary.id)));
        let figure = |row: &RowData| match by {
            SortBy::Time => Some(row.summary.placed_ms),
            SortBy::Total => Some(row.summary.total),
            SortBy::Owed => {
                let counts = !matches!(row.summary.status, Status::Draft | Status::Cancelled | Status::Closed);
                Some(row.summary.balance).filter(|owed| counts && *owed > 0)
            }
            SortBy::Due => row.summary.due_ms,
            SortBy::Number | SortBy::Buyer => Some(0),
        };
        let text = |row: &RowData| match by {
            SortBy::Number => row.summary.number.as_ref().map(|number| number.0.to_lowercase()),
            SortBy::Buyer => Some(row.summary.name.to_lowercase()).filter(|name| !name.is_empty()),
            _ => Some(String::new()),
        };
        rows.sort_by(|a, b| {
            let (a, b) = (figure(a).zip(text(a)), figure(b).zip(text(b)));
            let lasts = a.is_none().cmp(&b.is_none());
            lasts.then(if ascending { a.cmp(&b) } else { b.cmp(&a) })
        });
    }

    prop_compose! {
        fn filters()(
            status in prop::collection::vec(prop::sample::select(Status::ALL), 0..3),
            only in prop::collection::vec(facets(), 0..4),
            placed_from_ms in prop::option::weighted(0.2, 0..9_i64),
            placed_before_ms in prop::option::weighted(0.2, 0..9_i64),
            total_from in prop::option::weighted(0.2, 0..256_i64),
            total_to in prop::option::weighted(0.2, 0..256_i64),
            owed in prop::bool::weighted(0.2),
            parked in prop::bool::weighted(0.2),
            search in "[abé王 ]{0,2}",
            sort in sorts(),
        ) -> Filter {
            Filter { status, only, placed_from_ms, placed_before_ms, total_from, total_to, owed, parked, search, sort }
        }
    }

    proptest! {
        #[test]
        fn search_is_what_a_plain_scan_finds(
            puts in proptest::collection::vec((0..30_u128, "[abAB王é ]{0,6}", 0..9_i64), 0..120),
            search in "[abé王 ]{0,3}",
        ) {
            let mut index = Index::default();
            let mut plain = std::collections::BTreeMap::new();
            for (n, name, placed) in &puts {
                index.put(&row(*n, name, "", *placed).encode()).unwrap();
                plain.insert(*n, (name.to_lowercase(), *placed));
            }
            index.sort();
            let filter = Filter { search: search.clone(), ..Filter::default() };
            let found: Vec<u128> = index.page(&ask(&filter), 0, 99).0.iter().map(|s| s.id.as_u128()).collect();
            let mut expected: Vec<_> = plain
                .iter()
                .filter(|(n, (name, _))| {
                    let text = format!("261123-k7-{n:04}\n{name}\nlongjing ×2\n");
                    search.split_whitespace().all(|word| text.contains(word))
                })
                .map(|(n, (_, placed))| (*placed, *n))
                .collect();
            expected.sort_unstable();
            expected.reverse();
            prop_assert_eq!(found, expected.into_iter().map(|(_, n)| n).collect::<Vec<_>>());
        }

        #[test]
        fn a_filter_finds_what_a_plain_scan_does(
            steps in proptest::collection::vec(
                (0..30_u128, "[abAB王é ]{0,6}", 0..9_i64, any::<[u8; 8]>(), filters(), any::<bool>()),
                1..40,
            ),
            now_ms in 0..9_i64,
            unsent in proptest::collection::btree_set(0..30_u128, 0..9),
            from in 0..9_usize,
        ) {
            let unsent: Vec<Uuid> = unsent.into_iter().map(Uuid::from_u128).collect();
            let mut index = Index::default();
            let mut plain: HashMap<Uuid, RowData> = HashMap::new();
            let mut last = None;
            for (n, name, placed, draw, filter, again) in steps {
                let row = varied(n, &name, placed, draw);
                index.put(&row.encode()).unwrap();
                index.sort();
                plain.insert(row.summary.id, row);
                // Often the same question again: what was kept at hand must not be out of date.
                let filter = last.filter(|_| again).unwrap_or(filter);
                let ask = Ask::new(&filter, now_ms, || unsent.clone(), || vec![(Uuid::from_u128(300), 1)]);
                let mut expected: Vec<&RowData> =
                    plain.values().filter(|row| plainly(row, &filter, now_ms, &unsent)).collect();
                in_order(&mut expected, filter.sort);
                let ids: Vec<Uuid> = expected.iter().map(|row| row.summary.id).collect();
                prop_assert_eq!(index.found(&ask), ids);
                let (page, matching) = index.page(&ask, from, 3);
                prop_assert_eq!(matching, expected.len());
                let window: Vec<Summary> = expected.iter().skip(from).take(3).map(|row| row.summary.clone()).collect();
                prop_assert_eq!(page, window);
                let counts = index.counts_of(&ask, now_ms);
                for status in Status::ALL {
                    let general = Filter { status: vec![*status], ..filter.clone() };
                    let there = plain.values().filter(|row| plainly(row, &general, now_ms, &unsent)).count();
                    prop_assert_eq!(counts.of(*status), there);
                }
                let whole = index.counts(now_ms, &[(Uuid::from_u128(300), 1)]);
                for (badge, count) in [
                    (Badge::Overdue, whole.overdue),
                    (Badge::Unverified, whole.unverified),
                    (Badge::RefundDue, whole.refund_due),
                    (Badge::Oversold, whole.oversold),
                ] {
                    let listed = Filter::of(Facet::Badge(badge));
                    let there = plain.values().filter(|row| plainly(row, &listed, now_ms, &unsent)).count();
                    prop_assert_eq!(count, there);
                }
                for product in 300..302_u128 {
                    let product = Uuid::from_u128(product);
                    for variant in 0..2 {
                        let uses = plain.values().flat_map(|row| &row.summary.uses);
                        let uses = uses.filter(|it| (it.product, it.variant) == (product, variant));
                        let sum = uses.fold((0, 0), |(r, l), it| (r + it.reserved, l + it.left));
                        prop_assert_eq!(index.stock(product, variant), sum);
                    }
                }
                for customer in 200..203_u128 {
                    let of = Some(Uuid::from_u128(customer));
                    let mut rows: Vec<&RowData> =
                        plain.values().filter(|row| row.visible && row.summary.customer == of).collect();
                    rows.sort_by_key(|row| std::cmp::Reverse((row.summary.placed_ms, row.summary.id)));
                    let ids: Vec<Uuid> = rows.iter().map(|row| row.summary.id).collect();
                    prop_assert_eq!(index.of_customer(Uuid::from_u128(customer)).1, ids);
                }
                last = Some(filter);
            }
        }

        #[test]
        fn chunks_bring_everything_back(n in prop::sample::select(vec![0_u128, 1, 999, 1_000, 1_001, 2_000])) {
            let rows: Vec<_> = (0..n).map(|i| row(i, "n", "1", (i % 7) as i64)).collect();
            let first = index(&rows);
            let mut second = Index::default();
            for (_, chunk) in first.dirty_chunks() {
                second.read_chunk(&chunk).unwrap();
            }
            second.sort();
            prop_assert_eq!(&first.order, &second.order);
            prop_assert_eq!(first.counts(3, &[]), second.counts(3, &[]));
            prop_assert!(first.stored().eq(second.stored()));
        }
    }
}
