//! The page of one order.

mod actions;
pub mod appearance;
pub mod carrier;
mod detail;
mod dialogs;
mod menu;
pub mod refusal;
pub mod timeline_lines;
pub mod undo;

use std::sync::Arc;

use domain::order::Order as Known;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

pub use self::detail::{Detail, LinesHead};
use crate::frame::arrive;
use crate::session::{Load, Session};
use crate::text::order_page::page;
use crate::text::{fault, list, orders};
use crate::ui::{Empty, Glyph, Kind, LinkButton, Serial, Size, Skeleton};

/// How far an order is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Reading,
    Missing,
    There(Uuid),
}

/// The page.
#[component]
pub fn Order() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| Uuid::parse_str(&id).ok())));
    let order = Session::here().order(id.into());
    let number = Memo::new(move |_| {
        order.with(|order| match order {
            Load::Ready(order) => order.number.as_ref().map(|number| number.0.clone()),
            Load::Pending | Load::Missing => None,
        })
    });
    let heading = NodeRef::<html::H1>::new();
    let title = move || match number.get() {
        Some(number) => list::order(&number),
        None => orders::TITLE.get().to_owned(),
    };
    arrive(title.into(), heading);
    let is_there = Memo::new(move |_| order.with(|order| matches!(order, Load::Ready(_))));
    let head = move || match (number.get(), is_there.get()) {
        (Some(number), _) => view! { <Serial number size=Size::ExtraLarge/> }.into_any(),
        (None, true) => view! { {page::DRAFT} }.into_any(),
        (None, false) => view! { {orders::TITLE} }.into_any(),
    };
    view! {
        <div class="page order">
            <div class="bar">
                <LinkButton href="/orders" label=orders::BACK glyph=Glyph::Left kind=Kind::Quiet icon_only=true/>
                <h1
                    node_ref=heading
                    tabindex="-1"
                    data-testid=move || number.with(Option::is_some).then_some("order-number")
                >
                    {head}
                </h1>
            </div>
            <article class="sheet" aria-label=title>
                <Shown id=id.into() order/>
            </article>
        </div>
    }
}

/// An order once it is read, or what there is instead; what fills a sheet.
#[component]
pub fn Shown(
    /// Which one.
    id: Signal<Option<Uuid>>,
    /// As it is read.
    order: Signal<Load<Arc<Known>>>,
    /// Its number stands at its head.
    #[prop(optional)]
    numbered: bool,
) -> impl IntoView {
    let read = Memo::new(move |_| match (id.get(), order.get()) {
        (None, _) | (_, Load::Missing) => Read::Missing,
        (Some(id), Load::Ready(order)) if order.id == id => Read::There(id),
        (Some(_), _) => Read::Reading,
    });
    move || match read.get() {
        Read::Reading => view! { <div class="pad"><Skeleton/></div> }.into_any(),
        Read::Missing => view! {
            <Empty glyph=Glyph::Search title=fault::NO_SUCH_ORDER text=fault::NO_SUCH_ORDER_WHY>
                <LinkButton href="/orders" label=orders::BACK/>
            </Empty>
        }
        .into_any(),
        Read::There(id) => {
            // Between two orders the signal may already hold the next one: this sheet keeps its own.
            let known = Memo::new(move |before: Option<&Arc<Known>>| {
                let there = order.get().there().filter(|order| order.id == id);
                there.or_else(|| before.cloned()).unwrap_or_else(|| Arc::new(Known::new(id)))
            });
            view! { <Detail order=known.into() numbered/> }.into_any()
        }
    }
}
