//! The sale that was just made: what goes back to the buyer, and the number that is called out.

use crate::features::shop_lists;
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::model::pickup;
use super::till::{MAIN, Sold, Till};
use crate::text::counter;
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
            let Sold { order, number, total, change, owed, cart, undone } = sold;
            let (back_minor, credit) = (total - owed, owed > 0);
            let paid = cart
                .taken
                .iter()
                .filter(|part| part.given > 0)
                .map(|part| {
                    let name = shop_lists::called(List::Method, &part.method);
                    let minor = Signal::stored(part.given);
                    view! {
                        <span class="muted">{name}</span>
                        <Money minor currency size=Size::Small/>
                    }
                })
                .collect_view();
            let big = if undone {
                let why = move || {
                    let back = counter::back_to_customer(&till.said_amount(back_minor));
                    format!("{back} {}", counter::UNDONE_WHY.get())
                };
                view! {
                    <h2>{counter::UNDONE}</h2>
                    <Note text=TextProp::from(why) tone=Tone::Owe glyph=Glyph::Refund/>
                }
                .into_any()
            } else {
                view! {
                    {(change > 0)
                        .then(|| {
                            view! {
                                <p class="label">{counter::CHANGE}</p>
                                <p data-testid="change-due" data-minor=change.to_string()>
                                    <Money minor=Signal::stored(change) currency size=Size::Hero/>
                                </p>
                            }
                        })}
                    <p class="label">{counter::PICK_UP_NUMBER}</p>
                    <p class="pickup">{pickup(&number)}</p>
                }
                .into_any()
            };
            view! {
                <div
                    class="pad stack"
                    data-testid="sale-done"
                    data-order-number=number.clone()
                    data-undone=undone.to_string()
                >
                    <p class="sold-head">
                        <Icon glyph=if undone { Glyph::Cancelled } else { Glyph::Check }/>
                        <Serial number=number.clone()/>
                    </p>
                    {big}
                    <div class="sums">
                        <span>{counter::SOLD}</span>
                        <Money minor=Signal::stored(total) currency/>
                        {paid}
                        {credit
                            .then(|| {
                                view! {
                                    <span class="muted">{counter::ON_ACCOUNT}</span>
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
    let undone = Memo::new(move |_| shown.with(|sold| sold.as_ref().is_some_and(|sold| sold.undone)));
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
