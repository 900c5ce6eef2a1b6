//! Pictures, by the hash of their bytes.

use async_trait::async_trait;
use protocol::BlobId;
use uuid::Uuid;

use super::StoreFault;

/// The pictures of the shops.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Keeps a blob, whose name the caller has checked; whether it is new.
    async fn keep_blob(&self, shop: Uuid, device: Uuid, id: BlobId, bytes: &[u8], now: i64)
    -> Result<bool, StoreFault>;
    /// A blob of the shop.
    async fn blob(&self, shop: Uuid, id: BlobId) -> Result<Option<Vec<u8>>, StoreFault>;
    /// Those of the ids under which the shop has no blob, in their order.
    async fn missing_blobs(&self, shop: Uuid, ids: &[BlobId]) -> Result<Vec<BlobId>, StoreFault>;
}
