//! The till: the one place where the state of the counter lives, and what every key of it does.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::OrderNumber;
use domain::code::Place;
use domain::code::scale::Label;
use domain::contact::Buyer;
use domain::customer::Customer;
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Command, Content, Delivery, Method, Order, Rejection, Status, Unit};
use domain::product::Product;
use domain::shop::list::{List, default_of, entries};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use replica::{Act, Filter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::paying::{self, CREDIT, Step, Taken};
use super::model::{Cart, Good};
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
    /// How the money goes back that was taken for a cart that is given up.
    GiveBack,
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
    /// What goes back to the buyer of the cash that was given.
    pub change: i64,
    /// What was taken, by the method's key, minor units as given.
    pub paid: Vec<(String, i64)>,
    /// What was given back because more had been taken than was due, by the method's key.
    pub returned: Vec<(String, i64)>,
    /// What the buyer owes.
    pub owed: i64,
    /// The cart, to be filled again.
    pub cart: Cart,
    /// The buyer comes for it: the number that is called out.
    pub called: Option<String>,
    /// It was undone, and so much goes back, by the method's key.
    pub undone: Option<Vec<(String, i64)>>,
}

/// What goes back to the buyer of the last sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// Minor units.
    pub minor: i64,
    /// It is change; else it was taken for goods that are not sold.
    pub is_change: bool,
}

impl Back {
    fn of(sold: &Sold) -> Option<Self> {
        let sum = |ways: &[(String, i64)]| ways.iter().fold(0_i64, |sum, (_, minor)| sum.saturating_add(*minor));
        let (minor, is_change) = match &sold.undone {
            Some(ways) => (sum(ways), false),
            None if sold.change > 0 => (sold.change, true),
            None => (sum(&sold.returned), false),
        };
        (minor > 0).then_some(Self { minor, is_change })
    }
}

/// What is to go into the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What a code names.
    Code(String),
    /// A product, by its tile.
    Tile(Uuid),
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
    /// What goes back of the sale before this one, until somebody has taken note of it.
    pub back: RwSignal<Option<Back>>,
    /// What another tablet did to this cart.
    pub met: RwSignal<Option<Met>>,
    /// Money is being taken.
    pub paying: Signal<bool>,
    /// On a phone: the cart is shown whole.
    pub sheet: Memo<bool>,
    /// How the next part is paid: a method's key, or [`CREDIT`].
    pub how: RwSignal<String>,
    /// The amount as typed.
    pub typed: RwSignal<String>,
    /// The person has tried to save: what is wrong is said from then on.
    pub tried: RwSignal<bool>,
    /// The amount that is typed where there are no products yet, and not in the cart so far.
    pub amount: RwSignal<String>,
    /// It was tried to put it there: what is wrong is said from then on.
    pub amount_tried: RwSignal<bool>,
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
    /// What waits until no question is open and no act under way.
    pub waiting: RwSignal<VecDeque<Wanted>>,
    /// What is to go back, because more was taken than it comes to.
    pub over: Memo<i64>,
    /// What goes back goes back in cash, however it came.
    pub in_cash: RwSignal<bool>,
    /// The cart's draft, where there is one.
    pub draft: Signal<Loaded<Arc<Order>>>,
    /// The draft that was heard of last, and how much had happened to it.
    heard: StoredValue<(Uuid, usize)>,
    /// The step of paying, or the cart on a phone, was reached from here, so that one step back in the history is the
    /// goods.
    came_from_goods: StoredValue<bool>,
    go: StoredValue<Go>,
}

impl Till {
    /// A till with the cart that was kept.
    pub fn new(session: Session, toaster: Toaster, kept: Option<Cart>, step: Memo<Option<String>>) -> Self {
        let navigate = use_navigate();
        let go = move |to: &str, replace: bool| {
            navigate(to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        };
        let cart = RwSignal::new(kept.unwrap_or_else(|| Cart::new(session.draw_order())));
        let sold = RwSignal::new(None::<Sold>);
        let customers = session.customers();
        let is_empty = Memo::new(move |_| cart.with(Cart::is_empty));
        let is_at = move |name: &str| step.with(|step| step.as_deref() == Some(name)) && sold.with(Option::is_none);
        let paying = Memo::new(move |_| is_at("pay") && !is_empty.get());
        let level = Memo::new(move |_| {
            let customer = cart.with(|cart| cart.content.customer);
            let level = customer.and_then(|id| customers.with(|all| all.get(id).map(|it| it.level.clone())));
            level.unwrap_or_default()
        });
        let rest = Memo::new(move |_| cart.with(Cart::rest));
        let draft = Memo::new(move |_| cart.with(|cart| (!cart.is_blank()).then_some(cart.order)));
        let draft = session.order(draft.into());
        let till = Self {
            session,
            toaster,
            cart,
            open: RwSignal::new(None),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            sold,
            back: RwSignal::new(None),
            met: RwSignal::new(None),
            paying: paying.into(),
            sheet: Memo::new(move |_| is_at("cart")),
            how: RwSignal::new(usual_way(session)),
            typed: RwSignal::new(String::new()),
            tried: RwSignal::new(false),
            amount: RwSignal::default(),
            amount_tried: RwSignal::new(false),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            products: session.products(),
            customers,
            level,
            total: Memo::new(move |_| cart.with(|cart| cart.content.total())),
            rest,
            scanner: Scanner::here(),
            waiting: RwSignal::default(),
            over: Memo::new(move |_| cart.with(Cart::over)),
            in_cash: RwSignal::new(false),
            draft,
            heard: StoredValue::new((Uuid::nil(), 0)),
            came_from_goods: StoredValue::new(false),
            go: StoredValue::new(Arc::new(go)),
        };
        // The exact amount is filled in, and again whenever what is left changes; while money is taken, not over what a
        // person typed.
        Effect::new(move |before: Option<(bool, i64)>| {
            let (paying, rest, currency) = (till.paying.get(), rest.get(), till.currency());
            let is_typed = |rest: i64| till.typed.with_untracked(|typed| *typed != currency.typed(rest));
            if !before.is_some_and(|(was_paying, rest)| was_paying && paying && is_typed(rest)) {
                till.typed.set(currency.typed(rest));
            }
            (paying, rest)
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

    /// A product's tile was tapped. While a cart is being put away it is the next one's.
    pub fn tap(self, id: Uuid) {
        if self.busy.get_untracked() {
            return self.waiting.update(|waiting| waiting.push_back(Wanted::Tile(id)));
        }
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

    /// Puts the typed amount into the cart; where it is none, that is said.
    pub fn put_amount(self) -> bool {
        self.amount_tried.set(true);
        let Ok(price) = self.amount.with_untracked(|typed| figure::amount(typed, self.money())) else {
            page::focus_first_fault();
            return false;
        };
        self.put_free(counter::SUNDRY.get().to_owned(), 1, price);
        self.drop_amount();
        true
    }

    /// Forgets the typed amount.
    pub fn drop_amount(self) {
        self.amount.set(String::new());
        self.amount_tried.set(false);
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

    /// Empties the cart; it can be filled again. Where money was taken for it, what becomes of that is asked first.
    pub fn clear(self) {
        if self.cart.with_untracked(|cart| cart.received() > 0) {
            return self.ask(Asked::GiveBack);
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
                    *now = cart.anew(self.session.draw_order());
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
    fn ways_back(self, draft: &Order, amount: i64) -> Vec<(Method, i64)> {
        match self.in_cash.get_untracked() {
            true if amount > 0 => vec![(Method::Cash, amount)],
            _ => draft.ways_back(amount),
        }
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

    fn start_anew(self) {
        self.open.set(None);
        self.met.set(None);
        self.refused.set(None);
        self.tried.set(false);
        self.in_cash.set(false);
        if self.sheet.get_untracked() {
            self.back_to_goods();
        }
        self.how.set(usual_way(self.session));
        self.cart.set(Cart::new(self.session.draw_order()));
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
            if let Loaded::There(order) = self.draft.get() {
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
            self.met.set(Some(Met::Sold));
        } else if order.discarded.is_some() {
            self.met.set(Some(Met::Gone));
        } else {
            let mut cart = self.cart.get_untracked();
            let before = cart.clone();
            if cart.rebase(order) {
                self.met.set(Some(Met::Changed));
            }
            if cart != before {
                self.cart.set(cart);
            }
        }
    }

    /// Keeps the cart as a draft and does things to it, in one transaction; the cart then knows what stands in the log.
    async fn act_on_draft(self, then: impl IntoIterator<Item = Command>) -> Result<(), ActFault> {
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
    fn is_ready(self) -> bool {
        let has_old_parts = self.cart.with_untracked(|cart| !cart.taken.is_empty());
        if has_old_parts {
            spawn_local(self.keep_old_parts());
        }
        !self.busy.get_untracked() && !has_old_parts
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

    /// On a phone: shows the cart whole.
    pub fn open_cart(self) {
        self.step_to("cart", false);
    }

    fn step_to(self, step: &str, replace: bool) {
        if !replace {
            self.came_from_goods.set_value(true);
        }
        self.go.get_value()(&format!("{HERE}?step={step}"), replace);
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
        if !self.paying.get_untracked() || !self.is_ready() {
            return;
        }
        self.tried.set(true);
        let how = self.how.get_untracked();
        if how == CREDIT {
            if self.cart.with_untracked(|cart| cart.content.customer.is_none() && cart.buyer.is_empty()) {
                return self.ask(Asked::Customer);
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

    /// Whether goods of another day wait under the same count: at a night market the count begins anew at midnight.
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
        self.cart.set(cart.anew(self.session.draw_order()));
    }

    /// A key was pressed somewhere on the page; `is_field`: into a text field, `is_held`: while something has the
    /// focus. Answers whether the key was the till's.
    pub fn key(self, key: &str, is_field: bool, is_held: bool) -> bool {
        let is_amount = self.paying.get_untracked() && page::is_focused(AMOUNT);
        if self.asking.get_untracked() || (is_field && !is_amount) {
            return false;
        }
        let is_digit = matches!(key, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "." | ",");
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
        let quantity_of = |cart: &Cart, of| cart.quantity_of(product.id, of, |id, of| self.session.article(id, of));
        let here = self.cart.with(|cart| match variant {
            // Of sizes that nobody counts, none is missing.
            None if !product.variants.is_empty() => {
                let counted = product.variants.iter().filter(|it| self.session.stock(product, it.id).counted);
                counted.map(|it| quantity_of(cart, Some(it.id))).sum()
            }
            _ => quantity_of(cart, variant),
        });
        stock.counted.then(|| stock.free().saturating_sub(here))
    }
}

/// How the shop is usually paid: as it says, or in cash.
fn usual_way(session: Session) -> String {
    let shop = session.shop_fields().get_untracked();
    let offered = entries(&shop, List::Method).into_iter().filter(|entry| !entry.hidden);
    let offered: Vec<String> = offered.map(|entry| entry.key).collect();
    let chosen = shop.text(&List::Method.default_field()).to_owned();
    let wanted = if chosen.is_empty() { Method::Cash.key().to_owned() } else { chosen };
    let there = offered.iter().find(|key| **key == wanted).or(offered.first());
    there.cloned().unwrap_or(wanted)
}

fn refund((method, amount): (Method, i64)) -> Command {
    Command::RecordRefund { method, amount, reason: String::new() }
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
