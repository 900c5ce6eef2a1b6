//! The records on this device: for every product, customer, template, rule and saved view its fields as they stand,
//! and where its events lie. All of it is in memory in its stored form and is read as it is asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use domain::StreamKind;
use domain::product::merge::{Merged, Merges};
use domain::record::{Count, Fields, Value};
use uuid::Uuid;

use crate::codec::{Damaged, Reader, Writer};
use crate::entry::Place;
use crate::index::{Ref, read_refs, write_refs};

/// Records per chunk of a checkpoint.
const CHUNK: usize = 200;

/// A record as the journal keeps it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordData {
    /// The number of its kind ([`Fold::Record`]).
    pub(crate) number: u8,
    pub(crate) fields: Fields,
    pub(crate) refs: Vec<Ref>,
}

impl RecordData {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        let f = &self.fields;
        w.uuid(f.id);
        w.u8(self.number);
        w.bool(!self.refs.is_empty());
        w.bool(f.erased);
        w.bool(f.needs_update);
        w.uint(f.open_conflicts as u64);
        w.int(f.made_ms);
        w.list(f.sums.iter(), |w, (key, sum)| {
            w.uint(u64::from(*key));
            w.int(*sum);
        });
        w.list(f.fields.iter(), |w, (name, value)| {
            w.str(name);
            write_value(w, value);
        });
        write_refs(&mut w, &self.refs);
        w.list(f.counts.iter(), |w, count| {
            let (device, counter, seen) = count.by;
            w.uint(u64::from(count.variant));
            w.uint(count.at as u64);
            w.uuid(count.id);
            w.int(count.counted);
            w.uuid(device);
            w.uint(counter);
            w.uint(seen);
            w.list(count.answered.iter(), |w, (device, counter)| {
                w.uuid(*device);
                w.uint(*counter);
            });
            w.uint(count.asks as u64);
        });
        w.0
    }
}

/// The counts of a record, behind its refs; those who made rows before there were any wrote none.
fn read_counts(r: &mut Reader<'_>) -> Result<Vec<Count>, Damaged> {
    if r.is_done() {
        return Ok(Vec::new());
    }
    let size = |r: &mut Reader<'_>| usize::try_from(r.uint()?).map_err(|_| Damaged);
    r.list(|r| {
        let (variant, at, id, counted) = (r.u32()?, size(r)?, r.uuid()?, r.int()?);
        let by = (r.uuid()?, r.uint()?, r.uint()?);
        let mut answered = BTreeSet::new();
        answered.extend(r.list(|r| Ok((r.uuid()?, r.uint()?)))?);
        Ok(Count { variant, at, id, counted, by, answered, asks: size(r)? })
    })
}

fn write_value(w: &mut Writer, value: &Value) {
    match value {
        Value::Bool(so) => w.u8(u8::from(*so)),
        Value::Int(number) => {
            w.u8(2);
            w.int(*number);
        }
        Value::Text(text) => {
            w.u8(3);
            w.str(text);
        }
        Value::List(all) => {
            w.u8(4);
            w.list(all.iter(), write_value);
        }
    }
}

fn read_value(r: &mut Reader<'_>) -> Result<Value, Damaged> {
    Ok(match r.u8()? {
        0 => Value::Bool(false),
        1 => Value::Bool(true),
        2 => Value::Int(r.int()?),
        3 => Value::Text(r.str()?.to_owned()),
        4 => Value::List(r.list(read_value)?),
        _ => return Err(Damaged),
    })
}

/// The number of its kind, whether there is anything of it, its fields, and where its events lie.
fn read(r: &mut Reader<'_>) -> Result<(u8, bool, Fields, Vec<Ref>), Damaged> {
    let id = r.uuid()?;
    let number = r.u8()?;
    let (there, erased, needs_update) = (r.bool()?, r.bool()?, r.bool()?);
    let open_conflicts = usize::try_from(r.uint()?).map_err(|_| Damaged)?;
    let made_ms = r.int()?;
    let mut fields = Fields { id, erased, needs_update, open_conflicts, made_ms, ..Fields::default() };
    for (key, sum) in r.list(|r| Ok((r.u32()?, r.int()?)))? {
        fields.sums.insert(key, sum);
    }
    for (name, value) in r.list(|r| Ok((r.str()?.to_owned(), read_value(r)?)))? {
        fields.fields.insert(name, value);
    }
    let refs = read_refs(r)?;
    fields.counts = read_counts(r)?;
    Ok((number, there, fields, refs))
}

/// A record's row without its fields; its sums stay.
pub(crate) fn redacted(row: &[u8]) -> Result<Vec<u8>, Damaged> {
    let (number, _, mut fields, refs) = read(&mut Reader::new(row))?;
    fields.fields.clear();
    Ok(RecordData { number, fields, refs }.encode())
}

#[derive(Debug)]
struct Row {
    id: Uuid,
    kind: StreamKind,
    /// Whether any event of it is left: a log that started over may not have it.
    there: bool,
    open_conflicts: usize,
    /// What its movements and counts come to.
    sums: BTreeMap<u32, i64>,
    /// The counts that stand, each with where its event lies.
    counts: Vec<(Option<Place>, Count)>,
    /// Of a product: which other one it turned out to be.
    merged: Option<Box<Merged>>,
    /// Counts what has changed: another number, another content.
    version: u64,
    data: Box<[u8]>,
}

/// The records on this device.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// In the order in which the journal first names them: the same in every tab.
    rows: Vec<Row>,
    by_id: HashMap<Uuid, u32>,
    dirty: BTreeSet<u32>,
    version: u64,
    /// The merges of products, once they were asked for.
    merges: RefCell<Option<Rc<Merges>>>,
}

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes a record in, new or changed.
    pub(crate) fn put(&mut self, data: &[u8]) -> Result<Uuid, Damaged> {
        let (number, there, fields, refs) = read(&mut Reader::new(data))?;
        let kind = StreamKind::of_record(number).ok_or(Damaged)?;
        self.version += 1;
        let merged = (kind == StreamKind::Product).then(|| Merged::read(&fields)).flatten().map(Box::new);
        let Fields { id, open_conflicts, sums, counts, .. } = fields;
        let counts = counts.into_iter().map(|count| (refs.get(count.at).map(|at| at.place), count)).collect();
        let version = self.version;
        let row = Row { id, kind, there, open_conflicts, sums, counts, merged, version, data: data.into() };
        // Products that come or change their merges change who is who.
        if kind == StreamKind::Product {
            *self.merges.borrow_mut() = None;
        }
        let new = u32::try_from(self.rows.len()).map_err(|_| Damaged)?;
        let at = *self.by_id.entry(id).or_insert(new);
        match self.rows.get_mut(at as usize) {
            Some(slot) => *slot = row,
            None => self.rows.push(row),
        }
        self.dirty.insert(at / CHUNK as u32);
        Ok(id)
    }

    fn row(&self, id: Uuid) -> Option<&Row> {
        self.rows.get(*self.by_id.get(&id)? as usize)
    }
    pub(crate) fn kind(&self, id: Uuid) -> Option<StreamKind> {
        self.row(id).map(|row| row.kind)
    }
    pub(crate) fn refs(&self, id: Uuid) -> Vec<Ref> {
        let Some(row) = self.row(id) else { return Vec::new() };
        // Rows are checked when they come in.
        read(&mut Reader::new(&row.data)).map(|(.., refs)| refs).unwrap_or_default()
    }
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.rows.iter().map(|row| row.id)
    }
    pub(crate) fn fields(&self, id: Uuid) -> Option<Fields> {
        Some(read(&mut Reader::new(&self.row(id)?.data)).ok()?.2)
    }
    /// The records of a kind: id and version.
    pub(crate) fn of(&self, kind: StreamKind) -> impl Iterator<Item = (Uuid, u64)> {
        self.rows.iter().filter(move |row| row.kind == kind && row.there).map(|row| (row.id, row.version))
    }
    /// Those with conflicts that need a decision: how many there are of each.
    pub(crate) fn conflicted(&self) -> impl Iterator<Item = (StreamKind, Uuid, usize)> {
        self.rows.iter().filter(|row| row.open_conflicts > 0).map(|row| (row.kind, row.id, row.open_conflicts))
    }

    /// What movements of a variant beside orders come to; `None` where nobody counts it.
    pub(crate) fn moved(&self, product: Uuid, variant: u32) -> Option<i64> {
        let row = self.row(product).filter(|row| row.kind == StreamKind::Product)?;
        row.sums.get(&variant).copied()
    }
    /// Which products turned out to be others.
    pub(crate) fn merges(&self) -> Rc<Merges> {
        let mut known = self.merges.borrow_mut();
        Rc::clone(known.get_or_insert_with(|| {
            let products = self.rows.iter().filter(|row| row.there);
            let merged = products.filter_map(|row| Some((row.id, Merged::clone(row.merged.as_deref()?))));
            Rc::new(Merges::of(merged, |id| self.row(id).is_some_and(|row| row.there)))
        }))
    }
    /// The variants of a product of which something moved beside orders.
    pub(crate) fn moved_variants(&self, product: Uuid) -> impl Iterator<Item = u32> {
        self.row(product).into_iter().flat_map(|row| row.sums.keys().copied())
    }
    /// The counts that say what is there: product, count, and where its event lies.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (Uuid, &Count, Option<Place>)> {
        let products = self.rows.iter().filter(|row| row.kind == StreamKind::Product && row.there);
        products.flat_map(|row| row.counts.iter().map(|(place, count)| (row.id, count, *place)))
    }
    /// All that is counted: product, variant, and what movements beside orders come to.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (Uuid, u32, i64)> {
        let products = self.rows.iter().filter(|row| row.kind == StreamKind::Product && row.there);
        products.flat_map(|row| row.sums.iter().map(|(variant, sum)| (row.id, *variant, *sum)))
    }

    /// The chunks that changed since the last checkpoint.
    pub(crate) fn dirty_chunks(&self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        self.dirty.iter().map(|chunk| {
            let first = *chunk as usize * CHUNK;
            let rows = self.rows.get(first..(first + CHUNK).min(self.rows.len())).unwrap_or_default();
            let mut w = Writer::default();
            w.list(rows.iter(), |w, row| w.bytes(&row.data));
            (*chunk, w.0)
        })
    }
    pub(crate) fn checkpointed(&mut self) {
        self.dirty.clear();
    }
    pub(crate) fn read_chunk(&mut self, bytes: &[u8]) -> Result<(), Damaged> {
        Reader::new(bytes).list(Reader::bytes)?.into_iter().try_for_each(|row| self.put(row).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use domain::Fold;

    use super::*;

    /// Of each kind in turn.
    fn kind(id: u128) -> (StreamKind, u8) {
        let record =
            |kind: &StreamKind| if let Fold::Record(number) = kind.fold() { Some((*kind, number)) } else { None };
        let kinds: Vec<_> = StreamKind::ALL.iter().filter_map(record).collect();
        kinds[id as usize % kinds.len()]
    }

    fn record(id: u128) -> RecordData {
        let fields = [
            ("active", Value::Bool(true)),
            ("barcodes", Value::List(vec!["1".into(), Value::Int(-2)])),
            ("name", "龙井".into()),
            ("price", Value::Int(-5)),
        ];
        RecordData {
            number: kind(id).1,
            fields: Fields {
                id: Uuid::from_u128(id),
                fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
                sums: [(0, 7), (9, -3)].into(),
                counts: vec![Count {
                    variant: 9,
                    at: 0,
                    id: Uuid::from_u128(11),
                    counted: -3,
                    by: (Uuid::from_u128(12), 3, 4),
                    answered: [(Uuid::from_u128(13), 5)].into(),
                    asks: 1,
                }],
                open_conflicts: 2,
                erased: false,
                needs_update: true,
                made_ms: 5,
            },
            refs: vec![Ref { no: 1, index: 2, place: Place::Own(3) }],
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_chunks_bring_all_back() {
        let mut records = Records::default();
        for id in 0..450 {
            records.put(&record(id).encode()).unwrap();
        }
        let mut again = Records::default();
        for (_, chunk) in records.dirty_chunks() {
            again.read_chunk(&chunk).unwrap();
        }
        assert_eq!(again.len(), 450);
        for id in 0..450 {
            let expected = record(id);
            assert_eq!(again.fields(Uuid::from_u128(id)), Some(expected.fields));
            assert_eq!(again.refs(Uuid::from_u128(id)), expected.refs);
            assert_eq!(again.kind(Uuid::from_u128(id)), Some(kind(id).0));
        }
        assert_eq!(again.of(StreamKind::Rule).count(), 90);
        assert_eq!(again.conflicted().count(), 450);
    }
}
