//! `POST shops/{shop}/pairing`: a device of the shop asks for a code that lets another one in.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::{AskPairing, Pairing};
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::secrets;
use crate::state::{Caller, ClientAddress, Shared};
use crate::store::pairing::{LetsIn, PairingStore};

/// How long a pairing code lives.
const LIFE_MS: i64 = 10 * 60 * 1_000;
/// Draws before giving up; a second one is hardly ever needed.
const DRAWS: usize = 8;

/// Gives a new code; the four before it stay good.
pub async fn pairing(
    State(app): State<Shared>,
    caller: Caller,
    ClientAddress(address): ClientAddress,
    body: Bytes,
) -> Result<(StatusCode, Json<Pairing>), Fault> {
    let asked = if body.is_empty() { Ok(AskPairing::default()) } else { serde_json::from_slice(&body) };
    let AskPairing { again } =
        asked.map_err(|_| Fault::Because(ProblemType::Malformed, "not what a code is asked for with".to_owned()))?;
    app.budgets.codes.spend(&caller, 1, app.now())?;
    let lets_in = again.map_or(LetsIn::New, LetsIn::Again);
    let drawn = draw(&*app.store, caller.shop, lets_in, Some(caller.device), app.now()).await?;
    app.attempts.drawn(address, drawn.expires_ms);
    tracing::info!(shop = %caller.shop, by = %caller.device, ?again, "a pairing code was drawn");
    Ok((StatusCode::CREATED, Json(drawn)))
}

/// Draws a code that lets a device into the shop, for a device or for the operator.
pub async fn draw(
    store: &dyn PairingStore,
    shop: Uuid,
    lets_in: LetsIn,
    by: Option<Uuid>,
    now: i64,
) -> Result<Pairing, Fault> {
    let expires_ms = now + LIFE_MS;
    for _ in 0..DRAWS {
        let code = secrets::pairing_code()?;
        if store.add_pairing(shop, &code.hash, lets_in, by, expires_ms, now).await? {
            return Ok(Pairing { code: code.text, expires_ms });
        }
    }
    Err(ProblemType::Unavailable.into())
}
