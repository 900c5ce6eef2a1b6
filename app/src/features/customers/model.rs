//! What is found among customers as one types, and a customer's form: what was typed, what a pasted text fills in.

use std::sync::Arc;

use domain::address::Recognised;
use domain::customer::{Address, Customer, phone_digits};
use domain::pinyin::Pinyin;

use crate::session::{Person, Table, ask_for_alike, folded};

/// A person with what a search looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Prepared {
    /// Every name they are known by, small letters.
    names: Vec<String>,
    /// Every phone, digits only.
    phones: Vec<String>,
}

/// Everyone, ready to be searched at every key stroke.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    people: Vec<Arc<Person>>,
    prepared: Vec<Prepared>,
}

impl Book {
    /// Of these people; they are found in this order.
    pub fn of<'a>(people: impl Iterator<Item = &'a Arc<Person>>) -> Self {
        let people: Vec<Arc<Person>> = people.cloned().collect();
        let prepared = people
            .iter()
            .map(|person| Prepared {
                names: person.all().map(|it| folded(&it.name)).filter(|name| !name.is_empty()).collect(),
                phones: person.all().map(|it| it.phone_digits()).filter(|phone| !phone.is_empty()).collect(),
            })
            .collect();
        Self { people, prepared }
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Who is meant by what was typed; pinyin is looked at only where there are letters.
    pub fn meant(&self, typed: &str) -> Vec<Arc<Person>> {
        ask_for_alike(typed);
        let has_letters = typed.chars().any(|c| c.is_ascii_alphabetic());
        let pinyin = if has_letters { Pinyin::here() } else { None };
        self.find(typed, pinyin.as_deref())
    }

    /// Who is meant by what was typed: each word of it is a part of a name, of a phone, or of how a name sounds. Those
    /// whose name or phone begins with it come first.
    pub fn find(&self, typed: &str, pinyin: Option<&Pinyin>) -> Vec<Arc<Person>> {
        let typed = folded(typed.trim());
        if typed.is_empty() {
            return self.people.clone();
        }
        let words: Vec<Word> = typed.split_whitespace().map(Word::of).collect();
        // Digits may be typed in groups: 138 0013 8000.
        let number = (typed.chars().any(|c| c.is_ascii_digit()) && typed.chars().all(|c| !c.is_alphabetic()))
            .then(|| phone_digits(&typed));
        let (mut first, mut then) = (Vec::new(), Vec::new());
        for (person, prepared) in self.people.iter().zip(&self.prepared) {
            let by_number = number.as_ref().is_some_and(|digits| prepared.phones.iter().any(|it| it.contains(digits)));
            if !by_number && !words.iter().all(|word| word.is_in(prepared, pinyin)) {
                continue;
            }
            let begins = prepared.names.iter().any(|name| name.starts_with(&typed))
                || number.as_ref().is_some_and(|digits| {
                    prepared.phones.iter().any(|it| it.starts_with(digits) || it.ends_with(digits))
                });
            if begins { first.push(Arc::clone(person)) } else { then.push(Arc::clone(person)) }
        }
        first.append(&mut then);
        first
    }
}

struct Word {
    text: String,
    /// Its digits, where it is a part of a phone.
    digits: String,
    /// It may be how a name sounds.
    sounds: bool,
}

impl Word {
    fn of(word: &str) -> Self {
        let is_number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')'));
        Self {
            text: word.to_owned(),
            digits: if is_number { word.chars().filter(char::is_ascii_digit).collect() } else { String::new() },
            sounds: word.chars().any(|c| c.is_ascii_alphabetic()),
        }
    }

    fn is_in(&self, person: &Prepared, pinyin: Option<&Pinyin>) -> bool {
        let sounds = pinyin.filter(|_| self.sounds);
        person.names.iter().any(|name| name.contains(&self.text))
            || (!self.digits.is_empty() && person.phones.iter().any(|phone| phone.contains(&self.digits)))
            || sounds.is_some_and(|pinyin| person.names.iter().any(|name| pinyin.matches(name, &self.text)))
    }
}

/// A customer's form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Addresses in their order, each with its key within the customer.
    pub addresses: Vec<(u32, String)>,
    /// The price level's key.
    pub level: String,
    /// Note.
    pub note: String,
}

impl Form {
    /// What the form of a known customer begins with.
    pub fn of(customer: &Customer) -> Self {
        Self {
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            addresses: customer.addresses.iter().map(|address| (address.id, address.text.clone())).collect(),
            level: customer.level.clone(),
            note: customer.note.clone(),
        }
    }

    /// The customer that it makes of `base`. An address that is not written is none; those that follow the one before
    /// them as they did keep their positions, so that another tablet's order is disturbed by nothing.
    pub fn read(&self, base: &Customer) -> Customer {
        let known = |id: u32| base.addresses.iter().find(|address| address.id == id).map(|address| address.position);
        let mut next = 0_i64;
        let written = self.addresses.iter().filter(|(_, text)| !text.trim().is_empty());
        let addresses = written
            .map(|(id, text)| {
                let position = known(*id).filter(|position| *position >= next).unwrap_or(next);
                next = position.saturating_add(1);
                Address { id: *id, text: text.trim().to_owned(), position }
            })
            .collect();
        Customer {
            name: self.name.trim().to_owned(),
            phone: self.phone.trim().to_owned(),
            addresses,
            level: self.level.clone(),
            note: self.note.trim().to_owned(),
            ..base.clone()
        }
    }
}

/// A field that a pasted text may fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fillable {
    /// Name.
    Name,
    /// Phone.
    Phone,
    /// The first address.
    Address,
}

/// What becomes of a pasted text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// What it says: fields that were empty, or that an earlier paste had filled.
    pub fills: Vec<(Fillable, String)>,
    /// What it says of fields that hold something else that a person typed: those are left for the person to decide.
    pub left: Vec<(Fillable, String)>,
}

impl Filling {
    /// Of what was understood; `now` is what the fields hold, `before` what the last paste filled in.
    pub fn of(understood: &Recognised, now: impl Fn(Fillable) -> String, before: &[(Fillable, String)]) -> Self {
        let said = [
            (Fillable::Name, understood.name.clone()),
            (Fillable::Phone, understood.phone.clone()),
            (Fillable::Address, understood.address()),
        ];
        let mut filling = Self::default();
        for (field, value) in said.into_iter().filter(|(_, value)| !value.is_empty()) {
            let held = now(field);
            let is_free = held.trim().is_empty() || held == value || before.contains(&(field, held));
            if is_free { filling.fills.push((field, value)) } else { filling.left.push((field, value)) }
        }
        filling
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(id: u128, name: &str, phone: &str) -> Arc<Person> {
        let customer =
            Customer { id: Uuid::from_u128(id), name: name.into(), phone: phone.into(), ..Customer::default() };
        let customer = Arc::new(customer);
        Arc::new(Person { customer, merged: vec![], orders: 0, bought: 0, open: 0, debt: 0, last_ms: 0 })
    }

    fn found(book: &Book, typed: &str, pinyin: Option<&Pinyin>) -> Vec<u128> {
        book.find(typed, pinyin).iter().map(|person| person.id().as_u128()).collect()
    }

    #[test]
    fn people_are_found_by_any_part_of_name_or_phone_or_by_sound() {
        let pinyin = Pinyin::parse("ming 明\nwang 王\nxiao 小\nli 李\nlei 雷\n").unwrap();
        let people = [
            person(1, "王小明", "138 0013 8000"),
            person(2, "李雷", "0571-88886666"),
            person(3, "Zoë Okonkwo", "+44 20 7946 0000"),
        ];
        let book = Book::of(people.iter());
        assert_eq!(found(&book, "", None), [1, 2, 3]);
        assert_eq!(found(&book, "小明", None), [1]);
        assert_eq!(found(&book, "okon", None), [3]);
        assert_eq!(found(&book, "8000", None), [1]);
        assert_eq!(found(&book, "138 0013", None), [1]);
        assert_eq!(found(&book, "0571-8888", None), [2]);
        assert_eq!(found(&book, "wxm", None), Vec::<u128>::new(), "without the table, names are letters");
        assert_eq!(found(&book, "wxm", Some(&pinyin)), [1]);
        assert_eq!(found(&book, "lilei", Some(&pinyin)), [2]);
        assert_eq!(found(&book, "李 6666", Some(&pinyin)), [2]);
        assert_eq!(found(&book, "李 8000", Some(&pinyin)), Vec::<u128>::new());
    }

    #[test]
    fn who_turned_out_to_be_the_same_is_found_by_either_name() {
        let other = person(2, "小王", "13900139000");
        let merged =
            Person { merged: vec![Arc::clone(&other.customer)], ..(*person(1, "王小明", "13800138000")).clone() };
        let book = Book::of([Arc::new(merged)].iter());
        assert_eq!(found(&book, "小王", None), [1]);
        assert_eq!(found(&book, "139001", None), [1]);
    }

    #[test]
    fn twenty_thousand_are_searched_within_a_key_stroke() {
        let pinyin = Pinyin::parse("ming 明\nwang 王\nxiao 小\n").unwrap();
        let people: Vec<_> = (0..20_000).map(|id| person(id, "王小明", &format!("138{id:08}"))).collect();
        let book = Book::of(people.iter());
        assert_eq!(book.find("wxm", Some(&pinyin)).len(), 20_000);
        assert_eq!(book.find("00019999", Some(&pinyin)).len(), 1);
    }

    #[test]
    fn a_form_keeps_positions_where_it_can() {
        let address = |id, text: &str, position| Address { id, text: text.into(), position };
        let base = Customer { addresses: vec![address(9, "a", 0), address(4, "b", 5)], ..Customer::default() };
        let form = Form::of(&base);
        assert_eq!(form.read(&base), base);
        let mut added = form.clone();
        added.addresses.push((7, " c ".into()));
        assert_eq!(added.read(&base).addresses, [address(9, "a", 0), address(4, "b", 5), address(7, "c", 6)]);
        let mut turned = form.clone();
        turned.addresses.reverse();
        assert_eq!(turned.read(&base).addresses, [address(4, "b", 5), address(9, "a", 6)]);
        let mut before = form.clone();
        before.addresses.insert(0, (3, "new".into()));
        let all = [address(3, "new", 0), address(9, "a", 1), address(4, "b", 5)];
        assert_eq!(before.read(&base).addresses, all, "a new one before all others stands before them");
        let mut emptied = form;
        emptied.addresses[0].1 = " ".into();
        assert_eq!(emptied.read(&base).addresses, [address(4, "b", 5)]);
    }

    #[test]
    fn a_paste_fills_what_is_empty_and_leaves_what_was_typed() {
        let said = Recognised { name: "张三".into(), phone: "13800138000".into(), ..Recognised::default() };
        let now = |field| if field == Fillable::Name { "李四".to_owned() } else { String::new() };
        let filling = Filling::of(&said, now, &[]);
        assert_eq!(filling.fills, [(Fillable::Phone, "13800138000".to_owned())]);
        assert_eq!(filling.left, [(Fillable::Name, "张三".to_owned())]);
        let again = Filling::of(&said, now, &[(Fillable::Name, "李四".to_owned())]);
        assert_eq!(again.left, [], "what a paste had filled, a better paste may fill anew");
    }

    #[test]
    fn o5_a_customer_is_found_by_full_width_and_traditional_signs() {
        crate::session::with_alike("龙龍\n静靜\n");
        let all = [person(1, "龙静", "13900139000"), person(2, "龍靜", "13800138000"), person(3, "Ａnna", "")];
        let book = Book::of(all.iter());
        assert_eq!(found(&book, "龍静", None), [1, 2]);
        assert_eq!(found(&book, "１３９００", None), [1]);
        assert_eq!(found(&book, "ａnna", None), [3]);
    }
}
