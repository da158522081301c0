//! Responses (RFC 3261 8.2.6): what they copy from the request, and then what the server adds.

use core::net::{IpAddr, SocketAddr};

use octets::Writer;

use super::message_writer::{MessageWriter, put_header, put_value};
use super::{Elements, HeaderName, MessageView, NameAddr, Params, StatusCode, Via};

/// Marks a message writer that writes a response.
pub struct Response(());

/// A response that is being written.
pub type ResponseWriter<'w, 'b> = MessageWriter<'w, 'b, Response>;

impl<'w, 'b> MessageWriter<'w, 'b, Response> {
    /// Writes the status line and what is copied from `request`: Via, From, To, Call-ID, CSeq, and Record-Route
    /// when the response makes a dialog (RFC 3261 12.1.1).
    ///
    /// `source` is where the request came from: the top Via is completed with it (RFC 3261 18.2.1, RFC 3581).
    /// `to_tag` is added unless To has a tag; a 100 gets none (RFC 3261 8.2.6.2).
    /// `request` may be one that was salvaged: what it lacks is left out, what is unreadable is copied as it is.
    pub fn start(
        out: &'w mut Writer<'b>,
        request: &MessageView<'_>,
        source: SocketAddr,
        status: StatusCode,
        reason: Option<&str>,
        to_tag: Option<&[u8]>,
        record_route: bool,
    ) -> Self {
        let start = out.len();
        out.text("SIP/2.0 ");
        out.decimal(u64::from(status.code()));
        out.u8(b' ');
        put_value(out, reason.unwrap_or(status.reason()).as_bytes());
        out.text("\r\n");
        put_vias(out, request, source);
        if record_route {
            for route in request.headers(HeaderName::RecordRoute) {
                put_header(out, "Record-Route", route);
            }
        }
        if let Some(from) = request.header(HeaderName::From) {
            put_header(out, "From", from);
        }
        if let Some(to) = request.header(HeaderName::To) {
            out.text("To: ");
            put_value(out, to);
            // A To that cannot be read stays alone: a tag behind an open quote would be part of the name.
            let may_have_tag =
                status != StatusCode::TRYING && NameAddr::parse(to).is_some_and(|to| to.tag().is_none());
            if let Some(tag) = to_tag.filter(|_| may_have_tag) {
                out.text(";tag=");
                out.put(tag);
            }
            out.text("\r\n");
        }
        for (name, text) in [(HeaderName::CallId, "Call-ID"), (HeaderName::CSeq, "CSeq")] {
            if let Some(value) = request.header(name) {
                put_header(out, text, value);
            }
        }
        // RFC 3261 8.2.6.1: only a 100 measures the way.
        if let Some(timestamp) =
            request.header(HeaderName::Timestamp).filter(|_| status == StatusCode::TRYING)
        {
            put_header(out, "Timestamp", timestamp);
        }
        MessageWriter { out, start, kind: Response(()) }
    }
}

fn put_vias(out: &mut Writer<'_>, request: &MessageView<'_>, source: SocketAddr) {
    let mut lines = request.headers(HeaderName::Via);
    let Some(first) = lines.next() else { return };
    let mut elements = Elements::new(first);
    let top = elements.next().unwrap_or_default();
    out.text("Via: ");
    match Via::parse(top) {
        Some(via) if via.needs_received(source) => put_completed(out, top, &via, source),
        _ => put_value(out, top),
    }
    for element in elements {
        out.text(", ");
        put_value(out, element);
    }
    out.text("\r\n");
    for line in lines {
        put_header(out, "Via", line);
    }
}

/// The top Via with `received` and `rport` as we see them, whatever the client wrote there itself.
fn put_completed(out: &mut Writer<'_>, top: &[u8], via: &Via<'_>, source: SocketAddr) {
    put_value(out, &top[..memchr::memchr(b';', top).unwrap_or(top.len())]);
    put_params_but_ours(out, via.params);
    out.text(";received=");
    // A socket for both families reports IPv4 addresses in their IPv6 form, which the client never had.
    put_address(out, source.ip().to_canonical());
    if via.rport != super::Rport::Absent {
        out.text(";rport=");
        out.decimal(u64::from(source.port()));
    }
}

fn put_params_but_ours(out: &mut Writer<'_>, params: Params<'_>) {
    for (piece, name) in params.pieces_named() {
        if !name.eq_ignore_ascii_case(b"received") && !name.eq_ignore_ascii_case(b"rport") {
            out.u8(b';');
            put_value(out, piece);
        }
    }
}

fn put_address(out: &mut Writer<'_>, address: IpAddr) {
    // The writer remembers an overflow by itself, and addresses format without fail.
    let _ = core::fmt::write(out, format_args!("{address}"));
}
