//! The shop's rules at work: which orders they ask for, and doing what they say. What may be done is decided by the
//! domain; here is what is looked at, and what is asked of the server before anything is cancelled. Only what leads a
//! shop's tab reaches this.

use std::collections::{HashMap, HashSet};

use domain::order::{Command, Order, Status, Summary};
use domain::rule::{DeviceStatus, Rule, RuleAction, SyncEvidence};
use domain::{Day, StreamKind};
use protocol::api::Devices;
use uuid::Uuid;

use super::{Client, Host, Transport};
use crate::clock::WRONG_MS;
use crate::index::{Facet, Filter};
use crate::replica::Replica;
use crate::storage::{Storage, StorageFault};

/// A timed rule that does not ask for an order yet is asked again so much later.
const LATER_MS: i64 = 10 * 60_000;
/// Orders that are over are labelled on their first day only.
const DAY_MS: i64 = 86_400_000;

/// Which rule can't cancel yet, and of which devices nothing was heard.
pub type Waiting = Vec<(Uuid, Vec<Uuid>)>;

/// What a rule may ask for, told by the index alone.
fn candidates(replica: &Replica, rule: &Rule, now_ms: i64) -> Vec<Summary> {
    let named = |key: &String, facet: fn(String) -> Facet| (!key.is_empty()).then(|| facet(key.clone()));
    let only = [named(&rule.channel, Facet::Channel), named(&rule.category, Facet::Category)];
    let only: Vec<Facet> = only.into_iter().flatten().collect();
    let (over, open): (Vec<Status>, Vec<Status>) = rule
        .states()
        .iter()
        .partition(|status| !rule.deed.is_timed() && matches!(status, Status::Delivered | Status::Completed));
    let ask = |status: Vec<Status>, placed_from_ms| {
        if status.is_empty() {
            return Vec::new();
        }
        let filter =
            Filter { status, only: only.clone(), placed_from_ms, total_from: rule.at_least, ..Filter::default() };
        replica.page(&filter, 0, usize::MAX, now_ms).rows
    };
    let mut all = ask(open, None);
    all.extend(ask(over, Some(now_ms.saturating_sub(DAY_MS))));
    all.retain(|summary| is_candidate(rule, summary, now_ms));
    all
}

fn is_candidate(rule: &Rule, summary: &Summary, now_ms: i64) -> bool {
    rule.is_open_to(summary.status, summary.placed_ms, now_ms)
        && (rule.channel.is_empty() || rule.channel == summary.channel)
        && (rule.category.is_empty() || rule.category == summary.category)
        && rule.at_least.is_none_or(|least| summary.total >= least)
        // Of an order of this moment, its tablet's clock may be a little ahead.
        && (!rule.deed.is_timed() || rule.due_ms(summary.placed_ms) <= now_ms)
}

/// Runs the shop's rules on this device, as far as it may.
pub struct RuleRunner<S, T, H> {
    client: Client<S, T, H>,
    /// What was looked at, and when it is to be looked at again: by rule and order.
    looked: HashMap<(Uuid, Uuid), i64>,
    /// The orders that are still to be looked at; nothing: all.
    due: Option<HashSet<Uuid>>,
    rules: Vec<Rule>,
    /// The device's clock, as it was corrected when all was looked at.
    off_ms: i64,
    /// When the server received an order, by the order.
    received: HashMap<Uuid, i64>,
}

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// A hand for the rules: one for each page.
    pub fn rule_runner(&self) -> RuleRunner<S, T, H> {
        RuleRunner {
            client: self.clone(),
            looked: HashMap::new(),
            due: None,
            rules: Vec::new(),
            off_ms: 0,
            received: HashMap::new(),
        }
    }

    /// The orders to which a rule would do something now, newest first, as far as this device knows.
    pub async fn touched_by(&self, rule: &Rule) -> Result<Vec<Summary>, StorageFault> {
        let now_ms = self.now_ms();
        let found = candidates(&self.replica(), rule, now_ms);
        let mut touched = Vec::new();
        for summary in found {
            if let Some(order) = self.order(summary.id).await?
                && let Some(command) = rule.due_action(&order, now_ms)
                && self.replica().allows(&order, &Command::ByRule(rule.id, Box::new(command)), now_ms)
            {
                touched.push(summary);
            }
        }
        Ok(touched)
    }
}

impl<S: Storage, T: Transport, H: Host> RuleRunner<S, T, H> {
    /// Looks through all orders, or only through these, which have changed; and does what there is to do.
    pub async fn run_once(&mut self, only: Option<HashSet<Uuid>>, day: Day) -> Result<Waiting, StorageFault> {
        if let Some(changed) = &only {
            self.looked.retain(|(_, order), _| !changed.contains(order));
        }
        self.due = self.due.take().zip(only).map(|(due, more)| &due | &more);
        let rules = rules_of(&self.client.replica());
        let off_ms = self.client.sync_state().clock_wrong.map_or(0, |wrong| wrong.off_ms);
        let is_new = rules != self.rules || self.off_ms.abs_diff(off_ms) > WRONG_MS.unsigned_abs();
        if is_new {
            self.off_ms = off_ms;
            self.looked.clear();
            self.due = None;
            self.rules.clone_from(&rules);
        }
        let (connected, caught_up) = {
            let replica = self.client.replica();
            (replica.device().credential.is_some(), replica.is_caught_up())
        };
        // A log that is still coming would be acted on as if it were all: what is due stays due.
        if rules.is_empty() || (connected && !caught_up) {
            return Ok(Vec::new());
        }
        let is_clock_right = !connected || self.client.sync_state().clock_off_ms.is_some();
        let now_ms = self.client.now_ms();
        let only = self.due.clone();
        let mut devices: Option<Devices> = None;
        let mut waiting = Vec::new();
        for rule in rules.iter().filter(|rule| is_clock_right || !rule.deed.is_timed()) {
            let mut silent = HashSet::new();
            let asked = match &only {
                None => candidates(&self.client.replica(), rule, now_ms),
                Some(only) => {
                    let replica = self.client.replica();
                    let known = only.iter().filter_map(|id| replica.summary(*id, now_ms));
                    known.filter(|summary| is_candidate(rule, summary, now_ms)).collect()
                }
            };
            for summary in asked {
                let key = (rule.id, summary.id);
                if self.looked.get(&key).is_some_and(|again_ms| now_ms < *again_ms) {
                    continue;
                }
                let Some(order) = self.client.order(summary.id).await? else { continue };
                let Some(command) = rule.due_action(&order, now_ms) else {
                    let again_ms = if rule.deed.is_timed() { now_ms.saturating_add(LATER_MS) } else { i64::MAX };
                    self.looked.insert(key, again_ms);
                    continue;
                };
                if !self.is_its_turn(rule, &order, is_clock_right, now_ms) {
                    continue;
                }
                if matches!(rule.deed, RuleAction::Cancel { .. }) && connected {
                    match self.unheard(rule, &order, &mut devices).await {
                        Some(unheard) if unheard.is_empty() => {}
                        unheard => {
                            silent.extend(unheard.into_iter().flatten());
                            continue;
                        }
                    }
                    // The server took its time: what is cancelled is what is here now.
                    let still = self.client.order(summary.id).await?;
                    if still.is_none_or(|order| rule.due_action(&order, now_ms).as_ref() != Some(&command)) {
                        continue;
                    }
                }
                // Refused: a person, or another tab, was quicker.
                let _ = self.client.act(Some(summary.id), &Command::ByRule(rule.id, Box::new(command)), day).await;
            }
            if !silent.is_empty() {
                let mut silent: Vec<Uuid> = silent.into_iter().collect();
                silent.sort_unstable();
                waiting.push((rule.id, silent));
            }
        }
        self.due = Some(HashSet::new());
        Ok(waiting)
    }

    /// Whether it is this device's turn to act: the one that took the order comes first.
    fn is_its_turn(&self, rule: &Rule, order: &Order, is_clock_right: bool, now_ms: i64) -> bool {
        let Some(placed) = order.confirmed.and_then(|at| order.timeline.get(at)) else { return false };
        let replica = self.client.replica();
        let devices: Vec<Uuid> = replica.shop().devices().map(|(id, _)| id).collect();
        let patience_ms = Rule::takeover_delay_ms(placed.meta.device, replica.device().id, &devices);
        // An edit may have made it ask: that counts from then.
        let newest_ms = order.timeline.iter().map(|entry| entry.meta.at_ms()).max().unwrap_or_default();
        let since_ms = rule.due_ms(placed.meta.at_ms()).max(rule.since_ms).max(newest_ms);
        patience_ms == 0 || (is_clock_right && now_ms >= since_ms.saturating_add(patience_ms))
    }

    /// The devices that may still hold a payment of the order; `None` where that can't be known now.
    async fn unheard(&mut self, rule: &Rule, order: &Order, devices: &mut Option<Devices>) -> Option<Vec<Uuid>> {
        let seq = order.timeline.get(order.confirmed?)?.meta.seq?;
        if self.client.replica().pending() > 0 {
            return None;
        }
        if devices.is_none() {
            *devices = self.client.devices().await.ok();
        }
        let devices = devices.as_ref()?;
        // What they had sent when they were heard must be here, too.
        if self.client.replica().cursor() < devices.head {
            return None;
        }
        let received_ms = match self.received.get(&order.id) {
            Some(received_ms) => *received_ms,
            None => {
                let received_ms = self.client.received_ms(seq).await.ok().flatten()?;
                self.received.insert(order.id, received_ms);
                received_ms
            }
        };
        let standing = devices.devices.iter().map(|device| DeviceStatus {
            id: device.id,
            heard_ms: device.heard_ms,
            revoked: device.revoked_ms.is_some(),
        });
        let standing: Vec<DeviceStatus> = standing.collect();
        let here = self.client.replica().device().id;
        rule.devices_maybe_unsent(order, &SyncEvidence { received_ms, devices: &standing, here }, self.client.now_ms())
    }
}

/// The rules that are switched on.
fn rules_of(replica: &Replica) -> Vec<Rule> {
    let all = replica.records(StreamKind::Rule).filter_map(|(id, _)| Rule::read(&replica.fields(id)?));
    let mut rules: Vec<Rule> = all.filter(|rule| rule.on && rule.faults().is_empty()).collect();
    rules.sort_by_key(|rule| rule.id);
    rules
}
