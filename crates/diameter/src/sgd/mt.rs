//! MT-Forward-Short-Message: a text arrives, or goes to a serving node (TS 29.338 6.3.2.5).

use core::fmt;

use octets::{Digits, Writer};

use super::Tpdu;
use crate::answer::Asked;
use crate::delivery::{AbsentUserDiagnostic, DeliveryFailure};
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::limits::TPDU_OCTETS_MAX;
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::user::UserIdentifier;
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// TFR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MtForward<'a, T = &'a [u8]> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who asks.
    pub origin: Identity<'a>,
    /// Who is asked; a TFR always names the host.
    pub destination: Destination<'a>,
    /// The IMSI of the receiver, or the MT-Correlation-ID in its place.
    pub user_name: &'a [u8],
    /// The service centre that sends.
    pub sc_address: Digits,
    /// SM-RP-UI: the SMS-DELIVER or SMS-STATUS-REPORT.
    pub tpdu: T,
    /// TFR-Flags: does another message follow at once?
    pub more_messages: bool,
    /// MME-Number-for-MT-SMS: the number of the MME that is asked.
    pub mme_number: Option<Digits>,
    /// SGSN-Number: the number of the SGSN that is asked.
    pub sgsn_number: Option<Digits>,
    /// SM-Delivery-Timer: how long the asker waits.
    pub delivery_timer_s: Option<u32>,
    /// SM-Delivery-Start-Time: since when, in NTP seconds.
    pub delivery_start_ntp_s: Option<u32>,
    /// Maximum-Retransmission-Time: until when the asker will try again, in NTP seconds. Without it he does not
    /// understand a wish to try later.
    pub retransmit_until_ntp_s: Option<u32>,
    /// SMS-GMSC-Address: where the alert must go when the user is absent now.
    pub sms_gmsc_address: Option<Digits>,
}

/// TFA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MtForwardAnswer<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// Why the user is absent, beside ABSENT_USER.
    pub absent_user: Option<AbsentUserDiagnostic>,
    /// Why delivery failed, beside SM_DELIVERY_FAILURE.
    pub failure: Option<DeliveryFailure<'a>>,
    /// SM-RP-UI: the SMS-DELIVER-REPORT.
    pub sm_rp_ui: Option<&'a [u8]>,
    /// Requested-Retransmission-Time, in NTP seconds: try then, the user sleeps until about that time.
    pub retransmit_at_ntp_s: Option<u32>,
    /// User-Identifier: the number under which the node will alert the asker.
    pub user_identifier: Option<UserIdentifier<'a>>,
}

impl<'a> MtForward<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user_name, mut sc_address, mut tpdu) = (Slot::default(), Slot::default(), Slot::default());
        let (mut mme_number, mut sgsn_number, mut gmsc) = (Slot::default(), Slot::default(), Slot::default());
        let (mut flags, mut timer) = (Slot::default(), Slot::default());
        let (mut start, mut until) = (Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::SC_ADDRESS => sc_address.put(avp)?,
                AvpId::SM_RP_UI => tpdu.put(avp)?,
                AvpId::TFR_FLAGS => flags.put(avp)?,
                AvpId::MME_NUMBER_FOR_MT_SMS => mme_number.put(avp)?,
                AvpId::SGSN_NUMBER => sgsn_number.put(avp)?,
                AvpId::SM_DELIVERY_TIMER => timer.put(avp)?,
                AvpId::SM_DELIVERY_START_TIME => start.put(avp)?,
                AvpId::MAXIMUM_RETRANSMISSION_TIME => until.put(avp)?,
                AvpId::SMS_GMSC_ADDRESS => gmsc.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        heading.need_destination_host()?;
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(MtForward {
            session_id,
            origin,
            destination,
            user_name: user_name.need_name(AvpId::USER_NAME)?,
            sc_address: sc_address.need(AvpId::SC_ADDRESS)?.tbcd()?,
            tpdu: tpdu.need(AvpId::SM_RP_UI)?.bytes_within(TPDU_OCTETS_MAX)?,
            more_messages: flags.u32()?.unwrap_or(0) & MORE_MESSAGES_TO_SEND != 0,
            mme_number: mme_number.digits()?,
            sgsn_number: sgsn_number.digits()?,
            delivery_timer_s: timer.u32()?,
            delivery_start_ntp_s: start.u32()?,
            retransmit_until_ntp_s: until.u32()?,
            sms_gmsc_address: gmsc.digits()?,
        })
    }
}

impl<T: Tpdu> MtForward<'_, T> {
    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::MT_FORWARD_SHORT_MESSAGE, ApplicationId::SGD, ids);
        message.avp_bytes(AvpId::USER_NAME, self.user_name).tbcd(AvpId::SC_ADDRESS, self.sc_address);
        message.avp_with(AvpId::SM_RP_UI, |out| self.tpdu.put(out));
        if let Some(number) = self.mme_number {
            message.tbcd(AvpId::MME_NUMBER_FOR_MT_SMS, number);
        }
        if let Some(number) = self.sgsn_number {
            message.tbcd(AvpId::SGSN_NUMBER, number);
        }
        if self.more_messages {
            message.avp_u32(AvpId::TFR_FLAGS, MORE_MESSAGES_TO_SEND);
        }
        if let Some(seconds) = self.delivery_timer_s {
            message.avp_u32(AvpId::SM_DELIVERY_TIMER, seconds);
        }
        if let Some(start) = self.delivery_start_ntp_s {
            message.avp_u32(AvpId::SM_DELIVERY_START_TIME, start);
        }
        if let Some(until) = self.retransmit_until_ntp_s {
            message.avp_u32(AvpId::MAXIMUM_RETRANSMISSION_TIME, until);
        }
        if let Some(address) = self.sms_gmsc_address {
            message.tbcd(AvpId::SMS_GMSC_ADDRESS, address);
        }
        message.finish();
    }
}

impl<'a> MtForwardAnswer<'a> {
    /// The message is with its user.
    pub const DELIVERED: MtForwardAnswer<'static> = MtForwardAnswer {
        outcome: Outcome::Success,
        absent_user: None,
        failure: None,
        sm_rp_ui: None,
        retransmit_at_ntp_s: None,
        user_identifier: None,
    };

    /// Reads the answer. Only the outcome is demanded: an error message has nothing else.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        Ok(MtForwardAnswer {
            outcome: Outcome::read(answer)?,
            absent_user: answer
                .find(AvpId::ABSENT_USER_DIAGNOSTIC_SM)
                .map(|avp| avp.u32().map(AbsentUserDiagnostic))
                .transpose()?,
            failure: answer.find(AvpId::SM_DELIVERY_FAILURE_CAUSE).map(DeliveryFailure::read).transpose()?,
            sm_rp_ui: answer
                .find(AvpId::SM_RP_UI)
                .map(|avp| avp.bytes_within(TPDU_OCTETS_MAX))
                .transpose()?,
            retransmit_at_ntp_s: answer
                .find(AvpId::REQUESTED_RETRANSMISSION_TIME)
                .map(|avp| avp.u32())
                .transpose()?,
            // A delivery that succeeded is not doubted for the sake of a number that may never be needed.
            user_identifier: answer
                .find(AvpId::USER_IDENTIFIER)
                .and_then(|avp| UserIdentifier::read(avp).ok()),
        })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(AbsentUserDiagnostic(diagnostic)) = self.absent_user {
            message.avp_u32(AvpId::ABSENT_USER_DIAGNOSTIC_SM, diagnostic);
        }
        if let Some(failure) = self.failure {
            failure.write(&mut message);
        }
        if let Some(report) = self.sm_rp_ui {
            message.avp_bytes(AvpId::SM_RP_UI, report);
        }
        if let Some(then) = self.retransmit_at_ntp_s {
            message.avp_u32(AvpId::REQUESTED_RETRANSMISSION_TIME, then);
        }
        if let Some(user) = self.user_identifier {
            user.write(&mut message);
        }
        asked.finish(message);
    }
}

impl<T> fmt::Debug for MtForward<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MtForward({:?})", self.session_id)
    }
}

impl fmt::Debug for MtForwardAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MtForwardAnswer({:?}, {:?}, {:?})", self.outcome, self.absent_user, self.failure)
    }
}

/// TFR-Flags bit 0 (TS 29.338 6.3.3.11).
const MORE_MESSAGES_TO_SEND: u32 = 1;
