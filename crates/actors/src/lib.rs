//! actors.
#![forbid(unsafe_code)]
