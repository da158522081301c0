//! The INVITE of a chat, as a GSMA client writes it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use msrp::{Direction, Proposal, Setup};
use octets::Digits;
use sip::{Method, RequestWriter};

use super::script::{Caller, Reliability};
use super::turn::{Turn, host, sent_by, text_of};
use crate::message_text::written;

/// Writes the INVITE. `path` is our MSRP URI.
pub(super) fn write(caller: &Caller, target: Digits, path: &str, turn: &mut Turn<'_>) -> Vec<u8> {
    let setup = turn.setup;
    let own_host = host(setup.address);
    let (branch, tag, call) = (turn.branch(), turn.word(), turn.word());
    let (session, contribution, conversation) = (turn.chance.u32(), turn.word(), turn.word());
    let number = text_of(caller.number);
    let own = format!("sip:+{number}@{}", setup.domain);
    let target = format!("sip:+{}@{};user=phone", text_of(target), setup.domain);
    let named = |uri: &str| match &caller.display {
        Some(display) => format!("\"{}\" <{uri}>", quoted(display)),
        None => format!("<{uri}>"),
    };
    written(|out| {
        let sent_by = sent_by(&own_host, setup.address);
        let mut invite = RequestWriter::start(out, Method::Invite, target.as_bytes(), &sent_by, &branch);
        invite.route(format!("sip:{};lr", setup.scscf));
        // RFC 3323: who hides says so twice, once for the proxies and once by a From that tells nothing.
        if caller.is_private {
            invite.header("From", format!("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag={tag}"));
            invite.header("Privacy", "id");
        } else {
            invite.header("From", format!("{};tag={tag}", named(&own)));
        }
        if let Some(topic) = &caller.topic {
            invite.header("Subject", topic.as_str());
        }
        match caller.reliability {
            Reliability::Unknown => {}
            Reliability::Offered => drop(invite.header("Supported", "100rel")),
            Reliability::Demanded | Reliability::Forgotten => drop(invite.header("Require", "100rel")),
        }
        if let Some(session) = &caller.session {
            invite.header("Supported", "timer");
            if let Some(expires) = session.expires(session.at_first) {
                invite.header("Session-Expires", expires);
            }
        }
        invite.to(&target, None).call_id(format!("{call}@{own_host}")).cseq(1);
        invite
            .header("Contact", format!("<sip:+{number}@{own_host}:{}>;{ICSI}", setup.address.port()))
            .header("P-Preferred-Identity", named(&own))
            .header("P-Preferred-Service", "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session")
            .header("Accept-Contact", format!("*;{ICSI}"))
            .header("Contribution-ID", contribution)
            .header("Conversation-ID", conversation)
            .header("Allow", "INVITE, ACK, CANCEL, BYE, PRACK, OPTIONS, UPDATE")
            .header("User-Agent", "actors");
        let address = format!("{}", setup.address.ip());
        let proposal = Proposal {
            secure: false,
            address: address.as_bytes(),
            port: setup.address.port(),
            path: path.as_bytes(),
            session: session.into(),
            version: 1,
            accept_types: "message/cpim application/im-iscomposing+xml",
            accept_wrapped_types: Some("text/plain message/imdn+xml application/im-iscomposing+xml"),
            // The UE is behind a NAT: it connects, and nobody connects to it.
            setup: Some(Setup::Active),
            max_size: Some(100_000),
            cema: false,
            direction: Direction::SendRecv,
            fingerprint: None,
        };
        // What does not fit is found by `written`.
        let _ = invite.body("application/sdp", |out| {
            let _ = msrp::sdp::write_offer(out, &proposal);
        });
    })
}

/// RFC 3261 25.1: what a quoted string cannot hold as it is.
fn quoted(display: &str) -> String {
    display.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The feature tag of a CPM chat session.
const ICSI: &str = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"";
