//! Up to fifteen decimal digits in eight octets: an E.164 number, an IMSI, an MT-Correlation-ID.

use core::fmt;

/// What was given is not one to fifteen decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDigits;

/// One to fifteen decimal digits, packed: a nibble a digit, the count in the top nibble.
///
/// It is somebody's number, so it does not print: `Debug` shows only how many digits there are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digits(u64);

impl Digits {
    /// E.164 and the IMSI both end at fifteen digits.
    pub const LENGTH_MAX: usize = 15;

    /// From text of digits only: no `+`, no separators.
    pub fn from_ascii(text: &[u8]) -> Result<Self, NotDigits> {
        Self::collect(text.iter().map(|octet| octet.wrapping_sub(b'0')))
    }

    /// From TBCD octets: low nibble first, 1111 ends an odd count.
    pub fn from_tbcd(octets: &[u8]) -> Result<Self, NotDigits> {
        let (last, body) = octets.split_last().ok_or(NotDigits)?;
        let pairs = body.iter().flat_map(|octet| [octet & 15, octet >> 4]);
        let tail = core::iter::once(last & 15).chain((last >> 4 != 15).then_some(last >> 4));
        Self::collect(pairs.chain(tail))
    }

    /// From the lowest `count` decimal digits of `value`, with leading zeros.
    pub fn from_number(value: u64, count: usize) -> Result<Self, NotDigits> {
        let mut places = [0; Self::LENGTH_MAX];
        let places = places.get_mut(..count).ok_or(NotDigits)?;
        let mut rest = value;
        for place in places.iter_mut().rev() {
            *place = (rest % 10) as u8;
            rest /= 10;
        }
        Self::collect(places.iter().copied())
    }

    fn collect(digits: impl Iterator<Item = u8>) -> Result<Self, NotDigits> {
        let mut packed = 0;
        let mut count = 0;
        for digit in digits {
            if digit > 9 || count == Self::LENGTH_MAX {
                return Err(NotDigits);
            }
            packed = packed << 4 | u64::from(digit);
            count += 1;
        }
        if count == 0 { Err(NotDigits) } else { Ok(Digits((count as u64) << 60 | packed)) }
    }

    /// The digits, first one first, as values 0 to 9.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..self.len()).rev().map(move |place| (self.0 >> (4 * place)) as u8 & 15)
    }

    /// How many digits there are: 1 to 15.
    #[allow(clippy::len_without_is_empty, reason = "there is always at least one digit")]
    pub fn len(self) -> usize {
        (self.0 >> 60) as usize
    }

    /// The packed form, unique for each sequence of digits: for hashing and for tables.
    pub fn packed(self) -> u64 {
        self.0
    }
}

// interworking 11 row 40
impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} digits>", self.len())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    fn text(digits: Digits) -> std::string::String {
        digits.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    #[test]
    fn leading_zeros_are_kept() {
        let digits = Digits::from_ascii(b"001010000000001").expect("fifteen digits");
        assert_eq!(text(digits), "001010000000001");
        assert_ne!(digits, Digits::from_ascii(b"1010000000001").expect("thirteen digits"));
        assert_eq!(text(Digits::from_number(7, 3).expect("three digits")), "007");
    }

    #[test]
    fn tbcd_ends_at_its_filler_only() {
        assert_eq!(text(Digits::from_tbcd(&[0x51, 0x55, 0xF0]).expect("five digits")), "15550");
        assert_eq!(Digits::from_tbcd(&[0xF1, 0x55]), Err(NotDigits), "a filler in the middle");
        assert_eq!(Digits::from_tbcd(&[]), Err(NotDigits));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [&b""[..], b"+44", b"12a", b"1234567890123456"] {
            assert_eq!(Digits::from_ascii(bad), Err(NotDigits));
        }
    }

    #[test]
    fn a_number_does_not_print() {
        let shown = format!("{:?}", Digits::from_ascii(b"447700900456").expect("twelve digits"));
        assert_eq!(shown, "<12 digits>");
    }
}
