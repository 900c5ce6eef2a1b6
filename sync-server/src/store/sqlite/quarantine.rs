//! What is put aside: kept within a device's share, and read again a page at a time.

use async_trait::async_trait;
use futures::TryStreamExt;
use protocol::{MAX_EVENT_BYTES, ProblemType};
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::{SqliteStore, int};
use crate::store::StoreFault;
use crate::store::plan::{Arrival, Refusal};
use crate::store::quarantine::{MOST_ASIDE, MOST_ASIDE_BYTES, QuarantineStore, QuarantinedEvent};

#[async_trait]
impl QuarantineStore for SqliteStore {
    async fn quarantined(
        &self,
        shop: Uuid,
        before: Option<i64>,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<QuarantinedEvent>, StoreFault> {
        let mut rows = sqlx::query(
            "SELECT no, device, event, problem, detail, received_ms, text, bytes FROM quarantine
             WHERE shop = ? AND no < ? ORDER BY no DESC LIMIT ?",
        )
        .bind(shop)
        .bind(before.unwrap_or(i64::MAX))
        .bind(int(limit as u64))
        .fetch(&self.readers);
        let mut asides = Vec::new();
        let mut room = Some(bytes);
        while let Some(row) = rows.try_next().await? {
            let text: String = row.try_get("text")?;
            room = room.and_then(|room| room.checked_sub(text.len()));
            asides.push(QuarantinedEvent {
                no: row.try_get("no")?,
                device: row.try_get("device")?,
                event: row.try_get("event")?,
                kind: problem_of(row.try_get("problem")?),
                detail: row.try_get("detail")?,
                received_ms: row.try_get("received_ms")?,
                bytes: row.try_get("bytes")?,
                text,
            });
            if room.is_none() {
                break;
            }
        }
        Ok(asides)
    }
}

/// Keeps what was refused, within the device's share; answers how many of it there was no room for.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    shop: Uuid,
    device: Uuid,
    arrivals: &[Arrival],
    asides: &[(usize, Refusal)],
    now: i64,
) -> Result<usize, StoreFault> {
    if asides.is_empty() {
        return Ok(0);
    }
    let share = sqlx::query_as(
        "SELECT count(*), coalesce(sum(octet_length(text)), 0) FROM quarantine WHERE shop = ? AND device = ?",
    );
    let (mut kept, mut bytes): (i64, i64) = share.bind(shop).bind(device).fetch_one(&mut *connection).await?;
    let mut unkept = 0;
    for (at, refusal) in asides {
        let Some(arrival) = arrivals.get(*at) else { continue };
        let text = arrival.text.get(..arrival.text.floor_char_boundary(MAX_EVENT_BYTES)).unwrap_or_default();
        if kept >= MOST_ASIDE || bytes + int(text.len() as u64) > MOST_ASIDE_BYTES {
            unkept += 1;
            continue;
        }
        let done = sqlx::query(
            "INSERT INTO quarantine (shop, device, event, problem, detail, hash, received_ms, text, bytes)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(shop)
        .bind(device)
        .bind(refusal.id)
        .bind(problem_key(refusal.kind))
        .bind(refusal.detail.as_deref())
        .bind(arrival.hash.as_slice())
        .bind(now)
        .bind(text)
        .bind(int(arrival.text.len() as u64))
        .execute(&mut *connection)
        .await?;
        if done.rows_affected() == 1 {
            (kept, bytes) = (kept + 1, bytes + int(text.len() as u64));
        }
    }
    Ok(unkept)
}

/// A problem type as it is on the wire, so that what was stored can be read by any version.
fn problem_key(kind: ProblemType) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn problem_of(key: &str) -> ProblemType {
    serde_json::from_value(key.into()).unwrap_or(ProblemType::Unknown)
}
