//! The server's door: what it takes every tablet reads, a stamp comes off it byte for byte, and what is left of it when
//! a person is erased is an event again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::digest::event_hash;
use protocol::envelope::{stamp, unstamp};
use protocol::erasure::{erased, is_same};
use protocol::{Envelope, Flag, Stamp, body};

fuzz_target!(|text: &str| {
    // Whatever it is, it is read or refused.
    let _ = (unstamp(text), erased(text), Envelope::read_of_log(text));
    let Ok(event) = Envelope::parse(text) else { return };
    let read = Envelope::read(text).expect("every tablet reads it");
    assert_eq!((read.id, read.stream), (event.id, event.stream.clone()));
    let _ = body::read(&event);
    for hash in [None, Some(event_hash(text))] {
        let given = Stamp { seq: event.counter, received_ms: event.hlc.0, flags: vec![Flag::ClockAhead], hash };
        let stamped = stamp(text, &given);
        serde_json::from_str::<Box<serde_json::value::RawValue>>(&stamped).expect("a page stays JSON");
        assert_eq!(unstamp(&stamped).expect("the stamp is there"), (text.to_owned(), given));
    }
    if let Some(left) = erased(text) {
        Envelope::parse(&left).expect("what is left is an event");
        assert_eq!(erased(&left).as_ref(), Some(&left), "once is enough");
        assert!(is_same(text, &left, None) && is_same(&left, text, None));
    }
});
