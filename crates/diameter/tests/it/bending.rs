//! Requests that are not quite what their command demands.

use diameter::{AvpId, MessageWriter};

use crate::stage::{view, written};

/// `message` without the AVPs `id`, or with two of each.
pub fn edited(message: &[u8], id: AvpId, times: usize) -> Vec<u8> {
    let view = view(message);
    written(|out| {
        let header = view.header();
        let mut writer = MessageWriter::request(
            out,
            header.command,
            header.application,
            header.hop_by_hop,
            header.end_to_end,
            false,
        );
        for avp in view.avps() {
            for _ in 0..if avp.id() == id { times } else { 1 } {
                writer.copy(&avp);
            }
        }
        writer.finish();
    })
}

/// `message` with one more AVP at its end.
pub fn with_avp(message: &[u8], octets: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    message.extend_from_slice(octets);
    let length = message.len() as u32;
    message[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
    message
}

/// `message` with the value of the AVPs `id` replaced.
pub fn with_value(message: &[u8], id: AvpId, value: &[u8]) -> Vec<u8> {
    let view = view(message);
    written(|out| {
        let header = view.header();
        let mut writer = MessageWriter::request(
            out,
            header.command,
            header.application,
            header.hop_by_hop,
            header.end_to_end,
            false,
        );
        for avp in view.avps() {
            match avp.id() == id {
                true => writer.avp_bytes(id, value),
                false => writer.copy(&avp),
            };
        }
        writer.finish();
    })
}
