//! Formats of numbers, as spreadsheets have them: which make a date of a number, and what they show of another.

/// A format, as far as it matters to what a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// The digits of the value.
    General,
    /// A date or a time.
    Date,
    /// Digits in places: `0000000`, `0.00`, `000-0000`.
    Places(Places),
}

/// Digits in places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Before the point, from the left: a digit or a sign between them.
    whole: Vec<Place>,
    /// Decimals that are always shown.
    fixed: usize,
    /// Decimals that are shown where there are any.
    further: usize,
    /// What stands behind the digits.
    behind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A digit; a zero where the number has none.
    Zero,
    /// A digit where the number has one.
    Any,
    Sign(char),
}

impl Format {
    /// The format of this number that spreadsheets have built in.
    pub fn built_in(id: u32) -> Self {
        match id {
            1 | 3 | 37 | 38 | 41 | 42 => Self::parse("0"),
            2 | 4 | 39 | 40 | 43 | 44 => Self::parse("0.00"),
            14..=22 | 27..=36 | 45..=47 | 50..=58 => Self::Date,
            _ => Self::General,
        }
    }

    /// Reads a format as it is written.
    pub fn parse(code: &str) -> Self {
        let mut places = Places::default();
        let mut chars = code.chars().peekable();
        let (mut is_decimal, mut any) = (false, false);
        while let Some(c) = chars.next() {
            let sign = match c {
                // What holds for numbers below zero and for zero.
                ';' => break,
                '"' => {
                    let literal: String = chars.by_ref().take_while(|c| *c != '"').collect();
                    literal.chars().for_each(|c| places.sign(c, any, is_decimal));
                    continue;
                }
                '\\' => chars.next(),
                '_' | '*' => {
                    chars.next();
                    continue;
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let is_time =
                        !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S'));
                    if is_time {
                        return Self::Date;
                    }
                    // Only what holds for some numbers.
                    if inside.starts_with(['<', '>', '=']) {
                        return Self::General;
                    }
                    continue;
                }
                'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return Self::Date,
                // Powers, fractions, parts of a hundred, texts and General itself.
                'E' | 'e' | '/' | '%' | '@' | 'G' | 'g' => return Self::General,
                '0' | '#' | '?' => {
                    any = true;
                    match (is_decimal, c) {
                        (true, '0') => places.fixed = places.fixed + 1 + std::mem::take(&mut places.further),
                        (true, _) => places.further += 1,
                        (false, '0') => places.whole.push(Place::Zero),
                        (false, _) => places.whole.push(Place::Any),
                    }
                    continue;
                }
                '.' if any || chars.peek() == Some(&'0') => {
                    is_decimal = true;
                    continue;
                }
                // Between thousands; behind the last digit it would divide.
                ',' => match chars.peek() {
                    Some('0' | '#' | '?') => continue,
                    _ => return Self::General,
                },
                '$' | '¥' | '￥' | '€' | '£' => continue,
                c => Some(c),
            };
            if let Some(sign) = sign {
                places.sign(sign, any, is_decimal);
            }
        }
        if any { Self::Places(places) } else { Self::General }
    }

    /// What a sheet shows of a number with these digits: all of them, without signs between thousands.
    pub fn shown(&self, value: &str) -> String {
        match self {
            Self::Places(places) => places.shown(value),
            Self::General | Self::Date => value.to_owned(),
        }
    }
}

impl Places {
    fn sign(&mut self, c: char, any: bool, is_decimal: bool) {
        if is_decimal {
            self.behind.push(c);
        } else if any || c != ' ' {
            self.whole.push(Place::Sign(c));
        }
    }

    fn shown(&self, value: &str) -> String {
        let (minus, digits) = value.strip_prefix('-').map_or((false, value), |digits| (true, digits));
        let rounded = rounded(digits, self.fixed + self.further);
        let (whole, decimals) = rounded.split_once('.').unwrap_or((&rounded, ""));
        let mut left: Vec<char> = whole.trim_start_matches('0').chars().collect();
        let first = self.whole.iter().position(|place| !matches!(place, Place::Sign(_)));
        let mut shown: Vec<char> = Vec::new();
        for (at, place) in self.whole.iter().enumerate().rev() {
            match place {
                Place::Sign(c) => shown.push(*c),
                Place::Zero => shown.push(left.pop().unwrap_or('0')),
                Place::Any => shown.extend(left.pop()),
            }
            if Some(at) == first {
                shown.extend(left.drain(..).rev());
            }
        }
        shown.extend(left.drain(..).rev());
        if minus && rounded.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            shown.push('-');
        }
        let mut shown: String = shown.into_iter().rev().collect();
        let kept = decimals.get(self.fixed..).unwrap_or_default().trim_end_matches('0').len();
        let decimals = decimals.get(..self.fixed + kept).unwrap_or(decimals);
        if !decimals.is_empty() {
            shown.push('.');
            shown.push_str(decimals);
        }
        shown.push_str(&self.behind);
        shown
    }
}

/// Digits with so many decimals, rounded half up.
fn rounded(digits: &str, decimals: usize) -> String {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let kept: String = rest.chars().chain(std::iter::repeat('0')).take(decimals).collect();
    let up = rest.chars().nth(decimals).is_some_and(|c| c >= '5');
    let mut all: Vec<char> = whole.chars().chain(kept.chars()).collect();
    if up {
        let nine = all.iter().rposition(|c| *c != '9');
        for c in all.iter_mut().skip(nine.map_or(0, |at| at + 1)) {
            *c = '0';
        }
        match nine.and_then(|at| all.get_mut(at)) {
            Some(c) => *c = char::from_digit(c.to_digit(10).unwrap_or_default() + 1, 10).unwrap_or(*c),
            None => all.insert(0, '1'),
        }
    }
    let point = all.len().saturating_sub(decimals);
    let (whole, rest) = all.split_at(point);
    let whole: String = whole.iter().collect();
    if decimals == 0 { whole } else { format!("{whole}.{}", rest.iter().collect::<String>()) }
}

/// The digits of a number, to nine decimals: a spreadsheet holds 12.3 as the nearest fraction of two, to which nine
/// places are blind. `None`: no number.
pub fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = text.strip_prefix('-').unwrap_or(text);
    if !is_plain.is_empty() && is_plain.len() <= 18 && is_plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let number: f64 = text.parse().ok()?;
    // What a spreadsheet never holds would be hundreds of digits.
    if !number.is_finite() || text.len() > 40 {
        return None;
    }
    let text = format!("{number:.9}");
    if text.len() > 60 {
        return None;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Some(if text == "-0" { "0".to_owned() } else { text.to_owned() })
}

/// The date of a serial number, and the time where it has one. Serials are seconds off: to the minute.
pub fn date(serial: &str, since_1904: bool) -> Option<String> {
    let (days, rest) = serial.split_once('.').unwrap_or((serial, ""));
    let days: i64 = days.parse().ok().filter(|days| (0..=2_958_465).contains(days))?;
    let rest: String = rest.chars().chain(std::iter::repeat('0')).take(9).collect();
    let billionths: i64 = rest.parse().ok()?;
    let minutes = days * 1_440 + (billionths * 1_440 + 500_000_000) / 1_000_000_000;
    let (days, minutes) = (minutes / 1_440, minutes % 1_440);
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if days == 0 && !since_1904 {
        return Some(time);
    }
    // Excel holds 1900 for a leap year.
    let days = if since_1904 {
        days + 1_462
    } else if days < 60 {
        days + 1
    } else {
        days
    };
    let day = domain::Day::at((days - 25_569) * 86_400_000, 0);
    let date = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
    Some(if minutes == 0 { date } else { format!("{date} {time}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_shows_what_a_spreadsheet_shows() {
        for (format, value, shown) in [
            ("0000000000000", "12345678905", "0012345678905"),
            ("00000", "123", "00123"),
            ("00000", "1234567", "1234567"),
            ("0.00", "3.333333333", "3.33"),
            ("0.00", "1.005", "1.01"),
            ("0.00", "0.995", "1.00"),
            ("0.00", "9.999", "10.00"),
            ("0", "0", "0"),
            ("0.0#", "2.5", "2.5"),
            ("0.0#", "2.567", "2.57"),
            ("#,##0.00", "1234.5", "1234.50"),
            ("000-0000", "1234567", "123-4567"),
            ("\"SKU-\"0000", "7", "SKU-0007"),
            ("0.00_);[Red](0.00)", "3", "3.00"),
            ("[$¥-804]0.00", "5.5", "5.50"),
            ("¥#,##0.00", "5", "5.00"),
            ("0.00\"元\"", "5", "5.00元"),
            ("General", "12.3", "12.3"),
            ("@", "00", "00"),
            ("0%", "0.5", "0.5"),
            ("0.00E+00", "6901234567892", "6901234567892"),
            ("0.00", "-3.004", "-3.00"),
            ("0", "-0.4", "0"),
        ] {
            assert_eq!(Format::parse(format).shown(value), shown, "{format} {value}");
        }
        for date in ["yyyy-mm-dd", "m/d/yy", "[h]:mm", "yyyy\"年\"m\"月\"", "[$-804]yyyy-m-d", "hh:mm:ss"] {
            assert_eq!(Format::parse(date), Format::Date, "{date}");
        }
        assert_eq!(Format::built_in(14), Format::Date);
        assert_eq!(Format::built_in(2).shown("3.333"), "3.33");
        assert_eq!(Format::parse(""), Format::General);
    }

    #[test]
    fn figures_say_what_a_person_would_type() {
        for (text, said) in [
            ("12.3", "12.3"),
            ("0.30000000000000004", "0.3"),
            ("6901234567892", "6901234567892"),
            ("6.901234567892E12", "6901234567892"),
            ("-0.0", "0"),
            ("1E-12", "0"),
            ("3.3333333333333335", "3.333333333"),
        ] {
            assert_eq!(digits(text).as_deref(), Some(said), "{text}");
        }
        for text in ["", "x", "NaN", "inf", "1e300"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn serials_are_days() {
        assert_eq!(date("45658", false).as_deref(), Some("2025-01-01"));
        assert_eq!(date("45658.5", false).as_deref(), Some("2025-01-01 12:00"));
        assert_eq!(date("45657.999502315", false).as_deref(), Some("2024-12-31 23:59"));
        assert_eq!(date("45657.9999", false).as_deref(), Some("2025-01-01"), "43 seconds off");
        assert_eq!(date("0.25", false).as_deref(), Some("06:00"));
        assert_eq!(date("1", false).as_deref(), Some("1900-01-01"));
        assert_eq!(date("0", true).as_deref(), Some("1904-01-01"));
        assert_eq!(date("-1", false), None);
        assert_eq!(date("99999999", false), None);
    }
}
