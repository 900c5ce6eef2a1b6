//! Every word the app says, both languages side by side. A text that is missing, or an argument that
//! does not fit, does not compile. Fixed texts are constants that cost no code; texts with figures or
//! names in them are functions.

#[macro_use]
mod catalogue;
pub mod counter;
pub mod customers;
pub mod devices;
pub mod keeping;
mod language;
mod money;
pub mod new_order;
pub mod opening;
pub mod order_list;
pub mod order_page;
pub mod picture;
pub mod products;
pub mod records;
pub mod remind;
pub mod rules;
pub mod scan;
mod selling;
pub mod sheets;
pub mod shop_lists;
pub mod shop_setup;
pub mod templates;
pub mod weight;
mod when;

pub use catalogue::{
    clock, conflicts, currency, first_start, frame, keys, missing, orders, server, settings, sync, update,
};
pub use language::{Language, Phrase, language, set_language};
pub use money::{Currency, MoneyParts};
pub use selling::{
    badge, delivery, dispute, fault, form, list, method, order, payment, preview, reason, shipping, state, timeline,
};
pub use when::{age, date_time, date_time_in, day_heading, set_time_zone, time, zone_name};

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Words that no text says any more: home-made ones, and second names of one thing.
    const ZH: &[&str] = &[
        "写上",
        "写下",
        "写短",
        "存下",
        "已存在本机",
        "丢掉",
        "顾客",
        "客人",
        "买家",
        "老客户",
        "单子",
        "张单",
        "您",
        "平板",
        "抹去",
        "做好",
        "没做",
        "去掉",
        "贴上",
        "算数",
        "没生效",
        "现在算",
        "要定的",
        "还要收",
        "挂着的",
        "自填",
        "亮收款",
        "在卖",
        "停卖",
        "看哪些",
        "待发 ",
        "没有待发",
        "太长了",
        "有点怪",
        "\"好了\"",
        "不要了\", \"Dr",
        "旧账",
        "已订出",
        "可卖",
    ];
    const EN: &[&str] = &[
        "such as",
        "write",
        "written",
        "type",
        "anew",
        "became",
        "become",
        "becomes",
        "throw",
        "thrown",
        "sell on",
        "of the shop",
        "all the same",
        "take up",
        "taken up",
        "settle",
        "settled",
        "on sale",
        "as it stands",
        "revive",
        "sundry",
        "perhaps",
        "somebody",
        "at a word",
        "begun",
        "doubles",
        "tablet",
        "tablets",
        "misc",
        "setup",
    ];

    /// Every text of the catalogue, in both languages, with the file and the line where it is.
    fn texts() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text");
        let mut all = Vec::new();
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                let Some((name, texts)) = line.trim().split_once(": \"") else { continue };
                if texts.ends_with("\";") && !name.starts_with("//") {
                    let place = format!("{}:{} {name}", path.file_name().unwrap().display(), at + 1);
                    all.push((place, format!("\"{texts}")));
                }
            }
        }
        assert!(all.len() > 1_000, "{} texts", all.len());
        all
    }

    #[test]
    fn no_text_says_what_the_trade_says_otherwise() {
        let mut found = Vec::new();
        for (place, texts) in texts() {
            // A message to the buyer is polite; two states of after-sales are called so.
            let polite = place.starts_with("remind.rs");
            let plain = texts.replace("待买家", "");
            found.extend(
                ZH.iter()
                    .filter(|word| plain.contains(**word) && !(polite && **word == "您"))
                    .map(|word| format!("{place}: {word}")),
            );
            let english = texts.to_lowercase();
            let spaced: String = english.chars().map(|c| if c.is_ascii_alphabetic() { c } else { ' ' }).collect();
            let spaced = format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "));
            found.extend(
                EN.iter().filter(|word| spaced.contains(&format!(" {word} "))).map(|word| format!("{place}: {word}")),
            );
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn an_example_says_e_g_and_a_limit_says_how_much() {
        for (place, texts) in texts() {
            assert!(!texts.contains("\"如 ") && !texts.contains("\"如：") && !texts.contains("，如 "), "{place}");
        }
        let most = domain::text::SHORT.to_string();
        for text in [super::rules::TOO_LONG, super::shop_setup::ADD_LONG] {
            assert!(text.zh.contains(&most) && text.en.contains(&most));
        }
    }
}
