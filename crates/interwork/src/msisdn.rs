//! Whose number it is: the SMS user's, the chat user's, or the one that stands for a session.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use octets::Digits;

use crate::Identity;

/// An E.164 number in international form. It belongs to a person, so it does not print.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Msisdn(pub Digits);

impl Msisdn {
    /// The digits, for writing them into a message.
    pub fn digits(self) -> Digits {
        self.0
    }

    /// A number that shards and tables can spread by.
    pub fn spread(self) -> u64 {
        foldhash::fast::FixedState::with_seed(SPREAD_SEED).hash_one(self.0.packed())
    }
}

impl fmt::Debug for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Msisdn({:?})", self.0)
    }
}

/// The chat user of a session, as far as numbers on loan must know: is it the same one as last time?
///
/// It does not print: there are few enough phone numbers to try them all against their hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(u64);

impl PeerId {
    /// From what identifies the chat user: a number, or else the octets of the identity.
    pub fn of(identity: impl Hash) -> Self {
        PeerId(foldhash::fast::FixedState::with_seed(PEER_SEED).hash_one(identity))
    }

    /// From what data about a chat user are found by.
    pub fn of_identity(identity: Identity) -> Self {
        match identity {
            Identity::Number(number) => PeerId::of(number.digits().packed()),
            Identity::Name(name) => name,
        }
    }

    /// The same for every shard of a process, and spread evenly.
    pub fn spread(self) -> u64 {
        self.0
    }

    pub(crate) fn mixed_with(self, sms_user: Msisdn) -> u64 {
        foldhash::fast::FixedState::with_seed(PEER_SEED).hash_one((self.0, sms_user.0.packed()))
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<peer>")
    }
}

/// Fixed, not drawn: every shard, and the gateway after a restart, must agree on who owns whom.
const SPREAD_SEED: u64 = 0x1953_2204_0615_0001;
const PEER_SEED: u64 = 0x1953_2204_0615_0002;
