//! The form: the buyer, the items, how it is paid and handed over, and what it comes to while one types.

use domain::order::{BuyerField, Delivery, LineField, Method, Terms, Unit};
use domain::text::MAX_LINES;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::Flow;
use super::model::{Fault, Form, Item, Place, Reading};
use super::words;
use crate::frame::PageHead;
use crate::platform::{clock, page};
use crate::text::{self, form, method, new_order};
use crate::ui::{
    self, Acts, Button, Choice, Choices, Dock, DockedKeypad, Glyph, Icon, Kind, Money, Scroll, Select, Sheet, Size,
    Stepper, Stub, TextField, uid,
};

/// An item's fields on the page.
#[derive(Clone, Copy)]
pub struct ItemFields {
    id: u32,
    /// What the form does not show of it.
    rest: StoredValue<Item>,
    item: RwSignal<String>,
    spec: RwSignal<String>,
    quantity: RwSignal<String>,
    unit: RwSignal<Unit>,
    price: RwSignal<String>,
    discount: RwSignal<String>,
    note: RwSignal<String>,
}

impl ItemFields {
    fn of(item: Item) -> Self {
        Self {
            id: item.id,
            item: RwSignal::new(item.item.clone()),
            spec: RwSignal::new(item.spec.clone()),
            quantity: RwSignal::new(item.quantity.clone()),
            unit: RwSignal::new(item.unit),
            price: RwSignal::new(item.price.clone()),
            discount: RwSignal::new(item.discount.clone()),
            note: RwSignal::new(item.note.clone()),
            rest: StoredValue::new(item),
        }
    }

    fn typed(self) -> Item {
        let chosen = self.rest.get_value();
        let item = self.item.get();
        Item {
            // A product's name that was typed over is not that product any more.
            product: chosen.product.filter(|_| item == chosen.item),
            item,
            spec: self.spec.get(),
            quantity: self.quantity.get(),
            unit: self.unit.get(),
            price: self.price.get(),
            discount: self.discount.get(),
            note: self.note.get(),
            ..chosen
        }
    }
}

/// The form's fields on the page: the one place where what is typed lives.
#[derive(Clone, Copy)]
pub struct Fields {
    /// An item that is added lives as long as the form, not as long as the key that added it is in sight.
    owner: StoredValue<Owner>,
    name: RwSignal<String>,
    phone: RwSignal<String>,
    address: RwSignal<String>,
    items: RwSignal<Vec<ItemFields>>,
    note: RwSignal<String>,
    channel: RwSignal<String>,
    category: RwSignal<String>,
    customer: RwSignal<Option<Uuid>>,
    carrier: RwSignal<String>,
    delivery: RwSignal<Delivery>,
    method: RwSignal<Method>,
    terms: RwSignal<Terms>,
    discount: RwSignal<String>,
    rounding: RwSignal<String>,
    deposit: RwSignal<String>,
}

impl Fields {
    /// The fields, filled in.
    pub fn of(form: Form) -> Self {
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            name: RwSignal::new(form.name),
            phone: RwSignal::new(form.phone),
            address: RwSignal::new(form.address),
            items: RwSignal::new(form.items.into_iter().map(ItemFields::of).collect()),
            note: RwSignal::new(form.note),
            channel: RwSignal::new(form.channel),
            category: RwSignal::new(form.category),
            customer: RwSignal::new(form.customer),
            carrier: RwSignal::new(form.carrier),
            delivery: RwSignal::new(form.delivery),
            method: RwSignal::new(form.method),
            terms: RwSignal::new(form.terms),
            discount: RwSignal::new(form.discount),
            rounding: RwSignal::new(form.rounding),
            deposit: RwSignal::new(form.deposit),
        }
    }

    /// One more item, last.
    fn add(self, item: Item) {
        let fields = self.owner.with_value(|owner| owner.with(|| ItemFields::of(item)));
        self.items.update(|items| items.push(fields));
    }

    /// Takes an item out. One is always there to be filled in.
    fn remove(self, id: u32) {
        self.items.update(|items| items.retain(|item| item.id != id));
        if self.items.with_untracked(Vec::is_empty) {
            self.add(Item::new(id.wrapping_add(1).max(1)));
        }
    }

    /// What is typed in them now.
    pub fn typed(self) -> Form {
        Form {
            name: self.name.get(),
            phone: self.phone.get(),
            address: self.address.get(),
            items: self.items.get().into_iter().map(ItemFields::typed).collect(),
            note: self.note.get(),
            channel: self.channel.get(),
            category: self.category.get(),
            customer: self.customer.get(),
            carrier: self.carrier.get(),
            delivery: self.delivery.get(),
            method: self.method.get(),
            terms: self.terms.get(),
            discount: self.discount.get(),
            rounding: self.rounding.get(),
            deposit: self.deposit.get(),
        }
    }
}

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
                <Show when=move || flow.is_touched.get()>
                    <Button label=form::START_OVER kind=Kind::Quiet glyph=Glyph::Erase on_press=on_start_over/>
                </Show>
            </PageHead>
            <div class="split form">
                <Sheet>
                    <Scroll label=title>
                        <Buyer flow/>
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
                        <ui::Fault text=wrong_at(flow, Place::Total)/>
                        <ui::Fault text=flow.problem/>
                        <Acts>
                            {on_keep
                                .map(|keep| {
                                    view! {
                                        <Button
                                            label=form::KEEP_DRAFT
                                            glyph=Glyph::Save
                                            icon_only=true
                                            busy=flow.busy
                                            on_press=keep
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

#[component]
fn Buyer(flow: Flow) -> impl IntoView {
    let Fields { name, phone, address, .. } = flow.fields;
    let fault = move |field| wrong_at(flow, Place::Buyer(field));
    let heading = uid("h");
    let named = heading.clone();
    view! {
        <section class="pad stack" data-tight="" aria-labelledby=named>
            <h2 id=heading>{form::BUYER}</h2>
            <div class="two">
                <TextField label=form::BUYER_NAME value=name fault=fault(BuyerField::Name)/>
                <TextField label=form::PHONE value=phone keys="tel" fault=fault(BuyerField::Phone)/>
            </div>
            <TextField label=form::ADDRESS value=address fault=fault(BuyerField::Address)/>
        </section>
    }
}

/// Where the focus goes after an item came or went: the last one's first field.
fn focus_last_item() {
    request_animation_frame(|| {
        page::focus(".items > .item:last-child input");
    });
}

#[component]
fn Items(flow: Flow) -> impl IntoView {
    let items = flow.fields.items;
    let add = move || {
        let last = items.with_untracked(|items| items.iter().map(|item| item.id).max());
        let next = last.unwrap_or(0).wrapping_add(1).max(1);
        // Two tablets that each add a line to a confirmed order must not mean the same one.
        let id = if flow.is_edit { u32::from_le_bytes(clock::random()).max(1) } else { next };
        if items.with_untracked(|items| items.iter().all(|item| item.id != id)) {
            flow.fields.add(Item::new(id));
        }
        focus_last_item();
    };
    let is_full = Signal::derive(move || items.with(Vec::len) >= MAX_LINES);
    let full = Signal::derive(move || {
        let said = is_full.get().then(|| new_order::too_many(MAX_LINES));
        said.or_else(|| wrong_at(flow, Place::Items).get())
    });
    view! {
        <section class="section" aria-label=form::ITEMS>
            <div class="items">
                <For each=move || items.get() key=|item| item.id children=move |item| view! { <OneItem flow item/> }/>
            </div>
            <div class="add-item">
                <Button label=form::ADD_ITEM glyph=Glyph::Plus disabled=is_full on_press=add/>
            </div>
            <ui::Fault text=full/>
        </section>
    }
}

#[component]
fn OneItem(flow: Flow, item: ItemFields) -> impl IntoView {
    let items = flow.fields.items;
    let nth = Memo::new(move |_| {
        items.with(|items| items.iter().position(|other| other.id == item.id)).map_or(1, |at| at + 1)
    });
    let fault = move |field| wrong_at(flow, Place::Item(item.id, field));
    let amount = Memo::new(move |_| {
        flow.reading.with(|reading| {
            let lines = &reading.content.lines;
            lines.iter().find(|line| line.id == item.id).map_or(0, |line| line.amount().max(0))
        })
    });
    let remove = move || {
        flow.fields.remove(item.id);
        focus_last_item();
    };
    // Opened by hand, or because something that is not seen otherwise is in it or wrong in it.
    let opened = RwSignal::new(false);
    let has_more = Memo::new(move |_| {
        let filled = |text: RwSignal<String>| text.with(|text| !text.trim().is_empty());
        item.unit.get() == Unit::Gram || filled(item.discount) || filled(item.note)
    });
    let is_open = Memo::new(move |_| opened.get() || has_more.get());
    let more = uid("m");
    let panel = more.clone();
    view! {
        <div class="item" role="group" aria-label=move || form::nth_item(nth.get())>
            <TextField
                label=form::ITEM
                value=item.item
                fault=fault(LineField::Item)
                example=TextProp::from(form::ITEM_HINT)
            />
            <TextField label=form::SPECIFICATION value=item.spec fault=fault(LineField::Spec)/>
            <Stepper label=form::QUANTITY value=item.quantity fault=fault(LineField::Quantity)/>
            <TextField label=form::UNIT_PRICE value=item.price keys="decimal" numeric=true fault=fault(LineField::Price)/>
            <output class="sum"><Money minor=amount currency=flow.currency/></output>
            <div class="tools">
                <button
                    type="button"
                    class="button"
                    data-kind="quiet"
                    data-icon-only=""
                    aria-label=move || new_order::more_of(nth.get())
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls=more
                    on:click=move |_| opened.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::More/>
                </button>
                <button
                    type="button"
                    class="button"
                    data-kind="quiet"
                    data-icon-only=""
                    aria-label=move || form::remove_item(nth.get())
                    on:click=move |_| remove()
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </div>
            <div class="item-more" id=panel hidden=move || !is_open.get()>
                <Select
                    label=TextProp::from(new_order::UNIT)
                    choices=vec![Choice::new("piece", new_order::PIECE), Choice::new("gram", new_order::GRAM)]
                    value=Signal::derive(move || {
                        if item.unit.get() == Unit::Gram { "gram".to_owned() } else { "piece".to_owned() }
                    })
                    on_change=move |key: String| {
                        opened.set(true);
                        item.unit.set(if key == "gram" { Unit::Gram } else { Unit::Piece });
                    }
                />
                <TextField
                    label=new_order::LINE_DISCOUNT
                    value=item.discount
                    keys="decimal"
                    numeric=true
                    fault=fault(LineField::Discount)
                />
                <TextField label=new_order::LINE_NOTE value=item.note fault=fault(LineField::Note)/>
            </div>
        </div>
    }
}

#[component]
fn More(flow: Flow) -> impl IntoView {
    let Fields { note, channel, category, discount, rounding, deposit, .. } = flow.fields;
    let amount = move |place, value, label: text::Phrase| {
        view! { <TextField label value keys="decimal" numeric=true fault=wrong_at(flow, place)/> }
    };
    let choice = |label: text::Phrase, choices, value: RwSignal<String>| {
        view! { <Select label=TextProp::from(label) choices value on_change=move |key| value.set(key)/> }
    };
    view! {
        <section class="section stack" data-tight="" aria-label=form::OTHER>
            <TextField label=form::ORDER_NOTE value=note fault=wrong_at(flow, Place::Note)/>
            <div class="two">
                {choice(new_order::CHANNEL, words::channel_choices(), channel)}
                {choice(new_order::CATEGORY, words::category_choices(), category)}
            </div>
            <div class="two" data-three="">
                {amount(Place::Discount, discount, form::DISCOUNT)}
                {amount(Place::Rounding, rounding, form::ROUNDING)}
                {amount(Place::Deposit, deposit, form::DEPOSIT)}
            </div>
        </section>
    }
}

#[component]
fn Handing(flow: Flow) -> impl IntoView {
    let Fields { delivery, terms, .. } = flow.fields;
    let choose = move |key: String| {
        let Some(way) = words::DELIVERIES.into_iter().find(|way| words::delivery_key(*way) == key) else {
            return;
        };
        delivery.set(way);
        if !words::terms_of(way).contains(&terms.get_untracked()) {
            terms.set(Terms::Prepaid);
        }
    };
    view! {
        <Choices
            legend=text::delivery::DELIVERY
            choices=words::delivery_choices()
            value=Signal::derive(move || words::delivery_key(delivery.get()).to_owned())
            on_change=choose
            stack=true
            width="8.5rem"
        />
    }
}

#[component]
fn Paying(flow: Flow) -> impl IntoView {
    let Fields { delivery, method: chosen, terms, .. } = flow.fields;
    let possible = Memo::new(move |_| words::terms_of(delivery.get()));
    let choose_terms = move |key: String| {
        let found = possible.get_untracked().iter().find(|terms| words::terms_key(**terms) == key);
        if let Some(found) = found {
            terms.set(*found);
        }
    };
    let terms_list = move || {
        let choices = possible
            .get()
            .iter()
            .map(|terms| Choice::new(words::terms_key(*terms), words::terms_name(*terms)))
            .collect();
        view! {
            <Select
                label=TextProp::from(new_order::TERMS)
                choices
                value=Signal::derive(move || words::terms_key(terms.get()).to_owned())
                on_change=choose_terms
            />
        }
    };
    view! {
        <Choices
            legend=method::METHOD
            choices=words::method_choices()
            value=Signal::derive(move || chosen.with(|method| method.key().to_owned()))
            on_change=move |key: String| chosen.set(Method::from(key))
            tiles=true
            width="8rem"
        />
        {terms_list}
    }
}

/// What it comes to, while one types.
#[component]
fn Sums(flow: Flow) -> impl IntoView {
    let currency = flow.currency;
    let sum = move |of: fn(&Reading) -> i64| Memo::new(move |_| flow.reading.with(of));
    let (subtotal, discount, rounding, deposit) = (
        sum(|reading| reading.content.subtotal().max(0)),
        sum(|reading| -reading.content.discount),
        sum(|reading| -reading.content.rounding),
        sum(|reading| -reading.content.deposit),
    );
    let rest = Memo::new(move |_| flow.reading.with(Reading::rest).saturating_sub(flow.paid).max(0));
    let taken_off = move |minor: Memo<i64>, name: text::Phrase| {
        move || {
            (minor.get() != 0).then(|| {
                view! {
                    <span class="muted">{name}</span>
                    <Money minor currency size=Size::Small/>
                }
            })
        }
    };
    view! {
        <div class="sums">
            <span class="muted">{move || form::subtotal(flow.reading.with(Reading::pieces))}</span>
            <Money minor=subtotal currency size=Size::Small/>
            {taken_off(discount, form::DISCOUNT)}
            {taken_off(rounding, form::ROUNDING)}
            {taken_off(deposit, form::DEPOSIT)}
        </div>
        <div class="due">
            <span>{form::TO_PAY}</span>
            <Money minor=rest currency size=Size::ExtraLarge/>
        </div>
    }
}
