//! The sale that was just made: what goes back to the buyer, and the number that is called out.

use crate::features::shop_lists;
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::till::{MAIN, Sold, Till, sum};
use crate::platform::page;
use crate::text::{Phrase, counter};
use crate::ui::{
    Acts, Button, Fault, Glyph, Icon, Kind, LinkButton, Money, Note, Scroll, Serial, Sheet, Size, Stub, Tone,
};

/// In place of the cart, until the next one begins.
#[component]
pub fn SoldSheet(till: Till) -> impl IntoView {
    let currency = till.session.currency();
    let shown = Memo::new(move |before: Option<&Option<Sold>>| {
        // While it goes, it shows what it showed.
        till.sold.get().or_else(|| before.cloned().flatten())
    });
    let body = move || {
        shown.get().map(|sold| {
            let Sold { order, number, total, change, paid, returned, owed, called, undone, .. } = sold;
            let credit = owed > 0;
            let by_method = move |parts: Vec<(String, i64)>, sign: i64| {
                let part = move |(method, minor): (String, i64)| {
                    let name = shop_lists::called(List::Method, &method);
                    view! {
                        <span class="muted">{name}</span>
                        <Money minor=Signal::stored(minor * sign) currency size=Size::Small/>
                    }
                };
                parts.into_iter().map(part).collect_view()
            };
            let back = sum(&returned);
            let figure = move |name: Phrase, testid: &'static str, minor: i64| {
                (minor > 0).then(|| {
                    view! {
                        <p class="label">{name}</p>
                        <p data-testid=testid data-minor=minor.to_string()>
                            <Money minor=Signal::stored(minor) currency size=Size::Hero/>
                        </p>
                    }
                })
            };
            let is_undone = undone.is_some();
            let big = match undone {
                Some(ways) => {
                    let minor = sum(&ways);
                    let why = move || match minor {
                        0 => counter::TAKE_GOODS_BACK.get().to_owned(),
                        minor => counter::undone_why(&till.said_amount(minor)),
                    };
                    view! {
                        <h2>{counter::UNDONE}</h2>
                        <Note text=TextProp::from(why) tone=Tone::Owe glyph=Glyph::Refund/>
                        {figure(counter::GIVE_BACK, "give-back", minor)}
                        <div class="sums">{by_method(ways, 1)}</div>
                    }
                    .into_any()
                }
                None => view! {
                    {figure(counter::CHANGE, "change-due", change)}
                    {figure(counter::GIVE_BACK, "give-back", back)}
                    {called
                        .map(|called| {
                            view! {
                                <p class="label">{counter::PICK_UP_NUMBER}</p>
                                <p class="pickup">{called}</p>
                            }
                        })}
                }
                .into_any(),
            };
            view! {
                <div
                    class="pad stack"
                    data-testid="sale-done"
                    data-order-number=number.clone()
                    data-undone=is_undone.to_string()
                >
                    <p class="sold-head">
                        <Icon glyph=if is_undone { Glyph::Cancelled } else { Glyph::Check }/>
                        <Serial number=number.clone()/>
                    </p>
                    {big}
                    <div class="sums">
                        <span>{counter::SOLD}</span>
                        <Money minor=Signal::stored(total) currency/>
                        {by_method(paid, 1)}
                        {by_method(returned, -1)}
                        {credit
                            .then(|| {
                                view! {
                                    <span class="muted">{counter::CREDIT}</span>
                                    <Money minor=Signal::stored(owed) currency size=Size::Small/>
                                }
                            })}
                    </div>
                    <LinkButton
                        href=format!("/orders/{order}")
                        label=counter::OPEN_ORDER
                        glyph=Glyph::Orders
                        kind=Kind::Quiet
                    />
                </div>
            }
        })
    };
    // Whoever works by keyboard is where the next sale begins, and a screen reader says so.
    request_animation_frame(|| request_animation_frame(|| page::focus_id(MAIN)));
    let undone = Memo::new(move |_| shown.with(|sold| sold.as_ref().is_some_and(|sold| sold.undone.is_some())));
    view! {
        <Sheet label=counter::SOLD class="cart sold">
            <Scroll label=counter::SOLD_WHAT>{body}</Scroll>
            <Stub>
                <Fault text=till.fault_words()/>
                <Acts>
                    <Show
                        when=move || undone.get()
                        fallback=move || {
                            view! {
                                <Button
                                    label=counter::UNDO_SALE
                                    busy=till.busy
                                    on_press=move || till.undo_sale()
                                />
                            }
                        }
                    >
                        <Button label=counter::AGAIN on_press=move || till.fill_again()/>
                    </Show>
                    <Button label=counter::NEXT kind=Kind::Main on_press=move || till.next() attr:id=MAIN/>
                </Acts>
            </Stub>
        </Sheet>
    }
}
