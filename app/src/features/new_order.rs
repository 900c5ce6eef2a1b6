//! Making an order, editing one, or making one as a copy or from a template: the form, then its preview, then it is
//! confirmed.
//!
//! `/orders/new`, `?copy=<id>`, `?template=<id>`, `?customer=<id>`, `?edit=<id>` and `?draft=<id>` are forms of their
//! own; `?step=preview` shows the preview, so that the browser's back leads to the form. What is typed is kept on the device
//! at once, and as a draft of the shop, that other tablets can go on with, when the person pauses or goes elsewhere.

mod draft;
mod find;
mod form;
mod model;
mod preview;
mod template;
mod words;

use std::sync::Arc;

use domain::contact::Buyer;
use domain::customer::Customer;
use domain::order::{Command, Content, NewPayment, Order, Rejection};
use domain::product::Product;
use domain::record;
use domain::template::Template;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::draft::Draft;
use self::form::{Fields, FormPage};
use self::model::{Form, Locked, Reading, Short};
use self::preview::PreviewPage;
pub use self::template::TemplateForm;
use crate::frame::PageHead;
use crate::platform::{form_drafts, history, page};
use crate::session::{ActFault, Load, Records, Session};
use crate::text::{self, Currency, fault, new_order, orders};
use crate::ui::{Empty, Glyph, Kind, LinkButton, Sheet, Toaster, Waiting};

/// What the form is for, as the address says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    New,
    Copy(Uuid),
    Template(Uuid),
    /// For a customer.
    For(Uuid),
    Edit(Uuid),
}

impl Purpose {
    fn order(self) -> Option<Uuid> {
        match self {
            Self::New | Self::Template(_) | Self::For(_) => None,
            Self::Copy(id) | Self::Edit(id) => Some(id),
        }
    }

    fn copied_from(self) -> Option<Uuid> {
        if let Self::Copy(id) = self { Some(id) } else { None }
    }

    /// Under what it is kept.
    fn key(self) -> String {
        match self {
            Self::New => "new".to_owned(),
            Self::Copy(id) => format!("copy.{id}"),
            Self::Template(id) => format!("template.{id}"),
            Self::For(id) => format!("for.{id}"),
            Self::Edit(id) => format!("edit.{id}"),
        }
    }

    fn address(self, is_preview: bool) -> String {
        let of = match self {
            Self::New => None,
            Self::Copy(id) => Some(format!("copy={id}")),
            Self::Template(id) => Some(format!("template={id}")),
            Self::For(id) => Some(format!("customer={id}")),
            Self::Edit(id) => Some(format!("edit={id}")),
        };
        let query: Vec<String> = of.into_iter().chain(is_preview.then(|| "step=preview".to_owned())).collect();
        if query.is_empty() { "/orders/new".to_owned() } else { format!("/orders/new?{}", query.join("&")) }
    }
}

/// What is kept of a form while it is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The id that the order has, or will have: what is confirmed once is not confirmed again, even where the
    /// browser was killed before it forgot this.
    order: Uuid,
    form: Form,
    /// What the form of a known order began with, or what was last saved of the draft: what others changed since then
    /// is not overwritten.
    base: Option<(Content, Buyer)>,
}

/// With what the form begins.
#[derive(Clone, Debug, PartialEq)]
struct Start {
    /// The id that the order has, or will have.
    order: Uuid,
    /// As it would be with nothing typed.
    blank: Form,
    /// As it is.
    form: Form,
    /// What the known order held.
    base: Option<(Content, Buyer)>,
    /// That order is confirmed: this is an edit.
    is_edit: bool,
    /// What was paid for it, minor units.
    paid: i64,
}

#[derive(Clone, Debug, PartialEq)]
enum Opening {
    Reading,
    Missing,
    Locked(Uuid, Locked),
    Ready(Box<Start>),
}

/// An order being made: what the form and the preview share.
#[derive(Clone, Copy)]
pub struct Flow {
    purpose: Purpose,
    /// The id that the order has, or will have.
    order: StoredValue<Uuid>,
    fields: Fields,
    /// What the form says now.
    reading: Memo<Reading>,
    /// Something has been typed.
    is_touched: Memo<bool>,
    /// The person has asked for the preview: what is wrong is said from then on.
    tried: RwSignal<bool>,
    /// Confirming is under way.
    busy: RwSignal<bool>,
    /// Why it was not confirmed.
    problem: Signal<Option<String>>,
    /// What money is counted in.
    currency: Signal<Currency>,
    /// A confirmed order is being edited.
    is_edit: bool,
    /// What was paid for it and not given back, minor units; for a draft, too.
    paid: Memo<i64>,
    base: StoredValue<Option<(Content, Buyer)>>,
    session: Session,
    /// The same currency, to calculate with.
    minor: Memo<domain::Currency>,
    /// The shop's lists.
    shop: Signal<Arc<record::Fields>>,
    products: Signal<Records<Product>>,
    customers: Signal<Records<Customer>>,
    /// The buyer, where the shop knows them.
    known: Memo<Option<Arc<Customer>>>,
    /// Their price level; empty: the usual prices.
    level: Memo<String>,
    /// What is asked for and not there.
    short: Memo<Vec<Short>>,
}

impl Flow {
    /// What confirming asks for. What others changed in a draft or an order is not written over: it is edited, and
    /// confirmed as it then stands.
    fn commands(self, content: Content, buyer: Buyer, payment: Option<NewPayment>, handed_over: bool) -> Vec<Command> {
        let confirm = |new: Option<(Content, Buyer)>| Command::Confirm {
            new,
            copied_from: self.purpose.copied_from(),
            payments: payment.into_iter().collect(),
            handed_over,
        };
        match self.base.get_value() {
            Some((base, base_buyer)) => {
                if self.is_edit {
                    vec![Command::Edit { base, base_buyer, content, buyer }]
                } else {
                    vec![Command::EditDraft { base, base_buyer, content, buyer }, confirm(None)]
                }
            }
            None => vec![confirm(Some((content, buyer)))],
        }
    }
}

/// The page.
#[component]
pub fn NewOrder() -> impl IntoView {
    let query = use_query_map();
    let purpose = Memo::new(move |_| {
        let id = |name| query.with(|query| query.get(name)).and_then(|id| Uuid::try_parse(&id).ok());
        let edit = id("edit").or_else(|| id("draft")).map(Purpose::Edit);
        let of = || id("template").map(Purpose::Template).or_else(|| id("customer").map(Purpose::For));
        edit.or_else(|| id("copy").map(Purpose::Copy)).or_else(of).unwrap_or(Purpose::New)
    });
    let wants_preview = Memo::new(move |_| query.with(|query| query.get("step").as_deref() == Some("preview")));
    move || view! { <OneForm purpose=purpose.get() wants_preview/> }
}

/// What a form begins in: what the shop is, and a template or a customer where the address names one.
struct Place<'a> {
    currency: domain::Currency,
    shop: &'a record::Fields,
    template: Option<Arc<Template>>,
    customer: Option<Customer>,
    /// An id for the order.
    drawn: Uuid,
}

/// Begins the form: with what was kept, or what the order of the address holds, or nothing. `made` is the order that
/// what was kept is to become: where it is there already, that was done.
fn begin(
    purpose: Purpose,
    order: Load<Arc<Order>>,
    kept: Option<Kept>,
    made: impl Fn() -> Load<Arc<Order>>,
    Place { currency, shop, template, customer, drawn }: Place<'_>,
) -> Opening {
    let kept = match (purpose, kept) {
        (Purpose::New | Purpose::Copy(_) | Purpose::Template(_) | Purpose::For(_), Some(kept)) => match made() {
            Load::Pending => return Opening::Reading,
            Load::Ready(order) if order.confirmed.is_some() || order.discarded.is_some() => None,
            // The draft is what it stands for now; what others changed of it follows when the form is open.
            Load::Ready(_) | Load::Missing => Some(kept),
        },
        (_, kept) => kept,
    };
    let order = match (purpose, order) {
        (Purpose::New | Purpose::Template(_) | Purpose::For(_), _) => None,
        (_, Load::Pending) => return Opening::Reading,
        (_, Load::Missing) => return Opening::Missing,
        (_, Load::Ready(order)) => Some(order),
    };
    let start = match (purpose, order) {
        (Purpose::Edit(id), Some(order)) => {
            if let Some(why) = model::locked(&order) {
                return Opening::Locked(id, why);
            }
            let (form, base) = match kept {
                Some(Kept { form, base: Some(base), .. }) => (Some(form), base),
                _ => (None, (order.content(), order.buyer())),
            };
            let is_edit = order.confirmed.is_some();
            let blank = Form::of(&base.0, &base.1, currency, !is_edit);
            Start {
                order: id,
                form: form.unwrap_or_else(|| blank.clone()),
                blank,
                base: Some(base),
                is_edit,
                paid: order.received(),
            }
        }
        (_, order) => {
            let blank = match (order, template) {
                (Some(order), _) => Form::of(&order.content(), &order.buyer(), currency, false).renumbered(),
                (None, Some(template)) => Form::of_template(&template.content, shop, currency),
                (None, None) => Form::blank(shop).of_buyer(customer.as_ref()),
            };
            let (order, form, base) =
                kept.map_or_else(|| (drawn, blank.clone(), None), |kept| (kept.order, kept.form, kept.base));
            Start { order, blank, form, base, is_edit: false, paid: 0 }
        }
    };
    Opening::Ready(Box::new(start))
}

#[component]
fn OneForm(purpose: Purpose, wants_preview: Memo<bool>) -> impl IntoView {
    let session = Session::here();
    let order = session.order(Signal::stored(purpose.order()));
    let currency = session.settings();
    // How often it was started over. Once begun, what happens to the order elsewhere does not touch what is typed.
    let round = RwSignal::new(0_u32);
    let typed: Memo<Option<Kept>> = Memo::new(move |_| {
        round.track();
        form_drafts::load(&purpose.key())
    });
    let made = session.order(Signal::derive(move || typed.with(|kept| kept.as_ref().map(|kept| kept.order))));
    let shop = session.shop_fields();
    let templates = session.templates();
    let opening = Memo::new(move |before: Option<&(u32, Opening)>| {
        let round = round.get();
        match before {
            Some((of, ready @ Opening::Ready(_))) if *of == round => (round, ready.clone()),
            _ => {
                let template = match purpose {
                    Purpose::Template(id) => templates.with(|all| all.get(id).cloned()),
                    _ => None,
                };
                let customer = match purpose {
                    Purpose::For(id) => session.customer_of(id).filter(|customer| !customer.erased),
                    _ => None,
                };
                let shop = shop.get();
                let currency = currency.get().currency;
                let place = Place { currency, shop: &shop, template, customer, drawn: session.draw_id() };
                (round, begin(purpose, order.get(), typed.get(), || made.get(), place))
            }
        }
    });
    let begin_anew = Callback::new(move |()| round.update(|round| *round = round.wrapping_add(1)));
    move || match opening.get().1 {
        Opening::Reading => view! { <Waiting/> }.into_any(),
        Opening::Missing => {
            view! { <Unable title=fault::NO_SUCH_ORDER why=fault::NO_SUCH_ORDER_WHY href="/orders" way=orders::BACK/> }
                .into_any()
        }
        Opening::Locked(id, why) => {
            let href = format!("/orders/{id}");
            view! { <Unable title=new_order::NOT_NOW why=words::locked(why) href way=new_order::OPEN_ORDER/> }
                .into_any()
        }
        Opening::Ready(start) => view! { <Typing purpose start=*start wants_preview on_begin=begin_anew/> }.into_any(),
    }
}

/// There is nothing to fill in.
#[component]
fn Unable(title: text::Phrase, why: text::Phrase, #[prop(into)] href: String, way: text::Phrase) -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=text::form::EDIT/>
            <Sheet>
                <Empty glyph=Glyph::Lock title text=why>
                    <LinkButton href label=way kind=Kind::Main/>
                </Empty>
            </Sheet>
        </div>
    }
}

/// Puts a form together: its fields, and all that follows from what is typed.
fn wire(session: Session, purpose: Purpose, start: Start, refused: RwSignal<Option<ActFault>>) -> (Flow, Memo<Form>) {
    let settings = session.settings();
    let Start { order, blank, form, base, is_edit, paid } = start;
    let known_order = session.order(Signal::stored(Some(order)));

    let fields = Fields::of(form);
    let customers = session.customers();
    let typed = Memo::new(move |_| {
        let mut form = fields.typed();
        // Somebody else's name and phone are not that customer any more.
        let known = form.customer.and_then(|id| customers.with(|all| all.get(id).cloned()));
        if known.is_some_and(|customer| !find::is_still(&customer, &form.name, &form.phone)) {
            form.customer = None;
        }
        form
    });
    let minor = Memo::new(move |_| settings.with(|settings| settings.currency));
    let reading = Memo::new(move |_| typed.with(|form| form.read(minor.get())));
    let known = Memo::new(move |_| {
        let customer = typed.with(|form| form.customer)?;
        customers.with(|all| all.get(customer).cloned())
    });
    let products = session.products();
    // What a confirmed order reserves already is its own.
    let reserved = StoredValue::new(if is_edit { base.as_ref().map(|(content, _)| content.clone()) } else { None });
    let short = Memo::new(move |_| {
        let own = |goods: (Uuid, u32)| {
            reserved.with_value(|content| {
                let lines = content.iter().flat_map(|content| &content.lines);
                let own = lines
                    .filter(|line| line.product.is_some_and(|product| session.article(product, line.variant) == goods));
                own.fold(0_i64, |sum, line| sum.saturating_add(line.quantity))
            })
        };
        let free = |product: Uuid, variant: u32| {
            let (_, variant) = session.article(product, variant);
            let product = products.with(|all| all.get(product).cloned())?;
            let (stock, goods) = (session.stock(&product, variant), (product.id, variant));
            stock.counted.then(|| (goods, stock.free().saturating_add(own(goods))))
        };
        reading.with(|reading| model::shortages(&reading.content, free))
    });
    let flow = Flow {
        purpose,
        order: StoredValue::new(order),
        fields,
        session,
        minor,
        shop: session.shop_fields(),
        products,
        customers,
        known,
        level: Memo::new(move |_| known.with(|known| known.as_ref().map(|it| it.level.clone()).unwrap_or_default())),
        short,
        reading,
        is_touched: Memo::new(move |_| typed.with(|form| *form != blank)),
        tried: RwSignal::new(false),
        busy: RwSignal::new(false),
        problem: Signal::derive(move || refused.get().map(|fault| words::act_fault(&fault).get().to_owned())),
        currency: session.currency(),
        is_edit,
        // Another tablet may take a part of the payment, or give some back, while this is open.
        paid: Memo::new(move |_| known_order.get().there().map_or(paid, |order| order.received())),
        base: StoredValue::new(base),
    };
    (flow, typed)
}

#[component]
fn Typing(purpose: Purpose, start: Start, wants_preview: Memo<bool>, on_begin: Callback<()>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let navigate = use_navigate();
    let is_edit = start.is_edit;
    let refused = RwSignal::new(None);
    let (flow, typed) = wire(session, purpose, start, refused);

    // Once it is confirmed, nothing is kept any more.
    let done = StoredValue::new(false);
    let draft = Draft::of(flow, typed, done);
    draft.keep_here();
    draft.follow_others(toaster);
    if !is_edit {
        draft.keep_for_all();
    }

    let act = {
        let navigate = navigate.clone();
        move |commands: Vec<Command>, is_draft: bool| {
            if flow.busy.get_untracked() {
                return;
            }
            flow.busy.set(true);
            refused.set(None);
            let navigate = navigate.clone();
            spawn_local(async move {
                match session.act_in_turn(flow.order.get_value(), commands).await {
                    Ok(acted) => {
                        done.set_value(true);
                        form_drafts::forget(&purpose.key());
                        let to = if is_draft { "/orders".to_owned() } else { format!("/orders/{}", acted.order) };
                        match acted.number {
                            _ if is_draft => toaster.confirm(text::form::DRAFT_KEPT),
                            Some(number) => toaster.confirm(move || text::preview::saved(&number.0)),
                            None => toaster.confirm(text::order::SAVED),
                        }
                        // Back from the order does not lead to the form that made it.
                        navigate(&to, NavigateOptions { replace: true, ..NavigateOptions::default() });
                    }
                    Err(fault) => {
                        if matches!(fault, ActFault::Rejected(Rejection::AlreadyConfirmed)) {
                            // Another window did it. What is typed here may be another order: that is for the
                            // person to say, by confirming once more.
                            flow.order.set_value(session.draw_id());
                            flow.base.set_value(None);
                        }
                        refused.set(Some(fault));
                        flow.busy.set(false);
                    }
                }
            });
        }
    };

    // Whether the preview was reached from this form, so that one step back in the history is the form.
    let came_from_form = StoredValue::new(false);
    let show_preview = {
        let navigate = navigate.clone();
        Callback::new(move |()| {
            flow.tried.set(true);
            refused.set(None);
            if flow.reading.with_untracked(|reading| reading.faults.is_empty()) {
                came_from_form.set_value(true);
                navigate(&purpose.address(true), NavigateOptions { scroll: false, ..NavigateOptions::default() });
            } else {
                page::focus_first_fault();
            }
        })
    };
    let back_to_form = {
        let navigate = navigate.clone();
        Callback::new(move |()| {
            refused.set(None);
            if came_from_form.get_value() {
                came_from_form.set_value(false);
                history::back();
            } else {
                navigate(&purpose.address(false), NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
        })
    };
    let keep_draft = {
        let (act, navigate) = (act.clone(), navigate.clone());
        Callback::new(move |()| match flow.reading.with_untracked(Reading::draft) {
            // It was saved a moment ago.
            Some(now) if flow.base.with_value(|base| base.as_ref() == Some(&now)) => {
                done.set_value(true);
                form_drafts::forget(&purpose.key());
                toaster.confirm(text::form::DRAFT_KEPT);
                navigate("/orders", NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
            Some(now) => act(vec![draft.command(now)], true),
            None => {
                flow.tried.set(true);
                page::focus_first_fault();
            }
        })
    };
    let on_keep = (!is_edit).then_some(keep_draft);
    let on_confirm = Callback::new(move |(commands,)| act(commands, false));
    let leave = navigate.clone();
    let start_over = Callback::new(move |()| {
        done.set_value(true);
        draft.throw_away(toaster, on_begin);
        match purpose {
            Purpose::Edit(_) if !is_edit => leave("/orders", NavigateOptions::default()),
            _ => on_begin.run(()),
        }
    });
    // Done on another tablet: there is nothing left to do here.
    let elsewhere = Memo::new(move |_| draft.confirmed_elsewhere());

    // The preview shows what was complete when it was asked for; a fault shows the form.
    let previewed = Memo::new(move |_| if wants_preview.get() { flow.reading.with(Reading::complete) } else { None });
    move || match (elsewhere.get(), previewed.get()) {
        (Some(id), _) => {
            let href = format!("/orders/{id}");
            let (title, why) = (new_order::CONFIRMED_ELSEWHERE, new_order::CONFIRMED_ELSEWHERE_WHY);
            view! { <Unable title why href way=new_order::OPEN_ORDER/> }.into_any()
        }
        (None, Some((content, buyer))) => {
            view! { <PreviewPage flow content buyer on_back=back_to_form on_confirm/> }.into_any()
        }
        (None, None) => view! { <FormPage flow on_preview=show_preview on_start_over=start_over on_keep/> }.into_any(),
    }
}
