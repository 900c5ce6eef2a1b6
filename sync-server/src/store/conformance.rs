//! What every store must do, as stories. Each engine runs them all on stores of its own.

use std::sync::Arc;

use protocol::digest::event_hash;
use protocol::{BlobId, Digest, Flag, ProblemType};
use uuid::Uuid;

use super::Store;
use super::devices::Revoked;
use super::log::{Appended, Range};
use super::pairing::{Claim, Join, Joined, LetsIn};
use super::plan::{Arrival, Outcome};
use crate::limits::Limits;

const NOW: i64 = 1_795_417_200_000;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn secret(n: u8) -> [u8; 32] {
    [n; 32]
}

/// An event of `device`, with its id and counter made from `n`.
pub fn event(device: Uuid, n: u64, note: &str) -> Arrival {
    event_as(device, id(u128::from(n) << 64 | device.as_u128()), n, NOW, note)
}

/// A push of one event of 30 KB.
pub fn large(device: Uuid, n: u64) -> Vec<Arrival> {
    vec![event(device, n, &"n".repeat(30_000))]
}

fn event_as(device: Uuid, event: Uuid, counter: u64, hlc: i64, note: &str) -> Arrival {
    let text = format!(
        "{{\"v\":1,\"id\":\"{event}\",\"device\":\"{device}\",\"counter\":{counter},\"seen\":0,\"hlc\":[{hlc},0],\
         \"actor\":null,\"stream\":[\"order\",\"{event}\"],\"type\":\"order.noted\",\"version\":1,\
         \"body\":{{\"note\":\"{note}\"}}}}"
    );
    Arrival::read(text, device, NOW)
}

fn whole(after: u64, limit: usize) -> Range {
    Range { after, limit, bytes: usize::MAX, brief: None }
}

/// An event of a person's stream that `device` made as its `n`th, having seen `seen`.
pub fn of_person(device: Uuid, n: u64, seen: u64, kind: &str, body: &str) -> Arrival {
    let event = id(u128::from(n) << 64 | device.as_u128());
    let person = id(0x0ba5);
    let stream = kind.split('.').next().unwrap_or_default();
    let text = format!(
        "{{\"v\":1,\"id\":\"{event}\",\"device\":\"{device}\",\"counter\":{n},\"seen\":{seen},\"hlc\":[{NOW},0],\
         \"actor\":null,\"stream\":[\"{stream}\",\"{person}\"],\"type\":\"{kind}\",\"version\":1,\"body\":{body}}}"
    );
    Arrival::read(text, device, NOW)
}

/// A person's events lose their bodies in the log when someone asks for that, and so do those that come later from who
/// did not know; what was written on purpose since stays, and so do sums, hashes and the digest.
pub async fn a_person_who_asks_for_it_is_erased(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    let name = r#"{"set":{"name":"王小明"}}"#;
    let before = vec![
        of_person(first, 1, 0, "customer.changed", name),
        of_person(first, 2, 0, "customer.debt_moved", r#"{"amount":500,"note":"王小明的"}"#),
    ];
    let hashes: Vec<_> = before.iter().map(|arrival| arrival.hash).collect();
    store.append(shop, first, before, NOW).await.unwrap();
    let asking = store.append(shop, first, vec![of_person(first, 3, 2, "customer.erased", "{}")], NOW).await.unwrap();
    assert!(!asking.erased, "nothing of what came with it");
    let unknowing = of_person(second, 1, 2, "customer.changed", name);
    let hash = unknowing.hash;
    let late = store.append(shop, second, vec![unknowing.clone()], NOW).await.unwrap();
    assert!(late.erased);
    let again = store.append(shop, second, vec![unknowing], NOW).await.unwrap();
    assert!(matches!(again.outcomes.as_slice(), [Outcome::Duplicate(..)]), "sent again, it is the same");
    let knowing = of_person(second, 2, 4, "customer.changed", r#"{"set":{"name":"again"}}"#);
    assert!(!store.append(shop, second, vec![knowing], NOW).await.unwrap().erased);

    let page = store.page(shop, whole(0, 100)).await.unwrap();
    let all: Vec<&str> = page.events.iter().filter_map(|event| event.text.as_deref()).collect();
    assert_eq!(all.len(), 5);
    assert!(!all.concat().contains("王小明"), "{all:?}");
    assert!(all[0].contains(r#""body":null"#) && all[1].contains(r#""amount":500"#) && all[4].contains("again"));
    let said: Vec<_> = page.events.iter().map(|event| event.stamp.hash).collect();
    assert_eq!(said, [Some(hashes[0]), Some(hashes[1]), None, Some(hash), None]);
    let digest = page.events.iter().fold(Digest::default(), |digest, event| {
        let hash = event.stamp.hash.unwrap_or_else(|| event_hash(event.text.as_deref().unwrap_or_default()));
        digest.then(&hash)
    });
    assert_eq!(digest, page.head.digest);
    let brief = store.page(shop, Range { brief: Some(first), ..whole(0, 100) }).await.unwrap();
    assert!(brief.events[0].text.is_none() && brief.events[0].stamp.hash == Some(hashes[0]));
}

/// A claimed shop with two devices.
pub async fn shop(store: &dyn Store) -> (Uuid, Uuid, Uuid) {
    let (shop, first, second) = (id(1), id(2), id(3));
    assert!(store.offer_setup(&secret(1)).await.unwrap());
    assert!(store.claim(&claim(shop, first), NOW).await.unwrap());
    assert!(store.add_pairing(shop, &secret(2), LetsIn::New, None, NOW + 1, NOW).await.unwrap());
    let joined = store.join(&join(second, &["K8"]), NOW).await.unwrap();
    assert_eq!(joined, Joined::In { shop, code: "K8".into(), again: false });
    (shop, first, second)
}

pub fn claim(shop: Uuid, device: Uuid) -> Claim {
    Claim { setup_hash: secret(1), shop, device, code: "K7".into(), credential_hash: secret(11) }
}

pub fn join(device: Uuid, codes: &[&str]) -> Join {
    Join {
        shop: None,
        code_hash: secret(2),
        device,
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        former_hash: None,
        credential_hash: secret(12),
        most: Limits::default().joins,
    }
}

fn sequences(appended: &Appended) -> Vec<Option<u64>> {
    let seq = |outcome: &Outcome| match outcome {
        Outcome::Stored(_, stamp) | Outcome::Duplicate(_, stamp) => Some(stamp.seq),
        Outcome::Quarantined(_) => None,
    };
    appended.outcomes.iter().map(seq).collect()
}

pub async fn a_shop_claims_the_server_once(store: &dyn Store) {
    assert!(!store.claim(&claim(id(1), id(2)), NOW).await.unwrap(), "no code was offered");
    assert!(store.offer_setup(&secret(1)).await.unwrap());
    assert!(!store.claim(&Claim { setup_hash: secret(9), ..claim(id(1), id(2)) }, NOW).await.unwrap(), "wrong code");
    assert!(store.claim(&claim(id(1), id(2)), NOW).await.unwrap());
    assert!(!store.offer_setup(&secret(1)).await.unwrap(), "claimed");
    assert!(!store.claim(&claim(id(5), id(2)), NOW).await.unwrap(), "another shop");
    assert!(!store.claim(&claim(id(1), id(6)), NOW).await.unwrap(), "another device");
    let again = Claim { credential_hash: secret(21), ..claim(id(1), id(2)) };
    assert!(!store.claim(&again, NOW + 600_000).await.unwrap(), "ten minutes at most");
    assert!(store.claim(&again, NOW + 599_999).await.unwrap(), "the answer was lost");
    assert_eq!(store.by_credential(&secret(11)).await.unwrap(), None, "the lost credential is no good");
    assert_eq!(store.by_credential(&secret(21)).await.unwrap().unwrap().device, id(2));
    store.append(id(1), id(2), vec![event(id(2), 1, "")], NOW).await.unwrap();
    assert!(!store.claim(&again, NOW).await.unwrap(), "it has pushed: no answer was lost");
}

pub async fn devices_join_with_a_code_and_go(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    assert!(!store.add_pairing(shop, &secret(2), LetsIn::New, None, NOW + 9, NOW).await.unwrap(), "the code is in use");
    assert_eq!(store.join(&join(id(4), &["K9"]), NOW).await.unwrap(), Joined::Refused, "another device used it");
    assert_eq!(store.join(&join(second, &["A2"]), NOW + 1).await.unwrap(), Joined::Refused, "too old");
    let again = store.join(&join(second, &["A2"]), NOW).await.unwrap();
    assert_eq!(again, Joined::In { shop, code: "K8".into(), again: false }, "a repeat keeps the code");
    assert!(
        store.add_pairing(shop, &secret(2), LetsIn::New, None, NOW + 9, NOW + 1).await.unwrap(),
        "the old one is gone"
    );
    let elsewhere = Join { shop: Some(id(99)), ..join(id(4), &["K9"]) };
    assert_eq!(store.join(&elsewhere, NOW + 1).await.unwrap(), Joined::Refused, "another shop's code");
    let third = Join { credential_hash: secret(13), ..join(id(4), &["K7", "K8", "M2"]) };
    assert_eq!(store.join(&third, NOW + 1).await.unwrap(), Joined::In { shop, code: "M2".into(), again: false });
    assert_eq!(store.revoke(shop, id(4), false, NOW + 2).await.unwrap(), Revoked::Out);
    assert_eq!(store.by_credential(&secret(13)).await.unwrap(), None);
    assert_eq!(store.join(&third, NOW + 3).await.unwrap(), Joined::Refused, "not with the code it used");
    assert_eq!(store.revoke(shop, id(77), false, NOW).await.unwrap(), Revoked::Unknown);
    assert_eq!(store.by_credential(&secret(12)).await.unwrap().unwrap().device, second);
    store.seen(shop, first, NOW + 7).await.unwrap();
    let devices = store.devices(shop).await.unwrap();
    let seen: Vec<_> = devices.iter().map(|device| (device.code.as_str(), device.revoked_ms.is_some())).collect();
    assert_eq!(seen, [("K7", false), ("K8", false), ("M2", true)]);
    assert_eq!(devices[0].last_seen_ms, NOW + 7);
}

/// Whoever knows the id of a device, which is in every event, and has a pairing code is not that device yet.
pub async fn a_known_id_is_not_taken_over(store: &dyn Store) {
    let (shop, _, second) = shop(store).await;
    let draw =
        async |n, lets_in| assert!(store.add_pairing(shop, &secret(n), lets_in, None, NOW + 9, NOW).await.unwrap());
    let come = async |code, device, former: Option<u8>, credential| {
        let (code_hash, credential_hash) = (secret(code), secret(credential));
        let join = Join { code_hash, former_hash: former.map(secret), credential_hash, ..join(device, &["M3", "M4"]) };
        store.join(&join, NOW).await.unwrap()
    };
    let again = Joined::In { shop, code: "K8".into(), again: true };
    draw(40, LetsIn::New).await;
    assert_eq!(come(40, second, None, 41).await, Joined::Known);
    assert_eq!(come(40, second, Some(99), 41).await, Joined::Known, "a wrong proof");
    assert_eq!(store.by_credential(&secret(12)).await.unwrap().unwrap().device, second, "nothing happened to it");
    assert_eq!(come(40, second, Some(12), 41).await, again, "the code is good still, with the proof");
    assert_eq!(store.by_credential(&secret(12)).await.unwrap(), None);
    assert_eq!(come(40, second, Some(12), 42).await, Joined::In { shop, code: "K8".into(), again: false }, "a repeat");
    store.append(shop, second, vec![event(second, 1, "")], NOW).await.unwrap();
    assert_eq!(come(40, second, Some(42), 43).await, Joined::Refused, "it has its credential: the code is used up");
    assert_eq!(store.revoke(shop, second, false, NOW).await.unwrap(), Revoked::Out);
    draw(44, LetsIn::New).await;
    assert_eq!(come(44, second, None, 45).await, Joined::Known, "revoked, too");
    assert_eq!(come(44, second, Some(42), 45).await, again, "a code of the shop's, and the proof");
    draw(46, LetsIn::Again(second)).await;
    assert_eq!(come(46, id(4), None, 47).await, Joined::Refused, "drawn for another");
    assert_eq!(
        come(46, second, None, 48).await,
        again,
        "its credential was lost, and the shop says that it is that one"
    );
    draw(49, LetsIn::Any).await;
    assert_eq!(come(49, second, None, 50).await, again, "the operator's");
    draw(51, LetsIn::Any).await;
    assert_eq!(come(51, id(4), None, 52).await, Joined::In { shop, code: "M3".into(), again: false });
}

pub async fn a_device_says_that_it_has_nothing_unsent(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    store.idle(shop, second, NOW + 5).await.unwrap();
    store.idle(shop, second, NOW + 9).await.unwrap();
    let heard: Vec<_> = store.devices(shop).await.unwrap().iter().map(|it| (it.id, it.heard_ms)).collect();
    assert_eq!(heard, [(first, None), (second, Some(NOW + 9))]);
    assert_eq!(store.by_credential(&secret(12)).await.unwrap().unwrap().heard_ms, Some(NOW + 9));
}

pub async fn every_event_once_and_in_sequence(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    let (a, b, c) = (event(first, 1, "a"), event(first, 2, "b"), event(second, 1, "c"));
    let one = store.append(shop, first, vec![a.clone(), b.clone(), a.clone()], NOW).await.unwrap();
    assert_eq!(sequences(&one), [Some(1), Some(2), Some(1)]);
    assert!(matches!(one.outcomes[2], Outcome::Duplicate(..)), "twice in one push");
    let two = store.append(shop, second, vec![c.clone()], NOW + 5).await.unwrap();
    assert_eq!((two.head, two.device_high), (3, 1));
    let again = store.append(shop, first, vec![a.clone(), b.clone()], NOW + 9).await.unwrap();
    assert_eq!(sequences(&again), [Some(1), Some(2)]);
    assert!(again.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Duplicate(_, s) if s.received_ms == NOW)));
    assert_eq!((again.head, again.digest), (3, two.digest));
    let page = store.page(shop, whole(0, 10)).await.unwrap();
    let texts: Vec<_> = page.events.iter().map(|event| event.text.clone().unwrap()).collect();
    assert_eq!(texts, [a.text, b.text, c.text], "byte for byte");
    let digest = texts.iter().fold(Digest::default(), |digest, text| digest.then(&event_hash(text)));
    assert_eq!((page.digest, page.head.digest), (digest, digest));
}

pub async fn what_can_not_be_taken_is_kept_aside(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    let good = event(first, 1, "good");
    let other_text = event(first, 1, "other");
    let push = vec![
        good.clone(),
        Arrival::read("17".into(), first, NOW),
        Arrival::read(event(second, 1, "not mine").text, first, NOW),
        other_text,
        event(first, 2, "fine"),
    ];
    for _ in 0..2 {
        let done = store.append(shop, first, push.clone(), NOW).await.unwrap();
        assert_eq!(sequences(&done), [Some(1), None, None, None, Some(2)]);
        assert_eq!(done.device_high, 2);
    }
    let aside = store.quarantined(shop, None, 10, usize::MAX).await.unwrap();
    let kinds: Vec<_> = aside.iter().map(|aside| aside.kind).collect();
    assert_eq!(kinds, [ProblemType::IdTaken, ProblemType::ForeignEvent, ProblemType::MalformedEvent], "each once");
    assert_eq!(aside[2].text, "17");
    assert_eq!(aside[0].event, Some(good.read.unwrap().id));
}

/// Of a person's event the texts may differ; it is the same one only where stream, device and count are.
pub async fn an_id_of_another_event_is_no_duplicate(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    store.append(shop, first, vec![event(first, 1, "order")], NOW).await.unwrap();
    let person = of_person(first, 2, 0, "customer.changed", r#"{"set":{"name":"王小明"}}"#);
    store.append(shop, first, vec![person.clone()], NOW).await.unwrap();
    let as_id = |arrival: &Arrival, device: Uuid, of: &Arrival| {
        let to = of.read.as_ref().unwrap().id.to_string();
        let text = arrival.text.replacen(&arrival.read.as_ref().unwrap().id.to_string(), &to, 1);
        Arrival::read(text, device, NOW)
    };
    let other = of_person(second, 7, 0, "customer.changed", r#"{"set":{"name":"李四"}}"#);
    for taken in [as_id(&other, second, &event(first, 1, "")), as_id(&other, second, &person)] {
        let done = store.append(shop, second, vec![taken], NOW).await.unwrap();
        assert!(matches!(&done.outcomes[..], [Outcome::Quarantined(why)] if why.kind == ProblemType::IdTaken));
    }
    let left = of_person(first, 2, 0, "customer.changed", "null");
    let again = store.append(shop, first, vec![left], NOW).await.unwrap();
    assert!(matches!(&again.outcomes[..], [Outcome::Duplicate(..)]), "what is left of it is it");
}

/// What is put aside is bounded; it comes in pages that are; and of it goes what is of a person who asks for that.
pub async fn what_is_put_aside_is_bounded_and_erased_only_as_asked(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    let person = id(0x0ba5);
    let garbage = |n: usize| Arrival::read(format!(r#"{{"n":{n},"pad":"{}"}}"#, "王".repeat(30_000)), first, NOW);
    let done = store.append(shop, first, (0..100).map(garbage).collect(), NOW).await.unwrap();
    assert_eq!(done.unkept, 100 - 61, "61 beginnings of 64 KB are four megabytes");
    let page = store.quarantined(shop, None, 500, 200_000).await.unwrap();
    assert_eq!((page.len(), page[0].bytes > 90_000, page[0].text.len() <= 64 * 1024), (4, true, true));
    let next = store.quarantined(shop, Some(page[3].no), 500, 1).await.unwrap();
    assert_eq!((next.len(), next[0].no), (1, page[3].no - 1));
    let foreign = |kind: &str, stream: Uuid, body: &str| {
        let text = event(first, 9, "").text.replacen("\"order\"", &format!("\"{kind}\""), 1);
        let event = text.split('"').nth(5).unwrap().to_owned();
        let text = text.replacen(&format!("\"{event}\"],"), &format!("\"{stream}\"],"), 1);
        Arrival::read(text.replace("{\"note\":\"\"}", body), second, NOW)
    };
    let asides = vec![
        foreign("order", person, "{\"paid\":500}"),
        foreign("customer", person, "{\"name\":\"王小明\"}"),
        foreign("order", id(77), &format!("{{\"customer\":\"{person}\"}}")),
        Arrival::read(format!("{{\"name\":\"王小明\",\"of\":\"{person}\""), second, NOW),
    ];
    assert_eq!(store.append(shop, second, asides, NOW).await.unwrap().unkept, 0, "each device has its share");
    store.append(shop, first, vec![of_person(first, 1, 0, "customer.erased", "{}")], NOW).await.unwrap();
    let left = store.quarantined(shop, None, 2, usize::MAX).await.unwrap();
    assert!(left[0].text.contains("\"customer\":") && left[1].text.contains("\"paid\":500"), "{left:?}");
    assert!(!left.iter().any(|aside| aside.text.contains("王小明")));
}

pub async fn a_clone_and_a_far_clock_are_flagged(store: &dyn Store) {
    let (shop, first, _) = shop(store).await;
    let year = 365 * 24 * 3_600_000;
    let push = vec![
        event_as(first, id(100), 1, NOW - year, "behind"),
        event_as(first, id(101), 2, NOW + 60_000, "a minute"),
        event_as(first, id(102), 3, NOW + year, "ahead"),
        event_as(first, id(103), 3, NOW, "clone in the same push"),
    ];
    store.append(shop, first, push, NOW).await.unwrap();
    store.append(shop, first, vec![event_as(first, id(104), 1, NOW, "clone later")], NOW).await.unwrap();
    let page = store.page(shop, whole(0, 10)).await.unwrap();
    let flags: Vec<_> = page.events.into_iter().map(|event| event.stamp.flags).collect();
    assert_eq!(flags, [vec![], vec![], vec![Flag::ClockAhead], vec![Flag::ClonedDevice], vec![Flag::ClonedDevice]]);
}

pub async fn the_greatest_counter_without_a_gap(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    for (counters, high) in
        [(vec![2, 3], 0), (vec![5], 0), (vec![1], 3), (vec![8, 9], 3), (vec![4], 5), (vec![6, 7], 9), (vec![10], 10)]
    {
        let push = counters.iter().map(|n| event(first, *n, "")).collect();
        let done = store.append(shop, first, push, NOW).await.unwrap();
        assert_eq!(done.device_high, high, "after {counters:?}");
    }
    assert_eq!(store.append(shop, second, vec![], NOW).await.unwrap().device_high, 0, "an empty push asks");
    assert_eq!(store.append(shop, first, vec![], NOW).await.unwrap().device_high, 10);
}

pub async fn the_last_device_is_not_revoked_by_mistake(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    assert_eq!(store.claimed().await.unwrap(), Some(shop));
    assert_eq!(store.revoke(shop, second, false, NOW).await.unwrap(), Revoked::Out);
    assert_eq!(store.revoke(shop, second, false, NOW).await.unwrap(), Revoked::Out, "once more");
    assert_eq!(store.revoke(shop, first, false, NOW).await.unwrap(), Revoked::Last);
    assert_eq!(store.by_credential(&secret(11)).await.unwrap().unwrap().device, first, "it is still in");
    assert_eq!(store.revoke(shop, first, true, NOW).await.unwrap(), Revoked::Out);
    assert_eq!(store.by_credential(&secret(11)).await.unwrap(), None);
    assert_eq!(store.revoke(shop, first, false, NOW).await.unwrap(), Revoked::Out, "it was not the last that is in");
}

pub async fn pages_of_every_size(store: &dyn Store) {
    let (shop, first, _) = shop(store).await;
    const LIMIT: u64 = 4;
    let mut had = 0;
    for size in [0, 1, LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT] {
        let push = (had + 1..=size).map(|n| event(first, n, "")).collect();
        had = size;
        store.append(shop, first, push, NOW).await.unwrap();
        let (mut cursor, mut seen, mut digest) = (0, Vec::new(), Digest::default());
        loop {
            let page = store.page(shop, whole(cursor, LIMIT as usize)).await.unwrap();
            assert_eq!(page.head.seq, size);
            for event in &page.events {
                digest = digest.then(&event_hash(event.text.as_ref().unwrap()));
                seen.push(event.stamp.seq);
            }
            assert_eq!(page.digest, digest, "the digest at the end of each page");
            let Some(last) = page.events.last() else { break };
            cursor = last.stamp.seq;
        }
        assert_eq!(seen, (1..=size).collect::<Vec<_>>());
    }
    assert_eq!(store.page(shop, whole(3, 0)).await.unwrap().events.len(), 0);
    let beyond = store.page(shop, whole(u64::MAX, 5)).await.unwrap();
    assert_eq!((beyond.events.len(), beyond.head.seq), (0, 8));
    let small = store.page(shop, Range { bytes: 300, ..whole(0, 8) }).await.unwrap();
    assert!((1..8).contains(&small.events.len()), "a page ends where its bytes do");
    let brief = store.page(shop, Range { brief: Some(first), ..whole(0, 8) }).await.unwrap();
    assert!(brief.events.iter().all(|event| event.text.is_none()));
    assert_eq!(brief.digest, beyond.head.digest);
}

/// Bytes that begin as a JPEG does.
pub fn picture(length: usize) -> Vec<u8> {
    [0xff, 0xd8, 0xff].into_iter().chain((0..).map(|n: usize| (n % 251) as u8)).take(length).collect()
}

pub async fn a_blob_is_kept_once_and_is_its_shops(store: &dyn Store) {
    let (shop, first, second) = shop(store).await;
    let [one, two] = [300_000, 7].map(picture);
    let [id_one, id_two] = [&one, &two].map(|bytes| BlobId::of(bytes));
    assert_eq!(store.blob(shop, id_one).await.unwrap(), None);
    assert_eq!(store.missing_blobs(shop, &[id_one, id_two, id_one]).await.unwrap(), [id_one, id_two, id_one]);
    assert!(store.keep_blob(shop, first, id_one, &one, NOW).await.unwrap());
    assert!(!store.keep_blob(shop, first, id_one, &one, NOW).await.unwrap(), "the answer was lost");
    assert!(!store.keep_blob(shop, second, id_one, &one, NOW + 1).await.unwrap(), "another tablet's");
    assert_eq!(store.blob(shop, id_one).await.unwrap(), Some(one));
    assert_eq!(store.missing_blobs(shop, &[id_two, id_one]).await.unwrap(), [id_two]);
    assert_eq!(store.missing_blobs(shop, &[]).await.unwrap(), []);
    let many: Vec<BlobId> = (0..1_000_u32).map(|n| BlobId::of(&n.to_le_bytes())).collect();
    assert_eq!(store.missing_blobs(shop, &many).await.unwrap(), many);
    assert_eq!(store.blob(id(99), id_one).await.unwrap(), None, "another shop's");
    assert_eq!(store.missing_blobs(id(99), &[id_one]).await.unwrap(), [id_one]);
    assert!(store.keep_blob(id(99), first, id_two, &two, NOW).await.is_err(), "of no shop");
}

/// Many writers and a polling reader: whoever follows `next` sees every sequence, in order, each once.
pub async fn a_reader_skips_nothing(store: Arc<dyn Store>) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 40;
    let (shop, first, _) = shop(&*store).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in (0..EACH).step_by(2) {
                    let counter = writer * EACH + n + 1;
                    let push = vec![event(first, counter, ""), event(first, counter + 1, "")];
                    store.append(shop, first, push, NOW).await.unwrap();
                }
            })
        })
        .collect();
    let mut cursor = 0;
    while cursor < WRITERS * EACH {
        let page = store.page(shop, whole(cursor, 7)).await.unwrap();
        for event in page.events {
            assert_eq!(event.stamp.seq, cursor + 1);
            cursor += 1;
        }
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(store.append(shop, first, vec![], NOW).await.unwrap().device_high, WRITERS * EACH);
}
