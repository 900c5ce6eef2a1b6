//! The style sheets as they are shipped: without comments and indentation, a fifth less to download.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use sha2::{Digest, Sha256, Sha384};

use crate::workspace::{files_below, hex};

/// Packs every style sheet of a build, and puts its new name and hash into the page.
pub fn pack(folder: &Path) -> Result<()> {
    let page = folder.join("index.html");
    let mut html = fs::read_to_string(&page)?;
    for file in files_below(folder)? {
        let Some((name, _)) = file.to_str().and_then(|path| path.strip_suffix(".css")?.rsplit_once('-')) else {
            continue;
        };
        let text = packed(&fs::read_to_string(folder.join(&file))?);
        let hash: String = hex(&Sha256::digest(&text)).chars().take(16).collect();
        let integrity = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(&text));
        let link = format!("href=\"/{}\" integrity=\"", file.display());
        let (before, after) = html.split_once(&link).with_context(|| format!("the page does not name {link}"))?;
        let (_, after) = after.split_once('"').context("the page breaks off")?;
        html = format!("{before}href=\"/{name}-{hash}.css\" integrity=\"sha384-{integrity}\"{after}");
        fs::remove_file(folder.join(&file))?;
        fs::write(folder.join(format!("{name}-{hash}.css")), text)?;
    }
    Ok(fs::write(page, html)?)
}

/// A sheet without comments and indentation.
pub fn packed(text: &str) -> String {
    let parts = text.split("/*").enumerate();
    let without: String =
        parts.filter_map(|(nth, part)| if nth == 0 { Some(part) } else { Some(part.split_once("*/")?.1) }).collect();
    let lines = without.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_keeps_all_but_its_comments_and_indentation() {
        let sheet = "/* Head,\n two lines. */\n\n@layer ui {\n  .a { color: red; } /* why */\n}\n";
        assert_eq!(packed(sheet), "@layer ui {\n.a { color: red; }\n}");
    }
}
