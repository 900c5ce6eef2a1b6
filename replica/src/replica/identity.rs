//! A new identity, where another device writes under the same one.

use domain::shop::{DeviceJoined, ShopEvent};
use protocol::api::Joined;
use uuid::Uuid;

use super::{ActContext, ActFault, Prepared, Replica};
use crate::device::{Credential, Device};

impl Replica {
    /// Whether another device writes under this one's id: it has to take a new identity.
    pub fn is_cloned(&self) -> bool {
        self.device.cloned
    }

    /// Whether the time for a new identity has come: all that was made under the old one is in the log, and known to
    /// be. Whoever acts under the new one has then *seen* all of it, and nobody takes one tablet for two.
    pub fn may_rotate_identity(&self) -> bool {
        self.device.cloned && self.outbox.len() == 0 && !self.settling && self.acks.last_seq() <= self.log.cursor
    }

    /// The server let this device in under a new identity: from now on it acts under that. `former` is who it was
    /// when that was asked for. `None`: not now, something was done meanwhile; or not any more.
    pub fn succeed(
        &self,
        former: Uuid,
        joined: &Joined,
        context: &mut ActContext<'_>,
    ) -> Result<Option<Prepared>, ActFault> {
        if !self.may_rotate_identity() || self.device.id != former {
            return Ok(None);
        }
        let credential = Credential(joined.credential.clone());
        let device = self.device.succeeded_by(joined.device, joined.code.clone(), credential, self.counter);
        let introduced = DeviceJoined { code: joined.code.clone() };
        self.of_shop(device, vec![ShopEvent::DeviceJoined(introduced)], context).map(Some)
    }

    /// The device record to store when the log told that another device writes under this one's id.
    pub(super) fn record_if(&self, cloned: bool) -> Option<Vec<u8>> {
        let told = Device { cloned: true, ..self.device.clone() };
        if cloned && !self.device.cloned { serde_json::to_vec(&told).ok() } else { None }
    }

    /// Whether the own event of this count was made under the identity of now.
    pub(super) fn is_of_now(&self, count: u64) -> bool {
        count > self.device.before
    }
}
