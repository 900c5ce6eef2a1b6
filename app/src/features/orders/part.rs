//! What the list has beyond its first page, as the file of the pages brings it.

use std::sync::Arc;

use domain::order::Summary;
use leptos::ev::{ClipboardEvent, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use replica::Filter;
use uuid::Uuid;

use super::{OrderListState, ScrollState, batch, columns, filters};
use crate::session::Session;

/// Calls of the file of the pages.
#[derive(Clone, Copy)]
pub struct Part {
    /// Reads the filters of an address.
    pub narrow: fn(Session, &ParamsMap, &mut Filter),
    /// The tools in the head of the page.
    pub tools: fn(OrderListState) -> AnyView,
    /// What is filtered, or picked.
    pub bar: fn(OrderListState) -> AnyView,
    /// The head of a table.
    pub head: fn(OrderListState) -> AnyView,
    /// A row of a table; whether it stands under the heading of its day.
    pub cells: fn(&Arc<Summary>, bool, AnyView) -> AnyView,
    /// Picks an order, or all up to it.
    pub pick: fn(OrderListState, Uuid, bool),
    /// A key was pressed in the list.
    pub keys: fn(OrderListState, ScrollState, &KeyboardEvent),
    /// A row was held.
    pub held: fn(OrderListState, &MouseEvent),
    /// Something was pasted.
    pub pasted: fn(OrderListState, &ClipboardEvent),
}

impl Part {
    /// Names them, for the file of the pages.
    pub fn all() -> Self {
        Self {
            narrow: filters::narrow,
            tools: |list_state| view! { <columns::Tools list_state/> }.into_any(),
            bar: |list_state| view! { <filters::Bar list_state/> }.into_any(),
            head: |list_state| view! { <columns::Head list_state/> }.into_any(),
            cells: columns::cells,
            pick: batch::pick,
            keys: filters::keys,
            held: batch::held,
            pasted: filters::pasted,
        }
    }
}
