//! The program itself: what it prints, how it stops, and what a kill leaves.

use std::path::Path;
use std::process::Stdio;

use protocol::api::{Claimed, Pulled, Pushed};
use reqwest::Client;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

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

#[tokio::test]
async fn a_kill_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let http = Client::new();
    let (shop, device) = (new_id(), new_id());
    let mut program = Program::start(folder.path()).await;
    let claim = serde_json::json!({
        "setup_code": program.setup_code().await, "shop": shop, "device": device, "code": "K7",
    });
    let answer = http.post(format!("{}/api/v1/shops", program.url)).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    let mut acknowledged = 0;
    for _ in 0..5 {
        for _ in 0..8 {
            acknowledged += 1;
            let id = new_id();
            let event = event_of(device, id, acknowledged, "");
            let push = format!("{{\"device\":\"{device}\",\"events\":[{event}]}}");
            let url = format!("{}/api/v1/shops/{shop}/push", program.url);
            let answer = http.post(url).bearer_auth(&credential).body(push).send().await.unwrap();
            assert_eq!(read::<Pushed>(answer, 200).await.head, acknowledged);
        }
        program.child.kill().await.unwrap();
        program = Program::start(folder.path()).await;
        let url = format!("{}/api/v1/shops/{shop}/pull?after=0", program.url);
        let pulled: Pulled = read(http.get(url).bearer_auth(&credential).send().await.unwrap(), 200).await;
        assert_eq!((pulled.events.len() as u64, pulled.head), (acknowledged, acknowledged));
    }
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
