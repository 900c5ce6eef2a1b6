//! `GET shops/{shop}/devices` and `DELETE shops/{shop}/devices/{device}`: who is in, and who no longer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::{DeviceEntry, Devices};
use tokio::time::timeout;
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::channels::News;
use crate::state::{Caller, Shared};
use crate::store::devices::Revoked;

/// All that ever joined.
pub async fn list(State(app): State<Shared>, caller: Caller) -> Result<Json<Devices>, Fault> {
    // The head is read after them: it is no older than what they say.
    let devices = app.store.devices(caller.shop).await?;
    let head = app.store.head(caller.shop).await?.seq;
    let devices = devices.into_iter().map(|device| DeviceEntry {
        id: device.id,
        code: device.code,
        last_seen_ms: device.last_seen_ms,
        pushed: device.high,
        heard_ms: device.heard_ms,
        joined_ms: Some(device.joined_ms),
        revoked_ms: device.revoked_ms,
    });
    Ok(Json(Devices { devices: devices.collect(), head }))
}

/// Takes a device's credential away and closes its sockets; what it pushed stays. Not the last one's.
pub async fn revoke(
    State(app): State<Shared>,
    caller: Caller,
    Path((_, device)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Fault> {
    let channel = app.channels.channel(caller.shop);
    // Between the pushes: what is told after this one's news, the device does not hear.
    let _turn = timeout(app.patience, channel.push_lock.lock()).await.map_err(|_| ProblemType::Unavailable)?;
    match app.store.revoke(caller.shop, device, false, app.now()).await? {
        Revoked::Out => {
            channel.tell(News::Revoked(device));
            tracing::warn!(shop = %caller.shop, %device, by = %caller.device, "a device was revoked");
            Ok(StatusCode::NO_CONTENT)
        }
        Revoked::Unknown => Err(ProblemType::NotFound.into()),
        Revoked::Last => Err(Fault::Because(
            ProblemType::LastDevice,
            "no device of the shop would be left that could let another one in; add one first".to_owned(),
        )),
    }
}
