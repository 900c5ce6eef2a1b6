//! The device record: who this device is, and how it reaches its server.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::codec::Damaged;

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
    /// How many events this disk made under earlier identities: its own counters begin after them.
    #[serde(default)]
    pub before: u64,
    /// Another device writes under this one's id: it takes a new identity once all it made is in the log.
    #[serde(default)]
    pub cloned: bool,
    /// Who it was before, the oldest first.
    #[serde(default)]
    pub former: Vec<PastIdentity>,
}

/// An identity that a device gave up because another device had it too. What it made under it stays so: where a server
/// lost it, it is offered again in that name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastIdentity {
    /// The device's id then.
    pub id: Uuid,
    /// What the server knew it by.
    pub credential: Option<Credential>,
    /// As [`Device::before`].
    pub before: u64,
}

/// Under which identity an own event was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Maker {
    pub(crate) id: Uuid,
    pub(crate) credential: Option<Credential>,
    /// The disk's counts that are this identity's lie above this …
    pub(crate) before: u64,
    /// … and not above this.
    pub(crate) until: u64,
}

impl Device {
    /// Reads the record of a storage.
    pub(crate) fn read(record: &[u8]) -> Result<Self, Damaged> {
        // By way of a text, as everything else is read: the app carries one reader and not two.
        let text = std::str::from_utf8(record).map_err(|_| Damaged)?;
        serde_json::from_str(text).map_err(|_| Damaged)
    }
    /// Every identity, the oldest first, with its span of the disk's counts.
    fn makers(&self) -> impl Iterator<Item = Maker> {
        let ends = self.former.iter().skip(1).map(|next| next.before).chain([self.before]);
        let former = self.former.iter().zip(ends).map(|(former, until)| Maker {
            id: former.id,
            credential: former.credential.clone(),
            before: former.before,
            until,
        });
        let now = Maker { id: self.id, credential: self.credential.clone(), before: self.before, until: u64::MAX };
        former.chain([now])
    }

    /// Who made the own event of this count of the disk.
    pub(crate) fn maker_of(&self, count: u64) -> Option<Maker> {
        self.makers().find(|maker| maker.before < count && count <= maker.until)
    }

    /// The disk's count of an event that names this device, or who it was, and a counter. `None` for another device's,
    /// a copy's that counted on beyond what was made here too.
    pub(crate) fn count_of(&self, device: Uuid, counter: u64) -> Option<u64> {
        let maker = self.makers().find(|maker| maker.id == device)?;
        maker.before.checked_add(counter).filter(|count| *count <= maker.until)
    }

    /// The device under a new identity, after `made` events of this disk.
    pub(crate) fn succeeded_by(&self, id: Uuid, code: String, credential: Credential, made: u64) -> Self {
        let before = PastIdentity { id: self.id, credential: self.credential.clone(), before: self.before };
        Self {
            id,
            code: Some(code),
            shop: self.shop,
            server: self.server.clone(),
            credential: Some(credential),
            before: made,
            cloned: false,
            former: self.former.iter().cloned().chain([before]).collect(),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_belong_to_the_identity_of_their_time() {
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        let first = Device { id: one, ..Device::default() };
        let second = first.succeeded_by(two, "M5".into(), Credential("b".into()), 10);
        let third = second.succeeded_by(three, "N6".into(), Credential("c".into()), 15);
        let maker = |count| third.maker_of(count).map(|maker| (maker.id, count - maker.before));
        assert_eq!(
            [1, 10, 11, 15, 16].map(maker),
            [Some((one, 1)), Some((one, 10)), Some((two, 1)), Some((two, 5)), Some((three, 1))]
        );
        assert_eq!(third.count_of(one, 10), Some(10));
        assert_eq!(third.count_of(one, 11), None, "the copy's");
        assert_eq!(third.count_of(two, 5), Some(15));
        assert_eq!(third.count_of(two, 6), None);
        assert_eq!(third.count_of(three, 6), Some(21));
        assert_eq!(third.count_of(Uuid::from_u128(4), 1), None);
    }

    #[test]
    fn a_record_of_before_is_read() {
        let record =
            r#"{"id":"00000000-0000-0000-0000-000000000001","code":"K7","shop":null,"server":null,"credential":"x"}"#;
        let device: Device = serde_json::from_str(record).unwrap();
        assert_eq!((device.before, device.cloned, device.former.len()), (0, false, 0));
    }
}
