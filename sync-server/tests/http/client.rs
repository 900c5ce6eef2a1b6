//! A server of the test's own and devices that speak to it; their methods read like a client.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use futures::{SinkExt, StreamExt};
use protocol::api::{ClaimShop, Claimed, Devices, JoinShop, Joined, Pairing, Poke, PushResult, PushStatus, Pushed};
use protocol::{Digest, Problem, ProblemType, Stamp, envelope};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sync_server::{Options, Running, start_with};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

pub const NOW: i64 = 1_795_417_200_000;

/// A server with data of its own and a clock that the test moves.
pub struct TestApp {
    pub folder: TempDir,
    pub clock: Arc<AtomicI64>,
    pub server: Running,
    pub http: Client,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_as(|_| ()).await
    }

    pub async fn start_as(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        let mut options = Options::on_free_port(folder.path());
        change(&mut options);
        let server = start_with(options, reading(&clock)).await.unwrap();
        Self { folder, clock, server, http: Client::new() }
    }

    /// Stops the server and starts it again on the same data; the address is a new one.
    pub async fn restart(self) -> Self {
        let Self { folder, clock, server, http } = self;
        server.stop().await.unwrap();
        let server = start_with(Options::on_free_port(folder.path()), reading(&clock)).await.unwrap();
        Self { folder, clock, server, http }
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &impl serde::Serialize) -> Response {
        self.http.post(self.url(path)).json(body).send().await.unwrap()
    }

    pub fn claiming(&self, shop: Uuid, device: Uuid) -> ClaimShop {
        let setup_code = self.server.setup_code.clone().unwrap_or_default();
        ClaimShop { setup_code, shop, device, code: "K7".into() }
    }

    /// The device that claims the server for a new shop.
    pub async fn first_device(&self) -> Device {
        let (shop, id) = (new_id(), new_id());
        let claimed: Claimed = read(self.post("/api/v1/shops", &self.claiming(shop, id)).await, 201).await;
        Device::new(self, shop, id, "K7", claimed.credential)
    }

    pub async fn join(&self, pairing_code: &str, device: Uuid, code: Option<&str>) -> Response {
        let join = JoinShop { pairing_code: pairing_code.into(), device, code: code.map(Into::into), credential: None };
        self.post("/api/v1/devices", &join).await
    }

    /// Lets a device in again, with its proof; gives its new credential.
    pub async fn let_in_again(&self, host: &Device, device: &Device) -> String {
        let (pairing_code, credential) = (host.pairing_code().await, Some(device.credential.clone()));
        let join = JoinShop { pairing_code, device: device.id, code: None, credential };
        read::<Joined>(self.post("/api/v1/devices", &join).await, 201).await.credential
    }

    /// Another device of the same shop.
    pub async fn next_device(&self, host: &Device) -> Device {
        let code = host.pairing_code().await;
        let joined: Joined = read(self.join(&code, new_id(), None).await, 201).await;
        Device::new(self, joined.shop, joined.device, &joined.code, joined.credential)
    }
}

fn reading(clock: &Arc<AtomicI64>) -> sync_server::Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.load(Ordering::SeqCst))
}

/// Ids need only differ.
pub fn new_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | NEXT.fetch_add(1, Ordering::SeqCst))
}

/// A device of a shop.
#[derive(Clone)]
pub struct Device {
    pub http: Client,
    pub base: String,
    pub shop: Uuid,
    pub id: Uuid,
    pub code: String,
    pub credential: String,
}

/// A page of a pull, taken apart.
#[derive(Debug)]
pub struct Page {
    pub events: Vec<(String, Stamp)>,
    pub next: u64,
    pub head: u64,
    pub digest: Digest,
}

/// An event as a device writes it.
pub fn event_of(device: Uuid, id: Uuid, counter: u64, note: &str) -> String {
    let body = json!({"note": note});
    format!(
        "{{\"v\":1,\"id\":\"{id}\",\"device\":\"{device}\",\"counter\":{counter},\"seen\":0,\"hlc\":[{NOW},0],\
         \"actor\":null,\"stream\":[\"order\",\"{id}\"],\"type\":\"order.noted\",\"version\":1,\"body\":{body}}}"
    )
}

impl Device {
    pub fn new(app: &TestApp, shop: Uuid, id: Uuid, code: &str, credential: String) -> Self {
        Self { http: app.http.clone(), base: app.server.url(), shop, id, code: code.into(), credential }
    }

    /// The same device, speaking to a server that has another address by now.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { base: app.server.url(), ..self.clone() }
    }

    pub fn request(&self, method: Method, call: &str) -> RequestBuilder {
        let url = format!("{}/api/v1/shops/{}/{call}", self.base, self.shop);
        self.http.request(method, url).bearer_auth(&self.credential)
    }

    /// An event of this device.
    pub fn event(&self, counter: u64) -> String {
        self.event_of(new_id(), counter, "")
    }

    pub fn event_of(&self, id: Uuid, counter: u64, note: &str) -> String {
        event_of(self.id, id, counter, note)
    }

    pub fn events(&self, counters: impl IntoIterator<Item = u64>) -> Vec<String> {
        counters.into_iter().map(|counter| self.event(counter)).collect()
    }

    /// The body of a push, byte for byte.
    pub fn push_body(&self, events: &[String]) -> String {
        format!("{{\"device\":\"{}\",\"events\":[{}]}}", self.id, events.join(","))
    }

    pub async fn push_raw(&self, body: impl Into<reqwest::Body>) -> Response {
        self.request(Method::POST, "push").body(body).send().await.unwrap()
    }

    pub async fn push(&self, events: &[String]) -> Pushed {
        read(self.push_raw(self.push_body(events)).await, 200).await
    }

    pub async fn pull_raw(&self, query: &str) -> Response {
        self.request(Method::GET, &format!("pull?{query}")).send().await.unwrap()
    }

    pub async fn pull(&self, query: &str) -> Page {
        let pulled: protocol::api::Pulled = read(self.pull_raw(query).await, 200).await;
        let events = pulled.events.iter().map(|event| envelope::unstamp(event.get()).unwrap()).collect();
        Page { events, next: pulled.next, head: pulled.head, digest: pulled.digest }
    }

    pub async fn pairing_code(&self) -> String {
        read::<Pairing>(self.request(Method::POST, "pairing").send().await.unwrap(), 201).await.code
    }

    pub async fn devices(&self) -> Devices {
        read(self.request(Method::GET, "devices").send().await.unwrap(), 200).await
    }

    pub async fn revoke(&self, device: Uuid) -> Response {
        self.request(Method::DELETE, &format!("devices/{device}")).send().await.unwrap()
    }

    pub async fn quarantine(&self) -> protocol::api::Quarantine {
        read(self.request(Method::GET, "quarantine").send().await.unwrap(), 200).await
    }

    /// A socket that has said who it is.
    pub async fn live(&self) -> Socket {
        let mut socket = Socket::open(&self.base, self.shop).await;
        socket.say(&json!({"credential": self.credential})).await;
        socket
    }
}

/// A live socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(base: &str, shop: Uuid) -> Self {
        let url = format!("{}/api/v1/shops/{shop}/live", base.replace("http", "ws"));
        Self(connect_async(url).await.unwrap().0)
    }

    pub async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn poke(&mut self) -> Poke {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("not a poke: {other:?}"),
            }
        }
    }

    /// The heads of all pokes until the server closes it.
    pub async fn heads(&mut self) -> Vec<u64> {
        let mut heads = Vec::new();
        while let Some(Ok(message)) = self.0.next().await {
            if let Message::Text(text) = message {
                heads.push(serde_json::from_str::<Poke>(&text).unwrap().head);
            }
        }
        heads
    }

    /// The code with which the server closes it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no word of farewell: {other:?}"),
            }
        }
    }
}

/// The body of an answer that must have this status.
pub async fn read<T: DeserializeOwned>(response: Response, status: u16) -> T {
    let had = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(had.as_u16(), status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The problem of an answer, which must be a proper document.
pub async fn problem(response: Response) -> ProblemType {
    let status = response.status();
    assert_ne!(status, StatusCode::OK);
    assert_eq!(response.headers()["content-type"], protocol::problem::MEDIA_TYPE);
    let problem: Problem = read(response, status.as_u16()).await;
    assert_eq!(problem.status, status.as_u16());
    problem.kind
}

pub fn statuses(results: &[PushResult]) -> Vec<PushStatus> {
    results.iter().map(|result| result.status).collect()
}

pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}
