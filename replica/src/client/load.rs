//! Opening what is on the disk.

use std::collections::BTreeSet;

use super::{DECISIONS, OpenFault, REOPENINGS, corrupt};
use crate::replica::{LoadFault, Loaded, Prepared, Replica};
use crate::storage::{Start, Storage, StorageFault};

/// Loads a replica from the storage; [`OpenFault::Outdated`] where its rows have to be rebuilt first.
pub(super) async fn load<S: Storage>(storage: &S) -> Result<Replica, OpenFault> {
    let mut reopenings = 0;
    loop {
        match storage.read_start().await {
            Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                reopenings += 1;
                storage.reopen().await?;
            }
            Err(fault) => return Err(fault.into()),
            Ok(start) => {
                return match Replica::load(&start) {
                    Ok(Loaded::Ready(replica)) => Ok(*replica),
                    Ok(Loaded::Rebuild(_)) => Err(OpenFault::Outdated),
                    Err(LoadFault::Newer) => Err(OpenFault::Newer),
                    Err(LoadFault::Damaged(_)) => Err(StorageFault::Corrupt("the device record".to_owned()).into()),
                };
            }
        }
    }
}

/// Loads a replica from the storage, whatever version of the app wrote it.
pub(super) async fn load_any<S: Storage>(storage: &S) -> Result<Replica, OpenFault> {
    for _ in 0..REOPENINGS {
        match load(storage).await {
            Err(OpenFault::Outdated) => rebuild(storage).await?,
            other => return other,
        }
    }
    load(storage).await
}

/// Rebuilds the rows where they are of an older version or damaged; after that the storage can be opened. Apart
/// from opening, because almost no start needs it.
pub async fn rebuild<S: Storage>(storage: &S) -> Result<(), OpenFault> {
    rebuild_of(storage, Replica::load).await
}

/// Rebuilds the rows because they lead to an entry that can't be read.
pub(super) async fn rebuild_anew<S: Storage>(storage: &S) -> Result<(), OpenFault> {
    rebuild_of(storage, |start| Ok(Loaded::Rebuild(Box::new(Replica::load_anew(start)?)))).await
}

async fn rebuild_of<S: Storage>(
    storage: &S,
    load: impl Fn(&Start) -> Result<Loaded, LoadFault>,
) -> Result<(), OpenFault> {
    let mut again = 0;
    loop {
        match try_rebuild(storage, &load).await {
            Err(OpenFault::Storage(StorageFault::Closed)) if again < REOPENINGS => {
                again += 1;
                storage.reopen().await?;
            }
            // Another tab wrote while the rows were rebuilt: look again.
            Err(OpenFault::Storage(StorageFault::Stale)) if again < DECISIONS => again += 1,
            other => return other,
        }
    }
}

async fn try_rebuild<S: Storage>(
    storage: &S,
    load: impl Fn(&Start) -> Result<Loaded, LoadFault>,
) -> Result<(), OpenFault> {
    let start = storage.read_start().await?;
    let mut replica = match load(&start) {
        Ok(Loaded::Ready(_)) => return Ok(()),
        Ok(Loaded::Rebuild(replica)) => *replica,
        Err(LoadFault::Newer) => return Err(OpenFault::Newer),
        Err(LoadFault::Damaged(_)) => return Err(StorageFault::Corrupt("the device record".to_owned()).into()),
    };
    let chunks: Vec<u32> = start.chunks.iter().map(|(key, _)| *key).collect();
    drop(start);
    // Entries at a time: a long journal does not fit into memory at once.
    const AT_ONCE: u32 = 256;
    let mut next = 1;
    loop {
        let entries = storage.read_entries(&[next..=next.saturating_add(AT_ONCE - 1)]).await?;
        let Some(last) = entries.last() else { break };
        next = last.no + 1;
        for entry in &entries {
            replica.replay(entry).map_err(|_| OpenFault::Newer)?;
        }
    }
    loop {
        match replica.rebuild() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(wanting) => {
                let ranges: Vec<_> = wanting.0.iter().map(|no| *no..=*no).collect();
                replica.hold(storage.read_entries(&ranges).await?).map_err(corrupt)?;
            }
        }
    }
    let Prepared { mut batch, .. } = replica.rebuilt();
    // Fewer rows lie in fewer chunks: what an earlier checkpoint left goes.
    if let Some(checkpoint) = &mut batch.checkpoint {
        let kept: BTreeSet<u32> = checkpoint.chunks.iter().map(|(key, _)| *key).collect();
        checkpoint.chunks.extend(chunks.into_iter().filter(|key| !kept.contains(key)).map(|key| (key, None)));
    }
    Ok(storage.write(&batch).await?)
}
