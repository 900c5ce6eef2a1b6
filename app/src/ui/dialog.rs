//! A dialog: the browser's own, which keeps the focus inside, closes on Escape and gives the focus back.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::scan::Said;
use super::toast::Warned;
use super::{Glyph, Icon, uid};
use crate::platform::page;
use crate::text::keys;

/// A tap beside a dialog closes it only after this: the second of two taps on what opened it does not.
const SETTLED: Duration = Duration::from_millis(1_200);

/// Shows its content while `open`; each time again.
#[component]
pub fn Dialog(
    /// Whether it is open. Set false again when the person closes it.
    open: RwSignal<bool>,
    /// What it is about.
    #[prop(into)]
    title: TextProp,
    /// Nothing is typed in it: a tap beside it closes it.
    #[prop(optional, into)]
    light: Signal<bool>,
    /// Fields and acts.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let settled = RwSignal::new(false);
    let opened = StoredValue::new(0_u32);
    let id = uid("d");
    // The field that a dialog is opened for, or else its first control.
    let first = format!("#{id} [data-first]");
    let any = format!("#{id} .body :is(input:checked, input:not([type=radio]), select, textarea, button)");
    Effect::new(move |_| {
        let (wanted, Some(element)) = (open.get(), dialog.get()) else {
            return;
        };
        if wanted && !element.open() {
            settled.set(false);
            opened.update_value(|times| *times = times.wrapping_add(1));
            let nth = opened.get_value();
            // Only this opening's own time counts.
            let settle = move || _ = (opened.try_get_value() == Some(nth)).then(|| settled.try_set(true));
            set_timeout(settle, SETTLED);
            // It fails only where the element has left the page.
            let _ = element.show_modal();
            // Once the fields hold what they show: their values are set after they are made.
            let (first, any) = (first.clone(), any.clone());
            request_animation_frame(move || {
                let _ = page::focus(&first) || page::focus(&any);
            });
        } else if !wanted && element.open() {
            element.close();
        }
    });
    let labelled = format!("{id}-title");
    let heading = labelled.clone();
    view! {
        <dialog
            class="dialog"
            id=id
            node_ref=dialog
            aria-labelledby=labelled
            closedby=move || if light.get() && settled.get() { "any" } else { "closerequest" }
            on:close=move |_| open.set(false)
        >
            <Show when=move || open.get()>
                <header>
                    <h2 id=heading.clone()>{let title = title.clone(); move || title.get()}</h2>
                    <button
                        type="button"
                        class="button"
                        data-kind="quiet"
                        data-icon-only=""
                        aria-label=keys::CLOSE
                        on:click=move |_| open.set(false)
                    >
                        <Icon glyph=Glyph::Cross/>
                    </button>
                </header>
                <div class="body">
                    <Said/>
                    <Warned/>
                    {children()}
                </div>
            </Show>
        </dialog>
    }
}
