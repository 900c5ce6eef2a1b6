//! The index: for every order what a list shows, where its events lie, and the text that a search looks through.
//! All of it is in memory; the rows keep their stored form and are read as they are asked for.

mod filter;
mod row;
mod sorting;
mod sums;
mod tallies;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use domain::OrderNumber;
use domain::order::{Status, Summary};
use memchr::memmem::Finder;
use uuid::Uuid;

pub(crate) use self::filter::Ask;
use self::filter::Matching;
pub use self::filter::{Facet, Filter, Pasted, pasted};
pub(crate) use self::row::{Moved, Ref, RowData, read_refs, redacted, write_refs};
use self::row::{read_head, read_moves, read_places, summary_of};
pub use self::sorting::{Sort, SortBy};
pub use self::sums::{Counts, Sums};
use self::tallies::{Ids, Tallies};
use crate::codec::{Damaged, Reader, Writer};

/// Rows per chunk of a checkpoint.
const CHUNK: usize = 1_000;

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
    /// Who moved goods, and what was known then.
    movers: Movers,
    data: Box<[u8]>,
}

impl Row {
    /// Whether it counts for nothing: not confirmed yet, or not any more.
    fn comes_to_nothing(&self) -> bool {
        let status = Status::ALL.get(usize::from(self.status));
        matches!(status, Some(Status::Draft | Status::Cancelled | Status::Closed) | None)
    }
    /// What is held of its buyer's money, minor units: of a draft, too.
    fn received(&self) -> i64 {
        let status = Status::ALL.get(usize::from(self.status));
        status.map_or(0, |status| domain::order::received(*status, self.total, self.balance))
    }
    /// What its buyer owes, minor units.
    fn owed(&self) -> i64 {
        if self.comes_to_nothing() { 0 } else { self.balance.max(0) }
    }
}

/// The movements of a row in brief, for passing over those that a count knew of and those that knew of it.
#[derive(Clone, Copy, Debug)]
struct Movers {
    /// Their device, as a number of `ids`; 0: several.
    device: u32,
    /// The least that one of them had seen.
    seen: u32,
    /// The last in the log: its sequence, or, made here, its count.
    last: Option<(bool, u32)>,
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
        let mut reader = Reader::new(data);
        let head = read_head(&mut reader)?;
        let movers = self.movers(&head, &mut reader)?;
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
            movers,
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
    pub(crate) fn duplicate_numbers(&self) -> Vec<(OrderNumber, Vec<Uuid>)> {
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
    fn find(&self, search: &str, alike: &[String]) -> Option<Vec<bool>> {
        if let Some(numbers) = pasted(search) {
            return Some(self.find_any(&numbers).0);
        }
        // Each word in all the ways in which it may be written.
        let mut words: Vec<Vec<Vec<u8>>> = search.split_whitespace().map(|word| written(word, alike)).collect();
        // The longest first: it is the rarest.
        let length = |ways: &Vec<Vec<u8>>| ways.first().map(Vec::len);
        if let Some(longest) = (0..words.len()).max_by_key(|at| words.get(*at).and_then(length)) {
            words.swap(0, longest);
        }
        let (first, others) = words.split_first()?;
        let mut found = vec![false; self.rows.len()];
        let others: Vec<Vec<Finder<'_>>> = others.iter().map(|ways| ways.iter().map(Finder::new).collect()).collect();
        for way in first {
            self.mark(&Finder::new(way), &others, &mut found);
        }
        Some(found)
    }

    /// Marks the rows in which a word is found, and one of the ways of each of the others.
    fn mark(&self, finder: &Finder<'_>, others: &[Vec<Finder<'_>>], found: &mut [bool]) {
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
                && others.iter().all(|ways| ways.iter().any(|way| way.find(text).is_some()))
                && let Some(slot) = found.get_mut(at as usize)
            {
                *slot = true;
            }
            segment += 1;
            from = self.segments.get(segment).map_or(self.haystack.len(), |(start, _)| *start as usize);
        }
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

/// As many ways of writing a word are tried; the first is as it was typed.
const WAYS: usize = 32;

/// In which ways a word may be written, each in lower case, where these characters are alike. What is called out of an
/// order's number is one of them.
fn written(word: &str, alike: &[String]) -> Vec<Vec<u8>> {
    let mut ways = vec![String::new()];
    for c in word.chars() {
        let group = alike.iter().find(|group| group.contains(c));
        let mut all: Vec<char> =
            group.map(|group| group.chars().filter(|other| *other != c).collect()).unwrap_or_default();
        all.insert(0, c);
        if all.len() * ways.len() > WAYS {
            all.truncate(1);
        }
        let more = all.iter().flat_map(|c| ways.iter().map(move |way| format!("{way}{c}")));
        ways = more.collect();
    }
    let lower = |way: &String| {
        let mut lower = Vec::with_capacity(way.len());
        push_lower(&mut lower, way);
        lower
    };
    ways.iter().chain(&OrderNumber::ending(word)).map(lower).collect()
}

/// Appends a text in lower case and plain signs. Most of it has none (digits, Chinese) or is ASCII.
fn push_lower(into: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        into.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
        return;
    }
    let mut buffer = [0; 4];
    for c in text.chars() {
        if c.is_ascii() {
            into.push((c as u8).to_ascii_lowercase());
        } else if c != '\u{3000}' && ('\u{2e80}'..='\u{d7ff}').contains(&c) {
            into.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        } else {
            for lower in domain::search::plain(c).into_iter().flat_map(char::to_lowercase) {
                into.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests;
