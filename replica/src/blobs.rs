//! What a device's disk must do for pictures: the [`BlobStore`] contract, beside [`crate::storage`].

use std::future::Future;

use protocol::BlobId;
use uuid::Uuid;

use crate::storage::StorageFault;

/// A device's disk, as far as it holds blobs.
///
/// The contract, which the stories in [`crate::conformance`] check on every implementation:
///
/// - Everything that writes is one transaction of strict durability, whole or not at all, with the faults of
///   [`crate::storage::Storage::write`]. Doing it twice does no harm, so after [`StorageFault::Closed`] it is done again.
/// - A blob is never changed and never removed. Bytes come back as they went in.
/// - A mark says that a blob must be sent, and under which epoch it was offered: nil for a blob that was just kept.
/// - Several connections may be open on one disk; a read sees all that was answered `Ok` on any of them.
/// - Blobs and the journal keep out of each other's way: a transaction of one does not wait for one of the other.
pub trait BlobStore {
    /// Keeps a blob under its name; with `to_send` in the same transaction as its mark. A mark that is there stays.
    fn put_blob(&self, id: BlobId, bytes: &[u8], to_send: bool) -> impl Future<Output = Result<(), StorageFault>>;

    /// A blob, if it is here.
    fn blob(&self, id: BlobId) -> impl Future<Output = Result<Option<Vec<u8>>, StorageFault>>;

    /// The names of all blobs that are here, ascending.
    fn blob_ids(&self) -> impl Future<Output = Result<Vec<BlobId>, StorageFault>>;

    /// The names of those that are marked to be sent, ascending.
    fn unsent_blobs(&self) -> impl Future<Output = Result<Vec<BlobId>, StorageFault>>;

    /// A server of this epoch holds these: takes their marks away, but for those that were offered under another
    /// epoch since.
    fn blobs_sent(&self, ids: &[BlobId], epoch: Uuid) -> impl Future<Output = Result<(), StorageFault>>;

    /// The server may have lost any of them: marks every blob that is here to be sent, under this epoch.
    fn offer_blobs(&self, epoch: Uuid) -> impl Future<Output = Result<(), StorageFault>>;
}
