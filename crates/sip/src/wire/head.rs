//! The part of a message that later answers and in-dialog requests need.

use octets::Writer;

use super::message_writer::{put_header, put_value};
use super::{HeaderName, MessageView};

/// Copies the first line and the headers that responses, CANCEL and ACK handling and the dialog refer to, then a blank
/// line, so that `Index::parse` reads it again. An INVITE of 1500 octets becomes one of some 600; folds are gone.
///
/// The result has no body and no Content-Length.
pub fn keep_head(view: &MessageView<'_>, out: &mut Writer<'_>) {
    put_value(out, view.start_line());
    out.text("\r\n");
    for name in KEPT {
        for value in view.headers(name) {
            put_header(out, name.name(), value);
        }
    }
    out.text("\r\n");
}

const KEPT: [HeaderName; 10] = [
    HeaderName::Via,
    HeaderName::RecordRoute,
    // Of a request of our own: CANCEL and ACK repeat it (RFC 3261 9.1, 17.1.1.3).
    HeaderName::Route,
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::Contact,
    HeaderName::Timestamp,
    // RFC 7315 4.6: the answer names the same charging correlation.
    HeaderName::PChargingVector,
];
