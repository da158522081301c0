//! One seed, five streams: what is drawn for one purpose disturbs no other.

use tempo::Entropy;

/// The streams of a world.
#[derive(Debug)]
pub struct Chance {
    /// What becomes of datagrams and streams on their way.
    pub net: Entropy,
    /// Which faults there are, and what liars say.
    pub faults: Entropy,
    /// Who plays, and what they do.
    pub cast: Entropy,
    /// Who has his turn when.
    pub schedule: Entropy,
    /// The chance of the shards and of the actors.
    pub entropy: Entropy,
}

impl Chance {
    /// The streams of this seed.
    pub fn of(seed: u64) -> Self {
        let mut octets = *b"ipsmgw: one seed, one world.\0\0\0\0";
        for (place, octet) in octets.iter_mut().zip(seed.to_be_bytes()) {
            *place ^= octet;
        }
        let mut root = Entropy::from_seed(octets);
        Chance {
            net: root.fork(),
            faults: root.fork(),
            cast: root.fork(),
            schedule: root.fork(),
            entropy: root.fork(),
        }
    }
}

/// Draws that a plan is made of.
pub trait Draw {
    /// A number from `least` to `most`, both included.
    fn between(&mut self, least: u64, most: u64) -> u64;
    /// Yes in so many of a thousand cases.
    fn per_mille(&mut self, cases: u64) -> bool;
    /// One of these.
    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T;
}

impl Draw for Entropy {
    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    fn per_mille(&mut self, cases: u64) -> bool {
        self.below(1000) < cases
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}
