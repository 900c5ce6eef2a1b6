//! Acts: what a person asks becomes events.

use std::collections::{BTreeMap, BTreeSet};

use domain::order::{Command, Context, Order, OrderEvent, Rejection, decide};
use domain::record::{Changed, RecordEvent};
use domain::shop::{DeviceJoined, SettingChanged, ShopEvent, ShopStarted};
use domain::text::SHORT;
use domain::weight::WeightUnit;
use domain::{Currency, Day, DeviceCode, Event, NewEvent, StreamKind};
use protocol::api::Joined;
use protocol::envelope::ENVELOPE_VERSION;
use protocol::{Envelope, MAX_CLOCK_AHEAD_MS, Stream};
use uuid::Uuid;

use super::fold::{read_envelope, wanted};
use super::{ActContext, ActFault, PlacedEvent, Prepared, Replica, Rows, kind_of};
use crate::device::{Credential, Device};
use crate::entry::{Entry, Kind, Place, Stored};
use crate::index::Ref;
use crate::storage::Batch;

/// What a person does, as a part of one business act.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// To an order; without one, one begins.
    Order(Option<Uuid>, Box<Command>),
    /// To a record of this kind; without one, one begins.
    Record(StreamKind, Option<Uuid>, Vec<RecordEvent>),
    /// To the shop's own fields.
    Shop(Changed),
}

/// An event of this device on its way into the journal.
struct Made {
    id: Uuid,
    counter: u64,
    kind: Kind,
    stream: Uuid,
    text: String,
    envelope: Envelope,
}

/// A text of the shop's that a person typed, such as its name.
fn short(text: &str) -> Result<String, ActFault> {
    domain::text::parse(text, SHORT).map_err(|_| Rejection::TextTooLong(SHORT).into())
}

impl Made {
    fn stored(&self) -> Stored<'_> {
        Stored {
            place: Place::Own(self.counter),
            id: self.id,
            kind: self.kind,
            stream: self.stream,
            received_ms: 0,
            text: &self.text,
            at: 0,
        }
    }
}

impl Replica {
    /// Puts events into envelopes; gives the clock after them, too. `made`: how many this act has made before, and
    /// the clock after them. `first_id` becomes the id of the first event of an order.
    fn make(
        &self,
        device: &Device,
        events: &[NewEvent],
        mut first_id: Option<Uuid>,
        (before, mut hlc): (u64, (i64, u32)),
        context: &mut ActContext<'_>,
    ) -> Result<(Vec<Made>, (i64, u32)), ActFault> {
        let mut made = Vec::with_capacity(events.len());
        for (event, counter) in events.iter().zip(self.counter + before + 1..) {
            // What a wrong clock wrote counts for no more than a little after its receipt, here as on the server.
            let is_wrong = context.is_told && hlc.0 > context.now_ms.saturating_add(MAX_CLOCK_AHEAD_MS);
            let is_later = context.now_ms > hlc.0 || is_wrong;
            hlc = if is_later { (context.now_ms, 0) } else { (hlc.0, hlc.1.saturating_add(1)) };
            let id = if event.stream == StreamKind::Order { first_id.take() } else { None };
            let id = id.unwrap_or_else(|| context.id());
            let (kind, version, body) = protocol::body::write(event.stream, &event.event).ok_or(ActFault::TooLarge)?;
            let stream = Stream(event.stream.key().to_owned(), event.stream_id);
            let envelope = Envelope {
                v: ENVELOPE_VERSION,
                id,
                device: device.id,
                counter: counter.saturating_sub(device.before),
                seen: self.log.cursor,
                hlc,
                actor: context.actor,
                kind: kind.to_owned(),
                version,
                body,
                stream,
            };
            let text = envelope.to_text().map_err(|_| ActFault::TooLarge)?;
            if text.len() > protocol::MAX_EVENT_BYTES {
                return Err(ActFault::TooLarge);
            }
            let kind = kind_of(&envelope.stream);
            made.push(Made { id, counter, kind, stream: event.stream_id, text, envelope });
        }
        Ok((made, hlc))
    }

    /// Decides what a person asks for and prepares its events: all of them one transaction, or none. Answers with the
    /// streams that the acts are about, in their order; those that begin get an id.
    pub fn act(&self, acts: &[Act], context: &mut ActContext<'_>) -> Result<(Vec<Uuid>, Prepared), ActFault> {
        let code = self.device.code.as_ref().filter(|_| self.device.shop.is_some()).ok_or(ActFault::NoShop)?;
        let code = DeviceCode(code.clone());
        let mut wanting = BTreeSet::new();
        let mut ids = Vec::with_capacity(acts.len());
        for act in acts {
            let id = match act {
                Act::Order(id, _) | Act::Record(_, id, _) => id.unwrap_or_else(|| context.id()),
                Act::Shop(_) => self.device.shop.unwrap_or_default(),
            };
            self.want(&self.refs(id), &mut wanting);
            ids.push(id);
        }
        wanted(wanting).map_err(ActFault::MissingEntries)?;

        let settings = self.shop.settings();
        let prefix = format!("{}-{}", context.day.digits(), code.0);
        let mut next_count = self.index.highest_count(&prefix).saturating_add(1);
        let mut touched: BTreeMap<Uuid, Vec<PlacedEvent>> = BTreeMap::new();
        let mut all: Vec<Made> = Vec::new();
        let mut hlc = self.hlc;
        for (act, id) in acts.iter().zip(&ids) {
            let id = *id;
            let new = |stream, event| NewEvent { stream, stream_id: id, event };
            let known = || self.placed_events(&self.refs(id), &BTreeMap::new());
            let mut first_id = None;
            let events = match act {
                Act::Order(given, command) => {
                    let placed_events = touched.entry(id).or_insert_with(known);
                    // One that is not here (any more) may have a first event elsewhere, which has this id.
                    first_id = given.is_none().then_some(id);
                    let order = (!placed_events.is_empty()).then(|| Self::fold(id, placed_events.clone()).0);
                    let context = Context {
                        now_ms: context.now_ms,
                        day: context.day,
                        code: &code,
                        next_count,
                        settings: &settings,
                    };
                    match decide(order.as_ref(), id, command, &context) {
                        // Of several things that are done together, one may be so already.
                        Err(Rejection::NothingChanged) if acts.len() > 1 => Vec::new(),
                        decided => decided?,
                    }
                }
                Act::Record(kind, _, events) => {
                    let placed_events = touched.entry(id).or_insert_with(known);
                    let events = self.fill_counts(id, placed_events, events);
                    events.iter().map(|event| new(*kind, Event::Record(event.clone()))).collect()
                }
                Act::Shop(changed) => vec![new(StreamKind::Shop, Event::Record(RecordEvent::Changed(changed.clone())))],
            };
            let numbered = |event: &NewEvent| {
                matches!(event.event, Event::Order(OrderEvent::Confirmed(_) | OrderEvent::Renumbered(_)))
            };
            next_count += u32::try_from(events.iter().filter(|event| numbered(event)).count()).unwrap_or(0);
            let (made, after) = self.make(&self.device, &events, first_id, (all.len() as u64, hlc), context)?;
            hlc = after;
            if let Some(placed_events) = touched.get_mut(&id) {
                for (made, index) in made.iter().zip(u32::try_from(all.len()).unwrap_or(u32::MAX)..) {
                    let place = Place::Own(made.counter);
                    let (meta, event, stream) = read_envelope(&made.envelope, None, None);
                    let at = Ref { no: self.last_no + 1, index, place };
                    placed_events.push(PlacedEvent { rank: (2, made.counter), at, meta, event, stream });
                }
            }
            all.extend(made);
        }
        if all.is_empty() {
            return Err(Rejection::NothingChanged.into());
        }
        let mut rows = Rows::default();
        for (id, placed_events) in touched {
            self.fold_into(&mut rows, id, placed_events);
        }
        let asks = all.iter().filter(|made| protocol::erasure::is_erasure_request(&made.envelope));
        let erase = asks.map(|made| made.stream).collect();
        let events = all.iter().map(Made::stored).collect();
        let entry = Entry { hlc, events, rows: rows.of_orders(), records: rows.of_records(), erase, ..self.entry() };
        Ok((ids, Prepared { batch: self.batch(&entry), streams: rows.ids() }))
    }

    /// The time of the newest that this device has written or taken in, milliseconds since 1970.
    pub fn newest_ms(&self) -> i64 {
        self.hlc.0
    }

    /// Whether this device would do that to the order now, as it stands.
    pub fn allows(&self, order: &Order, command: &Command, now_ms: i64) -> bool {
        let settings = self.shop.settings();
        let code = DeviceCode(self.device.code.clone().unwrap_or_default());
        let context = Context { now_ms, day: Day::default(), code: &code, next_count: 1, settings: &settings };
        decide(Some(order), order.id, command, &context).is_ok()
    }

    pub(super) fn of_shop(
        &self,
        device: Device,
        events: Vec<ShopEvent>,
        context: &mut ActContext<'_>,
    ) -> Result<Prepared, ActFault> {
        let shop = device.shop.ok_or(ActFault::NoShop)?;
        let new = |event| NewEvent { stream: StreamKind::Shop, stream_id: shop, event: Event::Shop(event) };
        let events: Vec<NewEvent> = events.into_iter().map(new).collect();
        let (made, hlc) = self.make(&device, &events, None, (0, self.hlc), context)?;
        let changed = device != self.device;
        let events = made.iter().map(Made::stored).collect();
        let entry = Entry { hlc, events, device: changed, ..self.entry() };
        let record = if changed { Some(serde_json::to_vec(&device).map_err(|_| ActFault::TooLarge)?) } else { None };
        Ok(Prepared { batch: Batch { device: record, ..self.batch(&entry) }, streams: Vec::new() })
    }

    fn with_device(&self, device: &Device) -> Prepared {
        let entry = Entry { device: true, ..self.entry() };
        let record = serde_json::to_vec(device).ok();
        Prepared { batch: Batch { device: record, ..self.batch(&entry) }, streams: Vec::new() }
    }

    /// Starts a shop on this device, with no server. It sells weights by this unit.
    pub fn start_shop(
        &self,
        name: &str,
        currency: Currency,
        weight: WeightUnit,
        time_zone: &str,
        code: Option<DeviceCode>,
        context: &mut ActContext<'_>,
    ) -> Result<Prepared, ActFault> {
        if self.device.shop.is_some() {
            return Err(ActFault::ShopExists);
        }
        let code = code.unwrap_or_else(|| {
            let [a, b, ..] = (context.random)();
            DeviceCode::draw([a, b])
        });
        let id = if self.device.id.is_nil() { context.id() } else { self.device.id };
        let device = Device { id, code: Some(code.0.clone()), shop: Some(context.id()), ..self.device.clone() };
        let started = ShopStarted { name: short(name)?, currency, time_zone: short(time_zone)? };
        let joined = DeviceJoined { code: code.0 };
        let mut events = vec![ShopEvent::Started(started), ShopEvent::DeviceJoined(joined)];
        if weight != WeightUnit::default() {
            let change = SettingChanged { weight: Some(weight), ..SettingChanged::default() };
            events.push(ShopEvent::SettingChanged(change));
        }
        self.of_shop(device, events, context)
    }

    /// Changes the shop's settings: those that are named.
    pub fn change_setting(&self, change: SettingChanged, context: &mut ActContext<'_>) -> Result<Prepared, ActFault> {
        let change = SettingChanged {
            name: change.name.as_deref().map(short).transpose()?,
            time_zone: change.time_zone.as_deref().map(short).transpose()?,
            ..change
        };
        self.of_shop(self.device.clone(), vec![ShopEvent::SettingChanged(change)], context)
    }

    /// Gives this device another code, for the orders that it takes from now on. `None`: another device has it.
    pub fn change_code(&self, code: &DeviceCode, context: &mut ActContext<'_>) -> Result<Option<Prepared>, ActFault> {
        if self.shop.devices().any(|(id, known)| id != self.device.id && known == code.0) {
            return Ok(None);
        }
        let device = Device { code: Some(code.0.clone()), ..self.device.clone() };
        let joined = DeviceJoined { code: code.0.clone() };
        self.of_shop(device, vec![ShopEvent::DeviceJoined(joined)], context).map(Some)
    }

    /// Draws the device's id before it joins a shop, so that a lost answer can be asked for again after a restart.
    /// `None` when it has one.
    pub fn prepare_join(
        &self,
        code: Option<DeviceCode>,
        context: &mut ActContext<'_>,
    ) -> Result<Option<Prepared>, ActFault> {
        if self.device.shop.is_some() {
            return Err(ActFault::ShopExists);
        }
        if !self.device.id.is_nil() {
            return Ok(None);
        }
        let code = code.map(|code| code.0);
        Ok(Some(self.with_device(&Device { id: context.id(), code, ..self.device.clone() })))
    }

    /// The server let this device join a shop.
    pub fn joined(&self, server: &str, joined: &Joined, context: &mut ActContext<'_>) -> Result<Prepared, ActFault> {
        let device = Device {
            id: joined.device,
            code: Some(joined.code.clone()),
            shop: Some(joined.shop),
            server: Some(server.to_owned()),
            credential: Some(Credential(joined.credential.clone())),
            ..self.device.clone()
        };
        let introduced = DeviceJoined { code: joined.code.clone() };
        self.of_shop(device, vec![ShopEvent::DeviceJoined(introduced)], context)
    }

    /// The server took the shop that began on this device, or renewed the device's credential.
    pub fn claimed(&self, server: &str, credential: &str) -> Prepared {
        self.with_device(&Device {
            server: Some(server.to_owned()),
            credential: Some(Credential(credential.to_owned())),
            ..self.device.clone()
        })
    }
}
