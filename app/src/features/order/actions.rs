//! Where the acts of one order are done: what is asked of the person now, and what became of it.

use std::sync::Arc;

use domain::StreamKind;
use domain::contact::Buyer;
use domain::customer::{Address, Customer};
use domain::order::{Command, Order};
use domain::record::{Changed, RecordEvent};
use leptos::prelude::*;
use replica::Act;
use uuid::Uuid;

use super::refusal;
use super::undo::{self, Mark};
use crate::platform::{clock, page};
use crate::session::{ActFault, Session};
use crate::text;
use crate::ui::{Glyph, Submission, Toast, ToastAct, Toaster};

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogKind {
    /// How much was paid, and how.
    Payment,
    /// How much was given back, and how.
    Refund,
    /// What leaves, by whom, under which number.
    Ship,
    /// What is handed over.
    HandOver,
    /// A parcel's right carrier, number and date.
    Correct(Uuid),
    /// Until when it may be paid.
    Extend,
    /// Nothing: a message to the buyer is shown.
    Remind,
    /// Why it is cancelled.
    Cancel,
    /// Why it is held.
    Hold,
    /// Why a payment is void.
    VoidPayment(Uuid),
    /// Why a payment counts no more: it did not arrive.
    RejectPayment(Uuid),
    /// Why a parcel is void.
    VoidParcel(Uuid),
}

/// What a person can do with one order.
#[derive(Clone, Copy)]
pub struct OrderActions {
    /// The shop.
    pub session: Session,
    /// The order as it stands.
    pub order: Signal<Arc<Order>>,
    /// What is asked.
    pub dialog: RwSignal<Option<DialogKind>>,
    /// The dialog is open.
    pub open: RwSignal<bool>,
    /// The act that is under way, and why that of the open dialog did not happen.
    pub submission: Submission<ActFault>,
    toaster: Toaster,
}

impl OrderActions {
    /// The actions of this order; for the body of a component.
    pub fn of(order: Signal<Arc<Order>>) -> Self {
        Self {
            session: Session::here(),
            order,
            dialog: RwSignal::new(None),
            open: RwSignal::new(false),
            submission: Submission::new(),
            toaster: use_context::<Toaster>().unwrap_or_default(),
        }
    }

    /// Asks in a dialog.
    pub fn open(self, dialog: DialogKind) {
        self.submission.fault.set(None);
        self.dialog.set(Some(dialog));
        self.open.set(true);
    }

    /// Does what the open dialog asked for: closes it when that is on the disk, else says why not beside what was
    /// typed.
    pub fn send(self, command: Command, said: impl FnOnce() -> String + 'static) {
        self.run(command, said, true);
    }

    /// Does it at once.
    pub fn act(self, command: Command, said: impl FnOnce() -> String + 'static) {
        self.run(command, said, false);
    }

    fn run(self, command: Command, said: impl FnOnce() -> String + 'static, in_dialog: bool) {
        let id = self.order.with_untracked(|order| order.id);
        let mark = Mark::of(&command);
        let work = async move {
            self.session.act(Some(id), command).await?;
            let order = if mark.is_some() { self.session.read_order(id).await.ok().flatten() } else { None };
            Ok(mark.zip(order).and_then(|(mark, order)| Some((mark, mark.id(&order)?))))
        };
        let done = move |marked: Option<(Mark, Uuid)>| {
            if in_dialog {
                let _ = self.open.try_set(false);
            }
            match marked {
                Some((mark, event)) => {
                    undo::offer(self.session, self.toaster, vec![(id, event)], move || mark.words().get().to_owned());
                }
                None => self.toaster.confirm(said()),
            }
        };
        self.submission.run_or(work, done, move |fault| {
            if in_dialog {
                page::focus_first_fault();
            } else {
                let text = refusal::words(fault).into();
                self.toaster.show(Toast { text, glyph: Glyph::Warn, acts: Vec::new(), stays: false });
            }
        });
    }

    /// The order's buyer becomes a customer, or is found to be one: the same phone is the same person, and so is the only
    /// one of the name, unless somebody says that this is a new one.
    pub fn keep_buyer(self, order: Uuid, buyer: &Buyer, is_new: bool) {
        let mut acts = Vec::new();
        let by_phone = self.session.by_phone(&buyer.phone);
        let by_name = if by_phone.is_some() || is_new { None } else { self.session.by_name(&buyer.name, &buyer.phone) };
        let is_by_name = by_name.is_some();
        let id = match by_phone.or(by_name) {
            Some(known) => known.id,
            None => {
                let id = self.session.draw_id();
                let key = u32::from_le_bytes(clock::random()).max(1);
                let address = Address { id: key, text: buyer.address.clone(), position: 0 };
                let customer = Customer {
                    id,
                    name: buyer.name.clone(),
                    phone: buyer.phone.clone(),
                    addresses: if buyer.address.is_empty() { Vec::new() } else { vec![address] },
                    ..Customer::default()
                };
                let set = customer.fields().into_iter().map(|(name, value)| (name, Some(value))).collect();
                let changed = RecordEvent::Changed(Changed { set, settles: None });
                acts.push(Act::Record(StreamKind::Customer, Some(id), vec![changed]));
                id
            }
        };
        acts.push(Act::Order(Some(order), Box::new(Command::SetCustomer(Some(id)))));
        let buyer = buyer.clone();
        let done = move |_| {
            if !is_by_name {
                return self.toaster.confirm(text::customers::BUYER_SAVED);
            }
            let anew = ToastAct::new(text::customers::NEW, move || self.keep_buyer(order, &buyer, true));
            self.toaster.show(Toast {
                text: text::customers::BUYER_KNOWN.into(),
                glyph: Glyph::Person,
                acts: vec![anew],
                stays: false,
            });
        };
        let acting = self.session.act_all(acts);
        self.submission.run_or(acting, done, move |fault| self.toaster.warn(refusal::words(fault)));
    }

    /// Why the open dialog's act did not happen, in words.
    pub fn fault_words(self) -> Signal<Option<String>> {
        self.submission.wrong(refusal::words)
    }

    /// Money of the shop, written out.
    pub fn money(self, minor: i64) -> String {
        self.session.currency().get().full(minor)
    }
}

/// "Saved on this device".
pub fn saved() -> String {
    text::order::SAVED.get().to_owned()
}
