//! What is summed up over all orders as rows come and go: what they take of the stock, and what customers bought.

use domain::order::StockUse;
use uuid::Uuid;

use super::{ById, Index, Names, Row, Sums};

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

    /// The orders that have promised something of a product, newest first.
    pub(crate) fn using(&self, product: Uuid) -> Vec<Uuid> {
        let rows = self.order.iter().rev().filter_map(|at| self.rows.get(*at as usize));
        let promises = |row: &&Row| {
            let summary = if row.reserves { self.summary(row.id) } else { None };
            summary.is_some_and(|summary| summary.uses.iter().any(|it| it.product == product && it.reserved > 0))
        };
        rows.filter(promises).map(|row| row.id).collect()
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
