//! Places for the AVPs that a command knows, filled in one pass over the message.
//!
//! Refuses: a second AVP where one is allowed (5009), none where one is demanded (5005).

use octets::Digits;

use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::limits::NAME_OCTETS_MAX;
use crate::result::ResultCode;
use crate::vsai;
use crate::wire::{AvpView, Ids, Invalid, MessageWriter};
use crate::{ApplicationId, Command};

/// At most one AVP.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slot<'a>(pub Option<AvpView<'a>>);

impl<'a> Slot<'a> {
    /// Takes `avp` in. RFC 6733 7.1.5: what Failed-AVP shows is the first one too many.
    pub fn put(&mut self, avp: AvpView<'a>) -> Result<(), Invalid> {
        match self.0.replace(avp) {
            None => Ok(()),
            Some(_) => Err(avp.wrong(ResultCode::AVP_OCCURS_TOO_MANY_TIMES)),
        }
    }

    /// The AVP, which must be there; `id` is what Failed-AVP shows if it is not.
    pub fn need(&self, id: AvpId) -> Result<AvpView<'a>, Invalid> {
        self.0.ok_or(Invalid::missing(id))
    }

    /// A DiameterIdentity or Session-Id, which must be there.
    pub fn need_name(&self, id: AvpId) -> Result<&'a [u8], Invalid> {
        self.need(id)?.bytes_within(NAME_OCTETS_MAX)
    }

    pub fn name(&self) -> Result<Option<&'a [u8]>, Invalid> {
        self.0.map(|avp| avp.bytes_within(NAME_OCTETS_MAX)).transpose()
    }

    pub fn digits(&self) -> Result<Option<Digits>, Invalid> {
        self.0.map(|avp| avp.tbcd()).transpose()
    }

    pub fn u32(&self) -> Result<Option<u32>, Invalid> {
        self.0.map(|avp| avp.u32()).transpose()
    }
}

/// What every request of TS 29.338 and TS 29.329 starts with.
#[derive(Clone, Copy)]
pub(crate) struct Heading<'a> {
    pub session_id: SessionId<'a>,
    pub origin: Identity<'a>,
    pub destination: Destination<'a>,
}

impl<'a> Heading<'a> {
    /// Starts a request and writes everything up to what its command adds.
    pub fn start<'w, 'b>(
        &self,
        out: &'w mut octets::Writer<'b>,
        command: Command,
        application: ApplicationId,
        ids: Ids,
    ) -> MessageWriter<'w, 'b> {
        let Ids { hop_by_hop, end_to_end, retransmitted } = ids;
        let mut message =
            MessageWriter::request(out, command, application, hop_by_hop, end_to_end, retransmitted);
        message.avp_with(AvpId::SESSION_ID, |out| self.session_id.write(out));
        vsai::write(&mut message, application);
        message
            .avp_u32(AvpId::AUTH_SESSION_STATE, vsai::NO_STATE_MAINTAINED)
            .avp_bytes(AvpId::ORIGIN_HOST, self.origin.host)
            .avp_bytes(AvpId::ORIGIN_REALM, self.origin.realm);
        if let Some(host) = self.destination.host {
            message.avp_bytes(AvpId::DESTINATION_HOST, host);
        }
        message.avp_bytes(AvpId::DESTINATION_REALM, self.destination.realm);
        message
    }
}

/// The slots of [`Heading`].
#[derive(Clone, Copy, Default)]
pub(crate) struct HeadingSlots<'a> {
    session_id: Slot<'a>,
    application: Slot<'a>,
    auth_session_state: Slot<'a>,
    origin_host: Slot<'a>,
    origin_realm: Slot<'a>,
    destination_host: Slot<'a>,
    destination_realm: Slot<'a>,
}

impl<'a> HeadingSlots<'a> {
    /// Takes `avp` in; one that no command asked for is refused if its sender insists on it.
    pub fn put(&mut self, avp: AvpView<'a>) -> Result<(), Invalid> {
        let slot = match avp.id() {
            AvpId::SESSION_ID => &mut self.session_id,
            AvpId::VENDOR_SPECIFIC_APPLICATION_ID => &mut self.application,
            AvpId::AUTH_SESSION_STATE => &mut self.auth_session_state,
            AvpId::ORIGIN_HOST => &mut self.origin_host,
            AvpId::ORIGIN_REALM => &mut self.origin_realm,
            AvpId::DESTINATION_HOST => &mut self.destination_host,
            AvpId::DESTINATION_REALM => &mut self.destination_realm,
            _ => return crate::wire::refuse_unknown(&avp),
        };
        slot.put(avp)
    }

    pub fn read(&self) -> Result<Heading<'a>, Invalid> {
        let session_id = SessionId::Text(self.session_id.need_name(AvpId::SESSION_ID)?);
        self.auth_session_state.need(AvpId::AUTH_SESSION_STATE)?.u32()?;
        if let Some(application) = self.application.0 {
            vsai::read(&application)?;
        }
        Ok(Heading {
            session_id,
            origin: Identity {
                host: self.origin_host.need_name(AvpId::ORIGIN_HOST)?,
                realm: self.origin_realm.need_name(AvpId::ORIGIN_REALM)?,
            },
            destination: Destination {
                host: self.destination_host.name()?,
                realm: self.destination_realm.need_name(AvpId::DESTINATION_REALM)?,
            },
        })
    }

    /// Vendor-Specific-Application-Id, where a command demands it.
    pub fn need_application(&self) -> Result<(), Invalid> {
        self.application.need(AvpId::VENDOR_SPECIFIC_APPLICATION_ID).map(|_| ())
    }

    /// Destination-Host, where a command demands it.
    pub fn need_destination_host(&self) -> Result<(), Invalid> {
        self.destination_host.need(AvpId::DESTINATION_HOST).map(|_| ())
    }
}
