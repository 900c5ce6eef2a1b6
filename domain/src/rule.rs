//! Rules: what a shop has done by itself. A rule is a record; here is what its fields mean, which orders it asks for,
//! and what it does to them. Each acts on an order once, leaves its trace there, and never acts where money is.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::Event;
use crate::order::{Change, Command, Delivery, Order, OrderEvent, Outcome, Status};
use crate::product::text;
use crate::record::{Fields, Value};
use crate::text::SHORT;

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// Marks an unpaid order that is to be paid first with a label, so many hours after it was placed: time to remind
    /// the buyer.
    Remind {
        /// Hours after it was placed.
        hours: i64,
        /// The label.
        label: String,
    },
    /// Cancels an order that is to be paid first, without any payment, so many hours after it was placed.
    Cancel {
        /// Hours after it was placed.
        hours: i64,
        /// The reason in the timeline.
        reason: String,
    },
    /// Labels a new order.
    Label {
        /// The label.
        label: String,
    },
    /// Holds a new order.
    Hold {
        /// The reason in the timeline.
        reason: String,
    },
    /// Chooses the carrier of a new order that is shipped.
    Carrier {
        /// A key or a name.
        carrier: String,
    },
    /// Completes a delivered order that owes nothing, so many days after it was shipped.
    Complete {
        /// Days after the last parcel left.
        days: i64,
    },
}

impl RuleAction {
    /// The word in the record.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Remind { .. } => "remind",
            Self::Cancel { .. } => "cancel",
            Self::Label { .. } => "label",
            Self::Hold { .. } => "hold",
            Self::Carrier { .. } => "carrier",
            Self::Complete { .. } => "complete",
        }
    }
    /// Whether it looks at how much time has passed, so that a wrong clock could make it act too early.
    pub fn is_timed(&self) -> bool {
        matches!(self, Self::Remind { .. } | Self::Cancel { .. } | Self::Complete { .. })
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: Uuid,
    /// What the shop calls it.
    pub name: String,
    /// Whether it acts.
    pub on: bool,
    /// What it does.
    pub deed: RuleAction,
    /// Only orders of this channel; empty: of any.
    pub channel: String,
    /// Only orders of this category; empty: of any.
    pub category: String,
    /// Only orders whose address holds this; empty: any.
    pub place: String,
    /// Only orders that come to this much at least, minor units.
    pub at_least: Option<i64>,
    /// When it was switched on, milliseconds since 1970; 0 where nobody said.
    pub since_ms: i64,
}

/// A device of the shop, as the server knows it: what a rule that cancels has to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceStatus {
    /// The device.
    pub id: Uuid,
    /// The last time, by the server's clock, of which it said that it had nothing unsent.
    pub heard_ms: Option<i64>,
    /// The device is revoked: its unsent events will not arrive.
    pub revoked: bool,
}

/// When a rule may cancel an order, where the shop has a server: nobody's payment can still be on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncEvidence<'a> {
    /// The server's time when it received the order.
    pub received_ms: i64,
    /// All devices of the shop, as the server told of them.
    pub devices: &'a [DeviceStatus],
    /// This device.
    pub here: Uuid,
}

/// What is wrong with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The time is zero, negative, or more than a year.
    #[error("the time is out of range")]
    Time,
    /// The label, reason or carrier is missing.
    #[error("a word is missing")]
    WordMissing,
    /// A text is longer than fits.
    #[error("a text is too long")]
    TooLong,
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long a tablet leaves an order to the next one before it.
const PATIENCE_MS: i64 = 2 * 60_000;

impl Rule {
    /// Reads it from its record; `None` where this build does not know what it does.
    pub fn read(fields: &Fields) -> Option<Self> {
        let word = |field: &str| fields.text(field).to_owned();
        let count = |field: &str| fields.int(field).unwrap_or_default();
        let deed = match fields.text("deed") {
            "remind" => RuleAction::Remind { hours: count("hours"), label: word("label") },
            "cancel" => RuleAction::Cancel { hours: count("hours"), reason: word("reason") },
            "label" => RuleAction::Label { label: word("label") },
            "hold" => RuleAction::Hold { reason: word("reason") },
            "carrier" => RuleAction::Carrier { carrier: word("carrier") },
            "complete" => RuleAction::Complete { days: count("days") },
            _ => return None,
        };
        Some(Self {
            id: fields.id,
            name: word("name"),
            on: fields.flag("on", false),
            deed,
            channel: word("channel"),
            category: word("category"),
            place: word("place"),
            at_least: fields.int("at_least"),
            since_ms: fields.int("since").unwrap_or_default(),
        })
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        all.insert("deed".to_owned(), self.deed.key().into());
        all.insert("on".to_owned(), self.on.into());
        let own = match &self.deed {
            RuleAction::Remind { hours, label } => vec![("hours", Some(Value::Int(*hours))), ("label", text(label))],
            RuleAction::Cancel { hours, reason } => vec![("hours", Some(Value::Int(*hours))), ("reason", text(reason))],
            RuleAction::Label { label } => vec![("label", text(label))],
            RuleAction::Hold { reason } => vec![("reason", text(reason))],
            RuleAction::Carrier { carrier } => vec![("carrier", text(carrier))],
            RuleAction::Complete { days } => vec![("days", Some(Value::Int(*days)))],
        };
        let named = [
            ("name", text(&self.name)),
            ("channel", text(&self.channel)),
            ("category", text(&self.category)),
            ("place", text(&self.place)),
            ("at_least", self.at_least.map(Value::Int)),
            ("since", (self.since_ms != 0).then_some(Value::Int(self.since_ms))),
        ];
        all.extend(own.into_iter().chain(named).filter_map(|(name, value)| Some((name.to_owned(), value?))));
        all
    }

    /// What keeps it from being saved.
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let (time, word) = match &self.deed {
            RuleAction::Remind { hours, label } => (Some(*hours), Some(label)),
            RuleAction::Cancel { hours, reason } => (Some(*hours), Some(reason)),
            RuleAction::Complete { days } => (days.checked_mul(24), None),
            RuleAction::Label { label: word }
            | RuleAction::Hold { reason: word }
            | RuleAction::Carrier { carrier: word } => (Some(1), Some(word)),
        };
        if time.is_none_or(|hours| !(1..=366 * 24).contains(&hours)) {
            faults.push(RuleFault::Time);
        }
        if word.is_some_and(|word| word.trim().is_empty()) {
            faults.push(RuleFault::WordMissing);
        }
        let texts = [Some(&self.name), Some(&self.place), word];
        if texts.into_iter().flatten().any(|text| text.chars().count() > SHORT) {
            faults.push(RuleFault::TooLong);
        }
        faults
    }

    /// The states of the orders that it may ask for. [`Rule::is_open_to`] says more.
    pub fn states(&self) -> &'static [Status] {
        use Status::{AwaitingPayment, Completed, Delivered, Paid, PartPaid, PartShipped, Shipped};
        match self.deed {
            RuleAction::Remind { .. } => &[AwaitingPayment, PartPaid],
            RuleAction::Cancel { .. } => &[AwaitingPayment],
            RuleAction::Label { .. } => &[AwaitingPayment, PartPaid, Paid, PartShipped, Shipped, Delivered, Completed],
            RuleAction::Hold { .. } | RuleAction::Carrier { .. } => &[AwaitingPayment, PartPaid, Paid],
            RuleAction::Complete { .. } => &[Delivered],
        }
    }

    /// Whether it may ask for an order in this state that was placed then: one that is over is labelled only on its
    /// first day, so that a new rule does not go through years of them.
    pub fn is_open_to(&self, status: Status, placed_ms: i64, now_ms: i64) -> bool {
        let is_over = matches!(status, Status::Delivered | Status::Completed);
        let is_old = now_ms.saturating_sub(placed_ms) > DAY_MS;
        self.states().contains(&status) && (self.deed.is_timed() || !is_over || !is_old)
    }

    /// From when on it asks for an order that was placed then, milliseconds since 1970. Where it waits for something
    /// else than that, this is when it was placed.
    pub fn due_ms(&self, placed_ms: i64) -> i64 {
        match self.deed {
            RuleAction::Remind { hours, .. } | RuleAction::Cancel { hours, .. } => {
                placed_ms.saturating_add(hours.saturating_mul(HOUR_MS))
            }
            RuleAction::Label { .. }
            | RuleAction::Hold { .. }
            | RuleAction::Carrier { .. }
            | RuleAction::Complete { .. } => placed_ms,
        }
    }

    /// How long this device waits, from when the rule asks for an order, before it acts: the tablet that took the
    /// order acts at once, with or without a network; where it is off, the next one does it in its place. So two that
    /// are on do not do the same. `devices`: all of the shop.
    pub fn takeover_delay_ms(maker: Uuid, here: Uuid, devices: &[Uuid]) -> i64 {
        let mut circle: Vec<Uuid> = devices.iter().copied().chain([maker, here]).collect();
        circle.sort_unstable();
        circle.dedup();
        let place = |of: Uuid| circle.iter().position(|device| *device == of).unwrap_or_default();
        let steps = (place(here) + circle.len() - place(maker)) % circle.len().max(1);
        i64::try_from(steps).unwrap_or(i64::MAX).saturating_mul(PATIENCE_MS)
    }

    /// Which devices keep it from cancelling this order, beside what [`Rule::due_action`] says: those that have not said
    /// since its time was over that they hold nothing unsent. A payment that was taken in time is then in the log.
    /// `None`: its time, by the server's clock, is not over. `now_ms` is the server's time.
    pub fn devices_maybe_unsent(&self, order: &Order, evidence: &SyncEvidence<'_>, now_ms: i64) -> Option<Vec<Uuid>> {
        // A clock that was slow when the order was taken must not make it older than it is.
        let since_ms = asked_since(order)?.max(evidence.received_ms);
        let over_ms = self.due_ms(since_ms).max(order.due_ms().unwrap_or(i64::MIN));
        if now_ms < over_ms {
            return None;
        }
        let silent = evidence.devices.iter().filter(|device| {
            device.id != evidence.here && !device.revoked && device.heard_ms.is_none_or(|heard| heard <= over_ms)
        });
        Some(silent.map(|device| device.id).collect())
    }

    /// What it does to this order now; `None` where it does not ask for it (yet). Whether it may is decided by
    /// [`crate::order::decide`] with [`Command::ByRule`]. `now_ms`: by a clock that is known to be right.
    pub fn due_action(&self, order: &Order, now_ms: i64) -> Option<Command> {
        let asked = order.confirmed.is_some()
            && order.cancelled.is_none()
            && order.held.is_none()
            && !order.needs_update
            && (self.channel.is_empty() || self.channel == order.channel.value)
            && (self.category.is_empty() || self.category == order.category.value)
            && (self.place.is_empty() || order.address.value.contains(&self.place))
            && self.at_least.is_none_or(|least| order.total() >= least)
            && !order.timeline.iter().any(|entry| entry.event.rule() == Some(self.id));
        if !asked {
            return None;
        }
        let at = |place: Option<usize>| place.and_then(|at| order.timeline.get(at)).map(|entry| entry.meta.at_ms());
        let passed = |since: Option<i64>, ms: i64| since.is_some_and(|since| now_ms.saturating_sub(since) >= ms);
        let placed = at(order.confirmed);
        let status = order.status();
        let unpaid = order.pays_first() && matches!(status, Status::AwaitingPayment | Status::PartPaid);
        let since = asked_since(order);
        let label = |label: &String| Command::Label { add: vec![label.clone()], remove: Vec::new() };
        match &self.deed {
            RuleAction::Remind { hours, label: word } => {
                // Who was given more time is not reminded before it is over.
                let given = order.due.by > order.confirmed && order.due_ms().is_some_and(|due| due >= now_ms);
                (unpaid && !given && passed(since, hours.saturating_mul(HOUR_MS))).then(|| label(word))
            }
            RuleAction::Cancel { hours, reason } => {
                // A payment that was made in time may have moved the deadline.
                let overdue = order.due_ms().is_none_or(|due| due < now_ms);
                let untouched = unpaid && status == Status::AwaitingPayment && order.payments.is_empty();
                (untouched && overdue && passed(since, hours.saturating_mul(HOUR_MS)))
                    .then(|| Command::Cancel(reason.clone()))
            }
            RuleAction::Label { label: word } => {
                let open = self.is_open_to(status, placed.unwrap_or_default(), now_ms);
                (open && !order.labels.contains(word)).then(|| label(word))
            }
            RuleAction::Hold { reason } => (!order.any_shipped()).then(|| Command::Hold(reason.clone())),
            RuleAction::Carrier { carrier } => {
                let open = order.delivery.value == Delivery::Ship && !order.any_shipped();
                (open && order.carrier.value.is_empty()).then(|| {
                    let (base, base_buyer) = (order.content(), order.buyer());
                    let mut content = base.clone();
                    content.carrier.clone_from(carrier);
                    Command::Edit { buyer: base_buyer.clone(), base, base_buyer, content }
                })
            }
            RuleAction::Complete { days } => {
                let left = order.active_parcels().map(|parcel| parcel.at).max();
                let delivered = status == Status::Delivered && order.balance() == 0;
                (delivered && passed(at(left), days.saturating_mul(DAY_MS))).then_some(Command::Complete)
            }
        }
    }
}

/// Since when its buyer is asked for money, milliseconds since 1970: since it was placed, went on after a cancellation
/// or a hold, or was no longer on credit.
fn asked_since(order: &Order) -> Option<i64> {
    let placed = order.timeline.get(order.confirmed?)?;
    let asks = |event: &Event| {
        let Event::Order(event) = event else { return false };
        let writes_terms = |change: &Change| matches!(change, Change::Terms(_));
        matches!(event, OrderEvent::Revived(_) | OrderEvent::Released(_))
            || matches!(event, OrderEvent::Edited(body) if body.changes.iter().any(writes_terms))
    };
    let again = order.timeline.iter().filter(|entry| entry.outcome == Outcome::Applied && asks(&entry.event));
    again.chain([placed]).map(|entry| entry.meta.at_ms()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let deeds = [
            RuleAction::Remind { hours: 24, label: "催付".into() },
            RuleAction::Cancel { hours: 48, reason: "超时未付".into() },
            RuleAction::Label { label: "急".into() },
            RuleAction::Hold { reason: "核对".into() },
            RuleAction::Carrier { carrier: "sf".into() },
            RuleAction::Complete { days: 10 },
        ];
        for deed in deeds {
            let rule = Rule {
                id: Uuid::nil(),
                name: "一".into(),
                on: true,
                deed,
                channel: "jd".into(),
                category: String::new(),
                place: "新疆".into(),
                at_least: Some(5),
                since_ms: 1_795_417_200_000,
            };
            assert!(rule.faults().is_empty());
            assert_eq!(Rule::read(&Fields { fields: rule.fields(), ..Fields::default() }), Some(rule));
        }
        assert_eq!(Rule::read(&Fields::default()), None);
    }
}
