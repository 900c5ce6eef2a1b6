//! What happened to an order, told in plain words in the language in use.

use crate::features::shop_lists;
use crate::text::shop_setup;
use domain::contact::{Buyer, ContactChanged, ContactEvent};
use domain::order::{
    Change, Entry, Line, LineChange, LinePart, Order, OrderEvent, OtherValue, Outcome, Parcel, ParcelCorrected,
    PaymentEnded, Unit, VoidReason,
};
use domain::shop::list::List;
use domain::{Event, Meta, StreamKind};
use leptos::prelude::Get;
use uuid::Uuid;

use super::{appearance, carrier};
use crate::features::rules;
use crate::session::Session;
use crate::text::order_list::filters;
use crate::text::order_page::{page, told, undo};
use crate::text::{self, Currency, Phrase, dispute, form, timeline};
use crate::ui::Glyph;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLine {
    /// What kind of thing.
    pub glyph: Glyph,
    /// What it was.
    pub what: String,
    /// The amount it is about, minor units; given back below zero.
    pub amount: Option<i64>,
    /// Why it has no effect.
    pub void: Option<Phrase>,
}

/// Tells the entry at a place of the timeline.
pub fn tell(order: &Order, at: usize, currency: Currency) -> Option<TimelineLine> {
    let entry = order.timeline.get(at)?;
    let (glyph, what, amount) = match &entry.event {
        Event::Order(event) => of_order(order, at, event, currency),
        Event::Contact(event) => {
            let (glyph, what) = of_buyer(event);
            (glyph, what, None)
        }
        Event::Shop(_) | Event::Record(_) | Event::Unknown => (Glyph::Info, timeline::UNKNOWN.get().to_owned(), None),
    };
    Some(TimelineLine { glyph, what, amount, void: void(entry) })
}

/// When it was and on which tablet, or by which rule; with the day where that is not today.
pub fn by(entry: &Entry, session: Session) -> String {
    told_by(&entry.meta, entry.event.rule(), session)
}

/// When something was and on which tablet.
pub fn by_whom(meta: &Meta, session: Session) -> String {
    told_by(meta, None, session)
}

/// When it was, and who did it: a rule, or somebody on a tablet.
fn told_by(meta: &Meta, rule: Option<Uuid>, session: Session) -> String {
    let ms = meta.at_ms();
    let today = session.day_of(session.now_ms().get()) == session.day_of(ms);
    let time = if today { text::time(ms) } else { text::date_time(ms) };
    let here = meta.device == session.this_device();
    let code = session.device_code(meta.device);
    let tablet = match (here, code.is_empty()) {
        (true, true) => session.tablet_code(),
        (true, false) => told::here(&code),
        (false, true) => dispute::TABLET_UNKNOWN.get().to_owned(),
        (false, false) => code,
    };
    let by = match rule {
        Some(rule) => told::by_rule(&time, &rules::name_of(session.fields_of(StreamKind::Rule, rule))),
        None => timeline::by(&time, &tablet),
    };
    if meta.seq.is_none() && session.connected().get() { told::not_sent(&by) } else { by }
}

fn void(entry: &Entry) -> Option<Phrase> {
    match entry.outcome {
        Outcome::Applied => None,
        Outcome::Voided(reason) => Some(match reason {
            VoidReason::PaymentStands => told::PAYMENT_STANDS,
            VoidReason::ShipmentStands => told::SHIPMENT_STANDS,
            VoidReason::EditStands => told::EDIT_STANDS,
            VoidReason::ConfirmationStands => told::CONFIRMATION_STANDS,
            VoidReason::OrderClosed => told::ORDER_CLOSED,
            VoidReason::AlreadyDone => told::ALREADY_DONE,
            VoidReason::NotAllowed => told::NOT_ALLOWED,
        }),
    }
}

fn of_order(order: &Order, at: usize, event: &OrderEvent, currency: Currency) -> (Glyph, String, Option<i64>) {
    let said = |phrase: Phrase| phrase.get().to_owned();
    let plain = |glyph, phrase: Phrase| (glyph, phrase.get().to_owned(), None);
    match event {
        OrderEvent::Started(body) if body.copied_from.is_some() => plain(Glyph::Copy, page::COPIED),
        OrderEvent::Started(_) => plain(Glyph::Draft, timeline::STARTED),
        OrderEvent::Discarded(_) => plain(Glyph::Cross, told::DISCARDED),
        OrderEvent::Confirmed(body) => {
            let delivery = body.content.as_ref().map_or(order.delivery.value, |content| content.delivery);
            (Glyph::Orders, told::confirmed(&body.number.0, appearance::delivery_name(delivery).get()), None)
        }
        OrderEvent::Edited(body) => {
            let all: Vec<String> = body.changes.iter().map(|change| changed(order, change, currency)).collect();
            let what = if all.is_empty() { said(timeline::EDITED) } else { all.join("; ") };
            (Glyph::Edit, what, None)
        }
        OrderEvent::PaymentRecorded(body) => {
            let method = appearance::method_name(&body.method);
            let what = if body.deposit { told::deposit(&method) } else { timeline::paid(&method) };
            let what = match body.tendered {
                Some(given) => {
                    let change = currency.full(given.saturating_sub(body.amount));
                    format!("{what} · {}", page::change_given(&currency.full(given), &change))
                }
                None => what,
            };
            (appearance::method_glyph(&body.method), what, Some(body.amount))
        }
        OrderEvent::PaymentVerified(body) => {
            (Glyph::Check, said(timeline::VERIFIED), payment_amount(order, body.payment))
        }
        OrderEvent::PaymentRejected(body) => ended(order, Glyph::Cross, timeline::NOT_ARRIVED, body),
        OrderEvent::PaymentVoided(body) => ended(order, Glyph::Cross, timeline::PAYMENT_VOIDED, body),
        OrderEvent::RefundRecorded(body) => {
            let what = timeline::refunded(&appearance::method_name(&body.method));
            (Glyph::Refund, with_reason(what, &body.reason), Some(body.amount.saturating_neg()))
        }
        OrderEvent::Shipped(body) => {
            let mut what = timeline::shipped(&carrier::name(&body.carrier), &body.tracking).trim_end().to_owned();
            if !body.expected.is_empty() {
                what = format!("{what} · {}", timeline::arrival(&body.expected));
            }
            (Glyph::Truck, what, None)
        }
        OrderEvent::HandedOver(_) => plain(Glyph::Hand, timeline::HANDED_OVER),
        OrderEvent::ParcelCorrected(body) => (Glyph::Parcel, corrected(order, at, body), None),
        OrderEvent::ParcelVoided(body) => {
            (Glyph::Parcel, with_reason(said(timeline::PARCEL_VOIDED), &body.reason), None)
        }
        OrderEvent::Delivered(_) => plain(Glyph::Delivered, timeline::DELIVERED),
        OrderEvent::Completed(_) => plain(Glyph::Completed, timeline::COMPLETED),
        OrderEvent::MarkVoided(body) => {
            (Glyph::Info, with_reason(said(unmarked(order, body.mark)), &body.reason), None)
        }
        OrderEvent::Extended(body) => (Glyph::Clock, timeline::extended(&text::date_time(body.due_ms)), None),
        OrderEvent::Held(body) => (Glyph::OnHold, with_reason(said(timeline::HELD), &body.reason), None),
        OrderEvent::Released(_) => plain(Glyph::Check, timeline::RELEASED),
        OrderEvent::Cancelled(body) => (Glyph::Cancelled, with_reason(said(timeline::CANCELLED), &body.reason), None),
        OrderEvent::Revived(_) => plain(Glyph::Orders, told::REVIVED),
        OrderEvent::Renumbered(body) => (Glyph::Edit, told::renumbered(&body.number.0), None),
        OrderEvent::Labelled(body) => {
            let said = |labels: &[String], words: fn(&str) -> String| {
                (!labels.is_empty()).then(|| words(&labels.join(filters::SEPARATOR.get())))
            };
            let both = [said(&body.add, told::labels_added), said(&body.remove, told::labels_removed)];
            (Glyph::Text, both.into_iter().flatten().collect::<Vec<_>>().join(" · "), None)
        }
        OrderEvent::ConflictSettled(_) => plain(Glyph::Conflict, timeline::CONFLICT_SETTLED),
    }
}

/// What was taken back: that it was delivered, or completed.
fn unmarked(order: &Order, mark: Uuid) -> Phrase {
    let said = order.timeline.iter().find(|entry| entry.meta.id == mark).map(|entry| &entry.event);
    match said {
        Some(Event::Order(OrderEvent::Completed(_))) => undo::NOT_COMPLETED,
        _ => undo::NOT_DELIVERED,
    }
}

fn ended(order: &Order, glyph: Glyph, what: Phrase, body: &PaymentEnded) -> (Glyph, String, Option<i64>) {
    (glyph, with_reason(what.get().to_owned(), &body.reason), payment_amount(order, body.payment))
}

fn payment_amount(order: &Order, id: Uuid) -> Option<i64> {
    order.payments.iter().find(|payment| payment.id == id).map(|payment| payment.body.amount)
}

fn with_reason(what: String, reason: &str) -> String {
    if reason.is_empty() { what } else { timeline::with_reason(&what, reason) }
}

/// What a parcel said before the place: as it was shipped, and as it was corrected since.
fn parcel_before(order: &Order, at: usize, id: Uuid) -> (String, String) {
    let mut known = (String::new(), String::new());
    for entry in order.timeline.iter().take(at).filter(|entry| entry.outcome == Outcome::Applied) {
        match &entry.event {
            Event::Order(OrderEvent::Shipped(body)) if entry.meta.id == id => {
                known = (body.carrier.clone(), body.tracking.clone());
            }
            Event::Order(OrderEvent::ParcelCorrected(body)) if body.parcel == id => {
                if let Some(carrier) = &body.carrier {
                    known.0.clone_from(carrier);
                }
                if let Some(tracking) = &body.tracking {
                    known.1.clone_from(tracking);
                }
            }
            _ => {}
        }
    }
    known
}

fn corrected(order: &Order, at: usize, body: &ParcelCorrected) -> String {
    let (old_carrier, old_tracking) = parcel_before(order, at, body.parcel);
    let mut all = Vec::new();
    if let Some(new) = &body.carrier {
        all.push(told::carrier_became(&carrier::name(&old_carrier), &carrier::name(new)));
    }
    if let Some(new) = &body.tracking {
        all.push(timeline::corrected(&or_nothing(&old_tracking), &or_nothing(new)));
    }
    if let Some(new) = &body.expected {
        all.push(told::arrival_became(&or_nothing(new)));
    }
    if all.is_empty() { timeline::PARCEL_CORRECTED.get().to_owned() } else { all.join("; ") }
}

fn or_nothing(text: &str) -> String {
    if text.is_empty() { told::NOTHING.get().to_owned() } else { text.to_owned() }
}

fn of_buyer(event: &ContactEvent) -> (Glyph, String) {
    match event {
        ContactEvent::Recorded(Buyer { name, phone, .. }) => {
            let who = [name.as_str(), phone.as_str()].into_iter().filter(|it| !it.is_empty());
            let who = who.collect::<Vec<_>>().join(" ");
            let what = told::BUYER_RECORDED.get().to_owned();
            (Glyph::Text, if who.is_empty() { what } else { page::act_at(&what, &who) })
        }
        ContactEvent::Changed(body) => {
            let all = buyer_fields(body).map(|(field, value)| timeline::changed(field.get(), &or_nothing(value)));
            (Glyph::Edit, all.collect::<Vec<_>>().join("; "))
        }
        ContactEvent::Erasing | ContactEvent::Erased => (Glyph::Erase, told::BUYER_ERASED.get().to_owned()),
    }
}

fn buyer_fields(body: &ContactChanged) -> impl Iterator<Item = (Phrase, &String)> {
    [(told::BUYER_NAME, &body.name), (form::PHONE, &body.phone), (form::ADDRESS, &body.address)]
        .into_iter()
        .filter_map(|(field, value)| value.as_ref().map(|value| (field, value)))
}

/// A line of the order; of what is none any more nothing.
fn line_of(order: &Order, id: u32) -> Line {
    order.lines.iter().find(|state| state.line.id == id).map(|state| state.line.clone()).unwrap_or_default()
}

fn item_of(order: &Order, id: u32) -> String {
    let item = line_of(order, id).item;
    if item.is_empty() { form::ITEM.get().to_owned() } else { item }
}

/// An edit's change in words.
fn changed(order: &Order, change: &Change, currency: Currency) -> String {
    match change {
        Change::AddLine(line) => told::added(&line_words(line.quantity, line)),
        Change::RemoveLine(id) => told::removed(&item_of(order, *id)),
        Change::Line(id, change) => {
            let (field, value) = line_field(&line_of(order, *id), change, currency);
            told::line_changed(&item_of(order, *id), field.get(), &value)
        }
        Change::Customer(Some(_)) => told::NOW_A_CUSTOMERS.get().to_owned(),
        Change::Customer(None) => told::NO_CUSTOMERS.get().to_owned(),
        other => {
            let (field, value) = order_field(order, other, currency);
            timeline::changed(field.get(), &value)
        }
    }
}

fn line_words(quantity: i64, line: &Line) -> String {
    text::list::item_times(&line.item, &appearance::quantity_of(quantity, line))
}

/// A field of a line and its value: weights and their price in the line's own unit.
fn line_field(line: &Line, change: &LineChange, currency: Currency) -> (Phrase, String) {
    match change {
        LineChange::Item(item, _) => (form::ITEM, or_nothing(item)),
        LineChange::Variant(variant) => (form::SPECIFICATION, variant.to_string()),
        LineChange::Spec(spec) => (form::SPECIFICATION, or_nothing(spec)),
        LineChange::Quantity(quantity, unit) => (form::QUANTITY, appearance::quantity_in(*quantity, *unit, line.per)),
        LineChange::Price(price) if line.unit == Unit::Gram => {
            (form::UNIT_PRICE, appearance::price_in(*price, line.unit, line.per, currency))
        }
        LineChange::Price(price) => (form::UNIT_PRICE, currency.full(*price)),
        LineChange::Discount(discount) => (page::DISCOUNT, currency.full(*discount)),
        LineChange::Note(note) => (told::LINE_NOTE, or_nothing(note)),
        LineChange::Per(per) => (shop_setup::WEIGHT, text::weight::name(*per).get().to_owned()),
    }
}

/// A field of the order and its value; lines are told by their own.
fn order_field(order: &Order, change: &Change, currency: Currency) -> (Phrase, String) {
    match change {
        Change::Note(note) => (form::ORDER_NOTE, or_nothing(note)),
        Change::Delivery(delivery) => (text::delivery::DELIVERY, appearance::delivery_name(*delivery).get().to_owned()),
        Change::Method(method) => (text::method::METHOD, appearance::method_name(method)),
        Change::Terms(terms) => (told::TERMS, appearance::terms_name(*terms).get().to_owned()),
        Change::Discount(minor) => (page::DISCOUNT, currency.full(*minor)),
        Change::Rounding(minor) => (page::ROUNDING, currency.full(*minor)),
        Change::Deposit(minor) => (page::DEPOSIT, currency.full(*minor)),
        Change::Channel(channel) => (told::CHANNEL, or_nothing(&shop_lists::called(List::Channel, channel))),
        Change::Category(category) => (told::CATEGORY, or_nothing(&shop_lists::called(List::Category, category))),
        Change::Customer(customer) => {
            (told::CUSTOMER, or_nothing(if customer.is_some() { told::KNOWN.get() } else { "" }))
        }
        Change::Carrier(carrier) => (told::CARRIER, or_nothing(&carrier::name(carrier))),
        Change::Parked(parked) => (told::PARKED, or_nothing(if *parked { told::KNOWN.get() } else { "" })),
        Change::AddLine(line) => (form::ITEM, line_words(line.quantity, line)),
        Change::RemoveLine(_) => (form::ITEM, told::TAKEN_OUT.get().to_owned()),
        Change::Line(id, change) => line_field(&line_of(order, *id), change, currency),
    }
}

/// The same field written twice: its name, the value that does not stand, and the one that does.
pub fn two_values(order: &Order, taking: &OtherValue, currency: Currency) -> (String, String, String) {
    match taking {
        OtherValue::Buyer(body) => {
            let other = buyer_fields(body).next().map(|(field, value)| (field, value.clone()));
            let (field, other) = other.unwrap_or((told::BUYER_NAME, String::new()));
            let now = if body.name.is_some() {
                &order.name.value
            } else if body.phone.is_some() {
                &order.phone.value
            } else {
                &order.address.value
            };
            (field.get().to_owned(), or_nothing(&other), or_nothing(now))
        }
        OtherValue::Order(change) => {
            let (field, other) = order_field(order, change, currency);
            let now = order_field(order, &order.as_it_stands(change), currency).1;
            let field = match change {
                Change::Line(id, _) => page::act_at(&item_of(order, *id), field.get()),
                Change::RemoveLine(id) => item_of(order, *id),
                _ => field.get().to_owned(),
            };
            (field, other, now)
        }
    }
}

/// What is in a parcel: `Longjing ×2, teapot ×1`.
pub fn parts(order: &Order, parts: &[LinePart]) -> String {
    let each = parts.iter().filter_map(|(id, quantity)| {
        let state = order.lines.iter().find(|state| state.line.id == *id)?;
        Some(line_words(*quantity, &state.line))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Where a parcel goes and under which number: `SF Express SF123…`, or that it was handed over.
pub fn parcel(of: &Parcel) -> String {
    if of.handed_over {
        return timeline::HANDED_OVER.get().to_owned();
    }
    format!("{} {}", carrier::name(&of.carrier), of.tracking).trim_end().to_owned()
}

/// Two sides of a conflict say more about what left than the timeline does.
pub fn detail(order: &Order, at: usize) -> Option<String> {
    match &order.timeline.get(at)?.event {
        Event::Order(OrderEvent::Shipped(body)) => Some(parts(order, &body.lines)),
        Event::Order(OrderEvent::HandedOver(body)) => Some(parts(order, &body.lines)),
        Event::Order(OrderEvent::PaymentRecorded(body)) if !body.method.needs_verifying() => None,
        Event::Order(OrderEvent::PaymentRecorded(_)) => {
            let verified = order.payments.iter().find(|payment| payment.at == at)?.state;
            let is_verified = verified == domain::order::PaymentState::Verified;
            Some(if is_verified { timeline::VERIFIED } else { timeline::UNVERIFIED }.get().to_owned())
        }
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::weight::WeightUnit;

    use super::*;

    #[test]
    fn a_weighed_line_is_told_in_its_own_unit() {
        let line = Line { unit: Unit::Gram, per: WeightUnit::Jin, ..Line::default() };
        let said = |line: &Line, change: &LineChange| line_field(line, change, Currency::from(domain::Currency::Cny)).1;
        let price = LineChange::Price(4_000);
        assert!(said(&line, &price).starts_with("20.00/"), "{}", said(&line, &price));
        let weight = said(&line, &LineChange::Quantity(750, Unit::Gram));
        assert!(weight.starts_with("1.5"), "{weight}");
        assert!(!said(&Line::default(), &price).contains('/'));
    }
}
