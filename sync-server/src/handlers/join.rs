//! `POST devices` and `POST shops/{shop}/devices`: a device joins with a pairing code.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use protocol::ProblemType;
use protocol::api::{JoinShop, Joined};
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::channels::News;
use crate::services::metrics::Refused;
use crate::services::secrets;
use crate::state::{ClientAddress, Shared};
use crate::store::pairing;

/// The code finds the shop, or must belong to the shop that the path names.
pub async fn join(
    State(app): State<Shared>,
    shop: Option<Path<Uuid>>,
    ClientAddress(address): ClientAddress,
    Json(join): Json<JoinShop>,
) -> Result<(StatusCode, Json<Joined>), Fault> {
    if join.code.as_deref().is_some_and(|code| !secrets::is_device_code(code)) {
        return Err(Fault::Because(
            ProblemType::Malformed,
            "a device's code is two capital letters or digits".to_owned(),
        ));
    }
    let now = app.now();
    let attempt = app.attempts.begin(address, now).await.inspect_err(|_| app.metrics.refused(Refused::Limit, now))?;
    let credential = secrets::credential()?;
    let wanted = pairing::Join {
        shop: shop.map(|Path(shop)| shop),
        code_hash: secrets::pairing_hash(&join.pairing_code),
        device: join.device,
        codes: join.code.into_iter().chain(secrets::device_codes()?).collect(),
        former_hash: join.credential.as_deref().map(secrets::hash),
        credential_hash: credential.hash,
        most: app.limits.joins,
    };
    match app.store.join(&wanted, now).await? {
        pairing::Joined::In { shop, code, again } => {
            app.attempts.right(&attempt);
            app.channels.channel(shop).tell(News::Revoked(join.device));
            tracing::info!(%shop, device = %join.device, again, "a device was let in");
            let joined = Joined { shop, device: join.device, code, credential: credential.text };
            Ok((StatusCode::CREATED, Json(joined)))
        }
        pairing::Joined::Refused => {
            app.metrics.refused(Refused::PairingCode, now);
            Err(ProblemType::BadPairingCode.into())
        }
        pairing::Joined::Known => {
            app.attempts.right(&attempt);
            app.metrics.refused(Refused::KnownDevice, now);
            Err(ProblemType::DeviceKnown.into())
        }
        pairing::Joined::Crowded => {
            app.attempts.right(&attempt);
            app.metrics.refused(Refused::Crowd, now);
            Err(ProblemType::NoMoreDevices.into())
        }
        pairing::Joined::NoCodeFree => {
            Err(Fault::Because(ProblemType::Unavailable, "every two-character code of this shop is taken".to_owned()))
        }
    }
}
