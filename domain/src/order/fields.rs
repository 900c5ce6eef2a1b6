//! The fields of an order that hold one value each, in one list. What reads, writes, compares, merges or takes back such
//! a field follows from it. A field that the list lacks is a compile error: a [`Content`] would miss it.

use super::conflict::OtherValue;
use super::event::Change;
use super::fold::line_changes;
use super::merge::{lines, pick};
use super::{Content, Field, Order};

macro_rules! order_fields {
    ($($field:ident $change:ident,)*) => {
        impl Order {
            /// What is in it now, as a form would show it.
            pub fn content(&self) -> Content {
                Content {
                    lines: self.active_lines().cloned().collect(),
                    $($field: self.$field.value.clone(),)*
                }
            }

            /// Takes in all that the event at this place says.
            pub(super) fn take_content(&mut self, at: usize, content: &Content) {
                $(self.$field = Field { value: content.$field.clone(), by: Some(at) };)*
                content.lines.iter().for_each(|line| self.add_line(line));
            }

            /// Does what an edit says, and raises a conflict where it writes over what it did not know.
            pub(super) fn change(&mut self, at: usize, change: &Change) {
                // Put aside or taken up again: the later stands, and nobody has to choose.
                let is_contested = !matches!(change, Change::Parked(_));
                match change {
                    $(Change::$change(value) => {
                        let overwritten = self.overwrites(at, stringify!($field), self.$field.by);
                        if let Some(by) = overwritten.filter(|_| is_contested) {
                            let other = OtherValue::Order(Change::$change(self.$field.value.clone()));
                            let differs = self.$field.value != *value;
                            self.meet(stringify!($field), by, at, differs.then_some(other));
                        }
                        self.$field = Field { value: value.clone(), by: Some(at) };
                    })*
                    Change::AddLine(line) => self.add_line(line),
                    Change::RemoveLine(id) => self.remove_line(at, *id),
                    Change::Line(id, change) => self.change_line(at, *id, change),
                }
            }

            /// The event that wrote a field last, by the name that conflicts call it by.
            pub(super) fn written_by(&self, field: &str) -> Option<usize> {
                match field {
                    $(stringify!($field) => self.$field.by,)*
                    "name" => self.name.by,
                    "phone" => self.phone.by,
                    "address" => self.address.by,
                    of_line => {
                        let (id, name) = of_line.strip_prefix("line:")?.split_once(':')?;
                        let state = self.lines.iter().find(|state| id.parse() == Ok(state.line.id))?;
                        state.written.get(name).copied()
                    }
                }
            }

            /// The change that would write what stands now where `other` writes.
            pub fn as_it_stands(&self, other: &Change) -> Change {
                let line = |id: u32| {
                    let state = self.lines.iter().find(|state| state.line.id == id);
                    state.map(|state| state.line.clone()).unwrap_or_default()
                };
                match other {
                    $(Change::$change(_) => Change::$change(self.$field.value.clone()),)*
                    Change::AddLine(line) => Change::RemoveLine(line.id),
                    Change::RemoveLine(id) => Change::AddLine(line(*id)),
                    Change::Line(id, change) => Change::Line(*id, change.write(&mut line(*id)).1),
                }
            }
        }

        impl Content {
            /// What an edit changes between what a form began with, this, and what it holds now.
            pub(super) fn changes_to(&self, new: &Self) -> Vec<Change> {
                let mut changes = Vec::new();
                $(if self.$field != new.$field {
                    changes.push(Change::$change(new.$field.clone()));
                })*
                changes.extend(line_changes(&self.lines, &new.lines));
                changes
            }

            /// What `ours` becomes when it takes in what `theirs` changed since `base`. A line that one side took out
            /// stays where the other changed it.
            pub fn merged(base: &Self, ours: &Self, theirs: &Self) -> Self {
                Self {
                    lines: lines(base, ours, theirs),
                    $($field: pick(&base.$field, &ours.$field, &theirs.$field),)*
                }
            }
        }
    };
}

// The field, and the change that writes it. Edits name changes in this order.
order_fields! {
    note Note,
    delivery Delivery,
    method Method,
    terms Terms,
    discount Discount,
    rounding Rounding,
    deposit Deposit,
    channel Channel,
    category Category,
    customer Customer,
    carrier Carrier,
    parked Parked,
}
