#!/usr/bin/env bash
# sqlx 0.9.0 on SQLite (sqlx-sqlite 0.9.0, bundled library): a write that fails inside a transaction because the database
# may not grow ("database or disk is full") makes SQLite end the transaction by itself. The library's own ROLLBACK then
# fails, its count of open transactions stays at 1, and the pooled connection begins no transaction any more, for good,
# also when there is room again: "attempted to call begin_with at non-zero transaction depth". Statements without a
# transaction go on. `Connection::is_in_transaction` tells such a connection apart, so that a pool can drop it.
#
# Expected before: a transaction that was dropped leaves its connection as it was before. Seen: see the last lines.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "sqlite-bundled"] }
tokio = { version = "1", features = ["macros", "rt"] }
TOML
cat > "$work/src/main.rs" <<'RUST'
use sqlx::Connection;
use sqlx::sqlite::SqlitePoolOptions;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    let file = std::env::args().nth(1).expect("a file");
    let pool = SqlitePoolOptions::new().max_connections(1).connect(&format!("sqlite:{file}?mode=rwc")).await?;
    sqlx::query("CREATE TABLE t (b BLOB)").execute(&pool).await?;
    sqlx::query("PRAGMA max_page_count = 20").execute(&pool).await?;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let full = sqlx::query("INSERT INTO t VALUES (zeroblob(500000))").execute(&mut *tx).await;
    println!("in a transaction: {}", full.expect_err("no room"));
    drop(tx);
    sqlx::query("PRAGMA max_page_count = 10000").execute(&pool).await?;
    sqlx::query("INSERT INTO t VALUES (zeroblob(500000))").execute(&pool).await?;
    println!("with room again, without a transaction: stored");
    println!("is_in_transaction: {}", pool.acquire().await?.is_in_transaction());
    match pool.begin_with("BEGIN IMMEDIATE").await {
        Ok(_) => println!("begin: begun"),
        Err(error) => println!("begin: {error}"),
    }
    Ok(())
}
RUST
said=$(cd "$work" && cargo run --quiet -- "$work/data.db")
echo "$said"
grep -q "in a transaction: .*database or disk is full" <<<"$said"
grep -q "without a transaction: stored" <<<"$said"
grep -q "is_in_transaction: true" <<<"$said"
grep -q "begin: attempted to call begin_with at non-zero transaction depth" <<<"$said"
