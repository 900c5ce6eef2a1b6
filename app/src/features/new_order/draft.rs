//! What is typed is never lost: at once it is kept on this device, and when the person pauses or goes elsewhere it is
//! saved as a draft of the shop, so that another tablet can go on with it.

use std::time::Duration;

use domain::contact::Buyer;
use domain::order::{Command, Content, Rejection};
use leptos::leptos_dom::helpers::{TimeoutHandle, window_event_listener_untyped};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::model::{Form, Reading};
use super::{Flow, Kept, Purpose};
use crate::platform::{form_drafts, page};
use crate::session::{ActFault, Load};
use crate::text::new_order;
use crate::ui::{Glyph, Toast, ToastAct, Toaster};

/// So long after the last key nobody is typing: an event for each key would be too much.
const PAUSE: Duration = Duration::from_secs(4);

fn flow_draft(flow: Flow) -> Option<(Content, Buyer)> {
    flow.reading.with_untracked(Reading::draft)
}

/// Keeps what one form holds.
#[derive(Clone, Copy)]
pub struct Draft {
    flow: Flow,
    typed: Memo<Form>,
    /// The order was confirmed or thrown away: nothing is kept any more.
    done: StoredValue<bool>,
    /// A save is on its way.
    saving: StoredValue<bool>,
    pause: StoredValue<Option<TimeoutHandle>>,
    /// The form's order, as it becomes on any tablet.
    order: Signal<Load<std::sync::Arc<domain::order::Order>>>,
}

impl Draft {
    /// Of this form; for the body of a component.
    pub fn of(flow: Flow, typed: Memo<Form>, done: StoredValue<bool>) -> Self {
        let id = flow.order.get_value();
        Self {
            flow,
            typed,
            done,
            saving: StoredValue::new(false),
            pause: StoredValue::new(None),
            order: flow.session.order(Signal::stored(Some(id))),
        }
    }

    /// Keeps every key stroke on this device.
    pub fn keep_here(self) {
        let Self { flow, typed, done, .. } = self;
        Effect::new(move |_| {
            typed.track();
            if done.get_value() {
                return;
            }
            if flow.is_touched.get() { self.write_here() } else { form_drafts::forget(&flow.purpose.key()) }
        });
    }

    fn write_here(self) {
        let Flow { purpose, order, base, .. } = self.flow;
        let form = self.typed.get_untracked();
        form_drafts::store(&purpose.key(), &Kept { order: order.get_value(), form, base: base.get_value() });
    }

    /// Saves it for all tablets when there is a pause, or when the person goes elsewhere; and takes in what another
    /// tablet changed of it.
    pub fn keep_for_all(self) {
        Effect::new(move |before: Option<()>| {
            self.typed.track();
            // As it was opened, it is saved already, or nobody wants it yet.
            if before.is_some() {
                let pause = set_timeout_with_handle(move || self.save(), PAUSE).ok();
                self.clear_pause(pause);
            }
        });
        let leave = move |_| {
            if page::is_hidden() {
                self.save();
            }
        };
        let hidden = window_event_listener_untyped("visibilitychange", leave);
        on_cleanup(move || {
            hidden.remove();
            self.clear_pause(None);
            self.save();
        });
    }

    /// Takes in what another tablet changes of it while the form is open: a draft, or an order that is edited.
    pub fn follow_others(self, toaster: Toaster) {
        Effect::new(move |_| {
            let Load::Ready(order) = self.order.get() else { return };
            let is_edit = self.flow.is_edit;
            if self.done.get_value() || order.discarded.is_some() || order.confirmed.is_some() != is_edit {
                return;
            }
            let has_changed = self.follow((order.content(), order.buyer()));
            if is_edit && has_changed {
                toaster.confirm(new_order::CHANGED_ELSEWHERE);
            }
        });
    }

    fn clear_pause(self, next: Option<TimeoutHandle>) {
        if let Some(Some(last)) = self.pause.try_update_value(|pause| std::mem::replace(pause, next)) {
            last.clear();
        }
    }

    /// Another tablet, or this one, saved it: what was typed here stays, the rest follows. Answers whether it is another
    /// than it was.
    fn follow(self, now: (Content, Buyer)) -> bool {
        let base = self.flow.base.get_value();
        if base.as_ref() == Some(&now) {
            return false;
        }
        // The page went before it heard that the draft was saved: what is here is what was typed there.
        let Some(base) = base else {
            self.flow.base.set_value(Some(now));
            return false;
        };
        let currency = self.flow.minor.get_untracked();
        let form = self.typed.with_untracked(|form| form.rebased(&base, &now, currency));
        self.flow.base.set_value(Some(now));
        self.flow.fields.write(form);
        true
    }

    /// What saves this as the draft.
    pub fn command(self, (content, buyer): (Content, Buyer)) -> Command {
        match self.flow.base.get_value() {
            Some((base, base_buyer)) => Command::EditDraft { base, base_buyer, content, buyer },
            None => Command::SaveDraft { content, buyer, copied_from: self.flow.purpose.copied_from() },
        }
    }

    fn save(self) {
        let Self { flow, typed, done, saving, .. } = self;
        let is_free = |flag: StoredValue<bool>| flag.try_get_value() == Some(false);
        if !is_free(done) || !is_free(saving) || flow.busy.try_get_untracked() != Some(false) {
            return;
        }
        let is_wanted = flow.is_touched.try_get_untracked() == Some(true)
            && typed.try_with_untracked(Form::is_worth_keeping) == Some(true);
        let Some(Some(now)) = is_wanted.then(|| flow.reading.try_with_untracked(Reading::draft)).flatten() else {
            return;
        };
        if flow.base.with_value(|base| base.as_ref() == Some(&now)) {
            return;
        }
        let command = self.command(now.clone());
        let (order, purpose) = (flow.order.get_value(), flow.purpose);
        let form = typed.get_untracked();
        saving.set_value(true);
        spawn_local(async move {
            let saved = flow.session.act(Some(order), command).await;
            let _ = saving.try_update_value(|saving| *saving = false);
            // Where it was not saved, it is kept on this device, as before.
            if !matches!(saved, Ok(_) | Err(ActFault::Rejected(Rejection::NothingChanged))) {
                return;
            }
            let is_open = flow.base.try_update_value(|base| *base = Some(now.clone())).is_some();
            if is_open && done.try_get_value() == Some(false) {
                self.write_here();
            } else if !is_open && form_drafts::load::<Kept>(&purpose.key()).is_some_and(|kept| kept.order == order) {
                // The page is gone, and nobody has begun another form there.
                form_drafts::store(&purpose.key(), &Kept { order, form, base: Some(now) });
            }
        });
    }

    /// The order, where another tablet confirmed it while the form was open here.
    pub fn confirmed_elsewhere(self) -> Option<Uuid> {
        let order = self.order.get().there()?;
        let is_ours = self.done.get_value() || self.flow.busy.get() || self.flow.is_edit;
        let is_confirmed = order.confirmed.is_some() && order.id == self.flow.order.get_value();
        // What was typed since then may be another order: that stays, for the person to say.
        let is_same = || {
            let now = self.flow.reading.with(|reading| (reading.content.clone(), reading.buyer.clone()));
            now == (order.content(), order.buyer()) || self.flow.base.with_value(|base| base.as_ref() == Some(&now))
        };
        (is_confirmed && !is_ours && is_same()).then_some(order.id)
    }

    /// Throws away what was typed; for a while it can be had back. `begin`: begins the form again with what is kept.
    pub fn throw_away(self, toaster: Toaster, begin: Callback<()>) {
        let Flow { session, purpose, order, base, .. } = self.flow;
        self.clear_pause(None);
        let (order, form) = (order.get_value(), self.typed.get_untracked());
        let now = flow_draft(self.flow);
        let copied_from = self.order.get_untracked().there().and_then(|order| order.copied_from);
        let base = base.get_value();
        let is_saved = base.is_some() && !self.flow.is_edit;
        if is_saved {
            spawn_local(async move {
                // Where it can't be thrown away, it stays on the list of drafts.
                let _ = session.act(Some(order), Command::Discard).await;
            });
        }
        form_drafts::forget(&purpose.key());
        let base = base.filter(|_| !is_saved);
        let again = move || {
            let order = if is_saved { session.draw_id() } else { order };
            match (purpose, now.clone()) {
                (Purpose::Edit(_), Some((content, buyer))) if is_saved => spawn_local(async move {
                    // What is thrown away stays so; this is a draft of its own.
                    let _ = session.act(Some(order), Command::SaveDraft { content, buyer, copied_from }).await;
                }),
                _ => {
                    form_drafts::store(&purpose.key(), &Kept { order, form: form.clone(), base: base.clone() });
                    // Gone with the page: then the form is there when it is opened again.
                    let _ = begin.try_run(());
                }
            }
        };
        // What was taken for the draft is due, and the list of orders says so.
        let due = if is_saved { self.flow.paid.get_untracked() } else { 0 };
        let currency = self.flow.currency;
        let text = TextProp::from(move || match due {
            due if due > 0 => new_order::thrown_away_due(&currency.get().full(due)),
            _ => new_order::THROWN_AWAY.get().to_owned(),
        });
        toaster.show(Toast {
            text,
            glyph: Glyph::Cross,
            acts: vec![ToastAct::new(new_order::UNDO, again)],
            stays: false,
        });
    }
}
