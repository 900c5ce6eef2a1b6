//! The kinds of streams. Each is declared once, in this table: its word, its fold, its events, whether it is about a
//! person. Everything else follows: a kind that some place forgets does not compile.

use crate::order::OrderEvent;

/// What the events of a stream fold into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// An [`Order`](crate::order::Order), together with the other stream of the same id.
    Order,
    /// The [`Shop`](crate::shop::Shop).
    Shop,
    /// A [`Record`](crate::record::Record). The number stands for the kind in stored rows: it is never given again.
    Record(u8),
}

macro_rules! streams {
    ($($(#[doc = $doc:literal])* $name:ident $key:literal $fold:expr, personal: $personal:literal, events: $events:expr;)*) => {
        /// The kind of a stream of events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum StreamKind { $($(#[doc = $doc])* $name,)* }

        impl StreamKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// The word on the wire.
            pub fn key(self) -> &'static str { match self { $(Self::$name => $key,)* } }
            /// What its events fold into.
            pub fn fold(self) -> Fold { match self { $(Self::$name => $fold,)* } }
            /// Whether its events may hold a person's data.
            pub fn is_personal(self) -> bool { match self { $(Self::$name => $personal,)* } }
            /// The types on the wire of the events that this build writes: the stream's word, a dot, a verb.
            pub fn event_types(self) -> &'static [&'static str] { match self { $(Self::$name => $events,)* } }
        }
    };
}

streams! {
    /// An order.
    Order "order" Fold::Order, personal: false, events: OrderEvent::KEYS;
    /// A contact; one made for an order has the order's id.
    Contact "contact" Fold::Order, personal: true,
        events: &["contact.recorded", "contact.changed", "contact.erased"];
    /// The shop.
    Shop "shop" Fold::Shop, personal: false,
        events: &["shop.started", "shop.setting_changed", "shop.device_joined", "shop.changed"];
    /// A product.
    Product "product" Fold::Record(0), personal: false, events: &["product.changed", "product.stock_moved"];
    /// A customer.
    Customer "customer" Fold::Record(1), personal: true,
        events: &["customer.changed", "customer.debt_moved", "customer.erased"];
    /// A template of orders.
    Template "template" Fold::Record(2), personal: false, events: &["template.changed"];
    /// A rule.
    Rule "rule" Fold::Record(3), personal: false, events: &["rule.changed"];
    /// A saved view of a list: its filters.
    View "view" Fold::Record(4), personal: false, events: &["view.changed"];
}

impl StreamKind {
    /// Reads the word on the wire.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.key() == key)
    }
    /// The kind of record that has this number in stored rows.
    pub fn of_record(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.fold() == Fold::Record(number))
    }
    /// The type on the wire of its event with this verb; `None` where it has no such event.
    pub fn event_type(self, verb: &str) -> Option<&'static str> {
        self.event_types().iter().copied().find(|known| known.split_once('.') == Some((self.key(), verb)))
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamKinds(u32);

impl StreamKinds {
    /// Every kind.
    pub const ALL: Self = Self(u32::MAX);
    /// These kinds.
    pub fn of(kinds: &[StreamKind]) -> Self {
        let mut set = Self::default();
        kinds.iter().for_each(|kind| set.insert(*kind));
        set
    }
    /// Adds a kind.
    pub fn insert(&mut self, kind: StreamKind) {
        self.0 |= 1 << kind as u32;
    }
    /// Whether it holds a kind.
    pub fn contains(self, kind: StreamKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_word_a_number_or_an_event() {
        let kinds = StreamKind::ALL.len();
        assert_eq!(StreamKind::ALL.iter().map(|kind| kind.key()).collect::<BTreeSet<_>>().len(), kinds);
        for kind in StreamKind::ALL {
            assert_eq!(StreamKind::parse(kind.key()), Some(*kind));
            if let Fold::Record(number) = kind.fold() {
                assert_eq!(StreamKind::of_record(number), Some(*kind));
            }
            for known in kind.event_types() {
                let verb = known.strip_prefix(&format!("{}.", kind.key())).unwrap();
                assert_eq!(kind.event_type(verb), Some(*known));
            }
            assert_eq!(kind.is_personal(), kind.event_type("erased").is_some(), "a person can ask to be erased");
        }
    }
}
