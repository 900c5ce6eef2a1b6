//! Whether a database has the tables of this server and nothing else. A copy comes from elsewhere: a trigger in it would
//! run inside the server's writes, a view would stand where a table is thought to be.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::migrations;
use crate::store::StoreFault;

/// Kind and name, and how it was written.
type Schema = BTreeMap<(String, String), String>;

/// What a database has that no server of its version makes, and what of that it lacks, in words.
pub async fn strange(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreFault> {
    let had = schema(connection).await?;
    let named = |(kind, name): &(String, String)| format!("{kind} {name} is not this server's");
    // Before anything is read that they might stand in for.
    let code = had.keys().filter(|(kind, _)| kind != "table" && kind != "index");
    let code: Vec<String> = code.map(named).collect();
    if !code.is_empty() {
        return Ok(code);
    }
    let version = sqlx::query("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await?;
    let version: Option<i64> = version.try_get(0)?;
    if version > migrations().iter().map(|step| step.version).max() {
        return Err(StoreFault::Newer);
    }
    let mut made = SqliteConnection::connect_with(&SqliteConnectOptions::new().in_memory(true)).await?;
    let steps = migrations().iter().filter(|step| Some(step.version) <= version).cloned().collect();
    Migrator::with_migrations(steps).run(&mut made).await?;
    let made = schema(&mut made).await?;
    let strange = had.iter().filter(|(named, text)| made.get(named) != Some(text)).map(|(it, _)| named(it));
    let missing = made.keys().filter(|named| !had.contains_key(named));
    Ok(strange.chain(missing.map(|(kind, name)| format!("{kind} {name} is missing"))).collect())
}

/// All but what SQLite adds by itself, which holds no code.
async fn schema(connection: &mut SqliteConnection) -> Result<Schema, StoreFault> {
    let rows = sqlx::query(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_schema
         WHERE NOT (type IN ('table', 'index') AND name LIKE 'sqlite\\_%' ESCAPE '\\')",
    );
    let read = |row: &SqliteRow| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?));
    rows.fetch_all(connection).await?.iter().map(read).collect()
}
