//! A disk that is full or broken and a database that another program keeps: what is told, and that it heals by itself.

use std::path::Path;
use std::time::Duration;

use protocol::BlobId;
use protocol::ProblemType::{StorageFull, Unavailable};
use protocol::api::Claimed;
use reqwest::{Client, Method, Response};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::process::Command;

use crate::blobs::{picture, put};
use crate::client::{Device, TestApp, new_id, problem, read};
use crate::crash::Program;

async fn send_picture(device: &Device, length: usize) -> Response {
    let bytes = picture(length);
    put(device, BlobId::of(&bytes), &bytes).await
}

async fn push_large(device: &Device, counter: u64) -> Response {
    let event = device.event_of(new_id(), counter, &"n".repeat(30_000));
    device.push_raw(device.push_body(&[event])).await
}

async fn is_ready(device: &Device) -> u16 {
    device.http.get(format!("{}/readyz", device.base)).send().await.unwrap().status().as_u16()
}

/// The first device of a program that serves.
async fn claimed(program: &mut Program) -> Device {
    let (shop, id) = (new_id(), new_id());
    let claim = serde_json::json!({
        "setup_code": program.setup_code().await, "shop": shop, "device": id, "code": "K7",
    });
    let http = Client::new();
    let answer = http.post(format!("{}/api/v1/shops", program.url)).json(&claim).send().await.unwrap();
    let credential = read::<Claimed>(answer, 201).await.credential;
    Device { http, base: program.url.clone(), shop, id, code: "K7".to_owned(), credential }
}

#[tokio::test]
async fn while_another_program_keeps_the_database_reading_goes_on_and_afterwards_all() {
    let app = TestApp::start_as(|options| options.patience = Duration::from_millis(200)).await;
    let first = app.first_device().await;
    first.push(&first.events([1])).await;
    let options = SqliteConnectOptions::new().filename(app.folder.path().join("stallbook.db"));
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    // Long enough that each call would note that the device was heard of.
    app.pass(120_000);
    let (pushed, pulled, ready) = tokio::time::timeout(Duration::from_secs(4), async {
        let pushes = futures::future::join_all((2..27).map(|n| push_large(&first, n)));
        tokio::join!(pushes, first.pull("after=0"), app.get("/readyz"))
    })
    .await
    .expect("none waits for the other program, nor for all those before it");
    for push in pushed {
        assert_eq!(problem(push).await, Unavailable);
    }
    assert_eq!(pulled.head, 1);
    assert_eq!(problem(ready).await, Unavailable);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    app.pass(1_000);
    assert_eq!(app.get("/readyz").await.status(), 200);
    assert_eq!(push_large(&first, 2).await.status(), 200);
}

#[tokio::test]
async fn what_is_left_of_the_disk_is_kept_for_orders() {
    let app = TestApp::start_as(|options| options.reserve_mb = u32::MAX).await;
    let first = app.first_device().await;
    assert_eq!(problem(send_picture(&first, 9_000).await).await, StorageFull);
    first.push(&first.events([1])).await;
    assert!(app.get("/readyz").await.text().await.unwrap().contains("pictures wait"));
    let app = app.restart().await;
    assert_eq!(send_picture(&first.at(&app), 9_000).await.status(), 201);
}

/// The server in a mount namespace of its own, where its data folder is a disk of 8 MB that something else fills.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_takes_everything_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("/usr/bin/unshare");
    let script = "mount -t tmpfs -o size=8m none \"$STALLBOOK_DATA\" && head -c 4500k /dev/zero > \"$STALLBOOK_DATA/other\" && exec \"$0\" --reserve-mb 4";
    command.args(["-rm", "/bin/sh", "-c", script, env!("CARGO_BIN_EXE_sync-server")]);
    // Where the system lets nobody mount (a container, a hardened kernel), this test can't run: say so, don't pass.
    let mut program = Program::start_by(command, folder.path(), "off").await;
    let first = claimed(&mut program).await;
    assert_eq!(problem(send_picture(&first, 9_000).await).await, StorageFull, "orders come before pictures");
    let mut held = 0;
    let full = loop {
        let answer = push_large(&first, held + 1).await;
        if answer.status() != 200 {
            break answer;
        }
        held += 1;
    };
    assert_eq!(problem(full).await, StorageFull);
    assert!(held > 10 && is_ready(&first).await == 507, "after {held}");
    assert_eq!(first.pull("after=0").await.head, held, "reading goes on");
    let inside = format!("/proc/{}/root{}", program.child.id().unwrap(), folder.path().display());
    std::fs::remove_file(Path::new(&inside).join("other")).unwrap();
    assert_eq!(push_large(&first, held + 1).await.status(), 200);
    assert_eq!((is_ready(&first).await, send_picture(&first, 9_000).await.status().as_u16()), (200, 201));
    assert_eq!(first.pull("after=0").await.head, held + 1);
    assert_eq!(first.request(Method::POST, "pairing").send().await.unwrap().status(), 201);
}

/// Writes that fail for another reason than a full disk: no file may grow any more.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_could_not_be_written_to_takes_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; ulimit -S -f 800; exec \"$0\"", env!("CARGO_BIN_EXE_sync-server")]);
    let mut program = Program::start_by(command, folder.path(), "off").await;
    let first = claimed(&mut program).await;
    let mut held = 0;
    let failed = loop {
        let answer = push_large(&first, held + 1).await;
        if answer.status() != 200 {
            break answer;
        }
        held += 1;
        eprintln!("{held}");
    };
    assert_eq!(problem(failed).await, Unavailable);
    assert_eq!(first.pull("after=0").await.head, held);
    // What is small may fit for a while.
    while first.push_raw(first.push_body(&[first.event(held + 1)])).await.status() == 200 {
        held += 1;
    }
    while is_ready(&first).await == 200 {
        tokio::task::yield_now().await;
    }
    let pid = program.child.id().unwrap().to_string();
    let lifted = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status().await.unwrap();
    assert!(lifted.success());
    assert_eq!(push_large(&first, held + 1).await.status(), 200);
    while is_ready(&first).await != 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(first.pull("after=0").await.head, held + 1);
}
