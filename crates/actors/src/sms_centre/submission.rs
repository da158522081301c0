//! What an OFR submits, or why it is refused.

use alloc::format;
use alloc::string::String;

use diameter::delivery::FailureCause;
use diameter::sgd::MoForward;
use octets::Digits;
use sms::{Concatenation, SubmitView};

/// One segment of a text.
pub(super) struct Submission {
    pub(super) from: Digits,
    pub(super) to: Digits,
    pub(super) text: String,
    pub(super) place: Option<Concatenation>,
    /// TP-MR.
    pub(super) message_reference: u8,
    /// TP-SRR.
    pub(super) wants_report: bool,
    /// TP-RD.
    pub(super) reject_duplicates: bool,
}

/// A refusal with SM_DELIVERY_FAILURE: what the SGd level says, and what the SMS-SUBMIT-REPORT says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) cause: FailureCause,
    pub(super) report: sms::FailureCause,
}

impl Submission {
    /// `sc_address` is the centre's own: nobody else's messages are taken.
    pub(super) fn read(request: &MoForward<'_>, sc_address: Digits) -> Result<Self, Refusal> {
        let submit = SubmitView::parse(request.tpdu).map_err(|malformed| Refusal {
            cause: FailureCause::EQUIPMENT_PROTOCOL_ERROR,
            report: malformed.failure_cause(),
        })?;
        if request.sc_address != sc_address {
            let report = sms::FailureCause::CENTRE_FAILURE;
            return Err(Refusal { cause: FailureCause::UNKNOWN_SERVICE_CENTRE, report });
        }
        let report = sms::FailureCause::NO_CENTRE_SUBSCRIPTION;
        let stranger = Refusal { cause: FailureCause::USER_NOT_SC_USER, report };
        let from = request.user_identifier.msisdn.ok_or(stranger)?;
        let report = sms::FailureCause::INVALID_SME_ADDRESS;
        let nowhere = Refusal { cause: FailureCause::INVALID_SME_ADDRESS, report };
        let to =
            submit.destination.digits().filter(|_| submit.destination.is_international()).ok_or(nowhere)?;
        Ok(Submission {
            from,
            to,
            text: submit.user_data.chars().collect(),
            place: submit.user_data.concatenation(),
            message_reference: submit.message_reference,
            wants_report: submit.status_report_requested,
            reject_duplicates: submit.reject_duplicates,
        })
    }
}

/// What stands on the arrow of an OFR.
pub(super) fn label(tpdu: &[u8]) -> String {
    let place = SubmitView::parse(tpdu).ok().and_then(|submit| submit.user_data.concatenation());
    let (sequence, total) = place.map_or((1, 1), |place| (place.sequence, place.total));
    format!("OFR SMS-SUBMIT {sequence}/{total}")
}
