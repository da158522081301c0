//! Directories that break a promise: each is the real one but for one thing.

use std::fmt;
use std::sync::Arc;

use directory::SharedDirectory;
use interwork::{Identity, Msisdn, MtCorrelationId, PeerId, Rate, Subscriber};
use shard::{Directory, Limited, Reach, Remembered, ShardId, Spent};
use tempo::Instant;

struct Shammed {
    real: Arc<SharedDirectory>,
    sham: Sham,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sham {
    /// Forgets nothing.
    Unforgetting,
    /// Says that it holds more than it may.
    Boundless,
    /// Shows a number.
    Talkative,
    /// Lets everybody of whom something is known.
    Lenient,
    /// Lets nobody.
    Strict,
}

pub fn unforgetting(real: Arc<SharedDirectory>) -> Arc<dyn Directory> {
    Arc::new(Shammed { real, sham: Sham::Unforgetting })
}

pub fn boundless(real: Arc<SharedDirectory>) -> Arc<dyn Directory> {
    Arc::new(Shammed { real, sham: Sham::Boundless })
}

pub fn talkative(real: Arc<SharedDirectory>) -> Arc<dyn Directory> {
    Arc::new(Shammed { real, sham: Sham::Talkative })
}

pub fn lenient(real: Arc<SharedDirectory>) -> Arc<dyn Directory> {
    Arc::new(Shammed { real, sham: Sham::Lenient })
}

pub fn strict(real: Arc<SharedDirectory>) -> Arc<dyn Directory> {
    Arc::new(Shammed { real, sham: Sham::Strict })
}

impl fmt::Debug for Shammed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sham {
            Sham::Talkative => f.write_str("Directory(15550100001)"),
            _ => self.real.fmt(f),
        }
    }
}

impl Directory for Shammed {
    fn announce(&self, id: MtCorrelationId, number: Msisdn, until: Instant) -> bool {
        self.real.announce(id, number, until)
    }

    fn announced(&self, id: MtCorrelationId, now: Instant) -> Option<Msisdn> {
        self.real.announced(id, now)
    }

    fn remember(&self, identity: Identity, subscriber: Subscriber, until: Instant) -> bool {
        self.real.remember(identity, subscriber, until)
    }

    fn revise(&self, identity: Identity, subscriber: Subscriber) {
        self.real.revise(identity, subscriber);
    }

    fn await_data(&self, identity: Identity, until: Instant) -> bool {
        self.real.await_data(identity, until)
    }

    fn has_data(&self, identity: Identity) {
        self.real.has_data(identity);
    }

    fn awaits(&self, identity: Identity, now: Instant) -> bool {
        self.real.awaits(identity, now)
    }

    fn awaits_any(&self) -> bool {
        self.real.awaits_any()
    }

    fn has_chats(&self, peer: PeerId, shard: ShardId, has: bool) {
        self.real.has_chats(peer, shard, has);
    }

    fn are_chats_on(&self, peer: PeerId, shard: ShardId) -> bool {
        self.real.are_chats_on(peer, shard)
    }

    fn subscriber(&self, identity: Identity, now: Instant) -> Option<Subscriber> {
        let subscriber = self.real.subscriber(identity, now)?;
        let is_authorised = match self.sham {
            Sham::Lenient => true,
            Sham::Strict => false,
            _ => subscriber.is_authorised,
        };
        Some(Subscriber { is_authorised, ..subscriber })
    }

    fn forget(&self, identity: Identity) {
        self.real.forget(identity);
    }

    fn subscribers(&self) -> usize {
        self.real.subscribers()
    }

    fn spend(&self, who: Identity, what: Limited, rate: Rate, now: Instant) -> Spent {
        self.real.spend(who, what, rate, now)
    }

    fn allowances(&self) -> usize {
        self.real.allowances()
    }

    fn attach(&self, number: Msisdn, reach: Reach, until: Instant) -> bool {
        self.real.attach(number, reach, until)
    }

    fn reach(&self, number: Msisdn, now: Instant) -> Option<Reach> {
        self.real.reach(number, now)
    }

    fn detach(&self, number: Msisdn) {
        self.real.detach(number);
    }

    fn expire(&self, what: Remembered, now: Instant) -> Option<Instant> {
        match self.sham {
            Sham::Unforgetting => None,
            _ => self.real.expire(what, now),
        }
    }

    fn announcements(&self) -> usize {
        // As many as are waiting, and as many again.
        let waiting = self.real.announcements();
        if self.sham == Sham::Boundless { 2 * waiting } else { waiting }
    }
}
