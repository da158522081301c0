//! DWR and DWA: is anybody there? (RFC 6733 5.5)

use core::fmt;

use octets::Writer;

use super::OriginSlots;
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::result::ResultCode;
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView, MessageWriter};

/// What a DWR says, and a DWA too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Watchdog<'a> {
    /// Who asks or answers.
    pub origin: Identity<'a>,
    /// Origin-State-Id: a larger one than before means that they restarted and forgot.
    pub origin_state_id: Option<u32>,
}

impl<'a> Watchdog<'a> {
    /// Reads a DWR or a DWA.
    pub fn parse(message: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut origin = OriginSlots::default();
        for avp in message.avps() {
            origin.put(avp)?;
        }
        Ok(Watchdog { origin: origin.read()?, origin_state_id: origin.state_id.u32()? })
    }

    /// Writes a DWR.
    pub fn write_request(&self, out: &mut Writer<'_>, ids: Ids) {
        let Ids { hop_by_hop, end_to_end, .. } = ids;
        let command = Command::DEVICE_WATCHDOG;
        let mut message =
            MessageWriter::request(out, command, ApplicationId::BASE, hop_by_hop, end_to_end, false);
        message
            .avp_bytes(AvpId::ORIGIN_HOST, self.origin.host)
            .avp_bytes(AvpId::ORIGIN_REALM, self.origin.realm);
        self.write_state_id(&mut message);
        message.finish();
    }

    /// Writes the DWA to a DWR.
    pub fn write_answer<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>) {
        let asked = request.into();
        let mut message = asked.start(out, self.origin, ResultCode::SUCCESS.into());
        self.write_state_id(&mut message);
        asked.finish(message);
    }

    fn write_state_id(&self, message: &mut MessageWriter<'_, '_>) {
        if let Some(state_id) = self.origin_state_id {
            message.avp_u32(AvpId::ORIGIN_STATE_ID, state_id);
        }
    }
}

impl fmt::Debug for Watchdog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watchdog({:?})", self.origin_state_id)
    }
}
