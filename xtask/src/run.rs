//! `cargo xtask run`: the whole product on this machine.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::say;
use crate::workspace::{dist, root};
use crate::{app, server};

/// How to run.
#[derive(clap::Args)]
pub struct Options {
    /// Passed on to sync-server; see `-- --help`. Its STALLBOOK_… variables work as well
    #[arg(last = true)]
    server: Vec<OsString>,
}

/// Builds what changed, then becomes the server.
pub fn run(options: &Options) -> Result<()> {
    // Who only asks what can be said waits for no app.
    if !options.server.iter().any(|word| ["-h", "--help", "-V", "--version"].iter().any(|asks| word == asks)) {
        app::build()?;
    }
    let binary = server::build()?;
    let mut command = Command::new(&binary);
    command.current_dir(root()).args(&options.server);
    let defaults = [("STALLBOOK_DATA", root().join("data")), ("STALLBOOK_APP", dist())];
    for (name, value) in defaults {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    say("starting the sync server; Ctrl-C stops it");
    become_program(&mut command).with_context(|| format!("could not start {}", binary.display()))
}

/// On Unix the server takes this process's place, so that every signal reaches it and nothing else.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}
