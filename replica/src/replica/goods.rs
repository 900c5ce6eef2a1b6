//! Goods: what there is of an article, whichever of the products that turned out to be one it was sold, received or
//! counted under (docs/decisions/0020).

use std::rc::Rc;

use domain::product::merge::{Article, Merges, together};
use domain::product::{Product, Stock};
use uuid::Uuid;

use super::Replica;

impl Replica {
    /// Which products turned out to be others.
    pub fn merges(&self) -> Rc<Merges> {
        self.records.merges()
    }

    /// A product together with those that turned out to be it; `None` where there is no such record.
    pub fn product(&self, id: Uuid) -> Option<Product> {
        let fields = self.records.fields(id)?;
        let merges = self.merges();
        let merged = merges.merged(id);
        if merged.is_empty() {
            return Some(Product::read(&fields));
        }
        let others: Vec<_> = merged.iter().filter_map(|other| self.records.fields(*other)).collect();
        let mut product = together(&fields, &others, &merges);
        let sums = others.iter().flat_map(|other| other.sums.keys().map(|variant| (other.id, *variant)));
        for (_, variant) in sums.map(|article| merges.article(article)) {
            product.moved.entry(variant).or_default();
        }
        for (variant, moved) in &mut product.moved {
            *moved = self.moved((id, *variant)).unwrap_or_default();
        }
        Some(product)
    }

    /// The articles that turned out to be this one, itself among them, as events name them.
    pub(super) fn same(&self, article: Article) -> Vec<Article> {
        let merges = self.merges();
        let is = merges.article(article);
        let merged = merges.merged(is.0);
        let mut all = vec![is];
        for product in merged {
            let variants = self.records.moved_variants(*product).chain(self.index.taken_variants(*product));
            for own in variants.map(|variant| (*product, variant)) {
                if merges.article(own) == is && !all.contains(&own) {
                    all.push(own);
                }
            }
        }
        all
    }

    /// What movements and counts beside orders come to of an article; `None` where nobody counts it.
    pub(super) fn moved(&self, article: Article) -> Option<i64> {
        let merges = self.merges();
        let of = |it: Article| Some(self.records.moved(it.0, it.1)?.saturating_add(merges.twice(it)));
        let all = self.same(article).into_iter().filter_map(of);
        all.reduce(i64::saturating_add)
    }

    /// What all orders take of an article's stock, pieces or grams: promised and not left yet, and left. Variant 0: the
    /// product has none.
    pub fn stock(&self, product: Uuid, variant: u32) -> (i64, i64) {
        let all =
            self.same((product, variant)).into_iter().map(|(product, variant)| self.index.stock(product, variant));
        all.fold((0, 0), |sum, it| (sum.0.wrapping_add(it.0), sum.1.wrapping_add(it.1)))
    }

    /// Whether orders took anything under this very name of an article.
    pub fn is_taken(&self, product: Uuid, variant: u32) -> bool {
        self.index.taken_variants(product).any(|of| of == variant)
    }

    /// What there is of a product's variant (0: of the product).
    pub fn stock_of(&self, product: Uuid, variant: u32) -> Stock {
        let (reserved, left) = self.stock(product, variant);
        Stock::of(self.moved((product, variant)), reserved, left)
    }

    /// The variants of which more is promised than there is, as orders name them.
    pub fn oversold(&self) -> Vec<(Uuid, u32)> {
        let merges = self.merges();
        let short = self.records.counted().filter(|(product, variant, _)| {
            let stock = self.stock_of(*product, *variant);
            stock.reserved > 0 && stock.is_oversold()
        });
        let short = short.map(|(product, variant, _)| (product, variant));
        if merges.all_kept().next().is_none() {
            return short.collect();
        }
        let mut all: Vec<Article> = short.flat_map(|article| self.same(article)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// A product, and those that turned out to be the same one: what it turned out to be comes first.
    pub fn members(&self, product: Uuid) -> Vec<Uuid> {
        let merges = self.merges();
        let kept = merges.kept(product);
        std::iter::once(kept).chain(merges.merged(kept).iter().copied()).collect()
    }

    /// The orders that have promised something of a product that has not left yet, newest first.
    pub fn using(&self, product: Uuid) -> Vec<Uuid> {
        let mut members = self.members(product).into_iter();
        let mut all = members.next().map(|it| self.index.using(it)).unwrap_or_default();
        for orders in members.map(|it| self.index.using(it)) {
            all.extend(orders.into_iter().filter(|id| !all.contains(id)).collect::<Vec<_>>());
        }
        all
    }

    /// The orders of which something of a product left, or had left and came back, with when that last was in
    /// milliseconds since 1970: the last first.
    pub fn took(&self, product: Uuid) -> Vec<(Uuid, i64)> {
        let members = self.members(product);
        if members.len() == 1 {
            return self.index.took(product);
        }
        let mut all: Vec<(i64, Uuid)> =
            members.into_iter().flat_map(|it| self.index.took(it)).map(|(id, last)| (last, id)).collect();
        all.sort_unstable();
        all.reverse();
        let mut once: Vec<(Uuid, i64)> = Vec::with_capacity(all.len());
        for (last, id) in all {
            if !once.iter().any(|(known, _)| *known == id) {
                once.push((id, last));
            }
        }
        once
    }
}
