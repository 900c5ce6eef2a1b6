//! `GET shops/{shop}/live`: a socket that says at once when the log grows. The credential comes in the first message,
//! never in an address, where logs would keep it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::ProblemType;
use protocol::api::LiveHello;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval_at, timeout};
use uuid::Uuid;

use crate::connections::Guest;
use crate::fault::Fault;
use crate::handlers::push::poke_text;
use crate::services::attempts::network;
use crate::services::channels::News;
use crate::services::origin;
use crate::services::places::Place;
use crate::state::{App, Caller, ClientAddress, Shared};

/// The credential is wrong or revoked, in the words of a socket: 4000 + the HTTP status.
const UNAUTHENTICATED: u16 = 4401;
/// The credential belongs to another shop.
const FORBIDDEN: u16 = 4403;
/// How long the first message may take, and a message may lie unsent.
const PATIENCE: Duration = Duration::from_secs(10);
/// Proxies close what is silent for a minute; a device that is gone is noticed after two of these.
const PING_EVERY: Duration = Duration::from_secs(25);
/// A client has nothing long to say.
const MAX_MESSAGE: usize = 4 * 1024;

/// What of a socket lies in memory at most, before it is read or written: a poke with its events.
const BUFFER: usize = 8 * 1024;
const MOST_UNSENT: usize = 256 * 1024;

/// Opens the socket, for a page of this server or for what is no page.
pub async fn live(
    State(app): State<Shared>,
    Path(shop): Path<Uuid>,
    ClientAddress(address): ClientAddress,
    guest: Option<Extension<Arc<Guest>>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    if !origin::is_own(&headers) {
        return Err(Fault::Because(ProblemType::Forbidden, "not from a page of this server".to_owned()));
    }
    let tasks = app.tasks.clone();
    let strange = app.strange_sockets.take(network(address));
    let guest = guest.map(|Extension(guest)| guest);
    let upgrade = upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(MAX_MESSAGE)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(MOST_UNSENT);
    Ok(upgrade.on_upgrade(move |socket| {
        tasks.track_future(async move { Live { app, socket }.run(shop, strange, guest).await })
    }))
}

struct Live {
    app: Shared,
    socket: WebSocket,
}

/// Why a socket ends.
enum End {
    /// The client is gone.
    Gone,
    /// The server closes it, with this code and reason.
    Close(u16, &'static str),
}

impl Live {
    async fn run(mut self, shop: Uuid, strange: Place<IpAddr>, guest: Option<Arc<Guest>>) {
        let _counted = self.app.metrics.socket();
        let admitted = tokio::select! {
            admitted = self.admit(shop) => admitted,
            () = strange.gone.cancelled() => Err(CROWDED),
        };
        drop(strange);
        let end = match admitted {
            Ok(caller) => {
                if let Some(guest) = guest {
                    guest.known(caller.device);
                }
                let place = self.app.sockets.take(caller.device);
                tokio::select! {
                    end = self.relay(caller) => end,
                    () = place.gone.cancelled() => CROWDED,
                }
            }
            Err(end) => end,
        };
        if let End::Close(code, reason) = end {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            let _ = timeout(PATIENCE, self.socket.send(Message::Close(Some(frame)))).await;
        }
    }

    async fn admit(&mut self, shop: Uuid) -> Result<Caller, End> {
        let first = tokio::select! {
            first = timeout(PATIENCE, self.socket.recv()) => first,
            () = self.app.stopping.cancelled() => return Err(STOPPING),
        };
        let Ok(Some(Ok(first))) = first else { return Err(End::Gone) };
        let hello = first.to_text().ok().and_then(|text| serde_json::from_str::<LiveHello>(text).ok());
        let Some(hello) = hello else {
            return Err(End::Close(close_code::POLICY, "the first message is {\"credential\": …}"));
        };
        self.app.admit(&hello.credential, shop).await.map_err(|fault| match fault {
            Fault::Store(_) => LATER,
            Fault::Plain(ProblemType::Forbidden) => End::Close(FORBIDDEN, "not this shop"),
            _ => End::Close(UNAUTHENTICATED, "this device is not known"),
        })
    }

    async fn relay(&mut self, caller: Caller) -> End {
        let mut news = self.app.channels.channel(caller.shop).listen();
        // Listen first, read then: nothing falls between the two, and no revocation.
        if let Err(end) = self.say_head(&caller).await {
            return end;
        }
        let mut ping = interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard_since_ping = true;
        loop {
            let said = tokio::select! {
                heard = news.recv() => match heard {
                    // The operator's `revoke` is another process: nobody told this one of it.
                    Ok(News::Poke { by, full, brief }) => match self.is_in(&caller).await {
                        Ok(()) => self.say(Message::Text(if by == caller.device { brief } else { full })).await,
                        end => end,
                    },
                    Ok(News::Revoked(device)) if device == caller.device => self.is_in(&caller).await,
                    Ok(News::Revoked(_)) => Ok(()),
                    // A revocation may be among what was missed.
                    Err(RecvError::Lagged(_)) => self.say_head(&caller).await,
                    Err(RecvError::Closed) => return STOPPING,
                },
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    Some(Ok(_)) => {
                        heard_since_ping = true;
                        Ok(())
                    }
                },
                _ = ping.tick() => {
                    if !heard_since_ping {
                        return End::Gone;
                    }
                    heard_since_ping = false;
                    match self.is_in(&caller).await {
                        Ok(()) => self.say(Message::Ping(axum::body::Bytes::new())).await,
                        end => end,
                    }
                }
                () = self.app.stopping.cancelled() => return STOPPING,
            };
            if let Err(end) = said {
                return end;
            }
        }
    }

    /// Whether the device may still listen: by the credential that it came with.
    async fn is_in(&mut self, caller: &Caller) -> Result<(), End> {
        self.app.is_in(caller).await.map_err(|fault| match fault {
            Fault::Store(_) => LATER,
            _ => End::Close(UNAUTHENTICATED, "this device was revoked"),
        })
    }

    /// Says where the log ends, if the device may still listen.
    async fn say_head(&mut self, caller: &Caller) -> Result<(), End> {
        self.is_in(caller).await?;
        let app: &App = &self.app;
        let head = app.store.head(caller.shop).await.map_err(|_| LATER)?;
        let text = poke_text(app, head.seq, head.digest, app.now(), "");
        self.say(Message::Text(text.into())).await
    }

    async fn say(&mut self, message: Message) -> Result<(), End> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

const LATER: End = End::Close(close_code::AGAIN, "try again later");
/// Others came after it, and there is no more room.
const CROWDED: End = End::Close(close_code::AGAIN, "too many sockets");
const STOPPING: End = End::Close(close_code::AWAY, "the server is stopping");
