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
        Gsm7Chars::new(octets, 0, count, &tables::DEFAULT_LOCKING, &tables::DEFAULT_SINGLE)
    }

    /// Packs a word of at most eleven septets into `room` and makes an address of it; `None` when it does not fit
    /// or is not GSM-7.
    pub fn alphanumeric(word: &str, room: &'a mut [u8; 10]) -> Option<Self> {
        *room = [0; 10];
        let count: usize = word.chars().map(crate::alphabet::gsm7::septets).sum::<Option<usize>>()?;
        if count == 0 || count > 11 {
            return None;
        }
        let mut packer = septets::Packer::new(room, 0);
        word.chars().for_each(|character| packer.push_character(character));
        packer.finish();
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
const FILLER: u8 = 0xF;

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;

    fn parse(octets: &[u8]) -> Result<Address<'_>, Malformed> {
        Address::parse(&mut Reader::new(octets))
    }

    fn number(text: &[u8]) -> Digits {
        Digits::from_ascii(text).expect("digits")
    }

    #[test]
    fn a_number_reads_and_writes() {
        // 12 semi-octets, international E.164, 447700900456
        let octets = [0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x40, 0x65];
        let address = parse(&octets).expect("an address");
        assert!(address.is_international());
        assert_eq!(address.numbering_plan(), 1);
        assert_eq!(address.digits(), Some(number(b"447700900456")));
        assert_eq!(address, Address::international(number(b"447700900456")));
        let mut room = [0; 12];
        let mut out = Writer::new(&mut room);
        Address::international(number(b"447700900456")).write(&mut out);
        assert_eq!(out.written(), octets);
    }

    #[test]
    fn an_odd_number_has_a_filler_that_is_not_counted() {
        let octets = [0x05, 0xA1, 0x21, 0x43, 0xF5];
        assert_eq!(parse(&octets).expect("an address").digits(), Some(number(b"12345")));
        // The same from a sender that counts it.
        let octets = [0x06, 0xA1, 0x21, 0x43, 0xF5];
        assert_eq!(parse(&octets).expect("an address").digits(), Some(number(b"12345")));
        let mut room = [0; 12];
        let mut out = Writer::new(&mut room);
        Address::numeric(TypeOfNumber::National, number(b"12345")).write(&mut out);
        assert_eq!(out.written(), [0x05, 0xA1, 0x21, 0x43, 0xF5]);
    }

    #[test]
    fn a_word_is_no_number() {
        // 7 semi-octets, alphanumeric, CHAT in septets
        let octets = [0x07, 0xD0, 0x43, 0x64, 0x90, 0x0A];
        let address = parse(&octets).expect("an address");
        assert_eq!(address.digits(), None);
        assert_eq!(address.word().collect::<String>(), "CHAT");
        for word in ["CHAT", "A", "ABCDEFGH", "ABCDEFGHIJK", "[€]"] {
            let (mut packed, mut room) = ([0; 10], [0; 12]);
            let mut out = Writer::new(&mut room);
            Address::alphanumeric(word, &mut packed).expect("it fits").write(&mut out);
            assert_eq!(parse(out.written()).expect("an address").word().collect::<String>(), word);
        }
        assert!(Address::alphanumeric("ABCDEFGHIJKL", &mut [0; 10]).is_none());
        assert!(Address::alphanumeric("ж", &mut [0; 10]).is_none());
    }

    #[test]
    fn what_is_no_number_has_no_digits() {
        for octets in [
            &[0x00, 0x91][..],                                             // nothing
            &[0x02, 0x81, 0xBA],                                           // *#
            &[0x03, 0x81, 0xF1, 0xF2],                                     // a filler in the middle
            &[0x10, 0x91, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11], // sixteen digits
            &[0x01, 0x81, 0xFF],                                           // nothing but a filler
        ] {
            assert_eq!(parse(octets).expect("an address").digits(), None, "{octets:02X?}");
        }
    }

    #[test]
    fn more_than_twenty_semi_octets_are_refused() {
        assert_eq!(parse(&[21; 14]).err(), Some(Malformed::AddressTooLong { at: 0 }));
        assert_eq!(parse(&[20; 11]).err(), Some(Malformed::Truncated { at: 11 }));
        assert!(parse(&[20; 12]).is_ok());
    }

    #[test]
    fn a_number_does_not_print() {
        let octets = [0x05, 0xA1, 0x21, 0x43, 0xF5];
        assert_eq!(std::format!("{:?}", parse(&octets)), "Ok(<5 semi-octets, A1>)");
    }
}
