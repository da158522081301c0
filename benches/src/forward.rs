//! MO-Forward-Short-Message: the request that carries a text out, and its answer.

use diameter::sgd::{MoForward, MoForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{Destination, EndToEnd, HopByHop, Identity, Ids, MessageView, Outcome, SessionId};
use octets::Writer;

use crate::{CHAT_USER, SERVICE_CENTRE, number, text, written};

const GATEWAY: Identity<'static> = Identity { host: b"ipsmgw-0.epc.example", realm: b"epc.example" };
const CENTRE: Identity<'static> = Identity { host: b"iwmsc.epc.example", realm: b"epc.example" };
const IDS: Ids =
    Ids { hop_by_hop: HopByHop(0x0102_0304), end_to_end: EndToEnd(0xA0B0_C0D0), retransmitted: false };

/// Writes the OFR around `tpdu`.
pub fn write_request(tpdu: &[u8], out: &mut Writer<'_>) {
    let request = MoForward {
        session_id: SessionId::new(GATEWAY.host, 7, 4711),
        origin: GATEWAY,
        destination: Destination { host: Some(CENTRE.host), realm: CENTRE.realm },
        sc_address: number(SERVICE_CENTRE),
        user_identifier: UserIdentifier::msisdn(number(CHAT_USER)),
        tpdu,
    };
    request.write(out, IDS);
}

/// An OFR with a full SMS-SUBMIT.
pub fn request() -> Vec<u8> {
    let tpdu = text::submit(text::GSM7);
    let message = written(|out| write_request(&tpdu, out));
    let read = view(&message);
    assert_eq!(MoForward::parse(&read).expect("an OFR").tpdu, tpdu);
    message
}

/// The OFA that accepts it.
pub fn answer() -> Vec<u8> {
    let request = request();
    let accepted = MoForwardAnswer { outcome: Outcome::Success, failure: None, sm_rp_ui: None };
    let message = written(|out| accepted.write(out, &view(&request), CENTRE));
    assert!(MoForwardAnswer::parse(&view(&message)).expect("an OFA") == accepted);
    message
}

fn view(message: &[u8]) -> MessageView<'_> {
    assert_eq!(diameter::frame(message), Ok(Some(message.len())));
    MessageView::parse(message).expect("a sound message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_and_answer_belong_together() {
        let (request, answer) = (request(), answer());
        let (asked, answered) = (view(&request).header(), view(&answer).header());
        assert!(asked.flags.request && !answered.flags.request);
        assert_eq!((asked.hop_by_hop, asked.end_to_end), (answered.hop_by_hop, answered.end_to_end));
    }
}
