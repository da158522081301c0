//! Chats that are over though neither of the two has left: what is needed to go on with one.
//!
//! Refuses: to grow after birth; beyond its limit the oldest is forgotten, and its chat is over for good.
//! In: a chat that ends. Out: the same, by its pair, for as long as the operator wants.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use interwork::{ChatSession, Lease, Pair};
use tempo::{Duration, Entropy, Instant};

use crate::interwork_room::Chat;
use crate::interwork_room::chat::Terms;
use crate::interwork_room::invitation::succession::Names;
use crate::kept::Kept;
use crate::reach::Reach;
use crate::table::{Key, Table};

/// A chat that can be gone on with.
#[derive(Debug)]
pub(crate) struct Former {
    pub(crate) aside: Aside,
    pub(crate) lease: Lease,
    pub(crate) terms: Terms,
    /// The names of its conversation.
    pub(crate) names: Names,
    /// The identity that had invited.
    pub(crate) reach: Reach,
    was_told_to_leave: bool,
}

/// That a chat can be gone on with when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Aside {
    pub(crate) why: Why,
    /// Until when.
    pub(crate) until: Instant,
    /// How often the chat user was called in vain.
    failures: u8,
}

/// Why a chat has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Why {
    /// The chat user's client or his network has ended it.
    Closed,
    /// The SMS user has not answered in time.
    Unanswered,
}

impl Aside {
    pub(crate) fn new(why: Why, now: Instant, life: Duration) -> Option<Aside> {
        (life > Duration::ZERO).then_some(Aside { why, until: now + life, failures: 0 })
    }

    /// The chat user was called in vain. `None`: often enough.
    pub(crate) fn after_failure(self) -> Option<Aside> {
        let failures = self.failures + 1;
        (failures < FAILURES_MAX).then_some(Aside { failures, ..self })
    }
}

impl Former {
    /// What is left of `chat`; `None` when it cannot be gone on with.
    pub(crate) fn of(chat: &Chat) -> Option<Former> {
        Some(Former {
            aside: chat.aside?,
            lease: chat.lease,
            terms: chat.terms(),
            names: chat.names.clone(),
            reach: chat.reach.clone()?,
            was_told_to_leave: chat.was_told_to_leave,
        })
    }

    /// The chat that goes on, while its chat user is called back.
    pub(crate) fn into_chat(self) -> Chat {
        // It has no INVITE yet: this key names nothing.
        let mut chat = Chat::new(Key::new(0, 0), self.lease, self.terms, Kept::EMPTY);
        chat.session = ChatSession::recalling();
        chat.aside = Some(self.aside);
        chat.names = self.names;
        chat.reach = Some(self.reach);
        chat.was_told_to_leave = self.was_told_to_leave;
        chat
    }
}

/// The former chats of one shard, by their pairs, the oldest first.
pub(crate) struct Formers {
    table: Table<Linked>,
    by_pair: HashMap<Pair, Key<Linked>, FixedState>,
    oldest: Option<Key<Linked>>,
    newest: Option<Key<Linked>>,
}

#[derive(Debug)]
struct Linked {
    former: Former,
    older: Option<Key<Linked>>,
    newer: Option<Key<Linked>>,
}

impl Formers {
    pub(crate) fn new(most: usize, entropy: &mut Entropy) -> Self {
        let hasher = FixedState::with_seed(entropy.u64());
        Formers {
            table: Table::new(most),
            by_pair: HashMap::with_capacity_and_hasher(most, hasher),
            oldest: None,
            newest: None,
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.table.len()
    }

    /// Keeps what is left of a chat.
    pub(crate) fn put(&mut self, former: Former) {
        let pair = former.lease.pair;
        self.take(pair);
        if !self.table.has_room()
            && let Some(oldest) = self.oldest
        {
            self.remove(oldest);
        }
        let linked = Linked { former, older: self.newest, newer: None };
        let Ok(key) = self.table.insert(linked) else { return };
        match self.newest.and_then(|newest| self.table.find_mut(newest)) {
            Some(newest) => newest.newer = Some(key),
            None => self.oldest = Some(key),
        }
        self.newest = Some(key);
        self.by_pair.insert(pair, key);
    }

    /// The former chat of `pair` at `now`.
    pub(crate) fn find(&self, pair: Pair, now: Instant) -> Option<&Former> {
        let former = &self.table.find(*self.by_pair.get(&pair)?)?.former;
        (now < former.aside.until).then_some(former)
    }

    /// Takes out that of `pair`: it goes on, or there is another chat on its pair.
    pub(crate) fn take(&mut self, pair: Pair) -> Option<Former> {
        self.by_pair.get(&pair).copied().and_then(|key| self.remove(key))
    }

    /// Forgets those whose time is over; looks at most at `most` of them.
    pub(crate) fn advance(&mut self, now: Instant, most: usize) {
        for _ in 0..most {
            let Some(oldest) = self.oldest else { return };
            if self.table.find(oldest).is_some_and(|linked| now < linked.former.aside.until) {
                return;
            }
            self.remove(oldest);
        }
    }

    fn remove(&mut self, key: Key<Linked>) -> Option<Former> {
        let Linked { former, older, newer } = self.table.remove(key)?;
        match older.and_then(|older| self.table.find_mut(older)) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match newer.and_then(|newer| self.table.find_mut(newer)) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        self.by_pair.remove(&former.lease.pair);
        Some(former)
    }
}

/// How often in a row a chat user is called in vain; then the chat is over, and what the SMS user says goes another way, or none.
const FAILURES_MAX: u8 = 3;
