//! `GET /healthz` and `/readyz`, for whoever looks after the machine.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use protocol::ProblemType;
use tokio::time::timeout;

use crate::fault::Fault;
use crate::state::Shared;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The counts since the start, as Prometheus reads them.
pub async fn metrics(State(app): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.text())
}

/// The last answer of the writer, and when: who asks in a loop does not keep the disk busy.
#[derive(Debug, Default)]
pub struct Readiness(tokio::sync::Mutex<Option<(i64, bool)>>);

/// How long an answer of the writer is good.
const GOOD_FOR_MS: i64 = 250;

/// The database answers too and writes, and there is room.
pub async fn readyz(State(app): State<Shared>) -> Result<&'static str, Fault> {
    let pictures = app.disk.has_room_for_pictures().is_ok();
    app.disk.has_room_for_orders()?;
    let Ok(mut last) = timeout(app.patience, app.readiness.0.lock()).await else {
        return Err(ProblemType::Unavailable.into());
    };
    let now = app.now();
    match *last {
        Some((at, true)) if (now - at).abs() < GOOD_FOR_MS => {}
        Some((at, false)) if (now - at).abs() < GOOD_FOR_MS => return Err(ProblemType::Unavailable.into()),
        _ => {
            let answer = app.store.ready().await;
            *last = Some((app.now(), answer.is_ok()));
            answer?;
        }
    }
    Ok(if pictures { "ready\n" } else { "ready; the disk is nearly full, and pictures wait\n" })
}
