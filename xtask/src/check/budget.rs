//! What the app costs to fetch: a first visit until its first page stands, and the whole, with which every page
//! works offline.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::app;
use crate::workspace::{dist, root};

/// In Brotli, until the first page stands (docs/decisions/0006).
const FIRST_VISIT: u64 = 400_000;
/// Everything, with what is read only when a sheet or a camera is used (docs/decisions/0006).
const WHOLE: u64 = 2_000_000;

/// Builds the app as shipped and weighs it.
pub fn check() -> Result<()> {
    app::build()?;
    let dist = dist();
    let mut files = app::precached(&dist)?;
    files.push(PathBuf::from("sw.js"));
    files.extend(launcher_icons(&dist)?);
    let mut sizes = Vec::new();
    for file in files {
        sizes.push((app::brotli_size(&dist.join(&file))?, file));
    }
    sizes.sort_by(|a, b| b.cmp(a));
    for (bytes, file) in &sizes {
        println!("{bytes:>9}  {}", file.display());
    }
    let whole: u64 = sizes.iter().map(|(bytes, _)| bytes).sum();
    let later: u64 = sizes.iter().filter(|(_, file)| app::is_later(file)).map(|(bytes, _)| bytes).sum();
    keep(whole - later, FIRST_VISIT, "first visit")?;
    keep(whole, WHOLE, "whole app")
}

fn keep(bytes: u64, budget: u64, what: &str) -> Result<()> {
    println!("{bytes:>9}  {what}, bytes in Brotli; the budget is {budget}");
    if bytes > budget {
        bail!("the {what} is {} bytes over its budget", bytes - budget);
    }
    Ok(())
}

/// The pictures the manifest names. A browser fetches one or two of them; all are counted.
fn launcher_icons(dist: &Path) -> Result<Vec<PathBuf>> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        icons: Vec<Icon>,
    }
    #[derive(serde::Deserialize)]
    struct Icon {
        src: String,
    }
    let manifest = std::fs::read(root().join("public/manifest.webmanifest"))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)?;
    let mut icons: Vec<_> = manifest
        .icons
        .iter()
        .map(|icon| PathBuf::from(icon.src.trim_start_matches('/')))
        .filter(|icon| icon.starts_with("icons"))
        .collect();
    icons.sort();
    icons.dedup();
    for icon in &icons {
        if !dist.join(icon).is_file() {
            bail!("the manifest names {}, which the app does not ship", icon.display());
        }
    }
    Ok(icons)
}
