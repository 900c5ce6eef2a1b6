//! Decisions: a person's command and the order as this tablet knows it → events, or a reason why not.

use uuid::Uuid;

use super::command::{Command, NewPayment, Rejection};
use super::conflict::{Choice, ConflictKind, OtherValue};
use super::content::{Content, Line, Method, Terms};
use super::event::*;
use super::fold::buyer_changes;
use super::{Conflict, Order, Outcome, Payment, PaymentState, Status, VoidReason};
use crate::contact::{Buyer, ContactChanged, ContactEvent};
use crate::money::MAX_AMOUNT;
use crate::shop::ShopSettings;
use crate::text::{LONG, SHORT};
use crate::{Day, DeviceCode, Event, NewEvent, OrderNumber, StreamKind};

/// What a decision needs to know beside the order.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
    /// The shop's business day.
    pub day: Day,
    /// This tablet's code.
    pub code: &'a DeviceCode,
    /// The tablet's next count of the day.
    pub next_count: u32,
    /// The shop's settings.
    pub settings: &'a ShopSettings,
}

/// Above this estimate of its JSON, in bytes, the lines of an order are split over several events.
const EVENT_BYTES: usize = 40_000;

struct Decision {
    id: Uuid,
    events: Vec<NewEvent>,
}

impl Decision {
    fn order(&mut self, event: OrderEvent) {
        self.events.push(NewEvent { stream: StreamKind::Order, stream_id: self.id, event: Event::Order(event) });
    }
    fn contact(&mut self, event: ContactEvent) {
        self.events.push(NewEvent { stream: StreamKind::Contact, stream_id: self.id, event: Event::Contact(event) });
    }
}

/// Decides a command. `order` is `None` while there are no events of `id`. The events are one business act: they are
/// stored in one transaction or not at all.
pub fn decide(
    order: Option<&Order>,
    id: Uuid,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<NewEvent>, Rejection> {
    let mut decision = Decision { id, events: Vec::new() };
    match (order, command) {
        (Some(order), Command::ByRule(rule, command)) => return by_rule(order, *rule, command, context),
        (Some(order), _) if order.needs_update => return Err(Rejection::NeedsUpdate),
        (None, Command::Confirm { new: Some((content, buyer)), copied_from, payments, handed_over }) => {
            confirm_new(&mut decision, content, buyer, *copied_from, payments, *handed_over, context)?;
        }
        (None, Command::SaveDraft { content, buyer, copied_from }) => {
            check_draft(content, buyer)?;
            begin(&mut decision, content, buyer, *copied_from)?;
        }
        (None, _) => return Err(Rejection::NotConfirmed),
        (Some(order), command) => known(&mut decision, order, command, context)?,
    }
    Ok(decision.events)
}

/// What a rule does: as a person would, but never a cancellation where money was recorded
/// or is not owed yet, and marked as the rule's.
fn by_rule(order: &Order, rule: Uuid, command: &Command, context: &Context<'_>) -> Result<Vec<NewEvent>, Rejection> {
    if order.needs_update {
        return Err(Rejection::NeedsUpdate);
    }
    if matches!(command, Command::Cancel(_)) && order.payments.iter().any(Payment::counts) {
        return Err(Rejection::PaymentRecorded);
    }
    if matches!(command, Command::Cancel(_)) && !order.pays_first() {
        return Err(Rejection::NotPaidFirst);
    }
    // Once: what a person undid since is not done again.
    if order.timeline.iter().any(|entry| entry.event.rule() == Some(rule)) {
        return Err(Rejection::RuleActed);
    }
    let mut decision = Decision { id: order.id, events: Vec::new() };
    known(&mut decision, order, command, context)?;
    for event in &mut decision.events {
        if let Event::Order(event) = &mut event.event {
            event.set_rule(rule);
        }
    }
    Ok(decision.events)
}

fn check(content: &Content, buyer: &Buyer) -> Result<(), Rejection> {
    let faults = content.faults(buyer);
    if faults.is_empty() { Ok(()) } else { Err(Rejection::Content(faults)) }
}

fn check_draft(content: &Content, buyer: &Buyer) -> Result<(), Rejection> {
    let faults = content.oversized(buyer);
    if faults.is_empty() { Ok(()) } else { Err(Rejection::Content(faults)) }
}

/// The most that a line takes as JSON.
fn weight(line: &Line) -> usize {
    let escaped = |c: char| match c {
        '"' | '\\' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    };
    let text = |text: &str| text.chars().map(escaped).sum::<usize>();
    120 + text(&line.item) + text(&line.spec) + text(&line.note)
}

/// Splits lines so that each part fits an event.
fn parts(lines: &[Line]) -> Vec<Vec<Line>> {
    let mut parts = vec![Vec::new()];
    let mut filled = 0;
    for line in lines {
        if filled + weight(line) > EVENT_BYTES {
            parts.push(Vec::new());
            filled = 0;
        }
        filled += weight(line);
        if let Some(part) = parts.last_mut() {
            part.push(line.clone());
        }
    }
    parts
}

/// Begins an order as a draft.
fn begin(
    decision: &mut Decision,
    content: &Content,
    buyer: &Buyer,
    copied_from: Option<Uuid>,
) -> Result<(), Rejection> {
    let mut parts = parts(&content.lines).into_iter();
    let first = Content { lines: parts.next().unwrap_or_default(), ..content.clone() };
    decision.order(OrderEvent::Started(Started { content: first, copied_from }));
    for part in parts {
        let changes = part.into_iter().map(Change::AddLine).collect();
        decision.order(OrderEvent::Edited(Edited { changes, settles: None, rule: None }));
    }
    if !buyer.is_empty() {
        decision.contact(ContactEvent::Recorded(buyer.clone()));
    }
    Ok(())
}

fn confirm_new(
    decision: &mut Decision,
    content: &Content,
    buyer: &Buyer,
    copied_from: Option<Uuid>,
    payments: &[NewPayment],
    handed_over: bool,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    check(content, buyer)?;
    let (number, due_ms) = number_and_due(content.terms, context);
    if content.lines.iter().map(weight).sum::<usize>() > EVENT_BYTES {
        begin(decision, content, buyer, copied_from)?;
        decision.order(OrderEvent::Confirmed(Confirmed { number, due_ms, content: None, copied_from: None }));
    } else {
        decision.order(OrderEvent::Confirmed(Confirmed {
            number,
            due_ms,
            content: Some(content.clone()),
            copied_from,
        }));
        if !buyer.is_empty() {
            decision.contact(ContactEvent::Recorded(buyer.clone()));
        }
    }
    done_at_once(decision, content.terms, (content.total(), &content.lines), payments, handed_over)
}

/// What is done together with confirming: money taken, goods handed over, and then nothing left to do. `owed`: what the
/// order comes to, less what was taken for the draft before.
fn done_at_once(
    decision: &mut Decision,
    terms: Terms,
    (mut owed, lines): (i64, &[Line]),
    payments: &[NewPayment],
    handed_over: bool,
) -> Result<(), Rejection> {
    for payment in payments {
        let recorded = received(payment, owed)?;
        owed = owed.saturating_sub(recorded.amount);
        decision.order(OrderEvent::PaymentRecorded(recorded));
    }
    if handed_over {
        if terms == Terms::Prepaid && owed != 0 {
            return Err(if owed > 0 { Rejection::NotPaid } else { Rejection::RefundDue });
        }
        let lines = lines.iter().map(|line| (line.id, line.quantity)).collect();
        decision.order(OrderEvent::HandedOver(HandedOver { lines }));
        if owed == 0 {
            decision.order(OrderEvent::Completed(Completed::default()));
        }
    }
    Ok(())
}

fn number_and_due(terms: Terms, context: &Context<'_>) -> (OrderNumber, Option<i64>) {
    let number = OrderNumber::new(context.day, context.code, context.next_count);
    let hours = i64::from(context.settings.payment_term_hours);
    let due = (terms == Terms::Prepaid && hours > 0).then(|| context.now_ms.saturating_add(hours * 3_600_000));
    (number, due)
}

/// What is recorded of money that was given: cash above what is owed goes back as change.
fn received(payment: &NewPayment, owed: i64) -> Result<PaymentRecorded, Rejection> {
    if payment.given <= 0 || payment.given > MAX_AMOUNT {
        return Err(Rejection::Amount);
    }
    named(&payment.method)?;
    let change = if payment.method == Method::Cash { (payment.given - owed.max(0)).max(0) } else { 0 };
    let amount = payment.given - change;
    if amount == 0 {
        return Err(Rejection::NothingOwed);
    }
    let tendered = (change > 0).then_some(payment.given);
    Ok(PaymentRecorded { method: payment.method.clone(), amount, tendered, deposit: payment.deposit })
}

fn reason(text: &str) -> Result<String, Rejection> {
    let text = crate::text::parse(text, LONG).map_err(|_| Rejection::TextTooLong(LONG))?;
    if text.is_empty() { Err(Rejection::ReasonMissing) } else { Ok(text) }
}

/// A way to pay is a key, or a name that a person gave it.
fn named(method: &Method) -> Result<(), Rejection> {
    if method.key().chars().count() > SHORT { Err(Rejection::TextTooLong(SHORT)) } else { Ok(()) }
}

fn short(text: &str) -> Result<String, Rejection> {
    crate::text::parse(text, SHORT).map_err(|_| Rejection::TextTooLong(SHORT))
}

impl Order {
    fn expect_confirmed(&self) -> Result<(), Rejection> {
        if self.confirmed.is_none() { Err(Rejection::NotConfirmed) } else { Ok(()) }
    }
    fn expect_open(&self) -> Result<(), Rejection> {
        if self.cancelled.is_some() || self.discarded.is_some() { Err(Rejection::OrderClosed) } else { Ok(()) }
    }
    fn expect_payment(&self, id: Uuid) -> Result<&Payment, Rejection> {
        self.payments.iter().find(|p| p.id == id && p.counts()).ok_or(Rejection::NoSuchPayment)
    }

    /// Whether a command that needs nothing typed would be accepted now: what buttons to show.
    pub fn allows(&self, command: &Command, context: &Context<'_>) -> bool {
        decide(Some(self), self.id, command, context).is_ok()
    }

    /// What may be shipped or handed over now, or why not. `handing`: into the buyer's hands, where an unverified
    /// payment only warns.
    pub fn may_leave(&self, handing: bool, settings: &ShopSettings) -> Result<Vec<LinePart>, Rejection> {
        self.expect_confirmed()?;
        self.expect_open()?;
        if self.held.is_some() {
            return Err(Rejection::OnHold);
        }
        let rest = self.unshipped();
        if rest.is_empty() {
            return Err(Rejection::AlreadyShipped);
        }
        if self.terms.value == Terms::Prepaid {
            if self.balance() > 0 {
                return Err(Rejection::NotPaid);
            }
            if self.balance() < 0 {
                return Err(Rejection::RefundDue);
            }
        }
        if !handing
            && settings.verify_before_shipping
            && self.payments.iter().any(|p| p.state == PaymentState::Unverified)
        {
            return Err(Rejection::PaymentUnverified);
        }
        Ok(rest)
    }

    fn parts_to_leave(
        &self,
        asked: Option<&Vec<LinePart>>,
        handing: bool,
        context: &Context<'_>,
    ) -> Result<Vec<LinePart>, Rejection> {
        let rest = self.may_leave(handing, context.settings)?;
        let Some(asked) = asked else { return Ok(rest) };
        let fits =
            |(id, quantity): &LinePart| *quantity > 0 && rest.iter().any(|(line, most)| line == id && quantity <= most);
        let mut ids: Vec<u32> = asked.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        if asked.is_empty() || ids.len() != asked.len() || !asked.iter().all(fits) {
            return Err(Rejection::Quantities);
        }
        Ok(asked.clone())
    }
}

fn known(decision: &mut Decision, order: &Order, command: &Command, context: &Context<'_>) -> Result<(), Rejection> {
    match command {
        Command::Confirm { new, payments, handed_over, .. } => {
            if order.confirmed.is_some() {
                return Err(Rejection::AlreadyConfirmed);
            }
            order.expect_open()?;
            let (base, base_buyer) = (order.content(), order.buyer());
            let (content, buyer) = new.clone().unwrap_or_else(|| (base.clone(), base_buyer.clone()));
            check(&content, &buyer)?;
            edit(decision, order, (&base, &base_buyer), (&content, &buyer));
            let (number, due_ms) = number_and_due(content.terms, context);
            decision.order(OrderEvent::Confirmed(Confirmed { number, due_ms, content: None, copied_from: None }));
            let owed = content.total().saturating_sub(order.received());
            done_at_once(decision, content.terms, (owed, &content.lines), payments, *handed_over)?;
        }
        Command::SaveDraft { content, buyer, .. } => {
            if order.confirmed.is_some() {
                return Err(Rejection::AlreadyConfirmed);
            }
            order.expect_open()?;
            check_draft(content, buyer)?;
            edit(decision, order, (&order.content(), &order.buyer()), (content, buyer));
            if decision.events.is_empty() {
                return Err(Rejection::NothingChanged);
            }
        }
        Command::EditDraft { base, base_buyer, content, buyer } => {
            if order.confirmed.is_some() {
                return Err(Rejection::AlreadyConfirmed);
            }
            order.expect_open()?;
            check_draft(content, buyer)?;
            edit(decision, order, (base, base_buyer), (content, buyer));
            if decision.events.is_empty() {
                return Err(Rejection::NothingChanged);
            }
        }
        Command::Discard => {
            if order.confirmed.is_some() {
                return Err(Rejection::AlreadyConfirmed);
            }
            order.expect_open()?;
            decision.order(OrderEvent::Discarded(Discarded::default()));
        }
        Command::Edit { base, base_buyer, content, buyer } => {
            order.expect_open()?;
            if order.any_shipped() {
                return Err(Rejection::AlreadyShipped);
            }
            // A draft may lack things.
            if order.confirmed.is_some() {
                check(content, buyer)?
            } else {
                check_draft(content, buyer)?
            }
            edit(decision, order, (base, base_buyer), (content, buyer));
            if decision.events.is_empty() {
                return Err(Rejection::NothingChanged);
            }
        }
        Command::SetCustomer(customer) => {
            if order.discarded.is_some() {
                return Err(Rejection::OrderClosed);
            }
            if order.customer.value == *customer {
                return Err(Rejection::NothingChanged);
            }
            let changes = vec![Change::Customer(*customer)];
            decision.order(OrderEvent::Edited(Edited { changes, settles: None, rule: None }));
        }
        // Asked for again, it is done again: another tablet may know more of the person than this one.
        Command::EraseBuyer => decision.contact(ContactEvent::Erasing),
        Command::RecordPayment(payment) => {
            order.expect_open()?;
            if order.confirmed.is_none() {
                // Before the sale nothing is change yet: all that was handed over counts, whatever the draft comes to.
                decision.order(OrderEvent::PaymentRecorded(received(payment, payment.given)?));
                return Ok(());
            }
            if order.balance() <= 0 {
                return Err(Rejection::NothingOwed);
            }
            let recorded = received(payment, order.balance())?;
            let settles_all = recorded.amount == order.balance();
            decision.order(OrderEvent::PaymentRecorded(recorded));
            // Goods that were handed over and are now paid leave nothing to do.
            if settles_all && order.all_shipped() && order.active_parcels().all(|parcel| parcel.handed_over) {
                decision.order(OrderEvent::Completed(Completed::default()));
            }
        }
        Command::VerifyPayment(id) => {
            let payment = order.expect_payment(*id)?;
            if payment.state != PaymentState::Unverified {
                return Err(Rejection::NoSuchPayment);
            }
            decision.order(OrderEvent::PaymentVerified(PaymentVerified { payment: *id }));
        }
        Command::RejectPayment(id, why) => {
            if order.expect_payment(*id)?.state != PaymentState::Unverified {
                return Err(Rejection::NoSuchPayment);
            }
            let body = PaymentEnded { payment: *id, reason: reason(why)?, settles: None };
            decision.order(OrderEvent::PaymentRejected(body));
        }
        Command::VoidPayment(id, why) => {
            order.expect_payment(*id)?;
            let body = PaymentEnded { payment: *id, reason: reason(why)?, settles: None };
            decision.order(OrderEvent::PaymentVoided(body));
        }
        Command::RecordRefund { method, amount, reason } => {
            if *amount <= 0 || *amount > MAX_AMOUNT {
                return Err(Rejection::Amount);
            }
            if order.balance() >= 0 {
                return Err(Rejection::NothingOwed);
            }
            if *amount > order.balance().saturating_neg() {
                return Err(Rejection::RefundTooLarge);
            }
            named(method)?;
            let reason = crate::text::parse(reason, LONG).map_err(|_| Rejection::TextTooLong(LONG))?;
            decision.order(OrderEvent::RefundRecorded(RefundRecorded {
                method: method.clone(),
                amount: *amount,
                reason,
            }));
        }
        Command::Ship { carrier, tracking, expected, lines } => {
            let lines = order.parts_to_leave(lines.as_ref(), false, context)?;
            let (carrier, tracking, expected) = (short(carrier)?, short(tracking)?, short(expected)?);
            if carrier.is_empty() {
                return Err(Rejection::CarrierMissing);
            }
            decision.order(OrderEvent::Shipped(Shipped { carrier, tracking, expected, lines }));
        }
        Command::HandOver(lines) => {
            let lines = order.parts_to_leave(lines.as_ref(), true, context)?;
            let everything = lines == order.unshipped() && order.active_parcels().all(|parcel| parcel.handed_over);
            decision.order(OrderEvent::HandedOver(HandedOver { lines }));
            if everything && order.balance() == 0 {
                decision.order(OrderEvent::Completed(Completed::default()));
            }
        }
        Command::CorrectParcel(body) => {
            let parcel = order
                .active_parcels()
                .find(|parcel| parcel.id == body.parcel && !parcel.handed_over)
                .ok_or(Rejection::NoSuchParcel)?;
            if order.has_arrived(parcel) {
                return Err(Rejection::AlreadyDelivered);
            }
            let tidy = |text: &Option<String>| text.as_deref().map(short).transpose();
            let body = ParcelCorrected {
                parcel: body.parcel,
                carrier: tidy(&body.carrier)?,
                tracking: tidy(&body.tracking)?,
                expected: tidy(&body.expected)?,
            };
            if body.carrier.as_deref() == Some("") {
                return Err(Rejection::CarrierMissing);
            }
            let same = |new: &Option<String>, old: &String| new.as_ref().is_none_or(|new| new == old);
            if same(&body.carrier, &parcel.carrier)
                && same(&body.tracking, &parcel.tracking)
                && same(&body.expected, &parcel.expected)
            {
                return Err(Rejection::NothingChanged);
            }
            decision.order(OrderEvent::ParcelCorrected(body));
        }
        Command::VoidParcel(id, why) => {
            let parcel = order.active_parcels().find(|parcel| parcel.id == *id).ok_or(Rejection::NoSuchParcel)?;
            // Goods that were handed over by mistake can be taken back while something is left to do.
            if order.completed.is_some() || (!parcel.handed_over && order.has_arrived(parcel)) {
                return Err(Rejection::AlreadyDelivered);
            }
            let body = ParcelVoided { parcel: *id, reason: reason(why)?, settles: None };
            decision.order(OrderEvent::ParcelVoided(body));
        }
        Command::TakeBack(mark, why) => take_back(decision, order, *mark, reason(why)?)?,
        Command::MarkDelivered => {
            if order.all_arrived() {
                return Err(Rejection::AlreadyDelivered);
            }
            if !order.all_shipped() {
                return Err(Rejection::NotShipped);
            }
            decision.order(OrderEvent::Delivered(Delivered::default()));
        }
        Command::Complete => {
            order.expect_open()?;
            if order.completed.is_some() {
                return Err(Rejection::OrderClosed);
            }
            if !order.all_arrived() {
                return Err(Rejection::NotDelivered);
            }
            match order.balance() {
                0 => decision.order(OrderEvent::Completed(Completed::default())),
                owed if owed > 0 => return Err(Rejection::NotPaid),
                _ => return Err(Rejection::RefundDue),
            }
        }
        Command::Extend { due_ms } => {
            order.expect_open()?;
            if !matches!(order.status(), Status::AwaitingPayment | Status::PartPaid) {
                return Err(Rejection::NothingOwed);
            }
            if !order.pays_first() && order.due_ms().is_none() {
                return Err(Rejection::NotPaidFirst);
            }
            if *due_ms <= context.now_ms {
                return Err(Rejection::DeadlinePassed);
            }
            decision.order(OrderEvent::Extended(Extended { due_ms: *due_ms }));
        }
        Command::Hold(why) => {
            order.expect_confirmed()?;
            order.expect_open()?;
            if order.held.is_some() {
                return Err(Rejection::OnHold);
            }
            if order.all_shipped() {
                return Err(Rejection::AlreadyShipped);
            }
            decision.order(OrderEvent::Held(Held { reason: reason(why)?, rule: None }));
        }
        Command::Release => {
            if order.held.is_none() {
                return Err(Rejection::NotOnHold);
            }
            decision.order(OrderEvent::Released(Released::default()));
        }
        Command::Cancel(why) => {
            order.expect_confirmed()?;
            order.expect_open()?;
            if order.any_shipped() {
                return Err(Rejection::AlreadyShipped);
            }
            decision.order(OrderEvent::Cancelled(Cancelled { reason: reason(why)?, rule: None }));
        }
        Command::Revive => {
            if order.cancelled.is_none() || order.status() == Status::Closed {
                return Err(Rejection::OrderClosed);
            }
            decision.order(OrderEvent::Revived(Revived::default()));
        }
        Command::Undo(why) => {
            order.expect_confirmed()?;
            order.expect_open()?;
            if order.active_parcels().any(|parcel| !parcel.handed_over) {
                return Err(Rejection::AlreadyShipped);
            }
            let why = reason(why)?;
            for parcel in order.active_parcels() {
                let body = ParcelVoided { parcel: parcel.id, reason: why.clone(), settles: None };
                decision.order(OrderEvent::ParcelVoided(body));
            }
            // Where some of the money went back before, the payments were no mistake: the rest goes back as well.
            let returned = order.refunded() > 0;
            for payment in order.payments.iter().filter(|payment| payment.counts() && !returned) {
                let body = PaymentEnded { payment: payment.id, reason: why.clone(), settles: None };
                decision.order(OrderEvent::PaymentVoided(body));
            }
            let back = if returned { order.ways_back(order.received()) } else { Vec::new() };
            for (method, amount) in back {
                decision.order(OrderEvent::RefundRecorded(RefundRecorded { method, amount, reason: why.clone() }));
            }
            decision.order(OrderEvent::Cancelled(Cancelled { reason: why, rule: None }));
        }
        Command::Label { add, remove } => {
            order.expect_confirmed()?;
            let tidy = |labels: &[String]| labels.iter().map(|label| short(label)).collect::<Result<Vec<_>, _>>();
            let (mut add, mut remove) = (tidy(add)?, tidy(remove)?);
            if add.iter().any(String::is_empty) {
                return Err(Rejection::LabelMissing);
            }
            add.retain(|label| !order.labels.contains(label));
            remove.retain(|label| order.labels.contains(label));
            if add.is_empty() && remove.is_empty() {
                return Err(Rejection::NothingChanged);
            }
            decision.order(OrderEvent::Labelled(Labelled { add, remove, rule: None }));
        }
        // Rules do not follow rules.
        Command::ByRule(..) => return Err(Rejection::NothingChanged),
        Command::Renumber => {
            order.expect_confirmed()?;
            let number = OrderNumber::new(context.day, context.code, context.next_count);
            decision.order(OrderEvent::Renumbered(Renumbered { number }));
        }
        Command::Settle { conflict, choice } => {
            let conflict = order.conflict(conflict).filter(|c| order.is_open(c)).ok_or(Rejection::NoSuchConflict)?;
            settle(decision, order, conflict, *choice)?;
        }
    }
    Ok(())
}

/// Takes back what was just done; but not from under what was done since.
fn take_back(decision: &mut Decision, order: &Order, mark: Uuid, reason: String) -> Result<(), Rejection> {
    let entry = |at: Option<usize>| at.and_then(|at| order.timeline.get(at));
    let is_it = |at: Option<usize>| entry(at).is_some_and(|entry| entry.meta.id == mark);
    if is_it(order.completed) {
        decision.order(OrderEvent::MarkVoided(MarkVoided { mark, reason }));
    } else if is_it(order.delivered) {
        if order.completed.is_some() {
            return Err(Rejection::AlreadyCompleted);
        }
        decision.order(OrderEvent::MarkVoided(MarkVoided { mark, reason }));
    } else if let Some(parcel) = order.active_parcels().find(|parcel| parcel.id == mark && parcel.handed_over) {
        // Handing over completes what is paid, in the same act.
        let with_it = entry(order.completed).zip(entry(Some(parcel.at))).is_some_and(|(completed, handed)| {
            completed.meta.device == handed.meta.device && completed.meta.counter == handed.meta.counter + 1
        });
        if order.completed.is_some() && !with_it {
            return Err(Rejection::AlreadyCompleted);
        }
        decision.order(OrderEvent::ParcelVoided(ParcelVoided { parcel: mark, reason, settles: None }));
    } else {
        return Err(Rejection::NothingChanged);
    }
    Ok(())
}

fn edit(
    decision: &mut Decision,
    order: &Order,
    (base, base_buyer): (&Content, &Buyer),
    (content, buyer): (&Content, &Buyer),
) {
    let all = base.changes_to(content);
    let mut part = Vec::new();
    let mut filled = 0;
    for change in all {
        let weight = if let Change::AddLine(line) = &change { weight(line) } else { 6 * LONG };
        if filled + weight > EVENT_BYTES && !part.is_empty() {
            decision.order(OrderEvent::Edited(Edited {
                changes: std::mem::take(&mut part),
                settles: None,
                rule: None,
            }));
            filled = 0;
        }
        filled += weight;
        part.push(change);
    }
    if !part.is_empty() {
        decision.order(OrderEvent::Edited(Edited { changes: part, settles: None, rule: None }));
    }
    if order.name.by.is_none() {
        if !buyer.is_empty() {
            decision.contact(ContactEvent::Recorded(buyer.clone()));
        }
    } else if let Some(changed) = buyer_changes(base_buyer, buyer) {
        decision.contact(ContactEvent::Changed(changed));
    }
}

/// Which choices a person has in a conflict.
impl ConflictKind {
    /// The choices, the one that changes nothing first.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            Self::ShippedCancelled | Self::ShippedEdited => &[Choice::Keep, Choice::GetBack],
            Self::ShippedTwice | Self::PaidTwice => &[Choice::Keep, Choice::First, Choice::Second],
            Self::SameField => &[Choice::Keep, Choice::First],
            Self::VerifiedRejected | Self::RefundedTwice | Self::SameNumber => &[Choice::Keep],
        }
    }
}

fn settle(decision: &mut Decision, order: &Order, conflict: &Conflict, choice: Choice) -> Result<(), Rejection> {
    if !conflict.kind.choices().contains(&choice) {
        return Err(Rejection::NoSuchConflict);
    }
    let settles = Some(conflict.id.clone());
    let parcel = |at: usize| order.active_parcels().find(|p| p.at == at).map(|p| p.id).ok_or(Rejection::NoSuchConflict);
    let payment = |at: usize| {
        order.payments.iter().find(|p| p.at == at && p.counts()).map(|p| p.id).ok_or(Rejection::NoSuchConflict)
    };
    // "First" keeps the first side and voids the second; "second" the other way round.
    let loser = if choice == Choice::First { conflict.second } else { conflict.first };
    match (conflict.kind, choice) {
        (_, Choice::Keep) => {
            decision.order(OrderEvent::ConflictSettled(ConflictSettled { conflict: conflict.id.clone() }))
        }
        (ConflictKind::PaidTwice, _) => {
            let body = PaymentEnded { payment: payment(loser)?, reason: String::new(), settles };
            decision.order(OrderEvent::PaymentVoided(body));
        }
        (ConflictKind::ShippedTwice, _) => {
            let body = ParcelVoided { parcel: parcel(loser)?, reason: String::new(), settles };
            decision.order(OrderEvent::ParcelVoided(body));
        }
        (ConflictKind::ShippedCancelled | ConflictKind::ShippedEdited, _) => {
            let id = parcel(conflict.first).or_else(|_| parcel(conflict.second))?;
            decision.order(OrderEvent::ParcelVoided(ParcelVoided { parcel: id, reason: String::new(), settles }));
            // Nothing has left then: what the parcel kept from happening is carried out now.
            if order.active_parcels().count() == 1 {
                if conflict.kind == ConflictKind::ShippedCancelled {
                    let reason = cancel_reason(order, conflict);
                    decision.order(OrderEvent::Cancelled(Cancelled { reason, rule: None }));
                } else {
                    edit_after_all(decision, order, id);
                }
            }
        }
        (ConflictKind::SameField, _) => match &conflict.other {
            Some(OtherValue::Order(change)) => {
                decision.order(OrderEvent::Edited(Edited { changes: vec![change.clone()], settles, rule: None }));
            }
            Some(OtherValue::Buyer(changed)) => {
                decision.contact(ContactEvent::Changed(ContactChanged { settles, ..changed.clone() }));
            }
            None => return Err(Rejection::NoSuchConflict),
        },
        _ => return Err(Rejection::NoSuchConflict),
    }
    Ok(())
}

/// The edits that a parcel voided because they did not know of it: the same wishes again.
fn edit_after_all(decision: &mut Decision, order: &Order, parcel: Uuid) {
    let Some(left) = order.parcels.iter().find(|p| p.id == parcel).map(|p| p.at) else { return };
    for (at, entry) in order.timeline.iter().enumerate().skip(left) {
        if entry.outcome != Outcome::Voided(VoidReason::ShipmentStands) || order.knew(at, left) {
            continue;
        }
        if let Event::Order(OrderEvent::Edited(body)) = &entry.event {
            decision.order(OrderEvent::Edited(Edited { settles: None, ..body.clone() }));
        } else if let Event::Contact(ContactEvent::Changed(body)) = &entry.event {
            decision.contact(ContactEvent::Changed(ContactChanged { settles: None, ..body.clone() }));
        }
    }
}

/// The reason that the voided cancelling gave: it is the same wish, carried out now.
fn cancel_reason(order: &Order, conflict: &Conflict) -> String {
    [conflict.first, conflict.second]
        .into_iter()
        .filter_map(|at| order.timeline.get(at))
        .find_map(|entry| {
            let Event::Order(OrderEvent::Cancelled(body)) = &entry.event else { return None };
            Some(body.reason.clone())
        })
        .unwrap_or_default()
}
