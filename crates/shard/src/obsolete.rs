//! What this shard has put into the directory, in the order in which it runs out. Each shard takes out its own, a little in each
//! turn: nobody ever walks through what all have remembered.

use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

use foldhash::fast::RandomState;
use hashbrown::HashSet;
use interwork::{Identity, Msisdn};
use tempo::{Duration, Instant};

use crate::directory::{Directory, Remembered};

/// Things in the directory that will run out.
#[derive(Debug, Default)]
pub struct Obsolete {
    heap: BinaryHeap<Entry>,
    /// Chat users who are in the heap: once each, however often they come again.
    subscribers: HashSet<Identity, RandomState>,
    reaches: HashSet<Msisdn, RandomState>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Instant,
    what: Remembered,
}

impl Obsolete {
    /// `what` runs out at `at`. What is here already is looked at when it was to run out, and then stays as long as it is
    /// remembered.
    pub fn put(&mut self, what: Remembered, at: Instant) {
        let is_new = match what {
            Remembered::Subscriber(identity) => self.subscribers.insert(identity),
            Remembered::Reach(number) => self.reaches.insert(number),
            Remembered::Announcement(_) | Remembered::Awaited(_) | Remembered::Allowance(..) => true,
        };
        if is_new {
            self.heap.push(Entry { at, what });
        }
    }

    /// Takes out at most `most` things that have run out; `gone` hears of chat users.
    pub fn take_out(
        &mut self,
        directory: &dyn Directory,
        now: Instant,
        most: usize,
        mut gone: impl FnMut(Identity),
    ) {
        for _ in 0..most {
            let Some(entry) = self.heap.peek().copied().filter(|entry| entry.at <= now) else { return };
            self.heap.pop();
            match (directory.expire(entry.what, now), entry.what) {
                (Some(at), what) => self.heap.push(Entry { at, what }),
                (None, Remembered::Subscriber(identity)) => {
                    self.subscribers.remove(&identity);
                    gone(identity);
                }
                (None, Remembered::Reach(number)) => {
                    self.reaches.remove(&number);
                }
                (None, _) => {}
            }
        }
    }

    /// When there is something to take out at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.heap.peek().map(|entry| entry.at + LATENESS)
    }
}

/// The earliest is the greatest, so that it is on top.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.cmp(&self.at)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests;

/// What has run out counts for nothing; an idle shard is not woken for each.
const LATENESS: Duration = Duration::from_secs(1);
