//! What crosses the network stays what it was: stamps come off byte for byte, what this build does not know is
//! relayed untouched, limits and problem types are fixed.
#![cfg(test)]

use domain::Event;
use domain::StreamKind;
use proptest::prelude::*;
use protocol::envelope::{stamp, unstamp};
use protocol::{
    BlobFault, BlobId, BlobKind, Brief, Digest, Envelope, EnvelopeFault, Flag, Problem, ProblemType, Stamp, blob, body,
    digest,
};
use uuid::Uuid;

fn event(body: &str) -> String {
    format!(
        r#"{{"v":1,"id":"019ab000-0000-7000-8000-000000000001","device":"019ab000-0000-7000-8000-00000000000d","counter":1,"seen":0,"hlc":[1795417200000,0],"actor":null,"stream":["order","019ab000-0000-7000-8000-000000000050"],"type":"order.blessed","version":1,"body":{body}}}"#
    )
}

fn flags() -> impl Strategy<Value = Vec<Flag>> {
    proptest::collection::vec(prop_oneof![Just(Flag::ClonedDevice), Just(Flag::ClockAhead)], 0..3)
}

/// JSON bodies, some of which look like a stamp themselves.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(r#"{"a":1,"seq":2,"received_ms":3,"flags":[]}"#.to_owned()),
        Just(r#"",\"seq\":7""#.to_owned()),
        Just(r#"{"x": "é" , "seq":null}"#.to_owned()),
        Just("null".to_owned()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        any::<i64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), inner, " {0,2}").prop_map(|(a, b, gap)| format!("{{{gap}\"k\":{a},\"seq\":{b}{gap}}}"))
    })
}

proptest! {
    #[test]
    fn a_stamp_comes_off_byte_for_byte(
        body in json(), gap in " {0,3}", seq in any::<u64>(), received_ms in any::<i64>(), flags in flags(),
        erased in any::<bool>(),
    ) {
        let text = event(&format!("{body}{gap}"));
        let given = Stamp { seq, received_ms, flags, hash: erased.then_some([0xa5; 32]) };
        let stamped = stamp(&text, &given);
        let whole: serde_json::Value = serde_json::from_str(&stamped).unwrap();
        prop_assert_eq!(&whole["seq"], &serde_json::json!(seq));
        let (back, read) = unstamp(&stamped).unwrap();
        prop_assert_eq!(&back, &text);
        prop_assert_eq!(read, given);
        prop_assert_eq!(digest::event_hash(&back), digest::event_hash(&text));
    }

    #[test]
    fn no_text_makes_reading_fail_but_by_saying_so(text in "\\PC{0,80}") {
        let _ = (Envelope::parse(&text), unstamp(&text), Digest::parse(&text));
    }

    #[test]
    fn an_unknown_type_keeps_its_bytes(body in json(), kind in "[a-z]{1,8}\\.[a-z_]{1,12}") {
        let text = event(&body).replace("order.blessed", &format!("future.{kind}"));
        let envelope = Envelope::parse(&text).unwrap();
        prop_assert_eq!(body::read(&envelope), Event::Unknown);
        prop_assert_eq!(envelope.to_text().unwrap(), text);
        prop_assert!(body::write(StreamKind::Order, &Event::Unknown).is_none());
    }

    #[test]
    fn a_digest_reads_as_it_is_written(bytes in any::<[u8; 16]>()) {
        let digest = Digest(bytes);
        prop_assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        prop_assert_eq!(serde_json::from_str::<Digest>(&serde_json::to_string(&digest).unwrap()).unwrap(), digest);
    }
}

#[test]
fn of_an_erased_event_the_stamp_says_the_hash_of_its_text_as_it_was() {
    let hash = digest::event_hash("abc");
    let given = Stamp { seq: 7, received_ms: 8, flags: vec![], hash: Some(hash) };
    let stamped = stamp(&event("null"), &given);
    let end = ",\"seq\":7,\"received_ms\":8,\"flags\":[],\
               \"hash\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}";
    assert!(stamped.ends_with(end), "{stamped}");
    assert_eq!(unstamp(&stamped).unwrap(), (event("null"), given));
    let short = stamped.replace("0015ad", "");
    assert!(unstamp(&short).is_err());
}

#[test]
fn a_blob_is_named_by_its_bytes_and_in_one_way() {
    let id = BlobId::of(b"abc");
    assert_eq!(id.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(BlobId::parse(&id.to_string()), Some(id));
    assert_eq!(serde_json::from_str::<BlobId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    let text = id.to_string();
    for other in [text.to_uppercase(), text[1..].to_owned(), format!("{text}0"), text.replace('a', "g"), "é".repeat(32)]
    {
        assert_eq!(BlobId::parse(&other), None, "{other}");
    }
}

/// The heads of pictures of every form that is kept, of these sides.
fn pictures(width: u16, height: u16) -> Vec<(Vec<u8>, BlobKind, &'static str)> {
    let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
    let (less_w, less_h) = (u32::from(width) - 1, u32::from(height) - 1);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(u32::from(width).to_be_bytes().into_iter().chain(u32::from(height).to_be_bytes()));
    let jpeg =
        |before: &[u8], frame: u8| [&[0xff, 0xd8], before, &[0xff, frame, 0, 11, 8], &h, &w, &[1, 1, 17, 0]].concat();
    let exif = [&[0xff, 0xe1, 0x02, 0x02][..], &[0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1].repeat(60)[..512]].concat();
    let webp = |kind: &[u8], head: &[u8]| [b"RIFF\x10\0\0\0WEBP", kind, &[9, 0, 0, 0], head, &[0; 8]].concat();
    let lossy = [&[0, 0, 0, 0x9d, 1, 0x2a], &width.to_le_bytes()[..], &height.to_le_bytes()].concat();
    let lossless = [&[0x2f][..], &(less_h << 14 | less_w).to_le_bytes()].concat();
    let extended = [&[0; 4][..], &less_w.to_le_bytes()[..3], &less_h.to_le_bytes()[..3]].concat();
    vec![
        (png, BlobKind::Png, "image/png"),
        (jpeg(&[], 0xc0), BlobKind::Jpeg, "image/jpeg"),
        (jpeg(&exif, 0xc0), BlobKind::Jpeg, "image/jpeg"),
        (jpeg(&[0xff, 0xdb, 0, 3, 0], 0xc2), BlobKind::Jpeg, "image/jpeg"),
        (webp(b"VP8 ", &lossy), BlobKind::Webp, "image/webp"),
        (webp(b"VP8L", &lossless), BlobKind::Webp, "image/webp"),
        (webp(b"VP8X", &extended), BlobKind::Webp, "image/webp"),
    ]
}

#[test]
fn a_blob_is_a_picture_of_a_kind_that_is_kept() {
    for (bytes, kind, media_type) in pictures(4_096, 3) {
        assert_eq!((blob::check(&bytes), blob::sides(&bytes)), (Ok(kind), Some((4_096, 3))), "{bytes:?}");
        assert_eq!(kind.media_type(), media_type);
    }
    for (bytes, ..) in pictures(12_000, 12_001) {
        assert_eq!(blob::check(&bytes), Err(BlobFault::TooWide(12_000, 12_001)), "{bytes:?}");
    }
    // Where a browser skips a filling byte, or a marker without a length, another frame may hide.
    for hidden in [&[0xff][..], &[0xff, 0x01], &[0xff, 0xd0], &[0xff, 0xd8], &[0xff, 0xd9], &[0xff, 0xe0, 0, 1]] {
        let frame = [0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0];
        let jpeg = [&[0xff, 0xd8], hidden, &frame.repeat(9_000)].concat();
        assert_eq!(blob::check(&jpeg), Err(BlobFault::NotAPicture), "{hidden:?}");
    }
    for other in [&b""[..], b"RIFF", b"RIFF\x10\0\0\0WAVE", b"GIF89a", b"<svg xmlns", b"<html>", b"\x89PNG\r\n"] {
        assert_eq!(blob::check(other), Err(BlobFault::NotAPicture), "{other:?}");
    }
    for (bytes, ..) in pictures(5, 5) {
        for end in 0..bytes.len() {
            let _ = blob::check(&bytes[..end]);
        }
    }
    let mut most = pictures(5, 5).remove(0).0;
    most.resize(protocol::MAX_BLOB_BYTES, 0);
    blob::check(&most).expect("just fits");
    most.push(0);
    assert_eq!(blob::check(&most), Err(BlobFault::TooLarge(400_001)));
}

#[test]
fn an_empty_stamp_of_flags_is_still_a_stamp() {
    let given = Stamp { seq: 1, received_ms: -1, flags: vec![], hash: None };
    assert!(stamp(&event("{}"), &given).ends_with(r#","body":{},"seq":1,"received_ms":-1,"flags":[]}"#));
    assert!(matches!(unstamp(&event("{}")), Err(EnvelopeFault::NoStamp)));
}

#[test]
fn what_a_newer_build_wrote_is_unknown_here() {
    let confirmed = event("{}").replace("order.blessed", "order.delivered");
    let read = |text: &str| body::read(&Envelope::parse(text).unwrap());
    assert!(matches!(read(&confirmed), Event::Order(_)));
    assert_eq!(read(&confirmed.replace(r#""version":1"#, r#""version":2"#)), Event::Unknown);
    assert_eq!(read(&confirmed.replace(r#"{"v":1"#, r#"{"v":2"#)), Event::Unknown);
    assert_eq!(read(&confirmed.replace(r#"["order""#, r#"["case""#)), Event::Unknown);
    let newer = event(r#"{"changes":[{"colour":"red"}]}"#).replace("order.blessed", "order.edited");
    assert_eq!(read(&newer), Event::Unknown, "a change that this build does not know");
    let more = event(r#"{"amount":1,"method":"cash","tip":5}"#).replace("order.blessed", "order.payment_recorded");
    assert!(matches!(read(&more), Event::Order(_)), "new fields are optional");
    let odd = r#"{"seq":1,"received_ms":2,"flags":["from_the_moon"]}"#;
    assert_eq!(serde_json::from_str::<Stamp>(odd).unwrap().flags, [Flag::Unknown]);
}

#[test]
fn an_event_may_not_carry_what_the_server_adds() {
    for reserved in [r#""seq":1"#, r#""seq":null"#, r#""received_ms":1"#, r#""flags":[]"#] {
        let text = event("{}").replacen('{', &format!("{{{reserved},"), 1);
        assert!(matches!(Envelope::parse(&text), Err(EnvelopeFault::Reserved(_))), "{reserved}");
    }
    Envelope::parse(&event(r#"{"seq":1,"flags":2}"#)).expect("in a body they are the body's");
}

#[test]
fn what_is_no_event_is_refused() {
    let good = event("{}");
    for (from, to) in [
        (r#""counter":1"#, r#""counter":0"#),
        (r#""counter":1"#, r#""counter":18446744073709551615"#),
        (r#""counter":1"#, r#""counter":-1"#),
        (r#""seen":0"#, r#""seen":9223372036854775808"#),
        (r#""hlc":[1795417200000,0]"#, r#""hlc":1795417200000"#),
        (r#""stream":["order","#, r#""stream":["#),
        (r#""actor":null"#, r#""actor":"me""#),
        (r#","version":1"#, ""),
        (r#","body":{}"#, ""),
    ] {
        assert_ne!(good, good.replace(from, to), "{from} is there");
        assert!(Envelope::parse(&good.replace(from, to)).is_err(), "{to}");
    }
    for text in ["", "null", "[]", "{}", "{", &good[1..], &good[..good.len() - 1], &format!("{good}{good}")] {
        assert!(Envelope::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_door_takes_an_event_in_one_spelling() {
    let good = event(r#"{"note": "a \u4e00", "note":1.50}"#);
    Envelope::parse(&good).expect("a body is written as one likes");
    for (from, to) in [
        ("\"body\":", "\"body\" :"),
        ("\"body\":", "\"body\": "),
        ("\"body\":", "\"\\u0062ody\":"),
        ("{\"v\":1", " {\"v\":1"),
        ("{\"v\":1", "{\n\"v\":1"),
        ("{\"v\":1,", "{\"mood\":1,\"v\":1,"),
        ("\"counter\":1,\"seen\":0", "\"seen\":0,\"counter\":1"),
        ("\"actor\":null,", ""),
        ("\"order.blessed\"", "\"order\\u002eblessed\""),
        ("\"order.blessed\"", "\"order\\/blessed\""),
        ("[\"order\"", "[\"\\u006frder\""),
        ("00000000000d", "00000000000D"),
        ("019ab000-0000-7000-8000-00000000000d", "019ab00000007000800000000000000d"),
        ("019ab000-0000-7000-8000-00000000000d", "{019ab000-0000-7000-8000-00000000000d}"),
        (",0],", ", 0],"),
        (":1.50}}", ":1.50} }"),
        (":1.50}}", ":1.50}} "),
        (":1.50}}", ":1.50} ,\"mood\":1}"),
    ] {
        let other = good.replacen(from, to, 1);
        assert_ne!(good, other, "{from} is there");
        assert!(Envelope::parse(&other).is_err(), "{other}");
        Envelope::read(&other).expect("what an older door let in is read");
    }
    let further = good.replace(":1.50}}", ":1.50},\"mood\" : [1, 2],\"mood\":\"body\" }");
    Envelope::parse(&further).expect("further fields after the body are a newer build's");
}

#[test]
fn the_limits_are_those_that_were_shipped() {
    use protocol::*;
    assert_eq!((MAX_PUSH_EVENTS, MAX_PUSH_BYTES, MAX_EVENT_BYTES, MAX_PULL_EVENTS), (500, 1_000_000, 65_536, 5_000));
    assert_eq!((MAX_WAIT_SECONDS, MAX_CLOCK_AHEAD_MS), (25, 60_000));
    assert_eq!((MAX_BLOB_BYTES, MAX_BLOBS_ASKED), (400_000, 1_000));
    let frame = event("\"\"").len();
    let filled = |length: usize| event(&format!("\"{}\"", "x".repeat(length - frame)));
    Envelope::parse(&filled(MAX_EVENT_BYTES)).expect("just fits");
    assert!(matches!(Envelope::parse(&filled(MAX_EVENT_BYTES + 1)), Err(EnvelopeFault::Oversized(65_537))));
}

#[test]
fn an_order_of_the_largest_form_fits_its_events() {
    use domain::contact::Buyer;
    use domain::order::{Command, Content, Context, Line, decide};
    use domain::text::{LONG, MAX_LINES, SHORT};
    // Four bytes, or six once escaped: the most that a character takes.
    for character in ["😀", "\u{1}", "\"", "\\"] {
        let line = |id| Line {
            id,
            item: character.repeat(SHORT),
            spec: character.repeat(SHORT),
            note: character.repeat(LONG),
            quantity: 1_000_000,
            ..Line::default()
        };
        let content = Content {
            lines: (1..=MAX_LINES as u32).map(line).collect(),
            note: character.repeat(LONG),
            ..Content::default()
        };
        let buyer =
            Buyer { name: character.repeat(SHORT), phone: character.repeat(SHORT), address: character.repeat(LONG) };
        let context = Context {
            now_ms: 0,
            day: domain::Day::default(),
            code: &domain::DeviceCode("K7".into()),
            next_count: 1,
            settings: &domain::shop::ShopSettings::default(),
        };
        let new = Some((content, buyer));
        let command = Command::Confirm { new, copied_from: None, payments: Vec::new(), handed_over: false };
        for new in decide(None, Uuid::nil(), &command, &context).unwrap() {
            let (_, _, body) = body::write(new.stream, &new.event).unwrap();
            assert!(event(body.get()).len() < protocol::MAX_EVENT_BYTES, "{character:?}: {}", body.get().len());
        }
    }
}

#[test]
fn the_types_of_problems_are_those_that_were_shipped() {
    use ProblemType::*;
    let shipped = [
        (Malformed, "malformed", 400),
        (BadSetupCode, "bad-setup-code", 403),
        (BadPairingCode, "bad-pairing-code", 403),
        (Unauthenticated, "unauthenticated", 401),
        (Forbidden, "forbidden", 403),
        (NotFound, "not-found", 404),
        (Gone, "gone", 410),
        (TooLarge, "too-large", 413),
        (TooMany, "too-many", 429),
        (MalformedEvent, "malformed-event", 422),
        (OversizedEvent, "oversized-event", 422),
        (ForeignEvent, "foreign-event", 422),
        (IdTaken, "id-taken", 422),
        (NotAPicture, "not-a-picture", 415),
        (WrongBlob, "wrong-blob", 422),
        (LastDevice, "last-device", 409),
        (StorageFull, "storage-full", 507),
        (Unavailable, "unavailable", 503),
        (Internal, "internal", 500),
    ];
    for (kind, key, status) in shipped {
        let text = serde_json::to_value(Problem::new(kind, None)).unwrap();
        assert_eq!(text["type"], format!("urn:stallbook:problem:{key}"));
        assert_eq!(text["status"], status);
        assert!(text.get("detail").is_none());
    }
    let newer = r#"{"type":"urn:stallbook:problem:from-the-moon","title":"?","status":418}"#;
    assert_eq!(serde_json::from_str::<Problem>(newer).unwrap().kind, Unknown);
}

#[test]
fn a_brief_is_a_stamp_with_an_id() {
    let brief =
        Brief { id: Uuid::nil(), stamp: Stamp { seq: 3, received_ms: 4, flags: vec![Flag::ClonedDevice], hash: None } };
    let text = r#"{"id":"00000000-0000-0000-0000-000000000000","seq":3,"received_ms":4,"flags":["cloned_device"]}"#;
    assert_eq!(serde_json::to_string(&brief).unwrap(), text);
    assert_eq!(serde_json::from_str::<Brief>(text).unwrap(), brief);
}

#[test]
fn the_digest_of_a_log_is_the_same_for_ever() {
    let digest = ["first", "second"].iter().fold(Digest::default(), |d, text| d.then(&digest::event_hash(text)));
    assert_eq!(digest.to_string(), "4acef47d4eb2eae1433f659841337009");
    let swapped = ["second", "first"].iter().fold(Digest::default(), |d, text| d.then(&digest::event_hash(text)));
    assert_ne!(digest, swapped);
}
