//! The product as it ships, amid programs that are not ours: the real binary, SIPp, tshark, the checkers of `tests/peers`.
//!
//! `cargo xtask test --with-peers` installs the peers and says so in the environment; without that the tests that need
//! them say why they are skipped. `demo` and `commands` need no peers and always run.

mod binary;
pub(crate) mod capture;
mod commands;
mod demo;
mod diameter_oracle;
mod faults;
pub(crate) mod gateway;
pub(crate) mod judges;
mod load;
pub(crate) mod peers;
pub(crate) mod ports;
pub(crate) mod program;
pub(crate) mod scratch;
mod sipp;
mod sms_oracle;
pub(crate) mod sms_side;
pub(crate) mod waiting;
mod wire;
