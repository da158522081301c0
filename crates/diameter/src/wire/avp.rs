//! One AVP, and a run of them (RFC 6733 4).
//!
//! Refuses: lengths that leave the message, and values that do not have the size of their type.
//! In: borrowed octets. Out: `AvpView`, its value by type, or `Invalid` with the code for the answer.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use octets::{Digits, Reader, Truncated};

use crate::dictionary::{self, AvpId};
use crate::result::ResultCode;
use crate::wire::Invalid;

/// The flags octet of an AVP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvpFlags(pub u8);

impl AvpFlags {
    pub(crate) const VENDOR: u8 = 0x80;
    pub(crate) const MANDATORY: u8 = 0x40;
    /// The five low bits mean nothing; P (0x20) once meant encryption from end to end and is let pass.
    const RESERVED: u8 = 0x1F;

    /// M: whoever does not know it must refuse the message.
    pub fn is_mandatory(self) -> bool {
        self.0 & Self::MANDATORY != 0
    }

    /// Is a bit set that no specification gives a meaning?
    pub fn has_reserved(self) -> bool {
        self.0 & Self::RESERVED != 0
    }
}

/// One AVP in a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AvpView<'a> {
    /// Attribute code, unique within its vendor.
    pub code: u32,
    /// Whose code it is; 0 is the IETF.
    pub vendor: u32,
    /// The flags as received.
    pub flags: AvpFlags,
    /// The value, without padding.
    pub data: &'a [u8],
    /// Offset of the AVP in the message.
    pub at: usize,
}

impl fmt::Debug for AvpView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AVP {}/{} at {}, {} octets", self.vendor, self.code, self.at, self.data.len())
    }
}

impl<'a> AvpView<'a> {
    /// Vendor and code.
    pub fn id(&self) -> AvpId {
        AvpId { code: self.code, vendor: self.vendor }
    }

    /// The value, whatever it is.
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// The value, at most `octets_max` of it and at least one octet.
    pub fn bytes_within(&self, octets_max: usize) -> Result<&'a [u8], Invalid> {
        if self.data.is_empty() || self.data.len() > octets_max {
            return Err(self.wrong(ResultCode::INVALID_AVP_LENGTH));
        }
        Ok(self.data)
    }

    /// Unsigned32, Enumerated, or Time.
    pub fn u32(&self) -> Result<u32, Invalid> {
        let value = self.data.try_into().map_err(|_| self.wrong(ResultCode::INVALID_AVP_LENGTH))?;
        Ok(u32::from_be_bytes(value))
    }

    /// UTF8String.
    pub fn utf8(&self) -> Result<&'a str, Invalid> {
        core::str::from_utf8(self.data).map_err(|_| self.wrong(ResultCode::INVALID_AVP_VALUE))
    }

    /// A number as TBCD: digits only, no type of number in front (TS 29.338 5.3.3.1).
    pub fn tbcd(&self) -> Result<Digits, Invalid> {
        Digits::from_tbcd(self.data).map_err(|_| self.wrong(ResultCode::INVALID_AVP_VALUE))
    }

    /// Address of the two families that Diameter is spoken over.
    pub fn address(&self) -> Result<IpAddr, Invalid> {
        match self.data {
            [0, 1, address @ ..] => <[u8; 4]>::try_from(address)
                .map(|octets| Ipv4Addr::from(octets).into())
                .map_err(|_| self.wrong(ResultCode::INVALID_AVP_LENGTH)),
            [0, 2, address @ ..] => <[u8; 16]>::try_from(address)
                .map(|octets| Ipv6Addr::from(octets).into())
                .map_err(|_| self.wrong(ResultCode::INVALID_AVP_LENGTH)),
            [_, _, ..] => Err(self.wrong(ResultCode::INVALID_AVP_VALUE)),
            _ => Err(self.wrong(ResultCode::INVALID_AVP_LENGTH)),
        }
    }

    /// The AVPs inside, once all of their lengths are known to be right.
    pub fn grouped(&self) -> Result<Avps<'a>, Invalid> {
        let inside = Avps { bytes: self.data, at: self.at + self.header_octets() };
        inside.check()?;
        Ok(inside)
    }

    /// This AVP is known and readable, but what it says is wrong.
    pub fn wrong(&self, result: ResultCode) -> Invalid {
        Invalid { result, avp: self.id(), at: Some(self.at) }
    }

    pub(crate) fn header_octets(&self) -> usize {
        header_octets(self.flags.0)
    }
}

/// AVPs one after the other.
#[derive(Clone, Copy)]
pub struct Avps<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl fmt::Debug for Avps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AVPs at {}, {} octets", self.at, self.bytes.len())
    }
}

impl<'a> Avps<'a> {
    /// A run of AVPs whose first octet stands at offset `at` of its message. The run may end badly: iterating
    /// simply ends there.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Avps { bytes, at }
    }

    /// The first AVP with this identifier.
    pub fn find(mut self, id: AvpId) -> Option<AvpView<'a>> {
        Iterator::find(&mut self, |avp| avp.id() == id)
    }

    /// Is every length in the run right?
    pub(crate) fn check(mut self) -> Result<(), Invalid> {
        while !self.bytes.is_empty() {
            self.step()?;
        }
        Ok(())
    }

    fn step(&mut self) -> Result<AvpView<'a>, Invalid> {
        let mut reader = Reader::new(self.bytes);
        let mut id = AvpId { code: 0, vendor: 0 };
        let fault = |id| Invalid { result: ResultCode::INVALID_AVP_LENGTH, avp: id, at: None };
        let avp = read(&mut reader, &mut id, self.at).map_err(|_| fault(id))?;
        let length = reader.offset();
        // The padding of the last AVP in a group may be missing: its length says where the group ends.
        let padded = length.next_multiple_of(4).min(self.bytes.len());
        self.bytes = &self.bytes[padded..];
        self.at += padded;
        Ok(avp)
    }
}

impl<'a> Iterator for Avps<'a> {
    type Item = AvpView<'a>;

    fn next(&mut self) -> Option<AvpView<'a>> {
        if self.bytes.is_empty() {
            return None;
        }
        self.step().ok()
    }
}

/// Reads one AVP; `id` is filled as far as it goes, for the Failed-AVP of what could not be read.
fn read<'a>(reader: &mut Reader<'a>, id: &mut AvpId, at: usize) -> Result<AvpView<'a>, Truncated> {
    id.code = reader.u32()?;
    let flags = reader.u8()?;
    let length = reader.u24()? as usize;
    if flags & AvpFlags::VENDOR != 0 {
        id.vendor = reader.u32()?;
    }
    let data = length.checked_sub(header_octets(flags)).ok_or(Truncated { at })?;
    Ok(AvpView { code: id.code, vendor: id.vendor, flags: AvpFlags(flags), data: reader.take(data)?, at })
}

/// An AVP that its sender marked mandatory and that no dictionary of ours knows must not be ignored (RFC 6733 4.1).
pub(crate) fn refuse_unknown(avp: &AvpView<'_>) -> Result<(), Invalid> {
    if avp.flags.is_mandatory() && dictionary::entry(avp.id()).is_none() {
        return Err(avp.wrong(ResultCode::AVP_UNSUPPORTED));
    }
    Ok(())
}

fn header_octets(flags: u8) -> usize {
    if flags & AvpFlags::VENDOR == 0 { 8 } else { 12 }
}
