//! Names of time zones (IANA). Engines call some zones by older names: Chromium says `Asia/Calcutta` where Firefox and WebKit
//! say `Asia/Kolkata`.

/// Zones that engines call by different names: the older one (CLDR's), and the one of today (IANA's).
const NAMES: [(&str, &str); 23] = [
    ("Africa/Asmera", "Africa/Asmara"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Catamarca", "America/Argentina/Catamarca"),
    ("America/Coral_Harbour", "America/Atikokan"),
    ("America/Cordoba", "America/Argentina/Cordoba"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Jujuy", "America/Argentina/Jujuy"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("America/Mendoza", "America/Argentina/Mendoza"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Etc/GMT", "UTC"),
    ("Etc/UTC", "UTC"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("GMT", "UTC"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Pacific/Ponape", "Pacific/Pohnpei"),
    ("Pacific/Truk", "Pacific/Chuuk"),
    ("PRC", "Asia/Shanghai"),
];

/// Whether two names mean one zone.
pub fn is_same(one: &str, other: &str) -> bool {
    today(one).eq_ignore_ascii_case(today(other))
}

fn today(name: &str) -> &str {
    let known = NAMES.iter().find(|(older, _)| older.eq_ignore_ascii_case(name));
    known.map_or(name, |(_, newer)| newer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_zone_are_the_same() {
        assert!(is_same("Asia/Calcutta", "Asia/Kolkata"));
        assert!(is_same("Asia/Kolkata", "Asia/Calcutta"));
        assert!(is_same("asia/saigon", "Asia/Ho_Chi_Minh"));
        assert!(is_same("GMT", "Etc/UTC"));
        assert!(!is_same("Asia/Shanghai", "Asia/Taipei"));
        assert!(is_same("Mars/Olympus", "Mars/Olympus"), "also of a zone that nobody knows");
    }
}
