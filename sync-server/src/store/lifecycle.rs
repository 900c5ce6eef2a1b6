//! Opening, readiness, and the epoch of a database.

use async_trait::async_trait;
use uuid::Uuid;

use super::StoreFault;

/// The database as a whole.
#[async_trait]
pub trait LifecycleStore: Send + Sync + 'static {
    /// The database's epoch: drawn when it was created.
    async fn epoch(&self) -> Result<Uuid, StoreFault>;
    /// Replaces the epoch, after the data were restored from a copy.
    async fn renew_epoch(&self, epoch: Uuid) -> Result<(), StoreFault>;
    /// Whether it answers, and writes.
    async fn ready(&self) -> Result<(), StoreFault>;
    /// Finishes what was begun and lets go of the files.
    async fn close(&self);
}
