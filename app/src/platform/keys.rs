//! Keys before anything on the page hears them, and fields as they were before some keys wrote into them.

use std::cell::Cell;

use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, EventInit, HtmlElement, KeyboardEvent};

thread_local! {
    static UNDOING: Cell<bool> = const { Cell::new(false) };
}

/// Calls for every key that goes down or up, before anything on the page hears of it, as long as the page lives.
pub fn listen(heard: impl Fn(&KeyboardEvent, bool) + 'static) {
    let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        heard(&event, event.type_() == "keydown");
    });
    for kind in ["keydown", "keyup"] {
        let function = listener.as_ref().unchecked_ref();
        // Every browser takes a listener of a known event.
        let _ = window().add_event_listener_with_callback_and_bool(kind, function, true);
    }
    listener.forget();
}

/// The key does nothing on the page.
pub fn take(event: &KeyboardEvent) {
    event.prevent_default();
    event.stop_immediate_propagation();
}

/// Calls whenever something gets the focus, as long as the page lives.
pub fn on_focus(moved: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(moved);
    // Every browser takes a listener of a known event.
    let _ = window().add_event_listener_with_callback_and_bool("focusin", listener.as_ref().unchecked_ref(), true);
    listener.forget();
}

/// Whether a key writes a sign by the third level of its keyboard, which Windows reports as Ctrl and Alt.
pub fn is_third_level(event: &KeyboardEvent) -> bool {
    event.get_modifier_state("AltGraph")
}

/// The digit of the key that was pressed, whatever an input method makes of it.
pub fn digit(event: &KeyboardEvent) -> Option<char> {
    let code = event.code();
    let digit = code.strip_prefix("Digit").or_else(|| code.strip_prefix("Numpad"))?;
    digit.parse::<char>().ok().filter(|digit| digit.is_ascii_digit() && !event.shift_key())
}

/// Whether what a field is told now is what it held before a scan, not what a person types.
pub fn is_undoing() -> bool {
    UNDOING.get()
}

/// Whether a dialog is open over the page.
pub fn has_dialog() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|found| found.is_some())
}

fn focused() -> Option<Element> {
    document().active_element().filter(|element| !matches!(element.tag_name().as_str(), "BODY" | "HTML"))
}

fn member(of: &JsValue, name: &str) -> JsValue {
    // An element answers for every name.
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Whether what has the focus takes text, so that a space is a space there.
fn is_text(element: &Element) -> bool {
    element
        .matches("textarea, input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=file])")
        .unwrap_or(false)
}

/// Whether what has the focus is pressed or chosen in by keys that write.
pub fn is_pressable() -> bool {
    focused().is_some_and(|element| !is_text(&element))
}

/// What had the focus, and what it held, before a key.
#[derive(Clone)]
pub struct Before {
    element: Option<Element>,
    value: Option<String>,
    start: Option<u32>,
    end: Option<u32>,
}

impl Before {
    /// As it is now.
    pub fn now() -> Self {
        let element = focused();
        let of = |name| element.as_ref().map(|element| member(element, name));
        let is_field = element.as_ref().is_some_and(|it| it.matches("input, textarea, select").unwrap_or(false));
        let value = of("value").filter(|_| is_field).and_then(|value| value.as_string());
        let place = |name| of(name).and_then(|at| at.as_f64()).map(|at| at as u32);
        Self { value, start: place("selectionStart"), end: place("selectionEnd"), element }
    }

    /// As it was before this sign was written at its end, if it was.
    pub fn without(mut self, sign: Option<char>) -> Self {
        let bare = self.value.as_deref().zip(sign).and_then(|(value, sign)| value.strip_suffix(sign));
        if let Some(bare) = bare.map(str::to_owned) {
            let end = u32::try_from(bare.encode_utf16().count()).ok();
            self.start = self.start.and(end);
            self.end = self.end.and(end);
            self.value = Some(bare);
        }
        self
    }

    /// Whether it is about the same element.
    pub fn is_of(&self, other: &Self) -> bool {
        match (&self.element, &other.element) {
            (Some(one), Some(other)) => one.is_same_node(Some(other)),
            (None, None) => true,
            _ => false,
        }
    }

    /// What the field says of scans.
    pub fn mark(&self) -> Option<String> {
        self.element.as_ref()?.get_attribute("data-scan")
    }

    /// The field holds what it held, and everything that listens to it knows.
    pub fn restore(&self) {
        let (Some(element), Some(value)) = (&self.element, &self.value) else { return };
        if !element.is_connected() {
            return;
        }
        if member(element, "value").as_string().as_ref() != Some(value) {
            set_value(element, value);
        }
        self.select();
    }

    /// Has the focus again.
    pub fn focus(&self) {
        let now = focused();
        match (&self.element, now) {
            (Some(element), now) if now.as_ref().is_none_or(|now| !now.is_same_node(Some(element))) => {
                if let Some(element) = element.dyn_ref::<HtmlElement>().filter(|it| it.is_connected()) {
                    // What had the focus can have it again.
                    let _ = element.focus();
                    self.select();
                }
            }
            (None, Some(now)) => {
                if let Some(now) = now.dyn_ref::<HtmlElement>() {
                    // An element that has the focus can lose it.
                    let _ = now.blur();
                }
            }
            _ => {}
        }
    }

    fn select(&self) {
        let (Some(element), Some(start), Some(end)) = (&self.element, self.start, self.end) else { return };
        let select = member(element, "setSelectionRange").dyn_into::<js_sys::Function>();
        if let Ok(select) = select {
            // Fields of kinds without a caret said so before.
            let _ = select.call2(element, &start.into(), &end.into());
        }
    }

    /// Writes a text into the field in place of what it holds.
    pub fn write(&self, text: &str) {
        let Some(element) = self.element.as_ref().filter(|it| it.is_connected() && is_text(it)) else { return };
        set_value(element, text);
    }
}

/// Sets what a field holds, as if it had been typed.
fn set_value(element: &Element, value: &str) {
    let was = UNDOING.replace(true);
    // An element takes every member.
    let _ = Reflect::set(element, &"value".into(), &value.into());
    let options = EventInit::new();
    options.set_bubbles(true);
    let kinds: &[&str] = if element.tag_name() == "SELECT" { &["input", "change"] } else { &["input"] };
    for kind in kinds {
        if let Ok(event) = Event::new_with_event_init_dict(kind, &options) {
            let _ = element.dispatch_event(&event);
        }
    }
    UNDOING.set(was);
}
