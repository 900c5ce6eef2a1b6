//! Customers: people that the shop knows. A customer is a record; here is what its fields mean.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::product::text;
use crate::record::{Fields, Value};
use crate::text::{LONG, SHORT};

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
}
