//! A pasted text, taken apart: who, which number, where. In any usual order, with labels or without. What is not
//! understood stays where it was, in the detail: nothing is lost.

mod divisions;
mod label;
mod letters;
mod name;
mod phone;

pub use divisions::{Divisions, Malformed};

use divisions::{Found, Names};
use label::{Field, Label};
use letters::{Letters, Part, divides, is_bracket, is_han};

/// What a pasted text says. What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The person.
    pub name: String,
    /// The number as one dials it; an extension after a dash.
    pub phone: String,
    /// Province, by its official name: 浙江省.
    pub province: String,
    /// City, by its official name: 杭州市. Empty where a district lies right in its province.
    pub city: String,
    /// District or county, by its official name: 西湖区; a town where a city has no districts.
    pub district: String,
    /// Street and house, a postal code, and all that was not understood.
    pub detail: String,
}

impl Recognised {
    /// The address in one line: 浙江省杭州市西湖区文三路1号. A city that is its own province is named once.
    pub fn address(&self) -> String {
        let city = if self.city == self.province { "" } else { &self.city };
        let place = [&self.province, city, &self.district].concat();
        let apart = self.detail.starts_with(|c: char| c.is_ascii_alphanumeric()) && !place.is_empty();
        [place.as_str(), if apart { " " } else { "" }, &self.detail].concat()
    }
}

/// A longer text is no address; it stays as it is.
const MOST_READ: usize = 1_000;

/// Takes a pasted text apart.
pub fn recognise(text: &str, divisions: &Divisions) -> Recognised {
    if text.chars().nth(MOST_READ).is_some() {
        return Recognised { detail: text.to_owned(), ..Recognised::default() };
    }
    let mut text = Letters::new(text);
    let labels = label::find(&mut text);
    let mut phone = take_phone(&mut text, &labels);
    let mut name = labelled_name(&mut text, &labels);
    let is_chinese = (0..text.len()).any(|at| text.read(at).is_some_and(is_han));
    let (places, place_end) = take_places(&mut text, divisions);
    let mut place = divisions.names(&places);
    if place.district.is_empty() && divisions.ends_with_city(&places) {
        place.district = take_unknown_district(&mut text, place_end);
    }
    if phone.is_empty() && (place.province.starts_with("香港") || place.province.starts_with("澳门")) {
        phone =
            phone::bare(&text, 0, text.len(), 8).filter(|found| found.end - found.start <= 9).map_or(phone, |found| {
                text.mark(found.start, found.end, Part::Phone);
                found.number
            });
    }
    if name.is_empty() {
        name = take_name(&mut text, is_chinese, place_end);
    }
    let Names { province, city, district } = place;
    Recognised { name, phone, province, city, district, detail: detail(&text, is_chinese) }
}

/// The number that calls the person: a mobile before others. The same number again is taken too, any other stays.
fn take_phone(text: &mut Letters, labels: &[Label]) -> String {
    let mut found = phone::find(text);
    if found.is_empty() {
        let labelled = labels.iter().filter(|label| label.field == Field::Phone);
        found.extend(labelled.filter_map(|label| {
            let end = (label.end..text.len())
                .find(|&at| matches!(text.free(at), None | Some('\n' | ',' | ';')))
                .unwrap_or(text.len());
            phone::bare(text, label.end, end, 5)
        }));
    }
    let Some(best) = found.iter().find(|phone| phone.is_mobile).or(found.first()).cloned() else {
        return String::new();
    };
    for same in found.iter().filter(|phone| phone.number == best.number) {
        let (mut start, mut end) = (same.start, same.end);
        if start.checked_sub(1).is_some_and(|before| is_pair(text.free(before), text.free(end))) {
            (start, end) = (start - 1, end + 1);
        }
        text.mark(start, end, Part::Phone);
    }
    best.number
}

/// Whether one opens what the other closes.
fn is_pair(open: Option<char>, close: Option<char>) -> bool {
    let pairs = ["()", "[]", "【】", "<>", "《》", "「」", "“”", "\"\""];
    open.zip(close).is_some_and(|(open, close)| pairs.iter().any(|pair| pair.chars().eq([open, close])))
}

/// The name that a label announces.
fn labelled_name(text: &mut Letters, labels: &[Label]) -> String {
    for label in labels.iter().filter(|label| label.field == Field::Name) {
        let start = (label.end..text.len()).find(|&at| text.free(at) != Some(' ')).unwrap_or(text.len());
        let mut end = start;
        while let Some(c) = text.free(end) {
            if matches!(c, '\n' | '\t' | ',' | ';' | '|' | '。' | '、' | '/')
                || (c == ' ' && !is_name_across(text, start, end))
            {
                break;
            }
            end += 1;
        }
        let taken = take(text, start, end);
        if !taken.is_empty() {
            return taken;
        }
    }
    String::new()
}

/// Whether the space at `at` stands within a name: of two Latin words, or of a surname set apart.
fn is_name_across(text: &Letters, start: usize, at: usize) -> bool {
    let next = text.free(at + 1);
    let before = at.checked_sub(1).and_then(|before| text.free(before));
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_han(c) || c == '.');
    let parted = at == start + 1 && {
        let rest = (at + 1..).take_while(|&at| text.is_han(at)).count();
        let whole: String = [text.text(start, at), text.text(at + 1, at + 1 + rest)].concat();
        (1..=2).contains(&rest) && name::is_name(&whole)
    };
    latin(before) && latin(next) || parted || next == Some('(') || next == Some('[')
}

/// Marks a stretch as the name and gives it without what only surrounds it.
fn take(text: &mut Letters, start: usize, end: usize) -> String {
    let edge = |at: usize| {
        text.read(at).is_none_or(|c| divides(c) || matches!(c, '-' | '*' | '!' | '~' | '—' | '_' | '.' | '?'))
    };
    let mut from = (start..end).find(|&at| !edge(at)).unwrap_or(end);
    let mut to = (from..end).rev().find(|&at| !edge(at)).map_or(from, |last| last + 1);
    // 张三(收) and 张三收 are both of 张三.
    for courtesy in ["(收)", "[收]", "收"] {
        let length = courtesy.chars().count();
        if to >= from + length + 2 && text.holds(to - length, courtesy) {
            to -= length;
        }
    }
    // A pair of brackets around all of it.
    if to > from + 2 && is_pair(text.read(from), text.read(to - 1)) {
        (from, to) = (from + 1, to - 1);
    }
    let name = text.text(from, to);
    // So is 张三 收.
    let after = (end..).find(|&at| text.free(at) != Some(' ')).unwrap_or(end);
    let end = if text.holds(after, "收") && !text.is_han(after + 1) { after + 1 } else { end };
    text.mark(start, end, Part::Label);
    text.mark(from, to, Part::Name);
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Province, city and district, wherever and however often they are named; and where the text goes on after them.
fn take_places(text: &mut Letters, divisions: &Divisions) -> (Vec<u16>, usize) {
    let mut known: Option<Found> = None;
    // On some forms the same stands in two fields; more than that is not said.
    for _ in 0..3 {
        let Some(found) = divisions.find(text) else {
            break;
        };
        let (places, end) = match &known {
            None => (found.places.clone(), found.end),
            Some(known) => {
                let of = |places: &[u16], holds: &dyn Fn(u16) -> bool| -> Vec<u16> {
                    places.iter().copied().filter(|&place| holds(place)).collect()
                };
                let inner =
                    of(&found.places, &|new| known.places.iter().any(|&old| new != old && divisions.is_in(new, old)));
                let again = of(&known.places, &|old| found.places.iter().any(|&new| divisions.is_in(old, new)));
                // A part of it may stand apart before it, or before a zone; else 上海市 belongs to a hospital.
                let before = found.end <= known.start;
                let zone = before && known.start - found.end <= 6 && text.holds_any(known.start - 1, "区");
                let counts = found.levels > 1 || (before && (zone || !text.is_han(found.end)));
                let places = match (inner.is_empty(), again.is_empty()) {
                    (false, _) => inner,
                    (true, false) if counts => again,
                    _ => break,
                };
                (places, known.end.max(found.end))
            }
        };
        text.mark(found.start, found.end, Part::Place);
        known = Some(Found { places, end, ..found });
    }
    known.map_or((Vec::new(), 0), |known| (known.places, known.end))
}

/// A district that the table does not have: one that is new, that is no more, or a zone that counts as one.
fn take_unknown_district(text: &mut Letters, city_end: usize) -> String {
    let start = text.skip(city_end);
    let end = (start + 2..start + 6).find(|&at| text.holds_any(at, "区县旗"));
    let Some(end) = end.map(|last| last + 1) else {
        return String::new();
    };
    let name = text.text(start, end);
    let is_district = (start..end).all(|at| text.is_han(at))
        && !name.contains(|c: char| "路街道巷弄号村镇乡楼栋幢小社园校厂片住生商景学军库矿墅务业近".contains(c))
        && !text.holds_any(end, "别政域委间内");
    if !is_district {
        return String::new();
    }
    text.mark(start, end, Part::Place);
    name
}

/// The stretch that looks most like a name.
fn take_name(text: &mut Letters, is_chinese: bool, place_end: usize) -> String {
    if !is_chinese {
        return take_foreign_name(text);
    }
    let lone = |c: char| divides(c);
    let mut stretches = text.stretches(lone);
    // Words of a Latin name, and a surname set apart, are one.
    let mut at = 0;
    while at + 1 < stretches.len() {
        let (Some(&(start, end)), Some(&(next, last))) = (stretches.get(at), stretches.get(at + 1)) else {
            break;
        };
        if next == end + 1 && text.read(end) == Some(' ') && is_name_across(text, start, end) {
            stretches.splice(at..=at + 1, [(start, last)]);
        } else {
            at += 1;
        }
    }
    let beside_phone = |start: usize, end: usize| {
        let near = |mut at: usize, step: isize| {
            while let Some(next) = at.checked_add_signed(step) {
                match text.part(next) {
                    Some(Part::Phone) => return true,
                    Some(Part::Label) => {}
                    Some(Part::Free) if text.read(next).is_some_and(|c| divides(c) || is_bracket(c) || c == '-') => {}
                    _ => return false,
                }
                at = next;
            }
            false
        };
        near(start, -1) || near(end.saturating_sub(1), 1)
    };
    let others = place_end > 0 || (0..text.len()).any(|at| text.part(at) == Some(Part::Phone));
    let mut best: Option<(usize, usize, usize)> = None;
    for (index, &(start, end)) in stretches.iter().enumerate() {
        let likeness = name::likeness(&text.text(start, end));
        if likeness == 0 {
            continue;
        }
        let mut score = likeness + 20;
        if beside_phone(start, end) {
            score += 18;
        }
        if index == 0 {
            score += 10;
        }
        if index + 1 == stretches.len() {
            score += 8;
        }
        let line_before = start == 0 || text.read(start - 1) == Some('\n');
        let line_after = end >= text.len() || text.read(end) == Some('\n');
        if line_before && line_after {
            score += 8;
        }
        // Right after the district stands the street, whatever it is called.
        if place_end > 0 && text.skip(place_end) == start {
            let goes_on = stretches.get(index + 1).is_some_and(|&(next, _)| {
                !(end..next).any(|at| text.read(at) == Some('\n') || text.part(at) != Some(Part::Free))
            });
            score = score.saturating_sub(if goes_on { 60 } else { 25 });
        }
        let least = if others { 50 } else { 85 };
        if score >= least && best.is_none_or(|(most, ..)| score > most) {
            best = Some((score, start, end));
        }
    }
    if let Some((score, start, end)) = best
        && (score >= 70 || glued_name(text).is_none())
    {
        return take(text, start, end);
    }
    match glued_name(text) {
        Some((start, end)) => take(text, start, end),
        None => String::new(),
    }
}

/// A name that stands right behind the house: 文三路1号张三.
fn glued_name(text: &Letters) -> Option<(usize, usize)> {
    let last =
        (0..text.len()).rev().find(|&at| text.is_free(at) && text.read(at).is_some_and(char::is_alphanumeric))?;
    text.stretches(divides).into_iter().find_map(|(start, end)| {
        let at_edge =
            text.part(end) == Some(Part::Phone) || end > last || text.part(text.skip(end)) == Some(Part::Phone);
        let house =
            (start..end).rev().find(|&at| text.digit(at).is_some() || text.holds_any(at, "号室栋幢楼层座户店)]】"))?;
        let name_end = if end > house + 3 && text.holds(end - 1, "收") { end - 1 } else { end };
        let name = text.text(house + 1, name_end);
        let likely = name::is_name(&name) && (name.chars().count() < 4 || name::has_double_surname(&name));
        let called = name::likeness(&name) >= 65;
        (at_edge && (likely || called)).then_some((house + 1, end))
    })
}

/// Without Chinese, only a first line of nothing but words is a name: everything else stays as it is.
fn take_foreign_name(text: &mut Letters) -> String {
    let lines = text.stretches(|c| c == '\n');
    let Some(&(start, end)) = lines.first() else {
        return String::new();
    };
    let line = text.text(start, end);
    let is_name = (1..=4).contains(&line.split_whitespace().count())
        && line.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | ','))
        && line.chars().any(char::is_alphabetic)
        && (0..start).all(|at| !text.is_free(at) || text.read(at) == Some('\n'));
    let house = lines.iter().skip(1).any(|&(start, end)| (start..end).any(|at| text.digit(at).is_some()));
    if is_name && house { take(text, start, end) } else { String::new() }
}

/// All that is left, in its order, as it was written.
fn detail(text: &Letters, is_chinese: bool) -> String {
    let mut detail = String::new();
    for (start, end) in text.stretches(|c| c == '\n') {
        let piece: Vec<char> = (start..end).filter_map(|at| text.written(at)).collect();
        let piece: String = piece.into_iter().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let loose = |c: char| {
            divides(c)
                || matches!(
                    c,
                    '，' | '；'
                        | '：'
                        | '｜'
                        | '-'
                        | '–'
                        | '—'
                        | '_'
                        | '~'
                        | '～'
                        | '>'
                        | '＞'
                        | '!'
                        | '！'
                        | '·'
                        | '='
                        | '*'
                        | '★'
                        | '☆'
                )
        };
        let begins = start
            .checked_sub(1)
            .is_none_or(|before| text.part(before) != Some(Part::Free) || text.read(before) == Some('\n'));
        let piece = if begins { piece.trim_start_matches(loose) } else { piece.trim_start() };
        let piece = piece.trim_end_matches(loose);
        let piece = without_lone_brackets(piece);
        if piece.is_empty() {
            continue;
        }
        if !detail.is_empty() {
            let new_line = text.read(start.saturating_sub(1)) == Some('\n') && !is_chinese;
            detail.push_str(if new_line { ", " } else { " " });
        }
        let mut blank = false;
        for c in piece.chars() {
            if c.is_whitespace() {
                blank = true;
                continue;
            }
            if blank {
                detail.push(' ');
            }
            blank = false;
            detail.push(c);
        }
    }
    detail
}

/// A piece without the brackets at its ends whose partners are gone.
fn without_lone_brackets(piece: &str) -> &str {
    let is_open = |c: char| matches!(c, '(' | '（' | '[' | '【' | '「' | '<' | '《' | '“');
    let is_close = |c: char| matches!(c, ')' | '）' | ']' | '】' | '」' | '>' | '》' | '”');
    let mut piece = piece.trim();
    loop {
        let opened = piece.matches(is_open).count();
        let closed = piece.matches(is_close).count();
        let nothing = piece.chars().all(|c| is_open(c) || is_close(c) || c.is_whitespace());
        let shorter = if piece.starts_with(is_close) || (piece.starts_with(is_open) && opened > closed) || nothing {
            piece.strip_prefix(|c| is_open(c) || is_close(c))
        } else if piece.ends_with(is_open) || (piece.ends_with(is_close) && closed > opened) {
            piece.strip_suffix(|c| is_open(c) || is_close(c))
        } else {
            None
        };
        match shorter {
            Some(shorter) => piece = shorter.trim(),
            None => return piece,
        }
    }
}
