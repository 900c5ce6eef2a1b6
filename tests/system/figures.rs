//! What the engine takes natively, without a browser's disk: `cargo xtask bench [orders...]`. Orders are taken one commit
//! each, the tablet starts again from its disk, is searched, sends all to the real server, and another joins cold.

#![expect(clippy::float_arithmetic, reason = "times, not money")]

#[expect(dead_code, reason = "only the tests roll dice")]
mod chance;
#[expect(dead_code, reason = "only the tests pull the plug")]
mod net;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::contact::Buyer;
use domain::order::{Command, Content, Line};
use domain::weight::WeightUnit;
use domain::{Currency, Day};
use futures::future::abortable;
use net::{Machine, Network};
use replica::Filter;
use replica::client::Client;
use replica::memory::{MemoryDisk, MemoryStorage};
use sync_server::Options;
use tokio::sync::Notify;
use tokio::task::LocalSet;

const DAY: Day = Day { year: 2026, month: 11, day: 23 };
const SEARCHES: [&str; 10] =
    ["customer 123", "lunch bag", "13800", "market street 1", "zzz", "c", "cu", "cus", "cust", "bench 77"];

type Tablet = Client<MemoryStorage, Network, Machine>;

/// An order of about 635 bytes of JSON with four lines, as in the browser's benchmark.
fn order(index: u32) -> Command {
    let goods = ["White hanging heart t-light holder", "Lunch bag black skull", "Party bunting", "Jumbo bag red"];
    let line = |(id, item): (u32, &str)| Line {
        id,
        item: item.to_owned(),
        spec: "85123A".to_owned(),
        quantity: i64::from(index % 5 + id),
        price: 255,
        ..Line::default()
    };
    let lines = (1..).zip(goods).map(line).collect();
    let content = Content { lines, note: format!("bench {index}"), ..Content::default() };
    let buyer = Buyer {
        name: format!("Customer {:05}", 12_346 + index % 4_372),
        phone: format!("138{:08}", u64::from(index) * 7_919 % 100_000_000),
        address: format!("{} Market Street, Leeds", index % 300 + 1),
    };
    Command::Confirm { new: Some((content, buyer)), copied_from: None, payments: Vec::new(), handed_over: false }
}

fn percentile(times: &mut [Duration], percent: usize) -> String {
    times.sort_unstable();
    ms(times.get(times.len() * percent / 100).copied().unwrap_or_default())
}

fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.3}") } else { format!("{ms:.0}") }
}

/// Keeps a tablet in step with the server until so many orders are there and everything is sent.
async fn settle(tablet: &Tablet, orders: usize) {
    let changed = Rc::new(Notify::new());
    let bell = Rc::clone(&changed);
    tablet.on_change(move |_| bell.notify_one());
    let syncing = tablet.clone();
    let (run, handle) = abortable(async move { syncing.run().await });
    tokio::task::spawn_local(run);
    while tablet.replica().counts(0).all() < orders || !tablet.is_settled() || tablet.replica().pending() > 0 {
        changed.notified().await;
    }
    handle.abort();
}

async fn measure(orders: u32) -> Result<(), Box<dyn std::error::Error>> {
    let disk = MemoryDisk::new();
    let tablet = Client::open(disk.open(), Network::new(), Machine::seeded(1)).await?;
    tablet.start_shop("Bench", Currency::Gbp, WeightUnit::default(), "Europe/London", None).await?;
    let mut commits = Vec::new();
    for index in 0..orders {
        let command = order(index);
        let began = Instant::now();
        tablet.act(None, &command, DAY).await?;
        commits.push(began.elapsed());
        tablet.maintain().await;
    }
    drop(tablet);

    let began = Instant::now();
    let tablet = Client::open(disk.open(), Network::new(), Machine::seeded(2)).await?;
    let now_ms = tablet.now_ms();
    let rows = tablet.replica().page(&Filter::default(), 0, 50, now_ms).rows.len();
    let start = began.elapsed();
    assert_eq!(rows, 50.min(orders as usize));
    let mut searches = Vec::new();
    for search in SEARCHES {
        let filter = Filter { search: search.to_owned(), ..Filter::default() };
        let began = Instant::now();
        let replica = tablet.replica();
        // What the list asks at every key stroke.
        let day = |ms: i64| ms.div_euclid(86_400_000) * 86_400_000..ms.div_euclid(86_400_000) * 86_400_000 + 86_400_000;
        std::hint::black_box((replica.counts_of(&filter, now_ms), replica.days(&filter, day, now_ms)));
        std::hint::black_box(replica.page(&filter, 0, 50, now_ms));
        searches.push(began.elapsed());
    }

    let folder = tempfile::tempdir()?;
    let server = sync_server::start(Options::on_free_port(folder.path())).await?;
    tablet.claim(&server.url(), server.setup_code.as_deref().unwrap_or_default()).await?;
    let began = Instant::now();
    settle(&tablet, orders as usize).await;
    let push = began.elapsed();
    let cold = Client::open(MemoryDisk::new().open(), Network::new(), Machine::seeded(3)).await?;
    cold.join(&server.url(), &tablet.pairing_code().await?.code, None).await?;
    let began = Instant::now();
    settle(&cold, orders as usize).await;
    let join = began.elapsed();

    println!(
        "| {orders} | {} / {} | {} | {} | {} / {} | {} | {} |",
        percentile(&mut commits, 50),
        percentile(&mut commits, 99),
        disk.bytes() / orders.max(1) as usize,
        ms(start),
        percentile(&mut searches, 50),
        percentile(&mut searches, 95),
        ms(push),
        ms(join),
    );
    Ok(())
}

fn main() -> ExitCode {
    let mut sizes: Vec<u32> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000];
    }
    println!("times in ms; the disk is memory, the server's is SQLite\n");
    println!("| orders | commit p50 / p99 | bytes an order | start | search p50 / p95 | send all | cold join |");
    println!("|---|---|---|---|---|---|---|");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| {
        LocalSet::new().block_on(&runtime, async {
            for orders in sizes {
                measure(orders).await?;
            }
            Ok::<_, Box<dyn std::error::Error>>(())
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
