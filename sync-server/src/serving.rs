//! Takes connections in and serves them, within [`Limits`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::connections::{Connections, Guest, Watched};
use crate::limits::Limits;
use crate::router::{metrics, router};
use crate::state::Shared;

/// After a connection could not be taken in: who waits is still there then.
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Connections to `/metrics`: whoever collects it needs one.
const FOR_METRICS: usize = 16;

/// Serves until it is told to stop; then lets calls that were begun end, within their time.
pub async fn serve(listener: TcpListener, app: Shared, connections: Arc<Connections>) {
    take_in(&listener, &app, &router(Arc::clone(&app)), &connections).await;
    drop(listener);
    app.tasks.close();
    connections.dismiss_silent();
    if timeout(app.limits.stop, app.tasks.wait()).await.is_err() {
        tracing::warn!("stopped without waiting longer for a client");
    }
    connections.dismiss_all();
}

/// Serves `/metrics` until it is told to stop, within the same limits and fewer connections.
pub async fn serve_metrics(listener: TcpListener, app: Shared) {
    let limits = Limits { connections: FOR_METRICS, ..app.limits };
    let connections = Connections::new(&limits, false);
    take_in(&listener, &app, &metrics(Arc::clone(&app)), &connections).await;
    connections.dismiss_all();
}

async fn take_in(listener: &TcpListener, app: &Shared, router: &Router, connections: &Arc<Connections>) {
    loop {
        let (socket, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken in");
                    sleep(AGAIN_AFTER).await;
                    continue;
                }
            },
            () = app.stopping.cancelled() => break,
        };
        if let Some(guest) = connections.arrive(address.ip()).await {
            let (limits, stopping) = (app.limits, app.stopping.clone());
            app.tasks.spawn(connection(socket, address, guest, router.clone(), limits, stopping));
        }
    }
}

async fn connection(
    socket: TcpStream,
    address: SocketAddr,
    guest: Arc<Guest>,
    router: Router,
    limits: Limits,
    stopping: CancellationToken,
) {
    // Small answers must not wait for the acknowledgement of the ones before.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a socket keeps Nagle's delay");
    }
    let socket = Watched::new(socket, Arc::clone(&guest), limits.unread);
    let caller = Arc::clone(&guest);
    let service = service_fn(move |request: Request<Incoming>| {
        caller.asked();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(Arc::clone(&caller));
        router.clone().oneshot(request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let mut told = false;
    loop {
        tokio::select! {
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            () = guest.gone() => return,
            () = stopping.cancelled(), if !told => {
                told = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}
