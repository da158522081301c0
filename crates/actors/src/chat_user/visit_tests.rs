use alloc::string::String;
use alloc::vec;

use super::*;
use crate::Effect;
use crate::rehearsal::{address, s};

const UE_AT: &str = "127.0.0.1:5070";
const SCSCF_AT: &str = "127.0.0.1:5060";

fn ue(takes_calls: bool) -> ChatUser {
    let setup = UeSetup { address: address(UE_AT), scscf: address(SCSCF_AT), domain: "ims.example".into() };
    let mut ue = ChatUser::new(setup, WallClock::default(), Entropy::from_seed([5; 32]));
    if takes_calls {
        ue.take_calls();
    }
    let _ = tell(&mut ue, Instant::ZERO, Event::Start);
    ue
}

/// What it does: the first line of each datagram, and whatever else it wants.
fn tell(ue: &mut ChatUser, now: Instant, event: Event<'_>) -> Vec<String> {
    let mut out = Out::new();
    ue.handle(now, event, &mut out);
    let said = |effect| match effect {
        Effect::Datagram { to, bytes } => {
            assert_eq!(to, address(SCSCF_AT));
            let text = String::from_utf8(bytes).expect("text");
            Some(text.lines().next().expect("a line").into())
        }
        Effect::Connect { to, .. } => Some(alloc::format!("connect {to}")),
        Effect::Bytes { .. } => Some("bytes".into()),
        Effect::Close { .. } => Some("close".into()),
        _ => None,
    };
    out.drain().filter_map(said).collect()
}

fn request(ue: &mut ChatUser, now: Instant, method: &str, to_tag: &str) -> Vec<String> {
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
        m=message 5090 TCP/MSRP *\r\na=path:msrp://127.0.0.1:5090/session;tcp\r\n\
        a=accept-types:message/cpim\r\na=setup:passive\r\n";
    let body = if method == "INVITE" { body } else { "" };
    let cseq = if method == "BYE" { 2 } else { 1 };
    let text = alloc::format!(
        "{method} sip:ue@{UE_AT} SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF_AT};branch=z9hG4bK{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <tel:+4915550001>;tag=g\r\nTo: <sip:+4670@ims.example>{to_tag}\r\n\
         Call-ID: called\r\nCSeq: {cseq} {method}\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tell(ue, now, Event::Datagram { from: address(SCSCF_AT), bytes: text.as_bytes() })
}

#[test]
fn whoever_is_called_rings_comes_and_goes_with_the_other_side() {
    let mut ue = ue(true);
    let start = Instant::ZERO + s(1);
    assert_eq!(request(&mut ue, start, "INVITE", ""), ["SIP/2.0 180 Ringing"]);
    assert_eq!(request(&mut ue, start, "INVITE", ""), ["SIP/2.0 180 Ringing"], "one call, however often");
    let accepts = ue.next_deadline().expect("it does not ring for ever");
    assert_eq!(tell(&mut ue, accepts, Event::Due), ["SIP/2.0 200 OK", "connect 127.0.0.1:5090"]);
    let again = ue.next_deadline().expect("nobody has acknowledged it");
    assert_eq!(tell(&mut ue, again, Event::Due), ["SIP/2.0 200 OK"]);
    assert!(request(&mut ue, again, "ACK", ";tag=u").is_empty());
    assert_eq!(ue.next_deadline(), None, "it has arrived");
    let link = LinkName(7);
    let opening = Opening::Connected { tag: FIRST_VISIT as u64 };
    let opened = Event::Opened { link, opening, peer: address("127.0.0.1:5090") };
    assert_eq!(tell(&mut ue, again, opened), ["bytes"], "the SEND that binds the connection");
    assert_eq!(request(&mut ue, again, "BYE", ";tag=u"), ["SIP/2.0 200 OK", "close"]);
}

#[test]
fn a_call_that_is_withdrawn_while_it_rings_is_over() {
    let mut ue = ue(true);
    let start = Instant::ZERO + s(1);
    assert_eq!(request(&mut ue, start, "INVITE", ""), ["SIP/2.0 180 Ringing"]);
    let answers = request(&mut ue, start, "CANCEL", "");
    assert_eq!(answers, vec!["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    assert!(request(&mut ue, start, "ACK", ";tag=u").is_empty());
    assert_eq!(ue.next_deadline(), None);
}

#[test]
fn who_takes_no_calls_is_not_there() {
    let mut ue = ue(false);
    assert_eq!(request(&mut ue, Instant::ZERO + s(1), "INVITE", ""), ["SIP/2.0 480 Temporarily Unavailable"]);
}
