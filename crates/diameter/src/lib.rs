//! Diameter without sockets: RFC 6733 messages and peers, the SGd and S6c commands of TS 29.338, and those of Sh.
//!
//! Refuses: to do I/O, to read a clock, to route, to know what a short message says.
//! In: octets of a stream, events of a peer. Out: borrowed views, messages in a lent buffer, actions.
#![no_std]
#![forbid(unsafe_code)]

// For what `sh` keeps of a document: it is read at a registration, never for a message.
extern crate alloc;

pub mod answer;
pub mod base;
pub mod delivery;
pub mod dictionary;
pub mod identity;
pub mod limits;
pub mod peer;
pub mod procedure;
pub mod result;
pub mod s6c;
pub mod sgd;
pub mod sh;
mod slot;
pub mod time;
pub mod user;
pub mod vsai;
pub mod wire;

pub use answer::{Asked, FailedAvp, write_refusal};
pub use dictionary::{AvpId, DataType};
pub use identity::{Destination, Identity, SessionId};
pub use procedure::Procedure;
pub use result::{Experimental, Outcome, ResultCode};
pub use wire::{
    ApplicationId, AvpView, Avps, Command, EndToEnd, Flags, Header, HopByHop, Ids, Invalid, Malformed,
    MessageView, MessageWriter, frame,
};
