//! SMS-SUBMIT-REPORT (TS 23.040 9.2.2.2a): how the SMS centre answers an SMS-SUBMIT.
//!
//! Which of its two forms it is, the octets do not say: the layer that carries it does.

use octets::{Reader, Writer};

use crate::parameters::Parameters;
use crate::tpdu::{MessageType, USER_DATA_HEADER};
use crate::{DataCoding, FailureCause, Malformed, ScTimestamp, UserData};

/// An SMS-SUBMIT-REPORT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsSubmitReport<'a> {
    /// TP-FCS: there exactly in the form that refuses.
    pub failure_cause: Option<FailureCause>,
    /// TP-SCTS: when the centre took it. The status report repeats it.
    pub timestamp: ScTimestamp,
    /// TP-PID.
    pub protocol_id: Option<u8>,
    /// TP-DCS.
    pub data_coding: Option<DataCoding>,
    /// TP-UD.
    pub user_data: Option<UserData<'a>>,
}

impl<'a> SmsSubmitReport<'a> {
    /// The message was taken.
    pub fn ack(timestamp: ScTimestamp) -> SmsSubmitReport<'static> {
        SmsSubmitReport {
            failure_cause: None,
            timestamp,
            protocol_id: None,
            data_coding: None,
            user_data: None,
        }
    }

    /// The message was refused.
    pub fn error(cause: FailureCause, timestamp: ScTimestamp) -> SmsSubmitReport<'static> {
        SmsSubmitReport { failure_cause: Some(cause), ..SmsSubmitReport::ack(timestamp) }
    }

    /// Reads the form of an RP-ACK, a MAP result or a successful answer.
    pub fn parse_ack(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::parse(octets, false)
    }

    /// Reads the form of an RP-ERROR, a MAP error or a failed answer.
    pub fn parse_error(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::parse(octets, true)
    }

    fn parse(octets: &'a [u8], is_error: bool) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(octets);
        let first = MessageType::SubmitReport.expect_in(reader)?;
        let failure_cause = if is_error { Some(FailureCause(reader.u8()?)) } else { None };
        let indicator = Parameters::indicator(reader)?;
        let timestamp = ScTimestamp::parse(reader)?;
        let octets_max = if is_error { ERROR_OCTETS_MAX } else { ACK_OCTETS_MAX };
        let tail = Parameters::parse(indicator, first & USER_DATA_HEADER != 0, octets_max, reader)?;
        let Parameters { protocol_id, data_coding, user_data } = tail;
        Ok(SmsSubmitReport { failure_cause, timestamp, protocol_id, data_coding, user_data })
    }

    /// Writes it: the refusing form when there is a cause.
    pub fn write(&self, out: &mut Writer<'_>) {
        let Self { failure_cause, timestamp, protocol_id, data_coding, user_data } = *self;
        let tail = Parameters { protocol_id, data_coding, user_data };
        out.u8(MessageType::SubmitReport.bits() | if tail.has_header() { USER_DATA_HEADER } else { 0 });
        if let Some(cause) = failure_cause {
            out.u8(cause.0);
        }
        tail.write_indicator(out);
        timestamp.write(out);
        tail.write(out);
    }
}

const ACK_OCTETS_MAX: usize = 152;
const ERROR_OCTETS_MAX: usize = 151;
