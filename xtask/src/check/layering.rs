//! The arrows between the rooms of the house (ARCHITECTURE.md), and what the pure rooms must not know.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{cargo, output};
use crate::workspace::{files_below, root};

/// Who may depend on whom, within the workspace.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("protocol", &["domain"]),
    ("replica", &["domain", "protocol"]),
    ("app", &["domain", "protocol", "replica"]),
    ("sync-server", &["domain", "protocol"]),
    ("system-tests", &["domain", "protocol", "replica", "sync-server"]),
    ("xtask", &[]),
];

/// Rooms without I/O, clock and randomness: these are handed in.
const PURE: &[&str] = &["domain", "protocol", "replica"];

/// Libraries that would bring them in, directly or through others.
const IMPURE_LIBRARIES: &[&str] = &[
    "axum",
    "chrono",
    "fastrand",
    "getrandom",
    "gloo-storage",
    "gloo-timers",
    "hyper",
    "indexed_db_futures",
    "js-sys",
    "leptos",
    "mio",
    "rand",
    "reqwest",
    "sqlx",
    "time",
    "tokio",
    "wasm-bindgen",
    "web-sys",
    "web-time",
];

/// Standard library and uuid paths that read the world.
const IMPURE_WORDS: &[&str] = &[
    "SystemTime",
    "Instant",
    "UNIX_EPOCH",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "RandomState::new",
    "now_v7",
    "new_v4",
    "new_v7",
    "println!",
    "eprintln!",
];

/// Browser libraries, and who in the app may name them: one folder, and the page that measures it.
const BROWSER_WORDS: &[&str] = &["web_sys", "js_sys", "wasm_bindgen", "indexed_db_futures", "gloo_storage"];
const BROWSER_PLACES: &[&str] =
    &["app/src/platform", "app/src/platform.rs", "app/src/bench", "app/src/bench.rs", "app/src/bin/bench.rs"];

/// What the design system must not know.
const UI_FOLDER: &str = "app/src/ui";
const UI_FORBIDDEN: &[&str] = &["domain::", "protocol::", "replica::", "crate::features"];

/// Names every breach there is.
pub fn check() -> Result<()> {
    let mut breaches = arrows()?;
    for room in PURE {
        breaches.extend(libraries_of(room)?);
        breaches.extend(words_in(&format!("{room}/src"), IMPURE_WORDS, &[], "is pure")?);
    }
    let not_platform = "leaves the browser to platform/";
    breaches.extend(words_in("app/src", BROWSER_WORDS, BROWSER_PLACES, not_platform)?);
    breaches.extend(words_in(UI_FOLDER, UI_FORBIDDEN, &[], "knows nothing of orders")?);
    if !breaches.is_empty() {
        bail!("the rooms are not kept apart:\n  {}", breaches.join("\n  "));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    path: Option<String>,
}

fn arrows() -> Result<Vec<String>> {
    let json =
        output(cargo().args(["metadata", "--format-version", "1", "--no-deps"])).context("cargo metadata failed")?;
    let metadata: Metadata = serde_json::from_str(&json)?;
    let mut breaches = Vec::new();
    for package in metadata.packages {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            breaches.push(format!("{} is a room that the layering check does not know", package.name));
            continue;
        };
        // Arrows hold for tests and build scripts as well.
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            if !allowed.contains(&dependency.name.as_str()) {
                breaches.push(format!("{} must not depend on {}", package.name, dependency.name));
            }
        }
    }
    Ok(breaches)
}

/// The libraries a room is built with when it is built alone.
fn libraries_of(room: &str) -> Result<Vec<String>> {
    let tree =
        output(cargo().args(["tree", "--quiet", "-p", room, "-e", "normal", "--prefix", "none", "--format", "{lib}"]))
            .with_context(|| format!("cargo tree failed for {room}"))?;
    let mut found: Vec<_> = tree
        .lines()
        .filter_map(|line| IMPURE_LIBRARIES.iter().find(|library| library.replace('-', "_") == line.trim()))
        .collect();
    found.sort();
    found.dedup();
    Ok(found.into_iter().map(|library| format!("{room} is pure and must not use {library}")).collect())
}

/// Where the sources below `folder`, but for tests and the places in `except`, hold one of the words.
fn words_in(folder: &str, words: &[&str], except: &[&str], why: &str) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for file in files_below(&root().join(folder))? {
        let path = Path::new(folder).join(&file);
        let skipped = except.iter().any(|place| path.starts_with(place));
        let is_test = file.components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs")
        });
        if skipped || is_test || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = fs::read_to_string(root().join(&path))?;
        for (number, line) in code_lines(&source) {
            for word in words.iter().filter(|word| holds(line, word)) {
                breaches.push(format!("{}:{number}: {folder} {why}, but uses {word}", path.display()));
            }
        }
    }
    Ok(breaches)
}

/// Lines outside comments, up to the tests that close a file.
pub(super) fn code_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = source.split_once("\n#[cfg(test)]\nmod tests {").map_or(source, |(code, _)| code);
    code.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or(line)))
}

/// Whether the word stands there as a whole word.
fn holds(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.get(word.len()..).unwrap_or("");
        let opens = !before.ends_with(part_of_name);
        let closes = !word.ends_with(part_of_name) || !after.starts_with(part_of_name);
        opens && closes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_comments_do_not_count() {
        assert!(holds("let now = Instant::now();", "Instant"));
        assert!(!holds("fn instant_of(InstantLike: u8)", "Instant"));
        assert!(holds("use domain::Money;", "domain::"));
        assert!(!holds("use subdomain::Money;", "domain::"));
        let lines: Vec<_> = code_lines("a // Instant\n#[cfg(test)]\nmod tests { Instant }").collect();
        assert_eq!(lines, [(1, "a ")]);
    }

    #[test]
    fn the_house_as_it_stands_is_in_order() {
        check().unwrap();
    }
}
