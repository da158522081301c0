//! The seam between an actor and its stage.

use core::fmt;
use core::net::SocketAddr;

use tempo::Instant;

use crate::{Letter, Out, Participant};

/// One of the cast. It is sans-IO: what it wants done it says to `out`.
pub trait Actor {
    /// Who it is: where letters reach it, and its column of the ladder.
    fn name(&self) -> Participant;

    /// Something happened.
    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out);

    /// When it wants [`Event::Due`]. An earlier one does no harm.
    fn next_deadline(&self) -> Option<Instant>;
}

/// What happens to an actor.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// The curtain rises: first, and once.
    Start,
    /// A datagram on the actor's own port.
    Datagram {
        /// Who sent it.
        from: SocketAddr,
        /// The whole of it.
        bytes: &'a [u8],
    },
    /// A connection can be written to.
    Opened {
        /// Its name from now on.
        link: LinkName,
        /// Who asked for it.
        opening: Opening,
        /// The other end.
        peer: SocketAddr,
    },
    /// A connection that was asked for did not come to be.
    NotOpened {
        /// The tag it was asked for with.
        tag: u64,
    },
    /// The next octets of a stream, cut anywhere.
    Bytes {
        /// The connection.
        link: LinkName,
        /// At least one octet.
        bytes: &'a [u8],
    },
    /// The connection is gone.
    Closed {
        /// The connection.
        link: LinkName,
    },
    /// The time that [`Actor::next_deadline`] named has come.
    Due,
    /// Another actor of the same stage says something that no standard has a message for.
    Letter {
        /// Who wrote it.
        from: Participant,
        /// What it says.
        letter: &'a Letter,
    },
}

/// A connection, by the name that the stage gave it. No two connections of one stage ever share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkName(pub u64);

/// Who asked for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The other side, on the actor's own listening port.
    Accepted,
    /// The actor, with this tag.
    Connected {
        /// The tag it was asked for with.
        tag: u64,
    },
}

/// Octets may hold texts and numbers: they do not print.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Start => f.write_str("Start"),
            Event::Datagram { bytes, .. } => write!(f, "Datagram of {} octets", bytes.len()),
            Event::Opened { link, opening, .. } => write!(f, "Opened {link:?} {opening:?}"),
            Event::NotOpened { tag } => write!(f, "NotOpened {tag}"),
            Event::Bytes { link, bytes } => write!(f, "Bytes of {link:?}: {}", bytes.len()),
            Event::Closed { link } => write!(f, "Closed {link:?}"),
            Event::Due => f.write_str("Due"),
            Event::Letter { from, letter } => write!(f, "Letter from {from}: {letter:?}"),
        }
    }
}
