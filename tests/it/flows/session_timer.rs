//! A session lives as long as somebody refreshes it, and what may be asked of it meanwhile (RFC 4028, RFC 3261 14).

use shard::Count;
use tempo::Duration;

use crate::paper::call::{SCSCF, UE, UE_PATH, answer, offer};
use crate::paper::plan::{ENDED, on_every_layout};
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::texts::SipText;
use crate::paper::{Delivery, Invitation, Plan, Stage};

// interworking 2.8 item 18
#[test]
fn a_session_that_its_client_stops_refreshing_is_ended() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        let answer = stage.answer(0);
        assert_eq!(answer.header("Session-Expires"), Some("1800;refresher=uac"));
        assert_eq!(
            (answer.header("Require"), answer.header("Supported")),
            (Some("timer"), Some("timer, 100rel"))
        );
        stage.network.wait(Duration::from_secs(1760));
        let refreshed = ask(&mut stage, "UPDATE", &TIMED, "");
        assert_eq!(refreshed.status(), Some(200));
        assert_eq!(refreshed.header("Session-Expires"), Some("1800;refresher=uac"));
        // RFC 4028 10: 32 s before the peer forgets the dialog.
        stage.network.wait(Duration::from_millis(1_767_900));
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_millis(200));
        assert!(stage.byes(0)[0].need("Reason").contains("cause=480"));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn a_reinvite_that_offers_the_same_refreshes_the_session() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        for version in [2, 3] {
            stage.network.wait(Duration::from_secs(1700));
            let same = offer("actpass").replace("o=- 1 1 ", &format!("o=- 1 {version} "));
            let again = ask(&mut stage, "INVITE", &TIMED, &same);
            assert_eq!(again.status(), Some(200));
            assert_eq!(again.body(), stage.answer(0).body(), "the session has one description");
            assert_eq!(again.header("Session-Expires"), Some("1800;refresher=uac"));
            acknowledge(&mut stage);
        }
        stage.network.wait(SIXTY_FOUR_T1);
        let answers = stage.heard(0).filter(|sip| sip.status() == Some(200) && is_of(sip, "INVITE"));
        assert_eq!(answers.count(), 3, "each ACK finds its INVITE");
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.sms_user_says("so am I"), Delivery::Taken);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_reinvite_without_an_offer_gets_the_present_one() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        let again = ask(&mut stage, "INVITE", &TIMED, "");
        assert_eq!((again.status(), again.body()), (Some(200), stage.answer(0).body()));
        acknowledge(&mut stage);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_request_that_would_change_the_session_is_refused_and_it_stays() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        let elsewhere = offer("actpass").replace(UE_PATH, "msrp://198.51.100.8:2855/other;tcp");
        for method in ["INVITE", "UPDATE"] {
            let refusal = ask(&mut stage, method, &TIMED, &elsewhere);
            assert_eq!(refusal.status(), Some(488), "{method}");
            if method == "INVITE" {
                acknowledge(&mut stage);
            }
        }
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn an_answer_to_a_reinvite_that_nobody_acknowledges_ends_the_chat() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        assert_eq!(ask(&mut stage, "INVITE", &TIMED, &offer("actpass")).status(), Some(200));
        stage.network.wait(SIXTY_FOUR_T1 - Duration::from_millis(100));
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_millis(200));
        assert_eq!(stage.byes(0).len(), 1);
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn a_session_that_would_be_too_short_is_not_begun_or_kept() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let short = ["Supported: timer", "Session-Expires: 60"];
        let call = stage.invite(invitation(&short));
        assert_eq!(stage.statuses(call), [422]);
        assert_eq!(stage.answer(call).header("Min-SE"), Some("90"));
        stage.ack(call);
        assert!(stage.network.sms.submitted.is_empty(), "nobody is asked");
        let mut stage = chatting(Plan::new(layout), &TIMED);
        for method in ["INVITE", "UPDATE"] {
            let refusal = ask(&mut stage, method, &short, "");
            assert_eq!((refusal.status(), refusal.header("Min-SE")), (Some(422), Some("90")), "{method}");
            if method == "INVITE" {
                acknowledge(&mut stage);
            }
        }
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// interworking 2.3 item 11
#[test]
fn where_the_client_knows_no_timer_the_gateway_refreshes() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &["Allow: INVITE, ACK, BYE, CANCEL, UPDATE"]);
        assert_eq!(stage.answer(0).header("Session-Expires"), Some("1800;refresher=uas"));
        assert_eq!(stage.answer(0).header("Require"), None);
        for refreshes in [1, 2, 3] {
            stage.network.wait(Duration::from_secs(901));
            assert_eq!(updates(&stage).len(), refreshes);
        }
        let update = updates(&stage)[2];
        assert_eq!(update.header("Session-Expires"), Some("1800;refresher=uac"));
        assert_eq!(update.request_uri(), format!("sip:alice@{UE}"));
        assert_eq!(update.header("Route"), Some(&format!("<sip:mo@{SCSCF};lr>")[..]));
        // Then the client is gone without a word.
        stage.network.answers_byes = false;
        stage.network.wait(Duration::from_secs(925));
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_secs(8));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        assert_eq!(stage.network.count(Count::Sessions), 1, "until its BYE is over, too");
        stage.network.wait(SIXTY_FOUR_T1);
        stage
    });
}

#[test]
fn a_goodbye_overtakes_a_refresh_that_nobody_has_answered() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &["Allow: INVITE, ACK, BYE, CANCEL, UPDATE"]);
        stage.network.answers_byes = false;
        stage.network.wait(Duration::from_secs(901));
        assert!(!updates(&stage).is_empty());
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        let ended = stage.byes(0).len();
        assert_eq!(ended, 1);
        // The late answer to the UPDATE is nobody's.
        let late = answer(updates(&stage)[0], 200);
        stage.send(0, late);
        let goodbye = answer(stage.byes(0)[0], 200);
        stage.send(0, goodbye);
        assert_eq!(stage.network.count(Count::Sessions), 0);
        stage
    });
}

#[test]
fn a_goodbye_right_after_a_refresh_is_given_up_in_its_own_time() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &["Allow: INVITE, ACK, BYE, CANCEL, UPDATE"]);
        stage.network.wait(Duration::from_secs(901));
        assert_eq!(updates(&stage).len(), 1, "and it was answered");
        stage.network.answers_byes = false;
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert_eq!((stage.byes(0).len(), stage.network.count(Count::Sessions)), (11, 0));
        stage
    });
}

#[test]
fn a_goodbye_ends_the_repetition_of_an_answer_to_a_reinvite() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        assert_eq!(ask(&mut stage, "INVITE", &TIMED, "").status(), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        let answers = |stage: &Stage| {
            stage.heard(0).filter(|sip| sip.status() == Some(200) && is_of(sip, "INVITE")).count()
        };
        let before = answers(&stage);
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(answers(&stage), before);
        stage
    });
}

#[test]
fn a_second_reinvite_does_without_the_ack_of_the_first() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), &TIMED);
        for _ in 0..2 {
            assert_eq!(ask(&mut stage, "INVITE", &TIMED, &offer("actpass")).status(), Some(200));
        }
        acknowledge(&mut stage);
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

/// A chat whose INVITE had these header lines.
fn chatting(plan: Plan, headers: &[&str]) -> Stage {
    let mut stage = Stage::of(plan);
    let call = stage.invite(invitation(headers));
    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
    stage.ack(call);
    stage.connect(call);
    stage
}

fn invitation(headers: &[&str]) -> Invitation {
    headers.iter().fold(Invitation::to(BOB), |invitation, line| invitation.with(line))
}

/// A request in the dialog with these header lines and this offer; what it hears.
fn ask(stage: &mut Stage, method: &str, headers: &[&str], offer: &str) -> SipText {
    stage.calls[0].cseq += 1;
    let mut lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    lines.push_str(&format!("Contact: <sip:alice@{UE}>\r\n"));
    if !offer.is_empty() {
        lines.push_str("Content-Type: application/sdp\r\n");
    }
    let length = offer.len();
    let bare = stage.calls[0].in_dialog(method);
    let text =
        bare.replace("Content-Length: 0\r\n\r\n", &format!("{lines}Content-Length: {length}\r\n\r\n{offer}"));
    stage.send(0, text);
    let cseq = format!("{} {method}", stage.calls[0].cseq);
    let mut answers = stage.heard(0).filter(|sip| sip.need("CSeq") == cseq);
    answers.find(|sip| sip.status().is_some_and(|status| status >= 200)).expect("a final answer").clone()
}

/// The ACK of the last INVITE in the dialog.
fn acknowledge(stage: &mut Stage) {
    let ack = stage.calls[0].in_dialog("INVITE").replace("INVITE", "ACK");
    stage.send(0, ack);
}

fn updates(stage: &Stage) -> Vec<&SipText> {
    stage.heard(0).filter(|sip| sip.status().is_none() && sip.method() == "UPDATE").collect()
}

fn is_of(response: &SipText, method: &str) -> bool {
    response.need("CSeq").ends_with(method)
}

/// A client that refreshes by itself.
const TIMED: [&str; 2] = ["Supported: timer", "Session-Expires: 1800;refresher=uac"];
