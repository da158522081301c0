//! What a peer sees on the wire, and what it may do to us.

mod capabilities;
mod commands;
mod damage;
mod peer;
mod refusals;
mod stage;
mod vectors;
