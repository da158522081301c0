//! TP-UDL and TP-UD of one segment.
//!
//! Refuses: another text than the planned one. That is a broken promise of the caller: the other side would wait for
//! segments that never come, so it stops here, loudly.

use octets::Writer;

use super::{Plan, Reference};
use crate::Alphabet;
use crate::alphabet::septets::{Packer, first_behind, octets_of};
use crate::limits::USER_DATA_OCTETS_MAX;

impl Plan {
    /// Writes TP-UDL and TP-UD of segment `index` and moves `text` past what it took.
    pub(crate) fn write_user_data<I: Iterator<Item = char> + Clone>(
        &self,
        index: u8,
        concat_reference: u8,
        text: &mut I,
        out: &mut Writer<'_>,
    ) {
        assert!(index < self.segments, "a segment that was never planned");
        let characters = self.characters_of_next(text);
        let mut octets = [0; USER_DATA_OCTETS_MAX];
        let header = self.header(index, concat_reference);
        let header = &header[..self.header_octets()];
        octets[..header.len()].copy_from_slice(header);
        let segment = text.by_ref().take(characters);
        let (length, used) = match self.alphabet {
            Alphabet::Gsm7 => {
                let septets = pack(segment, &mut octets, first_behind(header.len()));
                (septets, octets_of(septets))
            }
            _ => {
                let used = encode_utf16(segment, &mut octets, header.len());
                (used, used)
            }
        };
        let is_last = index + 1 == self.segments;
        assert!(!is_last || text.clone().next().is_none(), "{ANOTHER_TEXT}");
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

/// Packs the characters from septet `first` on and counts all septets, those before `first` too.
fn pack(
    characters: impl Iterator<Item = char>,
    octets: &mut [u8; USER_DATA_OCTETS_MAX],
    first: usize,
) -> usize {
    let mut septets = first;
    let mut packer = Packer::new(octets, first);
    for character in characters {
        let taken = packer.push_character(character);
        assert!(taken > 0, "{ANOTHER_TEXT}");
        septets += taken;
    }
    packer.finish();
    assert!(octets_of(septets) <= USER_DATA_OCTETS_MAX, "{ANOTHER_TEXT}");
    septets
}

/// Writes the characters from octet `first` on and says where they end.
fn encode_utf16(
    characters: impl Iterator<Item = char>,
    octets: &mut [u8; USER_DATA_OCTETS_MAX],
    first: usize,
) -> usize {
    let mut end = first;
    for character in characters {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let room = octets[end..].first_chunk_mut().expect(ANOTHER_TEXT);
            *room = unit.to_be_bytes();
            end += 2;
        }
    }
    end
}

const ANOTHER_TEXT: &str = "a text that is not the planned one";
