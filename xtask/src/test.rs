//! `cargo xtask test`: every test, natively and in real browsers.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::process::{cargo, output, run as run_command, say};
use crate::workspace::{bench_dist, dist, root};
use crate::{app, browser, fuzz, proxies, server};

/// Which tests.
#[derive(clap::Args)]
pub struct Options {
    /// Only those that need no browser
    #[arg(long, conflicts_with = "browser")]
    native: bool,
    /// Only those in browsers
    #[arg(long)]
    browser: bool,
    /// Only tests whose name holds this; in the browser also files whose name does
    filter: Option<String>,
}

/// Runs them all, even when some fail, and fails in the end if any did.
pub fn run(options: &Options) -> Result<()> {
    let in_browser = !options.native;
    if in_browser {
        // Said at once, not after minutes of building.
        browser::node()?;
    }
    let mut failed = Vec::new();
    if !options.browser {
        if let Some(word) = options.filter.as_deref().filter(|word| options.native && *word != "fuzz") {
            expect_native(word)?;
        }
        let outcome = native(options.filter.as_deref());
        note(&mut failed, "native tests", outcome);
        if options.filter.as_ref().is_none_or(|filter| filter == "fuzz") {
            note(&mut failed, "fuzzers", fuzz::run());
        }
    }
    if in_browser {
        let outcome = browser_tests(options.filter.as_deref());
        note(&mut failed, "browser tests", outcome);
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    say("all tests passed");
    Ok(())
}

fn note(failed: &mut Vec<&'static str>, name: &'static str, outcome: Result<()>) {
    if let Err(error) = outcome {
        say(format!("{name}: {error:#}"));
        failed.push(name);
    }
}

/// Fails where no test's name holds this: nothing would run, and pass.
fn expect_native(word: &str) -> Result<()> {
    let args = ["test", "--workspace", "--quiet", word, "--", "--include-ignored", "--list"];
    // What does not compile is told by the run itself.
    let listed = output(cargo().args(args));
    if let Some(listed) = listed
        && !listed.lines().any(|line| line.ends_with(": test"))
    {
        bail!("no native test's name holds “{word}”");
    }
    Ok(())
}

fn native(filter: Option<&str>) -> Result<()> {
    say("native tests");
    let native = run_command(cargo().args(["test", "--workspace", "--no-fail-fast"]).args(filter));
    native.and(in_front(filter))
}

/// The server behind the proxies that its operator may choose from.
fn in_front(filter: Option<&str>) -> Result<()> {
    let name = "proxies";
    if filter.is_some_and(|text| !text.contains(name)) {
        return Ok(());
    }
    let Some(folder) = proxies::ready()? else { return Ok(()) };
    say("the server behind proxies");
    let args = ["test", "-p", "sync-server", "--test", "http", "--", "--ignored", filter.unwrap_or(name)];
    run_command(cargo().args(args).env("STALLBOOK_PROXIES", folder))
}

fn browser_tests(filter: Option<&str>) -> Result<()> {
    let browser = browser::ready()?;
    let engines = browser::engines()?;
    app::build()?;
    app::build_bench()?;
    let server = server::build()?;
    let all = test_files()?;
    let named: Vec<PathBuf> = filter
        .map(|text| all.iter().filter(|file| name_of(file).contains(text)).cloned().collect())
        .unwrap_or_default();
    say("browser tests");
    let mut command = browser::node_command(&browser, &server, &dist(), &bench_dist());
    command.envs(engines).arg("--test");
    match filter {
        Some(text) if named.is_empty() => {
            command.arg(format!("--test-name-pattern={text}")).args(&all);
        }
        Some(_) => {
            command.args(&named);
        }
        None => {
            command.args(&all);
        }
    }
    run_command(&mut command)
}

/// Node 20 knows no patterns of file names, so they are listed here.
fn test_files() -> Result<Vec<PathBuf>> {
    let folder = root().join("tests/browser");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if name_of(&path).ends_with(".test.mjs") {
            files.push(path);
        }
    }
    if files.is_empty() {
        bail!("no test in tests/browser");
    }
    files.sort();
    Ok(files)
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}
