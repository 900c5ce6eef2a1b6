//! Brotli and gzip copies beside each file, so that the server never compresses the app itself.
//! Brotli at its best takes seconds, so its results are kept by the hash of what went in.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace::{files_below, hex};

/// Formats that are compressed already.
const PACKED: [&str; 5] = ["png", "jpg", "webp", "woff2", "br"];

/// Adds `.br` and `.gz` to every file below `folder` that they make smaller.
pub fn folder(folder: &Path, cache: &Path) -> Result<()> {
    fs::create_dir_all(cache)?;
    let mut used = HashSet::new();
    for file in files_below(folder)? {
        let path = folder.join(&file);
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        if PACKED.contains(&extension) || extension == "gz" {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let key = hex(&Sha256::digest(&bytes));
        for (suffix, pack) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
            let kept = format!("{key}.{suffix}");
            let kept_at = cache.join(&kept);
            let packed = match fs::read(&kept_at) {
                Ok(packed) => packed,
                Err(_) => {
                    let packed = pack(&bytes)?;
                    fs::write(&kept_at, &packed)?;
                    packed
                }
            };
            if packed.len() < bytes.len() {
                fs::write(path.with_added_extension(suffix), packed)?;
            }
            used.insert(kept);
        }
    }
    for file in files_below(cache)? {
        if !file.to_str().is_some_and(|name| used.contains(name)) {
            fs::remove_file(cache.join(file))?;
        }
    }
    Ok(())
}

/// What a browser that takes Brotli receives for a file of a compressed folder, in bytes.
pub fn brotli_size(file: &Path) -> Result<u64> {
    let packed = file.with_added_extension("br");
    let sent = if packed.is_file() { &packed } else { file };
    Ok(fs::metadata(sent).with_context(|| format!("{} is missing", sent.display()))?.len())
}

/// Brotli at its best.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let quality =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &quality)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
