//! `cargo xtask soak`: the simulator for a night, on seeds that nobody has run.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::process::{cargo, run as run_command, say};
use crate::workspace::{root, target_dir};

/// For how long, and from where.
#[derive(clap::Args)]
pub struct Options {
    /// For so long; an hour where nothing is said
    #[arg(long, conflicts_with = "runs")]
    minutes: Option<u64>,
    /// So many runs
    #[arg(long)]
    runs: Option<u64>,
    /// The first seed; another each time where none is named
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs seed after seed. One that fails is told with the fewest steps that fail, and the command that runs it again.
pub fn run(options: &Options) -> Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let first = options.seed.unwrap_or(now * 1_000);
    let (name, much) = match options.runs {
        Some(runs) => ("STALLBOOK_RUNS", runs),
        None => ("STALLBOOK_MINUTES", options.minutes.unwrap_or(60)),
    };
    say(format!("the simulator from seed {first} on ({name}={much})"));
    let mut command = simulator(root(), &target_dir(), &[]);
    run_command(command.env("STALLBOOK_FIRST", first.to_string()).env(name, much.to_string()))
}

/// The simulator of a workspace, built as fast as it gets, with every assertion. Each workspace has a target folder of
/// its own: cargo takes the same file of two for one.
pub fn simulator(workspace: &Path, target: &Path, args: &[&str]) -> Command {
    let test = "simulator::after_all_that_can_go_wrong_everything_is_everywhere";
    let mut command = cargo();
    command.current_dir(workspace).env("CARGO_TARGET_DIR", target);
    command.args(["test", "--quiet", "--profile", "soak", "--package", "system-tests", "--lib"]).args(args);
    command.args([test, "--", "--exact", "--nocapture"]);
    command
}
