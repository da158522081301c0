//! The io_uring driver: one ring, one thread, one shard.
//!
//! Expected: 100 k messages a second and core in batches of 8 to 64. A datagram costs one completion in and one
//! submission out; all messages of a turn to one stream leave with one send; a turn costs one or two system calls.
//! Copies: the kernel's own, in and out, and none of ours.
//!
//! Refuses: to be moved to another thread (the ring belongs to the thread that made it, and the type says so), to run
//! on a kernel that [`probe`] did not accept, to know what the octets mean.
//! In: [`UringDriver::new`]. Out: [`shard::Arrival`] through [`shard::Driver::receive`].
//!
//! This is the unsafe room. Memory that the kernel writes on its own lies in `buffers.rs`; memory that it reads on its own in
//! `arena.rs` (datagrams) and in each link (`stream.rs`, and the address that is called); `receive.rs` keeps the layout of a
//! received datagram. All of it outlives the operations, which [`UringDriver`] ends before it drops anything.
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![deny(clippy::multiple_unsafe_ops_per_block)]

mod accept;
mod address;
mod arena;
mod arm;
mod bell;
mod buffers;
mod clock;
mod connect;
mod counters;
mod driver;
mod features;
mod keep_alive;
mod leave;
mod links;
mod mapping;
mod options;
mod probe;
mod receive;
mod ring;
mod stream;
mod token;
mod transmit;

pub use counters::Counters;
pub use driver::UringDriver;
pub use features::{Feature, Features, SetupError, Unsupported};
pub use options::{Options, Sockets};
pub use probe::probe;
pub use transmit::UringOut;
