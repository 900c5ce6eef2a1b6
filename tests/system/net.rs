//! The way from a native replica to a real server: HTTP and a WebSocket, with a plug to pull.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::{SinkExt, StreamExt};
use replica::client::{Body, Host, Live, LiveMessage, Request, Response, Transport, Unreachable};
use replica::clock::Kept;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::chance::Chance;

/// A network that can be cut. Clones share the plug.
#[derive(Clone)]
pub struct Network {
    http: reqwest::Client,
    connected: Rc<watch::Sender<bool>>,
}

impl Network {
    pub fn new() -> Self {
        Self { http: reqwest::Client::new(), connected: Rc::new(watch::channel(true).0) }
    }
    /// Pulls the plug: calls and sockets that are open break off.
    pub fn cut(&self) {
        self.connected.send_replace(false);
    }
    /// Puts it in again.
    pub fn mend(&self) {
        self.connected.send_replace(true);
    }
    async fn is_cut(mut plug: watch::Receiver<bool>) {
        // The sender lives as long as the network.
        let _ = plug.wait_for(|connected| !connected).await;
    }
    async fn unless_cut<A>(&self, work: impl Future<Output = Option<A>>) -> Result<A, Unreachable> {
        tokio::select! {
            biased;
            () = Self::is_cut(self.connected.subscribe()) => Err(Unreachable),
            done = work => done.ok_or(Unreachable),
        }
    }
}

impl Transport for Network {
    type Live = Socket;

    async fn call(&self, request: Request) -> Result<Response, Unreachable> {
        self.unless_cut(async {
            let mut call = self.http.request(request.method.parse().ok()?, &request.url);
            if let Some(credential) = &request.credential {
                call = call.bearer_auth(credential);
            }
            if let Some(Body::Bytes(bytes)) = request.body {
                call = call.body(bytes);
            } else if let Some(Body::Json(body)) = request.body {
                call = call.header("content-type", "application/json");
                if body.len() > protocol::COMPRESS_ABOVE {
                    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    packed.write_all(body.as_bytes()).ok()?;
                    call = call.header("content-encoding", "gzip").body(packed.finish().ok()?);
                } else {
                    call = call.body(body);
                }
            }
            let answer = call.send().await.ok()?;
            let status = answer.status().as_u16();
            let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
            Some(Response { status, retry_after, body: answer.bytes().await.ok()?.to_vec() })
        })
        .await
    }

    async fn listen(&self, url: String, first: String) -> Result<Socket, Unreachable> {
        self.unless_cut(async {
            let (mut socket, _) = connect_async(url.replacen("http", "ws", 1)).await.ok()?;
            socket.send(Message::text(first)).await.ok()?;
            Some(Socket { socket, plug: self.connected.subscribe() })
        })
        .await
    }
}

/// A live socket.
pub struct Socket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    plug: watch::Receiver<bool>,
}

impl Live for Socket {
    async fn next(&mut self) -> LiveMessage {
        loop {
            let message = tokio::select! {
                biased;
                () = Network::is_cut(self.plug.clone()) => return LiveMessage::Closed(None),
                message = self.socket.next() => message,
            };
            match message {
                Some(Ok(Message::Text(text))) => return LiveMessage::Text(text.to_string()),
                Some(Ok(Message::Close(frame))) => return LiveMessage::Closed(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return LiveMessage::Closed(None),
            }
        }
    }
}

/// The machine's clock, and seeded chance.
pub struct Machine(RefCell<Chance>, Cell<i64>);

impl Machine {
    pub fn seeded(seed: u64) -> Self {
        Self(RefCell::new(Chance::seeded(seed)), Cell::new(0))
    }
}

impl Host for Machine {
    fn now_ms(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        self.1.set(self.1.get().max(now));
        self.1.get()
    }
    fn uptime_ms(&self) -> i64 {
        self.now_ms()
    }
    fn kept_clock(&self) -> Option<Kept> {
        None
    }
    fn keep_clock(&self, _: Kept) {}
    fn random(&self) -> [u8; 16] {
        self.0.borrow_mut().bytes()
    }
    async fn sleep(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
