//! Pictures, as pages see them: kept with a call, shown by their name, fetched beside everything else. Only what is
//! behind the list reaches this.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{BlobId, BlobKind};
use replica::client::KeepFault;
use replica::storage::StorageFault;

use super::{NAME, ReplicaHandle, Session};
use crate::platform::picture::{self, Chosen, ObjectUrl, PictureFault};
use crate::platform::tabs::Others;
use crate::text::{self, Phrase};

/// So many pictures stay ready to be shown after the last page that showed them went.
const READY: usize = 400;

/// Why a picture was not kept. Whatever it is, nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// The browser can't read it as a picture.
    #[error("not a picture")]
    Unreadable,
    /// It is too large even when it is scaled down.
    #[error("the picture is too large")]
    TooLarge,
    /// It could not be written to the disk.
    #[error("not saved: {0}")]
    NotSaved(#[from] StorageFault),
}

impl NoPicture {
    /// What a person is told.
    pub fn words(&self) -> Phrase {
        match self {
            Self::Unreadable => text::picture::UNREADABLE,
            Self::TooLarge => text::picture::TOO_LARGE,
            Self::NotSaved(StorageFault::Quota) => text::fault::DISK_FULL,
            Self::NotSaved(_) => text::fault::STORAGE_BROKEN,
        }
    }
}

impl From<PictureFault> for NoPicture {
    fn from(fault: PictureFault) -> Self {
        match fault {
            PictureFault::Unreadable => Self::Unreadable,
            PictureFault::TooLarge => Self::TooLarge,
        }
    }
}

impl From<KeepFault> for NoPicture {
    fn from(fault: KeepFault) -> Self {
        match fault {
            KeepFault::Storage(fault) => Self::NotSaved(fault),
            KeepFault::Unfit(protocol::BlobFault::TooLarge(_) | protocol::BlobFault::TooWide(..)) => Self::TooLarge,
            KeepFault::Unfit(protocol::BlobFault::NotAPicture) => Self::Unreadable,
        }
    }
}

/// A picture that pages show. Whoever holds one keeps its address alive.
#[derive(Clone, Debug)]
struct Shown {
    url: ArcRwSignal<Option<String>>,
    holders: Arc<()>,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.holders, &other.holders)
    }
}

struct Ready {
    shown: Shown,
    object: Option<ObjectUrl>,
    /// It is being read.
    developing: bool,
    /// When it was last asked for: a count.
    asked: u64,
}

/// The pictures of this page.
#[derive(Default)]
struct Album {
    ready: BTreeMap<BlobId, Ready>,
    asked: u64,
}

thread_local! {
    static ALBUM: RefCell<Album> = RefCell::default();
}

impl Album {
    /// The picture's place.
    fn place(&mut self, id: BlobId) -> Shown {
        self.asked += 1;
        let asked = self.asked;
        if let Some(ready) = self.ready.get_mut(&id) {
            ready.asked = asked;
            return ready.shown.clone();
        }
        self.make_room();
        let shown = Shown { url: ArcRwSignal::new(None), holders: Arc::default() };
        self.ready.insert(id, Ready { shown: shown.clone(), object: None, developing: false, asked });
        shown
    }

    /// Where there are many, those that nobody shows and that were asked for longest ago go: half of them at once.
    fn make_room(&mut self) {
        let mut idle: Vec<(u64, BlobId)> = (self.ready.iter())
            .filter(|(_, ready)| Arc::strong_count(&ready.shown.holders) == 1)
            .map(|(id, ready)| (ready.asked, *id))
            .collect();
        if idle.len() < READY {
            return;
        }
        idle.sort_unstable();
        for (_, id) in idle.into_iter().take(READY / 2) {
            self.ready.remove(&id);
        }
    }

    /// Whether it is to be read; then it is being read.
    fn begin(&mut self, id: BlobId) -> bool {
        let ready = self.ready.get_mut(&id).filter(|ready| ready.object.is_none() && !ready.developing);
        ready.is_some_and(|ready| {
            ready.developing = true;
            true
        })
    }

    /// It was read, or could not be.
    fn end(&mut self, id: BlobId, bytes: Option<&[u8]>) -> Option<(Shown, String)> {
        let ready = self.ready.get_mut(&id)?;
        ready.developing = false;
        let media_type = BlobKind::of(bytes?).map_or("application/octet-stream", BlobKind::media_type);
        let object = picture::object_url(bytes?, media_type)?;
        let url = object.as_str().to_owned();
        ready.object = Some(object);
        Some((ready.shown.clone(), url))
    }

    /// Those that could not be shown yet.
    fn awaited(&self) -> Vec<BlobId> {
        self.ready.iter().filter(|(_, ready)| ready.object.is_none()).map(|(id, _)| *id).collect()
    }
}

/// Shows a picture to all who asked for it, where it is to be had.
async fn develop(handle: Rc<ReplicaHandle>, id: BlobId) {
    if !ALBUM.with_borrow_mut(|album| album.begin(id)) {
        return;
    }
    let bytes = handle.blob(id).await.ok().flatten();
    let shown = ALBUM.with_borrow_mut(|album| album.end(id, bytes.as_deref()));
    // Outside of the borrow: whoever hears of it may ask for the next one.
    if let Some((shown, url)) = shown {
        shown.url.set(Some(url));
    }
}

fn develop_all(handle: &Rc<ReplicaHandle>, ids: impl IntoIterator<Item = BlobId>) {
    for id in ids {
        spawn_local(develop(Rc::clone(handle), id));
    }
}

impl Session {
    /// Scales a picture down and keeps it. Answers with its name when it is on the disk: now an act may name it.
    pub async fn take_picture(self, chosen: Chosen, longest_px: u32) -> Result<String, NoPicture> {
        let bytes = picture::scaled(&chosen, longest_px).await?;
        self.keep_picture(&bytes).await
    }

    /// Keeps a picture as it is. Answers with its name when it is on the disk.
    pub async fn keep_picture(self, bytes: &[u8]) -> Result<String, NoPicture> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        Ok(handle.keep_blob(bytes).await?.to_string())
    }

    /// Where a picture is shown from: nothing until it is here, and nothing where there is none of that name. The same
    /// picture is read once, however many show it.
    pub fn picture(self, id: Signal<Option<String>>) -> Signal<Option<String>> {
        let shown = Memo::new(move |_| {
            let id = id.with(|id| BlobId::parse(id.as_deref()?))?;
            let shown = ALBUM.with_borrow_mut(|album| album.place(id));
            if shown.url.with_untracked(Option::is_none)
                && let Some(handle) = self.handle()
            {
                develop_all(&handle, [id]);
            }
            Some(shown)
        });
        Signal::derive(move || shown.with(|shown| shown.as_ref()?.url.get()))
    }

    /// Sends and fetches pictures from now on; once for each page, when the shop is open.
    pub fn carry_pictures(self) {
        let Some(handle) = self.handle() else { return };
        // What another tab fetched is here too.
        let others = {
            let handle = Rc::clone(&handle);
            Others::join(&format!("{NAME}-pictures"), move || {
                develop_all(&handle, ALBUM.with_borrow(Album::awaited));
            })
        };
        let listening = Rc::downgrade(&handle);
        handle.on_change(move |change| {
            if change.blobs.is_empty() {
                return;
            }
            others.tell();
            if let Some(handle) = listening.upgrade() {
                let awaited = ALBUM.with_borrow(Album::awaited);
                develop_all(&handle, change.blobs.iter().copied().filter(|id| awaited.contains(id)));
            }
        });
        develop_all(&handle, ALBUM.with_borrow(Album::awaited));
        spawn_local(async move { handle.carry().await });
    }
}
