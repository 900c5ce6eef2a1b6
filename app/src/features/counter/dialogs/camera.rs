//! The camera as a scanner: what it sees, until a code is read.

use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::client::Host;

use crate::features::counter::reader::Seen;
use crate::features::counter::till::Till;
use crate::parts::Parts;
use crate::platform::camera::{Camera as Eye, NoCamera};
use crate::platform::clock;
use crate::text::{Phrase, counter};
use crate::ui::{Glyph, Note, Tone, uid};

/// Between two looks.
const PAUSE_MS: u64 = 120;
/// After so many looks at a code that can't be read, it is said.
const UNREAD: u32 = 6;

/// The dialog's content.
#[component]
pub fn Camera(till: Till) -> impl IntoView {
    let id = uid("camera");
    let trouble = RwSignal::new(None::<Phrase>);
    let is_ready = RwSignal::new(false);
    let is_unread = RwSignal::new(false);
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
            let mut unread = 0_u32;
            while is_here() && till.asking.get_untracked() {
                let seen = match reader {
                    Some(read) => {
                        let frame = eye.frame();
                        frame.map_or(Seen::Nothing, |frame| read(&frame.luma, frame.width, frame.height))
                    }
                    None => eye.read().await.map_or(Seen::Nothing, Seen::Code),
                };
                unread = match &seen {
                    Seen::Unreadable => unread.saturating_add(1),
                    // A hand that moves loses it for a picture now and then.
                    Seen::Nothing | Seen::Code(_) => unread.saturating_sub(1),
                };
                let _ = is_unread.try_set(unread >= UNREAD);
                if let Seen::Code(code) = seen
                    && is_here()
                {
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
                let words = match (is_ready.get(), is_unread.get()) {
                    (false, _) => counter::CAMERA_WAIT,
                    (true, false) => counter::CAMERA,
                    (true, true) => counter::CAMERA_UNREAD,
                };
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
