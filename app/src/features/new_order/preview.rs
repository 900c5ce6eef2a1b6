//! The preview: the slip as it will be, what looks odd about it, and the key that confirms it.

use domain::contact::Buyer;
use domain::order::{Command, Content, Delivery, Line, Terms};
use domain::shop::list::List;
use leptos::html;
use leptos::prelude::*;

use super::Flow;
use super::model::{at_once, is_recent, pieces};
use super::words;
use crate::features::order::LinesHead;
use crate::features::order::appearance;
use crate::features::shop_lists;
use crate::frame::arrive;
use crate::session::Session;
use crate::text::{self, Currency, form, list, new_order, preview};
use crate::ui::{self, Acts, Button, Glyph, Icon, Kind, Money, Note, Scroll, Size, Stub, Switch, Tone, uid};

/// How many of the newest orders are looked through for the same one.
const LOOKED_THROUGH: usize = 50;

/// The page of the preview.
#[component]
pub fn PreviewPage(
    /// The order being made.
    flow: Flow,
    /// What is in it.
    content: Content,
    /// Who buys it.
    buyer: Buyer,
    /// Back to the form.
    on_back: Callback<()>,
    /// Does it.
    on_confirm: Callback<(Vec<Command>,)>,
) -> impl IntoView {
    let session = Session::here();
    let heading = NodeRef::<html::H1>::new();
    arrive(preview::TITLE.into(), heading);
    let shop = move || {
        let shop = session.shop.get();
        shop.map(|shop| format!("{} · {}", shop.name, shop.tablet))
    };
    let now = session.now_ms();
    let paid = flow.paid.get_untracked();
    let offer = (!flow.is_edit).then(|| at_once(&content, paid)).flatten();
    let handed_over = RwSignal::new(false);
    let confirm = {
        let (content, buyer, offer) = (content.clone(), buyer.clone(), offer.clone());
        move || {
            let taken = handed_over.get_untracked();
            let payment = offer.clone().flatten().filter(|_| taken);
            on_confirm.run((flow.commands(content.clone(), buyer.clone(), payment, taken),));
        }
    };
    let offered = offer.map(|payment| {
        let id = uid("s");
        let label = id.clone();
        let currency = flow.currency;
        let says = move || match &payment {
            Some(payment) => {
                let amount = currency.get().full(payment.given);
                let method = shop_lists::name(&flow.shop.read(), List::Method, payment.method.key());
                new_order::paid_and_handed_over(&method, &amount)
            }
            None => new_order::HANDED_OVER_NOW.get().to_owned(),
        };
        view! { <div class="at-once"><label for=label>{says}</label><Switch id value=handed_over/></div> }
    });
    let (same, terms, lines) = (content.clone(), content.clone(), content.clone());
    view! {
        <div class="page" data-slip="">
            <article class="sheet slip">
                <Scroll label=list::CONTENT>
                    <div class="slip-head">
                        <div>
                            <h1 node_ref=heading tabindex="-1">{preview::TITLE}</h1>
                            <p class="muted">{shop}</p>
                        </div>
                        <p class="small muted">
                            {move || text::date_time(now.get())}
                            {(!flow.is_edit).then(|| view! { <br/> <span>{preview::NUMBER_LATER}</span> })}
                        </p>
                    </div>
                    <SameOrder flow content=same buyer=buyer.clone()/>
                    <Shortages flow/>
                    <TermsPart flow content=terms buyer/>
                    <Lines content=lines currency=flow.currency/>
                </Scroll>
                <Stub>
                    <Due flow content/>
                    {offered}
                    <ui::Fault text=flow.problem/>
                    <Acts>
                        <button type="button" class="button" data-short="" on:click=move |_| on_back.run(())>
                            <Icon glyph=Glyph::Left/>
                            <span>{preview::BACK}</span>
                        </button>
                        <Button
                            label=if flow.is_edit { preview::CONFIRM_CHANGES } else { preview::CONFIRM }
                            glyph=Glyph::Check
                            kind=Kind::Main
                            busy=flow.busy
                            on_press=confirm
                        />
                    </Acts>
                </Stub>
            </article>
        </div>
    }
}

/// A warning where the same buyer ordered the same a few minutes ago.
#[component]
fn SameOrder(flow: Flow, content: Content, buyer: Buyer) -> impl IntoView {
    let session = Session::here();
    if flow.is_edit {
        return ().into_any();
    }
    // The newest come first: those of the last minutes are among them.
    let rows = session.rows(Signal::stored(replica::Filter::default()), Signal::stored(0..LOOKED_THROUGH));
    let now = session.now_ms();
    let same = move || {
        let now = now.get();
        let rows = rows.get();
        let row = rows.iter().find(|row| row.is_same(&content, &buyer) && is_recent(row.placed_ms, now))?;
        let number = row.number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
        let name = if buyer.name.is_empty() { new_order::SOMEONE.get() } else { buyer.name.as_str() };
        let says = match u64::try_from((now - row.placed_ms) / 60_000).unwrap_or(0) {
            0 => new_order::same_now(name, &number),
            minutes => new_order::same_ago(name, &number, &text::sync::minutes(minutes)),
        };
        Some(view! { <div class="pad slip-notes"><Note text=says tone=Tone::Owe glyph=Glyph::Copy/></div> })
    };
    view! { <div role="status">{same}</div> }.into_any()
}

/// What is asked for and not there: a warning, never a wall.
#[component]
fn Shortages(flow: Flow) -> impl IntoView {
    let short = move || {
        let all = flow.short.get();
        (!all.is_empty()).then(|| {
            let each: Vec<String> = all.iter().map(words::short_of).collect();
            let says = format!("{} {}", new_order::SHORT.get(), each.join("; "));
            view! {
                <div class="pad slip-notes" data-testid="shortage">
                    <Note text=says tone=Tone::Owe glyph=Glyph::Warn/>
                </div>
            }
        })
    };
    view! { <div role="status">{short}</div> }
}

/// Who buys it, how it gets there, when it is paid.
#[component]
fn TermsPart(flow: Flow, content: Content, buyer: Buyer) -> impl IntoView {
    let session = Session::here();
    let (settings, now) = (session.settings(), session.now_ms());
    let is_known = !buyer.is_empty();
    let terms = move || {
        let way = words::delivery_name(content.delivery).get();
        let when = words::terms_name(content.terms).get();
        let shop = flow.shop.get();
        let method = shop_lists::name(&shop, List::Method, content.method.key());
        let carrier = (!content.carrier.is_empty()).then(|| shop_lists::name(&shop, List::Carrier, &content.carrier));
        let hours = i64::from(settings.get().payment_term_hours);
        let due = (content.terms == Terms::Prepaid && content.delivery != Delivery::HandOver && hours > 0)
            .then(|| preview::by(&text::date_time(now.get().saturating_add(hours * 3_600_000))));
        let parts = [Some(way.to_owned()), carrier, Some(when.to_owned()), Some(method), due];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let address =
        (!buyer.address.is_empty()).then(|| view! { <dt>{form::ADDRESS}</dt> <dd>{buyer.address.clone()}</dd> });
    let note = (!content.note.is_empty()).then(|| view! { <dt>{preview::NOTE}</dt> <dd>{content.note.clone()}</dd> });
    let name = move || if is_known { buyer.name.clone() } else { text::order::NO_BUYER.get().to_owned() };
    view! {
        <section class="section" aria-label=form::BUYER>
            <dl class="facts">
                <dt>{form::BUYER}</dt>
                <dd><b>{name}</b> " " {buyer.phone.clone()}</dd>
                {address}
                <dt>{preview::TERMS}</dt>
                <dd>{terms}</dd>
                {note}
            </dl>
        </section>
    }
}

#[component]
fn Lines(content: Content, currency: Signal<Currency>) -> impl IntoView {
    let count = pieces(&content);
    let total = content.total();
    let rows = content.lines.iter().cloned().map(|line| view! { <OneLine line currency/> }).collect_view();
    let less = [(content.discount, form::DISCOUNT), (content.rounding, form::ROUNDING)]
        .into_iter()
        .filter(|(minor, _)| *minor != 0)
        .map(|(minor, name)| {
            view! {
                <tr>
                    <th scope="row" colspan="3">{name}</th>
                    <td data-end="">{move || currency.get().plain(-minor)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <LinesHead/>
            <tbody>{rows} {less}</tbody>
            <tfoot>
                <tr>
                    <th scope="row" colspan="3">{move || preview::total_items(count)}</th>
                    <td data-end="">
                        <span data-testid="preview-total" data-minor=total.to_string()>
                            <Money minor=total currency/>
                        </span>
                    </td>
                </tr>
            </tfoot>
        </table>
    }
}

#[component]
fn OneLine(line: Line, currency: Signal<Currency>) -> impl IntoView {
    let amount = line.amount();
    let said = line.clone();
    let count = {
        let line = line.clone();
        move || appearance::quantity_of(line.quantity, &line)
    };
    let each = move || appearance::price_of(&said, currency.get());
    let Line { item, spec, discount, note, .. } = line;
    let off = (discount != 0).then(|| {
        view! { " " <span class="small muted">{move || new_order::off(&currency.get().full(discount))}</span> }
    });
    let note = (!note.is_empty()).then(|| view! { " " <span class="small muted">{note}</span> });
    view! {
        <tr>
            <td>{item} " " <span class="small muted">{spec}</span> {note} {off}</td>
            <td data-end="">{count}</td>
            <td data-end="">{each}</td>
            <td data-end="">{move || currency.get().plain(amount)}</td>
        </tr>
    }
}

/// What is to be paid now.
#[component]
fn Due(flow: Flow, content: Content) -> impl IntoView {
    let currency = flow.currency;
    let (total, paid, deposit) = (content.total(), flow.paid.get_untracked(), content.deposit);
    let owes = total - paid;
    let (minor, says): (i64, Box<dyn Fn() -> String + Send>) = match (owes < 0, paid > 0, deposit > 0) {
        (true, ..) => (owes.saturating_neg(), Box::new(|| new_order::TO_REFUND.get().to_owned())),
        (_, true, _) => (owes, Box::new(move || new_order::after_paid(&currency.get().full(paid)))),
        (_, _, true) => (total - deposit, Box::new(move || new_order::after_deposit(&currency.get().full(deposit)))),
        _ => (owes, Box::new(|| form::TO_PAY.get().to_owned())),
    };
    view! { <div class="due"><span>{says}</span><Money minor currency size=Size::Hero/></div> }
}
