//! What an operator has done on the data folder, instead of serving: codes, devices, copies, checks.

mod backup;
pub mod restore;

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use uuid::Uuid;

use crate::handlers::pairing;
use crate::machine_time;
use crate::options::Options;
use crate::place::Place;
use crate::store::devices::{Device, DeviceStore, Revoked};
use crate::store::lifecycle::LifecycleStore;
use crate::store::pairing::{LetsIn, PairingStore};
use crate::store::sqlite::SqliteStore;

/// What to do on the data folder.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Draw a pairing code, which lets a device into the shop; also while the server runs
    Pair,
    /// List the shop's devices; also while the server runs
    Devices,
    /// Take a device's access away; also while the server runs
    Revoke {
        /// Its two-character code, or its id
        device: String,
        /// Even if no device of the shop is left that can let another one in; `pair` does then
        #[arg(long)]
        even_the_last: bool,
    },
    /// Write a copy of the database into a new file; also while the server runs
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Put a copy in the database's place and begin a new epoch; the server must be stopped. What was there is kept
    Restore {
        /// The copy
        file: PathBuf,
    },
    /// Look through the whole database: pages, sequences, digests, pictures; also while the server runs
    Check,
}

/// Does it, and says what was done.
pub async fn run(options: &Options, command: &Command) -> Result<String> {
    let place = Place::of(options)?;
    if let Command::Restore { file } = command {
        return restore::run(&place, file).await;
    }
    ensure!(!restore::is_under_way(&place), "a restore was cut off: start the server, which ends it, or restore again");
    if !place.file().is_file() {
        bail!("there is no database at {}: does --data name the server's folder?", place.file().display());
    }
    if let Command::Backup { file } = command {
        return backup::run(&place, file).await;
    }
    let store = SqliteStore::attach(place.connect.clone())
        .await
        .with_context(|| format!("the database {} can't be opened", place.file().display()))?;
    let said = act(&store, command).await;
    store.close().await;
    said
}

async fn act(store: &SqliteStore, command: &Command) -> Result<String> {
    if let Command::Check = command {
        let checked = store.check().await?;
        let faults = [checked.faults, store.strange().await?].concat();
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        return Ok(format!("all is well: {} events, {} pictures", checked.events, checked.pictures));
    }
    let Some(shop) = store.claimed().await? else {
        bail!("no shop has claimed this server yet: start it, and enter on a tablet the set-up code that it prints");
    };
    let now = machine_time();
    if let Command::Revoke { device, even_the_last } = command {
        let devices = store.devices(shop).await?;
        let named = |it: &&Device| it.code.eq_ignore_ascii_case(device) || Uuid::try_parse(device) == Ok(it.id);
        let id = devices.iter().find(named).map(|it| it.id);
        let id = id.with_context(|| format!("the shop has no device {device}; `devices` lists them"))?;
        return match store.revoke(shop, id, *even_the_last, now).await? {
            Revoked::Out => Ok(format!("device {device} has no access any more; what it sent stays")),
            Revoked::Unknown => bail!("the shop has no device {device}"),
            Revoked::Last => bail!(
                "{device} is the shop's last device, and no other could let one in: add one first (`pair` gives a \
                 code), or say --even-the-last"
            ),
        };
    }
    if let Command::Devices = command {
        return Ok(listed(&store.devices(shop).await?));
    }
    let drawn = pairing::draw(store, shop, LetsIn::Any, None, now).await?;
    Ok(format!("pairing code {}\ngood for one device, until {}", drawn.code, date(drawn.expires_ms)))
}

/// A line for each device.
fn listed(devices: &[Device]) -> String {
    let mut lines = vec![format!("{:4}  {:36}  {:>8}  {:29}  access", "code", "id", "events", "last heard of")];
    lines.extend(devices.iter().map(|device| {
        let access = device.revoked_ms.map_or_else(|| "yes".to_owned(), |at| format!("revoked {}", date(at)));
        let Device { code, id, high, last_seen_ms, .. } = device;
        format!("{code:4}  {id}  {high:>8}  {}  {access}", date(*last_seen_ms))
    }));
    lines.join("\n")
}

/// A time for people, in words that every log knows.
fn date(ms: i64) -> String {
    let since = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    // The year 9999 is the last that this form knows.
    let since = since.min(Duration::from_hours(24 * 365 * 8_000));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
