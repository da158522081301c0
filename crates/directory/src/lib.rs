//! directory.
#![forbid(unsafe_code)]
