//! The form: the buyer, the items, how it is paid and handed over, and what it comes to while one types.

mod buyer;
mod fields;
mod items;
mod scans;
mod terms;

use leptos::prelude::*;

use self::buyer::Buyer;
pub use self::fields::Fields;
use self::items::Items;
use self::terms::{Handing, MeantToShip, More, Paying, Sums};
use super::model::{Fault, Place};
use super::{Flow, Purpose, words};
use crate::features::templates::Picker;
use crate::frame::PageHead;
use crate::text::{self, Phrase, form, new_order, templates};
use crate::ui::{self, Acts, Button, Dock, DockedKeypad, Glyph, Kind, Scroll, Sheet, Stub, TextField};

/// What is wrong at a place, in words, once the person has tried.
fn wrong_at(flow: Flow, place: Place) -> Signal<Option<String>> {
    let currency = flow.currency;
    let wrong: Memo<Option<Fault>> = Memo::new(move |_| {
        let fault = flow.reading.with(|reading| reading.faults.get(&place).copied());
        fault.filter(|_| flow.tried.get())
    });
    Signal::derive(move || wrong.get().map(|fault| words::fault_words(place, fault, currency.get())))
}

/// The page of the form.
#[component]
pub fn FormPage(
    /// The order being made.
    flow: Flow,
    /// Shows the preview, once nothing is wrong.
    on_preview: Callback<()>,
    /// Puts everything back to how the form began.
    on_start_over: Callback<()>,
    /// Keeps it as a draft; absent where the order is confirmed already.
    on_keep: Option<Callback<()>>,
) -> impl IntoView {
    let title = if flow.is_edit { form::EDIT } else { form::NEW };
    // One from the list of drafts is thrown away as a whole.
    let is_draft = matches!(flow.purpose, Purpose::Edit(_)) && !flow.is_edit;
    Dock::provide();
    let currency = flow.currency;
    let decimals = Signal::derive(move || currency.get().exponent);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_preview.run(());
    };
    view! {
        <form class="page" novalidate autocomplete="off" on:submit=send>
            <PageHead title>
                {(!flow.is_edit).then(|| view! { <Picker/> })}
                {is_draft
                    .then(|| {
                        view! {
                            <Button label=form::DISCARD_DRAFT kind=Kind::Quiet glyph=Glyph::Erase on_press=on_start_over/>
                        }
                    })}
                <Show when=move || flow.is_touched.get() && !is_draft>
                    <Button label=form::START_OVER kind=Kind::Quiet glyph=Glyph::Erase on_press=on_start_over/>
                </Show>
            </PageHead>
            <div class="split form">
                <Sheet>
                    <Scroll label=title>
                        <section class="pad stack handing" data-tight="" aria-label=text::delivery::DELIVERY>
                            <Handing flow across=true/>
                            <MeantToShip flow/>
                        </section>
                        <Buyer flow/>
                        <Items flow/>
                        <More flow/>
                    </Scroll>
                </Sheet>
                <Sheet class="ticket">
                    <Scroll label=new_order::TERMS class="pad stack">
                        <Paying flow/>
                    </Scroll>
                    <Stub>
                        <DockedKeypad decimals/>
                        <Sums flow/>
                        <ui::Fault text=wrong_at(flow, Place::Total)/>
                        <ui::Fault text=flow.problem/>
                        <Acts>
                            {on_keep
                                .map(|keep| {
                                    view! {
                                        <Button
                                            label=form::KEEP_DRAFT
                                            glyph=Glyph::Save
                                            busy=flow.busy
                                            on_press=keep
                                            attr:data-short=""
                                        />
                                    }
                                })}
                            <Button label=form::PREVIEW kind=Kind::Main submit=true/>
                        </Acts>
                    </Stub>
                </Sheet>
            </div>
        </form>
    }
}

/// The page of a template: what an order from it begins with.
#[component]
pub fn TemplatePage(
    /// What is in it.
    flow: Flow,
    /// What the page is called.
    title: Phrase,
    /// What the template is called.
    name: RwSignal<String>,
    /// Keeps it.
    on_save: Callback<()>,
    /// Something has been typed.
    is_touched: Memo<bool>,
    /// Puts everything back to how the form began.
    on_start_over: Callback<()>,
) -> impl IntoView {
    Dock::provide();
    let currency = flow.currency;
    let decimals = Signal::derive(move || currency.get().exponent);
    let fault = Signal::derive(move || {
        let missing = flow.tried.get() && name.with(|name| name.trim().is_empty());
        missing.then(|| templates::NAME_MISSING.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_save.run(());
    };
    view! {
        <form class="page" novalidate autocomplete="off" on:submit=send>
            <PageHead title back=("/templates", templates::BACK)>
                <Show when=move || is_touched.get()>
                    <Button label=form::START_OVER kind=Kind::Quiet glyph=Glyph::Erase on_press=on_start_over/>
                </Show>
            </PageHead>
            <div class="split form">
                <Sheet>
                    <Scroll label=title>
                        <section class="pad" aria-label=templates::NAME>
                            <TextField label=templates::NAME value=name fault example=templates::NAME_HINT/>
                        </section>
                        <Items flow/>
                        <More flow/>
                    </Scroll>
                </Sheet>
                <Sheet class="ticket">
                    <Scroll label=new_order::TERMS class="pad stack">
                        <Handing flow/>
                        <Paying flow/>
                    </Scroll>
                    <Stub>
                        <DockedKeypad decimals/>
                        <Sums flow/>
                        <ui::Fault text=flow.problem/>
                        <Acts><Button label=templates::SAVE kind=Kind::Main submit=true busy=flow.busy/></Acts>
                    </Stub>
                </Sheet>
            </div>
        </form>
    }
}
