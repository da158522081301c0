//! One text, several short messages (TS 23.040 9.2.3.24.1): which alphabet, how many segments, what goes where.
//!
//! Refuses: to cut an escape from its extension, a surrogate pair, or a character from its accents, unless that
//! alone is longer than a segment.
//! In: any characters that can be iterated twice. Out: a `Plan`, then the user data of its segments.

mod cluster;
mod continuing;
mod ruler;

use octets::Writer;

use crate::alphabet::septets::{Packer, first_behind, octets_of};
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
        match self.characters_of_next(text) {
            Some(characters) => text.by_ref().take(characters).for_each(drop),
            None => text.by_ref().for_each(drop),
        }
    }

    /// How many characters of `text` the next segment takes; `None` for all.
    fn characters_of_next<I: Iterator<Item = char> + Clone>(&self, text: &I) -> Option<usize> {
        if !self.is_concatenated() {
            return None;
        }
        let mut ruler = Ruler::new(self.alphabet, self.capacity());
        text.clone().find_map(|character| ruler.push(character))
    }

    fn header_octets(&self) -> usize {
        if self.is_concatenated() { self.reference.header_octets() } else { 0 }
    }

    fn capacity(&self) -> usize {
        capacity(self.alphabet, self.header_octets())
    }

    /// Writes TP-UDL and TP-UD of segment `index` and moves `text` past what it took.
    pub(crate) fn write_user_data<I: Iterator<Item = char> + Clone>(
        &self,
        index: u8,
        concat_reference: u8,
        text: &mut I,
        out: &mut Writer<'_>,
    ) {
        assert!(index < self.segments, "a segment that was never planned");
        let characters = self.characters_of_next(text).unwrap_or(usize::MAX);
        let mut octets = [0; USER_DATA_OCTETS_MAX];
        let header = self.header(index, concat_reference);
        let header = &header[..self.header_octets()];
        octets[..header.len()].copy_from_slice(header);
        let (length, used) = match self.alphabet {
            Alphabet::Gsm7 => {
                let first = first_behind(header.len());
                let mut units = 0;
                let mut packer = Packer::new(&mut octets, first);
                for character in text.by_ref().take(characters) {
                    units += self.alphabet.units(character).unwrap_or(usize::MAX / 2);
                    assert!(units <= self.capacity(), "a text that is not the planned one");
                    packer.push_character(character);
                }
                packer.finish();
                (first + units, octets_of(first + units))
            }
            _ => {
                let mut end = header.len();
                for character in text.by_ref().take(characters) {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let room =
                            octets[end..].first_chunk_mut().expect("a text that is not the planned one");
                        *room = unit.to_be_bytes();
                        end += 2;
                    }
                }
                (end, end)
            }
        };
        let is_last = index + 1 == self.segments;
        assert!(!is_last || text.clone().next().is_none(), "a text that is not the planned one");
        out.u8(length as u8);
        out.put(&octets[..used]);
    }

    fn header(&self, index: u8, low: u8) -> [u8; 7] {
        match self.reference {
            Reference::Narrow => [5, 0x00, 3, low, self.segments, index + 1, 0],
            Reference::Wide(high) => [6, 0x08, 4, high, low, self.segments, index + 1],
        }
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
    fn of(alphabet: Alphabet, reference: Reference, text: impl Iterator<Item = char>) -> Option<Self> {
        let alone = capacity(alphabet, 0);
        let mut ruler = Ruler::new(alphabet, capacity(alphabet, reference.header_octets()));
        let (mut units, mut characters) = (0, 0);
        for character in text {
            units += alphabet.units(character)?;
            characters += 1;
            ruler.push(character);
        }
        Some(match alone.checked_sub(units) {
            Some(room) => Measure { segments: 1, room, characters },
            None => Measure { segments: ruler.segments(), room: ruler.room(), characters },
        })
    }
}

const _: () = assert!(SEGMENTS_MAX == u8::MAX as usize, "a plan counts its segments in one octet");
