//! Public items, and classes of style sheets, that nobody names. What is private and unused the compiler finds: so the
//! app is private but for its start and what the bench measures. What a library makes public, the compiler takes for used.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::layering::code_lines;
use crate::app::packed;
use crate::workspace::{files_below, root};

/// Whose public items somebody has to use. The tests at the end of a file are no use.
const ROOMS: &[&str] = &["app/src", "domain/src", "protocol/src", "replica/src", "sync-server/src"];
/// Who else may use them.
const USERS: &[&str] = &[
    "domain/tests",
    "fuzz/fuzz_targets",
    "protocol/tests",
    "replica/tests",
    "sync-server/tests",
    "tests",
    "xtask/src",
];
/// What the bench's page calls, and what is compiled for tests only.
const EXCEPT: &[&str] = &["app/src/bin/bench.rs", "sync-server/src/store/conformance.rs"];
/// Where classes are declared, and who names them.
const STYLES: &str = "app/style";
const PAGES: &[&str] = &["app/src", "app/index.html", "public"];

const KEYWORDS: &[&str] = &["const", "enum", "fn", "mod", "static", "struct", "trait", "type"];
const MODIFIERS: &[&str] = &["async", "unsafe"];

/// Names everything that nobody uses.
pub fn check() -> Result<()> {
    let mut unused = items()?;
    unused.extend(classes()?);
    if !unused.is_empty() {
        bail!("nobody uses:\n  {}", unused.join("\n  "));
    }
    Ok(())
}

fn items() -> Result<Vec<String>> {
    let (mut declared, mut used) = (Vec::new(), HashSet::new());
    for folder in ROOMS.iter().chain(USERS) {
        for (path, source) in sources(folder, &["rs"])? {
            let owes = ROOMS.contains(folder) && !EXCEPT.iter().any(|except| path == Path::new(except));
            for (number, line) in code_lines(&source) {
                let (item, names) = names_in(line);
                used.extend(names.into_iter().map(str::to_owned));
                if let Some(item) = item.filter(|_| owes && line.trim_start().starts_with("pub")) {
                    declared.push((item.to_owned(), format!("{}:{number}: {item}", path.display())));
                }
            }
        }
    }
    Ok(declared.into_iter().filter(|(item, _)| !used.contains(item)).map(|(_, place)| place).collect())
}

/// What a line declares, and all else that it names.
fn names_in(line: &str) -> (Option<&str>, Vec<&str>) {
    let mut words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    // `pub const unsafe fn name`: the last of the keywords says it.
    let is_name = |word: &&str| !KEYWORDS.contains(word) && !MODIFIERS.contains(word);
    let declares = |pair: &[&str]| matches!(pair, [keyword, name] if KEYWORDS.contains(keyword) && is_name(name));
    let item = words.windows(2).position(declares).map(|at| words.remove(at + 1));
    (item, words)
}

fn classes() -> Result<Vec<String>> {
    let mut named = HashSet::new();
    for folder in PAGES {
        for (_, source) in sources(folder, &["rs", "html", "js"])? {
            let words = code_lines(&source).flat_map(|(_, line)| line.split(is_no_part_of_class));
            named.extend(words.map(str::to_owned));
        }
    }
    let mut unused = Vec::new();
    for (path, source) in sources(STYLES, &["css"])? {
        for class in classes_of(&packed(&source)).filter(|class| !named.contains(*class)) {
            unused.push(format!("{}: .{class}", path.display()));
        }
    }
    Ok(unused)
}

/// The classes that selectors name, of a sheet without comments; a number's decimals begin with a digit.
fn classes_of(source: &str) -> impl Iterator<Item = &str> {
    let dotted = source.split('.').skip(1).filter_map(|rest| rest.split(is_no_part_of_class).next());
    dotted.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn is_no_part_of_class(c: char) -> bool {
    !c.is_ascii_alphanumeric() && c != '-' && c != '_'
}

/// The files below `place`, or that one file, with what they hold.
fn sources(place: &str, extensions: &[&str]) -> Result<Vec<(PathBuf, String)>> {
    let files = if root().join(place).is_file() { vec![PathBuf::new()] } else { files_below(&root().join(place))? };
    let paths = files
        .into_iter()
        .map(|file| if file.as_os_str().is_empty() { PathBuf::from(place) } else { Path::new(place).join(file) });
    let chosen = paths.filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|one| found == *one)));
    chosen.map(|path| Ok((path.clone(), fs::read_to_string(root().join(path))?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_no_use() {
        let (item, names) = names_in("    pub const fn allows(&self, order: &Order) -> bool {");
        assert_eq!(item, Some("allows"));
        assert!(!names.contains(&"allows"));
        let (item, names) = names_in("if order.allows(command) {");
        assert_eq!(item, None);
        assert!(names.contains(&"allows"));
    }

    #[test]
    fn classes_are_what_follows_a_dot() {
        let found: Vec<_> = classes_of(".a-b:not(.c) > p.d { margin: 0.5rem .5em }").collect();
        assert_eq!(found, ["a-b", "c", "d"]);
    }

    #[test]
    fn the_house_as_it_stands_uses_what_it_has() {
        check().unwrap();
    }
}
