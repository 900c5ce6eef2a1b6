//! Storage in memory, for tests and simulations: a disk that several connections share, that fails and crashes when
//! it is told to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

use protocol::BlobId;
use uuid::Uuid;

use crate::blobs::BlobStore;
use crate::storage::{Batch, JournalEntry, Start, Storage, StorageFault};

#[derive(Clone, Debug, Default)]
struct State {
    device: Option<Vec<u8>>,
    covers: u32,
    head: Option<Vec<u8>>,
    chunks: BTreeMap<u32, Vec<u8>>,
    journal: BTreeMap<u32, Vec<u8>>,
    blobs: BTreeMap<BlobId, Vec<u8>>,
    /// Marked to be sent, and under which epoch.
    unsent: BTreeMap<BlobId, Uuid>,
}

#[derive(Debug, Default)]
struct Disk {
    state: State,
    /// What survives a crash, while writes are not durable.
    durable: Option<State>,
    trouble: Option<Trouble>,
    /// Connections opened before this count of crashes are closed.
    crashes: u32,
    writes: u64,
}

/// What is to go wrong, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The next write fails so, and nothing is written.
    FailWrite(StorageFault),
    /// The next write happens, but the connection dies before its answer.
    LoseAnswer,
    /// The process dies before the next write reaches the disk.
    CrashBefore,
    /// The process dies after the next write reached the disk and before its answer.
    CrashAfter,
    /// The next read fails so.
    FailRead(StorageFault),
}

/// A disk in memory. Clones are handles on the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Rc<RefCell<Disk>>);

impl MemoryDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a connection, as a tab does.
    #[must_use]
    pub fn open(&self) -> MemoryStorage {
        MemoryStorage { disk: self.clone(), opened: RefCell::new(self.0.borrow().crashes) }
    }

    /// Makes one thing go wrong.
    pub fn plan(&self, trouble: Trouble) {
        self.0.borrow_mut().trouble = Some(trouble);
    }

    /// Forgets a planned trouble that has not happened yet.
    pub fn calm(&self) {
        self.0.borrow_mut().trouble = None;
    }

    /// The process dies: every connection is closed, and what is not durable is gone.
    pub fn crash(&self) {
        self.0.borrow_mut().crash();
    }

    /// From now on writes are answered before they are durable, which the contract forbids: a test of the tests.
    pub fn forget_durability(&self) {
        let mut disk = self.0.borrow_mut();
        disk.durable = Some(disk.state.clone());
    }

    /// How many batches were written.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.0.borrow().writes
    }

    /// Bytes on the disk.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let disk = self.0.borrow();
        let state = &disk.state;
        state
            .journal
            .values()
            .chain(state.chunks.values())
            .chain(state.blobs.values())
            .chain(&state.head)
            .chain(&state.device)
            .map(Vec::len)
            .sum()
    }

    /// Whether these bytes lie anywhere on the disk.
    #[must_use]
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let disk = self.0.borrow();
        let state = &disk.state;
        let mut all = state.journal.values().chain(state.chunks.values()).chain(&state.head).chain(&state.device);
        all.any(|record| memchr::memmem::find(record, bytes).is_some())
    }

    /// A disk with the same content that shares nothing with this one: a backup, or a cloned device.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(Rc::new(RefCell::new(Disk { state: self.0.borrow().state.clone(), ..Disk::default() })))
    }

    /// The number of the journal's last entry.
    #[must_use]
    pub fn last_no(&self) -> u32 {
        self.0.borrow().state.journal.last_key_value().map_or(0, |(no, _)| *no)
    }

    /// Something spoils an entry of the journal, or takes it away where nothing is left of it.
    pub fn spoil(&self, no: u32, spoil: impl FnOnce(&[u8]) -> Option<Vec<u8>>) {
        let journal = &mut self.0.borrow_mut().state.journal;
        if let Some(bytes) = journal.remove(&no)
            && let Some(left) = spoil(&bytes)
        {
            journal.insert(no, left);
        }
    }

    /// As [`MemoryDisk::copy`], but with a checkpoint that can't be read: the rows are rebuilt from the journal.
    #[must_use]
    pub fn copy_with_damaged_checkpoint(&self) -> Self {
        let copy = self.copy();
        let mut disk = copy.0.borrow_mut();
        disk.state.covers = 0;
        disk.state.head = Some(Vec::new());
        disk.state.chunks.clear();
        drop(disk);
        copy
    }
}

impl Disk {
    fn crash(&mut self) {
        if let Some(durable) = &self.durable {
            self.state = durable.clone();
        }
        self.crashes += 1;
    }

    fn store(&mut self, batch: &Batch) {
        let state = &mut self.state;
        for (no, bytes) in (batch.expected_last + 1..).zip(&batch.entries) {
            state.journal.insert(no, bytes.clone());
        }
        for entry in &batch.replaced {
            state.journal.insert(entry.no, entry.bytes.clone());
        }
        if let Some(device) = &batch.device {
            state.device = Some(device.clone());
        }
        if let Some(checkpoint) = &batch.checkpoint {
            state.covers = checkpoint.covers;
            state.head = Some(checkpoint.head.clone());
            for (key, chunk) in &checkpoint.chunks {
                match chunk {
                    Some(bytes) => state.chunks.insert(*key, bytes.clone()),
                    None => state.chunks.remove(key),
                };
            }
        }
        self.writes += 1;
    }
}

/// A connection to a [`MemoryDisk`].
#[derive(Debug)]
pub struct MemoryStorage {
    disk: MemoryDisk,
    opened: RefCell<u32>,
}

impl MemoryStorage {
    /// The disk behind this connection.
    #[must_use]
    pub fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> Result<T, StorageFault> {
        let mut disk = self.disk.0.borrow_mut();
        if *self.opened.borrow() != disk.crashes {
            return Err(StorageFault::Closed);
        }
        if let Some(Trouble::FailRead(fault)) = &disk.trouble {
            let fault = fault.clone();
            disk.trouble = None;
            return Err(fault);
        }
        Ok(read(&disk.state))
    }

    /// Changes the disk, with what is to go wrong.
    fn change(&self, change: impl FnOnce(&mut Disk) -> Result<(), StorageFault>) -> Result<(), StorageFault> {
        let mut disk = self.disk.0.borrow_mut();
        if *self.opened.borrow() != disk.crashes {
            return Err(StorageFault::Closed);
        }
        let trouble = match &disk.trouble {
            Some(Trouble::FailRead(_)) | None => None,
            Some(_) => disk.trouble.take(),
        };
        match &trouble {
            Some(Trouble::FailWrite(fault)) => return Err(fault.clone()),
            Some(Trouble::CrashBefore) => {
                disk.crash();
                return Err(StorageFault::Closed);
            }
            _ => {}
        }
        change(&mut disk)?;
        match trouble {
            Some(Trouble::CrashAfter) => {
                disk.crash();
                Err(StorageFault::Closed)
            }
            Some(Trouble::LoseAnswer) => {
                *self.opened.borrow_mut() = u32::MAX;
                Err(StorageFault::Closed)
            }
            _ => Ok(()),
        }
    }
}

impl Storage for MemoryStorage {
    async fn read_start(&self) -> Result<Start, StorageFault> {
        self.read(|state| Start {
            device: state.device.clone(),
            covers: state.covers,
            head: state.head.clone(),
            chunks: state.chunks.iter().map(|(key, bytes)| (*key, bytes.clone())).collect(),
            tail: entries(state, state.covers.saturating_add(1)..=u32::MAX),
        })
    }

    async fn read_entries(&self, ranges: &[RangeInclusive<u32>]) -> Result<Vec<JournalEntry>, StorageFault> {
        self.read(|state| ranges.iter().flat_map(|range| entries(state, range.clone())).collect())
    }

    async fn write(&self, batch: &Batch) -> Result<(), StorageFault> {
        self.change(|disk| {
            if batch.entries.is_empty() || disk.state.journal.contains_key(&(batch.expected_last + 1)) {
                return Err(StorageFault::Stale);
            }
            disk.store(batch);
            Ok(())
        })
    }

    async fn reopen(&self) -> Result<(), StorageFault> {
        *self.opened.borrow_mut() = self.disk.0.borrow().crashes;
        Ok(())
    }
}

impl BlobStore for MemoryStorage {
    async fn put_blob(&self, id: BlobId, bytes: &[u8], to_send: bool) -> Result<(), StorageFault> {
        self.change(|disk| {
            disk.state.blobs.insert(id, bytes.to_vec());
            if to_send {
                disk.state.unsent.entry(id).or_default();
            }
            Ok(())
        })
    }

    async fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        self.read(|state| state.blobs.get(&id).cloned())
    }

    async fn blob_ids(&self) -> Result<Vec<BlobId>, StorageFault> {
        self.read(|state| state.blobs.keys().copied().collect())
    }

    async fn unsent_blobs(&self) -> Result<Vec<BlobId>, StorageFault> {
        self.read(|state| state.unsent.keys().copied().collect())
    }

    async fn blobs_sent(&self, ids: &[BlobId], epoch: Uuid) -> Result<(), StorageFault> {
        self.change(|disk| {
            disk.state.unsent.retain(|id, offered| !(ids.contains(id) && (offered.is_nil() || *offered == epoch)));
            Ok(())
        })
    }

    async fn offer_blobs(&self, epoch: Uuid) -> Result<(), StorageFault> {
        self.change(|disk| {
            disk.state.unsent = disk.state.blobs.keys().map(|id| (*id, epoch)).collect();
            Ok(())
        })
    }
}

fn entries(state: &State, range: RangeInclusive<u32>) -> Vec<JournalEntry> {
    if range.is_empty() {
        return Vec::new();
    }
    state.journal.range(range).map(|(no, bytes)| JournalEntry { no: *no, bytes: bytes.clone() }).collect()
}
