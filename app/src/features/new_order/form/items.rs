//! What is sold, line by line.

use std::sync::Arc;

use domain::figure::{Measure, Usage};
use domain::order::{LineField, Unit};
use domain::pinyin::Pinyin;
use domain::text::MAX_LINES;
use leptos::prelude::*;

use super::fields::ItemFields;
use super::scans::Scans;
use super::wrong_at;
use crate::features::meant;
use crate::features::new_order::model::{self, Item, Place};
use crate::features::new_order::{Flow, find, words};
use crate::features::order::appearance;
use crate::platform::{clock, page};
use crate::session::{Table, ask_for_alike, folded};
use crate::text::{self, form, new_order};
use crate::ui::{self, Button, Choice, Glyph, Icon, Money, Offer, Select, Stepper, SuggestField, TextField, uid};

/// Where the focus goes after an item came or went: the last one's first field.
fn focus_last_item() {
    request_animation_frame(|| {
        page::focus(".items > .item:last-child input");
    });
}

/// One more item, last; answers its id.
pub(super) fn add_item(flow: Flow) -> u32 {
    let items = flow.fields.items;
    let last = items.with_untracked(|items| items.iter().map(|item| item.id).max());
    let next = last.unwrap_or(0).wrapping_add(1).max(1);
    // Two tablets that each add a line to an order or a draft must not mean the same one.
    let is_shared = flow.is_edit || flow.base.with_value(Option::is_some);
    let id = if is_shared { u32::from_le_bytes(clock::random()).max(1) } else { next };
    if items.with_untracked(|items| items.iter().all(|item| item.id != id)) {
        flow.fields.add(Item::new(id));
    }
    id
}

#[component]
pub fn Items(flow: Flow) -> impl IntoView {
    let items = flow.fields.items;
    let add = move || {
        add_item(flow);
        focus_last_item();
    };
    let is_full = Signal::derive(move || items.with(Vec::len) >= MAX_LINES);
    let full = Signal::derive(move || {
        let said = is_full.get().then(|| new_order::too_many(MAX_LINES));
        said.or_else(|| wrong_at(flow, Place::Items).get())
    });
    view! {
        <section class="section" aria-label=form::ITEMS>
            <div class="items">
                <For each=move || items.get() key=|item| item.id children=move |item| view! { <OneItem flow item/> }/>
            </div>
            <div class="add-item">
                <Button label=form::ADD_ITEM glyph=Glyph::Plus disabled=is_full on_press=add/>
            </div>
            <ui::Fault text=full/>
            <Scans flow/>
        </section>
    }
}

#[component]
fn OneItem(flow: Flow, item: ItemFields) -> impl IntoView {
    let items = flow.fields.items;
    let nth = Memo::new(move |_| {
        items.with(|items| items.iter().position(|other| other.id == item.id)).map_or(1, |at| at + 1)
    });
    let fault = move |field| wrong_at(flow, Place::Item(item.id, field));
    let amount = Memo::new(move |_| {
        flow.reading.with(|reading| {
            let lines = &reading.content.lines;
            lines.iter().find(|line| line.id == item.id).map_or(0, |line| line.amount().max(0))
        })
    });
    let remove = move || {
        flow.fields.remove(item.id);
        focus_last_item();
    };
    // Opened by hand, or because something that is not seen otherwise is in it or wrong in it.
    let opened = RwSignal::new(false);
    let has_more = Memo::new(move |_| {
        let filled = |text: RwSignal<String>| text.with(|text| !text.trim().is_empty());
        item.unit.get() == Unit::Gram || filled(item.discount) || filled(item.note)
    });
    let is_open = Memo::new(move |_| opened.get() || has_more.get());
    let more = uid("m");
    let panel = more.clone();
    let goods = move |(typed,): (String,)| {
        let (products, currency) = (flow.products.get(), flow.currency.get());
        ask_for_alike(&typed);
        let found = find::goods(products.iter(), &typed, Pinyin::here().as_deref());
        found.iter().map(|goods| offer_of(flow, goods, currency)).collect::<Vec<_>>()
    };
    let variants = move |(typed,): (String,)| {
        let (products, currency) = (flow.products.get(), flow.currency.get());
        let product = item.rest.with_value(|rest| rest.product).and_then(|id| products.get(id).cloned());
        let typed = folded(typed.trim());
        let Some(product) = product.filter(|product| product.name == item.item.get()) else { return Vec::new() };
        let fits = product.variants.iter().filter(|variant| folded(&variant.name).contains(&typed));
        let offer = |id| {
            let mut offer = offer_of(flow, &(Arc::clone(&product), id), currency);
            offer.title = std::mem::take(&mut offer.detail);
            offer
        };
        fits.map(|variant| offer(variant.id)).collect()
    };
    let take = move |(key,): (String,)| {
        let Some((product, variant)) = find::of_key(&key) else { return };
        let products = flow.products.get_untracked();
        let Some(product) = products.get(product) else { return };
        let price = product.price(variant, &flow.level.get_untracked());
        let usage = Usage { currency: flow.minor.get_untracked(), weight: untrack(text::weight::shop) };
        item.fill(product, variant, price.map(|minor| usage.plain_price(minor, product.unit)));
    };
    let priced = Signal::derive(move || Measure::of(item.unit.get(), item.per.get().unwrap_or_default()));
    let measure = Signal::derive(move || model::measure(item.unit.get(), item.per.get()));
    let short = Memo::new(move |_| {
        let typed = item.typed();
        let goods = (typed.product?, typed.variant);
        flow.short.with(|all| all.iter().find(|short| short.goods == goods).map(words::short_here))
    });
    view! {
        <div class="item" role="group" aria-label=move || form::nth_item(nth.get())>
            <SuggestField
                label=form::ITEM
                value=item.item
                offers=goods
                on_take=take
                fault=fault(LineField::Item)
                warning=short
                example=TextProp::from(form::ITEM_HINT)
            />
            <SuggestField
                label=form::SPECIFICATION
                value=item.spec
                offers=variants
                on_take=take
                fault=fault(LineField::Spec)
            />
            <Stepper
                label=form::QUANTITY
                value=item.quantity
                fault=fault(LineField::Quantity)
                meaning=meant::quantity(flow.session, item.quantity, measure)
            />
            <TextField
                label=form::UNIT_PRICE
                value=item.price
                keys="decimal"
                numeric=true
                fault=fault(LineField::Price)
                meaning=meant::price_in(flow.session, item.price, priced)
            />
            <output class="sum"><Money minor=amount currency=flow.currency/></output>
            <div class="tools">
                <button
                    type="button"
                    class="button"
                    data-kind="quiet"
                    data-icon-only=""
                    aria-label=move || new_order::more_of(nth.get())
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls=more
                    on:click=move |_| opened.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::More/>
                </button>
                <button
                    type="button"
                    class="button"
                    data-kind="quiet"
                    data-icon-only=""
                    aria-label=move || form::remove_item(nth.get())
                    on:click=move |_| remove()
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </div>
            <div class="item-more" id=panel hidden=move || !is_open.get()>
                <Select
                    label=TextProp::from(new_order::UNIT)
                    choices=vec![Choice::new("piece", new_order::PIECE), Choice::new("gram", move || text::weight::by(text::weight::name(item.per.get().unwrap_or_else(text::weight::shop)).get()))]
                    value=Signal::derive(move || {
                        if item.unit.get() == Unit::Gram { "gram".to_owned() } else { "piece".to_owned() }
                    })
                    on_change=move |key: String| {
                        opened.set(true);
                        item.unit.set(if key == "gram" { Unit::Gram } else { Unit::Piece });
                        item.per.set(Some(untrack(text::weight::shop)));
                    }
                />
                <TextField
                    label=new_order::LINE_DISCOUNT
                    value=item.discount
                    keys="decimal"
                    numeric=true
                    fault=fault(LineField::Discount)
                    meaning=meant::amount(flow.session, item.discount)
                />
                <TextField label=new_order::LINE_NOTE value=item.note fault=fault(LineField::Note)/>
            </div>
        </div>
    }
}

/// Goods as they are offered: the price at the customer's level, and what can be promised.
fn offer_of(flow: Flow, goods: &find::Goods, currency: text::Currency) -> Offer {
    let (product, variant) = (&goods.0, goods.1);
    let spec = product.variant(variant).map_or("", |variant| variant.name.as_str());
    let code = product.code(variant);
    let detail: Vec<&str> = [spec, code].into_iter().filter(|text| !text.is_empty()).collect();
    let price = product.price(variant, &flow.level.get());
    let stock = flow.session.stock(product, variant);
    let free = appearance::quantity(stock.free().max(0), product.unit);
    Offer {
        key: find::goods_key(goods),
        title: product.name.clone(),
        detail: detail.join(" · "),
        end: price.map(|minor| appearance::unit_price(minor, product.unit, currency)).unwrap_or_default(),
        below: if stock.counted { new_order::free(&free) } else { String::new() },
        odd: stock.counted && stock.free() <= 0,
    }
}
