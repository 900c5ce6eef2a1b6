//! Global trade item numbers in one form: UPC-A, UPC-E, EAN-8, EAN-13 and GTIN-14 of one article are equal
//! (GS1 General Specifications, 7.9 for check digits, 7.10 for UPC-E).

use core::fmt;

/// A GTIN with a right check digit. It is shown as 14 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

/// The check digit that follows these digits: from the right, every other one counts three times.
pub fn check_digit(digits: &[u8]) -> u8 {
    let weights = [3_u32, 1].into_iter().cycle();
    let sum: u32 = digits.iter().rev().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

/// Whether the last of these digits is the check digit of the others.
pub fn is_checked(digits: &[u8]) -> bool {
    digits.split_last().is_some_and(|(last, rest)| !rest.is_empty() && check_digit(rest) == *last)
}

/// The digits of a text that is nothing else.
pub(super) fn digits(text: &str) -> Option<Vec<u8>> {
    let digit = |sign: char| sign.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
    text.chars().map(digit).collect()
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(*digit))
}

/// The UPC-A of a UPC-E: its number system, then the six digits that are printed large; without the check digit. Only
/// in the one form that the rules leave for each number.
fn widened(system: u8, six: [u8; 6]) -> Option<Vec<u8>> {
    let [a, b, c, d, e, how] = six;
    let eleven = match how {
        0..=2 => [system, a, b, how, 0, 0, 0, 0, c, d, e],
        3 if c > 2 => [system, a, b, c, 0, 0, 0, 0, 0, d, e],
        4 if d > 0 => [system, a, b, c, d, 0, 0, 0, 0, 0, e],
        5..=9 if e > 0 => [system, a, b, c, d, e, 0, 0, 0, 0, how],
        _ => return None,
    };
    let mut upc = eleven.to_vec();
    upc.push(check_digit(&upc));
    Some(upc)
}

impl Gtin {
    /// Reads what a scanner or a person typed: 12 to 14 digits, or more that begin with zeros; 8 digits, an EAN-8 or,
    /// with 0 or 1 in front, a UPC-E; 6 digits, a UPC-E without its frame. With spaces or hyphens between them, where
    /// there are 8 or more. `None`, where there is another number of them, or the check digit is another one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = super::fold(text);
        let bare: String = text.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
        let all = digits(&bare)?;
        let found = match *all.as_slice() {
            [a, b, c, d, e, f] if bare == text => widened(0, [a, b, c, d, e, f])?,
            [system @ 0..=1, a, b, c, d, e, f, check] => {
                let upc = widened(system, [a, b, c, d, e, f]).filter(|upc| upc.last() == Some(&check));
                // Number system 1 is hardly used; EAN-8 numbers of that beginning are.
                match upc {
                    Some(_) if system == 1 && is_checked(&all) => all,
                    Some(upc) => upc,
                    None => all,
                }
            }
            _ => all,
        };
        let leading = found.len().saturating_sub(14);
        let (before, rest) = found.split_at_checked(leading)?;
        let fits = matches!(rest.len(), 8 | 12..=14) && before.iter().all(|digit| *digit == 0);
        (fits && is_checked(rest) && number(rest) > 0).then(|| Self(number(rest)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        Gtin::parse(text).map(|gtin| gtin.to_string())
    }

    fn written(digits: &[u8]) -> String {
        digits.iter().map(|digit| char::from(b'0' + *digit)).collect()
    }

    fn checked(mut digits: Vec<u8>) -> Vec<u8> {
        digits.push(check_digit(&digits));
        digits
    }

    #[test]
    fn every_form_of_a_number_is_the_same() {
        for (text, gtin) in [
            ("036000291452", "00036000291452"),
            ("0036000291452", "00036000291452"),
            ("00036000291452", "00036000291452"),
            ("000000036000291452", "00036000291452"),
            ("6901234567892", "06901234567892"),
            ("06901234567892", "06901234567892"),
            ("96385074", "00000096385074"),
            ("00000096385074", "00000096385074"),
            // UPC-E, by each of its rules.
            ("01234565", "00012345000065"),
            ("123456", "00012345000065"),
            ("04252614", "00042100005264"),
            ("425261", "00042100005264"),
            ("654321", "00065100004327"),
            ("123453", "00012300000451"),
            ("123454", "00012340000053"),
            ("978-7-02-000220-7", "09787020002207"),
            ("4 006381 333931", "04006381333931"),
        ] {
            assert_eq!(read(text).as_deref(), Some(gtin), "{text}");
        }
    }

    #[test]
    fn what_is_no_gtin_is_none() {
        for text in [
            "",
            "TEA",
            "6901234567890",
            "12345678905",
            "96385075",
            "120453",
            "12-3456",
            "1234567",
            "690123456789X",
            "00000000",
            "100000000000000017",
            "4000555",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn zeros_in_front_change_nothing(twelve in prop::collection::vec(0_u8..10, 12), zeros in 0_usize..8) {
            prop_assume!(number(&twelve) > 0);
            let ean = written(&checked(twelve));
            prop_assert_eq!(Gtin::parse(&ean).map(|it| it.to_string()), Some(format!("0{ean}")));
            prop_assert_eq!(Gtin::parse(&format!("{}{ean}", "0".repeat(zeros))), Gtin::parse(&ean));
        }

        #[test]
        fn a_wrong_check_digit_is_no_gtin(twelve in prop::collection::vec(0_u8..10, 12), off in 1_u8..10) {
            let right = check_digit(&twelve);
            let mut wrong = twelve;
            wrong.push((right + off) % 10);
            prop_assert_eq!(Gtin::parse(&written(&wrong)), None);
        }

        #[test]
        fn an_ean_8_stays_one(first in 2_u8..10, rest in prop::collection::vec(0_u8..10, 6)) {
            let eight = written(&checked([vec![first], rest].concat()));
            prop_assert_eq!(Gtin::parse(&eight).map(|it| it.to_string()), Some(format!("000000{eight}")));
            prop_assert_eq!(Gtin::parse(&format!("000000{eight}")), Gtin::parse(&eight));
        }

        #[test]
        fn a_upc_e_is_its_upc_a_and_no_other(one in 0_u64..1_000_000, other in 0_u64..1_000_000) {
            let six = |number: u64| format!("{number:06}");
            let (a, b) = (Gtin::parse(&six(one)), Gtin::parse(&six(other)));
            prop_assert!(a.is_none() || a != b || one == other);
            if let Some(gtin) = a {
                let upc = gtin.to_string().split_off(2);
                prop_assert_eq!(Gtin::parse(&upc), a);
                let check = upc.chars().last().unwrap_or_default();
                prop_assert_eq!(Gtin::parse(&format!("0{}{check}", six(one))), a);
            }
        }

        #[test]
        fn whatever_is_read_never_fails(text in "\\PC{0,24}") {
            let _ = super::super::key(&text);
        }
    }
}
