//! One text, several short messages (TS 23.040 9.2.3.24.1): which alphabet, how many segments, what goes where.
//!
//! Refuses: to cut an escape from its extension, a surrogate pair, or a character from its accents, unless that
//! alone is longer than a segment.
//! In: any characters that can be iterated twice. Out: a `Plan`, then the user data of its segments.

mod cluster;
mod continuing;
mod ruler;
mod write;

use crate::alphabet::septets::first_behind;
use crate::limits::{SEGMENTS_MAX, USER_DATA_OCTETS_MAX};
use crate::{Alphabet, DataCoding};
use ruler::Ruler;

/// How the segments of one text find each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// Eight bits (IEI 00): every terminal knows it.
    Narrow,
    /// Sixteen bits (IEI 08), with these as the high eight: one septet or one unit less in each segment.
    Wide(u8),
}

/// How a text is sent: made once, followed by every segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    alphabet: Alphabet,
    segments: u8,
    reference: Reference,
    /// Units that the last segment still has room for.
    room: u8,
    /// Characters of the text, up to 255: what a GSM-7 text would take in UCS2.
    characters: u8,
}

/// The text needs more segments than it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// How many it would need.
    pub segments: usize,
}

impl Plan {
    /// Plans `text` with 8 bit references: GSM-7 when it has every character, else UCS2. No text is one segment.
    // interworking 11 row 25
    pub fn of(text: impl Iterator<Item = char> + Clone, segments_max: u8) -> Result<Self, TooLong> {
        Self::with_reference(Reference::Narrow, text, segments_max)
    }

    /// Plans `text` with references of a given kind.
    pub fn with_reference(
        reference: Reference,
        text: impl Iterator<Item = char> + Clone,
        segments_max: u8,
    ) -> Result<Self, TooLong> {
        let gsm7 = Measure::of(Alphabet::Gsm7, reference, text.clone());
        let (alphabet, measure) = match gsm7 {
            Some(measure) => (Alphabet::Gsm7, measure),
            None => (Alphabet::Ucs2, Measure::of(Alphabet::Ucs2, reference, text).unwrap_or_default()),
        };
        match u8::try_from(measure.segments) {
            Ok(segments) if segments <= segments_max => Ok(Plan {
                alphabet,
                segments,
                reference,
                room: measure.room as u8,
                characters: measure.characters.min(255) as u8,
            }),
            _ => Err(TooLong { segments: measure.segments }),
        }
    }

    /// The alphabet of every segment.
    pub fn alphabet(&self) -> Alphabet {
        self.alphabet
    }

    /// The TP-DCS of every segment.
    pub fn data_coding(&self) -> DataCoding {
        self.alphabet.into()
    }

    /// How many segments there are: 1 to 255.
    pub fn segments(&self) -> u8 {
        self.segments
    }

    /// Do the segments carry a concatenation element?
    pub fn is_concatenated(&self) -> bool {
        self.segments > 1
    }

    /// Would the text with `more` behind it still take as many segments? Plan the longer text before it is written.
    ///
    /// Never yes when it would not; no, too, where `more` would move a text of several GSM-7 segments to UCS2.
    pub fn has_room_for(&self, more: impl Iterator<Item = char> + Clone) -> bool {
        let units = |alphabet: Alphabet| more.clone().map(|c| alphabet.units(c)).sum::<Option<usize>>();
        match (self.alphabet, units(self.alphabet)) {
            (_, Some(units)) => units <= usize::from(self.room),
            (Alphabet::Gsm7, None) if self.segments == 1 => units(Alphabet::Ucs2)
                .is_some_and(|units| usize::from(self.characters) + units <= capacity(Alphabet::Ucs2, 0)),
            _ => false,
        }
    }

    /// Moves `text` past its next segment without writing it: a segment is sent again behind those that arrived.
    pub fn skip<I: Iterator<Item = char> + Clone>(&self, text: &mut I) {
        let characters = self.characters_of_next(text);
        text.by_ref().take(characters).for_each(drop);
    }

    /// How many characters of `text` the next segment takes; as many as there are when it is the last.
    fn characters_of_next<I: Iterator<Item = char> + Clone>(&self, text: &I) -> usize {
        if !self.is_concatenated() {
            return usize::MAX;
        }
        let mut ruler = Ruler::new(self.alphabet, self.capacity());
        text.clone().find_map(|character| ruler.push(character)).unwrap_or(usize::MAX)
    }

    fn header_octets(&self) -> usize {
        if self.is_concatenated() { self.reference.header_octets() } else { 0 }
    }

    fn capacity(&self) -> usize {
        capacity(self.alphabet, self.header_octets())
    }
}

impl Reference {
    /// Octets of a header with nothing else in it.
    fn header_octets(self) -> usize {
        match self {
            Self::Narrow => 6,
            Self::Wide(_) => 7,
        }
    }
}

/// Units of text behind a header: 160 or 153 septets, 70 or 67 sixteen-bit units.
fn capacity(alphabet: Alphabet, header_octets: usize) -> usize {
    match alphabet {
        Alphabet::Gsm7 => USER_DATA_OCTETS_MAX * 8 / 7 - first_behind(header_octets),
        Alphabet::Octets => USER_DATA_OCTETS_MAX - header_octets,
        Alphabet::Ucs2 => (USER_DATA_OCTETS_MAX - header_octets) / 2,
    }
}

/// How much text there is, in one alphabet.
#[derive(Default)]
struct Measure {
    segments: usize,
    room: usize,
    characters: usize,
}

impl Measure {
    /// `None` when the alphabet lacks a character.
    fn of(
        alphabet: Alphabet,
        reference: Reference,
        text: impl Iterator<Item = char> + Clone,
    ) -> Option<Self> {
        let (mut units, mut characters) = (0, 0);
        for character in text.clone() {
            units += alphabet.units(character)?;
            characters += 1;
        }
        if let Some(room) = capacity(alphabet, 0).checked_sub(units) {
            return Some(Measure { segments: 1, room, characters });
        }
        let mut ruler = Ruler::new(alphabet, capacity(alphabet, reference.header_octets()));
        text.for_each(|character| {
            ruler.push(character);
        });
        Some(Measure { segments: ruler.segments(), room: ruler.room(), characters })
    }
}

const _: () = assert!(SEGMENTS_MAX == u8::MAX as usize, "a plan counts its segments in one octet");
