//! What pages read of the shop's orders: one order, a page of the list, counts.

use std::ops::Deref;

use domain::Day;
use domain::order::{Status, Summary};
use uuid::Uuid;

/// Something that is read from the disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loaded<T> {
    /// It is being read.
    #[default]
    Reading,
    /// There is no such thing.
    Missing,
    /// Here it is.
    There(T),
}

impl<T> Loaded<T> {
    /// The thing, where it is there.
    pub fn there(self) -> Option<T> {
        match self {
            Self::There(thing) => Some(thing),
            Self::Reading | Self::Missing => None,
        }
    }
}

/// Which orders a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this state.
    pub status: Option<Status>,
    /// Only those in which every word of this is found.
    pub search: String,
}

/// One order in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the list shows of it.
    pub summary: Summary,
    /// Something of it has not been sent yet.
    pub pending: bool,
}

impl Deref for Row {
    type Target = Summary;
    fn deref(&self) -> &Summary {
        &self.summary
    }
}

/// What one day of the list comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySum {
    /// The shop's day.
    pub day: Day,
    /// How many orders of the filter it has, beyond the page too.
    pub orders: usize,
    /// What they come to, minor units.
    pub minor: i64,
}

/// The newest orders of a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// Newest first.
    pub rows: Vec<Row>,
    /// How many the filter finds.
    pub total: usize,
    /// The days of `rows`, newest first.
    pub days: Vec<DaySum>,
}

/// How many orders there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In every state.
    pub all: usize,
    /// Unpaid past their deadline.
    pub overdue: usize,
    /// Conflicts that ask for a person.
    pub conflicts: usize,
    pub(crate) of: Vec<(Status, usize)>,
}

impl Counts {
    /// How many are in a state.
    pub fn of(&self, status: Status) -> usize {
        self.of.iter().find(|(is, _)| *is == status).map_or(0, |(_, count)| *count)
    }
}

/// A tablet of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// Its two-character code.
    pub code: String,
    /// It is this one.
    pub here: bool,
}
