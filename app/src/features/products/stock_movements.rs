//! Movements of stock: received, counted, thrown away, come back. Several variants at once are one act.

use std::sync::Arc;

use domain::StreamKind;
use domain::money::NumberFault;
use domain::order::Unit;
use domain::product::{Product, Stock};
use domain::record::{RecordEvent, StockMoved, StockReason};
use domain::text::LONG;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use replica::Act;

use super::words;
use crate::features::meant;
use crate::features::order::refusal;
use crate::platform::page;
use crate::session::{ActFault, Session};
use crate::text::{Phrase, fault, products, weight};
use crate::ui::{
    self, Acts, AmountField, Button, Choice, Choices, Dialog, Glyph, Keypad, Kind, Note, Submission, TextField,
    Toaster, uid,
};

/// What is done to the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Goods came.
    Receive,
    /// What lies there was counted.
    Count,
    /// Goods are gone.
    Scrap,
    /// Goods came back.
    Return,
}

impl What {
    fn name(self) -> Phrase {
        match self {
            Self::Receive => products::RECEIVE,
            Self::Count => products::COUNT,
            Self::Scrap => products::SCRAP,
            Self::Return => products::RETURN,
        }
    }
    fn why(self) -> Phrase {
        match self {
            Self::Receive => products::RECEIVE_WHY,
            Self::Count => products::COUNT_WHY,
            Self::Scrap => products::SCRAP_WHY,
            Self::Return => products::RETURN_WHY,
        }
    }
    /// The movement that so many are.
    fn movement(self, variant: u32, typed: i64, damaged: bool, note: &str) -> StockMoved {
        let moved = |reason, quantity| StockMoved::new(variant, reason, quantity);
        let moved = match self {
            Self::Receive => moved(StockReason::Received, typed),
            // What the tablet knows as it is stored says what it means.
            Self::Count => StockMoved::count(variant, typed),
            Self::Scrap => moved(StockReason::Scrapped, typed.saturating_neg()),
            Self::Return if damaged => StockMoved { counted: Some(typed), ..moved(StockReason::ReturnedDamaged, 0) },
            Self::Return => moved(StockReason::ReturnedGood, typed),
        };
        StockMoved { note: note.to_owned(), ..moved }
    }
}

/// The stocks that can be moved: not what is left from before there were variants, once that is gone.
pub(super) fn stocked(session: Session, product: &Product) -> Vec<(u32, Stock)> {
    let all = product.stocks().into_iter().map(|variant| (variant, session.stock(product, variant)));
    let is_left = |(variant, stock): &(u32, Stock)| {
        *variant != 0 || product.variants.is_empty() || stock.on_hand != 0 || stock.reserved != 0
    };
    all.filter(is_left).collect()
}

/// The dialog of a movement, once one is asked for.
#[component]
pub(super) fn Moves(product: Signal<Arc<Product>>, asked: RwSignal<Option<What>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asked.get().is_some()));
    Effect::new(move |before: Option<bool>| {
        let open = open.get();
        if before == Some(true) && !open {
            asked.set(None);
        }
        open
    });
    let title = move || {
        let name = product.with(|product| product.name.clone());
        asked.get().map(|what| products::move_of(what.name().get(), &name)).unwrap_or_default()
    };
    let body = move || asked.get().map(|what| view! { <Movement product=product.get_untracked() what open/> });
    view! { <Dialog open title>{body}</Dialog> }
}

#[component]
fn Movement(product: Arc<Product>, what: What, open: RwSignal<bool>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let usage = session.usage();
    let (id, unit) = (product.id, product.unit);
    let rows: Vec<(u32, String, RwSignal<String>)> = untrack(|| stocked(session, &product))
        .into_iter()
        .map(|(variant, _)| (variant, words::variant_name(&product, variant), RwSignal::new(String::new())))
        .collect();
    let rows = StoredValue::new(rows);
    let there = {
        let product = Arc::clone(&product);
        move |variant| session.stock(&product, variant)
    };
    let note = RwSignal::new(String::new());
    let damaged = RwSignal::new(false);
    let tried = RwSignal::new(false);
    let submission = Submission::<ActFault>::new();
    // A count may be nothing at all; of what moves, there is some.
    let read = move |typed: &str| match usage.get_untracked().quantity(typed, unit) {
        Ok(0) if what != What::Count => Err(NumberFault::Zero),
        read => read,
    };
    let wrong_of = move |value: RwSignal<String>, is_only: bool| {
        Signal::derive(move || {
            let typed = tried.get().then(|| value.get())?;
            match read(&typed) {
                Ok(_) => None,
                Err(NumberFault::Empty) if !is_only => None,
                Err(NumberFault::Zero) => Some(products::MOVE_ZERO.get().to_owned()),
                Err(NumberFault::TooLarge) => Some(products::TOO_LARGE.get().to_owned()),
                Err(NumberFault::Negative) => Some(fault::BELOW_ZERO.get().to_owned()),
                Err(NumberFault::Ambiguous) => Some(fault::AMBIGUOUS.get().to_owned()),
                Err(_) => Some(words::number(unit)),
            }
        })
    };
    let note_wrong = Signal::derive(move || {
        (note.with(|typed| domain::text::parse(typed, LONG).is_err())).then(|| products::too_long(LONG))
    });
    let nothing = RwSignal::new(false);
    let save = {
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if submission.busy.get_untracked() {
                return;
            }
            tried.set(true);
            submission.fault.set(None);
            let typed = rows.with_value(|rows| {
                let filled = rows.iter().map(|(variant, _, value)| (*variant, value.get_untracked()));
                filled.filter(|(_, typed)| !typed.trim().is_empty()).collect::<Vec<_>>()
            });
            nothing.set(typed.is_empty());
            let note = domain::text::parse(&note.get_untracked(), LONG);
            let read: Result<Vec<(u32, i64)>, NumberFault> =
                typed.into_iter().map(|(variant, typed)| Ok((variant, read(&typed)?))).collect();
            let (Ok(amounts), Ok(note)) = (read, note) else {
                page::focus_first_fault();
                return;
            };
            if amounts.is_empty() {
                page::focus_first_fault();
                return;
            }
            let moved = |(variant, amount): (u32, i64)| {
                let moved = what.movement(variant, amount, damaged.get_untracked(), &note);
                RecordEvent::StockMoved(moved)
            };
            let act = Act::Record(StreamKind::Product, Some(id), amounts.into_iter().map(moved).collect());
            submission.run(session.act_all(vec![act]), move |_| {
                let _ = open.try_set(false);
                toaster.confirm(products::MOVED);
            });
        }
    };
    let label = move || {
        let of = weight::name(weight::shop()).get();
        if unit == Unit::Gram { products::how_many_in(of) } else { products::HOW_MANY.get().to_owned() }
    };
    let expected = {
        let there = there.clone();
        move |variant: u32, value: RwSignal<String>| {
            let there = there(variant);
            let mut said = products::expected(&words::quantity(there.on_hand, unit));
            if let Ok(counted) = value.with(|typed| usage.get_untracked().quantity(typed, unit)) {
                let differs = counted.saturating_sub(there.on_hand);
                said = format!("{said} · {}", products::differs(&words::moved(differs, unit)));
            }
            said
        }
    };
    let is_only = rows.with_value(Vec::len) == 1;
    let measure = Signal::derive(move || usage.get().measure(unit));
    let fields = rows.get_value().into_iter().map(|(variant, name, value)| {
        let expected = expected.clone();
        let hint = move || if what == What::Count { expected(variant, value) } else { String::new() };
        if is_only {
            let id = uid("amount");
            let decimals = Signal::stored(if unit == Unit::Gram { 3 } else { 0 });
            view! {
                <AmountField id=id.clone() label=TextProp::from(label) value fault=wrong_of(value, true) meaning=meant::quantity(session, value, measure)/>
                <p class="small muted" role="status">{hint}</p>
                <Keypad field=id decimals/>
            }
            .into_any()
        } else {
            let fault = wrong_of(value, false);
            let keys = if unit == Unit::Gram { "decimal" } else { "numeric" };
            view! { <TextField label=TextProp::from(move || name.clone()) value keys numeric=true hint=TextProp::from(hint) fault meaning=meant::quantity(session, value, measure)/> }
                .into_any()
        }
    });
    let fields = fields.collect_view();
    let problem = Signal::derive(move || {
        let missing = (nothing.get() && !is_only).then(|| products::NOTHING_TYPED.get().to_owned());
        missing.or_else(|| submission.fault.get().as_ref().map(refusal::words))
    });
    let quality = (what == What::Return).then(|| {
        view! {
            <Choices
                legend=products::RETURN
                legend_unseen=true
                choices=vec![Choice::new("good", products::GOOD), Choice::new("damaged", products::DAMAGED)]
                value=Signal::derive(move || if damaged.get() { "damaged".to_owned() } else { "good".to_owned() })
                on_change=move |key: String| damaged.set(key == "damaged")
                width="13rem"
            />
        }
    });
    view! {
        <form class="stack" novalidate autocomplete="off" on:submit=save>
            <Note text=what.why()/>
            {quality}
            <div class=if is_only { "stack" } else { "two" }>{fields}</div>
            <TextField label=products::WHY_NOTE value=note fault=note_wrong/>
            <ui::Fault text=problem/>
            <Acts>
                <Button label=products::SAVE_MOVE glyph=Glyph::Check kind=Kind::Main submit=true busy=submission.busy/>
            </Acts>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_what_was_counted_and_all_else_a_difference() {
        let moved = |what: What, typed, damaged| {
            let moved = what.movement(2, typed, damaged, "n");
            assert_eq!((moved.variant, moved.note.as_str()), (2, "n"));
            (moved.reason.key().to_owned(), moved.quantity, moved.counted)
        };
        assert_eq!(moved(What::Count, 5, false), ("counted".into(), 0, Some(5)));
        assert_eq!(moved(What::Receive, 5, false), ("received".into(), 5, None));
        assert_eq!(moved(What::Scrap, 5, false), ("scrapped".into(), -5, None));
        assert_eq!(moved(What::Return, 5, false), ("returned_good".into(), 5, None));
        assert_eq!(moved(What::Return, 5, true), ("returned_damaged".into(), 0, Some(5)));
    }
}
