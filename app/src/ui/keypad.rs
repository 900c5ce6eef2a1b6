//! The key pad: ours, so that it never covers the figure it writes. It writes where the caret is and
//! leaves the focus there, so that pad and keyboard can be mixed; by keyboard one types into the field
//! itself, which is why the pad's keys are no stops of the tab key.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon};
use crate::platform::page;
use crate::text::keys;

/// A context: how the pads are laid out; without it they begin with 7 and have a point.
#[derive(Clone, Copy, Debug)]
pub struct PadLayout {
    /// They begin with 1 at their top, as a phone's.
    pub as_phone: RwSignal<bool>,
    /// A comma stands before decimals.
    pub has_comma: Signal<bool>,
}

/// A key of the pad's own column, below erase and clear.
#[derive(Clone, Debug)]
pub struct KeypadKey {
    /// What it writes or does, such as "All".
    pub label: TextProp,
    /// What happens.
    pub act: Callback<()>,
}

/// What a key does to the text of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stroke {
    Write(&'static str),
    Erase,
    Clear,
}

/// What may stand before decimals.
const SIGNS: [char; 2] = ['.', ','];

/// Applies a key where the caret is, `start..end` marked, in characters. Nothing, where the key does not
/// apply: a second point or comma, or more decimals than there are.
fn stroke(text: &str, start: usize, end: usize, stroke: Stroke, decimals: u32) -> Option<(String, usize)> {
    let part = |from: usize, to: usize| -> String { text.chars().skip(from).take(to.saturating_sub(from)).collect() };
    let (mut before, after) = (part(0, start), part(end.max(start), usize::MAX));
    match stroke {
        Stroke::Clear => return Some((String::new(), 0)),
        Stroke::Erase if start < end => {}
        Stroke::Erase => {
            before.pop()?;
        }
        Stroke::Write(sign) if sign.contains(SIGNS) && before.is_empty() => before.extend(["0", sign]),
        Stroke::Write(keys) => {
            if before == "0" && !keys.contains(SIGNS) {
                before.clear();
            }
            before.push_str(keys);
        }
    }
    let caret = before.chars().count();
    let whole = before + &after;
    let written = matches!(stroke, Stroke::Write(_));
    if written && whole.matches(SIGNS).count() > usize::from(decimals > 0) {
        return None;
    }
    let places = whole.split_once(SIGNS).map_or(0, |(_, places)| places.len());
    if written && places > decimals as usize {
        return None;
    }
    let tidy = if whole == "00" { "0".to_owned() } else { whole };
    let caret = caret.min(tidy.chars().count());
    Some((tidy, caret))
}

/// The pad. It writes into the number field that has the focus, or else into the one with id `field`.
#[component]
pub fn Keypad(
    /// The field it belongs to.
    #[prop(into)]
    field: String,
    /// How many decimals can be typed; 0 leaves the point out.
    #[prop(into)]
    decimals: Signal<u32>,
    /// At most two keys of the page's own.
    #[prop(optional)]
    extra: Vec<KeypadKey>,
) -> impl IntoView {
    let field = StoredValue::new(field);
    let press = move |key: Stroke| {
        let decimals = decimals.get_untracked();
        page::type_into(&field.get_value(), |text, start, end| stroke(text, start, end, key, decimals));
    };
    let digit = move |key: &'static str| {
        view! {
            <button type="button" class="key" data-again="" tabindex="-1" on:click=move |_| press(Stroke::Write(key))>
                {key}
            </button>
        }
        .into_any()
    };
    let mut extra = extra.into_iter();
    let mut own = move || {
        extra.next().map(|KeypadKey { label, act }| {
            view! {
                <button type="button" class="key" data-fn="" data-again="" tabindex="-1" on:click=move |_| act.run(())>
                    {move || label.get()}
                </button>
            }
            .into_any()
        })
    };
    let (third, fourth) = (own(), own());
    // The calculator's 7-8-9 on top, or the phone's 1-2-3.
    let layout = use_context::<PadLayout>();
    let row = move |top: bool| {
        move || {
            let keys = if layout.is_some_and(|layout| layout.as_phone.get()) == top {
                ["1", "2", "3"]
            } else {
                ["7", "8", "9"]
            };
            keys.map(digit).collect_view()
        }
    };
    let sign = move || if layout.is_some_and(|layout| layout.has_comma.get()) { "," } else { "." };
    let point = move || (decimals.get() > 0).then(|| digit(sign()));
    view! {
        // Pressing a key must not take the focus from the figure.
        <div
            class="keypad"
            role="group"
            aria-label=keys::NUMBER_KEYS
            on:mousedown=move |event| event.prevent_default()
        >
            {row(true)}
            <button
                type="button"
                class="key"
                data-fn=""
                data-again=""
                tabindex="-1"
                aria-label=keys::ERASE
                on:click=move |_| press(Stroke::Erase)
            >
                <Icon glyph=Glyph::Erase/>
            </button>
            {digit("4")} {digit("5")} {digit("6")}
            <button type="button" class="key" data-fn="" data-again="" tabindex="-1" on:click=move |_| press(Stroke::Clear)>
                {keys::CLEAR}
            </button>
            {row(false)} <span class="key-place">{third}</span>
            {digit("0")} {digit("00")} <span class="key-place">{point}</span>
            <span class="key-place">{fourth}</span>
        </div>
    }
}

/// A key pad of the page's number fields, where fingers type: it is there while one of them has the focus, and the
/// system's own keyboard stays away.
#[derive(Clone, Copy)]
pub struct Dock {
    /// Whether the field with the focus takes decimals.
    open: RwSignal<Option<bool>>,
}

impl Dock {
    /// Offers the pad to the fields below; [`DockedKeypad`] shows it.
    pub fn provide() {
        if page::is_touched() {
            provide_context(Self { open: RwSignal::new(None) });
        }
    }
    /// The pad that is offered here.
    pub(super) fn here() -> Option<Self> {
        use_context()
    }
    /// A number field got the focus.
    pub(super) fn open(self, takes_decimals: bool) {
        self.open.set(Some(takes_decimals));
        page::show_field();
    }
    /// It lost it.
    pub(super) fn close(self) {
        self.open.set(None);
    }
}

/// Where the pad of [`Dock`] is shown.
#[component]
pub fn DockedKeypad(
    /// How many decimals an amount has.
    decimals: Signal<u32>,
) -> impl IntoView {
    let key =
        |label: crate::text::Phrase, act: fn()| KeypadKey { label: label.into(), act: Callback::new(move |()| act()) };
    Dock::here().map(|dock| {
        move || {
            dock.open.get().map(|takes_decimals| {
                let decimals = Signal::derive(move || if takes_decimals { decimals.get() } else { 0 });
                let extra = vec![key(keys::NEXT, page::focus_next_keyed), key(keys::DONE, page::leave_field)];
                view! { <Keypad field="" decimals extra/> }
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types keys at the end of a text, as a seller does.
    fn typed(text: &str, keys: &[&'static str], decimals: u32) -> String {
        keys.iter().fold(text.to_owned(), |text, key| {
            let end = text.chars().count();
            stroke(&text, end, end, Stroke::Write(key), decimals).map_or(text, |(new, _)| new)
        })
    }

    #[test]
    fn digits_and_one_point_make_an_amount() {
        assert_eq!(typed("", &["1", "2", ".", "5", "0"], 2), "12.50");
        assert_eq!(typed("", &[".", "5"], 2), "0.5");
        assert_eq!(typed("0", &["7"], 2), "7");
        assert_eq!(typed("", &["00", "00"], 2), "0");
    }

    #[test]
    fn a_comma_is_such_a_sign_too() {
        assert_eq!(typed("", &["4", ",", "2", "0"], 2), "4,20");
        assert_eq!(typed("", &[",", "5"], 2), "0,5");
        assert_eq!(typed("0", &[",", "7"], 2), "0,7");
        assert_eq!(typed("12.5", &[",", "0"], 2), "12.50", "one sign, whichever");
        assert_eq!(typed("1,50", &["9"], 2), "1,50");
        assert_eq!(typed("12", &[","], 0), "12");
    }

    #[test]
    fn what_does_not_apply_is_not_written() {
        assert_eq!(typed("1.5", &["."], 2), "1.5");
        assert_eq!(typed("1.50", &["9"], 2), "1.50");
        assert_eq!(typed("1.5", &["00"], 2), "1.5");
        assert_eq!(typed("12", &["."], 0), "12");
    }

    #[test]
    fn what_is_marked_is_replaced() {
        assert_eq!(stroke("316", 0, 3, Stroke::Write("2"), 2), Some(("2".to_owned(), 1)));
        assert_eq!(stroke("316", 0, 3, Stroke::Erase, 2), Some((String::new(), 0)));
    }

    #[test]
    fn erase_takes_what_stands_before_the_caret() {
        assert_eq!(stroke("316", 2, 2, Stroke::Erase, 2), Some(("36".to_owned(), 1)));
        assert_eq!(stroke("316", 0, 0, Stroke::Erase, 2), None);
        assert_eq!(stroke("x", 1, 1, Stroke::Clear, 2), Some((String::new(), 0)));
    }
}
