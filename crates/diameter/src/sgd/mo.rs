//! MO-Forward-Short-Message: a text leaves for the SMS-IWMSC (TS 29.338 6.3.2.3).

use core::fmt;

use octets::{Digits, Writer};

use super::Tpdu;
use crate::answer::Asked;
use crate::delivery::DeliveryFailure;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::limits::TPDU_OCTETS_MAX;
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::user::UserIdentifier;
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// OFR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MoForward<'a, T = &'a [u8]> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who asks.
    pub origin: Identity<'a>,
    /// Who is asked.
    pub destination: Destination<'a>,
    /// The service centre, as RP-Destination-Address would name it.
    pub sc_address: Digits,
    /// The user who sends.
    pub user_identifier: UserIdentifier<'a>,
    /// SM-RP-UI: the SMS-SUBMIT.
    pub tpdu: T,
}

/// OFA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MoForwardAnswer<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, beside SM_DELIVERY_FAILURE.
    pub failure: Option<DeliveryFailure<'a>>,
    /// SM-RP-UI: the SMS-SUBMIT-REPORT.
    pub sm_rp_ui: Option<&'a [u8]>,
}

impl<'a> MoForward<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut sc_address, mut user, mut tpdu) = (Slot::default(), Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::SC_ADDRESS => sc_address.put(avp)?,
                AvpId::USER_IDENTIFIER => user.put(avp)?,
                AvpId::SM_RP_UI => tpdu.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(MoForward {
            session_id,
            origin,
            destination,
            sc_address: sc_address.need(AvpId::SC_ADDRESS)?.tbcd()?,
            user_identifier: UserIdentifier::read(user.need(AvpId::USER_IDENTIFIER)?)?,
            tpdu: tpdu.need(AvpId::SM_RP_UI)?.bytes_within(TPDU_OCTETS_MAX)?,
        })
    }
}

impl<T: Tpdu> MoForward<'_, T> {
    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::MO_FORWARD_SHORT_MESSAGE, ApplicationId::SGD, ids);
        message.tbcd(AvpId::SC_ADDRESS, self.sc_address);
        self.user_identifier.write(&mut message);
        message.avp_with(AvpId::SM_RP_UI, |out| self.tpdu.put(out));
        message.finish();
    }
}

impl<'a> MoForwardAnswer<'a> {
    /// Reads the answer. Only the outcome is demanded: an error message has nothing else.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        Ok(MoForwardAnswer {
            outcome: Outcome::read(answer)?,
            failure: answer.find(AvpId::SM_DELIVERY_FAILURE_CAUSE).map(DeliveryFailure::read).transpose()?,
            sm_rp_ui: answer
                .find(AvpId::SM_RP_UI)
                .map(|avp| avp.bytes_within(TPDU_OCTETS_MAX))
                .transpose()?,
        })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(failure) = self.failure {
            failure.write(&mut message);
        }
        if let Some(report) = self.sm_rp_ui {
            message.avp_bytes(AvpId::SM_RP_UI, report);
        }
        asked.finish(message);
    }
}

impl<T> fmt::Debug for MoForward<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MoForward({:?})", self.session_id)
    }
}

impl fmt::Debug for MoForwardAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MoForwardAnswer({:?}, {:?})", self.outcome, self.failure)
    }
}
