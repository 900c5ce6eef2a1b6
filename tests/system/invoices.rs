//! Real invoices through the whole system: dealt out at random to three tablets that lose the network and find it
//! again, confirmed and paid, through the real server. In the end all agree, to the penny, with a plain sum over the
//! file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use domain::contact::Buyer;
use domain::money::parse_amount;
use domain::order::{Command, Content, ContentFault, Line, Method, NewPayment, Order, Rejection, Status};
use domain::{Currency, Day, Event, Meta};
use protocol::envelope::unstamp;
use protocol::{Envelope, body};
use replica::client::ActFault;
use replica::memory::MemoryDisk;
use replica::{ActFault as Refused, Filter};
use sync_server::Options;
use tokio::task::LocalSet;
use uuid::Uuid;

use crate::chance::Chance;
use crate::tablet::Tablet;

/// Why a line is not in an order.
type Reason = &'static str;

/// An invoice of the file.
#[derive(Debug, Default)]
struct Invoice {
    buyer: Buyer,
    /// Its lines as the form of an order takes them.
    lines: Vec<Line>,
    /// Lines that no form takes: what is no number can't be typed.
    unreadable: usize,
    /// An invoice that takes back an earlier one: no order at all.
    cancellation: bool,
}

/// Reads the invoices, in the order of the file.
fn read(file: &Path) -> Vec<Invoice> {
    let mut invoices: Vec<(String, Invoice)> = Vec::new();
    let mut reader = csv::Reader::from_path(file).expect("the data of this test");
    for row in reader.records() {
        let row = row.expect("a row");
        let [number, code, item, quantity, price, buyer, _country] =
            std::array::from_fn(|at| row.get(at).unwrap_or(""));
        if invoices.last().is_none_or(|(last, _)| last != number) {
            let buyer = Buyer { name: buyer.to_owned(), ..Buyer::default() };
            let cancellation = number.starts_with('C');
            invoices.push((number.to_owned(), Invoice { buyer, cancellation, ..Invoice::default() }));
        }
        let (_, invoice) = invoices.last_mut().expect("pushed");
        match (quantity.parse(), parse_amount(price, Currency::Gbp)) {
            (Ok(quantity), Ok(price)) => invoice.lines.push(Line {
                id: invoice.lines.len() as u32 + 1,
                item: item.trim().to_owned(),
                spec: code.to_owned(),
                quantity,
                price,
                ..Line::default()
            }),
            _ => invoice.unreadable += 1,
        }
    }
    invoices.into_iter().map(|(_, invoice)| invoice).collect()
}

/// What a plain sum over the file says: orders, refused lines, pence. Nothing of the product is used here.
fn plain_sum(file: &Path) -> (usize, usize, i64) {
    let (mut orders, mut refused, mut pence) = (std::collections::BTreeSet::new(), 0, 0);
    for row in csv::Reader::from_path(file).unwrap().records().map(Result::unwrap) {
        let quantity: i64 = row[3].parse().unwrap();
        if row[0].starts_with('C') || quantity <= 0 || row[2].trim().is_empty() {
            refused += 1;
            continue;
        }
        let (pounds, rest) = row[4].split_once('.').unwrap_or((&row[4], ""));
        let price: i64 = format!("{pounds}{rest:0<2}").parse().unwrap();
        orders.insert(row[0].to_owned());
        pence += quantity * price;
    }
    (orders.len(), refused, pence)
}

const DAY: Day = Day { year: 2026, month: 11, day: 23 };

impl Tablet {
    /// Takes an invoice as an order: lines that the order refuses are left out, and counted by reason.
    async fn take(&self, invoice: Invoice, pay: bool, refused: &mut BTreeMap<Reason, usize>) -> Option<Uuid> {
        let mut refuse = |reason, lines| *refused.entry(reason).or_default() += lines;
        if invoice.cancellation {
            refuse("a cancellation", invoice.lines.len() + invoice.unreadable);
            return None;
        }
        if invoice.unreadable > 0 {
            refuse("not a number", invoice.unreadable);
        }
        let mut content = Content { lines: invoice.lines, ..Content::default() };
        loop {
            let total = content.total();
            let payment =
                (pay && total > 0).then_some(NewPayment { method: Method::Cash, given: total, deposit: false });
            let payments = Vec::from_iter(payment);
            let command = Command::Confirm {
                new: Some((content.clone(), invoice.buyer.clone())),
                copied_from: None,
                payments,
                handed_over: false,
            };
            let faults = match self.client.act(None, &command, DAY).await {
                Ok(acted) => return Some(acted.order),
                Err(ActFault::Refused(Refused::Rejected(Rejection::Content(faults)))) => faults,
                Err(fault) => panic!("{fault}"),
            };
            let mut keep = vec![true; content.lines.len()];
            for fault in &faults {
                use domain::order::{LineFault, LineField};
                match fault {
                    ContentFault::Line { index, field, fault } => {
                        if std::mem::replace(&mut keep[*index], false) {
                            refuse(
                                match (field, fault) {
                                    (LineField::Item, LineFault::Missing) => "no description",
                                    (LineField::Quantity, LineFault::NotAboveZero) => "quantity not above zero",
                                    other => panic!("a line is refused for {other:?}"),
                                },
                                1,
                            );
                        }
                    }
                    // What the lines without a place in it come to does not matter.
                    ContentFault::Discount => {}
                    ContentFault::NoLines => return None,
                    other => panic!("an invoice is refused for {other}"),
                }
            }
            assert!(keep.contains(&false), "refused for nothing: {faults:?}");
            let mut keep = keep.into_iter();
            content.lines.retain(|_| keep.next().unwrap_or(true));
        }
    }

    /// Orders, and what they come to and were paid, in pence.
    fn figures(&self) -> (usize, usize, i64, i64) {
        let rows = self.client.replica().summaries();
        let unpaid = rows.iter().filter(|row| row.status != Status::Paid).count();
        let total = rows.iter().map(|row| row.total).sum();
        (rows.len(), unpaid, total, rows.iter().map(|row| row.total - row.balance).sum())
    }

    /// Everything in the server's log, folded here and now.
    async fn server_log(&self) -> BTreeMap<Uuid, Order> {
        let mut orders: BTreeMap<Uuid, Order> = BTreeMap::new();
        let mut after = 0;
        loop {
            let page = self.server_page(after, 1_000).await;
            if page.events.is_empty() {
                return orders;
            }
            for event in page.events {
                let (text, stamp) = unstamp(event.get()).unwrap();
                assert_eq!(stamp.seq, after + 1, "the log has a gap");
                after = stamp.seq;
                let envelope = Envelope::parse(&text).unwrap();
                let event = body::read(&envelope);
                if matches!(event, Event::Shop(_)) {
                    continue;
                }
                let meta = Meta {
                    id: envelope.id,
                    device: envelope.device,
                    counter: envelope.counter,
                    seen: envelope.seen,
                    seq: Some(stamp.seq),
                    hlc: envelope.hlc,
                    actor: envelope.actor,
                };
                let id = envelope.stream.1;
                orders.entry(id).or_insert_with(|| Order::new(id)).apply(&meta, &event);
            }
        }
    }
}

#[tokio::test]
async fn real_invoices_come_to_the_same_everywhere_to_the_penny() {
    LocalSet::new().run_until(real_invoices(20_101_201)).await;
}

async fn real_invoices(seed: u64) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/online-retail.csv");
    let mut chance = Chance::seeded(seed);
    let folder = tempfile::tempdir().unwrap();
    let server = sync_server::start(Options::on_free_port(folder.path())).await.unwrap();

    // The first tablet sells before there is any server; the others join it.
    let mut tablets = Vec::new();
    for nth in 0..3 {
        tablets.push(Tablet::open(&MemoryDisk::new(), seed + nth).await);
    }
    tablets[0].client.start_shop("Gifts", Currency::Gbp, "Europe/London", None).await.unwrap();
    let setup_code = server.setup_code.clone().expect("nobody has claimed it");
    tablets[0].client.claim(&server.url(), &setup_code).await.unwrap();
    tablets[0].sync();
    for tablet in &tablets[1..] {
        let pairing = tablets[0].client.pairing_code().await.unwrap();
        tablet.client.join(&server.url(), &pairing.code, None).await.unwrap();
        tablet.sync();
    }

    let mut refused = BTreeMap::new();
    let mut unpaid = Vec::new();
    let mut made = 0;
    for invoice in read(&file) {
        let tablet = &tablets[chance.below(3)];
        match chance.below(12) {
            0 => tablet.cut(),
            1 => tablet.join_again(),
            // Everybody comes together for a moment, and goes on alone.
            2 => {
                for tablet in &tablets {
                    tablet.join_again();
                }
                tokio::task::yield_now().await;
            }
            _ => {}
        }
        let pay = chance.percent(50);
        if let Some(order) = tablet.take(invoice, pay, &mut refused).await {
            made += 1;
            if !pay {
                unpaid.push(order);
            }
        }
        tokio::task::yield_now().await;
    }
    let all_join = async || {
        for tablet in &tablets {
            tablet.join_again();
        }
        for tablet in &tablets {
            tablet.until("everything is sent", |tablet| tablet.client.replica().pending() == 0).await;
        }
        let head = tablets[0].server_page(0, 1).await.head;
        for tablet in &tablets {
            tablet.settled(head).await;
        }
    };
    all_join().await;

    // What is not paid yet is paid on any tablet, without a network.
    for tablet in &tablets {
        tablet.cut();
    }
    for order in unpaid {
        let tablet = &tablets[chance.below(3)];
        let owed = tablet.client.replica().summary(order, 0).expect("every tablet knows every order").balance;
        if owed > 0 {
            let payment = NewPayment { method: Method::Cash, given: owed + 5_00, deposit: false };
            tablet.client.act(Some(order), &Command::RecordPayment(payment), DAY).await.unwrap();
        }
    }
    all_join().await;

    let (orders, refused_lines, pence) = plain_sum(&file);
    assert_eq!((orders, refused_lines, pence), (233, 100, 10_891_437), "what README.md says");
    assert_eq!(made, orders);
    // Most of what has no description has no quantity either; the form names that first.
    let reasons = [("a cancellation", 67), ("no description", 32), ("quantity not above zero", 1)];
    assert_eq!(refused, BTreeMap::from(reasons));
    let log = tablets[0].server_log().await;
    let log_lines: usize = log.values().map(|order| order.active_lines().count()).sum();
    assert_eq!((log.len(), log_lines), (orders, 6_069 - refused_lines));
    assert_eq!(log.values().map(Order::total).sum::<i64>(), pence);
    assert_eq!(log.values().map(Order::paid).sum::<i64>(), pence);
    let numbers: HashMap<_, _> = log.values().map(|order| (order.number.clone(), order.id)).collect();
    assert_eq!(numbers.len(), orders, "every order has a number of its own");
    for tablet in &tablets {
        assert_eq!(tablet.figures(), (orders, 0, pence, pence));
        let replica = tablet.client.replica();
        assert_eq!(replica.digest(), tablets[0].client.replica().digest());
        assert!(replica.conflicted().is_empty());
        assert_eq!(replica.page(&Filter::default(), 0, 50, 0).matching, orders);
    }
    for (id, order) in &log {
        for tablet in &tablets {
            assert_eq!(tablet.client.order(*id).await.unwrap().as_ref(), Some(order));
        }
    }
    server.stop().await.unwrap();
}
