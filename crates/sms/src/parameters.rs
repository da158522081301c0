//! TP-PI and what it announces (TS 23.040 9.2.3.27): the optional tail of reports.

use octets::{Reader, Writer};

use crate::{DataCoding, Malformed, UserData};

/// TP-PID, TP-DCS and TP-UD of a report, each of which may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Parameters<'a> {
    pub(crate) protocol_id: Option<u8>,
    pub(crate) data_coding: Option<DataCoding>,
    pub(crate) user_data: Option<UserData<'a>>,
}

impl<'a> Parameters<'a> {
    /// Reads TP-PI: the first octet counts, those that it extends to announce nothing that is defined.
    pub(crate) fn indicator(reader: &mut Reader<'_>) -> Result<u8, Malformed> {
        let first = reader.u8()?;
        let mut last = first;
        while last & EXTENSION != 0 {
            last = reader.u8()?;
        }
        Ok(first)
    }

    /// Reads the tail. Without TP-DCS the user data is GSM-7 (TS 23.040 9.2.3.27).
    pub(crate) fn parse(
        indicator: u8,
        has_header: bool,
        octets_max: usize,
        reader: &mut Reader<'a>,
    ) -> Result<Self, Malformed> {
        let protocol_id = if indicator & PROTOCOL_ID != 0 { Some(reader.u8()?) } else { None };
        let data_coding = if indicator & DATA_CODING != 0 { Some(DataCoding(reader.u8()?)) } else { None };
        let user_data = if indicator & USER_DATA != 0 {
            Some(UserData::parse(reader, data_coding.unwrap_or(DataCoding::GSM7), has_header, octets_max)?)
        } else {
            None
        };
        Ok(Parameters { protocol_id, data_coding, user_data })
    }

    /// TP-DCS as written: user data in anything but the default must say so.
    fn coding_to_write(&self) -> Option<DataCoding> {
        match self.user_data {
            Some(user_data) if user_data.data_coding() != DataCoding::GSM7 => Some(user_data.data_coding()),
            _ => self.data_coding,
        }
    }

    /// Writes TP-PI.
    pub(crate) fn write_indicator(&self, out: &mut Writer<'_>) {
        out.u8(if self.protocol_id.is_some() { PROTOCOL_ID } else { 0 }
            | if self.coding_to_write().is_some() { DATA_CODING } else { 0 }
            | if self.user_data.is_some() { USER_DATA } else { 0 });
    }

    /// Writes what TP-PI announces.
    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        if let Some(protocol_id) = self.protocol_id {
            out.u8(protocol_id);
        }
        if let Some(data_coding) = self.coding_to_write() {
            out.u8(data_coding.0);
        }
        if let Some(user_data) = self.user_data {
            user_data.write(out);
        }
    }

    /// Does the first octet of the TPDU have to say that there is a header?
    pub(crate) fn has_header(&self) -> bool {
        self.user_data.is_some_and(|user_data| user_data.has_header())
    }
}

const PROTOCOL_ID: u8 = 0x01;
const DATA_CODING: u8 = 0x02;
const USER_DATA: u8 = 0x04;
const EXTENSION: u8 = 0x80;
