//! The device's replica at work: opened from the disk, written to it, kept in step with other tabs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use domain::order::{Command, Order};
use domain::{Currency, Day};
use futures::lock::Mutex;
use protocol::api::Pairing;
use replica::storage::{Storage, StorageFault};
use replica::{Damaged, Moment, Prepared, Replica};
use uuid::Uuid;

use super::fault::{ActFault, ServerFault};
use crate::platform::storage::{Durability, IndexedDb};
use crate::platform::tabs::{self, Others};
use crate::platform::clock;
use crate::ui::{SyncFace, SyncState};

/// The one shop of this browser.
const NAME: &str = "stallbook";

/// The replica of this device.
pub(super) struct Link {
    disk: IndexedDb,
    replica: RefCell<Box<Replica>>,
    /// One change at a time.
    writing: Mutex<()>,
    others: RefCell<Option<Others>>,
    changed: Rc<dyn Fn()>,
    /// The browser has been asked to keep the data.
    asked_to_keep: Cell<bool>,
}

impl Link {
    /// Opens what is on the disk.
    pub(super) async fn open(
        changed: impl Fn() + 'static,
        blocked: impl Fn() + 'static,
    ) -> Result<Rc<Self>, StorageFault> {
        let disk = IndexedDb::open(NAME, Durability::Strict, Rc::new(blocked)).await?;
        let replica = load(&disk).await?;
        Ok(Rc::new(Self {
            disk,
            replica: RefCell::new(replica),
            writing: Mutex::new(()),
            others: RefCell::new(None),
            changed: Rc::new(changed),
            asked_to_keep: Cell::new(false),
        }))
    }

    /// Asks the replica something that is in memory.
    pub(super) fn read<T>(&self, ask: impl FnOnce(&Replica) -> T) -> T {
        ask(&self.replica.borrow())
    }

    /// Now, milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        clock::now_ms()
    }

    /// What the sync light shows.
    pub(super) fn face(&self) -> SyncFace {
        let pending = self.read(Replica::pending) as u64;
        SyncFace { state: SyncState::Local, pending, oldest_ms: None }
    }

    /// Follows the other tabs.
    pub(super) async fn run(self: &Rc<Self>) {
        let link = Rc::downgrade(self);
        let told = move || {
            if let Some(link) = link.upgrade() {
                leptos::task::spawn_local(async move {
                    // What was not read now is read before the next act.
                    let _ = link.follow().await;
                });
            }
        };
        self.others.replace(Some(Others::join(NAME, told)));
    }

    pub(super) fn wake(&self) {}

    async fn follow(&self) -> Result<(), StorageFault> {
        let _writing = self.writing.lock().await;
        self.absorb().await?;
        (self.changed)();
        Ok(())
    }

    async fn absorb(&self) -> Result<(), StorageFault> {
        let last = self.read(Replica::last_no);
        let entries = self.disk.read_entries(&[last + 1..=u32::MAX]).await?;
        let device = self.disk.read_start().await?.device;
        self.replica.borrow_mut().absorb(entries, device.as_deref()).map_err(damaged)?;
        Ok(())
    }

    async fn hold(&self, numbers: &[u32]) -> Result<(), StorageFault> {
        let ranges: Vec<_> = numbers.iter().map(|no| *no..=*no).collect();
        let entries = self.disk.read_entries(&ranges).await?;
        self.replica.borrow_mut().hold(entries).map_err(damaged)
    }

    /// Decides, stores, and takes in what was stored; decides again when another tab wrote first.
    async fn commit<T>(
        &self,
        mut decide: impl FnMut(&Replica, &mut Moment<'_>) -> Result<(T, Prepared), replica::ActFault>,
    ) -> Result<T, ActFault> {
        let _writing = self.writing.lock().await;
        let mut deaths = 0;
        loop {
            let decided = self.read(|replica| {
                let now_ms = clock::now_ms();
                let offset = clock::offset_minutes(replica.shop().time_zone(), now_ms);
                let mut random = clock::random;
                let mut moment =
                    Moment { now_ms, day: Day::at(now_ms, offset), actor: None, random: &mut random };
                decide(replica, &mut moment)
            });
            let (made, prepared) = match decided {
                Ok(decided) => decided,
                Err(replica::ActFault::Wanting(wanting)) => {
                    self.hold(&wanting.0).await?;
                    continue;
                }
                Err(replica::ActFault::Rejected(rejection)) => return Err(rejection.into()),
                Err(other) => return Err(StorageFault::Unavailable(other.to_string()).into()),
            };
            match self.disk.write(&prepared.batch).await {
                Ok(()) => {
                    self.replica.borrow_mut().committed(prepared.batch).map_err(damaged)?;
                    if let Some(others) = &*self.others.borrow() {
                        others.tell();
                    }
                    (self.changed)();
                    return Ok(made);
                }
                Err(StorageFault::Stale) => self.absorb().await?,
                Err(StorageFault::Closed) if deaths < 3 => {
                    deaths += 1;
                    self.disk.reopen().await?;
                    // It may have been stored before the connection died.
                    let first = prepared.batch.expect_no + 1;
                    let stored = self.disk.read_entries(&[first..=first]).await?;
                    self.absorb().await?;
                    if stored.first().map(|entry| &entry.bytes) == prepared.batch.entries.first() {
                        (self.changed)();
                        return Ok(made);
                    }
                }
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// Does what a person asks of an order.
    pub(super) async fn act(&self, order: Option<Uuid>, command: &Command) -> Result<Uuid, ActFault> {
        let order = self.commit(|replica, moment| replica.act(order, command, moment)).await?;
        if !self.asked_to_keep.replace(true) {
            leptos::task::spawn_local(async {
                // Whatever the browser answers, the data is here.
                let _ = tabs::keep_data().await;
            });
        }
        Ok(order)
    }

    /// An order with its whole timeline.
    pub(super) async fn order(&self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        loop {
            match self.read(|replica| replica.order(id)) {
                Ok(order) => return Ok(order),
                Err(wanting) => self.hold(&wanting.0).await?,
            }
        }
    }

    /// Begins a shop.
    pub(super) async fn start_shop(&self, name: &str, currency: Currency) -> Result<(), StorageFault> {
        let zone = clock::own_zone();
        let started = self.commit(|replica, moment| {
            Ok(((), replica.start_shop(name, currency, &zone, None, moment)?))
        });
        match started.await {
            Ok(()) => Ok(()),
            Err(ActFault::NotSaved(fault)) => Err(fault),
            Err(ActFault::Rejected(rejection)) => Err(StorageFault::Unavailable(rejection.to_string())),
        }
    }

    pub(super) async fn connect(&self, server: &str, code: &str) -> Result<(), ServerFault> {
        let _ = (server, code);
        Err(ServerFault::Unreachable)
    }

    pub(super) async fn join(&self, server: &str, code: &str) -> Result<(), ServerFault> {
        let _ = (server, code);
        Err(ServerFault::Unreachable)
    }

    pub(super) async fn pairing_code(&self) -> Result<Pairing, ServerFault> {
        Err(ServerFault::Unreachable)
    }
}

async fn load(disk: &IndexedDb) -> Result<Box<Replica>, StorageFault> {
    let start = disk.read_start().await?;
    match Replica::load(&start) {
        Ok(replica::Loaded::Ready(replica)) => Ok(replica),
        Ok(replica::Loaded::Rebuild(_)) | Err(_) => Err(damaged(Damaged)),
    }
}

fn damaged(damaged: Damaged) -> StorageFault {
    StorageFault::Corrupt(damaged.to_string())
}
