//! Who writes events that no tablet of this shop would: in every spelling that JSON allows, of unknown types and
//! versions, with further fields, with counters, clocks and places that can't be. Through the server's door, which
//! takes only what is written as tablets write it; and straight into its log, as an older server may have left it.
//! And disks that spoil entries of a journal.

use std::sync::atomic::AtomicU64;

use protocol::Envelope;

use super::*;

/// How many texts of theirs got into a log, and were turned away at the door, in all runs.
pub static HELD: AtomicU64 = AtomicU64::new(0);
pub static TURNED_AWAY: AtomicU64 = AtomicU64::new(0);
/// How many entries of journals were spoilt, in all runs.
pub static SPOILT: AtomicU64 = AtomicU64::new(0);

/// What happens of that in a run, and chance of its own.
pub struct Strangers {
    chance: Chance,
    write: bool,
    spoil: bool,
    counter: u64,
}

impl Strangers {
    pub fn seeded(seed: u64) -> Self {
        let mut chance = Chance::seeded(seed ^ 0x57a9);
        Self { write: chance.percent(40), spoil: chance.percent(20), counter: 0, chance }
    }
}

impl Simulation {
    pub(super) fn strangers(&mut self) {
        let mut them = std::mem::replace(&mut self.strangers, Strangers::seeded(0));
        if them.write && them.chance.percent(20) {
            self.write_strangely(&mut them);
        }
        if them.spoil && them.chance.percent(4) {
            self.spoil_an_entry(&mut them.chance);
        }
        self.strangers = them;
    }

    fn write_strangely(&mut self, them: &mut Strangers) {
        let chance = &mut them.chance;
        let nth = chance.below(self.tablets.len());
        let Some(tab) = self.tablets[nth].tabs.first() else { return };
        let orders: Vec<Uuid> = tab.replica().summaries().into_iter().map(|row| row.id).collect();
        let any = |chance: &mut Chance, all: &[Uuid]| all.get(chance.below(all.len() + 1)).copied();
        let (kind, stream) = match chance.below(5) {
            0 | 1 => ("order", any(chance, &orders)),
            // A buyer without an order is in no list.
            2 if !orders.is_empty() => ("contact", Some(orders[chance.below(orders.len())])),
            3 => ("customer", any(chance, &self.customers)),
            _ => (["shop", "loyalty", "", "订单"][chance.below(4)], None),
        };
        let stream = stream.unwrap_or_else(|| {
            let of_kind = u128::from(kind.bytes().map(u64::from).sum::<u64>());
            Uuid::from_u128(THEIRS << 64 | of_kind << 8 | chance.below(3) as u128)
        });
        them.counter += 1;
        let fields = fields(chance, them.counter, kind, stream);
        let text = spelled(chance, &fields);
        let (server, now_ms) = (self.world.server(), self.world.now_ms());
        let mut server = server.borrow_mut();
        if chance.percent(50) {
            let is_in = server.knock(&text, now_ms);
            if is_in { &HELD } else { &TURNED_AWAY }.fetch_add(1, Ordering::Relaxed);
        } else {
            server.hold(&text, now_ms);
            HELD.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A disk spoils an entry of a tablet that has sent everything (what was put aside is nowhere else), to a server that loses nothing: all of it is to come
    /// back. Noticed now, or when something leads to it.
    fn spoil_an_entry(&mut self, chance: &mut Chance) {
        let nth = chance.below(self.tablets.len());
        let last_no = self.tablets[nth].disk.last_no();
        let has_sent = |tab: &Tab| {
            let replica = tab.replica();
            let all_sent = replica.pending() == 0 && replica.quarantined().is_empty();
            all_sent && !replica.is_settling() && replica.last_no() == last_no
        };
        let all_sent = self.tablets[nth].tabs.iter().all(has_sent);
        if !all_sent || self.may.restored || self.copies > 0 || self.is_dead(nth) {
            return;
        }
        let disk = &self.tablets[nth].disk;
        let (no, how) = (1 + chance.below(disk.last_no() as usize) as u32, chance.below(4));
        disk.spoil(no, |bytes| match how {
            0 => None,
            1 => Some(Vec::new()),
            2 => Some(bytes.iter().take(bytes.len().saturating_sub(1)).copied().collect()),
            _ => Some(vec![0; bytes.len()]),
        });
        SPOILT.fetch_add(1, Ordering::Relaxed);
        self.spoilt += 1;
        // The last entry goes with the power: no process lives on that knows of it.
        if chance.percent(50) || no == last_no {
            self.kill(nth);
            self.revive();
        }
    }

    /// Whatever a stranger wrote and the log holds lies on each tablet, byte for byte.
    pub(super) fn check_strangers(&self, nth: usize) {
        let entries = self.tablets[nth].disk.open();
        let entries = futures::executor::block_on(entries.read_entries(&[1..=u32::MAX])).unwrap();
        for text in self.world.server().borrow().of_strangers() {
            let there = entries.iter().any(|entry| entry.bytes.windows(text.len()).any(|it| it == text.as_bytes()));
            assert!(there, "tablet {nth} does not hold what a stranger wrote: {text}");
        }
    }
}

type Fields = Vec<(String, String)>;

/// An event's fields, as a tablet writes them.
fn fields(chance: &mut Chance, counter: u64, kind: &str, stream: Uuid) -> Fields {
    let id = Uuid::from_u128(u128::from(chance.next()) << 64 | u128::from(chance.next()));
    let device = STRANGERS[chance.below(2)];
    let counter = [counter, counter * 1_000, 1, i64::MAX as u64][chance.below(4)];
    let seen = [0, 3, 1 << 53, i64::MAX as u64][chance.below(4)];
    let ms = [0, -1, i64::MIN, i64::MAX, 1_795_417_200_000][chance.below(5)];
    let kinds = ["labelled", "teleported", "", "摊", "\\\"quoted\\\"", "erased_not"];
    let bodies =
        ["{\"add\":[\"a\"]}", "null", "{}", "[[[]]]", "\"\\ud800\"", "1e999", "{\"body\":2,\"seq\":1}", " [ 1 ]"];
    let body = match chance.below(bodies.len() + 2) {
        0 => format!("{}{}", "[".repeat(2_000), "]".repeat(2_000)),
        1 => format!("\"{}\"", "长".repeat(3_000)),
        at => bodies[at - 2].to_owned(),
    };
    let actor = if chance.percent(50) { "null".to_owned() } else { format!("\"{id}\"") };
    [
        ("v", [1, 1, 1, 2][chance.below(4)].to_string()),
        ("id", format!("\"{id}\"")),
        ("device", format!("\"{device}\"")),
        ("counter", counter.to_string()),
        ("seen", seen.to_string()),
        ("hlc", format!("[{ms},{}]", chance.below(3))),
        ("actor", actor),
        ("stream", format!("[\"{kind}\",\"{stream}\"]")),
        ("type", format!("\"{kind}.{}\"", kinds[chance.below(kinds.len())])),
        ("version", [1, 9][chance.below(2)].to_string()),
        ("body", body),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

/// The upper half of the ids of streams that nobody else writes to.
const THEIRS: u128 = 0x57a9;

/// Whether nobody else writes to this stream.
pub fn is_theirs(stream: Uuid) -> bool {
    stream.as_u128() >> 64 == THEIRS
}

/// The devices of strangers.
pub const STRANGERS: [Uuid; 2] = [Uuid::from_u128(0x57a9_0001), Uuid::from_u128(0x57a9_0002)];

/// A text that says so, or something near it.
fn spelled(chance: &mut Chance, fields: &Fields) -> String {
    let mut fields = fields.clone();
    let at = chance.below(fields.len());
    let joined = |fields: &Fields, colon: &str, comma: &str| {
        let pairs: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
        pairs.join(comma)
    };
    let further = || {
        (
            ["mood", "消息", "\\u0078"][at % 3].to_owned(),
            ["1.50", "[1e3, {} ]", "\"\\ud83d\\ude00\""][at % 3].to_owned(),
        )
    };
    match chance.below(12) {
        0 | 1 => {}
        2 => fields.push(further()),
        3 => fields.extend([further(), ("long".to_owned(), format!("\"{}\"", "长".repeat(3_000))), further()]),
        4 => {
            let space = [" ", "\\n", "\t", "\r\n"][at % 4].replace("\\n", "\n");
            return format!("{{{space}{}{space}}}", joined(&fields, &format!("{space}:"), &format!(",{space}")));
        }
        5 => {
            let key = &mut fields[at].0;
            let first = key.remove(0);
            *key = format!("\\u{:04x}{key}", u32::from(first));
        }
        6 => fields.swap(at, (at + 3) % 11),
        7 => fields[3].1.push_str([".0", "e0", "E+0"][at % 3]),
        8 => {
            let twice = fields[at].clone();
            fields.push(twice);
        }
        9 => fields.insert(at, further()),
        10 => {
            let value = &mut fields[1 + at % 2].1;
            *value = if at.is_multiple_of(2) { value.to_uppercase() } else { value.replace('-', "") };
        }
        _ if at < 8 => drop(fields.remove(at)),
        _ => {
            let id = Uuid::from_u128(u128::from(chance.next()));
            return [format!("{{\"id\":\"{id}\"}}"), "{\"nobody\":0}".into(), format!("{{\"v\":[\"{id}\"]}}")][at % 3]
                .clone();
        }
    }
    format!("{{{}}}", joined(&fields, ":", ","))
}

/// What the model of a server makes of a text in its log that is no event.
pub fn read_any(text: &str) -> Envelope {
    Envelope::read_of_log(text).unwrap_or_else(|| {
        let nobody = format!("{{\"stream\":[\"\",\"{}\"],\"of\":{}}}", Uuid::nil(), serde_json::Value::from(text));
        Envelope::read_of_log(&nobody).expect("a stand-in")
    })
}
