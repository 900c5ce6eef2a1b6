//! What the acts of an order ask for: money, goods, a date, a reason. What was typed stays until it is saved.

mod goods;
mod money;
mod remind;
mod why;

use domain::order::Command;
use domain::text;
use leptos::prelude::*;

use super::desk::{Asked, Desk};
use super::story;
use crate::text::order_page::page;
use crate::text::remind as reminder;
use crate::text::{fault, order, payment, reason, shipping};
use crate::ui::Dialog;
use goods::{Correct, HandOver, Ship};
use money::{Payment, Refund};
use remind::Remind;
use why::{Extend, Why};

/// The dialog of a desk.
#[component]
pub fn Dialogs(
    /// Whose acts.
    desk: Desk,
) -> impl IntoView {
    let title = move || {
        let act = match desk.asked.get() {
            Some(Asked::Payment) => order::RECORD_PAYMENT,
            Some(Asked::Refund) => payment::REFUND_TITLE,
            Some(Asked::Ship) => order::SHIP,
            Some(Asked::HandOver) => order::HAND_OVER,
            Some(Asked::Correct(_)) => shipping::CORRECT,
            Some(Asked::Extend) => reason::EXTEND_TITLE,
            Some(Asked::Remind) => reminder::TITLE,
            Some(Asked::Cancel) => reason::CANCEL_TITLE,
            Some(Asked::Hold) => reason::HOLD_TITLE,
            Some(Asked::VoidPayment(_)) => payment::VOID_TITLE,
            Some(Asked::RejectPayment(_)) => page::REJECT_TITLE,
            Some(Asked::VoidParcel(_)) => shipping::VOID_TITLE,
            None => return String::new(),
        };
        let number = desk.order.with(|order| order.number.as_ref().map(|number| number.0.clone()));
        let count = number.as_deref().and_then(|number| number.rsplit('-').next());
        match count {
            Some(count) => order::about(act.get(), count),
            None => act.get().to_owned(),
        }
    };
    let body = move || {
        let asked = desk.asked.get()?;
        Some(match asked {
            Asked::Payment => view! { <Payment desk/> }.into_any(),
            Asked::Refund => view! { <Refund desk/> }.into_any(),
            Asked::Ship => view! { <Ship desk/> }.into_any(),
            Asked::HandOver => view! { <HandOver desk/> }.into_any(),
            Asked::Correct(parcel) => view! { <Correct desk parcel/> }.into_any(),
            Asked::Extend => view! { <Extend desk/> }.into_any(),
            Asked::Remind => view! { <Remind desk/> }.into_any(),
            Asked::Cancel => {
                let about = move || {
                    let paid = desk.order.with(|order| order.paid() > 0);
                    if paid { reason::CANCEL_REFUND_WHY } else { reason::CANCEL_WHY }.get().to_owned()
                };
                let usual =
                    [reason::BUYER_CHANGED_MIND, reason::OUT_OF_STOCK, reason::NOT_PAID, reason::WRONG_ORDER].into();
                let command = Callback::from(|why: String| Command::Cancel(why));
                view! { <Why desk about usual act=reason::CANCEL command/> }.into_any()
            }
            Asked::Hold => {
                let about = || reason::HOLD_WHY.get().to_owned();
                let usual = [reason::WAITING_FOR_GOODS, reason::OUT_OF_STOCK, reason::NOT_PAID].into();
                let command = Callback::from(|why: String| Command::Hold(why));
                view! { <Why desk about usual act=reason::HOLD command/> }.into_any()
            }
            Asked::VoidPayment(id) => {
                let command = Callback::from(move |why: String| Command::VoidPayment(id, why));
                let about = move || about_payment(desk, id);
                view! { <Why desk about usual=[reason::TYPED_WRONG].into() act=reason::VOID command/> }.into_any()
            }
            Asked::RejectPayment(id) => {
                let command = Callback::from(move |why: String| Command::RejectPayment(id, why));
                let about = move || about_payment(desk, id);
                view! { <Why desk about usual=[payment::NOT_ON_ACCOUNT].into() act=payment::NOT_ARRIVED command/> }
                    .into_any()
            }
            Asked::VoidParcel(id) => {
                let command = Callback::from(move |why: String| Command::VoidParcel(id, why));
                let about = move || {
                    let parcel = desk.order.with(|order| order.parcels.iter().find(|p| p.id == id).map(story::parcel));
                    page::act_at(&parcel.unwrap_or_default(), reason::VOID_WHY.get())
                };
                view! { <Why desk about usual=[reason::TYPED_WRONG].into() act=reason::VOID command/> }.into_any()
            }
        })
    };
    view! { <Dialog open=desk.open title>{body}</Dialog> }
}

/// What is wrong with a text that has this much room: said while it is typed, for nobody types that much on purpose.
fn too_long(typed: RwSignal<String>, most: usize) -> Option<String> {
    typed.with(|typed| text::parse(typed, most).is_err()).then(|| fault::too_long(most))
}

fn about_payment(desk: Desk, id: uuid::Uuid) -> String {
    let amount = desk.order.with(|order| order.payments.iter().find(|p| p.id == id).map(|p| p.body.amount));
    page::act_at(&desk.money(amount.unwrap_or_default()), reason::VOID_WHY.get())
}
