//! The sync engine, sans-IO: what to do next, given what is known and what was heard. One thing at a time: nothing
//! is sent twice at once, and an uncertain push is sent again as it was.

/// What the engine has to know of the replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The device has a server and a credential.
    pub connected: bool,
    /// Own events that the server does not have.
    pub pending: usize,
    /// All that the server was last heard to have is here.
    pub caught_up: bool,
    /// The log started over and is not complete: own events wait.
    pub settling: bool,
    /// Pictures that the server does not have. They travel beside the log: see `blob_sync`.
    pub blobs: usize,
    /// Another device has this one's identity, and the time to take a new one has come.
    pub identity_rotation_due: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until something is heard or this moment has come (milliseconds since 1970).
    Rest(Option<i64>),
    /// Send the own events that wait; the same bytes again, where the outcome of the last push is uncertain.
    Push,
    /// Ask for what is new. `wait_seconds`: the server may hold the call for so long, and the call is given up when
    /// there is something to push. `whole`: own events with their texts.
    Pull {
        /// How long the server may hold the call.
        wait_seconds: u64,
        /// Own events with their texts.
        whole: bool,
    },
    /// Ask for a new identity: another device has this one's too.
    RotateIdentity,
    /// Open the live socket.
    Listen,
}

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncEvent {
    /// The pull was answered, and the answer was taken.
    Answer,
    /// The push was answered, and the answer was taken.
    Pushed,
    /// The answer did not fit: pull again, with whole texts where `whole`.
    Mismatch {
        /// Own events came without texts that are needed.
        whole: bool,
    },
    /// The log is another one than it was; the replica has started over.
    AnotherLog,
    /// The call got no answer. Whether a push was taken is uncertain.
    NoAnswer,
    /// A push was more than what lies in between takes. It was not taken, and goes in smaller pieces.
    TooMuch,
    /// The server can't answer now, and says perhaps for how long, in milliseconds.
    Busy(Option<u64>),
    /// The credential is not accepted.
    Unauthenticated,
    /// The server refused the call, or its answer makes no sense.
    InvalidAnswer,
    /// The live socket is open.
    Listening,
    /// The live socket said something that was taken.
    Poke,
    /// The live socket said that there is something that did not come with it.
    News,
    /// The live socket is closed, or could not be opened.
    SocketClosed,
    /// The page returned, the network did, or a person asks: at once, and trust no old socket.
    Wake,
}

/// Where the data is, as a person is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// On this device only: there is no server.
    #[default]
    Local,
    /// The server has everything.
    Synced,
    /// On its way.
    Pending,
    /// The server can't be reached.
    Offline,
    /// The server does not know this device any more.
    NeedsAuth,
    /// Something needs a person.
    Error,
}

const FIRST_DELAY_MS: u64 = 1_000;
pub(crate) const LONGEST_DELAY_MS: u64 = 60_000;
/// A socket that was silent for so long is checked by a pull.
const SILENCE_MS: i64 = 60_000;
/// How long a pull waits where there is no socket.
const WAIT_SECONDS: u64 = protocol::MAX_WAIT_SECONDS;
/// After so many answers in a row that make no sense a person is told.
const NONSENSE: u32 = 3;

/// The engine of one tab. It knows no clock and no chance: both come with the calls.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    /// Since the start or the last waking, the server has told of its head.
    greeted: bool,
    /// The socket told of something since the last pull began: its answer may have been on its way already.
    news: bool,
    /// A push may or may not have been taken.
    uncertain: bool,
    whole: bool,
    listening: bool,
    /// Failed calls in a row.
    failures: u32,
    /// Pushes without an answer since one had it. Pulls may be answered all the while.
    unanswered: u32,
    nonsense: u32,
    not_before: i64,
    listen_failures: u32,
    listen_not_before: i64,
    heard_ms: i64,
    unknown: bool,
    /// The log started over, without success since then.
    restarted: bool,
}

impl Engine {
    /// What to do next.
    #[must_use]
    pub fn next(&self, facts: &Facts, now_ms: i64) -> Step {
        let whole = self.whole || facts.settling;
        if !facts.connected || self.unknown {
            return Step::Rest(None);
        }
        // A clock that was set back must not make it wait for ever.
        if self.not_before > now_ms && self.not_before - now_ms <= LONGEST_DELAY_MS as i64 {
            return Step::Rest(Some(self.not_before));
        }
        if facts.settling {
            return Step::Pull { wait_seconds: 0, whole };
        }
        // After a silence the log may be another one: that is seen before anything is offered.
        if !self.greeted {
            return Step::Pull { wait_seconds: 0, whole };
        }
        if facts.pending > 0 {
            return Step::Push;
        }
        if !facts.caught_up || self.news {
            return Step::Pull { wait_seconds: 0, whole };
        }
        if facts.identity_rotation_due {
            return Step::RotateIdentity;
        }
        if self.listening {
            let check = self.heard_ms.saturating_add(SILENCE_MS);
            if check > now_ms && check - now_ms <= SILENCE_MS {
                return Step::Rest(Some(check));
            }
            return Step::Pull { wait_seconds: 0, whole };
        }
        if self.listen_not_before > now_ms && self.listen_not_before - now_ms <= LONGEST_DELAY_MS as i64 {
            return Step::Pull { wait_seconds: WAIT_SECONDS, whole };
        }
        Step::Listen
    }

    /// Whether a push of uncertain outcome must be sent again as it was.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// A push is on its way: until an answer to it is heard, its outcome is uncertain.
    pub fn pushing(&mut self) {
        self.uncertain = true;
    }

    /// A pull is on its way.
    pub fn pulling(&mut self) {
        self.news = false;
    }

    /// There was nothing to push after all.
    pub fn nothing_to_push(&mut self) {
        self.uncertain = false;
    }

    /// Takes in what was heard. `random` spreads the delays, so that tablets do not come back all at once.
    pub fn heard(&mut self, heard: SyncEvent, now_ms: i64, random: u64) {
        match heard {
            SyncEvent::Answer => {
                self.answered(now_ms);
                (self.greeted, self.whole, self.restarted, self.nonsense) = (true, false, false, 0);
            }
            SyncEvent::Pushed => {
                self.answered(now_ms);
                (self.uncertain, self.restarted, self.nonsense, self.unanswered) = (false, false, 0, 0);
            }
            SyncEvent::TooMuch => {
                self.answered(now_ms);
                self.uncertain = false;
            }
            SyncEvent::Mismatch { whole } => {
                self.answered(now_ms);
                (self.whole, self.uncertain) = (self.whole || whole, false);
                self.greeted = false;
                self.bewildered(now_ms, random, 1);
            }
            SyncEvent::AnotherLog => {
                self.answered(now_ms);
                (self.uncertain, self.greeted) = (false, false);
                if std::mem::replace(&mut self.restarted, true) {
                    self.bewildered(now_ms, random, 0);
                }
            }
            SyncEvent::NoAnswer => {
                self.greeted = false;
                self.failures = self.failures.saturating_add(1);
                self.unanswered = self.unanswered.saturating_add(u32::from(self.uncertain));
                self.not_before = later(now_ms, delay(self.failures.max(self.unanswered), random));
            }
            SyncEvent::Busy(after_ms) => {
                self.failures = self.failures.saturating_add(1);
                let told = after_ms.unwrap_or(0).min(LONGEST_DELAY_MS);
                self.not_before = later(now_ms, delay(self.failures, random).max(told));
            }
            SyncEvent::Unauthenticated => (self.unknown, self.uncertain) = (true, false),
            SyncEvent::InvalidAnswer => {
                self.uncertain = false;
                self.bewildered(now_ms, random, 0);
            }
            SyncEvent::Listening => {
                // What came between the last pull and the socket is asked for.
                (self.listening, self.greeted, self.listen_failures) = (true, false, 0);
                self.heard_ms = now_ms;
            }
            SyncEvent::Poke => self.heard_ms = now_ms,
            SyncEvent::News => {
                self.heard_ms = now_ms;
                (self.greeted, self.news) = (false, true);
            }
            SyncEvent::SocketClosed => {
                if std::mem::take(&mut self.listening) {
                    // What it may have missed is asked for.
                    self.greeted = false;
                } else {
                    self.listen_failures = self.listen_failures.saturating_add(1);
                }
                let wait = delay(self.listen_failures.max(1), random);
                self.listen_not_before = later(now_ms, wait);
            }
            SyncEvent::Wake => {
                (self.greeted, self.listening, self.unknown) = (false, false, false);
                (self.failures, self.unanswered, self.not_before) = (0, 0, now_ms);
                (self.listen_failures, self.listen_not_before) = (0, now_ms);
            }
        }
    }

    fn answered(&mut self, now_ms: i64) {
        (self.failures, self.not_before, self.heard_ms) = (0, now_ms, now_ms);
    }

    /// Something made no sense: the first `free` times at once, then slower and slower.
    fn bewildered(&mut self, now_ms: i64, random: u64, free: u32) {
        self.nonsense = self.nonsense.saturating_add(1);
        if self.nonsense > free {
            self.not_before = later(now_ms, delay(self.nonsense, random));
        }
    }

    /// Whether the server is within reach, as far as is known.
    pub(crate) fn is_in_touch(&self) -> bool {
        self.greeted && self.failures == 0 && !self.unknown
    }

    /// Whether the last call got no answer, or none for this device.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.failures > 0 || self.unknown
    }

    /// When the server was last heard, if it was.
    pub(crate) fn heard_ms(&self) -> Option<i64> {
        (self.heard_ms > 0).then_some(self.heard_ms)
    }

    /// Where the data is. `trouble`: something is set aside that needs a person.
    #[must_use]
    pub fn state(&self, facts: &Facts, trouble: bool) -> State {
        if !facts.connected {
            State::Local
        } else if self.unknown {
            State::NeedsAuth
        } else if trouble || self.nonsense >= NONSENSE {
            State::Error
        } else if self.failures > 0 {
            State::Offline
        } else if facts.pending > 0
            || facts.blobs > 0
            || !facts.caught_up
            || self.news
            || facts.identity_rotation_due
            || self.heard_ms == 0
        {
            State::Pending
        } else {
            State::Synced
        }
    }
}

pub(crate) fn later(now_ms: i64, delay_ms: u64) -> i64 {
    now_ms.saturating_add(i64::try_from(delay_ms).unwrap_or(i64::MAX))
}

/// Twice as long after each failure, up to a minute; between half of that and all of it.
pub(crate) fn delay(failures: u32, random: u64) -> u64 {
    let whole = FIRST_DELAY_MS.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_DELAY_MS);
    (whole / 2 + random % (whole / 2 + 1)).max(FIRST_DELAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Facts =
        Facts { connected: true, pending: 0, caught_up: true, settling: false, blobs: 0, identity_rotation_due: false };
    const WAITING: Facts = Facts { pending: 3, ..IDLE };

    #[test]
    fn alone_it_rests() {
        assert_eq!(Engine::default().next(&Facts::default(), 0), Step::Rest(None));
        assert_eq!(Engine::default().state(&Facts::default(), false), State::Local);
    }

    #[test]
    fn it_pushes_pulls_and_listens() {
        let mut engine = Engine::default();
        assert_eq!(engine.next(&WAITING, 5), Step::Pull { wait_seconds: 0, whole: false });
        engine.heard(SyncEvent::Answer, 5, 0);
        assert_eq!(engine.next(&WAITING, 5), Step::Push);
        engine.pushing();
        engine.heard(SyncEvent::Pushed, 6, 0);
        assert_eq!(engine.next(&IDLE, 6), Step::Listen);
        engine.heard(SyncEvent::Listening, 7, 0);
        assert_eq!(engine.next(&IDLE, 7), Step::Pull { wait_seconds: 0, whole: false });
        engine.heard(SyncEvent::Answer, 8, 0);
        assert_eq!(engine.next(&IDLE, 8), Step::Rest(Some(8 + SILENCE_MS)));
        assert_eq!(engine.state(&IDLE, false), State::Synced);
        assert_eq!(engine.next(&IDLE, 8 + SILENCE_MS), Step::Pull { wait_seconds: 0, whole: false });
        engine.heard(SyncEvent::News, 9, 0);
        assert_eq!(engine.next(&IDLE, 9), Step::Pull { wait_seconds: 0, whole: false });
    }

    #[test]
    fn news_that_come_while_it_pulls_are_pulled_too() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Listening, 1, 0);
        engine.pulling();
        engine.heard(SyncEvent::News, 2, 0);
        engine.heard(SyncEvent::Answer, 3, 0);
        assert_eq!(engine.next(&WAITING, 3), Step::Push, "what waits does not wait for them");
        assert_eq!(engine.state(&IDLE, false), State::Pending);
        assert_eq!(engine.next(&IDLE, 3), Step::Pull { wait_seconds: 0, whole: false });
        engine.pulling();
        engine.heard(SyncEvent::Answer, 4, 0);
        assert_eq!(engine.next(&IDLE, 4), Step::Rest(Some(4 + SILENCE_MS)));
    }

    #[test]
    fn what_is_not_sent_is_never_called_synced() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Answer, 5, 0);
        assert_eq!(engine.state(&IDLE, false), State::Synced);
        assert_eq!(engine.state(&Facts { blobs: 1, ..IDLE }, false), State::Pending);
    }

    #[test]
    fn a_cloned_device_asks_for_another_identity_when_all_is_sent_and_seen() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Answer, 5, 0);
        let cloned = Facts { identity_rotation_due: true, ..IDLE };
        assert_eq!(engine.next(&Facts { identity_rotation_due: true, ..WAITING }, 5), Step::Push);
        assert_eq!(engine.next(&cloned, 5), Step::RotateIdentity);
        assert_eq!(engine.state(&cloned, false), State::Pending);
        engine.heard(SyncEvent::NoAnswer, 5, 0);
        assert!(matches!(engine.next(&cloned, 6), Step::Rest(Some(_))));
    }

    #[test]
    fn after_a_silence_it_looks_first_and_sends_the_same_again() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Answer, 0, 0);
        engine.pushing();
        engine.heard(SyncEvent::NoAnswer, 0, 0);
        assert!(matches!(engine.next(&WAITING, 1), Step::Rest(Some(_))));
        assert_eq!(engine.state(&WAITING, false), State::Offline);
        assert_eq!(engine.next(&WAITING, 1_000), Step::Pull { wait_seconds: 0, whole: false });
        engine.heard(SyncEvent::Answer, 1_000, 0);
        assert!(engine.is_uncertain());
        assert_eq!(engine.next(&WAITING, 1_000), Step::Push);
        engine.heard(SyncEvent::Pushed, 1_001, 0);
        assert!(!engine.is_uncertain());
    }

    #[test]
    fn pushes_that_nobody_answers_wait_longer_though_pulls_are_answered() {
        let mut engine = Engine::default();
        let mut now = 0;
        for _ in 0..8 {
            engine.heard(SyncEvent::Answer, now, 0);
            engine.pushing();
            engine.heard(SyncEvent::NoAnswer, now, 0);
            let Step::Rest(Some(until)) = engine.next(&WAITING, now) else { panic!("no rest") };
            now = until;
        }
        assert!(now > 60_000, "{now}");
        engine.heard(SyncEvent::Pushed, now, 0);
        engine.pushing();
        engine.heard(SyncEvent::NoAnswer, now, 0);
        assert!(matches!(engine.next(&WAITING, now), Step::Rest(Some(until)) if until - now <= 2_000));
    }

    #[test]
    fn delays_grow_to_a_minute_and_waking_ends_them() {
        let mut engine = Engine::default();
        let mut last = 0;
        for _ in 0..20 {
            engine.heard(SyncEvent::NoAnswer, 0, u64::MAX);
            let Step::Rest(Some(until)) = engine.next(&WAITING, 0) else { panic!("no rest") };
            assert!((1_000..=60_000).contains(&until) && until >= last / 2, "{until}");
            last = until;
        }
        engine.heard(SyncEvent::Wake, 0, 0);
        assert!(matches!(engine.next(&WAITING, 0), Step::Pull { .. }));
    }

    #[test]
    fn a_clock_set_back_by_years_does_not_stop_it() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::NoAnswer, 100_000_000, 0);
        assert!(matches!(engine.next(&WAITING, 5), Step::Pull { .. }));
        engine.heard(SyncEvent::Answer, 100_000_000, 0);
        engine.heard(SyncEvent::Listening, 100_000_000, 0);
        engine.heard(SyncEvent::Answer, 100_000_000, 0);
        assert!(matches!(engine.next(&IDLE, 5), Step::Pull { .. }));
    }

    #[test]
    fn without_a_socket_it_waits_with_a_pull() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Answer, 0, 0);
        engine.heard(SyncEvent::SocketClosed, 0, 0);
        engine.heard(SyncEvent::Answer, 0, 0);
        assert_eq!(engine.next(&IDLE, 0), Step::Pull { wait_seconds: WAIT_SECONDS, whole: false });
        assert_eq!(engine.next(&IDLE, 60_001), Step::Listen);
    }

    #[test]
    fn an_unknown_device_goes_on_selling() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::Unauthenticated, 0, 0);
        assert_eq!(engine.next(&WAITING, 0), Step::Rest(None));
        assert_eq!(engine.state(&WAITING, false), State::NeedsAuth);
        engine.heard(SyncEvent::Wake, 1, 0);
        assert!(matches!(engine.next(&WAITING, 1), Step::Pull { .. }));
    }

    #[test]
    fn a_log_that_never_fits_is_asked_for_slower_and_slower() {
        let mut engine = Engine::default();
        engine.heard(SyncEvent::AnotherLog, 0, 0);
        assert!(matches!(engine.next(&IDLE, 0), Step::Pull { .. }));
        engine.heard(SyncEvent::AnotherLog, 0, 0);
        assert!(matches!(engine.next(&IDLE, 0), Step::Rest(Some(_))));
        engine.heard(SyncEvent::AnotherLog, 0, 0);
        engine.heard(SyncEvent::AnotherLog, 0, 0);
        assert_eq!(engine.state(&IDLE, false), State::Error);
    }
}
