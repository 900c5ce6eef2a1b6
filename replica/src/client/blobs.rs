//! Pictures: kept on the disk first, then sent and fetched beside the log, when nothing of the log waits.

use std::collections::BTreeSet;
use std::rc::Rc;

use protocol::api::{AskBlobs, BlobKept, MissingBlobs};
use protocol::{BlobFault, BlobId, ProblemType, blob};
use uuid::Uuid;

use super::{Body, Change, Client, DISK_PAUSE_MS, Host, Request, Response, ServerFault, Transport, steadily};
use crate::blob_sync::BlobStep;
use crate::storage::{Storage, StorageFault};
use crate::sync::SyncEvent;

/// How long a picture may travel, in milliseconds: it is larger than what else is sent, and nobody waits for it.
const PATIENCE_MS: u64 = 120_000;

/// Why a picture was not kept. Whatever it is, nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepFault {
    /// It is too large, or no picture of a kind that is kept.
    #[error(transparent)]
    Unfit(#[from] BlobFault),
    /// It could not be stored.
    #[error("not saved: {0}")]
    Storage(#[from] StorageFault),
}

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// Keeps a picture. When it answers, the picture is on the disk, and marked to be sent: now an event may name it.
    pub async fn keep_blob(&self, bytes: &[u8]) -> Result<BlobId, KeepFault> {
        blob::check(bytes)?;
        let id = BlobId::of(bytes);
        let storage = &self.0.storage;
        steadily(storage, async || storage.put_blob(id, bytes, true).await).await?;
        self.0.blob_sync.borrow_mut().kept(id);
        self.tell(Change { stored: true, blobs: vec![id], ..Change::default() });
        self.0.blob_wakeup.notify();
        Ok(id)
    }

    /// A picture: from the disk, or from the server, and then it is on the disk too. `None`: neither here nor to be had
    /// now; it is fetched once that is possible, and [`Change::blobs`] tells.
    pub async fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        if let Some(bytes) = self.held_blob(id).await? {
            return Ok(Some(bytes));
        }
        self.want_blobs([id]);
        let _fetching = self.0.fetching.lock().await;
        // Whoever waited for the same one finds it here; whoever waited in vain does not wait once more.
        if let Some(bytes) = self.held_blob(id).await? {
            return Ok(Some(bytes));
        }
        let in_vain = self.0.blob_sync.borrow().is_waiting(self.steady_ms());
        if in_vain || self.0.engine.borrow().is_cut_off() || self.reach().is_none() {
            return Ok(None);
        }
        self.fetch_blob(id).await
    }

    /// These pictures are named by what is here: those that are not are fetched beside everything else, so that they
    /// are there without a network. May be said again and again.
    pub fn want_blobs(&self, ids: impl IntoIterator<Item = BlobId>) {
        if self.0.blob_sync.borrow_mut().named(ids) {
            self.0.blob_wakeup.notify();
        }
    }

    /// Carries pictures to and from the server for as long as it is awaited, beside [`Client::run`] of the same client:
    /// without that it rests. What records name is fetched, now and whenever one of them changes. A fault of the storage
    /// is waited out.
    pub async fn carry(&self)
    where
        S: 'static,
        T: 'static,
        H: 'static,
    {
        let named = self.replica().named_blobs(None);
        self.want_blobs(named);
        let inner = Rc::downgrade(&self.0);
        self.on_change(move |change| {
            if let Some(client) = inner.upgrade().map(Self).filter(|_| change.stored || !change.streams.is_empty()) {
                let named = client.replica().named_blobs(Some(&change.streams));
                client.want_blobs(named);
            }
        });
        loop {
            if self.errand().await.is_err() {
                self.0.host.sleep(DISK_PAUSE_MS).await;
            }
        }
    }

    /// The marks on the disk are these. Says whether that is news.
    pub(super) fn marked(&self, unsent: Vec<BlobId>) -> bool {
        let news = self.0.blob_sync.borrow_mut().marked(unsent);
        if news {
            self.0.blob_wakeup.notify();
        }
        news
    }

    /// The log starts over: the server may have lost any picture.
    pub(super) async fn offer_blobs(&self, epoch: Uuid) -> Result<(), StorageFault> {
        let storage = &self.0.storage;
        steadily(storage, async || storage.offer_blobs(epoch).await).await?;
        self.0.blob_sync.borrow_mut().anew();
        self.reread_marks().await
    }

    async fn reread_marks(&self) -> Result<(), StorageFault> {
        let storage = &self.0.storage;
        self.marked(steadily(storage, async || storage.unsent_blobs().await).await?);
        Ok(())
    }

    async fn held_blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        let storage = &self.0.storage;
        steadily(storage, async || storage.blob(id).await).await
    }

    /// Whether there is time for pictures: the server is within reach, and no event waits on either side.
    fn is_free(&self) -> bool {
        let replica = self.replica();
        let facts = self.facts(&replica);
        facts.connected && facts.pending == 0 && facts.caught_up && self.0.engine.borrow().is_in_touch()
    }

    /// One thing that is to be done for pictures.
    async fn errand(&self) -> Result<(), StorageFault> {
        // What rang so far is seen by what follows.
        self.0.blob_wakeup.notified.set(false);
        let has_named = self.0.blob_sync.borrow().has_named();
        if has_named {
            let storage = &self.0.storage;
            let held = steadily(storage, async || storage.blob_ids().await).await?;
            self.0.blob_sync.borrow_mut().looked_up(held);
        }
        let free = self.is_free();
        let errand = self.0.blob_sync.borrow().next(free, self.steady_ms());
        match errand {
            BlobStep::Rest(until) => {
                self.notified(&self.0.blob_wakeup, until).await;
                Ok(())
            }
            BlobStep::Ask(ids) => self.ask_for(ids).await,
            BlobStep::Send(id) => self.send_blob(id).await,
            BlobStep::Fetch(id) => {
                let _fetching = self.0.fetching.lock().await;
                if self.held_blob(id).await?.is_some() {
                    self.0.blob_sync.borrow_mut().here(id);
                    return Ok(());
                }
                self.fetch_blob(id).await.map(drop)
            }
        }
    }

    /// Which of these does the server lack?
    async fn ask_for(&self, ids: Vec<BlobId>) -> Result<(), StorageFault> {
        let ask = AskBlobs { ids };
        let body = serde_json::to_string(&ask).unwrap_or_default();
        let answer: MissingBlobs = match self.carried("POST", "missing", Some(Body::Json(body))).await.and_then(read) {
            Ok(answer) => answer,
            Err(fault) => {
                self.undone(None, &fault);
                return Ok(());
            }
        };
        if !self.is_of_this_log(answer.epoch, None) {
            return Ok(());
        }
        let missing: BTreeSet<BlobId> = answer.missing.into_iter().collect();
        let there: Vec<BlobId> = ask.ids.iter().copied().filter(|id| !missing.contains(id)).collect();
        self.note_sent(&there, answer.epoch).await?;
        self.0.blob_sync.borrow_mut().asked(&ask.ids, &missing, self.steady_ms(), self.chance());
        Ok(())
    }

    async fn send_blob(&self, id: BlobId) -> Result<(), StorageFault> {
        let Some(bytes) = self.held_blob(id).await? else {
            // A mark and its picture are stored together: the disk has lost something. A person is to hear of it.
            self.give_up(id);
            return Ok(());
        };
        let kept: BlobKept = match self.carried("PUT", &id.to_string(), Some(Body::Bytes(bytes))).await.and_then(read) {
            Ok(kept) => kept,
            Err(ServerFault::Problem(problem))
                if matches!(
                    problem.kind,
                    ProblemType::TooLarge | ProblemType::NotAPicture | ProblemType::WrongBlob
                ) =>
            {
                self.give_up(id);
                return Ok(());
            }
            Err(fault) => {
                self.undone(Some(id), &fault);
                return Ok(());
            }
        };
        if kept.id != id {
            self.undone(Some(id), &ServerFault::Nonsense);
            return Ok(());
        }
        if !self.is_of_this_log(kept.epoch, Some(id)) {
            return Ok(());
        }
        self.note_sent(&[id], kept.epoch).await?;
        self.0.blob_sync.borrow_mut().sent(id);
        Ok(())
    }

    /// Fetches a picture; the lock is held by the caller. Given even where the disk has no room for it.
    async fn fetch_blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StorageFault> {
        let epoch = self.replica().epoch();
        let bytes = match self.carried("GET", &id.to_string(), None).await {
            // One that costs a tablet too much to show may have been kept by a server of before.
            Ok(response) if BlobId::of(&response.body) == id && blob::check(&response.body).is_err() => {
                self.0.blob_sync.borrow_mut().absent(id, self.steady_ms());
                return Ok(None);
            }
            Ok(response) if BlobId::of(&response.body) == id => response.body,
            Ok(_) => {
                self.undone(None, &ServerFault::Nonsense);
                return Ok(None);
            }
            Err(ServerFault::Problem(problem)) if problem.kind == ProblemType::NotFound => {
                self.0.blob_sync.borrow_mut().absent(id, self.steady_ms());
                return Ok(None);
            }
            Err(fault) => {
                self.undone(None, &fault);
                return Ok(None);
            }
        };
        // Where the log started over meanwhile, the server that had it may have it no more.
        let to_send = self.replica().epoch() != epoch;
        let storage = &self.0.storage;
        match steadily(storage, async || storage.put_blob(id, &bytes, to_send).await).await {
            Ok(()) => {
                self.0.blob_sync.borrow_mut().fetched(id);
                if to_send {
                    self.reread_marks().await?;
                }
                self.tell(Change { blobs: vec![id], ..Change::default() });
            }
            Err(_) => self.0.blob_sync.borrow_mut().failed(None, self.steady_ms(), self.chance()),
        }
        Ok(Some(bytes))
    }

    async fn carried(&self, method: &'static str, of: &str, body: Option<Body>) -> Result<Response, ServerFault> {
        let reach = self.reach().ok_or(ServerFault::NotConnected)?;
        let request = Request {
            method,
            url: format!("{}/api/v1/shops/{}/blobs/{of}", reach.server, reach.shop),
            credential: Some(reach.credential),
            body,
            patience_ms: PATIENCE_MS,
        };
        self.exchange(request).await
    }

    /// Whether an answer speaks of the log that is here. If not, a pull finds out, and the picture waits.
    fn is_of_this_log(&self, epoch: Uuid, id: Option<BlobId>) -> bool {
        if self.replica().epoch() == Some(epoch) {
            return true;
        }
        self.0.blob_sync.borrow_mut().failed(id, self.steady_ms(), self.chance());
        self.heard(SyncEvent::News);
        self.0.wakeup.notify();
        false
    }

    /// The server holds these.
    async fn note_sent(&self, ids: &[BlobId], epoch: Uuid) -> Result<(), StorageFault> {
        let before = self.0.blob_sync.borrow().unsent();
        if before == 0 || ids.is_empty() {
            return Ok(());
        }
        let storage = &self.0.storage;
        steadily(storage, async || storage.blobs_sent(ids, epoch).await).await?;
        self.reread_marks().await?;
        if self.0.blob_sync.borrow().unsent() != before {
            self.tell(Change { stored: true, ..Change::default() });
        }
        Ok(())
    }

    fn give_up(&self, id: BlobId) {
        self.0.blob_sync.borrow_mut().refused(id);
        self.tell(Change::default());
    }

    /// A call came to nothing: the next one is due later.
    fn undone(&self, id: Option<BlobId>, fault: &ServerFault) {
        {
            let mut blob_sync = self.0.blob_sync.borrow_mut();
            if matches!(fault, ServerFault::Problem(problem) if problem.kind == ProblemType::StorageFull) {
                blob_sync.full();
            }
            blob_sync.failed(id, self.steady_ms(), self.chance());
        }
        if let ServerFault::Problem(problem) = fault
            && matches!(problem.kind, ProblemType::Unauthenticated | ProblemType::Forbidden)
        {
            self.heard(SyncEvent::Unauthenticated);
        } else {
            self.tell(Change::default());
        }
    }
}

/// Something else than this was not said by the server, but by the sign-in page of a network, say.
fn read<A: serde::de::DeserializeOwned>(response: Response) -> Result<A, ServerFault> {
    serde_json::from_str(&response.text()?).map_err(|_| ServerFault::Nonsense)
}
