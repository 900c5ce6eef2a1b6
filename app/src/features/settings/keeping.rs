//! Whether this browser keeps what is on this device, and what a person can do about it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::{service_worker, tabs};
use crate::session::Session;
use crate::text::{self, Language, Phrase, keeping as words};
use crate::ui::{Button, Glyph, Note, Setting, Tone};

/// How far it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It has not said yet.
    Asked,
    /// As it is. `None`: the browser does not say.
    Is(Option<bool>),
    /// A person was asked to be asked.
    ErasureRequest,
    Refused,
}

impl Known {
    const fn words(self) -> Option<Phrase> {
        match self {
            Self::Asked => None,
            Self::Is(Some(true)) => Some(words::KEPT),
            Self::Is(Some(false)) => Some(words::MAY_GO),
            Self::Is(None) => Some(words::UNKNOWN),
            Self::ErasureRequest => Some(words::ASKING),
            Self::Refused => Some(words::REFUSED),
        }
    }
}

/// What stands between two sentences.
fn between() -> &'static str {
    if text::language() == Language::Zh { "" } else { " " }
}

/// A line of the settings.
#[component]
pub fn Keeping() -> impl IntoView {
    let known = RwSignal::new(Known::Asked);
    // The person may have left the page before the browser answers.
    spawn_local(async move {
        let _ = known.try_set(Known::Is(tabs::keeps_data().await));
    });
    let ask = move || {
        known.set(Known::ErasureRequest);
        spawn_local(async move {
            let answer = match tabs::keep_data().await {
                Some(false) => Known::Refused,
                other => Known::Is(other),
            };
            let _ = known.try_set(answer);
        });
    };
    let why = move || {
        let kept = known.get();
        let is_kept = kept == Known::Is(Some(true));
        let more = [(!is_kept).then_some(words::PRIVATE), (!service_worker::can_be_kept()).then_some(words::NO_APP)];
        let said = kept.words().into_iter().chain(more.into_iter().flatten());
        said.map(Phrase::get).collect::<Vec<_>>().join(between())
    };
    let unreadable = Session::here().unreadable();
    let damaged = move || {
        let (rows, lost) = unreadable.get();
        let said = [(rows > 0).then(|| words::damaged(rows as u64)), (lost > 0).then(|| words::lost(lost as u64))];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (!said.is_empty()).then(|| view! { <Note text=said.join(between()) tone=Tone::Alarm glyph=Glyph::Warn/> })
    };
    view! {
        <div data-testid="keeping">
            {damaged}
            <Setting label=words::TITLE why=why>
                <Show when=move || known.get() == Known::Is(Some(false))>
                    <Button label=words::ASK on_press=ask/>
                </Show>
            </Setting>
        </div>
    }
}
