//! The seeded stream that all identifiers come from. One seed, one stream: a world can be played again.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A cryptographic stream: session ids and MT-Correlation-IDs drawn from it cannot be guessed
/// by somebody who has seen others of them.
#[derive(Clone, Debug)]
pub struct Entropy(ChaCha12Rng);

impl Entropy {
    /// A stream from 32 octets that the main drew from the operating system, or a world from its seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Entropy(ChaCha12Rng::from_seed(seed))
    }

    /// A stream of its own for one purpose: a draw here disturbs no other stream.
    pub fn fork(&mut self) -> Self {
        let mut seed = [0; 32];
        self.0.fill_bytes(&mut seed);
        Self::from_seed(seed)
    }

    /// Sixty-four random bits.
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Thirty-two random bits.
    pub fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number below `bound`, evenly spread; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.u64()) * u128::from(bound)) >> 64) as u64
    }

    /// Fills `room` with random octets.
    pub fn fill(&mut self, room: &mut [u8]) {
        self.0.fill_bytes(room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_one_stream() {
        let mut one = Entropy::from_seed([7; 32]);
        let mut other = Entropy::from_seed([7; 32]);
        assert_eq!(one.u64(), other.u64());
        assert_eq!(one.fork().u64(), other.fork().u64());
        assert_ne!(Entropy::from_seed([8; 32]).u64(), Entropy::from_seed([7; 32]).u64());
        assert!((0..100).all(|_| one.below(3) < 3));
        assert_eq!(one.below(0), 0);
    }
}
