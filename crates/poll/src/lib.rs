//! The portable driver: non-blocking sockets, epoll, one system call for each datagram and each stream.
//!
//! It is the reference of meaning: what the conformance script sees here is what every driver has to show, and what it costs
//! here is what `uring` has to beat. So it is written for the reader first.
//!
//! Refuses: to wait anywhere but in [`shard::Driver::receive`], to know what the octets mean.
//! In: [`PollDriver::new`]. Out: [`shard::Arrival`] through [`shard::Driver::receive`].
#![forbid(unsafe_code)]

mod accept;
mod bell;
mod clock;
mod connect;
mod counters;
mod driver;
mod keep_alive;
mod leave;
mod links;
mod mail;
mod options;
mod receive;
mod stream;
mod transmit;
mod watch;

pub use counters::Counters;
pub use driver::PollDriver;
pub use options::{Options, Sockets};
pub use transmit::PollOut;
