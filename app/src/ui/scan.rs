//! The scanner: heard on every page, in every field and dialog, wherever the focus is. What its keys did meanwhile is
//! undone, its Enter or Tab presses nothing, and the code goes to whatever on the page takes codes, or is refused with
//! a word and a sound.

mod model;

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use self::model::{END_MS, Ear, Found, Key, Knows, SEPARATOR, Stroke};
use super::{Glyph, Note, Toast, Toaster, Tone};
use crate::platform::{clock, keys, sound};
use crate::text::scan as words;

/// A code that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The code, as the scanner wrote it.
    pub text: String,
    /// What the field that had the focus says of scans; none: there was no such field.
    pub mark: Option<String>,
}

/// How near to the person something is that takes codes: the nearest takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A page.
    Page,
    /// A form or the like on a page that takes codes, too.
    Part,
    /// A dialog.
    Dialog,
}

/// The mark of a field to search by.
pub const SEARCH: &str = "search";
/// A field with this mark takes a code in place of what it holds, where nothing else does.
pub const INTO_FIELD: &str = "set";

type Takes = Arc<dyn Fn(Scan) + Send + Sync>;
type Asks = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What this device is set to.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What a scanner sends before a code: a sign, or a key as the browser names it; empty: nothing.
    pub prefix: RwSignal<String>,
    /// A code that is refused makes no sound.
    pub is_silent: RwSignal<bool>,
}

/// The scanner; a context.
#[derive(Clone, Copy)]
pub struct Scanner {
    settings: Settings,
    toaster: Toaster,
    layers: StoredValue<Vec<(u32, Layer, Takes)>>,
    next: StoredValue<u32>,
    /// What is said in the dialog that is open.
    said: RwSignal<Option<(u32, TextProp, bool)>>,
    ear: StoredValue<Ear>,
    /// Each key that may be of a code.
    struck: StoredValue<Vec<Struck>, LocalStorage>,
    /// A sign whose number is typed while Alt is held.
    numbered: StoredValue<Option<(u32, Struck)>, LocalStorage>,
    /// What got the focus by such a key, before it wrote there.
    moved: StoredValue<Vec<keys::Before>, LocalStorage>,
    /// The key that writes and was not let go yet.
    down: StoredValue<Option<String>>,
    /// A key whose letting go presses nothing.
    held_back: StoredValue<bool>,
    /// The field that the last code was scanned into.
    field: StoredValue<Option<keys::Before>, LocalStorage>,
    knows: StoredValue<Known>,
}

/// A key that writes: what had the focus before it, its sign, and that of its place on an American keyboard.
#[derive(Clone)]
struct Struck {
    before: keys::Before,
    sign: Option<char>,
    american: Option<char>,
}

/// What is known of codes.
#[derive(Clone)]
struct Known {
    has: Asks,
    is_whole: Asks,
}

impl Knows for Known {
    fn has(&self, text: &str) -> bool {
        (self.has)(text)
    }
    fn is_whole(&self, text: &str) -> bool {
        (self.is_whole)(text)
    }
}

/// A timer that is so late was not the only thing that waited.
const LATE_MS: i64 = 60;
const SHORTLY: Duration = Duration::from_millis(30);
/// What is said stays so long in a dialog.
const STAY: Duration = Duration::from_secs(7);

impl Scanner {
    /// Listens from now on, as long as the page lives. `has`: something has this code; `is_whole`: its check digit
    /// vouches for it.
    pub fn start(
        settings: Settings,
        toaster: Toaster,
        has: impl Fn(&str) -> bool + Send + Sync + 'static,
        is_whole: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        let knows = Known { has: Arc::new(has), is_whole: Arc::new(is_whole) };
        let scanner = Self {
            settings,
            toaster,
            layers: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            said: RwSignal::new(None),
            ear: StoredValue::new(Ear::default()),
            struck: StoredValue::new_local(Vec::new()),
            numbered: StoredValue::new_local(None),
            moved: StoredValue::new_local(Vec::new()),
            down: StoredValue::new(None),
            held_back: StoredValue::new(false),
            field: StoredValue::new_local(None),
            knows: StoredValue::new(knows),
        };
        keys::on_focus(move || {
            let now = keys::Before::now();
            // What had the focus before, and has it again, holds what a key wrote there meanwhile.
            let is_new =
                scanner.struck.with_value(|all| !all.is_empty() && !all.iter().any(|it| it.before.is_of(&now)));
            if is_new {
                scanner.moved.update_value(|moved| moved.push(now));
            }
        });
        keys::listen(move |event, is_down| if is_down { scanner.down(event) } else { scanner.up(event) });
        scanner
    }

    /// The one of this page; none in a part that is shown alone.
    pub fn here() -> Option<Self> {
        use_context()
    }

    /// From now until this part of the page goes, codes are taken by it.
    pub fn take(self, layer: Layer, takes: impl Fn(Scan) + Send + Sync + 'static) {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        self.layers.update_value(|layers| layers.push((number, layer, Arc::new(takes))));
        on_cleanup(move || {
            self.layers.try_update_value(|layers| layers.retain(|(of, ..)| *of != number));
        });
    }

    /// A code came: from the keys, or from a camera.
    pub fn heard(self, scan: Scan) {
        let nearest = self.layers.with_value(|layers| {
            let nearest = layers.iter().max_by_key(|(number, layer, _)| (*layer, *number));
            nearest.map(|(.., takes)| Arc::clone(takes))
        });
        match nearest {
            Some(takes) => takes(scan),
            None => self.refuse_here(&scan),
        }
    }

    /// Nothing here takes it, but the field that is made for codes and has the focus.
    pub fn refuse_here(self, scan: &Scan) {
        if scan.mark.as_deref() == Some(INTO_FIELD) {
            self.field.with_value(|field| field.iter().for_each(|field| field.write(&scan.text)));
            return;
        }
        let code = scan.text.clone();
        self.refuse(move || words::not_here(&code));
    }

    /// Says why a code was not taken, with a sound.
    pub fn refuse(self, why: impl Into<TextProp>) {
        if !self.settings.is_silent.get_untracked() {
            sound::refuse();
        }
        self.tell(why.into(), true);
    }

    /// Says what became of a code.
    pub fn say(self, what: impl Into<TextProp>) {
        self.tell(what.into(), false);
    }

    fn tell(self, text: TextProp, is_refused: bool) {
        if !keys::has_dialog() {
            let glyph = if is_refused { Glyph::Warn } else { Glyph::Scan };
            return self.toaster.show(Toast { text, glyph, acts: Vec::new(), stays: false });
        }
        let number = self.said.with_untracked(|said| said.as_ref().map_or(0, |(number, ..)| number.wrapping_add(1)));
        self.said.set(Some((number, text, is_refused)));
        let said = self.said;
        set_timeout(
            move || {
                if said.with_untracked(|said| said.as_ref().is_some_and(|(of, ..)| *of == number)) {
                    said.set(None);
                }
            },
            STAY,
        );
    }

    fn up(self, event: &leptos::ev::KeyboardEvent) {
        let code = event.code();
        self.down.update_value(|down| drop(down.take_if(|down| *down == code)));
        if event.key() == "Alt"
            && let Some((number, struck)) = self.numbered.try_update_value(Option::take).flatten()
        {
            let sign = char::from_u32(number);
            let key = match sign {
                Some('\r' | '\n' | '\t') => Key::End,
                Some(sign) => Key::Sign(sign),
                None => Key::Other,
            };
            self.strike(event, key, false, Some(|| Struck { sign, american: sign, ..struck }));
        }
        if self.held_back.get_value() {
            self.held_back.set_value(false);
            event.prevent_default();
        }
    }

    fn down(self, event: &leptos::ev::KeyboardEvent) {
        let name = event.key();
        let code = event.code();
        // A scanner that is made independent of keyboards writes each sign by its number, while Alt is held.
        let digit = code.strip_prefix("Numpad").and_then(|digit| digit.parse::<u32>().ok()).filter(|_| event.alt_key());
        if let Some(digit) = digit {
            return self.numbered.update_value(|numbered| {
                let (number, _) = numbered
                    .get_or_insert_with(|| (0, Struck { before: keys::Before::now(), sign: None, american: None }));
                *number = number.saturating_mul(10).saturating_add(digit);
            });
        }
        let key = self.key_of(event, &name);
        let is_sign = matches!(key, Key::Sign(_));
        let overlaps = is_sign && self.down.with_value(|down| down.as_ref().is_some_and(|down| *down != code));
        if is_sign {
            self.down.set_value(Some(code.clone()));
        }
        let sign = if let Key::Sign(sign) = key { Some(sign) } else { None };
        let american = match sign {
            Some(SEPARATOR) => sign,
            Some(sign) => model::american(&code, event.shift_key() || sign.is_uppercase()).or(Some(sign)),
            None => None,
        };
        let writes = is_sign || key == Key::Prefix;
        let struck = || Struck { before: keys::Before::now(), sign, american };
        self.strike(event, key, overlaps, writes.then_some(struck));
    }

    /// `struck`: how it was struck, asked when a code that it ends is undone; none: it does not write.
    fn strike(
        self,
        event: &leptos::ev::KeyboardEvent,
        key: Key,
        overlaps: bool,
        struck: Option<impl FnOnce() -> Struck>,
    ) {
        let is_sign = matches!(key, Key::Sign(_));
        let stroke = Stroke { key, at_ms: event.time_stamp() as i64, is_held: event.repeat(), overlaps };
        let knows = self.knows.get_value();
        let Some(heard) = self.ear.try_update_value(|ear| ear.key(&stroke, &knows)) else { return };
        if let Some(found) = heard.found {
            self.found(found);
        }
        let writes = struck.is_some();
        let kept = self.struck.try_update_value(|all| {
            all.extend(struck.map(|struck| struck()));
            let idle = all.len().saturating_sub(heard.kept);
            all.drain(..idle);
            all.len()
        });
        if kept.is_some_and(|kept| kept <= 1) {
            self.moved.update_value(Vec::clear);
        }
        if heard.is_taken || (stroke.key == Key::Prefix && event.key().chars().count() > 1) {
            return keys::take(event);
        }
        // A space would press a key when it is let go, a letter choose in a list.
        if heard.is_likely && is_sign && keys::is_pressable() {
            self.held_back.set_value(true);
            event.prevent_default();
        }
        if writes {
            self.wait();
        }
    }

    /// A code that nothing ends is over when nothing more comes.
    fn wait(self) {
        let due = clock::page_ms().saturating_add(END_MS);
        let wait = Duration::from_millis(END_MS.unsigned_abs().saturating_add(1));
        set_timeout(move || self.paused(due), wait);
    }

    fn paused(self, due_ms: i64) {
        let now = clock::page_ms();
        // The tablet was busy: keys that were pressed meanwhile are heard first.
        if now > due_ms.saturating_add(LATE_MS) {
            return set_timeout(move || self.paused(now), SHORTLY);
        }
        let knows = self.knows.get_value();
        if let Some(found) = self.ear.try_update_value(|ear| ear.paused(now, &knows)).flatten() {
            self.found(found);
            self.struck.update_value(Vec::clear);
        }
    }

    fn key_of(self, event: &leptos::ev::KeyboardEvent, name: &str) -> Key {
        let mut letters = name.chars();
        let letter = match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_control() => Some(letter),
            _ => None,
        };
        // What composes signs of several keys reads those keys itself; but a digit it writes at once, and says only
        // which key it was.
        if event.is_composing() || name == "Process" || name == "Dead" {
            let digit = keys::digit(event).filter(|_| !event.is_composing());
            return digit.map_or(Key::Other, Key::Sign);
        }
        if !name.is_empty() && self.settings.prefix.with_untracked(|prefix| prefix == name) {
            return Key::Prefix;
        }
        let is_command = (event.ctrl_key() || event.alt_key() || event.meta_key()) && !keys::is_third_level(event);
        match (name, letter) {
            ("Enter" | "Tab", _) if !is_command && !event.shift_key() => Key::End,
            // Line feed, carriage return and tab, as some scanners send them.
            (_, Some('j' | 'J' | 'm' | 'M' | 'i' | 'I')) if is_command && event.ctrl_key() && !event.alt_key() => {
                Key::End
            }
            // What parts the fields of a GS1 code, as scanners send it.
            ("F8", _) => Key::Sign(SEPARATOR),
            (_, Some(']')) if is_command && event.ctrl_key() && !event.alt_key() => Key::Sign(SEPARATOR),
            ("Shift" | "CapsLock" | "AltGraph" | "Control" | "Alt" | "NumLock" | "Fn", _) => Key::Mute,
            (_, Some(letter)) if !is_command => Key::Sign(letter),
            _ => Key::Other,
        }
    }

    /// Undoes what the keys of a code did, and hands it on.
    fn found(self, found: Found) {
        let struck = self.struck.try_update_value(|all| {
            let first = all.len().saturating_sub(found.keys);
            all.split_off(first)
        });
        let struck = struck.unwrap_or_default();
        // A field that a key led into holds what it held before, or what the key's sign left of it.
        let mut seen = self.moved.try_update_value(std::mem::take).unwrap_or_default();
        seen.iter().rev().for_each(keys::Before::restore);
        let mut written = None;
        for Struck { before, sign, .. } in &struck {
            if !seen.iter().any(|it| it.is_of(before)) {
                let before = before.clone().without(written);
                before.restore();
                seen.push(before);
            }
            written = *sign;
        }
        let first = struck.first().map(|struck| &struck.before);
        if let Some(first) = first {
            first.focus();
        }
        let mark = first.and_then(keys::Before::mark);
        let american: String = struck.iter().filter_map(|key| key.american).collect();
        let text = model::meant(found.text, american.trim(), &self.knows.get_value());
        let scan = Scan { text, mark };
        self.field.set_value(first.cloned());
        self.heard(scan);
    }
}

/// What is said of a code while a dialog is open.
#[component]
pub(super) fn Said() -> impl IntoView {
    let scanner = Scanner::here();
    // What was said in another dialog is no word on this one.
    if let Some(scanner) = scanner {
        scanner.said.set(None);
        scanner.take(Layer::Dialog, move |scan| scanner.refuse_here(&scan));
    }
    let note = move || {
        let (_, text, is_refused) = scanner?.said.get()?;
        let tone = if is_refused { Tone::Owe } else { Tone::Done };
        let glyph = if is_refused { Glyph::Warn } else { Glyph::Scan };
        Some(view! { <Note text tone glyph/> })
    };
    view! { <div role="status" data-testid="scan-said">{note}</div> }
}
