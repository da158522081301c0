//! The promises of the msrp crate, seen from outside: octets in, octets out.

mod carrying;
mod describing;
mod framing;
mod grammar;
mod hostile;
mod joining;
mod secrets;
mod stream;
mod writing;
