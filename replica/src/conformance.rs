//! The stories that every [`Storage`] must pass: natively on memory, in a real browser on IndexedDB.

use std::future::Future;

use protocol::BlobId;
use uuid::Uuid;

use crate::blobs::BlobStore;
use crate::storage::{Batch, CheckpointWrite, JournalEntry, Start, Storage, StorageFault};

/// Gives disks to the stories.
pub trait Factory {
    /// The storage under test.
    type Storage: Storage;
    /// A connection to a new, empty disk.
    fn fresh(&self) -> impl Future<Output = Result<Self::Storage, StorageFault>>;
    /// Another connection to the same disk, as a second tab or the next start makes it.
    fn again(&self, of: &Self::Storage) -> impl Future<Output = Result<Self::Storage, StorageFault>>;
    /// Makes the connection die, as iOS does.
    fn kill(&self, storage: &Self::Storage) -> impl Future<Output = ()>;
}

/// How one story ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The story's name.
    pub story: &'static str,
    /// What was not as the contract says.
    pub problem: Option<String>,
}

/// Why a story failed.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("storage answered: {0}")]
    Fault(#[from] StorageFault),
    #[error("{0}")]
    Contract(String),
}

type Told = Result<(), Broken>;

macro_rules! holds {
    ($what:literal, $left:expr, $right:expr) => {{
        let (left, right) = (&$left, &$right);
        if left != right {
            return Err(Broken::Contract(format!("{}: {left:?} is not {right:?}", $what)));
        }
    }};
}

/// Tells every story, each on a disk of its own.
pub async fn tell_all<F: Factory>(factory: &F) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    macro_rules! tell {
        ($($story:ident),*) => {$(
            let problem = $story(factory).await.err().map(|broken| broken.to_string());
            outcomes.push(Outcome { story: stringify!($story), problem });
        )*};
    }
    tell!(
        an_empty_disk_reads_as_nothing,
        a_batch_is_read_back,
        entries_come_by_ranges,
        a_stale_writer_writes_nothing,
        two_connections_see_each_other,
        a_checkpoint_shortens_the_tail,
        chunks_are_replaced_one_by_one,
        entries_are_replaced_with_the_rest_or_not_at_all,
        any_bytes_come_back,
        a_killed_connection_opens_again,
        racing_writers_have_one_winner,
        a_dropped_write_is_whole_or_nothing,
        a_long_journal_comes_in_order,
        a_picture_is_read_back,
        marks_go_when_the_server_has_it,
        a_mark_that_is_there_stays,
        pictures_offered_anew_are_marked,
        pictures_and_the_journal_keep_out_of_each_others_way,
        a_dropped_picture_is_there_with_its_mark_or_not_at_all
    );
    outcomes
}

fn batch(expected_last: u32, entries: &[&[u8]]) -> Batch {
    Batch { expected_last, entries: entries.iter().map(|bytes| bytes.to_vec()).collect(), ..Batch::default() }
}

fn entry(no: u32, bytes: &[u8]) -> JournalEntry {
    JournalEntry { no, bytes: bytes.to_vec() }
}

async fn an_empty_disk_reads_as_nothing<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    holds!("start", storage.read_start().await?, Start::default());
    holds!("entries", storage.read_entries(&[1..=u32::MAX]).await?, Vec::new());
    Ok(())
}

async fn a_batch_is_read_back<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&Batch { device: Some(b"device".to_vec()), ..batch(0, &[b"one", b"two"]) }).await?;
    let start = factory.again(&storage).await?.read_start().await?;
    let expected =
        Start { device: Some(b"device".to_vec()), tail: vec![entry(1, b"one"), entry(2, b"two")], ..Start::default() };
    holds!("start", start, expected);
    Ok(())
}

async fn entries_come_by_ranges<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&batch(0, &[b"1", b"2", b"3", b"4", b"5"])).await?;
    let read = storage.read_entries(&[1..=1, 3..=4, 5..=u32::MAX]).await?;
    holds!("ranges", read, vec![entry(1, b"1"), entry(3, b"3"), entry(4, b"4"), entry(5, b"5")]);
    holds!("beyond the end", storage.read_entries(&[9..=12]).await?, Vec::new());
    holds!("no range", storage.read_entries(&[]).await?, Vec::new());
    Ok(())
}

async fn a_stale_writer_writes_nothing<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&batch(0, &[b"first"])).await?;
    let late = Batch {
        device: Some(b"late".to_vec()),
        checkpoint: Some(CheckpointWrite { covers: 2, head: b"h".to_vec(), chunks: vec![(0, Some(b"c".to_vec()))] }),
        ..batch(0, &[b"late", b"later"])
    };
    holds!("answer", storage.write(&late).await, Err(StorageFault::Stale));
    let expected = Start { tail: vec![entry(1, b"first")], ..Start::default() };
    holds!("the same connection", storage.read_start().await?, expected);
    holds!("another connection", factory.again(&storage).await?.read_start().await?, expected);
    storage.write(&batch(1, &[b"second"])).await?;
    holds!("goes on", storage.read_entries(&[2..=2]).await?, vec![entry(2, b"second")]);
    Ok(())
}

async fn two_connections_see_each_other<F: Factory>(factory: &F) -> Told {
    let one = factory.fresh().await?;
    let two = factory.again(&one).await?;
    one.write(&batch(0, &[b"by one"])).await?;
    holds!("two is stale", two.write(&batch(0, &[b"by two"])).await, Err(StorageFault::Stale));
    holds!("two reads", two.read_entries(&[1..=u32::MAX]).await?, vec![entry(1, b"by one")]);
    two.write(&batch(1, &[b"by two"])).await?;
    holds!("one reads", one.read_entries(&[2..=u32::MAX]).await?, vec![entry(2, b"by two")]);
    Ok(())
}

async fn a_checkpoint_shortens_the_tail<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&batch(0, &[b"1", b"2"])).await?;
    let checkpoint = CheckpointWrite { covers: 3, head: b"head".to_vec(), chunks: vec![(0, Some(b"chunk".to_vec()))] };
    storage.write(&Batch { checkpoint: Some(checkpoint), ..batch(2, &[b"3"]) }).await?;
    storage.write(&batch(3, &[b"4"])).await?;
    let expected = Start {
        device: None,
        covers: 3,
        head: Some(b"head".to_vec()),
        chunks: vec![(0, b"chunk".to_vec())],
        tail: vec![entry(4, b"4")],
    };
    holds!("start", factory.again(&storage).await?.read_start().await?, expected);
    let all = storage.read_entries(&[1..=u32::MAX]).await?;
    holds!("covered entries stay", all.iter().map(|entry| entry.no).collect::<Vec<_>>(), vec![1, 2, 3, 4]);
    Ok(())
}

async fn chunks_are_replaced_one_by_one<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let put = |covers, head: &[u8], chunks: &[(u32, Option<&[u8]>)]| {
        let chunks = chunks.iter().map(|(key, chunk)| (*key, chunk.map(<[u8]>::to_vec))).collect();
        Some(CheckpointWrite { covers, head: head.to_vec(), chunks })
    };
    let first = put(1, b"h1", &[(7, Some(b"seven")), (0, Some(b"zero")), (u32::MAX, Some(b"last"))]);
    storage.write(&Batch { checkpoint: first, ..batch(0, &[b"1"]) }).await?;
    let second = put(2, b"h2", &[(7, Some(b"SEVEN")), (0, None), (300, Some(b"new"))]);
    storage.write(&Batch { checkpoint: second, ..batch(1, &[b"2"]) }).await?;
    let start = storage.read_start().await?;
    let chunks = vec![(7, b"SEVEN".to_vec()), (300, b"new".to_vec()), (u32::MAX, b"last".to_vec())];
    holds!("chunks", start.chunks, chunks);
    holds!("head", start.head, Some(b"h2".to_vec()));
    holds!("tail", start.tail, Vec::new());
    Ok(())
}

async fn entries_are_replaced_with_the_rest_or_not_at_all<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&batch(0, &[b"1", b"a name", b"3"])).await?;
    let replaced = vec![entry(2, b"nothing"), entry(1, b"")];
    let stale = Batch { replaced: replaced.clone(), ..batch(1, &[b"late"]) };
    holds!("a stale writer replaces nothing", storage.write(&stale).await, Err(StorageFault::Stale));
    let all = vec![entry(1, b"1"), entry(2, b"a name"), entry(3, b"3")];
    holds!("as before", storage.read_entries(&[1..=u32::MAX]).await?, all);
    storage.write(&Batch { replaced, ..batch(3, &[b"4"]) }).await?;
    let all = vec![entry(1, b""), entry(2, b"nothing"), entry(3, b"3"), entry(4, b"4")];
    holds!("replaced", factory.again(&storage).await?.read_entries(&[1..=u32::MAX]).await?, all);
    Ok(())
}

async fn any_bytes_come_back<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let all: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
    let written = Batch { device: Some(Vec::new()), ..batch(0, &[b"", &all, &large]) };
    storage.write(&written).await?;
    let start = factory.again(&storage).await?.read_start().await?;
    holds!("device", start.device, Some(Vec::new()));
    let read: Vec<Vec<u8>> = start.tail.into_iter().map(|entry| entry.bytes).collect();
    if read != written.entries {
        return Err(Broken::Contract("entries came back changed".to_owned()));
    }
    Ok(())
}

async fn a_killed_connection_opens_again<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.write(&batch(0, &[b"before"])).await?;
    factory.kill(&storage).await;
    holds!("write", storage.write(&batch(1, &[b"never"])).await, Err(StorageFault::Closed));
    holds!("read", storage.read_start().await.err(), Some(StorageFault::Closed));
    storage.reopen().await?;
    holds!("is there", storage.read_entries(&[1..=u32::MAX]).await?, vec![entry(1, b"before")]);
    storage.write(&batch(1, &[b"after"])).await?;
    storage.reopen().await?;
    holds!("an open one may reopen", storage.read_entries(&[2..=2]).await?, vec![entry(2, b"after")]);
    Ok(())
}

async fn racing_writers_have_one_winner<F: Factory>(factory: &F) -> Told {
    let one = factory.fresh().await?;
    let two = factory.again(&one).await?;
    for round in 0..20 {
        let (by_one, by_two) = (batch(round, &[b"one"]), batch(round, &[b"two"]));
        let (first, second) = futures::future::join(one.write(&by_one), two.write(&by_two)).await;
        let winner: &[u8] = match (first, second) {
            (Ok(()), Err(StorageFault::Stale)) => b"one",
            (Err(StorageFault::Stale), Ok(())) => b"two",
            other => return Err(Broken::Contract(format!("not one winner: {other:?}"))),
        };
        holds!("the winner's", two.read_entries(&[round + 1..=u32::MAX]).await?, vec![entry(round + 1, winner)]);
    }
    Ok(())
}

async fn a_dropped_write_is_whole_or_nothing<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let written = Batch { device: Some(b"device".to_vec()), ..batch(0, &[b"1", b"2", b"3"]) };
    {
        let write = std::pin::pin!(storage.write(&written));
        // One step of the way, then nobody waits for it any more.
        let _ = futures::future::select(write, std::future::ready(())).await;
    }
    let start = factory.again(&storage).await?.read_start().await?;
    match (start.tail.len(), &start.device) {
        (0, None) | (3, Some(_)) => Ok(()),
        other => Err(Broken::Contract(format!("half a batch: {other:?}"))),
    }
}

async fn a_long_journal_comes_in_order<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    for first in (0..600).step_by(200) {
        let entries: Vec<Vec<u8>> = (first..first + 200).map(|no: u32| (no + 1).to_le_bytes().to_vec()).collect();
        storage.write(&Batch { expected_last: first, entries, ..Batch::default() }).await?;
    }
    let read = storage.read_start().await?.tail;
    let expected: Vec<JournalEntry> = (1..=600u32).map(|no| entry(no, &no.to_le_bytes())).collect();
    holds!("order", read, expected);
    Ok(())
}

const EPOCH: Uuid = Uuid::from_u128(7);
const NEXT_EPOCH: Uuid = Uuid::from_u128(8);

/// Names in ascending order.
fn named<const N: usize>() -> [BlobId; N] {
    std::array::from_fn(|n| BlobId([n as u8; 32]))
}

async fn a_picture_is_read_back<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let [a, b, c] = named();
    holds!("nothing here", storage.blob(a).await?, None);
    holds!("no names", storage.blob_ids().await?, Vec::new());
    let large: Vec<u8> = (0..400_000u32).map(|i| (i % 251) as u8).collect();
    storage.put_blob(b, &large, false).await?;
    storage.put_blob(a, b"", true).await?;
    storage.put_blob(a, b"", true).await?;
    let again = factory.again(&storage).await?;
    if again.blob(b).await?.as_ref() != Some(&large) {
        return Err(Broken::Contract("a picture came back changed".to_owned()));
    }
    holds!("an empty one", again.blob(a).await?, Some(Vec::new()));
    holds!("not here", again.blob(c).await?, None);
    holds!("names, ascending", again.blob_ids().await?, vec![a, b]);
    holds!("marked", again.unsent_blobs().await?, vec![a]);
    holds!("the journal", again.read_start().await?, Start::default());
    Ok(())
}

async fn marks_go_when_the_server_has_it<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let [a, b, c] = named();
    for id in [a, b, c] {
        storage.put_blob(id, b"x", true).await?;
    }
    storage.blobs_sent(&[c, a], EPOCH).await?;
    holds!("the other waits", factory.again(&storage).await?.unsent_blobs().await?, vec![b]);
    storage.blobs_sent(&[a], EPOCH).await?;
    storage.blobs_sent(&[], EPOCH).await?;
    holds!("twice does no harm", storage.unsent_blobs().await?, vec![b]);
    holds!("they stay here", storage.blob_ids().await?, vec![a, b, c]);
    Ok(())
}

async fn a_mark_that_is_there_stays<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let [a] = named();
    storage.put_blob(a, b"x", true).await?;
    storage.offer_blobs(NEXT_EPOCH).await?;
    storage.put_blob(a, b"x", true).await?;
    storage.put_blob(a, b"x", false).await?;
    storage.blobs_sent(&[a], EPOCH).await?;
    holds!("offered since", storage.unsent_blobs().await?, vec![a]);
    storage.blobs_sent(&[a], NEXT_EPOCH).await?;
    holds!("and sent", storage.unsent_blobs().await?, Vec::new());
    Ok(())
}

async fn pictures_offered_anew_are_marked<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    storage.offer_blobs(EPOCH).await?;
    holds!("none to offer", storage.unsent_blobs().await?, Vec::new());
    let all: Vec<BlobId> = named::<200>().into();
    for id in &all {
        storage.put_blob(*id, b"x", false).await?;
    }
    holds!("not marked", storage.unsent_blobs().await?, Vec::new());
    storage.offer_blobs(EPOCH).await?;
    holds!("all", factory.again(&storage).await?.unsent_blobs().await?, all);
    storage.blobs_sent(&all, EPOCH).await?;
    holds!("none", storage.unsent_blobs().await?, Vec::new());
    Ok(())
}

async fn pictures_and_the_journal_keep_out_of_each_others_way<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let [a] = named();
    let entry_batch = batch(0, &[b"one"]);
    let (written, kept) = futures::future::join(storage.write(&entry_batch), storage.put_blob(a, b"x", true)).await;
    holds!("both", (written, kept), (Ok(()), Ok(())));
    factory.kill(&storage).await;
    holds!("a dead connection", storage.put_blob(a, b"x", true).await, Err(StorageFault::Closed));
    holds!("a dead connection", storage.blob(a).await, Err(StorageFault::Closed));
    storage.reopen().await?;
    holds!("picture", storage.blob(a).await?, Some(b"x".to_vec()));
    holds!("journal", storage.read_entries(&[1..=u32::MAX]).await?, vec![entry(1, b"one")]);
    Ok(())
}

async fn a_dropped_picture_is_there_with_its_mark_or_not_at_all<F: Factory>(factory: &F) -> Told {
    let storage = factory.fresh().await?;
    let [a] = named();
    {
        let put = std::pin::pin!(storage.put_blob(a, b"x", true));
        let _ = futures::future::select(put, std::future::ready(())).await;
    }
    let again = factory.again(&storage).await?;
    match (again.blob(a).await?, again.unsent_blobs().await?.len()) {
        (None, 0) | (Some(_), 1) => Ok(()),
        other => Err(Broken::Contract(format!("half a picture: {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{MemoryDisk, MemoryStorage};

    struct Memory;

    impl Factory for Memory {
        type Storage = MemoryStorage;
        async fn fresh(&self) -> Result<MemoryStorage, StorageFault> {
            Ok(MemoryDisk::new().open())
        }
        async fn again(&self, of: &MemoryStorage) -> Result<MemoryStorage, StorageFault> {
            Ok(of.disk().open())
        }
        async fn kill(&self, storage: &MemoryStorage) {
            storage.disk().crash();
        }
    }

    #[test]
    fn memory_keeps_the_contract() {
        for outcome in futures::executor::block_on(tell_all(&Memory)) {
            assert_eq!(outcome.problem, None, "{}", outcome.story);
        }
    }
}
