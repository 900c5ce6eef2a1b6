//! Stamps and badges. The colour says who acts next, the picture what about, the word both.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon};

/// Who has to act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The buyer: money is missing.
    Owe,
    /// We: it must leave.
    Todo,
    /// The carrier.
    Way,
    /// Nobody: finished.
    Done,
    /// Nobody: out of the flow.
    Rest,
    /// Trouble.
    Alarm,
}

impl Tone {
    /// As `data-tone` says it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owe => "owe",
            Self::Todo => "todo",
            Self::Way => "way",
            Self::Done => "done",
            Self::Rest => "rest",
            Self::Alarm => "alarm",
        }
    }
}

/// What state a thing is in.
#[component]
pub fn Stamp(
    /// Who acts next.
    tone: Tone,
    /// What about.
    glyph: Glyph,
    /// The state's name.
    #[prop(into)]
    label: TextProp,
    /// Only the coloured word, in a row whose picture stands in the mark column.
    #[prop(optional)]
    plain: bool,
    /// It was just put on.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    view! {
        <span
            class="stamp"
            data-tone=tone.key()
            data-plain=plain.then_some("")
            data-new=new.then_some("")
        >
            {(!plain).then(|| view! { <Icon glyph/> })}
            <span>{move || label.get()}</span>
        </span>
    }
}

/// Something extra to know; trouble is filled.
#[component]
pub fn Badge(
    /// Who acts next.
    tone: Tone,
    /// What about.
    glyph: Glyph,
    /// A label.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    view! {
        <span class="badge" data-tone=tone.key()>
            <Icon glyph/>
            <span>{move || label.get()}</span>
        </span>
    }
}
