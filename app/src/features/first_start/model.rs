//! What the first start asks for, parsed.

use domain::Currency;

/// The longest name of a shop, in characters.
pub const NAME_MOST: usize = 60;

/// A shop to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShop {
    /// Trimmed; empty: nobody has named it yet.
    pub name: String,
    /// What its money is counted in.
    pub currency: Currency,
}

/// The form as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShopForm {
    /// The shop's name.
    pub name: String,
    /// ISO 4217, one of those offered.
    pub currency: String,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewShopFault {
    /// It is longer than `NAME_MOST`.
    NameTooLong,
}

impl NewShopForm {
    /// The shop, or the first thing that is wrong.
    pub fn parse(self) -> Result<NewShop, NewShopFault> {
        let name = self.name.trim();
        if name.chars().count() > NAME_MOST {
            return Err(NewShopFault::NameTooLong);
        }
        Ok(NewShop { name: name.to_owned(), currency: Currency::parse(&self.currency).unwrap_or_default() })
    }
}

/// Eight digits that let a tablet join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingCode(String);

impl PairingCode {
    /// Takes them as people type them: with spaces or hyphens anywhere, also in full width.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = String::new();
        for character in text.chars() {
            match character {
                '0'..='9' => digits.push(character),
                '０'..='９' => {
                    digits.push(char::from_digit(u32::from(character) - u32::from('０'), 10)?);
                }
                ' ' | '-' | '\u{3000}' | '\u{a0}' => {}
                _ => return None,
            }
        }
        (digits.len() == 8).then_some(Self(digits))
    }

    /// The digits alone.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// What a server prints at its first start, for the one who owns it.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUpCode(String);

impl SetUpCode {
    /// Any words; the server knows its own.
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.trim();
        (!code.is_empty()).then(|| Self(code.to_owned()))
    }

    /// As it is sent.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for SetUpCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SetUpCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Result<NewShop, NewShopFault> {
        let currency = "CNY".to_owned();
        NewShopForm { name: name.to_owned(), currency }.parse()
    }

    #[test]
    fn a_shop_may_be_named_later() {
        assert_eq!(named("  ").unwrap().name, "");
        assert_eq!(named(&"店".repeat(61)), Err(NewShopFault::NameTooLong));
        assert_eq!(named(" 山间茶果 🍊 ").unwrap().name, "山间茶果 🍊");
    }

    #[test]
    fn a_pairing_code_is_eight_digits_however_typed() {
        for typed in ["48271650", "4827 1650", "4827-1650", " ４８２７１６５０ "] {
            assert_eq!(PairingCode::parse(typed).unwrap().digits(), "48271650");
        }
        for typed in ["", "4827165", "482716500", "4827165o"] {
            assert_eq!(PairingCode::parse(typed), None);
        }
    }
}
