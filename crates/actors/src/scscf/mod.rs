//! The S-CSCF: between the UE and the gateway, over UDP, keeping nothing.
//!
//! What the UE asks of a telephone number goes to the gateway on ISC, as an iFC would have it; whom the gateway calls by his name
//! is the UE; everything else goes where its Route or Request-URI says. Stateless (RFC 3261 16.11): a retransmission is simply
//! forwarded again.
//!
//! Refuses: to register anybody, to answer in the gateway's place. In: datagrams. Out: datagrams.

mod head;
mod hop;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use sip::{HeaderName, Index, MessageView, Method, NameAddr, ResponseWriter, StatusCode, Uri};
use tempo::Instant;

use crate::message_text::written;
use crate::sip_label::label;
use crate::{Actor, Event, Out, Participant};
use head::Head;

/// Where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct ScscfSetup {
    /// Its own address, as others reach it.
    pub address: SocketAddr,
    /// The UE that is registered.
    pub ue: SocketAddr,
    /// The ISC address of the gateway.
    pub isc: SocketAddr,
    /// The home network domain, for the identities that it asserts.
    pub domain: String,
}

/// The proxy.
pub struct Scscf {
    setup: ScscfSetup,
    dropped: usize,
}

impl Scscf {
    /// One that has forwarded nothing yet.
    pub fn new(setup: ScscfSetup) -> Self {
        Scscf { setup, dropped: 0 }
    }

    /// The gateway is at this address from now on.
    pub fn route_to(&mut self, isc: SocketAddr) {
        self.setup.isc = isc;
    }

    /// Datagrams that could not be read or had nowhere to go.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    fn party_at(&self, address: SocketAddr) -> Participant {
        if address == self.setup.ue { Participant::ChatUser } else { Participant::Gateway }
    }

    fn send(&self, now: Instant, to: SocketAddr, what: String, bytes: Vec<u8>, out: &mut Out) {
        out.sight(now, Participant::Scscf, self.party_at(to), what);
        out.datagram(to, bytes);
    }

    fn forward_request(&mut self, now: Instant, from: SocketAddr, view: &MessageView<'_>, out: &mut Out) {
        if view.max_forwards() == Some(0) {
            if view.is_answerable() {
                let refusal = written(|out| {
                    let status = StatusCode::TOO_MANY_HOPS;
                    let mut writer =
                        ResponseWriter::start(out, view, from, status, None, Some(b"scscf"), false);
                    // A refusal that does not fit is found by `written`.
                    let _ = writer.finish_without_body();
                });
                self.send(now, from, "483 Too Many Hops".into(), refusal, out);
            }
            return;
        }
        let mut head = Head::of(view);
        while head.first(HeaderName::Route).and_then(hop::address_of_route) == Some(self.setup.address) {
            head.take_first(HeaderName::Route);
        }
        let Some(next) = self.next_hop(from, view, &mut head) else {
            self.dropped += 1;
            return;
        };
        let is_dialog_forming = view.method() == Method::Invite && view.to_tag().is_none();
        if is_dialog_forming {
            head.add_above(HeaderName::RecordRoute, format!("<sip:{};lr>", self.setup.address));
            if self.party_at(from) == Participant::ChatUser {
                self.assert_identity(view, &mut head);
            }
        }
        let hops = view.max_forwards().unwrap_or(70).saturating_sub(1);
        head.take_all(HeaderName::MaxForwards);
        head.add_above(HeaderName::MaxForwards, format!("{hops}"));
        if let Some(top) = head.take_first(HeaderName::Via) {
            head.add_above(HeaderName::Via, hop::completed(&top, from));
        }
        let mut via = format!("SIP/2.0/UDP {};branch=", self.setup.address).into_bytes();
        via.extend_from_slice(&hop::branch(view));
        head.add_above(HeaderName::Via, via);
        self.send(now, next, label(view), head.to_bytes(), out);
    }

    /// A telephone number, or a name of the home network, is for the gateway to interwork; the rule looks at nothing but
    /// the Request-URI, so CANCEL and the ACK of a refusal go the way of their INVITE.
    fn next_hop(&self, from: SocketAddr, view: &MessageView<'_>, head: &mut Head) -> Option<SocketAddr> {
        if let Some(route) = head.first(HeaderName::Route) {
            return hop::address_of_route(route);
        }
        if let Some(target) = hop::address_of(view.request_uri()) {
            return Some(target);
        }
        Uri::parse(view.request_uri())?;
        // TS 24.229 5.4.3.3: whom the gateway calls, is he who is registered.
        if self.party_at(from) == Participant::Gateway {
            return Some(self.setup.ue);
        }
        // TS 24.229 5.4.3.2: behind the AS comes our own entry with the original dialog identifier.
        let mut odi = b"<sip:odi-".to_vec();
        odi.extend_from_slice(&hop::branch(view)[sip::token::COOKIE.len()..]);
        odi.extend_from_slice(format!("@{};lr>", self.setup.address).as_bytes());
        head.add_above(HeaderName::Route, odi);
        head.add_above(HeaderName::Route, format!("<sip:{};lr>", self.setup.isc));
        Some(self.setup.isc)
    }

    /// RFC 3325: what the UE prefers becomes what the network asserts, once as `sip:` and once as `tel:`; TS 24.229 adds the
    /// charging vector and the user that is served.
    fn assert_identity(&self, view: &MessageView<'_>, head: &mut Head) {
        let preferred = view.header(HeaderName::PPreferredIdentity).and_then(NameAddr::parse);
        let caller = preferred.unwrap_or(view.from());
        head.take_all(HeaderName::PPreferredIdentity);
        head.take_all(HeaderName::PAssertedIdentity);
        let Some(digits) = caller.parsed_uri().and_then(|uri| uri.digits()) else { return };
        let number: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let display = String::from_utf8_lossy(caller.display);
        let display = if display.is_empty() { String::new() } else { format!("\"{display}\" ") };
        let uri = format!("sip:+{number}@{}", self.setup.domain);
        head.add_above(HeaderName::PAssertedIdentity, format!("<tel:+{number}>"));
        head.add_above(HeaderName::PAssertedIdentity, format!("{display}<{uri}>"));
        head.add_above(HeaderName::PServedUser, format!("<{uri}>;sescase=orig;regstate=reg"));
        let mut vector = b"icid-value=".to_vec();
        vector.extend_from_slice(&hop::branch(view)[sip::token::COOKIE.len()..]);
        vector.extend_from_slice(format!(";orig-ioi={}", self.setup.domain).as_bytes());
        head.add_above(HeaderName::PChargingVector, vector);
    }

    // RFC 3261 16.11: a response is forwarded by its second Via, provided that the first is ours.
    fn forward_response(&mut self, now: Instant, view: &MessageView<'_>, out: &mut Out) {
        let mut head = Head::of(view);
        let is_ours = hop::address_of_via(&view.via()) == Some(self.setup.address);
        head.take_first(HeaderName::Via);
        let via = head.first(HeaderName::Via).and_then(sip::Via::parse);
        match via.and_then(|via| hop::address_of_via(&via)).filter(|_| is_ours) {
            Some(next) => self.send(now, next, label(view), head.to_bytes(), out),
            None => self.dropped += 1,
        }
    }
}

impl Actor for Scscf {
    fn name(&self) -> Participant {
        Participant::Scscf
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        let Event::Datagram { from, bytes } = event else { return };
        let Ok(index) = Index::parse(bytes) else {
            self.dropped += 1;
            return;
        };
        let view = MessageView::new(bytes, &index);
        // Every arrow is sighted by its sender, and the gateway is no actor.
        if self.party_at(from) == Participant::Gateway {
            out.sight(now, Participant::Gateway, Participant::Scscf, label(&view));
        }
        if view.is_request() {
            self.forward_request(now, from, &view, out);
        } else {
            self.forward_response(now, &view, out);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

impl fmt::Debug for Scscf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scscf({} dropped)", self.dropped)
    }
}

#[cfg(test)]
mod tests;
