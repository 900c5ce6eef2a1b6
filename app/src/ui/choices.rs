//! Choosing one of several: a list that opens, radios one can hit, a switch.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon, uid};

/// One that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form gets.
    pub value: String,
    /// What the person reads.
    pub label: TextProp,
    /// A picture before it, in radios.
    pub glyph: Option<Glyph>,
}

impl Choice {
    /// A choice without a picture.
    pub fn new(value: impl Into<String>, label: impl Into<TextProp>) -> Self {
        Self { value: value.into(), label: label.into(), glyph: None }
    }

    /// With a picture.
    #[must_use]
    pub fn with(mut self, glyph: Glyph) -> Self {
        self.glyph = Some(glyph);
        self
    }
}

/// A list that opens, with its label above; without `label`, only the list, to be named by `id`.
#[component]
pub fn Select(
    /// What is chosen.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// Its id, where a label elsewhere names it.
    #[prop(optional, into)]
    id: Option<String>,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is.
    #[prop(into)]
    value: Signal<String>,
    /// Another was chosen.
    #[prop(into)]
    on_change: Callback<(String,)>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| uid("f"));
    let options = choices
        .into_iter()
        .map(|Choice { value: key, label, .. }| {
            let written = key.clone();
            view! {
                <option value=written prop:selected=move || value.with(|chosen| *chosen == key)>
                    {move || label.get()}
                </option>
            }
        })
        .collect_view();
    let list = view! {
        <select
            class="input"
            id=id.clone()
            on:change:target=move |event| on_change.run((event.target().value(),))
        >
            {options}
        </select>
    };
    match label {
        Some(label) => view! {
            <div class="field"><label for=id>{move || label.get()}</label>{list}</div>
        }
        .into_any(),
        None => list.into_any(),
    }
}

/// Radios.
#[component]
pub fn Choices(
    /// What is chosen.
    #[prop(into)]
    legend: TextProp,
    /// The legend is only said.
    #[prop(optional)]
    legend_unseen: bool,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is.
    #[prop(into)]
    value: Signal<String>,
    /// Another was chosen.
    #[prop(into)]
    on_change: Callback<(String,)>,
    /// The picture above the word.
    #[prop(optional)]
    tiles: bool,
    /// Where there is room, one below the other.
    #[prop(optional)]
    stack: bool,
    /// The least width of one, such as `8rem`.
    #[prop(optional)]
    width: Option<&'static str>,
) -> impl IntoView {
    let name = uid("c");
    let options = choices
        .into_iter()
        .map(|Choice { value: key, label, glyph }| {
            let name = name.clone();
            let (written, chosen) = (key.clone(), key.clone());
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name=name
                        value=written
                        prop:checked=move || value.with(|value| *value == chosen)
                        on:change=move |_| on_change.run((key.clone(),))
                    />
                    {glyph.map(|glyph| view! { <Icon glyph/> })}
                    <span>{move || label.get()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="group">
            <legend class:unseen=legend_unseen>{move || legend.get()}</legend>
            <div
                class="choices"
                data-kind=tiles.then_some("tiles")
                data-stack=stack.then_some("")
                style=("--choice", width)
            >
                {options}
            </div>
        </fieldset>
    }
}

/// One of several that can be chosen together.
#[component]
pub fn Tick(
    /// What it is.
    #[prop(into)]
    label: TextProp,
    /// Whether it is chosen.
    #[prop(into)]
    value: Signal<bool>,
    /// It was chosen, or not any more.
    #[prop(into)]
    on_change: Callback<(bool,)>,
    /// How many there are of it.
    #[prop(optional_no_strip)]
    count: Option<usize>,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=move || value.get()
                on:change:target=move |event| on_change.run((event.target().checked(),))
            />
            <span>{move || label.get()}</span>
            {count.map(|count| view! { <span class="small muted">{count}</span> })}
        </label>
    }
}

/// On or off, at once.
#[component]
pub fn Switch(
    /// Its id, where a label elsewhere names it.
    #[prop(into)]
    id: String,
    /// Whether it is on.
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <input
            type="checkbox"
            role="switch"
            class="switch"
            id=id
            prop:checked=move || value.get()
            on:change:target=move |event| value.set(event.target().checked())
        />
    }
}
