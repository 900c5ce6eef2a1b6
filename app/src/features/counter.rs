//! The counter: tiles on one side, the cart on the other, the money in between. Made for a rush: a tap sells, nothing
//! waits, and what is in the cart is there after whatever happens to the page.
//!
//! `/counter` sells, `/counter?step=pay` takes the money, `/counter?step=cart` shows the cart on a phone: the browser's
//! back leads to the goods.

mod cart;
mod dialogs;
mod first;
mod goods;
mod model;
pub mod reader;
mod scans;
mod shortcuts;
mod sold;
mod tender;
mod till;
mod words;

use domain::order::Summary;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use self::cart::CartSheet;
use self::dialogs::Dialogs;
use self::goods::Goods;
use self::model::Cart;
use self::sold::SoldSheet;
use self::tender::Tender;
use self::till::{Back, Till};
use crate::frame::arrive;
use crate::platform::form_drafts::Later;
use crate::platform::{form_drafts, page};
use crate::session::Session;
use crate::text::counter;
use crate::ui::Toaster;
use crate::ui::scan::Layer;

/// Under what the cart in hand is kept.
const KEPT: &str = "counter";

/// Under what is kept what goes back of the last sale.
const KEPT_BACK: &str = "counter-back";

/// The page.
#[component]
pub fn Counter() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let heading = NodeRef::new();
    arrive(counter::TITLE.into(), heading);
    let query = use_query_map();
    let step = Memo::new(move |_| query.with(|query| query.get("step")));

    // Sold already: here, and the browser was killed before it forgot the cart; or on another tablet meanwhile.
    let is_sold = move |cart: &Cart| {
        untrack(|| session.summary(cart.order)).is_some_and(|Summary { number, .. }| number.is_some())
    };
    let (kept, at_ms) = form_drafts::load_dated::<Cart>(KEPT).unzip();
    let (sold, kept) =
        kept.map_or((None, None), |cart| if is_sold(&cart) { (Some(cart), None) } else { (None, Some(cart)) });
    let till = Till::new(session, toaster, kept, step);
    let (back, back_ms) = form_drafts::load_dated::<Back>(KEPT_BACK).unzip();
    till.back.set(back);
    let began = till.cart.get_untracked();
    let is_read = RwSignal::new(false);
    Effect::new(move |before: Option<()>| {
        till.back.with(|back| match (before, back) {
            (None, _) => {}
            (Some(()), Some(back)) => form_drafts::store_durable(KEPT_BACK, back),
            (Some(()), None) => form_drafts::forget_twice(KEPT_BACK),
        });
    });
    Effect::new(move |before: Option<()>| {
        till.cart.with(|cart| match before {
            // As it was kept: what a killed browser left on the disk is still to be read.
            None => {}
            Some(()) if cart.is_blank() => form_drafts::forget_twice(KEPT),
            Some(()) => form_drafts::store_durable(KEPT, cart),
        });
    });
    spawn_local(async move {
        let last = match form_drafts::load_later(KEPT, at_ms).await {
            Later::Nothing => sold,
            Later::Forgotten => (!began.is_blank()).then(|| Cart::new(session.draw_id())),
            Later::Typed(last) => Some(last),
        };
        if let Some(last) = last
            && !(is_sold(&last) && session.was_sold_here(last.order).await)
        {
            // Selling goes on at once; what was tapped meanwhile is not lost for what was before.
            till.cart.try_update(|cart| {
                if *cart == began {
                    *cart = last;
                }
            });
        }
        match form_drafts::load_later::<Back>(KEPT_BACK, back_ms).await {
            Later::Nothing => {}
            Later::Forgotten => _ = till.back.try_update(|now| *now = now.filter(|it| Some(*it) != back)),
            Later::Typed(later) => _ = till.back.try_update(|back| _ = back.get_or_insert(later)),
        }
        is_read.try_set(true);
        till.keep_old_parts().await;
    });
    till.watch_the_draft(is_read);
    till.take_scans(Layer::Page);
    till.follow_waiting();
    let listening = window_event_listener(leptos::ev::keydown, move |event| {
        if shortcuts::pressed(till, &event) {
            return event.prevent_default();
        }
        let is_field = page::is_typing();
        if till.key(&event.key(), is_field, page::has_focus()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listening.remove());

    let is_sold = Memo::new(move |_| till.sold.with(Option::is_some));
    view! {
        <div class="page" data-bare="">
            <h1 class="unseen" node_ref=heading tabindex="-1">{counter::TITLE}</h1>
            <div
                class="split counter"
                data-step=move || if till.paying.get() { "pay" } else { "sell" }
                data-sheet=move || till.sheet.get().then_some("")
                data-sold=move || is_sold.get().then_some("")
            >
                <Show when=move || till.paying.get() fallback=move || view! { <Goods till/> }>
                    <Tender till/>
                </Show>
                <Show when=move || is_sold.get() fallback=move || view! { <CartSheet till/> }>
                    <SoldSheet till/>
                </Show>
            </div>
            <p class="unseen" role="status">{move || till.said.get()}</p>
            <Dialogs till/>
        </div>
    }
}
