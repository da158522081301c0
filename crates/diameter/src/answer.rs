//! Answers: what they repeat of the request, and how they refuse one.

use core::fmt;

use octets::Writer;

use crate::dictionary::{self, AvpId};
use crate::identity::{Identity, SessionId};
use crate::limits::FAILED_AVP_OCTETS_MAX;
use crate::result::Outcome;
use crate::vsai;
use crate::wire::{AvpView, Avps, Header, MessageView, MessageWriter};

/// What of a request its answer must repeat: identifiers, Session-Id, and Proxy-Info in its order (RFC 6733 6.2).
///
/// An answer that waits for somebody else keeps the header, and the octets that [`Asked::keep`] wrote.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Header of the request.
    pub header: Header,
    avps: &'a [u8],
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({:?})", self.header)
    }
}

impl<'a> From<&MessageView<'a>> for Asked<'a> {
    fn from(request: &MessageView<'a>) -> Self {
        Asked::of(request.header(), request.avp_octets())
    }
}

impl<'a> Asked<'a> {
    /// From a header, and AVPs among which Session-Id and Proxy-Info are found: those of the request, or kept ones.
    pub fn of(header: Header, avps: &'a [u8]) -> Self {
        Asked { header, avps }
    }

    /// The Session-Id, if there is one.
    pub fn session_id(&self) -> Option<SessionId<'a>> {
        Avps::new(self.avps, 0).find(AvpId::SESSION_ID).map(|avp| SessionId::Text(avp.data))
    }

    /// Writes the AVPs that the answer will repeat, and nothing else, for [`Asked::of`] later.
    pub fn keep(&self, out: &mut Writer<'_>) {
        for avp in Avps::new(self.avps, 0) {
            if matches!(avp.id(), AvpId::SESSION_ID | AvpId::PROXY_INFO)
                && let Some(octets) = self.avps.get(avp.at..avp.at + avp.header_octets() + avp.data.len())
            {
                out.put(octets);
                out.put(&[0; 3][..octets.len().next_multiple_of(4) - octets.len()]);
            }
        }
    }

    /// Starts the answer and writes everything up to what its command adds.
    pub fn start<'w, 'b>(
        &self,
        out: &'w mut Writer<'b>,
        origin: Identity<'_>,
        outcome: Outcome,
    ) -> MessageWriter<'w, 'b> {
        let error = outcome.is_protocol_error();
        let mut message = MessageWriter::answer(out, &self.header, error);
        if let Some(session_id) = self.session_id() {
            message.avp_with(AvpId::SESSION_ID, |out| session_id.write(out));
        }
        // Without the E bit an answer has the form of its command, and that demands both.
        let stateless = !error && vsai::is_stateless(self.header.application);
        if stateless {
            vsai::write(&mut message, self.header.application);
        }
        outcome.write(&mut message);
        if stateless {
            message.avp_u32(AvpId::AUTH_SESSION_STATE, vsai::NO_STATE_MAINTAINED);
        }
        message.avp_bytes(AvpId::ORIGIN_HOST, origin.host).avp_bytes(AvpId::ORIGIN_REALM, origin.realm);
        message
    }

    /// Writes Proxy-Info and finishes the answer.
    pub fn finish(&self, mut message: MessageWriter<'_, '_>) {
        for avp in Avps::new(self.avps, 0).filter(|avp| avp.id() == AvpId::PROXY_INFO) {
            message.copy(&avp);
        }
        message.finish();
    }
}

/// What Failed-AVP holds (RFC 6733 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedAvp<'a> {
    /// The AVP as it was received.
    Received(AvpView<'a>),
    /// One that is missing or cannot be repeated: its header, and zeros of the shortest length of its type.
    Example(AvpId),
}

impl FailedAvp<'_> {
    /// Writes Failed-AVP.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::FAILED_AVP, |group| {
            match self {
                FailedAvp::Received(avp) if avp.data.len() <= FAILED_AVP_OCTETS_MAX => group.copy(avp),
                FailedAvp::Received(AvpView { code, vendor, .. })
                | FailedAvp::Example(AvpId { code, vendor }) => {
                    let id = AvpId { code: *code, vendor: *vendor };
                    let zeros = dictionary::entry(id).map_or(0, |entry| entry.kind.octets_min());
                    group.avp_bytes(id, &[0; 8][..zeros])
                }
            };
        });
    }
}

/// Writes the answer that refuses a request: any command, known or not. 3xxx sets the E bit, 5xxx never does.
pub fn write_refusal<'a>(
    out: &mut Writer<'_>,
    request: impl Into<Asked<'a>>,
    origin: Identity<'_>,
    outcome: impl Into<Outcome>,
    failed: Option<FailedAvp<'_>>,
) {
    let asked = request.into();
    let mut message = asked.start(out, origin, outcome.into());
    if let Some(failed) = failed {
        failed.write(&mut message);
    }
    asked.finish(message);
}
