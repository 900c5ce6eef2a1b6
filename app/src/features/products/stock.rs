//! The stock of a product: of each variant, who was promised some, and the ledger.

use std::sync::Arc;

use domain::order::Unit;
use domain::product::Product;
use domain::product::ledger::{Cause, Entry};
use domain::record::{StockMoved, StockReason};
use leptos::prelude::*;

use super::model::is_out;
use super::stock_movements::stocked;
use super::words;
use crate::features::order::timeline_lines;
use crate::features::records::CountQuestions;
use crate::session::{Load, Session};
use crate::text::products;
use crate::ui::{Badge, Button, Glyph, Icon, Scroll, Serial, Skeleton, Tone};

/// Of how many orders the ledger is read at a time.
const PAGE: usize = 40;
/// How many reserving orders are named.
const NAMED: usize = 50;

/// The page's part.
#[component]
pub(super) fn StockView(product: Signal<Arc<Product>>) -> impl IntoView {
    let session = Session::here();
    let id = product.with_untracked(|product| product.id);
    let orders = RwSignal::new(PAGE);
    let ledger = session.stock_ledger(id, orders.into());
    let book = move || match ledger.get() {
        Load::Pending => view! { <Skeleton/> }.into_any(),
        Load::Ready(ledger) if !ledger.entries.is_empty() => {
            let rows = ledger.entries.iter().map(|entry| view! { <Line product=product.get() entry=entry.clone()/> });
            let more = ledger.more.then(|| {
                view! {
                    <Button label=products::LEDGER_MORE on_press=move || orders.update(|orders| *orders += PAGE)/>
                }
            });
            view! {
                <ol class="timeline" data-testid="ledger">{rows.collect_view()}</ol>
                {more}
            }
            .into_any()
        }
        Load::Ready(_) | Load::Missing => view! { <p class="muted">{products::LEDGER_NONE}</p> }.into_any(),
    };
    view! {
        <Scroll label=products::LEDGER>
            <CountQuestions of=id/>
            {move || product.with(|product| (!product.variants.is_empty()).then(|| by_variant(session, product)))}
            <section class="section stack" data-tight="">
                <h3>{products::RESERVED_BY}</h3>
                {move || product.with(|product| reserved_by(session, product))}
            </section>
            <section class="section stack" data-tight="">
                <h3>{products::LEDGER}</h3>
                {book}
            </section>
        </Scroll>
    }
}

/// What there is of each variant.
fn by_variant(session: Session, product: &Product) -> impl IntoView + use<> {
    let unit = product.unit;
    let rows = stocked(session, product).into_iter().map(|(variant, stock)| {
        let name = words::variant_name(product, variant);
        let short = is_out(stock).then(|| {
            let tone = if stock.is_oversold() { Tone::Alarm } else { Tone::Owe };
            view! { " " <Badge tone glyph=Glyph::Warn label=products::SHORT/> }
        });
        let said = move |amount| move || if stock.counted { words::quantity(amount, unit) } else { "–".to_owned() };
        view! {
            <tr data-testid="variant-stock" data-on-hand=stock.on_hand.to_string() data-free=stock.free().to_string()>
                <th scope="row">{name} {short}</th>
                <td data-end="">{said(stock.on_hand)}</td>
                <td data-end="">{move || words::quantity(stock.reserved, unit)}</td>
                <td data-end="">{said(stock.free())}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="table variant-stocks">
            <thead>
                <tr>
                    <th scope="col">{products::SPEC}</th>
                    <th scope="col" data-end="">{products::ON_HAND}</th>
                    <th scope="col" data-end="">{products::RESERVED}</th>
                    <th scope="col" data-end="">{products::FREE}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The orders that were promised some.
fn reserved_by(session: Session, product: &Product) -> impl IntoView + use<> {
    let orders = session.reserving(product.id);
    if orders.is_empty() {
        return view! { <p class="muted">{products::NOBODY_RESERVED}</p> }.into_any();
    }
    let unit = product.unit;
    let rows = orders.into_iter().take(NAMED).map(|(summary, parts)| {
        let number = summary.number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
        let name = summary.name.clone();
        let who = move || if name.is_empty() { products::WALK_IN.get().to_owned() } else { name.clone() };
        let said = parts.into_iter().map(|(variant, reserved)| {
            let spec = product.variant(variant).map(|variant| format!("{} ", variant.name)).unwrap_or_default();
            format!("{spec}{}", words::quantity(reserved, unit))
        });
        let said = said.collect::<Vec<_>>().join(" · ");
        view! {
            <li>
                <a class="plain-row" href=format!("/orders/{}", summary.id)>
                    <Serial number/>
                    <span class="clip">{who}</span>
                    <b>{said}</b>
                </a>
            </li>
        }
    });
    view! { <ul data-testid="reserved-by">{rows.collect_view()}</ul> }.into_any()
}

/// What a movement beside orders was.
fn told(moved: &StockMoved, unit: Unit) -> (Glyph, String) {
    let amount = || words::quantity(moved.counted.unwrap_or(moved.quantity), unit);
    match &moved.reason {
        StockReason::Received => (Glyph::Plus, products::RECEIVED.get().to_owned()),
        StockReason::Counted if moved.settles.is_some() => (Glyph::Conflict, products::count_taken(&amount())),
        StockReason::Counted => (Glyph::Check, products::moved_counted(&amount())),
        StockReason::BeforeCount => (Glyph::Conflict, products::SAID_BEFORE.get().to_owned()),
        StockReason::AfterCount => (Glyph::Conflict, products::SAID_AFTER.get().to_owned()),
        StockReason::ReturnedGood => (Glyph::AfterSales, products::CAME_BACK.get().to_owned()),
        StockReason::ReturnedDamaged => (Glyph::AfterSales, products::moved_damaged(&amount())),
        StockReason::Scrapped => (Glyph::Cross, products::SCRAPPED.get().to_owned()),
        StockReason::Other(key) if key == "moved" => (Glyph::Copy, products::TO_VARIANT.get().to_owned()),
        StockReason::Other(_) => (Glyph::Info, products::ANOTHER.get().to_owned()),
    }
}

/// A line of the ledger.
#[component]
fn Line(product: Arc<Product>, entry: Entry) -> impl IntoView {
    let session = Session::here();
    let unit = product.unit;
    let variant = product.variant(entry.variant).map(|variant| variant.name.clone());
    let variant = variant.or_else(|| (!product.variants.is_empty()).then(|| products::WITHOUT.get().to_owned()));
    let Entry { meta, cause, quantity, balance, .. } = entry;
    let by = move || timeline_lines::by_whom(&meta, session);
    // A word on a count moves nothing itself.
    let is_told = matches!(&cause, Cause::Moved(moved) if moved.settles.is_some())
        || matches!(cause, Cause::Counted { stands: false, .. });
    let (glyph, what, note) = match &cause {
        Cause::Moved(moved) => {
            let (glyph, what) = told(moved, unit);
            (glyph, view! { {what} }.into_any(), moved.note.clone())
        }
        Cause::Counted { counted, expected, stands, note } => {
            let said = {
                let n = words::quantity(*counted, unit);
                match expected {
                    expected if expected == counted => products::counted_right(&n),
                    // The first of it.
                    0 => products::moved_counted(&n),
                    expected => products::counted(&n, &words::quantity(*expected, unit)),
                }
            };
            let other = (!stands)
                .then(|| view! { " " <Badge tone=Tone::Rest glyph=Glyph::Cross label=products::OTHER_COUNT/> });
            (Glyph::Check, view! { {said} {other} }.into_any(), note.clone())
        }
        Cause::Merged => (Glyph::Merge, view! { {products::MERGED_TWICE} }.into_any(), String::new()),
        Cause::Order { id, number, handed_over } => {
            let (glyph, act) = match (quantity > 0, handed_over) {
                (true, _) => (Glyph::AfterSales, products::NOT_LEFT),
                (false, true) => (Glyph::Hand, products::SOLD),
                (false, false) => (Glyph::Truck, products::SENT),
            };
            let number = number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
            let what = view! { {act} " " <a class="link" href=format!("/orders/{id}")>{number}</a> };
            (glyph, what.into_any(), String::new())
        }
    };
    view! {
        <li
            data-testid="ledger-row"
            data-quantity=quantity.to_string()
            data-balance=balance.map(|balance| balance.to_string())
        >
            <span class="dot"><Icon glyph/></span>
            <div>
                <p class="what">{what} {variant.map(|variant| view! { " " <span class="muted">{variant}</span> })}</p>
                <p class="by">{by}</p>
                {(!note.is_empty()).then(|| view! { <p class="small">{note}</p> })}
            </div>
            <p class="moved">
                {(!is_told).then(|| view! { <b>{move || words::moved(quantity, unit)}</b> })}
                {balance
                    .map(|balance| {
                        view! {
                            <span class="small muted">
                                {move || products::now_there(&words::quantity(balance, unit))}
                            </span>
                        }
                    })}
            </p>
        </li>
    }
}
