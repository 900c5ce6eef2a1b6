//! `cargo xtask check`: what can be checked without running the product.

mod budget;
mod dead;
mod layering;
mod licences;

use std::process::Command;

use anyhow::{Result, bail};

use crate::planted;
use crate::process::{cargo, run as run_command, say};
use crate::supply;
use crate::tools::{self, WASM};
use crate::workspace::target_dir;

/// Which checks; all of them but the advisories where none is named: these need a network.
#[derive(clap::Args)]
pub struct Options {
    /// Only these
    #[arg(value_enum)]
    only: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Format,
    Layering,
    Dead,
    Licences,
    Planted,
    Lints,
    Docs,
    Size,
    Advisories,
}

impl Part {
    /// Quick ones first.
    const ALL: [Self; 8] =
        [Self::Format, Self::Layering, Self::Dead, Self::Licences, Self::Planted, Self::Lints, Self::Docs, Self::Size];

    fn check(self) -> Result<()> {
        match self {
            Self::Format => {
                run_command(cargo().args(["fmt", "--all", "--check"]))?;
                run_command(cargo().args(["fmt", "--check"]).args(FUZZERS))
            }
            Self::Layering => layering::check(),
            Self::Dead => dead::check(),
            Self::Licences => licences::check(),
            Self::Planted => planted::check(),
            Self::Lints => lints(),
            Self::Docs => docs(),
            Self::Size => budget::check(),
            Self::Advisories => supply::advisories(),
        }
    }
}

/// Runs every part, even when some fail, and fails in the end if any did.
pub fn run(options: &Options) -> Result<()> {
    let parts = if options.only.is_empty() { &Part::ALL[..] } else { &options.only[..] };
    let mut failed = Vec::new();
    for part in parts {
        say(format!("check: {part:?}"));
        if let Err(error) = part.check() {
            say(format!("{part:?}: {error:#}"));
            failed.push(format!("{part:?}"));
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    say("all checks passed");
    Ok(())
}

/// The fuzzers are a workspace of their own.
const FUZZERS: [&str; 2] = ["--manifest-path", "fuzz/Cargo.toml"];

/// Native rooms, the fuzzers and the app, each as it is built, tests and benchmarks included.
fn lints() -> Result<()> {
    tools::wasm_target()?;
    let deny = ["--", "-D", "warnings"];
    run_command(native(&mut cargo(), "clippy").arg("--all-targets").args(deny))?;
    // Into the folder of the native rooms: most of what they need is there.
    let mut fuzzers = cargo();
    fuzzers.args(["clippy", "--quiet", "--locked", "--bins"]).args(FUZZERS).arg("--target-dir").arg(target_dir());
    run_command(fuzzers.args(deny))?;
    run_command(wasm(&mut cargo(), "clippy").arg("--all-targets").args(deny))?;
    run_command(wasm(&mut cargo(), "clippy").args(["--features", "split"]).args(deny))
}

fn docs() -> Result<()> {
    tools::wasm_target()?;
    let flags = ("RUSTDOCFLAGS", "-D warnings");
    run_command(native(&mut cargo(), "doc").arg("--no-deps").env(flags.0, flags.1))?;
    run_command(wasm(&mut cargo(), "doc").args(["--no-deps", "--lib"]).env(flags.0, flags.1))
}

fn native<'a>(cargo: &'a mut Command, verb: &str) -> &'a mut Command {
    cargo.args([verb, "--quiet", "--workspace", "--exclude", "app"])
}

fn wasm<'a>(cargo: &'a mut Command, verb: &str) -> &'a mut Command {
    cargo.args([verb, "--quiet", "-p", "app", "--target", WASM])
}
