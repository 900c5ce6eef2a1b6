//! Toasts confirm what was done. They stand at the start side, where the main key is not, and are read out.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Button, Glyph, Icon, Kind, Note, Tone};
use crate::platform::page::{self, Lane};
use crate::text::keys;

/// One more thing that can be done about it.
#[derive(Clone)]
pub struct ToastAct {
    /// Its label, such as "Undo".
    pub label: TextProp,
    /// What happens. It belongs to no part of the page: the toast outlives the dialog that said it.
    pub act: Arc<dyn Fn() + Send + Sync>,
}

impl ToastAct {
    /// An act.
    pub fn new(label: impl Into<TextProp>, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { label: label.into(), act: Arc::new(act) }
    }
}

impl core::fmt::Debug for ToastAct {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ToastAct").field("label", &self.label.get()).finish_non_exhaustive()
    }
}

/// What is said.
#[derive(Clone, Debug)]
pub struct Toast {
    /// In a sentence.
    pub text: TextProp,
    /// Its picture.
    pub glyph: Glyph,
    /// What can be done about it; none or up to two.
    pub acts: Vec<ToastAct>,
    /// It stays until one of its acts is pressed.
    pub stays: bool,
}

/// Says things; a context. The newest stands.
#[derive(Clone, Copy, Debug)]
pub struct Toaster {
    shown: RwSignal<Option<(u32, Toast)>>,
}

/// Long enough to read it.
const STAY: Duration = Duration::from_secs(3);
/// Long enough to reach for "Undo" as well.
const STAY_WITH_ACTS: Duration = Duration::from_secs(7);

impl Toaster {
    /// One for the whole page.
    pub fn new() -> Self {
        Self { shown: RwSignal::new(None) }
    }

    /// Confirms something in a sentence.
    pub fn confirm(self, text: impl Into<TextProp>) {
        self.show(Toast { text: text.into(), glyph: Glyph::Check, acts: Vec::new(), stays: false });
    }

    /// Says that something went wrong, until the person has taken note of it.
    pub fn warn(self, text: impl Into<TextProp>) {
        self.show(Toast {
            text: text.into(),
            glyph: Glyph::Warn,
            acts: vec![ToastAct::new(keys::CLOSE, || ())],
            stays: true,
        });
    }

    /// Says something.
    pub fn show(self, toast: Toast) {
        let stays = toast.stays;
        let stay = if toast.acts.is_empty() { STAY } else { STAY_WITH_ACTS };
        let number = self.shown.with_untracked(|shown| shown.as_ref().map_or(0, |(number, _)| number.wrapping_add(1)));
        self.shown.set(Some((number, toast)));
        if !stays {
            let shown = self.shown;
            set_timeout(
                move || {
                    let same = shown.try_with_untracked(|it| it.as_ref().is_some_and(|it| it.0 == number));
                    if same == Some(true) {
                        shown.set(None);
                    }
                },
                stay,
            );
        }
    }

    /// Takes it away.
    pub fn dismiss(self) {
        self.shown.set(None);
    }
}

impl Default for Toaster {
    fn default() -> Self {
        Self::new()
    }
}

/// The place of a toast as CSS.
fn style(lane: Lane) -> String {
    let Lane { left, width, top, bottom } = lane;
    let block = match (top, bottom) {
        (Some(top), _) => format!("inset-block: {top}px auto"),
        (None, bottom) => format!("inset-block: auto {}px", bottom.unwrap_or_default()),
    };
    format!("{block}; inset-inline: {left}px auto; max-inline-size: {width}px")
}

/// Where toasts stand; once in the page.
#[component]
pub fn Toasts(
    /// Who says them.
    toaster: Toaster,
) -> impl IntoView {
    // Where it stands follows what the page has become with the act that it speaks of.
    let place = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if toaster.shown.with(Option::is_some) {
            request_animation_frame(move || place.set(page::lane().map(style)));
        }
    });
    let toast = move || {
        let (_, Toast { text, glyph, acts, .. }) = toaster.shown.get()?;
        let acts = acts
            .into_iter()
            .map(|ToastAct { label, act }| {
                let press = move || {
                    toaster.dismiss();
                    act();
                };
                view! { <Button label kind=Kind::Quiet on_press=press/> }
            })
            .collect_view();
        Some(view! {
            <div class="toast" style=move || place.get()>
                <Icon glyph/>
                <span>{move || text.get()}</span>
                {acts}
            </div>
        })
    };
    view! { <div role="status">{toast}</div> }
}

/// In a dialog: what was warned of since it opened. The toast itself lies below it, out of reach.
#[component]
pub fn Warned() -> impl IntoView {
    let shown = use_context::<Toaster>().map(|toaster| toaster.shown);
    let number = |shown: &Option<(u32, Toast)>| shown.as_ref().map(|(number, _)| *number);
    let before = shown.and_then(|shown| shown.with_untracked(number));
    let note = move || {
        let (number, toast) = shown?.get()?;
        let is_new = Some(number) != before && toast.glyph == Glyph::Warn;
        is_new.then(|| view! { <Note text=toast.text tone=Tone::Owe glyph=Glyph::Warn/> })
    };
    view! { <div role="status">{note}</div> }
}
