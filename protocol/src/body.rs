//! Bodies of events: from the wire's type, version and JSON to what the domain knows, and back. Old versions are
//! read by upcasters here; what this build does not know becomes [`Event::Unknown`] and its text is kept.

use domain::contact::ContactEvent;
use domain::order::OrderEvent;
use domain::record::RecordEvent;
use domain::shop::ShopEvent;
use domain::{Event, StreamKind};
use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Envelope;

/// What an event says; never fails.
pub fn read(envelope: &Envelope) -> Event {
    if envelope.v != crate::envelope::ENVELOPE_VERSION || envelope.version != 1 {
        return Event::Unknown;
    }
    decode(StreamKind::parse(&envelope.stream.0), &envelope.kind, envelope.body.get()).unwrap_or(Event::Unknown)
}

/// What an event of the shop's stream says; never fails. Apart from the others, because opening the app needs no more.
pub fn read_of_shop(envelope: &Envelope) -> Event {
    if envelope.v != crate::envelope::ENVELOPE_VERSION || envelope.version != 1 {
        return Event::Unknown;
    }
    decode_of_shop(&envelope.kind, envelope.body.get()).unwrap_or(Event::Unknown)
}

fn from<'a, T: Deserialize<'a>>(body: &'a str) -> Option<T> {
    serde_json::from_str(body).ok()
}

fn decode_of_shop(kind: &str, body: &str) -> Option<Event> {
    match kind {
        "shop.started" => from(body).map(ShopEvent::Started).map(Event::Shop),
        "shop.setting_changed" => from(body).map(ShopEvent::SettingChanged).map(Event::Shop),
        "shop.device_joined" => from(body).map(ShopEvent::DeviceJoined).map(Event::Shop),
        "shop.changed" => from(body).map(RecordEvent::Changed).map(Event::Record),
        _ => None,
    }
}

fn decode(stream: Option<StreamKind>, kind: &str, body: &str) -> Option<Event> {
    match (stream?, kind) {
        (StreamKind::Shop, kind) => decode_of_shop(kind, body),
        (StreamKind::Order, kind) => {
            let read = OrderEvent::read(kind, &mut serde_json::Deserializer::from_str(body))?;
            read.ok().map(Event::Order)
        }
        (StreamKind::Customer, _) if body == "null" => Some(Event::Record(RecordEvent::Erased)),
        (StreamKind::Contact, _) if body == "null" => Some(Event::Contact(ContactEvent::Erased)),
        (StreamKind::Contact, "contact.recorded") => from(body).map(ContactEvent::Recorded).map(Event::Contact),
        (StreamKind::Contact, "contact.changed") => from(body).map(ContactEvent::Changed).map(Event::Contact),
        (StreamKind::Contact, "contact.erased") => Some(Event::Contact(ContactEvent::Erasing)),
        (kind, key) if key == kind.changed() => from(body).map(RecordEvent::Changed).map(Event::Record),
        (StreamKind::Product, "product.stock_moved") => from(body).map(RecordEvent::StockMoved).map(Event::Record),
        (StreamKind::Customer, "customer.debt_moved") => from(body).map(RecordEvent::DebtMoved).map(Event::Record),
        (StreamKind::Customer, "customer.erased") => Some(Event::Record(RecordEvent::Erasing)),
        _ => None,
    }
}

/// Type, version and body of an event as this build writes it. `None` for an event that is only ever relayed, or
/// when the body can't be written (there is no such body).
pub fn write(stream: StreamKind, event: &Event) -> Option<(&'static str, u32, Box<RawValue>)> {
    fn raw<T: Serialize>(body: &T) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(body).ok()
    }
    let (kind, body) = match event {
        Event::Order(event) => (event.key(), raw(event)),
        Event::Contact(ContactEvent::Recorded(body)) => ("contact.recorded", raw(body)),
        Event::Contact(ContactEvent::Changed(body)) => ("contact.changed", raw(body)),
        Event::Shop(ShopEvent::Started(body)) => ("shop.started", raw(body)),
        Event::Shop(ShopEvent::SettingChanged(body)) => ("shop.setting_changed", raw(body)),
        Event::Shop(ShopEvent::DeviceJoined(body)) => ("shop.device_joined", raw(body)),
        Event::Record(RecordEvent::Changed(body)) => (stream.changed(), raw(body)),
        Event::Record(RecordEvent::StockMoved(body)) => ("product.stock_moved", raw(body)),
        Event::Record(RecordEvent::DebtMoved(body)) => ("customer.debt_moved", raw(body)),
        Event::Contact(ContactEvent::Erasing) => ("contact.erased", RawValue::from_string("{}".to_owned()).ok()),
        Event::Record(RecordEvent::Erasing) => ("customer.erased", RawValue::from_string("{}".to_owned()).ok()),
        Event::Contact(ContactEvent::Erased) | Event::Record(RecordEvent::Erased) | Event::Unknown => return None,
    };
    Some((kind, 1, body?))
}
