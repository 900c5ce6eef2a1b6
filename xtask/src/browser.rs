//! What the tests in real browsers need: Node, Chromium, Firefox, WebKitGTK, Chinese fonts, Playwright's core package.
//! Nothing of it is optional: what can't be had is a failure that says what to do.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{find_on_path, output, run, say};
use crate::workspace::root;

const NODE_MAJOR: u32 = 20;

/// A machine that can run the browser tests.
pub struct Browser {
    /// Node, at least 20.
    pub node: PathBuf,
    /// Chromium or Chrome.
    pub chromium: PathBuf,
}

/// Finds everything, and gets what is missing.
pub fn ready() -> Result<Browser> {
    let node = node()?;
    let chromium = chromium()?;
    chinese_fonts()?;
    playwright()?;
    Ok(Browser { node, chromium })
}

/// Programs that open the browsers which only some tests need, beside the variable that tells Node of each, what else it
/// may be called, and the package of Debian that has it.
const ENGINES: [(&str, &[&str], &str); 3] = [
    ("FIREFOX", &["firefox-esr", "firefox"], "firefox-esr"),
    ("WEBKIT_DRIVER", &["WebKitWebDriver"], "webkit2gtk-driver"),
    ("XVFB", &["Xvfb"], "xvfb"),
];

/// Firefox and WebKitGTK, found or installed: variables for Node, and where they are.
pub fn engines() -> Result<Vec<(&'static str, PathBuf)>> {
    let ready = |(variable, names, package)| Ok((variable, program(variable, || find_on_path(names), package)?));
    ENGINES.into_iter().map(ready).collect()
}

/// The program that the variable names, or that is found, or found once its package is installed.
fn program(variable: &str, find: impl Fn() -> Option<PathBuf>, package: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!("{variable} names {}, where there is no program", path.display());
        }
        return Ok(path);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    let missing = format!("{package} is missing: install it, or set {variable} to the path of its program");
    apt_install(&[package]).context(missing.clone())?;
    find().context(missing)
}

/// Node, or a plain word that it is missing.
pub fn node() -> Result<PathBuf> {
    let wanted = "the browser tests need Node 20 or newer (https://nodejs.org)";
    let node = find_on_path(&["node"]).with_context(|| format!("Node is missing: {wanted}"))?;
    let version = output(Command::new(&node).arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        bail!("Node is too old ({version}): {wanted}");
    }
    if find_on_path(&["npm"]).is_none() {
        bail!("npm is missing: {wanted}, which brings npm along");
    }
    Ok(node)
}

fn chromium() -> Result<PathBuf> {
    let find = || {
        find_on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]).or_else(|| {
            [
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
            ]
            .into_iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
        })
    };
    program("CHROMIUM", find, "chromium")
}

/// Without them Chinese text is drawn as boxes, and pictures and widths mean nothing.
fn chinese_fonts() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let present = || output(Command::new("fc-list").arg(":lang=zh")).is_some_and(|list| !list.is_empty());
    if present() {
        return Ok(());
    }
    let missing = "Chinese fonts are missing (fc-list :lang=zh is empty): install fonts-noto-cjk";
    apt_install(&["fontconfig", "fonts-noto-cjk"]).context(missing)?;
    if !present() {
        bail!(missing);
    }
    Ok(())
}

fn apt_install(packages: &[&str]) -> Result<()> {
    say(format!("getting {} through apt-get (once; a minute or two)", packages.join(", ")));
    run(apt()?.arg("update"))?;
    run(apt()?.args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// apt-get as one who may change the machine.
pub fn apt() -> Result<Command> {
    let apt = find_on_path(&["apt-get"]).context("there is no apt-get to install it with")?;
    let is_root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    let mut command = if is_root {
        Command::new(&apt)
    } else {
        // -n: never ask for a password in the middle of a test run.
        output(Command::new("sudo").args(["-n", "true"]))
            .context("neither root nor able to use sudo without a password")?;
        let mut command = Command::new("sudo");
        command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive"]).arg(&apt);
        command
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    Ok(command)
}

/// `npm ci` in tests/browser, where its lock file changed since the last time.
fn playwright() -> Result<()> {
    let folder = root().join("tests/browser");
    let lock = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("getting Playwright's core package and axe through npm (once; seconds)");
    let npm = find_on_path(&["npm"]).unwrap_or_else(|| PathBuf::from("npm"));
    run(Command::new(npm)
        .current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    std::fs::write(stamp, lock)?;
    Ok(())
}

/// Node with the variables that the browser tests and the benchmark read.
pub fn node_command(browser: &Browser, server: &Path, app: &Path, bench_app: &Path) -> Command {
    let mut command = Command::new(&browser.node);
    command
        .current_dir(root())
        .env("STALLBOOK_SERVER", server)
        .env("STALLBOOK_APP", app)
        .env("STALLBOOK_BENCH_APP", bench_app)
        .env("CHROMIUM", &browser.chromium);
    command
}
