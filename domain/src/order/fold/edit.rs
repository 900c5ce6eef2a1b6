//! Edits: what they change, and what two tablets wrote concurrently.

use super::{APPLIED, Overrule, Step, void};
use crate::order::conflict::{ConflictKind, OtherValue};
use crate::order::event::*;
use crate::order::{Field, Line, Order, VoidReason};

impl Order {
    /// Why an edit, of the order or of its buyer, does not count at this place. One that did not know of a parcel
    /// raises a conflict: the shipped goods differ from the edited order.
    pub(super) fn edit_refused(&mut self, at: usize) -> Option<Step> {
        if let Some(place) = self.discarded {
            return Some(if self.knew(at, place) {
                void(VoidReason::OrderClosed)
            } else {
                Overrule(place, VoidReason::EditStands)
            });
        }
        if self.cancelled.is_some() {
            return Some(void(VoidReason::OrderClosed));
        }
        if self.any_shipped() {
            let unknown: Vec<usize> = self.active_parcels().map(|p| p.at).filter(|p| !self.knew(at, *p)).collect();
            for parcel in unknown {
                self.shipped_and_edited(parcel, at);
            }
            return Some(void(VoidReason::ShipmentStands));
        }
        None
    }

    /// Asks once for all that one tablet edited without knowing of a parcel: an act may be several events.
    pub(super) fn shipped_and_edited(&mut self, parcel: usize, edit: usize) {
        let editor = |at: usize| self.timeline.get(at).map(|entry| entry.meta.device);
        let asked = self.conflicts.iter().any(|conflict| {
            let other = if conflict.first == parcel { conflict.second } else { conflict.first };
            conflict.kind == ConflictKind::ShippedEdited
                && conflict.settled.is_none()
                && [conflict.first, conflict.second].contains(&parcel)
                && editor(other) == editor(edit)
        });
        if !asked {
            self.raise(ConflictKind::ShippedEdited, parcel.min(edit), parcel.max(edit), None, None);
        }
    }

    pub(super) fn edited(&mut self, at: usize, body: &Edited) -> Step {
        let refused = if body.leaves_the_goods() && self.discarded.is_none() { None } else { self.edit_refused(at) };
        if let Some(step) = refused.or_else(|| self.settle(at, body.settles.as_ref())) {
            return step;
        }
        for change in &body.changes {
            self.change(at, change);
        }
        APPLIED
    }

    /// What the event at `at` writes over in a field without knowing of it: what `by` wrote, or one that had written
    /// the same before it.
    pub(in crate::order) fn overwrites(&self, at: usize, field: &str, by: Option<usize>) -> Option<usize> {
        let mut by = by?;
        while self.knew(at, by) {
            let alike = self.concurrent_equal_writes.iter().find(|(of, later, _)| of == field && *later == by);
            by = alike.map(|(.., earlier)| *earlier)?;
        }
        Some(by)
    }

    pub(in crate::order) fn remove_line(&mut self, at: usize, id: u32) {
        let Some(state) = self.lines.iter().find(|state| state.line.id == id && state.removed.is_none()) else {
            return;
        };
        let changed = state.written.values().copied().filter(|by| !self.knew(at, *by)).max();
        if let Some(by) = changed {
            let other = OtherValue::Order(Change::AddLine(state.line.clone()));
            self.raise(ConflictKind::SameField, by, at, Some(format!("line:{id}")), Some(other));
        }
        if let Some(state) = self.lines.iter_mut().find(|state| state.line.id == id) {
            state.removed = Some(at);
        }
    }

    pub(in crate::order) fn change_line(&mut self, at: usize, id: u32, change: &LineChange) {
        let Some(index) = self.lines.iter().position(|state| state.line.id == id) else { return };
        let Some(state) = self.lines.get(index) else { return };
        let mut line = state.line.clone();
        let (name, old) = change.write(&mut line);
        let field = format!("line:{id}:{name}");
        let overwritten = self.overwrites(at, &field, state.written.get(name).copied());
        let removed_unknown = state.removed.filter(|by| !self.knew(at, *by));
        if state.removed.is_some() && removed_unknown.is_none() {
            return;
        }
        if let Some(by) = removed_unknown {
            self.raise(
                ConflictKind::SameField,
                by,
                at,
                Some(format!("line:{id}")),
                Some(OtherValue::Order(Change::RemoveLine(id))),
            );
        } else if let Some(by) = overwritten {
            let other = (old != *change).then_some(OtherValue::Order(Change::Line(id, old)));
            self.meet(&field, by, at, other);
        }
        if let Some(state) = self.lines.get_mut(index) {
            state.line = line;
            state.removed = None;
            state.written.insert(name, at);
        }
    }

    pub(super) fn write_due(&mut self, at: usize, due_ms: i64) {
        // Both extended: the later day stands, nobody is hurt by more time; no conflict.
        let least = self.due.by.filter(|by| !self.knew(at, *by)).and(self.due.value).unwrap_or(due_ms);
        self.due = Field { value: Some(due_ms.max(least)), by: Some(at) };
    }
}

/// What an edit changes in the lines between those that a form began with and those it holds now.
pub(in crate::order) fn line_changes(base: &[Line], new: &[Line]) -> Vec<Change> {
    let mut changes = Vec::new();
    for line in new {
        let Some(old) = base.iter().find(|old| old.id == line.id) else {
            changes.push(Change::AddLine(line.clone()));
            continue;
        };
        let mut push = |change| changes.push(Change::Line(line.id, change));
        if (&old.item, old.product) != (&line.item, line.product) {
            push(LineChange::Item(line.item.clone(), line.product));
        }
        if old.variant != line.variant {
            push(LineChange::Variant(line.variant));
        }
        if old.spec != line.spec {
            push(LineChange::Spec(line.spec.clone()));
        }
        if (old.quantity, old.unit) != (line.quantity, line.unit) {
            push(LineChange::Quantity(line.quantity, line.unit));
        }
        if old.price != line.price {
            push(LineChange::Price(line.price));
        }
        if old.per != line.per {
            push(LineChange::Per(line.per));
        }
        if old.discount != line.discount {
            push(LineChange::Discount(line.discount));
        }
        if old.note != line.note {
            push(LineChange::Note(line.note.clone()));
        }
    }
    for old in base {
        if !new.iter().any(|line| line.id == old.id) {
            changes.push(Change::RemoveLine(old.id));
        }
    }
    changes
}
