//! Counts that did not know of something that moved: both sides in words, and a person says what came first.

use domain::StreamKind;
use domain::product::Product;
use domain::record::RecordEvent;
use leptos::prelude::*;
use replica::Act;
use uuid::Uuid;

use crate::features::order::{appearance, refusal, timeline_lines};
use crate::session::{ActFault, Beside, CountQuestion, Session};
use crate::text::{dispute, products, records};
use crate::ui::{Button, Fault, Glyph, Icon, LinkButton, Submission, Toaster};

/// So many of what moved are named.
const NAMED: usize = 8;

/// A product, or its variant, as a person calls it.
pub(super) fn article(product: &Product, variant: u32) -> String {
    let spec = if product.variants.is_empty() { "" } else { product.spec(variant) };
    if spec.is_empty() { product.name.clone() } else { format!("{} · {spec}", product.name) }
}

/// All of them, or those of one product.
#[component]
pub fn CountQuestions(
    /// The product.
    #[prop(optional)]
    of: Option<Uuid>,
) -> impl IntoView {
    let open = Session::here().count_questions(of);
    let key = |it: &CountQuestion| (it.of, it.count.id, it.moves.len(), it.count.answered.len());
    view! {
        <For each=move || open.get() key let:it>
            <Question it is_here=of.is_some()/>
        </For>
    }
}

/// What moved, in words.
fn what_moved(of: &Beside, quantity: i64, amount: &str) -> String {
    use domain::record::StockReason;
    let act = match of {
        Beside::Order(..) if quantity < 0 => products::SOLD,
        Beside::Order(..) => products::NOT_LEFT,
        Beside::Moved(moved) => match moved.reason {
            StockReason::Received => products::RECEIVED,
            StockReason::ReturnedGood => products::CAME_BACK,
            StockReason::Scrapped => products::SCRAPPED,
            StockReason::Counted
            | StockReason::ReturnedDamaged
            | StockReason::BeforeCount
            | StockReason::AfterCount
            | StockReason::Other(_) => products::ANOTHER,
        },
    };
    records::moved_of(act.get(), amount)
}

#[component]
fn Question(it: CountQuestion, is_here: bool) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let submission = Submission::<ActFault>::new();
    let CountQuestion { of: recorded, product, count, by, moves } = it;
    let (id, unit) = (product.id, product.unit);
    let (_, variant) = untrack(|| session.article(recorded, count.variant));
    let name = article(&product, variant);
    let title = move || records::before_or_after(&name);
    let counted = count.counted;
    let moved = moves.iter().fold(0_i64, |sum, (_, quantity, _)| sum.saturating_add(*quantity));
    let there = Memo::new(move |_| {
        let product =
            session.fields_of(StreamKind::Product, id).map(|fields| Product::read(&fields)).unwrap_or_default();
        session.stock(&product, variant).on_hand
    });
    let rest = moves.len().saturating_sub(NAMED);
    let lines = moves.iter().take(NAMED).map(|(meta, quantity, of)| {
        let (meta, of, quantity) = (meta.clone(), of.clone(), *quantity);
        let link = match &of {
            Beside::Order(order, number) => Some((*order, number.as_ref().map(|it| it.0.clone()).unwrap_or_default())),
            Beside::Moved(_) => None,
        };
        let link = link.map(|(order, number)| {
            view! { " " <a class="link" href=format!("/orders/{order}")>{number}</a> }
        });
        view! {
            <p class="what">
                {move || what_moved(&of, quantity, &appearance::quantity(quantity.saturating_abs(), unit))} {link}
            </p>
            <p class="muted small">{move || timeline_lines::by_whom(&meta, session)}</p>
        }
    });
    let lines = lines.collect_view();
    let more = (rest > 0).then(|| view! { <p class="muted">{move || records::and_more(rest)}</p> });
    let settle = Callback::new(move |(before,): (bool,)| {
        let words =
            moves.iter().map(|(meta, quantity, _)| RecordEvent::StockMoved(count.answer(meta, *quantity, before)));
        let act = Act::Record(StreamKind::Product, Some(recorded), words.collect());
        submission.run(session.act_all(vec![act]), move |_| toaster.confirm(dispute::SETTLED));
    });
    let wrong = submission.wrong(refusal::words);
    let amount = move |n: i64| appearance::quantity(n, unit);
    let page = (!is_here).then(|| {
        view! { <LinkButton href=format!("/products/{id}?view=stock") label=records::OPEN_PRODUCT glyph=Glyph::Edit/> }
    });
    view! {
        <article class="sheet conflict" data-testid="conflict" data-kind="before_or_after" aria-label=title.clone()>
            <header><h2>{title.clone()}</h2></header>
            <div class="sides">
                <div class="side">
                    <p class="who"><Icon glyph=Glyph::Tablet/> <span>{move || timeline_lines::by_whom(&by, session)}</span></p>
                    <p class="what">{move || records::counted(&amount(counted))}</p>
                </div>
                <div class="side">{lines} {more}</div>
            </div>
            <div class="now">
                <p>{move || records::unaware_now(&amount(there.get()), &amount(counted))}</p>
                <Fault text=wrong/>
            </div>
            <div class="choose">
                <Button
                    label=move || records::before_count(&amount(there.get().saturating_sub(moved)))
                    glyph=Glyph::Check
                    busy=submission.busy
                    on_press=move || settle.run((true,))
                />
                <Button
                    label=move || records::after_count(&amount(there.get()))
                    glyph=Glyph::Check
                    busy=submission.busy
                    on_press=move || settle.run((false,))
                />
                {page}
            </div>
        </article>
    }
}
