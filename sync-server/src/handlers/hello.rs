//! `GET hello`: who the server is and what one call may carry.

use axum::Json;
use axum::extract::State;
use protocol::api::{Hello, Limits};
use protocol::envelope::ENVELOPE_VERSION;
use protocol::{
    FOLD_VERSION, MAX_BLOB_BYTES, MAX_EVENT_BYTES, MAX_PULL_EVENTS, MAX_PUSH_BYTES, MAX_PUSH_EVENTS, MAX_WAIT_SECONDS,
};

use crate::state::Shared;

/// Says it, to anyone.
pub async fn hello(State(app): State<Shared>) -> Json<Hello> {
    Json(Hello {
        epoch: app.epoch,
        server_time: app.now(),
        limits: Limits {
            push_events: MAX_PUSH_EVENTS,
            push_bytes: MAX_PUSH_BYTES,
            event_bytes: MAX_EVENT_BYTES,
            pull_events: MAX_PULL_EVENTS,
            wait_seconds: MAX_WAIT_SECONDS,
            blob_bytes: MAX_BLOB_BYTES,
        },
        min_client: ENVELOPE_VERSION,
        fold_version: FOLD_VERSION,
    })
}
