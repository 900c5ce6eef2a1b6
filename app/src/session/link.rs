//! The device's replica at work in a browser: opened from its disk, kept in step with its server and with
//! the other tabs.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use domain::order::{Command, Order, Summary};
use domain::record::Record;
use domain::rule::Rule;
use domain::shop::SettingChanged;
use domain::weight::WeightUnit;
use domain::{Currency, Day, DeviceCode};
use futures::channel::oneshot;
use protocol::BlobId;
use protocol::api::{DeviceEntry, Pairing, Quarantine};
use replica::client::rules::RuleRunner;
use replica::client::{self, Change, Client, KeepFault, OpenFault, SyncState};
use replica::storage::StorageFault;
use replica::sync::State;
use replica::{Act, ActFault as Refused, Replica};
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use super::Acted;
use super::fault::{ActFault, ServerFault};
use crate::platform::clock::{self, Browser};
use crate::platform::net::Network;
use crate::platform::storage::{Durability, Hitch, IndexedDb};
use crate::platform::tabs::{self, Lock, Others};
use crate::ui;

/// Takes in what another tab wrote.
type Refresh = fn(Rc<Link>);

/// The replica of this device.
pub struct Link {
    name: String,
    client: Client<IndexedDb, Network, Browser>,
    others: Others,
    /// Takes in what another tab wrote; set once the whole program is here.
    refresh: Cell<Option<Refresh>>,
    changed: Box<dyn Fn(&Change)>,
    /// Those who wait for something to become true.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    /// The browser has been asked to keep the data.
    asked_to_keep: Cell<bool>,
    /// This is the tab that keeps in step with the server.
    leads: Cell<bool>,
}

impl Link {
    /// Opens the shop of this name (a database's), or the place where there will be one.
    pub async fn open(name: &str, durability: Durability) -> Result<Rc<Self>, StorageFault> {
        let disk = IndexedDb::open(name, durability, Rc::new(|_| ())).await?;
        let client = Client::open(disk, Network, Browser).await.map_err(storage_fault)?;
        let link = Self::of(name, client, |_| ());
        link.listen_to_other_tabs();
        Ok(link)
    }

    /// The same, without what only few starts need: [`OpenFault::Outdated`] where [`Link::rebuild`] has to come first.
    /// `changed` is called after every change, `hitch` where the storage lets wait.
    pub(super) async fn open_ready(
        name: &str,
        changed: impl Fn(&Change) + 'static,
        hitch: impl Fn(Hitch) + 'static,
    ) -> Result<Rc<Self>, OpenFault> {
        let disk = IndexedDb::open(name, Durability::Strict, Rc::new(hitch)).await?;
        let client = Client::open_ready(disk, Network, Browser).await?;
        Ok(Self::of(name, client, changed))
    }

    /// Builds anew what an older version of the app wrote.
    pub(super) async fn rebuild(name: &str) -> Result<(), StorageFault> {
        let disk = IndexedDb::open(name, Durability::Strict, Rc::new(|_| ())).await?;
        client::rebuild(&disk).await.map_err(storage_fault)
    }

    /// From now on, takes in what other tabs write; and what they wrote before.
    pub(super) fn listen_to_other_tabs(self: &Rc<Self>) {
        let refresh: Refresh = |link| {
            spawn_local(async move {
                // What could not be read now is read before the next act.
                let _ = link.client.refresh().await;
            });
        };
        self.refresh.set(Some(refresh));
        refresh(Rc::clone(self));
    }

    fn of(name: &str, client: Client<IndexedDb, Network, Browser>, changed: impl Fn(&Change) + 'static) -> Rc<Self> {
        let link = Rc::new_cyclic(|link: &Weak<Self>| {
            let told = link.clone();
            let others = Others::join(name, move || {
                if let Some(link) = told.upgrade()
                    && let Some(refresh) = link.refresh.get()
                {
                    refresh(link);
                }
            });
            Self {
                name: name.to_owned(),
                client,
                others,
                refresh: Cell::default(),
                changed: Box::new(changed),
                waiting: RefCell::default(),
                asked_to_keep: Cell::new(false),
                leads: Cell::new(false),
            }
        });
        let listening = Rc::downgrade(&link);
        link.client.on_change(move |change| {
            // A picture that was fetched changes nothing of what pages list.
            let only_fetched = !change.blobs.is_empty() && change.streams.is_empty() && !change.stored;
            if let Some(link) = listening.upgrade().filter(|_| !only_fetched) {
                link.heard(change);
            }
        });
        link
    }

    fn heard(&self, change: &Change) {
        if change.stored {
            self.others.tell();
        }
        (self.changed)(change);
        for waiting in self.waiting.take() {
            // Fails where they have stopped waiting.
            let _ = waiting.send(());
        }
    }

    /// Waits until this is so; looks after every change.
    pub async fn until(&self, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            let (ring, rung) = oneshot::channel();
            self.waiting.borrow_mut().push(ring);
            // Never dropped unrung while this link is there.
            let _ = rung.await;
        }
    }

    /// Keeps in step with the server for as long as it is awaited. One tab at a time does.
    pub async fn run(&self) {
        let _lock = Lock::take(&self.name).await;
        self.leads.set(true);
        self.heard(&Change::default());
        self.client.run().await;
    }

    /// Whether this is the one tab of this browser that keeps in step with the server.
    pub fn leads(&self) -> bool {
        self.leads.get()
    }

    /// Calls this after every change of orders and records: with those that changed.
    pub fn on_orders(&self, listener: impl Fn(&[Uuid]) + 'static) {
        self.client.on_change(move |change| listener(&change.streams));
    }

    /// The orders to which a rule would do something now.
    pub async fn touched_by(&self, rule: &Rule) -> Result<Vec<Summary>, StorageFault> {
        self.client.touched_by(rule).await
    }

    /// A hand that does what the shop's rules say.
    pub(super) fn rule_runner(&self) -> RuleRunner<IndexedDb, Network, Browser> {
        self.client.rule_runner()
    }

    /// A good moment to try again.
    pub fn wake(&self) {
        self.client.wake();
    }

    /// Asks the replica something that is in memory.
    pub fn read<T>(&self, ask: impl FnOnce(&Replica) -> T) -> T {
        ask(&self.client.replica())
    }

    /// Now, milliseconds since 1970, corrected by what the server was last heard to say.
    pub fn now_ms(&self) -> i64 {
        self.client.now_ms()
    }

    /// A person says that this device's clock is right.
    pub fn trust_clock(&self) {
        self.client.trust_clock();
    }

    /// Where the data is, and what waits.
    pub fn sync_state(&self) -> SyncState {
        self.client.sync_state()
    }

    /// The same as the sync light shows it.
    pub(super) fn face(&self) -> ui::SyncStatus {
        let sync = self.client.sync_state();
        let state = match sync.state {
            State::Local => ui::SyncState::Local,
            State::Synced => ui::SyncState::Synced,
            State::Pending => ui::SyncState::Pending,
            State::Offline => ui::SyncState::Offline,
            State::NeedsAuth => ui::SyncState::NeedsAuth,
            State::Error => ui::SyncState::Error,
        };
        let age = |since: i64| u64::try_from(self.client.now_ms().saturating_sub(since)).unwrap_or(0);
        let pending = sync.pending.saturating_add(sync.blobs) as u64;
        ui::SyncStatus { state, pending, oldest_ms: sync.oldest_ms.map(age) }
    }

    /// Does what a person asks of an order; `None` makes a new one. Answers when it is on the disk.
    pub async fn act(&self, order: Option<Uuid>, command: &Command) -> Result<Acted, ActFault> {
        self.act_in_turn(order, std::slice::from_ref(command)).await
    }

    /// Does several things to an order one after the other, all of them or none.
    pub async fn act_in_turn(&self, order: Option<Uuid>, all: &[Command]) -> Result<Acted, ActFault> {
        let acted = self.client.act_in_turn(order, all, self.today()).await?;
        self.ask_to_keep();
        Ok(Acted { order: acted.order, number: acted.number })
    }

    /// Does all of this in one transaction, or nothing. Answers when it is on the disk, with what the acts are about.
    pub async fn act_all(&self, acts: &[Act]) -> Result<Vec<Uuid>, ActFault> {
        let acted = self.client.act_all(acts, self.today()).await?;
        self.ask_to_keep();
        Ok(acted)
    }

    /// The shop's day.
    pub(super) fn today(&self) -> Day {
        let now_ms = self.client.now_ms();
        self.read(|replica| Day::at(now_ms, clock::offset_minutes(replica.shop().time_zone(), now_ms)))
    }

    /// Asks the browser to keep the data, once.
    fn ask_to_keep(&self) {
        if !self.asked_to_keep.replace(true) {
            spawn_local(async {
                // Whatever the browser answers, the data is here.
                let _ = tabs::keep_data().await;
            });
        }
    }

    /// Changes the shop's settings: those that are named.
    pub async fn change_setting(&self, change: SettingChanged) -> Result<(), ActFault> {
        Ok(self.client.change_setting(change).await?)
    }

    /// Gives this device another code; false where another device has it.
    pub async fn change_code(&self, code: &DeviceCode) -> Result<bool, ActFault> {
        Ok(self.client.change_code(code).await?)
    }

    /// A record with its whole timeline.
    pub async fn record(&self, id: Uuid) -> Result<Option<Record>, StorageFault> {
        self.client.record(id).await
    }

    /// An order with its whole timeline.
    pub async fn order(&self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        self.client.order(id).await
    }

    /// Begins a shop on this device. Without a code of its own, the device draws one.
    pub async fn start_shop(
        &self,
        name: &str,
        currency: Currency,
        weight: WeightUnit,
        code: Option<DeviceCode>,
    ) -> Result<(), StorageFault> {
        let started = self.client.start_shop(name, currency, weight, &clock::own_zone(), code).await;
        started.map_err(|fault| match fault {
            client::ActFault::Storage(fault) => fault,
            client::ActFault::Refused(refused) => StorageFault::Unavailable(refused.to_string()),
        })
    }

    /// Takes the shop of this device to a server that has none yet.
    pub async fn connect(&self, server: &str, setup_code: &str) -> Result<(), ServerFault> {
        Ok(self.client.claim(server, setup_code).await?)
    }

    /// Joins the shop that the code belongs to; [`Link::run`] then fetches what there is.
    pub async fn join(&self, server: &str, pairing_code: &str, code: Option<DeviceCode>) -> Result<(), ServerFault> {
        Ok(self.client.join(server, pairing_code, code).await?)
    }

    /// Lets this device in again, where its server does not know it any more.
    pub async fn join_again(&self, pairing_code: &str) -> Result<(), ServerFault> {
        Ok(self.client.join_again(pairing_code).await?)
    }

    /// Does what makes the next start quick, when it is due; [`Link::run`] does it too.
    pub async fn maintain(&self) {
        self.client.maintain().await;
    }

    /// Keeps a picture. Answers when it is on the disk.
    pub async fn keep_picture(&self, bytes: &[u8]) -> Result<BlobId, KeepFault> {
        self.client.keep_blob(bytes).await
    }

    /// A picture, from here or from the server; `None` where it is to be had from neither now.
    pub async fn picture(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        self.client.blob(id).await
    }

    /// Calls back with the pictures that are here now.
    pub fn on_pictures(&self, here: impl Fn(&[BlobId]) + 'static) {
        self.client.on_change(move |change| {
            if !change.blobs.is_empty() {
                here(&change.blobs);
            }
        });
    }

    /// Sends and fetches pictures for as long as it is awaited, while [`Link::run`] has the lock.
    pub async fn carry_pictures(&self) {
        self.client.carry().await;
    }

    /// A code with which one more tablet may join.
    pub async fn pairing_code(&self) -> Result<Pairing, ServerFault> {
        Ok(self.client.pairing_code().await?)
    }

    /// A code that lets this device of the shop in again, and no other.
    pub async fn code_to_let_in(&self, device: Uuid) -> Result<Pairing, ServerFault> {
        Ok(self.client.code_to_let_in(device).await?)
    }

    /// Takes a device's credential away.
    pub async fn revoke(&self, device: Uuid) -> Result<(), ServerFault> {
        Ok(self.client.revoke(device).await?)
    }

    /// The shop's devices as the server knows them.
    pub async fn known_devices(&self) -> Result<Vec<DeviceEntry>, ServerFault> {
        Ok(self.client.devices().await?.devices)
    }

    /// What no log has of this device's, as a file.
    pub async fn unsent(&self) -> Result<String, StorageFault> {
        self.client.unsent().await
    }

    /// A page of what the server put aside, the newest first.
    pub async fn put_aside(&self, before: Option<i64>) -> Result<Quarantine, ServerFault> {
        Ok(self.client.put_aside(before).await?)
    }
}

/// Why it does not open, as a fault of the storage.
pub(super) fn storage_fault(fault: OpenFault) -> StorageFault {
    match fault {
        OpenFault::Storage(fault) => fault,
        OpenFault::Newer | OpenFault::Outdated => StorageFault::Unavailable(fault.to_string()),
    }
}

impl From<client::ActFault> for ActFault {
    fn from(fault: client::ActFault) -> Self {
        match fault {
            client::ActFault::Storage(fault) => Self::NotSaved(fault),
            client::ActFault::Refused(Refused::Rejected(rejection)) => Self::Rejected(rejection),
            client::ActFault::Refused(refused) => Self::NotSaved(StorageFault::Unavailable(refused.to_string())),
        }
    }
}

impl From<client::ServerFault> for ServerFault {
    fn from(fault: client::ServerFault) -> Self {
        match fault {
            // What makes no sense is no server of ours, but a gateway or a page in between.
            client::ServerFault::Unreachable(_) | client::ServerFault::Nonsense => Self::Unreachable,
            client::ServerFault::Problem(problem) => Self::Refused(problem.kind),
            client::ServerFault::Act(client::ActFault::Storage(fault)) => Self::NotSaved(fault),
            client::ServerFault::Act(client::ActFault::Refused(_)) | client::ServerFault::NotConnected => Self::NotHere,
        }
    }
}
