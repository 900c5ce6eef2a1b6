//! Figures typed on the key pad: grams, a line's quantity, price and discount, a free item, what comes off the whole.

use std::cell::Cell;

use domain::figure::{self, Measure};
use domain::money::{MAX_AMOUNT, NumberFault};
use domain::order::{Delivery, Unit};
use domain::text::{LONG, SHORT};
use domain::weight::WeightUnit;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use crate::features::counter::model::{Good, percent_of};
use crate::features::counter::till::{Figure, Till};
use crate::features::meant;
use crate::features::order::appearance;
use crate::features::order::refusal::{amount_words, price_words, quantity_words, weight_words};
use crate::platform::page;
use crate::text::{counter, delivery, fault, weight};
use crate::ui::{
    Acts, AmountField, Button, Choice, Choices, Fault, Glyph, Keypad, KeypadKey, Kind, Money, Size, TextField, uid,
};

/// What is wrong with a figure, once the person has tried.
fn wrong<T>(
    tried: RwSignal<bool>,
    read: impl Fn() -> Result<T, NumberFault> + Send + Sync + 'static,
    words: fn(NumberFault) -> String,
) -> Signal<Option<String>> {
    Signal::derive(move || if tried.get() { read().err().map(words) } else { None })
}

fn whole(till: Till, typed: &str, measure: Measure) -> Result<i64, NumberFault> {
    match figure::quantity(typed, till.money(), measure)? {
        0 => Err(NumberFault::Zero),
        count => Ok(count),
    }
}

/// An amount, nothing typed counting as nothing.
fn amount_or_none(till: Till, typed: &str) -> Result<i64, NumberFault> {
    if typed.trim().is_empty() { Ok(0) } else { figure::amount(typed, till.money()) }
}

fn too_long(typed: RwSignal<String>, most: usize) -> Signal<Option<String>> {
    Signal::derive(move || typed.with(|typed| domain::text::parse(typed, most).is_err()).then(|| fault::too_long(most)))
}

thread_local! {
    /// Whether grams were typed last, rather than the shop's unit; none: nobody chose.
    static IN_GRAMS: Cell<Option<bool>> = const { Cell::new(None) };
}

/// How heavy: in the shop's unit, or in grams.
#[component]
pub fn Grams(till: Till, id: Uuid, variant: u32) -> impl IntoView {
    let currency = till.session.currency();
    let level = till.level.get_untracked();
    let good = till.product(id).map(|product| Good::of(&product, variant, &level));
    let per = good.as_ref().map(|good| good.per).unwrap_or_default();
    let price = good.and_then(|good| good.price).unwrap_or_default();
    let typed = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    // A shop that never said what it weighs in types grams, as ever.
    let is_said = till.session.settings().with_untracked(|settings| settings.weight.is_some());
    let in_grams = RwSignal::new(IN_GRAMS.get().unwrap_or(!is_said));
    let measure = Signal::derive(move || if in_grams.get() { Measure::GRAM } else { Measure::weight(per) });
    let read = move || typed.with(|typed| whole(till, typed, measure.get()));
    let comes_to = Memo::new(move |_| read().map_or(0, |grams| per.amount(grams, price)));
    let field = uid("grams");
    // Thousandths of a unit, as a kilogram has grams.
    let more = move |thousandths: i64| KeypadKey {
        label: TextProp::from(move || match in_grams.get() {
            true => format!("+{thousandths}"),
            false => format!("+{}", WeightUnit::Kilogram.plain(thousandths)),
        }),
        act: Callback::new(move |()| {
            let step = if in_grams.get_untracked() { Measure::GRAM } else { Measure::KILOGRAM };
            let money = till.money();
            let now = typed.with_untracked(|typed| figure::quantity(typed, money, step)).unwrap_or_default();
            typed.set(step.plain(now.saturating_add(thousandths), money));
        }),
    };
    let choose = move |key: String| {
        let grams = untrack(read);
        in_grams.set(key == "g");
        IN_GRAMS.set(Some(key == "g"));
        if let Ok(grams) = grams {
            typed.set(measure.get_untracked().plain(grams, till.money()));
        }
    };
    let label = move || if in_grams.get() { counter::GRAMS.get().to_owned() } else { weight::field(per) };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match untrack(read) {
            Ok(grams) => {
                till.close();
                till.put(id, variant, grams);
            }
            Err(_) => page::focus_first_fault(),
        }
    };
    view! {
        <form class="stack" novalidate autocomplete="off" on:submit=send>
            <div class="figures">
                <AmountField
                    id=field.clone()
                    label=TextProp::from(label)
                    value=typed
                    fault=wrong(tried, read, weight_words)
                    meaning=meant::quantity(till.session, typed, measure)
                />
                <div class="given-back">
                    <p class="label">
                        {move || {
                            let price = appearance::weight_price(price, per, currency.get());
                            weight::per(&format!("{}{price}", currency.get().symbol), per)
                        }}
                    </p>
                    <Money minor=comes_to currency size=Size::ExtraLarge/>
                </div>
            </div>
            <Choices
                legend=weight::WAY
                legend_unseen=true
                choices=vec![Choice::new("unit", weight::name(per)), Choice::new("g", weight::GRAMS)]
                value=Signal::derive(move || if in_grams.get() { "g".to_owned() } else { "unit".to_owned() })
                on_change=choose
                width="8rem"
            />
            <Keypad
                field
                decimals=Signal::derive(move || if in_grams.get() { 0 } else { 3 })
                extra=vec![more(100), more(500)]
            />
            <Acts><Button label=counter::ADD glyph=Glyph::Plus kind=Kind::Main submit=true/></Acts>
        </form>
    }
}

/// What is sold that is no product.
#[component]
pub fn Free(till: Till, code: String) -> impl IntoView {
    let currency = till.session.currency();
    let (item, typed) = (RwSignal::new(code), RwSignal::new(String::new()));
    let tried = RwSignal::new(false);
    let read = move || typed.with(|typed| figure::amount(typed, till.money()));
    let long = too_long(item, SHORT);
    let field = uid("price");
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match untrack(read) {
            Ok(price) if long.get_untracked().is_none() => {
                let named = item.get_untracked().trim().to_owned();
                let named = if named.is_empty() { counter::SUNDRY.get().to_owned() } else { named };
                till.close();
                till.put_free(named, 1, price);
            }
            _ => page::focus_first_fault(),
        }
    };
    view! {
        <form class="stack" novalidate autocomplete="off" on:submit=send>
            <TextField label=counter::ITEM value=item fault=long example=TextProp::from(counter::SUNDRY)/>
            <AmountField
                id=field.clone()
                label=counter::UNIT_PRICE
                value=typed
                fault=wrong(tried, read, price_words)
                meaning=meant::amount(till.session, typed)
            />
            <Keypad field decimals=Signal::derive(move || currency.get().exponent)/>
            <Acts><Button label=counter::ADD glyph=Glyph::Plus kind=Kind::Main submit=true/></Acts>
        </form>
    }
}

/// A line's quantity, price, discount and note.
#[component]
pub fn OneLine(till: Till, id: u32, figure: Figure) -> impl IntoView {
    let currency = till.session.currency();
    let line = till.cart.with_untracked(|cart| cart.line(id).cloned()).unwrap_or_default();
    let amount = |minor: i64| if minor == 0 { String::new() } else { till.currency().typed(minor) };
    let is_gram = line.unit == Unit::Gram;
    let counted = if is_gram { weight_words } else { quantity_words };
    let measure = line.measure();
    // A price that nobody has set is asked for.
    let is_unset = line.price == 0 && line.product.is_some();
    let quantity = RwSignal::new(measure.plain(line.quantity, till.money()));
    let price = RwSignal::new(if is_unset {
        String::new()
    } else if is_gram {
        line.per.plain_price(line.price, till.money())
    } else {
        till.currency().typed(line.price)
    });
    let discount = RwSignal::new(amount(line.discount));
    let note = RwSignal::new(line.note.clone());
    let tried = RwSignal::new(false);
    let read_quantity = move || quantity.with(|typed| whole(till, typed, measure));
    let read_price = move || price.with(|typed| figure::price(typed, till.money(), measure));
    let read_discount = move || discount.with(|typed| amount_or_none(till, typed));
    let long = too_long(note, LONG);
    let field = uid("figure");
    let per = line.per;
    let quantity_label = move || if is_gram { weight::field(per) } else { counter::QUANTITY.get().to_owned() };
    let price_label = move || if is_gram { weight::price_field(per) } else { counter::UNIT_PRICE.get().to_owned() };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let figures = (untrack(read_quantity), untrack(read_price), untrack(read_discount));
        let (Ok(quantity), Ok(price), Ok(discount)) = figures else {
            return page::focus_first_fault();
        };
        if long.get_untracked().is_some() {
            return page::focus_first_fault();
        }
        let note = note.get_untracked().trim().to_owned();
        till.cart.update(|cart| {
            cart.change(id, |line| {
                (line.quantity, line.price, line.discount, line.note) = (quantity, price, discount, note);
            });
        });
        till.close();
    };
    let large = match figure {
        Figure::Quantity => view! {
            <AmountField id=field.clone() label=TextProp::from(quantity_label) value=quantity fault=wrong(tried, read_quantity, counted) meaning=meant::quantity(till.session, quantity, measure)/>
        }
        .into_any(),
        Figure::Price => view! {
            <AmountField id=field.clone() label=TextProp::from(price_label) value=price fault=wrong(tried, read_price, price_words) meaning=meant::price_in(till.session, price, measure)/>
        }
        .into_any(),
    };
    let small = match figure {
        Figure::Quantity => view! {
            <TextField label=TextProp::from(price_label) value=price keys="none" numeric=true fault=wrong(tried, read_price, price_words) meaning=meant::price_in(till.session, price, measure)/>
        }
        .into_any(),
        Figure::Price => view! {
            <TextField label=TextProp::from(quantity_label) value=quantity keys="none" numeric=true fault=wrong(tried, read_quantity, counted) meaning=meant::quantity(till.session, quantity, measure)/>
        }
        .into_any(),
    };
    view! {
        <form class="stack" novalidate autocomplete="off" on:submit=send>
            <div class="columns">
                <div class="stack">
                    {large}
                    <Keypad field decimals=Signal::derive(move || if is_gram { 3 } else { currency.get().exponent })/>
                </div>
                <div class="stack">
                    {small}
                    <TextField
                        label=counter::OFF_LINE
                        value=discount
                        keys="none"
                        numeric=true
                        fault=wrong(tried, read_discount, amount_words)
                        meaning=meant::amount(till.session, discount)
                    />
                    <TextField label=counter::NOTE value=note fault=long/>
                </div>
            </div>
            <Acts>
                <Button label=counter::REMOVE kind=Kind::Danger on_press=move || till.remove(id)/>
                <Button label=counter::SAVE glyph=Glyph::Check kind=Kind::Main submit=true/>
            </Acts>
        </form>
    }
}

/// What comes off the whole, the note, and how the goods reach the buyer.
#[component]
pub fn Details(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let (discount_now, note_now, way) =
        till.cart.with_untracked(|cart| (cart.content.discount, cart.content.note.clone(), cart.content.delivery));
    let discount = RwSignal::new(if discount_now == 0 { String::new() } else { till.currency().typed(discount_now) });
    let note = RwSignal::new(note_now);
    let later = RwSignal::new(way == Delivery::PickUp);
    let tried = RwSignal::new(false);
    let subtotal = till.cart.with_untracked(|cart| cart.content.subtotal());
    let read = move || match discount.with(|typed| amount_or_none(till, typed))? {
        off if off > subtotal.min(MAX_AMOUNT) => Err(NumberFault::TooLarge),
        off => Ok(off),
    };
    let long = too_long(note, LONG);
    let field = uid("off");
    let percent = move |percent: i64| KeypadKey {
        label: format!("−{percent}%").into(),
        act: Callback::new(move |()| discount.set(till.currency().typed(percent_of(subtotal, percent)))),
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match untrack(read) {
            Ok(off) if long.get_untracked().is_none() => {
                till.cart.update(|cart| {
                    cart.content.note = note.get_untracked().trim().to_owned();
                    cart.content.delivery = if later.get_untracked() { Delivery::PickUp } else { Delivery::HandOver };
                    cart.set_discount(off);
                });
                till.close();
            }
            _ => page::focus_first_fault(),
        }
    };
    view! {
        <form class="stack" novalidate autocomplete="off" on:submit=send>
            <div class="columns">
                <div class="stack">
                    <AmountField
                        id=field.clone()
                        label=counter::OFF_ALL
                        value=discount
                        fault=wrong(tried, read, amount_words)
                        meaning=meant::amount(till.session, discount)
                    />
                    <Keypad
                        field
                        decimals=Signal::derive(move || currency.get().exponent)
                        extra=vec![percent(5), percent(10)]
                    />
                </div>
                <div class="stack">
                    <TextField label=counter::ORDER_NOTE value=note fault=long/>
                    <Choices
                        legend=counter::DELIVERY
                        choices=vec![
                            Choice::new("now", delivery::HAND_OVER).with(Glyph::Hand),
                            Choice::new("later", delivery::PICK_UP).with(Glyph::Bag),
                        ]
                        value=Signal::derive(move || if later.get() { "later".to_owned() } else { "now".to_owned() })
                        on_change=move |key: String| later.set(key == "later")
                        width="10rem"
                    />
                    <Button label=counter::SHIP glyph=Glyph::Truck busy=till.busy on_press=move || till.ship()/>
                    <Button label=counter::CLEAR kind=Kind::Danger on_press=move || till.clear()/>
                </div>
            </div>
            <Fault text=till.fault_words()/>
            <Acts><Button label=counter::SAVE glyph=Glyph::Check kind=Kind::Main submit=true/></Acts>
        </form>
    }
}
