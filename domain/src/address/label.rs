//! The words that platforms and people put before a name, a number or an address.

use super::letters::{Letters, Part, is_bracket};

/// What a label says of what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Phone,
    Address,
    /// Nothing: a heading, a courtesy.
    Nothing,
}

/// A label in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub field: Field,
    pub start: usize,
    pub end: usize,
}

/// With a colon anywhere; those after the bar without one too, where something begins.
const WORDS: [(Field, &str, &str); 4] = [
    (
        Field::Name,
        "收货人姓名 收件人姓名 联系人姓名 客户姓名 买家姓名 顾客姓名 收件方 收货方 客户名称 客户 买家 顾客 名字 名称 收货 收件 收 receiver recipient \
         consignee attn attention full_name contact_name name",
        "收货人 收件人 姓名 联系人",
    ),
    (
        Field::Phone,
        "收货人手机号码 收件人手机号码 收货人手机号 收件人手机号 收货人手机 收件人手机 收货人电话 收件人电话 收货电话 手机/电话 电话/手机 联系手机 联络电话 \
         固定电话 固话 座机 号码 phone_number mobile_number contact_number telephone mobile phone cell tel mob",
        "手机号码 手机号 联系电话 联系方式 电话号码 手机 电话 tel phone mobile",
    ),
    (
        Field::Address,
        "收货人地址 收件人地址 联系地址 邮寄地址 寄送地址 配送地址 送货地址 家庭地址 公司地址 街道地址 所在区域 所在省市 所在城市 所在省份 所在地 省市区 省/市/区 \
         省份 城市 区县 区/县 区域 街道/镇 街道/乡镇 乡镇街道 街道 乡镇 门牌号 详细 省 市 区 县 delivery_address shipping_address address ship_to addr add",
        "详细地址 收货地址 收件地址 所在地区 地址信息 地区 地址",
    ),
    (
        Field::Nothing,
        "收货人信息 收件人信息 收货信息 收件信息 收货地址信息 买家信息 客户信息 寄给 寄到 发给 发到 发货给",
        "收货人信息 收件人信息 收货信息 收件信息 请寄到 请发到 寄到 寄给 发到 发给 我的 你好 您好 亲",
    ),
];

/// Finds the labels and marks them, with the colons and brackets around them.
pub(super) fn find(text: &mut Letters) -> Vec<Label> {
    take_numbering(text);
    let words: Vec<Word> = WORDS
        .iter()
        .flat_map(|&(field, with_colon, alone)| {
            let words = |list: &'static str, needs_colon| {
                list.split_whitespace().map(move |text| Word { field, text, needs_colon })
            };
            words(with_colon, true).chain(words(alone, false))
        })
        .collect();
    let mut found: Vec<Label> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let first = text.free(at);
        let here = words.iter().filter(|word| first.is_some() && word.text.chars().next() == first);
        let labels =
            here.filter_map(|word| label(text, at, word).map(|(start, end)| Label { field: word.field, start, end }));
        let longest = labels.max_by_key(|label| label.end);
        match longest {
            Some(label) => {
                text.mark(label.start, label.end, Part::Label);
                at = label.end;
                found.push(label);
            }
            None => at += 1,
        }
    }
    found
}

/// A word that labels.
struct Word {
    field: Field,
    text: &'static str,
    needs_colon: bool,
}

fn label(text: &Letters, at: usize, word: &Word) -> Option<(usize, usize)> {
    let &Word { text: word, needs_colon, .. } = word;
    let length = word.chars().count();
    let (after, spread) = stands(text, at, word)?;
    let opens = text.opens(at);
    if (length == 1 || word.is_ascii()) && !opens {
        return None;
    }
    let end = blank(text, after);
    let before = at.checked_sub(1).and_then(|before| text.free(before)).filter(|&c| is_bracket(c));
    if before.is_some() && text.free(end).is_some_and(is_bracket) {
        let colon = if text.free(end + 1) == Some(':') { end + 2 } else { end + 1 };
        return Some((at - 1, colon));
    }
    if text.free(end) == Some(':') || (opens && text.free(end) == Some('=')) {
        let end = (end..).find(|&at| !text.free(at).is_some_and(|c| matches!(c, ':' | ' ' | '='))).unwrap_or(end);
        return Some((at, end));
    }
    let is_number = |at: usize| text.digit(at).is_some() || text.free(at) == Some('+');
    let begins = opens || text.digit(at.wrapping_sub(1)).is_some() || is_number(after);
    if needs_colon || spread || !begins || (word.is_ascii() && !is_number(end)) {
        return None;
    }
    let end = if text.holds_any(after, "是为") && !word.ends_with('的') { after + 1 } else { after };
    // 电话亭 and 地区医院 are places.
    let part_of_a_word = length == 2 && text.is_han(end) && text.holds_any(end, "亭店厂城街路卡局费医人台名");
    (!part_of_a_word).then_some((at, end))
}

/// Where the word ends if it stands here, be it spread with blanks: 收 货 人; and whether it is.
fn stands(text: &Letters, start: usize, word: &str) -> Option<(usize, bool)> {
    let mut at = start;
    let mut spread = false;
    for c in word.chars() {
        let c = if c == '_' { ' ' } else { c };
        let next = if c == ' ' || at == start || word.is_ascii() { at } else { blank(text, at) };
        spread |= next > at;
        if text.free(next) != Some(c) {
            return None;
        }
        at = next + 1;
    }
    Some((at, spread))
}

/// The next place that is not blank.
fn blank(text: &Letters, at: usize) -> usize {
    (at..text.len()).find(|&at| text.free(at) != Some(' ')).unwrap_or(at)
}

/// Numbers that only count what is said: 1. 2. 3. before lines, or ①②③.
fn take_numbering(text: &mut Letters) {
    let starts: Vec<usize> = (0..text.len())
        .filter(|&at| at == 0 || text.read(at - 1) == Some('\n'))
        .filter(|&at| {
            text.digit(at).is_some() && text.free(at + 1).is_some_and(|c| matches!(c, '.' | '、' | ')' | ':'))
        })
        .collect();
    // One alone may be the number of a house.
    if starts.len() > 1 && starts.iter().zip('1'..).all(|(&at, number)| text.digit(at) == Some(number)) {
        for at in starts {
            text.mark(at, blank(text, at + 2), Part::Label);
        }
    }
    for at in 0..text.len() {
        if matches!(text.read(at), Some('①'..='⑳')) && text.opens(at) {
            text.mark(at, at + 1, Part::Label);
        }
    }
}
