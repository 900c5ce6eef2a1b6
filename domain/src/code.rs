//! Codes of articles: what two ways of writing one code have in common, and which articles a code names. A code is
//! kept and shown as it was typed; it is compared by its [`key`].

pub mod gtin;
pub mod scale;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

pub use self::gtin::Gtin;
use crate::product::{Article, Product};

/// An article: a product, and which of its variants; 0: the product as a whole.
pub type Place = (Uuid, u32);

/// Whether a sign takes no room: it came along when a code was copied, and nobody sees it.
fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || (sign.is_control() && !sign.is_whitespace())
}

/// A code without what differs by keyboard and by the way it was copied: plain signs for full-width ones, small
/// letters, no signs that nobody sees, no spaces around it.
pub fn fold(text: &str) -> String {
    let plain = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => u32::from(sign).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(sign),
        sign if sign.is_whitespace() => ' ',
        sign => sign,
    };
    let signs = text.chars().filter(|sign| !is_invisible(*sign)).map(plain);
    signs.flat_map(char::to_lowercase).collect::<String>().trim().to_owned()
}

/// What codes are compared by: of a GTIN its 14 digits, of anything else the folded text; empty for an empty code.
pub fn key(text: &str) -> String {
    Gtin::parse(text).map_or_else(|| fold(text), |gtin| gtin.to_string())
}

/// The codes of an article, as they were typed.
pub fn codes(article: &Article) -> impl Iterator<Item = &str> {
    [&article.code].into_iter().chain(&article.barcodes).map(String::as_str).filter(|code| !code.is_empty())
}

/// The articles of a product, each with its number: the product itself is 0.
fn articles(product: &Product) -> impl Iterator<Item = (u32, &Article)> {
    let variants = product.variants.iter().map(|variant| (variant.id, &variant.article));
    [(0, &product.article)].into_iter().chain(variants)
}

/// What of a product has a code with this key: its variants, else the product as a whole.
pub fn named(product: &Product, key: &str) -> Vec<u32> {
    if key.is_empty() {
        return Vec::new();
    }
    let has = |article: &Article| codes(article).any(|code| self::key(code) == key);
    let found: Vec<u32> = articles(product).filter(|(_, article)| has(article)).map(|(of, _)| of).collect();
    closer(found)
}

/// Whether a word that is searched for is a code of a product, in another of its forms.
pub fn is_of(product: &Product, word: &str) -> bool {
    let Some(gtin) = Gtin::parse(word) else { return false };
    articles(product).any(|(_, article)| codes(article).any(|code| Gtin::parse(code) == Some(gtin)))
}

/// A variant's own code says more than the same code on the whole product.
fn closer(mut found: Vec<u32>) -> Vec<u32> {
    if found.len() > 1 {
        found.retain(|of| *of != 0);
    }
    found
}

/// Whether an article is sold now.
fn is_sold(product: &Product, of: u32) -> bool {
    product.active && product.variant(of).is_none_or(|variant| variant.active)
}

/// The articles that a scanned or typed code names, in the same order on every tablet: those that are sold now, or
/// else those that are not.
pub fn find<'a>(products: impl Iterator<Item = &'a Product>, code: &str) -> Vec<Place> {
    let key = key(code);
    let mut found: Vec<(bool, (i64, Uuid), usize, Place)> = Vec::new();
    for product in products {
        for (nth, of) in named(product, &key).into_iter().enumerate() {
            found.push((!is_sold(product, of), product.place(), nth, (product.id, of)));
        }
    }
    found.sort();
    let is_any_sold = found.first().is_some_and(|(is_idle, ..)| !is_idle);
    found.into_iter().filter(|(is_idle, ..)| !(is_any_sold && *is_idle)).map(|(.., place)| place).collect()
}

/// A code that several articles have: a scan of it has to ask which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// What they have in common.
    pub key: String,
    /// The code, as the first of them has it.
    pub code: String,
    /// The articles, in the order in which they are asked for.
    pub places: Vec<Place>,
}

/// The codes that several articles have that are sold now.
pub fn shared<'a>(products: impl Iterator<Item = &'a Product>) -> Vec<Shared> {
    // By a code's key: each product's place, the articles that have the code, and how it is written there.
    type Sharing<'a> = ((i64, Uuid), Vec<u32>, &'a str);
    let mut all: BTreeMap<String, Vec<Sharing>> = BTreeMap::new();
    for product in products.filter(|product| product.active) {
        let mut own: BTreeMap<String, (Vec<u32>, &str)> = BTreeMap::new();
        for (of, article) in articles(product).filter(|(of, _)| is_sold(product, *of)) {
            let mut seen = BTreeSet::new();
            for code in codes(article) {
                let key = key(code);
                if !key.is_empty() && seen.insert(key.clone()) {
                    own.entry(key).or_insert_with(|| (Vec::new(), code)).0.push(of);
                }
            }
        }
        for (key, (found, code)) in own {
            all.entry(key).or_default().push((product.place(), closer(found), code));
        }
    }
    let mut shared = Vec::new();
    for (key, mut has) in all {
        has.sort();
        let code = has.first().map(|(.., code)| (*code).to_owned()).unwrap_or_default();
        let place = |((_, id), of, _): ((i64, Uuid), Vec<u32>, &str)| of.into_iter().map(move |of| (id, of));
        let places: Vec<Place> = has.into_iter().flat_map(place).collect();
        if places.len() > 1 {
            shared.push(Shared { key, code, places });
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::Variant;

    fn product(id: u128, code: &str, barcodes: &[&str], variants: &[(u32, &str, bool)]) -> Product {
        let article = |code: &str| Article { code: code.into(), ..Article::default() };
        let variants = variants.iter().map(|(id, code, active)| Variant {
            id: *id,
            name: format!("v{id}"),
            article: article(code),
            active: *active,
            ..Variant::default()
        });
        Product {
            id: Uuid::from_u128(id),
            article: Article { barcodes: barcodes.iter().map(|it| (*it).into()).collect(), ..article(code) },
            variants: variants.collect(),
            ..Product::default()
        }
    }

    fn found(all: &[Product], code: &str) -> Vec<(u128, u32)> {
        find(all.iter(), code).into_iter().map(|(id, of)| (id.as_u128(), of)).collect()
    }

    #[test]
    fn c14_s10_a_code_is_found_however_it_is_written() {
        let all = [
            product(1, "T5", &["036000291452"], &[]),
            product(2, "Ｔ６", &["690\u{200b}1234567892"], &[]),
            product(3, "TEA", &["96385074"], &[]),
        ];
        for (code, id) in [
            ("t5", 1),
            ("\u{feff}T5\u{3000}", 1),
            ("0036000291452", 1),
            ("00036000291452", 1),
            ("Ｔ６", 2),
            ("T6", 2),
            ("６９０１２３４５６７８９２", 2),
            ("06901234567892", 2),
            ("690 1234 567892", 2),
            ("tea", 3),
            ("00000096385074", 3),
        ] {
            assert_eq!(found(&all, code), [(id, 0)], "{code}");
        }
        assert_eq!(found(&all, "36000291452"), [], "eleven digits are no GTIN");
        assert_eq!(found(&all, "6901234567890"), [], "nor are thirteen with another check digit");
        assert_eq!(found(&all, "\u{200b} "), []);
    }

    #[test]
    fn c17_a_code_of_two_articles_names_both_in_the_same_order_everywhere() {
        let one = product(7, "690", &[], &[]);
        let other = Product { position: -1, ..product(9, "A", &["690"], &[]) };
        let resting = Product { active: false, ..product(1, "690", &[], &[]) };
        let all = [one.clone(), other.clone(), resting.clone()];
        assert_eq!(found(&all, "690"), [(9, 0), (7, 0)]);
        assert_eq!(found(&[other, resting.clone(), one], "690"), [(9, 0), (7, 0)]);
        assert_eq!(found(&[resting], "690"), [(1, 0)], "what is not sold is found where nothing else is");
    }

    #[test]
    fn a_variants_own_code_says_more_than_the_products() {
        let shirt = product(1, "S", &["690"], &[(3, "690", true), (4, "S-4", true), (5, "S-5", false)]);
        let all = [shirt];
        assert_eq!(found(&all, "690"), [(1, 3)]);
        assert_eq!(found(&all, "s"), [(1, 0)]);
        assert_eq!(found(&all, "S-5"), [(1, 5)], "a variant that is not sold now");
        assert_eq!(shared(all.iter()), []);
    }

    #[test]
    fn codes_that_several_have_are_told() {
        let all = [
            product(1, "036000291452", &["0036000291452"], &[]),
            product(2, "B", &["00036000291452"], &[]),
            product(3, "C", &[], &[(1, "X", true), (2, "x", true), (3, "Y", true)]),
            product(4, "Y", &[], &[]),
            Product { active: false, ..product(5, "B", &[], &[]) },
        ];
        let told: Vec<(String, Vec<(u128, u32)>)> = shared(all.iter())
            .into_iter()
            .map(|it| (it.code, it.places.into_iter().map(|(id, of)| (id.as_u128(), of)).collect()))
            .collect();
        let expected: [(&str, &[(u128, u32)]); 3] =
            [("036000291452", &[(1, 0), (2, 0)]), ("X", &[(3, 1), (3, 2)]), ("Y", &[(3, 3), (4, 0)])];
        assert_eq!(told, expected.map(|(code, places)| (code.to_owned(), places.to_vec())));
    }
}
