//! What two tablets did that does not fit together: both sides, what stands now, and what a person may choose.
#![warn(clippy::wildcard_enum_match_arm)]

mod words;

use std::sync::Arc;

use domain::order::{Command, Conflict, ConflictKind, Order, Outcome};
use leptos::prelude::*;

use super::order::{appearance, refusal, timeline_lines};
use crate::frame::PageHead;
use crate::parts::Parts;
use crate::session::{ActFault, Session};
use crate::text::order_page::{page, settle};
use crate::text::{conflicts, dispute, orders};
use crate::ui::{
    Badge, Button, Empty, Fault, Glyph, Icon, LinkButton, Scroll, Serial, Sheet, Stamp, Submission, Toaster, Tone,
};

/// The inbox.
#[component]
pub fn Conflicts() -> impl IntoView {
    let session = Session::here();
    let open = session.conflicts();
    // Of orders, and of what the shop writes down beside them.
    let count = Memo::new(move |_| usize::try_from(session.conflicts.get()).unwrap_or(usize::MAX));
    let title = move || match count.get() {
        0 => conflicts::TITLE.get().to_owned(),
        open => settle::title(open),
    };
    let is_empty = Memo::new(move |_| count.get() == 0);
    let of_records = Memo::new(move |_| count.get() > open.with(Vec::len));
    view! {
        <div class="page">
            <PageHead title back=("/orders", orders::BACK)>
                <p class="muted small" hidden=move || is_empty.get()>{dispute::INTRO}</p>
            </PageHead>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <Sheet>
                            <Empty glyph=Glyph::Check title=conflicts::EMPTY text=conflicts::EMPTY_WHY>
                                <LinkButton href="/orders" label=orders::BACK/>
                            </Empty>
                        </Sheet>
                    }
                }
            >
                <Scroll label=dispute::LIST>
                    <For each=move || open.get() key=|(order, id)| (order.id, id.clone(), order.timeline.len()) let:it>
                        <Dispute order=it.0 id=it.1/>
                    </For>
                    <Show when=move || of_records.get()>
                        {Parts::selling_within(|selling| (selling.record_disputes)())}
                    </Show>
                </Scroll>
            </Show>
        </div>
    }
}

/// One conflict.
#[component]
fn Dispute(order: Arc<Order>, id: String) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let currency = session.currency();
    let submission = Submission::<ActFault>::new();
    let order_id = order.id;
    let decide = Callback::new(move |(command,): (Command,)| {
        submission.run(session.act(Some(order_id), command), move |_| toaster.confirm(dispute::SETTLED));
    });
    // Two orders with one number are found among all orders: no order's own conflict has that id.
    let conflict = order.conflict(&id).cloned();
    let kind = conflict.as_ref().map_or(ConflictKind::SameNumber, |conflict| conflict.kind);
    let number = order.number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
    let (tone, glyph, state) = appearance::of_order(order.status(), order.delivery.value);
    let head = {
        let (order, conflict) = (order.clone(), conflict.clone());
        move || words::title(&order, kind, conflict.as_ref(), currency.get())
    };
    let now = {
        let order = order.clone();
        move || words::now(&order, kind, currency.get())
    };
    let sides = {
        let (order, conflict) = (order.clone(), conflict.clone());
        move || match &conflict {
            Some(conflict) => {
                let first = side(&order, conflict, false, session);
                let second = side(&order, conflict, true, session);
                view! { {first} {second} }.into_any()
            }
            None => same_number(&order, session).into_any(),
        }
    };
    let choices = {
        let (order, conflict, id) = (order.clone(), conflict.clone(), id.clone());
        move || {
            let each = words::choices(&order, kind, conflict.as_ref(), &id, currency.get());
            each.into_iter()
                .map(|(label, glyph, command)| {
                    let press = move || decide.run((command.clone(),));
                    view! { <Button label glyph on_press=press busy=submission.busy/> }
                })
                .collect_view()
        }
    };
    let wrong = submission.wrong(refusal::words);
    view! {
        <article class="sheet conflict" data-testid="conflict" data-kind=kind.key() aria-label=head.clone()>
            <header>
                <Serial number/>
                <h2>{head.clone()}</h2>
                <span style:margin-inline-start="auto"><Stamp tone glyph label=state/></span>
            </header>
            <div class="sides">{sides}</div>
            <div class="now">
                <p>{now}</p>
                <Fault text=wrong/>
            </div>
            <div class="choose">
                {choices}
                <LinkButton href=format!("/orders/{order_id}") label=dispute::OPEN_ORDER glyph=Glyph::Orders/>
            </div>
        </article>
    }
}

/// One side: who, when, on which tablet, what; and whether it counts.
fn side(order: &Order, conflict: &Conflict, second: bool, session: Session) -> impl IntoView + use<> {
    let currency = session.currency().get();
    let at = if second { conflict.second } else { conflict.first };
    let by = order.timeline.get(at).map(|entry| timeline_lines::by(entry, session)).unwrap_or_default();
    let told = timeline_lines::tell(order, at, currency);
    let what = match told {
        Some(told) => match told.amount {
            Some(minor) => page::act_at(&told.what, &currency.full(minor.saturating_abs())),
            None => told.what,
        },
        None => String::new(),
    };
    let applied = order.timeline.get(at).is_some_and(|entry| entry.outcome == Outcome::Applied);
    // Of two values only the later one is used; of "arrived" and "did not arrive", the arrival.
    let stands = match conflict.kind {
        ConflictKind::SameField => second,
        ConflictKind::VerifiedRejected => words::is_arrival(order, at),
        ConflictKind::SameNumber
        | ConflictKind::PaidTwice
        | ConflictKind::RefundedTwice
        | ConflictKind::ShippedTwice
        | ConflictKind::ShippedCancelled
        | ConflictKind::ShippedEdited => applied,
    };
    let more = timeline_lines::detail(order, at).map(|more| view! { <p class="muted">{more}</p> });
    view! { <Side by what stands>{more}</Side> }
}

/// Two orders with one number: this one, by when it was taken.
fn same_number(order: &Order, session: Session) -> impl IntoView + use<> {
    let by = order.confirmed.and_then(|at| order.timeline.get(at)).map(|entry| timeline_lines::by(entry, session));
    let summary = order.summary();
    let what = format!("{} {}", settle::THIS_ORDER.get(), summary.name).trim_end().to_owned();
    let items = summary.items;
    view! { <Side by=by.unwrap_or_default() what stands=true><p class="muted">{items}</p></Side> }
}

#[component]
fn Side(by: String, what: String, stands: bool, children: Children) -> impl IntoView {
    let (tone, glyph, label) = if stands {
        (Tone::Done, Glyph::Check, dispute::STANDS)
    } else {
        (Tone::Rest, Glyph::Cross, dispute::NO_EFFECT)
    };
    view! {
        <div class="side">
            <p class="who"><Icon glyph=Glyph::Tablet/> <span>{by}</span> <Badge tone glyph label/></p>
            <p class="what">{what}</p>
            {children()}
        </div>
    }
}
