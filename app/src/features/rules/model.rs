//! A rule as it is typed, and what it says: a rule, or what is wrong and where.

use domain::Currency;
use domain::figure;
use domain::money::plain;
use domain::rule::{Rule, RuleAction, RuleFault};
use uuid::Uuid;

/// The deeds, in the order in which they are offered.
pub const DEEDS: [&str; 6] = ["remind", "cancel", "label", "hold", "carrier", "complete"];

/// A rule as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// What the shop calls it.
    pub name: String,
    /// A key of [`DEEDS`].
    pub deed: String,
    /// Hours or days.
    pub time: String,
    /// Label, reason or carrier.
    pub word: String,
    /// A key of the shop's channels; empty: any.
    pub channel: String,
    /// A key of the shop's categories; empty: any.
    pub category: String,
    /// A part of the address.
    pub place: String,
    /// The least total.
    pub at_least: String,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Hours or days.
    Time,
    /// Label, reason or carrier.
    Word,
    /// Some text is too long.
    Text,
    /// The least total.
    Amount,
}

impl Form {
    /// The form that a rule would have been typed with.
    pub fn of(rule: &Rule, currency: Currency) -> Self {
        let (time, word) = match &rule.deed {
            RuleAction::Remind { hours, label } => (Some(*hours), label.clone()),
            RuleAction::Cancel { hours, reason } => (Some(*hours), reason.clone()),
            RuleAction::Complete { days } => (Some(*days), String::new()),
            RuleAction::Label { label: word }
            | RuleAction::Hold { reason: word }
            | RuleAction::Carrier { carrier: word } => (None, word.clone()),
        };
        Self {
            name: rule.name.clone(),
            deed: rule.deed.key().to_owned(),
            time: time.map(|time| time.to_string()).unwrap_or_default(),
            word,
            channel: rule.channel.clone(),
            category: rule.category.clone(),
            place: rule.place.clone(),
            at_least: rule.at_least.map(|minor| plain(minor, currency)).unwrap_or_default(),
        }
    }

    /// Reads it: the rule, and what keeps it from being saved.
    pub fn read(&self, before: Option<&Rule>, currency: Currency) -> (Rule, Vec<Place>) {
        let mut faults = Vec::new();
        // Zero is out of range, so it is said so below.
        let time = self.time.trim().parse().unwrap_or(0_i64);
        let word = self.word.trim().to_owned();
        let deed = match self.deed.as_str() {
            "remind" => RuleAction::Remind { hours: time, label: word },
            "cancel" => RuleAction::Cancel { hours: time, reason: word },
            "label" => RuleAction::Label { label: word },
            "hold" => RuleAction::Hold { reason: word },
            "carrier" => RuleAction::Carrier { carrier: word },
            _ => RuleAction::Complete { days: time },
        };
        let at_least = if self.at_least.trim().is_empty() {
            None
        } else {
            let read = figure::amount(&self.at_least, currency).ok();
            if read.is_none() {
                faults.push(Place::Amount);
            }
            read
        };
        let rule = Rule {
            id: before.map_or(Uuid::nil(), |rule| rule.id),
            name: self.name.trim().to_owned(),
            on: before.is_some_and(|rule| rule.on),
            deed,
            channel: self.channel.clone(),
            category: self.category.clone(),
            place: self.place.trim().to_owned(),
            at_least,
            since_ms: before.map_or(0, |rule| rule.since_ms),
        };
        faults.extend(rule.faults().into_iter().map(|fault| match fault {
            RuleFault::Time => Place::Time,
            RuleFault::WordMissing => Place::Word,
            RuleFault::TooLong => Place::Text,
        }));
        (rule, faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_becomes_a_rule_and_back() {
        let form = Form {
            deed: "cancel".into(),
            time: " 48 ".into(),
            word: "超时未付".into(),
            place: "新疆".into(),
            at_least: "200".into(),
            ..Form::default()
        };
        let (rule, faults) = form.read(None, Currency::Cny);
        assert_eq!(faults, []);
        assert_eq!(rule.deed, RuleAction::Cancel { hours: 48, reason: "超时未付".into() });
        assert_eq!(rule.at_least, Some(20_000));
        assert!(!rule.on, "a new rule does nothing until it is switched on");
        let again = Form::of(&rule, Currency::Cny);
        assert_eq!(again.read(Some(&rule), Currency::Cny), (rule, vec![]));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let wrong = |form: Form| form.read(None, Currency::Cny).1;
        let remind = || Form { deed: "remind".into(), time: "24".into(), word: "催付".into(), ..Form::default() };
        assert_eq!(wrong(remind()), []);
        assert_eq!(wrong(Form { time: "0".into(), ..remind() }), [Place::Time]);
        assert_eq!(wrong(Form { time: "two".into(), ..remind() }), [Place::Time]);
        assert_eq!(wrong(Form { word: " ".into(), ..remind() }), [Place::Word]);
        assert_eq!(wrong(Form { at_least: "x".into(), ..remind() }), [Place::Amount]);
        assert_eq!(wrong(Form { place: "疆".repeat(9_999), ..remind() }), [Place::Text]);
    }
}
