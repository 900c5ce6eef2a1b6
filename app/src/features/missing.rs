//! An address that shows nothing.

use leptos::prelude::*;

use crate::frame::PageHead;
use crate::text::{missing, orders};
use crate::ui::{Empty, Glyph, LinkButton, Sheet};

/// The page for every address that there is no page for.
#[component]
pub fn Missing() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=missing::TITLE/>
            <Sheet>
                <Empty glyph=Glyph::Search title=missing::TITLE text=missing::WHY>
                    <LinkButton href="/" label=orders::BACK/>
                </Empty>
            </Sheet>
        </div>
    }
}
