//! The order of a list's rows: by time, as the index keeps them, or by something else that they show.

use super::{Index, Row, range};

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// When it was placed.
    #[default]
    Time,
    /// Its number, as text: by day, then by tablet.
    Number,
    /// The buyer's name, letter by letter.
    Buyer,
    /// What it comes to.
    Total,
    /// What its buyer owes.
    Owed,
    /// When it is to be paid.
    Due,
}

/// The order of a list. What has nothing to sort by comes last either way; of equals, the newest is first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// The least, or the oldest, first.
    pub ascending: bool,
}

impl Row {
    /// What it is sorted by: a number, or the first letters in a number and then the whole text.
    fn key<'a>(&self, by: SortBy, haystack: &'a [u8]) -> Option<(u128, &'a [u8])> {
        let figure = |value: i64| (u128::from(value.abs_diff(i64::MIN)), &[][..]);
        let text = |from: usize, length: u16| {
            let text = haystack.get(range(self.text))?.get(from..from + usize::from(length))?;
            let mut first = [0; 16];
            first.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
            (!text.is_empty()).then_some((u128::from_be_bytes(first), text))
        };
        let [number, name] = self.lengths;
        match by {
            SortBy::Time => Some(figure(self.placed_ms)),
            SortBy::Number => text(0, number),
            // There is a line break between them.
            SortBy::Buyer => text(usize::from(number) + usize::from(number > 0), name),
            SortBy::Total => Some(figure(self.total)),
            SortBy::Owed => Some(self.owed()).filter(|owed| *owed > 0).map(figure),
            SortBy::Due => self.due_ms.map(figure),
        }
    }
}

impl Index {
    /// Puts rows, the newest first so far, into another order.
    pub(super) fn sort_rows(&self, rows: &mut Vec<u32>, Sort { by, ascending }: Sort) {
        if (by, ascending) == (SortBy::Time, false) {
            return;
        }
        let mut keyed = Vec::with_capacity(rows.len());
        let mut last = Vec::new();
        for (place, at) in (0_u32..).zip(rows.iter().copied()) {
            match self.rows.get(at as usize).and_then(|row| row.key(by, &self.haystack)) {
                Some(key) => keyed.push((key, place, at)),
                None => last.push(at),
            }
        }
        keyed.sort_unstable_by(|a, b| {
            let by_key = if ascending { a.0.cmp(&b.0) } else { b.0.cmp(&a.0) };
            by_key.then(a.1.cmp(&b.1))
        });
        rows.clear();
        rows.extend(keyed.into_iter().map(|(.., at)| at));
        rows.append(&mut last);
    }
}
