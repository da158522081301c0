//! Who wants to be woken when: one moment for each, however many there are.

use alloc::collections::{BTreeMap, BTreeSet};

use tempo::Instant;

/// Moments by whose they are, and in their order.
#[derive(Debug)]
pub(crate) struct Agenda<K> {
    moments: BTreeMap<K, Instant>,
    order: BTreeSet<(Instant, K)>,
}

impl<K> Default for Agenda<K> {
    fn default() -> Self {
        Agenda { moments: BTreeMap::new(), order: BTreeSet::new() }
    }
}

impl<K: Ord + Copy> Agenda<K> {
    /// `whose` moment is this from now on; `None` takes it away.
    pub(crate) fn arm(&mut self, whose: K, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.moments.insert(whose, at),
            None => self.moments.remove(&whose),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.order.remove(&(before, whose));
        }
        if let Some(at) = at {
            self.order.insert((at, whose));
        }
    }

    /// The first moment of all.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Whose moment has come, and takes it away.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<K> {
        let (_, whose) = *self.order.first().filter(|(at, _)| *at <= now)?;
        self.arm(whose, None);
        Some(whose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_moment_and_they_come_in_order() {
        let at = Instant::from_nanos;
        let mut agenda = Agenda::default();
        agenda.arm('a', Some(at(30)));
        agenda.arm('b', Some(at(20)));
        agenda.arm('a', Some(at(10)));
        agenda.arm('c', Some(at(15)));
        agenda.arm('c', None);
        assert_eq!(agenda.next(), Some(at(10)));
        assert_eq!(agenda.take_due(at(9)), None);
        assert_eq!(agenda.take_due(at(25)), Some('a'));
        assert_eq!(agenda.take_due(at(25)), Some('b'));
        assert_eq!((agenda.take_due(at(99)), agenda.next()), (None, None));
    }
}
