//! One binary for everything that is tested across crates; a module per behaviour.

mod driver_conformance;
mod interop;
