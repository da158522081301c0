//! Words for the other modules: frames as a peer writes them.

use msrp::{ChunkView, Continuation, FailureReport, Frame, SendRequest};
use octets::Writer;

/// A UE's URI.
pub const UE: &str = "msrp://alice@atlanta.example:7777/iau39soe2843z;tcp";
/// The gateway's URI.
pub const GATEWAY: &str = "msrp://192.0.2.7:2855/9di4eae923wzd;tcp";

/// A SEND with a body, as most of the tests need it.
pub const SEND: &str = "MSRP d93kswow SEND\r\n\
    To-Path: msrp://192.0.2.7:2855/9di4eae923wzd;tcp\r\n\
    From-Path: msrp://alice@atlanta.example:7777/iau39soe2843z;tcp\r\n\
    Message-ID: 12339sdqwer\r\n\
    Byte-Range: 1-16/16\r\n\
    Content-Type: text/plain\r\n\
    \r\n\
    Hi, I'm Alice!\r\n\
    \r\n\
    -------d93kswow$\r\n";

/// Reads a frame that must be sound.
pub fn view(frame: &str) -> ChunkView<'_> {
    ChunkView::parse(frame.as_bytes()).expect("a sound frame")
}

/// The length of the frame at the front of `bytes`, which must be complete.
pub fn length(bytes: &[u8]) -> usize {
    match msrp::frame(bytes, 64 * 1024) {
        Frame::Complete { length } => length,
        other => panic!("{other:?}"),
    }
}

/// A SEND of the gateway to the UE.
pub fn send(transaction_id: &[u8]) -> SendRequest<'_> {
    SendRequest {
        transaction_id,
        to_path: UE.as_bytes(),
        from_path: GATEWAY.as_bytes(),
        message_id: b"m-4711",
        byte_range: None,
        success_report: false,
        failure_report: FailureReport::Yes,
        content_type: Some(b"text/plain"),
        continuation: Continuation::Last,
    }
}

/// What `write` writes, into room enough.
pub fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = vec![0; 64 * 1024];
    let mut out = Writer::new(&mut buffer);
    write(&mut out);
    assert!(!out.has_overflowed());
    out.written().to_vec()
}

/// One chunk of message `id` of a UE: `body` is what stands at `start`, counted from 1.
pub fn chunk(id: &str, start: usize, total: &str, body: &[u8], flag: char) -> Vec<u8> {
    let head = format!(
        "MSRP a786hjs2 SEND\r\nTo-Path: {GATEWAY}\r\nFrom-Path: {UE}\r\nMessage-ID: {id}\r\n\
         Byte-Range: {start}-*/{total}\r\nContent-Type: text/plain\r\n\r\n"
    );
    [head.as_bytes(), body, format!("\r\n-------a786hjs2{flag}\r\n").as_bytes()].concat()
}
