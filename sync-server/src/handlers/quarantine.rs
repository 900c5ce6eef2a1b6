//! `GET shops/{shop}/quarantine`: what was pushed and is not in the log, for the owner to see.

use axum::Json;
use axum::extract::State;
use protocol::Problem;
use protocol::api::{Quarantine, QuarantinedEvent};

use crate::fault::Fault;
use crate::state::{Caller, Shared};

const MOST: usize = 500;

/// The newest first.
pub async fn quarantine(State(app): State<Shared>, caller: Caller) -> Result<Json<Quarantine>, Fault> {
    let events = app.store.quarantined(caller.shop, MOST).await?.into_iter().map(|aside| QuarantinedEvent {
        device: aside.device,
        id: aside.event,
        problem: Problem::new(aside.kind, aside.detail),
        received_ms: aside.received_ms,
        text: aside.text,
    });
    Ok(Json(Quarantine { events: events.collect() }))
}
