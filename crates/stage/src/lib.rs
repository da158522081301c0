//! stage.
#![forbid(unsafe_code)]
