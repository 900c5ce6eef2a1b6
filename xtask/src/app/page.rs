//! A page with what it needs: the program, its bindings, its style sheets and files. What is named by its page has the
//! hash of its bytes in its name. A page says what it needs in Trunk's words, because `trunk serve` reads it as well.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine;
use sha2::{Digest, Sha256, Sha384};

use super::bindings::{self, Call};
use super::{cache, split, styles};
use crate::process::{cargo, run};
use crate::tools::{WASM, wasm_target};
use crate::workspace::{files_below, hex, root, target_dir};

/// How a page is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As people get it: in several files, optimised, without what only a debugger wants.
    Shipped,
    /// In one piece, optimised.
    Whole,
    /// In one piece, hardly optimised: to be looked at.
    Quick,
}

/// Builds a page of `app/` into a folder, which is emptied first.
pub fn build(page: &str, how: Build, into: &Path) -> Result<()> {
    let source = root().join("app").join(page);
    let html = fs::read_to_string(&source).with_context(|| format!("reading {}", source.display()))?;
    empty(into)?;
    let mut built = String::new();
    for line in html.lines() {
        let Some(link) = line.trim().strip_prefix("<link data-trunk ") else {
            built.push_str(line);
            built.push('\n');
            continue;
        };
        let needed = |name: &str| attribute(link, name).with_context(|| format!("{page} lacks {name} in: {line}"));
        match needed("rel")? {
            "css" => built.push_str(&style_sheet(needed("href")?, how, into)?),
            "copy-dir" => {
                copy(&source.with_file_name("").join(needed("href")?), &into.join(needed("data-target-path")?))?
            }
            "rust" => built.push_str(&program(needed("data-bin")?, how, into)?),
            other => bail!("{page} asks for “{other}”, which nobody knows how to build"),
        }
    }
    Ok(fs::write(into.join("index.html"), built)?)
}

/// The value of an attribute, in a tag as our pages write it.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    Some(after.split_once('"')?.0)
}

/// Writes a style sheet, and gives the line that asks for it.
fn style_sheet(href: &str, how: Build, into: &Path) -> Result<String> {
    let file = root().join("app").join(href);
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let text = if how == Build::Shipped { styles::packed(&text) } else { text };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{}.css", hash([text.as_bytes()]));
    let line = format!("    <link rel=\"stylesheet\" href=\"/{name}\" integrity=\"{}\">\n", integrity(text.as_bytes()));
    fs::write(into.join(name), text)?;
    Ok(line)
}

/// Builds a program, writes it and its bindings, and gives the lines that start it.
fn program(name: &str, how: Build, into: &Path) -> Result<String> {
    wasm_target()?;
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "app", "--bin", name, "--target", WASM]);
    let profile = match how {
        Build::Shipped => {
            build.args(["--release", "--features", "split"]);
            "release"
        }
        Build::Whole => {
            build.arg("--release");
            "release"
        }
        Build::Quick => {
            build.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").env("CARGO_PROFILE_DEV_DEBUG", "0");
            "debug"
        }
    };
    run(&mut build)?;

    let bound = cache("bindings").join(name);
    empty(&bound)?;
    let program = target_dir().join(WASM).join(profile).join(name).with_extension("wasm");
    let call = Call::new(program, &bound, name);
    match how {
        Build::Shipped => split::bind(&call, into)?,
        Build::Whole | Build::Quick => bindings::bind(&call, &call.program, false)?,
    }

    let script = fs::read(bound.join(format!("{name}.js")))?;
    let program = fs::read(bound.join(format!("{name}_bg.wasm")))?;
    let stem = format!("{name}-{}", hash([&script[..], &program]));
    let mut preloads = vec![preload("modulepreload", &format!("{stem}.js"), &script, "")];
    let snippets = bound.join("snippets");
    for file in files_below(&snippets)? {
        let bytes = fs::read(snippets.join(&file))?;
        preloads.push(preload("modulepreload", &format!("snippets/{}", file.display()), &bytes, ""));
    }
    copy(&snippets, &into.join("snippets"))?;
    let kind = " as=\"fetch\" type=\"application/wasm\"";
    preloads.push(preload("preload", &format!("{stem}_bg.wasm"), &program, kind));
    fs::write(into.join(format!("{stem}.js")), script)?;
    fs::write(into.join(format!("{stem}_bg.wasm")), program)?;
    // What Trunk says when the program has begun, and where it puts the bindings.
    Ok(format!(
        "    <script type=\"module\">
import init, * as bindings from '/{stem}.js';
const wasm = await init({{ module_or_path: '/{stem}_bg.wasm' }});
window.wasmBindings = bindings;
dispatchEvent(new CustomEvent(\"TrunkApplicationStarted\", {{detail: {{wasm}}}}));
</script>
{}",
        preloads.concat()
    ))
}

fn preload(rel: &str, path: &str, bytes: &[u8], kind: &str) -> String {
    let integrity = integrity(bytes);
    format!("    <link rel=\"{rel}\" href=\"/{path}\" crossorigin=\"anonymous\" integrity=\"{integrity}\"{kind}>\n")
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| hash.update(part));
    hex(&hash.finalize()).chars().take(16).collect()
}

/// As the attribute of that name has it.
fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", base64::engine::general_purpose::STANDARD.encode(Sha384::digest(bytes)))
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// Copies what lies in a folder; nothing where there is none.
fn copy(from: &Path, into: &Path) -> Result<()> {
    for file in files_below(from)? {
        let to: PathBuf = into.join(&file);
        to.parent().map(fs::create_dir_all).transpose()?;
        fs::copy(from.join(&file), &to).with_context(|| format!("writing {}", to.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_in_a_tag() {
        let tag = r#"<link data-trunk rel="rust" href="Cargo.toml" data-bin="app">"#;
        assert_eq!(attribute(tag, "rel"), Some("rust"));
        assert_eq!(attribute(tag, "data-bin"), Some("app"));
        assert_eq!(attribute(tag, "data-target-path"), None);
    }
}
