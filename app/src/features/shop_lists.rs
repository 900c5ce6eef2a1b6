//! The shop's lists as people read them: sales channels, order categories, ways to pay, carriers, price levels.

use domain::order::Method;
use domain::record::Fields;
use domain::shop::list::{Entry, List, entries, entry};
use leptos::text_prop::TextProp;

use super::order::{appearance, carrier};
use crate::session::shop_now;
use crate::text::{Phrase, method, shop_lists};
use crate::ui::Choice;

/// How everybody calls an entry that every shop has.
fn usual(list: List, key: &str) -> Option<Phrase> {
    let phrase = match (list, key) {
        (List::Channel, "stall") => shop_lists::STALL,
        (List::Channel, "taobao") => shop_lists::TAOBAO,
        (List::Channel, "jd") => shop_lists::JD,
        (List::Channel, "pinduoduo") => shop_lists::PINDUODUO,
        (List::Channel, "douyin") => shop_lists::DOUYIN,
        (List::Channel, "shopee") => shop_lists::SHOPEE,
        (List::Channel, "own") => shop_lists::OWN,
        (List::Category, "retail") => shop_lists::RETAIL,
        (List::Category | List::Level, "wholesale") => shop_lists::WHOLESALE,
        (List::Category, "preorder") => shop_lists::PREORDER,
        (List::Level, "member") => shop_lists::MEMBER,
        (List::Method, "cash") => method::CASH,
        (List::Method, "alipay") => method::ALIPAY,
        (List::Method, "wechat_pay") => method::WECHAT,
        (List::Method, "bank_transfer") => method::BANK,
        (List::Carrier, key) => return carrier::usual_name(key),
        _ => return None,
    };
    Some(phrase)
}

/// What an entry is called: by the shop, or as everybody does, or by its key.
pub fn entry_name(list: List, entry: &Entry) -> TextProp {
    if !entry.name.is_empty() {
        return entry.name.clone().into();
    }
    usual(list, &entry.key).map_or_else(|| entry.key.clone().into(), TextProp::from)
}

/// What something that an order names is called now, in the language in use.
pub fn name(shop: &Fields, list: List, key: &str) -> String {
    entry_name(list, &entry(shop, list, key)).get().to_string()
}

/// The same in the shop that is open. Tracks its lists.
pub fn called(list: List, key: &str) -> String {
    name(&shop_now(), list, key)
}

/// Whether a list has an entry of this key, hidden or taken out too, in the shop that is open.
pub fn has(list: List, key: &str) -> bool {
    let shop = shop_now();
    list.usual().contains(&key) || !entry(&shop, list, key).name.is_empty()
}

/// Those to choose from: what the shop offers, and what is chosen already, be it hidden or gone by now.
pub fn choices(shop: &Fields, list: List, chosen: &str) -> Vec<Choice> {
    let all = entries(shop, list);
    let is_there = all.iter().any(|entry| entry.key == chosen);
    let gone = (!is_there && !chosen.is_empty()).then(|| entry(shop, list, chosen));
    all.into_iter()
        .filter(|entry| !entry.hidden || entry.key == chosen)
        .chain(gone)
        .map(|entry| {
            let choice = Choice::new(entry.key.clone(), entry_name(list, &entry));
            if list == List::Method { choice.with(appearance::method_glyph(&Method::from(entry.key))) } else { choice }
        })
        .collect()
}

/// The same, and none of them first.
pub fn choices_or(shop: &Fields, list: List, chosen: &str, none: Phrase) -> Vec<Choice> {
    std::iter::once(Choice::new("", none)).chain(choices(shop, list, chosen)).collect()
}

#[cfg(test)]
mod tests {
    use domain::record::Value;

    use super::*;

    fn keys(shop: &Fields, list: List, chosen: &str) -> Vec<String> {
        choices(shop, list, chosen).into_iter().map(|choice| choice.value).collect()
    }

    #[test]
    fn what_is_hidden_is_offered_only_where_it_is_chosen() {
        let mut shop = Fields::default();
        shop.fields.insert("channel/jd/hidden".into(), Value::Bool(true));
        assert!(!keys(&shop, List::Channel, "stall").contains(&"jd".to_owned()));
        assert!(keys(&shop, List::Channel, "jd").contains(&"jd".to_owned()));
        assert_eq!(keys(&shop, List::Method, "octopus").last().map(String::as_str), Some("octopus"));
    }

    #[test]
    fn carriers_are_the_known_ones_and_the_shops_own() {
        let mut shop = Fields::default();
        shop.fields.insert("carrier/a1/name".into(), "老王货运".into());
        let carriers = keys(&shop, List::Carrier, "");
        assert_eq!(
            (carriers.first().map(String::as_str), carriers.last().map(String::as_str)),
            (Some("sf"), Some("a1"))
        );
        assert_eq!(name(&shop, List::Carrier, "a1"), "老王货运");
    }
}
