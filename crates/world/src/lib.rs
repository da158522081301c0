//! One seed, one replayable world: the shards of the product in virtual time, with every peer played and every fault drawn from
//! one seed.
//!
//! A priority queue of (moment, sequence, event), links that lose and break, the cast of `actors`, and checkers that see what
//! the peers see. Two acts: faults; then quiet, in which everything must come to rest, and strangers can chat as ever.
//!
//! Refuses: to be part of the product, to read a clock, to open a socket. In: a [`Plan`], drawn from a seed or read from a
//! file. Out: an [`Outcome`].
#![forbid(unsafe_code)]

mod cast;
mod chance;
pub mod check;
mod gateway;
mod kept;
mod lies;
mod links;
mod network;
mod overload;
mod pager;
pub mod paper;
mod places;
pub mod plan;
mod play;
mod proxy;
mod queue;
mod shrink;
pub mod states;
mod token;
mod trace;
mod troubles;
mod watch;
mod world;
mod written;

/// Everything that a shard counts.
pub const COUNTS: &[shard::Count] = shard::Count::ALL;
/// The first so many of them are gauges.
pub const GAUGES: usize = shard::Count::PeersUp as usize + 1;

pub use check::Broken;
pub use kept::{Kept, file_for, named, read, written as written_down};
pub use overload::{Service, serve, sustainable};
pub use plan::{Costs, Crowd, Fault, Peer, Plan, Size, Wave, What};
pub use play::{play, traced};
pub use shrink::shrink;
pub use world::{Fate, Outcome};
