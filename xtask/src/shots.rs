//! `cargo xtask shots`: pictures of every page, to be looked at.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{run as run_command, say};
use crate::workspace::{bench_dist, dist, root, target_dir};
use crate::{app, browser, server, tools};

/// Where to.
#[derive(clap::Args)]
pub struct Options {
    /// Folder for the pictures; without it, `target/shots`
    #[arg(long)]
    into: Option<PathBuf>,
    /// Only sights whose name holds this
    filter: Option<String>,
}

/// Goes everywhere at both tablet sizes, in both languages, in light and in daylight.
pub fn run(options: &Options) -> Result<()> {
    let browser = browser::ready()?;
    app::build(&tools::Tools::ready()?)?;
    let server = server::build()?;
    let into = options.into.clone().unwrap_or_else(|| target_dir().join("shots"));
    std::fs::create_dir_all(&into).with_context(|| format!("making {}", into.display()))?;
    let into = into.canonicalize()?;
    say(format!("pictures go to {}", into.display()));
    let mut command = browser::node_command(&browser, &server, &dist(), &bench_dist());
    command.arg("--test").arg(root().join("tests/browser/shots.mjs"));
    command.env("STALLBOOK_SHOTS", into).env("STALLBOOK_SHOTS_OF", options.filter.as_deref().unwrap_or(""));
    run_command(&mut command)
}
