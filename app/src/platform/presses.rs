//! How the page is pressed: each press from when it began, each key from when it was seen. What was pressed too early,
//! or twice, is kept from the page; a [`Judge`] says which. Times are milliseconds of the page's own clock.
//!
//! While a key may not be pressed it says so (`aria-disabled`), and looks as always.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Reflect, WeakMap};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, KeyboardEvent, MouseEvent, Node};

#[wasm_bindgen]
extern "C" {
    type MutationObserver;
    #[wasm_bindgen(constructor, catch)]
    fn new(tell: &JsValue) -> Result<MutationObserver, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn observe(this: &MutationObserver, node: &Node, what: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = takeRecords)]
    fn take_records(this: &MutationObserver) -> js_sys::Array;

    type Boxed;
    #[wasm_bindgen(method, js_name = getBoundingClientRect)]
    fn rect(this: &Boxed) -> Rect;

    type Rect;
    #[wasm_bindgen(method, getter)]
    fn left(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    fn top(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    fn right(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    fn bottom(this: &Rect) -> f64;
}

/// What is guarded.
const KEYS: &str = "button:not([data-again]), input[role=switch]";
/// What is pressed beside it, and kept from a press only in the very place of an act.
const WAYS: &str = "a[href], button, label, input, summary";
/// What is written in.
const FIELDS: &str = "textarea, input:not([type=radio], [type=checkbox], [type=file])";
/// What a key says that may not be pressed for another reason.
const OFF: &str = "[data-off], [data-busy]";
/// Further than this a key has moved, CSS pixels.
const MOVED: i32 = 40;
/// A browser may press a key a moment after it heard that the key of the keyboard went up.
const AFTER_UP_MS: i64 = 60;
/// A page that is not drawn looks at its keys after this.
const UNDRAWN_MS: i32 = 200;

/// A place on the screen, CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

impl Place {
    /// Whether the other place is no further than this.
    pub fn is_within(self, reach: i32, other: Self) -> bool {
        let Self { x, y } = other;
        Area { left: x, top: y, right: x, bottom: y }.is_within(reach, self)
    }
}

/// What a key covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// CSS pixels from the left of the window.
    pub left: i32,
    /// From its top.
    pub top: i32,
    /// From its left.
    pub right: i32,
    /// From its top.
    pub bottom: i32,
}

impl Area {
    /// Its middle.
    pub fn middle(self) -> Place {
        Place { x: self.left.midpoint(self.right), y: self.top.midpoint(self.bottom) }
    }
    /// Whether a place is no further from it than this.
    pub fn is_within(self, reach: i32, place: Place) -> bool {
        let beyond = |at: i32, from: i32, to: i32| i64::from((from - at).max(at - to).max(0));
        let (x, y) = (beyond(place.x, self.left, self.right), beyond(place.y, self.top, self.bottom));
        x * x + y * y <= i64::from(reach) * i64::from(reach)
    }
    /// What an element covers now.
    pub(super) fn of(element: &Element) -> Self {
        let rect = element.unchecked_ref::<Boxed>().rect();
        let (left, top) = (rect.left() as i32, rect.top() as i32);
        Self { left, top, right: rect.right() as i32, bottom: rect.bottom() as i32 }
    }
    /// Whether it is nothing: the element is not shown.
    pub(super) fn is_empty(self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }
}

/// How something is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// With a mouse, a finger or a pen, here.
    Pointer(Place),
    /// With Enter, Space or a key of the page.
    Keyboard,
}

/// Since when a key is seen as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Since then; not yet.
    pub since_ms: Option<i64>,
    /// Where it was before it moved, and when it did.
    pub moved: Option<(Area, i64)>,
}

impl Seen {
    /// Since when for a press of this kind: to a pointer, a key that came to its place is new.
    pub fn since(self, by: Option<By>) -> Option<i64> {
        let since = self.since_ms?;
        match (by, self.moved) {
            (Some(By::Pointer(place)), Some((before, at))) if !before.is_within(0, place) => Some(since.max(at)),
            _ => Some(since),
        }
    }
}

/// Says which presses act.
pub trait Judge {
    /// A press began.
    fn began(&mut self, by: By, at_ms: i64);
    /// Another key of the keyboard was pressed.
    fn typed(&mut self, at_ms: i64);
    /// The last press was on what is no key, and did there what it does.
    fn passed(&mut self);
    /// The page itself did something at the last press.
    fn took(&mut self);
    /// The last press acts on a key.
    fn acted(&mut self);
    /// Whether the last press may act on this key.
    fn may_act(&self, seen: Seen) -> bool;
    /// Whether the last press may reach what is no key.
    fn may_pass(&self) -> bool;
    /// Whether something that presses keys without a hand, such as a screen reader, may press this one now.
    fn may_act_unpressed(&self, seen: Seen, now_ms: i64) -> bool;
    /// From when on a pointer may press this key; nothing while it is not seen.
    fn ready_ms(&self, seen: Seen, area: Area) -> Option<i64>;
    /// Until when something that is no key may not be pressed, and where.
    fn passes_ms(&self) -> Option<(Place, i64)>;
}

/// A key as it was last looked at.
#[derive(Debug)]
struct Key {
    element: Element,
    /// Its words.
    face: String,
    seen: Seen,
    area: Area,
    /// It says that it may not be pressed yet.
    waits: bool,
}

/// The press that is under way.
#[derive(Debug)]
struct Press {
    is_pointer: bool,
    /// The key that it began on.
    on: Option<u32>,
    /// The event of a keyboard's key, and when the key went up again.
    event: Option<KeyboardEvent>,
    up_ms: Option<i64>,
}

struct Watch<J> {
    judge: J,
    keys: HashMap<u32, Key>,
    /// Which number an element has.
    numbers: WeakMap,
    next: u32,
    press: Option<Press>,
    /// What is no key and waits.
    way: Option<Element>,
    /// Where keys are has changed because the page was scrolled.
    scrolled: bool,
    /// Somebody is to look at the keys.
    looks: bool,
    timer: Option<i32>,
    observer: Option<MutationObserver>,
}

fn now_ms() -> i64 {
    window().performance().map_or(0, |clock| clock.now() as i64)
}

fn time_of(event: &Event) -> i64 {
    let (at, now) = (event.time_stamp() as i64, now_ms());
    // A browser that counts an event's time from another day.
    if (now - 60_000..=now).contains(&at) { at } else { now }
}

/// Everything that a selector finds.
pub(super) fn all(selector: &str) -> Vec<Element> {
    let Ok(list) = document().query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|nth| list.get(nth)?.dyn_into().ok()).collect()
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn swallow(event: &Event) {
    event.prevent_default();
    event.stop_immediate_propagation();
}

/// The key that a press on this element presses.
fn key_of(element: &Element) -> Option<Element> {
    let found = element.closest(KEYS).ok().flatten();
    found.or_else(|| {
        let label = element.closest("label").ok().flatten()?;
        let control: Element = Reflect::get(&label, &"control".into()).ok()?.dyn_into().ok()?;
        control.matches(KEYS).ok()?.then_some(control)
    })
}

impl<J: Judge> Watch<J> {
    fn number(&mut self, element: &Element) -> u32 {
        let known = self.numbers.get(element).as_f64().map(|number| number as u32);
        known.unwrap_or_else(|| {
            self.next = self.next.wrapping_add(1);
            self.numbers.set(element, &self.next.into());
            self.next
        })
    }

    /// Finds keys that are new or say something else; they are not seen yet. Answers whether there are any.
    fn find(&mut self) {
        let modal = all("dialog[open]").pop();
        let mut keys = HashMap::new();
        for element in all(KEYS) {
            let number = self.number(&element);
            let face = element.get_attribute("aria-label").or_else(|| element.text_content()).unwrap_or_default();
            let covered = modal.as_ref().is_some_and(|modal| !modal.contains(Some(&element)));
            let mut key = self.keys.remove(&number).unwrap_or_else(|| Key {
                element,
                face: String::new(),
                seen: Seen::default(),
                area: Area::default(),
                waits: false,
            });
            if covered || key.face != face {
                key.face = face;
                key.seen = Seen::default();
            }
            keys.insert(number, key);
        }
        self.keys = keys;
    }

    /// Looks where the keys are, now that they are drawn.
    fn look(&mut self) {
        let now = now_ms();
        let modal = all("dialog[open]").pop();
        let scrolled = std::mem::take(&mut self.scrolled);
        for key in self.keys.values_mut() {
            let area = Area::of(&key.element);
            let covered = modal.as_ref().is_some_and(|modal| !modal.contains(Some(&key.element)));
            if area.is_empty() || covered {
                key.seen = Seen::default();
            } else if key.seen.since_ms.is_none() {
                key.seen = Seen { since_ms: Some(now), moved: None };
            } else if !scrolled && !area.middle().is_within(MOVED, key.area.middle()) {
                key.seen.moved = Some((key.area, now));
            }
            key.area = area;
        }
    }

    /// Has each key say whether it may be pressed; answers when the next of them may.
    fn mark(&mut self) -> Option<i64> {
        let now = now_ms();
        let mut next = None::<i64>;
        let mut until = |ready: i64| next = Some(next.map_or(ready, |next| next.min(ready)));
        let modal = all("dialog[open]").pop();
        for key in self.keys.values_mut() {
            let covered = || modal.as_ref().is_some_and(|modal| !modal.contains(Some(&key.element)));
            let ready = self.judge.ready_ms(key.seen, key.area);
            let waits = ready.map_or_else(|| !covered(), |ready| ready > now);
            if let Some(ready) = ready.filter(|_| waits) {
                until(ready);
            }
            if waits {
                wait(&key.element);
            } else if key.waits {
                wait_no_more(&key.element);
            }
            key.waits = waits;
        }
        let way = self.judge.passes_ms().filter(|(_, until)| *until > now).and_then(|(place, ready)| {
            let there = document().element_from_point(place.x as f32, place.y as f32)?;
            let way = there.closest(WAYS).ok().flatten().filter(|way| key_of(way).is_none())?;
            until(ready);
            let control = Reflect::get(&way, &"control".into()).ok().and_then(|it| it.dyn_into().ok());
            Some(control.unwrap_or(way))
        });
        if let Some(before) = self.way.take().filter(|before| way.as_ref() != Some(before)) {
            wait_no_more(&before);
        }
        way.iter().for_each(wait);
        self.way = way;
        // What is said here is no news.
        if let Some(observer) = &self.observer {
            observer.take_records();
        }
        next
    }

    fn begin_pointer(&mut self, event: &Event) {
        let Some(mouse) = event.dyn_ref::<MouseEvent>() else { return };
        self.recall();
        self.judge.began(By::Pointer(Place { x: mouse.client_x(), y: mouse.client_y() }), time_of(event));
        let on = target(event).and_then(|target| key_of(&target)).map(|key| self.number(&key));
        self.press = Some(Press { is_pointer: true, on, event: None, up_ms: None });
    }

    /// What became of the press before: what the page did at it was its act.
    fn recall(&mut self) {
        let handled = self.press.as_ref().and_then(|press| press.event.as_ref());
        if handled.is_some_and(|event| event.default_prevented()) {
            self.judge.took();
        }
    }

    fn key_down(&mut self, event: &KeyboardEvent) {
        // Keys that choose a character are the input method's; Safari says so by a number only.
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let on = target(event);
        let is = |selector: &str| on.as_ref().is_some_and(|on| on.matches(selector).unwrap_or(false));
        let writes = match event.key().as_str() {
            "Enter" => is("textarea") && !event.ctrl_key(),
            " " => is(FIELDS) || is("select"),
            "F2" => false,
            "Shift" | "CapsLock" | "Control" | "Alt" | "Meta" => return,
            _ => true,
        };
        if writes {
            return self.judge.typed(time_of(event));
        }
        if event.repeat() && !is("[data-again]") {
            self.judge.began(By::Keyboard, time_of(event));
            return swallow(event);
        }
        self.recall();
        self.judge.began(By::Keyboard, time_of(event));
        // Of a burst that has acted nothing more reaches the page: no list opens, no offer is taken.
        if !self.judge.may_pass() {
            swallow(event);
        }
        let on = on.and_then(|on| key_of(&on)).map(|key| self.number(&key));
        self.press = Some(Press { is_pointer: false, on, event: Some(event.clone()), up_ms: None });
    }

    /// Something was written with no key of a keyboard: on glass, pasted, spoken, chosen by an input method.
    fn written(&mut self, event: &Event) {
        // What the page itself writes, such as a key pad or the undoing of a scan, no hand wrote.
        if event.is_trusted() && target(event).is_some_and(|on| on.matches(FIELDS).unwrap_or(false)) {
            self.judge.typed(time_of(event));
        }
    }

    fn key_up(&mut self, event: &KeyboardEvent) {
        if let Some(press) = self.press.as_mut().filter(|_| matches!(event.key().as_str(), "Enter" | " " | "F2")) {
            press.up_ms = Some(now_ms());
        }
    }

    /// Whether the press under way may be what made this event.
    fn pressed(&self, is_pointer: bool) -> Option<&Press> {
        let press = self.press.as_ref().filter(|press| press.is_pointer == is_pointer)?;
        let is_over = press.up_ms.is_some_and(|up| now_ms() - up > AFTER_UP_MS);
        (!is_over).then_some(press)
    }

    fn click(&mut self, event: &Event) {
        let Some(on) = target(event) else { return };
        let is_pointer = event.dyn_ref::<MouseEvent>().is_some_and(|event| event.detail() > 0);
        let Some(element) = key_of(&on) else {
            // What the page itself presses, such as a link to a file, is no hand's.
            if is_pointer || self.enters(&on) {
                if self.judge.may_pass() {
                    self.judge.passed();
                } else {
                    swallow(event);
                }
            }
            return;
        };
        if element.matches(OFF).unwrap_or(false) {
            return swallow(event);
        }
        let number = self.number(&element);
        let seen = self.keys.get(&number).map(|key| key.seen).unwrap_or_default();
        let press = self.pressed(is_pointer);
        let is_pressed = press.is_some();
        let acts = match press {
            // It was let go on another key than it was pressed on.
            Some(press) if is_pointer && press.on != Some(number) => false,
            Some(press) if press.on.is_some_and(|on| on != number) => false,
            Some(_) => self.judge.may_act(seen),
            None => self.judge.may_act_unpressed(seen, now_ms()),
        };
        if !acts {
            swallow(event);
        } else if is_pressed {
            self.judge.acted();
        }
    }

    /// Whether a key of the keyboard presses this, which is no key of the page.
    fn enters(&self, on: &Element) -> bool {
        let has_focus = document().active_element().is_some_and(|active| active.is_same_node(Some(on)));
        has_focus && on.matches(WAYS).unwrap_or(false) && self.pressed(false).is_some()
    }

    fn submit(&mut self, event: &Event) {
        let submitter = Reflect::get(event, &"submitter".into()).ok();
        let has_key = submitter.is_some_and(|key| key.is_object());
        if !has_key && self.pressed(false).is_some() && !self.judge.may_pass() {
            swallow(event);
        }
    }
}

fn wait(element: &Element) {
    if element.get_attribute("aria-disabled").as_deref() != Some("true") {
        // The attribute is well formed.
        let _ = element.set_attribute("aria-disabled", "true");
    }
}

fn wait_no_more(element: &Element) {
    if !element.matches(OFF).unwrap_or(false) {
        let _ = element.remove_attribute("aria-disabled");
    }
}

type Shared<J> = Rc<RefCell<Watch<J>>>;

/// Has the keys say what they may, and again when that changes.
fn mark<J: Judge + 'static>(watch: &Shared<J>) {
    let Ok(mut held) = watch.try_borrow_mut() else { return };
    let next = held.mark();
    if let Some(timer) = held.timer.take() {
        window().clear_timeout_with_handle(timer);
    }
    if let Some(next) = next {
        let again = Rc::clone(watch);
        let ms = i32::try_from((next - now_ms()).max(0)).unwrap_or(i32::MAX).saturating_add(1);
        let ring = Closure::once_into_js(move || mark(&again));
        held.timer = window().set_timeout_with_callback_and_timeout_and_arguments_0(ring.unchecked_ref(), ms).ok();
    }
}

/// The page has changed: keys that are new are marked at once, and looked at when they are drawn.
fn changed<J: Judge + 'static>(watch: &Shared<J>) {
    let Ok(mut held) = watch.try_borrow_mut() else { return };
    held.find();
    drop(held);
    mark(watch);
    look_soon(watch);
}

/// Has the keys looked at when the page is drawn.
fn look_soon<J: Judge + 'static>(watch: &Shared<J>) {
    let Ok(mut held) = watch.try_borrow_mut() else { return };
    let asks = !std::mem::replace(&mut held.looks, true);
    drop(held);
    if asks {
        let look = {
            let watch = Rc::clone(watch);
            move || {
                let Ok(mut held) = watch.try_borrow_mut() else { return };
                if std::mem::take(&mut held.looks) {
                    held.look();
                    drop(held);
                    mark(&watch);
                }
            }
        };
        let late = Closure::once_into_js(look.clone());
        leptos::prelude::request_animation_frame(look);
        // A page out of sight draws nothing; a page can always set a timer.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), UNDRAWN_MS);
    }
}

/// Hears how the page is pressed, before anything of it does, as long as it lives.
pub fn judge_by(judge: impl Judge + 'static) {
    let watch = Rc::new(RefCell::new(Watch {
        judge,
        keys: HashMap::new(),
        numbers: WeakMap::new(),
        next: 0,
        press: None,
        way: None,
        scrolled: false,
        looks: false,
        timer: None,
        observer: None,
    }));
    observe(&watch);
    hear(&watch, "pointerdown", |watch, event| watch.begin_pointer(event), false);
    hear(&watch, "click", Watch::click, true);
    hear(&watch, "submit", Watch::submit, false);
    hear(&watch, "input", Watch::written, false);
    let scrolled = Rc::clone(&watch);
    listen("scroll", move |_| {
        if let Ok(mut held) = scrolled.try_borrow_mut() {
            held.scrolled = true;
        }
        look_soon(&scrolled);
    });
    let of_key = |event: &Event| event.dyn_ref::<KeyboardEvent>().cloned();
    hear(&watch, "keydown", move |watch, event| of_key(event).iter().for_each(|key| watch.key_down(key)), true);
    hear(&watch, "keyup", move |watch, event| of_key(event).iter().for_each(|key| watch.key_up(key)), false);
}

fn hear<J: Judge + 'static>(
    watch: &Shared<J>,
    name: &str,
    hears: impl Fn(&mut Watch<J>, &Event) + 'static,
    marks: bool,
) {
    let watch = Rc::clone(watch);
    listen(name, move |event| {
        if let Ok(mut held) = watch.try_borrow_mut() {
            hears(&mut held, &event);
        }
        if marks {
            mark(&watch);
        }
    });
}

fn listen(name: &str, hears: impl Fn(Event) + 'static) {
    let heard = Closure::<dyn Fn(Event)>::new(hears);
    // A window can always be listened to.
    let _ = window().add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
    heard.forget();
}

fn observe<J: Judge + 'static>(watch: &Shared<J>) {
    let told = Rc::clone(watch);
    let tell = Closure::<dyn Fn()>::new(move || changed(&told));
    let Ok(observer) = MutationObserver::new(tell.as_ref()) else { return };
    tell.forget();
    let what = js_sys::Object::new();
    for part in ["subtree", "childList", "characterData", "attributes"] {
        // An object that was just made takes a value.
        let _ = Reflect::set(&what, &part.into(), &true.into());
    }
    // The document is a node.
    let _ = observer.observe(&document(), &what);
    if let Ok(mut held) = watch.try_borrow_mut() {
        held.observer = Some(observer);
    }
}
