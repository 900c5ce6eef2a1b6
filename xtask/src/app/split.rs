//! The program in several files: what opens the app, and what comes later (`app/src/parts.rs`). The cut lies between
//! cargo and wasm-bindgen: what is cut here gets its bindings (`bindings.rs`), and the ends are tied together.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::bindings::{self, Call};
use crate::data;
use crate::workspace::hex;

/// Cuts a program, and writes its first part and the bindings where the call says, the later parts to `later`.
pub fn bind(call: &Call, later: &Path) -> Result<()> {
    let (into, name) = (&call.out_dir, &call.out_name);
    let whole = fs::read(&call.program)?;
    let hash: String = hex(&Sha256::digest(&whole)).chars().take(16).collect();

    let first = into.join("first.wasm");
    let link_name = format!("./snippets/split-{hash}.js");
    fs::create_dir_all(into.join("snippets"))?;
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = into;
    options.main_out_path = &first;
    options.link_name = &link_name;
    let cut = wasm_split_cli_support::transform(options).map_err(|error| anyhow::anyhow!("{error:#}"))?;

    bindings::bind(call, &first, true)?;

    // The first file hands the link what the library has it import: the first file has yet to be named, so the link
    // can't.
    let link = into.join(&link_name);
    let mut text = fs::read_to_string(&link)?;
    replace(
        &mut text,
        "import { initSync } from \"./main.js\";",
        "let initSync;\nexport function lend(main) { initSync = main; }",
    )?;
    for file in cut.split_modules {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let named = format!("{stem}-{hash}.wasm");
        replace(&mut text, &format!("\"./{stem}.wasm\""), &format!("\"../{named}\""))?;
        fs::write(later.join(named), without_names(&fs::read(file)?)?)?;
    }
    fs::write(link, text)?;
    let bindings = into.join(format!("{name}.js"));
    let mut text = fs::read_to_string(&bindings)?;
    let program = into.join(format!("{name}_bg.wasm"));
    fs::write(&program, shortly(&fs::read(&program)?, &mut text)?)?;
    fs::write(bindings, format!("import {{ lend }} from \"{link_name}\";\nlend(initSync);\n{text}"))?;
    Ok(())
}

/// Whether a file of a build is one that is fetched after the first page stands: a later part of the program, or a
/// table that it reads when it needs it.
pub fn is_later(file: &Path) -> bool {
    file.starts_with(data::FOLDER)
        || file.to_str().is_some_and(|name| name.starts_with("split_") || name.starts_with("chunk_"))
}

/// What is not there, or there twice, is another version of a library than this was written for.
fn replace(text: &mut String, from: &str, to: &str) -> Result<()> {
    if text.matches(from).count() != 1 {
        bail!("there is not one `{from}` in:\n{text}");
    }
    *text = text.replace(from, to);
    Ok(())
}

const MALFORMED: &str = "a malformed WebAssembly module";

/// A section of a WebAssembly module: its number, and what it holds.
type Section<'a> = (u8, &'a [u8]);

/// A WebAssembly module's head, and its sections.
fn sections(module: &[u8]) -> Result<(&[u8], Vec<Section<'_>>)> {
    let (head, mut rest) = module.split_at_checked(8).context(MALFORMED)?;
    let mut all = Vec::new();
    while let Some((&section, after)) = rest.split_first() {
        rest = after;
        all.push((section, take_bytes(&mut rest)?));
    }
    Ok((head, all))
}

/// A number in LEB128, from the front.
fn take_number(rest: &mut &[u8]) -> Result<usize> {
    let mut number = 0;
    for digits in 0..5 {
        let (&byte, after) = rest.split_first().context(MALFORMED)?;
        *rest = after;
        number |= usize::from(byte & 0x7f) << (7 * digits);
        if byte < 0x80 {
            return Ok(number);
        }
    }
    bail!(MALFORMED)
}

/// Bytes that have their length before them, from the front.
fn take_bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let length = take_number(rest)?;
    let (bytes, after) = rest.split_at_checked(length).context(MALFORMED)?;
    *rest = after;
    Ok(bytes)
}

fn put_number(into: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        into.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn put_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    put_number(into, bytes.len());
    into.extend_from_slice(bytes);
}

/// A WebAssembly module without its custom sections, which hold names and notes for linkers.
fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let (head, sections) = sections(module)?;
    let mut kept = head.to_vec();
    for (section, bytes) in sections.into_iter().filter(|(section, _)| *section != 0) {
        kept.push(section);
        put_bytes(&mut kept, bytes);
    }
    Ok(kept)
}

/// A program and its bindings with short names for what the one has of the other: wasm-bindgen's own carry a hash each,
/// in both files, which nothing compresses.
fn shortly(program: &[u8], bindings: &mut String) -> Result<Vec<u8>> {
    const IMPORTS: u8 = 2;
    let (head, sections) = sections(program)?;
    let mut short = head.to_vec();
    for (section, bytes) in sections {
        short.push(section);
        if section != IMPORTS {
            put_bytes(&mut short, bytes);
            continue;
        }
        let mut rest = bytes;
        let count = take_number(&mut rest)?;
        let mut imports = Vec::new();
        put_number(&mut imports, count);
        for nth in 0..count {
            let from = take_bytes(&mut rest)?;
            put_bytes(&mut imports, from);
            let name = std::str::from_utf8(take_bytes(&mut rest)?)?;
            let (&kind, after) = rest.split_first().context(MALFORMED)?;
            rest = after;
            // What is no function (a memory, a table) is described in more than a number; the program makes its own.
            if kind != 0 {
                bail!("the program imports `{name}`, which is no function");
            }
            if from.ends_with(b"_bg.js") {
                let given = format!("_{nth:x}");
                replace(bindings, &format!(" {name}: function("), &format!(" {given}: function("))?;
                put_bytes(&mut imports, given.as_bytes());
            } else {
                put_bytes(&mut imports, name.as_bytes());
            }
            imports.push(kind);
            let of_type = take_number(&mut rest)?;
            put_number(&mut imports, of_type);
        }
        put_bytes(&mut short, &imports);
    }
    Ok(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_custom_sections_are_left_out() {
        let head = b"\0asm\x01\0\0\0";
        let custom = [0, 3, 1, b'n', 7];
        let long = [&[10, 0x81, 0x01][..], &[9; 129]].concat();
        let whole = [head, &custom[..], &long, &custom].concat();
        assert_eq!(without_names(&whole).unwrap(), [head, &long[..]].concat());
        assert!(without_names(&whole[..whole.len() - 1]).is_err());
    }

    #[test]
    fn what_is_imported_has_a_short_name_on_both_sides() {
        let module = |names: [&str; 2]| {
            let mut imports = vec![3];
            let link = ("./snippets/link.js", "load_0123");
            for (from, name) in names.map(|name| ("./app_bg.js", name)).into_iter().chain([link]) {
                put_bytes(&mut imports, from.as_bytes());
                put_bytes(&mut imports, name.as_bytes());
                imports.extend([0, 0x80, 0x01]);
            }
            let mut whole = b"\0asm\x01\0\0\0\x02".to_vec();
            put_bytes(&mut whole, &imports);
            [&whole[..], &[10, 1, 7]].concat()
        };
        let page = |names: [&str; 2]| {
            format!("import0 = {{ {}: function(a) {{ }}, {}: function() {{ }} }}; a_0123();", names[0], names[1])
        };
        let (long, short) = (["a_0123", "b_4567"], ["_0", "_1"]);
        let mut bindings = page(long);
        assert_eq!(shortly(&module(long), &mut bindings).unwrap(), module(short));
        assert_eq!(bindings, page(short));
        assert!(shortly(&module(long), &mut bindings).is_err(), "the bindings name something else");
    }
}
