//! `GET shops/{shop}/quarantine`: what was pushed and is not in the log, for the owner to see.

use axum::Json;
use axum::extract::{Query, State};
use protocol::Problem;
use protocol::api::{Quarantine, QuarantinedEvent};
use serde::Deserialize;

use crate::fault::Fault;
use crate::state::{Caller, Shared};

/// The most events of a page.
const MOST: usize = 500;
/// A page ends after the event that passes this.
const PAGE_BYTES: usize = 1_000_000;

/// Which page.
#[derive(Debug, Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

/// The newest first.
pub async fn quarantine(
    State(app): State<Shared>,
    caller: Caller,
    Query(Asked { before }): Query<Asked>,
) -> Result<Json<Quarantine>, Fault> {
    let asides = app.store.quarantined(caller.shop, before, MOST, PAGE_BYTES).await?;
    let last = asides.last().map(|aside| aside.no);
    let before = match last {
        Some(last) if !app.store.quarantined(caller.shop, Some(last), 1, 0).await?.is_empty() => Some(last),
        _ => None,
    };
    let events = asides.into_iter().map(|aside| QuarantinedEvent {
        device: aside.device,
        id: aside.event,
        problem: Problem::new(aside.kind, aside.detail),
        received_ms: aside.received_ms,
        text: aside.text,
        bytes: aside.bytes,
    });
    Ok(Json(Quarantine { events: events.collect(), before }))
}
