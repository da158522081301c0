//! A whole message, checked once and then read where it lies.
//!
//! Rate: every message. Touched: each AVP header once for the check, once for the command. Copies: none.
//!
//! Refuses: wrong version, length, header bits, AVP lengths, AVP bits.
//! In: the octets that `frame` measured. Out: `MessageView`, or `Malformed` with its Result-Code.

use core::fmt;

use crate::dictionary::AvpId;
use crate::result::ResultCode;
use crate::wire::frame::length;
use crate::wire::{AvpView, Avps, Flags, Header, Invalid, Malformed};

/// A message whose frame is sound; what its command demands is checked by the command.
#[derive(Clone, Copy)]
pub struct MessageView<'a> {
    header: Header,
    bytes: &'a [u8],
}

impl fmt::Debug for MessageView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} octets", self.header, self.bytes.len())
    }
}

impl<'a> MessageView<'a> {
    /// Checks the one message that `bytes` are.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let result = ResultCode::INVALID_MESSAGE_LENGTH;
        let Some(octets) = bytes.first_chunk() else {
            return Err(Malformed { result, at: bytes.len(), avp: None, request: None });
        };
        let length = length(octets)?;
        let header = Header::read(octets);
        let request = header.flags.request.then_some(header);
        if length != bytes.len() {
            return Err(Malformed { result, at: 1, avp: None, request });
        }
        let view = MessageView { header, bytes };
        if header.flags.request {
            let result = judge_bits(octets[4]);
            result.map_err(|result| Malformed { result, at: 4, avp: None, request })?;
        }
        view.check_avps().map_err(|(invalid, at)| Malformed {
            result: invalid.result,
            at,
            avp: Some(invalid.avp),
            request,
        })?;
        Ok(view)
    }

    /// The header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// The AVPs of the message itself, in their order.
    pub fn avps(&self) -> Avps<'a> {
        Avps::new(self.avp_octets(), Header::OCTETS)
    }

    /// The first AVP with this identifier.
    pub fn find(&self, id: AvpId) -> Option<AvpView<'a>> {
        self.avps().find(id)
    }

    /// The AVP that stands at offset `at`, inside a group or not.
    pub fn avp_at(&self, at: usize) -> Option<AvpView<'a>> {
        self.bytes.get(at..).and_then(|bytes| Avps::new(bytes, at).next())
    }

    /// All octets.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn avp_octets(&self) -> &'a [u8] {
        self.bytes.get(Header::OCTETS..).unwrap_or(&[])
    }

    fn check_avps(&self) -> Result<(), (Invalid, usize)> {
        self.avps().check().map_err(|invalid| {
            // The fault is behind the last AVP that can be read.
            let end = self.avps().last().map_or(Header::OCTETS, |avp| {
                (avp.at + avp.header_octets() + avp.data.len()).next_multiple_of(4)
            });
            (invalid, end)
        })?;
        // RFC 6733 7.1.3: an unrecognised AVP bit is 3009. Only a request can be told; an answer is
        // not thrown away for it, because with it would go the outcome of the request.
        let mut avps = self.avps().filter(|avp| self.header.flags.request && avp.flags.has_reserved());
        match avps.next() {
            Some(avp) => Err((avp.wrong(ResultCode::INVALID_AVP_BITS), avp.at)),
            None => Ok(()),
        }
    }
}

/// The flags octet of a request.
fn judge_bits(octet: u8) -> Result<(), ResultCode> {
    if octet & Flags::RESERVED != 0 {
        return Err(ResultCode::INVALID_BIT_IN_HEADER);
    }
    // RFC 6733 3: a request never is an error.
    if Flags::from_octet(octet).error {
        return Err(ResultCode::INVALID_HDR_BITS);
    }
    Ok(())
}
