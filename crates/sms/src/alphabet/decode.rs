//! Units to characters: what a receiver shows, and shows instead of what cannot be shown.
//!
//! Refuses: to fail or to stop early. A place that is reserved, and half a surrogate pair, are U+FFFD.

use super::gsm7::ESC;
use super::septets::Septets;
use super::tables::{ESCAPE, Locking, Single, UNDEFINED};

/// The characters of septets.
#[derive(Clone)]
pub(crate) struct Gsm7Chars<'a> {
    septets: Septets<'a>,
    locking: &'static Locking,
    single: &'static Single,
}

impl<'a> Gsm7Chars<'a> {
    pub(crate) fn new(septets: Septets<'a>, locking: &'static Locking, single: &'static Single) -> Self {
        Gsm7Chars { septets, locking, single }
    }

    /// The character behind an escape; `None` when there is nothing to show.
    fn escaped(&mut self) -> Option<char> {
        let septet = self.septets.next()?;
        match septet {
            // Reserved for one more table: TS 23.038 6.2.1.1 asks for a space until there is one.
            ESC => Some(' '),
            // A control character, not a line end.
            0x0D => None,
            _ => match self.single[usize::from(septet)] {
                UNDEFINED => Some(shown(self.locking[usize::from(septet)])),
                unit => Some(shown(unit)),
            },
        }
    }
}

impl Iterator for Gsm7Chars<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        loop {
            let septet = self.septets.next()?;
            match self.locking[usize::from(septet)] {
                ESCAPE => {
                    if let Some(character) = self.escaped() {
                        return Some(character);
                    }
                }
                unit => return Some(shown(unit)),
            }
        }
    }
}

fn shown(unit: u16) -> char {
    match unit {
        UNDEFINED => char::REPLACEMENT_CHARACTER,
        unit => char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The characters of sixteen-bit units, high octet first.
#[derive(Clone)]
pub(crate) struct Ucs2Chars<'a>(pub(crate) &'a [u8]);

impl Ucs2Chars<'_> {
    fn unit(&self) -> Option<u16> {
        self.0.first_chunk().map(|unit| u16::from_be_bytes(*unit))
    }
}

impl Iterator for Ucs2Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let Some(unit) = self.unit() else {
            // An odd octet at the end is half a unit: something was there, and it is lost.
            let is_cut = !self.0.is_empty();
            self.0 = &[];
            return is_cut.then_some(char::REPLACEMENT_CHARACTER);
        };
        self.0 = &self.0[2..];
        if let Some(character) = char::from_u32(u32::from(unit)) {
            return Some(character);
        }
        match (unit, self.unit()) {
            (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
                self.0 = &self.0[2..];
                char::from_u32(0x1_0000 + (u32::from(unit & 0x3FF) << 10 | u32::from(low & 0x3FF)))
            }
            _ => Some(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// The characters of octets that say nothing about themselves: read as Latin-1, which keeps ASCII and loses nothing.
#[derive(Clone)]
pub(crate) struct Latin1Chars<'a>(pub(crate) core::slice::Iter<'a, u8>);

impl Iterator for Latin1Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.0.next().map(|octet| char::from(*octet))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::alphabet::septets::{Packer, octets_of};
    use crate::alphabet::tables::{locking, single_shift};
    use std::string::String;

    fn shown_of(septets: &[u8], language_locking: u8, language_single: u8) -> String {
        let mut octets = [0; 64];
        let mut packer = Packer::new(&mut octets, 0);
        septets.iter().for_each(|septet| packer.push(*septet));
        packer.finish();
        let octets = &octets[..octets_of(septets.len())];
        Gsm7Chars::new(
            Septets::new(octets, 0, septets.len()),
            locking(language_locking),
            single_shift(language_single),
        )
        .collect()
    }

    #[test]
    fn an_escape_never_swallows_what_can_be_shown() {
        assert_eq!(shown_of(&[0x1B, 0x65], 0, 0), "€");
        assert_eq!(shown_of(&[0x1B, 0x1B, 0x41], 0, 0), " A", "two escapes are a space");
        assert_eq!(shown_of(&[0x1B, 0x41], 0, 0), "A", "no such extension: the locking table counts");
        assert_eq!(shown_of(&[0x41, 0x1B], 0, 0), "A", "an escape at the end is nothing");
        assert_eq!(shown_of(&[0x41, 0x1B, 0x0D, 0x42], 0, 0), "AB", "a control is nothing");
        assert_eq!(shown_of(&[0x1B, 0x0A], 0, 0), "\u{C}");
    }

    #[test]
    fn national_tables_shift_both_ways() {
        // Turkish locking: 0x07 is dotless i; Turkish single shift: 0x53 is S with cedilla.
        assert_eq!(shown_of(&[0x07, 0x1B, 0x53], 1, 1), "ıŞ");
        assert_eq!(shown_of(&[0x1B, 0x09], 0, 2), "ç", "Spanish has a single shift table only");
        assert_eq!(shown_of(&[0x10, 0x1B, 0x1C], 6, 6), "ऐ०");
        assert_eq!(shown_of(&[0x00], 11, 0), "\u{FFFD}", "Tamil 0x00 is reserved");
        assert_eq!(
            shown_of(&[0x1B, 0x60], 13, 13),
            "\u{654}",
            "not in the Urdu single shift: the Urdu locking"
        );
        assert_eq!(shown_of(&[0x07], 99, 99), "ì", "an unknown language is the default");
    }

    #[test]
    fn halves_of_pairs_are_shown_as_lost() {
        let shown = |octets: &[u8]| Ucs2Chars(octets).collect::<String>();
        assert_eq!(shown(&[0xD8, 0x3D, 0xDE, 0x00]), "\u{1F600}");
        assert_eq!(shown(&[0xD8, 0x3D, 0x00, 0x41]), "\u{FFFD}A", "a high half alone");
        assert_eq!(shown(&[0xDE, 0x00, 0x00, 0x41]), "\u{FFFD}A", "a low half alone");
        assert_eq!(shown(&[0xD8, 0x3D]), "\u{FFFD}", "a high half at the end");
        assert_eq!(shown(&[0x00, 0x41, 0x00]), "A\u{FFFD}", "half a unit");
    }
}
