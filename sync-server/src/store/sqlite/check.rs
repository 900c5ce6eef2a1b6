//! Whether a database is what was written: its pages, its sequences, its digests, its pictures.

use futures::TryStreamExt;
use protocol::digest::event_hash;
use protocol::{BlobId, Digest};
use sqlx::{Connection, FromRow, Row, SqliteConnection};
use uuid::Uuid;

use super::erasing::ERASED;
use super::{Bytes, SqliteStore, schema};
use crate::store::StoreFault;

/// Faults that are told; who has these knows enough.
const TOLD: usize = 20;
/// All but the pictures, which may be a thousand times the rest.
const SMALL_TABLES: [&str; 6] = ["meta", "shops", "devices", "pairing", "events", "quarantine"];

/// What a check looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Checked {
    /// Events of all shops.
    pub events: u64,
    /// Pictures of all shops.
    pub pictures: u64,
    /// What is wrong, in words; nothing of anyone's data.
    pub faults: Vec<String>,
}

impl Checked {
    fn fault(&mut self, fault: impl Into<String>) {
        if self.faults.len() < TOLD {
            self.faults.push(fault.into());
        }
    }
}

impl SqliteStore {
    /// What a start can afford: the pages of every table but the pictures', and where each log ends.
    pub async fn check_quickly(&self) -> Result<Checked, StoreFault> {
        let mut connection = self.readers.acquire().await?;
        let mut tx = connection.begin().await?;
        let mut checked = Checked::default();
        for table in SMALL_TABLES {
            pragma(&mut tx, &format!("PRAGMA quick_check({table})"), &mut checked).await?;
        }
        ends(&mut tx, &mut checked).await?;
        Ok(checked)
    }

    /// What it has beside this server's tables, which no restore would take.
    pub async fn strange(&self) -> Result<Vec<String>, StoreFault> {
        schema::strange(&mut *self.readers.acquire().await?).await
    }

    /// Everything: each page and index, each event's hash and the digest that follows from it, each picture's name.
    pub async fn check(&self) -> Result<Checked, StoreFault> {
        check(&mut *self.readers.acquire().await?).await
    }
}

/// Everything, of a database that need not be a server's.
pub async fn check(connection: &mut SqliteConnection) -> Result<Checked, StoreFault> {
    // One moment of the database, whatever is written beside it.
    let mut tx = connection.begin().await?;
    let mut checked = Checked::default();
    pragma(&mut tx, "PRAGMA integrity_check", &mut checked).await?;
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await? {
        checked.fault(format!("a row of {} belongs to nothing", row.try_get::<&str, _>(0)?));
    }
    ends(&mut tx, &mut checked).await?;
    log(&mut tx, &mut checked).await?;
    let mut pictures = sqlx::query("SELECT id, bytes FROM blobs").fetch(&mut *tx);
    while let Some(row) = pictures.try_next().await? {
        let id = BlobId(row.try_get::<Bytes<32>, _>("id")?.0);
        checked.pictures += 1;
        if id != BlobId::of(row.try_get("bytes")?) {
            checked.fault(format!("picture {id} is not what its name says"));
        }
    }
    drop(pictures);
    Ok(checked)
}

async fn pragma(connection: &mut SqliteConnection, pragma: &str, checked: &mut Checked) -> Result<(), StoreFault> {
    for row in sqlx::query(sqlx::AssertSqlSafe(pragma.to_owned())).fetch_all(connection).await? {
        match row.try_get(0)? {
            "ok" => {}
            fault => checked.fault(fault.replace('\n', "; ")),
        }
    }
    Ok(())
}

/// Each shop's log has as many events as its head says, and ends with the digest that the shop knows.
async fn ends(connection: &mut SqliteConnection, checked: &mut Checked) -> Result<(), StoreFault> {
    #[derive(FromRow)]
    struct End {
        shop: Uuid,
        head: u64,
        digest: Bytes<16>,
        events: u64,
        last: u64,
        last_digest: Bytes<16>,
    }
    let ends = sqlx::query_as(
        "SELECT id AS shop, head, digest,
             (SELECT count(*) FROM events WHERE shop = shops.id) AS events,
             coalesce((SELECT max(seq) FROM events WHERE shop = shops.id), 0) AS last,
             coalesce((SELECT digest FROM events WHERE shop = shops.id AND seq = shops.head), zeroblob(16))
                 AS last_digest
         FROM shops",
    );
    for End { shop, head, digest, events, last, last_digest } in ends.fetch_all(connection).await? {
        if (events, last) != (head, head) {
            checked
                .fault(format!("shop {shop}: the log should have {head} events; it has {events}, the last is {last}"));
        }
        if digest != last_digest {
            checked.fault(format!("shop {shop}: the log ends with another digest than the shop's"));
        }
    }
    Ok(())
}

/// Each event is what its hash says, each digest follows from the one before.
async fn log(connection: &mut SqliteConnection, checked: &mut Checked) -> Result<(), StoreFault> {
    let mut events =
        sqlx::query("SELECT shop, seq, hash, digest, erasing, text FROM events ORDER BY shop, seq").fetch(connection);
    let (mut shop, mut before, mut digest) = (Uuid::nil(), 0, Digest::default());
    while let Some(row) = events.try_next().await? {
        let of: Uuid = row.try_get("shop")?;
        if shop != of {
            (shop, before, digest) = (of, 0, Digest::default());
        }
        let (seq, Bytes(hash), Bytes(stored)): (u64, _, _) =
            (row.try_get("seq")?, row.try_get("hash")?, row.try_get("digest")?);
        checked.events += 1;
        if seq != before + 1 {
            checked.fault(format!("shop {shop}: event {seq} follows event {before}"));
        }
        if row.try_get::<i64, _>("erasing")? != ERASED && event_hash(row.try_get("text")?) != hash {
            checked.fault(format!("shop {shop}: event {seq} is not what its hash says"));
        }
        (before, digest) = (seq, digest.then(&hash));
        if digest != Digest(stored) {
            checked.fault(format!("shop {shop}: the digest at event {seq} does not follow from those before"));
            digest = Digest(stored);
        }
    }
    Ok(())
}
