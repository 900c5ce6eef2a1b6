//! Order numbers `261123-K7-0042` (workflow.md §5): the shop's day, the tablet's code, the tablet's count of that day.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A business day of the shop, in its time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Year, such as 2026.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

impl Day {
    /// The day that a moment falls on, `offset_minutes` east of UTC.
    pub fn at(ms: i64, offset_minutes: i32) -> Self {
        let days = ms.saturating_add(i64::from(offset_minutes) * 60_000).div_euclid(86_400_000);
        // Civil date from a count of days (H. Hinnant, "chrono-compatible low-level date algorithms").
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(0),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// Reads `2026-11-23`: a day of the calendar, between 1970 and 2999.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut parts = typed.trim().splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let day = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        let is_month = (1..=12).contains(&day.month);
        ((1970..3000).contains(&day.year) && is_month && Self::at(day.utc_ms(), 0) == day).then_some(day)
    }

    /// Midnight of the day in UTC, in milliseconds since 1970. A day after its month's last counts on into the next.
    pub fn utc_ms(self) -> i64 {
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        // Years begin in March, so that a leap day ends one.
        let year = year - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        (365 * year + leap_days + day_of_year - 719_468) * 86_400_000
    }

    /// The six digits that open a number: `261123`.
    pub fn digits(self) -> String {
        format!("{:02}{:02}{:02}", self.year % 100, self.month, self.day)
    }
}

impl fmt::Display for Day {
    /// `2026-11-23`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A tablet's two-character code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceCode(pub String);

impl DeviceCode {
    /// Letters and digits that are not mistaken for one another.
    pub const ALPHABET: &str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// Reads a code that a person chose: a letter, then a letter or digit, none of them mistaken for another.
    pub fn parse(typed: &str) -> Option<Self> {
        let fits = typed.chars().count() == 2
            && typed.chars().all(|c| Self::ALPHABET.contains(c))
            && typed.starts_with(|c: char| c.is_ascii_alphabetic());
        fits.then(|| Self(typed.to_owned()))
    }

    /// A code drawn with two random bytes: a letter, then a letter or digit.
    pub fn draw(random: [u8; 2]) -> Self {
        let pick = |from: &str, byte: u8| from.chars().nth(usize::from(byte) % from.len()).unwrap_or('A');
        let letters = Self::ALPHABET.trim_start_matches(|c: char| c.is_ascii_digit());
        Self([pick(letters, random[0]), pick(Self::ALPHABET, random[1])].iter().collect())
    }
}

/// An order's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderNumber(pub String);

impl OrderNumber {
    /// The number of the tablet's `count`th order of the day.
    pub fn new(day: Day, code: &DeviceCode, count: u32) -> Self {
        Self(format!("{}-{}-{count:04}", day.digits(), code.0))
    }
    /// What is called out when the goods are ready: `K7-42`. `again`: another order that waits is called so, of another
    /// day; then the day of the month stands before it: `23-K7-42`.
    pub fn called(&self, again: bool) -> String {
        match self.parts() {
            Some((day, code, count)) if again => format!("{}-{code}-{count}", day.get(4..).unwrap_or(day)),
            Some((_, code, count)) => format!("{code}-{count}"),
            None => self.0.clone(),
        }
    }
    /// How the numbers end that are called out as this word, however it is typed (`k742`, `23-K7-42`): `-K7-0042`.
    pub fn ending(called: &str) -> Option<String> {
        let (before, count) = called.split_at(called.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        // A code may end with a digit.
        let (before, count) = match before.strip_suffix('-') {
            Some(before) => (before, count),
            None => called.split_at_checked(2)?,
        };
        let (day, code) = before.rsplit_once('-').unwrap_or(("", before));
        let code = DeviceCode::parse(&code.to_ascii_uppercase())?;
        if day.len() > 6 || !day.chars().all(|c| c.is_ascii_digit()) || count.is_empty() || count.len() > 5 {
            return None;
        }
        Some(format!("{day}-{}-{:04}", code.0, count.parse::<u32>().ok().filter(|count| *count > 0)?))
    }
    /// Day, tablet and count, as they are written; nothing when it has another form.
    pub fn parts(&self) -> Option<(&str, &str, u32)> {
        let mut parts = self.0.splitn(3, '-');
        let (day, code, count) = (parts.next()?, parts.next()?, parts.next()?);
        Some((day, code, count.parse().ok()?))
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_shops() {
        let new_year_utc = 1_798_761_600_000; // 2027-01-01T00:00Z
        assert_eq!(Day::at(new_year_utc, 0), Day { year: 2027, month: 1, day: 1 });
        assert_eq!(Day::at(new_year_utc - 1, 0), Day { year: 2026, month: 12, day: 31 });
        assert_eq!(Day::at(new_year_utc - 1, 480), Day { year: 2027, month: 1, day: 1 });
        assert_eq!(Day::at(951_782_400_000, 0), Day { year: 2000, month: 2, day: 29 });
    }

    #[test]
    fn days_are_counted_from_1970_and_back() {
        let ms = |year, month, day| Day { year, month, day }.utc_ms();
        assert_eq!(ms(1970, 1, 1), 0);
        assert_eq!(ms(1969, 12, 31), -86_400_000);
        assert_eq!(ms(2026, 11, 31), ms(2026, 12, 1));
        for days in -1_000..100_000 {
            assert_eq!(Day::at(days * 86_400_000, 0).utc_ms(), days * 86_400_000);
        }
    }

    #[test]
    fn a_day_is_read_as_it_is_written_and_is_one_of_the_calendar() {
        assert_eq!(Day::parse("2028-02-29").map(|day| day.to_string()).as_deref(), Some("2028-02-29"));
        assert_eq!(Day::parse(" 2026-1-2 ").map(|day| day.to_string()).as_deref(), Some("2026-01-02"));
        for other in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-11-00", "1969-12-31", "26 Nov", ""] {
            assert_eq!(Day::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_number_reads_as_people_say_it() {
        let number = OrderNumber::new(Day { year: 2026, month: 11, day: 23 }, &DeviceCode("K7".into()), 42);
        assert_eq!(number.0, "261123-K7-0042");
        assert_eq!(number.parts(), Some(("261123", "K7", 42)));
    }

    #[test]
    fn a_number_is_called_by_its_tablet_and_count_and_found_by_what_was_called() {
        let number = |number: &str| OrderNumber(number.to_owned());
        assert_eq!(number("261123-K7-0042").called(false), "K7-42");
        assert_eq!(number("261123-K7-0042").called(true), "23-K7-42");
        assert_eq!(number("261123-K7-12042").called(false), "K7-12042");
        for (typed, ending) in [
            ("K7-42", "-K7-0042"),
            ("k7-42", "-K7-0042"),
            ("k742", "-K7-0042"),
            ("ck1", "-CK-0001"),
            ("CK-0001", "-CK-0001"),
            ("23-K7-42", "23-K7-0042"),
            ("K7-12042", "-K7-12042"),
        ] {
            assert_eq!(OrderNumber::ending(typed).as_deref(), Some(ending), "{typed}");
        }
        for word in ["", "7", "K7", "K7-", "K7-0", "龙井1", "13800138000", "tea-1", "I1-1", "K7-123456", "x-K7-1"] {
            assert_eq!(OrderNumber::ending(word), None, "{word}");
        }
    }

    #[test]
    fn codes_have_no_lookalikes() {
        for a in 0..=255 {
            let code = DeviceCode::draw([a, a.wrapping_mul(7)]).0;
            assert_eq!(code.len(), 2);
            assert!(!code.contains(['0', 'O', '1', 'I']), "{code}");
            assert!(code.starts_with(|c: char| c.is_ascii_alphabetic()));
            assert_eq!(DeviceCode::parse(&code), Some(DeviceCode(code)));
        }
        for bad in ["", "K", "K77", "7K", "K0", "k7", "KO"] {
            assert_eq!(DeviceCode::parse(bad), None, "{bad}");
        }
    }
}
