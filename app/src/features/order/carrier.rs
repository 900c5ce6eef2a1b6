//! The carriers that are offered, and how their numbers usually look. A number that looks odd is a warning,
//! never a wall: carriers change their numbers.

use domain::shop::list::List;

use crate::features::shop_lists;
use crate::text::{Phrase, shipping};

/// A carrier that is offered.
#[derive(Clone, Copy, Debug)]
pub struct Carrier {
    /// Its key, as parcels keep it.
    pub key: &'static str,
    /// Its name.
    pub name: Phrase,
    /// Whether a number, without spaces and in capitals, looks like one of its own.
    looks_right: fn(&str) -> bool,
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn after(text: &str, prefix: &str, least: usize, most: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| digits(rest, least, most))
}

/// Two letters, nine digits, two letters: the post's form of every country.
fn postal(text: &str) -> bool {
    text.len() == 13
        && text.bytes().enumerate().all(|(at, byte)| match at {
            0 | 1 | 11 | 12 => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit(),
        })
}

fn letters_and_digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Those that are offered, the likeliest first.
pub const CARRIERS: [Carrier; 10] = [
    Carrier { key: "sf", name: shipping::SF, looks_right: |it| after(it, "SF", 12, 13) || digits(it, 12, 12) },
    Carrier { key: "yto", name: shipping::YTO, looks_right: |it| after(it, "YT", 13, 13) || digits(it, 10, 18) },
    Carrier { key: "zto", name: shipping::ZTO, looks_right: |it| after(it, "ZT", 12, 14) || digits(it, 12, 15) },
    Carrier { key: "sto", name: shipping::STO, looks_right: |it| after(it, "ST", 12, 14) || digits(it, 12, 15) },
    Carrier { key: "yunda", name: shipping::YUNDA, looks_right: |it| after(it, "YD", 12, 14) || digits(it, 13, 15) },
    Carrier { key: "jd", name: shipping::JD, looks_right: |it| it.starts_with("JD") && letters_and_digits(it, 11, 18) },
    Carrier { key: "ems", name: shipping::EMS, looks_right: |it| postal(it) || digits(it, 13, 13) },
    Carrier { key: "jt", name: shipping::JT, looks_right: |it| after(it, "JT", 13, 13) || digits(it, 12, 15) },
    Carrier { key: "dhl", name: shipping::DHL, looks_right: |it| digits(it, 10, 11) || letters_and_digits(it, 16, 24) },
    Carrier {
        key: "ups",
        name: shipping::UPS,
        looks_right: |it| it.strip_prefix("1Z").is_some_and(|rest| letters_and_digits(rest, 16, 16)),
    },
];

fn find(key: &str) -> Option<&'static Carrier> {
    CARRIERS.iter().find(|carrier| carrier.key == key)
}

/// How everybody calls the carrier of a key.
pub fn usual_name(key: &str) -> Option<Phrase> {
    find(key).map(|carrier| carrier.name)
}

/// The name of a parcel's carrier: of one on the shop's list, or as a person typed it.
pub fn name(key: &str) -> String {
    shop_lists::called(List::Carrier, key)
}

fn tidy(tracking: &str) -> String {
    tracking.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase()
}

/// Whose number it may be: those that have a form of their own which it has, and whether that form is nobody else's, so
/// that it can be taken for granted. Ranges of digits move every year: they are only ever offered (facts of 2024: the
/// public tables of BF-zh/Courier-Validation and others disagree).
pub fn guesses(tracking: &str) -> (Vec<&'static str>, bool) {
    let it = tidy(tracking);
    let begins = |with: &[&str]| with.iter().any(|with| it.starts_with(with));
    let sole = [
        ("sf", after(&it, "SF", 12, 13)),
        ("jd", it.starts_with("JD") && letters_and_digits(&it, 14, 16)),
        ("zto", after(&it, "ZTO", 12, 14)),
        ("sto", after(&it, "STO", 10, 12)),
        ("ups", it.strip_prefix("1Z").is_some_and(|rest| letters_and_digits(rest, 16, 16))),
        ("ems", postal(&it) && it.ends_with("CN")),
    ];
    let of = |all: &[(&'static str, bool)]| all.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect::<Vec<_>>();
    let sole = of(&sole);
    if !sole.is_empty() {
        return (sole, true);
    }
    let shared = [
        ("yto", after(&it, "YT", 13, 13)),
        ("jt", after(&it, "JT", 12, 13)),
        ("ems", postal(&it) || (digits(&it, 13, 13) && begins(&["1", "8", "9"]))),
        ("zto", digits(&it, 14, 14) && begins(&["73", "74", "75", "76", "78"])),
        ("sto", digits(&it, 13, 17) && begins(&["77", "43"])),
        ("yunda", (digits(&it, 15, 15) && begins(&["3", "4"])) || (digits(&it, 13, 13) && begins(&["5"]))),
        ("sf", digits(&it, 12, 12)),
        ("dhl", digits(&it, 10, 11)),
    ];
    (of(&shared), false)
}

/// Whether a number does not look like the carrier's. Nothing typed, and carriers of one's own, never look odd.
pub fn looks_odd(key: &str, tracking: &str) -> bool {
    let tidy = tidy(tracking);
    !tidy.is_empty() && find(key).is_some_and(|carrier| !(carrier.looks_right)(&tidy))
}

#[cfg(test)]
mod tests {
    use super::{guesses, looks_odd};

    #[test]
    fn a_number_names_its_carrier_only_where_no_other_has_its_form() {
        for (number, key) in [
            ("sf1234567890123", "sf"),
            ("JDVA11408814483", "jd"),
            ("1Z999AA10123456784", "ups"),
            ("EA123456789CN", "ems"),
        ] {
            assert_eq!(guesses(number), (vec![key], true), "{number}");
        }
        // YunExpress begins with YT too, and has more digits; JT was another's; ranges of digits overlap.
        assert_eq!(guesses("YT1234567890123"), (vec!["yto"], false));
        assert_eq!(guesses("YT1234567890123456"), (vec![], false));
        assert_eq!(guesses("JT3002232682242"), (vec!["jt"], false));
        assert_eq!(guesses("432542035598773"), (vec!["sto", "yunda"], false));
        assert_eq!(guesses("73123456789012"), (vec!["zto"], false));
        assert_eq!(guesses(""), (vec![], false));
    }

    #[test]
    fn a_number_of_the_carrier_passes_and_another_is_warned_of() {
        for (key, right) in [
            ("sf", "SF1234567890123"),
            ("sf", "sf1234 5678 90123"),
            ("yto", "YT1234567890123"),
            ("ems", "EA123456789CN"),
            ("ups", "1Z999AA10123456784"),
            ("jd", "JDVA12345678901"),
        ] {
            assert!(!looks_odd(key, right), "{key} {right}");
        }
        assert!(looks_odd("sf", "SF12345678"));
        assert!(looks_odd("ups", "SF1234567890123"));
        assert!(looks_odd("ems", "很"));
    }

    #[test]
    fn nothing_and_a_carrier_of_ones_own_are_never_odd() {
        assert!(!looks_odd("sf", " "));
        assert!(!looks_odd("老王货运", "7"));
    }
}
