//! Septets in octets (TS 23.038 6.1.2.1): septet i is bits 7i to 7i+6 of a little-endian string of bits.

use super::gsm7;

/// How many octets `septets` septets fill.
pub(crate) const fn octets_of(septets: usize) -> usize {
    (septets * 7).div_ceil(8)
}

/// The first septet that starts behind `octets` octets: what lies between is fill bits.
pub(crate) const fn first_behind(octets: usize) -> usize {
    (octets * 8).div_ceil(7)
}

/// The septets of some octets, from one on and up to another.
#[derive(Clone)]
pub(crate) struct Septets<'a> {
    octets: core::slice::Iter<'a, u8>,
    left: usize,
    pending: u16,
    bits: u32,
}

impl<'a> Septets<'a> {
    /// Septets `first` to `end`. Neither is trusted: septets past the octets are not there.
    pub(crate) fn new(octets: &'a [u8], first: usize, end: usize) -> Self {
        let bit = first * 7;
        let left = end.min(octets.len() * 8 / 7).saturating_sub(first);
        let mut octets = octets.get(bit / 8..).unwrap_or(&[]).iter();
        let (mut pending, mut bits) = (0, 0);
        if !bit.is_multiple_of(8) {
            bits = 8 - (bit % 8) as u32;
            pending = octets.next().map_or(0, |octet| u16::from(*octet) >> (8 - bits));
        }
        Septets { octets, left, pending, bits }
    }
}

impl Iterator for Septets<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        if self.bits < 7 {
            self.pending |= u16::from(*self.octets.next()?) << self.bits;
            self.bits += 8;
        }
        let septet = self.pending as u8 & 0x7F;
        self.pending >>= 7;
        self.bits -= 7;
        Some(septet)
    }
}

/// Packs septets into octets that are zero, from a given septet on.
pub(crate) struct Packer<'a> {
    octets: &'a mut [u8],
    at: usize,
    pending: u32,
    bits: u32,
}

impl<'a> Packer<'a> {
    /// Starts at septet `index`; the octet that it begins in must not hold anything before it but fill bits.
    pub(crate) fn new(octets: &'a mut [u8], index: usize) -> Self {
        let bit = index * 7;
        Packer { octets, at: bit / 8, pending: 0, bits: (bit % 8) as u32 }
    }

    /// Appends one septet. What does not fit is lost; the caller has counted.
    #[inline]
    pub(crate) fn push(&mut self, septet: u8) {
        self.pending |= u32::from(septet) << self.bits;
        self.bits += 7;
        if self.bits >= 8 {
            self.emit();
        }
    }

    /// Appends a character, with its escape, and says how many septets that took: none when the default alphabet
    /// does not have it.
    #[inline]
    pub(crate) fn push_character(&mut self, character: char) -> usize {
        match gsm7::code(character) {
            gsm7::NONE => 0,
            code if code & gsm7::EXTENDED != 0 => {
                self.push(gsm7::ESC);
                self.push(code & !gsm7::EXTENDED);
                2
            }
            code => {
                self.push(code);
                1
            }
        }
    }

    /// Writes the last, partly filled octet.
    pub(crate) fn finish(mut self) {
        if self.bits > 0 {
            self.emit();
        }
    }

    #[inline]
    fn emit(&mut self) {
        if let Some(octet) = self.octets.get_mut(self.at) {
            *octet |= self.pending as u8;
        }
        self.at += 1;
        self.pending >>= 8;
        self.bits = self.bits.saturating_sub(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_from_any_septet_on_is_read_back_there() {
        for start in 0..16 {
            let mut octets = [0; 140];
            let mut packer = Packer::new(&mut octets, start);
            for value in 0..100 {
                packer.push(value);
            }
            packer.finish();
            assert!(Septets::new(&octets, start, start + 100).eq(0..100));
        }
    }

    #[test]
    fn septets_past_the_octets_are_not_there() {
        assert_eq!(Septets::new(&[0xFF; 7], 0, 200).count(), 8);
        assert_eq!(Septets::new(&[0xFF; 7], 5, 200).count(), 3);
        assert_eq!(Septets::new(&[0xFF; 7], 9, 200).count(), 0);
        assert_eq!(Septets::new(&[0xFF; 7], 5, 3).count(), 0);
    }

    #[test]
    fn text_starts_on_a_septet_boundary_behind_the_header() {
        // TS 23.040 9.2.3.24: six octets of header need one fill bit, seven need none.
        assert_eq!(first_behind(6) * 7 - 6 * 8, 1);
        assert_eq!(first_behind(7) * 7 - 7 * 8, 0);
        assert_eq!(octets_of(160), 140);
    }
}
