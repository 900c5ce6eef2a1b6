//! Erasing people from the journal (docs/decisions/0010). An event that asks for it takes its effect in the fold at
//! once; here the bodies of the others, and the rows that were made of them, leave the disk.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::ContactEvent;
use domain::record::RecordEvent;
use domain::{Event, Meta};
use protocol::Envelope;
use protocol::erasure::{ErasureRequest, erased};
use uuid::Uuid;

use super::fold::{read_event, wanted};
use super::{MissingEntries, PlacedEvent, Prepared, Replica, Rows};
use crate::codec::{Damaged, Reader};
use crate::entry::{Entry, Place};
use crate::index;
use crate::records;
use crate::storage::JournalEntry;

/// People who are to be erased from the journal now, and who asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasing {
    people: BTreeMap<Uuid, Vec<ErasureRequest>>,
    /// The place in the log of this device's own events that tell of them, by the disk's count.
    own: BTreeMap<u64, u64>,
    /// Which log that is read of.
    generation: u32,
}

impl Erasing {
    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// What an entry of the journal is without these people; `None` where it tells nothing of them. Of one that can't be
    /// read and names one of them, nothing.
    pub fn erase(&self, entry: &JournalEntry) -> Option<JournalEntry> {
        self.try_erase(entry).unwrap_or_else(|Damaged| {
            let names = |id: &Uuid| {
                let text = id.hyphenated().to_string();
                [&id.as_bytes()[..], text.as_bytes()].iter().any(|it| memchr::memmem::find(&entry.bytes, it).is_some())
            };
            self.people.keys().any(names).then(|| JournalEntry { no: entry.no, bytes: Vec::new() })
        })
    }

    /// What is left of an event of one of them; `None` where it stays as it is.
    fn left_of(&self, stream: Uuid, place: Place, text: &str) -> Option<String> {
        let asking = self.people.get(&stream)?;
        let envelope = Envelope::read(text).ok()?;
        // What an earlier log left is read no more, and what its makers had seen is no place in this one.
        let (is_of_it, place) = match place {
            Place::Log(generation, seq) => (generation == self.generation, Some(seq)),
            Place::Own(count) => (true, self.own.get(&count).copied()),
        };
        if is_of_it && asking.iter().all(|asking| asking.was_known_to(&envelope, place)) {
            return None;
        }
        erased(text).filter(|left| left != text)
    }

    fn try_erase(&self, entry: &JournalEntry) -> Result<Option<JournalEntry>, Damaged> {
        let mut read = Entry::decode(&entry.bytes)?;
        let mut texts: Vec<(usize, String)> = Vec::new();
        for (at, event) in read.events.iter().enumerate() {
            texts.extend(self.left_of(event.stream, event.place, event.text).map(|left| (at, left)));
        }
        let of_someone = |row: &[u8]| Reader::new(row).uuid().is_ok_and(|id| self.people.contains_key(&id));
        let without = |row: &[u8], redacted: fn(&[u8]) -> Result<Vec<u8>, Damaged>| {
            if of_someone(row) { redacted(row).map(Some) } else { Ok(None) }
        };
        let rows: Vec<_> = read.rows.iter().map(|row| without(row, index::redacted)).collect::<Result<_, _>>()?;
        let of_records: Vec<_> =
            read.records.iter().map(|row| without(row, records::redacted)).collect::<Result<_, _>>()?;
        let mut changed = !texts.is_empty();
        for (row, left) in read.rows.iter_mut().zip(&rows).chain(read.records.iter_mut().zip(&of_records)) {
            if let Some(left) = left
                && *row != left.as_slice()
            {
                *row = left;
                changed = true;
            }
        }
        for (at, left) in &texts {
            if let Some(event) = read.events.get_mut(*at) {
                event.text = left;
            }
        }
        Ok(changed.then(|| JournalEntry { no: entry.no, bytes: read.encode() }))
    }
}

impl Replica {
    /// Whether people wait to be erased from the journal, and may be: what this device wrote of them is in the log, or
    /// there is no server that could have it otherwise.
    #[must_use]
    pub fn erases(&self) -> bool {
        !self.erasable().is_empty()
    }

    fn erasable(&self) -> BTreeSet<Uuid> {
        let due = || self.people.iter().filter(|(_, due)| **due).map(|(id, _)| *id);
        if self.settling || due().next().is_none() {
            return BTreeSet::new();
        }
        let mut waits = BTreeSet::new();
        if self.device.credential.is_some() {
            waits.extend(self.outbox.iter().map(|(_, pending)| pending.stream));
        }
        let mut people = BTreeSet::new();
        people.extend(due().filter(|id| !waits.contains(id)));
        people
    }

    /// Who is to be erased from the journal now.
    ///
    /// # Errors
    /// Where entries have to be read first.
    pub fn erasing(&self) -> Result<Erasing, MissingEntries> {
        let people = self.erasable();
        let mut wanting = BTreeSet::new();
        for id in &people {
            self.want(&self.refs(*id), &mut wanting);
        }
        wanted(wanting)?;
        let mut erasing = Erasing { generation: self.generation, ..Erasing::default() };
        for id in people {
            let placed_events = self.placed_events(&self.refs(id), &BTreeMap::new());
            let asks = |event: &Event| {
                matches!(event, Event::Contact(ContactEvent::Erasing) | Event::Record(RecordEvent::Erasing))
            };
            // The last of each device: who knows of it knows of those before. A copy asks under the same name, and what
            // it asked may have the lower count and the later place.
            let mut asking = BTreeMap::new();
            for placed in placed_events.iter().filter(|placed| asks(&placed.event)) {
                let Meta { device, counter, seq, .. } = placed.meta;
                let last = asking.entry(device).or_insert(ErasureRequest { device, counter, seq });
                last.counter = last.counter.max(counter);
                last.seq = last.seq.zip(seq).map(|(one, other)| one.max(other));
            }
            erasing.people.insert(id, asking.into_values().collect());
            for placed in &placed_events {
                if let (Place::Own(count), Some(seq)) = (placed.at.place, placed.meta.seq) {
                    erasing.own.insert(count, seq);
                }
            }
        }
        Ok(erasing)
    }

    /// They are erased from all of the journal, with these entries in place of those that told of them. Other tabs load
    /// again: what they hold tells of them too.
    #[must_use]
    pub fn erased(&self, erasing: &Erasing, replaced: Vec<JournalEntry>) -> Prepared {
        let people: Vec<Uuid> = erasing.people.keys().copied().collect();
        let mut prepared = self.checkpoint_of(Entry { rebuilt: true, erased: people.clone(), ..self.entry() });
        prepared.batch.replaced = replaced;
        // What said something that this build does not know says nothing any more: the rows are of what is left.
        let mut rows = Rows::default();
        for id in &people {
            let placed_events = self.refs(*id).into_iter().filter_map(|at| {
                let found = self.cache.event(at.no, at.index)?;
                let (rank, seq, received_ms) = self.rank(at.place, found.received_ms, &BTreeMap::new());
                let left = erasing.left_of(*id, at.place, found.text);
                let (meta, event, stream) = read_event(left.as_deref().unwrap_or(found.text), seq, received_ms)?;
                Some(PlacedEvent { rank, at, meta, event, stream })
            });
            self.fold_into(&mut rows, *id, placed_events.collect());
        }
        let entry = Entry { rows: rows.of_orders(), records: rows.of_records(), ..self.entry() };
        prepared.batch.entries.push(entry.encode());
        prepared.streams = people;
        prepared
    }
}
