//! What is not needed to open: every page behind the list of orders. A release build makes a file of its own of all
//! that only these pages reach (docs/decisions/0006); any other build keeps the program in one piece.

use std::sync::Arc;

use domain::order::Order;
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::features::order::Shown;
use crate::features::{conflicts, new_order, order, orders, settings};
use crate::frame::PageHead;
use crate::session::Loaded;
use crate::text::opening;
use crate::ui::{Button, Empty, Glyph, Skeleton, Waiting};

/// The pages behind the list.
#[derive(Clone, Copy)]
pub struct Pages {
    /// One order.
    pub order: fn() -> AnyView,
    /// One order beside the list.
    pub beside: fn(Uuid, Signal<Loaded<Arc<Order>>>) -> AnyView,
    /// A new order, a copy, or an edit.
    pub new_order: fn() -> AnyView,
    /// What two tablets disagree on.
    pub conflicts: fn() -> AnyView,
    /// Settings.
    pub settings: fn() -> AnyView,
    /// What the list has beyond its first page.
    pub list: orders::Part,
}

/// Names everything that the second file is made of.
fn all() -> Pages {
    Pages {
        order: || order::Order.into_any(),
        beside: |id, order| view! { <Shown id=Signal::stored(Some(id)) order numbered=true/> }.into_any(),
        new_order: || new_order::NewOrder.into_any(),
        conflicts: || conflicts::Conflicts.into_any(),
        settings: || settings::Settings.into_any(),
        list: orders::Part::all(),
    }
}

/// Where the program is in two files, calling this fetches the second.
#[cfg(feature = "split")]
mod file {
    use leptos::wasm_split::{self, SplitLoaderError};

    use super::Pages;

    #[wasm_split::wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn fetch() -> Result<Pages, SplitLoaderError> {
        Ok(super::all())
    }
}

/// Where the program is in one piece, all pages are there.
#[cfg(not(feature = "split"))]
mod file {
    use std::convert::Infallible;

    use super::Pages;

    pub(super) async fn fetch() -> Result<Pages, Infallible> {
        Ok(super::all())
    }
}

/// The second part of the program as far as it is here; a context of the app.
#[derive(Clone, Copy)]
pub struct Parts {
    /// `Some(None)`: it could not be fetched.
    pages: RwSignal<Option<Option<Pages>>>,
}

impl Parts {
    /// Fetches the pages at once: the next thing that a person asks for is one of them.
    pub fn start() -> Self {
        let parts = Self { pages: RwSignal::new(None) };
        parts.fetch();
        parts
    }

    fn fetch(self) {
        self.pages.set(None);
        spawn_local(async move { self.pages.set(Some(file::fetch().await.ok())) });
    }

    /// The pages, once they are here.
    pub fn there(self) -> Option<Pages> {
        self.pages.get().flatten()
    }

    /// The same, for what happens in a moment.
    pub fn there_untracked(self) -> Option<Pages> {
        self.pages.get_untracked().flatten()
    }

    /// What is added to a page that stands already: nothing until it is here.
    pub fn once(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        move || parts.there().map(&shown)
    }

    /// A page of this part as soon as it is here.
    pub fn page(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        Self::part(shown, true)
    }

    /// What stands beside the list, as soon as it is here.
    pub fn beside(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        Self::part(shown, false)
    }

    fn part(shown: impl Fn(Pages) -> AnyView + Send + 'static, is_page: bool) -> impl IntoView {
        let parts = expect_context::<Self>();
        move || match parts.pages.get() {
            Some(Some(pages)) => shown(pages),
            Some(None) => view! {
                <div class="page" class:pad=!is_page>
                    {is_page.then(|| view! { <PageHead title=opening::NOT_HERE/> })}
                    <Empty glyph=Glyph::Offline title=opening::NOT_HERE text=opening::NOT_HERE_WHY>
                        <Button label=opening::TRY_AGAIN on_press=move || parts.fetch()/>
                    </Empty>
                </div>
            }
            .into_any(),
            None if is_page => view! { <Waiting/> }.into_any(),
            None => view! { <div class="page pad"><Skeleton/></div> }.into_any(),
        }
    }
}
