//! TP-OA, TP-DA, TP-RA (TS 23.040 9.1.2.5), and the RP layer's addresses, whose length counts octets instead.
//!
//! Refuses: to print. It is somebody's number.

use core::fmt;

use octets::{Digits, Reader, Writer};

use crate::Malformed;
use crate::alphabet::decode::Gsm7Chars;
use crate::alphabet::septets;
use crate::alphabet::tables;
use crate::limits::ADDRESS_SEMI_OCTETS_MAX;

/// Bits 6 to 4 of the type of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeOfNumber {
    /// The sender does not know.
    Unknown,
    /// With country code.
    International,
    /// With area code.
    National,
    /// The network's own.
    NetworkSpecific,
    /// Without area code.
    Subscriber,
    /// A word in GSM-7.
    Alphanumeric,
    /// A short code.
    Abbreviated,
    /// Reserved for extension.
    Reserved,
}

/// An address on the wire, or one of ours on its way there.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    type_of_address: u8,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    /// Useful semi-octets, and the octets that hold them.
    Wire(u8, &'a [u8]),
    Ours(Digits),
}

impl<'a> Address<'a> {
    /// An E.164 number with country code: type of address 0x91.
    pub fn international(digits: Digits) -> Address<'static> {
        Self::numeric(TypeOfNumber::International, digits)
    }

    /// A number of the E.164 plan.
    pub fn numeric(type_of_number: TypeOfNumber, digits: Digits) -> Address<'static> {
        Address {
            type_of_address: EXTENSION | (type_of_number as u8) << 4 | E164,
            value: Value::Ours(digits),
        }
    }

    /// Reads a TP address: its length counts useful semi-octets.
    pub fn parse(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let at = reader.offset();
        let semi_octets = reader.u8()?;
        if usize::from(semi_octets) > ADDRESS_SEMI_OCTETS_MAX {
            return Err(Malformed::AddressTooLong { at });
        }
        let type_of_address = reader.u8()?;
        let octets = reader.take(usize::from(semi_octets).div_ceil(2))?;
        Ok(Address { type_of_address, value: Value::Wire(semi_octets, octets) })
    }

    /// Reads an RP address: its length counts octets, the type of address among them. Length 0 is no address.
    pub(crate) fn parse_rp(reader: &mut Reader<'a>) -> Result<Option<Self>, Malformed> {
        let at = reader.offset();
        let length = usize::from(reader.u8()?);
        if length == 0 {
            return Ok(None);
        }
        if length > 1 + ADDRESS_SEMI_OCTETS_MAX / 2 {
            return Err(Malformed::AddressTooLong { at });
        }
        let type_of_address = reader.u8()?;
        let octets = reader.take(length - 1)?;
        let filler = u8::from(octets.last().is_some_and(|last| last >> 4 == FILLER));
        let semi_octets = octets.len() as u8 * 2 - filler;
        Ok(Some(Address { type_of_address, value: Value::Wire(semi_octets, octets) }))
    }

    /// Writes a TP address.
    pub fn write(&self, out: &mut Writer<'_>) {
        out.put(&[self.semi_octets(), self.type_of_address]);
        self.write_value(out);
    }

    /// Writes an RP address.
    pub(crate) fn write_rp(&self, out: &mut Writer<'_>) {
        out.put(&[1 + self.semi_octets().div_ceil(2), self.type_of_address]);
        self.write_value(out);
    }

    fn write_value(&self, out: &mut Writer<'_>) {
        match self.value {
            Value::Wire(_, octets) => out.put(octets),
            Value::Ours(digits) => out.tbcd(digits),
        }
    }

    /// The kind of number.
    pub fn type_of_number(&self) -> TypeOfNumber {
        match self.type_of_address >> 4 & 7 {
            0 => TypeOfNumber::Unknown,
            1 => TypeOfNumber::International,
            2 => TypeOfNumber::National,
            3 => TypeOfNumber::NetworkSpecific,
            4 => TypeOfNumber::Subscriber,
            5 => TypeOfNumber::Alphanumeric,
            6 => TypeOfNumber::Abbreviated,
            _ => TypeOfNumber::Reserved,
        }
    }

    /// The numbering plan, bits 3 to 0: 1 is E.164.
    pub fn numbering_plan(&self) -> u8 {
        self.type_of_address & 0xF
    }

    /// Is it a number with country code?
    pub fn is_international(&self) -> bool {
        self.type_of_number() == TypeOfNumber::International
    }

    /// Is it a word instead of a number? Then nobody can answer it.
    pub fn is_alphanumeric(&self) -> bool {
        self.type_of_number() == TypeOfNumber::Alphanumeric
    }

    /// The number; `None` for a word, for `*`, `#` and letters, for nothing, and past fifteen digits.
    pub fn digits(&self) -> Option<Digits> {
        if self.is_alphanumeric() {
            return None;
        }
        match self.value {
            Value::Ours(digits) => Some(digits),
            Value::Wire(..) => {
                let mut text = [0; Digits::LENGTH_MAX];
                let mut length = 0;
                let last = usize::from(self.semi_octets()).checked_sub(1)?;
                for (index, nibble) in self.nibbles().enumerate() {
                    // Some senders count the filler of an odd number.
                    if index == last && nibble == FILLER {
                        break;
                    }
                    *text.get_mut(length)? = b'0' + nibble;
                    length += 1;
                }
                Digits::from_ascii(&text[..length]).ok()
            }
        }
    }

    /// The word of an alphanumeric address; nothing for a number.
    pub fn word(&self) -> impl Iterator<Item = char> + Clone + use<'a> {
        let (octets, count) = match self.value {
            Value::Wire(semi_octets, octets) if self.is_alphanumeric() => {
                (octets, usize::from(semi_octets) * 4 / 7)
            }
            _ => (&[][..], 0),
        };
        Gsm7Chars::new(
            septets::Septets::new(octets, 0, count),
            &tables::DEFAULT_LOCKING,
            &tables::DEFAULT_SINGLE,
        )
    }

    /// Packs a word of at most eleven septets into `room` and makes an address of it; `None` when it does not fit
    /// or is not GSM-7.
    pub fn alphanumeric(word: &str, room: &'a mut [u8; 10]) -> Option<Self> {
        *room = [0; 10];
        let mut packer = septets::Packer::new(room, 0);
        let mut count = 0;
        for character in word.chars() {
            match packer.push_character(character) {
                0 => return None,
                taken => count += taken,
            }
        }
        packer.finish();
        if count == 0 || count > WORD_SEPTETS_MAX {
            return None;
        }
        let octets = &room[..septets::octets_of(count)];
        let type_of_address = EXTENSION | (TypeOfNumber::Alphanumeric as u8) << 4;
        Some(Address { type_of_address, value: Value::Wire((count * 7).div_ceil(4) as u8, octets) })
    }

    /// How many semi-octets are useful.
    pub fn semi_octets(&self) -> u8 {
        match self.value {
            Value::Wire(semi_octets, _) => semi_octets,
            Value::Ours(digits) => digits.len() as u8,
        }
    }

    fn nibbles(&self) -> impl Iterator<Item = u8> + use<'a> {
        let octets = match self.value {
            Value::Wire(_, octets) => octets,
            Value::Ours(_) => &[],
        };
        octets.iter().flat_map(|octet| [octet & 0xF, octet >> 4]).take(usize::from(self.semi_octets()))
    }
}

impl PartialEq for Address<'_> {
    /// The same number of the same kind, wherever it is kept.
    fn eq(&self, other: &Self) -> bool {
        let is_same_value = match (self.value, other.value) {
            (Value::Wire(..), Value::Wire(..)) => {
                self.semi_octets() == other.semi_octets() && self.nibbles().eq(other.nibbles())
            }
            _ => self.digits() == other.digits(),
        };
        self.type_of_address == other.type_of_address && is_same_value
    }
}

impl Eq for Address<'_> {}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} semi-octets, {:02X}>", self.semi_octets(), self.type_of_address)
    }
}

/// Bit 7 of the type of address: no extension.
const EXTENSION: u8 = 0x80;
const E164: u8 = 1;
/// Ten octets of packed septets.
const WORD_SEPTETS_MAX: usize = 11;
const FILLER: u8 = 0xF;

#[cfg(test)]
mod tests;
