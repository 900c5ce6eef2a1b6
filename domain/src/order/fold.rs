//! The fold: what each event means at its place (workflow.md §2 for what is allowed, §4 for what two tablets did).

use std::collections::BTreeMap;

use uuid::Uuid;

use super::conflict::{Conflict, ConflictKind, Taking};
use super::event::*;
use super::{Content, Entry, Field, Line, LineState, Order, Outcome, Parcel, Payment, PaymentState, VoidReason};
use crate::contact::{Buyer, ContactChanged, ContactEvent};
use crate::{Event, Meta};

/// What one step of the fold says.
enum Step {
    /// The event counts, or is voided.
    Done(Outcome),
    /// A fact that did not know of an intent voids it: fold anew with this place marked.
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
pub fn own_order_kept<T>(events: Vec<T>, meta: impl Fn(&T) -> &Meta) -> Vec<T> {
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
        if self.blank(at) {
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
    fn blank(&mut self, at: usize) -> bool {
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
            OrderEvent::Delivered(_) => {
                if self.delivered.is_some() && self.all_arrived() {
                    return void(VoidReason::AlreadyDone);
                }
                self.delivered = Some(at);
                APPLIED
            }
            OrderEvent::Completed(_) => {
                if self.completed.is_some() {
                    void(VoidReason::AlreadyDone)
                } else if self.all_arrived() && self.balance() == 0 && self.cancelled.is_none() {
                    self.completed = Some(at);
                    APPLIED
                } else {
                    void(VoidReason::NotAllowed)
                }
            }
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

    fn raise(&mut self, kind: ConflictKind, first: usize, second: usize, field: Option<String>, other: Option<Taking>) {
        let id = format!(
            "{}{}:{}:{}",
            kind.key(),
            field.as_deref().map(|field| format!(":{field}")).unwrap_or_default(),
            self.id_at(first),
            self.id_at(second)
        );
        self.conflicts.push(Conflict { id, kind, first, second, field, other, settled: None });
    }

    /// Two events wrote a field unknowing of each other: a person chooses, where they did not write the same.
    /// `other`: what takes the value back that does not stand.
    fn meet(&mut self, field: &str, first: usize, second: usize, other: Option<Taking>) {
        match other {
            Some(_) => self.raise(ConflictKind::SameField, first, second, Some(field.to_owned()), other),
            None => self.alike.push((field.to_owned(), second, first)),
        }
    }

    // ---- drafts and confirmation ----

    fn take_content(&mut self, at: usize, content: &Content) {
        fn field<T: Clone>(value: &T, at: usize) -> Field<T> {
            Field { value: value.clone(), by: Some(at) }
        }
        self.delivery = field(&content.delivery, at);
        self.method = field(&content.method, at);
        self.terms = field(&content.terms, at);
        self.discount = field(&content.discount, at);
        self.rounding = field(&content.rounding, at);
        self.deposit = field(&content.deposit, at);
        self.note = field(&content.note, at);
        self.channel = field(&content.channel, at);
        self.category = field(&content.category, at);
        self.customer = field(&content.customer, at);
        self.carrier = field(&content.carrier, at);
        self.parked = field(&content.parked, at);
        for line in &content.lines {
            self.add_line(line);
        }
    }

    fn add_line(&mut self, line: &Line) {
        match self.lines.iter_mut().find(|state| state.line.id == line.id) {
            // Brought back, or the same number drawn twice: the line that is there stays.
            Some(state) => state.removed = None,
            None => self.lines.push(LineState { line: line.clone(), removed: None, written: Default::default() }),
        }
    }

    fn started(&mut self, at: usize, body: &Started) -> Step {
        if self.note.by.is_some() {
            return void(VoidReason::AlreadyDone);
        }
        self.take_content(at, &body.content);
        self.copied_from = body.copied_from;
        APPLIED
    }

    fn discarded(&mut self, at: usize) -> Step {
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
        self.discarded = Some(at);
        APPLIED
    }

    fn confirmed(&mut self, at: usize, body: &Confirmed) -> Step {
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

    // ---- edits ----

    /// Why an edit, of the order or of its buyer, does not count at this place. One that did not know of a parcel
    /// asks: what left is not what was written.
    fn edit_refused(&mut self, at: usize) -> Option<Step> {
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

    /// Asks once for all that one tablet edited unknowing of a parcel: an act may be several events.
    fn shipped_and_edited(&mut self, parcel: usize, edit: usize) {
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

    fn edited(&mut self, at: usize, body: &Edited) -> Step {
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
    fn overwrites(&self, at: usize, field: &str, by: Option<usize>) -> Option<usize> {
        let mut by = by?;
        while self.knew(at, by) {
            let alike = self.alike.iter().find(|(of, later, _)| of == field && *later == by);
            by = alike.map(|(.., earlier)| *earlier)?;
        }
        Some(by)
    }

    fn change(&mut self, at: usize, change: &Change) {
        macro_rules! field {
            ($field:ident, $name:literal, $variant:ident, $value:expr) => {{
                let value = $value.clone();
                if let Some(by) = self.overwrites(at, $name, self.$field.by) {
                    let other = Taking::Order(Change::$variant(self.$field.value.clone()));
                    self.meet($name, by, at, (self.$field.value != value).then_some(other));
                }
                self.$field = Field { value, by: Some(at) };
            }};
        }
        match change {
            Change::Note(value) => field!(note, "note", Note, value),
            Change::Delivery(value) => field!(delivery, "delivery", Delivery, value),
            Change::Method(value) => field!(method, "method", Method, value),
            Change::Terms(value) => field!(terms, "terms", Terms, value),
            Change::Discount(value) => field!(discount, "discount", Discount, value),
            Change::Rounding(value) => field!(rounding, "rounding", Rounding, value),
            Change::Deposit(value) => field!(deposit, "deposit", Deposit, value),
            Change::Channel(value) => field!(channel, "channel", Channel, value),
            Change::Category(value) => field!(category, "category", Category, value),
            Change::Customer(value) => field!(customer, "customer", Customer, value),
            Change::Carrier(value) => field!(carrier, "carrier", Carrier, value),
            // Put aside or taken up: the later stands, and nobody has to choose.
            Change::Parked(value) => self.parked = Field { value: *value, by: Some(at) },
            Change::AddLine(line) => self.add_line(line),
            Change::RemoveLine(id) => self.remove_line(at, *id),
            Change::Line(id, change) => self.change_line(at, *id, change),
        }
    }

    fn remove_line(&mut self, at: usize, id: u32) {
        let Some(state) = self.lines.iter().find(|state| state.line.id == id && state.removed.is_none()) else {
            return;
        };
        let changed = state.written.values().copied().filter(|by| !self.knew(at, *by)).max();
        if let Some(by) = changed {
            let other = Taking::Order(Change::AddLine(state.line.clone()));
            self.raise(ConflictKind::SameField, by, at, Some(format!("line:{id}")), Some(other));
        }
        if let Some(state) = self.lines.iter_mut().find(|state| state.line.id == id) {
            state.removed = Some(at);
        }
    }

    fn change_line(&mut self, at: usize, id: u32, change: &LineChange) {
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
                Some(Taking::Order(Change::RemoveLine(id))),
            );
        } else if let Some(by) = overwritten {
            let other = (old != *change).then_some(Taking::Order(Change::Line(id, old)));
            self.meet(&field, by, at, other);
        }
        if let Some(state) = self.lines.get_mut(index) {
            state.line = line;
            state.removed = None;
            state.written.insert(name, at);
        }
    }

    fn write_due(&mut self, at: usize, due_ms: i64) {
        // Both extended: the later day stands, nobody is hurt by more time; no conflict.
        let least = self.due.by.filter(|by| !self.knew(at, *by)).and(self.due.value).unwrap_or(due_ms);
        self.due = Field { value: Some(due_ms.max(least)), by: Some(at) };
    }

    // ---- the buyer ----

    fn contact_step(&mut self, at: usize, event: &ContactEvent) -> Step {
        match event {
            ContactEvent::Recorded(buyer) => {
                if self.discarded.is_some()
                    && let Some(step) = self.edit_refused(at)
                {
                    return step;
                }
                let Buyer { name, phone, address } = buyer.clone();
                if self.name.by.is_some() {
                    // Both tablets wrote the first that is known of the buyer: what the other left empty stays.
                    if self.name.by.is_none_or(|by| self.knew(at, by)) {
                        return void(VoidReason::AlreadyDone);
                    }
                    if let Some(step) = self.edit_refused(at) {
                        return step;
                    }
                    let some = |text: String| (!text.is_empty()).then_some(text);
                    let body =
                        ContactChanged { name: some(name), phone: some(phone), address: some(address), settles: None };
                    self.change_buyer(at, &body);
                    return APPLIED;
                }
                self.erased = false;
                self.name = Field { value: name, by: Some(at) };
                self.phone = Field { value: phone, by: Some(at) };
                self.address = Field { value: address, by: Some(at) };
                APPLIED
            }
            ContactEvent::Changed(body) => {
                if let Some(step) = self.edit_refused(at).or_else(|| self.settle(at, body.settles.as_ref())) {
                    return step;
                }
                self.erased = false;
                self.change_buyer(at, body);
                APPLIED
            }
            ContactEvent::Erasing | ContactEvent::Erased => {
                self.erased = true;
                APPLIED
            }
        }
    }

    fn change_buyer(&mut self, at: usize, body: &ContactChanged) {
        /// What the first record of a buyer left empty, nobody has written.
        fn first_record(order: &Order, at: usize) -> bool {
            order.timeline.get(at).is_some_and(|entry| matches!(entry.event, Event::Contact(ContactEvent::Recorded(_))))
        }
        macro_rules! field {
            ($field:ident) => {
                if let Some(value) = &body.$field {
                    if let Some(by) = self.overwrites(at, stringify!($field), self.$field.by)
                        && !(self.$field.value.is_empty() && first_record(self, by))
                    {
                        let other =
                            ContactChanged { $field: Some(self.$field.value.clone()), ..ContactChanged::default() };
                        let differs = self.$field.value != *value;
                        self.meet(stringify!($field), by, at, differs.then_some(Taking::Buyer(other)));
                    }
                    self.$field = Field { value: value.clone(), by: Some(at) };
                }
            };
        }
        field!(name);
        field!(phone);
        field!(address);
    }

    // ---- money ----

    fn payment_recorded(&mut self, at: usize, body: &PaymentRecorded) -> Step {
        // Who knew of the cancellation saw it voided: otherwise the money would not have been taken.
        if let Some(place) = self.cancelled {
            return Overrule(place, VoidReason::PaymentStands);
        }
        let unknown = self.payments.iter().rev().find(|p| p.counts() && !self.knew(at, p.at)).map(|p| p.at);
        let state = if body.method.needs_verifying() { PaymentState::Unverified } else { PaymentState::Verified };
        self.payments.push(Payment { id: self.id_at(at), at, body: body.clone(), state, state_by: None });
        if let Some(first) = unknown
            && self.balance() < 0
        {
            self.raise(ConflictKind::PaidTwice, first, at, None, None);
        }
        APPLIED
    }

    /// The payment's place in the list, with what became of it and who said so.
    fn payment(&self, id: Uuid) -> Option<(usize, PaymentState, Option<usize>)> {
        self.payments.iter().enumerate().find(|(_, p)| p.id == id).map(|(index, p)| (index, p.state, p.state_by))
    }

    fn set_payment(&mut self, index: usize, state: PaymentState, at: usize) -> Step {
        if let Some(payment) = self.payments.get_mut(index) {
            payment.state = state;
            payment.state_by = Some(at);
        }
        APPLIED
    }

    fn payment_verified(&mut self, at: usize, body: &PaymentVerified) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Unverified, _) => self.set_payment(index, PaymentState::Verified, at),
            (PaymentState::Verified, _) => void(VoidReason::AlreadyDone),
            // Somebody saw the money come in: that is a fact, whatever another tablet decided unknowing.
            (PaymentState::Rejected | PaymentState::Voided, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                self.set_payment(index, PaymentState::Verified, at)
            }
            (PaymentState::Rejected | PaymentState::Voided, _) => void(VoidReason::NotAllowed),
        }
    }

    fn payment_rejected(&mut self, at: usize, body: &PaymentEnded) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Unverified, _) => self.set_payment(index, PaymentState::Rejected, at),
            (PaymentState::Rejected, _) => void(VoidReason::AlreadyDone),
            (PaymentState::Verified, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                void(VoidReason::PaymentStands)
            }
            (PaymentState::Verified | PaymentState::Voided, _) => void(VoidReason::NotAllowed),
        }
    }

    fn payment_voided(&mut self, at: usize, body: &PaymentEnded) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Voided, _) => return void(VoidReason::AlreadyDone),
            (PaymentState::Verified, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                return void(VoidReason::PaymentStands);
            }
            _ => {}
        }
        self.settle(at, body.settles.as_ref()).unwrap_or_else(|| self.set_payment(index, PaymentState::Voided, at))
    }

    fn refund_recorded(&mut self, at: usize, body: &RefundRecorded) -> Step {
        let unknown = self.refunds.iter().rev().map(|(place, _)| *place).find(|place| !self.knew(at, *place));
        self.refunds.push((at, body.clone()));
        if let Some(first) = unknown
            && self.balance() > 0
        {
            self.raise(ConflictKind::RefundedTwice, first, at, None, None);
        }
        APPLIED
    }

    // ---- goods ----

    fn left(&mut self, at: usize, mut parcel: Parcel) -> Step {
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
                _ => {}
            }
        }
        line
    }

    fn parcel_corrected(&mut self, body: &ParcelCorrected) -> Step {
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

    fn parcel_voided(&mut self, at: usize, body: &ParcelVoided) -> Step {
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

    fn cancelled(&mut self, at: usize, by_rule: bool) -> Step {
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
        // A rule that knew of money would not have acted: a restored server gives out its sequence anew, and `seen` errs.
        if self.payments.iter().any(|p| p.counts() && (by_rule || !self.knew(at, p.at))) {
            return void(VoidReason::PaymentStands);
        }
        self.held = None;
        self.cancelled = Some(at);
        APPLIED
    }
}

/// What an edit changes between what a form began with and what it holds now.
pub(super) fn changes(base: &Content, new: &Content) -> Vec<Change> {
    let mut changes = Vec::new();
    macro_rules! field {
        ($($field:ident $variant:ident;)*) => {
            $(if base.$field != new.$field { changes.push(Change::$variant(new.$field.clone())); })*
        };
    }
    field! { note Note; delivery Delivery; method Method; terms Terms; discount Discount; rounding Rounding; deposit Deposit; channel Channel; category Category; customer Customer; carrier Carrier; parked Parked; }
    for line in &new.lines {
        let Some(old) = base.lines.iter().find(|old| old.id == line.id) else {
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
        if old.discount != line.discount {
            push(LineChange::Discount(line.discount));
        }
        if old.note != line.note {
            push(LineChange::Note(line.note.clone()));
        }
    }
    for old in &base.lines {
        if !new.lines.iter().any(|line| line.id == old.id) {
            changes.push(Change::RemoveLine(old.id));
        }
    }
    changes
}

/// What changed of the buyer.
pub(super) fn buyer_changes(base: &Buyer, new: &Buyer) -> Option<ContactChanged> {
    let pick = |base: &String, new: &String| (base != new).then(|| new.clone());
    let changed = ContactChanged {
        name: pick(&base.name, &new.name),
        phone: pick(&base.phone, &new.phone),
        address: pick(&base.address, &new.address),
        settles: None,
    };
    (changed != ContactChanged::default()).then_some(changed)
}
