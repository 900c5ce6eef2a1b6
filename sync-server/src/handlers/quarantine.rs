//! `GET shops/{shop}/quarantine`: what was pushed and is not in the log, for the owner to see.

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::api::{Quarantine, QuarantinedEvent};
use protocol::{Problem, ProblemType};
use serde::Deserialize;

use crate::fault::Fault;
use crate::services::turns::held;
use crate::state::{Caller, Shared};

/// The most events of a page.
const MOST: usize = 500;
/// A page ends after the event that passes this.
const PAGE_BYTES: usize = 1_000_000;

/// Which page.
#[derive(Debug, Deserialize)]
pub struct QuarantineQuery {
    before: Option<i64>,
}

/// The newest first.
pub async fn quarantine(
    State(app): State<Shared>,
    caller: Caller,
    Query(QuarantineQuery { before }): Query<QuarantineQuery>,
) -> Result<Response, Fault> {
    // As large as a page of the log, and in memory as long as that.
    let turn = app.pages.take(caller.device).await?;
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
    let text = serde_json::to_vec(&Quarantine { events: events.collect(), before });
    let text = text.map_err(|_| ProblemType::Internal)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], held(text, turn)).into_response())
}
