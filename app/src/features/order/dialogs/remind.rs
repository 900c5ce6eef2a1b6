//! Reminding the buyer of a payment: a message to copy or to share, in the buyer's language.

use domain::order::Order;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::actions::OrderActions;
use crate::platform::page;
use crate::text::{self, Currency, Language, Phrase, remind};
use crate::ui::{Acts, Button, Choice, Choices, Glyph, Kind, TextField, Toaster};

/// A phrase in a language, with what stands in braces put in.
fn filled(phrase: Phrase, language: Language, values: &[(&str, &str)]) -> String {
    let mut text = match language {
        Language::Zh => phrase.zh,
        Language::En => phrase.en,
    }
    .to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// The message for an order that is not paid.
pub fn message(order: &Order, shop: &str, currency: Currency, language: Language) -> String {
    let name = order.name.value.trim();
    let greeting = if name.is_empty() { remind::GREETING } else { remind::GREETING_NAMED };
    let number = order.number.as_ref().map(|number| number.0.as_str()).unwrap_or_default();
    let owed = currency.full(order.balance());
    let due = order.due_ms().map(|due| text::date_time_in(due, language)).unwrap_or_default();
    let body = if due.is_empty() { remind::BODY } else { remind::BODY_DUE };
    let values = [("name", name), ("shop", shop), ("number", number), ("owed", &owed), ("due", &due)];
    [greeting, body, remind::THANKS].map(|phrase| filled(phrase, language, &values)).concat()
}

/// The dialog.
#[component]
pub fn Remind(
    /// Whose order.
    actions: OrderActions,
) -> impl IntoView {
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let language = RwSignal::new(text::language());
    let shop = move || actions.session.shop.read().as_ref().map(|shop| shop.name.clone()).unwrap_or_default();
    let written = move |language| {
        let currency = actions.session.currency().get_untracked();
        actions.order.with_untracked(|order| message(order, &untrack(shop), currency, language))
    };
    let typed = RwSignal::new(written(language.get_untracked()));
    let choose = move |key: String| {
        if let Some(chosen) = Language::parse(&key) {
            language.set(chosen);
            typed.set(written(chosen));
        }
    };
    let languages = Language::ALL.map(|language| Choice::new(language.key(), language.name())).into();
    let copy = move || {
        spawn_local(async move {
            if page::copy(&typed.get_untracked()).await {
                toaster.confirm(remind::COPIED);
            } else {
                toaster.warn(remind::NOT_COPIED);
            }
        });
    };
    let share = move || {
        spawn_local(async move {
            // Where the person turns back, nothing is to be said.
            page::share(&typed.get_untracked()).await;
        });
    };
    view! {
        <div class="stack">
            <Choices
                legend=remind::LANGUAGE
                choices=languages
                value=Signal::derive(move || language.get().key().to_owned())
                on_change=choose
            />
            <TextField label=remind::MESSAGE value=typed rows=5/>
            <Acts>
                {page::can_share().then(|| view! { <Button label=remind::SHARE glyph=Glyph::Up on_press=share/> })}
                <Button label=remind::COPY glyph=Glyph::Copy kind=Kind::Main on_press=copy/>
            </Acts>
        </div>
    }
}
