//! What pages read and write of the shop's records: products, customers, templates, rules, saved views, and the
//! shop's own lists.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use domain::customer::Customer;
use domain::product::{Product, Stock};
use domain::record::{Changed, Fields, Record, RecordEvent, Value, changes};
use domain::rule::Rule;
use domain::shop::SettingChanged;
use domain::template::Template;
use domain::view::View;
use domain::{DeviceCode, StreamKind};
use leptos::prelude::*;
use replica::Act;
use replica::storage::StorageFault;
use uuid::Uuid;

use crate::platform::intl;

use super::changes::ORDERS;
use super::{ActFault, ReplicaHandle, Session, newest};

/// All records of a kind as they stand. Cheap to clone; equal when nothing of them changed.
#[derive(Debug)]
pub struct Records<T> {
    all: Arc<Vec<(u64, Uuid, Arc<T>)>>,
    /// Those that turned out to be another of them, each with that.
    gone: Arc<HashMap<Uuid, Uuid>>,
}

impl<T> Clone for Records<T> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), gone: Arc::clone(&self.gone) }
    }
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { all: Arc::default(), gone: Arc::default() }
    }
}

impl<T> PartialEq for Records<T> {
    fn eq(&self, other: &Self) -> bool {
        let versions = |records: &Self| records.all.iter().map(|(version, id, _)| (*version, *id)).collect::<Vec<_>>();
        Arc::ptr_eq(&self.all, &other.all) || (versions(self) == versions(other) && self.gone == other.gone)
    }
}

impl<T> Records<T> {
    /// Each of them, in the order in which they were first heard of.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> + Clone {
        self.all.iter().map(|(.., thing)| thing)
    }
    /// Each of them with its version, which changes whenever it does.
    pub fn versions(&self) -> impl Iterator<Item = (u64, &Arc<T>)> {
        self.all.iter().map(|(version, _, thing)| (*version, thing))
    }
    /// One by its id; what it turned out to be, where it turned out to be another.
    pub fn get(&self, id: Uuid) -> Option<&Arc<T>> {
        let id = self.gone.get(&id).copied().unwrap_or(id);
        self.all.iter().find(|(_, of, _)| *of == id).map(|(.., thing)| thing)
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Records<Product> {
    /// Each of them with its version, in the one order that tiles, lists and sheets have.
    pub fn in_order(&self) -> Vec<(u64, Arc<Product>)> {
        let mut all: Vec<_> = self.versions().map(|(version, product)| (version, Arc::clone(product))).collect();
        all.sort_by(|(_, one), (_, other)| one.compare(other, intl::compare));
        all
    }
}

/// A conflict of a record: the record, and the conflict's id.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordConflict {
    /// The kind of the record; [`StreamKind::Shop`] for the shop's own fields.
    pub kind: StreamKind,
    /// The record.
    pub id: Uuid,
    /// With its timeline.
    pub record: Arc<Record>,
    /// The conflict's id.
    pub conflict: String,
}

thread_local! {
    static SHOP: ArcRwSignal<Arc<Fields>> = ArcRwSignal::default();
}

/// The fields of the shop that is open. Tracks them.
pub fn shop_now() -> Arc<Fields> {
    SHOP.with(ArcRwSignal::get)
}

/// What the shop's fields are now.
pub(super) fn shop_is(fields: Fields) {
    SHOP.with(|shop| {
        if shop.with_untracked(|known| **known != fields) {
            shop.set(Arc::new(fields));
        }
    });
}

impl Session {
    /// All records of a kind, read as what they mean; those that `read` makes nothing of are left out.
    pub fn records<T: Send + Sync + 'static>(
        self,
        kind: StreamKind,
        read: fn(&Fields) -> Option<T>,
    ) -> Signal<Records<T>> {
        let records = Memo::new(move |before: Option<&Records<T>>| {
            self.changes.track(&[kind]);
            let Some(handle) = self.handle() else {
                return Records::default();
            };
            let known: HashMap<u64, &Arc<T>> = before
                .into_iter()
                .flat_map(|before| before.all.iter())
                .map(|(version, _, it)| (*version, it))
                .collect();
            let all = handle.read(|replica| {
                let read = |(id, version)| {
                    let thing = match known.get(&version) {
                        Some(thing) => Arc::clone(thing),
                        None => Arc::new(read(&replica.fields(id)?)?),
                    };
                    Some((version, id, thing))
                };
                replica.records(kind).filter_map(read).collect()
            });
            Records { all: Arc::new(all), gone: Arc::default() }
        });
        records.into()
    }

    /// The products, each together with those that turned out to be the same one.
    pub fn products(self) -> Signal<Records<Product>> {
        let records = Memo::new(move |before: Option<&Records<Product>>| {
            self.changes.track(&[StreamKind::Product]);
            let Some(handle) = self.handle() else {
                return Records::default();
            };
            let known = before.into_iter().flat_map(|before| before.all.iter());
            let known: HashMap<(u64, Uuid), &Arc<Product>> =
                known.map(|(version, id, it)| ((*version, *id), it)).collect();
            handle.read(|replica| {
                let merges = replica.merges();
                let gone: HashMap<Uuid, Uuid> = merges.gone().collect();
                let mut latest: HashMap<Uuid, u64> = HashMap::new();
                for (id, version) in replica.records(StreamKind::Product) {
                    let latest = latest.entry(gone.get(&id).copied().unwrap_or(id)).or_default();
                    *latest = version.max(*latest);
                }
                let read = |(id, own): (Uuid, u64)| {
                    if gone.contains_key(&id) {
                        return None;
                    }
                    let version = latest.get(&id).copied().unwrap_or(own);
                    let is_alone = merges.merged(id).is_empty();
                    let product = match known.get(&(version, id)).filter(|it| it.merged.is_empty() == is_alone) {
                        Some(product) => Arc::clone(product),
                        None => Arc::new(replica.product(id)?),
                    };
                    Some((version, id, product))
                };
                let all = Arc::new(replica.records(StreamKind::Product).filter_map(read).collect());
                Records { all, gone: Arc::new(gone) }
            })
        });
        records.into()
    }
    /// The article that this one turned out to be: product and variant. Tracks changes.
    pub fn article(self, product: Uuid, variant: u32) -> (Uuid, u32) {
        self.changes.track(&[StreamKind::Product]);
        let is = self.handle().map(|handle| handle.read(|replica| replica.merges().article((product, variant))));
        is.unwrap_or((product, variant))
    }
    /// The customers, those that were merged into others too.
    pub fn customers(self) -> Signal<Records<Customer>> {
        self.records(StreamKind::Customer, |fields| Some(Customer::read(fields)))
    }
    /// The templates.
    pub fn templates(self) -> Signal<Records<Template>> {
        self.records(StreamKind::Template, Template::read)
    }
    /// The rules.
    pub fn rules(self) -> Signal<Records<Rule>> {
        self.records(StreamKind::Rule, Rule::read)
    }

    /// The saved views of the list of orders.
    pub fn views(self) -> Signal<Records<View>> {
        self.records(StreamKind::View, View::read)
    }

    /// A record's fields, also of one that was thrown away since; tracks changes.
    pub fn fields_of(self, kind: StreamKind, record: Uuid) -> Option<Fields> {
        self.changes.track(&[kind]);
        self.handle()?.read(|replica| replica.fields(record))
    }

    /// The shop's own fields: its lists are read from them with [`domain::shop::list::entries`].
    pub fn shop_fields(self) -> Signal<Arc<Fields>> {
        Signal::derive(shop_now)
    }

    /// What there is of a product's variant (0: of the product), as far as this tablet knows. Tracks changes.
    pub fn stock(self, product: &Product, variant: u32) -> Stock {
        self.changes.track(ORDERS);
        self.handle().map(|handle| handle.read(|replica| replica.stock_of(product.id, variant))).unwrap_or_default()
    }

    /// What there is of all of a product's variants together. Tracks changes.
    pub fn whole_stock(self, product: &Product) -> Stock {
        let stocks = product.stocks().into_iter().map(|variant| self.stock(product, variant));
        stocks.fold(Stock::default(), |sum, stock| {
            // What left of a variant that nobody counts says nothing about what lies in the stall.
            let on_hand = if stock.counted { stock.on_hand } else { 0 };
            let stock = Stock { on_hand, ..stock };
            Stock {
                on_hand: sum.on_hand.saturating_add(stock.on_hand),
                reserved: sum.reserved.saturating_add(stock.reserved),
                counted: sum.counted || stock.counted,
            }
        })
    }

    /// Does what a person asks for, all of it in one transaction or nothing. Answers when it is on the disk, with
    /// the orders and records that the acts are about, in their order.
    pub async fn act_all(self, acts: Vec<Act>) -> Result<Vec<Uuid>, ActFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        let acted = handle.act_all(&acts, handle.today()).await?;
        handle.ask_to_keep();
        Ok(acted)
    }

    /// Writes what differs between what a form began with and what it holds now; `None` begins a record.
    pub async fn write(
        self,
        kind: StreamKind,
        id: Option<Uuid>,
        base: &BTreeMap<String, Value>,
        now: &BTreeMap<String, Value>,
    ) -> Result<Uuid, ActFault> {
        let set = changes(base, now);
        match id {
            Some(id) if set.is_empty() => Ok(id),
            _ => {
                let changed = RecordEvent::Changed(Changed { set, settles: None });
                let acted = self.act_all(vec![Act::Record(kind, id, vec![changed])]).await?;
                Ok(acted.first().copied().unwrap_or_default())
            }
        }
    }

    /// Writes fields of the shop; without a value they are cleared.
    pub async fn change_shop(self, set: BTreeMap<String, Option<Value>>) -> Result<(), ActFault> {
        self.act_all(vec![Act::Shop(Changed { set, settles: None })]).await.map(drop)
    }

    /// Changes the shop's settings: those that are named.
    pub async fn change_setting(self, change: SettingChanged) -> Result<(), ActFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.change_setting(change).await
    }

    /// Gives this tablet another code, for the orders that it takes from now on; false where another has it.
    pub async fn change_code(self, code: DeviceCode) -> Result<bool, ActFault> {
        let handle = self.handle().ok_or(StorageFault::Closed)?;
        handle.change_code(&code).await
    }

    /// The shop's time zone (IANA).
    pub fn time_zone(self) -> Signal<String> {
        self.zone.into()
    }

    /// The conflicts of records that need a decision.
    pub fn record_conflicts(self) -> Signal<Vec<RecordConflict>> {
        let read = move || {
            self.changes.track(StreamKind::ALL);
            let handle = self.handle()?;
            Some(async move { conflicts(&handle).await.ok() })
        };
        newest(Vec::new(), read).into()
    }
}

async fn conflicts(handle: &Rc<ReplicaHandle>) -> Result<Vec<RecordConflict>, StorageFault> {
    let mut found = Vec::new();
    let mut add = |kind, id, record: Record| {
        let record = Arc::new(record);
        let conflicts: Vec<String> = record.open_conflicts().map(|conflict| conflict.id.clone()).collect();
        found.extend(conflicts.into_iter().map(|conflict| RecordConflict {
            kind,
            id,
            record: Arc::clone(&record),
            conflict,
        }));
    };
    add(StreamKind::Shop, Uuid::nil(), handle.read(|replica| replica.shop().record().clone()));
    for (kind, id, _) in handle.read(|replica| replica.conflicted_records().collect::<Vec<_>>()) {
        if let Some(record) = handle.record(id).await? {
            add(kind, id, record);
        }
    }
    Ok(found)
}
