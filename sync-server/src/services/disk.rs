//! The disk that the database lies on: what is left of it is for orders before pictures.

use std::path::{Path, PathBuf};

use protocol::ProblemType;

use crate::fault::Fault;

const MEGABYTE: u64 = 1_000_000;
/// A push takes this much at most, with what SQLite writes beside it.
const A_PUSH: u64 = 4 * MEGABYTE;

/// The disk.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    reserve: u64,
}

impl Disk {
    /// The disk of a folder, of which so many megabytes are kept for orders.
    pub fn new(folder: &Path, reserve_mb: u32) -> Self {
        Self { folder: folder.to_owned(), reserve: u64::from(reserve_mb) * MEGABYTE }
    }

    /// Whether a picture may be kept.
    pub fn has_room_for_pictures(&self) -> Result<(), Fault> {
        if self.free() >= self.reserve {
            return Ok(());
        }
        let words = format!("less than {} MB are free, and they are kept for orders", self.reserve / MEGABYTE);
        Err(Fault::Because(ProblemType::StorageFull, words))
    }

    /// Whether a push of any size finds room. Those that find it are taken even when the largest would not.
    pub fn has_room_for_orders(&self) -> Result<(), Fault> {
        if self.free() >= A_PUSH {
            return Ok(());
        }
        Err(Fault::Because(ProblemType::StorageFull, format!("less than {} MB are free", A_PUSH / MEGABYTE)))
    }

    /// Bytes that this process may still write; all of them, where the system does not say.
    fn free(&self) -> u64 {
        #[cfg(unix)]
        let free = rustix::fs::statvfs(&self.folder).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        #[cfg(not(unix))]
        let free = Err(&self.folder);
        free.unwrap_or(u64::MAX)
    }
}
