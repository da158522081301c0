//! What comes to the SIP ports that is no invitation, or no SIP at all.

use shard::{Count, SHARED_SIP};

use crate::paper::call::{Call, SCSCF};
use crate::paper::stage::BOB;
use crate::paper::texts::SipText;
use crate::paper::{Invitation, Plan, Stage, on_every_layout};

/// A request outside of any dialog; `head` is its request line, `lines` what it has beside the usual headers.
fn request(method: &str, uri: &str, lines: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-{method}\r\nMax-Forwards: 70\r\n\
         From: <sip:mo@{SCSCF}>;tag=f\r\nTo: <{uri}>\r\nCall-ID: {method}@{SCSCF}\r\nCSeq: 7 {method}\r\n\
         {lines}Content-Length: 0\r\n\r\n"
    )
}

/// Sends it to a shard; what is answered.
fn ask(stage: &mut Stage, text: &str) -> Vec<SipText> {
    let before = stage.network.letters.len();
    stage.network.send(0, SHARED_SIP, SCSCF, text);
    stage.network.settle();
    stage.network.letters[before..].iter().map(|letter| letter.sip.clone()).collect()
}

fn status(stage: &mut Stage, text: &str) -> Option<u16> {
    let answers = ask(stage, text);
    assert!(answers.len() <= 1, "one request, one answer");
    answers.first().and_then(SipText::status)
}

#[test]
fn a_ping_is_answered_with_what_we_can_do() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let ping = request("OPTIONS", "sip:10.0.0.1:5060", "");
        let answer = ask(&mut stage, &ping).remove(0);
        assert_eq!(answer.status(), Some(200));
        for method in ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "MESSAGE"] {
            assert!(answer.need("Allow").contains(method), "{method}");
        }
        assert!(answer.need("Accept").contains("application/sdp"));
        assert!(answer.headers("Accept")[1].contains("text/plain"), "in a MESSAGE");
        // RFC 3261 17.2.2: a repetition hears the same.
        let again = ask(&mut stage, &ping).remove(0);
        assert_eq!(again.text(), answer.text());
        stage
    });
}

#[test]
fn a_method_that_is_not_ours_is_refused_with_those_that_are() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for (method, expected) in [("SUBSCRIBE", 405), ("NOTIFY", 405), ("PUBLISH", 405), ("FANCY", 501)] {
            let answer = ask(&mut stage, &request(method, "sip:10.0.0.1", "")).remove(0);
            assert_eq!(answer.status(), Some(expected), "{method}");
            assert!(answer.need("Allow").contains("INVITE"));
        }
        stage
    });
}

#[test]
fn what_belongs_to_no_dialog_is_told_so() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for method in ["BYE", "UPDATE"] {
            assert_eq!(status(&mut stage, &request(method, "sip:10.0.0.1", "")), Some(481), "{method}");
        }
        let tagged = request("INVITE", &format!("tel:{BOB}"), "").replacen("To: ", "To: \"\" ", 1);
        let tagged =
            tagged.replace(&format!("<tel:{BOB}>\r\nCall"), &format!("<tel:{BOB}>;tag=gone\r\nCall"));
        assert!(tagged.contains(";tag=gone"));
        assert_eq!(status(&mut stage, &tagged), Some(481));
        stage.network.send(0, SHARED_SIP, SCSCF, tagged.replace("INVITE", "ACK"));
        assert_eq!(status(&mut stage, &request("CANCEL", "sip:10.0.0.1", "")), Some(481));
        assert_eq!(
            status(&mut stage, &request("ACK", "sip:10.0.0.1", "")),
            None,
            "an ACK is answered by nobody"
        );
        stage
    });
}

#[test]
fn a_request_that_cannot_be_read_is_refused_as_far_as_somebody_can_be_answered() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let invite = Call::new(Invitation::to(BOB), 0).invite();
        let broken = [
            (invite.replace("CSeq: 1 INVITE", "CSeq: 1 BYE"), Some(400)),
            (invite.replace("CSeq: 1 INVITE\r\n", ""), Some(400)),
            (invite.replace("Call-ID: ", "Call-ID: two words "), Some(400)),
            (invite.replace("To: <tel", "To: \"<tel"), Some(400)),
            (invite.replace("Max-Forwards: 68", "Max-Forwards: many"), Some(400)),
            (invite.replace(&format!("INVITE tel:{BOB}"), "INVITE http://example.com/"), Some(416)),
            (invite.replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"), Some(505)),
            (invite.replace("Via: SIP/2.0/UDP", "Via: SIP/2.0/UDP/"), None),
        ];
        for (text, expected) in broken {
            let heard = status(&mut stage, &text);
            match expected {
                Some(expected) => {
                    assert_eq!(heard, Some(expected), "{}", text.lines().next().unwrap_or_default())
                }
                // There may be nobody to answer; then there is silence.
                None => assert!(heard.is_none_or(|status| status == 400)),
            }
        }
        assert!(stage.network.sms.submitted.is_empty(), "and nobody was bothered");
        stage
    });
}

#[test]
fn rubbish_and_keep_alives_are_met_with_silence() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let rubbish: [&[u8]; 7] =
            [b"", b"\r\n\r\n", b"\0\0\0\0", b"hello", b"SIP/2.0 200 OK\r\n\r\n", b"INVITE", &[0xFF; 1400]];
        for octets in rubbish {
            stage.network.send(0, SHARED_SIP, SCSCF, octets);
        }
        stage.network.settle();
        assert!(stage.network.letters.is_empty());
        stage
    });
}

#[test]
fn a_response_that_nobody_waits_for_is_counted_and_forgotten() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let stray =
            crate::paper::call::answer(&SipText::new(request("BYE", "sip:10.0.0.1", "").as_bytes()), 200);
        let before = stage.network.count(Count::SipStrayResponses);
        assert_eq!(status(&mut stage, &stray), None);
        // Our tag is no branch of ours: a response that names it finds nobody either.
        let tag = stage.answer(0).to_tag().expect("a tag").to_string();
        assert_eq!(status(&mut stage, &stray.replace("z9hG4bK-BYE", &format!("z9hG4bK{tag}"))), None);
        assert_eq!(stage.network.count(Count::SipStrayResponses) - before, 2);
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn strangers_are_not_even_refused() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.trusted =
            vec!["192.0.2.8/29".parse().expect("a network"), "2001:db8::/32".parse().expect("a network")];
        let mut stage = Stage::of(plan);
        for stranger in ["192.0.2.16:5060", "[2001:db9::1]:5060"] {
            let heard = stage.network.letters.len();
            let invite = Call::new(Invitation::to(BOB), 9).invite();
            let stranger = stranger.parse().expect("an address");
            stage.network.send(0, SHARED_SIP, stranger, invite);
            stage.network.settle();
            assert_eq!(stage.network.letters.len(), heard);
        }
        assert_eq!(stage.network.count(Count::SipUntrusted), 2);
        assert!(stage.network.sms.submitted.is_empty());
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 180], "the S-CSCF is known");
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        stage.ack(call);
        stage
    });
}
