//! The press guard: what a person pressed before a step was on the screen does nothing in it.
//!
//! Every `<button>` and every switch is guarded, whatever presses it: mouse, finger, pen, Enter, a key held down. One
//! rule decides, by time and place alone; `platform::presses` hears the browser and asks it. What may be pressed again
//! at once, such as the keys of a number pad, a tile or a stepper, carries `data-again`.
//!
//! A *burst* is presses that each begin shortly after the one before, at the same place or all by keyboard. It acts at
//! most once, and only on what was seen before it began: so the second and the third tap of a nervous finger are lost,
//! and a practised hand that goes on to another place is not slowed.

use crate::platform::presses::{self, Area, By, Judge, Place, Seen};

/// Presses that begin this close to each other are one burst, milliseconds.
const BURST_MS: i64 = 570;
/// For so long a key must have been seen where the press before it did not bring it, milliseconds.
const SHORT_MS: i64 = 150;
/// For so long where it lies under the finger, or the keyboard, that brought it, milliseconds.
const LONG_MS: i64 = 550;
/// This close is the same place, CSS pixels.
const NEAR: i32 = 80;
/// As far as a finger that stays where it is strays, CSS pixels.
const STRAY: i32 = 32;

#[derive(Clone, Copy, Debug)]
struct Burst {
    by: By,
    /// When its first press began.
    first_ms: i64,
    /// When its last one did.
    last_ms: i64,
    /// One of its presses acted.
    acted: bool,
}

/// What is remembered of presses.
#[derive(Debug, Default)]
pub struct Guard {
    burst: Option<Burst>,
    /// How the last press that acted was made.
    acted_by: Option<By>,
    /// When something was last done that is no act: a letter, a digit, Tab; a tile.
    typed_ms: Option<i64>,
}

impl Guard {
    fn joined(&self, by: By, at_ms: i64) -> Option<&Burst> {
        self.burst.as_ref().filter(|burst| near(burst.by, by) && at_ms.saturating_sub(burst.last_ms) < BURST_MS)
    }

    /// For how long a key must have been seen for a press that is made like this.
    fn settle(&self, by: By, seen_ms: i64) -> i64 {
        match by {
            // Who has typed, or tapped a tile, since it was there has seen it.
            By::Keyboard if self.typed_ms.is_some_and(|typed| typed > seen_ms) => 0,
            _ if self.acted_by.is_some_and(|acted| near(acted, by)) => LONG_MS,
            _ => SHORT_MS,
        }
    }
}

/// Whether two presses are made at the same place, or both by keyboard.
fn near(one: By, other: By) -> bool {
    match (one, other) {
        (By::Keyboard, By::Keyboard) => true,
        (By::Pointer(one), By::Pointer(other)) => one.is_within(NEAR, other),
        _ => false,
    }
}

impl Judge for Guard {
    fn began(&mut self, by: By, at_ms: i64) {
        let burst = match self.joined(by, at_ms) {
            Some(burst) => Burst { by, last_ms: at_ms, ..*burst },
            None => Burst { by, first_ms: at_ms, last_ms: at_ms, acted: false },
        };
        self.burst = Some(burst);
    }

    fn typed(&mut self, at_ms: i64) {
        self.typed_ms = Some(at_ms);
        self.burst = None;
        if self.acted_by == Some(By::Keyboard) {
            self.acted_by = None;
        }
    }

    fn passed(&mut self) {
        self.typed_ms = self.burst.map(|burst| burst.last_ms);
    }

    fn took(&mut self) {
        if let Some(burst) = &mut self.burst {
            burst.acted = true;
        }
    }

    fn acted(&mut self) {
        self.took();
        self.acted_by = self.burst.map(|burst| burst.by);
    }

    fn may_act(&self, seen: Seen) -> bool {
        let (Some(burst), Some(seen_ms)) = (self.burst, seen.since(self.burst.map(|burst| burst.by))) else {
            return false;
        };
        !burst.acted
            && burst.first_ms >= seen_ms
            && burst.last_ms.saturating_sub(seen_ms) >= self.settle(burst.by, seen_ms)
    }

    fn may_pass(&self) -> bool {
        let Some(burst) = self.burst.filter(|burst| burst.acted) else { return true };
        match (burst.by, self.acted_by) {
            (By::Pointer(here), Some(By::Pointer(there))) => !here.is_within(STRAY, there),
            (By::Pointer(_), _) => true,
            (By::Keyboard, _) => false,
        }
    }

    fn may_act_unpressed(&self, seen: Seen, now_ms: i64) -> bool {
        seen.since(None).is_some_and(|seen_ms| now_ms.saturating_sub(seen_ms) >= SHORT_MS)
    }

    fn ready_ms(&self, seen: Seen, area: Area) -> Option<i64> {
        let seen_ms = seen.since(Some(By::Pointer(area.middle())))?;
        let touches = |by: By| matches!(by, By::Pointer(place) if area.is_within(NEAR, place));
        let settle = if self.acted_by.is_some_and(touches) { LONG_MS } else { SHORT_MS };
        let settled = seen_ms.saturating_add(settle);
        let ended = match self.burst {
            Some(burst) if touches(burst.by) && (burst.acted || burst.first_ms < seen_ms) => {
                burst.last_ms.saturating_add(BURST_MS)
            }
            _ => settled,
        };
        Some(settled.max(ended))
    }

    fn passes_ms(&self) -> Option<(Place, i64)> {
        let burst = self.burst.filter(|burst| burst.acted)?;
        match self.acted_by {
            Some(By::Pointer(place)) => Some((place, burst.last_ms.saturating_add(BURST_MS))),
            _ => None,
        }
    }
}

/// Guards the keys of the page, as long as it lives.
pub fn guard_presses() {
    presses::judge_by(Guard::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARGE: By = By::Pointer(Place { x: 900, y: 700 });
    /// As a second tap of the same finger.
    const SAVE: By = By::Pointer(Place { x: 905, y: 690 });
    const ELSEWHERE: By = By::Pointer(Place { x: 300, y: 200 });
    const KEYS: By = By::Keyboard;

    fn since(ms: i64) -> Seen {
        Seen { since_ms: Some(ms), ..Seen::default() }
    }

    /// A press on what was seen since then: whether it acts.
    fn press(guard: &mut Guard, by: By, at: i64, seen: i64) -> bool {
        guard.began(by, at);
        let acts = guard.may_act(since(seen));
        if acts {
            guard.acted();
        }
        acts
    }

    /// A guard that has seen the first press act at 1,000.
    fn pressed(by: By) -> Guard {
        let mut guard = Guard::default();
        assert!(press(&mut guard, by, 1_000, 0));
        guard
    }

    #[test]
    fn a_second_and_a_third_tap_do_nothing_in_what_the_first_brought() {
        for gap in [20, 60, 90, 120, 160, 180, 200, 320, 500, 550] {
            for shown in [1_010, 1_060, 1_200, 1_900] {
                for (first, by) in [(CHARGE, SAVE), (KEYS, KEYS)] {
                    let mut guard = pressed(first);
                    for nth in 1..=4 {
                        let at = 1_000 + nth * gap;
                        assert!(!press(&mut guard, by, at, shown), "tap {nth} each {gap}, shown at {shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_key_is_not_pressed_twice_by_a_burst_either() {
        let mut guard = pressed(CHARGE);
        assert!(!press(&mut guard, SAVE, 1_300, 0));
        assert!(!press(&mut guard, SAVE, 1_800, 0));
        assert!(press(&mut guard, SAVE, 2_400, 0), "after a pause it is meant");
        let mut guard = pressed(KEYS);
        assert!(!press(&mut guard, KEYS, 1_500, 0));
        assert!(press(&mut guard, KEYS, 2_100, 0));
    }

    #[test]
    fn a_hand_that_goes_on_elsewhere_is_not_slowed() {
        let mut guard = pressed(CHARGE);
        assert!(!press(&mut guard, ELSEWHERE, 1_100, 1_050), "but nobody sees in 50 ms what has come");
        let mut guard = pressed(CHARGE);
        assert!(press(&mut guard, ELSEWHERE, 1_250, 1_050));
        let mut guard = pressed(CHARGE);
        assert!(press(&mut guard, ELSEWHERE, 1_030, 0), "what stood there all the time");
        let mut guard = pressed(KEYS);
        assert!(press(&mut guard, CHARGE, 1_250, 1_050), "a hand on the mouse after one on the keyboard");
    }

    #[test]
    fn a_hand_that_tried_too_early_is_heard_the_next_time() {
        let mut guard = pressed(CHARGE);
        assert!(!press(&mut guard, ELSEWHERE, 1_100, 1_050));
        assert!(press(&mut guard, ELSEWHERE, 1_300, 1_050));
    }

    #[test]
    fn what_was_pressed_while_a_slow_disk_wrote_does_nothing() {
        let mut guard = pressed(CHARGE);
        for at in [1_900, 2_800, 3_950] {
            guard.began(SAVE, at);
        }
        assert!(!guard.may_act(since(4_000)), "it began before the step was there");
        assert!(!press(&mut guard, SAVE, 4_300, 4_000), "one burst with what was pressed before");
        assert!(press(&mut guard, SAVE, 4_900, 4_000));
        let mut guard = pressed(CHARGE);
        assert!(!press(&mut guard, SAVE, 4_200, 4_000), "the finger was on its way before");
        assert!(press(&mut guard, SAVE, 4_800, 4_000));
    }

    #[test]
    fn what_came_by_itself_is_to_be_seen_first() {
        let mut guard = Guard::default();
        assert!(!press(&mut guard, SAVE, 5_000, 5_001), "another tablet was quicker than the finger");
        let mut guard = Guard::default();
        assert!(!press(&mut guard, SAVE, 5_000, 4_950));
        let mut guard = Guard::default();
        assert!(press(&mut guard, SAVE, 5_000, 4_800));
    }

    #[test]
    fn who_types_has_seen_it() {
        let mut guard = pressed(KEYS);
        guard.typed(1_150);
        assert!(press(&mut guard, KEYS, 1_200, 1_050), "Enter, 5, 0, Enter");
        let mut guard = pressed(KEYS);
        guard.typed(1_020);
        assert!(!press(&mut guard, KEYS, 1_100, 1_050), "typed before it was there");
        let mut guard = pressed(CHARGE);
        guard.typed(1_150);
        assert!(!press(&mut guard, SAVE, 1_300, 1_050), "a finger is a finger");
    }

    #[test]
    fn who_taps_a_tile_has_seen_what_stands_beside_it() {
        let mut guard = Guard::default();
        guard.began(ELSEWHERE, 1_040);
        guard.passed();
        assert!(press(&mut guard, KEYS, 1_060, 1_000), "a tile, and Enter at once");
    }

    #[test]
    fn what_an_enter_did_elsewhere_counts_as_its_act() {
        let mut guard = Guard::default();
        guard.began(KEYS, 1_000);
        guard.took();
        assert!(!press(&mut guard, KEYS, 1_300, 0), "the first chose an offer");
    }

    #[test]
    fn a_key_that_slid_under_the_finger_is_new_to_it() {
        let from = |top: i32| Area { left: 800, top, right: 1_000, bottom: top + 60 };
        let moved = |top: i32| Seen { since_ms: Some(0), moved: Some((from(top), 5_000)) };
        let mut guard = Guard::default();
        guard.began(SAVE, 5_020);
        assert!(!guard.may_act(moved(600)));
        assert!(guard.may_act(moved(670)), "it lay there before, too");
        guard.began(KEYS, 5_020);
        assert!(guard.may_act(moved(600)), "a keyboard has no place");
    }

    #[test]
    fn a_screen_reader_presses_what_is_there() {
        let guard = Guard::default();
        assert!(guard.may_act_unpressed(since(0), 1_000));
        assert!(!guard.may_act_unpressed(since(950), 1_000));
        assert!(!guard.may_act_unpressed(Seen::default(), 1_000));
    }

    #[test]
    fn pads_tiles_and_ways_are_free_but_in_the_place_of_an_act() {
        let mut guard = pressed(CHARGE);
        guard.began(By::Pointer(Place { x: 850, y: 690 }), 1_100);
        assert!(guard.may_pass(), "the next key of the pad");
        guard.began(SAVE, 1_200);
        assert!(!guard.may_pass());
        guard.began(SAVE, 1_800);
        assert!(guard.may_pass());
        let mut guard = Guard::default();
        for at in [1_000, 1_060, 1_120] {
            guard.began(SAVE, at);
            assert!(guard.may_pass(), "three times the same tile");
        }
    }

    #[test]
    fn it_is_known_beforehand_when_a_key_may_be_pressed() {
        let guard = pressed(CHARGE);
        let here = Area { left: 800, top: 660, right: 1_000, bottom: 720 };
        let elsewhere = Area { left: 0, top: 0, right: 200, bottom: 60 };
        assert_eq!(guard.ready_ms(since(0), here), Some(1_570));
        assert_eq!(guard.ready_ms(since(1_050), here), Some(1_600));
        assert_eq!(guard.ready_ms(since(4_000), here), Some(4_550));
        assert_eq!(guard.ready_ms(since(1_050), elsewhere), Some(1_200));
        assert_eq!(guard.ready_ms(Seen::default(), here), None);
        let By::Pointer(place) = CHARGE else { unreachable!() };
        assert_eq!(guard.passes_ms(), Some((place, 1_570)));
    }
}
