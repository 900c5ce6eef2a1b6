//! Fields: the label above, what is wrong below, and the field says so to a screen reader. What was typed
//! stays, right or wrong: a field holds text, and a form's model parses it.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::keypad::Dock;
use super::layout::fault_line;
use super::scan::SEARCH;
use super::{Button, Glyph, Icon, Tone};
use crate::text::keys;

/// What a field makes of a figure that was typed: said below it before anything is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// It stands there as plainly as it can be said.
    #[default]
    Plain,
    /// This: `¥4.20`.
    Is(String),
    /// One of these, to be chosen: as it is said, and as it is typed plainly.
    OneOf(Vec<(String, String)>),
}

/// The line below a figure: what it means, or what it can mean.
fn meaning_line(value: RwSignal<String>, meaning: Option<Signal<Meaning>>) -> Option<AnyView> {
    let meaning = meaning?;
    let said = move || match meaning.get() {
        Meaning::Plain => None,
        Meaning::Is(said) => Some(view! { <p class="small">"= " <b>{said}</b></p> }.into_any()),
        Meaning::OneOf(all) => {
            let choices = all.into_iter().map(|(said, plain)| {
                view! { <Button label=said on_press=move || value.set(plain.clone())/> }
            });
            Some(
                view! {
                    <div class="row" role="group" aria-label=keys::WHICH_FIGURE>
                        <span class="small">{keys::WHICH_FIGURE}</span>
                        {choices.collect_view()}
                    </div>
                }
                .into_any(),
            )
        }
    };
    Some(view! { <div class="meaning" role="status" data-testid="meaning">{said}</div> }.into_any())
}

/// A new id for an element of this page.
pub fn uid(prefix: &str) -> String {
    thread_local!(static NEXT: Cell<u32> = const { Cell::new(0) });
    let next = NEXT.get().wrapping_add(1);
    NEXT.set(next);
    format!("{prefix}{next}")
}

/// The field's frame around a control.
pub(super) fn framed(
    id: &str,
    label: TextProp,
    label_unseen: bool,
    hint: Option<TextProp>,
    fault: Signal<Option<String>>,
    warning: Signal<Option<String>>,
    control: AnyView,
) -> AnyView {
    let below = format!("{id}-why");
    let help = format!("{id}-help");
    view! {
        <div class="field">
            <label for=id.to_owned() class:unseen=label_unseen>{move || label.get()}</label>
            {control}
            {hint.map(|hint| view! { <p class="small muted" id=help>{move || hint.get()}</p> })}
            {fault_line(below, fault, warning)}
        </div>
    }
    .into_any()
}

/// What describes a control: the help that is always there, and what is wrong when something is.
pub(super) fn described(
    id: &str,
    has_hint: bool,
    fault: Signal<Option<String>>,
    warning: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Clone + Send + 'static {
    let (why, help) = (format!("{id}-why"), format!("{id}-help"));
    move || {
        let wrong = fault.with(Option::is_some) || warning.with(Option::is_some);
        match (wrong, has_hint) {
            (true, true) => Some(format!("{why} {help}")),
            (true, false) => Some(why.clone()),
            (false, true) => Some(help.clone()),
            (false, false) => None,
        }
    }
}

pub(super) fn invalid(fault: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Clone + Send {
    move || fault.with(Option::is_some).then_some("true")
}

/// A line, or with `rows` several lines, of text.
#[component]
pub fn TextField(
    /// What belongs in it.
    #[prop(into)]
    label: TextProp,
    /// What is in it.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// What looks odd about it; the act stays open.
    #[prop(optional, into)]
    warning: Signal<Option<String>>,
    /// Help below, always there.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// An example inside, while it is empty.
    #[prop(optional, into)]
    example: Option<TextProp>,
    /// The label is only said, not shown.
    #[prop(optional)]
    label_unseen: bool,
    /// The keys a tablet offers: `text`, `tel`, `decimal`, `numeric`, `url`, `none`.
    #[prop(default = "text")]
    keys: &'static str,
    /// A figure: at the end of the field, bold; our key pad may write into it.
    #[prop(optional)]
    numeric: bool,
    /// More than one line, this high.
    #[prop(optional)]
    rows: Option<u8>,
    /// What a code that is scanned into it is told by; see [`Scan`](super::scan::Scan).
    #[prop(optional, into)]
    scan: Option<String>,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Of a figure: what it means.
    #[prop(optional, into)]
    meaning: Option<Signal<Meaning>>,
) -> impl IntoView {
    let id = uid("f");
    let describe = described(&id, hint.is_some(), fault, warning);
    let dock = Dock::here().filter(|_| numeric);
    let say_example = move || example.as_ref().map(TextProp::get);
    let control = match rows {
        Some(rows) => view! {
            <textarea
                class="input"
                id=id.clone()
                rows=rows.to_string()
                data-scan=scan
                autocomplete=autocomplete
                placeholder=say_example
                aria-invalid=invalid(fault)
                aria-describedby=describe
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
        }
        .into_any(),
        None => view! {
            <input
                class="input"
                id=id.clone()
                type="text"
                inputmode=if dock.is_some() { "none" } else { keys }
                autocomplete=autocomplete
                placeholder=say_example
                data-numeric=numeric.then_some("")
                data-scan=scan
                data-keyed=numeric.then_some("")
                aria-invalid=invalid(fault)
                aria-describedby=describe
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
                on:focus=move |_| dock.into_iter().for_each(|dock| dock.open(true))
                on:blur=move |_| dock.into_iter().for_each(Dock::close)
            />
        }
        .into_any(),
    };
    let control = view! { {control} {meaning_line(value, meaning)} }.into_any();
    framed(&id, label, label_unseen, hint, fault, warning, control)
}

/// A line of text for which there are suggestions; others can be typed.
#[component]
pub fn ComboField(
    /// What belongs in it.
    #[prop(into)]
    label: TextProp,
    /// What is in it.
    value: RwSignal<String>,
    /// What is suggested.
    #[prop(into)]
    suggested: Signal<Vec<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// An example inside, while it is empty.
    #[prop(optional, into)]
    example: Option<TextProp>,
) -> impl IntoView {
    let id = uid("f");
    let list = format!("{id}-list");
    let options = move || suggested.get().into_iter().map(|text| view! { <option value=text></option> }).collect_view();
    let control = view! {
        <input
            class="input"
            id=id.clone()
            type="text"
            list=list.clone()
            autocomplete="off"
            placeholder=move || example.as_ref().map(TextProp::get)
            aria-invalid=invalid(fault)
            aria-describedby=described(&id, false, fault, Signal::stored(None))
            prop:value=move || value.get()
            on:input:target=move |event| value.set(event.target().value())
        />
        <datalist id=list>{options}</datalist>
    }
    .into_any();
    framed(&id, label, false, None, fault, Signal::stored(None), control)
}

/// A field to search by; its name is said, its example shown.
#[component]
pub fn SearchField(
    /// What is searched.
    #[prop(into)]
    label: TextProp,
    /// By what, such as "Number, name, phone".
    #[prop(into)]
    example: TextProp,
    /// What is searched for.
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <div class="search">
            <Icon glyph=Glyph::Search/>
            <input
                class="input"
                type="search"
                data-scan=SEARCH
                autocomplete="off"
                enterkeyhint="search"
                aria-label=move || label.get()
                placeholder=move || example.get()
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            />
        </div>
    }
}

/// The amount being taken: large, written by our key pad or by any keyboard. A key replaces what was
/// filled in beforehand, because all of it is marked when the field gets the focus.
#[component]
pub fn AmountField(
    /// What it is the amount of.
    #[prop(into)]
    label: TextProp,
    /// The field's name where the label says more than that.
    #[prop(optional, into)]
    name: Option<TextProp>,
    /// The amount as typed.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// What looks odd about it.
    #[prop(optional, into)]
    warning: Signal<Option<String>>,
    /// Its id, to be named by a key pad; see [`uid`].
    #[prop(into)]
    id: String,
    /// What it means.
    #[prop(optional, into)]
    meaning: Option<Signal<Meaning>>,
) -> impl IntoView {
    let control = view! {
        <input
            class="amount-input"
            id=id.clone()
            type="text"
            inputmode="none"
            autocomplete="off"
            data-keyed=""
            data-first=""
            style=("--long", move || value.with(|text| text.chars().count().max(1).to_string()))
            aria-label=move || name.as_ref().map(TextProp::get)
            aria-invalid=invalid(fault)
            aria-describedby=described(&id, false, fault, warning)
            prop:value=move || value.get()
            on:input:target=move |event| value.set(event.target().value())
            on:focus:target=|event| event.target().select()
        />
        {meaning_line(value, meaning)}
    }
    .into_any();
    framed(&id, label, false, None, fault, warning, control)
}

/// One more, or one less; what stands behind the point stays.
fn stepped(text: &str, more: bool, least: u64) -> String {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        c => c,
    };
    let text: String = text.trim().chars().map(plain).collect();
    let (whole, rest) = text.find(['.', ',']).map_or((text.as_str(), ""), |at| text.split_at(at));
    // 1,200 is no one and a bit.
    let is_figure = rest.len() != 4 || rest.starts_with('.');
    match whole.parse::<u64>() {
        Ok(count) if is_figure && more => format!("{}{rest}", count.saturating_add(1)),
        Ok(count) if is_figure && count > least => format!("{}{rest}", count - 1),
        Ok(count) if is_figure && (count == least || !rest.is_empty()) => text,
        Ok(_) if !is_figure => text,
        _ if more => least.saturating_add(1).to_string(),
        _ => least.to_string(),
    }
}

/// A count with a key for one less and one more. Also holds what is no count, so that it can be said.
#[component]
pub fn Stepper(
    /// What is counted.
    #[prop(into)]
    label: TextProp,
    /// The count as typed.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// The least that one less leads to.
    #[prop(default = 1)]
    least: u64,
    /// What it means.
    #[prop(optional, into)]
    meaning: Option<Signal<Meaning>>,
) -> impl IntoView {
    let id = uid("f");
    let dock = Dock::here();
    let step = move |more: bool| {
        value.update(|text| {
            *text = stepped(text, more, least);
        });
    };
    let control = view! {
        <div class="stepper">
            <button type="button" data-again="" aria-label=keys::ONE_LESS on:click=move |_| step(false)>
                <Icon glyph=Glyph::Minus/>
            </button>
            <input
                id=id.clone()
                type="text"
                inputmode=if dock.is_some() { "none" } else { "numeric" }
                autocomplete="off"
                data-keyed=""
                aria-invalid=invalid(fault)
                aria-describedby=described(&id, false, fault, Signal::stored(None))
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
                on:focus=move |_| dock.into_iter().for_each(|dock| dock.open(false))
                on:blur=move |_| dock.into_iter().for_each(Dock::close)
            />
            <button type="button" data-again="" aria-label=keys::ONE_MORE on:click=move |_| step(true)>
                <Icon glyph=Glyph::Plus/>
            </button>
        </div>
        {meaning_line(value, meaning)}
    }
    .into_any();
    framed(&id, label, false, None, fault, Signal::stored(None), control)
}

/// Kept for the fault line: a warning is said in the buyer's colour.
pub(super) const WARNING: Tone = Tone::Owe;

#[cfg(test)]
mod tests {
    use super::stepped;

    #[test]
    fn a_step_keeps_what_is_behind_the_point() {
        for (text, more, less) in [
            ("2", "3", "1"),
            ("1", "2", "1"),
            ("0.5", "1.5", "0.5"),
            ("2,5", "3,5", "1,5"),
            ("１２", "13", "11"),
            ("", "2", "1"),
            ("abc", "2", "1"),
            ("1,200", "1,200", "1,200"),
        ] {
            assert_eq!((stepped(text, true, 1).as_str(), stepped(text, false, 1).as_str()), (more, less), "{text}");
        }
        assert_eq!(stepped("0", false, 0), "0");
        assert_eq!(stepped("0", false, 1), "1");
    }
}
