#!/usr/bin/env bash
# rqrr 0.11.0 reads the kanji segment of a QR code (ISO/IEC 18004, 8.4.5; written by qrcode 0.14.1 from Shift-JIS) only
# into bytes: `decode_to` gives the very Shift-JIS bytes, while `decode`, which gives a String, refuses the same code
# with an encoding error. Who calls only `decode` takes a sound code for one that can't be read.
#
# Expected before: `decode` gives the text, or both fail. Seen: see the last lines.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
qrcode = { version = "=0.14.1", default-features = false }
rqrr = { version = "=0.11.0", default-features = false }
TOML
cat > "$work/src/main.rs" <<'RUST'
use qrcode::{Color, QrCode};

fn main() {
    // 日本語, three signs of the kanji mode.
    let shift_jis = [0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea];
    let code = QrCode::new(shift_jis).expect("it fits");
    let (width, colors) = (code.width(), code.to_colors());
    let (scale, quiet) = (6, 4);
    let side = (width + 2 * quiet) * scale;
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / scale).wrapping_sub(quiet), (y / scale).wrapping_sub(quiet));
        x < width && y < width && colors[y * width + x] == Color::Dark
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark(x, y) { 0 } else { 255 });
    let grids = image.detect_grids();
    let mut bytes = Vec::new();
    grids[0].decode_to(&mut bytes).expect("bytes");
    println!("decode_to: {bytes:02x?}");
    match grids[0].decode() {
        Ok((_, text)) => println!("decode: {text}"),
        Err(error) => println!("decode: error: {error}"),
    }
}
RUST
said=$(cd "$work" && cargo run --quiet)
echo "$said"
grep -q "decode_to: \[93, fa, 96, 7b, 8c, ea\]" <<<"$said"
grep -q "decode: error:" <<<"$said"
