//! What a peer sees: octets go in, a verdict or an answer comes out.

use std::net::SocketAddr;

use octets::Writer;
use sip::{Capabilities, Index, MessageView, Method, ResponseWriter, StatusCode};

/// What becomes of one datagram.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is worked on.
    Fit,
    /// It is answered so.
    Refused(u16),
    /// Nobody hears anything.
    Dropped,
}

/// What the server under test can do.
pub const CAPABILITIES: Capabilities<'static> = Capabilities {
    methods: &[
        Method::Invite,
        Method::Ack,
        Method::Bye,
        Method::Cancel,
        Method::Options,
        Method::Register,
        Method::Message,
        Method::Prack,
        Method::Update,
    ],
    extensions: &["timer", "100rel"],
    bodies: &["application/sdp", "multipart/mixed", "text/plain"],
    answers: &["application/sdp"],
};

/// Where all messages come from.
pub fn source() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 77], 5099))
}

/// What becomes of `bytes`. Each refusal is really written, and must be a response that can be read.
pub fn judge(bytes: &[u8]) -> Verdict {
    match Index::parse(bytes) {
        Ok(index) => {
            let view = MessageView::new(bytes, &index);
            if !view.is_request() {
                return if view.validate_response().is_ok() { Verdict::Fit } else { Verdict::Dropped };
            }
            match view.validate_request().and_then(|()| CAPABILITIES.check(&view)) {
                Ok(()) => Verdict::Fit,
                Err(bad) => refuse(&view, bad.status),
            }
        }
        Err(malformed) => match (malformed.status(), Index::salvage(bytes)) {
            (Some(status), Some(index)) => refuse(&MessageView::new(bytes, &index), status),
            _ => Verdict::Dropped,
        },
    }
}

fn refuse(request: &MessageView<'_>, status: StatusCode) -> Verdict {
    if !request.is_answerable() {
        return Verdict::Dropped;
    }
    let answer = answer(request, status);
    let index = Index::parse(&answer).expect("a refusal is a good message");
    let view = MessageView::new(&answer, &index);
    assert_eq!(view.status(), Some(status));
    assert!(view.header(sip::HeaderName::Via).is_some(), "it finds its way back");
    Verdict::Refused(status.code())
}

/// The answer to `request` with this status and nothing of its own.
pub fn answer(request: &MessageView<'_>, status: StatusCode) -> Vec<u8> {
    written(|out| {
        ResponseWriter::start(out, request, source(), status, None, Some(b"ourtag"), false)
            .finish_without_body()
            .expect("room enough");
    })
}

/// What `write` writes.
pub fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = vec![0; 65_536];
    let mut out = Writer::new(&mut buffer);
    write(&mut out);
    let length = out.finish().expect("room enough");
    buffer.truncate(length);
    buffer
}

/// A view of good octets.
pub fn with_view<T>(bytes: &[u8], look: impl FnOnce(&MessageView<'_>) -> T) -> T {
    let index = Index::parse(bytes).unwrap_or_else(|malformed| panic!("{malformed:?}"));
    look(&MessageView::new(bytes, &index))
}

/// Text of a message with CRLF line ends, written in a test with LF and indented freely.
pub fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}
