//! Money taken and money given back.

use crate::features::meant;
use crate::features::shop_lists;
use crate::session::shop_now;
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Command, Method, NewPayment};
use domain::shop::list::List;
use domain::text::LONG;
use leptos::prelude::*;

use super::super::actions::OrderActions;
use super::super::appearance;
use super::super::refusal::amount_words;
use super::too_long;
use crate::platform::page;
use crate::text::order_page::{page as words, refused};
use crate::text::{method, payment, reason};
use crate::ui::{
    Acts, AmountField, Button, Choices, Fault, Glyph, Keypad, KeypadKey, Kind, Money, Note, Size, TextField, uid,
};

/// What was typed, above zero.
fn parsed(actions: OrderActions, typed: &str) -> Result<i64, NumberFault> {
    figure::sum(typed, actions.session.settings().get().currency)
}

/// The shop's ways to pay, as tiles.
#[component]
fn Methods(value: RwSignal<String>) -> impl IntoView {
    let choices = untrack(|| shop_lists::choices(&shop_now(), List::Method, &value.get()));
    let set = move |key: String| value.set(key);
    view! { <Choices legend=method::METHOD legend_unseen=true choices value on_change=set tiles=true/> }
}

/// How much was paid, and how.
#[component]
pub fn Payment(actions: OrderActions) -> impl IntoView {
    let session = actions.session;
    let currency = session.currency();
    let balance = move || actions.order.with(|order| order.balance().max(0));
    let how = RwSignal::new(actions.order.with_untracked(|order| order.method.value.key().to_owned()));
    let typed = RwSignal::new(currency.get_untracked().typed(untrack(balance)));
    let tried = RwSignal::new(false);
    let given = move || parsed(actions, &typed.get());
    let is_cash = move || how.with(|how| how == Method::Cash.key());
    let wrong = Signal::derive(move || if tried.get() { given().err().map(amount_words) } else { None });
    let too_much = Signal::derive(move || {
        let over = given().ok()?.saturating_sub(balance());
        (over > 0 && !is_cash()).then(|| payment::more_than_owed(&actions.money(over)))
    });
    let change = move || given().ok().filter(|_| is_cash()).map(|given| given - balance()).filter(|over| *over > 0);
    let id = uid("amount");
    let write = move |minor: i64| typed.set(currency.get_untracked().typed(minor));
    let extra = vec![
        KeypadKey { label: payment::ALL.into(), act: Callback::new(move |()| write(untrack(balance))) },
        KeypadKey { label: payment::HALF.into(), act: Callback::new(move |()| write(untrack(balance) / 2)) },
    ];
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Ok(given) = untrack(given) else {
            page::focus_first_fault();
            return;
        };
        let method = Method::from(how.get_untracked());
        let (deposit, counts) = actions.order.with_untracked(|order| {
            let counts = if method == Method::Cash { given.min(order.balance().max(0)) } else { given };
            (order.deposit.value > 0 && order.paid() == 0 && counts < order.balance(), counts)
        });
        let said = actions.money(counts);
        actions.send(Command::RecordPayment(NewPayment { method, given, deposit }), move || payment::saved(&said));
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Methods value=how/>
            <AmountField
                id=id.clone()
                label=move || page_label(&payment::still_owes(&actions.money(balance())))
                name=payment::AMOUNT
                value=typed
                fault=wrong
                warning=too_much
                meaning=meant::amount(actions.session, typed)
            />
            {move || {
                change().map(|minor| {
                    view! {
                        <p class="due" data-testid="change" data-minor=minor.to_string() role="status">
                            <span>{payment::CHANGE}</span>
                            <Money minor=Signal::stored(minor) currency size=Size::Large/>
                        </p>
                    }
                })
            }}
            <Keypad field=id decimals=Signal::derive(move || currency.get().exponent) extra/>
            {move || (!is_cash()).then(|| view! { <Note text=payment::CODE_WHY glyph=Glyph::Code/> })}
            <Fault text=actions.fault_words()/>
            <Acts><Button label=payment::SAVE glyph=Glyph::Check kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

fn page_label(owes: &str) -> String {
    words::act_at(payment::AMOUNT.get(), owes)
}

/// How much was given back, and how.
#[component]
pub fn Refund(actions: OrderActions) -> impl IntoView {
    let currency = actions.session.currency();
    let due = move || actions.order.with(|order| order.balance().saturating_neg().max(0));
    // Money goes back the way it came.
    let came = actions.order.with_untracked(|order| {
        order.payments.iter().rev().find(|it| it.counts()).map(|it| it.body.method.key().to_owned())
    });
    let how = RwSignal::new(came.unwrap_or_else(|| Method::Cash.key().to_owned()));
    let typed = RwSignal::new(currency.get_untracked().typed(untrack(due)));
    let why = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let amount = move || parsed(actions, &typed.get());
    let wrong = Signal::derive(move || {
        let amount = tried.get().then(amount)?;
        let words = amount.map(|amount| (amount > due()).then(|| refused::REFUND_TOO_LARGE.get().to_owned()));
        words.unwrap_or_else(|fault| Some(amount_words(fault)))
    });
    let why_wrong = Signal::derive(move || too_long(why, LONG));
    let id = uid("amount");
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let is_right = wrong.get_untracked().is_none() && why_wrong.get_untracked().is_none();
        let Some(amount) = untrack(amount).ok().filter(|_| is_right) else {
            page::focus_first_fault();
            return;
        };
        let method = Method::from(how.get_untracked());
        let said = actions.money(amount);
        let told = crate::text::timeline::refunded(&appearance::method_name(&method));
        let command = Command::RecordRefund { method, amount, reason: why.get_untracked() };
        actions.send(command, move || format!("{told} {said}"));
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Note text=words::REFUND_WHY glyph=Glyph::Refund/>
            <Methods value=how/>
            <AmountField
                id=id.clone()
                label=move || page_label(&format!("{} {}", crate::text::order::TO_REFUND.get(), actions.money(due())))
                name=payment::AMOUNT
                value=typed
                fault=wrong
                meaning=meant::amount(actions.session, typed)
            />
            <Keypad field=id decimals=Signal::derive(move || currency.get().exponent)/>
            <TextField label=reason::REASON value=why hint=words::REASON_MAY fault=why_wrong/>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=payment::SAVE_REFUND glyph=Glyph::Refund kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}
