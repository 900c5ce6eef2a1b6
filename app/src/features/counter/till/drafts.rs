//! The cart as a draft: put aside, taken up, given up, and what other tablets do to it meanwhile.

use domain::order::{Command, Content, Delivery, Method, Order, Rejection};
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Act;
use uuid::Uuid;

use super::{DialogKind, RemoteChange, Till, refund};
use crate::features::counter::model::Cart;
use crate::session::{ActFault, Load};
use crate::text::counter;

impl Till {
    /// Empties the cart; it can be filled again. Where money was taken for it, what becomes of that is asked first.
    pub fn clear(self) {
        if self.cart.with_untracked(|cart| cart.received() > 0) {
            return self.open(DialogKind::GiveBack);
        }
        self.give_up(false);
    }

    /// Gives the cart up. `returned`: what was taken for it went back; else it is due, and the order says so.
    pub fn give_up(self, returned: bool) {
        if !self.is_ready() {
            return;
        }
        let cart = self.cart.get_untracked();
        if cart.base.is_none() {
            return self.given_up(cart, 0);
        }
        self.busy.set(true);
        spawn_local(async move {
            let done = async {
                let mut commands = vec![Command::Discard];
                if returned {
                    let draft = self.session.read_order(cart.order).await?.ok_or(Rejection::OrderClosed)?;
                    commands.extend(self.refunds(&draft, draft.received()));
                }
                self.session.act_in_turn(cart.order, commands).await
            };
            match done.await {
                Ok(_) => {
                    // What was not given back is due, and stands on the list of orders.
                    let held = if returned { 0 } else { cart.received() };
                    self.given_up(cart, held);
                }
                // Sold or cleared elsewhere: nothing is left to throw away here.
                Err(ActFault::Rejected(Rejection::AlreadyConfirmed | Rejection::OrderClosed)) => self.given_up(cart, 0),
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    fn given_up(self, cart: Cart, due: i64) {
        self.close();
        self.start_anew();
        let back = move || {
            self.cart.try_update(|now| {
                // What was put into the new cart meanwhile is not lost for it.
                if now.is_blank() {
                    *now = cart.anew(self.session.draw_id());
                }
            });
        };
        let words = move || match due {
            0 => counter::CLEARED.get().to_owned(),
            due => counter::cleared_due(&self.said_amount(due)),
        };
        self.undoable(words, back);
    }

    /// What records that an amount goes back: the way it came, or all of it in cash.
    fn refunds(self, draft: &Order, amount: i64) -> Vec<Command> {
        self.ways_back(draft, amount).into_iter().map(refund).collect()
    }

    /// How an amount goes back.
    pub(super) fn ways_back(self, draft: &Order, amount: i64) -> Vec<(Method, i64)> {
        match self.in_cash.get_untracked() {
            true if amount > 0 => vec![(Method::Cash, amount)],
            _ => draft.ways_back(amount),
        }
    }

    /// Puts the cart aside, for any tablet of the shop; with what was taken for it.
    pub fn park(self) {
        if !self.is_ready() || self.cart.with_untracked(Cart::is_idle) {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            match self.session.act(Some(cart.order), cart.keep(cart.parked())).await {
                Ok(_) | Err(ActFault::Rejected(Rejection::NothingChanged)) => {
                    self.start_anew();
                    self.toaster.confirm(counter::PARKED_NOW);
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    /// Takes a parked cart up; the one in hand is parked in its place, in the same transaction.
    pub fn take_up(self, id: Uuid) {
        if !self.is_ready() {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        let parks = !cart.is_idle();
        spawn_local(async move {
            match self.taken_up(id, &cart).await {
                Ok(taken) => {
                    if parks {
                        self.toaster.confirm(counter::PARKED_TOO);
                    }
                    self.start_anew();
                    self.begin();
                    self.cart.set(taken);
                    self.close();
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    async fn taken_up(self, id: Uuid, in_hand: &Cart) -> Result<Cart, ActFault> {
        let order = self.session.read_order(id).await?.ok_or(Rejection::OrderClosed)?;
        let (base, base_buyer) = (order.content(), order.buyer());
        let (content, buyer) = (Content { parked: false, ..base.clone() }, base_buyer.clone());
        let act = |id: Uuid, command: Command| Act::Order(Some(id), Box::new(command));
        let mut acts = vec![act(id, Command::EditDraft { base, base_buyer, content, buyer })];
        if !in_hand.is_idle() {
            acts.push(act(in_hand.order, in_hand.keep(in_hand.parked())));
        } else if in_hand.base.is_some() {
            acts.push(act(in_hand.order, Command::Discard));
        }
        self.session.act_all(acts).await?;
        let order = self.session.read_order(id).await?.ok_or(Rejection::OrderClosed)?;
        self.hear(&order);
        let level = self.customers.with_untracked(|all| {
            let customer = order.customer.value.and_then(|id| all.get(id));
            customer.map(|it| it.level.clone()).unwrap_or_default()
        });
        Ok(Cart::take_up(&order, self.price_now(&level)))
    }

    /// Follows what others do to the draft that is in hand, on other tablets and in other windows; once `is_read` what was
    /// in hand: what is there before may have been put away.
    pub fn watch_the_draft(self, is_read: RwSignal<bool>) {
        Effect::new(move |_| {
            // While an act of our own is under way, what changes is ours.
            if self.busy.get() || !is_read.get() {
                return;
            }
            if let Load::Ready(order) = self.draft.get() {
                self.meet(&order);
            }
        });
    }

    /// So much of a draft is known here.
    fn hear(self, order: &Order) {
        self.heard.set_value((order.id, order.timeline.len()));
    }

    fn meet(self, order: &Order) {
        let is_it = self.cart.with_untracked(|cart| !cart.is_blank() && cart.order == order.id);
        // Read before the last act of our own, and shown after it.
        let is_old = self.heard.with_value(|(id, length)| *id == order.id && order.timeline.len() < *length);
        if !is_it || is_old {
            return;
        }
        self.hear(order);
        if order.confirmed.is_some() {
            self.met.set(Some(RemoteChange::Sold));
        } else if order.discarded.is_some() {
            self.met.set(Some(RemoteChange::Gone));
        } else {
            let mut cart = self.cart.get_untracked();
            let before = cart.clone();
            if cart.rebase(order) {
                self.met.set(Some(RemoteChange::Changed));
            }
            if cart != before {
                self.cart.set(cart);
            }
        }
    }

    /// Keeps the cart as a draft and does things to it, in one transaction; the cart then knows what stands in the log.
    pub(super) async fn act_on_draft(self, then: impl IntoIterator<Item = Command>) -> Result<(), ActFault> {
        let cart = self.cart.get_untracked();
        let commands = std::iter::once(cart.keep(cart.content.clone())).chain(then).collect();
        self.session.act_in_turn(cart.order, commands).await?;
        if let Some(draft) = self.session.read_order(cart.order).await? {
            self.hear(&draft);
            self.cart.update(|now| now.is_kept(&cart, &draft));
        }
        Ok(())
    }

    /// Parts that an older version kept with the cart only are written down where money belongs: in the log.
    pub async fn keep_old_parts(self) {
        let cart = self.cart.get_untracked();
        if cart.taken.is_empty() || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let known = self.session.read_order(cart.order).await.ok().flatten();
        match known {
            // Done before, by a window that was killed before it forgot them.
            Some(draft) if !draft.payments.is_empty() => self.cart.update(|cart| {
                cart.taken.clear();
                cart.rebase(&draft);
            }),
            _ => {
                let parts = cart.taken.iter().map(|part| Command::RecordPayment(part.payment()));
                if let Err(fault) = self.act_on_draft(parts).await {
                    self.fail(fault);
                }
            }
        }
        self.busy.set(false);
    }

    /// Whether what is in the cart can go on: parts that only the cart knows of are written down first.
    pub(super) fn is_ready(self) -> bool {
        let has_old_parts = self.cart.with_untracked(|cart| !cart.taken.is_empty());
        if has_old_parts {
            spawn_local(self.keep_old_parts());
        }
        !self.busy.get_untracked() && !has_old_parts
    }

    /// What is in hand becomes a sale of its own.
    pub fn as_new(self) {
        self.cart.update(|cart| *cart = cart.anew(self.session.draw_id()));
        self.met.set(None);
        self.refused.set(None);
    }

    /// What is in hand was settled elsewhere, and is given up here.
    pub fn drop_met(self) {
        self.start_anew();
    }

    /// Goes on to the form of an order, where there is room for an address.
    pub fn ship(self) {
        if !self.is_ready() {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            let command = cart.keep(Content { delivery: Delivery::Ship, ..cart.content.clone() });
            match self.session.act(Some(cart.order), command).await {
                Ok(_) | Err(ActFault::Rejected(Rejection::NothingChanged)) => {
                    self.close();
                    self.start_anew();
                    self.go.get_value()(&format!("/orders/new?edit={}", cart.order), false);
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }
}
