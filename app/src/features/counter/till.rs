//! The till: the one place where the state of the counter lives, and what every key of it does.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::code::Place;
use domain::code::scale::Label;
use domain::contact::Buyer;
use domain::customer::Customer;
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Command, Content, Delivery, Order, Rejection, Unit};
use domain::product::Product;
use domain::shop::list::{List, default_of};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use replica::Act;
use uuid::Uuid;

use super::model::paying::{self, CREDIT, Step, Taken};
use super::model::{self, Cart, Good};
use crate::platform::{clock, history, page};
use crate::session::{ActFault, Loaded, Records, Session};
use crate::text::{self, Currency, counter};
use crate::ui::scan::Scanner;
use crate::ui::{Glyph, Toast, ToastAct, Toaster};

/// The address of the page.
const HERE: &str = "/counter";
/// The field of the amount being taken.
pub const AMOUNT: &str = "counter-amount";

/// The main key: it charges, saves the payment, begins the next sale.
pub const MAIN: &str = "counter-main";

/// What a dialog asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Which variant of a product.
    Variant(Uuid),
    /// How many grams of a product's variant.
    Grams(Uuid, u32),
    /// What is sold that is no product; a code that was scanned stands with it.
    Free(Option<String>),
    /// A line's figures and note; the figure that is changed.
    Line(u32, Figure),
    /// Discount, note and delivery of the whole.
    Details,
    /// Who buys.
    Customer,
    /// Which parked cart.
    Parked,
    /// What to do with a code that no product has.
    Unknown(String),
    /// Which of the articles that have a code.
    Which(String, Vec<Place>, Option<Label>),
    /// The pay code of a method, full screen.
    Code(String),
    /// The camera.
    Camera,
}

/// A figure of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// How many.
    Quantity,
    /// At what price.
    Price,
}

/// A sale that is on the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Sold {
    /// The order.
    pub order: Uuid,
    /// Its number.
    pub number: String,
    /// What it came to.
    pub total: i64,
    /// What goes back to the buyer.
    pub change: i64,
    /// What the buyer owes.
    pub owed: i64,
    /// The cart, to be filled again.
    pub cart: Cart,
    /// It was undone.
    pub undone: bool,
}

/// What another tablet did to the parked cart that is in hand here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It was sold there.
    Sold,
    /// It was thrown away there.
    Gone,
    /// It was changed there, and the changes are taken in.
    Changed,
}

/// Goes to an address; in place of the one before, or after it.
type Go = Arc<dyn Fn(&str, bool) + Send + Sync>;

/// The till.
#[derive(Clone, Copy)]
pub struct Till {
    /// The shop.
    pub session: Session,
    toaster: Toaster,
    /// The cart in hand.
    pub cart: RwSignal<Cart>,
    /// The line that is open.
    pub open: RwSignal<Option<u32>>,
    /// What a dialog asks for.
    pub asked: RwSignal<Option<Asked>>,
    /// Whether it is open.
    pub asking: RwSignal<bool>,
    /// The sale that was just made.
    pub sold: RwSignal<Option<Sold>>,
    /// What another tablet did to this cart.
    pub met: RwSignal<Option<Met>>,
    /// Money is being taken.
    pub paying: Signal<bool>,
    /// On a phone: the cart is shown whole.
    pub sheet: RwSignal<bool>,
    /// How the next part is paid: a method's key, or [`CREDIT`].
    pub how: RwSignal<String>,
    /// The amount as typed.
    pub typed: RwSignal<String>,
    /// The person has tried to save: what is wrong is said from then on.
    pub tried: RwSignal<bool>,
    /// An act is under way.
    pub busy: RwSignal<bool>,
    /// Why the last act did not happen.
    pub refused: RwSignal<Option<ActFault>>,
    /// What is said aloud.
    pub said: RwSignal<String>,
    /// All products.
    pub products: Signal<Records<Product>>,
    /// All customers.
    pub customers: Signal<Records<Customer>>,
    /// The price level of the customer.
    pub level: Memo<String>,
    /// What the cart comes to.
    pub total: Memo<i64>,
    /// What is still to be taken.
    pub rest: Memo<i64>,
    /// Where codes come from, and where it is said what became of them.
    pub scanner: Option<Scanner>,
    /// Codes that wait until no question is open.
    pub scans: RwSignal<VecDeque<String>>,
    /// The step of paying was reached from here, so that one step back in the history is the goods.
    came_from_goods: StoredValue<bool>,
    go: StoredValue<Go>,
}

impl Till {
    /// A till with the cart that was kept.
    pub fn new(session: Session, toaster: Toaster, kept: Option<Cart>, wants_pay: Memo<bool>) -> Self {
        let navigate = use_navigate();
        let go = move |to: &str, replace: bool| {
            navigate(to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        };
        let cart = RwSignal::new(kept.unwrap_or_else(|| Cart::new(session.draw_order())));
        let sold = RwSignal::new(None::<Sold>);
        let customers = session.customers();
        let is_empty = Memo::new(move |_| cart.with(Cart::is_empty));
        let paying = Memo::new(move |_| wants_pay.get() && !is_empty.get() && sold.with(Option::is_none));
        let level = Memo::new(move |_| {
            let customer = cart.with(|cart| cart.content.customer);
            let level = customer.and_then(|id| customers.with(|all| all.get(id).map(|it| it.level.clone())));
            level.unwrap_or_default()
        });
        let rest = Memo::new(move |_| cart.with(Cart::rest));
        let till = Self {
            session,
            toaster,
            cart,
            open: RwSignal::new(None),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            sold,
            met: RwSignal::new(None),
            paying: paying.into(),
            sheet: RwSignal::new(false),
            how: RwSignal::new(domain::order::Method::Cash.key().to_owned()),
            typed: RwSignal::new(String::new()),
            tried: RwSignal::new(false),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            products: session.products(),
            customers,
            level,
            total: Memo::new(move |_| cart.with(|cart| cart.content.total())),
            rest,
            scanner: Scanner::here(),
            scans: RwSignal::default(),
            came_from_goods: StoredValue::new(false),
            go: StoredValue::new(Arc::new(go)),
        };
        // The exact amount is filled in, and again whenever what is left changes.
        Effect::new(move |_| {
            let rest = rest.get();
            till.typed.set(till.currency().typed(rest));
        });
        till
    }

    /// What money is counted in.
    pub fn currency(self) -> Currency {
        self.session.currency().get_untracked()
    }
    /// The same, as the domain parses it.
    pub fn money(self) -> domain::Currency {
        self.session.settings().get_untracked().currency
    }
    /// An amount for people.
    pub fn said_amount(self, minor: i64) -> String {
        self.session.currency().get().full(minor)
    }

    /// A product.
    pub fn product(self, id: Uuid) -> Option<Arc<Product>> {
        self.products.with_untracked(|all| all.get(id).cloned())
    }

    /// A price at the customer's level.
    fn price_now(self, level: &str) -> impl Fn(Uuid, u32) -> Option<i64> + '_ {
        move |product, variant| {
            let (product, variant) = untrack(|| self.session.article(product, variant));
            self.product(product)?.price(variant, level)
        }
    }

    /// Opens a dialog, or changes what it asks for.
    pub fn ask(self, asked: Asked) {
        let was_open = self.asking.get_untracked();
        self.asked.set(Some(asked));
        self.asking.set(true);
        if was_open {
            request_animation_frame(|| {
                page::focus("dialog[open] [data-first]");
            });
        }
    }
    /// Closes it.
    pub fn close(self) {
        self.asking.set(false);
    }

    /// What follows a sale begins with the next tap.
    pub fn begin(self) {
        if self.sold.with_untracked(Option::is_some) {
            self.sold.set(None);
            self.said.set(String::new());
        }
        self.refused.set(None);
    }

    /// A product's tile was tapped.
    pub fn tap(self, id: Uuid) {
        let Some(product) = self.product(id) else { return };
        self.begin();
        match product.offered().as_slice() {
            [] => {}
            [only] => self.take(id, *only),
            _ => self.ask(Asked::Variant(id)),
        }
    }

    /// A product's variant (0: the product) is wanted: one more of it, or so many grams.
    pub fn take(self, id: Uuid, variant: u32) {
        let Some(product) = self.product(id) else { return };
        if product.unit == Unit::Gram {
            return self.ask(Asked::Grams(id, variant));
        }
        self.close();
        self.put(id, variant, 1);
    }

    /// So many pieces or grams go into the cart.
    pub fn put(self, id: Uuid, variant: u32, quantity: i64) {
        let Some(product) = self.product(id) else { return };
        self.begin();
        let good = self.level.with_untracked(|level| Good::of(&product, variant, level));
        let line = self.cart.try_update(|cart| cart.add(&good, quantity, draw_line));
        self.added(line, &good.item);
        if let (None, Some(line)) = (good.price, line) {
            self.ask(Asked::Line(line, Figure::Price));
        }
    }

    /// Something that is no product goes into the cart.
    pub fn put_free(self, item: String, quantity: i64, price: i64) {
        self.begin();
        let line = self.cart.try_update(|cart| cart.add_free(item.clone(), quantity, price, draw_line));
        self.added(line, &item);
    }

    pub(super) fn added(self, line: Option<u32>, item: &str) {
        self.open.set(line);
        let total = self.total.get_untracked();
        self.said.set(counter::added(item, &self.currency().full(total)));
    }

    /// Takes a line out; it can be put back.
    pub fn remove(self, id: u32) {
        let Some(removed) = self.cart.try_update(|cart| cart.remove(id)).flatten() else { return };
        self.close();
        let words = removed.item().to_owned();
        let back = move || {
            let removed = removed.clone();
            self.cart.try_update(|cart| cart.put_back(removed));
        };
        self.undoable(move || counter::removed(&words), back);
    }

    /// Says what was done, and how it is taken back.
    fn undoable(self, text: impl Fn() -> String + Send + Sync + 'static, back: impl Fn() + Send + Sync + 'static) {
        let text = TextProp::from(text);
        self.toaster.show(Toast {
            text,
            glyph: Glyph::Info,
            acts: vec![ToastAct::new(counter::UNDO, back)],
            stays: false,
        });
    }

    /// One more or one less; the last one less takes the line out.
    pub fn step(self, id: u32, more: bool) {
        let quantity = self.cart.with_untracked(|cart| cart.line(id).map(|line| line.quantity)).unwrap_or_default();
        match (more, quantity) {
            (false, ..=1) => self.remove(id),
            _ => self.cart.update(|cart| cart.change(id, |line| line.quantity += if more { 1 } else { -1 })),
        }
    }

    /// Empties the cart; it can be filled again.
    pub fn clear(self) {
        let cart = self.cart.get_untracked();
        self.close();
        self.open.set(None);
        self.met.set(None);
        self.cart.set(Cart::new(self.session.draw_order()));
        if cart.base.is_some() {
            let order = cart.order;
            spawn_local(async move {
                // Where it was sold or cleared elsewhere, there is nothing left to throw away.
                let _ = self.session.act(Some(order), Command::Discard).await;
            });
        }
        let back = move || {
            self.cart.try_update(|now| {
                // What was put into the new cart meanwhile is not lost for it.
                if now.is_blank() {
                    *now = cart.anew(self.session.draw_order());
                }
            });
        };
        self.undoable(|| counter::CLEARED.get().to_owned(), back);
    }

    /// Who buys; the prices that nobody typed follow the customer's level.
    pub fn choose_customer(self, customer: Option<&Customer>) {
        let level = customer.map(|it| it.level.clone()).unwrap_or_default();
        let buyer = customer.map(|it| Buyer { name: it.name.clone(), phone: it.phone.clone(), ..Buyer::default() });
        self.begin();
        self.cart.update(|cart| {
            cart.content.customer = customer.map(|it| it.id);
            cart.buyer = buyer.unwrap_or_default();
            cart.price_as(self.price_now(&level));
        });
        self.tried.set(false);
        self.close();
    }

    fn fail(self, fault: ActFault) {
        self.refused.set(Some(fault));
    }

    /// Puts the cart aside, for any tablet of the shop.
    pub fn park(self) {
        if self.busy.get_untracked() || self.cart.with_untracked(Cart::is_empty) {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            let (content, buyer) = (cart.parked(), cart.buyer.clone());
            let command = match cart.base.clone() {
                Some((base, base_buyer)) => Command::Edit { base, base_buyer, content, buyer },
                None => Command::SaveDraft { content, buyer, copied_from: None },
            };
            match self.session.act(Some(cart.order), command).await {
                Ok(_) | Err(ActFault::Rejected(Rejection::NothingChanged)) => {
                    self.start_anew();
                    self.toaster.confirm(counter::PARKED_NOW);
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    fn start_anew(self) {
        self.open.set(None);
        self.met.set(None);
        self.refused.set(None);
        self.tried.set(false);
        self.sheet.set(false);
        self.how.set(domain::order::Method::Cash.key().to_owned());
        self.cart.set(Cart::new(self.session.draw_order()));
    }

    /// Takes a parked cart up; the one in hand is parked in its place, in the same transaction.
    pub fn take_up(self, id: Uuid) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            match self.taken_up(id, &cart).await {
                Ok(taken) => {
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
        let (content, buyer) = (order.content(), order.buyer());
        let save = |id: Uuid, content: Content, buyer: Buyer| {
            Act::Order(Some(id), Box::new(Command::SaveDraft { content, buyer, copied_from: None }))
        };
        let mut acts = vec![save(id, Content { parked: false, ..content.clone() }, buyer.clone())];
        if !in_hand.is_empty() {
            acts.push(save(in_hand.order, in_hand.parked(), in_hand.buyer.clone()));
        }
        self.session.act_all(acts).await?;
        let level = self.customers.with_untracked(|all| {
            let customer = content.customer.and_then(|id| all.get(id));
            customer.map(|it| it.level.clone()).unwrap_or_default()
        });
        Ok(Cart::take_up(id, content, buyer, self.price_now(&level)))
    }

    /// Follows what others do to the parked cart that is in hand.
    pub fn watch_the_draft(self) {
        let draft = Memo::new(move |_| self.cart.with(|cart| cart.base.is_some().then_some(cart.order)));
        let order = self.session.order(draft.into());
        Effect::new(move |_| {
            // While an act of our own is under way, what changes is ours.
            if self.busy.get() {
                return;
            }
            if let Loaded::There(order) = order.get() {
                self.meet(&order);
            }
        });
    }

    fn meet(self, order: &Order) {
        let is_it = self.cart.with_untracked(|cart| cart.base.is_some() && cart.order == order.id);
        if !is_it {
            return;
        }
        if order.confirmed.is_some() {
            self.met.set(Some(Met::Sold));
        } else if order.discarded.is_some() {
            self.met.set(Some(Met::Gone));
        } else {
            let (content, buyer) = (order.content(), order.buyer());
            let mut cart = self.cart.get_untracked();
            if cart.rebase(&content, &buyer) {
                self.cart.set(cart);
                self.met.set(Some(Met::Changed));
            }
        }
    }

    /// What is in hand becomes a sale of its own.
    pub fn as_new(self) {
        self.cart.update(|cart| *cart = cart.anew(self.session.draw_order()));
        self.met.set(None);
        self.refused.set(None);
    }

    /// What is in hand was settled elsewhere, and is given up here.
    pub fn drop_met(self) {
        self.start_anew();
    }

    /// Goes on to the form of an order, where there is room for an address.
    pub fn ship(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let cart = self.cart.get_untracked();
        spawn_local(async move {
            let content = Content { delivery: Delivery::Ship, ..cart.content.clone() };
            let command = Command::SaveDraft { content, buyer: cart.buyer.clone(), copied_from: None };
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

    /// Goes on to take the money.
    pub fn charge(self) {
        self.begin();
        if self.cart.with_untracked(Cart::is_empty) || self.paying.get_untracked() {
            return;
        }
        self.tried.set(false);
        self.sheet.set(false);
        self.came_from_goods.set_value(true);
        self.go.get_value()(&format!("{HERE}?step=pay"), false);
        focus_amount();
    }

    /// Goes back to the goods.
    pub fn back_to_goods(self) {
        if self.came_from_goods.get_value() {
            self.came_from_goods.set_value(false);
            history::back();
        } else {
            self.go.get_value()(HERE, true);
        }
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
        if self.busy.get_untracked() || !self.paying.get_untracked() {
            return;
        }
        self.tried.set(true);
        let how = self.how.get_untracked();
        if how == CREDIT {
            if self.cart.with_untracked(|cart| cart.content.customer.is_none() && cart.buyer.is_empty()) {
                return self.ask(Asked::Customer);
            }
            return self.sell(true, 0);
        }
        match untrack(|| self.step_now()) {
            Ok((given, Step::Part(_))) => {
                self.cart.update(|cart| cart.taken.push(Taken { method: how, given }));
                self.tried.set(false);
                focus_amount();
            }
            Ok((given, Step::All { change })) => {
                self.cart.update(|cart| cart.taken.push(Taken { method: how, given }));
                self.sell(false, change);
            }
            Ok((_, Step::TooMuch)) | Err(_) => page::focus_first_fault(),
        }
    }

    /// Makes the sale, with all that was taken, in one transaction.
    fn sell(self, on_credit: bool, change: i64) {
        self.busy.set(true);
        self.refused.set(None);
        let cart = self.cart.get_untracked();
        let shop = self.session.shop_fields().get_untracked();
        let (channel, category) = (default_of(&shop, List::Channel), default_of(&shop, List::Category));
        let method = cart.taken.last().map_or("cash", |part| part.method.as_str());
        let content = cart.sold(method, on_credit, &channel, &category);
        let handed_over = content.delivery == Delivery::HandOver;
        let owed = if on_credit { cart.rest() } else { 0 };
        let total = content.total();
        let command = Command::Confirm {
            new: Some((content, cart.buyer.clone())),
            copied_from: None,
            payments: paying::payments(&cart.taken),
            handed_over,
        };
        spawn_local(async move {
            match self.session.act(Some(cart.order), command).await {
                Ok(acted) => {
                    let number = acted.number.map(|number| number.0).unwrap_or_default();
                    let sold = Sold { order: acted.order, number, total, change, owed, cart, undone: false };
                    let said = if change > 0 {
                        format!("{} {}", counter::CHANGE.get(), self.currency().full(change))
                    } else {
                        String::new()
                    };
                    self.said.set(format!("{} {}. {said}", counter::SOLD.get(), model::pickup(&sold.number)));
                    self.start_anew();
                    self.sold.set(Some(sold));
                    self.back_to_goods();
                }
                Err(fault) => {
                    // The last part is to be typed again; the others were taken.
                    if !on_credit {
                        self.cart.update(|cart| drop(cart.taken.pop()));
                    }
                    self.fail(fault);
                }
            }
            self.busy.set(false);
        });
    }

    /// Undoes the sale that was just made.
    pub fn undo_sale(self) {
        let Some(order) = self.sold.with_untracked(|sold| Some(sold.as_ref().filter(|it| !it.undone)?.order)) else {
            return;
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let reason = counter::REASON.get().to_owned();
            match self.session.act(Some(order), Command::Undo(reason)).await {
                Ok(_) => {
                    self.sold.update(|sold| sold.iter_mut().for_each(|sold| sold.undone = true));
                    self.said.set(counter::UNDONE.get().to_owned());
                }
                Err(fault) => self.fail(fault),
            }
            self.busy.set(false);
        });
    }

    /// The next sale begins.
    pub fn next(self) {
        self.begin();
    }

    /// The undone sale's goods are in the cart again.
    pub fn fill_again(self) {
        let Some(cart) = self.sold.with_untracked(|sold| sold.as_ref().map(|sold| sold.cart.clone())) else { return };
        self.begin();
        self.cart.set(cart.anew(self.session.draw_order()));
    }

    /// A key was pressed somewhere on the page; `is_field`: into a text field, `is_held`: while something has the
    /// focus. Answers whether the key was the till's.
    pub fn key(self, key: &str, is_field: bool, is_held: bool) -> bool {
        let is_amount = self.paying.get_untracked() && page::is_focused(AMOUNT);
        if self.asking.get_untracked() || (is_field && !is_amount) {
            return false;
        }
        let is_digit = matches!(key, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | ".");
        match key {
            "Enter" if is_held && !is_amount => false,
            "Enter" => {
                page::press(MAIN);
                true
            }
            // The browser itself writes the digit into the field that has the focus by then.
            _ if is_digit && self.paying.get_untracked() && !is_amount => {
                page::focus_id(AMOUNT);
                false
            }
            "Escape" if self.paying.get_untracked() => {
                self.back_to_goods();
                true
            }
            _ => false,
        }
    }

    /// Why the last act did not happen, in words.
    pub fn fault_words(self) -> Signal<Option<String>> {
        Signal::derive(move || self.refused.get().map(|fault| super::words::act_fault(&fault).get().to_owned()))
    }

    /// What a product still has, less what is in this cart: `None` where nobody counts it.
    pub fn free(self, product: &Product, variant: Option<u32>) -> Option<i64> {
        let stock = match variant {
            Some(variant) => self.session.stock(product, variant),
            None => self.session.whole_stock(product),
        };
        let here = self.cart.with(|cart| cart.quantity_of(product.id, variant));
        stock.counted.then(|| stock.free().saturating_sub(here))
    }
}

/// An id for a line.
pub(super) fn draw_line() -> u32 {
    u32::from_le_bytes(clock::random())
}

/// Once the field is on the page.
fn focus_amount() {
    request_animation_frame(|| {
        request_animation_frame(|| page::focus_id(AMOUNT));
    });
}

/// A time for people.
pub fn said_time(ms: i64) -> String {
    text::time(ms)
}
