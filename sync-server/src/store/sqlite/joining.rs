//! Who is in a shop: claiming the server, pairing codes, joining, and being turned out; each in a transaction of its own.

use protocol::Digest;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::{blob, id_at};
use crate::limits::Joins;
use crate::store::{Claim, Join, Joined, LetsIn, Revoked, SecretHash, StoreFault};

/// How long a claim whose answer was lost may be repeated.
const CLAIM_OPEN_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 60 * 60_000;
/// Pairing codes of a shop that are good at the same time: each makes a guess likelier. The oldest goes, first one that
/// was used, then one of the device that drew most; those of the operator stay longest.
const PAIRING_CODES: i64 = 5;

/// Claims the server: [`crate::store::Store::claim`].
pub(super) async fn claim(connection: &mut SqliteConnection, claim: &Claim, now: i64) -> Result<bool, StoreFault> {
    let row = sqlx::query("SELECT claimed_shop, claimed_device FROM meta WHERE setup_hash = ?")
        .bind(claim.setup_hash.as_slice())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(false) };
    if row.try_get::<Option<&[u8]>, _>(0)?.is_some() {
        let same = id_at(&row, 0)? == claim.shop && id_at(&row, 1)? == claim.device;
        let open = sqlx::query(
            "SELECT 1 FROM shops WHERE id = ?1 AND created_ms > ?3
             AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1 AND device = ?2)",
        )
        .bind(blob(&claim.shop))
        .bind(blob(&claim.device))
        .bind(now - CLAIM_OPEN_MS)
        .fetch_optional(&mut *connection)
        .await?;
        if !same || open.is_none() {
            return Ok(false);
        }
        let done =
            sqlx::query("UPDATE devices SET credential_hash = ? WHERE shop = ? AND id = ? AND revoked_ms IS NULL")
                .bind(claim.credential_hash.as_slice())
                .bind(blob(&claim.shop))
                .bind(blob(&claim.device))
                .execute(&mut *connection)
                .await?;
        return Ok(done.rows_affected() == 1);
    }
    sqlx::query("INSERT INTO shops (id, digest, created_ms) VALUES (?, ?, ?)")
        .bind(blob(&claim.shop))
        .bind(Digest::default().0.as_slice())
        .bind(now)
        .execute(&mut *connection)
        .await?;
    add_device(connection, claim.shop, claim.device, &claim.code, &claim.credential_hash, now).await?;
    sqlx::query("UPDATE meta SET claimed_shop = ?, claimed_device = ?")
        .bind(blob(&claim.shop))
        .bind(blob(&claim.device))
        .execute(&mut *connection)
        .await?;
    Ok(true)
}

/// Keeps a pairing code: [`crate::store::Store::add_pairing`].
pub(super) async fn add_pairing(
    connection: &mut SqliteConnection,
    shop: Uuid,
    code_hash: &SecretHash,
    lets_in: LetsIn,
    by: Option<Uuid>,
    expires_ms: i64,
    now: i64,
) -> Result<bool, StoreFault> {
    let again: Option<&[u8]> = match &lets_in {
        LetsIn::New => None,
        LetsIn::Again(device) => Some(blob(device)),
        LetsIn::Any => Some(&[]),
    };
    sqlx::query(
        "DELETE FROM pairing WHERE expires_ms <= ?1 OR code_hash IN (
             SELECT code_hash FROM pairing WHERE shop = ?2
             ORDER BY used_by IS NULL DESC, drawn_by IS NULL DESC,
                 row_number() OVER (PARTITION BY used_by IS NULL, drawn_by ORDER BY expires_ms DESC),
                 expires_ms DESC
             LIMIT -1 OFFSET ?3)",
    )
    .bind(now)
    .bind(blob(&shop))
    .bind(PAIRING_CODES - 1)
    .execute(&mut *connection)
    .await?;
    let done = sqlx::query(
        "INSERT INTO pairing (code_hash, shop, expires_ms, again, drawn_by) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )
    .bind(code_hash.as_slice())
    .bind(blob(&shop))
    .bind(expires_ms)
    .bind(again)
    .bind(by.as_ref().map(blob))
    .execute(&mut *connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets a device in: [`crate::store::Store::join`].
pub(super) async fn join(connection: &mut SqliteConnection, join: &Join, now: i64) -> Result<Joined, StoreFault> {
    let row = sqlx::query("SELECT shop, used_by, again, drawn_by FROM pairing WHERE code_hash = ? AND expires_ms > ?")
        .bind(join.code_hash.as_slice())
        .bind(now)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(Joined::Refused) };
    let shop = id_at(&row, 0)?;
    let used_by: Option<&[u8]> = row.try_get(1)?;
    let lets_in = match row.try_get::<Option<&[u8]>, _>(2)? {
        None => LetsIn::New,
        Some([]) => LetsIn::Any,
        Some(_) => LetsIn::Again(id_at(&row, 2)?),
    };
    let by_another = used_by.is_some_and(|device| device != blob(&join.device))
        || matches!(lets_in, LetsIn::Again(device) if device != join.device);
    if by_another || join.shop.is_some_and(|named| named != shop) {
        return Ok(Joined::Refused);
    }
    let by = row.try_get::<Option<&[u8]>, _>(3)?;
    let devices =
        sqlx::query("SELECT id, code, credential_hash, former_hash, let_in_by, joined_ms FROM devices WHERE shop = ?")
            .bind(blob(&shop))
            .fetch_all(&mut *connection)
            .await?;
    let is_it = |row: &&SqliteRow| row.try_get::<&[u8], _>(0).is_ok_and(|id| id == blob(&join.device));
    let known = devices.iter().find(is_it);
    let again = used_by.is_none() && known.is_some();
    let code = if let Some(known) = known {
        let proven = |at: usize| {
            let hash: Option<&[u8]> = known.try_get(at)?;
            Ok::<_, StoreFault>(join.former_hash.is_some_and(|former| hash == Some(former.as_slice())))
        };
        if used_by.is_none() && lets_in == LetsIn::New && !proven(2)? && !proven(3)? {
            return Ok(Joined::Known);
        }
        let is_out = known.try_get::<Option<&[u8]>, _>(2)?.is_none();
        if by.is_some() && is_out && has_access(&devices) >= join.most.devices {
            return Ok(Joined::Crowded);
        }
        sqlx::query(
            "UPDATE devices SET former_hash = coalesce(credential_hash, former_hash), credential_hash = ?,
                 joined_ms = ?, last_seen_ms = ?, revoked_ms = NULL WHERE shop = ? AND id = ?",
        )
        .bind(join.credential_hash.as_slice())
        .bind(now)
        .bind(now)
        .bind(blob(&shop))
        .bind(blob(&join.device))
        .execute(&mut *connection)
        .await?;
        // Who had its former credential may have drawn codes with it.
        forget_codes_of(connection, shop, join.device, Some(&join.code_hash)).await?;
        known.try_get(1)?
    } else {
        if by.is_some_and(|by| is_crowded(&devices, by, &join.most, now)) {
            return Ok(Joined::Crowded);
        }
        let is_taken = |code: &str| devices.iter().any(|row| row.try_get::<&str, _>(1).is_ok_and(|it| it == code));
        let Some(free) = join.codes.iter().find(|code| !is_taken(code)) else {
            return Ok(Joined::NoCodeFree);
        };
        add_device(connection, shop, join.device, free, &join.credential_hash, now).await?;
        sqlx::query("UPDATE devices SET let_in_by = ? WHERE shop = ? AND id = ?")
            .bind(by)
            .bind(blob(&shop))
            .bind(blob(&join.device))
            .execute(&mut *connection)
            .await?;
        free.clone()
    };
    sqlx::query("UPDATE pairing SET used_by = ? WHERE code_hash = ?")
        .bind(blob(&join.device))
        .bind(join.code_hash.as_slice())
        .execute(&mut *connection)
        .await?;
    Ok(Joined::In { shop, code, again })
}

/// Turns a device out: [`crate::store::Store::revoke`].
pub(super) async fn revoke(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    even_last: bool,
    now: i64,
) -> Result<Revoked, StoreFault> {
    let let_in = sqlx::query("SELECT id FROM devices WHERE shop = ? AND credential_hash IS NOT NULL LIMIT 2")
        .bind(blob(&shop))
        .fetch_all(&mut *connection)
        .await?;
    if let [only] = let_in.as_slice()
        && !even_last
        && id_at(only, 0)? == device
    {
        return Ok(Revoked::Last);
    }
    let done = sqlx::query(
        "UPDATE devices SET former_hash = coalesce(credential_hash, former_hash), credential_hash = NULL,
             revoked_ms = coalesce(revoked_ms, ?) WHERE shop = ? AND id = ?",
    )
    .bind(now)
    .bind(blob(&shop))
    .bind(blob(&device))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM pairing WHERE shop = ? AND used_by = ?")
        .bind(blob(&shop))
        .bind(blob(&device))
        .execute(&mut *connection)
        .await?;
    forget_codes_of(connection, shop, device, None).await?;
    Ok(if done.rows_affected() == 1 { Revoked::Out } else { Revoked::Unknown })
}

/// Whether a shop of these devices takes in no other that one of them lets in.
fn is_crowded(devices: &[SqliteRow], by: &[u8], most: &Joins, now: i64) -> bool {
    let bytes = |row: &SqliteRow, at: &str| row.try_get::<Option<Vec<u8>>, _>(at).ok().flatten();
    let is_of_today = |row: &&SqliteRow| row.try_get::<i64, _>("joined_ms").is_ok_and(|at| (now - at).abs() < DAY_MS);
    let today: Vec<_> = devices.iter().filter(is_of_today).filter_map(|row| bytes(row, "let_in_by")).collect();
    let own = today.iter().filter(|it| *it == by).count();
    has_access(devices) >= most.devices || own >= most.of_device || today.len() >= most.of_shop
}

/// How many of these devices have access.
fn has_access(devices: &[SqliteRow]) -> usize {
    let has = |row: &&SqliteRow| row.try_get::<Option<&[u8]>, _>("credential_hash").is_ok_and(|hash| hash.is_some());
    devices.iter().filter(has).count()
}

/// Codes that a device drew and nobody used, but this one: by them it would let itself in under another name.
async fn forget_codes_of(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    but: Option<&SecretHash>,
) -> Result<(), StoreFault> {
    sqlx::query("DELETE FROM pairing WHERE shop = ? AND drawn_by = ? AND used_by IS NULL AND code_hash IS NOT ?")
        .bind(blob(&shop))
        .bind(blob(&device))
        .bind(but.map(|hash| hash.as_slice()))
        .execute(connection)
        .await?;
    Ok(())
}

async fn add_device(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    code: &str,
    credential_hash: &SecretHash,
    now: i64,
) -> Result<(), StoreFault> {
    sqlx::query(
        "INSERT INTO devices (shop, id, code, credential_hash, joined_ms, last_seen_ms) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(blob(&shop))
    .bind(blob(&device))
    .bind(code)
    .bind(credential_hash.as_slice())
    .bind(now)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
