//! A tablet's reader of pages: whatever the log holds, the tablet passes it and keeps it, and builds the same of its
//! journal from nothing. The input is an answer as it is; and texts of a log, apart by zeros, that a server stamps.
#![no_main]

use domain::weight::WeightUnit;
use domain::{Currency, Day, DeviceCode};
use libfuzzer_sys::fuzz_target;
use protocol::api::Pulled;
use protocol::digest::event_hash;
use protocol::envelope::stamp;
use protocol::{Digest, Stamp};
use replica::storage::{JournalEntry, Start};
use replica::{ActContext, Loaded, Prepared, Replica, SyncFault};
use serde_json::value::RawValue;
use uuid::Uuid;

const EPOCH: Uuid = Uuid::from_u128(1);

/// A tablet, and its journal.
struct Tablet {
    replica: Replica,
    start: Start,
}

impl Tablet {
    fn new() -> Self {
        let Ok(Loaded::Ready(replica)) = Replica::load(&Start::default()) else { panic!("an empty disk opens") };
        let mut tablet = Self { replica: *replica, start: Start::default() };
        let mut random = || [7; 16];
        let (day, now_ms) = (Day { year: 2026, month: 11, day: 23 }, 1_795_417_200_000);
        let mut moment = ActContext { now_ms, is_told: true, day, actor: None, random: &mut random };
        let code = Some(DeviceCode("K7".into()));
        let begun =
            tablet.replica.start_shop("摊", Currency::Cny, WeightUnit::default(), "Asia/Shanghai", code, &mut moment);
        tablet.store(begun.expect("a shop begins"));
        tablet
    }

    fn store(&mut self, prepared: Prepared) {
        let batch = prepared.batch;
        let numbered = (batch.expected_last + 1..).zip(&batch.entries);
        self.start.tail.extend(numbered.map(|(no, bytes)| JournalEntry { no, bytes: bytes.clone() }));
        if let Some(device) = &batch.device {
            self.start.device = Some(device.clone());
        }
        self.replica.committed(batch).expect("what it wrote it reads");
    }

    fn take(&mut self, whole: bool, pulled: &Pulled) -> Result<(), SyncFault> {
        let intake = self.replica.read_pulled(self.replica.cursor(), whole, pulled)?;
        if let Some(prepared) = self.replica.take(&intake)? {
            self.store(prepared);
        }
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut tablet = Tablet::new();
    // An answer as nobody would give it.
    if let Ok(pulled) = serde_json::from_slice::<Pulled>(data) {
        for whole in [false, true] {
            let _ = tablet.take(whole, &pulled);
        }
    }
    // A log as nobody would write it.
    let mut tablet = Tablet::new();
    let mut digest = Digest::default();
    let mut events: Vec<Box<RawValue>> = Vec::new();
    for text in data.split(|byte| *byte == 0).filter_map(|text| std::str::from_utf8(text).ok()) {
        let text = text.trim();
        let seq = events.len() as u64 + 1;
        let given = Stamp { seq, received_ms: 1_795_417_200_000, flags: Vec::new(), hash: None };
        // A server has no other texts than objects that it took for JSON.
        let is_object = text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok() && text != "{}";
        let stamped = if is_object { RawValue::from_string(stamp(text, &given)).ok() } else { None };
        let Some(stamped) = stamped else { continue };
        digest = digest.then(&event_hash(text));
        events.push(stamped);
    }
    let head = events.len() as u64;
    let pulled = Pulled { epoch: EPOCH, events, next: head, head, floor: 0, digest, server_time: 0 };
    match tablet.take(false, &pulled) {
        Err(SyncFault::UnknownOwn) => tablet.take(true, &pulled).expect("a whole page is taken"),
        other => other.expect("a page is taken"),
    }
    assert_eq!((tablet.replica.cursor(), tablet.replica.digest()), (head, digest));
    let mut anew = Replica::load_anew(&tablet.start).expect("its device is known");
    for entry in &tablet.start.tail {
        anew.replay(entry).expect("no newer app wrote it");
    }
    while let Some(wanting) = match anew.rebuild() {
        Ok(Some(_)) => Some(Vec::new()),
        Ok(None) => None,
        Err(wanting) => Some(wanting.0),
    } {
        let entries = tablet.start.tail.iter().filter(|entry| wanting.contains(&entry.no)).cloned();
        anew.hold(entries.collect()).expect("what it wrote it reads");
    }
    assert_eq!(anew.unreadable(), (0, 0));
    assert_eq!(anew.cursor(), head);
    assert!(anew.summaries() == tablet.replica.summaries(), "rows from nothing are others");
    assert!(anew.all_fields() == tablet.replica.all_fields(), "records from nothing are others");
});
