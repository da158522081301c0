//! Characters to septets of the GSM 7 bit default alphabet and its extension table.

use super::tables::{DEFAULT_LOCKING, DEFAULT_SINGLE, ESCAPE, UNDEFINED};

/// The septet that announces the extension table.
pub(crate) const ESC: u8 = 0x1B;

/// Set in a [`code`] that needs the escape before it.
pub(crate) const EXTENDED: u8 = 0x80;

/// Not a [`code`]: the alphabet does not have the character. No extension sits at septet 0x7F, so it is free.
pub(crate) const NONE: u8 = 0xFF;

/// The septet of `character`, with [`EXTENDED`] when it stands in the extension table; [`NONE`] when in neither.
#[inline]
pub(crate) fn code(character: char) -> u8 {
    let point = character as u32;
    match point {
        0..0x100 => LATIN[point as usize],
        GREEK_FIRST..GREEK_END => GREEK[(point - GREEK_FIRST) as usize],
        EURO => EXTENDED | 0x65,
        _ => NONE,
    }
}

/// How many septets `character` takes.
#[inline]
pub(crate) fn septets(character: char) -> Option<usize> {
    match code(character) {
        NONE => None,
        code => Some(1 + usize::from(code >> 7)),
    }
}

const GREEK_FIRST: u32 = 0x390;
const GREEK_END: u32 = 0x3B0;
const EURO: u32 = 0x20AC;

static LATIN: [u8; 256] = invert(0);
static GREEK: [u8; 32] = invert(GREEK_FIRST as u16);

/// Turns the tables around for the `N` characters from `first` on.
const fn invert<const N: usize>(first: u16) -> [u8; N] {
    let mut codes = [NONE; N];
    let mut septet = 0;
    while septet < 128 {
        let plain = DEFAULT_LOCKING[septet].wrapping_sub(first) as usize;
        if plain < N && DEFAULT_LOCKING[septet] != ESCAPE {
            codes[plain] = septet as u8;
        }
        let extended = DEFAULT_SINGLE[septet].wrapping_sub(first) as usize;
        if extended < N && DEFAULT_SINGLE[septet] != UNDEFINED {
            codes[extended] = EXTENDED | septet as u8;
        }
        septet += 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_tables_comes_back_to_its_septet() {
        for (septet, unit) in DEFAULT_LOCKING.iter().enumerate().filter(|(_, unit)| **unit != ESCAPE) {
            let character = char::from_u32(u32::from(*unit)).expect("a character");
            assert_eq!(usize::from(code(character)), septet, "{character}");
        }
        for (septet, unit) in DEFAULT_SINGLE.iter().enumerate().filter(|(_, unit)| **unit != UNDEFINED) {
            let character = char::from_u32(u32::from(*unit)).expect("a character");
            assert_eq!(usize::from(code(character)), septet | 0x80, "{character}");
        }
    }

    #[test]
    fn exactly_the_alphabet_is_encodable() {
        let count = (0..=0x10FFFF).filter_map(char::from_u32).filter(|c| code(*c) != NONE).count();
        assert_eq!(count, 127 + 10, "127 plain characters, the escape is none, and 10 extensions");
        for stranger in ['\0', '\t', '\u{1B}', '`', 'ç', '\u{A0}', 'Α', '\u{10000}'] {
            assert_eq!(code(stranger), NONE, "{stranger:?}");
        }
    }
}
