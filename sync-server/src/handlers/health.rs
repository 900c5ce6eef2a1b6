//! `GET /healthz` and `/readyz`, for whoever looks after the machine.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

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

/// The database answers too, and would write.
pub async fn readyz(State(app): State<Shared>) -> Result<&'static str, Fault> {
    app.store.ready().await?;
    Ok("ready\n")
}
