//! Putting the products in the order of the counter's tiles: by keys, or by dragging where a pointer is.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::StreamKind;
use domain::product::{Product, rearranged};
use domain::record::{Changed, RecordEvent, Value};
use leptos::prelude::*;
use replica::Act;
use uuid::Uuid;

use super::ProductsRoute;
use super::form::Tool;
use super::list::{Thumb, in_order};
use crate::features::order::refusal;
use crate::session::{ActFault, Session};
use crate::text::products;
use crate::ui::{Acts, Button, Glyph, Icon, Kind, Note, Stub, Submission, Toast, Toaster};

/// The acts that write new positions.
fn acts(products: &[Arc<Product>], from: usize, to: usize) -> Vec<Act> {
    let positions: Vec<i64> = products.iter().map(|product| product.position).collect();
    let write = |(index, position): (usize, i64)| {
        let product = products.get(index)?;
        let set = BTreeMap::from([("position".to_owned(), Some(Value::Int(position)))]);
        let changed = RecordEvent::Changed(Changed { set, settles: None });
        Some(Act::Record(StreamKind::Product, Some(product.id), vec![changed]))
    };
    rearranged(&positions, from, to).into_iter().filter_map(write).collect()
}

/// The list to be put in order.
#[component]
pub(super) fn Arrange(ways: ProductsRoute) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let ordered = in_order(session);
    let dragged = RwSignal::new(None::<Uuid>);
    let over = RwSignal::new(None::<Uuid>);
    let submission = Submission::<ActFault>::new();
    let all = move || ordered.get().into_iter().map(|(_, product)| product).collect::<Vec<_>>();
    let shift = move |id: Uuid, to: Callback<(usize, usize), usize>| {
        let all = untrack(all);
        let Some(from) = all.iter().position(|product| product.id == id) else { return };
        let acts = acts(&all, from, to.run((from, all.len().saturating_sub(1))));
        if acts.is_empty() {
            return;
        }
        submission.run_or(session.act_all(acts), drop, move |fault| {
            let text = refusal::words(fault).into();
            toaster.show(Toast { text, glyph: Glyph::Warn, acts: Vec::new(), stays: false });
        });
    };
    let to_place = move |id: Uuid, target: Uuid| {
        let place = untrack(all).iter().position(|product| product.id == target);
        if let Some(place) = place {
            shift(id, Callback::new(move |_| place));
        }
    };
    let row = move |product: Arc<Product>| {
        let id = product.id;
        let name = product.name.clone();
        let nth = Memo::new(move |_| ordered.with(|all| all.iter().position(|(_, it)| it.id == id).unwrap_or(0)));
        let first = Signal::derive(move || nth.get() == 0);
        let last = Signal::derive(move || nth.get() + 1 >= ordered.with(Vec::len));
        let named = move |act: crate::text::Phrase| {
            let name = name.clone();
            move || products::move_of(act.get(), &name)
        };
        let (top, up, down) = (named(products::TOP), named(products::UP), named(products::DOWN));
        view! {
            <li
                class="arranged"
                draggable="true"
                data-testid="arranged"
                data-over=move || (over.get() == Some(id) && dragged.get().is_some_and(|it| it != id)).then_some("")
                data-dragged=move || (dragged.get() == Some(id)).then_some("")
                on:dragstart=move |_| dragged.set(Some(id))
                on:dragend=move |_| {
                    dragged.set(None);
                    over.set(None);
                }
                on:dragover=move |event| {
                    event.prevent_default();
                    over.set(Some(id));
                }
                on:drop=move |event| {
                    event.prevent_default();
                    if let Some(from) = dragged.get_untracked() {
                        to_place(from, id);
                    }
                }
            >
                <Icon glyph=Glyph::Grip/>
                <Thumb product=Arc::clone(&product)/>
                <span class="clip">{product.name.clone()}</span>
                <span class="tools">
                    <Tool label=top glyph=Glyph::Top disabled=first on_press=move || shift(id, Callback::new(|_| 0))/>
                    <Tool
                        label=up
                        glyph=Glyph::Up
                        disabled=first
                        on_press=move || shift(id, Callback::new(|(from, _): (usize, usize)| from.saturating_sub(1)))
                        attr:data-again=""
                    />
                    <Tool
                        label=down
                        glyph=Glyph::Down
                        disabled=last
                        on_press=move || shift(id, Callback::new(|(from, last): (usize, usize)| (from + 1).min(last)))
                        attr:data-again=""
                    />
                </span>
            </li>
        }
    };
    view! {
        <div class="pad"><Note text=products::ARRANGE_WHY/></div>
        <ul class="rows scroll" tabindex="0" aria-label=products::ARRANGE>
            <For each=all key=|product| product.id children=row/>
        </ul>
        <Stub>
            <Acts>
                <Button
                    label=products::ARRANGE_DONE
                    glyph=Glyph::Check
                    kind=Kind::Main
                    on_press=move || ways.to(|place| place.arranging = false)
                />
            </Acts>
        </Stub>
    }
}
