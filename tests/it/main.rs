//! One binary for everything that is tested across crates; a module per behaviour.

mod allocation;
mod driver_conformance;
mod flows;
mod interop;
mod paper;
mod real;
mod secrets;
mod world;

/// Counts, for one thread and only when it is asked to; see `allocation`.
#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;
