//! A chat user is called back into a chat that only his client, or his network, has ended (interworking 11 row 28): the SMS user
//! goes on writing, and notices nothing.

use interwork::{NumberSource, WithoutChat};
use shard::{Count, OWN_SIP};
use tempo::Duration;

use super::joining::{mail, segments};
use super::registration::register;
use crate::paper::call::{ALICE, SCSCF, offer};
use crate::paper::callee::{
    IDLE, LEFT, accepted, accepts, accepts_with, answering, answers, called, closes, requests,
};
use crate::paper::page::pages;
use crate::paper::plan::ENDED;
use crate::paper::sms_side::Ticket;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::texts::{SipText, between};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

pub fn own(layout: Layout) -> Plan {
    Plan::with(layout, |policy| policy.number_source = NumberSource::Own)
}

pub fn invitation() -> Invitation {
    Invitation::to(BOB).with("Conversation-ID: f81d4fae").with("Contribution-ID: abcdef01")
}

/// Alice, who is registered, chats with Bob: call 0.
pub fn chatting(plan: Plan, invitation: Invitation) -> Stage {
    let mut stage = Stage::of(plan);
    register(&mut stage, 0, 600_000);
    stage.invite(invitation);
    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
    stage.ack(0);
    stage.connect(0);
    stage.network.sms.submitted.clear();
    stage
}

/// Her client has closed it, as nobody said anything.
pub fn idle(plan: Plan) -> Stage {
    let mut stage = chatting(plan, invitation());
    closes(&mut stage, 0, IDLE);
    stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(2));
    stage
}

/// Bob writes on.
pub fn write(stage: &mut Stage, text: &str) -> Ticket {
    let number = stage.session_number();
    stage.text(BOB, &number, text)
}

pub fn delivery(stage: &Stage, ticket: Ticket) -> Delivery {
    stage.network.sms.delivery(ticket)
}

/// What the gateway has said in a call since the chat user was called back.
pub fn heard(stage: &Stage, call: usize) -> Vec<String> {
    let wire = &stage.network.wires[stage.calls[call].wire.expect("a connection")];
    wire.sends().map(crate::paper::stage::said).collect()
}

// interworking 2.8 item 15, 11 row 28
#[test]
fn a_short_message_calls_the_chat_user_back_and_is_taken_when_he_has_it() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        assert!(stage.sms_user_heard().is_empty(), "Bob does not notice that the client has closed it");
        assert_eq!(stage.network.count(Count::ChatsAside), 1);
        assert_eq!(stage.network.count(Count::Sessions), 0);
        let ticket = write(&mut stage, "still there?");
        let invite = called(&stage);
        let letter = stage.network.letters.last().expect("the INVITE");
        assert_eq!((letter.to, letter.port), (SCSCF, OWN_SIP));
        assert_eq!(invite.request_uri(), "sip:alice@ims.example");
        assert_eq!(invite.need("Route"), "<sip:scscf.ims.example;lr>");
        assert_eq!(invite.need("To"), "<sip:alice@ims.example>");
        assert!(invite.need("From").starts_with(&format!("<tel:{BOB}>;tag=")));
        assert_eq!(invite.need("P-Asserted-Identity"), format!("<tel:{BOB}>"));
        assert_eq!(invite.need("Conversation-ID"), "f81d4fae");
        assert_eq!(invite.need("InReplyTo-Contribution-ID"), "abcdef01");
        assert_ne!(invite.need("Contribution-ID"), "abcdef01");
        for name in ["Contact", "Accept-Contact"] {
            assert!(invite.need(name).contains("3gpp-service.ims.icsi.oma.cpm.session"), "{name}");
        }
        assert_eq!(invite.need("Supported"), "timer");
        assert_eq!(invite.need("CSeq"), "1 INVITE");
        assert_eq!(invite.need("Content-Type"), "application/sdp");
        for line in
            ["a=setup:passive\r\n", "TCP/MSRP *\r\n", "a=accept-types:message/cpim", "a=msrp-cema\r\n"]
        {
            assert!(invite.body().contains(line), "{line}");
        }
        let more = write(&mut stage, "hello?");
        for status in [100, 180] {
            answers(&mut stage, &invite, status, "ue");
        }
        let call = accepted(&mut stage);
        let [ack] = requests(&stage, "ACK")[..] else { panic!("one ACK") };
        assert_eq!(ack.request_uri(), "sip:ue@198.51.100.7:5060");
        assert_eq!(ack.headers("Route").join(", "), format!("<sip:mo@{SCSCF};lr>, <sip:mt@198.51.100.1;lr>"));
        assert_eq!(ack.need("CSeq"), "1 ACK");
        assert_eq!(ack.to_tag(), Some("ue"));
        assert_eq!(stage.network.letters.last().expect("the ACK").to, SCSCF, "the nearest hop");
        assert_eq!([ticket, more].map(|ticket| delivery(&stage, ticket)), [Delivery::Waiting; 2]);
        stage.connect(call);
        assert_eq!([ticket, more].map(|ticket| delivery(&stage, ticket)), [Delivery::Taken; 2]);
        assert_eq!(stage.sms_user_says("at last"), Delivery::Taken);
        assert_eq!(heard(&stage, call), ["still there?", "hello?", "at last"], "in order");
        let transaction = stage.send_text(call, "here I am", "");
        let wire = stage.calls[call].wire.expect("a connection");
        assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));
        assert_eq!(
            stage.sms_user_heard(),
            ["here I am"],
            "and he has not been asked again, nor told anything"
        );
        assert_eq!((stage.network.count(Count::Sessions), stage.network.count(Count::Recalls)), (1, 1));
        // From here on it is a chat like any other, and can be gone on with again.
        closes(&mut stage, call, IDLE);
        let again = write(&mut stage, "once more");
        let second = called(&stage);
        assert_ne!(second.need("Call-ID"), invite.need("Call-ID"));
        let call = accepted(&mut stage);
        stage.connect(call);
        assert_eq!(delivery(&stage, again), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        stage
    });
}

#[test]
fn whoever_says_goodbye_or_gives_no_reason_is_not_called() {
    on_every_layout(|layout| {
        for reason in [LEFT, "", "SIP;cause=503", "Q.850;cause=16"] {
            let mut stage = chatting(Plan::new(layout), invitation());
            closes(&mut stage, 0, reason);
            assert_eq!(stage.sms_user_heard(), [ENDED], "{reason}");
            assert_eq!(stage.network.count(Count::ChatsAside), 0);
            let ticket = write(&mut stage, "still there?");
            assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
            assert!(requests(&stage, "INVITE").is_empty());
        }
        Stage::new(layout)
    });
}

#[test]
fn a_chat_whose_connection_is_lost_for_good_is_gone_on_with() {
    on_every_layout(|layout| {
        let mut stage = chatting(own(layout), invitation());
        let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
        let (shard, link) = (wire.shard, wire.link);
        stage.network.cut(shard, link);
        stage.network.answers_byes = false;
        stage.network.wait(Duration::from_secs(31));
        assert!(stage.byes(0)[0].need("Reason").contains("cause=480"));
        let early = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, early), Delivery::NotNow, "it is being ended, and comes back");
        stage.network.wait(SIXTY_FOUR_T1);
        let ticket = write(&mut stage, "hello?");
        let call = accepted(&mut stage);
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(heard(&stage, call), ["hello?"]);
        assert!(stage.sms_user_heard().is_empty());
        stage.network.answers_byes = true;
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn a_client_that_had_never_connected_is_not_called() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(own(layout));
        register(&mut stage, 0, 600_000);
        stage.invite(invitation());
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(0);
        stage.network.wait(Duration::from_secs(31));
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        let ticket = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::Taken, "as a MESSAGE");
        assert_eq!((requests(&stage, "INVITE").len(), pages(&stage).len()), (0, 1));
        stage
    });
}

#[test]
fn who_is_not_registered_is_not_called_and_his_sms_user_is_told_that_it_is_over() {
    on_every_layout(|layout| {
        let mut stage = chatting(Plan::new(layout), invitation());
        register(&mut stage, 0, 0);
        stage.network.wait(SIXTY_FOUR_T1);
        stage.network.sms.submitted.clear();
        // The operator leaves the chats of who is gone alone: it is the client that ends it.
        let plan = Plan::with(layout, |policy| policy.end_at_deregistration = false);
        let mut stage = chatting(plan, invitation());
        register(&mut stage, 0, 0);
        closes(&mut stage, 0, IDLE);
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        let ticket = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        assert!(requests(&stage, "INVITE").is_empty());
        // He has only changed his network.
        register(&mut stage, 0, 600_000);
        let ticket = write(&mut stage, "hello?");
        let call = accepted(&mut stage);
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn it_is_over_for_good_after_its_time_and_where_the_operator_wants_it_at_once() {
    on_every_layout(|layout| {
        let mut stage = idle(Plan::new(layout));
        stage.network.wait(Duration::from_secs(86_400));
        assert_eq!(stage.network.count(Count::ChatsAside), 0);
        let late = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, late), Delivery::NoSession);
        let plan = Plan::with(layout, |policy| policy.recall = Duration::ZERO);
        let mut stage = chatting(plan, invitation());
        closes(&mut stage, 0, IDLE);
        assert_eq!(stage.sms_user_heard(), [ENDED]);
        let ticket = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        assert!(requests(&stage, "INVITE").is_empty());
        stage
    });
}

#[test]
fn who_hides_is_called_back_on_the_number_that_stood_for_him() {
    on_every_layout(|layout| {
        // He is reached although short messages without a chat are not let through.
        let plan = Plan::with(layout, |policy| policy.without_chat = WithoutChat::Refuse);
        let mut stage = chatting(plan, invitation().with("Privacy: id"));
        let number = stage.session_number();
        closes(&mut stage, 0, IDLE);
        let ticket = write(&mut stage, "who are you?");
        let call = accepted(&mut stage);
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        stage.send_text(call, "guess", "");
        assert_eq!(stage.session_number(), number);
        assert!(stage.network.sms.submitted.iter().all(|submitted| !submitted.text.contains("49151")
            && submitted.number != ALICE.trim_start_matches('+')));
        closes(&mut stage, call, LEFT);
        assert_eq!((stage.network.count(Count::Leases), stage.network.count(Count::Resting)), (0, 1));
        stage
    });
}

#[test]
fn the_names_of_the_conversation_are_those_that_its_client_knows() {
    on_every_layout(|layout| {
        let mut stage = chatting(own(layout), Invitation::to(BOB).with("Contribution-ID: abcdef01"));
        closes(&mut stage, 0, IDLE);
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        assert_eq!(invite.need("Contribution-ID"), "abcdef01");
        assert_eq!(
            (invite.header("Conversation-ID"), invite.header("InReplyTo-Contribution-ID")),
            (None, None)
        );
        answers(&mut stage, &invite, 603, "ue");
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        let mut stage = chatting(own(layout), Invitation::to(BOB));
        closes(&mut stage, 0, IDLE);
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        assert_eq!(invite.need("Contribution-ID"), invite.need("Conversation-ID"));
        answers(&mut stage, &invite, 603, "ue");
        assert_eq!(delivery(&stage, ticket), Delivery::NoSession);
        stage
    });
}

// interworking 2.9 rule 1
#[test]
fn an_invitation_that_crosses_ours_is_the_chat() {
    on_every_layout(|layout| {
        for conversation in ["Conversation-ID: f81d4fae", "Conversation-ID: another"] {
            let mut stage = idle(own(layout));
            let ticket = write(&mut stage, "hello?");
            let invite = called(&stage);
            answers(&mut stage, &invite, 180, "ue");
            let call = stage.invite(Invitation::to(BOB).with(conversation));
            assert_eq!(stage.statuses(call), [100, 200], "nobody is asked");
            assert_eq!(requests(&stage, "CANCEL").len(), 1, "ours is withdrawn");
            answers(&mut stage, &invite, 487, "ue");
            stage.ack(call);
            stage.connect(call);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
            assert_eq!(heard(&stage, call), ["hello?"]);
            assert_eq!((stage.network.count(Count::Sessions), stage.network.count(Count::Leases)), (1, 1));
            assert_eq!(stage.network.count(Count::MsrpSessions), 1);
            assert!(stage.sms_user_heard().is_empty());
            closes(&mut stage, call, LEFT);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn the_chat_user_who_comes_back_himself_goes_on_and_nobody_is_asked_again() {
    on_every_layout(|layout| {
        // On a number on loan, too: the two meet on the same one.
        let mut stage = idle(Plan::new(layout));
        let number = stage.session_number();
        let call = stage.invite(invitation());
        assert_eq!(stage.statuses(call), [100, 200]);
        stage.ack(call);
        stage.connect(call);
        stage.send_text(call, "it is me again", "");
        assert_eq!((stage.sms_user_heard(), stage.session_number()), (vec!["it is me again"], number));
        closes(&mut stage, call, LEFT);
        stage.expect_nothing_left();
        let mut stage = idle(own(layout));
        let call = stage.invite(invitation());
        assert_eq!(stage.statuses(call), [100, 200]);
        stage.ack(call);
        stage.connect(call);
        assert!(stage.sms_user_heard().is_empty());
        assert_eq!(stage.sms_user_says("hello again"), Delivery::Taken);
        assert_eq!(heard(&stage, call), ["hello again"]);
        closes(&mut stage, call, IDLE);
        // Another conversation is another chat, of which the SMS user is asked; and what was before is over.
        let other = stage.invite(Invitation::to(BOB).with("Conversation-ID: other"));
        assert_eq!(stage.statuses(other), [100, 180]);
        assert_eq!(stage.network.count(Count::ChatsAside), 0);
        assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
        stage.ack(other);
        assert!(requests(&stage, "INVITE").is_empty());
        stage
    });
}

// RFC 3261 13.2.2.4; RFC 6026 7.2
#[test]
fn each_2xx_is_acknowledged_and_a_second_device_is_told_goodbye() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        answers(&mut stage, &invite, 180, "phone");
        answers(&mut stage, &invite, 180, "tablet");
        accepts(&mut stage, &invite, "phone");
        accepts(&mut stage, &invite, "phone");
        accepts(&mut stage, &invite, "tablet");
        accepts(&mut stage, &invite, "tablet");
        let tags = |stage: &Stage, method| -> Vec<String> {
            requests(stage, method).iter().map(|sip| sip.to_tag().expect("a tag").to_string()).collect()
        };
        assert_eq!(tags(&stage, "ACK"), ["phone", "phone", "tablet", "tablet"]);
        assert_eq!(tags(&stage, "BYE"), ["tablet"]);
        assert_eq!(requests(&stage, "BYE")[0].request_uri(), "sip:tablet@198.51.100.7:5060");
        let call = answering(&mut stage, &invite, "phone");
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(stage.network.count(Count::Dialogs), 1);
        assert_eq!(stage.sms_user_says("on"), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn a_connection_that_is_faster_than_the_answer_is_good() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        let call = answering(&mut stage, &invite, "ue");
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting, "its path is not known");
        accepts(&mut stage, &invite, "ue");
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(heard(&stage, call), ["hello?"]);
        stage.network.wait(Duration::from_secs(60));
        assert_eq!(stage.sms_user_says("on"), Delivery::Taken);
        closes(&mut stage, call, LEFT);
        stage
    });
}

#[test]
fn a_long_text_calls_with_its_first_segment_and_arrives_whole() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let text = "many words ".repeat(20);
        let parts = segments(&text, 7);
        // The second is the faster one, and has to wait for the first as ever.
        let second = mail(&mut stage, &parts[1]);
        let first = mail(&mut stage, &parts[0]);
        assert_eq!(stage.network.count(Count::Recalls), 1);
        let invite = called(&stage);
        // An answer that does not say who connects.
        accepts_with(&mut stage, &invite, "ue", &offer("active").replace("a=setup:active\r\n", ""), "");
        let call = answering(&mut stage, &invite, "ue");
        stage.connect(call);
        assert_eq!([first, second].map(|ticket| delivery(&stage, ticket)), [Delivery::Taken; 2]);
        let wire = &stage.network.wires[stage.calls[call].wire.expect("a connection")];
        let sends: Vec<_> = wire.sends().collect();
        let body: String = sends.iter().map(|send| send.body()).collect();
        assert!(body.ends_with(&text), "one message in two chunks");
        assert_eq!(sends[0].header("Message-ID"), sends[1].header("Message-ID"));
        closes(&mut stage, call, LEFT);
        stage
    });
}

// interworking 2.8 item 18
#[test]
fn the_dialog_lives_as_any_other() {
    on_every_layout(|layout| {
        let mut stage = idle(own(layout));
        let ticket = write(&mut stage, "hello?");
        let invite = called(&stage);
        let headers =
            "Allow: INVITE, ACK, BYE, UPDATE\r\nSupported: timer\r\nSession-Expires: 1800;refresher=uac\r\n";
        accepts_with(&mut stage, &invite, "ue", &offer("active"), headers);
        let call = answering(&mut stage, &invite, "ue");
        stage.connect(call);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        // A re-INVITE that happens to have the number of ours is another one, and its ACK finds it.
        let same = offer("active").replace("o=- 1 1 ", "o=- 1 2 ");
        assert_eq!(reinvite(&mut stage, call, 1, &same), Some(200));
        let ack = stage.calls[call].in_dialog("ACK");
        stage.send(call, ack);
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert!(requests(&stage, "BYE").is_empty());
        stage.calls[call].cseq = 100;
        // We refresh, as the answer wants.
        stage.network.wait(Duration::from_secs(901));
        let [update] = requests(&stage, "UPDATE")[..] else { panic!("one UPDATE") };
        assert_eq!((update.need("CSeq"), update.to_tag()), ("2 UPDATE", Some("ue")));
        assert_eq!(update.request_uri(), "sip:ue@198.51.100.7:5060");
        assert_eq!(stage.request(call, "OPTIONS"), Some(200));
        assert_eq!(stage.request(call, "UPDATE"), Some(200));
        let again = reinvite(&mut stage, call, 1, &same);
        assert_eq!(again, Some(500), "the numbers of one side never go back");
        let moved = offer("active").replace("ue7session", "moved");
        assert_eq!(reinvite(&mut stage, call, 111, &moved), Some(488));
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        let byes = requests(&stage, "BYE");
        assert_eq!(byes.last().expect("a BYE").need("Reason"), "SIP;cause=200;text=\"Call completed\"");
        stage
    });
}

/// A re-INVITE of the chat user; what it hears.
fn reinvite(stage: &mut Stage, call: usize, cseq: u32, sdp: &str) -> Option<u16> {
    stage.calls[call].cseq = cseq;
    let text = stage.calls[call].in_dialog("INVITE").replace(
        "Content-Length: 0",
        &format!(
            "Contact: <sip:ue@198.51.100.7:5060>\r\nAllow: INVITE, ACK, BYE, UPDATE\r\nContent-Type: application/sdp\r\nContent-Length: {}",
            sdp.len()
        ),
    );
    stage.send(call, text + sdp);
    let cseq = format!("{cseq} INVITE");
    let heard = stage.heard(call).filter(|sip| sip.header("CSeq") == Some(&cseq));
    let status = heard.filter_map(SipText::status).last();
    if status.is_some_and(|status| status >= 300) {
        let refusal = stage.heard(call).filter(|sip| sip.header("CSeq") == Some(&cseq)).last().cloned();
        let ack = stage.calls[call].in_dialog("ACK");
        let tag = refusal.as_ref().and_then(|sip| sip.to_tag()).unwrap_or_default().to_string();
        let own = between(&ack, "To: ", "\r\n").to_string();
        let to = format!("{};tag={tag}", own.split(";tag=").next().unwrap_or_default());
        stage.send(call, ack.replace(&own, &to));
    }
    status
}
