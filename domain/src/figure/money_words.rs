//! Signs and words that stand beside a figure.

use super::written::Word;
use crate::Currency::{self, *};

/// Signs and words of money, folded, and whose they are; of nobody: of a currency that no shop is kept in.
const WORDS: &[(&str, &[Currency])] = &[
    ("¥", &[Cny, Jpy]),
    ("cn¥", &[Cny]),
    ("jp¥", &[Jpy]),
    ("rmb", &[Cny]),
    ("cny", &[Cny]),
    ("yuan", &[Cny]),
    ("人民币", &[Cny]),
    ("人民幣", &[Cny]),
    ("元", &[Cny, Jpy, Hkd, Twd]),
    ("元整", &[Cny, Hkd, Twd]),
    ("块", &[Cny, Hkd, Twd]),
    ("块钱", &[Cny, Hkd, Twd]),
    ("塊", &[Cny, Hkd, Twd]),
    ("塊錢", &[Cny, Hkd, Twd]),
    ("圆", &[Cny, Hkd, Twd]),
    ("圓", &[Cny, Hkd, Twd]),
    ("£", &[Gbp]),
    ("gbp", &[Gbp]),
    ("英镑", &[Gbp]),
    ("英鎊", &[Gbp]),
    ("镑", &[Gbp]),
    ("鎊", &[Gbp]),
    ("pound", &[Gbp]),
    ("pounds", &[Gbp]),
    ("€", &[Eur]),
    ("eur", &[Eur]),
    ("euro", &[Eur]),
    ("euros", &[Eur]),
    ("欧元", &[Eur]),
    ("歐元", &[Eur]),
    ("欧", &[Eur]),
    ("$", &[Usd, Hkd, Twd, Sgd]),
    ("us$", &[Usd]),
    ("usd", &[Usd]),
    ("美元", &[Usd]),
    ("美金", &[Usd]),
    ("dollar", &[Usd, Hkd, Twd, Sgd]),
    ("dollars", &[Usd, Hkd, Twd, Sgd]),
    ("hk$", &[Hkd]),
    ("hkd", &[Hkd]),
    ("港币", &[Hkd]),
    ("港幣", &[Hkd]),
    ("港元", &[Hkd]),
    ("蚊", &[Hkd]),
    ("nt$", &[Twd]),
    ("nt", &[Twd]),
    ("ntd", &[Twd]),
    ("twd", &[Twd]),
    ("台币", &[Twd]),
    ("台幣", &[Twd]),
    ("臺幣", &[Twd]),
    ("新台币", &[Twd]),
    ("新台幣", &[Twd]),
    ("新臺幣", &[Twd]),
    ("s$", &[Sgd]),
    ("sg$", &[Sgd]),
    ("sgd", &[Sgd]),
    ("新元", &[Sgd]),
    ("新币", &[Sgd]),
    ("rm", &[Myr]),
    ("myr", &[Myr]),
    ("ringgit", &[Myr]),
    ("马币", &[Myr]),
    ("馬幣", &[Myr]),
    ("令吉", &[Myr]),
    ("円", &[Jpy]),
    ("日元", &[Jpy]),
    ("日圆", &[Jpy]),
    ("日圓", &[Jpy]),
    ("jpy", &[Jpy]),
    ("yen", &[Jpy]),
    ("₩", &[Krw]),
    ("원", &[Krw]),
    ("krw", &[Krw]),
    ("won", &[Krw]),
    ("韩元", &[Krw]),
    ("韓元", &[Krw]),
    ("韩币", &[Krw]),
    ("fr.", &[]),
    ("fr", &[]),
    ("sfr.", &[]),
    ("sfr", &[]),
    ("chf", &[]),
    ("瑞郎", &[]),
    ("法郎", &[]),
    ("a$", &[]),
    ("au$", &[]),
    ("aud", &[]),
    ("澳元", &[]),
    ("澳币", &[]),
    ("c$", &[]),
    ("ca$", &[]),
    ("cad", &[]),
    ("加元", &[]),
    ("加币", &[]),
    ("nz$", &[]),
    ("nzd", &[]),
    ("mop$", &[]),
    ("mop", &[]),
    ("澳门元", &[]),
    ("葡币", &[]),
    ("r$", &[]),
    ("brl", &[]),
    ("mx$", &[]),
    ("mxn", &[]),
    ("ar$", &[]),
    ("₹", &[]),
    ("rs.", &[]),
    ("rs", &[]),
    ("inr", &[]),
    ("卢比", &[]),
    ("₽", &[]),
    ("rub", &[]),
    ("руб.", &[]),
    ("руб", &[]),
    ("卢布", &[]),
    ("฿", &[]),
    ("thb", &[]),
    ("baht", &[]),
    ("泰铢", &[]),
    ("₫", &[]),
    ("đ", &[]),
    ("vnd", &[]),
    ("越南盾", &[]),
    ("₱", &[]),
    ("php", &[]),
    ("rp", &[]),
    ("rp.", &[]),
    ("idr", &[]),
    ("印尼盾", &[]),
    ("₺", &[]),
    ("tl", &[]),
    ("try", &[]),
    ("zł", &[]),
    ("zl", &[]),
    ("pln", &[]),
    ("kr", &[]),
    ("kr.", &[]),
    ("sek", &[]),
    ("nok", &[]),
    ("dkk", &[]),
    ("kč", &[]),
    ("czk", &[]),
    ("ft", &[]),
    ("huf", &[]),
    ("lei", &[]),
    ("ron", &[]),
    ("₴", &[]),
    ("uah", &[]),
    ("₪", &[]),
    ("ils", &[]),
    ("₦", &[]),
    ("ngn", &[]),
    ("zar", &[]),
    ("aed", &[]),
    ("¢", &[]),
    ("₿", &[]),
];

/// Words that count pieces.
const PIECES: &[&str] = &[
    "件", "个", "個", "只", "隻", "支", "枝", "把", "包", "袋", "盒", "箱", "瓶", "罐", "条", "條", "双", "雙", "套",
    "张", "張", "份", "块", "片", "本", "台", "pcs", "pcs.", "pc", "pc.", "pieces", "piece", "stk", "stk.", "x", "×",
];

/// Whether yuan, jiao and fen are this currency's.
pub fn has_yuan(currency: Currency) -> bool {
    matches!(currency, Cny | Hkd | Twd)
}

/// The longest of these words at the beginning or the end of a text, not in the middle of a longer one.
fn longest<'a, T>(text: &str, words: impl Iterator<Item = (&'a str, T)>) -> Option<(&'a str, (usize, usize), T)> {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c.is_ascii());
    let mut best: Option<(&str, (usize, usize), T)> = None;
    for (word, of) in words {
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic());
        let ends_in_letter = word.ends_with(|c: char| c.is_ascii_alphabetic());
        let front = text.strip_prefix(word).filter(|rest| !(ends_in_letter && is_letter(rest.chars().next())));
        let back = text.strip_suffix(word).filter(|rest| !(is_word && is_letter(rest.chars().next_back())));
        let ends = match (front, back) {
            (Some(_), _) => (word.len(), 0),
            (None, Some(_)) => (0, word.len()),
            (None, None) => continue,
        };
        if best.as_ref().is_none_or(|(found, ..)| word.len() > found.len()) {
            best = Some((word, ends, of));
        }
    }
    best
}

/// A word of money at an end of a folded text.
pub fn find(text: &str, currency: Currency) -> Option<Word> {
    let found = longest(text, WORDS.iter().map(|(word, of)| (*word, *of)));
    found.map(|(_, ends, of)| Word { ends, is_foreign: !of.contains(&currency) })
}

/// A word that counts pieces.
pub fn pieces(text: &str) -> Option<Word> {
    let found = longest(text, PIECES.iter().map(|word| (*word, ())));
    found.map(|(_, ends, ())| Word { ends, is_foreign: false })
}
