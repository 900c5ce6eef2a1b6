//! What a rule does, in a plain sentence.

use domain::record::Fields;
use domain::rule::{Rule, RuleAction};
use domain::shop::list::List;

use crate::features::shop_lists;
use crate::text::{Currency, Phrase, rules};

/// What a deed is called.
pub fn deed_name(key: &str) -> Phrase {
    match key {
        "remind" => rules::REMIND,
        "cancel" => rules::CANCEL,
        "label" => rules::LABEL,
        "hold" => rules::HOLD,
        "carrier" => rules::CARRIER,
        _ => rules::COMPLETE,
    }
}

/// What a rule is called: by the shop, or by what it does.
pub fn name(rule: &Rule) -> String {
    if rule.name.is_empty() { deed_name(rule.deed.key()).get().to_owned() } else { rule.name.clone() }
}

/// What it does.
pub fn sentence(shop: &Fields, rule: &Rule) -> String {
    match &rule.deed {
        RuleAction::Remind { hours, label } => rules::remind_says(*hours, label),
        RuleAction::Cancel { hours, .. } => rules::cancel_says(*hours),
        RuleAction::Label { label } => rules::label_says(label),
        RuleAction::Hold { reason } => rules::hold_says(reason),
        RuleAction::Carrier { carrier } => rules::carrier_says(&shop_lists::name(shop, List::Carrier, carrier)),
        RuleAction::Complete { days } => rules::complete_says(*days),
    }
}

/// Which orders it is for; nothing where it is for all.
pub fn only(shop: &Fields, rule: &Rule, currency: Currency) -> Option<String> {
    let of = |list, key: &str| (!key.is_empty()).then(|| shop_lists::name(shop, list, key));
    let parts = [
        of(List::Channel, &rule.channel),
        of(List::Category, &rule.category),
        (!rule.place.is_empty()).then(|| rules::holds_place(&rule.place)),
        rule.at_least.map(|minor| rules::total_from(&currency.full(minor))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| rules::only_for(&parts.join(" · ")))
}
