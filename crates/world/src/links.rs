//! The connections of a world: each has two ends, keeps its order, and may break.
//!
//! What is written arrives later, cut anywhere; a close arrives behind it; a break takes with it what is under way.

use actors::LinkName;
use shard::{LinkId, PortId};
use tempo::Instant;

/// A connection, for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkNumber(pub usize);

/// One of its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who has called.
    Caller,
    /// Who was called.
    Called,
}

/// Who is at an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A shard of the gateway, in one of its lives.
    Shard {
        /// Which shard.
        shard: u16,
        /// Which of its lives.
        life: u32,
        /// What the driver calls it, once it is there.
        link: LinkId,
    },
    /// An actor.
    Actor(usize),
}

/// A connection.
#[derive(Clone, Debug)]
pub struct Link {
    /// Caller and called.
    pub ends: [End; 2],
    /// What the caller asked with.
    pub tag: u64,
    /// The port that was called, where it is the gateway's.
    pub port: Option<PortId>,
    /// Which ends know of it and have not heard of its end.
    pub open: [bool; 2],
    /// Has it broken? Then nothing that is under way arrives.
    pub is_broken: bool,
    /// Has an end said that it writes no more?
    pub is_closing: [bool; 2],
    /// When the last octet in the direction of each end arrives.
    pub front: [Instant; 2],
}

impl Side {
    /// The other one.
    pub fn other(self) -> Side {
        match self {
            Side::Caller => Side::Called,
            Side::Called => Side::Caller,
        }
    }

    /// As a place.
    pub fn place(self) -> usize {
        self as usize
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Links {
    links: Vec<Link>,
    /// Those that may still be open, so that long worlds do not look at those that are over.
    live: Vec<LinkNumber>,
}

impl Links {
    /// A connection is asked for.
    pub fn add(&mut self, link: Link) -> LinkNumber {
        self.links.push(link);
        let number = LinkNumber(self.links.len() - 1);
        self.live.push(number);
        number
    }

    /// The connection.
    pub fn link(&mut self, number: LinkNumber) -> &mut Link {
        &mut self.links[number.0]
    }

    /// The end of a shard that its driver calls so.
    pub fn of_shard(&self, shard: u16, life: u32, link: LinkId) -> Option<(LinkNumber, Side)> {
        let wanted = End::Shard { shard, life, link };
        self.live.iter().find_map(|number| {
            let sides = [Side::Caller, Side::Called];
            let side = sides.into_iter().find(|side| self.links[number.0].ends[side.place()] == wanted)?;
            self.links[number.0].open[side.place()].then_some((*number, side))
        })
    }

    /// Those that are open at an end, in their order.
    pub fn open_where(&self, wanted: impl Fn(End) -> bool) -> Vec<(LinkNumber, Side)> {
        let mut found = Vec::new();
        for number in &self.live {
            for side in [Side::Caller, Side::Called] {
                let link = &self.links[number.0];
                if link.open[side.place()] && wanted(link.ends[side.place()]) {
                    found.push((*number, side));
                }
            }
        }
        found
    }

    /// Forgets those of which nobody will hear any more.
    pub fn sweep(&mut self, number: LinkNumber) {
        let link = &self.links[number.0];
        if link.open == [false, false] && (link.is_broken || link.is_closing != [false, false]) {
            self.live.retain(|live| *live != number);
        }
    }
}

/// What an actor calls his end.
pub fn name(number: LinkNumber, side: Side) -> LinkName {
    LinkName(2 * number.0 as u64 + side.place() as u64)
}

/// The end that an actor calls so.
pub fn named(name: LinkName) -> (LinkNumber, Side) {
    let side = if name.0.is_multiple_of(2) { Side::Caller } else { Side::Called };
    (LinkNumber((name.0 / 2) as usize), side)
}

/// Names of connections of one driver. The lowest free place is used again, under a new generation, as real drivers do.
#[derive(Debug, Default)]
pub struct Places(Vec<(LinkId, bool)>);

impl Places {
    /// A name for a new connection.
    pub fn take(&mut self) -> LinkId {
        let index = self.0.iter().position(|(_, is_taken)| !is_taken).unwrap_or(self.0.len());
        if index == self.0.len() {
            self.0.push((LinkId { index: index as u32, generation: 0 }, true));
        }
        let (link, is_taken) = &mut self.0[index];
        link.generation += 1;
        *is_taken = true;
        *link
    }

    /// It is gone.
    pub fn release(&mut self, link: LinkId) {
        if let Some((_, is_taken)) = self.0.iter_mut().find(|(named, _)| *named == link) {
            *is_taken = false;
        }
    }
}
