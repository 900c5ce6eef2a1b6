//! From Charge to the sale: parts of the payment, the sale itself, and its undoing.

use domain::OrderNumber;
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Command, Delivery, Method, Rejection, Status};
use domain::shop::list::{List, default_of};
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Filter;
use uuid::Uuid;

use super::{AMOUNT, Back, DialogKind, Sold, Till, refund, usual_way};
use crate::features::counter::model::Cart;
use crate::features::counter::model::paying::{self, CREDIT, Step, Taken};
use crate::features::counter::words;
use crate::platform::page;
use crate::session::ActFault;
use crate::text::counter;

impl Till {
    /// Goes on to take the money.
    pub fn charge(self) {
        self.begin();
        // What was typed is part of this sale, whether it was added or not.
        if !self.amount.with_untracked(|typed| typed.trim().is_empty()) && !self.put_amount() {
            return;
        }
        if self.cart.with_untracked(Cart::is_empty) || self.paying.get_untracked() {
            return;
        }
        self.back.set(None);
        self.tried.set(false);
        if self.cart.with_untracked(|cart| cart.received() == 0) {
            self.how.set(usual_way(self.session));
        }
        // What was typed before, and not saved, is not what this is paid with.
        self.write(self.rest.get_untracked());
        self.step_to("pay", self.sheet.get_untracked());
        focus_amount();
    }

    /// Another way to pay what is left.
    pub fn pay_by(self, method: String) {
        self.how.set(method);
        self.tried.set(false);
        self.write(self.rest.get_untracked());
        focus_amount();
    }

    /// Writes an amount into the field.
    pub fn write(self, minor: i64) {
        self.typed.set(self.currency().typed(minor));
    }

    /// What was typed, as a step.
    pub fn step_now(self) -> Result<(i64, Step), NumberFault> {
        let rest = self.rest.get();
        if rest == 0 {
            return Ok((0, Step::All { change: 0 }));
        }
        let given = self.typed.with(|typed| figure::amount(typed, self.money()))?;
        if given == 0 {
            return Err(NumberFault::Zero);
        }
        Ok((given, self.how.with(|how| paying::step(rest, how, given))))
    }

    /// Saves the payment: a part of it waits for the others; when it is whole, the sale is made.
    pub fn save(self) {
        if !self.paying.get_untracked() || !self.is_ready() {
            return;
        }
        self.tried.set(true);
        let how = self.how.get_untracked();
        if how == CREDIT {
            if self.cart.with_untracked(|cart| cart.content.customer.is_none() && cart.buyer.is_empty()) {
                return self.open(DialogKind::Customer);
            }
            return self.sell(true, None, 0);
        }
        match untrack(|| self.step_now()) {
            Ok((given, Step::Part(_))) => self.take_part(Taken { method: how, given }),
            Ok((given, Step::All { change })) => {
                self.sell(false, (given > 0).then_some(Taken { method: how, given }), change);
            }
            Ok((_, Step::TooMuch)) | Err(_) => page::focus_first_fault(),
        }
    }

    /// Writes a part of the payment down. It is on the disk before the next tap, whatever becomes of the cart.
    fn take_part(self, part: Taken) {
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            match self.act_on_draft([Command::RecordPayment(part.payment())]).await {
                Ok(()) => {
                    self.tried.set(false);
                    let rest = self.rest.get_untracked();
                    self.write(rest);
                    self.said.set(counter::still(&self.said_amount(rest)));
                    focus_amount();
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    /// A part was typed by mistake: it counts no more, and the log says so.
    pub fn void_part(self, payment: Uuid) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let why = counter::REASON.get().to_owned();
            if let Err(fault) = self.act_on_draft([Command::VoidPayment(payment, why)]).await {
                self.fail(fault);
            }
            self.busy.set(false);
        });
    }

    /// Makes the sale, with the last part of the payment, or what is too much given back, in one transaction.
    fn sell(self, on_credit: bool, last: Option<Taken>, change: i64) {
        self.busy.set(true);
        self.refused.set(None);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            match self.sold(cart, on_credit, last, change).await {
                Ok(sold) => {
                    let change = match change {
                        0 => String::new(),
                        change => format!("{} {}", counter::CHANGE.get(), self.currency().full(change)),
                    };
                    let said = [counter::SOLD.get(), sold.called.as_deref().unwrap_or_default(), &change];
                    self.said.set(said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". "));
                    self.start_anew();
                    self.back.set(Back::of(&sold));
                    self.sold.set(Some(sold));
                    self.back_to_goods();
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    async fn sold(self, cart: Cart, on_credit: bool, last: Option<Taken>, change: i64) -> Result<Sold, ActFault> {
        let shop = self.session.shop_fields().get_untracked();
        let (channel, category) = (default_of(&shop, List::Channel), default_of(&shop, List::Category));
        let before = cart.money.parts.iter().map(|part| (part.method.clone(), part.amount));
        let paid: Vec<(String, i64)> =
            before.chain(last.iter().map(|part| (part.method.clone(), part.given))).collect();
        let method = paid.last().map_or("cash", |(method, _)| method.as_str());
        let content = cart.sold(method, on_credit, &channel, &category);
        let (total, delivery) = (content.total(), content.delivery);
        let draft = match cart.base {
            Some(_) => self.session.read_order(cart.order).await?,
            None => None,
        };
        let back = draft.as_ref().map(|draft| self.ways_back(draft, cart.over())).unwrap_or_default();
        // What others changed in the draft is not written over: the draft is edited, and confirmed as it then stands.
        let mut commands: Vec<Command> = draft.iter().map(|_| cart.keep(content.clone())).collect();
        commands.extend(back.iter().cloned().map(refund));
        commands.push(Command::Confirm {
            new: draft.is_none().then(|| (content, cart.buyer.clone())),
            copied_from: None,
            payments: last.iter().map(Taken::payment).collect(),
            handed_over: delivery == Delivery::HandOver,
        });
        let acted = self.session.act_in_turn(cart.order, commands).await?;
        let keyed = |(method, amount): (Method, i64)| (method.key().to_owned(), amount);
        let called = acted.number.as_ref().filter(|_| delivery == Delivery::PickUp);
        Ok(Sold {
            order: acted.order,
            called: called.map(|number| number.called(self.is_called_already(number))),
            number: acted.number.map(|number| number.0).unwrap_or_default(),
            total,
            change,
            paid,
            returned: back.into_iter().map(keyed).collect(),
            owed: if on_credit { cart.rest() } else { 0 },
            cart,
            undone: None,
        })
    }

    /// Whether goods of another day wait under the same count: at a night market the count starts over at midnight.
    fn is_called_already(self, number: &OrderNumber) -> bool {
        let status = vec![Status::AwaitingPayment, Status::PartPaid, Status::Paid];
        let filter = Filter {
            status,
            search: OrderNumber::ending(&number.called(false)).unwrap_or_default(),
            ..Filter::default()
        };
        untrack(|| self.session.ask(|replica, now| replica.found(&filter, now))).is_some_and(|found| found.len() > 1)
    }

    /// Undoes the sale that was just made.
    pub fn undo_sale(self) {
        let Some(id) = self.sold.with_untracked(|sold| Some(sold.as_ref().filter(|it| it.undone.is_none())?.order))
        else {
            return;
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let done = async {
                let order = self.session.read_order(id).await?.ok_or(Rejection::OrderClosed)?;
                self.session.act(Some(id), Command::Undo(counter::REASON.get().to_owned())).await?;
                let ways = order.ways_back(order.received()).into_iter();
                Ok::<_, ActFault>(ways.map(|(method, amount)| (method.key().to_owned(), amount)).collect::<Vec<_>>())
            };
            match done.await {
                Ok(ways) => {
                    self.sold.update(|sold| sold.iter_mut().for_each(|sold| sold.undone = Some(ways.clone())));
                    self.back.set(self.sold.with_untracked(|sold| sold.as_ref().and_then(Back::of)));
                    self.said.set(counter::UNDONE.get().to_owned());
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    /// The next sale begins: what goes back was seen.
    pub fn next(self) {
        self.back.set(None);
        self.begin();
    }

    /// The undone sale's goods are in the cart again.
    pub fn fill_again(self) {
        let Some(cart) = self.sold.with_untracked(|sold| sold.as_ref().map(|sold| sold.cart.clone())) else { return };
        self.next();
        self.cart.set(cart.anew(self.session.draw_id()));
    }

    /// Why the last act did not happen, in words.
    pub fn fault_words(self) -> Signal<Option<String>> {
        Signal::derive(move || self.refused.get().map(|fault| words::act_fault(&fault).get().to_owned()))
    }
}

/// Once the field is on the page.
fn focus_amount() {
    request_animation_frame(|| {
        request_animation_frame(|| page::focus_id(AMOUNT));
    });
}
