//! `POST shops/{shop}/push`: a device's new events go to the end of the log, and everyone hears of them.

use std::fmt::Write;

use axum::Json;
use axum::extract::State;
use protocol::api::{Push, PushResult, PushStatus, Pushed};
use protocol::{MAX_PUSH_EVENTS, Problem, ProblemType, envelope};
use tokio::time::timeout;
use uuid::Uuid;

use crate::fault::Fault;
use crate::services::channels::News;
use crate::services::metrics::Became;
use crate::state::{App, Caller, Shared, Upload};
use crate::store::log::Appended;
use crate::store::plan::{Arrival, Outcome};

/// Above this a poke goes out without the events.
const POKE_BYTES: usize = 64 * 1024;

/// Takes a push. One result for each event: one that can't be taken does not hold up the others.
pub async fn push(State(app): State<Shared>, caller: Caller, Upload(body): Upload) -> Result<Json<Pushed>, Fault> {
    let push: Push = serde_json::from_slice(&body).map_err(|error| {
        // The parser's message may quote the events, so only the place goes out.
        let place = format!("not a push, at line {} column {}", error.line(), error.column());
        Fault::Because(ProblemType::Malformed, place)
    })?;
    if push.device != caller.device {
        return Err(ProblemType::Forbidden.into());
    }
    if push.events.len() > MAX_PUSH_EVENTS {
        return Err(Fault::Because(ProblemType::TooLarge, format!("a push has at most {MAX_PUSH_EVENTS} events")));
    }
    app.budgets.events.check(&caller, app.now())?;
    // Its body may have taken two minutes.
    app.is_in(&caller).await?;
    // A task of its own: a client that goes away stops neither the commit nor the poke.
    let work = app.tasks.spawn(append(app.clone(), caller, push));
    let (now, appended) = work.await.map_err(|_| ProblemType::Internal)??;
    Ok(Json(Pushed {
        epoch: app.epoch,
        head: appended.head,
        server_time: now,
        device_high: appended.device_high,
        results: appended.outcomes.into_iter().map(result).collect(),
    }))
}

async fn append(app: Shared, caller: Caller, push: Push) -> Result<(i64, Appended), Fault> {
    let now = app.now();
    let arrivals: Vec<Arrival> =
        push.events.into_iter().map(|text| Arrival::read(Box::<str>::from(text).into(), caller.device, now)).collect();
    let bytes: Vec<usize> = arrivals.iter().map(|arrival| arrival.text.len()).collect();
    let channel = app.channels.channel(caller.shop);
    let _turn = timeout(app.patience, channel.push_lock.lock()).await.map_err(|_| ProblemType::Unavailable)?;
    let texts: Option<Vec<String>> =
        channel.has_listeners().then(|| arrivals.iter().map(|arrival| arrival.text.clone()).collect());
    let appended = app.store.append(caller.shop, caller.device, arrivals, now).await?;
    let (mut stored, mut aside, mut new_bytes) = (0_usize, 0_usize, 0_u64);
    for (outcome, bytes) in appended.outcomes.iter().zip(bytes) {
        if !matches!(outcome, Outcome::Duplicate(..)) {
            new_bytes += bytes as u64;
        }
        match outcome {
            Outcome::Stored(..) => stored += 1,
            Outcome::Quarantined(_) => aside += 1,
            Outcome::Duplicate(..) => {}
        }
    }
    // It is kept already: what is over the budget is refused from the next push on.
    let _ = app.budgets.events.spend(&caller, new_bytes, now);
    app.metrics.became(Became::Stored, stored);
    app.metrics.became(Became::Duplicate, appended.outcomes.len() - stored - aside);
    app.metrics.became(Became::Aside, aside - appended.unkept);
    app.metrics.became(Became::Unkept, appended.unkept);
    if aside > 0 {
        let unkept = appended.unkept;
        tracing::warn!(shop = %caller.shop, device = %caller.device, aside, unkept, "events were put aside");
    }
    // Who began to listen since then hears of it too, without the events.
    if stored > 0 {
        let texts = texts.as_deref().filter(|_| !appended.erased);
        channel.tell(poke(&app, caller.device, &appended, texts, now));
    }
    Ok((now, appended))
}

fn poke(app: &App, by: Uuid, appended: &Appended, texts: Option<&[String]>, now: i64) -> News {
    let mut few = texts.map(|_| String::new());
    for (text, outcome) in texts.unwrap_or_default().iter().zip(&appended.outcomes) {
        let Outcome::Stored(_, stamp) = outcome else { continue };
        few = few.filter(|events| events.len() + text.len() <= POKE_BYTES).map(|mut events| {
            if !events.is_empty() {
                events.push(',');
            }
            events.push_str(&envelope::stamp(text, stamp));
            events
        });
    }
    let brief = poke_text(app, appended.head, appended.digest, now, "");
    let full = few.map_or_else(
        || brief.clone(),
        |events| poke_text(app, appended.head, appended.digest, now, &format!(",\"events\":[{events}]")),
    );
    News::Poke { by, full: full.into(), brief: brief.into() }
}

/// A [`protocol::api::Poke`], written by hand: the events go out as they came in, byte for byte.
pub fn poke_text(app: &App, head: u64, digest: protocol::Digest, now: i64, events: &str) -> String {
    let mut text = String::with_capacity(events.len() + 160);
    let epoch = app.epoch;
    // Writing to a string cannot fail.
    let _ =
        write!(text, "{{\"head\":{head},\"epoch\":\"{epoch}\",\"server_time\":{now},\"digest\":\"{digest}\"{events}}}");
    text
}

fn result(outcome: Outcome) -> PushResult {
    let (status, id, stamp) = match outcome {
        Outcome::Stored(id, stamp) => (PushStatus::Stored, id, stamp),
        Outcome::Duplicate(id, stamp) => (PushStatus::Duplicate, id, stamp),
        Outcome::Quarantined(refusal) => {
            return PushResult {
                id: refusal.id.unwrap_or_default(),
                status: PushStatus::Quarantined,
                seq: None,
                received_ms: None,
                flags: Vec::new(),
                problem: Some(Problem::new(refusal.kind, refusal.detail)),
            };
        }
    };
    PushResult {
        id,
        status,
        seq: Some(stamp.seq),
        received_ms: Some(stamp.received_ms),
        flags: stamp.flags,
        problem: None,
    }
}
