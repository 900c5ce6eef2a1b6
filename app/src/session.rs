//! What every page knows of the shop on this device, and what it can ask for. Pages read signals and await
//! acts; the wiring to the replica is here.

mod changes;
mod customers;
mod newest;
mod orders;
mod pictures;
mod records;
mod replica_handle;
mod rules;
mod shop;
mod stock;
mod sync;
mod tables;
mod view;
mod works;

use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use domain::{StreamKind, StreamKinds};
use leptos::prelude::*;
use leptos::task::spawn_local;
pub use replica::client::{ActFault, Acted, ServerFault};
use replica::client::{Change, OpenFault};
use replica::clock::Wrong;
use replica::storage::StorageFault;

use self::changes::Changes;
pub use self::customers::{People, Person};
pub use self::newest::newest;
pub use self::pictures::NoPicture;
pub use self::records::{RecordConflict, Records, shop_now};
pub use self::replica_handle::ReplicaHandle;
use self::replica_handle::storage_fault;
pub use self::stock::{Beside, CountQuestion};
#[cfg(test)]
pub use self::tables::with_alike;
pub use self::tables::{Table, alike_in, ask_for_alike, folded};
pub use self::view::{Counts, DaySum, Device, Listing, Load, Row};
use self::works::Awaiting;
pub use self::works::Works;
use crate::platform::storage::Hitch;
use crate::platform::{clock, tabs};
use crate::text::{self, Currency};
use crate::ui::SyncStatus;

/// How far the device is with its shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The store is being opened.
    Opening,
    /// There is no shop on this device.
    NoShop,
    /// There is, and it is open.
    Open,
}

/// What keeps the store from being opened, or from answering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It lets wait.
    Hitch(Hitch),
    /// The storage does not open.
    Storage(StorageFault),
}

/// The shop as the cover shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopHeader {
    /// Its name.
    pub name: String,
    /// This tablet's code.
    pub tablet: String,
    /// What its money is counted in.
    pub currency: Currency,
}

/// A context.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// How far the device is.
    pub boot: RwSignal<Boot>,
    /// Why it comes no further.
    pub trouble: RwSignal<Option<Trouble>>,
    /// The shop, once there is one.
    pub shop: RwSignal<Option<ShopHeader>>,
    /// Where the data is.
    pub sync: RwSignal<SyncStatus>,
    /// How many conflicts are open.
    pub conflicts: RwSignal<u64>,
    /// A new version of the app is ready to be taken.
    pub update: RwSignal<bool>,
    /// Changes of what is on this device, from whichever side they came.
    changes: Changes,
    /// The shop has a server; how many events that put aside; what could not be read here.
    device: RwSignal<(bool, usize, (usize, usize))>,
    /// The shop's time zone (IANA).
    zone: RwSignal<String>,
    /// The days that lists have asked for, in their order.
    spans: StoredValue<Vec<Range<i64>>>,
    now: RwSignal<i64>,
    /// That this device's clock is wrong.
    pub clock_wrong: RwSignal<Option<Wrong>>,
    /// Which rule waits for which tablets before it cancels.
    rules_wait: RwSignal<replica::client::rules::Waiting>,
    handle: StoredValue<Option<Rc<ReplicaHandle>>, LocalStorage>,
    awaiting: StoredValue<Awaiting>,
    /// Counts how often somebody asked for the later part of the program before the store was open, or after it could
    /// not be fetched.
    pub fetch_again: RwSignal<u64>,
}

/// The one shop of this browser.
const NAME: &str = "stallbook";
/// How often what depends on the time is looked at again.
const TICK: Duration = Duration::from_secs(60);

impl Session {
    /// At the start of the page, before anything is opened.
    pub fn new(boot: Boot) -> Self {
        Self {
            boot: RwSignal::new(boot),
            trouble: RwSignal::new(None),
            shop: RwSignal::new(None),
            sync: RwSignal::new(SyncStatus::default()),
            conflicts: RwSignal::new(0),
            update: RwSignal::new(false),
            changes: Changes::new(),
            device: RwSignal::default(),
            zone: RwSignal::new(clock::own_zone()),
            spans: StoredValue::default(),
            now: RwSignal::new(clock::now_ms()),
            clock_wrong: RwSignal::new(None),
            rules_wait: RwSignal::new(Vec::new()),
            handle: StoredValue::new_local(None),
            awaiting: StoredValue::default(),
            fetch_again: RwSignal::new(0),
        }
    }

    /// Opens what is on this device, and keeps it in step with its server and with other tabs.
    pub fn start() -> Self {
        let session = Self::new(Boot::Opening);
        set_interval(move || session.tick(), TICK);
        tabs::on_wake(move || {
            session.tick();
            if let Some(handle) = session.handle() {
                handle.wake();
            }
        });
        spawn_local(async move {
            let changed = move |change: &Change| session.changed(change.kinds);
            let hitch = move |hitch| session.trouble.set(Some(Trouble::Hitch(hitch)));
            let mut opened = ReplicaHandle::open_ready(NAME, changed, hitch).await;
            if matches!(opened, Err(OpenFault::Outdated)) {
                session.fetch_again.update(|count| *count += 1);
                if let Some(works) = session.works_at_last().await {
                    opened = match (works.rebuild)(NAME).await {
                        Ok(()) => ReplicaHandle::open_ready(NAME, changed, hitch).await,
                        Err(fault) => Err(fault.into()),
                    };
                }
            }
            match opened {
                Ok(handle) => {
                    session.trouble.set(None);
                    session.handle.set_value(Some(Rc::clone(&handle)));
                    session.changed(StreamKinds::ALL);
                    if let Some(works) = session.works_at_last().await {
                        (works.run)(handle).await;
                    }
                }
                Err(fault) => session.trouble.set(Some(Trouble::Storage(storage_fault(fault)))),
            }
        });
        session
    }

    /// The one of this page.
    pub fn here() -> Self {
        // Provided by `App` above every page.
        use_context().unwrap_or_else(|| Self::new(Boot::Opening))
    }

    fn handle(self) -> Option<Rc<ReplicaHandle>> {
        self.handle.try_get_value().flatten()
    }

    /// Refreshes the signals that every page reads, after a change of the replica.
    fn changed(self, kinds: StreamKinds) {
        let Some(handle) = self.handle() else {
            return;
        };
        let now = handle.now_ms();
        // What runs reads the time as it is now. The time by itself makes nothing run before the next tick, unless the
        // clock was put right.
        if self.now.get_untracked().abs_diff(now) > TICK.as_millis() as u64 {
            self.now.set(now);
        } else if let Some(mut known) = self.now.try_write_untracked() {
            *known = now;
        }
        let sync = handle.sync_state();
        set_if_new(self.sync, handle.face());
        set_if_new(self.clock_wrong, sync.clock_wrong);
        let connected = handle.read(|replica| replica.device().credential.is_some());
        set_if_new(self.device, (connected, sync.quarantined, sync.unreadable));
        if kinds.contains(StreamKind::Shop) {
            self.shop_changed(&handle);
        }
        if !kinds.is_empty() {
            set_if_new(self.conflicts, handle.read(|replica| open_conflicts(replica, now)) as u64);
        }
        self.changes.notify(kinds);
        if kinds.contains(StreamKind::Shop) {
            let is_open = handle.read(|replica| replica.device().shop.is_some());
            set_if_new(self.boot, if is_open { Boot::Open } else { Boot::NoShop });
        }
    }

    /// Refreshes what every page knows of the shop itself.
    fn shop_changed(self, handle: &ReplicaHandle) {
        let (shop, zone) = handle.read(|replica| {
            let device = replica.device();
            let shop = device.shop.filter(|_| replica.shop().is_started()).map(|_| ShopHeader {
                name: replica.shop().name().to_owned(),
                tablet: device.code.clone().unwrap_or_default(),
                currency: replica.shop().settings().currency.into(),
            });
            (shop, replica.shop().time_zone().to_owned())
        });
        text::weight::set_shop(handle.read(|replica| replica.shop().settings().usage().weight));
        if !zone.is_empty() && self.zone.with_untracked(|known| *known != zone) {
            self.spans.set_value(Vec::new());
            self.zone.set(zone.clone());
            text::set_time_zone(Some(zone));
        }
        records::shop_is(handle.read(|replica| replica.shop().fields()));
        set_if_new(self.shop, shop);
    }

    fn tick(self) {
        if let Some(handle) = self.handle() {
            self.now.set(handle.now_ms());
            set_if_new(self.sync, handle.face());
            set_if_new(self.clock_wrong, handle.sync_state().clock_wrong);
        }
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

/// How many conflicts need a decision.
fn open_conflicts(replica: &replica::Replica, now_ms: i64) -> usize {
    let of_orders = replica.conflicted().into_iter().filter_map(|id| replica.summary(id, now_ms));
    let of_orders: usize = of_orders.map(|summary| usize::from(summary.open_conflicts)).sum();
    let of_numbers: usize = replica.duplicate_numbers().iter().map(|(_, orders)| orders.len().saturating_sub(1)).sum();
    let of_records: usize = replica.conflicted_records().map(|(.., count)| count).sum();
    let of_counts = replica.asked_counts().len();
    of_orders + of_numbers + of_records + of_counts + replica.shop().record().open_conflicts().count()
}
