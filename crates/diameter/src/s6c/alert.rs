//! Alert-Service-Centre: somebody who was absent can be reached again (TS 29.338 5.3.2.5, 6.3.2).

use core::fmt;

use octets::{Digits, Writer};

use super::ServingNode;
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::user::UserIdentifier;
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// ALR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AlertServiceCentre<'a> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who alerts.
    pub origin: Identity<'a>,
    /// Who is alerted.
    pub destination: Destination<'a>,
    /// The service centre that waits.
    pub sc_address: Digits,
    /// The user who is back.
    pub user_identifier: UserIdentifier<'a>,
    /// SMS-GMSC-Alert-Event: bit 0 available again, bit 1 under a new serving node.
    pub alert_event: Option<u32>,
    /// Maximum-UE-Availability-Time, in NTP seconds: until when the user stays reachable.
    pub available_until_ntp_s: Option<u32>,
    /// The new serving node.
    pub serving_node: Option<ServingNode<'a>>,
}

/// ALA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertServiceCentreAnswer {
    /// How it ended.
    pub outcome: Outcome,
}

impl<'a> AlertServiceCentre<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut sc_address, mut user, mut event) = (Slot::default(), Slot::default(), Slot::default());
        let (mut until, mut node) = (Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::SC_ADDRESS => sc_address.put(avp)?,
                AvpId::USER_IDENTIFIER => user.put(avp)?,
                AvpId::SMS_GMSC_ALERT_EVENT => event.put(avp)?,
                AvpId::MAXIMUM_UE_AVAILABILITY_TIME => until.put(avp)?,
                AvpId::SERVING_NODE => node.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(AlertServiceCentre {
            session_id,
            origin,
            destination,
            sc_address: sc_address.need(AvpId::SC_ADDRESS)?.tbcd()?,
            user_identifier: UserIdentifier::read(user.need(AvpId::USER_IDENTIFIER)?)?,
            alert_event: event.u32()?,
            available_until_ntp_s: until.u32()?,
            serving_node: node.0.map(ServingNode::read).transpose()?,
        })
    }

    /// Writes the request as the HSS sends it, on S6c.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        self.write_on(ApplicationId::S6C, out, ids);
    }

    /// Writes the request on `application`: SGd is that of a serving node that alerts an SMS-GMSC.
    pub fn write_on(&self, application: ApplicationId, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::ALERT_SERVICE_CENTRE, application, ids);
        message.tbcd(AvpId::SC_ADDRESS, self.sc_address);
        self.user_identifier.write(&mut message);
        if let Some(until) = self.available_until_ntp_s {
            message.avp_u32(AvpId::MAXIMUM_UE_AVAILABILITY_TIME, until);
        }
        if let Some(event) = self.alert_event {
            message.avp_u32(AvpId::SMS_GMSC_ALERT_EVENT, event);
        }
        if let Some(node) = self.serving_node {
            node.write(&mut message, AvpId::SERVING_NODE);
        }
        message.finish();
    }
}

impl AlertServiceCentreAnswer {
    /// Reads the answer.
    pub fn parse(answer: &MessageView<'_>) -> Result<Self, Invalid> {
        Outcome::read(answer).map(|outcome| AlertServiceCentreAnswer { outcome })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let message = asked.start(out, origin, self.outcome);
        asked.finish(message);
    }
}

impl fmt::Debug for AlertServiceCentre<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertServiceCentre({:?})", self.session_id)
    }
}
