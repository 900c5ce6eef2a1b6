//! Which orders a list shows: the filter that a page asks with, and how its rows are found among all of them.

use domain::order::{Badge, Badges, Delivery, Method, Status};
use uuid::Uuid;

use super::{Counts, Index, Row, Sort, push_lower, range};

/// A trait that an order has or has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facet {
    /// It has this badge.
    Badge(Badge),
    /// Its sales channel is this one, by key.
    Channel(String),
    /// Its category is this one.
    Category(String),
    /// The buyer means to pay like this.
    Method(Method),
    /// This tablet began it.
    Device(Uuid),
    /// This person began it.
    Actor(Uuid),
    /// It is this customer's.
    Customer(Uuid),
    /// It has this label.
    Label(String),
    /// The goods reach the buyer like this.
    Delivery(Delivery),
}

/// Which orders a list shows. All that is named must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those in one of these states; none named: in any.
    pub status: Vec<Status>,
    /// Only those with these traits. Traits of the same kind are alternatives: either of two channels, and this label.
    pub only: Vec<Facet>,
    /// Only those placed then or later, milliseconds since 1970.
    pub placed_from_ms: Option<i64>,
    /// Only those placed before this, milliseconds since 1970.
    pub placed_before_ms: Option<i64>,
    /// Only those that come to this or more, minor units.
    pub total_from: Option<i64>,
    /// Only those that come to this or less, minor units.
    pub total_to: Option<i64>,
    /// Only those whose buyer owes something.
    pub owed: bool,
    /// Only carts that were put aside at the counter.
    pub parked: bool,
    /// Only those in whose number, name, phone, items, tracking numbers or note every one of these words is found. Two
    /// or more whole numbers (of orders, parcels, phones) ask for those that have any of them: [`pasted`].
    pub search: String,
    /// Characters of the search that are written in several ways, each with all of them: 龙龍.
    pub alike: Vec<String>,
    /// In which order they come.
    pub sort: Sort,
}

impl Filter {
    /// Only orders with this trait.
    pub fn of(facet: Facet) -> Self {
        Self { only: vec![facet], ..Self::default() }
    }

    /// All that holds beside the state, in whichever order.
    fn in_any_state(&self) -> Self {
        Self { status: Vec::new(), sort: Sort::default(), ..self.clone() }
    }

    fn names(&self, badge: Badge) -> bool {
        self.only.contains(&Facet::Badge(badge))
    }
}

/// What was asked for with many numbers at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// How many numbers there are.
    pub asked: usize,
    /// Those that no order has, as they were typed.
    pub missing: Vec<String>,
}

/// The numbers of a search that is nothing but whole numbers, two or more of them: order numbers, tracking numbers,
/// phones, with spaces, commas or lines between. `None`: words to be found together.
pub fn pasted(search: &str) -> Option<Vec<String>> {
    let mut numbers: Vec<String> = Vec::new();
    let plain: String = search.chars().filter_map(domain::search::plain).collect();
    for part in plain.split([',', '，', '、', ';', '；', '|', '\n', '\r', '\t']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let joined: String = words.concat();
        if words.iter().all(|word| is_number(word)) {
            numbers.extend(words.into_iter().map(str::to_owned));
        } else if joined.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+')) && is_number(&joined) {
            // A phone with spaces in it.
            numbers.push(joined);
        } else {
            return None;
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    (numbers.len() > 1).then_some(numbers)
}

/// Long enough, and digits enough, to be a whole number and no word.
fn is_number(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits >= 7 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+'))
}

/// How a number may stand in a row: as it was typed; a phone without dashes, with or without the country.
fn forms(number: &str) -> Vec<Vec<u8>> {
    let mut typed = Vec::new();
    push_lower(&mut typed, number);
    let mut digits: Vec<u8> = typed.iter().copied().filter(|byte| *byte != b'-').collect();
    if let Some(rest) = digits.strip_prefix(b"+86") {
        digits = rest.to_vec();
    }
    let mut all = vec![typed];
    if digits.iter().all(u8::is_ascii_digit) {
        all.push([b"+86", digits.as_slice()].concat());
        all.push(digits);
    }
    all
}

/// The filter, in the index's own small numbers: nothing of a row has to be read for it.
struct Sieve<'a> {
    filter: &'a Filter,
    /// By kind of trait, which are let through.
    kinds: Vec<(Kind, Vec<u32>)>,
    found: Option<Vec<bool>>,
    now_ms: i64,
    unsent: &'a [Uuid],
    /// The rows that were promised what there is not enough of, sorted.
    oversold: Vec<u32>,
}

/// A kind of trait; the first six are places in [`Row::facets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Channel,
    Category,
    Method,
    Device,
    Actor,
    Customer,
    Label,
    Delivery,
    Badge,
}

impl Sieve<'_> {
    fn lets(&self, row: &Row, at: u32) -> bool {
        let filter = self.filter;
        row.visible
            && self.found.as_ref().is_none_or(|found| found.get(at as usize).copied().unwrap_or(false))
            && filter.placed_from_ms.is_none_or(|from| row.placed_ms >= from)
            && filter.placed_before_ms.is_none_or(|before| row.placed_ms < before)
            && filter.total_from.is_none_or(|from| row.total >= from)
            && filter.total_to.is_none_or(|to| row.total <= to)
            && (!filter.owed || row.owed() > 0)
            && (!filter.parked || row.parked)
            && self.kinds.iter().all(|(kind, any)| any.iter().any(|value| self.has(row, at, *kind, *value)))
    }

    fn has(&self, row: &Row, at: u32, kind: Kind, value: u32) -> bool {
        match kind {
            Kind::Label => row.labels.contains(&value),
            Kind::Delivery => u32::from(row.delivery) == value,
            Kind::Badge => match Badge::ALL.get(value as usize) {
                Some(Badge::Overdue) => row.due_ms.is_some_and(|due| due < self.now_ms),
                Some(Badge::Conflict) => row.conflicts > 0,
                Some(Badge::Oversold) => self.oversold.binary_search(&at).is_ok(),
                Some(Badge::NotSent) => self.unsent.binary_search(&row.id).is_ok(),
                Some(badge) => Badges(row.badges).has(*badge),
                None => false,
            },
            slot @ (Kind::Channel | Kind::Category | Kind::Method | Kind::Device | Kind::Actor | Kind::Customer) => {
                row.facets.get(slot as usize) == Some(&value)
            }
        }
    }
}

/// What a list asks.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) filter: &'a Filter,
    /// Now, milliseconds since 1970: for what is overdue.
    pub(crate) now_ms: i64,
    /// The orders of which something is not sent, sorted: filled only where the filter asks for them.
    pub(crate) unsent: Vec<Uuid>,
    /// The variants of which more is promised than there is: filled only where the filter asks for them, or counts do.
    pub(crate) short: Vec<(Uuid, u32)>,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(
        filter: &'a Filter,
        now_ms: i64,
        unsent: impl FnOnce() -> Vec<Uuid>,
        short: impl FnOnce() -> Vec<(Uuid, u32)>,
    ) -> Self {
        // Where it makes no difference, a list is the same at any time.
        let now_ms = if filter.names(Badge::Overdue) { now_ms } else { 0 };
        let unsent = if filter.names(Badge::NotSent) { unsent() } else { Vec::new() };
        let short = if filter.names(Badge::Oversold) { short() } else { Vec::new() };
        Self { filter, now_ms, unsent, short }
    }
}

/// The rows of the last filter, so that scrolling through them costs nothing. Holds as long as no row has changed.
#[derive(Debug, Default)]
pub(super) struct Matching {
    version: u64,
    filter: Filter,
    now_ms: i64,
    unsent: Vec<Uuid>,
    short: Vec<(Uuid, u32)>,
    /// What is left in any state, newest first.
    in_any_state: Vec<u32>,
    /// Of these states only, in this order.
    rows: Vec<u32>,
    status: Vec<Status>,
    sort: Sort,
}

impl Index {
    /// The rows that match, to look at.
    pub(super) fn matching<T>(&self, ask: &Ask<'_>, look: impl FnOnce(&Matching) -> T) -> T {
        let mut kept = self.matching.borrow_mut();
        let general = ask.filter.in_any_state();
        let holds = kept.version == self.version
            && (kept.now_ms, &kept.unsent, &kept.filter) == (ask.now_ms, &ask.unsent, &general)
            && (!general.names(Badge::Oversold) || kept.short == ask.short);
        if !holds {
            let sieve = Sieve {
                filter: &general,
                kinds: self.kinds(&general.only),
                found: self.find(&general.search, &general.alike),
                now_ms: ask.now_ms,
                unsent: &ask.unsent,
                oversold: if general.names(Badge::Oversold) { self.promised(&ask.short) } else { Vec::new() },
            };
            let lets = |at: &u32| self.rows.get(*at as usize).is_some_and(|row| sieve.lets(row, *at));
            kept.in_any_state.clear();
            kept.in_any_state.extend(self.order.iter().rev().copied().filter(lets));
            kept.version = self.version;
            kept.now_ms = ask.now_ms;
            kept.unsent.clone_from(&ask.unsent);
            kept.short.clone_from(&ask.short);
        }
        if !holds || (&kept.status, kept.sort) != (&ask.filter.status, ask.filter.sort) {
            let Matching { in_any_state, rows, status, sort, .. } = &mut *kept;
            status.clone_from(&ask.filter.status);
            *sort = ask.filter.sort;
            let wanted: u16 = status.iter().fold(0, |wanted, status| wanted | 1 << *status as u16);
            let lets = |at: &u32| {
                wanted == 0 || self.rows.get(*at as usize).is_some_and(|row| wanted & 1 << u16::from(row.status) != 0)
            };
            rows.clear();
            rows.extend(in_any_state.iter().copied().filter(lets));
            self.sort_rows(rows, *sort);
        }
        kept.filter = general;
        look(&kept)
    }

    /// The traits in the index's own numbers. One that no row ever had lets none through.
    fn kinds(&self, only: &[Facet]) -> Vec<(Kind, Vec<u32>)> {
        let mut kinds: Vec<(Kind, Vec<u32>)> = Vec::new();
        for facet in only {
            let (kind, value) = self.kind_of(facet);
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, values)) => values.push(value),
                None => kinds.push((kind, vec![value])),
            }
        }
        kinds
    }

    fn kind_of(&self, facet: &Facet) -> (Kind, u32) {
        match facet {
            Facet::Badge(badge) => (Kind::Badge, *badge as u32),
            Facet::Delivery(delivery) => (Kind::Delivery, *delivery as u32),
            Facet::Channel(key) => (Kind::Channel, self.names.known(key)),
            Facet::Category(name) => (Kind::Category, self.names.known(name)),
            Facet::Method(method) => (Kind::Method, self.names.known(method.key())),
            Facet::Label(label) => (Kind::Label, self.names.known(label)),
            Facet::Device(id) => (Kind::Device, self.ids.known(*id)),
            Facet::Actor(id) => (Kind::Actor, self.ids.known(*id)),
            Facet::Customer(id) => (Kind::Customer, self.ids.known(*id)),
        }
    }

    /// How many of what the filter leaves in any state are in each.
    pub(crate) fn counts_of(&self, ask: &Ask<'_>, now_ms: i64) -> Counts {
        let oversold = self.promised(&ask.short);
        self.matching(ask, |matching| {
            let mut counts = Counts::default();
            for (at, row) in matching.in_any_state.iter().filter_map(|at| Some((at, self.rows.get(*at as usize)?))) {
                counts.oversold += usize::from(oversold.binary_search(at).is_ok());
                if let Some(count) = counts.by_status.get_mut(usize::from(row.status)) {
                    *count += 1;
                }
                counts.ask_for(row, now_ms);
                counts.conflicted += usize::from(row.conflicts > 0);
            }
            counts
        })
    }

    /// The traits that a person can choose from, each with how many orders have it: channels, categories, methods,
    /// tablets, people and labels; the most frequent first.
    pub(crate) fn in_use(&self) -> Vec<(Facet, usize)> {
        let mut by_name = vec![[0_usize; 4]; self.names.all.len()];
        let mut by_id = vec![[0_usize; 2]; self.ids.all.len()];
        for row in self.rows.iter().filter(|row| row.visible) {
            let [channel, category, method, device, actor, _] = row.facets;
            for (kind, name) in [channel, category, method].into_iter().enumerate() {
                step(&mut by_name, name, kind);
            }
            row.labels.iter().for_each(|label| step(&mut by_name, *label, 3));
            step(&mut by_id, device, 0);
            step(&mut by_id, actor, 1);
        }
        let mut all = Vec::new();
        for (name, [channels, categories, methods, labels]) in self.names.all.iter().zip(by_name) {
            let name = || name.to_string();
            all.push((Facet::Channel(name()), channels));
            all.push((Facet::Category(name()), categories));
            all.push((Facet::Method(Method::from(name())), methods));
            all.push((Facet::Label(name()), labels));
        }
        for (id, [devices, actors]) in self.ids.all.iter().zip(by_id) {
            all.push((Facet::Device(*id), devices));
            all.push((Facet::Actor(*id), actors));
        }
        all.retain(|(_, count)| *count > 0);
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all
    }

    /// Which numbers of a paste no order has; `None` where the search is no paste.
    pub(crate) fn pasted(&self, search: &str) -> Option<Pasted> {
        let numbers = pasted(search)?;
        let (_, seen) = self.find_any(&numbers);
        let asked = numbers.len();
        let missing = numbers.into_iter().zip(seen).filter(|(_, seen)| !seen).map(|(number, _)| number).collect();
        Some(Pasted { asked, missing })
    }

    /// Which rows have any of these numbers, and which of the numbers a shown row has.
    pub(super) fn find_any(&self, numbers: &[String]) -> (Vec<bool>, Vec<bool>) {
        let mut wanted: Vec<(Vec<u8>, usize)> = Vec::new();
        for (number, nth) in numbers.iter().zip(0..) {
            wanted.extend(forms(number).into_iter().map(|form| (form, nth)));
        }
        wanted.sort_unstable();
        let lengths = wanted.iter().map(|(form, _)| form.len());
        let (shortest, longest) = (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0));
        let mut found = vec![false; self.rows.len()];
        let mut seen = vec![false; numbers.len()];
        for (row, slot) in self.rows.iter().zip(&mut found) {
            let text = self.haystack.get(range(row.text)).unwrap_or_default();
            let tokens = text.split(|byte| matches!(byte, b'\n' | b' '));
            for token in tokens.filter(|token| (shortest..=longest).contains(&token.len())) {
                // Several numbers may have the same form: a phone with its country and without.
                let first = wanted.partition_point(|(form, _)| form.as_slice() < token);
                for (_, nth) in wanted.iter().skip(first).take_while(|(form, _)| form == token) {
                    *slot = true;
                    if row.visible
                        && let Some(seen) = seen.get_mut(*nth)
                    {
                        *seen = true;
                    }
                }
            }
        }
        (found, seen)
    }
}

/// Counts a number, from 1, once more in a column.
fn step<const COLUMNS: usize>(table: &mut [[usize; COLUMNS]], number: u32, column: usize) {
    let line = (number as usize).checked_sub(1).and_then(|at| table.get_mut(at));
    if let Some(count) = line.and_then(|line| line.get_mut(column)) {
        *count += 1;
    }
}

impl Matching {
    /// The rows, in the list's order.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }
}
