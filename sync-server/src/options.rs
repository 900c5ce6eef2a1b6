//! What the server can be told, as arguments or as environment variables.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::BoolishValueParser;

use crate::limits::Limits;
use crate::operate::Command;

/// How long a call waits for its turn, as a rule.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Stallbook's sync server: brings the tablets of a shop together, and serves the app
///
/// Without a command it serves. The commands work on the data folder, most of them also while the server runs.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "sync-server", version)]
pub struct Cli {
    /// How to serve, and where the data lie
    #[command(flatten)]
    pub options: Options,
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the server serves.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Address and port to listen on; port 0 takes a free one. TLS is the business of a proxy in front
    #[arg(long, env = "STALLBOOK_ADDR", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub addr: SocketAddr,
    /// Folder that holds the database; made when it is missing
    #[arg(long, global = true, env = "STALLBOOK_DATA", default_value = "./data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Database, as sqlite:FILE [default: sqlite:stallbook.db in the data folder]
    #[arg(long, global = true, env = "STALLBOOK_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder of the built app, with pre-compressed .br and .gz files beside the plain ones; without it only the
    /// API is served
    #[arg(long, env = "STALLBOOK_APP", value_name = "FOLDER")]
    pub app: Option<PathBuf>,
    /// What to log, to standard error: error, warn, info, debug, or finer, such as sync_server=debug
    #[arg(long, env = "STALLBOOK_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// How to log
    #[arg(long, env = "STALLBOOK_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Take the client's address from the last entry of X-Forwarded-For; only behind a proxy that sets it
    #[arg(long, env = "STALLBOOK_TRUST_PROXY", value_parser = BoolishValueParser::new())]
    pub trust_proxy: bool,
    /// Days after which a device that was not heard of has to be let in again
    #[arg(long, env = "STALLBOOK_UNUSED_DAYS", default_value_t = 400, value_name = "DAYS")]
    pub unused_days: u32,
    /// Address and port at which Prometheus finds /metrics; without it there is none. It asks nobody who they are
    #[arg(long, env = "STALLBOOK_METRICS_ADDR", value_name = "ADDRESS")]
    pub metrics_addr: Option<SocketAddr>,
    /// Megabytes of the disk that are kept for orders: while less is free, pictures have to wait
    #[arg(long, env = "STALLBOOK_RESERVE_MB", default_value_t = 200, value_name = "MEGABYTES")]
    pub reserve_mb: u32,
    /// How long a call waits for its turn before it says that the database is busy
    #[arg(skip = PATIENCE)]
    pub patience: Duration,
    /// Begin a new epoch: once, at the first start after the data folder was restored from a copy, so that every
    /// tablet offers what the copy lacks
    #[arg(long, env = "STALLBOOK_NEW_EPOCH", value_parser = BoolishValueParser::new())]
    pub new_epoch: bool,
    /// What anyone may cost
    #[arg(skip)]
    pub limits: Limits,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

impl Options {
    /// A server for tests and benchmarks: a free port of this machine, data in `folder`, no app.
    pub fn on_free_port(folder: &Path) -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: folder.to_owned(),
            database_url: None,
            app: None,
            log: "off".to_owned(),
            log_format: LogFormat::Text,
            trust_proxy: false,
            unused_days: 400,
            metrics_addr: None,
            reserve_mb: 0,
            patience: PATIENCE,
            new_epoch: false,
            limits: Limits::default(),
        }
    }
}
