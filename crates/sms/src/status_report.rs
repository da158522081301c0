//! SMS-STATUS-REPORT (TS 23.040 9.2.2.3): what became of a message that was submitted earlier.

use octets::{Reader, Writer};

use crate::parameters::Parameters;
use crate::tpdu::{LOOP_PREVENTION, MessageType, NO_MORE_MESSAGES, STATUS_REPORT, USER_DATA_HEADER};
use crate::{Address, DataCoding, Malformed, ScTimestamp, Status, UserData};

/// An SMS-STATUS-REPORT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsStatusReport<'a> {
    /// TP-MR of the message.
    pub message_reference: u8,
    /// TP-RA: to whom the message was sent.
    pub recipient: Address<'a>,
    /// TP-SCTS: when the centre took the message.
    pub timestamp: ScTimestamp,
    /// TP-DT: when it was delivered, or the centre last tried.
    pub discharge: ScTimestamp,
    /// TP-ST.
    pub status: Status,
    /// TP-MMS, turned around: the bit on the wire says that there are no more.
    pub more_messages_to_send: bool,
    /// TP-LP.
    pub loop_prevention: bool,
    /// TP-SRQ: it is the result of an SMS-COMMAND, not of an SMS-SUBMIT.
    pub is_of_command: bool,
    /// TP-PID.
    pub protocol_id: Option<u8>,
    /// TP-DCS.
    pub data_coding: Option<DataCoding>,
    /// TP-UD.
    pub user_data: Option<UserData<'a>>,
}

impl<'a> SmsStatusReport<'a> {
    /// The plain report on a submitted message.
    pub fn new(
        message_reference: u8,
        recipient: Address<'a>,
        timestamp: ScTimestamp,
        discharge: ScTimestamp,
        status: Status,
    ) -> Self {
        SmsStatusReport {
            message_reference,
            recipient,
            timestamp,
            discharge,
            status,
            more_messages_to_send: false,
            loop_prevention: false,
            is_of_command: false,
            protocol_id: None,
            data_coding: None,
            user_data: None,
        }
    }

    /// Reads a TPDU in the direction from the SMS centre.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(octets);
        let first = MessageType::StatusReport.expect_in(reader)?;
        let message_reference = reader.u8()?;
        let recipient = Address::parse(reader)?;
        let timestamp = ScTimestamp::parse(reader)?;
        let discharge = ScTimestamp::parse(reader)?;
        let status = Status(reader.u8()?);
        // TP-PI itself is optional here: most centres stop behind TP-ST.
        let tail = if reader.is_empty() {
            Parameters::default()
        } else {
            let indicator = Parameters::indicator(reader)?;
            Parameters::parse(indicator, first & USER_DATA_HEADER != 0, OCTETS_MAX, reader)?
        };
        Ok(SmsStatusReport {
            message_reference,
            recipient,
            timestamp,
            discharge,
            status,
            more_messages_to_send: first & NO_MORE_MESSAGES == 0,
            loop_prevention: first & LOOP_PREVENTION != 0,
            is_of_command: first & STATUS_REPORT != 0,
            protocol_id: tail.protocol_id,
            data_coding: tail.data_coding,
            user_data: tail.user_data,
        })
    }

    /// Writes it; TP-PI only when it announces something.
    pub fn write(&self, out: &mut Writer<'_>) {
        let Self { protocol_id, data_coding, user_data, .. } = *self;
        let tail = Parameters { protocol_id, data_coding, user_data };
        out.u8(MessageType::StatusReport.bits()
            | if self.more_messages_to_send { 0 } else { NO_MORE_MESSAGES }
            | if self.loop_prevention { LOOP_PREVENTION } else { 0 }
            | if self.is_of_command { STATUS_REPORT } else { 0 }
            | if tail.has_header() { USER_DATA_HEADER } else { 0 });
        out.u8(self.message_reference);
        self.recipient.write(out);
        self.timestamp.write(out);
        self.discharge.write(out);
        out.u8(self.status.0);
        if tail != Parameters::default() {
            tail.write_indicator(out);
            tail.write(out);
        }
    }
}

const OCTETS_MAX: usize = 131;
