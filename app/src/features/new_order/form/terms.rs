//! How it is handed over and paid, and what it comes to.

use domain::order::{Delivery, Method, Terms};
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::fields::Fields;
use super::wrong_at;
use crate::features::new_order::model::{Place, Reading};
use crate::features::new_order::{Flow, words};
use crate::features::{meant, shop_lists};
use crate::text::{self, Phrase, form, method, new_order};
use crate::ui::{Button, Choice, Choices, Glyph, Money, Note, Select, Size, TextField, Tone};

#[component]
pub fn More(flow: Flow) -> impl IntoView {
    let Fields { note, channel, category, discount, rounding, deposit, .. } = flow.fields;
    let amount = move |place, value, label: Phrase| {
        let meaning = meant::amount(flow.session, value);
        view! { <TextField label value keys="decimal" numeric=true fault=wrong_at(flow, place) meaning/> }
    };
    let choice = move |label: Phrase, list: List, value: RwSignal<String>| {
        // What is chosen at first stays in the list, be it hidden by now.
        let first = value.get_untracked();
        move || {
            let choices = shop_lists::choices_or(&flow.shop.read(), list, &first, new_order::NOT_SAID);
            view! { <Select label=TextProp::from(label) choices value on_change=move |key| value.set(key)/> }
        }
    };
    view! {
        <section class="section stack" data-tight="" aria-label=form::OTHER>
            <TextField label=form::ORDER_NOTE value=note fault=wrong_at(flow, Place::Note)/>
            <div class="two">
                {choice(new_order::CHANNEL, List::Channel, channel)}
                {choice(new_order::CATEGORY, List::Category, category)}
            </div>
            <div class="two" data-three="">
                {amount(Place::Discount, discount, form::DISCOUNT)}
                {amount(Place::Rounding, rounding, form::ROUNDING)}
                {amount(Place::Deposit, deposit, form::DEPOSIT)}
            </div>
        </section>
    }
}

/// An address says that goods are to be sent; that they are not is said, and put right with one tap.
#[component]
pub fn MeantToShip(flow: Flow) -> impl IntoView {
    let Fields { delivery, terms, address, .. } = flow.fields;
    let is_meant = Memo::new(move |_| {
        !flow.is_edit && delivery.get() == Delivery::HandOver && address.with(|address| !address.trim().is_empty())
    });
    let ship = move || {
        delivery.set(Delivery::Ship);
        if !words::terms_of(Delivery::Ship).contains(&terms.get_untracked()) {
            terms.set(Terms::Prepaid);
        }
    };
    view! {
        <div role="status">
            <Show when=move || is_meant.get()>
                <div class="meant">
                    <Note text=new_order::HAS_ADDRESS tone=Tone::Owe glyph=Glyph::Truck/>
                    <Button label=new_order::SHIP_INSTEAD on_press=ship/>
                </div>
            </Show>
        </div>
    }
}

/// How the goods reach the buyer.
#[component]
pub fn Handing(
    flow: Flow,
    /// The ways stand beside each other.
    #[prop(optional)]
    across: bool,
) -> impl IntoView {
    let Fields { delivery, terms, carrier, .. } = flow.fields;
    let ships = Memo::new(move |_| delivery.get() == Delivery::Ship);
    let first = carrier.get_untracked();
    let carriers = move || {
        ships.get().then(|| {
            let shop = flow.shop.read();
            let choices = shop_lists::choices_or(&shop, List::Carrier, &first, new_order::CARRIER_LATER);
            view! {
                <Select
                    label=TextProp::from(new_order::CARRIER)
                    choices
                    value=carrier
                    on_change=move |key| carrier.set(key)
                />
            }
        })
    };
    let choose = move |key: String| {
        let Some(way) = words::DELIVERIES.into_iter().find(|way| words::delivery_key(*way) == key) else {
            return;
        };
        delivery.set(way);
        if !words::terms_of(way).contains(&terms.get_untracked()) {
            terms.set(Terms::Prepaid);
        }
    };
    view! {
        <Choices
            legend=text::delivery::DELIVERY
            choices=words::delivery_choices()
            value=Signal::derive(move || words::delivery_key(delivery.get()).to_owned())
            on_change=choose
            stack=!across
            width="8.5rem"
        />
        {carriers}
    }
}

#[component]
pub fn Paying(flow: Flow) -> impl IntoView {
    let Fields { delivery, method: chosen, terms, .. } = flow.fields;
    let possible = Memo::new(move |_| words::terms_of(delivery.get()));
    let choose_terms = move |key: String| {
        let found = possible.get_untracked().iter().find(|terms| words::terms_key(**terms) == key);
        if let Some(found) = found {
            terms.set(*found);
        }
    };
    let terms_list = move || {
        let choices = possible
            .get()
            .iter()
            .map(|terms| Choice::new(words::terms_key(*terms), words::terms_name(*terms)))
            .collect();
        view! {
            <Select
                label=TextProp::from(new_order::TERMS)
                choices
                value=Signal::derive(move || words::terms_key(terms.get()).to_owned())
                on_change=choose_terms
            />
        }
    };
    let first = chosen.with_untracked(|method| method.key().to_owned());
    let methods = move || {
        view! {
            <Choices
                legend=method::METHOD
                choices=shop_lists::choices(&flow.shop.read(), List::Method, &first)
                value=Signal::derive(move || chosen.with(|method| method.key().to_owned()))
                on_change=move |key: String| chosen.set(Method::from(key))
                tiles=true
                width="8rem"
            />
        }
    };
    view! {
        {methods}
        {terms_list}
    }
}

/// What it comes to, while one types.
#[component]
pub fn Sums(flow: Flow) -> impl IntoView {
    let currency = flow.currency;
    let sum = move |of: fn(&Reading) -> i64| Memo::new(move |_| flow.reading.with(of));
    let (subtotal, discount, rounding, deposit) = (
        sum(|reading| reading.content.subtotal().max(0)),
        sum(|reading| -reading.content.discount),
        sum(|reading| -reading.content.rounding),
        sum(|reading| -reading.content.deposit),
    );
    let rest = Memo::new(move |_| flow.reading.with(Reading::rest).saturating_sub(flow.paid.get()).max(0));
    let taken_off = move |minor: Memo<i64>, name: Phrase| {
        move || {
            (minor.get() != 0).then(|| {
                view! {
                    <span class="muted">{name}</span>
                    <Money minor currency size=Size::Small/>
                }
            })
        }
    };
    view! {
        <div class="sums">
            <span class="muted">{move || form::subtotal(flow.reading.with(Reading::pieces))}</span>
            <Money minor=subtotal currency size=Size::Small/>
            {taken_off(discount, form::DISCOUNT)}
            {taken_off(rounding, form::ROUNDING)}
            {taken_off(deposit, form::DEPOSIT)}
        </div>
        <div class="due">
            <span>{form::TO_PAY}</span>
            <Money minor=rest currency size=Size::ExtraLarge/>
        </div>
    }
}
