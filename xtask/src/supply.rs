//! What the product is built from: a bill of materials for who runs it, and what is known to be wrong with any of it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{cargo, path_with, run as run_command, say};
use crate::tools::{self, WASM};
use crate::workspace::{root, target_dir};

/// What is shipped: a room, and what it is built for where that is not this machine.
const SHIPPED: [(&str, Option<&str>); 2] = [("sync-server", None), ("app", Some(WASM))];
/// The workspace's rooms: the tool leaves a file in each.
const ROOMS: [&str; 7] = ["app", "domain", "protocol", "replica", "sync-server", "tests", "xtask"];

/// `cargo xtask sbom`: a CycloneDX file of the server and of the app, by Cargo.lock.
pub fn sbom() -> Result<()> {
    let tool = tools::cargo_cyclonedx()?;
    let folder = target_dir().join("sbom");
    fs::create_dir_all(&folder)?;
    let file = |room: &str| -> PathBuf { root().join(room).join("sbom-of-stallbook.json") };
    for (room, target) in SHIPPED {
        let mut command = cargo();
        command.env("PATH", path_with(&tool)?).args(["cyclonedx", "--quiet", "--format", "json"]);
        command.args(["--spec-version", "1.5", "--override-filename", "sbom-of-stallbook"]);
        command.args(target.into_iter().flat_map(|target| ["--target", target]));
        let made = run_command(&mut command);
        let into = folder.join(format!("{room}.cdx.json"));
        let moved = fs::rename(file(room), &into);
        for room in ROOMS {
            let _ = fs::remove_file(file(room));
        }
        made?;
        moved.with_context(|| format!("writing {}", into.display()))?;
        say(format!("{}", into.display()));
    }
    Ok(())
}

/// `cargo xtask check advisories`: what rustsec.org knows of the versions in Cargo.lock, and which of them were withdrawn.
pub fn advisories() -> Result<()> {
    let tool = tools::cargo_deny()?;
    run_command(cargo().env("PATH", path_with(&tool)?).args(["deny", "--locked", "check", "advisories"]))
}
