//! People who are written down, made twice, merged, owe money, and ask to be erased.

use std::sync::atomic::AtomicU64;

use domain::customer::{Customer, duplicates, resolve};
use domain::record::DebtMoved;

use super::goods::sale;
use super::records::changed;
use super::*;

/// How many pairs were merged each into the other, in all runs: each counts twice.
pub static CIRCLES: AtomicU64 = AtomicU64::new(0);

fn named(name: &str) -> RecordEvent {
    changed([("name".to_owned(), Some(name.into()))])
}

fn owes(amount: i64, note: String) -> RecordEvent {
    RecordEvent::DebtMoved(DebtMoved { amount, method: None, note })
}

/// The customers that a tablet knows.
fn customers(tab: &Tab) -> Vec<Customer> {
    let replica = tab.replica();
    replica.records(StreamKind::Customer).filter_map(|(id, _)| Some(Customer::read(&replica.fields(id)?))).collect()
}

impl Simulation {
    /// A person writes a customer down, gives an order's buyer another name, or asks that a customer or a buyer be
    /// erased.
    pub(super) fn person(&mut self) {
        if !self.of_people.percent(35) {
            return;
        }
        let nth = self.of_people.below(self.tablets.len());
        let tabs = &self.tablets[nth].tabs;
        let Some(tab) = tabs.get(self.of_people.below(tabs.len())).cloned() else { return };
        let name = format!("名字-{}-", self.names.len());
        let known = self.customers.get(self.of_people.below(self.customers.len().max(1))).copied();
        let (id, event) = match self.of_people.below(10) {
            0..3 => (None, named(&name)),
            3 => (known, named(&name)),
            4 => (known, owes(7, name.clone())),
            5 if known.is_some() => (known, RecordEvent::Erasing),
            case => {
                let orders = tab.replica().summaries();
                if orders.is_empty() {
                    return;
                }
                let id = orders[self.of_people.below(orders.len())].id;
                let asked = tab.clone();
                let Some(Ok(Some(order))) = self.at_once(nth, async move { asked.order(id).await }) else { return };
                let (content, base_buyer) = (order.content(), order.buyer());
                let buyer = Buyer { name: name.clone(), ..base_buyer.clone() };
                let command = if case < 8 {
                    Command::EraseBuyer
                } else if order.confirmed.is_none() {
                    Command::SaveDraft { content, buyer, copied_from: None }
                } else {
                    Command::Edit { base: content.clone(), base_buyer, content, buyer }
                };
                self.names.push(name);
                self.ask(nth, &tab, Some(id), command);
                return self.revive();
            }
        };
        self.names.push(name);
        let written = self.write((nth, &tab), StreamKind::Customer, id, vec![event]);
        if let Some(id) = written.filter(|id| !self.customers.contains(id)) {
            self.customers.push(id);
        }
    }

    /// The same person is written down on two tablets, merged either way, told apart again, buys on credit and pays.
    pub(super) fn double(&mut self) {
        let mut chance = self.of_doubles.clone();
        if chance.percent(25)
            && let Some((nth, tab)) = self.tablet(&mut chance, None)
        {
            let on = (nth, &tab);
            let all = customers(&tab);
            let other = self.tablet(&mut chance, Some(nth));
            let other = other.as_ref().map(|(nth, tab)| (*nth, tab));
            let one = all.get(chance.below(all.len()));
            match (chance.below(9), one) {
                (0..2, _) | (_, None) => {
                    let phone = format!("138 0013 800{}", chance.below(2));
                    for on in [Some(on), other].into_iter().flatten() {
                        let fields = [("name", "王小明"), ("phone", &phone)];
                        let set = fields.map(|(name, text)| (name.to_owned(), Some(text.into())));
                        self.write(on, StreamKind::Customer, None, vec![changed(set)]);
                    }
                }
                (2..4, Some(one)) => {
                    let (customer, terms) = (Some(one.id), Terms::Credit);
                    let line = Line { id: 1, item: "茶".into(), quantity: 1, price: 7, ..Line::default() };
                    let content = Content { lines: vec![line], customer, terms, ..Content::default() };
                    self.ask(nth, &tab, None, sale(content, chance.percent(50)));
                }
                (4, Some(one)) => {
                    let amount = chance.below(20) as i64 - 10;
                    self.write(on, StreamKind::Customer, Some(one.id), vec![owes(amount, String::new())]);
                }
                (5..7, Some(one)) => {
                    let is_same = |it: &&Customer| it.id != one.id && it.phone == one.phone && it.merged_into.is_none();
                    if let Some(same) = all.iter().find(is_same).filter(|_| one.merged_into.is_none()) {
                        self.merge(on, one.id, Some(same.id));
                        if let Some(on) = other.filter(|(_, tab)| customers(tab).iter().any(|it| it.id == same.id)) {
                            self.merge(on, same.id, Some(one.id));
                        }
                    }
                }
                (7, Some(one)) if one.merged_into.is_some() => self.merge(on, one.id, None),
                _ => self.settle(on, chance.percent(50)),
            }
        }
        self.of_doubles = chance;
        self.revive();
    }

    fn merge(&mut self, on: (usize, &Tab), customer: Uuid, into: Option<Uuid>) {
        let into = into.map(|into| into.to_string().into());
        self.write(on, StreamKind::Customer, Some(customer), vec![changed([("merged_into".to_owned(), into)])]);
    }

    /// Whoever was made twice is seen to be, and once merged is one, whichever way; what they owe is what all of them
    /// owe together.
    pub(super) fn check_people(&self, orders: &BTreeMap<Uuid, Order>) {
        let mut owed: BTreeMap<Uuid, i64> = BTreeMap::new();
        for order in orders.values() {
            let counts = !matches!(order.status(), Status::Draft | Status::Cancelled | Status::Closed);
            if let Some(customer) = order.customer.value.filter(|_| counts) {
                *owed.entry(customer).or_default() += order.balance().max(0);
            }
        }
        for (nth, tablet) in self.tablets.iter().enumerate() {
            let tab = &tablet.tabs[0];
            let all: BTreeMap<Uuid, Customer> = customers(tab).into_iter().map(|it| (it.id, it)).collect();
            let into = |id: Uuid| all.get(&id)?.merged_into.filter(|into| all.contains_key(into));
            let mut together: BTreeMap<Uuid, i64> = BTreeMap::new();
            for id in all.keys() {
                let owes = tab.replica().of_customer(*id).0.owed;
                assert_eq!(owes, owed.get(id).copied().unwrap_or(0), "tablet {nth} says that another sum is owed");
                *together.entry(resolve(*id, into)).or_default() += owes;
            }
            // A stranger's customer is nobody once a restored server has lost them.
            let is_known = |id: &&Uuid| all.contains_key(id) || !strangers::is_theirs(**id);
            let owed: i64 = owed.keys().filter(is_known).map(|id| owed[id]).sum();
            assert_eq!(together.values().sum::<i64>(), owed, "a debt is nobody's");
            let twice: Vec<Uuid> = duplicates(all.values()).into_iter().map(|(_, second)| second).collect();
            for (id, customer) in &all {
                if let Some(into_id) = into(*id) {
                    assert_eq!(resolve(*id, into), resolve(into_id, into), "two that are one are two");
                    CIRCLES.fetch_add(u64::from(nth == 0 && into(into_id) == Some(*id)), Ordering::Relaxed);
                }
                let is_open = |it: &Customer| it.merged_into.is_none() && !it.erased && !it.phone.is_empty();
                let same = |it: &Customer| is_open(it) && it.phone == customer.phone && it.id < *id;
                let expected = is_open(customer) && all.values().any(same);
                assert_eq!(twice.contains(id), expected, "nobody is told that a customer was made twice");
            }
        }
    }

    /// A name that the log does not hold any more was erased: it is on no disk either.
    pub(super) fn check_names(&self) {
        let log = self.world.server().borrow().text();
        for name in self.names.iter().filter(|name| !log.contains(name.as_str())) {
            for (nth, tablet) in self.tablets.iter().enumerate() {
                assert!(!tablet.disk.holds(name.as_bytes()), "tablet {nth} still has {name}");
            }
        }
    }
}
