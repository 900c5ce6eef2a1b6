//! What pages ask of the shop's server, and what they know of where the data is.

use std::pin::pin;
use std::rc::Rc;

use domain::weight::WeightUnit;
use futures::future::select;
use leptos::prelude::*;
use protocol::api::{DeviceEntry, Pairing, Quarantine};
use replica::Quarantined;
use replica::client::{Host, Unreachable};
use replica::storage::StorageFault;
use uuid::Uuid;

use super::{ActFault, ServerFault, Session};
use crate::platform::clock;
use crate::text;

/// How long a person who joined waits to see the shop; it comes later where the network is slow.
const FIRST_SIGHT_MS: u64 = 20_000;

impl Session {
    /// Begins a shop on this device; no network.
    pub async fn start_shop(self, name: String, currency: domain::Currency) -> Result<(), ActFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(StorageFault::Unavailable("a part of the app".to_owned()))?;
        let weight = WeightUnit::usual(currency, text::language() == text::Language::Zh);
        (works.start_shop)(handle, name, currency, weight).await
    }

    /// Takes the shop of this device to a server that has none yet.
    pub async fn connect(self, server: String, setup_code: String) -> Result<(), ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(Unreachable)?;
        (works.connect)(handle, server, setup_code).await
    }

    /// Joins the shop that the code belongs to.
    pub async fn join(self, server: String, pairing_code: String) -> Result<(), ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(Unreachable)?;
        (works.join)(Rc::clone(&handle), server, pairing_code).await?;
        let seen = handle.until(|handle| handle.read(|replica| replica.shop().is_started()));
        let _ = select(pin!(seen), pin!(clock::Browser.sleep(FIRST_SIGHT_MS))).await;
        Ok(())
    }

    /// Lets this tablet in again where the server does not know it any more.
    pub async fn join_again(self, pairing_code: String) -> Result<(), ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.join_again(&pairing_code).await
    }

    /// The server's address; empty where there is none.
    pub fn server(self) -> String {
        let server = self.handle().and_then(|handle| handle.read(|replica| replica.device().server.clone()));
        server.unwrap_or_default()
    }

    /// A code with which one more tablet may join.
    pub async fn pairing_code(self) -> Result<Pairing, ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.pairing_code().await
    }

    /// A code that lets this device of the shop in again, and no other.
    pub async fn code_to_let_in(self, device: Uuid) -> Result<Pairing, ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.code_to_let_in(device).await
    }

    /// Takes a device's credential away.
    pub async fn revoke(self, device: Uuid) -> Result<(), ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.revoke(device).await
    }

    /// The shop's devices as the server knows them.
    pub async fn known_devices(self) -> Result<Vec<DeviceEntry>, ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        Ok(handle.devices().await?.devices)
    }

    /// What no log has of this device's, as a file to be taken away.
    pub async fn unsent(self) -> Result<String, StorageFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.unsent().await
    }

    /// A page of what the server put aside of any device's, the newest first.
    pub async fn put_aside(self, before: Option<i64>) -> Result<Quarantine, ServerFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.put_aside(before).await
    }

    /// What the server put aside of this device's.
    pub fn own_aside(self) -> Signal<Vec<Quarantined>> {
        let count = Memo::new(move |_| self.device.get().1);
        let aside = Memo::new(move |_| {
            count.track();
            self.handle().map(|handle| handle.read(replica::Replica::quarantined)).unwrap_or_default()
        });
        aside.into()
    }

    /// How many of this device's rows could not be read, and how many events that no log has were lost with them.
    pub fn unreadable(self) -> Signal<(usize, usize)> {
        Memo::new(move |_| self.device.get().2).into()
    }

    /// The shop has a server.
    pub fn connected(self) -> Signal<bool> {
        Memo::new(move |_| self.device.get().0).into()
    }

    /// A person says that this device's clock is right.
    pub fn trust_clock(self) {
        if let Some(handle) = self.handle() {
            handle.trust_clock();
        }
    }
}
