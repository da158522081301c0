//! The two requests that repeat the Via of an INVITE of ours: CANCEL, and ACK to a refusal.

use octets::{Overflow, Writer};

use super::message_writer::put_header;
use super::request_writer::{RequestWriter, put_copied, put_cseq, put_max_forwards, put_request_line};
use super::{HeaderName, MessageView, Method};

/// Writes the CANCEL of `invite`, a request of ours (RFC 3261 9.1). It may be sent once a 1xx has come.
pub fn write_cancel(out: &mut Writer<'_>, invite: &MessageView<'_>) -> Result<usize, Overflow> {
    write(out, invite, Method::Cancel, invite.header(HeaderName::To))
}

/// Writes the ACK of a 3xx to 6xx `response` to `invite` (RFC 3261 17.1.1.3): it belongs to the transaction of the INVITE.
/// The ACK of a 2xx is an in-dialog request instead.
pub fn write_non_2xx_ack(
    out: &mut Writer<'_>,
    invite: &MessageView<'_>,
    response: &MessageView<'_>,
) -> Result<usize, Overflow> {
    write(out, invite, Method::Ack, response.header(HeaderName::To))
}

fn write(
    out: &mut Writer<'_>,
    invite: &MessageView<'_>,
    method: Method,
    to: Option<&[u8]>,
) -> Result<usize, Overflow> {
    let start = out.len();
    put_request_line(out, method, invite.request_uri());
    put_header(out, "Via", invite.top_via());
    put_max_forwards(out);
    for route in invite.headers(HeaderName::Route) {
        put_header(out, "Route", route);
    }
    put_copied(out, "From", invite.header(HeaderName::From));
    put_copied(out, "To", to);
    put_copied(out, "Call-ID", invite.header(HeaderName::CallId));
    put_cseq(out, invite.cseq().number, method);
    RequestWriter::resume(out, start, method).finish_without_body()
}
