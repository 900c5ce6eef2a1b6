//! Carts that are put aside at the counter and taken up on any tablet: also by two of them, who both sell it.

use std::sync::atomic::AtomicU64;

use domain::order::{ConflictKind, Unit};
use replica::Filter;

use super::goods::{line, sale};
use super::*;

/// How many carts two tablets sold, in all runs.
pub static SOLD_TWICE: AtomicU64 = AtomicU64::new(0);
/// How many carts of which a part was paid were sold or cleared by a tablet that did not know of it, in all runs.
pub static PART_UNKNOWN: AtomicU64 = AtomicU64::new(0);

/// The carts of a run.
pub(super) struct Carts {
    chance: Chance,
    /// What lies before the seller, by tablet: the draft, and what was in it when it was taken up.
    in_hand: BTreeMap<usize, (Uuid, Content)>,
    /// The goods that left with the sale of a cart, by the order: a parcel for each sale.
    sold: BTreeMap<Uuid, Vec<Uuid>>,
    /// Parts of a payment that were taken for a cart before it was sold, and their amounts: by the order, and the event.
    parts: BTreeMap<(Uuid, Uuid), i64>,
}

impl Carts {
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            chance: Chance::seeded(seed ^ 0xca27),
            in_hand: BTreeMap::new(),
            sold: BTreeMap::new(),
            parts: BTreeMap::new(),
        }
    }

    /// A tablet is lost: nothing is in hand there.
    pub(super) fn drop(&mut self, nth: usize) {
        self.in_hand.remove(&nth);
    }
}

/// What is said of a field, and what it holds.
type Field = (&'static str, fn(&Content) -> String);

/// What a person fills in of a cart beside its lines.
const FIELDS: [Field; 8] = [
    ("the note", |it| it.note.clone()),
    ("the channel", |it| it.channel.clone()),
    ("the category", |it| it.category.clone()),
    ("the carrier", |it| it.carrier.clone()),
    ("the discount", |it| it.discount.to_string()),
    ("the rounding", |it| it.rounding.to_string()),
    ("the deposit", |it| it.deposit.to_string()),
    ("the terms", |it| format!("{:?}", it.terms)),
];

fn parked() -> Filter {
    Filter { status: vec![Status::Draft], parked: true, ..Filter::default() }
}

fn save(content: Content) -> Command {
    Command::SaveDraft { content, buyer: Buyer::default(), copied_from: None }
}

impl Simulation {
    /// A seller puts a cart aside, takes one up, sells what is in hand, or takes the last sale back.
    pub(super) fn cart(&mut self) {
        let mut chance = self.carts.chance.clone();
        if chance.percent(35)
            && let Some((nth, tab)) = self.tablet(&mut chance, None)
        {
            let waiting = tab.replica().found(&parked(), 0);
            let draft = waiting.get(chance.below(waiting.len())).copied();
            match (self.carts.in_hand.remove(&nth), draft) {
                (Some(in_hand), _) => self.cash_up(in_hand, (nth, &tab), &mut chance),
                (None, Some(draft)) if chance.percent(70) => {
                    let other = self.tablet(&mut chance, Some(nth));
                    let takers = [Some((nth, tab)), other].into_iter().flatten();
                    let takers: Vec<_> = takers.filter(|(nth, tab)| self.take_up(draft, (*nth, tab))).collect();
                    // Often both sell it before they hear of each other.
                    let at_once = takers.len() > 1 && chance.percent(60);
                    for (nth, tab) in takers.iter().filter(|_| at_once) {
                        let in_hand = self.carts.in_hand.remove(nth);
                        in_hand.into_iter().for_each(|it| self.cash_up(it, (*nth, tab), &mut chance));
                    }
                }
                _ => {
                    let lines = vec![new_line(1, &tab, &mut chance)];
                    self.ask(nth, &tab, None, save(Content { lines, parked: true, ..Content::default() }));
                }
            }
        }
        self.carts.chance = chance;
        self.revive();
    }

    /// The order as a tablet knows it.
    fn order_on(&mut self, id: Uuid, (nth, tab): (usize, &Tab)) -> Option<Order> {
        let asked = tab.clone();
        self.at_once(nth, async move { asked.order(id).await })?.ok()?
    }

    fn take_up(&mut self, draft: Uuid, on: (usize, &Tab)) -> bool {
        if !on.1.replica().found(&parked(), 0).contains(&draft) || self.carts.in_hand.contains_key(&on.0) {
            return false;
        }
        let Some(order) = self.order_on(draft, on) else { return false };
        let content = Content { parked: false, ..order.content() };
        let taken = self.ask(on.0, on.1, Some(draft), save(content.clone())).is_some();
        if taken {
            self.carts.in_hand.insert(on.0, (draft, content));
        }
        taken
    }

    /// Sells what is in hand, with a line more or one less; or puts it aside again. What another tablet sold meanwhile
    /// is given up, or is a sale of its own.
    fn cash_up(&mut self, (draft, base): (Uuid, Content), on: (usize, &Tab), chance: &mut Chance) {
        let Some(order) = self.order_on(draft, on) else { return };
        if order.confirmed.is_some() || order.discarded.is_some() {
            if chance.percent(50) {
                self.ask(on.0, on.1, None, sale(base, true));
            }
            return;
        }
        let mut content = base.clone();
        let much = chance.below(3) as i64;
        match chance.below(9) {
            0 => content.note = format!("note {much}"),
            1 => content.channel = format!("channel {much}"),
            2 => content.category = format!("category {much}"),
            3 => content.carrier = format!("carrier {much}"),
            4 => content.discount = much,
            5 => content.rounding = much,
            6 => content.deposit = much,
            _ => {}
        }
        if chance.percent(10) && !content.lines.is_empty() {
            content.lines.remove(0);
        }
        if chance.percent(20)
            && let Some(line) = content.lines.first_mut()
        {
            *line = new_line(line.id, on.1, chance);
        }
        if chance.percent(30) || content.lines.is_empty() {
            let id = 1_000 + chance.below(1_000_000) as u32;
            content.lines.push(new_line(id, on.1, chance));
        }
        let is_put_aside = chance.percent(10);
        if chance.percent(20) && !is_put_aside {
            content.terms = Terms::Credit;
        }
        content.parked = is_put_aside;
        // What another tablet made of the cart meanwhile stays.
        self.keep((draft, &base), content.clone(), on);
        if is_put_aside || chance.percent(35) && !self.take_part((draft, &content), on, chance) {
            return;
        }
        self.give_back_what_is_over(draft, on);
        let Some(order) = self.order_on(draft, on) else { return };
        let (new, rest) = (None, order.balance());
        let pays = (order.terms.value == Terms::Prepaid && rest > 0).then_some(NewPayment {
            method: Method::Cash,
            given: rest,
            deposit: false,
        });
        let sold = Command::Confirm { new, copied_from: None, payments: Vec::from_iter(pays), handed_over: true };
        let Some(order) = self.ask(on.0, on.1, Some(draft), sold) else { return };
        self.carts.sold.entry(draft).or_default().extend(order.parcels.last().map(|parcel| parcel.id));
        if chance.percent(10) {
            self.ask(on.0, on.1, Some(draft), Command::Undo("typed wrong".into()));
        }
    }

    /// Writes down what is in hand, as it was changed since it was taken up: what others changed in it meanwhile stays.
    fn keep(&mut self, (draft, base): (Uuid, &Content), content: Content, on: (usize, &Tab)) {
        // What another tab of this tablet wrote is known.
        let tab = on.1.clone();
        self.at_once(on.0, async move { tab.refresh().await });
        let Some(before) = self.order_on(draft, on) else { return };
        let (base_buyer, buyer) = (before.buyer(), before.buyer());
        let (base, changed) = (base.clone(), content.clone());
        let edit = Command::EditDraft { base: base.clone(), base_buyer, content, buyer };
        let Some(after) = self.ask(on.0, on.1, Some(draft), edit) else { return };
        let [before, after] = [before.content(), after.content()];
        let expected = |was: &str, now: &str, there: &str| if was == now { there.to_owned() } else { now.to_owned() };
        for (what, of) in FIELDS {
            let [was, now, there, is] = [&base, &changed, &before, &after].map(of);
            assert_eq!(is, expected(&was, &now, &there), "{what} of a cart was written back over what another wrote");
        }
    }

    /// A part of the payment is taken for a cart: it is in the log before anything else happens. Answers whether the seller
    /// goes on to sell it: often it is put aside, or cleared, with the money due or given back.
    fn take_part(&mut self, (draft, content): (Uuid, &Content), on: (usize, &Tab), chance: &mut Chance) -> bool {
        let (given, by) = (1 + chance.below(9) as i64, chance.percent(50));
        let method = if by { Method::Cash } else { Method::WechatPay };
        let part = Command::RecordPayment(NewPayment { method, given, deposit: false });
        let Some(order) = self.ask(on.0, on.1, Some(draft), part) else { return false };
        if order.confirmed.is_some() {
            return false;
        }
        let part = order.payments.last().filter(|payment| payment.body.amount == given);
        self.carts.parts.extend(part.map(|payment| ((draft, payment.id), given)));
        match chance.below(10) {
            0..5 => return true,
            5..8 => {
                self.keep((draft, content), Content { parked: true, ..content.clone() }, on);
            }
            _ => {
                self.ask(on.0, on.1, Some(draft), Command::Discard);
                self.give_back_what_is_over(draft, on);
            }
        }
        false
    }

    /// More was taken than is due: that goes back the way it came.
    fn give_back_what_is_over(&mut self, draft: Uuid, on: (usize, &Tab)) {
        let Some(order) = self.order_on(draft, on) else { return };
        for (method, amount) in order.ways_back(-order.balance()) {
            let back = Command::RecordRefund { method, amount, reason: String::new() };
            self.ask(on.0, on.1, Some(draft), back);
        }
    }

    /// No part of a payment is lost, whatever became of the cart on any tablet.
    fn check_parts(&self, orders: &BTreeMap<Uuid, Order>) {
        for ((id, part), amount) in &self.carts.parts {
            let order = &orders[id];
            let payment = order.payments.iter().find(|payment| payment.id == *part);
            let payment = payment.unwrap_or_else(|| panic!("a part of a payment is lost: {id}"));
            assert_eq!(payment.body.amount, *amount, "a part of a payment is another amount");
            let unknowing = order.timeline.iter().any(|entry| {
                let ends = matches!(entry.event, Event::Order(OrderEvent::Confirmed(_) | OrderEvent::Discarded(_)));
                ends && !entry.meta.knew(&order.timeline[payment.at].meta)
            });
            if unknowing {
                PART_UNKNOWN.fetch_add(1, Ordering::Relaxed);
                let stands =
                    order.discarded.is_none_or(|at| order.timeline[at].meta.knew(&order.timeline[payment.at].meta))
                        || !payment.counts();
                assert!(stands, "a cart was cleared over a part that nobody knew of: {id}");
            }
        }
    }

    /// Carts wait on a tablet until they are sold, and it asks what there is to ask.
    pub(super) fn check_lists(&self, nth: usize, orders: &BTreeMap<Uuid, Order>) {
        let waits = |order: &&Order| order.confirmed.is_none() && order.discarded.is_none() && order.parked.value;
        let waiting: BTreeSet<Uuid> = orders.values().filter(waits).map(|order| order.id).collect();
        // A cart that was thrown away, and that no money was taken for, is over: nothing of it is asked.
        let is_there = |order: &Order| order.discarded.is_none() || !order.payments.is_empty();
        let asks = |order: &&Order| is_there(order) && order.open_conflicts().next().is_some();
        let asking: BTreeSet<Uuid> = orders.values().filter(asks).map(|order| order.id).collect();
        let replica = self.tablets[nth].tabs[0].replica();
        let listed = replica.found(&parked(), 0).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(listed, waiting, "tablet {nth} lists other carts");
        let asks = replica.conflicted().into_iter().collect::<BTreeSet<_>>();
        assert_eq!(asks, asking, "tablet {nth} asks otherwise");
    }

    /// Of a cart that two tablets sold, both sales stand, and a person is asked.
    pub(super) fn check_carts(&self, orders: &BTreeMap<Uuid, Order>) {
        self.check_parts(orders);
        for (id, sales) in &self.carts.sold {
            let order = &orders[id];
            let is_there = |id: &Uuid| order.parcels.iter().any(|parcel| parcel.id == *id);
            assert!(sales.iter().all(is_there), "the goods of a sale are nowhere");
            // A tablet and its copy, or one that saw another log, can't know what the other did not know.
            if self.copies > 0 || self.world.server().borrow().restored > 0 {
                continue;
            }
            let stands = |id: &&Uuid| order.active_parcels().any(|parcel| parcel.id == **id);
            if sales.iter().filter(stands).count() > 1 {
                SOLD_TWICE.fetch_add(1, Ordering::Relaxed);
                let twice = [ConflictKind::PaidTwice, ConflictKind::ShippedTwice, ConflictKind::ShippedEdited];
                let is_said = order.conflicts.iter().any(|conflict| twice.contains(&conflict.kind));
                assert!(is_said, "a cart was sold twice, and nobody is told: {id}");
            }
        }
    }
}

fn new_line(id: u32, tab: &Tab, chance: &mut Chance) -> Line {
    match Simulation::article(tab, chance) {
        // As a label of a scale says it.
        Some(article) if chance.percent(20) => {
            Line { unit: Unit::Gram, price: 4_000, ..line(id, article, 1 + chance.below(2_000) as i64) }
        }
        Some(article) => line(id, article, 1 + chance.below(2) as i64),
        None => Line { id, item: "袋".into(), quantity: 1, price: chance.below(3) as i64, ..Line::default() },
    }
}
