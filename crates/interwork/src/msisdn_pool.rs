//! Numbers on loan: one pool, whole on every shard, because everything about one SMS user happens on one shard.
//!
//! A number serves as many sessions as there are distinct SMS users, so the pool needs only as many numbers
//! as one SMS user has chats at the same time.
//!
//! Refuses: to give a number on which this SMS user has a live session, or one that rests from somebody else's.
//! In: `lease`. Out: `Lease`, or `PoolExhausted`.

use alloc::boxed::Box;

use tempo::Instant;

use crate::{Correlation, Msisdn, Pair, PeerId};

/// A number on loan to one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The number that the SMS user writes to, and the user.
    pub pair: Pair,
    /// Who has the session.
    pub peer: PeerId,
    /// Must the pair rest afterwards? Not when the number is the chat user's own.
    pub rests: bool,
}

/// Each number of the pool is taken or resting for this SMS user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolExhausted;

/// The numbers that may be lent.
#[derive(Clone, Debug, Default)]
pub struct MsisdnPool {
    numbers: Box<[Msisdn]>,
}

impl MsisdnPool {
    /// A pool of these numbers.
    pub fn new(numbers: impl IntoIterator<Item = Msisdn>) -> Self {
        MsisdnPool { numbers: numbers.into_iter().collect() }
    }

    /// A number for a session between `peer` and `sms_user`. The search starts where the two names lead, so the
    /// same two people meet on the same number again as long as it is free (conversation affinity).
    pub fn lease<S: Copy>(
        &self,
        sms_user: Msisdn,
        peer: PeerId,
        pairs: &Correlation<S>,
        now: Instant,
    ) -> Result<Lease, PoolExhausted> {
        let count = self.numbers.len();
        let start = peer.mixed_with(sms_user) as usize % count.max(1);
        (0..count)
            .map(|step| Pair { number: self.numbers[(start + step) % count], sms_user })
            .find(|pair| pairs.is_free_for(*pair, peer, now))
            .map(|pair| Lease { pair, peer, rests: true })
            .ok_or(PoolExhausted)
    }

    /// Does `number` belong to the pool?
    pub fn contains(&self, number: Msisdn) -> bool {
        self.numbers.contains(&number)
    }

    /// Is there nothing to lend?
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LanguageId, Rest};
    use octets::Digits;
    use tempo::{Duration, Entropy, Instant};

    fn number(text: &[u8]) -> Msisdn {
        Msisdn(Digits::from_ascii(text).expect("a number"))
    }

    struct Desk {
        pool: MsisdnPool,
        pairs: Correlation<u32>,
        now: Instant,
    }

    fn desk(numbers: usize) -> Desk {
        let numbers = (0..numbers as u64)
            .map(|n| Msisdn(Digits::from_number(49_151_000 + n, 8).expect("eight digits")));
        Desk {
            pool: MsisdnPool::new(numbers),
            pairs: Correlation::new(64, &mut Entropy::from_seed([1; 32])),
            now: Instant::ZERO,
        }
    }

    impl Desk {
        fn chat(&mut self, sms_user: Msisdn, peer: PeerId, session: u32) -> Result<Lease, PoolExhausted> {
            let lease = self.pool.lease(sms_user, peer, &self.pairs, self.now)?;
            self.pairs.bind(lease.pair, session).expect("room for a pair");
            Ok(lease)
        }
    }

    fn rest(until: Instant, peer: PeerId) -> Rest {
        Rest { until, peer, language: LanguageId::default() }
    }

    #[test]
    fn two_chats_of_one_sms_user_are_on_two_numbers() {
        let mut desk = desk(2);
        let bob = number(b"4915550001");
        let one = desk.chat(bob, PeerId::of("alice"), 1).expect("a number");
        let other = desk.chat(bob, PeerId::of("carol"), 2).expect("a number");
        assert_ne!(one.pair, other.pair);
        assert_eq!(desk.chat(bob, PeerId::of("dave"), 3), Err(PoolExhausted));
        assert!(
            desk.chat(number(b"4915550002"), PeerId::of("dave"), 4).is_ok(),
            "another SMS user, the same numbers"
        );
    }

    #[test]
    fn a_resting_number_is_for_the_same_peer_only() {
        let mut desk = desk(1);
        let bob = number(b"4915550001");
        let alice = PeerId::of("alice");
        let lease = desk.chat(bob, alice, 1).expect("a number");
        let rested = Instant::ZERO + Duration::from_secs(900);
        desk.pairs.release(lease.pair, Some(rest(rested, alice)));
        assert_eq!(desk.chat(bob, PeerId::of("carol"), 2), Err(PoolExhausted));
        assert_eq!(desk.chat(bob, alice, 3), Ok(lease));
        desk.pairs.release(lease.pair, Some(rest(rested + Duration::from_secs(1), alice)));
        desk.now = rested;
        desk.pairs.advance(rested, 10);
        assert_eq!(desk.chat(bob, PeerId::of("carol"), 4), Err(PoolExhausted), "the second rest is not over");
        desk.now = rested + Duration::from_secs(1);
        assert!(desk.chat(bob, PeerId::of("carol"), 5).is_ok());
        desk.pairs.release(lease.pair, Some(rest(desk.now, alice)));
        desk.pairs.advance(desk.now, 10);
        assert_eq!((desk.pairs.live(), desk.pairs.resting()), (0, 0));
    }

    // interworking 11 row 21
    #[test]
    fn the_chats_of_an_sms_user_are_counted_until_they_end() {
        let mut desk = desk(2);
        let bob = number(b"4915550001");
        let alice = PeerId::of("alice");
        let one = desk.chat(bob, alice, 1).expect("a number");
        let other = desk.chat(bob, PeerId::of("carol"), 2).expect("a number");
        assert_eq!((desk.pairs.chats_of(bob), desk.pairs.chats_of(number(b"4915550002"))), (2, 0));
        desk.pairs.release(one.pair, Some(rest(desk.now + Duration::from_secs(900), alice)));
        assert_eq!(desk.pairs.chats_of(bob), 1, "at rest is not live");
        desk.pairs.release(one.pair, None);
        assert_eq!(desk.pairs.chats_of(bob), 1, "an end counts once");
        desk.pairs.release(other.pair, None);
        assert_eq!(desk.pairs.chats_of(bob), 0);
    }

    #[test]
    #[should_panic(expected = "bound twice")]
    fn a_live_pair_is_never_given_away() {
        let mut desk = desk(1);
        let pair = Pair { number: number(b"49151000"), sms_user: number(b"4915550001") };
        desk.pairs.bind(pair, 1).expect("room");
        let _ = desk.pairs.bind(pair, 2);
    }

    #[test]
    fn a_full_map_refuses() {
        let mut pairs = Correlation::new(1, &mut Entropy::from_seed([1; 32]));
        let pair = |user| Pair { number: number(b"49151000"), sms_user: number(user) };
        pairs.bind(pair(b"1"), 1).expect("room");
        assert_eq!(pairs.bind(pair(b"2"), 2), Err(crate::PairsFull));
        pairs.release(pair(b"1"), None);
        assert_eq!(pairs.bind(pair(b"2"), 2), Ok(()));
    }
}
