//! The people that the shop knows: each customer with those that turned out to be the same person, what they bought
//! and what they owe.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use domain::StreamKind;
use domain::customer::{self, Customer, Posted, debt_book};
use domain::order::Badge;
use leptos::prelude::*;
use replica::storage::StorageFault;
use uuid::Uuid;

use super::changes::ORDERS;
use super::{Load, ReplicaHandle, Row, Session, newest};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As the shop knows them.
    pub customer: Arc<Customer>,
    /// Those that turned out to be the same person: their orders, debts and addresses count here.
    pub merged: Vec<Arc<Customer>>,
    /// How many orders there are.
    pub orders: usize,
    /// What those come to, minor units.
    pub bought: i64,
    /// What those still wait for, minor units.
    pub open: i64,
    /// What is owed beside orders, minor units; below zero: paid in advance.
    pub debt: i64,
    /// When something of theirs last began, milliseconds since 1970.
    pub last_ms: i64,
}

impl Person {
    /// Their id: that of the customer.
    pub fn id(&self) -> Uuid {
        self.customer.id
    }
    /// The customer, and those that turned out to be the same.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Customer>> {
        std::iter::once(&self.customer).chain(&self.merged)
    }
    /// What is owed in all, minor units.
    pub fn owes(&self) -> i64 {
        self.open.saturating_add(self.debt)
    }
    /// Every address that is known, the usual one first, none twice.
    pub fn addresses(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for address in self.all().flat_map(|customer| &customer.addresses) {
            if !all.contains(&address.text) {
                all.push(address.text.clone());
            }
        }
        all
    }
}

/// Everyone that the shop knows, who was last there first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    all: Vec<Arc<Person>>,
    /// By the id of any customer: the place of the person.
    at: HashMap<Uuid, usize>,
}

impl People {
    /// Each of them once. Who was erased and owes nothing is nobody any more.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Person>> {
        self.all.iter().filter(|person| !person.customer.erased || person.owes() != 0)
    }
    /// Who the customer of this id is, also where they turned out to be another.
    pub fn of(&self, customer: Uuid) -> Option<&Arc<Person>> {
        self.all.get(*self.at.get(&customer)?)
    }
    /// Pairs that may be one and the same.
    pub fn doubles(&self) -> Vec<(Arc<Person>, Arc<Person>)> {
        let pairs = customer::duplicates(self.all.iter().map(|person| &*person.customer));
        pairs
            .into_iter()
            .filter_map(|(first, second)| Some((Arc::clone(self.of(first)?), Arc::clone(self.of(second)?))))
            .collect()
    }

    fn read(customers: &[Arc<Customer>], handle: &ReplicaHandle) -> Self {
        let into: HashMap<Uuid, Option<Uuid>> =
            customers.iter().map(|customer| (customer.id, customer.merged_into)).collect();
        // One that is not here takes nobody in: nobody is lost to it.
        let merged_into = |id| into.get(&id).copied().flatten().filter(|other| into.contains_key(other));
        let mut groups: HashMap<Uuid, Vec<Arc<Customer>>> = HashMap::with_capacity(customers.len());
        for customer in customers {
            let is =
                if customer.merged_into.is_some() { customer::resolve(customer.id, merged_into) } else { customer.id };
            let group = groups.entry(is).or_default();
            // Who they are stands first.
            let place = if customer.id == is { 0 } else { group.len() };
            group.insert(place, Arc::clone(customer));
        }
        let mut all: Vec<Arc<Person>> = handle.read(|replica| {
            let person = |group: Vec<Arc<Customer>>| {
                let (mut orders, mut bought, mut open, mut debt, mut last_ms) = (0, 0_i64, 0_i64, 0_i64, 0);
                for customer in &group {
                    let (sums, ids) = replica.of_customer(customer.id);
                    orders += sums.orders;
                    bought = bought.saturating_add(sums.total);
                    open = open.saturating_add(sums.owed);
                    debt = debt.saturating_add(customer.debt);
                    let newest = ids.first().copied().into_iter().chain([customer.id]).map(began_ms);
                    last_ms = newest.fold(last_ms, i64::max);
                }
                let mut group = group.into_iter();
                let customer = group.next()?;
                Some(Arc::new(Person { customer, merged: group.collect(), orders, bought, open, debt, last_ms }))
            };
            groups.into_values().filter_map(person).collect()
        });
        all.sort_unstable_by_key(|person| std::cmp::Reverse((person.last_ms, person.id())));
        let at = all.iter().enumerate().flat_map(|(place, person)| person.all().map(move |it| (it.id, place)));
        let at = at.collect();
        Self { all, at }
    }
}

/// When the thing of this id began, milliseconds since 1970.
fn began_ms(id: Uuid) -> i64 {
    let ms = id.get_timestamp().map(|stamp| {
        let (seconds, nanos) = stamp.to_unix();
        seconds.saturating_mul(1_000).saturating_add(u64::from(nanos / 1_000_000))
    });
    ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or_default()
}

impl Session {
    /// Everyone that the shop knows.
    pub fn people(self) -> Signal<Arc<People>> {
        let customers = self.customers();
        let people = Memo::new(move |_| {
            // Orders change what people owe.
            self.changes.track(&[StreamKind::Order]);
            let customers: Vec<Arc<Customer>> = customers.with(|all| all.iter().cloned().collect());
            let Some(handle) = self.handle() else {
                return Arc::default();
            };
            Arc::new(People::read(&customers, &handle))
        });
        people.into()
    }

    /// Who the customer of an order is: the id and name of the person. Tracks changes.
    pub fn customer_of(self, customer: Uuid) -> Option<Customer> {
        self.changes.track(&[StreamKind::Customer]);
        self.handle()?.read(|replica| {
            let read = |id| replica.fields(id).map(|fields| Customer::read(&fields));
            let is = customer::resolve(customer, |id| {
                read(id)?.merged_into.filter(|other| replica.fields(*other).is_some())
            });
            read(is)
        })
    }

    /// The customer with this phone, however it is typed; where that turned out to be another, the other.
    pub fn by_phone(self, phone: &str) -> Option<Customer> {
        let digits = customer::phone_digits(phone);
        if digits.is_empty() {
            return None;
        }
        let found = self.handle()?.read(|replica| {
            let fields = replica.records(StreamKind::Customer).filter_map(|(id, _)| replica.fields(id));
            let mut customers = fields.map(|fields| Customer::read(&fields));
            customers.find(|it| !it.erased && it.phone_digits() == digits)
        })?;
        untrack(|| self.customer_of(found.id)).filter(|customer| !customer.erased)
    }

    /// The only customer who may be the one of this name and phone, where the phone is nobody's.
    pub fn by_name(self, name: &str, phone: &str) -> Option<Customer> {
        let found: Vec<Uuid> = self.handle()?.read(|replica| {
            let fields = replica.records(StreamKind::Customer).filter_map(|(id, _)| replica.fields(id));
            let customers = fields.map(|fields| Customer::read(&fields));
            customers.filter(|it| !it.erased && it.may_be(name, phone)).map(|it| it.id).collect()
        });
        let people: HashMap<Uuid, Customer> =
            found.into_iter().filter_map(|id| untrack(|| self.customer_of(id))).map(|it| (it.id, it)).collect();
        let mut people = people.into_values().filter(|customer| !customer.erased);
        people.next().filter(|_| people.next().is_none())
    }

    /// The orders of these customers, newest first.
    pub fn bought(self, customers: Signal<Vec<Uuid>>) -> Signal<Arc<Vec<Row>>> {
        let rows = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let Some(handle) = self.handle() else {
                return Arc::default();
            };
            let mut rows: Vec<Row> = handle.read(|replica| {
                let ids = customers.get().into_iter().flat_map(|customer| replica.of_customer(customer).1);
                ids.filter_map(|id| replica.summary(id, now))
                    .map(|summary| Row { pending: summary.badges.has(Badge::NotSent), summary })
                    .collect()
            });
            rows.sort_by_key(|row| std::cmp::Reverse((row.placed_ms, row.id)));
            Arc::new(rows)
        });
        rows.into()
    }

    /// The debt book of these customers, the oldest line first.
    pub fn debt_book(self, customers: Signal<Vec<Uuid>>) -> Signal<Load<Arc<Vec<Posted>>>> {
        let rows = self.bought(customers);
        let asked_for = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Customer]);
            let customers = customers.get();
            let versions: Vec<(Uuid, u64)> = self
                .handle()
                .map(|handle| {
                    let is_ours = |(id, _): &(Uuid, u64)| customers.contains(id);
                    handle.read(|replica| replica.records(StreamKind::Customer).filter(is_ours).collect())
                })
                .unwrap_or_default();
            (versions, rows.get())
        });
        let read = move || {
            let ((versions, rows), handle) = (asked_for.get(), self.handle()?);
            Some(async move {
                let customers = versions.into_iter().map(|(id, _)| id).collect();
                read_book(&handle, customers, &rows).await.ok().map(|book| Load::from(Some(book)))
            })
        };
        newest(Load::Pending, read).into()
    }
}

async fn read_book(
    handle: &Rc<ReplicaHandle>,
    customers: Vec<Uuid>,
    rows: &[Row],
) -> Result<Vec<Posted>, StorageFault> {
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        orders.extend(handle.order(row.id).await?);
    }
    let mut records = Vec::with_capacity(customers.len());
    for customer in customers {
        records.extend(handle.record(customer).await?);
    }
    Ok(debt_book(&orders, &records))
}
