//! Who holds a connection. Where there is no room for another, the one goes that has the least claim to stay: first
//! those that have asked for nothing yet, then those that have asked without a credential; of these one of the address
//! that holds most, and of those the oldest. A tablet says who it is at once, so a silent crowd makes room for it even
//! behind the same address. Those of known devices stay, but for the last places: these are for who comes, and a device
//! that holds most gives its oldest up for them.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use uuid::Uuid;

use crate::limits::Limits;
use crate::services::attempts::network;

/// How long a newcomer waits for the place of one that was told to go.
const FREED_WITHIN: Duration = Duration::from_secs(1);
/// Of so many places one is for who has not said yet who they are.
const ONE_FOR_NEWCOMERS_OF: usize = 16;
/// Files that are open for anything but connections: the database's, the app's, the listener.
const OTHER_FILES: usize = 64;

/// All connections.
pub struct Connections {
    places: Arc<Semaphore>,
    per_address: usize,
    per_device: usize,
    of_devices: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    next: u64,
    all: HashMap<u64, Entry>,
}

struct Entry {
    address: IpAddr,
    claim: Claim,
    /// When it last rose to its claim, as a number that only grows.
    since: u64,
    gone: CancellationToken,
}

/// What speaks for keeping a connection, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Silent,
    Asked,
    Known(Uuid),
}

/// A connection's place among all, given back when it is dropped.
pub struct Guest {
    id: u64,
    all: Arc<Connections>,
    gone: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Connections {
    /// None yet. Behind a proxy all come from its address, for all devices.
    pub fn new(limits: &Limits, behind_proxy: bool) -> Arc<Self> {
        let room = open_files().saturating_sub(OTHER_FILES).clamp(1, limits.connections.max(1));
        let unless_proxy = |most: usize| if behind_proxy { usize::MAX } else { most };
        Arc::new(Self {
            places: Arc::new(Semaphore::new(room)),
            per_address: unless_proxy(limits.connections_per_address),
            per_device: unless_proxy(limits.connections_per_device),
            of_devices: room - room / ONE_FOR_NEWCOMERS_OF,
            held: Mutex::default(),
        })
    }

    /// A place for a newcomer, another's where there is none free. `None` where everyone has a better claim.
    pub async fn arrive(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Guest>> {
        let address = network(address);
        {
            let mut held = self.held();
            let own = held.all.values().filter(|entry| entry.address == address).count();
            if own >= self.per_address && !held.dismiss(|entry| entry.address == address) {
                return None;
            }
        }
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) if self.held().dismiss(|_| true) => {
                timeout(FREED_WITHIN, Arc::clone(&self.places).acquire_owned()).await.ok()?.ok()?
            }
            Err(_) => return None,
        };
        let gone = CancellationToken::new();
        let mut held = self.held();
        let id = held.turn();
        held.all.insert(id, Entry { address, claim: Claim::Silent, since: id, gone: gone.clone() });
        Some(Arc::new(Guest { id, all: Arc::clone(self), gone, _place: place }))
    }

    /// All that have asked for nothing go.
    pub fn dismiss_silent(&self) {
        self.held().all.values().filter(|entry| entry.claim == Claim::Silent).for_each(|entry| entry.gone.cancel());
    }

    /// All go.
    pub fn dismiss_all(&self) {
        self.held().all.values().for_each(|entry| entry.gone.cancel());
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn turn(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Sends one of these away: the one with the least claim, of the address with most of those. False: all are known.
    fn dismiss(&mut self, of: impl Fn(&Entry) -> bool) -> bool {
        let strangers = || self.all.iter().filter(|(_, entry)| of(entry) && !matches!(entry.claim, Claim::Known(_)));
        let Some(least) = strangers().map(|(_, entry)| entry.claim).min() else { return false };
        let mut by_address = HashMap::<IpAddr, (usize, u64, u64)>::new();
        for (id, entry) in strangers().filter(|(_, entry)| entry.claim == least) {
            let (count, since, oldest) = by_address.entry(entry.address).or_insert((0, u64::MAX, 0));
            *count += 1;
            if entry.since < *since {
                (*since, *oldest) = (entry.since, *id);
            }
        }
        let most = by_address.into_values().max_by_key(|(count, since, _)| (*count, u64::MAX - since));
        self.go(most.map(|(.., id)| id))
    }

    fn go(&mut self, id: Option<u64>) -> bool {
        let entry = id.and_then(|id| self.all.remove(&id));
        entry.is_some_and(|entry| {
            entry.gone.cancel();
            true
        })
    }
}

impl Guest {
    /// It has asked for something.
    pub fn asked(&self) {
        let mut held = self.all.held();
        let since = held.turn();
        if let Some(entry) = held.all.get_mut(&self.id) {
            entry.claim = entry.claim.max(Claim::Asked);
            entry.since = since;
        }
    }

    /// It has shown a device's credential. Where that device holds too many, its oldest goes; where all devices together
    /// do, the oldest of the one that holds most.
    pub fn known(&self, device: Uuid) {
        let mut held = self.all.held();
        let Some(entry) = held.all.get_mut(&self.id) else { return };
        let claim = Claim::Known(device);
        if entry.claim == claim {
            return;
        }
        entry.claim = claim;
        let mut by_device = HashMap::<Uuid, (usize, u64, u64)>::new();
        for (id, entry) in &held.all {
            let Claim::Known(device) = entry.claim else { continue };
            let (count, since, oldest) = by_device.entry(device).or_insert((0, u64::MAX, 0));
            *count += 1;
            if *id != self.id && entry.since < *since {
                (*since, *oldest) = (entry.since, *id);
            }
        }
        let known = by_device.values().map(|(count, ..)| count).sum::<usize>();
        let own = by_device.get(&device).copied().filter(|(count, ..)| *count > self.all.per_device);
        let most = || by_device.into_values().filter(|_| known > self.all.of_devices).max_by_key(|(count, ..)| *count);
        let oldest = own.or_else(most).map(|(.., oldest)| oldest);
        held.go(oldest);
    }

    /// Ends when it is told to go.
    pub async fn gone(&self) {
        self.gone.cancelled().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.all.held().all.remove(&self.id);
    }
}

/// How many files the process may open.
#[cfg(unix)]
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn open_files() -> usize {
    usize::MAX
}

/// A connection's bytes: they end when it is told to go, or when nobody takes for too long what was said.
pub struct Watched {
    socket: TcpStream,
    gone: Pin<Box<WaitForCancellationFutureOwned>>,
    patience: Duration,
    unread: Option<Pin<Box<Sleep>>>,
    _guest: Arc<Guest>,
}

impl Watched {
    /// Watches a socket.
    pub fn new(socket: TcpStream, guest: Arc<Guest>, patience: Duration) -> Self {
        let gone = Box::pin(guest.gone.clone().cancelled_owned());
        Self { socket, gone, patience, unread: None, _guest: guest }
    }

    fn stays(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.gone.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// What a write says, unless it can't be done for too long.
    fn written<A>(&mut self, cx: &mut Context<'_>, said: Poll<io::Result<A>>) -> Poll<io::Result<A>> {
        if said.is_ready() {
            self.unread = None;
            return said;
        }
        let patience = self.patience;
        ready!(self.unread.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stays(cx)?;
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stays(cx)?;
        let said = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.written(cx, said)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stays(cx)?;
        let said = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.written(cx, said)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
