//! Which chat wants to be woken when: one moment each.

use std::collections::{BTreeSet, HashMap};

use tempo::Instant;

/// Moments by chat, and in their order.
#[derive(Debug, Default)]
pub struct Agenda {
    moments: HashMap<u32, Instant>,
    order: BTreeSet<(Instant, u32)>,
}

impl Agenda {
    /// The moment of `chat` is this from now on; `None` takes it away.
    pub fn arm(&mut self, chat: u32, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.moments.insert(chat, at),
            None => self.moments.remove(&chat),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.order.remove(&(before, chat));
        }
        if let Some(at) = at {
            self.order.insert((at, chat));
        }
    }

    /// The first moment of all.
    pub fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Whose moment has come, and takes it away.
    pub fn take_due(&mut self, now: Instant) -> Option<u32> {
        let (_, chat) = *self.order.first().filter(|(at, _)| *at <= now)?;
        self.arm(chat, None);
        Some(chat)
    }

    /// Does nobody want to be woken?
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
