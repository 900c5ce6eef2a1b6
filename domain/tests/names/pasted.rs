//! Pasted addresses, taken apart: what sellers really paste, and any text at all.

use std::time::Instant;

use domain::address::{Divisions, Malformed, Recognised, recognise};
use proptest::prelude::*;

use crate::tables;

fn divisions() -> Divisions {
    Divisions::parse(&tables::text("divisions")).unwrap()
}

struct Sample {
    text: String,
    expected: Recognised,
}

/// The table: two lines each, as its first lines say.
fn samples() -> Vec<Sample> {
    let lines = include_str!("samples.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    let pairs = lines.chunks_exact(2).map(|pair| {
        let fields: Vec<&str> = pair[1].trim_start_matches('!').split('|').collect();
        let [name, phone, province, city, district, detail] = fields[..] else { panic!("{}", pair[1]) };
        let [name, phone, province, city, district, detail] =
            [name, phone, province, city, district, detail].map(str::to_owned);
        let text = pair[0].trim_start_matches('!').replace("\\n", "\n").replace("\\t", "\t");
        Sample { text, expected: Recognised { name, phone, province, city, district, detail } }
    });
    pairs.collect()
}

#[test]
fn o8_what_sellers_paste_fills_the_right_fields() {
    let divisions = divisions();
    let samples = samples();
    let mut right = 0;
    for Sample { text, expected } in &samples {
        let found = recognise(text, &divisions);
        if found == *expected {
            right += 1;
        } else {
            println!("{text}\n  expected {expected:?}\n  found    {found:?}");
        }
    }
    let score = right * 1000 / samples.len();
    println!("{right} of {} samples are right: {}.{} %", samples.len(), score / 10, score % 10);
    assert!(samples.len() >= 200, "{} samples", samples.len());
    assert!(score >= 980);
}

#[test]
fn an_address_is_one_line_and_says_nothing_twice() {
    let divisions = divisions();
    let lines = [
        ("张三 13800138000 浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区文三路1号"),
        ("北京朝阳区三里屯路19号", "北京市朝阳区三里屯路19号"),
        ("北京市北京市朝阳区三里屯路19号", "北京市朝阳区三里屯路19号"),
        ("湖北仙桃市沔阳大道", "湖北省仙桃市沔阳大道"),
        ("上海市静安区 Room 3, 88 Nanjing Rd", "上海市静安区 Room 3, 88 Nanjing Rd"),
        ("221B Baker Street, London", "221B Baker Street, London"),
    ];
    for (text, line) in lines {
        assert_eq!(recognise(text, &divisions).address(), line);
    }
}

#[test]
fn what_was_taken_apart_is_taken_apart_the_same_way_again() {
    let divisions = divisions();
    for Sample { text, .. } in samples() {
        let first = recognise(&text, &divisions);
        let place = recognise(&first.address(), &divisions);
        assert_eq!(
            (&place.province, &place.city, &place.district),
            (&first.province, &first.city, &first.district),
            "{text}"
        );
    }
}

#[test]
fn a_damaged_table_is_refused_by_its_line() {
    assert_eq!(Divisions::parse("# ok\n 杭州市 西湖区").unwrap_err(), Malformed { line: 2 });
    assert_eq!(Divisions::parse("浙江省\n 杭州市  西湖区").unwrap_err(), Malformed { line: 2 });
}

#[test]
fn a_text_is_taken_apart_before_a_finger_leaves_the_glass() {
    let begun = Instant::now();
    let divisions = divisions();
    println!("the table is read in {:?}", begun.elapsed());
    let samples = samples();
    let begun = Instant::now();
    for Sample { text, .. } in &samples {
        recognise(text, &divisions);
    }
    println!("{} texts in {:?}", samples.len(), begun.elapsed());
    let long = "浙江省杭州市西湖区文三路1号".repeat(60);
    let begun = Instant::now();
    recognise(&long, &divisions);
    println!("{} characters in {:?}", long.chars().count(), begun.elapsed());
    let book = "浙江省杭州市西湖区文三路1号\n".repeat(10_000);
    assert_eq!(recognise(&book, &divisions).detail, book);
}

/// Words that say what follows, and signs between things: all that may be left out.
const LEFT_OUT: &str = "收货件人姓名手机号码联系电话地址所在区省市县州详细信息寄到发给街道转接分机我的你好您亲是为直辖行政划市辖旗盟镇乡新特别自治";

/// Pieces that addresses are made of, and anything else.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "张三",
        "欧阳锋",
        "王小明收",
        "浙江省",
        "杭州市",
        "西湖区",
        "文三路1号",
        "13800138000",
        "138-0013-8000",
        "-1234",
        "转1234",
        "0571-88886666",
        "+86 ",
        "收货人：",
        "手机号: ",
        "【地址】",
        "北京",
        "北京市",
        "朝阳区",
        "上海",
        "南京西路",
        "内蒙古",
        "恩施",
        "（收）",
        "3栋",
        "502室",
        "\n",
        " ",
        "，",
        ",",
        ":",
        "(",
        ")",
        "1.",
        "①",
        "东莞",
        "虎门镇",
        "John Smith",
        "Apt 5",
        "🐟",
        "310000",
        "香港",
        "6123 4567",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => "[0-9 +()*-]{0,14}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_of_any_text_is_lost(pieces in prop::collection::vec(piece(), 0..14)) {
        thread_local! { static DIVISIONS: Divisions = divisions(); }
        let text = pieces.concat();
        let found = DIVISIONS.with(|divisions| recognise(&text, divisions));
        let kept = [&found.name, &found.phone, &found.province, &found.city, &found.district, &found.detail].map(String::as_str).concat();
        let mut left = std::collections::HashMap::<char, usize>::new();
        for c in kept.chars() {
            *left.entry(c).or_default() += 1;
        }
        for c in "张欧锋王小明文路栋室JhnSmt".chars() {
            let times = text.chars().filter(|&other| other == c).count();
            prop_assert_eq!(left.get(&c).copied().unwrap_or(0), times, "{:?} of {:?} in {:?}", c, &text, &found);
        }
        for c in text.chars() {
            let narrow = if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap() } else { c };
            let is_word = narrow.is_alphanumeric() && !('①'..='⑳').contains(&narrow);
            let is_there = left.contains_key(&c) || left.contains_key(&narrow);
            prop_assert!(!is_word || is_there || LEFT_OUT.contains(c) || "86".contains(narrow) || (narrow.is_ascii_digit() && pieces.contains(&"1.".to_owned())),
                "{c:?} of {text:?} is in none of {found:?}");
        }
    }
}
