//! Dialogs from both sides: what is kept, what is sent inside, where it goes.

use sip::{
    CSeq, Dialog, HeaderName, InDialog, Method, RequestWriter, SentBy, Sequence, StatusCode, Token,
    Transport, in_dialog_request, keep_head, next_hop, parse_token, write_cancel, write_non_2xx_ack,
};

use crate::stage::{Verdict, answer, judge, wire, with_view, written};

const INVITE: &str = "\
INVITE tel:+15550002 SIP/2.0
Via: SIP/2.0/UDP scscf.example.net;branch=z9hG4bKtop
Record-Route: <sip:scscf.example.net:6060;lr>, <sip:a,b@mid.example.net;lr>
Record-Route: <sip:pcscf.example.net;lr>
From: \"Ann\" <sip:ann@example.net>;tag=f1
To: <tel:+15550002>
Call-ID: c1@ue
CSeq: 7 INVITE
Contact: \"Ann\"
 <sip:ann@10.0.0.1:5072;transport=tcp>;+g.oma.sip-im
Subject: not kept
Content-Type: application/sdp
Content-Length: 3

v=0";

fn us() -> SentBy<'static> {
    SentBy { transport: Transport::Udp, host: b"gw.example.net", port: 5071 }
}

fn bye<'a>(branch: &'a [u8]) -> InDialog<'a> {
    InDialog { method: Method::Bye, cseq: 1, sent_by: us(), branch }
}

/// The BYE of the dialog that `invite` made with us.
fn our_bye(invite: &str) -> Vec<u8> {
    with_view(&wire(invite), |view| {
        written(|out| {
            in_dialog_request(out, &Dialog::as_uas(*view, b"our"), &bye(b"z9hG4bKbye"))
                .finish_without_body()
                .expect("room enough");
        })
    })
}

#[test]
fn the_kept_head_answers_and_routes_like_the_whole_invite() {
    let whole = wire(INVITE);
    let kept = with_view(&whole, |view| written(|out| keep_head(view, out)));
    assert!(kept.len() < whole.len());
    with_view(&kept, |head| {
        assert_eq!(head.header(HeaderName::Subject), None);
        assert_eq!(head.body(), b"");
        assert_eq!(head.request_uri(), b"tel:+15550002");
    });
    for status in [StatusCode::RINGING, StatusCode::OK] {
        let from_kept = with_view(&kept, |head| answer(head, status));
        assert_eq!(from_kept, with_view(&whole, |view| answer(view, status)));
    }
    let from_kept = with_view(&kept, |head| {
        written(|out| {
            let dialog = Dialog::as_uas(*head, b"our");
            in_dialog_request(out, &dialog, &bye(b"z9hG4bKbye")).finish_without_body().expect("room enough");
        })
    });
    assert_eq!(from_kept, our_bye(INVITE));
}

#[test]
fn our_bye_goes_along_the_record_route_as_received() {
    let request = our_bye(INVITE);
    assert_eq!(judge(&request), Verdict::Fit);
    with_view(&request, |view| {
        assert_eq!(view.method(), Method::Bye);
        assert_eq!(view.request_uri(), b"sip:ann@10.0.0.1:5072;transport=tcp");
        let routes: Vec<_> = view.headers(HeaderName::Route).collect();
        assert_eq!(
            routes,
            [
                &b"<sip:scscf.example.net:6060;lr>"[..],
                b"<sip:a,b@mid.example.net;lr>",
                b"<sip:pcscf.example.net;lr>"
            ]
        );
        assert_eq!(view.header(HeaderName::From), Some(&b"<tel:+15550002>;tag=our"[..]));
        assert_eq!(view.header(HeaderName::To), Some(&b"\"Ann\" <sip:ann@example.net>;tag=f1"[..]));
        assert_eq!(view.call_id(), b"c1@ue");
        assert_eq!(view.cseq(), CSeq { number: 1, method: Method::Bye });
        assert_eq!(view.max_forwards(), Some(70));
        assert_eq!(view.top_via(), b"SIP/2.0/UDP gw.example.net:5071;branch=z9hG4bKbye;rport");
    });
}

#[test]
fn a_strict_first_router_is_addressed_itself() {
    let request = our_bye(&INVITE.replace("scscf.example.net:6060;lr", "scscf.example.net:6060"));
    with_view(&request, |view| {
        assert_eq!(view.request_uri(), b"sip:scscf.example.net:6060");
        let last = view.headers(HeaderName::Route).last();
        assert_eq!(last, Some(&b"<sip:ann@10.0.0.1:5072;transport=tcp>"[..]), "RFC 3261 12.2.1.1");
        assert_eq!(view.headers(HeaderName::Route).count(), 3);
    });
}

#[test]
fn without_a_route_set_the_target_is_the_next_hop() {
    let routed = wire(INVITE);
    with_view(&routed, |view| {
        let hop = next_hop(&Dialog::as_uas(*view, b"our")).expect("a hop");
        assert_eq!((hop.transport, hop.host, hop.port), (Transport::Udp, &b"scscf.example.net"[..], 6060));
        assert_eq!(hop.address(), None, "a name has to be looked up");
    });
    let direct: String = INVITE
        .lines()
        .filter(|line| !line.starts_with("Record-Route"))
        .map(|line| format!("{line}\n"))
        .collect();
    with_view(&wire(direct.trim_end()), |view| {
        let dialog = Dialog::as_uas(*view, b"our");
        let hop = next_hop(&dialog).expect("a hop");
        assert_eq!((hop.transport, hop.address()), (Transport::Tcp, "10.0.0.1:5072".parse().ok()));
        let moved = dialog.with_target(b"sips:[2001:db8::5]");
        let hop = next_hop(&moved).expect("a hop");
        assert_eq!((hop.transport, hop.address()), (Transport::Tls, "[2001:db8::5]:5061".parse().ok()));
        assert!(next_hop(&dialog.with_target(b"tel:+15550001")).is_none());
    });
}

#[test]
fn only_requests_with_all_three_names_belong_to_the_dialog() {
    let request = |from: &str, to: &str, call: &str| {
        wire(&format!(
            "BYE sip:gw.example.net SIP/2.0\nVia: SIP/2.0/UDP a\nFrom: <sip:ann@example.net>{from}\nTo: <tel:+15550002>{to}\nCall-ID: {call}\nCSeq: 8 BYE\n\n"
        ))
    };
    with_view(&wire(INVITE), |invite| {
        let dialog = Dialog::as_uas(*invite, b"our");
        let owns = |from, to, call| with_view(&request(from, to, call), |view| dialog.owns(view));
        assert!(owns(";tag=f1", ";tag=our", "c1@ue"));
        assert!(!owns(";tag=f2", ";tag=our", "c1@ue"));
        assert!(!owns("", ";tag=our", "c1@ue"));
        assert!(!owns(";tag=f1", ";tag=their", "c1@ue"));
        assert!(!owns(";tag=f1", "", "c1@ue"));
        assert!(!owns(";tag=f1", ";tag=our", "c2@ue"));
    });
}

/// Our own INVITE, as an originating client writes it.
fn our_invite() -> Vec<u8> {
    written(|out| {
        RequestWriter::start(out, Method::Invite, b"tel:+15550002", &us(), b"z9hG4bKinv")
            .route("sip:pcscf.example.net;lr")
            .from("sip:ann@example.net", "f1")
            .to("tel:+15550002", None)
            .call_id("c9")
            .cseq(7)
            .contact("sip:ann@10.0.0.1:5072")
            .header(HeaderName::Supported, "timer, 100rel")
            .body("application/sdp", |out| out.text("v=0"))
            .expect("room enough");
    })
}

/// What the far end answers to it.
fn their_answer(status: &str) -> Vec<u8> {
    wire(&format!(
        "SIP/2.0 {status}\nVia: SIP/2.0/UDP gw.example.net:5071;branch=z9hG4bKinv\nRecord-Route: <sip:far.example.net;lr>,<sip:near.example.net;lr>\nFrom: <sip:ann@example.net>;tag=f1\nTo: <tel:+15550002>;tag=t1\nCall-ID: c9\nCSeq: 7 INVITE\nContact: <sip:gw@192.0.2.9>\nContent-Length: 0\n\n"
    ))
}

#[test]
fn what_we_write_is_what_a_server_reads() {
    let invite = our_invite();
    assert_eq!(judge(&invite), Verdict::Fit);
    with_view(&invite, |view| {
        assert_eq!(view.header(HeaderName::Route), Some(&b"<sip:pcscf.example.net;lr>"[..]));
        assert_eq!((view.from_tag(), view.to_tag()), (Some(&b"f1"[..]), None));
        assert_eq!(view.cseq(), CSeq { number: 7, method: Method::Invite });
        assert!(view.lists(HeaderName::Supported, b"100REL"));
        assert_eq!(view.body(), b"v=0");
    });
}

#[test]
fn the_ack_of_a_2xx_goes_along_the_reversed_record_route() {
    let ok = their_answer("200 OK");
    let ack = with_view(&ok, |view| {
        let ack = InDialog { method: Method::Ack, cseq: 7, sent_by: us(), branch: b"z9hG4bKack" };
        written(|out| {
            in_dialog_request(out, &Dialog::as_uac(*view), &ack).finish_without_body().expect("room enough");
        })
    });
    with_view(&ack, |view| {
        assert_eq!(view.request_uri(), b"sip:gw@192.0.2.9");
        let routes: Vec<_> = view.headers(HeaderName::Route).collect();
        assert_eq!(routes, [&b"<sip:near.example.net;lr>"[..], b"<sip:far.example.net;lr>"]);
        assert_eq!((view.from_tag(), view.to_tag()), (Some(&b"f1"[..]), Some(&b"t1"[..])));
        assert_eq!(view.cseq(), CSeq { number: 7, method: Method::Ack });
    });
}

#[test]
fn the_ack_of_a_refusal_belongs_to_the_invite() {
    let (invite, busy) = (our_invite(), their_answer("486 Busy Here"));
    let ack = with_view(&invite, |invite| {
        with_view(&busy, |busy| {
            written(|out| {
                write_non_2xx_ack(out, invite, busy).expect("room enough");
            })
        })
    });
    with_view(&ack, |view| {
        assert_eq!((view.method(), view.request_uri()), (Method::Ack, &b"tel:+15550002"[..]));
        assert_eq!(view.via().branch, Some(&b"z9hG4bKinv"[..]));
        assert_eq!(view.header(HeaderName::Route), Some(&b"<sip:pcscf.example.net;lr>"[..]));
        assert_eq!(view.to_tag(), Some(&b"t1"[..]), "the tag of the response");
        assert_eq!(view.cseq(), CSeq { number: 7, method: Method::Ack });
    });
}

#[test]
fn a_cancel_repeats_what_it_cancels() {
    let cancel = with_view(&our_invite(), |invite| {
        let kept = written(|out| keep_head(invite, out));
        with_view(&kept, |kept| {
            written(|out| {
                write_cancel(out, kept).expect("room enough");
            })
        })
    });
    assert_eq!(judge(&cancel), Verdict::Fit);
    with_view(&cancel, |view| {
        assert_eq!(view.via().branch, Some(&b"z9hG4bKinv"[..]));
        assert_eq!(view.header(HeaderName::Route), Some(&b"<sip:pcscf.example.net;lr>"[..]));
        assert_eq!(view.to_tag(), None);
        assert_eq!(view.cseq(), CSeq { number: 7, method: Method::Cancel });
    });
}

#[test]
fn a_request_that_was_overtaken_is_refused() {
    let mut sequence = Sequence::new(0, Some(7));
    let bye = |number| CSeq { number, method: Method::Bye };
    assert_eq!(sequence.receive(bye(6)), Err(StatusCode::SERVER_INTERNAL_ERROR));
    assert_eq!(sequence.receive(bye(20)), Ok(()), "gaps are allowed");
    assert_eq!(sequence.receive(bye(8)), Err(StatusCode::SERVER_INTERNAL_ERROR));
    assert_eq!(sequence.receive(CSeq { number: 7, method: Method::Ack }), Ok(()));
    assert_eq!((sequence.next_local(), sequence.next_local()), (1, 2));
}

#[test]
fn a_minted_tag_and_branch_come_home_through_the_far_end() {
    let token = Token { owner: 3, slot: 99, generation: 4, random: u64::MAX };
    let response = with_view(&wire(INVITE), |invite| {
        written(|out| {
            let tag = token.to_tag();
            sip::ResponseWriter::start(
                out,
                invite,
                crate::stage::source(),
                StatusCode::OK,
                None,
                Some(&tag),
                true,
            )
            .finish_without_body()
            .expect("room enough");
        })
    });
    assert_eq!(with_view(&response, |view| view.to_tag().and_then(parse_token)), Some(token));
    let request = with_view(&wire(INVITE), |invite| {
        written(|out| {
            let branch = token.to_branch();
            in_dialog_request(out, &Dialog::as_uas(*invite, b"our"), &bye(&branch))
                .finish_without_body()
                .expect("room enough");
        })
    });
    let answered = with_view(&request, |bye| answer(bye, StatusCode::OK));
    assert_eq!(with_view(&answered, |view| view.via().branch.and_then(parse_token)), Some(token));
}
