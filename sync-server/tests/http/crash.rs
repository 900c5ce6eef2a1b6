//! The program itself: what it prints, how it stops, and what a kill leaves.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use protocol::Envelope;
use protocol::api::{Claimed, Joined, Pairing, Pulled, Pushed};
use protocol::envelope::unstamp;
use reqwest::Client;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

use crate::client::{event_of, new_id, read};

pub struct Program {
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub url: String,
}

impl Program {
    pub async fn start(data: &Path) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_sync-server")), data, "debug").await
    }

    /// Starts it by a command that becomes the program. Nobody reads its log while it runs: it must fit into a pipe.
    pub async fn start_by(mut command: Command, data: &Path, log: &str) -> Self {
        let mut child = command
            .env_clear()
            .env("STALLBOOK_ADDR", "127.0.0.1:0")
            .env("STALLBOOK_DATA", data)
            .env("STALLBOOK_LOG_FORMAT", "json")
            .env("STALLBOOK_LOG", log)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("it says where it listens");
        let url = first.strip_prefix("listening on ").expect("in these words").to_owned();
        Self { child, lines, url }
    }

    pub async fn setup_code(&mut self) -> String {
        let line = self.lines.next_line().await.unwrap().unwrap();
        line.strip_prefix("set-up code ").unwrap().to_owned()
    }
}

/// A device that pushes without a pause, and what it was told of it.
struct Pusher {
    id: Uuid,
    credential: String,
    made: u64,
    /// What it has no answer to: it pushes the same again.
    open: Vec<(Uuid, String)>,
    /// Which event was given which place.
    told: Vec<(Uuid, u64)>,
}

impl Pusher {
    /// Pushes until the server is gone.
    async fn push(mut self, http: Client, url: String) -> Self {
        loop {
            for n in 0..7 {
                if self.open.len() <= n {
                    self.made += 1;
                    let id = new_id();
                    self.open.push((id, event_of(self.id, id, self.made, &"n".repeat(500))));
                }
            }
            let events: Vec<&str> = self.open.iter().map(|(_, event)| event.as_str()).collect();
            let body = format!("{{\"device\":\"{}\",\"events\":[{}]}}", self.id, events.join(","));
            let answer = http.post(&url).bearer_auth(&self.credential).body(body).send().await;
            let Ok(text) = async { answer?.error_for_status()?.text().await }.await else { return self };
            let pushed: Pushed = serde_json::from_str(&text).unwrap();
            for (result, (id, _)) in pushed.results.iter().zip(self.open.drain(..)) {
                assert_eq!(result.id, id);
                self.told.push((id, result.seq.expect("stored, or a duplicate")));
            }
        }
    }
}

/// `STALLBOOK_KILLS`: how often; a few without it.
#[tokio::test]
async fn a_kill_under_load_loses_nothing_that_was_acknowledged() {
    let kills: u64 = std::env::var("STALLBOOK_KILLS").map_or(8, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let http = Client::new();
    let (shop, device) = (new_id(), new_id());
    let mut program = Program::start(folder.path()).await;
    let claim = serde_json::json!({
        "setup_code": program.setup_code().await, "shop": shop, "device": device, "code": "K7",
    });
    let answer = http.post(format!("{}/api/v1/shops", program.url)).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    let pusher = |id, credential| Pusher { id, credential, made: 0, open: Vec::new(), told: Vec::new() };
    let mut pushers = vec![pusher(device, credential.clone())];
    for _ in 0..2 {
        let pairing = http.post(format!("{}/api/v1/shops/{shop}/pairing", program.url)).bearer_auth(&credential);
        let code = read::<Pairing>(pairing.send().await.unwrap(), 201).await.code;
        let join = serde_json::json!({"pairing_code": code, "device": new_id()});
        let joined = http.post(format!("{}/api/v1/devices", program.url)).json(&join).send().await.unwrap();
        let joined: Joined = read(joined, 201).await;
        pushers.push(pusher(joined.device, joined.credential));
    }
    let mut log: Vec<Uuid> = Vec::new();
    for kill in 0..kills {
        // What it says is read, or else it would wait for its reader.
        let mut said = program.child.stderr.take().unwrap();
        tokio::spawn(async move { tokio::io::copy(&mut said, &mut tokio::io::sink()).await });
        let url = format!("{}/api/v1/shops/{shop}/push", program.url);
        let pushing = pushers.drain(..).map(|pusher| tokio::spawn(pusher.push(http.clone(), url.clone())));
        let pushing: Vec<_> = pushing.collect();
        tokio::time::sleep(Duration::from_millis(20 + kill * 37 % 230)).await;
        program.child.kill().await.unwrap();
        for pusher in pushing {
            pushers.push(pusher.await.unwrap());
        }
        program = Program::start(folder.path()).await;
        loop {
            let url = format!("{}/api/v1/shops/{shop}/pull?after={}", program.url, log.len());
            let pulled: Pulled = read(http.get(url).bearer_auth(&credential).send().await.unwrap(), 200).await;
            for event in &pulled.events {
                let (text, stamp) = unstamp(event.get()).unwrap();
                log.push(Envelope::read(&text).unwrap().id);
                assert_eq!(stamp.seq, log.len() as u64, "no gap");
            }
            if pulled.next == pulled.head {
                break;
            }
        }
        for pusher in &mut pushers {
            for (id, seq) in pusher.told.drain(..) {
                assert_eq!(log[seq as usize - 1], id, "what was acknowledged is where it was said to be");
            }
        }
    }
    let once: HashSet<&Uuid> = log.iter().collect();
    assert_eq!(once.len(), log.len(), "and nothing twice");
    println!("{kills} kills, {} events, nothing lost", log.len());
}

#[cfg(unix)]
#[tokio::test]
async fn a_stop_is_clean_and_the_log_says_nothing_private() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path()).await;
    let code = program.setup_code().await;
    let claim = serde_json::json!({"setup_code": code, "shop": new_id(), "device": new_id(), "code": "K7"});
    let answer = Client::new().post(format!("{}/api/v1/shops", program.url)).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    let wrong = serde_json::json!({"pairing_code": "00000000", "device": new_id()});
    Client::new().post(format!("{}/api/v1/devices", program.url)).json(&wrong).send().await.unwrap();
    let pid = program.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let output = program.child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    for said in ["/api/v1/shops", "stopping", "a shop claimed the server", "\"kind\":\"PairingCode\""] {
        assert!(log.contains(said), "{said} in {log}");
    }
    assert!(!log.contains(&credential) && !log.contains(&code), "{log}");
}

#[tokio::test]
async fn help_explains_every_option_with_its_variable() {
    let output = Command::new(env!("CARGO_BIN_EXE_sync-server")).arg("--help").output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in [
        "ADDR",
        "DATA",
        "DATABASE_URL",
        "APP",
        "LOG",
        "LOG_FORMAT",
        "TRUST_PROXY",
        "UNUSED_DAYS",
        "METRICS_ADDR",
        "NEW_EPOCH",
    ] {
        assert!(help.contains(&format!("[env: STALLBOOK_{option}=")), "{option}");
    }
}
