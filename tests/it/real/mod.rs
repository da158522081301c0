//! The gateway amid neighbours of other people's making: a Diameter relay, an IMS S-CSCF, an MSRP relay.
//!
//! Each test runs with `cargo xtask test --with-peers` and says why it is skipped without. Everything is on loopback, on ports of
//! the test's own, and ends with the test.

mod diameter;
mod diameter_network;
mod kamailio;
mod msrp_relay;
mod scscf;
mod template;
