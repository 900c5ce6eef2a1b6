//! The commands of the house: `cargo xtask run | test | check | bench`.
fn main() {}
