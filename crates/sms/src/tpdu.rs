//! The first octet of a TPDU (TS 23.040 9.2.3.1): which message it is depends on where it goes.

use octets::{Reader, Truncated};

use crate::{Malformed, SmsDeliver, SmsStatusReport, SubmitView};

/// What the SMS centre sends to a mobile in an RP-DATA, a MAP forward or a Diameter request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "a view lives on the stack for one visit; a box would allocate")]
pub enum MtTpdu<'a> {
    /// A message.
    Deliver(SmsDeliver<'a>),
    /// What became of an earlier one.
    StatusReport(SmsStatusReport<'a>),
}

impl<'a> MtTpdu<'a> {
    /// Reads a TPDU in the direction from the SMS centre.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        match octets.first().ok_or(Truncated { at: 0 })? & TYPE {
            0b10 => SmsStatusReport::parse(octets).map(Self::StatusReport),
            // An SMS-SUBMIT-REPORT is an answer: it never comes as a request.
            0b01 => Err(Malformed::MessageType { at: 0 }),
            _ => SmsDeliver::parse(octets).map(Self::Deliver),
        }
    }
}

/// What a mobile sends to the SMS centre as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoTpdu<'a> {
    /// A message.
    Submit(SubmitView<'a>),
    /// A wish about an earlier message. Nobody here grants any: the octets are not looked into.
    Command,
}

impl<'a> MoTpdu<'a> {
    /// Reads a TPDU in the direction to the SMS centre.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        match octets.first().ok_or(Truncated { at: 0 })? & TYPE {
            0b01 => SubmitView::parse(octets).map(Self::Submit),
            0b10 => Ok(Self::Command),
            _ => Err(Malformed::MessageType { at: 0 }),
        }
    }
}

/// The messages that are told apart by bits 1 and 0, each in its direction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    Deliver,
    DeliverReport,
    Submit,
    SubmitReport,
    StatusReport,
}

impl MessageType {
    pub(crate) fn bits(self) -> u8 {
        match self {
            Self::Deliver | Self::DeliverReport => 0b00,
            Self::Submit | Self::SubmitReport => 0b01,
            Self::StatusReport => 0b10,
        }
    }

    /// Reads the first octet and refuses another type.
    pub(crate) fn expect_in(self, reader: &mut Reader<'_>) -> Result<u8, Malformed> {
        let at = reader.offset();
        let first = reader.u8()?;
        let found = first & TYPE;
        // TS 23.040 9.2.3.1: a mobile takes the reserved type 11 for an SMS-DELIVER.
        let is_expected = found == self.bits() || self == Self::Deliver && found == 0b11;
        if is_expected { Ok(first) } else { Err(Malformed::MessageType { at }) }
    }
}

const TYPE: u8 = 0x03;
/// TP-MMS.
pub(crate) const NO_MORE_MESSAGES: u8 = 0x04;
/// TP-LP.
pub(crate) const LOOP_PREVENTION: u8 = 0x08;
/// TP-SRI, TP-SRQ.
pub(crate) const STATUS_REPORT: u8 = 0x20;
/// TP-UDHI.
pub(crate) const USER_DATA_HEADER: u8 = 0x40;
/// TP-RP.
pub(crate) const REPLY_PATH: u8 = 0x80;
