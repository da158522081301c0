//! Room to write one message in: the writers of the protocols fill a lent buffer, actors keep what they say.

use alloc::vec;
use alloc::vec::Vec;

use octets::Writer;

/// What `fill` writes, and no more memory than that: thousands of chats keep their invitations.
///
/// An actor's message that does not fit is a mistake of its script, and it says so at once.
pub(crate) fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0; OCTETS_MAX];
    let mut out = Writer::new(&mut room);
    fill(&mut out);
    let length = out.finish().expect("no actor says more than fits a datagram");
    room[..length].to_vec()
}

/// The longest datagram, or Diameter message, and what a proxy may add to it: nothing that was received can be too
/// long to be passed on.
const OCTETS_MAX: usize = 80 * 1024;
