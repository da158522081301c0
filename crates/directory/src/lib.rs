//! What every shard may ask, on DashMap: the MT-Correlation-IDs that routing queries were answered with,
//! what is known of chat users, how they are reached, and how much of what they may do they have left.
//!
//! A query may come in on any shard and its Forward SM on any other; this is where they meet.
//! Rule: no guard of the map ever leaves a function (a second access under a guard can deadlock).
#![forbid(unsafe_code)]

mod allowances;
mod lasting;

use std::collections::HashMap;

use dashmap::DashSet;
use foldhash::fast::RandomState;
use interwork::{Identity, Msisdn, MtCorrelationId, PeerId, Rate, Subscriber};
use shard::{Directory, Limited, Reach, Remembered, ShardId, Spent};
use tempo::Instant;

use allowances::Allowances;
use lasting::Lasting;

/// The directory of one gateway process.
#[derive(Debug)]
pub struct SharedDirectory {
    announcements: Lasting<MtCorrelationId, Msisdn>,
    subscribers: Lasting<Identity, Subscriber>,
    awaited: Lasting<Identity, ()>,
    allowances: Allowances,
    /// As many as there are subscribers at most: who is reached is registered.
    reaches: Lasting<Msisdn, Reach>,
    /// On which shards a chat user has chats: no more entries than there are chats.
    chats: DashSet<(PeerId, ShardId), RandomState>,
    /// From the operator's file; it never changes, and comes before what a registration says.
    provisioned: HashMap<Identity, Subscriber>,
}

impl SharedDirectory {
    /// A directory for at most `announcements_max` routing queries that wait for their Forward SM, data of
    /// `subscribers_max` chat users, and as many who did something of late.
    pub fn new(announcements_max: usize, subscribers_max: usize) -> Self {
        SharedDirectory {
            announcements: Lasting::new(announcements_max),
            subscribers: Lasting::new(subscribers_max),
            awaited: Lasting::new(AWAITED_MAX),
            allowances: Allowances::new(subscribers_max),
            reaches: Lasting::new(subscribers_max),
            chats: DashSet::default(),
            provisioned: HashMap::new(),
        }
    }

    /// With data of chat users from the operator's file.
    #[must_use]
    pub fn with_provisioned(self, provisioned: impl IntoIterator<Item = (Identity, Subscriber)>) -> Self {
        SharedDirectory { provisioned: provisioned.into_iter().collect(), ..self }
    }
}

impl Directory for SharedDirectory {
    fn announce(&self, id: MtCorrelationId, number: Msisdn, until: Instant) -> bool {
        self.announcements.put(id, number, until)
    }

    fn announced(&self, id: MtCorrelationId, now: Instant) -> Option<Msisdn> {
        self.announcements.find(id, now)
    }

    fn announcements(&self) -> usize {
        self.announcements.count()
    }

    fn remember(&self, identity: Identity, subscriber: Subscriber, until: Instant) -> bool {
        self.provisioned.contains_key(&identity) || self.subscribers.put(identity, subscriber, until)
    }

    fn revise(&self, identity: Identity, subscriber: Subscriber) {
        self.subscribers.revise(identity, subscriber);
    }

    fn await_data(&self, identity: Identity, until: Instant) -> bool {
        !self.awaited.holds(identity) && self.awaited.put(identity, (), until)
    }

    fn has_data(&self, identity: Identity) {
        self.awaited.remove(identity);
    }

    fn awaits(&self, identity: Identity, now: Instant) -> bool {
        self.awaited.find(identity, now).is_some()
    }

    fn awaits_any(&self) -> bool {
        self.awaited.count() > 0
    }

    fn has_chats(&self, peer: PeerId, shard: ShardId, has: bool) {
        match has {
            true => drop(self.chats.insert((peer, shard))),
            false => drop(self.chats.remove(&(peer, shard))),
        }
    }

    fn are_chats_on(&self, peer: PeerId, shard: ShardId) -> bool {
        self.chats.contains(&(peer, shard))
    }

    fn subscriber(&self, identity: Identity, now: Instant) -> Option<Subscriber> {
        self.provisioned.get(&identity).copied().or_else(|| self.subscribers.find(identity, now))
    }

    fn forget(&self, identity: Identity) {
        self.subscribers.remove(identity);
    }

    fn subscribers(&self) -> usize {
        self.subscribers.count() + self.provisioned.len()
    }

    fn spend(&self, who: Identity, what: Limited, rate: Rate, now: Instant) -> Spent {
        self.allowances.spend((who, what), rate, now)
    }

    fn allowances(&self) -> usize {
        self.allowances.count()
    }

    fn attach(&self, number: Msisdn, reach: Reach, until: Instant) -> bool {
        self.reaches.put(number, reach, until)
    }

    fn reach(&self, number: Msisdn, now: Instant) -> Option<Reach> {
        self.reaches.find(number, now)
    }

    fn detach(&self, number: Msisdn) {
        self.reaches.remove(number);
    }

    fn expire(&self, what: Remembered, now: Instant) -> Option<Instant> {
        match what {
            Remembered::Announcement(id) => self.announcements.expire(id, now),
            Remembered::Subscriber(identity) => self.subscribers.expire(identity, now),
            Remembered::Awaited(identity) => self.awaited.expire(identity, now),
            Remembered::Allowance(who, what) => self.allowances.expire((who, what), now),
            Remembered::Reach(number) => self.reaches.expire(number, now),
        }
    }
}

/// Chat users whose data are on the way; beyond it an INVITE that comes too early is judged by what is known.
const AWAITED_MAX: usize = 1 << 14;

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
        let directory = SharedDirectory::new(1, 1);
        let number = Msisdn(Digits::from_ascii(b"49151000").expect("digits"));
        let minute = Instant::ZERO + Duration::from_secs(60);
        assert!(directory.announce(id(b"262990000000001"), number, minute));
        assert!(!directory.announce(id(b"262990000000002"), number, minute), "full");
        assert_eq!(directory.announced(id(b"262990000000001"), Instant::ZERO), Some(number));
        assert_eq!(directory.announced(id(b"262990000000001"), minute), None, "run out");
        assert_eq!(directory.announced(id(b"262990000000003"), Instant::ZERO), None, "never announced");
        let first = Remembered::Announcement(id(b"262990000000001"));
        assert_eq!(directory.expire(first, Instant::ZERO), Some(minute), "its time is not over");
        assert_eq!(directory.announcements(), 1);
        assert_eq!(directory.expire(first, minute), None);
        assert_eq!(directory.announcements(), 0);
        assert!(directory.announce(id(b"262990000000002"), number, minute + Duration::from_secs(60)));
    }

    #[test]
    fn a_chat_user_is_known_until_he_is_forgotten_or_his_time_is_over() {
        let directory = SharedDirectory::new(1, 1);
        let alice = Identity::Number(Msisdn(Digits::from_ascii(b"15550100").expect("digits")));
        let bob = Identity::Number(Msisdn(Digits::from_ascii(b"15550101").expect("digits")));
        let hour = Instant::ZERO + Duration::from_secs(3600);
        assert!(directory.remember(alice, Subscriber::ANYBODY, hour));
        assert!(!directory.remember(bob, Subscriber::ANYBODY, hour), "full");
        let barred = Subscriber { is_authorised: false, ..Subscriber::ANYBODY };
        assert!(directory.remember(alice, barred, hour), "what is known may change");
        assert_eq!(directory.subscriber(alice, Instant::ZERO), Some(barred));
        assert_eq!(directory.subscriber(alice, hour), None);
        directory.forget(alice);
        assert_eq!(directory.subscribers(), 0);
        assert!(directory.remember(bob, Subscriber::ANYBODY, hour));
    }

    #[test]
    fn a_chat_user_is_reached_while_he_is_registered() {
        let directory = SharedDirectory::new(1, 1);
        let [alice, bob] =
            [&b"15550100"[..], b"15550101"].map(|number| Msisdn(Digits::from_ascii(number).expect("digits")));
        let hour = Instant::ZERO + Duration::from_secs(3600);
        let from = ([192, 0, 2, 10], 5060).into();
        let reach = |identity: &[u8]| Reach::new(identity, None, from).expect("a short identity");
        assert!(directory.attach(alice, reach(b"sip:old@ims.example"), hour));
        assert!(directory.attach(alice, reach(b"sip:alice@ims.example"), hour), "the last word counts");
        assert!(!directory.attach(bob, reach(b"sip:bob@ims.example"), hour), "full");
        let found = directory.reach(alice, Instant::ZERO).expect("registered");
        assert_eq!((found.identity(), found.hop()), (&b"sip:alice@ims.example"[..], from));
        assert!(directory.reach(alice, hour).is_none(), "run out");
        directory.expire(Remembered::Reach(alice), hour);
        assert!(directory.attach(bob, reach(b"sip:bob@ims.example"), hour));
        directory.detach(bob);
        assert!(directory.reach(bob, Instant::ZERO).is_none());
    }
}
