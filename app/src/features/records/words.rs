//! Fields of records and their values as people call them.

use domain::StreamKind;
use domain::record::{Fields, Value};
use domain::shop::list::List;

use crate::features::shop_lists;
use crate::text::{Currency, Phrase, devices, form, order_page, products, records, scan, weight};

/// The last part of a field's name, and the key of the collection's entry that it is of.
fn taken_apart(field: &str) -> (Option<&str>, Option<&str>, &str) {
    let mut parts = field.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(collection), Some(key), Some(_)) => {
            let last = field.get(collection.len() + key.len() + 2..).unwrap_or_default();
            (Some(collection), Some(key), last)
        }
        _ => (None, None, field),
    }
}

/// What a field is called: `Price`, `Large: Price`.
pub fn field_name(kind: StreamKind, field: &str, fields: &Fields, shop: &Fields) -> String {
    let (collection, key, last) = taken_apart(field);
    let name = match last.strip_prefix("level/").filter(|_| kind == StreamKind::Product) {
        Some(level) => products::price_at(&shop_lists::name(shop, List::Level, level)),
        None => match phrase(kind, collection, last) {
            Some(phrase) => phrase.get().to_owned(),
            // What this build has no word for is called by its key: nothing is hidden.
            None => last.to_owned(),
        },
    };
    let of = match (collection, key) {
        (Some(collection), Some(key)) => {
            let text = ["name", "text"].map(|named| fields.text(&format!("{collection}/{key}/{named}")).to_owned());
            let text = text.into_iter().find(|text| !text.is_empty());
            text.or_else(|| list_of(collection).map(|list| shop_lists::name(shop, list, key)))
        }
        _ => None,
    };
    match of {
        Some(of) if of != name => records::of(&of, &name),
        _ => name,
    }
}

fn list_of(collection: &str) -> Option<List> {
    let all = [List::Channel, List::Category, List::Method, List::Carrier, List::Level];
    all.into_iter().find(|list| list.key() == collection)
}

fn phrase(kind: StreamKind, collection: Option<&str>, last: &str) -> Option<Phrase> {
    Some(match (kind, collection, last) {
        (StreamKind::Shop, Some("device"), "name") => devices::NAME,
        (StreamKind::Product, Some("variant"), "name") | (StreamKind::Product, _, "spec") => products::SPEC,
        (StreamKind::Product, _, "name") => products::NAME,
        (StreamKind::Product, _, "code") => products::CODE,
        (StreamKind::Product, _, "barcodes") => products::BARCODES,
        (StreamKind::Product, _, "price") => products::PRICE,
        (StreamKind::Product, _, "cost") => products::COST,
        (StreamKind::Product, _, "unit") => products::UNIT,
        (StreamKind::Product, _, "category") => products::CATEGORY,
        (StreamKind::Product, _, "active") => products::ACTIVE,
        (StreamKind::Customer, Some("address"), "text") => form::ADDRESS,
        (StreamKind::Customer, _, "phone") => form::PHONE,
        (StreamKind::Customer, _, "level") => records::LEVEL,
        (StreamKind::Customer | StreamKind::Product, _, "merged_into") => records::MERGED_INTO,
        (StreamKind::Rule, _, "on") => records::SWITCHED_ON,
        (StreamKind::Template, _, "content") => records::CONTENT,
        (StreamKind::View, _, "query") => records::CONTENT,
        (_, _, "picture") => records::PICTURE,
        (_, _, "hidden") => records::HIDDEN,
        (_, _, "note") => products::NOTE,
        (_, _, "name") => records::NAME,
        (StreamKind::Shop, None, "default_channel") => records::DEFAULT_CHANNEL,
        (StreamKind::Shop, None, "default_category") => records::DEFAULT_CATEGORY,
        (StreamKind::Shop, None, "default_method") => records::DEFAULT_METHOD,
        (StreamKind::Shop, None, "default_carrier") => records::DEFAULT_CARRIER,
        (StreamKind::Shop, None, "scale_labels") => scan::LABELS,
        _ => return None,
    })
}

/// Whether a field holds minor units.
fn is_money(kind: StreamKind, field: &str) -> bool {
    let (_, _, last) = taken_apart(field);
    let is_product = kind == StreamKind::Product;
    is_product && (matches!(last, "price" | "cost") || last.starts_with("level/")) || last == "amount"
}

/// A value as people read it.
pub fn value_words(kind: StreamKind, field: &str, value: Option<&Value>, shop: &Fields, currency: Currency) -> String {
    let (_, _, last) = taken_apart(field);
    let said = |phrase: Phrase| phrase.get().to_owned();
    match (value, kind, last) {
        (None, StreamKind::Product, "active") => said(records::YES),
        (None, StreamKind::Product, "unit") => said(products::PIECE),
        (None, ..) => said(order_page::told::NOTHING),
        (Some(Value::Bool(so)), ..) => said(if *so { records::YES } else { records::NO }),
        (Some(Value::Int(minor)), ..) if is_money(kind, field) => currency.full(*minor),
        (Some(Value::Int(number)), ..) => number.to_string(),
        (Some(Value::Text(unit)), StreamKind::Product, "unit") if unit == "gram" => {
            weight::by(weight::name(weight::shop()).get())
        }
        // What an order would hold, or a blob's name, says nothing to anybody.
        (Some(_), StreamKind::Template, "content") => said(records::A_CONTENT),
        (Some(_), StreamKind::View, "query") => said(records::A_FILTER),
        (Some(_), _, "picture") => said(records::A_PICTURE),
        (Some(Value::Text(key)), StreamKind::Shop, _) if last.starts_with("default_") => last
            .strip_prefix("default_")
            .and_then(list_of)
            .map_or(key.clone(), |list| shop_lists::name(shop, list, key)),
        (Some(Value::Text(key)), StreamKind::Customer, "level") => shop_lists::name(shop, List::Level, key),
        (Some(Value::Text(text)), ..) => text.clone(),
        (Some(Value::List(all)), ..) => {
            let all = all.iter().map(|one| value_words(kind, field, Some(one), shop, currency));
            all.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Language, set_language};

    #[test]
    fn fields_and_values_are_said_as_people_say_them() {
        set_language(Language::En);
        let fields = [("variant/7/name".to_owned(), Value::from("Large"))].into();
        let fields = Fields { fields, ..Fields::default() };
        let name = |kind, field| field_name(kind, field, &fields, &Fields::default());
        assert_eq!(name(StreamKind::Product, "price"), "Price");
        assert_eq!(name(StreamKind::Product, "variant/7/price"), "Large: Price");
        assert_eq!(name(StreamKind::Product, "variant/7/level/wholesale"), "Large: Wholesale price");
        assert_eq!(name(StreamKind::Product, "level/member"), "Member price");
        assert_eq!(name(StreamKind::Shop, "channel/own/name"), "Own: Name");
        assert_eq!(name(StreamKind::Rule, "colour"), "colour");
        let yuan = Currency::from(domain::Currency::Cny);
        let value =
            |kind, field, value: Option<Value>| value_words(kind, field, value.as_ref(), &Fields::default(), yuan);
        assert_eq!(value(StreamKind::Product, "variant/7/price", Some(12_50.into())), "¥12.50");
        assert_eq!(value(StreamKind::Product, "level/member", Some(9_00.into())), "¥9.00");
        assert_eq!(value(StreamKind::Product, "active", None), "Yes");
        assert_eq!(value(StreamKind::Product, "active", Some(false.into())), "No");
        assert_eq!(value(StreamKind::Shop, "default_channel", Some("jd".into())), "JD");
        assert_eq!(value(StreamKind::View, "query", Some("placed=today".into())), "(a set of filters)");
        assert_eq!(value(StreamKind::Product, "barcodes", Some(vec!["1".to_owned(), "2".to_owned()].into())), "1, 2");
    }
}
