//! Erasing a person (`docs/decisions/0010`): which events ask for it, and what is left of the others of their stream.
//! The server and every tablet make the same of the same text, so that what one has erased the other knows again.

use std::collections::HashSet;

use domain::StreamKind;
use domain::record::{DebtMoved, RecordEvent};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::digest::{EventHash, event_hash};
use crate::{Envelope, Stream};

/// Whether events of this stream may hold a person's data.
pub fn is_personal(envelope: &Envelope) -> bool {
    is_of_a_person(&envelope.stream)
}

fn is_of_a_person(stream: &Stream) -> bool {
    StreamKind::parse(&stream.0).is_some_and(StreamKind::is_personal)
}

/// Whether a text that the log did not take may tell of one of these people: it is of their stream, or it names them and
/// nobody can say of which it is.
pub fn may_tell_of(text: &str, people: &HashSet<Uuid>) -> bool {
    #[derive(serde::Deserialize)]
    struct OnlyStream {
        stream: Stream,
    }
    match serde_json::from_str(text) {
        Ok(OnlyStream { stream }) => people.contains(&stream.1) && is_of_a_person(&stream),
        Err(_) => named(text).any(|id| people.contains(&id)),
    }
}

/// The ids that stand in a text, in capital or small letters.
fn named(text: &str) -> impl Iterator<Item = Uuid> {
    let written = text.as_bytes().windows(uuid::fmt::Hyphenated::LENGTH);
    written.filter_map(|id| Uuid::try_parse_ascii(id).ok())
}

/// Whether this event asks that the person of its stream be erased.
pub fn is_erasure_request(envelope: &Envelope) -> bool {
    let asks = StreamKind::parse(&envelope.stream.0).and_then(|kind| kind.event_type("erased"));
    asks.is_some_and(|asks| envelope.kind == asks)
}

/// An event that asks for it, as its place in the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasureRequest {
    /// The device that made it.
    pub device: Uuid,
    /// That device's count.
    pub counter: u64,
    /// Its place in the log; `None` while only its device has it.
    pub seq: Option<u64>,
}

impl ErasureRequest {
    /// Whether who made this event, which has the place `at` in the log, knew that the person had been erased: then it
    /// was written on purpose, and stays.
    pub fn was_known_to(&self, envelope: &Envelope, at: Option<u64>) -> bool {
        if envelope.device == self.device {
            self.counter < envelope.counter
        } else {
            self.seq.is_some_and(|seq| seq <= envelope.seen_at(at))
        }
    }
}

/// What is left of an event of a person's stream: ids, counts and sums, and nothing of the person. `None` where the
/// text is no such event; the same text where nothing is to be taken out.
pub fn erased(text: &str) -> Option<String> {
    let mut envelope = Envelope::read(text).ok()?;
    if !is_personal(&envelope) {
        return None;
    }
    if is_erasure_request(&envelope) || envelope.body.get() == "null" {
        return Some(text.to_owned());
    }
    envelope.body = left_of(&envelope).unwrap_or_else(nothing);
    envelope.to_text().ok()
}

/// Sums are the shop's money: they stay, without the note.
fn left_of(envelope: &Envelope) -> Option<Box<RawValue>> {
    if envelope.kind != "customer.debt_moved" {
        return None;
    }
    let moved: DebtMoved = serde_json::from_str(envelope.body.get()).ok()?;
    let mut event = RecordEvent::DebtMoved(moved);
    event.erase();
    let RecordEvent::DebtMoved(moved) = event else { return None };
    serde_json::value::to_raw_value(&moved).ok()
}

fn nothing() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

/// Whether two texts are the same event, though one of them may have been erased; `hash`: of the one as its device
/// wrote it, where that was said.
pub fn is_same(mine: &str, theirs: &str, hash: Option<&EventHash>) -> bool {
    mine == theirs
        || hash.is_some_and(|hash| event_hash(mine) == *hash)
        || erased(theirs).is_some_and(|theirs| theirs == mine)
        || erased(mine).is_some_and(|mine| mine == theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(stream: &str, kind: &str, body: &str) -> String {
        format!(
            r#"{{"v":1,"id":"019ab000-0000-7000-8000-000000000001","device":"019ab000-0000-7000-8000-00000000000d","counter":7,"seen":3,"hlc":[5,0],"actor":null,"stream":["{stream}","019ab000-0000-7000-8000-000000000002"],"type":"{kind}","version":1,"body":{body},"more":"王小明"}}"#
        )
    }

    #[test]
    fn of_a_person_nothing_is_left_but_sums() {
        let contact = event("contact", "contact.recorded", r#"{"name":"王小明","phone":"138"}"#);
        let left = erased(&contact).unwrap();
        assert!(left.contains(r#""body":null"#) && !left.contains("王小明"), "{left}");
        assert_eq!(erased(&left).as_deref(), Some(left.as_str()), "once is enough");
        assert!(is_same(&contact, &left, None) && is_same(&left, &contact, None));
        assert!(is_same(&contact, "anything", Some(&event_hash(&contact))));
        let debt = event("customer", "customer.debt_moved", r#"{"amount":-500,"method":"cash","note":"王小明的弟弟"}"#);
        let left = erased(&debt).unwrap();
        assert!(left.contains(r#""body":{"amount":-500,"method":"cash"}"#) && !left.contains("弟弟"), "{left}");
        let broken = event("customer", "customer.debt_moved", r#"{"amount":"王小明"}"#);
        assert!(erased(&broken).unwrap().contains(r#""body":null"#));
        let unknown = event("customer", "customer.photographed", r#"{"blob":"x"}"#);
        assert!(erased(&unknown).unwrap().contains(r#""body":null"#));
    }

    #[test]
    fn other_streams_and_the_asking_itself_stay() {
        assert_eq!(erased(&event("order", "order.held", r#"{"reason":"x"}"#)), None);
        assert_eq!(erased("nonsense"), None);
        let asking = event("customer", "customer.erased", "{}");
        assert_eq!(erased(&asking).as_deref(), Some(asking.as_str()));
        assert!(is_erasure_request(&Envelope::read(&asking).unwrap()));
        assert!(!is_erasure_request(&Envelope::read(&event("contact", "customer.erased", "{}")).unwrap()));
    }

    #[test]
    fn who_knew_wrote_on_purpose() {
        let written = Envelope::read(&event("customer", "customer.changed", "{}")).unwrap();
        let asking =
            |device: &str, counter, seq| ErasureRequest { device: Uuid::parse_str(device).unwrap(), counter, seq };
        let (own, other) = ("019ab000-0000-7000-8000-00000000000d", "019ab000-0000-7000-8000-00000000000e");
        assert!(asking(own, 6, None).was_known_to(&written, None));
        assert!(!asking(own, 8, None).was_known_to(&written, None));
        assert!(!asking(own, 8, Some(2)).was_known_to(&written, None), "a restored server gave it an earlier place");
        assert!(asking(other, 1, Some(3)).was_known_to(&written, Some(4)));
        assert!(!asking(other, 1, Some(4)).was_known_to(&written, Some(9)));
        assert!(!asking(other, 1, None).was_known_to(&written, Some(9)));
        let claims = Envelope { seen: 1 << 53, ..written };
        assert!(!asking(other, 1, Some(20)).was_known_to(&claims, Some(10)), "nobody has seen what comes after them");
    }
}
