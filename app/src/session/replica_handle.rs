//! The device's replica at work in a browser: opened from its disk, kept in step with its server and with
//! the other tabs.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::{Rc, Weak};

use domain::Day;
use futures::channel::oneshot;
use replica::Replica;
use replica::client::{self, Change, Client, OpenFault};
use replica::storage::StorageFault;
use replica::sync::State;
use wasm_bindgen_futures::spawn_local;

use crate::platform::clock::{self, Browser};
use crate::platform::net::Network;
use crate::platform::storage::{Durability, Hitch, IndexedDb};
use crate::platform::tabs::{self, Lock, Others};
use crate::ui;

/// Takes in what another tab wrote.
type Refresh = fn(Rc<ReplicaHandle>);

/// The client of this device's replica, with what a browser asks for beside it.
pub struct ReplicaHandle {
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

impl Deref for ReplicaHandle {
    type Target = Client<IndexedDb, Network, Browser>;
    fn deref(&self) -> &Self::Target {
        &self.client
    }
}

impl ReplicaHandle {
    /// Opens the shop of this name (a database's), or the place where there will be one.
    pub async fn open(name: &str, durability: Durability) -> Result<Rc<Self>, StorageFault> {
        let disk = IndexedDb::open(name, durability, Rc::new(|_| ())).await?;
        let client = Client::open(disk, Network, Browser).await.map_err(storage_fault)?;
        let handle = Self::of(name, client, |_| ());
        handle.listen_to_other_tabs();
        Ok(handle)
    }

    /// The same, without what only few starts need: [`OpenFault::Outdated`] where [`ReplicaHandle::rebuild`] has to come
    /// first. `changed` is called after every change, `hitch` where the storage lets wait.
    pub(super) async fn open_ready(
        name: &str,
        changed: impl Fn(&Change) + 'static,
        hitch: impl Fn(Hitch) + 'static,
    ) -> Result<Rc<Self>, OpenFault> {
        let disk = IndexedDb::open(name, Durability::Strict, Rc::new(hitch)).await?;
        let client = Client::open_ready(disk, Network, Browser).await?;
        Ok(Self::of(name, client, changed))
    }

    /// Rebuilds what an older version of the app wrote.
    pub(super) async fn rebuild(name: &str) -> Result<(), StorageFault> {
        let disk = IndexedDb::open(name, Durability::Strict, Rc::new(|_| ())).await?;
        client::rebuild(&disk).await.map_err(storage_fault)
    }

    /// From now on, takes in what other tabs write; and what they wrote before.
    pub(super) fn listen_to_other_tabs(self: &Rc<Self>) {
        let refresh: Refresh = |handle| {
            spawn_local(async move {
                // What could not be read now is read before the next act.
                let _ = handle.client.refresh().await;
            });
        };
        self.refresh.set(Some(refresh));
        refresh(Rc::clone(self));
    }

    fn of(name: &str, client: Client<IndexedDb, Network, Browser>, changed: impl Fn(&Change) + 'static) -> Rc<Self> {
        let handle = Rc::new_cyclic(|handle: &Weak<Self>| {
            let told = handle.clone();
            let others = Others::join(name, move || {
                if let Some(handle) = told.upgrade()
                    && let Some(refresh) = handle.refresh.get()
                {
                    refresh(handle);
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
        let listening = Rc::downgrade(&handle);
        handle.client.on_change(move |change| {
            // A picture that was fetched changes nothing of what pages list.
            let only_fetched = !change.blobs.is_empty() && change.streams.is_empty() && !change.stored;
            if let Some(handle) = listening.upgrade().filter(|_| !only_fetched) {
                handle.heard(change);
            }
        });
        handle
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
            // Never dropped unrung while this handle is there.
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

    /// Asks the replica something that is in memory.
    pub fn read<T>(&self, ask: impl FnOnce(&Replica) -> T) -> T {
        ask(&self.replica())
    }

    /// Something that a person did is on the disk: asks the browser to keep the data, once.
    pub(super) fn ask_to_keep(&self) {
        if !self.asked_to_keep.replace(true) {
            spawn_local(async {
                // Whatever the browser answers, the data is here.
                let _ = tabs::keep_data().await;
            });
        }
    }

    /// The shop's day.
    pub fn today(&self) -> Day {
        let now_ms = self.now_ms();
        self.read(|replica| Day::at(now_ms, clock::offset_minutes(replica.shop().time_zone(), now_ms)))
    }

    /// Where the data is, and what waits, as the sync light shows it.
    pub(super) fn face(&self) -> ui::SyncStatus {
        let sync = self.sync_state();
        let state = match sync.state {
            State::Local => ui::SyncState::Local,
            State::Synced => ui::SyncState::Synced,
            State::Pending => ui::SyncState::Pending,
            State::Offline => ui::SyncState::Offline,
            State::NeedsAuth => ui::SyncState::NeedsAuth,
            State::Error => ui::SyncState::Error,
        };
        let age = |since: i64| u64::try_from(self.now_ms().saturating_sub(since)).unwrap_or(0);
        let pending = sync.pending.saturating_add(sync.blobs) as u64;
        ui::SyncStatus { state, pending, oldest_ms: sync.oldest_ms.map(age) }
    }
}

/// Why it does not open, as a fault of the storage.
pub(super) fn storage_fault(fault: OpenFault) -> StorageFault {
    match fault {
        OpenFault::Storage(fault) => fault,
        OpenFault::Newer | OpenFault::Outdated => StorageFault::Unavailable(fault.to_string()),
    }
}
