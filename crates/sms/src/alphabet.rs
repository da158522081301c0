//! The alphabets of TS 23.038: what a character costs in each, and its code.
//!
//! Refuses: transliteration. A character is encoded as itself or not at all; policy is elsewhere.

pub(crate) mod decode;
pub(crate) mod gsm7;
pub(crate) mod septets;
pub(crate) mod tables;

/// What the units of TP-UD are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// Septets of the GSM 7 bit default alphabet, its extension, or a national table.
    Gsm7,
    /// Octets whose meaning the TPDU does not tell.
    Octets,
    /// Sixteen-bit units; in practice UTF-16BE with surrogate pairs.
    Ucs2,
}

impl Alphabet {
    /// How many units `character` takes; `None` when the alphabet does not have it.
    pub fn units(self, character: char) -> Option<usize> {
        match self {
            Self::Gsm7 => gsm7::septets(character),
            Self::Octets => (u32::from(character) < 0x100).then_some(1),
            Self::Ucs2 => Some(character.len_utf16()),
        }
    }
}
