//! The buyer of an order.

use super::{APPLIED, Step, void};
use crate::Event;
use crate::contact::{Buyer, ContactChanged, ContactEvent};
use crate::order::conflict::OtherValue;
use crate::order::{Field, Order, VoidReason};

impl Order {
    pub(super) fn contact_step(&mut self, at: usize, event: &ContactEvent) -> Step {
        match event {
            ContactEvent::Recorded(buyer) => {
                if self.discarded.is_some()
                    && let Some(step) = self.edit_refused(at)
                {
                    return step;
                }
                let Buyer { name, phone, address } = buyer.clone();
                if self.name.by.is_some() {
                    // Both tablets wrote the first that is known of the buyer: what the other left empty stays.
                    if self.name.by.is_none_or(|by| self.knew(at, by)) {
                        return void(VoidReason::AlreadyDone);
                    }
                    if let Some(step) = self.edit_refused(at) {
                        return step;
                    }
                    let some = |text: String| (!text.is_empty()).then_some(text);
                    let body =
                        ContactChanged { name: some(name), phone: some(phone), address: some(address), settles: None };
                    self.change_buyer(at, &body);
                    return APPLIED;
                }
                self.erased = false;
                self.name = Field { value: name, by: Some(at) };
                self.phone = Field { value: phone, by: Some(at) };
                self.address = Field { value: address, by: Some(at) };
                APPLIED
            }
            ContactEvent::Changed(body) => {
                if let Some(step) = self.edit_refused(at).or_else(|| self.settle(at, body.settles.as_ref())) {
                    return step;
                }
                self.erased = false;
                self.change_buyer(at, body);
                APPLIED
            }
            ContactEvent::Erasing | ContactEvent::Erased => {
                self.erased = true;
                APPLIED
            }
        }
    }

    fn change_buyer(&mut self, at: usize, body: &ContactChanged) {
        /// What the first record of a buyer left empty, nobody has written.
        fn first_record(order: &Order, at: usize) -> bool {
            order.timeline.get(at).is_some_and(|entry| matches!(entry.event, Event::Contact(ContactEvent::Recorded(_))))
        }
        macro_rules! field {
            ($field:ident) => {
                if let Some(value) = &body.$field {
                    if let Some(by) = self.overwrites(at, stringify!($field), self.$field.by)
                        && !(self.$field.value.is_empty() && first_record(self, by))
                    {
                        let other =
                            ContactChanged { $field: Some(self.$field.value.clone()), ..ContactChanged::default() };
                        let differs = self.$field.value != *value;
                        self.meet(stringify!($field), by, at, differs.then_some(OtherValue::Buyer(other)));
                    }
                    self.$field = Field { value: value.clone(), by: Some(at) };
                }
            };
        }
        field!(name);
        field!(phone);
        field!(address);
    }
}

/// What changed of the buyer.
pub(in crate::order) fn buyer_changes(base: &Buyer, new: &Buyer) -> Option<ContactChanged> {
    let pick = |base: &String, new: &String| (base != new).then(|| new.clone());
    let changed = ContactChanged {
        name: pick(&base.name, &new.name),
        phone: pick(&base.phone, &new.phone),
        address: pick(&base.address, &new.address),
        settles: None,
    };
    (changed != ContactChanged::default()).then_some(changed)
}
