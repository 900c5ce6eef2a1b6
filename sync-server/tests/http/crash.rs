//! The program itself: what it prints, how it stops, and what a kill leaves.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use protocol::Envelope;
use protocol::api::{ClaimShop, Claimed, Joined, Pairing, Pulled, Pushed};
use protocol::envelope::unstamp;
use reqwest::Client;
use sync_server::operate::{Command as Cmd, run};
use sync_server::{Options, start};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::client::{Device, event_of, new_id, read};

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

/// So long that a command ends by itself, on a machine with much else to do.
const WHOLE: Duration = Duration::from_secs(600);

/// Runs a command and kills it after a while. Whether it had ended by itself, and well.
async fn cut_off(data: &Path, words: &[&str], after: Duration) -> bool {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    program.env_clear().args(words).arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = program.kill_on_drop(true).spawn().unwrap();
    match timeout(after, child.wait()).await {
        Ok(ended) => ended.unwrap().success(),
        Err(_) => {
            child.kill().await.unwrap();
            false
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// `STALLBOOK_KILLS` at moments spread over the run of each command, on a database of as many megabytes as it says.
#[tokio::test]
async fn a_backup_and_a_restore_that_are_killed_leave_the_former_state_or_the_new_one() {
    let kills: u32 = std::env::var("STALLBOOK_KILLS").map_or(6, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (former, copies) = (path("former"), path("copies"));
    std::fs::create_dir(&copies).unwrap();
    let copy = copies.join("copy.db");
    let app = start(Options::on_free_port(&former)).await.unwrap();
    let (shop, id) = (new_id(), new_id());
    let claim = ClaimShop { setup_code: app.setup_code.clone().unwrap(), shop, device: id, code: "K7".into() };
    let answer = Client::new().post(format!("{}/api/v1/shops", app.url())).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    let device = Device { http: Client::new(), base: app.url(), shop, id, code: "K7".into(), credential };
    let restored = u64::from(kills) * 16;
    let push = async |counter| device.push(&[device.event_of(new_id(), counter, &"x".repeat(60_000))]).await;
    for counter in 1..=restored {
        push(counter).await;
    }
    let backup = ["backup", copy.to_str().unwrap()];
    let begun = Instant::now();
    assert!(cut_off(&former, &backup, WHOLE).await);
    let takes = begun.elapsed();
    let other = copies.join("other.db");
    let mut made = 0;
    for kill in 0..kills {
        if cut_off(&former, &["backup", other.to_str().unwrap()], takes * (kill * 2 + 1) / (kills * 2)).await {
            made += 1;
        }
        if other.exists() {
            check(&other, restored).await;
            std::fs::remove_file(&other).unwrap();
        }
    }
    for file in names(&copies) {
        let abandoned = std::fs::File::options().append(true).open(copies.join(file)).unwrap();
        abandoned.set_modified(SystemTime::now() - Duration::from_hours(2)).unwrap();
    }
    println!("backup: {takes:?}, {made} of {kills} made, {} files of others", names(&copies).len() - 1);
    assert!(cut_off(&former, &["backup", other.to_str().unwrap()], WHOLE).await);
    assert_eq!(names(&copies), ["copy.db", "other.db"], "the next one clears away what was left");
    push(restored + 1).await;
    app.stop().await.unwrap();

    let restore = ["restore", copy.to_str().unwrap()];
    let mut takes = None;
    let mut became = [0, 0];
    for kill in 0..=kills {
        let data = path(&kill.to_string());
        std::fs::create_dir(&data).unwrap();
        std::fs::copy(former.join("stallbook.db"), data.join("stallbook.db")).unwrap();
        let begun = Instant::now();
        let Some(takes) = takes else {
            assert!(cut_off(&data, &restore, WHOLE).await);
            takes = Some(begun.elapsed());
            continue;
        };
        let whole = cut_off(&data, &restore, takes * (kill * 2 - 1) / (kills * 2)).await;
        let said = run(&Options::on_free_port(&data), &Cmd::Check).await;
        if let Err(words) = &said {
            assert!(words.to_string().contains("start the server, which ends it, or restore again"), "{words:#}");
        }
        // One half by the next start, one half by the same command.
        if kill % 2 == 0 && !whole {
            assert!(cut_off(&data, &restore, WHOLE).await, "killed at {kill}");
        }
        let server = start(Options::on_free_port(&data)).await.expect("it starts");
        let there = Device { base: server.url(), ..device.clone() };
        let head = there.pull("after=0").await.head;
        server.stop().await.unwrap();
        check(&data.join("stallbook.db"), head).await;
        let left = names(&data);
        let kept: Vec<_> = left.iter().filter(|name| name.starts_with("stallbook.db.before-restore")).collect();
        assert_eq!(left.len() - kept.len(), 2, "the database and its lock: {left:?}");
        if head == restored {
            became[1] += 1;
            let former = data.join(kept.first().expect("the former one is kept")).join("stallbook.db");
            check(&former, restored + 1).await;
        } else {
            became[0] += 1;
            assert!(head == restored + 1 && kept.is_empty() && kill % 2 == 1 && !whole, "{head} {left:?}");
        }
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!("restore: {takes:?}, {became:?} former and restored of {kills}");
}

/// A database is whole and has so many events.
async fn check(file: &Path, events: u64) {
    let url = format!("sqlite:{}", file.display());
    let options = Options { database_url: Some(url), ..Options::on_free_port(file.parent().unwrap()) };
    let said = run(&options, &Cmd::Check).await.unwrap();
    assert_eq!(said, format!("all is well: {events} events, 0 pictures"), "{}", file.display());
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

/// Before, the server stood still when the pipe was full, after some hundred calls.
#[cfg(unix)]
#[tokio::test]
async fn a_log_that_nobody_reads_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path()).await;
    let http = Client::new();
    let calling = async {
        for _ in 0..1_000 {
            assert_eq!(http.get(format!("{}/healthz", program.url)).send().await.unwrap().status(), 200);
        }
    };
    timeout(Duration::from_secs(20), calling).await.expect("each is answered");
    let pid = program.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let ended = timeout(Duration::from_secs(5), program.child.wait()).await.expect("it stops").unwrap();
    assert!(ended.success());
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
