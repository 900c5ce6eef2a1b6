//! The tools beside Rust itself: what the build needs is the wasm32 target alone; Trunk is for daily work on the app, and
//! there are the fuzzer's, the advisories' and the bill of materials'. The right version on PATH is taken; otherwise it is installed once, into the user's cache, with
//! the dependencies that its authors tried it with, or not at all.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, find_on_path, output, run as run_command, say};
use crate::workspace::{root, target_dir};
use crate::{app, browser};

/// The Trunk that this Rust can build; 0.22 wants a newer one.
const TRUNK: &str = "0.21.14";
/// What the app is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Which tools to get.
#[derive(clap::Args)]
pub struct Options {
    /// Also what the browser tests need: Chromium, Firefox, WebKitGTK, Chinese fonts, Playwright's core
    #[arg(long)]
    browser: bool,
    /// Also Trunk, for `trunk serve` while one works on the app
    #[arg(long)]
    trunk: bool,
}

/// `cargo xtask setup`.
pub fn run(options: &Options) -> Result<()> {
    wasm_target()?;
    say(format!("ready: Rust's {WASM} target"));
    if options.trunk {
        say(format!("ready: Trunk at {}", trunk()?.display()));
        say(format!("ready: its wasm-bindgen in {}", stand_ins().display()));
    }
    if options.browser {
        let browser = browser::ready()?;
        say(format!("ready: Chromium at {}", browser.chromium.display()));
        for (variable, path) in browser::engines()? {
            say(format!("ready: {variable} at {}", path.display()));
        }
    }
    Ok(())
}

/// Gets Trunk, and puts what stands in for wasm-bindgen where Trunk is to look for it.
fn trunk() -> Result<PathBuf> {
    app::stand_in(&stand_ins())?;
    installed(&Wanted {
        program: "trunk",
        package: "trunk",
        version: TRUNK,
        flags: &["--no-default-features"],
        minutes: 4,
    })
}

/// The folder of the `cargo-fuzz` that runs the fuzzers.
pub fn cargo_fuzz() -> Result<PathBuf> {
    of_cargo("cargo-fuzz", "0.13.2", 1)
}

/// The folder of the `cargo-deny` that looks for advisories.
pub fn cargo_deny() -> Result<PathBuf> {
    of_cargo("cargo-deny", "0.20.2", 5)
}

/// The folder of the `cargo-cyclonedx` that writes bills of materials.
pub fn cargo_cyclonedx() -> Result<PathBuf> {
    of_cargo("cargo-cyclonedx", "0.5.9", 2)
}

/// The folder of a program that adds a command to cargo.
fn of_cargo(name: &str, version: &str, minutes: u32) -> Result<PathBuf> {
    let tool = installed(&Wanted { program: name, package: name, version, flags: &[], minutes })?;
    tool.parent().map(Path::to_path_buf).with_context(|| format!("{name} lies in no folder"))
}

/// A program that `cargo install` can bring.
struct Wanted<'a> {
    program: &'a str,
    package: &'a str,
    version: &'a str,
    flags: &'a [&'a str],
    /// About how long that takes on two cores.
    minutes: u32,
}

fn installed(wanted: &Wanted) -> Result<PathBuf> {
    let root = cache()?.join("tools");
    let cached = root.join("bin").join(format!("{}{}", wanted.program, std::env::consts::EXE_SUFFIX));
    let candidates = find_on_path(&[wanted.program]).into_iter().chain([cached.clone()]);
    for candidate in candidates {
        if has_version(&candidate, wanted.version) {
            return Ok(candidate);
        }
    }
    say(format!(
        "getting {} {} into {} (once; about {} minutes on two cores)",
        wanted.package,
        wanted.version,
        root.display(),
        wanted.minutes
    ));
    let build = cache()?.join("build").join(wanted.package);
    let outcome = install(wanted, &root, &build);
    std::fs::remove_dir_all(&build).ok();
    outcome?;
    if !has_version(&cached, wanted.version) {
        bail!("{} was installed but does not say it is {}", cached.display(), wanted.version);
    }
    Ok(cached)
}

fn install(wanted: &Wanted, root: &Path, build: &Path) -> Result<()> {
    std::fs::create_dir_all(root)?;
    let mut command = cargo();
    command
        // Away from the checkout: its .cargo/config.toml is not about tools.
        .current_dir(root)
        .args(["install", wanted.package, "--version", wanted.version, "--locked", "--debug", "--force"])
        .args(wanted.flags)
        .arg("--root")
        .arg(root)
        .arg("--target-dir")
        .arg(build)
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    run_command(&mut command)
}

/// Whether it says so, asked as cargo asks it where it adds a command to cargo: some know no other way.
fn has_version(program: &Path, version: &str) -> bool {
    let verb = program.file_stem().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("cargo-"));
    output(Command::new(program).args(verb).arg("--version"))
        .is_some_and(|line| line.split_whitespace().any(|word| word == version))
}

/// Rust can build for the browser, from now on if not before.
pub fn wasm_target() -> Result<()> {
    let present = || {
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .is_some_and(|dir| Path::new(&dir).is_dir())
    };
    if present() {
        return Ok(());
    }
    say(format!("getting Rust's {WASM} target (once; seconds)"));
    run_command(Command::new("rustup").current_dir(root()).args(["target", "add", WASM]))
        .context("Rust can't build for the browser yet; add its target wasm32-unknown-unknown")?;
    if !present() {
        bail!("rustup added {WASM}, but rustc does not find it: is another rustc first on PATH?");
    }
    Ok(())
}

/// Where this checkout's stand-ins for programs lie.
fn stand_ins() -> PathBuf {
    target_dir().join("stallbook/bin")
}

/// The version of a package in Cargo.lock.
pub fn locked_version(package: &str) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let lock: Lock = toml::from_str(&std::fs::read_to_string(root().join("Cargo.lock"))?)?;
    lock.package
        .into_iter()
        .find(|locked| locked.name == package)
        .map(|locked| locked.version)
        .with_context(|| format!("{package} is not in Cargo.lock"))
}

/// Where this user's Stallbook tools live.
pub fn cache() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .context("no home folder to keep tools in; set XDG_CACHE_HOME")?;
    Ok(base.join("stallbook"))
}
