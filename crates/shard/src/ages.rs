//! Things that all last equally long, in the order in which they came: what is days away needs no timer, whose reminder would
//! lie in the wheel until then though most of them are gone long before.

use alloc::collections::VecDeque;

use tempo::Instant;

use crate::table::{Key, Table};

/// Keys of things in a table, the oldest first; those of things that are gone are passed over.
#[derive(Debug)]
pub struct Ages<T> {
    queue: VecDeque<(Instant, Key<T>)>,
}

impl<T> Ages<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Ages { queue: VecDeque::new() }
    }

    /// This one lasts until `until`, and no shorter than any before it.
    pub fn put(&mut self, key: Key<T>, until: Instant, table: &Table<T>) {
        // At most twice as many as there are things: each look at all of them has as many puts before it.
        if self.queue.len() >= table.len().saturating_mul(2).max(SMALL) {
            self.queue.retain(|(_, key)| table.find(*key).is_some());
        }
        self.queue.push_back((until, key));
    }

    /// The oldest one whose time is over.
    pub fn next_over(&mut self, table: &Table<T>, now: Instant) -> Option<Key<T>> {
        while let Some((until, key)) = self.queue.front().copied() {
            let is_here = table.find(key).is_some();
            if is_here && until > now {
                return None;
            }
            self.queue.pop_front();
            if is_here {
                return Some(key);
            }
        }
        None
    }

    /// When the oldest one's time is over, should it still be here.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.queue.front().map(|(until, _)| *until)
    }

    /// The oldest one, whose time need not be over.
    pub fn oldest(&mut self, table: &Table<T>) -> Option<Key<T>> {
        while let Some((_, key)) = self.queue.pop_front() {
            if table.find(key).is_some() {
                return Some(key);
            }
        }
        None
    }
}

/// So few need no look.
const SMALL: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use tempo::Duration;

    #[test]
    fn the_oldest_goes_first_and_what_is_gone_takes_no_room() {
        let (mut ages, mut table) = (Ages::new(), Table::new(2));
        let at = |second| Instant::ZERO + Duration::from_secs(second);
        let first = table.insert('a').expect("room");
        ages.put(first, at(10), &table);
        for second in 11..10_000 {
            let key = table.insert('b').expect("room");
            ages.put(key, at(second), &table);
            table.remove(key);
            assert!(ages.queue.len() <= SMALL + 1);
        }
        let last = table.insert('c').expect("room");
        ages.put(last, at(20_000), &table);
        assert_eq!(ages.next_over(&table, at(9)), None);
        assert_eq!(ages.next_over(&table, at(10)), Some(first));
        table.remove(first);
        assert_eq!(ages.next_over(&table, at(10)), None);
        assert_eq!(ages.oldest(&table), Some(last));
        assert_eq!(ages.oldest(&table), None);
    }
}
