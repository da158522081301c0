//! One core's world: what arrives, what is said, when to wake.
//!
//! Refuses: to read a clock, to touch a socket, to share a session with another shard.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

pub mod driver;
pub mod limits;

pub use driver::{
    Arrival, Departure, Driver, LinkId, Moment, NoLoan, Opening, Outward, PortId, Request, Wake,
};
