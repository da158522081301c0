use alloc::vec;
use core::time::Duration;

use msrp::Status;

use super::*;
use crate::rehearsal::{Answer, FakeInvitee, Players, Rehearsal, address, number, s};
use crate::{Scscf, ScscfSetup};

const UE_AT: &str = "127.0.0.1:5070";
const SCSCF_AT: &str = "127.0.0.1:5060";
const GATEWAY_AT: &str = "127.0.0.1:5080";
const MSRP_AT: &str = "127.0.0.1:5090";
const BOB: &str = "4915550001";

struct Parties {
    ue: ChatUser,
    scscf: Scscf,
    invitee: FakeInvitee,
}

impl Players for Parties {
    fn all(&mut self) -> Vec<&mut dyn Actor> {
        vec![&mut self.ue, &mut self.scscf, &mut self.invitee]
    }
}

fn play(answer: Answer, after: Duration, script: ChatScript) -> Rehearsal<Parties> {
    let setup = UeSetup { address: address(UE_AT), scscf: address(SCSCF_AT), domain: "ims.example".into() };
    let scscf = ScscfSetup {
        address: address(SCSCF_AT),
        ue: address(UE_AT),
        isc: address(GATEWAY_AT),
        domain: "ims.example".into(),
    };
    let parties = Parties {
        ue: ChatUser::new(setup, WallClock::default(), Entropy::from_seed([5; 32])).with(script),
        scscf: Scscf::new(scscf),
        invitee: FakeInvitee::new(address(GATEWAY_AT), answer, after),
    };
    Rehearsal::new(parties, &[(UE_AT, 0), (SCSCF_AT, 1), (GATEWAY_AT, 2), (MSRP_AT, 2)])
}

fn record(play: &Rehearsal<Parties>) -> ChatRecord {
    play.players.ue.record(0).expect("a chat").clone()
}

fn alice() -> ChatScript {
    ChatScript::new("alice", number("4670")).shown_as("Alice").then(Step::Invite(number(BOB)))
}

#[test]
fn a_chat_from_its_invitation_to_its_end() {
    let script = alice()
        .then(Step::ExpectStatus(180))
        .then(Step::ExpectStatus(200))
        .then(Step::SendText("Hello Bob".into()))
        .then(Step::ExpectText("re: Hello Bob".into()))
        .then(Step::SendText("Grüße".into()))
        .then(Step::ExpectAnyText)
        .then(Step::Bye);
    let mut play = play(Answer::Status(200), s(3), script);
    play.start();
    play.wait(s(10));
    let record = record(&play);
    assert!(record.is_as_scripted(), "{record:?}");
    assert_eq!(record.statuses, [100, 180, 200]);
    assert_eq!(record.acknowledged().collect::<Vec<_>>(), ["Hello Bob", "Grüße"]);
    assert_eq!(record.received, ["re: Hello Bob", "re: Grüße"]);
    assert_eq!(record.ended_by, Some(EndedBy::ChatUser));
    let invitee = &play.players.invitee;
    assert_eq!(invitee.requests, ["INVITE", "ACK", "BYE"]);
    assert!(invitee.bound, "the first SEND binds the connection");
    assert_eq!(invitee.texts, ["Hello Bob", "Grüße"]);
    assert!(invitee.hung_up_after_bye, "a connection that ends before the dialog looks like a lost one");
    let (ue, gateway) = (Participant::ChatUser, Participant::Gateway);
    assert_eq!(
        play.arrows(ue, gateway)[..4],
        ["MSRP SEND", "MSRP SEND \"Hello Bob\"", "MSRP 200", "MSRP 200"],
        "two chunks, two responses"
    );
    assert_eq!(play.arrows(ue, Participant::Scscf), ["INVITE", "ACK", "BYE"]);
}

#[test]
fn what_is_lost_is_sent_again() {
    let script = alice().then(Step::ExpectStatus(200)).then(Step::Bye);
    let mut play = play(Answer::Status(200), s(1), script);
    play.to_lose = vec!["INVITE", "INVITE", "SIP/2.0 200", "ACK", "BYE"];
    play.start();
    play.wait(s(30));
    assert!(play.to_lose.is_empty());
    let record = record(&play);
    assert!(record.is_as_scripted(), "{record:?}");
    let requests = &play.players.invitee.requests;
    assert_eq!(requests.iter().filter(|request| *request == "INVITE").count(), 1);
    assert!(requests.contains(&"ACK".into()) && requests.contains(&"BYE".into()));
    let accepted = record.statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(accepted, 1, "one acceptance, however often it came");
}

#[test]
fn a_refusal_is_acknowledged_and_ends_the_chat() {
    let script = alice().then(Step::ExpectStatus(603));
    let mut play = play(Answer::Status(603), s(1), script);
    play.start();
    play.wait(s(40));
    assert!(record(&play).is_as_scripted());
    assert_eq!(record(&play).final_status(), Some(603));
    // The fake repeats its answer until an ACK comes: one came at once.
    assert_eq!(play.players.invitee.requests, ["INVITE", "ACK"]);
}

#[test]
fn an_invitation_is_taken_back_while_it_rings() {
    let script = alice()
        .then(Step::ExpectStatus(180))
        .then(Step::Wait(s(2)))
        .then(Step::Cancel)
        .then(Step::ExpectStatus(487));
    let mut play = play(Answer::Ring, s(1), script);
    play.start();
    play.wait(s(1));
    assert_eq!(play.players.invitee.requests, ["INVITE"]);
    play.wait(s(5));
    assert!(record(&play).is_as_scripted(), "{:?}", record(&play));
    assert_eq!(play.players.invitee.requests, ["INVITE", "CANCEL", "ACK"]);
}

#[test]
fn the_other_side_may_leave() {
    let script =
        alice().then(Step::ExpectStatus(200)).then(Step::SendText("STOP".into())).then(Step::ExpectBye);
    let mut play = play(Answer::Status(200), s(1), script);
    play.players.invitee.leaves_after = Some(1);
    play.start();
    play.wait(s(5));
    let record = record(&play);
    assert!(record.is_as_scripted(), "{record:?}");
    assert_eq!(record.ended_by, Some(EndedBy::Gateway));
    assert_eq!(play.players.invitee.responses, [200], "its BYE is answered");
}

#[test]
fn a_refused_text_is_in_the_record_and_the_chat_goes_on() {
    let script = alice().then(Step::ExpectStatus(200)).then(Step::SendText("no".into())).then(Step::Bye);
    let mut play = play(Answer::Status(200), s(1), script);
    play.players.invitee.msrp_status = Status::STOP_SENDING;
    play.start();
    play.wait(s(5));
    let record = record(&play);
    assert!(record.is_complete && !record.is_as_scripted());
    assert_eq!(record.sent[0].status, Some(413));
}

#[test]
fn what_was_not_expected_is_said_and_the_chat_is_left() {
    let script = alice().then(Step::ExpectStatus(200)).then(Step::ExpectText("never said".into()));
    let mut play = play(Answer::Status(200), s(1), script.patient_for(s(20)));
    play.start();
    play.wait(s(30));
    assert_eq!(record(&play).failure, Some(Failure { step: 2, why: Why::NoPatience }));
    assert_eq!(play.players.invitee.requests, ["INVITE", "ACK", "BYE"], "nobody is left hanging");
}

#[test]
fn another_answer_than_the_expected_one_is_a_failure() {
    let script = alice().then(Step::ExpectStatus(200));
    let mut play = play(Answer::Status(486), s(1), script);
    play.start();
    play.wait(s(5));
    assert_eq!(record(&play).failure, Some(Failure { step: 1, why: Why::Unexpected }));
}

#[test]
fn an_invitation_that_nobody_answers_is_given_up_after_its_time() {
    let script = alice().then(Step::ExpectStatus(200));
    let mut play = play(Answer::Silence, s(1), script);
    play.start();
    play.wait(s(31));
    assert!(!record(&play).is_done());
    play.wait(s(2));
    assert_eq!(record(&play).failure, Some(Failure { step: 1, why: Why::NoAnswer }));
    // RFC 3261 17.1.1.2: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
    assert_eq!(play.players.invitee.requests.len(), 7);
}

#[test]
fn who_hides_shows_himself_to_the_network_only() {
    let script = alice().hidden().then(Step::ExpectStatus(180));
    let mut play = play(Answer::Ring, s(1), script);
    let mut out = Out::new();
    play.players.ue.handle(Instant::ZERO, Event::Start, &mut out);
    let invite = out.drain().find_map(|effect| match effect {
        crate::Effect::Datagram { bytes, .. } => String::from_utf8(bytes).ok(),
        _ => None,
    });
    let invite = invite.expect("an INVITE");
    assert!(invite.contains("From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
    assert!(invite.contains("\r\nPrivacy: id\r\n"));
    assert!(invite.contains("P-Preferred-Identity: \"Alice\" <sip:+4670@ims.example>"));
}

#[test]
fn a_request_that_belongs_to_no_chat_is_refused() {
    let mut play = play(Answer::Ring, s(1), alice());
    play.start();
    let stray = "BYE sip:x@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n\
                 From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: unknown\r\nCSeq: 1 BYE\r\n\
                 Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    let mut out = Out::new();
    let event = Event::Datagram { from: address(SCSCF_AT), bytes: stray.as_bytes() };
    play.players.ue.handle(Instant::ZERO, event, &mut out);
    let answer = out.drain().find_map(|effect| match effect {
        crate::Effect::Datagram { to, bytes } => Some((to, String::from_utf8(bytes).expect("text"))),
        _ => None,
    });
    let (to, answer) = answer.expect("an answer");
    assert_eq!(to, address(SCSCF_AT));
    assert!(answer.starts_with("SIP/2.0 481 "));
}

#[test]
fn several_chats_of_one_user_do_not_mix() {
    let mut play = play(Answer::Ring, s(1), alice().then(Step::ExpectStatus(180)));
    for name in ["second", "third"] {
        let script = ChatScript::new(name, number("4671")).then(Step::Invite(number(BOB)));
        play.players.ue.add(script.then(Step::ExpectStatus(180)).then(Step::ExpectStatus(200)));
    }
    play.start();
    play.wait(s(5));
    let records: Vec<_> =
        play.players.ue.records().map(|record| (record.name.clone(), record.is_done())).collect();
    assert_eq!(records, [("alice".into(), true), ("second".into(), false), ("third".into(), false)]);
}

#[test]
fn texts_do_not_print() {
    let script = alice().then(Step::SendText("secret".into()));
    let play = play(Answer::Ring, s(1), script.clone());
    let shown = alloc::format!("{script:?} {:?} {:?}", play.players.ue, record(&play));
    assert!(!shown.contains("secret") && !shown.contains("4670") && !shown.contains("Alice"));
}

#[test]
fn a_ringing_that_must_arrive_is_acknowledged_once() {
    let script =
        |reliability| alice().with_reliability(reliability).then(Step::ExpectStatus(200)).then(Step::Bye);
    for (reliability, pracks) in [
        (Reliability::Unknown, 0),
        (Reliability::Offered, 0),
        (Reliability::Demanded, 1),
        (Reliability::Forgotten, 0),
    ] {
        let mut play = play(Answer::Status(200), s(3), script(reliability));
        play.to_lose = vec!["SIP/2.0 100"];
        play.start();
        play.wait(s(10));
        assert!(record(&play).is_as_scripted(), "{reliability:?}: {:?}", record(&play));
        let racks: Vec<_> =
            play.players.invitee.racks.iter().map(|rack| (rack.rseq, rack.cseq.number)).collect();
        assert_eq!(racks, [(17, 1); 1][..pracks], "{reliability:?}");
    }
}

#[test]
fn a_client_refreshes_its_session_until_it_stops() {
    let habit = |by| SessionHabit {
        interval_s: 90,
        at_first: Refreshing::Theirs,
        later: Refreshing::Own,
        by,
        every: s(2),
        times: 2,
        grants: true,
    };
    for (by, methods) in [
        (Refresh::Update, &["INVITE", "ACK", "UPDATE", "UPDATE", "BYE"][..]),
        (Refresh::BareInvite, &["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "BYE"]),
        (Refresh::Hold, &["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "BYE"]),
    ] {
        let script = alice()
            .with_session(Some(habit(by)))
            .then(Step::ExpectStatus(200))
            .then(Step::Wait(s(9)))
            .then(Step::Bye);
        let mut play = play(Answer::Status(200), s(1), script);
        play.start();
        play.wait(s(15));
        assert!(record(&play).is_as_scripted(), "{by:?}: {:?}", record(&play));
        let invitee = &play.players.invitee;
        assert_eq!(invitee.requests, methods, "{by:?}");
        let wished = ["90;refresher=uas", "90;refresher=uac", "90;refresher=uac"];
        assert_eq!(invitee.expires, wished, "{by:?}: first the other side is to refresh, then the client");
    }
}
