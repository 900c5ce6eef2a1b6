//! Index tabs: the count is the figure, the word its caption. One stop of the tab key; arrows move.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::uid;
use crate::platform::page;

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
    let move_by_key = move |event: leptos::ev::KeyboardEvent| {
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
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=move_by_key>
            {each}
        </div>
    }
}
