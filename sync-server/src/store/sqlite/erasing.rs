//! Erasing people from the log (docs/decisions/0010), in the transaction of the push that asks for it.

use std::collections::HashSet;

use futures::TryStreamExt;
use protocol::Envelope;
use protocol::erasure::{self, ErasureRequest};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::int;
use crate::store::StoreFault;
use crate::store::plan::NewRow;

/// What the column `erasing` says of an event: nothing, …
pub(super) const NOTHING: i64 = 0;
/// … that it asks that the person of its stream be erased, …
pub(super) const ASKS: i64 = 1;
/// … or that its body was erased.
pub(super) const ERASED: i64 = 2;

/// Erases what was said of people by those who did not know that they had asked for that: what has just come of
/// `device`, and, where that asks, what the log had. Answers whether anything of what has just come is erased. What was
/// left before is not read again, however much of it there is.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    rows: &[NewRow],
) -> Result<bool, StoreFault> {
    let people: HashSet<Uuid> = rows.iter().filter_map(|row| row.read.person).collect();
    let first = rows.first().map_or(u64::MAX, |row| row.stamp.seq);
    let mut of_the_new = false;
    let asked_for = asked_for(connection, shop, &people).await?;
    for person in &asked_for {
        let asking = asking_for(connection, shop, *person).await?;
        let asks = rows.iter().any(|row| row.read.person == Some(*person) && row.read.asks_erasure);
        // No one else has seen what has just come.
        let latest = asking.iter().filter(|it| asks && it.device == device).map(|it| it.counter).max();
        let unknowing: Vec<u64> = sqlx::query_scalar(
            "SELECT seq FROM events WHERE shop = ?1 AND person = ?2
                 AND (seq >= ?3 OR device <> ?4 AND ?5 IS NOT NULL OR counter <= ?5) AND erasing = 0",
        )
        .bind(shop)
        .bind(*person)
        .bind(int(first))
        .bind(device)
        .bind(latest.map(int))
        .fetch_all(&mut *connection)
        .await?;
        for seq in unknowing {
            let text = sqlx::query_scalar("SELECT text FROM events WHERE shop = ? AND seq = ?");
            let text: String = text.bind(shop).bind(int(seq)).fetch_one(&mut *connection).await?;
            // A damaged row stops nobody's push; nothing in it can be read as a name.
            let Ok(envelope) = Envelope::read(&text) else {
                tracing::error!(%shop, seq, "an event of a person who is to be erased can't be read");
                continue;
            };
            if asking.iter().all(|asking| asking.was_known_to(&envelope, Some(seq))) {
                continue;
            }
            let left = erasure::erased(&text).ok_or(StoreFault::Corrupt("event"))?;
            sqlx::query("UPDATE events SET text = ?, erasing = ? WHERE shop = ? AND seq = ?")
                .bind(left)
                .bind(ERASED)
                .bind(shop)
                .bind(int(seq))
                .execute(&mut *connection)
                .await?;
            of_the_new |= seq >= first;
        }
    }
    if !asked_for.is_empty() {
        erase_aside(connection, shop, &asked_for).await?;
    }
    Ok(of_the_new)
}

/// The last that each device asked for this person: who knows of it knows of those before.
async fn asking_for(
    connection: &mut SqliteConnection,
    shop: Uuid,
    person: Uuid,
) -> Result<Vec<ErasureRequest>, StoreFault> {
    let last = sqlx::query_as(
        "SELECT device, max(counter), max(seq) FROM events WHERE shop = ? AND person = ? AND erasing = 1
         GROUP BY device",
    );
    let last: Vec<(Uuid, u64, u64)> = last.bind(shop).bind(person).fetch_all(connection).await?;
    Ok(last.into_iter().map(|(device, counter, seq)| ErasureRequest { device, counter, seq: Some(seq) }).collect())
}

/// What could not be taken in may tell of the people as well: what is of their streams goes, and what names them and
/// can't be read. An order shares its id with its contact: what was put aside of it stays.
async fn erase_aside(connection: &mut SqliteConnection, shop: Uuid, people: &HashSet<Uuid>) -> Result<(), StoreFault> {
    let mut gone = Vec::new();
    let asides = sqlx::query_as::<_, (i64, String)>("SELECT no, text FROM quarantine WHERE shop = ?");
    let mut asides = asides.bind(shop).fetch(&mut *connection);
    while let Some((no, text)) = asides.try_next().await? {
        if erasure::may_tell_of(&text, people) {
            gone.push(no);
        }
    }
    drop(asides);
    for no in gone {
        sqlx::query("DELETE FROM quarantine WHERE no = ?").bind(no).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Those of the people that the log asks to be erased.
async fn asked_for(
    connection: &mut SqliteConnection,
    shop: Uuid,
    people: &HashSet<Uuid>,
) -> Result<HashSet<Uuid>, StoreFault> {
    if people.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT DISTINCT person FROM events WHERE shop = ");
    // Written out: only so does SQLite take the index of those that ask.
    query.push_bind(shop).push(" AND erasing = 1 AND person IN (");
    let mut list = query.separated(", ");
    for person in people {
        list.push_bind(*person);
    }
    query.push(")");
    let asked = query.build_query_scalar().persistent(false).fetch_all(connection).await?;
    Ok(asked.into_iter().collect())
}
