//! The cart's sheet: its lines, who buys, what it comes to, and the key that leads to the money.

use domain::order::{Delivery, Line, Unit};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::model::paying::CREDIT;
use super::till::{Back, DialogKind, Figure, MAIN, RemoteChange, Till};
use super::words;
use crate::features::order::appearance;
use crate::text::{Currency, counter, dispute, weight};
use crate::ui::{
    Acts, Button, Empty, Fault, Glyph, Icon, Kind, LinkButton, Money, Note, Scroll, Sheet, Size, Stub, Tone,
};

/// The cart.
#[component]
pub fn CartSheet(till: Till) -> impl IntoView {
    let (cart, paying) = (till.cart, till.paying);
    let is_empty = Memo::new(move |_| cart.with(|cart| cart.is_empty()));
    let pieces = Memo::new(move |_| cart.with(|cart| cart.pieces()));
    let title =
        move || if is_empty.get() { counter::THIS_ORDER.get().to_owned() } else { counter::items(pieces.get()) };
    let ids = move || cart.with(|cart| cart.content.lines.iter().map(|line| line.id).collect::<Vec<u32>>());
    let received = Memo::new(move |_| cart.with(|cart| cart.received()));
    let is_bare = Memo::new(move |_| is_empty.get() && till.amount.with(|typed| typed.trim().is_empty()));
    let only_money = Memo::new(move |_| is_bare.get() && received.get() > 0);
    let is_idle = Memo::new(move |_| is_empty.get() && received.get() <= 0);
    let is_on_credit = Memo::new(move |_| till.how.with(|how| how == CREDIT));
    let next = move || match (paying.get(), only_money.get()) {
        (true, _) if is_on_credit.get() => counter::SAVE_CREDIT,
        (true, _) => counter::SAVE_PAYMENT,
        (false, true) => counter::GIVE_BACK,
        (false, false) => counter::CHARGE,
    };
    let label = TextProp::from(move || next().get());
    let main_key = move || if paying.get() { counter::SAVE_KEY } else { counter::CHARGE_KEY };
    let main = move || match (paying.get_untracked(), only_money.get_untracked()) {
        (true, _) => till.save(),
        (false, true) => till.clear(),
        (false, false) => till.charge(),
    };
    view! {
        <Sheet label=counter::THIS_ORDER class="cart">
            <div class="cart-head">
                <h2>{title}</h2>
                <Show when=move || till.sheet.get()>
                    <span class="phone-only">
                        <Button
                            label=counter::BACK_TO_GOODS
                            glyph=Glyph::Left
                            kind=Kind::Quiet
                            on_press=move || till.back_to_goods()
                        />
                    </span>
                </Show>
                <Show
                    when=move || paying.get()
                    fallback=move || view! { <Parking till is_empty=is_idle/> }
                >
                    <Button
                        label=counter::BACK_TO_GOODS
                        glyph=Glyph::Left
                        kind=Kind::Quiet
                        on_press=move || till.back_to_goods()
                        attr:title=counter::BACK_KEY
                    />
                </Show>
            </div>
            <Scroll label=counter::LINES_HERE>
                <MetElsewhere till/>
                <Show
                    when=move || !is_empty.get()
                    fallback=|| view! { <Empty glyph=Glyph::Hand title=counter::EMPTY text=counter::EMPTY_WHY/> }
                >
                    <ul class="cart-lines">
                        <For each=ids key=|id| *id children=move |id| view! { <OneLine till id/> }/>
                    </ul>
                </Show>
            </Scroll>
            <Stub>
                <LastBack till/>
                <Tools till is_empty/>
                <Sums till/>
                <Due till title=TextProp::from(title) received/>
                <Fault text=till.fault_words()/>
                <Acts>
                    <Show when=move || paying.get()>
                        <Button
                            label=counter::BACK_TO_GOODS
                            glyph=Glyph::Left
                            icon_only=true
                            on_press=move || till.back_to_goods()
                            attr:data-phone-only=""
                        />
                    </Show>
                    <Show when=move || !paying.get()>
                        <Button
                            label=counter::DETAILS
                            glyph=Glyph::More
                            icon_only=true
                            disabled=is_idle
                            on_press=move || till.open(DialogKind::Details)
                        />
                    </Show>
                    <Button
                        label
                        kind=Kind::Main
                        disabled=Signal::derive(move || is_bare.get() && received.get() <= 0)
                        busy=till.busy
                        on_press=main
                        attr:id=MAIN
                        attr:title=move || main_key().get()
                    />
                </Acts>
            </Stub>
        </Sheet>
    }
}

/// What goes back to the buyer of the sale before: it stays until somebody takes note of it, whatever began this one.
#[component]
fn LastBack(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    move || {
        till.back.get().map(|Back { minor, is_change }| {
            let name = if is_change { counter::CHANGE_BEFORE } else { counter::GIVE_BACK_BEFORE };
            view! {
                <div class="last-back" data-testid="change-before" data-minor=minor.to_string()>
                    <span>{name}</span>
                    <Money minor=Signal::stored(minor) currency size=Size::Large/>
                    <Button
                        label=dispute::UNDERSTOOD
                        glyph=Glyph::Check
                        icon_only=true
                        kind=Kind::Quiet
                        on_press=move || till.back.set(None)
                    />
                </div>
            }
        })
    }
}

/// What is still to be taken, or goes back; on a phone, the way to the lines.
#[component]
fn Due(till: Till, title: TextProp, received: Memo<i64>) -> impl IntoView {
    let currency = till.session.currency();
    let minor = Memo::new(move |_| if till.over.get() > 0 { till.over.get() } else { till.rest.get() });
    let name = move || match (till.over.get() > 0, received.get() > 0) {
        (true, _) => counter::GIVE_BACK,
        (false, true) => counter::LEFT_TO_PAY,
        (false, false) => counter::TO_PAY,
    };
    let amount = move || currency.get().full(minor.get());
    let of = move || {
        let said = |minor: i64| currency.get().full(minor);
        (received.get() > 0).then(|| {
            let words = counter::taken_of(&said(till.total.get()), &said(received.get()));
            view! {
                <span class="small muted" data-testid="cart-taken" data-minor=received.get().to_string()>
                    {words}
                </span>
            }
        })
    };
    let count = title.clone();
    let press = move |_| match (till.paying.get_untracked(), till.sheet.get_untracked()) {
        (true, _) => {}
        (false, true) => till.back_to_goods(),
        (false, false) => till.open_cart(),
    };
    view! {
        <button
            type="button"
            class="due"
            data-again=""
            data-testid="cart-total"
            data-minor=move || till.total.get().to_string()
            aria-expanded=move || if till.sheet.get() { "true" } else { "false" }
            aria-label=move || format!("{} {}, {}", name().get(), amount(), count.get())
            on:click=press
        >
            <span>
                {move || name().get()}
                <span class="small muted phone-only due-lines">
                    <span>{move || title.get()}</span>
                    <Icon glyph=Glyph::Up/>
                </span>
                {of}
            </span>
            <Money minor currency size=Size::ExtraLarge/>
        </button>
    }
}

/// Putting aside, and taking up.
#[component]
fn Parking(till: Till, is_empty: Memo<bool>) -> impl IntoView {
    let parked = till.session.parked();
    let count = Memo::new(move |_| parked.with(|all| all.len()));
    let id = crate::ui::uid("parked");
    let named = id.clone();
    view! {
        <Show when=move || !is_empty.get()>
            <Button
                label=counter::PARK
                glyph=Glyph::Park
                kind=Kind::Quiet
                busy=till.busy
                on_press=move || till.park()
            />
        </Show>
        <button
            type="button"
            class="button"
            data-kind="quiet"
            aria-label=counter::PARKED
            aria-describedby=named
            on:click=move |_| till.open(DialogKind::Parked)
        >
            <span>{counter::PARKED}</span>
            <span class="count" id=id hidden=move || count.get() == 0>{move || count.get()}</span>
        </button>
    }
}

/// What another tablet did to this cart.
#[component]
fn MetElsewhere(till: Till) -> impl IntoView {
    move || {
        till.met.get().map(|met| {
            let text = match met {
                RemoteChange::Sold => counter::SOLD_ELSEWHERE,
                RemoteChange::Gone => counter::GONE_ELSEWHERE,
                RemoteChange::Changed => counter::CHANGED_ELSEWHERE,
            };
            // What was taken for it here stays with that order: what is due of it is seen there.
            let (order, received) = till.cart.with_untracked(|cart| (cart.order, cart.received()));
            let money = (met != RemoteChange::Changed && received > 0).then(|| {
                let stays = move || counter::stays_there(&till.said_amount(received));
                view! {
                    <Note text=TextProp::from(stays) glyph=Glyph::Cash/>
                    <LinkButton href=format!("/orders/{order}") label=counter::OPEN_ORDER glyph=Glyph::Orders/>
                }
            });
            view! {
                <div class="pad stack met" role="alert" data-testid="cart-met">
                    <Note text tone=Tone::Owe glyph=Glyph::Conflict/>
                    {money}
                    {(met != RemoteChange::Changed)
                        .then(|| {
                            view! {
                                <div class="wrap">
                                    <Button label=counter::AS_NEW on_press=move || till.as_new()/>
                                    <Button label=counter::DROP kind=Kind::Quiet on_press=move || till.drop_met()/>
                                </div>
                            }
                        })}
                </div>
            }
        })
    }
}

/// What stands below a line's name.
fn below(line: &Line, currency: Currency) -> String {
    let price = currency.full(line.price);
    let mut parts = Vec::new();
    if !line.spec.is_empty() {
        parts.push(line.spec.clone());
    }
    parts.push(match line.unit {
        Unit::Piece => counter::each(&price),
        Unit::Gram => {
            let price = appearance::weight_price(line.price, line.per, currency);
            weight::per(&format!("{}{price}", currency.symbol), line.per)
        }
    });
    if line.discount > 0 {
        parts.push(counter::off(&currency.full(line.discount)));
    }
    if !line.note.is_empty() {
        parts.push(line.note.clone());
    }
    parts.join(" · ")
}

#[component]
fn OneLine(till: Till, id: u32) -> impl IntoView {
    let currency = till.session.currency();
    let line = Memo::new(move |_| till.cart.with(|cart| cart.line(id).cloned()).unwrap_or_default());
    let amount = Memo::new(move |_| line.with(Line::amount));
    let is_open = Memo::new(move |_| till.open.get() == Some(id) && !till.paying.get());
    let short = Memo::new(move |_| {
        let (product, variant) = line.with(|line| Some((line.product?, line.variant)))?;
        let (_, variant) = till.session.article(product, variant);
        let product = till.products.with(|all| all.get(product).cloned())?;
        till.free(&product, Some(variant)).filter(|free| *free < 0)
    });
    let quantity = move || {
        line.with(|line| match line.unit {
            Unit::Piece => format!("×{}", line.quantity),
            Unit::Gram => appearance::quantity_of(line.quantity, line),
        })
    };
    let code = move || {
        let (product, variant) = line.with(|line| Some((line.product?, line.variant)))?;
        till.products.with(|all| Some(all.get(product)?.code(variant).to_owned()))
    };
    let is_piece = move || line.with(|line| line.unit == Unit::Piece);
    let toggle = move |_| till.open.update(|open| *open = if *open == Some(id) { None } else { Some(id) });
    view! {
        <li
            data-testid="cart-line"
            data-code=code
            data-quantity=move || line.with(|line| line.quantity.to_string())
            class:cart-open=move || is_open.get()
        >
            <button
                type="button"
                class="cart-line"
                data-again=""
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                on:click=toggle
            >
                <span>
                    <span class="name">{move || line.with(|line| line.item.clone())}</span>
                    <span class="small muted">
                        <b class="q">{quantity}</b>
                        " "
                        {move || line.with(|line| below(line, currency.get()))}
                    </span>
                    {move || {
                        short.get().map(|free| {
                            let unit = line.with_untracked(|line| line.unit);
                            view! {
                                <span class="small short" data-tone="alarm">
                                    <Icon glyph=Glyph::Warn/>
                                    {move || words::left(free, unit)}
                                </span>
                            }
                        })
                    }}
                </span>
                <Money minor=amount currency/>
            </button>
            <Show when=move || is_open.get()>
                <div class="tools">
                    <Show
                        when=is_piece
                        fallback=move || {
                            view! {
                                <Button
                                    label=weight::WEIGHT
                                    on_press=move || till.open(DialogKind::Line(id, Figure::Quantity))
                                />
                            }
                        }
                    >
                        <Steps till id/>
                    </Show>
                    <Button label=counter::PRICE on_press=move || till.open(DialogKind::Line(id, Figure::Price))/>
                    <Button
                        label=counter::REMOVE
                        glyph=Glyph::Cross
                        icon_only=true
                        on_press=move || till.remove(id)
                    />
                </div>
            </Show>
        </li>
    }
}

/// One less, how many, one more.
#[component]
fn Steps(till: Till, id: u32) -> impl IntoView {
    let item = till.cart.with_untracked(|cart| cart.line(id).map(|line| line.item.clone())).unwrap_or_default();
    let quantity = Memo::new(move |_| till.cart.with(|cart| cart.line(id).map_or(0, |line| line.quantity)));
    let name = move || counter::quantity_of(&item);
    view! {
        <div class="stepper" role="group" aria-label=name>
            <button
                type="button"
                data-again=""
                aria-label=crate::text::keys::ONE_LESS
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| till.step(id, false)
            >
                <Icon glyph=Glyph::Minus/>
            </button>
            <button
                type="button"
                class="count-key"
                aria-label=move || format!("{} {}", counter::QUANTITY.get(), quantity.get())
                on:click=move |_| till.open(DialogKind::Line(id, Figure::Quantity))
            >
                {quantity}
            </button>
            <button
                type="button"
                data-again=""
                aria-label=crate::text::keys::ONE_MORE
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| till.step(id, true)
            >
                <Icon glyph=Glyph::Plus/>
            </button>
        </div>
    }
}

/// Who buys, and one tap to round off.
#[component]
fn Tools(till: Till, is_empty: Memo<bool>) -> impl IntoView {
    let buyer = move || {
        till.cart.with(|cart| {
            let Some(name) = [&cart.buyer.name, &cart.buyer.phone].into_iter().find(|it| !it.is_empty()) else {
                return counter::ADD_CUSTOMER.get().to_owned();
            };
            name.clone()
        })
    };
    let can_round = Memo::new(move |_| till.cart.with(|cart| cart.can_round()));
    let is_rounded = move || till.cart.with(|cart| cart.content.rounding > 0);
    let later = move || till.cart.with(|cart| cart.content.delivery == Delivery::PickUp);
    view! {
        <div class="cart-tools">
            <button type="button" class="pick" on:click=move |_| till.open(DialogKind::Customer)>
                <Icon glyph=Glyph::Person/>
                <span>{buyer}</span>
            </button>
            <Show when=move || can_round.get() && !is_empty.get()>
                <button
                    type="button"
                    class="pick"
                    aria-pressed=move || if is_rounded() { "true" } else { "false" }
                    on:click=move |_| till.cart.update(|cart| cart.round_off())
                >
                    {counter::ROUND_OFF}
                </button>
            </Show>
            <Show when=later>
                <button type="button" class="pick" aria-pressed="true" on:click=move |_| till.open(DialogKind::Details)>
                    <Icon glyph=Glyph::Bag/>
                    <span>{crate::text::delivery::PICK_UP}</span>
                </button>
            </Show>
        </div>
    }
}

/// What is taken off, where anything is, and what was taken.
#[component]
fn Sums(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let sum = move |of: fn(&super::model::Cart) -> i64| Memo::new(move |_| till.cart.with(of));
    let subtotal = sum(|cart| cart.content.subtotal());
    let discount = sum(|cart| -cart.content.discount);
    let rounding = sum(|cart| -cart.content.rounding);
    let row = move |name: crate::text::Phrase, minor: Memo<i64>| {
        view! {
            <span class="muted">{name}</span>
            <Money minor currency size=Size::Small/>
        }
    };
    let note = move || {
        let note = till.cart.with(|cart| cart.content.note.clone());
        (!note.is_empty()).then(|| view! { <p class="small muted clip">{note}</p> })
    };
    view! {
        {note}
        <Show when=move || { discount.get() != 0 || rounding.get() != 0 }>
            <div class="sums">
                {row(counter::SUBTOTAL, subtotal)}
                <Show when=move || { discount.get() != 0 }>{row(counter::DISCOUNT, discount)}</Show>
                <Show when=move || { rounding.get() != 0 }>{row(counter::ROUND_OFF, rounding)}</Show>
            </div>
        </Show>
    }
}
