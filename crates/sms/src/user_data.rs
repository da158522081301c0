//! TP-UD (TS 23.040 9.2.3.24): an optional header, then text or data in the alphabet of TP-DCS.
//!
//! Refuses: to print, and to guess what compressed text says.

mod chars;
mod header;

use core::fmt;

use octets::{Reader, Writer};

use crate::alphabet::septets::octets_of;
use crate::{Alphabet, DataCoding, Malformed};
use chars::Chars;
pub use header::{Concatenation, InformationElement, InformationElements};

/// The user data of one TPDU.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UserData<'a> {
    /// TP-UDL as received: septets of uncompressed GSM-7, else octets.
    length: u8,
    data_coding: DataCoding,
    /// Octets of the header, its length octet among them; 0 without one.
    header_octets: u8,
    /// Does the header make sense? If not it is skipped and the text is kept.
    is_header_sound: bool,
    octets: &'a [u8],
}

impl<'a> UserData<'a> {
    /// No user data.
    pub const EMPTY: UserData<'static> = UserData {
        length: 0,
        data_coding: DataCoding::GSM7,
        header_octets: 0,
        is_header_sound: true,
        octets: &[],
    };

    /// Reads TP-UDL and TP-UD. Octets behind what TP-UDL counts are left to the reader.
    pub(crate) fn parse(
        reader: &mut Reader<'a>,
        data_coding: DataCoding,
        has_header: bool,
        octets_max: usize,
    ) -> Result<Self, Malformed> {
        let at = reader.offset();
        let length = reader.u8()?;
        let octets_length = match data_coding.alphabet() {
            Alphabet::Gsm7 if !data_coding.is_compressed() => octets_of(usize::from(length)),
            _ => usize::from(length),
        };
        if octets_length > octets_max {
            return Err(Malformed::UserDataTooLong { at });
        }
        let octets = reader.take(octets_length)?;
        let (mut header_octets, mut is_header_sound) = (0, true);
        if has_header {
            // The length of a header that is longer than the data says nothing about where the text begins.
            let malformed = Malformed::UserDataHeader { at: at + 1 };
            header_octets = octets.first().and_then(|length| length.checked_add(1)).ok_or(malformed)?;
            let elements = octets.get(1..usize::from(header_octets)).ok_or(malformed)?;
            is_header_sound = InformationElements::new(elements).are_sound();
        }
        Ok(UserData { length, data_coding, header_octets, is_header_sound, octets })
    }

    /// Writes TP-UDL and TP-UD as they are; the first octet of the TPDU must carry [`UserData::has_header`].
    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        out.u8(self.length);
        out.put(self.octets);
    }

    /// Is there a header (TP-UDHI)?
    pub fn has_header(&self) -> bool {
        self.header_octets > 0
    }

    /// The alphabet and class it was read with.
    pub fn data_coding(&self) -> DataCoding {
        self.data_coding
    }

    /// The information elements; none when one of them runs past the header.
    pub fn elements(&self) -> InformationElements<'a> {
        let elements = self.octets.get(1..usize::from(self.header_octets));
        InformationElements::new(elements.filter(|_| self.is_header_sound).unwrap_or(&[]))
    }

    /// Which segment of which text this is; `None` for a text of its own.
    pub fn concatenation(&self) -> Option<Concatenation> {
        // A repeated element: the last one counts (TS 23.040 9.2.3.24).
        self.elements().filter_map(Concatenation::from_element).last()
    }

    /// The octets behind the header: the payload of an eight-bit message.
    pub fn payload(&self) -> &'a [u8] {
        &self.octets[usize::from(self.header_octets)..]
    }

    /// Can a person read it? Not when it is addressed to a port or to the card, and not when it is compressed.
    pub fn is_human_text(&self) -> bool {
        !self.data_coding.is_compressed() && !self.elements().any(|element| element.is_for_the_machine())
    }

    /// The text. GSM-7 with the national tables that the header names; UCS2 as UTF-16; octets as Latin-1, which is
    /// what SMS centres make of them. Compressed text has no characters that we could know.
    pub fn chars(&self) -> impl Iterator<Item = char> + Clone + use<'a> {
        Chars::new(self)
    }

    /// Writes the text as UTF-8.
    pub fn write_utf8(&self, out: &mut Writer<'_>) {
        // In runs: asking the writer for room costs more than a character does.
        let mut run = [0; 64];
        let mut length = 0;
        for character in self.chars() {
            if length + 4 > run.len() {
                out.put(&run[..length]);
                length = 0;
            }
            length += character.encode_utf8(&mut run[length..]).len();
        }
        out.put(&run[..length]);
    }
}

impl fmt::Debug for UserData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} octets, {:?}>", self.octets.len(), self.data_coding)
    }
}
