//! Figures in words: `12块5`, `3元5角`, `5毛`, `一百二`, `1.2万`, and weights with their units: `500g`, `一斤半`, `3斤2两`.

use super::written::{Number, Shape};
use crate::money::NumberFault;

/// A Chinese digit.
fn digit(c: char) -> Option<i128> {
    let value = match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '兩' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(value)
}

fn power(c: char) -> Option<i128> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1_000),
        '万' | '萬' => Some(10_000),
        _ => None,
    }
}

/// A number in Chinese signs: `十二`, `三百`, `一百二` (120), `两万五`.
fn chinese(text: &str) -> Option<i128> {
    let (mut sum, mut group, mut last, mut unit) = (0_i128, 0_i128, None, 1_i128);
    let mut after_zero = false;
    for c in text.chars() {
        if let Some(value) = digit(c) {
            // 一二 is a number plate.
            if last.is_some_and(|last| last != 0) {
                return None;
            }
            after_zero |= value == 0;
            last = Some(value);
        } else {
            let power = power(c)?;
            if power == 10_000 {
                if sum > 0 {
                    return None;
                }
                sum = (group + last.unwrap_or_default()).max(1) * power;
                group = 0;
            } else {
                group += last.filter(|last| *last > 0).unwrap_or(1) * power;
            }
            (last, unit, after_zero) = (None, power, false);
        }
    }
    let rest = last.unwrap_or_default();
    // The 二 of 一百二 stands for twenty.
    let rest = if unit > 10 && !after_zero { rest * unit / 10 } else { rest };
    (!text.is_empty()).then_some(sum + group + rest)
}

/// A figure in Chinese signs or in plain digits.
pub fn or_shape(text: &str) -> Result<Shape, NumberFault> {
    if let Some(whole) = chinese(text) {
        return Ok(Shape::Clear { number: Number::whole(whole), sign: None });
    }
    if let Some(digits) = text.strip_suffix(['万', '萬']) {
        return match Shape::of(digits)? {
            Shape::Clear { number, .. } => {
                let number = number.multiplied(10_000).ok_or(NumberFault::TooLarge)?;
                Ok(Shape::Clear { number, sign: None })
            }
            Shape::Either { .. } => Err(NumberFault::Ambiguous),
        };
    }
    Shape::of(text)
}

/// A whole number of at most so many digits, in either writing.
fn whole(text: &str, most: usize) -> Option<i128> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (1..=most).contains(&text.len());
    if plain { text.parse().ok() } else { chinese(text) }
}

/// Yuan, jiao and fen, where a figure names more than whole yuan: `12块5`, `3元5角`, `5毛`, `两块半`.
pub fn yuan(text: &str) -> Option<Result<Number, NumberFault>> {
    const YUAN: [char; 5] = ['元', '块', '塊', '圆', '圓'];
    const JIAO: [char; 2] = ['角', '毛'];
    if !text.contains(YUAN) && !text.contains(JIAO) && !text.contains('分') {
        return None;
    }
    let read = || {
        let (before, rest) = text.split_once(YUAN).unwrap_or(("", text));
        let yuan = match before.trim() {
            "" if rest == text => 0,
            before => match or_shape(before).ok()? {
                Shape::Clear { number, .. } => i128::from(number.exactly(1, i64::MAX).ok()?),
                Shape::Either { thousands, .. } => i128::from(thousands.exactly(1, i64::MAX).ok()?),
            },
        };
        let has_yuan = rest != text;
        let rest = rest.trim().trim_end_matches(['整', '钱', '錢']);
        let (jiao, fen) = match rest.split_once(JIAO) {
            Some((jiao, fen)) => (Some(jiao), fen),
            None => (None, rest),
        };
        let hundredths = match (jiao, fen.trim()) {
            (Some(jiao), "") => whole(jiao, 2)? * 10,
            (Some(jiao), "半") => whole(jiao, 2)? * 10 + 5,
            (Some(jiao), fen) => whole(jiao, 2)? * 10 + whole(fen.trim_end_matches('分'), 1)?,
            (None, "") => 0,
            (None, "半") if has_yuan => 50,
            (None, rest) => match rest.strip_suffix('分') {
                Some(fen) => whole(fen, 2)?,
                // 12块5 is 12.50, 12块05 is 12.05.
                None if rest.len() == 2 && has_yuan => whole(rest, 2)?,
                None if has_yuan => whole(rest, 1).filter(|jiao| *jiao < 10)? * 10,
                None => return None,
            },
        };
        Some(Number::hundredths(yuan.checked_mul(100)?.checked_add(hundredths)?))
    };
    Some(read().ok_or(NumberFault::NotANumber))
}

/// Units of weight, in nanograms. The longer first.
const WEIGHTS: &[(&str, i64)] = &[
    ("kilograms", 1_000_000_000_000),
    ("kilogram", 1_000_000_000_000),
    ("kilos", 1_000_000_000_000),
    ("kilo", 1_000_000_000_000),
    ("kgs", 1_000_000_000_000),
    ("kg", 1_000_000_000_000),
    ("㎏", 1_000_000_000_000),
    ("公斤", 1_000_000_000_000),
    ("千克", 1_000_000_000_000),
    ("市斤", 500_000_000_000),
    ("斤", 500_000_000_000),
    ("两", 50_000_000_000),
    ("兩", 50_000_000_000),
    ("grams", 1_000_000_000),
    ("gram", 1_000_000_000),
    ("克", 1_000_000_000),
    ("g", 1_000_000_000),
    ("pounds", 453_592_370_000),
    ("pound", 453_592_370_000),
    ("lbs", 453_592_370_000),
    ("lb", 453_592_370_000),
    ("磅", 453_592_370_000),
    ("ounces", 28_349_523_125),
    ("ounce", 28_349_523_125),
    ("oz", 28_349_523_125),
    ("盎司", 28_349_523_125),
];

/// A unit of weight, by one of its words.
pub fn weight_word(word: &str) -> Option<i64> {
    WEIGHTS.iter().find(|(known, _)| *known == word).map(|(_, nanograms)| *nanograms)
}

/// The parts of a weight, each with the unit that it names: `2.5 kg`, `三斤二两`, `一斤半`.
pub fn weights(text: &str) -> Result<Vec<(Shape, Option<i64>)>, NumberFault> {
    let half = Shape::Clear { number: Number::hundredths(50), sign: None };
    let mut parts: Vec<(Shape, Option<i64>)> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest == "半"
            && let Some((_, Some(unit))) = parts.last().copied()
        {
            parts.push((half, Some(unit)));
            break;
        }
        // 两 is a number only where one begins: 两斤, but 二两.
        let is_figure = |(at, c): &(usize, char)| match c {
            '两' | '兩' => *at == 0,
            c => c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\'' | '半') || digit(*c).or(power(*c)).is_some(),
        };
        let length: usize = rest.char_indices().take_while(is_figure).map(|(_, c)| c.len_utf8()).sum();
        let mut figure = rest.get(..length).unwrap_or_default();
        // The 千 of 3千克 is the unit's.
        if rest.get(length..).is_some_and(|rest| rest.starts_with('克')) {
            figure = figure.strip_suffix('千').unwrap_or(figure);
        }
        let behind = rest.get(figure.len()..).unwrap_or_default();
        let figure = figure.trim();
        if figure.is_empty() {
            return Err(NumberFault::NotANumber);
        }
        let shape = if figure == "半" { half } else { or_shape(figure)? };
        let unit = WEIGHTS.iter().find(|(word, _)| behind.starts_with(word));
        match unit {
            Some((word, nanograms)) => {
                parts.push((shape, Some(*nanograms)));
                rest = behind.get(word.len()..).unwrap_or_default().trim_start();
            }
            None if behind.trim().is_empty() && parts.is_empty() => {
                parts.push((shape, None));
                break;
            }
            None => return Err(NumberFault::NotANumber),
        }
    }
    if parts.is_empty() { Err(NumberFault::Empty) } else { Ok(parts) }
}
