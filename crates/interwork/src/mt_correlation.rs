//! MT-Correlation-ID (TS 23.040, TS 23.204 6.14 step 3c): it looks like an IMSI and leads a Forward SM back to the
//! routing query that announced it.

use octets::Digits;
use tempo::Entropy;

/// MCC and MNC of our network, then digits that nobody can guess: fifteen in all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MtCorrelationId(pub Digits);

impl MtCorrelationId {
    /// A new one under `network`, the five or six digits of MCC and MNC.
    pub fn mint(network: Digits, entropy: &mut Entropy) -> Self {
        let mut text = [0; Digits::LENGTH_MAX];
        let prefix = network.iter().map(|digit| b'0' + digit);
        let random = core::iter::repeat_with(|| b'0' + entropy.below(10) as u8);
        for (place, digit) in text.iter_mut().zip(prefix.chain(random)) {
            *place = digit;
        }
        // Fifteen digits are always digits; the fall-back keeps a panic out of reach of a slip here.
        MtCorrelationId(Digits::from_ascii(&text).unwrap_or(network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_fifteen_digits_that_start_with_the_network() {
        let network = Digits::from_ascii(b"26299").expect("five digits");
        let mut entropy = Entropy::from_seed([9; 32]);
        let one = MtCorrelationId::mint(network, &mut entropy);
        assert_eq!(one.0.len(), 15);
        assert!(one.0.iter().take(5).eq(network.iter()));
        assert_ne!(one, MtCorrelationId::mint(network, &mut entropy));
    }
}
