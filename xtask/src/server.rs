//! Building the sync server as it is shipped.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::{cargo, run, say};
use crate::workspace::target_dir;

/// Builds the server without optimising, and gives its path.
pub fn build_quickly() -> Result<PathBuf> {
    run(cargo().args(["build", "--quiet", "-p", "sync-server"]))?;
    Ok(target_dir().join("debug").join(format!("sync-server{}", std::env::consts::EXE_SUFFIX)))
}

/// Builds the server and gives its path.
pub fn build() -> Result<PathBuf> {
    let binary = target_dir().join("server").join(format!("sync-server{}", std::env::consts::EXE_SUFFIX));
    if !binary.is_file() {
        say("building the sync server (the first time about 4 minutes on two cores)");
    }
    run(cargo().args(["build", "--quiet", "--profile", "server", "-p", "sync-server"]))?;
    Ok(binary)
}
