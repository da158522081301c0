//! One neighbour of a node.

use alloc::vec::Vec;
use core::net::SocketAddr;

use diameter::peer::{Peer, Role, Side, Timing, wins_election};
use tempo::Instant;

use crate::LinkName;

pub(super) struct Neighbour {
    /// Of one who called: none before his CER.
    pub(super) machine: Option<Peer>,
    pub(super) side: Side,
    /// Where we call.
    pub(super) calls: Option<SocketAddr>,
    pub(super) link: Option<LinkName>,
    pub(super) host: Vec<u8>,
    pub(super) realm: Vec<u8>,
    /// Octets of messages that are not whole yet.
    pub(super) inbox: Vec<u8>,
    /// The last request of the base protocol.
    pub(super) to_answer: Vec<u8>,
    pub(super) alarm: Option<Instant>,
}

impl Neighbour {
    pub(super) fn to_call(our_host: &str, host: &str, at: SocketAddr) -> Self {
        let wins = wins_election(our_host.as_bytes(), host.as_bytes());
        Neighbour {
            machine: Some(Peer::new(Role::Both, wins, impatient())),
            side: Side::Initiator,
            calls: Some(at),
            host: host.as_bytes().to_vec(),
            ..Self::accepted_nobody()
        }
    }

    pub(super) fn accepted(link: LinkName) -> Self {
        Neighbour { link: Some(link), ..Self::accepted_nobody() }
    }

    fn accepted_nobody() -> Self {
        Neighbour {
            machine: None,
            side: Side::Responder,
            calls: None,
            link: None,
            host: Vec::new(),
            realm: Vec::new(),
            inbox: Vec::new(),
            to_answer: Vec::new(),
            alarm: None,
        }
    }

    /// The neighbour has said its name; was it the first time?
    pub(super) fn introduce(&mut self, our_host: &str, host: Vec<u8>, realm: Vec<u8>) -> bool {
        if self.machine.is_some() {
            return false;
        }
        let wins = wins_election(our_host.as_bytes(), &host);
        self.machine = Some(Peer::new(Role::Responder, wins, impatient()));
        self.host = host;
        self.realm = realm;
        true
    }
}

/// Who puts on a play cannot wait half a minute for the scenery.
fn impatient() -> Timing {
    let tenth = core::time::Duration::from_millis(100);
    Timing { reconnect_first: tenth, reconnect_max: 10 * tenth, ..Timing::default() }
}
