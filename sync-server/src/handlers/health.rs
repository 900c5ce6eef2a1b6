//! `GET /healthz` and `/readyz`, for whoever looks after the machine.

use axum::extract::State;

use crate::fault::Fault;
use crate::state::Shared;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers too, and would write.
pub async fn readyz(State(app): State<Shared>) -> Result<&'static str, Fault> {
    app.store.ready().await?;
    Ok("ready\n")
}
