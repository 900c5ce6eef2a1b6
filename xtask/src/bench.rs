//! `cargo xtask bench`: figures of the engine natively, or of the whole product in Chromium.

use std::ffi::OsString;

use anyhow::Result;

use crate::process::{cargo, run as run_command, say};
use crate::workspace::{bench_dist, dist};
use crate::{app, browser, server};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Two tablets and a cold third in Chromium against the real server, beside bare IndexedDB
    #[arg(long)]
    browser: bool,
    /// What people feel in the app itself, on tablets with so many orders
    #[arg(long, conflicts_with = "browser")]
    app: bool,
    /// Leave page and server up afterwards, with their addresses printed
    #[arg(long, requires = "browser")]
    keep: bool,
    /// Numbers of orders, instead of the usual ones
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// Builds as shipped, then measures.
pub fn run(options: &Options) -> Result<()> {
    if !options.browser && !options.app {
        say("building the native benchmark as shipped");
        return run_command(
            cargo()
                .args(["bench", "--quiet", "--profile", "server", "-p", "system-tests", "--bench", "figures", "--"])
                .args(&options.rest),
        );
    }
    let browser = browser::ready()?;
    app::build()?;
    if options.browser {
        app::build_bench()?;
    }
    let server = server::build()?;
    let mut command = browser::node_command(&browser, &server, &dist(), &bench_dist());
    command.arg(if options.app { "tests/browser/bench/app.mjs" } else { "tests/browser/bench/engine.mjs" });
    if options.keep {
        command.arg("--keep");
    }
    run_command(command.args(&options.rest))
}
