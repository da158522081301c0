//! What is going to happen: by its moment, and of one moment in the order in which it was said.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::net::SocketAddr;

use actors::{Letter, Participant};
use tempo::Instant;

use crate::links::{LinkNumber, Side};
use crate::paper::Going;

/// Something that is going to happen.
pub enum Event {
    /// A shard has its turn, if it is still this one that it waits for.
    Turn { shard: u16, ticket: u64 },
    /// A shard has said something, at the end of a turn that took time; `life` is the one in which it began.
    Said { shard: u16, life: u32, going: Going },
    /// An actor is woken, if it is still this moment that he waits for.
    Due { actor: usize, ticket: u64 },
    /// A datagram arrives.
    Datagram { from: SocketAddr, to: SocketAddr, bytes: Vec<u8>, is_damaged: bool },
    /// A connection that was asked for is there, or is refused.
    Dialled { link: LinkNumber },
    /// Octets arrive at one end of a connection.
    Octets { link: LinkNumber, at: Side, bytes: Vec<u8> },
    /// One end hears that its connection is gone.
    Gone { link: LinkNumber, at: Side },
    /// An actor reads a letter.
    Letter { to: usize, from: Participant, letter: Letter },
    /// The fault at this place of the calendar begins.
    Begins { fault: usize },
    /// And ends.
    Ends { fault: usize },
    /// What has crashed is started again: one shard, or all.
    Reborn { shard: Option<u16> },
}

struct Planned {
    at: Instant,
    sequence: u64,
    event: Event,
}

/// The queue.
#[derive(Default)]
pub struct Queue {
    heap: BinaryHeap<Planned>,
    sequence: u64,
}

impl Queue {
    /// At this moment.
    pub fn push(&mut self, at: Instant, event: Event) {
        self.sequence += 1;
        self.heap.push(Planned { at, sequence: self.sequence, event });
    }

    /// The next thing, unless it happens after `until`.
    pub fn pop(&mut self, until: Instant) -> Option<(Instant, Event)> {
        if self.heap.peek()?.at > until {
            return None;
        }
        self.heap.pop().map(|planned| (planned.at, planned.event))
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    /// The heap gives the greatest: the earliest is that.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_of_one_moment_what_was_said_first() {
        let mut queue = Queue::default();
        for (at, fault) in [(5, 0), (3, 1), (5, 2), (4, 3)] {
            queue.push(Instant::from_nanos(at), Event::Begins { fault });
        }
        let mut order = Vec::new();
        while let Some((_, Event::Begins { fault })) = queue.pop(Instant::from_nanos(5)) {
            order.push(fault);
        }
        assert_eq!(order, [1, 3, 0, 2]);
        queue.push(Instant::from_nanos(9), Event::Begins { fault: 9 });
        assert!(queue.pop(Instant::from_nanos(8)).is_none());
    }
}
