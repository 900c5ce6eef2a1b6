//! A rule that cancels what is not paid, against payments that it does not know of.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::rule::{Rule, RuleAction};
use domain::shop::SettingChanged;

use super::*;

/// How many orders rules have cancelled, in all runs.
pub static CANCELLED: AtomicU64 = AtomicU64::new(0);

impl Simulation {
    /// What is not paid within an hour is cancelled.
    pub(super) fn write_rule(&mut self) {
        let shop = self.tablets[0].tabs[0].clone();
        let rule = Rule {
            id: Uuid::nil(),
            name: "超时".into(),
            on: true,
            deed: RuleAction::Cancel { hours: 1, reason: "超时未付".into() },
            channel: String::new(),
            category: String::new(),
            place: String::new(),
            at_least: None,
            since_ms: 0,
        };
        let set = rule.fields().into_iter().map(|(name, value)| (name, Some(value))).collect();
        let written = vec![RecordEvent::Changed(Changed { set, settles: None })];
        self.at_once(0, async move {
            shop.act_all(&[Act::Record(StreamKind::Rule, None, written)], TODAY).await.unwrap();
            let hour = SettingChanged { payment_term_hours: Some(1), ..SettingChanged::default() };
            shop.change_setting(hour).await.unwrap();
        });
    }

    /// A tablet is cut off, and money is taken there for an order that waits for it.
    pub(super) fn pay_cut_off(&mut self) {
        let nth = self.of_rules.below(self.tablets.len());
        self.world.cut(nth, true);
        let Some(tab) = self.tablets[nth].tabs.first().cloned() else { return };
        let waits = |row: &domain::order::Summary| row.status == Status::AwaitingPayment;
        let unpaid: Vec<_> = tab.replica().summaries().into_iter().filter(waits).collect();
        if let Some(row) = unpaid.get(self.of_rules.below(unpaid.len().max(1))) {
            let payment = NewPayment { method: Method::Cash, given: row.total.max(1), deposit: false };
            self.ask(nth, &tab, Some(row.id), Command::RecordPayment(payment));
        }
    }

    /// The tablets do what the rules say. That takes the time that calls take; on the way all that can goes wrong.
    pub(super) fn obey(&mut self) {
        for nth in 0..self.tablets.len() {
            let Some(tab) = self.tablets[nth].tabs.first().cloned() else { continue };
            self.spawn(nth, async move {
                // A disk that does not do what is asked: another time.
                let _ = tab.rule_runner().run_once(None, TODAY).await;
            });
        }
    }

    /// No order is cancelled by a rule where money is; and none ever was that somebody, anywhere, had paid in time: a
    /// rule waits until nobody can hold such a payment. (A tablet that was revoked does not count, and a copy is not
    /// told from its original.)
    pub(super) fn check_rule(&self, order: &Order) {
        let cancels = || {
            order.timeline.iter().enumerate().filter_map(|(at, entry)| match &entry.event {
                Event::Order(OrderEvent::Cancelled(body)) => Some((at, body.rule.is_some())),
                _ => None,
            })
        };
        let stands = order.cancelled.is_some_and(|standing| cancels().any(|(at, rule)| at == standing && rule));
        assert!(!stands || order.paid() == 0, "an order that was paid is cancelled by a rule");
        let Some(placed_ms) = self.placed_ms.get(&order.id) else { return };
        if self.copies == 0 && !self.may.revoked && !self.refusals.turns_out && cancels().any(|(_, rule)| rule) {
            CANCELLED.fetch_add(1, Ordering::Relaxed);
            let in_time = |(of, ms): &&(Uuid, i64)| *of == order.id && *ms <= placed_ms + 3_600_000;
            let paid = self.paid_ms.iter().find(in_time);
            assert!(paid.is_none(), "a rule cancelled what was paid in time: {paid:?}, placed at {placed_ms}");
        }
    }
}
