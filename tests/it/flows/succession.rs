//! A chat user invites again into the chat that he has (own number): it goes on, and the SMS user notices nothing.

use interwork::NumberSource;
use shard::Count;
use tempo::Duration;

use crate::paper::plan::ENDED;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

fn own(layout: Layout) -> Plan {
    Plan::with(layout, |policy| policy.number_source = NumberSource::Own)
}

fn invitation(conversation: &str) -> Invitation {
    Invitation::to(BOB).with(&format!("Conversation-ID: {conversation}"))
}

/// A chat in this conversation: call 0.
fn chatting(layout: Layout, conversation: &str) -> Stage {
    let mut stage = Stage::of(own(layout));
    stage.invite(invitation(conversation));
    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
    stage.ack(0);
    stage.connect(0);
    stage.network.sms.submitted.clear();
    stage
}

// interworking 2.9 rule 4, 11 row 22
#[test]
fn the_chat_goes_on_with_the_new_client() {
    on_every_layout(|layout| {
        let mut stage = chatting(layout, "f81d4fae");
        let wire = stage.calls[0].wire.expect("a connection");
        // A word that the former client was sent and never answered.
        stage.network.wires[wire].verdict = None;
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "still there?");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        let again = stage.invite(invitation("f81d4fae"));
        assert_eq!(stage.statuses(again), [100, 200], "nobody is asked again");
        assert_eq!(stage.byes(0).len(), 1, "the former dialog is ended");
        stage.ack(again);
        stage.connect(again);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken, "the new client has answered for it");
        assert_eq!(stage.sms_user_says("hello again"), Delivery::Taken);
        let transaction = stage.send_text(again, "a tunnel", "");
        let wire = stage.calls[again].wire.expect("a connection");
        assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));
        assert_eq!(stage.sms_user_heard(), ["a tunnel"], "and nothing else");
        stage.network.wait(Duration::from_secs(120));
        assert!(stage.byes(again).is_empty());
        assert_eq!((stage.network.count(Count::Sessions), stage.network.count(Count::MsrpSessions)), (1, 1));
        assert_eq!(stage.request(again, "BYE"), Some(200));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn a_text_of_the_former_client_that_is_under_way_arrives() {
    on_every_layout(|layout| {
        let mut stage = chatting(layout, "f81d4fae");
        stage.network.sms.manners.verdict = Verdict::Silence;
        assert_eq!(stage.chat_user_says("on its way"), None);
        let again = stage.invite(invitation("f81d4fae"));
        stage.ack(again);
        stage.connect(again);
        stage.network.take_submitted(0, Verdict::Taken);
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.request(again, "BYE"), Some(200));
        stage
    });
}

#[test]
fn the_sms_user_who_is_still_thinking_answers_the_new_client() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(own(layout));
        stage.invite(invitation("f81d4fae"));
        let again = stage.invite(invitation("f81d4fae"));
        assert_eq!(stage.statuses(0), [100, 180, 487]);
        stage.ack(0);
        assert_eq!(stage.statuses(again), [100, 180]);
        assert_eq!(stage.sms_user_heard().len(), 1, "he is asked once");
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        assert_eq!(stage.statuses(again), [100, 180, 200]);
        stage.ack(again);
        stage.connect(again);
        assert_eq!(stage.request(again, "BYE"), Some(200));
        stage
    });
}

// interworking 2.9 rule 4, 11 row 22
#[test]
fn another_conversation_and_one_without_a_name_are_busy() {
    on_every_layout(|layout| {
        let mut stage = chatting(layout, "f81d4fae");
        for other in [invitation("0b5b4a3c"), Invitation::to(BOB)] {
            let call = stage.invite(other);
            assert_eq!(stage.statuses(call), [100, 486]);
            stage.ack(call);
        }
        assert!(stage.byes(0).is_empty());
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_new_client_that_never_connects_ends_the_chat() {
    on_every_layout(|layout| {
        let mut stage = chatting(layout, "f81d4fae");
        let again = stage.invite(invitation("f81d4fae"));
        stage.ack(again);
        stage.network.wait(Duration::from_secs(31));
        assert_eq!(stage.byes(again).len(), 1);
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        stage
    });
}
