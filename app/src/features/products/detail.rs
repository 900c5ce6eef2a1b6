//! One product: what there is of it, its details, its stock.

use std::sync::Arc;

use domain::product::Product;
use leptos::prelude::*;
use uuid::Uuid;

use super::form::ProductForm;
use super::list::{Thumb, short};
use super::merge::{Doubles, MergeWith, MergedHere};
use super::model::Out;
use super::stock::StockView;
use super::stock_movements::{Moves, What};
use super::{BackToList, NoSuch, ProductsRoute, words};
use crate::session::Session;
use crate::text::products;
use crate::ui::{Badge, Button, Glyph, Menu, MenuAct, Tone};

/// The sheet of a product, all but its edge.
#[component]
pub(super) fn Detail(ways: ProductsRoute, id: Uuid) -> impl IntoView {
    let session = Session::here();
    let all = session.products();
    let product = Memo::new(move |_| all.with(|all| all.get(id).cloned()));
    let is_there = Memo::new(move |_| product.with(Option::is_some));
    move || {
        if is_there.get() {
            let product = Signal::derive(move || product.get().unwrap_or_default());
            view! { <Known ways product/> }.into_any()
        } else {
            view! { <NoSuch ways/> }.into_any()
        }
    }
}

#[component]
fn Known(ways: ProductsRoute, product: Signal<Arc<Product>>) -> impl IntoView {
    let session = Session::here();
    let stock_view = Memo::new(move |_| ways.place.with(|place| place.stock));
    let asked = RwSignal::new(None::<What>);
    let stock = Memo::new(move |_| product.with(|product| session.whole_stock(product)));
    let unit = move || product.with(|product| product.unit);
    let said =
        move |amount: i64| if stock.with(|it| it.counted) { words::quantity(amount, unit()) } else { "–".to_owned() };
    let figure = move |label, value: Box<dyn Fn() -> String + Send>, short: bool| {
        let tone = move || (short && stock.get().is_oversold()).then_some("alarm");
        view! { <div data-tone=tone><dt>{label}</dt> <dd>{value}</dd></div> }
    };
    let figures = view! {
        <dl class="stock-figures" data-testid="stock">
            {figure(products::ON_HAND, Box::new(move || said(stock.get().on_hand)), false)}
            {figure(
                products::RESERVED,
                Box::new(move || words::quantity(stock.get().reserved, product.with(|product| product.unit))),
                false,
            )}
            {figure(products::FREE, Box::new(move || said(stock.get().free())), true)}
        </dl>
    };
    let marks = move || {
        let short = product.with(|product| short(product, &Out::of(product, |of| session.stock(product, of))));
        let resting = (!product.with(|product| product.active))
            .then(|| view! { <Badge tone=Tone::Rest glyph=Glyph::OnHold label=products::OFF_SALE/> });
        view! { {short} {resting} }
    };
    let merging = RwSignal::new(false);
    let id = product.with_untracked(|product| product.id);
    let more = Signal::derive(move || {
        let act = |label: crate::text::Phrase, glyph, what| MenuAct {
            label: label.into(),
            glyph,
            danger: false,
            act: Callback::new(move |()| asked.set(Some(what))),
        };
        vec![
            act(products::COUNT, Glyph::Check, What::Count),
            act(products::RETURN, Glyph::AfterSales, What::Return),
            act(products::SCRAP, Glyph::Cross, What::Scrap),
            MenuAct {
                label: products::MERGE_WITH.into(),
                glyph: Glyph::Merge,
                danger: false,
                act: Callback::new(move |()| merging.set(true)),
            },
        ]
    });
    // What was typed stays; when it is saved or given up, the form shows the product as it is.
    let round = RwSignal::new(0_u32);
    let tab = move |stock: bool, label: crate::text::Phrase| {
        let href = move || {
            let mut place = ways.place.get();
            place.stock = stock;
            place.address()
        };
        view! { <a href=href aria-current=move || (stock_view.get() == stock).then_some("page")>{label}</a> }
    };
    view! {
        <header class="product-head">
            <BackToList ways/>
            {move || view! { <Thumb product=product.get()/> }}
            <div class="who">
                <h2>{move || product.with(|product| product.name.clone())}</h2>
                <p class="wrap small muted">
                    {move || product.with(|product| product.spec.clone())} {marks}
                </p>
            </div>
            <div class="wrap keys">
                <Button
                    label=products::RECEIVE
                    glyph=Glyph::Plus
                    on_press=move || asked.set(Some(What::Receive))
                />
                <Menu acts=more/>
            </div>
            {figures}
        </header>
        <Doubles ways of=id/>
        <MergedHere product/>
        <nav class="views" aria-label=products::VIEWS>
            {tab(false, products::DETAILS)} {tab(true, products::LEDGER)}
        </nav>
        {move || {
            if stock_view.get() {
                view! { <StockView product/> }.into_any()
            } else {
                round.track();
                let known = Signal::derive(move || Some(product.get()));
                view! { <ProductForm ways known on_done=move || round.update(|it| *it += 1)/> }.into_any()
            }
        }}
        <Moves product asked/>
        <MergeWith product searching=merging/>
    }
}
