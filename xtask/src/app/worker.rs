//! The service worker's list: which files make the app, with a hash of each. Trunk can't know the
//! names it gives until it is done, so the list is put into `sw.js` after the build.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use base64::Engine;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::workspace::{files_below, hex};

/// The service worker, at the root so that its scope is everything.
pub const FILE: &str = "sw.js";
/// The line of `public/sw.js` that this replaces.
const PLACEHOLDER: &str = "const BUILD = null;";

#[derive(Serialize)]
struct Build {
    version: String,
    files: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    /// What the browser asks for; `/` for the page itself.
    path: String,
    /// As in an `integrity` attribute.
    integrity: String,
    /// Whether the name holds a hash, so that any copy under this name is the right one.
    hashed: bool,
}

/// Writes the list into the `sw.js` of a build.
pub fn fill_in(folder: &Path) -> Result<()> {
    let worker = folder.join(FILE);
    let source = fs::read_to_string(&worker)?;
    if source.matches(PLACEHOLDER).count() != 1 {
        bail!("public/{FILE} must hold the line `{PLACEHOLDER}` once");
    }
    let mut files = Vec::new();
    for file in precached(folder)? {
        let bytes = fs::read(folder.join(&file))?;
        let path = web_path(&file);
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes));
        files.push(Entry {
            hashed: is_hashed(&path),
            path: if path == "/index.html" { "/".to_owned() } else { path },
            integrity: format!("sha256-{digest}"),
        });
    }
    // The worker's own text counts as well: two workers must never share a cache.
    let mut version = Sha256::new();
    version.update(&source);
    version.update(serde_json::to_vec(&files)?);
    let version = hex(&version.finalize()).chars().take(16).collect();
    let build = serde_json::to_string_pretty(&Build { version, files })?;
    fs::write(worker, source.replace(PLACEHOLDER, &format!("const BUILD = {build};")))?;
    Ok(())
}

/// The files of a build that make the app work offline, relative to it: all but the worker itself,
/// pictures that only the system's launcher asks for, and compressed copies.
pub fn precached(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_below(folder)?;
    files.retain(|file| {
        let path = web_path(file);
        let copy = path.ends_with(".br") || path.ends_with(".gz");
        let launcher = path.starts_with("/icons/") || path == "/apple-touch-icon.png";
        !copy && !launcher && path != format!("/{FILE}")
    });
    Ok(files)
}

fn web_path(file: &Path) -> String {
    file.iter().map(|part| format!("/{}", part.to_string_lossy())).collect()
}

/// Trunk's hashed names: `app-1a2b3c4d5e6f7a8b.js`, `app-1a2b3c4d5e6f7a8b_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches("_bg");
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunks_hashed_names_are_told_from_others() {
        for hashed in ["/app-1a2b3c4d5e6f7a8b.js", "/app-1a2b3c4d5e6f7a8b_bg.wasm", "/data/pinyin-0123456789abcdef.txt"]
        {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "/index.html",
            "/sw.js",
            "/favicon.svg",
            "/snippets/gloo-0123456789abcdef/inline0.js",
            "/apple-touch-icon.png",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn the_list_is_put_into_the_shipped_worker() {
        let folder = std::env::temp_dir().join(format!("stallbook-worker-{}", std::process::id()));
        fs::create_dir_all(folder.join("icons")).unwrap();
        let source = fs::read(crate::workspace::root().join("public/sw.js")).unwrap();
        fs::write(folder.join(FILE), source).unwrap();
        fs::write(folder.join("index.html"), "page").unwrap();
        fs::write(folder.join("app-0123456789abcdef.js"), "code").unwrap();
        fs::write(folder.join("icons/icon-512.png"), "picture").unwrap();
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("data/pinyin-0123456789abcdef.txt"), "table").unwrap();
        fill_in(&folder).unwrap();
        let filled = fs::read_to_string(folder.join(FILE)).unwrap();
        fs::remove_dir_all(folder).unwrap();
        assert!(filled.contains(r#""path": "/""#));
        assert!(filled.contains(r#""path": "/app-0123456789abcdef.js""#));
        assert!(filled.contains(r#""path": "/data/pinyin-0123456789abcdef.txt""#));
        assert!(!filled.contains(PLACEHOLDER));
        assert!(!filled.contains("icon-512"));
    }
}
