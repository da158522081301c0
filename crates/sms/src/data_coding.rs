//! TP-DCS (TS 23.038 clause 4): the alphabet, the class, and whether the text is compressed.

use crate::Alphabet;

/// The octet of TP-DCS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataCoding(pub u8);

impl DataCoding {
    /// The GSM 7 bit default alphabet, no class.
    pub const GSM7: Self = Self(0x00);
    /// Eight bit data, no class.
    pub const OCTETS: Self = Self(0x04);
    /// UCS2, no class.
    pub const UCS2: Self = Self(0x08);

    /// The alphabet of the user data. Reserved values are read as GSM-7, as the clause asks.
    pub fn alphabet(self) -> Alphabet {
        match (self.0 >> 4, self.0 >> 2 & 3) {
            (0..=7, 1) => Alphabet::Octets,
            (0..=7, 2) => Alphabet::Ucs2,
            (0xE, _) => Alphabet::Ucs2,
            // In group 1111 bit 3 is reserved and bit 2 alone decides.
            (0xF, 1 | 3) => Alphabet::Octets,
            _ => Alphabet::Gsm7,
        }
    }

    /// The message class, 0 to 3, when the coding names one. Class 0 is shown at once and not stored.
    pub fn class(self) -> Option<u8> {
        let is_named = match self.0 >> 4 {
            0..=7 => self.0 & 0x10 != 0,
            group => group == 0xF,
        };
        is_named.then_some(self.0 & 3)
    }

    /// Is the text compressed (TS 23.042)? Then nobody here can read it, whatever the alphabet.
    pub fn is_compressed(self) -> bool {
        self.0 & 0xA0 == 0x20
    }

    /// Does it (also) say that a voice mail or the like waits?
    pub fn is_message_waiting(self) -> bool {
        matches!(self.0 >> 4, 0xC..=0xE)
    }
}

impl From<Alphabet> for DataCoding {
    fn from(alphabet: Alphabet) -> Self {
        match alphabet {
            Alphabet::Gsm7 => Self::GSM7,
            Alphabet::Octets => Self::OCTETS,
            Alphabet::Ucs2 => Self::UCS2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_clause_4_is_told_apart() {
        use Alphabet::{Gsm7, Octets, Ucs2};
        for (octet, alphabet, class, compressed) in [
            (0x00, Gsm7, None, false),
            (0x04, Octets, None, false),
            (0x08, Ucs2, None, false),
            (0x0C, Gsm7, None, false), // reserved alphabet
            (0x11, Gsm7, Some(1), false),
            (0x18, Ucs2, Some(0), false),
            (0x20, Gsm7, None, true),
            (0x48, Ucs2, None, false), // automatic deletion
            (0x68, Ucs2, None, true),
            (0x84, Gsm7, None, false), // reserved group
            (0xA8, Gsm7, None, false), // reserved group: bit 5 is not "compressed" here
            (0xC8, Gsm7, None, false), // message waiting, discard
            (0xD0, Gsm7, None, false), // message waiting, store
            (0xE8, Ucs2, None, false), // message waiting, store, UCS2
            (0xF0, Gsm7, Some(0), false),
            (0xF5, Octets, Some(1), false),
            (0xFF, Octets, Some(3), false),
        ] {
            let coding = DataCoding(octet);
            assert_eq!(coding.alphabet(), alphabet, "{octet:02X}");
            assert_eq!(coding.class(), class, "{octet:02X}");
            assert_eq!(coding.is_compressed(), compressed, "{octet:02X}");
        }
    }
}
