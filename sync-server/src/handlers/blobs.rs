//! `PUT` and `GET shops/{shop}/blobs/{id}`, and `POST shops/{shop}/blobs/missing`: pictures, beside the log.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::api::{AskBlobs, BlobKept, MissingBlobs};
use protocol::{BlobId, BlobKind, MAX_BLOBS_ASKED, ProblemType, blob};
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::turns::held;
use crate::state::{Caller, Shared, Upload};

/// Keeps a blob: new there, or there already.
pub async fn put(
    State(app): State<Shared>,
    caller: Caller,
    Path((_, id)): Path<(Uuid, BlobId)>,
    Upload(body): Upload,
) -> Result<(StatusCode, Json<BlobKept>), Fault> {
    blob::check(&body).map_err(|fault| Fault::Because(fault.problem(), fault.to_string()))?;
    if BlobId::of(&body) != id {
        return Err(ProblemType::WrongBlob.into());
    }
    app.disk.has_room_for_pictures()?;
    app.budgets.pictures.check(&caller, app.now())?;
    let bytes = body.len() as u64;
    // A task of its own, as a push: what has arrived is kept, whether its client waits or not.
    let keeping = app.clone();
    let work = app
        .tasks
        .spawn(async move { keeping.store.keep_blob(caller.shop, caller.device, id, &body, keeping.now()).await });
    let new = work.await.map_err(|_| ProblemType::Internal)??;
    if new {
        // It is kept already: what is over the budget is refused from the next one on.
        let _ = app.budgets.pictures.spend(&caller, bytes, app.now());
    }
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(BlobKept { id, epoch: app.epoch })))
}

/// A blob's bytes.
pub async fn get(
    State(app): State<Shared>,
    caller: Caller,
    Path((_, id)): Path<(Uuid, BlobId)>,
) -> Result<Response, Fault> {
    let turn = app.pictures.take(caller.device).await?;
    let bytes = app.store.blob(caller.shop, id).await?.ok_or(ProblemType::NotFound)?;
    // What was taken in was a picture then.
    let media_type = BlobKind::of(&bytes).map_or("application/octet-stream", BlobKind::media_type);
    Ok(([(header::CONTENT_TYPE, media_type)], held(bytes, turn)).into_response())
}

/// Which of many blobs are not here.
pub async fn missing(
    State(app): State<Shared>,
    caller: Caller,
    Upload(body): Upload,
) -> Result<Json<MissingBlobs>, Fault> {
    let asked: AskBlobs = serde_json::from_slice(&body)
        .map_err(|_| Fault::Because(ProblemType::Malformed, "not what blobs are asked for with".to_owned()))?;
    if asked.ids.len() > MAX_BLOBS_ASKED {
        return Err(Fault::Because(ProblemType::TooLarge, format!("at most {MAX_BLOBS_ASKED} blobs at once")));
    }
    let missing = app.store.missing_blobs(caller.shop, &asked.ids).await?;
    Ok(Json(MissingBlobs { missing, epoch: app.epoch }))
}
