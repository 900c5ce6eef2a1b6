//! Why something that was asked of the shop did not happen.

use domain::order::Rejection;
use protocol::ProblemType;
use replica::storage::StorageFault;

/// Why an act did not happen. Whatever it is, nothing of it was kept.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ActFault {
    /// The order, as this tablet knows it, does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It could not be written to the disk.
    #[error("not saved: {0}")]
    NotSaved(#[from] StorageFault),
}

/// Why the server did not do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ServerFault {
    /// It can't be reached, or does not answer.
    #[error("the server can't be reached")]
    Unreachable,
    /// It refused.
    #[error("the server refused: {0:?}")]
    Refused(ProblemType),
    /// There is a shop on this device already, or none yet, or no server.
    #[error("not possible here")]
    NotHere,
    /// What it answered could not be written to the disk.
    #[error("not saved: {0}")]
    NotSaved(#[from] StorageFault),
}
