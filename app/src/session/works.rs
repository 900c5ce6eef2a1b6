//! What needs the whole program and not only what opens it: syncing, acting, folding. The later part of the program
//! hands it in when it is here, so that the first page stands without it (docs/decisions/0006).

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use domain::Currency;
use domain::weight::WeightUnit;
use futures::channel::oneshot;
use leptos::prelude::*;
use replica::storage::StorageFault;

use super::{ActFault, ReplicaHandle, ServerFault, Session};
use crate::platform::clock;

type Work<T> = Pin<Box<dyn Future<Output = T>>>;
type Stored = Work<Result<(), StorageFault>>;
type Answered = Work<Result<(), ServerFault>>;
type Started = Work<Result<(), ActFault>>;

/// Names everything of the session that the first file of the program does not hold.
#[derive(Clone, Copy, Debug)]
pub struct Works {
    /// Keeps in step with the server and with other tabs for as long as it is awaited.
    pub(super) run: fn(Rc<ReplicaHandle>) -> Work<()>,
    /// Rebuilds what an older version of the app wrote.
    pub(super) rebuild: fn(&'static str) -> Stored,
    /// Begins a shop on this device, which weighs in this unit.
    pub(super) start_shop: fn(Rc<ReplicaHandle>, String, Currency, WeightUnit) -> Started,
    /// Takes the shop of this device to a server: its address, the set-up code.
    pub(super) connect: fn(Rc<ReplicaHandle>, String, String) -> Answered,
    /// Joins the shop of a pairing code: the server's address, the code.
    pub(super) join: fn(Rc<ReplicaHandle>, String, String) -> Answered,
}

impl Works {
    /// All of it; only the later part of the program may call this.
    pub fn all() -> Self {
        Self {
            run: |handle| {
                Box::pin(async move {
                    handle.listen_to_other_tabs();
                    handle.run().await;
                })
            },
            rebuild: |name| Box::pin(ReplicaHandle::rebuild(name)),
            start_shop: |handle, name, currency, weight| {
                Box::pin(async move { handle.start_shop(&name, currency, weight, &clock::own_zone(), None).await })
            },
            connect: |handle, server, code| Box::pin(async move { handle.claim(&server, &code).await }),
            join: |handle, server, code| Box::pin(async move { handle.join(&server, &code, None).await }),
        }
    }
}

/// How far the later part of the program is.
#[derive(Debug, Default)]
pub(super) enum Later {
    /// On its way; these wait for it.
    #[default]
    Awaited,
    /// It could not be fetched; whoever asks has it fetched again.
    Failed,
    /// Here.
    Here(Works),
}

#[derive(Debug, Default)]
pub(super) struct Awaiting {
    later: Later,
    /// They hear it when it could not be fetched.
    waiting: Vec<oneshot::Sender<Option<Works>>>,
    /// They wait until it is here, however often it fails.
    patient: Vec<oneshot::Sender<Works>>,
}

impl Session {
    /// The later part of the program is here, or could not be fetched.
    pub fn begin(self, works: Option<Works>) {
        let waiting = self.awaiting.try_update_value(|awaiting| {
            awaiting.later = works.map_or(Later::Failed, Later::Here);
            let patient = if works.is_some() { std::mem::take(&mut awaiting.patient) } else { Vec::new() };
            (std::mem::take(&mut awaiting.waiting), patient)
        });
        let (waiting, patient) = waiting.unwrap_or_default();
        // Sending fails where they have stopped waiting.
        for waiting in waiting {
            let _ = waiting.send(works);
        }
        for (patient, works) in patient.into_iter().zip(std::iter::repeat(works).flatten()) {
            let _ = patient.send(works);
        }
    }

    /// The later part of the program, whenever it comes; `None` where the page goes first.
    pub(super) async fn works_at_last(self) -> Option<Works> {
        let (ring, rung) = oneshot::channel();
        let here = self.awaiting.try_update_value(|awaiting| match awaiting.later {
            Later::Here(works) => Some(works),
            Later::Failed | Later::Awaited => {
                awaiting.patient.push(ring);
                None
            }
        });
        match here? {
            Some(works) => Some(works),
            None => rung.await.ok(),
        }
    }

    /// The later part of the program, once it is here; `None` where it could not be fetched.
    pub(super) async fn works(self) -> Option<Works> {
        let (ring, rung) = oneshot::channel();
        let here = self.awaiting.try_update_value(|awaiting| match awaiting.later {
            Later::Here(works) => Some(works),
            Later::Failed | Later::Awaited => {
                awaiting.waiting.push(ring);
                let failed = matches!(awaiting.later, Later::Failed);
                awaiting.later = Later::Awaited;
                if failed {
                    self.fetch_again.update(|count| *count += 1);
                }
                None
            }
        });
        match here? {
            Some(works) => Some(works),
            None => rung.await.ok().flatten(),
        }
    }
}
