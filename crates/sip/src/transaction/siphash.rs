//! SipHash-2-4 with 128 bits of output (Aumasson and Bernstein; the reference implementation's `outlen` 16).
//!
//! A keyed pseudo-random function: who does not know the key can neither find nor steer collisions.

/// Hashes a sequence of octets that is fed in pieces.
pub(crate) struct SipHash {
    v: [u64; 4],
    /// Octets that do not fill a word yet, first one lowest.
    tail: u64,
    length: u64,
}

impl SipHash {
    pub(crate) fn new(key: [u64; 2]) -> Self {
        let [k0, k1] = key;
        let v = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        SipHash { v, tail: 0, length: 0 }
    }

    pub(crate) fn octet(&mut self, octet: u8) {
        self.tail |= u64::from(octet) << (8 * (self.length % 8));
        self.length += 1;
        if self.length.is_multiple_of(8) {
            let word = core::mem::take(&mut self.tail);
            self.compress(word);
        }
    }

    pub(crate) fn octets(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !self.length.is_multiple_of(8)
            && let [first, behind @ ..] = rest
        {
            self.octet(*first);
            rest = behind;
        }
        let (words, rest) = rest.as_chunks::<8>();
        for word in words {
            self.compress(u64::from_le_bytes(*word));
            self.length += 8;
        }
        for octet in rest {
            self.octet(*octet);
        }
    }

    pub(crate) fn finish(mut self) -> u128 {
        let last = self.tail | self.length << 56;
        self.compress(last);
        self.v[2] ^= 0xee;
        let low = self.squeeze();
        self.v[1] ^= 0xdd;
        let high = self.squeeze();
        u128::from(low) | u128::from(high) << 64
    }

    fn compress(&mut self, word: u64) {
        self.v[3] ^= word;
        self.round();
        self.round();
        self.v[0] ^= word;
    }

    fn squeeze(&mut self) -> u64 {
        for _ in 0..4 {
            self.round();
        }
        self.v[0] ^ self.v[1] ^ self.v[2] ^ self.v[3]
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.v;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.v = [a, b, c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the published vectors: octets 0 to 15.
    const KEY: [u64; 2] = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];

    fn hash(octets: &[u8]) -> [u8; 16] {
        let mut hash = SipHash::new(KEY);
        hash.octets(octets);
        hash.finish().to_le_bytes()
    }

    #[test]
    fn the_published_vector_comes_out() {
        // vectors_sip128 of the reference implementation, entry 0: no input.
        assert_eq!(
            hash(b""),
            [0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93]
        );
        // Entry 1: the input 00.
        assert_eq!(
            hash(&[0]),
            [0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45]
        );
    }

    #[test]
    fn pieces_and_whole_hash_alike() {
        let text = b"z9hG4bK-524287-1---0123456789abcdef";
        for cut in 0..text.len() {
            let mut hash = SipHash::new(KEY);
            hash.octets(&text[..cut]);
            hash.octets(&text[cut..]);
            let mut single = SipHash::new(KEY);
            text.iter().for_each(|octet| single.octet(*octet));
            assert_eq!(hash.finish(), single.finish());
        }
    }
}
