//! The counter of a shop that has no products yet: an amount is typed and sold, and two keys lead to products.

use domain::figure;
use leptos::prelude::*;

use super::till::Till;
use crate::features::meant;
use crate::features::order::refusal::amount_words;
use crate::text::counter;
use crate::ui::{AmountField, Button, Glyph, Keypad, LinkButton, uid};

/// In place of the tiles.
#[component]
pub fn FirstSale(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let typed = till.amount;
    let read = move || typed.with(|typed| figure::amount(typed, till.money()));
    let wrong = Signal::derive(move || if till.amount_tried.get() { read().err().map(amount_words) } else { None });
    // What nobody sees is not sold.
    on_cleanup(move || till.drop_amount());
    let field = uid("amount");
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        till.put_amount();
    };
    view! {
        <div class="first-sale">
            <form class="sheet pad" novalidate autocomplete="off" on:submit=send>
                <AmountField id=field.clone() label=counter::ENTER_AMOUNT value=typed fault=wrong meaning=meant::amount(till.session, typed)/>
                <Keypad field decimals=Signal::derive(move || currency.get().exponent)/>
                <Button label=counter::ADD glyph=Glyph::Plus submit=true/>
            </form>
            <section class="stack" data-tight="" aria-label=counter::NONE>
                <h2>{counter::NONE}</h2>
                <p class="muted">{counter::NONE_WHY}</p>
                <LinkButton href="/products/new" label=counter::ADD_PRODUCT glyph=Glyph::Plus/>
                <LinkButton href="/products/import" label=counter::IMPORT_SHEET glyph=Glyph::TakeIn/>
            </section>
        </div>
    }
}
