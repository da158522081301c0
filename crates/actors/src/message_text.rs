//! Room to write one message in: the writers of the protocols fill a lent buffer, actors keep what they say.

use alloc::vec;
use alloc::vec::Vec;

use octets::Writer;

/// What `fill` writes. An actor's message that does not fit is a mistake of its script, and it says so at once.
pub(crate) fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0; OCTETS_MAX];
    let mut out = Writer::new(&mut room);
    fill(&mut out);
    let length = out.finish().expect("no actor says more than fits a datagram");
    room.truncate(length);
    room
}

/// The longest datagram, and longer than any other message of an actor.
const OCTETS_MAX: usize = 65_535;
