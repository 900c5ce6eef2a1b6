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
    let known = StreamKind::parse(&envelope.stream.0);
    known.and_then(|stream| decode(stream, &envelope.kind, envelope.body.get())).unwrap_or(Event::Unknown)
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

fn decode(stream: StreamKind, kind: &str, body: &str) -> Option<Event> {
    let is_erased = stream.is_personal() && body == "null";
    if !is_erased && !stream.event_types().contains(&kind) {
        return None;
    }
    match stream {
        StreamKind::Order => {
            let read = OrderEvent::read(kind, &mut serde_json::Deserializer::from_str(body))?;
            read.ok().map(Event::Order)
        }
        StreamKind::Contact if is_erased => Some(Event::Contact(ContactEvent::Erased)),
        StreamKind::Contact => match verb(kind) {
            "recorded" => from(body).map(ContactEvent::Recorded),
            "changed" => from(body).map(ContactEvent::Changed),
            "erased" => Some(ContactEvent::Erasing),
            _ => None,
        }
        .map(Event::Contact),
        StreamKind::Shop => decode_of_shop(kind, body),
        StreamKind::Product | StreamKind::Customer | StreamKind::Template | StreamKind::Rule | StreamKind::View => {
            match verb(kind) {
                _ if is_erased => Some(RecordEvent::Erased),
                "changed" => from(body).map(RecordEvent::Changed),
                "stock_moved" => from(body).map(RecordEvent::StockMoved),
                "debt_moved" => from(body).map(RecordEvent::DebtMoved),
                "erased" => Some(RecordEvent::Erasing),
                _ => None,
            }
            .map(Event::Record)
        }
    }
}

/// What a type on the wire says, without the word of its stream.
fn verb(kind: &str) -> &str {
    kind.split_once('.').map_or("", |(_, verb)| verb)
}

/// Type, version and body of an event as this build writes it. `None` for an event that is only ever relayed, for one
/// that its stream doesn't have, or when the body can't be written (there is no such body).
pub fn write(stream: StreamKind, event: &Event) -> Option<(&'static str, u32, Box<RawValue>)> {
    fn raw<T: Serialize>(body: &T) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(body).ok()
    }
    let nothing = || RawValue::from_string("{}".to_owned()).ok();
    let (verb, body) = match event {
        Event::Order(event) => (verb(event.key()), raw(event)),
        Event::Contact(ContactEvent::Recorded(body)) => ("recorded", raw(body)),
        Event::Contact(ContactEvent::Changed(body)) => ("changed", raw(body)),
        Event::Shop(ShopEvent::Started(body)) => ("started", raw(body)),
        Event::Shop(ShopEvent::SettingChanged(body)) => ("setting_changed", raw(body)),
        Event::Shop(ShopEvent::DeviceJoined(body)) => ("device_joined", raw(body)),
        Event::Record(RecordEvent::Changed(body)) => ("changed", raw(body)),
        Event::Record(RecordEvent::StockMoved(body)) => ("stock_moved", raw(body)),
        Event::Record(RecordEvent::DebtMoved(body)) => ("debt_moved", raw(body)),
        Event::Contact(ContactEvent::Erasing) | Event::Record(RecordEvent::Erasing) => ("erased", nothing()),
        Event::Contact(ContactEvent::Erased) | Event::Record(RecordEvent::Erased) | Event::Unknown => return None,
    };
    Some((stream.event_type(verb)?, 1, body?))
}
