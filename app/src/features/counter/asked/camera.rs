//! The camera as a scanner.

use leptos::prelude::*;

use crate::features::counter::till::Till;
use crate::text::counter;
use crate::ui::{Glyph, Note};

/// What the camera sees, until a code is read.
#[component]
pub fn Camera(till: Till) -> impl IntoView {
    let _ = till;
    view! { <Note text=counter::CAMERA_NONE glyph=Glyph::Scan/> }
}
