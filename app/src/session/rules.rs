//! The shop's rules at work in the one tab that leads: after changes, and each minute.

use std::cell::RefCell;
use std::collections::HashSet;
use std::pin::pin;
use std::rc::Rc;

use domain::order::Summary;
use domain::rule::Rule;
use futures::channel::mpsc::unbounded;
use futures::future::{Either, select};
use futures::stream::StreamExt;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::client::Host;
use replica::client::rules::Waiting;
use replica::storage::StorageFault;

use super::{ReplicaHandle, Session};
use crate::platform::clock::Browser;

/// How often all orders are looked through.
const EACH_MINUTE_MS: u64 = 60_000;
/// Beyond so many changes at once, all orders are looked through.
const MANY: usize = 500;

impl Session {
    /// The orders to which a rule would do something now, newest first, as far as this tablet knows.
    pub async fn touched_by(self, rule: &Rule) -> Result<Vec<Summary>, StorageFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.touched_by(rule).await
    }

    /// Which rules can't cancel yet, and of which tablets nothing was heard.
    pub fn rules_wait(self) -> Signal<Waiting> {
        self.rules_wait.into()
    }

    /// Acts by the shop's rules from now on; once for each page, when the shop is open.
    pub fn act_by_rules(self) {
        let Some(handle) = self.handle() else { return };
        let changed: Rc<RefCell<HashSet<_>>> = Rc::default();
        let (bell, mut rung) = unbounded();
        {
            let changed = Rc::clone(&changed);
            handle.on_change(move |change| {
                changed.borrow_mut().extend(change.streams.iter().copied());
                // Fails where the page is gone.
                let _ = bell.unbounded_send(());
            });
        }
        spawn_local(async move {
            handle.until(ReplicaHandle::leads).await;
            let mut hand = handle.rule_runner();
            let mut all = true;
            loop {
                let now: HashSet<_> = std::mem::take(&mut *changed.borrow_mut());
                all = all || now.len() > MANY;
                let looked = hand.run_once((!all).then_some(now), handle.today()).await;
                // What can't be read now is looked at again within a minute.
                if let (true, Ok(waiting)) = (all, looked)
                    && self.rules_wait.try_with_untracked(|known| *known != waiting) == Some(true)
                {
                    self.rules_wait.set(waiting);
                }
                all = match select(pin!(rung.next()), pin!(Browser.sleep(EACH_MINUTE_MS))).await {
                    Either::Left((Some(()), _)) => false,
                    Either::Left((None, _)) => return,
                    Either::Right(_) => true,
                };
                // What rang meanwhile is seen by what follows.
                while rung.try_recv().is_ok() {}
            }
        });
    }
}
