//! What every page knows of the shop on this device, and what it can ask for. Pages read signals and await
//! acts; the wiring to the replica is here.

mod carts;
mod changes;
mod customers;
mod fault;
mod link;
mod newest;
mod pictures;
mod records;
mod rules;
mod stock;
mod tables;
mod view;
mod works;

use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use domain::figure::Usage;
use domain::order::{Badge, Command, Conflict, ConflictKind, Context, Order, Summary, decide};
use domain::shop::{ShopSettings, device_name_field};
use domain::weight::WeightUnit;
use domain::{Day, DeviceCode, OrderNumber, StreamKind, StreamKinds};
use futures::future::select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::api::{DeviceEntry, Pairing, Quarantine};
use replica::client::{Change, Host, OpenFault};
use replica::clock::Wrong;
use replica::storage::StorageFault;
use replica::{Filter, Quarantined, SortBy};
use uuid::Uuid;

use self::changes::{Changes, ORDERS};
pub use self::customers::{People, Person};
pub use self::fault::{ActFault, ServerFault};
pub use self::link::Link;
use self::link::storage_fault;
pub use self::newest::newest;
pub use self::pictures::NoPicture;
pub use self::records::{RecordConflict, Records, shop_now};
pub use self::stock::{Beside, CountQuestion};
#[cfg(test)]
pub use self::tables::with_alike;
pub use self::tables::{Table, alike_in, ask_for_alike, folded};
pub use self::view::{Counts, DaySum, Device, Listing, Load, Row};
use self::works::Awaiting;
pub use self::works::Works;
use crate::platform::storage::Hitch;
use crate::platform::{clock, intl, tabs};
use crate::text::{self, CURRENCIES, Currency};
use crate::ui::SyncStatus;

/// How far the device is with its shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The store is being opened.
    Opening,
    /// There is no shop on this device.
    NoShop,
    /// There is, and it is open.
    Open,
}

/// What keeps the store from being opened, or from answering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It lets wait.
    Hitch(Hitch),
    /// The storage does not open.
    Storage(StorageFault),
}

/// The shop as the cover shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopHeader {
    /// Its name.
    pub name: String,
    /// This tablet's code.
    pub tablet: String,
    /// What its money is counted in.
    pub currency: Currency,
}

/// An act that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The order it was about, or that it made.
    pub order: Uuid,
    /// The order's number, once it has one.
    pub number: Option<OrderNumber>,
}

/// A context.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// How far the device is.
    pub boot: RwSignal<Boot>,
    /// Why it comes no further.
    pub trouble: RwSignal<Option<Trouble>>,
    /// The shop, once there is one.
    pub shop: RwSignal<Option<ShopHeader>>,
    /// Where the data is.
    pub sync: RwSignal<SyncStatus>,
    /// How many conflicts are open.
    pub conflicts: RwSignal<u64>,
    /// A new version of the app is ready to be taken.
    pub update: RwSignal<bool>,
    /// Changes of what is on this device, from whichever side they came.
    changes: Changes,
    /// The shop has a server; how many events that put aside; what could not be read here.
    device: RwSignal<(bool, usize, (usize, usize))>,
    /// The shop's time zone (IANA).
    zone: RwSignal<String>,
    /// The days that lists have asked for, in their order.
    spans: StoredValue<Vec<Range<i64>>>,
    now: RwSignal<i64>,
    /// That this device's clock is wrong.
    pub clock_wrong: RwSignal<Option<Wrong>>,
    /// Which rule waits for which tablets before it cancels.
    rules_wait: RwSignal<replica::client::rules::Waiting>,
    link: StoredValue<Option<Rc<Link>>, LocalStorage>,
    awaiting: StoredValue<Awaiting>,
    /// Counts how often somebody asked for the later part of the program before the store was open, or after it could
    /// not be fetched.
    pub fetch_again: RwSignal<u64>,
}

/// The one shop of this browser.
const NAME: &str = "stallbook";
/// How long a person who joined waits to see the shop; it comes later where the network is slow.
const FIRST_SIGHT_MS: u64 = 20_000;
/// How often what depends on the time is looked at again.
const TICK: Duration = Duration::from_secs(60);

impl Session {
    /// At the start of the page, before anything is opened.
    pub fn new(boot: Boot) -> Self {
        Self {
            boot: RwSignal::new(boot),
            trouble: RwSignal::new(None),
            shop: RwSignal::new(None),
            sync: RwSignal::new(SyncStatus::default()),
            conflicts: RwSignal::new(0),
            update: RwSignal::new(false),
            changes: Changes::new(),
            device: RwSignal::default(),
            zone: RwSignal::new(clock::own_zone()),
            spans: StoredValue::default(),
            now: RwSignal::new(clock::now_ms()),
            clock_wrong: RwSignal::new(None),
            rules_wait: RwSignal::new(Vec::new()),
            link: StoredValue::new_local(None),
            awaiting: StoredValue::default(),
            fetch_again: RwSignal::new(0),
        }
    }

    /// Opens what is on this device, and keeps it in step with its server and with other tabs.
    pub fn start() -> Self {
        let session = Self::new(Boot::Opening);
        set_interval(move || session.tick(), TICK);
        tabs::on_wake(move || {
            session.tick();
            if let Some(link) = session.link() {
                link.wake();
            }
        });
        spawn_local(async move {
            let changed = move |change: &Change| session.changed(change.kinds);
            let hitch = move |hitch| session.trouble.set(Some(Trouble::Hitch(hitch)));
            let mut opened = Link::open_ready(NAME, changed, hitch).await;
            if matches!(opened, Err(OpenFault::Outdated)) {
                session.fetch_again.update(|count| *count += 1);
                if let Some(works) = session.works_at_last().await {
                    opened = match (works.rebuild)(NAME).await {
                        Ok(()) => Link::open_ready(NAME, changed, hitch).await,
                        Err(fault) => Err(fault.into()),
                    };
                }
            }
            match opened {
                Ok(link) => {
                    session.trouble.set(None);
                    session.link.set_value(Some(Rc::clone(&link)));
                    session.changed(StreamKinds::ALL);
                    if let Some(works) = session.works_at_last().await {
                        (works.run)(link).await;
                    }
                }
                Err(fault) => session.trouble.set(Some(Trouble::Storage(storage_fault(fault)))),
            }
        });
        session
    }

    /// The one of this page.
    pub fn here() -> Self {
        // Provided by `App` above every page.
        use_context().unwrap_or_else(|| Self::new(Boot::Opening))
    }

    fn link(self) -> Option<Rc<Link>> {
        self.link.try_get_value().flatten()
    }

    /// Says anew what every page shows.
    fn changed(self, kinds: StreamKinds) {
        let Some(link) = self.link() else {
            return;
        };
        let now = link.now_ms();
        // What runs reads the time as it is now. The time by itself makes nothing run before the next tick, unless the
        // clock was put right.
        if self.now.get_untracked().abs_diff(now) > TICK.as_millis() as u64 {
            self.now.set(now);
        } else if let Some(mut known) = self.now.try_write_untracked() {
            *known = now;
        }
        let sync = link.sync_state();
        set_if_new(self.sync, link.face());
        set_if_new(self.clock_wrong, sync.clock_wrong);
        let connected = link.read(|replica| replica.device().credential.is_some());
        set_if_new(self.device, (connected, sync.quarantined, sync.unreadable));
        if kinds.contains(StreamKind::Shop) {
            self.shop_changed(&link);
        }
        if !kinds.is_empty() {
            set_if_new(self.conflicts, link.read(|replica| open_conflicts(replica, now)) as u64);
        }
        self.changes.notify(kinds);
        if kinds.contains(StreamKind::Shop) {
            let is_open = link.read(|replica| replica.device().shop.is_some());
            set_if_new(self.boot, if is_open { Boot::Open } else { Boot::NoShop });
        }
    }

    /// Refreshes what every page knows of the shop itself.
    fn shop_changed(self, link: &Link) {
        let (shop, zone) = link.read(|replica| {
            let device = replica.device();
            let shop = device.shop.filter(|_| replica.shop().is_started()).map(|_| ShopHeader {
                name: replica.shop().name().to_owned(),
                tablet: device.code.clone().unwrap_or_default(),
                currency: Currency::of(&replica.shop().settings().currency.code()),
            });
            (shop, replica.shop().time_zone().to_owned())
        });
        text::weight::set_shop(link.read(|replica| replica.shop().settings().usage().weight));
        if !zone.is_empty() && self.zone.with_untracked(|known| *known != zone) {
            self.spans.set_value(Vec::new());
            self.zone.set(zone.clone());
            text::set_time_zone(Some(zone));
        }
        records::shop_is(link.read(|replica| replica.shop().fields()));
        set_if_new(self.shop, shop);
    }

    fn tick(self) {
        if let Some(link) = self.link() {
            self.now.set(link.now_ms());
            set_if_new(self.sync, link.face());
            set_if_new(self.clock_wrong, link.sync_state().clock_wrong);
        }
    }

    /// What money is counted in.
    pub fn currency(self) -> Signal<Currency> {
        Signal::derive(move || {
            let default = CURRENCIES.first().copied();
            let shop = self.shop.read();
            shop.as_ref().map(|shop| shop.currency).or(default).unwrap_or_else(|| Currency::of(""))
        })
    }

    /// An id for something that is about to begin.
    pub fn draw_id(self) -> Uuid {
        let ms = u64::try_from(self.now.get_untracked()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &clock::random()).into_uuid()
    }

    /// Does what a person asks of an order; `None` makes a new one. Answers when it is on the disk.
    pub async fn act(self, order: Option<Uuid>, command: Command) -> Result<Acted, ActFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.act(order, &command).await
    }

    /// Does several things to an order one after the other, in one transaction or nothing. What is so already is passed
    /// over. Answers when it is on the disk.
    pub async fn act_in_turn(self, order: Uuid, all: Vec<Command>) -> Result<Acted, ActFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.act_in_turn(Some(order), &all).await
    }

    /// One order, kept up to date after acts and syncs.
    pub fn order(self, id: Signal<Option<Uuid>>) -> Signal<Load<Arc<Order>>> {
        let shown = RwSignal::new((None, Load::Pending));
        // What is asked last is what is shown, whichever is read first.
        let asked = StoredValue::new(0_u64);
        Effect::new(move |_| {
            self.changes.track(&[StreamKind::Order]);
            let id = id.get();
            let nth = asked.get_value() + 1;
            asked.set_value(nth);
            if shown.with_untracked(|(of, _)| *of != id) {
                shown.set((id, Load::Pending));
            }
            let (Some(id), Some(link)) = (id, self.link()) else {
                return;
            };
            let show = move |order: Option<Order>| {
                let order = Load::from(order);
                if shown.try_with_untracked(|(_, now)| *now != order) == Some(true) {
                    let _ = shown.try_set((Some(id), order));
                }
            };
            // Most of the time its events are in memory, and no frame shows the page without it.
            if let Ok(order) = link.read(|replica| replica.order(id)) {
                return show(order);
            }
            spawn_local(async move {
                if let Ok(order) = link.order(id).await
                    && asked.try_get_value() == Some(nth)
                {
                    show(order);
                }
            });
        });
        Signal::derive(move || shown.read().1.clone())
    }

    /// What a list is about: how many orders, on which days, in which states.
    pub fn listing(self, filter: Signal<Filter>) -> Signal<Arc<Listing>> {
        let listing = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let Some(link) = self.link() else {
                return Arc::default();
            };
            filter.with(|filter| {
                let by_day = filter.sort.by == SortBy::Time;
                let span = |ms| if by_day { self.span(ms) } else { i64::MIN..i64::MAX };
                let (counts, sums) =
                    link.read(|replica| (replica.counts_of(filter, now), replica.days(filter, span, now)));
                let mut total = 0;
                let mut day_of = |(from, sums): (i64, replica::Sums)| {
                    let first = total;
                    total += sums.orders;
                    let day = by_day.then(|| self.day_of(from));
                    DaySum { day, first, orders: sums.orders, counted: sums.counted, minor: sums.total }
                };
                let days = sums.into_iter().map(&mut day_of).collect();
                Arc::new(Listing { total, days, counts })
            })
        });
        listing.into()
    }

    /// Some of the orders of a list, in its order; the first of all is number 0.
    pub fn rows(self, filter: Signal<Filter>, part: Signal<Range<usize>>) -> Signal<Arc<Vec<Row>>> {
        let rows = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let (Some(link), Range { start, end }) = (self.link(), part.get()) else {
                return Arc::default();
            };
            let limit = end.saturating_sub(start);
            let page = filter.with(|filter| link.read(|replica| replica.page(filter, start, limit, now)));
            let row = |summary: Summary| Row { pending: summary.badges.has(Badge::NotSent), summary };
            Arc::new(page.rows.into_iter().map(row).collect())
        });
        rows.into()
    }

    /// Where the first of these orders lies that is still in a list, and which of them that is; looked for around where
    /// they were.
    pub fn still_in(self, filter: &Filter, ids: &[Uuid], near: usize) -> Option<(usize, usize)> {
        const AROUND: usize = 600;
        let link = self.link()?;
        let start = near.saturating_sub(AROUND);
        let page = link.read(|replica| replica.page(filter, start, 2 * AROUND, self.now.get_untracked()));
        let place = |id: &Uuid| page.rows.iter().position(|row| row.id == *id);
        ids.iter().enumerate().find_map(|(nth, id)| Some((nth, start + place(id)?)))
    }

    /// How many orders there are.
    pub fn counts(self) -> Signal<Counts> {
        let counts = Memo::new(move |_| {
            self.changes.track(ORDERS);
            let now = self.now.get();
            let link = self.link();
            let count = |replica: &replica::Replica| {
                let counts = replica.counts(now);
                let mut to_do = vec![
                    (Badge::Overdue, counts.overdue),
                    (Badge::Unverified, counts.unverified),
                    (Badge::RefundDue, counts.refund_due),
                    (Badge::Oversold, counts.oversold),
                ];
                to_do.retain(|(_, count)| *count > 0);
                Counts { all: counts.all(), to_do }
            };
            link.map(|link| link.read(count)).unwrap_or_default()
        });
        counts.into()
    }

    /// Asks the replica something of its orders that is in memory; asked again after every change of them.
    pub fn ask<T>(self, question: impl FnOnce(&replica::Replica, i64) -> T) -> Option<T> {
        self.changes.track(ORDERS);
        let now = self.now.get();
        Some(self.link()?.read(|replica| question(replica, now)))
    }

    /// One order with its whole timeline, as it is now.
    pub async fn order_now(self, id: Uuid) -> Result<Option<Order>, StorageFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.order(id).await
    }

    /// The conflicts that ask for a person: the order, and the conflict's id.
    pub fn conflicts(self) -> Signal<Vec<(Arc<Order>, String)>> {
        let read = move || {
            self.changes.track(&[StreamKind::Order]);
            let link = self.link()?;
            Some(async move { conflicts(&link).await.ok() })
        };
        newest(Vec::new(), read).into()
    }

    /// Now, in milliseconds since 1970, corrected by the server's time; ticks each minute.
    pub fn now_ms(self) -> Signal<i64> {
        self.now.into()
    }

    /// The shop's day of a moment, in its time zone.
    pub fn day_of(self, ms: i64) -> Day {
        self.zone.with(|zone| Day::at(ms, clock::offset_minutes(zone, ms)))
    }

    /// From when until when the shop's day of a moment lasts. Days that were asked for are kept: a list asks for all
    /// of its days at every key stroke.
    fn span(self, ms: i64) -> Range<i64> {
        let known = self.spans.with_value(|spans| {
            let after = spans.partition_point(|span| span.end <= ms);
            spans.get(after).filter(|span| span.contains(&ms)).cloned()
        });
        known.unwrap_or_else(|| {
            let from = self.midnight(self.day_of(ms));
            // Thirty hours on it is the day after, however the clocks are changed.
            let span = from..self.midnight(self.day_of(from + 108_000_000));
            self.spans.update_value(|spans| {
                let after = spans.partition_point(|known| known.end <= span.start);
                spans.insert(after, span.clone());
            });
            span
        })
    }

    /// When a day of the shop begins, milliseconds since 1970.
    pub fn midnight(self, day: Day) -> i64 {
        let utc = intl::utc_ms(i32::from(day.year), u32::from(day.month), u32::from(day.day));
        self.zone.with(|zone| {
            let offset_ms = |ms| i64::from(clock::offset_minutes(zone, ms)) * 60_000;
            // The offset of the day before decides where the clocks change at midnight itself.
            let about = utc - offset_ms(utc);
            utc - offset_ms(about)
        })
    }

    /// What holds for the whole shop.
    pub fn settings(self) -> Signal<ShopSettings> {
        let settings = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Shop]);
            self.link().map(|link| link.read(|replica| replica.shop().settings())).unwrap_or_default()
        });
        settings.into()
    }

    /// How the shop writes figures.
    pub fn usage(self) -> Signal<Usage> {
        let settings = self.settings();
        Signal::derive(move || settings.get().usage())
    }

    /// The code of a tablet; empty where it is not known.
    pub fn device_code(self, device: Uuid) -> String {
        self.changes.track(&[StreamKind::Shop]);
        let code =
            self.link().and_then(|link| link.read(|replica| replica.shop().device_code(device).map(str::to_owned)));
        code.unwrap_or_default()
    }

    /// This tablet.
    pub fn this_device(self) -> Uuid {
        self.link().map(|link| link.read(|replica| replica.device().id)).unwrap_or_default()
    }

    /// This tablet's code.
    pub fn tablet_code(self) -> String {
        self.shop.read().as_ref().map(|shop| shop.tablet.clone()).unwrap_or_default()
    }

    /// Begins a shop on this device; no network.
    pub async fn start_shop(self, name: String, currency: domain::Currency) -> Result<(), StorageFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(StorageFault::Unavailable("a part of the app".to_owned()))?;
        let weight = WeightUnit::usual(currency, text::language() == text::Language::Zh);
        (works.start_shop)(link, name, currency, weight).await
    }

    /// Takes the shop of this device to a server that has none yet.
    pub async fn connect(self, server: String, setup_code: String) -> Result<(), ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(ServerFault::Unreachable)?;
        (works.connect)(link, server, setup_code).await
    }

    /// Joins the shop that the code belongs to.
    pub async fn join(self, server: String, pairing_code: String) -> Result<(), ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        let works = self.works().await.ok_or(ServerFault::Unreachable)?;
        (works.join)(Rc::clone(&link), server, pairing_code).await?;
        let seen = link.until(|link| link.read(|replica| replica.shop().is_started()));
        let _ = select(pin!(seen), pin!(clock::Browser.sleep(FIRST_SIGHT_MS))).await;
        Ok(())
    }

    /// Lets this tablet in again where the server does not know it any more.
    pub async fn join_again(self, pairing_code: String) -> Result<(), ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.join_again(&pairing_code).await
    }

    /// The server's address; empty where there is none.
    pub fn server(self) -> String {
        let server = self.link().and_then(|link| link.read(|replica| replica.device().server.clone()));
        server.unwrap_or_default()
    }

    /// A code with which one more tablet may join.
    pub async fn pairing_code(self) -> Result<Pairing, ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.pairing_code().await
    }

    /// A code that lets this device of the shop in again, and no other.
    pub async fn code_to_let_in(self, device: Uuid) -> Result<Pairing, ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.code_to_let_in(device).await
    }

    /// Takes a device's credential away.
    pub async fn revoke(self, device: Uuid) -> Result<(), ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.revoke(device).await
    }

    /// The shop's devices as the server knows them.
    pub async fn known_devices(self) -> Result<Vec<DeviceEntry>, ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.known_devices().await
    }

    /// What no log has of this device's, as a file to be taken away.
    pub async fn unsent(self) -> Result<String, StorageFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.unsent().await
    }

    /// A page of what the server put aside of any device's, the newest first.
    pub async fn put_aside(self, before: Option<i64>) -> Result<Quarantine, ServerFault> {
        let link = self.link().ok_or(StorageFault::Closed)?;
        link.put_aside(before).await
    }

    /// What the server put aside of this device's.
    pub fn own_aside(self) -> Signal<Vec<Quarantined>> {
        let count = Memo::new(move |_| self.device.get().1);
        let aside = Memo::new(move |_| {
            count.track();
            self.link().map(|link| link.read(replica::Replica::quarantined)).unwrap_or_default()
        });
        aside.into()
    }

    /// How many of this device's rows could not be read, and how many events that no log has were lost with them.
    pub fn unreadable(self) -> Signal<(usize, usize)> {
        Memo::new(move |_| self.device.get().2).into()
    }

    /// The tablets of the shop, this one first.
    pub fn devices(self) -> Signal<Vec<Device>> {
        let devices = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Shop]);
            let Some(link) = self.link() else {
                return Vec::new();
            };
            link.read(|replica| {
                let here = replica.device().id;
                let shop = replica.shop();
                let fields = shop.fields();
                let all = shop.devices().map(|(id, code)| Device {
                    id,
                    code: code.to_owned(),
                    name: fields.text(&device_name_field(id)).to_owned(),
                    here: id == here,
                });
                // This one first.
                let (mut first, others): (Vec<_>, Vec<_>) = all.partition(|device| device.here);
                first.extend(others);
                first
            })
        });
        devices.into()
    }

    /// The shop has a server.
    pub fn connected(self) -> Signal<bool> {
        Memo::new(move |_| self.device.get().0).into()
    }

    /// A person says that this device's clock is right.
    pub fn trust_clock(self) {
        if let Some(link) = self.link() {
            link.trust_clock();
        }
    }

    /// Whether the order, as it stands, allows this now.
    pub fn allows(self, order: &Order, command: &Command) -> bool {
        let now_ms = self.now.get();
        let settings = self.settings().get();
        let code = DeviceCode(self.tablet_code());
        let context = Context { now_ms, day: self.day_of(now_ms), code: &code, next_count: 1, settings: &settings };
        decide(Some(order), order.id, command, &context).is_ok()
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

/// How many conflicts ask for a person.
fn open_conflicts(replica: &replica::Replica, now_ms: i64) -> usize {
    let of_orders = replica.conflicted().into_iter().filter_map(|id| replica.summary(id, now_ms));
    let of_orders: usize = of_orders.map(|summary| usize::from(summary.open_conflicts)).sum();
    let of_numbers: usize = replica.duplicate_numbers().iter().map(|(_, orders)| orders.len().saturating_sub(1)).sum();
    let of_records: usize = replica.conflicted_records().map(|(.., count)| count).sum();
    let of_counts = replica.asked_counts().len();
    of_orders + of_numbers + of_records + of_counts + replica.shop().record().open_conflicts().count()
}

async fn conflicts(link: &Link) -> Result<Vec<(Arc<Order>, String)>, StorageFault> {
    let mut found = Vec::new();
    for id in link.read(replica::Replica::conflicted) {
        if let Some(order) = link.order(id).await? {
            let order = Arc::new(order);
            let open = order.open_conflicts().map(|conflict| (Arc::clone(&order), conflict.id.clone()));
            found.extend(open);
        }
    }
    for (number, orders) in link.read(replica::Replica::duplicate_numbers) {
        // The first keeps its number; each of the others is offered a new one.
        for id in orders.into_iter().skip(1) {
            if let Some(mut order) = link.order(id).await? {
                let at = order.confirmed.unwrap_or_default();
                let conflict = Conflict {
                    id: format!("{}:{number}:{id}", ConflictKind::SameNumber.key()),
                    kind: ConflictKind::SameNumber,
                    first: at,
                    second: at,
                    field: None,
                    other: None,
                    settled: None,
                };
                let name = conflict.id.clone();
                order.conflicts.push(conflict);
                found.push((Arc::new(order), name));
            }
        }
    }
    Ok(found)
}
