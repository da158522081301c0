//! Main.
#![forbid(unsafe_code)]
fn main() {}
