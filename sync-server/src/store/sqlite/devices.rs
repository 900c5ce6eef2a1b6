//! The devices of a shop: their credentials, when they were heard of, and their end.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::SqliteStore;
use crate::store::devices::{Device, DeviceStore, KnownDevice, Revoked};
use crate::store::{SecretHash, StoreFault};

#[async_trait]
impl DeviceStore for SqliteStore {
    async fn by_credential(&self, credential_hash: &SecretHash) -> Result<Option<KnownDevice>, StoreFault> {
        let known =
            sqlx::query_as("SELECT shop, id AS device, last_seen_ms, heard_ms FROM devices WHERE credential_hash = ?");
        Ok(known.bind(credential_hash.as_slice()).fetch_optional(&self.readers).await?)
    }

    async fn seen(&self, shop: Uuid, device: Uuid, now: i64) -> Result<(), StoreFault> {
        let update = sqlx::query("UPDATE devices SET last_seen_ms = ? WHERE shop = ? AND id = ?");
        update.bind(now).bind(shop).bind(device).execute(&self.writer).await?;
        Ok(())
    }

    async fn idle(&self, shop: Uuid, device: Uuid, idle_ms: i64) -> Result<(), StoreFault> {
        let update = sqlx::query("UPDATE devices SET heard_ms = ? WHERE shop = ? AND id = ?");
        update.bind(idle_ms).bind(shop).bind(device).execute(&self.writer).await?;
        Ok(())
    }

    async fn devices(&self, shop: Uuid) -> Result<Vec<Device>, StoreFault> {
        let devices = sqlx::query_as(
            "SELECT id, code, last_seen_ms, high, revoked_ms, heard_ms, joined_ms FROM devices WHERE shop = ?
             ORDER BY code",
        );
        Ok(devices.bind(shop).fetch_all(&self.readers).await?)
    }

    async fn revoke(&self, shop: Uuid, device: Uuid, even_last: bool, now: i64) -> Result<Revoked, StoreFault> {
        let mut tx = self.begin().await?;
        let revoked = revoke(&mut tx, shop, device, even_last, now).await?;
        tx.commit().await?;
        Ok(revoked)
    }
}

async fn revoke(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    even_last: bool,
    now: i64,
) -> Result<Revoked, StoreFault> {
    let let_in = sqlx::query_scalar("SELECT id FROM devices WHERE shop = ? AND credential_hash IS NOT NULL LIMIT 2");
    let let_in: Vec<Uuid> = let_in.bind(shop).fetch_all(&mut *connection).await?;
    if !even_last && let_in == [device] {
        return Ok(Revoked::Last);
    }
    let done = sqlx::query(
        "UPDATE devices SET former_hash = coalesce(credential_hash, former_hash), credential_hash = NULL,
             revoked_ms = coalesce(revoked_ms, ?) WHERE shop = ? AND id = ?",
    )
    .bind(now)
    .bind(shop)
    .bind(device)
    .execute(&mut *connection)
    .await?;
    forget_used_code(connection, shop, device).await?;
    forget_drawn_codes(connection, shop, device, None).await?;
    Ok(if done.rows_affected() == 1 { Revoked::Out } else { Revoked::Unknown })
}

/// The code that a device came in with: nobody needs the answer to its joining any more.
pub(super) async fn forget_used_code(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
) -> Result<(), StoreFault> {
    let delete = sqlx::query("DELETE FROM pairing WHERE shop = ? AND used_by = ?");
    delete.bind(shop).bind(device).execute(connection).await?;
    Ok(())
}

/// Codes that a device drew and nobody used, but this one: by them it would let itself in under another name.
pub(super) async fn forget_drawn_codes(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    but: Option<&SecretHash>,
) -> Result<(), StoreFault> {
    sqlx::query("DELETE FROM pairing WHERE shop = ? AND drawn_by = ? AND used_by IS NULL AND code_hash IS NOT ?")
        .bind(shop)
        .bind(device)
        .bind(but.map(|hash| hash.as_slice()))
        .execute(connection)
        .await?;
    Ok(())
}
