//! Real invoices through the whole system: their products and customers imported from the file, the orders dealt out at
//! random to three tablets that lose the network and find it again, paid or owed, handed over or promised, through the
//! real server. In the end all agree, to the piece and to the penny, with a plain sum over the file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use domain::contact::Buyer;
use domain::customer::{Customer, Owing, repay};
use domain::figure::amount;
use domain::order::{Command, Content, ContentFault, Line, Method, NewPayment, Order, Rejection, Terms};
use domain::product::Product;
use domain::record::Fields;
use domain::sheet::{self, Counts, Plan, Planner, customers, head, products};
use domain::weight::WeightUnit;
use domain::{Currency, Day, Meta, StreamKind};
use protocol::envelope::unstamp;
use protocol::{Envelope, body};
use replica::client::ActFault;
use replica::memory::MemoryDisk;
use replica::{Act, Filter};
use sync_server::Options;
use tokio::task::LocalSet;
use uuid::Uuid;

use crate::chance::Chance;
use crate::tablet::Tablet;

/// Why a line is not in an order.
type Reason = &'static str;

/// How an invoice is dealt with: what its number says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Deal {
    /// Paid in cash and handed over at once.
    #[default]
    Cash,
    /// Handed over, and owed by a customer whom the shop knows.
    Credit,
    /// Paid another day, and not fetched yet.
    Promised,
}

fn deal(number: &str, customer: &str) -> Deal {
    match number.bytes().map(|digit| u32::from(digit & 15)).sum::<u32>() % 3 {
        0 => Deal::Promised,
        1 if !customer.is_empty() => Deal::Credit,
        _ => Deal::Cash,
    }
}

/// An invoice of the file.
#[derive(Debug, Default)]
struct Invoice {
    buyer: Buyer,
    deal: Deal,
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
            let (deal, cancellation) = (deal(number, buyer), number.starts_with('C'));
            let buyer = Buyer { name: buyer.to_owned(), ..Buyer::default() };
            invoices.push((number.to_owned(), Invoice { buyer, deal, cancellation, ..Invoice::default() }));
        }
        let (_, invoice) = invoices.last_mut().expect("pushed");
        match (quantity.parse(), amount(price, Currency::Gbp)) {
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

/// What a plain computation over the file says. Nothing of the product is used here.
#[derive(Debug, Default)]
struct Plain {
    orders: std::collections::BTreeSet<String>,
    refused: usize,
    pence: i64,
    takings: i64,
    /// By code: what there is, and what of it is promised.
    stock: BTreeMap<String, (i64, i64)>,
    /// By customer.
    debts: BTreeMap<String, i64>,
}

/// A dozen of each thing comes for every line that the file has of it.
const DOZEN: i64 = 12;

fn plain_computation(file: &Path) -> Plain {
    let mut plain = Plain::default();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_path(file).unwrap().records().map(Result::unwrap).collect();
    for row in rows.iter().filter(|row| !row[2].trim().is_empty()) {
        plain.stock.entry(row[1].to_owned()).or_default();
    }
    for row in &rows {
        if let Some((on_hand, _)) = plain.stock.get_mut(&row[1]) {
            *on_hand += DOZEN;
        }
        if !row[5].is_empty() {
            plain.debts.entry(row[5].to_owned()).or_default();
        }
        let quantity: i64 = row[3].parse().unwrap();
        if row[0].starts_with('C') || quantity <= 0 || row[2].trim().is_empty() {
            plain.refused += 1;
            continue;
        }
        let (pounds, rest) = row[4].split_once('.').unwrap_or((&row[4], ""));
        let price: i64 = format!("{pounds}{rest:0<2}").parse().unwrap();
        plain.orders.insert(row[0].to_owned());
        plain.pence += quantity * price;
        let (on_hand, promised) = plain.stock.get_mut(&row[1]).unwrap();
        match deal(&row[0], &row[5]) {
            Deal::Promised => *promised += quantity,
            Deal::Cash | Deal::Credit => *on_hand -= quantity,
        }
        if deal(&row[0], &row[5]) == Deal::Credit {
            *plain.debts.get_mut(&row[5]).unwrap() += quantity * price;
        }
    }
    // Everybody pays half of what they owe.
    plain.debts.values_mut().for_each(|debt| *debt -= *debt / 2);
    plain.takings = plain.pence - plain.debts.values().sum::<i64>();
    plain
}

const DAY: Day = Day { year: 2026, month: 11, day: 23 };

/// The rows of a sheet below its head.
fn below(rows: &[Vec<String>]) -> Vec<sheet::Line> {
    let rows: Vec<Vec<_>> =
        rows.iter().map(|row| row.iter().cloned().map(sheet::content::Content::typed).collect()).collect();
    head::below(&rows, 0, 1)
}

/// The rows of a sheet through a planner.
fn plan(lines: &[sheet::Line], mut planner: Box<dyn Planner + '_>) -> Plan {
    lines.iter().for_each(|line| planner.row(line));
    planner.plan()
}

impl Tablet {
    fn all<T>(&self, kind: StreamKind, read: impl Fn(&Fields) -> T) -> Vec<T> {
        let replica = self.client.replica();
        replica.records(kind).map(|(id, _)| read(&replica.fields(id).unwrap())).collect()
    }

    /// Imports a sheet of products as the page does: all of it, or nothing.
    async fn import_products(&self, rows: &[Vec<String>]) -> Counts {
        let mut columns = head::guess(&rows[0], &products::Column::ALL, &[]);
        // What an invoice calls a quantity is no stock.
        rows[0].iter().zip(&mut columns).filter(|(name, _)| *name == "Quantity").for_each(|(_, column)| *column = None);
        let known = self.all(StreamKind::Product, Product::read);
        let stock = |product: &Product, variant| self.client.replica().stock_of(product.id, variant);
        let lines = below(rows);
        let planner = products::Products::new(columns, Currency::Gbp, &known, &lines, stock, || 1);
        self.import(StreamKind::Product, plan(&lines, Box::new(planner))).await
    }

    async fn import_customers(&self, rows: &[Vec<String>]) -> Counts {
        let columns = customers::guess(&rows[0]);
        let known = self.all(StreamKind::Customer, Customer::read);
        let planner = customers::Customers::new(columns, Vec::new(), &known, || 1);
        self.import(StreamKind::Customer, plan(&below(rows), Box::new(planner))).await
    }

    async fn import(&self, kind: StreamKind, plan: Plan) -> Counts {
        let counts = plan.counts();
        let acts: Vec<Act> = plan.writings.into_iter().map(|it| Act::Record(kind, it.id, it.events)).collect();
        if !acts.is_empty() {
            self.client.act_all(&acts, DAY).await.unwrap();
        }
        counts
    }

    /// The ids of products by their codes, or of customers by their names.
    fn ids(&self, kind: StreamKind, field: &str) -> BTreeMap<String, Uuid> {
        self.all(kind, |fields| (fields.text(field).to_owned(), fields.id)).into_iter().collect()
    }

    /// Of each code: what there is, and what of it is promised.
    fn stock(&self) -> BTreeMap<String, (i64, i64)> {
        let stock = |id| self.client.replica().stock_of(id, 0);
        let all = self.ids(StreamKind::Product, "code").into_iter();
        all.map(|(code, id)| (code, (stock(id).on_hand, stock(id).reserved))).collect()
    }

    /// What each customer owes.
    fn debts(&self) -> BTreeMap<String, i64> {
        let replica = self.client.replica();
        let owed = |id: Uuid| replica.of_customer(id).0.owed + Customer::read(&replica.fields(id).unwrap()).debt;
        self.ids(StreamKind::Customer, "name").into_iter().map(|(name, id)| (name, owed(id))).collect()
    }

    /// Half of what a customer owes is paid back, the oldest orders first.
    async fn pay_half(&self, customer: Uuid) {
        let (sums, orders) = self.client.replica().of_customer(customer);
        let rows = orders.iter().filter_map(|id| self.client.replica().summary(*id, 0));
        let owing: Vec<Owing> =
            rows.map(|row| Owing { order: row.id, placed_ms: row.placed_ms, balance: row.balance }).collect();
        let repayment = repay(sums.owed / 2, &owing);
        assert_eq!(repayment.rest, 0);
        let pay = |given| Command::RecordPayment(NewPayment { method: Method::Cash, given, deposit: false });
        let parts = repayment.orders.into_iter();
        let acts: Vec<Act> = parts.map(|(order, part)| Act::Order(Some(order), Box::new(pay(part)))).collect();
        if !acts.is_empty() {
            self.client.act_all(&acts, DAY).await.unwrap();
        }
    }

    /// Takes an invoice as an order: lines that the order refuses are left out, and counted by reason.
    async fn take(
        &self,
        invoice: Invoice,
        (goods, people): (&BTreeMap<String, Uuid>, &BTreeMap<String, Uuid>),
        refused: &mut BTreeMap<Reason, usize>,
    ) -> Option<Uuid> {
        let mut refuse = |reason, lines| *refused.entry(reason).or_default() += lines;
        if invoice.cancellation {
            refuse("a cancellation", invoice.lines.len() + invoice.unreadable);
            return None;
        }
        if invoice.unreadable > 0 {
            refuse("not a number", invoice.unreadable);
        }
        let product = |code: &String| goods.get(code).copied();
        let lines = invoice.lines.into_iter().map(|line| Line { product: product(&line.spec), ..line }).collect();
        let customer = people.get(&invoice.buyer.name).copied();
        let terms = if invoice.deal == Deal::Credit { Terms::Credit } else { Terms::Prepaid };
        let mut content = Content { lines, customer, terms, ..Content::default() };
        loop {
            let total = content.total();
            let pays = invoice.deal == Deal::Cash && total > 0;
            let payment = pays.then_some(NewPayment { method: Method::Cash, given: total, deposit: false });
            let payments = Vec::from_iter(payment);
            let command = Command::Confirm {
                new: Some((content.clone(), invoice.buyer.clone())),
                copied_from: None,
                payments,
                handed_over: invoice.deal != Deal::Promised,
            };
            let faults = match self.client.act(None, &command, DAY).await {
                Ok(acted) => return Some(acted.order),
                Err(ActFault::Rejected(Rejection::Content(faults))) => faults,
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
    fn figures(&self) -> (usize, i64, i64) {
        let rows = self.client.replica().summaries();
        let total = rows.iter().map(|row| row.total).sum();
        (rows.len(), total, rows.iter().map(|row| row.total - row.balance).sum())
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
                if !matches!(envelope.stream.0.as_str(), "order" | "contact") {
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
    tablets[0].client.start_shop("Gifts", Currency::Gbp, WeightUnit::default(), "Europe/London", None).await.unwrap();
    let setup_code = server.setup_code.clone().expect("nobody has claimed it");
    tablets[0].client.claim(&server.url(), &setup_code).await.unwrap();
    tablets[0].sync();
    for tablet in &tablets[1..] {
        let pairing = tablets[0].client.pairing_code().await.unwrap();
        tablet.client.join(&server.url(), &pairing.code, None).await.unwrap();
        tablet.sync();
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

    // The goods and the customers of the file, and what comes of the goods.
    let invoices = sheet::csv::read(&std::fs::read_to_string(&file).unwrap());
    let plain = plain_computation(&file);
    let mut delivery = vec![vec!["Code".to_owned(), "Stock".to_owned()]];
    let lines_of = |code: &String| invoices.iter().filter(|row| row[1] == *code).count() as i64;
    delivery.extend(plain.stock.keys().map(|code| vec![code.clone(), (DOZEN * lines_of(code)).to_string()]));
    let created = async |tablet: &Tablet| {
        let created =
            [tablet.import_products(&invoices).await.created, tablet.import_customers(&invoices).await.created];
        (created, tablet.import_products(&delivery).await.updated)
    };
    assert_eq!(created(&tablets[0]).await, ([plain.stock.len(), plain.debts.len()], plain.stock.len()));
    all_join().await;
    assert_eq!(created(&tablets[1]).await, ([0, 0], 0), "imported again on another tablet, nothing doubles");
    assert_eq!(tablets[1].client.replica().pending(), 0, "nor changes");

    let (goods, people) = (tablets[1].ids(StreamKind::Product, "code"), tablets[1].ids(StreamKind::Customer, "name"));

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
        let is_promised = invoice.deal == Deal::Promised;
        if let Some(order) = tablet.take(invoice, (&goods, &people), &mut refused).await {
            made += 1;
            if is_promised {
                unpaid.push(order);
            }
        }
        tokio::task::yield_now().await;
    }
    all_join().await;

    // What is not paid yet is paid on any tablet, without a network; when all know of it, debts are paid back in part.
    tablets.iter().for_each(Tablet::cut);
    for order in unpaid {
        let tablet = &tablets[chance.below(3)];
        let owed = tablet.client.replica().summary(order, 0).expect("every tablet knows every order").balance;
        if owed > 0 {
            let payment = NewPayment { method: Method::Cash, given: owed + 5_00, deposit: false };
            tablet.client.act(Some(order), &Command::RecordPayment(payment), DAY).await.unwrap();
        }
    }
    all_join().await;
    tablets.iter().for_each(Tablet::cut);
    for customer in people.into_values() {
        tablets[chance.below(3)].pay_half(customer).await;
    }
    all_join().await;

    let (orders, refused_lines, pence) = (plain.orders.len(), plain.refused, plain.pence);
    assert_eq!((orders, refused_lines, pence), (233, 100, 10_891_437), "what README.md says");
    assert_eq!((plain.stock.len(), plain.debts.len(), plain.takings), (1_691, 196, 9_305_985), "what README.md says");
    let is_short = |(on_hand, promised): &&(i64, i64)| *promised > 0 && on_hand < promised;
    let short = plain.stock.values().filter(is_short).count();
    assert!(short > 0, "or nothing is known of it");
    assert_eq!(made, orders);
    // Most of what has no description has no quantity either; the form names that first.
    let reasons = [("a cancellation", 67), ("no description", 32), ("quantity not above zero", 1)];
    assert_eq!(refused, BTreeMap::from(reasons));
    let log = tablets[0].server_log().await;
    let log_lines: usize = log.values().map(|order| order.active_lines().count()).sum();
    assert_eq!((log.len(), log_lines), (orders, 6_069 - refused_lines));
    assert_eq!(log.values().map(Order::total).sum::<i64>(), pence);
    assert_eq!(log.values().map(Order::paid).sum::<i64>(), plain.takings);
    let numbers: HashMap<_, _> = log.values().map(|order| (order.number.clone(), order.id)).collect();
    assert_eq!(numbers.len(), orders, "every order has a number of its own");
    for tablet in &tablets {
        assert_eq!(tablet.figures(), (orders, pence, plain.takings));
        assert_eq!(tablet.stock(), plain.stock);
        assert_eq!(tablet.debts(), plain.debts);
        let replica = tablet.client.replica();
        assert_eq!(replica.oversold().len(), short);
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
