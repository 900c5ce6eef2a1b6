//! Problem documents (RFC 9457). Programs match on the type, never on the text.

use serde::{Deserialize, Serialize};

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, in words and as a stable type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable type.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// A short title for a person.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, for a person; never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

macro_rules! problems {
    ($($name:ident $key:literal $status:literal $title:literal: $doc:literal;)*) => {
        /// The stable types of problems; on the wire `urn:stallbook:problem:<key>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ProblemType {
            $(#[doc = $doc] #[serde(rename = $key)] $name,)*
            /// A type that this build does not know.
            #[serde(other, rename = "urn:stallbook:problem:unknown")]
            Unknown,
        }
        impl ProblemType {
            /// The title and the HTTP status that go with it.
            pub fn title_and_status(self) -> (&'static str, u16) {
                match self { $(Self::$name => ($title, $status),)* Self::Unknown => ("Unknown problem", 500) }
            }
        }
    };
}

problems! {
    Malformed "urn:stallbook:problem:malformed" 400 "The request could not be read": "The body or a parameter could not be read.";
    BadSetupCode "urn:stallbook:problem:bad-setup-code" 403 "The set-up code is wrong or used up": "The set-up code is wrong, or a shop has claimed this server.";
    BadPairingCode "urn:stallbook:problem:bad-pairing-code" 403 "The pairing code is wrong, used or too old": "The pairing code is wrong, used, or older than ten minutes.";
    DeviceKnown "urn:stallbook:problem:device-known" 403 "This device was in the shop before": "A device that is known by its id, and brings no proof that it is that device, needs a code that was drawn to let it in again.";
    NoMoreDevices "urn:stallbook:problem:no-more-devices" 409 "The shop takes in no more devices now": "The shop has as many devices as it may have, or as many joined today; the operator can let one in all the same.";
    Unauthenticated "urn:stallbook:problem:unauthenticated" 401 "This device is not known": "The credential is missing, wrong or revoked.";
    Forbidden "urn:stallbook:problem:forbidden" 403 "Not this shop": "The credential belongs to another shop or device.";
    NotFound "urn:stallbook:problem:not-found" 404 "Not found": "There is no such thing.";
    Gone "urn:stallbook:problem:gone" 410 "Fetch a snapshot": "The log below `floor` is gone.";
    TooLarge "urn:stallbook:problem:too-large" 413 "Too large": "A body, a push or an event is over its limit.";
    TooMany "urn:stallbook:problem:too-many" 429 "Too many attempts": "Wait and try again.";
    MalformedEvent "urn:stallbook:problem:malformed-event" 422 "Not an event": "One event of a push is malformed; the others are not affected.";
    OversizedEvent "urn:stallbook:problem:oversized-event" 422 "The event is too large": "One event of a push is too large.";
    ForeignEvent "urn:stallbook:problem:foreign-event" 422 "Not an event of this shop": "One event of a push may not be pushed by this device.";
    IdTaken "urn:stallbook:problem:id-taken" 422 "The id belongs to another event": "The same id with another text.";
    NotAPicture "urn:stallbook:problem:not-a-picture" 415 "Not a picture of a kind that is kept": "A blob is neither WebP nor JPEG nor PNG, by its first bytes.";
    WrongBlob "urn:stallbook:problem:wrong-blob" 422 "The bytes are not those of that name": "A blob's bytes have another hash than its id.";
    LastDevice "urn:stallbook:problem:last-device" 409 "The shop's last device stays": "Without it nobody could reach the shop's data from a device any more.";
    StorageFull "urn:stallbook:problem:storage-full" 507 "The server's disk is full": "The server's disk is full; nothing of the call was kept.";
    Unavailable "urn:stallbook:problem:unavailable" 503 "Try again later": "The database cannot be reached or the server is stopping.";
    Internal "urn:stallbook:problem:internal" 500 "Something broke on the server": "A defect; nothing that was acknowledged is lost.";
}

impl Problem {
    /// A problem of this type, with what happened this time.
    pub fn new(kind: ProblemType, detail: impl Into<Option<String>>) -> Self {
        let (title, status) = kind.title_and_status();
        Self { kind, title: title.to_owned(), status, detail: detail.into() }
    }
}
