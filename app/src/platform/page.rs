//! The page itself: what `<html>` says, the address it was opened with, focus, and typing by key pad.

use super::presses::{Area, all};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Event, EventInit, HtmlElement, HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition, UrlSearchParams,
    VisibilityState,
};

fn say_of_html(attribute: &str, value: Option<&str>) {
    if let Some(html) = document().document_element() {
        // These attributes are well formed, so neither call can fail.
        let _ = match value {
            Some(value) => html.set_attribute(attribute, value),
            None => html.remove_attribute(attribute),
        };
    }
}

/// Fonts, line height and a screen reader's voice follow the language.
pub fn set_language(key: &str) {
    say_of_html("lang", Some(key));
}

/// Chooses the set of colours, and the colour of the window's own bar with it.
pub fn set_theme(key: &str) {
    say_of_html("data-theme", Some(key));
    let Some(html) = document().document_element() else {
        return;
    };
    let cover =
        window().get_computed_style(&html).ok().flatten().and_then(|style| style.get_property_value("--cover").ok());
    let bar = document().query_selector("meta[name=theme-color]");
    if let (Some(cover), Ok(Some(bar))) = (cover, bar) {
        let _ = bar.set_attribute("content", cover.trim());
    }
}

/// Which hand holds the tablet decides where the main key is.
pub fn set_left_handed(left: bool) {
    say_of_html("data-hand", left.then_some("left"));
}

/// Whether nobody sees the page: another one is in front, or the tablet's screen is off.
pub fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

/// Scrolls as little as brings this into sight.
pub fn scroll_to(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        reveal(&element);
    }
}

/// The same for an element at hand.
pub fn reveal(element: &web_sys::Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The title of the window.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// The browser's own language, such as `zh-CN`.
pub fn browser_language() -> Option<String> {
    window().navigator().language()
}

fn dark_query() -> Option<web_sys::MediaQueryList> {
    window().match_media("(prefers-color-scheme: dark)").ok().flatten()
}

/// Whether the system asks for a dark screen.
pub fn system_is_dark() -> bool {
    dark_query().is_some_and(|query| query.matches())
}

/// Calls back whenever the system changes its mind about that, as long as the page lives.
pub fn on_system_theme(changed: impl Fn(bool) + 'static) {
    if let Some(query) = dark_query() {
        let asked = query.clone();
        let listener = Closure::<dyn Fn()>::new(move || changed(asked.matches()));
        query.set_onchange(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
    }
}

/// A value of the address' query, such as `lang`.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// A value of what stands behind the address' `#`, such as `pair`; the address forgets all that stands there.
pub fn take_fragment(name: &str) -> Option<String> {
    let location = window().location();
    let hash = location.hash().ok()?;
    let value = UrlSearchParams::new_with_str(hash.strip_prefix('#')?).ok()?.get(name)?;
    let path = location.pathname().ok()? + &location.search().ok()?;
    let _ = window().history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    Some(value)
}

/// A text as it stands in an address.
pub fn escaped(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Takes a value out of the address, so that a copied or reloaded one does not say it again.
pub fn forget_query(name: &str) {
    let forget = || -> Result<(), JsValue> {
        let location = window().location();
        let values = UrlSearchParams::new_with_str(&location.search()?)?;
        if !values.has(name) {
            return Ok(());
        }
        values.delete(name);
        let query = String::from(values.to_string());
        let mark = if query.is_empty() { "" } else { "?" };
        let address = format!("{}{mark}{query}{}", location.pathname()?, location.hash()?);
        let history = window().history()?;
        history.replace_state_with_url(&history.state()?, "", Some(&address))
    };
    // It stays in the address where a browser forbids this; nothing depends on it.
    let _ = forget();
}

/// Where the app came from, such as `https://stall.example`.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The size of a letter that the person's browser starts from, in whole pixels.
pub fn rem() -> i32 {
    let size = || {
        let style = window().get_computed_style(&document().document_element()?).ok().flatten()?;
        let size = style.get_property_value("font-size").ok()?;
        size.split(['.', 'p']).next()?.parse().ok()
    };
    size().unwrap_or(16)
}

/// The place in its list of the row that has the focus.
pub fn focused_row() -> Option<usize> {
    document().active_element()?.get_attribute("data-at")?.parse().ok()
}

/// Focuses a row of the list as soon as it is drawn: while the list itself holds the focus for it, and it is `wanted`.
pub fn focus_row(list: HtmlElement, at: usize, wanted: impl Fn() -> bool + 'static) {
    leptos::prelude::request_animation_frame(move || {
        focus(&row_at(at));
        keep_on_row(list, at, wanted, UNDRAWN_FRAMES);
    });
}

/// In so many frames the list lies still, once the row that it was moved to is drawn.
const ROW_FRAMES: u8 = 12;
/// So many frames a busy tablet has to draw it.
const UNDRAWN_FRAMES: u8 = 240;

fn row_at(at: usize) -> String {
    format!("[data-at=\"{at}\"]")
}

fn keep_on_row(list: HtmlElement, at: usize, wanted: impl Fn() -> bool + 'static, frames: u8) {
    let is_drawn = document().query_selector(&row_at(at)).is_ok_and(|row| row.is_some());
    let frames = if is_drawn { frames.min(ROW_FRAMES) } else { frames };
    let Some(left) = frames.checked_sub(1).filter(|_| wanted()) else { return };
    if document().active_element().is_some_and(|active| active.is_same_node(Some(&list))) {
        focus(&row_at(at));
    }
    leptos::prelude::request_animation_frame(move || keep_on_row(list, at, wanted, left));
}

/// Where a row has the focus and is about to be drawn again, the new one has it.
pub fn keep_row_focus() {
    let row = document().active_element().filter(|active| active.has_attribute("data-at"));
    let Some(href) = row.and_then(|row| row.get_attribute("href")) else { return };
    leptos::prelude::request_animation_frame(move || {
        let is_lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if is_lost {
            focus(&format!("[data-at][href=\"{href}\"]"));
        }
    });
}

/// The place in its list of the row that an event is about.
pub fn row_of(event: &Event) -> Option<usize> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-at]").ok().flatten()?.get_attribute("data-at")?.parse().ok()
}

/// Whether a finger or a pen did it.
pub fn is_by_touch(event: &Event) -> bool {
    event.dyn_ref::<web_sys::PointerEvent>().is_some_and(|event| event.pointer_type() != "mouse")
}

/// What is about to be pasted into the search field where it is several lines, which the browser would glue together:
/// the lines with a space between. The paste itself does not happen then.
pub fn take_pasted_lines(event: &web_sys::ClipboardEvent) -> Option<String> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let text = event.clipboard_data()?.get_data("text").ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if field.type_() != "search" || lines.len() < 2 {
        return None;
    }
    event.prevent_default();
    Some(lines.join(" "))
}

/// Puts a text where it can be pasted from; false where the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    let Some(clipboard) = member(&navigator(), "clipboard") else { return false };
    called(&clipboard, "writeText", &text.into()).await
}

/// Whether texts can be handed to other apps.
pub fn can_share() -> bool {
    member(&navigator(), "share").is_some()
}

/// Offers a text to other apps; false where nothing came of it.
pub async fn share(text: &str) -> bool {
    let data = js_sys::Object::new();
    js_sys::Reflect::set(&data, &"text".into(), &text.into()).is_ok() && called(&navigator(), "share", &data).await
}

fn navigator() -> JsValue {
    window().navigator().into()
}

/// What an object has under this name.
fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(of, &name.into()).ok().filter(|member| !member.is_undefined() && !member.is_null())
}

/// Calls what answers later; false where it does not, or refuses.
async fn called(of: &JsValue, name: &str, argument: &JsValue) -> bool {
    let function = member(of, name).and_then(|member| member.dyn_into::<js_sys::Function>().ok());
    let Some(promise) = function.and_then(|function| function.call1(of, argument).ok()) else { return false };
    match promise.dyn_into::<js_sys::Promise>() {
        Ok(promise) => wasm_bindgen_futures::JsFuture::from(promise).await.is_ok(),
        Err(_) => false,
    }
}

/// Focuses the first element that the selector finds; false if there is none.
pub fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    element.focus().is_ok()
}

/// Focuses the first field that says it is wrong, once the screen shows it.
pub fn focus_first_fault() {
    leptos::prelude::request_animation_frame(|| {
        focus("dialog[open] [aria-invalid=true], main [aria-invalid=true]");
    });
}

/// Whether fingers are what the screen is mostly touched with.
pub fn is_touched() -> bool {
    let query = window().match_media("(pointer: coarse)").ok().flatten();
    query.is_some_and(|query| query.matches())
}

/// Goes on to the next field of the page that a key pad writes into; from the last one, leaves it.
pub fn focus_next_keyed() {
    let (Some(active), Ok(fields)) = (document().active_element(), document().query_selector_all("main [data-keyed]"))
    else {
        return;
    };
    let next = (0..fields.length())
        .filter_map(|nth| fields.get(nth)?.dyn_into::<HtmlElement>().ok())
        .skip_while(|field| !active.is_same_node(Some(field)))
        .skip(1)
        // What is folded away has no box, and does not take the focus.
        .find(|field| field.offset_width() > 0);
    match next {
        Some(next) => drop(next.focus()),
        None => leave_field(),
    }
}

/// Takes the focus from the field that has it.
pub fn leave_field() {
    if let Some(field) = document().active_element().and_then(|active| active.dyn_into::<HtmlElement>().ok()) {
        // An element that has the focus can lose it.
        let _ = field.blur();
    }
}

/// Once the screen shows what opened below it, the field with the focus is seen again.
pub fn show_field() {
    leptos::prelude::request_animation_frame(|| {
        if let Some(field) = document().active_element() {
            reveal(&field);
        }
    });
}

/// Lets a key pad write where the caret is: into the field that has the focus, or else into the one with
/// this id. `edit` gets the text and the marked part, in characters, and answers the new text and caret,
/// or nothing when the key does not apply.
pub fn type_into(id: &str, edit: impl FnOnce(&str, usize, usize) -> Option<(String, usize)>) {
    let active = document().active_element();
    let keyed = active.filter(|element| element.has_attribute("data-keyed"));
    let field = keyed.or_else(|| document().get_element_by_id(id));
    let Some(field) = field.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let text = field.value();
    let length = text.encode_utf16().count();
    let caret = |at: Result<Option<u32>, JsValue>| {
        let units = at.ok().flatten().and_then(|at| usize::try_from(at).ok());
        characters_before(&text, units.unwrap_or(length))
    };
    let (start, end) = (caret(field.selection_start()), caret(field.selection_end()));
    let Some((new, at)) = edit(&text, start, end) else {
        return;
    };
    field.set_value(&new);
    let units: usize = new.chars().take(at).map(char::len_utf16).sum();
    let units = u32::try_from(units).unwrap_or(u32::MAX);
    let _ = field.set_selection_range(units, units);
    let options = EventInit::new();
    options.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict("input", &options) {
        let _ = field.dispatch_event(&event);
    }
}

/// A browser counts carets in UTF-16 units.
fn characters_before(text: &str, units: usize) -> usize {
    let mut seen = 0;
    text.chars()
        .take_while(|character| {
            seen += character.len_utf16();
            seen <= units
        })
        .count()
}

/// The element that has the focus; the page itself counts as none.
fn active() -> Option<web_sys::Element> {
    document().active_element().filter(|element| !matches!(element.tag_name().as_str(), "BODY" | "HTML"))
}

/// Whether something that can be pressed or filled has the focus: the Enter key is its.
pub fn has_focus() -> bool {
    active().is_some_and(|element| element.matches("a, button, input, select, textarea, summary").unwrap_or(false))
}

/// Whether a text field has the focus: what is typed is written into it.
pub fn is_typing() -> bool {
    let field = "textarea, select, input:not([type=radio], [type=checkbox])";
    active().is_some_and(|element| element.matches(field).unwrap_or(false))
}

/// Whether the element with this id has the focus.
pub fn is_focused(id: &str) -> bool {
    active().is_some_and(|element| element.id() == id)
}

/// Focuses the element with this id, where it is there.
pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element on the page that can take the focus takes it.
        let _ = element.focus();
    }
}

/// Presses the key with this id, where it is there.
pub fn press(id: &str) {
    if let Some(key) = document().get_element_by_id(id).and_then(|key| key.dyn_into::<HtmlElement>().ok()) {
        key.click();
    }
}

/// A strip of the page where a word may stand for a moment: what lies below it is to be read, not pressed. CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// From the left of the window.
    pub left: i32,
    /// How wide it is at most.
    pub width: i32,
    /// From the top of the window, where it hangs from there.
    pub top: Option<i32>,
    /// From its foot, where it stands on that.
    pub bottom: Option<i32>,
}

/// How far a lane keeps from what is around it, CSS pixels.
const LANE_GAP: i32 = 12;
/// Narrower than this it is a phone, CSS pixels.
const PHONE: i32 = 600;

/// The lane of the pane that has the main key: above its stub; on a phone below the top bars.
pub fn lane() -> Option<Lane> {
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).map(|value| value as i32);
    let (wide, high) = (size(window().inner_width())?, size(window().inner_height())?);
    if wide < PHONE {
        let bars = all("main .bar, .spine .shop").into_iter().map(|bar| Area::of(&bar)).filter(|bar| !bar.is_empty());
        let top = bars.map(|bar| bar.bottom).filter(|bottom| *bottom < high / 3).max().unwrap_or(0);
        let width = wide - 2 * LANE_GAP;
        return Some(Lane { left: LANE_GAP, width, top: Some(top + LANE_GAP), bottom: None });
    }
    let stubs = all("main .stub").into_iter().filter(|stub| !Area::of(stub).is_empty());
    let (with_main, others): (Vec<_>, Vec<_>) =
        stubs.partition(|stub| stub.query_selector("[data-kind=main]").is_ok_and(|key| key.is_some()));
    let stub = Area::of(with_main.last().or(others.last())?);
    let bottom = Some(high - stub.top + LANE_GAP);
    Some(Lane { left: stub.left + LANE_GAP, width: stub.right - stub.left - 2 * LANE_GAP, top: None, bottom })
}

/// Moves the focus in a grid of keys by an arrow; false where the key is no arrow, or leads nowhere.
pub fn step_in_grid(keys: &str, arrow: &str) -> bool {
    let keys = all(keys);
    let Some(at) = document().active_element().and_then(|now| keys.iter().position(|key| key.is_same_node(Some(&now))))
    else {
        return false;
    };
    let row = keys.first().map(|first| Area::of(first).top).unwrap_or_default();
    let columns = keys.iter().take_while(|key| Area::of(key).top == row).count().max(1);
    let next = match arrow {
        "ArrowRight" => Some(at + 1),
        "ArrowLeft" => at.checked_sub(1),
        "ArrowDown" => Some(at + columns),
        "ArrowUp" => at.checked_sub(columns),
        "Home" => Some(0),
        "End" => keys.len().checked_sub(1),
        _ => None,
    };
    let next = next.and_then(|next| keys.get(next)).and_then(|next| next.dyn_ref::<HtmlElement>());
    next.is_some_and(|next| next.focus().is_ok())
}
