//! Drafts, what makes orders of them, and what ends an order.

use super::{APPLIED, Applied, Overrule, Step, void};
use crate::Event;
use crate::contact::ContactEvent;
use crate::order::conflict::ConflictKind;
use crate::order::event::*;
use crate::order::{Field, Line, LineState, Order, VoidReason};

impl Order {
    pub(in crate::order) fn add_line(&mut self, line: &Line) {
        match self.lines.iter_mut().find(|state| state.line.id == line.id) {
            // Brought back, or the same number drawn twice: the line that is there stays.
            Some(state) => state.removed = None,
            None => self.lines.push(LineState { line: line.clone(), removed: None, written: Default::default() }),
        }
    }

    pub(super) fn started(&mut self, at: usize, body: &Started) -> Step {
        if self.note.by.is_some() {
            return void(VoidReason::AlreadyDone);
        }
        self.take_content(at, &body.content);
        self.copied_from = body.copied_from;
        APPLIED
    }

    pub(super) fn discarded(&mut self, at: usize) -> Step {
        if self.confirmed.is_some() {
            return void(VoidReason::ConfirmationStands);
        }
        if self.discarded.is_some() {
            return void(VoidReason::AlreadyDone);
        }
        let unknown_edit = self.timeline.iter().take(at).enumerate().any(|(place, entry)| {
            entry.outcome == Applied
                && matches!(
                    entry.event,
                    Event::Order(OrderEvent::Edited(_))
                        | Event::Contact(ContactEvent::Recorded(_) | ContactEvent::Changed(_))
                )
                && !self.knew(at, place)
        });
        if unknown_edit {
            return void(VoidReason::EditStands);
        }
        if self.payments.iter().any(|payment| payment.counts() && !self.knew(at, payment.at)) {
            return void(VoidReason::PaymentStands);
        }
        self.discarded = Some(at);
        APPLIED
    }

    pub(super) fn confirmed(&mut self, at: usize, body: &Confirmed) -> Step {
        if self.confirmed.is_some() {
            return void(VoidReason::AlreadyDone);
        }
        if let Some(place) = self.discarded {
            if self.knew(at, place) {
                return void(VoidReason::OrderClosed);
            }
            return Overrule(place, VoidReason::ConfirmationStands);
        }
        if let Some(content) = &body.content
            && self.note.by.is_none()
        {
            self.take_content(at, content);
            self.copied_from = body.copied_from;
        }
        self.number = Some(body.number.clone());
        self.due = Field { value: body.due_ms, by: Some(at) };
        self.confirmed = Some(at);
        APPLIED
    }

    pub(super) fn cancelled(&mut self, at: usize, by_rule: bool) -> Step {
        if self.confirmed.is_none() {
            return void(VoidReason::NotAllowed);
        }
        if self.cancelled.is_some() {
            return void(VoidReason::AlreadyDone);
        }
        let parcels: Vec<usize> = self.active_parcels().map(|parcel| parcel.at).collect();
        if !parcels.is_empty() {
            for place in parcels.into_iter().filter(|place| !self.knew(at, *place)).collect::<Vec<_>>() {
                self.raise(ConflictKind::ShippedCancelled, place, at, None, None);
            }
            return void(VoidReason::ShipmentStands);
        }
        // A rule that knew of money would not have acted: a restored server gives out its sequence again, and `seen` errs.
        if self.payments.iter().any(|p| p.counts() && (by_rule || !self.knew(at, p.at))) {
            return void(VoidReason::PaymentStands);
        }
        // A rule that knew of the new terms would not have acted.
        let terms = self.terms.by.filter(|by| by_rule && !self.pays_first() && !self.knew(at, *by));
        if terms.is_some() {
            return void(VoidReason::EditStands);
        }
        self.held = None;
        self.cancelled = Some(at);
        APPLIED
    }
}
