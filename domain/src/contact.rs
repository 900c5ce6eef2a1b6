//! Contacts: the personal data of an order's buyer. They live in `contact.*` events only, so that a person can be
//! erased without touching an order.

use serde::{Deserialize, Serialize};

/// Who bought, and where it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// Name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Phone, as it was typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Delivery address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

impl Buyer {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.phone.is_empty() && self.address.is_empty()
    }
}

/// Events of a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum ContactEvent {
    /// `contact.recorded`: first known.
    Recorded(Buyer),
    /// `contact.changed`: fields changed; those not named stay.
    Changed(ContactChanged),
    /// `contact.erased`: the person's data are to be erased, here and everywhere.
    Erasing,
    /// The body was erased at the person's wish.
    Erased,
}

/// Body of `contact.changed`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChanged {
    /// New name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// New address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The conflict that this settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
}
