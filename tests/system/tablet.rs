//! A tablet on this machine: a real replica on a disk in memory, speaking real HTTP.

use std::rc::Rc;
use std::time::Duration;

use protocol::api::Pulled;
use replica::client::{Client, Request, Transport};
use replica::memory::{MemoryDisk, MemoryStorage};
use tokio::sync::Notify;

use crate::net::{Machine, Network};

pub struct Tablet {
    pub client: Client<MemoryStorage, Network, Machine>,
    network: Network,
    changed: Rc<Notify>,
}

impl Tablet {
    pub async fn open(disk: &MemoryDisk, seed: u64) -> Self {
        let network = Network::new();
        let client = Client::open(disk.open(), network.clone(), Machine::seeded(seed)).await.unwrap();
        let changed = Rc::new(Notify::new());
        let bell = Rc::clone(&changed);
        client.on_change(move |_| bell.notify_one());
        Self { client, network, changed }
    }
    pub fn sync(&self) {
        let client = self.client.clone();
        tokio::task::spawn_local(async move { futures::join!(client.run(), client.carry()) });
    }
    pub fn cut(&self) {
        self.network.cut();
    }
    pub fn join_again(&self) {
        self.network.mend();
        self.client.wake();
    }
    pub async fn until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let wait = async {
            while !done(self) {
                self.changed.notified().await;
            }
        };
        // A tablet that missed a poke would ask by itself after a minute: that is a fault too.
        if tokio::time::timeout(Duration::from_secs(55), wait).await.is_err() {
            panic!("{what} is not so: {:?}", self.client.sync_state());
        }
    }
    /// Everything is on the server, and everything up to `head` is here.
    pub async fn settled(&self, head: u64) {
        self.until("settled", |tablet| tablet.client.is_settled() && tablet.client.replica().cursor() >= head).await;
    }

    /// A page of the server's log, asked for without the client.
    pub async fn server_page(&self, after: u64, limit: usize) -> Pulled {
        let device = self.client.replica().device().clone();
        let (server, shop) = (device.server.unwrap(), device.shop.unwrap());
        let url = format!("{server}/api/v1/shops/{shop}/pull?after={after}&limit={limit}");
        let credential = device.credential.map(|credential| credential.0);
        let request = Request { method: "GET", url, credential, body: None, patience_ms: 0 };
        serde_json::from_slice(&self.network.call(request).await.unwrap().body).unwrap()
    }
}
