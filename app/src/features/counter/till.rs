//! The till: the one place where the state of the counter lives, and what every key of it does; the cart as a draft and
//! the payment lie beside it.

mod drafts;
mod paying;

use std::collections::VecDeque;
use std::sync::Arc;

use domain::code::Place;
use domain::code::scale::Label;
use domain::contact::Buyer;
use domain::customer::Customer;
use domain::figure;
use domain::order::{Command, Method, Order, Unit};
use domain::product::Product;
use domain::shop::list::{List, entries};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Cart, Good};
use crate::platform::{clock, history, page};
use crate::session::{ActFault, Load, Records, Session};
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
pub enum DialogKind {
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

/// What goes back or came in several ways, minor units.
pub fn sum(ways: &[(String, i64)]) -> i64 {
    ways.iter().fold(0, |sum, (_, minor)| sum.saturating_add(*minor))
}

impl Back {
    fn of(sold: &Sold) -> Option<Self> {
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
pub enum RemoteChange {
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
    pub dialog: RwSignal<Option<DialogKind>>,
    /// Whether it is open.
    pub asking: RwSignal<bool>,
    /// The sale that was just made.
    pub sold: RwSignal<Option<Sold>>,
    /// What goes back of the sale before this one, until somebody has taken note of it.
    pub back: RwSignal<Option<Back>>,
    /// What another tablet did to this cart.
    pub met: RwSignal<Option<RemoteChange>>,
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
    pub draft: Signal<Load<Arc<Order>>>,
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
        let cart = RwSignal::new(kept.unwrap_or_else(|| Cart::new(session.draw_id())));
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
            dialog: RwSignal::new(None),
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
    pub fn open(self, dialog: DialogKind) {
        let was_open = self.asking.get_untracked();
        self.dialog.set(Some(dialog));
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
            _ => self.open(DialogKind::Variant(id)),
        }
    }

    /// A product's variant (0: the product) is wanted: one more of it, or so many grams.
    pub fn take(self, id: Uuid, variant: u32) {
        let Some(product) = self.product(id) else { return };
        if product.unit == Unit::Gram {
            return self.open(DialogKind::Grams(id, variant));
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
            self.open(DialogKind::Line(line, Figure::Price));
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
        self.cart.set(Cart::new(self.session.draw_id()));
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

/// A time for people.
pub fn said_time(ms: i64) -> String {
    text::time(ms)
}
