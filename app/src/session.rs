//! What every page knows of the shop on this device, and what it can ask for. Pages read signals and await
//! acts; the wiring to the replica is here.

mod fault;
mod view;

use std::sync::Arc;

use domain::order::{Command, Order};
use domain::shop::ShopSettings;
use domain::{Day, OrderNumber};
use leptos::prelude::*;
use protocol::api::Pairing;
use replica::storage::StorageFault;
use uuid::Uuid;

pub use self::fault::{ActFault, ServerFault};
pub use self::view::{Counts, DaySum, Device, Filter, ListPage, Loaded, Row};
use crate::text::{CURRENCIES, Currency};
use crate::ui::SyncFace;

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

/// The shop as the cover shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopFace {
    /// Its name.
    pub name: String,
    /// This tablet's code.
    pub tablet: String,
    /// What its money is counted in.
    pub currency: Currency,
}

/// An act that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The order it was about, or that it made.
    pub order: Uuid,
    /// The order's number, once it has one.
    pub number: Option<OrderNumber>,
}

/// A context.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// How far the device is.
    pub boot: RwSignal<Boot>,
    /// The shop, once there is one.
    pub shop: RwSignal<Option<ShopFace>>,
    /// Where the data is.
    pub sync: RwSignal<SyncFace>,
    /// How many conflicts are open.
    pub conflicts: RwSignal<u64>,
    /// A new version of the app is ready to be taken.
    pub update: RwSignal<bool>,
}

impl Session {
    /// At the start of the page.
    pub fn new(boot: Boot) -> Self {
        Self {
            boot: RwSignal::new(boot),
            shop: RwSignal::new(None),
            sync: RwSignal::new(SyncFace::default()),
            conflicts: RwSignal::new(0),
            update: RwSignal::new(false),
        }
    }

    /// The one of this page.
    pub fn here() -> Self {
        // Provided by `App` above every page.
        use_context().unwrap_or_else(|| Self::new(Boot::Opening))
    }

    /// What money is counted in.
    pub fn currency(self) -> Signal<Currency> {
        Signal::derive(move || {
            let default = CURRENCIES.first().copied();
            let shop = self.shop.read();
            shop.as_ref()
                .map(|shop| shop.currency)
                .or(default)
                .unwrap_or_else(|| Currency::of(""))
        })
    }

    /// Does what a person asks of an order; `None` makes a new one. Answers when it is on the disk.
    pub async fn act(self, order: Option<Uuid>, command: Command) -> Result<Acted, ActFault> {
        let _ = (order, command);
        Err(ActFault::NotSaved(StorageFault::Closed))
    }

    /// One order, kept up to date after acts and syncs.
    pub fn order(self, id: Signal<Option<Uuid>>) -> Signal<Loaded<Arc<Order>>> {
        let _ = id;
        Signal::stored(Loaded::Reading)
    }

    /// The newest orders of a filter, at most `limit`.
    pub fn list(self, filter: Signal<Filter>, limit: Signal<usize>) -> Signal<Arc<ListPage>> {
        let _ = (filter, limit);
        Signal::stored(Arc::default())
    }

    /// How many orders there are.
    pub fn counts(self) -> Signal<Arc<Counts>> {
        Signal::stored(Arc::default())
    }

    /// The conflicts that ask for a person: the order, and the conflict's id.
    pub fn conflicts(self) -> Signal<Vec<(Arc<Order>, String)>> {
        Signal::stored(Vec::new())
    }

    /// Now, in milliseconds since 1970, corrected by the server's time; ticks each minute.
    pub fn now_ms(self) -> Signal<i64> {
        Signal::stored(js_sys::Date::now() as i64)
    }

    /// The shop's day of a moment, in its time zone.
    pub fn day_of(self, ms: i64) -> Day {
        Day::at(ms, 0)
    }

    /// What holds for the whole shop.
    pub fn settings(self) -> Signal<ShopSettings> {
        Signal::stored(ShopSettings::default())
    }

    /// The code of a tablet; empty where it is not known.
    pub fn device_code(self, device: Uuid) -> String {
        let _ = device;
        String::new()
    }

    /// This tablet.
    pub fn this_device(self) -> Uuid {
        Uuid::nil()
    }

    /// This tablet's code.
    pub fn tablet_code(self) -> String {
        self.shop.read().as_ref().map(|shop| shop.tablet.clone()).unwrap_or_default()
    }

    /// Begins a shop on this device; no network.
    pub async fn start_shop(self, name: String, currency: domain::Currency) -> Result<(), StorageFault> {
        let _ = (name, currency);
        Err(StorageFault::Closed)
    }

    /// Takes the shop of this device to a server that has none yet.
    pub async fn connect(self, server: String, setup_code: String) -> Result<(), ServerFault> {
        let _ = (server, setup_code);
        Err(ServerFault::NotHere)
    }

    /// Joins the shop that the code belongs to.
    pub async fn join(self, server: String, pairing_code: String) -> Result<(), ServerFault> {
        let _ = (server, pairing_code);
        Err(ServerFault::NotHere)
    }

    /// A code with which one more tablet may join.
    pub async fn pairing_code(self) -> Result<Pairing, ServerFault> {
        Err(ServerFault::NotHere)
    }

    /// The tablets of the shop.
    pub fn devices(self) -> Signal<Vec<Device>> {
        Signal::stored(Vec::new())
    }

    /// The shop has a server.
    pub fn connected(self) -> Signal<bool> {
        Signal::stored(false)
    }

    /// Sends and fetches now, without waiting for the next time it would be tried.
    pub async fn sync_now(self) {}

    /// Whether the order, as it stands, allows this now.
    pub fn allows(self, order: &Order, command: &Command) -> bool {
        let _ = (order, command);
        false
    }
}
