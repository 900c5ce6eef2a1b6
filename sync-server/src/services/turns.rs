//! How many costly calls of one device are in memory at once; the next ones wait for their turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

use crate::fault::Fault;

/// How long a call waits for those before it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The turns of all devices, for calls of one kind.
#[derive(Debug)]
pub struct Turns {
    most: usize,
    devices: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
}

impl Turns {
    /// So many of each device.
    pub fn new(most: usize) -> Self {
        Self { most, devices: Mutex::default() }
    }

    /// Waits for a turn, and has it until it is dropped.
    pub async fn take(&self, device: Uuid) -> Result<OwnedSemaphorePermit, Fault> {
        let turns = {
            let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(devices.entry(device).or_insert_with(|| Arc::new(Semaphore::new(self.most))))
        };
        let taken = timeout(PATIENCE, turns.acquire_owned()).await;
        taken.ok().and_then(Result::ok).ok_or(Fault::TooMany(1))
    }
}

/// Bytes that hold a turn until nobody needs them any more: until they are written to the socket.
pub fn held(bytes: impl AsRef<[u8]> + Send + 'static, turn: impl Into<Option<OwnedSemaphorePermit>>) -> Bytes {
    Bytes::from_owner(Held(bytes, turn.into()))
}

struct Held<A>(A, #[expect(dead_code, reason = "it is given back when it is dropped")] Option<OwnedSemaphorePermit>);

impl<A: AsRef<[u8]>> AsRef<[u8]> for Held<A> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}
