//! The shop's lists: sales channels, order categories, ways to pay, carriers, price levels. Some entries every shop
//! has; a shop renames, hides and adds to them. They are fields of the shop's record: `channel/own/name`.

use crate::record::Fields;

/// A list of the shop's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Sales channels.
    Channel,
    /// Order categories.
    Category,
    /// Ways to pay.
    Method,
    /// Carriers.
    Carrier,
    /// Price levels.
    Level,
}

impl List {
    /// The first part of its fields' names.
    pub fn key(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Category => "category",
            Self::Method => "method",
            Self::Carrier => "carrier",
            Self::Level => "level",
        }
    }
    /// The entries that every shop has, the default first (workflow.md §1).
    pub fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Channel => &["stall", "taobao", "jd", "pinduoduo", "douyin", "shopee", "own"],
            Self::Category => &["retail", "wholesale", "preorder"],
            Self::Method => &["cash", "alipay", "wechat_pay", "bank_transfer"],
            Self::Carrier => &["sf", "yto", "zto", "sto", "yunda", "jd", "ems", "jt", "dhl", "ups"],
            Self::Level => &["wholesale", "member"],
        }
    }
    /// A field of an entry.
    pub fn field(self, entry: &str, field: &str) -> String {
        format!("{}/{entry}/{field}", self.key())
    }
    /// The field that names the default entry.
    pub fn default_field(self) -> String {
        format!("default_{}", self.key())
    }
}

/// An entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its key: what orders name.
    pub key: String,
    /// What the shop calls it; empty: as everybody does.
    pub name: String,
    /// Not offered any more; orders that name it keep it.
    pub hidden: bool,
    /// Its place in the list.
    pub position: i64,
    /// Its picture, such as a pay code: a blob's id.
    pub picture: String,
    /// Every shop has it.
    pub usual: bool,
}

/// An entry by its key, one that was taken out too: orders that name it still call it by its name.
pub fn entry(shop: &Fields, list: List, key: &str) -> Entry {
    let place = list.usual().iter().zip(0..).find(|(usual, _)| **usual == key).map_or(0, |(_, place)| place);
    Entry {
        key: key.to_owned(),
        name: shop.text(&list.field(key, "name")).to_owned(),
        hidden: shop.flag(&list.field(key, "hidden"), false),
        position: shop.int(&list.field(key, "position")).unwrap_or(place * 1_000),
        picture: shop.text(&list.field(key, "picture")).to_owned(),
        usual: list.usual().contains(&key),
    }
}

/// A list as the shop has it, in its order, hidden entries too.
pub fn entries(shop: &Fields, list: List) -> Vec<Entry> {
    let mut keys: Vec<&str> = list.usual().to_vec();
    for key in shop.keys(list.key()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.retain(|key| !shop.flag(&list.field(key, "removed"), false));
    let mut entries: Vec<Entry> = keys.into_iter().map(|key| entry(shop, list, key)).collect();
    // Of one without a name there is only what another tablet wrote while it was being made.
    entries.retain(|entry| entry.usual || !entry.name.is_empty());
    entries.sort_by_key(|entry| entry.position);
    entries
}

/// The key of the default entry: the one that the shop chose, while it is offered, else the first that is.
pub fn default_of(shop: &Fields, list: List) -> String {
    let chosen = shop.text(&list.default_field());
    let offered: Vec<Entry> = entries(shop, list).into_iter().filter(|entry| !entry.hidden).collect();
    let entry = offered.iter().find(|entry| entry.key == chosen).or(offered.first());
    entry.map(|entry| entry.key.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Value;

    #[test]
    fn a_shop_renames_hides_adds_and_chooses() {
        let mut shop = Fields::default();
        assert_eq!(default_of(&shop, List::Channel), "stall");
        let written: [(&str, Value); 5] = [
            ("channel/own/name", "小程序".into()),
            ("channel/stall/hidden", true.into()),
            ("channel/a1/name", "团购".into()),
            ("channel/a1/position", Value::Int(-1)),
            ("default_channel", "stall".into()),
        ];
        shop.fields = written.map(|(name, value)| (name.to_owned(), value)).into();
        let all = entries(&shop, List::Channel);
        assert_eq!(all[0].key, "a1");
        assert_eq!(all.len(), 8);
        assert!(all.iter().any(|entry| entry.key == "own" && entry.name == "小程序" && entry.usual));
        assert_eq!(default_of(&shop, List::Channel), "a1", "a hidden default gives way to the first that is offered");
        assert_eq!(entries(&shop, List::Method).len(), 4);
        shop.fields.insert("channel/a1/removed".into(), true.into());
        assert_eq!(entries(&shop, List::Channel).len(), 7);
        assert_eq!(entry(&shop, List::Channel, "a1").name, "团购", "orders that name it still call it so");
    }
}
