//! Payments and refunds.

use uuid::Uuid;

use super::{APPLIED, Overrule, Step, void};
use crate::order::conflict::ConflictKind;
use crate::order::event::*;
use crate::order::{Order, Payment, PaymentState, VoidReason};

impl Order {
    pub(super) fn payment_recorded(&mut self, at: usize, body: &PaymentRecorded) -> Step {
        // Who knew that it was cancelled, or discarded as a draft, saw that voided: otherwise the money would not have
        // been taken.
        if let Some(place) = self.cancelled.or(self.discarded) {
            return Overrule(place, VoidReason::PaymentStands);
        }
        let unknown = self.payments.iter().rev().find(|p| p.counts() && !self.knew(at, p.at)).map(|p| p.at);
        let state = if body.method.needs_verifying() { PaymentState::Unverified } else { PaymentState::Verified };
        self.payments.push(Payment { id: self.id_at(at), at, body: body.clone(), state, state_by: None });
        if let Some(first) = unknown
            && self.balance() < 0
        {
            self.raise(ConflictKind::PaidTwice, first, at, None, None);
        }
        APPLIED
    }

    /// The payment's place in the list, with what became of it and who said so.
    fn payment(&self, id: Uuid) -> Option<(usize, PaymentState, Option<usize>)> {
        self.payments.iter().enumerate().find(|(_, p)| p.id == id).map(|(index, p)| (index, p.state, p.state_by))
    }

    fn set_payment(&mut self, index: usize, state: PaymentState, at: usize) -> Step {
        if let Some(payment) = self.payments.get_mut(index) {
            payment.state = state;
            payment.state_by = Some(at);
        }
        APPLIED
    }

    pub(super) fn payment_verified(&mut self, at: usize, body: &PaymentVerified) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Unverified, _) => self.set_payment(index, PaymentState::Verified, at),
            (PaymentState::Verified, _) => void(VoidReason::AlreadyDone),
            // Somebody saw the money come in: that is a fact, whatever another tablet decided concurrently.
            (PaymentState::Rejected | PaymentState::Voided, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                self.set_payment(index, PaymentState::Verified, at)
            }
            (PaymentState::Rejected | PaymentState::Voided, _) => void(VoidReason::NotAllowed),
        }
    }

    pub(super) fn payment_rejected(&mut self, at: usize, body: &PaymentEnded) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Unverified, _) => self.set_payment(index, PaymentState::Rejected, at),
            (PaymentState::Rejected, _) => void(VoidReason::AlreadyDone),
            (PaymentState::Verified, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                void(VoidReason::PaymentStands)
            }
            (PaymentState::Verified | PaymentState::Voided, _) => void(VoidReason::NotAllowed),
        }
    }

    pub(super) fn payment_voided(&mut self, at: usize, body: &PaymentEnded) -> Step {
        let Some((index, state, by)) = self.payment(body.payment) else { return void(VoidReason::NotAllowed) };
        match (state, by) {
            (PaymentState::Voided, _) => return void(VoidReason::AlreadyDone),
            (PaymentState::Verified, Some(by)) if !self.knew(at, by) => {
                self.raise(ConflictKind::VerifiedRejected, by, at, None, None);
                return void(VoidReason::PaymentStands);
            }
            _ => {}
        }
        self.settle(at, body.settles.as_ref()).unwrap_or_else(|| self.set_payment(index, PaymentState::Voided, at))
    }

    pub(super) fn refund_recorded(&mut self, at: usize, body: &RefundRecorded) -> Step {
        let unknown = self.refunds.iter().rev().map(|(place, _)| *place).find(|place| !self.knew(at, *place));
        self.refunds.push((at, body.clone()));
        if let Some(first) = unknown
            && self.balance() > 0
        {
            self.raise(ConflictKind::RefundedTwice, first, at, None, None);
        }
        APPLIED
    }
}
