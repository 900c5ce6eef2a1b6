//! The orders of the shop.

use leptos::prelude::*;

use crate::frame::PageHead;
use crate::text::orders;
use crate::ui::{Empty, Glyph, Kind, LinkButton, Sheet};

/// The list.
#[component]
pub fn Orders() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=orders::TITLE/>
            <Sheet>
                <Empty glyph=Glyph::Orders title=orders::EMPTY text=orders::EMPTY_WHY>
                    <LinkButton href="/orders/new" label=orders::TAKE_FIRST kind=Kind::Main/>
                </Empty>
            </Sheet>
        </div>
    }
}
