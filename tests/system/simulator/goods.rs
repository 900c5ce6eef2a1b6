//! Products that are made, named, priced and taken out of sale on several tablets, and their stock: received, counted,
//! scrapped, come back, and sold, the last piece also twice.

use std::sync::atomic::AtomicU64;

use domain::order::Badge;
use domain::product::Stock;
use domain::record::{Record, StockMoved, StockReason, Value};
use replica::{Facet, Filter};

use super::records::changed;
use super::*;

/// How many variants are short in the end, in all runs.
pub static OVERSOLD: AtomicU64 = AtomicU64::new(0);

/// A product and its variant (0: it has none).
type Article = (Uuid, u32);

/// What is known of goods beside what tablets say.
pub(super) struct Goods {
    chance: Chance,
    /// What really left with a parcel, as it was on the tablet that let it go.
    left: BTreeMap<Uuid, Vec<(Article, i64)>>,
}

impl Goods {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { chance: Chance::seeded(seed ^ 0x600d5), left: BTreeMap::new() }
    }

    /// Notes what goes with the parcels that a tablet has just let go. Where it heard of something between the act and
    /// now, what it shows is not what left.
    pub(super) fn see_off(&mut self, order: &Order, own: impl Fn(Uuid) -> bool) {
        for parcel in order.parcels.iter().filter(|parcel| own(order.timeline[parcel.at].meta.device)) {
            let act = &order.timeline[parcel.at].meta;
            if order.timeline[..parcel.at].iter().all(|earlier| act.knew(&earlier.meta)) {
                self.left.entry(parcel.id).or_insert_with(|| articles(order, &parcel.lines));
            }
        }
    }
}

/// The goods of these parts of an order's lines.
fn articles(order: &Order, parts: &[(u32, i64)]) -> Vec<(Article, i64)> {
    let line = |id| order.lines.iter().map(|state| &state.line).find(|line| line.id == id);
    let part = |(id, quantity): &(u32, i64)| line(*id).and_then(|it| Some(((it.product?, it.variant), *quantity)));
    parts.iter().filter_map(part).collect()
}

/// A line of an order.
pub(super) fn line(id: u32, (product, variant): Article, quantity: i64) -> Line {
    Line { id, product: Some(product), variant, item: "茶".into(), quantity, price: 7, ..Line::default() }
}

/// A sale at the counter: paid, handed over and done; or what is still to be paid for and to leave.
pub(super) fn sale(content: Content, done: bool) -> Command {
    let given = content.total();
    let pays = done && given > 0 && content.terms == Terms::Prepaid;
    let payment = pays.then_some(NewPayment { method: Method::Cash, given, deposit: false });
    let (new, payments) = (Some((content, Buyer::default())), Vec::from_iter(payment));
    Command::Confirm { new, copied_from: None, payments, handed_over: done }
}

impl Simulation {
    /// A product of those that a tablet knows.
    pub(super) fn article(tab: &Tab, chance: &mut Chance) -> Option<Article> {
        let known: Vec<Uuid> = tab.replica().records(StreamKind::Product).map(|(id, _)| id).collect();
        Some((*known.get(chance.below(known.len()))?, chance.below(2) as u32))
    }

    /// Something happens to a product; often the like on another tablet, which has not heard of it.
    pub(super) fn trade(&mut self) {
        let mut chance = self.goods.chance.clone();
        if chance.percent(25)
            && let Some((nth, tab)) = self.tablet(&mut chance, None)
        {
            let what = chance.below(10);
            match Self::article(&tab, &mut chance).filter(|_| what > 0) {
                None => self.new_product((nth, &tab), &mut chance),
                Some(article) => {
                    let field = ["name", "price", "active", "level/vip"][chance.below(4)];
                    self.trade_in(article, field, what, (nth, &tab), &mut chance);
                    if chance.percent(60)
                        && let Some((other, tab)) = self.tablet(&mut chance, Some(nth))
                        && tab.replica().fields(article.0).is_some()
                    {
                        let field = if chance.percent(70) { field } else { "category" };
                        self.trade_in(article, field, what, (other, &tab), &mut chance);
                    }
                }
            }
        }
        self.goods.chance = chance;
        self.revive();
    }

    fn new_product(&mut self, on: (usize, &Tab), chance: &mut Chance) {
        let mut events = vec![changed([("name".into(), Some("茶".into())), ("price".into(), Some(7.into()))])];
        let received = |variant| StockMoved {
            variant,
            reason: StockReason::Received,
            quantity: 1 + i64::from(variant),
            counted: None,
            note: String::new(),
        };
        let stocks = chance.below(3) as u32;
        events.extend((0..stocks).map(|variant| RecordEvent::StockMoved(received(variant))));
        self.write(on, StreamKind::Product, None, events);
    }

    fn trade_in(&mut self, article: Article, field: &str, what: usize, on: (usize, &Tab), chance: &mut Chance) {
        let (product, variant) = article;
        let much = chance.below(5) as i64;
        let stock = on.1.replica().stock_of(product, variant);
        let event = match what {
            1..4 => {
                let value = match field {
                    "active" => Value::Bool(much % 2 == 0),
                    "name" | "category" => format!("茶{much}").into(),
                    _ => Value::Int(much),
                };
                changed([(field.to_owned(), (much > 0).then_some(value))])
            }
            4 | 5 => {
                let (reason, quantity, counted) = match much {
                    0 => (StockReason::Received, 3, None),
                    1 => (StockReason::Counted, much - stock.on_hand, Some(much)),
                    2 => (StockReason::ReturnedGood, 1, None),
                    3 => (StockReason::ReturnedDamaged, 0, Some(1)),
                    _ => (StockReason::Scrapped, -1, None),
                };
                RecordEvent::StockMoved(StockMoved { variant, reason, quantity, counted, note: String::new() })
            }
            6 => return self.settle(on, much % 2 == 0),
            // All that is left of it, as far as this tablet knows.
            _ => {
                let content = Content { lines: vec![line(1, article, stock.free().max(1))], ..Content::default() };
                self.ask(on.0, on.1, None, sale(content, much < 3));
                return self.revive();
            }
        };
        self.write(on, StreamKind::Product, Some(product), vec![event]);
    }

    /// On every tablet there is of each product what movements brought less what really left with orders; what is
    /// promised beyond that shows. Answers with the orders that it shows on.
    pub(super) fn check_stock(
        &self,
        orders: &BTreeMap<Uuid, Order>,
        records: &BTreeMap<Uuid, (StreamKind, Record)>,
    ) -> BTreeSet<Uuid> {
        let products = records.iter().filter(|(_, (kind, _))| *kind == StreamKind::Product);
        let moved: BTreeMap<Article, i64> =
            products.flat_map(|(id, (_, record))| record.sums().map(|(variant, sum)| ((*id, variant), sum))).collect();
        let (mut left, mut promised) = (BTreeMap::<Article, i64>::new(), BTreeMap::<Article, i64>::new());
        let promises = |order: &Order| {
            let waits = order.confirmed.is_some() && order.cancelled.is_none();
            if waits { articles(order, &order.unshipped()) } else { Vec::new() }
        };
        let is_known = self.copies == 0 && !self.may.gone && self.world.server().borrow().restored == 0;
        for order in orders.values() {
            for parcel in order.active_parcels() {
                // A tablet that died as it let go of a parcel told nobody what was in it; and of a tablet and its copy,
                // or one that saw another log, nobody knows who knew what.
                let told = || parcel.goods.iter().filter_map(|it| Some(((it.product?, it.variant), it.quantity)));
                let known = self.goods.left.get(&parcel.id).filter(|_| is_known).cloned();
                for (article, quantity) in known.unwrap_or_else(|| told().collect()) {
                    *left.entry(article).or_default() += quantity;
                }
            }
            for (article, quantity) in promises(order) {
                *promised.entry(article).or_default() += quantity;
            }
        }
        let of = |all: &BTreeMap<Article, i64>, article| all.get(article).copied();
        let stocks: BTreeMap<Article, Stock> = (moved.keys().chain(left.keys()).chain(promised.keys()))
            .map(|article| {
                let on_hand = of(&moved, article).unwrap_or(0) - of(&left, article).unwrap_or(0);
                let reserved = of(&promised, article).unwrap_or(0);
                (*article, Stock { on_hand, reserved, counted: moved.contains_key(article) })
            })
            .collect();
        let is_short = |article: &Article| {
            let stock = stocks[article];
            stock.counted && stock.on_hand < stock.reserved
        };
        let short = orders.values().filter(|order| promises(order).iter().any(|(article, _)| is_short(article)));
        let short: BTreeSet<Uuid> = short.map(|order| order.id).collect();
        OVERSOLD.fetch_add(stocks.keys().filter(|it| is_short(it)).count() as u64, Ordering::Relaxed);
        for (nth, tablet) in self.tablets.iter().enumerate() {
            let replica = tablet.tabs[0].replica();
            for ((product, variant), stock) in &stocks {
                assert_eq!(replica.stock_of(*product, *variant), *stock, "tablet {nth} has another stock");
                assert_eq!(replica.stock_of(*product, *variant).is_oversold(), is_short(&(*product, *variant)));
            }
            let shown = replica.found(&Filter::of(Facet::Badge(Badge::Oversold)), 0);
            assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), short, "tablet {nth} shows another shortage");
        }
        short
    }
}
