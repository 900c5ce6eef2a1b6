//! `cargo xtask planted`: a test of the simulator. Mistakes that somebody could make in the engine lie in
//! `tests/planted` as patches; each is made in a copy of the workspace, and the simulator must find it within what CI
//! runs of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{output, run as run_command, say};
use crate::soak;
use crate::workspace::{root, target_dir};

/// Which mistakes.
#[derive(clap::Args)]
pub struct Options {
    /// Only those whose name holds this
    name: Option<String>,
}

/// Makes one mistake after the other. Fails where one is not found, or can't be made any more.
pub fn run(options: &Options) -> Result<()> {
    let (tree, target) = (target_dir().join("planted/tree"), target_dir().join("planted/target"));
    let wanted = |patch: &PathBuf| options.name.as_ref().is_none_or(|name| name_of(patch).contains(name.as_str()));
    let patches: Vec<_> = patches()?.into_iter().filter(wanted).collect();
    ensure!(!patches.is_empty(), "no mistake in tests/planted has a name that holds this");
    say("the first time all that the simulator needs is built anew: some minutes");
    let mut missed = Vec::new();
    for patch in patches {
        let name = name_of(&patch);
        copy_workspace(&tree)?;
        apply(&tree, &patch, &[])?;
        say(format!("planted: {name}"));
        run_command(soak::simulator(&tree, &target, &["--no-run"]).stderr(Stdio::null()))
            .with_context(|| format!("{name} does not build"))?;
        let begun = Instant::now();
        let mut simulator = soak::simulator(&tree, &target, &[]);
        let out = simulator.env("STALLBOOK_FAILURES", "1").output().context("could not start the simulator")?;
        let told = String::from_utf8_lossy(&out.stderr);
        let seconds = begun.elapsed().as_secs_f32();
        match told.lines().find(|line| line.ends_with(FOUND)) {
            Some(line) if !out.status.success() => say(format!("{name}: found in {seconds:.1} s: {line}")),
            _ => {
                say(format!("{name}: not found in {seconds:.1} s"));
                missed.push(name.to_owned());
            }
        }
    }
    ensure!(missed.is_empty(), "the simulator does not find: {}", missed.join(", "));
    Ok(())
}

/// What the simulator says when a seed fails.
const FOUND: &str = "a seed that fails";

/// Whether each can still be made: for `check`.
pub fn check() -> Result<()> {
    patches()?.iter().try_for_each(|patch| apply(root(), patch, &["--check"]))
}

fn patches() -> Result<Vec<PathBuf>> {
    let folder = root().join("tests/planted");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut patches: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    patches.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    patches.sort();
    ensure!(!patches.is_empty(), "no patch in {}", folder.display());
    Ok(patches)
}

fn name_of(patch: &Path) -> &str {
    patch.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

fn apply(tree: &Path, patch: &Path, how: &[&str]) -> Result<()> {
    let mut git = Command::new("git");
    // The copy lies within a repository that is not its own.
    git.env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap_or(tree)).current_dir(tree);
    run_command(git.arg("apply").args(how).arg(patch))
}

/// Makes `tree` what is worked on here, and touches only what differs: the rest need not be rebuilt.
fn copy_workspace(tree: &Path) -> Result<()> {
    let mut git = Command::new("git");
    let listed = output(git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard"]));
    let Some(listed) = listed else { bail!("git can't list the files of {}", root().display()) };
    for file in listed.lines() {
        let (from, to) = (root().join(file), tree.join(file));
        // What was deleted here and is not committed yet is listed still.
        let Ok(bytes) = std::fs::read(&from) else { continue };
        if std::fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        std::fs::create_dir_all(to.parent().unwrap_or(tree))?;
        std::fs::write(&to, bytes).with_context(|| format!("writing {}", to.display()))?;
    }
    Ok(())
}
