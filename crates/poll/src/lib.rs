//! poll.
#![forbid(unsafe_code)]
