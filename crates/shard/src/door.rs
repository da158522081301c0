//! The door of a shard: which protocol a connection speaks, and where in its stream one message ends.
//!
//! A message that arrives whole is handed on where it lies, in the receive buffer. Only the beginning of an unfinished one
//! is copied, into the connection's carry, and joined with what comes next.

use alloc::vec::Vec;

use tempo::Alarm;

use crate::desk::Desk;
use crate::driver::LinkId;
use crate::limits::STREAM_MESSAGE_OCTETS_MAX;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// The connection of this Diameter peer.
    Diameter {
        /// Its place in the configuration.
        peer: u16,
    },
    /// A chat user's media.
    Msrp,
}

/// The connections of a shard.
#[derive(Debug, Default)]
pub struct Door {
    links: Vec<DoorLink>,
    open: usize,
}

#[derive(Debug, Default)]
struct DoorLink {
    generation: u32,
    kind: Option<LinkKind>,
    carry: Vec<u8>,
    /// How long it may carry nothing.
    alarm: Alarm,
}

/// Where the first message of some octets ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Behind this many octets.
    At(usize),
    /// Further on than what has come.
    Beyond,
    /// Nobody can tell.
    Lost,
}

impl Door {
    /// A connection is there.
    pub fn opened(&mut self, link: LinkId, kind: LinkKind) {
        let index = link.index as usize;
        if self.links.len() <= index {
            self.links.resize_with(index + 1, DoorLink::default);
        }
        let place = &mut self.links[index];
        place.generation = link.generation;
        place.kind = Some(kind);
        place.carry.clear();
        self.open += 1;
    }

    /// A connection is gone; what it was for.
    pub fn closed(&mut self, link: LinkId, desk: &mut Desk) -> Option<LinkKind> {
        let place = self.place(link)?;
        let kind = place.kind.take();
        place.carry = Vec::new();
        desk.disarm(&mut place.alarm);
        // A reminder that is still in the wheel has the name of this connection: the next one in this place needs its own.
        place.alarm = Alarm::default();
        self.open -= usize::from(kind.is_some());
        kind
    }

    /// What a connection is for.
    pub fn kind(&mut self, link: LinkId) -> Option<LinkKind> {
        self.place(link)?.kind
    }

    /// Lends the carry of a connection: the beginning of a message whose end has not come.
    pub fn lift_carry(&mut self, link: LinkId) -> Vec<u8> {
        self.place(link).map(|place| core::mem::take(&mut place.carry)).unwrap_or_default()
    }

    /// Gives the carry back.
    pub fn put_back_carry(&mut self, link: LinkId, carry: Vec<u8>) {
        if let Some(place) = self.place(link) {
            place.carry = carry;
        }
    }

    /// The alarm of a connection.
    pub fn alarm(&mut self, link: LinkId) -> Option<&mut Alarm> {
        self.place(link).map(|place| &mut place.alarm)
    }

    /// Connections that are open.
    pub fn links(&self) -> usize {
        self.open
    }

    fn place(&mut self, link: LinkId) -> Option<&mut DoorLink> {
        self.links.get_mut(link.index as usize).filter(|place| place.generation == link.generation)
    }
}

impl LinkKind {
    /// Where the message at the front of `bytes` ends.
    pub fn cut(self, bytes: &[u8]) -> Cut {
        match self {
            LinkKind::Diameter { .. } => match diameter::frame(bytes) {
                Ok(Some(length)) => Cut::At(length),
                Ok(None) => Cut::Beyond,
                Err(_) => Cut::Lost,
            },
            LinkKind::Msrp => match msrp::frame(bytes, STREAM_MESSAGE_OCTETS_MAX) {
                msrp::Frame::Complete { length } => Cut::At(length),
                msrp::Frame::Incomplete => Cut::Beyond,
                msrp::Frame::Malformed(_) => Cut::Lost,
            },
        }
    }
}

/// Shows each whole message of `carry` and `bytes` to `visit`, and leaves the rest in `carry`.
/// `Err` with the octets that nobody can cut, once `visit` or the framing has lost the thread.
pub fn each_message(
    kind: LinkKind,
    carry: &mut Vec<u8>,
    bytes: &[u8],
    mut visit: impl FnMut(&[u8]) -> Result<(), ()>,
) -> Result<(), ()> {
    if carry.is_empty() {
        let used = cut_all(kind, bytes, &mut visit)?;
        carry.extend_from_slice(&bytes[used..]);
        return Ok(());
    }
    carry.extend_from_slice(bytes);
    let used = cut_all(kind, carry, &mut visit)?;
    carry.drain(..used);
    Ok(())
}

fn cut_all(
    kind: LinkKind,
    bytes: &[u8],
    visit: &mut impl FnMut(&[u8]) -> Result<(), ()>,
) -> Result<usize, ()> {
    let mut used = 0;
    while used < bytes.len() {
        match kind.cut(&bytes[used..]) {
            Cut::At(length) => {
                visit(&bytes[used..used + length])?;
                used += length;
            }
            Cut::Beyond if bytes.len() - used > STREAM_MESSAGE_OCTETS_MAX => return Err(()),
            Cut::Beyond => break,
            Cut::Lost => {
                // The room reads what can be read of it and answers, if the protocol has an answer.
                let _ = visit(&bytes[used..]);
                return Err(());
            }
        }
    }
    Ok(used)
}
