#!/usr/bin/env bash
# imagesize 0.15.0 takes a fill byte of a JPEG for a segment's marker. "Any marker may optionally be preceded by any number
# of fill bytes, which are bytes assigned code X'FF'" (ITU-T T.81, B.1.1.2): `FF FF C0` is the marker C0. The library reads
# a marker FF, takes the next two bytes (`C0 00`) for its length and skips 49,150 bytes: a valid picture has no size, or
# the one that something further on happens to say. jpeg-decoder 0.3.2 reads the same bytes.
#
# Expected before: the size of the picture, as without the byte. Seen: see the last lines.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
imagesize = "=0.15.0"
jpeg-decoder = { version = "=0.3.2", default-features = false }
jpeg-encoder = "=0.6.1"
TOML
cat > "$work/src/main.rs" <<'RUST'
fn main() {
    let mut plain = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut plain, 90);
    encoder.encode(&[128; 16 * 8], 16, 8, jpeg_encoder::ColorType::Luma).expect("a picture");
    let frame = plain.windows(2).position(|two| two == [0xff, 0xc0]).expect("a frame");
    let mut filled = plain.clone();
    filled.insert(frame, 0xff);
    for (name, bytes) in [("plain", &plain), ("with a fill byte", &filled)] {
        let decoded = jpeg_decoder::Decoder::new(&bytes[..]).decode().map(|pixels| pixels.len());
        println!("{name}: decoded {decoded:?} pixels; size {:?}", imagesize::blob_size(bytes));
    }
}
RUST
said=$(cd "$work" && cargo run --quiet)
echo "$said"
grep -q "^plain: decoded Ok(128) pixels; size Ok(ImageSize { width: 16, height: 8 })" <<<"$said"
grep -q "^with a fill byte: decoded Ok(128) pixels; size Err(" <<<"$said"
