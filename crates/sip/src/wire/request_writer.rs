//! Requests of our own (RFC 3261 8.1.1).

use octets::Writer;

use super::message_writer::{MessageWriter, put_header, put_value};
use super::{Method, Transport};
use crate::limits;

/// Marks a message writer that writes a request.
pub struct Request {
    method: Method,
}

/// A request that is being written.
pub type RequestWriter<'w, 'b> = MessageWriter<'w, 'b, Request>;

/// Who we are in a Via: where the responses come home to.
#[derive(Clone, Copy, Debug)]
pub struct SentBy<'a> {
    /// What carries the request.
    pub transport: Transport,
    /// Our name or address, an IPv6 one in brackets.
    pub host: &'a [u8],
    /// Our port.
    pub port: u16,
}

impl<'w, 'b> MessageWriter<'w, 'b, Request> {
    /// Writes the request line, our Via and Max-Forwards. `branch` is complete, with its magic cookie.
    pub fn start(
        out: &'w mut Writer<'b>,
        method: Method,
        uri: &[u8],
        sent_by: &SentBy<'_>,
        branch: &[u8],
    ) -> Self {
        let start = out.len();
        put_request_line(out, method, uri);
        out.text("Via: SIP/2.0/");
        out.text(sent_by.transport.name());
        out.u8(b' ');
        out.put(sent_by.host);
        out.u8(b':');
        out.decimal(u64::from(sent_by.port));
        out.text(";branch=");
        out.put(branch);
        // RFC 3581 3: behind an address translator the answer comes back only this way.
        if sent_by.transport == Transport::Udp {
            out.text(";rport");
        }
        out.text("\r\n");
        put_max_forwards(out);
        MessageWriter { out, start, kind: Request { method } }
    }

    /// Goes on behind a request line and headers that are there already.
    pub(crate) fn resume(out: &'w mut Writer<'b>, start: usize, method: Method) -> Self {
        MessageWriter { out, start, kind: Request { method } }
    }

    /// `Route: <uri>`, to be called once for each hop, first one first.
    pub fn route(&mut self, uri: impl AsRef<[u8]>) -> &mut Self {
        self.address("Route", uri.as_ref(), None)
    }

    /// `From: <uri>;tag=tag`.
    pub fn from(&mut self, uri: impl AsRef<[u8]>, tag: impl AsRef<[u8]>) -> &mut Self {
        self.address("From", uri.as_ref(), Some(tag.as_ref()))
    }

    /// `To: <uri>`, with a tag inside a dialog.
    pub fn to(&mut self, uri: impl AsRef<[u8]>, tag: Option<&[u8]>) -> &mut Self {
        self.address("To", uri.as_ref(), tag)
    }

    /// `Contact: <uri>`. Feature tags are written with `header` instead.
    pub fn contact(&mut self, uri: impl AsRef<[u8]>) -> &mut Self {
        self.address("Contact", uri.as_ref(), None)
    }

    /// Call-ID.
    pub fn call_id(&mut self, call_id: impl AsRef<[u8]>) -> &mut Self {
        self.header("Call-ID", call_id)
    }

    /// CSeq with the method of the request.
    pub fn cseq(&mut self, number: u32) -> &mut Self {
        put_cseq(self.out, number, self.kind.method);
        self
    }

    fn address(&mut self, name: &str, uri: &[u8], tag: Option<&[u8]>) -> &mut Self {
        self.header_with(name, |out| {
            out.u8(b'<');
            put_value(out, uri);
            out.u8(b'>');
            if let Some(tag) = tag {
                out.text(";tag=");
                put_value(out, tag);
            }
        })
    }
}

pub(crate) fn put_request_line(out: &mut Writer<'_>, method: Method, uri: &[u8]) {
    out.text(method.name());
    out.u8(b' ');
    put_value(out, uri);
    out.text(" SIP/2.0\r\n");
}

pub(crate) fn put_max_forwards(out: &mut Writer<'_>) {
    out.text("Max-Forwards: ");
    out.decimal(limits::MAX_FORWARDS_OURS);
    out.text("\r\n");
}

pub(crate) fn put_cseq(out: &mut Writer<'_>, number: u32, method: Method) {
    out.text("CSeq: ");
    out.decimal(u64::from(number));
    out.u8(b' ');
    out.text(method.name());
    out.text("\r\n");
}

/// A header of another message, if it is there.
pub(crate) fn put_copied(out: &mut Writer<'_>, name: &str, value: Option<&[u8]>) {
    if let Some(value) = value {
        put_header(out, name, value);
    }
}
