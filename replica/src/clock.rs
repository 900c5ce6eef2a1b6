//! What time it is, as far as a device can know: by its own clock, by what the server said of it, and because time does
//! not go back. Days, numbers and deadlines go by this; the device's own clock may be wrong by years.

use serde::{Deserialize, Serialize};

/// A clock that is off by more is said to the person, milliseconds.
pub const WRONG_MS: i64 = 2 * 60_000;
/// A clock is not set by less while the app runs: browsers and systems correct it by a little now and then.
const STEP_MS: i64 = 5_000;
/// An answer that was longer on its way says only that it is at least so late.
const QUICK_MS: i64 = 10_000;
/// No tablet sleeps longer with the app open: its clock was set forward.
const LEAP_MS: i64 = 7 * 86_400_000;
/// The own log was never further ahead than this by anything but an old fault of the clock.
const LOG_AHEAD_MS: i64 = 30 * 86_400_000;
/// How long what is kept may lag behind.
const LAG_MS: i64 = 30_000;

/// What a device keeps of its clock, so that a restart does not forget it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The time less the device's clock, milliseconds.
    pub off_ms: i64,
    /// The server, or a person, said so; else the clock was seen to go back or to leap.
    pub told: bool,
    /// The latest time that it has been, milliseconds since 1970.
    pub latest_ms: i64,
}

/// The device's clocks, read at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Milliseconds since 1970, as a person may have set it.
    pub wall_ms: i64,
    /// Milliseconds since some moment, which nobody can set; it may stand still while the device sleeps.
    pub uptime_ms: i64,
}

/// That the device's clock is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The time less the device's clock, milliseconds.
    pub off_ms: i64,
    /// The server said so; else it went back or leapt.
    pub told: bool,
}

/// The clock of a device, corrected.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    kept: Option<Kept>,
    /// What is kept outside.
    saved: Option<Kept>,
    /// The time at the last look, and the uptime then.
    last: Option<(i64, i64)>,
    /// As the server said last, in this run.
    told_off_ms: Option<i64>,
}

impl Clock {
    /// Another tab, or an earlier run, kept this.
    pub fn adopt(&mut self, kept: Option<Kept>) {
        let Some(kept) = kept.filter(|kept| self.saved != Some(*kept)) else { return };
        self.saved = Some(kept);
        let mine = self.kept.map(|mine| (mine.off_ms, mine.told));
        if mine == Some((kept.off_ms, kept.told)) {
            return;
        }
        self.kept = Some(kept);
        // It was seen to be so there: no jump of the clock here.
        self.last = None;
    }

    /// What is to be kept now; nothing where that is kept already.
    pub fn to_keep(&mut self) -> Option<Kept> {
        let kept = self.kept?;
        let same = self.saved.is_some_and(|saved| {
            (saved.off_ms, saved.told) == (kept.off_ms, kept.told)
                && saved.latest_ms.abs_diff(kept.latest_ms) < LAG_MS.unsigned_abs()
        });
        if same {
            return None;
        }
        self.saved = Some(kept);
        Some(kept)
    }

    /// Now, milliseconds since 1970. `newest_ms`: of what this device has written.
    pub fn now(&mut self, at: Reading, newest_ms: i64) -> i64 {
        let first = self.kept.is_none();
        let mut kept = self.kept.unwrap_or(Kept {
            latest_ms: if newest_ms.saturating_sub(at.wall_ms) > LOG_AHEAD_MS { i64::MIN } else { newest_ms },
            ..Kept::default()
        });
        let known_off = self.told_off_ms.unwrap_or(0);
        if let Some((last_ms, uptime_ms)) = self.last {
            let passed = at.uptime_ms.saturating_sub(uptime_ms).max(0);
            let jump = at.wall_ms.saturating_add(kept.off_ms).saturating_sub(last_ms.saturating_add(passed));
            let without = kept.off_ms.saturating_sub(jump);
            let is_set_right =
                jump > STEP_MS && kept.off_ms != known_off && without.abs_diff(known_off) < WRONG_MS.unsigned_abs();
            if is_set_right {
                kept.off_ms = known_off;
            } else if !(-STEP_MS..=LEAP_MS).contains(&jump) {
                kept.off_ms = without;
                kept.told &= self.told_off_ms.is_some();
            }
        }
        let now = at.wall_ms.saturating_add(kept.off_ms);
        // It was set while the app was closed.
        if now < kept.latest_ms.saturating_sub(WRONG_MS) {
            let is_set_right = !first && kept.off_ms < 0 && at.wall_ms >= kept.latest_ms.saturating_sub(WRONG_MS);
            kept.off_ms = if is_set_right { 0 } else { kept.latest_ms.saturating_sub(at.wall_ms) };
            kept.told = false;
        }
        let now = at.wall_ms.saturating_add(kept.off_ms);
        kept.latest_ms = kept.latest_ms.max(now);
        self.kept = Some(kept);
        self.last = Some((now, at.uptime_ms));
        now
    }

    /// The server was heard. `asked`: when it was asked; nothing where it said so by itself, or after a wait.
    pub fn heard(&mut self, server_ms: i64, asked: Option<Reading>, at: Reading) {
        // What was said can be late, but not early.
        let least = server_ms.saturating_sub(at.wall_ms);
        let took = asked.map(|asked| {
            let (wall, uptime) =
                (at.wall_ms.saturating_sub(asked.wall_ms), at.uptime_ms.saturating_sub(asked.uptime_ms));
            wall.max(uptime).max(0)
        });
        let off_ms = match (took.filter(|took| *took <= QUICK_MS), self.told_off_ms) {
            (Some(took), known) => {
                let middle = least.saturating_add(took / 2);
                known.filter(|known| known.abs_diff(middle) <= (took / 2 + 500).unsigned_abs()).unwrap_or(middle)
            }
            (None, Some(known)) => known.max(least),
            (None, None) => least,
        };
        let now = at.wall_ms.saturating_add(off_ms);
        self.told_off_ms = Some(off_ms);
        self.kept = Some(Kept { off_ms, told: true, latest_ms: now });
        self.last = Some((now, at.uptime_ms));
    }

    /// A person says that the device's clock is right, whatever it did.
    pub fn trust(&mut self, at: Reading) {
        self.told_off_ms = None;
        self.kept = Some(Kept { off_ms: 0, told: true, latest_ms: at.wall_ms });
        self.last = Some((at.wall_ms, at.uptime_ms));
    }

    /// Whether somebody who knows said what time it is: a log that runs ahead of that is wrong.
    pub fn is_told(&self) -> bool {
        self.kept.is_some_and(|kept| kept.told)
    }

    /// The time less the device's clock as the server said in this run, milliseconds.
    pub fn told_off_ms(&self) -> Option<i64> {
        self.told_off_ms
    }

    /// That the device's clock is off by so much that a person should know.
    pub fn wrong(&self) -> Option<Wrong> {
        let kept = self.kept.filter(|kept| kept.off_ms.abs_diff(0) > WRONG_MS.unsigned_abs())?;
        Some(Wrong { off_ms: kept.off_ms, told: kept.told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_417_200_000;
    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    /// A device: its clock runs `off_ms` wrong, `asleep_ms` of its time it slept.
    struct Device {
        clock: Clock,
        disk: Option<Kept>,
        time_ms: i64,
        off_ms: i64,
        asleep_ms: i64,
    }

    impl Device {
        fn new(off_ms: i64) -> Self {
            Self { clock: Clock::default(), disk: None, time_ms: NOW, off_ms, asleep_ms: 0 }
        }
        fn reading(&self) -> Reading {
            Reading { wall_ms: self.time_ms + self.off_ms, uptime_ms: self.time_ms - self.asleep_ms - NOW }
        }
        /// By how much what it takes for the time is off.
        fn off(&mut self) -> i64 {
            self.clock.adopt(self.disk);
            let now = self.clock.now(self.reading(), i64::MIN);
            self.disk = self.clock.to_keep().or(self.disk);
            now - self.time_ms
        }
        fn pass(&mut self, ms: i64) {
            self.time_ms += ms;
        }
        fn hear(&mut self) {
            let asked = self.reading();
            self.pass(80);
            let server_ms = self.time_ms;
            self.pass(80);
            self.clock.heard(server_ms, Some(asked), self.reading());
        }
        fn restart(&mut self) {
            self.clock = Clock::default();
        }
    }

    #[test]
    fn t8_a_clock_that_is_wrong_is_corrected_by_the_server_and_said() {
        for off in [400 * DAY, -9 * 365 * DAY, 3 * 60_000] {
            let mut device = Device::new(off);
            assert_eq!(device.off(), off, "nobody said anything yet");
            device.hear();
            assert!(device.off().abs() < 500);
            assert_eq!(device.clock.wrong().map(|it| (it.told, (it.off_ms + off).abs() < 500)), Some((true, true)));
            device.restart();
            device.pass(HOUR);
            assert!(device.off().abs() < 500, "it is known after a restart without the server");
            assert!(device.clock.is_told() && device.clock.told_off_ms().is_none());
        }
        let mut right = Device::new(-90_000);
        right.hear();
        assert_eq!((right.off().abs() < 500, right.clock.wrong()), (true, None), "a minute and a half is no matter");
    }

    #[test]
    fn t8_a_clock_that_is_set_while_the_app_runs_changes_nothing() {
        for told in [true, false] {
            let mut device = Device::new(0);
            if told {
                device.hear();
            }
            device.off();
            device.pass(60_000);
            device.off_ms = -3 * DAY;
            assert!(device.off().abs() < 500, "set back");
            assert!(device.clock.wrong().is_some());
            device.restart();
            device.pass(60_000);
            assert!(device.off().abs() < 61_000, "a restart knows it: it went back behind what has been");
            device.pass(60_000);
            device.off();
            device.off_ms = 0;
            device.pass(1_000);
            assert!(device.off().abs() < 61_000, "set right again");
            assert_eq!(device.clock.wrong(), None);
        }
    }

    #[test]
    fn t8_a_leap_of_years_while_the_app_runs_is_no_sleep() {
        let mut device = Device::new(0);
        device.off();
        device.pass(60_000);
        device.off_ms = 400 * DAY;
        assert_eq!(device.off(), 0);
        assert_eq!(device.clock.wrong(), Some(Wrong { off_ms: -400 * DAY, told: false }));
        device.off_ms = 0;
        device.pass(60_000);
        assert_eq!((device.off(), device.clock.wrong()), (0, None));
    }

    #[test]
    fn t8_a_tablet_that_slept_is_right() {
        let mut device = Device::new(2 * HOUR);
        device.hear();
        device.off();
        device.pass(60 * HOUR);
        device.asleep_ms = 60 * HOUR;
        assert!(device.off().abs() < 500);
        assert!(device.clock.wrong().is_some());
    }

    #[test]
    fn t8_a_clock_that_was_set_right_while_the_app_was_closed_is_believed() {
        let mut device = Device::new(400 * DAY);
        device.hear();
        device.off();
        device.restart();
        device.pass(HOUR);
        device.off_ms = 0;
        assert_eq!(device.off(), 0);
        assert_eq!(device.clock.wrong(), None);
    }

    #[test]
    fn t8_what_comes_late_never_puts_the_clock_back() {
        let mut device = Device::new(0);
        device.hear();
        let said = device.time_ms;
        device.pass(HOUR);
        // A poke that lay in a socket while the tablet slept; an answer that was an hour on its way.
        device.clock.heard(said, None, device.reading());
        assert!(device.off().abs() < 500);
        let asked = Reading { wall_ms: said, uptime_ms: said - NOW };
        device.clock.heard(said, Some(asked), device.reading());
        assert!(device.off().abs() < 500);
    }

    #[test]
    fn t8_a_person_may_say_that_the_clock_is_right() {
        let mut device = Device::new(400 * DAY);
        device.off();
        device.pass(60_000);
        device.off_ms = 0;
        assert!(device.off() >= 400 * DAY, "it went back: times go on from what was");
        device.clock.trust(device.reading());
        assert_eq!((device.off(), device.clock.wrong()), (0, None));
        device.restart();
        assert_eq!(device.off(), 0);
    }

    #[test]
    fn t8_what_one_tab_saw_the_other_does_not_see_again() {
        let mut device = Device::new(0);
        device.off();
        let mut other = Clock::default();
        other.adopt(device.disk);
        other.now(device.reading(), i64::MIN);
        device.pass(60_000);
        device.off_ms = -3 * DAY;
        assert_eq!(device.off(), 0);
        other.adopt(device.disk);
        assert_eq!(other.now(device.reading(), i64::MIN), device.time_ms);
    }

    #[test]
    fn t8_before_anything_is_kept_the_own_log_says_that_the_clock_went_back() {
        let at = Reading { wall_ms: NOW - 3 * DAY, uptime_ms: 0 };
        let mut clock = Clock::default();
        assert_eq!(clock.now(at, NOW), NOW);
        assert_eq!(clock.wrong(), Some(Wrong { off_ms: 3 * DAY, told: false }));
        assert_eq!(
            Clock::default().now(at, NOW + 400 * DAY),
            at.wall_ms,
            "an old fault of the clock is not gone on with"
        );
    }
}
