//! The product as it ships, amid programs that are not ours: the real binary, SIPp, tshark, the checkers of `tests/peers`.
//!
//! `cargo xtask test --with-peers` installs the peers and says so in the environment; without that the tests that need
//! them say why they are skipped. `demo` and `commands` need no peers and always run.

mod binary;
mod capture;
mod commands;
mod demo;
mod gateway;
mod judges;
mod load;
mod peers;
mod ports;
mod program;
mod scratch;
mod sipp;
mod sms_oracle;
mod sms_side;
mod waiting;
mod wire;
