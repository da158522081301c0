//! A proxy on the way from the gateway to its peers that answers some requests by itself.
//!
//! With 100, which a request outside of INVITE gets when its answer is late (RFC 4320 4.1); then he passes it on, or the answer
//! never comes. Or with a refusal, and nobody else ever sees the request.

use std::net::SocketAddr;

use sip::{Index, MessageView, Method, ResponseWriter, StatusCode};

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
    if !message.is_request() || !is_asked {
        return true;
    }
    // A request meets with the same each time that it is repeated.
    let branch = message.via().branch.unwrap_or_default();
    let fate = branch.iter().fold(0_u64, |fate, octet| fate.wrapping_mul(31).wrapping_add((*octet).into()));
    if fate % 1000 >= world.terms.proxied {
        return true;
    }
    let (status, passes_on) = ANSWERS[(fate / 1000) as usize % ANSWERS.len()];
    let answer = written(|out| {
        let tag = status.is_final().then_some(&b"proxy"[..]);
        let mut response = ResponseWriter::start(out, &message, to, status, None, tag, false);
        if status == StatusCode::SESSION_INTERVAL_TOO_SMALL {
            response.header("Min-SE", MIN_SE_S);
        }
        // What does not fit is not sent.
        let _ = response.finish_without_body();
    });
    network::send(world, to, from, answer);
    passes_on
}

/// What he says, and whether he passes the request on.
const ANSWERS: [(StatusCode, bool); 10] = [
    (StatusCode::TRYING, true),
    (StatusCode::TRYING, true),
    (StatusCode::TRYING, false),
    (StatusCode::METHOD_NOT_ALLOWED, false),
    (StatusCode::REQUEST_TIMEOUT, false),
    (StatusCode::SESSION_INTERVAL_TOO_SMALL, false),
    (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, false),
    (StatusCode::REQUEST_PENDING, false),
    (StatusCode::SERVER_INTERNAL_ERROR, false),
    (StatusCode::SERVICE_UNAVAILABLE, false),
];
/// Longer than what the gateway asks for.
const MIN_SE_S: &[u8] = b"120";
