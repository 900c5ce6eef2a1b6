//! `POST shops`: a shop that began on a device attaches itself, with the server's one-time set-up code.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::{ClaimShop, Claimed};

use crate::fault::Fault;
use crate::services::channels::News;
use crate::services::metrics::Refused;
use crate::services::secrets;
use crate::state::{ClientAddress, Shared};
use crate::store::pairing::Claim;

/// Attaches it, or says that the code is wrong or used up.
pub async fn claim(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    Json(claim): Json<ClaimShop>,
) -> Result<(StatusCode, Json<Claimed>), Fault> {
    if !secrets::is_device_code(&claim.code) {
        return Err(Fault::Because(
            ProblemType::Malformed,
            "a device's code is two capital letters or digits".to_owned(),
        ));
    }
    let now = app.now();
    let attempt = app.attempts.begin(address, now).await.inspect_err(|_| app.metrics.refused(Refused::Limit, now))?;
    let credential = secrets::credential()?;
    let wanted = Claim {
        setup_hash: secrets::setup_hash(&claim.setup_code),
        shop: claim.shop,
        device: claim.device,
        code: claim.code,
        credential_hash: credential.hash,
    };
    if !app.store.claim(&wanted, now).await? {
        app.metrics.refused(Refused::SetupCode, now);
        return Err(ProblemType::BadSetupCode.into());
    }
    app.attempts.right(&attempt);
    // Where the answer was lost, what it was known by is no good any more.
    app.channels.channel(claim.shop).tell(News::Revoked(claim.device));
    tracing::info!(shop = %claim.shop, device = %claim.device, "a shop claimed the server");
    Ok((StatusCode::CREATED, Json(Claimed { shop: claim.shop, credential: credential.text })))
}
