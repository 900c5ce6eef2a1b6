//! Building the app as people get it: Trunk's release build, then the service worker's list of
//! files and the pre-compressed copies. Only finished builds ever lie in `dist`.

mod bindings;
mod compress;
mod split;
mod styles;
mod worker;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{run, say};
use crate::tools::Tools;
use crate::workspace::{app_fingerprint, bench_dist, dist, files_below, target_dir};

pub use bindings::{as_wasm_bindgen, stand_in};
pub use compress::{brotli, brotli_size};
pub use split::is_later;
pub use styles::packed;
pub use worker::precached;

/// Where the app was found wanting, and where its page must be.
const PAGE: &str = "app/index.html";
const BENCH_PAGE: &str = "app/bench.html";

/// Builds the app into `dist`, unless what it is built from is what it was.
pub fn build(tools: &Tools) -> Result<()> {
    let stamp = Stamp::new("dist", tools)?;
    if stamp.holds_for(&dist().join("index.html")) {
        return Ok(());
    }
    say("building the app in release (the first time about 5 minutes on two cores)");
    let (staging, later) = (staging("dist"), staging("later"));
    trunk(split::trunk(tools, &later)?, PAGE, &staging)?;
    for file in files_below(&later)? {
        fs::rename(later.join(&file), staging.join(file))?;
    }
    for needed in ["index.html", worker::FILE, "manifest.webmanifest"] {
        if !staging.join(needed).is_file() {
            bail!("{PAGE} leaves out {needed}: it must copy public/ with data-trunk rel=\"copy-dir\"");
        }
    }
    styles::pack(&staging)?;
    worker::fill_in(&staging)?;
    compress::folder(&staging, &cache("compressed"))?;
    put_in_place(&staging, &dist())?;
    stamp.set()
}

/// Builds the app in one piece, hardly optimised and without a service worker's list: to be looked at, never shipped.
/// Gives its folder.
pub fn build_quickly(tools: &Tools) -> Result<PathBuf> {
    let into = target_dir().join("quick-dist");
    let mut trunk = tools.trunk()?;
    trunk.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").env("CARGO_PROFILE_DEV_DEBUG", "0");
    run(trunk.args(["build", "--quiet", "--release=false", PAGE, "--dist"]).arg(&into))?;
    Ok(into)
}

/// Builds the page that measures, which is never shipped.
pub fn build_bench(tools: &Tools) -> Result<()> {
    let stamp = Stamp::new("bench-dist", tools)?;
    if stamp.holds_for(&bench_dist().join("index.html")) {
        return Ok(());
    }
    say("building the bench page in release");
    let staging = staging("bench-dist");
    trunk(tools.trunk()?, BENCH_PAGE, &staging)?;
    // Trunk names every page index.html; people and tests ask for /bench.html.
    fs::copy(staging.join("index.html"), staging.join("bench.html"))?;
    put_in_place(&staging, &bench_dist())?;
    stamp.set()
}

fn trunk(mut trunk: Command, page: &str, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    run(trunk.args(["build", "--quiet", "--release=true", page, "--dist"]).arg(into))
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
    fn new(name: &str, tools: &Tools) -> Result<Self> {
        Ok(Self { file: cache(&format!("{name}.stamp")), fingerprint: app_fingerprint(&tools.summary())? })
    }

    fn holds_for(&self, result: &Path) -> bool {
        result.is_file() && fs::read_to_string(&self.file).is_ok_and(|stamp| stamp == self.fingerprint)
    }

    fn set(&self) -> Result<()> {
        Ok(fs::write(&self.file, &self.fingerprint)?)
    }
}
