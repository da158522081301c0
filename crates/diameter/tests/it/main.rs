//! What a peer sees on the wire, and what it may do to us.

mod bending;
mod capabilities;
mod commands;
mod damage;
mod peer;
mod refusals;
mod sh;
mod stage;
mod vectors;
