//! What happens when two things happen at once.

use shard::{Count, OWN_SIP};
use tempo::Duration;

use crate::paper::call::SCSCF;
use crate::paper::plan::ENDED;
use crate::paper::sms_side::Mailing;
use crate::paper::stage::{BOB, deliver};
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

#[test]
fn goodbyes_that_cross_end_one_chat() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.sms_user_says("STOP");
        assert_eq!(stage.byes(0).len(), 1);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(stage.network.count(Count::Sessions), 0);
        assert!(stage.sms_user_heard().is_empty(), "the SMS user has left and knows it");
        // Ours is answered late.
        let answer = crate::paper::call::answer(stage.byes(0)[0], 200);
        let shard =
            stage.network.letters.iter().find(|letter| letter.sip.method() == "BYE").expect("BYE").shard;
        stage.network.send(shard, OWN_SIP, SCSCF, answer);
        stage.network.wait(Duration::from_secs(10));
        assert_eq!(stage.byes(0).len(), 1, "an answered BYE is not repeated");
        stage
    });
}

#[test]
fn a_word_to_leave_behind_a_bye_finds_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(stage.sms_user_says("STOP"), Delivery::NoSession);
        assert!(stage.byes(0).is_empty());
        stage
    });
}

#[test]
fn a_cancel_and_a_yes_that_cross_make_no_chat_or_a_whole_one() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        let number = stage.session_number();
        let cancel = stage.calls[0].cancel();
        stage.send(0, cancel);
        let ticket = stage.text(BOB, &number, "YES");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NoSession);
        assert_eq!(stage.statuses(0), [100, 180, 487]);
        stage.ack(0);
        stage
    });
}

#[test]
fn a_bye_before_the_ack_ends_the_chat() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        stage.calls[0].answer = Some(stage.answer(0).clone());
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage.network.wait(Duration::from_secs(40));
        assert_eq!(stage.statuses(0), [100, 180, 200], "whoever says goodbye has the answer");
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn a_bye_with_texts_under_way_in_both_directions_settles_both() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let wire = stage.calls[0].wire.expect("a connection");
        stage.network.sms.manners.verdict = Verdict::Silence;
        assert_eq!(stage.chat_user_says("on its way"), None);
        stage.network.wires[wire].verdict = None;
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "on its way too");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(
            stage.network.sms.delivery(ticket),
            Delivery::NotNow,
            "it was not taken, so it is not acknowledged"
        );
        stage.network.take_submitted(0, Verdict::Taken);
        stage
    });
}

#[test]
fn two_answers_at_once_are_one_answer() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        let number = stage.session_number();
        let answers = ["YES", "NO"].map(|word| {
            let correlation = stage.route(BOB, &number);
            (correlation, deliver(BOB, word))
        });
        // Both messages are in the gateway before it has looked at the first.
        let tickets = answers.each_ref().map(|(correlation, tpdu)| {
            let end_to_end = stage.network.sms.next_end_to_end();
            let shard = usize::from(stage.layout.mail % stage.layout.shards);
            stage.network.mail(shard, &Mailing { correlation, tpdu, end_to_end, repeated: false })
        });
        assert_eq!(stage.network.sms.delivery(tickets[0]), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 200]);
        // To a chat that has begun, NO is a word like any other: it waits for the connection.
        assert_eq!(stage.network.sms.delivery(tickets[1]), Delivery::Waiting);
        stage.ack(0);
        stage.connect(0);
        assert_eq!(stage.network.sms.delivery(tickets[1]), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["NO"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// interworking 2.9 rule 2
#[test]
fn parallel_chats_of_one_sms_user_never_mix() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let callers = [("alice", "+491511234567"), ("carol", "+491517654321"), ("dave", "+491511111111")];
        let mut numbers = Vec::new();
        for (user, number) in callers {
            stage.invite(Invitation::to(BOB).from(user, number));
            numbers.push(stage.session_number());
        }
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 3, "three chats, three numbers");
        let number_of = |stage: &Stage, call: usize| stage.network.sms.submitted[call].number.clone();
        for call in 0..3 {
            let number = number_of(&stage, call);
            let ticket = stage.text(BOB, &number, "YES");
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
            stage.ack(call);
            stage.connect(call);
        }
        for call in [2, 0, 1] {
            let number = number_of(&stage, call);
            let ticket = stage.text(BOB, &number, &format!("for {call}"));
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
            let transaction = stage.send_text(call, &format!("from {call}"), "");
            let wire = stage.calls[call].wire.expect("a connection");
            assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));
            let submitted = stage.network.sms.submitted.last().expect("a text");
            assert_eq!((&submitted.text[..], &submitted.number), (&format!("from {call}")[..], &number));
        }
        for call in 0..3 {
            let wire = stage.calls[call].wire.expect("a connection");
            let heard: Vec<String> =
                stage.network.wires[wire].sends().map(crate::paper::stage::said).collect();
            assert_eq!(heard, [format!("for {call}")]);
            assert_eq!(stage.request(call, "BYE"), Some(200));
        }
        stage
    });
}
