//! A first message inside the INVITE: it waits for the chat, and is then a message like any other.

use sms::Status;

use crate::flows::receipts::{notification, report, told};
use crate::paper::call::Call;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

/// A text in CPIM whose sender wants to know what becomes of it.
pub fn wrapped(text: &str) -> String {
    format!(
        "From: <sip:alice@ims.example>\r\nTo: <tel:{BOB}>\r\nNS: imdn <urn:ietf:params:imdn>\r\n\
         imdn.Message-ID: first1\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery\r\n\r\n\
         Content-Type: text/plain;charset=UTF-8\r\n\r\n{text}"
    )
}

/// An INVITE with a second part beside its offer.
pub fn invite(stage: &mut Stage, content_type: &str, part: &str) -> usize {
    let call = Call::new(Invitation::to(BOB), stage.calls.len());
    let text = call.invite();
    let (head, offer) = text.split_once("\r\n\r\n").expect("a body");
    let body = format!(
        "--cut\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--cut\r\nContent-Type: {content_type}\r\n\r\n\
         {part}\r\n--cut--\r\n"
    );
    let head = head
        .replace("Content-Type: application/sdp", "Content-Type: multipart/mixed;boundary=cut")
        .replace(&format!("Content-Length: {}", offer.len()), &format!("Content-Length: {}", body.len()));
    stage.calls.push(call);
    let call = stage.calls.len() - 1;
    stage.send(call, format!("{head}\r\n\r\n{body}"));
    call
}

/// The SMS user says yes; the chat user acknowledges and connects.
fn accept(stage: &mut Stage, call: usize) {
    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
    stage.ack(call);
    stage.connect(call);
}

// interworking 2.3 item 15
#[test]
fn what_is_said_in_the_invite_is_said_when_the_chat_begins_and_once() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let call = invite(&mut stage, "message/cpim", &wrapped("Are you there?"));
        assert_eq!(stage.statuses(call), [100, 180]);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(call);
        assert_eq!(
            stage.sms_user_heard().len(),
            1,
            "the invitation alone: nobody could hear yet what became of more"
        );
        stage.connect(call);
        assert_eq!(stage.sms_user_heard()[1..], ["Are you there?"]);
        report(&mut stage, 1, Status::DELIVERED);
        assert_eq!(
            notification(told(&stage)[0]),
            ("first1".into(), format!("tel:{BOB}"), "delivered".into())
        );
        assert_eq!(stage.chat_user_says("Hello?"), Some(200));
        let wire = &stage.network.wires[0];
        let (shard, link) = (wire.shard, wire.link);
        stage.network.cut(shard, link);
        stage.connect(call);
        assert_eq!(
            stage.sms_user_heard()[1..],
            ["Are you there?", "Hello?"],
            "a second connection says nothing again"
        );
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_bare_text_in_the_invite_is_a_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let call = invite(&mut stage, "text/plain;charset=utf-8", "Gr\u{FC}\u{DF} dich");
        accept(&mut stage, call);
        assert_eq!(stage.sms_user_heard()[1..], ["Gr\u{FC}\u{DF} dich"]);
        assert!(!stage.network.sms.submitted[1].wants_report);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_first_message_that_the_sms_side_refuses_has_failed() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let call = invite(&mut stage, "message/cpim", &wrapped("Are you there?"));
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(call);
        stage.network.sms.manners.verdict = Verdict::Refused(5557, None);
        stage.connect(call);
        assert_eq!(notification(told(&stage)[0]).2, "failed");
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.request(call, "BYE"), Some(200));

        let mut stage = Stage::of(Plan::with(layout, |policy| policy.segments_max = 1));
        let call = invite(&mut stage, "message/cpim", &wrapped(&"long ".repeat(80)));
        accept(&mut stage, call);
        assert_eq!(stage.sms_user_heard().len(), 1, "too long for the operator");
        assert_eq!(notification(told(&stage)[0]).2, "failed");
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn what_is_said_in_an_invite_that_makes_no_chat_is_said_to_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let call = invite(&mut stage, "message/cpim", &wrapped("Are you there?"));
        assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
        assert_eq!(stage.statuses(call), [100, 180, 603]);
        stage.ack(call);
        assert_eq!(stage.sms_user_heard().len(), 1);
        stage
    });
}

#[test]
fn a_first_message_that_cannot_be_told_is_refused_before_anybody_is_asked() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let image = wrapped("x").replace("text/plain;charset=UTF-8", "image/png");
        for (content_type, part, status) in [
            ("message/cpim", image, 415),
            ("text/plain;charset=iso-8859-1", "x".to_string(), 415),
            ("message/cpim", "no headers".to_string(), 400),
            ("message/cpim", wrapped(&"x".repeat(2048)), 413),
        ] {
            let call = invite(&mut stage, content_type, &part);
            assert_eq!(stage.statuses(call), [100, status]);
            stage.ack(call);
        }
        assert!(stage.sms_user_heard().is_empty());
        // A sign of typing is nothing to be told, and what is no message is passed over.
        for content_type in ["application/im-iscomposing+xml", "application/resource-lists+xml"] {
            let call = invite(&mut stage, content_type, "<x/>");
            accept(&mut stage, call);
            assert_eq!(stage.request(call, "BYE"), Some(200));
        }
        assert_eq!(stage.sms_user_heard().len(), 4, "two invitations and two goodbyes");
        stage
    });
}
