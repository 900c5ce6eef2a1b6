//! What is summed up over all orders as rows come and go: what they take of the stock, and what customers bought.

use domain::Meta;
use domain::order::StockUse;
use uuid::Uuid;

use super::row::Head;
use super::{ById, Index, Moved, Movers, Names, Row, Sums, read_head, read_moves, read_places};
use crate::codec::{Damaged, Reader};
use crate::entry::Place;

/// Ids in small numbers, from 1; 0 is none.
#[derive(Debug, Default)]
pub(super) struct Ids {
    at: ById<u32>,
    pub(super) all: Vec<Uuid>,
}

impl Ids {
    /// The number of an id, which may be new.
    pub(super) fn number(&mut self, id: Uuid) -> u32 {
        if let Some(number) = self.at.get(&id) {
            return *number;
        }
        self.all.push(id);
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.at.insert(id, number);
        number
    }
    /// The number of an id; one that nothing has where it was never seen.
    pub(super) fn known(&self, id: Uuid) -> u32 {
        self.at.get(&id).copied().unwrap_or(u32::MAX)
    }
}

impl Names {
    /// The number of a name, which may be new; no name has 0.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if name.is_empty() {
            return 0;
        }
        if let Some(number) = self.at.get(name) {
            return *number;
        }
        self.all.push(name.into());
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.at.insert(name.into(), number);
        number
    }
    /// The number of a name; one that nothing has where it was never seen.
    pub(super) fn known(&self, name: &str) -> u32 {
        if name.is_empty() { 0 } else { self.at.get(name).copied().unwrap_or(u32::MAX) }
    }
}

/// What all orders take of one variant: reserved and left.
type Taken = (u32, i64, i64);

/// By the number of an id, from 1.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    /// Of a product, by variant.
    stock: Vec<Vec<Taken>>,
    /// The rows that take or took of a product's stock.
    used: Vec<Vec<u32>>,
    /// The rows of a customer.
    bought: Vec<Vec<u32>>,
}

fn slot<T: Default>(all: &mut Vec<T>, number: u32) -> Option<&mut T> {
    let at = (number as usize).checked_sub(1)?;
    if all.len() <= at {
        all.resize_with(at + 1, T::default);
    }
    all.get_mut(at)
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Index {
    /// Adds what a row takes of the stock, or takes it out again. Sums wrap, so that out is ever the inverse of in.
    pub(super) fn tally(&mut self, uses: &[StockUse], more: bool) {
        for it in uses {
            let number = self.ids.number(it.product);
            let Some(variants) = slot(&mut self.tallies.stock, number) else { continue };
            let at = variants.iter().position(|(variant, ..)| *variant == it.variant).unwrap_or(variants.len());
            if at == variants.len() {
                variants.push((it.variant, 0, 0));
            }
            let Some((_, reserved, left)) = variants.get_mut(at) else { continue };
            let sign = if more { 1 } else { -1 };
            *reserved = reserved.wrapping_add(it.reserved.wrapping_mul(sign));
            *left = left.wrapping_add(it.left.wrapping_mul(sign));
        }
    }

    /// A row's customer is another one.
    pub(super) fn moved(&mut self, row: u32, from: u32, to: u32) {
        if from == to {
            return;
        }
        if let Some(rows) = slot(&mut self.tallies.bought, from) {
            rows.retain(|at| *at != row);
        }
        if let Some(rows) = slot(&mut self.tallies.bought, to) {
            rows.push(row);
        }
    }

    /// What all orders take of a variant: promised and not left yet, and left.
    pub(crate) fn stock(&self, product: Uuid, variant: u32) -> (i64, i64) {
        let at = (self.ids.known(product) as usize).checked_sub(1);
        let variants = at.and_then(|at| self.tallies.stock.get(at));
        let taken = variants.and_then(|all| all.iter().find(|(of, ..)| *of == variant));
        taken.map_or((0, 0), |(_, reserved, left)| (*reserved, *left))
    }

    /// The variants of a product of which orders take or took something.
    pub(crate) fn taken_variants(&self, product: Uuid) -> impl Iterator<Item = u32> {
        let at = (self.ids.known(product) as usize).checked_sub(1);
        at.and_then(|at| self.tallies.stock.get(at)).into_iter().flatten().map(|(variant, ..)| *variant)
    }

    /// A row takes of other products than before.
    pub(super) fn uses(&mut self, row: u32, before: &[StockUse], after: &[StockUse]) {
        for it in before {
            let number = self.ids.number(it.product);
            // Most often it is the same product, and the row stays where it is.
            if !after.iter().any(|of| of.product == it.product)
                && let Some(rows) = slot(&mut self.tallies.used, number)
            {
                rows.retain(|at| *at != row);
            }
        }
        for (nth, it) in after.iter().enumerate() {
            let number = self.ids.number(it.product);
            let known = before.iter().chain(after.iter().take(nth)).any(|of| of.product == it.product);
            if !known && let Some(rows) = slot(&mut self.tallies.used, number) {
                rows.push(row);
            }
        }
    }

    /// The rows that take or took of a product's stock, with what they take of it.
    fn rows_using(&self, product: Uuid) -> impl Iterator<Item = (u32, &Row, Vec<StockUse>)> {
        let at = (self.ids.known(product) as usize).checked_sub(1);
        let rows = at.and_then(|at| self.tallies.used.get(at)).map_or(&[][..], Vec::as_slice);
        rows.iter().filter_map(move |at| {
            let row = self.rows.get(*at as usize)?;
            let mut uses = read_head(&mut Reader::new(&row.data)).ok()?.uses;
            uses.retain(|it| it.product == product);
            Some((*at, row, uses))
        })
    }

    /// The movements of a row in brief. `reader` stands behind its head.
    pub(super) fn movers(&mut self, head: &Head<'_>, reader: &mut Reader<'_>) -> Result<Movers, Damaged> {
        let mut movers = Movers { device: 0, seen: u32::MAX, last: None };
        if head.uses.iter().all(|of| of.moved_ms == 0) {
            return Ok(movers);
        }
        let places = read_places(reader)?;
        for (nth, it) in read_moves(reader, head)?.iter().enumerate() {
            let device = self.ids.number(it.device);
            movers.device = if nth == 0 || movers.device == device { device } else { 0 };
            movers.seen = movers.seen.min(narrow(it.seen));
            let here = match places.get(it.at as usize) {
                Some(Place::Own(counter)) => (true, narrow(*counter)),
                Some(Place::Log(_, seq)) => (false, narrow(*seq)),
                None => return Err(Damaged),
            };
            movers.last = Some(match movers.last {
                Some((own, last)) if own == here.0 => (own, last.max(here.1)),
                // Some of each: looked at more closely.
                Some(_) => (false, u32::MAX),
                None => here,
            });
        }
        Ok(movers)
    }

    /// What moved of a product's variant with orders and may be neither known to a count nor have known of it: the
    /// order, what moved, and where its event lies. `count` is that count, `is_own` where it was made here; `seq_of` tells
    /// the sequence of an own event.
    pub(crate) fn moved_beside(
        &self,
        (product, variant): (Uuid, u32),
        (count, is_own): (&Meta, bool),
        seq_of: impl Fn(u64) -> Option<u64>,
    ) -> Vec<(Uuid, Moved, Place)> {
        let at = (self.ids.known(product) as usize).checked_sub(1);
        let rows = at.and_then(|at| self.tallies.used.get(at)).map_or(&[][..], Vec::as_slice);
        let device = self.ids.known(count.device);
        let mut found = Vec::new();
        for row in rows.iter().filter_map(|at| self.rows.get(*at as usize)) {
            let Movers { device: by, seen, last: Some((own, last)) } = row.movers else { continue };
            let knew = count.seq.is_some_and(|seq| u64::from(seen) >= seq && seen != u32::MAX);
            let last = if own { seq_of(u64::from(last)) } else { Some(u64::from(last)) };
            let known = last.is_some_and(|last| last <= count.seen);
            // Elsewhere a device and its copy may have gone by one name.
            let same = by == device && own && is_own;
            if same || knew || known {
                continue;
            }
            let mut reader = Reader::new(&row.data);
            // Rows are checked when they come in.
            let read = || {
                let head = read_head(&mut reader)?;
                let places = read_places(&mut reader)?;
                Ok::<_, Damaged>((places, read_moves(&mut reader, &head)?))
            };
            let Ok((places, moves)) = { read }() else { continue };
            let of = moves.into_iter().filter(|it| (it.product, it.variant) == (product, variant));
            found.extend(of.filter_map(|it| Some((row.id, it, *places.get(it.at as usize)?))));
        }
        found
    }

    /// The orders that have promised something of a product, newest first.
    pub(crate) fn using(&self, product: Uuid) -> Vec<Uuid> {
        let promises = |uses: &[StockUse]| uses.iter().any(|it| it.reserved > 0);
        let rows = self.rows_using(product).filter(|(_, row, uses)| row.reserves && promises(uses));
        let mut found: Vec<(i64, Uuid)> = rows.map(|(_, row, _)| (row.placed_ms, row.id)).collect();
        found.sort_unstable();
        found.into_iter().rev().map(|(_, id)| id).collect()
    }

    /// The orders of which something of a product left, or had left and came back, with when that last was: the last
    /// first.
    pub(crate) fn took(&self, product: Uuid) -> Vec<(Uuid, i64)> {
        let last = |uses: &[StockUse]| uses.iter().map(|it| it.moved_ms).max().unwrap_or_default();
        let rows = self.rows_using(product).map(|(_, row, uses)| (last(&uses), row.id));
        let mut found: Vec<(i64, Uuid)> = rows.filter(|(last, _)| *last != 0).collect();
        found.sort_unstable();
        found.into_iter().rev().map(|(last, id)| (id, last)).collect()
    }

    /// The rows that have promised something of any of these variants, sorted.
    pub(super) fn promised(&self, variants: &[(Uuid, u32)]) -> Vec<u32> {
        let mut found = Vec::new();
        for (product, variant) in variants {
            let promises = |uses: &[StockUse]| uses.iter().any(|it| it.variant == *variant && it.reserved > 0);
            let rows = self.rows_using(*product).filter(|(_, row, uses)| row.reserves && promises(uses));
            found.extend(rows.map(|(at, ..)| at));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What a customer's orders come to, and which they are, newest first.
    pub(crate) fn of_customer(&self, customer: Uuid) -> (Sums, Vec<Uuid>) {
        let at = (self.ids.known(customer) as usize).checked_sub(1);
        let rows = at.and_then(|at| self.tallies.bought.get(at)).map_or(&[][..], Vec::as_slice);
        let mut rows: Vec<&Row> = rows.iter().filter_map(|at| self.rows.get(*at as usize)).collect();
        rows.retain(|row| row.visible);
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.placed_ms, row.id)));
        let mut sums = Sums::default();
        rows.iter().for_each(|row| sums.add(row, false));
        (sums, rows.into_iter().map(|row| row.id).collect())
    }
}
