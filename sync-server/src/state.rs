//! What every handler reaches, and who calls it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ProblemType;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::connections::Guest;
use crate::fault::Fault;
use crate::handlers::health::Readiness;
use crate::limits::Limits;
use crate::place::Lock;
use crate::services::attempts::Attempts;
use crate::services::budgets::Budgets;
use crate::services::channels::ShopChannels;
use crate::services::disk::Disk;
use crate::services::metrics::{Metrics, Refused};
use crate::services::places::Places;
use crate::services::proxy::Proxies;
use crate::services::secrets;
use crate::services::site::Site;
use crate::services::turns::{Turns, held};
use crate::store::{SecretHash, Store};

/// How old the note of a device's last call may be before it is written again.
const SEEN_EVERY_MS: i64 = 60_000;

/// How long a call waits for that note.
const NOTED_WITHIN: Duration = Duration::from_millis(500);

/// The server's time, in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What every handler reaches.
pub struct App {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The database's epoch.
    pub epoch: Uuid,
    /// The time.
    pub clock: Clock,
    /// Who hears of news.
    pub channels: ShopChannels,
    /// Wrong codes of the last minute.
    pub attempts: Attempts,
    /// What is counted.
    pub metrics: Metrics,
    /// A credential that was not used for so long is no good any more.
    pub unused_ms: i64,
    /// The app's files, when they are served.
    pub site: Option<Site>,
    /// Live sockets of devices.
    pub sockets: Arc<Places<Uuid>>,
    /// Live sockets that have not said who they are.
    pub strange_sockets: Arc<Places<IpAddr>>,
    /// What devices may draw and store.
    pub budgets: Budgets,
    /// Pages of the log, until they are read.
    pub pages: Turns,
    /// Pulls that wait for news.
    pub waits: Turns,
    /// Bodies with events or pictures.
    pub uploads: Turns,
    /// Pictures, until they are read.
    pub pictures: Turns,
    /// What anyone may cost.
    pub limits: Limits,
    /// Whom the proxies in front speak for.
    pub proxies: Proxies,
    /// The disk that it lies on.
    pub disk: Disk,
    /// Whether it wrote when someone last asked.
    pub readiness: Readiness,
    /// How long a call waits for its turn.
    pub patience: Duration,
    /// The database is this server's alone.
    pub lock: Lock,
    /// Cancelled when the server is to stop.
    pub stopping: CancellationToken,
    /// What must end by itself before the server stops: pushes and live sockets.
    pub tasks: TaskTracker,
}

/// How the handlers hold [`App`].
pub type Shared = Arc<App>;

impl App {
    /// The server's time, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Whose credential this is, checked against the shop that the call is about.
    pub async fn admit(&self, credential: &str, shop: Uuid) -> Result<Caller, Fault> {
        let credential = secrets::hash(credential);
        let now = self.now();
        let known = self.store.by_credential(&credential).await?;
        let Some(known) = known.filter(|known| now.saturating_sub(known.last_seen_ms) <= self.unused_ms) else {
            self.metrics.refused(Refused::Credential, now);
            return Err(ProblemType::Unauthenticated.into());
        };
        if known.shop != shop {
            self.metrics.refused(Refused::Shop, now);
            return Err(ProblemType::Forbidden.into());
        }
        if (now - known.last_seen_ms).abs() > SEEN_EVERY_MS
            && !matches!(timeout(NOTED_WITHIN, self.store.seen(known.shop, known.device, now)).await, Ok(Ok(())))
        {
            // A note, no more: who may read goes on reading while the disk is full or another program has the database.
            tracing::warn!("could not note that a device was heard of");
        }
        Ok(Caller { shop: known.shop, device: known.device, heard_ms: known.heard_ms, credential })
    }

    /// Whether a device is still in by the credential that it called with, after a while.
    pub async fn is_in(&self, caller: &Caller) -> Result<(), Fault> {
        let known = self.store.by_credential(&caller.credential).await?;
        known.map(drop).ok_or_else(|| ProblemType::Unauthenticated.into())
    }
}

/// The device that calls, known by its credential, for a path with `{shop}`: that shop is its own.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Its shop.
    pub shop: Uuid,
    /// The device.
    pub device: Uuid,
    /// When it last said that it had nothing unsent.
    pub heard_ms: Option<i64>,
    /// The hash of the credential that it called with.
    credential: SecretHash,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| ProblemType::NotFound)?;
        let shop = params.iter().find(|(name, _)| *name == "shop").and_then(|(_, value)| Uuid::try_parse(value).ok());
        let credential = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(ProblemType::Unauthenticated)?;
        let caller = app.admit(credential.trim(), shop.ok_or(ProblemType::NotFound)?).await?;
        if let Some(guest) = parts.extensions.get::<Arc<Guest>>() {
            guest.known(caller.device);
        }
        parts.extensions.insert(caller);
        Ok(caller)
    }
}

/// The address of the client, or of the proxy's client, of a call to the API.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Notes it: each call tells something of the proxy that it came through.
pub async fn from_whom(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/v1/") {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let client = app.proxies.client(request.headers(), peer, app.now());
        request.extensions_mut().insert(ClientAddress(client));
    }
    next.run(request).await
}

impl FromRequestParts<Shared> for ClientAddress {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Fault> {
        parts.extensions.get().copied().ok_or_else(|| ProblemType::Internal.into())
    }
}

/// A body with events or pictures, of a [`Caller`]: read when it is its device's turn, and in memory as long as that.
pub struct Upload(pub Bytes);

impl FromRequest<Shared> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Response> {
        let caller = request.extensions().get::<Caller>().copied();
        let caller = caller.ok_or_else(|| Fault::from(ProblemType::Internal).into_response())?;
        let turn = app.uploads.take(caller.device).await.map_err(IntoResponse::into_response)?;
        let bytes = Bytes::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        Ok(Self(held(bytes, turn)))
    }
}
