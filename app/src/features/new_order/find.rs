//! What the form finds in the shop for what is typed: products for an item, customers for the buyer.

use std::sync::Arc;

use domain::code;
use domain::customer::{Customer, phone_digits};
use domain::pinyin::Pinyin;
use domain::product::Product;
use uuid::Uuid;

use crate::session::folded;

/// As many are offered as one looks through.
const MOST: usize = 8;
/// Of a phone, so many digits are typed before anybody is offered.
const LEAST_DIGITS: usize = 3;

/// A product, and which of its variants; 0: it has none.
pub type Goods = (Arc<Product>, u32);

/// The goods that every typed word speaks of: by name, specification, code or barcode, or by how they sound. A code
/// in full comes first, then names that begin so.
pub fn goods<'a>(products: impl Iterator<Item = &'a Arc<Product>>, typed: &str, pinyin: Option<&Pinyin>) -> Vec<Goods> {
    let typed = folded(typed.trim());
    let words: Vec<&str> = typed.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u8, i64, usize, Goods)> = Vec::new();
    for product in products.filter(|product| product.active && !product.name.is_empty()) {
        for (place, variant) in product.offered().into_iter().enumerate() {
            let own = product.variant(variant);
            let spec = own.map_or("", |variant| variant.name.as_str());
            let name = folded(&product.name);
            let codes = [Some(&product.article), own.map(|variant| &variant.article)];
            let codes = || codes.iter().flatten().flat_map(|it| it.barcodes.iter().chain([&it.code]));
            let says = |word: &&str| {
                name.contains(*word)
                    || folded(spec).contains(*word)
                    || codes().any(|code| folded(code).contains(*word))
                    || code::is_of(product, word)
                    || pinyin.is_some_and(|it| it.matches(&name, word) || it.matches(&folded(spec), word))
            };
            if !words.iter().all(says) {
                continue;
            }
            let rank = if product.scanned(typed.as_str()) == Some(variant) || codes().any(|code| folded(code) == typed)
            {
                0
            } else if name.starts_with(&typed) {
                1
            } else {
                2
            };
            found.push((rank, product.position, place, (Arc::clone(product), variant)));
        }
    }
    found.sort_by_key(|(rank, position, place, (product, _))| (*rank, *position, product.id, *place));
    found.into_iter().take(MOST).map(|(.., goods)| goods).collect()
}

/// What names goods in the list of offers.
pub fn goods_key((product, variant): &Goods) -> String {
    format!("{}/{variant}", product.id)
}

/// The goods of such a name.
pub fn of_key(key: &str) -> Option<(Uuid, u32)> {
    let (product, variant) = key.split_once('/')?;
    Some((Uuid::try_parse(product).ok()?, variant.parse().ok()?))
}

/// The customers whom the typed part of a name or phone may mean, whoever is still here.
pub fn customers<'a>(
    all: impl Iterator<Item = &'a Arc<Customer>>,
    typed: &str,
    pinyin: Option<&Pinyin>,
) -> Vec<Arc<Customer>> {
    let typed = folded(typed.trim());
    if typed.is_empty() {
        return Vec::new();
    }
    let digits = phone_digits(typed.strip_prefix("+86").unwrap_or(&typed));
    let by_phone = digits.len() >= LEAST_DIGITS && typed.chars().all(|c| !c.is_alphabetic());
    let mut found: Vec<(u8, &Arc<Customer>)> = all
        .filter(|customer| !customer.erased && customer.merged_into.is_none())
        .filter_map(|customer| {
            let name = folded(&customer.name);
            if by_phone && customer.phone_digits().contains(&digits) {
                Some((0, customer))
            } else if name.starts_with(&typed) {
                Some((1, customer))
            } else if name.contains(&typed) || pinyin.is_some_and(|it| it.matches(&name, &typed)) {
                Some((2, customer))
            } else {
                None
            }
        })
        .collect();
    found.sort_by(|a, b| (a.0, &a.1.name, a.1.id).cmp(&(b.0, &b.1.name, b.1.id)));
    found.into_iter().take(MOST).map(|(_, customer)| Arc::clone(customer)).collect()
}

/// Whether what the form says of the buyer still means this customer.
pub fn is_still(customer: &Customer, name: &str, phone: &str) -> bool {
    let same_phone = !customer.phone.is_empty() && customer.phone_digits() == phone_digits(phone);
    same_phone || (!customer.name.is_empty() && customer.name.trim() == name.trim())
}

#[cfg(test)]
mod tests {
    use domain::product::{Article, Variant};

    use super::*;

    fn shelf() -> Vec<Arc<Product>> {
        let article = |code: &str| Article { code: code.into(), price: Some(88_00), ..Article::default() };
        let variant = |id, name: &str, code: &str| Variant {
            id,
            name: name.into(),
            article: article(code),
            ..Variant::default()
        };
        let shirt = Product {
            id: Uuid::from_u128(1),
            name: "T恤".into(),
            variants: vec![variant(7, "红 L", "TR"), variant(9, "蓝 L", "TB")],
            ..Product::default()
        };
        let tea =
            Product {
                id: Uuid::from_u128(2), name: "明前龙井".into(), article: article("LJ"), ..Product::default()
            };
        let gone = Product { id: Uuid::from_u128(3), name: "龙井茶饼".into(), active: false, ..Product::default() };
        vec![shirt, tea, gone].into_iter().map(Arc::new).collect()
    }

    fn found(typed: &str) -> Vec<(u128, u32)> {
        let pinyin = Pinyin::parse("jing 井\nlong 龙\nming 明\nqian 前\n").unwrap();
        let shelf = shelf();
        goods(shelf.iter(), typed, Some(&pinyin)).iter().map(|(it, variant)| (it.id.as_u128(), *variant)).collect()
    }

    #[test]
    fn goods_are_found_by_name_specification_code_and_sound() {
        assert_eq!(found("龙井"), [(2, 0)], "what is not sold any more is not offered");
        assert_eq!(found("mqlj"), [(2, 0)]);
        assert_eq!(found("t恤 蓝"), [(1, 9)]);
        assert_eq!(found("tr"), [(1, 7)]);
        assert_eq!(found("t恤"), [(1, 7), (1, 9)]);
        assert_eq!(found(" "), []);
    }

    #[test]
    fn customers_are_found_by_any_part_of_name_or_phone() {
        let person = |id, name: &str, phone: &str| {
            Arc::new(Customer {
                id: Uuid::from_u128(id),
                name: name.into(),
                phone: phone.into(),
                ..Customer::default()
            })
        };
        let merged = Customer { merged_into: Some(Uuid::from_u128(1)), ..(*person(3, "王小明", "138")).clone() };
        let all = [person(1, "王小明", "138 0013 8000"), person(2, "李雷", "13900139000"), Arc::new(merged)];
        let found = |typed: &str| -> Vec<u128> {
            customers(all.iter(), typed, None).iter().map(|customer| customer.id.as_u128()).collect()
        };
        assert_eq!(found("小明"), [1]);
        assert_eq!(found("8000"), [1]);
        assert_eq!(found("+86 139"), [2]);
        assert_eq!(found("00"), Vec::<u128>::new(), "two digits are anybody's");
        assert!(is_still(&all[0], "王小明 收", "13800138000") && !is_still(&all[0], "王", "1"));
    }
}
