//! What an operator wants to know: counted for `/metrics` (Prometheus' text form), and what matters said in the log.
//! Labels are words of this file alone: nothing that a person or a device wrote.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What was refused is said in the log once a minute of each kind, with how often.
const SAY_EVERY_MS: i64 = 60_000;
/// Bounds of the calls' times, in seconds.
const SECONDS: [f64; 8] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0];

/// What somebody was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Refused {
    /// A wrong or used set-up code.
    SetupCode,
    /// A wrong, used or old pairing code.
    PairingCode,
    /// The id of a device that the shop knows, without a proof.
    KnownDevice,
    /// Too many wrong codes.
    Limit,
    /// One device more than a shop may have, or let in a day.
    Crowd,
    /// A credential that is wrong, revoked or too long unused.
    Credential,
    /// A credential of another shop.
    Shop,
}

/// What became of an event that was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Became {
    /// New in the log.
    Stored,
    /// In the log already.
    Duplicate,
    /// Put aside.
    Aside,
    /// Refused, and no room left to keep it aside.
    Unkept,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    route: String,
    status: u16,
}

/// One label.
type Of<K> = [(&'static str, K); 1];

/// The counts since the start.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<Call, Counter>,
    seconds: Histogram,
    refused: Family<Of<Refused>, Counter>,
    events: Family<Of<Became>, Counter>,
    sockets: Gauge,
    /// When each kind of refusal was last said, and how many were not said since.
    said: Mutex<HashMap<Refused, (i64, u64)>>,
}

/// A live socket, as long as it lives.
#[derive(Debug)]
pub struct Counted(Gauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("stallbook");
        let (calls, refused, events) = (Family::default(), Family::default(), Family::default());
        let (seconds, sockets) = (Histogram::new(SECONDS), Gauge::default());
        registry.register("calls", "Calls, by route and status", calls.clone());
        registry.register("call_seconds", "How long calls took, waits left out", seconds.clone());
        registry.register("refused", "What was refused", refused.clone());
        registry.register("events", "What became of pushed events", events.clone());
        registry.register("live_sockets", "Live sockets now", sockets.clone());
        Self { registry, calls, seconds, refused, events, sockets, said: Mutex::default() }
    }
}

impl Metrics {
    /// A call was answered. `route`: its pattern, never its path; `took`: nothing for one that may wait.
    pub fn called(&self, route: &str, status: u16, took: Option<Duration>) {
        self.calls.get_or_create(&Call { route: route.to_owned(), status }).inc();
        if let Some(took) = took {
            self.seconds.observe(took.as_secs_f64());
        }
    }

    /// Something was refused at `now`; whoever calls has nothing to do with what was wrong with it.
    pub fn refused(&self, kind: Refused, now: i64) {
        self.refused.get_or_create(&[("kind", kind)]).inc();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, unsaid) = said.entry(kind).or_insert((i64::MIN, 0));
        *unsaid += 1;
        if now.saturating_sub(*last) >= SAY_EVERY_MS || now < *last {
            tracing::warn!(?kind, times = *unsaid, "refused");
            (*last, *unsaid) = (now, 0);
        }
    }

    /// This became of so many events.
    pub fn became(&self, kind: Became, events: usize) {
        if events > 0 {
            self.events.get_or_create(&[("kind", kind)]).inc_by(events as u64);
        }
    }

    /// A live socket more, until what is given is dropped.
    pub fn socket(&self) -> Counted {
        self.sockets.inc();
        Counted(self.sockets.clone())
    }

    /// All of it, in Prometheus' text form.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_in_the_words_of_this_file() {
        let metrics = Metrics::default();
        metrics.called("/api/v1/hello", 200, Some(Duration::from_millis(3)));
        metrics.refused(Refused::PairingCode, 0);
        metrics.refused(Refused::PairingCode, 1);
        metrics.became(Became::Stored, 3);
        let socket = metrics.socket();
        let text = metrics.text();
        for line in [
            r#"stallbook_calls_total{route="/api/v1/hello",status="200"} 1"#,
            r#"stallbook_call_seconds_bucket{le="0.005"} 1"#,
            r#"stallbook_refused_total{kind="PairingCode"} 2"#,
            r#"stallbook_events_total{kind="Stored"} 3"#,
            "stallbook_live_sockets 1",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in {text}");
        }
        assert!(text.is_ascii());
        drop(socket);
        assert!(metrics.text().contains("stallbook_live_sockets 0"));
        assert_eq!(metrics.said.lock().unwrap()[&Refused::PairingCode], (0, 1), "said once a minute");
    }
}
