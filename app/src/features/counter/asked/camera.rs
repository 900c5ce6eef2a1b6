//! The camera as a scanner: what it sees, until a code is read.

use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::client::Host;

use crate::features::counter::till::Till;
use crate::parts::Parts;
use crate::platform::camera::{Camera as Eye, NoCamera};
use crate::platform::clock;
use crate::text::{Phrase, counter};
use crate::ui::{Glyph, Note, Tone, uid};

/// Between two looks.
const PAUSE_MS: u64 = 120;

/// The dialog's content.
#[component]
pub fn Camera(till: Till) -> impl IntoView {
    let id = uid("camera");
    let trouble = RwSignal::new(None::<Phrase>);
    let is_ready = RwSignal::new(false);
    // What of this component is disposed of ends the looking.
    let is_here = move || trouble.try_get_untracked().is_some();
    let video = id.clone();
    let parts = use_context::<Parts>();
    request_animation_frame(move || {
        spawn_local(async move {
            let eye = match Eye::start(&video).await {
                Ok(eye) => eye,
                Err(why) => {
                    let words = match why {
                        NoCamera::Refused => counter::CAMERA_REFUSED,
                        NoCamera::Missing => counter::CAMERA_NONE,
                    };
                    let _ = trouble.try_set(Some(words));
                    return;
                }
            };
            let reader = match parts {
                Some(parts) if !eye.reads() => match parts.reader().await {
                    Some(read) => Some(read),
                    None => {
                        let _ = trouble.try_set(Some(counter::CAMERA_NO_READER));
                        return;
                    }
                },
                _ => None,
            };
            let _ = is_ready.try_set(true);
            while is_here() && till.asking.get_untracked() {
                let code = match reader {
                    Some(read) => eye.frame().and_then(|frame| read(&frame.luma, frame.width, frame.height)),
                    None => eye.read().await,
                };
                if let Some(code) = code.filter(|_| is_here()) {
                    till.close();
                    till.scanned(&code);
                    return;
                }
                clock::Browser.sleep(PAUSE_MS).await;
            }
        });
    });
    let note = move || {
        trouble
            .get()
            .map(|words| view! { <Note text=words tone=Tone::Owe glyph=Glyph::Warn/> }.into_any())
            .unwrap_or_else(|| {
                let words = if is_ready.get() { counter::CAMERA } else { counter::CAMERA_WAIT };
                view! { <p class="muted">{words}</p> }.into_any()
            })
    };
    view! {
        <div class="camera" data-ready=move || is_ready.get().then_some("")>
            <video id=id muted playsinline hidden=move || trouble.get().is_some() aria-label=counter::CAMERA></video>
            <div role="status">{note}</div>
        </div>
    }
}
