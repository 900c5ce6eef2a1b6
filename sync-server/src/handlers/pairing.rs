//! `POST shops/{shop}/pairing`: a device of the shop asks for a code that lets another one in.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::{AskPairing, Pairing};

use crate::fault::Fault;
use crate::services::secrets;
use crate::state::{Caller, Shared};
use crate::store::LetsIn;

/// How long a pairing code lives.
const LIFE_MS: i64 = 10 * 60 * 1_000;
/// Draws before giving up; a second one is hardly ever needed.
const DRAWS: usize = 8;

/// Gives a new code; those given before stay good.
pub async fn pairing(
    State(app): State<Shared>,
    caller: Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Pairing>), Fault> {
    let asked = if body.is_empty() { Ok(AskPairing::default()) } else { serde_json::from_slice(&body) };
    let AskPairing { again } =
        asked.map_err(|_| Fault::Because(ProblemType::Malformed, "not what a code is asked for with".to_owned()))?;
    let lets_in = again.map_or(LetsIn::New, LetsIn::Again);
    let now = app.now();
    let expires_ms = now + LIFE_MS;
    for _ in 0..DRAWS {
        let code = secrets::pairing_code()?;
        if app.store.add_pairing(caller.shop, &code.hash, lets_in, expires_ms, now).await? {
            tracing::info!(shop = %caller.shop, by = %caller.device, ?again, "a pairing code was drawn");
            return Ok((StatusCode::CREATED, Json(Pairing { code: code.text, expires_ms })));
        }
    }
    Err(ProblemType::Unavailable.into())
}
