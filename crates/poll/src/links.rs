//! The table of connections: places that are used again, and the names that say which use is meant.
//!
//! The kernel keeps nothing of ours between two calls, so a place is free again the moment its socket is closed.

use core::net::SocketAddr;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rustix::fd::OwnedFd;
use shard::LinkId;
use tempo::Instant;

use crate::stream::Outgoing;
use crate::watch::Interest;

/// One place of the table.
pub(crate) struct Link {
    pub(crate) generation: u32,
    pub(crate) phase: Phase,
    pub(crate) socket: Option<OwnedFd>,
    /// The other end.
    pub(crate) peer: SocketAddr,
    pub(crate) outgoing: Outgoing,
    /// What the kernel watches it for.
    pub(crate) interest: Interest,
    /// Is it on the list of links that have something to send?
    pub(crate) is_due: bool,
    /// Has the peer said that it says no more?
    pub(crate) peer_has_finished: bool,
    /// When what it is doing has taken too long.
    pub(crate) deadline: Option<Instant>,
}

/// What a place of the table is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing.
    Vacant,
    /// We have called and wait for the other side.
    Connecting {
        /// The asker's.
        tag: u64,
    },
    /// Octets pass.
    Open,
    /// Nothing new is taken; what was written before still leaves. What arrives is discarded.
    Leaving,
    /// All has left, and FIN. What arrives is discarded until the peer's FIN: closing with unread octets would make
    /// the kernel send RST, and RST may destroy our last octets in the peer's receive queue (RFC 1122 4.2.2.13).
    Lingering,
}

/// What the shard must hear at the next opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    NotOpened { tag: u64 },
    Closed { link: LinkId },
}

pub(crate) struct Links {
    places: Box<[Link]>,
    free: Vec<u32>,
    /// Links with something to send that the kernel has not been offered.
    pub(crate) due: Vec<u32>,
    pub(crate) news: VecDeque<News>,
    /// Deadlines, earliest first; one that its link no longer has is passed over.
    deadlines: BinaryHeap<Reverse<(Instant, u32)>>,
}

impl Links {
    pub(crate) fn new(links_max: usize) -> Links {
        let links_max = links_max.min(u32::MAX as usize) as u32;
        Links {
            places: (0..links_max).map(|_| Link::vacant()).collect(),
            // The lowest place is taken first.
            free: (0..links_max).rev().collect(),
            due: Vec::with_capacity(links_max as usize),
            news: VecDeque::with_capacity(64),
            deadlines: BinaryHeap::with_capacity(64),
        }
    }

    /// Is there room for one more?
    pub(crate) fn has_place(&self) -> bool {
        !self.free.is_empty()
    }

    /// Takes a free place; `None`: the table is full.
    pub(crate) fn take(&mut self, phase: Phase, socket: OwnedFd, peer: SocketAddr) -> Option<LinkId> {
        let index = self.free.pop()?;
        let link = &mut self.places[index as usize];
        link.phase = phase;
        link.socket = Some(socket);
        link.peer = peer;
        Some(LinkId { index, generation: link.generation })
    }

    /// Closes the socket and makes the name void. Who has to be told, the caller knows.
    pub(crate) fn free(&mut self, id: LinkId) {
        let link = &mut self.places[id.index as usize];
        let generation = link.generation.wrapping_add(1);
        let mut outgoing = core::mem::take(&mut link.outgoing);
        outgoing.recycle();
        // It may still be on the list of links that are due; that entry is passed over, or serves its successor.
        let is_due = link.is_due;
        *link = Link { generation, outgoing, is_due, ..Link::vacant() };
        self.free.push(id.index);
    }

    /// The link of that name, if that name is still good.
    pub(crate) fn named(&mut self, id: LinkId) -> Option<&mut Link> {
        let link = self.places.get_mut(id.index as usize)?;
        (link.generation == id.generation && link.phase != Phase::Vacant).then_some(link)
    }

    /// What is at `index` now.
    pub(crate) fn at(&mut self, index: u32) -> &mut Link {
        &mut self.places[index as usize]
    }

    /// The name of what is at `index` now.
    pub(crate) fn name(&self, index: u32) -> LinkId {
        LinkId { index, generation: self.places[index as usize].generation }
    }

    /// Puts a link on the list of those that have something to send.
    pub(crate) fn make_due(&mut self, index: u32) {
        let link = &mut self.places[index as usize];
        if !core::mem::replace(&mut link.is_due, true) {
            self.due.push(index);
        }
    }

    pub(crate) fn set_deadline(&mut self, index: u32, at: Instant) {
        self.places[index as usize].deadline = Some(at);
        self.deadlines.push(Reverse((at, index)));
    }

    /// The earliest deadline that still counts.
    pub(crate) fn next_deadline(&mut self) -> Option<Instant> {
        while let Some(Reverse((at, index))) = self.deadlines.peek() {
            if self.places[*index as usize].deadline == Some(*at) {
                return Some(*at);
            }
            self.deadlines.pop();
        }
        None
    }

    /// The next link whose deadline has passed; it has none afterwards.
    pub(crate) fn next_expired(&mut self, now: Instant) -> Option<u32> {
        if self.next_deadline()? > now {
            return None;
        }
        let Reverse((_, index)) = self.deadlines.pop()?;
        self.places[index as usize].deadline = None;
        Some(index)
    }
}

impl Link {
    fn vacant() -> Link {
        Link {
            generation: 0,
            phase: Phase::Vacant,
            socket: None,
            peer: SocketAddr::from(([0, 0, 0, 0], 0)),
            outgoing: Outgoing::default(),
            interest: Interest::READ,
            is_due: false,
            peer_has_finished: false,
            deadline: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket() -> OwnedFd {
        std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket").into()
    }

    fn peer() -> SocketAddr {
        "192.0.2.1:1".parse().expect("an address")
    }

    #[test]
    fn the_name_of_a_closed_link_is_useless_for_its_successor() {
        let mut links = Links::new(1);
        let first = links.take(Phase::Open, socket(), peer()).expect("one place");
        assert!(links.take(Phase::Open, socket(), peer()).is_none(), "the table is full");
        links.free(first);
        assert!(links.named(first).is_none());
        let second = links.take(Phase::Open, socket(), peer()).expect("free again");
        assert_eq!(second.index, first.index);
        assert!(links.named(first).is_none());
        assert!(links.named(second).is_some());
    }

    #[test]
    fn a_deadline_that_was_moved_or_whose_link_is_gone_does_not_fire() {
        let mut links = Links::new(2);
        let at = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
        let gone = links.take(Phase::Open, socket(), peer()).expect("a place");
        let moved = links.take(Phase::Open, socket(), peer()).expect("a place");
        links.set_deadline(gone.index, at(1));
        links.set_deadline(moved.index, at(2));
        links.set_deadline(moved.index, at(3));
        links.free(gone);
        assert_eq!(links.next_deadline(), Some(at(3)));
        assert_eq!(links.next_expired(at(2)), None);
        assert_eq!(links.next_expired(at(3)), Some(moved.index));
        assert_eq!(links.next_deadline(), None);
    }
}
