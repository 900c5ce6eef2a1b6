//! The device record: who this device is, and how it reaches its server.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who this device is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device's id, drawn when the shop was started or joined.
    pub id: Uuid,
    /// Its two-character code, for order numbers.
    pub code: Option<String>,
    /// The shop it belongs to.
    pub shop: Option<Uuid>,
    /// The server's address, without a path: `https://shop.example`.
    pub server: Option<String>,
    /// What the server knows it by.
    pub credential: Option<Credential>,
}

/// A device's credential. Its text is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credential(pub String);

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}
