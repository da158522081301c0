//! Actors on sockets: a cast, one driver, one thread.
//!
//! Refuses: to know what the actors say to each other, to read a clock of its own, to print.
//! In: a cast, a driver, doors (which port is whose). Out: what the actors saw, as [`actors::Sighting`]s on a channel, and
//! the cast itself with its records.
//!
//! [`home_network`] builds the usual surroundings of a gateway on loopback with one call.
#![forbid(unsafe_code)]

mod backlog;
mod cast;
mod company;
mod home_network;
mod stage;

pub use cast::{Cast, Door};
pub use home_network::{Addresses, DiameterAddress, HomeNetwork, HomeNetworkSetup, Ports, home_network};
pub use stage::{Ending, Stage, Stopper};
