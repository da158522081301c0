//! Which session an SM belongs to: the pair of the number it was sent to and the SMS user who sent it.
//!
//! Owned by one shard, so it is lock-free because it is not shared. All memory is asked for at birth.
//!
//! Refuses: to let a pair of an ended session fall to a stranger before it has rested.

use alloc::collections::VecDeque;
use core::hash::BuildHasher;

use hashbrown::{HashMap, HashTable};
use tempo::{Duration, Entropy, Instant};

use crate::{LanguageId, Msisdn, PeerId};

/// A session's number and an SMS user. One live session at most per pair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pair {
    /// The number that stands for the session.
    pub number: Msisdn,
    /// The SMS user.
    pub sms_user: Msisdn,
}

/// What a pair means at this moment. `S` names a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning<S> {
    /// An SM belongs to this session.
    Live(S),
    /// The session has ended; only the same chat user may have the pair again.
    Resting(Rest),
}

/// What is kept of an ended session while its pair rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rest {
    /// End of the rest.
    pub until: Instant,
    /// Whose session it was.
    pub peer: PeerId,
    /// The language that it was in: for whoever writes to it late.
    pub language: LanguageId,
}

/// All pairs that this shard may remember are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PairsFull;

/// The pair map of one shard.
#[derive(Debug)]
pub struct Correlation<S> {
    table: HashTable<Entry<S>>,
    hasher: foldhash::fast::FixedState,
    /// Each pair that is at rest stands here once, so the queue never outgrows the table. The order is that of the first
    /// rest; whether a rest is over is asked of the pair itself.
    sweep: VecDeque<(Instant, Pair)>,
    /// How many live sessions each SMS user has who has any.
    chats: HashMap<Msisdn, usize, foldhash::fast::FixedState>,
    pairs_max: usize,
    live: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry<S> {
    pair: Pair,
    meaning: Meaning<S>,
    in_sweep: bool,
    /// When the SMS user was last told that nobody is there.
    told_at: Option<Instant>,
}

impl<S: Copy> Correlation<S> {
    /// A map with room for `pairs_max` pairs, live and resting ones together.
    pub fn new(pairs_max: usize, entropy: &mut Entropy) -> Self {
        let hasher = foldhash::fast::FixedState::with_seed(entropy.u64());
        Correlation {
            table: HashTable::with_capacity(pairs_max),
            hasher: hasher.clone(),
            sweep: VecDeque::with_capacity(pairs_max),
            chats: HashMap::with_capacity_and_hasher(pairs_max, hasher),
            pairs_max,
            live: 0,
        }
    }

    /// Gives `pair` to `session`. Two sessions on one pair would mix two people's words: that is our own
    /// broken promise, never somebody's input.
    pub fn bind(&mut self, pair: Pair, session: S) -> Result<(), PairsFull> {
        let hash = self.hasher.hash_one(pair);
        if let Some(entry) = self.table.find_mut(hash, |entry| entry.pair == pair) {
            assert!(!matches!(entry.meaning, Meaning::Live(_)), "a leased pair was bound twice");
            entry.meaning = Meaning::Live(session);
        } else {
            if self.table.len() >= self.pairs_max {
                return Err(PairsFull);
            }
            let entry = Entry { pair, meaning: Meaning::Live(session), in_sweep: false, told_at: None };
            let hasher = &self.hasher;
            self.table.insert_unique(hash, entry, |entry| hasher.hash_one(entry.pair));
        }
        self.live += 1;
        *self.chats.entry(pair.sms_user).or_insert(0) += 1;
        Ok(())
    }

    /// Ends the session of `pair`; it rests, or is forgotten at once.
    pub fn release(&mut self, pair: Pair, rest: Option<Rest>) {
        let hash = self.hasher.hash_one(pair);
        let Ok(mut found) = self.table.find_entry(hash, |entry| entry.pair == pair) else { return };
        let entry = found.get_mut();
        if !matches!(entry.meaning, Meaning::Live(_)) {
            return;
        }
        self.live -= 1;
        if let Some(chats) = self.chats.get_mut(&pair.sms_user) {
            *chats -= 1;
            if *chats == 0 {
                self.chats.remove(&pair.sms_user);
            }
        }
        let Some(rest) = rest else {
            if found.remove().0.in_sweep {
                self.sweep.retain(|(_, queued)| *queued != pair);
            }
            return;
        };
        entry.meaning = Meaning::Resting(rest);
        if !entry.in_sweep {
            entry.in_sweep = true;
            self.sweep.push_back((rest.until, pair));
        }
    }

    /// Forgets pairs whose rest is over; looks at most at `most` of them.
    pub fn advance(&mut self, now: Instant, most: usize) {
        for _ in 0..most {
            let Some((_, pair)) = self.sweep.front().copied().filter(|(until, _)| *until <= now) else {
                return;
            };
            self.sweep.pop_front();
            let hash = self.hasher.hash_one(pair);
            let Ok(mut found) = self.table.find_entry(hash, |entry| entry.pair == pair) else { continue };
            match found.get().meaning {
                Meaning::Live(_) => found.get_mut().in_sweep = false,
                Meaning::Resting(rest) if rest.until > now => self.sweep.push_back((rest.until, pair)),
                Meaning::Resting(_) => {
                    found.remove();
                }
            }
        }
    }

    /// What `pair` means at `now`.
    pub fn meaning(&self, pair: Pair, now: Instant) -> Option<Meaning<S>> {
        let hash = self.hasher.hash_one(pair);
        let entry = self.table.find(hash, |entry| entry.pair == pair)?;
        let is_over = matches!(entry.meaning, Meaning::Resting(rest) if rest.until <= now);
        (!is_over).then_some(entry.meaning)
    }

    /// May `peer` have `pair`: is it unknown, or at rest from a session of the same peer?
    pub fn is_free_for(&self, pair: Pair, peer: PeerId, now: Instant) -> bool {
        match self.meaning(pair, now) {
            None => true,
            Some(Meaning::Live(_)) => false,
            Some(Meaning::Resting(rest)) => rest.peer == peer,
        }
    }

    /// May the SMS user of a pair at rest be told that nobody is there? Not again before `pause` is over.
    pub fn may_tell(&mut self, pair: Pair, now: Instant, pause: Duration) -> bool {
        let hash = self.hasher.hash_one(pair);
        let Some(entry) = self.table.find_mut(hash, |entry| entry.pair == pair) else { return false };
        if entry.told_at.is_some_and(|told_at| now < told_at + pause) {
            return false;
        }
        entry.told_at = Some(now);
        true
    }

    /// He could not be told after all.
    pub fn not_told(&mut self, pair: Pair) {
        let hash = self.hasher.hash_one(pair);
        if let Some(entry) = self.table.find_mut(hash, |entry| entry.pair == pair) {
            entry.told_at = None;
        }
    }

    /// Live sessions of an SMS user.
    pub fn chats_of(&self, sms_user: Msisdn) -> usize {
        self.chats.get(&sms_user).copied().unwrap_or(0)
    }

    /// Pairs with a live session.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Pairs at rest, those included whose rest is over but not yet swept.
    pub fn resting(&self) -> usize {
        self.table.len() - self.live
    }
}
