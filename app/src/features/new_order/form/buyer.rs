//! Who buys: found, typed, or pasted in one piece.

use std::sync::Arc;

use domain::address::{Divisions, recognise};
use domain::customer::Customer;
use domain::money::plain;
use domain::order::{BuyerField, Delivery};
use domain::pinyin::Pinyin;
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::fields::Fields;
use super::wrong_at;
use crate::features::new_order::model::Place;
use crate::features::new_order::{Flow, find};
use crate::features::shop_lists;
use crate::platform::page;
use crate::session::{Table, ask_for_alike};
use crate::text::{form, new_order};
use crate::ui::{Button, Choice, Choices, Glyph, Kind, Offer, SuggestField, TextField, uid};

/// Fills in a customer: who they are, where they live, and what goods cost them.
fn fill_customer(flow: Flow, customer: &Customer) {
    let Fields { name, phone, address, customer: chosen, items, .. } = flow.fields;
    let level_before = flow.level.get_untracked();
    name.set(customer.name.clone());
    phone.set(customer.phone.clone());
    if let Some(first) = customer.addresses.first() {
        address.set(first.text.clone());
    }
    chosen.set(Some(customer.id));
    // A price that nobody typed over follows the customer's level.
    let currency = flow.minor.get_untracked();
    let products = flow.products.get_untracked();
    for field in items.get_untracked() {
        let item = field.untracked();
        let Some(product) = item.product.and_then(|id| products.get(id).cloned()) else { continue };
        let price = |level: &str| product.price(item.variant, level).map(|minor| plain(minor, currency));
        if price(&level_before).as_deref() == Some(item.price.as_str())
            && let Some(price) = price(&customer.level)
        {
            field.price.set(price);
        }
    }
}

#[component]
pub fn Buyer(flow: Flow) -> impl IntoView {
    let Fields { name, phone, address, .. } = flow.fields;
    let fault = move |field| wrong_at(flow, Place::Buyer(field));
    let heading = uid("h");
    let named = heading.clone();
    let offers = move |(typed,): (String,)| {
        let customers = flow.customers.get();
        ask_for_alike(&typed);
        let found = find::customers(customers.iter(), &typed, Pinyin::here().as_deref());
        let offer = |customer: Arc<Customer>| Offer {
            key: customer.id.to_string(),
            detail: customer.phone.clone(),
            below: customer.addresses.first().map(|address| address.text.clone()).unwrap_or_default(),
            title: customer.name.clone(),
            ..Offer::default()
        };
        found.into_iter().map(offer).collect::<Vec<_>>()
    };
    let take = move |(key,): (String,)| {
        let customers = flow.customers.get_untracked();
        if let Some(customer) = Uuid::try_parse(&key).ok().and_then(|id| customers.get(id).cloned()) {
            fill_customer(flow, &customer);
        }
    };
    let ships = Memo::new(move |_| flow.fields.delivery.get() == Delivery::Ship);
    let pasting = RwSignal::new(false);
    let paste = move || {
        pasting.update(|pasting| *pasting = !*pasting);
        if pasting.get_untracked() {
            request_animation_frame(|| {
                page::focus(".pasted textarea");
            });
        }
    };
    let known = move || {
        let customer = flow.known.get()?;
        let shop = flow.shop.get();
        let says = if customer.level.is_empty() {
            new_order::customer(&customer.name)
        } else {
            new_order::customer_at(&customer.name, &shop_lists::name(&shop, List::Level, &customer.level))
        };
        Some(view! { <p class="small muted">{says}</p> })
    };
    let addresses = move || {
        let customer = flow.known.get().filter(|customer| customer.addresses.len() > 1)?;
        let choices = customer.addresses.iter().map(|it| Choice::new(it.text.clone(), it.text.clone())).collect();
        let choice = view! {
            <Choices
                legend=new_order::CUSTOMER_ADDRESS
                choices
                value=address
                on_change=move |chosen: String| address.set(chosen)
                width="16rem"
            />
        };
        Some(choice)
    };
    view! {
        <section class="pad stack" data-tight="" aria-labelledby=named>
            <div class="head">
                <h2 id=heading>{form::BUYER}</h2>
                {known}
                <Button label=new_order::PASTE glyph=Glyph::Text kind=Kind::Quiet on_press=paste/>
            </div>
            <Show when=move || pasting.get()><Pasted flow/></Show>
            // Without a parcel, who buys takes one line.
            <div class="two" data-three=move || (!ships.get()).then_some("")>
                <SuggestField label=form::BUYER_NAME value=name offers on_take=take fault=fault(BuyerField::Name)/>
                <SuggestField
                    label=form::PHONE
                    value=phone
                    keys="tel"
                    offers
                    on_take=take
                    fault=fault(BuyerField::Phone)
                />
                <TextField
                    label=form::ADDRESS
                    value=address
                    fault=fault(BuyerField::Address)
                    attr:data-whole=move || ships.get().then_some("")
                />
            </div>
            {addresses}
        </section>
    }
}

/// What a buyer sent in one piece, taken apart.
#[component]
fn Pasted(flow: Flow) -> impl IntoView {
    let Fields { name, phone, address, .. } = flow.fields;
    let pasted = RwSignal::new(String::new());
    Effect::new(move |before: Option<String>| {
        let text = pasted.get();
        let Some(divisions) = Divisions::here().filter(|_| !text.trim().is_empty()) else { return String::new() };
        if before.as_ref() == Some(&text) {
            return text;
        }
        let found = recognise(&text, &divisions);
        for (field, value) in [(name, found.name.clone()), (phone, found.phone.clone()), (address, found.address())] {
            if !value.is_empty() {
                field.set(value);
            }
        }
        text
    });
    view! {
        <div class="pasted">
            <TextField label=new_order::PASTE value=pasted rows=2 example=TextProp::from(new_order::PASTE_HINT)/>
        </div>
    }
}
