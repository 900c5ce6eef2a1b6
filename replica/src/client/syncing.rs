//! Keeping in step with the server: the engine says what is next, and hears what came of it.

use std::pin::pin;

use domain::Day;
use futures::future::{Either, select};
use protocol::api::{JoinShop, Joined, LiveHello, Pairing, Poke, Pulled, Pushed};
use protocol::{MAX_PULL_EVENTS, MAX_PUSH_EVENTS, ProblemType};
use uuid::Uuid;

use super::{
    ActFault, CHECKPOINT_AGAIN, Change, Client, DISK_PAUSE_MS, FIRST_PULL_EVENTS, Host, Live, LiveMessage, Notify,
    PATIENCE_MS, Request, ServerFault, Transport, Unreachable,
};
use crate::clock::Reading;
use crate::replica::{ActContext, Intake, Prepared, Replica, SyncFault};
use crate::storage::{Storage, StorageFault};
use crate::sync::{Facts, State, Step, SyncEvent};

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// The page returned, the network did, or a person asks: sync at once.
    pub fn wake(&self) {
        self.0.woken.set(true);
        self.0.wakeup.notify();
    }

    /// Whether the server has everything, and everything of the server's that was heard of is here.
    pub fn is_settled(&self) -> bool {
        self.sync_state().state == State::Synced
    }

    pub(super) fn facts(&self, replica: &Replica) -> Facts {
        let device = replica.device();
        Facts {
            connected: device.credential.is_some() && device.server.is_some() && device.shop.is_some(),
            pending: replica.pending(),
            caught_up: replica.is_caught_up(),
            settling: replica.is_settling(),
            blobs: self.0.blob_sync.borrow().unsent(),
            identity_rotation_due: replica.may_rotate_identity(),
        }
    }

    /// A number to spread delays with.
    pub(super) fn chance(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0.host.random();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    pub(super) fn heard(&self, heard: SyncEvent) {
        let random = self.chance();
        let before = self.sync_state();
        self.0.engine.borrow_mut().heard(heard, self.steady_ms(), random);
        if heard == SyncEvent::Wake {
            self.0.blob_sync.borrow_mut().woken();
        }
        self.0.blob_wakeup.notify();
        if self.sync_state() != before {
            self.tell(Change::default());
        }
    }

    /// Keeps the shop's tablets together for as long as it is awaited; dropping it stops. One tab does this (the one
    /// that holds the Web Lock); two that do are no harm. A fault of the storage is waited out.
    pub async fn run(&self) {
        let mut live: Option<T::Live> = None;
        // An earlier run's socket is gone.
        self.wake();
        loop {
            if self.turn(&mut live).await.is_err() {
                // The disk does not do what is asked: acts say so to the person; here it is tried again.
                self.heard(SyncEvent::Busy(None));
                select(pin!(self.0.host.sleep(DISK_PAUSE_MS)), pin!(self.0.wakeup.rings())).await;
            }
        }
    }

    /// One step of syncing.
    async fn turn(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        // What rang so far is seen by what follows.
        self.0.wakeup.notified.set(false);
        if self.0.woken.take() {
            *live = None;
            self.heard(SyncEvent::Wake);
        }
        self.maintain().await;
        self.erase().await;
        let step = {
            let replica = self.replica();
            self.0.engine.borrow().next(&self.facts(&replica), self.steady_ms())
        };
        match step {
            Step::Rest(until) => self.rest(until, live).await,
            Step::Push => self.push(live).await,
            Step::Pull { wait_seconds, whole } => self.pull(wait_seconds, whole, live).await,
            Step::RotateIdentity => self.succeed(live).await,
            Step::Listen => {
                let Some(reach) = self.reach() else { return Ok(()) };
                let hello = serde_json::to_string(&LiveHello { credential: reach.credential }).unwrap_or_default();
                let url = format!("{}/api/v1/shops/{}/live", reach.server, reach.shop);
                match self.within(PATIENCE_MS, self.0.transport.listen(url, hello)).await {
                    Ok(socket) => {
                        *live = Some(socket);
                        self.heard(SyncEvent::Listening);
                    }
                    Err(Unreachable) => self.heard(SyncEvent::SocketClosed),
                }
                Ok(())
            }
        }
    }

    /// Writes a checkpoint when one is due. It only makes starts quicker: when it fails, the rest goes on.
    pub async fn maintain(&self) {
        let due = |replica: &Replica| replica.checkpoint_due() && replica.last_no() >= self.0.checkpoint_from.get();
        if !due(&self.replica()) {
            return;
        }
        let _writing = self.0.writing.lock().await;
        let checkpoint = self.replica().checkpoint();
        if self.store(checkpoint).await.is_err() {
            self.0.checkpoint_from.set(self.replica().last_no().saturating_add(CHECKPOINT_AGAIN));
        }
    }

    /// Waits until the bell rings, or until this moment.
    pub(super) async fn notified(&self, wakeup: &Notify, until: Option<i64>) {
        let wait = async {
            match until {
                Some(until) => {
                    let ms = u64::try_from(until.saturating_sub(self.steady_ms())).unwrap_or(0);
                    self.0.host.sleep(ms).await;
                }
                None => std::future::pending().await,
            }
        };
        select(pin!(wakeup.rings()), pin!(wait)).await;
    }

    async fn rest(&self, until: Option<i64>, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let woken = self.notified(&self.0.wakeup, until);
        match self.meanwhile(woken, live).await {
            Meanwhile::Done(()) => Ok(()),
            Meanwhile::LiveMessage(said) => self.said(said, live).await,
        }
    }

    /// Awaits something, or what the live socket says before it is there.
    async fn meanwhile<A>(&self, work: impl Future<Output = A>, live: &mut Option<T::Live>) -> Meanwhile<A> {
        let Some(socket) = live else { return Meanwhile::Done(work.await) };
        match select(pin!(work), pin!(socket.next())).await {
            Either::Left((done, _)) => Meanwhile::Done(done),
            Either::Right((said, _)) => Meanwhile::LiveMessage(said),
        }
    }

    /// Awaits a call; what the live socket says meanwhile is taken in at once.
    async fn calling<A>(&self, call: impl Future<Output = A>, live: &mut Option<T::Live>) -> Result<A, StorageFault> {
        let mut call = pin!(call);
        loop {
            match self.meanwhile(call.as_mut(), live).await {
                Meanwhile::Done(answer) => return Ok(answer),
                Meanwhile::LiveMessage(said) => self.said(said, live).await?,
            }
        }
    }

    async fn said(&self, said: LiveMessage, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let poke = match said {
            LiveMessage::Text(text) => serde_json::from_str::<Poke>(&text).ok(),
            LiveMessage::Closed(code) => {
                *live = None;
                self.heard(if code == Some(4401) { SyncEvent::Unauthenticated } else { SyncEvent::SocketClosed });
                return Ok(());
            }
        };
        let Some(poke) = poke else {
            *live = None;
            self.heard(SyncEvent::SocketClosed);
            return Ok(());
        };
        self.note_clock(poke.server_time, None);
        self.0.replica.borrow_mut().heard_head(poke.head);
        match self.take(|replica| replica.read_poke(&poke)).await? {
            Ok(()) => self.heard(SyncEvent::Poke),
            // Whatever did not fit: a pull finds out.
            Err(_) => self.heard(SyncEvent::News),
        }
        Ok(())
    }

    /// The server said what time it is; `asked`: when it was asked, where it did not wait with its answer.
    fn note_clock(&self, server_time: i64, asked: Option<Reading>) {
        self.0.told_ms.set(Some(server_time));
        let wrong = {
            let mut clock = self.0.clock.borrow_mut();
            let before = clock.wrong();
            clock.heard(server_time, asked, self.reading());
            self.keep_clock(&mut clock);
            before != clock.wrong()
        };
        if wrong {
            self.tell(Change::default());
        }
    }

    /// Takes a change of the log in, and stores it.
    async fn take(
        &self,
        read: impl Fn(&Replica) -> Result<Intake, SyncFault>,
    ) -> Result<Result<(), SyncFault>, StorageFault> {
        self.settle(|replica| {
            let intake = read(replica)?;
            replica.take(&intake)
        })
        .await
    }

    /// Works something of the server's into the replica, and stores it; again while other tabs are quicker.
    async fn settle(
        &self,
        mut work: impl FnMut(&mut Replica) -> Result<Option<Prepared>, SyncFault>,
    ) -> Result<Result<(), SyncFault>, StorageFault> {
        let _writing = self.0.writing.lock().await;
        let mut reopenings = 0;
        loop {
            let worked = work(&mut self.0.replica.borrow_mut());
            match worked {
                Ok(None) => return Ok(Ok(())),
                Ok(Some(prepared)) => match self.store(prepared).await {
                    Ok(()) => return Ok(Ok(())),
                    Err(StorageFault::Stale) => {}
                    Err(fault) => return Err(fault),
                },
                Err(SyncFault::MissingEntries(wanting)) => self.fetch(wanting, &mut reopenings, true).await?,
                Err(fault) => return Ok(Err(fault)),
            }
        }
    }

    async fn push(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let Some(reach) = self.reach() else { return Ok(()) };
        let kept = self.0.sent.borrow().clone();
        let outgoing = match kept {
            Some(sent) if self.0.engine.borrow().is_uncertain() && self.replica().is_waiting(&sent) => sent,
            _ => {
                let mut reopenings = 0;
                let outgoing = loop {
                    let outgoing = self.replica().outgoing(MAX_PUSH_EVENTS, self.0.push_bytes.get());
                    match outgoing {
                        Ok(outgoing) => break outgoing,
                        Err(wanting) => self.fetch(wanting, &mut reopenings, false).await?,
                    }
                };
                let Some(outgoing) = outgoing else {
                    self.0.engine.borrow_mut().nothing_to_push();
                    let unsendable = !self.replica().is_settling() && self.replica().pending() > 0;
                    if unsendable {
                        let before = self.replica().pending();
                        let _ = self.settle(|replica| Ok(replica.set_aside())).await?;
                        if self.replica().pending() == before {
                            self.heard(SyncEvent::InvalidAnswer);
                        }
                    }
                    return Ok(());
                };
                self.0.sent.replace(Some(outgoing.clone()));
                outgoing
            }
        };
        self.0.engine.borrow_mut().pushing();
        let path = format!("/shops/{}/push", reach.shop);
        let body = Some(outgoing.body.clone());
        let credential = outgoing.credential.as_ref().map_or(reach.credential.as_str(), |mine| &mine.0);
        let asked = self.reading();
        let call = self.call("POST", &reach.server, &path, Some(credential), body);
        let answer = match self.calling(call, live).await? {
            Ok(answer) => answer,
            Err(ServerFault::Problem(problem)) if problem.kind == ProblemType::TooLarge && outgoing.len() > 1 => {
                self.0.push_bytes.set(outgoing.body.len() / 2);
                self.heard(SyncEvent::TooMuch);
                return Ok(());
            }
            Err(fault) => return self.failed(fault).await,
        };
        let Ok(answer) = serde_json::from_str::<Pushed>(&answer) else {
            self.heard(misread(&answer));
            return Ok(());
        };
        self.note_clock(answer.server_time, Some(asked));
        let taken = self.settle(|replica| replica.pushed(&outgoing, &answer)).await?;
        self.0.sent.replace(None);
        self.concluded(taken, SyncEvent::Pushed).await
    }

    /// Another device has this one's identity: takes a new one. With the old one it lets itself in as a new device.
    async fn succeed(&self, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let former = self.replica().device().clone();
        let (Some(server), Some(shop)) = (former.server, former.shop) else { return Ok(()) };
        let pending_identity = self.0.pending_identity.get().unwrap_or_else(|| {
            let mut random = || self.0.host.random();
            let now_ms = self.now_ms();
            ActContext { now_ms, is_told: false, day: Day::default(), actor: None, random: &mut random }.id()
        });
        self.0.pending_identity.set(Some(pending_identity));
        let join = async |pairing: Pairing| {
            let join = JoinShop { pairing_code: pairing.code, device: pending_identity, code: None, credential: None };
            self.ask::<Joined>("POST", &server, "/devices", None, Some(&join)).await
        };
        let call = async {
            match join(self.pairing_code().await?).await {
                // An answer to this was lost: the new one is in the shop, and brings nothing to show for it.
                Err(ServerFault::Problem(problem)) if problem.kind == ProblemType::DeviceKnown => {
                    join(self.code_to_let_in(pending_identity).await?).await
                }
                joined => joined,
            }
        };
        let joined = match self.calling(call, live).await? {
            Ok(joined) if joined.shop == shop => joined,
            Ok(_) => return self.failed(ServerFault::Nonsense).await,
            Err(fault) => return self.failed(fault).await,
        };
        let id = former.id;
        match self.write(|replica, mut moment| replica.succeed(id, &joined, &mut moment)).await {
            Ok(()) => {}
            Err(ActFault::Storage(fault)) => return Err(fault),
            Err(ActFault::Rejected(_) | ActFault::Refused(_)) => self.heard(SyncEvent::InvalidAnswer),
        }
        // Something was done meanwhile: that is sent first, and the same is asked for again.
        if self.replica().device().id != id {
            self.0.pending_identity.set(None);
            // Who it is now listens on a socket of its own.
            self.wake();
        }
        Ok(())
    }

    async fn pull(&self, wait_seconds: u64, whole: bool, live: &mut Option<T::Live>) -> Result<(), StorageFault> {
        let Some(reach) = self.reach() else { return Ok(()) };
        self.0.engine.borrow_mut().pulling();
        let after = self.replica().cursor();
        let own = if whole { "full" } else { "brief" };
        let limit = if after == 0 { FIRST_PULL_EVENTS } else { MAX_PULL_EVENTS };
        let idle = self.idle_here().await?;
        let path =
            format!("/shops/{}/pull?after={after}&limit={limit}&wait={wait_seconds}&own={own}{idle}", reach.shop);
        let request = Request {
            method: "GET",
            url: format!("{}/api/v1{path}", reach.server),
            credential: Some(reach.credential),
            body: None,
            patience_ms: PATIENCE_MS + wait_seconds * 1_000,
        };
        let patience_ms = request.patience_ms;
        let asked = Some(self.reading());
        let call = self.within(patience_ms, self.0.transport.call(request));
        let answer = if wait_seconds > 0 {
            // Given up as soon as there is something to do.
            match select(pin!(call), pin!(self.0.wakeup.rings())).await {
                Either::Left((answer, _)) => answer,
                Either::Right(((), _)) => return Ok(()),
            }
        } else {
            self.calling(call, live).await?
        };
        let answer = answer.and_then(|response| Ok((response.status, response.retry_after, response.text()?)));
        let answer = match answer {
            Ok((200, _, text)) => text,
            Ok((_, Some(seconds), _)) => {
                self.heard(SyncEvent::Busy(Some(seconds.saturating_mul(1_000))));
                return Ok(());
            }
            Ok((.., text)) => {
                let problem = serde_json::from_str(&text);
                return self.failed(problem.map_or(ServerFault::Nonsense, ServerFault::Problem)).await;
            }
            Err(Unreachable) => return self.failed(ServerFault::Unreachable(Unreachable)).await,
        };
        let Ok(pulled) = serde_json::from_str::<Pulled>(&answer) else {
            self.heard(misread(&answer));
            return Ok(());
        };
        self.note_clock(pulled.server_time, asked.filter(|_| wait_seconds == 0));
        let taken = self.take(|replica| replica.read_pulled(after, whole, &pulled)).await?;
        self.concluded(taken, SyncEvent::Answer).await
    }

    /// Query parameters of a pull telling the server that the outbox was empty at its own time `told_ms`; empty when it was
    /// not. What other tabs have just done counts, and what the server put aside: that is in no log. The time is the one
    /// that was told last: this call may be on its way for hours.
    async fn idle_here(&self) -> Result<String, StorageFault> {
        let Some(told_ms) = self.0.told_ms.get() else { return Ok(String::new()) };
        let is_idle =
            |replica: &Replica| replica.pending() == 0 && !replica.is_settling() && replica.quarantined().is_empty();
        if !is_idle(&self.replica()) {
            return Ok(String::new());
        }
        self.refresh().await?;
        let replica = self.replica();
        let epoch = replica.epoch().filter(|_| is_idle(&replica));
        Ok(epoch.map(|epoch| format!("&idle_ms={told_ms}&epoch={epoch}")).unwrap_or_default())
    }

    /// An answer was worked in, or does not fit.
    async fn concluded(&self, taken: Result<(), SyncFault>, answered: SyncEvent) -> Result<(), StorageFault> {
        match taken {
            Ok(()) => self.heard(answered),
            Err(SyncFault::Gap) => self.heard(SyncEvent::Mismatch { whole: false }),
            Err(SyncFault::UnknownOwn) => self.heard(SyncEvent::Mismatch { whole: true }),
            Err(SyncFault::AnotherLog(epoch)) => self.begin_anew(epoch).await?,
            Err(SyncFault::Malformed | SyncFault::MissingEntries(_)) => self.heard(SyncEvent::InvalidAnswer),
        }
        Ok(())
    }

    async fn begin_anew(&self, epoch: Uuid) -> Result<(), StorageFault> {
        self.0.sent.replace(None);
        // Before the log starts over: a crash in between marks them once more, and loses none.
        self.offer_blobs(epoch).await?;
        let begun = self.settle(|replica| Ok(Some(replica.restart(epoch)))).await?;
        self.heard(if begun.is_ok() { SyncEvent::AnotherLog } else { SyncEvent::InvalidAnswer });
        Ok(())
    }

    async fn failed(&self, fault: ServerFault) -> Result<(), StorageFault> {
        match fault {
            ServerFault::Unreachable(_) => self.heard(SyncEvent::NoAnswer),
            ServerFault::Problem(problem) => match problem.kind {
                ProblemType::Unauthenticated | ProblemType::Forbidden => self.heard(SyncEvent::Unauthenticated),
                ProblemType::Gone => {
                    let epoch = self.replica().epoch().unwrap_or_default();
                    self.begin_anew(epoch).await?;
                }
                ProblemType::TooMany | ProblemType::StorageFull | ProblemType::Unavailable | ProblemType::Internal => {
                    self.heard(SyncEvent::Busy(None));
                }
                ProblemType::Malformed
                | ProblemType::BadSetupCode
                | ProblemType::BadPairingCode
                | ProblemType::DeviceKnown
                | ProblemType::NoMoreDevices
                | ProblemType::NotFound
                | ProblemType::TooLarge
                | ProblemType::MalformedEvent
                | ProblemType::OversizedEvent
                | ProblemType::ForeignEvent
                | ProblemType::IdTaken
                | ProblemType::NotAPicture
                | ProblemType::WrongBlob
                | ProblemType::LastDevice
                | ProblemType::Unknown => self.heard(SyncEvent::InvalidAnswer),
            },
            // A gateway in between answers in words of its own: the server is not to be had.
            ServerFault::Nonsense => self.heard(SyncEvent::NoAnswer),
            ServerFault::Act(_) | ServerFault::NotConnected => {}
        }
        Ok(())
    }
}

/// What an answer is that can't be read. Something else than JSON was not said by the server, but by the sign-in page
/// of a network, say, which answers everything in its place.
fn misread(answer: &str) -> SyncEvent {
    match serde_json::from_str::<serde::de::IgnoredAny>(answer) {
        Ok(_) => SyncEvent::InvalidAnswer,
        Err(_) => SyncEvent::NoAnswer,
    }
}

enum Meanwhile<A> {
    Done(A),
    LiveMessage(LiveMessage),
}
