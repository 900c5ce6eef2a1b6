//! The store on SQLite: one connection writes, a few read; WAL, and every commit on the disk before it is called one.

pub mod check;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
#[cfg(test)]
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use protocol::digest::EventHash;
use protocol::erasure::{self, Asking};
use protocol::{BlobId, Digest, Envelope, ProblemType, Stamp};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection, QueryBuilder, Row, SqlSafeStr, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::plan::{Arrival, Held, NewRow, plan};
use super::{
    Appended, Aside, Claim, Device, Head, Join, Joined, Kept, KnownDevice, Page, Range, Revoked, SecretHash, Store,
    StoreFault, flag_bits, flags_of,
};

/// Readers side by side; a writer does not keep them waiting.
const READERS: u32 = 4;
/// How long a call waits for its turn before it says that the database is busy.
const PATIENCE: Duration = Duration::from_secs(10);
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
    pub async fn open(options: SqliteConnectOptions, epoch: Uuid) -> Result<Self, StoreFault> {
        let store = Self::connect(options.create_if_missing(true)).await?;
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
        let store = Self::connect(options.create_if_missing(false)).await?;
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
        Self::open(SqliteConnectOptions::new().filename(file), epoch).await
    }

    async fn connect(options: SqliteConnectOptions) -> Result<Self, StoreFault> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // What was erased is not left in pages that are free.
            .pragma("secure_delete", "ON")
            .row_buffer_size(1_000);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            // A full disk ends a transaction behind the library's back, which then begins no other on this connection.
            .before_acquire(|writer, _| Box::pin(async { Ok(!writer.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
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

fn migrations() -> Migrator {
    let step = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        step(1, "log", include_str!("../../migrations/sqlite/0001_log.sql")),
        step(2, "blobs", include_str!("../../migrations/sqlite/0002_blobs.sql")),
        step(3, "heard", include_str!("../../migrations/sqlite/0003_heard.sql")),
        step(4, "erasing", include_str!("../../migrations/sqlite/0004_erasing.sql")),
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
    let mut query = QueryBuilder::<Sqlite>::new("SELECT id, seq, hash, received_ms, flags FROM events WHERE shop = ");
    query.push_bind(blob(&shop)).push(" AND id IN (");
    let mut list = query.separated(", ");
    for id in &ids {
        list.push_bind(blob(id));
    }
    query.push(")");
    for row in query.build().persistent(false).fetch_all(connection).await? {
        let (seq, received_ms, flags) = (count_at(&row, 1)?, row.try_get(3)?, flags_of(row.try_get(4)?));
        let stamp = Stamp { seq, received_ms, flags, hash: None };
        held.insert(id_at(&row, 0)?, Held { hash: bytes_at::<32>(&row, 2)? as EventHash, stamp });
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

/// What the column `erasing` says of an event: nothing, …
const NOTHING: i64 = 0;
/// … that it asks that the person of its stream be erased, …
const ASKS: i64 = 1;
/// … or that its body was erased.
const ERASED: i64 = 2;

/// Erases what was said of people by those who did not know that they had asked for that: what the log had, and what
/// has just come. Answers whether anything of what has just come is erased.
async fn erase(connection: &mut SqliteConnection, shop: Uuid, rows: &[NewRow]) -> Result<bool, StoreFault> {
    let people: HashSet<Uuid> = rows.iter().filter_map(|row| row.read.person).collect();
    let first = rows.first().map_or(u64::MAX, |row| row.stamp.seq);
    let mut of_the_new = false;
    for person in asked_for(connection, shop, &people).await? {
        let events = sqlx::query("SELECT seq, text, erasing FROM events WHERE shop = ? AND person = ? ORDER BY seq")
            .bind(blob(&shop))
            .bind(blob(&person))
            .fetch_all(&mut *connection)
            .await?
            .iter()
            .map(|row| Ok((count_at(row, 0)?, row.try_get(1)?, row.try_get(2)?)))
            .collect::<Result<Vec<(u64, String, i64)>, StoreFault>>()?;
        let read = |text: &str| Envelope::read(text).map_err(|_| StoreFault::Corrupt("event"));
        let mut asking = Vec::new();
        for (seq, text, _) in events.iter().filter(|(.., erasing)| *erasing == ASKS) {
            let envelope = read(text)?;
            asking.push(Asking { device: envelope.device, counter: envelope.counter, seq: Some(*seq) });
        }
        for (seq, text, _) in events.iter().filter(|(.., erasing)| *erasing == NOTHING) {
            let envelope = read(text)?;
            if asking.iter().all(|asking| asking.was_known_to(&envelope)) {
                continue;
            }
            let left = erasure::erased(text).ok_or(StoreFault::Corrupt("event"))?;
            sqlx::query("UPDATE events SET text = ?, erasing = ? WHERE shop = ? AND seq = ?")
                .bind(left)
                .bind(ERASED)
                .bind(blob(&shop))
                .bind(int(*seq))
                .execute(&mut *connection)
                .await?;
            of_the_new |= *seq >= first;
        }
        // What could not be taken in may tell of the person as well.
        sqlx::query("DELETE FROM quarantine WHERE shop = ? AND instr(text, ?) > 0")
            .bind(blob(&shop))
            .bind(person.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(of_the_new)
}

/// Those of the people that the log asks to be erased.
async fn asked_for(
    connection: &mut SqliteConnection,
    shop: Uuid,
    people: &HashSet<Uuid>,
) -> Result<Vec<Uuid>, StoreFault> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT DISTINCT person FROM events WHERE shop = ");
    query.push_bind(blob(&shop)).push(" AND erasing = ").push_bind(ASKS).push(" AND person IN (");
    let mut list = query.separated(", ");
    for person in people {
        list.push_bind(blob(person));
    }
    query.push(")");
    let rows = query.build().persistent(false).fetch_all(connection).await?;
    rows.iter().map(|row| id_at(row, 0)).collect()
}

/// The greatest counter without a gap, looked for from where it was known to be.
async fn device_high(connection: &mut SqliteConnection, shop: Uuid, device: Uuid) -> Result<u64, StoreFault> {
    let row = sqlx::query(
        "WITH known AS (SELECT high FROM devices WHERE shop = ?1 AND id = ?2)
         SELECT coalesce(
             (SELECT e.counter FROM events e, known
              WHERE e.shop = ?1 AND e.device = ?2 AND e.counter > known.high
                AND EXISTS (SELECT 1 FROM events f
                            WHERE f.shop = ?1 AND f.device = ?2 AND f.counter = known.high + 1)
                AND NOT EXISTS (SELECT 1 FROM events n
                                WHERE n.shop = ?1 AND n.device = ?2 AND n.counter = e.counter + 1)
              ORDER BY e.counter LIMIT 1),
             (SELECT high FROM known), 0)",
    )
    .bind(blob(&shop))
    .bind(blob(&device))
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
        Ok(self.begin().await?.rollback().await?)
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
        let row = sqlx::query("SELECT claimed_shop, claimed_device FROM meta WHERE setup_hash = ?")
            .bind(claim.setup_hash.as_slice())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(false) };
        if row.try_get::<Option<&[u8]>, _>(0)?.is_some() {
            let same = id_at(&row, 0)? == claim.shop && id_at(&row, 1)? == claim.device;
            let pushed = sqlx::query("SELECT 1 FROM events WHERE shop = ? AND device = ? LIMIT 1")
                .bind(blob(&claim.shop))
                .bind(blob(&claim.device))
                .fetch_optional(&mut *tx)
                .await?;
            if !same || pushed.is_some() {
                return Ok(false);
            }
            let done =
                sqlx::query("UPDATE devices SET credential_hash = ? WHERE shop = ? AND id = ? AND revoked_ms IS NULL")
                    .bind(claim.credential_hash.as_slice())
                    .bind(blob(&claim.shop))
                    .bind(blob(&claim.device))
                    .execute(&mut *tx)
                    .await?;
            tx.commit().await?;
            return Ok(done.rows_affected() == 1);
        }
        sqlx::query("INSERT INTO shops (id, digest, created_ms) VALUES (?, ?, ?)")
            .bind(blob(&claim.shop))
            .bind(Digest::default().0.as_slice())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        add_device(&mut tx, claim.shop, claim.device, &claim.code, &claim.credential_hash, now).await?;
        sqlx::query("UPDATE meta SET claimed_shop = ?, claimed_device = ?")
            .bind(blob(&claim.shop))
            .bind(blob(&claim.device))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn add_pairing(
        &self,
        shop: Uuid,
        code_hash: &SecretHash,
        expires_ms: i64,
        now: i64,
    ) -> Result<bool, StoreFault> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM pairing WHERE expires_ms <= ?").bind(now).execute(&mut *tx).await?;
        let done =
            sqlx::query("INSERT INTO pairing (code_hash, shop, expires_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(code_hash.as_slice())
                .bind(blob(&shop))
                .bind(expires_ms)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn join(&self, join: &Join, now: i64) -> Result<Joined, StoreFault> {
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT shop, used_by FROM pairing WHERE code_hash = ? AND expires_ms > ?")
            .bind(join.code_hash.as_slice())
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(Joined::Refused) };
        let shop = id_at(&row, 0)?;
        let by_another = row.try_get::<Option<&[u8]>, _>(1)?.is_some_and(|device| device != blob(&join.device));
        if by_another || join.shop.is_some_and(|named| named != shop) {
            return Ok(Joined::Refused);
        }
        let taken = sqlx::query("SELECT id, code FROM devices WHERE shop = ?")
            .bind(blob(&shop))
            .fetch_all(&mut *tx)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(1)?, id_at(row, 0)?)))
            .collect::<Result<HashMap<String, Uuid>, StoreFault>>()?;
        let own = taken.iter().find(|(_, device)| **device == join.device).map(|(code, _)| code.clone());
        let code = if let Some(own) = own {
            sqlx::query(
                "UPDATE devices SET credential_hash = ?, last_seen_ms = ?, revoked_ms = NULL WHERE shop = ? AND id = ?",
            )
            .bind(join.credential_hash.as_slice())
            .bind(now)
            .bind(blob(&shop))
            .bind(blob(&join.device))
            .execute(&mut *tx)
            .await?;
            own
        } else {
            let Some(free) = join.codes.iter().find(|code| !taken.contains_key(*code)) else {
                return Ok(Joined::NoCodeFree);
            };
            add_device(&mut tx, shop, join.device, free, &join.credential_hash, now).await?;
            free.clone()
        };
        sqlx::query("UPDATE pairing SET used_by = ? WHERE code_hash = ?")
            .bind(blob(&join.device))
            .bind(join.code_hash.as_slice())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Joined::In { shop, code })
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
            "SELECT id, code, last_seen_ms, high, revoked_ms, heard_ms FROM devices WHERE shop = ? ORDER BY code",
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
            })
        })
        .collect()
    }

    async fn revoke(&self, shop: Uuid, device: Uuid, even_last: bool, now: i64) -> Result<Revoked, StoreFault> {
        let mut tx = self.begin().await?;
        let let_in = sqlx::query("SELECT id FROM devices WHERE shop = ? AND credential_hash IS NOT NULL LIMIT 2")
            .bind(blob(&shop))
            .fetch_all(&mut *tx)
            .await?;
        if let [only] = let_in.as_slice()
            && !even_last
            && id_at(only, 0)? == device
        {
            tx.rollback().await?;
            return Ok(Revoked::Last);
        }
        let done = sqlx::query(
            "UPDATE devices SET credential_hash = NULL, revoked_ms = coalesce(revoked_ms, ?) WHERE shop = ? AND id = ?",
        )
        .bind(now)
        .bind(blob(&shop))
        .bind(blob(&device))
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM pairing WHERE shop = ? AND used_by = ?")
            .bind(blob(&shop))
            .bind(blob(&device))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(if done.rows_affected() == 1 { Revoked::Out } else { Revoked::Unknown })
    }

    async fn append(&self, shop: Uuid, device: Uuid, arrivals: Vec<Arrival>, now: i64) -> Result<Appended, StoreFault> {
        let mut tx = self.begin().await?;
        let head = head_of(&mut tx, shop).await?;
        let held = held_of(&mut tx, shop, &arrivals).await?;
        let counters = counters_of(&mut tx, shop, device, &arrivals).await?;
        let plan = plan(&arrivals, held, counters, head.seq, head.digest, now);
        insert(&mut tx, shop, device, &arrivals, &plan.rows).await?;
        let erased = erase(&mut tx, shop, &plan.rows).await?;
        for (at, refusal) in &plan.asides {
            let Some(arrival) = arrivals.get(*at) else { continue };
            sqlx::query(
                "INSERT INTO quarantine (shop, device, event, problem, detail, hash, received_ms, text)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(blob(&shop))
            .bind(blob(&device))
            .bind(refusal.id.as_ref().map(blob))
            .bind(problem_key(refusal.kind))
            .bind(refusal.detail.as_deref())
            .bind(arrival.hash.as_slice())
            .bind(now)
            .bind(arrival.text.as_str())
            .execute(&mut *tx)
            .await?;
        }
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
            tx.commit().await?;
        }
        if erased || plan.rows.iter().any(|row| row.read.asks_erasure) {
            // The log of recent writes still holds what the tables do not any more. Where a reader is in the way, the
            // next one empties it.
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        }
        Ok(Appended { head: plan.head, digest: plan.digest, device_high, outcomes: plan.outcomes, erased })
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
                "SELECT id, seq, received_ms, flags, CASE WHEN device = ? THEN NULL ELSE text END,
                     CASE WHEN erasing = 2 THEN hash END
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
                let text: Option<String> = row.try_get(4)?;
                bytes += text.as_ref().map_or(0, String::len);
                let (seq, received_ms, flags) = (count_at(&row, 1)?, row.try_get(2)?, flags_of(row.try_get(3)?));
                let erased = row.try_get::<Option<&[u8]>, _>(5)?.is_some();
                let hash = if erased { Some(bytes_at(&row, 5)?) } else { None };
                let stamp = Stamp { seq, received_ms, flags, hash };
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

    async fn quarantined(&self, shop: Uuid, limit: usize) -> Result<Vec<Aside>, StoreFault> {
        sqlx::query(
            "SELECT device, event, problem, detail, received_ms, text FROM quarantine WHERE shop = ?
             ORDER BY no DESC LIMIT ?",
        )
        .bind(blob(&shop))
        .bind(int(limit as u64))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            let event = row.try_get::<Option<&[u8]>, _>(1)?.map(|_| id_at(row, 1)).transpose()?;
            Ok(Aside {
                device: id_at(row, 0)?,
                event,
                kind: problem_of(row.try_get(2)?),
                detail: row.try_get(3)?,
                received_ms: row.try_get(4)?,
                text: row.try_get(5)?,
            })
        })
        .collect()
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

/// A problem type as it is on the wire, so that what was stored can be read by any version.
fn problem_key(kind: ProblemType) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn problem_of(key: &str) -> ProblemType {
    serde_json::from_value(key.into()).unwrap_or(ProblemType::Unknown)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
