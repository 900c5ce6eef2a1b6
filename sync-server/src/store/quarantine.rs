//! Events that were pushed and could not be taken in.

use async_trait::async_trait;
use protocol::ProblemType;
use uuid::Uuid;

use super::StoreFault;

/// How much is kept aside of one device: as many texts, …
pub const MOST_ASIDE: i64 = 500;
/// … and as many bytes. What it pushes beyond is answered alike, and kept by the device alone.
pub const MOST_ASIDE_BYTES: i64 = 4_000_000;

/// An event that was kept aside.
#[derive(Clone, Debug)]
pub struct QuarantinedEvent {
    /// Its place among those that were.
    pub no: i64,
    /// The device that pushed it.
    pub device: Uuid,
    /// Its id, where one could be read.
    pub event: Option<Uuid>,
    /// Why.
    pub kind: ProblemType,
    /// Why, in words.
    pub detail: Option<String>,
    /// When.
    pub received_ms: i64,
    /// What was pushed; of more than [`protocol::MAX_EVENT_BYTES`] the beginning.
    pub text: String,
    /// How many bytes were pushed.
    pub bytes: u64,
}

/// What was kept aside; [`super::log::LogStore::append`] puts it there.
#[async_trait]
pub trait QuarantineStore: Send + Sync + 'static {
    /// What was kept aside, the newest first, of those before a place: at most `limit`, ending after the one that passes
    /// this many bytes of text.
    async fn quarantined(
        &self,
        shop: Uuid,
        before: Option<i64>,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<QuarantinedEvent>, StoreFault>;
}
