//! Claiming the server, pairing codes, and joining.

use async_trait::async_trait;
use uuid::Uuid;

use super::{SecretHash, StoreFault};
use crate::limits::Joins;

/// A shop that attaches itself.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Hash of the set-up code it brings.
    pub setup_hash: SecretHash,
    /// The shop.
    pub shop: Uuid,
    /// The device that started it.
    pub device: Uuid,
    /// That device's two-character code.
    pub code: String,
    /// Hash of the credential it gets.
    pub credential_hash: SecretHash,
}

/// A device that joins.
#[derive(Clone, Debug)]
pub struct Join {
    /// The shop it names, or nothing: the code finds it.
    pub shop: Option<Uuid>,
    /// Hash of the pairing code it brings.
    pub code_hash: SecretHash,
    /// The device.
    pub device: Uuid,
    /// The two-character codes it may get: the first that is free.
    pub codes: Vec<String>,
    /// Hash of the credential that it says it had.
    pub former_hash: Option<SecretHash>,
    /// Hash of the credential it gets.
    pub credential_hash: SecretHash,
    /// How many devices there may be.
    pub most: Joins,
}

/// Whom a pairing code lets in, beside devices that the shop does not know and those that prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetsIn {
    /// Nobody else.
    New,
    /// This known device, and no other device at all.
    Again(Uuid),
    /// Any known device: the operator's code.
    Any,
}

/// What became of a device that wished to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is in.
    In {
        /// The shop.
        shop: Uuid,
        /// The device's two-character code.
        code: String,
        /// It was in before: what it was known by then is no good any more.
        again: bool,
    },
    /// The shop knows a device of this id, and nothing says that it is this one.
    Known,
    /// The pairing code is wrong, used by another device, or too old.
    Refused,
    /// The shop has as many devices as it may, or as many came today.
    Crowded,
    /// Every code on the list is taken.
    NoCodeFree,
}

/// How shops and devices come in.
#[async_trait]
pub trait PairingStore: Send + Sync + 'static {
    /// Makes this the set-up code, unless a shop has claimed the server: then false.
    async fn offer_setup(&self, setup_hash: &SecretHash) -> Result<bool, StoreFault>;
    /// The shop that claimed the server.
    async fn claimed(&self) -> Result<Option<Uuid>, StoreFault>;
    /// Attaches a shop if the code is right and no other shop came before. The same device may repeat it with the same
    /// code for ten minutes, until it has pushed something, and gets the new credential. False: refused.
    async fn claim(&self, claim: &Claim, now: i64) -> Result<bool, StoreFault>;
    /// Keeps a pairing code that a device drew, or the operator; false when it is in use already. Those that are too old
    /// go.
    async fn add_pairing(
        &self,
        shop: Uuid,
        code_hash: &SecretHash,
        lets_in: LetsIn,
        by: Option<Uuid>,
        expires_ms: i64,
        now: i64,
    ) -> Result<bool, StoreFault>;
    /// Lets a device in. The same device may repeat it with the same code while that lives and it has pushed nothing
    /// since. One that was in before keeps its two-character code; it has to prove that it is that device, or the code
    /// was drawn for it.
    async fn join(&self, join: &Join, now: i64) -> Result<Joined, StoreFault>;
}
