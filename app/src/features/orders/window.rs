//! Which part of a long list is drawn: rows of one height under headings of one height, so that where each of a
//! hundred thousand lies is known without drawing it.

use std::ops::Range;

use crate::session::{DaySum, Listing};

/// Rows that are drawn before the first in sight, for a finger that is quick.
const BEFORE: usize = 12;
/// Rows that are drawn after it, beyond a screenful.
const AFTER: usize = 28;
/// Rows that are drawn before and after those in sight where another part was in sight a moment ago.
const AROUND: usize = 2;
/// The part moves on by so many rows at once.
const STEP: usize = 4;

/// How high things are, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heights {
    /// A row.
    pub row: i32,
    /// The heading of a day.
    pub head: i32,
}

fn px(count: usize, each: i32) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(i64::from(each))
}

impl Heights {
    /// All of the list.
    pub fn whole(self, listing: &Listing) -> i64 {
        px(listing.total, self.row) + px(listing.days.len(), self.head)
    }

    /// Where a row begins.
    pub fn top_of(self, listing: &Listing, row: usize) -> i64 {
        let heads = listing.days.partition_point(|day| day.first <= row);
        px(row, self.row) + px(heads, self.head)
    }

    /// The row that lies there, or the first below.
    pub fn row_at(self, listing: &Listing, top: i64) -> usize {
        let mut left = top.max(0);
        for DaySum { first, orders, .. } in &listing.days {
            left -= i64::from(self.head);
            if left < px(*orders, self.row) {
                return first + usize::try_from(left.max(0) / i64::from(self.row.max(1))).unwrap_or(0);
            }
            left -= px(*orders, self.row);
        }
        listing.total.saturating_sub(1)
    }

    /// The rows to draw where `view` pixels from `top` are in sight; out of sight there are many only `debounced`.
    pub fn part(self, listing: &Listing, top: i64, view: i32, debounced: bool) -> Range<usize> {
        let (before, after) = if debounced { (BEFORE, AFTER) } else { (AROUND, AROUND) };
        let start = self.row_at(listing, top).saturating_sub(before) / STEP * STEP;
        let screenful = usize::try_from(view / self.row.max(1)).unwrap_or(0);
        start..listing.total.min(start + before + STEP + screenful + after)
    }

    /// What is left out above and below a part. Above it stands the heading of its first row's day, in its own place
    /// or in that of the row before.
    pub fn around(self, listing: &Listing, part: &Range<usize>) -> (i64, i64) {
        if part.is_empty() {
            return (0, 0);
        }
        let above = self.top_of(listing, part.start) - i64::from(self.head);
        let end = self.top_of(listing, part.end.saturating_sub(1)) + i64::from(self.row);
        (above.max(0), (self.whole(listing) - end).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEIGHTS: Heights = Heights { row: 76, head: 30 };

    fn listing(orders: &[usize]) -> Listing {
        let mut listing = Listing::default();
        for count in orders {
            let day = Some(domain::Day::default());
            listing.days.push(DaySum { day, first: listing.total, orders: *count, counted: *count, minor: 0 });
            listing.total += count;
        }
        listing
    }

    #[test]
    fn a_row_is_found_where_it_lies() {
        let listing = listing(&[1, 40, 3, 100_000, 7]);
        for row in [0, 1, 2, 40, 41, 44, 99_000, 100_050] {
            let top = HEIGHTS.top_of(&listing, row);
            assert_eq!(HEIGHTS.row_at(&listing, top), row);
            assert_eq!(HEIGHTS.row_at(&listing, top + 75), row);
        }
        assert_eq!(HEIGHTS.row_at(&listing, -5), 0);
        assert_eq!(HEIGHTS.row_at(&listing, i64::MAX), 100_050);
        assert_eq!(HEIGHTS.row_at(&Listing::default(), 9), 0);
    }

    #[test]
    fn what_is_drawn_and_what_is_left_out_make_the_whole() {
        let listing = listing(&[1, 40, 3, 100_000, 7]);
        let whole = HEIGHTS.whole(&listing);
        for (top, debounced) in (0..whole).step_by(9_973).zip([true, false].into_iter().cycle()) {
            let part = HEIGHTS.part(&listing, top, 800, debounced);
            assert!(part.len() <= if debounced { 60 } else { 20 }, "few are drawn: {part:?}");
            let seen = HEIGHTS.row_at(&listing, top)..=HEIGHTS.row_at(&listing, top + 800);
            assert!(part.contains(seen.start()) && part.contains(seen.end()), "all in sight is drawn");
            let (above, below) = HEIGHTS.around(&listing, &part);
            let heads = listing.days.iter().filter(|day| part.start < day.first && day.first < part.end).count() + 1;
            assert_eq!(above + px(part.len(), 76) + px(heads, 30) + below, whole);
        }
        assert_eq!(HEIGHTS.around(&Listing::default(), &(0..0)), (0, 0));
    }
}
