//! Paper: sheets, the stub below the perforation, and what is said on them: notes, empty lists, waiting,
//! the timeline.

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon, Tone};
use crate::platform::page;
use crate::text::keys;

/// A sheet of paper.
#[component]
pub fn Sheet(
    /// Its name for screen readers.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// Further classes, such as `ticket`.
    #[prop(optional)]
    class: &'static str,
    /// It is only shown where two panes fit.
    #[prop(optional)]
    wide_only: bool,
    /// A scroll and a stub.
    children: Children,
) -> impl IntoView {
    let class = format!("sheet {class}");
    view! {
        <section
            class=class
            data-wide-only=wide_only.then_some("")
            aria-label=move || label.as_ref().map(TextProp::get)
        >
            {children()}
        </section>
    }
}

/// The part of a sheet that scrolls, also by keyboard.
#[component]
pub fn Scroll(
    /// Its name for screen readers.
    #[prop(into)]
    label: TextProp,
    /// Further classes, such as `pad stack`.
    #[prop(optional)]
    class: &'static str,
    /// What scrolls.
    children: Children,
) -> impl IntoView {
    let class = format!("scroll {class}");
    view! {
        <div class=class tabindex="0" role="region" aria-label=move || label.get()>
            {children()}
        </div>
    }
}

/// Below the perforation: what it comes to, and the act.
#[component]
pub fn Stub(
    /// Sums and [`Acts`].
    children: Children,
) -> impl IntoView {
    view! { <div class="stub">{children()}</div> }
}

/// The acts of a sheet: secondary ones first, the main one in the corner.
#[component]
pub fn Acts(
    /// Buttons.
    children: Children,
) -> impl IntoView {
    view! { <div class="acts">{children()}</div> }
}

/// Something said in the flow, at the place it is about.
#[component]
pub fn Note(
    /// What it says.
    #[prop(into)]
    text: TextProp,
    /// Its colour; the carrier's by default, which here means: to know.
    #[prop(optional)]
    tone: Option<Tone>,
    /// Its picture.
    #[prop(default = Glyph::Info)]
    glyph: Glyph,
) -> impl IntoView {
    view! {
        <p class="note" data-tone=tone.map(Tone::key)>
            <Icon glyph/>
            <span>{move || text.get()}</span>
        </p>
    }
}

/// What went wrong with a whole form or act. Said aloud when it appears, and brought into sight: it may stand below the
/// edge of a small screen. Nothing is there before.
#[component]
pub fn Fault(
    /// What happened, what is safe, what to do now.
    #[prop(into)]
    text: Signal<Option<String>>,
) -> impl IntoView {
    let note = move || {
        let text = text.get()?;
        Some(view! { <Note text tone=Tone::Alarm glyph=Glyph::Warn/> })
    };
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (true, Some(place)) = (text.with(Option::is_some), place.get()) else {
            return;
        };
        request_animation_frame(move || page::reveal(&place));
    });
    view! { <div role="alert" class="fault-place" node_ref=place>{note}</div> }
}

/// The line below a field.
pub(super) fn fault_line(id: String, fault: Signal<Option<String>>, warning: Signal<Option<String>>) -> AnyView {
    (move || {
        let wrong = fault.get();
        let tone = wrong.is_none().then_some(super::field::WARNING.key());
        let text = wrong.or_else(|| warning.get())?;
        Some(view! {
            <p class="fault" id=id.clone() data-tone=tone>
                <Icon glyph=Glyph::Warn/>
                <span>{text}</span>
            </p>
        })
    })
    .into_any()
}

/// An empty list: what belongs there, and the first step.
#[component]
pub fn Empty(
    /// Its picture.
    glyph: Glyph,
    /// That it is empty.
    #[prop(into)]
    title: TextProp,
    /// What belongs there.
    #[prop(into)]
    text: TextProp,
    /// The first step.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph/>
            <h2>{move || title.get()}</h2>
            <p>{move || text.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// Long work: how far it is.
#[component]
pub fn Progress(
    /// What is being done and how far it is, in words.
    #[prop(into)]
    label: TextProp,
    /// Done so far.
    #[prop(into)]
    done: Signal<u64>,
    /// To do in all.
    #[prop(into)]
    all: Signal<u64>,
) -> impl IntoView {
    let id = super::uid("p");
    view! {
        <label class="label" for=id.clone()>{move || label.get()}</label>
        <progress
            class="progress"
            id=id
            value=move || done.get().to_string()
            max=move || all.get().max(1).to_string()
        ></progress>
    }
}

/// Where rows will be in a moment.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! { <div class="skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div> }
}

/// A page that comes in a moment: rows for the eye, a heading for a screen reader.
#[component]
pub fn Waiting() -> impl IntoView {
    view! {
        <div class="page pad" aria-busy="true">
            <h1 class="unseen">{keys::ONE_MOMENT}</h1>
            <Skeleton/>
        </div>
    }
}

/// What happened, newest first.
#[component]
pub fn Timeline(
    /// [`TimelineItem`]s.
    children: Children,
) -> impl IntoView {
    view! { <ol class="timeline" data-testid="timeline">{children()}</ol> }
}

/// One thing that happened.
#[component]
pub fn TimelineItem(
    /// What kind of thing.
    glyph: Glyph,
    /// What it was.
    #[prop(into)]
    what: TextProp,
    /// When, who, on which tablet.
    #[prop(into)]
    by: TextProp,
    /// It has no effect: struck out, and said.
    #[prop(optional)]
    void: bool,
    /// The amount it is about.
    #[prop(optional, into)]
    amount: ViewFn,
    /// Notes and acts about this very fact.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <li data-void=void.then_some("")>
            <span class="dot"><Icon glyph/></span>
            <div>
                <p class="what">{move || what.get()}</p>
                <p class="by">{move || by.get()}</p>
                {children.map(|children| children())}
            </div>
            {amount.run()}
        </li>
    }
}

/// A line of the settings: what it is and why, and its control.
#[component]
pub fn Setting(
    /// What it is.
    #[prop(into)]
    label: TextProp,
    /// What it is good for.
    #[prop(into)]
    why: TextProp,
    /// The id of its control, where it has one of its own.
    #[prop(optional, into)]
    control: Option<String>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let name = move || label.get();
    let head = match control {
        Some(id) => view! { <label for=id>{name}</label> }.into_any(),
        None => view! { <p>{name}</p> }.into_any(),
    };
    view! {
        <div class="setting">
            <div>{head}<p class="small muted">{move || why.get()}</p></div>
            {children()}
        </div>
    }
}
