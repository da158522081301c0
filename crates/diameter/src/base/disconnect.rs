//! DPR and DPA: the connection is about to be closed on purpose (RFC 6733 5.4).

use core::fmt;

use octets::Writer;

use super::OriginSlots;
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::result::ResultCode;
use crate::slot::Slot;
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView, MessageWriter};

/// Disconnect-Cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectCause {
    /// A restart: it will be back.
    Rebooting,
    /// Short of something: come back much later.
    Busy,
    /// It expects no messages.
    DoNotWantToTalkToYou,
}

impl DisconnectCause {
    fn of(value: u32) -> Option<Self> {
        match value {
            0 => Some(Self::Rebooting),
            1 => Some(Self::Busy),
            2 => Some(Self::DoNotWantToTalkToYou),
            _ => None,
        }
    }

    fn value(self) -> u32 {
        match self {
            Self::Rebooting => 0,
            Self::Busy => 1,
            Self::DoNotWantToTalkToYou => 2,
        }
    }
}

/// DPR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Disconnect<'a> {
    /// Who leaves.
    pub origin: Identity<'a>,
    /// Why.
    pub cause: DisconnectCause,
}

impl<'a> Disconnect<'a> {
    /// Reads a DPR.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut origin = OriginSlots::default();
        let mut cause = Slot::default();
        for avp in request.avps() {
            match avp.id() {
                AvpId::DISCONNECT_CAUSE => cause.put(avp)?,
                _ => origin.put(avp)?,
            }
        }
        let cause = cause.need(AvpId::DISCONNECT_CAUSE)?;
        let value = DisconnectCause::of(cause.u32()?);
        Ok(Disconnect {
            origin: origin.read()?,
            cause: value.ok_or(cause.wrong(ResultCode::INVALID_AVP_VALUE))?,
        })
    }

    /// Writes a DPR.
    pub fn write_request(&self, out: &mut Writer<'_>, ids: Ids) {
        let Ids { hop_by_hop, end_to_end, .. } = ids;
        let command = Command::DISCONNECT_PEER;
        let mut message =
            MessageWriter::request(out, command, ApplicationId::BASE, hop_by_hop, end_to_end, false);
        message
            .avp_bytes(AvpId::ORIGIN_HOST, self.origin.host)
            .avp_bytes(AvpId::ORIGIN_REALM, self.origin.realm)
            .avp_u32(AvpId::DISCONNECT_CAUSE, self.cause.value());
        message.finish();
    }

    /// Writes the DPA to a DPR.
    pub fn write_answer<'q>(out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let message = asked.start(out, origin, ResultCode::SUCCESS.into());
        asked.finish(message);
    }
}

impl fmt::Debug for Disconnect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disconnect({:?})", self.cause)
    }
}
