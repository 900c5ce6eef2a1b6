//! Acts: decided, and stored before they count.

use domain::order::Command;
use domain::shop::SettingChanged;
use domain::weight::WeightUnit;
use domain::{Currency, Day, DeviceCode};
use uuid::Uuid;

use super::load::{load_any, rebuild_anew};
use super::{ActFault, Acted, Change, Client, DECISIONS, Host, OpenFault, REOPENINGS, Transport, corrupt};
use crate::replica::{Act, ActContext, ActFault as Refused, MissingEntries, Prepared, Replica};
use crate::storage::{Batch, Storage, StorageFault};

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// Does what a person asks for, all of it or nothing. When it answers, it is on the disk. Answers with the
    /// streams that the acts are about, in their order.
    pub async fn act_all(&self, acts: &[Act], day: Day) -> Result<Vec<Uuid>, ActFault> {
        let mut acted = Vec::new();
        self.write(|replica, context| {
            let (ids, prepared) = replica.act(acts, &mut ActContext { day, ..context })?;
            acted = ids;
            Ok(Some(prepared))
        })
        .await?;
        Ok(acted)
    }

    /// Does what a person asks of an order, `None` begins one. When it answers, it is on the disk.
    pub async fn act(&self, order: Option<Uuid>, command: &Command, day: Day) -> Result<Acted, ActFault> {
        self.act_in_turn(order, std::slice::from_ref(command), day).await
    }

    /// Does several things to an order one after the other, all of them or none. What is so already is passed over.
    pub async fn act_in_turn(&self, order: Option<Uuid>, all: &[Command], day: Day) -> Result<Acted, ActFault> {
        let acts: Vec<Act> = all.iter().map(|command| Act::Order(order, Box::new(command.clone()))).collect();
        let acted = self.act_all(&acts, day).await?;
        let order = acted.first().copied().unwrap_or_default();
        let number = self.replica().summary(order, 0).and_then(|summary| summary.number);
        Ok(Acted { order, number })
    }

    /// Starts a shop on this device, with no server. It sells weights by this unit.
    pub async fn start_shop(
        &self,
        name: &str,
        currency: Currency,
        weight: WeightUnit,
        time_zone: &str,
        code: Option<DeviceCode>,
    ) -> Result<(), ActFault> {
        self.write(|replica, mut context| {
            replica.start_shop(name, currency, weight, time_zone, code.clone(), &mut context).map(Some)
        })
        .await
    }

    /// Changes the shop's settings: those that are named.
    pub async fn change_setting(&self, change: SettingChanged) -> Result<(), ActFault> {
        self.write(|replica, mut context| replica.change_setting(change.clone(), &mut context).map(Some)).await
    }

    /// Gives this device another code, for the orders that it takes from now on. False: another device has it.
    pub async fn change_code(&self, code: &DeviceCode) -> Result<bool, ActFault> {
        let mut changed = false;
        self.write(|replica, mut context| {
            let prepared = replica.change_code(code, &mut context)?;
            changed = prepared.is_some();
            Ok(prepared)
        })
        .await?;
        Ok(changed)
    }

    /// Another tab wrote: takes that in.
    pub async fn refresh(&self) -> Result<(), StorageFault> {
        let _writing = self.0.writing.lock().await;
        self.absorb().await
    }

    /// Decides and stores, again and again while other tabs are quicker.
    pub(super) async fn write(
        &self,
        mut decide: impl FnMut(&Replica, ActContext<'_>) -> Result<Option<Prepared>, Refused>,
    ) -> Result<(), ActFault> {
        let _writing = self.0.writing.lock().await;
        let mut reopenings = 0;
        let mut decisions = 0;
        loop {
            let mut random = || self.0.host.random();
            let now_ms = self.now_ms();
            let context = ActContext {
                now_ms,
                is_told: self.0.clock.borrow().is_told(),
                day: Day::default(),
                actor: None,
                random: &mut random,
            };
            let decided = decide(&self.replica(), context);
            match decided {
                Ok(None) => return Ok(()),
                Ok(Some(prepared)) => match self.store(prepared).await {
                    Err(StorageFault::Stale) if decisions < DECISIONS => decisions += 1,
                    other => return Ok(other?),
                },
                Err(Refused::MissingEntries(wanting)) => self.fetch(wanting, &mut reopenings, true).await?,
                Err(Refused::Rejected(rejection)) => return Err(rejection.into()),
                Err(refused) => return Err(ActFault::Refused(refused)),
            }
        }
    }

    /// Reads entries into memory. Where one can't be read, the rows that lead to it are rebuilt without it.
    /// `writing`: the caller holds the lock.
    pub(super) async fn fetch(
        &self,
        wanting: MissingEntries,
        reopenings: &mut usize,
        writing: bool,
    ) -> Result<(), StorageFault> {
        match self.try_fetch(wanting, reopenings).await {
            Err(StorageFault::Corrupt(_)) => {
                rebuild_anew(&self.0.storage).await.map_err(unopened)?;
                if writing { self.absorb().await } else { self.refresh().await }
            }
            other => other,
        }
    }

    async fn try_fetch(&self, wanting: MissingEntries, reopenings: &mut usize) -> Result<(), StorageFault> {
        let mut ranges: Vec<std::ops::RangeInclusive<u32>> = Vec::new();
        for no in wanting.0 {
            match ranges.last_mut() {
                Some(range) if range.end().checked_add(1) == Some(no) => *range = *range.start()..=no,
                _ => ranges.push(no..=no),
            }
        }
        let wanted: usize = ranges.iter().map(|range| (range.end() - range.start()) as usize + 1).sum();
        loop {
            match self.0.storage.read_entries(&ranges).await {
                Ok(entries) if entries.len() < wanted => {
                    return Err(StorageFault::Corrupt("an entry of the journal is missing".to_owned()));
                }
                Ok(entries) => return self.0.replica.borrow_mut().hold(entries).map_err(corrupt),
                Err(StorageFault::Closed) if *reopenings < REOPENINGS => {
                    *reopenings += 1;
                    self.0.storage.reopen().await?;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Stores what was decided. [`StorageFault::Stale`]: another tab was quicker, and what it wrote is taken in.
    /// The lock is held by the caller.
    pub(super) async fn store(&self, prepared: Prepared) -> Result<(), StorageFault> {
        let Prepared { batch, streams } = prepared;
        let mut reopenings = 0;
        loop {
            match self.0.storage.write(&batch).await {
                Ok(()) => break,
                Err(StorageFault::Stale) => {
                    self.absorb().await?;
                    return Err(StorageFault::Stale);
                }
                Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                    reopenings += 1;
                    match self.is_stored(&batch).await {
                        Ok(true) => break,
                        // Not there: write again. Still closed: the next round counts it.
                        Ok(false) | Err(StorageFault::Closed) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
        let kinds = {
            let mut replica = self.0.replica.borrow_mut();
            replica.committed(batch).map_err(corrupt)?;
            replica.take_changed()
        };
        self.tell(Change { streams, kinds, stored: true, ..Change::default() });
        self.0.wakeup.notify();
        Ok(())
    }

    /// After a connection died in a write: whether the batch is there after all.
    async fn is_stored(&self, batch: &Batch) -> Result<bool, StorageFault> {
        self.0.storage.reopen().await?;
        let first = batch.expected_last + 1;
        let there = self.0.storage.read_entries(&[first..=first]).await?;
        Ok(there.first().is_some_and(|entry| Some(&entry.bytes) == batch.entries.first()))
    }

    /// Takes in what other tabs wrote. The lock is held by the caller.
    async fn absorb(&self) -> Result<(), StorageFault> {
        let mut reopenings = 0;
        let streams = loop {
            match self.try_absorb().await {
                Ok(streams) => break streams,
                Err(StorageFault::Closed) if reopenings < REOPENINGS => {
                    reopenings += 1;
                    self.0.storage.reopen().await?;
                }
                Err(fault) => return Err(fault),
            }
        };
        if let Some(streams) = streams {
            let kinds = self.0.replica.borrow_mut().take_changed();
            self.tell(Change { streams, kinds, ..Change::default() });
            self.0.wakeup.notify();
        }
        Ok(())
    }

    async fn try_absorb(&self) -> Result<Option<Vec<Uuid>>, StorageFault> {
        let marked = self.marked(self.0.storage.unsent_blobs().await?);
        let after = self.replica().last_no();
        let entries = self.0.storage.read_entries(&[after + 1..=u32::MAX]).await?;
        if entries.is_empty() {
            return Ok(marked.then(Vec::new));
        }
        let device = if Replica::tells_of_device(&entries) { self.0.storage.read_start().await?.device } else { None };
        let absorbed = self.0.replica.borrow_mut().absorb(entries, device.as_deref());
        let outdated = self.replica().is_outdated();
        match absorbed {
            Ok(streams) if !outdated => Ok(Some(streams)),
            // Another tab rebuilt the rows, or what it wrote can't be read here: begin again from the disk.
            _ => {
                let replica = load_any(&self.0.storage).await.map_err(unopened)?;
                *self.0.replica.borrow_mut() = replica;
                self.0.loads.set(self.0.loads.get().wrapping_add(1));
                Ok(Some(Vec::new()))
            }
        }
    }

    pub(super) fn tell(&self, change: Change) {
        let listeners = self.0.listeners.borrow().clone();
        listeners.iter().for_each(|listener| listener(&change));
    }
}

fn unopened(fault: OpenFault) -> StorageFault {
    match fault {
        OpenFault::Storage(fault) => fault,
        OpenFault::Newer | OpenFault::Outdated => {
            StorageFault::Unavailable("a newer version has written here".to_owned())
        }
    }
}
