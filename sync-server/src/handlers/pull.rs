//! `GET shops/{shop}/pull`: a page of the log, at once or when there is something.

use std::fmt::Write;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::{Brief, MAX_PULL_EVENTS, MAX_WAIT_SECONDS, envelope};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::channels::News;
use crate::services::turns::held;
use crate::state::{App, Caller, Shared};
use crate::store::log::{Page, Range};

/// A page ends after the event that passes this, so that a log of large events does not fill the memory. Most events are
/// small: with less a tablet that joins commits more pages and is ready later.
const PAGE_BYTES: usize = 2_000_000;

/// A device that says again and again that it has nothing unsent is noted this often.
const HEARD_EVERY_MS: i64 = 15_000;

/// What a pull asks for.
#[derive(Debug, Deserialize)]
pub struct PullQuery {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    #[serde(default)]
    wait: u64,
    own: Option<Own>,
    /// The device had nothing unsent at this time of the server's, in milliseconds since 1970.
    idle_ms: Option<i64>,
    /// The epoch that it knows: of another log it can't say what it has sent.
    epoch: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Own {
    Brief,
    Full,
}

/// Reads a page; with `wait`, holds the call until there is something.
pub async fn pull(
    State(app): State<Shared>,
    caller: Caller,
    Query(asked): Query<PullQuery>,
) -> Result<Response, Fault> {
    let range = Range {
        after: asked.after,
        limit: asked.limit.unwrap_or(MAX_PULL_EVENTS).min(MAX_PULL_EVENTS),
        bytes: PAGE_BYTES,
        brief: (asked.own == Some(Own::Brief)).then_some(caller.device),
    };
    if let Some(idle_ms) = asked.idle_ms.filter(|_| asked.epoch.is_none_or(|epoch| epoch == app.epoch)) {
        note_idle(&app, &caller, idle_ms).await;
    }
    let deadline = Instant::now() + Duration::from_secs(asked.wait.min(MAX_WAIT_SECONDS));
    let may_wait = asked.wait > 0 && range.limit > 0;
    // Listen first, read then: nothing falls between the two.
    let mut news = app.channels.channel(caller.shop).listen();
    let mut turn = Some(app.pages.take(caller.device).await?);
    let mut page = app.store.page(caller.shop, range).await?;
    let may_wait = may_wait && page.head.seq == range.after;
    let _waiting = if may_wait { Some(app.waits.take(caller.device).await?) } else { None };
    // A cursor beyond the head means that the server lost something: the device must hear of it at once.
    while may_wait && page.head.seq == range.after {
        // The page is empty: others of this device may read meanwhile.
        turn = None;
        tokio::select! {
            heard = news.recv() => match heard {
                Ok(News::Revoked(device)) if device != caller.device => {}
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    turn = Some(app.pages.take(caller.device).await?);
                    page = app.store.page(caller.shop, range).await?;
                }
                Err(RecvError::Closed) => break,
            },
            () = sleep_until(deadline) => break,
            () = app.stopping.cancelled() => break,
        }
    }
    // It may have waited, for its turn or for news.
    app.is_in(&caller).await?;
    Ok(answer(&app, range, &page, turn))
}

/// Notes when a device had nothing unsent, now and then: an earlier time is never wrong. One that is still to come was
/// told by a clock that was wrong.
async fn note_idle(app: &App, caller: &Caller, idle_ms: i64) {
    let now = app.now();
    let is_new = caller.heard_ms.is_none_or(|heard| heard > now || idle_ms.saturating_sub(heard) > HEARD_EVERY_MS);
    if is_new
        && (0..=now).contains(&idle_ms)
        && let Err(fault) = app.store.idle(caller.shop, caller.device, idle_ms).await
    {
        // A note, no more: who may read goes on reading while the disk is full.
        tracing::warn!(%fault, "could not note that a device has nothing unsent");
    }
}

/// A [`protocol::api::Pulled`], written by hand: the events go out as they came in, byte for byte.
fn answer(app: &App, range: Range, page: &Page, turn: Option<OwnedSemaphorePermit>) -> Response {
    let bytes: usize = page.events.iter().map(|event| event.text.as_ref().map_or(0, String::len) + 100).sum();
    let mut text = String::with_capacity(bytes + 300);
    text.push_str("{\"events\":[");
    for (at, event) in page.events.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        match &event.text {
            Some(event_text) => text.push_str(&envelope::stamp(event_text, &event.stamp)),
            None => {
                let brief = Brief { id: event.id, stamp: event.stamp.clone() };
                text.push_str(&serde_json::to_string(&brief).unwrap_or_default());
            }
        }
    }
    let next = page.events.last().map_or(range.after, |last| last.stamp.seq);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "],\"epoch\":\"{}\",\"next\":{next},\"head\":{},\"floor\":0,\"digest\":\"{}\",\"server_time\":{}}}",
        app.epoch,
        page.head.seq,
        page.digest,
        app.now(),
    );
    ([(header::CONTENT_TYPE, "application/json")], held(text, turn)).into_response()
}
