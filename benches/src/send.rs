//! An MSRP SEND with a chat message in CPIM, as a UE writes it and as we write it.

use msrp::{
    ChunkView, Continuation, Cpim, CpimHeaders, Disposition, FailureReport, Frame, SendFault, SendRequest,
    limits, write_cpim,
};
use octets::Writer;

use crate::{text, written};

/// Writes the SEND of `text`.
pub fn write(text: &str, out: &mut Writer<'_>) -> Result<(), SendFault> {
    let send = SendRequest {
        transaction_id: b"deadbeef0123456789abcdef",
        to_path: b"msrp://10.45.0.7:2855/4f1c9a02bb3e77d1c6a05e8812fd34ab;tcp",
        from_path: b"msrp://192.0.2.1:2855/01020304050600000007abababababababababababab;tcp",
        message_id: b"0123456789abcdef01",
        byte_range: None,
        success_report: false,
        failure_report: FailureReport::Yes,
        content_type: Some(msrp::content::CPIM.as_bytes()),
        continuation: Continuation::Last,
    };
    let headers = CpimHeaders {
        imdn_message_id: Some(b"fedcba98765432100"),
        disposition: Disposition::POSITIVE_DELIVERY,
        ..CpimHeaders::default()
    };
    send.write(out, |out| {
        // Overflow is remembered by `out`, and refused by the SEND.
        let _ = write_cpim(out, &headers, b"text/plain;charset=UTF-8", |out| out.text(text));
    })
}

/// The SEND of a text of 160 characters.
pub fn send() -> Vec<u8> {
    let message = written(|out| write(text::GSM7, out).expect("a SEND that may go out"));
    assert_eq!(read(&message), Some(text::GSM7.as_bytes()));
    message
}

/// Frames, reads and unwraps one SEND; the text of it.
pub fn read(stream: &[u8]) -> Option<&[u8]> {
    let Frame::Complete { length } = msrp::frame(stream, limits::FRAME_OCTETS_MAX) else { return None };
    let chunk = ChunkView::parse(&stream[..length]).ok()?;
    Some(Cpim::parse(chunk.body()?).ok()?.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_is_read_as_it_was_written() {
        let message = send();
        assert_eq!(read(&message[..message.len() - 1]), None, "a cut one is not read");
    }
}
