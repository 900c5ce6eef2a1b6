//! What people say of an order as a whole: everything arrived, nothing is left to do; and that this was a mistake.

use super::{APPLIED, Applied, Overrule, Step, Voided, void};
use crate::Event;
use crate::order::event::*;
use crate::order::{Order, VoidReason};

impl Order {
    pub(super) fn delivered(&mut self, at: usize) -> Step {
        if self.delivered.is_some() && self.all_arrived() {
            return void(VoidReason::AlreadyDone);
        }
        self.delivered = Some(at);
        APPLIED
    }

    pub(super) fn completed(&mut self, at: usize) -> Step {
        if self.completed.is_some() {
            void(VoidReason::AlreadyDone)
        } else if self.all_arrived() && self.balance() == 0 && self.cancelled.is_none() {
            self.completed = Some(at);
            APPLIED
        } else {
            void(VoidReason::NotAllowed)
        }
    }

    /// Takes one tablet's mark back. What another tablet said of the same, without knowing of it, then counts.
    pub(super) fn mark_voided(&mut self, at: usize, body: &MarkVoided) -> Step {
        let mut before = self.timeline.iter().take(at);
        let Some(mark) = before.position(|entry| entry.meta.id == body.mark) else {
            return void(VoidReason::NotAllowed);
        };
        let is_delivered = match self.timeline.get(mark).map(|entry| &entry.event) {
            Some(Event::Order(OrderEvent::Delivered(_))) => true,
            Some(Event::Order(OrderEvent::Completed(_))) => false,
            _ => return void(VoidReason::NotAllowed),
        };
        if self.voided_marks.insert(mark, at).is_some() {
            return void(VoidReason::AlreadyDone);
        }
        let same = |place: &usize| {
            let event = self.timeline.get(*place).map(|entry| &entry.event);
            match event {
                Some(Event::Order(OrderEvent::Delivered(_))) => is_delivered,
                Some(Event::Order(OrderEvent::Completed(_))) => !is_delivered,
                _ => false,
            }
        };
        let stands = |place: &usize| same(place) && !self.voided_marks.contains_key(place);
        let outcome = |place: usize| self.timeline.get(place).map(|entry| entry.outcome);
        let again = (mark + 1..at)
            .filter(stands)
            .find(|place| outcome(*place) == Some(Voided(VoidReason::AlreadyDone)) && !self.knew(*place, mark));
        let earlier =
            || (0..mark).rev().filter(|_| is_delivered).filter(stands).find(|place| outcome(*place) == Some(Applied));
        let now = if is_delivered { self.delivered } else { self.completed };
        if now != Some(mark) {
            return APPLIED;
        }
        let next = again.or_else(earlier);
        if let Some(entry) = again.and_then(|place| self.timeline.get_mut(place)) {
            entry.outcome = Applied;
        }
        if !is_delivered {
            self.completed = next;
            return APPLIED;
        }
        self.delivered = next;
        match self.completed {
            // Who completed it believed that it had arrived.
            Some(completed) if !self.all_arrived() => Overrule(completed, VoidReason::NotAllowed),
            _ => APPLIED,
        }
    }
}
