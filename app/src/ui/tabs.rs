//! Index tabs: the count is the figure, the word its caption. One stop of the tab key; arrows move.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Glyph, Icon, uid};
use crate::platform::page;
use crate::text::keys;

/// One tab.
#[derive(Clone, Debug)]
pub struct Tab {
    /// What it is called in addresses and callbacks.
    pub key: &'static str,
    /// Its caption.
    pub label: TextProp,
    /// How many are under it.
    pub count: Signal<u64>,
}

/// The tabs.
#[component]
pub fn Tabs(
    /// By what they divide.
    #[prop(into)]
    label: TextProp,
    /// In their order.
    tabs: Vec<Tab>,
    /// The key of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Another was chosen.
    #[prop(into)]
    on_choose: Callback<(&'static str,)>,
    /// The id of the list that they rule.
    panel: &'static str,
) -> impl IntoView {
    let id = uid("t");
    let order: StoredValue<Vec<&'static str>> = StoredValue::new(tabs.iter().map(|tab| tab.key).collect());
    let place = id.clone();
    let move_by_key = move |event: ev::KeyboardEvent| {
        let keys = order.get_value();
        let Some(now) = keys.iter().position(|key| chosen.with_untracked(|it| it == key)) else {
            return;
        };
        let last = keys.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowRight" if now == last => 0,
            "ArrowRight" => now + 1,
            "ArrowLeft" if now == 0 => last,
            "ArrowLeft" => now - 1,
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(key) = keys.get(next) {
            on_choose.run((key,));
            page::focus(&format!("#{place}-{key}"));
        }
    };
    // Where not all of them fit: whether some lie before and behind what is seen.
    let row = NodeRef::<html::Div>::new();
    let beyond = RwSignal::new((false, false));
    let measure = move || {
        if let Some(row) = row.try_get_untracked().flatten() {
            let (at, seen, all) = (row.scroll_left(), row.client_width(), row.scroll_width());
            beyond.set((at > 1, at + seen < all - 1));
        }
    };
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let counts: Vec<_> = tabs.iter().map(|tab| tab.count).collect();
    let marker = id.clone();
    Effect::new(move |_| {
        row.track();
        counts.iter().for_each(Signal::track);
        crate::text::language();
        let chosen = format!("#{marker}-{}", chosen.get());
        request_animation_frame(move || {
            page::scroll_to(&chosen);
            measure();
        });
    });
    let to_end = move |_| {
        if let Some(row) = row.get_untracked() {
            row.set_scroll_left(row.scroll_width());
        }
    };
    let each = tabs
        .into_iter()
        .map(|Tab { key, label, count }| {
            let is_chosen = Memo::new(move |_| chosen.with(|it| it == key));
            view! {
                <button
                    type="button"
                    class="tab"
                    data-again=""
                    role="tab"
                    id=format!("{id}-{key}")
                    data-key=key
                    aria-selected=move || if is_chosen.get() { "true" } else { "false" }
                    aria-controls=panel
                    tabindex=move || if is_chosen.get() { "0" } else { "-1" }
                    data-zero=move || (count.get() == 0).then_some("")
                    on:click=move |_| on_choose.run((key,))
                >
                    <b>{move || count.get()}</b>
                    " "
                    <span>{move || label.get()}</span>
                </button>
            }
        })
        .collect_view();
    view! {
        <div
            class="tabs-place"
            data-before=move || beyond.get().0.then_some("")
            data-behind=move || beyond.get().1.then_some("")
        >
            <div
                class="tabs"
                role="tablist"
                aria-label=move || label.get()
                node_ref=row
                on:keydown=move_by_key
                on:scroll=move |_| measure()
            >
                {each}
            </div>
            // By keyboard one goes through the tabs themselves.
            <button type="button" class="tab-more" tabindex="-1" aria-hidden="true" on:click=to_end>
                <span>{keys::MORE}</span>
                <Icon glyph=Glyph::Right/>
            </button>
        </div>
    }
}
