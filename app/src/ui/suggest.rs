//! A field that offers what is known while one types. What is typed stays as it is: an offer is taken, or left.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::field::{described, framed, invalid};
use super::uid;
use crate::platform::{keys as keys_of_page, page};
use crate::text::keys;

/// Something that is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What is told when it is taken.
    pub key: String,
    /// What it is.
    pub title: String,
    /// What tells it from others.
    pub detail: String,
    /// What stands at the end of the line, such as a price.
    pub end: String,
    /// Below that.
    pub below: String,
    /// What stands below asks for attention.
    pub odd: bool,
}

/// A line of text with offers below it while one types.
#[component]
pub fn SuggestField(
    /// What belongs in it.
    #[prop(into)]
    label: TextProp,
    /// What is in it.
    value: RwSignal<String>,
    /// What is offered for what is typed; asked only while the field is being typed in.
    #[prop(into)]
    offers: Callback<(String,), Vec<Offer>>,
    /// An offer was taken.
    #[prop(into)]
    on_take: Callback<(String,)>,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// What looks odd about it; the act stays open.
    #[prop(optional, into)]
    warning: Signal<Option<String>>,
    /// An example inside, while it is empty.
    #[prop(optional, into)]
    example: Option<TextProp>,
    /// The keys a tablet offers.
    #[prop(default = "text")]
    keys: &'static str,
) -> impl IntoView {
    let id = uid("f");
    let list = format!("{id}-list");
    let typing = RwSignal::new(false);
    let chosen = RwSignal::new(None::<usize>);
    let shown = Memo::new(move |_| if typing.get() { offers.run((value.get(),)) } else { Vec::new() });
    let is_open = Memo::new(move |_| shown.with(|shown| !shown.is_empty()));
    let option_id = {
        let list = list.clone();
        move |at: usize| format!("{list}-{at}")
    };
    let take = move |at: usize| {
        let key = shown.with_untracked(|shown| shown.get(at).map(|offer| offer.key.clone()));
        typing.set(false);
        chosen.set(None);
        if let Some(key) = key {
            on_take.run((key,));
        }
    };
    let step = {
        let option_id = option_id.clone();
        move |forward: bool| {
            let count = shown.with_untracked(Vec::len);
            let next = match (chosen.get_untracked(), forward) {
                (None, true) => 0,
                (None, false) => count.saturating_sub(1),
                (Some(at), true) => (at + 1) % count.max(1),
                (Some(at), false) => (at + count.saturating_sub(1)) % count.max(1),
            };
            chosen.set(Some(next));
            page::scroll_to(&format!("#{}", option_id(next)));
        }
    };
    let press = move |event: leptos::ev::KeyboardEvent| {
        if !is_open.get_untracked() {
            return;
        }
        match (event.key().as_str(), chosen.get_untracked()) {
            ("ArrowDown", _) => step(true),
            ("ArrowUp", _) => step(false),
            ("Enter", Some(at)) => take(at),
            ("Escape", _) => typing.set(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let active = {
        let option_id = option_id.clone();
        move || chosen.get().filter(|_| is_open.get()).map(&option_id)
    };
    let options = {
        let option_id = StoredValue::new(option_id);
        move || {
            let offers = shown.get();
            let each = offers.into_iter().enumerate().map(|(at, offer)| {
                let id = option_id.with_value(|option_id| option_id(at));
                view! {
                    <li
                        role="option"
                        id=id
                        aria-selected=move || if chosen.get() == Some(at) { "true" } else { "false" }
                        on:click=move |_| take(at)
                    >
                        <b>{offer.title}</b>
                        <span class="small muted">{offer.detail}</span>
                        <span class="end">{offer.end}</span>
                        <span class="small below" class:muted=!offer.odd data-odd=offer.odd.then_some("")>
                            {offer.below}
                        </span>
                    </li>
                }
            });
            each.collect_view()
        }
    };
    let controls = list.clone();
    let name = label.clone();
    let count = move || {
        let count = shown.with(Vec::len) as u64;
        (count > 0).then(|| keys::offers(count))
    };
    let control = view! {
        <div class="suggest">
            <input
                class="input"
                id=id.clone()
                type="text"
                inputmode=keys
                autocomplete="off"
                placeholder=move || example.as_ref().map(TextProp::get)
                aria-autocomplete="list"
                aria-controls=move || is_open.get().then(|| controls.clone())
                aria-activedescendant=active
                aria-invalid=invalid(fault)
                aria-describedby=described(&id, false, fault, warning)
                prop:value=move || value.get()
                on:input:target=move |event| {
                    value.set(event.target().value());
                    chosen.set(None);
                    typing.set(!keys_of_page::is_undoing());
                }
                on:keydown=press
                on:blur=move |_| typing.set(false)
            />
            // The field keeps the focus while an offer is pressed.
            <ul
                class="offers"
                role="listbox"
                id=list
                aria-label=move || name.get()
                hidden=move || !is_open.get()
                on:mousedown=|event| event.prevent_default()
            >
                {options}
            </ul>
            <span class="unseen" role="status">{count}</span>
        </div>
    }
    .into_any();
    framed(&id, label, false, None, fault, warning, control)
}
