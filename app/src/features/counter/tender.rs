//! Taking the money: how, how much, what goes back; in parts where the buyer pays in several ways.

use crate::features::meant;
use crate::features::shop_lists;
use domain::money::NumberFault;
use domain::order::Method;
use domain::shop::list::{List, entries};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::model::paying::{CREDIT, Step, quick_amounts};
use super::till::{AMOUNT, DialogKind, MAIN, Till};
use super::words;
use crate::features::order::refusal::amount_words;
use crate::text::{counter, fault, method};
use crate::ui::{AmountField, Button, Glyph, Icon, Keypad, KeypadKey, Kind, Money, Note, Sheet, Size};

/// A way to pay as the shop offers it: key, own name, picture's id.
type Way = (String, String, String);

/// The shop's ways to pay, cash first.
fn ways(till: Till) -> Memo<Vec<Way>> {
    let shop = till.session.shop_fields();
    Memo::new(move |_| {
        let offered = shop.with(|shop| entries(shop, List::Method));
        let offered = offered.into_iter().filter(|entry| !entry.hidden);
        let (mut cash, others): (Vec<Way>, Vec<Way>) =
            offered.map(|entry| (entry.key, entry.name, entry.picture)).partition(|(key, ..)| key == "cash");
        cash.extend(others);
        cash
    })
}

/// The money's side of the counter.
#[component]
pub fn Tender(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let ways = ways(till);
    let is_credit = Memo::new(move |_| till.how.with(|how| how == CREDIT));
    let is_cash = Memo::new(move |_| till.how.with(|how| how == "cash"));
    let picture = Memo::new(move |_| {
        let how = till.how.get();
        ways.with(|ways| ways.iter().find(|(key, ..)| *key == how).map(|(.., picture)| picture.clone()))
    });
    let change = Memo::new(move |_| match till.step_now() {
        Ok((_, Step::All { change })) if !is_credit.get() => change,
        _ => 0,
    });
    let left = Signal::derive(move || match till.step_now() {
        Ok((_, Step::Part(left))) => Some(counter::rest_after(&till.said_amount(left))),
        _ => None,
    });
    let wrong = Signal::derive(move || {
        let phrase = match till.step_now() {
            Ok((_, Step::TooMuch)) => counter::MORE_THAN_OWED,
            Ok(_) => return None,
            Err(NumberFault::TooLarge) => fault::NUMBER_TOO_LARGE,
            Err(wrong) if till.tried.get() => return Some(amount_words(wrong)),
            Err(_) => return None,
        };
        Some(phrase.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        crate::platform::page::press(MAIN);
    };
    let figures = move || {
        if is_credit.get() {
            return view! { <OnCredit till/> }.into_any();
        }
        view! {
            <div class="figures">
                <AmountField
                    id=AMOUNT
                    label=counter::AMOUNT
                    value=till.typed
                    fault=wrong
                    warning=left
                    meaning=meant::amount(till.session, till.typed)
                />
                <Show when=move || is_cash.get()>
                    <div class="given-back" data-testid="change" data-minor=move || change.get().to_string()>
                        <p class="label">{counter::CHANGE}</p>
                        <Money minor=change currency size=Size::Hero/>
                    </div>
                </Show>
            </div>
            <Show when=move || is_cash.get() fallback=move || view! { <PayCode till picture/> }>
                <Quick till/>
            </Show>
            <Pad till/>
        }
        .into_any()
    };
    let is_over = Memo::new(move |_| till.over.get() > 0);
    let methods = move || {
        view! {
                <fieldset class="group">
                    <legend class="unseen">{method::METHOD}</legend>
                    <div class="choices" data-kind="tiles">
                        <For
                            each=move || ways.get()
                            key=|way| way.clone()
                            children=move |(key, ..)| {
                                let name = key.clone();
                                let label = Signal::derive(move || shop_lists::called(List::Method, &name));
                                let glyph = words::method_glyph(&key);
                                view! { <Way till key label glyph/> }
                            }
                        />
                        <Way
                            till
                            key=CREDIT.to_owned()
                            label=Signal::derive(|| counter::CREDIT.get().to_owned())
                            glyph=Glyph::Credit
                        />
                    </div>
                </fieldset>
        }
    };
    view! {
        <Sheet label=counter::PAYMENT class="tender">
            <form class="pad stack" novalidate autocomplete="off" on:submit=send>
                <Show when=move || !is_over.get()>{methods}</Show>
                <Parts till/>
                <Show when=move || !is_over.get() fallback=move || view! { <WaysBack till amount=till.over/> }>
                    {figures}
                </Show>
            </form>
        </Sheet>
    }
}

/// What goes back to the buyer, and how: the way it came, or in cash.
#[component]
pub fn WaysBack(
    till: Till,
    /// How much.
    #[prop(into)]
    amount: Signal<i64>,
) -> impl IntoView {
    let currency = till.session.currency();
    let came = Memo::new(move |_| {
        let draft = till.draft.get().there();
        draft.map(|draft| draft.ways_back(amount.get())).unwrap_or_default()
    });
    let asks = Memo::new(move |_| came.with(|came| came.iter().any(|(method, _)| *method != Method::Cash)));
    let rows = move || {
        let ways = if till.in_cash.get() { vec![(Method::Cash, amount.get())] } else { came.get() };
        let row = |(method, minor): (Method, i64)| {
            let name = shop_lists::called(List::Method, method.key());
            view! { <li><span>{name}</span><Money minor=Signal::stored(minor) currency/></li> }
        };
        ways.into_iter().map(row).collect_view()
    };
    let radio = move |cash: bool, label: crate::text::Phrase| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="counter-back"
                    prop:checked=move || till.in_cash.get() == cash
                    on:change=move |_| till.in_cash.set(cash)
                />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <div class="stack parts" data-testid="give-back" data-minor=move || amount.get().to_string() role="status">
            <p class="label">{counter::GIVE_BACK}</p>
            <Money minor=amount currency size=Size::Hero/>
            <ul>{rows}</ul>
        </div>
        <Show when=move || asks.get()>
            <fieldset class="group">
                <legend class="unseen">{counter::GIVE_BACK}</legend>
                <div class="choices">{radio(false, counter::AS_PAID)} {radio(true, counter::IN_CASH)}</div>
            </fieldset>
        </Show>
    }
}

#[component]
fn Way(till: Till, key: String, label: Signal<String>, glyph: Glyph) -> impl IntoView {
    let (own, chosen) = (key.clone(), key.clone());
    view! {
        <label class="choice">
            <input
                type="radio"
                name="counter-how"
                value=own
                prop:checked=move || till.how.with(|how| *how == key)
                on:change=move |_| till.pay_by(chosen.clone())
            />
            <Icon glyph/>
            <span>{label}</span>
        </label>
    }
}

/// The parts that were taken, and what is left.
#[component]
fn Parts(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let parts = move || till.cart.with(|cart| cart.money.parts.clone());
    let rows = move || {
        parts()
            .into_iter()
            .map(|part| {
                let name = shop_lists::called(List::Method, &part.method);
                let back = counter::take_back(&name);
                let press = move |_| till.void_part(part.payment);
                view! {
                    <li>
                        <span>{name}</span>
                        <Money minor=Signal::stored(part.amount) currency/>
                        <button
                            type="button"
                            class="button"
                            data-kind="quiet"
                            data-icon-only=""
                            aria-label=back
                            on:click=press
                        >
                            <Icon glyph=Glyph::Cross/>
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || till.cart.with(|cart| !cart.money.parts.is_empty())>
            <div class="parts" role="status">
                <p class="label">{counter::TAKEN}</p>
                <ul>{rows}</ul>
                <p class="due" data-testid="cart-rest" data-minor=move || till.rest.get().to_string()>
                    {move || counter::still(&till.said_amount(till.rest.get()))}
                </p>
            </div>
        </Show>
    }
}

/// Amounts that a buyer is likely to hand over.
#[component]
fn Quick(till: Till) -> impl IntoView {
    let amounts = Memo::new(move |_| quick_amounts(till.rest.get(), till.money()));
    let key = move |minor: i64, label: TextProp| {
        let is_it = move || till.step_now().is_ok_and(|(given, _)| given == minor);
        view! {
            <button
                type="button"
                class="button"
                data-again=""
                tabindex="-1"
                aria-pressed=move || if is_it() { "true" } else { "false" }
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| till.write(minor)
            >
                {move || label.get()}
            </button>
        }
    };
    let keys = move || {
        let exact = key(till.rest.get(), counter::EXACT.into());
        let others = amounts.get().into_iter().map(|minor| {
            let words = till.session.currency().get().short(minor);
            key(minor, words.into())
        });
        view! { {exact} {others.collect_view()} }
    };
    view! { <div class="quick" role="group" aria-label=counter::QUICK>{keys}</div> }
}

#[component]
fn Pad(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let decimals = Signal::derive(move || currency.get().exponent);
    let more = move |whole: i64| {
        let minor = whole * 10_i64.pow(currency.get_untracked().exponent);
        let act = Callback::new(move |()| {
            let typed = untrack(|| till.step_now()).map_or(0, |(given, _)| given);
            // The exact amount stands there by itself; a note that is handed over starts over.
            let from = if typed == till.rest.get_untracked() { 0 } else { typed };
            till.write(from + minor);
        });
        KeypadKey { label: format!("+{whole}").into(), act }
    };
    view! { <Keypad field=AMOUNT decimals extra=vec![more(50), more(100)]/> }
}

/// The stall's pay code, to be shown to the buyer.
#[component]
fn PayCode(till: Till, picture: Memo<Option<String>>) -> impl IntoView {
    let has = Memo::new(move |_| picture.with(|picture| picture.as_ref().is_some_and(|it| !it.is_empty())));
    let show = move || {
        if let Some(picture) = picture.get_untracked() {
            till.open(DialogKind::Code(picture));
        }
    };
    let is_bank = Memo::new(move |_| till.how.with(|how| how == "bank_transfer"));
    let url = till.session.picture(picture.into());
    view! {
        <Show
            when=move || has.get()
            fallback=move || {
                let text = TextProp::from(move || {
                    if is_bank.get() { counter::UNVERIFIED } else { counter::NO_CODE }.get()
                });
                view! { <Note text glyph=Glyph::Code/> }
            }
        >
            <button type="button" class="button code-key" aria-label=counter::SHOW_CODE on:click=move |_| show()>
                {move || url.get().map(|url| view! { <img src=url alt="" decoding="async"/> })}
                <span>{counter::SHOW_CODE}</span>
            </button>
            <p class="small muted">{counter::UNVERIFIED}</p>
        </Show>
    }
}

/// On credit: who owes it, and how much.
#[component]
fn OnCredit(till: Till) -> impl IntoView {
    let name = Memo::new(move |_| {
        till.cart.with(|cart| {
            [&cart.buyer.name, &cart.buyer.phone].into_iter().find(|it| !it.is_empty()).cloned().unwrap_or_default()
        })
    });
    let text = TextProp::from(move || {
        let name = name.get();
        if name.is_empty() {
            counter::CREDIT_WHO.get().to_owned()
        } else {
            counter::owes(&name, &till.said_amount(till.rest.get()))
        }
    });
    let key = TextProp::from(move || {
        let name = name.get();
        if name.is_empty() { counter::CUSTOMER.get().to_owned() } else { name }
    });
    view! {
        <Note text glyph=Glyph::Credit/>
        <Button label=key glyph=Glyph::Person kind=Kind::Plain on_press=move || till.open(DialogKind::Customer)/>
    }
}
