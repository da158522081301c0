//! What an actor wants done.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use tempo::Instant;

use crate::{Letter, LinkName, Participant, Sighting};

/// One thing to do.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a datagram from the actor's own port.
    Datagram {
        /// The receiver.
        to: SocketAddr,
        /// The whole of it.
        bytes: Vec<u8>,
    },
    /// Open a connection; answered by `Opened` or `NotOpened` with the same tag.
    Connect {
        /// Chosen by the actor.
        tag: u64,
        /// Whom to call.
        to: SocketAddr,
    },
    /// Send on a connection.
    Bytes {
        /// The connection.
        link: LinkName,
        /// One whole message.
        bytes: Vec<u8>,
    },
    /// Close a connection when what was sent before is out; answered by `Closed`.
    Close {
        /// The connection.
        link: LinkName,
    },
    /// Give a letter to another actor.
    Letter {
        /// Who reads it.
        to: Participant,
        /// What it says.
        letter: Letter,
    },
    /// Tell the onlooker.
    Sighting(Sighting),
}

/// Collects effects in their order.
#[derive(Default)]
pub struct Out {
    effects: Vec<Effect>,
}

impl Out {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends a datagram.
    pub fn datagram(&mut self, to: SocketAddr, bytes: Vec<u8>) {
        self.effects.push(Effect::Datagram { to, bytes });
    }

    /// Opens a connection.
    pub fn connect(&mut self, tag: u64, to: SocketAddr) {
        self.effects.push(Effect::Connect { tag, to });
    }

    /// Sends on a connection.
    pub fn bytes(&mut self, link: LinkName, bytes: Vec<u8>) {
        self.effects.push(Effect::Bytes { link, bytes });
    }

    /// Closes a connection.
    pub fn close(&mut self, link: LinkName) {
        self.effects.push(Effect::Close { link });
    }

    /// Writes a letter.
    pub fn letter(&mut self, to: Participant, letter: Letter) {
        self.effects.push(Effect::Letter { to, letter });
    }

    /// Tells the onlooker of one arrow.
    pub fn sight(&mut self, at: Instant, from: Participant, to: Participant, what: impl Into<String>) {
        self.effects.push(Effect::Sighting(Sighting { at, from, to, what: what.into() }));
    }

    /// Everything so far, in order; nothing is left.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect> + '_ {
        self.effects.drain(..)
    }

    /// Has nothing been asked for?
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }
}

/// Octets may hold texts and numbers: they do not print.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Datagram { bytes, .. } => write!(f, "Datagram of {} octets", bytes.len()),
            Effect::Connect { tag, .. } => write!(f, "Connect {tag}"),
            Effect::Bytes { link, bytes } => write!(f, "Bytes to {link:?}: {}", bytes.len()),
            Effect::Close { link } => write!(f, "Close {link:?}"),
            Effect::Letter { to, letter } => write!(f, "Letter to {to}: {letter:?}"),
            Effect::Sighting(sighting) => sighting.fmt(f),
        }
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.effects).finish()
    }
}
