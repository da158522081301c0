//! Where one message of a stream ends and the next begins.

use crate::limits::MESSAGE_OCTETS_MAX;
use crate::result::ResultCode;
use crate::wire::{Header, Malformed};

/// The length of the first whole message in `bytes`; `None` while more must arrive.
///
/// It judges nothing before the header is whole, so that the verdict does not depend on how the stream was cut.
/// After an error the stream has lost its frame: answer if it can be answered, then close.
pub fn frame(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    match bytes.first_chunk() {
        Some(header) => length(header).map(|length| (bytes.len() >= length).then_some(length)),
        None => Ok(None),
    }
}

/// The message length that `octets` announce.
pub(super) fn length(octets: &[u8; Header::OCTETS]) -> Result<usize, Malformed> {
    let [version, high, middle, low, ..] = *octets;
    let length = u32::from_be_bytes([0, high, middle, low]) as usize;
    let result = if version != VERSION {
        ResultCode::UNSUPPORTED_VERSION
    } else if !(Header::OCTETS..=MESSAGE_OCTETS_MAX).contains(&length) || !length.is_multiple_of(4) {
        ResultCode::INVALID_MESSAGE_LENGTH
    } else {
        return Ok(length);
    };
    let header = Header::read(octets);
    let at = usize::from(version == VERSION);
    Err(Malformed { result, at, avp: None, request: header.flags.request.then_some(header) })
}

pub(super) const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    const DWR: [u8; 20] = [1, 0, 0, 20, 0x80, 0, 1, 0x18, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9];

    #[test]
    fn a_message_is_framed_wherever_the_stream_is_cut() {
        let mut stream = [0; 40];
        stream[..20].copy_from_slice(&DWR);
        stream[20..].copy_from_slice(&DWR);
        for cut in 0..20 {
            assert_eq!(frame(&stream[..cut]), Ok(None));
        }
        for cut in 20..=40 {
            assert_eq!(frame(&stream[..cut]), Ok(Some(20)));
        }
    }

    #[test]
    fn a_length_that_cannot_be_is_5015() {
        for (length, good) in [(0, false), (16, false), (19, false), (21, false), (20, true), (65_536, false)]
        {
            let mut bytes = DWR;
            bytes[1..4].copy_from_slice(&u32::to_be_bytes(length)[1..]);
            let framed = frame(&bytes);
            assert_eq!(framed.is_ok(), good, "length {length}");
            if let Err(malformed) = framed {
                assert_eq!((malformed.result, malformed.at), (ResultCode::INVALID_MESSAGE_LENGTH, 1));
                assert_eq!(malformed.request.map(|header| header.hop_by_hop.0), Some(7));
            }
        }
    }

    #[test]
    fn another_version_is_5011_and_an_answer_of_it_is_not_answered() {
        let mut bytes = DWR;
        bytes[0] = 2;
        let refused = frame(&bytes).expect_err("version 2");
        assert_eq!((refused.result, refused.is_answerable()), (ResultCode::UNSUPPORTED_VERSION, true));
        bytes[4] = 0;
        assert!(!frame(&bytes).expect_err("version 2").is_answerable());
    }
}
