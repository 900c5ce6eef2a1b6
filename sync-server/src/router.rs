//! Every address the server answers, on one page.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Router, extract::MatchedPath};
use protocol::{COMPRESS_ABOVE, MAX_PUSH_BYTES, ProblemType};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::fault::{Fault, documents};
use crate::handlers::{blobs, claim, devices, health, hello, join, live, pairing, pull, push, quarantine};
use crate::limits::Limits;
use crate::state::{Shared, from_whom};

/// What a body may hold beside its events: the device, commas, brackets.
const SLACK: usize = 64 * 1024;
/// Of Brotli and gzip: most of the gain for a fifth of the time.
const QUALITY: CompressionLevel = CompressionLevel::Precise(4);

/// The server, whole.
pub fn router(app: Shared) -> Router {
    Router::new()
        .nest("/api", Router::new().nest("/v1", v1(&app.limits)).fallback(nothing_here))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .layer(map_response(not_stored))
        .fallback(site)
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyTimeoutLayer::new(app.limits.body))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, app.limits.call))
        .layer(map_response(documents))
        .layer(map_response(protected))
        .layer(from_fn_with_state(app.clone(), from_whom))
        .layer(from_fn_with_state(app.clone(), log))
        .with_state(app)
}

/// What is served to whoever watches over the server.
pub fn metrics(app: Shared) -> Router {
    Router::new()
        .route("/metrics", get(health::metrics))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, app.limits.call))
        .with_state(app)
}

fn v1(limits: &Limits) -> Router<Shared> {
    let strange = DefaultBodyLimit::max(limits.stranger_body);
    // Pictures are packed already.
    let worth_packing = SizeAbove::new(COMPRESS_ABOVE as u64).and(NotForContentType::IMAGES);
    Router::new()
        .route("/hello", get(hello::hello))
        .route("/shops", post(claim::claim).layer(strange))
        .route("/devices", post(join::join).layer(strange))
        .route("/shops/{shop}/pairing", post(pairing::pairing).layer(strange))
        .route("/shops/{shop}/devices", get(devices::list).post(join::join).layer(strange))
        .route("/shops/{shop}/devices/{device}", delete(devices::revoke))
        .route("/shops/{shop}/push", post(push::push))
        .route("/shops/{shop}/pull", get(pull::pull))
        .route("/shops/{shop}/blobs/missing", post(blobs::missing))
        .route("/shops/{shop}/blobs/{id}", get(blobs::get).put(blobs::put))
        .route("/shops/{shop}/live", get(live::live))
        .route("/shops/{shop}/quarantine", get(quarantine::quarantine))
        .layer(DefaultBodyLimit::max(MAX_PUSH_BYTES + SLACK))
        .layer(RequestDecompressionLayer::new())
        .layer(CompressionLayer::new().quality(QUALITY).compress_when(worth_packing))
}

async fn nothing_here() -> Fault {
    ProblemType::NotFound.into()
}

/// The app's files and pages, for everything that is no call.
async fn site(State(app): State<Shared>, request: Request) -> Response {
    use axum::response::IntoResponse;
    if let Some(words) = astray(request.uri().path()) {
        return Fault::Because(ProblemType::NotFound, words.to_owned()).into_response();
    }
    match &app.site {
        Some(site) => site.answer(request.method(), request.uri().path(), request.headers()).await,
        None => Fault::Because(ProblemType::NotFound, "this server serves no app".to_owned()).into_response(),
    }
}

/// What is wrong with an address that was meant to be a call: the app's page would tell whoever calls nothing.
fn astray(path: &str) -> Option<&'static str> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "healthz" | "readyz" => Some("this address is written without a slash at its end"),
        "v1" | "hello" | "shops" | "devices" => Some(
            "a call of the API begins with /api/v1. The proxy in front seems to cut that off: let it pass the whole path on",
        ),
        "api" => Some("there is no such call; the API's begin with /api/v1"),
        _ if path.contains("/api/v1/") => {
            Some("a call of the API begins with /api/v1. The proxy in front seems to put something before it")
        }
        _ => None,
    }
}

/// Sets `no-store` unless a handler set Cache-Control.
async fn not_stored(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What pages may ask a browser for: the camera, which reads codes.
const PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=()";

/// What every answer says to a browser.
async fn protected(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
    // What is no file of the app runs nothing and loads nothing.
    let none = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(none);
    response
}

/// A line for each call: what it was and how it went; no query, no body, no address, no credential.
async fn log(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // The pattern, not the path: a path may hold what a person typed.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let waits = request.uri().query().is_some_and(|query| query.contains("wait="));
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let (route, ms) = (route.as_deref().unwrap_or("(app)"), took.as_millis());
    app.metrics.called(route, status, (!waits).then_some(took));
    if response.status().is_server_error() {
        tracing::error!(%method, route, status, ms, "answered");
    } else {
        tracing::debug!(%method, route, status, ms, "answered");
    }
    response
}
