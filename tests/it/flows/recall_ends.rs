//! A chat user who is called back does not come, or comes too late: what the SMS user's words become, and that nothing is left of it
//! (interworking 11 row 28, 2.9 rule 7).

use interwork::{Identity, LeaveHint, Msisdn, Subscriber};
use shard::{Cargo, Count, Ending, SHARED_SIP, Whose};
use tempo::Duration;

use super::languages::{speak, tag};
use super::recall::{chatting, delivery, heard, idle, invitation, own, write};
use super::registration::register;
use crate::paper::call::{ALICE, SCSCF, offer};
use crate::paper::callee::{
    IDLE, LEFT, accepted, accepts, accepts_with, answering, answers, called, closes, requests,
};
use crate::paper::page::pages;
use crate::paper::plan::{ENDED, OVER};
use crate::paper::sms_side::digits;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

#[test]
fn what_the_chat_users_side_says_is_what_the_service_centre_hears() {
    on_every_layout(|layout| {
        for (status, expected) in [
            (486, Delivery::NotNow),
            (480, Delivery::NotNow),
            (408, Delivery::NotNow),
            (503, Delivery::NotNow),
            (600, Delivery::NotNow),
            (302, Delivery::NotNow),
            (404, Delivery::NoSession),
            (604, Delivery::NoSession),
            (603, Delivery::NoSession),
            (403, Delivery::NoSession),
            (488, Delivery::NoSession),
        ] {
            let mut stage = idle(own(layout));
            let tickets = [write(&mut stage, "hello?"), write(&mut stage, "hello?!")];
            let invite = called(&stage);
            answers(&mut stage, &invite, 100, "ue");
            answers(&mut stage, &invite, status, "ue");
            answers(&mut stage, &invite, status, "ue");
            assert_eq!(tickets.map(|ticket| delivery(&stage, ticket)), [expected; 2], "{status}");
            let acks = requests(&stage, "ACK");
            assert_eq!(acks.len(), 2, "each repetition of the refusal");
            assert_eq!(
                (acks[0].need("Via"), acks[0].request_uri()),
                (invite.need("Via"), invite.request_uri())
            );
            assert_eq!(acks[0].to_tag(), Some("ue"));
            assert_eq!(stage.network.count(Count::RecallsFailed), 1);
            // What comes again calls again, or goes the way of all without a chat.
            let again = write(&mut stage, "hello?");
            match expected {
                Delivery::NotNow => {
                    assert_eq!(stage.network.count(Count::Recalls), 2);
                    let call = accepted(&mut stage);
                    stage.connect(call);
                    closes(&mut stage, call, LEFT);
                }
                _ => assert_eq!((stage.network.count(Count::Recalls), pages(&stage).len()), (1, 1)),
            }
            assert_eq!(delivery(&stage, again), Delivery::Taken);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn nobody_rings_longer_than_the_service_centre_waits() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "ue");
        stage.network.wait(Duration::from_millis(19_900));
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting);
        assert_eq!(requests(&stage, "INVITE").len(), 1, "it has arrived, and is not repeated");
        let more = write(&mut stage, "hello?!");
        stage.network.wait(Duration::from_secs(1));
        assert_eq!(
            [ticket, more].map(|ticket| delivery(&stage, ticket)),
            [Delivery::NotNow, Delivery::Waiting]
        );
        assert!(requests(&stage, "CANCEL").is_empty(), "somebody waits");
        stage.network.wait(Duration::from_secs(20));
        assert_eq!(delivery(&stage, more), Delivery::NotNow);
        let [cancel] = requests(&stage, "CANCEL")[..] else { panic!("one CANCEL") };
        assert_eq!(cancel.need("Via"), invite.need("Via"));
        assert_eq!((cancel.need("CSeq"), cancel.need("Route")), ("1 CANCEL", invite.need("Route")));
        assert_eq!(stage.network.count(Count::Sessions), 0);
        answers(&mut stage, &invite, 487, "ue");
        assert_eq!(requests(&stage, "ACK").len(), 1);
        assert_eq!(stage.network.count(Count::ChatsAside), 1, "he may be called again");
        stage
    });
}

#[test]
fn an_invite_that_nobody_answers_is_repeated_and_forgotten() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        let ticket = write(&mut stage, "hello?");
        stage.network.wait(Duration::from_secs(21));
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        let sent = requests(&stage, "INVITE");
        assert!(sent.len() > 4 && sent.iter().all(|invite| invite.text() == sent[0].text()));
        stage.network.wait(SIXTY_FOUR_T1);
        assert!(requests(&stage, "CANCEL").is_empty(), "RFC 3261 9.1: not before something has come back");
        stage
    });
}

// RFC 3261 9.1
#[test]
fn a_cancel_waits_for_the_first_answer_and_is_repeated() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        stage.network.answers_byes = false;
        write(&mut stage, "hello?");
        stage.network.wait(Duration::from_secs(21));
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "ue");
        stage.network.wait(Duration::from_secs(5));
        assert!(requests(&stage, "CANCEL").len() > 3);
        // Neither the one nor the other is ever answered.
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(stage.network.count(Count::Transactions), 0);
        stage.network.answers_byes = true;
        stage
    });
}

#[test]
fn who_accepts_while_the_call_is_withdrawn_is_told_goodbye() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "ue");
        stage.network.wait(Duration::from_secs(21));
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        accepts(&mut stage, &invite, "ue");
        accepts(&mut stage, &invite, "ue");
        assert_eq!(requests(&stage, "ACK").len(), 2);
        let [bye] = requests(&stage, "BYE")[..] else { panic!("one BYE") };
        assert!(bye.need("Reason").contains("cause=480"));
        assert_eq!((bye.need("CSeq"), bye.to_tag()), ("2 BYE", Some("ue")));
        assert_eq!((stage.network.count(Count::Sessions), stage.network.count(Count::MsrpSessions)), (0, 0));
        stage
    });
}

#[test]
fn stop_withdraws_the_call_and_what_was_said_before_it_calls_nobody() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "ue");
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        assert_eq!(requests(&stage, "CANCEL").len(), 1);
        answers(&mut stage, &invite, 487, "ue");
        let late = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, late), Delivery::NoSession);
        assert_eq!(stage.network.count(Count::Recalls), 1);
        // And to a chat that only the client has left it is no reason to call it.
        let mut stage = idle(Plan::new(layout));
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        let late = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, late), Delivery::NoSession);
        assert!(requests(&stage, "INVITE").is_empty());
        stage
    });
}

#[test]
fn stop_is_understood_in_the_language_of_the_chat() {
    on_every_layout(|layout| {
        let mut plan = own(layout);
        speak(&mut plan.policy);
        let alice = Identity::Number(Msisdn(digits(ALICE)));
        plan.provisioned = vec![(alice, Subscriber { language: Some(tag("de")), ..Subscriber::ANYBODY })];
        let mut stage = chatting(plan, invitation());
        closes(&mut stage, 0, IDLE);
        assert_eq!(stage.sms_user_says("Ende"), Delivery::Taken);
        assert!(requests(&stage, "INVITE").is_empty());
        stage
    });
}

#[test]
fn a_client_whose_answer_cannot_be_used_is_told_goodbye() {
    on_every_layout(|layout| {
        for sdp in [
            offer("passive"),
            offer("active").replace("m=message 2855", "m=message 0"),
            offer("active").replace("TCP/MSRP", "TCP/TLS/MSRP"),
            "v=0\r\nrubbish".to_string(),
            String::new(),
        ] {
            let mut stage = idle(Plan::new(layout));
            let ticket = write(&mut stage, "hello?");
            let invite = called(&stage);
            accepts_with(&mut stage, &invite, "ue", &sdp, "");
            assert_eq!(delivery(&stage, ticket), Delivery::NoSession, "{sdp}");
            assert_eq!((requests(&stage, "ACK").len(), requests(&stage, "BYE").len()), (1, 1));
            assert_eq!(stage.network.count(Count::ChatsAside), 0);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn a_200_that_is_too_long_to_be_kept_is_acknowledged_and_ended() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        let long: String = (0..40)
            .map(|hop| format!("Record-Route: <sip:{hop}.a-long-name-of-a-proxy.ims.example;lr>\r\n"))
            .collect();
        accepts_with(&mut stage, &invite, "ue", &offer("active"), &long);
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        assert_eq!((requests(&stage, "ACK").len(), requests(&stage, "BYE").len()), (1, 1));
        stage
    });
}

#[test]
fn who_accepts_and_never_connects_is_called_three_times() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        for _ in 0..3 {
            let ticket = write(&mut stage, "hello?");
            accepted(&mut stage);
            stage.network.wait(Duration::from_secs(31));
            assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        }
        let ticket = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        assert_eq!(stage.network.count(Count::Recalls), 3);
        assert_eq!(stage.sms_user_heard(), [ENDED], "once it is over for good");
        stage
    });
}

#[test]
fn who_is_registered_no_longer_is_not_rung_on() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "ue");
        register(&mut stage, 0, 0);
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        assert_eq!(requests(&stage, "CANCEL").len(), 1);
        answers(&mut stage, &invite, 487, "ue");
        let late = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, late), Delivery::NotNow, "absent");
        stage
    });
}

#[test]
fn the_operator_and_the_end_of_service_withdraw_a_call() {
    on_every_layout(|layout| {
        for order in [
            Cargo::EndChats(Ending { whose: Whose::Everybodys, goodbye: interwork::Goodbye::Operator }),
            Cargo::Stop,
        ] {
            let mut stage = idle(own(layout));
            let ticket = write(&mut stage, "hello?");
            let invite = called(&stage);
            answers(&mut stage, &invite, 180, "ue");
            stage.network.order(order);
            assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
            assert_eq!(requests(&stage, "CANCEL").len(), 1);
            answers(&mut stage, &invite, 487, "ue");
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn without_room_for_an_invite_the_service_centre_keeps_its_message() {
    on_every_layout(|layout| {
        let mut plan = own(layout);
        plan.sessions_max = 1;
        let mut stage = idle(plan);
        // Somebody else takes the last place on this shard.
        let other = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(other), [100, 180]);
        let number = ALICE.trim_start_matches('+');
        let ticket = stage.text(BOB, number, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        assert_eq!(stage.network.count(Count::ChatsAside), 1, "it can still be gone on with");
        let cancel = stage.calls[other].cancel();
        stage.send(other, cancel);
        stage.ack(other);
        let ticket = stage.text(BOB, number, "hello?");
        let call = accepted(&mut stage);
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn a_device_too_many_is_acknowledged_although_there_is_no_room_to_say_goodbye() {
    on_every_layout(|layout| {
        let mut plan = own(layout);
        plan.sessions_max = 1;
        let mut stage = idle(plan);
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        for tag in ["phone", "tablet", "watch"] {
            accepts(&mut stage, &invite, tag);
        }
        assert_eq!((requests(&stage, "ACK").len(), requests(&stage, "BYE").len()), (3, 1));
        assert_eq!(stage.network.count(Count::Overloads), 1);
        let call = answering(&mut stage, &invite, "phone");
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn beyond_the_limit_the_oldest_chat_is_over_for_good() {
    on_every_layout(|layout| {
        let mut plan = own(layout);
        plan.sessions_max = 1;
        let mut stage = idle(plan);
        let other = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(other);
        stage.connect(other);
        closes(&mut stage, other, IDLE);
        assert_eq!(stage.network.count(Count::ChatsAside), 1);
        let alice = ALICE.trim_start_matches('+');
        let ticket = stage.text(BOB, alice, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::Taken, "as a MESSAGE");
        assert_eq!((requests(&stage, "INVITE").len(), pages(&stage).len()), (0, 1));
        stage
    });
}

#[test]
fn an_invite_of_ours_that_comes_back_by_filter_criteria_goes_round_once() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        let via = format!("Via: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-round\r\nVia: ");
        let back = invite
            .text()
            .replacen("INVITE sip:alice@ims.example", &format!("INVITE tel:{ALICE}"), 1)
            .replacen("Via: ", &via, 1);
        let letters = stage.network.letters.len();
        stage.network.send(0, SHARED_SIP, SCSCF, back);
        stage.network.settle();
        let heard: Vec<_> =
            stage.network.letters[letters..].iter().filter_map(|letter| letter.sip.status()).collect();
        assert_eq!(heard, [482]);
        assert!(stage.sms_user_heard().is_empty());
        answers(&mut stage, &invite, 482, "ue");
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        stage
    });
}

/// Bob has not answered Alice's invitation in time.
fn unanswered(layout: Layout, call_back: bool) -> Stage {
    let mut stage = Stage::of(Plan::with(layout, |policy| {
        policy.call_back = call_back;
        policy.tell_late = true;
        policy.leave_hint = LeaveHint::First;
    }));
    register(&mut stage, 0, 600_000);
    stage.invite(invitation());
    stage.network.wait(Duration::from_secs(601));
    assert_eq!(stage.statuses(0).last(), Some(&480));
    stage.ack(0);
    stage.network.sms.submitted.clear();
    stage
}

// interworking 2.9 rule 7
#[test]
fn by_policy_a_late_yes_calls_the_chat_user_who_had_invited() {
    on_every_layout(|layout| {
        let mut stage = unanswered(layout, true);
        assert_eq!(stage.sms_user_says("yes!"), Delivery::Taken, "a word for us");
        let invite = called(&stage);
        assert_eq!(invite.need("Conversation-ID"), "f81d4fae");
        let call = accepted(&mut stage);
        let ticket = write(&mut stage, "hello Alice");
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting);
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(heard(&stage, call), ["hello Alice"], "and not the yes");
        stage.send_text(call, "hello Bob", "");
        assert_eq!(stage.sms_user_heard(), ["hello Bob (STOP ends)"]);
        closes(&mut stage, call, LEFT);
        stage
    });
}

// interworking 2.9 rules 5 and 7
#[test]
fn a_late_word_that_is_no_yes_or_that_the_policy_does_not_want_hears_that_it_is_over() {
    on_every_layout(|layout| {
        for (call_back, word) in [(false, "YES"), (true, "NO"), (true, "who is that?"), (true, "STOP")] {
            let mut stage = unanswered(layout, call_back);
            assert_eq!(stage.sms_user_says(word), Delivery::Taken, "{word}");
            assert_eq!(stage.sms_user_heard(), [OVER]);
            assert!(requests(&stage, "INVITE").is_empty());
        }
        Stage::new(layout)
    });
}

#[test]
fn who_said_yes_too_late_is_told_when_the_chat_user_does_not_come() {
    on_every_layout(|layout| {
        let mut stage = unanswered(layout, true);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        let invite = called(&stage);
        answers(&mut stage, &invite, 486, "ue");
        assert_eq!(stage.sms_user_heard(), [OVER]);
        // He may try once more, and it rings as long as for anybody.
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        let again = called(&stage);
        answers(&mut stage, &again, 180, "ue");
        stage.network.wait(Duration::from_secs(21));
        assert_eq!(requests(&stage, "CANCEL").len(), 1);
        answers(&mut stage, &again, 487, "ue");
        assert_eq!(stage.network.count(Count::Sessions), 0);
        stage
    });
}

#[test]
fn a_call_that_arrives_at_the_wrong_shard_and_out_of_order_is_one_call() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        accepts(&mut stage, &invite, "ue");
        // A ringing that was overtaken, and a refusal of nobody.
        for status in [180, 486] {
            answers(&mut stage, &invite, status, "ue");
        }
        let call = answering(&mut stage, &invite, "ue");
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(stage.network.count(Count::SipStrayResponses), 0);
        stage.network.wait(SIXTY_FOUR_T1);
        accepts(&mut stage, &invite, "ue");
        assert_eq!(stage.network.count(Count::SipStrayResponses), 1, "long after, nobody waits for it");
        assert_eq!(stage.sms_user_says("on"), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}
