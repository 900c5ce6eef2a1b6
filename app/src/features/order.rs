//! One order: being made, and as it stands.

use leptos::prelude::*;

use crate::frame::PageHead;
use crate::text::{frame, orders};

/// Makes a new order.
#[component]
pub fn NewOrder() -> impl IntoView {
    view! { <div class="page"><PageHead title=frame::NEW_ORDER/></div> }
}

/// An order that there is.
#[component]
pub fn Order() -> impl IntoView {
    view! { <div class="page"><PageHead title=orders::TITLE back=("/orders", orders::BACK)/></div> }
}
