//! Stallbook's sync server: the arbiter of order between the tablets of a shop. It gives events their sequence, keeps
//! them, and passes them on; what they mean is the fold's business, on every device alike.
//!
//! [`start`] runs one; the binary and the tests use it.

mod connections;
mod fault;
mod handlers;
pub mod limits;
pub mod operate;
pub mod options;
mod place;
mod router;
mod services;
mod serving;
mod state;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use connections::Connections;
use handlers::health::Readiness;
use operate::restore;
pub use options::Options;
use place::Place;
use services::disk::Disk;
use services::secrets;
use services::site::Site;
use services::turns::Turns;
use state::App;
pub use state::Clock;
use store::sqlite::SqliteStore;
use store::{Store, StoreFault};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long a stop may take.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A server that listens. Dropped, it stops by itself; [`Running::stop`] waits for that.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The one-time set-up code, while no shop has claimed the server.
    pub setup_code: Option<String>,
    app: Arc<App>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Its address as a URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Takes no more work, finishes what was begun, closes sockets; ten seconds at most.
    pub async fn stop(mut self) -> Result<()> {
        self.app.stopping.cancel();
        self.app.tasks.close();
        let finish = async {
            let served = (&mut self.serving).await;
            self.app.tasks.wait().await;
            self.app.store.close().await;
            self.app.lock.release();
            served
        };
        match timeout(STOP_WITHIN, finish).await {
            Ok(served) => served.context("the server's task broke"),
            // What hangs is a client; every push that was answered is on the disk.
            Err(_) => {
                tracing::warn!("stopped without waiting longer for a client");
                Ok(())
            }
        }
    }

    /// Ends when the server does by itself, which it does only when something is wrong.
    pub async fn ended(&mut self) -> Result<()> {
        (&mut self.serving).await.context("the server's task broke")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

/// Starts a server with the machine's clock.
pub async fn start(options: Options) -> Result<Running> {
    start_with(options, Arc::new(machine_time)).await
}

/// Starts a server with a clock of the caller's.
pub async fn start_with(options: Options, clock: Clock) -> Result<Running> {
    let place = Place::of(&options)?;
    place.make_folder()?;
    let lock = place.lock()?;
    restore::finish(&place)?;
    let store = open(&place, options.patience).await?;
    if options.new_epoch {
        store.renew_epoch(secrets::id()?).await?;
    }
    let epoch = store.epoch().await?;
    let setup = secrets::setup_code()?;
    let offered = store.offer_setup(&setup.hash).await.context("the new set-up code can't be written down")?;
    let setup_code = offered.then_some(setup.text);
    if let Some(folder) = &options.app
        && !folder.join("index.html").is_file()
    {
        bail!("{} holds no built app: there is no index.html", folder.display());
    }
    let listener =
        TcpListener::bind(options.addr).await.with_context(|| format!("can't listen on {}", options.addr))?;
    let addr = listener.local_addr()?;
    let app = Arc::new(App {
        store,
        epoch,
        clock,
        channels: services::channels::ShopChannels::default(),
        attempts: services::attempts::Attempts::default(),
        metrics: services::metrics::Metrics::default(),
        unused_ms: i64::from(options.unused_days) * DAY_MS,
        site: options.app.map(Site::new),
        sockets: services::places::Places::new(usize::MAX, options.limits.sockets_per_device),
        strange_sockets: services::places::Places::new(
            options.limits.strange_sockets,
            options.limits.strange_sockets_per_address,
        ),
        budgets: services::budgets::Budgets::new(&options.limits),
        pages: Turns::new(options.limits.pages_per_device),
        waits: Turns::new(options.limits.waits_per_device),
        uploads: Turns::new(options.limits.uploads_per_device),
        pictures: Turns::new(options.limits.pictures_per_device),
        limits: options.limits,
        proxies: services::proxy::Proxies::new(options.trust_proxy),
        disk: Disk::new(place.folder(), options.reserve_mb),
        readiness: Readiness::default(),
        patience: options.patience,
        lock,
        stopping: CancellationToken::new(),
        tasks: TaskTracker::new(),
    });
    if let Some(addr) = options.metrics_addr {
        // An address of its own, which the operator keeps to themselves.
        let listener = TcpListener::bind(addr).await.with_context(|| format!("can't listen on {addr} for metrics"))?;
        tokio::spawn(serving::serve_metrics(listener, Arc::clone(&app)));
    }
    let connections = Connections::new(&options.limits, options.trust_proxy);
    let serving = tokio::spawn(serving::serve(listener, Arc::clone(&app), connections));
    Ok(Running { addr, setup_code, app, serving })
}

/// Opens the database. One that is damaged, or put together from two, is no ground to take orders on.
async fn open(place: &Place, patience: Duration) -> Result<Arc<dyn Store>> {
    place.prepare()?;
    let opening = async {
        let store = SqliteStore::open(place.connect.clone(), patience, secrets::id()?).await?;
        let checked = store.check_quickly().await?;
        ensure!(checked.faults.is_empty(), "{}", checked.faults.join("\n"));
        Ok(store)
    };
    let store = opening.await.map_err(|error: anyhow::Error| {
        let file = place.file().display();
        let words = match error.downcast_ref() {
            Some(StoreFault::Full) => format!("the database {file} finds no room: make some. Nothing is lost"),
            // Nothing is wrong with it.
            Some(StoreFault::Newer) => format!(
                "the database {file} is not for this program. Put the newer program back; or `sync-server restore FILE` \
                 with a copy from before the upgrade"
            ),
            _ => format!(
                "the database {file} can't be opened. If it is damaged, or was put beside a -wal that is not its own, put \
                 a backup in its place with `sync-server restore FILE`; what is there now is kept aside"
            ),
        };
        error.context(words)
    })?;
    Ok(Arc::new(store))
}

fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
