//! The log: events in sequence, each push in one transaction.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use futures::TryStreamExt;
use protocol::digest::{EventHash, event_hash};
use protocol::{Digest, Stamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::devices::forget_used_code;
use super::erasing::{ASKS, ERASED, NOTHING, erase};
use super::{Bytes, SqliteStore, int, quarantine};
use crate::store::StoreFault;
use crate::store::log::{Appended, Head, Kept, LogStore, Page, Range, flag_bits, flags_of};
use crate::store::plan::{Arrival, Held, NewRow, plan};

/// SQLite takes 32,766 parameters in a statement; a row has eleven.
const ROWS_A_STATEMENT: usize = 250;

#[async_trait]
impl LogStore for SqliteStore {
    async fn append(&self, shop: Uuid, device: Uuid, arrivals: Vec<Arrival>, now: i64) -> Result<Appended, StoreFault> {
        let mut tx = self.begin().await?;
        let head = head_of(&mut tx, shop).await?;
        let held = held_of(&mut tx, shop, &arrivals).await?;
        let counters = counters_of(&mut tx, shop, device, &arrivals).await?;
        let plan = plan(device, &arrivals, held, counters, head.seq, head.digest, now);
        insert(&mut tx, shop, device, &arrivals, &plan.rows).await?;
        let erased = erase(&mut tx, shop, device, &plan.rows).await?;
        let unkept = quarantine::put(&mut tx, shop, device, &arrivals, &plan.asides, now).await?;
        let device_high = device_high(&mut tx, shop, device).await?;
        // A push that brought nothing new writes nothing: the answer is known, and a commit costs the disk.
        if plan.rows.is_empty() && plan.asides.is_empty() {
            tx.rollback().await?;
        } else {
            let update = sqlx::query("UPDATE shops SET head = ?, digest = ? WHERE id = ?");
            update.bind(int(plan.head)).bind(plan.digest.0.as_slice()).bind(shop).execute(&mut *tx).await?;
            let update = sqlx::query("UPDATE devices SET high = ?, last_seen_ms = ? WHERE shop = ? AND id = ?");
            update.bind(int(device_high)).bind(now).bind(shop).bind(device).execute(&mut *tx).await?;
            // It has its credential: nobody needs the answer to its joining any more.
            forget_used_code(&mut tx, shop, device).await?;
            tx.commit().await?;
        }
        if erased || plan.rows.iter().any(|row| row.read.asks_erasure) {
            // The log of recent writes still holds what the tables do not any more. Where a reader is in the way, the
            // next one empties it.
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await {
                tracing::warn!(%error, "what was erased still lies in the log of recent writes");
            }
        }
        Ok(Appended { head: plan.head, digest: plan.digest, device_high, outcomes: plan.outcomes, unkept, erased })
    }

    async fn head(&self, shop: Uuid) -> Result<Head, StoreFault> {
        let mut connection = self.readers.acquire().await?;
        head_of(&mut connection, shop).await
    }

    async fn page(&self, shop: Uuid, range: Range) -> Result<Page, StoreFault> {
        let mut connection = self.readers.acquire().await?;
        // The head first: what is at or below it never changes, so no transaction is needed.
        let head = head_of(&mut connection, shop).await?;
        let mut events = Vec::with_capacity(range.limit.min(usize::try_from(head.seq).unwrap_or(0)).min(8_192));
        if range.limit > 0 && range.after < head.seq {
            let mut rows = sqlx::query(
                "SELECT id, seq, hash, received_ms, flags, erasing,
                     CASE WHEN device = ? THEN NULL ELSE CAST(text AS BLOB) END AS text
                 FROM events WHERE shop = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            )
            .bind(range.brief)
            .bind(shop)
            .bind(int(range.after))
            .bind(int(head.seq))
            .bind(int(range.limit as u64))
            .fetch(&mut *connection);
            let mut bytes = 0;
            while let Some(row) = rows.try_next().await? {
                let text: Option<Vec<u8>> = row.try_get("text")?;
                bytes += text.as_ref().map_or(0, Vec::len);
                let (mut stamp, Bytes(hash)) = (stamp_of(&row)?, row.try_get("hash")?);
                let is_erased = row.try_get::<i64, _>("erasing")? == ERASED;
                let text = text.map(|text| readable(text, (!is_erased).then_some(&hash)));
                let is_damaged = text.as_ref().is_some_and(|(_, is_damaged)| *is_damaged);
                if is_damaged {
                    tracing::error!(%shop, seq = stamp.seq, "an event of the log is damaged on the disk");
                }
                stamp.hash = (is_erased || is_damaged).then_some(hash);
                events.push(Kept { id: row.try_get("id")?, stamp, text: text.map(|(text, _)| text) });
                if bytes > range.bytes {
                    break;
                }
            }
        }
        let at = events.last().map_or(range.after, |last| last.stamp.seq);
        let digest = if at == 0 {
            Digest::default()
        } else if at >= head.seq {
            head.digest
        } else {
            let digest = sqlx::query_scalar("SELECT digest FROM events WHERE shop = ? AND seq = ?");
            let Bytes(digest) = digest.bind(shop).bind(int(at)).fetch_one(&mut *connection).await?;
            Digest(digest)
        };
        Ok(Page { events, head, digest })
    }
}

async fn head_of(connection: &mut SqliteConnection, shop: Uuid) -> Result<Head, StoreFault> {
    let head = sqlx::query_as("SELECT head, digest FROM shops WHERE id = ?");
    let (seq, Bytes(digest)) = head.bind(shop).fetch_one(connection).await?;
    Ok(Head { seq, digest: Digest(digest) })
}

/// What the server said of an event, without its hash.
fn stamp_of(row: &SqliteRow) -> Result<Stamp, StoreFault> {
    Ok(Stamp {
        seq: row.try_get("seq")?,
        received_ms: row.try_get("received_ms")?,
        flags: flags_of(row.try_get("flags")?),
        hash: None,
    })
}

/// Those of the arrivals' ids that the log has.
async fn held_of(
    connection: &mut SqliteConnection,
    shop: Uuid,
    arrivals: &[Arrival],
) -> Result<HashMap<Uuid, Held>, StoreFault> {
    let mut held = HashMap::new();
    let ids: Vec<Uuid> = arrivals.iter().filter_map(|arrival| Some(arrival.read.as_ref().ok()?.id)).collect();
    if ids.is_empty() {
        return Ok(held);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT id, seq, hash, received_ms, flags, device, counter, person FROM events WHERE shop = ",
    );
    query.push_bind(shop).push(" AND id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    query.push(")");
    for row in query.build().persistent(false).fetch_all(connection).await? {
        let (device, counter, person) = (row.try_get("device")?, row.try_get("counter")?, row.try_get("person")?);
        let (Bytes(hash), stamp) = (row.try_get("hash")?, stamp_of(&row)?);
        held.insert(row.try_get("id")?, Held { hash, device, counter, person, stamp });
    }
    Ok(held)
}

/// Those of the arrivals' counters that the log has of the device.
async fn counters_of(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    arrivals: &[Arrival],
) -> Result<HashSet<u64>, StoreFault> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT counter FROM events WHERE shop = ");
    query.push_bind(shop).push(" AND device = ").push_bind(device).push(" AND counter IN (");
    let mut list = query.separated(", ");
    for arrival in arrivals {
        if let Ok(read) = &arrival.read {
            list.push_bind(int(read.counter));
        }
    }
    query.push(")");
    let counters = query.build_query_scalar().persistent(false).fetch_all(connection).await?;
    Ok(counters.into_iter().collect())
}

async fn insert(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    arrivals: &[Arrival],
    rows: &[NewRow],
) -> Result<(), StoreFault> {
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO events (shop, seq, id, device, counter, hash, digest, received_ms, flags, hlc_ms, text,
             person, erasing) ",
        );
        query.push_values(
            rows.iter().filter_map(|row| Some((row, arrivals.get(row.arrival)?))),
            |mut values, (row, arrival)| {
                values
                    .push_bind(shop)
                    .push_bind(int(row.stamp.seq))
                    .push_bind(row.read.id)
                    .push_bind(device)
                    .push_bind(int(row.read.counter))
                    .push_bind(arrival.hash.as_slice())
                    .push_bind(row.digest.0.as_slice())
                    .push_bind(row.stamp.received_ms)
                    .push_bind(flag_bits(&row.stamp.flags))
                    .push_bind(row.read.hlc_ms)
                    .push_bind(arrival.text.as_str())
                    .push_bind(row.read.person)
                    .push_bind(if row.read.asks_erasure { ASKS } else { NOTHING });
            },
        );
        query.build().persistent(false).execute(&mut *connection).await?;
    }
    Ok(())
}

/// A text of the log as it can be sent, and whether it is not what was stored under this hash. One that the disk has
/// spoilt goes out in a wrapping, with the hash of what it was: every tablet passes it, and the digests agree.
fn readable(text: Vec<u8>, hash: Option<&EventHash>) -> (String, bool) {
    match String::from_utf8(text) {
        Ok(text) if hash.is_none_or(|hash| event_hash(&text) == *hash) => (text, false),
        damaged => {
            let text = damaged.unwrap_or_else(|bytes| String::from_utf8_lossy(bytes.as_bytes()).into_owned());
            (serde_json::json!({ "damaged": text }).to_string(), true)
        }
    }
}

/// The greatest counter without a gap, looked for from where it was known to be. Behind a gap that stays, because what
/// belongs there was put aside, it costs one look into the index.
async fn device_high(connection: &mut SqliteConnection, shop: Uuid, device: Uuid) -> Result<u64, StoreFault> {
    let known = sqlx::query_as(
        "SELECT d.high, EXISTS (SELECT 1 FROM events e WHERE e.shop = d.shop AND e.device = d.id AND
                                e.counter = d.high + 1)
         FROM devices d WHERE d.shop = ? AND d.id = ?",
    );
    let known: Option<(u64, bool)> = known.bind(shop).bind(device).fetch_optional(&mut *connection).await?;
    let (high, goes_on) = known.unwrap_or_default();
    if !goes_on {
        return Ok(high);
    }
    let further = sqlx::query_scalar(
        "SELECT e.counter FROM events e WHERE e.shop = ?1 AND e.device = ?2 AND e.counter > ?3
           AND NOT EXISTS (SELECT 1 FROM events n WHERE n.shop = ?1 AND n.device = ?2 AND n.counter = e.counter + 1)
         ORDER BY e.counter LIMIT 1",
    );
    Ok(further.bind(shop).bind(device).bind(int(high)).fetch_one(connection).await?)
}
