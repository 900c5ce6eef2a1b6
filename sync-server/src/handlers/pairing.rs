//! `POST shops/{shop}/pairing`: a device of the shop asks for a code that lets another one in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::Pairing;
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::secrets;
use crate::state::{Caller, Shared};
use crate::store::Store;

/// How long a pairing code lives.
const LIFE_MS: i64 = 10 * 60 * 1_000;
/// Draws before giving up; a second one is hardly ever needed.
const DRAWS: usize = 8;

/// Gives a new code; those given before stay good.
pub async fn pairing(State(app): State<Shared>, caller: Caller) -> Result<(StatusCode, Json<Pairing>), Fault> {
    Ok((StatusCode::CREATED, Json(draw(&*app.store, caller.shop, app.now()).await?)))
}

/// Draws a code that lets a device into the shop.
pub async fn draw(store: &dyn Store, shop: Uuid, now: i64) -> Result<Pairing, Fault> {
    let expires_ms = now + LIFE_MS;
    for _ in 0..DRAWS {
        let code = secrets::pairing_code()?;
        if store.add_pairing(shop, &code.hash, expires_ms, now).await? {
            return Ok(Pairing { code: code.text, expires_ms });
        }
    }
    Err(ProblemType::Unavailable.into())
}
