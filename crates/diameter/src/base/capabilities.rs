//! CER and CEA: who is there, and what can both do (RFC 6733 5.3).

use core::fmt;
use core::net::IpAddr;

use octets::{Writer, eq_ignore_case};

use super::OriginSlots;
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::result::{Outcome, ResultCode};
use crate::slot::Slot;
use crate::vsai;
use crate::wire::{ApplicationId, Avps, Command, Ids, Invalid, MessageView, MessageWriter};

/// Ours, as a CER or a CEA says it.
#[derive(Clone, Copy)]
pub struct Capabilities<'a> {
    /// Who we are.
    pub origin: Identity<'a>,
    /// The addresses that we speak from: one at least.
    pub host_addresses: &'a [IpAddr],
    /// Vendor-Id: who made this node.
    pub vendor_id: u32,
    /// Product-Name.
    pub product_name: &'a str,
    /// Origin-State-Id: grows with each restart that lost state.
    pub origin_state_id: Option<u32>,
    /// Supported-Vendor-Id: whose AVPs we understand.
    pub supported_vendors: &'a [u32],
    /// Applications of the IETF, or the relay's.
    pub auth_applications: &'a [ApplicationId],
    /// Applications of 3GPP.
    pub vendor_applications: &'a [ApplicationId],
}

/// Theirs, as their CER or CEA said it.
#[derive(Clone, Copy)]
pub struct Advertised<'a> {
    /// Who they are.
    pub origin: Identity<'a>,
    /// Vendor-Id.
    pub vendor_id: u32,
    /// Product-Name.
    pub product_name: &'a [u8],
    /// Origin-State-Id.
    pub origin_state_id: Option<u32>,
    avps: Avps<'a>,
}

/// CEA.
#[derive(Clone, Copy, Debug)]
pub struct CapabilitiesAnswer<'a> {
    /// Result-Code.
    pub outcome: Outcome,
    /// Their capabilities; a refusal need not tell them.
    pub advertised: Option<Advertised<'a>>,
}

impl Capabilities<'_> {
    /// Writes a CER.
    pub fn write_request(&self, out: &mut Writer<'_>, ids: Ids) {
        let Ids { hop_by_hop, end_to_end, .. } = ids;
        let command = Command::CAPABILITIES_EXCHANGE;
        // A CER never crosses a failover: T stays clear.
        let mut message =
            MessageWriter::request(out, command, ApplicationId::BASE, hop_by_hop, end_to_end, false);
        message
            .avp_bytes(AvpId::ORIGIN_HOST, self.origin.host)
            .avp_bytes(AvpId::ORIGIN_REALM, self.origin.realm);
        self.write_rest(&mut message);
        message.finish();
    }

    /// Writes the CEA to a CER.
    pub fn write_answer<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, result: ResultCode) {
        let asked = request.into();
        let mut message = asked.start(out, self.origin, result.into());
        self.write_rest(&mut message);
        asked.finish(message);
    }

    fn write_rest(&self, message: &mut MessageWriter<'_, '_>) {
        for address in self.host_addresses {
            message.address(AvpId::HOST_IP_ADDRESS, *address);
        }
        message.avp_u32(AvpId::VENDOR_ID, self.vendor_id);
        message.avp_bytes(AvpId::PRODUCT_NAME, self.product_name.as_bytes());
        if let Some(state_id) = self.origin_state_id {
            message.avp_u32(AvpId::ORIGIN_STATE_ID, state_id);
        }
        for vendor in self.supported_vendors {
            message.avp_u32(AvpId::SUPPORTED_VENDOR_ID, *vendor);
        }
        for application in self.auth_applications {
            message.avp_u32(AvpId::AUTH_APPLICATION_ID, application.0);
        }
        for application in self.vendor_applications {
            vsai::write(message, *application);
        }
    }
}

impl<'a> Advertised<'a> {
    /// Reads a CER.
    pub fn parse(message: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut origin = OriginSlots::default();
        let (mut vendor_id, mut product_name) = (Slot::default(), Slot::default());
        for avp in message.avps() {
            match avp.id() {
                AvpId::VENDOR_ID => vendor_id.put(avp)?,
                AvpId::PRODUCT_NAME => product_name.put(avp)?,
                AvpId::AUTH_APPLICATION_ID | AvpId::INBAND_SECURITY_ID => {
                    avp.u32()?;
                }
                AvpId::VENDOR_SPECIFIC_APPLICATION_ID => {
                    vsai::read(&avp)?;
                }
                _ => origin.put(avp)?,
            }
        }
        message.find(AvpId::HOST_IP_ADDRESS).ok_or(Invalid::missing(AvpId::HOST_IP_ADDRESS))?;
        Ok(Advertised {
            origin: origin.read()?,
            vendor_id: vendor_id.need(AvpId::VENDOR_ID)?.u32()?,
            product_name: product_name.need(AvpId::PRODUCT_NAME)?.data,
            origin_state_id: origin.state_id.u32()?,
            avps: message.avps(),
        })
    }

    /// The addresses that they speak from, those of IP families.
    pub fn host_addresses(&self) -> impl Iterator<Item = IpAddr> + use<'a> {
        self.avps.filter(|avp| avp.id() == AvpId::HOST_IP_ADDRESS).filter_map(|avp| avp.address().ok())
    }

    /// The authentication applications that they have, vendor-specific or not, as often as they say so.
    pub fn applications(&self) -> impl Iterator<Item = ApplicationId> + use<'a> {
        self.avps.filter_map(|avp| match avp.id() {
            AvpId::AUTH_APPLICATION_ID => avp.u32().ok().map(ApplicationId),
            AvpId::VENDOR_SPECIFIC_APPLICATION_ID => vsai::read(&avp).ok().flatten(),
            _ => None,
        })
    }

    /// The vendors whose AVPs they understand.
    pub fn supported_vendors(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.avps.filter(|avp| avp.id() == AvpId::SUPPORTED_VENDOR_ID).filter_map(|avp| avp.u32().ok())
    }

    /// Our verdict on them, in the order of RFC 6733 5.3: the Result-Code of the CEA.
    pub fn judge(&self, is_known: bool, ours: &[ApplicationId]) -> ResultCode {
        if !is_known {
            ResultCode::UNKNOWN_PEER
        } else if common_applications(ours, self).next().is_none() {
            ResultCode::NO_COMMON_APPLICATION
        } else if !self.speaks_in_clear() {
            ResultCode::NO_COMMON_SECURITY
        } else {
            ResultCode::SUCCESS
        }
    }

    /// Without an Inband-Security-Id, or with NO_INBAND_SECURITY among several.
    fn speaks_in_clear(&self) -> bool {
        let mut offers = self.avps.filter(|avp| avp.id() == AvpId::INBAND_SECURITY_ID).peekable();
        offers.peek().is_none() || offers.any(|avp| avp.u32() == Ok(NO_INBAND_SECURITY))
    }
}

impl<'a> CapabilitiesAnswer<'a> {
    /// Reads a CEA.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        let outcome = Outcome::read(answer)?;
        let advertised = match outcome {
            Outcome::Success => Some(Advertised::parse(answer)?),
            _ => None,
        };
        Ok(CapabilitiesAnswer { outcome, advertised })
    }

    /// Their verdict, and if that is good, ours: whether they are `expected`, and have something in common with us.
    pub fn judge(&self, expected: &[u8], ours: &[ApplicationId]) -> ResultCode {
        match (self.outcome, &self.advertised) {
            (Outcome::Success, Some(advertised)) => {
                advertised.judge(same_host(advertised.origin.host, expected), ours)
            }
            (Outcome::Result(code), _) => ResultCode(code),
            _ => ResultCode::UNABLE_TO_COMPLY,
        }
    }
}

/// Those of our applications that they have too. A relay, on either side, has all of them (RFC 6733 5.3).
pub fn common_applications<'o>(
    ours: &'o [ApplicationId],
    theirs: &Advertised<'o>,
) -> impl Iterator<Item = ApplicationId> + use<'o> {
    let theirs = *theirs;
    let is_relay = ours.contains(&ApplicationId::RELAY)
        || theirs.applications().any(|application| application == ApplicationId::RELAY);
    ours.iter().copied().filter(move |ours| is_relay || theirs.applications().any(|theirs| theirs == *ours))
}

/// Are both names of one host? DNS does not tell upper from lower case.
pub fn same_host(one: &[u8], other: &[u8]) -> bool {
    eq_ignore_case(one, other)
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capabilities")
    }
}

impl fmt::Debug for Advertised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Advertised")
    }
}

const NO_INBAND_SECURITY: u32 = 0;
