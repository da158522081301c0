//! Responses as the client receives them.

use std::net::SocketAddr;

use sip::{HeaderName, Index, MessageView, ResponseWriter, StatusCode, Via};

use crate::stage::{answer, source, wire, with_view, written};

const INVITE: &str = "\
INVITE tel:+15550002 SIP/2.0
Via: SIP/2.0/UDP scscf.example.net:5060;rport;branch=z9hG4bKtop;received=203.0.113.9;x=y, SIP/2.0/TCP pcscf.example.net;branch=z9hG4bKlow
v: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKue
Record-Route: <sip:scscf.example.net;lr>
Record-Route: <sip:pcscf.example.net;lr>
f: <sip:ann@example.net>;tag=f1
t: <tel:+15550002>
i: c1
CSeq: 1 INVITE
Timestamp: 54
Contact: <sip:ann@10.0.0.1>
l: 0

";

#[test]
fn the_top_via_says_where_the_request_really_came_from() {
    let response = with_view(&wire(INVITE), |view| answer(view, StatusCode::BUSY_HERE));
    with_view(&response, |view| {
        let vias: Vec<_> = view.elements(HeaderName::Via).collect();
        assert_eq!(
            vias[0],
            b"SIP/2.0/UDP scscf.example.net:5060;branch=z9hG4bKtop;x=y;received=192.0.2.77;rport=5099",
            "what the client claimed itself is replaced"
        );
        assert_eq!(vias[1], b"SIP/2.0/TCP pcscf.example.net;branch=z9hG4bKlow");
        assert_eq!(vias[2], b"SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKue");
    });
}

#[test]
fn a_via_that_tells_the_truth_is_left_alone() {
    let text = INVITE
        .replace("scscf.example.net:5060;rport;", "192.0.2.77:5060;")
        .replace(";received=203.0.113.9", "");
    let response = with_view(&wire(&text), |view| answer(view, StatusCode::OK));
    with_view(&response, |view| {
        assert_eq!(view.top_via(), b"SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bKtop;x=y")
    });
}

#[test]
fn an_ipv6_source_is_written_without_brackets() {
    let source: SocketAddr = "[2001:db8::7]:5062".parse().expect("an address");
    let bytes = wire(INVITE);
    let response = with_view(&bytes, |view| {
        written(|out| {
            ResponseWriter::start(out, view, source, StatusCode::OK, None, None, false)
                .finish_without_body()
                .expect("room enough");
        })
    });
    with_view(&response, |view| assert_eq!(view.via().received, Some(&b"2001:db8::7"[..])));
}

#[test]
fn an_ipv4_source_in_its_ipv6_form_is_the_ipv4_address() {
    let source: SocketAddr = "[::ffff:192.0.2.77]:5060".parse().expect("an address");
    for (host, received) in [("192.0.2.77:5060", None), ("ue.example", Some(&b"192.0.2.77"[..]))] {
        let text = INVITE
            .replace("scscf.example.net:5060;rport;", &format!("{host};"))
            .replace(";received=203.0.113.9", "");
        let response = with_view(&wire(&text), |view| {
            written(|out| {
                ResponseWriter::start(out, view, source, StatusCode::OK, None, None, false)
                    .finish_without_body()
                    .expect("room enough");
            })
        });
        with_view(&response, |view| assert_eq!(view.via().received, received));
    }
}

#[test]
fn a_tag_is_added_once_and_never_to_a_100() {
    let bytes = wire(INVITE);
    let trying = with_view(&bytes, |view| answer(view, StatusCode::TRYING));
    with_view(&trying, |view| {
        assert_eq!(view.to_tag(), None);
        assert_eq!(view.header(HeaderName::Timestamp), Some(&b"54"[..]));
    });
    let ringing = with_view(&bytes, |view| answer(view, StatusCode::RINGING));
    with_view(&ringing, |view| {
        assert_eq!(view.header(HeaderName::To), Some(&b"<tel:+15550002>;tag=ourtag"[..]));
        assert_eq!(view.header(HeaderName::Timestamp), None);
    });
    let inside = wire(&INVITE.replace("t: <tel:+15550002>", "t: <tel:+15550002>;tag=theirs"));
    let again = with_view(&inside, |view| answer(view, StatusCode::OK));
    with_view(&again, |view| {
        assert_eq!(view.header(HeaderName::To), Some(&b"<tel:+15550002>;tag=theirs"[..]))
    });
}

#[test]
fn a_dialog_making_answer_carries_record_route_and_a_body() {
    let bytes = wire(INVITE);
    let response = with_view(&bytes, |view| {
        written(|out| {
            let length =
                ResponseWriter::start(out, view, source(), StatusCode::OK, Some("Fine"), Some(b"t"), true)
                    .header(HeaderName::Contact, "<sip:gw.example.net:5071>")
                    .header_with("Session-Expires", |out| {
                        out.decimal(1800);
                        out.text(";refresher=uac");
                    })
                    .body("application/sdp", |out| out.text("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"))
                    .expect("room enough");
            assert_eq!(length, out.len());
        })
    });
    assert!(response.starts_with(b"SIP/2.0 200 Fine\r\nVia: "));
    with_view(&response, |view| {
        let routes: Vec<_> = view.headers(HeaderName::RecordRoute).collect();
        assert_eq!(routes, [&b"<sip:scscf.example.net;lr>"[..], b"<sip:pcscf.example.net;lr>"]);
        assert_eq!(view.contact_uri(), Some(&b"sip:gw.example.net:5071"[..]));
        assert_eq!(view.header(HeaderName::SessionExpires), Some(&b"1800;refresher=uac"[..]));
        assert_eq!(view.header(HeaderName::ContentLength), Some(&b"31"[..]));
        assert_eq!(view.body(), b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n");
        assert_eq!(
            view.validate_response().map_err(|bad| bad.header),
            Err(HeaderName::Via),
            "three hops to go"
        );
    });
}

#[test]
fn no_value_can_start_a_header_of_its_own() {
    let text = INVITE.replace("i: c1", "i:\n c1").replace("f: <sip:ann", "f: \"A\n\t n\" <sip:ann");
    let bytes = wire(&text);
    let response = with_view(&bytes, |view| {
        written(|out| {
            ResponseWriter::start(out, view, source(), StatusCode::OK, Some("a\r\nb"), None, false)
                .header("Subject", "hi\r\nX-Evil: 1\n\r\nbody")
                .finish_without_body()
                .expect("room enough");
        })
    });
    assert!(response.starts_with(b"SIP/2.0 200 a b\r\n"));
    with_view(&response, |view| {
        assert_eq!(view.header(HeaderName::Subject), Some(&b"hi X-Evil: 1 body"[..]));
        assert_eq!(view.header(HeaderName::From), Some(&b"\"A n\" <sip:ann@example.net>;tag=f1"[..]));
        assert_eq!(view.header_named(b"X-Evil"), None);
        assert_eq!(view.body(), b"");
    });
}

#[test]
fn lone_line_feeds_do_not_reach_the_answer() {
    let request = INVITE.replace("t: <tel", "t:\n <tel");
    let response = with_view(request.as_bytes(), |view| answer(view, StatusCode::OK));
    let feeds = response.iter().filter(|octet| **octet == b'\n').count();
    let ends = response.windows(2).filter(|pair| pair == b"\r\n").count();
    assert_eq!(feeds, ends);
}

#[test]
fn a_bad_request_is_answered_with_what_can_be_read_of_it() {
    let bytes = wire(
        "OPTIONS  sip:ben@example.org SIP/2.0\nthis is no header\nv: SIP/2.0/UDP a.example;branch=z9hG4bK1\nTo: \"open <sip:b@c>\ni: c\nCSeq: 1 OPTIONS\n",
    );
    assert!(Index::parse(&bytes).is_err());
    let index = Index::salvage(&bytes).expect("there is a Via");
    let response = answer(&MessageView::new(&bytes, &index), StatusCode::BAD_REQUEST);
    with_view(&response, |view| {
        assert_eq!(
            view.header(HeaderName::To),
            Some(&b"\"open <sip:b@c>"[..]),
            "no tag inside an open quote"
        );
        assert_eq!(view.header(HeaderName::From), None);
        assert_eq!(view.via().received, Some(&b"192.0.2.77"[..]));
    });
    assert!(
        Index::salvage(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\n\r\n").is_none(),
        "nobody answers a response"
    );
    assert!(Index::salvage(b"\x00\x01\x02").is_none());
}

#[test]
fn a_flood_of_headers_is_answered_513() {
    let flood = "X: 1\n".repeat(70);
    let bytes = wire(&INVITE.replace("f: <", &format!("{flood}f: <")));
    let malformed = Index::parse(&bytes).err().expect("too many");
    assert_eq!(malformed.status(), Some(StatusCode::MESSAGE_TOO_LARGE));
    let index = Index::salvage(&bytes).expect("there is a Via");
    let view = MessageView::new(&bytes, &index);
    assert_eq!(view.from_tag(), Some(&b"f1"[..]), "the flood does not push out what the answer needs");
    let endless = wire(&INVITE.replace("tag=f1", &format!("tag={}", "f".repeat(20_000))));
    let malformed = Index::parse(&endless).err().expect("too long");
    assert_eq!(malformed.status(), Some(StatusCode::MESSAGE_TOO_LARGE));
    let huge = [INVITE.as_bytes(), &vec![b' '; 70_000]].concat();
    let malformed = Index::parse(&huge).err().expect("too long");
    assert_eq!(malformed.status(), Some(StatusCode::MESSAGE_TOO_LARGE));
}

#[test]
fn an_answer_that_does_not_fit_is_not_half_sent() {
    let bytes = wire(INVITE);
    let whole = with_view(&bytes, |view| answer(view, StatusCode::OK));
    for room in 0..whole.len() {
        let mut buffer = vec![0; room];
        let mut out = octets::Writer::new(&mut buffer);
        let refused = with_view(&bytes, |view| {
            ResponseWriter::start(&mut out, view, source(), StatusCode::OK, None, Some(b"ourtag"), false)
                .finish_without_body()
        });
        assert!(refused.is_err(), "{room} octets");
    }
}

#[test]
fn the_kept_via_and_the_answered_one_name_the_same_transaction() {
    let bytes = wire(INVITE);
    let response = with_view(&bytes, |view| answer(view, StatusCode::OK));
    let branch = |text: &[u8]| Via::parse(text).and_then(|via| via.branch.map(<[u8]>::to_vec));
    let asked = with_view(&bytes, |view| branch(view.top_via()));
    assert_eq!(with_view(&response, |view| branch(view.top_via())), asked);
}
