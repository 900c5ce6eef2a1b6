//! Push and pull: nothing lost, nothing twice, nothing skipped.

use protocol::api::PushStatus::{Duplicate, Quarantined, Stored};
use protocol::digest::event_hash;
use protocol::{Brief, Digest, Flag, ProblemType};
use serde_json::{Value, json};

use crate::client::{Device, NOW, TestApp, new_id, problem, read, statuses};

/// Follows the log from its beginning in pages of `limit`, checking each step.
async fn follow(device: &Device, limit: usize) -> Vec<String> {
    let (mut texts, mut cursor, mut digest) = (Vec::new(), 0, Digest::default());
    loop {
        let page = device.pull(&format!("after={cursor}&limit={limit}")).await;
        for (text, stamp) in page.events {
            cursor += 1;
            assert_eq!(stamp.seq, cursor);
            digest = digest.then(&event_hash(&text));
            texts.push(text);
        }
        assert_eq!((page.next, page.digest), (cursor, digest));
        if page.next == page.head {
            return texts;
        }
    }
}

#[tokio::test]
async fn one_pushes_the_other_pulls_byte_for_byte() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let id = new_id();
    let odd = format!(
        "{{\"v\":7,\"id\":\"{id}\",\"device\":\"{}\",\"counter\":1,\"seen\":0,\"hlc\":[{NOW},0],\"actor\":null,\
         \"stream\":[\"order\",\"{id}\"],\"type\":\"order.of_tomorrow\",\"version\":7,\
         \"body\":{{\"note\":\"王小明 😀 \\u00e9 ,\\\"seq\\\":9\", \"a\" : 1}},\"new\" : [1.50,1e3, {{\"seq\":1}}] }}",
        first.id
    );
    let pushed = first.push(&[odd.clone(), first.event(2)]).await;
    assert_eq!(statuses(&pushed.results), [Stored, Stored]);
    assert_eq!((pushed.head, pushed.device_high, pushed.server_time), (2, 2, NOW));
    assert_eq!(pushed.results[1].seq, Some(2));
    assert_eq!(follow(&second, 500).await[0], odd);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let body = first.push_body(&first.events(1..=20));
    // The answer is lost after the commit; the same bytes come again, and twice at once from two tabs.
    first.push_raw(body.clone()).await;
    app.pass(1_000);
    let (one, two) = tokio::join!(first.push_raw(body.clone()), first.push_raw(body));
    for answer in [one, two] {
        let pushed: protocol::api::Pushed = read(answer, 200).await;
        assert_eq!(statuses(&pushed.results), [Duplicate; 20]);
        assert_eq!(pushed.results[19].seq, Some(20));
        assert_eq!(pushed.results[0].received_ms, Some(NOW), "the time it first came");
    }
    assert_eq!(follow(&first, 7).await.len(), 20);
}

#[tokio::test]
async fn a_push_whose_client_went_away_is_whole_or_not_there() {
    use tokio::io::AsyncWriteExt;
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut watch = first.live().await;
    assert_eq!(watch.poke().await.head, 0);
    let body = first.push_body(&first.events(1..=500));
    let mut socket = tokio::net::TcpStream::connect(app.server.addr).await.unwrap();
    let head = format!(
        "POST /api/v1/shops/{}/push HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        first.shop,
        first.credential,
        body.len()
    );
    socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    drop(socket);
    // Had the bytes arrived, it is all there and was told; had they not, the next push brings it.
    let pushed: protocol::api::Pushed = read(first.push_raw(body).await, 200).await;
    assert_eq!((pushed.head, pushed.device_high), (500, 500));
    assert_eq!(watch.poke().await.head, 500);
}

#[tokio::test]
async fn one_bad_event_holds_up_nothing() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let good = first.event(1);
    let id = serde_json::from_str::<Value>(&good).unwrap()["id"].as_str().unwrap().parse().unwrap();
    let seq = first.event(9).replacen("{", "{\"seq\":null,", 1);
    let spaced = first.event(9).replace("\"body\":", "\"body\" :");
    let events = [
        good.clone(),
        "\"no event\"".into(),
        json!({"id": id, "body": "王小明"}).to_string(),
        first.event_of(new_id(), 3, &"x".repeat(70_000)),
        second.event(1),
        first.event_of(id, 1, "another text"),
        seq,
        spaced,
        first.event(2),
    ];
    let pushed = first.push(&events).await;
    assert_eq!(
        statuses(&pushed.results),
        [Stored, Quarantined, Quarantined, Quarantined, Quarantined, Quarantined, Quarantined, Quarantined, Stored]
    );
    assert_eq!((pushed.head, pushed.device_high), (2, 2));
    let kinds: Vec<_> = pushed.results.iter().filter_map(|result| Some(result.problem.as_ref()?.kind)).collect();
    use ProblemType::{ForeignEvent, IdTaken, MalformedEvent, OversizedEvent};
    assert_eq!(
        kinds,
        [MalformedEvent, MalformedEvent, OversizedEvent, ForeignEvent, IdTaken, MalformedEvent, MalformedEvent]
    );
    assert_eq!(pushed.results[2].id, id, "an id that can be read is told");
    let kept = second.quarantine().await.events;
    assert_eq!(kept.len(), 7);
    assert!(kept.iter().all(|event| event.device == first.id && !format!("{:?}", event.problem).contains("王小明")));
    assert_eq!(kept[0].text, events[7]);
}

#[tokio::test]
async fn pages_of_every_size() {
    const LIMIT: u64 = 5;
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut had = 0;
    for size in [0, 1, LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT] {
        first.push(&first.events(had + 1..=size)).await;
        had = size;
        assert_eq!(follow(&first, LIMIT as usize).await.len() as u64, size);
    }
    let page = first.pull("after=4&limit=0").await;
    assert_eq!((page.events.len(), page.next, page.head), (0, 4, 2 * LIMIT));
    let page = first.pull("after=99&wait=25").await;
    assert_eq!((page.events.len(), page.next, page.head), (0, 99, 2 * LIMIT), "a lost log is told at once");
    assert_eq!(problem(first.pull_raw("after=x").await).await, ProblemType::Malformed);
    assert_eq!(problem(first.pull_raw("after=-1").await).await, ProblemType::Malformed);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_and_a_reader_that_follows() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let mut writers = Vec::new();
    for _ in 0..6 {
        let writer = app.next_device(&first).await;
        writers.push(tokio::spawn(async move {
            for n in 0..15 {
                writer.push(&writer.events(2 * n + 1..=2 * n + 2)).await;
            }
        }));
    }
    let mut cursor = 0;
    while cursor < 180 {
        let page = first.pull(&format!("after={cursor}&limit=4&wait=25")).await;
        for (_, stamp) in page.events {
            assert_eq!(stamp.seq, cursor + 1);
            cursor += 1;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(
        first.devices().await.devices.iter().filter(|device| device.id != first.id).all(|device| device.pushed == 30)
    );
}

#[tokio::test]
async fn a_pull_waits_for_the_next_event() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let (page, _) = tokio::join!(second.pull("after=0&wait=25"), async {
        first.push(&first.events([1])).await;
    });
    assert_eq!(page.events.len(), 1);
}

#[tokio::test]
async fn a_waiting_pull_does_not_hold_up_a_stop() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let TestApp { server, .. } = app;
    let waiting = tokio::spawn(async move { first.pull_raw("after=0&wait=25").await.status().as_u16() });
    tokio::task::yield_now().await;
    server.stop().await.unwrap();
    // Either it was answered, or the server was gone before it came.
    assert!(waiting.await.map_or(true, |status| status == 200));
}

#[tokio::test]
async fn own_events_come_back_brief() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    first.push(&first.events([1])).await;
    second.push(&second.events([1])).await;
    let pulled: protocol::api::Pulled = read(first.pull_raw("after=0&own=brief").await, 200).await;
    let brief: Brief = serde_json::from_str(pulled.events[0].get()).unwrap();
    assert_eq!(brief.stamp.seq, 1);
    assert!(!pulled.events[0].get().contains("body") && pulled.events[1].get().contains("body"));
    assert_eq!(pulled.digest, first.pull("after=0").await.digest);
}

#[tokio::test]
async fn clocks_that_are_years_off_are_flagged_and_taken() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let year = 365 * 24 * 3_600_000_i64;
    let at = |counter, ms: i64| first.event(counter).replace(&NOW.to_string(), &ms.to_string());
    let pushed =
        first.push(&[at(1, NOW - year), at(2, NOW + year), at(3, NOW + 59_000), at(4, i64::MAX), at(5, 0)]).await;
    let flags: Vec<_> = pushed.results.into_iter().map(|result| result.flags).collect();
    assert_eq!(flags, [vec![], vec![Flag::ClockAhead], vec![], vec![Flag::ClockAhead], vec![]]);
    assert!(follow(&first, 10).await[1].contains(&(NOW + year).to_string()), "the original is kept");
}

#[tokio::test]
async fn a_cloned_device_hears_of_it() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    first.push(&first.events([1, 2])).await;
    let pushed = first.push(&first.events([2, 3])).await;
    assert_eq!(statuses(&pushed.results), [Stored, Stored], "nothing is thrown away");
    assert_eq!(pushed.results[0].flags, [Flag::ClonedDevice]);
    assert!(pushed.results[1].flags.is_empty());
}

#[tokio::test]
async fn a_gap_is_seen_in_the_counter() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    assert_eq!(first.push(&first.events([1, 2, 5])).await.device_high, 2);
    assert_eq!(first.push(&[]).await.device_high, 2);
    assert_eq!(first.push(&first.events([4, 3])).await.device_high, 5);
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let events = first.events(1..=30);
    let before = first.push(&events).await;
    let app = app.restart().await;
    let first = first.at(&app);
    let after = first.push(&events).await;
    assert_eq!(statuses(&after.results), [Duplicate; 30]);
    assert_eq!((after.epoch, after.head, after.device_high), (before.epoch, 30, 30));
    assert_eq!(follow(&first, 8).await, events);
}
