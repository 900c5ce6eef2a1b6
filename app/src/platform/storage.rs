//! The device's disk in a browser: IndexedDB through `indexed_db_futures`, under the contract of
//! [`replica::storage::Storage`].
//!
//! Stores of opaque bytes: `journal` by number; `checkpoint`, its chunks by number and its head by `HEAD`; `device` with
//! one record. Few and large records, because a record costs, not a byte. Since version 2 `blobs`, pictures by their
//! name, and `unsent`, for each that must be sent the epoch it was offered under, or nothing: a store of its own,
//! because an index can't be added to a store that is there.

use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{AbortHandle, abortable};
use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error, OpenDbError, UnexpectedDataError};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability};
use indexed_db_futures::typed_array::{Uint8Array, Uint8ArraySlice};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use protocol::BlobId;
use replica::blobs::BlobStore;
use replica::storage::{Batch, JournalEntry, Start, Storage, StorageFault};
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use super::writing::Writing;

const VERSION: u32 = 2;
const JOURNAL: &str = "journal";
const CHECKPOINT: &str = "checkpoint";
const DEVICE: &str = "device";
const BLOBS: &str = "blobs";
const UNSENT: &str = "unsent";
/// Texts come after all numbers, so the head stands behind the chunks.
const HEAD: &str = "head";
const THE_DEVICE: u32 = 0;

/// What "written" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It is on the disk. Stallbook never promises less.
    Strict,
    /// It is with the operating system: to compare with.
    Relaxed,
}

/// What a person can do something about while the storage is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hitch {
    /// Another tab with an older version of the app stands in the way: opening goes on when that tab is closed.
    Blocked,
    /// No answer for eight seconds. It may come yet; an engine that left a transaction of a former page open gives none
    /// until the browser is closed (seen in WebKitGTK 2.50.4).
    Silent,
}

/// So long a disk may take without a word.
const PATIENCE: Duration = Duration::from_secs(8);

/// Who is told of a [`Hitch`].
pub type OnHitch = Rc<dyn Fn(Hitch)>;

/// A connection to a database of this origin.
pub struct IndexedDb {
    name: String,
    durability: Durability,
    hitch: OnHitch,
    connection: RefCell<Connection>,
}

struct Connection {
    database: Database,
    /// Closes the database when another tab brings a newer version.
    listening: Option<AbortHandle>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
        self.database.clone().close();
    }
}

/// A word that is said unless this is dropped in time.
struct Watch(Option<TimeoutHandle>);

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(timeout) = self.0.take() {
            timeout.clear();
        }
    }
}

impl Watch {
    /// While this lives, the storage is waited for; where that takes long, it is said.
    fn begin(hitch: &OnHitch) -> Self {
        let hitch = Rc::clone(hitch);
        Self(set_timeout_with_handle(move || hitch(Hitch::Silent), PATIENCE).ok())
    }
}

impl IndexedDb {
    /// Opens it, and makes it where there is none.
    pub async fn open(name: &str, durability: Durability, hitch: OnHitch) -> Result<Self, StorageFault> {
        let connection = RefCell::new(connect(name, Rc::clone(&hitch)).await?);
        Ok(Self { name: name.to_owned(), durability, hitch, connection })
    }

    /// Another connection to the same database, as another tab makes it.
    pub async fn again(&self) -> Result<Self, StorageFault> {
        Self::open(&self.name, self.durability, Rc::clone(&self.hitch)).await
    }

    /// Makes the connection die, as iOS does.
    pub fn kill(&self) {
        self.database().close();
    }

    /// Throws a database away, for ever. Only for those that tests made.
    pub async fn delete(name: &str) -> Result<(), StorageFault> {
        Database::delete_by_name(name).map_err(open_fault)?.await.map_err(fault)
    }

    fn writing<'a>(&self, database: &'a Database, stores: &[&str]) -> Result<Writing<'a>, StorageFault> {
        let durability = match self.durability {
            Durability::Strict => TransactionDurability::Strict,
            Durability::Relaxed => TransactionDurability::Relaxed,
        };
        Writing::begin(database, stores, durability).map_err(fault)
    }

    fn database(&self) -> Database {
        self.connection.borrow().database.clone()
    }

    /// Waits for the word that it is on the disk. What failed says why.
    async fn committed(&self, writing: Writing<'_>) -> Result<(), StorageFault> {
        let _watch = Watch::begin(&self.hitch);
        // Without a reason the connection died.
        writing.committed().await.map_err(|reason| reason.map_or(StorageFault::Closed, |reason| fault(reason.into())))
    }
}

async fn connect(name: &str, hitch: OnHitch) -> Result<Connection, StorageFault> {
    let watch = Rc::new(Cell::new(Some(Watch::begin(&hitch))));
    let blocked = Rc::clone(&watch);
    let database = Database::open(name)
        .with_version(VERSION)
        .with_on_blocked(move |_| {
            // It did answer, and what to do is said.
            drop(blocked.take());
            hitch(Hitch::Blocked);
            Ok(())
        })
        .with_on_upgrade_needed(|_, database| {
            let there: Vec<String> = database.object_store_names().collect();
            for store in [JOURNAL, CHECKPOINT, DEVICE, BLOBS, UNSENT] {
                if !there.iter().any(|name| name == store) {
                    database.create_object_store(store).build()?;
                }
            }
            Ok(())
        })
        .await;
    drop(watch.take());
    let database = database.map_err(open_fault)?;
    let listening = database.version_changes().ok().map(|mut changes| {
        let (listen, handle) = abortable(async move {
            if changes.recv().await.is_some() {
                changes.db().clone().close();
            }
        });
        spawn_local(async {
            // Aborted when this connection ends otherwise.
            let _ = listen.await;
        });
        handle
    });
    Ok(Connection { database, listening })
}

impl Storage for IndexedDb {
    async fn read_start(&self) -> Result<Start, StorageFault> {
        let _watch = Watch::begin(&self.hitch);
        let database = self.database();
        let reading = database.transaction([JOURNAL, CHECKPOINT, DEVICE]).build().map_err(fault)?;
        let journal = reading.object_store(JOURNAL).map_err(fault)?;
        let checkpoint = reading.object_store(CHECKPOINT).map_err(fault)?;
        let device = reading.object_store(DEVICE).map_err(fault)?;
        // All but the tail are asked for at once; where the tail begins is known when the head is here.
        let head = checkpoint.get::<Uint8Array, _, _>(HEAD).primitive().map_err(fault)?;
        let device = device.get::<Uint8Array, _, _>(THE_DEVICE).primitive().map_err(fault)?;
        let chunks = numbered(&checkpoint, KeyRange::Bound(0, false, u32::MAX, false))?;
        let head: Option<Vec<u8>> = head.await.map_err(fault)?.map(Into::into);
        let (covers, head) = match head {
            None => (0, None),
            Some(bytes) => {
                let (covers, head) = split_head(&bytes)?;
                (covers, Some(head))
            }
        };
        let first = covers.saturating_add(1);
        let tail = numbered(&journal, KeyRange::Bound(first, false, u32::MAX, false))?;
        let device = device.await.map_err(fault)?.map(Into::into);
        let chunks = chunks.await?.collect();
        let tail = tail.await?.map(|(no, bytes)| JournalEntry { no, bytes }).collect();
        Ok(Start { device, covers, head, chunks, tail })
    }

    async fn read_entries(&self, ranges: &[RangeInclusive<u32>]) -> Result<Vec<JournalEntry>, StorageFault> {
        let _watch = Watch::begin(&self.hitch);
        let database = self.database();
        let reading = database.transaction(JOURNAL).build().map_err(fault)?;
        let journal = reading.object_store(JOURNAL).map_err(fault)?;
        let mut asked = Vec::with_capacity(ranges.len());
        for range in ranges.iter().filter(|range| !range.is_empty() && *range.end() > 0) {
            let first = (*range.start()).max(1);
            asked.push(numbered(&journal, KeyRange::Bound(first, false, *range.end(), false))?);
        }
        let mut read = Vec::new();
        for entries in asked {
            read.extend(entries.await?.map(|(no, bytes)| JournalEntry { no, bytes }));
        }
        Ok(read)
    }

    async fn write(&self, batch: &Batch) -> Result<(), StorageFault> {
        if batch.entries.is_empty() {
            // Nothing could tell whether another tab wrote meanwhile.
            return Err(StorageFault::Stale);
        }
        let database = self.database();
        let stores: &[&str] = match (&batch.checkpoint, &batch.device) {
            (Some(_), _) => &[JOURNAL, DEVICE, CHECKPOINT],
            (None, Some(_)) => &[JOURNAL, DEVICE],
            (None, None) => &[JOURNAL],
        };
        let writing = self.writing(&database, stores)?;
        put(&writing, batch).map_err(fault)?;
        self.committed(writing).await
    }

    async fn reopen(&self) -> Result<(), StorageFault> {
        let connection = connect(&self.name, Rc::clone(&self.hitch)).await?;
        self.connection.replace(connection);
        Ok(())
    }
}

impl BlobStore for IndexedDb {
    async fn put_blob(&self, id: BlobId, bytes: &[u8], to_send: bool) -> Result<(), StorageFault> {
        let database = self.database();
        let writing = self.writing(&database, &[BLOBS, UNSENT])?;
        let unsent = writing.object_store(UNSENT).map_err(fault)?;
        let put = |store: &ObjectStore<'_>, bytes: &[u8]| -> Result<(), StorageFault> {
            let put = store.put(Uint8ArraySlice::new(bytes)).with_key(id.to_string()).without_key_type();
            put.build().map(drop).map_err(fault)
        };
        if to_send && offered(&unsent, id)?.await.map_err(fault)?.is_none() {
            put(&unsent, &[])?;
        }
        put(&writing.object_store(BLOBS).map_err(fault)?, bytes)?;
        self.committed(writing).await
    }

    async fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        let database = self.database();
        let reading = database.transaction(BLOBS).build().map_err(fault)?;
        let blobs = reading.object_store(BLOBS).map_err(fault)?;
        let bytes = blobs.get::<Uint8Array, String, _>(id.to_string()).primitive().map_err(fault)?;
        Ok(bytes.await.map_err(fault)?.map(Into::into))
    }

    async fn blob_ids(&self) -> Result<Vec<BlobId>, StorageFault> {
        let database = self.database();
        let reading = database.transaction(BLOBS).build().map_err(fault)?;
        names(&reading.object_store(BLOBS).map_err(fault)?).await
    }

    async fn unsent_blobs(&self) -> Result<Vec<BlobId>, StorageFault> {
        let database = self.database();
        let reading = database.transaction(UNSENT).build().map_err(fault)?;
        names(&reading.object_store(UNSENT).map_err(fault)?).await
    }

    async fn blobs_sent(&self, ids: &[BlobId], epoch: Uuid) -> Result<(), StorageFault> {
        let database = self.database();
        let writing = self.writing(&database, &[UNSENT])?;
        let unsent = writing.object_store(UNSENT).map_err(fault)?;
        let asked: Vec<_> = ids.iter().map(|id| offered(&unsent, *id)).collect::<Result<_, _>>()?;
        for (id, mark) in ids.iter().zip(asked) {
            let Some(mark) = mark.await.map_err(fault)? else { continue };
            let mark: Vec<u8> = mark.into();
            if mark.is_empty() || mark == epoch.as_bytes() {
                unsent.delete::<String, _>(KeyRange::Only(id.to_string())).build().map_err(fault)?;
            }
        }
        self.committed(writing).await
    }

    async fn offer_blobs(&self, epoch: Uuid) -> Result<(), StorageFault> {
        let database = self.database();
        let writing = self.writing(&database, &[BLOBS, UNSENT])?;
        let unsent = writing.object_store(UNSENT).map_err(fault)?;
        for id in names(&writing.object_store(BLOBS).map_err(fault)?).await? {
            let mark = unsent.put(Uint8ArraySlice::new(epoch.as_bytes())).with_key(id.to_string());
            mark.without_key_type().build().map_err(fault)?;
        }
        self.committed(writing).await
    }
}

/// The mark of a picture.
fn offered(
    unsent: &ObjectStore<'_>,
    id: BlobId,
) -> Result<impl Future<Output = Result<Option<Uint8Array>, Error>>, StorageFault> {
    unsent.get::<Uint8Array, String, _>(id.to_string()).primitive().map_err(fault)
}

/// The names of all pictures in a store.
async fn names(store: &ObjectStore<'_>) -> Result<Vec<BlobId>, StorageFault> {
    let keys = store.get_all_keys::<String>().primitive().map_err(fault)?.await.map_err(fault)?;
    keys.map(|key| BlobId::parse(&key.map_err(fault)?).ok_or_else(|| StorageFault::Corrupt("a picture's name".into())))
        .collect()
}

/// Puts all requests of a batch; awaits nothing, so that nothing can come between.
fn put(writing: &Transaction<'_>, batch: &Batch) -> Result<(), Error> {
    let journal = writing.object_store(JOURNAL)?;
    for (no, entry) in (batch.expected_last + 1..).zip(&batch.entries) {
        journal.add(Uint8ArraySlice::new(entry)).with_key(no).without_key_type().build()?;
    }
    for entry in &batch.replaced {
        journal.put(Uint8ArraySlice::new(&entry.bytes)).with_key(entry.no).without_key_type().build()?;
    }
    if let Some(record) = &batch.device {
        let device = writing.object_store(DEVICE)?;
        device.put(Uint8ArraySlice::new(record)).with_key(THE_DEVICE).without_key_type().build()?;
    }
    if let Some(written) = &batch.checkpoint {
        let checkpoint = writing.object_store(CHECKPOINT)?;
        for (key, chunk) in &written.chunks {
            match chunk {
                Some(bytes) => {
                    checkpoint.put(Uint8ArraySlice::new(bytes)).with_key(*key).without_key_type().build()?;
                }
                None => {
                    checkpoint.delete::<u32, _>(KeyRange::Only(*key)).build()?;
                }
            }
        }
        let mut head = written.covers.to_le_bytes().to_vec();
        head.extend_from_slice(&written.head);
        checkpoint.put(Uint8ArraySlice::new(&head)).with_key(HEAD).without_key_type().build()?;
    }
    Ok(())
}

fn split_head(bytes: &[u8]) -> Result<(u32, Vec<u8>), StorageFault> {
    match bytes.split_first_chunk() {
        Some((covers, head)) => Ok((u32::from_le_bytes(*covers), head.to_vec())),
        None => Err(StorageFault::Corrupt("the checkpoint's head is too short".to_owned())),
    }
}

/// Asks for all under these numbers, each with its own: where a browser lost one, the others keep theirs.
fn numbered(
    store: &ObjectStore<'_>,
    numbers: KeyRange<u32>,
) -> Result<
    impl Future<Output = Result<impl Iterator<Item = (u32, Vec<u8>)> + use<>, StorageFault>> + use<>,
    StorageFault,
> {
    let keys = store.get_all_keys::<u32>().with_query::<u32, _>(numbers.clone()).primitive().map_err(fault)?;
    let values = store.get_all::<Uint8Array>().with_query::<u32, _>(numbers).primitive().map_err(fault)?;
    Ok(async move {
        let pairs = keys.await.map_err(fault)?.zip(values.await.map_err(fault)?);
        let pairs = pairs.map(|(key, value)| Ok((key.map_err(fault)?, value.map_err(fault)?.into())));
        Ok(pairs.collect::<Result<Vec<_>, StorageFault>>()?.into_iter())
    })
}

fn open_fault(error: OpenDbError) -> StorageFault {
    match error {
        OpenDbError::Base(Error::DomException(exception)) => match named(&exception).as_str() {
            "QuotaExceededError" => StorageFault::Quota,
            // A newer version of the app has been here (VersionError), or the browser forbids storage.
            _ => StorageFault::Unavailable(exception.message()),
        },
        other => StorageFault::Unavailable(other.to_string()),
    }
}

fn fault(error: Error) -> StorageFault {
    match error {
        Error::DomException(exception) => match named(&exception).as_str() {
            "ConstraintError" => StorageFault::Stale,
            "QuotaExceededError" => StorageFault::Quota,
            "NotFoundError" | "DataError" | "NotReadableError" => StorageFault::Corrupt(exception.message()),
            // InvalidStateError, AbortError, UnknownError, TransactionInactiveError: all of them are seen
            // when a connection dies, and a new one heals them.
            _ => StorageFault::Closed,
        },
        Error::MissingData(UnexpectedDataError::TransactionAborted) => StorageFault::Closed,
        other => StorageFault::Corrupt(other.to_string()),
    }
}

fn named(exception: &DomException) -> String {
    exception.as_sys().name()
}
