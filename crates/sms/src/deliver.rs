//! SMS-DELIVER (TS 23.040 9.2.2.1): what a mobile receives, and what we send to one in the terminating network.

use octets::{Digits, Reader, Writer};

use crate::limits::USER_DATA_OCTETS_MAX;
use crate::tpdu::{
    LOOP_PREVENTION, MessageType, NO_MORE_MESSAGES, REPLY_PATH, STATUS_REPORT, USER_DATA_HEADER,
};
use crate::{Address, DataCoding, Malformed, Plan, ScTimestamp, UserData, protocol_id};

/// An SMS-DELIVER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsDeliver<'a> {
    /// TP-OA.
    pub originating: Address<'a>,
    /// TP-PID.
    pub protocol_id: u8,
    /// TP-DCS.
    pub data_coding: DataCoding,
    /// TP-SCTS.
    pub timestamp: ScTimestamp,
    /// TP-MMS, turned around: the bit on the wire says that there are no more.
    pub more_messages_to_send: bool,
    /// TP-LP: an automatic notice that must not be answered or forwarded.
    pub loop_prevention: bool,
    /// TP-SRI: the sender gets a status report.
    pub status_report_indication: bool,
    /// TP-RP.
    pub reply_path: bool,
    /// TP-UD.
    pub user_data: UserData<'a>,
}

impl<'a> SmsDeliver<'a> {
    /// Reads a TPDU in the direction from the SMS centre.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(octets);
        let first = MessageType::Deliver.expect_in(reader)?;
        let originating = Address::parse(reader)?;
        let protocol_id = reader.u8()?;
        let data_coding = DataCoding(reader.u8()?);
        let timestamp = ScTimestamp::parse(reader)?;
        let has_header = first & USER_DATA_HEADER != 0;
        Ok(SmsDeliver {
            originating,
            protocol_id,
            data_coding,
            timestamp,
            more_messages_to_send: first & NO_MORE_MESSAGES == 0,
            loop_prevention: first & LOOP_PREVENTION != 0,
            status_report_indication: first & STATUS_REPORT != 0,
            reply_path: first & REPLY_PATH != 0,
            user_data: UserData::parse(reader, data_coding, has_header, USER_DATA_OCTETS_MAX)?,
        })
    }

    /// Writes segment `index`, counted from zero, of a planned text from an international number; more segments
    /// follow exactly when the plan has more. See [`DeliverHead::write`] for everything else that can be said.
    pub fn write<I: Iterator<Item = char> + Clone>(
        originating: Digits,
        timestamp: ScTimestamp,
        plan: &Plan,
        index: u8,
        concat_reference: u8,
        text: &mut I,
        out: &mut Writer<'_>,
    ) {
        let head = DeliverHead::new(Address::international(originating), timestamp);
        head.write(plan, index, concat_reference, text, out);
    }

    /// Writes it as it stands, with user data that came from elsewhere: what an SMS centre does with a submitted one.
    /// TP-DCS is that of the user data.
    pub fn write_as_is(&self, out: &mut Writer<'_>) {
        let head = DeliverHead {
            originating: self.originating,
            protocol_id: self.protocol_id,
            timestamp: self.timestamp,
            more_messages_to_send: self.more_messages_to_send,
            loop_prevention: self.loop_prevention,
            status_report_indication: self.status_report_indication,
        };
        let reply_path = if self.reply_path { REPLY_PATH } else { 0 };
        head.write_until_text(
            reply_path | if self.user_data.has_header() { USER_DATA_HEADER } else { 0 },
            self.more_messages_to_send,
            self.user_data.data_coding(),
            out,
        );
        self.user_data.write(out);
    }
}

/// Everything of an SMS-DELIVER but its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliverHead<'a> {
    /// TP-OA.
    pub originating: Address<'a>,
    /// TP-PID.
    pub protocol_id: u8,
    /// TP-SCTS.
    pub timestamp: ScTimestamp,
    /// Does another message wait behind the last segment?
    pub more_messages_to_send: bool,
    /// TP-LP.
    pub loop_prevention: bool,
    /// TP-SRI.
    pub status_report_indication: bool,
}

impl<'a> DeliverHead<'a> {
    /// A plain message behind which nothing waits.
    pub fn new(originating: Address<'a>, timestamp: ScTimestamp) -> Self {
        DeliverHead {
            originating,
            protocol_id: protocol_id::PLAIN,
            timestamp,
            more_messages_to_send: false,
            loop_prevention: false,
            status_report_indication: false,
        }
    }

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
        let header = if plan.is_concatenated() { USER_DATA_HEADER } else { 0 };
        let more = self.more_messages_to_send || index + 1 < plan.segments();
        self.write_until_text(header, more, plan.data_coding(), out);
        plan.write_user_data(index, concat_reference, text, out);
    }

    fn write_until_text(&self, flags: u8, more: bool, data_coding: DataCoding, out: &mut Writer<'_>) {
        out.u8(MessageType::Deliver.bits()
            | flags
            | if more { 0 } else { NO_MORE_MESSAGES }
            | if self.loop_prevention { LOOP_PREVENTION } else { 0 }
            | if self.status_report_indication { STATUS_REPORT } else { 0 });
        self.originating.write(out);
        out.put(&[self.protocol_id, data_coding.0]);
        self.timestamp.write(out);
    }
}
