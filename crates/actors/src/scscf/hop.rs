//! Where a proxy sends what it forwards, and the branch that it does so under.

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use sip::{Hop, MessageView, NameAddr, Rport, Uri, Via};

/// The address that a URI names; `None` for `tel:` and for names, which nobody here looks up.
pub(super) fn address_of(uri: &[u8]) -> Option<SocketAddr> {
    Hop::of(&Uri::parse(uri)?)?.address()
}

/// The address in a Route or Record-Route element.
pub(super) fn address_of_route(element: &[u8]) -> Option<SocketAddr> {
    address_of(NameAddr::parse(element)?.uri)
}

/// Where a response goes that has this Via on top (RFC 3261 18.2.2, RFC 3581 4).
pub(super) fn address_of_via(via: &Via<'_>) -> Option<SocketAddr> {
    let host = via.received.unwrap_or(via.host);
    let host = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host);
    let address: IpAddr = core::str::from_utf8(host).ok()?.parse().ok()?;
    let port = match via.rport {
        Rport::Given(port) => port,
        Rport::Absent | Rport::Asked => via.port.unwrap_or(via.transport.default_port()),
    };
    Some(SocketAddr::new(address, port))
}

/// The element with `received` and, if it was asked for, `rport` (RFC 3261 18.2.1, RFC 3581 4).
pub(super) fn completed(element: &[u8], source: SocketAddr) -> Vec<u8> {
    let Some(via) = Via::parse(element) else { return element.into() };
    let mut pieces = element.split(|octet| *octet == b';');
    let mut completed: Vec<u8> = pieces.next().unwrap_or_default().trim_ascii().into();
    for piece in pieces.map(<[u8]>::trim_ascii) {
        let name = piece.split(|octet| *octet == b'=').next().unwrap_or_default();
        if !name.eq_ignore_ascii_case(b"received") && !name.eq_ignore_ascii_case(b"rport") {
            completed.push(b';');
            completed.extend_from_slice(piece);
        }
    }
    completed.extend_from_slice(format!(";received={}", source.ip()).as_bytes());
    if via.rport != Rport::Absent {
        completed.extend_from_slice(format!(";rport={}", source.port()).as_bytes());
    }
    completed
}

/// The branch of a stateless proxy (RFC 3261 16.11): the same for whatever comes under the same branch to the same URI,
/// so that a retransmission, the CANCEL and the ACK of a refusal find the transaction that the first one made.
pub(super) fn branch(request: &MessageView<'_>) -> Vec<u8> {
    let via = request.via();
    let mut hash = Fnv::new();
    hash.field(via.branch.unwrap_or_default());
    hash.field(via.host);
    hash.field(&via.port.unwrap_or_default().to_be_bytes());
    hash.field(request.request_uri());
    if !via.branch.is_some_and(|branch| branch.starts_with(sip::token::COOKIE)) {
        hash.field(request.call_id());
        hash.field(&request.cseq().number.to_be_bytes());
    }
    let mut branch = sip::token::COOKIE.to_vec();
    branch.extend_from_slice(format!("{:016x}", hash.0).as_bytes());
    branch
}

/// FNV-1a: nobody attacks this proxy.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Fnv(0xCBF2_9CE4_8422_2325)
    }

    fn field(&mut self, octets: &[u8]) {
        for octet in octets.iter().chain(&[0]) {
            self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}
