use core::sync::atomic::{AtomicU64, Ordering};

use interwork::{Identity, Msisdn, MtCorrelationId, PeerId, Rate, Subscriber};
use tempo::{Duration, Instant};

use super::*;
use crate::directory::{Limited, Spent};
use crate::lanes::ShardId;
use crate::reach::Reach;

/// One chat user, who runs out when the test says.
#[derive(Debug, Default)]
struct One(AtomicU64);

impl One {
    fn set(&self, until: Option<Instant>) {
        self.0.store(until.map_or(0, Instant::as_nanos), Ordering::Relaxed);
    }

    fn until(&self) -> Option<Instant> {
        Some(self.0.load(Ordering::Relaxed)).filter(|nanos| *nanos > 0).map(Instant::from_nanos)
    }
}

impl Directory for One {
    fn announce(&self, _: MtCorrelationId, _: Msisdn, _: Instant) -> bool {
        false
    }
    fn announced(&self, _: MtCorrelationId, _: Instant) -> Option<Msisdn> {
        None
    }
    fn remember(&self, _: Identity, _: Subscriber, until: Instant) -> bool {
        self.set(Some(until));
        true
    }
    fn revise(&self, _: Identity, _: Subscriber) {}
    fn subscriber(&self, _: Identity, _: Instant) -> Option<Subscriber> {
        None
    }
    fn forget(&self, _: Identity) {
        self.set(None);
    }
    fn subscribers(&self) -> usize {
        usize::from(self.until().is_some())
    }
    fn await_data(&self, _: Identity, _: Instant) -> bool {
        false
    }
    fn has_chats(&self, _: PeerId, _: ShardId, _: bool) {}
    fn are_chats_on(&self, _: PeerId, _: ShardId) -> bool {
        false
    }
    fn has_data(&self, _: Identity) {}
    fn awaits(&self, _: Identity, _: Instant) -> bool {
        false
    }
    fn awaits_any(&self) -> bool {
        false
    }
    fn attach(&self, _: Msisdn, _: Reach, _: Instant) -> bool {
        false
    }
    fn reach(&self, _: Msisdn, _: Instant) -> Option<Reach> {
        None
    }
    fn detach(&self, _: Msisdn) {}
    fn spend(&self, _: Identity, _: Limited, _: Rate, _: Instant) -> Spent {
        Spent::NoRoom
    }
    fn allowances(&self) -> usize {
        0
    }
    fn expire(&self, _: Remembered, now: Instant) -> Option<Instant> {
        let until = self.until().filter(|until| *until > now);
        self.set(until);
        until
    }
    fn announcements(&self) -> usize {
        0
    }
}

#[test]
fn who_comes_again_and_again_is_here_once_and_is_taken_out_in_the_end() {
    let (directory, mut obsolete) = (One::default(), Obsolete::default());
    let alice = Identity::Name(PeerId::of("alice"));
    let at = |second| Instant::ZERO + Duration::from_secs(second);
    for second in 0..100 {
        directory.remember(alice, Subscriber::ANYBODY, at(second + 10));
        obsolete.put(Remembered::Subscriber(alice), at(second + 10));
        obsolete.take_out(&directory, at(second), usize::MAX, |_| {});
        assert_eq!((obsolete.heap.len(), directory.subscribers()), (1, 1));
        if second % 7 == 0 {
            directory.forget(alice);
        }
    }
    obsolete.take_out(&directory, at(200), usize::MAX, |_| {});
    assert_eq!((obsolete.heap.len(), obsolete.subscribers.len(), directory.subscribers()), (0, 0, 0));
}
