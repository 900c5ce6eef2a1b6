//! The store on SQLite: one connection writes, a few read; WAL, and every commit on the disk before it is called one.

mod blobs;
pub mod check;
mod devices;
mod erasing;
#[cfg(test)]
mod failing;
mod log;
mod pairing;
mod quarantine;
pub mod schema;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
#[cfg(test)]
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::error::BoxDynError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous, SqliteTypeInfo,
    SqliteValueRef,
};
use sqlx::{Connection, Decode, SqlSafeStr, Sqlite, SqliteConnection, Transaction, Type};
use uuid::Uuid;

use super::StoreFault;
use super::lifecycle::LifecycleStore;
use crate::options::PATIENCE;

/// Readers side by side; a writer does not keep them waiting.
const READERS: u32 = 4;
/// Rows that are read before someone asks for them: with the largest texts a page's worth, and with small ones as fast as
/// a thousand.
const READ_AHEAD: usize = 16;

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
            .bind(epoch)
            .execute(&store.writer)
            .await?;
        Ok(store)
    }

    /// Opens a database that is there and of this version, and changes nothing: a server may have it.
    pub async fn attach(options: SqliteConnectOptions) -> Result<Self, StoreFault> {
        let store = Self::connect(options.create_if_missing(false), PATIENCE).await?;
        let had: i64 =
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&store.readers).await?;
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

/// A column of so many bytes: a hash, a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> Type<Sqlite> for Bytes<N> {
    fn type_info() -> SqliteTypeInfo {
        <[u8] as Type<Sqlite>>::type_info()
    }
}

impl<'r, const N: usize> Decode<'r, Sqlite> for Bytes<N> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<&[u8]>::decode(value)?.try_into()?))
    }
}

/// Sequences and counters are checked to fit when they come in; what is asked for beyond them means "the end".
fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[async_trait]
impl LifecycleStore for SqliteStore {
    async fn epoch(&self) -> Result<Uuid, StoreFault> {
        Ok(sqlx::query_scalar("SELECT epoch FROM meta").fetch_one(&self.readers).await?)
    }

    async fn renew_epoch(&self, epoch: Uuid) -> Result<(), StoreFault> {
        sqlx::query("UPDATE meta SET epoch = ?").bind(epoch).execute(&self.writer).await?;
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
}
