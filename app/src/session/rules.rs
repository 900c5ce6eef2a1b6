//! The shop's rules at work: which orders they ask for, and doing what they say, in the one tab that leads. What may
//! be done is decided by the domain; here is who looks, when, and what is asked of the server first.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::rc::Rc;

use domain::order::{Command, Order, Status, Summary};
use domain::rule::{Deed, Rule, Standing, Vouched};
use domain::{Event, StreamKind};
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::select;
use futures::stream::StreamExt;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::api::Devices;
use replica::client::Host;
use replica::{Facet, Filter};
use replica::storage::StorageFault;
use uuid::Uuid;

use super::{Link, Session};
use crate::platform::clock::Browser;

/// How often all orders are looked through.
const EACH_MINUTE_MS: u64 = 60_000;
/// A timed rule that does not ask for an order yet is asked again so much later.
const LATER_MS: i64 = 10 * 60_000;
/// Beyond so many changes at once, all orders are looked through.
const MANY: usize = 500;
/// Orders that are over are labelled on their first day only.
const DAY_MS: i64 = 86_400_000;

impl Session {
    /// The orders to which a rule would do something now, newest first, as far as this tablet knows.
    pub async fn touched_by(self, rule: &Rule) -> Result<Vec<Summary>, StorageFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        let now_ms = link.now_ms();
        let mut touched = Vec::new();
        for summary in link.read(|replica| candidates(replica, rule, now_ms)) {
            if let Some(order) = link.order(summary.id).await?
                && rule.deed_now(&order, now_ms).is_some()
            {
                touched.push(summary);
            }
        }
        Ok(touched)
    }

    /// Which rules can't cancel yet, and of which tablets nothing was heard.
    pub fn rules_wait(self) -> Signal<Vec<(Uuid, Vec<Uuid>)>> {
        self.rules_wait.into()
    }

    /// Acts by the shop's rules from now on; once for each page, when the shop is open.
    pub fn act_by_rules(self) {
        let Some(link) = self.link() else { return };
        let changed = Rc::new(RefCell::new(HashSet::new()));
        let (bell, rung) = unbounded();
        {
            let changed = Rc::clone(&changed);
            link.on_orders(move |orders| {
                changed.borrow_mut().extend(orders.iter().copied());
                // Fails where the page is gone.
                let _ = bell.unbounded_send(());
            });
        }
        spawn_local(async move {
            link.until(Link::leads).await;
            Hand { session: self, link, looked: HashMap::new(), rules: Vec::new(), received: HashMap::new() }
                .work(&changed, rung)
                .await;
        });
    }
}

/// What a rule may ask for, told by the index alone.
fn candidates(replica: &replica::Replica, rule: &Rule, now_ms: i64) -> Vec<Summary> {
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
        let filter = Filter { status, only: only.clone(), placed_from_ms, total_from: rule.at_least, ..Filter::default() };
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
        && rule.due_ms(summary.placed_ms) <= now_ms
}

/// The one who does what the rules say.
struct Hand {
    session: Session,
    link: Rc<Link>,
    /// What was looked at, and when it is to be looked at again: by rule and order.
    looked: HashMap<(Uuid, Uuid), i64>,
    rules: Vec<Rule>,
    /// When the server received an order, by the order.
    received: HashMap<Uuid, i64>,
}

impl Hand {
    async fn work(mut self, changed: &RefCell<HashSet<Uuid>>, mut rung: UnboundedReceiver<()>) {
        let mut whole = true;
        loop {
            let now: HashSet<Uuid> = std::mem::take(&mut *changed.borrow_mut());
            self.looked.retain(|(_, order), _| !now.contains(order));
            // What can't be read now is looked at again within a minute.
            let _ = self.look(if whole || now.len() > MANY { None } else { Some(now) }).await;
            let tick = Browser.sleep(EACH_MINUTE_MS);
            whole = match select(pin!(rung.next()), pin!(tick)).await {
                futures::future::Either::Left((Some(()), _)) => false,
                futures::future::Either::Left((None, _)) => return,
                futures::future::Either::Right(_) => true,
            };
            // What rang meanwhile is seen by what follows.
            while rung.try_next().is_ok_and(|rang| rang.is_some()) {}
        }
    }

    /// Looks through these orders, or through all.
    async fn look(&mut self, only: Option<HashSet<Uuid>>) -> Result<(), StorageFault> {
        let mut rules: Vec<Rule> = self.link.read(|replica| {
            let all = replica.records(StreamKind::Rule).filter_map(|(id, _)| Rule::read(replica.fields(id)?));
            all.filter(|rule| rule.on && rule.faults().is_empty()).collect()
        });
        rules.sort_by_key(|rule| rule.id);
        let is_new = rules != self.rules;
        if is_new {
            self.looked.clear();
            self.rules.clone_from(&rules);
        }
        let state = self.link.sync_state();
        let connected = self.is_connected();
        // A log that is still coming would be acted on as if it were all.
        if rules.is_empty() || (connected && !self.link.read(replica::Replica::is_caught_up)) {
            self.say_who_is_waited_for(Vec::new());
            return Ok(());
        }
        let is_clock_right = !connected || state.clock_off_ms.is_some();
        let now_ms = self.link.now_ms();
        let only = only.filter(|_| !is_new);
        let mut devices: Option<Devices> = None;
        let mut waiting = Vec::new();
        for rule in rules.iter().filter(|rule| is_clock_right || !rule.deed.is_timed()) {
            let mut silent = HashSet::new();
            let asked = self.link.read(|replica| match &only {
                None => candidates(replica, rule, now_ms),
                Some(only) => {
                    let known = only.iter().filter_map(|id| replica.summary(*id, now_ms));
                    known.filter(|summary| is_candidate(rule, summary, now_ms)).collect()
                }
            });
            for summary in asked {
                let key = (rule.id, summary.id);
                if self.looked.get(&key).is_some_and(|again_ms| now_ms < *again_ms) {
                    continue;
                }
                let Some(order) = self.link.order(summary.id).await? else { continue };
                let Some(command) = rule.deed_now(&order, now_ms) else {
                    let again_ms = if rule.deed.is_timed() { now_ms.saturating_add(LATER_MS) } else { i64::MAX };
                    self.looked.insert(key, again_ms);
                    continue;
                };
                if !self.is_its_turn(rule, &order, is_clock_right, now_ms) {
                    continue;
                }
                if matches!(rule.deed, Deed::Cancel { .. }) && connected {
                    match self.unheard(rule, &order, &mut devices).await {
                        Some(unheard) if unheard.is_empty() => {}
                        unheard => {
                            silent.extend(unheard.into_iter().flatten());
                            continue;
                        }
                    }
                    // The server took its time: what is cancelled is what is here now.
                    let still = self.link.order(summary.id).await?;
                    if still.is_none_or(|order| rule.deed_now(&order, now_ms).as_ref() != Some(&command)) {
                        continue;
                    }
                }
                // Refused: a person, or another tab, was quicker.
                let _ = self.link.act(Some(summary.id), &Command::ByRule(rule.id, Box::new(command))).await;
            }
            if !silent.is_empty() {
                let mut silent: Vec<Uuid> = silent.into_iter().collect();
                silent.sort_unstable();
                waiting.push((rule.id, silent));
            }
        }
        if only.is_none() {
            self.say_who_is_waited_for(waiting);
        }
        Ok(())
    }

    fn is_connected(&self) -> bool {
        self.link.read(|replica| replica.device().credential.is_some())
    }

    fn say_who_is_waited_for(&self, waiting: Vec<(Uuid, Vec<Uuid>)>) {
        if self.session.rules_wait.try_with_untracked(|known| *known != waiting) == Some(true) {
            self.session.rules_wait.set(waiting);
        }
    }

    /// Whether it is this tablet's turn to act: the one that took the order comes first.
    fn is_its_turn(&self, rule: &Rule, order: &Order, is_clock_right: bool, now_ms: i64) -> bool {
        let Some(placed) = order.confirmed.and_then(|at| order.timeline.get(at)) else { return false };
        let (here, devices) = self.link.read(|replica| {
            let devices: Vec<Uuid> = replica.shop().devices().map(|(id, _)| id).collect();
            (replica.device().id, devices)
        });
        let patience_ms = Rule::patience_ms(placed.meta.device, here, &devices);
        // An edit may have made it ask: that counts from then.
        let newest_ms = order.timeline.iter().filter(|entry| !matches!(entry.event, Event::Unknown));
        let newest_ms = newest_ms.map(|entry| entry.meta.at_ms()).max().unwrap_or_default();
        let since_ms = rule.due_ms(placed.meta.at_ms()).max(rule.since_ms).max(newest_ms);
        patience_ms == 0 || (is_clock_right && now_ms >= since_ms.saturating_add(patience_ms))
    }

    /// The tablets that may still hold a payment of the order; `None` where that can't be known now.
    async fn unheard(&mut self, rule: &Rule, order: &Order, devices: &mut Option<Devices>) -> Option<Vec<Uuid>> {
        let seq = order.timeline.get(order.confirmed?)?.meta.seq?;
        if self.link.read(|replica| replica.pending() > 0) {
            return None;
        }
        if devices.is_none() {
            *devices = self.link.devices().await.ok();
        }
        let devices = devices.as_ref()?;
        // What they had sent when they were heard must be here, too.
        if self.link.read(replica::Replica::cursor) < devices.head {
            return None;
        }
        let received_ms = match self.received.get(&order.id) {
            Some(received_ms) => *received_ms,
            None => {
                let received_ms = self.link.received_ms(seq).await.ok().flatten()?;
                self.received.insert(order.id, received_ms);
                received_ms
            }
        };
        let standing = devices.devices.iter().map(|device| Standing {
            id: device.id,
            heard_ms: device.heard_ms,
            revoked: device.revoked_ms.is_some(),
        });
        let standing: Vec<Standing> = standing.collect();
        let here = self.link.read(|replica| replica.device().id);
        rule.unheard(order, &Vouched { received_ms, devices: &standing, here }, self.link.now_ms())
    }
}
