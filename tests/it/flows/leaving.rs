//! The end of a chat, whoever ends it (TS 23.204 6.16, 6.17), and what comes after it.

use shard::{Count, OWN_SIP};
use tempo::Duration;

use crate::paper::call::{SCSCF, UE};
use crate::paper::plan::ENDED;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::texts::SipText;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

// TS 23.204 6.16.1 steps 2, 3 and 5; TS 29.311 6.1.1 item 4; interworking 2.6 item 4, 2.8 item 17, 11 row 11
#[test]
fn a_bye_is_answered_at_once_and_the_sms_user_is_told() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        // TS 23.204 6.16.1: the SMS side may take its time, the 200 may not.
        stage.network.sms.manners.verdict = Verdict::Silence;
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        assert!(!stage.network.wires[0].is_open, "the media connection goes with its session");
        stage
    });
}

#[test]
fn a_repeated_bye_is_answered_again_and_another_one_finds_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        let repetition = stage.calls[0].in_dialog("BYE");
        let own = usize::from(
            shard::owner_of(interwork::Msisdn(crate::paper::sms_side::digits(BOB)), layout.shards).0,
        );
        stage.network.send(own, OWN_SIP, SCSCF, repetition);
        stage.network.settle();
        let cseq = format!("{} BYE", stage.calls[0].cseq);
        let answers: Vec<_> = stage.heard(0).filter(|sip| sip.need("CSeq") == cseq).collect();
        assert_eq!(answers.iter().map(|sip| sip.status()).collect::<Vec<_>>(), [Some(200); 2]);
        assert_eq!(answers[0].to_tag(), answers[1].to_tag());
        assert_eq!(stage.request(0, "BYE"), Some(481));
        assert_eq!(stage.sms_user_heard(), [ENDED], "told once");
        stage
    });
}

#[test]
fn a_bye_that_came_to_the_shared_port_finds_its_chat() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.calls[0].cseq += 1;
        let bye = stage.calls[0].in_dialog("BYE");
        stage.send(0, bye);
        let answer = stage.heard(0).find(|sip| sip.need("CSeq") == "2 BYE").and_then(SipText::status);
        assert_eq!(answer, Some(200));
        stage
    });
}

#[test]
fn a_bye_of_a_stranger_ends_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let own_tag = stage.calls[0].from_tag.clone();
        // RFC 3261 12.2.2: all three parts of the dialog's name must agree.
        stage.calls[0].from_tag = "guessed".into();
        assert_eq!(stage.request(0, "BYE"), Some(481));
        stage.calls[0].from_tag = own_tag;
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// TS 23.204 6.16.1 NOTE 2; interworking 11 row 11
#[test]
fn without_the_policy_to_tell_the_sms_user_hears_nothing_at_bye() {
    on_every_layout(|layout| {
        // TS 23.204 6.16.1 NOTE 2
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.tell_at_bye = false));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert!(stage.sms_user_heard().is_empty());
        stage
    });
}

// TS 23.204 6.17 steps 1 to 3; TS 29.311 6.1.1 item 3; interworking 2.8 item 16
#[test]
fn the_sms_user_leaves_with_a_word_and_is_not_told_so() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        let byes = stage.byes(0);
        assert_eq!(byes.len(), 1);
        let bye = byes[0];
        assert_eq!(bye.need("Reason"), "SIP;cause=200;text=\"Call completed\"");
        // RFC 3261 12.2.1.1: along the route to the Contact, in the dialog of the 200.
        assert_eq!(bye.request_uri(), format!("sip:alice@{UE}"));
        assert_eq!(bye.need("Route"), format!("<sip:mo@{SCSCF};lr>"));
        assert!(bye.need("To").ends_with(&format!(";tag={}", stage.calls[0].from_tag)));
        let our_tag = stage.answer(0).to_tag().expect("a tag");
        assert!(bye.need("From").ends_with(&format!(";tag={our_tag}")));
        let letter = stage.network.letters.iter().find(|letter| letter.sip.method() == "BYE").expect("BYE");
        assert_eq!((letter.port, letter.to), (OWN_SIP, SCSCF));
        assert!(stage.sms_user_heard().is_empty(), "whoever leaves knows it");
        stage
    });
}

// interworking 2.6 item 12
#[test]
fn a_word_that_is_only_part_of_a_text_ends_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.sms_user_says("don't stop"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["don't stop"]);
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn late_words_after_the_end_are_refused() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.sms_user_says("STOP");
        assert_eq!(stage.sms_user_says("hello?"), Delivery::NoSession);
        stage.network.wait(Duration::from_secs(3600));
        assert_eq!(stage.sms_user_says("anybody?"), Delivery::NoSession);
        assert!(stage.chat_user_heard().is_empty());
        stage
    });
}

#[test]
fn words_while_our_goodbye_is_on_its_way_are_refused() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.sms_user_says("STOP");
        assert_eq!(stage.sms_user_says("one more thing"), Delivery::NoSession);
        assert_eq!(stage.chat_user_says("too late"), Some(481));
        assert!(stage.chat_user_heard().is_empty());
        stage
    });
}

#[test]
fn a_goodbye_that_nobody_answers_is_repeated_and_then_taken_as_said() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.sms_user_says("STOP");
        let first = stage.network.clock.now();
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        // RFC 3261 17.1.2.2: timer E at 0.5, 1.5 and 3.5 s, then every 4 s; timer F at 32 s.
        let letters = stage.network.letters.iter().filter(|letter| letter.sip.method() == "BYE");
        let after: Vec<u128> = letters.map(|letter| letter.at.since(first).as_millis()).collect();
        for (sent, due) in
            after.iter().zip([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
        {
            assert!((due..due + 50).contains(sent), "{after:?}");
        }
        assert_eq!(after.len(), 11);
        let byes = stage.byes(0);
        assert!(byes.iter().all(|bye| bye.text() == byes[0].text()), "one request, repeated");
        assert_eq!(stage.network.count(Count::Sessions), 0);
        stage
    });
}

#[test]
fn a_goodbye_that_is_refused_is_a_goodbye_all_the_same() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.sms_user_says("STOP");
        let refusal = crate::paper::call::answer(stage.byes(0)[0], 481);
        let shard =
            stage.network.letters.iter().find(|letter| letter.sip.method() == "BYE").expect("BYE").shard;
        stage.network.send(shard, OWN_SIP, SCSCF, refusal);
        stage.network.settle();
        assert_eq!(stage.network.count(Count::Sessions), 0);
        stage
    });
}

// interworking 2.8 item 18, 11 row 27
#[test]
fn a_silent_chat_is_ended_and_both_are_told() {
    on_every_layout(|layout| {
        let mut stage =
            Stage::chatting(Plan::with(layout, |policy| policy.idle_timer = Duration::from_secs(300)));
        stage.network.wait(Duration::from_secs(290));
        assert_eq!(stage.chat_user_says("are you there?"), Some(200));
        stage.network.wait(Duration::from_secs(290));
        assert_eq!(stage.sms_user_says("yes, busy"), Delivery::Taken);
        stage.network.wait(Duration::from_secs(299));
        assert!(stage.byes(0).is_empty(), "each word starts the silence anew");
        stage.network.wait(Duration::from_millis(1050));
        assert!(stage.byes(0)[0].need("Reason").contains("cause=480"));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

// interworking 2.8 item 15
#[test]
fn a_lost_media_connection_may_come_back() {
    on_every_layout(|layout| {
        // RFC 4975 5.4: the side that connected may connect again.
        let mut stage = Stage::chatting(Plan::new(layout));
        hang_up(&mut stage);
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "still there?");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        stage.network.wait(Duration::from_secs(10));
        stage.connect(0);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["still there?"]);
        assert_eq!(stage.chat_user_says("yes, a tunnel"), Some(200));
        stage.network.wait(Duration::from_secs(3600));
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_media_connection_that_does_not_come_back_ends_the_chat_and_both_are_told() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        hang_up(&mut stage);
        stage.network.wait(Duration::from_secs(29));
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_millis(1050));
        assert_eq!(stage.byes(0)[0].need("Reason"), "SIP;cause=480;text=\"Bearer unavailable\"");
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        stage
    });
}

#[test]
fn a_client_that_hangs_up_before_its_bye_hears_none_of_ours() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        hang_up(&mut stage);
        stage.network.wait(Duration::from_millis(300));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        stage
    });
}

/// The chat user's media connection is gone.
fn hang_up(stage: &mut Stage) {
    let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
    let (shard, link) = (wire.shard, wire.link);
    stage.network.cut(shard, link);
}

#[test]
fn a_chat_user_who_never_connects_is_left_and_both_are_told() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        stage.ack(0);
        stage.network.wait(Duration::from_secs(29));
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_millis(1050));
        assert!(stage.byes(0)[0].need("Reason").contains("cause=480"));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn an_answer_that_nobody_acknowledges_is_repeated_and_then_the_chat_is_ended() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.policy.connect_timer = Duration::from_secs(100);
        let mut stage = Stage::inviting(plan);
        stage.sms_user_says("YES");
        let first = stage.network.clock.now();
        stage.network.wait(Duration::from_millis(31_900));
        // RFC 3261 13.3.1.4: T1, doubled up to T2.
        let letters = stage.network.letters.iter().filter(|letter| letter.sip.status() == Some(200));
        let after: Vec<u128> = letters.map(|letter| letter.at.since(first).as_millis()).collect();
        for (sent, due) in
            after.iter().zip([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
        {
            assert!((due..due + 50).contains(sent), "{after:?}");
        }
        assert_eq!(after.len(), 11);
        assert!(stage.byes(0).is_empty());
        stage.network.wait(Duration::from_millis(200));
        assert!(stage.byes(0)[0].need("Reason").contains("cause=480"));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn a_late_ack_ends_the_repetition_of_the_answer() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        stage.network.wait(Duration::from_millis(1600));
        assert_eq!(stage.statuses(0), [100, 180, 200, 200, 200]);
        stage.ack(0);
        stage.ack(0);
        stage.connect(0);
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(stage.statuses(0), [100, 180, 200, 200, 200]);
        assert_eq!(stage.chat_user_says("here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_word_to_leave_before_the_ack_is_a_bye_after_it() {
    on_every_layout(|layout| {
        // RFC 3261 15: no BYE of the callee before the ACK.
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        stage.network.wait(Duration::from_secs(5));
        assert!(stage.byes(0).is_empty());
        stage.ack(0);
        assert!(stage.byes(0)[0].need("Reason").contains("cause=200"));
        assert_eq!(stage.network.count(Count::Sessions), 0);
        // Without an ACK, when there will be none.
        stage.invite(Invitation::to(BOB));
        stage.sms_user_says("YES");
        stage.sms_user_says("STOP");
        stage.network.wait(Duration::from_secs(31));
        assert!(stage.byes(1).is_empty());
        stage.network.wait(Duration::from_secs(2));
        assert_eq!(stage.byes(1).len(), 1);
        stage
    });
}

#[test]
fn other_requests_leave_the_session_as_it_is() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.request(0, "OPTIONS"), Some(200));
        assert_eq!(stage.request(0, "UPDATE"), Some(200), "one without an offer only refreshes");
        assert_eq!(stage.request(0, "INFO"), Some(405));
        assert_eq!(stage.request(0, "UPDATE"), Some(200));
        // RFC 3261 12.2.2: a number from the past is out of order.
        stage.calls[0].cseq -= 3;
        assert_eq!(stage.request(0, "OPTIONS"), Some(500));
        stage.calls[0].cseq += 3;
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}
