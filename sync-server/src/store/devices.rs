//! The devices of a shop and their credentials.

use async_trait::async_trait;
use uuid::Uuid;

use super::{SecretHash, StoreFault};

/// A device that its credential was found for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownDevice {
    /// Its shop.
    pub shop: Uuid,
    /// The device.
    pub device: Uuid,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_seen_ms: i64,
    /// The last time of which it said that it had nothing unsent.
    pub heard_ms: Option<i64>,
}

/// A device, as the shop sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Device {
    /// The device.
    pub id: Uuid,
    /// Its two-character code.
    pub code: String,
    /// When it was last heard of.
    pub last_seen_ms: i64,
    /// The greatest counter without a gap.
    pub high: u64,
    /// The last time of which it said that it had nothing unsent.
    pub heard_ms: Option<i64>,
    /// When it was let in, the last time.
    pub joined_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is out.
    Out,
    /// There is no such device.
    Unknown,
    /// It is the last one that is let in, and stays.
    Last,
}

/// The devices of a shop.
#[async_trait]
pub trait DeviceStore: Send + Sync + 'static {
    /// Whose credential this is; nothing when there is none or it was revoked.
    async fn by_credential(&self, credential_hash: &SecretHash) -> Result<Option<KnownDevice>, StoreFault>;
    /// Notes that a device was heard of.
    async fn seen(&self, shop: Uuid, device: Uuid, now: i64) -> Result<(), StoreFault>;
    /// Notes when a device had nothing unsent.
    async fn idle(&self, shop: Uuid, device: Uuid, idle_ms: i64) -> Result<(), StoreFault>;
    /// All devices of a shop, by code.
    async fn devices(&self, shop: Uuid) -> Result<Vec<Device>, StoreFault>;
    /// Takes a device's credential away, and every pairing code it used, or drew and nobody used; that of the last one
    /// which has one only with `even_last`.
    async fn revoke(&self, shop: Uuid, device: Uuid, even_last: bool, now: i64) -> Result<Revoked, StoreFault>;
}
