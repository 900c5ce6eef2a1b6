//! Products that are made, named, priced and taken out of sale on several tablets, and their stock: received, counted,
//! scrapped, come back, and sold, the last piece also twice.

use std::sync::atomic::AtomicU64;

use domain::order::Badge;
use domain::product::Stock;
use domain::product::merge::{Merged, Merges, cleared};
use domain::record::{Fields, Record, StockMoved, StockReason, Value};
use replica::{Facet, Filter};

use super::records::changed;
use super::*;

/// How many variants are short in the end, in all runs.
pub static OVERSOLD: AtomicU64 = AtomicU64::new(0);

/// How many counts did not know of something that moved, in all runs.
pub static UNAWARE: AtomicU64 = AtomicU64::new(0);
/// How many products turned out to be others in the end, in all runs.
pub static MERGED: AtomicU64 = AtomicU64::new(0);
/// How often two tablets counted the same article concurrently, and said the same.
pub static AGREED: AtomicU64 = AtomicU64::new(0);

/// A product and its variant (0: it has none).
type Article = (Uuid, u32);

/// What is known of goods beside what tablets say.
pub(super) struct Goods {
    chance: Chance,
    /// Whether products turn out to be others: in half of the runs, so that counts are looked at without it, too.
    merges: bool,
    /// What really left with a parcel, as it was on the tablet that let it go.
    left: BTreeMap<Uuid, Vec<(Article, i64)>>,
}

impl Goods {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { chance: Chance::seeded(seed ^ 0x600d5), merges: seed % 8 < 4, left: BTreeMap::new() }
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
            if self.goods.merges && chance.percent(15) && tab.replica().records(StreamKind::Product).count() > 1 {
                self.merge_goods((nth, &tab), &mut chance);
                self.goods.chance = chance;
                return self.revive();
            }
            match Self::article(&tab, &mut chance).filter(|_| what > 0) {
                None => self.new_product((nth, &tab), &mut chance),
                Some(article) => {
                    let field = ["name", "price", "active", "level/vip"][chance.below(4)];
                    let much = chance.below(5) as i64;
                    self.trade_in(article, field, (what, much), (nth, &tab), &mut chance);
                    if chance.percent(60)
                        && let Some((other, tab)) = self.tablet(&mut chance, Some(nth))
                        && tab.replica().fields(article.0).is_some()
                    {
                        let field = if chance.percent(70) { field } else { "category" };
                        // Who receives or counts the same does the same most often; what is written differs.
                        let much = if what == 4 || what == 5 { much } else { chance.below(5) as i64 };
                        self.trade_in(article, field, (what, much), (other, &tab), &mut chance);
                    }
                }
            }
        }
        self.goods.chance = chance;
        self.revive();
    }

    /// Says of one product that it is another, or that it is not any more: in chains, circles and on two tablets at once.
    fn merge_goods(&mut self, on: (usize, &Tab), chance: &mut Chance) {
        let known: Vec<Uuid> = on.1.replica().records(StreamKind::Product).map(|(id, _)| id).collect();
        let [product, into] = [chance.below(known.len()), chance.below(known.len())].map(|at| known[at]);
        let fields = on.1.replica().fields(product).expect("a product that is listed");
        let set = if chance.percent(75) && product != into {
            let variants = [(0, chance.below(2) as u32)].into();
            let stock = if chance.percent(50) { [(1, -1)].into() } else { BTreeMap::new() };
            Merged { into, variants, stock }.fields()
        } else {
            cleared(&fields)
        };
        if !set.is_empty() {
            self.write(on, StreamKind::Product, Some(product), vec![changed(set)]);
        }
    }

    fn new_product(&mut self, on: (usize, &Tab), chance: &mut Chance) {
        let mut events = vec![changed([("name".into(), Some("茶".into())), ("price".into(), Some(7.into()))])];
        let received = |variant| StockMoved::new(variant, StockReason::Received, 1 + i64::from(variant));
        let stocks = chance.below(3) as u32;
        events.extend((0..stocks).map(|variant| RecordEvent::StockMoved(received(variant))));
        self.write(on, StreamKind::Product, None, events);
    }

    fn trade_in(
        &mut self,
        article: Article,
        field: &str,
        (what, much): (usize, i64),
        on: (usize, &Tab),
        chance: &mut Chance,
    ) {
        let (product, variant) = article;
        let stock = on.1.replica().stock_of(product, variant);
        let moved = |reason, quantity| StockMoved::new(variant, reason, quantity);
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
                RecordEvent::StockMoved(match much {
                    0 => moved(StockReason::Received, 3),
                    // Most often it is right, also on the other tablet; sometimes not.
                    1 | 4 => StockMoved::count(variant, if chance.percent(70) { stock.on_hand - 1 } else { 2 }),
                    2 => moved(StockReason::ReturnedGood, 1),
                    _ if what == 4 => StockMoved { counted: Some(1), ..moved(StockReason::ReturnedDamaged, 0) },
                    _ => moved(StockReason::Scrapped, -1),
                })
            }
            6 if chance.percent(50) => return self.say_when(on, much % 2 == 0),
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

    /// Says of all that a tablet is asked about one count whether it came before it.
    fn say_when(&mut self, (nth, tab): (usize, &Tab), before: bool) {
        let Some(asked) = tab.replica().asked_counts().into_iter().next() else { return };
        let (acting, id) = (tab.clone(), asked.product);
        let Some(Ok(Some(record))) = self.at_once(nth, async move { acting.record(id).await }) else { return };
        let beside = record.unsure(&asked.count).into_iter().filter_map(|at| match &record.timeline[at] {
            (meta, Event::Record(RecordEvent::StockMoved(moved))) => Some((meta.clone(), moved.quantity)),
            _ => None,
        });
        let orders = asked.orders.iter().map(|it| (it.meta.clone(), it.quantity));
        let words = beside.chain(orders).map(|(meta, quantity)| asked.count.answer(&meta, quantity, before));
        self.write((nth, tab), StreamKind::Product, Some(id), words.map(RecordEvent::StockMoved).collect());
    }

    /// What was counted is there, and on top of it what its maker did not know of, but for what a person said to have
    /// been before it. Each count says so for itself, by the log alone. And of everything that neither knew, a person is
    /// asked until one has said it.
    fn check_counts(&self, orders: &BTreeMap<Uuid, Order>, products: &BTreeMap<Uuid, (StreamKind, Record)>) {
        let mut moves: BTreeMap<Article, Vec<(Meta, i64)>> = BTreeMap::new();
        for order in orders.values() {
            let mut of_event: BTreeMap<(usize, Article), i64> = BTreeMap::new();
            for it in order.stock_moves() {
                *of_event.entry((it.at, (it.product, it.variant))).or_default() += it.quantity;
            }
            for ((at, article), quantity) in of_event {
                moves.entry(article).or_default().push((order.timeline[at].meta.clone(), quantity));
            }
        }
        let mut asked: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        for (id, (kind, record)) in products {
            if *kind != StreamKind::Product {
                continue;
            }
            let moved = record.timeline.iter().filter_map(|(meta, event)| match event {
                Event::Record(RecordEvent::StockMoved(moved)) => Some((meta, moved)),
                _ => None,
            });
            let moved: Vec<(&Meta, &StockMoved)> = moved.collect();
            let plain = |moved: &StockMoved| moved.settles.is_none() && moved.known.is_none();
            for (meta, moved) in moved.iter().filter(|(_, moved)| plain(moved)) {
                moves.entry((*id, moved.variant)).or_default().push(((*meta).clone(), moved.quantity));
            }
            let counts = moved.iter().filter(|(_, moved)| moved.known.is_some() && moved.settles.is_none());
            let counts: Vec<&(&Meta, &StockMoved)> = counts.collect();
            for (nth, (meta, count)) in counts.iter().enumerate() {
                let agree = |(other, it): &&(&Meta, &StockMoved)| {
                    (it.variant, it.counted) == (count.variant, count.counted) && !meta.knew(other)
                };
                AGREED.fetch_add(counts[..nth].iter().filter(|it| agree(it)).count() as u64, Ordering::Relaxed);
            }
            for count in record.counts() {
                let (own, stated) = counts.iter().find(|(meta, _)| meta.id == count.id).expect("a count that was made");
                let all = moves.get(&(*id, count.variant)).map(Vec::as_slice).unwrap_or_default();
                // In a restored log a word may stand before its count, and is not heard: a person is asked again.
                let words = moved.iter().skip_while(|(meta, _)| meta.id != count.id);
                let words = words.filter(|(_, moved)| moved.variant == count.variant);
                let mut said: BTreeMap<String, i64> = BTreeMap::new();
                for (_, word) in words {
                    let of_it = word.settles.iter().filter(|it| it.starts_with(&format!("before:{}", count.id)));
                    for it in of_it {
                        said.entry(it.clone()).or_insert(word.quantity);
                    }
                }
                let beside = all.iter().filter(|(meta, quantity)| {
                    let is_said = said.contains_key(&domain::record::question(count.id, meta));
                    *quantity != 0 && !own.knew(meta) && !meta.knew(own) && !is_said
                });
                let beside = beside.count();
                if beside > 0 {
                    asked.insert((*id, count.id), beside);
                }
                // Of those that are one, the whole is looked at, and each count knew of the others what its tablet did. Whose
                // journal was spoilt says that it has seen nothing, until it has pulled again: it is asked.
                if self.goods.merges
                    || self.copies + self.spoilt > 0
                    || self.may.gone
                    || self.world.server().borrow().restored > 0
                {
                    continue;
                }
                let unknown: i64 = all.iter().filter(|(meta, _)| !own.knew(meta)).map(|(_, quantity)| quantity).sum();
                let there = stated.counted.expect("a count says how many") + unknown + said.values().sum::<i64>();
                for (nth, tablet) in self.tablets.iter().enumerate() {
                    let on_hand = tablet.tabs[0].replica().stock_of(*id, count.variant).on_hand;
                    assert_eq!(on_hand, there, "tablet {nth} has something else than was counted: {count:?}");
                }
            }
        }
        UNAWARE.fetch_add(asked.len() as u64, Ordering::Relaxed);
        for (nth, tablet) in self.tablets.iter().enumerate() {
            let asks = tablet.tabs[0].replica().asked_counts();
            let asks = asks.iter().map(|it| ((it.product, it.count.id), it.count.asks + it.orders.len()));
            assert_eq!(asks.collect::<BTreeMap<_, _>>(), asked, "tablet {nth} asks something else of counts");
        }
    }

    /// On every tablet there is of each product what movements brought less what really left with orders; what is
    /// promised beyond that shows. Answers with the orders that it shows on.
    pub(super) fn check_stock(
        &self,
        orders: &BTreeMap<Uuid, Order>,
        records: &BTreeMap<Uuid, (StreamKind, Record)>,
    ) -> BTreeSet<Uuid> {
        let products = || records.iter().filter(|(_, (kind, _))| *kind == StreamKind::Product);
        let merged = products().filter_map(|(id, (_, record))| Some((*id, Merged::read(&Fields::of(*id, record))?)));
        let merges = Merges::of(merged, |id| records.contains_key(&id));
        MERGED.fetch_add(merges.gone().count() as u64, Ordering::Relaxed);
        self.check_counts(orders, records);
        let is = |article: Article| merges.article(article);
        let mut moved: BTreeMap<Article, i64> = BTreeMap::new();
        for (id, (_, record)) in products() {
            for (variant, sum) in record.sums() {
                *moved.entry(is((*id, variant))).or_default() += sum + merges.twice((*id, variant));
            }
        }
        let (mut left, mut promised) = (BTreeMap::<Article, i64>::new(), BTreeMap::<Article, i64>::new());
        let promises = |order: &Order| {
            let waits = order.confirmed.is_some() && order.cancelled.is_none();
            if waits { articles(order, &order.unshipped()) } else { Vec::new() }
        };
        let is_known = self.copies + self.spoilt == 0 && !self.may.gone && self.world.server().borrow().restored == 0;
        for order in orders.values() {
            for parcel in order.active_parcels() {
                // A tablet that died as it let go of a parcel told nobody what was in it; and of a tablet and its copy,
                // or one that saw another log, nobody knows who knew what.
                let told = || parcel.goods.iter().filter_map(|it| Some(((it.product?, it.variant), it.quantity)));
                let known = self.goods.left.get(&parcel.id).filter(|_| is_known).cloned();
                for (article, quantity) in known.unwrap_or_else(|| told().collect()) {
                    *left.entry(is(article)).or_default() += quantity;
                }
            }
            for (article, quantity) in promises(order) {
                *promised.entry(is(article)).or_default() += quantity;
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
        let short = orders.values().filter(|order| promises(order).iter().any(|(article, _)| is_short(&is(*article))));
        let short: BTreeSet<Uuid> = short.map(|order| order.id).collect();
        OVERSOLD.fetch_add(stocks.keys().filter(|it| is_short(it)).count() as u64, Ordering::Relaxed);
        for (nth, tablet) in self.tablets.iter().enumerate() {
            let replica = tablet.tabs[0].replica();
            for ((product, variant), stock) in &stocks {
                assert_eq!(replica.stock_of(*product, *variant), *stock, "tablet {nth} has another stock");
                assert_eq!(replica.stock_of(*product, *variant).is_oversold(), is_short(&(*product, *variant)));
            }
            for (id, (_, record)) in products() {
                for article in record.sums().map(|(variant, _)| (*id, variant)) {
                    let there = replica.stock_of(article.0, article.1);
                    assert_eq!(there, stocks[&is(article)], "tablet {nth} has another stock of what was merged");
                }
            }
            let shown = replica.found(&Filter::of(Facet::Badge(Badge::Oversold)), 0);
            assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), short, "tablet {nth} shows another shortage");
        }
        short
    }
}
