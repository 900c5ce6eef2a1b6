//! How shops and devices come in, and how they are kept out.

use std::time::Duration;

use protocol::ProblemType::{
    BadPairingCode, BadSetupCode, DeviceKnown, Forbidden, Malformed, NoMoreDevices, NotFound, TooMany, Unauthenticated,
};
use protocol::api::{Claimed, JoinShop, Joined, Pairing};
use reqwest::Method;
use sync_server::Options;
use sync_server::limits::Joins;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::client::{Device, TestApp, new_id, problem, read};

/// A code that the operator draws.
async fn printed(app: &TestApp) -> String {
    let pair = sync_server::operate::Command::Pair;
    let printed = sync_server::operate::run(&Options::on_free_port(app.folder.path()), &pair).await.unwrap();
    printed.lines().next().unwrap().strip_prefix("pairing code ").unwrap().to_owned()
}

#[tokio::test]
async fn a_shop_claims_the_server_with_the_printed_code() {
    let app = TestApp::start().await;
    let mut claim = app.claiming(new_id(), new_id());
    let code = std::mem::replace(&mut claim.setup_code, "AAAA-AAAA-AAAA".into());
    assert_eq!(problem(app.post("/api/v1/shops", &claim).await).await, BadSetupCode);
    claim.setup_code = code.to_lowercase().replace('-', " ");
    let lost: Claimed = read(app.post("/api/v1/shops", &claim).await, 201).await;
    let again: Claimed = read(app.post("/api/v1/shops", &claim).await, 201).await;
    assert_ne!(lost.credential, again.credential);
    assert_eq!(again.credential.len(), 64);
    let late = app.claiming(new_id(), new_id());
    assert_eq!(problem(app.post("/api/v1/shops", &late).await).await, BadSetupCode);
}

#[tokio::test]
async fn a_claimed_server_prints_no_code_and_keeps_the_lost_claim_open() {
    let app = TestApp::start().await;
    let claim = app.claiming(new_id(), new_id());
    let _: Claimed = read(app.post("/api/v1/shops", &claim).await, 201).await;
    let app = app.restart().await;
    assert_eq!(app.server.setup_code, None);
    let _: Claimed = read(app.post("/api/v1/shops", &claim).await, 201).await;
}

#[tokio::test]
async fn an_unclaimed_server_prints_a_new_code_at_each_start() {
    let app = TestApp::start().await;
    let old = app.claiming(new_id(), new_id());
    let app = app.restart().await;
    assert_eq!(problem(app.post("/api/v1/shops", &old).await).await, BadSetupCode);
    app.first_device().await;
}

#[tokio::test]
async fn the_code_alone_finds_the_shop() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let code = first.pairing_code().await;
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    let typed = format!("{} {}", &code[..4], &code[4..]);
    let id = new_id();
    let joined: Joined = read(app.join(&typed, id, Some("M5")).await, 201).await;
    assert_eq!((joined.shop, joined.device, joined.code.as_str()), (first.shop, id, "M5"));
    assert_eq!(first.devices().await.devices.len(), 2);
}

#[tokio::test]
async fn t5_a_taken_code_is_answered_with_another() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let code = first.pairing_code().await;
    let joined: Joined = read(app.join(&code, new_id(), Some("K7")).await, 201).await;
    assert_ne!(joined.code, "K7");
    assert!(joined.code.len() == 2 && !joined.code.contains(['0', 'O', '1', 'I']), "{}", joined.code);
    let code = first.pairing_code().await;
    assert_eq!(problem(app.join(&code, new_id(), Some("k")).await).await, Malformed);
}

#[tokio::test]
async fn t5_a_pairing_code_is_good_once_and_for_ten_minutes() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let (early, late) = (first.pairing_code().await, first.pairing_code().await);
    let id = new_id();
    let lost: Joined = read(app.join(&early, id, None).await, 201).await;
    let again: Joined = read(app.join(&early, id, None).await, 201).await;
    assert_eq!(lost.code, again.code, "the same device may ask again for a lost answer");
    assert_ne!(lost.credential, again.credential);
    assert_eq!(problem(app.join(&early, new_id(), None).await).await, BadPairingCode, "used");
    app.pass(10 * 60_000 - 1);
    let _: Joined = read(app.join(&late, new_id(), None).await, 201).await;
    let other = first.pairing_code().await;
    app.pass(10 * 60_000);
    assert_eq!(problem(app.join(&other, new_id(), None).await).await, BadPairingCode, "too old");
}

#[tokio::test]
async fn t6_a_code_may_be_used_at_its_own_shop_only() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let code = first.pairing_code().await;
    let join = serde_json::json!({"pairing_code": code, "device": new_id()});
    let elsewhere = format!("/api/v1/shops/{}/devices", new_id());
    assert_eq!(problem(app.post(&elsewhere, &join).await).await, BadPairingCode);
    let _: Joined = read(app.post(&format!("/api/v1/shops/{}/devices", first.shop), &join).await, 201).await;
}

#[tokio::test]
async fn guessing_ends_after_thirty_codes_a_minute_and_keeps_no_right_one_out_before() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let code = first.pairing_code().await;
    let wrong = format!("{:08}", (code.parse::<u32>().unwrap() + 1) % 100_000_000);
    for _ in 0..29 {
        assert_eq!(problem(app.join(&wrong, new_id(), None).await).await, BadPairingCode);
    }
    let _: Joined = read(app.join(&code, new_id(), None).await, 201).await;
    let code = first.pairing_code().await;
    assert_eq!(problem(app.join(&wrong, new_id(), None).await).await, BadPairingCode, "the right one did not count");
    let refused = app.join(&code, new_id(), None).await;
    assert_eq!(refused.headers()["retry-after"], "60");
    assert_eq!(problem(refused).await, TooMany, "or one could guess for ever");
    app.pass(60_000);
    let _: Joined = read(app.join(&code, new_id(), None).await, 201).await;
}

#[tokio::test]
async fn many_guesses_at_once_are_no_way_around_and_many_right_ones_all_pass() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    // Five tablets pair at the same moment, each of them asking ten times: answers get lost.
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push((first.pairing_code().await, new_id()));
    }
    let joins = codes.iter().cycle().take(50).map(|(code, id)| app.join(code, *id, None));
    for answer in futures::future::join_all(joins).await {
        let _: Joined = read(answer, 201).await;
    }
    let wrong = format!("{:08}", (first.pairing_code().await.parse::<u32>().unwrap() + 1) % 100_000_000);
    let guesses = futures::future::join_all((0..200).map(|_| app.join(&wrong, new_id(), None))).await;
    assert_eq!(guesses.iter().filter(|answer| answer.status() == 403).count(), 30);
}

#[tokio::test]
async fn five_pairing_codes_live() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(first.pairing_code().await);
        app.pass(1);
    }
    assert_eq!(problem(app.join(&codes[0], new_id(), None).await).await, BadPairingCode, "the oldest went");
    for code in &codes[1..] {
        let _: Joined = read(app.join(code, new_id(), None).await, 201).await;
    }
}

#[tokio::test]
async fn every_call_asks_who_is_there() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut stranger = first.clone();
    stranger.credential = "0".repeat(64);
    let mut neighbour = first.clone();
    neighbour.shop = new_id();
    let calls = [
        (Method::POST, "push".to_owned()),
        (Method::GET, "pull".to_owned()),
        (Method::POST, "pairing".to_owned()),
        (Method::GET, "devices".to_owned()),
        (Method::GET, "quarantine".to_owned()),
        (Method::DELETE, format!("devices/{}", first.id)),
    ];
    for (method, call) in calls {
        let anonymous =
            app.http.request(method.clone(), first.request(method.clone(), &call).build().unwrap().url().clone());
        assert_eq!(problem(anonymous.send().await.unwrap()).await, Unauthenticated, "{call}");
        let answer = stranger.request(method.clone(), &call).send().await.unwrap();
        assert_eq!(problem(answer).await, Unauthenticated, "{call}");
        let answer = neighbour.request(method, &call).send().await.unwrap();
        assert_eq!(problem(answer).await, Forbidden, "{call}");
    }
    let body = first.push_body(&[]).replace(&first.id.to_string(), &new_id().to_string());
    assert_eq!(problem(first.push_raw(body).await).await, Forbidden, "in another device's name");
}

#[tokio::test]
async fn a_revoked_device_is_out_until_it_is_let_in_again() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let pushed = second.events([1]);
    second.push(&pushed).await;
    assert_eq!(first.revoke(second.id).await.status(), 204);
    assert_eq!(problem(first.revoke(new_id()).await).await, NotFound);
    assert_eq!(problem(second.pull_raw("after=0").await).await, Unauthenticated);
    let entry = first.devices().await.devices.into_iter().find(|device| device.id == second.id).unwrap();
    assert!(entry.revoked_ms.is_some() && entry.pushed == 1 && entry.code == second.code);
    let code = first.pairing_code().await;
    assert_eq!(problem(app.join(&code, second.id, None).await).await, DeviceKnown, "anybody may know its id");
    let back = Device { credential: app.let_in_again(&first, &second).await, ..second };
    assert_eq!(back.pull("after=0").await.head, 1);
    let entry = first.devices().await.devices.into_iter().find(|device| device.id == back.id).unwrap();
    assert_eq!((entry.revoked_ms, entry.code), (None, back.code), "with the code it had");
}

#[tokio::test]
async fn a_device_that_lost_its_credential_is_let_in_by_a_code_drawn_for_it() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let asked = first.request(Method::POST, "pairing").json(&serde_json::json!({"again": second.id}));
    let code = read::<Pairing>(asked.send().await.unwrap(), 201).await.code;
    assert_eq!(problem(app.join(&code, new_id(), None).await).await, BadPairingCode, "no other");
    app.pass(5_000);
    let joined: Joined = read(app.join(&code, second.id, None).await, 201).await;
    assert_eq!(joined.code, second.code);
    let entry = first.devices().await.devices.into_iter().find(|device| device.id == second.id).unwrap();
    assert_eq!(entry.joined_ms, Some(crate::client::NOW + 5_000), "the shop sees it");
    assert_eq!(problem(first.request(Method::POST, "pairing").body("7").send().await.unwrap()).await, Malformed);
}

#[tokio::test]
async fn a_credential_that_was_not_used_for_long_is_no_good() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let day = 24 * 60 * 60_000;
    app.pass(399 * day);
    first.pull("after=0").await;
    app.pass(2 * day);
    assert_eq!(problem(second.pull_raw("after=0").await).await, Unauthenticated);
    first.pull("after=0").await;
    assert_eq!(app.let_in_again(&first, &second).await.len(), 64, "it proves who it is by it");
}

#[tokio::test]
async fn what_an_operator_wants_to_know_is_counted_at_an_address_of_its_own() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let app = TestApp::start_as(|options| options.metrics_addr = Some(free)).await;
    let first = app.first_device().await;
    first.push(&first.events([1, 2])).await;
    app.join("00000000", new_id(), None).await;
    let text = app.http.get(format!("http://{free}/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        "stallbook_events_total{kind=\"Stored\"} 2",
        "stallbook_refused_total{kind=\"PairingCode\"} 1",
        "stallbook_calls_total{route=\"/api/v1/shops/{shop}/push\",status=\"200\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in {text}");
    }
    assert_eq!(problem(app.get("/metrics").await).await, NotFound, "not where tablets call");
}

#[tokio::test]
async fn the_shop_sees_when_a_device_was_heard_of() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    app.pass(3_600_000);
    first.pull("after=0").await;
    let devices = first.devices().await.devices;
    assert_eq!(devices[0].last_seen_ms, crate::client::NOW + 3_600_000);
}

#[tokio::test]
async fn a_device_says_that_it_has_nothing_unsent_of_the_log_that_it_knows() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let hello: protocol::api::Hello = read(app.get("/api/v1/hello").await, 200).await;
    let epoch = hello.epoch;
    let heard = async || {
        let devices = first.devices().await;
        devices.devices.iter().find(|it| it.id == second.id).unwrap().heard_ms
    };
    assert_eq!(heard().await, None);
    second.pull("after=0&own=brief").await;
    let at = app.clock.load(std::sync::atomic::Ordering::SeqCst);
    let says = async |idle_ms: i64, epoch| second.pull(&format!("after=0&idle_ms={idle_ms}&epoch={epoch}")).await;
    says(at, new_id()).await;
    assert_eq!(heard().await, None, "of another log it can't say what it has sent");
    says(at + 1, epoch).await;
    assert_eq!(heard().await, None, "that is still to come");
    says(at, epoch).await;
    assert_eq!(heard().await, Some(at));
    app.pass(3_600_000);
    says(at + 60_000, epoch).await;
    assert_eq!(heard().await, Some(at + 60_000), "the call was on its way for long");
    says(at, epoch).await;
    assert_eq!(heard().await, Some(at + 60_000), "and another for longer");
    second.push(&[second.event(1)]).await;
    assert_eq!(first.devices().await.head, 1, "what it had sent is in the log up to here");
}

#[tokio::test]
async fn a_device_does_not_fill_the_shop_with_names_of_its_own() {
    let joins = Joins { devices: 4, of_device: 2, of_shop: 3 };
    let app = TestApp::start_as(|options| options.limits.joins = joins).await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    app.clock.store(i64::try_from(now).unwrap(), std::sync::atomic::Ordering::SeqCst);
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let third = app.next_device(&first).await;
    let asks = async |host: &Device| app.join(&host.pairing_code().await, new_id(), None).await;
    assert_eq!(problem(asks(&first).await).await, NoMoreDevices, "two a day by its codes");
    third.revoke(third.id).await;
    assert_eq!(problem(asks(&first).await).await, NoMoreDevices, "one that is gone came today as well");
    let fourth = app.next_device(&second).await;
    assert_eq!(problem(asks(&second).await).await, NoMoreDevices, "three a day in all");
    app.pass(24 * 3_600_000 + 1);
    app.next_device(&first).await;
    assert_eq!(problem(asks(&fourth).await).await, NoMoreDevices, "four that have access");
    app.let_in_again(&first, &fourth).await;
    let code = printed(&app).await;
    app.clock.store(i64::try_from(now).unwrap(), std::sync::atomic::Ordering::SeqCst);
    read::<Joined>(app.join(&code, new_id(), None).await, 201).await;
}

#[tokio::test]
async fn what_a_device_drew_goes_with_its_access() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let stolen = app.next_device(&first).await;
    let (drawn, honest) = (stolen.pairing_code().await, first.pairing_code().await);
    assert_eq!(first.revoke(stolen.id).await.status(), 204);
    assert_eq!(problem(app.join(&drawn, new_id(), None).await).await, BadPairingCode, "it came back under a new name");
    let _: Joined = read(app.join(&honest, new_id(), None).await, 201).await;
    // The same where its access is not taken away but given to whoever has its place.
    let lost = app.next_device(&first).await;
    let drawn = lost.pairing_code().await;
    app.let_in_again(&first, &lost).await;
    assert_eq!(problem(app.join(&drawn, new_id(), None).await).await, BadPairingCode);
}

#[tokio::test]
async fn a_device_that_draws_many_codes_makes_no_other_ones_void() {
    let app = TestApp::start().await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    app.clock.store(i64::try_from(now).unwrap(), std::sync::atomic::Ordering::SeqCst);
    let first = app.first_device().await;
    let hostile = app.next_device(&first).await;
    let honest = first.pairing_code().await;
    let operators = printed(&app).await;
    for _ in 0..20 {
        app.pass(1);
        hostile.pairing_code().await;
    }
    let _: Joined = read(app.join(&operators, new_id(), None).await, 201).await;
    let _: Joined = read(app.join(&honest, new_id(), None).await, 201).await;
}

#[tokio::test]
async fn who_is_let_in_again_counts_among_those_that_have_access() {
    let joins = Joins { devices: 3, of_device: 20, of_shop: 40 };
    let app = TestApp::start_as(|options| options.limits.joins = joins).await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    app.clock.store(i64::try_from(now).unwrap(), std::sync::atomic::Ordering::SeqCst);
    let first = app.first_device().await;
    let away = app.next_device(&first).await;
    first.revoke(away.id).await;
    app.next_device(&first).await;
    app.next_device(&first).await;
    let again = async |pairing_code: String| {
        let credential = Some(away.credential.clone());
        app.post("/api/v1/devices", &JoinShop { pairing_code, device: away.id, code: None, credential }).await
    };
    assert_eq!(problem(again(first.pairing_code().await).await).await, NoMoreDevices);
    let _: Joined = read(again(printed(&app).await).await, 201).await;
}

#[tokio::test]
async fn what_a_revoked_device_was_still_sending_is_not_taken() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let body = second.push_body(&second.events([1]));
    let (begin, end) = body.split_at(body.len() / 2);
    let mut socket = TcpStream::connect(app.server.addr).await.unwrap();
    let head = format!(
        "POST /api/v1/shops/{}/push HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{begin}",
        second.shop,
        second.credential,
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    first.revoke(second.id).await;
    socket.write_all(end.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(first.pull("after=0").await.head, 0);
}
