//! The store on SQLite: one connection writes, a few read; WAL, and every commit on the disk before it is called one.

mod aside;
pub mod check;
mod erasing;
#[cfg(test)]
mod failing;
mod joining;
pub mod schema;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
#[cfg(test)]
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use protocol::digest::{EventHash, event_hash};
use protocol::{BlobId, Digest, Stamp};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection, QueryBuilder, Row, SqlSafeStr, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use self::erasing::{ASKS, ERASED, NOTHING, erase};
use super::plan::{Arrival, Held, NewRow, plan};
use crate::options::PATIENCE;

use super::{
    Appended, Aside, Claim, Device, Head, Join, Joined, Kept, KnownDevice, LetsIn, Page, Range, Revoked, SecretHash,
    Store, StoreFault, flag_bits, flags_of,
};

/// Readers side by side; a writer does not keep them waiting.
const READERS: u32 = 4;
/// Rows that are read before someone asks for them: with the largest texts a page's worth, and with small ones as fast as
/// a thousand.
const READ_AHEAD: usize = 16;
/// SQLite takes 32,766 parameters in a statement; a row has eleven.
const ROWS_A_STATEMENT: usize = 250;

/// The store on SQLite.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens or creates the database, and brings its tables to this version.
    pub async fn open(options: SqliteConnectOptions, patience: Duration, epoch: Uuid) -> Result<Self, StoreFault> {
        let store = Self::connect(options.create_if_missing(true), patience).await?;
        migrations().run(&store.writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) => StoreFault::Newer,
            error => error.into(),
        })?;
        sqlx::query("INSERT INTO meta (one, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(blob(&epoch))
            .execute(&store.writer)
            .await?;
        Ok(store)
    }

    /// Opens a database that is there and of this version, and changes nothing: a server may have it.
    pub async fn attach(options: SqliteConnectOptions) -> Result<Self, StoreFault> {
        let store = Self::connect(options.create_if_missing(false), PATIENCE).await?;
        let had = sqlx::query("SELECT max(version) FROM _sqlx_migrations").fetch_one(&store.readers).await?;
        let had: i64 = had.try_get(0)?;
        match had.cmp(&migrations().iter().map(|step| step.version).max().unwrap_or_default()) {
            Ordering::Less => Err(StoreFault::Older),
            Ordering::Equal => Ok(store),
            Ordering::Greater => Err(StoreFault::Newer),
        }
    }

    /// Opens or creates the database in a file.
    #[cfg(test)]
    pub async fn open_file(file: &Path, epoch: Uuid) -> Result<Self, StoreFault> {
        Self::open(SqliteConnectOptions::new().filename(file), PATIENCE, epoch).await
    }

    async fn connect(options: SqliteConnectOptions, patience: Duration) -> Result<Self, StoreFault> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(patience)
            // What was erased is not left in pages that are free.
            .pragma("secure_delete", "ON")
            .row_buffer_size(READ_AHEAD);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(patience)
            .idle_timeout(None)
            .max_lifetime(None)
            .before_acquire(|writer, _| Box::pin(async { Ok(is_at_rest(writer).await) }))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(patience)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "1"))
            .await?;
        Ok(Self { writer, readers })
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreFault> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Whether no transaction is open. The library counts them by itself, and both ways wrong after a failure: a full disk
/// ends one behind its back, and a `BEGIN` that failed may have begun one, in which every later write would be lost.
async fn is_at_rest(writer: &mut SqliteConnection) -> bool {
    /// SQLite's `SQLITE_ERROR`: here, that there is nothing to roll back.
    const NOTHING: &str = "1";
    let answer = sqlx::query("ROLLBACK").execute(&mut *writer).await;
    let nothing =
        answer.is_err_and(|error| error.as_database_error().and_then(|it| it.code()).is_some_and(|it| it == NOTHING));
    nothing && !writer.is_in_transaction()
}

fn migrations() -> Migrator {
    let step = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        step(1, "log", include_str!("../../migrations/sqlite/0001_log.sql")),
        step(2, "blobs", include_str!("../../migrations/sqlite/0002_blobs.sql")),
        step(3, "heard", include_str!("../../migrations/sqlite/0003_heard.sql")),
        step(4, "erasing", include_str!("../../migrations/sqlite/0004_erasing.sql")),
        step(5, "trust", include_str!("../../migrations/sqlite/0005_trust.sql")),
        step(6, "asking", include_str!("../../migrations/sqlite/0006_asking.sql")),
        step(7, "joins", include_str!("../../migrations/sqlite/0007_joins.sql")),
    ])
}

fn blob(id: &Uuid) -> &[u8] {
    id.as_bytes()
}

fn id_at(row: &SqliteRow, at: usize) -> Result<Uuid, StoreFault> {
    Uuid::from_slice(row.try_get(at)?).map_err(|_| StoreFault::Corrupt("id"))
}

fn bytes_at<const N: usize>(row: &SqliteRow, at: usize) -> Result<[u8; N], StoreFault> {
    row.try_get::<&[u8], _>(at)?.try_into().map_err(|_| StoreFault::Corrupt("hash"))
}

fn count_at(row: &SqliteRow, at: usize) -> Result<u64, StoreFault> {
    u64::try_from(row.try_get::<i64, _>(at)?).map_err(|_| StoreFault::Corrupt("count"))
}

/// Sequences and counters are checked to fit when they come in; what is asked for beyond them means "the end".
fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn head_of(connection: &mut SqliteConnection, shop: Uuid) -> Result<Head, StoreFault> {
    let row =
        sqlx::query("SELECT head, digest FROM shops WHERE id = ?").bind(blob(&shop)).fetch_one(connection).await?;
    Ok(Head { seq: count_at(&row, 0)?, digest: Digest(bytes_at(&row, 1)?) })
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
    query.push_bind(blob(&shop)).push(" AND id IN (");
    let mut list = query.separated(", ");
    for id in &ids {
        list.push_bind(blob(id));
    }
    query.push(")");
    for row in query.build().persistent(false).fetch_all(connection).await? {
        let (seq, received_ms, flags) = (count_at(&row, 1)?, row.try_get(3)?, flags_of(row.try_get(4)?));
        let stamp = Stamp { seq, received_ms, flags, hash: None };
        let person = row.try_get::<Option<&[u8]>, _>(7)?.map(|_| id_at(&row, 7)).transpose()?;
        let (hash, device, counter) = (bytes_at::<32>(&row, 2)? as EventHash, id_at(&row, 5)?, count_at(&row, 6)?);
        held.insert(id_at(&row, 0)?, Held { hash, device, counter, person, stamp });
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
    query.push_bind(blob(&shop)).push(" AND device = ").push_bind(blob(&device)).push(" AND counter IN (");
    let mut list = query.separated(", ");
    for arrival in arrivals {
        if let Ok(read) = &arrival.read {
            list.push_bind(int(read.counter));
        }
    }
    query.push(")");
    let rows = query.build().persistent(false).fetch_all(connection).await?;
    rows.iter().map(|row| count_at(row, 0)).collect()
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
                    .push_bind(blob(&shop))
                    .push_bind(int(row.stamp.seq))
                    .push_bind(blob(&row.read.id))
                    .push_bind(blob(&device))
                    .push_bind(int(row.read.counter))
                    .push_bind(arrival.hash.as_slice())
                    .push_bind(row.digest.0.as_slice())
                    .push_bind(row.stamp.received_ms)
                    .push_bind(flag_bits(&row.stamp.flags))
                    .push_bind(row.read.hlc_ms)
                    .push_bind(arrival.text.as_str())
                    .push_bind(row.read.person.as_ref().map(blob))
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
    let known = sqlx::query(
        "SELECT d.high, EXISTS (SELECT 1 FROM events e WHERE e.shop = d.shop AND e.device = d.id AND
                                e.counter = d.high + 1)
         FROM devices d WHERE d.shop = ? AND d.id = ?",
    )
    .bind(blob(&shop))
    .bind(blob(&device))
    .fetch_optional(&mut *connection)
    .await?;
    let Some(known) = known else { return Ok(0) };
    let high = count_at(&known, 0)?;
    if !known.try_get::<bool, _>(1)? {
        return Ok(high);
    }
    let row = sqlx::query(
        "SELECT e.counter FROM events e WHERE e.shop = ?1 AND e.device = ?2 AND e.counter > ?3
           AND NOT EXISTS (SELECT 1 FROM events n WHERE n.shop = ?1 AND n.device = ?2 AND n.counter = e.counter + 1)
         ORDER BY e.counter LIMIT 1",
    )
    .bind(blob(&shop))
    .bind(blob(&device))
    .bind(int(high))
    .fetch_one(connection)
    .await?;
    count_at(&row, 0)
}

#[async_trait]
impl Store for SqliteStore {
    async fn epoch(&self) -> Result<Uuid, StoreFault> {
        let row = sqlx::query("SELECT epoch FROM meta").fetch_one(&self.readers).await?;
        id_at(&row, 0)
    }

    async fn renew_epoch(&self, epoch: Uuid) -> Result<(), StoreFault> {
        sqlx::query("UPDATE meta SET epoch = ?").bind(blob(&epoch)).execute(&self.writer).await?;
        Ok(())
    }

    async fn ready(&self) -> Result<(), StoreFault> {
        sqlx::query("SELECT one FROM meta").fetch_one(&self.readers).await?;
        // What is rolled back never meets the disk.
        sqlx::query("UPDATE meta SET one = one").execute(&self.writer).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn offer_setup(&self, setup_hash: &SecretHash) -> Result<bool, StoreFault> {
        let done = sqlx::query("UPDATE meta SET setup_hash = ? WHERE claimed_shop IS NULL")
            .bind(setup_hash.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn claimed(&self) -> Result<Option<Uuid>, StoreFault> {
        let row = sqlx::query("SELECT claimed_shop FROM meta WHERE claimed_shop IS NOT NULL")
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| id_at(&row, 0)).transpose()
    }

    async fn claim(&self, claim: &Claim, now: i64) -> Result<bool, StoreFault> {
        let mut tx = self.begin().await?;
        let claimed = joining::claim(&mut tx, claim, now).await?;
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
        let kept = joining::add_pairing(&mut tx, shop, code_hash, lets_in, by, expires_ms, now).await?;
        tx.commit().await?;
        Ok(kept)
    }

    async fn join(&self, join: &Join, now: i64) -> Result<Joined, StoreFault> {
        let mut tx = self.begin().await?;
        let joined = joining::join(&mut tx, join, now).await?;
        tx.commit().await?;
        Ok(joined)
    }

    async fn by_credential(&self, credential_hash: &SecretHash) -> Result<Option<KnownDevice>, StoreFault> {
        let row = sqlx::query("SELECT shop, id, last_seen_ms, heard_ms FROM devices WHERE credential_hash = ?")
            .bind(credential_hash.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(KnownDevice {
                shop: id_at(&row, 0)?,
                device: id_at(&row, 1)?,
                last_seen_ms: row.try_get(2)?,
                heard_ms: row.try_get(3)?,
            })
        })
        .transpose()
    }

    async fn seen(&self, shop: Uuid, device: Uuid, now: i64) -> Result<(), StoreFault> {
        sqlx::query("UPDATE devices SET last_seen_ms = ? WHERE shop = ? AND id = ?")
            .bind(now)
            .bind(blob(&shop))
            .bind(blob(&device))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn idle(&self, shop: Uuid, device: Uuid, idle_ms: i64) -> Result<(), StoreFault> {
        sqlx::query("UPDATE devices SET heard_ms = ? WHERE shop = ? AND id = ?")
            .bind(idle_ms)
            .bind(blob(&shop))
            .bind(blob(&device))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn devices(&self, shop: Uuid) -> Result<Vec<Device>, StoreFault> {
        sqlx::query(
            "SELECT id, code, last_seen_ms, high, revoked_ms, heard_ms, joined_ms FROM devices WHERE shop = ?
             ORDER BY code",
        )
        .bind(blob(&shop))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(Device {
                id: id_at(row, 0)?,
                code: row.try_get(1)?,
                last_seen_ms: row.try_get(2)?,
                high: count_at(row, 3)?,
                revoked_ms: row.try_get(4)?,
                heard_ms: row.try_get(5)?,
                joined_ms: row.try_get(6)?,
            })
        })
        .collect()
    }

    async fn revoke(&self, shop: Uuid, device: Uuid, even_last: bool, now: i64) -> Result<Revoked, StoreFault> {
        let mut tx = self.begin().await?;
        let revoked = joining::revoke(&mut tx, shop, device, even_last, now).await?;
        tx.commit().await?;
        Ok(revoked)
    }

    async fn append(&self, shop: Uuid, device: Uuid, arrivals: Vec<Arrival>, now: i64) -> Result<Appended, StoreFault> {
        let mut tx = self.begin().await?;
        let head = head_of(&mut tx, shop).await?;
        let held = held_of(&mut tx, shop, &arrivals).await?;
        let counters = counters_of(&mut tx, shop, device, &arrivals).await?;
        let plan = plan(device, &arrivals, held, counters, head.seq, head.digest, now);
        insert(&mut tx, shop, device, &arrivals, &plan.rows).await?;
        let erased = erase(&mut tx, shop, device, &plan.rows).await?;
        let unkept = aside::put(&mut tx, shop, device, &arrivals, &plan.asides, now).await?;
        let device_high = device_high(&mut tx, shop, device).await?;
        // A push that brought nothing new writes nothing: the answer is known, and a commit costs the disk.
        if plan.rows.is_empty() && plan.asides.is_empty() {
            tx.rollback().await?;
        } else {
            sqlx::query("UPDATE shops SET head = ?, digest = ? WHERE id = ?")
                .bind(int(plan.head))
                .bind(plan.digest.0.as_slice())
                .bind(blob(&shop))
                .execute(&mut *tx)
                .await?;
            sqlx::query("UPDATE devices SET high = ?, last_seen_ms = ? WHERE shop = ? AND id = ?")
                .bind(int(device_high))
                .bind(now)
                .bind(blob(&shop))
                .bind(blob(&device))
                .execute(&mut *tx)
                .await?;
            // It has its credential: nobody needs the answer to its joining any more.
            sqlx::query("DELETE FROM pairing WHERE shop = ? AND used_by = ?")
                .bind(blob(&shop))
                .bind(blob(&device))
                .execute(&mut *tx)
                .await?;
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
                "SELECT id, seq, received_ms, flags, CASE WHEN device = ? THEN NULL ELSE CAST(text AS BLOB) END,
                     hash, erasing
                 FROM events WHERE shop = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            )
            .bind(range.brief.as_ref().map(blob))
            .bind(blob(&shop))
            .bind(int(range.after))
            .bind(int(head.seq))
            .bind(int(range.limit as u64))
            .fetch(&mut *connection);
            let mut bytes = 0;
            while let Some(row) = rows.try_next().await? {
                let text: Option<Vec<u8>> = row.try_get(4)?;
                bytes += text.as_ref().map_or(0, Vec::len);
                let (seq, received_ms, flags) = (count_at(&row, 1)?, row.try_get(2)?, flags_of(row.try_get(3)?));
                let hash: EventHash = bytes_at(&row, 5)?;
                let is_erased = row.try_get::<i64, _>(6)? == ERASED;
                let text = text.map(|text| readable(text, (!is_erased).then_some(&hash)));
                let is_damaged = text.as_ref().is_some_and(|(_, is_damaged)| *is_damaged);
                if is_damaged {
                    tracing::error!(%shop, seq, "an event of the log is damaged on the disk");
                }
                let stamp = Stamp { seq, received_ms, flags, hash: (is_erased || is_damaged).then_some(hash) };
                let text = text.map(|(text, _)| text);
                events.push(Kept { id: id_at(&row, 0)?, stamp, text });
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
            let row = sqlx::query("SELECT digest FROM events WHERE shop = ? AND seq = ?")
                .bind(blob(&shop))
                .bind(int(at))
                .fetch_one(&mut *connection)
                .await?;
            Digest(bytes_at(&row, 0)?)
        };
        Ok(Page { events, head, digest })
    }

    async fn quarantined(
        &self,
        shop: Uuid,
        before: Option<i64>,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Aside>, StoreFault> {
        aside::page(&self.readers, shop, before, limit, bytes).await
    }

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
        .bind(blob(&shop))
        .bind(id.0.as_slice())
        .bind(blob(&device))
        .bind(now)
        .bind(bytes)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn blob(&self, shop: Uuid, id: BlobId) -> Result<Option<Vec<u8>>, StoreFault> {
        let row = sqlx::query("SELECT bytes FROM blobs WHERE shop = ? AND id = ?")
            .bind(blob(&shop))
            .bind(id.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn missing_blobs(&self, shop: Uuid, ids: &[BlobId]) -> Result<Vec<BlobId>, StoreFault> {
        let mut held = HashSet::new();
        if !ids.is_empty() {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM blobs WHERE shop = ");
            query.push_bind(blob(&shop)).push(" AND id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.0.as_slice());
            }
            query.push(")");
            for row in query.build().persistent(false).fetch_all(&self.readers).await? {
                held.insert(BlobId(bytes_at(&row, 0)?));
            }
        }
        Ok(ids.iter().copied().filter(|id| !held.contains(id)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::Envelope;
    use protocol::erasure::{self, Asking};
    use tempfile::TempDir;

    use super::super::conformance;
    use super::*;

    async fn fresh() -> (TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_file(&folder.path().join("stallbook.db"), Uuid::from_u128(1)).await.unwrap();
        (folder, store)
    }

    macro_rules! stories {
        ($($story:ident)*) => {$(
            #[tokio::test]
            async fn $story() {
                let (_folder, store) = fresh().await;
                conformance::$story(&store).await;
            }
        )*};
    }

    stories! {
        a_shop_claims_the_server_once
        devices_join_with_a_code_and_go
        the_last_device_is_not_revoked_by_mistake
        a_known_id_is_not_taken_over
        an_id_of_another_event_is_no_duplicate
        what_is_put_aside_is_bounded_and_erased_only_as_asked
        a_device_says_that_it_has_nothing_unsent
        every_event_once_and_in_sequence
        what_can_not_be_taken_is_kept_aside
        a_person_who_asks_for_it_is_erased
        a_clone_and_a_far_clock_are_flagged
        the_greatest_counter_without_a_gap
        pages_of_every_size
        a_blob_is_kept_once_and_is_its_shops
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_reader_skips_nothing() {
        let (_folder, store) = fresh().await;
        conformance::a_reader_skips_nothing(Arc::new(store)).await;
    }

    #[tokio::test]
    async fn a_full_disk_says_so_and_keeps_nothing_of_it() {
        let (_folder, store) = fresh().await;
        let shop = conformance::shop(&store).await.0;
        let small = conformance::picture(1_000);
        sqlx::query("PRAGMA max_page_count = 60").execute(&store.writer).await.unwrap();
        let large = conformance::picture(300_000);
        let kept = store.keep_blob(shop, Uuid::from_u128(2), BlobId::of(&large), &large, 0).await;
        assert!(matches!(kept, Err(StoreFault::Full)), "{kept:?}");
        assert_eq!(store.blob(shop, BlobId::of(&large)).await.unwrap(), None);
        assert!(store.keep_blob(shop, Uuid::from_u128(2), BlobId::of(&small), &small, 0).await.unwrap(), "it goes on");
    }

    /// SQLite rolls back by itself there, and the library's own `ROLLBACK` fails: its count of transactions stays.
    #[tokio::test]
    async fn a_disk_that_was_full_takes_events_when_there_is_room_again() {
        let (_folder, store) = fresh().await;
        let (shop, device, _) = conformance::shop(&store).await;
        sqlx::query("PRAGMA max_page_count = 60").execute(&store.writer).await.unwrap();
        let mut n = 0;
        let refused = loop {
            n += 1;
            if let Err(fault) = store.append(shop, device, conformance::large(device, n), 0).await {
                break fault;
            }
        };
        assert!(matches!(refused, StoreFault::Full), "{refused:?}");
        assert!(matches!(store.ready().await, Ok(())), "reading goes on, and so does what needs little room");
        sqlx::query("PRAGMA max_page_count = 10000").execute(&store.writer).await.unwrap();
        let appended = store.append(shop, device, conformance::large(device, n), 0).await.unwrap();
        assert_eq!((appended.head, appended.device_high), (n, n), "nothing of what was refused stayed");
    }

    /// What the disk has spoilt stops nobody: it goes out as what can be read, and the digests agree.
    #[tokio::test]
    async fn a_spoilt_event_of_the_log_is_passed_on_as_one() {
        let (_folder, store) = fresh().await;
        let (shop, first, _) = conformance::shop(&store).await;
        let push = (1..=3).map(|n| conformance::event(first, n, "")).collect();
        let head = store.append(shop, first, push, 0).await.unwrap();
        for (seq, spoilt) in [(1, &b"\xff{"[..]), (2, br#"{"note":"changed"}"#)] {
            let spoil = sqlx::query("UPDATE events SET text = CAST(? AS TEXT) WHERE seq = ?").bind(spoilt).bind(seq);
            spoil.execute(&store.writer).await.unwrap();
        }
        let page = store.page(shop, Range { after: 0, limit: 9, bytes: usize::MAX, brief: None }).await.unwrap();
        let digest = page.events.iter().fold(Digest::default(), |digest, event| {
            let text = event.text.as_deref().unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
            digest.then(&event.stamp.hash.unwrap_or_else(|| event_hash(text)))
        });
        assert_eq!((page.events.len(), digest), (3, head.digest));
        assert!(page.events[1].text.as_deref().unwrap().contains("damaged") && page.events[2].stamp.hash.is_none());
    }

    /// Once it cost a millisecond for each thousand events behind the gap, for ever.
    #[tokio::test]
    async fn a_counter_that_is_missing_for_good_costs_nothing() {
        let (_folder, store) = fresh().await;
        let (shop, first, second) = conformance::shop(&store).await;
        for from in (0..20_000).step_by(1_000) {
            let push = (from..from + 1_000).map(|n| conformance::event(first, n + 3, "")).collect();
            store.append(shop, first, push, 0).await.unwrap();
        }
        let mut took = Vec::new();
        for (device, from) in [(second, 1), (first, 30_000)] {
            let begun = std::time::Instant::now();
            for n in 0..50 {
                store.append(shop, device, vec![conformance::event(device, from + n, "")], 0).await.unwrap();
            }
            took.push(begun.elapsed());
        }
        assert!(took[1] < took[0] * 3 + Duration::from_millis(200), "{took:?}");
    }

    /// Once each push read all that was ever said of the person again, and compared it with all that asked.
    #[tokio::test]
    async fn a_person_of_whom_much_is_said_costs_no_more_than_another() {
        let (_folder, store) = fresh().await;
        let (shop, first, second) = conformance::shop(&store).await;
        let of = |device, n, kind| conformance::of_person(device, n, 0, kind, "{}");
        for from in (0..5_000).step_by(1_000) {
            let asks = (from..from + 1_000).map(|n| of(first, n + 1, "customer.erased")).collect();
            store.append(shop, first, asks, 0).await.unwrap();
            let knowing = (from..from + 1_000).map(|n| of(first, n + 100_001, "customer.changed")).collect();
            store.append(shop, first, knowing, 0).await.unwrap();
        }
        let mut took = Vec::new();
        for kind in ["order.noted", "customer.changed"] {
            let begun = std::time::Instant::now();
            for n in 0..20 {
                let n = if kind == "order.noted" { n + 200_001 } else { n + 300_001 };
                store.append(shop, second, vec![of(second, n, kind)], 0).await.unwrap();
            }
            took.push(begun.elapsed());
        }
        assert!(took[1] < took[0] * 10 + Duration::from_millis(500), "{took:?}");
    }

    #[tokio::test]
    async fn what_is_erased_is_what_did_not_know_of_all_that_asked_in_whatever_order_they_came() {
        let (_folder, store) = fresh().await;
        let (shop, first, second) = conformance::shop(&store).await;
        let mut dice = 7_u64;
        let mut below = |most: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % most
        };
        for _ in 0..300 {
            let device = [first, second][usize::from(below(2) == 0)];
            let mut event = || {
                let kind = if below(100) == 0 { "customer.erased" } else { "customer.changed" };
                conformance::of_person(device, below(500) + 1, below(800), kind, "{}")
            };
            store.append(shop, device, vec![event(), event()], 0).await.unwrap();
        }
        let rows = sqlx::query("SELECT seq, text, erasing FROM events ORDER BY seq").fetch_all(&store.readers).await;
        let read = |row: &SqliteRow| (row.get::<i64, _>(0) as u64, Envelope::read(row.get(1)).unwrap(), row.get(2));
        let rows: Vec<(u64, Envelope, i64)> = rows.unwrap().iter().map(read).collect();
        let asking = rows.iter().filter(|(_, envelope, _)| erasure::asks(envelope));
        let asking: Vec<Asking> =
            asking.map(|(seq, it, _)| Asking { device: it.device, counter: it.counter, seq: Some(*seq) }).collect();
        let mut told = HashMap::new();
        for (seq, envelope, erasing) in rows.iter().filter(|(_, envelope, _)| !erasure::asks(envelope)) {
            let knew = asking.iter().all(|asking| asking.was_known_to(envelope, Some(*seq)));
            assert_eq!(*erasing, if knew { NOTHING } else { ERASED }, "{seq}");
            *told.entry(knew).or_insert(0) += 1;
        }
        assert!(told[&true] > 0 && told[&false] > 50, "{told:?}");
    }

    /// Once what was put aside was read through for each of them.
    #[tokio::test]
    async fn many_who_ask_at_once_cost_little_more_than_one() {
        let (_folder, store) = fresh().await;
        let (shop, first, second) = conformance::shop(&store).await;
        let garbage = |n| Arrival::read(format!("{{\"n\":{n},\"pad\":\"{}\"}}", "x".repeat(7_900)), first, 0);
        assert_eq!(store.append(shop, first, (0..500).map(garbage).collect(), 0).await.unwrap().unkept, 0);
        let ask = |n: u64| {
            let asks = conformance::of_person(second, n, 0, "customer.erased", "{}").text;
            Arrival::read(
                asks.replace(&Uuid::from_u128(0x0ba5).to_string(), &Uuid::from_u128(n.into()).to_string()),
                second,
                0,
            )
        };
        let mut took = Vec::new();
        for range in [1..=1, 2..=100] {
            let begun = std::time::Instant::now();
            store.append(shop, second, range.map(ask).collect(), 0).await.unwrap();
            took.push(begun.elapsed());
        }
        assert!(took[1] < took[0] * 20, "{took:?}");
    }

    #[tokio::test]
    async fn tables_of_the_first_version_are_brought_to_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stallbook.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let before = SqlitePool::connect_with(options).await.unwrap();
        let mut first = migrations();
        first.migrations.to_mut().truncate(1);
        first.run(&before).await.unwrap();
        sqlx::query("INSERT INTO meta (one, epoch) VALUES (1, ?)")
            .bind(blob(&Uuid::from_u128(7)))
            .execute(&before)
            .await
            .unwrap();
        before.close().await;
        let store = SqliteStore::open_file(&file, Uuid::from_u128(8)).await.unwrap();
        assert_eq!(store.epoch().await.unwrap(), Uuid::from_u128(7));
        conformance::a_blob_is_kept_once_and_is_its_shops(&store).await;
    }

    #[tokio::test]
    async fn a_second_start_keeps_the_epoch() {
        let (folder, store) = fresh().await;
        store.close().await;
        let again = SqliteStore::open_file(&folder.path().join("stallbook.db"), Uuid::from_u128(2)).await.unwrap();
        assert_eq!(again.epoch().await.unwrap(), Uuid::from_u128(1));
        again.renew_epoch(Uuid::from_u128(3)).await.unwrap();
        assert_eq!(again.epoch().await.unwrap(), Uuid::from_u128(3));
    }
}
