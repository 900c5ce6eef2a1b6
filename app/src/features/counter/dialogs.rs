//! What the counter asks in dialogs: which variant, how many grams, at what price, who buys, which parked cart.

mod camera;
mod figures;
mod people;

use domain::code::Place;
use domain::code::scale::{self, Label};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use self::camera::Camera;
use self::figures::{Details, Free, Grams, OneLine};
use self::people::{Customers, Parked};
use super::model::Good;
use super::tender::WaysBack;
use super::till::{DialogKind, Till};
use super::words;
use crate::features::articles::{self, Articles};
use crate::text::{counter, scan, weight};
use crate::ui::scan::Layer;
use crate::ui::{Acts, Button, Dialog, Fault, Glyph, Kind, LinkButton, Money, Note, Size};

/// The one dialog of the counter.
#[component]
pub fn Dialogs(till: Till) -> impl IntoView {
    let title = move || match till.dialog.get() {
        Some(DialogKind::Variant(id)) => till.product(id).map(|it| it.name.clone()).unwrap_or_default(),
        Some(DialogKind::Grams(id, variant)) => {
            let good = till.product(id).map(|product| Good::of(&product, variant, ""));
            good.map(|good| format!("{} {}", good.item, good.spec)).unwrap_or_default()
        }
        Some(DialogKind::Line(id, _)) => {
            till.cart.with_untracked(|cart| cart.line(id).map(|line| line.item.clone())).unwrap_or_default()
        }
        Some(DialogKind::Free(_)) => counter::FREE_ITEM.get().to_owned(),
        Some(DialogKind::Details) => counter::DETAILS.get().to_owned(),
        Some(DialogKind::Customer) => counter::CUSTOMER.get().to_owned(),
        Some(DialogKind::Parked) => counter::PARKED_TITLE.get().to_owned(),
        Some(DialogKind::Unknown(_)) => counter::UNKNOWN.get().to_owned(),
        Some(DialogKind::Which(..)) => scan::WHICH.get().to_owned(),
        Some(DialogKind::Code(_)) => counter::CODE.get().to_owned(),
        Some(DialogKind::Camera) => counter::SCAN.get().to_owned(),
        Some(DialogKind::GiveBack) => counter::CLEAR.get().to_owned(),
        None => String::new(),
    };
    let body = move || {
        till.take_scans(Layer::Dialog);
        till.dialog.get().map(|dialog| match dialog {
            DialogKind::Variant(id) => view! { <Variants till id/> }.into_any(),
            DialogKind::Grams(id, variant) => view! { <Grams till id variant/> }.into_any(),
            DialogKind::Line(id, figure) => view! { <OneLine till id figure/> }.into_any(),
            DialogKind::Free(code) => view! { <Free till code=code.unwrap_or_default()/> }.into_any(),
            DialogKind::Details => view! { <Details till/> }.into_any(),
            DialogKind::Customer => view! { <Customers till/> }.into_any(),
            DialogKind::Parked => view! { <Parked till/> }.into_any(),
            DialogKind::Unknown(code) => view! { <Unknown till code/> }.into_any(),
            DialogKind::Which(code, places, label) => view! { <Which till code places label/> }.into_any(),
            DialogKind::Code(picture) => view! { <PayCode till picture/> }.into_any(),
            DialogKind::Camera => view! { <Camera till/> }.into_any(),
            DialogKind::GiveBack => view! { <GiveBack till/> }.into_any(),
        })
    };
    let picks = Signal::derive(move || {
        matches!(
            till.dialog.get(),
            Some(DialogKind::Variant(_) | DialogKind::Parked | DialogKind::Unknown(_) | DialogKind::Code(_))
        )
    });
    view! { <Dialog open=till.asking title light=picks>{body}</Dialog> }
}

/// A product's variants, one tap each.
#[component]
fn Variants(till: Till, id: Uuid) -> impl IntoView {
    let currency = till.session.currency();
    let level = till.level.get_untracked();
    let keys = till.product(id).map(|product| {
        let key = |variant: &domain::product::Variant| {
            let (name, of) = (variant.name.clone(), variant.id);
            let price = product.price(of, &level);
            let free = till.free(&product, Some(of));
            let unit = product.unit;
            view! {
                <li>
                    <button
                        type="button"
                        class="button variant"
                        data-code=product.code(of).to_owned()
                        on:click=move |_| till.take(id, of)
                    >
                        <span>{name}</span>
                        <span class="end">
                            {price.map(|price| view! { <Money minor=Signal::derive(move || weight::of_shop(price, unit)) currency/> })}
                            {free
                                .map(|free| {
                                    let tone = (free < 0).then_some("alarm");
                                    view! { <span class="small short" data-tone=tone>{words::left(free, unit)}</span> }
                                })}
                        </span>
                    </button>
                </li>
            }
        };
        product.variants.iter().filter(|variant| variant.active).map(key).collect_view()
    });
    view! { <ul class="menu" aria-label=counter::CHOOSE>{keys}</ul> }
}

/// Which of the articles that have the code.
#[component]
fn Which(till: Till, code: String, places: Vec<Place>, label: Option<Label>) -> impl IntoView {
    let on_take = move |place: Place| till.sell_labelled(place, label.as_ref());
    let offers = places.into_iter().filter_map(|(id, of)| Some((till.product(id)?, of))).collect::<Vec<_>>();
    let level = till.level.get_untracked();
    view! { <Articles code offers level currency=till.session.currency() on_take/> }
}

/// A code that no product has: a new product with it, or a sale without one.
#[component]
fn Unknown(till: Till, code: String) -> impl IntoView {
    let why = TextProp::from({
        let code = code.clone();
        move || counter::unknown_why(&code)
    });
    let shown = code.clone();
    let is_label = scale::looks_like_one(&code) && articles::layouts(till.session).is_empty();
    let href = format!("/products/new?code={}", crate::platform::page::escaped(&code));
    view! {
        <div class="stack" data-testid="unknown-code" data-code=shown>
            <Note text=why glyph=Glyph::Scan/>
            {is_label.then(|| view! { <p class="small muted">{scan::MAY_BE_LABEL}</p> })}
            <Acts>
                {is_label
                    .then(|| {
                        view! {
                            <LinkButton href="/settings/shop#scale-labels" label=scan::LABELS kind=Kind::Quiet/>
                        }
                    })}
                <LinkButton href label=counter::NEW_PRODUCT glyph=Glyph::Plus/>
                <Button
                    label=counter::AS_FREE_ITEM
                    kind=Kind::Main
                    on_press=move || till.open(DialogKind::Free(Some(code.clone())))
                    attr:data-first=""
                />
            </Acts>
        </div>
    }
}

/// What becomes of the money that was taken for a cart that is cleared.
#[component]
fn GiveBack(till: Till) -> impl IntoView {
    let received = Memo::new(move |_| till.cart.with(|cart| cart.received()));
    let why = move || counter::give_back_why(&till.said_amount(received.get()));
    view! {
        <div class="stack">
            <Note text=TextProp::from(why) glyph=Glyph::Refund/>
            <WaysBack till amount=received/>
            <Fault text=till.fault_words()/>
            <Acts>
                <Button label=counter::GIVE_BACK_LATER kind=Kind::Quiet on_press=move || till.give_up(false)/>
                <Button
                    label=counter::GIVEN_BACK
                    glyph=Glyph::Check
                    kind=Kind::Main
                    busy=till.busy
                    on_press=move || till.give_up(true)
                />
            </Acts>
        </div>
    }
}

/// The stall's pay code, as large as the screen, with the amount beside it.
#[component]
fn PayCode(till: Till, picture: String) -> impl IntoView {
    let currency = till.session.currency();
    let amount = Memo::new(move |_| {
        let typed = untrack(|| till.step_now()).map_or(0, |(given, _)| given);
        if typed > 0 { typed } else { till.rest.get() }
    });
    let url = till.session.picture(Signal::stored(Some(picture)));
    view! {
        <div class="pay-code">
            {move || {
                url.get().map(|url| view! { <img src=url alt=move || counter::CODE.get() decoding="async"/> })
            }}
            <p data-testid="code-amount" data-minor=move || amount.get().to_string()>
                <Money minor=amount currency size=Size::Hero/>
            </p>
            <Acts>
                <Button
                    label=counter::SAVE_PAYMENT
                    glyph=Glyph::Check
                    kind=Kind::Main
                    on_press=move || {
                        till.close();
                        till.save();
                    }
                />
            </Acts>
        </div>
    }
}
