//! SMS-SUBMIT (TS 23.040 9.2.2.2): written towards the SMS centre, and read by it.

use octets::{Digits, Reader, Writer};

use crate::limits::USER_DATA_OCTETS_MAX;
use crate::tpdu::{MessageType, REPLY_PATH, USER_DATA_HEADER};
use crate::{Address, DataCoding, Malformed, Plan, UserData, Validity, ValidityPeriod};

/// Everything of an SMS-SUBMIT but its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsSubmit {
    /// TP-MR: what the status report names. One value a segment.
    pub message_reference: u8,
    /// TP-DA: an international number.
    pub destination: Digits,
    /// TP-RD: set when the same segment is sent again.
    pub reject_duplicates: bool,
    /// TP-SRR.
    pub status_report_requested: bool,
    /// TP-VP, relative.
    pub validity: Validity,
    /// TP-PID.
    pub protocol_id: u8,
}

impl SmsSubmit {
    /// Writes segment `index`, counted from zero, of a planned text, and moves `text` past what the segment took:
    /// the same iterator serves 0, 1, 2 and so on. A text other than the planned one is a broken promise.
    pub fn write<I: Iterator<Item = char> + Clone>(
        &self,
        plan: &Plan,
        index: u8,
        concat_reference: u8,
        text: &mut I,
        out: &mut Writer<'_>,
    ) {
        // interworking 2.4 TP-MTI, TP-RD, TP-RP, TP-SRR and TP-UDHI
        out.u8(MessageType::Submit.bits()
            | if self.reject_duplicates { REJECT_DUPLICATES } else { 0 }
            | RELATIVE
            | if self.status_report_requested { STATUS_REPORT } else { 0 }
            | if plan.is_concatenated() { USER_DATA_HEADER } else { 0 });
        out.u8(self.message_reference);
        Address::international(self.destination).write(out);
        // interworking 2.4 TP-PID and TP-DCS
        out.put(&[self.protocol_id, plan.data_coding().0]);
        self.validity.write(out);
        // interworking 2.4 TP-UD
        plan.write_user_data(index, concat_reference, text, out);
    }
}

/// An SMS-SUBMIT as the SMS centre sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmitView<'a> {
    /// TP-MR.
    pub message_reference: u8,
    /// TP-DA.
    pub destination: Address<'a>,
    /// TP-PID.
    pub protocol_id: u8,
    /// TP-DCS.
    pub data_coding: DataCoding,
    /// TP-VP.
    pub validity: ValidityPeriod,
    /// TP-SRR.
    pub status_report_requested: bool,
    /// TP-RD.
    pub reject_duplicates: bool,
    /// TP-RP.
    pub reply_path: bool,
    /// TP-UD.
    pub user_data: UserData<'a>,
}

impl<'a> SubmitView<'a> {
    /// Reads a TPDU in the direction to the SMS centre.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(octets);
        let first = MessageType::Submit.expect_in(reader)?;
        let message_reference = reader.u8()?;
        let destination = Address::parse(reader)?;
        let protocol_id = reader.u8()?;
        let data_coding = DataCoding(reader.u8()?);
        let validity = ValidityPeriod::parse(first >> 3, reader)?;
        let has_header = first & USER_DATA_HEADER != 0;
        Ok(SubmitView {
            message_reference,
            destination,
            protocol_id,
            data_coding,
            validity,
            status_report_requested: first & STATUS_REPORT != 0,
            reject_duplicates: first & REJECT_DUPLICATES != 0,
            reply_path: first & REPLY_PATH != 0,
            user_data: UserData::parse(reader, data_coding, has_header, USER_DATA_OCTETS_MAX)?,
        })
    }
}

const REJECT_DUPLICATES: u8 = 0x04;
/// TP-VPF 10.
const RELATIVE: u8 = 0x10;
const STATUS_REPORT: u8 = 0x20;
