//! Phone numbers in a text: mobile, landline, virtual with an extension, from abroad.

use super::letters::Letters;

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    pub start: usize,
    pub end: usize,
    /// As one dials it: `13800138000`, `0571-88886666-801`.
    pub number: String,
    pub is_mobile: bool,
}

/// Every number in the text.
pub(super) fn find(text: &Letters) -> Vec<Phone> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let fresh = text.is_free(at) && at.checked_sub(1).and_then(|before| text.free(before)).is_none_or(opens);
        match if fresh { number(text, at) } else { None } {
            Some(phone) => {
                at = phone.end;
                found.push(phone);
            }
            None => at += 1,
        }
    }
    found
}

/// A number with nothing that tells it from others: only where a label or the place says that it is one.
pub(super) fn bare(text: &Letters, from: usize, to: usize, least: usize) -> Option<Phone> {
    (from..to).filter(|&at| text.is_free(at) && text.digit(at).is_some()).find_map(|start| {
        let (digits, end) = digits(text, start, 15, 3);
        let opens = start.checked_sub(1).and_then(|before| text.free(before)).is_none_or(opens);
        let fits = opens && digits.len() >= least && end <= to;
        fits.then_some(Phone { start, end, number: digits, is_mobile: false })
    })
}

/// Whether a number may begin after this character.
fn opens(before: char) -> bool {
    !before.is_ascii_alphanumeric() && !matches!(before, '+' | '.' | '*')
}

fn number(text: &Letters, start: usize) -> Option<Phone> {
    let open = if text.read(start) == Some('(') { start + 1 } else { start };
    let phone = match text.read(open)? {
        '+' => chinese(text, open).or_else(|| foreign(text, open + 1)),
        '0'..='9' => chinese(text, open).or_else(|| landline(text, open)).or_else(|| foreign(text, open)),
        _ => None,
    }?;
    // A bracket belongs to a number only where it closes in it.
    (open == start || phone.1.contains(')') || text.text(start, phone.2).contains([')', '）'])).then_some(())?;
    let (is_mobile, number, end) = phone;
    let (extension, end) = extension(text, end).unwrap_or((String::new(), end));
    let number = if extension.is_empty() { number } else { format!("{number}-{extension}") };
    Some(Phone { start, end, number, is_mobile })
}

type Read = (bool, String, usize);

/// A mobile, or a landline after the country's code.
fn chinese(text: &Letters, start: usize) -> Option<Read> {
    let mut at = start;
    for prefix in ["+86", "0086", "86"] {
        if text.holds(at, prefix) {
            let after = at + prefix.chars().count();
            let after = (after..)
                .find(|&at| !text.free(at).is_some_and(|c| matches!(c, ' ' | '-' | ')' | '(')))
                .unwrap_or(after);
            at = after;
            break;
        }
    }
    if let Some(mobile) = mobile(text, at) {
        return Some(mobile);
    }
    if at > start { landline(text, at) } else { None }
}

fn mobile(text: &Letters, start: usize) -> Option<Read> {
    let mut number = String::new();
    let mut at = start;
    while number.len() < 11 {
        match text.free(at)? {
            c if c.is_ascii_digit() || (c == '*' && (3..7).contains(&number.len())) => number.push(c),
            // Not twice in a row, and not before the first group.
            ' ' | '-' | '–' | '—' | '.'
                if number.len() >= 3 && text.free(at + 1).is_some_and(|c| c.is_ascii_digit() || c == '*') => {}
            _ => return None,
        }
        at += 1;
    }
    let mut digits = number.chars();
    let is_mobile = digits.next() == Some('1') && digits.next().is_some_and(|second| ('3'..='9').contains(&second));
    let hidden = number.matches('*').count();
    (is_mobile && (hidden == 0 || hidden == 4) && text.digit(at).is_none()).then_some((true, number, at))
}

/// With its area, or of the companies' numbers 400 and 800.
fn landline(text: &Letters, start: usize) -> Option<Read> {
    // As long as it can be: what follows may begin with digits of its own.
    (10..=12).rev().find_map(|most| {
        let (digits, end) = digits(text, start, most, 3);
        if text.digit(end).is_some() { None } else { by_area(digits, end) }
    })
}

fn by_area(digits: String, end: usize) -> Option<Read> {
    let area = match digits.as_bytes() {
        [b'4' | b'8', b'0', b'0', ..] if digits.len() == 10 => {
            let (head, tail) = digits.split_at_checked(6)?;
            let (service, middle) = head.split_at_checked(3)?;
            return Some((false, format!("{service}-{middle}-{tail}"), end));
        }
        // A mobile of Taiwan.
        [b'0', b'9', ..] if digits.len() == 10 => return Some((true, digits, end)),
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return None,
    };
    let (area, number) = digits.split_at_checked(area)?;
    let fits = if area.len() == 3 { number.len() == 8 } else { (7..=8).contains(&number.len()) };
    fits.then(|| (false, format!("{area}-{number}"), end))
}

/// A number with another country's code: after a plus, or of Hong Kong, Macau and Taiwan without it.
fn foreign(text: &Letters, start: usize) -> Option<Read> {
    let (digits, end) = digits(text, start, 15, 2);
    let has_plus = start.checked_sub(1).is_some_and(|before| text.free(before) == Some('+'));
    let code = digits.strip_prefix("00").unwrap_or(&digits);
    let near = ["852", "853", "886"].iter().find_map(|near| code.strip_prefix(near));
    let fits = match near {
        Some(rest) => {
            (8..=10).contains(&rest.len()) && (has_plus || code.len() < digits.len() || text.digit(start + 3).is_none())
        }
        None => has_plus && (8..=15).contains(&digits.len()),
    };
    if !fits || text.digit(end).is_some() {
        return None;
    }
    let number = match near {
        Some(rest) => format!("+{} {rest}", code.strip_suffix(rest).unwrap_or_default()),
        None => format!("+{}", text.text(start, end)),
    };
    Some((near.is_some(), number, end))
}

/// Digits in groups of at least `least`, with a mark or a closing bracket between them.
fn digits(text: &Letters, start: usize, most: usize, least: usize) -> (String, usize) {
    let mut digits = String::new();
    let (mut at, mut end) = (start, start);
    while digits.len() < most {
        match text.free(at) {
            Some(c) if c.is_ascii_digit() => {
                digits.push(c);
                end = at + 1;
            }
            Some(' ' | '-' | '–' | '—' | ')' | '(') if at < end + 2 && !digits.is_empty() => {
                let next = if text.digit(at + 1).is_some() { at + 1 } else { at + 2 };
                if (next..next + least).any(|at| text.digit(at).is_none()) {
                    break;
                }
            }
            _ => break,
        }
        at += 1;
    }
    (digits, end)
}

/// What is dialled after the number: `-1234`, `转1234`, `分机 1234`, `(ext. 1234)`.
fn extension(text: &Letters, end: usize) -> Option<(String, usize)> {
    let blank = |at: usize| (at..).find(|&at| text.free(at) != Some(' ')).unwrap_or(at);
    let mut at = blank(end);
    let bracket = matches!(text.free(at), Some('(' | '['));
    if bracket {
        at = blank(at + 1);
    }
    const WORDS: [&str; 9] = ["转接", "转分机", "转", "分机号", "分机", "extension", "ext.", "ext", "#"];
    let word = WORDS.iter().find(|word| text.holds(at, word));
    match word {
        Some(word) => {
            at = blank(at + word.chars().count());
            at = if text.free(at) == Some(':') { blank(at + 1) } else { at };
        }
        None if bracket => return None,
        // A dash stands right between the two.
        None => match text.free(end) {
            Some('-' | '–' | '—' | '_') => at = end + 1,
            _ => return None,
        },
    }
    let start = at;
    while text.digit(at).is_some() {
        at += 1;
    }
    let extension: String = (start..at).filter_map(|at| text.digit(at)).collect();
    let fits = if word.is_some() { (1..=6).contains(&extension.len()) } else { (3..=6).contains(&extension.len()) };
    let is_house = text.holds_any(at, "号室栋楼单幢座层弄元件巷组");
    if !fits || is_house {
        return None;
    }
    let closed = if bracket && matches!(text.free(blank(at)), Some(')' | ']')) { blank(at) + 1 } else { at };
    Some((extension, closed))
}
