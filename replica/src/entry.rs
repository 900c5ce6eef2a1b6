//! An entry of the journal: what one transaction of this device said. Events and the rows of the orders that they
//! changed stand side by side, so that a start applies entries without folding anything.

use protocol::{Digest, FOLD_VERSION};
use uuid::Uuid;

use crate::codec::{Damaged, Reader, Writer};

/// The version of the entries' form. The first had no rows of records, the second nothing of people to erase.
const FORM: u8 = 3;
/// The form of an entry that says which others are passed over: there hardly is one.
const PASSING_OVER: u8 = 4;

/// What an event is about, as far as the journal cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An order, or the contact that shares its id.
    Order,
    /// The shop.
    Shop,
    /// A stream that this build does not know: kept, not folded.
    Other,
    /// A record, such as a product.
    Record,
}

/// An event's place in the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Made on this device: the disk's count, which is the device's counter after all that was made under earlier
    /// identities ([`crate::Device::before`]). Its sequence, once known, is in the acknowledgements.
    Own(u64),
    /// From the log: the generation of the log (see [`crate::replica::Replica`]) and the sequence.
    Log(u32, u64),
}

/// An event as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored<'a> {
    pub(crate) place: Place,
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    pub(crate) stream: Uuid,
    /// The server's time of receipt; 0 for own events.
    pub(crate) received_ms: i64,
    /// The text as its device wrote it.
    pub(crate) text: &'a str,
    /// Where the text begins in the entry's bytes (set by reading).
    pub(crate) at: usize,
}

/// An own event that is in the log now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ack {
    pub(crate) counter: u64,
    pub(crate) seq: u64,
    /// The server's time of receipt, where the device's clock was too far ahead of it to count.
    pub(crate) ahead_of: Option<i64>,
}

/// How far the log is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogMark {
    pub(crate) epoch: Uuid,
    pub(crate) cursor: u64,
    pub(crate) digest: Digest,
}

/// An entry of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The version of the fold that made the rows.
    pub(crate) fold: u32,
    /// Hybrid logical clock after it.
    pub(crate) hlc: (i64, u32),
    /// The log starts over, in this epoch: acknowledgements are void, own events are offered again.
    pub(crate) restart: Option<Uuid>,
    /// How far the log is known after it.
    pub(crate) log: Option<LogMark>,
    /// The log that started over is complete: what an earlier generation left is gone from the rows.
    pub(crate) settled: bool,
    /// The device record was written with it.
    pub(crate) device: bool,
    /// The rows were rebuilt and lie in another order: every other tab loads again.
    pub(crate) rebuilt: bool,
    /// Own events that are in the log now.
    pub(crate) acks: Vec<Ack>,
    /// Own events that the server put aside: count, and its problem as JSON.
    pub(crate) quarantined: Vec<(u64, String)>,
    /// New events.
    pub(crate) events: Vec<Stored<'a>>,
    /// The rows of orders that changed, encoded.
    pub(crate) rows: Vec<&'a [u8]>,
    /// The records that changed, encoded.
    pub(crate) records: Vec<&'a [u8]>,
    /// Streams whose person is to be erased: an event that asks for it is in this entry.
    pub(crate) erase: Vec<Uuid>,
    /// Streams whose person was erased from all entries before.
    pub(crate) erased: Vec<Uuid>,
    /// Entries that can't be read: because of them the log starts over.
    pub(crate) passed_over: Vec<u32>,
}

impl<'a> Entry<'a> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let texts: usize = self.events.iter().map(|event| event.text.len() + 64).sum();
        let rows: usize = self.rows.iter().chain(&self.records).map(|row| row.len() + 2).sum();
        let mut w = Writer(Vec::with_capacity(texts + rows + 64));
        w.u8(if self.passed_over.is_empty() { FORM } else { PASSING_OVER });
        w.uint(u64::from(self.fold));
        w.int(self.hlc.0);
        w.uint(u64::from(self.hlc.1));
        w.option(self.restart, Writer::uuid);
        w.option(self.log, |w, log| log.write(w));
        w.bool(self.settled);
        w.bool(self.device);
        w.bool(self.rebuilt);
        w.list(self.acks.iter(), |w, ack| {
            w.uint(ack.counter);
            w.uint(ack.seq);
            w.option(ack.ahead_of, Writer::int);
        });
        w.list(self.quarantined.iter(), |w, (counter, problem)| {
            w.uint(*counter);
            w.str(problem);
        });
        w.list(self.events.iter(), |w, event| {
            event.place.write(w);
            w.uuid(event.id);
            w.u8(event.kind as u8);
            w.uuid(event.stream);
            w.int(event.received_ms);
            w.str(event.text);
        });
        w.list(self.rows.iter(), |w, row| w.bytes(row));
        w.list(self.records.iter(), |w, row| w.bytes(row));
        w.list(self.erase.iter(), |w, id| w.uuid(*id));
        w.list(self.erased.iter(), |w, id| w.uuid(*id));
        if !self.passed_over.is_empty() {
            w.list(self.passed_over.iter(), |w, no| w.uint(u64::from(*no)));
        }
        w.0
    }

    /// Whether a newer app wrote these bytes, in a form that this one can't read: then they are not damaged. Told by the
    /// form and the fold together, so that hardly any damage looks like it.
    pub(crate) fn is_of_newer(bytes: &[u8]) -> bool {
        let mut r = Reader::new(bytes);
        let (form, fold) = (r.u8(), r.u32());
        form.is_ok_and(|form| (PASSING_OVER + 1..=PASSING_OVER + 16).contains(&form))
            && fold.is_ok_and(|fold| (FOLD_VERSION..=FOLD_VERSION + 100).contains(&fold))
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut r = Reader::new(bytes);
        let form = r.u8()?;
        if !(1..=PASSING_OVER).contains(&form) {
            return Err(Damaged);
        }
        let entry = Self {
            fold: r.u32()?,
            hlc: (r.int()?, r.u32()?),
            restart: r.option(Reader::uuid)?,
            log: r.option(LogMark::read)?,
            settled: r.bool()?,
            device: r.bool()?,
            rebuilt: r.bool()?,
            acks: r.list(|r| Ok(Ack { counter: r.uint()?, seq: r.uint()?, ahead_of: r.option(Reader::int)? }))?,
            quarantined: r.list(|r| Ok((r.uint()?, r.str()?.to_owned())))?,
            events: r.list(|r| {
                let place = Place::read(r)?;
                let id = r.uuid()?;
                let kind = match r.u8()? {
                    0 => Kind::Order,
                    1 => Kind::Shop,
                    3 => Kind::Record,
                    _ => Kind::Other,
                };
                let stream = r.uuid()?;
                let received_ms = r.int()?;
                let text = r.str()?;
                Ok(Stored { place, id, kind, stream, received_ms, text, at: r.at() - text.len() })
            })?,
            rows: r.list(Reader::bytes)?,
            records: if form < 2 { Vec::new() } else { r.list(Reader::bytes)? },
            erase: if form < 3 { Vec::new() } else { r.list(Reader::uuid)? },
            erased: if form < 3 { Vec::new() } else { r.list(Reader::uuid)? },
            passed_over: if form < PASSING_OVER { Vec::new() } else { r.list(Reader::u32)? },
        };
        if r.is_done() { Ok(entry) } else { Err(Damaged) }
    }
}

impl Place {
    pub(crate) fn write(self, w: &mut Writer) {
        match self {
            Self::Own(counter) => {
                w.u8(0);
                w.uint(counter);
            }
            Self::Log(generation, seq) => {
                w.uint(u64::from(generation) + 1);
                w.uint(seq);
            }
        }
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(match r.u32()? {
            0 => Self::Own(r.uint()?),
            generation => Self::Log(generation - 1, r.uint()?),
        })
    }
}

impl LogMark {
    pub(crate) fn write(self, w: &mut Writer) {
        w.uuid(self.epoch);
        w.uint(self.cursor);
        w.raw(&self.digest.0);
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self { epoch: r.uuid()?, cursor: r.uint()?, digest: Digest(r.array()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let row = [1, 2, 3];
        let entry = Entry {
            fold: 1,
            hlc: (1_795_417_200_000, 4),
            restart: Some(Uuid::from_u128(1)),
            log: Some(LogMark { epoch: Uuid::from_u128(2), cursor: 77, digest: Digest([9; 16]) }),
            settled: true,
            device: true,
            rebuilt: true,
            acks: vec![Ack { counter: 3, seq: 76, ahead_of: Some(-5) }],
            quarantined: vec![(4, "{}".to_owned())],
            events: vec![Stored {
                place: Place::Log(1, 77),
                id: Uuid::from_u128(3),
                kind: Kind::Shop,
                stream: Uuid::from_u128(4),
                received_ms: 12,
                text: "{\"说\":\"摊单\"}",
                at: 0,
            }],
            rows: vec![&row, &[]],
            records: vec![&row],
            erase: vec![Uuid::from_u128(5)],
            erased: vec![Uuid::from_u128(6), Uuid::from_u128(7)],
            passed_over: vec![8, 9],
        };
        let bytes = entry.encode();
        let mut read = Entry::decode(&bytes).unwrap();
        let at = read.events[0].at;
        assert!(bytes[at..].starts_with(read.events[0].text.as_bytes()));
        read.events[0].at = 0;
        assert_eq!(read, entry);
        for cut in 0..bytes.len() {
            assert!(Entry::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
