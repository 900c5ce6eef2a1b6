//! wasm-bindgen, as a library: its version and all it needs stand in Cargo.lock, so there is no program to be installed
//! (docs/decisions/0022). `trunk serve` looks for a program of that name and finds this very one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use wasm_bindgen_cli_support::Bindgen;

use crate::process::report;
use crate::tools::locked_version;

/// The name that Trunk calls.
const NAME: &str = "wasm-bindgen";

/// What is to be bound, as Trunk says it.
#[derive(Parser)]
#[command(name = NAME)]
pub struct Call {
    /// The program
    pub program: PathBuf,
    /// Where it and its bindings go
    #[arg(long)]
    pub out_dir: PathBuf,
    /// What they are named
    #[arg(long)]
    pub out_name: String,
    /// For browsers
    #[arg(long, value_parser = ["web"])]
    target: String,
    /// As ever
    #[arg(long)]
    no_typescript: bool,
}

impl Call {
    /// To bind this program, into that folder, under that name.
    pub fn new(program: PathBuf, out_dir: &Path, out_name: &str) -> Self {
        let (out_dir, out_name) = (out_dir.to_path_buf(), out_name.to_owned());
        Self { program, out_dir, out_name, target: "web".to_owned(), no_typescript: true }
    }
}

/// Puts this program into a folder under wasm-bindgen's name, for Trunk.
pub fn stand_in(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let program = folder.join(format!("{NAME}{}", std::env::consts::EXE_SUFFIX));
    // Another build may be running the one that is there.
    let new = folder.join("new");
    fs::copy(std::env::current_exe()?, &new)
        .and_then(|_| fs::rename(&new, &program))
        .with_context(|| format!("writing {}", program.display()))
}

/// What this program does where Trunk takes it for wasm-bindgen; `None` where it was called by its own name.
pub fn as_wasm_bindgen() -> Option<ExitCode> {
    let name = std::env::args_os().next().map(PathBuf::from)?;
    (name.file_stem()? == NAME).then(|| report(called()))
}

fn called() -> Result<()> {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--version") {
        println!("{NAME} {}", locked_version(NAME)?);
        return Ok(());
    }
    let call = Call::parse();
    bind(&call, &call.program, false)
}

/// Writes a program and its bindings; as people get it without the names that only a debugger wants.
pub fn bind(call: &Call, program: &Path, shipped: bool) -> Result<()> {
    Bindgen::new()
        .input_path(program)
        .out_name(&call.out_name)
        .web(true)?
        .omit_default_module_path(false)
        .keep_lld_exports(shipped)
        .remove_name_section(shipped)
        .remove_producers_section(shipped)
        .generate(&call.out_dir)
}
