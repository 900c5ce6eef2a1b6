//! Where things lie in this checkout, and what its sources amount to.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The root of the checkout.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder cargo builds into.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The app as built for people, pre-compressed: what the server is given.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The page that measures; never part of `dist`.
pub fn bench_dist() -> PathBuf {
    target_dir().join("bench-dist")
}

/// Every file below `folder`, relative to it, in a stable order. Empty where there is no such folder.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        if !dir.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&dir).with_context(|| format!("reading {}", dir.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or(OsStr::new(""));
            if name == "node_modules" || name == "target" || name == ".git" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A hash over the names and contents of everything the app is built from, in hexadecimal.
pub fn app_fingerprint() -> Result<String> {
    let mut hash = Sha256::new();
    let rooms = ["app", "domain", "protocol", "replica", "public", "xtask/src", ".cargo"];
    let mut files = vec![PathBuf::from("Cargo.toml"), PathBuf::from("Cargo.lock")];
    for room in rooms {
        let below = files_below(&root().join(room))?;
        files.extend(below.into_iter().map(|path| Path::new(room).join(path)));
    }
    for file in files {
        let bytes = std::fs::read(root().join(&file)).with_context(|| format!("reading {}", file.display()))?;
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hex(&hash.finalize()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
