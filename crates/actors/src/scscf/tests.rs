use alloc::borrow::ToOwned;
use alloc::vec;

use super::*;
use crate::Effect;

const UE: &str = "127.0.0.1:5070";
const OWN: &str = "127.0.0.1:5060";
const ISC: &str = "127.0.0.1:5080";
const SHARD: &str = "127.0.0.1:5083";

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn scscf() -> Scscf {
    Scscf::new(ScscfSetup {
        address: address(OWN),
        ue: address(UE),
        isc: address(ISC),
        domain: "ims.example".into(),
    })
}

/// A request of the UE: what stands in `more` are whole lines.
fn request(method: &str, uri: &str, branch: &str, to_tag: &str, more: &[&str]) -> String {
    let mut text = format!("{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {UE};branch={branch};rport\r\n");
    for line in more {
        text += &format!("{line}\r\n");
    }
    text + &format!(
        "Max-Forwards: 70\r\nFrom: \"Alice\" <sip:+4670@ims.example>;tag=a\r\n\
         To: <sip:+4915550001@ims.example;user=phone>{to_tag}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

/// The one datagram that is sent, and where to.
fn forwarded(scscf: &mut Scscf, from: &str, text: &str) -> (SocketAddr, String) {
    let mut out = Out::new();
    scscf.handle(Instant::ZERO, Event::Datagram { from: address(from), bytes: text.as_bytes() }, &mut out);
    let sent = out.drain().find_map(|effect| match effect {
        Effect::Datagram { to, bytes } => Some((to, String::from_utf8(bytes).expect("text"))),
        _ => None,
    });
    sent.expect("something is forwarded")
}

fn lines<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

const TARGET: &str = "sip:+4915550001@ims.example;user=phone";
const ROUTE: &str = "Route: <sip:127.0.0.1:5060;lr>";

#[test]
fn an_invitation_goes_to_the_gateway_with_what_the_network_adds() {
    let preferred = "P-Preferred-Identity: \"Alice\" <sip:+4670@ims.example>";
    let claimed = "P-Asserted-Identity: <sip:+666@evil.example>";
    let invite = request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE, preferred, claimed]);
    let (to, text) = forwarded(&mut scscf(), UE, &invite);
    assert_eq!(to, address(ISC));
    let routes = lines(&text, "Route");
    assert_eq!(routes[0], "<sip:127.0.0.1:5080;lr>", "its own Route is gone, the AS is first");
    assert!(routes[1].starts_with("<sip:odi-") && routes[1].ends_with("@127.0.0.1:5060;lr>"));
    assert_eq!(lines(&text, "Record-Route"), ["<sip:127.0.0.1:5060;lr>"]);
    assert_eq!(
        lines(&text, "P-Asserted-Identity"),
        ["\"Alice\" <sip:+4670@ims.example>", "<tel:+4670>"],
        "what the UE asserted of itself is not believed"
    );
    assert!(lines(&text, "P-Preferred-Identity").is_empty());
    assert_eq!(lines(&text, "Max-Forwards"), ["69"]);
    let vias = lines(&text, "Via");
    assert!(vias[0].starts_with("SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK"));
    assert_eq!(vias[1], "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKone;received=127.0.0.1;rport=5070");
    assert_eq!(lines(&text, "P-Charging-Vector").len(), 1);
}

#[test]
fn cancel_and_the_ack_of_a_refusal_follow_their_invitation() {
    let scscf = &mut scscf();
    let (to, invite) = forwarded(scscf, UE, &request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE]));
    let (again, repeated) = forwarded(scscf, UE, &request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE]));
    assert_eq!((again, &repeated), (to, &invite), "a retransmission is the same message");
    for (method, tag) in [("CANCEL", ""), ("ACK", ";tag=b")] {
        let (where_to, text) = forwarded(scscf, UE, &request(method, TARGET, "z9hG4bKone", tag, &[ROUTE]));
        assert_eq!(where_to, to, "{method}");
        assert_eq!(lines(&text, "Via")[0], lines(&invite, "Via")[0], "{method}: RFC 3261 9.1, 17.1.1.3");
        assert_eq!(lines(&text, "Route"), lines(&invite, "Route"), "{method}");
    }
    let (_, other) = forwarded(scscf, UE, &request("INVITE", TARGET, "z9hG4bKtwo", "", &[ROUTE]));
    assert_ne!(lines(&other, "Via")[0], lines(&invite, "Via")[0]);
}

#[test]
fn inside_a_dialog_the_contact_is_where_it_goes() {
    let scscf = &mut scscf();
    let contact = "sip:shard3@127.0.0.1:5083";
    let (to, text) = forwarded(scscf, UE, &request("ACK", contact, "z9hG4bKack", ";tag=b", &[ROUTE]));
    assert_eq!(to, address(SHARD), "past the ISC address, straight to the shard");
    assert!(lines(&text, "Route").is_empty() && lines(&text, "Record-Route").is_empty());
    let bye = request("BYE", "sip:alice@127.0.0.1:5070", "z9hG4bKbye", ";tag=a", &[ROUTE]);
    let (to, _) = forwarded(
        scscf,
        SHARD,
        &bye.replace(UE, SHARD).replace("sip:alice@127.0.0.1:5083", "sip:alice@127.0.0.1:5070"),
    );
    assert_eq!(to, address(UE));
}

#[test]
fn a_response_goes_back_by_its_second_via() {
    let scscf = &mut scscf();
    let (_, invite) = forwarded(scscf, UE, &request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE]));
    let mut response = "SIP/2.0 180 Ringing\r\n".to_owned();
    for via in lines(&invite, "Via") {
        response += &format!("Via: {via}\r\n");
    }
    response += "From: <sip:a@b>;tag=a\r\nTo: <sip:c@d>;tag=b\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n";
    let (to, text) = forwarded(scscf, ISC, &response);
    assert_eq!(to, address(UE));
    assert_eq!(lines(&text, "Via").len(), 1);
    // The same with a first Via of somebody else.
    let stray = response.replacen(OWN, "127.0.0.1:9999", 1);
    let mut out = Out::new();
    scscf.handle(Instant::ZERO, Event::Datagram { from: address(ISC), bytes: stray.as_bytes() }, &mut out);
    assert!(!out.drain().any(|effect| matches!(effect, Effect::Datagram { .. })));
    assert_eq!(scscf.dropped(), 1);
}

#[test]
fn the_last_hop_is_refused_but_an_ack_is_not_answered() {
    let scscf = &mut scscf();
    let last = |method| request(method, TARGET, "z9hG4bKone", "", &[ROUTE]).replace(": 70", ": 0");
    let (to, text) = forwarded(scscf, UE, &last("INVITE"));
    assert_eq!(to, address(UE));
    assert!(text.starts_with("SIP/2.0 483 Too Many Hops\r\n"));
    let mut out = Out::new();
    let ack = last("ACK");
    scscf.handle(Instant::ZERO, Event::Datagram { from: address(UE), bytes: ack.as_bytes() }, &mut out);
    assert!(out.is_empty());
}

#[test]
fn rubbish_is_counted_and_gets_no_answer() {
    let scscf = &mut scscf();
    for rubbish in [&b"\r\n\r\n"[..], b"\x00\x01", b"INVITE sip:nobody SIP/2.0\r\n"] {
        let mut out = Out::new();
        scscf.handle(Instant::ZERO, Event::Datagram { from: address(UE), bytes: rubbish }, &mut out);
        assert!(out.is_empty());
    }
    assert_eq!(scscf.dropped(), 3);
}

#[test]
fn each_arrow_is_sighted_once() {
    let scscf = &mut scscf();
    let mut arrows = |from: &str, text: &str| {
        let mut out = Out::new();
        scscf.handle(
            Instant::ZERO,
            Event::Datagram { from: address(from), bytes: text.as_bytes() },
            &mut out,
        );
        let arrows = out.drain().filter_map(|effect| match effect {
            Effect::Sighting(sighting) => Some((sighting.from, sighting.to, sighting.what)),
            _ => None,
        });
        arrows.collect::<Vec<_>>()
    };
    let (scscf, gateway, ue) = (Participant::Scscf, Participant::Gateway, Participant::ChatUser);
    assert_eq!(
        arrows(UE, &request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE])),
        [(scscf, gateway, "INVITE".to_owned())]
    );
    let bye = request("BYE", "sip:alice@127.0.0.1:5070", "z9hG4bKbye", ";tag=a", &[ROUTE]);
    assert_eq!(arrows(SHARD, &bye), vec![(gateway, scscf, "BYE".to_owned()), (scscf, ue, "BYE".to_owned())]);
}

#[test]
fn no_octets_of_a_stranger_break_the_proxy() {
    let scscf = &mut scscf();
    let whole = request("INVITE", TARGET, "z9hG4bKone", "", &[ROUTE]);
    let response = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {OWN};branch=z9hG4bKa\r\nVia: SIP/2.0/UDP {UE};branch=z9hG4bKb\r\n\
         From: <sip:a@b>;tag=a\r\nTo: <sip:c@d>;tag=b\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
    );
    let mut chance = tempo::Entropy::from_seed([3; 32]);
    for text in [&whole, &response] {
        for _ in 0..2000 {
            let mut octets = text.as_bytes().to_vec();
            octets.truncate(chance.below(octets.len() as u64 + 1) as usize);
            for _ in 0..chance.below(4) {
                let at = chance.below(octets.len() as u64) as usize;
                if let Some(octet) = octets.get_mut(at) {
                    *octet = chance.u32() as u8;
                }
            }
            scscf.handle(
                Instant::ZERO,
                Event::Datagram { from: address(UE), bytes: &octets },
                &mut Out::new(),
            );
        }
    }
    // As long as a datagram can be, and the proxy adds to it.
    let padding = format!("Subject: {}\r\n", "x".repeat(15_000)).repeat(4);
    let (_, longest) = forwarded(scscf, UE, &whole.replacen("Max-Forwards", &(padding + "Max-Forwards"), 1));
    assert!(longest.len() > 60_000);
}

#[test]
fn whom_the_gateway_calls_by_name_is_the_one_who_is_registered() {
    let invite = request("INVITE", "sip:+4670@ims.example", "z9hG4bKcall", "", &[ROUTE]);
    let (to, text) = forwarded(&mut scscf(), SHARD, &invite);
    assert_eq!(to, address(UE));
    assert!(lines(&text, "Route").is_empty());
    assert_eq!(lines(&text, "Record-Route"), ["<sip:127.0.0.1:5060;lr>"], "what comes next passes here, too");
}
