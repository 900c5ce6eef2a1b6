//! Randomness, for ids that need not be secret.

/// A drawn number. The lower half of a random fraction's bits is as random as the whole.
pub fn draw() -> u32 {
    let [a, b, c, d, ..] = js_sys::Math::random().to_bits().to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
