//! Pictures, in the database itself.

use std::collections::HashSet;

use async_trait::async_trait;
use protocol::BlobId;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::{Bytes, SqliteStore};
use crate::store::StoreFault;
use crate::store::blobs::BlobStore;

#[async_trait]
impl BlobStore for SqliteStore {
    async fn keep_blob(
        &self,
        shop: Uuid,
        device: Uuid,
        id: BlobId,
        bytes: &[u8],
        now: i64,
    ) -> Result<bool, StoreFault> {
        let done = sqlx::query(
            "INSERT INTO blobs (shop, id, device, received_ms, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(shop)
        .bind(id.0.as_slice())
        .bind(device)
        .bind(now)
        .bind(bytes)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn blob(&self, shop: Uuid, id: BlobId) -> Result<Option<Vec<u8>>, StoreFault> {
        let bytes = sqlx::query_scalar("SELECT bytes FROM blobs WHERE shop = ? AND id = ?");
        Ok(bytes.bind(shop).bind(id.0.as_slice()).fetch_optional(&self.readers).await?)
    }

    async fn missing_blobs(&self, shop: Uuid, ids: &[BlobId]) -> Result<Vec<BlobId>, StoreFault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM blobs WHERE shop = ");
        query.push_bind(shop).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0.as_slice());
        }
        query.push(")");
        let held = query.build_query_scalar().persistent(false).fetch_all(&self.readers).await?;
        let held: HashSet<BlobId> = held.into_iter().map(|Bytes(id)| BlobId(id)).collect();
        Ok(ids.iter().copied().filter(|id| !held.contains(id)).collect())
    }
}
