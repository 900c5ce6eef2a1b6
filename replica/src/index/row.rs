//! A row of the index as bytes: all that a list shows of an order, and where its events lie.

use domain::OrderNumber;
use domain::order::{Badges, Delivery, Method, Status, StockUse, Summary};
use uuid::Uuid;

use crate::codec::{Damaged, Reader, Writer};
use crate::entry::Place;

/// Where an event of an order lies, and its place in the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ref {
    pub(crate) no: u32,
    pub(crate) index: u32,
    pub(crate) place: Place,
}

/// A row, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowData {
    pub(crate) summary: Summary,
    /// Whether a list shows it: there is more than a buyer's data, and it is no draft that was thrown away without any money.
    pub(crate) visible: bool,
    pub(crate) refs: Vec<Ref>,
    pub(crate) moves: Vec<Moved>,
}

/// Goods of an order that left or came back: what a count that knew nothing of it is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The event that did it: its place in the timeline, and among the row's refs.
    pub(crate) at: u32,
    pub(crate) product: Uuid,
    pub(crate) variant: u32,
    /// Pieces or grams that the stock grew by.
    pub(crate) quantity: i64,
    pub(crate) device: Uuid,
    pub(crate) counter: u64,
    pub(crate) seen: u64,
}

impl RowData {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let s = &self.summary;
        let texts = s.name.len() + s.phone.len() + s.items.len() + s.tracking.len() + s.note.len();
        let mut w = Writer(Vec::with_capacity(texts + 80 + self.refs.len() * 10));
        w.uuid(s.id);
        w.bool(self.visible);
        w.u8(s.status as u8);
        w.uint(u64::from(s.badges.0));
        w.uint(u64::from(s.open_conflicts));
        w.int(s.placed_ms);
        w.option(s.due_ms, Writer::int);
        w.int(s.total);
        w.int(s.balance);
        w.u8(s.delivery as u8);
        w.str(s.method.key());
        w.option(s.number.as_ref(), |w, number| w.str(&number.0));
        for text in [&s.name, &s.phone, &s.items, &s.tracking, &s.note, &s.channel, &s.category] {
            w.str(text);
        }
        w.uuid(s.device);
        w.option(s.actor, Writer::uuid);
        w.option(s.customer, Writer::uuid);
        w.bool(s.parked);
        w.list(s.labels.iter(), |w, label| w.str(label));
        w.list(s.uses.iter(), |w, stock| {
            w.uuid(stock.product);
            w.uint(u64::from(stock.variant));
            w.int(stock.reserved);
            w.int(stock.left);
            w.int(stock.moved_ms);
        });
        write_refs(&mut w, &self.refs);
        let place = |it: &Moved| s.uses.iter().position(|of| of.is_of(it.product, it.variant));
        let moves: Vec<(usize, &Moved)> = self.moves.iter().filter_map(|it| Some((place(it)?, it))).collect();
        w.list(moves.into_iter(), |w, (of, it)| {
            w.uint(of as u64);
            w.uint(u64::from(it.at));
            w.int(it.quantity);
            // Most often it is the tablet that began the order.
            w.option((it.device != s.device).then_some(it.device), Writer::uuid);
            w.uint(it.counter);
            w.uint(it.seen);
        });
        w.0
    }
}

/// The moves of a row, behind its head and refs; those who made rows before there were any wrote none.
pub(super) fn read_moves(r: &mut Reader<'_>, head: &Head<'_>) -> Result<Vec<Moved>, Damaged> {
    if r.is_done() {
        return Ok(Vec::new());
    }
    r.list(|r| {
        let of = usize::try_from(r.uint()?).ok().and_then(|of| head.uses.get(of)).ok_or(Damaged)?;
        let (product, variant) = (of.product, of.variant);
        let (at, quantity) = (r.u32()?, r.int()?);
        let device = r.option(Reader::uuid)?.unwrap_or(head.device);
        Ok(Moved { at, product, variant, quantity, device, counter: r.uint()?, seen: r.uint()? })
    })
}

/// A row without what it says of the buyer.
pub(crate) fn redacted(row: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut r = Reader::new(row);
    let head = read_head(&mut r)?;
    let summary = Summary { name: String::new(), phone: String::new(), ..summary_of(&head)? };
    let refs = read_refs(&mut r)?;
    let row = RowData { summary, visible: head.visible, refs, moves: read_moves(&mut r, &head)? };
    Ok(row.encode())
}

pub(crate) fn write_refs(w: &mut Writer, refs: &[Ref]) {
    w.list(refs.iter(), |w, r| {
        w.uint(u64::from(r.no));
        w.uint(u64::from(r.index));
        r.place.write(w);
    });
}

/// What is read of a row on every start.
pub(super) struct Head<'a> {
    pub(super) id: Uuid,
    pub(super) visible: bool,
    pub(super) status: u8,
    pub(super) badges: u16,
    pub(super) conflicts: u16,
    pub(super) placed_ms: i64,
    pub(super) due_ms: Option<i64>,
    pub(super) total: i64,
    pub(super) balance: i64,
    pub(super) delivery: u8,
    pub(super) method: &'a str,
    pub(super) number: Option<&'a str>,
    /// Name, phone, items, tracking, note.
    pub(super) texts: [&'a str; 5],
    pub(super) channel: &'a str,
    pub(super) category: &'a str,
    pub(super) device: Uuid,
    pub(super) actor: Option<Uuid>,
    pub(super) customer: Option<Uuid>,
    pub(super) parked: bool,
    pub(super) labels: Vec<&'a str>,
    pub(super) uses: Vec<StockUse>,
}

pub(super) fn read_head<'a>(r: &mut Reader<'a>) -> Result<Head<'a>, Damaged> {
    let narrow = |value: u64| u16::try_from(value).map_err(|_| Damaged);
    Ok(Head {
        id: r.uuid()?,
        visible: r.bool()?,
        status: r.u8()?,
        badges: narrow(r.uint()?)?,
        conflicts: narrow(r.uint()?)?,
        placed_ms: r.int()?,
        due_ms: r.option(Reader::int)?,
        total: r.int()?,
        balance: r.int()?,
        delivery: r.u8()?,
        method: r.str()?,
        number: r.option(Reader::str)?,
        texts: [r.str()?, r.str()?, r.str()?, r.str()?, r.str()?],
        channel: r.str()?,
        category: r.str()?,
        device: r.uuid()?,
        actor: r.option(Reader::uuid)?,
        customer: r.option(Reader::uuid)?,
        parked: r.bool()?,
        labels: r.list(Reader::str)?,
        uses: r.list(|r| {
            let (product, variant) = (r.uuid()?, r.u32()?);
            Ok(StockUse { product, variant, reserved: r.int()?, left: r.int()?, moved_ms: r.int()? })
        })?,
    })
}

pub(super) fn summary_of(head: &Head<'_>) -> Result<Summary, Damaged> {
    let [name, phone, items, tracking, note] = head.texts.map(str::to_owned);
    Ok(Summary {
        id: head.id,
        number: head.number.map(|number| OrderNumber(number.to_owned())),
        status: *Status::ALL.get(usize::from(head.status)).ok_or(Damaged)?,
        badges: Badges(head.badges),
        due_ms: head.due_ms,
        placed_ms: head.placed_ms,
        name,
        phone,
        items,
        tracking,
        note,
        total: head.total,
        balance: head.balance,
        delivery: [Delivery::HandOver, Delivery::PickUp, Delivery::Ship]
            .into_iter()
            .find(|delivery| *delivery as u8 == head.delivery)
            .ok_or(Damaged)?,
        method: Method::from(head.method.to_owned()),
        open_conflicts: head.conflicts,
        channel: head.channel.to_owned(),
        category: head.category.to_owned(),
        device: head.device,
        actor: head.actor,
        customer: head.customer,
        parked: head.parked,
        labels: head.labels.iter().map(|label| (*label).to_owned()).collect(),
        uses: head.uses.clone(),
    })
}

/// The place of the `nth` of a row's refs; all of them are read.
pub(super) fn read_places(r: &mut Reader<'_>) -> Result<Vec<Place>, Damaged> {
    r.list(|r| {
        let _lies = (r.u32()?, r.u32()?);
        Place::read(r)
    })
}

pub(crate) fn read_refs(r: &mut Reader<'_>) -> Result<Vec<Ref>, Damaged> {
    r.list(|r| Ok(Ref { no: r.u32()?, index: r.u32()?, place: Place::read(r)? }))
}
