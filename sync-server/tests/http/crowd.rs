//! Two honest tablets beside a hostile crowd (silent sockets, endless heads and bodies, big frames, unread pulls, wrong
//! codes, events of every spelling): what they push arrives in time, and the server stays small. Twenty seconds;
//! STALLBOOK_CROWD_SECONDS makes it longer.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::api::Claimed;
use reqwest::{Client, Method};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::client::{Device, new_id, read};
use crate::crash::Program;

/// How long each of the crowd stays before it comes again.
const STAY: Duration = Duration::from_secs(2);

/// Says something on a connection of its own, again and again, and reads nothing.
async fn again_and_again(address: Arc<str>, first: Vec<u8>, then: &'static [u8]) {
    loop {
        if let Ok(mut socket) = TcpStream::connect(&*address).await {
            let begun = Instant::now();
            let _ = timeout(STAY, socket.write_all(&first)).await;
            while begun.elapsed() < STAY && timeout(STAY, socket.write_all(then)).await.is_ok_and(|sent| sent.is_ok()) {
                sleep(Duration::from_millis(200)).await;
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// An event in spellings that JSON allows, of types and versions that nobody knows, and what is no event at all.
fn spelled(event: &str) -> Vec<String> {
    let body = |body: &str| event.replacen(r#"{"note":""}"#, body, 1);
    let with = |(from, to): (&str, &str)| event.replacen(from, to, 1);
    let mut texts: Vec<String> = [
        ("{\"v\"", "{\n \"v\""),
        ("\"body\":", "\"body\" : "),
        ("\"body\":", "\"\\u0062ody\":"),
        ("{\"v\":1,", "{\"mood\":1,\"v\":1,"),
        ("\"v\":1", "\"v\":1e0"),
        ("\"v\":1", "\"v\":1,\"v\":2"),
        ("\"actor\":null,", ""),
        ("\"order.noted\"", "\"order\\u002enoted\""),
        ("\"order.noted\"", "\"摊.teleported\""),
        ("\"version\":1", "\"version\":9"),
        ("\"seen\":0", "\"seen\":9007199254740992"),
        ("\"hlc\":[", "\"hlc\":[-"),
        ("}}", "},\"mood\" : [1e3, {} ] }"),
    ]
    .map(with)
    .into();
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    texts.extend(["null", "\"\\ud800\"", "1e999", " [ 1 ]", &deep].map(body));
    texts.extend(["null", "{}", "[[]]", "1e999", "\"{\\\"v\\\":1}\""].map(str::to_owned));
    texts
}

/// Pushes events in all spellings, and now and then what is no push.
async fn misspell(by: Device) {
    for counter in 100.. {
        let texts = spelled(&by.event(counter));
        let body = if counter % 10 == 0 { texts.concat() } else { by.push_body(&texts) };
        let _ = by.request(Method::POST, "push").body(body).send().await;
        sleep(Duration::from_millis(20)).await;
    }
}

/// How long pushes took until the other heard of them, the shortest first.
async fn sell(by: &Device, other: &Device, counter: &mut u64, time: Duration) -> Vec<Duration> {
    let mut hears = other.live().await;
    hears.poke().await;
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed() < time {
        *counter += 1;
        let pushed = Instant::now();
        let head = by.push(&by.events([*counter])).await.head;
        while timeout(Duration::from_secs(10), hears.poke()).await.expect("hears of it").head < head {}
        took.push(pushed.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    took.sort();
    let [half, most, nearly_all] = [50, 95, 99].map(|of_100| *took.get(took.len() * of_100 / 100).unwrap());
    println!("{} pushes: half in {half:?}, 95 % {most:?}, 99 % {nearly_all:?}, all {:?}", took.len(), took.last());
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_tablets_sell_beside_a_hostile_crowd() {
    let seconds = std::env::var("STALLBOOK_CROWD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let server = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    let mut program = Program::start_by(server, folder.path(), "off").await;
    let (shop, id) = (new_id(), new_id());
    let claim = json!({"setup_code": program.setup_code().await, "shop": shop, "device": id, "code": "K7"});
    let answer = Client::new().post(format!("{}/api/v1/shops", program.url)).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    let first = Device { http: Client::new(), base: program.url.clone(), shop, id, code: "K7".into(), credential };
    let second = join(&first).await;
    let hostile = join(&first).await;
    // More than may be in memory for each of its pulls.
    for first in (1..=1_000).step_by(16) {
        let large = |counter| hostile.event_of(new_id(), counter, &"x".repeat(60_000));
        hostile.push(&(first..first + 16).map(large).collect::<Vec<_>>()).await;
    }

    let mut counter = 0;
    let short = Duration::from_secs(2 + seconds / 60);
    let mut alone = sell(&first, &second, &mut counter, short).await;
    let address: Arc<str> = program.url.trim_start_matches("http://").into();
    let mut crowd = JoinSet::new();
    let mut come = |count: usize, first: String, then: &'static [u8]| {
        for _ in 0..count {
            crowd.spawn(again_and_again(Arc::clone(&address), first.clone().into_bytes(), then));
        }
    };
    let known = format!("host: {address}\r\nauthorization: Bearer {}\r\n", hostile.credential);
    come(300, String::new(), b"");
    come(50, "GET / HTTP/1.1\r\n".into(), b"x: y\r\n");
    come(50, "POST /api/v1/devices HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n".into(), &[b' '; 1_000]);
    come(
        20,
        format!("POST /api/v1/shops/{shop}/push HTTP/1.1\r\n{known}content-length: 1000000\r\n\r\n"),
        &[b' '; 9_000],
    );
    come(30, format!("GET /api/v1/shops/{shop}/pull?after=0 HTTP/1.1\r\n{known}\r\n").repeat(20), b"");
    let handshake = format!(
        "GET /api/v1/shops/{shop}/live HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    come(50, handshake + "\u{1}\u{7f}\0\0\0\0\0\x0f\0\0", &[0; 9_000]);
    for _ in 0..2 {
        let guess = Device { http: Client::new(), ..first.clone() };
        crowd.spawn(async move {
            loop {
                let wrong = json!({"pairing_code": "00000000", "device": new_id()});
                let _ = guess.http.post(format!("{}/api/v1/devices", guess.base)).json(&wrong).send().await;
                sleep(Duration::from_millis(20)).await;
            }
        });
    }
    crowd.spawn(misspell(join(&first).await));
    let beside = sell(&first, &second, &mut counter, Duration::from_secs(seconds)).await;
    crowd.shutdown().await;
    alone.extend(sell(&first, &second, &mut counter, short).await);
    alone.sort();
    let [alone, beside] = [alone, beside].map(|took| took[took.len() / 2]);

    let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id().unwrap())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak_mb = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_000;
    println!("alone {alone:?}, beside the crowd {beside:?}, {counter} pushes, peak {peak_mb} MB");
    // A few milliseconds are this machine's, which has other tests to run.
    assert!(beside <= alone * 2 + Duration::from_millis(100), "alone {alone:?}, beside the crowd {beside:?}");
    assert!(peak_mb <= 150, "{peak_mb} MB");
}

async fn join(host: &Device) -> Device {
    let join = json!({"pairing_code": host.pairing_code().await, "device": new_id()});
    let answer = host.http.post(format!("{}/api/v1/devices", host.base)).json(&join).send().await.unwrap();
    let joined: protocol::api::Joined = read(answer, 201).await;
    Device { http: Client::new(), id: joined.device, code: joined.code, credential: joined.credential, ..host.clone() }
}
