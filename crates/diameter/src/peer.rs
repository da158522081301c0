//! One neighbour: from nothing to an open connection and back (RFC 6733 5.6, RFC 3539 3.4).
//!
//! Refuses: to own sockets, to read or write messages, to draw its own chance.
//! In: `Event`s of the connections and timers that it asked for. Out: `Action`s.
//!
//! Two connections may exist for a moment, when both sides called at once: that is why most words name a [`Side`].
//! What happens on a connection after its `Close` is not reported to the machine.

mod backoff;
mod event;
mod machine;
mod timing;
mod watchdog;

use visits::Machine;

pub use event::{Action, Event, Received, Side};
pub use machine::{Peer, Role, wins_election};
pub use timing::Timing;

/// The machines of a peer: its connections, its watchdog.
pub static MACHINES: [&Machine; 2] = [&machine::VISITS, &watchdog::VISITS];
