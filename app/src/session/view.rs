//! What pages read of the shop's orders: one order, a page of the list, counts.

use std::ops::Deref;
use std::sync::Arc;

use domain::Day;
use domain::order::{Badge, Summary};
use uuid::Uuid;

/// Something that is read from the disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Load<T> {
    /// It is being read.
    #[default]
    Pending,
    /// There is no such thing.
    Missing,
    /// Here it is.
    Ready(T),
}

impl<T> From<Option<T>> for Load<Arc<T>> {
    fn from(read: Option<T>) -> Self {
        read.map_or(Self::Missing, |thing| Self::Ready(Arc::new(thing)))
    }
}

impl<T> Load<T> {
    /// The thing, where it is there.
    pub fn there(self) -> Option<T> {
        match self {
            Self::Ready(thing) => Some(thing),
            Self::Pending | Self::Missing => None,
        }
    }
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
    /// The shop's day; `None`: the list is not sorted by time, and this is all of it.
    pub day: Option<Day>,
    /// How many orders of the list come before its first.
    pub first: usize,
    /// How many orders of the list it has.
    pub orders: usize,
    /// How many of them count in what they come to: drafts and cancelled ones do not.
    pub counted: usize,
    /// What they come to, minor units.
    pub minor: i64,
}

/// What a list is about, whichever part of it is in sight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// How many orders it has.
    pub total: usize,
    /// Its days, in its order.
    pub days: Vec<DaySum>,
    /// How many there would be in each state, were no state asked for.
    pub counts: replica::Counts,
}

/// How many orders there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In every state.
    pub all: usize,
    /// What asks to be looked after, and how many of each there are.
    pub to_do: Vec<(Badge, usize)>,
}

/// A tablet of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// Its two-character code.
    pub code: String,
    /// What the shop calls it; empty where it has only its code.
    pub name: String,
    /// It is this one.
    pub here: bool,
}
