//! Rules: what a shop has done by itself. A rule is a record; here is what its fields mean, which orders it asks for,
//! and what it does to them. Each acts on an order once, leaves its trace there, and never acts where money is.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::order::{Command, Delivery, Order, Status};
use crate::product::text;
use crate::record::{Fields, Value};
use crate::text::SHORT;

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Marks an unpaid order with a label, so many hours after it was placed: time to remind the buyer.
    Remind {
        /// Hours after it was placed.
        hours: i64,
        /// The label.
        label: String,
    },
    /// Cancels an order without any payment, so many hours after it was placed.
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

impl Deed {
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
    pub deed: Deed,
    /// Only orders of this channel; empty: of any.
    pub channel: String,
    /// Only orders of this category; empty: of any.
    pub category: String,
    /// Only orders whose address holds this; empty: any.
    pub place: String,
    /// Only orders that come to this much at least, minor units.
    pub at_least: Option<i64>,
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

impl Rule {
    /// Reads it from its record; `None` where this build does not know what it does.
    pub fn read(fields: &Fields) -> Option<Self> {
        let word = |field: &str| fields.text(field).to_owned();
        let count = |field: &str| fields.int(field).unwrap_or_default();
        let deed = match fields.text("deed") {
            "remind" => Deed::Remind { hours: count("hours"), label: word("label") },
            "cancel" => Deed::Cancel { hours: count("hours"), reason: word("reason") },
            "label" => Deed::Label { label: word("label") },
            "hold" => Deed::Hold { reason: word("reason") },
            "carrier" => Deed::Carrier { carrier: word("carrier") },
            "complete" => Deed::Complete { days: count("days") },
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
        })
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        all.insert("deed".to_owned(), self.deed.key().into());
        all.insert("on".to_owned(), self.on.into());
        let own = match &self.deed {
            Deed::Remind { hours, label } => vec![("hours", Some(Value::Int(*hours))), ("label", text(label))],
            Deed::Cancel { hours, reason } => vec![("hours", Some(Value::Int(*hours))), ("reason", text(reason))],
            Deed::Label { label } => vec![("label", text(label))],
            Deed::Hold { reason } => vec![("reason", text(reason))],
            Deed::Carrier { carrier } => vec![("carrier", text(carrier))],
            Deed::Complete { days } => vec![("days", Some(Value::Int(*days)))],
        };
        let named = [
            ("name", text(&self.name)),
            ("channel", text(&self.channel)),
            ("category", text(&self.category)),
            ("place", text(&self.place)),
            ("at_least", self.at_least.map(Value::Int)),
        ];
        all.extend(own.into_iter().chain(named).filter_map(|(name, value)| Some((name.to_owned(), value?))));
        all
    }

    /// What keeps it from being saved.
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let (time, word) = match &self.deed {
            Deed::Remind { hours, label } => (Some(*hours), Some(label)),
            Deed::Cancel { hours, reason } => (Some(*hours), Some(reason)),
            Deed::Complete { days } => (days.checked_mul(24), None),
            Deed::Label { label: word } | Deed::Hold { reason: word } | Deed::Carrier { carrier: word } => {
                (Some(1), Some(word))
            }
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

    /// What it does to this order now; `None` where it does not ask for it (yet). Whether it may is decided by
    /// [`crate::order::decide`] with [`Command::ByRule`]. `now_ms`: by a clock that is known to be right.
    pub fn deed_now(&self, order: &Order, now_ms: i64) -> Option<Command> {
        let asked = order.confirmed.is_some()
            && order.cancelled.is_none()
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
        let unpaid = matches!(status, Status::AwaitingPayment | Status::PartPaid);
        let label = |label: &String| Command::Label { add: vec![label.clone()], remove: Vec::new() };
        match &self.deed {
            Deed::Remind { hours, label: word } => {
                (unpaid && passed(placed, hours.saturating_mul(HOUR_MS))).then(|| label(word))
            }
            Deed::Cancel { hours, reason } => {
                // A payment that was made in time may have moved the deadline.
                let overdue = order.due.value.is_none_or(|due| due < now_ms);
                let untouched = status == Status::AwaitingPayment && order.payments.is_empty();
                (untouched && overdue && passed(placed, hours.saturating_mul(HOUR_MS)))
                    .then(|| Command::Cancel(reason.clone()))
            }
            Deed::Label { label: word } => (!order.labels.contains(word)).then(|| label(word)),
            Deed::Hold { reason } => {
                (!order.any_shipped() && order.held.is_none()).then(|| Command::Hold(reason.clone()))
            }
            Deed::Carrier { carrier } => {
                let open = order.delivery.value == Delivery::Ship && !order.any_shipped();
                (open && order.carrier.value.is_empty()).then(|| {
                    let (base, base_buyer) = (order.content(), order.buyer());
                    let mut content = base.clone();
                    content.carrier.clone_from(carrier);
                    Command::Edit { buyer: base_buyer.clone(), base, base_buyer, content }
                })
            }
            Deed::Complete { days } => {
                let left = order.active_parcels().map(|parcel| parcel.at).max();
                let delivered = status == Status::Delivered && order.balance() == 0;
                (delivered && passed(at(left), days.saturating_mul(DAY_MS))).then_some(Command::Complete)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let deeds = [
            Deed::Remind { hours: 24, label: "催付".into() },
            Deed::Cancel { hours: 48, reason: "超时未付".into() },
            Deed::Label { label: "急".into() },
            Deed::Hold { reason: "核对".into() },
            Deed::Carrier { carrier: "sf".into() },
            Deed::Complete { days: 10 },
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
            };
            assert!(rule.faults().is_empty());
            assert_eq!(Rule::read(&Fields { fields: rule.fields(), ..Fields::default() }), Some(rule));
        }
        assert_eq!(Rule::read(&Fields::default()), None);
    }
}
