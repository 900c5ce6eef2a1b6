//! What strangers cost: connections that say nothing, too much, or never end; and who is served beside them.

use std::time::{Duration, Instant};

use protocol::ProblemType::{Forbidden, TooLarge, TooMany};
use reqwest::Client;
use serde_json::json;
use sync_server::limits::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use crate::client::{Device, Socket, TestApp, new_id, problem};
use crate::crash::Program;

const SHORT: Duration = Duration::from_millis(300);
/// Far more than what is waited for takes, far less than what it took without a bound.
const SOON: Duration = Duration::from_secs(5);

async fn bounded(change: impl FnOnce(&mut Limits)) -> TestApp {
    TestApp::start_as(|options| change(&mut options.limits)).await
}

async fn raw(app: &TestApp, said: impl AsRef<[u8]>) -> TcpStream {
    let mut socket = TcpStream::connect(app.server.addr).await.unwrap();
    socket.write_all(said.as_ref()).await.unwrap();
    socket
}

/// What the server says until it closes the connection.
async fn until_closed(socket: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let ends = socket.read_to_end(&mut heard);
    // A connection that is reset is closed as well.
    let _ = timeout(SOON, ends).await.expect("the server keeps the connection");
    heard
}

fn handshake(device: &Device, origin: &str) -> String {
    format!(
        "GET /api/v1/shops/{}/live HTTP/1.1\r\nhost: {}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{origin}\r\n",
        device.shop,
        device.base.trim_start_matches("http://")
    )
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_not_gathered() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut socket = raw(&app, handshake(&first, "")).await;
    // Text, masked, of fifteen megabytes; and some of them.
    let mut frame = vec![0x81, 0xff];
    frame.extend(15_000_000_u64.to_be_bytes());
    frame.resize(8 * 1024, 0);
    socket.write_all(&frame).await.unwrap();
    until_closed(&mut socket).await;
}

#[tokio::test]
async fn heads_that_never_end_and_silence_are_cut_off() {
    let app = bounded(|limits| limits.head = SHORT).await;
    for said in ["", "GET / HTTP/1.1\r\nhost: x\r\nx-a: ", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"] {
        until_closed(&mut raw(&app, said).await).await;
    }
    let mut drips = raw(&app, "GET / HTTP/1.1\r\n").await;
    let begun = Instant::now();
    while drips.write_all(b"x: y\r\n").await.is_ok() {
        assert!(begun.elapsed() < SOON, "a head may not grow for ever");
        tokio::time::sleep(SHORT / 10).await;
    }
}

#[tokio::test]
async fn where_metrics_are_served_the_same_bounds_hold() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let change = |options: &mut sync_server::Options| (options.metrics_addr, options.limits.head) = (Some(free), SHORT);
    let app = TestApp::start_as(change).await;
    let connect = async |said: &str| {
        let mut socket = TcpStream::connect(free).await.unwrap();
        socket.write_all(said.as_bytes()).await.unwrap();
        socket
    };
    let mut crowd = Vec::new();
    for said in ["", "GET /metrics HTTP/1.1\r\nx: ", "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n"].repeat(20) {
        crowd.push(connect(said).await);
    }
    let text = app.http.get(format!("http://{free}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("stallbook_live_sockets 0"), "{text}");
    for socket in &mut crowd {
        until_closed(socket).await;
    }
    let large = format!("GET /metrics HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let answer = until_closed(&mut connect(&large).await).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&answer));
    let _open = connect("").await;
    timeout(Duration::from_secs(2), app.server.stop()).await.expect("nobody is waited for").unwrap();
}

#[tokio::test]
async fn a_head_has_a_size() {
    let app = TestApp::start().await;
    for head in [format!("x: {}\r\n", "y".repeat(100_000)), "x: y\r\n".repeat(200)] {
        let answer = until_closed(&mut raw(&app, format!("GET / HTTP/1.1\r\n{head}\r\n")).await).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn bodies_that_never_end_are_cut_off() {
    let app = bounded(|limits| limits.body = SHORT).await;
    let head = "POST /api/v1/devices HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    for body in ["content-length: 1000\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"] {
        let answer = until_closed(&mut raw(&app, format!("{head}{body}")).await).await;
        assert!(answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    let large = json!({"pairing_code": "0".repeat(5_000), "device": new_id()});
    for call in ["shops", "devices", &format!("shops/{}/devices", new_id())] {
        assert_eq!(problem(app.post(&format!("/api/v1/{call}"), &large).await).await, TooLarge, "{call}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off() {
    let app = bounded(|limits| limits.call = SHORT).await;
    let head = "POST /api/v1/devices HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut drips = raw(&app, format!("{head}content-length: 4000\r\n\r\n")).await;
    let begun = Instant::now();
    while drips.write_all(b" ").await.is_ok() {
        assert!(begun.elapsed() < SOON, "a body may not grow for ever");
        tokio::time::sleep(SHORT / 10).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_read_is_dropped() {
    let app = bounded(|limits| limits.unread = SHORT).await;
    let first = app.first_device().await;
    for counter in 0..16 {
        let event = first.event_of(new_id(), counter + 1, &"x".repeat(60_000));
        first.push(&[event]).await;
    }
    let call = format!(
        "GET /api/v1/shops/{}/pull?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        first.shop, first.credential
    );
    // More than the machine keeps by itself for one who does not read.
    let mut unread = raw(&app, call.repeat(20)).await;
    tokio::time::sleep(SHORT * 4).await;
    let heard = until_closed(&mut unread).await;
    assert!(heard.len() < 19_000_000, "{}", heard.len());
}

#[tokio::test]
async fn a_silent_crowd_makes_room_for_who_speaks() {
    let app = bounded(|limits| limits.connections = 20).await;
    let first = app.first_device().await;
    let mut socket = first.live().await;
    socket.poke().await;
    let mut crowd = Vec::new();
    for at in 0..100 {
        // Silent, or at a head, or waiting after an answer.
        let said = ["", "GET / HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"];
        crowd.push(raw(&app, said[at % 3]).await);
    }
    let fresh = Device { http: Client::new(), ..first.clone() };
    timeout(SOON, fresh.push(&fresh.events([1]))).await.expect("a tablet is served");
    assert_eq!(timeout(SOON, socket.poke()).await.unwrap().head, 1, "and hears");
    drop(crowd);
}

#[tokio::test]
async fn a_stranger_takes_no_tablets_place() {
    let app = bounded(|limits| (limits.connections, limits.connections_per_device) = (4, 4)).await;
    let first = app.first_device().await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(first.live().await);
        sockets.last_mut().unwrap().poke().await;
    }
    for _ in 0..8 {
        until_closed(&mut raw(&app, "").await).await;
    }
    app.server.stop().await.unwrap();
    for mut socket in sockets {
        assert_eq!(socket.closed().await, 1001, "was there all the time");
    }
}

#[tokio::test]
async fn one_device_takes_no_other_tablets_place_behind_a_proxy() {
    let app = TestApp::start_as(|options| (options.trust_proxy, options.limits.connections) = (true, 64)).await;
    let first = app.first_device().await;
    let other = app.next_device(&first).await;
    let mut socket = other.live().await;
    socket.poke().await;
    let call = format!(
        "GET /api/v1/shops/{}/devices HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        first.shop, first.credential
    );
    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut held = raw(&app, &call).await;
        // Where there is no room for one more, it is not answered.
        let _ = timeout(SOON, held.read(&mut [0; 1_000])).await.expect("answered or closed");
        crowd.push(held);
    }
    let fresh = Device { http: Client::new(), ..other.clone() };
    timeout(SOON, fresh.push(&fresh.events([1]))).await.expect("a tablet is served");
    assert_eq!(timeout(SOON, socket.poke()).await.unwrap().head, 1, "and the one that was there stays");
    drop(crowd);
}

#[tokio::test]
async fn a_device_has_four_sockets_and_strangers_a_few() {
    let app = bounded(|limits| limits.strange_sockets_per_address = 8).await;
    let first = app.first_device().await;
    let mut oldest = first.live().await;
    oldest.poke().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(first.live().await);
        others.last_mut().unwrap().poke().await;
    }
    assert_eq!(oldest.closed().await, 1013);
    let mut stranger = Socket::open(&first.base, first.shop).await;
    for _ in 0..8 {
        others.push(Socket::open(&first.base, first.shop).await);
    }
    assert_eq!(timeout(SOON, stranger.closed()).await.expect("makes room"), 1013);
}

#[tokio::test]
async fn only_own_pages_listen() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let own = format!("origin: {}\r\n", first.base);
    for (origin, status) in [("", "101"), (own.as_str(), "101"), ("origin: https://evil.example\r\n", "403")] {
        let mut socket = raw(&app, handshake(&first, origin)).await;
        let mut heard = [0; 12];
        socket.read_exact(&mut heard).await.unwrap();
        assert_eq!(std::str::from_utf8(&heard).unwrap(), format!("HTTP/1.1 {status}"), "{origin}");
    }
    let call = format!("/api/v1/shops/{}/live", first.shop);
    let asked = app.http.get(app.url(&call)).header("origin", "null").header("connection", "upgrade");
    let asked = asked.header("upgrade", "websocket").header("sec-websocket-version", "13");
    let answer = asked.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").send().await.unwrap();
    assert_eq!(problem(answer).await, Forbidden);
}

#[tokio::test]
async fn a_stop_waits_for_no_stalled_client_and_closes_the_database() {
    let app = bounded(|limits| limits.stop = SHORT).await;
    let first = app.first_device().await;
    let mut live = first.live().await;
    live.poke().await;
    let head = format!(
        "POST /api/v1/shops/{}/push HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 9\r\n\
         expect: 100-continue\r\n\r\n",
        first.shop, first.credential
    );
    let mut crowd = [raw(&app, "").await, raw(&app, "GET / HTTP/1.1\r\n").await, raw(&app, head).await];
    let mut asked = [0; 12];
    crowd[2].read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100", "the call has begun, and waits for its body");
    let begun = Instant::now();
    app.server.stop().await.unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert!(!app.folder.path().join("stallbook.db-wal").exists(), "SQLite takes it away when it is closed");
    drop(crowd);
}

#[cfg(unix)]
#[tokio::test]
async fn with_few_descriptors_a_silent_crowd_keeps_no_one_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut few = Command::new("/bin/sh");
    few.args(["-c", "ulimit -n 200; exec \"$0\"", env!("CARGO_BIN_EXE_sync-server")]);
    let program = Program::start_by(few, folder.path(), "warn").await;
    let address = program.url.trim_start_matches("http://");
    let mut crowd = Vec::new();
    for _ in 0..250 {
        crowd.push(TcpStream::connect(address).await.unwrap());
    }
    for call in ["healthz", "readyz", "api/v1/hello"] {
        let fresh = Client::new().get(format!("{}/{call}", program.url)).send();
        assert_eq!(timeout(SOON, fresh).await.expect("is answered").unwrap().status(), 200, "{call}");
    }
    drop(crowd);
}

#[tokio::test]
async fn a_device_that_stored_all_it_may_waits_and_the_others_go_on() {
    let app = bounded(|limits| limits.budgets.event_bytes = 1_000).await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let large = [first.event_of(new_id(), 1, &"x".repeat(2_000))];
    first.push(&large).await;
    let more = first.push_raw(first.push_body(&first.events([2]))).await;
    assert_eq!(more.headers()["retry-after"], "60");
    assert_eq!(problem(more).await, TooMany);
    assert_eq!(first.pull("after=0").await.head, 1, "reading is free");
    second.push(&second.events([1])).await;
    app.pass(24 * 60 * 60 * 1_000);
    first.push(&first.events([2])).await;
}

#[tokio::test]
async fn a_device_has_two_unread_pages() {
    let app = bounded(|limits| limits.unread = Duration::from_secs(60)).await;
    let first = app.first_device().await;
    for counter in 0..16 {
        first.push(&[first.event_of(new_id(), counter + 1, &"x".repeat(60_000))]).await;
    }
    let other = app.next_device(&first).await;
    let call = format!(
        "GET /api/v1/shops/{}/pull?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        first.shop, first.credential
    );
    // What the machine keeps for one who does not read is full soon; then pages wait in the server.
    let mut unread = Vec::new();
    for _ in 0..2 {
        unread.push(raw(&app, call.repeat(20)).await);
    }
    tokio::time::sleep(SHORT * 2).await;
    assert!(timeout(SHORT, first.pull_raw("after=0")).await.is_err(), "a third page waits");
    assert_eq!(timeout(SOON, other.pull("after=0")).await.unwrap().head, 16);
    drop(unread);
    assert_eq!(timeout(SOON, first.pull("after=0")).await.unwrap().head, 16, "its turn came");
}
