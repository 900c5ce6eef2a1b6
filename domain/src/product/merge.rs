//! Products that turned out to be one: which are suggested, which article of the one is which of the other, and what
//! the merged ones give to the one that is kept (docs/decisions/0020).
//!
//! A merge is in the fields of the product that goes: `merged_into`, for each of its variants `merged/<variant>` (which
//! variant of the other it is), and `merged_stock/<variant>` (what counts twice, and is taken off while they are one).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{Product, Variant};
use crate::code::{codes, fold, key};
use crate::customer;
use crate::record::{Fields, Value};

/// An article: a product and its variant; 0: the product itself.
pub type Article = (Uuid, u32);

/// What the record of a product says of its merge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The product that it turned out to be.
    pub into: Uuid,
    /// By its variant: which of the other's that is. One without an entry keeps its number there.
    pub variants: BTreeMap<u32, u32>,
    /// By its variant: pieces or grams that were counted for both, below zero.
    pub stock: BTreeMap<u32, i64>,
}

impl Merged {
    /// Reads it from a product's record.
    pub fn read(fields: &Fields) -> Option<Self> {
        let into = Uuid::try_parse(fields.text("merged_into")).ok().filter(|into| *into != fields.id)?;
        let numbers = |collection: &str| -> BTreeMap<u32, i64> {
            let number = |key: &str| Some((key.parse().ok()?, fields.int(&format!("{collection}/{key}"))?));
            fields.keys(collection).filter_map(number).collect()
        };
        let variant = |(of, to): (u32, i64)| Some((of, u32::try_from(to).ok()?));
        let variants = numbers("merged").into_iter().filter_map(variant).collect();
        Some(Self { into, variants, stock: numbers("merged_stock") })
    }

    /// As fields of the product that goes.
    pub fn fields(&self) -> BTreeMap<String, Option<Value>> {
        let variants = self.variants.iter().map(|(of, to)| (format!("merged/{of}"), Some(Value::Int(i64::from(*to)))));
        let stock = self.stock.iter().map(|(of, less)| (format!("merged_stock/{of}"), Some(Value::Int(*less))));
        let into = ("merged_into".to_owned(), Some(self.into.to_string().into()));
        variants.chain(stock).chain([into]).collect()
    }

    fn to(&self, variant: u32) -> u32 {
        self.variants.get(&variant).copied().unwrap_or(variant)
    }
}

/// The fields that a product's merge is in, all of them cleared.
pub fn cleared(fields: &Fields) -> BTreeMap<String, Option<Value>> {
    let is_of = |name: &&String| *name == "merged_into" || is_of_merge(name);
    fields.fields.keys().filter(is_of).map(|name| (name.clone(), None)).collect()
}

/// Whether a field is a detail of a merge: of two values nobody has to choose one.
pub(crate) fn is_of_merge(field: &str) -> bool {
    field.starts_with("merged/") || field.starts_with("merged_stock/")
}

/// All merges of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges {
    by: HashMap<Uuid, Merged>,
    /// By the product that is kept: those that turned out to be it, the older first.
    groups: HashMap<Uuid, Vec<Uuid>>,
}

impl Merges {
    /// Of what the records say; a product that is not known takes nothing in: `is_known`.
    pub fn of(all: impl IntoIterator<Item = (Uuid, Merged)>, is_known: impl Fn(Uuid) -> bool) -> Self {
        let by: HashMap<Uuid, Merged> = all.into_iter().filter(|(_, merged)| is_known(merged.into)).collect();
        let mut merges = Self { by, groups: HashMap::new() };
        let mut gone: Vec<Uuid> = merges.by.keys().copied().collect();
        gone.sort_unstable();
        for id in gone {
            let kept = merges.kept(id);
            if kept != id {
                merges.groups.entry(kept).or_default().push(id);
            }
        }
        merges
    }

    /// The product that this one turned out to be. Where merges go round in a circle, it is the oldest.
    pub fn kept(&self, product: Uuid) -> Uuid {
        customer::resolve(product, |id| Some(self.by.get(&id)?.into))
    }

    /// Those that turned out to be this one, without itself.
    pub fn merged(&self, kept: Uuid) -> &[Uuid] {
        self.groups.get(&kept).map_or(&[], Vec::as_slice)
    }

    /// The products that others turned out to be.
    pub fn all_kept(&self) -> impl Iterator<Item = Uuid> {
        self.groups.keys().copied()
    }

    /// Those that turned out to be another, each with that.
    pub fn gone(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.groups.iter().flat_map(|(kept, all)| all.iter().map(|id| (*id, *kept)))
    }

    /// The article that this one turned out to be.
    pub fn article(&self, (product, variant): Article) -> Article {
        let kept = self.kept(product);
        let (mut at, mut variant) = (product, variant);
        // No way is longer than there are merges.
        for _ in 0..=self.by.len() {
            match self.by.get(&at) {
                Some(merged) if at != kept => (at, variant) = (merged.into, merged.to(variant)),
                _ => break,
            }
        }
        (kept, variant)
    }

    /// What counts twice of an article of a product that goes: taken off while it is merged.
    pub fn twice(&self, (product, variant): Article) -> i64 {
        let merged = self.by.get(&product).filter(|_| self.kept(product) != product);
        merged.and_then(|merged| merged.stock.get(&variant)).copied().unwrap_or_default()
    }
}

/// What a kept product is with those that turned out to be it: where it has nothing of its own, theirs; every code of
/// theirs finds it. `others` are their records, the older first.
pub fn together(kept: &Fields, others: &[Fields], merges: &Merges) -> Product {
    let mut whole = kept.clone();
    for other in others {
        for (name, value) in &other.fields {
            let place = match name.strip_prefix("variant/").and_then(|rest| rest.split_once('/')) {
                Some((variant, rest)) => {
                    let Ok(variant) = variant.parse() else { continue };
                    match merges.article((other.id, variant)) {
                        (_, 0) => continue,
                        (_, variant) => format!("variant/{variant}/{rest}"),
                    }
                }
                None => name.clone(),
            };
            let last = place.rsplit('/').next().unwrap_or_default();
            let is_own = matches!(last, "active" | "position" | "unit" | "barcodes" | "merged_into")
                || place.starts_with("other/")
                || is_of_merge(&place);
            // A variant that only the other has comes with all that it has.
            let is_new = place.starts_with("variant/") && {
                let under = place.rsplit_once('/').map_or("", |(under, _)| under);
                !kept.fields.contains_key(&format!("{under}/name")) && !place.ends_with("/barcodes")
            };
            if !is_own || is_new {
                whole.fields.entry(place).or_insert_with(|| value.clone());
            }
        }
    }
    let mut product = Product::read(&whole);
    for other in others {
        let theirs = Product::read(other);
        let own = [(0, &theirs.article)].into_iter();
        for (variant, article) in own.chain(theirs.variants.iter().map(|it| (it.id, &it.article))) {
            let (_, variant) = merges.article((other.id, variant));
            let into = match product.variants.iter_mut().find(|it| it.id == variant) {
                Some(variant) => &mut variant.article,
                None => &mut product.article,
            };
            for code in codes(article) {
                if !codes(into).any(|known| key(known) == key(code)) {
                    into.barcodes.push(code.to_owned());
                }
            }
        }
        if theirs.name != product.name && !product.also_called.contains(&theirs.name) {
            product.also_called.push(theirs.name);
        }
    }
    product.merged = others.iter().map(|other| other.id).collect();
    product
}

fn is_same_text(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

fn all_codes(product: &Product) -> BTreeSet<String> {
    let articles = product.variants.iter().map(|variant| &variant.article).chain([&product.article]);
    articles.flat_map(|article| codes(article).map(key)).filter(|key| !key.is_empty()).collect()
}

/// Which variants of a product that goes are which of the one that is kept, by code, else by specification; one that
/// the other does not have keeps its number, and comes along.
pub fn variants(kept: &Product, other: &Product) -> BTreeMap<u32, u32> {
    let mut free: Vec<&Variant> = kept.variants.iter().collect();
    let mut found = BTreeMap::new();
    let has_code = |article: &super::Article, it: &Variant| {
        let keys: BTreeSet<String> = codes(&it.article).map(key).collect();
        codes(article).any(|code| keys.contains(&key(code)))
    };
    if other.variants.is_empty() {
        let is_it = |it: &&&Variant| {
            has_code(&other.article, it) || (!other.spec.is_empty() && is_same_text(&it.name, &other.spec))
        };
        found.extend(free.iter().find(is_it).map(|it| (0, it.id)));
        return found;
    }
    for by_code in [true, false] {
        for variant in &other.variants {
            let is_it = |it: &&Variant| {
                if by_code { has_code(&variant.article, it) } else { is_same_text(&it.name, &variant.name) }
            };
            if !found.contains_key(&variant.id)
                && let Some(at) = free.iter().position(is_it)
            {
                found.insert(variant.id, free.remove(at).id);
            }
        }
    }
    found
}

/// An article that was counted as two before they turned out to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twice {
    /// The variant of the product that goes.
    pub variant: u32,
    /// What was counted of the one that is kept.
    pub kept: i64,
    /// What was counted of the other.
    pub other: i64,
    /// What is taken off where both counts were of the same goods: then the later one stands.
    pub less: i64,
}

/// What was counted of both. `variants`: which of the other's are which of the kept one's.
pub fn counted_twice(kept: &Fields, other: &Fields, variants: &BTreeMap<u32, u32>) -> Vec<Twice> {
    let both = other.counts.iter().filter_map(|theirs| {
        let variant = variants.get(&theirs.variant).copied().unwrap_or(theirs.variant);
        let ours = kept.counts.iter().find(|ours| ours.variant == variant)?;
        let earlier = if ours.id < theirs.id { ours } else { theirs };
        let (kept, other, less) = (ours.counted, theirs.counted, earlier.counted.saturating_neg());
        Some(Twice { variant: theirs.variant, kept, other, less })
    });
    both.collect()
}

/// Of two products the one that is kept, and the one that goes: one with variants takes in one without; else the older
/// takes in the newer.
pub fn in_order<'a>(one: &'a Product, other: &'a Product) -> (&'a Product, &'a Product) {
    let key = |product: &Product| (product.variants.is_empty(), product.id);
    if key(one) <= key(other) { (one, other) } else { (other, one) }
}

/// Whether two products may be one and the same: they share a code, or they are called the same and neither has a code
/// that the other has not.
fn is_alike(one: &Product, other: &Product) -> bool {
    let (ours, theirs) = (all_codes(one), all_codes(other));
    if !ours.is_disjoint(&theirs) {
        return true;
    }
    let same_spec = if one.variants.is_empty() && other.variants.is_empty() {
        is_same_text(&one.spec, &other.spec)
    } else {
        one.variants.iter().any(|it| other.variants.iter().any(|of| is_same_text(&it.name, &of.name)))
    };
    is_same_text(&one.name, &other.name) && same_spec && (ours.is_empty() || theirs.is_empty())
}

/// Pairs of products that may be one and the same, written down twice: the same code in any of its forms, or the same
/// name and specification. The one to keep comes first; each that would go stands once. Not those of which somebody
/// said that they are different.
pub fn duplicates<'a>(products: impl IntoIterator<Item = &'a Product>) -> Vec<(Uuid, Uuid)> {
    let mut all: Vec<&Product> = products.into_iter().collect();
    all.sort_by_key(|product| (product.variants.is_empty(), product.id));
    // What each has in common with others, so that not all are compared with all.
    let mut by: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (at, product) in all.iter().enumerate() {
        let names = [(false, fold(&product.name))].into_iter().filter(|(_, name)| !name.is_empty());
        let keys: Vec<(bool, String)> = all_codes(product).into_iter().map(|key| (true, key)).chain(names).collect();
        let mut met: Vec<usize> = keys.iter().filter_map(|key| by.get(key)).flatten().copied().collect();
        met.sort_unstable();
        let told_apart = |other: &Product| product.others.contains(&other.id) || other.others.contains(&product.id);
        let fits = |other: &&&Product| other.unit == product.unit && !told_apart(other) && is_alike(other, product);
        let first = met.iter().filter_map(|nth| all.get(*nth)).find(fits);
        pairs.extend(first.map(|first| (first.id, product.id)));
        for key in keys {
            by.entry(key).or_default().push(at);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tea(id: u128, name: &str, code: &str) -> Product {
        let article = super::super::Article { code: code.into(), ..Default::default() };
        Product { id: Uuid::from_u128(id), name: name.into(), article, ..Product::default() }
    }

    fn shirt(id: u128, variants: &[(u32, &str, &str)]) -> Product {
        let variants = variants.iter().map(|(id, name, code)| Variant {
            id: *id,
            name: (*name).into(),
            article: super::super::Article { code: (*code).into(), ..Default::default() },
            ..Variant::default()
        });
        Product { variants: variants.collect(), ..tea(id, "Shirt", "") }
    }

    fn of(product: &Product, merged: Option<Merged>) -> Fields {
        let mut fields = product.fields();
        let merged = merged.map(|merged| merged.fields()).unwrap_or_default();
        fields.extend(merged.into_iter().filter_map(|(name, value)| Some((name, value?))));
        Fields { id: product.id, fields, ..Fields::default() }
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn t1_the_same_goods_written_twice_are_suggested_once_each() {
        let all = [
            tea(3, "龙井", "LJ-1"),
            tea(1, "Longjing", "ｌｊ-1"),
            tea(5, "Teapot", ""),
            tea(4, " teapot ", ""),
            tea(6, "Teapot", "TP"),
            tea(7, "Cup", "C1"),
            tea(8, "Cup", "C2"),
        ];
        assert_eq!(duplicates(&all), [(id(1), id(3)), (id(4), id(5)), (id(4), id(6))]);
        let mut apart = all.clone();
        apart[0].others.push(id(1));
        assert_eq!(duplicates(&apart).len(), 2, "somebody said that they are different");
        let mut weighed = all.clone();
        weighed[0].unit = crate::order::Unit::Gram;
        assert_eq!(duplicates(&weighed).len(), 2, "pieces are no grams");
    }

    #[test]
    fn t1_a_barcode_is_the_same_in_each_of_its_forms_and_names_with_a_size_in_common_too() {
        let mut one = tea(1, "Milk", "");
        one.article.barcodes = vec!["012345678905".into()];
        let other = tea(2, "Fresh milk", "0012345678905");
        assert_eq!(duplicates(&[one, other]), [(id(1), id(2))]);
        let (one, other) = (shirt(1, &[(5, "S", ""), (6, "M", "")]), shirt(2, &[(7, "M", ""), (8, "L", "")]));
        assert_eq!(duplicates(&[other.clone(), one.clone()]), [(id(1), id(2))]);
        assert_eq!(variants(&one, &other), [(7, 6)].into(), "what the other has not keeps its number");
        let plain = tea(9, "Shirt", "M-1");
        let sized = shirt(10, &[(5, "S", "S-1"), (6, "M", "M-1")]);
        assert_eq!(
            duplicates(&[plain.clone(), sized.clone()]),
            [(id(10), id(9))],
            "one with sizes takes in one without"
        );
        assert_eq!(variants(&sized, &plain), [(0, 6)].into());
    }

    #[test]
    fn chains_circles_and_what_is_not_there() {
        let into = |into: u128, variants: &[(u32, u32)], twice: i64| Merged {
            into: id(into),
            variants: variants.iter().copied().collect(),
            stock: [(7, twice)].into(),
        };
        let all = [(id(3), into(2, &[(7, 8)], -3)), (id(2), into(1, &[(8, 9)], -2)), (id(5), into(99, &[], -1))];
        let merges = Merges::of(all, |known| known != id(99));
        assert_eq!(merges.article((id(3), 7)), (id(1), 9));
        assert_eq!(merges.article((id(2), 4)), (id(1), 4));
        assert_eq!(merges.article((id(5), 7)), (id(5), 7), "into one that is not here nothing goes");
        assert_eq!(
            (merges.merged(id(1)), merges.twice((id(3), 7)), merges.twice((id(5), 7))),
            (&[id(2), id(3)][..], -3, 0)
        );
        let circle = Merges::of([(id(1), into(2, &[(7, 8)], -3)), (id(2), into(1, &[(8, 7)], -2))], |_| true);
        assert_eq!((circle.kept(id(1)), circle.kept(id(2)), circle.article((id(2), 8))), (id(1), id(1), (id(1), 7)));
        assert_eq!((circle.article((id(1), 7)), circle.twice((id(1), 7))), ((id(1), 7), 0), "the kept one is itself");
    }

    #[test]
    fn what_the_kept_one_lacks_is_the_others_and_every_code_finds_it() {
        let mut kept = shirt(1, &[(5, "S", "S-1"), (6, "M", "")]);
        kept.article.price = Some(59_00);
        let mut other = shirt(2, &[(7, "M", "M-2"), (8, "L", "L-2")]);
        other.name = "T-shirt".into();
        other.article.price = Some(69_00);
        other.article.picture = "picture".into();
        other.category = "Clothes".into();
        other.active = false;
        other.variants[1].article.price = Some(79_00);
        let merged = Merged { into: id(1), variants: variants(&kept, &other), stock: BTreeMap::new() };
        let fields = of(&other, Some(merged.clone()));
        assert_eq!(Merged::read(&fields), Some(merged.clone()));
        let merges = Merges::of([(id(2), merged)], |_| true);
        let whole = together(&of(&kept, None), std::slice::from_ref(&fields), &merges);
        assert_eq!(
            (whole.name.as_str(), whole.price(6, ""), whole.category.as_str()),
            ("Shirt", Some(59_00), "Clothes")
        );
        assert_eq!(
            (whole.article.picture.as_str(), whole.active, whole.merged.as_slice()),
            ("picture", true, &[id(2)][..])
        );
        assert_eq!((whole.scanned("M-2"), whole.scanned("L-2"), whole.scanned("S-1")), (Some(6), Some(8), Some(5)));
        assert_eq!(
            (whole.price(8, ""), whole.variants.len(), whole.also_called.as_slice()),
            (Some(79_00), 3, &["T-shirt".to_owned()][..])
        );
        let undone = cleared(&fields);
        assert!(undone.contains_key("merged_into") && undone.contains_key("merged/7") && undone.len() == 2);
    }
}
