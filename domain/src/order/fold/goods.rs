//! Goods that leave, and parcels.

use std::collections::BTreeMap;

use super::{APPLIED, Applied, Overrule, Step, Voided, void};
use crate::Event;
use crate::contact::ContactEvent;
use crate::order::conflict::ConflictKind;
use crate::order::event::*;
use crate::order::{Line, LineState, Order, Parcel, VoidReason};

impl Order {
    pub(super) fn left(&mut self, at: usize, mut parcel: Parcel) -> Step {
        // Who knew of the cancellation saw it voided: otherwise nothing would have left.
        if let Some(place) = self.cancelled {
            return Overrule(place, VoidReason::ShipmentStands);
        }
        let ours: Vec<u32> = parcel.lines.iter().map(|(id, _)| *id).collect();
        self.pack(&mut parcel);
        self.parcels.push(parcel);
        if let Some(place) = self.held
            && self.all_shipped()
            && !self.knew(at, place)
        {
            return Overrule(place, VoidReason::ShipmentStands);
        }
        let mut cancels = Vec::new();
        let mut edits = Vec::new();
        for (place, entry) in self.timeline.iter().enumerate().take(at) {
            if self.knew(at, place) {
                continue;
            }
            match (&entry.event, entry.outcome) {
                // A payment may have voided it before the parcel came to do so.
                (
                    Event::Order(OrderEvent::Cancelled(_)),
                    Voided(VoidReason::ShipmentStands | VoidReason::PaymentStands),
                ) => cancels.push(place),
                (Event::Order(OrderEvent::Edited(edited)), Applied) if edited.leaves_the_goods() => {}
                (Event::Order(OrderEvent::Edited(_)) | Event::Contact(ContactEvent::Changed(_)), Applied) => {
                    edits.push(place)
                }
                _ => {}
            }
        }
        for place in cancels {
            self.raise(ConflictKind::ShippedCancelled, place, at, None, None);
        }
        for place in edits {
            self.shipped_and_edited(at, place);
        }
        let twice = self.parcels.iter().rev().skip(1).find(|earlier| {
            earlier.voided.is_none()
                && !self.knew(at, earlier.at)
                && earlier.lines.iter().any(|(id, _)| {
                    let ordered = self.active_lines().find(|line| line.id == *id).map_or(0, |line| line.quantity);
                    ours.contains(id) && self.shipped_of(*id) > ordered
                })
        });
        if let Some(first) = twice.map(|earlier| earlier.at) {
            self.raise(ConflictKind::ShippedTwice, first, at, None, None);
        }
        APPLIED
    }

    /// Says what goods are in a parcel: the lines as its tablet knew them. A line that does not count here (a parcel that
    /// the tablet did not know of stood before the edit that brought it) is goods all the same, that nobody ordered.
    fn pack(&mut self, parcel: &mut Parcel) {
        let knew_all = (0..parcel.at).all(|place| self.knew(parcel.at, place));
        for (id, quantity) in &parcel.lines {
            let here = self.lines.iter().find(|state| state.line.id == *id).map(|state| state.line.clone());
            let is_here = here.is_some();
            let known = if knew_all { None } else { self.line_as_known(parcel.at, *id) };
            let Some(line) = known.or(here) else { continue };
            if !is_here {
                let (removed, written) = (Some(parcel.at), BTreeMap::new());
                self.lines.push(LineState { line: line.clone(), removed, written });
            }
            parcel.goods.push(Line { quantity: *quantity, ..line });
        }
    }

    /// A line as the tablet knew it that made the event at `at`.
    fn line_as_known(&self, at: usize, id: u32) -> Option<Line> {
        let mut line = None;
        let mut has_left = false;
        for (_, entry) in self.timeline.iter().enumerate().take(at).filter(|(place, _)| self.knew(at, *place)) {
            let Event::Order(event) = &entry.event else { continue };
            match event {
                OrderEvent::Started(Started { content, .. })
                | OrderEvent::Confirmed(Confirmed { content: Some(content), .. })
                    if line.is_none() =>
                {
                    line = content.lines.iter().find(|line| line.id == id).cloned();
                }
                OrderEvent::Edited(edited) => {
                    // What voided it here, the tablet may not have known of.
                    let counted = entry.outcome == Applied || !has_left;
                    for change in &edited.changes {
                        match (change, &mut line) {
                            (Change::AddLine(added), None) if added.id == id => line = Some(added.clone()),
                            (Change::Line(of, change), Some(line)) if *of == id && counted => {
                                change.write(line);
                            }
                            _ => {}
                        }
                    }
                }
                OrderEvent::Shipped(_) | OrderEvent::HandedOver(_) => has_left = true,
                OrderEvent::Started(_)
                | OrderEvent::Discarded(_)
                | OrderEvent::Confirmed(_)
                | OrderEvent::PaymentRecorded(_)
                | OrderEvent::PaymentVerified(_)
                | OrderEvent::PaymentRejected(_)
                | OrderEvent::PaymentVoided(_)
                | OrderEvent::RefundRecorded(_)
                | OrderEvent::ParcelCorrected(_)
                | OrderEvent::ParcelVoided(_)
                | OrderEvent::Delivered(_)
                | OrderEvent::Completed(_)
                | OrderEvent::MarkVoided(_)
                | OrderEvent::Extended(_)
                | OrderEvent::Held(_)
                | OrderEvent::Released(_)
                | OrderEvent::Cancelled(_)
                | OrderEvent::Revived(_)
                | OrderEvent::Renumbered(_)
                | OrderEvent::Labelled(_)
                | OrderEvent::ConflictSettled(_) => {}
            }
        }
        line
    }

    pub(super) fn parcel_corrected(&mut self, body: &ParcelCorrected) -> Step {
        match self.parcels.iter_mut().find(|parcel| parcel.id == body.parcel) {
            Some(parcel) if parcel.voided.is_none() && !parcel.handed_over => {
                for (field, new) in [
                    (&mut parcel.carrier, &body.carrier),
                    (&mut parcel.tracking, &body.tracking),
                    (&mut parcel.expected, &body.expected),
                ] {
                    if let Some(new) = new {
                        field.clone_from(new);
                    }
                }
                APPLIED
            }
            _ => void(VoidReason::NotAllowed),
        }
    }

    pub(super) fn parcel_voided(&mut self, at: usize, body: &ParcelVoided) -> Step {
        let Some(index) = self.parcels.iter().position(|parcel| parcel.id == body.parcel) else {
            return void(VoidReason::NotAllowed);
        };
        if let Some(step) = self.settle(at, body.settles.as_ref()) {
            return step;
        }
        match self.parcels.get_mut(index) {
            Some(parcel) if parcel.voided.is_none() => {
                parcel.voided = Some(at);
                if !self.any_shipped() {
                    self.delivered = None;
                }
                if !self.all_arrived() {
                    self.completed = None;
                }
                APPLIED
            }
            _ => void(VoidReason::AlreadyDone),
        }
    }
}
