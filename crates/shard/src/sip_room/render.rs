//! Messages of ours, written from the head of the INVITE that they belong to.

use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use interwork::Goodbye;
use octets::Writer;
use sip::{
    Capabilities, HeaderName, InDialog, Index, MessageView, MessageWriter, Method, Negotiated,
    ReasonProtocol, ResponseWriter, SentBy, StatusCode, Token, Transport, Uri, Via, in_dialog_request,
    next_hop, parse_token, response_target, write_reason, write_retry_after, write_warning,
};

use super::dialog::dialog_in;
use super::ours::Purpose;
use super::session::negotiate;
use super::{Invite, Invites, Refusal, Source};
use crate::desk::Desk;
use crate::driver::{Departure, Outward};
use crate::settings::OWN_SIP;
use crate::table::Key;
use crate::tally::Count;

impl Invites {
    /// Sends the response `status` to an INVITE whose head is kept.
    pub(super) fn send_response(
        &self,
        key: Key<Invite>,
        status: StatusCode,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(invite) = self.table.find(key) else { return };
        let head = invite.head.as_bytes();
        let Ok(index) = Index::parse(head) else { return };
        let request = MessageView::new(head, &index);
        respond(&request, invite.source, desk, out, |out| {
            self.contact.write_response(invite, &request, status, out);
        });
    }

    /// Sends our request, for the first time or again.
    pub(super) fn send_ours(&self, key: Key<Invite>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(invite) = self.table.find(key) else { return };
        let Some(ours) = &invite.ours else { return };
        let head = invite.head.as_bytes();
        let Ok(index) = Index::parse(head) else { return };
        let tag = invite.tag.to_tag();
        let mut dialog = dialog_in(invite, MessageView::new(head, &index), &tag);
        if let Some(target) = &invite.session.target {
            dialog = dialog.with_target(target.as_bytes());
        }
        // A hop that is a name and no address is answered for by the proxy that brought the INVITE: it knows the way.
        let to = next_hop(&dialog).and_then(|hop| hop.address()).unwrap_or(invite.source.from);
        let branch = ours.branch.to_branch();
        let sent_by = self.contact.sent_by();
        let request = InDialog { method: ours.purpose.method(), cseq: ours.cseq, sent_by, branch: &branch };
        let departure = Departure::Datagram { port: OWN_SIP, to };
        let loan = out.transmit(departure, MESSAGE_OCTETS_MAX, |out| {
            let mut request = in_dialog_request(out, &dialog, &request);
            match ours.purpose {
                Purpose::Goodbye(goodbye) => {
                    let (cause, text) = reason(goodbye);
                    request.header_with("Reason", |out| write_reason(out, ReasonProtocol::Sip, cause, text));
                }
                Purpose::Refresh(refresh) => {
                    self.contact.write_contact(&mut request);
                    request.header_with("Supported", |out| CAPABILITIES.write_supported(out));
                    request.header_with("Session-Expires", |out| refresh.session_expires.write(out));
                    request.header_with("Min-SE", |out| out.decimal(refresh.min_se_s.into()));
                }
            }
            let _ = request.finish_without_body();
        });
        note(loan.is_ok(), desk);
    }
}

/// Where we can be reached: the port that is this shard's alone.
pub(super) struct Contact {
    /// `host:port`.
    text: String,
    host: String,
    port: u16,
}

impl Contact {
    pub(super) fn new(own: SocketAddr) -> Self {
        let host = match own.ip() {
            IpAddr::V4(address) => alloc::format!("{address}"),
            IpAddr::V6(address) => alloc::format!("[{address}]"),
        };
        Contact { text: alloc::format!("{own}"), host, port: own.port() }
    }

    fn write_response(
        &self,
        invite: &Invite,
        request: &MessageView<'_>,
        status: StatusCode,
        out: &mut Writer<'_>,
    ) {
        let tag = invite.tag.to_tag();
        let makes_dialog = !status.is_final() || status.is_success();
        let from = invite.source.from;
        let mut response = ResponseWriter::start(out, request, from, status, None, Some(&tag), makes_dialog);
        if status == StatusCode::TRYING {
            let _ = response.finish_without_body();
            return;
        }
        if makes_dialog {
            // interworking 2.3 item 10
            self.write_contact(&mut response);
        }
        // interworking 2.3 item 3
        if let Some(reliable) = invite.reliable.filter(|_| !status.is_final()) {
            response.header("Require", "100rel");
            response.header_with("RSeq", |out| out.decimal(reliable.rseq.into()));
        }
        if status.is_success() {
            // interworking 2.3 item 11
            write_session(&mut response, invite.session.negotiated);
            response.header_with("Allow", |out| CAPABILITIES.write_allow(out));
            response.header("Accept", "application/sdp");
            if let Some(user) = Uri::parse(request.request_uri()).and_then(|uri| uri.digits()) {
                // The answer comes from the SMS user (TS 23.204 6.15.1 step 8; interworking 2.3 item 12).
                response.header_with("P-Asserted-Identity", |out| {
                    out.text("<tel:+");
                    out.digits(user);
                    out.u8(b'>');
                });
            }
            // interworking 2.3 item 13
            if let Some(vector) = request.header(HeaderName::PChargingVector) {
                response.header("P-Charging-Vector", vector);
            }
            let _ = response.body("application/sdp", |out| out.put(invite.description.as_bytes()));
            return;
        }
        match status {
            // RFC 3261 8.2.2.3 and 8.2.3: what is missing here, what would do.
            StatusCode::BAD_EXTENSION => {
                response.header("Unsupported", invite.description.as_bytes());
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::NOT_ACCEPTABLE => {
                response.header_with("Accept", |out| CAPABILITIES.write_accept(out));
            }
            StatusCode::SESSION_INTERVAL_TOO_SMALL => write_session(&mut response, invite.session.negotiated),
            _ => {}
        }
        if let Some(seconds) = invite.refusal.retry_after_s {
            response.header_with("Retry-After", |out| write_retry_after(out, seconds));
        }
        self.write_warning(&mut response, invite.refusal);
        let _ = response.finish_without_body();
    }

    /// What a refusal says beside its status.
    pub(super) fn write_warning(&self, response: &mut ResponseWriter<'_, '_>, refusal: Refusal) {
        if let Some((code, text)) = refusal.warning {
            response.header_with("Warning", |out| {
                write_warning(out, code, self.text.as_bytes(), text.as_bytes())
            });
        }
    }

    /// Contact: the port that is this shard's alone, so that what follows comes straight home.
    pub(super) fn write_contact<K>(&self, message: &mut MessageWriter<'_, '_, K>) {
        message.header_with("Contact", |out| {
            out.text("<sip:chat@");
            out.text(&self.text);
            out.text(">;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"");
        });
    }

    /// Is it a request of ours, from whichever of our shards, that comes back (RFC 3261 16.3)?
    pub(super) fn has_sent(&self, request: &MessageView<'_>) -> bool {
        let mut vias = request.elements(HeaderName::Via).filter_map(Via::parse);
        vias.any(|via| {
            via.host.eq_ignore_ascii_case(self.host.as_bytes()) && via.branch.and_then(parse_token).is_some()
        })
    }

    pub(super) fn sent_by(&self) -> SentBy<'_> {
        SentBy { transport: Transport::Udp, host: self.host.as_bytes(), port: self.port }
    }
}

/// What a response says of the session timer (RFC 4028 9).
pub(super) fn write_session(response: &mut ResponseWriter<'_, '_>, negotiated: Negotiated) {
    match negotiated {
        Negotiated::On(terms) => {
            if terms.require_in_answer {
                response.header("Require", "timer");
            }
            response.header_with("Session-Expires", |out| terms.in_answer().write(out));
        }
        Negotiated::TooSmall { min_se_s } => {
            response.header_with("Min-SE", |out| out.decimal(min_se_s.into()));
            return;
        }
        Negotiated::Off => {}
    }
    response.header_with("Supported", |out| CAPABILITIES.write_supported(out));
}

/// The answer to an UPDATE.
pub(super) fn write_update_answer(
    request: &MessageView<'_>,
    source: Source,
    status: StatusCode,
    tag: Token,
    invites: &Invites,
    out: &mut Writer<'_>,
) {
    if !status.is_success() && status != StatusCode::SESSION_INTERVAL_TOO_SMALL {
        write_plain(request, source, status, Some(tag), out);
        return;
    }
    let mut response = ResponseWriter::start(out, request, source.from, status, None, None, false);
    write_session(&mut response, negotiate(request, &invites.session_policy));
    let dialog = invites.dialog_of(request).and_then(|key| invites.table.find(key));
    let described = dialog.filter(|_| status.is_success() && !request.body().is_empty());
    if status.is_success() {
        invites.contact.write_contact(&mut response);
    }
    let _ = match described {
        Some(dialog) => response.body("application/sdp", |out| out.put(dialog.description.as_bytes())),
        None => response.finish_without_body(),
    };
}

/// Sends a response that is rendered from the request itself.
pub(super) fn respond(
    request: &MessageView<'_>,
    source: Source,
    desk: &mut Desk,
    out: &mut impl Outward,
    fill: impl FnOnce(&mut Writer<'_>),
) {
    let to = response_target(&request.via(), source.from);
    let loan = out.transmit(Departure::Datagram { port: source.port, to }, MESSAGE_OCTETS_MAX, fill);
    note(loan.is_ok(), desk);
}

/// Refuses a request without keeping anything of it.
pub(super) fn refuse_plainly(
    request: &MessageView<'_>,
    source: Source,
    status: StatusCode,
    desk: &mut Desk,
    out: &mut impl Outward,
) {
    if !request.is_answerable() {
        desk.count(Count::SipDropped);
        return;
    }
    let tag = Some(Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() });
    respond(request, source, desk, out, |out| write_plain(request, source, status, tag, out));
}

/// A response that says a status and what belongs to it, and nothing of a dialog.
pub(super) fn write_plain(
    request: &MessageView<'_>,
    source: Source,
    status: StatusCode,
    tag: Option<Token>,
    out: &mut Writer<'_>,
) {
    let retry_after_s = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::SERVER_INTERNAL_ERROR)
        .then_some(RETRY_AFTER_S);
    write_status(request, source, status, tag, out, |response| {
        if let Some(seconds) = retry_after_s {
            response.header_with("Retry-After", |out| write_retry_after(out, seconds));
        }
    });
}

/// The same, with what `more` adds to it.
pub(super) fn write_status(
    request: &MessageView<'_>,
    source: Source,
    status: StatusCode,
    tag: Option<Token>,
    out: &mut Writer<'_>,
    more: impl FnOnce(&mut ResponseWriter<'_, '_>),
) {
    let capabilities = capabilities_of(request.method());
    let tag = tag.map(Token::to_tag);
    let mut response = ResponseWriter::start(
        out,
        request,
        source.from,
        status,
        None,
        tag.as_ref().map(|tag| &tag[..]),
        false,
    );
    match status {
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            response.header_with("Allow", |out| capabilities.write_allow(out));
        }
        StatusCode::BAD_EXTENSION => {
            response.header_with("Unsupported", |out| capabilities.write_unsupported(request, out));
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::NOT_ACCEPTABLE => {
            response.header_with("Accept", |out| capabilities.write_accept(out));
        }
        StatusCode::OK if request.method() == Method::Options => {
            response.header_with("Allow", |out| CAPABILITIES.write_allow(out));
            response.header_with("Accept", |out| CAPABILITIES.write_accept(out));
            response.header_with("Accept", |out| PAGER_CAPABILITIES.write_accept(out));
            response.header_with("Supported", |out| CAPABILITIES.write_supported(out));
        }
        _ => {}
    }
    more(&mut response);
    let _ = response.finish_without_body();
}

pub(super) fn note(sent: bool, desk: &mut Desk) {
    desk.count(if sent { Count::SipOut } else { Count::NoLoan });
}

// RFC 3326; cause 200 and 480 are what CPM clients tell a user who left and a lost bearer apart by.
fn reason(goodbye: Goodbye) -> (u16, &'static [u8]) {
    match goodbye {
        Goodbye::UserLeft => (200, b"Call completed"),
        Goodbye::BearerLost => (480, b"Bearer unavailable"),
        Goodbye::Silence => (480, b"No activity"),
        Goodbye::Service => (503, b"Service going down"),
        Goodbye::Unregistered => (480, b"Not registered"),
        Goodbye::NotAuthorised => (403, b"Service not authorised"),
        Goodbye::Unreachable => (480, b"SMS user unreachable"),
        Goodbye::Operator => (480, b"Ended by the operator"),
    }
}

/// What we do.
pub(super) const CAPABILITIES: Capabilities<'static> = Capabilities {
    methods: METHODS,
    extensions: &["timer", "100rel"],
    bodies: &["application/sdp", "multipart/mixed", "application/3gpp-ims+xml"],
    answers: &["application/sdp"],
};

/// What a MESSAGE may carry.
const PAGER_CAPABILITIES: Capabilities<'static> = Capabilities {
    methods: METHODS,
    extensions: &[],
    bodies: &["message/cpim", "text/plain", "message/imdn+xml", "application/im-iscomposing+xml"],
    answers: &[],
};

/// What we do with a request of this method.
pub(super) fn capabilities_of(method: Method) -> &'static Capabilities<'static> {
    match method {
        Method::Message => &PAGER_CAPABILITIES,
        _ => &CAPABILITIES,
    }
}

const METHODS: &[Method] = &[
    Method::Invite,
    Method::Ack,
    Method::Cancel,
    Method::Bye,
    Method::Options,
    Method::Update,
    Method::Prack,
    Method::Register,
    Method::Message,
];

/// A response repeats what it was asked with: our own part is small, theirs is bounded by the kept head or the datagram.
pub(super) const MESSAGE_OCTETS_MAX: usize = 8 * 1024;
/// How long a client that met a full table should wait.
pub(crate) const RETRY_AFTER_S: u32 = 10;
