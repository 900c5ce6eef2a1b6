//! The fold: what each event means at its place (workflow.md §2 for what is allowed, §4 for what two tablets did).

mod buyer;
mod draft;
mod edit;
mod goods;
mod marks;
mod money;

use std::collections::BTreeMap;

use uuid::Uuid;

pub(super) use self::buyer::buyer_changes;
pub(super) use self::edit::line_changes;

use super::conflict::{Conflict, ConflictKind, OtherValue};
use super::event::*;
use super::{Entry, Order, Outcome, Parcel, VoidReason};
use crate::contact::ContactEvent;
use crate::{Event, Meta};

/// What one step of the fold says.
enum Step {
    /// The event counts, or is voided.
    Done(Outcome),
    /// A fact that did not know of an intent voids it: fold again with this place marked.
    Overrule(usize, VoidReason),
}
use Outcome::{Applied, Voided};
use Step::{Done, Overrule};

const APPLIED: Step = Done(Applied);
const fn void(reason: VoidReason) -> Step {
    Done(Voided(reason))
}

/// Puts the events of one order into the order in which they fold: the one they come in (the server's sequence, a
/// tablet's own pending events after it), but the events of one device among themselves in that device's own order.
///
/// A log that lost something and was given it again may hold a device's later event before its earlier one. The
/// places that a device has stay its places. Whoever folds (a replica, a server's snapshot) folds by this
/// (`docs/decisions/0007`).
pub fn sort_by_device_order<T>(events: Vec<T>, meta: impl Fn(&T) -> &Meta) -> Vec<T> {
    let mut of_device: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (event, place) in events.iter().zip(0..) {
        of_device.entry(meta(event).device).or_default().push(place);
    }
    // For each place, which event comes to stand there.
    let mut sources: Vec<usize> = (0..events.len()).collect();
    for places in of_device.into_values() {
        let mut by_count = places.clone();
        by_count.sort_by_key(|place| events.get(*place).map(|event| meta(event).counter));
        for (place, source) in places.into_iter().zip(by_count) {
            if let Some(slot) = sources.get_mut(place) {
                *slot = source;
            }
        }
    }
    if sources.is_sorted() {
        return events;
    }
    let mut all: Vec<Option<T>> = events.into_iter().map(Some).collect();
    sources.into_iter().filter_map(|source| all.get_mut(source).and_then(Option::take)).collect()
}

impl Order {
    /// Takes in one event of the order or of its buyer; never fails.
    pub fn apply(&mut self, meta: &Meta, event: &Event) {
        self.timeline.push(Entry { meta: meta.clone(), event: event.clone(), outcome: Applied });
        let mut at = self.timeline.len() - 1;
        if self.redact(at) {
            // What was erased has no effect: not even that of having been there.
            self.overruled.clear();
            self.begin_anew();
            at = 0;
        }
        while let Some(Entry { event, .. }) = self.timeline.get(at) {
            let event = event.clone();
            match self.step(at, &event) {
                Done(outcome) => {
                    if let Some(entry) = self.timeline.get_mut(at) {
                        entry.outcome = outcome;
                    }
                    at += 1;
                }
                Overrule(place, reason) => {
                    self.overruled.insert(place, reason);
                    self.begin_anew();
                    at = 0;
                }
            }
        }
    }

    /// Forgets everything but what happened and what was found to be overruled.
    fn begin_anew(&mut self) {
        let mut anew = Self::new(self.id);
        anew.timeline = std::mem::take(&mut self.timeline);
        anew.overruled = std::mem::take(&mut self.overruled);
        *self = anew;
    }

    /// Erases what the event at `at` says of the buyer where someone asked for that whom its maker did not know of;
    /// and where the event asks for that itself, what all others say that did not know of it. Answers whether events
    /// that were folded before are erased now.
    fn redact(&mut self, at: usize) -> bool {
        let is = |order: &Self, place: usize, asks: bool| {
            let event = order.timeline.get(place).map(|entry| &entry.event);
            match event {
                Some(Event::Contact(ContactEvent::Erasing)) => asks,
                Some(Event::Contact(ContactEvent::Recorded(_) | ContactEvent::Changed(_))) => !asks,
                _ => false,
            }
        };
        let erased: Vec<usize> = if is(self, at, true) {
            (0..at).filter(|place| is(self, *place, false) && !self.knew(*place, at)).collect()
        } else if is(self, at, false) && (0..at).any(|place| is(self, place, true) && !self.knew(at, place)) {
            vec![at]
        } else {
            Vec::new()
        };
        for place in &erased {
            if let Some(entry) = self.timeline.get_mut(*place) {
                entry.event = Event::Contact(ContactEvent::Erased);
            }
        }
        erased.first().is_some_and(|first| *first < at)
    }

    /// Whether the event at `later` knew of the one at `earlier`.
    pub(super) fn knew(&self, later: usize, earlier: usize) -> bool {
        match (self.timeline.get(later), self.timeline.get(earlier)) {
            (Some(later), Some(earlier)) => later.meta.knew(&earlier.meta),
            _ => true,
        }
    }

    fn step(&mut self, at: usize, event: &Event) -> Step {
        if let Some(reason) = self.overruled.get(&at) {
            return void(*reason);
        }
        if self.rule_acted(at, event) {
            return void(VoidReason::AlreadyDone);
        }
        match event {
            Event::Order(event) => self.order_step(at, event),
            Event::Contact(event) => self.contact_step(at, event),
            Event::Shop(_) | Event::Record(_) => void(VoidReason::NotAllowed),
            Event::Unknown => {
                self.needs_update = true;
                APPLIED
            }
        }
    }

    /// Whether a rule acts here that has acted before, on a tablet that did not know: once is enough, and what a
    /// person undid since is not done again.
    fn rule_acted(&self, at: usize, event: &Event) -> bool {
        let Some(rule) = event.rule() else { return false };
        let mut before = self.timeline.iter().take(at).enumerate();
        before
            .any(|(place, entry)| entry.event.rule() == Some(rule) && entry.outcome == Applied && !self.knew(at, place))
    }

    fn order_step(&mut self, at: usize, event: &OrderEvent) -> Step {
        match event {
            OrderEvent::Started(body) => self.started(at, body),
            OrderEvent::Discarded(_) => self.discarded(at),
            OrderEvent::Confirmed(body) => self.confirmed(at, body),
            OrderEvent::Edited(body) => self.edited(at, body),
            OrderEvent::PaymentRecorded(body) => self.payment_recorded(at, body),
            OrderEvent::PaymentVerified(body) => self.payment_verified(at, body),
            OrderEvent::PaymentRejected(body) => self.payment_rejected(at, body),
            OrderEvent::PaymentVoided(body) => self.payment_voided(at, body),
            OrderEvent::RefundRecorded(body) => self.refund_recorded(at, body),
            OrderEvent::Shipped(body) => self.left(
                at,
                Parcel {
                    id: self.id_at(at),
                    at,
                    carrier: body.carrier.clone(),
                    tracking: body.tracking.clone(),
                    expected: body.expected.clone(),
                    lines: body.lines.clone(),
                    goods: Vec::new(),
                    handed_over: false,
                    voided: None,
                },
            ),
            OrderEvent::HandedOver(body) => self.left(
                at,
                Parcel {
                    id: self.id_at(at),
                    at,
                    carrier: String::new(),
                    tracking: String::new(),
                    expected: String::new(),
                    lines: body.lines.clone(),
                    goods: Vec::new(),
                    handed_over: true,
                    voided: None,
                },
            ),
            OrderEvent::ParcelCorrected(body) => self.parcel_corrected(body),
            OrderEvent::ParcelVoided(body) => self.parcel_voided(at, body),
            OrderEvent::Delivered(_) => self.delivered(at),
            OrderEvent::Completed(_) => self.completed(at),
            OrderEvent::MarkVoided(body) => self.mark_voided(at, body),
            OrderEvent::Extended(body) => {
                if self.cancelled.is_some() {
                    return void(VoidReason::OrderClosed);
                }
                self.write_due(at, body.due_ms);
                APPLIED
            }
            OrderEvent::Held(_) => {
                if self.cancelled.is_some() {
                    void(VoidReason::OrderClosed)
                } else if self.all_shipped() {
                    void(VoidReason::ShipmentStands)
                } else if self.held.is_some() {
                    void(VoidReason::AlreadyDone)
                } else {
                    self.held = Some(at);
                    APPLIED
                }
            }
            OrderEvent::Released(_) => match self.held.take() {
                Some(_) => APPLIED,
                None => void(VoidReason::AlreadyDone),
            },
            OrderEvent::Cancelled(body) => self.cancelled(at, body.rule.is_some()),
            OrderEvent::Revived(_) => match self.cancelled.take() {
                Some(_) => APPLIED,
                None => void(VoidReason::AlreadyDone),
            },
            OrderEvent::Renumbered(body) => {
                if self.confirmed.is_none() {
                    return void(VoidReason::NotAllowed);
                }
                self.number = Some(body.number.clone());
                APPLIED
            }
            OrderEvent::Labelled(body) => {
                self.labels.retain(|label| !body.remove.contains(label));
                for label in &body.add {
                    if !self.labels.contains(label) {
                        self.labels.push(label.clone());
                    }
                }
                APPLIED
            }
            OrderEvent::ConflictSettled(body) => self.settle(at, Some(&body.conflict)).unwrap_or(APPLIED),
        }
    }

    fn id_at(&self, at: usize) -> Uuid {
        self.timeline.get(at).map_or(self.id, |entry| entry.meta.id)
    }

    /// Marks the conflict that an event settles. A step, when the event is void because it was settled before.
    fn settle(&mut self, at: usize, conflict: Option<&String>) -> Option<Step> {
        let id = conflict?;
        if id.starts_with(ConflictKind::SameNumber.key()) {
            // Found by the replica among all orders: there is nothing to mark here.
            return None;
        }
        match self.conflicts.iter_mut().find(|conflict| conflict.id == *id) {
            Some(conflict) if conflict.settled.is_none() => {
                conflict.settled = Some(at);
                None
            }
            Some(_) => Some(void(VoidReason::AlreadyDone)),
            None => Some(void(VoidReason::NotAllowed)),
        }
    }

    fn raise(
        &mut self,
        kind: ConflictKind,
        first: usize,
        second: usize,
        field: Option<String>,
        other: Option<OtherValue>,
    ) {
        let id = format!(
            "{}{}:{}:{}",
            kind.key(),
            field.as_deref().map(|field| format!(":{field}")).unwrap_or_default(),
            self.id_at(first),
            self.id_at(second)
        );
        self.conflicts.push(Conflict { id, kind, first, second, field, other, settled: None });
    }

    /// Two events wrote a field concurrently: a person chooses, where they did not write the same.
    /// `other`: what takes the value back that does not stand.
    pub(super) fn meet(&mut self, field: &str, first: usize, second: usize, other: Option<OtherValue>) {
        match other {
            Some(_) => self.raise(ConflictKind::SameField, first, second, Some(field.to_owned()), other),
            None => self.concurrent_equal_writes.push((field.to_owned(), second, first)),
        }
    }
}
