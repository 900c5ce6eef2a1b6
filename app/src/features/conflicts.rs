//! What two tablets did that does not fit together.

use leptos::prelude::*;

use crate::frame::PageHead;
use crate::text::{conflicts, orders};
use crate::ui::{Empty, Glyph, Sheet};

/// The inbox.
#[component]
pub fn Conflicts() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=conflicts::TITLE back=("/orders", orders::BACK)/>
            <Sheet><Empty glyph=Glyph::Check title=conflicts::EMPTY text=conflicts::EMPTY_WHY/></Sheet>
        </div>
    }
}
