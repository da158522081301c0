//! RPDUs (TS 24.011 clause 7.3): the envelope between a mobile, or a UE over IP, and the SMS centre's side.
//!
//! Refuses: to look into the TPDU that it carries.

mod cause;

use core::fmt;

use octets::{Digits, Reader, Writer};

use crate::limits::RP_USER_DATA_OCTETS_MAX;
use crate::{Address, Malformed};
pub use cause::RpCause;

/// Which way an RPDU goes: the message types and the address that is present depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the mobile.
    ToNetwork,
    /// To the mobile.
    ToMobile,
}

/// An RPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rpdu<'a> {
    /// RP-DATA.
    Data(RpData<'a>),
    /// RP-ACK.
    Ack(RpAck<'a>),
    /// RP-ERROR.
    Error(RpError<'a>),
    /// RP-SMMA: the mobile has room again.
    MemoryAvailable {
        /// RP-Message Reference.
        message_reference: u8,
    },
}

/// RP-DATA: carries a TPDU.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RpData<'a> {
    /// RP-Message Reference: its answer has the same.
    pub message_reference: u8,
    /// RP-Originator Address: the SMS centre, on the way to the mobile.
    pub originator: Option<Address<'a>>,
    /// RP-Destination Address: the SMS centre, on the way from the mobile.
    pub destination: Option<Address<'a>>,
    /// RP-User Data.
    pub tpdu: &'a [u8],
}

/// RP-ACK: the RP-DATA or RP-SMMA was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RpAck<'a> {
    /// That of the message it answers.
    pub message_reference: u8,
    /// RP-User Data: a report.
    pub tpdu: Option<&'a [u8]>,
}

/// RP-ERROR: the RP-DATA or RP-SMMA was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RpError<'a> {
    /// That of the message it answers.
    pub message_reference: u8,
    /// RP-Cause.
    pub cause: RpCause,
    /// The octet behind the cause.
    pub diagnostic: Option<u8>,
    /// RP-User Data: a report with a failure cause.
    pub tpdu: Option<&'a [u8]>,
}

impl<'a> Rpdu<'a> {
    /// Reads an RPDU.
    pub fn parse(octets: &'a [u8], direction: Direction) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(octets);
        let message_type = reader.u8()? & TYPE;
        // Even types come from the mobile, odd ones go to it.
        let is_to_mobile = message_type & 1 == 1;
        if is_to_mobile != (direction == Direction::ToMobile) {
            return Err(Malformed::MessageType { at: 0 });
        }
        let message_reference = reader.u8()?;
        match message_type & !1 {
            DATA => Ok(Self::Data(RpData {
                message_reference,
                originator: Address::parse_rp(reader)?,
                destination: Address::parse_rp(reader)?,
                tpdu: user_data(reader)?,
            })),
            ACK => Ok(Self::Ack(RpAck { message_reference, tpdu: optional_user_data(reader)? })),
            ERROR => {
                let (cause, diagnostic) = RpCause::parse(reader)?;
                let tpdu = optional_user_data(reader)?;
                Ok(Self::Error(RpError { message_reference, cause, diagnostic, tpdu }))
            }
            _ if direction == Direction::ToNetwork => Ok(Self::MemoryAvailable { message_reference }),
            _ => Err(Malformed::MessageType { at: 0 }),
        }
    }

    /// RP-Message Reference.
    pub fn message_reference(&self) -> u8 {
        match self {
            Self::Data(data) => data.message_reference,
            Self::Ack(ack) => ack.message_reference,
            Self::Error(error) => error.message_reference,
            Self::MemoryAvailable { message_reference } => *message_reference,
        }
    }
}

impl RpData<'_> {
    /// Writes an RP-DATA; `tpdu` writes what it carries, straight into its place.
    pub fn write(
        direction: Direction,
        message_reference: u8,
        service_centre: Digits,
        out: &mut Writer<'_>,
        tpdu: impl FnOnce(&mut Writer<'_>),
    ) {
        out.put(&[DATA | direction.bit(), message_reference]);
        let centre = Address::international(service_centre);
        match direction {
            Direction::ToNetwork => {
                out.u8(0);
                centre.write_rp(out);
            }
            Direction::ToMobile => {
                centre.write_rp(out);
                out.u8(0);
            }
        }
        write_user_data(out, tpdu);
    }
}

impl RpAck<'_> {
    /// Writes an RP-ACK without user data.
    pub fn write(direction: Direction, message_reference: u8, out: &mut Writer<'_>) {
        out.put(&[ACK | direction.bit(), message_reference]);
    }

    /// Writes an RP-ACK; `report` writes what it carries.
    pub fn write_with(
        direction: Direction,
        message_reference: u8,
        out: &mut Writer<'_>,
        report: impl FnOnce(&mut Writer<'_>),
    ) {
        Self::write(direction, message_reference, out);
        out.u8(USER_DATA);
        write_user_data(out, report);
    }
}

impl RpError<'_> {
    /// Writes an RP-ERROR without user data.
    pub fn write(direction: Direction, message_reference: u8, cause: RpCause, out: &mut Writer<'_>) {
        out.put(&[ERROR | direction.bit(), message_reference, 1, cause.0]);
    }

    /// Writes an RP-ERROR; `report` writes what it carries.
    pub fn write_with(
        direction: Direction,
        message_reference: u8,
        cause: RpCause,
        out: &mut Writer<'_>,
        report: impl FnOnce(&mut Writer<'_>),
    ) {
        Self::write(direction, message_reference, cause, out);
        out.u8(USER_DATA);
        write_user_data(out, report);
    }
}

impl Direction {
    fn bit(self) -> u8 {
        match self {
            Self::ToNetwork => 0,
            Self::ToMobile => 1,
        }
    }
}

fn user_data<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let at = reader.offset();
    let length = usize::from(reader.u8()?);
    if length > RP_USER_DATA_OCTETS_MAX {
        return Err(Malformed::UserDataTooLong { at });
    }
    Ok(reader.take(length)?)
}

fn optional_user_data<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>, Malformed> {
    // TS 24.011 9.3: an unknown optional element is ignored, and whatever follows with it.
    if reader.peek() != Some(USER_DATA) {
        return Ok(None);
    }
    reader.u8()?;
    user_data(reader).map(Some)
}

fn write_user_data(out: &mut Writer<'_>, tpdu: impl FnOnce(&mut Writer<'_>)) {
    let length = out.hole(1);
    let start = out.len();
    tpdu(out);
    let written = out.len() - start;
    assert!(written <= RP_USER_DATA_OCTETS_MAX, "a TPDU longer than any that this crate writes");
    out.fill(length, written as u32);
}

impl fmt::Debug for RpData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RP-DATA {} <{} octets>", self.message_reference, self.tpdu.len())
    }
}

impl fmt::Debug for RpAck<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RP-ACK {} <{} octets>", self.message_reference, self.tpdu.map_or(0, <[u8]>::len))
    }
}

impl fmt::Debug for RpError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = self.tpdu.map_or(0, <[u8]>::len);
        write!(f, "RP-ERROR {} {:?} <{octets} octets>", self.message_reference, self.cause)
    }
}

const TYPE: u8 = 0x07;
const DATA: u8 = 0;
const ACK: u8 = 2;
const ERROR: u8 = 4;
/// The tag of optional user data.
const USER_DATA: u8 = 0x41;
