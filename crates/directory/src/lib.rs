//! What every shard may ask, on DashMap: the MT-Correlation-IDs that routing queries were answered with.
//!
//! A query may come in on any shard and its Forward SM on any other; this is where they meet.
//! Rule: no guard of the map ever leaves a function (a second access under a guard can deadlock).
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use foldhash::fast::RandomState;
use interwork::{Msisdn, MtCorrelationId};
use shard::Directory;
use tempo::Instant;

/// The directory of one gateway process.
#[derive(Debug)]
pub struct SharedDirectory {
    announcements: DashMap<MtCorrelationId, Announcement, RandomState>,
    /// Counted apart: `DashMap::len` locks every part of the map.
    count: AtomicUsize,
    announcements_max: usize,
}

#[derive(Clone, Copy, Debug)]
struct Announcement {
    number: Msisdn,
    until: Instant,
}

impl SharedDirectory {
    /// A directory for at most `announcements_max` routing queries that wait for their Forward SM.
    pub fn new(announcements_max: usize) -> Self {
        SharedDirectory {
            announcements: DashMap::with_capacity_and_hasher(announcements_max, RandomState::default()),
            count: AtomicUsize::new(0),
            announcements_max,
        }
    }
}

impl Directory for SharedDirectory {
    fn announce(&self, id: MtCorrelationId, number: Msisdn, until: Instant) -> bool {
        if self.count.load(Ordering::Relaxed) >= self.announcements_max {
            return false;
        }
        if self.announcements.insert(id, Announcement { number, until }).is_none() {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        true
    }

    fn announced(&self, id: MtCorrelationId, now: Instant) -> Option<Msisdn> {
        self.announcements
            .get(&id)
            .map(|entry| *entry)
            .filter(|entry| entry.until > now)
            .map(|entry| entry.number)
    }

    fn sweep(&self, now: Instant) {
        self.announcements.retain(|_, announcement| {
            let stays = announcement.until > now;
            if !stays {
                self.count.fetch_sub(1, Ordering::Relaxed);
            }
            stays
        });
    }

    fn announcements(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octets::Digits;
    use tempo::Duration;

    fn id(text: &[u8]) -> MtCorrelationId {
        MtCorrelationId(Digits::from_ascii(text).expect("digits"))
    }

    #[test]
    fn an_announcement_runs_out_and_makes_room() {
        let directory = SharedDirectory::new(1);
        let number = Msisdn(Digits::from_ascii(b"49151000").expect("digits"));
        let minute = Instant::ZERO + Duration::from_secs(60);
        assert!(directory.announce(id(b"262990000000001"), number, minute));
        assert!(!directory.announce(id(b"262990000000002"), number, minute), "full");
        assert_eq!(directory.announced(id(b"262990000000001"), Instant::ZERO), Some(number));
        assert_eq!(directory.announced(id(b"262990000000001"), minute), None, "run out");
        assert_eq!(directory.announced(id(b"262990000000003"), Instant::ZERO), None, "never announced");
        directory.sweep(minute);
        assert_eq!(directory.announcements(), 0);
        assert!(directory.announce(id(b"262990000000002"), number, minute + Duration::from_secs(60)));
    }
}
