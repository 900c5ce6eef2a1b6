//! How many orders there are, and what they come to.

use domain::order::{Badge, Badges, Status};

use super::Row;

/// How many orders there are, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By state, in the order of [`Status::ALL`].
    pub(super) by_status: [usize; Status::ALL.len()],
    /// Those whose payment is overdue.
    pub overdue: usize,
    /// Orders with conflicts that need a decision.
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
    pub(super) fn ask_for(&mut self, row: &Row, now_ms: i64) {
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
    /// How many of them count in the sums.
    pub counted: usize,
    /// What they come to; drafts and cancelled orders come to nothing, unless a list of just those is asked for.
    pub total: i64,
    /// What buyers still owe.
    pub owed: i64,
    /// What buyers paid and did not get back, in every state: money that was taken for a draft is money.
    pub received: i64,
}

impl Sums {
    /// Counts a row; `whole`: what it comes to counts in every state.
    pub(super) fn add(&mut self, row: &Row, whole: bool) {
        self.orders += 1;
        self.received = self.received.saturating_add(row.received());
        if whole || !row.comes_to_nothing() {
            self.counted += 1;
            self.total = self.total.saturating_add(row.total);
            self.owed = self.owed.saturating_add(row.owed());
        }
    }
}
