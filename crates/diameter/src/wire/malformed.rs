//! What can be wrong with octets, and the Result-Code that says so.

use crate::dictionary::AvpId;
use crate::result::ResultCode;
use crate::wire::{Header, MessageView};
use crate::{Asked, FailedAvp};

/// These octets are no Diameter message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What an answer would say.
    pub result: ResultCode,
    /// Offset in the message.
    pub at: usize,
    /// The AVP whose fault it is, as far as it could be read.
    pub avp: Option<AvpId>,
    /// The header of the request that could be answered; `None` when nobody waits for an answer.
    pub request: Option<Header>,
}

impl Malformed {
    /// Can and should an answer be built?
    pub fn is_answerable(&self) -> bool {
        self.request.is_some()
    }

    /// What Failed-AVP shows: a header with zeros, because the AVP itself cannot be repeated (RFC 6733 7.1.5).
    pub fn failed(&self) -> Option<FailedAvp<'static>> {
        self.avp.map(FailedAvp::Example)
    }

    /// What the answer repeats of `bytes`: the AVPs in front of the fault; none when nobody knows where they are.
    pub fn asked<'a>(&self, bytes: &'a [u8]) -> Option<Asked<'a>> {
        let header = self.request?;
        let avps = match self.result {
            ResultCode::UNSUPPORTED_VERSION | ResultCode::INVALID_MESSAGE_LENGTH => &[],
            _ => bytes.get(Header::OCTETS..).unwrap_or(&[]),
        };
        Some(Asked::of(header, avps))
    }
}

/// A message whose frame is good, but which does not say what its command must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// What the answer says.
    pub result: ResultCode,
    /// The AVP that is missing or wrong: it belongs into Failed-AVP.
    pub avp: AvpId,
    /// Where in the message it stands; `None` when it is missing, or when it cannot be repeated.
    pub at: Option<usize>,
}

impl Invalid {
    /// The mandatory `avp` is not there.
    pub fn missing(avp: AvpId) -> Self {
        Invalid { result: ResultCode::MISSING_AVP, avp, at: None }
    }

    /// What Failed-AVP shows of `message`, in which the fault was found.
    pub fn failed<'a>(&self, message: &MessageView<'a>) -> FailedAvp<'a> {
        match self.at.and_then(|at| message.avp_at(at)) {
            Some(avp) => FailedAvp::Received(avp),
            None => FailedAvp::Example(self.avp),
        }
    }
}
