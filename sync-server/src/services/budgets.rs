//! What a device, and a shop, may draw and store: so much at once, which comes back within a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::fault::Fault;
use crate::limits::Limits;
use crate::state::Caller;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// All budgets.
#[derive(Debug)]
pub struct Budgets {
    /// Bytes of pictures.
    pub pictures: Budget,
    /// Bytes of events.
    pub events: Budget,
    /// Pairing codes.
    pub codes: Budget,
}

impl Budgets {
    /// Nothing is spent yet.
    pub fn new(limits: &Limits) -> Self {
        let of = |device| Budget { device, shop: device * limits.budgets.shop, spent: Mutex::default() };
        Self {
            pictures: of(limits.budgets.picture_bytes),
            events: of(limits.budgets.event_bytes),
            codes: of(limits.budgets.pairing_codes),
        }
    }
}

/// The budget of one kind.
#[derive(Debug)]
pub struct Budget {
    device: u64,
    shop: u64,
    /// What is spent and has not come back, and when that was so; of devices and of shops.
    spent: Mutex<HashMap<Uuid, (u64, i64)>>,
}

impl Budget {
    /// Refuses who has spent all.
    pub fn check(&self, caller: &Caller, now: i64) -> Result<(), Fault> {
        self.spend(caller, 0, now)
    }

    /// Spends so much, or what is left, unless all is spent already.
    pub fn spend(&self, caller: &Caller, amount: u64, now: i64) -> Result<(), Fault> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let both = [(caller.device, self.device), (caller.shop, self.shop)];
        for (who, most) in both {
            let (had, at) = spent.get(&who).copied().unwrap_or((0, now));
            let passed = u64::try_from(now.saturating_sub(at)).unwrap_or(0).min(DAY_MS);
            let back = u64::try_from(u128::from(most) * u128::from(passed) / u128::from(DAY_MS)).unwrap_or(u64::MAX);
            // What has not come back as a whole unit is not forgotten.
            if back > 0 || had == 0 || now < at {
                spent.insert(who, (had.saturating_sub(back), now));
            }
        }
        let is_over = |(who, most): &(Uuid, u64)| spent.get(who).is_some_and(|(spent, _)| spent >= most);
        if both.iter().any(is_over) {
            return Err(Fault::TooMany(60));
        }
        for (who, most) in both {
            if let Some((spent, _)) = spent.get_mut(&who) {
                *spent = spent.saturating_add(amount).min(most);
            }
        }
        Ok(())
    }
}
