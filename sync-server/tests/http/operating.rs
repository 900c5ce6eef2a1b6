//! What an operator does beside the server and without it: codes, devices, copies, checks.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use protocol::ProblemType::LastDevice;
use protocol::api::{Hello, Joined};
use sync_server::operate::{Command, run};
use sync_server::{Options, start};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr};
use tokio::time::timeout;

use crate::client::{Device, TestApp, new_id, problem, read, write};
use crate::crash::Program;

/// The program with a command, as an operator types it.
async fn typed(data: &Path, words: &[&str]) -> Output {
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_sync-server"));
    program.env_clear().args(words).arg("--data").arg(data).kill_on_drop(true);
    timeout(Duration::from_secs(20), program.output()).await.expect("it ends by itself").unwrap()
}

async fn said(data: &Path, words: &[&str]) -> String {
    let output = typed(data, words).await;
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(data: &Path, words: &[&str]) -> String {
    let output = typed(data, words).await;
    assert!(!output.status.success() && output.stdout.is_empty(), "{words:?} was done");
    String::from_utf8(output.stderr).unwrap()
}

/// Does a command in this process.
async fn done(data: &Path, command: Command) -> anyhow::Result<String> {
    run(&Options::on_free_port(data), &command).await
}

async fn epoch(app: &TestApp) -> uuid::Uuid {
    read::<Hello>(app.get("/api/v1/hello").await, 200).await.epoch
}

fn joined(app: &TestApp, joined: Joined) -> Device {
    Device::new(app, joined.shop, joined.device, &joined.code, joined.credential)
}

#[tokio::test]
async fn a_shop_that_lost_its_last_tablet_lets_another_in_by_the_command_line() {
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    assert!(refused(&data, &["pair"]).await.contains("no shop has claimed"));
    let lost = app.first_device().await;
    lost.push(&lost.events([1, 2])).await;
    app.clock.store(
        i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap(),
        std::sync::atomic::Ordering::SeqCst,
    );
    let beside = said(&data, &["pair"]).await;
    let app = app.restart().await;
    for printed in [beside, said(&data, &["pair"]).await] {
        let code = printed.lines().next().unwrap().strip_prefix("pairing code ").unwrap();
        let device = joined(&app, read(app.join(code, new_id(), None).await, 201).await);
        assert_eq!((device.shop, device.pull("after=0").await.head), (lost.shop, 2));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(folder.path(), &["pair"]).await.contains("there is no database"));
    assert!(!folder.path().join("stallbook.db").exists(), "nor is one made");
}

#[tokio::test]
async fn the_last_device_is_not_revoked_by_mistake() {
    let app = TestApp::start().await;
    let data = app.folder.path();
    let first = app.first_device().await;
    assert_eq!(problem(first.revoke(first.id).await).await, LastDevice);
    let second = app.next_device(&first).await;
    assert!(said(data, &["devices"]).await.lines().filter(|line| line.ends_with("yes")).count() == 2);
    said(data, &["revoke", &second.code.to_lowercase()]).await;
    assert_eq!(second.pull_raw("after=0").await.status(), 401, "the running server knows at once");
    assert!(said(data, &["devices"]).await.contains("revoked "));
    assert_eq!(problem(first.revoke(first.id).await).await, LastDevice, "who was revoked does not count");
    assert!(refused(data, &["revoke", &first.id.to_string()]).await.contains("--even-the-last"));
    assert!(refused(data, &["revoke", "Z9"]).await.contains("no device Z9"));
    assert_eq!(first.pull_raw("after=0").await.status(), 200);
    said(data, &["revoke", "K7", "--even-the-last"]).await;
    assert_eq!(first.pull_raw("after=0").await.status(), 401);
}

#[tokio::test]
async fn two_servers_never_run_on_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Program::start(folder.path()).await;
    let second = typed(folder.path(), &["--addr", "127.0.0.1:0"]).await;
    assert!(!second.status.success() && second.stdout.is_empty());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server"));
    let by_another_name = format!("sqlite:{}", folder.path().join(".").join("stallbook.db").display());
    let other = tempfile::tempdir().unwrap();
    let third = typed(other.path(), &["--addr", "127.0.0.1:0", "--database-url", &by_another_name]).await;
    assert!(String::from_utf8_lossy(&third.stderr).contains("another server"));
    assert!(refused(folder.path(), &["restore", "/dev/null"]).await.contains("another server"));
    first.child.kill().await.unwrap();
    Program::start(folder.path()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_servers_user_reads_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    let server = start(Options::on_free_port(&data)).await.unwrap();
    assert_eq!(mode(&data), 0o700);
    let files = ["stallbook.db", "stallbook.db-wal", "stallbook.db-shm", "stallbook.db.lock"];
    assert_eq!(files.map(|file| mode(&data.join(file))), [0o600; 4]);
    server.stop().await.unwrap();
    std::fs::set_permissions(data.join("stallbook.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let server = start(Options::on_free_port(&data)).await.unwrap();
    assert_eq!(files.map(|file| mode(&data.join(file))), [0o600; 4], "one of an older version");
    done(&data, Command::Backup { file: folder.path().join("copy") }).await.unwrap();
    assert_eq!(mode(&folder.path().join("copy")), 0o600);
    drop(server);
}

#[tokio::test]
async fn a_backup_of_a_running_server_restores_what_it_had() {
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    let first = app.first_device().await;
    first.push(&first.events(1..=20)).await;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.db");
    let backup = Command::Backup { file: copy.clone() };
    assert!(done(&data, backup.clone()).await.unwrap().contains("20 events"));
    assert!(done(&data, backup).await.is_err(), "it overwrites none");
    assert_eq!(std::fs::read_dir(copies.path()).unwrap().count(), 1, "one file, and that is all of it");
    let before = epoch(&app).await;
    let second = app.next_device(&first).await;
    first.push(&first.events(21..=25)).await;
    assert!(done(&data, Command::Restore { file: copy.clone() }).await.unwrap_err().to_string().contains("server"));
    app.server.stop().await.unwrap();
    let told = done(&data, Command::Restore { file: copy.clone() }).await.unwrap();
    assert!(told.contains("20 events") && told.contains("K7"), "{told}");
    let app = TestApp { server: start(Options::on_free_port(&data)).await.unwrap(), ..TestApp::start().await };
    let (first, second) = (first.at(&app), second.at(&app));
    assert_eq!(first.pull("after=0").await.head, 20);
    assert_ne!(epoch(&app).await, before, "each tablet offers what the copy lacks");
    assert_eq!(second.pull_raw("after=0").await.status(), 401, "who came later is let in again by a code");
    let former = data.join("stallbook.db.before-restore/stallbook.db");
    let options =
        Options { database_url: Some(format!("sqlite:{}", former.display())), ..Options::on_free_port(&data) };
    assert!(run(&options, &Command::Check).await.unwrap().contains("25 events"), "the former one is whole");
    first.push(&first.events(21..=25)).await;
    assert!(done(&data, Command::Check).await.unwrap().contains("25 events"));
}

#[tokio::test]
async fn two_backups_at_once_into_one_file_leave_a_whole_one() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    for counter in 1..=40 {
        first.push(&[first.event_of(new_id(), counter, &"x".repeat(60_000))]).await;
    }
    let data = app.folder.path();
    let file = data.join("copy.db");
    let words = ["backup", file.to_str().unwrap()];
    let made = futures::future::join_all((0..4).map(|_| typed(data, &words))).await;
    assert!(made.iter().any(|made| made.status.success()), "{made:?}");
    let options = Options { database_url: Some(format!("sqlite:{}", file.display())), ..Options::on_free_port(data) };
    assert_eq!(run(&options, &Command::Check).await.unwrap(), "all is well: 40 events, 0 pictures");
    let part = std::fs::read_dir(data)
        .unwrap()
        .find(|it| it.as_ref().unwrap().path().extension() == Some("stallbook-part".as_ref()));
    assert!(part.is_none(), "{part:?}");
}

#[tokio::test]
async fn a_device_that_is_revoked_by_the_command_line_hears_nothing_more() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let mut socket = second.live().await;
    assert_eq!(socket.poke().await.head, 0);
    said(app.folder.path(), &["revoke", &second.code]).await;
    first.push(&first.events([1])).await;
    assert_eq!(socket.heads().await, [0_u64; 0]);
}

#[tokio::test]
async fn a_backup_while_tablets_sell_is_of_one_moment() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let copies = tempfile::tempdir().unwrap();
    let selling = async {
        for n in 0..60 {
            first.push(&first.events(n * 5 + 1..=n * 5 + 5)).await;
        }
    };
    let copying = async {
        for n in 0..4 {
            // A copy is checked before it has its name: sequences, digests, hashes.
            done(app.folder.path(), Command::Backup { file: copies.path().join(n.to_string()) }).await.unwrap();
        }
    };
    tokio::join!(selling, copying);
    assert_eq!(first.pull("after=0").await.head, 300);
}

#[tokio::test]
async fn a_database_put_together_from_two_is_refused_with_words() {
    let app = TestApp::start().await;
    let data = app.folder.path();
    let first = app.first_device().await;
    let file = |name: &str| data.join(name);
    let old = tempfile::tempdir().unwrap();
    let copy = old.path().join("old.db");
    done(data, Command::Backup { file: copy.clone() }).await.unwrap();
    // So much that the log of writes started over: alone, it is no whole database.
    for n in 0..250 {
        first.push(&[first.event_of(new_id(), n + 1, &"n".repeat(30_000))]).await;
    }
    // As a kill leaves it, with an older copy put back by hand.
    let mixed = old.path().join("mixed");
    write(&mixed, "stallbook.db", std::fs::read(&copy).unwrap());
    write(&mixed, "stallbook.db-wal", std::fs::read(file("stallbook.db-wal")).unwrap());
    let told = refused(&mixed, &["--addr", "127.0.0.1:0"]).await;
    assert!(told.contains("sync-server restore") && told.contains("-wal"), "{told}");
    let put = said(&mixed, &["restore", &copy.display().to_string()]).await;
    assert!(put.contains("is kept in"), "{put}");
    assert!(start(Options::on_free_port(&mixed)).await.is_ok(), "as it says");
    let alone = old.path().join("alone");
    write(&alone, "stallbook.db-wal", std::fs::read(file("stallbook.db-wal")).unwrap());
    for _ in 0..2 {
        assert!(refused(&alone, &["--addr", "127.0.0.1:0"]).await.contains("holds what was written last"));
    }
    write(&alone, "stallbook.db", "");
    assert!(refused(&alone, &["--addr", "127.0.0.1:0"]).await.contains("holds what was written last"));
    write(&alone, "stallbook.db", "nonsense".repeat(1_000));
    assert!(refused(&alone, &["--addr", "127.0.0.1:0"]).await.contains("sync-server restore"));
}

#[tokio::test]
async fn what_is_no_whole_backup_is_not_restored_and_changes_nothing() {
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    let first = app.first_device().await;
    for n in 0..40 {
        first.push(&[first.event_of(new_id(), n + 1, &"n".repeat(5_000))]).await;
    }
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    done(&data, Command::Backup { file: copy.clone() }).await.unwrap();
    app.server.stop().await.unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let end = whole.len();
    let mut torn = whole.clone();
    torn[end / 2..end / 2 + 4_096].fill(7);
    let mut changed = whole.clone();
    let at = whole.windows(2_000).position(|all| all == [b'n'; 2_000]).unwrap();
    changed[at + 1_000] = b'm';
    for (name, bytes) in [
        ("none", &b""[..]),
        ("nonsense", &[7; 9_000]),
        ("half", &whole[..end / 2]),
        ("torn", &torn),
        ("changed", &changed),
    ] {
        write(copies.path(), name, bytes);
        let told = done(&data, Command::Restore { file: copies.path().join(name) }).await.unwrap_err();
        assert!(!format!("{told:#}").is_empty());
        let left: Vec<_> = std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{name}: the database and its lock: {left:?}");
        assert!(done(&data, Command::Check).await.unwrap().contains("40 events"), "{name}");
    }
    let pipe = copies.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    done(&data, Command::Restore { file: pipe }).await.unwrap_err();
    // An older copy that was made by hand, with all its files, is as good.
    write(copies.path(), "by hand", std::fs::read(data.join("stallbook.db")).unwrap());
    assert!(done(&data, Command::Restore { file: copies.path().join("by hand") }).await.unwrap().contains("40 events"));
}

#[tokio::test]
async fn a_backup_with_code_in_it_is_not_restored() {
    use sqlx::{Connection, SqliteConnection};
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    let first = app.first_device().await;
    first.push(&first.events(1..=3)).await;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    done(&data, Command::Backup { file: copy.clone() }).await.unwrap();
    app.server.stop().await.unwrap();
    for (told, code) in [
        (
            "trigger lets_in",
            "CREATE TRIGGER lets_in AFTER UPDATE ON meta BEGIN UPDATE devices SET revoked_ms = NULL; END",
        ),
        ("view all_of_it", "CREATE VIEW all_of_it AS SELECT * FROM events"),
        ("table seen", "CREATE TABLE seen (id INTEGER PRIMARY KEY, code TEXT DEFAULT (hex(randomblob(9))))"),
        ("index devices_code", "CREATE INDEX devices_code ON devices (upper(code))"),
        ("table pairing", "ALTER TABLE pairing ADD COLUMN twice TEXT GENERATED ALWAYS AS (upper(code_hash)) VIRTUAL"),
        ("table quarantine is missing", "DROP TABLE quarantine"),
        (
            "_sqlx_migrations",
            "DROP TABLE _sqlx_migrations; CREATE VIEW _sqlx_migrations AS WITH RECURSIVE n(version) AS
             (SELECT 1 UNION ALL SELECT version FROM n) SELECT version FROM n",
        ),
    ] {
        let hostile = copies.path().join("hostile");
        std::fs::copy(&copy, &hostile).unwrap();
        let mut connection = SqliteConnection::connect(&format!("sqlite:{}", hostile.display())).await.unwrap();
        sqlx::raw_sql(code).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let words = format!("{:#}", done(&data, Command::Restore { file: hostile }).await.unwrap_err());
        assert!(words.contains(told), "{code}: {words}");
        assert!(done(&data, Command::Check).await.unwrap().contains("3 events"), "{code}");
    }
    assert!(done(&data, Command::Restore { file: copy }).await.unwrap().contains("3 events"));
}

/// The program with its standard output on a disk that is full, and its log line by line.
#[cfg(target_os = "linux")]
fn unheard(data: &Path, words: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_sync-server"));
    program.env_clear().env("STALLBOOK_TRUST_PROXY", "1").args(words).arg("--data").arg(data);
    let mut child = program.stdout(full).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    (child, log)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_whose_words_find_no_room_serves_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, log) = unheard(folder.path(), &["--addr", "127.0.0.1:0"]);
    let mut lines = log.lines();
    let mut next = async || timeout(Duration::from_secs(20), lines.next_line()).await.unwrap().unwrap();
    let [started, unheard] = [next().await, next().await].map(|line| line.expect("it goes on"));
    assert!(unheard.contains("can't be written to standard output"), "{unheard}");
    assert!(!started.contains('\x1b'), "no terminal reads it: {started}");
    let url = started.split_once("url=\"").and_then(|(_, url)| url.split_once('"')).expect("it says where").0;
    assert_eq!(reqwest::get(format!("{url}/readyz")).await.unwrap().status(), 200);
    server.kill().await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_whose_words_find_no_room_says_that_it_was_done() {
    let app = TestApp::start().await;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.db");
    let (mut command, mut log) = unheard(app.folder.path(), &["backup", &copy.display().to_string()]);
    let mut told = String::new();
    log.read_to_string(&mut told).await.unwrap();
    assert!(told.contains("it was done") && !told.contains("panic"), "{told}");
    assert_eq!(command.wait().await.unwrap().code(), Some(1));
    assert!(copy.is_file());
}

#[tokio::test]
async fn an_older_program_sends_nobody_to_restore_a_database_that_is_sound() {
    use sqlx::{Connection, SqliteConnection};
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    app.server.stop().await.unwrap();
    let file = format!("sqlite:{}", data.join("stallbook.db").display());
    let mut connection = SqliteConnection::connect(&file).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of tomorrow', 1, x'00', 0)";
    sqlx::raw_sql(newer).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let told = refused(&data, &["--addr", "127.0.0.1:0"]).await;
    assert!(told.contains("Put the newer program back") && told.contains("a newer version of the server"), "{told}");
    assert!(!told.contains("damaged"), "{told}");
}

/// A limit of the process stands in for the disk: 8 KB are less than what SQLite writes to open a database.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_start_that_finds_no_room_says_so_and_sends_nobody_to_restore() {
    let app = TestApp::start().await;
    let data = app.folder.path().to_owned();
    app.server.stop().await.unwrap();
    for words in ["--addr 127.0.0.1:0", "check", "devices"] {
        let narrow = format!("trap '' XFSZ; ulimit -f 16; exec \"$0\" {words} --data \"$1\"");
        let mut shell = tokio::process::Command::new("sh");
        shell.args(["-c", &narrow, env!("CARGO_BIN_EXE_sync-server")]).arg(&data).kill_on_drop(true);
        let output = timeout(Duration::from_secs(20), shell.output()).await.expect("it ends by itself").unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains("the disk is full"), "{words}: {told}");
        assert!(!told.contains("damaged"), "{words}: {told}");
    }
    assert!(start(Options::on_free_port(&data)).await.is_ok(), "once there is room");
}
