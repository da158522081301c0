//! A proxy on the way from the gateway to its peers that answers some requests by itself.
//!
//! With 100, which a request outside of INVITE gets when its answer is late (RFC 4320 4.1), and passes it on; or with a refusal,
//! and nobody else ever sees the request.

use std::net::SocketAddr;

use sip::{Index, MessageView, Method, ResponseWriter, StatusCode};

use crate::chance::Draw;
use crate::network;
use crate::world::World;
use crate::written::written;

/// Is a datagram of the gateway passed on?
pub(crate) fn passes_on(world: &mut World, from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> bool {
    if world.terms.proxied == 0 {
        return true;
    }
    let Ok(index) = Index::parse(bytes) else { return true };
    let message = MessageView::new(bytes, &index);
    let is_asked = matches!(message.method(), Method::Bye | Method::Update | Method::Message);
    if !message.is_request() || !is_asked || !world.net.per_mille(world.terms.proxied) {
        return true;
    }
    let status = *world.net.one_of(&STATUSES);
    let answer = written(|out| {
        let tag = (status != StatusCode::TRYING).then_some(&b"proxy"[..]);
        let mut response = ResponseWriter::start(out, &message, to, status, None, tag, false);
        if status == StatusCode::SESSION_INTERVAL_TOO_SMALL {
            response.header("Min-SE", MIN_SE_S);
        }
        // What does not fit is not sent.
        let _ = response.finish_without_body();
    });
    network::send(world, to, from, answer);
    status == StatusCode::TRYING
}

const STATUSES: [StatusCode; 9] = [
    StatusCode::TRYING,
    StatusCode::TRYING,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::SESSION_INTERVAL_TOO_SMALL,
    StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
    StatusCode::REQUEST_PENDING,
    StatusCode::SERVER_INTERNAL_ERROR,
    StatusCode::SERVICE_UNAVAILABLE,
];
/// Longer than what the gateway asks for.
const MIN_SE_S: &[u8] = b"120";
