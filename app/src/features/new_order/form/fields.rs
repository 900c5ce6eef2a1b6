//! What is typed on the form.

use domain::order::{Delivery, Method, Terms, Unit};
use domain::product::Product;
use domain::weight::WeightUnit;
use leptos::prelude::*;
use uuid::Uuid;

use crate::features::new_order::model::{Form, Item};
use crate::text::weight;

/// An item's fields on the page.
#[derive(Clone, Copy)]
pub struct ItemFields {
    pub(super) id: u32,
    /// What the form does not show of it.
    pub(super) rest: StoredValue<Item>,
    pub(super) item: RwSignal<String>,
    pub(super) spec: RwSignal<String>,
    pub(super) quantity: RwSignal<String>,
    pub(super) unit: RwSignal<Unit>,
    pub(super) per: RwSignal<Option<WeightUnit>>,
    pub(super) price: RwSignal<String>,
    pub(super) discount: RwSignal<String>,
    pub(super) note: RwSignal<String>,
}

impl ItemFields {
    pub(super) fn of(item: Item) -> Self {
        Self {
            id: item.id,
            item: RwSignal::new(item.item.clone()),
            spec: RwSignal::new(item.spec.clone()),
            quantity: RwSignal::new(item.quantity.clone()),
            unit: RwSignal::new(item.unit),
            per: RwSignal::new(item.per),
            price: RwSignal::new(item.price.clone()),
            discount: RwSignal::new(item.discount.clone()),
            note: RwSignal::new(item.note.clone()),
            rest: StoredValue::new(item),
        }
    }

    pub(super) fn typed(self) -> Item {
        let chosen = self.rest.get_value();
        let (item, spec) = (self.item.get(), self.spec.get());
        Item {
            // A product's name that was typed over is not that product any more; nor is a variant.
            product: chosen.product.filter(|_| item == chosen.item && (chosen.variant == 0 || spec == chosen.spec)),
            item,
            spec,
            quantity: self.quantity.get(),
            unit: self.unit.get(),
            per: self.per.get(),
            price: self.price.get(),
            discount: self.discount.get(),
            note: self.note.get(),
            ..chosen
        }
    }
}

impl ItemFields {
    /// What is typed in them now; nobody hears of changes.
    pub(super) fn untracked(self) -> Item {
        untrack(|| self.typed())
    }

    /// Fills in a product: what it is, its specification, its unit, its price.
    pub(super) fn fill(self, product: &Product, variant: u32, price: Option<String>) {
        let spec = product.spec(variant).to_owned();
        self.rest.update_value(|rest| {
            (rest.product, rest.variant) = (Some(product.id), variant);
            (rest.item, rest.spec) = (product.name.clone(), spec.clone());
        });
        self.item.set(product.name.clone());
        self.spec.set(spec);
        self.unit.set(product.unit);
        self.per.set(Some(untrack(weight::shop)));
        if let Some(price) = price {
            self.price.set(price);
        }
    }

    /// Writes another state into the fields that are there.
    pub(super) fn write(self, item: Item) {
        self.item.set(item.item.clone());
        self.spec.set(item.spec.clone());
        self.quantity.set(item.quantity.clone());
        self.unit.set(item.unit);
        self.per.set(item.per);
        self.price.set(item.price.clone());
        self.discount.set(item.discount.clone());
        self.note.set(item.note.clone());
        self.rest.set_value(item);
        // What was chosen with it is no signal: say it again.
        self.item.notify();
    }
}

/// The form's fields on the page: the one place where what is typed lives.
#[derive(Clone, Copy)]
pub struct Fields {
    /// An item that is added lives as long as the form, not as long as the key that added it is in sight.
    pub(super) owner: StoredValue<Owner>,
    pub(super) name: RwSignal<String>,
    pub(super) phone: RwSignal<String>,
    pub(super) address: RwSignal<String>,
    pub(super) items: RwSignal<Vec<ItemFields>>,
    pub(super) note: RwSignal<String>,
    pub(super) channel: RwSignal<String>,
    pub(super) category: RwSignal<String>,
    pub(super) customer: RwSignal<Option<Uuid>>,
    pub(super) carrier: RwSignal<String>,
    pub(super) delivery: RwSignal<Delivery>,
    pub(super) method: RwSignal<Method>,
    pub(super) terms: RwSignal<Terms>,
    pub(super) discount: RwSignal<String>,
    pub(super) rounding: RwSignal<String>,
    pub(super) deposit: RwSignal<String>,
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
    pub(super) fn add(self, item: Item) {
        let fields = self.owner.with_value(|owner| owner.with(|| ItemFields::of(item)));
        self.items.update(|items| items.push(fields));
    }

    /// Takes an item out. One is always there to be filled in.
    pub(super) fn remove(self, id: u32) {
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
