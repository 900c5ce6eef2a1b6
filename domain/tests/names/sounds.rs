//! Customers found by how their names sound, with the readings that the app ships.

use std::time::Instant;

use domain::pinyin::{Malformed, Pinyin};
use proptest::prelude::*;

use crate::tables;

fn pinyin() -> Pinyin {
    Pinyin::parse(&tables::text("pinyin")).unwrap()
}

#[test]
fn a_name_is_found_by_initials_by_syllables_and_by_any_mixture() {
    let pinyin = pinyin();
    for typed in [
        "wxm",
        "w",
        "wangxm",
        "wangxiaoming",
        "xiaom",
        "wxiaom",
        "xm",
        "ming",
        "WXM",
        "wang xiao ming",
        "wang'xm",
        "王xm",
    ] {
        assert!(pinyin.matches("王小明", typed), "{typed}");
    }
    for typed in ["wmx", "xmw", "wangm", "wxmm", "wangxiaomingg", "li", "", " "] {
        assert!(!pinyin.matches("王小明", typed), "{typed}");
    }
}

#[test]
fn a_surname_is_found_as_it_is_read_in_names_and_as_it_is_read_elsewhere() {
    let pinyin = pinyin();
    let surnames = [
        ("曾志伟", "zengzw", "cengzw"),
        ("单雄信", "shanxx", "danxx"),
        ("仇英", "qiuying", "chouying"),
        ("区志航", "ouzh", "quzh"),
        ("解晓东", "xiexd", "jiexd"),
        ("查良镛", "zhaly", "chaly"),
        ("任盈盈", "renyy", "ryy"),
        ("乐嘉", "yuejia", "lejia"),
        ("朴树", "piaoshu", "pushu"),
        ("尉迟恭", "yuchig", "weichig"),
        ("万俟卨", "moqi", "wanqi"),
        ("盖聂", "genie", "gainie"),
        ("缪斯", "miaos", "miusi"),
        ("翟天临", "zhaitl", "ditl"),
        ("重阳", "chongy", "zhongy"),
        ("长孙无忌", "zhangswj", "changswj"),
    ];
    for (name, in_names, elsewhere) in surnames {
        assert!(pinyin.matches(name, in_names), "{name} as {in_names}");
        assert!(pinyin.matches(name, elsewhere), "{name} as {elsewhere}");
    }
}

#[test]
fn o5_v_u_and_yu_are_ue_and_rare_traditional_and_mixed_names_are_found_too() {
    let pinyin = pinyin();
    let names = [
        ("陶喆", "taozhe"),
        ("李堃", "likun"),
        ("王玥珺", "wyj"),
        ("張學友", "zhangxy"),
        ("陳慧嫻", "chxian"),
        ("吕布", "lvbu"),
        ("吕布", "lübu"),
        ("吕布", "lubu"),
        ("吕布", "lyubu"),
        ("吕布", "ly"),
        ("绿茶", "lyuc"),
        ("女装", "nyuz"),
        ("女装", "nvz"),
        ("女装", "nuzhuang"),
        ("忽略", "hulyue"),
        ("忽略", "hulve"),
        ("绿茶", "ｌｖｃｈａ"),
        // R37 (xmflswood/pinyin-match#37, PR 43): some type v for every ü, and input methods send ü until they are done.
        ("云服务", "yvn"),
        ("徐静", "xvjing"),
        ("全聚德", "qvanjvde"),
        ("绿茶", "lüc"),
        ("掠影", "lvey"),
        ("掠影", "luey"),
        ("虐恋", "nuel"),
        ("扎西·多吉", "zxdj"),
        ("Amy小仙女", "amyxxn"),
        ("小鱼🐟", "xyu"),
        ("7号档口", "7hdk"),
    ];
    for (name, typed) in names {
        assert!(pinyin.matches(name, typed), "{name} as {typed}");
    }
    for (name, typed) in [("朱家", "zvj"), ("舒婷", "svt"), ("吕布", "lvv"), ("卓越", "zvo")] {
        assert!(!pinyin.matches(name, typed), "{name} as {typed}");
    }
}

#[test]
fn a_damaged_table_is_refused_by_its_line() {
    assert_eq!(Pinyin::parse("# ok\nwang 王\nming").unwrap_err(), Malformed { line: 3 });
    assert_eq!(Pinyin::parse("wáng 王").unwrap_err(), Malformed { line: 1 });
}

#[test]
fn twenty_thousand_names_are_looked_through_while_a_key_is_pressed() {
    let pinyin = pinyin();
    let surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    let given: Vec<char> = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英文辉鹏志红建华".chars().collect();
    let names: Vec<String> = (0..20_000_usize)
        .map(|n| format!("{}{}{}", surnames[n % 10], given[n / 10 % given.len()], given[n / 300 % given.len()]))
        .collect();
    for typed in ["wxm", "zhangw", "zhijian", "lxy"] {
        let begun = Instant::now();
        let found = names.iter().filter(|name| pinyin.matches(name, typed)).count();
        println!("{typed}: {found} of {} names in {:?}", names.len(), begun.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_and_any_keys_are_borne(text in "\\PC{0,80}", typed in "\\PC{0,80}") {
        let pinyin = Pinyin::parse("wang 王\nxiao 小\nming 明\na 阿").unwrap();
        pinyin.matches(&text, &typed);
    }

    #[test]
    fn any_part_of_a_name_is_found_by_any_beginnings(
        name in proptest::collection::vec(0_usize..4, 1..6), from in 0_usize..6, lengths in proptest::collection::vec(1_usize..6, 6),
    ) {
        let table = [('王', "wang"), ('小', "xiao"), ('明', "ming"), ('阿', "a")];
        let pinyin = Pinyin::parse("wang 王\nxiao 小\nming 明\na 阿").unwrap();
        let text: String = name.iter().map(|&n| table[n].0).collect();
        let from = from % name.len();
        let typed: String = name[from..].iter().zip(&lengths).map(|(&n, &length)| &table[n].1[..length.min(table[n].1.len())]).collect();
        prop_assert!(pinyin.matches(&text, &typed), "{text} as {typed}");
    }
}
