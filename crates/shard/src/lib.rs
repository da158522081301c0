//! One core's world: what arrives, what is said, when to wake.
//!
//! A shard is a pure function with memory: (its state, what arrived, the time) to (its next state, what to say, when to wake).
//! [`Shard`] owns rooms and moves what they hear from one to the next; a room owns tables and calls the pure machines of the
//! protocol crates; [`turn`] is the whole dataplane.
//!
//! Refuses: to read a clock, to touch a socket, to share a session with another shard.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

mod ages;
mod desk;
mod diameter_room;
mod directory;
mod door;
pub mod driver;
mod interwork_room;
mod kept;
mod lanes;
pub mod limits;
mod load;
mod msrp_room;
mod obsolete;
mod owner;
mod reach;
mod settings;
mod shard;
mod sip_room;
mod table;
mod tally;
mod turn;

pub use directory::{Directory, Limited, Remembered, Spent};
pub use driver::{
    Arrival, Departure, Driver, LinkId, Moment, NoLoan, Opening, Outward, PortId, Request, Wake,
};
pub use interwork_room::{Ending, Whose};
pub use lanes::{Cargo, InboxFull, Lanes, ShardId};
pub use owner::owner_of;
pub use reach::Reach;
pub use settings::{DiameterSettings, MSRP, OWN_SIP, PeerSettings, SHARED_SIP, Settings};
pub use shard::Shard;
pub use tally::{Count, Tally, TallyBoard};
pub use turn::{start, turn};
