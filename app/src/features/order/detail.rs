//! An order as it stands: what it comes to, who, what, its parcels and payments, its life, and below the
//! perforation what can be done now.

use std::sync::Arc;

use domain::order::{Command, Order, PaymentState, Status};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::actions::{DialogKind, OrderActions, saved};
use super::dialogs::Dialogs;
use super::menu::{self, OrderAction};
use super::{appearance, timeline_lines};
use crate::features::templates::SaveAs;
use crate::session::Session;
use crate::text::order_page::{page, told};
use crate::text::{self, Currency, customers, list, order as words, payment, preview, shipping, timeline};
use crate::ui::{
    Acts, Badge, Button, Glyph, Icon, Kind, LinkButton, Menu, MenuAct, Money, Note, Scroll, Serial, Size, Stamp, Stub,
    Timeline, TimelineItem, Tone,
};

/// The sheet of an order, all but its edge.
#[component]
pub fn Detail(
    /// The order, kept up to date.
    order: Signal<Arc<Order>>,
    /// Its number stands at its head; on a page of its own, the page has it.
    #[prop(optional)]
    numbered: bool,
) -> impl IntoView {
    let actions = OrderActions::of(order);
    let session = actions.session;
    let currency = session.currency();
    view! {
        <Scroll label=list::CONTENT>
            <Head actions numbered/>
            {move || order.with(|order| trouble(order))}
            <div class="order-columns">
                <div>
                    <Buyer actions/>
                    {move || order.with(|order| items(order, currency.get()))}
                </div>
                <div>
                    {move || order.with(|order| parcels(order, actions))}
                    {move || order.with(|order| payments(order, actions))}
                    {move || order.with(|order| life(order, session))}
                </div>
            </div>
        </Scroll>
        <Foot actions/>
        <Dialogs actions/>
    }
}

/// State, badges, total, balance.
#[component]
fn Head(actions: OrderActions, numbered: bool) -> impl IntoView {
    let (order, session) = (actions.order, actions.session);
    let currency = session.currency();
    let number = move || {
        numbered.then(|| {
            let number = order.with(|order| order.number.as_ref().map(|number| number.0.clone()));
            match number {
                Some(number) => view! {
                    <h2 data-testid="order-number"><Serial number size=Size::ExtraLarge/></h2>
                }
                .into_any(),
                None => view! { <h2>{page::DRAFT}</h2> }.into_any(),
            }
        })
    };
    let status = Memo::new(move |_| order.with(|order| order.status()));
    let delivery = Memo::new(move |_| order.with(|order| order.delivery.value));
    let first = status.get_untracked();
    let stamp = move || {
        let status = status.get();
        let (tone, glyph, label) = appearance::of_order(status, delivery.get());
        view! {
            <Stamp tone glyph label new=status != first attr:data-testid="order-status" attr:data-status=status.key()/>
        }
    };
    let now = session.now_ms();
    let connected = session.connected();
    let badges = Memo::new(move |_| {
        order.with(|order| {
            let pending = connected.get() && order.timeline.iter().any(|entry| entry.meta.seq.is_none());
            let mut badges = appearance::badges(&order.summary(), pending, now.get());
            badges.set(domain::order::Badge::Oversold, session.is_oversold(order.id));
            badges
        })
    });
    let each_badge = move || {
        badges
            .get()
            .iter()
            .map(|badge| {
                let (tone, glyph, label) = appearance::of_badge(badge);
                view! { <Badge tone glyph label/> }
            })
            .collect_view()
    };
    let total = Signal::derive(move || order.with(|order| order.total()));
    let balance = Memo::new(move |_| order.with(|order| order.balance()));
    let due = Memo::new(move |_| order.with(|order| appearance::due(order)));
    let amount = Signal::derive(move || due.get().amount);
    let terms = move || {
        order.with(|order| {
            let way = appearance::delivery_name(order.delivery.value).get();
            let terms = appearance::terms_name(order.terms.value).get();
            let mut all = vec![way.to_owned(), terms.to_owned()];
            let asks = matches!(order.status(), Status::AwaitingPayment | Status::PartPaid);
            if let (true, Some(due)) = (asks, order.due_ms()) {
                all.push(words::due(&text::date_time(due)));
            }
            all.join(" · ")
        })
    };
    view! {
        <div class="order-head">
            {number}
            {move || numbered.then(|| view! { <p><Total total currency/></p> })}
            <div class="status">{stamp} {each_badge}</div>
            {move || (!numbered).then(|| view! { <p><Total total currency/></p> })}
            {(!numbered).then(|| view! { <p class="small muted">{terms}</p> })}
            <p
                class="owes"
                style:color=move || match due.get().words {
                    words::PAID_UP => Some("var(--done)"),
                    words::REFUNDED | words::NOTHING_PAID => Some("var(--ink-2)"),
                    _ => None,
                }
                data-testid="order-balance"
                data-minor=move || balance.get().to_string()
            >
                <span>{move || due.get().words.get()}</span>
                " "
                <Show when=move || amount.get() != 0><Money minor=amount currency size=Size::Large/></Show>
            </p>
            {numbered.then(|| view! { <p class="small muted" style:text-align="start" style:grid-column="1 / -1">{terms}</p> })}
        </div>
    }
}

#[component]
fn Total(total: Signal<i64>, currency: Signal<Currency>) -> impl IntoView {
    view! { <span class="unseen">{words::TOTAL}</span> <Money minor=total currency size=Size::ExtraLarge/> }
}

/// What needs a decision before anything else.
fn trouble(order: &Order) -> impl IntoView + use<> {
    let update = order.needs_update.then(|| {
        view! { <div class="section"><Note text=page::NEEDS_UPDATE_WHY tone=Tone::Alarm glyph=Glyph::Warn/></div> }
    });
    let conflict = order.open_conflicts().next().is_some().then(|| {
        view! {
            <div class="section"><LinkButton href="/conflicts" label=page::OPEN_CONFLICTS glyph=Glyph::Conflict/></div>
        }
    });
    (update, conflict)
}

/// Who bought: the customer, where it is one that the shop knows.
#[component]
fn Buyer(actions: OrderActions) -> impl IntoView {
    let (order, session) = (actions.order, actions.session);
    let known = Memo::new(move |_| {
        let id = order.with(|order| order.customer.value)?;
        session.customer_of(id)
    });
    let shown = Memo::new(move |_| order.with(|order| (order.buyer(), order.erased, order.note.value.clone())));
    move || {
        let (buyer, erased, note) = shown.get();
        let customer = known.get();
        let (may_save, by) = order.with_untracked(|order| {
            let may = order.discarded.is_none() && !order.needs_update && !erased && !buyer.is_empty();
            (may && customer.is_none(), order.id)
        });
        let name = match (erased, buyer.name.is_empty()) {
            (true, _) => page::ERASED.get().to_owned(),
            (false, true) => words::NO_BUYER.get().to_owned(),
            (false, false) => buyer.name.clone(),
        };
        let link = customer.map(|customer| {
            let called = match (customer.erased, customer.name.is_empty()) {
                (true, _) => customers::ERASED.get().to_owned(),
                (false, true) => customer.phone.clone(),
                (false, false) => customer.name.clone(),
            };
            view! {
                <p>
                    <a href=format!("/customers/{}", customer.id) data-testid="order-customer">
                        {customers::customer_link(&called)}
                    </a>
                </p>
            }
        });
        let call = (!buyer.phone.is_empty()).then(|| {
            let href: String = buyer.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            view! { <LinkButton href=format!("tel:{href}") label=words::CALL glyph=Glyph::Phone icon_only=true/> }
        });
        let save = may_save.then(|| {
            let buyer = buyer.clone();
            let press = move || actions.keep_buyer(by, &buyer, false);
            view! {
                <div><Button label=customers::SAVE_BUYER glyph=Glyph::Person on_press=press busy=actions.submission.busy/></div>
            }
        });
        view! {
            <section class="section buyer" aria-label=words::BUYER>
                <div>
                    <p><b>{name}</b> " " <span class="muted">{buyer.phone}</span></p>
                    <p class="muted">{buyer.address}</p>
                    {link}
                    {(!note.is_empty())
                        .then(|| view! { <p class="note-line"><Icon glyph=Glyph::Text/> <span>{note}</span></p> })}
                </div>
                <div class="wrap">{save} {call}</div>
            </section>
        }
    }
}

fn items(order: &Order, currency: Currency) -> impl IntoView + use<> {
    let any_shipped = order.any_shipped();
    let rows = order
        .active_lines()
        .map(|line| {
            let shipped = order.shipped_of(line.id);
            let part = (any_shipped && shipped < line.quantity).then(|| {
                let of = words::shipped_of(
                    &appearance::quantity_of(shipped, line),
                    &appearance::quantity_of(line.quantity, line),
                );
                view! { <p class="small muted">{of}</p> }
            });
            let note = (!line.note.is_empty()).then(|| view! { <p class="small muted">{line.note.clone()}</p> });
            view! {
                <tr>
                    <td>
                        <span>{line.item.clone()}</span>
                        " "
                        <span class="small muted">{line.spec.clone()}</span>
                        {part}
                        {note}
                    </td>
                    <td data-end="">{appearance::quantity_of(line.quantity, line)}</td>
                    <td data-end="">{appearance::price_of(line, currency)}</td>
                    <td data-end="">{currency.plain(line.amount())}</td>
                </tr>
            }
        })
        .collect_view();
    let less = [(page::DISCOUNT, order.discount.value), (page::ROUNDING, order.rounding.value)]
        .into_iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(label, minor)| {
            view! {
                <tr>
                    <td colspan="3">{label}</td>
                    <td data-end="">{currency.plain(minor.saturating_neg())}</td>
                </tr>
            }
        })
        .collect_view();
    let deposit = (order.deposit.value != 0 && order.paid() < order.deposit.value).then(|| {
        view! {
            <tr>
                <td colspan="3">{page::DEPOSIT_ASKED}</td>
                <td data-end="">{currency.plain(order.deposit.value)}</td>
            </tr>
        }
    });
    view! {
        <section class="lines" aria-label=words::ITEMS>
            <table class="table">
                <LinesHead/>
                <tbody>{rows} {less} {deposit}</tbody>
            </table>
        </section>
    }
}

/// The head of a table of an order's lines.
#[component]
pub fn LinesHead() -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">{preview::ITEM}</th>
                <th scope="col" data-end="">{preview::QUANTITY}</th>
                <th scope="col" data-end="">{preview::PRICE}</th>
                <th scope="col" data-end="">{preview::AMOUNT}</th>
            </tr>
        </thead>
    }
}

fn parcels(order: &Order, actions: OrderActions) -> impl IntoView + use<> {
    if order.parcels.is_empty() {
        return None;
    }
    let may_change = order.delivered.is_none() && !order.needs_update;
    let each = order
        .parcels
        .iter()
        .map(|parcel| {
            let id = parcel.id;
            let is_void = parcel.voided.is_some();
            let glyph = if parcel.handed_over { Glyph::Hand } else { Glyph::Truck };
            let expected = (!parcel.expected.is_empty()).then(|| timeline::arrival(&parcel.expected));
            let inside =
                [Some(timeline_lines::parts(order, &parcel.lines)), expected, is_void.then(|| page::VOIDED.get().into())];
            let inside = inside.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let correct = (may_change && !is_void && !parcel.handed_over).then(|| {
                view! { <Button label=shipping::CORRECT on_press=move || actions.open(DialogKind::Correct(id))/> }
            });
            let void = (may_change && !is_void).then(|| {
                view! {
                    <Button label=shipping::VOID kind=Kind::Danger on_press=move || actions.open(DialogKind::VoidParcel(id))/>
                }
            });
            view! {
                <TimelineItem glyph what=timeline_lines::parcel(parcel) by=inside void=is_void>
                    <div class="acts" style:flex-wrap="wrap">{correct} {void}</div>
                </TimelineItem>
            }
        })
        .collect_view();
    Some(view! {
        <section class="section stack" style:padding-inline="0" aria-label=words::PARCELS>
            <h2 style:padding-inline="var(--s4)">{words::PARCELS}</h2>
            <ul class="timeline">{each}</ul>
        </section>
    })
}

fn payments(order: &Order, actions: OrderActions) -> impl IntoView + use<> {
    if order.payments.is_empty() && order.refunds.is_empty() {
        return None;
    }
    let session = actions.session;
    let currency = session.currency();
    let when = |at: usize| order.timeline.get(at).map(|entry| timeline_lines::by(entry, session)).unwrap_or_default();
    let each = order
        .payments
        .iter()
        .map(|it| {
            let id = it.id;
            let method = appearance::method_name(&it.body.method);
            let what = match (it.state, it.body.deposit) {
                (PaymentState::Unverified, _) => timeline::paid_unverified(&method),
                (_, true) => told::deposit(&method),
                (_, false) => timeline::paid(&method),
            };
            let ended = match it.state {
                PaymentState::Rejected => Some(page::REJECTED),
                PaymentState::Voided => Some(page::VOIDED),
                PaymentState::Unverified | PaymentState::Verified => None,
            };
            let by = match ended {
                Some(ended) => format!("{} · {}", when(it.at), ended.get()),
                None => when(it.at),
            };
            let minor = it.body.amount;
            let amount = move || view! { <Money minor=Signal::stored(minor) currency/> };
            let is_unverified = it.state == PaymentState::Unverified && !order.needs_update;
            let arrived = is_unverified.then(|| {
                let press = move || actions.act(Command::VerifyPayment(id), saved);
                view! { <Button label=payment::ARRIVED glyph=Glyph::Check on_press=press busy=actions.submission.busy/> }
            });
            let rejected = is_unverified.then(|| {
                view! {
                    <Button label=payment::NOT_ARRIVED on_press=move || actions.open(DialogKind::RejectPayment(id))/>
                }
            });
            let void = (it.counts() && !order.needs_update).then(|| {
                view! {
                    <Button label=payment::VOID kind=Kind::Danger on_press=move || actions.open(DialogKind::VoidPayment(id))/>
                }
            });
            view! {
                <TimelineItem glyph=appearance::method_glyph(&it.body.method) what by void=!it.counts() amount>
                    <div class="acts" style:flex-wrap="wrap">{arrived} {rejected} {void}</div>
                </TimelineItem>
            }
        })
        .collect_view();
    let back = order
        .refunds
        .iter()
        .map(|(at, body)| {
            let minor = body.amount.saturating_neg();
            let amount = move || view! { <Money minor=Signal::stored(minor) currency/> };
            let what = timeline::refunded(&appearance::method_name(&body.method));
            view! { <TimelineItem glyph=Glyph::Refund what by=when(*at) amount/> }
        })
        .collect_view();
    Some(view! {
        <section class="section stack" style:padding-inline="0" aria-label=page::PAYMENTS>
            <h2 style:padding-inline="var(--s4)">{page::PAYMENTS}</h2>
            <ul class="timeline">{each} {back}</ul>
        </section>
    })
}

/// Everything that happened, newest first.
fn life(order: &Order, session: Session) -> impl IntoView + use<> {
    let currency = session.currency();
    let each = order
        .timeline
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(at, entry)| {
            let told = timeline_lines::tell(order, at, currency.get())?;
            let amount = move || told.amount.map(|minor| view! { <Money minor=Signal::stored(minor) currency/> });
            let why = told.void.map(|why| view! { <p class="small">{told::no_effect(why.get())}</p> });
            Some(view! {
                <TimelineItem glyph=told.glyph what=told.what by=timeline_lines::by(entry, session) void=why.is_some() amount>
                    {why}
                </TimelineItem>
            })
        })
        .collect_view();
    view! {
        <section class="section stack" style:padding-inline="0" aria-label=words::TIMELINE>
            <h2 style:padding-inline="var(--s4)">{words::TIMELINE}</h2>
            <Timeline>{each}</Timeline>
        </section>
    }
}

/// What can be done now.
#[component]
fn Foot(actions: OrderActions) -> impl IntoView {
    let (order, session) = (actions.order, actions.session);
    let now = session.now_ms();
    let navigate = StoredValue::new_local(use_navigate());
    let as_template = RwSignal::new(false);
    let allowed = Memo::new(move |_| order.with(|order| menu::allowed(order, session, now.get())));
    let main = Memo::new(move |_| order.with(|order| allowed.with(|allowed| menu::main(order, allowed))));
    let go = move |query: &str| {
        let id = order.with_untracked(|order| order.id);
        navigate.with_value(|navigate| navigate(&format!("/orders/new?{query}={id}"), NavigateOptions::default()));
    };
    let run = move |act: OrderAction| match act {
        OrderAction::Verify(id) => actions.act(Command::VerifyPayment(id), saved),
        OrderAction::Pay => actions.open(DialogKind::Payment),
        OrderAction::Refund => actions.open(DialogKind::Refund),
        OrderAction::Ship => actions.open(DialogKind::Ship),
        OrderAction::PartHandOver => actions.open(DialogKind::HandOver),
        // Routine, so it is not asked for; only a payment that nobody has seen yet is pointed out first.
        OrderAction::HandOver => {
            let waits = order.with_untracked(|it| it.payments.iter().any(|p| p.state == PaymentState::Unverified));
            if waits { actions.open(DialogKind::HandOver) } else { actions.act(Command::HandOver(None), saved) }
        }
        OrderAction::MarkDelivered => actions.act(Command::MarkDelivered, saved),
        OrderAction::Complete => actions.act(Command::Complete, saved),
        OrderAction::Release => actions.act(Command::Release, saved),
        OrderAction::Revive => actions.act(Command::Revive, saved),
        OrderAction::Discard => actions.act(Command::Discard, saved),
        OrderAction::Remind => actions.open(DialogKind::Remind),
        OrderAction::Extend => actions.open(DialogKind::Extend),
        OrderAction::Hold => actions.open(DialogKind::Hold),
        OrderAction::Cancel => actions.open(DialogKind::Cancel),
        OrderAction::Edit => go("edit"),
        OrderAction::Copy => go("copy"),
        OrderAction::Template => as_template.set(true),
    };
    let second = Memo::new(move |_| allowed.with(|allowed| menu::second(allowed, main.get())));
    // All is in here, the main one too: it may have come out between a look and a tap. Where the second one is out, it
    // is hidden here; on a phone it is in here alone.
    let out = Signal::derive(move || allowed.with(|acts| acts.iter().position(|act| second.get() == Some(*act))));
    let menu = Signal::derive(move || {
        let each = allowed.get().into_iter().map(|act| {
            let (label, glyph) = act.face();
            MenuAct { label: label.into(), glyph, danger: act.is_danger(), act: Callback::new(move |()| run(act)) }
        });
        each.collect::<Vec<_>>()
    });
    let beside = move || {
        second.get().map(|act| {
            let (label, glyph) = act.face();
            // Where it stands alone, it stays out on a phone too.
            let folds = main.get().is_some().then_some("");
            view! { <Button label glyph on_press=move || run(act) attr:data-in-more=folds/> }
        })
    };
    let key = move || {
        main.get().map(|act| {
            let (label, glyph) = act.face();
            view! { <Button label glyph kind=Kind::Main on_press=move || run(act) busy=actions.submission.busy/> }
        })
    };
    view! {
        <Stub><Acts><Menu acts=menu out/> {beside} {key}</Acts></Stub>
        <SaveAs open=as_template order/>
    }
}
