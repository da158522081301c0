//! A dialog, read from the message that made it (RFC 3261 12).
//!
//! Nothing is kept twice: the kept head of the INVITE (as UAS) or the 2xx (as UAC) says who, where and along which
//! route; only the counters and a refreshed target change, and the owner keeps those.
//!
//! In: a kept head and our tag. Out: in-dialog requests, the next hop, whether a request belongs here.

use core::fmt;
use core::net::SocketAddr;

use octets::Writer;

use crate::wire::{
    CSeq, HeaderName, MessageView, Method, NameAddr, RequestWriter, Scheme, SentBy, StatusCode, Transport,
    Uri, put_value,
};

/// One dialog, seen from our side.
#[derive(Clone, Copy)]
pub struct Dialog<'a> {
    head: MessageView<'a>,
    side: Side<'a>,
    target: Option<&'a [u8]>,
}

#[derive(Clone, Copy)]
enum Side<'a> {
    /// They sent the INVITE; our tag is in our responses, not in the kept head.
    Uas { local_tag: &'a [u8] },
    /// We sent it; the response has both tags.
    Uac,
}

impl<'a> Dialog<'a> {
    /// From the INVITE that we answered, whole or as `keep_head` kept it, and the tag of our answer.
    pub fn as_uas(invite: MessageView<'a>, local_tag: &'a [u8]) -> Self {
        Dialog { head: invite, side: Side::Uas { local_tag }, target: None }
    }

    /// From the 2xx, or tagged 1xx, to our INVITE.
    pub fn as_uac(response: MessageView<'a>) -> Self {
        Dialog { head: response, side: Side::Uac, target: None }
    }

    /// With the Contact of a later target refresh: re-INVITE, UPDATE, or a 2xx to one (RFC 3261 12.2).
    pub fn with_target(self, uri: &'a [u8]) -> Self {
        Dialog { target: Some(uri), ..self }
    }

    /// Call-ID.
    pub fn call_id(&self) -> &'a [u8] {
        self.head.call_id()
    }

    /// Our tag.
    pub fn local_tag(&self) -> &'a [u8] {
        match self.side {
            Side::Uas { local_tag } => local_tag,
            Side::Uac => self.head.from_tag().unwrap_or_default(),
        }
    }

    /// Their tag; `None` from an RFC 2543 client.
    pub fn remote_tag(&self) -> Option<&'a [u8]> {
        self.remote_party().tag()
    }

    /// Their From or To.
    pub fn remote_party(&self) -> NameAddr<'a> {
        match self.side {
            Side::Uas { .. } => self.head.from(),
            Side::Uac => self.head.to(),
        }
    }

    /// Where requests are addressed to. Without a Contact, which an RFC 2543 client may omit, it is their address.
    pub fn remote_target(&self) -> &'a [u8] {
        self.target.or_else(|| self.head.contact_uri()).unwrap_or_else(|| self.remote_party().uri)
    }

    /// Does an in-dialog request belong here (RFC 3261 12.2.2)?
    pub fn owns(&self, request: &MessageView<'_>) -> bool {
        request.call_id() == self.call_id()
            && request.to_tag() == Some(self.local_tag())
            && request.from_tag() == self.remote_tag()
    }

    /// The URIs of the route set, nearest hop first: as received for a UAS, reversed for a UAC (RFC 3261 12.1).
    pub fn routes(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let head = self.head;
        let count = head.elements(HeaderName::RecordRoute).count();
        let is_reversed = matches!(self.side, Side::Uac);
        (0..count).filter_map(move |position| {
            let position = if is_reversed { count - 1 - position } else { position };
            NameAddr::parse(head.elements(HeaderName::RecordRoute).nth(position)?).map(|route| route.uri)
        })
    }
}

impl fmt::Debug for Dialog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if matches!(self.side, Side::Uac) { "uac" } else { "uas" };
        write!(f, "<dialog as {side}>")
    }
}

/// What an in-dialog request has of its own.
#[derive(Clone, Copy, Debug)]
pub struct InDialog<'a> {
    /// Its method.
    pub method: Method,
    /// Our next number; for ACK that of the INVITE.
    pub cseq: u32,
    /// Our Via.
    pub sent_by: SentBy<'a>,
    /// The branch of our Via, cookie included.
    pub branch: &'a [u8],
}

/// Writes an in-dialog request up to and including CSeq (RFC 3261 12.2.1.1).
pub fn in_dialog_request<'w, 'b>(
    out: &'w mut Writer<'b>,
    dialog: &Dialog<'_>,
    request: &InDialog<'_>,
) -> RequestWriter<'w, 'b> {
    let mut routes = dialog.routes().peekable();
    let target = dialog.remote_target();
    // A first hop without `lr` is a strict router: it is addressed itself, and the target goes last.
    let strict = routes.next_if(|route| !Uri::parse(route).is_some_and(|uri| uri.params.has(b"lr")));
    let mut writer =
        RequestWriter::start(out, request.method, strict.unwrap_or(target), &request.sent_by, request.branch);
    for route in routes {
        writer.route(route);
    }
    if strict.is_some() {
        writer.route(target);
    }
    let (local, remote) = match dialog.side {
        Side::Uas { .. } => (HeaderName::To, HeaderName::From),
        Side::Uac => (HeaderName::From, HeaderName::To),
    };
    let local = dialog.head.header(local).unwrap_or_default();
    writer.header_with(HeaderName::From, |out| {
        put_value(out, local);
        if let Side::Uas { local_tag } = dialog.side
            && NameAddr::parse(local).is_some_and(|local| local.tag().is_none())
        {
            out.text(";tag=");
            out.put(local_tag);
        }
    });
    writer.header(HeaderName::To, dialog.head.header(remote).unwrap_or_default());
    writer.call_id(dialog.call_id());
    writer.cseq(request.cseq);
    writer
}

/// Where a request is sent to.
#[derive(Clone, Copy)]
pub struct Hop<'a> {
    /// What the URI asks for; UDP when it does not say, TLS for `sips:`.
    pub transport: Transport,
    /// Name or address, an IPv6 one in brackets.
    pub host: &'a [u8],
    /// The port, or the default of the transport.
    pub port: u16,
}

impl<'a> Hop<'a> {
    /// The hop that a URI names; `None` for `tel:` and other schemes, which name no host.
    pub fn of(uri: &Uri<'a>) -> Option<Hop<'a>> {
        let transport = match (uri.scheme, uri.params.value(b"transport")) {
            (Scheme::Tel | Scheme::Other, _) => return None,
            (Scheme::Sips, _) => Transport::Tls,
            (Scheme::Sip, Some(name)) => Transport::parse(name),
            (Scheme::Sip, None) => Transport::Udp,
        };
        // RFC 3261 19.1.1: `maddr` overrides the host.
        let host = uri.params.value(b"maddr").filter(|maddr| !maddr.is_empty()).unwrap_or(uri.host);
        Some(Hop { transport, host, port: uri.port.unwrap_or(transport.default_port()) })
    }

    /// The address, when the host is not a name.
    pub fn address(&self) -> Option<SocketAddr> {
        crate::wire::host_address(self.host).map(|address| SocketAddr::new(address, self.port))
    }
}

impl fmt::Debug for Hop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?} hop>", self.transport)
    }
}

/// Where in-dialog requests are sent to: the first route, else the target (RFC 3261 8.1.2).
pub fn next_hop<'a>(dialog: &Dialog<'a>) -> Option<Hop<'a>> {
    Hop::of(&Uri::parse(dialog.routes().next().unwrap_or(dialog.remote_target()))?)
}

/// The two counters of a dialog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    local: u32,
    remote: Option<u32>,
}

impl Sequence {
    /// `local` is the number of the last request that we sent, `remote` of the last that they sent.
    pub fn new(local: u32, remote: Option<u32>) -> Self {
        Sequence { local, remote }
    }

    /// The number of our next request.
    pub fn next_local(&mut self) -> u32 {
        self.local = self.local.wrapping_add(1) & crate::limits::CSEQ_MAX;
        self.local
    }

    /// Takes note of a request of theirs. Refused when it was overtaken by a later one (RFC 3261 12.2.2);
    /// ACK and CANCEL repeat the number of what they speak about.
    pub fn receive(&mut self, cseq: CSeq) -> Result<(), StatusCode> {
        if matches!(cseq.method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        if self.remote.is_some_and(|last| cseq.number < last) {
            return Err(StatusCode::SERVER_INTERNAL_ERROR);
        }
        self.remote = Some(cseq.number);
        Ok(())
    }
}
