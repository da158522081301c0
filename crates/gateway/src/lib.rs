//! The gateway as a library: what the binary, the tests and the load generator start.
#![forbid(unsafe_code)]
