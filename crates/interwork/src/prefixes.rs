//! What the beginning of a number says of it: a table of prefixes, of which the longest that fits decides.
//!
//! Asked once per invitation: at most sixteen binary searches in one sorted run of memory. No copies.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use octets::Digits;

use crate::Msisdn;

/// The beginning of numbers: none to fifteen digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(u64);

impl Prefix {
    /// Every number begins with nothing.
    pub const EVERYWHERE: Prefix = Prefix(0);

    /// These digits.
    pub fn of(digits: Digits) -> Self {
        Prefix(digits.packed())
    }

    /// The first `length` digits of `number`.
    fn of_length(number: Digits, length: usize) -> Self {
        let digits = number.packed() & DIGITS;
        Prefix((length as u64) << LENGTH_AT | digits >> (BITS_PER_DIGIT * (number.len() - length)))
    }
}

/// It may be the whole of somebody's number, so it does not print.
impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} digits>", self.0 >> LENGTH_AT)
    }
}

/// What is said of numbers by how they begin.
#[derive(Clone, Debug)]
pub struct Prefixes<T>(Box<[(Prefix, T)]>);

impl<T: Copy> Prefixes<T> {
    /// From prefixes that differ; of two that are the same, one counts.
    pub fn new(prefixes: impl IntoIterator<Item = (Prefix, T)>) -> Self {
        let mut sorted: Vec<_> = prefixes.into_iter().collect();
        sorted.sort_by_key(|(prefix, _)| *prefix);
        sorted.dedup_by_key(|(prefix, _)| *prefix);
        Prefixes(sorted.into_boxed_slice())
    }

    /// What the longest prefix of `number` says.
    pub fn find(&self, number: Msisdn) -> Option<T> {
        let digits = number.digits();
        (0..=digits.len()).rev().find_map(|length| {
            let prefix = Prefix::of_length(digits, length);
            let place = self.0.binary_search_by_key(&prefix, |(prefix, _)| *prefix).ok()?;
            Some(self.0[place].1)
        })
    }
}

/// Where the packed form of digits counts them, and what is below.
const LENGTH_AT: u32 = 60;
const DIGITS: u64 = (1 << LENGTH_AT) - 1;
const BITS_PER_DIGIT: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &[u8]) -> Prefix {
        Digits::from_ascii(text).map_or(Prefix::EVERYWHERE, Prefix::of)
    }

    fn table(prefixes: &[(&str, u8)]) -> Prefixes<u8> {
        Prefixes::new(prefixes.iter().map(|(text, value)| (prefix(text.as_bytes()), *value)))
    }

    fn find(table: &Prefixes<u8>, number: &[u8]) -> Option<u8> {
        table.find(Msisdn(Digits::from_ascii(number).expect("digits")))
    }

    #[test]
    fn the_longest_prefix_decides_wherever_it_stands() {
        let table = table(&[("49900", 3), ("4", 1), ("49", 2), ("499001234567890", 4), ("", 0), ("0049", 5)]);
        for (number, says) in [
            (&b"4"[..], 1),
            (b"49", 2),
            (b"4915", 2),
            (b"4990", 2),
            (b"49900", 3),
            (b"499001234567891", 3),
            (b"499001234567890", 4),
            (b"44", 1),
            (b"33", 0),
            (b"004", 0),
            (b"00491", 5),
        ] {
            assert_eq!(find(&table, number), Some(says), "{number:?}");
        }
    }

    #[test]
    fn a_number_that_no_prefix_fits_is_not_spoken_of() {
        let table = table(&[("49", 1), ("4477", 2)]);
        for number in [&b"4"[..], b"447", b"33", b"949"] {
            assert_eq!(find(&table, number), None);
        }
        assert_eq!(find(&Prefixes::new([]), b"49"), None);
    }
}
