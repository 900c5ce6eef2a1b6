//! A short run of the fuzzers in `fuzz/`: the server's door, and a tablet's reader of pages. On stable Rust, without
//! sanitizers: there is no unsafe code here, and what is looked for are panics and statements that don't hold.

use anyhow::Result;

use crate::process::{cargo, path_with, run as run_command, say};
use crate::tools;
use crate::workspace::target_dir;

/// Each fuzzer, and for how many seconds it runs.
const FUZZERS: [(&str, u32); 2] = [("door", 15), ("pages", 30)];

/// Runs them from the corpus in the tree; what they find beyond it stays in `target`.
pub fn run() -> Result<()> {
    let tool = tools::cargo_fuzz()?;
    for (name, seconds) in FUZZERS {
        say(format!("fuzzer {name}: {seconds} seconds, after it is built"));
        let found = target_dir().join("fuzz").join(name);
        std::fs::create_dir_all(&found)?;
        let mut command = cargo();
        command.env("PATH", path_with(&tool)?).args(["fuzz", "run", "--sanitizer", "none", name]);
        command.arg(found).arg(format!("fuzz/corpus/{name}")).arg("--");
        command.args(["-max_len=16384", "-verbosity=0"]).arg(format!("-max_total_time={seconds}"));
        run_command(&mut command)?;
    }
    Ok(())
}
