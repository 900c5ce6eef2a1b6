//! Making an order, editing one, or making one as a copy: the form, then its preview, then it is confirmed.
//!
//! `/orders/new`, `?copy=<id>` and `?edit=<id>` are forms of their own; `?step=preview` shows the preview, so that
//! the browser's back leads to the form. What is typed is kept on the device until it is confirmed or thrown away.

mod form;
mod model;
mod preview;
mod words;

use std::sync::Arc;

use domain::contact::Buyer;
use domain::order::{Command, Content, NewPayment, Order, Rejection};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::form::{Fields, FormPage};
use self::model::{Form, Locked, Reading};
use self::preview::PreviewPage;
use crate::frame::PageHead;
use crate::platform::{clock, history, kept, page};
use crate::session::{ActFault, Loaded, Session};
use crate::text::{self, Currency, fault, new_order, orders};
use crate::ui::{Empty, Glyph, Kind, LinkButton, Sheet, Toaster, Waiting};

/// What the form is for, as the address says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    New,
    Copy(Uuid),
    Edit(Uuid),
}

impl Purpose {
    fn order(self) -> Option<Uuid> {
        match self {
            Self::New => None,
            Self::Copy(id) | Self::Edit(id) => Some(id),
        }
    }

    /// Under what it is kept.
    fn key(self) -> String {
        match self {
            Self::New => "new".to_owned(),
            Self::Copy(id) => format!("copy.{id}"),
            Self::Edit(id) => format!("edit.{id}"),
        }
    }

    fn address(self, is_preview: bool) -> String {
        let step = if is_preview { "step=preview" } else { "" };
        match self {
            Self::New if is_preview => format!("/orders/new?{step}"),
            Self::New => "/orders/new".to_owned(),
            Self::Copy(id) if is_preview => format!("/orders/new?copy={id}&{step}"),
            Self::Copy(id) => format!("/orders/new?copy={id}"),
            Self::Edit(id) if is_preview => format!("/orders/new?edit={id}&{step}"),
            Self::Edit(id) => format!("/orders/new?edit={id}"),
        }
    }
}

/// What is kept of a form while it is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The id that the order has, or will have: what is confirmed once is not confirmed again, even where the
    /// browser was killed before it forgot this.
    order: Uuid,
    form: Form,
    /// What the form of a known order began with: what others changed since then is not overwritten.
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
    /// What was paid for it, minor units.
    paid: i64,
    base: StoredValue<Option<(Content, Buyer)>>,
}

impl Flow {
    /// What confirming asks for.
    fn command(self, content: Content, buyer: Buyer, payment: Option<NewPayment>, handed_over: bool) -> Command {
        match self.base.get_value() {
            Some((base, base_buyer)) if self.is_edit => Command::Edit { base, base_buyer, content, buyer },
            _ => {
                let copied_from = match self.purpose {
                    Purpose::Copy(id) => Some(id),
                    Purpose::New | Purpose::Edit(_) => None,
                };
                Command::Confirm {
                    new: Some((content, buyer)),
                    copied_from,
                    payments: payment.into_iter().collect(),
                    handed_over,
                }
            }
        }
    }
}

/// The page.
#[component]
pub fn NewOrder() -> impl IntoView {
    let query = use_query_map();
    let purpose = Memo::new(move |_| {
        let id = |name| query.with(|query| query.get(name)).and_then(|id| Uuid::try_parse(&id).ok());
        match (id("edit"), id("copy")) {
            (Some(id), _) => Purpose::Edit(id),
            (_, Some(id)) => Purpose::Copy(id),
            _ => Purpose::New,
        }
    });
    let wants_preview = Memo::new(move |_| query.with(|query| query.get("step").as_deref() == Some("preview")));
    move || view! { <OneForm purpose=purpose.get() wants_preview/> }
}

/// An id for an order.
fn draw_order(now_ms: i64) -> Uuid {
    let ms = u64::try_from(now_ms).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &clock::random()).into_uuid()
}

/// Begins the form: with what was kept, or what the order of the address holds, or nothing. `made` is the order that
/// what was kept is to become: where it is there already, that was done.
fn begin(
    purpose: Purpose,
    order: Loaded<Arc<Order>>,
    kept: Option<Kept>,
    made: impl Fn() -> Loaded<Arc<Order>>,
    (currency, now_ms): (domain::Currency, i64),
) -> Opening {
    let kept = match (purpose, kept) {
        (Purpose::New | Purpose::Copy(_), Some(kept)) => match made() {
            Loaded::Reading => return Opening::Reading,
            Loaded::There(_) => None,
            Loaded::Missing => Some(kept),
        },
        (_, kept) => kept,
    };
    let order = match (purpose, order) {
        (Purpose::New, _) => None,
        (_, Loaded::Reading) => return Opening::Reading,
        (_, Loaded::Missing) => return Opening::Missing,
        (_, Loaded::There(order)) => Some(order),
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
                paid: order.paid().saturating_sub(order.refunded()),
            }
        }
        (_, order) => {
            let blank = order.map_or_else(Form::default, |order| {
                Form::of(&order.content(), &order.buyer(), currency, false).renumbered()
            });
            let (order, form) =
                kept.map_or_else(|| (draw_order(now_ms), blank.clone()), |kept| (kept.order, kept.form));
            Start { order, blank, form, base: None, is_edit: false, paid: 0 }
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
        kept::load(&purpose.key())
    });
    let made = session.order(Signal::derive(move || typed.with(|kept| kept.as_ref().map(|kept| kept.order))));
    let now = session.now_ms();
    let opening = Memo::new(move |before: Option<&(u32, Opening)>| {
        let round = round.get();
        match before {
            Some((of, ready @ Opening::Ready(_))) if *of == round => (round, ready.clone()),
            _ => {
                let place = (currency.get().currency, now.get_untracked());
                (round, begin(purpose, order.get(), typed.get(), || made.get(), place))
            }
        }
    });
    let start_over = Callback::new(move |()| {
        kept::forget(&purpose.key());
        round.update(|round| *round = round.wrapping_add(1));
    });
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
        Opening::Ready(start) => {
            view! { <Typing purpose start=*start wants_preview on_start_over=start_over/> }.into_any()
        }
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

#[component]
fn Typing(purpose: Purpose, start: Start, wants_preview: Memo<bool>, on_start_over: Callback<()>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let navigate = use_navigate();
    let settings = session.settings();
    let Start { order, blank, form, base, is_edit, paid } = start;

    let fields = Fields::of(form);
    let typed = Memo::new(move |_| fields.typed());
    let refused = RwSignal::new(None);
    let flow = Flow {
        purpose,
        order: StoredValue::new(order),
        fields,
        reading: Memo::new(move |_| typed.with(|form| form.read(settings.get().currency))),
        is_touched: Memo::new(move |_| typed.with(|form| *form != blank)),
        tried: RwSignal::new(false),
        busy: RwSignal::new(false),
        problem: Signal::derive(move || refused.get().map(|fault| words::act_fault(&fault).get().to_owned())),
        currency: session.currency(),
        is_edit,
        paid,
        base: StoredValue::new(base),
    };

    // Once it is confirmed, nothing is kept any more.
    let done = StoredValue::new(false);
    Effect::new(move |_| {
        let form = typed.get();
        if done.get_value() {
            return;
        }
        if flow.is_touched.get() {
            kept::store(&purpose.key(), &Kept { order: flow.order.get_value(), form, base: flow.base.get_value() });
        } else {
            kept::forget(&purpose.key());
        }
    });

    let act = {
        let navigate = navigate.clone();
        move |command: Command, is_draft: bool| {
            if flow.busy.get_untracked() {
                return;
            }
            flow.busy.set(true);
            refused.set(None);
            let navigate = navigate.clone();
            spawn_local(async move {
                match session.act(Some(flow.order.get_value()), command).await {
                    Ok(acted) => {
                        done.set_value(true);
                        kept::forget(&purpose.key());
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
                            flow.order.set_value(draw_order(session.now_ms().get_untracked()));
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
    let back_to_form = Callback::new(move |()| {
        refused.set(None);
        if came_from_form.get_value() {
            came_from_form.set_value(false);
            history::back();
        } else {
            navigate(&purpose.address(false), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    let keep_draft = {
        let act = act.clone();
        Callback::new(move |()| match flow.reading.with_untracked(Reading::draft) {
            Some((content, buyer)) => act(Command::SaveDraft { content, buyer }, true),
            None => {
                flow.tried.set(true);
                page::focus_first_fault();
            }
        })
    };
    let on_keep = (!is_edit).then_some(keep_draft);
    let on_confirm = Callback::new(move |(command,)| act(command, false));

    // The preview shows what was complete when it was asked for; a fault shows the form.
    let previewed = Memo::new(move |_| if wants_preview.get() { flow.reading.with(Reading::complete) } else { None });
    move || match previewed.get() {
        Some((content, buyer)) => {
            view! { <PreviewPage flow content buyer on_back=back_to_form on_confirm/> }.into_any()
        }
        None => view! { <FormPage flow on_preview=show_preview on_start_over on_keep/> }.into_any(),
    }
}
