//! Why a short message did not arrive: the causes and diagnostics that SGd and S6c share.

use core::fmt;

use crate::dictionary::AvpId;
use crate::limits::TPDU_OCTETS_MAX;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// SM-Enumerated-Delivery-Failure-Cause (TS 29.338 5.3.3.5). Later releases may add values, so it stays a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FailureCause(pub u32);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl FailureCause {
    pub const MEMORY_CAPACITY_EXCEEDED: FailureCause = FailureCause(0);
    pub const EQUIPMENT_PROTOCOL_ERROR: FailureCause = FailureCause(1);
    pub const EQUIPMENT_NOT_SM_EQUIPPED: FailureCause = FailureCause(2);
    pub const UNKNOWN_SERVICE_CENTRE: FailureCause = FailureCause(3);
    pub const SC_CONGESTION: FailureCause = FailureCause(4);
    pub const INVALID_SME_ADDRESS: FailureCause = FailureCause(5);
    pub const USER_NOT_SC_USER: FailureCause = FailureCause(6);
}

/// Absent-User-Diagnostic-SM: the values of TS 23.040 3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AbsentUserDiagnostic(pub u32);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl AbsentUserDiagnostic {
    pub const NO_PAGING_RESPONSE_VIA_MSC: AbsentUserDiagnostic = AbsentUserDiagnostic(0);
    pub const IMSI_DETACHED: AbsentUserDiagnostic = AbsentUserDiagnostic(1);
    pub const ROAMING_RESTRICTION: AbsentUserDiagnostic = AbsentUserDiagnostic(2);
    pub const DEREGISTERED_FOR_NON_GPRS: AbsentUserDiagnostic = AbsentUserDiagnostic(3);
    pub const PURGED_FOR_NON_GPRS: AbsentUserDiagnostic = AbsentUserDiagnostic(4);
    pub const NO_PAGING_RESPONSE_VIA_SGSN: AbsentUserDiagnostic = AbsentUserDiagnostic(5);
    pub const GPRS_DETACHED: AbsentUserDiagnostic = AbsentUserDiagnostic(6);
    pub const DEREGISTERED_FOR_GPRS: AbsentUserDiagnostic = AbsentUserDiagnostic(7);
    pub const PURGED_FOR_GPRS: AbsentUserDiagnostic = AbsentUserDiagnostic(8);
    pub const UNIDENTIFIED_VIA_MSC: AbsentUserDiagnostic = AbsentUserDiagnostic(9);
    pub const UNIDENTIFIED_VIA_SGSN: AbsentUserDiagnostic = AbsentUserDiagnostic(10);
    pub const DEREGISTERED_FOR_IMS: AbsentUserDiagnostic = AbsentUserDiagnostic(11);
    pub const NO_RESPONSE_VIA_IP_SM_GW: AbsentUserDiagnostic = AbsentUserDiagnostic(12);
}

/// SM-Delivery-Failure-Cause.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DeliveryFailure<'a> {
    /// The cause.
    pub cause: FailureCause,
    /// SM-Diagnostic-Info: the SMS-DELIVER-REPORT or SMS-SUBMIT-REPORT that carries TP-FCS.
    pub diagnostic: Option<&'a [u8]>,
}

impl fmt::Debug for DeliveryFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryFailure({:?})", self.cause)
    }
}

impl<'a> DeliveryFailure<'a> {
    /// Reads the group.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let (mut cause, mut diagnostic) = (Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                AvpId::SM_ENUMERATED_DELIVERY_FAILURE_CAUSE => cause.put(member)?,
                AvpId::SM_DIAGNOSTIC_INFO => diagnostic.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        Ok(DeliveryFailure {
            cause: FailureCause(cause.need(AvpId::SM_ENUMERATED_DELIVERY_FAILURE_CAUSE)?.u32()?),
            diagnostic: diagnostic.0.map(|avp| avp.bytes_within(TPDU_OCTETS_MAX)).transpose()?,
        })
    }

    /// Writes the group.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::SM_DELIVERY_FAILURE_CAUSE, |group| {
            group.avp_u32(AvpId::SM_ENUMERATED_DELIVERY_FAILURE_CAUSE, self.cause.0);
            if let Some(diagnostic) = self.diagnostic {
                group.avp_bytes(AvpId::SM_DIAGNOSTIC_INFO, diagnostic);
            }
        });
    }
}
