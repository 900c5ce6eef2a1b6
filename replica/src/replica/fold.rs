//! Folding: orders, and the shop, of their events.

use std::collections::{BTreeMap, BTreeSet};

use domain::order::{Order, sort_by_device_order};
use domain::record::{Fields, Record};
use domain::shop::Shop;
use domain::{Event, Fold, Meta, StreamKind};
use protocol::{Envelope, MAX_CLOCK_AHEAD_MS};
use uuid::Uuid;

use super::{MissingEntries, PlacedEvent, Replica, Rows};
use crate::codec::Damaged;
use crate::entry::{Ack, Place};
use crate::index::{Moved, Ref, RowData};
use crate::records::RecordData;
use crate::storage::JournalEntry;

impl Replica {
    pub(super) fn fold_shop(&mut self) {
        let placed_events: Vec<_> = self
            .of_shop
            .iter()
            .filter_map(|event| {
                let (rank, seq, received_ms) = self.rank(event.at.place, event.received_ms, &BTreeMap::new());
                let envelope = Envelope::read(&event.text).ok()?;
                Some((rank, meta_of(&envelope, seq, received_ms), protocol::body::read_of_shop(&envelope)))
            })
            .collect();
        let placed_events = by_rank(placed_events, |(rank, ..)| *rank);
        let mut shop = Shop::default();
        let mut known = BTreeSet::new();
        for (_, meta, event) in &placed_events {
            if known.insert(meta.id) {
                shop.apply(meta, event);
            }
        }
        self.shop = shop;
    }

    /// Where an event stands in the fold, its sequence, and the time of receipt that bounds its clock.
    pub(super) fn rank(
        &self,
        place: Place,
        received_ms: i64,
        new: &BTreeMap<u64, Ack>,
    ) -> ((u8, u64), Option<u64>, Option<i64>) {
        match place {
            Place::Log(generation, seq) => {
                (((u8::from(generation != self.generation)), seq), Some(seq), Some(received_ms))
            }
            Place::Own(counter) => {
                let ahead = new.get(&counter).and_then(|ack| ack.ahead_of).or_else(|| self.acks.received_ms(counter));
                if let Some(seq) = new.get(&counter).map(|ack| ack.seq).or_else(|| self.acks.seq_of(counter)) {
                    ((0, seq), Some(seq), ahead)
                } else if let Some(seq) = self.old_acks.seq_of(counter) {
                    ((1, seq), Some(seq), self.old_acks.received_ms(counter))
                } else {
                    ((2, counter), None, None)
                }
            }
        }
    }

    /// Takes entries into memory for the questions that follow.
    pub fn hold(&mut self, entries: Vec<JournalEntry>) -> Result<(), Damaged> {
        entries.into_iter().try_for_each(|entry| self.cache.hold(entry.no, entry.bytes))
    }

    /// Lets go of what was held and is too much.
    pub fn trim(&mut self) {
        self.cache.trim();
    }

    /// Adds the entries of these events that are not in memory.
    pub(super) fn want(&self, refs: &[Ref], wanting: &mut BTreeSet<u32>) {
        wanting.extend(refs.iter().map(|at| at.no).filter(|no| !self.cache.has(*no)));
    }

    /// Reads an order's events; the caller has made sure that they are in memory.
    pub(super) fn placed_events(&self, refs: &[Ref], new: &BTreeMap<u64, Ack>) -> Vec<PlacedEvent> {
        let placed = |at: &Ref| {
            let found = self.cache.event(at.no, at.index)?;
            let (rank, seq, received_ms) = self.rank(at.place, found.received_ms, new);
            let (meta, event, stream) = read_event(found.text, seq, received_ms)?;
            Some(PlacedEvent { rank, at: *at, meta, event, stream })
        };
        refs.iter().filter_map(placed).collect()
    }

    /// Folds an order of its events.
    pub(super) fn fold(id: Uuid, placed_events: Vec<PlacedEvent>) -> (Order, RowData) {
        let placed_events = in_order(placed_events);
        let mut order = Order::new(id);
        for placed in &placed_events {
            order.apply(&placed.meta, &placed.event);
        }
        let summary = order.summary();
        let thrown_away = order.confirmed.is_none() && order.discarded.is_some();
        // Money that was taken for a draft does not go with it.
        let had_money = !order.payments.is_empty() || !order.refunds.is_empty();
        let is_order = placed_events.iter().any(|placed| placed.stream == Some(StreamKind::Order));
        let visible = is_order && (!thrown_away || had_money);
        let refs = placed_events.iter().map(|placed| placed.at).collect();
        let moves = moves_of(&order);
        (order, RowData { summary, visible, refs, moves })
    }

    /// Folds a record of its events.
    pub(super) fn fold_record(placed_events: Vec<PlacedEvent>) -> (Record, Vec<Ref>) {
        let placed_events = in_order(placed_events);
        let mut record = Record::default();
        for placed in &placed_events {
            record.apply(&placed.meta, &placed.event);
        }
        (record, placed_events.iter().map(|placed| placed.at).collect())
    }

    /// Folds a stream of its events, and adds its row.
    pub(super) fn fold_into(&self, rows: &mut Rows, id: Uuid, placed_events: Vec<PlacedEvent>) {
        let kind = placed_events.first().and_then(|placed| placed.stream).or_else(|| self.records.kind(id));
        match kind.map(StreamKind::fold) {
            Some(Fold::Record(number)) => {
                let (record, refs) = Self::fold_record(placed_events);
                let row = RecordData { number, fields: Fields::of(id, &record), refs };
                rows.records.push((id, row.encode()));
            }
            // The shop's own events are never in the pieces of a row.
            Some(Fold::Order | Fold::Shop) | None => rows.orders.push((id, Self::fold(id, placed_events).1.encode())),
        }
    }

    /// Where the events of an order or a record lie.
    pub(super) fn refs(&self, id: Uuid) -> Vec<Ref> {
        let refs = self.index.refs(id);
        if refs.is_empty() { self.records.refs(id) } else { refs }
    }

    /// A record with its whole timeline; `None` when there is none.
    pub fn record(&self, id: Uuid) -> Result<Option<Record>, MissingEntries> {
        let refs = self.records.refs(id);
        let mut wanting = BTreeSet::new();
        self.want(&refs, &mut wanting);
        wanted(wanting)?;
        Ok((!refs.is_empty()).then(|| Self::fold_record(self.placed_events(&refs, &BTreeMap::new())).0))
    }

    /// An order with its whole timeline; `None` when there is none.
    pub fn order(&self, id: Uuid) -> Result<Option<Order>, MissingEntries> {
        let refs = self.index.refs(id);
        if refs.is_empty() {
            return Ok(None);
        }
        let mut wanting = BTreeSet::new();
        self.want(&refs, &mut wanting);
        wanted(wanting)?;
        let (order, row) = Self::fold(id, self.placed_events(&refs, &BTreeMap::new()));
        Ok(row.refs.first().map(|_| order))
    }
}

/// What left with an order, or came back, by the event that did it.
fn moves_of(order: &Order) -> Vec<Moved> {
    let mut moves: Vec<Moved> = Vec::new();
    for it in order.stock_moves() {
        let (Some(entry), Ok(at)) = (order.timeline.get(it.at), u32::try_from(it.at)) else { continue };
        let is_same = |of: &&mut Moved| (of.at, of.product, of.variant) == (at, it.product, it.variant);
        match moves.iter_mut().find(is_same) {
            Some(known) => known.quantity = known.quantity.saturating_add(it.quantity),
            None => moves.push(Moved {
                at,
                product: it.product,
                variant: it.variant,
                quantity: it.quantity,
                device: entry.meta.device,
                counter: entry.meta.counter,
                seen: entry.meta.seen,
            }),
        }
    }
    moves
}

pub(super) fn wanted(wanting: BTreeSet<u32>) -> Result<(), MissingEntries> {
    if wanting.is_empty() { Ok(()) } else { Err(MissingEntries(wanting.into_iter().collect())) }
}

/// In the order of the log. Sorts numbers and not pieces, so that the app carries the code of one sort.
fn by_rank<T>(placed_events: Vec<T>, rank: impl Fn(&T) -> (u8, u64)) -> Vec<T> {
    let mut places: Vec<_> = placed_events.iter().map(rank).zip(0_usize..).collect();
    places.sort_unstable();
    let mut placed_events: Vec<_> = placed_events.into_iter().map(Some).collect();
    places.into_iter().filter_map(|(_, at)| placed_events.get_mut(at).and_then(Option::take)).collect()
}

/// In the order in which they fold: by their rank, but a device's events among themselves always in its own order.
fn in_order(placed_events: Vec<PlacedEvent>) -> Vec<PlacedEvent> {
    let mut placed_events = by_rank(placed_events, |placed| placed.rank);
    let mut known = BTreeSet::new();
    // The same event in an older generation of the log stands later, and goes: before its places count.
    placed_events.retain(|placed| known.insert(placed.meta.id));
    sort_by_device_order(placed_events, |placed| &placed.meta)
}

/// Reads an event's text. `received_ms`: its clock counts for no more than a little after this.
pub(super) fn read_event(
    text: &str,
    seq: Option<u64>,
    received_ms: Option<i64>,
) -> Option<(Meta, Event, Option<StreamKind>)> {
    let envelope = Envelope::read_of_log(text)?;
    Some(read_envelope(&envelope, seq, received_ms))
}

pub(super) fn read_envelope(
    envelope: &Envelope,
    seq: Option<u64>,
    received_ms: Option<i64>,
) -> (Meta, Event, Option<StreamKind>) {
    (meta_of(envelope, seq, received_ms), protocol::body::read(envelope), StreamKind::parse(&envelope.stream.0))
}

fn meta_of(envelope: &Envelope, seq: Option<u64>, received_ms: Option<i64>) -> Meta {
    let latest = received_ms.map_or(i64::MAX, |ms| ms.saturating_add(MAX_CLOCK_AHEAD_MS));
    Meta {
        id: envelope.id,
        device: envelope.device,
        counter: envelope.counter,
        seen: envelope.seen_at(seq),
        seq,
        hlc: (envelope.hlc.0.min(latest), envelope.hlc.1),
        actor: envelope.actor,
    }
}
