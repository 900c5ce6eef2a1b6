//! The commands of the house: `cargo xtask run | test | check | bench | shots | data | soak | planted | sbom`. Each gets
//! the tools it is missing, says what it is waiting for, and does nothing twice that it did before.

mod app;
mod bench;
mod browser;
mod check;
mod data;
mod fuzz;
mod planted;
mod process;
mod proxies;
mod run;
mod server;
mod shots;
mod soak;
mod supply;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What one types to work on Stallbook.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and the sync server, and serve both on http://127.0.0.1:8080
    Run(run::Options),
    /// Run every test: unit, property, conformance, simulator, server and browser
    Test(test::Options),
    /// Format, lints, docs, layering, licences and the size of a first visit
    Check(check::Options),
    /// Measure: natively, or with --browser in Chromium on real tablets' pages
    Bench(bench::Options),
    /// Pictures of every page on tablet and phone, upright and on its side, in both languages and two themes
    Shots(shots::Options),
    /// Write the tables that the app ships again: official divisions, readings of characters
    Data(data::Options),
    /// Run the simulator on new seeds for an hour, or as long as one says
    Soak(soak::Options),
    /// Make mistakes in the engine, one after the other, and see that the simulator finds each
    Planted(planted::Options),
    /// Bills of materials (CycloneDX) of the server and the app, into target/sbom
    Sbom,
    /// Only get the tools that the others need
    Setup(tools::Options),
}

fn main() -> ExitCode {
    if let Some(code) = app::as_wasm_bindgen() {
        return code;
    }
    process::report(match Cli::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Shots(options) => shots::run(&options),
        Command::Data(options) => data::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::Planted(options) => planted::run(&options),
        Command::Sbom => supply::sbom(),
        Command::Setup(options) => tools::run(&options),
    })
}
