//! How much each chat user has left of what he may do in a time, whichever shard he does it on.
//!
//! An entry lasts until all of it is back: then it says no more than none does. So there is one for each chat user who was
//! active of late, and no more than a limit.

use core::sync::atomic::{AtomicUsize, Ordering};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;
use interwork::{Allowance, Identity, Rate};
use shard::{Limited, Spent};
use tempo::Instant;

type Key = (Identity, Limited);

/// What chat users have left.
#[derive(Debug)]
pub struct Allowances {
    map: DashMap<Key, Allowance, RandomState>,
    /// Counted apart: `DashMap::len` locks every part of the map.
    count: AtomicUsize,
    most: usize,
}

impl Allowances {
    /// Of at most `most` chat users at the same time.
    pub fn new(most: usize) -> Self {
        Allowances {
            map: DashMap::with_capacity_and_hasher(most.min(RESERVED_MAX), RandomState::default()),
            count: AtomicUsize::new(0),
            most,
        }
    }

    /// Uses up one of what somebody may do. The entry is locked meanwhile: two shards never spend the same one.
    pub fn spend(&self, key: Key, rate: Rate, now: Instant) -> Spent {
        match self.map.entry(key) {
            Entry::Occupied(mut entry) => match entry.get_mut().spend(rate, now) {
                Ok(()) => Spent::Granted { ends: None },
                Err(at) => Spent::NotBefore(at),
            },
            // Two that come at once may both find the last room: the limit is kept within the number of shards.
            Entry::Vacant(_) if self.count.load(Ordering::Relaxed) >= self.most => Spent::NoRoom,
            Entry::Vacant(entry) => {
                let mut allowance = Allowance::default();
                if let Err(at) = allowance.spend(rate, now) {
                    return Spent::NotBefore(at);
                }
                entry.insert(allowance);
                self.count.fetch_add(1, Ordering::Relaxed);
                Spent::Granted { ends: Some(allowance.full_at()) }
            }
        }
    }

    /// Forgets an entry that says nothing any more; `Some` is when it is time to ask again.
    pub fn expire(&self, key: Key, now: Instant) -> Option<Instant> {
        if self.map.remove_if(&key, |_, allowance| allowance.full_at() <= now).is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        self.map.get(&key).map(|allowance| allowance.full_at())
    }

    /// How many there are, those included that say nothing any more and were not taken out.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

/// Room that is asked for at birth; a larger map grows into its limit.
const RESERVED_MAX: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use interwork::Msisdn;
    use octets::Digits;
    use tempo::Duration;

    fn user(text: &[u8]) -> Identity {
        Identity::Number(Msisdn(Digits::from_ascii(text).expect("digits")))
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn what_one_spends_is_missing_to_nobody_else_and_to_nothing_else() {
        let (allowances, rate) = (Allowances::new(8), Rate::new(1, HOUR).expect("a limit"));
        let spend = |who, what| allowances.spend((who, what), rate, at(0));
        let granted = Spent::Granted { ends: Some(at(3600)) };
        assert_eq!(spend(user(b"1"), Limited::Invitation), granted);
        assert_eq!(spend(user(b"1"), Limited::Invitation), Spent::NotBefore(at(3600)));
        assert_eq!(spend(user(b"2"), Limited::Invitation), granted);
        assert_eq!(spend(user(b"1"), Limited::Message), granted);
    }

    #[test]
    fn an_entry_lasts_until_it_says_nothing_and_then_makes_room() {
        let (allowances, rate) = (Allowances::new(1), Rate::new(2, HOUR).expect("a limit"));
        let key = |who: &[u8]| (user(who), Limited::Invitation);
        assert_eq!(allowances.spend(key(b"1"), rate, at(0)), Spent::Granted { ends: Some(at(1800)) });
        assert_eq!(allowances.spend(key(b"1"), rate, at(900)), Spent::Granted { ends: None });
        assert_eq!(allowances.spend(key(b"2"), rate, at(900)), Spent::NoRoom);
        assert_eq!(allowances.expire(key(b"1"), at(1800)), Some(at(3600)), "it was spent from meanwhile");
        assert_eq!(allowances.count(), 1);
        assert_eq!(allowances.expire(key(b"1"), at(3600)), None);
        assert_eq!(allowances.expire(key(b"1"), at(3600)), None, "gone already");
        assert_eq!(allowances.count(), 0);
        assert_eq!(allowances.spend(key(b"2"), rate, at(3600)), Spent::Granted { ends: Some(at(5400)) });
    }

    #[test]
    fn many_shards_at_once_grant_as_many_as_there_are() {
        let (allowances, rate) = (Allowances::new(1), Rate::new(100, HOUR).expect("a limit"));
        let granted = std::thread::scope(|scope| {
            let shards: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let spend = || allowances.spend((user(b"1"), Limited::Invitation), rate, at(0));
                        (0..100).filter(|_| matches!(spend(), Spent::Granted { .. })).count()
                    })
                })
                .collect();
            shards.into_iter().map(|shard| shard.join().expect("a shard")).sum::<usize>()
        });
        assert_eq!(granted, 100);
    }
}
