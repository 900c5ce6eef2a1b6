//! The products that the shop sells.

use leptos::prelude::*;

use crate::frame::PageHead;
use crate::session::Session;
use crate::text::products;
use crate::ui::{Empty, Glyph, Scroll, Sheet};

/// The page.
#[component]
pub fn Products() -> impl IntoView {
    let session = Session::here();
    let all = session.products();
    let rows = move || {
        let all = all.get();
        let row = |product: &std::sync::Arc<domain::product::Product>| {
            let stock = session.whole_stock(product);
            view! {
                <li
                    data-testid="product-row"
                    data-code=product.article.code.clone()
                    data-on-hand=stock.on_hand
                    data-free=stock.free()
                >
                    {product.name.clone()}
                </li>
            }
        };
        all.iter().map(row).collect_view()
    };
    view! {
        <div class="page">
            <PageHead title=products::TITLE/>
            <Sheet>
                <Scroll label=products::TITLE>
                    <Show
                        when=move || !all.get().is_empty()
                        fallback=|| view! { <Empty glyph=Glyph::Orders title=products::NONE text=products::NONE_WHY/> }
                    >
                        <ul>{rows}</ul>
                    </Show>
                </Scroll>
            </Sheet>
        </div>
    }
}
