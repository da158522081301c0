use alloc::string::ToString;
use alloc::vec;

use sms::{Status, Validity};

use super::*;
use crate::rehearsal::surroundings::{BOB, POOL, SC, surroundings};
use crate::rehearsal::{number, s};
use crate::sms_user::{Script, When};
use crate::{Manner, SmsUser};

#[test]
fn a_text_reaches_its_user_and_is_acknowledged_with_a_report() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.submit(number(SC), number(POOL), number(BOB), "Alice invites you");
    play.wait(s(1));
    let [(outcome, report)] = play.players.gateway.ofas.as_slice() else { panic!("one OFA") };
    assert_eq!(*outcome, Outcome::Success);
    let report = report.as_ref().expect("an SMS-SUBMIT-REPORT");
    let scts = SmsSubmitReport::parse_ack(report).expect("readable").timestamp;
    assert!((1_768_746_640..1_768_746_642).contains(&scts.unix_seconds().expect("a date")));
    assert_eq!(scts.quarter_hours, 4);
    let heard = play.players.user.heard();
    assert_eq!(heard, [ShortText { from: number(POOL), to: number(BOB), text: "Alice invites you".into() }]);
    assert_eq!(play.arrows(Participant::Gateway, Participant::SmsCentre), ["OFR SMS-SUBMIT 1/1"]);
    assert_eq!(play.arrows(Participant::SmsCentre, Participant::Gateway), ["OFA 2001"]);
    assert_eq!(play.arrows(Participant::SmsCentre, Participant::SmsUser), ["SMS \"Alice invites you\""]);
}

#[test]
fn a_long_text_is_joined_before_its_user_sees_it() {
    let mut play = surroundings(SmsUser::new());
    let text = "Привет, как дела? ".repeat(12);
    let sent = play.players.gateway.submit(number(SC), number(POOL), number(BOB), &text);
    assert!(sent.len() > 2);
    play.wait(s(1));
    assert_eq!(play.players.gateway.ofas.len(), sent.len(), "each segment has its OFA");
    assert_eq!(play.players.user.heard().iter().map(|heard| heard.text.as_str()).collect::<Vec<_>>(), [text]);
    assert_eq!(play.players.centre.unfinished(), 0);
}

#[test]
fn a_repeated_request_gets_the_same_answer_and_is_not_delivered_twice() {
    let mut play = surroundings(SmsUser::new());
    let sent = play.players.gateway.submit(number(SC), number(POOL), number(BOB), "once");
    play.wait(s(1));
    play.players.gateway.repeat(sent[0].clone());
    play.wait(s(1));
    assert_eq!(play.players.gateway.ofas.len(), 2);
    assert!(play.players.gateway.ofas.iter().all(|(outcome, _)| *outcome == Outcome::Success));
    assert_eq!(play.players.user.heard().len(), 1);
}

#[test]
fn the_same_reference_with_reject_duplicates_is_refused_as_a_duplicate() {
    let mut play = surroundings(SmsUser::new());
    let mut submit = sms::SmsSubmit {
        message_reference: 7,
        destination: number(BOB),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::DAY,
        protocol_id: 0,
    };
    let plan = Plan::of("once".chars(), 1).expect("short");
    for reject_duplicates in [false, true] {
        submit.reject_duplicates = reject_duplicates;
        let tpdu = written(|out| submit.write(&plan, 0, 0, &mut "once".chars(), out));
        play.players.gateway.submit_tpdu(number(SC), number(POOL), &tpdu);
    }
    play.wait(s(1));
    let (outcome, report) = play.players.gateway.ofas[1].clone();
    assert_eq!(outcome, Experimental::SM_DELIVERY_FAILURE.into());
    let report = report.expect("a report");
    let cause = SmsSubmitReport::parse_error(&report).expect("readable").failure_cause;
    assert_eq!(cause, Some(sms::FailureCause::DUPLICATE));
    assert_eq!(play.players.user.heard().len(), 1);
}

#[test]
fn manners_are_kept_number_by_number() {
    let mut play = surroundings(SmsUser::new());
    let manners = [
        ("4910", Manner::Refuse(Experimental::USER_UNKNOWN)),
        ("4911", Manner::Fail(ResultCode::TOO_BUSY)),
        ("4912", Manner::Silent),
        ("4913", Manner::Late(s(10))),
        ("4914", Manner::BusyAtFirst(1)),
    ];
    for (to, manner) in manners {
        play.players.centre.treat(number(to), manner);
        play.players.gateway.submit(number(SC), number(POOL), number(to), to);
    }
    play.wait(s(5));
    let outcomes = |outcomes: &[(Outcome, Option<Vec<u8>>)]| {
        outcomes.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>()
    };
    let busy: Outcome = ResultCode::TOO_BUSY.into();
    let so_far: Vec<Outcome> = vec![Experimental::USER_UNKNOWN.into(), busy, busy];
    assert_eq!(outcomes(&play.players.gateway.ofas), so_far);
    assert!(play.players.user.heard().is_empty());
    play.players.gateway.submit(number(SC), number(POOL), number("4914"), "again");
    play.wait(s(10));
    let mut all = so_far;
    all.extend([Outcome::Success, Outcome::Success]);
    assert_eq!(outcomes(&play.players.gateway.ofas), all, "the busy one again, then the late one");
    let heard: Vec<_> = play.players.user.heard().iter().map(|heard| heard.text.as_str()).collect();
    assert_eq!(heard, ["again", "4913"]);
}

#[test]
fn what_cannot_be_taken_is_refused_with_its_cause() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.submit(number("1"), number(POOL), number(BOB), "not our centre");
    play.players.gateway.submit_tpdu(number(SC), number(POOL), &[0x01, 0x00]);
    // An SMS-DELIVER is nothing to submit; 4 semi-octets of a national number are no destination.
    play.players.gateway.submit_tpdu(number(SC), number(POOL), &[0x00, 0x00]);
    play.players.gateway.submit_tpdu(number(SC), number(POOL), &[0x01, 0, 4, 0xA1, 0x21, 0x43, 0, 0, 0]);
    play.wait(s(1));
    let causes: Vec<_> = play
        .players
        .gateway
        .ofas
        .iter()
        .map(|(outcome, report)| {
            assert_eq!(*outcome, Experimental::SM_DELIVERY_FAILURE.into());
            let report = report.as_ref().expect("a report");
            SmsSubmitReport::parse_error(report).expect("readable").failure_cause.expect("a cause")
        })
        .collect();
    assert_eq!(
        causes,
        [
            sms::FailureCause::CENTRE_FAILURE,
            sms::FailureCause::UNSPECIFIED,
            sms::FailureCause::TPDU_NOT_SUPPORTED,
            sms::FailureCause::INVALID_SME_ADDRESS,
        ]
    );
    assert!(play.players.user.heard().is_empty());
}

#[test]
fn a_reply_goes_out_in_segments_and_its_end_is_known() {
    let long = "x".repeat(200);
    let script = Script::default().on(When::Nth(1), s(1), &long);
    let mut play = surroundings(SmsUser::new().with(number(BOB), script));
    play.players.gateway.submit(number(SC), number(POOL), number(BOB), "Alice invites you");
    play.wait(s(5));
    let delivered = &play.players.gateway.delivered;
    assert_eq!(delivered.len(), 2);
    assert!(delivered.iter().all(|(from, ..)| *from == number(BOB)), "TP-OA is the SMS user");
    let joined: String = delivered.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(joined, long);
    let ends: Vec<_> = play.players.centre.deliveries().iter().map(|handed| handed.end).collect();
    assert_eq!(ends, [Some(DeliveryEnd::Delivered); 2]);
    let arrows = play.arrows(Participant::SmsGmsc, Participant::Gateway);
    assert_eq!(arrows, ["TFR SMS-DELIVER 1/2".to_string(), "TFR SMS-DELIVER 2/2".to_string()]);
}

#[test]
fn who_wants_to_know_is_told_by_status_report_what_became_of_his_text() {
    let mut play = surroundings(SmsUser::new());
    let report = |says: &[(u64, Status)], is_delivered| Report {
        says: says.iter().map(|(after, status)| (s(*after), *status)).collect(),
        is_delivered,
    };
    let habit = vec![
        report(&[(2, Status::TRYING_BUSY), (3, Status::DELIVERED), (0, Status::DELIVERED)], true),
        report(&[(1, Status::VALIDITY_EXPIRED)], false),
        report(&[], true),
    ];
    play.players.centre.report(number(BOB), habit);
    let submit = |reference, status_report_requested| sms::SmsSubmit {
        message_reference: reference,
        destination: number(BOB),
        reject_duplicates: false,
        status_report_requested,
        validity: Validity::DAY,
        protocol_id: 0,
    };
    for (reference, asks) in [(10, true), (11, false), (12, true), (13, true), (14, true)] {
        let plan = Plan::of("hello".chars(), 1).expect("short");
        let tpdu = written(|out| submit(reference, asks).write(&plan, 0, 0, &mut "hello".chars(), out));
        play.players.gateway.submit_tpdu(number(SC), number(POOL), &tpdu);
        play.wait(s(10));
    }
    let reported = &play.players.gateway.reported;
    let told: Vec<_> = reported.iter().map(|(reference, status)| (*reference, status.0)).collect();
    assert_eq!(
        told,
        [(10, 0x21), (10, 0x00), (10, 0x00), (12, 0x46), (14, 0x21), (14, 0x00), (14, 0x00)],
        "of the second one nobody wants to know, of the fourth nothing is said, then it begins again"
    );
    assert_eq!(play.players.user.heard().len(), 4, "one has failed");
    assert_eq!(play.players.centre.reports_due(), 0);
}
