//! Customers: people that the shop knows. A customer is a record; here is what its fields mean.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::order::{Method, Order, Status, Terms};
use crate::product::text;
use crate::record::{Fields, Record, RecordEvent, Value};
use crate::search::fold;
use crate::text::{LONG, SHORT};
use crate::{Event, OrderNumber};

/// A customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Phone, as it was typed.
    pub phone: String,
    /// Addresses by a drawn key, in the order of the keys' positions.
    pub addresses: Vec<Address>,
    /// The price level's key; empty: the usual price.
    pub level: String,
    /// Note.
    pub note: String,
    /// The customer that this one turned out to be.
    pub merged_into: Option<Uuid>,
    /// Customers with the same phone of whom a person said that they are somebody else.
    pub others: Vec<Uuid>,
    /// Minor units owed beside orders: old debts written down, less what was paid back in advance.
    pub debt: i64,
    /// The person's data were erased.
    pub erased: bool,
}

/// An address of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Its key within the customer, drawn; never 0.
    pub id: u32,
    /// The whole address on one line.
    pub text: String,
    /// Its place among the addresses; the first is the usual one.
    pub position: i64,
}

/// What is wrong with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerFault {
    /// Neither a name nor a phone.
    #[error("a customer has a name or a phone")]
    NameMissing,
    /// A text is longer than fits.
    #[error("a text is too long")]
    TooLong,
}

impl Customer {
    /// Reads it from its record.
    pub fn read(fields: &Fields) -> Self {
        let mut addresses: Vec<Address> = fields
            .keys("address")
            .filter_map(|key| {
                Some(Address {
                    id: key.parse().ok().filter(|id| *id != 0)?,
                    text: fields.text(&format!("address/{key}/text")).to_owned(),
                    position: fields.int(&format!("address/{key}/position")).unwrap_or_default(),
                })
            })
            .collect();
        addresses.sort_by_key(|address| (address.position, address.id));
        Self {
            id: fields.id,
            name: fields.text("name").to_owned(),
            phone: fields.text("phone").to_owned(),
            addresses,
            level: fields.text("level").to_owned(),
            note: fields.text("note").to_owned(),
            merged_into: Uuid::try_parse(fields.text("merged_into")).ok(),
            others: fields
                .keys("other")
                .filter(|key| fields.flag(&format!("other/{key}"), false))
                .filter_map(|key| Uuid::try_parse(key).ok())
                .collect(),
            debt: fields.sums.get(&0).copied().unwrap_or_default(),
            erased: fields.erased,
        }
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        for address in &self.addresses {
            all.insert(format!("address/{}/text", address.id), address.text.as_str().into());
            all.insert(format!("address/{}/position", address.id), Value::Int(address.position));
        }
        all.extend(self.others.iter().map(|other| (format!("other/{other}"), true.into())));
        let named = [
            ("name", text(&self.name)),
            ("phone", text(&self.phone)),
            ("level", text(&self.level)),
            ("note", text(&self.note)),
            ("merged_into", self.merged_into.map(|into| into.to_string().into())),
        ];
        all.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        all
    }

    /// What keeps it from being saved.
    pub fn faults(&self) -> Vec<CustomerFault> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() && self.phone.trim().is_empty() {
            faults.push(CustomerFault::NameMissing);
        }
        let long = |text: &String| text.chars().count() > LONG;
        let short = [&self.name, &self.phone, &self.level].into_iter().any(|text| text.chars().count() > SHORT);
        if short || long(&self.note) || self.addresses.iter().any(|address| long(&address.text)) {
            faults.push(CustomerFault::TooLong);
        }
        faults
    }

    /// The digits of the phone, by which two customers are the same.
    pub fn phone_digits(&self) -> String {
        phone_digits(&self.phone)
    }

    /// Whether another of this name and phone may be the same person: the names are one, and one of them has no phone.
    pub fn may_be(&self, name: &str, phone: &str) -> bool {
        let called = called(name);
        let has_no_phone = self.phone_digits().is_empty() || phone_digits(phone).is_empty();
        !called.is_empty() && called == self::called(&self.name) && has_no_phone
    }
}

/// A name by which two customers without a phone may be the same: however it is typed, spaces or none.
fn called(name: &str) -> String {
    fold(name, None).split_whitespace().collect()
}

/// The digits of a phone, without the country's +86.
pub fn phone_digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest.to_owned(),
        _ => digits,
    }
}

/// Who a customer turned out to be, following merges; a circle of merges ends where it began.
pub fn resolve(customer: Uuid, merged_into: impl Fn(Uuid) -> Option<Uuid>) -> Uuid {
    let mut seen = vec![customer];
    let mut now = customer;
    while let Some(next) = merged_into(now) {
        if seen.contains(&next) {
            // Two tablets merged each into the other: the smaller id is the one, on every tablet.
            return seen.into_iter().skip_while(|id| *id != next).min().unwrap_or(now);
        }
        seen.push(next);
        now = next;
    }
    now
}

/// Fewer digits than this are no phone that tells people apart.
const LEAST_DIGITS: usize = 5;

/// Pairs of customers that may be one and the same, made twice: those with the same phone, or with the same name where
/// one of them has none, of whom nobody has said that they are somebody else. The earlier made comes first, as ids tell
/// it.
pub fn duplicates<'a>(customers: impl IntoIterator<Item = &'a Customer>) -> Vec<(Uuid, Uuid)> {
    // Each with whether only one without a phone can be the same as it.
    let mut by_phone: BTreeMap<String, Vec<(&Customer, bool)>> = BTreeMap::new();
    let mut by_name: BTreeMap<String, Vec<(&Customer, bool)>> = BTreeMap::new();
    for customer in customers.into_iter().filter(|customer| customer.merged_into.is_none() && !customer.erased) {
        let (digits, name) = (customer.phone_digits(), called(&customer.name));
        if !name.is_empty() {
            by_name.entry(name).or_default().push((customer, !digits.is_empty()));
        }
        if digits.len() >= LEAST_DIGITS {
            by_phone.entry(digits).or_default().push((customer, false));
        }
    }
    let told_apart = |a: &Customer, b: &Customer| a.others.contains(&b.id) || b.others.contains(&a.id);
    let mut paired = BTreeSet::new();
    let mut pairs = Vec::new();
    for mut same in by_phone.into_values().chain(by_name.into_values()) {
        same.sort_by_key(|(customer, _)| customer.id);
        let (mut all, mut without_phone): (Vec<&Customer>, Vec<&Customer>) = (Vec::new(), Vec::new());
        for (second, has_phone) in same {
            // Pair each later duplicate with the earliest candidate only.
            let before = if has_phone { &without_phone } else { &all };
            let first = before.iter().find(|first| !told_apart(first, second));
            if let Some(first) = first.filter(|_| paired.insert(second.id)) {
                pairs.push((first.id, second.id));
            }
            all.push(second);
            if !has_phone {
                without_phone.push(second);
            }
        }
    }
    pairs
}

/// An order of a customer's that waits for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owing {
    /// The order.
    pub order: Uuid,
    /// When it was placed, milliseconds since 1970.
    pub placed_ms: i64,
    /// What it waits for, minor units; an order that waits for nothing gets nothing.
    pub balance: i64,
}

/// What becomes of money that a customer pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repayment {
    /// Order by order, the oldest first: how much of it that order gets, minor units, above zero.
    pub orders: Vec<(Uuid, i64)>,
    /// The rest: it lowers what is owed beside orders, or is paid in advance.
    pub rest: i64,
}

/// Divides money among the orders that wait for it, the oldest first; the sum is the money to the cent.
pub fn repay(amount: i64, owing: &[Owing]) -> Repayment {
    let mut oldest: Vec<&Owing> = owing.iter().filter(|owing| owing.balance > 0).collect();
    oldest.sort_by_key(|owing| (owing.placed_ms, owing.order));
    let mut rest = amount.max(0);
    let mut orders = Vec::new();
    for owing in oldest {
        let part = owing.balance.min(rest);
        if part > 0 {
            orders.push((owing.order, part));
            rest -= part;
        }
    }
    Repayment { orders, rest }
}

/// What a line of the debt book is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// Goods on an order.
    Order,
    /// Money for an order.
    Payment(Method),
    /// Money given back for an order.
    Refund(Method),
    /// An old debt was written down, or more of it.
    Debt,
    /// Money beside orders: paid back, or in advance.
    PaidBack(Option<Method>),
}

/// A line of the debt book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// What it is about.
    pub posting: Posting,
    /// The order, where it is about one.
    pub order: Option<(Uuid, Option<OrderNumber>)>,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Minor units that the customer owes more since then; below zero: less.
    pub amount: i64,
    /// What is owed after it.
    pub balance: i64,
    /// Note.
    pub note: String,
}

/// The debt book of a customer: every order that was not paid as it was made, every payment of it, and what was
/// written down beside orders, the oldest first, with what was owed after each. It ends with the sum of those orders'
/// balances and of all movements beside them.
pub fn debt_book<'a>(
    orders: impl IntoIterator<Item = &'a Order>,
    records: impl IntoIterator<Item = &'a Record>,
) -> Vec<Posted> {
    let mut book = Vec::new();
    for order in orders {
        post_order(&mut book, order);
    }
    for record in records {
        for (meta, event) in &record.timeline {
            let Event::Record(RecordEvent::DebtMoved(moved)) = event else { continue };
            let posting = if moved.amount > 0 && moved.method.is_none() {
                Posting::Debt
            } else {
                Posting::PaidBack(moved.method.clone())
            };
            let key = (meta.at_ms(), meta.hlc.1, meta.id);
            let (amount, note) = (moved.amount, moved.note.clone());
            book.push((key, Posted { posting, order: None, at_ms: meta.at_ms(), amount, balance: 0, note }));
        }
    }
    book.sort_by_key(|(key, _)| *key);
    let mut balance = 0_i64;
    let run = |(_, mut posted): (_, Posted)| {
        balance = balance.saturating_add(posted.amount);
        posted.balance = balance;
        posted
    };
    book.into_iter().map(run).collect()
}

/// When it happened, for sorting: the clock of the device, and the event's id where that is the same.
type When = (i64, u32, Uuid);

fn post_order(book: &mut Vec<(When, Posted)>, order: &Order) {
    let meta_at = |at: usize| order.timeline.get(at).map(|entry| &entry.meta);
    let Some(confirmed) = order.confirmed.and_then(meta_at) else { return };
    let paid: Vec<_> = order.payments.iter().filter(|payment| payment.counts()).collect();
    let at_once = |at: usize| meta_at(at).is_some_and(|meta| meta.at_ms() == confirmed.at_ms());
    let was_owed = order.terms.value == Terms::Credit
        || order.balance() != 0
        || paid.iter().any(|payment| !at_once(payment.at))
        || !order.refunds.is_empty();
    let nothing = matches!(order.status(), Status::Cancelled | Status::Closed) && paid.is_empty();
    if !was_owed || nothing {
        return;
    }
    let about = Some((order.id, order.number.clone()));
    let mut post = |meta: Option<&crate::Meta>, posting, amount| {
        let Some(meta) = meta else { return };
        let (order, at_ms) = (about.clone(), meta.at_ms());
        book.push((
            (at_ms, meta.hlc.1, meta.id),
            Posted { posting, order, at_ms, amount, balance: 0, note: String::new() },
        ));
    };
    let asked = order.balance().saturating_add(order.paid()).saturating_sub(order.refunded());
    post(Some(confirmed), Posting::Order, asked);
    for payment in paid {
        post(meta_at(payment.at), Posting::Payment(payment.body.method.clone()), payment.body.amount.saturating_neg());
    }
    for (at, refund) in &order.refunds {
        post(meta_at(*at), Posting::Refund(refund.method.clone()), refund.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let address = |id, text: &str, position| Address { id, text: text.into(), position };
        let wang = Customer {
            name: "王小明".into(),
            phone: "138 0013 8000".into(),
            addresses: vec![address(9, "文三路1号", 0), address(4, "北京路2号", 1)],
            level: "wholesale".into(),
            note: "爱绿茶".into(),
            merged_into: Some(Uuid::from_u128(5)),
            others: vec![Uuid::from_u128(6), Uuid::from_u128(7)],
            ..Customer::default()
        };
        let fields = Fields { fields: wang.fields(), sums: [(0, 50_00)].into(), ..Fields::default() };
        assert_eq!(Customer::read(&fields), Customer { debt: 50_00, ..wang });
    }

    #[test]
    fn phones_are_the_same_however_they_are_typed() {
        assert_eq!(phone_digits("+86 138-0013-8000"), "13800138000");
        assert_eq!(phone_digits("0571-88886666"), "057188886666");
        assert_eq!(phone_digits("8613"), "8613");
    }

    #[test]
    fn merges_are_followed_and_a_circle_ends() {
        let id = Uuid::from_u128;
        let chain = |of: Uuid| [(id(1), id(2)), (id(2), id(3))].into_iter().find(|(a, _)| *a == of).map(|(_, b)| b);
        assert_eq!(resolve(id(1), chain), id(3));
        assert_eq!(resolve(id(7), chain), id(7));
        let circle = |of: Uuid| [(id(1), id(2)), (id(2), id(1))].into_iter().find(|(a, _)| *a == of).map(|(_, b)| b);
        assert_eq!((resolve(id(1), circle), resolve(id(2), circle)), (id(1), id(1)));
    }

    #[test]
    fn the_same_phone_made_twice_is_a_double_until_someone_says_otherwise() {
        let customer =
            |id, phone: &str| Customer { id: Uuid::from_u128(id), phone: phone.into(), ..Customer::default() };
        let id = Uuid::from_u128;
        let mut all = vec![customer(3, "138 0013 8000"), customer(1, "+86 13800138000"), customer(2, "13800138001")];
        all.extend([customer(4, "110"), customer(5, "110"), customer(6, ""), customer(7, "")]);
        assert_eq!(duplicates(&all), [(id(1), id(3))]);
        let mut apart = all.clone();
        apart[1].others.push(id(3));
        assert_eq!(duplicates(&apart), []);
        let mut merged = all.clone();
        merged[0].merged_into = Some(id(1));
        assert_eq!(duplicates(&merged), []);
        all.push(customer(8, "13800138000"));
        assert_eq!(duplicates(&all), [(id(1), id(3)), (id(1), id(8))], "each later one once");
    }

    #[test]
    fn the_same_name_is_a_double_where_one_of_them_has_no_phone() {
        let customer = |id, name: &str, phone: &str| Customer {
            id: Uuid::from_u128(id),
            name: name.into(),
            phone: phone.into(),
            ..Customer::default()
        };
        let id = Uuid::from_u128;
        let mut all = vec![
            customer(1, "Mrs Wong", ""),
            customer(2, "mrs  wong", ""),
            customer(3, "王大妈", "13800138000"),
            customer(4, "王 大妈", "13900139000"),
            customer(5, "", ""),
            customer(6, "", ""),
        ];
        assert_eq!(duplicates(&all), [(id(1), id(2))], "two phones are two people");
        all.push(customer(7, "王大妈", ""));
        assert_eq!(duplicates(&all), [(id(1), id(2)), (id(3), id(7))]);
        all[6].others.push(id(3));
        assert_eq!(duplicates(&all), [(id(1), id(2)), (id(4), id(7))], "not that one, then the other");
        assert!(all[0].may_be("MRS WONG", "61234567") && !all[2].may_be("王大妈", "13900139000"));
        assert!(!all[4].may_be("", ""), "no name is nobody's");
    }

    #[test]
    fn money_goes_to_the_oldest_orders_first_and_the_rest_beside_them() {
        let id = Uuid::from_u128;
        let owing = |order, placed_ms, balance| Owing { order: id(order), placed_ms, balance };
        let all = [owing(1, 300, 5000), owing(2, 100, 3000), owing(3, 200, 0), owing(4, 150, -1000)];
        assert_eq!(repay(4000, &all), Repayment { orders: vec![(id(2), 3000), (id(1), 1000)], rest: 0 });
        assert_eq!(repay(10001, &all), Repayment { orders: vec![(id(2), 3000), (id(1), 5000)], rest: 2001 });
        assert_eq!(repay(5, &[]), Repayment { orders: vec![], rest: 5 });
        assert_eq!(repay(-5, &all), Repayment::default());
    }

    proptest::proptest! {
        #[test]
        fn a_repayment_is_whole_to_the_cent_in_any_order_of_orders(
            balances in proptest::collection::vec((0_i64..5, -1_000_i64..100_000), 0..8),
            amount in 0_i64..500_000,
            turned in 0_usize..8,
        ) {
            let owing: Vec<Owing> = balances
                .iter()
                .zip(1_u128..)
                .map(|((placed_ms, balance), id)| Owing {
                    order: Uuid::from_u128(id),
                    placed_ms: *placed_ms,
                    balance: *balance,
                })
                .collect();
            let repayment = repay(amount, &owing);
            let given: i64 = repayment.orders.iter().map(|(_, part)| part).sum();
            proptest::prop_assert_eq!(given + repayment.rest, amount);
            for (order, part) in &repayment.orders {
                let owed = owing.iter().find(|it| it.order == *order).map_or(0, |it| it.balance);
                proptest::prop_assert!(*part > 0 && *part <= owed);
            }
            let owed: i64 = owing.iter().map(|it| it.balance.max(0)).sum();
            proptest::prop_assert_eq!(repayment.rest, (amount - owed).max(0));
            let mut other = owing.clone();
            other.rotate_left(turned.min(owing.len()));
            proptest::prop_assert_eq!(repay(amount, &other), repayment);
        }
    }
}
