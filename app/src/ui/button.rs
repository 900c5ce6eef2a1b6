//! Keys to press. At most one [`Kind::Main`] is in sight: the marigold key.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon};

/// How much a key asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Outlined.
    #[default]
    Plain,
    /// The one main act of a page.
    Main,
    /// Only its words.
    Quiet,
    /// Outlined in the alarm colour; never filled.
    Danger,
}

impl Kind {
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Main => Some("main"),
            Self::Quiet => Some("quiet"),
            Self::Danger => Some("danger"),
        }
    }
}

/// What stands on a key. Where only the picture is seen, the words are the key's name.
fn face(label: TextProp, glyph: Option<Glyph>, icon_only: bool) -> AnyView {
    let words = (!icon_only).then(|| view! { <span>{move || label.get()}</span> });
    view! { {glyph.map(|glyph| view! { <Icon glyph/> })} {words} }.into_any()
}

/// A key.
#[component]
pub fn Button(
    /// What it does, in a word or two.
    #[prop(into)]
    label: TextProp,
    /// What happens; absent for the key that sends a form.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// A picture before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// How much it asks for.
    #[prop(optional)]
    kind: Kind,
    /// Only the picture is seen.
    #[prop(optional)]
    icon_only: bool,
    /// It sends the form that it stands in.
    #[prop(optional)]
    submit: bool,
    /// Seen, but not to be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its act is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
) -> impl IntoView {
    let name = label.clone();
    let press = move |_| {
        if let (Some(act), false) = (on_press, disabled.get_untracked() || busy.get_untracked()) {
            act.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class="button"
            data-kind=kind.key()
            data-icon-only=icon_only.then_some("")
            data-off=move || disabled.get().then_some("")
            data-busy=move || busy.get().then_some("")
            aria-disabled=move || (disabled.get() || busy.get()).then_some("true")
            aria-label=move || icon_only.then(|| name.get())
            on:click=press
        >
            {face(label, glyph, icon_only)}
        </button>
    }
}

/// A way to another page that looks like a key.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// Where that is, in a word or two.
    #[prop(into)]
    label: TextProp,
    /// A picture before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// How much it asks for.
    #[prop(optional)]
    kind: Kind,
    /// Only the picture is seen.
    #[prop(optional)]
    icon_only: bool,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <a
            class="button"
            href=href
            data-kind=kind.key()
            data-icon-only=icon_only.then_some("")
            aria-label=move || icon_only.then(|| name.get())
        >
            {face(label, glyph, icon_only)}
        </a>
    }
}
