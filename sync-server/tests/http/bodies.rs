//! What is too large, packed, broken, or not there.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use protocol::api::PushStatus::Stored;
use protocol::api::{Hello, Pushed};
use protocol::{MAX_PUSH_EVENTS, ProblemType};
use reqwest::{Method, Response};
use sync_server::Options;
use tokio::time::timeout;

use crate::client::{Device, TestApp, problem, read, statuses};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &brotli::enc::BrotliEncoderParams::default()).unwrap();
    packed
}

async fn push_packed(device: &Device, encoding: &str, body: Vec<u8>) -> Response {
    device.request(Method::POST, "push").header("content-encoding", encoding).body(body).send().await.unwrap()
}

#[tokio::test]
async fn packed_pushes_are_read() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    for (at, (encoding, pack)) in [("gzip", gzip as fn(&[u8]) -> _), ("br", brotli)].into_iter().enumerate() {
        let from = at as u64 * 100;
        let body = first.push_body(&first.events(from + 1..=from + 100));
        let pushed: Pushed = read(push_packed(&first, encoding, pack(body.as_bytes())).await, 200).await;
        assert_eq!(statuses(&pushed.results), [Stored; 100]);
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_whole() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let most = first.events(1..=MAX_PUSH_EVENTS as u64);
    assert_eq!(first.push(&most).await.head, 500);
    let more = first.push_body(&first.events(501..=1_001));
    assert_eq!(problem(first.push_raw(more).await).await, ProblemType::TooLarge);
    let spaces = format!("{}{}", first.push_body(&[]), " ".repeat(1_100_000));
    assert_eq!(problem(first.push_raw(spaces).await).await, ProblemType::TooLarge);
    assert_eq!(first.push(&[]).await.head, 500, "nothing of it was taken");
}

#[tokio::test]
async fn bombs_do_not_go_off() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let zeros = vec![b' '; 50_000_000];
    for (encoding, bomb) in [("gzip", gzip(&zeros)), ("br", brotli(&zeros))] {
        assert!(bomb.len() < 100_000);
        assert_eq!(problem(push_packed(&first, encoding, bomb).await).await, ProblemType::TooLarge, "{encoding}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_says_so() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    for body in ["", "{", "[]", "{\"device\":1,\"events\":[]}"] {
        assert_eq!(problem(first.push_raw(body).await).await, ProblemType::Malformed, "{body}");
    }
    assert_eq!(problem(first.push_raw(vec![0xff; 9]).await).await, ProblemType::Malformed);
    assert_eq!(problem(push_packed(&first, "gzip", b"no gzip".to_vec()).await).await, ProblemType::Malformed);
    let answer = push_packed(&first, "zstd", b"x".to_vec()).await;
    assert_eq!(answer.status(), 415);
    assert_eq!(problem(answer).await, ProblemType::Malformed);
    let answer = app.http.post(app.url("/api/v1/devices")).body("x").send().await.unwrap();
    assert_eq!(problem(answer).await, ProblemType::Malformed);
}

#[tokio::test]
async fn long_answers_travel_packed_and_short_ones_plain() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    first.push(&first.events(1..=100)).await;
    let bare = reqwest::Client::builder().no_gzip().no_brotli().build().unwrap();
    for (accepts, encoding) in [("br, gzip", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
        let request = first.request(Method::GET, "pull?after=0").header("accept-encoding", accepts).build().unwrap();
        let answer = bare.execute(request).await.unwrap();
        assert_eq!(answer.headers().get("content-encoding").map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    let request = first.request(Method::GET, "pull?after=99").header("accept-encoding", "br").build().unwrap();
    assert!(bare.execute(request).await.unwrap().headers().get("content-encoding").is_none());
}

/// Once a kilobyte, packed, held a megabyte on each connection of a device, for two minutes.
#[tokio::test]
async fn what_is_large_waits_for_its_turn_whatever_the_call() {
    let none = |options: &mut Options| (options.limits.uploads_per_device, options.limits.pages_per_device) = (0, 0);
    let app = TestApp::start_as(none).await;
    let first = app.first_device().await;
    let asks = first.request(Method::POST, "blobs/missing").json(&serde_json::json!({"ids": []}));
    assert!(timeout(Duration::from_millis(300), asks.send()).await.is_err(), "a body as large as a push");
    let asks = first.request(Method::GET, "quarantine");
    assert!(timeout(Duration::from_millis(300), asks.send()).await.is_err(), "an answer as large as a page");
    let asks = first.request(Method::POST, "pairing").body(" ".repeat(5_000));
    assert_eq!(problem(asks.send().await.unwrap()).await, ProblemType::TooLarge);
    first.pairing_code().await;
}

#[tokio::test]
async fn every_refusal_is_a_document() {
    let app = TestApp::start().await;
    for path in ["/api", "/api/", "/api/v2/hello", "/api/v1/nothing", "/api/v1/shops/x/pull", "/nothing"] {
        let kind = problem(app.get(path).await).await;
        assert!(matches!(kind, ProblemType::NotFound | ProblemType::Unauthenticated), "{path}: {kind:?}");
    }
    let answer = app.http.put(app.url("/api/v1/hello")).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(problem(answer).await, ProblemType::NotFound);
}

#[tokio::test]
async fn hello_tells_the_limits() {
    let app = TestApp::start().await;
    let hello: Hello = read(app.get("/api/v1/hello").await, 200).await;
    assert_eq!((hello.limits.push_events, hello.limits.push_bytes, hello.limits.event_bytes), (500, 1_000_000, 65_536));
    assert_eq!(app.get("/healthz").await.status(), 200);
    assert_eq!(app.get("/readyz").await.status(), 200);
}
