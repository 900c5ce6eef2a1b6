//! What every page knows of the shop on this device. The wiring to the replica writes it, pages read it.

use leptos::prelude::*;

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
}
