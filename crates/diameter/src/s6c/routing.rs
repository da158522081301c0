//! Send-Routing-Info-for-SM: where must this message go? (TS 29.338 5.3.2.3)

use core::fmt;

use octets::{Digits, Writer};

use super::{ServingNode, Smsf};
use crate::answer::Asked;
use crate::delivery::AbsentUserDiagnostic;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::limits::SME_ADDRESS_OCTETS_MAX;
use crate::result::{Outcome, ResultCode};
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::user::UserIdentifier;
use crate::wire::{ApplicationId, AvpView, Command, Ids, Invalid, MessageView};

/// SM-RP-MTI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmRpMti {
    /// SMS-DELIVER will follow.
    Deliver,
    /// SMS-STATUS-REPORT will follow.
    StatusReport,
}

/// SRR-Flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SrrFlags(pub u32);

impl SrrFlags {
    /// The asker can use an SGSN too.
    pub const GPRS_INDICATOR: u32 = 1;
    /// SM-RP-PRI: deliver although the user is known to be absent.
    pub const SM_RP_PRI: u32 = 2;
    /// Nobody will try again, so nobody waits for an alert.
    pub const SINGLE_ATTEMPT: u32 = 4;
}

/// MWD-Status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MwdStatus(pub u32);

impl MwdStatus {
    /// The service centre is not in the list of those that wait.
    pub const SC_ADDRESS_NOT_INCLUDED: u32 = 1;
    /// MNRF: not reachable.
    pub const MNRF_SET: u32 = 2;
    /// MCEF: memory full.
    pub const MCEF_SET: u32 = 4;
    /// MNRG: not reachable for GPRS.
    pub const MNRG_SET: u32 = 8;
    /// MNR5G: not reachable for 5G.
    pub const MNR5G_SET: u32 = 16;
}

/// SRR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoutingInfo<'a> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who asks.
    pub origin: Identity<'a>,
    /// Who is asked.
    pub destination: Destination<'a>,
    /// The receiver by his number.
    pub msisdn: Option<Digits>,
    /// The receiver by his IMSI.
    pub user_name: Option<&'a [u8]>,
    /// The service centre that has the message.
    pub sc_address: Option<Digits>,
    /// What will be sent.
    pub sm_rp_mti: Option<SmRpMti>,
    /// SM-RP-SMEA: who wrote the message, as an address field of TS 23.040 9.1.2.5.
    pub sm_rp_smea: Option<&'a [u8]>,
    /// SRR-Flags.
    pub flags: SrrFlags,
}

/// The absence that the HSS already knows of, node by node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbsentUser {
    /// MME-Absent-User-Diagnostic-SM.
    pub mme: Option<AbsentUserDiagnostic>,
    /// MSC-Absent-User-Diagnostic-SM.
    pub msc: Option<AbsentUserDiagnostic>,
    /// SGSN-Absent-User-Diagnostic-SM.
    pub sgsn: Option<AbsentUserDiagnostic>,
    /// SMSF-3GPP-Absent-User-Diagnostic-SM.
    pub smsf_3gpp: Option<AbsentUserDiagnostic>,
    /// SMSF-Non-3GPP-Absent-User-Diagnostic-SM.
    pub smsf_non_3gpp: Option<AbsentUserDiagnostic>,
}

/// SRA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoutingInfoAnswer<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// The IMSI; from an IP-SM-GW the MT-Correlation-ID (TS 23.204 6.14 step 3c).
    pub user_name: Option<&'a [u8]>,
    /// Where to.
    pub serving_node: Option<ServingNode<'a>>,
    /// Where to, if the first does not answer.
    pub additional_serving_node: Option<ServingNode<'a>>,
    /// SMSF-3GPP-Address: where to in a 5G core.
    pub smsf_3gpp: Option<Smsf<'a>>,
    /// SMSF-Non-3GPP-Address: the same behind an access that is not 3GPP's.
    pub smsf_non_3gpp: Option<Smsf<'a>>,
    /// User-Identifier: the number under which the HSS knows the user for alerts.
    pub user_identifier: Option<UserIdentifier<'a>>,
    /// MWD-Status.
    pub mwd_status: Option<MwdStatus>,
    /// What the HSS knows of his absence.
    pub absent_user: AbsentUser,
}

impl<'a> RoutingInfo<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut msisdn, mut user_name, mut sc_address) = (Slot::default(), Slot::default(), Slot::default());
        let (mut mti, mut smea, mut flags) = (Slot::default(), Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::MSISDN => msisdn.put(avp)?,
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::SC_ADDRESS => sc_address.put(avp)?,
                AvpId::SM_RP_MTI => mti.put(avp)?,
                AvpId::SM_RP_SMEA => smea.put(avp)?,
                AvpId::SRR_FLAGS => flags.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        let Heading { session_id, origin, destination } = heading.read()?;
        // Either may be absent, but a receiver must be named.
        if user_name.0.is_none() {
            msisdn.need(AvpId::MSISDN)?;
        }
        Ok(RoutingInfo {
            session_id,
            origin,
            destination,
            msisdn: msisdn.digits()?,
            user_name: user_name.name()?,
            sc_address: sc_address.digits()?,
            sm_rp_mti: mti.0.map(|avp| sm_rp_mti(&avp)).transpose()?,
            sm_rp_smea: smea.0.map(|avp| avp.bytes_within(SME_ADDRESS_OCTETS_MAX)).transpose()?,
            flags: SrrFlags(flags.u32()?.unwrap_or(0)),
        })
    }

    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::SEND_ROUTING_INFO_FOR_SM, ApplicationId::S6C, ids);
        if let Some(msisdn) = self.msisdn {
            message.tbcd(AvpId::MSISDN, msisdn);
        }
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        if let Some(address) = self.sc_address {
            message.tbcd(AvpId::SC_ADDRESS, address);
        }
        if let Some(mti) = self.sm_rp_mti {
            message.avp_u32(AvpId::SM_RP_MTI, u32::from(mti == SmRpMti::StatusReport));
        }
        if let Some(address) = self.sm_rp_smea {
            message.avp_bytes(AvpId::SM_RP_SMEA, address);
        }
        if self.flags != SrrFlags::default() {
            message.avp_u32(AvpId::SRR_FLAGS, self.flags.0);
        }
        message.finish();
    }
}

impl<'a> RoutingInfoAnswer<'a> {
    /// An answer that tells nothing but how it ended.
    pub fn bare(outcome: Outcome) -> Self {
        RoutingInfoAnswer {
            outcome,
            user_name: None,
            serving_node: None,
            additional_serving_node: None,
            smsf_3gpp: None,
            smsf_non_3gpp: None,
            user_identifier: None,
            mwd_status: None,
            absent_user: AbsentUser::default(),
        }
    }

    /// Reads the answer. Only the outcome is demanded: an error message has nothing else.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut read = Self::bare(Outcome::read(answer)?);
        for avp in answer.avps() {
            match avp.id() {
                AvpId::USER_NAME => read.user_name = Some(avp.data),
                AvpId::SERVING_NODE => read.serving_node = Some(ServingNode::read(avp)?),
                AvpId::ADDITIONAL_SERVING_NODE => {
                    read.additional_serving_node = Some(ServingNode::read(avp)?);
                }
                AvpId::SMSF_3GPP_ADDRESS => read.smsf_3gpp = Some(Smsf::read(avp)?),
                AvpId::SMSF_NON_3GPP_ADDRESS => read.smsf_non_3gpp = Some(Smsf::read(avp)?),
                // Under which name an alert would come: a way to the user is not given up for it.
                AvpId::USER_IDENTIFIER => read.user_identifier = UserIdentifier::read(avp).ok(),
                AvpId::MWD_STATUS => read.mwd_status = Some(MwdStatus(avp.u32()?)),
                AvpId::MME_ABSENT_USER_DIAGNOSTIC_SM => read.absent_user.mme = Some(diagnostic(&avp)?),
                AvpId::MSC_ABSENT_USER_DIAGNOSTIC_SM => read.absent_user.msc = Some(diagnostic(&avp)?),
                AvpId::SGSN_ABSENT_USER_DIAGNOSTIC_SM => read.absent_user.sgsn = Some(diagnostic(&avp)?),
                AvpId::SMSF_3GPP_ABSENT_USER_DIAGNOSTIC_SM => {
                    read.absent_user.smsf_3gpp = Some(diagnostic(&avp)?);
                }
                AvpId::SMSF_NON_3GPP_ABSENT_USER_DIAGNOSTIC_SM => {
                    read.absent_user.smsf_non_3gpp = Some(diagnostic(&avp)?);
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        if let Some(node) = self.serving_node {
            node.write(&mut message, AvpId::SERVING_NODE);
        }
        if let Some(node) = self.additional_serving_node {
            node.write(&mut message, AvpId::ADDITIONAL_SERVING_NODE);
        }
        if let Some(smsf) = self.smsf_3gpp {
            smsf.write(&mut message, AvpId::SMSF_3GPP_ADDRESS);
        }
        if let Some(smsf) = self.smsf_non_3gpp {
            smsf.write(&mut message, AvpId::SMSF_NON_3GPP_ADDRESS);
        }
        if let Some(user) = self.user_identifier {
            user.write(&mut message);
        }
        if let Some(status) = self.mwd_status {
            message.avp_u32(AvpId::MWD_STATUS, status.0);
        }
        let absent = [
            (AvpId::MME_ABSENT_USER_DIAGNOSTIC_SM, self.absent_user.mme),
            (AvpId::MSC_ABSENT_USER_DIAGNOSTIC_SM, self.absent_user.msc),
            (AvpId::SGSN_ABSENT_USER_DIAGNOSTIC_SM, self.absent_user.sgsn),
            (AvpId::SMSF_3GPP_ABSENT_USER_DIAGNOSTIC_SM, self.absent_user.smsf_3gpp),
            (AvpId::SMSF_NON_3GPP_ABSENT_USER_DIAGNOSTIC_SM, self.absent_user.smsf_non_3gpp),
        ];
        for (id, diagnostic) in absent {
            if let Some(diagnostic) = diagnostic {
                message.avp_u32(id, diagnostic.0);
            }
        }
        asked.finish(message);
    }
}

impl fmt::Debug for RoutingInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoutingInfo({:?})", self.session_id)
    }
}

impl fmt::Debug for RoutingInfoAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoutingInfoAnswer({:?})", self.outcome)
    }
}

fn sm_rp_mti(avp: &AvpView<'_>) -> Result<SmRpMti, Invalid> {
    match avp.u32()? {
        0 => Ok(SmRpMti::Deliver),
        1 => Ok(SmRpMti::StatusReport),
        _ => Err(avp.wrong(ResultCode::INVALID_AVP_VALUE)),
    }
}

fn diagnostic(avp: &AvpView<'_>) -> Result<AbsentUserDiagnostic, Invalid> {
    avp.u32().map(AbsentUserDiagnostic)
}
