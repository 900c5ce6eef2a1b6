//! What the acts of an order ask for: money, goods, a date, a reason. What was typed stays until it is saved.

mod goods;
mod money;
mod remind;
mod why;

use domain::order::Command;
use domain::text;
use leptos::prelude::*;

use super::actions::{DialogKind, OrderActions};
use super::timeline_lines;
use crate::text::order_page::page;
use crate::text::remind as reminder;
use crate::text::{fault, order, payment, reason, shipping};
use crate::ui::Dialog;
use goods::{Correct, HandOver, Ship};
use money::{Payment, Refund};
use remind::Remind;
use why::{Extend, Why};

/// The dialog that is open.
#[component]
pub fn Dialogs(
    /// Whose acts.
    actions: OrderActions,
) -> impl IntoView {
    let title = move || {
        let act = match actions.dialog.get() {
            Some(DialogKind::Payment) => order::RECORD_PAYMENT,
            Some(DialogKind::Refund) => payment::REFUND_TITLE,
            Some(DialogKind::Ship) => order::SHIP,
            Some(DialogKind::HandOver) => order::HAND_OVER,
            Some(DialogKind::Correct(_)) => shipping::CORRECT,
            Some(DialogKind::Extend) => reason::EXTEND_TITLE,
            Some(DialogKind::Remind) => reminder::TITLE,
            Some(DialogKind::Cancel) => reason::CANCEL_TITLE,
            Some(DialogKind::Hold) => reason::HOLD_TITLE,
            Some(DialogKind::VoidPayment(_)) => payment::VOID_TITLE,
            Some(DialogKind::RejectPayment(_)) => page::REJECT_TITLE,
            Some(DialogKind::VoidParcel(_)) => shipping::VOID_TITLE,
            None => return String::new(),
        };
        let number = actions.order.with(|order| order.number.as_ref().map(|number| number.0.clone()));
        let count = number.as_deref().and_then(|number| number.rsplit('-').next());
        match count {
            Some(count) => order::about(act.get(), count),
            None => act.get().to_owned(),
        }
    };
    let body = move || {
        let dialog = actions.dialog.get()?;
        Some(match dialog {
            DialogKind::Payment => view! { <Payment actions/> }.into_any(),
            DialogKind::Refund => view! { <Refund actions/> }.into_any(),
            DialogKind::Ship => view! { <Ship actions/> }.into_any(),
            DialogKind::HandOver => view! { <HandOver actions/> }.into_any(),
            DialogKind::Correct(parcel) => view! { <Correct actions parcel/> }.into_any(),
            DialogKind::Extend => view! { <Extend actions/> }.into_any(),
            DialogKind::Remind => view! { <Remind actions/> }.into_any(),
            DialogKind::Cancel => {
                let about = move || {
                    let paid = actions.order.with(|order| order.paid() > 0);
                    if paid { reason::CANCEL_REFUND_WHY } else { reason::CANCEL_WHY }.get().to_owned()
                };
                let usual =
                    [reason::BUYER_CHANGED_MIND, reason::OUT_OF_STOCK, reason::NOT_PAID, reason::WRONG_ORDER].into();
                let command = Callback::from(|why: String| Command::Cancel(why));
                view! { <Why actions about usual act=reason::CANCEL command/> }.into_any()
            }
            DialogKind::Hold => {
                let about = || reason::HOLD_WHY.get().to_owned();
                let usual = [reason::WAITING_FOR_GOODS, reason::OUT_OF_STOCK, reason::NOT_PAID].into();
                let command = Callback::from(|why: String| Command::Hold(why));
                view! { <Why actions about usual act=reason::HOLD command/> }.into_any()
            }
            DialogKind::VoidPayment(id) => {
                let command = Callback::from(move |why: String| Command::VoidPayment(id, why));
                let about = move || about_payment(actions, id);
                view! { <Why actions about usual=[reason::TYPED_WRONG].into() act=reason::VOID command/> }.into_any()
            }
            DialogKind::RejectPayment(id) => {
                let command = Callback::from(move |why: String| Command::RejectPayment(id, why));
                let about = move || about_payment(actions, id);
                view! { <Why actions about usual=[payment::NOT_ON_ACCOUNT].into() act=payment::NOT_ARRIVED command/> }
                    .into_any()
            }
            DialogKind::VoidParcel(id) => {
                let command = Callback::from(move |why: String| Command::VoidParcel(id, why));
                let about = move || {
                    let parcel = actions
                        .order
                        .with(|order| order.parcels.iter().find(|p| p.id == id).map(timeline_lines::parcel));
                    page::act_at(&parcel.unwrap_or_default(), reason::VOID_WHY.get())
                };
                view! { <Why actions about usual=[reason::TYPED_WRONG].into() act=reason::VOID command/> }.into_any()
            }
        })
    };
    view! { <Dialog open=actions.open title>{body}</Dialog> }
}

/// What is wrong with a text that has this much room: said while it is typed, for nobody types that much on purpose.
fn too_long(typed: RwSignal<String>, most: usize) -> Option<String> {
    typed.with(|typed| text::parse(typed, most).is_err()).then(|| fault::too_long(most))
}

fn about_payment(actions: OrderActions, id: uuid::Uuid) -> String {
    let amount = actions.order.with(|order| order.payments.iter().find(|p| p.id == id).map(|p| p.body.amount));
    page::act_at(&actions.money(amount.unwrap_or_default()), reason::VOID_WHY.get())
}
