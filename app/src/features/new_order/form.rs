//! The form: the buyer, the items, how it is paid and handed over, and what it comes to while one types.

use std::sync::Arc;

use domain::address::{Divisions, recognise};
use domain::customer::Customer;
use domain::money::plain;
use domain::order::{BuyerField, Delivery, LineField, Method, Terms, Unit};
use domain::pinyin::Pinyin;
use domain::product::Product;
use domain::shop::list::List;
use domain::text::MAX_LINES;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::find;
use super::model::{Fault, Form, Item, Place, Reading};
use super::words;
use super::{Flow, Purpose};
use crate::features::order::marks;
use crate::features::shop_lists;
use crate::features::templates::Picker;
use crate::frame::PageHead;
use crate::platform::{clock, page};
use crate::session::Table;
use crate::text::{self, Phrase, form, method, new_order, templates};
use crate::ui::{
    self, Acts, Button, Choice, Choices, Dock, DockedKeypad, Glyph, Icon, Kind, Money, Offer, Scroll, Select, Sheet,
    Size, Stepper, Stub, SuggestField, TextField, uid,
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
        let (item, spec) = (self.item.get(), self.spec.get());
        Item {
            // A product's name that was typed over is not that product any more; nor is a variant.
            product: chosen.product.filter(|_| item == chosen.item && (chosen.variant == 0 || spec == chosen.spec)),
            item,
            spec,
            quantity: self.quantity.get(),
            unit: self.unit.get(),
            price: self.price.get(),
            discount: self.discount.get(),
            note: self.note.get(),
            ..chosen
        }
    }
}

impl ItemFields {
    /// What is typed in them now; nobody hears of changes.
    fn untracked(self) -> Item {
        untrack(|| self.typed())
    }

    /// Fills in a product: what it is, its specification, its unit, its price.
    fn fill(self, product: &Product, variant: u32, price: Option<String>) {
        let spec = product.spec(variant).to_owned();
        self.rest.update_value(|rest| {
            (rest.product, rest.variant) = (Some(product.id), variant);
            (rest.item, rest.spec) = (product.name.clone(), spec.clone());
        });
        self.item.set(product.name.clone());
        self.spec.set(spec);
        self.unit.set(product.unit);
        if let Some(price) = price {
            self.price.set(price);
        }
    }

    /// Writes another state into the fields that are there.
    fn write(self, item: Item) {
        self.item.set(item.item.clone());
        self.spec.set(item.spec.clone());
        self.quantity.set(item.quantity.clone());
        self.unit.set(item.unit);
        self.price.set(item.price.clone());
        self.discount.set(item.discount.clone());
        self.note.set(item.note.clone());
        self.rest.set_value(item);
        // What was chosen with it is no signal: say it anew.
        self.item.notify();
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

    /// Writes another form into the fields that are there.
    pub fn write(self, form: Form) {
        let Form { items, .. } = form;
        let known = self.items.get_untracked();
        let fields: Vec<ItemFields> = items
            .into_iter()
            .map(|item| match known.iter().find(|field| field.id == item.id) {
                Some(field) => {
                    if field.untracked() != item {
                        field.write(item);
                    }
                    *field
                }
                None => self.owner.with_value(|owner| owner.with(|| ItemFields::of(item))),
            })
            .collect();
        if fields.iter().map(|field| field.id).ne(known.iter().map(|field| field.id)) {
            self.items.set(fields);
        }
        fn put<T: PartialEq + Clone + Send + Sync + 'static>(field: RwSignal<T>, value: T) {
            if field.with_untracked(|known| *known != value) {
                field.set(value);
            }
        }
        put(self.name, form.name);
        put(self.phone, form.phone);
        put(self.address, form.address);
        put(self.note, form.note);
        put(self.channel, form.channel);
        put(self.category, form.category);
        put(self.customer, form.customer);
        put(self.carrier, form.carrier);
        put(self.delivery, form.delivery);
        put(self.method, form.method);
        put(self.terms, form.terms);
        put(self.discount, form.discount);
        put(self.rounding, form.rounding);
        put(self.deposit, form.deposit);
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

/// Fills in a customer: who they are, where they live, and what goods cost them.
fn fill_customer(flow: Flow, customer: &Customer) {
    let Fields { name, phone, address, customer: chosen, items, .. } = flow.fields;
    let level_before = flow.level.get_untracked();
    name.set(customer.name.clone());
    phone.set(customer.phone.clone());
    if let Some(first) = customer.addresses.first() {
        address.set(first.text.clone());
    }
    chosen.set(Some(customer.id));
    // A price that nobody typed over follows the customer's level.
    let currency = flow.minor.get_untracked();
    let products = flow.products.get_untracked();
    for field in items.get_untracked() {
        let item = field.untracked();
        let Some(product) = item.product.and_then(|id| products.get(id).cloned()) else { continue };
        let price = |level: &str| product.price(item.variant, level).map(|minor| plain(minor, currency));
        if price(&level_before).as_deref() == Some(item.price.as_str())
            && let Some(price) = price(&customer.level)
        {
            field.price.set(price);
        }
    }
}

#[component]
fn Buyer(flow: Flow) -> impl IntoView {
    let Fields { name, phone, address, .. } = flow.fields;
    let fault = move |field| wrong_at(flow, Place::Buyer(field));
    let heading = uid("h");
    let named = heading.clone();
    let offers = move |(typed,): (String,)| {
        let customers = flow.customers.get();
        let found = find::customers(customers.iter(), &typed, Pinyin::here().as_deref());
        let offer = |customer: Arc<Customer>| Offer {
            key: customer.id.to_string(),
            detail: customer.phone.clone(),
            below: customer.addresses.first().map(|address| address.text.clone()).unwrap_or_default(),
            title: customer.name.clone(),
            ..Offer::default()
        };
        found.into_iter().map(offer).collect::<Vec<_>>()
    };
    let take = move |(key,): (String,)| {
        let customers = flow.customers.get_untracked();
        if let Some(customer) = Uuid::try_parse(&key).ok().and_then(|id| customers.get(id).cloned()) {
            fill_customer(flow, &customer);
        }
    };
    let pasting = RwSignal::new(false);
    let paste = move || {
        pasting.update(|pasting| *pasting = !*pasting);
        if pasting.get_untracked() {
            request_animation_frame(|| {
                page::focus(".pasted textarea");
            });
        }
    };
    let known = move || {
        let customer = flow.known.get()?;
        let shop = flow.shop.get();
        let says = if customer.level.is_empty() {
            new_order::customer(&customer.name)
        } else {
            new_order::customer_at(&customer.name, &shop_lists::name(&shop, List::Level, &customer.level))
        };
        Some(view! { <p class="small muted">{says}</p> })
    };
    let addresses = move || {
        let customer = flow.known.get().filter(|customer| customer.addresses.len() > 1)?;
        let choices = customer.addresses.iter().map(|it| Choice::new(it.text.clone(), it.text.clone())).collect();
        let choice = view! {
            <Choices
                legend=new_order::CUSTOMER_ADDRESS
                choices
                value=address
                on_change=move |chosen: String| address.set(chosen)
                width="16rem"
            />
        };
        Some(choice)
    };
    view! {
        <section class="pad stack" data-tight="" aria-labelledby=named>
            <div class="head">
                <h2 id=heading>{form::BUYER}</h2>
                {known}
                <Button label=new_order::PASTE glyph=Glyph::Text kind=Kind::Quiet on_press=paste/>
            </div>
            <Show when=move || pasting.get()><Pasted flow/></Show>
            <div class="two">
                <SuggestField label=form::BUYER_NAME value=name offers on_take=take fault=fault(BuyerField::Name)/>
                <SuggestField
                    label=form::PHONE
                    value=phone
                    keys="tel"
                    offers
                    on_take=take
                    fault=fault(BuyerField::Phone)
                />
            </div>
            <TextField label=form::ADDRESS value=address fault=fault(BuyerField::Address)/>
            {addresses}
        </section>
    }
}

/// What a buyer sent in one piece, taken apart.
#[component]
fn Pasted(flow: Flow) -> impl IntoView {
    let Fields { name, phone, address, .. } = flow.fields;
    let pasted = RwSignal::new(String::new());
    Effect::new(move |before: Option<String>| {
        let text = pasted.get();
        let Some(divisions) = Divisions::here().filter(|_| !text.trim().is_empty()) else { return String::new() };
        if before.as_ref() == Some(&text) {
            return text;
        }
        let found = recognise(&text, &divisions);
        for (field, value) in [(name, found.name.clone()), (phone, found.phone.clone()), (address, found.address())] {
            if !value.is_empty() {
                field.set(value);
            }
        }
        text
    });
    view! {
        <div class="pasted">
            <TextField label=new_order::PASTE value=pasted rows=2 example=TextProp::from(new_order::PASTE_HINT)/>
        </div>
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
        // Two tablets that each add a line to an order or a draft must not mean the same one.
        let is_shared = flow.is_edit || flow.base.with_value(Option::is_some);
        let id = if is_shared { u32::from_le_bytes(clock::random()).max(1) } else { next };
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
    let goods = move |(typed,): (String,)| {
        let (products, currency) = (flow.products.get(), flow.currency.get());
        let found = find::goods(products.iter(), &typed, Pinyin::here().as_deref());
        found.iter().map(|goods| offer_of(flow, goods, currency)).collect::<Vec<_>>()
    };
    let variants = move |(typed,): (String,)| {
        let (products, currency) = (flow.products.get(), flow.currency.get());
        let product = item.rest.with_value(|rest| rest.product).and_then(|id| products.get(id).cloned());
        let typed = typed.trim().to_lowercase();
        let Some(product) = product.filter(|product| product.name == item.item.get()) else { return Vec::new() };
        let fits = product.variants.iter().filter(|variant| variant.name.to_lowercase().contains(&typed));
        let offer = |id| {
            let mut offer = offer_of(flow, &(Arc::clone(&product), id), currency);
            offer.title = std::mem::take(&mut offer.detail);
            offer
        };
        fits.map(|variant| offer(variant.id)).collect()
    };
    let take = move |(key,): (String,)| {
        let Some((product, variant)) = find::of_key(&key) else { return };
        let products = flow.products.get_untracked();
        let Some(product) = products.get(product) else { return };
        let price = product.price(variant, &flow.level.get_untracked());
        item.fill(product, variant, price.map(|minor| plain(minor, flow.minor.get_untracked())));
    };
    let short = Memo::new(move |_| {
        let typed = item.typed();
        let goods = (typed.product?, typed.variant);
        flow.short.with(|all| all.iter().find(|short| short.goods == goods).map(words::short_here))
    });
    view! {
        <div class="item" role="group" aria-label=move || form::nth_item(nth.get())>
            <SuggestField
                label=form::ITEM
                value=item.item
                offers=goods
                on_take=take
                fault=fault(LineField::Item)
                warning=short
                example=TextProp::from(form::ITEM_HINT)
            />
            <SuggestField
                label=form::SPECIFICATION
                value=item.spec
                offers=variants
                on_take=take
                fault=fault(LineField::Spec)
            />
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

/// Goods as they are offered: the price at the customer's level, and what can be promised.
fn offer_of(flow: Flow, goods: &find::Goods, currency: text::Currency) -> Offer {
    let (product, variant) = (&goods.0, goods.1);
    let spec = product.variant(variant).map_or("", |variant| variant.name.as_str());
    let code = product.code(variant);
    let detail: Vec<&str> = [spec, code].into_iter().filter(|text| !text.is_empty()).collect();
    let price = product.price(variant, &flow.level.get());
    let stock = flow.session.stock(product, variant);
    let free = marks::quantity(stock.free().max(0), product.unit);
    Offer {
        key: find::goods_key(goods),
        title: product.name.clone(),
        detail: detail.join(" · "),
        end: price.map(|minor| marks::unit_price(minor, product.unit, currency)).unwrap_or_default(),
        below: if stock.counted { new_order::free(&free) } else { String::new() },
        odd: stock.counted && stock.free() <= 0,
    }
}

#[component]
fn More(flow: Flow) -> impl IntoView {
    let Fields { note, channel, category, discount, rounding, deposit, .. } = flow.fields;
    let amount = move |place, value, label: Phrase| {
        view! { <TextField label value keys="decimal" numeric=true fault=wrong_at(flow, place)/> }
    };
    let choice = move |label: Phrase, list: List, value: RwSignal<String>| {
        // What is chosen at first stays in the list, be it hidden by now.
        let first = value.get_untracked();
        move || {
            let choices = shop_lists::choices_or(&flow.shop.read(), list, &first, new_order::NOT_SAID);
            view! { <Select label=TextProp::from(label) choices value on_change=move |key| value.set(key)/> }
        }
    };
    view! {
        <section class="section stack" data-tight="" aria-label=form::OTHER>
            <TextField label=form::ORDER_NOTE value=note fault=wrong_at(flow, Place::Note)/>
            <div class="two">
                {choice(new_order::CHANNEL, List::Channel, channel)}
                {choice(new_order::CATEGORY, List::Category, category)}
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
    let Fields { delivery, terms, carrier, .. } = flow.fields;
    let ships = Memo::new(move |_| delivery.get() == Delivery::Ship);
    let first = carrier.get_untracked();
    let carriers = move || {
        ships.get().then(|| {
            let shop = flow.shop.read();
            let choices = shop_lists::choices_or(&shop, List::Carrier, &first, new_order::CARRIER_LATER);
            view! {
                <Select
                    label=TextProp::from(new_order::CARRIER)
                    choices
                    value=carrier
                    on_change=move |key| carrier.set(key)
                />
            }
        })
    };
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
        {carriers}
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
    let first = chosen.with_untracked(|method| method.key().to_owned());
    let methods = move || {
        view! {
            <Choices
                legend=method::METHOD
                choices=shop_lists::choices(&flow.shop.read(), List::Method, &first)
                value=Signal::derive(move || chosen.with(|method| method.key().to_owned()))
                on_change=move |key: String| chosen.set(Method::from(key))
                tiles=true
                width="8rem"
            />
        }
    };
    view! {
        {methods}
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
    let taken_off = move |minor: Memo<i64>, name: Phrase| {
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
