//! Who is there, by number: a chat user may have several public identities, and is gone when he has left with the last.
//!
//! All of that is on the shard that owns his number. In: REGISTERs. Out: is he still there?

pub(super) mod attachment;
pub(super) mod endings;
pub(super) mod registration;

use hashbrown::HashMap;
use interwork::{Msisdn, PeerId};

/// The identities that are registered under each number.
pub(super) struct Presence {
    of: HashMap<Msisdn, [Option<PeerId>; IDENTITIES_MAX], foldhash::fast::FixedState>,
}

impl Presence {
    pub(super) fn new(seed: u64) -> Self {
        Presence { of: HashMap::with_hasher(foldhash::fast::FixedState::with_seed(seed)) }
    }

    /// This identity is there. One too many is not kept, so that he may be taken for gone too early: he registers again.
    pub(super) fn arrive(&mut self, number: Msisdn, identity: PeerId) {
        if self.of.len() >= NUMBERS_MAX && !self.of.contains_key(&number) {
            return;
        }
        let identities = self.of.entry(number).or_default();
        if !identities.contains(&Some(identity))
            && let Some(free) = identities.iter_mut().find(|place| place.is_none())
        {
            *free = Some(identity);
        }
    }

    /// This identity has left. `true`: it was the last.
    pub(super) fn leave(&mut self, number: Msisdn, identity: PeerId) -> bool {
        let Some(identities) = self.of.get_mut(&number) else { return true };
        identities.iter_mut().filter(|place| **place == Some(identity)).for_each(|place| *place = None);
        let is_last = identities.iter().all(Option::is_none);
        if is_last {
            self.of.remove(&number);
        }
        is_last
    }

    /// The registrations under this number have run out.
    pub(super) fn forget(&mut self, number: Msisdn) {
        self.of.remove(&number);
    }
}

/// Public identities under one number.
const IDENTITIES_MAX: usize = 4;
/// Numbers of one shard; of more it is not known whether they have several identities.
const NUMBERS_MAX: usize = 1 << 20;
