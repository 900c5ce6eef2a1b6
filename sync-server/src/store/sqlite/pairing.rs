//! How shops and devices come in: claiming the server, pairing codes and joining, each in a transaction of its own.

use async_trait::async_trait;
use protocol::Digest;
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use super::SqliteStore;
use super::devices::forget_drawn_codes;
use crate::limits::Joins;
use crate::store::pairing::{Claim, Join, Joined, LetsIn, PairingStore};
use crate::store::{SecretHash, StoreFault};

/// How long a claim whose answer was lost may be repeated.
const CLAIM_OPEN_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 60 * 60_000;
/// Pairing codes of a shop that are good at the same time: each makes a guess likelier. The oldest goes, first one that
/// was used, then one of the device that drew most; those of the operator stay longest.
const PAIRING_CODES: i64 = 5;

#[async_trait]
impl PairingStore for SqliteStore {
    async fn offer_setup(&self, setup_hash: &SecretHash) -> Result<bool, StoreFault> {
        let update = sqlx::query("UPDATE meta SET setup_hash = ? WHERE claimed_shop IS NULL");
        let done = update.bind(setup_hash.as_slice()).execute(&self.writer).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn claimed(&self) -> Result<Option<Uuid>, StoreFault> {
        Ok(sqlx::query_scalar("SELECT claimed_shop FROM meta WHERE claimed_shop IS NOT NULL")
            .fetch_optional(&self.readers)
            .await?)
    }

    async fn claim(&self, wanted: &Claim, now: i64) -> Result<bool, StoreFault> {
        let mut tx = self.begin().await?;
        let claimed = claim(&mut tx, wanted, now).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn add_pairing(
        &self,
        shop: Uuid,
        code_hash: &SecretHash,
        lets_in: LetsIn,
        by: Option<Uuid>,
        expires_ms: i64,
        now: i64,
    ) -> Result<bool, StoreFault> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "DELETE FROM pairing WHERE expires_ms <= ?1 OR code_hash IN (
                 SELECT code_hash FROM pairing WHERE shop = ?2
                 ORDER BY used_by IS NULL DESC, drawn_by IS NULL DESC,
                     row_number() OVER (PARTITION BY used_by IS NULL, drawn_by ORDER BY expires_ms DESC),
                     expires_ms DESC
                 LIMIT -1 OFFSET ?3)",
        )
        .bind(now)
        .bind(shop)
        .bind(PAIRING_CODES - 1)
        .execute(&mut *tx)
        .await?;
        let again = match &lets_in {
            LetsIn::New => None,
            LetsIn::Again(device) => Some(device.as_bytes().as_slice()),
            LetsIn::Any => Some(&[][..]),
        };
        let done = sqlx::query(
            "INSERT INTO pairing (code_hash, shop, expires_ms, again, drawn_by) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(code_hash.as_slice())
        .bind(shop)
        .bind(expires_ms)
        .bind(again)
        .bind(by)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn join(&self, wanted: &Join, now: i64) -> Result<Joined, StoreFault> {
        let mut tx = self.begin().await?;
        let joined = join(&mut tx, wanted, now).await?;
        tx.commit().await?;
        Ok(joined)
    }
}

async fn claim(connection: &mut SqliteConnection, claim: &Claim, now: i64) -> Result<bool, StoreFault> {
    let claimed = sqlx::query_as("SELECT claimed_shop, claimed_device FROM meta WHERE setup_hash = ?");
    let claimed: Option<(Option<Uuid>, Option<Uuid>)> =
        claimed.bind(claim.setup_hash.as_slice()).fetch_optional(&mut *connection).await?;
    let Some((by_shop, by_device)) = claimed else { return Ok(false) };
    if by_shop.is_some() {
        let open = sqlx::query(
            "SELECT 1 FROM shops WHERE id = ?1 AND created_ms > ?3
             AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1 AND device = ?2)",
        )
        .bind(claim.shop)
        .bind(claim.device)
        .bind(now - CLAIM_OPEN_MS)
        .fetch_optional(&mut *connection)
        .await?;
        if (by_shop, by_device) != (Some(claim.shop), Some(claim.device)) || open.is_none() {
            return Ok(false);
        }
        let done =
            sqlx::query("UPDATE devices SET credential_hash = ? WHERE shop = ? AND id = ? AND revoked_ms IS NULL")
                .bind(claim.credential_hash.as_slice())
                .bind(claim.shop)
                .bind(claim.device)
                .execute(connection)
                .await?;
        return Ok(done.rows_affected() == 1);
    }
    sqlx::query("INSERT INTO shops (id, digest, created_ms) VALUES (?, ?, ?)")
        .bind(claim.shop)
        .bind(Digest::default().0.as_slice())
        .bind(now)
        .execute(&mut *connection)
        .await?;
    add_device(connection, claim.shop, claim.device, &claim.code, &claim.credential_hash, None, now).await?;
    let update = sqlx::query("UPDATE meta SET claimed_shop = ?, claimed_device = ?");
    update.bind(claim.shop).bind(claim.device).execute(connection).await?;
    Ok(true)
}

/// A pairing code that is good.
#[derive(FromRow)]
struct Code {
    shop: Uuid,
    used_by: Option<Uuid>,
    again: Option<Vec<u8>>,
    drawn_by: Option<Uuid>,
}

/// A device that the shop knows.
#[derive(FromRow)]
struct Known {
    id: Uuid,
    code: String,
    credential_hash: Option<Vec<u8>>,
    former_hash: Option<Vec<u8>>,
    let_in_by: Option<Uuid>,
    joined_ms: i64,
}

async fn join(connection: &mut SqliteConnection, join: &Join, now: i64) -> Result<Joined, StoreFault> {
    let code =
        sqlx::query_as("SELECT shop, used_by, again, drawn_by FROM pairing WHERE code_hash = ? AND expires_ms > ?");
    let code = code.bind(join.code_hash.as_slice()).bind(now).fetch_optional(&mut *connection).await?;
    let Some(Code { shop, used_by, again, drawn_by }) = code else { return Ok(Joined::Refused) };
    let lets_in = match again.as_deref() {
        None => LetsIn::New,
        Some([]) => LetsIn::Any,
        Some(device) => LetsIn::Again(Uuid::from_slice(device).map_err(|_| StoreFault::Corrupt("id"))?),
    };
    let by_another = used_by.is_some_and(|device| device != join.device)
        || matches!(lets_in, LetsIn::Again(device) if device != join.device);
    if by_another || join.shop.is_some_and(|named| named != shop) {
        return Ok(Joined::Refused);
    }
    let devices = sqlx::query_as(
        "SELECT id, code, credential_hash, former_hash, let_in_by, joined_ms FROM devices WHERE shop = ?",
    );
    let devices: Vec<Known> = devices.bind(shop).fetch_all(&mut *connection).await?;
    let known = devices.iter().find(|known| known.id == join.device);
    let again = used_by.is_none() && known.is_some();
    let code = if let Some(known) = known {
        let is_proven = join.former_hash.is_some_and(|former| {
            [&known.credential_hash, &known.former_hash].into_iter().flatten().any(|hash| *hash == former)
        });
        if used_by.is_none() && lets_in == LetsIn::New && !is_proven {
            return Ok(Joined::Known);
        }
        if drawn_by.is_some() && known.credential_hash.is_none() && with_access(&devices) >= join.most.devices {
            return Ok(Joined::Crowded);
        }
        sqlx::query(
            "UPDATE devices SET former_hash = coalesce(credential_hash, former_hash), credential_hash = ?,
                 joined_ms = ?, last_seen_ms = ?, revoked_ms = NULL WHERE shop = ? AND id = ?",
        )
        .bind(join.credential_hash.as_slice())
        .bind(now)
        .bind(now)
        .bind(shop)
        .bind(join.device)
        .execute(&mut *connection)
        .await?;
        // Who had its former credential may have drawn codes with it.
        forget_drawn_codes(connection, shop, join.device, Some(&join.code_hash)).await?;
        &known.code
    } else {
        if drawn_by.is_some_and(|by| is_crowded(&devices, by, &join.most, now)) {
            return Ok(Joined::Crowded);
        }
        let Some(free) = join.codes.iter().find(|code| devices.iter().all(|known| known.code != **code)) else {
            return Ok(Joined::NoCodeFree);
        };
        add_device(connection, shop, join.device, free, &join.credential_hash, drawn_by, now).await?;
        free
    };
    let update = sqlx::query("UPDATE pairing SET used_by = ? WHERE code_hash = ?");
    update.bind(join.device).bind(join.code_hash.as_slice()).execute(connection).await?;
    Ok(Joined::In { shop, code: code.clone(), again })
}

/// Whether a shop of these devices takes in no other that one of them lets in.
fn is_crowded(devices: &[Known], by: Uuid, most: &Joins, now: i64) -> bool {
    let is_of_today = |known: &&Known| (now - known.joined_ms).abs() < DAY_MS;
    let today: Vec<Uuid> = devices.iter().filter(is_of_today).filter_map(|known| known.let_in_by).collect();
    let own = today.iter().filter(|it| **it == by).count();
    with_access(devices) >= most.devices || own >= most.of_device || today.len() >= most.of_shop
}

/// How many of these devices have access.
fn with_access(devices: &[Known]) -> usize {
    devices.iter().filter(|known| known.credential_hash.is_some()).count()
}

async fn add_device(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    code: &str,
    credential_hash: &SecretHash,
    let_in_by: Option<Uuid>,
    now: i64,
) -> Result<(), StoreFault> {
    sqlx::query(
        "INSERT INTO devices (shop, id, code, credential_hash, let_in_by, joined_ms, last_seen_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(shop)
    .bind(device)
    .bind(code)
    .bind(credential_hash.as_slice())
    .bind(let_in_by)
    .bind(now)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
