//! The live socket.

use protocol::ProblemType;
use protocol::envelope::unstamp;
use serde_json::json;

use crate::client::{Socket, TestApp, new_id, problem};

#[tokio::test]
async fn new_events_come_by_themselves() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let (mut own, mut other) = (first.live().await, second.live().await);
    assert_eq!((own.poke().await.head, other.poke().await.head), (0, 0), "where the log ends, at once");
    let events = first.events([1, 2]);
    let pushed = first.push(&events).await;
    let poke = other.poke().await;
    let texts: Vec<_> = poke.events.iter().map(|event| unstamp(event.get()).unwrap()).collect();
    assert_eq!((poke.head, poke.epoch), (2, pushed.epoch));
    assert_eq!((&texts[0].0, texts[0].1.seq, texts[1].1.seq), (&events[0], 1, 2));
    assert_eq!(poke.digest, second.pull("after=0").await.digest);
    let poke = own.poke().await;
    assert_eq!((poke.head, poke.events.len()), (2, 0), "who pushed has them");
    first.push(&events).await;
    first.push(&first.events([3])).await;
    assert_eq!(other.poke().await.head, 3, "a repeated push is no news");
}

#[tokio::test]
async fn many_events_are_only_announced() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let mut other = second.live().await;
    other.poke().await;
    first.push(&first.events(1..=400)).await;
    let poke = other.poke().await;
    assert_eq!((poke.head, poke.events.len()), (400, 0));
}

#[tokio::test]
async fn strangers_are_shown_out() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut stranger = Socket::open(&first.base, first.shop).await;
    stranger.say(&json!({"credential": "0"})).await;
    assert_eq!(stranger.closed().await, 4401);
    let mut neighbour = Socket::open(&first.base, new_id()).await;
    neighbour.say(&json!({"credential": first.credential})).await;
    assert_eq!(neighbour.closed().await, 4403);
    let mut rude = Socket::open(&first.base, first.shop).await;
    rude.say(&json!("hello")).await;
    assert_eq!(rude.closed().await, 1008);
}

#[tokio::test]
async fn a_revoked_device_hears_nothing_more() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let mut socket = second.live().await;
    socket.poke().await;
    first.revoke(second.id).await;
    assert_eq!(socket.closed().await, 4401);
}

/// A socket that is far behind has missed the word of its revocation: what came after that is not for it.
#[tokio::test]
async fn a_revoked_device_that_lags_hears_nothing_more() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let mut socket = second.live().await;
    socket.poke().await;
    let large = |n: u64| [first.event_of(new_id(), n, &"n".repeat(50_000))];
    for n in 1..=400 {
        first.push(&large(n)).await;
    }
    first.revoke(second.id).await;
    for n in 401..=600 {
        first.push(&large(n)).await;
    }
    assert!(socket.heads().await.into_iter().all(|head| head <= 400));
}

#[tokio::test]
async fn a_device_that_is_let_in_again_has_one_socket() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut second = app.next_device(&first).await;
    let mut old = second.live().await;
    old.poke().await;
    second.credential = app.let_in_again(&first, &second).await;
    assert_eq!(old.closed().await, 4401);
    let mut new = second.live().await;
    new.poke().await;
    first.push(&first.events([1])).await;
    assert_eq!(new.poke().await.head, 1, "what it was told of its own coming does not close it");
}

#[tokio::test]
async fn a_pull_that_waits_ends_with_its_credential() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let waits = second.pull_raw("after=0&wait=25");
    let revokes = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        first.revoke(second.id).await;
    };
    let (answer, ()) = tokio::join!(waits, revokes);
    assert_eq!(problem(answer).await, ProblemType::Unauthenticated);
}

#[tokio::test]
async fn a_stop_says_goodbye() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut socket = first.live().await;
    socket.poke().await;
    let (code, stopped) = tokio::join!(socket.closed(), app.server.stop());
    stopped.unwrap();
    assert_eq!(code, 1001);
}
