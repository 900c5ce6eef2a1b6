//! A server that does not do what it is asked: its disk is full, or fails at the commit, and heals; it puts events
//! aside; it does not know a tablet any more, which comes in again by what it had or by a code drawn for it; and a
//! tablet that is lost, in whose place another comes.

use std::sync::atomic::AtomicU64;

use protocol::ProblemType;
use replica::client::ServerFault;
use replica::sync::State;

use super::*;

/// How many calls the server refused because of its disk, and how many it had done all the same, in all runs.
pub static REFUSED: AtomicU64 = AtomicU64::new(0);
pub static DONE_ALL_THE_SAME: AtomicU64 = AtomicU64::new(0);
/// How many events the server put aside, in all runs.
pub static PUT_ASIDE: AtomicU64 = AtomicU64::new(0);
/// How many tablets came in again by what they had, by a code drawn for them, and in place of a lost one, in all runs.
pub static BY_PROOF: AtomicU64 = AtomicU64::new(0);
pub static BY_CODE: AtomicU64 = AtomicU64::new(0);
pub static REPLACED: AtomicU64 = AtomicU64::new(0);

const SERVER: &str = "http://server";

/// What happens of that in a run, and chance of its own.
pub struct Refusals {
    chance: Chance,
    fails: bool,
    /// Tablets are turned out.
    pub turns_out: bool,
    /// Own events are put aside: in runs without goods, of which all tablets would not tell the same then.
    puts_aside: bool,
}

impl Refusals {
    pub fn seeded(seed: u64) -> Self {
        let mut chance = Chance::seeded(seed ^ 0xd15c);
        let (fails, turns_out) = (chance.percent(30), chance.percent(20));
        Self { fails, turns_out, puts_aside: seed.is_multiple_of(4) && chance.percent(40), chance }
    }
    /// How many calls that write fail as a tablet comes.
    pub fn at_first(&mut self) -> u32 {
        if self.fails { self.chance.below(3) as u32 } else { 0 }
    }
}

impl Simulation {
    pub(super) fn refuse(&mut self) {
        let mut it = std::mem::replace(&mut self.refusals, Refusals::seeded(1));
        if it.fails && it.chance.percent(8) {
            self.world.server().borrow_mut().fails += 1 + it.chance.below(4) as u32;
        }
        // Who is called what, and what was spoilt, is not told from what was put aside or lost.
        let alone = !self.may.copied && self.spoilt == 0;
        if it.puts_aside && alone && it.chance.percent(8) {
            self.world.server().borrow_mut().puts_aside += 1;
        }
        if it.turns_out && alone {
            let nth = it.chance.below(self.tablets.len());
            match it.chance.below(40) {
                0 | 1 => {
                    if let Some(tab) = self.tablets[nth].tabs.first() {
                        let proves = it.chance.percent(60);
                        self.world.server().borrow_mut().turn_out(tab.replica().device().id, proves);
                    }
                }
                2..6 => self.replace(nth),
                6..16 => self.let_in(),
                _ => {}
            }
        }
        self.refusals = it;
        // Time may have passed, and who died in it starts again.
        self.revive();
    }

    /// Whoever is told that the server does not know them is let in again: by what they had or, where that is not
    /// enough, by a code that another tablet draws for them. Where that fails, it is tried another time.
    pub(super) fn let_in(&mut self) {
        let tabs: Vec<Option<Tab>> = self.tablets.iter().map(|tablet| tablet.tabs.first().cloned()).collect();
        let is_out = |tab: &&Tab| tab.sync_state().state == State::NeedsAuth;
        let helper = tabs.iter().flatten().find(|tab| !is_out(tab)).cloned();
        for (nth, tab) in tabs.into_iter().enumerate() {
            let Some(tab) = tab.filter(|tab| is_out(&tab)) else { continue };
            let helper = helper.clone();
            self.spawn(nth, async move {
                // With nobody left it is the operator's code.
                let Some(helper) = helper else { return drop(tab.join_again("operator").await) };
                let Ok(pairing) = helper.pairing_code().await else { return };
                match tab.join_again(&pairing.code).await {
                    Ok(()) => drop(BY_PROOF.fetch_add(1, Ordering::Relaxed)),
                    Err(ServerFault::Problem(problem)) if problem.kind == ProblemType::DeviceKnown => {
                        let id = tab.replica().device().id;
                        let Ok(pairing) = helper.code_to_let_in(id).await else { return };
                        if tab.join_again(&pairing.code).await.is_ok() {
                            BY_CODE.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    Err(_) => {}
                }
            });
        }
    }

    /// A tablet that had sent everything is lost, and revoked; a new one comes in its place. (What a lost one had not
    /// sent is lost with it, and a restored server can't be given it again.)
    fn replace(&mut self, nth: usize) {
        let last_no = self.tablets[nth].disk.last_no();
        let has_sent = |tab: &Tab| tab.replica().pending() == 0 && tab.replica().last_no() == last_no;
        let tabs = &self.tablets[nth].tabs;
        // Another tab may have kept a picture that the one that carries has not heard of.
        let pictures = futures::executor::block_on(self.tablets[nth].disk.open().unsent_blobs());
        let all_kept = pictures.is_ok_and(|unsent| unsent.is_empty());
        let is_settled = tabs.first().is_some_and(Tab::is_settled) && all_kept;
        let all_sent = is_settled && tabs.iter().all(has_sent);
        if !all_sent || self.may.restored || self.is_dead(nth) {
            return;
        }
        let lost = tabs[0].replica().device().id;
        self.kill(nth);
        self.world.server().borrow_mut().turn_out(lost, false);
        self.world.cut(nth, false);
        self.tablets[nth] = Tablet::with(MemoryDisk::new(), self.tablets[nth].clock_off_ms.get());
        self.carts.drop(nth);
        // It is nobody's any more.
        self.made_by.values_mut().filter(|by| **by == nth).for_each(|by| *by += 1_000);
        self.open_tab(nth);
        self.attach(nth);
        REPLACED.fetch_add(1, Ordering::Relaxed);
    }

    /// A tablet that is new claims the server or joins the shop, again and again until it is in.
    pub(super) fn attach(&mut self, nth: usize) {
        let tab = self.tablets[nth].tabs[0].clone();
        let claims = tab.replica().device().shop.is_some();
        let done = Rc::new(Cell::new(false));
        let told = Rc::clone(&done);
        self.spawn(nth, async move {
            while !told.get() {
                let attached =
                    if claims { tab.claim(SERVER, "code").await } else { tab.join(SERVER, "code", None).await };
                told.set(attached.is_ok());
            }
        });
        for _ in 0..10 {
            self.pass(60_000);
            if done.get() {
                return;
            }
        }
        panic!("tablet {nth} is not attached");
    }

    /// Whose own events the server put aside is told so, and has all else.
    pub(super) fn is_settled(&self, nth: usize) -> bool {
        let state = self.tablets[nth].tabs[0].sync_state().state;
        state == if self.aside(nth).is_empty() { State::Synced } else { State::Error }
    }

    /// The events of a tablet that the server put aside, as the tablet itself reads them.
    pub(super) fn aside(&self, nth: usize) -> Vec<(Meta, protocol::Stream, Event)> {
        let device = self.tablets[nth].tabs[0].replica().device().id;
        let server = self.world.server();
        let server = server.borrow();
        let own = server.aside.values().filter(|envelope| envelope.device == device);
        own.map(|envelope| (server::meta_of(envelope, None), envelope.stream.clone(), protocol::body::read(envelope)))
            .collect()
    }
}
