//! What a person asks of the list, as it stands in its address.

use domain::Day;
use domain::order::{Badge, Delivery, Method, Status};
use replica::{Facet, Filter, Sort, SortBy};
use uuid::Uuid;

/// The keys of the address that ask for something, but for the search and the chosen order.
pub const KEYS: [&str; 18] = [
    "status", "badge", "channel", "category", "method", "tablet", "person", "customer", "label", "delivery", "placed",
    "from", "to", "least", "most", "owed", "parked", "sort",
];

/// Days that move on with today, so that a filter that is saved or bookmarked means the same tomorrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lately {
    /// Today.
    Today,
    /// Yesterday.
    Yesterday,
    /// Today and the six days before.
    Week,
    /// Today and the 29 days before.
    Month,
}

impl Lately {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Today, Self::Yesterday, Self::Week, Self::Month];

    /// Its word in an address, and its first and its last day: so many days ago.
    pub fn face(self) -> (&'static str, i64, i64) {
        match self {
            Self::Today => ("today", 0, 0),
            Self::Yesterday => ("yesterday", 1, 1),
            Self::Week => ("week", 6, 0),
            Self::Month => ("month", 29, 0),
        }
    }
}

/// What the filters ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// One of these states.
    pub status: Vec<Status>,
    /// These traits.
    pub only: Vec<Facet>,
    /// Placed on these days; `from` and `to` ask for nothing then.
    pub lately: Option<Lately>,
    /// Placed on this day of the shop or later.
    pub from: Option<Day>,
    /// Placed on this day or earlier.
    pub to: Option<Day>,
    /// It comes to this or more, minor units.
    pub least: Option<i64>,
    /// It comes to this or less, minor units.
    pub most: Option<i64>,
    /// Something is owed.
    pub owed: bool,
    /// It is a cart put aside.
    pub parked: bool,
    /// In which order they come.
    pub sort: Sort,
}

/// What a list can be sorted by, its word in an address, and whether the least comes first where nobody asked for the
/// other way round.
pub const SORTS: [(SortBy, &str, bool); 6] = [
    (SortBy::Time, "time", false),
    (SortBy::Number, "number", true),
    (SortBy::Buyer, "buyer", true),
    (SortBy::Total, "total", false),
    (SortBy::Owed, "owed", false),
    (SortBy::Due, "due", true),
];

/// Reads `total`, or `-total` with the largest first.
pub fn sort_of(word: &str) -> Option<Sort> {
    let (word, ascending) = word.strip_prefix('-').map_or((word, true), |word| (word, false));
    SORTS.iter().find(|(_, known, _)| *known == word).map(|(by, ..)| Sort { by: *by, ascending })
}

/// Writes it.
pub fn sort_word(sort: Sort) -> String {
    let word = SORTS.iter().find(|(by, ..)| *by == sort.by).map_or("", |(_, word, _)| word);
    format!("{}{word}", if sort.ascending { "" } else { "-" })
}

/// The sort after a press on a column's head; a second press reverses it.
pub fn pressed(sort: Sort, by: SortBy) -> Sort {
    let first = SORTS.iter().any(|(known, _, ascending)| *known == by && *ascending);
    Sort { by, ascending: if sort.by == by { !sort.ascending } else { first } }
}

const DELIVERIES: [(Delivery, &str); 3] =
    [(Delivery::HandOver, "hand_over"), (Delivery::PickUp, "pick_up"), (Delivery::Ship, "ship")];

/// The day after, or one before the first of a month that counts as the month before; what turns it into a moment
/// knows the calendar.
fn next(day: Day) -> Day {
    Day { day: day.day.saturating_add(1), ..day }
}

impl ListQuery {
    /// Reads an address. What makes no sense asks for nothing.
    pub fn read<'a>(query: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut asked = Self::default();
        for (key, value) in query {
            let id = || Uuid::parse_str(value).ok();
            let facet = match key {
                "badge" => Badge::parse(value).map(Facet::Badge),
                "channel" => Some(Facet::Channel(value.to_owned())),
                "category" => Some(Facet::Category(value.to_owned())),
                "method" => Some(Facet::Method(Method::from(value.to_owned()))),
                "tablet" => id().map(Facet::Device),
                "person" => id().map(Facet::Actor),
                "customer" => id().map(Facet::Customer),
                "label" => Some(Facet::Label(value.to_owned())),
                "delivery" => {
                    DELIVERIES.iter().find(|(_, known)| *known == value).map(|(way, _)| Facet::Delivery(*way))
                }
                _ => None,
            };
            asked.only.extend(facet);
            match key {
                "status" => asked.status.extend(Status::parse(value)),
                "placed" => asked.lately = Lately::ALL.into_iter().find(|days| days.face().0 == value),
                "from" => asked.from = Day::parse(value),
                "to" => asked.to = Day::parse(value),
                "least" => asked.least = value.parse().ok(),
                "most" => asked.most = value.parse().ok(),
                "owed" => asked.owed = value == "1",
                "parked" => asked.parked = value == "1",
                "sort" => asked.sort = sort_of(value).unwrap_or_default(),
                _ => {}
            }
        }
        asked
    }

    /// What the address says of each key of [`KEYS`].
    pub fn write(&self) -> Vec<(&'static str, Vec<String>)> {
        let facet = |facet: &Facet| match facet {
            Facet::Badge(badge) => ("badge", badge.key().to_owned()),
            Facet::Channel(key) => ("channel", key.clone()),
            Facet::Category(name) => ("category", name.clone()),
            Facet::Method(method) => ("method", method.key().to_owned()),
            Facet::Device(id) => ("tablet", id.to_string()),
            Facet::Actor(id) => ("person", id.to_string()),
            Facet::Customer(id) => ("customer", id.to_string()),
            Facet::Label(label) => ("label", label.clone()),
            Facet::Delivery(way) => {
                let key = DELIVERIES.iter().find(|(known, _)| known == way).map_or("", |(_, key)| key);
                ("delivery", key.to_owned())
            }
        };
        let mut said: Vec<(&str, String)> =
            self.status.iter().map(|status| ("status", status.key().to_owned())).collect();
        said.extend(self.only.iter().map(facet));
        said.extend(self.lately.map(|days| ("placed", days.face().0.to_owned())));
        said.extend(self.from.map(|day| ("from", day.to_string())));
        said.extend(self.to.map(|day| ("to", day.to_string())));
        said.extend(self.least.map(|minor| ("least", minor.to_string())));
        said.extend(self.most.map(|minor| ("most", minor.to_string())));
        said.extend(self.owed.then(|| ("owed", "1".to_owned())));
        said.extend(self.parked.then(|| ("parked", "1".to_owned())));
        said.extend((self.sort != Sort::default()).then(|| ("sort", sort_word(self.sort))));
        let of = |key| said.iter().filter(|(of, _)| *of == key).map(|(_, value)| value.clone()).collect();
        KEYS.iter().map(|key| (*key, of(*key))).collect()
    }

    /// The first and the last day that it asks for. `ago` says which day was so many days ago.
    pub fn days(&self, ago: impl Fn(i64) -> Day) -> (Option<Day>, Option<Day>) {
        match self.lately.map(Lately::face) {
            Some((_, first, last)) => (Some(ago(first)), Some(ago(last))),
            None => (self.from, self.to),
        }
    }

    /// The same for the replica. `midnight` says when a day of the shop begins, `ago` which day was so many days ago.
    pub fn fill(self, filter: &mut Filter, midnight: impl Fn(Day) -> i64, ago: impl Fn(i64) -> Day) {
        let (from, to) = self.days(ago);
        filter.status = self.status;
        filter.only = self.only;
        filter.placed_from_ms = from.map(&midnight);
        filter.placed_before_ms = to.map(|day| midnight(next(day)));
        filter.total_from = self.least;
        filter.total_to = self.most;
        filter.owed = self.owed;
        filter.parked = self.parked;
        filter.sort = self.sort;
    }

    /// All of them, in the same order.
    pub fn cleared(&self) -> Self {
        Self { sort: self.sort, ..Self::default() }
    }

    /// How many things it asks for beside the state.
    pub fn how_many(&self) -> usize {
        let others =
            [self.lately.is_some(), self.from.is_some(), self.to.is_some(), self.least.is_some(), self.most.is_some()];
        self.only.len()
            + others.into_iter().chain([self.owed, self.parked]).filter(|on| *on).count()
            + if self.status.len() > 1 { self.status.len() } else { 0 }
    }

    /// Whether it asks for a trait.
    pub fn has(&self, facet: &Facet) -> bool {
        self.only.contains(facet)
    }

    /// Asks for a trait, or not any more.
    pub fn set(&mut self, facet: Facet, on: bool) {
        self.only.retain(|known| *known != facet);
        if on {
            self.only.push(facet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> ListQuery {
        let id = Uuid::from_u128(7);
        ListQuery {
            status: vec![Status::Paid, Status::Shipped],
            only: vec![
                Facet::Badge(Badge::Overdue),
                Facet::Channel("taobao".to_owned()),
                Facet::Channel(String::new()),
                Facet::Category("批发, 零售".to_owned()),
                Facet::Method(Method::WechatPay),
                Facet::Device(id),
                Facet::Actor(id),
                Facet::Customer(id),
                Facet::Label("急&=".to_owned()),
                Facet::Delivery(Delivery::PickUp),
            ],
            lately: Some(Lately::Week),
            from: Day::parse("2026-11-01"),
            to: Day::parse("2026-11-30"),
            least: Some(100),
            most: Some(99_900),
            owed: true,
            parked: true,
            sort: Sort { by: SortBy::Due, ascending: true },
        }
    }

    #[test]
    fn an_order_is_written_as_a_word_and_turned_round_by_a_second_press() {
        let mut sort = Sort::default();
        for (by, _, first) in SORTS.into_iter().skip(1) {
            sort = pressed(sort, by);
            assert_eq!((sort.by, sort.ascending), (by, first));
            assert_eq!(sort_of(&sort_word(sort)), Some(sort));
            sort = pressed(sort, by);
            assert_eq!((sort.by, sort.ascending), (by, !first));
            assert_eq!(sort_of(&sort_word(sort)), Some(sort));
        }
        assert_eq!(sort_of("-colour"), None);
        assert_eq!(everything().cleared().how_many(), 0);
    }

    #[test]
    fn an_address_says_all_that_is_asked() {
        for asked in [everything(), ListQuery::default()] {
            let written = asked.write();
            assert_eq!(written.len(), KEYS.len(), "what is not asked any more goes from the address");
            let pairs = written.iter().flat_map(|(key, values)| values.iter().map(move |value| (*key, value.as_str())));
            assert_eq!(ListQuery::read(pairs), asked);
        }
        assert_eq!(everything().how_many(), 19);
    }

    #[test]
    fn an_address_that_makes_no_sense_asks_for_nothing() {
        let pairs = [
            ("status", "lost"),
            ("badge", "x"),
            ("tablet", "K7"),
            ("from", "2026-13-01"),
            ("least", "1.5"),
            ("q", "tea"),
        ];
        assert_eq!(ListQuery::read(pairs.into_iter()), ListQuery::default());
    }

    #[test]
    fn the_last_day_counts_whole() {
        let mut filter = Filter::default();
        let to = Day::parse("2026-11-30");
        let midnight = |day: Day| i64::from(day.day) * 100;
        let ago = |days: i64| Day { year: 2026, month: 11, day: 23 - u8::try_from(days).unwrap() };
        ListQuery { from: to, to, ..ListQuery::default() }.fill(&mut filter, midnight, ago);
        assert_eq!((filter.placed_from_ms, filter.placed_before_ms), (Some(3_000), Some(3_100)));
        ListQuery { lately: Some(Lately::Week), to, ..ListQuery::default() }.fill(&mut filter, midnight, ago);
        assert_eq!((filter.placed_from_ms, filter.placed_before_ms), (Some(1_700), Some(2_400)), "days up to today");
    }
}
