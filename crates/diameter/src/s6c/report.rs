//! Report-SM-Delivery-Status: the HSS hears how a delivery went (TS 29.338 5.3.2.7).

use core::fmt;

use octets::{Digits, Writer};

use crate::answer::Asked;
use crate::delivery::AbsentUserDiagnostic;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::user::UserIdentifier;
use crate::wire::{
    ApplicationId, AvpView, Command, Ids, Invalid, MessageView, MessageWriter, refuse_unknown,
};

/// SM-Delivery-Cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryCause(pub u32);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl DeliveryCause {
    pub const UE_MEMORY_CAPACITY_EXCEEDED: DeliveryCause = DeliveryCause(0);
    pub const ABSENT_USER: DeliveryCause = DeliveryCause(1);
    pub const SUCCESSFUL_TRANSFER: DeliveryCause = DeliveryCause(2);
}

/// What one node made of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeOutcome {
    /// SM-Delivery-Cause.
    pub cause: Option<DeliveryCause>,
    /// Absent-User-Diagnostic-SM.
    pub absent_user: Option<AbsentUserDiagnostic>,
}

/// SM-Delivery-Outcome: one outcome for each node that tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// MME-SM-Delivery-Outcome.
    pub mme: Option<NodeOutcome>,
    /// MSC-SM-Delivery-Outcome.
    pub msc: Option<NodeOutcome>,
    /// SGSN-SM-Delivery-Outcome.
    pub sgsn: Option<NodeOutcome>,
    /// IP-SM-GW-SM-Delivery-Outcome.
    pub ip_sm_gw: Option<NodeOutcome>,
    /// SMSF-3GPP-SM-Delivery-Outcome.
    pub smsf_3gpp: Option<NodeOutcome>,
    /// SMSF-Non-3GPP-SM-Delivery-Outcome.
    pub smsf_non_3gpp: Option<NodeOutcome>,
}

/// RDR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReportDelivery<'a> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who reports.
    pub origin: Identity<'a>,
    /// Who is told.
    pub destination: Destination<'a>,
    /// The receiver.
    pub user_identifier: UserIdentifier<'a>,
    /// The service centre that wants to be alerted.
    pub sc_address: Digits,
    /// How it went.
    pub delivery: DeliveryOutcome,
    /// RDR-Flags: nobody will try again.
    pub single_attempt: bool,
}

/// RDA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportDeliveryAnswer<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// The number under which the HSS will alert.
    pub user_identifier: Option<UserIdentifier<'a>>,
}

impl NodeOutcome {
    fn read(avp: AvpView<'_>) -> Result<Self, Invalid> {
        let (mut cause, mut absent) = (Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                AvpId::SM_DELIVERY_CAUSE => cause.put(member)?,
                AvpId::ABSENT_USER_DIAGNOSTIC_SM => absent.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        Ok(NodeOutcome {
            cause: cause.u32()?.map(DeliveryCause),
            absent_user: absent.u32()?.map(AbsentUserDiagnostic),
        })
    }
}

impl DeliveryOutcome {
    /// Reads the group.
    pub fn read(avp: AvpView<'_>) -> Result<Self, Invalid> {
        let mut slots = [Slot::default(); NODES.len()];
        for member in avp.grouped()? {
            match slots.iter_mut().zip(NODES).find(|(_, id)| *id == member.id()) {
                Some((slot, _)) => slot.put(member)?,
                None => refuse_unknown(&member)?,
            }
        }
        let [mme, msc, sgsn, ip_sm_gw, smsf_3gpp, smsf_non_3gpp] = slots;
        let node = |slot: Slot<'_>| slot.0.map(NodeOutcome::read).transpose();
        Ok(DeliveryOutcome {
            mme: node(mme)?,
            msc: node(msc)?,
            sgsn: node(sgsn)?,
            ip_sm_gw: node(ip_sm_gw)?,
            smsf_3gpp: node(smsf_3gpp)?,
            smsf_non_3gpp: node(smsf_non_3gpp)?,
        })
    }

    /// Writes the group.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::SM_DELIVERY_OUTCOME, |group| {
            let nodes = [self.mme, self.msc, self.sgsn, self.ip_sm_gw, self.smsf_3gpp, self.smsf_non_3gpp];
            for (id, node) in NODES.into_iter().zip(nodes) {
                let Some(node) = node else { continue };
                group.grouped(id, |group| {
                    if let Some(cause) = node.cause {
                        group.avp_u32(AvpId::SM_DELIVERY_CAUSE, cause.0);
                    }
                    if let Some(diagnostic) = node.absent_user {
                        group.avp_u32(AvpId::ABSENT_USER_DIAGNOSTIC_SM, diagnostic.0);
                    }
                });
            }
        });
    }
}

impl<'a> ReportDelivery<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user, mut sc_address) = (Slot::default(), Slot::default());
        let (mut delivery, mut flags) = (Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_IDENTIFIER => user.put(avp)?,
                AvpId::SC_ADDRESS => sc_address.put(avp)?,
                AvpId::SM_DELIVERY_OUTCOME => delivery.put(avp)?,
                AvpId::RDR_FLAGS => flags.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(ReportDelivery {
            session_id,
            origin,
            destination,
            user_identifier: UserIdentifier::read(user.need(AvpId::USER_IDENTIFIER)?)?,
            sc_address: sc_address.need(AvpId::SC_ADDRESS)?.tbcd()?,
            delivery: DeliveryOutcome::read(delivery.need(AvpId::SM_DELIVERY_OUTCOME)?)?,
            single_attempt: flags.u32()?.unwrap_or(0) & SINGLE_ATTEMPT_DELIVERY != 0,
        })
    }

    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::REPORT_SM_DELIVERY_STATUS, ApplicationId::S6C, ids);
        self.user_identifier.write(&mut message);
        message.tbcd(AvpId::SC_ADDRESS, self.sc_address);
        self.delivery.write(&mut message);
        if self.single_attempt {
            message.avp_u32(AvpId::RDR_FLAGS, SINGLE_ATTEMPT_DELIVERY);
        }
        message.finish();
    }
}

impl<'a> ReportDeliveryAnswer<'a> {
    /// Reads the answer.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        Ok(ReportDeliveryAnswer {
            outcome: Outcome::read(answer)?,
            user_identifier: answer
                .find(AvpId::USER_IDENTIFIER)
                .and_then(|avp| UserIdentifier::read(avp).ok()),
        })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(user) = self.user_identifier {
            user.write(&mut message);
        }
        asked.finish(message);
    }
}

impl fmt::Debug for ReportDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportDelivery({:?}, {:?})", self.session_id, self.delivery)
    }
}

const NODES: [AvpId; 6] = [
    AvpId::MME_SM_DELIVERY_OUTCOME,
    AvpId::MSC_SM_DELIVERY_OUTCOME,
    AvpId::SGSN_SM_DELIVERY_OUTCOME,
    AvpId::IP_SM_GW_SM_DELIVERY_OUTCOME,
    AvpId::SMSF_3GPP_SM_DELIVERY_OUTCOME,
    AvpId::SMSF_NON_3GPP_SM_DELIVERY_OUTCOME,
];

/// RDR-Flags bit 0.
const SINGLE_ATTEMPT_DELIVERY: u32 = 1;
