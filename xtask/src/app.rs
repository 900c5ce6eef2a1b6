//! Building the app as people get it: its page and program, the service worker's list of files, and the pre-compressed
//! copies. Only finished builds ever lie in `dist`.

mod bindings;
mod compress;
mod page;
mod split;
mod styles;
mod worker;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::page::Build;
use crate::process::say;
use crate::workspace::{app_fingerprint, bench_dist, dist, target_dir};

pub use bindings::{as_wasm_bindgen, stand_in};
pub use compress::{brotli, brotli_size};
pub use split::is_later;
pub use styles::packed;
pub use worker::precached;

/// The app's page.
const PAGE: &str = "index.html";
/// The page that measures.
const BENCH_PAGE: &str = "bench.html";

/// Builds the app into `dist`, unless what it is built from is what it was.
pub fn build() -> Result<()> {
    let stamp = Stamp::new("dist")?;
    if stamp.holds_for(&dist().join("index.html")) {
        return Ok(());
    }
    say("building the app in release (the first time about 4 minutes on two cores)");
    let staging = staging("dist");
    page::build(PAGE, Build::Shipped, &staging)?;
    for needed in [worker::FILE, "manifest.webmanifest"] {
        if !staging.join(needed).is_file() {
            bail!("{PAGE} leaves out {needed}: it must copy public/ with data-trunk rel=\"copy-dir\"");
        }
    }
    worker::fill_in(&staging)?;
    compress::folder(&staging, &cache("compressed"))?;
    put_in_place(&staging, &dist())?;
    stamp.set()
}

/// Builds the app in one piece, hardly optimised and without a service worker's list: to be looked at, never shipped.
/// Gives its folder.
pub fn build_quickly() -> Result<PathBuf> {
    let into = target_dir().join("quick-dist");
    page::build(PAGE, Build::Quick, &into)?;
    Ok(into)
}

/// Builds the page that measures, which is never shipped.
pub fn build_bench() -> Result<()> {
    let stamp = Stamp::new("bench-dist")?;
    if stamp.holds_for(&bench_dist().join("index.html")) {
        return Ok(());
    }
    say("building the bench page in release");
    let staging = staging("bench-dist");
    page::build(BENCH_PAGE, Build::Whole, &staging)?;
    // The server gives a page that it does not know the app's; people and tests ask for /bench.html.
    fs::copy(staging.join("index.html"), staging.join("bench.html"))?;
    put_in_place(&staging, &bench_dist())?;
    stamp.set()
}

/// A server that is running on the old build sees the old or the new one, hardly anything between.
fn put_in_place(staging: &Path, place: &Path) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("removing {}", place.display()))?;
    }
    fs::rename(staging, place).with_context(|| format!("moving the build to {}", place.display()))
}

fn cache(name: &str) -> PathBuf {
    target_dir().join("stallbook").join(name)
}

fn staging(name: &str) -> PathBuf {
    cache("staging").join(name)
}

/// Remembers what a build was made from.
struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    fn new(name: &str) -> Result<Self> {
        Ok(Self { file: cache(&format!("{name}.stamp")), fingerprint: app_fingerprint()? })
    }

    fn holds_for(&self, result: &Path) -> bool {
        result.is_file() && fs::read_to_string(&self.file).is_ok_and(|stamp| stamp == self.fingerprint)
    }

    fn set(&self) -> Result<()> {
        Ok(fs::write(&self.file, &self.fingerprint)?)
    }
}
