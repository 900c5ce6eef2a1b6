//! Taking back what can't be done the other way round: delivered, completed, handed over. It is offered for some
//! seconds after it was done; what another tablet did since stays.

use domain::order::{Command, Order};
use leptos::task::spawn_local;
use uuid::Uuid;

use super::refusal;
use crate::session::Session;
use crate::text::Phrase;
use crate::text::order as words;
use crate::text::order_page::undo;
use crate::ui::{Glyph, Toast, ToastAct, Toaster};

/// What was said of an order, and can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Everything arrived.
    Delivered,
    /// Nothing is left to do.
    Completed,
    /// Goods are with the buyer.
    HandedOver,
}

impl Mark {
    /// What a command says of the order, where that is such a thing.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::MarkDelivered => Some(Self::Delivered),
            Command::Complete => Some(Self::Completed),
            Command::HandOver(_) => Some(Self::HandedOver),
            _ => None,
        }
    }

    /// The event that said it, right after it was done.
    pub fn id(self, order: &Order) -> Option<Uuid> {
        let id = |at: Option<usize>| order.timeline.get(at?).map(|entry| entry.meta.id);
        match self {
            Self::Delivered => id(order.delivered),
            Self::Completed => id(order.completed),
            Self::HandedOver => order.active_parcels().filter(|parcel| parcel.handed_over).last().map(|it| it.id),
        }
    }

    /// What is said when it was done.
    pub fn words(self) -> Phrase {
        match self {
            Self::Delivered => undo::DELIVERED,
            Self::Completed => undo::COMPLETED,
            Self::HandedOver => undo::HANDED_OVER,
        }
    }
}

/// Says what was done with these orders, and offers to take it back.
pub fn offer(
    session: Session,
    toaster: Toaster,
    marks: Vec<(Uuid, Uuid)>,
    text: impl Fn() -> String + Send + Sync + 'static,
) {
    let back = move || take_back(session, toaster, marks.clone());
    let acts = vec![ToastAct::new(words::UNDO, back)];
    toaster.show(Toast { text: text.into(), glyph: Glyph::Check, acts, stays: false });
}

fn take_back(session: Session, toaster: Toaster, marks: Vec<(Uuid, Uuid)>) {
    spawn_local(async move {
        let reason = undo::REASON.get().to_owned();
        let mut refused = None;
        for (order, mark) in marks {
            let outcome = session.act(Some(order), Command::TakeBack(mark, reason.clone())).await;
            refused = refused.or(outcome.err());
        }
        match refused {
            None => toaster.confirm(undo::UNDONE),
            Some(fault) => toaster.warn(refusal::words(&fault)),
        }
    });
}
